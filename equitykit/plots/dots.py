"""How a dot-and-interval chart is drawn: one row per group, top to bottom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from equitykit.plots.chart import BLUE, FAINT, SOFT, canvas, headline, look, settle, wrapped
from equitykit.plots.rows import Row, Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABEL_WIDTH = 34
VALUE_WIDTH = 30
LINE = 0.19  # inches for one line of a label
GAP = 0.16  # inches between two rows
EDGE = 1.1  # inches for title and axis
WIDEST_LOG = 8.0  # powers of two; what lies beyond gets an arrow head


def draw(rows: Sequence[Row], scale: Scale, title: str | None) -> Figure:
    """Figure with one row per group."""
    from matplotlib.ticker import FuncFormatter

    names = [wrapped(_sized(row), LABEL_WIDTH) for row in rows]
    values = [
        wrapped(row.value + (f" ({row.interval})" if row.interval else ""), VALUE_WIDTH) for row in rows
    ]
    lines = [max(name.count("\n"), value.count("\n")) + 1 for name, value in zip(names, values, strict=True)]
    centres = _centres(lines)
    height = (sum(lines) * LINE + len(lines) * GAP) + EDGE + (0.2 * (len(title) // 84) if title else -0.3)
    with look():
        figure = canvas(height)
        axes = figure.add_subplot()
        if title:
            headline(figure, title)
        _frame(axes, centres, names)
        for centre, row, value in zip(centres, rows, values, strict=True):
            colour = SOFT if row.estimate is None else "black"
            text = axes.text(1.02, centre, value, transform=axes.get_yaxis_transform(), color=colour)
            text.set(va="center", ha="left", fontsize=9, parse_math=False)
        low, high = _extent(rows, scale)
        axes.set_xlim(low, high)
        if scale.log:
            _log_axis(axes, low, high)
        else:
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: scale.tick(round(value, 12))))
            axes.locator_params(axis="x", nbins=6)
        if scale.line is not None:
            axes.axvline(scale.line, color=SOFT, linewidth=1.2, zorder=1)
        for centre, row in zip(centres, rows, strict=True):
            _mark(axes, centre, row, scale, low, high)
        axes.set_xlabel(wrapped(scale.axis, 70), loc="left", fontsize=9).set_parse_math(False)
        settle(figure)
    return figure


def _sized(row: Row) -> str:
    """Label with the size of the group, which stays on one line; a size that is not shown is left out."""
    return f"{row.label} (n\u00a0=\u00a0{row.n})" if row.n[:1].isdigit() else row.label


def _centres(lines: Sequence[int]) -> list[float]:
    """Middle of each row, top to bottom, so that a label of three lines gets room for three."""
    centres, used = [], 0.0
    for count in lines:
        tall = count * LINE + GAP
        centres.append(-(used + tall / 2))
        used += tall
    return centres


def _frame(axes: Axes, centres: Sequence[float], names: Sequence[str]) -> None:
    axes.set_yticks(centres, names, fontsize=9)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.set_ylim(centres[-1] - 0.3, centres[0] + 0.3)
    axes.hlines(centres, 0, 1, transform=axes.get_yaxis_transform(), color=FAINT, linewidth=0.8, zorder=0)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=9, colors=SOFT)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)


def _extent(rows: Sequence[Row], scale: Scale) -> tuple[float, float]:
    """Room for estimates and the finite ends of their intervals."""
    ends = [end for row in rows if row.estimate is not None for end in (row.estimate, row.lower, row.upper)]
    finite = [end for end in ends if end is not None and not math.isinf(end)]
    if scale.log:
        drawable = [abs(math.log2(end)) for end in finite if end > 0]
        reach = min(max([1.0, *drawable]) * 1.08, WIDEST_LOG)
        return 2**-reach, 2**reach
    anchors = [*finite, scale.line if scale.line is not None else 0.0]
    low, high = min(anchors), max(anchors)
    if high == low:
        high = low + 1.0
    pad = (high - low) * 0.04
    return (low - pad if low < 0 or scale.line is not None else 0.0), high + pad


def _log_axis(axes: Axes, low: float, high: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

    axes.set_xscale("log", base=2)
    axes.set_xlim(low, high)
    steps = range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)
    axes.xaxis.set_major_locator(FixedLocator([2.0**step for step in steps]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _mark(axes: Axes, centre: float, row: Row, scale: Scale, low: float, high: float) -> None:
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
        axes.plot([row.estimate], [centre], marker="o", color=BLUE, markersize=7, markeredgecolor="white",
                  clip_on=False, zorder=4)  # fmt: skip
