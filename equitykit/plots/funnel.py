"""Funnel: the rate of each unit beside its size, with the limits chance alone would keep it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from equitykit.disclosure import mark_small
from equitykit.errors import MeasureError, UnknownName
from equitykit.plots import board, wording
from equitykit.plots.chart import BLUE, FAINT, INK, SOFT, Chart, look, settle, wrapped
from equitykit.plots.scales import proportion_scale
from equitykit.reliability import SMALL_N
from equitykit.text import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RULE = "cms-11"
LEVELS = (0.95, 0.998)
MOST_NAMED = 9
NAME_WIDTH = 26
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit; `why` says why it is not drawn."""

    label: str
    n: float
    events: float
    why: str = ""
    low: float = 0.0
    high: float = 1.0

    @property
    def rate(self) -> float:
        """Events of n."""
        return self.events / self.n

    @property
    def outside(self) -> bool:
        """Beyond the outer limits."""
        return not self.why and not self.low <= self.rate <= self.high


def funnel(
    frame: pd.DataFrame,
    *,
    unit: str,
    n: str = "n",
    events: str = "events",
    what: str = "Rate",
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    rule: str | Mapping[str, Any] = RULE,
    heading: bool = True,
) -> Chart:
    """Rates of sites, offices or districts, with exact limits around the rate of all that are drawn.

    Parameters
    ----------
    frame : one row for each unit.
    unit, n, events : columns: the name, how many people, how many of them with the event.
    what : what the rate is of, such as "Race not recorded".
    labels : names of units for people.
    title, heading : as for `rates`.
    rule : disclosure rule for counts; units with fewer than 30 people are never drawn.

    Returns
    -------
    Chart

    Raises
    ------
    UnknownName : a column that does not exist. MeasureError : counts that cannot be true, or no unit to draw.

    Interpretation
    --------------
    Between the outer limits a unit differs from the whole no more than chance would make 998 of 1,000 alike
    units differ. Outside them, look at forms, workload and who is served there. The line in the middle is the
    rate of the units drawn, so that the hidden ones cannot be worked out from it.

    When not to use
    ---------------
    To rank units, or for single workers. The limits take people as independent; households and repeated events
    make real limits wider.

    Source
    ------
    Spiegelhalter 2005, Funnel plots for comparing institutional performance, Statistics in Medicine 24:
    1185-1202; exact binomial limits, interpolated.
    """
    units = _units(frame, (unit, n, events), labels or {}, rule)
    shown = [one for one in units if not one.why]
    if not shown:
        raise MeasureError(
            f"None of {len(units)} units can be drawn: fewer than {SMALL_N} people, or counts too small to show.",
            next_step="Use larger units or a longer time.",
        )
    centre = sum(one.events for one in shown) / sum(one.n for one in shown)
    shown = [_with_limits(one, centre) for one in shown]
    hidden = [one for one in units if one.why]
    name = title or f"{what} by unit and size"
    note = _hidden_note(hidden)
    figure = partial(_draw, shown, centre, what, note, name if heading else None)
    cells = [_cells(one) for one in shown] + [(one.label, one.why, one.why, "", "") for one in hidden]
    columns = ("Unit", "People", what, "Outer limits", "Where")
    return Chart(figure, plain(name), _alt(shown, centre, what, note, name), columns, tuple(cells))


def exact_limits(n: npt.ArrayLike, centre: float, level: float) -> tuple[Floats, Floats]:
    """Limits for a rate in units of size n, from the binomial distribution, interpolated between counts.

    Examples
    --------
    >>> low, high = exact_limits([100.0, 1000.0], 0.1, 0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.04, 0.081], [0.158, 0.118])
    """
    from scipy.stats import binom

    size = np.asarray(n, dtype=float)

    def at(p: float) -> Floats:
        k = binom.ppf(p, size, centre)
        above, below = binom.cdf(k, size, centre), binom.cdf(k - 1, size, centre)
        return np.asarray((k - (above - p) / np.maximum(above - below, 1e-300)) / size, dtype=float)

    tail = (1 - level) / 2
    return np.clip(at(tail), 0, 1), np.clip(at(1 - tail), 0, 1)


def _units(
    frame: pd.DataFrame,
    columns: tuple[str, str, str],
    labels: Mapping[str, str],
    rule: str | Mapping[str, Any],
) -> list[Unit]:
    for column in columns:
        if column not in frame.columns:
            raise UnknownName("column", column, [str(name) for name in frame.columns])
    unit, n, events = columns
    counts = frame[[n, events]].astype(float).set_axis(["n", "events"], axis=1)
    marked = mark_small(counts, rule)
    small = marked["suppressed"].notna().tolist()
    found = []
    for name, size, count, hide in zip(frame[unit], frame[n], frame[events], small, strict=True):
        label = plain(labels.get(str(name), str(name)))
        if not (float(size) >= float(count) >= 0):
            raise MeasureError(
                f'The unit "{label}" has {count:g} of {size:g} people.', next_step="Check the counts."
            )
        why = f"fewer than {SMALL_N} people" if size < SMALL_N else wording.TOO_FEW if hide else ""
        found.append(Unit(label, float(size), float(count), why))
    return found


