"""Groups that are asked first: which labels of a table are about them, and what they agreed to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from equitykit import standards
from equitykit.codebook import Codebook
from equitykit.codebook_entries import OneOf
from equitykit.errors import MeasureError
from equitykit.suppression.cells import Cells
from equitykit.suppression.sheets import Key, Sheet

__all__ = ["Agreement", "Governance", "Governed", "agreements_of", "governed_cells", "governed_groups"]

Governance = Codebook | Mapping[str, Any] | str | os.PathLike[str] | Iterable[str]
_JOINS = re.compile(r"[*+|]|~merged:")
_STANDARD = "us-omb-spd15-2024"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a group agreed to: who said so, and on which day."""

    group: str
    who: str
    when: date

    @property
    def words(self) -> str:
        """A sentence for the result."""
        return f"{self.group} is shown under an agreement with {self.who} of {self.when.isoformat()}."


def governed_groups(given: Governance | None) -> tuple[tuple[str, ...], Words]:
    """Groups that are asked first, and the words that name them.

    Parameters
    ----------
    given : a codebook (object, file or mapping with `questions`), its `governance`, or a list of groups.
    """
    if given is None:
        return (), Words()
    if isinstance(given, Codebook | str | os.PathLike) or (
        isinstance(given, Mapping) and "questions" in given
    ):
        book = Codebook.load(given)
        return tuple(book.governance), Words.of(book)
    if isinstance(given, bool | int | float) or not isinstance(given, Iterable):
        raise MeasureError(
            f'"{given}" names no groups that are asked first.', next_step='Give a codebook, or ["AIAN"].'
        )
    return tuple(dict.fromkeys(str(one) for one in given)), Words()


def agreements_of(given: Mapping[str, Any] | None, governed: Iterable[str]) -> tuple[Agreement, ...]:
    """Agreements on record, each with who and when.

    Parameters
    ----------
    given : for each group "WHO, YYYY-MM-DD", or a mapping with `who` and `when`.
    governed : groups that are asked first.

    Raises
    ------
    MeasureError : for one that does not say who and when, lies ahead, or is with nobody who is asked.
    """
    known = tuple(governed)
    return tuple(_agreement(str(group), said, known) for group, said in (given or {}).items())


def _agreement(group: str, said: Any, known: tuple[str, ...]) -> Agreement:
    if group not in known:
        raise MeasureError(
            f'The agreement is with "{group}", which is not marked `governance: ask`.',
            allowed=known or None,
            next_step="Name the group as the codebook does.",
        )
    if isinstance(said, Mapping):
        who, when = str(said.get("who") or ""), str(said.get("when") or "")
    else:
        who, _, when = str(said).rpartition(",")
    try:
        day = date.fromisoformat(when.strip())
    except ValueError:
        day = None
    if day is None or day > date.today() or not who.strip():
        raise MeasureError(
            f'The agreement with "{group}" reads "{said}"; it must say who agreed, and on which day.',
            next_step='Write it as "Tribal council of ..., 2026-10-01".',
        )
    return Agreement(group, who.strip(), day)


def governed_cells(
    cells: Cells, sheets: Iterable[Sheet], groups: Iterable[str], words: Words | None = None
) -> tuple[tuple[Key, ...], tuple[str, ...]]:
    """Cells of the tables that are about these groups, and groups that no label names.

    A label is about a group if it is its id, reads as it or as a part of it, by the words of the standard or by
    the codes of the codebook, or lies below such a label in a hierarchy; so are combinations and merged labels
    with it.
    """
    asked = tuple(groups)
    if not asked:
        return (), ()
    above: dict[tuple[str, str], tuple[str, ...]] = {}
    for sheet in sheets:
        for name in sheet.dimensions:
            for label in sheet.labels_of(name):
                above[name, label] = tuple(sheet.line(name, label))
    own = _labels_about(
        {(name, one) for (name, _), line in above.items() for one in line}, asked, words or Words()
    )
    about = {
        (name, label): set[str]().union(*(own[name, one] for one in line))
        for (name, label), line in above.items()
    }
    found = tuple(key for key in cells.listed if any(about.get(place) for place in key[1]))
    named = set[str]().union(*about.values())
    return found, tuple(group for group in asked if group not in named)


