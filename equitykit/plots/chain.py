"""A chain of decision points: one column for each stage, one row for each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from equitykit.errors import MeasureError
from equitykit.plots import board, wording
from equitykit.plots.chart import SOFT, Chart, look, settle, wrapped
from equitykit.plots.dots import mark
from equitykit.plots.rows import Row, read_rows
from equitykit.plots.scales import ratio_scale
from equitykit.stages.measure import CUMULATIVE_RATIO
from equitykit.text import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from equitykit.stages import Stages

MOST_STAGES = 12
HEAD_WIDTH = 16
COLUMN = 1.45  # inches for one stage
WITHHELD = "A number on the way is hidden, and could be worked out from this one"


@dataclass(frozen=True, slots=True)
class Column:
    """One stage, or a whole way through the chain."""

    head: str
    rows: list[Row]
    widest: frozenset[int] = frozenset()
    whole: bool = False


def chain(
    stages: Stages, *, title: str | None = None, order: Sequence[str] | None = None, heading: bool = True
) -> Chart:
    """Where along a chain of decisions a gap opens.

    Parameters
    ----------
    stages : what ``ek.stages`` or ``ek.stages_from_counts`` gave.
    title, order, heading : as for `rates`.

    Returns
    -------
    Chart

    Raises
    ------
    MeasureError : a chain of more stages than a picture can hold.

    Interpretation
    --------------
    Each column compares those who reached the stage before; the last multiplies the ratios along the chain. A
    diamond marks the stage that moves a group's product most, if its interval leaves 1 out. A ratio near 1 at
    a stage does not clear a system: who came that far was decided before.

    When not to use
    ---------------
    For people who are not followed: stages counted in different populations do not multiply.

    Source
    ------
    Relative rate index at each contact point: OJJDP, Disproportionate Minority Contact Technical Assistance Manual.
    """
    names = len(stages.names)
    if names > MOST_STAGES:
        raise MeasureError(f"The chain has {names} stages.", allowed=(f"at most {MOST_STAGES}",),
                           next_step="Follow a part of it.")  # fmt: skip
    columns = _columns(stages, order)
    compared = plain(stages.reference.words)
    name = title or f"Ratio to {compared} at each stage"
    axis = f"Ratio to {compared} among those at the stage before; 1 means no difference"
    if any(column.widest for column in columns):
        axis += ". A diamond marks the stage that moves the product of a group most"
    figure = partial(_draw, columns, axis, name if heading else None)
    header = ["Group"]
    for column in columns:
        header += [column.head] if column.whole else [column.head, f"{column.head}: number before"]
    return Chart(figure, plain(name), _alt(columns, name, axis), tuple(header), tuple(_cells(columns)))


def _columns(stages: Stages, order: Sequence[str] | None) -> list[Column]:
    frame, scale = stages.to_frame(), ratio_scale("")
    labels = {group: stages.label(group) for group in stages.chain.groups}
    groups = [group for group in order or () if group in labels]
    groups += [group for group in stages.chain.groups if group not in groups]
    opens = stages.opens()

    def rows(stage: str, measure: str) -> list[Row]:
        found = frame[(frame["stage"] == stage) & (frame["measure"] == measure)]
        return read_rows(found, scale, labels=labels, order=groups)

    found = []
    for step in stages.chain.steps:
        own = rows(step.stage, "rate-ratio")
        at = {(group, one["stage"]) for group, steps in opens.items() for one in steps if one["widest"]}
        widest = frozenset(
            place
            for place, (group, row) in enumerate(zip(groups, own, strict=True))
            if (group, step.stage) in at and _beyond(row)
        )
        head = f"{_words(step.stage)} (of {_words(step.parent)})"
        found.append(Column(head, own, widest))
    for end in stages.chain.ends:
        hidden = _hidden_on_the_way(frame, [step.stage for step in stages.chain.path(end)])
        whole = [
            _withheld(row) if group in hidden else row
            for group, row in zip(groups, rows(end, CUMULATIVE_RATIO), strict=True)
        ]
        found.append(Column(f"along the chain to {_words(end)}", whole, whole=True))
    return found


def _beyond(row: Row) -> bool:
    """Whether the interval leaves 1 out."""
    return row.lower is not None and row.upper is not None and (row.lower > 1 or row.upper < 1)


def _words(stage: str) -> str:
    return plain(stage).replace("_", " ")


def _hidden_on_the_way(frame: pd.DataFrame, stages: Sequence[str]) -> frozenset[str]:
    """Groups with a hidden stage on the way: a product shown beside its other factors would give it away."""
    hidden = frame[
        frame["stage"].isin(stages) & (frame["measure"] == "rate-ratio") & frame["suppressed"].notna()
    ]
    return frozenset(map(str, hidden["group"]))


def _withheld(row: Row) -> Row:
    text = wording.TOO_FEW
    return replace(row, n=text, events=text, estimate=None, lower=None, upper=None, value=text, interval="",
                   note=row.note or WITHHELD)  # fmt: skip


def _draw(columns: Sequence[Column], axis: str, title: str | None) -> Figure:
    names = [wrapped(row.label, board.LABEL_WIDTH - 8) for row in columns[0].rows]
    lines = [max(2, name.count("\n") + 1) for name in names]
    centres = board.centres([count + 1 for count in lines])
    heads = [wrapped(column.head, HEAD_WIDTH) for column in columns]
    low, high = board.extent(
        [end for column in columns for end in board.ends_of(column.rows)], ratio_scale("")
    )
    tall = board.height([count + 1 for count in lines], title) + 0.17 * (
        max(head.count("\n") for head in heads) + 2
    )
    with look():
        figure = board.opened(tall, title, width=max(8.0, 2.6 + COLUMN * len(columns)))
        every = figure.subplots(1, len(columns), sharey=True, squeeze=False)[0]
        for axes, column, head in zip(every, columns, heads, strict=True):
            board.frame(axes, centres, names)
            board.set_scale(axes, ratio_scale(""), low, high, ticks=3)
            axes.set_title(head, fontsize=9, fontweight="bold" if column.whole else "normal").set_parse_math(
                False
            )
            axes.set_facecolor("#f4f5f7" if column.whole else "white")
            for place, (centre, row) in enumerate(zip(centres, column.rows, strict=True)):
                mark(axes, centre, row, low, high, shape="D" if place in column.widest else "o")
                _texts(axes, centre, row, whole=column.whole)
        figure.supxlabel(wrapped(axis, 90), x=0.01, ha="left", fontsize=9).set_parse_math(False)
        settle(figure)
    return figure


def _texts(axes: Axes, centre: float, row: Row, *, whole: bool) -> None:
    """Ratio above the mark, number of people below it."""
    across = axes.get_yaxis_transform()
    colour = SOFT if row.estimate is None else "black"
    above = axes.text(0.5, centre + 0.11, wrapped(row.value, 18), va="bottom", color=colour, transform=across)
    below = f"n\u00a0=\u00a0{row.n}" if row.n[:1].isdigit() and not whole else ""
    for text in (above, axes.text(0.5, centre - 0.12, below, va="top", color=SOFT, transform=across)):
        text.set(ha="center", fontsize=8.5, parse_math=False, zorder=1.5)
        text.set_bbox({"facecolor": axes.get_facecolor(), "edgecolor": "none", "pad": 0.6})


def _cells(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    found = []
    for place, row in enumerate(columns[0].rows):
        cells = [row.label]
        for column in columns:
            one = column.rows[place]
            cells.append(one.value + (f" ({one.interval})" if one.interval else ""))
            cells += [] if column.whole else [one.n]
        found.append(tuple(cells))
    return found


def _alt(columns: Sequence[Column], title: str, axis: str) -> str:
    groups = []
    for place, row in enumerate(columns[0].rows):
        parts = [
            f"{column.head} {column.rows[place].value}"
            + (f", interval {column.rows[place].interval}" if column.rows[place].interval else "")
            + (", the widest step" if place in column.widest else "")
            for column in columns
        ]
        groups.append(f"{row.label}: {'; '.join(parts)}")
    heads = ", ".join(column.head for column in columns)
    return (
        f"{plain(title).rstrip('.')}. Dots with intervals in {len(columns)} columns ({heads}), {len(groups)} groups. "
        f"{axis}. {'. '.join(groups)}."
    )
