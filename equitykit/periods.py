"""Dates as people write them, put into years, quarters or months."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

__all__ = ["days", "exact_dates", "is_date", "period_labels"]

_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ].*)?$")
_SLASH = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ].*)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_YEAR = re.compile(r"^(19|20)\d{2}$")


def _day_first(texts: Iterable[str]) -> bool:
    """Whether 03/04/2024 is the third of April: only where a first part above 12 shows it."""
    first = second = 0
    for text in texts:
        if match := _SLASH.match(text):
            first = max(first, int(match[1]))
            second = max(second, int(match[2]))
    return first > 12 >= second


def _parse(text: str, day_first: bool) -> date | None:
    text = text.strip()
    try:
        if _YEAR.match(text):
            return date(int(text), 7, 1)
        if match := _COMPACT.match(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _ISO.match(text):
            return date(int(match[1]), int(match[2]), int(match[3] or 15))
        if match := _SLASH.match(text):
            one, two, year = int(match[1]), int(match[2]), int(match[3])
            year += 0 if year > 99 else (2000 if year < 70 else 1900)
            day, month = (one, two) if day_first else (two, one)
            return date(year, month, day)
    except ValueError:
        return None
    return None


def is_date(text: str) -> bool:
    """Whether a text reads as a date, a month or a year."""
    return _parse(text, False) is not None or _parse(text, True) is not None


def days(texts: Iterable[str | None]) -> Mapping[str, date | None]:
    """Day of each text, the middle of a month or a year that is given alone; None where it is no date."""
    known = [text for text in dict.fromkeys(texts) if text is not None]
    day_first = _day_first(known)
    return {text: _parse(text, day_first) for text in known}


def exact_dates(texts: Iterable[str]) -> Mapping[str, date | None]:
    """The day of each text; None where it names no single day (a month, a year, a word).

    Examples
    --------
    >>> exact_dates(["2024-03-01", "2024-03", "spring"])
    {'2024-03-01': datetime.date(2024, 3, 1), '2024-03': None, 'spring': None}
    """
    distinct = list(dict.fromkeys(texts))
    day_first = _day_first(distinct)

    def exact(text: str) -> bool:
        iso = _ISO.match(text.strip())
        return not _YEAR.match(text.strip()) and not (iso is not None and iso[3] is None)

    return {text: _parse(text, day_first) if exact(text) else None for text in distinct}


def period_labels(
    texts: Iterable[str | None], *, by: str, year_starts: str = "01-01"
) -> Mapping[str, str | None]:
    """Period of each text; None where it is no date.

    Parameters
    ----------
    texts : distinct raw values.
    by : "year", "quarter" or "month".
    year_starts : month and day on which the year starts, "10-01" for a federal fiscal year;
        a year is named after the calendar year in which it ends.
    """
    known = [text for text in dict.fromkeys(texts) if text is not None]
    day_first = _day_first(known)
    month, day = (int(part) for part in year_starts.split("-"))
    labels: dict[str, str | None] = {}
    for text in known:
        when = _parse(text, day_first)
        bare_year = bool(_YEAR.match(text.strip()))
        if when is None or (bare_year and by != "year"):
            labels[text] = None
        elif by == "month":
            labels[text] = f"{when.year}-{when.month:02d}"
        else:
            later = not bare_year and (month, day) != (1, 1) and (when.month, when.day) >= (month, day)
            year = when.year + later
            quarter = ((when.month - month) % 12) // 3 + 1
            labels[text] = str(year) if by == "year" else f"{year}-Q{quarter}"
    return labels
