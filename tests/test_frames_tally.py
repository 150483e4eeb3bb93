"""Tallies: what is counted, how values read, and the same answer from every kind of data."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitykit import frames
from equitykit.errors import ReadError, TallyTooLarge, UnknownName
from equitykit.frames import SEPARATOR, Records, Tally, embedded, opening
from equitykit.frames.duck import DuckEngine
from equitykit.frames.grouped import derives
from equitykit.frames.types import Counts
from equitykit.frames.values import clean, cut_to, texts
from tests import engines

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

Row = dict[str, Any]


def counted(frame: pd.DataFrame) -> Counts:
    return {tuple(row[:-1]): int(row[-1]) for row in frame.itertuples(index=False)}


def one(records: Records, tally: Tally) -> Counts:
    return counted(records.tally([tally])[tally])


# --- every way to hand over the same content ---


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers written without a point, which a float column of pandas would add."""
    return frame.assign(score=frame["score"].astype("Int64")) if "score" in frame else frame


def as_csv(frame: pd.DataFrame, folder: Path) -> Any:
    whole(frame).to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


def as_large_csv(frame: pd.DataFrame, folder: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "SMALL", 0)
        return frames.open(as_csv(frame, folder))


def as_tsv(frame: pd.DataFrame, folder: Path) -> Any:
    whole(frame).to_csv(folder / "t.tsv", index=False, sep="\t", encoding="utf-16")
    return folder / "t.tsv"


def as_json_lines(frame: pd.DataFrame, folder: Path) -> Any:
    whole(frame).to_json(folder / "t.jsonl", orient="records", lines=True)
    return folder / "t.jsonl"


def as_xlsx(frame: pd.DataFrame, folder: Path) -> Any:
    frame.replace({'="0012"': "0012"}).to_excel(  # a cell with = would be a formula
        folder / "t.xlsx", index=False
    )
    return folder / "t.xlsx"


def as_parquet(frame: pd.DataFrame, folder: Path) -> Any:
    frame.to_parquet(folder / "t.parquet")
    return folder / "t.parquet"


def as_parquet_folder(frame: pd.DataFrame, folder: Path) -> Any:
    (folder / "parts").mkdir()
    half = len(frame) // 2
    frame.iloc[:half].astype(frame.dtypes).to_parquet(folder / "parts" / "a.parquet")
    frame.iloc[half:].to_parquet(folder / "parts" / "b.parquet")
    return folder / "parts"


SOURCES: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    "csv": as_csv,
    "large csv": as_large_csv,
    "tsv": as_tsv,
    "json lines": as_json_lines,
    "xlsx": as_xlsx,
    "parquet": as_parquet,
    "parquet folder": as_parquet_folder,
    "pandas": lambda frame, _: frame,
    "pandas object": lambda frame, _: frame.astype(object).where(frame.notna(), None),
    "pandas arrow": lambda frame, _: frame.convert_dtypes(dtype_backend="pyarrow"),
    "pandas category": lambda frame, _: frame.astype("category"),
    "polars": lambda frame, _: pl.from_pandas(frame),
    "polars lazy": lambda frame, _: pl.from_pandas(frame).lazy(),
    "pyarrow": lambda frame, _: pa.Table.from_pandas(frame, preserve_index=False),
    "duckdb": lambda frame, _: duckdb.connect().from_arrow(pa.Table.from_pandas(frame, preserve_index=False)),
    "sqlite": engines.sqlite,
    "postgresql": engines.postgresql,
    "spark": engines.spark,
}

ALL_SOURCES = [pytest.param(name, marks=engines.MARKS.get(name, ())) for name in SOURCES]

TEXTS = [
    "White",
    " White ",
    "Black\u00a0",
    "NA",
    "None",
    "null",
    "N/A",
    "nan",
    "",
    "  ",
    '="0012"',
    "0012",
    "a;b",
    "é",
    None,
]


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    pick = random.Random(7)
    n = 240
    return pd.DataFrame(
        {
            "race": pd.Series([pick.choice(TEXTS) for _ in range(n)], dtype="str"),
            "sex": pd.Series([pick.choice(["F", "M", "X"]) for _ in range(n)], dtype="str"),
            "site": [pick.randrange(5) for _ in range(n)],
            "score": [pick.choice([1.0, 2.0, None]) for _ in range(n)],
            "weight": [pick.choice([0.5, 1.25, 3.75]) for _ in range(n)],
            "person": pd.Series(
                [pick.choice([None, "", *[f"p{k}" for k in range(60)], " p3 "]) for _ in range(n)],
                dtype="str",
            ),
            "day": pd.Series(
                [
                    f"20{pick.randrange(19, 22)}-0{pick.randrange(1, 7)}-1{pick.randrange(3)}"
                    for _ in range(n)
                ],
                dtype="str",
            ),
        }
    )


