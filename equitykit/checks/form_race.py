"""The race and ethnicity question of a form: every item that asks a part of it, read as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from equitykit import standards
from equitykit.forms import Form, Item, Option
from equitykit.propose.evidence import ETHNICITY_NAME, HISPANIC_NAME, RACE_NAME, SOMEBODY_ELSE, name_words
from equitykit.propose.from_form import asks_race, read_label, read_option, with_yes_no
from equitykit.standards import Meaning, Standard, Vocabulary

__all__ = ["Part", "RaceQuestion", "Read", "find_race_question"]

_CDCREC = "2.16.840.1.113883.6.238"
_ASKED = re.compile(r"\b(race|races|ethnicity|ethnicities|ethnic|racial)\b", re.IGNORECASE)
_NO_RACE = re.compile(
    r"\b(country|born|language|interpret|time|distance|pace|bib|horse|car|number|result|who|reported|"
    r"recorded|asked|source|observed)\b",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"\b(specify|describe|write|enter|other|another|detail|tribe|tribal|which|name)", re.IGNORECASE
)
_QUESTION_CODES = frozenset({"72826-1", "46463-6", "32624-9", "69490-1", "56051-6", "80977-2"})
_FAMILY = 3
_OWN_WRITE_IN = ("open-choice", "or_other")


@dataclass(frozen=True, slots=True)
class Read:
    """One option and what it says under the standard."""

    item: Item
    option: Option
    meaning: Meaning | None
    categories: frozenset[str] = frozenset()
    unplaced: frozenset[str] = frozenset()  # groups that the standard's text places nowhere

    @property
    def status(self) -> str:
        """How it was read: mapped, merged, missing, review or unmapped."""
        said = self.meaning
        if said is None:
            return "review" if standards.readings(self.option.label) else "unmapped"
        if said.missing and not said.adds:
            return "missing"
        if said.one_of:
            return "merged"
        if self.categories and said.residual and not said.adds:
            return "mapped"  # the standard has a category for it
        if said.residual or self.unplaced:
            return "unmapped"
        return "mapped"

    @property
    def missing(self) -> str | None:
        """Missing reason that it stands for."""
        return self.meaning.missing if self.meaning is not None and self.status == "missing" else None

    @property
    def residual(self) -> str | None:
        """Residual category that it is."""
        return self.meaning.residual if self.meaning is not None and not self.meaning.adds else None


@dataclass(frozen=True)
class Part:
    """One item of the question and its role: race, ethnicity, detail, flag or write-in."""

    item: Item
    role: str
    options: tuple[Read, ...] = ()
    of: frozenset[str] = frozenset()  # categories that a detail or a write-in belongs to


@dataclass(frozen=True)
class RaceQuestion:
    """All items that ask for race and ethnicity, judged over the whole."""

    parts: tuple[Part, ...]
    standard: Standard

    def having(self, *roles: str) -> tuple[Part, ...]:
        """Parts of these roles."""
        return tuple(part for part in self.parts if part.role in roles)

    @cached_property
    def asked(self) -> tuple[Part, ...]:
        """Parts that everybody is asked: race, ethnicity, yes/no families."""
        return self.having("race", "ethnicity", "flag")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the items that everybody is asked, else of all."""
        return tuple(part.item.name for part in (self.asked or self.parts))

    @property
    def all_listed(self) -> bool:
        """Whether the options of every part stand in the form: none is free text or a list kept elsewhere."""
        parts = (*self.asked, *self.having("text"))
        return bool(parts) and all(part.options for part in parts)

    @property
    def options(self) -> tuple[Read, ...]:
        """Options that everybody is shown."""
        return tuple(read for part in self.asked for read in part.options)

    @cached_property
    def offered(self) -> frozenset[str]:
        """Categories that can be chosen by name."""
        return frozenset[str]().union(*(r.categories for r in self.options if r.status == "mapped"))

    @cached_property
    def merged(self) -> frozenset[str]:
        """Categories that stand only inside a merged label."""
        inside = frozenset[str]().union(*(r.categories for r in self.options if r.status == "merged"))
        return inside - self.offered

    def has_write_in(self, option: Read) -> bool:
        """Whether something can be written beside an option."""
        if any(word in option.item.annotation for word in _OWN_WRITE_IN):
            return True
        return any(
            _names_code(part.item.conditional, option.item, option.option.code)
            or not part.item.conditional
            or _WRITTEN.search(part.item.name)
            for part in self.having("write-in")
        )


