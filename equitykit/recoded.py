"""One distinct combination of raw values, and what it says under a standard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from equitykit.frames import SEPARATOR
from equitykit.standards import Meaning, Standard

__all__ = ["ANSWERED", "Part", "Recoded", "together", "under_standard", "value_key"]

_RESIDUAL_NOTES = {
    "other": "answered, but in none of the named categories",
    "multiracial": "two or more categories; which ones is not recorded",
    "collective": "a collective label; it names no category",
}


@dataclass(frozen=True, slots=True)
class Part:
    """What one value in one column says under a standard."""

    status: str
    categories: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()
    missing: str | None = None
    residual: str | None = None
    note: str | None = None
    suggestion: str | None = None
    observed: bool = False
    imputed: bool = False
    text: str | None = None
    concepts: frozenset[str] = frozenset()
    from_residual: frozenset[str] = frozenset()


ANSWERED = Part("mapped")
"""Answered, and the answer adds no category."""


@dataclass(frozen=True)
class Recoded:
    """One distinct raw combination, how often it occurs, and how it is read.

    `missing` holds a reason also where it stands beside a category; only with status
    "missing" does it say that the answer is missing. `concepts` are the categories and groups that
    the values name, before the standard rolls them up; `from_residual` those categories that only
    stand for "other" or "mixed", where the standard has such categories.
    """

    raw: tuple[str | None, ...]
    n: int
    status: str
    categories: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()
    missing: str | None = None
    residual: str | None = None
    note: str | None = None
    suggestion: str | None = None
    observed: bool = False
    imputed: bool = False
    unread: tuple[str, ...] = ()
    alone: bool = True
    conflict: bool = False
    concepts: frozenset[str] = frozenset()
    from_residual: frozenset[str] = frozenset()

    def counted(self, n: int) -> Recoded:
        """The same reading for another number of units."""
        if n == self.n:
            return self
        other = object.__new__(Recoded)
        other.__dict__.update(self.__dict__, n=n)
        return other

    def only(self, residual: str) -> bool:
        """Whether the answer is "other" or "multiracial" and names no group beside it."""
        return self.residual == residual and self.categories == self.from_residual

    @property
    def is_missing(self) -> bool:
        """Whether the unit has no answer that could be read in any way."""
        return self.status == "missing"

    @property
    def multiple(self) -> bool:
        """Whether the unit is known to have two or more categories."""
        several = self.residual == "multiracial" and not self.from_residual
        return len(self.categories) > 1 or several


def value_key(value: Recoded) -> str:
    """Name of a value's count among the statistics of a reading."""
    return "value:" + SEPARATOR.join(cell or "" for cell in value.raw)


def under_standard(meaning: Meaning, text: str | None, standard: Standard) -> Part:
    """What a value says under a standard: its categories, or why there are none."""
    named, lost = _rolled(meaning.adds, standard)
    adds = standard.gathered(named)
    union, lost_union = _rolled(meaning.one_of, standard)
    flags: dict[str, Any] = {
        "observed": meaning.observed,
        "imputed": meaning.imputed,
        "text": text,
        "concepts": meaning.adds,
    }
    if lost_union or (lost and not adds):
        names = ", ".join(sorted(lost | lost_union))
        note = f"{standard.id} does not say which category {names} belongs to; say so in the codebook"
        return Part("review", categories=frozenset(), note=note, **flags)
    if len(union) == 1:
        adds, union = adds | union, frozenset()
    if union:
        note = f"a merged label: {' or '.join(sorted(union))}, not known which"
        status = "mapped" if adds else "merged"
        return Part(status, categories=adds, one_of=union, note=note, missing=meaning.missing, **flags)
    if meaning.residual and not adds:
        own = standard.residuals.get(meaning.residual)
        if own is not None:
            placed = frozenset({own})
            return Part("mapped", categories=placed, from_residual=placed, residual=meaning.residual, **flags)
        return Part("unmapped", residual=meaning.residual, note=_RESIDUAL_NOTES[meaning.residual], **flags)
    if meaning.missing and not adds:
        return Part("missing", missing=meaning.missing, note=meaning.note, **flags)
    return Part(
        "mapped",
        categories=adds,
        missing=meaning.missing,
        residual=meaning.residual,
        note=meaning.note,
        **flags,
    )


def together(
    parts: Sequence[Part],
    *,
    raw: tuple[str | None, ...],
    n: int,
    standard: Standard,
    encoding: str,
    is_race: bool,
) -> Recoded:
    """What the values of one unit say when they are put together."""
    named = frozenset[str]().union(*(part.categories for part in parts if part.status == "mapped"))
    categories = standard.gathered(named) if is_race else named
    unions = [part.one_of for part in parts if part.one_of]
    one_of = frozenset[str]().union(*unions)
    reasons = list(dict.fromkeys(p.missing for p in parts if p.missing and p.missing != "blank"))
    review = [part for part in parts if part.status == "review"]
    unread = [part for part in parts if part.status == "unmapped"]
    residual = next((part.residual for part in parts if part.residual), None)
    answered = any(part is ANSWERED or (part.status == "mapped" and not part.categories) for part in parts)
    missing = reasons[0] if reasons else None
    placed = frozenset[str]().union(*(part.from_residual for part in parts))
    if categories:
        status = "mapped"
    elif one_of:
        status = "merged"
    elif review:
        status = "review"
    elif unread:
        status = "unmapped"
    elif missing is None and answered and encoding not in {"race_and_ethnicity", "flags"}:
        status = "mapped"
    else:
        status, missing = "missing", missing or "blank"
    notes = [part.note for part in parts if part.note]
    if len(reasons) > 1:
        notes.append(f"several missing reasons at once: {', '.join(reasons)}")
    conflict = status != "missing" and bool(reasons)
    if conflict:
        notes.append(f"{', '.join(reasons)} stands beside an answer")
    others = bool(one_of or review or unread)
    if is_race and encoding == "race_and_ethnicity" and _ethnicity_alone(categories, standard) and not others:
        status, missing = "missing", missing or "blank"
        notes.append("Hispanic is recorded, race is not")
        conflict = False
    return Recoded(
        raw=raw,
        n=n,
        status=status,
        categories=categories,
        one_of=one_of,
        missing=missing,
        residual=residual,
        note="; ".join(dict.fromkeys(notes)) or None,
        suggestion=next((part.suggestion for part in parts if part.suggestion), None),
        observed=any(part.observed for part in parts),
        imputed=any(part.imputed for part in parts),
        unread=tuple(part.text or "" for part in (*review, *unread) if not part.residual),
        alone=len(categories) == 1
        and not one_of - categories
        and (residual != "multiracial" or bool(placed)),
        conflict=conflict,
        concepts=frozenset[str]().union(*(part.concepts for part in parts)),
        from_residual=placed & categories,
    )


def _ethnicity_alone(categories: frozenset[str], standard: Standard) -> bool:
    """Two-question standards: an ethnicity alone leaves the race missing."""
    return not standard.combined and categories == {"HISPANIC"}


def _rolled(concepts: Iterable[str], standard: Standard) -> tuple[frozenset[str], frozenset[str]]:
    known: set[str] = set()
    lost: set[str] = set()
    for concept in concepts:
        parent = standard.rollup(concept)
        if parent is None:
            lost.add(concept)
        else:
            known.add(parent)
    return frozenset(known), frozenset(lost)
