"""What a standard, a code system and a vocabulary are; plain values without behaviour of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from equitykit.errors import UnknownName

MISSING_REASONS = (
    "blank",
    "unknown",
    "declined",
    "not-asked",
    "not-applicable",
    "unable-to-determine",
    "suppressed",
)
RESIDUALS = ("other", "multiracial", "collective")
_PART = 5


@dataclass(frozen=True, slots=True)
class Category:
    """A minimum category of a standard.

    Parameters
    ----------
    id : short name used everywhere in results, such as ``AIAN``.
    label : what people read.
    definition : the standard's own words, or None where they could not be read.
    examples : groups the standard prints as check boxes or names in the definition, in its order.
    write_in_examples : further groups the standard prints beside its write-in field.
    concept : the category or group of the vocabulary that it is; None for a category such as "another".
    holds : groups of the vocabulary that this standard's own text puts into it.
    words : further names of the category under this standard.
    """

    id: str
    label: str
    definition: str | None = None
    examples: tuple[str, ...] = ()
    write_in_examples: tuple[str, ...] = ()
    concept: str | None = None
    holds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Concept:
    """A category or a detailed group that a value can name.

    ``parents`` says to which category a group belongs, one standard at a time, because standards
    disagree. ``undecided`` lists the standards whose text does not say; under those a person decides.
    """

    id: str
    label: str
    tokens: tuple[str, ...] = ()
    parents: Mapping[str, str] = field(default_factory=dict)
    undecided: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True)
class Meaning:
    """What one raw value says, before a standard is applied.

    Parameters
    ----------
    adds : categories or detailed groups the value names, all of them.
    one_of : a merged label: one or more of these, which is not known. Never counted as a member.
    missing : why there is no answer (one of MISSING_REASONS).
    residual : ``other``, ``multiracial`` (several, not said which) or ``collective`` (such as "non-white").
    not_hispanic : answered "not Hispanic"; alone it adds no category.
    imputed, observed : how the value came about, where the value itself says so.
    note : a remark for people.
    """

    adds: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()
    missing: str | None = None
    residual: str | None = None
    not_hispanic: bool = False
    imputed: bool = False
    observed: bool = False
    note: str | None = None


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words people write for one question, and the words that nobody can read without a codebook.

    Both ``tokens`` and ``ambiguous`` are keyed by normalised text (see ``normalise``). The key ""
    of ``ambiguous`` stands for a value that is punctuation only, such as ".".
    ``multiple`` says whether one value may hold several answers; ``and_pairs`` are the
    combinations that the word "and" may join.
    """

    question: str
    tokens: Mapping[str, Meaning]
    ambiguous: Mapping[str, tuple[str, ...]]
    concepts: Mapping[str, Concept]
    multiple: bool = False
    and_pairs: frozenset[frozenset[str]] = frozenset()
    version: str = ""
    source: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Standard:
    """A versioned standard for one question: its categories and what rolls up to them.

    ``aliases`` maps a category of another standard to the category of this one that contains it
    (under the 1997 text, MENA is part of WHITE). ``rules`` say how the question is to be asked.
    ``rolls_up_as`` names the standard whose text places detailed groups, where this one has none of its own.

    ``verified`` is False where the list of categories was not read in the standard's own text.
    ``residuals`` are its own categories for answers that name no group: ``other``, ``multiracial``.
    ``missing`` gives its words for reasons why there is no answer. ``asks`` are further questions that it
    covers, ``completed_from`` the standard from which a law that names only some groups takes the rest here.
    ``own_words`` are labels that mean something under this standard which they do not mean everywhere.
    """

    id: str
    title: str
    version: str
    source: str
    in_force: Mapping[str, str]
    uncertain: tuple[str, ...]
    combined: bool
    categories: tuple[Category, ...]
    aliases: Mapping[str, str]
    hispanic_is_race: bool
    concepts: Mapping[str, Concept] = field(default_factory=dict, repr=False)
    sources: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    rolls_up_as: str | None = None
    verified: bool = True
    residuals: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    completed_from: str | None = None
    own_words: Mapping[str, Meaning] = field(default_factory=dict, repr=False)

    @cached_property
    def _placed(self) -> Mapping[str, str]:
        """Category of each group that this standard's own file places."""
        found = {each: category.id for category in self.categories for each in category.holds}
        found |= {category.concept: category.id for category in self.categories if category.concept}
        return {**found, **self.aliases, **{category.id: category.id for category in self.categories}}

    @property
    def country(self) -> str:
        """Country of the standard, in two letters."""
        return self.id.partition("-")[0]

    @property
    def one_answer(self) -> bool:
        """Whether the standard asks for one answer and has a category for people of several groups."""
        return self.rules.get("answers") == "one" and "multiracial" in self.residuals

    def gathered(self, categories: frozenset[str]) -> frozenset[str]:
        """Categories of one person as this standard keeps them: one, where it asks for one answer."""
        if self.one_answer and len(categories) > 1:
            return frozenset({self.residuals["multiracial"]})
        return categories

    @property
    def category_ids(self) -> tuple[str, ...]:
        """Ids of the minimum categories, in the order of the form."""
        return tuple(category.id for category in self.categories)

    def category(self, category_id: str) -> Category:
        """Give the category with this id.

        Raises
        ------
        UnknownName
            If this standard has no such category.
        """
        for category in self.categories:
            if category.id == category_id:
                return category
        raise UnknownName(f"category of {self.id}", category_id, self.category_ids)

    def label(self, category_id: str) -> str:
        """Words for a category, as the standard prints them."""
        return self.category(category_id).label

    def rollup(self, concept_id: str) -> str | None:
        """Minimum category of this standard that holds a group or a foreign category.

        Returns
        -------
        str or None
            None where the standard's text does not say; a person then decides.

        Raises
        ------
        UnknownName
            If there is no such category or group.
        """
        if concept_id in self._placed:
            return self._placed[concept_id]
        concept = self.concepts.get(concept_id)
        if concept is None:
            raise UnknownName("category or group", concept_id, [*self.category_ids, *self.concepts])
        parent = concept.parents.get(self.id)
        if parent is None and self.rolls_up_as is not None:
            parent = concept.parents.get(self.rolls_up_as)
        return parent if parent is None else self._placed.get(parent)

    def rollup_all(self, concept_ids: Iterable[str]) -> frozenset[str]:
        """Minimum categories of several groups; those the standard does not place are left out."""
        return frozenset(found for each in concept_ids if (found := self.rollup(each)) is not None)


