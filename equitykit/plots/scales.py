"""How the numbers of one measure are written and laid out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equitykit.errors import EquitykitError
from equitykit.plots import wording

if TYPE_CHECKING:
    import pandas as pd

DIFFERENCES = ("rate-difference", "representation-gap")


@dataclass(frozen=True, slots=True)
class Scale:
    """How the numbers of a chart are written and laid out."""

    name: str
    axis: str
    write: Callable[[float], str]
    tick: Callable[[float], str]
    unit: str = ""
    line: float | None = None
    log: bool = False


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", wording.MINUS)


def proportion_scale(name: str) -> Scale:
    """Proportions, written in percent."""
    return Scale(
        name, "Percent of the group", wording.percent, lambda value: f"{value * 100:g}{wording.PERCENT}"
    )


def plain_scale(name: str, axis: str = "Estimate, in its own units", *, line: float | None = None) -> Scale:
    """Numbers in their own units."""
    return Scale(name, axis, wording.number, _tick, line=line)


def ratio_scale(axis: str) -> Scale:
    """Ratios, where twice and half are as far from 1."""
    return Scale("Ratio", axis, wording.ratio, lambda value: f"{value:g}", line=1.0, log=True)


def points_scale(axis: str) -> Scale:
    """Differences of proportions, in percentage points."""
    return Scale(
        "Difference",
        axis,
        wording.points,
        lambda value: f"{value * 100:g}".replace("-", wording.MINUS),
        " points",
        line=0.0,
    )


def in_percent(frame: pd.DataFrame, scale: float | None) -> bool:
    """Whether estimates are proportions, which are written in percent.

    Nothing is assumed where it could mislead: without a scale, every event and every person
    must be a whole number (published estimates carry fractions), and no estimate beyond 1.
    """
    if scale is not None:
        return scale == 1
    if "events" not in frame or "n" not in frame:
        return False
    counts = frame[["events", "n"]].astype(float).dropna()
    whole = not counts.empty and bool((counts % 1 == 0).all(axis=None))
    return (
        whole and bool((counts["events"] <= counts["n"]).all()) and bool(frame["estimate"].abs().max() <= 1)
    )


def is_ratio(measure: object) -> bool:
    """Whether 1 is the value of no difference."""
    from equitykit.measures.registry import declaration

    try:
        return isinstance(measure, str) and declaration(measure).null == 1
    except EquitykitError:
        return measure == "cumulative-rate-ratio"


def scale_for(rows: pd.DataFrame, scale: float | None, *, against: str = "the reference") -> Scale:
    """How the numbers of one measure are written: the same in a chart, its table and at a glance.

    Parameters
    ----------
    rows : tidy rows of one measure.
    scale : units of the estimates, where they are known.
    against : whom groups are compared with, in words.
    """
    measure = rows["measure"].iloc[0] if "measure" in rows else None
    percent = in_percent(rows, scale)
    if is_ratio(measure):
        return ratio_scale(f"Ratio to {against}; 1 means no difference")
    if measure in DIFFERENCES:
        axis = f"Difference from {against}"
        if percent:
            return points_scale(f"{axis} in percentage points; 0 means no difference")
        return plain_scale("Difference", f"{axis}; 0 means no difference", line=0.0)
    return proportion_scale("Rate") if measure == "rate" and percent else plain_scale("Value")
