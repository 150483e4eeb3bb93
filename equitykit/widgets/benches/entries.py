"""A list of entries, and a form to add or change one: what most tasks of a bench are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from equitykit.errors import AssessmentStale, EquitykitError
from equitykit.widgets import show
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

    A new entry is kept by its button. An entry that is there already is saved whenever a field is left.

    Attributes
    ----------
    word : what one entry is called, such as "source". adds : whether one can be added here.
    id : the entry whose form is shown; None for a new one.
    """

    word: ClassVar[str]
    adds: ClassVar[bool] = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.id: str | None = None
        self._where = ""
        self._typed: dict[str, Any] | None = None  # typed, and not saved yet
        self._field: dict[str, Field] = {}

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

    # pages

    def open(self, where: str, move: bool) -> bool:
        """Show the list, or the form of an entry."""
        if not where:
            self._list(move)
            return True
        ids = [one.id for one in self.entries()]
        if where not in ids and not (where == NEW and self.adds):
            return False
        if where != self._where:
            self._typed = None
        self._where, self.id = where, None if where == NEW else where
        self._form(move)
        return True

    def _list(self, move: bool) -> None:
        self._where, self._typed = "", None
        every = self.entries()
        body: list[Any] = [*self.above(None)]
        for aside, head in ((False, ""), (True, show.heading("Set aside"))):
            rows = [
                {"id": one.id, "title": one.title, "status": one.status, "hint": one.hint}
                for one in every
                if one.aside == aside
            ]
            if rows:
                self.list = TaskList(items=rows)
                self.list.on("pick", self.guard(lambda id: self.go(id)))
                body += [*([Html(html=head)] if head else []), self.list]
        if not every:
            body.append(Html(html=show.paragraphs("There is none yet.")))
        add = [self.press(f"Add a {self.word}", lambda: self.go(NEW), main=True)] if self.adds else []
        back = self.back_button(f"Go back to \u201c{self.part.title}\u201d")
        self.page(self.title, body, [*add, *self.below(None), back], move=move)

    def _form(self, move: bool) -> None:
        fields = list(self.form(self.id))
        self._fresh = _values(fields)
        for field in fields:
            name = field.ident.removeprefix("~")
            if self._typed is not None and name in self._typed:
                field.value = self._typed[name]
            field.on("leave", self.guard(self._left))
        self._field = {field.ident: field for field in fields}
        note = (
            "This is kept once you press Save."
            if self.id is None
            else "Changes are saved when you leave a field."
        )
        save = self.press("Save" if self.id is None else "Save and go back", self.save, main=True)
        cancel = [self.back_button("Do not add this", "")] if self.id is None else []
        body = [*self.above(self.id or NEW), *fields, Html(html=show.paragraphs(note, small=True))]
        buttons = [save, *cancel, *(self.below(self.id) if self.id is not None else ())]
        self.page(self.title_of(self.id), body, buttons if fields else buttons[1:], move=move)

    # what a person does

    def values(self) -> dict[str, Any]:
        """What the fields of the form hold."""
        return _values(self._field.values())

    def save(self) -> None:
        """Keep what stands in the form and go back to the list."""
        found = self._problems()
        self.wizard.tell_problems(*found)
        if not found:
            self._fresh = self.values()
            self.go("", done="It is saved.")
            self.wizard.said_saved()

    def _problems(self) -> list[tuple[str | None, str]]:
        """Keep the entry; what stands in the way, if it is not kept."""
        values = self._typed = self.values()
        found: list[tuple[str | None, str]] = [
            (f"~{id.removeprefix('~')}", text) for id, text in self.wrong(values)
        ]
        if found:
            return found
        try:
            self.keep(self.id, values)
        except AssessmentStale:
            raise
        except EquitykitError as error:
            return [(self.place_of(error), str(error))]
        self._typed = None
        return []

    def _left(self) -> None:
        """Save a change of an entry that is there already."""
        if self.id is None or not self._unsaved() or self._problems():
            return
        self._fresh = self.values()
        self.wizard.said_saved()

    def _unsaved(self) -> bool:
        return bool(self._where) and bool(self._field) and self.values() != self._fresh

    def leaving(self, where: str | None) -> str:
        """Ask before a form is left that is not saved; a change of an entry is saved in leaving, where it can be."""
        self._left()
        if not self._unsaved():
            return ""
        self._typed = self.values()
        return "What you typed here is not saved. Leave it?"

    def drop(self) -> None:
        """Let what is typed go."""
        self._typed, self._field = None, {}

    def aside_button(self, text: str, change: Any, *, aside: bool) -> Any:
        """Make the button that sets an entry aside, or takes it back in.

        Parameters
        ----------
        change : the verb of the analysis, such as `change_source`.
        """

        def do() -> None:
            change(self.id, aside=aside)
            self.drop()
            self.go(
                "",
                done="It is set aside. It stays in the file and counts for nothing."
                if aside
                else "It counts again.",
            )

        return self.press(text, do)


def _values(fields: Any) -> dict[str, Any]:
    return {
        field.ident.removeprefix("~"): field.value.strip() if isinstance(field.value, str) else field.value
        for field in fields
    }
