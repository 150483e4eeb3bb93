"""One column of a table in DuckDB, and the SQL that reads it as :mod:`equitykit.frames.values` would."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from equitykit.frames.embedded import literal
from equitykit.frames.types import SEPARATOR
from equitykit.frames.values import TRIMMED

__all__ = ["ZONED", "Field"]

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
ZONED = "TIMESTAMP WITH TIME ZONE"
_SEPARATOR = f"chr({ord(SEPARATOR)})"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table in DuckDB: how to name it in SQL, its type, and whether a cell may hold several texts."""

    sql: str
    type: str
    many: bool = False

    @property
    def is_text(self) -> bool:
        """Whether values are (or are turned into) text inside DuckDB."""
        return not (self.type in _NATIVE or self.type.startswith("DECIMAL") or self.type == ZONED)

    @property
    def raw(self) -> str:
        """The value as it is fetched."""
        if self.type == ZONED:
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
        slow = f"nullif(CASE WHEN {wrapped} THEN {inner} ELSE {trimmed} END, '')"
        return f"CASE WHEN {self.bare(value)} THEN {value} ELSE {slow} END"

    @staticmethod
    def bare(value: str) -> str:
        """Whether a text begins and ends with a visible ASCII character, and is no formula."""
        ends = f"ascii({value}) BETWEEN 33 AND 126 AND unicode(right({value}, 1)) BETWEEN 33 AND 126"
        return f"{ends} AND ascii({value}) <> 61"

    def key(self, value: str, cut: int | None) -> str:
        """The key as far as DuckDB makes it: text in full, other types shortened where that is safe."""
        if self.many:
            return value if cut is None else _cut_each(value, cut)
        if self.is_text:
            text = self.text(value)
            return (
                text if cut is None else f"nullif(rtrim(left({text}, {max(cut, 0)}), {literal(TRIMMED)}), '')"
            )
        if cut is not None and 0 < cut <= 10 and (self.type.startswith("TIMESTAMP") or self.type == "DATE"):
            day = f"CAST({value} AS DATE)"
            return _first_of_day(day, cut) if cut < 10 else day
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
            zone = " || '+00:00'" if self.type == ZONED else ""
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
        if self.type == ZONED and isinstance(value, dt.datetime):
            return value.replace(tzinfo=dt.UTC)
        return value


def _first_of_day(day: str, cut: int) -> str:
    """SQL of the first characters of a date, the ends of time as Python has them."""
    known = f"CASE {day} WHEN 'infinity' THEN DATE '9999-12-31' WHEN '-infinity' THEN DATE '0001-01-01' ELSE {day} END"
    return f"nullif(rtrim(left(CAST({known} AS VARCHAR), {cut}), {literal(TRIMMED)}), '')"


def _cut_each(value: str, cut: int) -> str:
    """SQL that shortens each of the several texts of a cell."""
    parts = f"string_split({value}, {_SEPARATOR})"
    shorter = (
        f"list_transform({parts}, lambda x: nullif(rtrim(left(x, {max(cut, 0)}), {literal(TRIMMED)}), ''))"
    )
    kept = f"list_sort(list_distinct({shorter}))"
    return f"nullif(array_to_string({kept}, {_SEPARATOR}), '')"
