"""Columns held in memory as small integers: pandas frames, spreadsheets and text files of ordinary size."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd

from equitykit.errors import ReadError, TallyTooLarge
from equitykit.frames.header import as_number
from equitykit.frames.names import check_width
from equitykit.frames.sums import amount
from equitykit.frames.types import LIMIT, Counts, Key, Sums, Tally
from equitykit.frames.values import clean, cut_to, joined, texts
from equitykit.text import plain

_WIDEST = 2**62
_MOST_CELLS = 300_000_000
Codes = npt.NDArray[Any]


class Engine(Protocol):
    """Something that can count."""

    rows: int

    def tally(self, tally: Tally) -> Counts:
        """Units by key."""

    def sums(self, tally: Tally, column: str) -> Sums:
        """Rows by key, with the sum of a column of numbers and of its squares."""

    def wider(self, tallies: Sequence[Tally]) -> list[Tally]:
        """Tallies to count first, since several of these are then summed from one."""

    def distinct(self, column: str, top: int) -> tuple[int, int, list[tuple[str, int]]]:
        """Blank rows, distinct values, and the most frequent values."""

    def digest(self) -> str | None:
        """Hash of the content, where that is cheap."""

    def close(self) -> None:
        """Let go of the data."""


@runtime_checkable
class Watched(Protocol):
    """An engine that can say how much of a count is done."""

    watch: Callable[[float], None] | None


def too_large(tally: Tally) -> TallyTooLarge:
    """The error for a tally with more rows than can be held or shown."""
    names = ", ".join(f'"{plain(name, 80)}"' for name in tally.by)
    return TallyTooLarge(
        f"Counting by {names} gives more than {LIMIT:,} different combinations.",
        next_step="Leave out a column that differs for nearly every row (an identifier, an exact date, "
        "an amount or free text), or group its values first.",
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a code for each row, and the text each code stands for."""

    codes: Codes
    texts: list[str | None]

    def cut(self, characters: int | None) -> Column:
        """The same rows with shorter texts."""
        if characters is None:
            return self
        return merged(self.codes, [cut_to(text, characters) for text in self.texts])


def merged(codes: Codes, texts_: Sequence[str | None]) -> Column:
    """Give codes with the same text the same code."""
    place: dict[str | None, int] = {}
    mapping = np.empty(len(texts_), dtype=np.int64)
    for code, text in enumerate(texts_):
        mapping[code] = place.setdefault(text, len(place))
    if len(place) == len(texts_):
        return Column(codes, list(texts_))
    return Column(_smallest(mapping[codes], len(place)), list(place))


def _smallest(codes: Codes, size: int) -> Codes:
    for kind in (np.uint8, np.uint16, np.uint32):
        if size <= np.iinfo(kind).max:
            return codes.astype(kind, copy=False)
    return codes


class Encoder:
    """Collects rows of text, a block at a time, into columns of codes; a wider row widens the table."""

    def __init__(self, width: int, subject: str) -> None:
        self.rows = 0
        self._subject = subject
        self._known: list[dict[str, int]] = [{} for _ in range(width)]
        self._parts: list[list[Codes]] = [[] for _ in range(width)]

    @property
    def width(self) -> int:
        """Columns so far."""
        return len(self._known)

    def add(self, block: Sequence[Sequence[str]]) -> None:
        """Add rows; what a row lacks is blank."""
        if not block:
            return
        self._widen(max(len(row) for row in block))
        width = self.width
        if (self.rows + len(block)) * width > _MOST_CELLS:
            raise ReadError(
                f"{self._subject} has more than {_MOST_CELLS:,} cells in {width:,} columns.",
                next_step="Save the columns you need, or save the table as Parquet, and open that file.",
            )
        level = [row if len(row) == width else [*row, *[""] * (width - len(row))] for row in block]
        self.rows += len(block)
        for known, parts, values in zip(self._known, self._parts, zip(*level, strict=True), strict=True):
            codes = [known.setdefault(value, len(known)) for value in values]
            parts.append(_smallest(np.array(codes, dtype=np.int64), len(known)))

    def _widen(self, width: int) -> None:
        check_width(width, self._subject)
        while self.width < width:
            self._known.append({"": 0} if self.rows else {})
            self._parts.append([np.zeros(self.rows, dtype=np.uint8)] if self.rows else [])

    def holds(self, place: int, word: str) -> bool:
        """Whether a column holds this word, in any case."""
        return any((clean(value) or "").casefold().rstrip(":.") == word for value in self._known[place])

    def total(self, place: int) -> float:
        """Sum of the numbers of a column."""
        parts = self._parts[place]
        codes = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint8)
        counts = np.bincount(codes, minlength=len(self._known[place])).tolist()
        pairs = zip(self._known[place], counts, strict=True)
        return math.fsum((as_number(value) or 0.0) * n for value, n in pairs)

    def columns(self) -> list[Column]:
        """What was collected."""
        done = []
        for known, parts in zip(self._known, self._parts, strict=True):
            codes = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint8)
            done.append(merged(codes, [clean(value) for value in known]))
            parts.clear()
        return done


