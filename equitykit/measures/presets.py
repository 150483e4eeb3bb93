"""Ready-made comparisons that others have set the rules of: each gives a number, the rule and its source.

A preset marks a number as above or below a mark. It draws no conclusion, legal or other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from equitykit.counts import answered
from equitykit.errors import MeasureError, UnknownName
from equitykit.groups import GroupTable
from equitykit.measures.flips import LOW
from equitykit.measures.pairs import RATIOS, Pair, limits_of
from equitykit.measures.result import Disparities, disparities
from equitykit.tidy import joined, number

__all__ = ["PRESETS", "Preset", "preset", "presets"]

Marks = Callable[["Asked"], Disparities]


@dataclass(frozen=True, slots=True)
class Preset:
    """A comparison with the rule it follows.

    Attributes
    ----------
    id, title : names for programs and for people.
    rule : what is computed and marked, in words.
    source : who set the rule.
    measures : what is computed.
    reference : what groups are compared with; None where it must be named.
    parameters : numbers that may be set, with what they are otherwise; None where there is no usual one.
    unverified : what of it rests on something not read.
    """

    id: str
    title: str
    rule: str
    source: str
    measures: tuple[str, ...]
    reference: str | None
    parameters: Mapping[str, Any]
    unverified: str | None = None


PRESETS: dict[str, Preset] = {
    one.id: one
    for one in (
        Preset(
            "four-fifths",
            "Four-fifths rule",
            "each group's rate of a favourable event over the highest rate; marked below 0.8; groups under 2 % of "
            "all are neither marked nor taken as the highest",
            "Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D (1978)",
            ("rate", "rate-difference", "rate-ratio", "flip-count-four-fifths"),
            "highest",
            {"mark": LOW, "smallest_share": 0.02},
            "where the guidelines put the 2 %",
        ),
        Preset(
            "idea-300-647",
            "IDEA risk ratio",
            "risk of a group over the risk of all other children; where those others are too few, over the risk of "
            "all others in the State (alternate ratio); none where the group itself is too small",
            "34 CFR 300.647",
            ("rate", "rate-ratio"),
            "all-others",
            {"threshold": None, "minimum_cell": 10, "minimum_n": 30, "state": None},
        ),
        Preset(
            "ojjdp-rri",
            "Relative rate index",
            "rate of a group at a decision point over the rate of the reference, both among those who reached the "
            "point before; groups under 1 % of all are not marked",
            "OJJDP, Racial and Ethnic Disparities, relative rate index",
            ("rate", "rate-ratio"),
            None,
            {"smallest_share": 0.01},
            "how OJJDP tests the index",
        ),
        Preset(
            "ontario-disproportionality",
            "Disproportionality index (Ontario)",
            "share of a group among those served or affected over its share of the benchmark population; the "
            "organisation sets a threshold and gives its reasons",
            "Ontario, Data Standards for the Identification and Monitoring of Systemic Racism (2018)",
            ("disproportionality",),
            "total",
            {"threshold": None},
            "the wording of the formula; no threshold is known to be set",
        ),
        Preset(
            "ontario-disparity",
            "Disparity index (Ontario)",
            "rate of an outcome in a group over the rate of a reference group that stays the same throughout; the "
            "organisation sets a threshold and gives its reasons",
            "Ontario, Data Standards for the Identification and Monitoring of Systemic Racism (2018)",
            ("rate", "rate-ratio"),
            None,
            {"threshold": None},
            "the wording of the formula; no threshold is known to be set",
        ),
    )
}
"""The presets, as data."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A preset and what it was asked for."""

    preset: Preset
    groups: GroupTable
    reference: str | None
    reason: str | None
    level: float
    rule: str | Mapping[str, Any] | None
    parameters: dict[str, Any]


def presets() -> tuple[str, ...]:
    """Ids of the presets.

    Examples
    --------
    >>> presets()[0]
    'four-fifths'
    """
    return tuple(PRESETS)


