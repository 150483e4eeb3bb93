"""Batches of Great Expectations over the engines of tests/engines.py, and the queries those engines ran."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests import engines

ENGINES = [
    pytest.param(name, marks=engines.MARKS.get(name, []))
    for name in ("pandas", "sqlite", "postgresql", "spark")
]


def batch_of(kind: str, context: Any, frame: pd.DataFrame, folder: Path) -> tuple[Any, dict[str, Any]]:
    """A batch definition over an engine that holds these rows, and the parameters that go with it."""
    if kind in ("pandas", "spark"):
        source = getattr(context.data_sources, f"add_{kind}")(name=kind)
        definition = source.add_dataframe_asset(name="people").add_batch_definition_whole_dataframe("all")
        held = frame if kind == "pandas" else engines.spark(frame, folder)
        return definition, {"dataframe": held}
    source, table = database_of(kind, context, frame, folder)
    return source.add_table_asset(name="people", table_name=table).add_batch_definition_whole_table("all"), {}


def database_of(
    kind: str, context: Any, frame: pd.DataFrame, folder: Path, *, driver: str = ""
) -> tuple[Any, str]:
    """A data source over a database that holds these rows, and the name of the table."""
    if kind == "sqlite":
        engines.sqlite(frame, folder).close()
        return context.data_sources.add_sqlite(
            name=kind, connection_string=f"sqlite:///{folder / 'people.db'}"
        ), "people"
    address, table = engines.postgresql_table(frame)
    address = address.replace("postgresql:", f"postgresql{driver}:")
    return context.data_sources.add_postgres(name=kind, connection_string=address), table


@contextmanager
def queries(kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[str], list[int]]]:
    """What the engine was asked on our behalf, as the engine saw it, and how many rows each answer had."""
    from equitykit.frames.narwhal import NarwhalsEngine

    ran: list[str] = []
    moved: list[int] = []
    fetch = NarwhalsEngine.fetch

    def counted(self: Any, frame: Any) -> Any:
        if kind == "spark":
            ran.append(frame.to_native()._jdf.queryExecution().toString())
        rows = fetch(self, frame)
        moved.append(len(rows))
        return rows

    before = len(engines.postgresql_log()) if kind == "postgresql" else 0
    with monkeypatch.context() as patch:
        patch.setattr(NarwhalsEngine, "fetch", counted)
        _watch.get(kind, lambda patch, ran: None)(patch, ran)
        yield ran, moved
    if kind == "postgresql":  # the server's own log, of our session
        ran += [text for who, text in engines.postgresql_log()[before:] if who == "equitykit"]


def _watch_sqlite(patch: pytest.MonkeyPatch, ran: list[str]) -> None:
    """SQLite itself says what it runs."""
    import sqlite3

    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> Any:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(ran.append)
        return connection

    patch.setattr("equitykit.frames.database.sqlite3.connect", traced)


_watch: dict[str, Callable[[pytest.MonkeyPatch, list[str]], None]] = {"sqlite": _watch_sqlite}
