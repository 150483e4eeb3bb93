"""Counts by DuckDB: large text files, Parquet, and relations a person already has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitykit.errors import NotANumber, ReadError
from equitykit.frames.codes import add, too_large
from equitykit.frames.merging import LOOK, together
from equitykit.frames.scratch import Scratch
from equitykit.frames.sums import add_sums
from equitykit.frames.types import LIMIT, SEPARATOR, Counts, Sums, Tally
from equitykit.frames.values import TRIMMED, add_counts, cut_to, distinct_texts, joined
from equitykit.text import plain

if TYPE_CHECKING:
    import duckdb

_MEMORY = "700MB"
_FETCH = 2 * LIMIT + 2
_MANY = 100_000
"""From so many rows on it pays to look at some of them first."""
_NUMBERS = {
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
    "UHUGEINT", "FLOAT", "DOUBLE",
}  # fmt: skip
_NATIVE = {
    *_NUMBERS,
    "BOOLEAN",
    "DATE",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP_S",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
    "BLOB",
}
_ZONED = "TIMESTAMP WITH TIME ZONE"
_SEPARATOR = f"chr({ord(SEPARATOR)})"
Run = Callable[[str], list[tuple[Any, ...]]]


def connect(scratch: Scratch, *, on_disk: bool) -> duckdb.DuckDBPyConnection:
    """An embedded database that keeps within its memory and downloads nothing."""
    import duckdb

    con = duckdb.connect(
        str(scratch.path("rows.duckdb")) if on_disk else ":memory:",
        config={
            "memory_limit": _MEMORY,
            "temp_directory": str(scratch.path("spill")),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        },
    )
    con.execute("SET enable_progress_bar = false")
    return con


def fetch(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query, without the progress bar that DuckDB would draw."""
    cursor = con.cursor()
    cursor.execute("SET enable_progress_bar = false")
    return cursor.execute(sql).fetchall()


