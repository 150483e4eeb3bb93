"""Parquet: one file, a folder of them, or a glob; read in place, column by column."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
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
        source = _source(files, layouts, _same_schema(con, files, layouts, base))
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


def _source(files: Sequence[Path], layouts: Sequence[list[tuple[str, str]]], types: Mapping[str, str]) -> str:
    """All files as one table; columns of another type, where they are empty, as empty columns of the right one."""
    odd: dict[tuple[str, ...], list[Path]] = {}
    for file, layout in zip(files, layouts, strict=True):
        wrong = tuple(name for name, type_ in layout if name in types and _kind(type_) != _kind(types[name]))
        odd.setdefault(wrong, []).append(file)
    union = "true" if len(files) > 1 else "false"
    parts = []
    for wrong, some in odd.items():  # that of the first file first: it gives the order of the columns
        listed = ", ".join(literal(file) for file in some)
        part = f"read_parquet([{listed}], union_by_name = {union}, hive_types_autocast = 0)"
        names = [(name.replace('"', '""'), types[name]) for name in wrong]
        blank = ", ".join(f'CAST(NULL AS {type_}) AS "{name}"' for name, type_ in names)
        parts.append(f"SELECT * REPLACE ({blank}) FROM {part}" if wrong else f"SELECT * FROM {part}")
    return f"({' UNION ALL BY NAME '.join(parts)})"


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
    """What a column is, in words; types of one kind read alike when files are put together."""
    if type_ in _WHOLE:
        return "whole number"
    if type_.startswith("DECIMAL"):
        return "decimal number"
    if type_.startswith("TIMESTAMP"):
        return "date and time with a time zone" if "TIME ZONE" in type_ else "date and time"
    numbers = {"FLOAT": "number of single precision", "DOUBLE": "number of double precision"}
    if type_ in numbers:
        return numbers[type_]
    return {"VARCHAR": "text", "DATE": "date", "BOOLEAN": "true or false"}.get(type_, type_)


def _is_empty(con: duckdb.DuckDBPyConnection, file: Path, column: str) -> bool:
    """Whether a column of a file holds no value; read only where its type does not fit the other files."""
    name = column.replace('"', '""')
    found = con.execute(
        f'SELECT count("{name}") FROM read_parquet({literal(file)}, hive_partitioning = false)'
    ).fetchall()
    return int(found[0][0]) == 0


def _same_schema(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    layouts: Sequence[list[tuple[str, str]]],
    base: Path,
) -> dict[str, str]:
    """Refuse files that do not have the same columns of the same kind.

    Returns
    -------
    Columns whose type is another where they hold no value, with the type that they have in the others.
    """
    start = plain(_relative(files[0], base), 80)
    names = [column for column, _ in layouts[0]]
    _same_names(files, [[column for column, _ in layout] for layout in layouts], base)
    step = "Write all files with the same columns and types, or open them one by one."
    differ: dict[str, None] = {}
    first = dict(layouts[0])
    for file, layout in zip(files[1:], layouts[1:], strict=True):
        name, here = plain(_relative(file, base), 80), dict(layout)
        for column in [*names, *here]:
            shown = plain(column, 80)
            if column not in here:
                raise ReadError(f'{name} lacks the column "{shown}" that {start} has.', next_step=step)
            if column not in first:
                raise ReadError(f'{name} has a column "{shown}" that {start} lacks.', next_step=step)
            if _kind(here[column]) != _kind(first[column]):
                differ[column] = None
    return {
        column: _type_of(con, column, [dict(layout)[column] for layout in layouts], files, base, step)
        for column in differ
    }


def _same_names(files: Sequence[Path], layouts: Sequence[list[str]], base: Path) -> None:
    """Refuse names that files put together by name could take for one another."""
    start = plain(_relative(files[0], base), 80)
    folders = [_folders(file, base) for file in files]
    for file, names, keys in zip(files, layouts, folders, strict=True):
        name = plain(_relative(file, base), 80)
        if keys != folders[0]:
            key = sorted({*keys} ^ {*folders[0]} or {*keys})[0]
            raise ReadError(
                f'The folders of {name} and {start} do not name the same columns ("{plain(key, 80)}=").',
                next_step="Put all files into folders of the same kind, or open them one by one.",
            )
        if both := [column for column in names if column.casefold() in {key.casefold() for key in keys}]:
            raise ReadError(
                f'The column "{plain(both[0], 80)}" stands in {name} and in the name of its folder.',
                next_step="Rename the folder or the column, so that it is said once.",
            )
        alike, first = _alike(names), _alike(layouts[0])
        if alike != first:
            raise ReadError(
                f"Columns have names that differ in case only, or not at all "
                f"({' and '.join(plain(one, 80) for one in alike or first)}), and stand otherwise in {name} than in "
                f"{start}.",
                next_step="Give each column a name of its own in all files, or open them one by one.",
            )


def _alike(names: Sequence[str]) -> list[str]:
    """Names that differ in case only, or not at all."""
    often = Counter(name.casefold() for name in names)
    return [name for name in names if often[name.casefold()] > 1]


def _folders(file: Path, base: Path) -> tuple[str, ...]:
    """Columns that the folders of a file name: site=007."""
    inside = file.relative_to(base).parts[:-1] if file.is_relative_to(base) else ()
    return tuple(part.partition("=")[0] for part in inside if "=" in part)


def _type_of(
    con: duckdb.DuckDBPyConnection,
    column: str,
    types: Sequence[str],
    files: Sequence[Path],
    base: Path,
    step: str,
) -> str:
    """The type of a column in the files in which it holds values."""
    filled = [
        place
        for place, file in enumerate(files)
        if types[place] != '"NULL"' and not _is_empty(con, file, column)
    ]
    for place in filled[1:]:
        if _kind(types[place]) != _kind(types[filled[0]]):
            here, start = (plain(_relative(files[one], base), 80) for one in (place, filled[0]))
            raise ReadError(
                f'The column "{plain(column, 80)}" is {_kind(types[place])} in {here}, but '
                f"{_kind(types[filled[0]])} in {start}.",
                next_step=step,
            )
    return types[filled[0]] if filled else "VARCHAR"


def _relative(file: Path, base: Path) -> str:
    return file.relative_to(base).as_posix() if file.is_relative_to(base) and file != base else file.name


def _hash(files: Sequence[Path], base: Path, progress: Progress) -> str:
    if len(files) == 1:
        return sha256(files[0], progress)
    found = hashlib.sha256()
    for file in files:
        found.update(f"{_relative(file, base)}\0{sha256(file, progress)}\n".encode())
    return found.hexdigest()
