"""Where answers are missing: shares as numbers on a shaded grid."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from equitykit.errors import MeasureError
from equitykit.plots import wording
from equitykit.plots.chart import FAINT, Chart, canvas, headline, look, settle, wrapped
from equitykit.text import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

HIDDEN = "too few"
NAME_WIDTH = 30
COLUMN_WIDTH = 14
MOST_COLUMNS = 24


def missingness(
    frame: pd.DataFrame,
    *,
    sizes: Mapping[str, int] | None = None,
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    what: str = "Missing",
    heading: bool = True,
) -> Chart:
    """Share of missing answers, one row per place or group and one column per question or period.

    Parameters
    ----------
    frame : shares from 0 to 1; the index names the rows, the columns name the columns. An empty
        cell is one with too few people to show.
    sizes : people in each row, by its name.
    labels : names of rows and columns for people.
    title : what the chart shows.
    what : what the shares are of, for the description.
    heading : draw the title into the picture; leave it out where it stands beside it.

    Returns
    -------
    Chart

    Raises
    ------
    MeasureError : the frame is empty, too wide, or holds something that is not a share.
    """
    if frame.empty:
        raise MeasureError("There is nothing to draw: the table of shares is empty.")
    if frame.shape[1] > MOST_COLUMNS:
        raise MeasureError(
            f"The table of shares has {frame.shape[1]} columns.",
            allowed=(f"at most {MOST_COLUMNS}",),
            next_step="Use fewer questions, or longer periods.",
        )
    shares = [[_share(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    rows = [plain(wording.group(str(name), labels or {})) for name in frame.index]
    columns = [plain(wording.group(str(name), labels or {})) for name in frame.columns]
    counts = [(sizes or {}).get(str(name)) for name in frame.index]
    name = title or "Share of answers that are missing"
    numbers = tuple(
        (row, *(() if sizes is None else (_size(count),)), *(_text(share) for share in line))
        for row, count, line in zip(rows, counts, shares, strict=True)
    )
    header = ("", *(() if sizes is None else ("Number",)), *columns)
    figure = partial(_draw, rows, counts if sizes else None, columns, shares, name if heading else None)
    alt = _alt(rows, columns, shares, name, what)
    return Chart(figure, plain(name), alt, ("Row", *header[1:]), numbers)


def _share(value: Any) -> float | None:
    try:
        share = float(value)
    except (TypeError, ValueError):
        raise MeasureError(f'"{value}" is not a share.', allowed=("numbers from 0 to 1",)) from None
    if math.isnan(share):
        return None
    if not 0 <= share <= 1:
        raise MeasureError(f"{share:g} is not a share.", allowed=("numbers from 0 to 1",))
    return share


def _size(count: int | None) -> str:
    return wording.number(count, hidden=wording.DASH)


def _text(share: float | None) -> str:
    return wording.TOO_FEW if share is None else wording.percent(share)


def _alt(rows: list[str], columns: list[str], shares: list[list[float | None]], title: str, what: str) -> str:
    parts = [
        f"{row}: "
        + ", ".join(f"{column} {_text(share)}" for column, share in zip(columns, line, strict=True))
        for row, line in zip(rows, shares, strict=True)
    ]
    heading = plain(title).rstrip(".")
    return f"{heading}. Table with shading, darker is less. {what}: {'; '.join(parts)}."


def _draw(
    rows: list[str],
    counts: list[int | None] | None,
    columns: list[str],
    shares: list[list[float | None]],
    title: str | None,
) -> Any:
    known = counts or [None] * len(rows)
    names = [
        wrapped(row if n is None else f"{row} (n\u00a0=\u00a0{n:,})", NAME_WIDTH)
        for row, n in zip(rows, known, strict=True)
    ]
    heads = [wrapped(name, COLUMN_WIDTH) for name in columns]
    tall = max(name.count("\n") for name in names) + 1
    width = min(3.2 + 1.05 * len(columns), 26.0)
    height = len(rows) * max(0.34, 0.17 * tall + 0.1) + 0.9 + 0.17 * max(head.count("\n") for head in heads)
    with look():
        figure = canvas(height, width=max(width, 6.0))
        axes = figure.add_subplot()
        if title:
            headline(figure, title)
        grid = [[math.nan if share is None else share for share in line] for line in shares]
        axes.set_facecolor(FAINT)
        axes.imshow(grid, cmap="cividis", vmin=0, vmax=1, aspect="auto")
        axes.set_xticks(range(len(heads)), heads, fontsize=9)
        axes.set_yticks(range(len(names)), names, fontsize=9)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            label.set_parse_math(False)
        _numbers(axes, shares)
        settle(figure)
    return figure


def _numbers(axes: Axes, shares: list[list[float | None]]) -> None:
    from matplotlib import colormaps

    shade = colormaps["cividis"]
    for y, line in enumerate(shares):
        for x, share in enumerate(line):
            text = HIDDEN if share is None else wording.percent(share).replace("less than ", "<")
            colour = "black" if share is None or _light(shade(share)) else "white"
            axes.text(x, y, text, ha="center", va="center", color=colour, fontsize=9)


def _light(colour: tuple[float, float, float, float]) -> bool:
    """Whether black is easier to read on it than white (WCAG relative luminance)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179