def encode_series(series: pd.Series[Any]) -> Column:
    """Codes of a pandas column of any type."""
    if series.dtype == object and pd.api.types.infer_dtype(series, skipna=True) not in {"string", "empty"}:
        native = texts(series.tolist())  # 1, True and "1" are equal to a hash table but not to a reader
        codes, distinct = pd.factorize(np.array(native, dtype=object), use_na_sentinel=True)
        return _with_blank(codes, [str(text) for text in distinct])
    try:
        codes, uniques = pd.factorize(series, use_na_sentinel=True)
    except (TypeError, NotImplementedError):  # lists and other values without an order or a hash
        return encode_series(series.astype(object))
    return _with_blank(codes, texts(list(uniques)))


def _with_blank(codes: Codes, found: Sequence[str | None]) -> Column:
    if len(codes) and codes.min() < 0:
        return merged(np.where(codes < 0, len(found), codes), [*found, None])
    return merged(codes, found)


class CodesEngine:
    """Counts over columns of codes; each column is encoded when first needed."""

    def __init__(self, names: Sequence[str], columns: Sequence[Column | pd.Series[Any]], rows: int) -> None:
        self.rows = rows
        self._columns: dict[str, Column | pd.Series[Any]] = dict(zip(names, columns, strict=True))

    def column(self, name: str) -> Column:
        """Codes of one column."""
        column = self._columns[name]
        if not isinstance(column, Column):
            column = encode_series(column)
            self._columns[name] = column
        return column

    def tally(self, tally: Tally) -> Counts:
        """Units by key."""
        cuts = dict(tally.cut)
        columns = [self.column(name).cut(cuts.get(name)) for name in tally.by]
        codes, shows = combine(columns, self.rows)
        if len(shows) > (5 * LIMIT if tally.per else LIMIT):
            raise too_large(tally)
        keys = _keys(columns, shows)
        if not tally.per:
            return dict(zip(keys, np.bincount(codes, minlength=len(keys)).tolist(), strict=True))
        return self._per(tally, codes, keys)

    def sums(self, tally: Tally, column: str) -> Sums:
        """Rows by key, with the sum of a column of numbers and of its squares."""
        cuts = dict(tally.cut)
        columns = [self.column(name).cut(cuts.get(name)) for name in tally.by]
        codes, shows = combine(columns, self.rows)
        if len(shows) > LIMIT:
            raise too_large(tally)
        held = self.column(column)
        used = np.bincount(held.codes, minlength=len(held.texts)) > 0
        number = [
            amount(text, column) if there else 0.0 for text, there in zip(held.texts, used, strict=True)
        ]
        values = np.array(number, dtype=float)[held.codes]
        keys = _keys(columns, shows)
        n, total, squares = (
            np.bincount(codes, weights=each, minlength=len(keys)).tolist()
            for each in (None, values, values**2)
        )
        return {key: (int(n[at]), total[at], squares[at]) for at, key in enumerate(keys)}

    def wider(self, tallies: Sequence[Tally]) -> list[Tally]:
        """None: here a pass costs little."""
        return []

    def _per(self, tally: Tally, codes: Codes, keys: list[Key]) -> Counts:
        ids = [self.column(name) for name in tally.per]
        blank = np.zeros(self.rows, dtype=bool)
        for column in ids:
            if None in column.texts:
                blank |= column.codes == column.texts.index(None)
        units, _ = combine(ids, self.rows)
        pairs = np.unique(units[~blank] * len(keys) + codes[~blank])
        key_of = pairs % max(len(keys), 1)
        _, starts, sizes = np.unique(pairs // max(len(keys), 1), return_index=True, return_counts=True)
        single = sizes == 1
        alone = np.bincount(codes[blank], minlength=len(keys))
        alone = alone + np.bincount(key_of[starts[single]], minlength=len(keys))
        counts: Counts = {}
        for place in np.flatnonzero(alone).tolist():
            add(counts, united([keys[place]]), int(alone[place]))
        sets = Counter(
            tuple(key_of[start : start + size].tolist())
            for start, size in zip(starts[~single].tolist(), sizes[~single].tolist(), strict=True)
        )
        for members, n in sets.items():
            add(counts, united([keys[member] for member in members]), n)
        return counts

    def distinct(self, column: str, top: int) -> tuple[int, int, list[tuple[str, int]]]:
        """Blank rows, distinct values, and the most frequent values."""
        found = self.column(column)
        counts = np.bincount(found.codes, minlength=len(found.texts)).tolist()
        pairs = [(text, n) for text, n in zip(found.texts, counts, strict=True) if n and text is not None]
        blank = self.rows - sum(n for _, n in pairs)
        pairs.sort(key=lambda pair: (-pair[1], pair[0]))
        return blank, len(pairs), pairs[:top]

    def digest(self) -> str | None:
        """Hash of names and texts, for frames of at most a million cells."""
        if self.rows * len(self._columns) > 1_000_000:
            return None
        found = hashlib.sha256()
        for name in self._columns:
            column = self.column(name)
            found.update(repr((name, self.rows)).encode())
            found.update(repr([column.texts[code] for code in column.codes.tolist()]).encode())
        return found.hexdigest()

    def close(self) -> None:
        """Let go of the data."""
        self._columns.clear()


def united(keys: Sequence[Key]) -> Key:
    """The key of one unit that has several rows."""
    return tuple(joined(values) for values in zip(*keys, strict=True))


def add(counts: Counts, key: Key, n: int) -> None:
    """Add to a count."""
    counts[key] = counts.get(key, 0) + n


def combine(columns: Sequence[Column], rows: int) -> tuple[Codes, Codes]:
    """One code for each combination of several columns, and one row that shows each combination."""
    codes: Codes = np.zeros(rows, dtype=np.int64)
    size = 1
    for column in columns:
        width = max(len(column.texts), 1)
        if size * width >= _WIDEST:
            codes, size = _dense(codes, size)
        codes = codes * width + column.codes
        size *= width
    codes, size = _dense(codes, size)
    shows = np.empty(size, dtype=np.int64)
    shows[codes] = np.arange(rows)
    return codes, shows


def _dense(codes: Codes, size: int) -> tuple[Codes, int]:
    """The same codes renumbered without gaps."""
    if size > max(4 * len(codes), 1_000_000):
        distinct, dense = np.unique(codes, return_inverse=True)
        return dense.reshape(-1), len(distinct)
    present = np.bincount(codes, minlength=size) > 0
    return (np.cumsum(present) - 1)[codes], int(present.sum())


def _keys(columns: Sequence[Column], shows: Codes) -> list[Key]:
    if not columns:
        return [()] * len(shows)
    parts = [[column.texts[code] for code in column.codes[shows].tolist()] for column in columns]
    return list(zip(*parts, strict=True))
