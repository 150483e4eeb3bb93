"""Files told by content, Parquet, JSON, SAS/SPSS/Stata, folders, and what is left behind."""

from __future__ import annotations

import csv
import datetime as dt
import gc
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from equitykit import frames
from equitykit.errors import MissingExtra, ReadError
from equitykit.frames import Records, Tally, opening, structured, textfiles
from equitykit.frames.scratch import _PREFIX, Scratch
from equitykit.frames.values import clean
from equitykit.text import plain

pa: Any = pytest.importorskip("pyarrow")
parquet: Any = pytest.importorskip("pyarrow.parquet")
ROOT = Path(__file__).resolve().parent.parent


def counts(records: Records, *columns: str) -> dict[tuple[object, ...], int]:
    frame = records.tally([Tally(columns)])[Tally(columns)]
    return {tuple(row[:-1]): row[-1] for row in frame.itertuples(index=False)}


# --- what cannot be read ---


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"%PDF-1.7\n...", "a.csv", "is a PDF document"),
        (b"\x1f\x8b\x08\x00...", "a.csv.gz", "is a gzip archive"),
        (b"SQLite format 3\x00", "a.db", "cannot be read: file is not a database"),
        (b"<!DOCTYPE html><table>", "a.xls", "is a web page"),
        (b"<html><body>", "a.csv", "is a web page"),
        (b"<?xml version='1.0'?><Workbook/>", "a.xls", "is an XML document"),
        (b"{\\rtf1\\ansi", "a.csv", "is an RTF document"),
        (b"\x89PNG\r\n\x1a\n", "a.csv", "is a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "a.xls", "old XLS format"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            "protected by a password",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
            "a.doc",
            "office document in an old format",
        ),
        (b"PAR1" + b"x" * 50, "a.parquet", "could not be read"),
        (b"ARROW1\x00\x00", "a.arrow", "is an Arrow file"),
        (bytes(range(256)) * 8, "a.csv", "holds NUL characters"),
        (b"", "a.csv", "is empty"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, name: str, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReadError, match=says) as caught:
        frames.open(tmp_path / name)
    assert caught.value.next_step
    assert name in str(caught.value)


def test_a_missing_file_offers_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "intake.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ReadError, match='no file "intke.csv".*Did you mean "intake.csv"'):
        frames.open(str(tmp_path / "intke.csv"))
    with pytest.raises(ReadError, match="There is no folder"):
        frames.open(tmp_path / "nowhere" / "intake.csv")


def test_folders_without_parquet(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="a folder without data files"):
        frames.open(tmp_path)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "b.xlsx").write_text("")
    with pytest.raises(ReadError, match=r"several kinds of files: a\.csv, b\.xlsx"):
        frames.open(tmp_path)
    with pytest.raises(ReadError, match="only Parquet files, or CSV and TSV files, can be opened together"):
        frames.open(str(tmp_path / "*.*"))
    with pytest.raises(ReadError, match="No file fits"):
        frames.open(str(tmp_path / "*.parquet"))


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything"
)
def test_permission_denied(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    with pytest.raises(ReadError, match="permission is denied"):
        frames.open(path)


def test_permission_denied_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(textfiles, "scan", refuse)
    with pytest.raises(ReadError, match="a.csv may not be read: permission is denied"):
        frames.open(path)


def test_odd_paths() -> None:
    for odd in ("", "\x00", "a" * 5_000, "\udcff.csv"):
        with pytest.raises(ReadError):
            frames.open(odd)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("a.csv", {"sheet": "x"}, "a.csv is a text file; sheet cannot be given for it"),
        ("a.parquet", {"no_header": True}, "a.parquet is Parquet; no_header cannot"),
        ("a.jsonl", {"delimiter": ","}, "a.jsonl is a JSON file; delimiter cannot"),
        ("a.xlsx", {"encoding": "utf-8"}, "a.xlsx is a spreadsheet; encoding cannot"),
    ],
)
def test_options_that_do_not_apply(tmp_path: Path, name: str, options: dict[str, Any], says: str) -> None:
    frame = pd.DataFrame({"id": ["1"], "race": ["W"]})
    path = tmp_path / name
    write: dict[str, Callable[[], object]] = {
        "a.csv": lambda: frame.to_csv(path, index=False),
        "a.parquet": lambda: frame.to_parquet(path),
        "a.jsonl": lambda: frame.to_json(path, orient="records", lines=True),
        "a.xlsx": lambda: frame.to_excel(path, index=False),
    }
    write[name]()
    assert frames.open(path, skip_bad_lines=True).rows == 1
    with pytest.raises(ReadError, match=says):
        frames.open(path, **options)


