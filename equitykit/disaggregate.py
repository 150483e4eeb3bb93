"""From records to groups: who is in each, and how many of them had the event."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from equitykit import frames, standards
from equitykit.benchmark import Benchmark, read_benchmark
from equitykit.codebook import Codebook, Outcome
from equitykit.errors import BenchmarkError, MeasureError, UnknownName
from equitykit.frames import SEPARATOR, Records, Tally
from equitykit.groups import TABULATIONS, GroupTable
from equitykit.propose import propose
from equitykit.recode import Recoded, Recoder
from equitykit.standards import Standard

__all__ = ["disaggregate"]

DEFAULT_STANDARD = "us-omb-spd15-2024"
MOST_QUESTIONS = 3
MOST_CELLS = 500
MOST_COMBINATIONS = 20
RACE = "race_ethnicity"


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
    records = frames.open(subject)
    book = Codebook.load(codebook) if codebook is not None else propose(records).codebook
    book.check_columns(records.columns, data_name=records.name)
    book.refuse_unused(weights=True)
    chosen = standards.standard(standard or book.standard or DEFAULT_STANDARD)
    questions = _questions(by, book)
    if tabulation not in TABULATIONS:
        raise UnknownName("tabulation", tabulation, TABULATIONS)
    event = _outcome(outcome, book)
    cells, n, events, blank = _count(records, book, chosen, questions, event, tabulation)
    table = _table(cells, n, events, questions, outcome, event, tabulation, chosen)
    notes = list(table.notes)
    if event is not None and blank:
        notes.append(
            f'In {blank:,} of {n:,} records "{event.column}" is blank; they count as without the event. '
            "Say in the codebook who is at risk if they should not count."
        )
    recipe = _recipe(records, book, outcome, questions, tabulation, standard)
    table = _replace(table, notes=tuple(notes), recipe=recipe)
    return _with_benchmark(table, benchmark, book)


def _replace(table: GroupTable, **changes: Any) -> GroupTable:
    from dataclasses import replace

    return replace(table, **changes)


def _questions(by: str | Sequence[str], book: Codebook) -> tuple[str, ...]:
    questions = (by,) if isinstance(by, str) else tuple(by)
    for name in questions:
        if name not in book.questions:
            raise UnknownName(
                "question in the codebook",
                name,
                book.questions,
                next_step="Describe its column in the codebook.",
            )
    if not 1 <= len(set(questions)) == len(questions) <= MOST_QUESTIONS:
        raise MeasureError(f"Cross one to {MOST_QUESTIONS} different questions; you named {len(questions)}.")
    return questions


def _outcome(name: str | None, book: Codebook) -> Outcome | None:
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
    records: Records,
    book: Codebook,
    standard: Standard,
    questions: tuple[str, ...],
    event: Outcome | None,
    tabulation: str,
) -> tuple[dict[tuple[str, ...], list[int]], int, int, int]:
    """Units and events by group, the totals with each unit once, and units whose outcome is blank."""
    recoders = {name: Recoder(name, book.questions[name], standard) for name in questions}
    tally = _tally(book, questions, event)
    frame = records.tally([tally])[tally]
    read = {name: recoder.rows(frame) for name, recoder in recoders.items()}
    weights = [value.n for value, _ in read[questions[0]]]
    outcomes = frame[event.column].tolist() if event else [None] * len(frame)
    risks = {column: frame[column].tolist() for column in event.at_risk} if event else {}
    common = (
        _common(read[questions[0]])
        if tabulation == "frequent-combinations" and questions[0] == RACE
        else None
    )
    cells: dict[tuple[str, ...], list[int]] = {}
    n = events = blank = 0
    for index, weight in enumerate(weights):
        if event and not all(
            _hit(risks[column][index], allowed) for column, allowed in event.at_risk.items()
        ):
            continue
        happened = weight if event and _hit(outcomes[index], event.event) else 0
        n, events = n + weight, events + happened
        blank += weight if event and outcomes[index] is None else 0
        groups = [_groups(read[name][index][0], name, tabulation, common) for name in questions]
        for key in product(*groups):
            cell = cells.setdefault(key, [0, 0])
            cell[0] += weight
            cell[1] += happened
    return cells, n, events, blank


def _tally(book: Codebook, questions: tuple[str, ...], event: Outcome | None) -> Tally:
    columns: list[str] = []
    per: tuple[str, ...] = ()
    for name in questions:
        spec = book.questions[name]
        columns += [*spec.columns, *([spec.count] if spec.count else [])]
        if (spec.encoding == "repeated_rows" or book.count == "persons") and book.person:
            per = book.person
    if event is not None:
        columns += [event.column, *event.at_risk]
    return Tally(by=tuple(dict.fromkeys(columns)), per=per)


def _hit(cell: str | None, allowed: Iterable[str]) -> bool:
    return cell is not None and any(value in allowed for value in cell.split(SEPARATOR))


def _common(rows: Iterable[tuple[Recoded, Any]]) -> frozenset[str]:
    """The most frequent combinations of categories."""
    counts: Counter[str] = Counter()
    for value, _ in rows:
        if len(value.categories) > 1:
            counts["+".join(sorted(value.categories))] += value.n
    return frozenset(name for name, _ in counts.most_common(MOST_COMBINATIONS))


def _groups(value: Recoded, question: str, tabulation: str, common: frozenset[str] | None) -> tuple[str, ...]:
    """Groups a unit belongs to under one question."""
    if value.categories:
        named = tuple(sorted(value.categories))
        if tabulation == "any" or len(named) == 1 or question != RACE:
            return named if tabulation == "any" or len(named) == 1 else ("+".join(named),)
        combination = "+".join(named)
        return (combination,) if common is not None and combination in common else ("~multiracial",)
    if value.one_of:
        return (f"~merged:{'|'.join(sorted(value.one_of))}",)
    if value.residual:
        return (f"~{value.residual}",)
    if value.status in {"review", "unmapped"}:
        return (f"~{value.status}",)
    if value.is_missing:
        return (f"~{value.missing or 'blank'}",)
    return ("~answered",)


def _table(
    cells: Mapping[tuple[str, ...], list[int]],
    n: int,
    events: int,
    questions: tuple[str, ...],
    outcome: str | None,
    event: Outcome | None,
    tabulation: str,
    standard: Standard,
) -> GroupTable:
    keys = _keys(cells, questions, standard)
    rows = pd.DataFrame(
        {
            "question": "*".join(questions),
            "group": ["*".join(key) for key in keys],
            "tabulation": tabulation,
            "outcome": outcome,
            "stage": None,
            "n": [float(cells.get(key, (0, 0))[0]) for key in keys],
            "events": [float(cells.get(key, (0, 0))[1]) if event else float("nan") for key in keys],
        }
    )
    return GroupTable(
        rows=rows,
        question="*".join(questions),
        outcome=outcome,
        favourable=event.favourable if event else None,
        tabulation=tabulation,
        n=float(n),
        events=float(events) if event else None,
        labels={
            "*".join(key): ", ".join(
                _label(part, name, standard) for part, name in zip(key, questions, strict=True)
            )
            for key in keys
        },
        overlapping=tabulation == "any" and RACE in questions,
    )


def _keys(
    cells: Mapping[tuple[str, ...], list[int]], questions: tuple[str, ...], standard: Standard
) -> list[tuple[str, ...]]:
    """Every category of the standard crossed with every answer seen: no group goes because it is empty."""
    levels: list[list[str]] = []
    for index, name in enumerate(questions):
        seen = {key[index] for key in cells}
        wanted = list(standard.category_ids) if name == RACE else []
        wanted += sorted(level for level in seen if level not in wanted and not level.startswith("~"))
        levels.append([*wanted, *sorted(level for level in seen if level.startswith("~"))])
    size = 1
    for found in levels:
        size *= len(found)
    if len(questions) == 1 or size <= MOST_CELLS:
        every = [
            key for key in product(*levels) if key in cells or not any(part.startswith("~") for part in key)
        ]
        return every or [tuple("~blank" for _ in questions)]
    return sorted(cells)


_WORDS = {
    "~blank": "Left blank",
    "~unknown": "Unknown",
    "~declined": "Declined to answer",
    "~not-asked": "Not asked",
    "~not-applicable": "Not applicable",
    "~unable-to-determine": "Unable to determine",
    "~suppressed": "Suppressed in the source",
    "~other": "Other, not named",
    "~multiracial": "Two or more races, not told apart here",
    "~collective": "A collective label",
    "~review": "Codes that need a codebook",
    "~unmapped": "Values that match no category",
    "~answered": "Answered, in no category",
}


def _label(group: str, question: str, standard: Standard) -> str:
    if group in _WORDS:
        return _WORDS[group]
    if group.startswith("~merged:"):
        names = group.removeprefix("~merged:").split("|")
        return " or ".join(_label(name, question, standard) for name in names) + " (merged label)"
    return standards.group_label(question, group, standard)


def _with_benchmark(
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
        return _replace(
            table, notes=(*table.notes, f"The benchmark of the codebook is not used: {problem.problem}")
        )


def _recipe(
    records: Records,
    book: Codebook,
    outcome: str | None,
    questions: tuple[str, ...],
    tabulation: str,
    standard: str | None,
) -> dict[str, Any] | None:
    if records.source.path is None:
        return None
    return {
        "call": "groups",
        "data": {
            "path": records.source.path,
            "options": dict(records.source.options),
            "sha256": records.sha256,
        },
        "codebook": book.to_recipe(),
        "arguments": {
            "outcome": outcome,
            "by": list(questions),
            "tabulation": tabulation,
            "standard": standard,
        },
    }
