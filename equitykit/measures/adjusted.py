"""What measures adjusted for a covariate share: both sides by stratum, refusals, and the notes they carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.registry import Values
from equitykit.measures.simple import beside
from equitykit.strata import Strata
from equitykit.tidy import joined

__all__ = ["Found", "Sides", "each_group", "sides_of", "strata_of"]

NO_STRATA = "the groups are not counted by a covariate: see stratify()"
SEPARATE = 'needs two separate groups: compare with a group or with "all-others"'


@dataclass(frozen=True, slots=True)
class Sides:
    """One group and what it is compared with, stratum by stratum."""

    x: Floats
    n: Floats
    x0: Floats
    n0: Floats
    names: tuple[str, ...]
    standard: Floats
    """Weights of the strata in the standard population."""
    standard_name: str = "everybody in the table"

    @property
    def both(self) -> Sides:
        """Only the strata in which both have people."""
        there = (self.n > 0) & (self.n0 > 0)
        parts = (self.x[there], self.n[there], self.x0[there], self.n0[there])
        names = tuple(name for name, kept in zip(self.names, there, strict=True) if kept)
        return Sides(*parts, names, self.standard[there], self.standard_name)

    @property
    def lacking(self) -> str | None:
        """A sentence where a stratum has no people of one of the two."""
        empty = [name for name, a, b in zip(self.names, self.n, self.n0, strict=True) if not a or not b]
        if not empty:
            return None
        return f"one of the two has no people in {empty[0]}" + (
            f" and {len(empty) - 1} more" if empty[1:] else ""
        )


Found = tuple[float, float, float, str | None, str | None]
"""Estimate, limits, method and note of one group."""


def strata_of(c: Comparison) -> Strata | None:
    """The strata of the table, where it has them."""
    return c.table.strata


def sides_of(c: Comparison) -> Iterator[tuple[str, Sides]]:
    """Every group but the reference, beside it; nothing where the groups have no strata."""
    strata = c.table.strata
    if strata is None:
        return
    n, x = strata.n, strata.x
    about = strata.names, strata.standard, strata.standard_name
    for i, group in enumerate(c.groups):
        if c.is_reference[i]:
            continue
        if c.reference.group is not None:
            at = c.groups.index(c.reference.group)
            yield group, Sides(x[i], n[i], x[at], n[at], *about)
            continue
        own = 0 if c.within_total else 1
        yield group, Sides(x[i], n[i], x.sum(axis=0) - own * x[i], n.sum(axis=0) - own * n[i], *about)


def each_group(
    c: Comparison, compute: Callable[[Sides], Found], *, itself: float, separate: bool = False
) -> Values:
    """A measure adjusted for a covariate, group by group, beside the reference."""
    strata, nothing = strata_of(c), np.full(len(c.groups), np.nan)
    if strata is None or (separate and c.within_total):
        why = NO_STRATA if strata is None else SEPARATE
        return Values(nothing, nothing, nothing, [None] * len(c.groups), [why] * len(c.groups))
    sides = dict(sides_of(c))
    found: list[Found] = []
    for group in c.groups:
        if group not in sides:
            found.append((itself, np.nan, np.nan, None, None))
            continue
        with np.errstate(all="ignore"):
            found.append(compute(sides[group]))
    estimate, lower, upper = (np.array([float(row[k]) for row in found]) for k in range(3))  # type: ignore[arg-type]
    notes = [
        note if own else joined(note, row[4], strata.note)
        for note, row, own in zip(c.row_notes(), found, c.is_reference, strict=True)
    ]
    return beside(c, estimate, lower, upper, [row[3] for row in found], notes, itself=itself)
