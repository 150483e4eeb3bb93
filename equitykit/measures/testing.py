"""Tests of no difference, and their adjustment within a family that was named before looking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equitykit.errors import MeasureError, UnknownName
from equitykit.limits import Floats
from equitykit.measures.adjusted import sides_of
from equitykit.measures.comparison import Comparison
from equitykit.measures.mantel_haenszel import homogeneity, pooled_test
from equitykit.measures.ordered import ranked

if TYPE_CHECKING:
    from equitykit.measures.result import Disparities

__all__ = ["ADJUSTMENTS", "adjusted_p", "false_discovery", "table_of_tests", "with_q"]

ADJUSTMENTS = {
    "bh": "fdr_bh",
    "fdr": "fdr_bh",
    "by": "fdr_by",
    "holm": "holm",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "bonferroni": "bonferroni",
    "none": None,
}
"""Names as in R's p.adjust -> names in statsmodels."""
TESTED = ("rate-difference", "rate-ratio", "odds-ratio")
"""Measures that the test of a group is about."""
COLUMNS = ("family", "outcome", "group", "reference", "test", "statistic", "df", "p_value", "q_value", "note")
SMALL_EXPECTED = 5
PEARSON, FISHER = "Pearson chi-square", "Fisher exact"


def adjusted_p(p: Sequence[float] | Floats, method: str = "bh") -> Floats:
    """Adjust p values within one family; undefined ones stay out of it.

    Computed by statsmodels `multipletests`; equal to R's `p.adjust`.

    Parameters
    ----------
    p : the p values.
    method : "bh" (false discovery rate, Benjamini and Hochberg 1995), "by", "holm", "hochberg", "hommel",
        "bonferroni" or "none".

    Examples
    --------
    >>> adjusted_p([0.01, 0.04, 0.03, float("nan")]).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    name = method.lower()
    if name not in ADJUSTMENTS:
        raise UnknownName("adjustment", method, tuple(ADJUSTMENTS))
    values = np.asarray(p, dtype=np.float64)
    there, found = np.isfinite(values), np.full(values.shape, np.nan)
    library = ADJUSTMENTS[name]
    if library is None:
        return values.copy()
    if there.any():
        from statsmodels.stats.multitest import multipletests

        found[there] = multipletests(values[there], method=library)[1]
    return found


def table_of_tests(
    c: Comparison, *, family: str | None, method: str = "bh", test: str = "auto"
) -> pd.DataFrame:
    """Tests of each group against the reference, then over all groups; see `Disparities.tests`."""
    rows = _each_group(c, test)
    q = adjusted_p([row["p_value"] for row in rows], method)
    for row, value in zip(rows, q, strict=True):
        row["q_value"] = float(value)
    rows += _overall(c)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.assign(family=family, outcome=c.table.outcome)


def false_discovery(
    results: Sequence[Disparities], *, family: str, method: str = "bh", test: str = "auto"
) -> pd.DataFrame:
    """Tests of several results, adjusted together as one family.

    Parameters
    ----------
    results : what `ek.disparities` gave, for several outcomes, stages or places.
    family : name of the family: what was meant to be looked at together, said before looking.
    method : how p values are adjusted; see `adjusted_p`.
    test : as in `Disparities.tests`.

    Returns
    -------
    One row per group of each result, with p and q. Tests over all groups are left out: they ask again what
    the rows ask.

    Interpretation
    --------------
    Of the rows with q below 0.05, about 5 % are expected to be there by chance. A q above it does not say that
    there is no disparity, least of all in a small group: read the interval.

    When not to use
    ---------------
    To choose which groups to show.

    Source
    ------
    Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57: 289-300.

    Examples
    --------
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> counts = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> one = disparities(GroupTable.from_counts(counts), reference="B")
    >>> two = disparities(GroupTable.from_counts(counts.assign(events=[12, 36])), reference="B")
    >>> false_discovery([one, two], family="exits")["q_value"].round(3).tolist()
    [0.018, 1.0]
    """
    if not results:
        raise MeasureError("No results were given.", next_step="Give a list of what ek.disparities returned.")
    frames = [one.tests(method="none", test=test) for one in results]
    rows = pd.concat([frame[frame["group"].notna()] for frame in frames], ignore_index=True)
    return rows.assign(family=family, q_value=adjusted_p(rows["p_value"].to_numpy(float), method))


def with_q(rows: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """Tidy rows with a column `q`: the q value of each group, beside the measures that its test is about.

    Parameters
    ----------
    rows : tidy rows, of one result or of several put together.
    tests : what `Disparities.tests` or `false_discovery` gave for them.

    Returns
    -------
    The rows, for `plots.forest` and others; `q` is NaN for measures that are not a difference or a ratio.

    Examples
    --------
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> counts = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> both = [disparities(GroupTable.from_counts(counts.assign(events=events), outcome=name), reference="B")
    ...         for name, events in {"removed": [20, 30], "returned": [12, 36]}.items()]
    >>> rows = pd.concat([one.to_frame() for one in both])
    >>> rows = with_q(rows, false_discovery(both, family="exits"))
    >>> rows.query("measure == 'rate-ratio' and group == 'A'")[["outcome", "q"]].round(3).values.tolist()
    [['removed', 0.018], ['returned', 1.0]]
    """
    known = tests[tests["group"].notna()]
    places = zip(known["outcome"], known["group"], known["q_value"], strict=True)
    q = {(outcome, group): float(value) for outcome, group, value in places}
    found = [
        q.get((outcome, group), np.nan) if id in TESTED else np.nan
        for outcome, group, id in zip(rows["outcome"], rows["group"], rows["measure"], strict=True)
    ]
    return rows.assign(q=np.array(found, dtype=float))


def _row(test: str | None, statistic: float, df: float, p: float, **more: Any) -> dict[str, Any]:
    return {"test": test, "statistic": statistic, "df": df, "p_value": p, **more}


def _each_group(c: Comparison, test: str) -> list[dict[str, Any]]:
    if test not in ("auto", "pearson", "fisher"):
        raise UnknownName("test", test, ("auto", "pearson", "fisher"))
    side = c.others if c.within_total else c.other
    shown = "all-others" if c.within_total else c.reference.shown
    rows = []
    for i, group in enumerate(c.groups):
        if c.is_reference[i]:
            continue
        if c.table.published:
            found = _z_test(c, i)
        elif c.timed:
            found = _timed_test(c.own.x[i], c.own.n[i], side.x[i], side.n[i])
        else:
            found = _two_by_two(c.own.x[i], c.own.n[i], side.x[i], side.n[i], test)
        note = (
            None
            if np.isfinite(found[3])
            else "no test: one side is empty, or nobody or everybody had the event"
        )
        rows.append(_row(*found, group=group, reference=shown, note=note))
    return rows


def _two_by_two(
    x: float, n: float, x0: float, n0: float, test: str
) -> tuple[str | None, float, float, float]:
    """Pearson's test without correction; Fisher's where an expected count is below 5."""
    from scipy.special import chdtrc

    if not (n > 0 and n0 > 0 and 0 < x + x0 < n + n0):
        return None, np.nan, np.nan, np.nan
    share = (x + x0) / (n + n0)
    expected = min(n, n0) * min(share, 1 - share)
    whole = all(float(one).is_integer() for one in (x, n, x0, n0))
    if whole and (test == "fisher" or (test == "auto" and expected < SMALL_EXPECTED)):
        from scipy.stats import fisher_exact

        return FISHER, np.nan, np.nan, float(fisher_exact(np.array([[x, n - x], [x0, n0 - x0]]))[1])
    statistic = (x / n - x0 / n0) ** 2 / (share * (1 - share) * (1 / n + 1 / n0))
    return PEARSON, float(statistic), 1.0, float(chdtrc(1, statistic))


def _timed_test(x: float, t: float, x0: float, t0: float) -> tuple[str | None, float, float, float]:
    """Exact conditional test of two rates per time: given their sum, the events of one are binomial."""
    if not (t > 0 and t0 > 0 and x + x0 > 0):
        return None, np.nan, np.nan, np.nan
    from scipy.stats import binomtest

    p = binomtest(round(x), round(x + x0), t / (t + t0)).pvalue
    return "exact conditional", np.nan, np.nan, float(p)


def _z_test(c: Comparison, i: int) -> tuple[str | None, float, float, float]:
    """Normal test of a difference of published estimates."""
    from scipy.special import ndtr

    from equitykit.measures.simple import difference_error

    error = float(difference_error(c)[i])
    if not error > 0:
        return None, np.nan, np.nan, np.nan
    z = float((c.own.y[i] - c.other.y[i]) / error)
    return "normal", z, np.nan, float(2 * ndtr(-abs(z)))


def _overall(c: Comparison) -> list[dict[str, Any]]:
    """Tests over all groups: any difference, a trend along the order, and those that adjust for a covariate."""
    rows = []
    if not c.table.published and not c.timed and not c.table.overlapping and c.table.events is not None:
        rows.append(_any_difference(c))
        if c.table.order is not None:
            rows.append(_trend(c))
    for group, sides in sides_of(c):
        statistic, p = pooled_test(sides)
        rows.append(
            _row("Mantel-Haenszel", statistic, 1.0, p, group=None, reference=c.reference.shown, note=group)
        )
        for kind, title in (
            ("breslow-day", "Breslow-Day, same in all strata"),
            ("woolf", "Woolf, same in all strata"),
        ):
            statistic, p = homogeneity(sides, kind=kind)
            df = float(len(sides.both.n) - 1)
            rows.append(_row(title, statistic, df, p, group=None, reference=c.reference.shown, note=group))
    return [{"q_value": np.nan, **row} for row in rows]


def _any_difference(c: Comparison) -> dict[str, Any]:
    """Pearson's test that all groups have the same rate."""
    from scipy.special import chdtrc

    there = c.own.n > 0
    x, n = c.own.x[there], c.own.n[there]
    share = x.sum() / n.sum() if n.sum() else np.nan
    if len(n) < 2 or not 0 < share < 1:
        return _row(PEARSON, np.nan, np.nan, np.nan, group=None, reference=None, note="nothing to compare")
    statistic = float(((x - n * share) ** 2 / (n * share * (1 - share))).sum())
    few = float(np.mean(np.append(n * share, n * (1 - share)) < SMALL_EXPECTED)) > 0.2
    note = "over all groups" + ("; more than a fifth of the expected counts are below 5" if few else "")
    df = float(len(n) - 1)
    return _row(PEARSON, statistic, df, float(chdtrc(df, statistic)), group=None, reference=None, note=note)


def _trend(c: Comparison) -> dict[str, Any]:
    """Cochran and Armitage's test of a linear trend along the order."""
    from scipy.special import chdtrc

    found = ranked(c)
    if isinstance(found, str):
        return _row("Cochran-Armitage trend", np.nan, 1.0, np.nan, group=None, reference=None, note=found)
    x, place = found.y / c.scale * found.n, np.arange(len(found.n))
    share, size = x.sum() / found.n.sum(), found.n.sum()
    spread = share * (1 - share) * (found.n @ place**2 - (found.n @ place) ** 2 / size)
    score = place @ (x - found.n * share)
    statistic = float(score**2 / spread) if spread > 0 else np.nan
    p = float(chdtrc(1, statistic)) if np.isfinite(statistic) else np.nan
    return _row(
        "Cochran-Armitage trend", statistic, 1.0, p, group=None, reference=None, note="along the order"
    )
