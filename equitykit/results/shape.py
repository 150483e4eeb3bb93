"""Where the table is in a file: its title, its header rows, its body, its notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from equitykit.errors import ReadError
from equitykit.frames.grid import Grid
from equitykit.frames.marks import Merge
from equitykit.results.headings import read_group
from equitykit.results.marks import read_cell

__all__ = ["Shape", "shape_of"]

_YEAR = re.compile(r"(1[89]|20|21)\d\d([-/–]\d{2,4})?")
_AGES = re.compile(r"\d+\s*(-|\u2013|to)\s*\d+$|under |over |less than |more than |at least ", re.IGNORECASE)
_MOST_HEADERS = 3
_NOTE = re.compile(
    r"^\W*(notes?|sources?|footnotes?|data|suppress\w*|symbols?|key|legend|\*|†|‡)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Shape:
    """The parts of a file.

    Attributes
    ----------
    title, remarks : texts above and below the table.
    headers : the header rows, each as wide as the table.
    body : its rows with their numbers in the file. sections : the heading that stands above a row inside the body.
    """

    title: tuple[str, ...]
    headers: tuple[tuple[str, ...], ...]
    body: tuple[tuple[int, tuple[str, ...]], ...]
    sections: tuple[str | None, ...]
    remarks: tuple[str, ...]


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell) for cell in row)


def _is_datum(text: str) -> bool:
    found = read_cell(text) if text else None
    return found is not None and not _YEAR.fullmatch(text)


def _is_data(row: Sequence[str]) -> bool:
    """Whether a row shows numbers, or marks in their place."""
    rest = [cell for cell in row[1:] if cell]
    shown = {
        cell for cell in rest if _is_datum(cell) and (found := read_cell(cell)) and found.value is not None
    }
    numbers = len(shown)
    marks = sum(_is_datum(cell) and not _AGES.match(cell) for cell in rest if cell not in shown)
    return numbers > 0 or (marks > 0 and (marks * 2 >= len(rest) or marks >= 2))


def _spread(grid: Grid) -> list[tuple[int, list[str]]]:
    """Rows with the text of merged cells in every cell they cover."""
    rows = [(number, list(row)) for number, row in grid.rows]
    place = {number: at for at, (number, _) in enumerate(rows)}
    for merge in grid.merges:
        _fill(rows, place, merge)
    return rows


def _fill(rows: list[tuple[int, list[str]]], place: dict[int, int], merge: Merge) -> None:
    top = place.get(merge.top)
    if top is None or merge.left > len(rows[top][1]):
        return
    text = rows[top][1][merge.left - 1]
    if not text or (merge.left == 1 and merge.right > 2 and merge.top == merge.bottom):
        return  # a title over the table, or nothing
    for number in range(merge.top, min(merge.bottom, merge.top + 100_000) + 1):
        at = place.get(number)
        if at is None:
            continue
        cells = rows[at][1]
        cells.extend([""] * (merge.right - len(cells)))
        cells[merge.left - 1 : merge.right] = [text] * (merge.right - merge.left + 1)


def shape_of(grid: Grid, *, header_row: int | None = None) -> Shape:
    """Find title, header rows, body and notes.

    Parameters
    ----------
    grid : all rows.
    header_row : number of the (last) header row in the file, where it is not found by itself.

    Raises
    ------
    ReadError
        No row shows numbers below a row of headings.
    """
    rows = _spread(grid)
    first = _first_data(rows, grid.name, header_row)
    last = _last_data(rows, first)
    while last + 1 < len(rows) and _is_empty_group(
        rows[last + 1][1], [row for _, row in rows[first : last + 1]]
    ):
        last += 1
    width = max(len(row) for _, row in rows[first : last + 1])
    start = _first_header(rows, first, width)
    headers = tuple(
        _across(rows[at][1], width) if at < first - 1 else _wide(rows[at][1], width)
        for at in range(start, first)
    )
    if len(headers) > 1:
        headers = (*headers[:-1], _wide(rows[first - 1][1], width))
    shape = Shape(
        tuple(_text(row) for _, row in rows[:start]),
        headers,
        tuple((number, _wide(row, width)) for number, row in rows[first : last + 1]),
        (),
        tuple(_text(row) for _, row in rows[last + 1 :]),
    )
    return _sections(shape)


def _text(row: Sequence[str]) -> str:
    """A title or note as one text; commas that were not quoted had cut it."""
    return ", ".join(dict.fromkeys(cell for cell in row if cell))


def _first_data(rows: Sequence[tuple[int, list[str]]], name: str, header_row: int | None) -> int:
    if header_row is not None:
        found = [at for at, (number, _) in enumerate(rows) if number > header_row]
        if not found or found[0] == 0:
            raise ReadError(
                f"{name}: row {header_row} is not above a table.", next_step="Rows are counted from 1."
            )
        return found[0]
    for at, (_, row) in enumerate(rows):
        if at and _is_data(row) and any(_filled(above) >= 2 for _, above in rows[max(0, at - 2) : at]):
            return at
    raise ReadError(
        f'"{name}" holds no table of numbers: no row of headings has numbers or marks below it.',
        next_step="Give the published table as CSV or XLSX, with its row of headings.",
    )


def _last_data(rows: Sequence[tuple[int, list[str]]], first: int) -> int:
    """The last row that shows a number, or a mark in a column of numbers."""
    sure = [row for _, row in rows[first:] if _is_data(row)]
    often = Counter(at for row in sure for at, cell in enumerate(row) if at and _is_datum(cell))
    numbers = {at for at, n in often.items() if 2 * n >= len(sure)}
    return max(
        at
        for at, (_, row) in enumerate(rows)
        if at >= first
        and (_is_data(row) or (_filled(row) > 1 and any(_is_datum(row[n]) for n in numbers if n < len(row))))
    )


def _is_empty_group(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a row holds nothing but a group, in a table whose other rows begin with groups as well."""
    found = read_group(row[0]) if _filled(row) == 1 and row[0] else None
    said = found.meaning if found is not None else None
    if said is None or not (said.adds or said.one_of or said.residual):
        return False
    others = [other[0] for other in body if _filled(other) > 1]
    return 2 * sum(read_group(label) is not None for label in others[:200]) >= len(others[:200])


