"""Groups straight from records into a table that may be shared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit import resources
from equitykit.errors import MeasureError
from equitykit.report import protected_document, write

SAMPLE = resources.folder("sample_data")
DATA, BOOK = SAMPLE / "intake.csv", SAMPLE / "intake.codebook.yaml"
RACE = "Race and ethnicity"


def shown(table: ek.ProtectedTable) -> Any:
    return table.to_frame().set_index([*table.dimensions])


def test_what_is_shown_is_what_was_counted() -> None:
    table = ek.protect_groups(DATA, BOOK, outcome="removed")
    groups = ek.disaggregate(DATA, BOOK, outcome="removed", tabulation="single-residual")
    found = shown(table)
    for group, n, events in zip(groups.groups, groups.rows["n"], groups.rows["events"], strict=True):
        row = found.loc[groups.label(group)]
        assert pd.isna(row["Number"]) or row["Number"] == n
        assert pd.isna(row["Removed"]) or row["Removed"] == events
        if 0 < n < 11:
            assert pd.isna(row["Number"])
    assert found.loc["Total", "Number"] == groups.n
    assert table.safe


def test_a_group_that_is_asked_first_stays_hidden_until_somebody_agreed() -> None:
    aian = "American Indian or Alaska Native"
    for by in (["race_ethnicity"], ["sex", "race_ethnicity"]):
        found = ek.protect_groups(DATA, BOOK, outcome="removed", by=by).to_frame()
        own = found[found[RACE] == aian]
        assert len(own) == (1 if len(by) == 1 else 3)
        assert own["Number"].isna().all()
        assert own["Removed"].isna().all()
    table = ek.protect_groups(DATA, BOOK, agreements={"AIAN": "Council of the Nation, 2026-03-01"})
    assert shown(table).loc[aian, "Number"] > 11
    assert "Council of the Nation of 2026-03-01" in " ".join(table.summary())


def test_a_label_that_names_a_group_is_asked_first_too() -> None:
    race = ["White"] * 80 + ["AI/Pacific"] * 60 + ["Black"] * 70
    book = {
        "questions": {
            "race_ethnicity": {
                "columns": ["race"],
                "codes": {"White": "WHITE", "Black": "BLACK", "AI/Pacific": {"one_of": ["AIAN", "NHPI"]}},
            }
        },
        "governance": {"AIAN": "ask"},
    }
    found = shown(ek.protect_groups(pd.DataFrame({"race": race}), book))
    (merged,) = [label for label in found.index if "merged" in label]
    assert pd.isna(found.loc[merged, "Number"])


def test_a_second_table_is_proved_beside_the_first() -> None:
    first = ek.protect_groups(DATA, BOOK, outcome="removed")
    second = ek.protect_groups(DATA, BOOK, outcome="removed", by=["race_ethnicity", "sex"], previous=first)
    hidden = {label for label, row in shown(first).iterrows() if pd.isna(row["Number"])}
    totals = shown(second).xs("Total", level="Sex")
    assert all(pd.isna(totals.loc[label, "Number"]) for label in hidden)
    with pytest.raises(MeasureError, match="released before"):
        ek.protect_groups(DATA, BOOK, outcome="removed", previous=second)


def test_groups_that_overlap_are_refused() -> None:
    with pytest.raises(MeasureError, match="overlap"):
        ek.protect_groups(DATA, BOOK, tabulation="any")


def test_it_is_written_and_read_by_people(tmp_path: Path) -> None:
    table = ek.protect_groups(DATA, BOOK, outcome="removed")
    path = ek.save_protected(table, tmp_path / "t.csv")
    read = pd.read_csv(path)
    assert read["Number"].isna().sum() == table.to_frame()["Number"].isna().sum()
    document = protected_document(table)
    assert document.notice is None
    page = write(table, tmp_path / "t.html", public=True).read_text("utf-8")
    for word in ("too few to show", "not shown", "asked first", "could not"):
        assert word in page
    hidden = table.to_frame()
    assert len(table.reasons()) == int(hidden[["Number", "Removed"]].isna().sum().sum())
