"""Protected tables from files: long and crossed, in and out, and nothing written that is not safe."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from equitykit.suppression.files import OpenTable
from equitykit.suppression.table import ProtectedTable
from tests.attacker import Reader, crossed, holds
from tests.command import Run

CROSSED = """race,no,yes,Total
White,200,41,241
Black,60,4,64
=1+1,30,7,37
Unknown,25,12,37
Total,315,64,379
"""


@pytest.fixture
def protect(run: Run) -> Run:
    """Run `equitykit protect` in a folder of its own."""
    return lambda *arguments: run("protect", *arguments)


def write(text: str, name: str = "table.csv") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_a_crossed_table_comes_out_crossed(protect: Run) -> None:
    done = protect(write(CROSSED), "-o", "public.csv")
    assert done.code == 0 and "Attacked from all that is shown: safe." in done.out
    lines = Path("public.csv").read_text("utf-8").splitlines()
    assert lines[0] == "race,no,yes,Total" and lines[-1] == "Total,315,64,379"
    assert lines[2] == "Black,not shown,too few to show,64"
    assert lines[3] == "'=1+1,not shown,too few to show,37"


def test_a_protected_table_can_be_read_again_and_stays_as_it_is(protect: Run) -> None:
    protect(write(CROSSED), "-o", "public.csv")
    before = Path("public.csv").read_text("utf-8")
    assert protect("public.csv", "-o", "again.csv").code == 0
    assert Path("again.csv").read_text("utf-8") == before
    later = protect("table.csv", "--previous", "public.csv", "-o", "later.csv")
    assert later.code == 0 and "what the earlier one shows is known" in later.out
    assert Path("later.csv").read_text("utf-8") == before


def test_a_long_table_keeps_its_rows_in_order(protect: Run) -> None:
    table = crossed([[4, 30, 12], [40, 50, 70]]).iloc[::-1].rename(columns={"count": "people"})
    table.to_csv("table.csv", index=False)
    done = protect("table.csv", "--count", "people", "--dimensions", "a,b", "-o", "public.csv")
    assert done.code == 0, done.err
    public = pd.read_csv("public.csv", keep_default_na=False, na_values=[""])
    assert public[["a", "b"]].to_numpy().tolist() == table[["a", "b"]].to_numpy().tolist()
    assert public.columns.tolist() == ["a", "b", "people", "suppressed"]
    reader = Reader(public, ["a", "b"], "people")
    assert holds(reader.interval(("a0", "b0")), 11, "cover")


def test_a_totals_row_at_the_foot_is_a_part_of_the_table(protect: Run) -> None:
    """Records leave such a row out; a table of counts does not."""
    done = protect(write("race,count\nA,5\nB,60\nC,70\nTotal,135\n"))
    assert done.code == 0
    assert done.out.splitlines() == [
        "race,count,suppressed",
        "A,,primary",
        "B,60,",
        "C,,complementary",
        "Total,135,",
    ]
    assert "2 of 4 counts are hidden" in done.err


def test_events(protect: Run) -> None:
    done = protect(write("race,n,removed\nA,50,5\nB,60,30\nC,70,40\nTotal,180,75\n"), "--events", "removed")
    assert done.code == 0 and "A,50,,,primary" in done.out


def test_other_formats(protect: Run) -> None:
    table = write(CROSSED)
    assert protect(table, "-o", "x.json").code == 0
    data = json.loads(Path("x.json").read_text("utf-8"))
    assert data["safe"] is True and data["format"] == "protected/1"
    assert protect(table, "-o", "x.md").code == 0
    assert "too few to show" in Path("x.md").read_text("utf-8")
    assert protect(table, "-o", "x.html", "--round-to", "5").code == 0
    assert Path("x.html").read_text("utf-8").startswith("<!doctype html>")
    refused = protect(table, "-o", "x.docx")
    assert refused.code == 2 and 'no kind of file ".docx"' in refused.err and not Path("x.docx").exists()


def test_nothing_is_written_unless_the_attacker_fails(protect: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProtectedTable, "safe", False)
    done = protect(write(CROSSED), "-o", "public.csv")
    assert done.code == 2 and "nothing was written" in done.err
    assert not Path("public.csv").exists() and done.out == ""


def test_an_earlier_release_that_gives_a_count_away_is_said(protect: Run) -> None:
    write(CROSSED, "open.csv")
    done = protect(write(CROSSED), "--previous", "open.csv", "-o", "public.csv")
    assert done.code == 2 and "cannot be protected" in done.err and not Path("public.csv").exists()


def test_files_that_are_no_tables_are_refused(protect: Run) -> None:
    assert "is no count" in protect(write("race,answer\nA,yes\n")).err
    assert "one column only" in protect(write("race\nA\nB\n")).err
    assert 'no column "people"' in protect(write(CROSSED), "--count", "people").err
    assert "has the dimensions it shows" in protect(write(CROSSED), "--dimensions", "race").err


def test_parquet_and_excel(tmp_path: Path) -> None:
    table = crossed([[4, 30], [40, 50]])
    table.to_parquet(tmp_path / "table.parquet")
    table.to_excel(tmp_path / "table.xlsx", index=False)
    marks = [
        OpenTable.read(str(tmp_path / name))
        .protect()
        .to_frame()
        .sort_values(["a", "b"])["suppressed"]
        .tolist()
        for name in ("table.parquet", "table.xlsx")
    ]
    assert marks[0] == marks[1] and marks[0].count("primary") == 1


def test_steering_is_offered_and_its_cost_is_said(protect: Run) -> None:
    rows = ["race,count", "A,5", "B,60", "C,200", "Total,265"]
    plain = protect(write("\n".join(rows)))
    assert plain.out.splitlines()[1:4] == ["A,,primary", "B,60,", "C,,complementary"]
    steered = protect(write("\n".join(rows)), "--cost", "C=5, Total=2")
    assert steered.out.splitlines()[1:4] == ["A,,primary", "B,,complementary", "C,200,"]
    assert "Steering: 1 further cells are hidden; without it 1 would be." in steered.err
    comma = protect(write('race,count\n"A, or B",5\nC,60\nD,200\nTotal,265\n'), "--cost", "A, or B=1,D=5")
    assert comma.code == 0 and "D,200," in comma.out
    for wrong in ("C=", "=5", "C=x", "C=5;D=2", "Z=5", "C=-1", "C=0"):
        done = protect(write("\n".join(rows)), "--cost", wrong)
        assert done.code == 2 and "weight" in done.err and done.out == "", wrong


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("race,people,removed\nA,40,38\nB,300,20\nTotal,340,58\n", [], "two kinds of people"),
        ("race,count,share\nA,5,0.1\nB,45,0.9\nTotal,50,1\n", [], "holds numbers"),
        ("race,count\nA,5\nB,x\n", [], "is not a whole number"),
        ("race,count\nA,5\nB,\n", [], "has no number"),
        ("race,count\nA,5\nA,9\n", [], "has two rows"),
        ("race,count\nA,-5\nB,9\n", [], "is not a whole number"),
        ("race,count\nA,5.5\nB,9\n", [], "is not a whole number"),
        ("race,count\nA,5\nTotal,9\n", [], "add up to 5, not to 9"),
        ("race,count\nA,5\nAll,5\n", [], "reads like a total"),
        ("count\n5\n", [], "no column of labels"),
        ("race,count\nA,5\n", ["--dimensions", "sex"], 'no column "sex"'),
        ("race,count\nA,5\n", ["--count", "n"], 'no column "n"'),
        ("race,count\nA,5\n", ["--events", "removed"], 'no column "removed"'),
        ("race,count\nA,5\n", ["--dimensions", "race,count"], "named for two things"),
        ("race,count\nA,5\n", ["--rule", "cms-99"], 'no disclosure rule "cms-99"'),
        ("race,count\nA,5\n", ["--proof", "sure"], 'no proof "sure"'),
        ("race,count\nA,5\n", ["--round-to", "7"], 'rounded to "7"'),
        ("race,count\nA,5\n", ["--round-to", "5", "--proof", "marks"], "goes by the marks"),
        ("race,count\nA,5\n", ["--codebook", "gone.yaml"], "gone.yaml"),
        ("race,count\nA,5\n", ["--previous", "gone.csv"], "gone.csv"),
        ("", [], "table.csv"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(
    protect: Run, text: str, options: list[str], sentence: str
) -> None:
    done = protect(write(text), *options, "-o", "out.csv")
    assert done.code == 2 and sentence in done.err and "did not expect" not in done.err
    assert done.out == "" and not Path("out.csv").exists()
