"""Measures over all groups from the theory of income inequality: Theil, mean log deviation, Atkinson, Gini."""

from __future__ import annotations

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.draws import index, simulated
from equitykit.measures.registry import Values, measure
from equitykit.measures.spread import DELTA, METHODS, NO_EVENTS, SIMULATED, WHO, Spread, spread, undefined

__all__ = ["atkinson_index", "gini_index", "mean_log_deviation", "symmetrised_theil_index", "theil_index"]

INFINITE = "a group has no events, so it is infinite"


def _relative(w: Floats, y: Floats) -> Floats:
    """Rates of each table divided by its mean."""
    return np.asarray(y / (y @ w)[:, None], dtype=np.float64)


def _r_log_r(r: Floats) -> Floats:
    return np.asarray(r * np.log(np.where(r > 0, r, 1.0)), dtype=np.float64)


def _ready(c: Comparison, *, without_zeros: bool = False) -> Spread | Values:
    """The groups with people, or why there is no such measure."""
    found = spread(c)
    if isinstance(found, str):
        return undefined(found)
    if found.mu == 0:
        return undefined(NO_EVENTS, *found.notes)
    if without_zeros and (found.y <= 0).any():
        return undefined(INFINITE, *found.notes)
    return found


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
    methods=METHODS,
)
def theil_index(c: Comparison) -> Values:
    """Inequality of the groups' rates, by Theil, times 1,000.

    Interpretation
    --------------
    0 says equal rates; larger says more unequal, with more weight on groups with high rates. Chance alone
    makes it positive: the note says by how much.

    When not to use
    ---------------
    For groups that overlap; with readers who expect rates.

    Source
    ------
    Theil 1967; sum of w r ln r with r = rate / overall rate. Interval from simulated tables, as of
    `mean-difference-from-mean`; the method "delta" is on the same scale as the estimate.
    """
    found = _ready(c)
    if isinstance(found, Values):
        return found
    w, r = found.w, found.r
    log = np.log(np.where(r > 0, r, 1.0))
    slope = 1 + log - w @ (r * (1 + log))
    return index(
        c, found, "theil-index", lambda y: 1000 * _r_log_r(_relative(w, y)) @ w, 1000 * w * slope / found.mu,
        units="thousandths",
    )  # fmt: skip


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
    methods=METHODS,
)
def mean_log_deviation(c: Comparison) -> Values:
    """Mean distance of the groups' rates from the overall rate on the log scale, times 1,000.

    Interpretation
    --------------
    0 says equal rates; larger says more unequal, with more weight on groups with low rates. Chance alone makes
    it positive: the note says by how much.

    When not to use
    ---------------
    Where a group has no events: it is infinite, and no small number is put in to hide that.

    Source
    ------
    Sum of w times -ln r with r = rate / overall rate. Interval from simulated tables, as of
    `mean-difference-from-mean`; the method "delta" is on the same scale as the estimate.
    """
    found = _ready(c, without_zeros=True)
    if isinstance(found, Values):
        return found
    w = found.w
    return index(
        c, found, "mean-log-deviation", lambda y: -1000 * np.log(_relative(w, y)) @ w,
        1000 * w / found.mu * (1 - 1 / found.r), units="thousandths",
    )  # fmt: skip


@measure(
    "symmetrised-theil-index",
    title="Symmetrised Theil index (times 1,000)",
    scale="relative",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval=DELTA,
    source="Borrell and Talih 2011",
    library="own",
    methods=METHODS,
)
def symmetrised_theil_index(c: Comparison) -> Values:
    """Mean of the Theil index and the mean log deviation, times 1,000.

    Interpretation
    --------------
    0 says equal rates; larger says more unequal, with the same weight on groups with high and with low rates:
    it does not change when shares of people and shares of events are exchanged.

    When not to use
    ---------------
    Where a group has no events: it is infinite. For groups that overlap.

    Source
    ------
    Borrell and Talih 2011, Statistics in Medicine 30: half of sum w (r - 1) ln r. Interval from simulated
    tables, as of `mean-difference-from-mean`; the method "delta" takes the first-order error.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> found = disparities(table, reference="total", measures=["symmetrised-theil-index"]).to_frame()
    >>> found["estimate"].round(6).tolist()
    [51.986039]
    """
    found = _ready(c, without_zeros=True)
    if isinstance(found, Values):
        return found
    w, r = found.w, found.r
    inner = np.log(r) + 1 - 1 / r
    gradient = 500 * w * (inner - w @ (r * inner)) / found.mu

    def value(y: Floats) -> Floats:
        one = _relative(w, y)
        return np.asarray(500 * ((one - 1) * np.log(one)) @ w, dtype=np.float64)

    return index(c, found, "symmetrised-theil-index", value, gradient, units="thousandths")


