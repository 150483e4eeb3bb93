"""Text tables: CSV, TSV and their relatives, read record by record with the line each began on."""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from equitykit.errors import ReadError
from equitykit.frames.content import Scan
from equitykit.frames.dialect import Dialect, find_dialect, long_fields
from equitykit.frames.header import Numbered, ask_for_header, clear_header, data_note, looks_like_data
from equitykit.frames.names import check_width, column_names
from equitykit.frames.types import ReadNote
from equitykit.text import plain

_LONGEST_RECORD = 10_000  # lines
_LONGEST_TEXT = 1 << 23  # characters
_SAMPLE = 200


class _TooLong(Exception):
    """A quoted field that does not end."""


class _Lines:
    """Hands out lines, remembers those of the current record, and takes lines back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self.current: list[str] = []
        self.number = 0
        self._length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.current) >= _LONGEST_RECORD or self._length > _LONGEST_TEXT:
            raise _TooLong
        line = self._back.popleft() if self._back else next(self._lines)
        self.number += 1
        self.current.append(line)
        self._length += len(line)
        return line

    def start(self) -> None:
        """A new record begins."""
        self.current = []
        self._length = 0

    def retry(self) -> None:
        """Give back all lines of the current record but the first."""
        self._back.extendleft(reversed(self.current[1:]))
        self.number -= len(self.current) - 1


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that does not fit the table, and what is wrong with it."""

    line: int
    problem: str
    shown: str = ""  # the beginning of the line, for the person who is to put it right

    @property
    def said(self) -> str:
        """What is wrong, with the beginning of the line."""
        return f'{self.problem} ("{self.shown}")' if self.shown else self.problem


def records(lines: Iterable[str], dialect: Dialect) -> Iterator[tuple[int, list[str] | BadLine]]:
    """Records with the number of the line each began on; lines that break the quoting come as bad lines."""
    source = _Lines(iter(lines))
    reader = dialect.reader(source)
    width = 0
    with long_fields():
        while True:
            source.start()
            first = source.number + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong) as error:
                problem = _quote_problem(source.current, error)
                if isinstance(error, _TooLong):
                    reader = dialect.reader(source)
                source.retry()
                yield first, BadLine(first, problem)
                continue
            width = width or len(record)
            if len(source.current) > 3 and _swallowed(source.current, dialect, width):
                source.retry()
                yield (
                    first,
                    BadLine(
                        first,
                        "a quotation mark is opened that is closed only "
                        f"{len(source.current) - 1} lines further down, and the lines between look like "
                        "records",
                    ),
                )
                continue
            yield first, record


def _quote_problem(current: Sequence[str], error: Exception) -> str:
    if isinstance(error, _TooLong) or "unexpected end" in str(error):
        return "a quotation mark is opened and never closed"
    if "field larger" in str(error):
        return "a field is longer than can be read"
    if len(current) > 1:
        return (
            "a quotation mark is opened and not closed on the same line, and the text after it does not fit"
        )
    return "a quotation mark stands inside a quoted field"


def _swallowed(current: Sequence[str], dialect: Dialect, width: int) -> bool:
    """Whether the lines inside one record look like records themselves."""
    if width < 3:
        return False
    inside = current[1:-1]
    alike = sum(line.count(dialect.delimiter) == width - 1 for line in inside)
    return alike >= 2 and alike >= 0.9 * len(inside)


@dataclass(slots=True)
class Layout:
    """Where the table is in the file and what its columns are called."""

    dialect: Dialect
    names: tuple[str, ...]
    before: int  # lines up to and including the header
    header_lines: int = 0
    notes: list[ReadNote] = field(default_factory=list)


