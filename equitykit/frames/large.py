"""Large text files: loaded once, all as text, into an embedded DuckDB table in a private folder."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from equitykit.errors import ReadError
from equitykit.frames.content import Scan
from equitykit.frames.delimited import Layout
from equitykit.frames.duck import DuckEngine
from equitykit.frames.embedded import connect, fetch, literal, refused, stop_if_interrupted
from equitykit.frames.field import Field
from equitykit.frames.header import as_number
from equitykit.frames.scratch import Scratch
from equitykit.frames.totals import is_total, may_be_total
from equitykit.frames.types import Progress
from equitykit.frames.values import TRIMMED

WIDEST = 2_000
"""Most columns for which the embedded database is used."""

_LONGEST_LINE = 2_000_000  # bytes; longer lines take the careful way, and more memory
_TAIL = 1 << 20
_FITS = 200 * 1024 * 1024
"""Bytes of text that fit into the memory of the embedded database, with room to count them."""
_STEP = 200_000


class Store:
    """A table of text columns c0, c1, ... in an embedded database, filled from one file or several.

    A file is loaded beside the table first, where a totals row can be taken out, and then kept. Text that fits is
    held in memory, which takes less than half of the time; what does not fit after all is spilled.
    """

    def __init__(self, width: int, *, size: int | None = None) -> None:
        self.width = width
        self._scratch = Scratch()
        self._con = connect(self._scratch, on_disk=size is None or size > _FITS)
        self._kept = False
        self.rows = 0

    def load(self, path: Path, *, delimiter: str, skip: int, longest: int, parallel: bool) -> None:
        """Load a well-formed UTF-8 file."""
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(self.width))
        self._con.execute("DROP TABLE IF EXISTS s")
        self._con.execute(
            f"CREATE TABLE s AS SELECT * FROM read_csv({literal(path)}, delim = {literal(delimiter)}, "
            """quote = '"', escape = '"', header = false, auto_detect = false, strict_mode = true, """
            f"skip = {skip}, parallel = {'true' if parallel else 'false'}, max_line_size = {longest}, "
            f"columns = {{{columns}}})"
        )
        self._count()

    def keep(self, order: Sequence[int]) -> None:
        """Keep what was loaded; its column ``order[0]`` is the first of the table, and so on."""
        if not self._kept and list(order) == list(range(self.width)):
            self._con.execute("ALTER TABLE s RENAME TO t")
        else:
            columns = ", ".join(f"c{place} AS c{at}" for at, place in enumerate(order))
            start = "INSERT INTO t" if self._kept else "CREATE TABLE t AS"
            self._con.execute(f"{start} SELECT {columns} FROM s")
            self._con.execute("DROP TABLE s")
        self._kept = True

    def _count(self) -> None:
        self.rows = int(self._con.execute("SELECT count(*) FROM s").fetchall()[0][0])

    def take(self, row: Sequence[str]) -> int:
        """Remove the rows that are just this one; gives how many there were."""
        before = self.rows
        same = " AND ".join(f"c{place} IS NOT DISTINCT FROM nullif(?, '')" for place in range(self.width))
        self._con.execute(f"DELETE FROM s WHERE {same}", list(row))
        self._count()
        return before - self.rows

    def put(self, row: Sequence[str], times: int = 1) -> None:
        """Add a row."""
        marks = ", ".join("nullif(?, '')" for _ in range(self.width))
        for _ in range(times):
            self._con.execute(f"INSERT INTO s VALUES ({marks})", list(row))
        self._count()

    def holds(self, place: int, word: str) -> bool:
        """Whether a column holds this word, in any case."""
        text = f"rtrim(lower(trim(c{place}, {literal(TRIMMED)})), ':.')"
        found = self._con.execute(f"SELECT count(*) FROM s WHERE {text} = ?", [word]).fetchall()
        return int(found[0][0]) > 0

    def total(self, place: int) -> float:
        """Sum of the numbers of a column."""
        values = self._con.execute(f"SELECT c{place}, count(*) FROM s GROUP BY 1 LIMIT 1000000").fetchall()
        return math.fsum((as_number(value) or 0.0) * n for value, n in values if value is not None)

    def engine(self, names: Sequence[str]) -> DuckEngine:
        """Ready to count."""
        fields = [Field(f"c{place}", "VARCHAR") for place in range(self.width)]
        con = self._con
        return DuckEngine(
            lambda sql, watch: fetch(con, sql, watch),
            "t",
            names,
            fields,
            close=self.close,
            subject="The table",
        )

    def scratch(self, name: str) -> Path:
        """A file in the private folder."""
        return self._scratch.path(name)

    def close(self) -> None:
        """Close the database and remove its folder."""
        self._con.close()
        self._scratch.close()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one file came to: its rows, and the totals row that is none of them."""

    rows: int
    last: list[str] | None


