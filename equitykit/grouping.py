"""From the rows of a tally to groups: which questions are crossed, and who belongs to which group."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from equitykit import frames, standards
from equitykit.codebook import Codebook
from equitykit.errors import MeasureError, UnknownName
from equitykit.frames import SEPARATOR, Records, Tally
from equitykit.groups import TABULATIONS
from equitykit.joins import with_joins
from equitykit.propose import propose
from equitykit.recode import Recoder
from equitykit.recoded import Recoded
from equitykit.standards import Standard

__all__ = ["RACE", "GroupKey", "Grouping", "hit", "opened", "recipe_of"]

DEFAULT_STANDARD = "us-omb-spd15-2024"
MOST_QUESTIONS = 3
MOST_CELLS = 500
MOST_COMBINATIONS = 20
RACE = "race_ethnicity"
GroupKey = tuple[str, ...]


def hit(cell: str | None, allowed: Iterable[str]) -> bool:
    """Whether a cell holds one of some values; the cell of a person with several rows holds several."""
    return cell is not None and any(value in allowed for value in cell.split(SEPARATOR))


def opened(
    subject: Any, codebook: Codebook | Mapping[str, Any] | str | os.PathLike[str] | None
) -> tuple[Records, Codebook]:
    """The records, and a codebook whose columns they have; proposed from them where none is given."""
    records = frames.open(subject)
    book = Codebook.load(codebook) if codebook is not None else propose(records).codebook
    records = with_joins(records, book)
    book.check_columns(records.columns, data_name=records.name)
    return records, book


def recipe_of(call: str, records: Records, book: Codebook, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The call, to be run again; a frame in memory has no path, and the call is kept to be read."""
    return {
        "call": call,
        "data": {
            "path": records.source.path,
            "options": dict(records.source.options),
            "sha256": records.sha256,
        },
        "codebook": book.to_recipe(),
        "arguments": dict(arguments),
    }


@dataclass(frozen=True, slots=True)
class Grouping:
    """How units are put into groups: one to three questions, crossed.

    Attributes
    ----------
    book, standard : how the columns are read.
    questions : what is crossed.
    tabulation : "any", "frequent-combinations" or "single-residual".
    """

    book: Codebook
    standard: Standard
    questions: tuple[str, ...]
    tabulation: str

    @classmethod
    def of(
        cls, book: Codebook, by: str | Sequence[str], *, standard: str | None, tabulation: str
    ) -> Grouping:
        """Check what was asked for.

        Raises
        ------
        UnknownName, MeasureError : for a question the codebook does not have, or too many of them.
        """
        chosen = standards.standard(standard or book.standard or DEFAULT_STANDARD)
        questions = (by,) if isinstance(by, str) else tuple(by)
        for name in questions:
            if name not in book.questions:
                raise UnknownName(
                    "question in the codebook",
                    name,
                    book.questions,
                    next_step="Describe its column in the codebook.",
                )
        if not 1 <= len(set(questions)) == len(questions) <= MOST_QUESTIONS:
            raise MeasureError(
                f"Cross one to {MOST_QUESTIONS} different questions; you named {len(questions)}."
            )
        if tabulation not in TABULATIONS:
            raise UnknownName("tabulation", tabulation, TABULATIONS)
        return cls(book, chosen, questions, tabulation)

    @property
    def question(self) -> str:
        """The crossed questions as one name."""
        return "*".join(self.questions)

    @property
    def overlapping(self) -> bool:
        """Whether one unit can be in several groups."""
        return self.tabulation == "any" and RACE in self.questions

    def tally(
        self, columns: Iterable[str], *, persons: bool | None = None, total: str | None = None
    ) -> Tally:
        """The tally that counts units by the questions and by further columns.

        Parameters
        ----------
        columns : further columns.
        persons : count persons, or rows; None as the codebook says.
        total : a column of numbers to sum as well.
        """
        named: list[str] = []
        apart = self.book.count == "persons" if persons is None else persons
        for name in self.questions:
            spec = self.book.questions[name]
            named += [*spec.columns, *([spec.count] if spec.count else [])]
            apart = apart or spec.encoding == "repeated_rows"
        per = self.book.person if apart and self.book.person else ()
        return Tally(by=tuple(dict.fromkeys([*named, *columns])), per=per, total=total)

    def read(self, frame: pd.DataFrame) -> Iterator[tuple[int, list[GroupKey]]]:
        """Each row of a tally: how many units it stands for, and the groups they are in."""
        read = [
            Recoder(name, self.book.questions[name], self.standard).rows(frame) for name in self.questions
        ]
        common = (
            _common(read[0])
            if self.tabulation == "frequent-combinations" and self.questions[0] == RACE
            else None
        )
        for cells in zip(*read, strict=True):
            groups = [
                _groups(value, name, self.tabulation, common)
                for name, (value, _) in zip(self.questions, cells, strict=True)
            ]
            yield cells[0][0].n, list(product(*groups))

    def keys(self, cells: Collection[GroupKey]) -> list[GroupKey]:
        """Every category of the standard crossed with every answer seen: no group goes because it is empty."""
        levels: list[list[str]] = []
        for index, name in enumerate(self.questions):
            seen = {key[index] for key in cells}
            wanted = list(self.standard.category_ids) if name == RACE else []
            wanted += sorted(level for level in seen if level not in wanted and not level.startswith("~"))
            levels.append([*wanted, *sorted(level for level in seen if level.startswith("~"))])
        size = 1
        for found in levels:
            size *= len(found)
        if len(self.questions) == 1 or size <= MOST_CELLS:
            every = [
                key
                for key in product(*levels)
                if key in cells or not any(part.startswith("~") for part in key)
            ]
            return every or [tuple("~blank" for _ in self.questions)]
        return sorted(cells)

    def labels(self, keys: Iterable[GroupKey]) -> dict[str, str]:
        """Group id -> label for people."""
        return {"*".join(key): ", ".join(self.names(key)) for key in keys}

    def names(self, key: GroupKey) -> tuple[str, ...]:
        """Label of each part of a group."""
        return tuple(
            _label(part, name, self.standard) for part, name in zip(key, self.questions, strict=True)
        )


