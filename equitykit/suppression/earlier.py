"""An earlier release of the same table: what it shows stays known, and what has changed can be worked out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from equitykit.disclosure import Rule
from equitykit.suppression.cells import Cells, gather
from equitykit.suppression.model import DIFFERENCE, GRAND, Earlier
from equitykit.suppression.sheets import CHANGE, EARLIER, WITHOUT, Key, Sheet
from equitykit.suppression.system import Target, incidence, linear_program

__all__ = ["join"]


def join(cells: Cells, sheet: Sheet, rule: Rule) -> tuple[Earlier, str]:
    """Add what an earlier release shows to the cells of a table.

    Parameters
    ----------
    cells : the cells of the table; they are added to.
    sheet : the earlier release, as it was published.
    rule : which counts are too small.

    Returns
    -------
    What follows from it, and a sentence that says how the two were compared.
    """
    before = gather([sheet])
    shown = {key: value for key, value in before.value.items() if np.isfinite(value) and key in before.listed}
    cells.whole = False
    if _is_same(cells, before, shown):
        return _same(cells, before, shown)
    return _changed(cells, before, shown, falls=not _may_have_grown(cells, before, shown), rule=rule)


def _is_same(cells: Cells, before: Cells, shown: Mapping[Key, float]) -> bool:
    """Whether the counts of now fit all that the earlier release shows."""
    together = before.value | {key: value for key, value in cells.value.items() if np.isfinite(value)}
    if any(together[key] != value for key, value in shown.items()):
        return False
    for (total, _), parts in before.sums.items():
        added = sum(together[one] for one in parts)
        if np.isfinite(added) and np.isfinite(together[total]) and added != together[total]:
            return False
    return True


def _may_have_grown(cells: Cells, before: Cells, shown: Mapping[Key, float]) -> bool:
    """Whether no count need have fallen since: earlier counts at most those of now fit all that was shown."""
    keys = sorted(before.value, key=str)
    place = {key: at for at, key in enumerate(keys)}
    sums = [(place[total], [place[one] for one in parts]) for (total, _), parts in before.sums.items()]
    now = np.array([cells.value.get(key, np.inf) for key in keys])
    low = np.array([shown.get(key, 0.0) for key in keys])
    high = np.minimum(
        np.array([0.0 if key in before.absent else shown.get(key, np.inf) for key in keys]),
        np.where(np.isnan(now), np.inf, now),
    )
    if (low > high).any():
        return False
    done = linear_program(np.zeros(len(keys)), incidence(sums, len(keys)), np.zeros(len(sums)), low, high)
    return bool(done.status == 0)


def _same(cells: Cells, before: Cells, shown: Mapping[Key, float]) -> tuple[Earlier, str]:
    """The same people counted: a cell is known if either release shows it."""
    for key, value in before.value.items():
        if not np.isfinite(cells.value.get(key, np.nan)):
            cells.value[key] = value
        if key in before.absent:
            cells.absent.add(key)
    for (total, _), parts in before.sums.items():
        cells.add_sum(total, parts)
    public = frozenset(key for key in shown)
    return Earlier(public=public), (
        "Every count that both releases show is the same, so what the earlier one shows is known."
    )


def _changed(
    cells: Cells, before: Cells, shown: Mapping[Key, float], *, falls: bool, rule: Rule
) -> tuple[Earlier, str]:
    """Counts that have moved on: the difference between two counts is a count of people too."""
    old = {key: (EARLIER + key[0], key[1]) for key in before.value}
    change = {key: (CHANGE + key[0], key[1]) for key in before.value if key in cells.value}
    for key, value in before.value.items():
        cells.value[old[key]] = value
    cells.absent |= {old[key] for key in before.absent}
    for (total, _), parts in before.sums.items():
        cells.add_sum(old[total], [old[one] for one in parts])
    for key, mine in change.items():
        cells.value[mine] = cells.value[key] - before.value[key]
        cells.add_sum(key, (old[key], mine))
    small = {
        key: abs(cells.value[mine])
        for key, mine in change.items()
        if 0 < abs(cells.value[mine]) < rule.threshold and key != GRAND and not key[0].startswith(WITHOUT)
    }
    all_new = cells.value[change[GRAND]] if GRAND in change else np.inf
    most = rule.threshold - 1 if not np.isfinite(all_new) or falls else min(rule.threshold - 1, all_new)
    targets = {change[key]: _target(rule, float(most), falls=falls) for key in small}
    targets |= {
        old[key]: Target(0, float(rule.smallest), float(rule.threshold - 1))
        for key, mark in before.marks.items()
        if mark == "primary" and not np.isfinite(before.value[key]) and rule.threshold > 1
    }
    return (
        Earlier(
            public=frozenset(old[key] for key in shown),
            changes=frozenset(change.values()),
            falls=falls,
            reasons={key: DIFFERENCE for key in small if key in cells.listed},
            targets=targets,
        ),
        "Counts have changed since the earlier release, so the differences are protected like counts.",
    )


def _target(rule: Rule, most: float, *, falls: bool) -> Target:
    if falls or most <= rule.smallest:
        return Target(0, width=max(1.0, most - rule.smallest))
    return Target(0, float(rule.smallest), most)
