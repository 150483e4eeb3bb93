"""Records: what was opened, and the tallies everything else works on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, cast

import pandas as pd

from equitykit.errors import EquitykitError, ReadError, TallyTooLarge, UnknownName
from equitykit.frames.codes import CodesEngine, Engine, Watched, too_large
from equitykit.frames.embedded import Watch
from equitykit.frames.grouped import Grouped, derives, free, places_in
from equitykit.frames.sums import same_digits
from equitykit.frames.types import (
    LIMIT,
    ColumnProfile,
    Key,
    Progress,
    ReadNote,
    Source,
    Sums,
    Tally,
    no_progress,
)
from equitykit.frames.values import clean

_LONGEST_VALUE = 200
KEPT = LIMIT
"""Most rows of tallies that are kept."""


class Records:
    """People or events, one row each, in a file or a frame.

    Made by :func:`equitykit.frames.open`. Nothing here changes the file or the frame.

    Attributes
    ----------
    name : file name without its folder, or "data frame".
    rows : number of records.
    columns : names, each once (a second ``race`` is ``race__2``).
    notes : what a person should know about how the data were read.
    source : how to open the same data again.
    """

    def __init__(
        self,
        *,
        name: str,
        columns: Sequence[str],
        notes: Iterable[ReadNote],
        source: Source,
        engine: Engine,
        sha256: str | None = None,
        totals_row: tuple[str, ...] | None = None,
        progress: Progress = no_progress,
    ) -> None:
        self.name = name
        self.rows = engine.rows
        self.columns = tuple(columns)
        self.notes = tuple(notes)
        self.source = source
        self.totals_row = totals_row
        self._engine = engine
        self._sha256 = sha256
        self._progress = progress
        self._kept: dict[Tally, Grouped | Sums] = {}
        self._refused: dict[Tally, TallyTooLarge] = {}
        self._profiles: dict[tuple[str, int], ColumnProfile] = {}

    @cached_property
    def sha256(self) -> str | None:
        """Hash of the file's bytes; of a frame's content where it has at most a million cells."""
        return self._sha256 or self._engine.digest()

    @property
    def said(self) -> tuple[str, ...]:
        """What every count of these records must say: lines left out or filled up, rows without a match."""
        return tuple(note.message for note in self.notes if note.counted)

    def tally(
        self, tallies: Iterable[Tally], *, progress: Progress | None = None
    ) -> dict[Tally, pd.DataFrame]:
        """Count units by the values of some columns: the one plan that checks and measures ride on.

        A tally that was counted before is not counted again, by whomever it is asked for, and a coarser one is
        summed from a finer one that is there. What is kept is bounded; open the data again to count them anew.

        Parameters
        ----------
        tallies : what to count.
        progress : called with (done, total, what) during and after each tally, in rows; what was given when
            the records were opened, where nothing is given.

        Returns
        -------
        A frame for each tally: one column of text for each key (None for blank) and the count last, named
        ``n`` (``n__2`` where a key is itself called ``n``), sorted by the keys, blanks last. With `Tally.total`,
        the sum and the sum of squares stand between, in this order, named ``total`` and ``squares``.

        Raises
        ------
        UnknownName
            A column does not exist.
        TallyTooLarge
            A tally would have more than 200,000 rows.
        ReadError
            The counts do not add up to the rows: the data changed, or the engine did not read them all.
        NotANumber
            A column that is to be summed holds something else.
        """
        found = self.tallies(tallies, progress=progress)
        for counts in found.values():
            if isinstance(counts, EquitykitError):
                raise counts
        return cast("dict[Tally, pd.DataFrame]", found)

    def tallies(
        self, tallies: Iterable[Tally], *, progress: Progress | None = None
    ) -> dict[Tally, pd.DataFrame | EquitykitError]:
        """The same, where one tally that cannot be counted does not keep the others from it.

        Returns
        -------
        A frame for each tally as for `tally`, or the error that stands in its way.
        """
        wanted = list(dict.fromkeys(tallies))
        for tally in wanted:
            self._check(tally)
        new = [tally for tally in wanted if not any(derives(tally, other) for other in self._kept)]
        wider = self._engine.wider([tally for tally in new if tally.total is None])
        order = list(dict.fromkeys([*wider, *sorted(wanted, key=lambda tally: -len(tally.by))]))
        say = progress or self._progress
        whole = len(order) * self.rows
        found: dict[Tally, Grouped | Sums] = {}
        failed: dict[Tally, EquitykitError] = {}
        for done, tally in enumerate(order):
            say(done * self.rows, whole, "counting")
            try:
                with watched(self._engine, partial(_part, say, done, self.rows, whole), say):
                    found[tally] = self._found(tally)
            except EquitykitError as problem:
                failed[tally] = problem
        say(whole, whole, "counting")
        while sum(map(len, self._kept.values())) > KEPT and len(self._kept) > 1:
            del self._kept[next(iter(self._kept))]
        return {tally: failed[tally] if tally in failed else _frame(tally, found[tally]) for tally in wanted}

    def _found(self, tally: Tally) -> Grouped | Sums:
        """A tally: kept from before, summed from a finer one that was kept, or counted by the engine."""
        if tally in self._kept:
            return self._kept[tally]
        if tally in self._refused:
            raise self._refused[tally]
        finer = min(
            (other for other in self._kept if derives(tally, other)),
            key=lambda other: len(self._kept[other]),
            default=None,
        )
        counts: Grouped | Sums
        try:
            if finer is not None:
                counts = cast("Grouped", self._kept[finer]).coarser(places_in(finer, tally))
            elif tally.total is None:
                counts = Grouped.of(self._engine.tally(tally), len(tally.by))
            else:
                counts = self._engine.sums(replace(tally, total=None), tally.total)
            if len(counts) > LIMIT:
                raise too_large(tally)
        except TallyTooLarge as problem:
            self._refused[tally] = problem
            raise
        units = counts.units if isinstance(counts, Grouped) else sum(n for n, _, _ in counts.values())
        if not tally.per and units != self.rows:
            raise ReadError(
                f"{units:,} of the {self.rows:,} rows of {self.name} were counted",
                next_step="Look again when nobody writes to the data.",
            )
        self._kept[tally] = counts
        return counts

    def _check(self, tally: Tally) -> None:
        known = set(self.columns)
        for column in (*tally.by, *tally.per, *([tally.total] if tally.total else [])):
            if column not in known:
                raise UnknownName("column", column, self.columns)

    def table(self) -> pd.DataFrame:
        """Every row as text, a totals row at the foot among them: for a table of counts, not for records.

        Returns
        -------
        A frame of text, None for blank. Rows keep their order, but for Parquet, where they are sorted.

        Raises
        ------
        TallyTooLarge
            There are more than 200,000 rows.
        """
        if self.rows > LIMIT:
            raise TallyTooLarge(
                f'"{self.name}" has {self.rows:,} rows, more than {LIMIT:,}: too many for a table of counts.'
            )
        if isinstance(self._engine, CodesEngine):
            columns = [self._engine.column(name) for name in self.columns]
            texts = [[column.texts[code] for code in column.codes.tolist()] for column in columns]
            rows = [tuple(row) for row in zip(*texts, strict=True)]
        else:
            found = self._engine.tally(Tally(self.columns))
            rows = [key for key, n in sorted(found.items(), key=str) for _ in range(n)]
        if self.totals_row is not None:
            last = (*self.totals_row, *([""] * len(self.columns)))[: len(self.columns)]
            rows.append(tuple(clean(cell) for cell in last))
        return pd.DataFrame(rows, columns=list(self.columns), dtype=object)

    def profile(self, columns: Sequence[str] | None = None, *, top: int = 200) -> dict[str, ColumnProfile]:
        """Distinct values of columns, the most frequent first.

        Parameters
        ----------
        columns : which ones; all of them where none are named.
        top : most values to list for each column.

        Returns
        -------
        A profile for each column. Values longer than 200 characters are listed shortened, with an ellipsis.
        """
        profiles = {}
        for column in self.columns if columns is None else columns:
            if (column, top) not in self._profiles:
                self._check(Tally((column,)))
                blank, distinct, values = self._distinct(column, top)
                shown = tuple((_short(text), n) for text, n in values)
                self._profiles[column, top] = ColumnProfile(column, self.rows, blank, distinct, shown)
            profiles[column] = self._profiles[column, top]
        return profiles

    def _distinct(self, column: str, top: int) -> tuple[int, int, list[tuple[str, int]]]:
        """Blank rows, distinct values and the most frequent ones; what one tells the other needs no query."""
        alone = Tally((column,))
        if alone in self._kept or any(derives(alone, other) for other in self._kept):
            counts = cast("Grouped", self._found(alone)).pairs()
            values = [(text, n) for text, n in counts if text is not None]
            values.sort(key=lambda pair: (-pair[1], pair[0]))
            return sum(n for text, n in counts if text is None), len(values), values[:top]
        blank, distinct, listed = self._engine.distinct(column, top)
        if distinct == len(listed) and blank + sum(n for _, n in listed) == self.rows:
            whole: dict[Key, int] = {(text,): n for text, n in listed}
            self._kept[alone] = Grouped.of(whole | {(None,): blank} if blank else whole, 1)
        return blank, distinct, listed

    def recipe(self) -> dict[str, Any] | None:
        """How to open the same data again, or None for a frame in memory."""
        if self.source.path is None:
            return None
        return {"path": self.source.path, "options": dict(self.source.options)}

    def close(self) -> None:
        """Let go of the data and remove temporary files; also happens at exit."""
        self._kept.clear()
        self._engine.close()

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Records {self.name}: {self.rows:,} rows, {len(self.columns):,} columns>"


def _part(say: Progress, before: int, rows: int, whole: int, share: float) -> None:
    """Say how far a count is in which a share of the rows is done."""
    say(int((before + share) * rows), whole, "counting")


@contextlib.contextmanager
def watched(engine: Engine, watch: Watch, say: Progress) -> Iterator[None]:
    """Have an engine say how far it is, where it can and somebody listens."""
    if say is no_progress or not isinstance(engine, Watched):
        yield
        return
    engine.watch = watch
    try:
        yield
    finally:
        engine.watch = None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "\u2026"


def _sorted(keys: Iterable[Key]) -> list[Key]:
    """Keys by their texts, blanks last; each different text is compared once."""
    columns = list(zip(*keys, strict=True))
    places = [
        {text: place for place, text in enumerate(sorted(set(column), key=lambda t: (t is None, t or "")))}
        for column in columns
    ]
    order = zip(
        *(map(place.__getitem__, column) for place, column in zip(places, columns, strict=True)), strict=True
    )
    return [key for _, key in sorted(zip(order, keys, strict=True))] if columns else list(keys)


def _frame(tally: Tally, counts: Grouped | Sums) -> pd.DataFrame:
    if isinstance(counts, Grouped):
        return counts.frame(tally.by)
    keys = _sorted(counts)
    data: dict[str, Any] = {}
    for place, column in enumerate(tally.by):
        data[column] = pd.Series([key[place] for key in keys], dtype=object)
    sums = [counts[key] for key in keys]
    for place, name in enumerate(("total", "squares"), start=1):
        data[free(name, data)] = pd.Series([same_digits(sum_[place]) for sum_ in sums], dtype="float64")
    data[free("n", data)] = pd.Series([sum_[0] for sum_ in sums], dtype="int64")
    return pd.DataFrame(data)
