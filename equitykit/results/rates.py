"""Rates whose heading does not say per how many: what the counts beside them say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from equitykit.results.model import Cell, Column

__all__ = ["with_scales"]

_SCALES = (100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0)
_ENOUGH = 2


def with_scales(columns: Sequence[Column], cells: Sequence[Cell]) -> tuple[Column, ...]:
    """Columns with what their rates are per, where two rows or more show it; a rate per 100 is a percent."""
    numbers: dict[str, dict[object, Cell]] = {}
    for cell in cells:
        if cell.value is not None:
            numbers.setdefault(cell.column, {})[cell.place] = cell
    counts = [column.name for column in columns if column.kind in ("count", "n")]
    found = []
    for column in columns:
        scale = None
        if column.kind == "rate" and column.per is None:
            scale = _scale(numbers.get(column.name, {}), [numbers.get(name, {}) for name in counts])
        if scale == _SCALES[0]:
            found.append(replace(column, kind="percent", scale=scale))
        else:
            found.append(replace(column, per=scale) if scale else column)
    return tuple(found)


def _scale(rates: dict[object, Cell], counts: Sequence[dict[object, Cell]]) -> float | None:
    for events in counts:
        for base in counts:
            if base is events:
                continue
            places = [place for place in rates if place in events and place in base and base[place].value]
            for scale in _SCALES:
                agree = sum(_fits(rates[p], events[p], base[p], scale) for p in places)
                if agree >= _ENOUGH and agree >= 0.9 * len(places):
                    return scale
    return None


def _fits(rate: Cell, events: Cell, base: Cell, scale: float) -> bool:
    value, over, under = rate.value or 0.0, events.value or 0.0, base.value or 1.0
    return value > 0 and abs(scale * over / under - value) <= 0.51 * 10.0**-rate.decimals
