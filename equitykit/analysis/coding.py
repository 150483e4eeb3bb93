"""Coding passages to features, by several people; and what the coding shows, as counts of passages."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from equitykit.analysis.agreement import Agreement, agreement_of
from equitykit.analysis.bench import Bench, listed, said
from equitykit.analysis.features import FeatureBook, feature_book
from equitykit.analysis.section import SOURCE_KINDS, Book, Coding, FeatureEntry
from equitykit.analysis.sources import Sources
from equitykit.errors import AssessmentError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

_FEATURE = ("label", "what", "ask")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Features by kinds of source: how many passages, from how many sources.

    Attributes
    ----------
    features, kinds : ids with their labels, in order.
    cells : (feature, kind) -> (passages, sources). not_coded : passages nobody has coded yet.

    Interpretation
    --------------
    The numbers say how often something was coded. They do not say how much it weighs: one passage
    can show what a hundred repeat, and an empty cell may be a place where nobody has looked.
    """

    features: Mapping[str, str]
    kinds: Mapping[str, str]
    cells: Mapping[tuple[str, str], tuple[int, int]]
    not_coded: int

    def to_frame(self) -> pd.DataFrame:
        """One row for each feature and kind of source: feature, kind, passages, sources."""
        import pandas as pd

        rows = [
            (feature, kind, *self.cells[feature, kind]) for feature in self.features for kind in self.kinds
        ]
        return pd.DataFrame(rows, columns=["feature", "kind", "passages", "sources"])

    def table(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Header and rows in words, for a screen or a report."""
        rows = tuple(
            (label, *(_cell(*self.cells[feature, kind]) for kind in self.kinds))
            for feature, label in self.features.items()
        )
        return ("Feature", *self.kinds.values()), rows


def _cell(passages: int, sources: int) -> str:
    if not passages:
        return "none"
    return f"{passages} from {sources} {'source' if sources == 1 else 'sources'}"


class Codes(Sources, Bench):
    """The team's list of features, and who saw which of them where."""

    # the list

    def use_features(
        self, book: str | os.PathLike[str] | FeatureBook | None = None, *, by: str | None = None
    ) -> tuple[FeatureEntry, ...]:
        """Begin with a list of features, or add those of another list; what is there stays.

        Parameters
        ----------
        book : id of a list that ships, path of a YAML file, or a FeatureBook; the shipped list where not given.
        """
        loaded = (
            book if isinstance(book, FeatureBook) else feature_book(*([book] if book is not None else []))
        )
        section = self._now()
        have = {entry.id for entry in section.features}
        new = [
            FeatureEntry(
                id=one.id, label=one.label, what=one.what or "", ask=one.ask or "", by=self._author(by)
            )
            for one in loaded.features
            if one.id not in have
        ]
        if section.book is None:
            section.book = Book(id=loaded.id, version=loaded.version, title=loaded.title)
        elif not new:
            return self.features()
        section.features += new
        self._host.keep(section)
        return self.features()

    def features(self, *, also_aside: bool = False) -> tuple[FeatureEntry, ...]:
        """Return the features of the team's list, those set aside only where asked for."""
        return tuple(
            entry.model_copy(deep=True) for entry in self._now().features if also_aside or not entry.aside
        )

    def add_feature(self, label: str, what: str = "", ask: str = "", *, by: str | None = None) -> str:
        """Add a feature to the team's list and return its id."""
        name = said(label, "Give the feature a name.")
        section = self._now()
        if any(entry.label.casefold() == name.casefold() and not entry.aside for entry in section.features):
            raise AssessmentError(
                f'There is a feature "{name}" already.', next_step="Use it, or choose another name."
            )
        have = {entry.id for entry in section.features}
        stem = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:40] or "feature"
        stem = stem if stem[0].isalpha() else f"f_{stem}"
        id = next(one for one in (stem, *(f"{stem}_{n}" for n in range(2, 1000))) if one not in have)
        self._add(
            "features", FeatureEntry(id=id, label=name, what=said(what), ask=said(ask), by=self._author(by))
        )
        return id

    def change_feature(self, id: str, *, by: str | None = None, **fields: Any) -> bool:
        """Rename a feature, say better what it means, or set it aside (`aside=True`); codes given stay."""
        kept = {name: said(value) if name in _FEATURE else value for name, value in fields.items()}
        if "label" in kept:
            said(kept["label"], "Give the feature a name.")
        return self._change("features", "feature", id, kept, _FEATURE, by)

    # the coding

    def code(
        self, excerpt: str, features: Iterable[str] | str, *, by: str | None = None, note: str = ""
    ) -> bool:
        """Say which features a coder sees in a passage; the coder's last word stands, the earlier ones stay.

        Parameters
        ----------
        features : ids; none of them means "I read it, and none fits", which is not the same as not coded.
        by : the coder; needed, because agreement is between people.

        Returns
        -------
        bool
            Whether it differs from what this coder said before.
        """
        coder = said(self._author(by), "Nobody is named who codes. Say who you are.")
        found = self._find(self._now().excerpts, "passage", excerpt)
        why = self.why_not(found.id)
        if why is not None:
            raise AssessmentError(f'"{excerpt}" cannot be coded. {why}')
        have = {entry.id: entry for entry in self._now().features if not entry.aside}
        given = listed(features)
        for one in given:
            if one not in have:
                raise UnknownName("feature", one, have, next_step="Add it to the list with add_feature.")
        text, now = said(note), self.codings(excerpt).get(coder)
        if now is not None and set(now.features) == set(given) and (not text or text == now.note):
            return False
        self._add("codings", Coding(excerpt=excerpt, by=coder, features=given, note=text))
        return True

    def codings(self, excerpt: str) -> Mapping[str, Coding]:
        """Return the last word of every coder on a passage."""
        found: dict[str, Coding] = {}
        for coding in self._now().codings:
            if coding.excerpt == excerpt:
                found[coding.by] = coding.model_copy(deep=True)
        return found

    def features_of(self, excerpt: str) -> tuple[str, ...]:
        """Return the features that at least one coder sees in a passage, in the order of the list."""
        seen = {one for coding in self.codings(excerpt).values() for one in coding.features}
        return tuple(entry.id for entry in self._now().features if entry.id in seen and not entry.aside)

    def coders(self) -> tuple[str, ...]:
        """Return everybody who has coded."""
        return tuple(dict.fromkeys(coding.by for coding in self._now().codings))

    def to_code(self, by: str | None = None) -> tuple[str, ...]:
        """Return the ids of passages that a coder has not looked at yet."""
        coder = self._author(by)
        return tuple(
            excerpt.id
            for excerpt in self.excerpts()
            if coder is None or coder not in self.codings(excerpt.id)
        )

    # what it shows

    def matrix(self) -> Matrix:
        """Count passages and sources for each feature and kind of source."""
        kinds = {source.id: source.kind for source in self.sources()}
        features = {entry.id: entry.label for entry in self.features()}
        seen: dict[tuple[str, str], list[str]] = {
            (feature, kind): [] for feature in features for kind in SOURCE_KINDS
        }
        not_coded = 0
        for excerpt in self.excerpts():
            not_coded += not self.codings(excerpt.id)
            for feature in self.features_of(excerpt.id):
                seen[feature, kinds[excerpt.source]].append(excerpt.source)
        cells = {cell: (len(sources), len(set(sources))) for cell, sources in seen.items()}
        return Matrix(features, dict(SOURCE_KINDS), cells, not_coded)

    def agreement(self) -> Agreement:
        """Compare the coders on the passages that two or more of them coded."""
        coded = {
            excerpt.id: {coder: set(coding.features) for coder, coding in self.codings(excerpt.id).items()}
            for excerpt in self.excerpts()
        }
        return agreement_of(coded, {entry.id: entry.label for entry in self.features()})