TALLIES = [
    Tally(()),
    Tally(("race",)),
    Tally(("race", "sex", "site", "score", "weight")),
    Tally(("sex", "race")),
    Tally(("day",), cut=(("day", 7),)),
    Tally(("race", "day"), cut=(("day", 4),)),
    Tally(("race",), cut=(("race", 3),)),
    Tally((), per=("person",)),
    Tally(("race",), per=("person",)),
    Tally(("race", "sex", "score"), per=("person",)),
    Tally(("race", "day"), per=("person", "sex"), cut=(("day", 4),)),
]


def by_hand(rows: list[dict[str, str | None]], tally: Tally) -> Counts:
    """The definition, row by row."""
    cuts = dict(tally.cut)
    units: dict[object, list[dict[str, str | None]]] = defaultdict(list)
    for number, row in enumerate(rows):
        ids = tuple(row[column] for column in tally.per)
        units[ids if tally.per and None not in ids else number].append(row)
    counts: Counter[tuple[str | None, ...]] = Counter()
    for members in units.values():
        key = []
        for column in tally.by:
            values = {cut_to(row[column], cuts.get(column)) for row in members} - {None}
            key.append(SEPARATOR.join(sorted(value for value in values if value)) or None)
        counts[tuple(key)] += 1
    return dict(counts)


@pytest.mark.parametrize("source", ALL_SOURCES)
def test_the_same_content_gives_the_same_tallies(source: str, people: pd.DataFrame, tmp_path: Path) -> None:
    before = people.copy(deep=True)
    given_rows: list[dict[Any, Any]] = people.astype(object).where(people.notna(), None).to_dict("records")
    rows: list[dict[str, str | None]] = [
        {
            **{column: clean(row[column] or "") for column in ("race", "sex", "person", "day")},
            **{column: str(row[column]) for column in ("site", "weight")},
            "score": None if row["score"] is None else str(int(row["score"])),
        }
        for row in given_rows
    ]
    with frames.open(SOURCES[source](people, tmp_path)) as records:
        assert records.rows == len(people)
        assert records.columns == tuple(people.columns)
        found = records.tally(TALLIES)
        for tally in TALLIES:
            assert counted(found[tally]) == by_hand(rows, tally), tally
        records._kept.clear()  # the engine is to profile the columns itself
        profile = records.profile(top=3)
        for column in people.columns:
            values = Counter(row[column] for row in rows)
            assert profile[column].blank == values.pop(None, 0)
            assert profile[column].distinct == len(values)
            ordered = sorted(values.items(), key=lambda pair: (-pair[1], str(pair[0])))[:3]
            assert profile[column].values == tuple(ordered)
    pd.testing.assert_frame_equal(people, before)


TYPED = pd.DataFrame(
    {
        "flag": [True, False, True, None],
        "small": pd.array([1, 2, None, 2], dtype="Int64"),
        "day": [dt.date(2024, 1, 5), dt.date(2024, 2, 5), None, dt.date(2024, 1, 5)],
        "moment": pd.to_datetime(
            pd.Series(["2024-01-05", "2024-01-05 10:30", None, "2024-02-01"]), format="mixed"
        ),
        "amount": [Decimal("1.50"), Decimal("2.00"), None, Decimal("1.50")],
    }
)
READ_AS = {
    "flag": {("True",): 2, ("False",): 1, (None,): 1},
    "small": {("1",): 1, ("2",): 2, (None,): 1},
    "day": {("2024-01-05",): 2, ("2024-02-05",): 1, (None,): 1},
    "moment": {("2024-01-05",): 1, ("2024-01-05T10:30:00",): 1, ("2024-02-01",): 1, (None,): 1},
    "amount": {("1.50",): 2, ("2.00",): 1, (None,): 1},
}


