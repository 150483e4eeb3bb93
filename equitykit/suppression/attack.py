"""The attacker: what somebody can say of a hidden cell from all that is shown.

Linear programs find the least and the most that each cell can be. Where the corners of what is
possible need not be whole numbers, every single value is tried as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from equitykit.suppression.system import Flags, Floats, System, Target, linear_program

if TYPE_CHECKING:
    from scipy import sparse

__all__ = [
    "MOST_PROGRAMS",
    "TOLERANCE",
    "Attacker",
    "Extreme",
    "Weakness",
    "too_many_values",
    "values_ruled_out",
    "weaknesses",
    "withstands",
]

TOLERANCE = 1e-6
MOST_PROGRAMS = 20_000
"""Integer programs spent on trying single values, fewer in tables of more than 400 cells; beyond, the attack is
made in real numbers only."""

_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least or the most a cell can be.

    Attributes
    ----------
    value : the end; infinite where there is none.
    proof : weights of the cells with which the sums prove it; None where there is no end.
    point : a table that fits all that is shown and has this value; None where there is no end.
    """

    value: float
    proof: Floats | None
    point: Floats | None


@dataclass(frozen=True, slots=True)
class Weakness:
    """A target that the attacker can narrow down too far."""

    target: Target
    low: Extreme | None = None
    high: Extreme | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Cells that hang together: their places, their sums, and what the known cells leave for each sum."""

    cells: npt.NDArray[np.intp]
    rows: npt.NDArray[np.intp]
    sums: sparse.csr_array
    right: Floats


class Attacker:
    """Somebody who knows the bounds of each cell and the sums.

    Parameters
    ----------
    sums : the matrix of sums.
    low, high : what is known of each cell.
    """

    def __init__(self, sums: sparse.csr_array, low: Floats, high: Floats) -> None:
        self._low, self._high = low, high
        self._sums = sums
        self._columns = sums.tocsc()
        self._free = high - low > _NOTHING
        self.part = self._parts()
        self._pieces: dict[int, _Piece] = {}

    def _parts(self) -> npt.NDArray[np.intp]:
        """Number of the connected part that each cell lies in; cells that are known connect nothing."""
        from scipy import sparse
        from scipy.sparse import csgraph

        links = abs(self._sums) @ sparse.diags_array(self._free.astype(float))
        joined = sparse.block_array([[None, links.T], [links, None]], format="csr")
        _, part = csgraph.connected_components(joined, directed=False)
        return np.asarray(part[: len(self._free)], dtype=np.intp)

    def _piece(self, cell: int) -> _Piece:
        """The connected part that a cell lies in."""
        part = int(self.part[cell])
        if part not in self._pieces:
            cells = np.flatnonzero((self.part == part) & self._free)
            rows = np.unique(self._columns[:, cells].indices).astype(np.intp)
            matrix = self._sums[rows, :]
            known = np.where(self._free, 0.0, self._low)
            right = np.asarray(-(matrix @ known), dtype=float)
            self._pieces[part] = _Piece(cells, rows, matrix[:, cells].tocsr(), right)
        return self._pieces[part]

    def extreme(self, cell: int, *, most: bool, cap: float | None = None) -> Extreme:
        """The least or the most that a cell can be.

        Parameters
        ----------
        cell : which one.
        most : the most, else the least.
        cap : it is of no interest how far beyond this it can go.
        """
        sign = 1.0 if most else -1.0
        known = self._known(cell, sign)
        if known is not None:
            return known
        piece = self._piece(cell)
        cells, rows, matrix, right = piece.cells, piece.rows, piece.sums, piece.right
        place = int(np.searchsorted(cells, cell))
        goal = np.zeros(len(cells))
        goal[place] = -sign
        low, high = self._low[cells].copy(), self._high[cells].copy()
        if most and cap is not None and cap < high[place]:
            high[place] = cap
        if not most and cap is not None and cap > low[place]:
            low[place] = cap
        done = linear_program(goal, matrix, right, low, high)
        if done.status == 2 and cap is not None:
            return self.extreme(cell, most=most)  # it lies beyond the cap altogether
        if done.status in (3, 4):
            return Extreme(sign * np.inf, None, None)
        if done.status != 0:
            raise ArithmeticError(f"The numbers shown fit no table ({done.message})")
        proof = np.zeros(len(self._low))
        proof[cell] = sign
        if len(rows):
            multiplier = np.zeros(self._sums.shape[0])
            multiplier[rows] = done.eqlin.marginals
            proof += self._sums.T @ multiplier
        proof[np.abs(proof) < _NOTHING] = 0.0
        point = np.where(self._free, np.nan, self._low)
        point[cells] = done.x
        return Extreme(_tidy(float(done.x[place])), proof, point)

    def _known(self, cell: int, sign: float) -> Extreme | None:
        """A cell that is shown needs no program."""
        if self._free[cell]:
            return None
        proof = np.zeros(len(self._low))
        proof[cell] = sign
        return Extreme(float(self._low[cell]), proof, None)

    def interval(self, cell: int) -> tuple[float, float]:
        """The least and the most that a cell can be."""
        return self.extreme(cell, most=False).value, self.extreme(cell, most=True).value


def _tidy(value: float) -> float:
    """A whole number where it is one but for rounding errors."""
    nearest = round(value)
    return float(nearest) if abs(value - nearest) < TOLERANCE else value


def weaknesses(system: System, low: Floats, high: Floats) -> list[Weakness]:
    """Targets that somebody who knows these bounds can narrow down too far, each with the proof.

    A table found on the way that gives another target the room it needs spares the work for that one.
    """
    return list(_weaknesses(system, low, high))


def withstands(system: System, low: Floats, high: Floats) -> bool:
    """Whether nobody who knows these bounds can narrow a target down too far; the first that can be settles it."""
    return next(_weaknesses(system, low, high), None) is None


def _weaknesses(system: System, low: Floats, high: Floats) -> Iterator[Weakness]:
    attacker = Attacker(system.sums, low, high)
    least = np.full(system.size, np.inf)
    most = np.full(system.size, -np.inf)

    def look(cell: int, *, up: bool, cap: float | None = None) -> Extreme:
        found = attacker.extreme(cell, most=up, cap=cap)
        if found.point is not None:
            np.fmin(least, found.point, out=least)
            np.fmax(most, found.point, out=most)
        side = most if up else least
        side[cell] = found.value
        return found

    for target in system.targets:
        cell = target.cell
        down = up = None
        if target.width and most[cell] - least[cell] < target.width - TOLERANCE:
            down, up = look(cell, up=False), look(cell, up=True)
            if up.value - down.value >= target.width - TOLERANCE:
                down = up = None
        elif not target.width:
            if least[cell] > target.low + TOLERANCE:
                down = look(cell, up=False, cap=target.low)
                down = down if down.value > target.low + TOLERANCE else None
            if most[cell] < target.high - TOLERANCE:
                up = look(cell, up=True, cap=target.high)
                up = up if up.value < target.high - TOLERANCE else None
        if down is not None or up is not None:
            yield Weakness(target, down, up)


def _single_values(system: System) -> dict[int, set[int]]:
    """The values of each small count that a reader may not exclude."""
    return {t.cell: set(range(int(t.low), int(t.high) + 1)) for t in system.targets if not t.width}


def too_many_values(system: System) -> bool:
    """Whether to try every single value would take too many programs."""
    return sum(map(len, _single_values(system).values())) + len(system.targets) > system.affords(
        MOST_PROGRAMS
    )


def values_ruled_out(system: System, hidden: Flags) -> dict[int, list[int]] | None:
    """Values of the targets that no table of whole numbers has, though a table of real numbers may.

    Parameters
    ----------
    system : the cells.
    hidden : which are hidden.

    Returns
    -------
    For each target that can be narrowed down, the values that can be ruled out (for a target with a width:
    every other value). None where it would take too many programs.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    low, high = system.bounds(hidden)
    if too_many_values(system):
        return None
    wanted = _single_values(system)
    seen: dict[int, set[int]] = {t.cell: set() for t in system.targets}
    zero = np.zeros(system.sums.shape[0])
    counted = np.ones(system.size, dtype=np.int64)
    rule = LinearConstraint(system.sums, zero, zero)

    def solve(goal: Floats, below: Floats, above: Floats) -> bool:
        done = milp(
            goal,
            constraints=rule,
            bounds=Bounds(below, above),
            integrality=counted,
        )
        if done.x is not None:
            for cell, values in seen.items():
                values.add(round(float(done.x[cell])))
        return done.x is not None

    gaps: dict[int, list[int]] = {}
    for target in system.targets:
        cell = target.cell
        goal = np.zeros(system.size)
        if target.width:
            if not seen[cell]:
                solve(goal, low, high)
            for step in (1, -1):
                if len(seen[cell]) == 1:
                    below, above = low.copy(), high.copy()
                    (known,) = seen[cell]
                    if step > 0:
                        below[cell] = max(below[cell], known + 1)
                    else:
                        above[cell] = min(above[cell], known - 1)
                    if below[cell] <= above[cell]:
                        solve(goal, below, above)
            if len(seen[cell]) < 2:
                gaps[cell] = []
            continue
        for value in sorted(wanted[cell] - seen[cell]):
            below, above = low.copy(), high.copy()
            below[cell] = above[cell] = value
            if value not in seen[cell] and not solve(goal, below, above):
                gaps.setdefault(cell, []).append(value)
    return gaps
