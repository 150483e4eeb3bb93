"""Rates of all groups with people, their weights and their mean: what measures over everybody are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.registry import Values
from equitykit.tidy import joined, number

__all__ = ["DELTA", "METHODS", "NO_EVENTS", "OVERLAP", "SIMULATED", "WHO", "Spread", "spread", "undefined"]

OVERLAP = (
    "groups overlap, so a measure over all of them would count people twice: use an exclusive tabulation"
)
WHO = "WHO 2013, Handbook on health inequality monitoring; healthequal for the estimates"
SIMULATED = "simulated tables: from 0 where chance alone could make the value, up to their percentile"
DELTA = f"{SIMULATED}; delta for published estimates that chance alone could not make"
METHODS = ("simulation", "delta")


@dataclass(frozen=True, slots=True)
class Spread:
    """The groups that have people: weights, rates and their errors, and the mean."""

    w: Floats
    y: Floats
    s: Floats
    mu: float
    notes: tuple[str | None, ...]

    @property
    def r(self) -> Floats:
        """Rates divided by the mean."""
        return self.y / self.mu


def spread(c: Comparison) -> Spread | str:
    """Weights and rates of all groups with people; a sentence where there can be no such measure."""
    if c.table.overlapping:
        return OVERLAP
    there = c.own.n > 0
    if there.sum() < 2:
        return "fewer than two groups have people"
    n, y = c.own.n[there], c.own.y[there]
    weights = n / n.sum()
    unsure = float(c.own.n[~c.known].sum())
    notes = (
        f"{number(unsure)} people without a known group are in it, as groups of their own"
        if unsure
        else None,
        f"{number(int((~there).sum()))} groups without people are left out" if (~there).any() else None,
    )
    return Spread(weights, y, c.own.s[there], float(weights @ y), notes)


def undefined(note: str, *more: str | None) -> Values:
    """No value, and why."""
    nothing = np.full(1, np.nan)
    return Values(nothing, nothing, nothing, [None], [joined(note, *more)])


NO_EVENTS = "no events at all, so it is undefined"
