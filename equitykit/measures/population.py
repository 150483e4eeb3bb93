"""Measures against a population: shares of events beside shares of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equitykit.counts import TOTAL
from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.registry import COUNTED, Values, measure
from equitykit.reliability import published_interval, rate_interval
from equitykit.tidy import joined, number

__all__ = ["disproportionality", "representation_gap"]

NO_EVENTS = "no events at all, so it is undefined"
MOE_90 = 1.6448536269514722
"""The Census Bureau's margins of error are this many standard errors."""


@dataclass(frozen=True, slots=True)
class _Shares:
    """Shares of the events and of the population, with the errors of both."""

    p: Floats
    p_error: Floats
    counts: Floats
    base: float
    q: Floats
    q_error: Floats
    notes: list[str | None]


@measure(
    "disproportionality",
    title="Disproportionality",
    scale="relative",
    weighted=False,
    ordered=False,
    null=1,
    over="group",
    needs="nothing",
    verdict="share",
    interval="delta on the log scale; multinomial variance of the share, and the benchmark's margin of error",
    source="Shaw et al. 2008; Ontario Anti-Racism Data Standards; Missouri Vehicle Stops Report",
    library="own",
    kinds=COUNTED,
)
def disproportionality(c: Comparison) -> Values:
    """Share of a group among the events divided by its share of the population.

    The population is the benchmark where one is attached, else the people in the table. Where the benchmark
    has no place for people with an unknown answer, the shares are among those with a known one, and the note
    gives the range that the unknown leave open.

    Interpretation
    --------------
    1.34 says: a third more of the events than the group's part of the population. It cannot exceed 1 over
    the group's population share, so a large group has little room: the note prints that ceiling.

    When not to use
    ---------------
    To compare groups or places of different size: the ceiling differs. Use the rate ratio. With residents as
    the benchmark, for events that happen to other people than residents.

    Source
    ------
    Shaw, Putnam-Hornstein, Magruder and Needell 2008; variance of the log: (1 - p) / x, plus the benchmark's.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> found = disparities(table, reference="total", measures=["disproportionality"]).to_frame()
    >>> found["estimate"].round(9).tolist()
    [1.6, 0.8]
    """
    shares = _shares(c)
    with np.errstate(all="ignore"):
        estimate = np.where(shares.q > 0, shares.p / shares.q, np.nan)
        error = np.sqrt((shares.p_error / shares.p) ** 2 + (shares.q_error / shares.q) ** 2)
        lower, upper = estimate * np.exp(-c.z * error), estimate * np.exp(c.z * error)
    notes = [
        joined(note, f"cannot exceed {number(1 / q, 2)}" if q > 0 else None)
        for note, q in zip(shares.notes, shares.q, strict=True)
    ]
    method: list[str | None] = [None if np.isnan(one) else "delta, log" for one in lower]
    if shares.base == 0:
        notes = [joined(NO_EVENTS, note) for note in notes]
    for i in np.flatnonzero((shares.counts == 0) & (shares.q > 0) & (shares.base > 0)):
        high = rate_interval(0, shares.base, level=c.level).upper[0]
        lower[i], upper[i], method[i] = 0.0, high / shares.q[i], "Clopper-Pearson on the share"
    return Values(estimate, lower, upper, method, notes)


