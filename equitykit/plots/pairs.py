"""Dumbbells: two numbers of each group on one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from equitykit.errors import MeasureError
from equitykit.plots import board, wording
from equitykit.plots.chart import BLUE, INK, Chart, look, settle, wrapped
from equitykit.plots.rows import Row, against, read_rows
from equitykit.plots.scales import Scale, scale_for
from equitykit.text import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VALUE_WIDTH = 32
ABSENT = "no such group"
Pair = tuple[Row, Row]


def dumbbell(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    names: tuple[str, str],
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    order: Sequence[str] | None = None,
    scale: float | None = None,
    heading: bool = True,
) -> Chart:
    """Two numbers of each group, joined by a line: two years, two sources, before and after an adjustment.

    Parameters
    ----------
    first, second : tidy rows of the same measure.
    names : what the two are, such as ("2023", "2024").
    labels, title, order, scale, heading : as for `rates`.

    Returns
    -------
    Chart

    Raises
    ------
    MeasureError : no group, several measures, two different ones, or names that do not tell them apart.

    Interpretation
    --------------
    The first is an open ring, the second a filled dot. A line is drawn only where both may be shown.

    When not to use
    ---------------
    To say that something changed: there are no intervals here. See `over_time`, and the measures of change.
    """
    one, two = (plain(name).strip() for name in names)
    if not one or not two or one == two:
        raise MeasureError(
            "The two parts of the chart need two names.", next_step='Give them, for example ("2023", "2024").'
        )
    measures = {
        str(value) for frame in (first, second) if "measure" in frame for value in frame["measure"].dropna()
    }
    if len(measures) > 1:
        raise MeasureError("A dumbbell shows one measure; these rows hold two.", allowed=sorted(measures))
    drawn = scale_for(first, scale, against=against(first, labels))
    before, after = (read_rows(frame, drawn, labels=labels, order=order) for frame in (first, second))
    pairs = _pairs(before, after, order, labels)
    name = title or f"{drawn.name} by group, {one} and {two}"
    axis = f"{drawn.axis}. Ring: {one}; dot: {two}"
    figure = partial(_draw, pairs, replace(drawn, axis=axis), name if heading else None)
    columns = ("Group", f"Number, {one}", f"Number, {two}", f"{drawn.name}, {one}", f"{drawn.name}, {two}")
    cells = tuple((a.label, a.n, b.n, a.value, b.value) for a, b in pairs)
    said = "; ".join(f"{a.label}: {one} {a.value}, {two} {b.value}" for a, b in pairs)
    alt = f"{plain(name).rstrip('.')}. Dumbbell chart, {len(pairs)} groups. {axis}. {said}."
    return Chart(figure, plain(name), alt, columns, cells)


def _pairs(
    first: Sequence[Row], second: Sequence[Row], order: Sequence[str] | None, labels: Mapping[str, str] | None
) -> list[Pair]:
    """Both rows of each group; a group that only one of them has is still there."""
    one, two = ({row.label: row for row in rows} for rows in (first, second))
    found = list(dict.fromkeys((*one, *two)))
    if order is not None:
        place = {plain(wording.group(group, labels or {})): index for index, group in enumerate(order)}
        found.sort(key=lambda label: place.get(label, len(place)))
    return [(one.get(label) or _absent(label), two.get(label) or _absent(label)) for label in found]


def _absent(label: str) -> Row:
    return Row(label, wording.DASH, wording.DASH, None, None, None, ABSENT, "", "")


def _label(pair: Pair) -> str:
    sizes = [row.n if row.n[:1].isdigit() else wording.DASH for row in pair]
    if sizes == [wording.DASH] * 2:
        return pair[0].label
    return f"{pair[0].label} (n\u00a0=\u00a0{sizes[0]};\u00a0{sizes[1]})"


def _draw(pairs: Sequence[Pair], scale: Scale, title: str | None) -> Figure:
    names = [wrapped(_label(pair), board.LABEL_WIDTH) for pair in pairs]
    values = [wrapped(_values(*pair), VALUE_WIDTH) for pair in pairs]
    lines = [max(name.count("\n"), value.count("\n")) + 1 for name, value in zip(names, values, strict=True)]
    centres = board.centres(lines)
    with look():
        figure = board.opened(board.height(lines, title), title)
        axes = figure.add_subplot()
        board.frame(axes, centres, names)
        board.beside(axes, centres, values, [a.estimate is None and b.estimate is None for a, b in pairs])
        ends = [row.estimate for pair in pairs for row in pair]
        low, high = board.extent(ends, scale)
        board.set_scale(axes, scale, low, high)
        for centre, (one, two) in zip(centres, pairs, strict=True):
            _marks(axes, centre, one.estimate, two.estimate, low)
        board.axis_text(axes, scale.axis)
        settle(figure)
    return figure


def _values(first: Row, second: Row) -> str:
    return first.value if first.value == second.value else f"{first.value} and {second.value}"


def _marks(axes: Axes, centre: float, first: float | None, second: float | None, low: float) -> None:
    drawable = [one for one in (first, second) if one is not None and one >= low]
    if len(drawable) == 2:
        axes.plot(drawable, [centre, centre], color=INK, linewidth=1.4, zorder=2)
    for end, face, size in ((first, "white", 8.5), (second, BLUE, 6)):
        if end is not None and end >= low:
            axes.plot([end], [centre], marker="o", color=BLUE, markerfacecolor=face, markersize=size,
                      markeredgewidth=1.6, clip_on=False, zorder=4 if face == BLUE else 3)  # fmt: skip
