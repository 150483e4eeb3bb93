"""Persons with several rows, counted in the engine that holds them.

First it is asked whether any person occurs twice. Where some do, most say the same in all their rows, which
the smallest and the largest value show; only the rows of the others are fetched. Where those are too many,
the engine notes for each person which values occur.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

import narwhals as nw

from equitykit.errors import TallyTooLarge
from equitykit.frames.codes import add, united
from equitykit.frames.types import LIMIT, Counts, Key, Tally
from equitykit.frames.values import cut_to, distinct_texts, joined
from equitykit.text import plain

if TYPE_CHECKING:
    from equitykit.frames.narwhal import NarwhalsEngine

_N = "equitykit_n"
_MOST_VALUES = 200
"""Different values for which it may be noted person by person whether each occurs."""

Frame = nw.LazyFrame[Any]
Rows = list[tuple[Any, ...]]


class Persons:
    """One tally of persons."""

    def __init__(self, engine: NarwhalsEngine, tally: Tally) -> None:
        self._engine = engine
        self._tally = tally
        self._units = [f"u{place}" for place in range(len(tally.per))]
        self._keys = [f"k{place}" for place in range(len(tally.by))]
        frame, units, known = engine.identifiers(tally.per)
        rows = frame.select(*units, *engine.columns(tally.by))
        self._known = rows.filter(reduce(and_, known))
        self._unknown = rows.filter(~reduce(and_, known))

    def counts(self) -> Counts:
        """Units by key; rows without an identifier are each a unit of their own."""
        sizes = self._known.group_by(*self._units).agg(nw.len().alias(_N))
        units = self._engine.count(sizes)
        rows = self._engine.count(self._known)
        if not self._keys:
            return {(): units + self._engine.rows - rows} if self._engine.rows else {}
        alone = self._groups(self._unknown.select(*self._keys)) if rows < self._engine.rows else []
        if units == rows:
            return self._as_counts([*alone, *self._groups(self._known.select(*self._keys))])
        folded = self._folded()
        same = folded.filter(nw.col("differs") == 0)
        single = self._groups(same.select(*(nw.col(f"a{key}").alias(key) for key in self._keys)))
        others = folded.filter(nw.col("differs") > 0).select(*self._units)
        pairs = self._engine.fetch(
            self._engine.groups(
                self._known.join(others, on=self._units, how="inner").select(*self._units, *self._keys)
            )
        )
        if len(pairs) > LIMIT:
            return self._by_flags(alone)
        return self._as_counts([*alone, *single], pairs)

    def _groups(self, frame: Frame) -> Rows:
        rows = self._engine.fetch(self._engine.groups(frame))
        if len(rows) > LIMIT:
            raise self._too_large()
        return rows

    def _folded(self) -> Frame:
        """Each person once: smallest and largest value of each key, and whether they differ."""
        ends = [
            end
            for key in self._keys
            for end in (nw.col(key).min().alias(f"a{key}"), nw.col(key).max().alias(f"b{key}"))
        ]
        folded = self._known.group_by(*self._units).agg(*ends)
        marks = [
            nw.when(nw.col(f"a{key}") != nw.col(f"b{key}")).then(nw.lit(1)).otherwise(nw.lit(0))
            for key in self._keys
        ]
        return folded.with_columns(sum(marks[1:], marks[0]).alias("differs"))

    # -- native values into keys -----------------------------------------------------------

    def _texts(self, place: int, native: list[Any]) -> list[str | None]:
        width = dict(self._tally.cut).get(self._tally.by[place])
        return [cut_to(text, width) for text in distinct_texts(native)]

    def _as_counts(self, single: Rows, pairs: Rows | None = None) -> Counts:
        """Counts from grouped keys, and from the distinct rows of persons whose rows differ."""
        pairs = pairs or []
        skip = len(self._units)
        columns = [
            self._texts(place, [row[place] for row in single] + [row[skip + place] for row in pairs])
            for place in range(len(self._keys))
        ]
        keys: list[Key] = list(zip(*columns, strict=True)) if columns else []
        counts: Counts = {}
        for key, row in zip(keys, single, strict=False):
            add(counts, united([key]), int(row[-1]))
        persons: dict[tuple[Any, ...], list[Key]] = defaultdict(list)
        for key, row in zip(keys[len(single) :], pairs, strict=True):
            persons[row[:skip]].append(key)
        for members in persons.values():
            add(counts, united(members), 1)
        return counts

    def _by_flags(self, alone: Rows) -> Counts:
        """Counts where many persons differ: for each person and value, whether it occurs."""
        values: list[dict[str, list[Any]]] = []
        for place, key in enumerate(self._keys):
            native = [row[0] for row in self._groups(self._known.select(key))]
            by_text: dict[str, list[Any]] = defaultdict(list)
            for text, value in zip(self._texts(place, native), native, strict=True):
                if text is not None:
                    by_text[text].append(value)
            values.append(dict(by_text))
        if sum(map(len, values)) > _MOST_VALUES:
            raise self._too_large()
        names: list[tuple[int, str, str]] = []
        marks, tops = [], []
        for place, (key, by_text) in enumerate(zip(self._keys, values, strict=True)):
            for text, native in by_text.items():
                name = f"f{len(names)}"
                names.append((place, text, name))
                marks.append(
                    nw.when(nw.col(key).is_in(native)).then(nw.lit(1)).otherwise(nw.lit(0)).alias(name)
                )
                tops.append(nw.col(name).max().alias(name))
        flagged = self._known.with_columns(*marks).group_by(*self._units).agg(*tops)
        rows = self._groups(flagged.select(*(name for _, _, name in names)))
        counts = self._as_counts(alone)
        for row in rows:
            sets: list[list[str]] = [[] for _ in self._keys]
            for (place, text, _), held in zip(names, row, strict=False):
                if held:
                    sets[place].append(text)
            add(counts, tuple(joined(found) for found in sets), int(row[-1]))
        return counts

    def _too_large(self) -> TallyTooLarge:
        columns = ", ".join(f'"{plain(name, 80)}"' for name in self._tally.by)
        persons = ", ".join(f'"{plain(name, 80)}"' for name in self._tally.per)
        return TallyTooLarge(
            f"Counting {persons} by {columns} would fetch more than {LIMIT:,} rows.",
            next_step="Leave out a column that differs for nearly every row, group its values first, "
            'or count rows: "count: events" in the codebook.',
        )