def test_addresses_and_home_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReadError, match="is an address, and nothing is fetched"):
        frames.open("https://example.org/a.csv")
    (tmp_path / "a.csv").write_text("id,race\n1,W\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    records = frames.open("~/a.csv")
    assert (records.rows, records.source.path) == (1, "~/a.csv")


# --- Parquet ---

PEOPLE = pd.DataFrame({"race": ["White", "Black", None], "Race": ["W", "B", "B"], "n": [1, 2, 3]})


def test_parquet_names_that_differ_in_case(tmp_path: Path) -> None:
    PEOPLE.to_parquet(tmp_path / "a.parquet")
    records = frames.open(tmp_path / "a.parquet")
    assert records.columns == ("race", "Race", "n")
    assert counts(records, "Race") == {("W",): 1, ("B",): 2}
    assert records.sha256 == hashlib.sha256((tmp_path / "a.parquet").read_bytes()).hexdigest()


@pytest.mark.parametrize("how", ["folder", "glob"])
def test_several_parquet_files(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    for name in "ab":
        PEOPLE[["race", "n"]].to_parquet(folder / f"{name}.parquet")
    (folder / "_SUCCESS").write_text("")
    subject = folder if how == "folder" else str(folder / "*.parquet")
    records = frames.open(subject)
    assert records.rows == 6
    assert counts(records, "race") == {("White",): 2, ("Black",): 2, (None,): 2}
    assert records.sha256 is not None


def test_parquet_partitions_are_columns(tmp_path: Path) -> None:
    for site in ("007", "008"):
        (tmp_path / f"site={site}").mkdir()
        PEOPLE[["race"]].to_parquet(tmp_path / f"site={site}" / "a.parquet")
    assert counts(frames.open(tmp_path), "site") == {("007",): 3, ("008",): 3}


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (pd.DataFrame({"race": ["W"]}), 'b.parquet lacks the column "n" that a.parquet has'),
        (
            pd.DataFrame({"race": ["W"], "n": [1], "x": [1]}),
            'b.parquet has a column "x" that a.parquet lacks',
        ),
        (
            pd.DataFrame({"race": ["W"], "n": ["1"]}),
            'The column "n" is text in b.parquet, but whole number in a.parquet',
        ),
    ],
)
def test_parquet_files_that_differ(tmp_path: Path, other: pd.DataFrame, says: str) -> None:
    pd.DataFrame({"race": ["W"], "n": [1]}).to_parquet(tmp_path / "a.parquet")
    other.to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ReadError, match=says):
        frames.open(tmp_path)


def test_parquet_column_order_and_width_of_numbers_do_not_matter(tmp_path: Path) -> None:
    pd.DataFrame({"race": ["W"], "n": [1]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"n": pd.array([1], dtype="int8"), "race": ["B"]}).to_parquet(tmp_path / "b.parquet")
    assert counts(frames.open(tmp_path), "race", "n") == {("W", "1"): 1, ("B", "1"): 1}


X = "x"
TEXT = {X: pa.array(["W", "B"])}
MOMENT, DAY = dt.datetime(2024, 1, 5, 3), dt.date(2024, 1, 5)


