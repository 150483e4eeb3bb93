"""Several CSV files as one table, and lines that do not fit: named, and never a wrong count."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from equitykit import frames, report, resources
from equitykit.audit import audit
from equitykit.disaggregate import disaggregate
from equitykit.durations import durations
from equitykit.errors import ReadError
from equitykit.frames import Records, Tally, opening
from equitykit.stages import stages

HEADER = "id,race,sex"
RACES = ("White", "Black", "Asian", "", '"Black, Somali"')


@pytest.fixture(params=["in memory", "embedded database"])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "in memory":
        monkeypatch.setattr(opening, "SMALL", 0)
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine months, 40 people each."""
    parts = tmp_path / "parts"
    parts.mkdir()
    for month in range(1, 10):
        rows = [f"{month}-{n},{RACES[(n * month) % 5]},{'FMX'[n % 3]}" for n in range(40)]
        (parts / f"m{month}.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return parts


def by_hand(folder: Path, *columns: str) -> dict[tuple[str | None, ...], int]:
    """Counts by the csv module, file by file."""
    found: Counter[tuple[str | None, ...]] = Counter()
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            found.update(tuple(row[c] or None for c in columns) for row in csv.DictReader(handle))
    return dict(found)


def counts(records: Records, *columns: str) -> dict[tuple[str | None, ...], int]:
    frame = records.tally([Tally(columns)])[Tally(columns)]
    return {tuple(row[:-1]): int(row[-1]) for row in frame.itertuples(index=False)}


def edit(path: Path, old: str, new: str, count: int = -1) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, count), encoding="utf-8")


@pytest.mark.parametrize("how", ["folder", "pattern"])
def test_a_folder_of_csv_files_is_one_table(folder: Path, small: str, how: str) -> None:
    with frames.open(folder if how == "folder" else str(folder / "m*.csv")) as records:
        assert (records.rows, records.columns, records.notes) == (360, ("id", "race", "sex"), ())
        assert counts(records, "race", "sex") == by_hand(folder, "race", "sex")
        assert counts(records, "id") == by_hand(folder, "id")
        whole = hashlib.sha256()
        for path in sorted(folder.glob("*.csv")):
            name = path.name
            whole.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        assert records.sha256 == whole.hexdigest() or how == "pattern"


def test_columns_in_another_order_are_matched_by_name(folder: Path, small: str) -> None:
    expected = by_hand(folder, "race", "sex")
    lines = (folder / "m7.csv").read_text().splitlines()
    with (folder / "m7.csv").open("w", newline="") as handle:
        csv.writer(handle).writerows([row[1], row[2], row[0]] for row in csv.reader(lines))
    with frames.open(folder) as records:
        assert counts(records, "race", "sex") == expected
        assert [note.kind for note in records.notes] == ["column-order"]
        assert "m7.csv" in records.notes[0].message


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (
            "id,race_eth,sex",
            'm7.csv lacks the column "race" that m1.csv has and has the column "race_eth" that m1.csv lacks. '
            '"race_eth" may be "race" under another name. Give all files the same header (their columns are matched '
            "by name, in any order), or open them one by one.",
        ),
        ("id,Race,sex", 'm7.csv lacks the column "race" that m1.csv has and has the column "Race"'),
        ("id,race", 'm7.csv lacks the column "sex" that m1.csv has. Give'),
        ("id,race,sex,site", 'm7.csv has the column "site" that m1.csv lacks. Give'),
        (
            "7-900,White,F",
            'm7.csv lacks the columns "id", "race", "sex" that m1.csv has and has the columns "7-900"',
        ),
    ],
)
def test_a_changed_header_names_the_file_and_the_column(
    folder: Path, small: str, header: str, says: str
) -> None:
    edit(folder / "m7.csv", HEADER, header, 1)
    with pytest.raises(ReadError) as caught:
        frames.open(folder)
    assert str(caught.value).startswith(says)


def test_a_missing_header_is_suspected(folder: Path) -> None:
    edit(folder / "m7.csv", HEADER + "\n", "", 1)
    with pytest.raises(ReadError, match="Its first line may be a record, and the header missing"):
        frames.open(folder)


