"""Files told by content, JSON, SAS/SPSS/Stata, and real files."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from equitykit import frames
from equitykit.errors import MissingExtra, ReadError
from equitykit.frames import Records, Tally, opening, structured, textfiles
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
