"""Where a category or group of one standard belongs under another, as far as their texts say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from equitykit.standards import Category, Standard

__all__ = ["Place", "Places"]


@dataclass(frozen=True, slots=True)
class Place:
    """Categories of the other standard: those it belongs to, or, where nobody can say, those it may."""

    sure: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Places:
    """Where what was recorded under `before` belongs under `after`."""

    before: Standard
    after: Standard

    def category(self, id: str) -> Place:
        """Place of people of whom only the category is known.

        A category goes into the one that contains it. Where the other standard keeps a part of it
        apart (White of 1997 holds Middle Eastern people), the answer alone does not say which part.
        """
        category = self.before.category(id)
        if category.concept is None:
            kinds = [kind for kind, own in self.before.residuals.items() if own == id]
            return Place(frozenset(self.after.residuals[k] for k in kinds if k in self.after.residuals))
        own = self.after.rollup(category.concept)
        parts = {each.id for each in self.after.categories if self._inside(each, id)} - {own}
        if own is None:
            parts |= set(self.after.rollup_all(category.holds))
        if own is not None and not parts:
            return Place(frozenset({own}))
        return Place(perhaps=frozenset(parts if own is None else {*parts, own}))

    def _inside(self, category: Category, id: str) -> bool:
        return category.concept is not None and self.before.rollup(category.concept) == id

    def concept(self, concept: str, id: str) -> Place:
        """Place of people who named a group: by that group, else by their category."""
        if concept != self.before.category(id).concept:
            found = self.after.rollup(concept)
            if found is not None:
                return Place(frozenset({found}))
        return self.category(id)

    def counterpart(self, id: str) -> str | None:
        """The category of the other standard that is the same, or None."""
        category = self.before.category(id)
        if category.concept is None:
            return next(iter(self.category(id).sure), None)
        return next((each.id for each in self.after.categories if each.concept == category.concept), None)

    def elsewhere(self, id: str) -> Iterator[str]:
        """Groups that people of a category may have named, and that the other standard puts elsewhere."""
        own = self.counterpart(id)
        held: Iterable[tuple[str, str]] = (
            (group, category.id) for category in self.after.categories for group in category.holds
        )
        for group, there in held:
            if there != own and self.before.rollup(group) == id:
                label = self.before.concepts[group].label
                yield f"{label} is {self.after.label(there)} there"