def find_race_question(form: Form, standard: Standard) -> RaceQuestion | None:
    """Items of a form that ask for race and ethnicity, or None."""
    words = standards.words_of(standard)
    shown = [item for item in form.items if not item.hidden]
    asking = [i for i in shown if i.options and (asks_race(i, words) or _coded(i) or _named(i, words))]
    family = _family(shown, standard)
    flags = {part.item.name for part in family}
    own = [item for item in asking if not SOMEBODY_ELSE.search(name_words(item.name))]
    asking = [item for item in own or asking if item.name not in flags]
    bare = [item for item in shown if not item.options and _asked_free(item)]
    listed = [_kept_elsewhere(item) for item in bare if item.type != "text"]
    parts = [*(_part(item, standard) for item in asking), *family, *listed]
    if not parts:
        return RaceQuestion(tuple(Part(item, "text") for item in bare), standard) if bare else None
    if not any(part.role in {"race", "flag"} for part in parts):
        parts = [Part(p.item, "race" if p.role == "detail" else p.role, p.options) for p in parts]
    if not any(part.role in {"race", "flag"} for part in parts):
        parts += [Part(item, "text") for item in bare]
    return RaceQuestion((*_linked(parts, standard), *_write_ins(shown, parts, standard)), standard)


def _coded(item: Item) -> bool:
    """Asked under a code of its own, or with options of the race and ethnicity code set."""
    if len(item.options) < 2:
        return False
    return bool(_QUESTION_CODES & set(item.codes)) or any(_CDCREC in option.system for option in item.options)


def _kept_elsewhere(item: Item) -> Part:
    """An item whose list does not stand in the form; its name tells which part it asks."""
    names = name_words(item.name)
    ethnicity = HISPANIC_NAME.search(names) or ETHNICITY_NAME.search(names)
    return Part(item, "ethnicity" if ethnicity else "race")


def _named(item: Item, words: Vocabulary) -> bool:
    """Called race or ethnicity, with an option that names a group, however many others cannot be read."""
    said = (read_option(option, words) for option in item.options)
    return _free_text(item) and any(m is not None and bool(m.adds or m.one_of) for m in said)


def _asked_free(item: Item) -> bool:
    """Called race or ethnicity, of everybody, and not the line to write on below another item."""
    return _free_text(item) and not item.conditional and not _WRITTEN.search(item.label)


def _free_text(item: Item) -> bool:
    words = name_words(item.name)
    if _QUESTION_CODES & set(item.codes):
        return True
    named = RACE_NAME.search(words) or _ASKED.search(item.label)
    return bool(named) and not _NO_RACE.search(words.replace("_", " ")) and not _NO_RACE.search(item.label)


def _meaning(option: Option, standard: Standard) -> Meaning | None:
    if _CDCREC in option.system:
        read = standards.code_system("hl7-cdcrec").read(option.code)
        if read is not None:
            return read
    said = read_option(option, standards.words_of(standard))
    if said is None and option.system:
        said = standards.code_system("us-core-missing").read(option.code)
    return said


def _read(item: Item, option: Option, said: Meaning | None, standard: Standard) -> Read:
    if said is None:
        return Read(item, option, None)
    named = said.adds | said.one_of
    unplaced = frozenset(each for each in named if standard.rollup(each) is None)
    own = standard.residuals.get(said.residual or "")
    categories = standard.rollup_all(named) | (frozenset({own}) if own and not named else frozenset())
    if not said.one_of:
        categories = standard.gathered(categories)
    return Read(item, option, said, categories, unplaced)


