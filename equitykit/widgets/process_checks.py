"""The checks of the process on a page: what the answers come to, and an action for each thing found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets

from equitykit.assessment import Assessment
from equitykit.audit import audit
from equitykit.report import process_outcomes
from equitykit.widgets import show
from equitykit.widgets.fields import Html
from equitykit.widgets.shell import button

if TYPE_CHECKING:
    from equitykit.widgets.screens import Screens

__all__ = ["ProcessChecks"]


class ProcessChecks:
    """What the five checks of the process say now, each with a way to make an action of it.

    Attributes
    ----------
    root : the widget. plan : the buttons that make an action, by check.
    """

    def __init__(self, assessment: Assessment, wizard: Screens) -> None:
        self._assessment, self._wizard = assessment, wizard
        self.plan: dict[str, Any] = {}
        self.root = ipywidgets.VBox()
        self._show()

    def _show(self) -> None:
        results = audit(self._assessment).to_dict()["results"]
        self.plan = {}
        children: list[Any] = [
            Html(
                html=show.heading("What your answers come to")
                + show.paragraphs(
                    "These checks are made from your answers alone. They say how something comes about, not who did it."
                )
            )
        ]
        for outcome in process_outcomes(results):
            planned = self._assessment.planned(outcome.first)
            children.append(
                Html(
                    html=_said(
                        outcome.check, outcome.about, outcome.status, outcome.lines, outcome.remedy, planned
                    )
                )
            )
            if outcome.remedy and not planned:
                press = button(
                    f"Put into the plan: {outcome.about}",
                    self._wizard.guard(self._planner(outcome.first)),
                )
                bar = ipywidgets.Box([press])
                bar.add_class("ekw-bar")
                self.plan[outcome.check] = press
                children.append(bar)
        self.root.children = tuple(children)

    def _planner(self, finding: Mapping[str, Any]) -> Callable[[], None]:
        def put() -> None:
            self._assessment.act_on(finding)
            self._show()
            self._wizard.said_saved()
            self._wizard.problems.focus(f"check-{finding['check']}")

        return put


def _said(check: str, about: str, status: str, lines: Iterable[str], remedy: str, planned: bool) -> str:
    done = "This is in the plan. Give it an owner and a date on the next page." if planned else ""
    return (
        f'<div id="ekw-check-{check}" tabindex="-1">{show.heading(about, 3)}</div>'
        + show.paragraphs(status, small=True)
        + show.bullets(lines)
        + (show.paragraphs(f"What to do: {remedy}") if remedy else "")
        + (show.inset(show.paragraphs(done), tone="ekw-done") if done else "")
    )
