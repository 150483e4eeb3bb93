"""Questions answered with one value, or by choosing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from equitykit.instruments.base import (
    DATE_WORDS,
    NUMBER_WORDS,
    BaseAsk,
    Option,
    StartsFrom,
    Words,
    count_problem,
    distinct,
    kind_of,
    unknown_option,
)
from equitykit.instruments.values import as_date, as_number, blank
from equitykit.readability import reading_level

_OFFICE = (
    r"(?!(?:Act|Agency|Board|Bureau|Care|Cent(?:er|re)|Code|Council|County|Courts?|Department|Division|Families|Family"
    r"|First|Form|Law|Manual|Nations?|Network|Office|Policy|Portal|Program(?:me)?|Project|Protection|Rules?|School"
    r"|Services?|State|System|Team|Training|Tribes?|Union|Unit|Welfare)\b)"
)
_ROLE = (
    r"Mr|Mrs|Ms|Miss|Mx|Dr|Sgt|[Jj]udge|[Oo]fficer|[Mm]agistrate|[Dd]etective|[Dd]irector|[Ss]upervisor|[Mm]anager"
    r"|[Cc]aseworker|[Ww]orker|[Aa]ttorney|[Tt]herapist|[Tt]eacher|[Nn]urse"
)
_SAYS = r"decide[sd]|says|said|tells|told|refuse[sd]|forgets|forgot|ignore[sd]|wants|wanted|denie[sd]|never|always"
_NAME = rf"{_OFFICE}[A-Z][\w'-]+"
_PERSON = re.compile(
    rf"\b(?:{_ROLE})\.?\s+{_NAME}|(?<![.\w])[A-Z]\.\s?{_NAME}|\b{_NAME}\s+{_NAME}\s+(?:{_SAYS})\b"
)


class TextAsk(BaseAsk):
    """One line of text."""

    kind: Literal["text"] = "text"


class LongTextAsk(BaseAsk):
    """Several lines of text.

    `max_words` warns, it does not stop; so does `grade`, the reading level aimed at.
    `prompt_if_person` is shown when the answer names a person: one of `names`, or a title with a name.
    `starts_from` names an earlier text that stands in the field until a person changes it or goes on.
    """

    kind: Literal["longtext"] = "longtext"
    max_words: Annotated[int, Field(ge=1)] | None = None
    grade: Annotated[int, Field(ge=1, le=12)] | None = None
    prompt_if_person: Words | None = None
    starts_from: StartsFrom | None = None

    def nudges(self, value: Any, names: Iterable[str] = (), lang: str = "en") -> tuple[str, ...]:
        """Prompts about length and about people named."""
        if not isinstance(value, str):
            return ()
        count = len(value.split())
        found = []
        if self.max_words is not None and count > self.max_words:
            found.append(f"You have written {count} words; {self.max_words} is enough here.")
        advice = reading_level(value, lang=lang).advice(self.grade) if self.grade is not None else None
        if advice is not None:
            found.append(advice)
        if self.prompt_if_person and names_a_person(value, names):
            found.append(self.prompt_if_person)
        return tuple(found)


class OptionsAsk(BaseAsk):
    """What questions answered by choosing have in common."""

    options: Annotated[tuple[Option, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _distinct_options(self) -> OptionsAsk:
        distinct("option", [option.id for option in self.options])
        return self

    @property
    def answers(self) -> tuple[Option, ...]:
        """Everything that can be chosen."""
        return self.options

    def refusal(self, value: Any) -> str | None:
        """Refuse what is not one of the options."""
        return super().refusal(value) or (None if blank(value) else unknown_option(value, self.answers))


class ChoiceAsk(OptionsAsk):
    """One answer out of several."""

    kind: Literal["choice"] = "choice"


class ChoicesAsk(OptionsAsk):
    """Any number of answers out of several."""

    kind: Literal["choices"] = "choices"
    min: Annotated[int, Field(ge=1)] | None = None
    max: Annotated[int, Field(ge=1)] | None = None

    def refusal(self, value: Any) -> str | None:
        """Refuse what is not a list of options."""
        if not isinstance(value, list):
            return f"the answer is a list, not {kind_of(value)}."
        refusals = (OptionsAsk.refusal(self, item) for item in value)
        return next((text for text in refusals if text), None)

    def normal(self, value: Any) -> Any:
        """Keep each answer once, in the order of the options."""
        return value and [option.id for option in self.options if option.id in value]

    def fault(self, value: Any) -> str | None:
        """Say where the number of answers, or an answer that stands alone, does not fit."""
        alone = [option.label for option in self.options if option.alone and option.id in value]
        if alone and len(value) > 1:
            return f'Choose "{alone[0]}" or other answers, not both.'
        return count_problem(len(value), self.min, self.max, "answer")


class ScaleAsk(OptionsAsk):
    """A scale in words, with "not applicable" beside it (value `na`)."""

    kind: Literal["scale"] = "scale"
    not_applicable: Words | None = "Not applicable"

    @model_validator(mode="after")
    def _na_is_free(self) -> ScaleAsk:
        if any(option.id == "na" for option in self.options):
            raise ValueError('"na" is kept for not_applicable; give the option another id')
        return self

    @property
    def answers(self) -> tuple[Option, ...]:
        """The points of the scale and, last, not applicable."""
        extra = (Option(id="na", label=self.not_applicable),) if self.not_applicable else ()
        return self.options + extra


class NumberAsk(BaseAsk):
    """A number."""

    kind: Literal["number"] = "number"
    min: float | None = None
    max: float | None = None
    whole: bool = False
    unit: Words | None = None

    @model_validator(mode="after")
    def _range(self) -> NumberAsk:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({self.min:g}) is above max ({self.max:g})")
        return self

    def refusal(self, value: Any) -> str | None:
        """Refuse lists, mappings, true and false."""
        fits = isinstance(value, (int, float, str)) and not isinstance(value, bool)
        return None if fits else f"the answer is a number, not {kind_of(value)}."

    def normal(self, value: Any) -> Any:
        """Text that is a number becomes the number; other text is kept for the person to mend."""
        number = as_number(value)
        return value if number is None else number

    def fault(self, value: Any) -> str | None:
        """Say whether it is a number, whole where it must be, and in range."""
        number = as_number(value)
        if number is None:
            return NUMBER_WORDS
        if self.whole and number != int(number):
            return "Write a whole number, such as 12."
        if self.min is not None and number < self.min:
            return f"Write a number that is {self.min:g} or more."
        if self.max is not None and number > self.max:
            return f"Write a number that is {self.max:g} or less."
        return None


class DateAsk(BaseAsk):
    """A date, kept as year-month-day."""

    kind: Literal["date"] = "date"
    min: Words | None = None
    max: Words | None = None

    @model_validator(mode="after")
    def _range(self) -> DateAsk:
        for name in ("min", "max"):
            text = getattr(self, name)
            if text is not None and as_date(text) is None:
                raise ValueError(f'{name} "{text}" is no date; write it as year-month-day')
        if self.min and self.max and self.min > self.max:
            raise ValueError(f"min ({self.min}) is after max ({self.max})")
        return self

    def normal(self, value: Any) -> Any:
        """Trim the text, and keep only the day of a point in time."""
        text = value.strip() if isinstance(value, str) else value
        return (
            text[:10]
            if isinstance(text, str) and len(text) > 10 and text[10] == "T" and as_date(text[:10])
            else text
        )

    def fault(self, value: Any) -> str | None:
        """Say whether it is a date, and in range."""
        day = as_date(value)
        if day is None:
            return DATE_WORDS
        if self.min and day.isoformat() < self.min:
            return f"Write a date on or after {self.min}."
        if self.max and day.isoformat() > self.max:
            return f"Write a date on or before {self.max}."
        return None


def names_a_person(text: str, names: Iterable[str] = ()) -> bool:
    """Whether a text seems to name a person: one of `names`, a title, role or initial with a name, or two that act."""
    return _PERSON.search(text) is not None or _names_in(text, names)


def _names_in(text: str, names: Iterable[str]) -> bool:
    return any(
        re.search(rf"\b{re.escape(part)}\b", text) is not None
        for name in names
        for part in name.split()
        if len(part) >= 3 and part[:1].isupper()
    )