def load_direct(store: Store, path: Path, scan: Scan, layout: Layout) -> Loaded | None:
    """Load a file as it is, where the embedded reader and the careful one cannot differ; else None.

    They cannot where the file is UTF-8 with one kind of line ending, no quotation mark stands beside a blank,
    every line is as wide as the header, and each line came out as one row.
    """
    if not _well_formed(scan, layout):
        return None
    import duckdb

    try:
        store.load(
            path, delimiter=layout.dialect.delimiter, skip=layout.before, longest=_LONGEST_LINE, parallel=True
        )
    except duckdb.Error as error:
        stop_if_interrupted(error)
        return None
    lines = max(scan.newlines, scan.returns) + (0 if scan.ends_with_newline else 1)
    if store.rows != lines - layout.before:
        return None
    return _without_total(store, _last_row(path, layout))


def _well_formed(scan: Scan, layout: Layout) -> bool:
    plain_ends = scan.returns == 0 or scan.returns == scan.pairs == scan.newlines
    return (
        scan.encoding in {"utf-8", "utf-8-sig"}
        and scan.nul_line is None
        and plain_ends
        and not scan.spaced_quotes
        and not layout.dialect.backslash
        and len(layout.names) > 1
        and layout.before > 0
        and layout.header_lines == 1
    )


def _last_row(path: Path, layout: Layout) -> list[str]:
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - _TAIL))
        lines = handle.read().decode("utf-8", errors="replace").splitlines()
    row = next(layout.dialect.reader([line for line in lines if line.strip()][-1:]), [])
    return [*row, *[""] * len(layout.names)][: len(layout.names)]


def _without_total(store: Store, last: list[str]) -> Loaded:
    if may_be_total(last):
        taken = store.take(last)
        if taken == 1 and is_total(last, store, sure=True):
            return Loaded(store.rows, last)
        store.put(last, taken)
    return Loaded(store.rows, None)


def load_rows(
    store: Store, rows: Iterator[list[str]], progress: Progress, *, subject: str, totals: bool = True
) -> Loaded:
    """Load rows from the careful reader by way of a clean copy in the private folder."""
    import duckdb

    copy = store.scratch("clean.csv")
    written, last, longest, breaks = _write(rows, copy, progress)
    try:
        store.load(copy, delimiter=",", skip=0, longest=longest, parallel=not breaks)
    except duckdb.Error as error:
        stop_if_interrupted(error)
        raise refused(error, subject) from error
    copy.unlink()
    if store.rows != written:
        raise ReadError(
            f"{subject} could not be read completely.", next_step="Save it as Parquet and open that file."
        )
    if last is not None:
        if totals and may_be_total(last) and is_total(last, store, sure=True):
            return Loaded(store.rows, last)
        store.put(last)
    return Loaded(store.rows, None)


def _write(
    rows: Iterator[list[str]], copy: Path, progress: Progress
) -> tuple[int, list[str] | None, int, bool]:
    """Write all rows but the last; gives their number, the last row, room for a line, and if a field breaks."""
    longest = _LONGEST_LINE
    last: list[str] | None = None
    written = 0
    breaks = False
    with copy.open("w", encoding="utf-8", newline="", errors="backslashreplace") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        for row in rows:
            if last is not None:
                writer.writerow(last)
                written += 1
                longest = max(longest, 8 * sum(map(len, last)))
                breaks = breaks or any("\n" in cell or "\r" in cell for cell in last)
                if written % _STEP == 0:
                    progress(written, 0, "reading")
            last = row
    return written, last, longest, breaks
