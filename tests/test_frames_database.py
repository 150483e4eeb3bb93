"""Databases and Spark: the same answers as from a file, counted where the data are, and nothing given away."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from equitykit import frames
from equitykit.audit import audit
from equitykit.cli import main
from equitykit.codebook import Codebook
from equitykit.disaggregate import disaggregate
from equitykit.errors import ReadError, TallyTooLarge
from equitykit.frames import Tally, narwhal, persons
from equitykit.measures import disparities
from equitykit.recipes import run as run_again
from tests import engines

SAMPLE = Path(__file__).parent.parent / "sample_data"
SECRET = "pass:w/rd"
POSTGRESQL, SPARK = (pytest.param(name, marks=engines.MARKS[name]) for name in ("postgresql", "spark"))
MAKE = {"sqlite": engines.sqlite, "postgresql": engines.postgresql, "spark": engines.spark}


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows each query brought out of the engine."""
    seen: list[int] = []
    fetch = narwhal.NarwhalsEngine.fetch

    def counted(self: narwhal.NarwhalsEngine, frame: Any) -> list[tuple[Any, ...]]:
        rows = fetch(self, frame)
        seen.append(len(rows))
        return rows

    monkeypatch.setattr(narwhal.NarwhalsEngine, "fetch", counted)
    yield seen


def sample() -> pd.DataFrame:
    return pd.read_csv(SAMPLE / "intake.csv", dtype=str, keep_default_na=False)


def without_origin(data: dict[str, Any]) -> dict[str, Any]:
    """An audit without what says where the rows came from."""
    return {**data, "subject": {k: v for k, v in data["subject"].items() if k not in ("name", "sha256")}}


@pytest.mark.parametrize("engine", ["sqlite", POSTGRESQL, SPARK])
def test_the_audit_and_the_measures_are_those_of_the_file(
    engine: str, tmp_path: Path, moved: list[int]
) -> None:
    codebook = Codebook.load(SAMPLE / "intake.codebook.yaml")
    rows = pd.concat([sample()] * 10, ignore_index=True)
    there = frames.open(MAKE[engine](rows, tmp_path))
    here = frames.open(rows)
    moved.clear()
    select = ["missing-rate", "unmapped-values", "missing-by-site-worker-time", "category-never-used"]
    chosen = select if engine == "spark" else None  # each Spark query takes about a second
    found = audit(there, codebook, select=chosen).to_dict()
    expected = audit(here, codebook, select=chosen).to_dict()
    assert without_origin(found)["results"] == without_origin(expected)["results"]
    assert found["questions"] == expected["questions"]
    assert max(moved) <= there.rows / 10, "only grouped rows leave the engine"
    outcome = next(iter(codebook.outcomes))
    gaps = [
        disparities(disaggregate(each, codebook, outcome=outcome, by="race_ethnicity"), reference="total")
        for each in (there, here)
    ]
    pd.testing.assert_frame_equal(gaps[0].to_frame(), gaps[1].to_frame())


def people(rows: int) -> pd.DataFrame:
    """Persons with up to four rows, some with spaces around their number and some without one."""
    pick = random.Random(3)
    return pd.DataFrame(
        {
            "id": [
                pick.choice([f"p{pick.randrange(rows // 3)}", f" p{pick.randrange(9)}\u00a0", "", None])
                for _ in range(rows)
            ],
            "race": [pick.choice(["White", " White", "Black", "", None]) for _ in range(rows)],
            "year": [pick.choice([2021, 2022, None]) for _ in range(rows)],
            "day": [f"2024-0{pick.randrange(1, 10)}-{pick.randrange(10, 29)}" for _ in range(rows)],
        }
    )


@pytest.mark.parametrize("engine", ["sqlite", POSTGRESQL])
@pytest.mark.parametrize("limit", [200_000, 60])
def test_persons_whose_rows_differ(
    engine: str, limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: list[int]
) -> None:
    """The third way, flags for each value, is taken where the rows that differ are too many to fetch."""
    frame = people(600)
    tallies = [
        Tally(("race",), per=("id",)),
        Tally(("race", "year"), per=("id",)),
        Tally(("race", "day"), per=("id",), cut=(("day", 4),)),
        Tally((), per=("id",)),
    ]
    here = frames.open(frame)
    there = MAKE[engine](frame, tmp_path)
    monkeypatch.setattr(narwhal, "LIMIT", limit)
    monkeypatch.setattr(persons, "LIMIT", limit)
    moved.clear()
    for tally in tallies:
        if limit == 60 and "day" in tally.by:
            continue  # more different days than fit
        pd.testing.assert_frame_equal(there.tally([tally])[tally], here.tally([tally])[tally])
    assert max(moved) <= limit + 1
    if limit == 60:
        with pytest.raises(TallyTooLarge, match="more than"):
            there.tally([tallies[2]])


@pytest.mark.parametrize("engine", ["sqlite", POSTGRESQL])
def test_a_long_column_is_profiled_without_being_fetched(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: list[int]
) -> None:
    frame = pd.DataFrame({"name": [f"n{k}" for k in range(300)] + ["a"] * 7 + ["b"] * 5 + [None] * 3})
    there = MAKE[engine](frame, tmp_path)
    monkeypatch.setattr(narwhal, "LIMIT", 50)
    moved.clear()
    profile = there.profile(["name"], top=2)["name"]
    assert (profile.blank, profile.distinct, profile.values) == (3, 302, (("a", 7), ("b", 5)))
    assert max(moved) == 51


