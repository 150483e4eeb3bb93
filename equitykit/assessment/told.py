"""What changed in a piece of evidence, as a person reads it: the sentences and the table, not the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

__all__ = ["changes_in_words"]

_MOST = 12


def changes_in_words(before: Mapping[str, Any], after: Mapping[str, Any], details: int) -> list[str]:
    """Say what differs between two makings of the same evidence.

    Parameters
    ----------
    before, after : evidence as plain containers.
    details : how many numbers and texts differ in all, those not shown included.
    """
    if not details:
        return ["Run again; no number changed."]
    told = [*_sentences(before, after), *_cells(before, after)]
    if not told:
        return [f"Run again; {_count(details, 'detail')} changed, and nothing in the table did."]
    left = len(told) - _MOST
    return told if left <= 0 else [*told[:_MOST], f"and {_count(left, 'more change')} in the table."]


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _sentences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The first sentence that differs, then and now."""
    pairs = zip(before.get("summary") or (), after.get("summary") or (), strict=False)
    for old, new in pairs:
        if old != new:
            yield f"Then: {old} Now: {new}"
            return


def _cells(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    columns = [str(name) for name in after.get("columns") or ()]
    old, new = _by_name(before.get("rows") or (), after.get("rows") or ())
    for name, cells in new.items():
        if name not in old:
            yield _whole("New", cells)
            continue
        for column, was, now in zip(columns, old[name], cells, strict=False):
            if was != now:
                yield f"{name}, {column}: {was or 'nothing'} \N{RIGHTWARDS ARROW} {now or 'nothing'}"
    for name, cells in old.items():
        if name not in new:
            yield _whole("Gone", cells)


def _whole(word: str, cells: Sequence[str]) -> str:
    told = ", ".join(cell for cell in cells if cell)
    return f"{word}: {told.rstrip('.')}."


def _by_name(*tables: Sequence[Sequence[Any]]) -> list[dict[str, list[str]]]:
    """Rows by their first cells, in each table alike; as many cells as it takes to tell the rows apart.

    The last cell is never part of the name: what changes in it would make another row of it.
    """
    texts = [[[str(cell) for cell in row] for row in rows] for rows in tables]
    width = max((len(row) - 1 for rows in texts for row in rows), default=1)
    for used in range(1, min(width, 3) + 1):
        named = [[", ".join(row[:used]) for row in rows] for rows in texts]
        if all(len(set(names)) == len(names) for names in named):
            break
    else:
        named = [list(_numbered(", ".join(row[:2]) for row in rows)) for rows in texts]
    return [dict(zip(names, rows, strict=True)) for names, rows in zip(named, texts, strict=True)]


def _numbered(names: Iterable[str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"
