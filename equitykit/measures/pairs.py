"""Limits of a difference, a ratio or an odds ratio of two separate groups, by the name of the method.

Every method works on all rows at once and gives NaN where it is not defined: no constant is put into a
table to make it look defined. What each method is called in R stands in `R_NAMES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.exact import conditional_odds
from equitykit.measures.score import score_limits
from equitykit.rate_methods import named_interval, time_interval
from equitykit.reliability import RateInterval

__all__ = [
    "DIFFERENCES",
    "ODDS",
    "RATIOS",
    "R_NAMES",
    "TIME_DIFFERENCES",
    "TIME_RATIOS",
    "Method",
    "NAMES",
    "Pair",
    "limits_of",
    "pair_of",
]

R_NAMES = {
    "newcombe (method 10, no cc)": "newcombe",
    "katz log (wald)": "katz",
    "small-sample adjusted (jewell)": "jewell",
    "conditional mle exact": "fisher",
    "exact (garwood)": "garwood",
    "exact conditional": "exact-conditional",
    "log wald": "log-wald",
    "miettinen-nurminen": "score-corrected",
    "woolf": "wald",
}
"""How R and its packages name a method -> how it is named here."""


NAMES = {
    "newcombe": "Newcombe",
    "agresti-caffo": "Agresti-Caffo",
    "score": "score",
    "score-corrected": "score (Miettinen-Nurminen)",
    "wald": "Wald",
    "wald-cc": "Wald, corrected",
    "katz": "Katz log",
    "jewell": "Jewell",
    "fisher": "conditional exact",
    "midp": "conditional mid-P",
    "small": "small-sample adjusted",
    "mover": "square and add (Garwood)",
    "log-wald": "log Wald",
    "exact-conditional": "exact conditional",
}
"""What the `method` column says."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Counts of two separate groups, row by row: events and people of each."""

    x: Floats
    n: Floats
    x0: Floats
    n0: Floats

    @property
    def counts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The four numbers of each row."""
        return (self.x, self.n, self.x0, self.n0)


def pair_of(c: Comparison) -> Pair:
    """Counts of each group and of what it is compared with; of all others where that is everybody."""
    side = c.others if c.within_total else c.other
    return Pair(c.own.x, c.own.n, side.x, side.n)


Limits = tuple[Floats, Floats, Floats]
"""Estimate and its two limits."""
Method = Callable[[Pair, float, float], Limits]


def limits_of(methods: dict[str, Method], name: str, pair: Pair, level: float) -> Limits:
    """Estimate and limits by a method; NaN where a group is empty or the method is not defined."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    with np.errstate(all="ignore"):
        found = methods[name](pair, z, level)
    there = (pair.n > 0) & (pair.n0 > 0)
    estimate, lower, upper = (np.where(there, one, np.nan) for one in found)
    return estimate, lower, upper


def _difference_wald(p: Pair, z: float, level: float) -> Limits:
    gap, width = _difference_and_width(p, z)
    return gap, gap - width, gap + width


def _difference_and_width(p: Pair, z: float) -> tuple[Floats, Floats]:
    a, b = p.x / p.n, p.x0 / p.n0
    return a - b, z * np.sqrt(a * (1 - a) / p.n + b * (1 - b) / p.n0)


def _difference_corrected(p: Pair, z: float, level: float) -> Limits:
    """Yates's correction, no larger than the difference allows; cut to -1 and 1, as R's prop.test does."""
    gap, width = _difference_and_width(p, z)
    each = 1 / p.n + 1 / p.n0
    width = width + np.minimum(0.5, np.abs(gap) / each) * each
    return gap, np.maximum(gap - width, -1), np.minimum(gap + width, 1)


def _square_and_add(p: Pair, own: RateInterval, other: RateInterval) -> Limits:
    """The distances to the limits of each rate, added as squares (Newcombe 1998; Zou and Donner 2008)."""
    a, b = p.x / p.n, p.x0 / p.n0
    down = np.sqrt((a - own.lower) ** 2 + (other.upper - b) ** 2)
    return a - b, a - b - down, a - b + np.sqrt((own.upper - a) ** 2 + (b - other.lower) ** 2)


def _difference_newcombe(p: Pair, z: float, level: float) -> Limits:
    own, other = (named_interval(*one, level=level, method="wilson") for one in ((p.x, p.n), (p.x0, p.n0)))
    return _square_and_add(p, own, other)


def _difference_agresti(p: Pair, z: float, level: float) -> Limits:
    """One event and one without it are added to each group, for the limits only."""
    moved, width = _difference_and_width(Pair(p.x + 1, p.n + 2, p.x0 + 1, p.n0 + 2), z)
    return p.x / p.n - p.x0 / p.n0, moved - width, moved + width


def _difference_score(p: Pair, z: float, level: float) -> Limits:
    return (p.x / p.n - p.x0 / p.n0, *score_limits("difference", p.counts, level))


def _difference_score_corrected(p: Pair, z: float, level: float) -> Limits:
    return (p.x / p.n - p.x0 / p.n0, *score_limits("difference", p.counts, level, corrected=True))


def _ratio(p: Pair) -> Floats:
    return np.where(p.x0 > 0, p.x / p.n / (p.x0 / p.n0), np.nan)


