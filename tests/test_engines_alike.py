"""One odd table in every engine: the same audit, the same measures, and only grouped rows leave it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit import frames
from equitykit.frames.codes import CodesEngine
from equitykit.frames.duck import DuckEngine
from equitykit.frames.narwhal import NarwhalsEngine
from equitykit.measures import disparities
from tests import engines
from tests.test_frames_tally import SOURCES

ENGINES = [
    pytest.param(name, marks=engines.MARKS.get(name, ()))
    for name in SOURCES
    if name not in ("pandas", "tsv", "xlsx", "json lines")
]
IN_MEMORY = ("csv", "pandas object", "pandas arrow", "pandas category")
RACES: list[str | None] = [
    *(
        "White",
        " White ",
        "white",
        "WHITE",
        "Black\u00a0",
        "Black;White",
        "White; Black ;",
        ";",
        "Asian;;Asian",
    ),
    *(
        "NA",
        "N/A",
        "None",
        "null",
        "nan",
        "-",
        "0012",
        "12",
        "1e3",
        "Unknown",
        "Declined to answer",
        "",
        "   ",
        None,
    ),
    *(
        "Asian/Pacific Islander",
        "Caf\u00e9",
        "Cafe\u0301",
        "\u1e9e",
        "\u00df",
        "I\u0307",
        "\u6f22\u5b57",
        "\U0001f600",
    ),
    *("a\u200bb", "a\u202eb", "tab\there", "line\nbreak", 'quo"te', "semi,comma", "'; DROP TABLE people; --"),
    *("<script>", "[/]", "bell\x07", "unit\x1fseparator", "x" * 200, "x" * 199 + "y"),
]
BOOK: dict[str, Any] = {
    "questions": {
        "race_ethnicity": {"columns": ["race"], "encoding": "delimited", "delimiter": ";"},
        "sex": {"columns": ["sex"]},
        "age": {"columns": ["age"], "bands": [0, 6, 12]},
        "language": {"columns": ["empty"]},
    },
    "purpose": "To see whether these engines agree.",
    "person": "person",
    "count": "events",
    "unit": {"site": "site", "worker": "worker"},
    "period": {"column": "day", "by": "quarter"},
    "outcomes": {
        "seen": {"column": "seen", "event": ["Y"], "favourable": True},
        "kept": {"column": "kept", "event": ["1"], "favourable": False, "at_risk": {"seen": ["Y"]}},
    },
    "stages": ["referred", "seen", "kept"],
}
FEW = ["unmapped-values", "missing-rate", "missing-by-outcome"]
FEWER = {name: part for name, part in BOOK.items() if name not in ("person", "count", "unit", "period")}
"""For Spark, where each query takes a second or two."""


def odd(rows: int = 300, times: int = 5) -> pd.DataFrame:
    """Everything that engines could read unlike, plain people around it, and every row several times."""
    pick = random.Random(11)

    def text(values: list[Any]) -> pd.Series:
        return pd.Series([pick.choice(values) for _ in range(rows)], dtype=object)

    races = [
        *RACES,
        *(pick.choice(["White", "Black", "Asian", "Black;White"]) for _ in range(rows - len(RACES))),
    ]
    pick.shuffle(races)
    once = pd.DataFrame(
        {
            "race": pd.Series(races, dtype=object),
            "sex": text(["F", "M", "f ", "X", "", None]),
            "age": text(["3", "03", "3.0", "17", "x", None]),
            "empty": pd.Series([None] * rows, dtype=object),
            "site": pd.Categorical([pick.choice(["north", "South", "south ", None]) for _ in range(rows)]),
            "worker": [pick.randrange(6) for _ in range(rows)],
            "score": [pick.choice([1.0, 2.0, None]) for _ in range(rows)],
            "day": text(["2024-01-05", "2024-05-30", "2024-13-01", "05/06/2024", "", None]),
            "person": text([*(f"p{n}" for n in range(rows // 2)), " p1 ", "P1", "", None]),
            "seen": text(["Y", "N", "y", " Y", None]),
            "kept": text(["1", "0", "01", None]),
        }
    )
    return pd.concat([once] * times, ignore_index=True)


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows each query brought out of the engine."""
    seen: list[int] = []

    def counting(engine: type, name: str) -> None:
        whole = getattr(engine, name)

        def counted(self: Any, asked: Any) -> Any:
            rows = whole(self, asked)
            seen.append(len(rows))
            return rows

        monkeypatch.setattr(engine, name, counted)

    counting(NarwhalsEngine, "fetch")
    counting(DuckEngine, "_run")
    yield seen


def audited(records: Any, few: bool = False) -> dict[str, Any]:
    """An audit without what says where the rows came from."""
    data = ek.audit(records, FEWER if few else BOOK, select=FEW if few else None).to_dict()
    kept = {name: value for name, value in data["subject"].items() if name in ("kind", "rows")}
    return {**data, "subject": kept}


def measured(records: Any, few: bool = False) -> list[pd.DataFrame]:
    """Disparities and the chain, people of unknown group among them."""
    found, book = [], FEWER if few else BOOK
    for by in ["race_ethnicity"] if few else ["race_ethnicity", ["race_ethnicity", "sex"], "age"]:
        gaps = disparities(ek.disaggregate(records, book, outcome="kept", by=by), reference="total")
        found.append(gaps.to_frame())
    if not few:
        found.append(gaps.bounds().to_frame())
    found.append(ek.stages(records, book, reference="all-others").to_frame())
    return found


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return odd()


@pytest.fixture(scope="module")
def expected(table: pd.DataFrame) -> dict[bool, tuple[dict[str, Any], list[pd.DataFrame]]]:
    return {
        few: (audited(frames.open(table), few), measured(frames.open(table), few)) for few in (False, True)
    }


@pytest.mark.parametrize("source", ENGINES)
def test_an_odd_table_reads_alike_everywhere(
    source: str, table: pd.DataFrame, expected: Any, tmp_path: Path, moved: list[int]
) -> None:
    few = source == "spark"
    with frames.open(SOURCES[source](table, tmp_path)) as records:
        moved.clear()
        found = audited(records, few)
        gaps = measured(records, few)
        assert isinstance(records._engine, CodesEngine) == (source in IN_MEMORY)
    data, frames_expected = expected[few]
    assert [row["check"] for row in found["results"]] == [row["check"] for row in data["results"]]
    for one, other in zip(found["results"], data["results"], strict=True):
        assert one == other
    assert found == data
    for one_frame, other_frame in zip(gaps, frames_expected, strict=True):
        pd.testing.assert_frame_equal(one_frame, other_frame)
    assert max(moved, default=0) <= len(table) // 4, "only grouped rows leave the engine"
    assert bool(moved) == (source not in IN_MEMORY)


@pytest.mark.parametrize("source", ENGINES)
def test_a_table_without_rows_reads_alike_everywhere(
    source: str, table: pd.DataFrame, tmp_path: Path
) -> None:
    none = table.iloc[:0]
    select = ["missing-rate", "category-never-used"] if source == "spark" else None
    with frames.open(SOURCES[source](none, tmp_path)) as records:
        found = ek.audit(records, BOOK, select=select).to_dict()
    plain = ek.audit(none, BOOK, select=select).to_dict()
    assert (found["results"], found["questions"], found["subject"]["rows"]) == (
        plain["results"],
        plain["questions"],
        0,
    )
    clear = {row["check"] for row in found["results"] if row["outcome"] == "clear"}
    assert clear <= {"irregular-file", "totals-row"}, "without rows nothing but the file itself can be clear"