@dataclass(frozen=True, eq=False)
class CodeSystem:
    """Codes of one published system, and what each of them says.

    Parameters
    ----------
    role : ``race``, ``ethnicity``, ``both`` (one column holds both), ``flag-values`` (one column per
        category, see ``flags``) or ``value`` (another question).
    values : code -> meaning.
    labels : code -> the system's own words.
    column_hints : lower-case parts of column names under which the system is met.
    pad : whether leading zeros do not matter ("01" for "1" and back).
    flags : column name -> what a ticked column says.
    yes : values that tick a flag; ``no`` values that do not; ``flag_missing`` value -> missing reason.
    uncertain : what could not be checked against the system's own text.
    """

    id: str
    title: str
    version: str
    source: str
    question: str
    role: str
    values: Mapping[str, Meaning]
    column_hints: tuple[str, ...] = ()
    case_sensitive: bool = False
    pad: bool = False
    flags: Mapping[str, Meaning] = field(default_factory=dict)
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    flag_missing: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    uncertain: tuple[str, ...] = ()
    _keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    def key(self, raw: str) -> str:
        """Fold a code as this system compares it: blanks, case and leading zeros."""
        text = raw.strip()
        if not self.case_sensitive:
            text = text.upper()
        if self.pad and text.isascii() and text.isdigit():
            text = text.lstrip("0") or "0"
        return text

    def read(self, raw: str) -> Meaning | None:
        """Meaning of a code, or None if the system has no such code."""
        code = self._keys.get(self.key(raw))
        return None if code is None else self.values[code]

    def met_under(self, column: str) -> bool:
        """Whether a column of this name is one under which the system is met.

        A hint of five letters or more may be part of the name; a shorter one must be the name.
        """
        return self.hint_in(column) is not None

    def hint_in(self, column: str) -> str | None:
        """Longest hint of this system that a column name holds."""
        name = column.strip().lower()
        found = [hint for hint in self.column_hints if name == hint or (len(hint) >= _PART and hint in name)]
        return max(found, key=len, default=None)