def _part(item: Item, standard: Standard) -> Part:
    said = with_yes_no(item, [(option.code, _meaning(option, standard)) for option in item.options])
    options = tuple(
        _read(item, option, meaning, standard)
        for option, (_, meaning) in zip(item.options, said, strict=True)
    )
    categories = frozenset[str]().union(*(each.categories for each in options))
    not_hispanic = any(e.meaning is not None and e.meaning.not_hispanic for e in options)
    if not_hispanic and categories <= {"HISPANIC"}:
        return Part(item, "ethnicity", options)
    detail = len(categories) == 1 and sum(bool(each.categories) for each in options) > 1
    return Part(item, "detail" if detail else "race", options, categories if detail else frozenset())


def _family(items: Sequence[Item], standard: Standard) -> list[Part]:
    """Yes/no items that are named after categories: one question with several answers."""
    found: list[Part] = []
    for item in items:
        words = {option.label.strip().lower() for option in item.options}
        if not words >= {"yes", "no"}:
            continue
        said = read_label(item.label, standards.words_of(standard))
        if said is None or not (said.adds or said.one_of or said.missing or said.residual):
            continue
        option = Option(item.name, item.label)
        found.append(Part(item, "flag", (_read(item, option, said, standard),)))
    categories = frozenset[str]().union(*(part.options[0].categories for part in found))
    return found if len(categories) >= _FAMILY else []


def _linked(parts: Iterable[Part], standard: Standard) -> Iterator[Part]:
    """Details that hang on one option belong to its category, whatever they list."""
    parts = list(parts)
    for part in parts:
        above = _categories_of(part.item, parts, standard) if part.role == "detail" else frozenset()
        yield Part(part.item, part.role, part.options, above or part.of)


def _write_ins(items: Iterable[Item], parts: Sequence[Part], standard: Standard) -> Iterator[Part]:
    names = [part.item.name for part in parts]
    labels = {part.item.label for part in parts if part.item.label}
    for item in items:
        if item.type != "text":
            continue
        words = name_words(item.name)
        beside = any(item.name.startswith(f"{name}_") for name in names)
        when = any(_mentions(item.conditional, name) for name in names)
        inside = bool(item.group) and item.group[-1] in labels
        named = RACE_NAME.search(words) and _WRITTEN.search(f"{item.label} {words.replace('_', ' ')}")
        if (beside or when or inside or named) and not _NO_RACE.search(words.replace("_", " ")):
            yield Part(item, "write-in", (), _categories_of(item, parts, standard))


def _categories_of(item: Item, parts: Sequence[Part], standard: Standard) -> frozenset[str]:
    """Categories of the options on which an item hangs, else those its own words name."""
    found: set[str] = set()
    for part in parts:
        if part.item.name == item.name or not _mentions(item.conditional, part.item.name):
            continue
        for read in part.options:
            if part.role == "flag" or _names_code(item.conditional, part.item, read.option.code):
                found |= read.categories
    if found:
        return frozenset(found)
    words = f" {standards.normalise(item.label)} {name_words(item.name).replace('_', ' ')} "
    return frozenset(
        each.id
        for each in standard.categories
        if f" {each.id.lower()} " in words or f" {standards.normalise(each.label)} " in words
    )


def _name(name: str) -> str:
    return rf"(?<![\w-]){re.escape(name)}(?:___|(?!\w|-\w))"


def _mentions(condition: str, name: str) -> bool:
    return bool(condition) and re.search(_name(name), condition) is not None


def _names_code(condition: str, item: Item, code: str) -> bool:
    """Whether a condition speaks of one option of an item."""
    if not _mentions(condition, item.name):
        return False
    rest = re.sub(_name(item.name), " ", condition)
    if re.search(r"\]\s*=\s*['\"]1['\"]", rest) and ("(" in rest or "___" in condition):
        rest = re.sub(r"=\s*['\"]1['\"]", " ", rest)  # a ticked box of REDCap, not the code 1
    return re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", rest, re.IGNORECASE) is not None
