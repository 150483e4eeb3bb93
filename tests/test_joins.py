"""A second file joined to the records: nobody is counted twice, nobody is lost; held against pandas by hand."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equitykit as ek
from equitykit import frames, recipes
from equitykit.errors import CodebookError, ReadError, UnknownName
from equitykit.frames import SEPARATOR, Records, Tally, opening
from equitykit.frames.duck import DuckEngine
from equitykit.frames.values import clean, cut_to, texts

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

Cells = dict[str, str | None]


def people(n: int = 300) -> pd.DataFrame:
    pick = random.Random(5)
    return pd.DataFrame(
        {
            # 007 and 7 are two clients; a few rows have none; some clients have several rows
            "client_id": [
                pick.choice(["", " ", "007", "7", *[f"c{k}" for k in range(150)]]) for _ in range(n)
            ],
            "race": [pick.choice(["White", "Black", "Asian", ""]) for _ in range(n)],
            "day": [f"2024-0{pick.randrange(1, 7)}-11" for _ in range(n)],
        }
    )


def placements(n: int = 260) -> pd.DataFrame:
    pick = random.Random(6)
    return pd.DataFrame(
        {
            "client_id": [
                pick.choice(["", "7", " c3 ", *[f"c{k}" for k in range(100, 220)]]) for _ in range(n)
            ],
            "type": [pick.choice(["foster", "kin", "group home", ""]) for _ in range(n)],
            "from": [f"202{pick.randrange(2, 5)}-0{pick.randrange(1, 7)}-01" for _ in range(n)],
            "left": [pick.choice(["Y", "N", ""]) for _ in range(n)],
        }
    )


def cells(frame: pd.DataFrame) -> list[Cells]:
    return [{str(k): clean(str(v)) for k, v in row.items()} for row in frame.to_dict("records")]


def by_hand(main: pd.DataFrame, other: pd.DataFrame, tally: Tally) -> Counter[tuple[str | None, ...]]:
    """The definition: each record gets the set of the values of its rows in the second file."""
    cuts = dict(tally.cut)
    own = set(main.columns)
    beside: dict[str | None, list[Cells]] = {}
    for there in cells(other):
        beside.setdefault(there["client_id"], []).append(there)
    units: dict[Any, list[list[set[str]]]] = {}
    for number, row in enumerate(cells(main)):
        found = beside.get(row["client_id"], []) if row["client_id"] else []
        sets = [
            {
                text
                for value in ([row[c]] if c in own else [there[c] for there in found])
                if value is not None and (text := cut_to(value, cuts.get(c))) is not None
            }
            for c in tally.by
        ]
        ids = tuple(row[c] for c in tally.per)
        units.setdefault(ids if tally.per and None not in ids else number, []).append(sets)
    return Counter(
        tuple(SEPARATOR.join(sorted(set().union(*each))) or None for each in zip(*rows, strict=True))
        for rows in units.values()
    )


def counts(records: Records, tally: Tally) -> Counter[tuple[str | None, ...]]:
    frame = records.tally([tally])[tally]
    return Counter({tuple(row[:-1]): int(row[-1]) for row in frame.itertuples(index=False)})


def large(frame: pd.DataFrame, folder: Path, name: str) -> Records:
    frame.to_csv(folder / name, index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "SMALL", 0)
        return frames.open(folder / name)


def csv_file(frame: pd.DataFrame, folder: Path, name: str) -> Path:
    frame.to_csv(folder / name, index=False)
    return folder / name


def parquet(frame: pd.DataFrame, folder: Path, name: str) -> Path:
    frame.to_parquet(folder / f"{name}.parquet")
    return folder / f"{name}.parquet"


MAIN: dict[str, Any] = {
    "csv": csv_file,
    "large csv": large,
    "parquet": parquet,
    "pandas": lambda frame, *_: frame,
    "polars": lambda frame, *_: pl.from_pandas(frame),
    "polars lazy": lambda frame, *_: pl.from_pandas(frame).lazy(),
    "pyarrow": lambda frame, *_: pa.Table.from_pandas(frame, preserve_index=False),
    "duckdb": lambda frame, *_: duckdb.connect().from_arrow(
        pa.Table.from_pandas(frame, preserve_index=False)
    ),
}
COLUMNS = ("race", "day", "type", "from", "left")
TALLIES = [
    Tally(("race", "type")),
    Tally(("type", "left", "race")),
    Tally(("race",)),
    Tally(("from",), cut=(("from", 4),)),
    Tally(("race", "type"), per=("client_id",)),
    Tally(("from", "left", "day"), per=("client_id",), cut=(("from", 4), ("day", 7))),
]


@pytest.mark.parametrize(
    ("source", "second"),
    [
        *((source, "csv") for source in MAIN),
        ("csv", "large csv"),
        ("csv", "parquet"),
        ("parquet", "large csv"),
    ],
)
def test_every_record_stays_one_record(source: str, second: str, tmp_path: Path) -> None:
    main, other = people(), placements()
    opened = frames.open(MAIN[source](main, tmp_path, "people.csv"))
    beside = frames.open(MAIN[second](other, tmp_path, "placements.csv"))
    joined = frames.join(opened, beside, on=["client_id"], columns=COLUMNS, many=True)
    assert joined.rows == 300
    assert joined.columns == ("client_id", "race", "day", "type", "from", "left")
    for tally in TALLIES:
        assert counts(joined, tally) == by_hand(main, other, tally), tally
    note = joined.notes[-1]
    ids = [row["client_id"] for row in cells(main)]
    there = [row["client_id"] for row in cells(other)]
    alone = sum(one is None or one not in there for one in ids)
    lost = sum(one is None or one not in ids for one in there)
    assert alone and lost and None in ids
    assert (note.kind, note.rows) == ("joined", alone)
    assert f"{300 - alone:,} of 300 rows have a match there, {alone} have none" in note.message
    assert f"{ids.count(None)} of these have no" in note.message
    assert f"{lost} of its 260 rows match nobody here and are not counted" in note.message


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b", "c"]), st.sampled_from(["W", "B", ""])),
        min_size=1,
        max_size=9,
    ),
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b", "d"]), st.sampled_from(["x", "y", ""])),
        min_size=1,
        max_size=9,
    ),
)
@settings(max_examples=12, deadline=None)
def test_no_join_multiplies_or_loses_people(
    rows: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    main = pd.DataFrame(rows, columns=["client_id", "race"], dtype="str")
    other = pd.DataFrame(others, columns=["client_id", "type"], dtype="str")
    joined = frames.join(frames.open(main), frames.open(other), on=["client_id"], columns=["type"], many=True)
    for tally in (Tally(("race", "type")), Tally(("type",), per=("client_id",))):
        found = counts(joined, tally)
        assert found == by_hand(main, other, tally)
    assert sum(counts(joined, Tally(("race", "type"))).values()) == len(rows)


def test_one_row_each_and_a_column_of_both(tmp_path: Path) -> None:
    main = pd.DataFrame({"id": [1, 2, 3, 2], "race": ["White", "Black", "Asian", "Black"]})
    csv_file(
        pd.DataFrame({"id": ["2", "1", "9"], "race": list("xyz"), "site": list("NSE")}), tmp_path, "sites.csv"
    )
    joined = frames.join(
        frames.open(main), frames.open(tmp_path / "sites.csv"), on=["id"], columns=["race", "site"]
    )
    assert counts(joined, Tally(("race", "site"))) == {
        ("White", "S"): 1,
        ("Black", "N"): 2,
        ("Asian", None): 1,
    }
    assert [note.kind for note in joined.notes] == ["joined", "duplicate-columns"]
    assert (
        joined.notes[1].message == "race: in both files; that of data frame is used, not that of sites.csv."
    )


def test_several_rows_must_be_said(tmp_path: Path) -> None:
    csv_file(placements(), tmp_path, "placements.csv")
    with pytest.raises(ReadError) as caught:
        frames.join(
            frames.open(people()),
            frames.open(tmp_path / "placements.csv"),
            on=["client_id"],
            columns=["type"],
        )
    known = placements()["client_id"].str.strip()
    sizes = known[known != ""].value_counts()
    assert str(caught.value) == (
        f'"placements.csv" has several rows for {(sizes > 1).sum()} of its {len(sizes)} different "client_id". Say '
        '"many: true" for this join in the codebook; their values are then put together, and nobody is counted twice.'
    )


def test_two_columns_and_two_files() -> None:
    main = pd.DataFrame({"site": ["N", "N", "S"], "id": [1, 2, 1], "race": ["White", "Black", "Asian"]})
    one = pd.DataFrame({"id": [1, 1, 2], "site": ["N", "S", "S"], "a": ["x", "y", "z"]})
    two = pd.DataFrame({"id": [1, 1], "b": ["q", "r"]})
    joined = frames.join(frames.open(main), frames.open(one), on=["site", "id"], columns=["a", "b"])
    joined = frames.join(joined, frames.open(two), on=["id"], columns=["a", "b"], many=True)
    assert counts(joined, Tally(("race", "a", "b"))) == {
        ("White", "x", f"q{SEPARATOR}r"): 1,
        ("Black", None, None): 1,
        ("Asian", "y", f"q{SEPARATOR}r"): 1,
    }
    assert [note.rows for note in joined.notes] == [1, 1]


TYPED: dict[str, list[Any]] = {
    "whole": [1.0, 2.0, None, 30.0],
    "part": [1.0, 2.5, None, 1e300],
    "flag": [True, False, None, True],
    "day": [dt.date(2024, 1, 5), dt.date(1999, 12, 31), None, dt.date(2024, 1, 5)],
    "moment": [
        dt.datetime(2024, 1, 5),
        dt.datetime(2024, 1, 5, 10, 30),
        None,
        dt.datetime(2024, 1, 5, 1, 2, 3, 50),
    ],
    "amount": [Decimal("1.50"), Decimal("2.00"), None, Decimal("1.25")],
    "money": [Decimal("1.00"), Decimal("2.00"), None, Decimal("3.00")],
    "number": [7, 12, None, 7],
    "text": [" White ", '="0012"', None, ""],
}


def test_values_of_a_joined_column_read_as_those_of_any_other(tmp_path: Path) -> None:
    table = pa.table(
        {"id": ["a", "b", "c", "d"], **{name: pa.array(values) for name, values in TYPED.items()}}
    )
    pq.write_table(table, tmp_path / "typed.parquet")
    main = frames.open(pd.DataFrame({"id": ["a", "b", "c", "d"]}))
    with frames.open(tmp_path / "typed.parquet") as other:
        assert isinstance(other._engine, DuckEngine)
        alone = {name: counts(other, Tally((name,))) for name in TYPED}
        for many in (False, True):
            joined = frames.join(main, other, on=["id"], columns=list(TYPED), many=many)
            for name, values in TYPED.items():
                expected = Counter((text,) for text in texts(values))
                assert counts(joined, Tally((name,))) == alone[name] == expected, name


@pytest.mark.parametrize("key", [[7, 12], [7.0, 12.0], ["7", " 12 "], [Decimal("7"), Decimal("12")]])
def test_identifiers_are_compared_as_text(key: list[Any], tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"id": pa.array([*key, None]), "race": ["W", "B", "A"]}), tmp_path / "main.parquet"
    )
    other = frames.open(pd.DataFrame({"id": [12, 7, 7], "x": ["p", "q", "r"]}))
    joined = frames.join(frames.open(tmp_path / "main.parquet"), other, on=["id"], columns=["x"], many=True)
    assert counts(joined, Tally(("race", "x"))) == {
        ("W", f"q{SEPARATOR}r"): 1,
        ("B", "p"): 1,
        ("A", None): 1,
    }


# --- through the codebook ---

BOOK = """equitykit: codebook/1
questions: {race_ethnicity: {columns: [race]}}
join: [{file: placements.csv, on: client_id, many: true}]
outcomes: {home: {column: left, event: [Y], favourable: true}}
unit: {site: type}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    csv_file(people(), tmp_path, "people.csv")
    csv_file(placements(), tmp_path, "placements.csv")
    (tmp_path / "book.yaml").write_text(BOOK)
    return tmp_path


