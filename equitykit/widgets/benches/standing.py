"""Where the work on sources, passages, coding and findings stands, shown on the page of its part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from equitykit.widgets import show
from equitykit.widgets.fields import Html, TaskList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from equitykit.assessment import Assessment
    from equitykit.instruments import Part
    from equitykit.widgets.benches.base import Task
    from equitykit.widgets.wizard import Wizard

__all__ = ["HOW", "doors", "standing"]

HOW = (
    "Do not write what people said into the fields below: what is typed there is saved as you type. Passages have a "
    "page of their own."
)


def standing(assessment: Assessment, part: Part) -> Html:
    """What is done and what is open in one part of the work.

    Parameters
    ----------
    part : a part with a bench.
    """
    first, *more = assessment.analysis.standing(str(part.bench))
    return Html(html=show.heading("Where this part stands") + show.paragraphs(first) + show.bullets(more))


def doors(wizard: Wizard, tasks: Sequence[Task]) -> list[Any]:
    """The tasks of a bench as a list that leads to them."""
    if not tasks:
        return []
    rows = [
        {"id": task.place(), "title": task.title, "hint": task.hint, "status": _status(task)}
        for task in tasks
    ]
    listed = TaskList(items=rows)
    listed.on("pick", wizard.guard(lambda place: wizard.go(place)))
    questions = show.heading("Questions for the team") + show.paragraphs(HOW)
    return [Html(html=show.heading("What there is to do")), listed, Html(html=questions)]


def _status(task: Task) -> str:
    """How a task stands, with what is being written."""
    writing = task.writing()
    return ", ".join(filter(None, (task.status(), f"{writing} being written" if writing else "")))
