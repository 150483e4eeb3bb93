"""Frames of any other kind (Polars, PyArrow, Spark, tables of a database): counted in place through narwhals.

Only grouped rows come out of the frame's own engine, never more than `LIMIT` at a time.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import narwhals as nw
import numpy as np

from equitykit.errors import NotANumber, ReadError
from equitykit.frames.codes import CodesEngine, merged, too_large
from equitykit.frames.persons import Persons
from equitykit.frames.sums import add_sums, amount, joined_sums
from equitykit.frames.types import LIMIT, Counts, Sums, Tally
from equitykit.frames.values import TRIMMED, add_counts, distinct_texts, keys_of

_N = "equitykit_n"


class NarwhalsEngine:
    """Counts by the group-by of the frame's own engine."""

    def __init__(
        self,
        frame: nw.LazyFrame[Any],
        names: Sequence[str],
        native: Sequence[str],
        *,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._frame = frame
        self._native = dict(zip(names, native, strict=True))
        self._types = dict(frame.collect_schema())
        self._close = close
        self.rows = self.count(frame)

    # -- what comes out of the engine ------------------------------------------------------

    def fetch(self, frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
        """Rows of a frame, at most one more than a tally may have."""
        with warnings.catch_warnings():
            # Ibis asks pandas for an option that pandas is giving up; that is nothing to show a person.
            warnings.filterwarnings("ignore", message=".*infer_string.*")
            return list(frame.head(LIMIT + 1).collect().iter_rows())

    def count(self, frame: nw.LazyFrame[Any]) -> int:
        """How many rows a frame has."""
        return int(self.fetch(frame.select(nw.len().alias(_N)))[0][0])

    def groups(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Each different row of a frame once, with how often it occurs at the end."""
        return frame.group_by(*frame.collect_schema().names()).agg(nw.len().alias(_N))

    def columns(self, names: Iterable[str]) -> list[nw.Expr]:
        """Columns as they are, under names of our own: k0, k1, ..."""
        return [nw.col(self._native[name]).alias(f"k{place}") for place, name in enumerate(names)]

    def select(self, *columns: nw.Expr) -> nw.LazyFrame[Any]:
        """Some columns of the frame."""
        return self._frame.select(*columns)

    def identifiers(self, names: Sequence[str]) -> tuple[nw.LazyFrame[Any], list[nw.Expr], list[nw.Expr]]:
        """The frame with trimmed identifiers, the identifiers as u0, u1, ..., and where each is known."""
        native = [self._native[name] for name in names]
        texts = [name for name in native if self._types[name] == nw.String]
        known = [~nw.col(f"u{place}").is_null() for place in range(len(native))]
        known += [nw.col(f"u{native.index(name)}") != "" for name in texts]
        units = [nw.col(name).alias(f"u{place}") for place, name in enumerate(native)]
        return self._trimmed(texts), units, known

    def _trimmed(self, texts: Sequence[str]) -> nw.LazyFrame[Any]:
        """The frame without the white space around the texts of some columns."""
        if not texts:
            return self._frame
        if self._frame.implementation.is_ibis():
            from equitykit.frames.database import trimmed

            frame: nw.LazyFrame[Any] = nw.from_native(trimmed(self._frame.to_native(), texts, TRIMMED))
            return frame
        return self._frame.with_columns(*(nw.col(name).str.strip_chars(TRIMMED) for name in texts))

    @property
    def elsewhere(self) -> bool:
        """Whether the rows are in a database or a cluster, not in the memory of this machine."""
        return bool(self._frame.implementation.is_ibis() or self._frame.implementation.is_spark_like())

    def values(self, names: Sequence[str]) -> list[list[Any]]:
        """Columns of a frame in memory."""
        rows = list(self._frame.select(*self.columns(names)).collect().iter_rows())
        return [[row[place] for row in rows] for place in range(len(names))]

    # -- counts ----------------------------------------------------------------------------

    def tally(self, tally: Tally) -> Counts:
        """Units by key."""
        if tally.per:
            return Persons(self, tally).counts()
        if not tally.by:
            return {(): self.rows}
        cuts = dict(tally.cut)
        widths = [cuts.get(name) for name in tally.by]
        rows = self.fetch(self.groups(self.select(*self.columns(tally.by))))
        if len(rows) > LIMIT and tally.cut:
            rows = self.fetch(self.groups(self._cut(tally.by, widths)))
        if len(rows) > LIMIT:
            raise too_large(tally)
        return add_counts(rows, len(tally.by), widths)

    def sums(self, tally: Tally, column: str) -> Sums:
        """Rows by key, with the sum of a column of numbers and of its squares; text is read as numbers here."""
        cuts = dict(tally.cut)
        widths = [cuts.get(name) for name in tally.by]
        keys = self.columns(tally.by)
        if not self._types[self._native[column]].is_numeric():
            return self._sums_of_text(tally, column, widths)
        number = nw.col(self._native[column]).cast(nw.Float64)
        rows = self.select(*keys, number.alias("w"), (number * number).alias("q"))
        told = [
            nw.len().alias(_N), nw.col("w").sum().alias("total"), nw.col("q").sum().alias("squares"),
            nw.col("w").count().alias("known"), nw.col("w").min().alias("least"), nw.col("w").max().alias("most"),
        ]  # fmt: skip
        names = [f"k{place}" for place in range(len(tally.by))]
        found = self.fetch(rows.group_by(*names).agg(*told) if names else rows.select(*told))
        if len(found) > LIMIT:
            raise too_large(tally)
        if not self.rows:
            return {}
        for n, total, _, known, least, most in (row[len(names) :] for row in found):
            if n != known or total != total:
                raise NotANumber(column, None)
            for value in (least, most):
                amount(repr(float(value)), column)
        return add_sums(found, len(names), widths)

    def _sums_of_text(self, tally: Tally, column: str, widths: Sequence[int | None]) -> Sums:
        """Sums of numbers that are stored as text, where there are not too many different ones."""
        rows = self.fetch(self.groups(self.select(*self.columns([*tally.by, column]))))
        if len(rows) > LIMIT:
            raise ReadError(
                f'The column "{column}" holds numbers as text, and too many different ones to be read one by one.',
                next_step="Store it as numbers (in a database: a column of type double precision).",
            )
        width = len(tally.by)
        parts = []
        for key, row in zip(keys_of(rows, width + 1, [*widths, None]), rows, strict=True):
            number, n = amount(key[-1], column), int(row[-1])
            parts.append((key[:-1], (n, n * number, n * number**2)))
        return joined_sums(parts)

    def wider(self, tallies: Sequence[Tally]) -> list[Tally]:
        """None: each is a query of its own."""
        return []

    def _cut(self, names: Sequence[str], widths: Sequence[int | None]) -> nw.LazyFrame[Any]:
        """Columns whose keys the engine itself has cut, where it writes a value as we do."""
        native = [self._native[name] for name in names]
        shorter = [width is not None for width in widths]
        texts = [n for n, cut in zip(native, shorter, strict=True) if cut and self._types[n] == nw.String]
        made = []
        for place, (name, width) in enumerate(zip(native, widths, strict=True)):
            key = nw.col(name)
            if width is not None and self._types[name] in (nw.String, nw.Date, nw.Datetime):
                key = key.cast(nw.String).str.slice(0, max(width, 0))
            made.append(key.alias(f"k{place}"))
        return self._trimmed(texts).select(*made)

    def distinct(self, column: str, top: int) -> tuple[int, int, list[tuple[str, int]]]:
        """Blank rows, distinct values, and the most frequent values.

        Of a column with more different values than may be fetched, the most frequent are.
        """
        values = self.select(*self.columns([column]))
        groups = self.groups(values)
        rows = self.fetch(groups)
        distinct = null = None
        if len(rows) > LIMIT:
            distinct = self.count(groups)
            null = self.count(values.filter(nw.col("k0").is_null()))
            known = groups.filter(~nw.col("k0").is_null())
            rows = self.fetch(known.sort(_N, "k0", descending=[True, False]))[:LIMIT]
        counts = add_counts(rows, 1, [None])
        blank = (null or 0) + counts.pop((None,), 0)
        found = sorted(((str(key[0]), n) for key, n in counts.items()), key=lambda pair: (-pair[1], pair[0]))
        return blank, len(found) if distinct is None else distinct - (1 if null else 0), found[:top]

    def digest(self) -> str | None:
        """Hash of the content, for frames in memory of at most a million cells."""
        if self.elsewhere:
            return None
        if self.rows * len(self._native) > 1_000_000:
            return None
        codes = np.arange(self.rows)
        columns = [merged(codes, distinct_texts(column)) for column in self.values(list(self._native))]
        return CodesEngine(list(self._native), columns, self.rows).digest()

    def close(self) -> None:
        """Let go of a connection that was made for these data."""
        self._close()
