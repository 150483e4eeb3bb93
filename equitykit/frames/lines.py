"""Lines of a text table that do not fit it: named, and left out only where a person said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from equitykit.frames.content import Scan
from equitykit.frames.delimited import BadLine, Layout, bad_line, is_empty, open_text, records
from equitykit.frames.types import ReadNote
from equitykit.text import plain

__all__ = ["Told", "rows", "told_notes"]

_SELDOM = 1_000
"""Short lines are damage, not trailing blanks left away, where fewer than one line in so many is short."""
_NAMED = 5


@dataclass(slots=True)
class Told:
    """What was passed over or filled up while one file was read."""

    file: str
    width: int
    short: int = 0
    first_short: int = 0
    skipped: int = 0
    bad: list[BadLine] = field(default_factory=list)  # the first few

    def skip(self, bad: BadLine) -> None:
        """Note a line that is left out."""
        self.skipped += 1
        if len(self.bad) < _NAMED:
            self.bad.append(bad)

    def fill(self, line: int) -> None:
        """Note a line that is filled up with blanks."""
        self.first_short = self.first_short or line
        self.short += 1


def rows(path: Path, scan: Scan, layout: Layout, told: Told, *, skip_bad_lines: bool) -> Iterator[list[str]]:
    """Rows of the table, each as wide as the header.

    A line with too few fields is filled with blanks where the file leaves trailing blanks away: where no whole
    line ends in a blank, and short lines are no rarity. Elsewhere it is a line that does not fit.
    """
    width = told.width
    trims: bool | None = None
    for line, record in _records(path, scan, layout):
        if isinstance(record, BadLine):
            bad = record
        elif len(record) == width:
            yield record
            continue
        elif not record or (width > 1 and is_empty(record)):
            continue
        elif not any(cell.strip() for cell in record[width:]) and len(record) > width:
            yield record[:width]
            continue
        else:
            if len(record) < width:
                trims = _trims(path, scan, layout, width) if trims is None else trims
                if trims:
                    told.fill(line)
                    yield record + [""] * (width - len(record))
                    continue
            count = f"{len(record)} {'field was' if len(record) == 1 else 'fields were'}"
            shown = plain(layout.dialect.delimiter.join(record), 80)
            bad = BadLine(line, f"{count} found where {width} were expected", shown)
        if not skip_bad_lines:
            raise bad_line(told.file, bad)
        told.skip(bad)


def _records(path: Path, scan: Scan, layout: Layout) -> Iterator[tuple[int, list[str] | BadLine]]:
    """Records below the header with their line in the file; a NUL character makes a line a bad one."""
    with open_text(path, scan.encoding, layout.before) as handle:
        for line, record in records(handle, layout.dialect):
            number = line + layout.before
            if isinstance(record, BadLine):
                yield number, BadLine(number, record.problem, record.shown)
            elif scan.nul_line is not None and any("\0" in cell for cell in record):
                yield number, BadLine(number, "the line holds a NUL character")
            else:
                yield number, record


def _trims(path: Path, scan: Scan, layout: Layout, width: int) -> bool:
    """Whether whoever wrote the file left blanks at the end of a line away."""
    short = whole = 0
    for _, record in _records(path, scan, layout):
        if isinstance(record, BadLine) or is_empty(record):
            continue
        if len(record) < width:
            short += 1
        else:
            whole += 1
            if not record[width - 1].strip():
                return False
    return short * _SELDOM >= short + whole


def told_notes(told: Sequence[Told]) -> list[ReadNote]:
    """Notes about what was passed over in one file or several."""
    notes = []
    several = len(told) > 1
    if filled := [one for one in told if one.short]:
        n = sum(one.short for one in filled)
        where = _places([(one.file, [str(one.first_short)], one.short) for one in filled], several=several)
        notes.append(
            ReadNote(
                "short-lines",
                f"{_lines(n)} had fewer than {filled[0].width} fields; what was missing was taken as blank "
                f"({where}).",
                rows=n,
            )
        )
    if passed := [one for one in told if one.skipped]:
        n = sum(one.skipped for one in passed)
        lines = [(one.file, [f"{bad.line}, {bad.problem}" for bad in one.bad], one.skipped) for one in passed]
        where = _places(lines, several=several)
        notes.append(
            ReadNote(
                "skipped-lines", f"{_lines(n)} did not fit the table and were left out ({where}).", rows=n
            )
        )
    return notes


def _lines(n: int) -> str:
    return "1 line" if n == 1 else f"{n:,} lines"


def _places(found: Sequence[tuple[str, list[str], int]], *, several: bool) -> str:
    """The first lines by number, of the first files by name."""
    parts = []
    for file, lines, n in found[:_NAMED]:
        more = f"; and {n - len(lines):,} more" if n > len(lines) else ""
        parts.append((f"{file}, " if several else "") + "; ".join(f"line {line}" for line in lines) + more)
    more_files = f"; and {len(found) - _NAMED} more files" if len(found) > _NAMED else ""
    return "; ".join(parts) + more_files
