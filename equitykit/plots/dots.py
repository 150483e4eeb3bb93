"""How a dot-and-interval chart is drawn: one row per group, top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from equitykit.plots import board
from equitykit.plots.chart import BLUE, SOFT, look, settle, wrapped
from equitykit.plots.rows import Row
from equitykit.plots.scales import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VALUE_WIDTH = 30


def draw(
    rows: Sequence[Row], scale: Scale, title: str | None, *, limits: tuple[float, float] | None = None
) -> Figure:
    """Figure with one row per group, and headings where there are any."""
    names = [wrapped(board.sized(row), board.LABEL_WIDTH) for row in rows]
    values = [wrapped(_beside(row), VALUE_WIDTH) for row in rows]
    lines = [max(name.count("\n"), value.count("\n")) + 1 for name, value in zip(names, values, strict=True)]
    centres = board.centres(lines)
    with look():
        figure = board.opened(board.height(lines, title), title)
        axes = figure.add_subplot()
        board.frame(axes, centres, names, [row.head for row in rows])
        board.beside(axes, centres, values, [row.estimate is None for row in rows])
        low, high = board.extent([*board.ends_of(rows), *(limits or ())], scale)
        board.set_scale(axes, scale, low, high)
        for limit in limits or ():
            axes.axvline(limit, color=SOFT, linewidth=1.2, linestyle=(0, (2, 2)), zorder=1)
        for centre, row in zip(centres, rows, strict=True):
            mark(axes, centre, row, low, high)
        board.axis_text(axes, scale.axis)
        settle(figure)
    return figure


def _beside(row: Row) -> str:
    interval = f" ({row.interval})" if row.interval else ""
    return f"{row.value}{interval}" + (f", q\u00a0{row.q}" if row.q else "")


def mark(axes: Axes, centre: float, row: Row, low: float, high: float, *, shape: str = "o") -> None:
    """Dot and interval; an end outside the chart gets an arrow head."""
    if row.estimate is None:
        return
    if row.lower is not None and row.upper is not None:
        left, right = max(row.lower, low), min(row.upper, high)
        axes.plot([left, right], [centre, centre], color=BLUE, linewidth=2.2, solid_capstyle="butt", zorder=2)
        for end, cut, sign in ((left, row.lower < low, "<"), (right, row.upper > high, ">")):
            if cut:
                axes.plot([end], [centre], marker=sign, color=BLUE, markersize=6, clip_on=False, zorder=3)
    if low <= row.estimate <= high:
        axes.plot([row.estimate], [centre], marker=shape, color=BLUE, markersize=7, markeredgecolor="white",
                  clip_on=False, zorder=4)  # fmt: skip
