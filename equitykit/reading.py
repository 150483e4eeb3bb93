"""How a question reads in these data: every distinct value, and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from equitykit.codebook import Question
from equitykit.recode import Recoder
from equitykit.recoded import Recoded, value_key
from equitykit.standards import Standard

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CategoryCount", "Reading"]


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """One category of the standard: how it is recorded here, and how often."""

    id: str
    status: str
    n_alone: int
    n_any: int


@dataclass(frozen=True)
class Reading:
    """How one question reads in these data: every distinct value, and what it adds up to."""

    question: str
    spec: Question
    standard: Standard
    values: tuple[Recoded, ...]
    offered: frozenset[str] | None = None

    @classmethod
    def of(cls, recoder: Recoder, frame: pd.DataFrame) -> Reading:
        """Read a whole tally of a question."""
        merged: dict[tuple[str | None, ...], Recoded] = {}
        for recoded, _ in recoder.rows(frame):
            known = merged.get(recoded.raw)
            merged[recoded.raw] = recoded if known is None else replace(recoded, n=known.n + recoded.n)
        values = sorted(merged.values(), key=lambda r: (-r.n, tuple(x or "" for x in r.raw)))
        return cls(recoder.question, recoder.spec, recoder.standard, tuple(values), recoder.offered())

    def changed(self, change: Callable[[Recoded], Recoded]) -> Reading:
        """The same with each value as a function returns it."""
        return replace(self, values=tuple(change(value) for value in self.values))

    @cached_property
    def n(self) -> int:
        """Units counted."""
        return sum(value.n for value in self.values)

    @cached_property
    def n_missing(self) -> int:
        """Units with no answer of any kind."""
        return sum(value.n for value in self.values if value.is_missing)

    @cached_property
    def by_reason(self) -> dict[str, int]:
        """Missing units by reason."""
        counts: Counter[str] = Counter()
        for value in self.values:
            if value.is_missing:
                counts[value.missing or "blank"] += value.n
        return dict(counts.most_common())

    @cached_property
    def n_any(self) -> dict[str, int]:
        """Units with a category mapped, alone or with others."""
        counts: Counter[str] = Counter()
        for value in self.values:
            for category in value.categories:
                counts[category] += value.n
        return dict(counts)

    @cached_property
    def n_alone(self) -> dict[str, int]:
        """Units with that category and no other."""
        counts: Counter[str] = Counter()
        for value in self.values:
            if value.alone and not value.is_missing:
                counts[next(iter(value.categories))] += value.n
        return dict(counts)

    @cached_property
    def n_multiple(self) -> int:
        """Units with two or more categories."""
        return sum(value.n for value in self.values if value.multiple)

    @property
    def multiple_possible(self) -> bool:
        """Whether the data could hold several answers for one unit."""
        return self.spec.encoding in {"delimited", "flags", "repeated_rows"} or self.n_multiple > 0

    def statistics(self) -> dict[str, frozenset[int]]:
        """Every number that an audit may print of this reading: its name, and the values it adds up."""
        tests: dict[str, Callable[[Recoded], bool]] = {
            "n": lambda v: True,
            "missing": lambda v: v.is_missing,
            "answered": lambda v: not v.is_missing,
            "readable": lambda v: v.status in {"mapped", "merged"},
            "not-read": lambda v: v.status == "review" or (v.status == "unmapped" and bool(v.unread)),
            "multiple": lambda v: v.multiple,
            "other": lambda v: v.only("other"),
            "opaque": lambda v: v.only("multiracial"),
            "umbrella": lambda v: {"ASIAN", "NHPI"} <= v.one_of,
            "collective": lambda v: (
                v.residual == "collective" or bool(v.one_of and not {"ASIAN", "NHPI"} <= v.one_of)
            ),
            "review": lambda v: v.status == "review",
            "unread": lambda v: bool(v.unread) and v.status != "review",
            "unclear": lambda v: bool(v.unread),
            "placed": lambda v: (
                not v.is_missing and bool(v.categories or v.one_of or v.residual or not v.unread)
            ),
            "observed": lambda v: v.observed,
            "conflict": lambda v: v.conflict,
            "imputed": lambda v: v.imputed,
        }
        for reason in self.by_reason:
            tests[f"reason:{reason}"] = partial(_has_reason, reason)
        for category in self.n_any:
            tests[f"any:{category}"] = partial(_names, category)
            tests[f"alone:{category}"] = partial(_names_alone, category)
            tests[f"beside:{category}"] = partial(_names_beside, category)
        found = {
            name: frozenset(i for i, value in enumerate(self.values) if test(value))
            for name, test in tests.items()
        }
        return found | {value_key(value): frozenset({i}) for i, value in enumerate(self.values)}

    def categories(self) -> tuple[CategoryCount, ...]:
        """Each category of the standard in its order, with status and counts."""
        ids = self.standard.category_ids if self.question == "race_ethnicity" else tuple(sorted(self.n_any))
        merged = frozenset[str]().union(*(value.one_of for value in self.values if value.n))
        found = []
        for category in ids:
            any_, alone = self.n_any.get(category, 0), self.n_alone.get(category, 0)
            if any_:
                status = "recorded"
            elif category in merged:
                status = "only_merged"
            elif self.offered is None:
                status = "not_recorded"
            else:
                status = "offered_never_used" if category in self.offered else "not_offered"
            found.append(CategoryCount(category, status, alone, any_))
        return tuple(found)


def _has_reason(reason: str, value: Recoded) -> bool:
    return value.is_missing and (value.missing or "blank") == reason


def _names(category: str, value: Recoded) -> bool:
    return category in value.categories


def _names_alone(category: str, value: Recoded) -> bool:
    return category in value.categories and value.alone and not value.is_missing


def _names_beside(category: str, value: Recoded) -> bool:
    return category in value.categories and not _names_alone(category, value)
