"""Measures of one group beside another: ratios of rates and of odds."""

from __future__ import annotations

import numpy as np

from equitykit.measures.comparison import Comparison, Side
from equitykit.measures.registry import Values, measure
from equitykit.measures.simple import beside
from equitykit.reliability import Floats
from equitykit.tidy import joined

__all__ = ["odds_ratio", "rate_ratio", "ratio_to_total", "score_ratio"]

NO_EVENTS = "no events in the reference, so the ratio is undefined"


@measure(
    "rate-ratio",
    title="Rate ratio",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="reference",
    verdict="pair",
    interval="Katz log; score (Koopman) where there are no events in the group; delta against the total",
    source="Katz et al. 1978; Koopman 1984",
    library="own; equal to R and statsmodels",
)
def rate_ratio(c: Comparison) -> Values:
    """Rate of a group divided by the rate of its reference (risk ratio, disparity index).

    Interpretation
    --------------
    1.5 says: half as often again as in the reference; 1 says no difference. Whether above 1 is bad depends
    on the event. Ratios of the event and of its absence are not each other's inverse: say which is counted.

    When not to use
    ---------------
    Where the reference has no events: the ratio is undefined, and no constant is added to hide that.
    Rounded or small counts break ratios.

    Source
    ------
    Katz et al. 1978; Koopman 1984; against the total as in `ratio-to-total`.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> disparities(table, reference="B", measures=["rate-ratio"]).to_frame()["estimate"].tolist()
    [2.0, 1.0]
    """
    if c.within_total:
        return ratio_to_total(c)
    estimate, lower, upper, method, notes = _ratio(c, c.own, c.other)
    return beside(
        c,
        estimate,
        lower,
        upper,
        method,
        [joined(a, b) for a, b in zip(c.row_notes(), notes, strict=True)],
        itself=1.0,
    )


def _ratio(
    c: Comparison, own: Side, other: Side
) -> tuple[Floats, Floats, Floats, list[str | None], list[str | None]]:
    """Ratio of separate groups: estimate, limits, method and note of each."""
    with np.errstate(all="ignore"):
        estimate = np.where(other.y > 0, own.y / other.y, np.nan)
        error = np.sqrt(own.s**2 / own.y**2 + other.s**2 / other.y**2)
        lower, upper = estimate * np.exp(-c.z * error), estimate * np.exp(c.z * error)
    plain = "delta, log" if c.table.published else "Katz log"
    method: list[str | None] = [plain] * len(c.groups)
    notes: list[str | None] = [None] * len(c.groups)
    for i in np.flatnonzero((own.n > 0) & (other.n > 0)):
        if other.y[i] == 0:
            lower[i], upper[i], method[i], notes[i] = np.nan, np.nan, None, NO_EVENTS
        elif c.table.published and own.y[i] == 0:
            lower[i], upper[i], method[i] = np.nan, np.nan, None
            notes[i] = "an estimate of 0 has no interval on the log scale"
        elif not c.table.published and (own.y[i] == 0 or error[i] == 0):
            lower[i], upper[i] = score_ratio(own.x[i], own.n[i], other.x[i], other.n[i], c.level)
            method[i] = "score (Koopman)"
    return estimate, lower, upper, method, notes


def score_ratio(x: float, n: float, x0: float, n0: float, level: float) -> tuple[float, float]:
    """Koopman's score limits of a ratio of two separate groups, one of them with events.

    Own code: statsmodels finds them as roots of a cubic, which turn complex where everybody in a group had
    the event. The limits are the ratios whose score statistic equals the normal quantile.

    Examples
    --------
    >>> [round(limit, 4) for limit in score_ratio(0, 20, 5, 30, 0.95)]
    [0.0, 1.035]
    """
    if x0 == 0:
        return 1 / score_ratio(x0, n0, x, n, level)[1], np.inf
    from scipy.optimize import brentq
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    start = np.log(x / n / (x0 / n0)) if x > 0 else np.log(0.5 / (n + 1) / (x0 / n0))

    def beyond(log_ratio: float) -> float:
        return _score(float(np.exp(log_ratio)), x, n, x0, n0) - z * z

    limits = []
    for direction in (-1.0, 1.0):
        if direction < 0 and x == 0:
            limits.append(0.0)
            continue
        inner, step = start, direction
        while beyond(inner + step) < 0:
            inner, step = inner + step, 2 * step
        limits.append(float(np.exp(brentq(beyond, inner, inner + step, xtol=1e-13))))
    return limits[0], limits[1]


def _score(ratio: float, x: float, n: float, x0: float, n0: float) -> float:
    """Squared score statistic of a ratio: the rates are the likeliest ones that have this ratio."""
    b = ratio * (n + x0) + x + n0
    root = np.sqrt(max(b * b - 4 * ratio * (n + n0) * (x + x0), 0.0))
    q = 2 * (x + x0) / (b + root)
    p = min(ratio * q, 1.0)
    variance = p * (1 - p) / n + ratio**2 * q * (1 - q) / n0
    gap = (x / n - ratio * x0 / n0) ** 2
    return gap / variance if variance > 0 else 0.0 if gap < 1e-30 else np.inf


