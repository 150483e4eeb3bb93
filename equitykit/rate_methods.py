"""Intervals of one rate by the name of the method: shares of people, and events in a time at risk."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from equitykit.errors import UnknownName
from equitykit.limits import SHARES, Floats, Limits, byar, garwood
from equitykit.reliability import RateInterval, rate_interval

__all__ = ["RATE_METHODS", "TIME_METHODS", "named_interval", "time_interval"]

_R_NAMES = {"exact (garwood)": "garwood", "exact": "clopper-pearson"}


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
    Newcombe 1998, Statistics in Medicine 17: 857-872; Agresti and Coull 1998. Quantiles by scipy; own arithmetic,
    equal to statsmodels where it has the method and cuts nothing.

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
    Garwood 1936, by quantiles of scipy; Byar's approximation own arithmetic (Breslow and Day 1987).

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


RATE_METHODS = SHARES
TIME_METHODS: dict[str, Callable[[Floats, float], Limits]] = {"garwood": garwood, "byar": byar}
