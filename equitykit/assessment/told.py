"""What changed in a piece of evidence, as a person reads it: the sentences and the table, not the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    old, new = _by_name(before.get("rows") or ()), _by_name(after.get("rows") or ())
    for name, cells in new.items():
        if name not in old:
            yield f"New: {name}."
            continue
        for column, was, now in zip(columns, old[name], cells, strict=False):
            if was != now:
                yield f"{name}, {column}: {was or 'nothing'} \N{RIGHTWARDS ARROW} {now or 'nothing'}"
    for name in old:
        if name not in new:
            yield f"Gone: {name}."


def _by_name(rows: Sequence[Sequence[Any]]) -> dict[str, list[str]]:
    """Rows by their first cells; as many of them as it takes to tell the rows apart."""
    texts = [[str(cell) for cell in row] for row in rows]
    for width in (1, 2, 3):
        names = [", ".join(row[:width]) for row in texts]
        if len(set(names)) == len(names):
            return dict(zip(names, texts, strict=True))
    return {f"{', '.join(row[:2])} ({index})": row for index, row in enumerate(texts, start=1)}
