"""Ratios on a log scale, where twice and half are as far from 1."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from equitykit.errors import MeasureError, UnknownName
from equitykit.plots import wording
from equitykit.plots.chart import Chart
from equitykit.plots.dots import draw
from equitykit.plots.rows import ONE_EACH, Row, against, columns_and_cells, level_of, read_rows, told
from equitykit.plots.scales import Scale, ratio_scale
from equitykit.text import plain

if TYPE_CHECKING:
    import pandas as pd


def forest(
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    order: Sequence[str] | None = None,
    parts: str | None = None,
    limits: tuple[float, float] | None = None,
    heading: bool = True,
) -> Chart:
    """Ratio of each group to the reference, with its interval; a line marks 1.

    Parameters
    ----------
    frame : tidy rows of one measure whose value of no difference is 1. A column `q`, where there is one, holds
        p-values adjusted for the number of comparisons and is written beside the interval.
    labels, title, order, heading : as for `rates`.
    parts : column that divides the rows, such as "outcome" or "stage"; each value gets a heading.
    limits : two ratios to mark with dotted lines, such as those of a rule you have named elsewhere.

    Returns
    -------
    Chart

    Raises
    ------
    MeasureError : no group, several measures, or limits that are no ratios. UnknownName : for `parts`.

    Interpretation
    --------------
    An interval that takes in 1 says that chance alone could have made the gap, not that there is none. A ratio
    of 0 has no place on this scale: it is written, not drawn.

    When not to use
    ---------------
    Alone: a ratio hides how many people it is about. Show the rates or the differences beside it.
    """
    scale = ratio_scale(f"Ratio to {against(frame, labels)}; 1 means no difference")
    if limits is not None:
        if len(limits) != 2 or not all(math.isfinite(one) and one > 0 for one in limits):
            raise MeasureError(
                f'The limits are "{limits}".', next_step="Give two ratios, such as (0.8, 1.25)."
            )
        marked = " and ".join(wording.ratio(one) for one in limits)
        scale = replace(scale, axis=f"{scale.axis}; the dotted lines are at {marked}")
    sections = list(_sections(frame, parts, scale, labels, order))
    name = title or "Ratio by group"
    columns, cells = columns_and_cells(
        [row for _, rows in sections for row in rows], scale, level=level_of(frame)
    )
    if parts is not None:
        heads = [part for part, rows in sections for _ in rows]
        columns = (parts.capitalize(), *columns)
        cells = tuple((head, *line) for head, line in zip(heads, cells, strict=True))
    figure = partial(draw, list(_with_heads(sections)), scale, name if heading else None, limits=limits)
    return Chart(figure, plain(name), _alt(sections, scale, name), columns, cells)


Section = tuple[str, list[Row]]


def _sections(
    frame: pd.DataFrame,
    parts: str | None,
    scale: Scale,
    labels: Mapping[str, str] | None,
    order: Sequence[str] | None,
) -> Iterator[Section]:
    if parts is None:
        yield "", read_rows(frame, scale, labels=labels, order=order)
        return
    if parts not in ONE_EACH or parts == "measure" or parts not in frame:
        allowed = [name for name in ONE_EACH if name != "measure" and name in frame]
        raise UnknownName("column that divides the rows", parts, allowed)
    for value, rows in frame.groupby(parts, sort=False, dropna=False):
        name = plain(value).replace("_", " ") if isinstance(value, str) else wording.DASH
        if parts == "reference" and isinstance(value, str):
            name = plain(wording.reference(value, labels or {}))
        yield name, read_rows(rows, scale, labels=labels, order=order)


def _with_heads(sections: Sequence[Section]) -> Iterator[Row]:
    for part, rows in sections:
        if part:
            head = part[:1].upper() + part[1:]
            yield Row(head, "", "", None, None, None, "", "", "", head=True)
        yield from rows


def _alt(sections: Sequence[Section], scale: Scale, title: str) -> str:
    said = "; ".join(f"{part}: {told(rows)}" if part else told(rows) for part, rows in sections)
    count = max(len(rows) for _, rows in sections)
    groups = "1 group" if count == 1 else f"{count} groups"
    return f"{plain(title).rstrip('.')}. Forest plot, {groups}, on a log scale. {scale.axis}. {said}."
