"""The plan of an engine over files: tallies counted together, refused early, and persons who occur once."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from equitykit import frames
from equitykit.errors import TallyTooLarge
from equitykit.frames import Records, Tally, duck
from equitykit.frames.grouped import Grouped
from equitykit.frames.merging import together
from equitykit.frames.values import cut_to

ROWS = 600


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    make = np.random.default_rng(7)
    columns: dict[str, Any] = {"id": [f"P{place:05d}" for place in range(ROWS)]}
    columns["race"] = make.choice(np.array(["White", "Black ", " Asian", None], dtype=object), ROWS)
    for name, values in {
        "sex": "FMX",
        "site": "NSEW",
        "removed": "YN",
        "kin": "YN",
        "age": "0123456789",
    }.items():
        columns[name] = make.choice(np.array([*values, None], dtype=object), ROWS)
    columns["day"] = [f"2024-{place % 12 + 1:02d}-{place % 28 + 1:02d}" for place in range(ROWS)]
    return pd.DataFrame(columns)


WANTED = [
    Tally(("race",)),
    *(Tally(("race", other)) for other in ("sex", "site", "removed", "kin")),
    Tally(("race", "day"), cut=(("day", 7),)),
    Tally(("race", "day"), cut=(("day", 4),)),
    Tally(("race",), per=("id",)),
]


class Asked(list[str]):
    """What a database was asked."""

    def grouped(self) -> list[str]:
        return [sql for sql in self if "GROUP BY ALL" in sql]


def opened(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> tuple[Records, Asked]:
    monkeypatch.setattr(duck, "_MANY", 0)
    records = frames.open(duckdb.connect().from_df(frame))
    engine: Any = records._engine
    asked, run = Asked(), engine._database

    def spy(sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return run(sql, *rest)

    engine._database = spy
    return records, asked


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return bool(
        one.astype(object).where(one.notna(), None).equals(other.astype(object).where(other.notna(), None))
    )


def test_tallies_counted_together_are_those_counted_alone(
    people: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    records, asked = opened(people, monkeypatch)
    found = records.tally(WANTED)
    assert list(found) == WANTED
    assert len(asked.grouped()) < len(WANTED) / 2
    alone = frames.open(people)
    for tally in WANTED:
        assert same(found[tally], alone.tally([tally])[tally])


def test_a_column_is_never_cut_in_two_places_at_once() -> None:
    looked = {"race": ["a", "b"] * 10, "day": ["2024-01-01", "2024-02-01"] * 10}
    month, year = (Tally(("race", "day"), cut=(("day", width),)) for width in (7, 4))
    whole = Tally(("day",))
    assert together([month, year, whole], looked) == []
    assert together([month, Tally(("race",))], looked) == [month]


def test_what_would_grow_too_large_stays_apart() -> None:
    looked = {"a": [str(place % 1_009) for place in range(5_000)]}
    looked["c"] = [str(place // 5) for place in range(5_000)]
    assert together([Tally(("a",)), Tally(("c",))], looked) == []


def test_a_tally_that_is_refused_keeps_no_other_from_its_count(
    people: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duck, "_FETCH", 100)
    records, asked = opened(people, monkeypatch)
    found = records.tallies([Tally(("race", "id")), Tally(("race",))])
    assert isinstance(found[Tally(("race", "id"))], TallyTooLarge)
    race = found[Tally(("race",))]
    assert isinstance(race, pd.DataFrame) and race["n"].sum() == ROWS
    assert all("k1" not in sql for sql in asked.grouped())  # told by a look, not by grouping every row
    with pytest.raises(TallyTooLarge):
        records.tally([Tally(("race",)), Tally(("race", "id"))])


@pytest.mark.parametrize("twice", [0, 5])
@pytest.mark.parametrize("blank", [0, 4])
def test_persons_are_grouped_only_where_one_occurs_twice(
    people: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, twice: int, blank: int
) -> None:
    frame = people.copy()
    frame.loc[: twice - 1, "id"] = frame["id"].iloc[-1] if twice else frame["id"]
    frame.loc[100 : 100 + blank - 1, "id"] = "  " if blank else frame["id"]
    records, asked = opened(frame, monkeypatch)
    tallies = [Tally((), per=("id",)), Tally(("race", "sex"), per=("id",))]
    found = records.tally(tallies)
    expected = frames.open(frame).tally(tallies)
    assert all(same(found[tally], expected[tally]) for tally in tallies)
    assert found[tallies[0]]["n"].tolist() == [ROWS - twice]
    assert any("folded" in sql for sql in asked) is bool(twice)


@pytest.mark.parametrize("odd", [None, "", " P00001", '="P00001"', "P00001"], ids=repr)
def test_what_identifiers_hold_is_the_same_whether_each_occurs_once(
    people: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, odd: str | None
) -> None:
    frame = people.copy()
    frame.loc[5:6, "id"] = [odd, None]
    records, asked = opened(frame, monkeypatch)
    records.tally([Tally((), per=("id",))])
    before = len(asked)
    found = records.profile(["id"], top=7)["id"]
    assert found == frames.open(frame).profile(["id"], top=7)["id"]
    assert any("LIMIT 7" in sql and "GROUP BY" not in sql for sql in asked[before:]) is (odd is None)


DAYS = ["2024-03-01", "0999-12-31", "9999-12-31", "12345-06-07", "infinity", "-infinity", None]


@pytest.mark.parametrize("cut", range(1, 12))
@pytest.mark.parametrize("kind", ["DATE", "TIMESTAMP"])
def test_a_date_that_the_database_cuts_is_the_one_that_python_cuts(cut: int, kind: str) -> None:
    days = [day for day in DAYS if not (kind == "TIMESTAMP" and day and "inf" in day)]
    listed = ", ".join("(NULL)" if day is None else f"('{day}'::{kind})" for day in days)
    records = frames.open(duckdb.connect().sql(f"SELECT * FROM (VALUES {listed}) AS v(day)"))
    whole = records.tally([Tally(("day",))])[Tally(("day",))]
    expected: dict[str | None, int] = {}
    for text, n in zip(whole["day"], whole["n"], strict=True):
        short = None if text is None else text[:cut]
        expected[short] = expected.get(short, 0) + n
    short = Tally(("day",), cut=(("day", cut),))
    fresh = frames.open(duckdb.connect().sql(f"SELECT * FROM (VALUES {listed}) AS v(day)"))
    found = fresh.tally([short])[short]
    assert dict(zip(found["day"], found["n"], strict=True)) == expected


def test_grouped_columns_say_what_a_dictionary_of_keys_says() -> None:
    make = np.random.default_rng(3)
    words: list[str | None] = ["White", "white", "Wh", "", "\u00e9", None]
    keys = {tuple(words[place] for place in row) for row in make.integers(0, len(words), (60, 3)).tolist()}
    counts = {key: int(n) for key, n in zip(sorted(keys, key=str), make.integers(1, 2**40, 60), strict=False)}
    grouped = Grouped.of(counts, 3)
    for places in ([(0, None)], [(2, None), (1, 2)], [(1, 1), (0, None), (2, 1)], []):
        expected: dict[Any, int] = {}
        for key, n in counts.items():
            shorter = tuple(cut_to(key[place], cut) for place, cut in places)
            expected[shorter] = expected.get(shorter, 0) + n
        frame = grouped.coarser(places).frame([f"c{place}" for place, _ in places])
        found = [(tuple(row[:-1]), row[-1]) for row in frame.itertuples(index=False, name=None)]
        assert found == sorted(
            expected.items(), key=lambda item: [(text is None, text or "") for text in item[0]]
        )
    assert len(Grouped.of({}, 2)) == 0 and Grouped.of({}, 2).frame(["a", "b"]).empty
