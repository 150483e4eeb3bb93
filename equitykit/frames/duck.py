"""Counts by DuckDB: large text files, Parquet, and relations a person already has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from equitykit.errors import NotANumber
from equitykit.frames.codes import add, too_large
from equitykit.frames.embedded import Watch, refused, stop_if_interrupted
from equitykit.frames.field import ZONED, Field
from equitykit.frames.merging import LOOK, together
from equitykit.frames.sums import add_sums
from equitykit.frames.types import LIMIT, SEPARATOR, Counts, Sums, Tally
from equitykit.frames.values import add_counts, cut_to, distinct_texts, joined

_FETCH = 2 * LIMIT + 2
_MANY = 2_000
"""From so many rows on it pays to look at some of them first."""
Run = Callable[[str, Watch | None], list[tuple[Any, ...]]]


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


_KEPT, _MOST_KEPT = 10_000, 64
"""Counts of rows up to so long, and so many, are kept: one of persons of one row each is the same."""


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
        self._bare: dict[str, int] = {}
        self._written: dict[str, str] = {}
        self.watch: Watch | None = None
        self._plain: dict[Tally, Counts] = {}
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
            return self._database(sql, self.watch)
        except Exception as error:
            stop_if_interrupted(error)
            raise refused(error, self._subject) from error

    def tally(self, tally: Tally) -> Counts:
        """Units by key."""
        counts = self._count(tally)
        if not tally.per and len(counts) <= _KEPT and len(self._plain) < _MOST_KEPT:
            self._plain[tally] = counts
        return counts

    def _count(self, tally: Tally) -> Counts:
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
        if not any(field.type == ZONED for field in fields):
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
            plain = Tally(tally.by, cut=tally.cut)
            whole = self._plain[plain] if plain in self._plain else self._count(plain)
            for key, n in whole.items():
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
        if per not in self._once and len(per) == 1 and self._bare_and_once(per[0]):
            self._once[per] = True
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

    def _bare_and_once(self, name: str) -> bool:
        """Whether each row that holds a text holds a different one, and none has to be trimmed."""
        field = self._fields[name]
        if field.type != "VARCHAR" or field.many:
            return False
        known, bare, different = self._run(
            f"SELECT count({field.raw}), count(*) FILTER (WHERE {field.bare(field.raw)}), "
            f"count(DISTINCT hash({field.raw})) FILTER (WHERE {field.raw} IS NOT NULL) FROM {self._table}"
        )[0]
        if known == bare == different:
            self._bare[name] = int(known)
        return name in self._bare

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
        if column in self._bare:
            known = self._bare[column]
            rows = self._run(
                f"SELECT {field.raw} AS v FROM {self._table} WHERE v IS NOT NULL ORDER BY v LIMIT {int(top)}"
            )
            return self.rows - known, known, [(row[0], 1) for row in rows]
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
