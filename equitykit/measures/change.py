"""Measures of change: a gap beside the same gap at an earlier time, or at an earlier decision point."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.means import fieller
from equitykit.measures.ratios import rate_ratio
from equitykit.measures.registry import Values, measure
from equitykit.measures.simple import beside, rate_difference
from equitykit.tidy import joined

__all__ = ["change_in_rate_difference", "percent_change_in_rate_difference", "ratio_of_rate_ratios"]

NO_EARLIER = "no earlier table was given"
Rows = tuple[Floats, Floats, Floats]


@measure(
    "change-in-rate-difference",
    title="Change in the rate difference",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="earlier",
    verdict="pair",
    interval="square and add, from the intervals of the two differences",
    source="Zou and Donner 2008",
    library="own, on the intervals of the rate difference",
)
def change_in_rate_difference(c: Comparison) -> Values:
    """Rate difference now minus the rate difference of the earlier table.

    Interpretation
    --------------
    -0.03 says: the difference from the reference is 3 points lower than it was. Look at both differences: a
    change of -0.03 can be a gap that closed or one that turned round.

    When not to use
    ---------------
    Alone: the ratio can move the other way. After picking the widest gap of many: it tends to narrow by chance.

    Source
    ------
    Zou and Donner 2008, Statistics in Medicine 27: 1693-1702.
    """
    pair = _both(c, rate_difference)
    if pair is None:
        return _without(c)
    (d1, l1, u1), (d0, l0, u0), notes = pair
    estimate = d1 - d0
    with np.errstate(all="ignore"):
        lower = estimate - np.sqrt((d1 - l1) ** 2 + (u0 - d0) ** 2)
        upper = estimate + np.sqrt((u1 - d1) ** 2 + (d0 - l0) ** 2)
    return beside(c, estimate, lower, upper, ["square and add"] * len(c.groups), notes, itself=0.0)


@measure(
    "percent-change-in-rate-difference",
    title="Change of the rate difference in percent",
    scale="relative",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="earlier",
    verdict="pair",
    interval="Fieller, from the standard errors of the two differences",
    source="Fieller 1954",
    library="own",
)
def percent_change_in_rate_difference(c: Comparison) -> Values:
    """Rate difference now, as a percentage above the one of the earlier table.

    Interpretation
    --------------
    -40 says: the difference is 40 % smaller than it was; below -100 it has turned round. Without an interval
    where the earlier difference could have been 0: a percentage of nothing says nothing.

    When not to use
    ---------------
    Where the earlier difference was small.

    Source
    ------
    Fieller 1954 for the ratio of the two differences.
    """
    pair = _both(c, rate_difference)
    if pair is None or c.earlier is None:
        return _without(c)
    (d1, _, _), (d0, _, _), notes = pair
    v1, v0 = (_variance(one) for one in (c, c.earlier))
    v0 = v0[[c.earlier.groups.index(g) if g in c.earlier.groups else 0 for g in c.groups]]
    ratio, lower, upper, g = fieller(d1, d0, v1, v0, np.zeros(len(d1)), c.z)
    unsure = "the earlier difference could have been 0, so there is no interval"
    notes = [joined(note, unsure if one >= 1 else None) for note, one in zip(notes, g, strict=True)]
    notes = [
        joined(note, "there was no earlier difference" if one == 0 and not own else None)
        for note, one, own in zip(notes, d0, c.is_reference, strict=True)
    ]
    ratio, lower, upper = (100 * (one - 1) for one in (ratio, lower, upper))
    return beside(c, ratio, lower, upper, ["Fieller"] * len(c.groups), notes, itself=np.nan)


@measure(
    "ratio-of-rate-ratios",
    title="Ratio of rate ratios",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="earlier",
    verdict="pair",
    interval="on the log scale, squares of the distances to the limits added",
    source="Altman and Bland 2003",
    library="own, on the intervals of the rate ratio",
)
def ratio_of_rate_ratios(c: Comparison) -> Values:
    """Rate ratio now divided by the rate ratio of the earlier table, or of the decision point before.

    Interpretation
    --------------
    1.2 says: the ratio to the reference is a fifth higher than it was. Between decision points: how much this
    point adds to the ratio that people arrive with.

    When not to use
    ---------------
    For the same people at two times or points: they are taken as independent, and the interval is then wrong.

    Source
    ------
    Altman and Bland 2003, BMJ 326: 219; with log limits that are not of equal length joined as by Zou and Donner.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> before = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> after = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [15, 30]})
    >>> then, now = GroupTable.from_counts(before), GroupTable.from_counts(after)
    >>> found = disparities(now, reference="B", measures=["ratio-of-rate-ratios"], earlier=then).to_frame()
    >>> found["estimate"].round(9).tolist()
    [0.75, 1.0]
    """
    pair = _both(c, rate_ratio)
    if pair is None:
        return _without(c)
    with np.errstate(all="ignore"):
        (r1, l1, u1), (r0, l0, u0) = (tuple(np.log(one) for one in rows) for rows in pair[:2])
        estimate = np.exp(r1 - r0)
        lower = np.exp(r1 - r0 - np.sqrt((r1 - l1) ** 2 + (u0 - r0) ** 2))
        upper = np.exp(r1 - r0 + np.sqrt((u1 - r1) ** 2 + (r0 - l0) ** 2))
    zero = ~np.isfinite(r1 - r0)
    estimate, lower, upper = (np.where(zero, np.nan, one) for one in (estimate, lower, upper))
    notes = [
        joined(note, "a ratio of 0 or none cannot be compared" if bad else None)
        for note, bad in zip(pair[2], zero & ~c.is_reference, strict=True)
    ]
    return beside(c, estimate, lower, upper, ["square and add, log"] * len(c.groups), notes, itself=1.0)


def _both(
    c: Comparison, measured: Callable[[Comparison], Values]
) -> tuple[Rows, Rows, list[str | None]] | None:
    """A measure now and then, the groups of now; and notes that hold for both."""
    if c.earlier is None:
        return None
    now, then = measured(c), measured(c.earlier)
    place = {group: i for i, group in enumerate(c.earlier.groups)}
    at = [place.get(group) for group in c.groups]

    def placed(values: Floats) -> Floats:
        return np.array([np.nan if i is None else values[i] for i in at])

    notes = [
        joined(note, "the earlier table has no such group" if i is None else then.note[i])
        if note != "the reference group itself"
        else note
        for note, i in zip(now.note, at, strict=True)
    ]
    earlier = (placed(then.estimate), placed(then.lower), placed(then.upper))
    return (now.estimate, now.lower, now.upper), earlier, notes


def _variance(c: Comparison) -> Floats:
    """Variance of the rate difference; a part and its total vary together."""
    variance = c.own.s**2 + c.other.s**2
    return variance - 2 * c.share * c.own.s**2 if c.within_total else variance


def _without(c: Comparison) -> Values:
    nothing = np.full(len(c.groups), np.nan)
    return Values(nothing, nothing, nothing, [None] * len(c.groups), [NO_EARLIER] * len(c.groups))
