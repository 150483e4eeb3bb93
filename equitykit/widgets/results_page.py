"""A published table checked step by step: choose it, look at how it is read, read the result, save it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from equitykit import standards
from equitykit.audit import Audit, audit
from equitykit.errors import ReadError
from equitykit.report import audit_document, words, write
from equitykit.report.results import KINDS, MEANINGS, SAID_BY, read_as
from equitykit.results import Results, read_results
from equitykit.widgets import show
from equitykit.widgets.fields import ChoiceField, Html, TextField
from equitykit.widgets.files import table_files, working_folder
from equitykit.widgets.shell import Shell, button

__all__ = ["ResultsPanel"]

FILE, SHEET, HEADER, STANDARD = "~file", "~sheet", "~header", "~standard"
STEPS = 3
MOST_GROUPS = 40
NEWEST = "us-omb-spd15-2024"
NO_FILES = (
    "There is no CSV or Excel file in this folder yet. Copy the published table into it, then open this page "
    "again."
)


class ResultsPanel(Shell):
    """The pages of the check of one published table.

    Attributes
    ----------
    table : what was read. audit : the result, once it has run. saved_files : what was written, by what it is.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or working_folder()
        super().__init__(log=self.folder / "equitykit.errors.log")
        self.table: Results | None = None
        self.audit: Audit | None = None
        self.saved_files: dict[str, Path] = {}
        self._step = "file"
        self._make_fields()
        self.next = button("Continue", self.guard(self._continue), main=True)
        self.keep += [self.next, *self._chosen.values()]
        self._file_page(move=False)

    def press_back(self) -> None:
        """Go back one page."""
        (self._file_page if self._step == "reading" else self._reading_page)()

    def _continue(self) -> None:
        if self._step != "file":
            self._run()
            return
        found = self._read()
        self.tell_problems(*found)
        if not found:
            self._reading_page()

    # choose a file

    def _make_fields(self) -> None:
        told, others = table_files(self.folder)
        names = [path.relative_to(self.folder).as_posix() for path in (*told, *others)]
        options = [
            {"id": name, "label": name if place < len(told) else f"{name} (looks like records)"}
            for place, name in enumerate(names)
        ]
        help = f"It is read where it is, in {self.folder}. Nothing is copied or sent." if names else NO_FILES
        self.file = ChoiceField(
            ident=FILE, kind="select", label="Which file holds the table?", help=[help], options=options
        )
        self.sheet = TextField(ident=SHEET, label="Which sheet? (optional)", shown=False)
        self.header = TextField(
            ident=HEADER,
            kind="number",
            label="Which row is the last row of headings? (optional)",
            help=["Rows are counted from 1, as in a spreadsheet."],
            shown=False,
        )
        self._chosen: dict[str, Any] = {FILE: self.file, SHEET: self.sheet, HEADER: self.header}
        self.file.typed(self.guard(lambda _: self._other_file()))

    def _other_file(self) -> None:
        self.file.error = ""
        self.sheet.value = self.header.value = ""
        self.header.shown = False
        self.sheet.shown = str(self.file.value or "").lower().endswith((".xlsx", ".xlsm"))

    def _file_page(self, *, move: bool = True) -> None:
        self._step, self.fields = "file", dict(self._chosen)
        intro = show.paragraphs(
            "This looks at a table as it was published: which groups it hides, which hidden numbers it gives away, and "
            "how it tells about people. It reads the file where it is, and changes nothing in it."
        )
        self.next.description = "Continue"
        self.page(
            "Choose the published table",
            [Html(html=intro), *self._chosen.values()],
            [self.next],
            caption=f"Step 1 of {STEPS}",
            back=False,
            move=move,
        )

    @property
    def path(self) -> Path | None:
        """The file chosen."""
        return self.folder / self.file.value if self.file.value else None

    def _read(self) -> list[tuple[str, str]]:
        """Read the table; what is wrong, by field."""
        self.table = None
        if self.path is None:
            return [(FILE, "Choose a file.")]
        row = self.header.value.strip()
        if row and (not row.isdigit() or int(row) < 1):
            return [(HEADER, "Write the number of a row, such as 3.")]
        self.remark("Reading the table.")
        try:
            self.table = read_results(
                self.path, sheet=self.sheet.value.strip() or None, header_row=int(row) if row else None
            )
        except ReadError as error:
            self.header.shown = True
            step = "" if "--" in (error.next_step or "") else error.next_step or ""
            return [(FILE, f"{error.problem} {step}".strip())]
        finally:
            self.remark("")
        return []

    # look at how it is read

    def _reading_page(self) -> None:
        self._step = "reading"
        assert self.table is not None
        names = standards.standards()
        field = ChoiceField(
            ident=STANDARD,
            kind="select",
            label="Which standard are the groups compared with?",
            options=[{"id": name, "label": standards.standard(name).title} for name in names],
            value=NEWEST if NEWEST in names else names[0],
        )
        self.fields = {STANDARD: field}
        self.header.shown = True
        self.next.description = "Check the table"
        self.page(
            "See how the table is read",
            [Html(html=_read_so(self.table)), field],
            [self.next],
            caption=f"Step 2 of {STEPS}",
        )

    # run and read

    def _run(self) -> None:
        standard = self.fields[STANDARD].value
        self.tell_problems(*([] if standard else [(STANDARD, "Choose a standard.")]))
        if not standard:
            return
        self.audit = audit(self.table, standard=standard, progress=self._progress)
        self.remark("")
        self._result_page()

    def _progress(self, done: int, total: int, what: str) -> None:
        self.remark(f"Checking: step {done} of {total}.")

    def _result_page(self) -> None:
        self._step, self.fields = "result", {}
        assert self.audit is not None
        document = audit_document(self.audit.to_dict(), brief=True)
        buttons = [
            button("Save the whole result as a page", self.guard(self.save_report), main=True),
            button("Save a version for others", self.guard(self.save_public)),
            button("Check another table", self.guard(self._file_page)),
        ]
        body = [Html(html=show.report_fragment(document))]
        self.page("Read the result", body, buttons, caption=f"Step 3 of {STEPS}")

    def save_report(self) -> None:
        """Write the result as a page into the folder; an earlier one of the same file is replaced."""
        assert self.audit is not None
        self._save(
            self.audit, "report", ".audit.html", "It may hold numbers that were hidden: keep it inside."
        )

    def save_public(self) -> None:
        """Write the result without any small or recovered number."""
        assert self.audit is not None
        standard = self.audit.to_dict()["standard"]["id"]
        made = audit(self.table, standard=standard, public=True)
        self._save(
            made, "public", ".audit.public.html", "It names cells, and holds no small or hidden number."
        )

    def _save(self, done: Audit, what: str, ending: str, said: str) -> None:
        stem = self.path.stem if self.path is not None else "table"
        path = write(done.to_dict(), self.folder / f"{stem}{ending}")
        self.saved_files[what] = path
        self.tell_saved(path, f'The result is in "{path.name}", in the folder {path.parent}.', said)


