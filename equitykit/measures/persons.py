"""Measures in numbers of people: events beyond the reference's rate, and how few people a flag hangs on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.draws import simulated
from equitykit.measures.pairs import DIFFERENCES, TIME_DIFFERENCES
from equitykit.measures.registry import COUNTED, Values, measure
from equitykit.measures.simple import rate_difference
from equitykit.measures.spread import OVERLAP, SIMULATED, Spread, spread, undefined
from equitykit.tidy import joined, number

__all__ = ["excess_events", "excess_events_total"]


@measure(
    "excess-events",
    title="Excess events",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="reference",
    verdict="pair",
    interval="n times the interval of the rate difference",
    source="shortfall or excess at the reference's rate, as in DisImpact and surveil",
    library="own",
    kinds=COUNTED,
    methods=(*DIFFERENCES, *TIME_DIFFERENCES),
)
def excess_events(c: Comparison) -> Values:
    """Events in a group beyond those it would have at the reference's rate; the note counts people.

    Interpretation
    --------------
    40 says: at the reference's rate, 40 fewer people in the group would have had the event; -12 says 12 more
    would. People are rounded outward, so that a part of a person counts as one.

    When not to use
    ---------------
    As an estimate of cause: it is arithmetic on observed rates. Do not add it up over groups that overlap.

    Source
    ------
    n times the rate difference.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [105, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> frame = disparities(table, reference="B", measures=["excess-events"]).to_frame()
    >>> frame["estimate"].round(6).tolist(), frame["note"][0]
    ([9.5, 0.0], '10 people would need a different outcome to reach the rate of the reference')
    """
    gap = rate_difference(_with_method(c, "excess-events"))
    size = c.own.n / c.scale
    estimate = gap.estimate * size
    notes = [
        joined(note, None if own or not np.isfinite(value) else _people(value))
        for note, value, own in zip(gap.note, estimate, c.is_reference, strict=True)
    ]
    return Values(estimate, gap.lower * size, gap.upper * size, gap.method, notes)


def _people(value: float) -> str:
    people = int(np.ceil(abs(value) - 1e-9))
    return f"{number(people)} people would need a different outcome to reach the rate of the reference"


def _with_method(c: Comparison, id: str) -> Comparison:
    """The same comparison, where the method asked for `id` is the one of the rate difference."""
    asked = c.method(id)
    return replace(c, methods={"rate-difference": asked}) if asked else c


@measure(
    "excess-events-total",
    title="Excess events, all groups above the reference",
    scale="absolute",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="reference",
    verdict="every",
    interval=SIMULATED,
    source="sum of the excess events of the groups that fare less well than the reference",
    library="own, numpy for the draws",
    kinds=COUNTED,
    methods=("simulation", "delta"),
)
def excess_events_total(c: Comparison) -> Values:
    """Excess events added up over the groups whose rate is less favourable than the reference's.

    Interpretation
    --------------
    120 says: at the reference's rate, 120 fewer people in those groups would have had the event; for a
    favourable event the number is negative, -120: so many more would. Chance alone moves it away from 0, because
    the groups are chosen by what was observed: the note says by how much, and the interval counts it.

    When not to use
    ---------------
    As an estimate of cause. Where groups overlap, people would be counted twice: it is undefined.

    Source
    ------
    Own arithmetic. Interval from simulated tables, as of `mean-difference-from-mean`, the groups chosen anew in each;
    the method "delta" takes the choice as given: sum n_j (y_j - y_r) with Var(y_r) (sum n_j)^2 for a shared reference.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B", "C"], "n": [100, 300, 100], "events": [20, 30, 25]})
    >>> table = GroupTable.from_counts(frame, favourable=False)
    >>> found = disparities(table, reference="B", measures=["excess-events-total"]).to_frame()
    >>> found["estimate"].round(9).tolist()
    [25.0]
    """
    if c.table.overlapping:
        return undefined(OVERLAP)
    if c.table.favourable is None:
        return undefined("nobody said whether the event is good or bad for people")
    gap = c.own.y - c.other.y
    worse = np.isfinite(gap) & ((gap < 0) if c.table.favourable else (gap > 0)) & ~c.is_reference
    size = c.own.n / c.scale
    estimate = float((size * gap)[worse].sum())
    gradient = np.where(worse, size, 0.0)
    if c.reference.group is not None:
        gradient = gradient - np.where(c.is_reference, size[worse].sum(), 0.0)
    elif c.within_total:
        gradient = gradient - c.share * size[worse].sum()
    else:
        with np.errstate(all="ignore"):
            pulled = np.where(worse, size / c.others.n, 0.0)
        gradient = gradient - c.own.n * (pulled.sum() - pulled)
    note = f"{number(int(worse.sum()))} groups; {_people(estimate)}"
    value = np.array([estimate])
    found = spread(c)
    if isinstance(found, str) or not (c.other.n > 0).any():
        return undefined(found if isinstance(found, str) else "nobody in the group compared with")
    if c.method("excess-events-total") == "delta" or c.table.published:
        error = float(np.sqrt(np.nansum((gradient * c.own.s) ** 2)))
        method = "delta" if worse.any() else None
        return Values(value, value - c.z * error, value + c.z * error, [method], [note])
    drawn = simulated(c, found, lambda y: _excess(c, found, y), units="events")
    ends = (-drawn.upper, -drawn.lower) if c.table.favourable else (drawn.lower, drawn.upper)
    return Values(value, *ends, drawn.method, [joined(note, drawn.note[0])])


def _excess(c: Comparison, found: Spread, y: Floats) -> Floats:
    """Excess events of each of many tables (rows of `y`), without their sign."""
    there = c.own.n > 0
    total = (y @ found.w)[:, None]
    if c.reference.group is not None:
        target = y[:, c.is_reference[there]]
    elif c.within_total:
        target = total
    else:
        with np.errstate(all="ignore"):
            target = (total - found.w * y) / (1 - found.w)
    above = target - y if c.table.favourable else y - target
    return np.asarray(np.maximum(above, 0) @ (c.own.n[there] / c.scale), dtype=np.float64)
