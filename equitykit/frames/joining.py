"""A second file joined to the records by an identifier: nobody is counted twice, nobody is lost.

The second file is first folded to one row for each identifier, in its own engine; several values of a column
become one cell that holds them all, as for persons with several rows. Only then is it joined, so that each record
stays one record. Records without a match are kept with blanks; rows of the second file that match no record are
counted and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from equitykit.errors import ReadError, UnknownName
from equitykit.frames.codes import CodesEngine, Engine, Watched
from equitykit.frames.duck import DuckEngine
from equitykit.frames.embedded import Watch, literal
from equitykit.frames.field import Field
from equitykit.frames.large import WIDEST, Store, load_rows
from equitykit.frames.names import shown
from equitykit.frames.records import Records
from equitykit.frames.scratch import Scratch
from equitykit.frames.types import SEPARATOR, Counts, ReadNote, Source, Sums, Tally, no_progress
from equitykit.frames.values import distinct_texts
from equitykit.text import plain

__all__ = ["join"]

_MOST_CELLS = 50_000_000


class JoinedEngine:
    """Counts in place where only the records are asked, and over the joined table where the second file is."""

    def __init__(self, main: Engine, names: Sequence[str], joined: DuckEngine, scratch: Scratch) -> None:
        self._main = main
        self._own = frozenset(names)
        self._joined = joined
        self._scratch = scratch
        self.rows = main.rows

    def _engine(self, columns: Sequence[str]) -> Engine:
        return self._main if self._own.issuperset(columns) else self._joined

    def tally(self, tally: Tally) -> Counts:
        """Units by key."""
        return self._engine((*tally.by, *tally.per)).tally(tally)

    def sums(self, tally: Tally, column: str) -> Sums:
        """Rows by key, with the sum of a column of numbers and of its squares."""
        return self._engine((*tally.by, column)).sums(tally, column)

    def wider(self, tallies: Sequence[Tally]) -> list[Tally]:
        """Tallies to count first, since several of these are then summed from one."""
        own = [tally for tally in tallies if self._own.issuperset((*tally.by, *tally.per))]
        return [*self._main.wider(own), *self._joined.wider([tally for tally in tallies if tally not in own])]

    def distinct(self, column: str, top: int) -> tuple[int, int, list[tuple[str, int]]]:
        """Blank rows, distinct values, and the most frequent values."""
        return self._engine([column]).distinct(column, top)

    def digest(self) -> str | None:
        """Hash of the records without what was joined."""
        return self._main.digest()

    def close(self) -> None:
        """Let go of the data."""
        self._joined.close()
        self._main.close()
        self._scratch.close()

    @property
    def watch(self) -> Watch | None:
        """Who is told how much of a count is done."""
        return self._joined.watch

    @watch.setter
    def watch(self, watch: Watch | None) -> None:
        self._joined.watch = watch
        if isinstance(self._main, Watched):
            self._main.watch = watch

    @property
    def duck(self) -> DuckEngine:
        """The joined table, to join a further file to."""
        return self._joined


@dataclass(frozen=True, slots=True)
class _Matched:
    """How far two files fit together."""

    rows: int  # of the records
    with_match: int
    without_key: int
    other_rows: int
    other_lost: int  # rows of the second file that match no record


def join(
    records: Records, other: Records, *, on: Sequence[str], columns: Sequence[str], many: bool = False
) -> Records:
    """Records with columns of a second file beside their own.

    Parameters
    ----------
    records : people or events; each stays one record.
    other : the second file.
    on : columns that both have, compared as text after trimming.
    columns : columns of the second file that are wanted.
    many : whether the second file may have several rows for one identifier; their values are then put together.

    Returns
    -------
    Records, with a note on how many have no match on either side.

    Raises
    ------
    ReadError
        The second file has several rows for one identifier and `many` was not said; or the records are in a
        database or a cluster, which joins better itself.
    UnknownName
        A column to join by is not there.
    """
    name = plain(other.name, 80)
    for side in (records, other):
        for column in on:
            if column not in side.columns:
                raise UnknownName(f'column in "{plain(side.name, 80)}" to join by', column, side.columns)
    wanted = [
        column for column in columns if column in other.columns and column not in (*records.columns, *on)
    ]
    scratch = Scratch()
    try:
        main = _as_duck(records, (*on, *(c for c in columns if c in records.columns and c not in on)))
        second = _as_duck(other, (*on, *wanted))
        folded = _folded(second, on, wanted, scratch, many=many, name=name)
        table, fields = _joined_table(main, on, wanted, folded, many=many)
        joined = main.over(table, fields)
        matched = _matched(main, records, on, folded)
    except BaseException:
        scratch.close()
        raise
    engine = JoinedEngine(records._engine, records.columns, joined, scratch)
    notes = [*records.notes, _note(name, on, matched, many=many)]
    both = [c for c in columns if c in other.columns and c in records.columns and c not in on]
    if both:
        notes.append(
            ReadNote(
                "duplicate-columns",
                f"{shown(both)}: in both files; that of {plain(records.name, 80)} is used, not that of {name}.",
                columns=tuple(both),
            )
        )
    return Records(
        name=records.name,
        columns=(*records.columns, *wanted),
        notes=notes,
        source=Source(records.source.path, records.source.options),
        engine=engine,
        sha256=_hash(records, other),
        totals_row=records.totals_row,
        progress=records._progress,
    )


def _hash(records: Records, other: Records) -> str | None:
    """One hash of both, so that a change in either shows; None where one has none."""
    import hashlib

    if records.sha256 is None or other.sha256 is None:
        return None
    return hashlib.sha256(f"{records.sha256}\n{other.sha256}\n".encode()).hexdigest()


def _as_duck(records: Records, columns: Sequence[str]) -> DuckEngine:
    """The records in DuckDB: where they are, or copied there column by column as text."""
    engine = records._engine
    if isinstance(engine, DuckEngine):
        return engine
    if isinstance(engine, JoinedEngine):
        return engine.duck
    names = records.columns if len(records.columns) <= WIDEST // 10 else columns
    if isinstance(engine, CodesEngine):
        found = [engine.column(name) for name in names]
        texts = ([column.texts[code] or "" for code in column.codes.tolist()] for column in found)
        rows: Iterator[list[str]] = (list(row) for row in zip(*texts, strict=True))
    else:
        rows = _in_memory(engine, names, records)
    store = Store(len(names))
    try:
        load_rows(store, rows, no_progress, subject=plain(records.name, 80), totals=False)
        store.keep(range(len(names)))
        return store.engine(names)
    except BaseException:
        store.close()
        raise


def _in_memory(engine: Engine, names: Sequence[str], records: Records) -> Iterator[list[str]]:
    """Rows of a frame in memory; tables of a database or a cluster stay where they are."""
    from equitykit.frames.narwhal import NarwhalsEngine

    if not isinstance(engine, NarwhalsEngine) or engine.elsewhere:
        raise ReadError(
            f'"{plain(records.name, 80)}" is in a database or a cluster, and a file is not joined to it from here.',
            next_step="Join the tables there: a query with JOIN (--query), or a Spark frame that holds both; count "
            'persons ("count: persons"), and nobody is counted twice.',
        )
    if records.rows * len(names) > _MOST_CELLS:
        raise ReadError(
            f'"{plain(records.name, 80)}" is too large to be joined as a frame in memory.',
            next_step="Save it as Parquet, and open that file.",
        )
    found = engine.values(names)
    texts = [distinct_texts(column) for column in found]
    return ([cell or "" for cell in row] for row in zip(*texts, strict=True))


def _folded(
    side: DuckEngine, on: Sequence[str], wanted: Sequence[str], scratch: Scratch, *, many: bool, name: str
) -> str:
    """The second file with one row for each identifier, as SQL; rows without an identifier are row 0."""
    path = scratch.path("joined.parquet")
    keys = [f"k{place}" for place in range(len(on))]
    source = ", ".join(
        [
            *(f"{side.written(column)} AS {key}" for column, key in zip(on, keys, strict=True)),
            *(f"replace({side.written(column)}, {_MARK}, ' ') AS v{at}" for at, column in enumerate(wanted)),
        ]
    )
    values = [
        f"CASE WHEN min(v{at}) = max(v{at}) THEN min(v{at}) "
        f"ELSE string_agg(DISTINCT v{at}, {_MARK} ORDER BY v{at}) END AS j{at}"
        if many
        else f"any_value(v{at}) AS j{at}"
        for at in range(len(wanted))
    ]
    known = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    side.run(
        f"COPY (SELECT {', '.join([*keys, 'count(*) AS n', f'{known} AS known', *values])} "
        f"FROM (SELECT {source} FROM {side.table}) GROUP BY {', '.join(keys)}) TO {literal(path)} (FORMAT parquet)"
    )
    folded = f"read_parquet({literal(path)})"
    if not many:
        doubled, of = side.run(f"SELECT count(*) FILTER (WHERE n > 1), count(*) FROM {folded} WHERE known")[0]
        if doubled:
            raise ReadError(
                f'"{name}" has several rows for {doubled:,} of its {of:,} different {_quoted(on)}.',
                next_step='Say "many: true" for this join in the codebook; their values are then put together, and '
                "nobody is counted twice.",
            )
    return folded


_MARK = f"chr({ord(SEPARATOR)})"


def _quoted(on: Sequence[str]) -> str:
    return " with ".join(f'"{plain(column, 80)}"' for column in on)


def _keyed(main: DuckEngine, on: Sequence[str]) -> str:
    """The records with their identifiers as text."""
    keys = ", ".join(f"{main.written(column)} AS equitykit_k{place}" for place, column in enumerate(on))
    return f"(SELECT *, {keys} FROM {main.table}) AS m"


def _equal(on: Sequence[str]) -> str:
    return " AND ".join(f"m.equitykit_k{place} = s.k{place}" for place in range(len(on)))


def _joined_table(
    main: DuckEngine, on: Sequence[str], wanted: Sequence[str], folded: str, *, many: bool
) -> tuple[str, dict[str, Field]]:
    """The joined table as SQL, and its columns."""
    depth = main.table.count("read_parquet(")  # an earlier join has taken the lower numbers
    start = f"equitykit_j{depth}_"
    fields = dict(main.fields)
    taken = []
    for at, column in enumerate(wanted):
        fields[column] = Field(f"{start}{at}", "VARCHAR", many=many)
        taken.append(f", s.j{at} AS {start}{at}")
    drop = ", ".join(f"equitykit_k{place}" for place in range(len(on)))
    sql = (
        f"(SELECT m.* EXCLUDE ({drop}){''.join(taken)} FROM {_keyed(main, on)} "
        f"LEFT JOIN {folded} AS s ON s.known AND {_equal(on)})"
    )
    return sql, fields


def _matched(main: DuckEngine, records: Records, on: Sequence[str], folded: str) -> _Matched:
    """How many rows on either side have no match."""
    keyed, equal = _keyed(main, on), _equal(on)
    unknown = " OR ".join(f"m.equitykit_k{place} IS NULL" for place in range(len(on)))
    with_match = main.run(f"SELECT count(*) FROM {keyed} SEMI JOIN {folded} AS s ON s.known AND {equal}")
    without_key = main.run(f"SELECT count(*) FROM {keyed} WHERE {unknown}")
    rows, matched = main.run(
        f"SELECT CAST(coalesce(sum(n), 0) AS BIGINT), (SELECT CAST(coalesce(sum(s.n), 0) AS BIGINT) "
        f"FROM {folded} AS s SEMI JOIN {keyed} ON s.known AND {equal}) FROM {folded}"
    )[0]
    return _Matched(
        records.rows, int(with_match[0][0]), int(without_key[0][0]), int(rows), int(rows) - int(matched)
    )


def _note(name: str, on: Sequence[str], found: _Matched, *, many: bool) -> ReadNote:
    alone = found.rows - found.with_match
    said = [
        f"{name} was joined by {_quoted(on)}: {found.with_match:,} of {found.rows:,} rows have a match there, "
        f"{alone:,} have none and are blank in its columns."
    ]
    if found.without_key:
        said.append(f"{found.without_key:,} of these have no {_quoted(on)}.")
    if found.other_lost:
        said.append(
            f"{found.other_lost:,} of its {found.other_rows:,} rows match nobody here and are not counted."
        )
    if many:
        said.append("Several rows of one person there are put together; nobody is counted twice.")
    return ReadNote("joined", " ".join(said), rows=alone)
