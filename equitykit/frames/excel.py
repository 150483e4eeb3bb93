"""Spreadsheets (XLSX), read as the text they show."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitykit.errors import EquitykitError, ReadError, nearest
from equitykit.frames.archive import check_archive, damaged
from equitykit.frames.header import Numbered, ask_for_header, clear_header, data_note, filled, looks_like_data
from equitykit.frames.marks import Marks, Merge, read_marks
from equitykit.frames.names import column_names, shown
from equitykit.frames.types import ReadNote
from equitykit.text import plain

_MOST_ROWS = 1_048_576
_LOOKED_AT = 200
_BLOCK = 1 << 20
_ZEROS = re.compile(r"0{2,}$")


@dataclass(slots=True)
class Sheet:
    """One sheet: the rows below the header, and what to say about them."""

    names: tuple[str, ...]
    rows: Iterator[list[str]]
    notes: list[ReadNote]
    dates: set[int]
    filled_down: set[int]
    width: int
    empty: list[int]


class Workbook:
    """An open XLSX file."""

    def __init__(self, path: Path) -> None:
        from openpyxl import load_workbook

        check_archive(path)
        self._path = path
        self.name = plain(path.name, 80)
        self._handle = path.open("rb")  # a handle, since openpyxl judges a path by its ending
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._book = load_workbook(self._handle, read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            self._handle.close()
            raise damaged(self.name) from error

    def close(self) -> None:
        """Close the file."""
        self._book.close()
        self._handle.close()

    def read(
        self, sheet: str | None, *, header_row: int | None, no_header: bool, names: Sequence[str] | None
    ) -> Sheet:
        """Header and rows of a sheet."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self._read(sheet, header_row, no_header, names)
        except EquitykitError:
            raise
        except Exception as error:
            raise damaged(self.name) from error

    def _read(
        self, sheet: str | None, header_row: int | None, no_header: bool, names: Sequence[str] | None
    ) -> Sheet:
        chosen, notes = self._choose(sheet)
        marks = read_marks(self._path, getattr(chosen, "_worksheet_path", None))
        header: list[str | None] | None
        dates: set[int] = set()
        rows = self._rows(chosen, dates)
        head: list[tuple[int, list[str]]] = []
        for number, cells in rows:
            if any(cells):
                head.append((number, cells))
            if len(head) >= _LOOKED_AT + (header_row or 0):
                break
        if not head:
            raise ReadError(
                f'{self.name}: the sheet "{plain(chosen.title, 80)}" is empty.',
                next_step="Name another with --sheet.",
            )
        if no_header:
            start, header = 0, None
        else:
            start, header, labels = self._header(head, header_row, marks)
            notes += labels
        width = max(len(cells) for _, cells in head)
        if header is None:
            given: Sequence[str | None] = (
                names if names is not None else [f"column_{at}" for at in range(1, width + 1)]
            )
            if names is not None and len(names) != width:
                raise ReadError(
                    f"{self.name} has {width} columns, but {len(names)} names were given.",
                    next_step="Give one name for each column, in order, separated by commas (--names a,b,c).",
                )
            columns, more = column_names(given, subject=self.name)
        else:
            columns, more = column_names(header, subject=self.name)
        filled_down: set[int] = set()
        empty = [0]
        body = _body(_chain(head, rows), start, marks.merges, filled_down, empty)
        if marks.formulas:
            notes.append(_formula_note(marks, columns))
        return Sheet(columns, body, [*notes, *more], dates, filled_down, width, empty)

    def cells(
        self, sheet: str | None
    ) -> tuple[str, list[Merge], Iterator[tuple[int, list[str]]], list[ReadNote]]:
        """Name, joined cells, all rows and notes of a sheet, as it stands."""
        try:
            chosen, notes = self._choose(sheet)
            marks = read_marks(self._path, getattr(chosen, "_worksheet_path", None))
        except EquitykitError:
            raise
        except Exception as error:
            raise damaged(self.name) from error
        return chosen.title, marks.merges, self._guarded(chosen), notes

    def _guarded(self, sheet: Any) -> Iterator[tuple[int, list[str]]]:
        try:
            yield from self._rows(sheet, set())
        except EquitykitError:
            raise
        except Exception as error:
            raise damaged(self.name) from error

    def _choose(self, sheet: str | None) -> tuple[Any, list[ReadNote]]:
        sheets = self._book.worksheets
        hidden = [entry for entry in sheets if entry.sheet_state != "visible"]
        if sheet is not None:
            return self._named(sheet, sheets)
        notes = []
        if hidden:
            names = shown([f'"{entry.title}"' for entry in hidden])
            notes.append(
                ReadNote(
                    "hidden-sheet", f"Hidden sheets were not read: {names}. Name one with --sheet to read it."
                )
            )
        visible = [entry for entry in sheets if entry.sheet_state == "visible"]
        full = [entry for entry in visible if self._has_data(entry)]
        if len(full) == 1:
            return full[0], notes
        if not full:
            also = f" It has hidden sheets: {shown([entry.title for entry in hidden])}." if hidden else ""
            raise ReadError(
                f"{self.name} has no visible sheet with data.{also}",
                next_step="Name a sheet with --sheet NAME (python: sheet=)."
                if hidden
                else "Check that this is the right file.",
            )
        raise ReadError(
            f"{self.name} has several sheets with data: {shown([entry.title for entry in full], 30)}.",
            next_step="Say which one with --sheet NAME (python: sheet=).",
        )

    def _named(self, sheet: str, sheets: Sequence[Any]) -> tuple[Any, list[ReadNote]]:
        wanted = str(sheet).strip().casefold()
        for entry in sheets:
            if entry.title == sheet or entry.title.strip().casefold() == wanted:
                notes = []
                if entry.sheet_state != "visible":
                    notes.append(
                        ReadNote(
                            "hidden-sheet", f'The sheet "{plain(entry.title, 80)}" is hidden in the file.'
                        )
                    )
                return entry, notes
        titles = [entry.title for entry in sheets]
        raise ReadError(
            f'{self.name} has no sheet "{plain(sheet, 80)}".',
            allowed=[plain(title, 80) for title in titles[:30]],
            did_you_mean=nearest(str(sheet), titles),
        )

    def _has_data(self, sheet: Any) -> bool:
        return any(any(cells) for _, cells in self._rows(sheet, set()))

    def _rows(self, sheet: Any, dates: set[int]) -> Iterator[tuple[int, list[str]]]:
        """Rows as text with their numbers, without the empty cells at their ends."""
        sheet.reset_dimensions()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                if number > _MOST_ROWS:
                    raise ReadError(
                        f"{self.name} has more rows than a spreadsheet can have.",
                        next_step="Save the table again.",
                    )
                texts = [cell_text(cell, dates) for cell in cells]
                while texts and not texts[-1].strip():
                    texts.pop()
                yield number, texts

    def _header(
        self, head: list[tuple[int, list[str]]], header_row: int | None, marks: Marks
    ) -> tuple[int, list[str | None], list[ReadNote]]:
        if header_row is not None:
            for number, cells in head:
                if number == header_row:
                    return number, _spread(number, cells, marks.merges, head), []
            raise ReadError(
                f"{self.name}: row {header_row} is empty, so it cannot name the columns.",
                next_step="Give the number of the row with the column names, counted from 1.",
            )
        number, cells = head[0]
        across = any(
            m.top <= number <= m.bottom and (m.left < m.right or m.top < m.bottom) for m in marks.merges
        )
        candidates: list[Numbered] = [(at, row) for at, row in head]
        if (across and len(head) > 1) or not clear_header(candidates, strict=True):
            raise ask_for_header(self.name, candidates)
        notes = []
        if number > 1:
            notes.append(
                ReadNote(
                    "header", f"The column names were found in row {number}; the rows above it are empty."
                )
            )
        if looks_like_data(cells, [row for _, row in head[1:]]):
            notes.append(data_note(cells))
        return number, list(cells), notes


