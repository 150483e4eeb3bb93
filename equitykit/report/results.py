"""How a published table was read: its groups and what is hidden of them, its marks, its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equitykit.report import words
from equitykit.report.tree import Block, Details, Facts, Heading, Paragraph, Table
from equitykit.results import Group

__all__ = ["read_as", "results_blocks"]

Entry = Mapping[str, Any]
MEANINGS: Mapping[str, str] = {
    "suppressed": "Hidden (suppressed)",
    "unreliable": "Too uncertain to show",
    "not-collected": "Not collected",
    "not-applicable": "Not applicable",
    "not-available": "Not available",
    "blank": "Blank",
    "not-said": "The table does not say",
    "zero": "Zero",
    "significance": "A remark on significance",
    "reference": "The reference group",
}
SAID_BY: Mapping[str, str] = {
    "notes": "The table's own notes",
    "default": "Wide use; the table does not say",
    "nobody": "Nobody",
}
KINDS: Mapping[str, str] = {
    "count": "Counts",
    "n": "People they are of",
    "percent": "Percents",
    "rate": "Rates",
    "ratio": "Ratios",
    "difference": "Differences",
    "mean": "Means",
    "lower": "Lower limits",
    "upper": "Upper limits",
    "interval": "Intervals",
    "se": "Standard errors",
    "rse": "Relative standard errors",
    "moe": "Margins of error",
    "flag": "Marks of reliability",
    "number": "Numbers; of what kind is not said",
}
LAYOUTS: Mapping[str, str] = {
    "long": "Groups in rows",
    "wide": "Groups in columns",
    "crossed": "Groups in rows, crossed with other labels in columns",
}
FOLD_FROM = 12


def read_as(group: Group, labels: Mapping[str, str]) -> str:
    """How a label of a group was read, in words.

    Examples
    --------
    >>> from equitykit.results.headings import read_group
    >>> read_as(read_group("All students"), {}), read_as(read_group("Black"), {"BLACK": "Black"})
    ('Everybody', 'Black')
    """
    if group.total:
        return "Everybody"
    if group.meaning is not None and group.meaning.one_of:
        return "Merged label: " + words.listed(
            [words.group(one, labels) for one in sorted(group.meaning.one_of)], last="or"
        )
    named = [words.group(one, labels) for one in group.categories]
    return words.listed(named) if named else "Not recognised; kept as a group of its own"


def results_blocks(audit: Entry) -> Iterator[Block]:
    """What was read from a published table."""
    table: Entry = audit.get("table") or {}
    if not table:
        return
    yield Heading(2, "How the table was read")
    dimensions = [f"{one['name']} ({words.counted(one['labels'], 'label')})" for one in table["dimensions"]]
    pairs = [
        ("Layout", LAYOUTS.get(str(table.get("layout")), "")),
        ("Title", " ".join(table.get("title") or ())),
        ("Groups stand in", _dimension(audit.get("dimension"))),
        ("Other labels", ", ".join(dimensions)),
    ]
    yield Facts((term, value) for term, value in pairs if value)
    for sentence in table.get("reading") or ():
        yield Paragraph(sentence)
    yield from _groups(audit.get("groups") or ())
    yield from _marks(audit.get("marks") or ())
    yield Table(
        "Columns of numbers",
        ("Column", "Read as", "Because"),
        [
            (
                str(one["name"]),
                KINDS.get(str(one["kind"]), str(one["kind"])),
                "The heading says so" if one["kind_said_by"] == "heading" else "The numbers look like it",
            )
            for one in table.get("columns") or ()
        ],
    )
    notes = [Paragraph(text) for text in table.get("notes") or ()]
    if notes:
        yield Details("Notes of the table", notes)


def _dimension(name: Any) -> str:
    if name is None:
        return "No group was recognised"
    return "The headings of the columns" if name == "columns" else str(name)


def _groups(groups: Sequence[Entry]) -> Iterator[Block]:
    if not groups:
        return
    rows = [
        (
            str(group["group"]),
            words.number(group["cells"]),
            words.number(group["cells"] - group["hidden"]),
            words.percent(group["hidden_share"]),
            "; ".join(
                f"{words.number(n)} {MEANINGS.get(why, why)[:1].lower()}{MEANINGS.get(why, why)[1:]}"
                for why, n in group["why"].items()
            ),
        )
        for group in groups
    ]
    table = Table(
        "Groups, and how much of them is shown",
        ("Group", "Places", "With a number", "Hidden", "Why"),
        rows,
        numeric=(1, 2, 3),
        notes=("A place is one row, or one cell, in which results of a group could stand.",),
    )
    if len(rows) <= 2 * FOLD_FROM:
        yield table
    else:
        yield Details(f"Show all {len(rows)} groups", [table])


def _marks(marks: Sequence[Entry]) -> Iterator[Block]:
    if not marks:
        yield Paragraph("Every cell shows a number; no mark stands in the place of one.")
        return
    rows = [
        (
            f"\u201c{mark['mark']}\u201d" if mark["mark"] else "(blank)",
            words.number(mark["n"]),
            MEANINGS.get(str(mark["meaning"]), str(mark["meaning"])),
            SAID_BY.get(str(mark["said_by"]), ""),
            str(mark["words"] or ""),
        )
        for mark in marks
    ]
    table = Table.filled(
        "Marks, and what they mean",
        ("Mark", "Cells", "Means", "Who says so", "In the words of the notes"),
        rows,
        numeric=(1,),
    )
    if len(rows) <= FOLD_FROM:
        yield table
    else:
        yield Details(f"Show all {len(rows)} marks", [table])
