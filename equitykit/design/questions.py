"""The questions that can be chosen, and what each of them asks.

Wording that a federal survey fixes stands as published: the six disability questions of the American
Community Survey (HHS section 4302) and its three language questions. The rest is our own wording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

from equitykit.design.model import Ask, Say, When
from equitykit.design.race import DECLINED, UNKNOWN, race_items
from equitykit.errors import DesignError, UnknownName
from equitykit.forms import Option
from equitykit.standards import Standard

__all__ = ["NEVER", "QUESTIONS", "SENSITIVE", "Safeguards", "checked", "items"]

NEVER = frozenset(
    {
        "immigration_status",
        "immigration",
        "citizenship",
        "legal_status",
        "visa_status",
        "documentation_status",
    }
)
SENSITIVE = frozenset({"religion", "national_origin", "sexual_orientation", "gender_identity"})
_OUT = (DECLINED, UNKNOWN)
_ALONE = (DECLINED.code, UNKNOWN.code)
_YES_NO = (Option("yes", "Yes"), Option("no", "No"))
Build = Callable[[Standard], Iterator[Ask | Say]]


@dataclass(frozen=True, slots=True)
class Safeguards:
    """What must be settled before a question that can hurt people is asked.

    Attributes
    ----------
    purpose : what the answers are for.
    legal_basis : what allows or requires asking.
    access : who can see the answers.
    retention : how long they are kept.
    disclosure : who could compel you to hand them over.
    """

    purpose: str = ""
    legal_basis: str = ""
    access: str = ""
    retention: str = ""
    disclosure: str = ""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What is not said yet."""
        return tuple(f.name.replace("_", " ") for f in fields(self) if not getattr(self, f.name).strip())


def _race(standard: Standard) -> Iterator[Ask | Say]:
    return race_items(standard)


def _tribe(standard: Standard) -> Iterator[Ask | Say]:
    yield Say(
        "tribal_note",
        "Before you ask: tribes and nations decide about data on their citizens. Agree with those you serve on "
        "what is collected, who holds it and who may publish it.",
        staff=True,
    )
    options = (*_YES_NO, *_OUT)
    label = "Are you enrolled in, or affiliated with, a tribe or nation?"
    yield Ask("tribal_affiliation", label, "single", options)
    yield Ask(
        "tribal_affiliation_name",
        "Which tribe or nation, or which ones?",
        "text",
        note="Write the name as the tribe or nation writes it.",
        when=When("tribal_affiliation", "yes", several=False),
    )


_ACS6 = (
    ("hearing", "Are you deaf, or do you have serious difficulty hearing?", ""),
    ("seeing", "Are you blind, or do you have serious difficulty seeing, even when wearing glasses?", ""),
    (
        "thinking",
        "Because of a physical, mental, or emotional condition, do you have serious difficulty concentrating, "
        "remembering, or making decisions?",
        "Asked from age 5.",
    ),
    ("walking", "Do you have serious difficulty walking or climbing stairs?", "Asked from age 5."),
    ("dressing", "Do you have difficulty dressing or bathing?", "Asked from age 5."),
    (
        "errands",
        "Because of a physical, mental, or emotional condition, do you have difficulty doing errands alone such as "
        "visiting a doctor's office or shopping?",
        "Asked from age 15.",
    ),
)


def _disability(standard: Standard) -> Iterator[Ask | Say]:
    yield Say("disability_note", "You can skip any of these questions.")
    for name, label, note in _ACS6:
        yield Ask(f"disability_{name}", label, "single", _YES_NO, note)


def _language(standard: Standard) -> Iterator[Ask | Say]:
    other = "language_other_than_english"
    yield Ask(other, "Does this person speak a language other than English at home?", "single", _YES_NO)
    when = When(other, "yes", several=False)
    yield Ask("language_home", "What is this language?", "text", when=when)
    well = (
        ("very_well", "Very well"),
        ("well", "Well"),
        ("not_well", "Not well"),
        ("not_at_all", "Not at all"),
    )
    options = tuple(Option(code, label) for code, label in well)
    label = "How well does this person speak English?"
    yield Ask("english_ability", label, "single", options, "Asked from age 5.", when)
    yield Ask("language_spoken", "In which language do you want us to speak with you?", "text")
    yield Ask("language_written", "In which language do you want us to write to you?", "text")
    yield Ask(
        "interpreter_wanted",
        "Do you want an interpreter?",
        "single",
        (*_YES_NO, *_OUT),
        "It costs you nothing.",
    )


