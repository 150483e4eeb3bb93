"""Score limits of two separate groups: the values whose score statistic is within the normal quantile.

Own code, for all rows at once. statsmodels inverts the same statistics one pair at a time, and fails where
nobody or everybody in a group had the event; for ratios the two agree elsewhere. For the difference its limits
do not solve the equation (0.14: off in the third digit), so the tests hold ours against a search instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from equitykit.limits import Floats

__all__ = ["Compared", "ratio_excludes_one", "score_limits"]

Compared = Literal["difference", "ratio", "odds"]
Pair = tuple[Floats, Floats, Floats, Floats]
_HALVINGS = 80
_FAR = 60.0
"""How far from the start a limit on the log scale is looked for."""


def score_limits(
    compared: Compared, pair: Pair, level: float, *, corrected: bool = False
) -> tuple[Floats, Floats]:
    """Limits of a difference, ratio or odds ratio by turning the score test over.

    Parameters
    ----------
    compared : what the limits are of.
    pair : events and people of the groups, then of what they are compared with.
    level : confidence level.
    corrected : whether the variance is multiplied by N / (N - 1), as Miettinen and Nurminen do.

    Returns
    -------
    Lower and upper limits; 0 or infinite where the data set no limit on that side; NaN where a group is
    empty, or where neither group (or, for odds, each of them) had the event.

    Source
    ------
    Miettinen and Nurminen 1985; Mee 1984 for the difference and Koopman 1984 for the ratio, uncorrected.

    Examples
    --------
    >>> pair = tuple(np.array([one], float) for one in (0, 20, 5, 30))
    >>> [round(float(limit[0]), 4) for limit in score_limits("ratio", pair, 0.95)]
    [0.0, 1.035]
    """
    from scipy.special import ndtri

    x, n, x0, n0 = (np.array(one, dtype=np.float64) for one in np.broadcast_arrays(*pair))
    wanted = float(ndtri(0.5 + level / 2)) ** 2 * np.where(corrected, (n + n0) / (n + n0 - 1), 1.0)
    statistic = _STATISTICS[compared]
    with np.errstate(all="ignore"):
        known = np.isfinite(x) & np.isfinite(x0) & (n > 0) & (n0 > 0)
        if compared != "difference":
            known &= (x > 0) | (x0 > 0)
        if compared == "odds":
            known &= (x < n) | (x0 < n0)
        start, low, high = _range(compared, x, n, x0, n0)
        found = []
        for far in (low, high):
            inner, outer = start.copy(), np.where(np.isfinite(far), far, start)
            for _ in range(_HALVINGS):
                middle = (inner + outer) / 2
                beyond = statistic(middle, x, n, x0, n0) > wanted
                inner, outer = np.where(beyond, inner, middle), np.where(beyond, middle, outer)
            found.append(np.where(np.isfinite(far), (inner + outer) / 2, far))
        if compared != "difference":
            found = [np.exp(one) for one in found]
    return np.where(known, found[0], np.nan), np.where(known, found[1], np.nan)


def ratio_excludes_one(pair: Pair, level: float) -> npt.NDArray[np.bool_]:
    """Whether 1 lies outside the score limits of a ratio: the score test itself, without looking for limits."""
    from scipy.special import ndtri

    with np.errstate(all="ignore"):
        return np.asarray(_of_ratio(np.zeros(pair[0].shape), *pair) > float(ndtri(0.5 + level / 2)) ** 2)


def _range(compared: Compared, x: Floats, n: Floats, x0: Floats, n0: Floats) -> tuple[Floats, Floats, Floats]:
    """Where to start, and how far to look on either side; infinite where there is no limit."""
    p, q = x / n, x0 / n0
    if compared == "difference":
        return p - q, np.full(p.shape, -1.0), np.full(p.shape, 1.0)
    none, all_ = (x == 0, x0 == 0)
    if compared == "odds":
        none, all_ = none | (x0 == n0), all_ | (x == n)
    inner_p, inner_q = (x + 0.5) / (n + 1), (x0 + 0.5) / (n0 + 1)
    edge = none | all_
    a, b = np.where(edge, inner_p, p), np.where(edge, inner_q, q)
    start = np.log(a / b) if compared == "ratio" else np.log(a * (1 - b) / ((1 - a) * b))
    return start, np.where(none, -np.inf, start - _FAR), np.where(all_, np.inf, start + _FAR)


def _of_difference(gap: Floats, x: Floats, n: Floats, x0: Floats, n0: Floats) -> Floats:
    """Score statistic; the likeliest rates with this difference are the root of a cubic."""
    p, q = x / n, x0 / n0
    share = n0 / n
    a = 1 + share
    b = -(1 + share + p + share * q + gap * (share + 2))
    c = gap**2 + gap * (2 * p + share + 1) + p + share * q
    d = -p * gap * (1 + gap)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = np.where(v < 0, -1.0, 1.0) * np.sqrt(np.maximum(b**2 / (3 * a) ** 2 - c / (3 * a), 0))
    turn = (np.pi + np.arccos(np.clip(np.where(u == 0, 1.0, v / u**3), -1, 1))) / 3
    likely = np.clip(2 * u * np.cos(turn) - b / (3 * a), 0, 1)
    other = np.clip(likely - gap, 0, 1)
    variance = likely * (1 - likely) / n + other * (1 - other) / n0
    return _squared(p - q - gap, variance)


def _of_ratio(log_ratio: Floats, x: Floats, n: Floats, x0: Floats, n0: Floats) -> Floats:
    """Score statistic; the likeliest rates with this ratio are the root of a quadratic."""
    ratio = np.exp(log_ratio)
    b = ratio * (n + x0) + x + n0
    root = np.sqrt(np.maximum(b * b - 4 * ratio * (n + n0) * (x + x0), 0))
    q = 2 * (x + x0) / (b + root)
    p = np.minimum(ratio * q, 1.0)
    return _squared(x / n - ratio * x0 / n0, p * (1 - p) / n + ratio**2 * q * (1 - q) / n0)


def _of_odds(log_odds: Floats, x: Floats, n: Floats, x0: Floats, n0: Floats) -> Floats:
    """Score statistic; the likeliest rates with this odds ratio are the root of a quadratic."""
    odds = np.exp(log_odds)
    b = n * odds + n0 - (x + x0) * (odds - 1)
    q = 2 * (x + x0) / (b + np.sqrt(np.maximum(b * b + 4 * n0 * (odds - 1) * (x + x0), 0)))
    p = odds * q / (1 + q * (odds - 1))
    information = 1 / (1 / (n * p * (1 - p)) + 1 / (n0 * q * (1 - q)))
    return _squared(x - n * p, information)


def _squared(gap: Floats, variance: Floats) -> Floats:
    tiny = np.abs(gap) < 1e-15
    return np.where(variance > 0, gap**2 / variance, np.where(tiny, 0.0, np.inf))


_STATISTICS: dict[Compared, Callable[[Floats, Floats, Floats, Floats, Floats], Floats]] = {
    "difference": _of_difference,
    "ratio": _of_ratio,
    "odds": _of_odds,
}
