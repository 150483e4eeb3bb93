"""Rates multiplied along a chain: cumulative rates and ratios, with the delta method on logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equitykit.counts import TOTAL
from equitykit.measures.comparison import Comparison, Side
from equitykit.reliability import rate_interval

__all__ = ["Product", "cumulative_rate", "cumulative_ratio"]

NOBODY = "nobody came this far, so the ratio has no interval on the log scale"
UNKNOWN = "a count along the chain is not known"
EMPTY = "nobody at the stage before"
NO_REFERENCE = "nobody of the reference came this far, so the ratio is undefined"


@dataclass(frozen=True, slots=True)
class Product:
    """A product of rates, or of ratios, with limits and what is to be said about it."""

    estimate: float
    lower: float
    upper: float
    method: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class _Rate:
    """One rate on the way: people, and the error of its log."""

    n: float
    y: float
    log_error: float


def _rates(path: Sequence[Comparison | None], group: str) -> list[_Rate] | None:
    """Rates of a group (or of `~total`) along a path; None where a count is not known."""
    found = []
    for c in path:
        if c is None or (group != TOTAL and group not in c.groups):
            return None
        at = 0 if group == TOTAL else c.groups.index(group)
        found.append(_rate(c.total if group == TOTAL else c.own, at))
    return found


def _rate(side: Side, at: int) -> _Rate:
    n, y = float(side.n[at]), float(side.y[at])
    return _Rate(n, y, float(np.sqrt((1 - y) / (n * y))) if n > 0 and y > 0 else np.nan)


def _multiplied(rates: Sequence[_Rate]) -> float:
    """Product of rates; 0 once nobody is left, whatever would have come after."""
    product = 1.0
    for rate in rates:
        if rate.n == 0 and product == 0:
            return 0.0
        product *= rate.y
    return product


def cumulative_rate(path: Sequence[Comparison | None], group: str, level: float, z: float) -> Product:
    """Share of those at the beginning who would come to the end, if each followed the rates on the way."""
    rates = _rates(path, group)
    if rates is None:
        return Product(np.nan, np.nan, np.nan, None, UNKNOWN)
    estimate = _multiplied(rates)
    if not np.isfinite(estimate):
        return Product(np.nan, np.nan, np.nan, None, EMPTY)
    if estimate == 0:
        return _none(rates, level)
    error = float(np.sqrt(sum(rate.log_error**2 for rate in rates)))
    return Product(
        estimate,
        estimate * float(np.exp(-z * error)),
        min(1.0, estimate * float(np.exp(z * error))),
        "delta, log",
        None,
    )


def _none(rates: Sequence[_Rate], level: float) -> Product:
    """Nobody came to the end: the upper limit is that of the first rate of 0, times the rates before it."""
    before = 1.0
    for rate in rates:
        if rate.y == 0:
            high = float(rate_interval(0, rate.n, level=level).upper[0])
            return Product(0.0, 0.0, before * high, "Clopper-Pearson", None)
        before *= rate.y
    return Product(0.0, np.nan, np.nan, None, None)


def cumulative_ratio(path: Sequence[Comparison | None], group: str, z: float) -> Product:
    """Cumulative rate of a group divided by that of its reference."""
    known = [c for c in path if c is not None]
    if len(known) < len(path) or any(group not in c.groups for c in known):
        return Product(np.nan, np.nan, np.nan, None, UNKNOWN)
    if group == known[0].reference.group:
        return Product(1.0, np.nan, np.nan, None, "the reference group itself")
    at = [c.groups.index(group) for c in known]
    own = _multiplied([_rate(c.own, place) for c, place in zip(known, at, strict=True)])
    other = _multiplied([_rate(c.other, place) for c, place in zip(known, at, strict=True)])
    if not np.isfinite(own) or not np.isfinite(other):
        return Product(np.nan, np.nan, np.nan, None, EMPTY)
    if other == 0:
        return Product(np.nan, np.nan, np.nan, None, NO_REFERENCE)
    if own == 0:
        return Product(0.0, np.nan, np.nan, None, NOBODY)
    estimate, error = own / other, _ratio_error(known, at)
    return Product(
        estimate,
        estimate * float(np.exp(-z * error)),
        estimate * float(np.exp(z * error)),
        "delta, log" if np.isfinite(error) else None,
        None,
    )


def _ratio_error(path: Sequence[Comparison], at: Sequence[int]) -> float:
    """Error of the log of a cumulative ratio, from separate groups.

    A group is a part of the total: with the share w of the group at the beginning, the ratio to the total is
    R / (wR + 1 - w) of the ratio R to all others, and so is its error.
    """
    others = [c.others if c.within_total else c.other for c in path]
    own = [_rate(c.own, place) for c, place in zip(path, at, strict=True)]
    beside = [_rate(side, place) for side, place in zip(others, at, strict=True)]
    error = float(np.sqrt(sum(rate.log_error**2 for rate in (*own, *beside))))
    if not path[0].within_total:
        return error
    share, ratio = float(path[0].share[at[0]]), _multiplied(own) / _multiplied(beside)
    return error * (1 - share) / (share * ratio + 1 - share)
