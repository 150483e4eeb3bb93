"""Values as they are kept: plain containers that JSON holds without loss."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from equitykit.errors import AssessmentError

MAX_TEXT = 500_000
MAX_DEPTH = 24


def plain(value: Any, *, depth: int = 0) -> Any:
    """Turn a value into text, numbers, lists and mappings with text as names.

    Dates become ISO text, tuples and sets lists, undefined numbers None; half a surrogate
    pair, which no file can hold, becomes U+FFFD.

    Raises
    ------
    AssessmentError
        The value holds something else, is nested too deeply, or a text is too long.
    """
    if depth > MAX_DEPTH:
        raise AssessmentError(f"The value is nested more than {MAX_DEPTH} deep.", next_step="Flatten it.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_text(str(key)): plain(item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth=depth + 1) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item, depth=depth + 1) for item in value), key=canonical)
    if hasattr(value, "item") and not hasattr(value, "__len__"):
        return plain(value.item(), depth=depth + 1)
    raise AssessmentError(
        f"A value of type {type(value).__name__} cannot be kept.",
        allowed=("text", "numbers", "dates", "lists", "mappings"),
    )


def canonical(value: Any) -> str:
    """One text per value, so that 1 and True, or two orders of names, are told apart or not."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True)


def same(left: Any, right: Any) -> bool:
    """Whether two plain values are the same."""
    return canonical(left) == canonical(right)


def blank(value: Any) -> bool:
    """Whether a value says nothing: None, white space, or rows without content."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(blank(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return all(blank(item) for item in value)
    return False


def as_date(text: str) -> date | None:
    """Read the date of an ISO text, or None."""
    try:
        return date.fromisoformat(text.strip()) if len(text.strip()) == 10 else None
    except ValueError:
        return None


def as_number(value: Any) -> int | float | None:
    """Read the number in a value, or None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else None
    if not isinstance(value, str) or "_" in value or len(value) > 60:
        return None
    text = value.strip().replace(",", "") if _grouped(value.strip()) else value.strip()
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(text) if text.lstrip("+-").isdecimal() else number


def _grouped(text: str) -> bool:
    whole, _, _ = text.lstrip("+-").partition(".")
    first, *rest = whole.split(",")
    return bool(rest) and 1 <= len(first) <= 3 and all(len(part) == 3 and part.isdecimal() for part in rest)


def _text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise AssessmentError(
            f"The text has {len(text):,} characters.",
            next_step=f"Keep it under {MAX_TEXT:,}, or attach a document.",
        )
    if text.isascii():
        return str(text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _number(value: float) -> int | float | None:
    if isinstance(value, int):
        if abs(value) >= 2**63:
            raise AssessmentError("A number has more than 18 digits.", next_step="Write it as text.")
        return int(value)
    return float(value) if math.isfinite(value) else None
