"""Hidden counts that what is shown gives away: the attacker at a published table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, inf

import numpy as np

from equitykit.checks.registry import NotRun, Threshold
from equitykit.checks.results_table import Part, half, listed
from equitykit.checks.results_totals import top_groups
from equitykit.checks.results_view import ResultsView
from equitykit.results import Cell, Column
from equitykit.suppression.attack import TOLERANCE, Attacker, Extreme
from equitykit.suppression.system import incidence

__all__ = ["Recovered", "recovered"]

Key = tuple[str, str | None, tuple[tuple[str, str], ...]]
_TARGETS = frozenset({"suppressed", "unreliable", "not-said"})
_MOST_TARGETS = 3_000
_MOST_TERMS = 8
_UNSEEN = ", if the parts add up to the total, which no row shows"


@dataclass(frozen=True, slots=True)
class Recovered:
    """A count that is not shown, and what can be said of it all the same.

    Attributes
    ----------
    cell : where it would stand. low, high : the least and the most it can be.
    how : the equation in words; `sums` the same with the numbers. by_mark : the range in the mark itself was needed.
    implied : it is not hidden at all; a percent says it.
    """

    cell: Cell
    low: int
    high: int
    how: str
    sums: str
    by_mark: bool = False
    implied: bool = False

    @property
    def exact(self) -> bool:
        """Whether only one count is possible."""
        return self.low == self.high


@dataclass
class _Table:
    """Counts of a table as cells of a system, and what adds up."""

    view: ResultsView
    keys: list[Key]
    cells: list[Cell]
    place: dict[Key, int]
    sums: list[tuple[int, tuple[int, ...]]]
    low: np.ndarray
    high: np.ndarray
    told: dict[int, str]
    unseen: set[tuple[int, tuple[int, ...]]]

    def known(self, at: int) -> bool:
        """Whether only one number is possible, shown or not."""
        return bool(self.low[at] == self.high[at])


def recovered(view: ResultsView) -> tuple[Recovered, ...]:
    """Hidden counts that can be worked out, or narrowed down to small ones.

    Parameters
    ----------
    view : the table.

    Raises
    ------
    NotRun
        The numbers shown contradict each other.
    """
    limit = int(view.limit("r-complementary-disclosure", "cell", Threshold(11, "cited", "critical")).value)
    table = _table(view)
    hidden = [
        at
        for at, cell in enumerate(table.cells)
        if not cell.shown
        and cell.state in _TARGETS
        and view.results.column(cell.column).kind in ("count", "n")
    ]
    found = {one.cell: one for one in _attacked(table, hidden[:_MOST_TARGETS], limit, by_mark=False)}
    if any(table.cells[at].high is not None for at in hidden):
        again = _with_marks(table)
        for one in _attacked(again, hidden[:_MOST_TARGETS], limit, by_mark=True):
            if one.exact and not (one.cell in found and found[one.cell].exact):
                found[one.cell] = one
    implied = [one for one in _implied(view, limit) if one.cell not in found]
    return (*found.values(), *implied)


# -- what adds up ------------------------------------------------------------------------------------------


def _table(view: ResultsView) -> _Table:
    columns = view.results.of_kind("count", "n")
    cells = [cell for column in columns for cell in view.results.cells_of(column.name)]
    keys = [(cell.column, cell.group, cell.labels) for cell in cells]
    value = np.array([np.nan if cell.value is None else cell.value for cell in cells], dtype=float)
    shown = np.isfinite(value)
    table = _Table(
        view,
        keys,
        cells,
        {key: at for at, key in enumerate(keys)},
        [],
        np.where(shown, value, 0.0),
        np.where(shown, value, inf),
        {},
        set(),
    )
    for column in columns:
        for sums in (_over_groups(view, table, column), *_over_others(view, table, column)):
            table.sums += _that_hold(table, sums)
    table.sums += _over_columns(view, table)
    for part in view.parts:
        _narrow(view, table, part)
    return table


def _over_groups(view: ResultsView, table: _Table, column: Column) -> list[tuple[int, tuple[int, ...]]]:
    if view.total is None:
        return []
    top = top_groups(view)
    sums = []
    for labels in view.labels:
        total = table.place.get((column.name, view.total.label, labels))
        parts = [at for label in top if (at := table.place.get((column.name, label, labels))) is not None]
        if total is not None and len(parts) > 1:
            sums.append((total, tuple(parts)))
    return sums


def _over_others(
    view: ResultsView, table: _Table, column: Column
) -> Iterator[list[tuple[int, tuple[int, ...]]]]:
    for name, total_label in view.other_totals.items():
        parts: dict[tuple[str | None, tuple[tuple[str, str], ...]], list[int]] = {}
        totals: dict[tuple[str | None, tuple[tuple[str, str], ...]], int] = {}
        for key, at in table.place.items():
            if key[0] != column.name or name not in dict(key[2]):
                continue
            rest = (key[1], tuple(pair for pair in key[2] if pair[0] != name))
            if dict(key[2])[name] == total_label:
                totals[rest] = at
            else:
                parts.setdefault(rest, []).append(at)
        yield [(at, tuple(parts[rest])) for rest, at in totals.items() if len(parts.get(rest, ())) > 1]


def _that_hold(table: _Table, sums: list[tuple[int, tuple[int, ...]]]) -> list[tuple[int, tuple[int, ...]]]:
    """Sums of one kind, where no number that is shown speaks against them; and whether any row shows that they hold."""
    seen = False
    for total, parts in sums:
        least = sum(table.low[at] for at in parts)
        known = all(table.low[at] == table.high[at] for at in parts)
        if table.low[total] != table.high[total]:
            continue
        if least > table.high[total] + TOLERANCE or (known and abs(least - table.low[total]) > TOLERANCE):
            return []
        seen = seen or known
    if not seen:
        table.unseen.update(sums)
    return sums


def _over_columns(view: ResultsView, table: _Table) -> list[tuple[int, tuple[int, ...]]]:
    """A base that is the sum of the other columns of counts, where two rows or more show that it is."""
    counts = view.results.of_kind("count")
    for base in view.results.of_kind("n"):
        sums = []
        exact = 0
        for key, total in table.place.items():
            if key[0] != base.name:
                continue
            parts = [at for c in counts if (at := table.place.get((c.name, key[1], key[2]))) is not None]
            if len(parts) != len(counts) or len(counts) < 2:
                return []
            sums.append((total, tuple(parts)))
            exact += all(table.low[at] == table.high[at] for at in (total, *parts))
        if exact >= 2 and (held := _that_hold(table, sums)):
            return held
    return []


# -- percents ----------------------------------------------------------------------------------------------


def _scale(part: Part) -> float:
    return part.estimate.scale if part.estimate.kind == "percent" else part.estimate.per or 0.0


def _narrow(view: ResultsView, table: _Table, part: Part) -> None:
    """Bounds that a percent or rate gives for the count it is made of."""
    scale = _scale(part)
    if part.events is None or not scale or not (part.checked or _whole_numbers(view, part)):
        return
    for cell in view.results.cells_of(part.estimate.name):
        over = table.place.get((part.events.name, *cell.place))
        if cell.value is None or over is None:
            continue
        room = half(part.estimate, cell)
        if part.of_total:
            base = view.sum_of_groups(part.events, cell.labels)
            said, under = "the total", None
        elif part.base is not None:
            under = table.place.get((part.base.name, *cell.place))
            base = None if under is None else table.cells[under].value
            said = part.base.name
        else:
            continue
        if base is not None and not table.cells[over].shown:
            _cut(table, over, (cell.value - room) * base / scale, (cell.value + room) * base / scale)
            table.told[over] = _times(cell, part, base, said, view.public)
        elif under is not None and base is None and table.cells[over].value and cell.value > room:
            events = table.cells[over].value or 0.0
            _cut(table, under, scale * events / (cell.value + room), scale * events / (cell.value - room))
            shown = "" if view.public else f" ({events:,.0f} at {cell.raw})"
            table.told[under] = (
                f"\u201c{part.events.name}\u201d divided by \u201c{part.estimate.name}\u201d{shown}"
            )


def _times(cell: Cell, part: Part, base: float, said: str, public: bool) -> str:
    shown = "" if public else f" ({cell.raw} of {base:,.0f})"
    return f"\u201c{part.estimate.name}\u201d of \u201c{said}\u201d{shown}"


def _cut(table: _Table, at: int, low: float, high: float) -> None:
    """Whole numbers only; where none fits, the percent is of something else."""
    least, most = ceil(low - 1e-9), floor(high + 1e-9)
    if least <= most:
        table.low[at] = max(table.low[at], float(least))
        table.high[at] = min(table.high[at], float(most))


def _whole_numbers(view: ResultsView, part: Part) -> bool:
    """Whether every percent is of a whole number of people, so that it is a percent of that base."""
    return len(_implied_counts(view, part)) >= 2


def _implied_counts(view: ResultsView, part: Part) -> list[tuple[Cell, int, float]]:
    """The one count that each percent of a base can stand for; none where a percent fits no whole number."""
    if part.base is None or view.weighted or part.of_total:
        return []
    scale = _scale(part)
    found = []
    telling = 0
    for cell in view.results.cells_of(part.estimate.name):
        base = view.results.at(part.base.name, *cell.place)
        if cell.value is None or base is None or not base.value or not scale:
            continue
        room = half(part.estimate, cell)
        low, high = (cell.value - room) * base.value / scale, (cell.value + room) * base.value / scale
        least, most = ceil(low - 1e-9), floor(high + 1e-9)
        if least > most:
            return []
        telling += high - low < 0.5
        if least == most:
            found.append((cell, least, base.value))
    return found if telling >= 2 else []


def _implied(view: ResultsView, limit: int) -> Iterator[Recovered]:
    """Small counts that no column shows, and a rounded percent says."""
    for part in view.parts:
        if part.events is not None or part.base is None:
            continue
        for cell, count, base in _implied_counts(view, part):
            if 0 < count < limit:
                how = f"\u201c{part.estimate.name}\u201d of \u201c{part.base.name}\u201d"
                yield Recovered(cell, count, count, how, f"{cell.raw} of {base:,.0f}", implied=True)


# -- the attack --------------------------------------------------------------------------------------------


def _with_marks(table: _Table) -> _Table:
    """The same for a reader who takes the range that stands in a cell at its word."""
    low, high = table.low.copy(), table.high.copy()
    for at, cell in enumerate(table.cells):
        if not cell.shown:
            low[at] = max(low[at], cell.low or 0.0)
            if cell.high is not None:
                high[at] = max(low[at], min(high[at], cell.high))
    return replace(table, low=low, high=high)


def _attacked(table: _Table, hidden: Sequence[int], limit: int, *, by_mark: bool) -> Iterator[Recovered]:
    attacker = Attacker(incidence(table.sums, len(table.cells)), table.low, table.high)
    broken = 0
    for at in hidden:
        in_sum = any(at in (total, *parts) for total, parts in table.sums)
        if not in_sum and at not in table.told:
            continue
        try:
            down, up = attacker.extreme(at, most=False), attacker.extreme(at, most=True)
        except ArithmeticError:
            broken += 1
            continue
        low = ceil(max(down.value, 0.0) - TOLERANCE)
        high = floor(up.value + TOLERANCE) if up.value < inf else None
        if high is None or high < max(low, 1) or (high >= limit and low != high):
            continue
        words, sums = _equation(table, at, down, up)
        yield Recovered(table.cells[at], low, high, words, sums, by_mark)
    if broken and broken == len(hidden) and not by_mark:
        raise NotRun(
            "the numbers shown contradict each other, so nothing can be worked out from them",
            enable="Put the totals right first; see r-totals-do-not-reconcile.",
        )


def _equation(table: _Table, at: int, down: Extreme, up: Extreme) -> tuple[str, str]:
    """How a count is worked out: in words, and with the numbers."""
    for total, parts in table.sums:
        members = (total, *parts)
        if at in members and all(table.known(one) for one in members if one != at):
            return _one_sum(table, at, total, parts)
    if (
        at in table.told
        and table.low[at] >= down.value - TOLERANCE
        and table.high[at] <= up.value + TOLERANCE
    ):
        return table.told[at], ""
    return _combined(table, at, up)


def _one_sum(table: _Table, at: int, total: int, parts: Sequence[int]) -> tuple[str, str]:
    others = [one for one in parts if one != at]
    names = _short(table, (total, *parts))
    rest = listed([names[one] for one in others], _MOST_TERMS)
    unsure = _UNSEEN if (total, tuple(parts)) in table.unseen else ""
    if at == total:
        return f"the sum of {rest}{unsure}", " + ".join(
            f"{table.low[one]:,.0f}" for one in others[:_MOST_TERMS]
        )
    words = f"{names[total]} less {rest}{unsure}"
    if len(others) > _MOST_TERMS:
        return words, f"{table.low[total]:,.0f} \u2212 {sum(table.low[one] for one in others):,.0f}"
    return words, " \u2212 ".join(f"{table.low[one]:,.0f}" for one in (total, *others))


def _short(table: _Table, members: Sequence[int]) -> dict[int, str]:
    """Names of cells by what tells them apart: the group, a label, or the column."""
    cells = [table.cells[one] for one in members]
    if len({(cell.column, cell.labels) for cell in cells}) == 1:
        return {one: cell.group or "" for one, cell in zip(members, cells, strict=True)}
    if len({(cell.column, cell.group) for cell in cells}) == 1:
        same = set.intersection(*(set(cell.labels) for cell in cells))
        return {
            one: ", ".join(label for pair in cell.labels if pair not in same for label in pair[1:])
            for one, cell in zip(members, cells, strict=True)
        }
    if len({cell.place for cell in cells}) == 1:
        return {one: f"\u201c{cell.column}\u201d" for one, cell in zip(members, cells, strict=True)}
    several = len({cell.column for cell in cells}) > 1
    return {one: table.view.name(cell, column=several) for one, cell in zip(members, cells, strict=True)}


def _combined(table: _Table, at: int, end: Extreme) -> tuple[str, str]:
    """Several sums together, from the weights that prove the end."""
    together = "the sums of the table together"
    if end.proof is None:
        return together, ""
    weighty = [one for one in np.flatnonzero(np.abs(end.proof) > TOLERANCE).tolist() if one != at]
    used = [one for one in weighty if table.known(one) and table.low[one]]
    names = _short(table, used) if used else {}
    plus = [names[one] for one in used if end.proof[one] > 0]
    minus = [names[one] for one in used if end.proof[one] < 0]
    if not plus:
        return together, ""
    words = listed(plus, _MOST_TERMS) + (", together" if len(plus) > 1 else "")
    if minus:
        words += f", less {listed(minus, _MOST_TERMS)}"
    if not all(table.known(one) for one in weighty):
        words += "; no count is below 0"
    if any(each in table.unseen and at in (each[0], *each[1]) for each in table.sums):
        words += _UNSEEN
    return words, ""
