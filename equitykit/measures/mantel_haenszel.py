"""Measures of one group beside another, pooled over the strata of a covariate, by Mantel and Haenszel."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.adjusted import Found, Sides, each_group
from equitykit.measures.comparison import Comparison
from equitykit.measures.exact import common_odds
from equitykit.measures.registry import PEOPLE, Values, measure
from equitykit.tidy import joined

__all__ = [
    "homogeneity",
    "mantel_haenszel_odds_ratio",
    "mantel_haenszel_rate_ratio",
    "pooled_odds_ratio",
    "pooled_rate_ratio",
    "pooled_test",
]

NONE_SHARED = "no stratum has people of both"


@measure(
    "mantel-haenszel-odds-ratio",
    title="Odds ratio, pooled over strata",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="strata",
    verdict="pair",
    interval="Robins, Breslow and Greenland",
    source="Mantel and Haenszel 1959; Robins, Breslow and Greenland 1986",
    library="statsmodels StratifiedTable, without its shift of zeros; own for the exact method",
    kinds=PEOPLE,
    methods=("robins-breslow-greenland", "exact"),
    crude="odds-ratio",
)
def mantel_haenszel_odds_ratio(c: Comparison) -> Values:
    """Odds ratio common to the strata of a covariate; the crude one is shown beside it.

    Interpretation
    --------------
    The odds ratio among people in the same stratum, if it is the same in all. The note says where it is not:
    one number then hides that, so look at the strata.

    When not to use
    ---------------
    As the true odds ratio: it is the crude one minus what runs through the covariate, whatever that is. Where
    the strata differ.

    Source
    ------
    Mantel and Haenszel 1959; Breslow and Day 1980 for the test that strata agree; for the method "exact" the
    conditional estimate and limits (R: mantelhaen.test, exact).

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.measures import disparities
    >>> from equitykit.stratify import stratify
    >>> frame = pd.DataFrame({"group": list("AABB"), "dept": list("xyxy"), "n": [90, 10, 10, 90],
    ...                       "events": [45, 1, 5, 9]})
    >>> table = stratify(frame, stratum="dept", role="unsure")
    >>> found = disparities(table, reference="B", measures=["mantel-haenszel-odds-ratio"]).to_frame()
    >>> found.loc[found["group"] == "A", ["measure", "estimate"]].round(3).values.tolist()
    [['odds-ratio', 5.233], ['mantel-haenszel-odds-ratio', 1.0]]
    """
    exact = c.method("mantel-haenszel-odds-ratio") == "exact"

    return each_group(
        c, lambda sides: pooled_odds_ratio(sides, c.level, exact=exact), itself=1.0, separate=True
    )


@measure(
    "mantel-haenszel-rate-ratio",
    title="Rate ratio, pooled over strata",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="strata",
    verdict="pair",
    interval="Greenland and Robins, on the log scale",
    source="Mantel and Haenszel 1959; Greenland and Robins 1985",
    library="own; equal to statsmodels StratifiedTable.riskratio_pooled",
    kinds=PEOPLE,
    crude="rate-ratio",
)
def mantel_haenszel_rate_ratio(c: Comparison) -> Values:
    """Rate ratio common to the strata of a covariate; the crude one is shown beside it.

    Interpretation
    --------------
    The rate ratio among people in the same stratum, if it is the same in all.

    When not to use
    ---------------
    As the true rate ratio; where the strata differ.

    Source
    ------
    Greenland and Robins 1985, Biometrics 41: 55-68.
    """
    return each_group(c, lambda sides: pooled_rate_ratio(sides, c.z), itself=1.0, separate=True)


def pooled_odds_ratio(sides: Sides, level: float, *, exact: bool = False) -> Found:
    """Odds ratio common to the strata that have people of both, with its limits, method and note.

    Examples
    --------
    >>> parts = np.array([[20.0, 10.0], [100.0, 100.0], [10.0, 5.0], [100.0, 100.0]])
    >>> round(pooled_odds_ratio(Sides(*parts, ("x", "y"), np.array([0.5, 0.5])), 0.95)[0], 3)
    2.2
    """
    shared = sides.both
    if not len(shared.n):
        return np.nan, np.nan, np.nan, None, NONE_SHARED
    cells = _cells(shared)
    if exact:
        estimate, low, high = common_odds([tuple(one.ravel()) for one in cells], level)
        if not np.isfinite([estimate, high]).all():
            return (
                np.nan,
                np.nan,
                np.nan,
                None,
                "at the edge of what the margins allow, so it is undefined",
            )
        return estimate, low, high, "exact conditional", sides.lacking
    if (cells[:, 0, 1] * cells[:, 1, 0]).sum() == 0:
        return np.nan, np.nan, np.nan, None, "no stratum has the cells it needs, so it is undefined"
    table = _stratified(cells)
    low, high = table.oddsratio_pooled_confint(1 - level)
    _, p = homogeneity(shared)
    differ = f"the strata differ (Breslow-Day p = {p:.2g})" if p < 0.05 else None
    estimate = float(table.oddsratio_pooled)
    if estimate == 0:
        return 0.0, np.nan, np.nan, None, joined("no events in the group", sides.lacking)
    return estimate, float(low), float(high), "Mantel-Haenszel", joined(differ, sides.lacking)


def pooled_rate_ratio(sides: Sides, z: float) -> Found:
    """Rate ratio common to the strata that have people of both, with its limits, method and note.

    Examples
    --------
    >>> parts = np.array([[20.0, 10.0], [100.0, 100.0], [10.0, 5.0], [100.0, 100.0]])
    >>> round(pooled_rate_ratio(Sides(*parts, ("x", "y"), np.array([0.5, 0.5])), 1.96)[0], 9)
    2.0
    """
    s = sides.both
    if not len(s.n):
        return np.nan, np.nan, np.nan, None, NONE_SHARED
    size = s.n + s.n0
    top, bottom = s.x * s.n0 / size, s.x0 * s.n / size
    if bottom.sum() == 0:
        return np.nan, np.nan, np.nan, None, "no events in the reference, so the ratio is undefined"
    estimate = top.sum() / bottom.sum()
    if estimate == 0:
        return 0.0, np.nan, np.nan, None, joined("no events in the group", sides.lacking)
    part = (s.n * s.n0 * (s.x + s.x0) - s.x * s.x0 * size) / size**2
    error = np.sqrt(part.sum() / (top.sum() * bottom.sum()))
    low, high = estimate * np.exp(-z * error), estimate * np.exp(z * error)
    return float(estimate), float(low), float(high), "Greenland-Robins", sides.lacking


def _cells(sides: Sides) -> Floats:
    """One 2 x 2 table per stratum: with and without the event, the group above the reference."""
    rows = [sides.x, sides.n - sides.x, sides.x0, sides.n0 - sides.x0]
    return np.stack(rows, axis=1).reshape(-1, 2, 2)


def _stratified(cells: Floats) -> Any:
    from statsmodels.stats.contingency_tables import StratifiedTable

    return StratifiedTable(list(cells), shift_zeros=False)


def pooled_test(sides: Sides) -> tuple[float, float]:
    """Statistic and p of the Mantel-Haenszel test that the pooled odds ratio is 1, without correction."""
    shared = sides.both
    if not len(shared.n):
        return np.nan, np.nan
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = _stratified(_cells(shared)).test_null_odds(correction=False)
    return float(found.statistic), float(found.pvalue)


def homogeneity(sides: Sides, *, kind: str = "breslow-day") -> tuple[float, float]:
    """Statistic and p of the test that the odds ratio is the same in all strata; NaN where it cannot be made.

    `kind` is "breslow-day" (statsmodels) or "woolf" (own: weighted squares around the pooled log odds ratio).
    """
    from scipy.special import chdtrc

    shared = sides.both
    cells = _cells(shared)
    if len(cells) < 2:
        return np.nan, np.nan
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if kind == "breslow-day":
            found = _stratified(cells).test_equal_odds()
            return float(found.statistic), float(found.pvalue)
        log = np.log(cells[:, 0, 0] * cells[:, 1, 1] / (cells[:, 0, 1] * cells[:, 1, 0]))
        weight = 1 / (1 / cells).sum(axis=(1, 2))
        statistic = float(weight @ (log - weight @ log / weight.sum()) ** 2)
        return statistic, float(chdtrc(len(cells) - 1, statistic))
