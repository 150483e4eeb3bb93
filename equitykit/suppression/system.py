"""Cells that add up: what is known of each when it is shown, when it is hidden, and what must stay unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

__all__ = ["Flags", "Floats", "System", "Target", "incidence", "linear_program"]

AT_EASE = 400
"""Up to this many cells, as many programs are spent on a search as it may need."""

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Target:
    """A cell that must stay unknown.

    Attributes
    ----------
    cell : its place among the cells.
    low, high : the reader may not be able to say that it is above `low`, or below `high`.
    width : the two ends of what the reader can say must lie this far apart.
    """

    cell: int
    low: float = np.inf
    high: float = -np.inf
    width: float = 0.0


@dataclass(frozen=True)
class System:
    """Cells, the sums between them, and what somebody who reads the table knows of each cell.

    Attributes
    ----------
    sums : one row for each sum: 1 for the total, -1 for its parts; every row comes to zero.
    shown_low, shown_high : what is known of a cell that is shown (the same number twice, unless rounded).
    hidden_low, hidden_high : what is known of it when it is hidden.
    hidden : cells that are hidden in any case.
    cost : what it costs to hide each of the others; infinite where it may not be hidden.
    targets : what must stay unknown.
    company : groups of cells of which at least one must be hidden as well.
    whole : whether every corner of what is possible is a table of whole numbers, so that real numbers do.
    """

    sums: sparse.csr_array
    shown_low: Floats
    shown_high: Floats
    hidden_low: Floats
    hidden_high: Floats
    hidden: Flags
    cost: Floats
    targets: tuple[Target, ...]
    company: tuple[tuple[int, ...], ...] = ()
    whole: bool = True

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.cost)

    def affords(self, programs: int) -> int:
        """How many programs can be spent on it: the larger it is, the longer each takes."""
        return max(programs // 20, int(programs * min(1.0, AT_EASE / max(self.size, 1))))

    @property
    def choices(self) -> npt.NDArray[np.intp]:
        """Cells that may be hidden and need not be."""
        return np.flatnonzero(~self.hidden & np.isfinite(self.cost))

    def bounds(self, hidden: Flags) -> tuple[Floats, Floats]:
        """What a reader knows of each cell, sums aside."""
        return (
            np.where(hidden, self.hidden_low, self.shown_low),
            np.where(hidden, self.hidden_high, self.shown_high),
        )

    def between(self, part: Floats) -> tuple[Floats, Floats]:
        """The same for cells that are hidden in part; for the bounds of an optimum."""
        room = 1.0 + max((t.high for t in self.targets if np.isfinite(t.high)), default=1.0)
        high = np.minimum(self.hidden_high, self.shown_high + room)
        low, top = self.bounds(self.hidden)
        choices = self.choices
        low[choices] += part[choices] * (self.hidden_low - self.shown_low)[choices]
        top[choices] += part[choices] * (high - self.shown_high)[choices]
        return low, top

    def aiming(self, targets: Iterable[Target]) -> System:
        """The same cells with other targets."""
        return replace(self, targets=tuple(targets))


def incidence(rows: Sequence[tuple[int, Sequence[int]]], cells: int) -> sparse.csr_array:
    """The matrix of sums, from pairs of a total and its parts.

    Examples
    --------
    >>> incidence([(2, [0, 1])], 3).toarray().tolist()
    [[-1.0, -1.0, 1.0]]
    """
    from scipy import sparse

    at: list[int] = []
    cell: list[int] = []
    sign: list[float] = []
    for row, (total, parts) in enumerate(rows):
        at += [row] * (len(parts) + 1)
        cell += [total, *parts]
        sign += [1.0, *([-1.0] * len(parts))]
    return sparse.csr_array((sign, (at, cell)), shape=(len(rows), cells), dtype=float)


def linear_program(
    goal: Floats,
    sums: sparse.csr_array,
    right: Floats,
    low: Floats,
    high: Floats,
    *,
    at_most: tuple[sparse.csr_array, Floats] | None = None,
) -> Any:
    """The least of `goal` where the sums come to `right`, solved by HiGHS through scipy."""
    from scipy.optimize import linprog

    solve: Any = linprog  # its types know neither sparse matrices nor arrays of bounds
    some = sums.shape[0] > 0
    return solve(
        goal,
        A_eq=sums if some else None,
        b_eq=right if some else None,
        A_ub=None if at_most is None else at_most[0],
        b_ub=None if at_most is None else at_most[1],
        bounds=np.column_stack([low, high]),
        method="highs",
    )
