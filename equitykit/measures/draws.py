"""Simulated tables: what a measure over all groups could be by chance, and what it would be without a disparity.

Such a measure cannot be negative and is drawn upwards by chance, so an interval around its estimate misses a truth
of 0 or near it. The lower limit is therefore a test turned over: the rates are drawn together, in a straight
line from what was observed to where all are equal, as far as tables drawn from there still reach the estimate
with a chance of half of 1 - level. Where chance reaches it with all rates equal, the lower limit is 0. The upper
limit is the percentile of tables drawn from the observed rates.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.registry import Values
from equitykit.measures.spread import Spread
from equitykit.tidy import joined, number

__all__ = ["DRAWS", "SEED", "Value", "index", "simulated"]

DRAWS, FEWEST = 2000, 200
HALVINGS, MANY = 4, 200
"""How often the stretch between equal and observed rates is halved before the rest is taken as straight; half as
often for more groups than that."""
SEED = 20240328
"""Fixed, so that the same table always gives the same interval."""
BY_CHANCE = "chance alone could make as much, so the interval begins at 0"

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
    """One value over all groups: simulated, or by the delta method where asked for.

    For published estimates it is the delta method where chance alone could not have made the value: their errors
    are taken as they are.
    """
    values = simulated(c, found, value, units=units)
    asked = c.method(id)
    published = c.table.published and asked is None and bool(values.lower[0] > 0)
    if c.bare or not (published or asked in ("delta", "second-order")):
        return values
    error = float(np.sqrt((gradient**2 * found.s**2).sum() + (0.0 if asked == "delta" else extra)))
    usual = "delta, second order" if extra and asked != "delta" else "delta"
    method = usual if np.isfinite(error) else None
    note = joined(chance(c, found, value, units), *found.notes)
    estimate = values.estimate
    return Values(estimate, estimate - c.z * error, estimate + c.z * error, [method], [note])


def simulated(c: Comparison, found: Spread, value: Value, *, units: str = "") -> Values:
    """One value over all groups: below, the test turned over; above, the percentile of simulated tables."""
    with np.errstate(all="ignore"):
        estimate = value(found.y[None, :])
        if c.bare or np.isnan(found.s).any():
            nothing = np.full(1, np.nan)
            return Values(estimate, nothing, nothing, [None], [joined(*found.notes)])
        tail = (1 - c.level) / 2
        above = float(np.nanquantile(value(_around(c, found)), 1 - tail))
        below = _turned_over(c, found, value, float(estimate[0]), 1 - tail)
    by_chance = BY_CHANCE if below == 0 else None
    note = joined(chance(c, found, value, units), by_chance, *found.notes)
    upper = np.maximum(estimate, above)
    return Values(estimate, np.array([below]), upper, ["simulation"], [note])


def chance(c: Comparison, found: Spread, value: Value, units: str = "") -> str | None:
    """What would be expected if the groups differed by chance only; None where their errors are not known."""
    if c.bare or np.isnan(found.s).any():
        return None
    with np.errstate(all="ignore"):
        values = value(_towards(c, found, 0.0))
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    digits = 4 if c.scale == 1 and not units else 2
    return f"about {number(float(values.mean()), digits)} would be expected by chance if all rates were equal"


def _turned_over(c: Comparison, found: Spread, value: Value, estimate: float, share: float) -> float:
    """The value where the observed one is just within reach of chance; 0 where it is with all rates equal."""

    def reach(part: float) -> float:
        values = value(_towards(c, found, part))
        return float(np.quantile(values[np.isfinite(values)], share)) if np.isfinite(values).any() else np.inf

    near, far = 0.0, 1.0
    low = reach(near)
    if low >= estimate:
        return 0.0
    high = max(reach(far), estimate)
    for _ in range(HALVINGS if len(found.y) <= MANY else HALVINGS // 2):
        middle = (near + far) / 2
        reached = reach(middle)
        near, low, far, high = (
            (middle, reached, far, high) if reached < estimate else (near, low, middle, reached)
        )
    part = near + (far - near) * ((estimate - low) / (high - low) if high > low else 0.0)
    return min(estimate, float(value(_moved(found, part)[None, :])[0]))


def _moved(found: Spread, part: float) -> Floats:
    """Rates drawn together: at 0 all equal, at 1 as observed."""
    return np.asarray(found.mu + part * (found.y - found.mu), dtype=np.float64)


def _size(found: Spread) -> int:
    """How many tables are drawn: fewer where there are very many groups."""
    return int(np.clip(50 * DRAWS // max(len(found.y), 1), FEWEST, DRAWS))


def _around(c: Comparison, found: Spread) -> Floats:
    """Rates of tables that could be the true one: around the observed rates, none of them quite 0 or 1."""
    if "own" not in c.draws:
        c.draws["own"] = _placed(c, found, _rates_around)
    return c.draws["own"]


def _towards(c: Comparison, found: Spread, part: float) -> Floats:
    """Rates of tables that would be observed if the true rates were drawn together so far."""
    name = f"towards {part}"
    if name not in c.draws:
        y = _moved(found, part)
        with np.errstate(all="ignore"):
            ratio = np.sqrt(y * (c.scale - y) / (found.y * (c.scale - found.y)))
            s = found.s if c.table.kind == "mean" else np.where(np.isfinite(ratio), found.s * ratio, found.s)
        c.draws[name] = _placed(c, found, partial(_rates_observed, part), y, s)
    return c.draws[name]


Draw = Callable[[Comparison, np.random.Generator, Floats, Floats, Floats, Floats, int], Floats]


def _placed(
    c: Comparison, found: Spread, draw: Draw, y: Floats | None = None, s: Floats | None = None
) -> Floats:
    """Draw tables; the groups are drawn in an order that does not depend on their names or their place."""
    there = c.own.n > 0
    n, x, size = c.own.n[there], c.own.x[there], _size(found)
    order = np.lexsort((c.is_reference[there], found.s, found.y, n))
    generator = np.random.default_rng(SEED)
    y, s = found.y if y is None else y, found.s if s is None else s
    rates = np.empty((size, len(n)))
    rates[:, order] = draw(c, generator, n[order], x[order], y[order], s[order], size)
    return rates


def _rates_around(
    c: Comparison, generator: np.random.Generator, n: Floats, x: Floats, y: Floats, s: Floats, size: int
) -> Floats:
    """Beta for shares of people, gamma for events per time and published shares, normal for means."""
    shape = (size, len(n))
    if c.table.published:
        return _published(c, generator, y, s, size)
    if c.timed:
        return generator.gamma(np.maximum(x, 0.5), size=shape) / n * c.scale
    return generator.beta(np.maximum(x, 0.5), np.maximum(n - x, 0.5), size=shape)


def _rates_observed(
    part: float,
    c: Comparison,
    generator: np.random.Generator,
    n: Floats,
    x: Floats,
    y: Floats,
    s: Floats,
    size: int,
) -> Floats:
    """Binomial for shares of people, Poisson for events per time; with equal rates all events are dealt out."""
    if c.table.published:
        return _published(c, generator, y, s, size)
    if part == 0:
        return _dealt(c, generator, n, x, size)
    if c.timed:
        return generator.poisson(y * n / c.scale, size=(size, len(n))) / n * c.scale
    people = np.rint(n).astype(np.int64)
    return generator.binomial(people, np.clip(y, 0, 1), size=(size, len(n))) / people


def _published(c: Comparison, generator: np.random.Generator, y: Floats, s: Floats, size: int) -> Floats:
    """Gamma with the mean and the standard error that were published; normal for means."""
    if c.table.kind == "mean":
        return generator.normal(y, s, size=(size, len(y)))
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
