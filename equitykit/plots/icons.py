"""Squares that stand for people: of every 100 or 1,000 in a group, how many."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from equitykit.errors import MeasureError
from equitykit.plots import board
from equitykit.plots.chart import BLUE, SOFT, Chart, look, settle, wrapped
from equitykit.plots.rows import Row, read_rows
from equitykit.plots.scales import in_percent, proportion_scale
from equitykit.text import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHAPES: Mapping[int, tuple[int, int]] = {100: (10, 10), 1000: (50, 20)}  # across, down
EMPTY = "#f1f2f4"
LABEL_WIDTH = 27


def icons(
    frame: pd.DataFrame,
    *,
    what: str,
    per: int = 100,
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    order: Sequence[str] | None = None,
    scale: float | None = None,
    heading: bool = True,
) -> Chart:
    """Of every 100 (or 1,000) people in each group, how many had the event: one square is one of them.

    Parameters
    ----------
    frame : tidy rows of rates that are proportions.
    what : the event in words that follow a number, such as "were removed".
    per : 100 or 1000.
    labels, title, order, scale, heading : as for `rates`.

    Returns
    -------
    Chart

    Raises
    ------
    MeasureError : rates that are no proportions, another number of squares, or no words for the event.

    Interpretation
    --------------
    Numbers are rounded to whole people of 100; those of unknown group have their own squares, and a group that
    may not be shown has none and says why. A rate above 0 that rounds to none says "fewer than 1".

    When not to use
    ---------------
    For the uncertainty of a rate, or to compare many groups: use `rates`.

    Source
    ------
    Garcia-Retamero and Cokely 2017, Human Factors 59: 582-627, on icon arrays and who reads them well.
    """
    if per not in SHAPES:
        raise MeasureError(f"There cannot be {per} squares.", allowed=tuple(map(str, SHAPES)))
    if not plain(what).strip():
        raise MeasureError(
            "The event has no words.", next_step='Say what happened, such as what="were removed".'
        )
    if not in_percent(frame, scale):
        raise MeasureError(
            "Squares show proportions of people; these rows hold something else.",
            next_step="Give rows of the measure rate, and scale=1 where they are proportions.",
        )
    rows = read_rows(frame, proportion_scale("Rate"), labels=labels, order=order)
    for row in rows:
        if row.estimate is not None and not 0 <= row.estimate <= 1:
            raise MeasureError(f'The rate of "{row.label}" is {row.value}, which is no proportion.')
    event = plain(what).strip()
    name = title or f"Of every {per:,} people in each group, how many {event}"
    figure = partial(_draw, rows, per, event, name if heading else None)
    cells = tuple((row.label, row.n, _said(row, per), row.value, row.note) for row in rows)
    said = "; ".join(f"{row.label}: {_said(row, per)}" for row in rows)
    alt = f"{plain(name).rstrip('.')}. Squares, one for each of {per:,} people; filled: {event}. {said}."
    return Chart(
        figure, plain(name), alt, ("Group", "Number in the group", f"Of {per:,}", "Rate", "Note"), cells
    )


def _count(row: Row, per: int) -> int:
    """Whole people; halves go up."""
    return 0 if row.estimate is None else math.floor(row.estimate * per + 0.5)


def _said(row: Row, per: int) -> str:
    if row.estimate is None:
        return row.value
    count = _count(row, per)
    if count == 0 and row.estimate > 0:
        return f"fewer than 1 of {per:,}"
    if count == per and row.estimate < 1:
        return f"more than {per - 1:,} of {per:,}"
    return f"{count:,} of {per:,}"


def _draw(rows: Sequence[Row], per: int, event: str, title: str | None) -> Figure:
    across = 4 if per == 100 else 2
    across = min(across, len(rows))
    down = math.ceil(len(rows) / across)
    heads = [
        wrapped(board.sized(row), LABEL_WIDTH * (4 // across))
        + ("" if row.estimate is None else f"\n{_said(row, per)}")
        for row in rows
    ]
    tall = max(head.count("\n") for head in heads) * 0.17 + (2.0 if per == 100 else 1.9)
    with look():
        figure = board.opened(tall * down + 0.8, title, width=max(8.0, 2.0 * across))
        every = list(figure.subplots(down, across, squeeze=False).flat)
        for axes, head, row in zip(every, heads, rows, strict=False):
            axes.set_title(head, fontsize=8.5, loc="left").set_parse_math(False)
            _squares(axes, row, per)
        for axes in every:
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        note = f"One square is one of {per:,} people in the group. Filled: {event}; empty: not"
        figure.supxlabel(wrapped(note, 90), x=0.01, ha="left", fontsize=9).set_parse_math(False)
        settle(figure)
    return figure


def _squares(axes: Axes, row: Row, per: int) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    wide, deep = SHAPES[per]
    axes.set_xlim(0, wide)
    axes.set_ylim(deep, 0)
    axes.set_aspect("equal", anchor="NW")
    if row.estimate is None:
        text = axes.text(
            wide / 2, deep / 2, wrapped(row.value, 16), ha="center", va="center", fontsize=9, color=SOFT
        )
        text.set_parse_math(False)
        axes.add_patch(
            Rectangle(
                (0, 0), wide, deep, fill=False, edgecolor=SOFT, linewidth=0.8, linestyle=":", clip_on=False
            )
        )
        return
    count = _count(row, per)
    squares = [Rectangle((place % wide + 0.1, place // wide + 0.1), 0.8, 0.8) for place in range(per)]
    colours = [BLUE if place < count else EMPTY for place in range(per)]
    axes.add_collection(PatchCollection(squares, facecolors=colours, edgecolors="#8a8a8f", linewidths=0.4))
