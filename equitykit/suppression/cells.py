"""The cells of one or several tables, and what adds up to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from equitykit.errors import MeasureError
from equitykit.suppression.sheets import WITHOUT, Key, Labels, Sheet
from equitykit.tidy import number

__all__ = ["Cells", "gather", "words"]


@dataclass
class Cells:
    """The cells of one or several tables, and the sums between them.

    Attributes
    ----------
    value : the count of each cell; NaN where it is hidden already.
    listed : cells that stand in a table.
    marks : marks from before.
    sums : totals with their parts.
    absent : inner cells that no table lists: there is nobody in them.
    totals : the label of the total of each dimension.
    whole : whether every corner of what is possible is a table of whole numbers.
    """

    value: dict[Key, float] = field(default_factory=dict)
    listed: set[Key] = field(default_factory=set)
    marks: dict[Key, str] = field(default_factory=dict)
    sums: dict[tuple[Key, frozenset[Key]], tuple[Key, ...]] = field(default_factory=dict)
    absent: set[Key] = field(default_factory=set)
    totals: dict[str, str] = field(default_factory=dict)
    whole: bool = True

    def add_sum(self, total: Key, parts: Sequence[Key]) -> None:
        """Note that parts add up to a total, once."""
        self.sums.setdefault((total, frozenset(parts)), tuple(parts))


def words(key: Key) -> str:
    """A cell for people."""
    layer, labels = key
    text = " / ".join(label for _, label in sorted(labels)) or "the grand total"
    return f"{text} ({layer.replace('~', '').strip()})" if layer else text


def gather(sheets: Sequence[Sheet]) -> Cells:
    """The cells of several tables; cells with the same labels are the same cell.

    Raises
    ------
    MeasureError : where a total is not the sum of its parts, or two tables disagree.
    """
    cells = Cells()
    for sheet in sheets:
        cells.totals |= sheet.total
        for key, value, mark in sheet.given():
            before = cells.value.get(key, np.nan)
            if np.isfinite(before) and np.isfinite(value) and before != value:
                raise MeasureError(
                    f'"{words(key)}" is {number(before)} in one table and {number(value)} in another.'
                )
            cells.value[key] = value if np.isfinite(value) else before
            cells.listed.add(key)
            if mark is not None:
                cells.marks.setdefault(key, mark)
    for sheet in sheets:
        _complete(sheet, cells)
    cells.whole = len(sheets) == 1 and _is_whole(sheets[0])
    return cells


def _is_whole(sheet: Sheet) -> bool:
    """Two crossed dimensions, at most one of them with levels, have corners in whole numbers."""
    crossed = len(sheet.dimensions) + len(sheet.events)
    return crossed == 1 or (crossed == 2 and sheet.deep() <= 1)


def _complete(sheet: Sheet, cells: Cells) -> None:
    every = sheet.every()
    for layer in ("", *sheet.events):
        derived = _Derived(sheet, layer, cells)
        have = {labels for labels in every if derived.value(labels) is not None}
        for labels in every:
            for _, parts in sheet.sums(labels):
                if labels in have and have.issuperset(parts):
                    cells.add_sum(sheet.key(layer, labels), [sheet.key(layer, one) for one in parts])
    for event in sheet.events:
        for labels in every:
            _split(cells, *(sheet.key(layer, labels) for layer in ("", event, WITHOUT + event)))
    _check(cells)


def _split(cells: Cells, people: Key, event: Key, rest: Key) -> None:
    """People are those with the event and those without it."""
    if people in cells.value and event in cells.value:
        cells.value[rest] = cells.value[people] - cells.value[event]
        if cells.value[rest] < 0:
            raise MeasureError(
                f'"{words(event)}" is {number(cells.value[event])}, more than the '
                f"{number(cells.value[people])} people it is counted among."
            )
        if {people, event} <= cells.absent:
            cells.absent.add(rest)
        cells.add_sum(people, (event, rest))


class _Derived:
    """Counts of cells that are not in a table: none at all in a corner, else the sum of their parts."""

    def __init__(self, sheet: Sheet, layer: str, cells: Cells) -> None:
        self._sheet, self._layer, self._cells = sheet, layer, cells
        self._corners = any(sheet.is_leaf(labels) for labels in sheet.labels)
        self._none: set[Key] = set()

    def value(self, labels: Labels) -> float | None:
        """The count, NaN where it is hidden, None where nothing is known."""
        key = self._sheet.key(self._layer, labels)
        found = self._cells.value
        if key in found:
            return found[key]
        if key in self._none:
            return None
        if self._sheet.is_leaf(labels):
            if self._corners:
                self._cells.absent.add(key)
                found[key] = 0.0
                return 0.0
            self._none.add(key)
            return None
        best: float | None = None
        for _, parts in self._sheet.sums(labels):
            values = [self.value(one) for one in parts]
            if values and None not in values:
                total = float(sum(one for one in values if one is not None))
                if best is None or np.isnan(best):
                    best = total
        if best is None:
            self._none.add(key)
        else:
            found[key] = best
        return best


def _check(cells: Cells) -> None:
    for (total, _), parts in cells.sums.items():
        added = sum(cells.value[one] for one in parts)
        if np.isfinite(added) and np.isfinite(cells.value[total]) and added != cells.value[total]:
            raise MeasureError(
                f'The parts of "{words(total)}" add up to {number(added)}, not to {number(cells.value[total])}.',
                next_step="Give every part, with its count; a part that is left out is taken to be 0.",
            )
