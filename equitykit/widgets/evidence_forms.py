"""What is asked before a piece of evidence is attached, kind by kind; what is made of it, the library makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from equitykit import evidence, standards
from equitykit.audit import DEFAULT_STANDARD, audit
from equitykit.crosswalk import crosswalk
from equitykit.evidence import Evidence
from equitykit.report.disparities import title_of
from equitykit.stages import stages
from equitykit.suppression import protect_groups
from equitykit.widgets import show
from equitykit.widgets.chain import ChainForm
from equitykit.widgets.compare import OTHER, CompareForm
from equitykit.widgets.data import DataForm
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField
from equitykit.widgets.files import document_files
from equitykit.widgets.form_file import FormFile
from equitykit.widgets.share_page import rule_field
from equitykit.widgets.shell import Shell

__all__ = ["ADD", "EvidenceForm", "Told", "accepted", "form_for"]

ADD = {
    "disparities": "Compare groups in a data file",
    "stages": "Follow a chain of decisions in a data file",
    "audit": "Check how the data were collected",
    "form": "Check a form or data dictionary",
    "protected": "Make a table that hides small numbers",
    "crosswalk": "See who is lost between two standards",
    "document": "Add a document",
    "story": "Add what people say",
    "visit": "Add a site visit",
}
"""What a person can add, by kind, in the order it is offered."""
WAYS = {"form": "audit", "stages": "disparities"}
TITLE, TEXT, WHERE, CONSENT, UNTIL = "~title", "~text", "~where", "~consent", "~until"
PAPER, ON, MET, SEEN, HEARD, BEFORE, AFTER = (
    "~paper", "~on", "~met", "~seen", "~heard", "~standard-before", "~standard-after",
)  # fmt: skip
AGREE = "Say how, when, and for what. Without an agreement it stays out of a public report."
Made = tuple[Any, dict[str, Any]]


class EvidenceForm(Protocol):
    """The fields for one piece of evidence."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields by id."""
        ...

    @property
    def widgets(self) -> list[Any]:
        """What stands on the page, in order."""
        ...

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing or wrong, by field."""
        ...

    def make(self) -> Made:
        """The evidence, and how it may be used."""
        ...


def accepted(kind: str, kinds: tuple[str, ...]) -> bool:
    """Whether a question that takes some kinds of evidence takes what is added this way."""
    return WAYS.get(kind, kind) in kinds


def form_for(kind: str, folder: Path, shell: Shell) -> EvidenceForm:
    """The fields for one kind of evidence."""
    makers: dict[str, Callable[[], EvidenceForm]] = {
        "disparities": lambda: ComparisonForm(folder, shell),
        "stages": lambda: StagesForm(folder, shell),
        "audit": lambda: AuditForm(folder, shell),
        "form": lambda: CheckedForm(folder, shell),
        "protected": lambda: ProtectForm(folder, shell),
        "crosswalk": lambda: CrosswalkForm(folder, shell),
        "document": lambda: DocumentForm(folder, shell),
        "story": StoryForm,
        "visit": VisitForm,
    }
    return makers[kind]()


class ComparisonForm(CompareForm):
    """Groups compared."""

    def make(self) -> Made:
        """The comparison."""
        made = self.run().to_evidence()
        return made, {"title": title_of(made.facts)}


class StagesForm(ChainForm):
    """A chain of decisions."""

    def make(self) -> Made:
        """The chain, with both denominators."""
        self._shell.remark("Following the decisions. This can take a moment for a large file.")
        book, _ = self.described()
        made = stages(self.data.records, book, by=list(self.by.value), **self.comparator())
        self._shell.remark("")
        return made, {}


class AuditForm(DataForm):
    """A check of data."""

    def make(self) -> Made:
        """The audit."""

        def progress(done: int, total: int, what: str) -> None:
            self._shell.remark(f"Checking: step {done} of {total}, {what}.")

        book = self.book() if self.meanings.chosen else self.chosen_codebook()
        made = audit(self.records, book, progress=progress)
        self._shell.remark("")
        return made, {}


class CheckedForm(FormFile):
    """A check of a form."""

    def make(self) -> Made:
        """The audit of the form."""
        return audit(self.form, standard=self.standard.value), {}


class ProtectForm(CompareForm):
    """A table of groups in which small numbers are hidden."""

    def __init__(self, folder: Path, shell: Shell) -> None:
        super().__init__(folder, shell)
        self.outcome.label = "Do you also count those to whom something happened? (optional)"
        self.outcome.help = ["Without an answer, all people of a group are counted."]
        self.by.label = "Which groups do you count?"
        self.rule = rule_field()
        self.about = Html(role="status")
        self.asked = (self.outcome, self.by, self.rule)
        self.beside = ()

    @property
    def widgets(self) -> list[Any]:
        """The fields in order, and which groups are left out."""
        return [*super().widgets, self.about]

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing, by field."""
        wanted = (
            (self.by, "Choose at least one kind of group."),
            (self.rule, "Choose which numbers are too small to show."),
        )
        return self.data.problems() or [(field.ident, text) for field, text in wanted if not field.value]

    def _data_changed(self) -> None:
        super()._data_changed()
        self.about.html = ""
        self.outcome.options = [one for one in self.outcome.options if one["id"] != OTHER]
        self.outcome.shown = self.outcome.shown and bool(self.outcome.options)
        if self.data.records is None or self.data.problems():
            return
        book = self._book()
        standard = standards.standard(book.standard or DEFAULT_STANDARD)
        if asked := [standard.label(name) for name in book.governance]:
            self.about.html = show.inset(
                show.paragraphs(
                    f"Nothing is shown about {' and '.join(asked)}: the codebook says that they are asked first. If "
                    "they agreed, make the table on the page \u201cCompare how groups fare\u201d and attach it there."
                )
            )

    def _outcome_changed(self) -> None:
        """Nothing else is asked."""

    def _offer_references(self) -> None:
        """Nobody is compared with anybody."""

    def make(self) -> Made:
        """The table; what may not be shown is not in it."""
        self._shell.remark("Hiding numbers, and trying to work them out again. This can take a minute.")
        outcome = self.outcome.value
        made = protect_groups(
            self.data.records,
            self._book(),
            outcome=outcome,
            by=list(self.by.value),
            rule=str(self.rule.value),
        )
        self._shell.remark("")
        who = str(outcome).replace("_", " ").capitalize() if outcome else "People"
        return made, {"title": f"{who} by {' and '.join(made.dimensions).lower()}, small numbers hidden"}


