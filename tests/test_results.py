"""Published tables: how they are read, what their marks mean, and how they are told from records."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from equitykit.errors import ReadError
from equitykit.frames.grid import MOST_BYTES
from equitykit.resources import folder
from equitykit.results import Results, is_results, read_results
from equitykit.results.headings import heading, read_group
from equitykit.results.marks import limit_in, read_cell, said_in_notes
from tests.oracles import shared

SAMPLES = folder("sample_data")


def table(path: Path, text: str) -> Results:
    file = path / "table.csv"
    file.write_text(text, encoding="utf-8")
    return read_results(file)


def shown(found: Results, group: str, column: str, **labels: str) -> float | None:
    """The number that a table shows at one place, looked for in its frame."""
    frame = found.to_frame()
    for name, value in {"id": group, "column": column, **labels}.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, frame
    return None if pd.isna(frame["value"].iloc[0]) else float(frame["value"].iloc[0])


# -- cells and marks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "mark"),
    [
        ("1,204", 1204.0, None),
        ("12.5%", 12.5, None),
        ("3,5", 3.5, None),
        ("12.5*", 12.5, "*"),
        ("-4.2", -4.2, None),
        ("-9999", None, "-9999"),
        ("-666666666", None, "-666666666"),
        ("<11", None, "<11"),
        ("n<10", None, "n<10"),
        ("1-4", None, "1-4"),
        ("DSU", None, "DSU"),
        ("(X)", None, "(X)"),
        ("\u2020", None, "\u2020"),
        (".", None, "."),
        ("14.0 (12.1-16.0)", 14.0, None),
        ("14.0 \u00b1 2.0", 14.0, None),
    ],
)
def test_a_cell(text: str, value: float | None, mark: str | None) -> None:
    found = read_cell(text)
    assert found is not None
    assert (found.value, found.mark) == (value, mark)


@pytest.mark.parametrize("text", ["White", "Andover School District", "x" * 60, "12 March", "A1"])
def test_words_are_no_cells(text: str) -> None:
    assert read_cell(text) is None


@pytest.mark.parametrize(
    ("text", "range_"),
    [
        ("<11", (0, 10)),
        ("\u22645", (0, 5)),
        ("1-10", (1, 10)),
        (">95%", (95, 100)),
        ("<5%", (0, 5)),
        ("5 or fewer", (0, 5)),
    ],
)
def test_a_range_says_what_a_count_can_be(text: str, range_: tuple[float, float]) -> None:
    found = read_cell(text)
    assert found is not None
    assert (found.low, found.high) == range_


MARKS = ["*", "**", "S", "D", "<11", "<10", "n<", "NA", "-", "\u2020", "\u2021", "(X)", "NR", "DSU", "."]
WITHOUT_A_NOTE = {
    "*": "suppressed",
    "**": "suppressed",
    "S": "suppressed",
    "D": "suppressed",
    "<11": "suppressed",
    "<10": "suppressed",
    "n<": "suppressed",
    "NA": "not-said",
    "-": "not-said",
    "\u2020": "not-applicable",
    "\u2021": "unreliable",
    "(X)": "not-applicable",
    "NR": "not-available",
    "DSU": "unreliable",
    ".": "not-said",
}


@pytest.mark.parametrize("mark", MARKS)
def test_marks_of_the_wild_without_a_note(mark: str, tmp_path: Path) -> None:
    found = table(tmp_path, f"Race,Number\nBlack,40\nWhite,0\nAsian,{mark}\nHispanic,\nAIAN,12\n")
    states = [cell.state for cell in found.cells]
    assert states == ["number", "zero", WITHOUT_A_NOTE[mark], "blank", "number"]
    use = found.marks[0]
    assert (use.mark, use.n) == (mark, 1)
    assert use.said_by == ("nobody" if WITHOUT_A_NOTE[mark] == "not-said" else "default")


@pytest.mark.parametrize("mark", ["*", "S", "NA", "-", "\u2020", "NR", ".", "<11", "-9999"])
@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("fewer than 10 students, hidden to protect privacy", "suppressed"),
        ("relative standard error of 30 % or more", "unreliable"),
        ("data not collected in this year", "not-collected"),
        ("not applicable", "not-applicable"),
        ("data not available", "not-available"),
    ],
)
@pytest.mark.parametrize(
    "form", ["{m} = {w}.", "Note: {m} means {w}.", "{m} {w}", "{m}: {w}; other things follow."]
)
def test_the_notes_of_the_table_come_first(
    mark: str, words: str, state: str, form: str, tmp_path: Path
) -> None:
    note = form.format(m=mark, w=words)
    found = table(tmp_path, f'Race,Number\nBlack,40\nWhite,50\nAsian,{mark}\n"{note}"\n')
    assert [cell.state for cell in found.cells] == ["number", "number", state]
    assert found.marks[0].said_by == "notes"


def test_each_mark_gets_its_own_part_of_a_note() -> None:
    note = "* = suppressed (fewer than 10); N/A = not applicable; \u2020 data were not collected."
    marks = ["*", "N/A", "\u2020"]
    found = {mark: said_in_notes(mark, [note], marks) for mark in marks}
    assert {mark: one[0] for mark, one in found.items() if one} == {
        "*": "suppressed",
        "N/A": "not-applicable",
        "\u2020": "not-collected",
    }


def test_a_star_beside_a_number_is_no_suppression(tmp_path: Path) -> None:
    found = table(tmp_path, "Race,%\nBlack,14.0*\nWhite,4.1\n* p < .05\n")
    assert [(cell.value, cell.state) for cell in found.cells] == [(14.0, "number"), (4.1, "number")]
    assert [(use.mark, use.meaning) for use in found.marks] == [("*", "significance")]


@pytest.mark.parametrize(
    ("text", "limit"), [("n < 10", 10), ("fewer than ten", 10), ("1 to 4", 5), ("many", None)]
)
def test_the_limit_that_a_note_names(text: str, limit: int | None) -> None:
    assert limit_in(text) == limit


# -- headings and labels ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "group"),
    [
        ("Number suspended", "count", None),
        ("N", "n", None),
        ("% suspended", "percent", None),
        ("pub_search_rate_pct", "percent", None),
        ("Rate per 100,000", "rate", None),
        ("95% CI lower", "lower", None),
        ("UCL", "upper", None),
        ("SE", "se", None),
        ("Margin of Error", "moe", None),
        ("Rate ratio (vs White)", "ratio", None),
        ("Estimate; Not Hispanic or Latino: - Asian alone", None, "ASIAN"),
        ("white_pct", "percent", "WHITE"),
        ("Black (n)", "n", "BLACK"),
        ("Hispanic/Latino", None, "HISPANIC"),
        ("Suspended", None, None),
    ],
)
def test_a_heading(text: str, kind: str | None, group: str | None) -> None:
    found = heading(text)
    assert (found.kind, found.group.id if found.group else None) == (kind, group)


@pytest.mark.parametrize(
    ("label", "id", "scheme"),
    [
        ("White (reference)", "WHITE", None),
        ("Black students", "BLACK", None),
        ("Asian\u00b9", "ASIAN", None),
        ("AIAN alone or in combination", "AIAN", "any"),
        ("White alone", "WHITE", "alone"),
        ("Asian/Pacific Islander", "ASIAN/NHPI", None),
        ("Two or More Races", "~multiracial", None),
        ("All students", "~total", None),
        ("Race not known", "~unknown", None),
    ],
)
def test_a_group(label: str, id: str, scheme: str | None) -> None:
    found = read_group(label)
    assert found is not None
    assert (found.id, found.scheme) == (id, scheme)


# -- layouts ---------------------------------------------------------------------------------------------

LONG = '''Table 1: Suspensions, 2024

District,Code,Race,Number,%
North,"=""0012""",Black,40,8.0
North,"=""0012""",White,60,3.0
South,"=""0013""",Black,12,*
South,"=""0013""",White,-9999,2.5
"* Suppressed, fewer than 10 students"
'''
WIDE = """District,Black count,White count,Black %,White %
North,40,60,8.0,3.0
South,12,-9999,*,2.5
* Suppressed
"""
TWO_ROWS = """,Black,,White,
District,Number,%,Number,%
North,40,8.0,60,3.0
South,12,*,-9999,2.5
"""
CROSSED = """Race,North,South,Total
Black,40,12,52
White,60,31,91
"""


def test_long(tmp_path: Path) -> None:
    found = table(tmp_path, LONG)
    assert found.layout == "long"
    assert found.title == ("Table 1: Suspensions, 2024",)
    assert found.dimension == "Race"
    assert dict(found.dimensions) == {"District": ("North", "South")}
    assert shown(found, "BLACK", "Number", District="North") == 40
    assert shown(found, "WHITE", "Number", District="South") is None
    assert {use.mark: use.meaning for use in found.marks} == {"*": "suppressed", "-9999": "not-said"}


@pytest.mark.parametrize("text", [WIDE, TWO_ROWS])
def test_wide(text: str, tmp_path: Path) -> None:
    found = table(tmp_path, text)
    counts = found.of_kind("count")[0].name
    assert found.layout == "wide"
    assert [group.id for group in found.groups] == ["BLACK", "WHITE"]
    assert shown(found, "BLACK", counts, District="South") == 12
    assert shown(found, "WHITE", found.of_kind("percent")[0].name, District="South") == 2.5
    assert shown(found, "WHITE", counts, District="South") is None


def test_crossed(tmp_path: Path) -> None:
    found = table(tmp_path, CROSSED)
    assert found.layout == "crossed"
    assert found.dimensions["columns"] == ("North", "South", "Total")
    assert shown(found, "BLACK", "count", columns="Total") == 52


def test_columns_that_do_not_add_up_are_not_crossed(tmp_path: Path) -> None:
    found = table(tmp_path, CROSSED.replace("52", "41"))
    assert found.layout == "long"
    assert [column.name for column in found.columns] == ["North", "South", "Total"]


def test_a_workbook_with_titles_merged_headings_and_notes(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Suspensions by race and sex"],
        [],
        ["District", "Race", "Female", None, "Male", None],
        [None, None, "Number", "%", "Number", "%"],
        ["North", "Black", 40, 8.0, 61, 11.5],
        [None, "White", 60, 3.0, 70, 3.4],
        ["South", "Black", "*", "*", 33, 9.0],
        [None, "White", 44, 2.8, 52, 3.1],
        ["* means fewer than 10 students; suppressed."],
    ):
        sheet.append(row)
    for cells in ("A1:F1", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "A5:A6", "A7:A8"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "table.xlsx")
    found = read_results(tmp_path / "table.xlsx")
    assert found.title == ("Suspensions by race and sex",)
    assert shown(found, "WHITE", "%", District="South", columns="Male") == 3.1
    assert shown(found, "BLACK", "Number", District="South", columns="Female") is None
    assert [(use.mark, use.meaning, use.n) for use in found.marks] == [("*", "suppressed", 2)]
    assert is_results(tmp_path / "table.xlsx")


def test_rows_of_headings_inside_the_table(tmp_path: Path) -> None:
    found = table(
        tmp_path, "Race,Number,%\nNorth,,\nBlack,40,8.0\nWhite,60,3.0\nSouth,,\nBlack,12,2.0\nWhite,31,1.0\n"
    )
    assert shown(found, "WHITE", "Number", section="South") == 31


def test_the_order_of_rows_and_columns_changes_no_cell(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        [["North", "Black", "40", "8.0"], ["North", "White", "*", "3.0"], ["South", "Black", "12", "2.0"]],
        columns=["District", "Race", "Number", "%"],
    )

    def cells(given: pd.DataFrame) -> set[tuple[object, ...]]:
        return {
            (cell.group, frozenset(cell.labels), cell.column, cell.value, cell.state)
            for cell in read_results(given).cells
        }

    assert cells(frame) == cells(frame.iloc[::-1]) == cells(frame[["Race", "District", "%", "Number"]])


# -- told apart ------------------------------------------------------------------------------------------

RECORDS = {
    "plain": "id,race,sex,age\n"
    + "".join(f"{n},{'White' if n % 3 else 'Black'},F,{n % 60}\n" for n in range(60)),
    "with a rate of their own": "loan,race,interest_rate,state,amount\n"
    + "".join(f"L{n},{'White' if n % 2 else 'Asian'},{3 + n / 10:.1f},CT,{n * 1000}\n" for n in range(40)),
    "one row for each race of a person": "client_id,race,n_visits\n"
    + "".join(
        f"{n},White,{n % 7}\n{n},Black,{n % 5}\n" if n % 9 == 0 else f"{n},White,2\n" for n in range(50)
    ),
    "flags": "id,race_white,race_black,race_asian\n"
    + "".join(f"{n},{n % 2},{1 - n % 2},0\n" for n in range(40)),
    "no numbers": "name,race,ethnicity\n" + "".join(f"P{n},White,Hispanic\n" for n in range(20)),
    "few people": "race,sex,age,score\nWhite,F,31,4\nBlack,M,40,5\nWhite,F,29,3\nAsian,F,50,5\n",
}


@pytest.mark.parametrize("name", RECORDS)
def test_records_are_no_published_table(name: str, tmp_path: Path) -> None:
    file = tmp_path / "records.csv"
    file.write_text(RECORDS[name], encoding="utf-8")
    assert not is_results(file)


@pytest.mark.parametrize("text", [LONG, WIDE, TWO_ROWS, "Race,Number,%\nBlack,1,2.0\nWhite,3,4.0\n"])
def test_published_tables_are_told(text: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    assert is_results(file)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.csv")), ids=lambda path: path.name)
def test_the_sample_data_are_told_apart(path: Path) -> None:
    assert is_results(path) == (path.name.startswith("published") or path.name == "county_benchmark.csv")


PUBLISHED = {"acs_b03002", "ct_school_suspensions", "published"}


def test_the_real_files_are_told_apart() -> None:
    files = sorted(shared("data").glob("*/*.csv"))
    assert files
    told = {path.name: is_results(path) for path in files}
    expected = {
        path.name: path.parent.name in PUBLISHED and path.name != "berkeley_1973_admissions.csv"
        for path in files
    }
    assert told == expected  # the Berkeley table has no groups of race: --as results


# -- what cannot be read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n \n", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "a picture"),
        (b"race,ethnicity\nWhite,no\nBlack,no\n", "no table of numbers"),
        (b"just words\n", "no table of numbers"),
        (b"a" * 100_000, "no table of numbers"),
        (b"PK\x03\x04" + b"broken" * 50, "damaged|not"),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence(content: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    with pytest.raises(ReadError, match=says):
        read_results(file)
    assert not is_results(file)
    assert file.read_bytes() == content


def test_a_truncated_workbook_is_said(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Race", "Number"], ["Black", 40], ["White", 60]):
        sheet.append(row)
    whole = tmp_path / "whole.xlsx"
    book.save(whole)
    for size in (30, 1000, len(whole.read_bytes()) - 100):
        cut = tmp_path / "cut.xlsx"
        cut.write_bytes(whole.read_bytes()[:size])
        with pytest.raises(ReadError):
            read_results(cut)


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    with file.open("wb") as handle:
        handle.truncate(MOST_BYTES + 1)
    with pytest.raises(ReadError, match="too large to be a published table"):
        read_results(file)
    with pytest.raises(ReadError, match="no published table"):
        read_results(12)  # type: ignore[arg-type]
    with pytest.raises(ReadError, match="There is no file"):
        read_results(tmp_path / "none.csv")


# -- as agencies publish them ----------------------------------------------------------------------------


def test_an_export_with_a_column_of_notes_and_a_rate_of_nobody_knows_what(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        '"Notes"\tRace\tRace Code\tDeaths\tPopulation\tCrude Rate\n'
        "\tAmerican Indian or Alaska Native\t1002-5\t12\t30211\tUnreliable\n"
        "\tAsian\tA\t41\t210334\t19.5\n"
        "\tBlack or African American\t2054-5\t310\t402110\t77.1\n"
        "\tNative Hawaiian or Other Pacific Islander\tNHOPI\tSuppressed\t4033\tSuppressed\n"
        '"Total"\t\t\t2590\t3657708\t70.8\n"---"\n"Dataset: Underlying Cause of Death"\n',
    )
    assert [group.id for group in found.groups] == ["AIAN", "ASIAN", "BLACK", "NHPI", "~total"]
    assert found.column("Crude Rate").per == 100_000
    assert {use.mark: use.meaning for use in found.marks} == {
        "Suppressed": "suppressed",
        "Unreliable": "unreliable",
    }
    assert is_results(tmp_path / "table.csv")


def test_ages_in_two_rows_of_headings_are_no_numbers(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        "Table 3. Hospital stays by race and age, 2023\n,Under 18,,18-64,,Total,\nRace,n,%,n,%,n,%\n"
        "Asian,20,25.0,60,75.0,80,100.0\nBlack,50,33.3,100,66.7,150,100.0\n",
    )
    assert found.title == ("Table 3. Hospital stays by race and age, 2023",)
    assert found.dimensions["columns"] == ("Under 18", "18-64", "Total")
    assert shown(found, "BLACK", "%", columns="18-64") == 66.7


def test_a_rate_per_hundred_is_a_percent(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        "Race,Cohort,Graduates,Graduation Rate\nBlack,45,40,88.9\nWhite,98,92,93.9\nAsian,120,118,98.3\n",
    )
    assert [column.kind for column in found.columns] == ["count", "count", "percent"]
