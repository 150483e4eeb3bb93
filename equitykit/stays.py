"""Stays read from a tally: how many days, and how they ended."""

from __future__ import annotations

from datetime import date

import pandas as pd

from equitykit.codebook_entries import Duration
from equitykit.errors import CodebookError
from equitykit.periods import exact_dates

__all__ = ["Stay", "read_stays"]

Stay = tuple[float, str | None]
"""Days, and the kind of exit; None for people who were still there when last seen."""


def read_stays(frame: pd.DataFrame, entry: Duration, name: str) -> list[Stay | None]:
    """Days and kind of exit (None: still there) on each row of the tally; None where they cannot be known."""
    exits = frame[entry.exit].tolist() if entry.exit else [None] * len(frame)
    if entry.days:
        days = [_days(text, entry.days) for text in frame[entry.days].tolist()]
        return [
            None if time is None else (time, None if kind is None or kind in entry.still else kind)
            for time, kind in zip(days, exits, strict=True)
        ]
    starts, ends = frame[str(entry.start)].tolist(), frame[str(entry.end)].tolist()
    read = exact_dates({text for text in (*starts, *ends) if text is not None})
    until = None if entry.as_of is None else exact_dates([entry.as_of])[entry.as_of]
    found: list[Stay | None] = []
    for start, end, kind in zip(starts, ends, exits, strict=True):
        first, last = read.get(start or ""), read.get(end or "")
        if first is None or (end is not None and last is None):
            found.append(None)
            continue
        found.append(_stay(first, last, until, kind, entry, name))
    return found


def _stay(
    first: date, last: date | None, until: date | None, kind: str | None, entry: Duration, name: str
) -> Stay | None:
    if last is None and until is None:
        raise CodebookError(
            f'Some people under "{name}" have no "{entry.end}": they are still there, but until when is not said.',
            next_step="Say it in the codebook: as_of, the day on which the data were taken.",
        )
    gone = last is not None and (until is None or last <= until) and (kind is None or kind not in entry.still)
    stop = last if gone or until is None else until if last is None else min(last, until)
    assert stop is not None
    days = float((stop - first).days)
    if days < 0:
        return None
    return days, ((kind or "~blank") if entry.exit else "left") if gone else None


def _days(text: str | None, column: str) -> float | None:
    if text is None:
        return None
    try:
        found = float(text.replace(",", ""))
    except ValueError:
        found = float("nan")
    if not 0 <= found < float("inf"):
        raise CodebookError(f'"{column}" should hold days, but holds "{text[:40]}".')
    return found