def cell_text(cell: Any, dates: set[int]) -> str:
    """Text of a cell, close to what the spreadsheet shows."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number_text(value, cell.number_format)
    if isinstance(value, dt.datetime):
        dates.add(cell.column)
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(timespec="auto")
    if isinstance(value, (dt.date, dt.time)):
        dates.add(cell.column)
        return value.isoformat()
    return str(value)


def _number_text(value: float, number_format: str | None) -> str:
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            value = int(value)
        else:
            return format(value, ".15g")
    text = str(value)
    if number_format and value >= 0 and _ZEROS.match(number_format):
        return text.zfill(len(number_format))
    return text


def _chain(
    head: list[tuple[int, list[str]]], rows: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield from head
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from rows


def _body(
    rows: Iterator[tuple[int, list[str]]],
    start: int,
    merges: list[Merge],
    filled_down: set[int],
    empty: list[int],
) -> Iterator[list[str]]:
    """Rows below the header; a value merged over rows belongs to each of them; empty rows are no records."""
    tall = sorted(
        (merge for merge in merges if merge.bottom > merge.top and merge.bottom > start), key=lambda m: m.top
    )
    values: dict[int, tuple[int, str]] = {}  # column -> (last row, value)
    waiting = 0
    place = 0
    by_row = tall
    for number, cells in rows:
        while place < len(by_row) and by_row[place].top <= number:
            merge = by_row[place]
            text = cells[merge.left - 1] if merge.top == number and merge.left <= len(cells) else ""
            values[merge.left] = (merge.bottom, text)
            place += 1
        if number <= start:
            continue
        if not any(cells):
            waiting += 1
            continue
        empty[0] += waiting
        waiting = 0
        yield _fill(number, cells, values, filled_down) if values else cells


def _fill(
    number: int, cells: list[str], values: dict[int, tuple[int, str]], filled_down: set[int]
) -> list[str]:
    cells = list(cells)
    for left, (bottom, text) in list(values.items()):
        if number > bottom:
            del values[left]
        elif text and (left > len(cells) or not cells[left - 1]):
            cells.extend([""] * (left - len(cells)))
            cells[left - 1] = text
            filled_down.add(left)
    return cells


def _spread(
    number: int, cells: list[str], merges: list[Merge], head: list[tuple[int, list[str]]]
) -> list[str | None]:
    """Header cells with merged ones written out over all the columns and rows they cover."""
    by_row = dict(head)
    wide: list[str | None] = list(cells)
    for merge in merges:
        if merge.top <= number <= merge.bottom:
            top = by_row.get(merge.top, [])
            text = top[merge.left - 1] if merge.left <= len(top) else ""
            wide.extend([None] * (merge.right - len(wide)))
            wide[merge.left - 1 : merge.right] = [text] * (merge.right - merge.left + 1)
    while wide and not filled([wide[-1]]):
        wide.pop()
    return wide


def _formula_note(marks: Marks, columns: Sequence[str]) -> ReadNote:
    places = tuple(
        columns[at - 1] if at <= len(columns) else f"column_{at}" for at in sorted(marks.formula_columns)
    )
    return ReadNote(
        "formula-text",
        f"{marks.formulas:,} formula cells hold no stored result and were read as blank ({shown(places)}). "
        "Open the file in the spreadsheet program and save it to store the results.",
        rows=marks.formulas,
        columns=places,
    )


def sheet_notes(sheet: Sheet, columns: Sequence[str]) -> list[ReadNote]:
    """Notes that are known only after the rows were read."""
    notes = []
    if sheet.filled_down:
        names = tuple(columns[at - 1] for at in sorted(sheet.filled_down) if at <= len(columns))
        notes.append(
            ReadNote(
                "merged-cells",
                f"Cells merged over several rows were given to each row: {shown(names)}.",
                columns=names,
            )
        )
    if sheet.dates:
        names = tuple(columns[at - 1] for at in sorted(sheet.dates) if at <= len(columns))
        if names:
            notes.append(
                ReadNote(
                    "excel-dates",
                    f"Dates stored as numbers were read as year-month-day: {shown(names)}.",
                    columns=names,
                )
            )
    if sheet.empty[0]:
        notes.append(
            ReadNote(
                "empty-rows",
                f"{sheet.empty[0]:,} empty rows between the records were passed over.",
                rows=sheet.empty[0],
            )
        )
    return notes
