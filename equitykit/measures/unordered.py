"""Measures over all groups that need no order: how far the rates lie apart."""

from __future__ import annotations

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.draws import index
from equitykit.measures.registry import Values, measure
from equitykit.measures.spread import DELTA, METHODS, NO_EVENTS, WHO, Spread, spread, undefined
from equitykit.tidy import joined

__all__ = ["between_group_variance"]


def _variance(found: Spread, y: Floats) -> Floats:
    """Between-group variance of each of many tables."""
    gap = y - (y @ found.w)[:, None]
    return np.asarray(gap**2 @ found.w, dtype=np.float64)


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
    interval=f"{DELTA}, then with the second-order term",
    source=f"{WHO}; NCI HD*Calc",
    library="own; equal to healthequal",
    methods=("second-order", *METHODS),
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
    WHO 2013. Interval from simulated tables, as of `mean-difference-from-mean`. For published estimates, and as the
    method "second-order", the quadratic-form variance: 4 sum w2 s2 (y-mu)2
    + 2 [(sum w2 s2)2 - sum w4 s4 + sum w2 (1-w)2 s4].
    The method "delta" leaves the second part out: the first-order error, shorter by up to a twelfth in the tables
    it was tried on.

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
    return _between(c, "between-group-variance")


def _between(c: Comparison, id: str, *, corrected: bool = False) -> Values:
    """The variance and its limits, with what chance adds taken off where asked."""
    found = spread(c)
    if isinstance(found, str):
        return undefined(found)
    gap, w, variance = found.y - found.mu, found.w, found.s**2
    second = (w**2 @ variance) ** 2 - w**4 @ variance**2 + (w**2 * (1 - w) ** 2) @ variance**2
    values = index(c, found, id, lambda y: _variance(found, y), 2 * w * gap, extra=2 * float(second))
    if not corrected:
        return values
    bias = float((w * (1 - w)) @ variance)
    estimate = values.estimate - bias
    lower, upper = np.minimum(values.lower, estimate), np.maximum(values.upper, estimate)
    return Values(estimate, lower, upper, values.method, [joined(*found.notes)])


@measure(
    "between-group-variance-corrected",
    title="Between-group variance, less what chance adds",
    scale="absolute",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval="that of the between-group variance, which is an interval of the same true value",
    source=f"{WHO}; NCI HD*Calc",
    library="own",
    methods=("second-order", *METHODS),
)
def between_group_variance_corrected(c: Comparison) -> Values:
    """Between-group variance less the part that sampling alone adds: sum of w (1 - w) s2.

    Interpretation
    --------------
    As `between-group-variance`, but near 0 where groups differ by chance only. It can be negative, and is not
    cut off at 0: that says less spread than chance would make.

    When not to use
    ---------------
    Beside figures of others, who seldom correct: say which one it is.

    Source
    ------
    Expected value of the between-group variance of independent rates, less the true one. The interval is that of the
    uncorrected variance, drawn out where it would not hold the estimate.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> found = disparities(table, reference="total", measures=["between-group-variance-corrected"]).to_frame()
    >>> found["estimate"].round(9).tolist()
    [0.00151875]
    """
    return _between(c, "between-group-variance-corrected", corrected=True)


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
    methods=METHODS,
)
def between_group_standard_deviation(c: Comparison) -> Values:
    """Square root of the between-group variance.

    Interpretation
    --------------
    In the units of the rate: a typical distance of a person's group from the overall rate.

    When not to use
    ---------------
    For groups that overlap.

    Source
    ------
    WHO 2013. Interval from simulated tables, as of `mean-difference-from-mean`; the method "delta" takes the
    first-order error.
    """
    found = spread(c)
    if isinstance(found, str):
        return undefined(found)
    gap = found.y - found.mu
    value = float(np.sqrt(found.w @ gap**2))
    with np.errstate(all="ignore"):
        gradient = found.w * gap / value
    return index(
        c, found, "between-group-standard-deviation", lambda y: np.sqrt(_variance(found, y)), gradient
    )


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
    methods=METHODS,
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
    WHO 2013. Interval from simulated tables, as of `mean-difference-from-mean`; the method "delta" takes the
    first-order error.
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

    def percent(y: Floats) -> Floats:
        return np.asarray(100 * np.sqrt(_variance(found, y)) / (y @ found.w), dtype=np.float64)

    return index(c, found, "coefficient-of-variation", percent, 100 * gradient, units="%")
