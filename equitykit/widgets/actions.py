"""The actions of an assessment as rows: what, who, by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from equitykit.assessment import Assessment
from equitykit.assessment.document import ActionStatus
from equitykit.errors import AssessmentError
from equitykit.instruments import Ask
from equitykit.widgets.fields import RowsField

if TYPE_CHECKING:
    from equitykit.widgets.screens import Screens

__all__ = ["ActionsField"]

STATUSES: tuple[str, ...] = get_args(ActionStatus)
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
    """Actions, saved as they are typed and put into the register when the field is left; none is deleted."""

    def __init__(self, assessment: Assessment, ask: Ask, wizard: Screens) -> None:
        rows = assessment.action_rows()
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
        self._ids: list[str | None] = [row["id"] for row in rows]
        self.unkept = ""
        self._wizard = wizard
        self.typed(wizard.guard(self._keep_typed))
        self.on("leave", wizard.guard(self._keep_and_say))

    def _keep_typed(self, rows: list[dict[str, Any]]) -> None:
        """Save what is typed, at once; a row gets its id with its first word."""
        self._ids += [None] * (len(rows) - len(self._ids))
        named = [{**row, "id": id} for row, id in zip(rows, self._ids, strict=False)]
        ids = self._assessment.draft_actions(self._ask, named)
        self._ids[: len(ids)] = ids
        self._wizard.said_saved()

    def _keep_and_say(self) -> None:
        before = self._assessment.revision
        self.keep()
        if self._assessment.revision != before:
            self._wizard.said_saved()

    def keep(self) -> None:
        """Put what stands in the rows into the register; `unkept` says what could not be kept yet."""
        self._assessment.leave(self._ask)
        self.unkept, self.wrong = "", None
        found = self._assessment.action_problems(self._ask)
        for place, id in enumerate(self._ids):
            if id in found and not self.unkept:
                error = found[id]
                said = _start_small(error) if "date" in error.problem else "say what is done."
                self.unkept = f"Action {place + 1}: {said}"
                self.wrong = {"row": place, "column": "due" if "date" in error.problem else "what"}


def _start_small(error: AssessmentError) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]
