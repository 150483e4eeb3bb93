"""Tails of the binomial, Poisson and chi-square distributions, summed term by term as they are defined.

An audit of an ordinary file needs no more than this, and loading `scipy.special` takes half as long as loading
pandas. Where a sum would have many terms, scipy is asked; tests hold both against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, exp, lgamma, log, log1p, sqrt

__all__ = ["binomial_at_least", "binomial_at_most", "chi_square_above", "poisson_at_most"]

MOST = 10_000
"""Largest number of trials, events or degrees of freedom that is summed here; above it scipy is asked."""
_SMALL = 1e-18


def binomial_at_least(events: int, n: int, rate: float) -> float:
    """Chance of as many events as these or more among n, where each has this rate.

    Examples
    --------
    >>> round(binomial_at_least(3, 20, 0.05), 4)
    0.0755
    """
    if events <= 0:
        return 1.0
    if events > n or rate <= 0:
        return 0.0
    if rate >= 1:
        return 1.0
    if n > MOST:
        from scipy.special import bdtrc

        return float(bdtrc(events - 1, n, rate))
    if events <= n * rate:
        return 1.0 - binomial_at_most(events - 1, n, rate)
    odds = rate / (1 - rate)
    whole = term = _binomial(events, n, rate)
    for i in range(events, n):
        term *= (n - i) / (i + 1) * odds
        whole += term
        if term < whole * _SMALL:
            break
    return min(1.0, whole)


def binomial_at_most(events: int, n: int, rate: float) -> float:
    """Chance of as many events as these or fewer among n, where each has this rate.

    Examples
    --------
    >>> round(binomial_at_most(3, 20, 0.05), 4)
    0.9841
    """
    if events < 0:
        return 0.0
    if events >= n or rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    if n > MOST:
        from scipy.special import bdtr

        return float(bdtr(events, n, rate))
    if events > n * rate:
        return 1.0 - binomial_at_least(events + 1, n, rate)
    odds, failures = (1 - rate) / rate, n - events + 1
    whole = term = _binomial(events, n, rate)
    for i in range(events):
        term *= (events - i) / (failures + i) * odds
        whole += term
        if term < whole * _SMALL:
            break
    return min(1.0, whole)


def poisson_at_most(events: int, expected: float) -> float:
    """Chance of so few events, where so many are expected.

    Examples
    --------
    >>> round(poisson_at_most(0, 6.91), 4)
    0.001
    """
    if events < 0:
        return 0.0
    if expected <= 0:
        return 1.0
    if max(events, expected) > MOST:
        from scipy.special import pdtr

        return float(pdtr(events, expected))
    if events <= expected:
        first = exp(events * log(expected) - expected - lgamma(events + 1))
        return _summed(first, 0, events, lambda i: (events - i) / expected)
    first = exp((events + 1) * log(expected) - expected - lgamma(events + 2))
    return 1.0 - _summed(first, 0, 100 * MOST, lambda i: expected / (events + i + 2))


def chi_square_above(statistic: float, freedom: int) -> float:
    """Chance of a chi-square statistic as large as this or larger.

    Examples
    --------
    >>> round(chi_square_above(3.841, 1), 3), round(chi_square_above(5.991, 2), 3)
    (0.05, 0.05)
    """
    if statistic <= 0:
        return 1.0
    if freedom > MOST:
        from scipy.special import chdtrc

        return float(chdtrc(freedom, statistic))
    half = statistic / 2
    # A gamma tail of half so many degrees: terms half^k e^-half / gamma(k + 1), from k = 0 or k = 1/2 on.
    terms = [
        exp(k * log(half) - half - lgamma(k + 1))
        for k in ((i + (freedom % 2) / 2) for i in range(freedom // 2))
    ]
    return min(1.0, sum(reversed(terms), erfc(sqrt(half)) if freedom % 2 else 0.0))


def _binomial(events: int, n: int, rate: float) -> float:
    ways = lgamma(n + 1) - lgamma(events + 1) - lgamma(n - events + 1)
    return exp(ways + events * log(rate) + (n - events) * log1p(-rate))


def _summed(first: float, start: int, end: int, ratio: Callable[[int], float]) -> float:
    """First term and those after it, each a multiple of the one before, until they no longer count."""
    whole = term = first
    for i in range(start, end):
        term *= ratio(i)
        whole += term
        if term < whole * _SMALL:
            break
    return min(1.0, whole)
