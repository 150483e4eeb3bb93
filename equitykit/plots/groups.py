"""Dot-and-interval charts: one row per group, in the order given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from equitykit.plots import wording
from equitykit.plots.chart import Chart
from equitykit.plots.dots import draw
from equitykit.plots.rows import (
    Row,
    Scale,
    columns_and_cells,
    in_percent,
    level_of,
    plain_scale,
    points_scale,
    proportion_scale,
    ratio_scale,
    read_rows,
)
from equitykit.text import plain

if TYPE_CHECKING:
    import pandas as pd


def rates(
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    order: Sequence[str] | None = None,
    scale: float | None = None,
    heading: bool = True,
) -> Chart:
    """Rate of each group with its interval.

    Parameters
    ----------
    frame : tidy rows of one measure (``group, n, events, estimate, lower, upper, ...``).
    labels : names of the groups.
    title : what the chart shows.
    order : group ids in a purposeful order; others follow. By default the order of the rows.
    scale : 1 where estimates are proportions (written in percent), 100 or 1000 where they are in
        other units. By default they are proportions where whole numbers of events and people say so.
    heading : draw the title into the picture; leave it out where it stands beside it.

    Returns
    -------
    Chart

    Raises
    ------
    MeasureError : the rows hold several measures, outcomes or stages, or no group.

    Interpretation
    --------------
    A group whose number is hidden or too uncertain keeps its row and has no mark.
    """
    drawn = proportion_scale("Rate") if in_percent(frame, scale) else plain_scale("Estimate")
    return _chart(frame, drawn, labels, title or "Rate by group", order, heading)


def ratios(
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    order: Sequence[str] | None = None,
    heading: bool = True,
) -> Chart:
    """Ratio of each group to the reference, on a scale where twice and half are as far from 1.

    Parameters (but for `scale`), returns and errors are those of `rates`. A ratio of 0 has no place on this
    scale: it is written, not drawn.
    """
    axis = f"Ratio to {_reference(frame, labels)}; 1 means no difference"
    return _chart(frame, ratio_scale(axis), labels, title or "Ratio by group", order, heading)


def differences(
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    order: Sequence[str] | None = None,
    scale: float | None = None,
    heading: bool = True,
) -> Chart:
    """Difference of each group from the reference; the line at 0 means no difference.

    Parameters, returns and errors are those of `rates`.
    """
    against = _reference(frame, labels)
    if in_percent(frame, scale):
        drawn = points_scale(f"Difference from {against} in percentage points; 0 means no difference")
    else:
        drawn = plain_scale("Difference", f"Difference from {against}; 0 means no difference", line=0.0)
    return _chart(frame, drawn, labels, title or "Difference by group", order, heading)


def _chart(
    frame: pd.DataFrame,
    scale: Scale,
    labels: Mapping[str, str] | None,
    title: str,
    order: Sequence[str] | None,
    heading: bool,
) -> Chart:
    rows = read_rows(frame, scale, labels=labels, order=order)
    columns, cells = columns_and_cells(rows, scale, level=level_of(frame))
    figure = draw(rows, scale, title if heading else None)
    return Chart(figure, plain(title), _alt(rows, scale, title), columns, cells)


def _reference(frame: pd.DataFrame, labels: Mapping[str, str] | None) -> str:
    found = [str(value) for value in frame["reference"].dropna()] if "reference" in frame else []
    return plain(wording.reference(found[0], labels or {})) if found else "the reference"


def _alt(rows: Sequence[Row], scale: Scale, title: str) -> str:
    parts = [
        f"{row.label}: {row.value}" + (f", interval {row.interval}" if row.interval else "") for row in rows
    ]
    kind = f"Dot chart with intervals, {len(parts)} {'group' if len(parts) == 1 else 'groups'}. {scale.axis}."
    return f"{plain(title).rstrip('.')}. {kind} {'; '.join(parts)}."
