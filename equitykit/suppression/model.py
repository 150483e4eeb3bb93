"""From tables to a system of cells: what must be hidden, what may be, and what adds up to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from equitykit.counts import known
from equitykit.disclosure import Rule
from equitykit.errors import MeasureError
from equitykit.suppression.attack import TOLERANCE, Attacker
from equitykit.suppression.cells import Cells, words
from equitykit.suppression.sheets import CHANGE, EARLIER, WITHOUT, Key
from equitykit.suppression.system import Floats, System, Target, incidence

__all__ = [
    "ASKED",
    "DIFFERENCE",
    "GOVERNED",
    "GRAND",
    "MARKED",
    "SMALL",
    "Earlier",
    "Model",
    "Steer",
    "model",
    "with_marks",
]

GRAND: Key = ("", frozenset())
ALL_OR_NOTHING = 20
"""Below this many people, 0 % or 100 % of a known group says something about each of them."""

Steer = Mapping[str, float]


@dataclass(frozen=True)
class Earlier:
    """What an earlier release adds.

    Attributes
    ----------
    public : cells that it shows.
    changes : cells that hold how much a count has changed.
    falls : whether counts may have fallen.
    reasons : cells that must be hidden for how little they have changed.
    targets : what must stay unknown because of it.
    """

    public: frozenset[Key] = frozenset()
    changes: frozenset[Key] = frozenset()
    falls: bool = False
    reasons: Mapping[Key, str] = field(default_factory=dict)
    targets: Mapping[Key, Target] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A system with the names of its cells.

    Attributes
    ----------
    keys : the cells, in the order of the system.
    reasons : why each cell that is hidden for itself is hidden, in a word.
    plain_cost : what is reported as cost; the system's may hold more, to choose among equals.
    """

    system: System
    keys: tuple[Key, ...]
    place: Mapping[Key, int]
    reasons: Mapping[Key, str]
    plain_cost: Floats


def model(
    cells: Cells,
    rule: Rule,
    *,
    asked: Iterable[Key] = (),
    governed: Iterable[Key] = (),
    exact: bool = False,
    cost: str | Steer = "cells",
    earlier: Earlier | None = None,
    zeros: bool = False,
) -> Model:
    """Put cells, rule and costs together.

    Parameters
    ----------
    cells : the tables.
    rule : which counts are too small.
    asked : cells to hide besides.
    governed : cells about groups that are asked first; nothing may be told of them.
    exact : it is enough that nobody can compute a cell.
    cost : "cells", "value", or weights of labels.
    earlier : what an earlier release adds.
    zeros : whether events that nobody has may be hidden for others.
    """
    earlier = earlier or Earlier()
    public = earlier.public
    keys = tuple(sorted(cells.value, key=lambda key: (key[0], len(key[1]), sorted(key[1]))))
    place = {key: at for at, key in enumerate(keys)}
    reasons = _reasons(cells, rule, asked, earlier) | dict.fromkeys(governed, GOVERNED)
    value = np.array([cells.value[key] for key in keys])
    hidden = np.array(
        [
            key not in public
            and (key in reasons or np.isnan(cells.value[key]) or key not in cells.listed | cells.absent)
            for key in keys
        ],
        dtype=bool,
    )
    fixed = np.array(
        [
            key == GRAND
            or key in public
            or (value[place[key]] == 0 and not (zeros and key[0] and key in cells.listed))
            for key in keys
        ],
        dtype=bool,
    )
    plain = _costs(keys, value, cost, cells.totals)
    # Near-equal costs are quickly told apart in two dimensions only.
    extra = _preference(keys, value, plain, fixed | hidden) if cells.whole else 0.0
    costs = np.where(fixed, np.inf, np.where(hidden, 0.0, plain + extra))
    sums = [(place[total], [place[one] for one in parts]) for (total, _), parts in cells.sums.items()]
    sums.sort(key=lambda each: (each[0], sorted(each[1])))
    sums = [(total, sorted(parts)) for total, parts in sums]
    known_values = np.where(np.isnan(value), 0.0, value)
    system = System(
        incidence(sums, len(keys)),
        known_values,
        known_values,
        np.array([-np.inf if earlier.falls and key in earlier.changes else 0.0 for key in keys]),
        np.full(len(keys), np.inf),
        hidden,
        costs,
        (),
        _company(sums, keys, value, hidden, costs, rule),
        cells.whole,
    )
    own = (
        _which(target, keys, place, value, system) for target in _targets(cells, rule, reasons, place, exact)
    )
    system = system.aiming(
        (
            *own,
            *(replace(target, cell=place[key]) for key, target in sorted(earlier.targets.items(), key=str)),
        )
    )
    return Model(system, keys, place, reasons, np.where(hidden, 0.0, plain))


def _which(
    target: Target, keys: Sequence[Key], place: Mapping[Key, int], value: Floats, system: System
) -> Target:
    """An event that came hidden may be hidden for those without it: these are aimed at where they are covered."""
    layer, labels = keys[target.cell]
    rest = place.get((WITHOUT + layer, labels)) if layer and not layer.startswith("~") else None
    if rest is None or target.width or not np.isnan(value[target.cell]):
        return target
    low, high = Attacker(system.sums, *system.bounds(system.hidden)).interval(rest)
    covered = low <= target.low + TOLERANCE and high >= target.high - TOLERANCE
    return replace(target, cell=rest) if covered else target


APART = (EARLIER, CHANGE)

SMALL = "small"
FEW_WITHOUT = "few-without"
ALL_OR_NONE = "all-or-none"
ASKED = "asked"
GOVERNED = "governed"
MARKED = "marked"
DIFFERENCE = "difference"


