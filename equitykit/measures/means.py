"""Measures of published means, such as days in care or dollars."""

from __future__ import annotations

import numpy as np

from equitykit.chance import Interval, recovered_ratio
from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.recovered import each_limits
from equitykit.measures.registry import Values, measure
from equitykit.measures.simple import beside
from equitykit.tidy import joined, number

__all__ = ["fieller", "fieller_open", "ratio_of_means"]


@measure(
    "ratio-of-means",
    title="Ratio of means",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="reference",
    verdict="pair",
    interval="Fieller; for counts from the limits of each rate; none where the reference is too uncertain",
    source="Fieller 1954; Donner and Zou 2012",
    library="own; equal to statsmodels for the limits of each rate",
)
def ratio_of_means(c: Comparison) -> Values:
    """Mean of a group divided by the mean of its reference, such as days in care.

    Interpretation
    --------------
    1.3 says: three tenths more than in the reference. The interval is not of equal length on both sides. Where
    the reference's mean could be 0, no interval can be closed, and the note says so.

    When not to use
    ---------------
    For shares of people: use the rate ratio. For means of a few very long stays: look at the middle one.

    Source
    ------
    Fieller 1954, Journal of the Royal Statistical Society B 16: 175-185. Against the total, the part it shares
    with the group is counted. For counts, the limits of each rate take the place of normal ones: Donner and Zou 2012,
    Statistical Methods in Medical Research 21: 347-359.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [40, 60], "estimate": [300, 200], "se": [20, 10]})
    >>> table = GroupTable.from_estimates(frame, scale=None)
    >>> found = disparities(table, reference="B", measures=["ratio-of-means"]).to_frame()
    >>> found.loc[0, ["estimate", "lower", "upper"]].astype(float).round(3).tolist()
    [1.5, 1.268, 1.761]
    """
    if not c.table.published:
        return _of_counts(c)
    covariance = c.share * c.own.s**2 if c.within_total else np.zeros(len(c.groups))
    estimate, lower, upper, g = fieller(c.own.y, c.other.y, c.own.s**2, c.other.s**2, covariance, c.z)
    notes = [
        joined(
            note,
            f"the reference is too uncertain for an interval (g = {number(one, 2)})" if one >= 1 else None,
        )
        for note, one in zip(c.row_notes(), g, strict=True)
    ]
    notes = [
        joined(note, "the reference is 0, so the ratio is undefined" if y == 0 else None)
        for note, y in zip(notes, c.other.y, strict=True)
    ]
    return beside(c, estimate, lower, upper, ["Fieller"] * len(c.groups), notes, itself=1.0)


def _of_counts(c: Comparison) -> Values:
    """Ratios of rates that were counted, each with its own limits: Wilson's or Garwood's."""
    other = c.others if c.within_total else c.other
    own_limits, other_limits = (zip(*each_limits(c, side), strict=True) for side in (c.own, other))
    estimate, lower, upper = (np.full(len(c.groups), np.nan) for _ in range(3))
    notes = c.row_notes()
    for i, (own, beyond) in enumerate(zip(own_limits, other_limits, strict=True)):
        if c.other.y[i] == 0:
            notes[i] = joined(notes[i], "the reference is 0, so the ratio is undefined")
        if not c.other.y[i] > 0 or not np.isfinite(c.own.y[i]):
            continue
        estimate[i] = c.own.y[i] / c.other.y[i]
        if np.isnan(beyond[0]):
            continue
        limits = recovered_ratio(float(c.own.y[i]), Interval(*own), float(other.y[i]), Interval(*beyond))
        part = float(c.share[i]) if c.within_total else 0.0  # of the total, the group itself is a part
        lower[i], upper[i] = (1 / (part + (1 - part) / one) if part and one else one for one in limits)
        if np.isinf(upper[i]):
            notes[i] = joined(notes[i], "the upper limit is without bound")
    method = [None if np.isnan(one) else "Fieller, recovered" for one in lower]
    return beside(c, estimate, lower, upper, method, notes, itself=1.0)


def fieller(
    a: Floats, b: Floats, va: Floats, vb: Floats, covariance: Floats, z: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Ratio a / b, Fieller's limits (NaN where they do not close), and g, which says whether they do.

    Examples
    --------
    >>> one = np.ones(1)
    >>> [round(float(x[0]), 4) for x in fieller(3 * one, 2 * one, 0.04 * one, 0.01 * one, 0 * one, 1.96)]
    [1.5, 1.2679, 1.7612, 0.0096]
    """
    with np.errstate(all="ignore"):
        estimate = np.where(b != 0, a / b, np.nan)
        g = z**2 * vb / b**2
        middle = a * b - z**2 * covariance
        square = middle**2 - (a**2 - z**2 * va) * (b**2 - z**2 * vb)
        width = np.sqrt(square)
        base = b**2 - z**2 * vb
        closed = (g < 1) & (square >= 0)
        lower = np.where(closed, (middle - width) / base, np.nan)
        upper = np.where(closed, (middle + width) / base, np.nan)
    return estimate, lower, upper, np.where(b != 0, g, np.nan)


def fieller_open(
    a: float, b: float, va: float, vb: float, covariance: float, z: float
) -> tuple[float, float]:
    """Fieller's limits of a / b, both positive: without an upper one where b could be 0, and none below 0.

    Examples
    --------
    >>> [round(one, 4) for one in fieller_open(3, 2, 0.04, 0.01, 0, 1.96)]
    [1.2679, 1.7612]
    >>> [round(one, 4) for one in fieller_open(3, 0.1, 0.04, 0.01, 0, 1.96)]
    [10.0041, inf]
    """
    base, rest = b**2 - z**2 * vb, a**2 - z**2 * va
    middle = a * b - z**2 * covariance
    square = middle**2 - base * rest
    if not np.isfinite(square):
        return np.nan, np.nan
    if base > 0:
        width = np.sqrt(max(square, 0.0))
        return max(float((middle - width) / base), 0.0), float((middle + width) / base)
    if rest <= 0 or base == 0:
        return 0.0, np.inf
    return float((middle - np.sqrt(square)) / base), np.inf
