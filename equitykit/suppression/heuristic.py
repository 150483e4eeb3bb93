"""Hide until the attacker fails: a set that protects, without the proof that none is cheaper."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from equitykit.suppression.attack import TOLERANCE, Attacker, Weakness, weaknesses, withstands
from equitykit.suppression.system import Flags, System, Target, linear_program

__all__ = ["TRIES", "hide_until_safe", "without_spare"]

TRIES = 4_000
"""Linear programs spent on showing cells again that were hidden for nothing, fewer in large tables."""


def hide_until_safe(system: System, start: Flags) -> tuple[Flags, bool]:
    """Give each target that can be narrowed down the cheapest room to move, then show again what is spare.

    Parameters
    ----------
    system : cells, sums and targets, which can be protected.
    start : what is hidden to begin with.

    Returns
    -------
    All hidden cells, and whether it was tried of each if it can be spared.
    """
    hidden = start.copy()
    for group in system.company:
        if not hidden[list(group)].any():
            hidden[min(group, key=lambda cell: (system.cost[cell], cell))] = True
    while weak := weaknesses(system, *system.bounds(hidden)):
        before = int(hidden.sum())
        for each in weak:
            for value, up in _demands(each):
                hidden = _room(system, hidden, each.target.cell, value, up=up)
        if int(hidden.sum()) == before:
            hidden = system.hidden | np.isfinite(system.cost)
    return without_spare(system, hidden)


def _demands(weak: Weakness) -> Iterator[tuple[float, bool]]:
    """Values that a target must be able to reach, and whether from below."""
    target = weak.target
    if target.width:
        if weak.low is not None:
            yield weak.low.value + target.width, True
        if weak.high is not None:
            yield weak.high.value - target.width, False
        return
    if weak.low is not None:
        yield target.low, False
    if weak.high is not None:
        yield target.high, True


def _room(system: System, hidden: Flags, cell: int, value: float, *, up: bool) -> Flags:
    """Hide the cells that must move, at the least cost, for a cell to reach a value."""
    from scipy import sparse

    low, high = system.bounds(hidden)
    movers = np.flatnonzero(~hidden & np.isfinite(system.cost))
    moves = system.sums[:, movers]
    sign = -1.0 if up else 1.0
    reach = sparse.csr_array(
        np.concatenate(
            [sign * (np.arange(system.size) == cell), sign * (movers == cell), -sign * (movers == cell)]
        )[None, :]
    )
    rises = np.maximum(system.hidden_high - system.shown_high, 0.0)[movers]
    falls = np.maximum(system.shown_low - system.hidden_low, 0.0)[movers]
    done = linear_program(
        np.concatenate([np.zeros(system.size), system.cost[movers], system.cost[movers]]),
        sparse.csr_array(sparse.hstack([system.sums, moves, -moves])),
        np.zeros(system.sums.shape[0]),
        np.concatenate([low, np.zeros(2 * len(movers))]),
        np.concatenate([high, rises, falls]),
        at_most=(reach, np.array([sign * value])),
    )
    if done.status != 0:
        return hidden
    moved = done.x[system.size :].reshape(2, -1).sum(axis=0) > TOLERANCE
    result = hidden.copy()
    result[movers[moved]] = True
    return result


def without_spare(system: System, hidden: Flags) -> tuple[Flags, bool]:
    """Show again, the dearest first, what is hidden and not needed; only targets tied to it are attacked."""
    hidden = hidden.copy()
    extra = np.flatnonzero(hidden & ~system.hidden)
    spent, most = 0, system.affords(TRIES)
    for cell in sorted(extra.tolist(), key=lambda one: (-system.cost[one], -system.shown_low[one], one)):
        if spent > most:
            return hidden, False
        trial = hidden.copy()
        trial[cell] = False
        if any(cell in group and not trial[list(group)].any() for group in system.company):
            continue
        near = _near(system, hidden, cell)
        spent += 2 * len(near)
        if withstands(system.aiming(near), *system.bounds(trial)):
            hidden = trial
    return hidden, True


def _near(system: System, hidden: Flags, cell: int) -> list[Target]:
    """Targets that are tied to a cell by sums of hidden cells; those that share a sum with it come first."""
    low, high = system.bounds(hidden)
    part = Attacker(system.sums, low, high).part
    rows = system.sums.tocsc()[:, [cell]].indices
    beside = set(system.sums[rows].indices.tolist())
    tied = [target for target in system.targets if part[target.cell] == part[cell]]
    return sorted(tied, key=lambda target: target.cell not in beside)
