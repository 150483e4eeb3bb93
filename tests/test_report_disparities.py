"""Disparities as people read them: every number is the frame's, and hidden ones are words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd
import pytest

from equitykit.groups import GroupTable
from equitykit.measures import Disparities, disparities
from equitykit.report import disparities_document, html, markdown, terminal
from equitykit.report.disparities import comparison_blocks, frame_in, glance, holds_small_counts
from equitykit.report.tree import Bullets, Document, Facts, Figure, Heading, Table

LABELS = {"AIAN": "American Indian or Alaska Native", "BLACK": "Black or African American", "WHITE": "White"}
MEASURES = ["rate", "rate-ratio", "rate-difference", "odds-ratio", "excess-events", "theil-index"]


@cache
def made(*, small: bool = False, reason: str | None = "Nobody's rate is the norm") -> Disparities:
    frame = pd.DataFrame(
        {
            "group": ["AIAN", "BLACK", "WHITE", "~unknown"],
            "n": [61, 1904, 2454, 7 if small else 351],
            "events": [14, 331, 265, 2 if small else 60],
        }
    )
    groups = GroupTable.from_counts(
        frame, favourable=False, question="race_ethnicity", outcome="removed", labels=LABELS
    )
    return disparities(groups, reference="all-others", measures=MEASURES, reason=reason)


@cache
def told() -> Document:
    """The report of the same comparison, made once."""
    return disparities_document(made())


def figures(document: Document) -> Iterator[Figure]:
    return (block for block in document.blocks if isinstance(block, Figure))


def measure_tables(document: Document) -> dict[str, Table]:
    """Table of each measure, by the heading above it."""
    found: dict[str, Table] = {}
    heading = ""
    for block in document.blocks:
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, Figure):
            found[heading] = block.table
        elif isinstance(block, Table):
            found[heading] = block
    return found


def value(text: str) -> float:
    """Number in a cell, in the units of the frame."""
    plain = text.replace("\u2212", "-").replace(",", "").replace("\u00a0", " ")
    number = float(re.findall(r"[+-]?[\d.]+", plain)[0])
    return number / 100 if "%" in plain or "points" in plain else number


def unit(text: str) -> float:
    """Half of the last digit that is printed: the most that rounding may change."""
    plain = text.replace(",", "")
    digits = re.findall(r"[\d.]+", plain)[0]
    places = len(digits.partition(".")[2])
    return 0.5 * 10.0 ** -(places + 2 if "%" in plain or "points" in plain else places) * 1.0001


@pytest.mark.parametrize(
    ("measure", "heading"),
    [
        ("rate", "Rate"),
        ("rate-ratio", "Rate ratio"),
        ("rate-difference", "Rate difference"),
        ("odds-ratio", "Odds ratio"),
        ("excess-events", "Excess events"),
    ],
)
def test_every_number_in_a_table_is_that_of_the_frame(measure: str, heading: str) -> None:
    found = made()
    frame = found.to_frame()
    rows = frame[(frame["measure"] == measure) & frame["group"].notna()]
    table = measure_tables(told())[heading]
    columns = {name: place for place, name in enumerate(table.header)}
    interval = next(place for name, place in columns.items() if "interval" in name)
    shown = next(place for name, place in columns.items() if name in {"Rate", "Ratio", "Difference", "Value"})
    labels = found.to_dict()["labels"]
    assert [row[0] for row in table.rows] == [labels[group] for group in rows["group"]]
    for cells, (_, row) in zip(table.rows, rows.iterrows(), strict=True):
        assert value(cells[columns["Number in the group"]]) == row["n"]
        assert value(cells[columns["Events"]]) == row["events"]
        if math.isnan(row["estimate"]):
            assert cells[shown] == "not defined"
            continue
        assert value(cells[shown]) == pytest.approx(row["estimate"], abs=unit(cells[shown]))
        ends = cells[interval].split(" to ")
        assert len(ends) == 2 or (ends == [""] and math.isnan(row["lower"]))
        per = 100 if measure == "rate-difference" else 1
        for end, limit in zip(ends, (row["lower"], row["upper"]), strict=False):
            if end:
                assert value(end) / per == pytest.approx(limit, abs=unit(end) / per)


def test_the_table_side_by_side_says_the_same() -> None:
    document = told()
    side = next(block for block in document.blocks if isinstance(block, Table))
    assert side.caption == "The groups, side by side"
    each = measure_tables(document)
    for place, name in enumerate(side.header[2:], 2):
        other = {row[0]: row for row in each[name].rows}
        column = next(
            i
            for i, title in enumerate(each[name].header)
            if title in {"Rate", "Ratio", "Difference", "Value"}
        )
        for row in side.rows:
            assert row[place] == (other[row[0]][column] if row[0] in other else "\u2013")


def test_a_number_over_all_groups_is_not_given_to_a_group() -> None:
    found = made()
    theil = found.to_frame().query("measure == 'theil-index'").iloc[0]
    table = measure_tables(told())["One number over all groups"]
    assert len(table.rows) == 1
    cell = table.rows[0][table.header.index("Value")]
    assert value(cell) == pytest.approx(theil["estimate"], abs=unit(cell))


def test_the_reference_and_the_reason_are_said() -> None:
    pairs = [pair for block in told().blocks if isinstance(block, Facts) for pair in block.pairs]
    assert ("Compared with", "all others") in pairs
    assert ("Why", "Nobody's rate is the norm") in pairs
    silent = disparities_document(made(reason=None))
    assert ("Why", "No reason given") in [
        pair for b in silent.blocks if isinstance(b, Facts) for pair in b.pairs
    ]


def test_every_group_is_in_every_description() -> None:
    for figure in figures(told()):
        for label in [row[0] for row in figure.table.rows]:
            assert label in figure.alt


def test_small_counts_are_called_internal() -> None:
    assert (
        disparities_document(made(small=True)).notice
        == "Internal: holds small counts. Protect them before sharing."
    )
    assert told().notice is None


@pytest.mark.parametrize(
    ("n", "events", "small"),
    [
        (100, 50, False),
        (100, 10, True),
        (100, 90, True),
        (10, 0, True),
        (11, 0, False),
        (11, 11, False),
        (0, 0, False),
    ],
)
def test_what_counts_as_small(n: int, events: int, small: bool) -> None:
    frame = pd.DataFrame({"n": [n], "events": [events], "suppressed": [None]})
    assert holds_small_counts(frame) is small


def test_hidden_and_uncertain_rows_stay_and_say_why() -> None:
    said = made().to_dict()
    for row in said["rows"]:
        if row["group"] == "AIAN":
            row |= {"suppressed": "primary", "suppression_rule": "cms-11"}
        if row["group"] == "WHITE":
            row |= {"reliable": False, "reliability_rule": "nchs-2017-proportion"}
    frame = frame_in(said)
    assert frame is not None
    blocks = [*glance(frame, said), *comparison_blocks(frame, said, level=2)]
    tables = [
        block.table if isinstance(block, Figure) else block
        for block in blocks
        if isinstance(block, Figure | Table)
    ]
    for table in tables[:-1]:
        by_group = {row[0]: row[1:] for row in table.rows}
        assert set(by_group["American Indian or Alaska Native"]) <= {
            "too few to show",
            "",
            "\u2013",
            "Counts of people below 11 are not shown (cms-11)",
        }
        assert "too uncertain to show" in by_group["White"]
        assert "2,454" in by_group["White"]
    side = tables[0]
    assert side.notes == (
        "Too few to show: counts of people below 11 are not shown (cms-11).",
        "Too uncertain to show: fewer than 30 people, or an interval too wide (nchs-2017-proportion).",
    )
    text = terminal.render(Document("A", blocks)) + html.render(Document("A", blocks))
    assert "23.0" not in text and "10.8" not in text


def test_evidence_kept_as_json_is_told_the_same() -> None:
    found = made()
    frame = frame_in(found.to_dict())
    assert frame is not None
    again = Document("A", [Heading(2, "B"), *comparison_blocks(frame, found.to_dict(), level=3)])
    assert measure_tables(again)["Rate ratio"].rows == measure_tables(told())["Rate ratio"].rows


@pytest.mark.parametrize("facts", [{}, {"rows": []}, {"rows": "x"}, {"rows": [1]}, {"rows": [{"n": 1}]}])
def test_facts_without_tidy_rows_are_no_table(facts: dict[str, Any]) -> None:
    assert frame_in(facts) is None


def test_no_column_name_stands_in_for_words() -> None:
    page = markdown.render(told())
    assert "race" in page and "race\\_ethnicity" not in page
    assert "[reference]" not in page
    assert page.startswith("# Removed by race and ethnicity")


def test_the_cautions_are_there() -> None:
    last = told().blocks[-1]
    assert isinstance(last, Bullets)
    assert last.items[0] == "These are plain comparisons. They say how large a gap is, not why there is one."


def test_published_estimates_keep_their_units() -> None:
    frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "estimate": [20.0, 10.0], "se": [4.0, 2.0]})
    found = disparities(GroupTable.from_estimates(frame), reference="B", measures=["rate", "rate-difference"])
    tables = measure_tables(disparities_document(found))
    assert "%" not in "".join(cell for row in tables["Rate"].rows for cell in row)
    assert tables["Rate difference"].rows[0][3] == "10"