def _with_limits(one: Unit, centre: float) -> Unit:
    low, high = exact_limits([one.n], centre, LEVELS[1])
    return Unit(one.label, one.n, one.events, "", float(low[0]), float(high[0]))


def _hidden_note(hidden: Sequence[Unit]) -> str:
    reasons: dict[str, int] = {}
    for one in hidden:
        reasons[one.why] = reasons.get(one.why, 0) + 1
    parts = [f"{count} {'unit' if count == 1 else 'units'}: {why}" for why, count in reasons.items()]
    return f"Not drawn: {'; '.join(parts)}" if parts else "All units are drawn"


def _cells(one: Unit) -> tuple[str, ...]:
    limits = f"{wording.percent(one.low)} to {wording.percent(one.high)}"
    return (one.label, wording.number(one.n), wording.percent(one.rate), limits,
            "outside the outer limits" if one.outside else "inside")  # fmt: skip


def _draw(shown: Sequence[Unit], centre: float, what: str, note: str, title: str | None) -> Figure:
    from matplotlib.ticker import FuncFormatter

    scale = proportion_scale("Rate")
    most = max(one.n for one in shown) * 1.06
    sizes = np.unique(
        np.concatenate([np.arange(SMALL_N, min(most, 400)), np.linspace(SMALL_N, most, 300)]).round()
    )
    outer = exact_limits(sizes, centre, LEVELS[1])
    top = min(1.0, max(float(np.max(outer[1])), *(one.rate for one in shown)) * 1.06)
    with look():
        figure = board.opened(4.9, title)
        axes = figure.add_subplot()
        for level, dashes in zip(LEVELS, ((0, (2, 2)), "-"), strict=True):
            for limit in exact_limits(sizes, centre, level):
                axes.plot(sizes, limit, color=SOFT, linewidth=1.1, linestyle=dashes, zorder=2)
        axes.axhline(centre, color=INK, linewidth=1.3, zorder=2)
        for outside, shape, size in ((False, "o", 6), (True, "D", 7)):
            these = [one for one in shown if one.outside is outside]
            axes.plot([one.n for one in these], [one.rate for one in these], shape, color=BLUE, markersize=size,
                      markeredgecolor="white", zorder=4, clip_on=False)  # fmt: skip
        axes.set_xlim(0, most)
        axes.set_ylim(0, top)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: scale.tick(round(value, 12))))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.set_xticks(board.inside(0, most, 6))
        axes.set_yticks(board.inside(0, top, 6))
        axes.grid(color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=9, colors=SOFT, length=0)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_ylabel(wrapped(plain(what), 45), fontsize=9).set_parse_math(False)
        limits = f"limits: 95{wording.PERCENT} (dotted) and 99.8{wording.PERCENT}"
        line = f"Line: {wording.percent(centre)}, the rate of the units drawn"
        board.axis_text(axes, f"People in the unit. {line}; {limits}. {note}", 92)
        _name(axes, [one for one in shown if one.outside], most, top)
        settle(figure)
    return figure


def _name(axes: Axes, outside: Sequence[Unit], most: float, top: float) -> None:
    """Names of the units outside the limits, beside the chart, none on another."""
    if not outside or len(outside) > MOST_NAMED:
        return
    placed = sorted(outside, key=lambda one: one.rate)
    step = top / (MOST_NAMED + 1)
    heights: list[float] = []
    for one in placed:
        heights.append(max(one.rate, heights[-1] + step) if heights else one.rate)
    over = heights[-1] - top
    for place in range(len(heights) - 1, -1, -1):
        ceiling = top if place == len(heights) - 1 else heights[place + 1] - step
        heights[place] = min(heights[place], ceiling) if over > 0 else heights[place]
    for one, height in zip(placed, heights, strict=True):
        axes.plot([one.n, most], [one.rate, height], color=SOFT, linewidth=0.6, zorder=1, clip_on=False)
        label = one.label if len(one.label) <= 2 * NAME_WIDTH else f"{one.label[: 2 * NAME_WIDTH]}\u2026"
        text = axes.text(
            most * 1.01, height, wrapped(f"{label} (n\u00a0=\u00a0{wording.number(one.n)})", NAME_WIDTH)
        )
        text.set(va="center", fontsize=8.5, parse_math=False)


def _alt(shown: Sequence[Unit], centre: float, what: str, note: str, title: str) -> str:
    outside = [
        f"{one.label} {wording.percent(one.rate)} of {wording.number(one.n)}" for one in shown if one.outside
    ]
    said = "; ".join(outside) if outside else "none"
    return (
        f"{plain(title).rstrip('.')}. Funnel chart of {len(shown)} units by size. {plain(what)}: "
        f"{wording.percent(centre)} over the units drawn. Outside the 99.8{wording.PERCENT} limits: {said}. {note}."
    )