@measure(
    "odds-ratio",
    title="Odds ratio",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="reference",
    verdict="pair",
    interval="Woolf; conditional exact where a cell is zero",
    source="Woolf 1955; Fisher 1935",
    library="own arithmetic for Woolf; scipy odds_ratio for the exact limits",
)
def odds_ratio(c: Comparison) -> Values:
    """Odds of the event in a group divided by the odds in its reference.

    Interpretation
    --------------
    1 says no difference. Where the event is common the odds ratio lies further from 1 than the rate ratio:
    never read "times as likely" from it.

    When not to use
    ---------------
    For people who do not work with odds: the rate ratio and the difference say more. Against the total, of
    which the group is a part, only where a reader expects it.

    Source
    ------
    Woolf 1955; conditional exact limits as in Fisher's test.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> disparities(table, reference="B", measures=["odds-ratio"]).to_frame()["estimate"].round(9).tolist()
    [2.25, 1.0]
    """
    p, q = c.own.y / c.scale, c.other.y / c.scale
    with np.errstate(all="ignore"):
        estimate = p * (1 - q) / ((1 - p) * q)
        own, other = c.own.s / c.scale / (p * (1 - p)), c.other.s / c.scale / (q * (1 - q))
        variance = own**2 + other**2
        if c.within_total:
            variance = variance - 2 * c.share * own * other * (c.own.s / c.other.s)
        error = np.sqrt(np.maximum(variance, 0))
        lower, upper = estimate * np.exp(-c.z * error), estimate * np.exp(c.z * error)
    plain = "delta, log" if c.table.published or c.within_total else "Woolf"
    method: list[str | None] = [plain] * len(c.groups)
    notes = c.row_notes()
    for i in np.flatnonzero((np.isin(p, (0, 1)) | np.isin(q, (0, 1))) & np.isfinite(p) & np.isfinite(q)):
        found = _odds_at_the_edge(c, int(i), float(p[i]), float(q[i]))
        estimate[i], lower[i], upper[i], method[i], note = found
        notes[i] = joined(notes[i], note)
    return beside(c, estimate, lower, upper, method, notes, itself=1.0)


def _odds_at_the_edge(
    c: Comparison, i: int, p: float, q: float
) -> tuple[float, float, float, str | None, str | None]:
    """Odds ratio where some cell is zero: 0 with exact limits, or undefined."""
    if q == 0 or p == 1:
        return np.nan, np.nan, np.nan, None, "a cell of the table is zero, so the odds ratio is undefined"
    cells = [c.own.x[i], c.own.n[i] - c.own.x[i], c.other.x[i], c.other.n[i] - c.other.x[i]]
    if c.table.published or c.within_total or not all(float(cell).is_integer() for cell in cells):
        return 0.0, np.nan, np.nan, None, "a cell of the table is zero, so there is no interval"
    from scipy.stats.contingency import odds_ratio as exact

    found = exact(np.array(cells, dtype=int).reshape(2, 2), kind="conditional").confidence_interval(c.level)
    return 0.0, float(found.low), float(found.high), "conditional exact", None


@measure(
    "ratio-to-total",
    title="Ratio to everybody",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="nothing",
    verdict="group",
    interval="delta on the log scale with the covariance of part and total; score where there are no events",
    source="delta method, e.g. Casella and Berger 2002, section 5.5",
    library="own",
)
def ratio_to_total(c: Comparison) -> Values:
    """Rate of a group divided by the rate of everybody, the group included.

    Interpretation
    --------------
    1 says the group has the overall rate. A group that is most of the total pulls the total towards itself,
    so its ratio lies near 1 whatever happens: compare with all others as well.

    When not to use
    ---------------
    For a group that holds more than about half of everybody.

    Source
    ------
    Delta method with the covariance of a part and its total; where a rate is zero, the score limits of the
    ratio to all others carried over, as the ratio to the total is a growing function of that one.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> disparities(table, reference="B", measures=["ratio-to-total"]).to_frame()["estimate"].tolist()
    [1.6, 0.8]
    """
    share = c.share
    with np.errstate(all="ignore"):
        estimate = np.where(c.total.y > 0, c.own.y / c.total.y, np.nan)
        variance = (
            c.own.s**2 / c.own.y**2
            + c.total.s**2 / c.total.y**2
            - 2 * share * c.own.s**2 / (c.own.y * c.total.y)
        )
        error = np.sqrt(np.maximum(variance, 0))
        lower, upper = estimate * np.exp(-c.z * error), estimate * np.exp(c.z * error)
    method: list[str | None] = ["delta, log"] * len(c.groups)
    notes: list[str | None] = [None if n > 0 else "nobody in this group" for n in c.own.n]
    for i in range(len(c.groups)):
        if c.total.y[0] == 0:
            method[i], notes[i] = None, "no events at all, so the ratio is undefined"
        elif c.own.y[i] == 0 and c.table.published:
            lower[i], upper[i], method[i] = np.nan, np.nan, None
            notes[i] = "an estimate of 0 has no interval on the log scale"
        elif c.own.n[i] > 0 and c.others.n[i] == 0:
            lower[i], upper[i], notes[i] = np.nan, np.nan, "the group is everybody"
        elif not c.table.published and c.own.n[i] > 0 and (c.own.x[i] == 0 or c.others.x[i] == 0):
            limits = score_ratio(c.own.x[i], c.own.n[i], c.others.x[i], c.others.n[i], c.level)
            lower[i], upper[i] = (_towards_total(one, float(share[i])) for one in limits)
            method[i] = "score (Koopman), from all others"
    return Values(
        estimate,
        lower,
        upper,
        [m if np.isfinite(e) else None for m, e in zip(method, lower, strict=True)],
        notes,
    )


def _towards_total(ratio: float, share: float) -> float:
    """Ratio to the total that a ratio to all others makes."""
    return 1 / share if np.isinf(ratio) else ratio / (share * ratio + 1 - share)
