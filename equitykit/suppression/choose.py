"""Which further cells to hide: the cheapest set where that can be proved, a sound one beyond.

The optimum is found as Fischetti and Salazar do: a cheapest set is proposed by an integer program,
attacked by linear programs, and each attack that succeeds becomes a condition for the next proposal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from equitykit.suppression.attack import TOLERANCE, Weakness, values_ruled_out, weaknesses
from equitykit.suppression.heuristic import hide_until_safe
from equitykit.suppression.system import Flags, Floats, System, Target

__all__ = ["Chosen", "OPTIMAL_CELLS", "Unprotectable", "choose"]

OPTIMAL_CELLS = 1000
"""Up to this many cells that may be hidden, the cheapest set is looked for."""

ROUNDS = 200
"""Proposals before the search for the cheapest set is given up."""


class Unprotectable(Exception):
    """Even with everything hidden that may be, these targets can be narrowed down too far."""

    def __init__(self, cells: Iterable[int]) -> None:
        self.cells = tuple(cells)
        super().__init__(f"{len(self.cells)} cells cannot be protected")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is hidden in the end.

    Attributes
    ----------
    hidden : all hidden cells.
    optimal : whether no cheaper set protects the targets.
    rounds : proposals that were attacked.
    """

    hidden: Flags
    optimal: bool
    rounds: int


def choose(system: System, *, limit: int = OPTIMAL_CELLS) -> Chosen:
    """Hide as cheaply as can be what the targets need.

    Parameters
    ----------
    system : cells, sums and targets.
    limit : the optimum is looked for where at most this many cells may be hidden.

    Returns
    -------
    Chosen. The same system gives the same choice.

    Raises
    ------
    Unprotectable : for targets that cannot be protected.
    """
    most = system.hidden | np.isfinite(system.cost)
    hopeless = weaknesses(system, *system.bounds(most))
    if hopeless:
        raise Unprotectable(weak.target.cell for weak in hopeless)
    if len(system.choices) <= limit:
        found = _Optimum(system).search()
        if found is not None:
            return found
    hidden = hide_until_safe(system)
    if not _holds_in_whole_numbers(system, hidden):
        hidden = most
    return Chosen(hidden, False, 0)


def _holds_in_whole_numbers(system: System, hidden: Flags) -> bool:
    """Whether the targets stay safe from a reader who knows that people come in whole numbers."""
    return system.whole or not values_ruled_out(system, hidden)


# --- the optimum -----------------------------------------------------------------------------------


