"""What the values and the name of one column speak for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from equitykit import standards
from equitykit.errors import UnknownName
from equitykit.frames import ColumnProfile
from equitykit.recode import NO, YES
from equitykit.standards import CodeSystem, Meaning, Standard

__all__ = ["DEFAULT_STANDARD", "Column", "Confirm", "name_words"]

DEFAULT_STANDARD = "us-omb-spd15-2024"

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPLIT = re.compile(r"[^a-z0-9]+")
FORM_STATUS = re.compile(r"_(complete|timestamp)$")
RACE_NAME = re.compile(
    r"(^|_)(race\w*|racial|ethnic\w*|ethn\w*|raceth\w*|descent|hispanic\w*|latin[oaxe]\w*|hisp)(_|$)"
)
HISPANIC_NAME = re.compile(r"(^|_)(hispanic\w*|latin[oaxe]\w*|hisp\w*|hisorgin|hispan\w*)(_|$)")
ETHNICITY_NAME = re.compile(r"(^|_)(ethnicity|ethnic|ethn|cethn|eth)(_|$)")
SOMEBODY_ELSE = re.compile(
    r"(^|_)(officer|worker|caseworker|staff|provider|teacher|mother|mom|father|dad|parent|parents|caregiver|guardian|"
    r"co_?applicant|spouse|partner|perpetrator|perp|p1|p2|judge|interviewer|doctor|physician|foster|adoptive)\d?(_|$)"
)
_CODE = re.compile(r"^[A-Za-z]{1,3}$|^\d{1,4}(-\d)?$")


@dataclass(frozen=True, slots=True)
class Confirm:
    """Something a person must look at before the codebook is relied on.

    `kind` : for values, what is doubtful about them, such as "unmapped" (see `equitykit.propose.doubts`).
    """

    place: str
    why: str
    columns: tuple[str, ...] = ()
    kind: str = ""


def name_words(column: str) -> str:
    """A column name in lower case with one underscore between its words."""
    return _SPLIT.sub("_", _CAMEL.sub("_", column).lower()).strip("_")


@dataclass(frozen=True)
class Column:
    """One column with everything its values say; names come second."""

    profile: ColumnProfile
    standard: Standard = field(default_factory=lambda: standards.standard(DEFAULT_STANDARD))

    def read(self, text: str) -> Meaning | None:
        """What a value says about race and ethnicity under the standard."""
        return standards.read_value(text, standards.words_of(self.standard))

    @property
    def name(self) -> str:
        """Name as in the data."""
        return self.profile.column

    @cached_property
    def words(self) -> str:
        """Name in words."""
        return name_words(self.name)

    @cached_property
    def filled(self) -> int:
        """Rows that are not blank."""
        return self.profile.n - self.profile.blank

    @cached_property
    def values(self) -> tuple[tuple[str, int], ...]:
        """Distinct values with counts, most frequent first."""
        return self.profile.values

    def share(self, test: Callable[[str], bool]) -> float:
        """Share of the listed, filled rows whose value passes a test."""
        listed = sum(n for _, n in self.values)
        return sum(n for text, n in self.values if test(text)) / listed if listed else 0.0

    # -- race and ethnicity -----------------------------------------------------------------

    @cached_property
    def meanings(self) -> tuple[tuple[str, int, Meaning | None], ...]:
        """Each value with its count and what it says about race and ethnicity."""
        return tuple((text, n, self.read(text)) for text, n in self.values)

    @cached_property
    def speaking(self) -> int:
        """Rows whose value is neither a missing reason nor a bare residual such as "Other"."""
        return sum(n for _, n, m in self.meanings if not _silent(m))

    @cached_property
    def race_share(self) -> float:
        """Share of the speaking rows that name a race or an ethnicity."""
        named = sum(n for _, n, m in self.meanings if m and _names(m))
        return named / self.speaking if self.speaking else 0.0

    @cached_property
    def ethnicity_share(self) -> float:
        """Share of the speaking rows that only say Hispanic or not."""
        rolled = self.standard.rollup_all
        only = sum(
            n
            for _, n, m in self.meanings
            if m and (m.not_hispanic or m.adds) and rolled(m.adds) <= {"HISPANIC"}
        )
        return only / self.speaking if self.speaking else 0.0

    @cached_property
    def says_not_hispanic(self) -> bool:
        """Whether some value says "not Hispanic" and nothing else."""
        return any(m is not None and m.not_hispanic and not m.adds for _, _, m in self.meanings)

    @cached_property
    def groups_named(self) -> frozenset[str]:
        """Categories and groups named by the values."""
        return frozenset[str]().union(*(m.adds | m.one_of for _, _, m in self.meanings if m))

    @cached_property
    def minimum_named(self) -> frozenset[str]:
        """Categories of the standard named by the values, and its categories for other and mixed."""
        residuals = {m.residual for _, _, m in self.meanings if m and m.residual}
        own = frozenset(self.standard.residuals[each] for each in residuals & self.standard.residuals.keys())
        return self.standard.rollup_all(self.groups_named) | own

    @cached_property
    def is_yes_no(self) -> bool:
        """Whether the values are yes, no, blank or a missing reason."""
        tokens = [text.strip().lower() for text, _ in self.values]
        spoken = [t for t in tokens if t in YES or t in NO or not _missing_word(t)]
        return bool(spoken) and len(spoken) <= 4 and all(t in YES or t in NO for t in spoken)

    @cached_property
    def mostly_yes_no(self) -> bool:
        """Whether yes and no are both there and nearly all, with at most a stray code or two beside them."""
        tokens = {text.strip().lower() for text, _ in self.values if not _missing_word(text)}
        return (
            bool(tokens & YES and tokens & NO)
            and len(tokens) <= 5
            and self.share(lambda t: t.strip().lower() in YES | NO) >= 0.6
        )

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Values that are bare codes."""
        return tuple(text for text, _ in self.values if _CODE.match(text.strip()))

    @cached_property
    def is_coded(self) -> bool:
        """Whether nearly all values are bare codes."""
        return (
            bool(self.values)
            and self.profile.distinct <= 120
            and self.share(lambda t: bool(_CODE.match(t))) >= 0.9
        )

    def systems(self, question: str = "race_ethnicity", roles: Iterable[str] = ()) -> list[CodeSystem]:
        """Shipped code systems that explain every value which is not plain words."""
        found = []
        texts = [text for text, _ in self.values if self.read(text) is None]
        if not texts:
            return []
        for name in standards.code_systems():
            system = standards.code_system(name)
            if system.question != question or not system.values or (roles and system.role not in roles):
                continue
            if all(system.read(text) is not None for text in texts):
                found.append(system)
        return found

    def words_share(self, question: str) -> float:
        """Share of the speaking values that the vocabulary of another question explains."""
        try:
            words = standards.vocabulary(question)
        except UnknownName:
            return 0.0
        spoken = [(text, n) for text, n in self.values if not _missing_word(text)]
        whole = sum(n for _, n in spoken)
        known = sum(n for text, n in spoken if (m := standards.read_value(text, words)) and m.adds)
        return known / whole if whole else 0.0


def _missing_word(text: str) -> bool:
    meaning = standards.read_value(text)
    return meaning is not None and meaning.missing is not None and not meaning.adds


def _silent(meaning: Meaning | None) -> bool:
    return (
        meaning is not None
        and not (meaning.adds or meaning.one_of or meaning.not_hispanic)
        and (meaning.missing is not None or meaning.residual == "other")
    )


def _names(meaning: Meaning) -> bool:
    return bool(
        meaning.adds
        or meaning.one_of
        or meaning.not_hispanic
        or meaning.residual in {"multiracial", "collective"}
    )
