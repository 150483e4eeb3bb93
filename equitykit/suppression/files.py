"""Tables in files: long (one row for each cell) or crossed (rows by columns), in and out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from equitykit.errors import MeasureError, UnknownName
from equitykit.suppression.sheets import MARK
from equitykit.suppression.table import ProtectedTable
from equitykit.suppression.verb import protect
from equitykit.tidy import TOO_FEW

__all__ = ["OpenTable", "written"]

COUNTS = ("count", "n")
HIDDEN = {TOO_FEW: "primary", "not shown": "complementary"}
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class OpenTable:
    """A table that was read from a file.

    Attributes
    ----------
    frame : the long table, as text.
    count : column of counts.
    total : label of the totals.
    crossed : whether the file had rows by columns, and then the order of the columns.
    """

    frame: pd.DataFrame
    count: str
    total: str
    crossed: tuple[str, ...] | None = None

    @classmethod
    def read(cls, path: str, *, count: str | None = None, total: str = "Total") -> OpenTable:
        """Read a file; a table without a column of counts is taken to be crossed.

        Raises
        ------
        UnknownName : for a column of counts that is not there. MeasureError : for a table that is neither.
        """
        from equitykit import frames

        opened = frames.open(path)
        table = opened.table()
        opened.close()
        for name in table.columns:
            table[name] = [_unquoted(text) for text in table[name]]
        if count is not None and count not in table.columns:
            raise UnknownName("column", count, [str(name) for name in table.columns])
        found = count or next((name for name in COUNTS if name in table.columns), None)
        if found is not None:
            return cls(table, found, total)
        return _uncrossed(table, total)

    def protect(
        self,
        *,
        dimensions: Sequence[str] | None = None,
        events: Sequence[str] | None = None,
        previous: OpenTable | None = None,
        **settings: Any,
    ) -> ProtectedTable:
        """Protect it, and refuse to hand on what is not safe.

        Raises
        ------
        MeasureError : where the attacker succeeds.
        """
        if self.crossed is not None and (dimensions or events):
            raise MeasureError(
                "A crossed table has the dimensions it shows.",
                next_step="Leave out --dimensions and --events, or give a long table with a column of counts.",
            )
        done = protect(
            self.frame,
            dimensions=dimensions,
            events=events,
            count=self.count,
            total=self.total,
            previous=previous.like(self) if previous is not None else None,
            **settings,
        )
        if not done.safe:
            raise MeasureError(
                "The protected table could be undone, so nothing was written.",
                next_step="Join groups, and report this without any data.",
            )
        return done

    def like(self, other: OpenTable) -> pd.DataFrame:
        """The frame with the names of another table's columns, where both are crossed."""
        if self.crossed is not None and other.crossed is not None:
            return self.frame.set_axis([*other.frame.columns], axis=1)
        return self.frame.rename(columns={self.count: other.count})


def _unquoted(text: str | None) -> str | None:
    return text[1:] if text is not None and text[:1] == "'" and text[1:2] in _FORMULA else text


def _quoted(text: Any) -> Any:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


def _uncrossed(table: pd.DataFrame, total: str) -> OpenTable:
    names = [str(name) for name in table.columns]
    if len(names) < 2:
        raise MeasureError(
            "The table has one column only, so there is nothing to protect.",
            next_step="Give a long table with a column of counts (--count), or a crossed one.",
        )
    row, *columns = names
    side = "column" if row != "column" else "columns"
    rows = []
    for record in table.itertuples(index=False):
        for name, text in zip(columns, record[1:], strict=True):
            mark = HIDDEN.get(text or "")
            if mark is None and not _is_count(text):
                raise MeasureError(
                    f'"{text or ""}" in the column "{name}" is no count, so this is no crossed table.',
                    next_step="For a long table, name its column of counts with --count.",
                )
            rows.append((record[0], name, None if mark else text, mark))
    _refuse_nested(table[columns], columns, total)
    frame = pd.DataFrame(rows, columns=[row, side, "count", MARK], dtype=object)
    return OpenTable(frame, "count", total, tuple(columns))


def _refuse_nested(table: pd.DataFrame, columns: Sequence[str], total: str) -> None:
    """Without a column of totals, people and how many of them have an event look like two kinds of people."""
    if len(columns) != 2 or total.casefold() in {name.casefold() for name in columns}:
        return
    pairs = [
        tuple(float(text.replace(",", "")) for text in record)
        for record in table.itertuples(index=False)
        if all(_is_count(text) for text in record)
    ]
    if len(pairs) > 1 and (all(a >= b for a, b in pairs) or all(a <= b for a, b in pairs)):
        raise MeasureError(
            f'"{columns[0]}" and "{columns[1]}" can be two kinds of people, or people and how many of them have '
            "an event, and what is hidden depends on it.",
            next_step=f'Name the people with --count and the event with --events, or add a column "{total}".',
        )


def _is_count(text: str | None) -> bool:
    return text is not None and re.fullmatch(r"[\d,]*\d", text.strip(), re.ASCII) is not None


def written(opened: OpenTable, done: ProtectedTable, suffix: str) -> str:
    """The protected table as text: .csv, .json, .md or .html.

    Raises
    ------
    UnknownName : for another kind of file.
    """
    if suffix == ".json":
        return json.dumps(done.to_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if suffix == ".md":
        return done.to_markdown()
    if suffix in (".html", ".htm"):
        return _PAGE.format(body=done._repr_html_())
    if suffix != ".csv":
        raise UnknownName("kind of file", suffix, (".csv", ".json", ".md", ".html"))
    frame = done.to_frame()
    if opened.crossed is not None:
        frame = _crossed(frame, opened.crossed, done.words())
    frame = frame.rename(columns=_quoted)
    for name in frame.columns:
        if frame[name].dtype == object:
            frame[name] = [_quoted(text) for text in frame[name]]
    return str(frame.to_csv(index=False, lineterminator="\n"))


_PAGE = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Protected table</title></head>'
    "<body><main>{body}</main></body></html>\n"
)


def _crossed(frame: pd.DataFrame, columns: Sequence[str], words: Sequence[str | None]) -> pd.DataFrame:
    row, side = str(frame.columns[0]), str(frame.columns[1])
    cells: dict[Any, dict[str, Any]] = {}
    for record, hidden in zip(frame.to_dict("records"), words, strict=True):
        shown = hidden if hidden is not None else str(int(record["count"]))
        cells.setdefault(record[row], {})[str(record[side])] = shown
    rows = [[label, *(found[name] for name in columns)] for label, found in cells.items()]
    return pd.DataFrame(rows, columns=[row, *columns], dtype=object)
