"""Checks of a published table that look at its numbers: too small, too uncertain, not adding up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from equitykit.checks.registry import Finding, NotRun, Threshold, check
from equitykit.checks.results_table import Part, listed
from equitykit.checks.results_view import ResultsView
from equitykit.checks.view import RACE
from equitykit.reliability import proportion_verdicts, rate_interval, rate_verdicts
from equitykit.results import Cell, Column

_WIDTH = 3.92


def small_cells(view: ResultsView) -> Iterator[Finding]:
    """Counts of people from 1 to 10 that a published table shows."""
    limit = view.small("r-small-cell")
    for column in view.results.of_kind("count", "n"):
        cells = [
            cell
            for cell in view.results.cells_of(column.name)
            if cell.value is not None and 0 < cell.value < limit.value and float(cell.value).is_integer()
        ]
        if not cells or (column.decimals and not column.guessed):
            continue
        sampled = bool(view.results.of_kind("se", "moe", "rse"))
        names = [view.name(cell, column=False) for cell in cells]
        said = names if view.public else [f"{n}: {c.value:.0f}" for n, c in zip(names, cells, strict=True)]
        yield Finding(
            "Published counts from 1 to {most} in \u201c{column}\u201d ({k}): {cells}.{sampled}",
            {
                "k": f"{len(cells):,}",
                "column": column.name,
                "most": int(limit.value) - 1,
                "cells": listed(said),
                "sampled": " They stand beside errors of sampling: estimates, not heads." if sampled else "",
            },
            severity="low" if sampled else None,
            columns=(column.name,),
            groups=view.ids(cells),
            observed=len(cells),
            threshold=limit,
            n=sum(1 for cell in view.results.cells_of(column.name) if cell.shown),
            remedy=(
                "Hide or join such counts (equitykit protect), and those that would give them away; a "
                "zero may be shown."
            ),
        )


# -- reliability -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Judged:
    cell: Cell
    reliable: bool | None
    note: str | None


def _base(view: ResultsView, part: Part, cell: Cell) -> float | None:
    """The number of people an estimate is of: as shown, or as count and estimate say."""
    if part.of_total:
        return view.sum_of_groups(part.events, cell.labels) if part.events is not None else None
    if part.base is not None:
        found = view.results.at(part.base.name, *cell.place)
        return found.value if found is not None else None
    events = _events(view, part, cell)
    scale = part.estimate.scale if part.estimate.kind == "percent" else part.estimate.per
    if events and scale and cell.value:
        return round(scale * events / cell.value)
    return None


def _events(view: ResultsView, part: Part, cell: Cell) -> float | None:
    if part.events is None:
        return None
    found = view.results.at(part.events.name, *cell.place)
    return found.value if found is not None else None


def _proportions(view: ResultsView, column: Column) -> Iterator[_Judged]:
    part = view.part(column)
    for cell in view.results.cells_of(column.name):
        if cell.value is None or view.flagged(column, cell) or not 0 <= cell.value <= column.scale:
            continue
        share = cell.value / column.scale
        size, error, events = _base(view, part, cell), view.error(column, cell), _events(view, part, cell)
        limits = view.interval(column, cell)
        if error is None and limits is not None and (size is None or view.weighted):
            error = (
                (limits[1] - limits[0]) / _WIDTH * column.scale / 100
                if column.scale != 100
                else (limits[1] - limits[0]) / _WIDTH
            )
        se = error / column.scale if error else None
        if size is None and se and 0 < share < 1:
            size = share * (1 - share) / se**2
        if size is None or size <= 0:
            continue
        counted = events if events is not None and events <= size and se is None else share * size
        verdict = proportion_verdicts([counted], [size], se=[se] if se is not None else None)
        yield _Judged(cell, verdict.reliable[0], verdict.note[0])


def _rates(view: ResultsView, column: Column) -> Iterator[_Judged]:
    part = view.part(column)
    for cell in view.results.cells_of(column.name):
        if cell.value is None or cell.value <= 0 or view.flagged(column, cell):
            continue
        events, size = _events(view, part, cell), _base(view, part, cell)
        limits = view.interval(column, cell)
        if events is None and limits is None and size and column.per:
            events = float(round(cell.value / column.per * size))
        if limits is None and events is not None and size and column.per:
            inner = rate_interval([events], [max(size, events)])
            limits = (float(inner.lower[0]) * column.per, float(inner.upper[0]) * column.per)
        low, high = limits if limits is not None else (np.nan, np.nan)
        if events is None and limits is None:
            continue
        verdict = rate_verdicts(
            [np.nan if events is None else events],
            [np.nan if size is None else size],
            [cell.value],
            [low],
            [high],
        )
        if events is None and verdict.reliable[0] is None:
            relative = (high - low) / cell.value
            yield _Judged(
                cell, relative <= 1.60, f"95 % interval {100 * relative:.0f} % of the estimate wide"
            )
        else:
            yield _Judged(cell, verdict.reliable[0], verdict.note[0])


def _verdicts(
    view: ResultsView, kind: str, judge: Callable[[ResultsView, Column], Iterator[_Judged]], rule: str
) -> Iterator[Finding]:
    looked = shown = 0
    found = False
    for column in view.results.of_kind(kind):
        judged = list(judge(view, column))
        looked += len(judged)
        shown += _unmarked(view, column)
        bad = [one for one in judged if one.reliable is False]
        if not bad:
            continue
        found = True
        said = [
            f"{view.name(one.cell, column=False)} ({one.note})"
            if not view.public
            else view.name(one.cell, column=False)
            for one in bad
        ]
        yield Finding(
            "{k} of {all} numbers in \u201c{column}\u201d are shown without a mark though {rule} "
            "would not show them: "
            "{cells}. For full counts the interval tells how far chance alone could move them.",
            {
                "k": f"{len(bad):,}",
                "all": f"{len(judged):,}",
                "column": column.name,
                "rule": rule,
                "cells": listed(said),
            },
            columns=(column.name,),
            groups=view.ids([one.cell for one in bad]),
            observed=len(bad),
            n=len(judged),
        )
    if not found and 2 * looked < shown:
        raise NotRun(
            "most of the numbers could not be judged by what stands beside them",
            enable="Show, beside each number, how many people and events it is of.",
        )


def _unmarked(view: ResultsView, column: Column) -> int:
    """Numbers of a column that are shown without a mark of reliability."""
    cells = view.results.cells_of(column.name)
    return sum(1 for cell in cells if cell.value is not None and not view.flagged(column, cell))


@check(
    "r-unreliable-proportion",
    title="Percents too uncertain to show",
    severity="high",
    subjects=("results",),
    needs=("rows", RACE, "percents with their size"),
    remedy=(
        "Pool years or areas, or mark the percent with the reason; hide it only as the last resort, and "
        "say why."
    ),
    source="https://www.cdc.gov/nchs/data/series/sr_02/sr02_175.pdf",
)
def r_unreliable_proportion(view: ResultsView) -> Iterator[Finding]:
    """Finds percents that the standard of the National Center for Health Statistics (2017) would not show.

    Why it matters: a percent of twelve people moves by eight points when one person changes. Decisions about
    small groups then follow chance.

    How: with the number of people, the count or the standard error beside the percent; a 95 % Korn-Graubard
    interval. Not shown are: an effective n below 30; an interval of 0.30 or wider; one wider than 130 % of the
    percent (unless at most 0.05 wide). A percent that the table marks as unreliable is not counted. Where only
    count and percent are shown, the number of people is what the two say. Where none or all had the event the
    standard asks for a statistician, so no verdict is given.

    Example: 25.0 % of 12 people.

    When to ignore it: full counts of people, told as counts and not as estimates of a risk.
    """
    yield from _verdicts(view, "percent", _proportions, "the standard of 2017 for proportions")


@check(
    "r-unreliable-rate",
    title="Rates too uncertain to show",
    severity="high",
    subjects=("results",),
    needs=("rows", RACE, "rates with their size"),
    remedy="Pool years, or mark the rate with the reason.",
    source="https://www.cdc.gov/nchs/data/series/sr_02/sr02-200.pdf",
)
def r_unreliable_rate(view: ResultsView) -> Iterator[Finding]:
    """Finds rates that the standard of the National Center for Health Statistics (2023) would not show.

    Why it matters: a rate built on six deaths doubles or halves from year to year without any change in the world.

    How: fewer than 10 in the numerator or in the denominator, or a 95 % interval wider than 160 % of the rate:
    the one shown, else one worked out from count and population (from rate and population where no count is
    shown). A rate that the table marks is not counted. Where most rates have neither beside them it is not run.

    Example: 4 deaths, 31.2 per 100,000.

    When to ignore it: full counts of events, told as counts and not as estimates of a risk.
    """
    yield from _verdicts(view, "rate", _rates, "the standard of 2023 for rates")


@check(
    "r-ratio-on-small-base",
    title="Ratios of too few people",
    severity="medium",
    subjects=("results",),
    needs=("rows", RACE, "ratios with their size"),
    remedy="Pool up to three years; compare with the state's comparison group where the local one is small.",
    source="https://sites.ed.gov/idea/regs/b/f/300.647",
    thresholds={"cell": Threshold(10, "cited"), "n": Threshold(30, "cited")},
    unverified="The regulation was read in a plain summary of the section, not in its own words.",
)
def r_ratio_on_small_base(view: ResultsView) -> Iterator[Finding]:
    """Finds ratios whose group has fewer than 10 events or fewer than 30 people.

    Why it matters: a ratio of two small numbers is mostly chance, and yet it is what is remembered.

    How: counts and sizes beside the ratio. 10 and 30 are the highest floors that the rules of the Individuals with
    Disabilities Education Act presume reasonable when a state sets its own: a state may use lower ones, and must
    give its reasons for higher ones. They are floors for analysis, not rules of privacy.

    Example: 6 suspensions among 21 students, "2.9 times as likely".

    When to ignore it: the state has set lower floors, and says so.
    """
    cell_floor = view.limit("r-ratio-on-small-base", "cell", Threshold(10, "cited"))
    n_floor = view.limit("r-ratio-on-small-base", "n", Threshold(30, "cited"))
    floors = [(c, cell_floor, "events") for c in view.results.of_kind("count")]
    floors += [(c, n_floor, "people") for c in view.results.of_kind("n")]
    for column in view.results.of_kind("ratio"):
        bad: dict[Cell, str] = {}
        cells = [cell for cell in view.results.cells_of(column.name) if cell.shown]
        for cell in cells:
            for other, floor, what in floors:
                found = view.results.at(other.name, *cell.place)
                if found is not None and found.value is not None and 0 <= found.value < floor.value:
                    bad.setdefault(cell, f"fewer than {floor.value:.0f} {what}")
        if bad:
            said = [f"{view.name(cell, column=False)} ({why})" for cell, why in bad.items()]
            yield Finding(
                "{k} of {all} ratios in \u201c{column}\u201d rest on few people: {cells}. State "
                "floors up to 10 events and "
                "30 people are presumptively reasonable.",
                {
                    "k": f"{len(bad):,}",
                    "all": f"{len(cells):,}",
                    "column": column.name,
                    "cells": listed(said),
                },
                columns=(column.name,),
                groups=view.ids(list(bad)),
                observed=len(bad),
                threshold=cell_floor,
                n=len(cells),
            )
