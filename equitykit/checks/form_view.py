"""What a check of a form may look at, and what each of its inputs is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from equitykit import standards
from equitykit.benchmark import Benchmark
from equitykit.checks.form_race import RaceQuestion, find_race_question
from equitykit.checks.view import RACE, Input, Limits
from equitykit.forms import Form, Item
from equitykit.propose.evidence import SOMEBODY_ELSE, name_words
from equitykit.standards import Standard

__all__ = ["FORM_INPUTS", "FormView"]

_SEX = re.compile(r"(^|_)(sex|gender)(_|$)")
_SEX_SAID = re.compile(r"\b(sex|gender)\b", re.IGNORECASE)
_NOT_SEX = re.compile(
    r"orient|attract|partner|intercourse|contact|activ|preference|prefer|sexual(?!ly assigned)"
)
_RESPONDENT_NAME = re.compile(
    r"(^|_)(respondent|informant|proxy|answered_by|completed_by|reported_by|provided_by|recorded_by|filled_by|"
    r"who_answer\w*|who_complet\w*|who_report\w*|relationship_to|relation_to|person_answering|source_of_\w*|"
    r"\w*race\w*_source|\w*ethnicity\w*_source|self_report\w*)(_|$)"
)
_RESPONDENT_SAID = re.compile(
    r"\bwho (is|was|has|are|did)?\s*(\w+ ){0,3}(answer|complet|fill|respond|provid|report|giv)|"
    r"\bperson (who is |who )?(answering|completing|filling|responding)|answering (for|on behalf)|"
    r"\b(answered|completed|filled (in|out)|provided|recorded|reported) by\b|relationship to (the )?\w+|"
    r"how was (this|the|race|ethnicity)[^?]{0,60}(recorded|obtained|determined|collected)",
    re.IGNORECASE,
)


@dataclass
class FormView(Limits):
    """A form, the standard it is held against, and what is asked in it."""

    form: Form
    standard: Standard
    benchmark: Benchmark | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)

    @property
    def inputs(self) -> Mapping[str, Input]:
        """What checks of forms may need, by name."""
        return FORM_INPUTS

    @property
    def size(self) -> int:
        """Questions looked at."""
        return len(self.form.items)

    @property
    def columns_said(self) -> str:
        """How much was looked at for a question, in words."""
        return f"None of the {len(self.form.items)} questions"

    @cached_property
    def question(self) -> RaceQuestion | None:
        """The race and ethnicity question."""
        return find_race_question(self.form, self.standard)

    @property
    def race(self) -> RaceQuestion:
        """The race and ethnicity question, where it is known to be there."""
        assert self.question is not None
        return self.question

    def has(self, question: str) -> bool:
        """Whether the form asks a question."""
        return self.question is not None if question == RACE else bool(self.items_about(question))

    @cached_property
    def sex_and_gender(self) -> tuple[Item, ...]:
        """Items that ask for sex or gender."""
        return tuple(item for item in self.form.items if not item.hidden and _asks_sex(item))

    def items_about(self, question: str) -> tuple[Item, ...]:
        """Items of another question that the report lists: sex, gender, disability, language."""
        if question in {"sex", "gender"}:
            return tuple(i for i in self.sex_and_gender if ("gender" in _said(i)) == (question == "gender"))
        words = {
            "disability": r"disab|difficulty (hearing|seeing|walking)|deaf|blind",
            "language": r"language|interpret",
        }
        pattern = re.compile(words[question], re.IGNORECASE)
        return tuple(i for i in self.form.items if pattern.search(f"{name_words(i.name)} {i.label}"))

    @cached_property
    def respondent(self) -> Item | None:
        """Item that records who answered."""
        for item in self.form.items:
            if _RESPONDENT_NAME.search(name_words(item.name)) or _RESPONDENT_SAID.search(item.label):
                return item
        return None

    def texts_beside(self, item: Item) -> Iterator[str]:
        """What an item itself says: its words, its hint, the headings above it."""
        yield from (item.label, item.section, item.note, *item.group)

    def texts_around(self, item: Item) -> Iterator[str]:
        """What stands around an item: the headings, the notices of the same part, hints of its neighbours."""
        yield from self.texts_beside(item)
        for notice in self.form.notices:
            if not notice.group or notice.group == item.group[: len(notice.group)]:
                yield notice.text
        for other in self.form.items:
            if other.group[:1] == item.group[:1] and other.section == item.section:
                yield other.note


def _said(item: Item) -> str:
    return f"{name_words(item.name)} {item.label}".lower()


def _asks_sex(item: Item) -> bool:
    words = name_words(item.name)
    if not (_SEX.search(words) or _SEX_SAID.search(item.label)) or not item.options:
        return False
    if _NOT_SEX.search(words) or _NOT_SEX.search(item.label.lower()) or SOMEBODY_ELSE.search(words):
        return False
    vocabularies = (standards.vocabulary("sex"), standards.vocabulary("gender"))
    read = [[standards.read_value(o.label, v) for v in vocabularies] for o in item.options]
    return sum(any(m is not None and m.adds for m in each) for each in read) >= 2


def _asked_with_options(view: FormView) -> bool:
    return view.question is not None and view.question.all_listed


def _asked_with_a_type(view: FormView) -> bool:
    return view.question is not None and bool(view.question.having("race", "flag"))


FORM_INPUTS: dict[str, Input] = {
    entry.name: entry
    for entry in (
        Input(
            "rows",
            "the form holds no rows that ask a question",
            "Export the form again, with its questions.",
            lambda v: bool(v.form.items),
        ),
        Input(
            RACE,
            "the form asks no race or ethnicity question that was recognised",
            "Add one: equitykit form --standard us-omb-spd15-2024 --questions race_ethnicity -o FILE.",
            lambda v: v.question is not None,
        ),
        Input(
            "options",
            "the options of the race and ethnicity question do not all stand in the form: it is free text, or a list "
            "is kept elsewhere",
            "Offer the categories of the standard as options; put a list that is kept elsewhere into the form.",
            _asked_with_options,
        ),
        Input(
            "race as a list",
            "the form does not ask race as a list to choose from: it is free text",
            "Offer the categories of the standard as options.",
            _asked_with_a_type,
        ),
        Input(
            "sex or gender",
            "the form asks no sex or gender question that was recognised",
            "If these data need one, ask sex and gender as two items where that is lawful.",
            lambda v: bool(v.sex_and_gender),
        ),
        Input(
            "languages served",
            "nobody said how many people speak which of the languages served",
            'Give their numbers with --benchmark FILE, in rows with the question "language".',
            lambda v: v.benchmark is not None and "language" in v.benchmark.counts,
        ),
    )
}