def preset(
    id: str,
    groups: GroupTable,
    *,
    reference: str | None = None,
    reason: str | None = None,
    level: float = 0.95,
    rule: str | Mapping[str, Any] | None = "cms-11",
    **parameters: Any,
) -> Disparities:
    """Compare groups as a rule of others has it, with the numbers it marks.

    Parameters
    ----------
    id : one of `presets()`.
    groups : what was counted.
    reference : what groups are compared with, where the rule leaves it open.
    reason : why; where the rule sets the reference, the rule is the reason.
    level, rule : as in `disparities`.
    parameters : numbers of the rule to set otherwise: `smallest_share`, `mark` (four-fifths); `threshold`,
        `minimum_cell`, `minimum_n` and `state`, a GroupTable of the whole State for the alternate ratio
        (idea-300-647). A State sets its own threshold, so none is assumed.

    Returns
    -------
    Disparities
        The rule, its source and what of it was not verified are among `groups.notes`; the note of each row
        says on which side of a mark it lies, or why it is not marked.

    Raises
    ------
    UnknownName : for a preset or a parameter that does not exist. MeasureError : for groups it is not for.

    Interpretation
    --------------
    A mark is a policy choice of somebody. Above or below it, the number, its interval and the count of people it
    hangs on say more than the mark.

    When not to use
    ---------------
    To decide whether a law was kept: nothing here does that.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["A", "B", "C"], "n": [100, 300, 5], "events": [30, 150, 5]})
    >>> table = GroupTable.from_counts(frame, favourable=True)
    >>> rows = preset("four-fifths", table).to_frame().query("measure == 'rate-ratio'")
    >>> rows[["group", "estimate"]].values.tolist()
    [['A', 0.6], ['B', 1.0], ['C', 2.0]]
    >>> rows["note"].iloc[0]
    'below 0.8; the rate it is compared with is the highest of groups with 2 % of all or more'
    """
    if id not in PRESETS:
        raise UnknownName("preset", id, tuple(PRESETS))
    found = PRESETS[id]
    for name in parameters:
        if name not in found.parameters:
            raise UnknownName("parameter", name, tuple(found.parameters))
    asked = Asked(found, groups, reference, reason, level, rule, {**found.parameters, **parameters})
    result = _MARKS[id](asked)
    notes = [f"{found.title}: {found.rule}. Source: {found.source}."]
    notes += [f"Not verified: {found.unverified}."] if found.unverified else []
    told = replace(result.groups, notes=(*result.groups.notes, *notes), recipe=None)
    return replace(result, groups=told)


def _compared(asked: Asked, reference: str) -> Disparities:
    reason = asked.reason or (f"set by the rule ({asked.preset.title})" if asked.reference is None else None)
    return disparities(
        asked.groups, reference=reference, measures=asked.preset.measures, reason=reason, level=asked.level,
        rule=asked.rule,
    )  # fmt: skip


def _named(asked: Asked) -> str:
    """The reference, where the rule leaves it to the person."""
    if asked.reference is None:
        raise MeasureError(
            f'The preset "{asked.preset.id}" needs a reference, and none is assumed.',
            allowed=asked.groups.groups[:25],
            next_step="Name one with reference=, and a reason.",
        )
    return asked.reference


def _noted(result: Disparities, measure: str, said: Mapping[str, str | None]) -> Disparities:
    """Marks in the notes of one measure, group by group."""
    notes = [
        joined(said.get(group), note) if row == measure else note
        for row, group, note in zip(
            result.rows["measure"], result.rows["group"], result.rows["note"], strict=True
        )
    ]
    rows = result.rows.assign(note=pd.Series(notes, index=result.rows.index, dtype=object))
    return replace(result, rows=rows)


def _ratios(result: Disparities, measure: str) -> dict[str, float]:
    own = result.rows[result.rows["measure"] == measure]
    return dict(zip(own["group"], own["estimate"].astype(float), strict=True))


def _shares(groups: GroupTable) -> dict[str, float]:
    return dict(zip(groups.groups, groups.rows["n"].to_numpy(float) / groups.n, strict=True))


def _four_fifths(asked: Asked) -> Disparities:
    groups, least, mark = asked.groups, asked.parameters["smallest_share"], asked.parameters["mark"]
    if groups.favourable is not True or groups.kind != "proportion" or groups.events is None:
        raise MeasureError(
            "The four-fifths rule is for counts of a favourable event, such as being hired or admitted.",
            next_step="Count the favourable event, and set favourable=True.",
        )
    shares = _shares(groups)
    rates = dict(
        zip(groups.groups, groups.rows["events"] / groups.rows["n"].where(groups.rows["n"] > 0), strict=True)
    )
    able = [
        one for one in groups.groups if answered(one) and shares[one] >= least and np.isfinite(rates[one])
    ]
    if not able:
        raise MeasureError(f"No group with a known answer has {100 * least:g} % of all or more.")
    highest = max(able, key=lambda one: (rates[one], shares[one]))
    result = _compared(asked, asked.reference or highest)
    if asked.reference is None:
        result = replace(result, reference=replace(result.reference, picked=True))
    basis = f"the rate it is compared with is the highest of groups with {100 * least:g} % of all or more"
    said = {
        group: None
        if group == result.reference.group
        else f"under {100 * least:g} % of all, so not marked"
        if shares[group] < least
        else joined(_side(value, low=mark), None if asked.reference else basis)
        for group, value in _ratios(result, "rate-ratio").items()
    }
    return _noted(result, "rate-ratio", said)


