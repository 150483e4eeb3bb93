"""Hide until the attacker fails: a set that protects, without the proof that none is cheaper."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from equitykit.suppression.attack import TOLERANCE, Attacker, weaknesses
from equitykit.suppression.system import Flags, System, Target

__all__ = ["TRIES", "hide_until_safe", "without_spare"]

TRIES = 4_000
"""Linear programs spent on showing cells again that were hidden for nothing."""


def hide_until_safe(system: System) -> Flags:
    """Give each target that can be narrowed down the cheapest room to move, then show again what is spare.

    Parameters
    ----------
    system : cells, sums and targets, which can be protected.

    Returns
    -------
    All hidden cells.
    """
    hidden = system.hidden.copy()
    for group in system.company:
        if not hidden[list(group)].any():
            hidden[min(group, key=lambda cell: (system.cost[cell], cell))] = True
    while True:
        weak = weaknesses(system, *system.bounds(hidden))
        if not weak:
            return without_spare(system, hidden)
        before = int(hidden.sum())
        for each in weak:
            for cell, value in _demands(each.target, system):
                hidden = _room(system, hidden, cell, value)
        if int(hidden.sum()) == before:
            # Only a target that asks for a width can still be short of it.
            hidden = system.hidden | np.isfinite(system.cost)


def _demands(target: Target, system: System) -> Iterator[tuple[int, float]]:
    """Values that a target must be able to have."""
    if target.width:
        now = float(system.shown_low[target.cell])
        yield target.cell, now + target.width
        return
    yield target.cell, target.low
    yield target.cell, target.high


def _room(system: System, hidden: Flags, cell: int, value: float) -> Flags:
    """Hide the cells that must move, at the least cost, for a cell to have a value."""
    from scipy.optimize import linprog

    low, high = system.bounds(hidden)
    now = system.shown_low
    movers = np.flatnonzero(~hidden & np.isfinite(system.cost))
    down = now[movers] - system.hidden_low[movers]
    up = system.hidden_high[movers] - now[movers]
    up[np.isfinite(system.shown_high[movers]) & (up < 0)] = 0.0
    if value <= now[cell]:
        high, low = high.copy(), low
        high[cell] = min(high[cell], max(value, low[cell]))
    else:
        low = low.copy()
        low[cell] = max(low[cell], value)
    moves = system.sums[:, movers]
    done = linprog(
        np.concatenate([np.zeros(system.size), system.cost[movers], system.cost[movers]]),
        A_eq=sparse.hstack([system.sums, moves, -moves], format="csr"),
        b_eq=np.zeros(system.sums.shape[0]),
        bounds=np.column_stack(
            [
                np.concatenate([low, np.zeros(2 * len(movers))]),
                np.concatenate([high, up, np.maximum(down, 0.0)]),
            ]
        ),
        method="highs",
    )
    if done.status != 0:
        return system.hidden | np.isfinite(system.cost) if not np.isfinite(value) else hidden
    moved = done.x[system.size :].reshape(2, -1).sum(axis=0) > TOLERANCE
    result = hidden.copy()
    result[movers[moved]] = True
    return result


def without_spare(system: System, hidden: Flags) -> Flags:
    """Show again, the dearest first, what is hidden and not needed.

    Every target keeps the tables that prove it safe; only those that a cell takes part in are attacked anew.
    """
    hidden = hidden.copy()
    extra = np.flatnonzero(hidden & ~system.hidden)
    spent = 0
    for cell in sorted(extra.tolist(), key=lambda one: (-system.cost[one], -system.shown_low[one], one)):
        if spent > TRIES:
            break
        trial = hidden.copy()
        trial[cell] = False
        if any(cell in group and not trial[list(group)].any() for group in system.company):
            continue
        spent += 2 * len(_near(system, hidden, cell))
        if not weaknesses(system.aiming(_near(system, hidden, cell)), *system.bounds(trial)):
            hidden = trial
    return hidden


def _near(system: System, hidden: Flags, cell: int) -> list[Target]:
    """Targets that are tied to a cell by sums of hidden cells."""
    low, high = system.bounds(hidden)
    part = Attacker(system.sums, low, high).part
    return [target for target in system.targets if part[target.cell] == part[cell]]
