"""Small multiples over time: one panel for each group, the same scale in all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from equitykit.errors import MeasureError
from equitykit.plots import board, wording
from equitykit.plots.chart import BLUE, FAINT, SOFT, Chart, look, settle, wrapped
from equitykit.plots.rows import Row, against, read_rows
from equitykit.plots.scales import Scale, scale_for
from equitykit.text import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PERIODS = 12
IN_TWO_COLUMNS = 4
PANEL = 1.75  # inches
LABEL_WIDTH = 44
TICK_WIDTH = 10  # letters
TICK = 0.82  # inches for one period


def over_time(
    periods: Mapping[str, pd.DataFrame],
    *,
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    order: Sequence[str] | None = None,
    scale: float | None = None,
    heading: bool = True,
) -> Chart:
    """A rate or a gap period by period: one small panel for each group, all on the same scale.

    Parameters
    ----------
    periods : name of each period, in order of time -> tidy rows of one measure, the same in all.
    labels, title, order, scale, heading : as for `rates`.

    Returns
    -------
    Chart

    Raises
    ------
    MeasureError : fewer than two periods, more than a picture can hold, or different measures.

    Interpretation
    --------------
    Points are joined only between neighbouring periods that may both be shown. Where the intervals of two
    periods take in each other's points, the change can be chance; the measures of change say how large it is.

    When not to use
    ---------------
    Where the way people are asked changed in between: then the groups are not the same.
    """
    if not 2 <= len(periods) <= MOST_PERIODS:
        raise MeasureError(
            f"There are {len(periods)} periods.", allowed=(f"2 to {MOST_PERIODS}",),
            next_step="Use longer or fewer periods.",
        )  # fmt: skip
    frames = list(periods.values())
    asked = {(str(value), str(beside)) for frame in frames for value, beside in _measured(frame)}
    if len(asked) > 1:
        raise MeasureError(
            f"A chart over time shows one measure and one reference; these rows hold {len(asked)}.",
            allowed=sorted({", ".join(one) for one in asked}),
        )
    drawn = scale_for(frames[0], scale, against=against(frames[0], labels))
    names = [plain(name) for name in periods]
    found = [
        {row.label: row for row in read_rows(frame, drawn, labels=labels, order=order)} for frame in frames
    ]
    panels = {label: [rows.get(label) for rows in found] for rows in found for label in rows}
    name = title or f"{drawn.name} by group, {names[0]} to {names[-1]}"
    figure = partial(_draw, panels, names, drawn, name if heading else None)
    cells = tuple(
        (label, period, *_told(row))
        for label, rows in panels.items()
        for period, row in zip(names, rows, strict=True)
    )
    columns = ("Group", "Period", "Number in the group", drawn.name, "Interval", "Note")
    return Chart(figure, plain(name), _alt(panels, names, name, drawn), columns, cells)


Panels = Mapping[str, Sequence[Row | None]]
ABSENT = "no such group"


def _measured(frame: pd.DataFrame) -> set[tuple[object, object]]:
    if "measure" not in frame:
        return set()
    beside = frame["reference"] if "reference" in frame else frame["measure"]
    return set(zip(frame["measure"], beside, strict=True))


def _told(row: Row | None) -> tuple[str, str, str, str]:
    return (wording.DASH, ABSENT, "", "") if row is None else (row.n, row.value, row.interval, row.note)


def _draw(panels: Panels, names: Sequence[str], scale: Scale, title: str | None) -> Figure:
    across = 2 if len(names) <= IN_TWO_COLUMNS and len(panels) > 1 else 1
    down = math.ceil(len(panels) / across)
    ends = [
        end for rows in panels.values() for end in board.ends_of([row for row in rows if row is not None])
    ]
    low, high = board.extent(ends, scale)
    heads = [wrapped(label, LABEL_WIDTH if across == 2 else 90) for label in panels]
    tall = PANEL * down + 0.16 * max(head.count("\n") for head in heads) * down + 0.6
    with look():
        figure = board.opened(tall + 0.5, title, width=max(8.0, 0.6 + TICK * len(names)))
        every = list(figure.subplots(down, across, squeeze=False).flat)
        for axes, head, rows in zip(every, heads, panels.values(), strict=False):
            _panel(axes, head, rows, names, scale, (low, high))
        for axes in every[len(panels) :]:
            axes.set_visible(False)
        figure.supxlabel(wrapped(f"{scale.axis}. Below each period: people in the group", 90), x=0.01, ha="left",
                         fontsize=9).set_parse_math(False)  # fmt: skip
        settle(figure)
    return figure


def _panel(
    axes: Axes,
    head: str,
    rows: Sequence[Row | None],
    names: Sequence[str],
    scale: Scale,
    room: tuple[float, float],
) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = room
    axes.set_title(head, fontsize=9, loc="left", fontweight="bold").set_parse_math(False)
    if scale.log:
        axes.set_yscale("log", base=2)
        axes.yaxis.set_major_locator(FixedLocator([2.0**step for step in board.powers(low, high, 5)]))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_yticks(board.inside(low, high, 4))
    axes.set_ylim(low, high)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: scale.tick(round(value, 12))))
    if scale.line is not None:
        axes.axhline(scale.line, color=SOFT, linewidth=1.2, zorder=1)
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    ticks = [wrapped(name, TICK_WIDTH) + f"\n{_size(row)}" for name, row in zip(names, rows, strict=True)]
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_xticks(range(len(names)), ticks, fontsize=8.5)
    for label in axes.get_xticklabels():
        label.set_parse_math(False)
    axes.tick_params(labelsize=8.5, colors=SOFT, length=0)
    for side in ("right", "top", "left"):
        axes.spines[side].set_visible(False)
    _points(axes, rows, low, high)


def _size(row: Row | None) -> str:
    """People in the group, and what stands in the place of a number that is not shown."""
    if row is None:
        return wrapped(ABSENT, TICK_WIDTH)
    size = row.n if row.n[:1].isdigit() else ""
    short = f"n\u00a0=\u00a0{size}" if size and len(size) <= 5 else size
    why = wrapped(row.value.removesuffix(" to show"), TICK_WIDTH) if row.estimate is None else ""
    return "\n".join(line for line in (short, why) if line)


def _points(axes: Axes, rows: Sequence[Row | None], low: float, high: float) -> None:
    values = [math.nan if row is None or row.estimate is None or not low <= row.estimate <= high else row.estimate
              for row in rows]  # fmt: skip
    axes.plot(range(len(values)), values, color=BLUE, linewidth=1.6, marker="o", markersize=6,
              markeredgecolor="white", zorder=4)  # fmt: skip
    for place, row in enumerate(rows):
        if row is None or row.estimate is None or row.lower is None or row.upper is None:
            continue
        axes.plot([place, place], [max(row.lower, low), min(row.upper, high)], color=BLUE, linewidth=1.8,
                  solid_capstyle="butt", zorder=3)  # fmt: skip


def _alt(panels: Panels, names: Sequence[str], title: str, scale: Scale) -> str:
    said = [
        f"{label}: " + ", ".join(f"{period} {_told(row)[1]}" for period, row in zip(names, rows, strict=True))
        for label, rows in panels.items()
    ]
    return (
        f"{plain(title).rstrip('.')}. Small panels on one scale, one for each of {len(panels)} groups, over "
        f"{len(names)} periods. {scale.axis}. {'; '.join(said)}."
    )
