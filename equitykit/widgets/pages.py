"""Parts cut into pages: one small group of questions at a time."""

from __future__ import annotations

from dataclasses import dataclass

from equitykit.instruments import Ask, Part

__all__ = ["MOST", "Page", "pages"]

MOST = 4
"""A page holds questions up to this weight; a table fills one by itself."""

_WEIGHT = {"longtext": 2, "people": 3, "table": 4, "map": 4, "evidence": 4, "actions": 4}


@dataclass(frozen=True, slots=True)
class Page:
    """Some questions of one part; `number` counts from 0."""

    part: Part
    number: int
    asks: tuple[Ask, ...]


def pages(part: Part) -> tuple[Page, ...]:
    """Cut a part into pages. A question that depends on another one stands on its page where that can be."""
    groups: list[list[Ask]] = []
    room = 0
    for ask in part.asks:
        weight = _WEIGHT.get(ask.kind, 1)
        here = {one.id for one in groups[-1]} if groups else set()
        if groups and ask.when is not None and ask.when.ask in here:
            groups[-1].append(ask)
            room -= 1
        elif groups and weight <= room:
            groups[-1].append(ask)
            room -= weight
        else:
            groups.append([ask])
            room = MOST - weight
    return tuple(Page(part, number, tuple(asks)) for number, asks in enumerate(groups))
