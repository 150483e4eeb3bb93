"""A list of entries, and a form to add or change one: what most tasks of a bench are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from equitykit.assessment.windows import plain
from equitykit.errors import AssessmentStale, EquitykitError
from equitykit.widgets import show
from equitykit.widgets.being_written import BEING_WRITTEN, BeingWritten, typed_into
from equitykit.widgets.benches.base import Task
from equitykit.widgets.fields import Field, Html, TaskList

__all__ = ["NEW", "Entries", "Entry"]

NEW = "new"
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the list. `aside` : set aside, so it stands below the others."""

    id: str
    title: str
    status: str = ""
    hint: str = ""
    aside: bool = False


class Entries(Task):
    """A list, and a form.

    What is typed is kept at once, and is there when the form is opened next. A new entry counts from its button
    on. An entry that is there already is saved whenever a field is left.

    Attributes
    ----------
    word : what one entry is called, such as "source". adds : whether one can be added here.
    narrowing : fields that only narrow the options of another; they are no part of an entry.
    plan : fields that an entry does not take; what stands in them is kept on.
    set_aside, count_again : words of the buttons that set an entry aside, and take it back in.
    id : the entry whose form is shown; None for a new one. typed : what was found in its form, by field.
    """

    word: ClassVar[str]
    adds: ClassVar[bool] = True
    narrowing: ClassVar[tuple[str, ...]] = ()
    plan: ClassVar[tuple[str, ...]] = ()
    set_aside: ClassVar[str] = "Set it aside as a mistake"
    count_again: ClassVar[str] = "Count it again"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.id: str | None = None
        self._where = ""
        self.typed: Mapping[str, Any] = {}
        self.draft: BeingWritten | None = None

    # what a list says for itself

    def entries(self) -> Sequence[Entry]:
        """Give the entries."""
        raise NotImplementedError

    def form(self, id: str | None) -> Sequence[Field]:
        """Make the fields of an entry, with what it says now; None for a new one."""
        raise NotImplementedError

    def keep(self, id: str | None, values: Values) -> str:
        """Add or change an entry and give its id.

        Parameters
        ----------
        values : what the fields hold, by their ids without "~".
        """
        raise NotImplementedError

    def wrong(self, values: Values) -> Sequence[tuple[str, str]]:
        """Say what is missing, each with the id of its field."""
        return ()

    def place_of(self, error: EquitykitError) -> str | None:
        """Say which field an error of the analysis is about."""
        return None

    def above(self, id: str | None) -> Sequence[Any]:
        """Give what stands above the list (None) or above the form of an entry."""
        return ()

    def below(self, id: str | None) -> Sequence[Any]:
        """Give more buttons below the list (None) or below the form of an entry."""
        return ()

    def title_of(self, id: str | None) -> str:
        """Give the title of the form."""
        if id is None:
            return f"A new {self.word}"
        return next((one.title for one in self.entries() if one.id == id), self.word.capitalize())

    def status(self) -> str:
        """Say how many there are."""
        count = sum(not one.aside for one in self.entries())
        return f"{count} so far" if count else "None yet"

    def writing(self) -> int:
        """Count the forms that are being filled in: new entries, and changes that are not saved."""
        return len(self._new_forms()) + sum(bool(self._forms_of(one)) for one in self.entries())

    def _new_forms(self) -> Mapping[str, Any]:
        forms = list(self.wizard.assessment.forms(f"{self.name}/{NEW}").items())
        found = {plain(name).removeprefix(f"{self.name}/"): form for name, form in reversed(forms)}
        return {where: form for where, form in found.items() if self._is_new(where)}

    def _forms_of(self, entry: Entry) -> Mapping[str, Any]:
        """Forms of an entry that are being filled in; of one that is set aside no form is shown."""
        own = f"{self.name}/{entry.id}"
        forms = {} if entry.aside else self.wizard.assessment.forms(own)
        return {name: form for name, form in forms.items() if name == own or name.startswith(f"{own}/")}

    def _is_new(self, where: str) -> bool:
        """Whether a page is the form of a new entry."""
        return where == NEW

    # pages

    def open(self, where: str, move: bool) -> bool:
        """Show the list, or the form of an entry."""
        if not where:
            self._list(move)
            return True
        new = self.adds and self._is_new(where)
        if not new and where not in [one.id for one in self.entries()]:
            return False
        self._where, self.id = where, None if new else where
        self._form(move)
        return True

    def _list(self, move: bool) -> None:
        self._where, self.draft = "", None
        every = self.entries()
        body: list[Any] = [*self.above(None)]
        new = [
            {"id": where, "title": f"A new {self.word}", "status": BEING_WRITTEN, "hint": typed_into(form)}
            for where, form in self._new_forms().items()
        ]
        for aside, head in ((False, ""), (True, show.heading("Set aside"))):
            rows = [] if aside else new
            rows += [
                {
                    "id": one.id,
                    "title": one.title,
                    "status": BEING_WRITTEN if self._forms_of(one) else one.status,
                    "hint": one.hint,
                }
                for one in every
                if one.aside == aside
            ]
            if rows:
                self.list = TaskList(items=rows)
                self.list.on("pick", self.guard(lambda id: self.go(id)))
                body += [*([Html(html=head)] if head else []), self.list]
        if not every and not new:
            body.append(Html(html=show.paragraphs("There is none yet.")))
        add = [self.press(f"Add a {self.word}", lambda: self.go(NEW), main=True)] if self.adds else []
        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        self.page(self.title, body, [*add, *self.below(None), back], move=move)

    def _form(self, move: bool) -> None:
        name = f"{self.name}/{self._where}"
        found = self.wizard.assessment.form(name)
        self.typed = found.values if found is not None else {}
        fields = list(self.form(self.id))
        self.draft = draft = (
            BeingWritten(self.wizard, name, fields, without=self.narrowing) if fields else None
        )
        for field in fields:
            field.on("leave", self.guard(self._left))
        note = (
            "What you type is kept as you type it. It counts once you press Save."
            if self.id is None
            else "What you type is kept as you type it. A change counts when you leave its field."
        )
        save = self.press("Save" if self.id is None else "Save and go back", self.save, main=True)
        words = "Do not add this" if self.id is None else ""
        gone = self.let_go(draft, self._after(), text=words) if draft is not None else []
        kept = draft.above() if draft is not None else []
        body = [*self.above(self.id or NEW), *kept, *fields, Html(html=show.paragraphs(note, small=True))]
        buttons = [save, *gone, *(self.below(self.id) if self.id is not None else ())]
        self.page(self.title_of(self.id), body, buttons if fields else buttons[1:], move=move)

    # what a person does

    def values(self) -> dict[str, Any]:
        """What the fields of the form hold."""
        return self.draft.values() if self.draft is not None else {}

    def save(self) -> None:
        """Keep what stands in the form and go back to the list."""
        found = self._problems()
        self.wizard.tell_problems(*found)
        if not found:
            self.go(self._after(), done="It is saved.")
            self.wizard.said_saved()

    def _after(self) -> str:
        """The page to go to from a form that is done."""
        return ""

    def _problems(self) -> list[tuple[str | None, str]]:
        """Keep the entry; what stands in the way, if it is not kept."""
        assert self.draft is not None
        values = self.values()
        found: list[tuple[str | None, str]] = [
            (f"~{id.removeprefix('~')}", text) for id, text in self.wrong(values)
        ]
        if found:
            return found
        taken = [name for name in values if name not in self.plan]
        try:
            self.draft.become(lambda: self.keep(self.id, values), only=taken)
        except AssessmentStale:
            raise
        except EquitykitError as error:
            return [(self.place_of(error), str(error))]
        return []

    def _left(self) -> None:
        """Save a change of an entry that is there already."""
        if self.id is not None and self._unsaved() and not self._problems():
            self.wizard.said_saved()

    def _unsaved(self) -> bool:
        return self.draft is not None and any(name not in self.plan for name in self.draft.changed())

    def leaving(self, where: str | None) -> str:
        """Nothing is lost: a change is saved where it can be, and what else was typed is kept in its form."""
        self._left()
        return ""

    def aside_button(self, id: str | None, change: Callable[..., Any]) -> list[Any]:
        """Make the button that sets an entry aside, or takes it back in; none where there is no such entry.

        Parameters
        ----------
        change : the verb of the analysis, such as `change_source`.
        """
        aside = next((one.aside for one in self.entries() if one.id == id), None)
        if aside is None:
            return []

        def do() -> None:
            change(id, aside=not aside)
            self.draft = None
            said = (
                "It counts again."
                if aside
                else "It is set aside. It stays in the file and counts for nothing."
            )
            self.go("", done=said)

        return [self.press(self.count_again if aside else self.set_aside, do)]
