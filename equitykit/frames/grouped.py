"""A tally as columns of codes with a count for each row: made coarser, put in order and shown as a frame at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from equitykit.frames.codes import Codes, Column, combine
from equitykit.frames.types import Counts, Tally

__all__ = ["Grouped", "derives", "free", "places_in"]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Distinct keys, a column of codes for each of their parts, and how many units each key has."""

    columns: tuple[Column, ...]
    n: npt.NDArray[np.int64]

    @classmethod
    def of(cls, counts: Counts, width: int) -> Grouped:
        """Counts by key, whose keys have so many parts."""
        parts = list(zip(*counts, strict=True)) if counts else [()] * width
        columns = []
        for part in parts:
            known: dict[str | None, int] = {}
            codes = [known.setdefault(text, len(known)) for text in part]
            columns.append(Column(np.array(codes, dtype=np.int64), list(known)))
        return cls(tuple(columns), np.fromiter(counts.values(), np.int64, len(counts)))

    def __len__(self) -> int:
        return len(self.n)

    @property
    def units(self) -> int:
        """How many units were counted."""
        return int(self.n.sum())

    def coarser(self, places: Iterable[tuple[int, int | None]]) -> Grouped:
        """The same units by some parts of the key: the place of each, and how many characters of it count."""
        columns = [self.columns[place].cut(cut) for place, cut in places]
        codes, shows = combine(columns, len(self))
        n = np.zeros(len(shows), dtype=np.int64)
        np.add.at(n, codes, self.n)
        return Grouped(tuple(Column(column.codes[shows], column.texts) for column in columns), n)

    def pairs(self) -> list[tuple[str | None, int]]:
        """Text and count of each key, where it has one part."""
        (column,) = self.columns
        texts = map(column.texts.__getitem__, column.codes.tolist())
        return list(zip(texts, self.n.tolist(), strict=True))

    def frame(self, by: Sequence[str]) -> pd.DataFrame:
        """A column of text for each part of the key and the counts last, sorted by the keys, blanks last."""
        order = self._order()
        data: dict[str, Any] = {}
        for name, column in zip(by, self.columns, strict=True):
            data[name] = pd.Series(_texts(column)[column.codes[order]], dtype=object)
        data[free("n", data)] = pd.Series(self.n[order], dtype="int64")
        return pd.DataFrame(data)

    def _order(self) -> Codes:
        """Places of the keys in their order; each different text is compared once."""
        if not self.columns:
            return np.arange(len(self))
        ranks = []
        for column in self.columns:
            known = {text: at for at, text in enumerate(column.texts)}
            places = [known[text] for text in sorted(known, key=lambda text: (text is None, text or ""))]
            rank = np.empty(len(places), dtype=np.int64)
            rank[places] = np.arange(len(places))
            ranks.append(rank[column.codes])
        return np.lexsort(ranks[::-1])


def _texts(column: Column) -> npt.NDArray[np.object_]:
    found = np.empty(len(column.texts), dtype=object)
    found[:] = column.texts
    return found


def free(name: str, taken: Mapping[str, Any]) -> str:
    """A name that is not taken: ``n``, else ``n__2``."""
    while name in taken:
        name += "__2"
    return name


def derives(coarse: Tally, fine: Tally) -> bool:
    """Whether the coarser tally can be summed from the finer one."""
    if coarse.per or fine.per or coarse.total or fine.total or not set(coarse.by) <= set(fine.by):
        return False
    here, there = dict(coarse.cut), dict(fine.cut)
    return all(
        column not in there or here.get(column, there[column] + 1) <= there[column] for column in coarse.by
    )


def places_in(fine: Tally, coarse: Tally) -> list[tuple[int, int | None]]:
    """Where the parts of a coarser key stand in a finer one, and how many characters of each count."""
    cuts = dict(coarse.cut)
    return [(fine.by.index(column), cuts.get(column)) for column in coarse.by]
