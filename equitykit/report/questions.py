"""What an audit read from each question: categories, values as read, and what is missing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equitykit import plots
from equitykit.report import words
from equitykit.report.forms import form_question
from equitykit.report.tree import Block, Details, Facts, Figure, Heading, Paragraph, Table
from equitykit.text import plain as visible

Entry = Mapping[str, Any]
FOLD_FROM = 12  # longer tables of values are folded, so that a page can be read through
READINGS: Mapping[str, str] = {
    "review": "Not certain: a person must confirm",
    "unmapped": "Not recognised",
}


def question_blocks(audit: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[Block]:
    """Tables for every question of an audit."""
    questions: Sequence[Entry] = audit.get("questions") or ()
    if not questions:
        return
    yield Heading(2, "How each question was read")
    yield from _missing_at_a_glance(questions)
    for place, entry in enumerate(questions):
        name = words.question(str(entry.get("question")))
        if place == 0:  # what is asked about first stays open
            yield Heading(3, name)
            yield from _question(entry, labels)
        else:
            yield Details(name, _question(entry, labels), level=3, aside=_size(entry))


def _missing_at_a_glance(questions: Sequence[Entry]) -> Iterator[Block]:
    """Shares of missing answers by question and reason, where there are several questions to compare."""
    asked = [entry for entry in questions if entry.get("missing") and entry.get("n")]
    reasons = {str(reason): None for entry in asked for reason in entry["missing"].get("by_reason") or {}}
    if len(asked) < 2 or not reasons or len(reasons) >= plots.MOST_COLUMNS:
        return
    import pandas as pd

    names = [words.question(str(entry.get("question"))) for entry in asked]
    columns = {
        words.MISSING.get(reason, reason): [_share(entry, reason) for entry in asked] for reason in reasons
    }
    frame = pd.DataFrame(columns, index=names, dtype=float)
    sizes = {name: int(entry["n"]) for name, entry in zip(names, asked, strict=True)}
    chart = plots.missingness(
        frame, sizes=sizes, title="Missing answers by question and reason", heading=False
    )
    numbers = Table.filled(
        f"{chart.title}, in numbers", chart.columns, chart.rows, numeric=range(1, len(chart.columns))
    )
    yield Figure(chart.png, chart.alt, chart.title, numbers, folded=True)


def _share(entry: Entry, reason: str) -> float:
    """Share of a reason; not a number where it is hidden."""
    n = _count((entry["missing"].get("by_reason") or {}).get(reason, 0))
    return n / entry["n"] if isinstance(n, int | float) else math.nan


def _size(entry: Entry) -> str:
    """How many were counted, and how many of them are missing."""
    if "items" in entry:
        return words.counted(len(entry["items"]), "item")
    missing = (entry.get("missing") or {}).get("n")
    said = [f"{words.number(entry['n'])} counted"] if "n" in entry else []
    if isinstance(missing, int | float):
        said.append(f"{words.number(missing)} missing" if missing else "none missing")
    return ", ".join(said)


def _question(entry: Entry, labels: Mapping[str, str]) -> Iterator[Block]:
    if "items" in entry:
        yield from form_question(entry, labels, reading)
        return
    confirmed = entry.get("confirmed")
    pairs: list[tuple[str, str]] = []
    if entry.get("columns"):
        pairs.append(("Columns", ", ".join(map(str, entry["columns"]))))
    if entry.get("encoding"):
        encoding = str(entry["encoding"])
        pairs.append(("How it is written down", words.ENCODINGS.get(encoding, encoding)))
    if "n" in entry:
        pairs.append(("Counted", words.number(entry["n"])))
    if multiple := entry.get("multiple"):
        pairs.append(("More than one answer", _multiple(multiple)))
    if confirmed is not None:
        pairs.append(("Reading confirmed by a person", "Yes" if confirmed else "Not yet"))
    if pairs:
        yield Facts(pairs)
    yield from _categories(entry, labels)
    yield from _missing(entry)
    yield from _values(entry, labels)


def _multiple(multiple: Entry) -> str:
    if not multiple.get("possible"):
        return "Cannot be recorded"
    return f"Possible; used by {words.number(multiple.get('n'))}"


def _categories(entry: Entry, labels: Mapping[str, str]) -> Iterator[Block]:
    categories: Sequence[Entry] = entry.get("categories") or ()
    if not categories:
        return
    total = entry.get("n")
    yield Table(
        "Categories of the standard",
        ("Category", "In these data", "Alone", "Alone or with others", "Share"),
        [
            (
                str(category.get("label") or words.group(str(category.get("id")), labels)),
                words.CATEGORY_STATUS.get(str(category.get("status")), str(category.get("status"))),
                words.number(category.get("n_alone")),
                words.number(category.get("n_any")),
                words.share(category.get("n_any"), total),
            )
            for category in categories
        ],
        numeric=(2, 3, 4),
        notes=(
            "People with several categories are counted in each of them under \u201cAlone or with "
            "others\u201d, so these numbers can add up to more than everyone.",
            "Share: of all counted, missing answers included.",
        ),
    )


def _missing(entry: Entry) -> Iterator[Block]:
    missing = entry.get("missing")
    if not missing:
        return
    total = entry.get("n")
    reasons: Mapping[str, Any] = missing.get("by_reason") or {}
    if not reasons and missing.get("n") == 0:
        yield Paragraph("No answer is missing.")
        return
    yield Table(
        "Missing answers, by reason",
        ("Reason", "Number", "Share"),
        [
            *(
                (
                    words.MISSING.get(str(reason), str(reason)),
                    words.number(_count(n)),
                    words.share(_count(n), total),
                )
                for reason, n in reasons.items()
            ),
            ("All missing answers", words.number(missing.get("n")), words.share(missing.get("n"), total)),
        ],
        numeric=(1, 2),
    )


def _count(value: Any) -> Any:
    """Count of an entry that is either a number or, protected, a small dict."""
    return value.get("n") if isinstance(value, Mapping) else value


def _values(entry: Entry, labels: Mapping[str, str]) -> Iterator[Block]:
    values: Sequence[Entry] = entry.get("values") or ()
    if not values:
        return
    left_out = int(entry.get("values_left_out") or 0)
    notes = [f"{words.counted(left_out, 'less frequent value')} not listed."] if left_out else []
    rows = [
        (raw(value.get("raw")), words.number(value.get("n")), reading(value, labels), value.get("note") or "")
        for value in values
    ]
    table = Table.filled(
        "Values as they stand in the file, and how they were read",
        ("In the file", "Number", "Read as", "Note"),
        rows,
        numeric=(1,),
        notes=notes,
    )
    if len(values) < FOLD_FROM:
        yield table
    else:
        yield Details(f"Show all {len(values)} values and how they were read", [table])


def raw(value: Any) -> str:
    """Raw value, or a combination over columns, in quotes so that blanks at its ends can be seen."""
    parts = value if isinstance(value, list | tuple) else [value]
    return " | ".join("(blank)" if part is None else f"\u201c{visible(part)}\u201d" for part in parts)


def reading(value: Entry, labels: Mapping[str, str]) -> str:
    """How a value was read, in words.

    Examples
    --------
    >>> reading({"status": "mapped", "categories": ["WHITE"]}, {"WHITE": "White"})
    'White'
    >>> reading({"status": "missing", "missing": "declined"}, {})
    'Missing: asked, preferred not to answer'
    """
    status = str(value.get("status"))
    categories = [words.group(str(category), labels) for category in value.get("categories") or ()]
    one_of = [words.group(str(category), labels) for category in value.get("one_of") or ()]
    if status == "missing":
        reason = words.MISSING.get(str(value.get("missing")), str(value.get("missing")))
        return f"Missing: {reason[:1].lower()}{reason[1:]}"
    if status == "merged":
        members = one_of or categories
        return f"Merged label: {words.listed(members, last='or')}" if members else "Merged label"
    if status == "mapped":
        return words.listed(categories) if categories else "Answered; adds no category"
    suggestion = value.get("suggestion")
    hint = f"; perhaps {suggestion}" if suggestion else ""
    return READINGS.get(status, status) + hint
