"""May this estimate be shown? Intervals for one rate, and rules that say why not.

Reliability asks whether an estimate is too uncertain to show; `equitykit.disclosure` asks whether it
is too identifying. The two are separate and each names its rule. A verdict never blanks a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitykit.limits import Floats, clopper_pearson, wilson

__all__ = [
    "NCHS_COUNT",
    "NCHS_PROPORTION",
    "NCHS_RATE",
    "N_30",
    "RSE_30",
    "RateInterval",
    "Verdicts",
    "combine",
    "effective_n",
    "minimum_n_verdicts",
    "proportion_verdicts",
    "published_interval",
    "rate_interval",
    "rate_verdicts",
    "rse_verdicts",
]

NCHS_PROPORTION = "nchs-2017-proportion"
NCHS_RATE = "nchs-2023-rate"
NCHS_COUNT = "nchs-2023-count"
RSE_30 = "rse-30"
N_30 = "n-30"

SMALL_N = 30
"""Below this many people a rate gets an exact interval, and NCHS (2017) does not show a proportion."""

REVIEW_NONE = "no events among them: NCHS asks for a statistician's review before this is shown"
REVIEW_ALL = "everybody had the event: NCHS asks for a statistician's review before this is shown"
REVIEW_DF = "fewer than 8 degrees of freedom: NCHS asks for a statistician's review before this is shown"


@dataclass(frozen=True, slots=True)
class RateInterval:
    """Limits of a proportion, and the name of the method for each."""

    lower: Floats
    upper: Floats
    method: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One verdict per estimate: show it (True), do not (False), or a person must look (None)."""

    reliable: tuple[bool | None, ...]
    rule: str
    note: tuple[str | None, ...]


def _floats(values: npt.ArrayLike) -> Floats:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))


