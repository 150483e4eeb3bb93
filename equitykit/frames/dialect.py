"""How the fields of a text file are separated and quoted."""

from __future__ import annotations

import contextlib
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from equitykit.errors import ReadError
from equitykit.frames.types import ReadNote
from equitykit.text import plain

_COMMON = (",", "\t", ";", "|")
_RARE = ("^", "~", "\x01", "\x1f", ":")
_SAMPLE = 1 << 18
_NAMES = {
    ",": "commas",
    "\t": "tabs",
    ";": "semicolons",
    "|": "vertical bars",
    ":": "colons",
    "^": "carets",
    "~": "tildes",
}
_SEP_LINE = re.compile(r"\ufeff?sep=(.)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """Separator and quoting of a text file."""

    delimiter: str
    backslash: bool = False  # quotes inside quoted fields are written \" instead of ""
    skip: int = 0  # lines before the table that say how to read it (sep=;)

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """A strict reader of these lines."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar='"',
            doublequote=not self.backslash,
            escapechar="\\" if self.backslash else None,
            skipinitialspace=not self.delimiter.isspace(),
            strict=True,
        )


@contextlib.contextmanager
def long_fields() -> Iterator[None]:
    """Let the csv module take long fields for a while."""
    before = csv.field_size_limit(1 << 24)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def find_dialect(path: Path, encoding: str, delimiter: str | None) -> tuple[Dialect, list[ReadNote]]:
    """The dialect of a text file, by its first lines."""
    with path.open("r", encoding=encoding, newline="", errors="replace") as handle:
        sample = handle.read(_SAMPLE)
        lines = sample.splitlines(keepends=True)
        if len(sample) == _SAMPLE and len(lines) > 1:
            lines.pop()
    lines = [line.lstrip("\ufeff") if place == 0 else line for place, line in enumerate(lines)]
    skip = 0
    if lines and (said := _SEP_LINE.match(lines[0])):
        delimiter = delimiter or said.group(1)
        skip = 1
    backslash = '\\"' in sample and '""' not in sample.replace(',""', "").replace('"",', "")
    if delimiter is not None:
        return Dialect(_given(delimiter), backslash, skip), []
    tab_first = path.suffix.lower() in {".tsv", ".tab"}
    best = _best(lines, backslash, tab_first)
    notes = []
    if best != "," and not (best == "\t" and tab_first):
        notes.append(ReadNote("delimiter", f"The fields are separated by {_NAMES.get(best, plain(best))}."))
    return Dialect(best, backslash, skip), notes


def _given(delimiter: str) -> str:
    known = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
    found = known.get(delimiter.lower(), delimiter)
    if len(found) != 1 or found in '"\r\n\x00':
        raise ReadError(
            f'"{plain(delimiter, 80)}" cannot separate fields.',
            next_step="Give one character (a comma, semicolon, vertical bar ...) or the word tab.",
        )
    return found


def _best(lines: list[str], backslash: bool, tab_first: bool) -> str:
    found: list[tuple[float, float, int, str]] = []
    order = ("\t", *[mark for mark in _COMMON if mark != "\t"]) if tab_first else _COMMON
    for rank, mark in enumerate((*order, *_RARE)):
        if not any(mark in line for line in lines[:200]):
            continue
        share, width, spaced = _fit(lines, Dialect(mark, backslash))
        if width < 2 or (mark in _RARE and share < 0.95):
            continue
        found.append((round(share - spaced * 0.5, 3), width, -rank, mark))
    if not found:
        return ","
    top = max(share for share, *_ in found)
    return max((entry for entry in found if entry[0] >= top - 0.02), key=lambda entry: entry[1:])[3]


def _fit(lines: list[str], dialect: Dialect) -> tuple[float, int, float]:
    """Share of records as wide as most, that width, and how far the mark looks like punctuation."""
    widths = [len(record) for record in _records(lines, dialect) if record]
    if not widths:
        return 0.0, 0, 0.0
    width, often = Counter(widths).most_common(1)[0]
    share = often / len(widths)
    if widths[0] != width:
        share *= 0.6
    text = "".join(lines[:200])
    marks = text.count(dialect.delimiter)
    spaced = text.count(dialect.delimiter + " ") / marks if dialect.delimiter not in "\t" and marks else 0.0
    return share, width, spaced if spaced > 0.9 else 0.0


def _records(lines: list[str], dialect: Dialect) -> Iterator[list[str]]:
    reader = dialect.reader(lines)
    with long_fields():
        while True:
            try:
                yield next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield [""] * 1
