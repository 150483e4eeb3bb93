"""The audit of published tables: real ones, the sample ones, what is printed for others, and what cannot be read."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

import equitykit as ek
from equitykit.audit import Audit, audit
from equitykit.checks import SEVERITIES, ResultsView, checks
from equitykit.checks.lexicon import lexicon
from equitykit.checks.results_attack import recovered
from equitykit.cli import main
from equitykit.errors import EquitykitError, ReadError
from equitykit.recipes import run
from equitykit.report import audit_document, html, markdown
from equitykit.resources import folder
from equitykit.results import read_results
from equitykit.standards import standard
from tests.cases.contract import breaches
from tests.oracles import shared

SAMPLES = folder("sample_data")
FAULTY, CLEAN = SAMPLES / "published_removals.csv", SAMPLES / "published_removals_clean.csv"
CT = "data/ct_school_suspensions/suspension-rates__2018-19_race.csv"
CT_STATE = "data/ct_school_suspensions/suspension-rates__2018-19_race_ct.csv"


def found(done: Audit, check: str) -> list[dict[str, Any]]:
    return [row for row in done.to_dict()["results"] if row["check"] == check and row["outcome"] == "found"]


# -- real tables -----------------------------------------------------------------------------------------


def test_nobody_sees_the_pacific_islander_students_of_connecticut() -> None:
    truth = json.loads(shared("data/ground_truth/ct_suspensions_2018_19.json").read_text(encoding="utf-8"))
    done = audit(shared(CT))
    data = done.to_dict()
    assert data["subject"]["kind"] == "results"
    assert data["dimension"] == "Race/Ethnicity"
    rows = {row["groups"][0]: row for row in found(done, "r-group-asterisked")}
    assert rows["NHPI"]["severity"] == "critical"
    assert rows["NHPI"]["observed"] == 1.0
    assert "0 of 121 places show a number" in rows["NHPI"]["message"]
    names = {
        "AIAN": "American Indian or Alaska Native",
        "ASIAN": "Asian",
        "NHPI": "Native Hawaiian or Other Pacific Islander",
    }
    groups = {group["id"]: group for group in data["groups"]}
    for id, name in {**names, "BLACK": "Black or African American", "WHITE": "White"}.items():
        seen = truth["suppression_by_race"][name]
        cells = sum(seen.values())
        assert groups[id]["cells"] == cells == truth["raw_values"][name]
        assert groups[id]["hidden_share"] == pytest.approx(1 - seen.get("number", 0) / cells, abs=1e-6)
        assert groups[id]["why"].get("suppressed", 0) == seen["suppressed"]
    marks = {mark["mark"]: mark for mark in data["marks"]}
    assert marks["*"]["columns"] == {
        "Count": truth["cells"]["count_suppressed_star"],
        "%": truth["cells"]["pct_star"],
    }
    assert marks["N/A"]["columns"] == {"Count": truth["cells"]["count_NA"], "%": truth["cells"]["pct_NA"]}
    assert (marks["*"]["meaning"], marks["N/A"]["meaning"]) == ("suppressed", "not-said")
    (small,) = found(done, "r-small-cell")
    assert small["observed"] == truth["published_counts_below_11"]
    assert breaches(data) == []


def test_the_published_ratio_of_connecticut_comes_out_again() -> None:
    truth = json.loads(shared("data/ground_truth/ct_suspensions_2018_19.json").read_text(encoding="utf-8"))
    frame = read_results(shared(CT_STATE)).to_frame()
    percent = frame[frame["column"] == "%"].set_index("group")["value"]
    for group, said in truth["state_published"].items():
        assert percent[group] == said["pct"]
        assert percent[group] / percent["White"] == pytest.approx(said["ratio_to_white"], abs=1e-6)
    assert round(percent["Black or African American"] / percent["White"], 2) == 3.41


def test_the_census_table_reads_as_published() -> None:
    truth = json.loads(shared("data/ground_truth/acs_2017_state.json").read_text(encoding="utf-8"))
    path = shared("data/acs_b03002/acs_2017_5_year_state_level_race_data.csv")
    frame = read_results(path).to_frame()
    frame = frame[frame["column"] == "Estimate"]
    sums = frame.groupby("group")["value"].sum()
    names = {
        "total": "Total:",
        "HISP": "Hispanic or Latino:",
        "WHITE_nh": "Not Hispanic or Latino: - White alone",
        "NHPI_nh": "Not Hispanic or Latino: - Native Hawaiian and Other Pacific Islander alone",
        "MULTI_nh": "Not Hispanic or Latino: - Two or more races:",
    }
    for name, label in names.items():
        assert sums[label] == truth["sum_over_rows"][name]
    done = audit(path)
    assert done.outcome("r-totals-do-not-reconcile") == "clear"  # parts of parts are not added twice
    assert done.outcome("r-complementary-disclosure") == "clear"


def test_the_tables_of_juvenile_justice_and_of_traffic_stops() -> None:
    rates = audit(shared("data/published/ojjdp_2020_rates_rri.csv"))
    (row, *_) = [
        r for r in found(rates, "r-white-reference-default") if r["columns"] == ["published_rri_vs_white"]
    ]
    assert row["severity"] == "medium"
    counts = audit(shared("data/published/ojjdp_2020_counts.csv"))
    assert {mark["mark"]: mark["n"] for mark in counts.to_dict()["marks"]} == {"<50": 5}
    stops = audit(shared("data/published/missouri_vehicle_stops_2004_2007_2012.csv"))
    assert stops.to_dict()["table"]["dimensions"] == [{"name": "year", "labels": 3}]
    welfare = audit(shared("data/published/california_child_welfare_disproportionality.csv"))
    assert found(welfare, "r-benchmark-missing")[0]["severity"] == "high"
    berkeley = audit(shared("data/published/berkeley_1973_admissions.csv"), kind="results")
    assert berkeley.outcome("r-not-disaggregated") == "found"


# -- sample tables ---------------------------------------------------------------------------------------


def test_the_clean_table_gives_nothing() -> None:
    done = audit(CLEAN)
    assert [row["check"] for row in done.found("low")] == []
    not_run = {row["check"] for row in done.to_dict()["results"] if row["outcome"] == "not_run"}
    assert not_run == {"r-unreliable-rate", "r-benchmark-missing"}


def test_the_faults_of_the_faulty_table_are_found() -> None:
    done = audit(FAULTY)
    gone = [(row["groups"], row["message"]) for row in found(done, "r-complementary-disclosure")]
    assert [groups for groups, _ in gone] == [["AIAN"], ["ASIAN/NHPI"], ["AIAN"]]
    for (_, message), count, how in zip(
        gone, (8, 5, 4), ("Total less White", "12.5 of 40", "Total less White"), strict=True
    ):
        assert f"the hidden count is {count}," in message
        assert how in message
    assert "27 of 907" in found(done, "r-totals-do-not-reconcile")[0]["message"]
    for check in ("r-small-cell", "r-white-reference-default", "r-deficit-language", "r-ratio-on-small-base"):
        assert found(done, check), check


def test_in_public_cells_are_named_and_no_recovered_or_small_count_is_printed() -> None:
    done = audit(FAULTY, public=True)
    text = " ".join(row["message"] for row in done.to_dict()["results"])
    assert "American Indian, North" in text
    assert "can be worked out" in text
    for number in ("is 8", "is 5", "is 4", ": 7", "12.5", "\u2212"):
        assert number not in text
    assert done.to_dict()["notice"].startswith("Public")
    assert breaches(done.to_dict()) == []


def test_every_check_of_tables_is_there_and_runs_on_them() -> None:
    ids = {check.id for check in checks("results")}
    assert len(ids) == 13
    for path in (FAULTY, CLEAN):
        data = audit(path).to_dict()
        assert {row["check"] for row in data["results"]} == ids
        assert breaches(data) == []


# -- the attacker, by a second method --------------------------------------------------------------------


def possible(rows: list[list[int | None]], most: int) -> dict[tuple[int, int], set[int]]:
    """Every count that each hidden cell of a crossed table with its margins can be, by trying them all."""
    holes = [(i, j) for i, row in enumerate(rows) for j, cell in enumerate(row) if cell is None]
    seen: dict[tuple[int, int], set[int]] = {hole: set() for hole in holes}
    for values in itertools.product(range(most + 1), repeat=len(holes)):
        full = [list(row) for row in rows]
        for (i, j), value in zip(holes, values, strict=True):
            full[i][j] = value
        grid = np.array(full, dtype=int)
        if (grid[:-1].sum(axis=0) == grid[-1]).all() and (grid[:, :-1].sum(axis=1) == grid[:, -1]).all():
            for hole, value in zip(holes, values, strict=True):
                seen[hole].add(value)
    return seen


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=2), min_size=3, max_size=3),
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=3),
)
def test_the_attacker_finds_what_trying_every_table_finds(
    inner: list[list[int]], hidden: set[tuple[int, int]]
) -> None:
    grid = [[*row, sum(row)] for row in inner]
    grid.append([sum(column) for column in zip(*grid, strict=True)])
    hidden -= {(3, 2)}
    groups, places = ["Asian", "Black", "White", "Total"], ["Female", "Male", "Total"]
    frame = pd.DataFrame(
        [
            (group, place, "*" if (i, j) in hidden else str(grid[i][j]))
            for i, group in enumerate(groups)
            for j, place in enumerate(places)
        ],
        columns=["Race", "Sex", "Number"],
    )
    view = ResultsView(read_results(frame), standard("us-omb-spd15-2024"))
    told = {(one.cell.group, dict(one.cell.labels)["Sex"]): (one.low, one.high) for one in recovered(view)}
    holes = [[None if (i, j) in hidden else cell for j, cell in enumerate(row)] for i, row in enumerate(grid)]
    for (i, j), values in possible(holes, 14).items():
        low, high = min(values), max(values)
        flagged = high >= 1 and (low == high or high <= 10)
        name = (groups[i], places[j])
        assert (told.get(name) == (low, high)) if flagged else name not in told


@given(st.permutations(range(4)), st.permutations(range(3)))
def test_the_order_of_the_table_changes_no_finding(rows: list[int], columns: list[int]) -> None:
    frame = pd.DataFrame(
        [["Asian", "*", "*"], ["Black", "20", "9.1"], ["White", "11", "4.0"], ["Total", "34", "7.0"]],
        columns=["Race", "Number", "%"],
    )
    moved = frame.iloc[rows, columns]
    kept = ("r-complementary-disclosure", "r-group-asterisked", "r-totals-do-not-reconcile", "r-small-cell")

    def told(table: pd.DataFrame) -> set[tuple[str, str, str]]:
        data = audit(table, kind="results", select=kept).to_dict()["results"]
        return {(row["check"], row["severity"], str(sorted(row["groups"]))) for row in data}

    assert told(moved) == told(frame)


# -- the verb, the pages, the command line ---------------------------------------------------------------


def test_a_frame_is_records_unless_it_is_said_to_be_a_table() -> None:
    frame = pd.DataFrame({"Race": ["Black", "White"], "Number": [40, 60]})
    assert audit(frame).to_dict()["subject"]["kind"] == "records"
    assert audit(frame, kind="results").to_dict()["subject"]["kind"] == "results"
    assert audit(ek.read_results(frame)).to_dict()["subject"]["name"] == "data frame"


def test_a_codebook_says_that_a_table_of_counts_is_records() -> None:
    book = {"questions": {"race_ethnicity": {"columns": ["Race"]}}}
    frame = pd.DataFrame({"Race": ["Black", "White"], "Number": [40, 60]})
    assert audit(frame, book).to_dict()["subject"]["kind"] == "records"


def test_every_page_says_how_the_table_was_read() -> None:
    data = audit(FAULTY).to_dict()
    page, text = html.render(audit_document(data)), markdown.render(audit_document(data))
    for said in (
        "How the table was read",
        "Marks, and what they mean",
        "Fewer than 10 children",
        "Children investigated",
    ):
        assert said in page
        assert said in text
    assert "Check of a published table" in page


def test_it_is_evidence_that_can_be_made_again() -> None:
    done = audit(FAULTY)
    evidence = done.to_evidence()
    assert evidence.title == "Audit of the published table published_removals.csv"
    assert evidence.recipe is not None
    again = run(evidence.recipe)
    assert again.facts == evidence.facts
    assert again.data_sha256 == evidence.data_sha256


def hostile(text: str) -> pd.DataFrame:
    return pd.DataFrame({f"Race {text}": ["Black", "White", text], "Number {0}": ["40", text, "12"]})


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[/]", "=1+1", '"; drop', "\u202eabc", "{0}", "{k}"]
)
def test_hostile_contents_come_out_as_text(text: str) -> None:
    done = audit(hostile(text), kind="results")
    page = done.to_html()
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert json.loads(done.to_json())["format"] == "audit/1"


def cli(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as done:
        main(list(arguments))
    out = capsys.readouterr()
    return int(done.value.code or 0), out.out, out.err


def test_the_command_tells_the_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = cli("audit", str(FAULTY), "--format", "json", "--fail-on", "critical", capsys=capsys)
    assert code == 1
    data = json.loads(out)
    assert data["subject"]["kind"] == "results"
    plain = tmp_path / "plain.csv"
    plain.write_text("Race,Number\nBlack,40\nWhite,60\n", encoding="utf-8")
    code, out, _ = cli("audit", str(plain), "--as", "records", "--format", "json", capsys=capsys)
    assert (code, json.loads(out)["subject"]["kind"]) == (0, "records")
    code, out, _ = cli("audit", str(CLEAN), "--fail-on", "low", capsys=capsys)
    assert code == 0
    assert "published table" in out


def _truncated(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for n in range(200):
        sheet.append(["Black", n])
    book.save(path)
    path.write_bytes(path.read_bytes()[:3000])


BAD = {
    "a truncated workbook": ("t.xlsx", _truncated),
    "no numbers": ("t.csv", lambda path: path.write_text("Race,Sex\nBlack,F\nWhite,M\n")),
    "one line of 50 MB": ("t.csv", lambda path: path.write_bytes(b"word " * 10_000_000)),
    "a picture": ("t.csv", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)),
    "an empty file": ("t.csv", lambda path: path.write_bytes(b"")),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("forced", [True, False])
def test_bad_input_is_a_sentence_and_nothing_is_lost(
    what: str, forced: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, write = BAD[what]
    path = tmp_path / name
    write(path)
    before = path.read_bytes()
    if what == "no numbers" and not forced:
        return  # a file of records
    code, out, err = cli("audit", str(path), *(["--as", "results"] if forced else []), capsys=capsys)
    assert code == 2, (out, err)
    assert "Traceback" not in err
    assert len(err.strip()) < 900
    assert path.read_bytes() == before
    with pytest.raises(EquitykitError if not forced else ReadError):
        audit(path, kind="results" if forced else None)


# -- words -----------------------------------------------------------------------------------------------


def test_every_term_of_the_lexicon_says_what_to_write_and_who_says_so() -> None:
    words = lexicon("deficit-language")
    assert words.version
    for term in words.terms:
        assert term.instead
        assert term.source in {"do-no-harm", "preferred-terms", "ours"}
        assert list(words.found_in(f"About {term.term} here", "main"))


def test_no_finding_is_worse_than_declared() -> None:
    declared = {check.id: check.severity for check in checks("results")}
    for row in audit(FAULTY).to_dict()["results"]:
        assert SEVERITIES.index(row["severity"]) >= SEVERITIES.index(declared[row["check"]])


def table(folder: Path, text: str) -> Audit:
    path = folder / "table.csv"
    path.write_text(text, "utf-8")
    return audit(path, kind="results")


def test_a_rate_with_its_population_is_judged_by_the_events_they_imply(tmp_path: Path) -> None:
    done = table(tmp_path, "Race,Rate per 1000,N\nWhite,5.2,10000\nBlack,18.1,1200\nAsian,4.9,900\n")
    (row,) = found(done, "r-unreliable-rate")
    assert row["groups"] == ["ASIAN"]  # 4 events; 52 and 22 are enough


def test_rates_whose_populations_are_all_hidden_are_not_called_clear(tmp_path: Path) -> None:
    done = table(tmp_path, "Race,Rate per 1000,N\nWhite,5.2,*\nBlack,18.1,*\nAsian,2.2,*\nTotal,7.0,11200\n")
    assert done.outcome("r-unreliable-rate") == "not_run"
