"""Disparities for others: what small counts could be told from is hidden, and an attacker proves it.

The counts are protected as a table with its total. A rate, ratio, difference or interval is shown only where
every count it is worked out from is shown, so it tells nothing that those counts do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equitykit.counts import TOTAL, known
from equitykit.disclosure import RuleLike
from equitykit.errors import MeasureError
from equitykit.groups import GroupTable
from equitykit.measures.registry import declaration
from equitykit.measures.released import earlier_counts
from equitykit.measures.result import Disparities
from equitykit.suppression import REMEDIES, ProtectedTable, protect
from equitykit.suppression.governed import Governance
from equitykit.suppression.model import Steer
from equitykit.tidy import joined, markdown_table, markdown_text, number, plain_number, plain_records

__all__ = ["ProtectedDisparities", "protect_disparities", "protect_together"]

ONCE, AGAIN = "counted once", "counted again"
_OF_HIDDEN = "Worked out from a count that is hidden."
_NO_INTERVAL = "no interval: it would rest on hidden groups"
_FROM_PAIRS = (
    "rate",
    "rate-difference",
    "rate-ratio",
    "odds-ratio",
    "excess-events",
    "attributable-fraction",
)
"""Measures whose interval rests on the counts of a group and of what it is compared with, and nothing else."""
_OVER_ALL = "Worked out from every group, and some are hidden."


@dataclass(frozen=True, eq=False)
class ProtectedDisparities:
    """Disparities that may leave the building.

    Attributes
    ----------
    rows : tidy rows; hidden numbers are NaN, `suppressed` says so and `note` says why.
    table : the protected counts, with the attacker.
    steered : whether weights were asked for, so that what they cost is said.
    """

    gaps: Disparities = field(repr=False)
    rows: pd.DataFrame = field(repr=False)
    table: ProtectedTable
    steered: bool = False

    @property
    def safe(self) -> bool:
        """Whether the attacker fails."""
        return self.table.safe

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the groups that hold no number, and those on the protection."""
        kept = [note for note in self.gaps.groups.notes if not re.search(r"\d", note)]
        left = len(self.gaps.groups.notes) - len(kept)
        said = (f"{left} further notes hold counts and are left out.",) if left else ()
        cost = self.table.steered() if self.steered else ()
        return (*kept, *said, *cost, *self.table.notes)

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows as they may be shown."""
        return self.rows.copy()

    def reasons(self) -> Iterator[tuple[str, str, str]]:
        """Each hidden count: group, column, and why."""
        for table in (self.table, *self.table.linked):
            for labels, why in table.reasons().items():
                group = TOTAL if labels[0] == ONCE else labels[0]
                if group != AGAIN:
                    yield group, labels[1] if len(labels) > 1 else "n", why

    def summary(self) -> tuple[str, ...]:
        """What was done, in sentences."""
        hidden = list(self.reasons())
        first = f"{number(len(hidden))} counts are hidden ({self.table.rule.name})."
        last = "Attacked from all that is shown: safe." if self.safe else "NOT SAFE: do not show it."
        return (first if hidden else "No count is hidden.", self.table.method, *self.notes, last)

    def to_dict(self) -> dict[str, Any]:
        """Everything that may be shown, ready for JSON."""
        gaps, groups = self.gaps, self.gaps.groups
        gone = {column for group, column, _ in self.reasons() if group == TOTAL}
        return {
            "format": "protected-disparities/1",
            "question": groups.question,
            "outcome": groups.outcome,
            "favourable": groups.favourable,
            "tabulation": groups.tabulation,
            "n": None if "n" in gone else plain_number(groups.n),
            "events": None if "events" in gone else plain_number(groups.events),
            "scale": plain_number(groups.scale),
            "reference": gaps.reference.asked,
            "reference_group": gaps.reference.group,
            "reason": gaps.reason,
            "level": gaps.level,
            "measures": list(gaps.measures),
            "labels": {group: groups.label(group) for group in (*groups.groups, TOTAL)},
            "rule": self.table.rule.name,
            "proof": self.table.proof,
            "safe": self.safe,
            "notes": list(self.notes),
            "rows": plain_records(self.rows),
            "hidden": [
                {"group": group, "column": column, "reason": why} for group, column, why in self.reasons()
            ],
            "remedies": list(REMEDIES),
        }

    def to_markdown(self) -> str:
        """Rows, what is hidden and why, and what to try first, in Markdown."""
        names = ["group", "n", "events", "measure", "estimate", "lower", "upper", "note"]
        rows = [
            [number(one, 3) if isinstance(one, float) else "" if one is None else str(one) for one in row]
            for row in self.rows[names].itertuples(index=False)
        ]
        hidden = [list(one) for one in self.reasons()]
        parts = [markdown_table(names, rows), *map(markdown_text, self.summary())]
        if hidden:
            parts += [markdown_table(["group", "column", "why"], hidden), "Before hiding, try in this order:"]
            parts.append("\n".join(f"{step}. {text}" for step, text in enumerate(REMEDIES, 1)))
        return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def protect_disparities(
    gaps: Disparities,
    *,
    rule: RuleLike = "cms-11",
    proof: str = "cover",
    cost: str | Steer | None = None,
    governance: Governance | None = None,
    agreements: Mapping[str, Any] | None = None,
    previous: ProtectedDisparities | Mapping[str, Any] | None = None,
) -> ProtectedDisparities:
    """Hide in disparities what small counts could be told from.

    Parameters
    ----------
    gaps : what `disparities` gave.
    rule, proof, agreements : as in `ek.protect`.
    cost : who is hidden for others, as in `ek.protect`; where left out, missing reasons before people, then the
        largest groups.
    governance : as in `ek.protect`; where left out, that of the codebook the groups were counted with.
    previous : what was released before from the same people, as this function gave it or as it was written in
        JSON; of this outcome or of another. The two are attacked together.

    Returns
    -------
    ProtectedDisparities

    Raises
    ------
    MeasureError : for published estimates, means and times at risk; for measures that need another table; for a
        reference that was picked by its rate or size while something is hidden, as the pick tells of the rest;
        for an earlier release of other groups; and where the attacker succeeds.

    Interpretation
    --------------
    The attacker knows the number of people in all, that everybody is in some group, and, where groups overlap,
    that nobody is counted less than once. Beside everybody no interval is shown where a group is hidden, as it
    would rest on all groups. Measures over all groups are hidden as soon as one count is. Bounds for unknown
    answers are not part of it.

    When not to use
    ---------------
    Beside another table of the same people without `previous`: two together can show what neither shows alone.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["A", "B", "C"], "n": [7, 300, 500], "events": [3, 40, 90]})
    >>> from equitykit.measures import disparities
    >>> gaps = disparities(GroupTable.from_counts(frame), reference="total", measures=["rate"])
    >>> protect_disparities(gaps).to_frame()["suppressed"].tolist()
    ['primary', None, 'complementary', None]
    """
    return protect_together(
        (gaps,), rule=rule, proof=proof, cost=cost, governance=governance, agreements=agreements, previous=previous
    )[0]  # fmt: skip


def protect_together(
    several: Sequence[Disparities],
    *,
    rule: RuleLike = "cms-11",
    proof: str = "cover",
    cost: str | Steer | None = None,
    governance: Governance | None = None,
    agreements: Mapping[str, Any] | None = None,
    previous: ProtectedDisparities | Mapping[str, Any] | None = None,
) -> tuple[ProtectedDisparities, ...]:
    """Protect the same groups under several references: their counts once, for all of them.

    Every number that is shown is worked out from counts that are shown, so a further reference tells nothing
    that the counts do not.
    """
    groups = several[0].groups
    for gaps in several:
        if gaps.groups is not groups:
            raise MeasureError("These are not of the same groups.", next_step="Use compare_references.")
        _refuse(gaps)
    before = None if previous is None else earlier_counts(previous, groups)
    asked = groups.governance if governance is None else governance
    settings = {"rule": rule, "proof": proof, "governance": asked, "agreements": agreements}
    table = _counts(groups, cost, before, settings)
    if not table.safe:
        raise MeasureError(
            "The protected numbers could be undone, so nothing is handed on.", next_step="Join groups."
        )
    hidden = _hidden(table)
    return tuple(_with(gaps, table, hidden, steered=isinstance(cost, Mapping)) for gaps in several)


def _with(gaps: Disparities, table: ProtectedTable, hidden: Hidden, *, steered: bool) -> ProtectedDisparities:
    """Disparities with only what the protected counts allow."""
    if hidden and gaps.reference.picked:
        raise MeasureError(
            f'The reference "{gaps.reference.asked}" was picked by the numbers of groups of which some are hidden, '
            "and the pick tells of them.",
            next_step="Name the group itself, with your reason, or total or all-others.",
        )
    rows = _rows(gaps, hidden, table.rule.name)
    return ProtectedDisparities(gaps, rows, table, steered=steered)


def _refuse(gaps: Disparities) -> None:
    groups = gaps.groups
    if groups.published or groups.kind != "proportion":
        raise MeasureError(
            "Only counts of people can be protected; these are estimates, means or times at risk.",
            next_step="Protect the counts they were made of.",
        )
    further = [id for id in gaps.measures if declaration(id).needs in ("earlier", "strata")]
    if further:
        raise MeasureError(
            f'"{further[0]}" rests on a second table, which is not protected here.',
            next_step="Leave it out, or protect the tables together with ek.protect(linked=).",
        )


def _counts(
    groups: GroupTable, cost: str | Steer | None, before: pd.DataFrame | None, settings: dict[str, Any]
) -> ProtectedTable:
    """The counts behind the measures, protected together with their total."""
    counted = groups.events is not None
    events = ["events"] if counted else None
    frame = groups.rows[["group", "n", *(events or ())]].reset_index(drop=True)
    whole = [groups.n, *([groups.events] if counted else [])]
    settings = settings | {"count": "n", "events": events, "previous": before}
    if not groups.overlapping:
        frame.loc[len(frame)] = [TOTAL, *whole]
        return protect(frame, dimensions=["group"], total=TOTAL, cost=cost or "cells", **settings)
    again = [np.nan] * len(whole)
    times = pd.DataFrame(
        [[ONCE, *whole, *([None] * len(whole))], [AGAIN, *again, *(["complementary"] * len(whole))]],
        columns=["times", "n", *(events or ()), "suppressed", *(["suppressed_events"] if counted else [])],
    )
    linked = [{"frame": times, "dimensions": ["times"]}]
    if not isinstance(cost, str):
        cost = {one: weight * (cost or {}).get(one, 1.0) for one, weight in _weights(frame).items()}
    return protect(frame, dimensions=["group"], total=TOTAL, linked=linked, cost=cost, **settings)


def _weights(frame: pd.DataFrame) -> dict[str, float]:
    """Who is hidden for others: missing reasons before people, then the largest; the total last."""
    ordered = sorted(
        zip(frame["group"], frame["n"], strict=True), key=lambda one: (known(one[0]), -one[1], one[0])
    )
    step = 0.9 / (len(ordered) * (len(ordered) + 1))
    return {group: 1.0 + place * step for place, (group, _) in enumerate(ordered)} | {ONCE: 1_000.0}


Hidden = dict[str, dict[str, tuple[str, str]]]
"""For each group its hidden columns, with the mark and the reason."""


def _hidden(table: ProtectedTable) -> Hidden:
    found: Hidden = {}
    for one in (table, *table.linked):
        marks = one.attack()
        several = "column" in marks.columns
        why = one.reasons()
        for record in marks.to_dict("records"):
            label = str(next(iter(record.values())))
            group = TOTAL if label == ONCE else label
            column = str(record["column"]) if several else "n"
            if group != AGAIN:
                found.setdefault(group, {})[column] = (
                    str(record["suppressed"]),
                    why[label, column] if several else why[label,],
                )
    return found


def _rows(gaps: Disparities, hidden: Hidden, rule: str) -> pd.DataFrame:
    """Tidy rows with only what may be shown."""
    records = [
        _shown({str(name): value for name, value in record.items()}, gaps, hidden, rule)
        for record in gaps.rows.to_dict("records")
    ]
    kinds = gaps.rows.dtypes  # texts stay objects, so that what is not said stays None
    columns = {
        name: pd.Series([row[name] for row in records], dtype=kinds[name]) for name in gaps.rows.columns
    }
    return pd.DataFrame(columns)


def _shown(record: dict[str, Any], gaps: Disparities, hidden: Hidden, rule: str) -> dict[str, Any]:
    row = record | {"suppressed": None, "suppression_rule": None}
    group, own = row["group"], hidden.get(row["group"] or TOTAL, {})
    for column in own:
        row[column] = np.nan
    if own:
        marks = [mark for mark, _ in own.values()]
        mark = "primary" if "primary" in marks else "complementary"
        why = next(reason for one, reason in own.values() if one == mark)
    elif group is None and hidden:
        mark, why = "complementary", _OVER_ALL
    elif any(hidden.get(one) for one in _beside(row, gaps)):
        mark, why = "complementary", _OF_HIDDEN
    else:
        return row | _without_interval(row, gaps) if hidden else row
    empty = dict.fromkeys(("estimate", "lower", "upper"), np.nan)
    return (
        row
        | empty
        | dict.fromkeys(("method", "reliable", "reliability_rule"))
        | {"suppressed": mark, "suppression_rule": rule, "note": why}
    )


def _without_interval(row: Mapping[str, Any], gaps: Disparities) -> dict[str, Any]:
    """Beside everybody, the error of the total is made of every group, hidden ones too: no interval then."""
    named = (
        row["measure"] == "rate" or gaps.reference.group is not None or gaps.reference.asked == "all-others"
    )
    if named and row["measure"] in _FROM_PAIRS:
        return {}
    return {"lower": np.nan, "upper": np.nan, "method": None, "note": joined(row["note"], _NO_INTERVAL)}


def _beside(row: Mapping[str, Any], gaps: Disparities) -> tuple[str, ...]:
    """Groups whose counts a number beside its own group rests on; the total is always taken to be one."""
    if row["measure"] == "rate":
        return ()
    reference = gaps.reference.group
    return (TOTAL,) if reference is None else (TOTAL, reference)
