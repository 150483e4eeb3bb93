"""Choosing a data file in the folder, and how its columns are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from equitykit import frames
from equitykit.codebook import Codebook
from equitykit.errors import EquitykitError, ReadError
from equitykit.frames import Records
from equitykit.joins import with_joins
from equitykit.propose import Proposal, propose
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField
from equitykit.widgets.files import codebooks_for, data_files
from equitykit.widgets.meanings import Meanings
from equitykit.widgets.shell import Shell

__all__ = ["FILE", "PROPOSE", "DataForm"]

FILE, SHEET, HEADER, CODEBOOK = "~file", "~sheet", "~header", "~codebook"
PROPOSE = "~propose"
NO_FILES = (
    "There is no data file in this folder yet. Copy one into it, then open this page again. "
    "CSV, Excel, Parquet, SAS, SPSS and Stata files can be read."
)


class DataForm:
    """Fields that choose a file, and what was read from it.

    Attributes
    ----------
    records : what was read; None as long as nothing could be. trouble : why not, in words.
    fields : the fields, to be put on a page; `about` says what was read, `meanings` asks what values mean.

    Parameters
    ----------
    changed : called when another file, or another way to read it, is chosen. meant : when somebody says what a
        value means. asks : whether what values mean is asked here.
    """

    def __init__(
        self,
        folder: Path,
        shell: Shell,
        *,
        changed: Callable[[], None] | None = None,
        meant: Callable[[], None] | None = None,
        asks: bool = True,
    ) -> None:
        self._folder = folder
        self._shell = shell
        self._changed = changed or (lambda: None)
        self._asks = asks
        self.meanings = Meanings(shell, changed=meant)
        self.records: Records | None = None
        self.trouble = ""
        self._proposal: Proposal | None = None
        self._books: dict[str, Codebook] = {}
        found = data_files(folder)
        names = [path.relative_to(folder).as_posix() for path in found]
        self.file = ChoiceField(
            ident=FILE,
            kind="select",
            label="Which file holds the data?",
            help=[f"It is read where it is, in {folder}. Nothing is copied or sent."]
            if found
            else [NO_FILES],
            options=[{"id": name, "label": name} for name in names],
        )
        self.sheet = TextField(ident=SHEET, label="Which sheet? (optional)", shown=False)
        self.header = TextField(
            ident=HEADER,
            kind="number",
            label="Which row holds the names of the columns?",
            help=["Rows are counted from 1, as in a spreadsheet."],
            shown=False,
        )
        self.codebook = ChoiceField(
            ident=CODEBOOK,
            kind="select",
            label="How are the columns to be read?",
            help=["A codebook says which column answers which question, and what the codes mean."],
            shown=False,
        )
        self.about = Html(role="status")
        self.fields: dict[str, Field] = {
            FILE: self.file,
            SHEET: self.sheet,
            HEADER: self.header,
            CODEBOOK: self.codebook,
        }
        self.file.typed(shell.guard(lambda _: self._read(fresh=True)))
        for field in (self.sheet, self.header):
            field.on("leave", shell.guard(self._read))
        self.codebook.typed(shell.guard(lambda _: self._now_read()))

    @property
    def widgets(self) -> list[Any]:
        """The fields in order, and what was read."""
        return [self.file, self.sheet, self.header, self.about, self.codebook, self.meanings.root]

    @property
    def path(self) -> Path | None:
        """The file chosen."""
        return self._folder / self.file.value if self.file.value else None

    @property
    def proposal(self) -> Proposal:
        """What equitykit proposes for the file."""
        if self.records is None:
            raise ReadError("No file has been read yet.", next_step="Choose a file.")
        if self._proposal is None:
            self._shell.remark("Looking at the columns. This can take a moment for a large file.")
            self._proposal = propose(self.records)
            self._shell.remark("")
        return self._proposal

    def chosen_codebook(self) -> Codebook | None:
        """The codebook chosen; None where equitykit proposes one."""
        name = self.codebook.value
        if name in (None, PROPOSE) or self.path is None:
            return None
        if name not in self._books:
            book = Codebook.load(self.path.parent / name)
            if self.records is not None:
                book.check_columns(with_joins(self.records, book).columns, data_name=self.records.name)
            self._books[name] = book
        return self._books[name]

    def book(self) -> Codebook:
        """How the columns are read: the codebook chosen or proposed, and what was said about single values."""
        return self.meanings.in_book(self.chosen_codebook() or self.proposal.codebook)

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing or wrong, by field."""
        if self.path is None:
            return [(FILE, "Choose a file.")]
        if self.records is None:
            self._read()
        if self.records is None:
            return [(FILE, self.trouble or "This file could not be read.")]
        try:
            self.chosen_codebook()
        except EquitykitError as error:
            return [(CODEBOOK, str(error))]
        return []

    def _read(self, *, fresh: bool = False) -> None:
        self.records, self._proposal, self._books = None, None, {}
        self.trouble = self.file.error = self.about.html = ""
        if fresh:
            self.sheet.shown = self.header.shown = False
            self.sheet.value = self.header.value = ""
        path = self.path
        self.codebook.shown = False
        if path is None:
            self._now_read()
            return
        self._shell.remark("Reading the file.")
        try:
            self.records = frames.open(path, **self._options(), progress=self._progress)
        except ReadError as error:
            step = error.next_step or ""
            sheets = path.suffix.lower() in (".xlsx", ".xlsm")
            self.header.shown = self.header.shown or "--header-row" in step or sheets
            self.sheet.shown = self.sheet.shown or "--sheet" in step or sheets
            self.trouble = f"{error.problem} {self._next_step(step)}".strip()
            self.file.error = self.trouble
        finally:
            self._shell.remark("")
        if self.records is not None:
            self._say(self.records)
            self._offer_codebooks(path)
        self._now_read()

    def _now_read(self) -> None:
        """Ask about values that are not read, and tell the page."""
        if self._asks:
            readable = self.records is not None and not self.problems()
            book = (self.chosen_codebook() or self.proposal.codebook) if readable else None
            self.meanings.offer(self.path, self.records, book)
        self._changed()

    def _next_step(self, step: str) -> str:
        """The next step in words for this page; commands are of no use here."""
        if "--" not in step:
            return step
        return "Say it in the fields below, then try again." if self.header.shown or self.sheet.shown else ""

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self.sheet.value.strip():
            options["sheet"] = self.sheet.value.strip()
        row = self.header.value.strip()
        if row:
            if not row.isdigit() or int(row) < 1:
                raise ReadError(
                    f'"{row}" is not the number of a row.', next_step="Write a number, such as 3."
                )
            options["header_row"] = int(row)
        return options

    def _progress(self, done: int, total: int, what: str) -> None:
        share = f" {100 * done // total} %" if total else ""
        self._shell.remark(f"Reading the file: {what}{share}")

    def _say(self, records: Records) -> None:
        notes = [note.message for note in records.notes]
        text = f"{records.name}: {records.rows:,} rows and {len(records.columns):,} columns were read."
        self.about.html = show.inset(show.paragraphs(text), show.bullets(notes))

    def _offer_codebooks(self, path: Path) -> None:
        found = codebooks_for(path)
        options = [{"id": one.name, "label": f"With the codebook {one.name}"} for one in found]
        self.codebook.options = [*options, {"id": PROPOSE, "label": "Let equitykit propose how"}]
        own = next((one.name for one in found if one.name.startswith(f"{path.stem}.codebook")), PROPOSE)
        self.codebook.value = own
        self.codebook.shown = bool(found)
