"""Exact odds ratios, with both margins of each table taken as given: one table, or several strata."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from equitykit.limits import Floats

__all__ = ["common_odds", "conditional_odds"]

_WIDE = 50.0
"""How far from 0 a log odds ratio is looked for."""
_HALVINGS = 70


def conditional_odds(
    counts: Sequence[Floats], level: float, *, mid: bool = False
) -> tuple[Floats, Floats, Floats]:
    """Conditional odds ratios of single tables, and their exact limits.

    Own code on scipy's log gamma, because scipy's `odds_ratio` stops its search too early for some tables;
    the two agree to 1e-6, and with R's `fisher.test` to the tolerance of its root finder.

    Parameters
    ----------
    counts : events and people of the groups, then of what they are compared with.
    level : confidence level.
    mid : mid-P limits and the median-unbiased estimate, in place of Fisher's and the likeliest value.

    Returns
    -------
    Estimates, lower and upper limits; NaN where a count is not whole.

    Source
    ------
    Fisher 1935; Cornfield 1956; mid-P: Rothman and Greenland 1998.

    Examples
    --------
    >>> table = [np.array([one], float) for one in (3, 12, 30, 180)]
    >>> [round(float(one[0]), 3) for one in conditional_odds(table, 0.95)]
    [1.662, 0.273, 7.187]
    """
    x, n, x0, n0 = np.broadcast_arrays(*counts)
    found = np.full((3, *x.shape), np.nan)
    for i in range(x.size):
        cells = (x[i], n[i] - x[i], x0[i], n0[i] - x0[i])
        if all(np.isfinite(one) and float(one).is_integer() for one in cells):
            found[:, i] = common_odds([cells], level, mid=mid)
    return found[0], found[1], found[2]


def common_odds(
    strata: Sequence[tuple[float, float, float, float]], level: float, *, mid: bool = False
) -> tuple[float, float, float]:
    """Odds ratio common to several tables: the conditional estimate and its exact limits.

    Parameters
    ----------
    strata : one table per stratum: with and without the event in the group, then in the reference.
    level, mid : as in `conditional_odds`.

    Returns
    -------
    Estimate, lower and upper limit; 0 or infinite at the edge of what the margins allow.

    Source
    ------
    Cox 1970; Mehta, Patel and Gray 1985: the distribution of the sum over strata, given all margins.
    """
    least, weights = 0, np.zeros(1)
    seen = 0
    for a, b, c, d in strata:
        low, log = _hypergeometric(int(a), int(b), int(c), int(d))
        weights, least, seen = _joined(weights, log), least + low, seen + int(a)
    values = np.arange(least, least + len(weights))
    at = seen - least
    tail = (1 - level) / 2
    if len(weights) == 1:
        return np.nan, 0.0, np.inf

    def chances(log_odds: float) -> Floats:
        log = weights + log_odds * (values - seen)
        chance = np.exp(log - log.max())
        return np.asarray(chance / chance.sum(), dtype=np.float64)

    def above(log_odds: float) -> float:
        chance = chances(log_odds)
        return float(chance[at:].sum() - (chance[at] / 2 if mid else 0.0))

    def below(log_odds: float) -> float:
        chance = chances(log_odds)
        return float(chance[: at + 1].sum() - (chance[at] / 2 if mid else 0.0))

    lower = 0.0 if at == 0 else _root(lambda value: above(value) - tail)
    upper = np.inf if at == len(weights) - 1 else _root(lambda value: tail - below(value))
    if at in (0, len(weights) - 1):
        edge = 0.0 if at == 0 else np.inf
        return (np.nan if mid else edge), lower, upper
    if mid:
        return _root(lambda value: above(value) - 0.5), lower, upper
    return _root(lambda value: float(chances(value) @ values) - seen), lower, upper


def _hypergeometric(a: int, b: int, c: int, d: int) -> tuple[int, Floats]:
    """Log weights of all tables with these margins, and the smallest count of the first cell."""
    from scipy.special import gammaln

    low, high = max(0, a + c - (c + d)), min(a + b, a + c)
    k = np.arange(low, high + 1)
    log = -(gammaln(k + 1) + gammaln(a + b - k + 1) + gammaln(a + c - k + 1) + gammaln(d - a + k + 1))
    return low, np.asarray(log - log.max(), dtype=np.float64)


def _joined(first: Floats, second: Floats) -> Floats:
    """Log weights of the sum of two counts."""
    shorter, longer = sorted((first, second), key=len)
    log = np.full(len(first) + len(second) - 1, -np.inf)
    for shift, weight in enumerate(shorter):
        part = log[shift : shift + len(longer)]
        np.logaddexp(part, weight + longer, out=part)
    return log


def _root(rising: Callable[[float], float]) -> float:
    """Odds ratio at which a rising function of its log crosses zero."""
    low, high = -_WIDE, _WIDE
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return float(np.exp((low + high) / 2))
