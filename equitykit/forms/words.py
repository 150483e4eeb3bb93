"""What forms write in their labels: markup, blanks, yes and no."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence

__all__ = ["header_of", "is_yes", "plain_label", "records_of"]

_SCRIPT = re.compile(r"<(script|style)\b[^>]{0,200}>.{0,20000}?</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
_LONGEST = 8_000
_YES = frozenset({"y", "yes", "true", "true()", "1"})


def plain_label(text: str) -> str:
    """A label without markup, on one line.

    Examples
    --------
    >>> plain_label("<b>Race</b>&nbsp;<br/>(all that apply)")
    'Race (all that apply)'
    """
    text = text[:_LONGEST]
    if "<" in text:
        text = _TAG.sub(" ", _SCRIPT.sub(" ", text))
    return " ".join(html.unescape(text).split())


def is_yes(text: str) -> bool:
    """Whether a cell says yes."""
    return text.strip().lower() in _YES


def header_of(row: Sequence[str]) -> list[str]:
    """Column names in lower case."""
    return [" ".join(cell.replace("\ufeff", "").split()).lower() for cell in row]


def records_of(rows: Sequence[Sequence[str]]) -> list[Mapping[str, str]]:
    """Rows below the header as mappings from column to trimmed text."""
    header = header_of(rows[0])
    return [dict(zip(header, (cell.strip() for cell in row), strict=False)) for row in rows[1:]]
