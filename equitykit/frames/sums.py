"""Sums of a column of numbers (a survey weight) and of its squares, beside the counts of a tally."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from equitykit.errors import NotANumber
from equitykit.frames.types import Sums
from equitykit.frames.values import keys_of

__all__ = ["add_sums", "amount", "joined_sums", "same_digits"]


def amount(text: str | None, column: str) -> float:
    """The number of 0 or more that a text holds, with or without thousands separators.

    Raises
    ------
    NotANumber
        A blank, a text, or a number that is negative or has no end.
    """
    try:
        found = float("nan" if text is None else text.replace(",", ""))
    except ValueError:
        found = float("nan")
    if not 0 <= found < math.inf:
        raise NotANumber(column, text)
    return found


def add_sums(rows: Iterable[tuple[Any, ...]], width: int, cuts: Sequence[int | None]) -> Sums:
    """Groups of native values, each with count, sum and sum of squares at the end, as sums by text."""
    rows = list(rows)
    return joined_sums(
        (key, (int(row[width]), float(row[width + 1]), float(row[width + 2])))
        for key, row in zip(keys_of(rows, width, cuts), rows, strict=True)
    )


def joined_sums(parts: Iterable[tuple[tuple[str | None, ...], tuple[int, float, float]]]) -> Sums:
    """Sums of the parts that have the same key."""
    found: Sums = {}
    for key, (n, total, squares) in parts:
        before = found.get(key, (0, 0.0, 0.0))
        found[key] = (before[0] + n, before[1] + total, before[2] + squares)
    return found


def same_digits(value: float) -> float:
    """A sum without its last digits, which depend on the order in which an engine adds.

    Examples
    --------
    >>> same_digits(0.1 + 0.2), same_digits(0.3)
    (0.3, 0.3)
    """
    return float(f"{value:.14g}")
