"""An audit step by step: choose a file, look at how it is read, say what values mean, run, read, save."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from equitykit import standards
from equitykit.audit import Audit, audit
from equitykit.codebook import Codebook
from equitykit.propose import UNREAD, Confirm
from equitykit.report import audit_document, words, write
from equitykit.widgets import show
from equitykit.widgets.data import DataForm
from equitykit.widgets.fields import ChoiceField, Html
from equitykit.widgets.files import free_name, working_folder
from equitykit.widgets.form_file import STANDARD, standard_field
from equitykit.widgets.meanings import TITLE, Meanings
from equitykit.widgets.shell import Shell, button

__all__ = ["AuditPanel"]

COLUMNS, SYSTEM, CHECKED = "~columns", "~system", "~checked"
RIGHT = "~right"
RACE = "race_ethnicity"
KEEP, NONE = "~keep", "~none"
MOST_COLUMNS = 60
STEPS = 3


class AuditPanel(Shell):
    """The pages of one audit.

    Attributes
    ----------
    data : the fields of the first page. audit : the result, once it has run.
    codebook : how the columns were read. saved_files : what was written, by what it is.
    """

    # How the columns are read, once the page that shows it is left: whether a person changed it, and what is open.
    _book: Codebook
    _changed: bool
    _still_open: list[str]
    _standard: str

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or working_folder()
        super().__init__(log=self.folder / "equitykit.errors.log")
        self.audit: Audit | None = None
        self.codebook: Codebook | None = None
        self.saved_files: dict[str, Path] = {}
        self._unchecked: list[str] = []
        self._step = "file"
        self.next = button("Continue", self.guard(self._continue), main=True)
        self.keep.append(self.next)
        self.data = DataForm(self.folder, self, asks=False)
        self.meanings = Meanings(self, heading=False)
        self.keep += [*self.data.widgets, self.meanings.root]
        self._file_page(move=False)

    def press_back(self) -> None:
        """Go back one page."""
        if self._step == "result" and self.meanings.fields:
            self._values_page()
        else:
            (self._file_page if self._step == "reading" else self._reading_page)()

    def _continue(self) -> None:
        if self._step == "file":
            found = self.data.problems()
            self.tell_problems(*found)
            if not found:
                self._reading_page()
        elif self._step == "reading":
            if self._is_read():
                self._values_page() if self._open_values() else self._run()
        else:
            self._run()

    # choose a file

    def _file_page(self, *, move: bool = True) -> None:
        self._step, self.fields = "file", dict(self.data.fields)
        intro = Html(
            html=show.paragraphs(
                "This looks at how data about people were collected and coded, before anybody draws conclusions "
                "from them. It reads the file where it is, and changes nothing in it."
            )
        )
        self.next.description = "Continue"
        self.page(
            "Choose the data to check",
            [intro, *self.data.widgets],
            [self.next],
            caption=f"Step 1 of {STEPS}",
            back=False,
            move=move,
        )

    # look at how it is read

    def _reading_page(self) -> None:
        self._step = "reading"
        given = self.data.chosen_codebook()
        book = given or self.data.proposal.codebook
        body: list[Any] = [Html(html=self._read_so(book, proposed=given is None))]
        self.fields = {STANDARD: standard_field("Which standard are the data compared with?", book.standard)}
        if given is None:
            self.fields |= {COLUMNS: self._columns(book), SYSTEM: self._system(book)}
            if RACE in book.questions:
                self.fields = {STANDARD: self.fields[STANDARD], RIGHT: self._is_it_right(), **self.fields}
            if self._doubts():
                self.fields[CHECKED] = self._to_confirm()
        self.next.description = "Continue"
        title = "See how the columns are read"
        self.page(title, [*body, *self.fields.values()], [self.next], caption=f"Step 2 of {STEPS}")

    def _read_so(self, book: Codebook, *, proposed: bool) -> str:
        rows = [
            (words.question(name), ", ".join(question.columns), words.ENCODINGS.get(question.encoding, ""))
            for name, question in book.questions.items()
        ]
        header = ("Question", "Columns", "How")
        table = show.files_table("How the columns are read", header, rows) if rows else ""
        if not proposed:
            return show.paragraphs(f"This is what the codebook {self.data.codebook.value} says.") + table
        proposal = self.data.proposal
        nothing = "" if rows else show.paragraphs("No column was recognised as being about people.")
        left = ", ".join(proposal.identifiers)
        hidden = (
            f"Left out, because they point to people: {left}. Nothing in them is looked at." if left else ""
        )
        return (
            show.paragraphs(
                "equitykit proposes this from the names and the values. Change what is not right."
            )
            + nothing
            + table
            + show.bullets(proposal.reasons)
            + show.paragraphs(hidden)
        )

    def _is_it_right(self) -> ChoiceField:
        """Ask before showing what could be changed; most often nothing is."""
        hidden = [self.fields[COLUMNS], self.fields[SYSTEM]]
        field = ChoiceField(
            ident=RIGHT,
            label="Are race and ethnicity read as they should be?",
            options=[
                {"id": "yes", "label": "Yes, or I do not know"},
                {"id": "no", "label": "No, I want to change the columns or the code system"},
            ],
        )

        def reveal(value: str | None) -> None:
            for one in hidden:
                one.shown = value == "no"

        reveal(None)
        field.typed(self.guard(reveal))
        return field

    def _columns(self, book: Codebook) -> ChoiceField:
        records = self.data.records
        assert records is not None
        race = book.questions.get(RACE)
        own = list(race.columns) if race else []
        others = [
            name for name in records.columns if name not in own and name not in self.data.proposal.identifiers
        ]
        shown = [*own, *others][: max(MOST_COLUMNS, len(own))]
        more = len(own) + len(others) - len(shown)
        help = [
            "Choose the columns in which people, or staff, answer it. Leave out columns computed from others."
        ]
        if more > 0:
            help.append(f"{more:,} more columns are not listed. A codebook can name them.")
        return ChoiceField(
            ident=COLUMNS,
            kind="many",
            label="Which columns answer the question about race and ethnicity?",
            help=help,
            options=[{"id": name, "label": name} for name in shown],
            value=own,
        )

    def _system(self, book: Codebook) -> ChoiceField:
        race = book.questions.get(RACE)
        columns = race.columns if race else ()
        named = [one for column in columns if race and (one := race.system_for(column)) is not None]
        proposed = ", ".join(standards.code_system(one).title for one in dict.fromkeys(named))
        systems = [standards.code_system(name) for name in standards.code_systems()]
        fitting = sorted((one for one in systems if one.question == RACE), key=lambda one: one.title)
        options = [{"id": one.id, "label": one.title} for one in fitting]
        first = (
            {"id": KEEP, "label": f"As proposed: {proposed}"}
            if proposed
            else {
                "id": KEEP,
                "label": "As proposed: the values are words, or codes that nothing says more about",
            }
        )
        return ChoiceField(
            ident=SYSTEM,
            kind="select",
            label="If the values are codes, which code system do they come from?",
            help=[
                "The same code means different things in different systems, so look it up in the form or the manual."
            ],
            options=[first, {"id": NONE, "label": "None of those listed"}, *options],
            value=KEEP,
        )

    def _to_confirm(self) -> ChoiceField:
        return ChoiceField(
            ident=CHECKED,
            kind="many",
            label="What did you check?",
            help=["These points are not certain. What you leave open is said with the result."],
            options=[{"id": str(place), "label": one.why} for place, one in enumerate(self._doubts())],
            value=[],
        )

    def _doubts(self) -> list[Confirm]:
        """What to confirm here; values that are not read have a page of their own."""
        return [one for one in self.data.proposal.to_confirm if one.kind not in UNREAD]

    # say what values mean

    def _open_values(self) -> bool:
        """Whether values are left that are not read; what was ticked on the page before is taken down."""
        given = self.data.chosen_codebook()
        if given is not None:
            self._book, self._changed, self._still_open = given, True, []
        else:
            checked = set(self.fields[CHECKED].value) if CHECKED in self.fields else set()
            self._still_open = [
                one.why for place, one in enumerate(self._doubts()) if str(place) not in checked
            ]
            changed = self._changes(self.data.proposal.codebook)
            self._book, self._changed = changed or self.data.proposal.codebook, changed is not None
        self._standard = self.fields[STANDARD].value
        return self.meanings.offer(self.data.path, self.data.records, self._book)

    def _values_page(self) -> None:
        self._step, self.fields = "values", dict(self.meanings.fields)
        self.next.description = "Check the data"
        self.page(TITLE, [self.meanings.root], [self.next], caption=f"Step 2 of {STEPS}")

    def _confirmed(self) -> tuple[Codebook | None, list[str]]:
        """The codebook to use, None where the proposal stays unconfirmed; and what was left open."""
        still_open, unsaid = list(self._still_open), self.meanings.unsaid
        if unsaid and self.data.chosen_codebook() is None:
            told = ", ".join(f"\u201c{text}\u201d" for text in unsaid)
            still_open.append(f"Nobody has said what these values mean: {told}.")
        if self._changed or self.meanings.chosen or not still_open:
            return self.meanings.in_book(self._book), still_open
        return None, still_open

    def _changes(self, book: Codebook) -> Codebook | None:
        """The codebook with what was changed here; None where nothing was."""
        race = book.questions.get(RACE)
        own = list(race.columns) if race else []
        if RIGHT in self.fields and self.fields[RIGHT].value != "no":
            return None
        columns, system = list(self.fields[COLUMNS].value), self.fields[SYSTEM].value
        if sorted(columns) == sorted(own) and system == KEEP:
            return None
        said = book.to_dict()
        questions = dict(said.get("questions", {}))
        spec: dict[str, Any] = (
            {"columns": columns} if sorted(columns) != sorted(own) else dict(questions[RACE])
        )
        if system != KEEP:
            spec.pop("code_system", None)
            if system != NONE:
                spec["code_system"] = system
        if columns:
            questions[RACE] = spec
        else:
            questions.pop(RACE, None)
        derived = [one for one in said.get("derived", []) if one.get("from") in questions]
        return Codebook.load({**said, "questions": questions, "derived": derived})

    # run and read

    def _is_read(self) -> bool:
        """Whether everything is said on the page that shows how the columns are read."""
        found = [] if self.fields[STANDARD].value else [(STANDARD, "Choose a standard.")]
        if RIGHT in self.fields and self.fields[RIGHT].value is None:
            found.append((RIGHT, "Say whether race and ethnicity are read as they should be."))
        self.tell_problems(*found)
        return not found

    def _run(self) -> None:
        self.codebook, self._unchecked = self._confirmed()
        self.audit = self._audited(public=False)
        self._result_page()

    def _audited(self, *, public: bool) -> Audit:
        made = audit(
            self.data.records, self.codebook, standard=self._standard, public=public, progress=self._progress
        )
        self.remark("")
        return made

    def _progress(self, done: int, total: int, what: str) -> None:
        self.remark(f"Checking: step {done} of {total}, {what.replace('-', ' ')}.")

    def _result_page(self) -> None:
        self._step, self.fields = "result", {}
        assert self.audit is not None
        document = audit_document(self.audit.to_dict(), brief=True)
        left = show.bullets(self._unchecked)
        body = [
            Html(html=show.inset(show.paragraphs("Not confirmed by anybody yet:"), left) if left else ""),
            Html(html=show.report_fragment(document)),
        ]
        buttons = [
            button("Save the whole result as a page", self.guard(self.save_report), main=True),
            button("Save a version for others", self.guard(self.save_public)),
            button("Save how the columns were read", self.guard(self.save_codebook)),
            button("Check another file", self.guard(self._file_page)),
        ]
        self.page("Read the result", body, buttons, caption=f"Step 3 of {STEPS}")

    def _stem(self) -> str:
        return self.data.path.stem if self.data.path is not None else "data"

    def save_report(self) -> None:
        """Write the result as a page into the folder; an earlier one of the same file is replaced."""
        assert self.audit is not None
        self._write(self.audit, "report", ".audit.html", "It is internal.")

    def save_public(self) -> None:
        """Check once more so that small counts stay hidden, and write that beside the internal page."""
        for_others = (
            "Small counts are hidden there, and what would give them away. Read it before you share it."
        )
        self._write(self._audited(public=True), "public", ".audit.public.html", for_others)

    def _write(self, made: Audit, what: str, ending: str, told: str) -> None:
        path = write(made.to_dict(), self.folder / f"{self._stem()}{ending}")
        self.saved_files[what] = path
        self.tell_saved(path, f'The result is in "{path.name}", in the folder {path.parent}.', told)

    def save_codebook(self) -> None:
        """Write the codebook beside the data, where it is looked for and its own files lie, under a free name."""
        beside = self.data.path.parent if self.data.path is not None else self.folder
        path = free_name(beside, self._stem(), ".codebook.yaml")
        if self.codebook is not None:
            self.codebook.save(path)
        else:
            self.data.proposal.save(path)
        self.saved_files["codebook"] = path
        again = path.name.startswith(f"{self._stem()}.codebook")
        text = (
            f'How the columns were read is in "{path.name}". '
            + ("It is taken the next time you choose this file. " if again else "")
            + "Change it with any text editor."
        )
        self.saved.html = show.inset(show.paragraphs(text), tone="ekw-done")
