"""Measures of one group beside another: rates, their differences, and excess events."""

from __future__ import annotations

import numpy as np

from equitykit.measures.comparison import Comparison, Side
from equitykit.measures.registry import Values, measure
from equitykit.reliability import Floats
from equitykit.tidy import joined, number

__all__ = ["beside", "excess_events", "newcombe", "rate", "rate_difference"]


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
    interval="Wilson; Clopper-Pearson below n = 30 or where none or all had the event",
    source="Wilson 1927; Clopper and Pearson 1934",
    library="statsmodels proportion_confint",
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
    frame = c.table.to_frame(level=c.level)
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
    interval="Newcombe's hybrid score (method 10); delta for published estimates",
    source="Newcombe 1998",
    library="statsmodels confint_proportions_2indep",
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
        error = _difference_error(c)
        lower, upper, method = estimate - c.z * error, estimate + c.z * error, "delta"
    else:
        side = c.others if c.within_total else c.other
        share = 1 - c.share if c.within_total else np.ones(len(c.groups))
        low, high = newcombe(c.own, side, c.level)
        lower, upper = low * share, high * share
        method = "Newcombe, from all others" if c.within_total else "Newcombe"
    return beside(c, estimate, lower, upper, [method] * len(c.groups), c.row_notes(), itself=0.0)


def newcombe(own: Side, other: Side, level: float) -> tuple[Floats, Floats]:
    """Newcombe's hybrid score limits of a difference of two separate groups."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    there = np.isfinite(own.x) & np.isfinite(other.x) & (own.n > 0) & (other.n > 0)
    lower, upper = np.full(own.n.shape, np.nan), np.full(own.n.shape, np.nan)
    if there.any():
        lower[there], upper[there] = confint_proportions_2indep(
            own.x[there],
            own.n[there],
            other.x[there],
            other.n[there],
            compare="diff",
            method="newcomb",
            alpha=1 - level,
        )
    return lower, upper


def _difference_error(c: Comparison) -> Floats:
    """Standard error of a difference of published estimates; a part and its total vary together."""
    if not c.within_total:
        return np.sqrt(c.own.s**2 + c.other.s**2)
    covariance = c.share * c.own.s**2
    return np.sqrt(np.maximum(c.own.s**2 + c.total.s**2 - 2 * covariance, 0))


@measure(
    "excess-events",
    title="Excess events",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="reference",
    verdict="pair",
    interval="n times the interval of the rate difference",
    source="shortfall or excess at the reference's rate, as in DisImpact and surveil",
    library="own, on statsmodels",
)
def excess_events(c: Comparison) -> Values:
    """Events in a group beyond those it would have at the reference's rate; the note counts people.

    Interpretation
    --------------
    40 says: at the reference's rate, 40 fewer people in the group would have had the event; -12 says 12 more
    would. People are rounded outward, so that a part of a person counts as one.

    When not to use
    ---------------
    As an estimate of cause: it is arithmetic on observed rates. Do not add it up over groups that overlap.

    Source
    ------
    n times the rate difference.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [105, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> frame = disparities(table, reference="B", measures=["excess-events"]).to_frame()
    >>> frame["estimate"].round(6).tolist(), frame["note"][0]
    ([9.5, 0.0], '10 people would need a different outcome to reach the rate of the reference')
    """
    gap = rate_difference(c)
    size = c.own.n / c.scale
    estimate = gap.estimate * size
    notes = [
        joined(note, None if own or not np.isfinite(value) else _people(value))
        for note, value, own in zip(gap.note, estimate, c.is_reference, strict=True)
    ]
    return Values(estimate, gap.lower * size, gap.upper * size, gap.method, notes)


def _people(value: float) -> str:
    people = int(np.ceil(abs(value) - 1e-9))
    return f"{number(people)} people would need a different outcome to reach the rate of the reference"


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