@measure(
    "representation-gap",
    title="Representation gap",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="nothing",
    verdict="share",
    interval="Wilson on the share, shifted; the benchmark's margin of error added in squares",
    source="share difference, as in the Urban Institute's Spatial Equity Data Tool",
    library="own; equal to statsmodels proportion_confint",
    kinds=COUNTED,
)
def representation_gap(c: Comparison) -> Values:
    """Share of a group among the events minus its share of the population.

    Interpretation
    --------------
    0.05 says: 5 more of every 100 events than the group's part of the population; 0 says equal shares.

    When not to use
    ---------------
    For small groups alone: a gap of 1 point can be all of the group. Show disproportionality beside it.

    Source
    ------
    Wilson 1927 for the share; limits of share and benchmark joined in squares as in Newcombe 1998.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> found = disparities(table, reference="total", measures=["representation-gap"]).to_frame()
    >>> found["estimate"].round(9).tolist()
    [0.15, -0.15]
    """
    shares = _shares(c)
    estimate = shares.p - shares.q
    if c.table.published:
        size = np.full(shares.p.shape, c.total.n[0])
        interval = published_interval(shares.p, size, shares.p_error, level=c.level)
    else:
        interval = rate_interval(shares.counts, np.full(shares.p.shape, shares.base), level=c.level)
    spread = c.z * shares.q_error
    lower = estimate - np.sqrt((shares.p - interval.lower) ** 2 + spread**2)
    upper = estimate + np.sqrt((interval.upper - shares.p) ** 2 + spread**2)
    method = [
        None if np.isnan(low) else f"{name}, shifted"
        for name, low in zip(interval.method, lower, strict=True)
    ]
    return Values(estimate * c.scale, lower * c.scale, upper * c.scale, method, shares.notes)


def _shares(c: Comparison) -> _Shares:
    """Shares of the events (or of people, without an outcome) and of the population."""
    counts = c.own.n if c.table.events is None else c.own.x
    base = float(c.total.n[0] if c.table.events is None else c.total.x[0])
    notes: list[str | None] = [None] * len(c.groups)
    if c.table.benchmark is None:
        q, q_error = c.share, np.zeros(len(c.groups))
    else:
        q, q_error = _benchmark_shares(c)
        away = ~c.known & np.isnan(q)
        unknown = float(counts[away].sum())
        with np.errstate(all="ignore"):
            low, high = counts / base / q, (counts + unknown) / base / q
        base -= unknown
        for i, group in enumerate(c.groups):
            if np.isnan(q[i]):
                notes[i] = f"the benchmark has no {c.table.label(group)}"
            elif unknown:
                notes[i] = (
                    f"among those with a known group; {number(low[i], 2)} if none of the {number(unknown)} "
                    f"with an unknown one belong here, {number(high[i], 2)} if all do"
                )
    with np.errstate(all="ignore"):
        p = counts / base
        p_error = _share_errors(c, p, base)
    p[np.isnan(q)] = np.nan
    return _Shares(p, p_error, counts, base, q, q_error, notes)


def _share_errors(c: Comparison, p: Floats, base: float) -> Floats:
    """Standard errors of the shares: multinomial for counts, delta for published estimates."""
    if not c.table.published:
        errors: Floats = np.sqrt(np.maximum(p * (1 - p), 0) / base)
        return errors
    own = (c.own.n * c.own.s / c.scale) ** 2
    rest = np.maximum(own.sum() - own, 0)
    errors = np.sqrt((1 - p) ** 2 * own + p**2 * rest) / base
    return errors


def _benchmark_shares(c: Comparison) -> tuple[Floats, Floats]:
    """Shares of the groups in the benchmark, and their standard errors from its margins of error."""
    table = c.table.benchmark
    assert table is not None
    parts = table[table["group"] != TOTAL]
    whole = table[table["group"] == TOTAL]
    at = {group: row for row, group in enumerate(parts["group"])}
    n = parts["n"].to_numpy(float)
    error = np.nan_to_num(parts["moe"].to_numpy(float)) / MOE_90
    size = float(whole["n"].iloc[0]) if len(whole) else float(n.sum())
    q = n / size
    if len(whole):
        total_error = float(np.nan_to_num(whole["moe"].iloc[0])) / MOE_90
        inner = error**2 - (q * total_error) ** 2
        variance = np.where(inner >= 0, inner, error**2 + (q * total_error) ** 2)
    else:
        squares = error**2
        variance = (1 - q) ** 2 * squares + q**2 * (squares.sum() - squares)
    place = [at.get(group) for group in c.groups]
    pick = [np.nan if i is None else float(q[i]) for i in place]
    pick_error = [np.nan if i is None else float(np.sqrt(variance[i]) / size) for i in place]
    return np.array(pick), np.array(pick_error)