def _reasons(cells: Cells, rule: Rule, asked: Iterable[Key], earlier: Earlier) -> dict[Key, str]:
    """Cells that are hidden for themselves, and why."""
    reasons: dict[Key, str] = dict(earlier.reasons)
    for key, value in cells.value.items():
        layer, labels = key
        if key in cells.absent or layer.startswith(APART):
            continue
        if rule.hides(value):
            reasons[key] = SMALL
            if layer.startswith(WITHOUT):
                reasons.setdefault((layer.removeprefix(WITHOUT), labels), FEW_WITHOUT)
        elif cells.marks.get(key) == "primary":
            reasons[key] = MARKED
        elif layer and not layer.startswith(WITHOUT):
            people = cells.value.get(("", labels), np.nan)
            if 0 < people < ALL_OR_NOTHING and value in (0, people):
                reasons[key] = reasons[WITHOUT + layer, labels] = ALL_OR_NONE
    for key in asked:
        if key not in cells.listed:
            raise MeasureError(f'"{words(key)}" is not in the table, so it cannot be hidden.')
        reasons.setdefault(key, ASKED)
    if GRAND in reasons and GRAND not in cells.marks and not rule.hides(cells.value[GRAND]):
        raise MeasureError("The grand total cannot be hidden.", next_step="Leave it out of the table.")
    return reasons


def _targets(
    cells: Cells, rule: Rule, reasons: Mapping[Key, str], place: Mapping[Key, int], exact: bool
) -> Iterable[Target]:
    low, high = rule.smallest, rule.threshold - 1
    for key in sorted(reasons, key=lambda one: place[one]):
        rest = key[0].startswith(WITHOUT)
        if reasons[key] in (FEW_WITHOUT, DIFFERENCE) and not rule.hides(cells.value[key]):
            continue
        governed = reasons[key] == GOVERNED  # a rough idea of it would be too much as well
        if high < low or (exact and not governed) or (rest and reasons[key] == ALL_OR_NONE):
            yield Target(place[key], width=1.0)
        else:
            yield Target(place[key], float(low), float(high))


def _costs(keys: Sequence[Key], value: Floats, cost: str | Steer, totals: Mapping[str, str]) -> Floats:
    if cost == "cells":
        return np.ones(len(keys))
    if cost == "value":
        return np.where(np.isnan(value), 0.0, value)
    if isinstance(cost, str):
        raise MeasureError(
            f'"{cost}" is no cost.', allowed=("cells", "value"), next_step="Or give weights by label."
        )
    for label, weight in cost.items():
        if not (isinstance(weight, int | float) and 0 < weight < np.inf):
            raise MeasureError(f'The weight of "{label}" is "{weight}"; it must be a number above 0.')
    seen = {label for _, labels in keys for _, label in labels} | set(totals.values())
    strange = sorted(set(cost) - seen)
    if strange:
        raise MeasureError(f'No cell has the label "{strange[0]}", so it can have no weight.')
    return np.array(
        [
            np.prod([cost.get(label, 1.0) for label in ({**totals, **dict(labels)}).values()])
            if labels
            else 1.0
            for _, labels in keys
        ],
        dtype=float,
    )


def _preference(keys: Sequence[Key], value: Floats, plain: Floats, out: np.ndarray) -> Floats:
    """Among equals: no totals, missing reasons before people, then the largest; too little to matter else."""
    free = np.flatnonzero(~out)
    if len(free) == 0 or len(set(plain[free])) > 1:
        return np.zeros(len(keys))
    most = max(len(key[1]) for key in keys)

    def rank(at: int) -> tuple[int, bool, bool, float, int]:
        layer, labels = keys[at]
        people = all(known(label) for _, label in labels)
        return most - len(labels), people, not layer, -float(value[at]), at

    extra = np.zeros(len(keys))
    step = 0.9 * float(plain[free[0]]) / (len(free) * (len(free) + 1))
    for place, at in enumerate(sorted(free.tolist(), key=rank)):
        extra[at] = step * place
    return extra


def with_marks(found: Model, rule: Rule) -> System:
    """The same system against a reader who also goes by the marks and knows that no 0 is ever hidden.

    What such a reader can tell though everything is hidden that may be cannot be kept from them, so that
    much is not asked for.
    """
    system = found.system
    low, high = system.hidden_low.copy(), system.hidden_high.copy()
    zeros = system.shown_low == 0  # hidden only where events leave no other way
    low[system.choices] = np.where(zeros[system.choices], 0.0, rule.threshold)
    small = [found.place[key] for key, why in found.reasons.items() if why == SMALL]
    low[small], high[small] = rule.smallest, rule.threshold - 1
    marked = replace(system, hidden_low=low, hidden_high=high)
    alone = Attacker(system.sums, *marked.bounds(system.hidden | np.isfinite(system.cost)))

    def within(target: Target) -> Target:
        if target.width:
            return target
        floor, ceiling = alone.interval(target.cell)
        return replace(target, low=max(target.low, floor), high=min(target.high, ceiling))

    return marked.aiming(within(target) for target in system.targets)


def _company(
    sums: Sequence[tuple[int, Sequence[int]]],
    keys: Sequence[Key],
    value: Floats,
    hidden: np.ndarray,
    costs: Floats,
    rule: Rule,
) -> tuple[tuple[int, ...], ...]:
    """Groups of which one more must be hidden, by rules that ask for company."""
    if rule.company is None:
        return ()
    largest, least = rule.company
    groups = []
    for total, parts in sums:
        gone = [one for one in parts if hidden[one]]
        if not gone or hidden[total] or any(keys[one][0].startswith(WITHOUT) for one in parts):
            continue
        if max(value[gone]) <= largest or sum(value[gone]) < least:
            group = tuple(one for one in (*parts, total) if not hidden[one] and np.isfinite(costs[one]))
            if group:
                groups.append(group)
    return tuple(groups)