def parquet_folder(folder: Path, *tables: dict[str, pa.Array], names: str = "abcdef") -> Path:
    """Files of a folder, in this order."""
    for name, columns in zip(names, tables, strict=False):
        parquet.write_table(pa.table(columns), folder / f"{name}.parquet")
    return folder


@pytest.mark.parametrize("empty", [pa.null(), pa.int32(), pa.float64(), pa.timestamp("us", tz="UTC")])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pa.array(["W", "B"]), ["W", "B"]),
        (pa.array([1, 2]), ["1", "2"]),
        (pa.array([True, False]), ["True", "False"]),
        (pa.array([DAY, DAY]), ["2024-01-05", "2024-01-05"]),
        (pa.array([Decimal("1.50"), Decimal("2.00")]), ["1.50", "2.00"]),
        (pa.array([["W", "B"], ["W"]]), ["W;B", "W"]),
    ],
)
def test_a_column_that_is_empty_in_one_file_has_the_type_of_the_others(
    tmp_path: Path, empty: Any, first: bool, values: Any, read: list[str]
) -> None:
    """An empty month is written as null or as whatever the writer guessed; its rows are blank there."""
    blank = {"y": pa.array(["p", "q", "r"]), X: pa.array([None] * 3, empty)}
    full = {X: values, "y": pa.array(["s", "t"])}
    records = frames.open(parquet_folder(tmp_path, *((blank, full) if first else (full, blank))))
    assert records.rows == 5
    assert counts(records, X, "y") == {(None, "p"): 1, (None, "q"): 1, (None, "r"): 1,
                                       (read[0], "s"): 1, (read[1], "t"): 1}  # fmt: skip


ALIKE = {  # what may differ between files without a difference to what is counted
    "dictionary": ([TEXT, {X: pa.array(["W"]).dictionary_encode()}], {("W",): 2, ("B",): 1}),
    "large text": ([TEXT, {X: pa.array(["W"], pa.large_string())}], {("W",): 2, ("B",): 1}),
    "all empty": ([{X: pa.array([None], pa.null())}, {X: pa.array([None], pa.int32())}], {(None,): 2}),
    "no rows": ([{X: pa.array([], pa.int32())}, TEXT], {("W",): 1, ("B",): 1}),
    "signs": ([{X: pa.array([-1, 1])}, {X: pa.array([1, 2**64 - 1], pa.uint64())}],
              {("-1",): 1, ("1",): 2, (str(2**64 - 1),): 1}),
    "unit of time": ([{X: pa.array([MOMENT], pa.timestamp("ms"))}, {X: pa.array([MOMENT], pa.timestamp("ns"))}],
                     {("2024-01-05T03:00:00",): 2}),
}  # fmt: skip


@pytest.mark.parametrize("how", ALIKE)
def test_parquet_files_that_are_written_unlike_and_read_alike(tmp_path: Path, how: str) -> None:
    tables, expected = ALIKE[how]
    assert counts(frames.open(parquet_folder(tmp_path, *tables)), X) == expected


ZONE = pa.timestamp("us", tz="America/New_York")
UNLIKE = {  # what must be said, as one of the two would be read as something else
    "time zone": (pa.array([MOMENT], pa.timestamp("us")), pa.array([MOMENT], ZONE), "with a time zone in b"),
    "day and moment": (pa.array([DAY]), pa.array([MOMENT], pa.timestamp("us")), "is date and time in b"),
    "day and text": (pa.array([DAY]), pa.array(["2024-01-05"]), "is text in b.parquet, but date in a"),
    "precision": (pa.array([0.1], pa.float32()), pa.array([0.1]), "double precision in b"),
    "decimal": (pa.array([Decimal(10**20 + 1)]), pa.array([1.5]), "but decimal number in a"),
    "bytes": (pa.array(["W"]), pa.array([b"W"]), "is BLOB in b"),
    "truth": (pa.array([True]), pa.array([1]), "whole number in b.parquet, but true or false"),
    "list": (pa.array([["W"]]), pa.array(["W"]), "is text in b"),
}