def _atkinson(c: Comparison, id: str, aversion: float) -> Values:
    """Atkinson's index: 1 minus the rate that, if equal for all, would count the same, over the mean rate."""
    found = _ready(c, without_zeros=aversion >= 1)
    if isinstance(found, Values):
        return found
    w, r = found.w, found.r

    def equal(one: Floats) -> Floats:
        if aversion == 1:
            return np.asarray(np.exp(np.log(one) @ w), dtype=np.float64)
        power = 1 - aversion
        return np.asarray((one**power @ w) ** (1 / power), dtype=np.float64)

    level = float(equal(r[None, :])[0])
    with np.errstate(all="ignore"):
        pull = level**aversion * np.where(r > 0, r**-aversion, 0.0)
    gradient = w / found.mu * (level - pull)
    return index(c, found, id, lambda y: 1 - equal(_relative(w, y)), gradient)


@measure(
    "atkinson-index",
    title="Atkinson index (aversion 0.5)",
    scale="relative",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval=DELTA,
    source="Atkinson 1970",
    library="own",
    methods=METHODS,
)
def atkinson_index(c: Comparison) -> Values:
    """Inequality of the groups' rates by Atkinson, with an aversion to inequality of 0.5: from 0 to 1.

    Interpretation
    --------------
    0 says equal rates. For a favourable event, 0.1 says: the same good could be had with 10 % fewer events if
    they were spread equally. How much inequality counts is a choice; 0.5 is the mildest in use.

    When not to use
    ---------------
    For groups that overlap. For an event that is bad for people its meaning in words is lost: use another.

    Source
    ------
    Atkinson 1970; 1 - (sum w r^0.5)^2. Interval from simulated
    tables, as of `mean-difference-from-mean`; the method "delta" takes the first-order error.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [200, 200], "events": [90, 10]})
    >>> found = disparities(GroupTable.from_counts(frame), reference="total", measures=["atkinson-index"])
    >>> found.to_frame()["estimate"].round(9).tolist()
    [0.2]
    """
    return _atkinson(c, "atkinson-index", 0.5)


@measure(
    "atkinson-index-1",
    title="Atkinson index (aversion 1)",
    scale="relative",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval=DELTA,
    source="Atkinson 1970",
    library="own",
    methods=METHODS,
)
def atkinson_index_1(c: Comparison) -> Values:
    """Inequality of the groups' rates by Atkinson, with an aversion to inequality of 1: from 0 to 1.

    Interpretation
    --------------
    As `atkinson-index`, with more weight on groups with low rates: 1 minus the geometric mean of the rates over
    their mean.

    When not to use
    ---------------
    Where a group has no events: it would be 1 whatever the others are, so it is not given.

    Source
    ------
    Atkinson 1970; 1 - exp(sum w ln r). Interval from simulated
    tables, as of `mean-difference-from-mean`; the method "delta" takes the first-order error.
    """
    return _atkinson(c, "atkinson-index-1", 1.0)


@measure(
    "gini-index",
    title="Gini index",
    scale="relative",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="nothing",
    verdict="every",
    interval=SIMULATED,
    source="Gini 1912; Brown 1994 for health",
    library="own, numpy for the draws",
)
def gini_index(c: Comparison) -> Values:
    """Half the mean distance between the rates of any two people's groups, as a part of the overall rate.

    Interpretation
    --------------
    0 says equal rates; 1 would be all events in one vanishing group. Groups are set in the order of their own
    rates, so unlike a concentration index it has no direction. Chance alone makes it positive: see the note.

    When not to use
    ---------------
    For groups that overlap. To see which groups differ. Between groups only: it says nothing of the spread
    within them.

    Source
    ------
    Sum over pairs of w w |y - y| / (2 mean); interval from simulated tables, as of
    `mean-difference-from-mean`, the order found anew in each.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> found = disparities(GroupTable.from_counts(frame), reference="total", measures=["gini-index"])
    >>> found.to_frame()["estimate"].round(9).tolist()
    [0.15]
    """
    found = _ready(c)
    if isinstance(found, Values):
        return found
    w = found.w

    def value(y: Floats) -> Floats:
        place = np.argsort(y, axis=1)
        ordered, weights = np.take_along_axis(y, place, axis=1), w[place]
        rank = np.cumsum(weights, axis=1) - weights / 2
        return np.asarray((weights * ordered * (2 * rank - 1)).sum(axis=1) / (y @ w), dtype=np.float64)

    return simulated(c, found, value)