def literal(text: str | Path) -> str:
    """A text as SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def stop_if_interrupted(error: BaseException) -> None:
    """Ctrl-C during a query comes as an error of the database; it must still end the program."""
    if type(error).__name__ == "InterruptException":
        raise KeyboardInterrupt from error


def refused(error: Exception, subject: str) -> ReadError:
    """What DuckDB said, as an error that people can read."""
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return ReadError(
        f"{subject} could not be read: {plain(first, 200)}.",
        next_step="Check that the file is complete and opens in the program that wrote it.",
    )


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table in DuckDB: how to name it in SQL, its type, and whether a cell may hold several texts."""

    sql: str
    type: str
    many: bool = False

    @property
    def is_text(self) -> bool:
        """Whether values are (or are turned into) text inside DuckDB."""
        return not (self.type in _NATIVE or self.type.startswith("DECIMAL") or self.type == _ZONED)

    @property
    def raw(self) -> str:
        """The value as it is fetched."""
        if self.type == _ZONED:
            return f"make_timestamp(epoch_us({self.sql}))"
        if self.type.endswith("]"):
            return f"array_to_string(CAST({self.sql} AS VARCHAR[]), ';')"
        if self.type in {"FLOAT", "DOUBLE"}:
            return f"CASE WHEN isnan({self.sql}) THEN NULL ELSE {self.sql} END"
        if self.is_text and self.type != "VARCHAR":
            return f"CAST({self.sql} AS VARCHAR)"
        return self.sql

    def text(self, value: str) -> str:
        """Trim and unwrap, as :func:`equitykit.frames.values.clean` does."""
        trimmed = f"trim({value}, {literal(TRIMMED)})"
        inner = f"trim(substr({trimmed}, 3, length({trimmed}) - 3), {literal(TRIMMED)})"
        wrapped = f"starts_with({trimmed}, '=\"') AND ends_with({trimmed}, '\"') AND length({trimmed}) > 2"
        # Trimming is slow, so what plainly needs none is let through.
        bare = f"ascii({value}) BETWEEN 33 AND 126 AND unicode(right({value}, 1)) BETWEEN 33 AND 126"
        plain_text = f"{bare} AND ascii({value}) <> 61"
        slow = f"nullif(CASE WHEN {wrapped} THEN {inner} ELSE {trimmed} END, '')"
        return f"CASE WHEN {plain_text} THEN {value} ELSE {slow} END"

    def key(self, value: str, cut: int | None) -> str:
        """The key as far as DuckDB makes it: text in full, other types shortened where that is safe."""
        if self.many:
            return value if cut is None else _cut_each(value, cut)
        if self.is_text:
            text = self.text(value)
            return (
                text if cut is None else f"nullif(rtrim(left({text}, {max(cut, 0)}), {literal(TRIMMED)}), '')"
            )
        if cut is not None and cut <= 10 and self.type.startswith("TIMESTAMP"):
            return f"CAST({value} AS DATE)"
        return value

    @property
    def number(self) -> str:
        """The value as a number; NULL where it is none."""
        if self.is_text:
            return f"TRY_CAST(replace({self.text(self.raw)}, ',', '') AS DOUBLE)"
        plain = self.type in _NUMBERS or self.type.startswith("DECIMAL")
        return f"TRY_CAST({self.sql if plain else f'CAST({self.sql} AS VARCHAR)'} AS DOUBLE)"

    def written(self, value: str, *, whole: bool) -> str:
        """The value as text inside DuckDB, as :func:`equitykit.frames.values.texts` writes it.

        ``whole`` says that all values of a column with fractions are whole numbers.
        """
        if self.is_text:
            return self.text(value)
        if self.type == "BOOLEAN":
            return f"CASE {value} WHEN true THEN 'True' WHEN false THEN 'False' END"
        if self.type.startswith("TIMESTAMP"):
            day = f"CAST(CAST({value} AS DATE) AS VARCHAR)"
            time = f"strftime({value}, '%Y-%m-%dT%H:%M:%S')"
            parts = f"{time} || CASE WHEN epoch_us({value}) % 1000000 = 0 THEN '' ELSE strftime({value}, '.%f') END"
            zone = " || '+00:00'" if self.type == _ZONED else ""
            return f"CASE WHEN date_trunc('day', {value}) = {value} THEN {day} ELSE {parts}{zone} END"
        if self.fractional and whole:
            return f"CAST(CAST({value} AS HUGEINT) AS VARCHAR)"
        if self.type == "FLOAT":
            return f"CAST(CAST({value} AS DOUBLE) AS VARCHAR)"
        return f"CAST({value} AS VARCHAR)"

    @property
    def fractional(self) -> bool:
        """Whether values may have a fraction."""
        return self.type in {"FLOAT", "DOUBLE"} or self.type.startswith("DECIMAL")

    def native(self, value: Any) -> Any:
        """A fetched value as the reader of texts wants it."""
        if self.type == _ZONED and isinstance(value, dt.datetime):
            return value.replace(tzinfo=dt.UTC)
        return value


def _cut_each(value: str, cut: int) -> str:
    """SQL that shortens each of the several texts of a cell."""
    parts = f"string_split({value}, {_SEPARATOR})"
    shorter = (
        f"list_transform({parts}, lambda x: nullif(rtrim(left(x, {max(cut, 0)}), {literal(TRIMMED)}), ''))"
    )
    kept = f"list_sort(list_distinct({shorter}))"
    return f"nullif(array_to_string({kept}, {_SEPARATOR}), '')"


def _list(*parts: str) -> str:
    return ", ".join(parts)


def _joined(found: list[str | None], *, many: bool) -> str | None:
    """The values of one unit, where each may itself be several."""
    if many:
        found = [part for text in found if text is not None for part in text.split(SEPARATOR)]
    return joined(found)


def _single(letter: str, places: Iterable[int]) -> list[str]:
    """A list of the one value a unit has, or NULL."""
    return [f"CASE WHEN {letter}{at} IS NULL THEN NULL ELSE [{letter}{at}] END AS l{at}" for at in places]


