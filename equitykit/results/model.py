"""A published table, read: its groups, its columns, and each of its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from equitykit.frames.types import ReadNote
from equitykit.standards import Meaning

__all__ = ["ESTIMATES", "HIDDEN_STATES", "UNCERTAINTY", "Cell", "Column", "Group", "MarkUse", "Results"]

ESTIMATES = frozenset({"percent", "rate", "ratio", "difference", "mean"})
"""Kinds of columns that are worked out from counts."""
UNCERTAINTY = frozenset({"lower", "upper", "interval", "se", "rse", "moe", "flag"})
HIDDEN_STATES = frozenset({"suppressed", "unreliable", "not-collected", "not-applicable", "not-available"})
"""States, other than blank and not-said, of a cell that shows no number."""

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A label of the race and ethnicity dimension.

    Attributes
    ----------
    label : as it stands in the table.
    meaning : how it was read; None where it could not be.
    total : whether it stands for everybody.
    reference : whether the label itself says that it is the reference.
    scheme : "alone", "any" (alone or in combination) or None where the label does not say.
    """

    label: str
    meaning: Meaning | None
    total: bool = False
    reference: bool = False
    scheme: str | None = None

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories that it names, `~multiracial`, `~other`, `~unknown` and the like, or `~total`."""
        if self.total:
            return ("~total",)
        if self.meaning is None:
            return ()
        if self.meaning.adds:
            return tuple(sorted(self.meaning.adds))
        if self.meaning.residual:
            return (f"~{self.meaning.residual}",)
        return (f"~{self.meaning.missing}",) if self.meaning.missing else ()

    @property
    def id(self) -> str:
        """One id: categories joined by "+", members of a merged label by "/", else the label itself."""
        if self.meaning is not None and self.meaning.one_of:
            return "/".join(sorted(self.meaning.one_of))
        return "+".join(self.categories) or self.label

    @property
    def unknown(self) -> bool:
        """Whether it holds people whose group is not known."""
        return self.meaning is not None and self.meaning.missing is not None and not self.meaning.adds


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of numbers holds.

    Attributes
    ----------
    name : its heading, without group and labels.
    kind : count, n, percent, rate, ratio, difference, mean, lower, upper, interval, se, rse, moe, flag, scale.
    guessed : whether the heading does not say so, and the numbers had to.
    per : for a rate, per how many people.
    scale : 100 for percents, 1 for shares of 1.
    decimals : places after the decimal point.
    headings : the headings in the file.
    """

    name: str
    kind: str
    guessed: bool = False
    per: float | None = None
    scale: float = 100.0
    decimals: int = 0
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes
    ----------
    group : label of its group; None where the table has no groups.
    labels : the other dimensions, each with its label.
    column : name of the column.
    raw : as it stands.
    value : the number; None where none is shown.
    state : number, zero, suppressed, unreliable, not-collected, not-applicable, not-available, blank, not-said.
    mark : what stands in place of the number, or beside it.
    low, high : a range shown in its place, or the limits of an interval beside it.
    decimals : places after the decimal point in this cell.
    row, at : where it stands in the file, counted from 1.
    """

    group: str | None
    labels: Labels
    column: str
    raw: str
    value: float | None
    state: str
    mark: str | None
    low: float | None
    high: float | None
    decimals: int
    row: int
    at: int

    @property
    def shown(self) -> bool:
        """Whether a number is shown."""
        return self.value is not None

    @property
    def place(self) -> tuple[str | None, Labels]:
        """Group and labels."""
        return self.group, self.labels


@dataclass(frozen=True, slots=True)
class MarkUse:
    """A mark, and what it means here.

    Attributes
    ----------
    mark : as it stands; "" for blank cells.
    meaning : a state of `Cell`, or "significance" or "reference" for a mark beside a number.
    said_by : "notes", "default" (in wide use) or "nobody".
    words : what the notes say.
    n : cells in which it stands. columns : how many of them in which column.
    """

    mark: str
    meaning: str
    said_by: str
    words: str | None
    n: int
    columns: Mapping[str, int]


@dataclass(frozen=True, repr=False)
class Results:
    """A published table, made by `read_results`.

    Attributes
    ----------
    name : file name, or "data frame".
    layout : long, wide or crossed.
    title : rows above the table. remarks : rows below it.
    dimension : name of the race and ethnicity dimension; None where there is none.
    groups : its labels, in the order of the table.
    dimensions : the other dimensions, with their labels.
    columns : the columns of numbers.
    cells : every cell.
    marks : the marks found.
    notes : how it was read.
    rows : rows of the table itself.
    path, sha256, options : where it was read from.

    Interpretation
    --------------
    A mark whose meaning neither the notes nor wide use settle is "not-said"; it is never guessed.
    """

    name: str
    layout: str
    title: tuple[str, ...]
    remarks: tuple[str, ...]
    dimension: str | None
    groups: tuple[Group, ...]
    dimensions: Mapping[str, tuple[str, ...]]
    columns: tuple[Column, ...]
    cells: tuple[Cell, ...]
    marks: tuple[MarkUse, ...]
    notes: tuple[ReadNote, ...]
    rows: int
    headings: tuple[str, ...] = ()
    path: str | None = None
    sha256: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Results {self.name}: {len(self.groups)} groups, {len(self.cells):,} cells>"

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Title and notes."""
        return (*self.title, *self.remarks)

    def column(self, name: str) -> Column:
        """A column by its name."""
        return next(one for one in self.columns if one.name == name)

    def of_kind(self, *kinds: str) -> tuple[Column, ...]:
        """Columns of some kinds."""
        return tuple(one for one in self.columns if one.kind in kinds)

    def group(self, label: str | None) -> Group | None:
        """A group by its label."""
        return self._by_label.get(label) if label is not None else None

    @cached_property
    def _by_label(self) -> dict[str, Group]:
        return {one.label: one for one in self.groups}

    @cached_property
    def _at(self) -> dict[tuple[str, str | None, Labels], Cell]:
        return {(cell.column, cell.group, cell.labels): cell for cell in self.cells}

    def at(self, column: str, group: str | None, labels: Labels) -> Cell | None:
        """The cell of a column at a place."""
        return self._at.get((column, group, labels))

    def cells_of(self, column: str) -> Iterator[Cell]:
        """Cells of one column."""
        return (cell for cell in self.cells if cell.column == column)

    @property
    def hidden(self) -> int:
        """Cells without a number."""
        return sum(not cell.shown for cell in self.cells)

    def to_frame(self) -> pd.DataFrame:
        """One row for each cell: group, its id, the other labels, column, kind, value, state, mark."""
        kinds = {column.name: column.kind for column in self.columns}
        ids = {group.label: group.id for group in self.groups}
        rows = [
            {
                "group": cell.group,
                "id": ids.get(cell.group) if cell.group is not None else None,
                **dict(cell.labels),
                "column": cell.column,
                "kind": kinds[cell.column],
                "value": cell.value,
                "state": cell.state,
                "mark": cell.mark,
                "raw": cell.raw,
            }
            for cell in self.cells
        ]
        return pd.DataFrame(rows)
