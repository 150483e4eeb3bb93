"""What measures could be if the people of unknown group were known: bounds, and how many would close a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equitykit.bounds import Counts, tipping
from equitykit.counts import known
from equitykit.disclosure import rule as named_rule
from equitykit.errors import MeasureError
from equitykit.groups import GroupTable
from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison, Reference, compare
from equitykit.measures.registry import Measure, declaration
from equitykit.tidy import COLUMNS, plain_records, tidy_rows

if TYPE_CHECKING:
    from equitykit.measures.result import Disparities

__all__ = ["MOST_GROUPS", "Bounds", "bounds_of", "can_be_bounded"]

MOST_GROUPS = 60
"""With more groups the bounds are made when they are asked for, not with every result."""

MOST_PAIRS = 12
"""With more groups not every pair of groups is tried for measures over all groups."""

PROVEN = frozenset(
    {
        "rate", "rate-difference", "rate-ratio", "odds-ratio", "ratio-to-total", "excess-events",
        "disproportionality", "representation-gap",
    }
)  # fmt: skip
"""Measures that rise with the group's rate and fall with that of the others: their ends are among what is tried."""

GAPS = frozenset({"rate-difference", "rate-ratio", "odds-ratio"})
PROOF = "bounds: every placing of the unknown"
TRIED = "bounds: lowest and highest of the placings tried"
EXTRA = ("all_in", "all_out", "tipping_people", "tipping_share")
NOT_CLOSED = "not even all of the unknown would close the gap"


