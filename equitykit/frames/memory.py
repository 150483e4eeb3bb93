"""Frames a person already has: told apart through narwhals, counted where they are, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from equitykit.errors import ReadError
from equitykit.frames.codes import CodesEngine, Engine
from equitykit.frames.duck import DuckEngine
from equitykit.frames.embedded import Watch, identifier, refused
from equitykit.frames.field import Field
from equitykit.frames.names import column_names
from equitykit.frames.narwhal import NarwhalsEngine
from equitykit.frames.records import Records
from equitykit.frames.types import ReadNote, Source
from equitykit.text import plain

_NAME = "data frame"
_VIEW = "equitykit_rows"


def open_frame(subject: Any) -> Records:
    """Records of a frame."""
    engine, names, notes = _engine(subject)
    return Records(name=_NAME, columns=names, notes=notes, source=Source(None, {}), engine=engine)


def _engine(subject: Any) -> tuple[Engine, tuple[str, ...], list[ReadNote]]:
    if isinstance(subject, pd.Series):
        subject = subject.to_frame()
    if isinstance(subject, pd.DataFrame):
        return _pandas(subject)
    if nw.dependencies.is_duckdb_relation(subject):
        return _relation(subject)
    subject = _numbered(subject)
    try:
        frame = nw.from_native(subject)
    except Exception as error:
        raise _unknown(subject) from error
    if not isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        raise _unknown(subject)
    if frame.implementation.is_duckdb():  # a relation that narwhals had wrapped already
        return _relation(frame.to_native())
    if frame.implementation.is_pandas_like():
        return _pandas(frame.to_pandas() if isinstance(frame, nw.DataFrame) else frame.collect().to_pandas())
    try:
        columns = frame.collect_schema().names()
        names, notes = column_names(columns, subject="The frame")
        return NarwhalsEngine(frame.lazy(), names, columns), names, notes
    except (ReadError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise refused(error, "The frame") from error


def _unknown(subject: object) -> ReadError:
    return ReadError(
        f'"{plain(type(subject).__name__, 80)}" is neither a path nor a frame.',
        allowed=[
            "a path",
            "a pandas, Polars or PyArrow frame",
            "a DuckDB relation",
            "any other frame narwhals knows",
        ],
    )


def _pandas(frame: pd.DataFrame) -> tuple[Engine, tuple[str, ...], list[ReadNote]]:
    columns: list[Any] = list(frame.columns)
    labels = [" ".join(map(str, label)) if isinstance(label, tuple) else label for label in columns]
    names, notes = column_names(labels, subject="The frame")
    series = [frame.iloc[:, place] for place in range(frame.shape[1])]
    return CodesEngine(names, series, len(frame)), names, notes


def _numbered(subject: Any) -> Any:
    """A PyArrow table in which no column name occurs twice, since narwhals takes no others."""
    columns: Sequence[str] | None = getattr(subject, "column_names", None)
    if (
        type(subject).__module__.startswith("pyarrow")
        and columns is not None
        and len(set(columns)) < len(columns)
    ):
        return subject.rename_columns(list(column_names(columns, subject="The frame")[0]))
    return subject


def _relation(relation: Any) -> tuple[Engine, tuple[str, ...], list[ReadNote]]:
    columns = [str(name) for name in relation.columns]
    names, notes = column_names(columns, subject="The relation")
    fields = [
        Field(identifier(column), str(type_)) for column, type_ in zip(columns, relation.types, strict=True)
    ]

    def run(sql: str, _: Watch | None) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = relation.query(_VIEW, sql).fetchall()
        relation.query(_VIEW, f"DROP VIEW IF EXISTS {_VIEW}")  # DuckDB 1 leaves the name behind
        return rows

    return DuckEngine(run, _VIEW, names, fields, close=lambda: None, subject="The relation"), names, notes
