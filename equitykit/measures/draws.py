"""Simulated tables: what a measure over all groups could be by chance, and what it would be without a disparity."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from equitykit.measures.comparison import Comparison
from equitykit.measures.registry import Values
from equitykit.measures.spread import Spread
from equitykit.reliability import Floats
from equitykit.tidy import joined, number

__all__ = ["DRAWS", "SEED", "Value", "index", "simulated"]

DRAWS, FEWEST = 2000, 500
NULL_DRAWS = 200
SEED = 20240328
"""Fixed, so that the same table always gives the same interval."""
SPARSE = 0.25
"""Where more of the groups than this have no events, delta intervals are not to be trusted (Ahn et al. 2018)."""

Value = Callable[[Floats], Floats]
"""A measure of many tables at once: one row of rates per table."""


def index(
    c: Comparison,
    found: Spread,
    id: str,
    value: Value,
    gradient: Floats,
    *,
    extra: float = 0.0,
    units: str = "",
) -> Values:
    """One value over all groups: by the delta method, or simulated where asked for or where events are sparse."""
    with np.errstate(all="ignore"):
        estimate = value(found.y[None, :])
    asked = c.method(id)
    if c.bare or asked == "simulation" or (asked is None and _sparse(c)):
        return simulated(c, found, value, units=units)
    error = float(np.sqrt((gradient**2 * found.s**2).sum() + (0.0 if asked == "delta" else extra)))
    usual = "delta, second order" if extra and asked != "delta" else "delta"
    method = usual if np.isfinite(error) else None
    note = joined(chance(c, found, value, units), *found.notes)
    return Values(estimate, estimate - c.z * error, estimate + c.z * error, [method], [note])


def simulated(c: Comparison, found: Spread, value: Value, *, units: str = "") -> Values:
    """One value over all groups, with the middle of its simulated values as interval."""
    with np.errstate(all="ignore"):
        estimate = value(found.y[None, :])
        if c.bare or np.isnan(found.s).any():
            nothing = np.full(1, np.nan)
            return Values(estimate, nothing, nothing, [None], [joined(*found.notes)])
        tail = (1 - c.level) / 2
        lower, upper = np.nanquantile(value(_draws(c, found)), [tail, 1 - tail])
    gamma = c.table.published or _sparse(c)
    method = "gamma simulation" if gamma else "simulation"
    note = joined(chance(c, found, value, units), *found.notes)
    return Values(estimate, np.array([lower]), np.array([upper]), [method], [note])


def chance(c: Comparison, found: Spread, value: Value, units: str = "") -> str | None:
    """What would be expected if the groups differed by chance only; None where their errors are not known."""
    if c.bare or np.isnan(found.s).any():
        return None
    with np.errstate(all="ignore"):
        values = value(_null_draws(c, found))
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    digits = 4 if c.scale == 1 and not units else 2
    return f"about {number(float(values.mean()), digits)} would be expected by chance if all rates were equal"


def _sparse(c: Comparison) -> bool:
    """Whether too many groups have no events for the delta method."""
    there = c.own.n > 0
    return not c.table.published and float(np.mean(c.own.x[there] == 0)) > SPARSE


def _draws(c: Comparison, found: Spread) -> Floats:
    """Rates of simulated tables, from the groups' own rates."""
    if "own" not in c.draws:
        size = int(np.clip(200 * DRAWS // max(len(found.y), 1), FEWEST, DRAWS))
        c.draws["own"] = _placed(c, found, found.y, found.s, size)
    return c.draws["own"]


def _null_draws(c: Comparison, found: Spread) -> Floats:
    """Rates of simulated tables without a disparity: the events are dealt out anew among all people."""
    if "null" not in c.draws:
        with np.errstate(all="ignore"):
            ratio = np.sqrt(found.mu * (c.scale - found.mu) / (found.y * (c.scale - found.y)))
            s = np.where(np.isfinite(ratio), found.s * ratio, found.s)
        c.draws["null"] = _placed(c, found, np.full(found.y.shape, found.mu), s, NULL_DRAWS, dealt=True)
    return c.draws["null"]


def _placed(c: Comparison, found: Spread, y: Floats, s: Floats, size: int, *, dealt: bool = False) -> Floats:
    """Draw tables; the groups are drawn in an order that does not depend on their names or their place."""
    there = c.own.n > 0
    n, x = c.own.n[there], c.own.x[there]
    order = np.lexsort((c.is_reference[there], found.s, found.y, n))
    generator = np.random.default_rng(SEED)
    rates = np.empty((size, len(n)))
    if c.table.kind == "mean":
        drawn = generator.normal(y[order], s[order], size=(size, len(n)))
    elif c.table.published:
        drawn = _gamma(generator, y[order], s[order], size)
    elif dealt:
        drawn = _dealt(c, generator, n[order], x[order], size)
    elif c.timed or _sparse(c):
        # A count of 0 is drawn as from half an event: a rate of 0 would otherwise never vary.
        shape = np.where(x > 0, x, 0.5)[order]
        drawn = generator.gamma(shape, size=(size, len(n))) / n[order] * c.scale
    else:
        people = np.rint(n).astype(np.int64)[order]
        drawn = generator.binomial(people, y[order], size=(size, len(n))) / people
    rates[:, order] = drawn
    return rates


def _gamma(generator: np.random.Generator, y: Floats, s: Floats, size: int) -> Floats:
    """Gamma with the mean and the standard error that were published."""
    moves = (s > 0) & (y > 0)
    shape = np.where(moves, (y / np.where(s > 0, s, 1)) ** 2, 1.0)
    step = np.where(moves, s**2 / np.where(y > 0, y, 1), 0.0)
    drawn = generator.gamma(shape, size=(size, len(y))) * step
    drawn[:, ~moves] = y[~moves]
    return drawn


def _dealt(c: Comparison, generator: np.random.Generator, n: Floats, x: Floats, size: int) -> Floats:
    """All events dealt out anew: a permutation of the people, or by time at risk."""
    events = round(float(x.sum()))
    if c.timed:
        counts = generator.multinomial(events, n / n.sum(), size=size)
        return np.asarray(counts / n * c.scale, dtype=np.float64)
    people = np.rint(n).astype(np.int64)
    if people.sum() >= 10**9:  # more than numpy deals out at once; the difference no longer shows
        return generator.binomial(people, events / people.sum(), size=(size, len(n))) / people
    return generator.multivariate_hypergeometric(people, events, size=size, method="marginals") / people
