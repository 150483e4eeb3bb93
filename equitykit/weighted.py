"""Groups counted from a survey: the sample as it is, and rates weighted by its design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from equitykit.codebook import Outcome
from equitykit.codebook_entries import Weights
from equitykit.errors import CodebookError, MeasureError, NotANumber
from equitykit.frames import Records
from equitykit.grouping import Grouping, GroupKey, hit
from equitykit.groups import GroupTable
from equitykit.survey import Design
from equitykit.tidy import number

__all__ = ["weighted_table"]


@dataclass(slots=True)
class _Sums:
    """What is summed while the tally is read."""

    at: dict[object, int] = field(default_factory=dict)
    stratum: list[int] = field(default_factory=list)
    repeats: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)
    weight: dict[tuple[int, GroupKey | None], float] = field(default_factory=dict)
    events: dict[tuple[int, GroupKey | None], float] = field(default_factory=dict)
    cells: dict[GroupKey | None, list[float]] = field(default_factory=dict)
    blank: int = 0


def weighted_table(
    records: Records, grouping: Grouping, outcome: str | None, event: Outcome | None, entry: Weights
) -> GroupTable:
    """Groups of a survey; see `disaggregate`.

    Raises
    ------
    MeasureError : no outcome, or persons with several rows. CodebookError : a weight that is none.
    """
    if event is None or outcome is None:
        raise MeasureError(
            "Survey weights are honoured for rates; no outcome was named.",
            next_step="Name an outcome, or leave the weights out of the codebook to count the sample as it is.",
        )
    design_columns = [c for c in (entry.strata, entry.psu) if c]
    tally = grouping.tally([event.column, *event.at_risk, *design_columns], total=entry.weight)
    if tally.per:
        raise MeasureError(
            "Survey weights need one row for each person; the codebook counts persons over several rows.",
            next_step="Make a file with one row for each person, or count events.",
        )
    try:
        frame = records.tally([tally])[tally]
    except NotANumber as problem:
        said = "is blank" if problem.text is None else f'holds "{problem.text[:40]}"'
        raise CodebookError(
            f'The weight "{entry.weight}" {said} for somebody; a weight is a number of 0 or more.',
            next_step="Leave people without a weight out of the file, or give them 0.",
        ) from problem
    sums = _summed(frame, grouping, event, entry)
    keys = grouping.keys([key for key in sums.cells if key is not None])
    design = _design(sums, keys)
    whole = sums.cells.get(None, [0.0, 0.0])
    rows = pd.DataFrame(
        {
            "question": grouping.question, "group": ["*".join(key) for key in keys],
            "tabulation": grouping.tabulation, "outcome": outcome, "stage": None,
            "n": [sums.cells.get(key, [0.0, 0.0])[0] for key in keys],
            "events": [sums.cells.get(key, [0.0, 0.0])[1] for key in keys],
            "estimate": [design.rate(place) for place in range(len(keys))],
            "se": [design.error(place) for place in range(len(keys))],
        }
    )  # fmt: skip
    return GroupTable(
        rows=rows, question=grouping.question, outcome=outcome, favourable=event.favourable,
        tabulation=grouping.tabulation, n=whole[0], events=whole[1], labels=grouping.labels(keys),
        overlapping=grouping.overlapping, total_estimate=design.rate(-1), total_se=design.error(-1),
        design=design, notes=_notes(design, entry, event, whole[0], sums.blank),
    )  # fmt: skip


def _summed(frame: pd.DataFrame, grouping: Grouping, event: Outcome, entry: Weights) -> _Sums:
    """Weighted sums by PSU and group; people who are not at risk belong to the sample all the same.

    Without PSUs a line stands for all people alike in every column that is looked at: they score alike but for
    their weight, so the sums of their weights and of its squares say all.
    """
    sums = _Sums()
    strata: dict[str | None, int] = {}
    totals, squares = frame.iloc[:, -3].tolist(), frame.iloc[:, -2].tolist()
    stratum = frame[entry.strata].tolist() if entry.strata else [""] * len(frame)
    psu = frame[entry.psu].tolist() if entry.psu else list(range(len(frame)))
    outcomes = frame[event.column].tolist()
    risks: Mapping[str, list[str | None]] = {column: frame[column].tolist() for column in event.at_risk}
    for index, (n, groups) in enumerate(grouping.read(frame)):
        mass = totals[index]
        place = sums.at.setdefault((stratum[index], psu[index]), len(sums.at))
        if place == len(sums.stratum):
            sums.stratum.append(strata.setdefault(stratum[index], len(strata)))
            sums.repeats.append(1.0 if entry.psu else float(n))
            sums.spread.append(1.0 if entry.psu or not mass else squares[index] / mass**2)
        if not all(hit(risks[column][index], allowed) for column, allowed in event.at_risk.items()):
            continue
        happened = hit(outcomes[index], event.event)
        sums.blank += n if outcomes[index] is None else 0
        for key in (None, *groups):
            cell = sums.cells.setdefault(key, [0.0, 0.0])
            cell[0] += n
            cell[1] += n if happened else 0
            sums.weight[place, key] = sums.weight.get((place, key), 0.0) + mass
            if happened:
                sums.events[place, key] = sums.events.get((place, key), 0.0) + mass
    return sums


def _design(sums: _Sums, keys: list[GroupKey]) -> Design:
    """The sums as arrays: a line for each PSU, a column for each group and one for everybody."""
    columns: dict[GroupKey | None, int] = {key: place for place, key in enumerate(keys)}
    columns[None] = len(keys)
    shape = (len(sums.stratum), len(columns))
    arrays = []
    for found in (sums.weight, sums.events):
        array = np.zeros(shape)
        for (line, key), value in found.items():
            array[line, columns[key]] = value
        arrays.append(array)
    weight, events = arrays
    return Design(
        np.array(sums.stratum, dtype=np.int64), np.array(sums.repeats), weight, events, np.array(sums.spread)
    )


def _notes(design: Design, entry: Weights, event: Outcome, n: float, blank: int) -> tuple[str, ...]:
    """What a reader should know about the survey."""
    notes = [
        f'Rates are weighted by "{entry.weight}"; numbers of people are those in the sample. Errors by Taylor '
        f"linearisation over {number(design.psus)} PSUs in {number(design.strata)} strata "
        f"({number(design.df)} degrees of freedom)."
    ]
    if not entry.psu:
        notes.append(
            "The codebook names no PSU: each row counts as one. Errors are too small if people were sampled in "
            "clusters."
        )
    if design.lonely:
        notes.append(
            f"{design.lonely} strata have a single PSU; their spread is taken around the mean of all."
        )
    if blank:
        notes.append(
            f'In {blank:,} of {number(n)} records "{event.column}" is blank; they count as without the event. '
            "Say in the codebook who is at risk if they should not count."
        )
    return tuple(notes)
