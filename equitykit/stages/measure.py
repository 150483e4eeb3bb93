"""What is computed of a chain: rates of the stage before and of the population, ratios, and their products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from equitykit.counts import TOTAL
from equitykit.errors import MeasureError, UnknownName
from equitykit.groups import GroupTable
from equitykit.measures import disparities
from equitykit.measures.comparison import REFERENCES, Comparison, Reference, compare, resolve
from equitykit.reliability import combine, proportion_verdicts
from equitykit.stages.along import Product, cumulative_rate, cumulative_ratio
from equitykit.stages.chain import Chain, Step
from equitykit.tidy import joined, tidy_rows

__all__ = ["CUMULATIVE", "CUMULATIVE_RATIO", "POPULATION", "SKIPPED", "chain_rows", "settled"]

MEASURES = ("rate", "rate-difference", "rate-ratio")
POPULATION = "population-"
"""Before the id of a measure: its denominator is where the chain begins, not the stage before."""
CUMULATIVE, CUMULATIVE_RATIO = "cumulative-rate", "cumulative-rate-ratio"
SKIPPED = "not-from-stage-before"
NOT_GIVEN = "no count was given"
NO_PLACE = "the population has no such group"
ONLY_REFERENCE = "no count was given for the reference"


def settled(chain: Chain, reference: str) -> Reference:
    """The reference, the same at every stage."""
    if reference in ("total", "all-others") or reference in chain.groups:
        words = {"total": "everybody", "all-others": "all others"}.get(reference)
        group = None if words else reference
        return Reference(reference, group, words or chain.labels.get(reference) or reference)
    if reference not in REFERENCES:
        raise UnknownName("reference", str(reference), (*REFERENCES, *chain.groups),
                          next_step="Name what groups are compared with.")  # fmt: skip
    step = chain.steps[-1] if reference == "best" else chain.steps[0]
    table = chain.of_population(step)
    if table is None:
        raise MeasureError(f'"{reference}" cannot be told: no counts are known.')
    found = resolve(table, reference)
    at = f', at "{step.stage}", of {chain.root.words}' if reference == "best" else f", in {chain.root.words}"
    return Reference(reference, found.group, f"{found.words}{at}")


def chain_rows(chain: Chain, reference: Reference, level: float) -> pd.DataFrame:
    """Every row of a chain, stage by stage."""
    frames = [_begin(chain)]
    compared: dict[str, Comparison | None] = {}
    for step in chain.steps:
        before, population = chain.of_before(step), chain.of_population(step)
        absent = NO_PLACE if step.parent == chain.root.name else NOT_GIVEN
        compared[step.stage] = (
            compare(before, reference, level) if before is not None and _usable(before, reference) else None
        )
        frames += [
            _stage_rows(chain, step, before, reference, level, "", absent),
            _stage_rows(chain, step, population, reference, level, POPULATION, NO_PLACE),
            _cumulative(chain, step, compared, reference, level),
        ]
        if step.skipped:
            frames.append(_skipped(chain, step))
    if chain.units is not None:
        frames += list(_units(chain))
    return pd.concat(frames, ignore_index=True)


def _fixed(chain: Chain, stage: str) -> dict[str, Any]:
    return {"question": chain.question, "tabulation": chain.tabulation, "outcome": stage, "stage": stage}


def _begin(chain: Chain) -> pd.DataFrame:
    """Where the chain begins: people by group, and no rate."""
    groups = (*chain.groups, TOTAL)
    counts = chain.root.counts
    total = sum(counts[group] for group in chain.groups if group in counts)
    n = [counts.get(group, total if group == TOTAL else np.nan) for group in groups]
    notes = [None if np.isfinite(one) else NOT_GIVEN for one in n]
    return tidy_rows(
        _fixed(chain, chain.root.name), group=groups, n=n, measure="count", estimate=n, note=notes
    )


def _usable(table: GroupTable | None, reference: Reference) -> bool:
    return table is not None and (reference.group is None or reference.group in table.groups)


def _stage_rows(
    chain: Chain,
    step: Step,
    table: GroupTable | None,
    reference: Reference,
    level: float,
    prefix: str,
    absent: str,
) -> pd.DataFrame:
    """Rates, differences and ratios of one stage under one denominator, a row for every group."""
    fixed = _fixed(chain, step.stage)
    frames = []
    if table is not None:
        asked = reference.group or reference.asked
        wanted = MEASURES if _usable(table, reference) else MEASURES[:1]
        against = asked if _usable(table, reference) else "total"
        rows = disparities(table, reference=against, measures=wanted, level=level, rule=None).to_frame()
        rows["measure"] = prefix + rows["measure"]
        rows["stage"] = step.stage
        frames.append(rows)
        if len(wanted) == 1:
            named = [
                tidy_rows(
                    fixed,
                    group=table.groups,
                    measure=prefix + id,
                    reference=reference.shown,
                    level=level,
                    note=ONLY_REFERENCE,
                )
                for id in MEASURES[1:]
            ]
            frames += named
    missing = [group for group in chain.groups if table is None or group not in table.groups]
    if missing:
        counts = step.before if not prefix else chain.root.counts
        came = step.passed if not prefix else step.reached
        for id in MEASURES:
            frames.append(
                tidy_rows(
                    fixed, group=missing, measure=prefix + id, level=level, note=absent,
                    reference=reference.shown if id != "rate" else None,
                    n=[counts.get(group, np.nan) for group in missing],
                    events=[came.get(group, np.nan) for group in missing],
                )
            )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _cumulative(
    chain: Chain,
    step: Step,
    compared: dict[str, Comparison | None],
    reference: Reference,
    level: float,
) -> pd.DataFrame:
    """Products along the chain up to this stage."""
    steps = chain.path(step.stage)
    path = [compared[one.stage] for one in steps]
    z = next((c.z for c in path if c is not None), np.nan)
    groups = (*chain.groups, TOTAL)
    rates = [cumulative_rate(path, group, level, z) for group in groups]
    ratios = [cumulative_ratio(path, group, z) for group in chain.groups]
    return pd.concat(
        [
            _products(chain, step, CUMULATIVE, groups, rates, None, path, level),
            _products(chain, step, CUMULATIVE_RATIO, chain.groups, ratios, reference.shown, path, level),
        ],
        ignore_index=True,
    )


def _products(
    chain: Chain,
    step: Step,
    measure: str,
    groups: tuple[str, ...],
    products: list[Product],
    against: str | None,
    path: list[Comparison | None],
    level: float,
) -> pd.DataFrame:
    verdicts = [_reliable(path, group, both=against is not None) for group in groups]
    begin, end = chain.root.counts, step.reached
    return tidy_rows(
        _fixed(chain, step.stage),
        group=groups,
        n=[begin.get(group, np.nan) for group in groups],
        events=[end.get(group, np.nan) for group in groups],
        measure=measure,
        reference=against,
        estimate=[one.estimate for one in products],
        lower=[one.lower for one in products],
        upper=[one.upper for one in products],
        level=level,
        method=[one.method for one in products],
        reliable=verdicts,
        reliability_rule="nchs-2017-proportion (each stage)",
        note=[
            joined(one.note, "a rate on the way is not reliable" if ok is False else None)
            for one, ok in zip(products, verdicts, strict=True)
        ],
    )


def _reliable(path: list[Comparison | None], group: str, *, both: bool) -> bool | None:
    """Whether every rate on the way is reliable."""
    found: list[bool | None] = []
    for c in path:
        if c is None or (group != TOTAL and group not in c.groups):
            return None
        at = 0 if group == TOTAL else c.groups.index(group)
        side = c.total if group == TOTAL else c.own
        found += proportion_verdicts(side.x[at], side.n[at]).reliable
        if both:
            found += proportion_verdicts(c.other.x[at], c.other.n[at]).reliable
    return combine(found)


def _skipped(chain: Chain, step: Step) -> pd.DataFrame:
    """People at a stage who were not at the one before."""
    groups = (*chain.groups, TOTAL)
    n = np.array([step.reached.get(group, np.nan) for group in groups])
    events = np.array([step.skipped.get(group, np.nan) for group in groups])
    with np.errstate(all="ignore"):
        share = events / n
    notes = [f'at "{step.stage}" and not at "{step.parent}"' if count else None for count in events]
    return tidy_rows(
        _fixed(chain, step.stage),
        group=groups,
        n=n,
        events=events,
        measure=SKIPPED,
        estimate=share,
        note=notes,
    )


def _units(chain: Chain) -> Iterator[pd.DataFrame]:
    """Persons and events at each stage."""
    if chain.units is None:
        return
    for stage, rows in chain.units.groupby("stage", sort=False):
        for unit in ("persons", "events"):
            n = rows[unit].to_numpy(float)
            yield tidy_rows(
                _fixed(chain, str(stage)), group=tuple(rows["group"]), n=n, measure=unit, estimate=n
            )
