"""The chart that suits a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from equitykit.counts import TOTAL
from equitykit.errors import MeasureError, UnknownName
from equitykit.plots.chart import Chart
from equitykit.plots.forest import forest
from equitykit.plots.groups import differences, rates
from equitykit.plots.rows import finite
from equitykit.plots.scales import DIFFERENCES, is_ratio

if TYPE_CHECKING:
    import pandas as pd

    from equitykit.measures import Disparities


def suited(
    rows: pd.DataFrame,
    labels: Mapping[str, str],
    *,
    title: str | None = None,
    scale: float | None = None,
    heading: bool = True,
) -> Chart | None:
    """Chart that suits tidy rows of one measure, or None where a table says it better."""
    measure = rows["measure"].iloc[0]
    if not any(finite(value) is not None for value in rows["estimate"]):
        return None
    if measure == "rate":
        return rates(rows, labels=labels, title=title, scale=scale, heading=heading)
    if measure in DIFFERENCES:
        return differences(rows, labels=labels, title=title, scale=scale, heading=heading)
    if is_ratio(measure):
        return forest(rows, labels=labels, title=title, heading=heading)
    return None


def of_disparities(found: Disparities, measure: str | None) -> Chart:
    """Chart of one measure: the one named, else the first ratio or difference, else the rates."""
    frame, asked = found.to_chart_frame(), found.measures
    if measure is not None and measure not in asked:
        raise UnknownName("measure among those that were asked for", measure, asked)
    first = sorted(
        asked, key=lambda one: 0 if one in DIFFERENCES or is_ratio(one) else 1 if one == "rate" else 2
    )
    labels = {group: found.groups.label(group) for group in (*found.groups.groups, TOTAL)}
    for name in (measure,) if measure is not None else first:
        rows = frame[(frame["measure"] == name) & frame["group"].notna()]
        chart = None if rows.empty else suited(rows, labels, scale=found.groups.scale)
        if chart is not None:
            return chart
    raise MeasureError(
        f"There is no chart for {' or '.join(first) if measure is None else measure}.",
        next_step="Use the table: to_markdown() or to_frame().",
    )