def rate_interval(events: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> RateInterval:
    """Interval for a proportion: Wilson; Clopper-Pearson where n < 30, or where none or all had the event.

    Parameters
    ----------
    events, n : counts, scalar or array; fractions (effective sizes) are allowed.
    level : confidence level, between 0 and 1.

    Returns
    -------
    RateInterval, with NaN limits and no method where n is 0.

    Interpretation
    --------------
    For complete administrative counts there is no sampling: the interval then describes how far the
    rate could move by chance if the same process ran again, not an error of measurement.

    Source
    ------
    Wilson 1927; Clopper and Pearson 1934. Quantiles by scipy; equal to statsmodels `proportion_confint`.

    Examples
    --------
    >>> interval = rate_interval([40, 0], [100, 12])
    >>> interval.lower.round(4).tolist(), interval.upper.round(4).tolist(), interval.method
    ([0.3094, 0.0], [0.498, 0.2646], ('Wilson', 'Clopper-Pearson'))
    """
    x, size = np.broadcast_arrays(_floats(events), _floats(n))
    known = np.isfinite(x) & np.isfinite(size) & (size > 0)
    exact = known & ((x <= 0) | (x >= size) | (size < SMALL_N))
    lower = np.full(x.shape, np.nan)
    upper = np.full(x.shape, np.nan)
    for rows, limits in ((known & ~exact, wilson), (exact, clopper_pearson)):
        if rows.any():
            lower[rows], upper[rows] = limits(x[rows], size[rows], level)
    names = tuple(
        None if not ok else "Clopper-Pearson" if small else "Wilson"
        for ok, small in zip(known, exact, strict=True)
    )
    return RateInterval(lower, upper, names)


def effective_n(proportion: npt.ArrayLike, n: npt.ArrayLike, se: npt.ArrayLike | None) -> Floats:
    """Size of the simple random sample that would give this standard error, never more than n."""
    p, size = np.broadcast_arrays(_floats(proportion), _floats(n))
    if se is None:
        return size.copy()
    error = np.broadcast_to(_floats(se), p.shape)
    with np.errstate(all="ignore"):
        found = p * (1 - p) / error**2
    inner = (p > 0) & (p < 1) & np.isfinite(found)
    return np.where(inner, np.minimum(found, size), size)


def published_interval(
    proportion: npt.ArrayLike, n: npt.ArrayLike, se: npt.ArrayLike, *, level: float = 0.95
) -> RateInterval:
    """Korn-Graubard interval of a published proportion: Clopper-Pearson on its effective n.

    Parameters
    ----------
    proportion, n, se : estimate, size of the group and standard error, all on the scale 0 to 1.
    level : confidence level, between 0 and 1.

    Returns
    -------
    RateInterval, with NaN limits and no method where no standard error was given.

    Source
    ------
    Korn and Graubard 1998; NCHS, Series 2, No. 175 (2017).
    """
    p, size, error = np.broadcast_arrays(_floats(proportion), _floats(n), _floats(se))
    given = np.isfinite(p) & np.isfinite(error) & (size > 0)
    effective = effective_n(p, size, error)
    lower = np.full(p.shape, np.nan)
    upper = np.full(p.shape, np.nan)
    if given.any():
        events = p[given] * effective[given]
        lower[given], upper[given] = clopper_pearson(events, effective[given], level)
    return RateInterval(lower, upper, tuple("Korn-Graubard" if ok else None for ok in given))


def proportion_verdicts(
    events: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    se: npt.ArrayLike | None = None,
    df: float | None = None,
) -> Verdicts:
    """Judge whether a proportion may be shown, by the NCHS standard of 2017.

    With a 95 % Korn-Graubard interval (Clopper-Pearson for a simple sample or full counts): not shown
    where the effective n is below 30; shown where the interval is at most 0.05 wide; not shown where it
    is 0.30 or wider, or wider than 1.30 times the proportion; otherwise shown. A statistician's review is
    asked for where none or all had the event, or where there are fewer than 8 degrees of freedom.

    Parameters
    ----------
    events, n : counts; n is the number of people asked, not a weighted total.
    se : standard error of the proportion in a survey; None for a simple sample or full counts.
    df : degrees of freedom of the survey design, where known.

    Returns
    -------
    Verdicts, in the order given.

    When not to use
    ---------------
    For rates whose numerator is not part of the denominator, and for counts: see `rate_verdicts`.

    Source
    ------
    NCHS, Vital and Health Statistics, Series 2, No. 175 (2017), as coded in CDCgov/surveytable.

    Examples
    --------
    >>> proportion_verdicts([12, 40], [25, 100]).reliable
    (False, True)
    """
    x, size = np.broadcast_arrays(_floats(events), _floats(n))
    with np.errstate(all="ignore"):
        p = x / size
    effective = effective_n(p, size, se)
    width = np.zeros(p.shape)
    inner = (p > 0) & (p < 1)
    if inner.any():
        low, high = clopper_pearson(p[inner] * effective[inner], effective[inner], 0.95)
        width[inner] = high - low
    judged = [_judge(*row, df=df) for row in zip(p.tolist(), effective.tolist(), width.tolist(), strict=True)]
    return Verdicts(tuple(a for a, _ in judged), NCHS_PROPORTION, tuple(b for _, b in judged))


def _judge(p: float, effective: float, width: float, *, df: float | None) -> tuple[bool | None, str | None]:
    """One proportion under the 2017 standard: verdict and why."""
    if not np.isfinite(p) or not np.isfinite(effective):
        return None, None
    if effective < SMALL_N:
        return False, f"fewer than {SMALL_N} people ({_short(effective)})"
    if width > 0.05:
        if width >= 0.30:
            return False, f"95 % interval {100 * width:.0f} points wide (30 or more)"
        if width / p > 1.30:
            return False, f"95 % interval {100 * width / p:.0f} % of the proportion wide (more than 130 %)"
    if df is not None and df < 8:
        return None, REVIEW_DF
    if p <= 0:
        return None, REVIEW_NONE
    if p >= 1:
        return None, REVIEW_ALL
    if width > 0.05 and width / (1 - p) > 1.30:
        return True, "the share without the event is not reliable by the same standard"
    return True, None


def rate_verdicts(
    events: npt.ArrayLike,
    n: npt.ArrayLike,
    estimate: npt.ArrayLike,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    *,
    df: float | None = None,
    rule: str = NCHS_RATE,
) -> Verdicts:
    """Judge whether a rate or a count may be shown, by the NCHS standard of 2023.

    Shown where the numerator and the denominator both rest on 10 or more, and the 95 % interval is at
    most 1.60 times as wide as the estimate; fewer than 8 degrees of freedom ask for review. For a count
    pass the count as `events` and as `n`, and `rule=NCHS_COUNT`.

    Parameters
    ----------
    events, n : (effective) sizes behind numerator and denominator.
    estimate, lower, upper : the rate and its 95 % interval.
    df : degrees of freedom of the survey design, where known.

    Returns
    -------
    Verdicts, in the order given.

    Source
    ------
    NCHS, Vital and Health Statistics, Series 2, No. 200 (2023).

    Examples
    --------
    >>> rate_verdicts([9, 40], [500, 500], [0.018, 0.08], [0.008, 0.06], [0.034, 0.107]).reliable
    (False, True)
    """
    judged = [
        _judge_rate(*row, df=df)
        for row in zip(
            *(a.tolist() for a in np.broadcast_arrays(*map(_floats, (events, n, estimate, lower, upper)))),
            strict=True,
        )
    ]
    return Verdicts(tuple(a for a, _ in judged), rule, tuple(b for _, b in judged))


def _judge_rate(
    events: float, n: float, estimate: float, lower: float, upper: float, *, df: float | None
) -> tuple[bool | None, str | None]:
    """One rate or count under the 2023 standard: verdict and why."""
    if np.isfinite(events) and events < 10:
        return False, f"fewer than 10 in the numerator ({_short(events)})"
    if np.isfinite(n) and n < 10:
        return False, f"fewer than 10 in the denominator ({_short(n)})"
    if not np.isfinite([events, n, estimate, lower, upper]).all() or estimate <= 0:
        return None, None
    relative = (upper - lower) / estimate
    if relative > 1.60:
        return False, f"95 % interval {100 * relative:.0f} % of the estimate wide (more than 160 %)"
    return (None, REVIEW_DF) if df is not None and df < 8 else (True, None)


def rse_verdicts(estimate: npt.ArrayLike, se: npt.ArrayLike, *, limit: float = 0.30) -> Verdicts:
    """Older rule: not reliable where the standard error is `limit` of the estimate or more.

    Examples
    --------
    >>> rse_verdicts([10, 10], [3, 2.9]).reliable
    (False, True)
    """
    value, error = np.broadcast_arrays(_floats(estimate), _floats(se))
    with np.errstate(all="ignore"):
        relative = error / np.abs(value)
    reliable = tuple(None if not np.isfinite(r) else bool(r < limit) for r in relative)
    note = tuple(
        f"standard error {100 * r:.0f} % of the estimate ({100 * limit:.0f} % or more)"
        if ok is False
        else None
        for r, ok in zip(relative, reliable, strict=True)
    )
    return Verdicts(reliable, RSE_30 if limit == 0.30 else f"rse-{100 * limit:g}", note)


def minimum_n_verdicts(n: npt.ArrayLike, *, minimum: int = SMALL_N) -> Verdicts:
    """Older rule: not reliable below a minimum number of people (30 in NCHS, IDEA and NSCH practice).

    Examples
    --------
    >>> minimum_n_verdicts([29, 30]).reliable
    (False, True)
    """
    sizes = _floats(n)
    reliable = tuple(None if not np.isfinite(size) else bool(size >= minimum) for size in sizes)
    note = tuple(
        f"fewer than {minimum} people ({_short(size)})" if ok is False else None
        for size, ok in zip(sizes, reliable, strict=True)
    )
    return Verdicts(reliable, N_30 if minimum == SMALL_N else f"n-{minimum}", note)


def combine(verdicts: Iterable[bool | None]) -> bool | None:
    """Verdict on something made of several estimates: the weakest of them."""
    found = list(verdicts)
    if any(one is False for one in found):
        return False
    return None if not found or any(one is None for one in found) else True


def _short(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
