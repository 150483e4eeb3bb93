"""Measures of one group beside another: ratios of rates and of odds."""

from __future__ import annotations

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.exact import conditional_odds
from equitykit.measures.pairs import NAMES, ODDS, RATIOS, TIME_RATIOS, Pair, limits_of, pair_of
from equitykit.measures.registry import PEOPLE, Values, measure
from equitykit.measures.simple import beside
from equitykit.tidy import joined

__all__ = ["odds_ratio", "rate_ratio", "ratio_to_total"]

NO_EVENTS = "no events in the reference, so the ratio is undefined"
ZERO_CELL = "a cell of the table is zero, so the odds ratio is undefined"
NO_LOG = "an estimate of 0 has no interval on the log scale"
KOOPMAN = "score (Koopman)"


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
    interval="Katz log; score (Koopman) where there are no events in the group; log Wald, then exact conditional, "
    "for events per time; delta against the total",
    source="Katz et al. 1978; Koopman 1984; Breslow and Day 1987",
    library="own; equal to R and statsmodels",
    methods=(*RATIOS, *TIME_RATIOS),
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
    if c.table.published:
        estimate, lower, upper, method, notes = _published_ratio(c)
    else:
        estimate, lower, upper, method, notes = _counted_ratio(c)
    return beside(
        c,
        estimate,
        lower,
        upper,
        method,
        _with(c.row_notes(), notes),
        itself=1.0,
    )


Found = tuple[Floats, Floats, Floats, list[str | None], list[str | None]]
"""Estimate, limits, method and note of each ratio."""


def _published_ratio(c: Comparison) -> Found:
    """Ratio of published estimates of separate groups."""
    with np.errstate(all="ignore"):
        estimate = np.where(c.other.y > 0, c.own.y / c.other.y, np.nan)
        error = np.sqrt(c.own.s**2 / c.own.y**2 + c.other.s**2 / c.other.y**2)
        error = np.where(c.own.y > 0, error, np.nan)
        lower, upper = estimate * np.exp(-c.z * error), estimate * np.exp(c.z * error)
    notes: list[str | None] = [
        NO_EVENTS if b <= 0 else NO_LOG if a <= 0 else None for a, b in zip(c.own.y, c.other.y, strict=True)
    ]
    return estimate, lower, upper, ["delta, log"] * len(c.groups), notes


def _counted_ratio(c: Comparison) -> Found:
    """Ratio of the rates of separate groups; where the log scale fails, another interval stands in."""
    pair = pair_of(c)
    methods, usual, edge = (
        (TIME_RATIOS, "log-wald", "exact-conditional") if c.timed else (RATIOS, "katz", "score")
    )
    asked = c.method("rate-ratio")
    estimate, lower, upper = limits_of(methods, asked or usual, pair, c.level)
    method: list[str | None] = [NAMES[asked or usual]] * len(c.groups)
    if asked is None:
        at = (pair.x0 > 0) & (pair.n > 0) & (~np.isfinite(lower) | (lower == upper))
        if at.any():
            few = Pair(pair.x[at], pair.n[at], pair.x0[at], pair.n0[at])
            _, lower[at], upper[at] = limits_of(methods, edge, few, c.level)
            for i in np.flatnonzero(at):
                method[i] = NAMES[edge] if c.timed else KOOPMAN
    there = (pair.n > 0) & (pair.n0 > 0)
    notes = [
        NO_EVENTS
        if ok and np.isnan(value)
        else f"{NAMES[asked]} limits are not defined here"
        if ok and asked and np.isnan(low)
        else None
        for ok, value, low in zip(there, estimate, lower, strict=True)
    ]
    lower, upper = (np.where(np.isnan(estimate), np.nan, one) for one in (lower, upper))
    return estimate, lower, upper, method, notes


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
    library="own; equal to R and, for the exact limits, to scipy odds_ratio",
    kinds=PEOPLE,
    methods=tuple(ODDS),
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
    asked = c.method("odds-ratio")
    if asked is not None:
        estimate, lower, upper = limits_of(ODDS, asked, pair_of(c), c.level)
        edge = ~np.isfinite(estimate)
        estimate, lower, upper = (np.where(edge, np.nan, one) for one in (estimate, lower, upper))
        notes = [
            ZERO_CELL
            if size > 0 and not ok
            else f"{NAMES[asked]} limits are not defined here"
            if no
            else None
            for ok, no, size in zip(~edge, np.isnan(lower), c.own.n, strict=True)
        ]
        method = [NAMES[asked]] * len(c.groups)
        return beside(c, estimate, lower, upper, method, _with(c.row_notes(), notes), itself=1.0)
    estimate, lower, upper = _woolf(c)
    plain = "delta, log" if c.table.published or c.within_total else "Woolf"
    named: list[str | None] = [plain] * len(c.groups)
    notes = c.row_notes()
    p, q = c.own.y / c.scale, c.other.y / c.scale
    for i in np.flatnonzero((np.isin(p, (0, 1)) | np.isin(q, (0, 1))) & np.isfinite(p) & np.isfinite(q)):
        found = _odds_at_the_edge(c, int(i), float(p[i]), float(q[i]))
        estimate[i], lower[i], upper[i], named[i], note = found
        notes[i] = joined(notes[i], note)
    return beside(c, estimate, lower, upper, named, notes, itself=1.0)


