"""Measures of one group beside another: rates, their differences, and excess events."""

from __future__ import annotations

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.pairs import DIFFERENCES, NAMES, TIME_DIFFERENCES, limits_of, pair_of
from equitykit.measures.registry import Values, measure
from equitykit.rate_methods import RATE_METHODS, TIME_METHODS

__all__ = ["beside", "difference_error", "rate", "rate_difference"]


@measure(
    "rate",
    title="Rate",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=None,
    over="group",
    needs="nothing",
    verdict="group",
    interval="Wilson; Clopper-Pearson below n = 30 or where none or all had the event; Garwood for events per time",
    source="Wilson 1927; Clopper and Pearson 1934; Garwood 1936",
    library="own; equal to statsmodels proportion_confint and confint_poisson",
    methods=(*RATE_METHODS, *TIME_METHODS),
)
def rate(c: Comparison) -> Values:
    """Share of each group, and of everybody, that had the event.

    Interpretation
    --------------
    0.25 says that one in four had the event. For complete counts the interval describes the play of chance
    in the process, not an error of sampling.

    When not to use
    ---------------
    Where the numerator is not part of the denominator (events per person-years).

    Source
    ------
    Wilson 1927; Clopper and Pearson 1934; Korn and Graubard 1998 for published estimates.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> GroupTable.from_counts(frame).to_frame()["estimate"].tolist()
    [0.2, 0.1, 0.125]
    """
    frame = c.table.to_frame(level=c.level, method=c.method("rate"))
    return Values(
        frame["estimate"].to_numpy(),
        frame["lower"].to_numpy(),
        frame["upper"].to_numpy(),
        frame["method"].tolist(),
        frame["note"].tolist(),
    )


@measure(
    "rate-difference",
    title="Rate difference",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="reference",
    verdict="pair",
    interval="Newcombe's hybrid score (method 10); square and add for events per time; delta for estimates",
    source="Newcombe 1998; Zou and Donner 2008",
    library="own; equal to statsmodels confint_proportions_2indep",
    methods=(*DIFFERENCES, *TIME_DIFFERENCES),
)
def rate_difference(c: Comparison) -> Values:
    """Rate of a group minus the rate of its reference.

    Interpretation
    --------------
    0.05 says: 5 more per 100 people than in the reference; 0 says no difference. Against the total, the
    difference is the one to all others times their share of the total, and so is its interval.

    When not to use
    ---------------
    Alone: a difference and a ratio can move in opposite directions, so show both, and the counts.

    Source
    ------
    Newcombe 1998, method 10 without continuity correction.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> disparities(table, reference="B", measures=["rate-difference"]).to_frame()["estimate"].tolist()
    [0.1, 0.0]
    """
    estimate = c.own.y - c.other.y
    if c.table.published:
        error = difference_error(c)
        lower, upper, name = estimate - c.z * error, estimate + c.z * error, "delta"
    else:
        methods, usual = (TIME_DIFFERENCES, "mover") if c.timed else (DIFFERENCES, "newcombe")
        name = c.method("rate-difference") or usual
        _, low, high = limits_of(methods, name, pair_of(c), c.level)
        share = (1 - c.share if c.within_total else np.ones(len(c.groups))) * c.scale
        lower, upper = low * share, high * share
        name = f"{NAMES[name]}, from all others" if c.within_total else NAMES[name]
    return beside(c, estimate, lower, upper, [name] * len(c.groups), c.row_notes(), itself=0.0)


def difference_error(c: Comparison) -> Floats:
    """Standard error of a difference of published estimates; a part and its total vary together."""
    if not c.within_total:
        return np.sqrt(c.own.s**2 + c.other.s**2)
    covariance = c.share * c.own.s**2
    return np.sqrt(np.maximum(c.own.s**2 + c.total.s**2 - 2 * covariance, 0))


def beside(
    c: Comparison,
    estimate: Floats,
    lower: Floats,
    upper: Floats,
    method: list[str] | list[str | None],
    notes: list[str | None],
    *,
    itself: float,
) -> Values:
    """Values beside a reference; the reference beside itself is the null value, without an interval."""
    own = c.is_reference & np.isfinite(estimate)
    estimate = np.where(own, itself, estimate)
    lower, upper = np.where(own, np.nan, lower), np.where(own, np.nan, upper)
    named = [name if np.isfinite(low) else None for name, low in zip(method, lower, strict=True)]
    return Values(estimate, lower, upper, named, notes)