class CrosswalkForm(DataForm):
    """The same records under two standards."""

    def __init__(self, folder: Path, shell: Shell) -> None:
        super().__init__(folder, shell, changed=self._take_standard)
        names = standards.standards()
        options = [{"id": name, "label": standards.standard(name).title} for name in names]
        self.before = ChoiceField(
            ident=BEFORE,
            kind="select",
            label="Which standard were the data collected under?",
            options=options,
            value=DEFAULT_STANDARD,
        )
        self.after = ChoiceField(
            ident=AFTER, kind="select", label="Which standard would they have to follow?", options=options
        )
        self.fields = {**self.fields, BEFORE: self.before, AFTER: self.after}

    @property
    def widgets(self) -> list[Any]:
        """The fields in order, and what was read."""
        return [*super().widgets, self.before, self.after]

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing or wrong, by field."""
        found = super().problems()
        if not self.after.value:
            found.append((AFTER, "Choose the other standard."))
        elif self.after.value == self.before.value:
            found.append((AFTER, "Choose another standard than the one above."))
        return found

    def _take_standard(self) -> None:
        """Begin with the standard that the codebook names."""
        if self.records is not None and not super().problems():
            self.before.value = self.book().standard or DEFAULT_STANDARD

    def make(self) -> Made:
        """Who is still seen, and who is not."""
        return crosswalk(self.records, self.book(), from_=self.before.value, to=str(self.after.value)), {}


class Told:
    """Fields in which somebody writes what a piece of evidence says."""

    def __init__(self, *fields: Field) -> None:
        self.fields: dict[str, Field] = {field.ident: field for field in fields}

    @property
    def widgets(self) -> list[Any]:
        """The fields in order."""
        return list(self.fields.values())

    def said(self, ident: str) -> str:
        """What stands in a field."""
        return str(self.fields[ident].value or "").strip()

    def _missing(self, **needed: str) -> list[tuple[str, str]]:
        return [(f"~{name}", text) for name, text in needed.items() if not self.said(f"~{name}")]


def _title() -> TextField:
    return TextField(ident=TITLE, label="What do you call it?")


def _consent(question: str) -> tuple[TextField, TextField]:
    return (
        TextField(ident=CONSENT, label=question, help=[AGREE]),
        TextField(ident=UNTIL, kind="date", label="Until when? (optional)"),
    )


class StoryForm(Told):
    """What people say, and how they agreed to share it."""

    def __init__(self) -> None:
        text = TextField(ident=TEXT, kind="longtext", label="What did people say?")
        text.help = ["Leave out names, and anything that shows who it is."]
        super().__init__(_title(), text, *_consent("How did the person agree to share it?"))

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing, by field."""
        return self._missing(title="Give it a name.", text="Write what it says.")

    def make(self) -> Made:
        """The words, and the agreement."""
        story = Evidence(kind="story", title=self.said(TITLE), summary=(self.said(TEXT),))
        return story, {"consent": self.said(CONSENT) or None, "consent_until": self.said(UNTIL) or None}


