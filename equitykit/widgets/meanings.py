"""What values mean that equitykit does not read: asked one by one, and added to the codebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import ipywidgets

from equitykit import standards
from equitykit.audit import DEFAULT_STANDARD
from equitykit.codebook import Codebook
from equitykit.frames import Records
from equitykit.propose import OpenValue, open_values
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Html
from equitykit.widgets.shell import Shell

__all__ = ["TITLE", "Meanings"]

RACE = "race_ethnicity"
MOST = 12
LEAVE = "~leave"
TITLE = "What do these values mean?"
INTRO = (
    "Whoever has one of these values counts for no group as long as nobody says what it means. Look it up in the "
    "form or the manual, or ask those who enter the data. Nothing in your file is changed."
)
OTHERS = (
    ("other", "Another race or ethnicity, not said which"),
    ("multiracial", "More than one, not said which"),
    ("missing:unknown", "Not known"),
    ("missing:declined", "Did not want to answer"),
    ("missing:not-asked", "Was not asked"),
    ("missing:not-applicable", "Does not apply"),
    ("missing:unable-to-determine", "Could not be determined"),
)
NOT_RACE = ("none", "Nothing about race, such as \u201cnot Hispanic\u201d")


class Meanings:
    """Fields for the values that are not read, the most frequent first.

    What was said about the values of a file is remembered until the program ends, so that the next page does
    not ask again.

    Attributes
    ----------
    root : the box with the fields. fields : by id.

    Parameters
    ----------
    changed : called when somebody says what a value means. heading : whether the box has a heading of its own.
    """

    _said: ClassVar[dict[tuple[str, str, str], str]] = {}

    def __init__(
        self, shell: Shell, *, changed: Callable[[], None] | None = None, heading: bool = True
    ) -> None:
        self._shell, self._heading = shell, heading
        self._changed = changed or (lambda: None)
        self._path = ""
        self._asked: dict[str, OpenValue] = {}
        self._left: tuple[OpenValue, ...] = ()
        self.fields: dict[str, ChoiceField] = {}
        self.root = ipywidgets.VBox()

    def offer(self, path: Path | None, records: Records | None, book: Codebook | None) -> bool:
        """Ask about the values of a file that a codebook leaves open; False where there are none."""
        before = self.root.children
        values = open_values(records, book) if records is not None and book is not None else ()
        self._path, self._asked, self.fields = str(path), {}, {}
        self._left = values[MOST:]
        self.root.children = ()
        if book is not None and values:
            self._ask(values, book)
            self.root.children = (self._told(), *self.fields.values(), *self._more())
        for widget in before:
            widget.close()
        return bool(values)

    def _told(self) -> Html:
        head = show.heading(TITLE) if self._heading else ""
        return Html(html=head + show.paragraphs(INTRO))

    def _more(self) -> list[Html]:
        """What is said of the values for which there is no room."""
        if not self._left:
            return []
        rows = sum(one.n for one in self._left)
        rest = f"{len(self._left):,} more values are not listed; they stand in {rows:,} rows."
        return [Html(html=show.paragraphs(f"{rest} A codebook can say what they mean."))]

    def _ask(self, values: Sequence[OpenValue], book: Codebook) -> None:
        standard = standards.standard(book.standard or DEFAULT_STANDARD)
        columns = book.questions[RACE].columns
        named = [(name, standard.label(name)) for name in standard.category_ids]
        have = {name.lower() for name in standard.category_ids}
        options = [*named, *(one for one in OTHERS if one[0] not in have)]
        options += [NOT_RACE] if len(columns) > 1 else []
        options.append((LEAVE, "Nobody knows: leave it open"))
        for place, value in enumerate(values[:MOST]):
            where = f" in \u201c{value.column}\u201d" if len(columns) > 1 else ""
            rows = "1 row" if value.n == 1 else f"{value.n:,} rows"
            field = ChoiceField(
                ident=f"~value-{place}",
                kind="select",
                label=f"\u201c{value.text}\u201d{where}, {rows} (optional)",
                help=[f"It may be \u201c{value.suggestion}\u201d."] if value.suggestion else [],
                options=[{"id": id, "label": label} for id, label in options],
                value=self._said.get((self._path, value.column, value.text)),
            )
            field.typed(self._shell.guard(lambda id, value=value: self._take(value, id)))
            self._asked[field.ident], self.fields[field.ident] = value, field

    def _take(self, value: OpenValue, id: str | None) -> None:
        key = (self._path, value.column, value.text)
        if id is None:
            self._said.pop(key, None)
        else:
            self._said[key] = id
        self._changed()

    @property
    def chosen(self) -> tuple[tuple[str, str, str], ...]:
        """What was said: column, value and meaning."""
        return tuple(
            (value.column, value.text, str(self.fields[ident].value))
            for ident, value in self._asked.items()
            if self.fields[ident].value is not None
        )

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Values that nobody has said anything about, also those that are not listed."""
        asked = [value for ident, value in self._asked.items() if self.fields[ident].value is None]
        return tuple(value.text for value in (*asked, *self._left))

    def in_book(self, book: Codebook) -> Codebook:
        """Give the codebook with what was said."""
        codes: dict[str, dict[str, Any]] = {}
        for column, text, id in self.chosen:
            if id != LEAVE:
                kind, _, reason = id.partition(":")
                codes.setdefault(column, {})[text] = {"missing": reason} if reason else kind
        return book.with_codes(RACE, codes) if codes else book
