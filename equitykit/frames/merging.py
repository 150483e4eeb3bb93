"""Which tallies are counted in one pass: those whose common table stays small, as a look at some rows tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from equitykit.frames.types import Tally

LOOK = 5_000
"""Rows that are looked at."""
_MOST = 1_500
"""Most different combinations among them for which one pass is cheaper than several."""

Looked = Mapping[str, Sequence[Any]]


def together(tallies: Iterable[Tally], looked: Looked) -> list[Tally]:
    """Tallies to count first, since others can be summed from them.

    Parameters
    ----------
    tallies : what is wanted; tallies of units with several rows stay as they are.
    looked : the same few rows of each column.

    Returns
    -------
    list
        Wider tallies, each of which holds two or more of those that are wanted. What the rows looked at do not
        show makes a pass slower, never a count wrong.
    """
    plain = [tally for tally in tallies if tally.by and not tally.per]
    sizes = {tally: _combinations(tally.by, looked) for tally in plain}
    wider: list[tuple[Tally, int]] = []
    for tally in sorted(plain, key=lambda tally: -sizes[tally]):
        best: tuple[int, int, Tally] | None = None
        for place, (other, _) in enumerate(wider):
            both = _united(other, tally)
            size = None if both is None else _combinations(both.by, looked)
            if both is not None and size is not None and size <= _MOST and (best is None or size < best[0]):
                best = (size, place, both)
        if best is None:
            wider.append((tally, 1))
        else:
            _, place, both = best
            wider[place] = (both, wider[place][1] + 1)
    return [tally for tally, parts in wider if parts > 1]


def _united(one: Tally, other: Tally) -> Tally | None:
    """A tally that holds both; None where a column that both use is cut in different places."""
    here, there = dict(one.cut), dict(other.cut)
    if any(here.get(column) != there.get(column) for column in set(one.by) & set(other.by)):
        return None
    return Tally(tuple(dict.fromkeys([*one.by, *other.by])), cut=tuple(sorted((here | there).items())))


def _combinations(columns: Sequence[str], looked: Looked) -> int:
    return len(set(zip(*(looked[column] for column in columns), strict=True)))
