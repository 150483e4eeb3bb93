"""Rates as they would be with the same mix of strata: direct and indirect standardisation."""

from __future__ import annotations

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.adjusted import NO_STRATA, Found, Sides, each_group, strata_of
from equitykit.measures.comparison import Comparison
from equitykit.measures.registry import PEOPLE, Values, measure
from equitykit.rate_methods import time_interval
from equitykit.tidy import joined, number

__all__ = ["directly_standardised_rate", "fay_feuer", "indirectly_standardised_ratio", "standardised"]


@measure(
    "directly-standardised-rate",
    title="Rate, directly standardised",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=None,
    over="group",
    needs="strata",
    verdict="group",
    interval="gamma, by Fay and Feuer",
    source="Fay and Feuer 1997",
    library="own",
    kinds=PEOPLE,
    crude="rate",
)
def directly_standardised_rate(c: Comparison) -> Values:
    """Rate a group would have with the strata of the standard population and its own rates in each.

    Interpretation
    --------------
    Compare standardised rates with each other only, under the same standard; the crude rate is what happened.

    When not to use
    ---------------
    Where a group has no people in a stratum: it has no rate there, and none is put in. Where the covariate is
    itself a result of earlier decisions.

    Source
    ------
    Fay and Feuer 1997, Statistics in Medicine 16: 791-801. Made for rare events: where events are common its
    interval is too wide rather than too narrow.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.measures import disparities
    >>> from equitykit.stratify import stratify
    >>> frame = pd.DataFrame({"group": list("AABB"), "dept": list("xyxy"), "n": [90, 10, 10, 90],
    ...                       "events": [45, 1, 5, 9]})
    >>> table = stratify(frame, stratum="dept", role="unsure")
    >>> found = disparities(table, reference="B", measures=["directly-standardised-rate"]).to_frame()
    >>> found.query("measure == 'directly-standardised-rate'")["estimate"].round(6).tolist()
    [0.3, 0.3]
    """
    strata, nothing = strata_of(c), np.full(len(c.groups), np.nan)
    if strata is None:
        return Values(nothing, nothing, nothing, [None] * len(c.groups), [NO_STRATA] * len(c.groups))
    needed = strata.standard > 0
    rows, notes, methods = [], [], []
    for n, x in zip(strata.n, strata.x, strict=True):
        empty = needed & (n == 0)
        rows.append(fay_feuer(x[needed], n[needed], strata.standard[needed], c.level))
        lacks = (
            f"no people in {strata.names[int(np.argmax(empty))]}, so it is undefined" if empty.any() else None
        )
        notes.append(joined(lacks, f"standard: {strata.standard_name}", strata.note))
        methods.append(None if empty.any() else "gamma (Fay-Feuer)")
    estimate, lower, upper = (np.array([row[k] for row in rows]) for k in range(3))
    return Values(estimate, lower, upper, methods, notes)


def fay_feuer(x: Floats, n: Floats, weights: Floats, level: float) -> tuple[float, float, float]:
    """Directly standardised rate and its gamma limits; NaN where a stratum is empty.

    Examples
    --------
    >>> one = np.ones(1)
    >>> [round(float(v), 6) for v in fay_feuer(3 * one, 800 * one, one, 0.95)]  # one stratum: Garwood's
    [0.00375, 0.000773, 0.010959]
    """
    from scipy.special import chdtri

    if (n == 0).any():
        return np.nan, np.nan, np.nan
    tail, each = (1 - level) / 2, weights / n
    rate, variance, most = float(each @ x), float(each**2 @ x), float(each.max())
    lower = 0.0
    if rate > 0:
        lower = variance / (2 * rate) * float(chdtri(2 * rate**2 / variance, 1 - tail))
    above, spread = rate + most, variance + most**2
    return rate, lower, spread / (2 * above) * float(chdtri(2 * above**2 / spread, tail))


