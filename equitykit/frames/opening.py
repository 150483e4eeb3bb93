"""Open a file or a frame: what it is, is told by looking at it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from equitykit.errors import ReadError
from equitykit.frames import structured
from equitykit.frames.codes import CodesEngine, Encoder, Engine
from equitykit.frames.collecting import blocks, collect, widened
from equitykit.frames.content import kind_of, scan, sha256
from equitykit.frames.database import (
    SQLITE,
    is_address,
    open_server,
    open_sqlite,
    sqlite_path,
    without_password,
)
from equitykit.frames.large import WIDEST, Store, load_rows
from equitykit.frames.names import column_names, shown
from equitykit.frames.parquet import open_parquet
from equitykit.frames.places import in_folder, is_parquet, matching, missing
from equitykit.frames.records import Records
from equitykit.frames.textfiles import open_texts
from equitykit.frames.totals import totals_note
from equitykit.frames.types import Progress, ReadNote, Source, no_progress
from equitykit.text import plain

SMALL = 32 * 1024 * 1024
"""Text files up to this many bytes are held in memory as codes; larger ones go through DuckDB."""


def open(  # noqa: A001 - reads as frames.open
    subject: Any,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    no_header: bool = False,
    names: Sequence[str] | None = None,
    skip_bad_lines: bool = False,
    delimiter: str | None = None,
    encoding: str | None = None,
    table: str | None = None,
    query: str | None = None,
    progress: Progress | None = None,
) -> Records:
    """Open records: a path, the address of a database, or a frame you already have.

    Parameters
    ----------
    subject : path of a CSV, TSV, XLSX, Parquet, JSON, SAS, SPSS or Stata file; a folder or a pattern
        (``intake/*.csv``) of CSV or of Parquet files with the same columns, which are one table;
        or ``postgresql://user@host/database`` or ``sqlite:///file.db``;
        or a pandas, Polars, PyArrow or Spark frame, a DuckDB relation, an Ibis table, or any frame
        narwhals knows.
    sheet : which sheet of a spreadsheet.
    header_row : number of the row that names the columns, counted from 1.
    no_header : the first row is data already.
    names : names for the columns of a file without a header.
    skip_bad_lines : leave out, and count, lines that do not fit the table.
    delimiter : what separates the fields, where it is not found by itself.
    encoding : encoding of a text file, where it is not found by itself.
    table : which table of a database; ``schema.table`` where it is not in the default schema.
    query : a SELECT over a database, instead of a table.
    progress : called with (done, total, what) during long work; a total of 0 is one that is not known.

    Returns
    -------
    Records; what a person should know about the reading is in ``notes``.

    Raises
    ------
    ReadError
        The file or frame cannot be read; the message says where and what to do.

    Examples
    --------
    >>> import pandas as pd
    >>> records = open(pd.DataFrame({"race": ["White", None]}))
    >>> records.rows, records.columns
    (2, ('race',))
    """
    if isinstance(subject, Records):
        return subject
    given = {
        "sheet": sheet,
        "header_row": header_row,
        "no_header": no_header or None,
        "names": None if names is None else list(names),
        "skip_bad_lines": skip_bad_lines or None,
        "delimiter": delimiter,
        "encoding": encoding,
        "table": table,
        "query": query,
    }
    options = {name: value for name, value in given.items() if value is not None}
    _check_options(options)
    if not isinstance(subject, (str, os.PathLike)):
        if options:
            raise ReadError(
                f"{shown(sorted(options))} can be given for a file only, not for a frame.",
                next_step="Name and choose the columns in the frame itself.",
            )
        from equitykit.frames.memory import open_frame

        return open_frame(subject)
    path = sqlite_path(os.fsdecode(subject))
    if is_address(path):
        odd = [name for name in options if name not in ("table", "query")]
        if odd:
            raise ReadError(
                f"{shown(odd)} can be given for a file only, not for a database.",
                next_step="Choose and name the columns with a query.",
            )
        return open_server(path, table=table, query=query)
    if re.match(r"[a-z][a-z0-9+.-]+://", path, re.IGNORECASE):
        raise ReadError(
            f'"{plain(without_password(path), 80)}" is an address, and nothing is fetched from elsewhere.',
            next_step="Download the file and open it from your disk.",
        )
    return _Opener(path, options, progress or no_progress).open()


def _check_options(options: dict[str, Any]) -> None:
    row = options.get("header_row")
    if row is not None and (isinstance(row, bool) or not isinstance(row, int) or row < 1):
        raise ReadError(
            f'"{plain(row, 80)}" is not the number of a row.',
            next_step="Rows are counted from 1 (--header-row 3).",
        )
    if row is not None and options.get("no_header"):
        raise ReadError(
            "A header row was named and it was said that there is none.",
            next_step="Give either --header-row N or --no-header.",
        )
    if "names" in options and not options.get("no_header"):
        raise ReadError(
            "Names were given, but it was not said that the file has no header.",
            next_step="Give --no-header together with --names (python: no_header=True, names=[...]).",
        )


class _Opener:
    """Opens one path."""

    def __init__(self, given: str, options: dict[str, Any], progress: Progress) -> None:
        self.given = given
        self.path = Path(given)
        with contextlib.suppress(RuntimeError):  # no such user
            self.path = self.path.expanduser()
        self.options = options
        self.progress = progress
        self.subject = plain(self.path.name or given, 80)

    def open(self) -> Records:
        try:
            return self._open()
        except PermissionError as error:
            raise ReadError(
                f"{self.subject} may not be read: permission is denied.",
                next_step="Ask the owner of the file for access, or copy it to a folder of your own.",
            ) from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ReadError(
                f"{self.subject} cannot be opened: {plain(reason, 80)}.",
                next_step="Check the path and that the file is complete.",
            ) from error

    def _open(self) -> Records:
        if not self.path.exists():
            if not any(mark in self.given for mark in "*?["):
                raise missing(self.path, self.given, self.subject)
            files = matching(os.path.expanduser(self.given))
            if len(files) > 1:
                return self._open_several(files)
            self.path = files[0]
        if self.path.is_dir():
            return self._open_several(in_folder(self.path, self.subject))
        if not self.path.is_file():
            raise ReadError(
                f"{self.subject} is not a file.", next_step="Give the path of a file or a folder."
            )
        with self.path.open("rb") as handle:
            head = handle.read(4096)
        if not head:
            raise ReadError(
                f"{self.subject} is empty.", next_step="Check that the export finished, and export it again."
            )
        if head.startswith(SQLITE):
            self._only("a database", "table", "query")
            digest = sha256(self.path, self.progress)
            table, query = self.options.get("table"), self.options.get("query")
            return open_sqlite(self.path, self.given, digest, table=table, query=query)
        kind = kind_of(head, self.path)
        if self.path.suffix.lower() == ".por" and kind == "text":
            kind = "por"
        if kind == "xlsx":
            return self._open_workbook()
        if kind == "parquet":
            return self._open_parquet([self.path])
        if kind == "text":
            return self._open_texts([self.path])
        if kind == "json":
            self._only("a JSON file", "encoding")
            found = scan(self.path, self.options.get("encoding"), self.progress)
            return self._open_rows(structured.json_rows(self.path, found), found.sha256)
        self._only("a file of a statistics program")
        return self._open_rows(structured.statistics_rows(self.path, kind), sha256(self.path, self.progress))

    def _open_several(self, files: list[Path]) -> Records:
        return self._open_parquet(files) if is_parquet(files[0]) else self._open_texts(files)

    def _only(self, what: str, *allowed: str) -> None:
        """Refuse options that this kind of file has no use for."""
        odd = [name for name in self.options if name not in {*allowed, "skip_bad_lines"}]
        if odd:
            raise ReadError(
                f"{self.subject} is {what}; {shown(odd)} cannot be given for it.",
                next_step="Leave that option out.",
            )

    def _records(
        self,
        engine: Engine,
        columns: Sequence[str],
        notes: Sequence[ReadNote],
        digest: str,
        totals: tuple[str, ...] | None = None,
    ) -> Records:
        return Records(
            name=plain(self.path.name or self.given, 200),
            columns=columns,
            notes=notes,
            source=Source(self.given, self.options),
            engine=engine,
            sha256=digest,
            totals_row=totals,
            progress=self.progress,
        )

    def _open_parquet(self, files: list[Path]) -> Records:
        self._only("Parquet")
        engine, names, notes, digest = open_parquet(files, self.path, self.progress)
        return self._records(engine, names, notes, digest)

    def _open_workbook(self) -> Records:
        from equitykit.frames.excel import Workbook, sheet_notes

        self._only("a spreadsheet", "sheet", "header_row", "no_header", "names")
        digest = sha256(self.path, self.progress)
        book = Workbook(self.path)
        try:
            sheet = book.read(
                self.options.get("sheet"),
                header_row=self.options.get("header_row"),
                no_header=bool(self.options.get("no_header")),
                names=self.options.get("names"),
            )

            encoder, totals = collect(sheet.rows, len(sheet.names), self.subject, self.progress, sure=False)
        finally:
            book.close()
        names, notes = widened(sheet.names, encoder.width, self.subject)
        notes = [*sheet.notes, *notes, *sheet_notes(sheet, names)]
        return self._finish(encoder, names, notes, digest, totals)

    def _finish(
        self,
        encoder: Encoder,
        names: Sequence[str],
        notes: list[ReadNote],
        digest: str,
        totals: list[str] | None,
    ) -> Records:
        if totals is not None:
            notes = [*notes, totals_note(totals)]
            totals = [*totals, *[""] * (len(names) - len(totals))]
        engine = CodesEngine(names, encoder.columns(), encoder.rows)
        return self._records(engine, names, notes, digest, tuple(totals) if totals is not None else None)

    def _open_texts(self, files: list[Path]) -> Records:
        self._only("a text file", "header_row", "no_header", "names", "delimiter", "encoding")
        found = open_texts(files, self.path, self.options, self.progress, small=SMALL)
        totals = tuple(found.totals) if found.totals is not None else None
        return self._records(found.engine, found.names, found.notes, found.sha256, totals)

    def _open_rows(self, table: structured.Rows, digest: str) -> Records:
        names, notes = column_names(table.names, subject=self.subject)
        if self.path.stat().st_size > SMALL and len(names) <= WIDEST:
            store = Store(len(names))
            try:
                load_rows(store, table.rows, self.progress, subject=self.subject, totals=False)
                store.keep(range(len(names)))
                engine = store.engine(names)
            except BaseException:
                store.close()
                raise
            return self._records(engine, names, [*table.notes, *notes], digest)
        encoder = Encoder(len(names), self.subject)
        for block in blocks(table.rows, len(names)):
            encoder.add(block)
        return self._finish(encoder, names, [*table.notes, *notes], digest, None)