def test_the_verbs_follow_the_join(folder: Path) -> None:
    main, other = people(), placements()
    table = ek.disaggregate(folder / "people.csv", folder / "book.yaml", outcome="home")
    hand = by_hand(main, other, Tally(("race", "left")))
    for group, race in (("WHITE", "White"), ("BLACK", "Black"), ("~blank", None)):
        row = table.rows.set_index("group").loc[group]
        assert row["n"] == sum(n for key, n in hand.items() if key[0] == race)
        assert row["events"] == sum(n for key, n in hand.items() if key[0] == race and "Y" in (key[1] or ""))
    assert table.n == 300
    assert any("placements.csv was joined" in note for note in table.notes)
    done = ek.audit(folder / "people.csv", folder / "book.yaml").to_dict()
    assert (done["subject"]["rows"], done["questions"][0]["n"]) == (300, 300)
    assert [note["kind"] for note in done["subject"]["notes"]] == ["joined"]
    places = [row for row in done["results"] if row["check"] == "missing-by-site" or "type" in row["columns"]]
    assert places


def test_a_frame_is_joined_by_a_codebook_read_from_a_file(folder: Path) -> None:
    from_file = ek.disaggregate(folder / "people.csv", folder / "book.yaml", outcome="home")
    from_frame = ek.disaggregate(people(), folder / "book.yaml", outcome="home")
    pd.testing.assert_frame_equal(from_file.rows, from_frame.rows)


