"""Questions answered in rows: people, tables, the steps of a process, evidence and actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from equitykit.errors import nearest
from equitykit.instruments.base import (
    DATE_WORDS,
    NUMBER_WORDS,
    BaseAsk,
    EvidenceKind,
    Id,
    Model,
    Option,
    StartsFrom,
    Words,
    count_problem,
    distinct,
    kind_of,
    unknown_option,
)
from equitykit.instruments.values import as_date, as_number, blank

# Words that say nothing of race, ethnicity or nation; a cell made of these alone could be about anybody.
_ANYBODY = """
a across affected all and any anybody anyone area areas at both by care caregivers child children citizens city
clients communities community consumers county customers disadvantaged employees everybody everyone everywhere
families family fathers few for foster from general girls boys group groups guardians here homeowners households
in income individuals kids kin live living local low low-income many marginalized men minorities minority most
mothers na n/a neighborhood neighborhoods neighbors none of older on or other others our parents patients people
person persons poor population populations providers public recipients relatives renters residents rural seniors
service services several some staff state students suburban taxpayers teenagers teens tenants the their them they
town underserved unknown urban us users various vulnerable we who whose with women workers working young youth
"""
_ANYBODY_WORDS = frozenset(_ANYBODY.split())


class Column(Model):
    """One column of a table.

    `required` and `prompt` are shown when the cell is empty in a row that says something
    else; `prompt` is gentle and never holds anything up. A cell of kind `group` names a group
    of people; its prompt is also shown for words such as "everyone" or "rural families". `prompt_if_never` is shown
    once where no row says anything in this column. `looks_back`: filled in when somebody looks back, and asked
    again on the page of a review.
    """

    id: Id
    label: Words
    kind: Literal["text", "longtext", "choice", "number", "date", "group"] = "text"
    hint: Words | None = None
    options: tuple[Option, ...] = ()
    required: Words | None = None
    prompt: Words | None = None
    prompt_if_never: Words | None = None
    looks_back: bool = False

    @model_validator(mode="after")
    def _options_fit(self) -> Column:
        if (self.kind == "choice") != bool(self.options):
            raise ValueError(
                "a choice needs options"
                if self.kind == "choice"
                else f'options are for a choice, not for "{self.kind}"'
            )
        distinct("option", [option.id for option in self.options])
        return self

    def problem(self, value: Any) -> str | None:
        """Say what is wrong with a cell, in words, or None."""
        if blank(value):
            return self.required
        if self.kind == "choice":
            return unknown_option(value, self.options)
        if self.kind == "number":
            return NUMBER_WORDS if as_number(value) is None else None
        if self.kind == "date":
            return DATE_WORDS if as_date(str(value)) is None else None
        return None

    def nudge(self, value: Any) -> str | None:
        """Say the gentle prompt where the cell calls for it."""
        vague = self.kind == "group" and isinstance(value, str) and _could_be_anybody(value)
        return self.prompt if blank(value) or vague else None


def _could_be_anybody(text: str) -> bool:
    words = re.findall(r"[^\W_](?:[\w'/-]*\w)?", text.casefold())
    return bool(words) and _ANYBODY_WORDS.issuperset(words)


PERSON = (
    Column(id="name", label="Name"),
    Column(id="role", label="Role"),
    Column(id="organisation", label="Organisation"),
)
ROW = {column.id: column.label for column in PERSON}
STEP = (
    Column(id="step", label="What happens", kind="longtext", required="say what happens."),
    Column(id="actors", label="Who acts", hint="Roles or offices, not names of people"),
    Column(id="documents", label="Which forms, records and rules are used"),
    Column(
        id="decision",
        label="What is decided here",
        kind="longtext",
        hint="Leave this empty where nothing is decided",
    ),
    Column(id="decides", label="Who decides, and by which rule"),
    Column(
        id="then",
        label="Where it can go from here",
        kind="longtext",
        hint="Leave this empty where the next step always follows",
    ),
    Column(id="lived", label="What people go through here", kind="longtext"),
)


TAKEN_OVER = (
    Column(id="what", label="What is done", kind="longtext"),
    Column(id="owner", label="Who sees to it"),
    Column(id="due", label="By when", kind="date"),
    Column(id="measure", label="How you will know it is done"),
)


class RowsAsk(BaseAsk):
    """What questions answered in rows have in common. `called` is what a row is called."""

    row_word: ClassVar[str] = "Row"
    hidden_cells: ClassVar[frozenset[str]] = frozenset()
    min: Annotated[int, Field(ge=1)] | None = None
    max: Annotated[int, Field(ge=1)] | None = None

    @property
    def called(self) -> str:
        """What a row is called, on the page and in messages."""
        return self.row_word

    def typed_columns(self) -> tuple[Column, ...]:
        """The columns of a row, in order."""
        return ()

    def cells(self) -> Mapping[str, str]:
        """Column ids and their labels."""
        return {column.id: column.label for column in self.typed_columns()}

    def refusal(self, value: Any) -> str | None:
        """Refuse what is not rows of known columns with plain cells."""
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            return f"the answer is a list of rows, not {kind_of(value)}."
        known = self.cells()
        for row in value:
            for name, cell in row.items():
                if name not in known and name not in self.hidden_cells:
                    close = nearest(name, known)
                    hint = f' Did you mean "{close}"?' if close else ""
                    return f'there is no column "{name}".{hint} Columns: {", ".join(known)}.'
                if isinstance(cell, (list, dict)):
                    return f'the cell "{name}" holds {kind_of(cell)}; it holds text or a number.'
        return None

    def fault(self, value: Any) -> str | None:
        """Say which cell is wrong, and how; or that there are too few or too many rows."""
        for number, row in enumerate(value, start=1):
            for column in () if blank(row) else self.typed_columns():
                text = column.problem(row.get(column.id))
                if text is not None:
                    return f'{self.called} {number}, "{column.label}": {text}'
        count = sum(not blank(row) for row in value)
        return count_problem(count, self.min, self.max, self.called[:1].lower() + self.called[1:])

    def nudges(self, value: Any, names: Iterable[str] = (), lang: str = "en") -> tuple[str, ...]:
        """Gentle prompts of the columns, with the row they are about."""
        given = [
            (number, row)
            for number, row in enumerate(value if isinstance(value, list) else [], start=1)
            if isinstance(row, dict) and not blank(row)
        ]
        prompts = [
            f"{self.called} {number}: {text}"
            for number, row in given
            for column in self.typed_columns()
            if (text := column.nudge(row.get(column.id)))
        ]
        never = [
            column.prompt_if_never
            for column in self.typed_columns()
            if column.prompt_if_never and given and all(blank(row.get(column.id)) for _, row in given)
        ]
        return (*prompts, *never)


class PeopleAsk(RowsAsk):
    """People: name, role and organisation, one row each."""

    row_word: ClassVar[str] = "Person"
    kind: Literal["people"] = "people"

    def typed_columns(self) -> tuple[Column, ...]:
        """Name, role and organisation."""
        return PERSON

    def fault(self, value: Any) -> str | None:
        """Say which row names neither a person nor a role."""
        for number, row in enumerate(value, start=1):
            if not blank(row) and blank(row.get("name")) and blank(row.get("role")):
                return f"{self.called} {number}: write a name or a role."
        return super().fault(value)


class TableAsk(RowsAsk):
    """A table with typed columns.

    `word` is what a row is called, such as "Group". `starts_from` names an earlier answer in rows: as long as
    nothing is written here, the table stands with a row for each of them.
    """

    kind: Literal["table"] = "table"
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    word: Words | None = None
    starts_from: StartsFrom | None = None

    @property
    def called(self) -> str:
        """What a row is called."""
        return self.word or self.row_word

    @model_validator(mode="after")
    def _distinct_columns(self) -> TableAsk:
        distinct("column", [column.id for column in self.columns])
        return self

    def typed_columns(self) -> tuple[Column, ...]:
        """The columns of the table."""
        return self.columns


class MapAsk(RowsAsk):
    """The map of a process: its steps in order, each with who acts, what is used and what is decided.

    Every step has the cells `step`, `actors`, `documents`, `decision`, `decides`, `then` and `lived`;
    `wording` gives them other labels, `columns` adds typed ones. A step in which something is decided
    is a decision point. Each step keeps an id (`s1`, `s2`, ...) when it is moved, so that other
    answers can name it.
    """

    row_word: ClassVar[str] = "Step"
    hidden_cells: ClassVar[frozenset[str]] = frozenset({"id"})
    kind: Literal["map"] = "map"
    columns: tuple[Column, ...] = ()
    wording: dict[Id, Words] = {}

    @model_validator(mode="after")
    def _columns_fit(self) -> MapAsk:
        known = [column.id for column in STEP]
        for id in self.wording:
            if id not in known:
                close = nearest(id, known)
                hint = f' Did you mean "{close}"?' if close else ""
                raise ValueError(f'a step has no "{id}".{hint} Allowed: {", ".join(known)}')
        distinct("column", ["id", *(column.id for column in self.typed_columns())])
        return self

    def typed_columns(self) -> tuple[Column, ...]:
        """What every step has, and then the columns of this map."""
        worded = (
            column.model_copy(update={"label": self.wording.get(column.id, column.label)}) for column in STEP
        )
        return (*worded, *self.columns)

    def normal(self, value: Any) -> Any:
        """Give every step that says something an id of its own; one that says nothing has none."""
        if not isinstance(value, list):
            return value
        said = [{name: cell for name, cell in row.items() if name != "id"} for row in value]
        kept = [
            None if blank(cells) else as_id(row.get("id")) for row, cells in zip(value, said, strict=True)
        ]
        used: set[str] = set()
        last = max((int(id[1:]) for id in kept if id), default=0)
        rows = []
        for id, cells in zip(kept, said, strict=True):
            if blank(cells):
                rows.append(cells)
                continue
            if id is None or id in used:
                last += 1
                id = f"s{last}"
            used.add(id)
            rows.append({"id": id, **cells})
        return rows

    def nudges(self, value: Any, names: Iterable[str] = (), lang: str = "en") -> tuple[str, ...]:
        """Also ask who decides where something is decided."""
        rows = value if isinstance(value, list) else []
        open_ones = tuple(
            f"Step {number}: who decides, and by which rule?"
            for number, row in enumerate(rows, start=1)
            if isinstance(row, dict) and not blank(row.get("decision")) and blank(row.get("decides"))
        )
        return super().nudges(value, names, lang) + open_ones


def as_id(value: Any) -> str | None:
    """The id of a step, if this is one."""
    return value if isinstance(value, str) and re.fullmatch(r"s[1-9]\d{0,5}", value) else None


class EvidenceAsk(BaseAsk):
    """Evidence attached to the assessment; the value is the list of its ids."""

    kind: Literal["evidence"] = "evidence"
    accepts: Annotated[tuple[EvidenceKind, ...], Field(min_length=1)]

    def refusal(self, value: Any) -> str | None:
        """Refuse what is not a list of evidence ids."""
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return None if fits else f"the answer is a list of evidence ids, not {kind_of(value)}."


class ActionsAsk(BaseAsk):
    """Actions from the register of the assessment; the value is the list of them.

    `starts_from` names an earlier answer in rows; each of them is offered, to be taken over as an action.
    """

    kind: Literal["actions"] = "actions"
    min: Annotated[int, Field(ge=1)] | None = None
    starts_from: StartsFrom | None = None

    def typed_columns(self) -> tuple[Column, ...]:
        """What an action can take over from an earlier answer."""
        return TAKEN_OVER

    def refusal(self, value: Any) -> str | None:
        """Refuse what is not a list of actions."""
        fits = isinstance(value, list) and all(isinstance(item, dict) for item in value)
        return None if fits else f"the answer is a list of actions, not {kind_of(value)}."

    def fault(self, value: Any) -> str | None:
        """Say which action has no owner or no date."""
        for number, row in enumerate(value, start=1):
            for name, words in (("owner", "say who owns it"), ("due", "say by when")):
                if blank(row.get(name)):
                    return f"Action {number}: {words}."
        return count_problem(len(value), self.min, None, "action")
