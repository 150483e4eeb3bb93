"""From records to a chain of decision points."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from equitykit.benchmark import Benchmark
from equitykit.codebook import Codebook, Outcome
from equitykit.counts import TOTAL
from equitykit.disaggregate import outcome_of, with_benchmark
from equitykit.errors import MeasureError
from equitykit.frames import Records
from equitykit.grouping import RACE, Grouping, GroupKey, hit, opened, recipe_of
from equitykit.groups import GroupTable
from equitykit.stages.chain import Chain, Root, Step
from equitykit.stages.result import Stages, measured
from equitykit.stages.words import say
from equitykit.tidy import number

__all__ = ["stages"]

EVERYBODY = "everybody"
POPULATION = "population"
Cells = dict[GroupKey, list[float]]


def stages(
    subject: Any,
    codebook: Codebook | Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    reference: str,
    reason: str | None = None,
    by: str | Sequence[str] = RACE,
    chain: Sequence[str] | None = None,
    tabulation: str = "any",
    standard: str | None = None,
    benchmark: Benchmark | str | os.PathLike[str] | None = None,
    level: float = 0.95,
    rule: str | Mapping[str, Any] | None = "cms-11",
) -> Stages:
    """Follow groups along a chain of decisions: who came to each stage, of the stage before and of everybody.

    Parameters
    ----------
    subject : path, data frame or `Records`.
    codebook : names the outcomes and, under `stages`, their order. The first stage may be a word that is no
        outcome: then it is everybody in the records.
    reference : "total", "all-others", "best", "largest" or a group id; there is no default. "best" and
        "largest" are settled once and are the same group at every stage.
    reason : why this reference; it is kept, and its absence is printed.
    by : one to three questions, crossed.
    chain : names of outcomes in their order, in place of the codebook's stages.
    tabulation, standard : as for `disaggregate`.
    benchmark : the population; else the codebook's, where it fits. With none, the population is everybody
        in the records.
    level : confidence level of the intervals.
    rule : disclosure rule by which rows with small counts are marked; None (in recipes "none") marks nothing.

    Returns
    -------
    Stages
        Every stage with both denominators, the cumulative rate along the chain, and where a gap opens.

    Raises
    ------
    MeasureError, UnknownName, CodebookError
        No stages, an outcome or question that the codebook does not have, with the nearest.

    Interpretation
    --------------
    The rate of the stage before isolates one decision; the rate of the population says what people live
    through. A ratio near 1 at a late stage does not clear a system: who came that far was decided before.

    When not to use
    ---------------
    Where a later stage does not follow from the earlier ones: compare separate outcomes instead.

    Source
    ------
    Relative rate index of OJJDP, which takes the prior point as denominator; Shaw et al. 2008 for both
    denominators side by side. Cumulative rates: product of conditional rates, delta method on logs.

    Examples
    --------
    >>> data = pd.DataFrame({"race": ["White", "Black"] * 40, "seen": ["Y", "Y", "Y", "N"] * 20,
    ...                      "kept": ["Y", "Y", "N", "N"] * 20})
    >>> book = {"questions": {"race_ethnicity": {"columns": ["race"]}},
    ...         "outcomes": {"seen": {"column": "seen", "event": ["Y"]},
    ...                      "kept": {"column": "kept", "event": ["Y"]}},
    ...         "stages": ["referred", "seen", "kept"]}
    >>> found = stages(data, book, reference="WHITE").to_frame()
    >>> found.query("measure == 'rate-ratio' and group == 'BLACK'")["estimate"].tolist()
    [0.5, 2.0]
    """
    records, book = opened(subject, codebook)
    book.refuse_unused(weights=True)
    grouping = Grouping.of(book, by, standard=standard, tabulation=tabulation)
    names = _names(chain, book)
    counted = _count(records, grouping, book, names, benchmark)
    asked = {
        "by": list(grouping.questions),
        "chain": list(names) if chain is not None else None,
        "tabulation": tabulation,
        "standard": standard,
        "benchmark": str(benchmark) if isinstance(benchmark, str | os.PathLike) else None,
    }
    return measured(
        counted,
        reference=reference,
        reason=reason,
        level=level,
        rule=rule,
        recipe=recipe_of("stages", records, book, asked),
    )


def _names(chain: Sequence[str] | None, book: Codebook) -> tuple[str, ...]:
    names = tuple(book.stages if chain is None else chain)
    if not names:
        raise MeasureError(
            "The codebook names no stages.",
            next_step='Add their order, for example "stages: [referred, investigated, removed]".',
        )
    if len(set(names)) < len(names):
        raise MeasureError("A stage is named twice.", next_step="Name each stage once, in their order.")
    for name in names[1:]:
        outcome_of(name, book)
    if len(names) == 1 and names[0] not in book.outcomes:
        raise MeasureError(f'"{names[0]}" alone is no chain.', next_step="Name the stages that follow it.")
    return names


def _count(
    records: Records,
    grouping: Grouping,
    book: Codebook,
    names: tuple[str, ...],
    benchmark: Benchmark | str | os.PathLike[str] | None,
) -> Chain:
    outcomes = {name: book.outcomes[name] for name in names if name in book.outcomes}
    begins = names[0] if names[0] not in outcomes else EVERYBODY
    order = [begins, *outcomes]
    tally = grouping.tally([outcome.column for outcome in outcomes.values()])
    cells, everybody, blank = _cells(records, grouping, outcomes, tally.per != ())
    keys = grouping.keys(cells)
    ids = ["*".join(key) for key in keys]
    size = _width(len(order))

    def column(place: int) -> dict[str, float]:
        found = {id: cells.get(key, [0.0] * size)[place] for id, key in zip(ids, keys, strict=True)}
        return {**found, TOTAL: everybody[place]}

    labels = grouping.labels(keys)
    base = column(0)
    steps = []
    for place, (before, name) in enumerate(zip(order, order[1:], strict=False), start=1):
        reached, passed = column(place), column(len(order) + place - 1)
        skipped = {group: reached[group] - passed[group] for group in reached} if place > 1 else {}
        steps.append(
            Step(name, before, column(place - 1), passed, reached, skipped, blank=blank.get(name, 0))
        )
    population, notes = _population(grouping, base, labels, benchmark, book)
    if population is not None:
        if begins != EVERYBODY:
            steps.insert(0, Step(begins, POPULATION, population.counts, base, base))
        else:
            first = steps[0]
            steps[0] = Step(
                first.stage, POPULATION, population.counts, first.reached, first.reached, blank=first.blank
            )
        root = population
    else:
        words = "everybody in the records" if begins == EVERYBODY else f'"{begins}", everybody in the records'
        root = Root(begins, words, base)
    if population is not None and not tally.per:
        notes = (*notes, "Events are set beside people: one person can count more than once in these rates.")
    unit = "persons" if tally.per else "events" if book.count == "events" else "records"
    units = _units(records, grouping, outcomes, order, ids, keys) if book.person else None
    return Chain(
        question=grouping.question, tabulation=grouping.tabulation, overlapping=grouping.overlapping,
        groups=tuple(ids), labels=labels, root=root, steps=tuple(steps),
        favourable=outcomes[names[-1]].favourable, unit=unit, units=units,
        notes=(*records.said, *notes, *_said(unit, order, outcomes, everybody, blank, units)),
        everybody=base, all_at=begins if population is not None and begins != EVERYBODY else None,
        governance=tuple(book.governance),
    )  # fmt: skip


def _width(stages: int) -> int:
    """At each stage, then at each stage after the first among those at the stage before."""
    return 2 * stages


def _cells(
    records: Records, grouping: Grouping, outcomes: Mapping[str, Outcome], persons: bool
) -> tuple[Cells, list[float], dict[str, float]]:
    """By group and in all: units at each stage, and those of them who were at the stage before."""
    tally = grouping.tally([outcome.column for outcome in outcomes.values()], persons=persons)
    frame = records.tally([tally])[tally]
    columns = {name: frame[outcome.column].tolist() for name, outcome in outcomes.items()}
    size = _width(len(outcomes) + 1)
    cells: Cells = {}
    everybody = [0.0] * size
    blank: dict[str, float] = dict.fromkeys(outcomes, 0.0)
    for index, (weight, groups) in enumerate(grouping.read(frame)):
        at = [True, *(hit(columns[name][index], outcome.event) for name, outcome in outcomes.items())]
        both = [was and now for was, now in zip(at, at[1:], strict=False)]
        for name, was in zip(outcomes, at, strict=False):
            blank[name] += weight if was and columns[name][index] is None else 0
        flags = [*at, *both, False]
        for target in (everybody, *(cells.setdefault(key, [0.0] * size) for key in groups)):
            for place, flag in enumerate(flags):
                target[place] += weight if flag else 0
    return cells, everybody, blank


def _units(
    records: Records,
    grouping: Grouping,
    outcomes: Mapping[str, Outcome],
    order: Sequence[str],
    ids: Sequence[str],
    keys: Sequence[GroupKey],
) -> pd.DataFrame:
    """Persons and events at each stage, side by side."""
    persons, all_persons, _ = _cells(records, grouping, outcomes, True)
    events, all_events, _ = _cells(records, grouping, outcomes, False)
    nobody = [0.0] * _width(len(order))
    rows = [
        (stage, id, persons.get(key, nobody)[place], events.get(key, nobody)[place])
        for place, stage in enumerate(order)
        for id, key in zip(ids, keys, strict=True)
    ]
    rows += [(stage, TOTAL, all_persons[place], all_events[place]) for place, stage in enumerate(order)]
    return pd.DataFrame(rows, columns=["stage", "group", "persons", "events"])


def _population(
    grouping: Grouping,
    base: Mapping[str, float],
    labels: Mapping[str, str],
    given: Benchmark | str | os.PathLike[str] | None,
    book: Codebook,
) -> tuple[Root | None, tuple[str, ...]]:
    """The benchmark as the beginning of the chain, and what is to be said about it."""
    ids = [group for group in base if group != TOTAL]
    rows = pd.DataFrame(
        {"question": grouping.question, "group": ids, "tabulation": grouping.tabulation, "outcome": None,
         "stage": None, "n": [base[group] for group in ids], "events": float("nan")}
    )  # fmt: skip
    table = GroupTable(
        rows=rows, question=grouping.question, outcome=None, favourable=None, tabulation=grouping.tabulation,
        n=base[TOTAL], events=None, labels=labels, overlapping=grouping.overlapping,
    )  # fmt: skip
    table = with_benchmark(table, given, book)
    if table.benchmark is None:
        return None, table.notes
    frame = table.benchmark
    counts = dict(zip(frame["group"], frame["n"].astype(float), strict=True))
    counts.setdefault(TOTAL, float(frame["n"].sum()))
    notes = list(table.notes)
    if frame["moe"].notna().any():
        notes.append("The population is an estimate; its margin of error is not in the intervals.")
    absent = sum(base[group] for group in ids if group not in counts)
    if absent:
        notes.append(
            f"The population has no place for some groups ({number(absent)} in the records): they have no rate "
            "of the population. Those of unknown group are left out of all others and of everybody where the "
            "population is the base; each group may hold some of them, so its rate may be higher."
        )
    source = str(frame["source"].iloc[0])
    return Root(POPULATION, f"the population ({source})", counts, published=True), tuple(notes)


def _said(
    unit: str,
    order: Sequence[str],
    outcomes: Mapping[str, Outcome],
    everybody: Sequence[float],
    blank: Mapping[str, float],
    units: pd.DataFrame | None,
) -> list[str]:
    """What a reader should know about the counting."""
    notes = [f"Counted: {unit}."]
    if unit == "persons":
        notes.append("A person counts at a stage if any of their records does.")
    if units is not None:
        total = units[(units["group"] == TOTAL) & (units["stage"] == order[0])].iloc[0]
        if total["events"] != total["persons"]:
            notes.append(
                f"The records hold {number(total['events'])} events of {number(total['persons'])} persons; both are "
                "counted at each stage."
            )
    names = list(outcomes)
    for place, name in enumerate(names, start=1):
        before = order[place - 1]
        missed = everybody[place] - everybody[len(order) + place - 1]
        if missed:
            notes.append(
                f'{number(missed)} of {number(everybody[place])} at "{say(name)}" were not at "{say(before)}". They '
                f'count in the rate of the population, and not in the rate of "{say(before)}".'
            )
        if blank[name]:
            notes.append(
                f'{number(blank[name])} of {number(everybody[place - 1])} at "{say(before)}" have nothing in '
                f'"{outcomes[name].column}"; they count as not at "{say(name)}".'
            )
        if outcomes[name].at_risk and not _is_before(outcomes[name], outcomes.get(before)):
            notes.append(
                f'Who is at risk of "{say(name)}" is taken from the chain (those at "{say(before)}"), not from the '
                "at_risk of the codebook."
            )
    return notes


def _is_before(outcome: Outcome, before: Outcome | None) -> bool:
    """Whether being at risk says the same as having been at the stage before."""
    return before is not None and outcome.at_risk == {before.column: before.event}