def test_files_without_headers_need_the_same_width(folder: Path, small: str) -> None:
    for path in folder.glob("*.csv"):
        edit(path, HEADER + "\n", "", 1)
    with frames.open(folder, no_header=True, names=["id", "race", "sex"]) as records:
        assert records.rows == 360
    (folder / "m7.csv").write_text("1,White\n2,Black\n")
    with pytest.raises(ReadError, match=r'm7\.csv lacks the column "column_3" that m1\.csv has'):
        frames.open(folder, no_header=True)


def test_each_file_has_its_own_encoding_and_separator(folder: Path, small: str) -> None:
    edit(folder / "m4.csv", "White", "Español")
    expected = by_hand(folder, "race", "sex")
    text = (folder / "m3.csv").read_text()
    with (folder / "m3.csv").open("w", newline="") as handle:
        csv.writer(handle, delimiter=";").writerows(csv.reader(text.splitlines()))
    (folder / "m4.csv").write_bytes((folder / "m4.csv").read_text(encoding="utf-8").encode("cp1252"))
    (folder / "m5.csv").write_text((folder / "m5.csv").read_text(), encoding="utf-16")
    with frames.open(folder) as records:
        assert counts(records, "race", "sex") == expected
        told = {note.message.split(":")[0]: note.kind for note in records.notes}
    assert told == {"m3.csv": "delimiter", "m4.csv": "encoding", "m5.csv": "encoding"}


def test_totals_rows_of_files_are_no_people(tmp_path: Path, small: str) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("group,n\nWhite,10\nBlack,5\nTotal,15\n")
    with frames.open(tmp_path) as records:
        assert records.rows == 4
        assert [note.kind for note in records.notes] == ["totals-row", "totals-row"]


# --- planted faults: the file, the line and what is wrong; or the lines are left out and counted ---


FAULTS = {  # what is planted in m3.csv in place of its line 11: what is said of which line, how many are left out
    "too many fields": ("3-9,Black,Somali,F", "line 11: 4 fields were found where 3 were expected", 1),
    "too few fields": ("3-9,F", "line 11: 2 fields were found where 3 were expected", 1),
    "unclosed quote": ('3-9,"Black,F', "line 11: a quotation mark is opened", 1),
    "quote inside": ('3-9,"Bl"ack,F', "line 11: a quotation mark stands inside a quoted field", 1),
    "NUL": ("3-9,Bl\0ack,F", "the first on line 11", 1),
    "three of them": ("3-9,a,b,c\n3-9,\n,,,,x", "line 11: 4 fields", 3),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_line_is_named_and_left_out_only_where_told(folder: Path, small: str, fault: str) -> None:
    planted, says, n = FAULTS[fault]
    lines = (folder / "m3.csv").read_text().splitlines()
    assert lines[10].startswith("3-9,")
    assert any(line.endswith(",X") for line in lines)
    lines[12] = "3-11,White,"  # a whole line that ends in a blank: this file writes its blanks
    (folder / "m3.csv").write_text("\n".join([*lines[:10], *lines[11:]]) + "\n")
    expected = by_hand(folder, "race", "sex")
    (folder / "m3.csv").write_text("\n".join([*lines[:10], planted, *lines[11:]]) + "\n")
    with pytest.raises(ReadError, match=r"m3\.csv") as caught:
        frames.open(folder)
    assert says in str(caught.value)
    assert "--skip-bad-lines" in str(caught.value)
    with frames.open(folder, skip_bad_lines=True) as records:
        assert records.rows == 359
        assert counts(records, "race", "sex") == expected
        (note,) = records.notes
    assert (note.kind, note.rows) == ("skipped-lines", n)
    assert "m3.csv, line 11, " in note.message
    assert "Somali" not in note.message  # a note may travel; what people answered stays


def test_quoted_line_breaks_are_no_fault(folder: Path, small: str) -> None:
    edit(folder / "m3.csv", "White", '"Wh\nite"')
    with frames.open(folder) as records:
        assert counts(records, "race", "sex") == by_hand(folder, "race", "sex")
        assert records.notes == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"m3\.csv is empty"),
        (b"\n\n", r"m3\.csv is empty"),
        (b"%PDF-1.4", r"m3\.csv is a PDF document"),
        (b"PK\x03\x04", r"m3\.csv is no text file \(xlsx\)"),
        (b'{"id": 1, "race": "White"}\n', r"m3\.csv is no text file \(json\)"),
    ],
)
def test_a_file_that_is_no_table_is_named(folder: Path, small: str, content: bytes, says: str) -> None:
    (folder / "m3.csv").write_bytes(content)
    with pytest.raises(ReadError, match=says):
        frames.open(folder)


