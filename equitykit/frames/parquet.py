"""Parquet: one file, a folder of them, or a glob; read in place, column by column."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitykit.errors import ReadError
from equitykit.frames.content import sha256
from equitykit.frames.duck import DuckEngine
from equitykit.frames.embedded import connect, fetch, literal, refused, stop_if_interrupted
from equitykit.frames.field import Field
from equitykit.frames.names import column_names
from equitykit.frames.scratch import Scratch
from equitykit.frames.types import Progress, ReadNote
from equitykit.text import plain

if TYPE_CHECKING:
    import duckdb

_WHOLE = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "HUGEINT",
}


def open_parquet(
    files: Sequence[Path], base: Path, progress: Progress
) -> tuple[DuckEngine, tuple[str, ...], list[ReadNote], str]:
    """Engine, column names, notes and hash of one or more Parquet files."""
    scratch = Scratch()
    con = connect(scratch, on_disk=False)

    def close() -> None:
        con.close()
        scratch.close()

    subject = plain(base.name, 80)
    try:
        layouts = [_schema(con, file) for file in files]
        _same_schema(files, layouts, base)
        listed = ", ".join(literal(file) for file in files)
        union = "true" if len(files) > 1 else "false"
        source = f"read_parquet([{listed}], union_by_name = {union}, hive_types_autocast = 0)"
        described = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        raw = [str(row[0]) for row in described]
        top = [name for name, _ in layouts[0]]
        if [name.casefold() for name in raw[: len(top)]] != [name.casefold() for name in top] and len(
            raw
        ) >= len(top):
            raw[: len(top)] = top  # DuckDB renames what differs only in case
        names, notes = column_names(raw, subject=subject)
        fields = [Field(f"c{place}", str(row[1])) for place, row in enumerate(described)]
        con.execute(f"CREATE VIEW t({', '.join(field.sql for field in fields)}) AS SELECT * FROM {source}")
        engine = DuckEngine(
            lambda sql, watch: fetch(con, sql, watch), "t", names, fields, close=close, subject=subject
        )
    except ReadError:
        close()
        raise
    except Exception as error:
        close()
        stop_if_interrupted(error)
        raise refused(error, subject) from error
    return engine, names, notes, _hash(files, base, progress)


def _schema(con: duckdb.DuckDBPyConnection, file: Path) -> list[tuple[str, str]]:
    """Names and types of the top-level columns of one file, as it names them."""
    try:
        rows = con.execute(f"SELECT name, num_children FROM parquet_schema({literal(file)})").fetchall()
        types = con.execute(
            f"DESCRIBE SELECT * FROM read_parquet({literal(file)}, hive_partitioning = false)"
        ).fetchall()
    except Exception as error:
        stop_if_interrupted(error)
        raise refused(error, plain(file.name, 80)) from error
    names = _top_level(rows)
    if len(names) != len(types):
        names = [str(row[0]) for row in types]
    return [(name, str(row[1])) for name, row in zip(names, types, strict=True)]


def _top_level(rows: list[tuple[Any, ...]]) -> list[str]:
    names: list[str] = []
    place = 1

    def below(start: int) -> int:
        after = start + 1
        for _ in range(int(rows[start][1] or 0)):
            after = below(after)
        return after

    while place < len(rows):
        names.append(str(rows[place][0]))
        place = below(place)
    return names


def _kind(type_: str) -> str:
    if type_ in _WHOLE:
        return "whole number"
    if type_ in {"FLOAT", "DOUBLE"} or type_.startswith("DECIMAL"):
        return "number"
    if type_.startswith("TIMESTAMP"):
        return "date and time"
    return {"VARCHAR": "text", "DATE": "date", "BOOLEAN": "true or false"}.get(type_, type_)


def _same_schema(files: Sequence[Path], layouts: Sequence[list[tuple[str, str]]], base: Path) -> None:
    """Refuse files that do not have the same columns of the same kind."""
    first = {name: _kind(type_) for name, type_ in layouts[0]}
    start = plain(_relative(files[0], base), 80)
    step = "Write all files with the same columns and types, or open them one by one."
    for file, layout in zip(files[1:], layouts[1:], strict=True):
        name = plain(_relative(file, base), 80)
        here = {column: _kind(type_) for column, type_ in layout}
        for column in [*first, *here]:
            shown = plain(column, 80)
            if column not in here:
                raise ReadError(f'{name} lacks the column "{shown}" that {start} has.', next_step=step)
            if column not in first:
                raise ReadError(f'{name} has a column "{shown}" that {start} lacks.', next_step=step)
            if here[column] != first[column]:
                raise ReadError(
                    f'The column "{shown}" is {here[column]} in {name}, but {first[column]} in {start}.',
                    next_step=step,
                )


def _relative(file: Path, base: Path) -> str:
    return file.relative_to(base).as_posix() if file.is_relative_to(base) and file != base else file.name


def _hash(files: Sequence[Path], base: Path, progress: Progress) -> str:
    if len(files) == 1:
        return sha256(files[0], progress)
    found = hashlib.sha256()
    for file in files:
        found.update(f"{_relative(file, base)}\0{sha256(file, progress)}\n".encode())
    return found.hexdigest()
