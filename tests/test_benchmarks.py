"""The benchmarks run at a tiny size, compare the same answers, and stand in the docs as they were measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks import data, page, processes, run
from benchmarks.jobs import by_hand, plan
from equitykit import frames
from equitykit.frames import Tally

ROWS = 2_000
FORMATS = ("parquet", "csv")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("benchmark") / str(ROWS)
    csv, parquet = data.write(ROWS, folder)
    return {"csv": csv, "parquet": parquet}


def said(value: Any) -> str | None:
    """A key of pandas as equitykit writes it."""
    return None if pd.isna(value) else str(value)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_tallies_by_hand_are_those_of_the_audit(files: dict[str, Path], kind: str) -> None:
    asked = plan.asked(str(files[kind]), str(data.CODEBOOK))
    assert len(asked["tallies"]) > 15 and set(asked["columns"]) == set(data.COLUMNS)
    frame = by_hand.read(str(files[kind]))
    records = frames.open(files[kind])
    for (by, per, cut), counts in by_hand.counted(frame, asked).items():
        own = records.tally([Tally(by, per, cut)])[Tally(by, per, cut)]
        if not by:
            assert own["n"].tolist() == counts.tolist()
            continue
        keys = [key if isinstance(key, tuple) else (key,) for key in counts.index]
        expected = {tuple(map(said, key)): int(n) for key, n in zip(keys, counts, strict=True)}
        found = {tuple(row[:-1]): int(row[-1]) for row in own.itertuples(index=False)}
        assert found == expected


def test_both_files_hold_the_same_rows_and_the_seed_gives_them_again(
    files: dict[str, Path], tmp_path: Path
) -> None:
    again = data.write(ROWS, tmp_path / "again")[0]
    assert again.read_bytes() == files["csv"].read_bytes()
    other = data.write(ROWS, tmp_path / "other", seed=1)[0]
    assert other.read_bytes() != again.read_bytes()
    csv = by_hand.read(str(files["csv"]))
    parquet = by_hand.read(str(files["parquet"]))
    assert tuple(csv.columns) == tuple(parquet.columns) == data.COLUMNS
    assert [[*map(said, row)] for row in csv.to_numpy()] == [[*map(said, row)] for row in parquet.to_numpy()]


def test_some_people_can_be_in_the_file_twice(tmp_path: Path) -> None:
    frame = pd.DataFrame(data.block(1_000, 0, [1, 0], twice=0.3))
    assert 600 < frame["child_id"].nunique() < 900


def test_the_floor_counts_what_pandas_counts(files: dict[str, Path]) -> None:
    expected = by_hand.read(str(files["csv"])).notna().sum().to_dict()
    for kind in FORMATS:
        done = processes.run(processes.python(run.JOBS / "floor.py", files[kind]))
        assert json.loads(done.output) == expected
        assert done.seconds > 0 and done.processor > 0 and done.peak > 20


def test_the_stock_expectations_count_the_same_missing_answers(files: dict[str, Path]) -> None:
    done = processes.run(processes.python(run.JOBS / "great_expectations_job.py", files["parquet"]))
    answer = json.loads(done.output)
    missing = by_hand.read(str(files["parquet"])).isna().sum().to_dict()
    assert answer["missing"] == missing and answer["expectations"] > 40


def test_the_gaps_are_asked_by_race_and_by_race_and_sex(files: dict[str, Path]) -> None:
    done = processes.run(processes.python(run.JOBS / "gaps.py", files["parquet"], data.CODEBOOK))
    assert min(json.loads(done.output).values()) > 5


def test_a_comparison_runs_from_the_command(tmp_path: Path) -> None:
    command = [
        *processes.python(run.HERE / "run.py", "floor", "by-hand", "--rows", str(ROWS)),
        *("--repeats", "1", "--formats", "parquet", "--no-results", "--work", tmp_path),
    ]
    done = subprocess.run(
        [str(each) for each in command], capture_output=True, text=True, check=True, cwd=run.ROOT
    )
    assert [line.split(",")[0] for line in done.stdout.splitlines()] == ["floor", "by-hand"]


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.main(["flor"])
    assert '"flor" is no benchmark' in capsys.readouterr().err


# --- the page ---


def test_the_page_says_what_was_measured() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.text(
        json.loads(page.RESULTS.read_text(encoding="utf-8"))
    )


def test_every_comparison_and_every_program_is_reachable() -> None:
    measured = {row["benchmark"] for row in json.loads(page.RESULTS.read_text(encoding="utf-8"))["rows"]}
    assert measured <= {*page.SECTIONS, page.SCREENS}
    assert all((run.HERE / f"{name}.py").is_file() for name in run.SCRIPTS)
    assert set(run.QUICK) <= {*run.COMPARISONS, *run.SCRIPTS}


def test_a_missed_target_is_bold_and_what_did_not_run_is_said() -> None:
    row = {
        **{f"{name}_{what}": 2.0 for name in ("own", "other") for what in ("seconds", "processor", "peak")},
        **{f"{what}_ratio": 6.0 for what in ("seconds", "processor", "peak")},
        **{"benchmark": "floor", "rows": 10, "file": "parquet", "repeats": 1},
    }
    assert "**6.00** (at most 5)" in page.line(row)
    assert "**" not in page.line({**row, "seconds_ratio": 5.0})
    assert "not run: no such package" in page.line(
        {"benchmark": "aequitas", "rows": 10, "file": "parquet", "not_run": "no such package"}
    )


def test_what_was_not_measured_is_said() -> None:
    rows = json.loads(page.RESULTS.read_text(encoding="utf-8"))["rows"]
    said = "\n".join(page.not_measured(rows))
    assert all(page.SECTIONS[name].title in said for name, _, _ in page.lacking(rows))
    assert "Spark" in "\n".join(page.not_measured([]))


def test_a_missed_target_has_its_reason() -> None:
    rows = json.loads(page.RESULTS.read_text(encoding="utf-8"))["rows"]
    bold = {row["benchmark"] for row in rows if page.missed(row)}
    assert {name for name in bold if not page.left(name)} == set()


def test_a_process_alone_says_seconds_and_memory() -> None:
    row = {
        "benchmark": "large-audit",
        "rows": 50,
        "file": "parquet",
        "seconds": 9.4,
        "processor": 12.0,
        "peak": 900,
    }
    assert page.line(row) == "| 50 | Parquet | 9 s | 12 s | 900 MB (at most 1500) |"
    assert "**1600 MB** (at most 1500)" in page.line({**row, "peak": 1600.0})


def test_the_guided_pages_are_told_with_their_targets() -> None:
    row = {
        "benchmark": "screens",
        "rows": 1,
        "file": "",
        "what": "A key is on disk",
        "at_most": 0.3,
        "note": "",
    }
    quick, slow = page.screens([{**row, "seconds": 0.02}, {**row, "seconds": 0.5}])[-1].splitlines()[2:]
    assert quick == "| A key is on disk | 0.02 (at most 0.3) |  |"
    assert "**0.50** (at most 0.3)" in slow
    assert "not run: no browser" in page.screens([{**row, "not_run": "no browser"}])[-1]


def test_this_python_ran_them() -> None:
    assert sys.executable in map(str, run.audit(Path("x")))
