"""How disparities are said to people: sentences and tables, without ranking and without blame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from equitykit.counts import TOTAL
from equitykit.measures.registry import declaration
from equitykit.tidy import UNDEFINED, interval_text, number, records, value_text

if TYPE_CHECKING:
    from equitykit.measures.result import Disparities

__all__ = ["alt", "framing", "sentences", "tables", "unit_of"]

Row = Mapping[str, Any]
Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
_DIFFERENCES = frozenset(
    {
        "change-in-rate-difference",
        "directly-standardised-rate-difference",
        "kitagawa-composition-part",
        "kitagawa-rate-part",
        "oaxaca-blinder-composition-part",
        "oaxaca-blinder-rate-part",
        "population-attributable-risk",
        "rate-difference",
        "representation-gap",
    }
)
_SHARES = ("rate", "directly-standardised-rate")
_PEOPLE = ("flip-count", "excess-events")


def framing(d: Disparities) -> tuple[str, ...]:
    """Say what was counted, what groups are compared with, and why."""
    table = d.groups
    counted = f"{number(table.n)} in all"
    if table.kind == "person-time":
        counted = f"{number(table.events)} in a time at risk of {number(table.time)} in all"
    elif table.events is not None and not table.published:
        counted = f"{number(table.events)} of {number(table.n)} in all"
    about = f"{table.outcome or 'Counts'} by {table.question}: {counted}."
    against = f"Groups are compared with {d.reference.words}. Reason: {d.reason or 'no reason given'}."
    return (about, against, *table.notes)


def sentences(d: Disparities) -> tuple[str, ...]:
    """One sentence per group, in the order of the groups, and one per measure over all groups."""
    rows = records(d.rows)
    by_group: dict[str | None, dict[str, Row]] = {}
    for row in rows:
        by_group.setdefault(row["group"], {})[row["measure"]] = row
    lines = [
        _of_group(d, str(group), found) for group, found in by_group.items() if group not in (None, TOTAL)
    ]
    lines += [_of_all(d, row) for row in by_group.get(None, {}).values()]
    return tuple(line for line in lines if line)


def _of_group(d: Disparities, group: str, found: Mapping[str, Row]) -> str:
    parts = [text for row in found.values() if (text := _clause(d, row))]
    first = next(iter(found.values()))
    counts = f"{d.groups.label(group)}: "
    if first["suppressed"] is not None:
        return f"{counts}too few to show."
    size = number(first["n"])
    counts += (
        f"{number(first['events'])} of {size}"
        if math.isfinite(first["events"]) and not d.groups.published
        else size
    )
    return f"{counts}; {'; '.join(parts)}." if parts else f"{counts}."


def _clause(d: Disparities, row: Row) -> str:
    """One measure of one group, as part of a sentence."""
    if row["note"] == "the reference group itself":
        return ""
    title = declaration(row["measure"]).title.lower()
    if not math.isfinite(row["estimate"]):
        return f"{title} {UNDEFINED}" + (f" ({row['note']})" if row["note"] else "")
    if row["reliable"] is False:
        return f"{title} too uncertain to show"
    unit = unit_of(d, row)
    limits = interval_text(row, unit=unit, digits=_digits(d, row))
    interval = f" ({100 * d.level:g} % interval {limits})" if limits else ""
    if row["measure"] == "rate-difference":
        return _difference(d, row, interval)
    if row["measure"] == "rate-ratio":
        return f"{number(row['estimate'], 2)} times the rate of {d.reference.words}{interval}"
    return f"{title} {value_text(row, unit=unit, digits=_digits(d, row))}{interval}"


def _difference(d: Disparities, row: Row, interval: str) -> str:
    size = abs(row["estimate"])
    amount = (
        f"{100 * size:.1f} percentage points"
        if _in_percent(d)
        else number(size, _DIGITS.get(d.groups.kind, 2))
    )
    if size == 0:
        return f"no difference from {d.reference.words}{interval}"
    return f"{amount} {'higher' if row['estimate'] > 0 else 'lower'} than {d.reference.words}{interval}"


def _of_all(d: Disparities, row: Row) -> str:
    title = declaration(row["measure"]).title
    unit = unit_of(d, row)
    limits = interval_text(row, unit=unit, digits=3)
    interval = f" ({100 * d.level:g} % interval {limits})" if limits else ""
    note = f"; {row['note']}" if row["note"] else ""
    return f"{title} over all groups: {value_text(row, unit=unit, digits=3)}{interval}{note}."


def tables(d: Disparities) -> list[Table]:
    """Tables for people: one row per group with a column per measure, and one of measures over all groups."""
    rows = records(d.rows)
    return [
        table
        for table in (
            _by_group(d, [r for r in rows if r["group"] is not None]),
            _overall(d, [r for r in rows if r["group"] is None]),
        )
        if table
    ]


def _by_group(d: Disparities, rows: list[dict[str, Any]]) -> Table | None:
    if not rows:
        return None
    used = [id for id in d.measures if any(row["measure"] == id for row in rows)]
    header = ["Group", "n"]
    counted = d.groups.events is not None and not d.groups.published
    header += ["Events"] if counted else []
    for id in used:
        header += [declaration(id).title, f"{100 * d.level:g} % interval"]
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["group"], {})[row["measure"]] = row
    body = []
    for group, by_measure in found.items():
        first = next(iter(by_measure.values()))
        hidden = first["suppressed"] is not None
        line = [d.groups.label(group), "" if hidden else number(first["n"])]
        line += [("" if hidden else number(first["events"]))] if counted else []
        for id in used:
            row = by_measure.get(id, {})
            unit = unit_of(d, row) if row else ""
            digits = _digits(d, row) if row else 2
            line += (
                [value_text(row, unit=unit, digits=digits), interval_text(row, unit=unit, digits=digits)]
                if row
                else ["", ""]
            )
        line.append(_notes(by_measure))
        body.append(tuple(line))
    caption = (
        f"{d.groups.outcome or 'Representation'} by {d.groups.question}, compared with {d.reference.words}"
    )
    return caption, (*header, "Note"), body


def _notes(by_measure: Mapping[str, Row]) -> str:
    """Notes of a group; those of hidden rows hold counts, so they are not told."""
    shown = [row for row in by_measure.values() if row["suppressed"] is None]
    return "; ".join(dict.fromkeys(str(row["note"]) for row in shown if row["note"]))


def _overall(d: Disparities, rows: list[dict[str, Any]]) -> Table | None:
    if not rows:
        return None
    header = ("Measure", "Estimate", f"{100 * d.level:g} % interval", "Note")
    body: list[tuple[str, ...]] = [
        (
            declaration(row["measure"]).title,
            value_text(row, unit=unit_of(d, row), digits=3),
            interval_text(row, unit=unit_of(d, row), digits=3),
            str(row["note"] or ""),
        )
        for row in rows
    ]
    return f"{d.groups.outcome or 'Outcome'} by {d.groups.question}: over all groups", header, body


def unit_of(d: Disparities, row: Row) -> str:
    """Unit of an estimate on the scale 0 to 1; none where it is a ratio, or published in other units."""
    if not _in_percent(d):
        return ""
    return " %" if row["measure"] in _SHARES else " points" if row["measure"] in _DIFFERENCES else ""


def _digits(d: Disparities, row: Row) -> int:
    """Digits of an estimate: one for numbers of people, two for the rest; rates per unit of time are small."""
    if str(row["measure"]).startswith(_PEOPLE):
        return 1
    return _DIGITS.get(d.groups.kind, 2) if d.groups.scale == 1 else 2


_DIGITS = {"person-time": 4}


def _in_percent(d: Disparities) -> bool:
    """Whether rates are shares of people on the scale 0 to 1."""
    return d.groups.scale == 1 and d.groups.kind == "proportion"


def alt(d: Disparities) -> str:
    """Describe the table for people who do not see it."""
    measured = ", ".join(declaration(id).title.lower() for id in d.measures)
    size = len(d.groups.groups)
    return (
        f"{d.groups.outcome or 'Representation'} for {size} {'group' if size == 1 else 'groups'} by "
        f"{d.groups.question}: {measured}. Groups are compared with {d.reference.words}."
    )
