"""Measures for groups that have an order, such as income bands: how rates run along it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison, Side
from equitykit.measures.means import fieller_open
from equitykit.measures.recovered import RECOVERED, each_limits, of_function
from equitykit.measures.registry import Values, measure
from equitykit.measures.spread import OVERLAP, WHO, undefined
from equitykit.tidy import joined, number

__all__ = ["ALONG", "Ranked", "limits", "ranked"]

ALONG = f"{RECOVERED} (Wilson, Garwood); delta for published estimates"


@dataclass(frozen=True, slots=True)
class Ranked:
    """Groups along their order: weights, rank (middle of the cumulative share), rates and errors."""

    n: Floats
    w: Floats
    rank: Floats
    y: Floats
    s: Floats
    mu: float
    note: str | None

    @property
    def pull(self) -> Floats:
        """Change of the fitted slope with each group's rate (weighted least squares on the rank)."""
        centred = self.rank - 0.5
        return self.w * centred / (self.w @ centred**2)


def ranked(c: Comparison) -> Ranked | str:
    """Groups along their order; a sentence where there can be no such measure."""
    if c.table.overlapping:
        return OVERLAP
    assert c.table.order is not None
    place = {group: i for i, group in enumerate(c.groups)}
    at = [place[group] for group in c.table.order]
    left = np.delete(c.own.n, at)
    at = [i for i in at if c.own.n[i] > 0]
    if len(at) < 2:
        return "fewer than two groups in the order have people"
    n, y = c.own.n[at], c.own.y[at]
    w = n / n.sum()
    note = f"{number(left.sum())} people have no place in the order and are left out" if left.sum() else None
    return Ranked(n, w, np.cumsum(w) - w / 2, y, c.own.s[at], float(w @ y), note)


def limits(c: Comparison, found: Ranked, id: str, estimate: float, gradient: Floats) -> Values:
    """One value and its limits: recovered from those of the rates; normal by delta where asked for or published."""
    value = np.array([estimate])
    if c.table.published or c.method(id) == "delta":
        error = float(np.sqrt((gradient**2 * found.s**2).sum()))
        method = "delta" if np.isfinite(error) else None
        return Values(value, value - c.z * error, value + c.z * error, [method], [found.note])
    low, high = of_function(estimate, gradient, found.y, *_rates(c, found))
    return Values(value, np.array([low]), np.array([high]), [RECOVERED], [found.note])


def _rates(c: Comparison, found: Ranked) -> tuple[Floats, Floats]:
    """Limits of the groups' rates, along the order."""
    return each_limits(c, Side(found.n, found.y * found.n / c.scale, found.y, found.s, found.n))


@measure(
    "absolute-concentration-index",
    title="Absolute concentration index",
    scale="absolute",
    weighted=True,
    ordered=True,
    null=0,
    over="everybody",
    needs="order",
    verdict="every",
    interval=ALONG,
    source=WHO,
    library="own; equal to statsmodels for the limits of each rate",
    methods=("delta",),
)
def absolute_concentration_index(c: Comparison) -> Values:
    """How much the event is concentrated towards one end of the order, in the units of the rate.

    Interpretation
    --------------
    Positive: towards the high end; negative: towards the low end; 0: towards neither.

    When not to use
    ---------------
    For groups without an order, such as race. Where the rates rise and fall along it.

    Source
    ------
    Twice the covariance of rate and rank, rank being the middle of the cumulative share.
    Interval: Zou, Huang and Zhang 2009, from the limits of each rate; the method "delta" takes their errors.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["low", "high"], "n": [100, 100], "events": [20, 10]})
    >>> table = GroupTable.from_counts(frame, order=["low", "high"])
    >>> found = disparities(table, reference="total", measures=["absolute-concentration-index"]).to_frame()
    >>> found["estimate"].round(9).tolist()
    [-0.025]
    """
    found = ranked(c)
    if isinstance(found, str):
        return undefined(found)
    gradient = found.w * (2 * found.rank - 1)
    return limits(c, found, "absolute-concentration-index", float(gradient @ found.y), gradient)


