"""One distinct combination of raw values, and what it says under a standard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from equitykit.frames import SEPARATOR
from equitykit.standards import Meaning, Standard

__all__ = ["Part", "Recoded", "under_standard", "value_key"]

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


@dataclass(frozen=True, slots=True)
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
