"""The actions of an assessment as rows: what, who, by when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from equitykit.assessment import Assessment
from equitykit.assessment.document import ActionStatus
from equitykit.errors import AssessmentError, AssessmentStale
from equitykit.instruments import Ask
from equitykit.widgets.fields import RowsField

if TYPE_CHECKING:
    from equitykit.widgets.screens import Screens

__all__ = ["ActionsField"]

STATUSES: tuple[str, ...] = get_args(ActionStatus)
_NAMES = ("what", "owner", "due", "measure", "status")
_COLUMNS = [
    {"id": "what", "label": "What is done", "kind": "longtext"},
    {"id": "owner", "label": "Who sees to it", "kind": "text"},
    {"id": "due", "label": "By when", "kind": "date"},
    {"id": "measure", "label": "How you will know it is done (optional)", "kind": "text"},
    {
        "id": "status",
        "label": "How it stands",
        "kind": "choice",
        "start": "open",
        "options": [{"id": status, "label": status.capitalize()} for status in STATUSES],
    },
]


class ActionsField(RowsField):
    """Actions, kept in the register when a cell is left or typing pauses; none is ever deleted."""

    def __init__(self, assessment: Assessment, ask: Ask, wizard: Screens) -> None:
        standing = [action for action in assessment.actions() if action.redacted is None]
        rows = [
            {"id": action.id} | {name: getattr(action, name) or "" for name in _NAMES} for action in standing
        ]
        super().__init__(
            ident=ask.id,
            label=ask.question,
            help=[
                *([ask.help] if ask.help else []),
                'An action that is no longer wanted is set to "Dropped".',
            ],
            why=ask.why or "",
            columns=_COLUMNS,
            value=rows,
            word="Action",
            removable=False,
        )
        self._assessment = assessment
        self._ask = ask.id
        self._ids: list[str | None] = [action.id for action in standing]
        self.unkept = ""
        self._wizard = wizard
        for event in ("cell", "pause", "leave"):
            self.on(event, wizard.guard(self._keep_and_say))

    def _keep_and_say(self) -> None:
        before = self._assessment.revision
        self.keep()
        if self._assessment.revision != before:
            self._wizard.said_saved()

    def keep(self) -> None:
        """Bring the register up to what stands in the rows; `unkept` says what could not be kept."""
        self.unkept, self.wrong = "", None
        for place, row in enumerate(self.value):
            self._ids += [None] * (place + 1 - len(self._ids))
            try:
                self._keep_row(place, row)
            except AssessmentStale:
                raise
            except AssessmentError as error:
                if not self.unkept:
                    self.unkept = f"Action {place + 1}: {_start_small(error)}"
                    self.wrong = {"row": place, "column": "due" if "date" in error.problem else "what"}

    def _keep_row(self, place: int, row: Mapping[str, Any]) -> None:
        fields = {name: str(row.get(name) or "").strip() for name in _NAMES}
        what, owner, due, measure, status = fields.values()
        if not any((what, owner, due, measure)):
            return
        if not what:
            raise AssessmentError("Say what is done.")
        id, status = self._ids[place], status or "open"
        said = {"owner": owner or None, "due": due or None, "measure": measure or None}
        if id is None:
            self._ids[place] = self._assessment.add_action(what=what, status=status, ask=self._ask, **said)
        else:
            self._assessment.update_action(id, what=what, status=status, **said)


def _start_small(error: AssessmentError) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]
