"""The board most charts are drawn on: one row per group, its label left, its number right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from equitykit.plots.chart import FAINT, SOFT, canvas, headline, wrapped
from equitykit.plots.rows import Row
from equitykit.plots.scales import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABEL_WIDTH = 34
LINE = 0.19  # inches for one line of a label
GAP = 0.16  # inches between two rows
EDGE = 1.1  # inches for title and axis
WIDEST_LOG = 8.0  # powers of two; what lies beyond gets an arrow head
MOST_TICKS = 9


def sized(row: Row) -> str:
    """Label with the size of the group, which stays on one line; a size that is not shown is left out."""
    return f"{row.label} (n\u00a0=\u00a0{row.n})" if row.n[:1].isdigit() else row.label


def height(lines: Sequence[int], title: str | None) -> float:
    """Inches for rows of so many lines, with title and axis."""
    return sum(lines) * LINE + len(lines) * GAP + EDGE + (0.2 * (len(title) // 84) if title else -0.3)


def opened(tall: float, title: str | None, *, width: float = 8.0) -> Figure:
    """Empty figure with its title."""
    figure = canvas(tall, width=width)
    if title:
        headline(figure, title)
    return figure


def centres(lines: Sequence[int]) -> list[float]:
    """Middle of each row, top to bottom, so that a label of three lines gets room for three."""
    found, used = [], 0.0
    for count in lines:
        tall = count * LINE + GAP
        found.append(-(used + tall / 2))
        used += tall
    return found


def frame(axes: Axes, at: Sequence[float], names: Sequence[str], heads: Sequence[bool] = ()) -> None:
    """Rows with their labels; those of headings are bold and have no line."""
    bold = heads or [False] * len(at)
    axes.set_yticks(at, names, fontsize=9)
    for label, head in zip(axes.get_yticklabels(), bold, strict=False):  # none where another column has them
        label.set(parse_math=False, fontweight="bold" if head else "normal")
    axes.set_ylim(at[-1] - 0.3, at[0] + 0.3)
    lines = [centre for centre, head in zip(at, bold, strict=True) if not head]
    axes.hlines(lines, 0, 1, transform=axes.get_yaxis_transform(), color=FAINT, linewidth=0.8, zorder=0)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=9, colors=SOFT)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)


def beside(axes: Axes, at: Sequence[float], texts: Sequence[str], soft: Sequence[bool]) -> None:
    """The numbers right of the rows."""
    for centre, text, muted in zip(at, texts, soft, strict=True):
        written = axes.text(1.02, centre, text, transform=axes.get_yaxis_transform())
        written.set(va="center", ha="left", fontsize=9, parse_math=False, color=SOFT if muted else "black")


def ends_of(rows: Iterable[Row]) -> list[float | None]:
    """Estimates that are drawn, with their limits."""
    return [end for row in rows if row.estimate is not None for end in (row.estimate, row.lower, row.upper)]


def extent(ends: Iterable[float | None], scale: Scale) -> tuple[float, float]:
    """Room for the finite ones of these numbers."""
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


def set_scale(axes: Axes, scale: Scale, low: float, high: float, *, ticks: int = MOST_TICKS) -> None:
    """Numbers along the axis, and the line of no difference."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

    axes.set_xlim(low, high)
    if scale.line is not None:
        axes.axvline(scale.line, color=SOFT, linewidth=1.2, zorder=1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: scale.tick(round(value, 12))))
    if not scale.log:
        axes.set_xticks(inside(low, high, min(ticks, 6)))
        return
    axes.set_xscale("log", base=2)
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(FixedLocator([2.0**step for step in powers(low, high, ticks)]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def inside(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two ends."""
    from matplotlib.ticker import MaxNLocator

    return [float(one) for one in MaxNLocator(most).tick_values(low, high) if low <= one <= high]


def powers(low: float, high: float, most: int) -> list[int]:
    """Powers of two on both sides of 1, no more than there is room for."""
    reach = min(-math.ceil(math.log2(low)), math.floor(math.log2(high)))
    every = max(1, math.ceil(2 * reach / (most - 1)))
    return [step * every for step in range(-(reach // every), reach // every + 1)]


def axis_text(axes: Axes, text: str, width: int = 70) -> None:
    """What the axis shows."""
    axes.set_xlabel(wrapped(text, width), loc="left", fontsize=9).set_parse_math(False)