@pytest.mark.parametrize("how", UNLIKE)
def test_parquet_types_that_do_not_go_together_are_named(tmp_path: Path, how: str) -> None:
    one, two, says = UNLIKE[how]
    with pytest.raises(ReadError, match=f'The column "x" .*{says}'):
        frames.open(parquet_folder(tmp_path, {X: one}, {X: two}))
    (tmp_path / "c.parquet").write_bytes((tmp_path / "a.parquet").read_bytes())
    parquet.write_table(pa.table({X: pa.array([None], pa.null())}), tmp_path / "a.parquet")
    with pytest.raises(ReadError, match=r"c\.parquet, but .* in b\.parquet"):
        frames.open(tmp_path)


def test_parquet_names_that_could_be_mistaken(tmp_path: Path) -> None:
    one = {X: pa.array(["W"]), "X": pa.array(["1"])}
    parquet_folder(tmp_path, one, {"X": pa.array(["2"]), X: pa.array(["B"])})
    with pytest.raises(
        ReadError, match=r"differ in case only, or not at all \(X and x\).* in b\.parquet than"
    ):
        frames.open(tmp_path)
    assert counts(frames.open(parquet_folder(tmp_path, one, one)), X, "X") == {("W", "1"): 2}
    twice = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=[X, X])
    parquet.write_table(twice, tmp_path / "b.parquet")
    with pytest.raises(ReadError, match="differ in case only, or not at all"):
        frames.open(tmp_path)


def test_folders_that_name_columns_name_the_same(tmp_path: Path) -> None:
    for folder, columns in (("site=1", TEXT), ("other", TEXT)):
        (tmp_path / folder).mkdir()
        parquet_folder(tmp_path / folder, columns)
    with pytest.raises(ReadError, match=r'do not name the same columns \("site="\)'):
        frames.open(tmp_path)
    (tmp_path / "other" / "a.parquet").unlink()
    parquet_folder(tmp_path / "site=1", {**TEXT, "site": pa.array(["9", "9"])})
    with pytest.raises(
        ReadError, match='column "site" stands in site=1/a.parquet and in the name of its folder'
    ):
        frames.open(tmp_path)


def test_parquet_of_no_rows(tmp_path: Path) -> None:
    PEOPLE.iloc[:0].to_parquet(tmp_path / "a.parquet")
    records = frames.open(tmp_path / "a.parquet")
    assert (records.rows, counts(records, "race"), records.profile()["n"].distinct) == (0, {}, 0)


def test_a_relation_leaves_nothing_in_its_database() -> None:
    con = duckdb.connect()
    con.execute('create table people as select 1 as id, \'W\' as "ra""ce"')
    records = frames.open(con.table("people"))
    assert counts(records, 'ra"ce') == {("W",): 1}
    views = con.execute("select view_name from duckdb_views() where not internal").fetchall()
    assert views == []
    assert con.execute("select * from people").fetchall() == [(1, "W")]


# --- JSON ---


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "race": "White"}',
        "",
        '{"id": 0012, "race": null}'.replace("0012", "12"),
        '{"race": ["W", "B"], "x": true, "f": 1.50}',
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    records = frames.open(tmp_path / "a.jsonl")
    assert records.columns == ("id", "race", "x", "f")
    assert counts(records, "id", "race", "x", "f") == {
        ("1", "White", None, None): 1,
        ("12", None, None, None): 1,
        (None, "W;B", "True", "1.50"): 1,
    }


