"""One distinct combination of raw values, and what it says under a standard."""

from __future__ import annotations

from dataclasses import dataclass

from equitykit.frames import SEPARATOR

__all__ = ["Part", "Recoded", "value_key"]


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
