"""Groups counted from records: nobody vanishes, and each number is found again by hand."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit.errors import BenchmarkError, MeasureError, UnknownName

SAMPLE = Path(__file__).parent.parent / "sample_data"

PEOPLE = pd.DataFrame(
    [
        # race, ethnicity, sex, investigated, removed
        ("White", "No", "F", "Y", "Y"),
        ("White", "Yes", "F", "Y", "N"),
        ("White", "No", "M", "N", ""),
        ("Black", "No", "M", "Y", "Y"),
        ("Black", "Unknown", "F", "Y", "Y"),
        ("Two or more races", "No", "M", "Y", "N"),
        ("Asian/Pacific Islander", "No", "F", "Y", "N"),
        ("Other", "No", "F", "N", ""),
        ("Unknown", "No", "M", "Y", "Y"),
        ("Refused", "", "F", "N", ""),
        ("", "", "M", "Y", "N"),
        ("Martian", "No", "M", "N", ""),
        ("Q", "No", "M", "N", ""),
    ],
    columns=["race", "ethnicity", "sex", "investigated", "removed"],
)
BOOK: dict[str, Any] = {
    "questions": {
        "race_ethnicity": {
            "columns": ["race", "ethnicity"],
            "codes": {"ethnicity": {"Yes": "HISPANIC", "No": "none"}},
        },
        "sex": {"columns": ["sex"], "codes": {"F": "F", "M": "M"}},
    },
    "outcomes": {
        "removed": {"column": "removed", "event": ["Y"], "favourable": False},
        "removed_of_investigated": {
            "column": "removed",
            "event": ["Y"],
            "favourable": False,
            "at_risk": {"investigated": ["Y"]},
        },
    },
}


def counts(table: ek.GroupTable) -> dict[str, tuple[float, float]]:
    rows = table.rows
    return dict(zip(rows["group"], zip(rows["n"], rows["events"], strict=True), strict=True))


def test_alone_or_in_combination_counts_a_person_in_each_group_and_everybody_somewhere() -> None:
    table = ek.disaggregate(PEOPLE, BOOK, outcome="removed")
    assert counts(table) == {
        "AIAN": (0, 0),
        "ASIAN": (0, 0),
        "BLACK": (2, 2),
        "HISPANIC": (1, 0),
        "MENA": (0, 0),
        "NHPI": (0, 0),
        "WHITE": (3, 1),
        "~blank": (1, 0),
        "~declined": (1, 0),
        "~merged:ASIAN|NHPI": (1, 0),
        "~multiracial": (1, 0),
        "~other": (1, 0),
        "~review": (1, 0),
        "~unknown": (1, 1),
        "~unmapped": (1, 0),
    }
    assert (table.n, table.events, table.overlapping) == (13, 4, True)
    assert any("blank" in note for note in table.notes)


def test_only_those_at_risk_are_counted() -> None:
    table = ek.disaggregate(PEOPLE, BOOK, outcome="removed_of_investigated")
    assert (table.n, table.events) == (8, 4)
    assert counts(table)["WHITE"] == (2, 1)
    assert counts(table)["~unknown"] == (1, 1)


@pytest.mark.parametrize("tabulation", ["frequent-combinations", "single-residual"])
def test_exclusive_tabulations_count_each_person_once(tabulation: str) -> None:
    table = ek.disaggregate(PEOPLE, BOOK, outcome="removed", tabulation=tabulation)
    assert sum(n for n, _ in counts(table).values()) == 13
    assert sum(events for _, events in counts(table).values()) == 4
    combined = "HISPANIC+WHITE" if tabulation == "frequent-combinations" else "~multiracial"
    assert counts(table)[combined][0] == (1 if tabulation == "frequent-combinations" else 2)
    assert counts(table)["WHITE"] == (2, 1)


def test_crossed_questions_keep_empty_cells_and_unknowns() -> None:
    table = ek.disaggregate(PEOPLE, BOOK, outcome="removed", by=["race_ethnicity", "sex"])
    found = counts(table)
    expected = {"BLACK*F": (1, 1), "BLACK*M": (1, 1), "NHPI*F": (0, 0), "~blank*M": (1, 0)}
    assert {group: found[group] for group in expected} == expected
    assert table.labels["BLACK*F"] == "Black or African American, Female"
    assert table.question == "race_ethnicity*sex"


def test_the_sample_is_counted_as_by_hand() -> None:
    table = ek.disaggregate(
        SAMPLE / "intake_clean.csv", SAMPLE / "intake_clean.codebook.yaml", outcome="removed"
    )
    labels = {
        "American Indian or Alaska Native": "AIAN", "Asian": "ASIAN", "Black or African American": "BLACK",
        "Hispanic or Latino": "HISPANIC", "Middle Eastern or North African": "MENA",
        "Native Hawaiian or Pacific Islander": "NHPI", "White": "WHITE",
    }  # fmt: skip
    people: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    book = ek.Codebook.load(SAMPLE / "intake_clean.codebook.yaml")
    with (SAMPLE / "intake_clean.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            risk = book.outcomes["removed"].at_risk
            if not all(row[column] in allowed for column, allowed in risk.items()):
                continue
            for label in row["race_ethnicity"].split(";"):
                if label in labels:
                    people[labels[label]] += 1
                    removed[labels[label]] += row["removed"] == "Y"
    known = {group: pair for group, pair in counts(table).items() if not group.startswith("~")}
    assert known == {group: (people[group], removed[group]) for group in labels.values()}


def test_persons_are_counted_once() -> None:
    rows = pd.DataFrame(
        {
            "child": ["1", "1", "2", "3"],
            "race": ["White", "Asian", "Black", ""],
            "removed": ["N", "Y", "N", "Y"],
        }
    )
    book = {
        "questions": {"race_ethnicity": {"columns": ["race"]}},
        "person": "child",
        "count": "persons",
        "outcomes": {"removed": {"column": "removed", "event": ["Y"]}},
    }
    table = ek.disaggregate(rows, book, outcome="removed")
    assert (table.n, table.events) == (3, 2)
    assert counts(table)["ASIAN"] == (1, 1)
    assert counts(table)["WHITE"] == (1, 1)
    assert counts(table)["~blank"] == (1, 1)


def test_counts_columns_weigh_the_rows() -> None:
    rows = pd.DataFrame({"race": ["White", "Black"], "children": ["12", "1,003"]})
    book = {"questions": {"race_ethnicity": {"columns": ["race"], "encoding": "counts", "count": "children"}}}
    table = ek.disaggregate(rows, book)
    assert table.n == 1015
    assert counts(table)["BLACK"][0] == 1003


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (
            {"outcome": "remved"},
            UnknownName,
            'There is no outcome in the codebook "remved". Did you mean "removed"?',
        ),
        ({"by": "sexx"}, UnknownName, 'There is no question in the codebook "sexx". Did you mean "sex"?'),
        ({"by": ["sex", "sex"]}, MeasureError, "Cross one to 3 different questions; you named 2."),
        ({"tabulation": "alone"}, UnknownName, 'There is no tabulation "alone".'),
        ({"standard": "us-omb-spd15-2025"}, UnknownName, 'Did you mean "us-omb-spd15-2024"?'),
    ],
)
def test_what_is_not_there_is_said(arguments: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        ek.disaggregate(PEOPLE, BOOK, **arguments)
    assert said in str(caught.value)


def test_parts_of_a_codebook_that_would_change_the_numbers_are_refused() -> None:
    with pytest.raises(MeasureError, match="Survey weights are honoured for rates; no outcome was named"):
        ek.disaggregate(PEOPLE, BOOK | {"weights": {"weight": "sex"}})


def test_a_benchmark_that_counts_otherwise_is_refused() -> None:
    benchmark = ek.Benchmark(
        name="b", counts={"race_ethnicity": {"WHITE": 10, "BLACK": 5}}, scheme="exclusive", source="made up"
    )
    with pytest.raises(BenchmarkError, match="count people with several categories differently"):
        ek.disaggregate(PEOPLE, BOOK, benchmark=benchmark)


def test_the_user_s_frame_is_left_as_it_was() -> None:
    before = PEOPLE.copy(deep=True)
    ek.disaggregate(PEOPLE, BOOK, outcome="removed")
    ek.audit(PEOPLE, BOOK)
    pd.testing.assert_frame_equal(PEOPLE, before)
