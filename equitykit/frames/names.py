"""Column names as people can write them: trimmed, never empty, never twice the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equitykit.errors import ReadError
from equitykit.frames.types import MAX_COLUMNS, ReadNote
from equitykit.frames.values import clean
from equitykit.text import plain


def column_names(raw: Iterable[object], *, subject: str) -> tuple[tuple[str, ...], list[ReadNote]]:
    """Names for the columns of a table, and what had to be changed.

    The second ``race`` becomes ``race__2``, an empty third header cell ``column_3``; neither ever takes
    a name that another column has from the start.
    """
    given = [clean(str(name)) if name is not None else None for name in raw]
    check_width(len(given), subject)
    taken = {name for name in given if name is not None}
    used: set[str] = set()
    names: list[str] = []
    repeated: list[str] = []
    unnamed: list[str] = []
    for place, name in enumerate(given, start=1):
        if name is None:
            name = _free(f"column_{place}", taken | used if f"column_{place}" in taken else used)
            unnamed.append(name)
        elif name in used:
            name = _free(name, taken, used)
            repeated.append(name)
        names.append(name)
        used.add(name)
    return tuple(names), _notes(repeated, unnamed)


def _free(name: str, *taken: set[str]) -> str:
    def is_taken(candidate: str) -> bool:
        return any(candidate in group for group in taken)

    if not is_taken(name):
        return name
    number = 2
    while is_taken(f"{name}__{number}"):
        number += 1
    return f"{name}__{number}"


def _notes(repeated: Sequence[str], unnamed: Sequence[str]) -> list[ReadNote]:
    notes = []
    if repeated:
        notes.append(
            ReadNote(
                "duplicate-columns",
                f"Column names that occur more than once were numbered: {shown(repeated)}.",
                columns=tuple(repeated),
            )
        )
    if unnamed:
        notes.append(
            ReadNote(
                "header",
                f"Columns without a name were given one: {shown(unnamed)}.",
                columns=tuple(unnamed),
            )
        )
    return notes


def shown(names: Sequence[str], most: int = 8) -> str:
    """A list of names for a sentence."""
    listed = ", ".join(plain(name, 80) for name in names[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most} more"


def check_width(columns: int, subject: str) -> None:
    """Refuse a table with more columns than can be worked on."""
    if columns > MAX_COLUMNS:
        raise ReadError(
            f"{subject} has {columns:,} columns; at most {MAX_COLUMNS:,} can be read.",
            next_step="Save the columns you need, one row for each person or event, and open that file.",
        )
