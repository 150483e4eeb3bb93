"""Dot-and-interval charts: one row per group, in the order given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from equitykit.plots.chart import Chart
from equitykit.plots.dots import draw
from equitykit.plots.rows import Row, against, columns_and_cells, level_of, read_rows, told
from equitykit.plots.scales import Scale, in_percent, plain_scale, points_scale, proportion_scale
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
    axis = f"Difference from {against(frame, labels)}"
    if in_percent(frame, scale):
        drawn = points_scale(f"{axis} in percentage points; 0 means no difference")
    else:
        drawn = plain_scale("Difference", f"{axis}; 0 means no difference", line=0.0)
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
    figure = partial(draw, rows, scale, title if heading else None)
    return Chart(figure, plain(title), _alt(rows, scale, title), columns, cells)


def _alt(rows: Sequence[Row], scale: Scale, title: str) -> str:
    kind = f"Dot chart with intervals, {len(rows)} {'group' if len(rows) == 1 else 'groups'}. {scale.axis}."
    return f"{plain(title).rstrip('.')}. {kind} {told(rows)}."