@pytest.mark.parametrize(
    "source", ["parquet", "pandas", "pandas arrow", "polars", "polars lazy", "pyarrow", "duckdb"]
)
def test_types_read_alike(source: str, tmp_path: Path) -> None:
    table = pa.Table.from_pandas(TYPED, preserve_index=False)
    given_ = {
        "parquet": lambda: as_parquet(TYPED, tmp_path),
        "pandas": lambda: TYPED,
        "pandas arrow": lambda: table.to_pandas(types_mapper=pd.ArrowDtype),
        "polars": lambda: pl.from_arrow(table),
        "polars lazy": lambda: pl.from_arrow(table).lazy(),
        "pyarrow": lambda: table,
        "duckdb": lambda: duckdb.connect().from_arrow(table),
    }[source]()
    records = frames.open(given_)
    for column, expected in READ_AS.items():
        assert one(records, Tally((column,))) == expected, column
    assert one(records, Tally(("moment",), cut=(("moment", 7),))) == {
        ("2024-01",): 2,
        ("2024-02",): 1,
        (None,): 1,
    }
    assert one(records, Tally(("day",), cut=(("day", 4),))) == {("2024",): 3, (None,): 1}
    assert one(records, Tally(("flag", "day"), per=("small",))) == {
        ("True", "2024-01-05"): 1,
        ("False", f"2024-01-05{SEPARATOR}2024-02-05"): 1,
        ("True", None): 1,
    }


def test_units_with_several_values(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1, 1, 2, 2, None, None], "race": ["W", "B", None, "W", "W", "W"]})
    for source in ("pandas", "csv", "large csv", "parquet", "polars"):
        folder = tmp_path / source.replace(" ", "-")
        folder.mkdir()
        with frames.open(SOURCES[source](frame, folder)) as records:
            found = one(records, Tally(("race",), per=("id",)))
        assert found == {(f"B{SEPARATOR}W",): 1, ("W",): 3}, source


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], ["1", "2"]),
        ([1.0, 2.0, float("nan")], ["1", "2", None]),
        ([1.0, 2.5], ["1.0", "2.5"]),
        ([float("inf"), 1.0], ["inf", "1.0"]),
        ([-0.0], ["0"]),
        ([1e300], ["1e+300"]),
        ([True, False, 1, 0], ["True", "False", "1", "0"]),
        (["1", 1, 1.0, None], ["1", "1", "1", None]),
        ([Decimal("1"), Decimal("NaN")], ["1", None]),
        ([Decimal("1E+2"), Decimal("0.5")], ["100", "0.5"]),
        ([dt.datetime(2024, 1, 5), dt.datetime(2024, 1, 5, 1)], ["2024-01-05", "2024-01-05T01:00:00"]),
        ([dt.time(9, 30)], ["09:30:00"]),
        ([pd.NaT, pd.NA, None], [None, None, None]),
        ([b" W ", b"\xff"], ["W", "\\xff"]),
        ([["W", "B"], [], None], ["W;B", None, None]),
        ([{"a": 1}], ['{"a": 1}']),
        (["\u200b", "\ufeff \u00a0", "a\u200bb"], [None, None, "a\u200bb"]),
        (['="0012"', '="', '=""', "=1+1"], ["0012", '="', None, "=1+1"]),
    ],
)
def test_values_as_text(values: list[Any], expected: list[str | None]) -> None:
    assert texts(values) == expected


def test_mixed_objects_are_not_confused() -> None:
    records = frames.open(pd.DataFrame({"x": [1, True, "1", 1.0, None, "True"]}, dtype=object))
    assert one(records, Tally(("x",))) == {("1",): 3, ("True",): 2, (None,): 1}


def test_lists_in_frames() -> None:
    frame = pd.DataFrame({"race": [["W", "B"], ["W"], None]})
    expected = {("W;B",): 1, ("W",): 1, (None,): 1}
    assert one(frames.open(frame), Tally(("race",))) == expected
    assert (
        one(
            frames.open(duckdb.connect().sql("select unnest([['W','B'],['W'],NULL]) as race")),
            Tally(("race",)),
        )
        == expected
    )


def test_a_tally_is_a_tidy_frame() -> None:
    records = frames.open(pd.DataFrame({"race": ["b", None, "a", "b"], "n": [1, 1, 2, 1]}))
    frame = records.tally([Tally(("race",))])[Tally(("race",))]
    assert list(frame.columns) == ["race", "n"]
    assert frame["race"].tolist() == ["a", "b", None]
    assert frame["n"].dtype == "int64"
    both = records.tally([Tally(("race", "n"))])[Tally(("race", "n"))]
    assert list(both.columns) == ["race", "n", "n__2"]


