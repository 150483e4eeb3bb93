"""Questions answered in rows: people, tables, evidence and actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

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
    Words,
    count_problem,
    distinct,
    kind_of,
    unknown_option,
)
from equitykit.instruments.values import as_date, as_number, blank

ROW = {"name": "Name", "role": "Role", "organisation": "Organisation"}
_NO_GROUP = frozenset(
    [
        "all",
        "all groups",
        "all people",
        "all residents",
        "anyone",
        "clients",
        "community",
        "everybody",
        "everyone",
        "families",
        "general public",
        "many",
        "n/a",
        "na",
        "none",
        "others",
        "people",
        "public",
        "residents",
        "some",
        "some people",
        "the community",
        "the public",
        "unknown",
        "various",
    ]
)


class Column(Model):
    """One column of a table.

    `required` and `prompt` are shown when the cell is empty in a row that says something
    else; `prompt` is gentle and never holds anything up. A cell of kind `group` names a group
    of people; its prompt is also shown for words such as "everyone".
    """

    id: Id
    label: Words
    kind: Literal["text", "longtext", "choice", "number", "date", "group"] = "text"
    hint: Words | None = None
    options: tuple[Option, ...] = ()
    required: Words | None = None
    prompt: Words | None = None

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
        vague = self.kind == "group" and isinstance(value, str) and value.strip().casefold() in _NO_GROUP
        return self.prompt if blank(value) or vague else None


class RowsAsk(BaseAsk):
    """What questions answered in rows have in common."""

    min: Annotated[int, Field(ge=1)] | None = None
    max: Annotated[int, Field(ge=1)] | None = None

    def cells(self) -> Mapping[str, str]:
        """Column ids and their labels."""
        return {}

    def refusal(self, value: Any) -> str | None:
        """Refuse what is not rows of known columns with plain cells."""
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            return f"the answer is a list of rows, not {kind_of(value)}."
        known = self.cells()
        for row in value:
            for name, cell in row.items():
                if name not in known:
                    close = nearest(name, known)
                    hint = f' Did you mean "{close}"?' if close else ""
                    return f'there is no column "{name}".{hint} Columns: {", ".join(known)}.'
                if isinstance(cell, (list, dict)):
                    return f'the cell "{name}" holds {kind_of(cell)}; it holds text or a number.'
        return None

    def fault(self, value: Any) -> str | None:
        """Say whether there are too few or too many rows."""
        return count_problem(sum(not blank(row) for row in value), self.min, self.max, "row")


class PeopleAsk(RowsAsk):
    """People: name, role and organisation, one row each."""

    kind: Literal["people"] = "people"

    def cells(self) -> Mapping[str, str]:
        """Name, role and organisation."""
        return ROW

    def fault(self, value: Any) -> str | None:
        """Say which row names neither a person nor a role."""
        for number, row in enumerate(value, start=1):
            if not blank(row) and blank(row.get("name")) and blank(row.get("role")):
                return f"Row {number}: write a name or a role."
        return super().fault(value)


class TableAsk(RowsAsk):
    """A table with typed columns."""

    kind: Literal["table"] = "table"
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct_columns(self) -> TableAsk:
        distinct("column", [column.id for column in self.columns])
        return self

    def cells(self) -> Mapping[str, str]:
        """Column ids and their labels."""
        return {column.id: column.label for column in self.columns}

    def fault(self, value: Any) -> str | None:
        """Say which cell is wrong, and how."""
        for number, row in enumerate(value, start=1):
            for column in () if blank(row) else self.columns:
                text = column.problem(row.get(column.id))
                if text is not None:
                    return f'Row {number}, "{column.label}": {text}'
        return super().fault(value)

    def nudges(self, value: Any, names: Iterable[str] = ()) -> tuple[str, ...]:
        """Gentle prompts of the columns, with the row they are about."""
        rows = value if isinstance(value, list) else []
        return tuple(
            f"Row {number}: {text}"
            for number, row in enumerate(rows, start=1)
            if isinstance(row, dict) and not blank(row)
            for column in self.columns
            if (text := column.nudge(row.get(column.id)))
        )


class EvidenceAsk(BaseAsk):
    """Evidence attached to the assessment; the value is the list of its ids."""

    kind: Literal["evidence"] = "evidence"
    accepts: Annotated[tuple[EvidenceKind, ...], Field(min_length=1)]

    def refusal(self, value: Any) -> str | None:
        """Refuse what is not a list of evidence ids."""
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return None if fits else f"the answer is a list of evidence ids, not {kind_of(value)}."


class ActionsAsk(BaseAsk):
    """Actions from the register of the assessment; the value is the list of them."""

    kind: Literal["actions"] = "actions"
    min: Annotated[int, Field(ge=1)] | None = None

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