def standardised(sides: Sides, z: float) -> tuple[Found, Found, Found]:
    """Directly standardised rate of a group, its difference from the reference's, and their ratio.

    The weights count as far as they go: adding up to 1 is not asked.

    Source
    ------
    Rothman and Greenland 1998, chapter 15: binomial variances, weights taken as given; the ratio by the delta
    method on its log.

    Examples
    --------
    >>> parts = np.array([[20.0, 10.0], [100.0, 100.0], [10.0, 5.0], [100.0, 100.0]])
    >>> [round(one[0], 9) for one in standardised(Sides(*parts, ("x", "y"), np.array([0.75, 0.25])), 1.96)]
    [0.175, 0.0875, 2.0]
    """
    used = sides.standard > 0
    if (used & ((sides.n == 0) | (sides.n0 == 0))).any() or not used.any():
        nothing: Found = (np.nan, np.nan, np.nan, None, sides.lacking)
        return nothing, nothing, nothing
    weights = sides.standard[used] / sides.standard.sum()
    y, y0 = sides.x[used] / sides.n[used], sides.x0[used] / sides.n0[used]
    a, b = float(weights @ y), float(weights @ y0)
    va = float(weights**2 @ (y * (1 - y) / sides.n[used]))
    vb = float(weights**2 @ (y0 * (1 - y0) / sides.n0[used]))
    note, own, error = f"standard: {sides.standard_name}", z * np.sqrt(va), z * np.sqrt(va + vb)
    ratio: Found
    if b == 0:
        ratio = np.nan, np.nan, np.nan, None, "no events in the reference, so the ratio is undefined"
    elif a == 0:
        ratio = 0.0, np.nan, np.nan, None, "no events in the group, so there is no interval"
    else:
        factor = np.exp(z * np.sqrt(va / a**2 + vb / b**2))
        ratio = a / b, float(a / b / factor), float(a / b * factor), "delta, log", note
    return (a, a - own, a + own, "delta", note), (a - b, a - b - error, a - b + error, "delta", note), ratio


@measure(
    "directly-standardised-rate-difference",
    title="Rate difference, directly standardised",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="strata",
    verdict="pair",
    interval="delta",
    source="Rothman and Greenland 1998, chapter 15",
    library="own",
    kinds=PEOPLE,
    crude="rate-difference",
)
def directly_standardised_rate_difference(c: Comparison) -> Values:
    """Difference of the directly standardised rates of a group and its reference.

    Interpretation
    --------------
    The difference that would be left if both had the mix of strata of the standard population and kept their own
    rates in each stratum.

    When not to use
    ---------------
    In place of the crude difference, which is what happened to people.

    Source
    ------
    Rothman and Greenland 1998; binomial variances, weights taken as given.
    """
    return each_group(c, lambda sides: standardised(sides, c.z)[1], itself=0.0, separate=True)


@measure(
    "directly-standardised-rate-ratio",
    title="Rate ratio, directly standardised",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="strata",
    verdict="pair",
    interval="delta on the log scale",
    source="Rothman and Greenland 1998, chapter 15",
    library="own",
    kinds=PEOPLE,
    crude="rate-ratio",
)
def directly_standardised_rate_ratio(c: Comparison) -> Values:
    """Ratio of the directly standardised rates of a group and its reference.

    Interpretation
    --------------
    The ratio that would be left if both had the mix of strata of the standard population.

    When not to use
    ---------------
    In place of the crude ratio; where the reference has no events.

    Source
    ------
    Rothman and Greenland 1998; binomial variances, weights taken as given.
    """
    return each_group(c, lambda sides: standardised(sides, c.z)[2], itself=1.0, separate=True)


@measure(
    "indirectly-standardised-ratio",
    title="Observed events over those expected at the reference's rates",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="strata",
    verdict="pair",
    interval="Garwood on the observed events; the reference's rates taken as given",
    source="Breslow and Day 1987",
    library="own; equal to statsmodels confint_poisson for the limits",
    kinds=PEOPLE,
    crude="rate-ratio",
)
def indirectly_standardised_ratio(c: Comparison) -> Values:
    """Events of a group divided by those it would have at the reference's rate in each of its strata.

    Interpretation
    --------------
    1.2 says: a fifth more events than at the reference's rates. Each group is weighted by its own mix, so two
    such ratios cannot be compared with each other.

    When not to use
    ---------------
    Where the reference is small: its own uncertainty is not in the interval.

    Source
    ------
    Breslow and Day 1987, chapter 2.
    """

    def ratio(sides: Sides) -> Found:
        if ((sides.n > 0) & (sides.n0 == 0)).any():
            return np.nan, np.nan, np.nan, None, sides.lacking
        used = sides.n > 0
        expected = float(sides.n[used] @ (sides.x0[used] / sides.n0[used]))
        if expected == 0:
            return np.nan, np.nan, np.nan, None, "no events in the reference, so the ratio is undefined"
        found = time_interval(sides.x.sum(), expected, level=c.level)
        note = f"{number(expected)} events expected"
        return float(sides.x.sum() / expected), float(found.lower[0]), float(found.upper[0]), "Garwood", note

    return each_group(c, ratio, itself=1.0)
