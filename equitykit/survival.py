"""Time to an event from counts: Kaplan-Meier, the log-rank test, and competing exits by Aalen and Johansen.

Plain numbers only. Every function takes the distinct times, how many left at each (by kind of exit), and how
many were last seen there without having left. The curves and the test are those of statsmodels (lifelines 0.30
holds pandas below 3). Standard errors are own arithmetic: for counts `CumIncidenceRight` gives none, and
`SurvfuncRight` (0.14) gives the root of a sum without the factor of the curve; for one person per row ours are equal
to theirs. Limits are on the log-log scale, which statsmodels has for the median only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitykit.limits import Floats

__all__ = ["Curve", "Times", "aalen_johansen", "kaplan_meier", "log_rank", "median"]


@dataclass(frozen=True, eq=False)
class Times:
    """What happened at each distinct time.

    Attributes
    ----------
    time : distinct times, rising.
    exits : how many left, a row for each time and a column for each kind of exit.
    seen : how many were last seen at that time and had not left; they count as there at that time.
    """

    time: Floats
    exits: Floats
    seen: Floats

    @property
    def left(self) -> Floats:
        """How many left at each time, whatever the kind."""
        return np.asarray(self.exits.sum(axis=1), dtype=float)

    @property
    def at_risk(self) -> Floats:
        """How many were still there just before each time."""
        gone = self.left + self.seen
        return np.asarray(gone[::-1].cumsum()[::-1], dtype=float)

    def rows(self) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
        """Time, kind of exit (0: none, else its place and 1) and how many, as statsmodels takes them."""
        counts = np.column_stack([self.seen, self.exits])
        at, kind = np.nonzero(counts)
        return self.time[at], kind.astype(np.int64), counts[at, kind]

    @classmethod
    def of(cls, rows: Sequence[tuple[float, int | None, float]], kinds: int) -> Times:
        """From (time, place of the kind of exit or None, how many)."""
        time = np.array(sorted({row[0] for row in rows}), dtype=float)
        at = {value: place for place, value in enumerate(time.tolist())}
        exits, seen = np.zeros((len(time), max(kinds, 1))), np.zeros(len(time))
        for value, kind, n in rows:
            if kind is None:
                seen[at[value]] += n
            else:
                exits[at[value], kind] += n
        return cls(time, exits, seen)


@dataclass(frozen=True, eq=False)
class Curve:
    """A share over time with its limits, at each distinct time."""

    time: Floats
    value: Floats
    error: Floats
    lower: Floats
    upper: Floats

    def at(self, time: float) -> tuple[float, float, float]:
        """Value and limits at a time: those of the last change up to it."""
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        if place < 0:
            return float("nan"), float("nan"), float("nan")
        return float(self.value[place]), float(self.lower[place]), float(self.upper[place])


def kaplan_meier(times: Times, z: float) -> Curve:
    """Share still there after each time, with log-log limits.

    Interpretation
    --------------
    0.6 at 180 days: six in ten would still be there after 180 days, if those not seen to the end are like the
    others. Leaving for another reason than the one of interest is a competing exit, not a missing one.

    Source
    ------
    Kaplan and Meier 1958; variance by the formula of Greenwood 1926; limits on the log-log scale,
    Kalbfleisch and Prentice 1980. The curve by statsmodels `SurvfuncRight`.

    Examples
    --------
    >>> curve = kaplan_meier(Times.of([(1, 0, 1), (2, 0, 1), (3, None, 2)], 1), 1.96)
    >>> curve.value.round(9).tolist()
    [0.75, 0.5, 0.5]
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    n, d = times.at_risk, times.left
    time, kind, count = times.rows()
    found = SurvfuncRight(time, (kind > 0).astype(float), freq_weights=count)
    place = np.searchsorted(found.surv_times, times.time, side="right")
    value = np.append(1.0, found.surv_prob)[place]
    with np.errstate(all="ignore"):
        spread = np.cumsum(np.where(n > d, d / (n * (n - d)), np.inf))
        error: Floats = np.where(value > 0, value * np.sqrt(spread), np.nan)
        inner = (value > 0) & (value < 1)
        width = z * np.sqrt(spread) / np.log(value)
        lower = np.where(inner, value ** np.exp(-width), np.nan)
        upper = np.where(inner, value ** np.exp(width), np.nan)
    lower, upper = np.minimum(lower, upper), np.maximum(lower, upper)
    nobody_left = value == 1
    ends = (np.asarray(np.where(nobody_left, 1.0, side), dtype=float) for side in (lower, upper))
    return Curve(times.time, np.asarray(value, dtype=float), error, *ends)


