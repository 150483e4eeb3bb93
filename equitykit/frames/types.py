"""The small things that pass between the readers and the rest of the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

SEPARATOR = "\x1f"
"""Joins the values of one unit where several rows belong to it (``Tally.per``)."""

LIMIT = 200_000
"""Most rows a tally may have."""

MAX_COLUMNS = 20_000
"""Most columns a table may have."""

Progress: TypeAlias = Callable[[int, int, str], None]
Key: TypeAlias = tuple[str | None, ...]
Counts: TypeAlias = dict[Key, int]
Sums: TypeAlias = dict[Key, tuple[int, float, float]]


@dataclass(frozen=True, order=True, slots=True)
class Tally:
    """Count units by the trimmed text of some columns.

    Parameters
    ----------
    by : columns whose combinations are counted.
    per : columns that tell one unit (a person) from another; empty means that each row is a unit.
    cut : ``(column, characters)``: use only the first characters of that key, as for the month of a date.
    total : a column of numbers of 0 or more (a survey weight) that is summed as well, for rows as units only.
    """

    by: tuple[str, ...]
    per: tuple[str, ...] = ()
    cut: tuple[tuple[str, int], ...] = ()
    total: str | None = None


@dataclass(frozen=True, slots=True)
class ReadNote:
    """Something a person should know about how the data were read.

    Kinds: ``encoding``, ``delimiter``, ``header``, ``duplicate-columns``, ``totals-row``,
    ``hidden-sheet``, ``merged-cells``, ``short-lines``, ``skipped-lines``, ``excel-dates``, ``formula-text``,
    ``labels``, ``empty-rows``, ``column-order``, ``joined``.
    """

    kind: str
    message: str
    rows: int | None = None
    columns: tuple[str, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether it says that rows were left out, filled up or not matched, so that every count must say it."""
        return self.kind in {"skipped-lines", "short-lines", "totals-row", "joined"}


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What one column holds: rows, blanks, distinct values, and the most frequent ones with their counts."""

    column: str
    n: int
    blank: int
    distinct: int
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """How to open the same data again; ``path`` is None for a frame in memory."""

    path: str | None
    options: Mapping[str, Any] = field(default_factory=dict)


def no_progress(done: int, total: int, what: str) -> None:
    """Say nothing."""