def lay_out(
    path: Path,
    scan: Scan,
    *,
    delimiter: str | None,
    header_row: int | None,
    no_header: bool,
    names: Sequence[str] | None,
) -> Layout:
    """Dialect and column names of a text file."""
    subject = plain(path.name, 80)
    dialect, notes = find_dialect(path, scan.encoding, delimiter)
    with open_text(path, scan.encoding, dialect.skip) as handle:
        sample: list[tuple[int, list[str] | BadLine]] = []
        for line, record in records(handle, dialect):
            if isinstance(record, BadLine) or not is_empty(record):
                sample.append((line + dialect.skip, record))
            if len(sample) >= _SAMPLE + (header_row or 0):
                break
    if not sample:
        raise ReadError(
            f"{subject} is empty.", next_step="Check that the export finished, and export it again."
        )
    if no_header:
        return _without_header(subject, dialect, sample, names, notes)
    if header_row is not None:
        sample = [entry for entry in sample if entry[0] >= header_row]
        if not sample or sample[0][0] != header_row:
            raise ReadError(
                f"{subject}: line {header_row} is empty or part of another record; it cannot be the header.",
                next_step="Give the number of the line with the column names, counted from 1.",
            )
    line, header = sample[0]
    if isinstance(header, BadLine):
        raise bad_line(subject, header, can_skip=False)
    rest = [record for _, record in sample[1:] if isinstance(record, list)]
    if header_row is None:
        shown: list[Numbered] = [(number, record) for number, record in sample if isinstance(record, list)]
        if not clear_header(shown, strict=False):
            raise ask_for_header(subject, shown)
        if looks_like_data(header, rest):
            notes.append(data_note(header))
    columns, more = column_names(header, subject=subject)
    last = _last_line(path, scan, dialect, line)
    return Layout(dialect, columns, last, last - line + 1, [*notes, *more])


def _last_line(path: Path, scan: Scan, dialect: Dialect, header_line: int) -> int:
    """Last line of the header, which may hold line breaks inside quotes."""
    with open_text(path, scan.encoding, 0) as handle:
        lines = _Lines(itertools.islice(handle, header_line - 1, None))
        with long_fields():
            next(dialect.reader(lines))
        return header_line - 1 + lines.number


def _without_header(
    subject: str,
    dialect: Dialect,
    sample: list[tuple[int, list[str] | BadLine]],
    names: Sequence[str] | None,
    notes: list[ReadNote],
) -> Layout:
    widths = [len(record) for _, record in sample if isinstance(record, list)]
    width = max(set(widths), key=widths.count) if widths else 1
    if names is None:
        check_width(width, subject)
        return Layout(
            dialect, tuple(f"column_{place}" for place in range(1, width + 1)), dialect.skip, 0, notes
        )
    if len(names) != width:
        raise ReadError(
            f"{subject} has {width} columns, but {len(names)} names were given.",
            next_step="Give one name for each column, in order, separated by commas (--names a,b,c).",
        )
    columns, more = column_names(names, subject=subject)
    return Layout(dialect, columns, dialect.skip, 0, [*notes, *more])


def open_text(path: Path, encoding: str, skip: int) -> _Text:
    """A text file without its byte order mark and its first lines."""
    return _Text(path, encoding, skip)


class _Text:
    """Lines of a text file, split at any line ending and handed out unchanged."""

    def __init__(self, path: Path, encoding: str, skip: int) -> None:
        self._handle = path.open("r", encoding=encoding, newline="")
        self._skip = skip

    def __enter__(self) -> Iterator[str]:
        return itertools.islice(self._lines(), self._skip, None)

    def _lines(self) -> Iterator[str]:
        first = True
        for line in self._handle:
            yield line.removeprefix("\ufeff") if first else line
            first = False

    def __exit__(self, *_: object) -> None:
        self._handle.close()


def is_empty(record: Sequence[str]) -> bool:
    """An empty line."""
    return not record or (len(record) == 1 and not record[0].strip())


def bad_line(subject: str, bad: BadLine, *, can_skip: bool = True) -> ReadError:
    """The error for a line that does not fit."""
    step = "Put that line right (a text that holds the separator belongs in quotation marks)"
    if can_skip:
        step += ", or leave such lines out, counted, with --skip-bad-lines (python: skip_bad_lines=True)"
    return ReadError(f"{subject}, line {bad.line}: {bad.said}.", next_step=step + ".")
