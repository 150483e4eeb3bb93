"""One value, one text: the same for a cell of a spreadsheet, a frame, a database or a file."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from equitykit.frames.types import SEPARATOR

# Unicode white space, and characters that take no room: zero-width space, joiners, directional marks,
# word joiner, Mongolian vowel separator, byte order mark.
TRIMMED = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)
_BIGGEST_WHOLE = 1e15
_LIST_JOIN = ";"
_ONE_TEXT = {str, int, dt.date}
"""Types of which equal values have the same text; as decimals, 1.0 and 1.00 do not."""


def clean(text: str) -> str | None:
    """Trim a text; unwrap the ``="0012"`` of spreadsheet exports; None for nothing at all."""
    text = text.strip(TRIMMED)
    if len(text) > 2 and text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip(TRIMMED)
    return text or None


def cut_to(text: str | None, characters: int | None) -> str | None:
    """First characters of a key, without white space left at the end."""
    if text is None or characters is None:
        return text
    if SEPARATOR in text:  # several values of one unit
        return joined(cut_to(part, characters) for part in text.split(SEPARATOR))
    return text[: max(characters, 0)].rstrip(TRIMMED) or None


def texts(values: Sequence[Any]) -> list[str | None]:
    """Texts of the distinct values of one column.

    A float column that holds only whole numbers reads as whole numbers, since a blank alone turns
    a column of integers into floats in most engines.
    """
    whole = _all_whole(values)
    return [_text(value, whole) for value in values]


def _all_whole(values: Iterable[Any]) -> bool:
    for value in values:
        if isinstance(value, (float, np.floating)):
            number = float(value)
            if not math.isnan(number) and not (abs(number) < _BIGGEST_WHOLE and number.is_integer()):
                return False
        elif isinstance(value, Decimal) and (value.is_infinite() or value != value.to_integral_value()):
            return False
    return True


def _text(value: Any, whole: bool) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if math.isnan(number):
            return None
        return str(int(number)) if whole else repr(number)
    if value is pd.NA or value is pd.NaT:
        return None
    return _other_text(value, whole)


def _other_text(value: Any, whole: bool) -> str | None:
    if isinstance(value, Decimal):
        if value.is_nan():
            return None
        return str(int(value)) if whole else format(value, "f")
    if isinstance(value, np.datetime64):
        return _text(pd.Timestamp(value), whole)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0) and not getattr(value, "nanosecond", 0)
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return clean(bytes(value).decode("utf-8", errors="backslashreplace"))
    if isinstance(value, Mapping):
        return clean(json.dumps(value, ensure_ascii=False, default=str))
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray, pd.Series)) or hasattr(value, "to_list"):
        parts = [
            _text(item, whole)
            for item in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)
        ]
        return clean(_LIST_JOIN.join(part for part in parts if part is not None))
    return clean(str(value))


def joined(values: Iterable[str | None]) -> str | None:
    """Sorted distinct values of one unit as one key."""
    found = sorted({value.replace(SEPARATOR, " ") for value in values if value is not None})
    return SEPARATOR.join(found) or None


def add_counts(
    rows: Iterable[tuple[Any, ...]], width: int, cuts: Sequence[int | None]
) -> dict[tuple[str | None, ...], int]:
    """Turn groups of native values, each with its count at the end, into counts by text."""
    rows = list(rows)
    counts: dict[tuple[str | None, ...], int] = {}
    for key, row in zip(keys_of(rows, width, cuts), rows, strict=True):
        counts[key] = counts.get(key, 0) + int(row[width])
    return counts


def keys_of(
    rows: Sequence[tuple[Any, ...]], width: int, cuts: Sequence[int | None]
) -> list[tuple[str | None, ...]]:
    """The key of each row: the texts of its first values."""
    columns: list[list[str | None]] = []
    for place in range(width):
        found = distinct_texts([row[place] for row in rows])
        if cuts[place] is not None:
            shorter = {text: cut_to(text, cuts[place]) for text in dict.fromkeys(found)}
            found = [shorter[text] for text in found]
        columns.append(found)
    return list(zip(*columns, strict=True)) if columns else [()] * len(rows)


def distinct_texts(native: Sequence[Any]) -> list[str | None]:
    """Texts of a column of native values, each distinct value turned once where equal values have one text."""
    kinds = {type(value) for value in native} - {type(None)}
    if len(kinds) < 2 and kinds <= _ONE_TEXT:
        distinct = list(dict.fromkeys(native))
        known = dict(zip(distinct, texts(distinct), strict=True))
        return [known[value] for value in native]
    return texts(native)
