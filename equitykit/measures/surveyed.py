"""Comparisons of weighted rates: both sides from the same survey design, so they vary together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equitykit.errors import MeasureError
from equitykit.groups import GroupTable
from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.registry import Measure, Values
from equitykit.measures.simple import beside
from equitykit.survey import Design

__all__ = ["SURVEYED", "by_design", "check_design", "surveyed"]

SURVEYED = ("rate", "rate-difference", "rate-ratio", "odds-ratio")
"""The measures that honour a survey design."""


def check_design(measure: Measure, groups: GroupTable) -> None:
    """Refuse a measure that would ignore the survey design."""
    if groups.design is not None and measure.id not in SURVEYED:
        raise MeasureError(
            f'"{measure.id}" cannot honour the survey design of these groups, and ignoring it would be wrong.',
            allowed=SURVEYED,
            next_step="Name one of these, or leave the weights out of the codebook to count the sample as it is.",
        )


def by_design(c: Comparison) -> Comparison:
    """The comparison with everybody else taken from the design."""
    design = c.table.design
    if design is None:
        return c
    y = np.array([design.rate(place, others=True) for place in range(len(c.groups))])
    s = np.array([design.error(place, others=True) for place in range(len(c.groups))])
    others = replace(c.others, y=y, s=s)
    return replace(c, others=others, other=others if c.reference.asked == "all-others" else c.other)


def surveyed(c: Comparison, measure: Measure) -> Values:
    """Difference, ratio or odds ratio of weighted rates, with limits by linearisation and Student's t."""
    design = c.table.design
    if design is None:
        return measure.compute(c)
    values = [_one(c, design, place, measure.id) for place in range(len(c.groups))]
    estimate, lower, upper = (np.array(part, dtype=float) for part in zip(*values, strict=True))
    notes = c.row_notes()
    for place, value in enumerate(estimate):
        if notes[place] is None and not np.isfinite(value):
            notes[place] = "no events in the reference, so the ratio is undefined"
        elif notes[place] is None and not np.isfinite(lower[place]):
            notes[place] = "a rate of 0 or 1 has no interval on the log scale"
    method: list[str | None] = ["linearisation, t"] * len(c.groups)
    return beside(
        c, estimate, lower, upper, method, notes, itself=0.0 if measure.id == "rate-difference" else 1.0
    )


def _scores(c: Comparison, design: Design, place: int) -> Floats:
    """Scores of what a group is compared with."""
    if c.reference.asked == "all-others":
        return design.scores(place, others=True)
    return design.scores(-1 if c.reference.group is None else c.groups.index(c.reference.group))


def _one(c: Comparison, design: Design, place: int, id: str) -> tuple[float, float, float]:
    """Estimate and limits of one group."""
    t, p, q = design.quantile(c.level), float(c.own.y[place]), float(c.other.y[place])
    nothing = (np.nan, np.nan, np.nan)
    if not np.isfinite(p) or not np.isfinite(q):
        return nothing
    own, other = design.scores(place), _scores(c, design, place)
    if id == "rate-difference":
        error = t * float(np.sqrt(design.variance(own - other)))
        return p - q, p - q - error, p - q + error
    if q == 0 or (id == "odds-ratio" and (q == 1 or p == 1)):
        return nothing
    if p == 0:
        return 0.0, np.nan, np.nan
    if id == "odds-ratio":
        ratio = p * (1 - q) / ((1 - p) * q)
        slope = own / (p * (1 - p)) - other / (q * (1 - q))
    else:
        ratio, slope = p / q, own / p - other / q
    error = t * float(np.sqrt(design.variance(slope)))
    return ratio, ratio * float(np.exp(-error)), ratio * float(np.exp(error))