# --- SQLite ---


def test_a_sqlite_file_is_known_by_its_content(tmp_path: Path) -> None:
    engines.sqlite(pd.DataFrame({"race": ["White", None]}), tmp_path)
    copy = tmp_path / "export.csv"
    copy.write_bytes((tmp_path / "people.db").read_bytes())
    for given in (copy, f"sqlite:///{copy}"):
        records = frames.open(given)  # its only table
        assert (records.name, records.rows) == ("people", 2)
        assert records.sha256 is not None
        assert records.source.options == {"table": "people"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, r"Which table of two.db is meant is not said. Allowed: events, people"),
        ({"table": "poeple"}, 'two.db has no table "poeple".*Did you mean "people"'),
        ({"table": "people", "query": "SELECT 1"}, "A table and a query were both given"),
        ({"query": "DELETE FROM people"}, '"DELETE FROM people" is not a query that reads'),
        ({"query": "SELECT nothing FROM people"}, "two.db does not understand the query: .*nothing"),
        ({"table": "people", "sheet": "x"}, "two.db is a database; .*sheet.* cannot be given"),
    ],
)
def test_what_is_wrong_is_said(options: dict[str, Any], said: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "two.db") as connection:
        connection.execute("CREATE TABLE people (race text)")
        connection.execute("CREATE TABLE events (day text)")
    connection.close()
    with pytest.raises(ReadError, match=said):
        frames.open(tmp_path / "two.db", **options)


def test_a_query_is_read_and_nothing_is_written(tmp_path: Path) -> None:
    engines.sqlite(pd.DataFrame({"race": ["White", "Black", None]}), tmp_path)
    path = tmp_path / "people.db"
    before = path.read_bytes()
    records = frames.open(
        path, query="WITH p AS (SELECT race FROM people) SELECT * FROM p WHERE race <> 'White';"
    )
    assert records.rows == 1
    assert path.read_bytes() == before
    with pytest.raises(ReadError):
        frames.open(path, query="WITH p AS (SELECT 1) INSERT INTO people SELECT 'x'")
    assert path.read_bytes() == before


def test_a_damaged_or_missing_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"SQLite format 3\0" + b"\x07" * 5000)
    with pytest.raises(ReadError, match=r"bad.db cannot be read"):
        frames.open(bad)
    with pytest.raises(ReadError, match='There is no file "none.db"'):
        frames.open(f"sqlite:///{tmp_path}/none.db", table="t")
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(ReadError, match="names no file"):
        frames.open("sqlite://", table="t")


def test_a_recipe_opens_the_table_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engines.sqlite(pd.DataFrame({"race": ["White", "Black", None]}), tmp_path)
    monkeypatch.chdir(tmp_path)
    evidence = audit(frames.open("people.db", table="people"), select=["missing-rate"]).to_evidence()
    assert evidence.recipe is not None
    assert evidence.recipe["data"] == {"path": "people.db", "options": {"table": "people"}}
    monkeypatch.chdir("/")
    assert run_again(evidence.recipe, tmp_path).facts["results"] == evidence.facts["results"]


# --- PostgreSQL ---


@pytest.mark.engine
def test_the_password_is_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address, table = engines.postgresql_table(pd.DataFrame({"race": ["White", "Black", None]}))
    with frames.open(address, table=table) as records:
        done = audit(records)
        evidence = done.to_evidence()
        kept = json.dumps([done.to_dict(), evidence.to_dict()]) + repr(records) + repr(records.source)
    assert records.source.path is not None
    assert "postgresql://equitykit@127.0.0.1:" in records.source.path
    written = tmp_path / "audit.json"
    for arguments in (
        ["audit", address, "--table", table, "--format", "json", "-o", str(written)],
        ["audit", address, "--table", "nothing"],
        ["audit", address, "--query", "SELECT nothing"],
        ["audit", address.replace("pass%3A", "wrong"), "--table", table],
        ["audit", address.replace("equitykit:", "nobody:"), "--table", table],
        ["propose", address, "--table", table, "-o", str(tmp_path / "codebook.yaml")],
    ):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        told = capsys.readouterr()
        kept += told.out + told.err
        right = arguments[0] == "propose" or "-o" in arguments
        assert stopped.value.code == (0 if right else 2), told.err
    kept += "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    for secret in (SECRET, "pass%3Aw%2Frd", "wrongw", "w%2Frd"):
        assert secret not in kept


@pytest.mark.engine
def test_a_server_is_only_read(tmp_path: Path) -> None:
    address, table = engines.postgresql_table(pd.DataFrame({"race": ["White", "Black"]}))
    for query in (
        f"WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
        f"SELECT * INTO other FROM {table}",
    ):
        with pytest.raises(ReadError):
            frames.open(address, query=query)
    assert frames.open(address, table=f"public.{table}").rows == 2


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://user@127.0.0.1:1/x", "postgresql://user@127.0.0.1:1/x cannot be read"),
        ("postgresql://user@host", "names no database"),
        ("postgresql://user:p@ss[word@host:port/x", "address of the database cannot be read"),
    ],
)
def test_addresses_that_lead_nowhere(address: str, said: str) -> None:
    with pytest.raises(ReadError, match=said) as problem:
        frames.open(address, table="t")
    assert "p@ss" not in str(problem.value)


def test_a_table_is_of_a_database(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("race\nWhite\n")
    with pytest.raises(ReadError, match="table"):
        frames.open(file, table="people")
