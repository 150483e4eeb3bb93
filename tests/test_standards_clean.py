"""A standard that is met: its form, and data collected with it, give nothing of medium or above."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit.forms import read_form
from equitykit.standards import standard

STANDARDS = (
    "us-omb-spd15-2024",
    "us-omb-spd15-1997",
    "us-ipeds",
    "us-hmis-fy2024",
    "ca-on-ards",
    "uk-gss",
    "ca-bc-arda",
    "us-or-reald",
)
SERIOUS = {"medium", "high", "critical"}
EACH = 40  # people who tick one category; two of a residual one
WAYS_OUT = {"declined", "unknown"}


def serious(done: ek.Audit) -> list[tuple[str, str]]:
    rows = done.to_dict()["results"]
    return [
        (row["check"], row["message"])
        for row in rows
        if row["severity"] in SERIOUS and row["outcome"] == "found"
    ]


def answers(id: str) -> list[tuple[str, ...]]:
    """What people tick: each category alone, some pairs where several may be ticked, each way out, nothing."""
    chosen = standard(id)
    item = race_item(id)
    residual = {category.lower() for category in chosen.residuals.values()}
    codes = [option.code for option in item.options if option.code not in WAYS_OUT]
    ticked: list[tuple[str, ...]] = [
        (code,) for code in codes for _ in range(2 if code in residual else EACH)
    ]
    if item.type == "multiple":
        ticked += [pair for pair in itertools.combinations(codes[:4], 2) for _ in range(5)]
    ways_out = [option.code for option in item.options if option.code in WAYS_OUT]
    return ticked + [(code,) for code in ways_out for _ in range(4)] + [()] * 3


def race_item(id: str) -> Any:
    made = ek.design_form(["race_ethnicity"], standard=id)
    return next(item for item in made.form.items if item.name in {"race_ethnicity", "race"})


def collected(id: str) -> pd.DataFrame:
    """The export of a form builder: a column for each box, and the code of each single choice."""
    item = race_item(id)
    rows = []
    for number, ticked in enumerate(answers(id)):
        row: dict[str, object] = {"id": f"P{number:05}"}
        if item.type == "multiple":
            row |= {f"{item.name}___{option.code}": int(option.code in ticked) for option in item.options}
        else:
            row[item.name] = ticked[0] if ticked else ""
        if not standard(id).combined:
            out = set(ticked) & WAYS_OUT
            row["ethnicity"] = (
                ""
                if not ticked
                else out.pop()
                if out
                else ("hispanic" if number % 5 == 0 else "not_hispanic")
            )
        row["race_ethnicity_staff___not_asked"] = int(not ticked)
        row["answered_by"] = "self"
        rows.append(row)
    return pd.DataFrame(rows)


@pytest.mark.parametrize("id", STANDARDS)
def test_the_form_of_a_standard(id: str) -> None:
    made = ek.design_form(["race_ethnicity"], standard=id, purpose="To see whether people are served alike.")
    assert serious(ek.audit(made.form, standard=id)) == []


@pytest.mark.parametrize("id", STANDARDS)
def test_data_collected_with_it(id: str, tmp_path: Path) -> None:
    made = ek.design_form(["race_ethnicity"], standard=id)
    made.write(tmp_path / "form.csv", "redcap")
    data = collected(id)
    book = ek.propose(data, form=read_form(tmp_path / "form.csv"), standard=id).codebook
    done = ek.audit(data, book)
    assert serious(done) == []
    counts = {row["id"]: row["n_any"] for row in done.to_dict()["questions"][0]["categories"]}
    assert set(counts) == set(standard(id).category_ids)
    assert all(counts.values())


def test_the_same_data_under_another_standard_are_not_clean(tmp_path: Path) -> None:
    """Planted: the form of 1997 held against the standard of 2024 lacks a category."""
    made = ek.design_form(["race_ethnicity"], standard="us-omb-spd15-1997")
    found = serious(ek.audit(made.form, standard="us-omb-spd15-2024"))
    assert any("Middle Eastern or North African" in message for _, message in found)


def test_reasons_are_still_asked_for_where_ways_out_may_be_printed() -> None:
    """Planted: blanks without a reason are medium under 1997, and for information under IPEDS."""
    data = pd.DataFrame({"race": ["White"] * 90 + ["Asian"] * 20 + [""] * 12, "by": "self"})
    question = {"columns": ["race"], "recorded_by": "self"}
    severities = {}
    for id in ("us-omb-spd15-1997", "us-ipeds"):
        done = ek.audit(data, {"standard": id, "questions": {"race_ethnicity": question}})
        (row,) = [row for row in done.to_dict()["results"] if row["check"] == "missing-reason-conflated"]
        severities[id] = row["severity"]
    assert severities == {"us-omb-spd15-1997": "high", "us-ipeds": "info"}
