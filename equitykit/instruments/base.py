"""What every question of an instrument has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from equitykit.errors import AssessmentError, nearest
from equitykit.instruments.values import blank, plain, same

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
_ID = r"^[a-z][a-z0-9_-]{0,79}$"
Id = Annotated[str, StringConstraints(pattern=_ID)]
_ONE_ID = {"type": "string", "pattern": _ID}
Cells = Annotated[
    tuple[Id, ...],
    BeforeValidator(lambda given: (given,) if isinstance(given, str) else given),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_ONE_ID, {"type": "array", "items": _ONE_ID, "minItems": 1}]}),
]
"""One column, or several whose cells are put together."""
EvidenceKind = Literal[
    "audit", "disparities", "groups", "protected", "crosswalk", "document", "story", "visit"
]
Meaning = Literal["title", "decision", "asked_on", "decided_on", "site", "reviews_from"]
DATE_WORDS = "Write the date as year-month-day, such as 2026-03-31."
NUMBER_WORDS = "Write a number in figures, such as 12."


class Model(BaseModel):
    """Frozen, and strict about names it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Option(Model):
    """One answer to choose. With `alone`, it cannot be chosen together with others."""

    id: Id
    label: Words
    hint: Words | None = None
    alone: bool = False


class When(Model):
    """Ask only if an earlier question was answered in a certain way.

    `is`, `is_not` and `any_of` hold only once the earlier question has an answer; for a
    question with several answers, `is` means that this one is among them.
    """

    ask: Id
    is_: Words | None = Field(default=None, alias="is")
    is_not: Words | None = None
    any_of: tuple[Words, ...] | None = None
    filled: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> When:
        given = [test for test in (self.is_, self.is_not, self.any_of, self.filled) if test is not None]
        if len(given) != 1:
            raise ValueError("say exactly one of: is, is_not, any_of, filled")
        return self

    @property
    def values(self) -> tuple[str, ...]:
        """The answers the condition names."""
        return tuple(value for value in (self.is_, self.is_not) if value is not None) + (self.any_of or ())

    def holds(self, value: Any) -> bool:
        """Whether the condition is met by the value of the earlier question."""
        if self.filled is not None:
            return self.filled != blank(value)
        if blank(value):
            return False
        chosen = {str(item) for item in value} if isinstance(value, list) else {str(value)}
        hit = bool(chosen & set(self.values))
        return not hit if self.is_not is not None else hit


class Recall(Model):
    """An earlier answer that is shown above a question, so that nobody has to remember it or type it twice.

    Attributes
    ----------
    ask : the earlier question. columns : only these columns, where it is a table.
    missing : a gentle prompt, followed by what the first of these columns names there and no row names here.
    """

    ask: Id
    columns: tuple[Id, ...] = ()
    missing: Words | None = None


class StartsFrom(Model):
    """An earlier answer that this one begins from, as long as nothing is written here.

    Attributes
    ----------
    ask : the earlier question.
    columns : for rows: which column here is filled from which one there; from several, put together in one cell.
        Rows are told apart by the first one.
    filled : only rows there in which this column says something.
    """

    ask: Id
    columns: dict[Id, Cells] = {}
    filled: Id | None = None


class BaseAsk(Model):
    """What every question has.

    Attributes
    ----------
    label : the question.
    help : text above the field. why : the reason for asking.
    required : the words shown when it is missing; None where it may be left out.
    optional : printed as "(optional)".
    when : ask only if. tracks : only in these tracks (None: all tracks of the part).
    means : what the answer stands for in the assessment as a whole: its title, the decision, the days on
        which it was asked for and made, the site that fills it in, or the day from which the reviews
        after 3, 6, 9 and 12 months are counted.
    since : version of the instrument in which it came in. A file begun before is not held up by it.
    recalls : earlier answers shown above it.
    """

    id: Id
    label: Words
    help: Words | None = None
    why: Words | None = None
    required: Words | None = None
    optional: bool = False
    when: When | None = None
    tracks: tuple[Id, ...] | None = None
    means: Meaning | None = None
    since: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$")] | None = None
    recalls: tuple[Recall, ...] = ()

    @model_validator(mode="after")
    def _required_or_optional(self) -> BaseAsk:
        if self.required and self.optional:
            raise ValueError("a question is either required or optional, not both")
        return self

    @property
    def question(self) -> str:
        """The question as printed."""
        return f"{self.label} (optional)" if self.optional else self.label

    def newer_than(self, version: str) -> bool:
        """Whether the question came in after a version of the instrument."""
        return self.since is not None and _numbers(version) < _numbers(self.since)

    def clean(self, value: Any) -> Any:
        """Return the value as it is kept; refuse what no screen could give.

        Raises
        ------
        AssessmentError
            The value is of another kind, or names an answer or a column that does not exist.
        """
        value = plain(value)
        refusal = None if value is None else self.refusal(value)
        if refusal is not None:
            raise AssessmentError(f'"{self.label}" ({self.id}): {refusal}')
        return self.normal(value)

    def refusal(self, value: Any) -> str | None:
        """Say why a value cannot be kept at all; None where it can."""
        return None if isinstance(value, str) else f"the answer is text, not {kind_of(value)}."

    def normal(self, value: Any) -> Any:
        """Return the usual form of a value that can be kept."""
        return value

    def problem(self, value: Any) -> str | None:
        """Say in plain words what is wrong with an answer; None where nothing is."""
        try:
            value = self.clean(value)
        except AssessmentError as error:
            return str(error)
        return self.required if blank(value) else self.fault(value)

    def fault(self, value: Any) -> str | None:
        """Say what is wrong with an answer that is there."""
        return None

    def nudges(self, value: Any, names: Iterable[str] = (), lang: str = "en") -> tuple[str, ...]:
        """Gentle prompts: worth another look, never a reason to stop."""
        return ()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def distinct(what: str, ids: list[str]) -> None:
    """Refuse ids that are used twice."""
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ValueError(f'the {what} id "{twice[0]}" is used twice')


def unknown_option(value: Any, options: tuple[Option, ...]) -> str | None:
    """Say that a value is none of the options, and which is nearest."""
    if any(same(value, option.id) for option in options):
        return None
    labels = {option.label: option.id for option in options} | {option.id: option.id for option in options}
    close = nearest(str(value), labels)
    hint = f' Did you mean "{labels[close]}"?' if close else ""
    answers = ", ".join(option.id for option in options)
    return f'"{value}" is not one of the answers.{hint} Answers: {answers}.'


def count_problem(count: int, low: int | None, high: int | None, what: str) -> str | None:
    """Say where there are too few or too many of something."""
    there = f"there {'is' if count == 1 else 'are'} {count}"
    if low is not None and count < low:
        return f"Give at least {low} {what if low == 1 else _several(what)}; {there}."
    if high is not None and count > high:
        return f"Give at most {high} {what if high == 1 else _several(what)}; {there}."
    return None


def _several(what: str) -> str:
    """The plural of what a row is called."""
    if what.endswith("person"):
        return f"{what.removesuffix('person')}people"
    if re.search(r"[^aeiou]y$", what):
        return f"{what[:-1]}ies"
    return f"{what}es" if what.endswith(("s", "x", "ch", "sh")) else f"{what}s"


def kind_of(value: Any) -> str:
    """Name the kind of a value, for messages."""
    if isinstance(value, bool):
        return "true or false"
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
    return names.get(type(value), "nothing")
