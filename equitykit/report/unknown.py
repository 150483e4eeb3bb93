"""What the people of unknown group leave open: bounds and tipping points, as a part of a report."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from equitykit.measures.registry import declaration
from equitykit.measures.unknown import PROOF, can_be_bounded
from equitykit.measures.words import unit_of
from equitykit.report.tree import Block, Bullets, Details, Heading, Paragraph, Table
from equitykit.tidy import TOO_FEW, number, records, value_text

if TYPE_CHECKING:
    from equitykit.measures import Bounds, Disparities

ABOUT = (
    "These are no confidence intervals and no guess at who is missing. They are the lowest and the highest value "
    "that some placing of the people of unknown group would give.",
    "The fewest who would close the gap are placed in the way most contrary to it. Where few would do, the "
    "direction of the gap rests on who is missing.",
)


def unknown_blocks(found: Disparities) -> Iterator[Block]:
    """Bounds of each measure; nothing where nobody is unknown."""
    if not can_be_bounded(found.groups):
        return
    bounds = found.bounds()
    yield Heading(2, "If the unknown were known")
    yield Paragraph(_who(bounds))
    rows = records(bounds.rows)
    for id in found.measures:
        own = [row for row in rows if row["measure"] == id]
        if table := _table(found, id, own):
            yield Details(f"{declaration(id).title}: lowest and highest", [table])
    yield Bullets(ABOUT)


def _who(bounds: Bounds) -> str:
    hidden = bounds.rows["suppressed"].notna().all()
    if hidden:
        return f"People whose group is not known: {TOO_FEW}."
    events = "" if bounds.events is None else f", {number(bounds.events)} of them with the event"
    return f"The group of {number(bounds.n)} people is not known{events}."


def _table(found: Disparities, id: str, rows: list[dict[str, Any]]) -> Table | None:
    if not rows:
        return None
    header = ("Group", "As recorded", "Lowest", "Highest", "All of them in the group",
              "Fewest who would close the gap", "Note")  # fmt: skip
    cells = [
        (
            "All groups" if row["group"] is None else found.groups.label(row["group"]),
            *(_shown(found, row, column) for column in ("estimate", "lower", "upper", "all_in")),
            _tipping(row),
            str(row["note"] or ""),
        )
        for row in rows
    ]
    proven = all(row["method"] == PROOF for row in rows)
    note = (
        "No placing lies outside." if proven else "Of the placings that were tried; others may lie outside."
    )
    return Table.filled(declaration(id).title, header, cells, notes=(note,), numeric=range(1, 6))


def _shown(found: Disparities, row: dict[str, Any], column: str) -> str:
    """One value; hidden where the row is, and shown as an end even where the rate is uncertain."""
    if row[column] is None or (isinstance(row[column], float) and math.isnan(row[column])):
        return ""
    value = {**row, "estimate": row[column], "reliable": None}
    if math.isinf(row[column]) and row["suppressed"] is None:
        return "without limit"
    return value_text(value, unit=unit_of(found, row))


def _tipping(row: dict[str, Any]) -> str:
    if row["suppressed"] is not None or pd.isna(row["tipping_people"]):
        return ""
    return f"{number(row['tipping_people'])} ({100 * row['tipping_share']:.0f} %)"