def _first_header(rows: Sequence[tuple[int, list[str]]], first: int, width: int) -> int:
    """Where the header rows begin: upwards from the data, rows of names that are as wide as two columns."""
    start = first - 1
    while (
        start > 0
        and first - start < _MOST_HEADERS
        and _filled(rows[start - 1][1]) >= 1
        and rows[start][0] - rows[start - 1][0] == 1
        and not _is_title(rows[start - 1][1], width)
        and not _is_data(rows[start - 1][1])
        and (_filled(rows[start][1]) < width or _filled(rows[start - 1][1]) >= 2)
        and max(map(len, rows[start - 1][1])) <= 120
    ):
        start -= 1
    return start


def _is_title(row: Sequence[str], width: int) -> bool:
    """Whether a row is text and no headings: it fills the first cells only (a title may hold commas)."""
    return bool(row[0]) and all(row) and len(row) < max(width - 1, 2)


def _wide(row: Sequence[str], width: int) -> tuple[str, ...]:
    return (*row[:width], *[""] * (width - len(row)))


def _across(row: Sequence[str], width: int) -> tuple[str, ...]:
    """An upper header row: a text holds for the empty cells to its right."""
    cells = list(_wide(row, width))
    for place in range(1, width):
        if not cells[place] and cells[place - 1] and place > 1:
            cells[place] = cells[place - 1]
    return tuple(cells)


def _sections(shape: Shape) -> Shape:
    """Rows inside the body that hold one text only are headings of what follows, or notes."""
    body: list[tuple[int, tuple[str, ...]]] = []
    sections: list[str | None] = []
    remarks: list[str] = []
    current: str | None = None
    every = [row for _, row in shape.body]
    for number, row in shape.body:
        if _filled(row) == 1 and row[0] and not _is_datum(row[0]) and not _is_empty_group(row, every):
            if _NOTE.match(row[0]) or len(row[0]) > 80:
                remarks.append(row[0])
            else:
                current = row[0]
            continue
        if row == shape.headers[-1]:
            continue  # the header again, at the top of a page
        body.append((number, row))
        sections.append(current)
    return replace(shape, body=tuple(body), sections=tuple(sections), remarks=(*remarks, *shape.remarks))
