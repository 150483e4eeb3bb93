"""The file of a form as bytes, text, rows or sheets; what is wrong with it is a sentence."""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equitykit.errors import ReadError
from equitykit.frames.archive import check_archive, damaged
from equitykit.text import plain

__all__ = ["Rows", "as_json", "as_rows", "as_text", "header_of_sheet", "read_bytes", "sheets"]

Rows = list[list[str]]
MAX_BYTES = 20_000_000
_MOST_ROWS = 100_000
_MOST_CELLS = 2_000_000
_MOST_COLUMNS = 300
_EXPORT = "Export the form again from the program it was built with."


def read_bytes(file: Path) -> bytes:
    """Content of a file that can be a form.

    Raises
    ------
    ReadError
        Not there, empty, or too large.
    """
    try:
        if file.is_dir():
            raise ReadError(f'"{file.name}" is a folder, not a form.', next_step="Give one file.")
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise ReadError(
                f'"{plain(file.name, 80)}" holds {size / 1e6:,.0f} MB; that is too large to be a form.',
                next_step="Give the form or its dictionary, not the data.",
            )
        data = file.read_bytes()
    except OSError as problem:
        raise ReadError(
            f'The form "{plain(file, 200)}" cannot be read: {problem.strerror or problem}.',
            next_step="Check the path.",
        ) from None
    if not data.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise ReadError(f'"{plain(file.name, 80)}" is empty.', next_step=_EXPORT)
    return data


def as_text(data: bytes, name: str) -> str:
    """Bytes as text, in whichever of the usual encodings they are."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252", "latin-1")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ReadError(f'"{plain(name, 80)}" is not text that can be read.', next_step=_EXPORT)
    if "\x00" in text[:4096]:
        raise ReadError(f'"{plain(name, 80)}" is not a text file.', next_step=_EXPORT)
    return text


def as_rows(text: str, name: str) -> Rows:
    """Rows of a delimited text, blank ones left out; line ends of any kind."""
    head = text[:20_000]
    delimiter = max((",", ";", "\t"), key=lambda each: head.split("\n", 1)[0].count(each))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows: Rows = []
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > _MOST_ROWS:
                raise ReadError(f'"{plain(name, 80)}" has too many rows to be a form.')
    except csv.Error as problem:
        raise ReadError(f'"{plain(name, 80)}" is not a CSV table: {problem}.', next_step=_EXPORT) from None
    return rows


def as_json(text: str, name: str) -> Any:
    """Content of a JSON text."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ReadError(
            f'"{plain(name, 80)}" is nested too deeply to be a form.', next_step=_EXPORT
        ) from None
    except ValueError as problem:
        raise ReadError(f'"{plain(name, 80)}" is not readable JSON: {problem}.', next_step=_EXPORT) from None


def sheets(file: Path) -> Mapping[str, Rows]:
    """Sheets of a workbook by their lower-case names, every cell as text."""
    from openpyxl import load_workbook

    check_archive(file)
    try:
        with warnings.catch_warnings(), file.open("rb") as handle:
            warnings.simplefilter("ignore")
            book = load_workbook(handle, read_only=True, data_only=True, keep_links=False)
            found = {sheet.title.strip().lower(): _cells(sheet, file.name) for sheet in book.worksheets}
            book.close()
    except ReadError:
        raise
    except Exception as problem:
        raise damaged(plain(file.name, 80)) from problem
    return found


def header_of_sheet(file: Path, name: str) -> list[str] | None:
    """First row of one sheet of a workbook, without reading the rest; None where there is no such sheet."""
    from openpyxl import load_workbook

    check_archive(file)
    try:
        with warnings.catch_warnings(), file.open("rb") as handle:
            warnings.simplefilter("ignore")
            book = load_workbook(handle, read_only=True, data_only=True, keep_links=False)
            found = next((sheet for sheet in book.worksheets if sheet.title.strip().lower() == name), None)
            rows = (
                [] if found is None else found.iter_rows(max_row=1, max_col=_MOST_COLUMNS, values_only=True)
            )
            header = next(([_cell(value) for value in row] for row in rows), None)
            book.close()
    except Exception as problem:
        raise damaged(plain(file.name, 80)) from problem
    return header


def _cells(sheet: Any, name: str) -> Rows:
    rows: Rows = []
    cells = 0
    for values in sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True):
        row = [_cell(value) for value in values]
        cells += len(row)
        if any(cell.strip() for cell in row):
            rows.append(row)
        if len(rows) > _MOST_ROWS or cells > _MOST_CELLS:
            raise ReadError(f'"{plain(name, 80)}" has too many cells to be a form.')
    return rows


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
