"""Which further cells to hide: the cheapest set where that can be proved, a sound one beyond.

The optimum is found as Fischetti and Salazar do: a cheapest set is proposed by an integer program,
attacked by linear programs, and each attack that succeeds becomes a condition for the next proposal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from equitykit.suppression.attack import TOLERANCE, Weakness, values_ruled_out, weaknesses
from equitykit.suppression.heuristic import TRIES, hide_until_safe
from equitykit.suppression.system import Flags, Floats, System, Target

__all__ = ["Chosen", "OPTIMAL_CELLS", "OPTIMAL_CELLS_DEEP", "Unprotectable", "cheapest", "choose", "limit"]

OPTIMAL_CELLS = 2000
"""Up to this many cells that may be hidden, the cheapest set of a table of two dimensions is looked for."""

OPTIMAL_CELLS_DEEP = 200
"""The same for more dimensions, several hierarchies, events, linked tables and earlier releases."""

ROUNDS = 60
"""Proposals before the search for the cheapest set is given up."""

NODES = 2_000
"""Branches of one proposal before the search is given up."""


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
    bound : every set that protects them costs at least this.
    spared : whether nothing can be shown again without giving a target away.
    """

    hidden: Flags
    optimal: bool
    bound: float
    spared: bool = True


def choose(system: System) -> Chosen:
    """Hide as cheaply as can be what the targets need.

    Parameters
    ----------
    system : cells, sums and targets.

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
    search = _Optimum(system)
    if len(system.choices) <= limit(system):
        found = search.run()
        if found is not None:
            return found
    spend = system.affords(TRIES) // (2 * max(len(system.targets), 1))
    bound = search.soften(ROUNDS if system.whole else min(ROUNDS, max(1, spend)))
    starts = [system.hidden, search.rounded()]
    tried = [hide_until_safe(system, start) for start in starts]
    tried = [one for one in tried if _holds_in_whole_numbers(system, one[0])]
    if not tried:
        hopeless_whole = {} if system.whole else values_ruled_out(system, most)
        if hopeless_whole:
            raise Unprotectable(hopeless_whole)
        tried = [(most, False)]
    hidden, spared = min(tried, key=lambda one: float(system.cost[one[0] & ~system.hidden].sum()))
    return Chosen(hidden, False, bound, spared)


def cheapest(system: System, *, at_most: float) -> Chosen | None:
    """The cheapest choice, or None where there is none at this price or it takes too long to find."""
    if len(system.choices) > limit(system) or weaknesses(
        system, *system.bounds(system.hidden | np.isfinite(system.cost))
    ):
        return None
    return _Optimum(system).run(at_most=at_most)


def limit(system: System) -> int:
    """Up to how many cells that may be hidden the cheapest set is looked for."""
    return OPTIMAL_CELLS if system.whole else OPTIMAL_CELLS_DEEP


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
        self._part = np.zeros(len(self.choices))
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
        known = self.system.shown_low == self.system.shown_high
        for row in range(sums.shape[0]):
            cells = sums.indices[sums.indptr[row] : sums.indptr[row + 1]]
            if self.system.hidden[cells].any() or not known[cells].all():
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
        from scipy import sparse
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
            options={"mip_rel_gap": 0.0, "node_limit": NODES},
        )
        return None if done.x is None or done.status != 0 else np.asarray(done.x, dtype=float)

    def soften(self, rounds: int = ROUNDS) -> float:
        """Conditions found with cells hidden in part: they spare many proposals, and bound the cost."""
        for _ in range(rounds):
            part = self._propose(whole=False)
            if part is None:
                break
            self._part = part
            full = np.zeros(self.system.size)
            full[self.choices] = np.clip(part, 0.0, 1.0)
            if not self._cuts(weaknesses(self.system, *self.system.between(full))):
                break
        return float(self.system.cost[self.choices] @ self._part) - TOLERANCE

    def rounded(self) -> Flags:
        """The last proposal, cells hidden in part rounded."""
        hidden = self.system.hidden.copy()
        hidden[self.choices[self._part > 0.5 - TOLERANCE]] = True
        return hidden

    def run(self, *, at_most: float = np.inf) -> Chosen | None:
        """The cheapest set, or None where it costs more than that or takes too long to find."""
        if self.soften() > at_most:
            return None
        for _ in range(ROUNDS):
            proposal = self._propose(whole=True)
            if proposal is None or self.system.cost[self.choices] @ proposal > at_most:
                return None
            self._part = proposal
            hidden = self.rounded()
            weak = weaknesses(self.system, *self.system.bounds(hidden))
            if weak:
                if not self._cuts(weak):
                    return None
            elif _holds_in_whole_numbers(self.system, hidden):
                return Chosen(hidden, True, float(self.system.cost[self.choices] @ proposal))
            elif not self._add((~hidden[self.choices]).astype(float), 1.0):
                return None
        return None
