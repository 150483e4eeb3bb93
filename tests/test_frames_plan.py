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
from equitykit.frames.merging import together

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
