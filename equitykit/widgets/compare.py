"""Comparing groups in a data file: outcome, groups, and a reference that nobody else chooses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from equitykit.codebook import Codebook
from equitykit.disaggregate import disaggregate
from equitykit.groups import GroupTable
from equitykit.measures import Disparities, disparities
from equitykit.report import words
from equitykit.widgets import show
from equitykit.widgets.data import DataForm
from equitykit.widgets.fields import ChoiceField, Field, Html, TextField
from equitykit.widgets.shell import Shell

__all__ = ["CompareForm"]

OUTCOME, COLUMN, EVENT, GOOD, BY = "~outcome", "~column", "~event", "~good", "~by"
REFERENCE, REASON = "~reference", "~reason"
OTHER = "~other column"
PLACE = "geography"
MOST_VALUES, MOST_COLUMNS = 30, 300
COUNTING = (
    "The groups are being counted. This can take a moment for a large file. The next question comes then."
)
REFERENCES = [
    {"id": "total", "label": "Everybody, the group itself included"},
    {"id": "all-others", "label": "Everybody else, for each group"},
    {"id": "largest", "label": "The largest group"},
    {"id": "best", "label": "The most favourable rate seen in a group of at least 30"},
]
GOODS = [
    {"id": "good", "label": "Yes, it is good for the person"},
    {"id": "bad", "label": "No, it is not good for the person"},
    {"id": "open", "label": "It depends, or we do not say"},
]


class CompareForm:
    """Fields that say what is compared; what is computed, the library computes.

    Attributes
    ----------
    data : the fields that choose the file. asked : those that say what is compared.
    beside : those that say with whom, and why. counting : says that the groups are being counted.
    """

    def __init__(self, folder: Path, shell: Shell, *, reason_needed: bool = False) -> None:
        self._shell = shell
        self._groups: tuple[Any, GroupTable] | None = None
        self.data = DataForm(folder, shell, changed=self._data_changed, meant=self._meant)
        self.outcome = ChoiceField(
            ident=OUTCOME, kind="select", label="What happened to people?", shown=False
        )
        self.outcome.help = ["Choose the event that is compared, such as being removed from home."]
        self.column = ChoiceField(
            ident=COLUMN, kind="select", label="Which column says whether it happened?", shown=False
        )
        self.event = ChoiceField(
            ident=EVENT, kind="many", label="Which values mean that it happened?", shown=False
        )
        self.good = ChoiceField(ident=GOOD, label="Is it good for the person?", options=GOODS, shown=False)
        self.by = ChoiceField(ident=BY, kind="many", label="Which groups do you compare?", shown=False)
        self.by.help = [
            "Choose one. With two or three, each combination becomes a group, and groups get small."
        ]
        self.reference = ChoiceField(
            ident=REFERENCE, kind="select", label="Whom is each group compared with?"
        )
        self.reference.help = [
            "There is no neutral choice, so none is made for you. It is worth looking at more than one."
        ]
        self.reference.shown = False
        self._reason_needed = reason_needed
        optional = "" if reason_needed else " (optional)"
        self.reason = TextField(
            ident=REASON, kind="longtext", label=f"Why this comparison?{optional}", shown=False
        )
        self.reason.help = [
            "One sentence is enough. It stands in the report, beside the numbers."
            if reason_needed
            else 'The reason is kept with the result. Without one, reports say "no reason given".'
        ]
        self.counting = Html(role="status")
        self.asked: tuple[Field, ...] = (self.outcome, self.column, self.event, self.good, self.by)
        self.beside: tuple[Field, ...] = (self.reference, self.reason)
        self.outcome.typed(shell.guard(lambda _: self._outcome_changed()))
        self.column.typed(shell.guard(lambda _: self._column_changed()))
        for field in (self.event, self.by, self.good):
            field.typed(shell.guard(lambda _: self._offer_references()))

    @property
    def fields(self) -> dict[str, Field]:
        """All fields by id."""
        return {**self.data.fields, **{field.ident: field for field in (*self.asked, *self.beside)}}

    @property
    def widgets(self) -> list[Any]:
        """The fields in order."""
        return [*self.data.widgets, *self.asked, self.counting, *self.beside]

    def problems(self) -> list[tuple[str, str]]:
        """What is still missing, by field."""
        found = self.data.problems()
        if found:
            return found
        wanted: list[tuple[Field, str]] = [
            (self.outcome, "Choose what happened."),
            (self.column, "Choose the column that says whether it happened."),
            (self.event, "Choose at least one value that means that it happened."),
            (self.by, "Choose at least one kind of group."),
            (self.reference, "Choose whom each group is compared with."),
        ]
        if self._reason_needed:
            wanted.append((self.reason, "Say why you chose this comparison."))
        return [(field.ident, text) for field, text in wanted if field.shown and not _given(field)]

    def run(self) -> Disparities:
        """Compare the groups."""
        self._shell.remark("Counting and comparing. This can take a moment for a large file.")
        compared = disparities(self._table(), **self.comparator())
        self._shell.remark("")
        return compared

    def comparator(self) -> dict[str, Any]:
        """With whom, and why."""
        return {"reference": str(self.reference.value), "reason": self.reason.value.strip() or None}

    # what depends on what

    def _book(self) -> Codebook:
        book = self.data.book()
        return book.with_site() if PLACE in (self.by.value or ()) else book

    def _meant(self) -> None:
        """Somebody said what a value means: the groups are counted anew, and what was chosen stays."""
        if self.by.shown:
            self._offer_references()

    def _data_changed(self) -> None:
        self._groups = None
        ready = self.data.records is not None
        for field in (self.outcome, self.by):
            field.shown = ready
        for field in (self.column, self.event, self.good, self.reference, self.reason):
            field.shown = False
        if not ready or self.data.problems():
            return
        book = self._book()
        options = [{"id": name, "label": _said(name)} for name in book.outcomes]
        self.outcome.options = [*options, {"id": OTHER, "label": "Something else, in a column I choose"}]
        self.outcome.value = None
        self._offer_groups(book)

    def _offer_groups(self, book: Codebook) -> None:
        self.by.options = [
            {"id": name, "label": words.question(name) + _where(name, book)}
            for name in book.with_site().questions
        ]
        self.by.value = ["race_ethnicity"] if "race_ethnicity" in book.questions else []

    def _outcome_changed(self) -> None:
        own = self.outcome.value == OTHER
        book = self._book()
        if own and self.data.records is not None:
            named = self.data.proposal.identifiers
            columns = [name for name in self.data.records.columns if name not in named][:MOST_COLUMNS]
            self.column.options = [{"id": name, "label": name} for name in columns]
        self.column.shown = own
        self.event.shown = own and bool(self.column.value)
        known = book.outcomes.get(self.outcome.value or "")
        self.good.shown = self.outcome.value is not None and (known is None or known.favourable is None)
        self._offer_references()

    def _column_changed(self) -> None:
        name = self.column.value
        if name and self.data.records is not None:
            profile = self.data.records.profile([name], top=MOST_VALUES)[name]
            self.event.options = [{"id": value, "label": f"{value} ({n:,})"} for value, n in profile.values]
            self.event.value = []
        self.event.shown = bool(name)
        self._offer_references()

    def _ready(self) -> bool:
        if self.outcome.value is None or not self.by.value:
            return False
        return self.outcome.value != OTHER or bool(self.column.value and self.event.value)

    def _offer_references(self) -> None:
        ready = self._ready()
        counted = self._groups is not None and self._groups[0] == self._chosen()
        if not (ready and counted):  # the groups to choose from are not known (yet)
            self.reference.shown = self.reason.shown = False
        if not ready:
            return
        self.counting.html = "" if counted else show.inset(show.paragraphs(COUNTING))
        try:
            table = self._table()
        finally:
            self.counting.html = ""
            self._shell.remark("")  # how far the counting was
        general = [one for one in REFERENCES if one["id"] != "best" or table.favourable is not None]
        groups = [{"id": id, "label": f"One group: {table.label(id)}"} for id in table.groups if _named(id)]
        options = [*general, *groups]
        if options != self.reference.options:
            kept = self.reference.value if self.reference.value in {one["id"] for one in options} else None
            self.reference.options = options
            self.reference.value = kept
        self.reference.shown = self.reason.shown = True

    def described(self) -> tuple[Codebook, str]:
        """The codebook with what was said here added to it, and the name of the outcome."""
        book, name = self._book(), str(self.outcome.value)
        good = {"good": True, "bad": False}.get(str(self.good.value))
        said = book.to_dict()
        outcomes = dict(said.get("outcomes", {}))
        if name == OTHER:
            name = str(self.column.value)
            outcomes[name] = {"column": name, "event": list(self.event.value), "favourable": good}
        elif book.outcomes[name].favourable is None and good is not None:
            outcomes[name] = {**outcomes[name], "favourable": good}
        else:
            return book, name
        described = Codebook.load({**said, "outcomes": outcomes, "benchmark": None})
        return described, name

    def _chosen(self) -> tuple[Any, ...]:
        """What the table of groups depends on."""
        return (
            self.data.path,
            self.data.codebook.value,
            self.data.meanings.chosen,
            self.outcome.value,
            self.column.value,
            tuple(self.event.value or ()),
            self.good.value,
            tuple(self.by.value),
        )

    def _table(self) -> GroupTable:
        asked = self._chosen()
        if self._groups is None or self._groups[0] != asked:
            book, name = self.described()
            self._groups = (
                asked,
                disaggregate(self.data.records, book, outcome=name, by=list(self.by.value)),
            )
        return self._groups[1]


def _given(field: Field) -> bool:
    return bool(field.value.strip() if isinstance(field.value, str) else field.value)


def _where(name: str, book: Codebook) -> str:
    """The column of a place, because "place" may be that of the office or that of the family."""
    columns = book.with_site().questions[name].columns
    return f" (\u201c{', '.join(columns)}\u201d)" if name == PLACE else ""


def _said(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _named(group: str) -> bool:
    return not any(part.startswith("~") for part in group.split("*"))
