"""Rows of a file, gathered block by block into columns held in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from equitykit.frames.codes import Encoder
from equitykit.frames.names import column_names
from equitykit.frames.totals import is_total, may_be_total
from equitykit.frames.types import Progress, ReadNote

__all__ = ["blocks", "collect", "widened"]

_BLOCK = 4_096


def blocks(rows: Iterable[list[str]], width: int) -> Iterator[list[list[str]]]:
    """Rows in lists of a few thousand, fewer where they are wide."""
    rows = iter(rows)
    size = max(16, min(_BLOCK, 2_000_000 // max(width, 1)))
    while block := list(itertools.islice(rows, size)):
        yield block


def collect(
    rows: Iterable[list[str]], width: int, subject: str, progress: Progress, *, sure: bool
) -> tuple[Encoder, list[str] | None]:
    """Encode rows; a totals row at the foot is kept apart."""
    encoder = Encoder(width, subject)
    held: list[list[str]] = []
    for number, block in enumerate(blocks(rows, width), start=1):
        encoder.add(held)
        encoder.add(block[:-1])
        held = block[-1:]
        if number % 10 == 0:
            progress(encoder.rows, 0, "reading")
    if held and may_be_total(held[0]) and is_total(held[0], encoder, sure=sure):
        return encoder, held[0]
    encoder.add(held)
    return encoder, None


def widened(names: Sequence[str], width: int, subject: str) -> tuple[tuple[str, ...], list[ReadNote]]:
    """Names for a table whose rows turned out wider than its header."""
    if width <= len(names):
        return tuple(names), []
    return column_names([*names, *[None] * (width - len(names))], subject=subject)
