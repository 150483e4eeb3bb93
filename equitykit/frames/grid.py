"""A published table as it stands: every row of cells, titles and notes among them, nothing interpreted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from equitykit.errors import ReadError
from equitykit.frames.content import Scan, kind_of, scan, sha256
from equitykit.frames.delimited import BadLine, open_text, records
from equitykit.frames.dialect import find_dialect
from equitykit.frames.excel import Workbook
from equitykit.frames.marks import Merge
from equitykit.frames.types import ReadNote, no_progress
from equitykit.frames.values import clean, texts
from equitykit.text import plain

__all__ = ["MOST_BYTES", "Cells", "Grid", "frame_grid", "read_grid"]

Cells = list[str]
MOST_BYTES = 20_000_000
"""Largest file that can be a published table."""
MOST_ROWS = 200_000
MOST_COLUMNS = 2_000
MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class Grid:
    """Rows of text, as wide as each of them is.

    Attributes
    ----------
    name : file name, or "data frame".
    rows : each row with its number in the file, counted from 1; empty rows are left out.
    merges : cells of a spreadsheet that were joined.
    notes : what a person should know about how it was read.
    path : where it was read from. sha256 : of the file. sheet : its sheet.
    quoted : columns in which a text was written as ``="0012"``: codes, though they look like numbers.
    whole : whether all rows were read.
    """

    name: str
    rows: list[tuple[int, Cells]]
    merges: tuple[Merge, ...] = ()
    notes: tuple[ReadNote, ...] = ()
    path: str | None = None
    sha256: str | None = None
    sheet: str | None = None
    quoted: frozenset[int] = field(default_factory=frozenset)
    whole: bool = True


def read_grid(
    path: str | os.PathLike[str], *, sheet: str | None = None, most: int | None = None, hashed: bool = True
) -> Grid:
    """Read the rows of a CSV or XLSX file.

    Parameters
    ----------
    path : the file.
    sheet : which sheet of a workbook; the only one with data where none is named.
    most : read so many rows only, to see what kind of file it is.
    hashed : whether the file's hash is wanted.

    Raises
    ------
    ReadError
        Not there, empty, damaged, too large, or no table.
    """
    file = Path(path).expanduser()
    name = plain(file.name, 80)
    try:
        if not file.is_file():
            raise ReadError(f'There is no file "{name}".', next_step="Check the path.")
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise ReadError(
                f'"{name}" holds {size / 1e6:,.0f} MB; that is too large to be a published table.',
                next_step="Give the table as it was published, not the records behind it.",
            )
        with file.open("rb") as handle:
            head = handle.read(4096)
        if not head:
            raise ReadError(f'"{name}" is empty.', next_step="Download the table again.")
        kind = kind_of(head, file)
        if kind == "xlsx":
            found = _workbook(file, sheet, most)
            digest = sha256(file, no_progress) if hashed else None
        elif kind == "text":
            if sheet is not None:
                raise ReadError(f'"{name}" is a text file; it has no sheets.')
            seen = scan(file, None, no_progress)
            found, digest = _text(file, seen, most), seen.sha256
        else:
            raise ReadError(
                f'"{name}" is not a table that people read ({kind}).',
                allowed=("CSV", "XLSX"),
                next_step="Save the published table as CSV or XLSX.",
            )
    except OSError as problem:
        raise ReadError(
            f'"{name}" cannot be read: {problem.strerror or problem}.', next_step="Check the path."
        ) from None
    return _cleaned(name, found, str(path), digest)


@dataclass
class _Raw:
    rows: list[tuple[int, Cells]]
    merges: tuple[Merge, ...] = ()
    notes: tuple[ReadNote, ...] = ()
    sheet: str | None = None
    whole: bool = True


def _workbook(file: Path, sheet: str | None, most: int | None) -> _Raw:
    book = Workbook(file)
    try:
        title, merges, rows, notes = book.cells(sheet)
        kept, whole = _limited(rows, plain(file.name, 80), most)
    finally:
        book.close()
    return _Raw(kept, tuple(merges), tuple(notes), title, whole)


def _text(file: Path, seen: Scan, most: int | None) -> _Raw:
    dialect, notes = find_dialect(file, seen.encoding, None)
    name = plain(file.name, 80)

    def rows() -> Iterator[tuple[int, Cells]]:
        with open_text(file, seen.encoding, dialect.skip) as handle:
            for number, record in records(handle, dialect):
                if isinstance(record, BadLine):
                    raise ReadError(
                        f"{name}, line {number + dialect.skip}: {record.problem}.",
                        next_step="Put that line right, or export the table again.",
                    )
                yield number + dialect.skip, record

    kept, whole = _limited(rows(), name, most)
    said = [*([seen.note] if seen.note else []), *notes]
    return _Raw(kept, notes=tuple(said), whole=whole)


def _limited(
    rows: Iterator[tuple[int, Cells]], name: str, most: int | None
) -> tuple[list[tuple[int, Cells]], bool]:
    kept: list[tuple[int, Cells]] = []
    cells = 0
    for number, row in rows:
        if most is not None and len(kept) >= most:
            return kept, False
        cells += len(row)
        if len(kept) >= MOST_ROWS or cells > MOST_CELLS or len(row) > MOST_COLUMNS:
            raise ReadError(
                f'"{name}" has too many cells to be a published table.',
                next_step="Give the table as it was published, not the records behind it.",
            )
        kept.append((number, row))
    return kept, True


def _cleaned(name: str, raw: _Raw, path: str | None, digest: str | None) -> Grid:
    quoted: set[int] = set()
    rows: list[tuple[int, Cells]] = []
    for number, row in raw.rows:
        cells = []
        for place, cell in enumerate(row):
            text = clean(cell) or ""
            if text and cell.strip().startswith('="'):
                quoted.add(place)
            cells.append(text)
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append((number, cells))
    if not rows:
        raise ReadError(f'"{name}" is empty.', next_step="Check that this is the right file.")
    return Grid(name, rows, raw.merges, raw.notes, path, digest, raw.sheet, frozenset(quoted), raw.whole)


def frame_grid(frame: pd.DataFrame) -> Grid:
    """The rows of a data frame, its column names first; several levels of names are several rows."""
    if frame.shape[1] > MOST_COLUMNS or frame.size > MOST_CELLS or len(frame) > MOST_ROWS:
        raise ReadError("The data frame has too many cells to be a published table.")
    levels = [frame.columns.get_level_values(at) for at in range(frame.columns.nlevels)]
    head: list[Sequence[object]] = [list(level) for level in levels]
    columns = [texts(frame.iloc[:, place].tolist()) for place in range(frame.shape[1])]
    body: list[Sequence[object]] = [list(row) for row in zip(*columns, strict=True)]
    rows = [
        (number, ["" if cell is None else str(cell) for cell in row])
        for number, row in enumerate([*head, *body], start=1)
    ]
    return _cleaned("data frame", _Raw(rows), None, None)
