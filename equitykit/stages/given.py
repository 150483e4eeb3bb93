"""A chain of decision points from counts that somebody already has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from equitykit.counts import TOTAL, default_label, group_ids, known
from equitykit.errors import MeasureError, UnknownName
from equitykit.frames.tables import table_of
from equitykit.stages.chain import Chain, Root, Step
from equitykit.stages.result import Stages, measured

__all__ = ["stages_from_counts"]


def stages_from_counts(
    frame: pd.DataFrame,
    *,
    reference: str,
    reason: str | None = None,
    group: str = "group",
    stage: str = "stage",
    n: str = "n",
    parents: Mapping[str, str] | None = None,
    favourable: bool | None = None,
    question: str = "group",
    tabulation: str | None = None,
    labels: Mapping[str, str] | None = None,
    unit: str = "records",
    level: float = 0.95,
    rule: str | Mapping[str, Any] | None = "cms-11",
) -> Stages:
    """Follow groups along a chain of decisions, from a table of how many were at each stage.

    Parameters
    ----------
    frame : one row for each stage and group. The first stage is what the chain begins with (a population, or
        everybody referred). A count that is blank or no number ("<50") is not known: the group keeps its row,
        without a rate. Rows whose group is `~total` give everybody, each counted once; without them the
        groups must not overlap.
    group, stage, n : columns.
    parents : for each stage the one it starts from, where that is not simply the one before it.
    reference, reason, level, rule : as for `stages`.
    favourable : whether coming to the last stage is good for the person; "best" needs it.
    question, tabulation, labels, unit : words for people.

    Returns
    -------
    Stages
        Nobody can tell from such counts who skipped a stage; the result says so.

    Raises
    ------
    MeasureError : counts that cannot be true, such as more at a stage than at the one it starts from.
    UnknownName : a column, stage or reference that does not exist.

    Interpretation
    --------------
    As for `stages`. Counts that were rounded before they were published give ratios that are off, the more so
    the smaller they are.

    Source
    ------
    The nine-point chain of the OJJDP Racial and Ethnic Disparities Databook has this form.

    Examples
    --------
    >>> counts = pd.DataFrame({"stage": ["population"] * 2 + ["referred"] * 2, "group": ["A", "B"] * 2,
    ...                        "n": [2000, 8000, 100, 200]})
    >>> found = stages_from_counts(counts, reference="B").to_frame()
    >>> found.query("measure == 'rate-ratio'")["estimate"].tolist()
    [2.0, 1.0]
    """
    counts, order = _read(table_of(frame), group, stage, n)
    if len(order) < 2:
        raise MeasureError("A chain needs two stages or more.", next_step="Add the stage it begins with.")
    parent = _parents(order, parents)
    groups = tuple(dict.fromkeys(one for found in counts.values() for one in found if one != TOTAL))
    root = Root(order[0], f'"{order[0]}"', counts[order[0]])
    steps = tuple(
        Step(name, parent[name], counts[parent[name]], counts[name], counts[name]) for name in order[1:]
    )
    overlapping = tabulation == "any"
    if overlapping and any(TOTAL not in counts[name] for name in order):
        raise MeasureError(
            'Under "any" people are counted in each of their groups, so the sum is not the total.',
            next_step=f'Add a row whose group is "{TOTAL}" to each stage.',
        )
    notes = [f"Counted: {unit}.", "Who skipped a stage cannot be told from counts alone."]
    for name in order:
        if absent := [one for one in groups if one not in counts[name]]:
            named = ", ".join((labels or {}).get(one) or default_label(one) for one in absent)
            notes.append(f'At "{name}" no count is given for {named}; everybody there leaves them out.')
    chain = Chain(
        question=question, tabulation=tabulation or "single-residual", overlapping=overlapping,
        groups=groups, labels=dict(labels or {}), root=root, steps=_in_order(steps, order[0]),
        favourable=favourable, unit=unit, notes=tuple(notes),
    )  # fmt: skip
    return measured(chain, reference=reference, reason=reason, level=level, rule=rule)


def _read(
    frame: pd.DataFrame, group: str, stage: str, n: str
) -> tuple[dict[str, dict[str, float]], tuple[str, ...]]:
    """Counts by stage and group, those that are known, and the stages as they come."""
    for column in (group, stage, n):
        if column not in frame.columns:
            raise UnknownName("column", column, [str(name) for name in frame.columns])
    counts: dict[str, dict[str, float]] = {}
    seen: set[tuple[str, str]] = set()
    for name, id, value in zip(frame[stage], group_ids(frame, group), frame[n], strict=True):
        key = (str(name).strip(), id)
        if key in seen:
            raise MeasureError(
                f'The group "{id}" has more than one count at "{key[0]}".', next_step="Add them up."
            )
        seen.add(key)
        found = counts.setdefault(key[0], {})
        count = _count(value)
        if count is None:
            continue
        if count < 0:
            raise MeasureError(f'The group "{id}" has {count:g} at "{key[0]}"; a count cannot be negative.')
        found[id] = count
    if not any(known(id) for found in counts.values() for id in found):
        raise MeasureError(f'The column "{n}" holds no counts.')
    return counts, tuple(counts)


def _count(value: Any) -> float | None:
    """A count, with or without thousands separators; None where it is blank or a mark such as "<50"."""
    try:
        found = float(str(value).replace(",", ""))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _parents(order: tuple[str, ...], given: Mapping[str, str] | None) -> dict[str, str]:
    """The stage each stage starts from: as said, else the one before it."""
    for name in (*(given or {}), *(given or {}).values()):
        if name not in order:
            raise UnknownName("stage", name, order)
    parent = {name: (given or {}).get(name, before) for before, name in zip(order, order[1:], strict=False)}
    for name in parent:
        at, steps = name, 0
        while at in parent:
            at, steps = parent[at], steps + 1
            if steps > len(order):
                raise MeasureError(f'"{name}" starts from itself.', next_step="Check the parents.")
    return parent


def _in_order(steps: tuple[Step, ...], root: str) -> tuple[Step, ...]:
    """Each stage after the one it starts from."""
    placed, done, waiting = [], {root}, list(steps)
    while waiting:
        ready = next(step for step in waiting if step.parent in done)
        waiting.remove(ready)
        placed.append(ready)
        done.add(ready.stage)
    return tuple(placed)
