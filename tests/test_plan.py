"""The plan: each tally is counted once, whoever asks for it, and nothing goes round it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit import frames
from equitykit.adjust import adjust
from equitykit.checks.view import RecordsView
from equitykit.frames import Records, Tally
from equitykit.frames.codes import CodesEngine
from equitykit.frames.duck import DuckEngine
from equitykit.frames.grouped import derives

PACKAGE = Path(ek.__file__).parent
SAMPLE = Path(__file__).parent.parent / "sample_data"


@pytest.fixture(scope="module")
def intake() -> pd.DataFrame:
    return pd.read_csv(SAMPLE / "intake.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def book() -> ek.Codebook:
    return ek.Codebook.load(SAMPLE / "intake.codebook.yaml")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the engines were asked: tallies, sums, and profiles of a column."""
    seen: list[tuple[Any, ...]] = []

    def noting(engine: Any, name: str) -> Callable[..., Any]:
        original = getattr(engine, name)

        def noted(self: Any, *what: Any) -> Any:
            seen.append((name, *what))
            return original(self, *what)

        return noted

    for engine in (CodesEngine, DuckEngine):
        for name in ("tally", "sums", "distinct"):
            monkeypatch.setattr(engine, name, noting(engine, name))
    return seen


def again(asked: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What an engine was asked although it had been counted, or could be summed from what had been."""
    repeated = []
    for place, what in enumerate(asked):
        before = asked[:place]
        told = Tally((what[1],)) if what[0] == "distinct" else what[1]
        finer = what[0] != "sums" and any(
            other[0] == "tally" and (told == other[1] or derives(told, other[1])) for other in before
        )
        if what in before or finer:
            repeated.append(what)
    return repeated


def opened(kind: str, frame: pd.DataFrame, folder: Path) -> Records:
    """The same rows in a pandas frame, or in Parquet."""
    if kind == "pandas":
        return frames.open(frame)
    frame.to_parquet(folder / "intake.parquet")
    return frames.open(folder / "intake.parquet")


@pytest.mark.parametrize("kind", ["pandas", "parquet"])
def test_audit_and_measures_ride_on_one_plan(
    kind: str,
    intake: pd.DataFrame,
    book: ek.Codebook,
    asked: list[tuple[Any, ...]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queries: list[str] = []
    run = DuckEngine._run

    def noted(self: DuckEngine, sql: str) -> list[tuple[Any, ...]]:
        queries.append(sql)
        return run(self, sql)

    records = opened(kind, intake, tmp_path)
    monkeypatch.setattr(DuckEngine, "_run", noted)
    audit = ek.audit(records, book)
    audited = len(asked)
    assert audited > 10 and again(asked) == []

    def tables() -> list[pd.DataFrame]:
        return [ek.disaggregate(records, book, outcome=name).rows for name in book.outcomes]

    first = tables()
    ek.stages(records, book, reference="total")
    ek.crosswalk(records, book, to="us-omb-spd15-1997")
    options: dict[str, Any] = {"outcome": "removed", "tabulation": "single-residual", "reference": "total"}
    adjust(records, book, covariates={"site": "before"}, cluster="none", **options)
    assert audited < len(asked) <= audited + len(book.outcomes) + 4
    assert again(asked) == []
    # A count of persons rides on a count of rows where nobody occurs twice: one query less than was asked.
    assert len(set(queries)) == len(queries) <= (len(asked) if kind == "parquet" else 0)
    before = len(asked)
    for frame, same in zip(first, tables(), strict=True):
        pd.testing.assert_frame_equal(frame, same)
    chosen = ["missing-rate", "missing-by-site-worker-time", "unmapped-values"]
    rows = [row for row in audit.to_dict()["results"] if row["check"] in chosen]
    assert ek.audit(records, book, select=chosen).to_dict()["results"] == rows
    assert len(asked) == before, "a second look asks the engine nothing"


def test_a_proposed_codebook_and_its_audit_look_at_each_column_once(
    intake: pd.DataFrame, asked: list[tuple[Any, ...]]
) -> None:
    ek.audit(frames.open(intake.head(1500)))
    assert again(asked) == []
    assert sum(what[0] == "distinct" for what in asked) == intake.shape[1]
    few = {what[1] for what in asked if what[0] == "distinct" and intake[what[1]].head(1500).nunique() <= 200}
    assert not [
        what
        for what in asked
        if what[0] == "tally" and not what[1].per and set(what[1].by) <= few and len(what[1].by) == 1
    ]


@pytest.mark.parametrize("codebook", ["intake.codebook.yaml", None])
def test_checks_ask_for_what_they_declared(
    codebook: str | None, intake: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One plan for all checks: none asks for anything once it runs."""
    plans: list[int] = []
    fetch = RecordsView.fetch

    def noted(self: RecordsView, tallies: Any) -> None:
        wanted = list(tallies)
        plans.append(len([tally for tally in wanted if tally not in self._tallies]))
        fetch(self, wanted)

    monkeypatch.setattr(RecordsView, "fetch", noted)
    ek.audit(intake.head(1500), SAMPLE / codebook if codebook else None)
    assert plans[0] > 10 and sum(plans[1:]) == 0


def test_a_tally_that_is_too_large_is_tried_once(
    asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from equitykit.frames import codes, records

    for module in (codes, records):
        monkeypatch.setattr(module, "LIMIT", 5)
    held = frames.open(pd.DataFrame({"id": range(9), "race": ["White"] * 9}))
    small, large = Tally(("race",)), Tally(("id", "race"))
    for _ in range(2):
        with pytest.raises(ek.errors.TallyTooLarge):
            held.tally([large, small])
    assert held.tally([small])[small].iloc[:, -1].tolist() == [9]
    assert [what[1] for what in asked] == [large, small]


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from equitykit.frames import records

    monkeypatch.setattr(records, "KEPT", 30)
    held = frames.open(pd.DataFrame({f"c{k}": range(20) for k in range(5)}))
    for k in range(5):
        held.tally([Tally((f"c{k}",))])
    assert sum(map(len, held._kept.values())) <= 30 and list(held._kept) == [Tally(("c4",))]
    held.close()
    assert not held._kept


# --- nothing goes round it ---

ENGINES = {"narwhals", "duckdb", "polars", "pyarrow", "ibis", "pyspark", "sqlite3", "psycopg"}
READERS = {"read_csv", "read_parquet", "read_sql", "read_excel", "read_json"}
# The records of an audit are opened here; all else is handed `Records`.
DATA_FREE = (
    "checks",
    "measures",
    "stages",
    "adjust",
    "durations",
    "stays",
    "weighted",
    "survey",
    "groups",
    "crosswalk",
)


@cache
def trees() -> list[tuple[str, ast.Module]]:
    paths = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "frames"]
    return [(path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths]


def test_no_module_but_frames_talks_to_an_engine() -> None:
    wrong = []
    for name, tree in trees():
        for node in ast.walk(tree):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            wrong += [(name, each) for each in names if each.split(".")[0] in ENGINES]
            if isinstance(node, ast.Attribute) and (
                node.attr in READERS or node.attr in {"_engine", "to_native"}
            ):
                wrong.append((name, node.attr))
    assert wrong == []


def test_checks_and_measures_see_tallies_only() -> None:
    """A check asks its view, and only the view asks the records; neither fetches rows."""
    wrong = []
    for name, tree in trees():
        if name.split("/")[0].removesuffix(".py") not in DATA_FREE:
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            on = ast.unparse(node.func.value)
            if "records" in on and (node.func.attr in {"table", "profile"} or on.startswith("frames")):
                wrong.append((name, ast.unparse(node.func)))
            if name.startswith("checks/") and "records" in on and node.func.attr in {"tally", "tallies"}:
                wrong.append((name, ast.unparse(node.func)))
    assert set(wrong) == {("checks/view.py", "self.records.tallies")}
