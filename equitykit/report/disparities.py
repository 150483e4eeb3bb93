"""Differences between groups: what was compared with what, a chart and a table for each measure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from equitykit.errors import EquitykitError
from equitykit.plots.rows import (
    columns_and_cells,
    finite,
    hidden_because,
    interval_name,
    level_of,
    read_rows,
    rule_of,
)
from equitykit.plots.scales import DIFFERENCES, is_ratio, plain_scale, scale_for
from equitykit.plots.suited import suited
from equitykit.report import counted, words
from equitykit.report.tree import Block, Bullets, Details, Document, Facts, Figure, Heading, Table
from equitykit.report.unknown import unknown_blocks

if TYPE_CHECKING:
    from equitykit.measures import Disparities

SMALL = 11  # counts below it, other than 0, could point to people (the CMS cell size rule)
INTERNAL = "Internal: holds small counts. Protect them before sharing."
ONE_BASE = ["question", "tabulation", "outcome", "stage"]
ONE_TABLE = [*ONE_BASE, "measure", "reference"]
MOST_COLUMNS = 6
MOST_NAMED = 4
WHY, NO_REASON = "Why", "No reason given"
CAUTIONS = (
    "These are plain comparisons. They say how large a gap is, not why there is one.",
    "An interval shows how far a number could be off by chance alone. A wide one means that little is known.",
    "A group that cannot be shown is still there. It keeps its row and the reason.",
)


def disparities_document(
    disparities: Disparities, *, title: str | None = None, brief: bool = False
) -> Document:
    """Tell disparities to a person who did not compute them.

    Parameters
    ----------
    disparities : what ``ek.disparities`` gave.
    title : replaces the one made from outcome and question.
    brief : for a screen: one chart, and the rest folded.

    Returns
    -------
    Document
        With a notice where a count could point to people.

    Interpretation
    --------------
    Groups stand in the order of the rows and are not ranked. Numbers that are hidden or too
    uncertain are words in the report; the object keeps them.
    """
    frame, said = disparities.to_chart_frame(), disparities.to_dict()
    evidence = disparities.to_evidence()
    blocks: list[Block] = [
        Heading(2, "In short"),
        Facts(basis(frame, said, recipe=evidence.recipe)),
        *(compared_in_short(frame, said, level=3) if brief else _in_full(frame, said)),
        *unknown_blocks(disparities),
        Heading(2, "How to read this"),
        Bullets([*CAUTIONS, *map(str, said.get("notes") or ())]),
    ]
    return Document(
        title or title_of(said),
        blocks,
        notice=INTERNAL if holds_small_counts(frame) or frame["suppressed"].notna().any() else None,
        made=words.moment(evidence.made),
    )


def _in_full(frame: pd.DataFrame, said: Mapping[str, Any]) -> Iterator[Block]:
    yield from glance(frame, said)
    yield Heading(2, "Each measure")
    yield from comparison_blocks(frame, said, level=3)


def title_of(said: Mapping[str, Any]) -> str:
    """What was counted, by what: made of words, not of column names."""
    outcome = str(said.get("outcome") or "Groups").replace("_", " ")
    question = words.question(str(said.get("question") or "group"))
    return f"{outcome[:1].upper()}{outcome[1:]} by {question[:1].lower()}{question[1:]}"


def frame_in(facts: Mapping[str, Any]) -> pd.DataFrame | None:
    """Tidy rows that evidence keeps, as a frame; None where it keeps none."""
    rows = facts.get("rows")
    if not isinstance(rows, list | tuple) or not rows:
        return None
    if not all(isinstance(row, Mapping) and "group" in row for row in rows):
        return None
    names = dict.fromkeys((*ONE_TABLE, "group", "n", "events", "estimate", "lower", "upper", "suppressed"))
    frame = pd.DataFrame([{**names, **row} for row in rows]).astype(object)
    for column in ("n", "events", "estimate", "lower", "upper"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(float)
    return frame


def labels_in(facts: Mapping[str, Any]) -> Mapping[str, str]:
    """Names of the groups; a group that is only named by its id gets one made of words."""
    labels = facts.get("labels") or {}
    return {str(group): str(label) for group, label in labels.items() if str(label) != str(group)}


def scale_in(facts: Mapping[str, Any]) -> float | None:
    """Scale of the estimates; None where it is not known, and 0 where they are no shares of people."""
    if facts.get("kind", "proportion") != "proportion":
        return 0.0
    return finite(facts.get("scale"))


def basis(
    frame: pd.DataFrame, said: Mapping[str, Any], *, recipe: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, str]]:
    """What was counted, in which groups, beside whom, and why.

    Parameters
    ----------
    frame : tidy rows.
    said : what is known about all rows.
    recipe : the call; its codebook says what an event is and who could have one.
    """
    outcomes = [str(name) for name in frame["outcome"].dropna().unique()]
    n, events = finite(said.get("n")), finite(said.get("events"))
    yield ("Groups by", counted.groups_by(str(said.get("question") or "group"), recipe))
    if outcomes:
        sentences = [counted.base(name, recipe) for name in outcomes]
        names = words.listed(name.replace("_", " ") for name in outcomes)
        yield ("Counted", " ".join(text for text in sentences if text) if all(sentences) else names)
    if n is not None:
        has_events = events is not None and scale_in(said) == 1
        size = f"{words.number(events)} of {words.number(n)}" if has_events else words.number(n)
        yield ("In all", f"{size} {counted.unit(recipe) or ''}".strip())
    if said.get("reference"):
        yield ("Compared with", _reference(said))
        yield (WHY, str(said.get("reason") or NO_REASON))


def _reference(said: Mapping[str, Any]) -> str:
    asked, group, labels = str(said["reference"]), said.get("reference_group"), labels_in(said)
    named = words.reference(asked, labels)
    return f"{named} ({words.group(str(group), labels)})" if group and group != asked else named


def glance(frame: pd.DataFrame, said: Mapping[str, Any]) -> Iterator[Table]:
    """One table with a row for each group and a column for each measure, without intervals."""
    pieces = _pieces(frame)
    one_base = all(len(frame[column].dropna().unique()) < 2 for column in ONE_BASE)
    if not 2 <= len(pieces) <= MOST_COLUMNS or not one_base:
        return
    labels = labels_in(said)
    read = {
        _heading(rows, frame, labels): read_rows(rows, scale_for(rows, scale_in(said)), labels=labels)
        for rows in pieces
    }
    values = {name: {row.label: row.value for row in rows} for name, rows in read.items()}
    sizes = {row.label: row.n for rows in reversed(read.values()) for row in rows}
    groups = dict.fromkeys(row.label for rows in read.values() for row in rows)
    header = ("Group", "Number in the group", *values)
    cells = [
        (group, sizes[group], *(found.get(group, words.DASH) for found in values.values()))
        for group in groups
    ]
    notes = _why_hidden(pd.concat(pieces))
    yield Table.filled("The groups, side by side", header, cells, notes=notes, numeric=range(1, len(header)))


def _why_hidden(frame: pd.DataFrame) -> list[str]:
    """One line for each rule that hides a number."""
    found: dict[str, None] = {}
    for record in frame.to_dict("records"):
        named = {str(name): value for name, value in record.items()}
        if (hidden := hidden_because(named)) and (rule := rule_of(named)):
            says = rule.removeprefix(words.IN_EITHER)
            found[f"{hidden.capitalize()}: {says[:1].lower()}{says[1:]}."] = None
    return list(found)


def _pieces(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Rows by group, one frame for each measure."""
    by_group = frame[_named(frame)]
    pieces = by_group.groupby(ONE_TABLE, dropna=False, sort=False)
    return [rows.reset_index(drop=True) for _, rows in pieces]