def _katz_error(p: Pair) -> Floats:
    return np.where((p.x > 0) & (p.x0 > 0), np.sqrt(1 / p.x - 1 / p.n + 1 / p.x0 - 1 / p.n0), np.nan)


def _around(estimate: Floats, error: Floats, z: float) -> Limits:
    return estimate, estimate * np.exp(-z * error), estimate * np.exp(z * error)


def _ratio_katz(p: Pair, z: float, level: float) -> Limits:
    return _around(_ratio(p), _katz_error(p), z)


def _ratio_jewell(p: Pair, z: float, level: float) -> Limits:
    """One is added to the reference's events and people in the estimate; the error is Katz's."""
    return _around(p.x / p.n / ((p.x0 + 1) / (p.n0 + 1)), _katz_error(p), z)


def _ratio_score(p: Pair, z: float, level: float) -> Limits:
    return (_ratio(p), *score_limits("ratio", p.counts, level))


def _ratio_score_corrected(p: Pair, z: float, level: float) -> Limits:
    return (_ratio(p), *score_limits("ratio", p.counts, level, corrected=True))


def _odds(p: Pair) -> Floats:
    found = p.x * (p.n0 - p.x0) / ((p.n - p.x) * p.x0)
    return np.where((p.x0 > 0) & (p.x < p.n), found, np.nan)


def _odds_wald(p: Pair, z: float, level: float) -> Limits:
    cells = 1 / p.x + 1 / (p.n - p.x) + 1 / p.x0 + 1 / (p.n0 - p.x0)
    return _around(_odds(p), np.where(np.isfinite(cells), np.sqrt(cells), np.nan), z)


def _odds_small(p: Pair, z: float, level: float) -> Limits:
    """One is added to the cells of the denominator, and a half to each cell for the limits (Jewell 1986)."""
    b, d = p.n - p.x, p.n0 - p.x0
    middle = (p.x + 0.5) * (d + 0.5) / ((b + 0.5) * (p.x0 + 0.5))
    error = np.sqrt(1 / (p.x + 0.5) + 1 / (b + 0.5) + 1 / (p.x0 + 0.5) + 1 / (d + 0.5))
    _, lower, upper = _around(middle, error, z)
    return p.x * d / ((b + 1) * (p.x0 + 1)), lower, upper


def _odds_score(p: Pair, z: float, level: float) -> Limits:
    return (_odds(p), *score_limits("odds", p.counts, level))


def _odds_score_corrected(p: Pair, z: float, level: float) -> Limits:
    return (_odds(p), *score_limits("odds", p.counts, level, corrected=True))


def _odds_fisher(p: Pair, z: float, level: float) -> Limits:
    return conditional_odds(p.counts, level)


def _odds_midp(p: Pair, z: float, level: float) -> Limits:
    return conditional_odds(p.counts, level, mid=True)


def _time_difference(p: Pair, z: float, level: float) -> Limits:
    return _square_and_add(p, *(time_interval(*one, level=level) for one in ((p.x, p.n), (p.x0, p.n0))))


def _time_ratio_wald(p: Pair, z: float, level: float) -> Limits:
    error = np.where((p.x > 0) & (p.x0 > 0), np.sqrt(1 / p.x + 1 / p.x0), np.nan)
    return _around(_ratio(p), error, z)


def _time_ratio_exact(p: Pair, z: float, level: float) -> Limits:
    """Given the sum of the events, those of one group are binomial: Clopper-Pearson carried over."""
    share = named_interval(p.x, p.x + p.x0, level=level, method="clopper-pearson")
    turn = p.n0 / p.n
    return _ratio(p), turn * share.lower / (1 - share.lower), turn * share.upper / (1 - share.upper)


def _time_ratio_score(p: Pair, z: float, level: float) -> Limits:
    """Score limits, in closed form: the ratios whose score statistic equals the quantile."""
    turn, total = p.n0 / p.n, p.x + p.x0
    share = named_interval(p.x, total, level=level, method="wilson")
    return _ratio(p), turn * share.lower / (1 - share.lower), turn * share.upper / (1 - share.upper)


DIFFERENCES: dict[str, Method] = {
    "newcombe": _difference_newcombe,
    "agresti-caffo": _difference_agresti,
    "score": _difference_score,
    "score-corrected": _difference_score_corrected,
    "wald": _difference_wald,
    "wald-cc": _difference_corrected,
}
RATIOS: dict[str, Method] = {
    "katz": _ratio_katz,
    "score": _ratio_score,
    "score-corrected": _ratio_score_corrected,
    "jewell": _ratio_jewell,
}
ODDS: dict[str, Method] = {
    "wald": _odds_wald,
    "fisher": _odds_fisher,
    "midp": _odds_midp,
    "score": _odds_score,
    "score-corrected": _odds_score_corrected,
    "small": _odds_small,
}
TIME_DIFFERENCES: dict[str, Method] = {"mover": _time_difference}
TIME_RATIOS: dict[str, Method] = {
    "log-wald": _time_ratio_wald,
    "exact-conditional": _time_ratio_exact,
    "score": _time_ratio_score,
}
