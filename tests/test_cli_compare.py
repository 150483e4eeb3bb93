"""The command line of comparisons: several references, covariates held alike, and how long people stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit import cli
from equitykit.errors import MeasureError
from tests.guards.test_docs import FENCE

PAGE = Path(__file__).parents[1] / "docs" / "adjusted.md"
BOOK = """equitykit: codebook/1
standard: us-omb-spd15-2024
questions:
  race_ethnicity: {columns: [race]}
unit: {site: office}
outcomes:
  kept: {column: kept, event: ["Y"], favourable: false}
durations:
  in_care: {days: days, exit: why}
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame(
        {
            "race": ["White"] * 80 + ["Black"] * 80,
            "office": ["N"] * 20 + ["S"] * 60 + ["N"] * 60 + ["S"] * 20,
            "kept": ["Y", "N"] * 10 + ["Y", "N", "N", "N"] * 15 + ["Y", "N"] * 30 + ["Y", "N", "N", "N"] * 5,
            "days": [10, 40] * 80,
            "why": ["home", "kin"] * 80,
        }
    )
    frame.to_csv("x.csv", index=False)
    Path("book.yaml").write_text(BOOK, encoding="utf-8")
    return frame


def done(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main([*arguments, "--codebook", "book.yaml"])
    said = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, said.out, said.err


MEASURE = ("measure", "x.csv", "--outcome", "kept")


def test_adjusted_stands_beside_crude(data: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (*MEASURE, "--reference", "WHITE", "--reason", "r", "--adjust-for", "site:unsure")
    code, out, _ = done(capsys, *asked, "--format", "json")
    found = json.loads(out)
    ratios = {row["measure"]: row["estimate"] for row in found["rows"] if row["group"] == "BLACK"}
    assert code == 0 and found["format"] == "adjusted/1" and found["reason"] == "r"
    assert ratios["rate-ratio"] == pytest.approx(1.4)
    assert ratios["stratified-rate-ratio"] == pytest.approx(1.0)
    code, out, _ = done(capsys, *asked)
    assert code == 0 and "Crude" in out and "explained" not in out.lower()


def test_several_references_stand_side_by_side(
    data: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (*MEASURE, "--reference", "WHITE", "--reference", "all-others", "--reason", "the largest")
    code, out, _ = done(capsys, *asked, "--format", "json")
    found = json.loads(out)
    assert code == 0 and found["format"] == "references/1"
    assert [one["reference"] for one in found["results"]] == ["WHITE", "all-others"]
    assert [one["reason"] for one in found["results"]] == ["the largest", None]
    code, out, _ = done(capsys, *asked, "--format", "html")
    assert code == 0 and "the largest" in out and "No reason given" in out


def test_how_long_people_stay(data: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("durations", "x.csv", "--duration", "in_care", "--days", "20")
    code, out, _ = done(capsys, *asked, "--format", "json")
    rows = json.loads(out)["rows"]
    assert code == 0
    assert {row["estimate"] for row in rows if row["measure"] == "median-days" and row["n"]} == {10}
    assert {row["stage"] for row in rows if row["measure"] == "still-there"} == {"20 days"}
    code, out, _ = done(capsys, *asked)
    assert code == 0 and "how long people stay" in out and "median" in out.lower()


def test_q_values_are_given_where_a_family_is_named(
    data: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = done(capsys, *MEASURE, "--reference", "WHITE", "--family", "exits", "--format", "json")
    assert code == 0 and 'in the family \\"exits\\"' in out


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (
        (*MEASURE, "--reference", "WHITE", "--adjust-for", "site"),
        '"site" does not say whether it comes before',
    ),
    ((*MEASURE, "--reference", "WHITE", "--adjust-for", "site:later"), "no place in time"),
    ((*MEASURE, "--adjust-for", "site:after"), "none is assumed"),
    (
        (*MEASURE, "--reference", "WHITE", "--reference", "total", "--adjust-for", "site:after"),
        "--adjust-for does not go together with several references",
    ),
    (
        (*MEASURE, "--reference", "WHITE", "--adjust-for", "site:after", "--protect", "cms-11"),
        "--protect does not go together with --adjust-for",
    ),
    ((*MEASURE, "--reference", "WHITE", "--reason", "a", "--reason", "b"), "2 reasons for 1 references"),
    (("durations", "x.csv", "--duration", "in_care", "--days", "soon"), '"soon" is no number of days'),
    (("durations", "x.csv", "--duration", "in_car"), 'Did you mean "in_care"'),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=lambda one: one if isinstance(one, str) else "")
def test_refusals(
    arguments: tuple[str, ...], said: str, data: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = done(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err and "Traceback" not in err


def test_disparities_says_which_function_takes_several_references() -> None:
    groups = ek.GroupTable.from_counts(pd.DataFrame({"group": ["A", "B"], "n": [9, 9], "events": [1, 2]}))
    several: Any = ["A", "B"]
    with pytest.raises(MeasureError, match="compare_references"):
        ek.disparities(groups, reference=several)


def test_the_page_says_what_the_code_does() -> None:
    text = PAGE.read_text("utf-8")
    code = [block for language, block in FENCE.findall(text) if language == "python"]
    names: dict[str, Any] = {}
    for block in code:
        exec(compile(block, str(PAGE), "exec"), names)
    assert len(code) == 2 and "explained" not in text.lower()