def test_a_header_alone_is_a_month_without_people(folder: Path, small: str) -> None:
    (folder / "m3.csv").write_text(HEADER + "\n")
    with frames.open(folder) as records:
        assert records.rows == 320
        assert counts(records, "race") == by_hand(folder, "race")


def short(lines: int, place: int, ends: str) -> Iterator[str]:
    yield "id,race,sex"
    for n in range(lines):
        yield f"{n},White" if n == place else f"{n},White,{ends if n == 3 else 'F'}"


@pytest.mark.parametrize(
    ("lines", "ends", "bad"),
    [
        (50, "F", False),  # one in fifty, and no whole line ends in a blank: blanks were left away
        (50, "", True),  # a whole line ends in a blank: this file writes its blanks
        (2_000, "F", True),  # one in two thousand is damage
    ],
)
def test_short_lines_are_filled_only_where_the_file_leaves_blanks_away(
    tmp_path: Path, small: str, lines: int, ends: str, bad: bool
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(short(lines, 20, ends)))
    if bad:
        with pytest.raises(ReadError, match=r"a\.csv, line 22: 2 fields were found where 3 were expected"):
            frames.open(path)
        with frames.open(path, skip_bad_lines=True) as records:
            assert records.rows == lines - 1
    else:
        with frames.open(path) as records:
            assert records.rows == lines
            assert counts(records, "sex")[(None,)] == 1
            assert "(line 22)" in records.notes[0].message


def test_folders_that_are_not_one_table(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / "more" / "m10.csv").write_text(HEADER + "\n1,White,F\n")
    with pytest.raises(ReadError, match=r"in folders below it, such as more/m10\.csv"):
        frames.open(folder)
    assert frames.open(str(folder / "**" / "*.csv")).rows == 361
    (folder / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(ReadError, match=r"several kinds of files: x\.parquet, m1\.csv"):
        frames.open(folder)


def test_a_pattern_that_fits_one_file_opens_it(folder: Path) -> None:
    assert frames.open(str(folder / "m7*")).rows == 40


# --- what was left out is said wherever a number stands ---


def test_lines_left_out_are_in_the_audit_its_report_and_the_measures(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    people = [f"{n},{'White' if n % 2 else 'Black'},{'YN'[n % 3 == 0]}" for n in range(60)]
    path.write_text("\n".join(["id,race,out", *people, "60,White,Y,x", "61,Black,Y,x,y"]))
    book = {
        "questions": {"race_ethnicity": {"columns": ["race"]}},
        "outcomes": {"out": {"column": "out", "event": ["Y"], "favourable": True}},
    }
    records = frames.open(path, skip_bad_lines=True)
    said = (
        "2 lines did not fit the table and were left out (line 62, 4 fields were found where 3 were expected; "
        "line 63, 5 fields were found where 3 were expected)."
    )
    done = audit(records, book)
    note = {"kind": "skipped-lines", "message": said, "rows": 2, "columns": []}
    assert done.to_dict()["subject"]["notes"] == [note]
    jsonschema.validate(
        done.to_dict(), json.loads((resources.folder("schemas") / "audit.schema.json").read_text())
    )
    assert said in done.to_markdown()
    assert said in report.terminal.render(report.audit_document(done.to_dict(), brief=True), width=2_000)
    assert said in disaggregate(records, book, outcome="out").notes
    assert (
        said
        in durations(records, {**book, "durations": {"d": {"days": "id", "exit": "out"}}}, duration="d").notes
    )
    chain = {**book, "stages": ["referred", "out"]}
    assert said in stages(records, chain, reference="total").to_dict()["notes"]
    public = audit(records, book, public=True).to_dict()
    jsonschema.validate(public, json.loads((resources.folder("schemas") / "audit.schema.json").read_text()))
    assert public["subject"]["notes"] == [
        note | {"message": "Lines that did not fit the table were left out.", "rows": None}
    ]