@dataclass(frozen=True, eq=False)
class Bounds:
    """Lowest and highest value of each measure that the unknown leave open.

    Attributes
    ----------
    rows : the tidy columns, in which `lower` and `upper` are these ends (no confidence interval) and `method`
        says whether they are proven or the ends of what was tried; then `all_in` and `all_out` (all of the
        unknown in the group; none of them, but all in the reference where that is a group), and
        `tipping_people` and `tipping_share`: the fewest of the unknown who, placed against the gap, would
        close it.
    n, events : people of unknown group, and their events.
    tried : how many placings were tried.
    """

    rows: pd.DataFrame = field(repr=False)
    n: float
    events: float | None
    tried: int

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows with the four further columns."""
        return self.rows.copy()

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        return {
            "unknown": {"n": _plain(self.n), "events": _plain(self.events)},
            "placings_tried": self.tried,
            "rows": [
                {key: value for key, value in row.items() if key in _KEPT} for row in plain_records(self.rows)
            ],
        }


_KEPT = frozenset(
    {"group", "measure", "reference", "estimate", "lower", "upper", "method", "suppressed", "note", *EXTRA}
)


def _plain(value: float | None) -> float | int | None:
    if value is None or not np.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def bounds_of(found: Disparities) -> Bounds:
    """Bounds of every measure of a result; see `Disparities.bounds`."""
    table = found.groups
    if not _countable(table):
        raise MeasureError(
            "Bounds need counts of people; these groups hold estimates or time at risk.",
            next_step="Give the counts with GroupTable.from_counts or disaggregate.",
        )
    unknown = table.rows[[not known(group) for group in table.groups]]
    tried = list(_placings(table, found.reference)) if unknown["n"].sum() > 0 else []
    recorded = compare(table, found.reference, found.level)
    placed = [
        replace(compare(_placed(table, *pair), found.reference, found.level), bare=True) for pair in tried
    ]
    able = [one for one in map(declaration, found.measures) if one.needs not in ("earlier", "strata")]
    made = [_bounds(found, one, recorded, placed, tried) for one in able]
    rows = pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=[*COLUMNS, *EXTRA])
    n, events = float(unknown["n"].sum()), float(unknown["events"].sum())
    if found.rule is not None and any(named_rule(found.rule).hides(one) for one in (n, events, n - events)):
        rows["suppressed"], rows["suppression_rule"] = "primary", named_rule(found.rule).name
    return Bounds(rows, n, events if table.events is not None else None, len(tried))


def _countable(table: GroupTable) -> bool:
    return not table.published and "time" not in table.rows.columns


def can_be_bounded(table: GroupTable) -> bool:
    """Whether bounds belong beside a result: there are counts, somebody unknown, and not too many groups."""
    unknown = sum(n for group, n in zip(table.groups, table.rows["n"], strict=True) if not known(group))
    return _countable(table) and unknown > 0 and len(table.groups) <= MOST_GROUPS


def _targets(table: GroupTable) -> list[str]:
    """Groups the unknown could belong to: the known ones, also those in which nobody is recorded."""
    return [group for group in table.groups if known(group)]


def _could_be(unknown: str, group: str) -> bool:
    """Whether what is known of a crossed group fits: `~unknown*F` could be `BLACK*F`, not `BLACK*M`."""
    return all(a == b or not known(a) for a, b in zip(unknown.split("*"), group.split("*"), strict=False))


def _placings(table: GroupTable, reference: Reference) -> Iterator[tuple[str, str]]:
    """Pairs of groups: where the unknown with the event go, and where those without it go."""
    targets = _targets(table)
    if len(targets) <= MOST_PAIRS:
        yield from ((a, b) for a in targets for b in targets)
        return
    for place, group in enumerate(targets):
        other = reference.group if reference.group in targets else targets[place - 1]
        yield (group, group)
        if other is not None and other != group:
            yield from ((group, other), (other, group))


def _placed(table: GroupTable, with_event: str, without: str) -> GroupTable:
    """The table if the unknown who had the event were in one group, and those who had not in another.

    Who can be in neither, by what is known of them, stays unknown.
    """
    n, x = table.rows["n"].to_numpy(float).copy(), table.rows["events"].to_numpy(float).copy()
    at = {group: place for place, group in enumerate(table.groups)}
    counted = table.events is not None
    for group, place in at.items():
        if known(group):
            continue
        moving = x[place] if counted else 0.0
        rest = n[place] - moving
        if counted and _could_be(group, with_event):
            n[place], x[place] = n[place] - moving, 0.0
            n[at[with_event]] += moving
            x[at[with_event]] += moving
        if _could_be(group, without):
            n[place] -= rest
            n[at[without]] += rest
    return replace(table, rows=table.rows.assign(n=n, events=x))


def _bounds(
    found: Disparities,
    measure: Measure,
    recorded: Comparison,
    placed: Sequence[Comparison],
    tried: Sequence[tuple[str, str]],
) -> pd.DataFrame:
    """Rows of one measure."""
    table, reference = found.groups, found.reference
    estimate = _values(measure, recorded)
    values = np.vstack([estimate, *(_values(measure, one) for one in placed)])
    with np.errstate(all="ignore"):
        nothing = np.isnan(values).all(axis=0)
        low = np.where(nothing, np.nan, np.nanmin(np.where(nothing, 0.0, values), axis=0))
        high = np.where(nothing, np.nan, np.nanmax(np.where(nothing, 0.0, values), axis=0))
    if measure.over == "everybody":
        return _overall(found, measure, estimate, low, high)
    groups = [group for group in table.groups if known(group)]
    at = [table.groups.index(group) for group in groups]
    itself = [group == reference.group for group in groups]
    place_of = {pair: row for row, pair in enumerate(tried, start=1)}
    inside = [place_of.get((group, group), 0) for group in groups]
    outside = place_of.get((str(reference.group), str(reference.group)), 0)
    closing = [
        None if measure.id not in GAPS or same else _tipping(recorded, place)
        for place, same in zip(at, itself, strict=True)
    ]
    rows = tidy_rows(
        {"question": table.question, "tabulation": table.tabulation, "outcome": table.outcome},
        group=groups,
        n=recorded.own.n[at],
        events=recorded.own.x[at],
        measure=measure.id,
        reference=found.reference.shown if measure.needs in ("reference", "one reference") else None,
        estimate=estimate[at],
        lower=low[at],
        upper=high[at],
        method=PROOF if measure.id in PROVEN else TRIED,
        note=[one[1] if one else None for one in closing],
    )
    rows["all_in"] = [values[row, place] for row, place in zip(inside, at, strict=True)]
    rows["all_out"] = [values[outside, place] for place in at]
    rows["tipping_people"] = [one[0][0] if one else np.nan for one in closing]
    rows["tipping_share"] = [one[0][1] if one else np.nan for one in closing]
    return _marked(found, measure, rows)


def _values(measure: Measure, c: Comparison) -> Floats:
    """A measure of every group, or the single one over all; the rate without its row for the total."""
    found = np.asarray(measure.compute(c).estimate, dtype=float)
    return found[: len(c.groups)] if measure.over == "group" else found


def _tipping(c: Comparison, place: int) -> tuple[tuple[float, float], str | None] | None:
    """Fewest of the unknown who would close the gap of one group, and their share."""
    table, group = c.table, c.groups[place]
    fits = [not known(other) and _could_be(other, group) for other in c.groups]
    unknown = Counts(float(c.own.n[fits].sum()), float(c.own.x[fits].sum()))
    if unknown.n == 0 or c.own.n[place] == 0:
        return None
    own = Counts(float(c.own.n[place]), float(c.own.x[place]))
    if c.reference.group is not None:
        other = Counts(float(c.other.n[place]), float(c.other.x[place]))
    else:
        other = Counts(table.n - own.n - unknown.n, float(c.total.x[0]) - own.events - unknown.events)
    if other.n <= 0:
        return None
    found = tipping(own, other, unknown)
    if found is None:
        return (np.nan, np.nan), NOT_CLOSED
    return (float(found.people), found.share), None


def _overall(
    found: Disparities, measure: Measure, estimate: Floats, low: Floats, high: Floats
) -> pd.DataFrame:
    """The row of a measure over all groups."""
    table = found.groups
    rows = tidy_rows(
        {"question": table.question, "tabulation": table.tabulation, "outcome": table.outcome},
        group=(None,),
        n=[table.n],
        events=[table.events],
        measure=measure.id,
        reference=found.reference.shown if measure.needs in ("reference", "one reference") else None,
        estimate=estimate,
        lower=low,
        upper=high,
        method=TRIED,
    )
    return _marked(found, measure, rows.assign(**dict.fromkeys(EXTRA, np.nan)))


def _marked(found: Disparities, measure: Measure, rows: pd.DataFrame) -> pd.DataFrame:
    """Verdicts and marks of the result itself: what is not shown there is not shown here."""
    own = found.rows[found.rows["measure"] == measure.id].set_index("group")
    own = own[~own.index.duplicated()]
    for column in ("reliable", "reliability_rule", "suppressed", "suppression_rule"):
        rows[column] = pd.Series(
            [own[column].get(group) for group in rows["group"]], index=rows.index, dtype=object
        )
    return rows[[*COLUMNS, *EXTRA]]
