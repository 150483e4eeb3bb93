"""Tidy rows as people read them: what is shown, what is not, and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from equitykit.errors import MeasureError
from equitykit.plots import wording
from equitykit.plots.derive import guarded
from equitykit.plots.scales import Scale
from equitykit.text import plain
from equitykit.tidy import UNDEFINED

if TYPE_CHECKING:
    import pandas as pd

ONE_EACH = ("measure", "question", "tabulation", "outcome", "stage", "reference")


@dataclass(frozen=True, slots=True)
class Row:
    """One group as it is drawn, described and listed."""

    label: str
    n: str
    events: str
    estimate: float | None  # None: no mark
    lower: float | None
    upper: float | None
    value: str
    interval: str
    note: str
    q: str = ""
    head: bool = False  # a heading over the rows that follow


def read_rows(
    frame: pd.DataFrame,
    scale: Scale,
    *,
    labels: Mapping[str, str] | None = None,
    order: Sequence[str] | None = None,
) -> list[Row]:
    """Rows of one measure as text, in a purposeful order where one is given.

    Raises
    ------
    MeasureError : the rows hold several measures, outcomes or stages, or no group.
    """
    records = guarded(_single(frame))
    return [_row(record, scale, labels or {}) for record in _ordered(records, order)]


def columns_and_cells(
    rows: Iterable[Row], scale: Scale, *, level: float | None = None
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Rows as a table; the column of events and that of notes only where there are any."""
    listed = list(rows)
    names = ("Group", "Number in the group", "Events", scale.name, interval_name(level), "q", "Note")
    cells = [(row.label, row.n, row.events, row.value, row.interval, row.q, row.note) for row in listed]
    kept = [
        place
        for place, name in enumerate(names)
        if name not in {"Events", "q", "Note"} or any(line[place] not in {"", wording.DASH} for line in cells)
    ]
    return tuple(names[place] for place in kept), tuple(
        tuple(line[place] for place in kept) for line in cells
    )


def against(frame: pd.DataFrame, labels: Mapping[str, str] | None) -> str:
    """Whom the groups are compared with, in words."""
    found = [str(value) for value in frame["reference"].dropna()] if "reference" in frame else []
    named = {wording.reference(name, labels or {}) for name in found}
    return plain(named.pop()) if len(named) == 1 else "the reference"


def told(rows: Iterable[Row]) -> str:
    """Every group with its number, for a description."""
    return "; ".join(
        f"{row.label}: {row.value}"
        + (f", interval {row.interval}" if row.interval else "")
        + (f", q {row.q}" if row.q else "")
        for row in rows
    )


def interval_name(level: float | None) -> str:
    """Name of the column of intervals."""
    return f"{level * 100:g}{wording.PERCENT} interval" if level else "Interval"


def level_of(frame: pd.DataFrame) -> float | None:
    """Confidence level of the rows, where it is one."""
    levels = set(frame["level"].dropna()) if "level" in frame else set()
    return float(levels.pop()) if len(levels) == 1 else None


def _single(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of one measure, refused where a chart would mix several."""
    for column in ONE_EACH:
        found = sorted({str(value) for value in frame[column].dropna()}) if column in frame else []
        if len(found) > 1:
            raise MeasureError(
                f"A chart shows one {column}; these rows hold {len(found)}.",
                allowed=found,
                next_step=f'Keep one: frame[frame["{column}"] == "{found[0]}"].',
            )
    records = [
        dict(zip(map(str, frame.columns), values, strict=True)) for values in frame.itertuples(index=False)
    ]
    named = [record for record in records if isinstance(record.get("group"), str)]
    if not named:
        raise MeasureError(
            "There is no group to draw.", next_step="Give the rows of a measure that is by group."
        )
    return named


def _ordered(records: list[dict[str, Any]], order: Sequence[str] | None) -> list[dict[str, Any]]:
    if order is None:
        return records
    place = {group: index for index, group in enumerate(order)}
    return sorted(records, key=lambda record: place.get(record["group"], len(place)))


def _row(record: Mapping[str, Any], scale: Scale, labels: Mapping[str, str]) -> Row:
    label = plain(wording.group(record["group"], labels))
    note = plain(record["note"]) if isinstance(record.get("note"), str) else ""
    hidden = hidden_because(record)  # then its note is hidden too, as it may hold the number
    if hidden == wording.TOO_FEW:
        return Row(label, hidden, hidden, None, None, None, hidden, "", rule_of(record))
    n, events = _count(record.get("n")), _count(record.get("events"))
    if hidden:
        return Row(label, n, events, None, None, None, hidden, "", rule_of(record))
    estimate = finite(record.get("estimate"))
    if estimate is None:
        return Row(label, n, events, None, None, None, UNDEFINED, "", note)
    lower, upper = _limit(record.get("lower")), _limit(record.get("upper"))
    interval = "" if lower is None or upper is None else f"{scale.write(lower)} to {scale.write(upper)}"
    written, chance = scale.write(estimate) + scale.unit, finite(record.get("q"))
    q = "" if chance is None else wording.chance(chance)
    return Row(label, n, events, estimate, lower, upper, written, interval, note, q)


def _count(value: Any) -> str:
    number = finite(value)
    return wording.DASH if number is None else wording.number(number)


def hidden_because(record: Mapping[str, Any]) -> str | None:
    """Why a number is not shown: it could point to a person, or it is too uncertain."""
    if isinstance(record.get("suppressed"), str) and record["suppressed"]:
        return wording.TOO_FEW
    if finite(record.get("estimate")) is None:
        return None
    reliable = record.get("reliable")
    return wording.TOO_UNCERTAIN if isinstance(reliable, bool | np.bool_) and not reliable else None


def rule_of(record: Mapping[str, Any]) -> str:
    """What the rule that hides a number says."""
    name = next(
        (
            plain(record[key])
            for key in ("suppression_rule", "reliability_rule")
            if isinstance(record.get(key), str) and record[key]
        ),
        None,
    )
    if name is None:
        return ""
    if record.get("suppressed") == "complementary":
        return f"Hidden so that another number cannot be worked out ({name})"
    return wording.rule(name)


def finite(value: Any) -> float | None:
    """Value as a number, or None where it is none."""
    limit = _limit(value)
    return None if limit is None or math.isinf(limit) else limit


def _limit(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(number) else number