class DuckEngine:
    """Counts over one table or view of a database."""

    def __init__(
        self,
        run: Run,
        table: str,
        names: Sequence[str],
        fields: Sequence[Field],
        *,
        subject: str,
        close: Callable[[], None],
    ) -> None:
        self._database = run
        self._subject = subject
        self._table = table
        self._fields = dict(zip(names, fields, strict=True))
        self._close = close
        self._looked: dict[str, list[Any]] = {}
        self._differ: dict[str, bool] = {}
        self._once: dict[tuple[str, ...], bool] = {}
        self._written: dict[str, str] = {}
        self.rows = int(self._run(f"SELECT count(*) FROM {table}")[0][0])

    @property
    def table(self) -> str:
        """The table or view that is counted, as SQL."""
        return self._table

    def over(self, table: str, fields: Mapping[str, Field]) -> DuckEngine:
        """Counts over another table of the same database."""
        return DuckEngine(
            self._database,
            table,
            list(fields),
            list(fields.values()),
            subject=self._subject,
            close=self._close,
        )

    @property
    def fields(self) -> Mapping[str, Field]:
        """Columns by name."""
        return self._fields

    def written(self, name: str) -> str:
        """The SQL that writes a column as text."""
        if name not in self._written:
            field = self._fields[name]
            whole = False
            if field.fractional:
                odd = "v IS NOT NULL AND NOT (isfinite(v) AND abs(v) < 1e15 AND v = trunc(v))"
                if field.type.startswith("DECIMAL"):
                    odd = "v <> trunc(v)"
                counted = f"SELECT count(*) FROM (SELECT {field.raw} AS v FROM {self._table}) WHERE {odd}"
                whole = not self.run(counted)[0][0]
            self._written[name] = field.written(field.raw, whole=whole)
        return self._written[name]

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query over this table and others; damage that shows only now is said in words."""
        return self._run(sql)

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query; damage that shows only now is said in words."""
        try:
            return self._database(sql)
        except Exception as error:
            stop_if_interrupted(error)
            raise refused(error, self._subject) from error

    def tally(self, tally: Tally) -> Counts:
        """Units by key."""
        cuts = dict(tally.cut)
        fields = [self._fields[name] for name in tally.by]
        widths = [cuts.get(name) for name in tally.by]
        if tally.per:
            return self._per(tally, fields, widths)
        if not fields:
            return {(): self.rows}
        if any(self._nearly_all_differ(name) for name in tally.by if name not in cuts):
            raise too_large(tally)
        raw = ", ".join(f"{field.raw} AS v{place}" for place, field in enumerate(fields))
        keys = ", ".join(
            f"{field.key(f'v{place}', widths[place])} AS k{place}" for place, field in enumerate(fields)
        )
        rows = self._run(
            f"SELECT {keys}, CAST(sum(n) AS BIGINT) FROM "
            f"(SELECT {raw}, count(*) AS n FROM {self._table} GROUP BY ALL) GROUP BY ALL LIMIT {_FETCH}"
        )
        if len(rows) >= _FETCH:
            raise too_large(tally)
        return add_counts(self._as_native(rows, fields), len(fields), widths)

    def sums(self, tally: Tally, column: str) -> Sums:
        """Rows by key, with the sum of a column of numbers and of its squares."""
        cuts = dict(tally.cut)
        fields = [self._fields[name] for name in tally.by]
        widths = [cuts.get(name) for name in tally.by]
        held = self._fields[column]
        wrong = "coalesce(NOT (w >= 0 AND w < 'infinity'::DOUBLE), true)"
        raw = [f"{field.raw} AS v{place}" for place, field in enumerate(fields)]
        keys = [f"{field.key(f'v{place}', widths[place])} AS k{place}" for place, field in enumerate(fields)]
        by = f"GROUP BY {_list(*(f'k{place}' for place in range(len(keys))))}" if keys else ""
        rows = self._run(
            f"SELECT {_list(*(f'k{place}' for place in range(len(keys))), 'count(*)')}, fsum(w), fsum(w * w), "
            f"count(*) FILTER (WHERE {wrong}) FROM (SELECT {_list(*keys, 'w')} FROM "
            f"(SELECT {_list(*raw, f'{held.number} AS w')} FROM {self._table})) {by} LIMIT {_FETCH}"
        )
        if len(rows) >= _FETCH:
            raise too_large(tally)
        if self.rows and any(row[-1] for row in rows):
            value = f"{held.text(held.raw)}" if held.is_text else f"CAST({held.sql} AS VARCHAR)"
            found = self._run(
                f"SELECT v FROM (SELECT {value} AS v, {held.number} AS w FROM {self._table}) WHERE {wrong} LIMIT 1"
            )
            raise NotANumber(column, found[0][0])
        return add_sums(self._as_native(rows, fields), len(fields), widths) if self.rows else {}

    # -- what a look at some rows tells ----------------------------------------------------

    def wider(self, tallies: Sequence[Tally]) -> list[Tally]:
        """Tallies to count first, since several of these are then summed from one."""
        if self.rows < _MANY or len(tallies) < 2:
            return []
        names = list(dict.fromkeys(name for tally in tallies for name in tally.by))
        return together(tallies, self._look(names))

    def _look(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """Some rows of columns."""
        new = [name for name in names if name not in self._looked]
        if new:
            raw = ", ".join(self._fields[name].raw for name in new)
            rows = self._run(f"SELECT {raw} FROM {self._table} LIMIT {LOOK}")
            self._looked |= {name: [row[place] for row in rows] for place, name in enumerate(new)}
        return self._looked

    def _nearly_all_differ(self, name: str) -> bool:
        """Whether a column alone has far more values than may be fetched, as an identifier has."""
        if self.rows <= _FETCH:
            return False
        if name not in self._differ:
            looked = self._look([name])[name]
            self._differ[name] = 2 * len(set(looked)) > len(looked) and self._about(name) > 1.5 * _FETCH
        return self._differ[name]

    def _about(self, name: str) -> int:
        """About how many different values a column has."""
        field = self._fields[name]
        return int(self._run(f"SELECT approx_count_distinct({field.raw}) FROM {self._table}")[0][0])

    @staticmethod
    def _as_native(rows: list[tuple[Any, ...]], fields: Sequence[Field]) -> list[tuple[Any, ...]]:
        if not any(field.type == _ZONED for field in fields):
            return rows
        return [
            (*(field.native(value) for field, value in zip(fields, row, strict=False)), *row[len(fields) :])
            for row in rows
        ]

    def _per(self, tally: Tally, fields: Sequence[Field], widths: Sequence[int | None]) -> Counts:
        """Units of several rows: lists of native values are made in DuckDB, their texts here.

        First it is asked whether any unit has several. Most of those say the same in all their rows, which the
        smallest and the largest value show; only the others need a list.
        """
        if self._each_once(tally.per):
            counts: Counts = {}
            for key, n in self.tally(Tally(tally.by, cut=tally.cut)).items():
                parts = (_joined([text], many=field.many) for text, field in zip(key, fields, strict=True))
                add(counts, tuple(parts), n)
            return counts
        ids = [self._fields[name] for name in tally.per]
        places = range(len(fields))
        unit = [f"u{place}" for place in range(len(ids))]
        keys = [field.key(field.raw, width) for field, width in zip(fields, widths, strict=True)]
        known = " AND ".join(f"{name} IS NOT NULL" for name in unit)
        same = " AND ".join(f"a{place} IS NOT DISTINCT FROM b{place}" for place in places) or "true"
        source = _list(
            *(f"{field.key(field.raw, None)} AS {name}" for field, name in zip(ids, unit, strict=True)),
            *(f"{key} AS k{place}" for place, key in enumerate(keys)),
        )
        ends = [f"min(k{place}) AS a{place}, max(k{place}) AS b{place}" for place in places]
        several = [
            f"list_sort(list(DISTINCT k{at}) FILTER (WHERE k{at} IS NOT NULL)) AS l{at}" for at in places
        ]
        lists = [f"l{place}" for place in places]
        rows = self._run(
            f"WITH src AS (SELECT {source} FROM {self._table}), "
            f"folded AS MATERIALIZED (SELECT {_list(*unit, *ends)} FROM src WHERE {known} GROUP BY {_list(*unit)}) "
            f"SELECT {_list(*lists, 'CAST(sum(n) AS BIGINT)')} FROM ("
            f"SELECT {_list(*_single('a', places), 'count(*) AS n')} FROM folded WHERE {same} GROUP BY ALL UNION ALL "
            f"SELECT {_list(*_single('k', places), 'count(*) AS n')} FROM src WHERE NOT ({known}) GROUP BY ALL "
            "UNION ALL "
            f"SELECT {_list(*lists, 'count(*) AS n')} FROM (SELECT {_list(*several, '1 AS one')} "
            f"FROM src JOIN folded USING ({_list(*unit)}) WHERE NOT ({same}) GROUP BY {_list(*unit)}) GROUP BY ALL"
            f") GROUP BY ALL LIMIT {_FETCH}"
        )
        if len(rows) >= _FETCH:
            raise too_large(tally)
        return self._united(rows, fields, widths)

    def _each_once(self, per: tuple[str, ...]) -> bool:
        """Whether no unit has two rows. Two that share a hash are taken for one, which costs time alone."""
        if per not in self._once:
            ids = [field.key(field.raw, None) for field in (self._fields[name] for name in per)]
            units = _list(*(f"{key} AS u{place}" for place, key in enumerate(ids)))
            names = [f"u{place}" for place in range(len(ids))]
            known = " AND ".join(f"{name} IS NOT NULL" for name in names)
            rows, distinct = self._run(
                f"SELECT count(*), count(DISTINCT hash({_list(*names)})) FROM (SELECT {units} FROM {self._table}) "
                f"WHERE {known}"
            )[0]
            self._once[per] = rows == distinct
        return self._once[per]

    @staticmethod
    def _united(rows: list[tuple[Any, ...]], fields: Sequence[Field], widths: Sequence[int | None]) -> Counts:
        found: list[dict[Any, str | None]] = []
        for place, field in enumerate(fields):
            native = list(dict.fromkeys(value for row in rows for value in row[place] or ()))
            turned = distinct_texts([field.native(value) for value in native])
            found.append(
                {value: cut_to(text, widths[place]) for value, text in zip(native, turned, strict=True)}
            )
        counts: Counts = {}
        for row in rows:
            key = tuple(
                _joined([found[place][value] for value in row[place] or ()], many=field.many)
                for place, field in enumerate(fields)
            )
            if row[-1]:
                add(counts, key, int(row[-1]))
        return counts

    def distinct(self, column: str, top: int) -> tuple[int, int, list[tuple[str, int]]]:
        """Blank rows, distinct values, and the most frequent values."""
        field = self._fields[column]
        if not field.is_text:
            return self._distinct_native(column, top)
        rows = self._run(
            f"WITH raw AS (SELECT {field.raw} AS v, count(*) AS n FROM {self._table} GROUP BY 1), "
            f"found AS MATERIALIZED (SELECT {field.text('v')} AS v, sum(n) AS n FROM raw GROUP BY 1) "
            "SELECT v, CAST(n AS BIGINT), (SELECT count(v) FROM found), "
            "(SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM found WHERE v IS NULL) "
            f"FROM found WHERE v IS NOT NULL ORDER BY n DESC, v LIMIT {int(top)}"
        )
        if not rows:
            return self.rows, 0, []
        values = sorted(((row[0], int(row[1])) for row in rows), key=lambda pair: (-pair[1], pair[0]))
        return int(rows[0][3]), int(rows[0][2]), values

    def _distinct_native(self, column: str, top: int) -> tuple[int, int, list[tuple[str, int]]]:
        field = self._fields[column]
        most = 5 * LIMIT
        rows = self._run(
            f"SELECT {field.raw} AS v, count(*) AS n FROM {self._table} "
            f"GROUP BY 1 ORDER BY n DESC, v LIMIT {most}"
        )
        blank_only = self._run(f"SELECT count(*) - count({field.sql}) FROM {self._table}")[0][0]
        counts = add_counts(self._as_native(rows, [field]), 1, [None])
        blank = max(int(blank_only), counts.pop((None,), 0))
        values = sorted(((str(key[0]), n) for key, n in counts.items()), key=lambda pair: (-pair[1], pair[0]))
        distinct = len(values)
        if len(rows) == most:
            distinct = self._about(column)
        return blank, distinct, values[:top]

    def digest(self) -> str | None:
        """Not worth reading everything again."""
        return None

    def close(self) -> None:
        """Let go of the data."""
        self._close()