def _side(value: float, *, low: float | None = None, high: float | None = None) -> str | None:
    """On which side of a mark a number lies."""
    if not np.isfinite(value):
        return None
    if low is not None:
        return f"below {low:g}" if value < low - 1e-12 else f"{low:g} or more"
    if high is not None:
        return f"above {high:g}" if value > high + 1e-12 else f"not above {high:g}"
    return None


def _relative_rate(asked: Asked) -> Disparities:
    result, least = _compared(asked, _named(asked)), asked.parameters["smallest_share"]
    said = {
        group: f"under {100 * least:g} % of all, which OJJDP does not analyse"
        for group, share in _shares(asked.groups).items()
        if share < least
    }
    return _noted(result, "rate-ratio", said)


def _ontario(asked: Asked) -> Disparities:
    measure = asked.preset.measures[-1]
    reference = _named(asked) if asked.preset.reference is None else asked.preset.reference
    result = _compared(asked, reference)
    high = asked.parameters["threshold"]
    said = {
        group: _side(value, high=high) if group != result.reference.group else None
        for group, value in _ratios(result, measure).items()
    }
    return _noted(result, measure, said)


def _idea(asked: Asked) -> Disparities:
    """The risk ratio; the alternate one where the others are too few; none where the group is."""
    numbers, groups = asked.parameters, asked.groups
    if groups.published or groups.events is None or groups.kind != "proportion":
        raise MeasureError("The IDEA risk ratio needs counts of children.")
    result = _compared(asked, "all-others")
    cell, least = numbers["minimum_cell"], numbers["minimum_n"]
    rows = result.rows.copy()
    said: dict[str, str | None] = {}
    x, n = groups.rows["events"].to_numpy(float), groups.rows["n"].to_numpy(float)
    for i, group in enumerate(groups.groups):
        at = (rows["measure"] == "rate-ratio") & (rows["group"] == group)
        if x[i] < cell or n[i] < least:
            rows.loc[at, ["estimate", "lower", "upper"]] = np.nan
            rows.loc[at, "method"] = None
            said[group] = (
                f"fewer than {number(cell)} events or {number(least)} children in the group, so none"
            )
            continue
        if groups.events - x[i] < cell or groups.n - n[i] < least:
            values, note = _alternate(numbers["state"], group, x[i], n[i], asked.level, cell, least)
            rows.loc[at, ["estimate", "lower", "upper"]] = values
            rows.loc[at, "method"] = None if np.isnan(values[1]) else "Katz log, State's others"
            said[group] = note
        value = float(rows.loc[at, "estimate"].iloc[0])
        said[group] = joined(said.get(group), _side(value, high=numbers["threshold"]))
    return _noted(replace(result, rows=rows), "rate-ratio", said)


def _alternate(
    state: GroupTable | None, group: str, x: float, n: float, level: float, cell: float, least: float
) -> tuple[list[float], str]:
    """Risk of the group over the risk of all others in the State."""
    few = f"fewer than {number(cell)} events or {number(least)} children among all others"
    if state is None or state.events is None or group not in state.groups:
        return [np.nan] * 3, f"{few}, and no counts of the State to compare with (state=)"
    at = state.groups.index(group)
    x0 = state.events - float(state.rows["events"].iloc[at])
    n0 = state.n - float(state.rows["n"].iloc[at])
    if x0 < cell or n0 < least:
        return [np.nan] * 3, f"{few}, in the State too"
    pair = Pair(*(np.array([one], dtype=np.float64) for one in (x, n, x0, n0)))
    found = limits_of(RATIOS, "katz", pair, level)
    return [float(one[0]) for one in found], f"alternate ratio: {few}"


_MARKS: dict[str, Marks] = {
    "four-fifths": _four_fifths,
    "idea-300-647": _idea,
    "ojjdp-rri": _relative_rate,
    "ontario-disproportionality": _ontario,
    "ontario-disparity": _ontario,
}
