"""A totals row at the foot of a table is not a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from equitykit.frames.header import as_number
from equitykit.frames.types import ReadNote
from equitykit.frames.values import clean
from equitykit.text import plain

_PLAIN = frozenset(
    {"total", "totals", "grand total", "grand totals", "overall total", "sum total", "total sum"}
)
_WEAK = frozenset({"all", "overall", "sum"})


class Above(Protocol):
    """The rows above the last one."""

    rows: int

    def holds(self, place: int, word: str) -> bool:
        """Whether a column holds this word."""

    def total(self, place: int) -> float:
        """Sum of the numbers of a column."""


def may_be_total(row: Sequence[str]) -> bool:
    """Whether a row reads like a totals row, before the rows above it are looked at."""
    return _word(row) is not None


def is_total(row: Sequence[str], above: Above, *, sure: bool) -> bool:
    """Whether the last row sums up the others.

    ``sure`` asks more of words that also name a group ("All"): one of the numbers must be the sum of
    its column or the number of rows. A word that stands in the same column of another row names a group.
    """
    found = _word(row)
    if found is None or not above.rows:
        return False
    place, word = found
    if above.holds(place, word):
        return False
    if word in _PLAIN or not sure:
        return True
    numbers = [(at, number) for at, cell in enumerate(row) if (number := as_number(cell)) is not None]
    return any(
        number == above.rows or abs(number - above.total(at)) < 0.005 * abs(number) for at, number in numbers
    )


def _word(row: Sequence[str]) -> tuple[int, str] | None:
    """Place and text of the word for a total, where all other cells are numbers or empty."""
    texts = [(place, text) for place, cell in enumerate(row) if (text := clean(cell)) is not None]
    words = [(place, text) for place, text in texts if as_number(text) is None]
    if len(words) != 1 or len(texts) < 2:
        return None
    place, text = words[0]
    word = " ".join(text.casefold().rstrip(":.").split())
    return (place, word) if word in _PLAIN | _WEAK else None


def totals_note(row: Sequence[str]) -> ReadNote:
    """The note about a row that was taken out."""
    text = plain(", ".join(cell for cell in row if clean(cell)), 80)
    return ReadNote(
        "totals-row", f"The last row is a totals row and was not counted as a record: {text}.", rows=1
    )