class _Optimum:
    """Proposals by an integer program, and the conditions that attacks have added to it."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.choices = system.choices
        self._place = {int(cell): place for place, cell in enumerate(self.choices)}
        self._rows: list[Floats] = []
        self._least: list[float] = []
        self._kept: set[bytes] = set()
        for group in system.company:
            self._add(self._sum_of(group), 1.0)
        self._bridges()
        self._single_sums()

    def _sum_of(self, cells: Iterable[int]) -> Floats:
        row = np.zeros(len(self.choices))
        for cell in cells:
            if cell in self._place:
                row[self._place[cell]] = 1.0
        return row

    def _add(self, row: Floats, least: float) -> bool:
        key = np.round(row, 9).tobytes()
        if key in self._kept:
            return False
        self._kept.add(key)
        self._rows.append(row)
        self._least.append(least)
        return True

    def _bridges(self) -> None:
        """A cell that would be alone in a sum is known from it: hiding it would be for nothing."""
        sums = self.system.sums
        for row in range(sums.shape[0]):
            cells = sums.indices[sums.indptr[row] : sums.indptr[row + 1]]
            if self.system.hidden[cells].any():
                continue
            places = [self._place[int(cell)] for cell in cells if int(cell) in self._place]
            for place in places:
                condition = np.zeros(len(self.choices))
                condition[places] = 1.0
                condition[place] = -1.0
                self._add(condition, 0.0)

    def _single_sums(self) -> None:
        """What each sum that a target enters says by itself."""
        sums, columns = self.system.sums, self.system.sums.tocsc()
        for target in self.system.targets:
            cell = target.cell
            start, end = columns.indptr[cell], columns.indptr[cell + 1]
            for row, sign in zip(columns.indices[start:end], columns.data[start:end], strict=True):
                line = np.zeros(self.system.size)
                line[sums.indices[sums.indptr[row] : sums.indptr[row + 1]]] = sums.data[
                    sums.indptr[row] : sums.indptr[row + 1]
                ]
                unit = np.zeros(self.system.size)
                unit[cell] = 1.0
                up, down = unit - sign * line, -unit + sign * line
                self._cut(target, up, down)

    def _cut(self, target: Target, up: Floats | None, down: Floats | None) -> bool:
        """Add what a proof of the most (up) and of the least (down) demands; whether it is new."""
        if target.width:
            if up is None or down is None:
                return False
            (a, most), (b, least) = self._bound(up), self._bound(down)
            return self._condition(a + b, target.width - most - least)
        added = False
        if up is not None:
            row, most = self._bound(up)
            added |= self._condition(row, target.high - most)
        if down is not None:
            row, least = self._bound(down)
            added |= self._condition(row, -target.low - least)
        return added

    def _bound(self, proof: Floats) -> tuple[Floats, float]:
        """What a proof says of the end: a fixed part, and what each choice would add to it."""
        system = self.system
        positive = proof > 0

        def side(low: Floats, high: Floats) -> Floats:
            end = np.where(positive, high, low)
            return np.where(proof == 0, 0.0, proof * np.where(proof == 0, 0.0, end))

        shown = side(system.shown_low, system.shown_high)
        hidden = side(system.hidden_low, system.hidden_high)
        fixed = float(np.where(system.hidden, hidden, shown).sum())
        return (hidden - shown)[self.choices], fixed

    def _condition(self, row: Floats, need: float) -> bool:
        if not np.isfinite(need) or need <= TOLERANCE:
            return False
        return self._add(np.minimum(np.maximum(row, 0.0) / need, 1.0), 1.0)

    def _cuts(self, weak: Iterable[Weakness]) -> int:
        return sum(
            self._cut(
                each.target,
                each.high.proof if each.high is not None else None,
                each.low.proof if each.low is not None else None,
            )
            for each in weak
        )

    def _propose(self, *, whole: bool) -> Floats | None:
        from scipy.optimize import Bounds, LinearConstraint, milp

        n = len(self.choices)
        if n == 0:
            return np.zeros(0)
        rules = (
            LinearConstraint(sparse.csr_array(np.array(self._rows)), np.array(self._least), np.inf)
            if self._rows
            else ()
        )
        done = milp(
            self.system.cost[self.choices],
            constraints=rules,
            bounds=Bounds(0, 1),
            integrality=np.full(n, int(whole)),
            options={"mip_rel_gap": 0.0},
        )
        return None if done.x is None else np.asarray(done.x, dtype=float)

    def _soften(self) -> None:
        """Conditions found with cells hidden in part: they spare many proposals."""
        for _ in range(ROUNDS // 4):
            part = self._propose(whole=False)
            if part is None:
                return
            full = np.zeros(self.system.size)
            full[self.choices] = np.clip(part, 0.0, 1.0)
            weak = weaknesses(self.system, *self.system.between(full))
            if not self._cuts(weak):
                return

    def search(self) -> Chosen | None:
        """The cheapest set, or None where it takes too long to find."""
        self._soften()
        for done in range(1, ROUNDS + 1):
            proposal = self._propose(whole=True)
            if proposal is None:
                return None
            hidden = self.system.hidden.copy()
            hidden[self.choices[proposal > 0.5]] = True
            weak = weaknesses(self.system, *self.system.bounds(hidden))
            if weak:
                if not self._cuts(weak):
                    return None
            elif _holds_in_whole_numbers(self.system, hidden):
                return Chosen(hidden, True, done)
            elif not self._add((~hidden[self.choices]).astype(float), 1.0):
                return None
        return None
