"""The counts of a chain as tables that add up: everybody by group and by where on the way they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from equitykit.counts import TOTAL
from equitykit.errors import MeasureError
from equitykit.stages.chain import Chain, Counts, Step
from equitykit.suppression import ProtectedTable

__all__ = ["Cell", "Sheet", "all_or_none", "cells_of", "sheets"]

Cell = tuple[str, str, str]
"""A printed count: the stage, what is counted there ("at", "passed", "skipped"), and the group."""

GROUP, REACHED = "group", "reached"
YES, NO = "yes", "no"
FEW = 20
"""Below this many people, none or all of a group at a stage says something about each of them."""

Place = frozenset[tuple[str, str]]
"""Where on the way somebody was: labels by dimension, totals left out."""


@dataclass(frozen=True)
class Sheet:
    """One table of a chain, as `protect` takes it."""

    frame: pd.DataFrame
    dimensions: tuple[str, ...]
    hierarchy: Mapping[str, Mapping[str, str]] | None = None


def sheets(chain: Chain) -> tuple[Sheet, ...]:
    """Tables that together hold every count of a chain, and every count that follows from two of them.

    Where nobody skips a stage, everybody is counted by the last stage they came to: one table, with a hierarchy.
    Else each stage is crossed with the one it starts from, and the tables share their totals. That loses nothing:
    counts of pairs along a way without circles fit together wherever each pair does.

    Raises
    ------
    MeasureError : for a count that is not known.
    """
    whole = _everybody(chain)
    steps = _later(chain)
    _refuse_unknown(chain, whole, steps)
    if _nested(chain, steps):
        return (_one(chain, whole, steps),)
    return tuple(_crossed(chain, whole, step) for step in steps)


def cells_of(chain: Chain, table: ProtectedTable) -> dict[Cell, tuple[str, str]]:
    """Printed counts that are hidden in the protected tables, each with its mark and the reason."""
    gone: dict[tuple[str, Place], tuple[str, str]] = {}
    for one in (table, *table.linked):
        frame, why = one.to_frame(), one.reasons()
        for record in frame[frame["suppressed"].notna()].to_dict("records"):
            labels = {name: str(record[name]) for name in one.dimensions}
            place = frozenset((n, v) for n, v in labels.items() if v != TOTAL and n != GROUP)
            gone[labels[GROUP], place] = (str(record["suppressed"]), why[tuple(labels.values())])
    places = _places(chain)
    return {
        (stage, what, group): gone[group, place]
        for (stage, what), place in places.items()
        for group in (*chain.groups, TOTAL)
        if (group, place) in gone
    }


def all_or_none(chain: Chain) -> list[dict[str, str]]:
    """Cells of groups so small that to show that nobody, or everybody, came on would tell of each of them.

    Where nobody is in a cell, nobody is in its parts, which are hidden with it. A stage to which nobody at all
    came, or everybody, says nothing of one group.
    """
    whole, steps = _everybody(chain), _later(chain)
    nested = _nested(chain, steps)
    found: dict[Place, None] = {}
    for step in steps:
        begun = _start(chain, step, whole)
        for before, came, places in (
            (whole, step.reached, _whole_sides(step, steps, nested=nested)),
            (begun, step.passed, _step_sides(chain, step, steps, nested=nested)),
        ):
            if _n(came, TOTAL) in (0, _n(before, TOTAL)):
                continue
            for group in chain.groups:
                n, passed = _n(before, group), _n(came, group)
                if not 0 < n < FEW or passed not in (0, n):
                    continue
                for place, parts, empty in [*places, *_emptied(chain, step, steps, whole, group)]:
                    found[place | {(GROUP, group)}] = None
                    if empty == (passed == 0):
                        found |= {part | {(GROUP, group)}: None for part in parts}
    return [dict(place) for place in found]


Side = tuple[Place, list[Place], bool]
"""A cell, the cells that are empty when it is, and whether it is the empty one where nobody came."""


def _emptied(chain: Chain, step: Step, steps: tuple[Step, ...], whole: Counts, group: str) -> list[Side]:
    """The cell of everybody on a side on which there is nobody: with it, its part would be told."""
    if _nested(chain, steps):
        return []
    came = _n(step.reached, group)
    gone = YES if came == 0 else NO if came == _n(whole, group) else None
    return [each for each in _whole_sides(step, steps, nested=False) if (_at(step.stage), gone) in each[0]]


def _whole_sides(step: Step, steps: tuple[Step, ...], *, nested: bool) -> list[Side]:
    """Those who were at a stage, and those who were not, of everybody."""
    if nested:
        return [(frozenset({(REACHED, step.stage)}), _below(step, steps), True)]
    return [
        (frozenset({(_at(step.stage), side)}), _children(step, steps, side), side == YES)
        for side in (YES, NO)
    ]


def _step_sides(chain: Chain, step: Step, steps: tuple[Step, ...], *, nested: bool) -> list[Side]:
    """Those who came, and those who did not, of those at the stage before."""
    if nested:
        here = frozenset({(REACHED, step.stage)})
        return [(here, _below(step, steps), True), (frozenset({(REACHED, _ended(step.parent))}), [], False)]
    if step.parent in _begins(chain):
        return _whole_sides(step, steps, nested=False)
    was = (_at(step.parent), YES)
    return [(frozenset({was, (_at(step.stage), side)}), [], side == YES) for side in (YES, NO)]


def _below(step: Step, steps: tuple[Step, ...]) -> list[Place]:
    """Where those can be who came further than a stage, or stopped at it."""
    later = steps[steps.index(step) + 1 :]
    return [frozenset({(REACHED, name)}) for one in later for name in (one.stage, _ended(one.parent))]


def _children(step: Step, steps: tuple[Step, ...], side: str) -> list[Place]:
    return [
        frozenset({(_at(step.stage), side), (_at(one.stage), other)})
        for one in steps
        if one.parent == step.stage
        for other in (YES, NO)
    ]


def _everybody(chain: Chain) -> Counts:
    return chain.root.counts if chain.everybody is None else chain.everybody


def _later(chain: Chain) -> tuple[Step, ...]:
    """Stages after the one at which everybody is."""
    return tuple(step for step in chain.steps if not _is_beginning(step, chain))


def _is_beginning(step: Step, chain: Chain) -> bool:
    return chain.everybody is not None and step.stage == chain.all_at


def _begins(chain: Chain) -> set[str]:
    return {chain.root.name, *(step.stage for step in chain.steps if _is_beginning(step, chain))}


def _start(chain: Chain, step: Step, whole: Counts) -> Counts:
    """Who was at the stage before, people in the records."""
    return whole if step.parent in _begins(chain) else step.before


def _n(counts: Counts, group: str) -> float:
    """A count; everybody is the sum of the groups where nobody counted it."""
    if group == TOTAL and TOTAL not in counts:
        return float(sum(counts.values()))
    return float(counts.get(group, np.nan))


def _refuse_unknown(chain: Chain, whole: Counts, steps: tuple[Step, ...]) -> None:
    for name, counts in ((chain.root.name, whole), *((s.stage, s.reached) for s in steps)):
        for group in (*chain.groups, TOTAL):
            if not np.isfinite(_n(counts, group)):
                raise MeasureError(
                    f'At "{name}" the count of the group "{group}" is not known, so the chain cannot be proved safe.',
                    next_step="Leave that group or that stage out, or protect the counts with ek.protect.",
                )


def _nested(chain: Chain, steps: tuple[Step, ...]) -> bool:
    """Whether each stage follows the one before, and nobody is at one who was not at the one before."""
    begins = _begins(chain)
    after = [step.parent for step in steps]
    one_way = all(parent in begins if place == 0 else parent == steps[place - 1].stage
                  for place, parent in enumerate(after))  # fmt: skip
    groups = (*chain.groups, TOTAL)
    return one_way and all(_n(s.reached, g) == _n(s.passed, g) for s in steps for g in groups)


def _ended(stage: str) -> str:
    return f"{stage}, and no further"


def _at(stage: str) -> str:
    return f"at {stage}"


def _one(chain: Chain, whole: Counts, steps: tuple[Step, ...]) -> Sheet:
    rows: list[tuple[str, str, float]] = []
    above: dict[str, str] = {}
    before, up, name = whole, TOTAL, chain.root.name
    for step in steps:
        name = step.parent
        above |= {step.stage: up, _ended(name): up}
        for group in (*chain.groups, TOTAL):
            came = _n(step.reached, group)
            rows += [(group, step.stage, came), (group, _ended(name), _n(before, group) - came)]
        before, up = step.reached, step.stage
    rows += [(group, TOTAL, _n(whole, group)) for group in (*chain.groups, TOTAL)]
    frame = pd.DataFrame(rows, columns=[GROUP, REACHED, "n"])
    inner = {child: parent for child, parent in above.items() if parent != TOTAL}
    return Sheet(frame, (GROUP, REACHED), {REACHED: inner} if inner else None)


def _crossed(chain: Chain, whole: Counts, step: Step) -> Sheet:
    first = step.parent in _begins(chain)
    names = (GROUP, _at(step.stage)) if first else (GROUP, _at(step.parent), _at(step.stage))
    rows: list[tuple[str | float, ...]] = []
    for group in (*chain.groups, TOTAL):
        n, came = _n(whole, group), _n(step.reached, group)
        now = {YES: came, NO: n - came, TOTAL: n}
        if first:
            rows += [(group, side, count) for side, count in now.items()]
            continue
        was, both = _n(step.before, group), _n(step.passed, group)
        here = {YES: both, NO: was - both, TOTAL: was}
        for side, count in now.items():
            rows += [(group, YES, side, here[side]), (group, NO, side, count - here[side])]
            rows.append((group, TOTAL, side, count))
    return Sheet(pd.DataFrame(rows, columns=[*names, "n"]), names)


def _places(chain: Chain) -> dict[tuple[str, str], Place]:
    """Where each printed count stands in the tables."""
    steps = _later(chain)
    nested = _nested(chain, steps)
    nobody: Place = frozenset()
    found = {(name, what): nobody for name in _begins(chain) for what in ("at", "passed")}
    for step in steps:
        if nested:
            here = frozenset({(REACHED, step.stage)})
            found |= {(step.stage, "at"): here, (step.stage, "passed"): here}
            continue
        at = frozenset({(_at(step.stage), YES)})
        was: Place = nobody if step.parent in _begins(chain) else frozenset({(_at(step.parent), YES)})
        found |= {(step.stage, "at"): at, (step.stage, "passed"): at | was}
        if was:
            found[step.stage, "skipped"] = at | {(_at(step.parent), NO)}
    return found
