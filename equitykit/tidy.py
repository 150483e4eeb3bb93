"""The tidy columns that groups and measures share, and how their numbers are written for people."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from equitykit.text import plain

__all__ = [
    "COLUMNS",
    "TOO_FEW",
    "TOO_UNCERTAIN",
    "html_paragraph",
    "html_table",
    "interval_text",
    "joined",
    "markdown_table",
    "markdown_text",
    "number",
    "plain_number",
    "plain_records",
    "records",
    "tidy_rows",
    "value_text",
]

COLUMNS = (
    "question",
    "group",
    "tabulation",
    "outcome",
    "stage",
    "n",
    "events",
    "measure",
    "reference",
    "estimate",
    "lower",
    "upper",
    "level",
    "method",
    "reliable",
    "reliability_rule",
    "suppressed",
    "suppression_rule",
    "note",
)
"""The columns of every table of groups and of every measure."""

TOO_FEW = "too few to show"
TOO_UNCERTAIN = "too uncertain to show"
UNDEFINED = "not defined"
_NUMERIC = frozenset({"n", "events", "estimate", "lower", "upper", "level"})


def tidy_rows(fixed: Mapping[str, Any], **columns: Any) -> pd.DataFrame:
    """Rows in the tidy columns: sequences as they are, single values repeated, the rest empty.

    Examples
    --------
    >>> tidy_rows({"question": "sex"}, group=("F", "M"), n=[3, 4]).shape
    (2, 19)
    """
    size = len(columns["group"])
    data: dict[str, Any] = {}
    for name in COLUMNS:
        value = columns.get(name, fixed.get(name))
        values = list(value) if isinstance(value, (list, tuple, np.ndarray)) else [value] * size
        if name in _NUMERIC:
            data[name] = np.array([np.nan if one is None else one for one in values], dtype=float)
        else:
            data[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(data)


def joined(*notes: str | None) -> str | None:
    """Several notes as one, empty ones left out."""
    return "; ".join(note for note in notes if note) or None


def plain_number(value: float | None) -> int | float | None:
    """A number ready for JSON: whole ones as integers, undefined ones as None."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def plain_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Tidy rows as dictionaries ready for JSON.

    Examples
    --------
    >>> plain_records(tidy_rows({}, group=("F",), n=[3], estimate=[float("nan")]))[0]["estimate"] is None
    True
    """
    return [
        {
            name: plain_number(value)
            if name in ("n", "events")
            else None
            if isinstance(value, float) and not math.isfinite(value)
            else value
            for name, value in row.items()
        }
        for row in records(frame)
    ]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def number(value: float | None, digits: int = 1) -> str:
    """A number for people: whole ones with thousands separators, others to `digits` places.

    Examples
    --------
    >>> number(1234.0), number(0.123, 2), number(float("nan"))
    ('1,234', '0.12', '')
    """
    if value is None or not math.isfinite(value):
        return ""
    return f"{value:,.0f}" if float(value).is_integer() and digits < 2 else f"{value:,.{digits}f}"


def value_text(row: Mapping[str, Any], *, unit: str = "", digits: int = 2) -> str:
    """The estimate of a tidy row for people; hidden or unreliable ones as words that say why.

    A unit (" %", " points") is for estimates on the scale 0 to 1.

    Examples
    --------
    >>> value_text({"estimate": 0.256, "reliable": True, "suppressed": None}, unit=" %")
    '25.6 %'
    >>> value_text({"estimate": 0.256, "reliable": True, "suppressed": "primary"})
    'too few to show'
    """
    if row.get("suppressed") is not None:
        return TOO_FEW
    if not math.isfinite(row["estimate"]):
        return UNDEFINED
    if row.get("reliable") is False:
        return TOO_UNCERTAIN
    return _in(row["estimate"], unit, digits)


def _in(value: float, unit: str, digits: int) -> str:
    """A number in percent or points (of 1) where a unit is named, else as it is."""
    return f"{100 * value:.1f}{unit}" if unit else number(value, digits)


def interval_text(row: Mapping[str, Any], *, unit: str = "", digits: int = 2) -> str:
    """The interval of a tidy row for people; empty where the estimate is not shown."""
    limits = (row["lower"], row["upper"])
    if (
        row.get("suppressed") is not None
        or row.get("reliable") is False
        or not all(map(math.isfinite, limits))
    ):
        return ""
    low, high = (_in(one, unit, digits) for one in limits)
    return f"{low} to {high}"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A pipe table; marks that Markdown or HTML would act on come out as text."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(markdown_text(cell) for cell in line) + " |" for line in lines) + "\n"


def markdown_text(text: str) -> str:
    """Text that neither Markdown nor HTML acts on."""
    visible = plain(" ".join(str(text).split()))
    quoted = "".join(f"\\{mark}" if mark in "\\|`*_[]~#" else mark for mark in visible)
    return quoted.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def html_paragraph(text: str) -> str:
    """A paragraph; everything in it is text."""
    return f"<p>{escape(plain(text))}</p>"


def html_table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with a caption and scoped headers; everything in it is text."""
    head = "".join(f'<th scope="col">{escape(plain(cell))}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{escape(plain(row[0]))}</th>'
        + "".join(f"<td>{escape(plain(cell))}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<table class="equitykit"><caption>{escape(plain(caption))}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