class VisitForm(Told):
    """A visit to a place: when, where, whom one met, what was seen and heard."""

    def __init__(self) -> None:
        roles = ["Name roles, not people."]
        super().__init__(
            _title(),
            TextField(ident=ON, kind="date", label="When was it?"),
            TextField(ident=WHERE, label="Where was it?"),
            TextField(ident=MET, label="Whom did you meet? (optional)", help=roles),
            TextField(ident=SEEN, kind="longtext", label="What did you see?", help=roles),
            TextField(ident=HEARD, kind="longtext", label="What did you hear? (optional)", help=roles),
            *_consent("How did the people there agree to share it?"),
        )

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing, by field."""
        return self._missing(
            title="Give it a name.",
            on="Give the day of the visit.",
            where="Say where it was.",
            seen="Write what you saw.",
        )

    def make(self) -> Made:
        """The visit, and the agreement."""
        made = evidence.visit(
            self.said(TITLE),
            on=self.said(ON),
            where=self.said(WHERE),
            seen=self.said(SEEN),
            met=self.said(MET) or None,
            heard=self.said(HEARD) or None,
        )
        return made, {"consent": self.said(CONSENT) or None, "consent_until": self.said(UNTIL) or None}


class DocumentForm(Told):
    """A document: a file of the folder, or one that is kept elsewhere."""

    def __init__(self, folder: Path, shell: Shell) -> None:
        self._folder = folder
        names = [path.relative_to(folder).as_posix() for path in document_files(folder)]
        paper = ChoiceField(
            ident=PAPER,
            kind="select",
            label="Is it a file in this folder? (optional)",
            help=["The file is not copied. If it changes later, running the evidence again says so."],
            options=[{"id": name, "label": name} for name in names],
            shown=bool(names),
        )
        text = TextField(ident=TEXT, kind="longtext", label="What does it say?")
        text.help = ["Write the sentences that matter here, with numbers and page."]
        where = TextField(ident=WHERE, label="Where is it kept? (optional)")
        super().__init__(paper, _title(), text, where)
        paper.typed(shell.guard(self._take_paper))

    def _take_paper(self, name: str | None) -> None:
        self.fields[WHERE].shown = not name
        if name and not self.said(TITLE):
            self.fields[TITLE].value = Path(name).stem.replace("_", " ").replace("-", " ")

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing, by field."""
        return self._missing(title="Give it a name.", text="Write what it says.")

    def make(self) -> Made:
        """What the document says, with a fingerprint of the file where there is one."""
        name, title, says = self.said(PAPER), self.said(TITLE), self.said(TEXT)
        if name:
            return evidence.document(self._folder / name, title=title, says=says), {}
        where = self.said(WHERE)
        summary = (says, *([f"Kept at: {where}"] if where else []))
        return Evidence(kind="document", title=title, summary=summary), {}
