"""Intervals of one rate by the name of the method: shares of people, and events in a time at risk."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from equitykit.errors import UnknownName
from equitykit.reliability import Floats, RateInterval, rate_interval

__all__ = ["RATE_METHODS", "TIME_METHODS", "named_interval", "time_interval"]

_LIBRARY = {"wilson": "wilson", "clopper-pearson": "beta", "jeffreys": "jeffreys"}
_R_NAMES = {"exact (garwood)": "garwood", "exact": "clopper-pearson"}
Limits = tuple[Floats, Floats]


def named_interval(
    events: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95, method: str | None = None
) -> RateInterval:
    """Interval of a share by a named method; without a name, by the rule of `rate_interval`.

    Parameters
    ----------
    events, n : counts.
    level : confidence level.
    method : one of `RATE_METHODS`: "wilson", "wilson-cc", "clopper-pearson", "jeffreys" (no adjustment at 0 and
        n), "agresti-coull" and "wald" (both not cut to 0 and 1, so that a limit outside shows).

    Returns
    -------
    RateInterval, with NaN limits where n is 0.

    When not to use
    ---------------
    "wald" for small n or rates near 0 and 1: its intervals are far too short there.

    Source
    ------
    Wilson, Clopper-Pearson and Jeffreys by statsmodels; the rest own arithmetic (Newcombe 1998; Agresti and
    Coull 1998), because statsmodels cuts the last two.

    Examples
    --------
    >>> [round(float(one[0]), 4) for one in (named_interval(3, 10, method="wilson-cc").lower,)]
    [0.0809]
    """
    if method is None:
        return rate_interval(events, n, level=level)
    name = _found(method, RATE_METHODS)
    x, size = _pair(events, n)
    lower, upper = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    there = np.isfinite(x) & np.isfinite(size) & (size > 0)
    if there.any():
        with np.errstate(all="ignore"):
            lower[there], upper[there] = RATE_METHODS[name](x[there], size[there], level)
    return RateInterval(lower, upper, tuple(name if ok else None for ok in there))


def time_interval(
    events: npt.ArrayLike, time: npt.ArrayLike, *, level: float = 0.95, method: str | None = None
) -> RateInterval:
    """Interval of a rate of events per unit of time.

    Parameters
    ----------
    events, time : counts, and the time at risk.
    level : confidence level.
    method : "garwood" (exact, the default) or "byar".

    Returns
    -------
    RateInterval, per unit of time, with NaN limits where there is no time.

    Source
    ------
    Garwood 1936 by statsmodels `confint_poisson`; Byar's approximation own arithmetic (Breslow and Day 1987).

    Examples
    --------
    >>> found = time_interval(3, 800)
    >>> round(float(found.lower[0]), 6), round(float(found.upper[0]), 6)
    (0.000773, 0.010959)
    """
    name = _found(method or "garwood", TIME_METHODS)
    x, size = _pair(events, time)
    lower, upper = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    there = np.isfinite(x) & np.isfinite(size) & (size > 0)
    if there.any():
        with np.errstate(all="ignore"):
            low, high = TIME_METHODS[name](x[there], level)
        lower[there], upper[there] = low / size[there], high / size[there]
    title = {"garwood": "Garwood", "byar": "Byar"}[name]
    return RateInterval(lower, upper, tuple(title if ok else None for ok in there))


def _pair(events: npt.ArrayLike, size: npt.ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.broadcast_arrays(
        np.atleast_1d(np.asarray(events, float)), np.atleast_1d(np.asarray(size, float))
    )
    return x, n


def _found(method: str, methods: dict[str, Callable[..., Limits]]) -> str:
    name = _R_NAMES.get(method.lower(), method.lower())
    if name not in methods:
        raise UnknownName("method", method, tuple(methods))
    return name


def _z(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2))


def _library(name: str) -> Callable[[Floats, Floats, float], Limits]:
    def limits(x: Floats, n: Floats, level: float) -> Limits:
        from statsmodels.stats.proportion import proportion_confint

        low, high = proportion_confint(x, n, alpha=1 - level, method=_LIBRARY[name])
        return np.asarray(low, float), np.asarray(high, float)

    return limits


def _wilson_corrected(x: Floats, n: Floats, level: float) -> Limits:
    """Wilson with a continuity correction no larger than the distance from a half, as R's prop.test has it."""
    p, z = x / n, _z(level)
    step = np.minimum(0.5, np.abs(x - n / 2))
    centre = z**2 / (2 * n)

    def side(sign: float) -> Floats:
        moved = p + sign * step / n
        root = z * np.sqrt(moved * (1 - moved) / n + z**2 / (4 * n**2))
        return np.asarray((moved + centre + sign * root) / (1 + 2 * centre), float)

    return np.where(x == 0, 0.0, np.maximum(side(-1), 0)), np.where(x == n, 1.0, np.minimum(side(1), 1))


def _agresti_coull(x: Floats, n: Floats, level: float) -> Limits:
    z = _z(level)
    size = n + z**2
    p = (x + z**2 / 2) / size
    width = z * np.sqrt(p * (1 - p) / size)
    return p - width, p + width


def _wald(x: Floats, n: Floats, level: float) -> Limits:
    p = x / n
    width = _z(level) * np.sqrt(p * (1 - p) / n)
    return p - width, p + width


def _garwood(x: Floats, level: float) -> Limits:
    from statsmodels.stats.rates import confint_poisson

    low, high = confint_poisson(x, np.ones(x.shape), method="exact-c", alpha=1 - level)
    return np.where(x == 0, 0.0, low), np.asarray(high, float)


def _byar(x: Floats, level: float) -> Limits:
    """Byar's approximation with the same correction on both sides, as epitools computes it."""
    shift, z = x + 0.5, _z(level)
    root = z * np.sqrt(1 / shift) / 3
    return shift * (1 - 1 / (9 * shift) - root) ** 3, shift * (1 - 1 / (9 * shift) + root) ** 3


RATE_METHODS: dict[str, Callable[[Floats, Floats, float], Limits]] = {
    **{name: _library(name) for name in _LIBRARY},
    "wilson-cc": _wilson_corrected,
    "agresti-coull": _agresti_coull,
    "wald": _wald,
}
TIME_METHODS: dict[str, Callable[[Floats, float], Limits]] = {"garwood": _garwood, "byar": _byar}
