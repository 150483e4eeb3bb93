"""From records to groups: who is in each, and how many of them had the event."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from equitykit.benchmark import Benchmark, format_note, read_benchmark
from equitykit.codebook import Codebook, Outcome
from equitykit.errors import BenchmarkError, UnknownName
from equitykit.frames import Records
from equitykit.grouping import RACE, Grouping, GroupKey, hit, opened, recipe_of
from equitykit.groups import GroupTable
from equitykit.weighted import weighted_table

__all__ = ["disaggregate", "outcome_of", "with_benchmark"]


def disaggregate(
    subject: Any,
    codebook: Codebook | Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    outcome: str | None = None,
    by: str | Sequence[str] = RACE,
    tabulation: str = "any",
    standard: str | None = None,
    benchmark: Benchmark | str | os.PathLike[str] | None = None,
) -> GroupTable:
    """Count people, and events, by one to three questions.

    Parameters
    ----------
    subject : path, data frame or `Records`.
    codebook : how the columns answer the questions; proposed from the data where left out.
    outcome : name of an outcome in the codebook; None counts people only.
    by : one to three questions, crossed.
    tabulation : "any" (alone or in combination: a person counts in each of their groups),
        "frequent-combinations" or "single-residual" (each person once).
    standard : id of the standard; else the codebook's, else `us-omb-spd15-2024`.
    benchmark : population to attach; else the codebook's, where it fits.

    Returns
    -------
    GroupTable
        With a row for each category of the standard, also where nobody is in it, and one for each
        missing reason, merged label, and kind of value that could not be read.

    Raises
    ------
    MeasureError, UnknownName, CodebookError
        An outcome or question that the codebook does not have, with the nearest.

    Interpretation
    --------------
    Where the codebook names survey weights, rates are weighted and their errors follow the design (strata, PSU);
    numbers of people stay those of the sample. Measures that cannot honour a design refuse.

    Unknown is a group. A record at risk that is not an event counts as without the event; where a
    blank should not count at all, say in the codebook who is at risk.

    Examples
    --------
    >>> data = pd.DataFrame({"race": ["White", "Black"] * 40, "kept": ["Y", "N", "Y", "Y"] * 20})
    >>> book = {"questions": {"race_ethnicity": {"columns": ["race"]}},
    ...         "outcomes": {"kept": {"column": "kept", "event": ["Y"], "favourable": True}}}
    >>> float(disaggregate(data, book, outcome="kept").rows.set_index("group")["events"]["BLACK"])
    20.0
    """
    records, book = opened(subject, codebook)
    grouping = Grouping.of(book, by, standard=standard, tabulation=tabulation)
    event = outcome_of(outcome, book)
    if book.weights is not None:
        return _surveyed(records, book, grouping, outcome, event, benchmark, standard)
    cells, n, events, blank = _count(records, grouping, event)
    table = _table(cells, n, events, grouping, outcome, event)
    notes = [*records.said, *table.notes]
    if event is not None and blank:
        notes.append(
            f'In {blank:,} of {n:,} records "{event.column}" is blank; they count as without the event. '
            "Say in the codebook who is at risk if they should not count."
        )
    asked = _asked(outcome, grouping, standard)
    recipe = recipe_of("groups", records, book, asked)
    table = replace(table, notes=tuple(notes), recipe=recipe, governance=tuple(book.governance))
    compared = with_benchmark(table, benchmark, book)
    if compared.benchmark is None or RACE not in grouping.questions:
        return compared
    note = format_note(grouping.standard, set(compared.benchmark["group"]))
    return replace(compared, notes=(*compared.notes, note)) if note else compared


def _asked(outcome: str | None, grouping: Grouping, standard: str | None) -> dict[str, Any]:
    """Arguments that make the same groups again."""
    return {
        "outcome": outcome,
        "by": list(grouping.questions),
        "tabulation": grouping.tabulation,
        "standard": standard,
    }


def _surveyed(
    records: Records,
    book: Codebook,
    grouping: Grouping,
    outcome: str | None,
    event: Outcome | None,
    benchmark: Benchmark | str | os.PathLike[str] | None,
    standard: str | None,
) -> GroupTable:
    """Groups of a survey, weighted by its design; no benchmark stands beside a sample."""
    if benchmark is not None:
        raise BenchmarkError(
            "A benchmark cannot stand beside a weighted survey: its weights already stand for a population.",
            next_step="Leave the benchmark out, or the weights.",
        )
    entry = book.weights
    assert entry is not None
    table = weighted_table(records, grouping, outcome, event, entry)
    notes = (*records.said, *table.notes)
    if book.benchmark is not None:
        notes = (
            *notes,
            "The benchmark of the codebook is not used: the weights already stand for a population.",
        )
    recipe = recipe_of("groups", records, book, _asked(outcome, grouping, standard))
    return replace(table, notes=notes, recipe=recipe, governance=tuple(book.governance))


def outcome_of(name: str | None, book: Codebook) -> Outcome | None:
    """An outcome of the codebook, by name."""
    if name is None:
        return None
    if name not in book.outcomes:
        raise UnknownName(
            "outcome in the codebook",
            name,
            book.outcomes,
            next_step='Add it, for example: "outcomes: {removed: {column: removed, event: [Y], favourable: false}}".',
        )
    return book.outcomes[name]


def _count(
    records: Records, grouping: Grouping, event: Outcome | None
) -> tuple[dict[GroupKey, list[int]], int, int, int]:
    """Units and events by group, the totals with each unit once, and units whose outcome is blank."""
    tally = grouping.tally([event.column, *event.at_risk] if event else [])
    frame = records.tally([tally])[tally]
    outcomes = frame[event.column].tolist() if event else [None] * len(frame)
    risks = {column: frame[column].tolist() for column in event.at_risk} if event else {}
    cells: dict[GroupKey, list[int]] = {}
    n = events = blank = 0
    for index, (weight, groups) in enumerate(grouping.read(frame)):
        if event and not all(hit(risks[column][index], allowed) for column, allowed in event.at_risk.items()):
            continue
        happened = weight if event and hit(outcomes[index], event.event) else 0
        n, events = n + weight, events + happened
        blank += weight if event and outcomes[index] is None else 0
        for key in groups:
            cell = cells.setdefault(key, [0, 0])
            cell[0] += weight
            cell[1] += happened
    return cells, n, events, blank


def _table(
    cells: Mapping[GroupKey, list[int]],
    n: int,
    events: int,
    grouping: Grouping,
    outcome: str | None,
    event: Outcome | None,
) -> GroupTable:
    keys = grouping.keys(cells)
    rows = pd.DataFrame(
        {
            "question": grouping.question,
            "group": ["*".join(key) for key in keys],
            "tabulation": grouping.tabulation,
            "outcome": outcome,
            "stage": None,
            "n": [float(cells.get(key, (0, 0))[0]) for key in keys],
            "events": [float(cells.get(key, (0, 0))[1]) if event else float("nan") for key in keys],
        }
    )
    return GroupTable(
        rows=rows,
        question=grouping.question,
        outcome=outcome,
        favourable=event.favourable if event else None,
        tabulation=grouping.tabulation,
        n=float(n),
        events=float(events) if event else None,
        labels=grouping.labels(keys),
        overlapping=grouping.overlapping,
    )


def with_benchmark(
    table: GroupTable, given: Benchmark | str | os.PathLike[str] | None, book: Codebook
) -> GroupTable:
    """Attach the benchmark; one that does not fit is refused, or said where it came from the codebook."""
    if given is not None:
        population = given if isinstance(given, Benchmark) else read_benchmark(given)
        return table.with_benchmark(population)
    if book.benchmark is None:
        return table
    entry = book.benchmark
    try:
        population = read_benchmark(
            book.beside(entry.file), scheme=entry.scheme, year=entry.year, source=entry.source
        )
        return table.with_benchmark(population)
    except BenchmarkError as problem:
        return replace(
            table, notes=(*table.notes, f"The benchmark of the codebook is not used: {problem.problem}")
        )