def test_evidence_runs_again_and_sees_a_change_in_the_second_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    made = ek.disaggregate("people.csv", "book.yaml", outcome="home")
    gaps = ek.disparities(made, reference="total", measures=["rate-ratio"]).to_evidence()
    assert gaps.recipe is not None
    again = recipes.run(gaps.recipe, folder)
    assert (again.data_sha256, again.rows) == (gaps.data_sha256, gaps.rows)
    csv_file(placements().assign(left="N"), folder, "placements.csv")
    assert recipes.run(gaps.recipe, folder).data_sha256 != gaps.data_sha256


def test_what_is_wrong_is_said(folder: Path) -> None:
    with pytest.raises(UnknownName, match='no column in "placements.csv" to join by "client"'):
        frames.join(
            frames.open(people().rename(columns={"client_id": "client"})),
            frames.open(folder / "placements.csv"),
            on=["client"],
            columns=["left"],
        )
    (folder / "book.yaml").write_text(BOOK.replace("placements.csv", "placement.csv"))
    with pytest.raises(ReadError, match='no file "placement.csv".*Did you mean "placements.csv"'):
        ek.audit(folder / "people.csv", folder / "book.yaml")
    (folder / "book.yaml").write_text(BOOK.replace("column: left", "column: leftt"))
    with pytest.raises(CodebookError, match='the column "leftt".*Did you mean "left"'):
        ek.audit(folder / "people.csv", folder / "book.yaml")


def test_a_database_joins_better_itself(folder: Path) -> None:
    from tests import engines

    records = engines.sqlite(people(), folder)
    with pytest.raises(
        ReadError, match="in a database or a cluster, and a file is not joined to it from here"
    ):
        frames.join(
            records, frames.open(folder / "placements.csv"), on=["client_id"], columns=["left"], many=True
        )