def _named(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["group"].map(lambda group: isinstance(group, str) and bool(group)).astype(bool)


def comparison_blocks(
    frame: pd.DataFrame, said: Mapping[str, Any], *, level: int, without: int | None = None
) -> Iterator[Block]:
    """A heading, a chart and a table for each measure by group, and one table of single numbers.

    Parameters
    ----------
    frame : tidy rows.
    said : what is known about all rows: question, outcome, labels and scale.
    level : of the headings.
    without : place of a measure by group that is told elsewhere.
    """
    labels = labels_in(said)
    for place, rows in enumerate(_pieces(frame)):
        if place != without:
            yield Heading(level, _heading(rows, frame, labels))
            yield _measure(rows, said)
    rest = frame[~_named(frame)]
    if not rest.empty:
        yield Heading(level, "One number over all groups")
        yield _single_numbers(rest, labels)


def compared_in_short(frame: pd.DataFrame, said: Mapping[str, Any], *, level: int) -> Iterator[Block]:
    """A comparison as a piece of evidence: the groups side by side, one chart, and the rest folded.

    The chart is that of the first ratio or difference that was asked for, else that of the rates.
    """
    pieces, labels = _pieces(frame), labels_in(said)
    side = list(glance(frame, said))
    yield from side
    lead = _lead(pieces, said)
    if lead is not None:
        first = _measure(pieces[lead], said)
        yield replace(first, folded=bool(side)) if isinstance(first, Figure) else first
    others = [_heading(rows, frame, labels).lower() for place, rows in enumerate(pieces) if place != lead]
    others += [] if _named(frame).all() else ["one number over all groups"]
    if others:
        named = words.listed(others) if len(others) < MOST_NAMED else f"{len(others)} more measures"
        yield Details(
            f"Show {named}, with intervals",
            comparison_blocks(frame, said, level=level, without=lead),
        )


def _lead(pieces: list[pd.DataFrame], said: Mapping[str, Any]) -> int | None:
    """Place of the measure whose chart is shown first."""
    asked = [str(measure) for measure in said.get("measures") or ()]
    measures = [str(rows["measure"].iloc[0]) for rows in pieces]

    def order(place: int) -> tuple[int, int, int]:
        measure = measures[place]
        kind = 0 if measure in DIFFERENCES or is_ratio(measure) else 1 if measure == "rate" else 2
        return kind, asked.index(measure) if measure in asked else len(asked), place

    drawn = [
        place
        for place, rows in enumerate(pieces)
        if any(finite(value) is not None for value in rows["estimate"])
    ]
    return min(drawn or range(len(pieces)), key=order, default=None)


def _heading(rows: pd.DataFrame, frame: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Name of a measure, with what tells it from the others in the same report."""
    first = {str(name): value for name, value in rows.iloc[0].items()}
    parts = [measure_title(first["measure"]) if isinstance(first["measure"], str) else "Groups"]
    for column in ("question", "outcome", "stage", "tabulation", "reference"):
        if not isinstance(first[column], str) or len(frame[column].dropna().unique()) < 2:
            continue
        if column == "question":
            parts.append(words.question(first[column]))
        elif column == "reference":
            parts.append(f"compared with {words.reference(first[column], labels)}")
        else:
            parts.append(first[column].replace("_", " "))
    return ", ".join(parts)


def measure_title(measure: str) -> str:
    """Title of a measure; one that is not ours keeps its id, in words."""
    from equitykit.measures.registry import declaration

    try:
        return declaration(measure).title
    except EquitykitError:
        return measure.replace("-", " ").capitalize()


def _measure(rows: pd.DataFrame, said: Mapping[str, Any]) -> Block:
    labels, scale = labels_in(said), scale_in(said)
    title = f"{_heading(rows, rows, labels)}. {title_of(said)}"
    chart = suited(rows, labels, title=title, scale=scale, heading=False)
    if chart is not None:
        return Figure(
            chart.png,
            chart.alt,
            title,
            _table(f"{_heading(rows, rows, labels)} in numbers", chart.columns, chart.rows),
        )
    written = plain_scale("Value")
    columns, cells = columns_and_cells(read_rows(rows, written, labels=labels), written, level=level_of(rows))
    return _table(title, columns, cells)


def _table(title: str, columns: tuple[str, ...], cells: tuple[tuple[str, ...], ...]) -> Table:
    numeric = tuple(place for place, name in enumerate(columns) if name not in {"Group", "Note"})
    return Table(title, columns, cells, numeric=numeric)


def _single_numbers(rows: pd.DataFrame, labels: Mapping[str, str]) -> Table:
    records = [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
    header = ("Measure", "Compared with", "Value", interval_name(level_of(rows)), "Note")
    cells = [_single(record, labels) for record in records]
    return Table.filled("Measures over all groups", header, cells, numeric=(2, 3))


def _single(record: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[str, ...]:
    from equitykit.tidy import UNDEFINED

    hidden, estimate = hidden_because(record), finite(record.get("estimate"))
    ends = [record.get("lower"), record.get("upper")]
    known = all(isinstance(end, int | float) and not math.isnan(end) for end in ends)
    interval = f"{words.number(ends[0])} to {words.number(ends[1])}" if known and not hidden else ""
    value = hidden or (UNDEFINED if estimate is None else words.number(estimate))
    note = record.get("note")
    return (
        measure_title(str(record["measure"])),
        words.reference(record["reference"], labels) if isinstance(record["reference"], str) else "",
        value,
        interval if estimate is not None else "",
        rule_of(record) if hidden else note if isinstance(note, str) else "",
    )


def holds_small_counts(frame: pd.DataFrame) -> bool:
    """Whether a shown count, or the rest of its group, is small enough to point to people.

    A row that is hidden alone can often be worked out from the total, so whoever publishes looks
    at the hidden rows too.
    """
    shown = frame[frame["suppressed"].isna()] if "suppressed" in frame else frame
    n, events = shown["n"].astype(float), shown["events"].astype(float)
    return any(bool(((count > 0) & (count < SMALL)).any()) for count in (n, events, n - events))
