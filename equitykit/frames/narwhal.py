"""Frames of any other kind (Polars, PyArrow, lazy frames, Spark): grouped in place through narwhals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import numpy as np

from equitykit.errors import ReadError
from equitykit.frames.codes import CodesEngine, Column, too_large
from equitykit.frames.types import LIMIT, Counts, Tally
from equitykit.frames.values import add_counts, distinct_texts

_MOST_UNITS = 20_000_000
_N = "equitykit_n"


class NarwhalsEngine:
    """Counts by the group-by of the frame's own library."""

    def __init__(self, frame: nw.LazyFrame[Any], names: Sequence[str], native: Sequence[str]) -> None:
        self._frame = frame
        self._native = dict(zip(names, native, strict=True))
        self.rows = self._count()

    def _count(self) -> int:
        return int(_rows(self._frame.select(nw.len().alias(_N)))[0][0])

    def _grouped(self, columns: Iterable[str], most: int) -> list[tuple[Any, ...]]:
        native = list(dict.fromkeys(columns))
        groups = self._frame.select(*native).group_by(*native).agg(nw.len().alias(_N))
        return _rows(groups.head(most + 1))

    def tally(self, tally: Tally) -> Counts:
        """Units by key."""
        cuts = dict(tally.cut)
        native = [self._native[name] for name in tally.by]
        if not native and not tally.per:
            return {(): self.rows}
        most = 5 * LIMIT if tally.cut else 2 * LIMIT
        if tally.per:
            return self._per(tally)
        rows = self._grouped(native, most)
        if len(rows) > most:
            raise too_large(tally)
        counts = add_counts(rows, len(native), [cuts.get(name) for name in tally.by])
        if len(counts) > LIMIT:
            raise too_large(tally)
        return counts

    def _per(self, tally: Tally) -> Counts:
        """Distinct pairs of unit and key come from the frame; rows without a unit keep their count."""
        names = list(dict.fromkeys([*tally.per, *tally.by]))
        rows = self._grouped([self._native[name] for name in names], _MOST_UNITS)
        if len(rows) > _MOST_UNITS:
            raise ReadError(
                f"More than {_MOST_UNITS:,} different rows would have to be fetched to count persons.",
                next_step="Save the frame as Parquet and open that file.",
            )
        columns = [_column(distinct_texts([row[place] for row in rows])) for place in range(len(names))]
        counts = [int(row[-1]) for row in rows]
        return _blank_apart(tally, names, columns, counts)

    def distinct(self, column: str, top: int) -> tuple[int, int, list[tuple[str, int]]]:
        """Blank rows, distinct values, and the most frequent values."""
        counts = add_counts(self._grouped([self._native[column]], _MOST_UNITS), 1, [None])
        blank = counts.pop((None,), 0)
        values = sorted(((str(key[0]), n) for key, n in counts.items()), key=lambda pair: (-pair[1], pair[0]))
        return blank, len(values), values[:top]

    def digest(self) -> str | None:
        """Hash of the content, for frames of at most a million cells."""
        if self.rows * len(self._native) > 1_000_000:
            return None
        rows = _rows(self._frame)
        columns = [
            _column(distinct_texts([row[place] for row in rows])) for place in range(len(self._native))
        ]
        return CodesEngine(list(self._native), columns, self.rows).digest()

    def close(self) -> None:
        """Nothing is held."""


def _column(texts: Sequence[str | None]) -> Column:
    place: dict[str | None, int] = {}
    codes = np.array([place.setdefault(text, len(place)) for text in texts], dtype=np.int64)
    return Column(codes, list(place))


def _blank_apart(
    tally: Tally, names: Sequence[str], columns: Sequence[Column], counts: Sequence[int]
) -> Counts:
    """Count units over distinct rows, each distinct row without a unit as often as it occurs."""
    blank = np.zeros(len(counts), dtype=bool)
    for name, column in zip(names, columns, strict=True):
        if name in tally.per and None in column.texts:
            blank |= column.codes == column.texts.index(None)
    repeats = np.where(blank, np.array(counts, dtype=np.int64), 1) if counts else np.empty(0, dtype=np.int64)
    wide = [Column(np.repeat(column.codes, repeats), column.texts) for column in columns]
    return CodesEngine(names, wide, int(repeats.sum())).tally(tally)


def _rows(frame: nw.LazyFrame[Any] | nw.DataFrame[Any]) -> list[tuple[Any, ...]]:
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return list(eager.iter_rows())
