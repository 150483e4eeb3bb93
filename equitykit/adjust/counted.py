"""Units by group, covariates, cluster and event: what adjusting works on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from equitykit.codebook import Outcome
from equitykit.errors import MeasureError, UnknownName
from equitykit.frames import SEPARATOR, Records
from equitykit.grouping import Grouping, hit
from equitykit.groups import GroupTable

__all__ = ["Line", "Lines", "count_lines"]

UNITS = ("site", "worker", "programme")
BLANK = "~blank"


@dataclass(frozen=True, slots=True)
class Line:
    """Units alike in everything that is looked at."""

    group: str
    levels: tuple[str, ...]
    cluster: str
    event: bool
    n: int


@dataclass(frozen=True, eq=False)
class Lines:
    """All units, the crude table of their groups, and what a cluster is."""

    lines: tuple[Line, ...]
    table: GroupTable
    cluster: str | None
    clusters: int


def count_lines(
    records: Records, grouping: Grouping, outcome: str, covariates: Iterable[str], cluster: str | None
) -> Lines:
    """Count units; nobody is left out, a missing covariate is a level of its own."""
    names = tuple(covariates)
    event = grouping.book.outcomes[outcome]
    columns = {name: _columns(name, grouping, records) for name in names}
    cluster, keys = _cluster(cluster, grouping, records)
    wanted = [event.column, *event.at_risk, *(c for found in columns.values() for c in found), *keys]
    tally = grouping.tally(wanted)
    frame = records.tally([tally])[tally]
    levels = [_levels(name, frame, grouping, columns[name]) for name in names]
    outcomes = frame[event.column].tolist()
    risks = {column: frame[column].tolist() for column in event.at_risk}
    ids = _texts(frame, keys) if keys else [""] * len(frame)
    lines: Counter[tuple[str, tuple[str, ...], str, bool]] = Counter()
    alone = 0
    for index, (n, groups) in enumerate(grouping.read(frame)):
        if not all(hit(risks[column][index], allowed) for column, allowed in event.at_risk.items()):
            continue
        if len(groups) != 1:
            raise MeasureError("Adjusting needs groups that do not overlap.", next_step=_EXCLUSIVE)
        own = ids[index]
        if keys and own == BLANK:
            own, alone = f"{BLANK}{index}", alone + 1
        key = (
            "*".join(groups[0]),
            tuple(level[index] for level in levels),
            own,
            hit(outcomes[index], event.event),
        )
        lines[key] += n
    if not lines:
        raise MeasureError(f'Nobody is at risk of "{outcome}".', next_step="Check at_risk in the codebook.")
    made = tuple(Line(*key, n=n) for key, n in sorted(lines.items()) if n)
    return Lines(made, _table(made, grouping, outcome, event), cluster, len({line.cluster for line in made}))


_EXCLUSIVE = 'Use tabulation="single-residual" or "frequent-combinations".'


def _columns(name: str, grouping: Grouping, records: Records) -> tuple[str, ...]:
    """Columns behind a covariate: a question, a unit, an outcome of the codebook, or a column."""
    book = grouping.book
    if name in grouping.questions:
        raise MeasureError(f'"{name}" makes the groups, so it cannot be a covariate as well.')
    if name in book.questions:
        spec = book.questions[name]
        return (*spec.columns, *([spec.count] if spec.count else []))
    unit = getattr(book.unit, name, None) if name in UNITS else None
    if unit:
        return (unit,)
    if name in book.outcomes:
        return (book.outcomes[name].column,)
    if name in records.columns:
        return (name,)
    able = [one for one in book.questions if one not in grouping.questions]
    units = [one for one in UNITS if getattr(book.unit, one)]
    raise UnknownName("covariate", name, (*able, *units, *book.outcomes, *records.columns))


def _levels(name: str, frame: pd.DataFrame, grouping: Grouping, columns: tuple[str, ...]) -> list[str]:
    """The level of a covariate on each row of the tally."""
    book = grouping.book
    if name in book.questions:
        own = Grouping(book, grouping.standard, (name,), "single-residual")
        return [key[0][0] for _, key in own.read(frame)]
    if name in book.outcomes and name not in UNITS:
        outcome: Outcome = book.outcomes[name]
        return [
            BLANK if cell is None else "yes" if hit(cell, outcome.event) else "no"
            for cell in frame[outcome.column].tolist()
        ]
    return _texts(frame, columns)


def _texts(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    rows = frame[list(columns)].itertuples(index=False, name=None)
    return [
        BLANK
        if all(cell is None for cell in row)
        else ", ".join(BLANK if cell is None else cell.replace(SEPARATOR, "; ") for cell in row)
        for row in rows
    ]


def _cluster(asked: str | None, grouping: Grouping, records: Records) -> tuple[str | None, tuple[str, ...]]:
    """Which units belong together: as asked, or as the codebook says (a person's events, else a worker's)."""
    book = grouping.book
    if asked == "none":
        return None, ()
    if asked is None:
        if book.count == "events" and book.person:
            return "person", tuple(book.person)
        return ("worker", (book.unit.worker,)) if book.unit.worker else (None, ())
    if asked == "person" and book.person:
        return asked, tuple(book.person)
    if asked in UNITS and getattr(book.unit, asked):
        return asked, (getattr(book.unit, asked),)
    if asked in records.columns:
        return asked, (asked,)
    units = [one for one in UNITS if getattr(book.unit, one)]
    raise UnknownName(
        "cluster", asked, ("none", *(["person"] if book.person else []), *units, *records.columns)
    )


def _table(lines: Iterable[Line], grouping: Grouping, outcome: str, event: Outcome) -> GroupTable:
    cells: dict[str, list[float]] = {}
    for line in lines:
        cell = cells.setdefault(line.group, [0.0, 0.0])
        cell[0] += line.n
        cell[1] += line.n if line.event else 0
    keys = grouping.keys({tuple(group.split("*")) for group in cells})
    ids = ["*".join(key) for key in keys]
    found: Mapping[str, list[float]] = cells
    rows = pd.DataFrame(
        {
            "question": grouping.question, "group": ids, "tabulation": grouping.tabulation,
            "outcome": outcome, "stage": None,
            "n": [found.get(id, [0.0, 0.0])[0] for id in ids],
            "events": [found.get(id, [0.0, 0.0])[1] for id in ids],
        }
    )  # fmt: skip
    return GroupTable(
        rows=rows, question=grouping.question, outcome=outcome, favourable=event.favourable,
        tabulation=grouping.tabulation, n=float(rows["n"].sum()), events=float(rows["events"].sum()),
        labels=grouping.labels(keys),
    )  # fmt: skip