def _common(rows: Iterable[tuple[Recoded, Any]]) -> frozenset[str]:
    """The most frequent combinations of categories."""
    counts: Counter[str] = Counter()
    for value, _ in rows:
        if len(value.categories) > 1:
            counts["+".join(sorted(value.categories))] += value.n
    return frozenset(name for name, _ in counts.most_common(MOST_COMBINATIONS))


def _groups(value: Recoded, question: str, tabulation: str, common: frozenset[str] | None) -> tuple[str, ...]:
    """Groups a unit belongs to under one question."""
    if value.categories:
        named = tuple(sorted(value.categories))
        if tabulation == "any" or len(named) == 1 or question != RACE:
            return named if tabulation == "any" or len(named) == 1 else ("+".join(named),)
        combination = "+".join(named)
        return (combination,) if common is not None and combination in common else ("~multiracial",)
    if value.one_of:
        return (f"~merged:{'|'.join(sorted(value.one_of))}",)
    if value.residual:
        return (f"~{value.residual}",)
    if value.status in {"review", "unmapped"}:
        return (f"~{value.status}",)
    if value.is_missing:
        return (f"~{value.missing or 'blank'}",)
    return ("~answered",)


_WORDS = {
    "~blank": "Left blank",
    "~unknown": "Unknown",
    "~declined": "Declined to answer",
    "~not-asked": "Not asked",
    "~not-applicable": "Not applicable",
    "~unable-to-determine": "Unable to determine",
    "~suppressed": "Suppressed in the source",
    "~other": "Other, not named",
    "~multiracial": "Two or more races, not told apart here",
    "~collective": "A collective label",
    "~review": "Codes that need a codebook",
    "~unmapped": "Values that match no category",
    "~answered": "Answered, in no category",
}


def _label(group: str, question: str, standard: Standard) -> str:
    if group in _WORDS:
        return _WORDS[group]
    if group.startswith("~merged:"):
        names = group.removeprefix("~merged:").split("|")
        return " or ".join(_label(name, question, standard) for name in names) + " (merged label)"
    return standards.group_label(question, group, standard)