@measure(
    "relative-concentration-index",
    title="Relative concentration index",
    scale="relative",
    weighted=True,
    ordered=True,
    null=0,
    over="everybody",
    needs="order",
    verdict="every",
    interval=ALONG,
    source=WHO,
    library="own; equal to statsmodels for the limits of each rate",
    methods=("delta",),
)
def relative_concentration_index(c: Comparison) -> Values:
    """Absolute concentration index divided by the overall rate: from -1 to 1.

    Interpretation
    --------------
    Positive: towards the high end of the order; negative: towards the low end.

    When not to use
    ---------------
    To compare outcomes of very different frequency: its bounds depend on the overall rate.

    Source
    ------
    Wagstaff, Paci and van Doorslaer 1991. Interval as of the absolute concentration index.
    """
    found = ranked(c)
    if isinstance(found, str):
        return undefined(found)
    if found.mu == 0:
        return undefined("no events at all, so it is undefined", found.note)
    pull = 2 * found.rank - 1
    value = float((found.w * pull) @ found.y) / found.mu
    gradient = found.w * (pull - value) / found.mu
    return limits(c, found, "relative-concentration-index", value, gradient)


@measure(
    "slope-index-of-inequality",
    title="Slope index of inequality",
    scale="absolute",
    weighted=True,
    ordered=True,
    null=0,
    over="everybody",
    needs="order",
    verdict="every",
    interval=ALONG,
    source=f"Preston, Haines and Pamuk 1981; {WHO}",
    library="own; equal to statsmodels for the limits of each rate",
    methods=("delta",),
)
def slope_index_of_inequality(c: Comparison) -> Values:
    """Rate fitted at the top of the order minus the rate fitted at the bottom, on a straight line.

    Interpretation
    --------------
    -0.10 says: 10 fewer per 100 at the high end than at the low end, with all groups between counted by size.

    When not to use
    ---------------
    For groups without an order; where the rates do not run along a line (look at them first).

    Source
    ------
    Least squares on the rank weighted by group size. Interval as of the absolute concentration index.
    """
    found = ranked(c)
    if isinstance(found, str):
        return undefined(found)
    return limits(c, found, "slope-index-of-inequality", float(found.pull @ found.y), found.pull)


@measure(
    "relative-index-of-inequality",
    title="Relative index of inequality",
    scale="relative",
    weighted=True,
    ordered=True,
    null=1,
    over="everybody",
    needs="order",
    verdict="every",
    interval="Fieller; without bound where the fitted rate at the bottom could be 0",
    source=f"Pamuk 1985; {WHO}",
    library="own",
    methods=("delta",),
)
def relative_index_of_inequality(c: Comparison) -> Values:
    """Rate fitted at the top of the order divided by the rate fitted at the bottom, on a straight line.

    Interpretation
    --------------
    0.5 says: half as often at the high end as at the low end.

    When not to use
    ---------------
    For groups without an order; where the line falls to 0 or below at an end: it is then undefined.

    Source
    ------
    Least squares on the rank weighted by group size. Interval: Fieller 1954, from the errors of the
    rates. The method "delta" is on the log scale and far too short where the line nearly falls to 0.
    """
    found = ranked(c)
    if isinstance(found, str):
        return undefined(found)
    slope = float(found.pull @ found.y)
    bottom, top = found.mu - slope / 2, found.mu + slope / 2
    if bottom <= 0 or top <= 0:
        return undefined("the fitted line falls to 0 or below at an end, so it is undefined", found.note)
    value = np.array([top / bottom])
    if c.method("relative-index-of-inequality") == "delta":
        gradient = (found.w + found.pull / 2) / top - (found.w - found.pull / 2) / bottom
        error = c.z * float(np.sqrt((gradient**2 * found.s**2).sum()))
        with np.errstate(over="ignore"):
            low, high = value * np.exp(-error), value * np.exp(error)
        method = "delta, log"
    else:
        at_top, at_bottom = found.w + found.pull / 2, found.w - found.pull / 2
        va, vb, both = (float(one @ found.s**2) for one in (at_top**2, at_bottom**2, at_top * at_bottom))
        low, high = (np.array([one]) for one in fieller_open(top, bottom, va, vb, both, c.z))
        method = "Fieller"
    unbounded = "the upper limit is without bound" if np.isposinf(high[0]) else None
    return Values(
        value, low, high, [method if np.isfinite(low[0]) else None], [joined(found.note, unbounded)]
    )