def test_duplicate_names_in_frames() -> None:
    frame = pd.DataFrame([["W", "B"]], columns=["race", "race"])
    assert frames.open(frame).columns == ("race", "race__2")
    assert frame.columns.tolist() == ["race", "race"]
    table = pa.table([pa.array(["W"]), pa.array(["B"])], names=["race", "race"])
    assert one(frames.open(table), Tally(("race__2",))) == {("B",): 1}
    assert frames.open(pd.DataFrame({0: [1], ("a", "b"): [2]})).columns == ("0", "a b")


def test_no_rows() -> None:
    for empty in (pd.DataFrame({"race": []}), pl.DataFrame({"race": pl.Series([], dtype=pl.String)})):
        records = frames.open(empty)
        assert records.rows == 0
        assert one(records, Tally(("race",))) == {}
        assert one(records, Tally(("race",), per=("race",))) == {}


def test_unknown_columns_name_the_nearest() -> None:
    records = frames.open(pd.DataFrame({"race": ["W"]}))
    with pytest.raises(UnknownName, match='no column "rce". Did you mean "race"'):
        records.tally([Tally(("rce",))])
    with pytest.raises(UnknownName):
        records.profile(["rce"])


def test_only_paths_and_frames_open() -> None:
    for wrong in (3, None, object(), ["a"], {"race": ["W"]}):
        with pytest.raises(ReadError, match="is neither a path nor a frame"):
            frames.open(wrong)
    with pytest.raises(ReadError, match="for a file only"):
        frames.open(pd.DataFrame({"race": ["W"]}), encoding="utf-8")
    records = frames.open(pd.DataFrame({"race": ["W"]}))
    assert frames.open(records) is records
    assert records.recipe() is None
    assert records.name == "data frame"


def test_content_hashes_agree_between_libraries() -> None:
    frame = pd.DataFrame({"race": ["W", "B", None], "n": [1, 2, 3]})
    hashes = {
        frames.open(each).sha256 for each in (frame, pl.from_pandas(frame), pa.Table.from_pandas(frame))
    }
    assert len(hashes) == 1
    assert frames.open(frame.iloc[::-1]).sha256 not in hashes


@pytest.mark.parametrize(
    "source", ["pandas", "large csv", "parquet", "polars", "duckdb", "sqlite", "postgresql"]
)
def test_a_tally_with_too_many_rows_is_refused(source: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [f"i{n}" for n in range(200_001)], "race": ["W"] * 200_001})
    with frames.open(SOURCES[source](frame, tmp_path)) as records:
        with pytest.raises(TallyTooLarge, match='Counting by "race", "id" gives more than 200,000'):
            records.tally([Tally(("race", "id"))])
        assert one(records, Tally(("race",), per=("id",))) == {("W",): 200_001}
        assert records.profile(["id"], top=1)["id"].distinct == 200_001