def _with(first: list[str | None], second: list[str | None]) -> list[str | None]:
    """Two notes in each row as one."""
    return [joined(a, b) for a, b in zip(first, second, strict=True)]


def _woolf(c: Comparison) -> tuple[Floats, Floats, Floats]:
    """Odds ratio and limits on the log scale; a part and its total vary together."""
    p, q = c.own.y / c.scale, c.other.y / c.scale
    with np.errstate(all="ignore"):
        estimate = p * (1 - q) / ((1 - p) * q)
        own, other = c.own.s / c.scale / (p * (1 - p)), c.other.s / c.scale / (q * (1 - q))
        variance = own**2 + other**2
        if c.within_total:
            variance = variance - 2 * c.share * own * other * (c.own.s / c.other.s)
        error = np.sqrt(np.maximum(variance, 0))
        return estimate, estimate * np.exp(-c.z * error), estimate * np.exp(c.z * error)


def _odds_at_the_edge(
    c: Comparison, i: int, p: float, q: float
) -> tuple[float, float, float, str | None, str | None]:
    """Odds ratio where some cell is zero: 0 with exact limits, or undefined."""
    if q == 0 or p == 1:
        return np.nan, np.nan, np.nan, None, ZERO_CELL
    if c.table.published or c.within_total:
        return 0.0, np.nan, np.nan, None, "a cell of the table is zero, so there is no interval"
    counts = (c.own.x[i : i + 1], c.own.n[i : i + 1], c.other.x[i : i + 1], c.other.n[i : i + 1])
    _, low, high = conditional_odds(counts, c.level)
    if np.isnan(high[0]):
        return 0.0, np.nan, np.nan, None, "a cell of the table is zero, so there is no interval"
    return 0.0, float(low[0]), float(high[0]), NAMES["fisher"], None


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
    methods=(*RATIOS, *TIME_RATIOS),
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
    there, pair = c.own.n > 0, Pair(c.own.x, c.own.n, c.others.x, c.others.n)
    if c.total.y[0] == 0:
        notes = ["no events at all, so the ratio is undefined"] * len(c.groups)
    elif not c.table.published:
        asked = c.method("rate-ratio" if c.within_total else "ratio-to-total")
        at = there & (c.others.n > 0) & (asked is not None or (c.own.x == 0) | (c.others.x == 0))
        if at.any():
            methods, edge = (TIME_RATIOS, "exact-conditional") if c.timed else (RATIOS, "score")
            few = Pair(pair.x[at], pair.n[at], pair.x0[at], pair.n0[at])
            _, *limits = limits_of(methods, asked or edge, few, c.level)
            lower[at], upper[at] = (_towards_total(one, share[at]) for one in limits)
            name = KOOPMAN if asked is None and not c.timed else NAMES[asked or edge]
            for i in np.flatnonzero(at):
                method[i] = f"{name}, from all others"
    for i in np.flatnonzero(there & (c.total.y[0] > 0)):
        if c.own.y[i] == 0 and c.table.published:
            lower[i], upper[i], notes[i] = np.nan, np.nan, NO_LOG
        elif c.others.n[i] == 0:
            lower[i], upper[i], notes[i] = np.nan, np.nan, "the group is everybody"
    return Values(
        estimate,
        lower,
        upper,
        [m if np.isfinite(e) else None for m, e in zip(method, lower, strict=True)],
        notes,
    )


def _towards_total(ratio: Floats, share: Floats) -> Floats:
    """Ratio to the total that a ratio to all others makes."""
    with np.errstate(all="ignore"):
        return np.where(np.isinf(ratio), 1 / share, ratio / (share * ratio + 1 - share))
