"""Parquet: one file, folders, partitions, and files that differ."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from equitykit import frames
from equitykit.errors import ReadError
from tests.test_frames_files import counts

pa: Any = pytest.importorskip("pyarrow")
parquet: Any = pytest.importorskip("pyarrow.parquet")
ROOT = Path(__file__).resolve().parent.parent


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
