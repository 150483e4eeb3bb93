"""Earlier findings: opened from the file of an earlier analysis, and looked at again one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equitykit.analysis.section import CHANGES, EarlierFinding
from equitykit.errors import EquitykitError
from equitykit.widgets import show
from equitykit.widgets.being_written import BEING_WRITTEN, BeingWritten
from equitykit.widgets.benches.base import Task
from equitykit.widgets.benches.entries import Entry
from equitykit.widgets.fields import ChoiceField, Html, TaskList, TextField
from equitykit.widgets.files import assessments

__all__ = ["LookAgain", "OpenEarlier"]

FILE, STATE, NOTE = "~earlier-file", "~state", "~note"


class OpenEarlier(Task):
    """Take the findings of an earlier analysis over from its file; that file stays as it is."""

    name = "open"
    title = "Open an earlier analysis"
    hint = "Its findings are taken over. Its file stays as it is."

    def status(self) -> str:
        """Say how many are open."""
        return f"{len(self.work.earlier())} open" if self.work.earlier() else "None yet"

    def open(self, where: str, move: bool) -> bool:
        """Ask for the file."""
        if where:
            return False
        one = self.wizard.assessment
        names = [
            found
            for found in assessments(one.path.parent)
            if found.problem is None
            and found.instrument == one.instrument.origin
            and found.path.name != one.path.name
        ]
        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        open_now = [
            f"{each.title} ({each.file}), as saved on {each.saved[:10]}" for each in self.work.earlier()
        ]
        head = show.heading("Open here") + show.bullets(open_now) if open_now else ""
        if not names:
            text = f"There is no other analysis in the folder {one.path.parent}. Copy its file there, then come back."
            self.page(self.title, [Html(html=head + show.inset(show.paragraphs(text)))], [back], move=move)
            return True
        file = ChoiceField(
            ident=FILE,
            kind="select",
            label="Which file holds the earlier analysis?",
            options=[{"id": each.path.name, "label": f"{each.title} ({each.path.name})"} for each in names],
        )
        press = self.press("Open its findings here", lambda: self._open(file), main=True)
        self.page(self.title, [Html(html=head), file], [press, back], move=move)
        return True

    def _open(self, file: ChoiceField) -> None:
        if not file.value:
            self.wizard.tell_problems((FILE, "Choose a file."))
            return
        one = self.wizard.assessment
        try:
            taken = one.follow_up(one.path.parent / file.value)
        except EquitykitError as error:
            self.wizard.tell_problems((FILE, str(error)))
            return
        count = f"{len(taken)} finding{' is' if len(taken) == 1 else 's are'}"
        self.done = ""
        self.wizard.go(f"bench/{self.part.id}/{LookAgain.name}")
        self.wizard.remark(f"{count} open here now.")


class LookAgain(Task):
    """What became of each earlier finding; every look is kept."""

    name = "earlier"
    title = "Say what became of each finding"
    hint = "Not known is an honest answer."

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._draft: BeingWritten | None = None

    def _findings(self) -> list[EarlierFinding]:
        return [found for one in self.work.earlier() for found in one.findings]

    def _rows(self) -> Sequence[Entry]:
        looks = self.work.looks()
        return [
            Entry(
                one.id,
                one.title,
                BEING_WRITTEN
                if self.wizard.assessment.form(self._form_of(one.id)) is not None
                else (looks[one.id].state.capitalize() if one.id in looks else "Not looked at yet"),
            )
            for one in self._findings()
        ]

    def status(self) -> str:
        """Say how many wait."""
        waiting = len(self._findings()) - len(self.work.looks())
        return f"{waiting} to look at" if waiting else ("All looked at" if self._findings() else "None open")

    def writing(self) -> int:
        """Count the looks that are not saved."""
        return sum(row.status == BEING_WRITTEN for row in self._rows())

    def _form_of(self, finding: str) -> str:
        return f"{self.name}/{finding}"

    def open(self, where: str, move: bool) -> bool:
        """Show the list, or one finding."""
        found = next((one for one in self._findings() if one.id == where), None)
        if where and found is None:
            return False
        if found is not None:
            self._one(found, move)
            return True
        self._draft = None
        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        listed = TaskList(
            items=[{"id": row.id, "title": row.title, "status": row.status} for row in self._rows()]
        )
        listed.on("pick", self.guard(lambda id: self.go(id)))
        none = Html(
            html=show.paragraphs("No earlier finding is open here yet. Open an earlier analysis first.")
        )
        self.page(self.title, [listed if self._findings() else none], [back], move=move)
        return True

    def _one(self, one: EarlierFinding, move: bool) -> None:
        look = self.work.looks().get(one.id)
        told = [
            (name, text)
            for name, text in (
                ("What families met", one.problem),
                ("How it came about", one.how),
                ("What worked", one.works),
            )
            if text
        ]
        said = "".join(show.heading(name, 3) + show.paragraphs(text) for name, text in told)
        if one.recommendations:
            said += show.heading("What was recommended", 3) + show.bullets(one.recommendations)
        state = ChoiceField(
            ident=STATE,
            label="What became of it?",
            options=[{"id": each, "label": each.capitalize()} for each in CHANGES],
            value=look.state if look else None,
        )
        note = TextField(
            ident=NOTE,
            kind="longtext",
            label="How do you know? (optional)",
            help=["Name roles, not people."],
            value=look.note if look else "",
        )
        self._draft = draft = BeingWritten(self.wizard, self._form_of(one.id), (state, note))
        save = self.press("Save this look", lambda: self._save(one.id), main=True)
        small = Html(
            html=show.paragraphs(
                "What you type is kept as you type it. It counts once you press Save. Earlier looks stay in the file.",
                small=True,
            )
        )
        self.page(
            one.title,
            [Html(html=said), *draft.above(), state, note, small],
            [save, *self.let_go(draft), self.back_button("Go back to the list", "")],
            move=move,
        )

    def _save(self, id: str) -> None:
        assert self._draft is not None
        state, note = self._draft.values().values()
        if not state:
            self.wizard.tell_problems((STATE, "Choose what became of it."))
            return
        if self._draft.changed():
            self._draft.become(lambda: self.work.look_again(id, state, note))
        self.go("", done="It is saved.")
        self.wizard.said_saved()
