"""Stratified comparisons: Mantel-Haenszel ratios and direct standardisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equitykit.reliability import Floats

__all__ = ["Estimate", "Strata", "mantel_haenszel", "mantel_haenszel_odds", "standardised"]

NO_COMMON = "no stratum has people on both sides"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its limits and what is to be said about it."""

    value: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    method: str | None = None
    note: str | None = None


@dataclass(frozen=True, eq=False)
class Strata:
    """People and events of two separate groups in each stratum, and everybody in it."""

    x: Floats
    n: Floats
    x0: Floats
    n0: Floats
    everybody: Floats

    def common(self) -> tuple[Strata, str | None]:
        """The strata with people on both sides, and what is left out."""
        both = (self.n > 0) & (self.n0 > 0)
        kept = Strata(*(part[both] for part in (self.x, self.n, self.x0, self.n0, self.everybody)))
        if both.all():
            return kept, None
        share = float(self.everybody[both].sum() / self.everybody.sum())
        return (
            kept,
            f"strata with people on both sides hold {100 * share:.0f} % of everybody; only they count",
        )


def mantel_haenszel(strata: Strata, z: float) -> Estimate:
    """Mantel-Haenszel ratio of rates over strata, with the limits of Greenland and Robins.

    Parameters
    ----------
    strata : two separate groups.
    z : normal quantile of the confidence level.

    Returns
    -------
    Estimate, NaN with a note where no stratum has both, or the reference has no events there.

    Interpretation
    --------------
    One ratio for all strata, as if it were the same in each. Where it is not, it is an average whose weights
    come from the sizes of the strata.

    Source
    ------
    Mantel and Haenszel 1959; variance of the log: Greenland and Robins 1985, Biometrics 41: 55-68. The
    estimate equals `statsmodels.stats.contingency_tables.StratifiedTable.riskratio_pooled`.

    Examples
    --------
    >>> one = np.array([20.0, 10.0]), np.array([100.0, 100.0]), np.array([10.0, 5.0]), np.array([100.0, 100.0])
    >>> round(mantel_haenszel(Strata(*one, np.array([200.0, 200.0])), 1.96).value, 9)
    2.0
    """
    s, note = strata.common()
    if not len(s.n):
        return Estimate(note=NO_COMMON)
    size = s.n + s.n0
    above, below = float((s.x * s.n0 / size).sum()), float((s.x0 * s.n / size).sum())
    if below == 0:
        return Estimate(note="no events in the reference, so the ratio is undefined")
    ratio = above / below
    if above == 0:
        return Estimate(0.0, note="no events in the group, so there is no interval on the log scale")
    spread = ((s.x + s.x0) * s.n * s.n0 - s.x * s.x0 * size) / size**2
    error = float(np.sqrt(spread.sum() / (above * below)))
    return Estimate(
        ratio,
        ratio * np.exp(-z * error),
        ratio * np.exp(z * error),
        "Mantel-Haenszel, Greenland-Robins",
        note,
    )


def standardised(strata: Strata, z: float) -> tuple[Estimate, Estimate, Estimate, Estimate]:
    """Directly standardised rates of two groups, their difference and their ratio.

    Every stratum counts by its share of everybody, the same for both groups.

    Returns
    -------
    Rate of the group, rate of the reference, difference and ratio, each an `Estimate`.

    When not to use
    ---------------
    Where strata are small: one person can weigh as much as a stratum.

    Source
    ------
    Direct standardisation, e.g. Rothman, Greenland and Lash 2008, chapter 3; variances of binomial rates,
    ratio by the delta method on its log.

    Examples
    --------
    >>> one = np.array([20.0, 10.0]), np.array([100.0, 100.0]), np.array([10.0, 5.0]), np.array([100.0, 100.0])
    >>> [round(float(part.value), 9) for part in standardised(Strata(*one, np.array([300.0, 100.0])), 1.96)]
    [0.175, 0.0875, 0.0875, 2.0]
    """
    s, note = strata.common()
    if not len(s.n):
        return (Estimate(note=NO_COMMON),) * 4
    w = s.everybody / s.everybody.sum()
    p, q = s.x / s.n, s.x0 / s.n0
    rate, base = float(w @ p), float(w @ q)
    v, v0 = float(w**2 @ (p * (1 - p) / s.n)), float(w**2 @ (q * (1 - q) / s.n0))
    return (
        _normal(rate, v, z, note),
        _normal(base, v0, z, note),
        _normal(rate - base, v + v0, z, note),
        _ratio(rate, base, v, v0, z, note),
    )


def _normal(value: float, variance: float, z: float, note: str | None) -> Estimate:
    error = float(np.sqrt(variance))
    return Estimate(value, value - z * error, value + z * error, "direct, normal", note)


def _ratio(rate: float, base: float, v: float, v0: float, z: float, note: str | None) -> Estimate:
    if base == 0:
        return Estimate(note="no events in the reference, so the ratio is undefined")
    if rate == 0:
        return Estimate(0.0, note="no events in the group, so there is no interval on the log scale")
    ratio, error = rate / base, float(np.sqrt(v / rate**2 + v0 / base**2))
    return Estimate(
        ratio, ratio * np.exp(-z * error), ratio * np.exp(z * error), "direct, delta on the log", note
    )


def mantel_haenszel_odds(strata: Strata, level: float) -> Estimate:
    """Mantel-Haenszel odds ratio over strata, with the limits of Robins, Breslow and Greenland.

    Source
    ------
    Mantel and Haenszel 1959; Robins, Breslow and Greenland 1986. Computed by statsmodels `StratifiedTable`,
    equal to `mantelhaen.test` of R.

    Examples
    --------
    >>> one = np.array([20.0, 10.0]), np.array([100.0, 100.0]), np.array([10.0, 5.0]), np.array([100.0, 100.0])
    >>> round(mantel_haenszel_odds(Strata(*one, np.array([200.0, 200.0])), 0.95).value, 3)
    2.2
    """
    from statsmodels.stats.contingency_tables import StratifiedTable

    s, note = strata.common()
    if not len(s.n):
        return Estimate(note=NO_COMMON)
    size = s.n + s.n0
    if not (s.x * (s.n0 - s.x0) / size).sum() or not ((s.n - s.x) * s.x0 / size).sum():
        return Estimate(note="a sum of cells is zero, so the odds ratio is undefined")
    tables = [
        np.array([[x, n - x], [x0, n0 - x0]]) for x, n, x0, n0 in zip(s.x, s.n, s.x0, s.n0, strict=True)
    ]
    found = StratifiedTable(tables, shift_zeros=False)
    lower, upper = found.oddsratio_pooled_confint(alpha=1 - level)
    method = "Mantel-Haenszel, Robins-Breslow-Greenland"
    return Estimate(float(found.oddsratio_pooled), float(lower), float(upper), method, note)