def _read_so(table: Results) -> str:
    names = words.category_labels(NEWEST)
    groups = [(group.label, read_as(group, names)) for group in table.groups[:MOST_GROUPS]]
    more = len(table.groups) - len(groups)
    marks = [
        (f"\u201c{use.mark}\u201d" if use.mark else "(blank)", MEANINGS[use.meaning], SAID_BY[use.said_by])
        for use in table.marks[:MOST_GROUPS]
    ]
    columns = [(one.name, KINDS.get(one.kind, one.kind)) for one in table.columns[:MOST_GROUPS]]
    size = f"{table.rows:,} rows, {len(table.cells):,} cells, {table.hidden:,} of them without a number."
    parts = [
        show.paragraphs(*table.title[:3], size),
        show.bullets(note.message for note in table.notes),
        show.files_table("Groups", ("In the table", "Read as"), groups)
        if groups
        else show.paragraphs("No race or ethnicity group was recognised."),
        show.paragraphs(f"And {more} more.") if more > 0 else "",
        show.files_table("Columns of numbers", ("Column", "Read as"), columns),
        show.files_table("Marks", ("Mark", "Means", "Who says so"), marks) if marks else "",
        show.paragraphs(
            "If this is not how the table is meant, go back and name the sheet or the row of the headings."
        ),
    ]
    return "".join(parts)
