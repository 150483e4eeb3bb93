"""Limits of one rate, each by the formula of its method, for all rows at once.

Only `scipy.special` is needed: to load statsmodels takes longer than to load pandas and to measure. Its functions are
the second method of the tests. Every function expects counts above zero people, and NaN comes out as NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = [
    "SHARES",
    "Floats",
    "Limits",
    "byar",
    "clopper_pearson",
    "garwood",
    "wilson",
]

Floats = npt.NDArray[np.float64]
Limits = tuple[Floats, Floats]


def wilson(x: Floats, n: Floats, level: float) -> Limits:
    """Score limits of a share (Wilson 1927, Journal of the American Statistical Association 22: 209-212).

    Examples
    --------
    >>> [one.round(4).tolist() for one in wilson(np.array([40.0]), np.array([100.0]), 0.95)]
    [[0.3094], [0.498]]
    """
    p, z = x / n, _quantile(level)
    whole = 1 + z**2 / n
    middle = (p + z**2 / (2 * n)) / whole
    width = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / whole
    return np.clip(middle - width, 0, 1), np.clip(middle + width, 0, 1)


def clopper_pearson(x: Floats, n: Floats, level: float) -> Limits:
    """Exact limits of a share (Clopper and Pearson 1934, Biometrika 26: 404-413): quantiles of beta distributions.

    Examples
    --------
    >>> [one.round(4).tolist() for one in clopper_pearson(np.array([0.0, 3.0]), np.array([12.0, 10.0]), 0.95)]
    [[0.0, 0.0667], [0.2646, 0.6525]]
    """
    from scipy.special import betainccinv, betaincinv

    tail = (1 - level) / 2
    lower, upper = betaincinv(x, n - x + 1, tail), betainccinv(x + 1, n - x, tail)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _jeffreys(x: Floats, n: Floats, level: float) -> Limits:
    """Quantiles of the beta distribution that starts from Jeffreys' prior; not adjusted at 0 and n."""
    from scipy.special import betainccinv, betaincinv

    a, b, tail = x + 0.5, n - x + 0.5, (1 - level) / 2
    return np.asarray(betaincinv(a, b, tail), float), np.asarray(betainccinv(a, b, tail), float)


def _wilson_corrected(x: Floats, n: Floats, level: float) -> Limits:
    """Wilson with a continuity correction no larger than the distance from a half, as R's prop.test has it."""
    p, z = x / n, _quantile(level)
    step = np.minimum(0.5, np.abs(x - n / 2))
    centre = z**2 / (2 * n)

    def side(sign: float) -> Floats:
        moved = p + sign * step / n
        root = z * np.sqrt(moved * (1 - moved) / n + z**2 / (4 * n**2))
        return np.asarray((moved + centre + sign * root) / (1 + 2 * centre), float)

    return np.where(x == 0, 0.0, np.maximum(side(-1), 0)), np.where(x == n, 1.0, np.minimum(side(1), 1))


def _agresti_coull(x: Floats, n: Floats, level: float) -> Limits:
    z = _quantile(level)
    size = n + z**2
    p = (x + z**2 / 2) / size
    width = z * np.sqrt(p * (1 - p) / size)
    return p - width, p + width


def _wald(x: Floats, n: Floats, level: float) -> Limits:
    p = x / n
    width = _quantile(level) * np.sqrt(p * (1 - p) / n)
    return p - width, p + width


SHARES: dict[str, Callable[[Floats, Floats, float], Limits]] = {
    "wilson": wilson,
    "clopper-pearson": clopper_pearson,
    "jeffreys": _jeffreys,
    "wilson-cc": _wilson_corrected,
    "agresti-coull": _agresti_coull,
    "wald": _wald,
}


def garwood(x: Floats, level: float) -> Limits:
    """Exact limits of a Poisson count (Garwood 1936, Biometrika 28: 437-442): quantiles of gamma distributions.

    Examples
    --------
    >>> [one.round(4).tolist() for one in garwood(np.array([0.0, 3.0]), 0.95)]
    [[0.0, 0.6187], [3.6889, 8.7673]]
    """
    from scipy.special import gammainccinv, gammaincinv

    tail = (1 - level) / 2
    return np.where(x == 0, 0.0, gammaincinv(x, tail)), np.asarray(gammainccinv(x + 1, tail), float)


def byar(x: Floats, level: float) -> Limits:
    """Byar's approximation with the same correction on both sides, as epitools computes it (Breslow and Day 1987)."""
    shift, z = x + 0.5, _quantile(level)
    root = z * np.sqrt(1 / shift) / 3
    return shift * (1 - 1 / (9 * shift) - root) ** 3, shift * (1 - 1 / (9 * shift) + root) ** 3


def _quantile(level: float) -> float:
    from scipy.special import ndtri

    return -float(ndtri((1 - level) / 2))
