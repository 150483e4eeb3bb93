"""A chain of decisions in a data file: which they are, who is followed, and whom each group is compared with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from equitykit.codebook import Codebook
from equitykit.widgets import show
from equitykit.widgets.compare import MOST_COLUMNS, MOST_VALUES, CompareForm
from equitykit.widgets.fields import Html, RowsField
from equitykit.widgets.shell import Shell

__all__ = ["ChainForm"]

CHAIN = "~chain"


class ChainForm(CompareForm):
    """Fields of a chain of decisions; where the codebook names the decisions, they are not asked again."""

    def __init__(self, folder: Path, shell: Shell) -> None:
        super().__init__(folder, shell)
        self.named = Html(role="status")
        self.chain = RowsField(
            ident=CHAIN,
            label="Which decisions follow each other?",
            help=[
                "Begin with the first one. Each decision stands in a column of its own, and only people who came "
                "through the one before can come to the next.",
            ],
            columns=_columns([]),
            word="Decision",
            ordered=True,
            shown=False,
        )
        self.chain.typed(shell.guard(lambda _: self._offer_references()))
        self.asked = (self.chain, self.by)

    @property
    def widgets(self) -> list[Any]:
        """The fields in order, and the decisions that the codebook names."""
        return [*self.data.widgets, self.named, *self.asked, self.counting, *self.beside]

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing, by field."""
        found = self.data.problems()
        if found:
            return found
        if self.chain.shown and (wrong := self._wrong()):
            return [(CHAIN, wrong)]
        wanted = (
            (self.by, "Choose at least one kind of group."),
            (self.reference, "Choose whom each group is compared with."),
        )
        return [(field.ident, text) for field, text in wanted if field.shown and not field.value]

    def described(self) -> tuple[Codebook, str]:
        """The codebook with the decisions in it, and the name of the last one."""
        book = self._book()
        if book.stages:
            return book, book.stages[-1]
        said = book.to_dict()
        outcomes = dict(said.get("outcomes", {}))
        for row in self._rows():
            outcomes[_slug(row["name"])] = {"column": row["column"], "event": _values(row["event"])}
        names = [_slug(row["name"]) for row in self._rows()]
        return Codebook.load({**said, "outcomes": outcomes, "stages": names, "benchmark": None}), names[-1]

    # what depends on what

    def _data_changed(self) -> None:
        self._groups = None
        for field in (self.chain, self.by, self.reference, self.reason):
            field.shown = False
        self.named.html = ""
        if self.data.records is None or self.data.problems():
            return
        book = self._book()
        self.by.shown = True
        if book.stages:
            told = ", ".join(name.replace("_", " ") for name in book.stages)
            self.named.html = show.inset(
                show.paragraphs(f"The codebook names these decisions, in this order: {told}.")
            )
        else:
            hidden = self.data.proposal.identifiers
            names = [name for name in self.data.records.columns if name not in hidden][:MOST_COLUMNS]
            # Before it is shown: a field that is drawn again loses what is just typed.
            self.chain.columns = _columns(names)
            self.chain.shown = True
        self._offer_groups(book)

    def _ready(self) -> bool:
        if self.data.records is None or not self.by.value:
            return False
        return not self.chain.shown or self._wrong() is None

    def _chosen(self) -> tuple[Any, ...]:
        return (*super()._chosen(), str(self.chain.value))

    def _rows(self) -> list[dict[str, str]]:
        rows = (
            {id: str(row.get(id) or "").strip() for id in ("name", "column", "event")}
            for row in self.chain.value
        )
        return [row for row in rows if any(row.values())]

    def _wrong(self) -> str | None:
        """What is missing or wrong in the rows, in words."""
        rows, records = self._rows(), self.data.records
        if len(rows) < 2:
            return "Write down at least two decisions."
        for number, row in enumerate(rows, start=1):
            if not all(row.values()):
                return f"Decision {number}: say what it is called, its column, and the value."
            profile = records.profile([row["column"]], top=MOST_VALUES)[row["column"]] if records else None
            seen = [value for value, _ in profile.values] if profile else []
            missing = [value for value in _values(row["event"]) if value not in seen]
            if missing and len(seen) < MOST_VALUES:
                return (
                    f"Decision {number}: \u201c{missing[0]}\u201d does not stand in the column "
                    f"\u201c{row['column']}\u201d. It holds: {', '.join(seen)}."
                )
        if len({_slug(row["name"]) for row in rows}) < len(rows):
            return "Two decisions have the same name."
        return None


def _columns(names: list[str]) -> list[dict[str, Any]]:
    return [
        {"id": "name", "label": "What is it called?", "kind": "text"},
        {
            "id": "column",
            "label": "Which column says whether it happened?",
            "kind": "choice",
            "options": [{"id": name, "label": name} for name in names],
        },
        {
            "id": "event",
            "label": "Which value means that it happened?",
            "kind": "text",
            "hint": "As it stands in the file, such as Y. Several with a semicolon between them.",
        },
    ]


def _values(text: str) -> list[str]:
    return [value.strip() for value in text.split(";") if value.strip()]


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_") or "decision"
