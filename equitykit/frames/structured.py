"""JSON records, and the files of SAS, SPSS and Stata, as rows of text."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equitykit.errors import MissingExtra, ReadError
from equitykit.frames.content import Scan
from equitykit.frames.delimited import open_text
from equitykit.frames.names import check_width, shown
from equitykit.frames.types import ReadNote
from equitykit.frames.values import texts
from equitykit.text import plain

_FLAT = "Flatten the records first: one text, number, true, false or null for each name."
_DEEPEST = 20
_CHUNK = 50_000
_MOST_ARRAY = 256_000_000


@dataclass(slots=True)
class Rows:
    """A table that comes row by row."""

    names: Sequence[str]
    rows: Iterator[list[str]]
    notes: list[ReadNote] = field(default_factory=list)


def json_rows(path: Path, scan: Scan) -> Rows:
    """Rows of JSON lines, or of one array of flat records."""
    name = plain(path.name, 80)
    columns: dict[str, int] = {}
    for _, record in _json_records(path, scan, name):
        for key in record:
            if key not in columns:
                columns[key] = len(columns)
                check_width(len(columns), name)
    if not columns:
        raise ReadError(
            f"{name} holds no records.", next_step="Check that the export finished, and export it again."
        )

    def rows() -> Iterator[list[str]]:
        for line, record in _json_records(path, scan, name):
            row = [""] * len(columns)
            for key, value in record.items():
                row[columns[key]] = _json_text(value, line, key, name)
            yield row

    return Rows(list(columns), rows())


def _json_records(path: Path, scan: Scan, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    with open_text(path, scan.encoding, 0) as lines:
        start = ""
        number = 0
        for line in lines:
            number += 1
            if line.strip():
                start = line
                break
        if start.lstrip().startswith("["):
            if scan.size > _MOST_ARRAY:
                raise ReadError(
                    f"{name} is one JSON list of {scan.size / 1e6:,.0f} MB, which would have to be read at once.",
                    next_step="Write one record on each line (JSON lines), and open that file.",
                )
            whole = [start, *lines]
            yield from _json_array("".join(whole), name)
            return
        while True:
            if start.strip():
                yield number, _json_record(start, number, name)
            following = next(iter(lines), None)
            if following is None:
                return
            start = following
            number += 1


def _json_array(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    _check_depth(text, name, 1)
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise _not_json(name, getattr(error, "lineno", 1)) from error
    for number, record in enumerate(found, start=1):
        if not isinstance(record, dict):
            raise ReadError(f"{name}: entry {number} of the list is not a record.", next_step=_FLAT)
        yield number, record


def _json_record(text: str, line: int, name: str) -> dict[str, Any]:
    _check_depth(text, name, line)
    try:
        record = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise _not_json(name, line) from error
    if not isinstance(record, dict):
        raise ReadError(
            f"{name}, line {line}: this is not a record ({plain(text.strip(), 80)}).", next_step=_FLAT
        )
    return record


def _not_json(name: str, line: int) -> ReadError:
    return ReadError(
        f"{name}, line {line}: this is not valid JSON.",
        next_step="Readable are one record on each line, or one list of flat records.",
    )


def _check_depth(text: str, name: str, line: int) -> None:
    """Refuse nesting that no table has, before a parser runs into it."""
    if text.count("[") + text.count("{") <= _DEEPEST:
        return
    depth = 0
    inside = False
    skip = False
    for character in text:
        if skip:
            skip = False
        elif inside:
            skip = character == "\\"
            inside = character != '"'
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > _DEEPEST:
                raise ReadError(
                    f"{name}, line {line}: the JSON is nested more than {_DEEPEST} deep.", next_step=_FLAT
                )
        elif character in "]}":
            depth -= 1


def _json_text(value: Any, line: int, key: str, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
        return ";".join(_json_text(item, line, key, name) for item in value if item is not None)
    raise ReadError(
        f'{name}, record {line}: "{plain(key, 80)}" holds a record inside the record.', next_step=_FLAT
    )


_READERS = {
    "sas7bdat": ("read_sas7bdat", "SAS"),
    "xport": ("read_xport", "SAS"),
    "sav": ("read_sav", "SPSS"),
    "por": ("read_por", "SPSS"),
    "dta": ("read_dta", "Stata"),
}


def statistics_rows(path: Path, kind: str) -> Rows:
    """Rows of a SAS, SPSS or Stata file; values with labels come as their codes."""
    reader, program = _READERS[kind]
    name = plain(path.name, 80)
    try:
        pyreadstat = importlib.import_module("pyreadstat")
    except ImportError as error:
        raise MissingExtra(f"Reading {program} files", "stat") from error
    read = getattr(pyreadstat, reader)
    options: dict[str, Any] = {"user_missing": True} if kind in {"sav", "dta", "sas7bdat"} else {}
    try:
        _, meta = read(str(path), metadataonly=True)
    except Exception as error:
        raise _damaged(name, program) from error
    names = list(meta.column_names)
    return Rows(names, _statistics_rows(pyreadstat, read, path, options, name, program), _label_notes(meta))


def _statistics_rows(
    pyreadstat: Any, read: Any, path: Path, options: dict[str, Any], name: str, program: str
) -> Iterator[list[str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for frame, _ in pyreadstat.read_file_in_chunks(read, str(path), chunksize=_CHUNK, **options):
                columns = [texts(frame.iloc[:, place].tolist()) for place in range(frame.shape[1])]
                yield from ([cell or "" for cell in row] for row in zip(*columns, strict=True))
    except Exception as error:
        raise _damaged(name, program) from error


def _damaged(name: str, program: str) -> ReadError:
    return ReadError(
        f"{name} is damaged: it begins like a {program} file but cannot be read as one.",
        next_step=f"Export it again from {program}, or save it as CSV.",
    )


def _label_notes(meta: Any) -> list[ReadNote]:
    labelled: Mapping[str, Any] = getattr(meta, "variable_value_labels", None) or {}
    columns = tuple(labelled)
    if not columns:
        return []
    return [
        ReadNote(
            "labels",
            f"The file holds labels for the values of {shown(columns)}; the codes were used, not the labels.",
            columns=columns,
        )
    ]
