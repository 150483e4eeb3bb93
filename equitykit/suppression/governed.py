"""Groups that are asked first: which labels of a table are about them, and what they agreed to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from equitykit import standards
from equitykit.codebook import Codebook
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


def governed_groups(given: Governance | None) -> tuple[tuple[str, ...], str]:
    """Groups that are asked first, and the standard whose words name them.

    Parameters
    ----------
    given : a codebook (object, file or mapping with `questions`), its `governance`, or a list of groups.
    """
    if given is None:
        return (), _STANDARD
    if isinstance(given, Codebook | str | os.PathLike) or (
        isinstance(given, Mapping) and "questions" in given
    ):
        book = Codebook.load(given)
        return tuple(book.governance), book.standard or _STANDARD
    return tuple(dict.fromkeys(str(one) for one in given)), _STANDARD


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
    cells: Cells, sheets: Iterable[Sheet], groups: Iterable[str], standard: str
) -> tuple[tuple[Key, ...], tuple[str, ...]]:
    """Cells of the tables that are about these groups, and groups that no label names.

    A label is about a group if it is its id, reads as it or as a part of it, or lies below such a label in
    a hierarchy; so are combinations and merged labels with it.
    """
    asked = tuple(groups)
    if not asked:
        return (), ()
    above: dict[tuple[str, str], tuple[str, ...]] = {}
    for sheet in sheets:
        for name in sheet.dimensions:
            for label in sheet.labels_of(name):
                above[name, label] = tuple(sheet.line(name, label))
    about = {
        place: {group for group in asked if any(_names(one, group, standard) for one in line)}
        for place, line in above.items()
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
        groups, standard = governed_groups(governance)
        agreed = agreements_of(agreements, groups)
        closed = [group for group in groups if group not in {one.group for one in agreed}]
        found, unnamed = governed_cells(cells, sheets, closed, standard)
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


def _names(label: str, group: str, standard: str) -> bool:
    """Whether a label is about a group."""
    if label.casefold() == group.casefold():
        return True
    return group in {one for part in _parts(label) for one in _read(part, standard)}


def _parts(label: str) -> Iterator[str]:
    yield label
    yield from (part.strip() for part in _JOINS.split(label) if part.strip())


def _read(label: str, standard: str) -> Iterator[str]:
    """Categories and detailed groups that a label names, alone or merged with others."""
    yield label
    held = standards.standard(standard)
    says = standards.read_value(label, standards.words_of(held))
    for one in () if says is None else (*says.adds, *says.one_of):
        yield one
        if one in held.category_ids or one in held.concepts:
            yield from filter(None, (held.rollup(one),))
