"""Which row names the columns: settled where it is clear, asked for where it is not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from equitykit.errors import ReadError
from equitykit.frames.types import ReadNote
from equitykit.frames.values import clean
from equitykit.text import plain

Numbered = tuple[int, Sequence[str | None]]
_NUMBER = re.compile(r"[+-]?\$?\d[\d,. ]*%?$")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$")
_YEAR = re.compile(r"(1[89]|20|21)\d\d([-/]\d{2,4})?$")
_LOOKED_AT = 15


def filled(cells: Sequence[str | None]) -> list[str]:
    """Texts of the cells that hold something."""
    return [text for cell in cells if cell is not None and (text := clean(cell)) is not None]


def is_number(text: str) -> bool:
    """Whether a text reads as an amount."""
    return bool(_NUMBER.match(text))


def as_number(text: str) -> float | None:
    """The amount a text stands for, with thousands separators and a percent or dollar sign allowed."""
    found = clean(text)
    if found is None or not is_number(found):
        return None
    try:
        return float(found.strip("$%+ ").replace(",", "").replace(" ", ""))
    except ValueError:
        return None


def _is_datum(text: str) -> bool:
    return bool((_NUMBER.match(text) or _DATE.match(text)) and not _YEAR.match(text))


def looks_like_header(cells: Sequence[str | None]) -> bool:
    """Two or more cells, all of them names and no two the same."""
    texts = filled(cells)
    return len(texts) >= 2 and len(set(texts)) == len(texts) and not any(_is_datum(text) for text in texts)


def looks_like_data(first: Sequence[str | None], rest: Sequence[Sequence[str | None]]) -> bool:
    """Whether the first row reads like the rows below it rather than like names."""
    texts = filled(first)
    if not texts:
        return False
    if any(_is_datum(text) for text in texts):
        return True
    again = 0
    for place, cell in enumerate(first):
        text = clean(cell) if cell is not None else None
        if text is not None and any(place < len(row) and clean(row[place] or "") == text for row in rest):
            again += 1
    return again * 2 > len(texts)


def clear_header(rows: Sequence[Numbered], *, strict: bool) -> bool:
    """Whether the first of the rows is the header.

    ``strict`` is for spreadsheets, where a lone title cell is common: the first row must itself be as wide
    as a header. In text files a later row must also make a better one.
    """
    width = max((len(cells) for _, cells in rows), default=0)
    first = filled(rows[0][1])
    widest = max(len(filled(cells)) for _, cells in rows)
    if width < 2 or widest < 2 or len(first) * 2 > widest:
        return True
    if strict and len(first) == 1:
        return False
    return not any(
        looks_like_header(cells) and len(filled(cells)) >= max(2, 2 * len(first))
        for _, cells in rows[1:_LOOKED_AT]
    )


def ask_for_header(name: str, rows: Sequence[Numbered]) -> ReadError:
    """The error that lists the rows that could be the header."""
    listed = "; ".join(
        f"row {number}: {plain(' | '.join(filled(cells)), 80)}" for number, cells in rows[:8] if filled(cells)
    )
    return ReadError(
        f"{name}: it is not clear which row names the columns. The first rows are: {listed}.",
        next_step="Say which with --header-row N (python: header_row=N, counted from 1).",
    )


def data_note(first: Sequence[str | None]) -> ReadNote:
    """The note for a first row that reads like data."""
    return ReadNote(
        "header",
        "The first row was taken as column names, but it looks like data "
        f'("{plain(", ".join(filled(first)), 80)}"). '
        "If the file has no row of names, say so with --no-header (python: no_header=True).",
    )
