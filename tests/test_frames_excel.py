"""Spreadsheets as they come: titles, merged cells, totals, dates, hidden sheets, and attacks."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from equitykit import frames
from equitykit.errors import ReadError
from equitykit.frames import Records, Tally


def book(path: Path, rows: list[list[Any]], change: Callable[[Worksheet], None] | None = None) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(sheet)
    workbook.save(path)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "intake.xlsx"


def rows_of(records: Records) -> list[tuple[object, ...]]:
    frame = next(iter(records.tally([Tally(records.columns)]).values()))
    return sorted((tuple(row) for row in frame.itertuples(index=False)), key=repr)


def note(records: Records, kind: str) -> str:
    return next(note.message for note in records.notes if note.kind == kind)


def kinds(records: Records) -> list[str]:
    return [note.kind for note in records.notes]


TABLE: list[list[Any]] = [["id", "race"], [1, "White"], [2, "Black"], [3, None]]


def test_a_plain_sheet(file: Path) -> None:
    records = frames.open(book(file, TABLE))
    assert (records.rows, records.columns, records.notes) == (3, ("id", "race"), ())
    assert rows_of(records) == sorted([("1", "White", 1), ("2", "Black", 1), ("3", None, 1)], key=repr)
    assert records.sha256 is not None
    assert records.recipe() == {"path": str(file), "options": {}}


def test_told_by_content_not_by_name(tmp_path: Path) -> None:
    assert frames.open(book(tmp_path / "intake.csv", TABLE)).rows == 3
    (tmp_path / "really.xlsx").write_text("id,race\n1,White\n")
    assert frames.open(tmp_path / "really.xlsx").rows == 1


def test_values_read_as_shown(file: Path) -> None:
    def formats(sheet: Worksheet) -> None:
        sheet["C2"].number_format = "00000"

    values = [
        dt.datetime(2024, 3, 1),
        dt.datetime(2024, 3, 1, 9, 30),
        217,
        True,
        0.1 + 0.2,
        5.0,
        dt.time(9, 30),
        " NA ",
    ]
    row = [values[0], values[1], values[2], *values[3:]]
    records = frames.open(book(file, [list("abcdefgh"), row], formats))
    assert rows_of(records) == [
        ("2024-03-01", "2024-03-01T09:30:00", "00217", "TRUE", "0.3", "5", "09:30:00", "NA", 1)
    ]
    assert note(records, "excel-dates").endswith("a, b, g.")


def test_dates_beside_text(file: Path) -> None:
    records = frames.open(
        book(file, [["id", "day"], [1, dt.date(2024, 3, 1)], [2, "3/2/2024"], [3, "unknown"]])
    )
    assert {row[1] for row in rows_of(records)} == {"2024-03-01", "3/2/2024", "unknown"}
    assert "excel-dates" in kinds(records)


def test_cells_of_several_types_in_one_column_are_counted_as_they_are_shown(file: Path) -> None:
    """A number and the same number as text are one value; 01 is another, and nothing becomes a date or a hole."""
    mixed = [
        1,
        1.0,
        "1",
        " 1 ",
        "01",
        1.5,
        True,
        "TRUE",
        "NA",
        None,
        "",
        dt.date(2024, 3, 1),
        "2024-03-01",
        45352,
    ]
    records = frames.open(book(file, [["id", "code"], *([n, cell] for n, cell in enumerate(mixed))]))
    assert records.rows == len(mixed)
    found = records.tally([Tally(("code",))])[Tally(("code",))]
    assert dict(zip(found["code"].tolist(), found["n"].tolist(), strict=True)) == {
        "1": 4, "01": 1, "1.5": 1, "TRUE": 2, "NA": 1, None: 2, "2024-03-01": 2, "45352": 1
    }  # fmt: skip


TITLED: list[list[Any]] = [
    ["Intake, all offices"],
    ["made 2024-03-01"],
    [],
    ["id", "race", "sex"],
    [1, "White", "F"],
    [2, "Black", "M"],
]


def test_title_rows_are_asked_about(file: Path) -> None:
    with pytest.raises(ReadError) as caught:
        frames.open(book(file, TITLED))
    assert str(caught.value) == (
        "intake.xlsx: it is not clear which row names the columns. The first rows are: row 1: Intake, all offices; "
        "row 2: made 2024-03-01; row 4: id | race | sex; row 5: 1 | White | F; row 6: 2 | Black | M. "
        "Say which with --header-row N (python: header_row=N, counted from 1)."
    )
    records = frames.open(file, header_row=4)
    assert (records.rows, records.columns) == (2, ("id", "race", "sex"))
    with pytest.raises(ReadError, match="row 3 is empty"):
        frames.open(file, header_row=3)
    with pytest.raises(ReadError, match="row 99 is empty"):
        frames.open(file, header_row=99)


def test_a_merged_title_is_asked_about(file: Path) -> None:
    rows: list[list[Any]] = [["Intake", None], ["id", "race"], [1, "White"]]
    with pytest.raises(ReadError, match=r"row 1: Intake; row 2: id \| race"):
        frames.open(book(file, rows, lambda sheet: sheet.merge_cells("A1:B1")))
    assert frames.open(file, header_row=2).rows == 1


def test_a_two_row_header(file: Path) -> None:
    rows: list[list[Any]] = [["id", "Race", None], [None, "White", "Black"], [1, "x", None], [2, None, "x"]]

    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("A1:A2")

    with pytest.raises(ReadError, match="--header-row N"):
        frames.open(book(file, rows, merge))
    assert frames.open(file, header_row=2).columns == ("id", "White", "Black")
    assert frames.open(file, header_row=1).columns == ("id", "Race", "Race__2")


def test_empty_rows_above_the_header(file: Path) -> None:
    records = frames.open(book(file, [[], [], *TABLE]))
    assert (records.rows, kinds(records)) == (3, ["header"])


def test_labels_merged_over_rows_belong_to_each(file: Path) -> None:
    rows: list[list[Any]] = [
        ["site", "race"],
        ["North", "White"],
        [None, "Black"],
        [None, "Asian"],
        ["South", "White"],
    ]
    records = frames.open(book(file, rows, lambda sheet: sheet.merge_cells("A2:A4")))
    assert [row[:2] for row in rows_of(records)] == sorted(
        [("North", "White"), ("North", "Black"), ("North", "Asian"), ("South", "White")], key=repr
    )
    assert "site" in note(records, "merged-cells")


@pytest.mark.parametrize("word", ["Total", "Grand total", "TOTAL:", "All"])
def test_a_totals_row_is_no_person(file: Path, word: str) -> None:
    rows: list[list[Any]] = [["race", "n", "events"], ["White", 10, 2], ["Black", 5, 1], [word, 15, 3], []]
    records = frames.open(book(file, rows))
    assert records.rows == 2
    assert f"{word}, 15, 3" in note(records, "totals-row")
    assert records.totals_row == (word, "15", "3")


def test_total_as_a_value_stays(file: Path) -> None:
    rows: list[list[Any]] = [["site", "race", "n"], ["North", "Total", 3], ["South", "Total", 4]]
    assert frames.open(book(file, rows)).rows == 2


def test_hidden_sheets_are_said_and_not_read(file: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        other = sheet.parent.create_sheet("old")
        other.append(["id"])
        other.append([9])
        other.sheet_state = "hidden"
        sheet.parent.create_sheet("empty")

    records = frames.open(book(file, TABLE, hide))
    assert records.rows == 3
    assert '"old"' in note(records, "hidden-sheet")
    assert frames.open(file, sheet="old").columns == ("id",)


def test_several_sheets_are_asked_about(file: Path) -> None:
    def more(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        sheet.title = "2023"
        other = sheet.parent.create_sheet("2024")
        other.append(["id", "race"])
        other.append([9, "White"])

    with pytest.raises(
        ReadError, match=r"several sheets with data: 2023, 2024\. Say which one with --sheet NAME"
    ):
        frames.open(book(file, TABLE, more))
    assert frames.open(file, sheet="2024").rows == 1
    with pytest.raises(ReadError, match='no sheet "2042".*Did you mean "2024"'):
        frames.open(file, sheet="2042")


def test_only_hidden_data(file: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        sheet.parent.create_sheet("front")
        sheet.sheet_state = "veryHidden"

    with pytest.raises(ReadError, match="no visible sheet with data. It has hidden sheets: Sheet"):
        frames.open(book(file, TABLE, hide))


def test_formulas_without_a_result_are_said(file: Path) -> None:
    records = frames.open(book(file, [["id", "race"], [1, "=A2"], [2, "=A3"], [3, "White"]]))
    assert records.profile()["race"].blank == 2
    assert note(records, "formula-text").startswith(
        "2 formula cells hold no stored result and were read as blank (race)"
    )


def test_formula_results_are_used(file: Path) -> None:
    book(file, [["id", "race"], [1, "x"]])
    edit(file, "xl/worksheets/sheet1.xml", lambda text: text.replace("<v>1</v>", "<f>0+1</f><v>1</v>", 1))
    records = frames.open(file)
    assert "formula-text" not in kinds(records)
    assert rows_of(records) == [("1", "x", 1)]


def test_headerless_sheets(file: Path) -> None:
    rows: list[list[Any]] = [[1, "White"], [2, "Black"]]
    records = frames.open(book(file, rows))
    assert (records.rows, kinds(records)) == (1, ["header"])
    assert frames.open(file, no_header=True, names=["id", "race"]).rows == 2
    with pytest.raises(ReadError, match="2 columns, but 1 names"):
        frames.open(file, no_header=True, names=["id"])


def test_cells_beside_the_table_get_a_column(file: Path) -> None:
    records = frames.open(book(file, [["id", "race"], [1, "White"], [2, "Black", None, "see note"]]))
    assert records.columns == ("id", "race", "column_3", "column_4")
    assert records.rows == 2


def test_an_empty_workbook(file: Path) -> None:
    with pytest.raises(ReadError, match="no visible sheet with data"):
        frames.open(book(file, []))


# --- attacks and accidents ---


def edit(path: Path, member: str, change: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts[member].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(file: Path) -> None:
    book(file, TABLE)
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/bomb.xml", "w") as part,
    ):
        for _ in range(60):
            part.write(b" " * 1_000_000)
    with pytest.raises(ReadError, match="would unpack to 60 MB from 0.1 MB"):
        frames.open(file)


def test_a_zip_that_lies_about_its_size_is_refused(file: Path) -> None:
    book(file, TABLE)
    with zipfile.ZipFile(file) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    content = file.read_bytes()
    file.write_bytes(content.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(ReadError, match="is damaged"):
        frames.open(file)


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_xml_entities_are_refused(file: Path, member: str) -> None:
    book(file, TABLE)
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    edit(file, member, lambda text: text.replace("?>", "?>" + bomb, 1) if "?>" in text else bomb + text)
    with pytest.raises(ReadError, match="declares XML entities"):
        frames.open(file)


def test_openpyxl_itself_refuses_entities() -> None:
    from openpyxl import DEFUSEDXML, LXML

    assert DEFUSEDXML or LXML


def test_a_row_number_out_of_bounds(file: Path) -> None:
    book(file, TABLE)
    edit(file, "xl/worksheets/sheet1.xml", lambda text: text.replace('r="3"', 'r="99999999999"'))
    with pytest.raises(ReadError, match="more rows than a spreadsheet can have"):
        frames.open(file)


@pytest.mark.parametrize(
    ("members", "what"),
    [
        (["word/document.xml", "[Content_Types].xml"], "a Word document"),
        (["ppt/slides.xml"], "a slide show"),
        (["xl/workbook.bin"], "a binary spreadsheet"),
        (["content.xml", "mimetype"], "an OpenDocument file"),
        (["intake.csv"], r"a ZIP archive \(it holds intake.csv\)"),
        ([], "a ZIP archive"),
    ],
)
def test_other_archives(tmp_path: Path, members: list[str], what: str) -> None:
    path = tmp_path / "given.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.writestr(member, "<x/>")
    with pytest.raises(ReadError, match=f"given.xlsx is {what}"):
        frames.open(path)


def test_a_cut_off_spreadsheet(file: Path) -> None:
    content = book(file, TABLE).read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(ReadError, match="is damaged"):
        frames.open(file)