@pytest.mark.parametrize("small", [True, False])
def test_a_json_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: bool) -> None:
    if not small:
        monkeypatch.setattr(opening, "SMALL", 0)
    (tmp_path / "a.txt").write_text(json.dumps([{"race": "White"}, {"race": "a\nb"}, {"sex": "F"}], indent=1))
    with frames.open(tmp_path / "a.txt") as records:
        assert counts(records, "race", "sex") == {("White", None): 1, ("a\nb", None): 1, (None, "F"): 1}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"a": 1}\n{"a": ', "line 2: this is not valid JSON"),
        ('{"a": 1}\n[1, 2]\n', "line 2: this is not a record"),
        ('[{"a": 1}, 2]', "entry 2 of the list is not a record"),
        ('{"a": {"b": 1}}\n', '"a" holds a record inside the record'),
        ("[]", "holds no records"),
        ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "nested more than 20 deep"),
        ("[" * 100_000, "nested more than 20 deep"),
        ('{"a": "' + "[" * 100 + '"}\n{', "line 2: this is not valid JSON"),
    ],
)
def test_json_that_is_no_table(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ReadError, match=says):
        frames.open(tmp_path / "a.json")


def test_half_of_a_surrogate_pair_in_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"race": "a\\ud800"}')
    ((value,),) = counts(frames.open(tmp_path / "a.json"), "race")
    str(value).encode()


# --- SAS, SPSS, Stata ---


@pytest.mark.parametrize("kind", ["sav", "dta", "xpt"])
def test_statistics_files(tmp_path: Path, kind: str) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"race": [1.0, 2.0, None], "site": ["N", "S", ""]})
    path = tmp_path / f"people.{kind}"
    labels = {"race": {1: "White", 2: "Black"}}
    if kind == "sav":
        pyreadstat.write_sav(frame, str(path), variable_value_labels=labels)
    elif kind == "dta":
        pyreadstat.write_dta(frame, str(path), variable_value_labels=labels)
    else:
        pyreadstat.write_xport(frame, str(path))
    records = frames.open(path)
    assert counts(records, "race", "site") == {("1", "N"): 1, ("2", "S"): 1, (None, None): 1}
    if kind != "xpt":
        (note,) = records.notes
        assert (note.kind, note.columns) == ("labels", ("race",))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ReadError, match=rf"people\.{kind} is damaged"):
        frames.open(path)


def test_without_pyreadstat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.sav").write_bytes(b"$FL2" + b"\x00" * 200)
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(MissingExtra, match=r'pip install "equitykit\[stat\]"'):
        frames.open(tmp_path / "a.sav")
    assert set(structured._READERS) == {"sas7bdat", "xport", "sav", "por", "dta"}


# --- nothing is left behind ---


def left(prefix: str = _PREFIX) -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob(f"{prefix}*")}


@pytest.fixture
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_large_file_leaves_nothing(own_temp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "SMALL", 0)
    (tmp_path / "a.csv").write_text('id,race\n1,"W\nx"\n')
    records = frames.open(tmp_path / "a.csv")
    (folder,) = own_temp.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert not (folder / "clean.csv").exists()
    records.close()
    assert left() == set()
    records = frames.open(tmp_path / "a.csv")
    del records
    gc.collect()
    assert left() == set()
    (tmp_path / "bad.csv").write_text("id,race\n1,W,x\n")
    with pytest.raises(ReadError):
        frames.open(tmp_path / "bad.csv")
    gc.collect()
    assert left() == set()