@dataclass(frozen=True, slots=True)
class Governed:
    """Cells about groups that are asked first, and what is said of them."""

    cells: tuple[Key, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        governance: Governance | None,
        agreements: Mapping[str, Any] | None,
        cells: Cells,
        sheets: Iterable[Sheet],
    ) -> Governed:
        """Find the cells of groups that are asked first and have not agreed."""
        groups, words = governed_groups(governance)
        agreed = agreements_of(agreements, groups)
        closed = [group for group in groups if group not in {one.group for one in agreed}]
        found, unnamed = governed_cells(cells, sheets, closed, words)
        notes = [one.words for one in agreed]
        if hidden := [group for group in closed if group not in unnamed]:
            notes.append(
                f"Nothing about {', '.join(hidden)} is shown: they are asked first, and no agreement is recorded."
            )
        if unnamed:
            notes.append(
                f"No label of the table reads as {', '.join(unnamed)}, asked first: if one is about them under "
                "another name, name that label in governance."
            )
        return cls(found, tuple(notes))


@dataclass(frozen=True)
class Words:
    """How labels of a table are read: by the words of a standard, and by the codes of the codebook."""

    standard: str = _STANDARD
    coded: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Codebook) -> Words:
        """The words of a codebook."""
        coded: dict[str, frozenset[str]] = {}
        for question in book.questions.values():
            for column in question.columns:
                codes = {**question.system_codes_for(column), **question.codes_for(column)}
                for raw, code in codes.items():
                    coded[raw.casefold()] = coded.get(raw.casefold(), frozenset()) | _ids(code)
        return cls(book.standard or _STANDARD, coded)

    def whole(self, label: str) -> frozenset[str]:
        """Groups that a label names as a whole, alone or merged with others."""
        return self._rolled(self.coded.get(label.casefold(), frozenset())) | frozenset(
            one for part in _parts(label) for one in _read(part, self.standard)
        )

    def within(self, label: str) -> frozenset[str]:
        """Groups that words in a label name, though it cannot be read as a whole: "Other (incl. AIAN)"."""
        if self.whole(label):
            return frozenset()
        words = [word for word in _WORDS.split(label) if word][:MOST_WORDS]
        runs = (
            " ".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 1, min(len(words), start + LONGEST) + 1)
        )
        return frozenset(one for run in runs for one in _read(run, self.standard))

    def _rolled(self, ids: Iterable[str]) -> frozenset[str]:
        held = standards.standard(self.standard)
        known = [one for one in ids if one in held.category_ids or one in held.concepts]
        return frozenset(ids) | {above for one in known if (above := held.rollup(one))}


MOST_WORDS, LONGEST = 24, 6
_WORDS = re.compile(r"[\W_]+")


def _ids(code: Any) -> frozenset[str]:
    if isinstance(code, OneOf):
        return frozenset(code.one_of)
    if isinstance(code, str):
        return frozenset({code})
    return frozenset(code) if isinstance(code, tuple) else frozenset()


def _labels_about(
    labels: Iterable[tuple[str, str]], groups: Sequence[str], words: Words
) -> dict[tuple[str, str], set[str]]:
    """For each dimension and label, the governed groups it is about.

    In a dimension where labels name two categories or more, words within a label count as well: a label such
    as "AIAN or NHPI" is about both. In others they do not, for a county can be called Cherokee.
    """
    categories = set(standards.standard(words.standard).category_ids)
    whole = {(name, label): words.whole(label) for name, label in labels}
    racial = {
        dimension
        for dimension, _ in whole
        if len(categories & {one for (at, _), ids in whole.items() if at == dimension for one in ids}) > 1
        or _RACE.search(dimension)
    }
    found: dict[tuple[str, str], set[str]] = {}
    for (name, label), ids in whole.items():
        read = {one.casefold() for one in ids | (words.within(label) if name in racial else set())}
        read.add(label.casefold())
        found[name, label] = {group for group in groups if group.casefold() in read}
    return found


_RACE = re.compile("rac(e|ial)|ethnic", re.IGNORECASE)


def _parts(label: str) -> Iterator[str]:
    yield label
    yield from (part.strip() for part in _JOINS.split(label) if part.strip())


def _read(label: str, standard: str) -> Iterator[str]:
    """Categories and detailed groups that a label names, alone or merged with others."""
    held = standards.standard(standard)
    says = standards.read_value(label, standards.words_of(held))
    for one in () if says is None else (*says.adds, *says.one_of):
        yield one
        if one in held.category_ids or one in held.concepts:
            yield from filter(None, (held.rollup(one),))