def median(curve: Curve) -> tuple[float, float, float]:
    """Time by which half have left, and its limits; NaN where the curve (or a limit) does not come down to it.

    Source
    ------
    Brookmeyer and Crowley 1982: the times at which the limits of the curve cross one half.

    Examples
    --------
    >>> median(kaplan_meier(Times.of([(1, 0, 1), (2, 0, 1), (3, None, 2)], 1), 1.96))[0]
    2.0
    """
    return (
        _first(curve.time, curve.value),
        _first(curve.time, curve.lower),
        _first(curve.time, curve.upper),
    )


def _first(time: Floats, value: Floats) -> float:
    below = np.flatnonzero(value <= 0.5 + 1e-12)
    return float(time[below[0]]) if len(below) else float("nan")


def log_rank(groups: Sequence[Times]) -> tuple[float, int, float]:
    """Log-rank test that groups leave at the same pace: statistic, degrees of freedom, p.

    Interpretation
    --------------
    A small p says that the pace differs somewhere between some groups, not between which or by how much. A
    large one does not say that it is the same.

    Source
    ------
    Mantel 1966; Peto and Peto 1972, by statsmodels `survdiff`, which takes one row per person.
    """
    from statsmodels.duration.survfunc import survdiff

    able = [one for one in groups if len(one.time)]
    df = max(len(able) - 1, 0)
    if df == 0 or not any(one.left.sum() for one in able):
        return float("nan"), df, float("nan")
    parts = [one.rows() for one in able]
    counts = np.concatenate([count for _, _, count in parts]).astype(np.int64)
    time = np.repeat(np.concatenate([one for one, _, _ in parts]), counts)
    left = np.repeat(np.concatenate([kind > 0 for _, kind, _ in parts]).astype(np.int64), counts)
    group = np.repeat(np.repeat(np.arange(len(parts)), [len(one) for one, _, _ in parts]), counts)
    try:
        statistic, p = survdiff(time, left, group)
    except np.linalg.LinAlgError:  # nobody of a group was there while others left
        return float("nan"), df, float("nan")
    return float(statistic), df, float(p)


def aalen_johansen(times: Times, kind: int, z: float) -> Curve:
    """Share that has left by one kind of exit, the others competing, with log-log limits.

    Interpretation
    --------------
    0.3 at 365 days: three in ten have left this way within a year. The shares of all kinds and of those still
    there add to 1, which one minus Kaplan-Meier of each kind alone does not.

    Source
    ------
    Aalen and Johansen 1978, by statsmodels `CumIncidenceRight`; variance by the delta method, Marubini and
    Valsecchi 1995; limits as in `cmprsk` practice, on the log-log scale.

    Examples
    --------
    >>> times = Times.of([(1, 0, 1), (2, 1, 1), (3, 0, 1), (4, None, 1)], 2)
    >>> aalen_johansen(times, 0, 1.96).value.tolist()
    [0.25, 0.25, 0.5, 0.5]
    """
    from statsmodels.duration.survfunc import CumIncidenceRight

    n, d, own = times.at_risk, times.left, times.exits[:, kind]
    time, which, count = times.rows()
    found = CumIncidenceRight(time, which, freq_weights=count).cinc
    value = np.asarray(found[kind] if kind < len(found) else np.zeros(len(n)), dtype=float)
    still = kaplan_meier(times, z).value
    before = np.append(1.0, still)[:-1]
    with np.errstate(all="ignore"):
        pace = np.where(n > d, d / (n * (n - d)), 0.0)
    first = np.cumsum(pace)
    # Var I(t) = sum (I(t)-I_j)^2 g_j + sum S^2 (n-d_k) d_k / n^3 - 2 sum (I(t)-I_j) S d_k / n^2, in running sums
    a, b = np.cumsum(pace * value), np.cumsum(pace * value**2)
    c = np.cumsum(before**2 * (n - own) * own / n**3)
    e, f = np.cumsum(before * own / n**2), np.cumsum(value * before * own / n**2)
    variance = value**2 * first - 2 * value * a + b + c - 2 * (value * e - f)
    error = np.sqrt(np.maximum(variance, 0))
    with np.errstate(all="ignore"):
        inner = (value > 0) & (value < 1)
        width = z * error / (value * np.log(value))
        low = np.where(inner, value ** np.exp(-width), np.nan)
        high = np.where(inner, value ** np.exp(width), np.nan)
    return Curve(times.time, value, error, np.minimum(low, high), np.maximum(low, high))
