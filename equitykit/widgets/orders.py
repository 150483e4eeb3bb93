"""The order in which answers are checked and printed, and other decisions in the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from equitykit.instruments.views import View, load_view, views
from equitykit.report.decision import TOGETHER, nearby_blocks, sign_off_warning
from equitykit.report.tree import Callout, Document
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Html

if TYPE_CHECKING:
    from equitykit.assessment import Assessment
    from equitykit.instruments import Ask

VIEW = "~view"
AS_ASKED = "as-asked"


def view_field(assessment: Assessment, chosen: str | None) -> ChoiceField | None:
    """Question for the order of the answers; None where there is one order only."""
    ids = views(assessment.instrument.origin)
    if not ids:
        return None
    options: list[dict[str, Any]] = [{"id": AS_ASKED, "label": "In the order of this tool"}]
    for id in ids:
        view = load_view(id, assessment.instrument)
        options.append({"id": id, "label": view.title, "hint": f"For those {view.for_those}"})
    return ChoiceField(
        ident=VIEW,
        label="In which order do you want to see and print your answers?",
        help=["The answers stay the same. The other orders are our own mapping of the questions."],
        options=options,
        value=chosen or AS_ASKED,
    )


def chosen_view(assessment: Assessment, id: str | None) -> View | None:
    """The view with this id; None for the order of the instrument."""
    return load_view(id, assessment.instrument) if id else None


def in_order(assessment: Assessment, view: View) -> list[tuple[str, list[Ask]]]:
    """Steps of a view with their questions that are asked now; empty steps stay, so that they are seen."""
    asks = {ask.id: ask for part in assessment.parts() for ask in part.asks if assessment.visible(ask.id)}
    return [(title, [asks[id] for id in ids]) for title, ids in view.ordered(tuple(asks))]


def others_panel(assessment: Assessment) -> list[Html]:
    """What other assessments in the folder say, above the question on them; nothing where there is none."""
    beside = assessment.nearby()
    if not beside.others and not beside.not_read:
        return []
    document = Document(TOGETHER, nearby_blocks(beside))
    return [Html(html=show.heading(TOGETHER) + show.report_fragment(document, titled=False))]


def after_sign_off(assessment: Assessment) -> str:
    """A message where something was changed after leaders signed off; nothing otherwise."""
    found = [block for block in sign_off_warning(assessment) if isinstance(block, Callout)]
    return "".join(show.inset(show.paragraphs(block.title, block.text)) for block in found)
