"""The verb: hide small counts in a table, and whatever would give them away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from equitykit.disclosure import Rule, RuleLike
from equitykit.disclosure import rule as find_rule
from equitykit.errors import MeasureError
from equitykit.suppression.attack import TOLERANCE, Attacker, weaknesses
from equitykit.suppression.cells import gather, words
from equitykit.suppression.choose import Chosen, Unprotectable, cheapest, choose
from equitykit.suppression.earlier import join
from equitykit.suppression.given import (
    Given,
    asked_cells,
    earlier_sheet,
    frame_of,
    linked_sheet,
    proof_asked,
    weights,
)
from equitykit.suppression.governed import Governance, Governed
from equitykit.suppression.model import Earlier, Model, Steer, model, with_marks
from equitykit.suppression.remarks import method_of, remarks
from equitykit.suppression.sheets import WITHOUT, Hierarchy, Key, read_sheet
from equitykit.suppression.system import System, Target
from equitykit.suppression.table import ProtectedTable, Work

__all__ = ["protect"]


def protect(
    frame: Given,
    *,
    dimensions: Sequence[str] | Mapping[str, Mapping[str, str] | None] | None = None,
    count: str = "count",
    total: str | Mapping[str, str] = "Total",
    rule: RuleLike = "cms-11",
    primary: Iterable[str | Sequence[str] | Mapping[str, str]] | None = None,
    proof: str | None = None,
    cost: str | Steer = "cells",
    events: str | Sequence[str] | None = None,
    percent: str | Sequence[str] | None = None,
    hierarchy: Hierarchy | None = None,
    linked: Sequence[Given | Mapping[str, Any]] = (),
    previous: Given | None = None,
    round_to: int | None = None,
    governance: Governance | None = None,
    agreements: Mapping[str, Any] | None = None,
) -> ProtectedTable:
    """Hide small counts in a table, and as few others as it takes that nobody can work them out.

    Parameters
    ----------
    frame : a long table: one row for each cell, totals among them. An inner cell that is left out is taken
        to be 0; a total that is left out is not shown, and counts only for what it implies.
    dimensions : columns of labels (every column but those of counts where none are named), or a mapping from
        each to its hierarchy (child label to parent label) or None.
    count : column of counts of people.
    total : the label of the totals, or one for each dimension.
    rule : a name, or `{"threshold": t, "zero_ok": True}`: counts 1 to t-1 are hidden, in totals too.
    primary : further cells to hide: their labels in the order of the dimensions, or by dimension.
    proof : "cover" (the default): an attacker cannot exclude any value from 1 to t-1 of a small count; "exact"
        (the default where counts are rounded): they cannot compute it; "marks": cover, against a reader who also
        goes by the marks.
    cost : "cells" (fewest), "value" (fewest people), or weights by label, to steer: a cell costs the product
        of the weights of its labels, 1 where none is given.
    events : columns of how many of the people in `count` have an event. 0 % or 100 % of fewer than 20
        people is hidden as well.
    percent : columns worked out from the counts; they are emptied where one of these is hidden.
    hierarchy : for each dimension, parent labels by child label.
    linked : further tables of the same people. Cells whose labels, totals aside, are the same are the same
        cell. Each is a frame, or a mapping with `frame`, `dimensions`, `count`, `total`, `events`, `percent`.
    previous : an earlier release, as it was published; the two are attacked together. Another year's table
        is no earlier release.
    round_to : 3, 5 or 10: round every count instead of hiding it; then nobody can compute a small one. With
        `proof="cover"` small counts are hidden and the others rounded.
    governance : a codebook, or groups: whatever is about a group marked `governance: ask` is hidden, large
        or small, in every table, unless an agreement is recorded.
    agreements : for such a group "WHO, YYYY-MM-DD": who agreed that it is shown, and when. It is kept in
        the notes.

    Returns
    -------
    ProtectedTable

    Raises
    ------
    MeasureError : for a table that does not add up, or cannot be protected. UnknownName : for a column or
        rule that does not exist.

    Interpretation
    --------------
    Zeros are never hidden for the sake of others, and the grand total never is. The set is the cheapest there
    is for tables of two dimensions (with one hierarchy at most) with up to 2,000 counts that may be hidden and
    for others with up to 200. Beyond, and where the search takes too long, it is one from which nothing can be
    spared; `.method` says which. The same table gives the same choice, whatever the order of its rows. Among
    equals in two dimensions, missing reasons go before people, and then the largest groups.

    When not to use
    ---------------
    Where a remedy would do that hides nobody: they are listed in the result.

    Source
    ------
    Fischetti and Salazar-González (2001), Management Science 47; CMS cell size suppression policy.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = [4, 30, 34, 40, 26, 66, 44, 56, 100]
    >>> rows = [(r, c) for r in ("A", "B", "Total") for c in ("no", "yes", "Total")]
    >>> table = pd.DataFrame(rows, columns=["group", "answer"]).assign(count=counts)
    >>> safe = protect(table, dimensions=["group", "answer"])
    >>> safe.to_frame()["suppressed"].tolist()[:3]
    ['primary', 'complementary', None]
    >>> safe.safe, safe.cost
    (True, 3.0)
    """
    applied, proof, cost = find_rule(rule), proof_asked(proof, round_to), weights(cost)
    options: dict[str, Any] = {"count": count, "total": total, "hierarchy": hierarchy}
    first = read_sheet(frame_of(frame), dimensions=dimensions, events=events, percent=percent, **options)
    sheets = (first, *(linked_sheet(one, first, options) for one in linked))
    cells = gather(sheets)
    if round_to is not None and np.isnan([cells.value[key] for key in cells.listed]).any():
        raise MeasureError(
            "Counts that are hidden cannot be rounded.", next_step="Give the table with its counts."
        )
    added, notes, governed = Earlier(), [], Governed.of(governance, agreements, cells, sheets)
    if previous is not None:
        sheet = earlier_sheet(previous, first, options)
        added, said = join(cells, sheet, applied)
        notes.append(said)
    task = _Task(cells, applied, asked_cells(primary, sheets), governed.cells, proof, added, round_to)
    task, done = task.until_changes_are_open(cost)
    notes += [*done.notes, *governed.notes]
    notes += remarks(sheets, done.model, done.attacked, done.chosen.hidden)
    steering = None
    if not isinstance(cost, str):
        plainly = task.solve("cells")
        steering = {"cells": _further(done), "cells_without": _further(plainly)}
    work = Work(sheets, done.model, done.attacked, done.chosen.hidden, added.public, round_to)
    own = done.chosen.hidden & ~done.model.system.hidden
    spent = float(done.model.plain_cost[own].sum())
    tables = tuple(
        ProtectedTable(
            applied,
            proof,
            spent,
            method_of(done.model, done.attacked, done.chosen, round_to),
            done.chosen.optimal,
            steering,
            tuple(notes),
            (),
            work,
            sheet,
        )
        for sheet in sheets
    )
    return replace(tables[0], linked=tables[1:])


@dataclass(frozen=True)
class _Done:
    """A solved table."""

    model: Model
    attacked: System
    chosen: Chosen
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Task:
    """Everything but the cost."""

    cells: Any
    rule: Rule
    asked: tuple[Key, ...]
    governed: tuple[Key, ...]
    proof: str
    earlier: Earlier
    base: int | None

    def until_changes_are_open(self, cost: str | Steer) -> tuple[_Task, _Done]:
        """Choose, and again for every small change that can be computed though nobody showed both counts."""
        task = self
        while True:
            done = task.solve(cost)
            told = {} if self.base is not None else _told_changes(done, task.earlier, self.rule)
            if not told:
                return task, done
            task = replace(task, earlier=replace(task.earlier, targets={**task.earlier.targets, **told}))

    def solve(self, cost: str | Steer) -> _Done:
        """Choose at this cost; events that nobody has are hidden for others only where it takes that."""
        names: list[str] = []
        for zeros in (False, True):
            found = model(
                self.cells,
                self.rule,
                asked=self.asked,
                governed=self.governed,
                exact=self.proof == "exact",
                cost=cost,
                earlier=self.earlier,
                zeros=zeros,
            )
            try:
                return self._choose(found)
            except Unprotectable as problem:
                names = [f'"{words(found.keys[cell])}"' for cell in problem.cells[:5]]
                if not all(found.keys[cell][0] for cell in problem.cells):
                    break
        raise MeasureError(
            f"{', '.join(names)} cannot be protected: even with every other count hidden but the grand total"
            f"{' and what the earlier release shows' if self.earlier.public else ''}, too much can be told.",
            next_step="Join groups, or leave the table out.",
        )

    def _choose(self, found: Model) -> _Done:
        if self.base is not None:
            return self._rounded(found)
        if self.proof == "marks":
            return self._against_marks(found)
        done = _Done(found, found.system, choose(found.system), ())
        return self._better(done) if self.proof == "cover" else done

    def _against_marks(self, found: Model) -> _Done:
        """Safe from a reader who goes by the marks, and no less from one who does not."""
        marked = with_marks(found, self.rule)
        chosen = choose(marked)
        if weaknesses(found.system, *found.system.bounds(chosen.hidden)):
            # Where the marks tell too much whatever is hidden, less is asked for than without them.
            more = choose(replace(found.system, hidden=chosen.hidden))
            chosen = replace(more, optimal=False, bound=chosen.bound)
        return _Done(found, marked, chosen, ())

    def _better(self, done: _Done) -> _Done:
        """Among sets of the same cost, one that also withstands a reader who goes by the marks."""
        small = sum(not target.width for target in done.attacked.targets)
        if not small:
            return done
        marked = with_marks(done.model, self.rule)
        told = weaknesses(marked, *marked.bounds(done.chosen.hidden))
        if not told:
            return replace(done, notes=(_ALSO_MARKS,))
        plain = done.model.plain_cost
        own = done.chosen.hidden & ~done.model.system.hidden
        least = plain[done.model.system.choices].min(initial=1.0)
        other = cheapest(marked, at_most=float(plain[own].sum() + least / 2)) if done.chosen.optimal else None
        if (
            other is not None
            and plain[other.hidden].sum() <= plain[done.chosen.hidden].sum()
            and not weaknesses(done.attacked, *done.attacked.bounds(other.hidden))
        ):
            return _Done(
                done.model, done.attacked, replace(other, optimal=done.chosen.optimal), (_ALSO_MARKS,)
            )
        return replace(
            done,
            notes=(
                f"A reader who also goes by the marks can narrow down {len(told)} of {small} "
                'small counts further. Leave out the marks, or use proof="marks".',
            ),
        )

    def _rounded(self, found: Model) -> _Done:
        """Counts known only to the nearest multiple."""
        base = self.base or 1
        system, cells = found.system, self.cells
        listed = np.array(
            [key in cells.listed and key not in self.earlier.public for key in found.keys], dtype=bool
        )
        nearest = base * ((system.shown_low + base // 2) // base)
        reach = (base - 1) - base // 2
        low = np.where(listed, np.maximum(nearest - base // 2, 0.0), system.shown_low)
        high = np.where(listed, nearest + reach, system.shown_high)
        closed = np.isin(np.arange(system.size), [found.place[key] for key in self.governed])
        gone = system.hidden & (~listed | closed | (self.proof == "cover"))
        costs = np.where(listed & system.hidden, 1.0, system.cost)
        rounded = replace(system, shown_low=low, shown_high=high, hidden=gone, cost=costs, whole=False)
        return _Done(replace(found, system=rounded), rounded, choose(rounded), ())


def _told_changes(done: _Done, earlier: Earlier, rule: Rule) -> dict[Key, Target]:
    """Changes that the attacker can compute, and that are small, but not asked to stay unknown yet."""
    attacker = Attacker(done.attacked.sums, *done.attacked.bounds(done.chosen.hidden))
    told = {}
    for key in sorted(earlier.changes - set(earlier.targets), key=str):
        if not key[1] or WITHOUT in key[0]:
            continue
        low, high = attacker.interval(done.model.place[key])
        if high - low < 1 - TOLERANCE and 0 < round(abs(high)) < rule.threshold:
            told[key] = Target(0, width=1.0)
    return told


_ALSO_MARKS = "It also withstands a reader who goes by the marks."


def _further(done: _Done) -> int:
    return int((done.chosen.hidden & ~done.model.system.hidden).sum())