def _religion(standard: Standard) -> Iterator[Ask | Say]:
    options = (Option("said", "I write it below"), Option("none", "No religion"), *_OUT)
    yield Ask("religion", "What is your religion, if any?", "single", options)
    yield Ask("religion_written", "Your religion", "text", when=When("religion", "said", several=False))


def _national_origin(standard: Standard) -> Iterator[Ask | Say]:
    options = (Option("said", "I write it below"), *_OUT)
    label = "Which country or countries does your family come from?"
    yield Ask("national_origin", label, "single", options)
    when = When("national_origin", "said", several=False)
    yield Ask("national_origin_written", "The country or countries", "text", when=when)


def _orientation(standard: Standard) -> Iterator[Ask | Say]:
    options = (
        Option("gay_lesbian", "Lesbian or gay"),
        Option("straight", "Straight, that is, not gay or lesbian"),
        Option("bisexual", "Bisexual"),
        Option("different", "I use a different term"),
        *_OUT,
    )
    label = "Which of these best represents how you think of yourself?"
    yield Ask("sexual_orientation", label, "single", options)
    when = When("sexual_orientation", "different", several=False)
    yield Ask("sexual_orientation_written", "The term you use", "text", when=when)


def _gender(standard: Standard) -> Iterator[Ask | Say]:
    options = (
        Option("woman", "Woman"),
        Option("man", "Man"),
        Option("nonbinary", "Non-binary"),
        Option("transgender", "Transgender"),
        Option("two_spirit", "Two-Spirit"),
        Option("different", "I use a different term"),
        *_OUT,
    )
    label = "What is your current gender?"
    yield Ask("gender_identity", label, "multiple", options, "Select all that apply.", alone=_ALONE)
    when = When("gender_identity", "different", several=True)
    yield Ask("gender_identity_written", "The term you use", "text", when=when)


QUESTIONS: Mapping[str, tuple[str, Build]] = {
    "race_ethnicity": ("Race and ethnicity", _race),
    "tribal_affiliation": ("Tribal affiliation", _tribe),
    "disability": ("Disability", _disability),
    "language": ("Language and interpreter", _language),
    "religion": ("Religion", _religion),
    "national_origin": ("National origin", _national_origin),
    "sexual_orientation": ("Sexual orientation", _orientation),
    "gender_identity": ("Gender identity", _gender),
}


def checked(questions: tuple[str, ...], safeguards: Safeguards) -> None:
    """Refuse what may not be asked, or not without saying what protects people.

    Raises
    ------
    DesignError
        Immigration status; a sensitive question without its safeguards; nothing to ask.
    UnknownName
        A question that does not exist.
    """
    for name in questions:
        if name.lower().replace("-", "_").replace(" ", "_") in NEVER:
            raise DesignError(
                f'"{name}" is not asked: a record of it can be demanded from you and used against the people in it.',
                next_step="Ask for what you need instead, such as language or the documents a service requires.",
            )
        if name not in QUESTIONS:
            raise UnknownName("question that can be asked", name, QUESTIONS)
        if name in SENSITIVE and safeguards.lacking:
            raise DesignError(
                f'"{name}" can hurt people if it gets into the wrong hands. Not said yet: '
                f"{', '.join(safeguards.lacking)}.",
                next_step="Say what it is for, what allows it, who can see it, how long it is kept, and who could "
                "compel you to hand it over; or leave the question out.",
            )
    if not questions:
        raise DesignError("No question was chosen.", allowed=QUESTIONS)


def items(question: str, standard: Standard) -> tuple[Ask | Say, ...]:
    """Items of one question."""
    return tuple(QUESTIONS[question][1](standard))