@pytest.mark.parametrize("source", ["csv", "large csv", "parquet", "duckdb"])
def test_persons_of_one_row_each_are_not_folded(
    source: str, people: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = people.drop_duplicates("person").reset_index(drop=True)
    once = pd.concat(
        [once[~once["person"].isin(["p3", " p3 "])], once[once["person"].isna()]], ignore_index=True
    )
    expected = {tally: one(frames.open(once), tally) for tally in TALLIES if tally.per == ("person",)}

    def folded(*_: object) -> None:
        raise AssertionError("persons were folded")

    monkeypatch.setattr(DuckEngine, "_united", folded)
    with frames.open(SOURCES[source](once, tmp_path)) as records:
        for tally, counts in expected.items():
            assert one(records, tally) == counts, tally


# --- the plan ---


def test_a_long_query_says_how_far_it_is_and_is_stopped_by_ctrl_c() -> None:
    con = duckdb.connect()
    slow = "SELECT count(*) FROM range({n}) AS r(i) WHERE hash(i, 7) % 3 = 0"
    said: list[float] = []
    found = embedded.fetch(con, slow.format(n=60_000_000), said.append)
    assert found == embedded.fetch(con, slow.format(n=60_000_000))
    assert said == sorted(said) and all(0 <= share <= 1 for share in said)

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        embedded.fetch(con, slow.format(n=60_000_000_000), stop)
    assert time.monotonic() - began < 60
    assert embedded.fetch(con, "SELECT 1", said.append) == [(1,)]
    with pytest.raises(duckdb.Error):
        embedded.fetch(con, "SELECT nothing", said.append)


def test_progress_inside_a_count_reaches_the_person(tmp_path: Path, people: pd.DataFrame) -> None:
    said: list[tuple[int, int, str]] = []
    with frames.open(as_parquet(people, tmp_path), progress=lambda *args: said.append(args)) as records:
        engine = records._engine
        assert isinstance(engine, DuckEngine)
        inner = engine.tally

        def half(tally: Tally) -> Counts:
            assert engine.watch is not None
            engine.watch(0.5)
            return inner(tally)

        engine.tally = half  # type: ignore[method-assign]
        said.clear()
        records.tally([Tally(("race",)), Tally(("sex",))])
        assert [done for done, total, what in said] == [0, 120, 240, 360, 480]
        assert {(total, what) for _, total, what in said} == {(480, "counting")}
        assert engine.watch is None


class Spy:
    """An engine that remembers what it was asked."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.asked: list[Tally] = []

    def tally(self, tally: Tally) -> Counts:
        self.asked.append(tally)
        return self.inner.tally(tally)  # type: ignore[no-any-return]

    def wider(self, tallies: Iterable[Tally]) -> list[Tally]:
        return self.inner.wider(tallies)  # type: ignore[no-any-return]


def test_nothing_is_counted_twice(people: pd.DataFrame) -> None:
    records = frames.open(people)
    spy = Spy(records._engine)
    records._engine = spy  # type: ignore[assignment]
    fine = Tally(("race", "sex", "day"), cut=(("day", 7),))
    asked = [
        Tally(("race",)),
        fine,
        Tally(("sex", "race")),
        fine,
        Tally(("day",), cut=(("day", 4),)),
        Tally(()),
        Tally(("day",)),  # finer than the cut one: its own count
        Tally(("race",), per=("person",)),
    ]
    found = records.tally(asked)
    assert set(found) == set(asked)
    assert spy.asked == [fine, Tally(("day",)), Tally(("race",), per=("person",))]
    for tally in found:
        assert counted(found[tally]) == one(frames.open(people), tally)


def test_progress_is_told(people: pd.DataFrame) -> None:
    said: list[tuple[int, int, str]] = []
    frames.open(people).tally([Tally(("race",)), Tally(("sex",))], progress=lambda *args: said.append(args))
    assert said == [(0, 480, "counting"), (240, 480, "counting"), (480, 480, "counting")]  # in rows


KEYS = st.sampled_from(["a", "b", "c"])
CUTS = st.dictionaries(KEYS, st.integers(1, 4), max_size=2)


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {key: st.sampled_from(["", "2024 01", "2024-02", "x", " xy "]) for key in "abc"}
        ),
        max_size=20,
    ),
    asked=st.lists(
        st.tuples(st.lists(KEYS, unique=True), CUTS, st.lists(KEYS, unique=True, max_size=2)),
        min_size=1,
        max_size=5,
    ),
)
@settings(max_examples=120)
def test_any_plan_counts_by_definition(
    rows: list[dict[str, str]], asked: list[tuple[list[str], dict[str, int], list[str]]]
) -> None:
    records = frames.open(pd.DataFrame(rows, columns=["a", "b", "c"], dtype=object))
    tallies = [Tally(tuple(by), tuple(per), tuple(sorted(cut.items()))) for by, cut, per in asked]
    cleaned = [{key: clean(value) for key, value in row.items()} for row in rows]
    for tally, frame in records.tally(tallies).items():
        expected = by_hand(cleaned, tally)
        assert counted(frame) == expected
        assert frame[frame.columns[-1]].sum() == sum(expected.values())


def test_only_what_can_be_derived_is() -> None:
    day = Tally(("day",), cut=(("day", 7),))
    assert derives(Tally(("day",), cut=(("day", 4),)), day)
    assert derives(Tally(()), day)
    assert not derives(Tally(("day",)), day)
    assert not derives(Tally(("day",), cut=(("day", 10),)), day)
    assert not derives(Tally((), per=("day",)), day)
    assert not derives(Tally(("race",)), day)


def permutations() -> Iterator[tuple[int, ...]]:
    return itertools.permutations(range(4))


def test_order_of_rows_changes_nothing() -> None:
    frame = pd.DataFrame({"id": [1, 1, 2, None], "race": ["W", "B", None, "W"]})
    tally = Tally(("race",), per=("id",))
    results = {tuple(one(frames.open(frame.iloc[list(order)]), tally).items()) for order in permutations()}
    assert len(results) == 1