def test_small_files_touch_no_temporary_folder(own_temp: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,race\n1,W\n")
    assert frames.open(tmp_path / "a.csv").rows == 1
    assert list(own_temp.iterdir()) == []


SCRIPT = """
import sys, time
from equitykit import frames
from equitykit.frames import opening
opening.SMALL = 0
records = frames.open(sys.argv[1])
print("open", flush=True)
if sys.argv[2] != "exit":
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("end", ["exit", "interrupt"])
def test_ending_the_program_removes_everything(tmp_path: Path, end: str) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    (tmp_path / "a.csv").write_text("id,race\n1,W\n2,B\n")
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path / "a.csv"), end],
        env={
            **os.environ,
            "TMPDIR": str(temp),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "open"
    if end == "interrupt":
        assert [path.name for path in temp.iterdir()]
        process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    process.stdout.close()
    assert list(temp.iterdir()) == []


def test_interrupting_a_query_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str, __: object) -> list[tuple[Any, ...]]:
        raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")

    records = frames.open(duckdb.connect().sql("select 1 as id"))
    monkeypatch.setattr(records._engine, "_database", interrupted)
    with pytest.raises(KeyboardInterrupt):
        counts(records, "id")


@pytest.mark.skipif(sys.platform == "win32", reason="file locks")
def test_folders_of_killed_programs_are_removed_later(own_temp: Path) -> None:
    dead = own_temp / f"{_PREFIX}dead"
    dead.mkdir()
    (dead / "in-use").write_text("")
    living = Scratch()
    other = Scratch()
    assert living.folder.is_dir()
    assert not dead.exists()
    assert other.folder.is_dir()
    assert living.folder.is_dir()  # in use by this process: the sweep of the other left it
    living.close()
    other.close()
    assert left() == set()


def test_progress_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,race\n1,W\n")
    said: list[tuple[int, int, str]] = []
    frames.open(tmp_path / "a.csv", progress=lambda *args: said.append(args))
    assert said == [(12, 12, "reading")]


# --- text for people ---


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ("plain", None, "plain"),
        ("é [/] <b> =1+1", None, "é [/] <b> =1+1"),
        ("a\x1b[31m\n\t\r", None, "a\\x1b[31m\\n\\t\\r"),
        ("\u202eab\u200b\ufeff", None, "\\u202eab\\u200b\\ufeff"),
        ("\ud800\U000e0001", None, "\\ud800\\U000e0001"),
        ("x" * 100, 10, "x" * 9 + "\u2026"),
        ("x" * 10, 10, "x" * 10),
        (5, None, "5"),
    ],
)
def test_plain(value: object, limit: int | None, shown: str) -> None:
    assert plain(value, limit) == shown


# --- real files ---


def shared() -> Path:
    folder = Path(os.environ.get("EQUITYKIT_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("the folder with real data files is not here (EQUITYKIT_SHARED may name it)")
    return folder


@pytest.mark.parametrize(
    ("truth", "file"),
    [
        ("ct_suspensions_2018_19", "ct_school_suspensions/suspension-rates__2018-19_race.csv"),
        ("ct_drug_deaths", "ct_drug_deaths/deaths.csv"),
    ],
)
def test_real_files_hold_what_was_counted_independently(truth: str, file: str) -> None:
    folder = shared()
    known = json.loads((folder / "ground_truth" / f"{truth}.json").read_text())
    records = frames.open(folder / file)
    assert records.rows == known["n_rows"]
    column = known["race_column"]
    found = {key[0]: n for key, n in counts(records, column).items() if key[0] is not None}
    assert found == {
        value.strip(): n for value, n in known["raw_values"].items() if value.strip() not in {"", "nan"}
    }


def test_every_real_file_reads_as_the_csv_module_reads_it() -> None:
    for path in sorted(shared().glob("*/*.csv")):
        records = frames.open(path)
        encoding = "cp1252" if any(note.kind == "encoding" for note in records.notes) else "utf-8-sig"
        with path.open(encoding=encoding, newline="") as handle:
            rows = [row for row in csv.reader(handle) if row]
        assert records.rows == len(rows) - 1, path
        assert len(records.columns) == len(rows[0])
        for place in (0, len(rows[0]) - 1):
            expected = Counter((clean(row[place]),) for row in rows[1:])
            assert counts(records, records.columns[place]) == dict(expected), path


def test_small_files_do_not_wait_for_a_database_to_start(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,race\n" + "1,White\n" * 300)
    code = (
        "import sys; from equitykit import frames; "
        "frames.open(sys.argv[1]).profile(); print('duckdb' in sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.csv")],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
