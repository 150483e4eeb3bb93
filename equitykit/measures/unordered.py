"""Measures over all groups that need no order: how far the rates lie apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equitykit.counts import known
from equitykit.measures.comparison import Comparison
from equitykit.measures.registry import Values, measure
from equitykit.reliability import Floats
from equitykit.tidy import joined, number

__all__ = ["Spread", "spread"]

OVERLAP = (
    "groups overlap, so a measure over all of them would count people twice: use an exclusive tabulation"
)
WHO = "WHO, Handbook on health inequality monitoring; healthequal for the estimates"
DELTA = "delta"


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
    unsure = float(c.own.n[[not known(group) for group in c.groups]].sum())
    notes = (
        f"{number(unsure)} people without a known group are in it, as groups of their own"
        if unsure
        else None,
        f"{number(int((~there).sum()))} groups without people are left out" if (~there).any() else None,
    )
    return Spread(weights, y, c.own.s[there], float(weights @ y), notes)


def smooth(c: Comparison, found: Spread, estimate: float, gradient: Floats, extra: float = 0.0) -> Values:
    """One value with normal limits, its error by the delta method from independent groups."""
    error = float(np.sqrt((gradient**2 * found.s**2).sum() + extra))
    limits = np.array([estimate - c.z * error]), np.array([estimate + c.z * error])
    method = DELTA if np.isfinite(error) else None
    return Values(np.array([estimate]), *limits, [method], [joined(*found.notes)])


def undefined(note: str, *more: str | None) -> Values:
    """No value, and why."""
    nothing = np.full(1, np.nan)
    return Values(nothing, nothing, nothing, [None], [joined(note, *more)])


NO_EVENTS = "no events at all, so it is undefined"


@measure(
    "between-group-variance",
    title="Between-group variance",
    scale="absolute",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval="delta with the second-order term",
    source=f"{WHO}; NCI HD*Calc",
    library="own",
)
def between_group_variance(c: Comparison) -> Values:
    """Mean squared distance of the groups' rates from the overall rate, groups weighted by size.

    Interpretation
    --------------
    0 says that all rates are equal. It is in squared units: compare over time, not across outcomes. Chance
    alone makes it positive, the more so with many small groups.

    When not to use
    ---------------
    For groups that overlap. To see which groups differ.

    Source
    ------
    WHO 2013; quadratic-form variance: 4 sum w2 s2 (y-mu)2 + 2 [(sum w2 s2)2 - sum w4 s4 + sum w2 (1-w)2 s4].

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> found = disparities(table, reference="total", measures=["between-group-variance"]).to_frame()
    >>> found["estimate"].round(9).tolist()
    [0.001875]
    """
    found = spread(c)
    if isinstance(found, str):
        return undefined(found)
    gap, w, variance = found.y - found.mu, found.w, found.s**2
    second = (w**2 @ variance) ** 2 - w**4 @ variance**2 + (w**2 * (1 - w) ** 2) @ variance**2
    return smooth(c, found, float(w @ gap**2), 2 * w * gap, extra=2 * float(second))


@measure(
    "between-group-standard-deviation",
    title="Between-group standard deviation",
    scale="absolute",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval=DELTA,
    source=WHO,
    library="own",
)
def between_group_standard_deviation(c: Comparison) -> Values:
    """Square root of the between-group variance.

    Interpretation
    --------------
    In the units of the rate: a typical distance of a person's group from the overall rate.

    When not to use
    ---------------
    For groups that overlap. Where all rates are equal, it has no interval.

    Source
    ------
    WHO 2013; delta method.
    """
    found = spread(c)
    if isinstance(found, str):
        return undefined(found)
    gap = found.y - found.mu
    value = float(np.sqrt(found.w @ gap**2))
    with np.errstate(all="ignore"):
        return smooth(c, found, value, found.w * gap / value)


@measure(
    "coefficient-of-variation",
    title="Coefficient of variation",
    scale="relative",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval=DELTA,
    source=WHO,
    library="own",
)
def coefficient_of_variation(c: Comparison) -> Values:
    """Between-group standard deviation in percent of the overall rate.

    Interpretation
    --------------
    20 says: a typical distance of 20 % of the overall rate.

    When not to use
    ---------------
    For groups that overlap; where nobody had the event.

    Source
    ------
    WHO 2013; delta method.
    """
    found = spread(c)
    if isinstance(found, str):
        return undefined(found)
    if found.mu == 0:
        return undefined(NO_EVENTS, *found.notes)
    gap = found.y - found.mu
    value = float(np.sqrt(found.w @ gap**2))
    with np.errstate(all="ignore"):
        gradient = found.w * (gap / value / found.mu - value / found.mu**2)
        return smooth(c, found, 100 * value / found.mu, 100 * gradient)


@measure(
    "theil-index",
    title="Theil index (times 1,000)",
    scale="relative",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval=DELTA,
    source=f"Theil 1967; {WHO}",
    library="own",
)
def theil_index(c: Comparison) -> Values:
    """Inequality of the groups' rates, by Theil, times 1,000.

    Interpretation
    --------------
    0 says equal rates; larger says more unequal, with more weight on groups with high rates.

    When not to use
    ---------------
    For groups that overlap; with readers who expect rates.

    Source
    ------
    Theil 1967; sum of w r ln r with r = rate / overall rate; delta method, on the same scale as the estimate.
    """
    found = spread(c)
    if isinstance(found, str):
        return undefined(found)
    if found.mu == 0:
        return undefined(NO_EVENTS, *found.notes)
    w, r = found.w, found.r
    log = np.log(np.where(r > 0, r, 1.0))
    slope = 1 + log - w @ (r * (1 + log))
    return smooth(c, found, 1000 * float(w @ (r * log)), 1000 * w * slope / found.mu)


@measure(
    "mean-log-deviation",
    title="Mean log deviation (times 1,000)",
    scale="relative",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval=DELTA,
    source=WHO,
    library="own",
)
def mean_log_deviation(c: Comparison) -> Values:
    """Mean distance of the groups' rates from the overall rate on the log scale, times 1,000.

    Interpretation
    --------------
    0 says equal rates; larger says more unequal, with more weight on groups with low rates.

    When not to use
    ---------------
    Where a group has no events: it is infinite, and no small number is put in to hide that.

    Source
    ------
    Sum of w times -ln r with r = rate / overall rate; delta method, on the same scale as the estimate.
    """
    found = spread(c)
    if isinstance(found, str):
        return undefined(found)
    if (found.y == 0).any():
        return undefined("a group has no events, so it is infinite", *found.notes)
    slope = found.w / found.mu * (1 - 1 / found.r)
    return smooth(c, found, 1000 * float(found.w @ -np.log(found.r)), 1000 * slope)
