"""What was written before, as the beginning of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from equitykit.assessment import Start
from equitykit.instruments import Ask
from equitykit.widgets import show
from equitykit.widgets.fields import Field, Html, TaskList

if TYPE_CHECKING:
    from equitykit.widgets.wizard import Wizard

__all__ = ["above", "begin"]


def begin(field: Field, start: Start) -> None:
    """Say at a field that what stands in it was taken from elsewhere, and when it becomes an answer."""
    field.help = [
        *field.help,
        f"What stands here now is taken from {start.source}. "
        "It becomes your answer when you change something in it, or go on.",
    ]


def above(ask: Ask, wizard: Wizard) -> list[Any]:
    """What can be made an action, above the question on actions."""
    start = wizard.assessment.start(ask.id) if ask.kind == "actions" else None
    return _offers(ask, start, wizard) if start is not None else []


def _offers(ask: Ask, start: Start, wizard: Wizard) -> list[Any]:
    def take(row: str) -> None:
        id = wizard.assessment.take_over(ask.id, row=int(row))
        place = [each["id"] for each in wizard.assessment.action_rows()].index(id)
        wizard.go(wizard.place, move=False)
        wizard.said_saved()
        wizard.problems.focus(f"{ask.id}-{place}-owner")

    offers = TaskList(
        items=[
            {"id": str(number), "title": row["what"], "status": "Take over as an action"}
            for number, row in enumerate(start.value)
        ]
    )
    offers.on("pick", wizard.guard(take))
    said = show.paragraphs(
        f"They are taken from {start.source}, and do not stand below in the same words. "
        "Take over what somebody will do. Then give it an owner and a date."
    )
    return [Html(html=show.heading("What you can take over as an action") + said), offers]
