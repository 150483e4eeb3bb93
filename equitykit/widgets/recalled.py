"""What was answered before, shown above a question that needs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from equitykit.instruments import RowsAsk
from equitykit.instruments.values import blank
from equitykit.report.answers import Voice, cell
from equitykit.widgets import show
from equitykit.widgets.carried import above
from equitykit.widgets.fields import Html
from equitykit.widgets.shell import widget_of

if TYPE_CHECKING:
    from equitykit.assessment import Assessment
    from equitykit.instruments import Ask
    from equitykit.instruments.base import Recall
    from equitykit.widgets.wizard import Wizard

__all__ = ["begun", "with_recalled"]


def with_recalled(wizard: Wizard, asks: Iterable[Ask]) -> list[Any]:
    """The fields of a page, each below the earlier answers it builds on and what it can take over."""
    return [
        one
        for ask in asks
        for one in (*_recalled(wizard.assessment, ask), *above(ask, wizard), widget_of(wizard.fields[ask.id]))
    ]


def _recalled(assessment: Assessment, ask: Ask) -> list[Html]:
    """The earlier answers a question builds on; empty where it builds on none or none is there."""
    found = [(recall, _lines(assessment, recall)) for recall in ask.recalls]
    boxes = [
        show.inset(
            show.paragraphs(
                f"You wrote under \u201c{assessment.instrument.part_of(recall.ask).title}\u201d:"
            ),
            show.bullets(lines) if len(lines) > 1 else show.paragraphs(*lines),
        )
        for recall, lines in found
        if lines
    ]
    return [Html(html="".join(boxes))] if boxes else []


def begun(assessment: Assessment, ask: Ask) -> Any:
    """What stands as an answer; the name given when the file was begun need not be typed again."""
    if ask.means == "title" and blank(assessment.value(ask.id)) and not assessment.history(ask.id):
        assessment.draft(ask.id, assessment.title)
    return assessment.value(ask.id)


def _lines(assessment: Assessment, recall: Recall) -> list[str]:
    ask = assessment.instrument.ask(recall.ask)
    if not assessment.visible(ask.id):
        return []
    if not recall.columns or not isinstance(ask, RowsAsk):
        return show.answer_lines(assessment, ask)
    columns = {column.id: column for column in ask.typed_columns()}
    rows = (
        [cell(columns[id], row.get(id), Voice(public=False)) for id in recall.columns]
        for row in assessment.value(ask.id) or ()
        if not blank(row)
    )
    return [": ".join(part for part in row if part) for row in rows if any(row)]
