"""The map of a process: its steps from top to bottom, with who acts, what is used and where something is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from equitykit.errors import MeasureError
from equitykit.plots import board
from equitykit.plots.chart import BLUE, INK, SOFT, Chart, look, settle, wrapped
from equitykit.text import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_STEPS = 40
BOX = 4.4  # inches across
WIDE = 8.0
SIDE = 4.75  # where the words beside a box begin
IN_BOX, BESIDE = 52, 40  # characters on a line
LINE = 0.165
PAD = 0.11
GAP = 0.24
COLUMNS = {
    "step": "What happens",
    "actors": "Who acts",
    "documents": "Forms, records and rules",
    "decision": "Decided here",
    "decides": "Who decides, by which rule",
    "then": "Where it can go",
    "lived": "What people go through",
}


@dataclass(frozen=True, slots=True)
class _Step:
    """One step with its texts broken into lines."""

    number: int
    decision: bool
    inside: tuple[tuple[str, str], ...]  # style, line
    beside: tuple[tuple[str, str], ...]

    @property
    def tall(self) -> float:
        """Inches."""
        return max(len(self.inside), len(self.beside)) * LINE + 2 * PAD


def steps(
    rows: Iterable[Mapping[str, Any]], *, title: str = "How a case moves", heading: bool = True
) -> Chart:
    """Draw the steps of a process, one box below the other.

    Parameters
    ----------
    rows : steps in their order, with the cells ``step``, ``actors``, ``documents``, ``decision``, ``decides``,
        ``then`` and ``lived``, as the answer to a question of the kind ``map`` holds them. Empty rows are left out.
    title, heading : as for `rates`.

    Returns
    -------
    Chart

    Raises
    ------
    MeasureError : no step, a step that does not say what happens, or more than a picture can hold.

    Interpretation
    --------------
    A heavy border marks a decision point: here a case can go more than one way. What stands beside a box is
    used there, or is what people go through there. The map shows what is set up, not how often it happens.

    When not to use
    ---------------
    For numbers of people at each step: use `chain`.

    Examples
    --------
    >>> chart = steps([{"step": "A call comes in"}, {"step": "It is screened", "decision": "Is somebody sent out?"}])
    >>> chart.alt.partition(" Step 1")[0]
    'How a case moves. 2 steps, from top to bottom; something is decided in 1 of them.'
    >>> chart.columns
    ('Step', 'What happens', 'Decided here')
    """
    said = [{key: plain(row.get(key) or "").strip() for key in COLUMNS} for row in rows]
    said = [row for row in said if any(row.values())]
    if not said:
        raise MeasureError("There is no step to draw.", next_step="Write down at least one step.")
    if len(said) > MOST_STEPS:
        raise MeasureError(
            f"The map has {len(said)} steps.",
            allowed=(f"at most {MOST_STEPS}",),
            next_step="Draw a part of it.",
        )
    empty = next((number for number, row in enumerate(said, start=1) if not row["step"]), None)
    if empty is not None:
        raise MeasureError(f"Step {empty} does not say what happens.", next_step="Say what happens there.")
    name = plain(title)
    figure = partial(
        _draw, [_laid_out(number, row) for number, row in enumerate(said, start=1)], name if heading else None
    )
    used = [key for key in COLUMNS if key == "step" or any(row[key] for row in said)]
    table = tuple((str(number), *(row[key] for key in used)) for number, row in enumerate(said, start=1))
    return Chart(figure, name, _alt(name, said), ("Step", *(COLUMNS[key] for key in used)), table)


def _alt(name: str, said: Sequence[Mapping[str, str]]) -> str:
    points = sum(bool(row["decision"]) for row in said)
    told = [f"{name.rstrip('.')}. {len(said)} {'step' if len(said) == 1 else 'steps'}, from top to bottom"]
    told[0] += f"; something is decided in {points} of them." if points else "."
    for number, row in enumerate(said, start=1):
        told.append(_ended(f"Step {number}: {row['step']}"))
        told += [_ended(f"{COLUMNS[key]}: {row[key]}") for key in ("decision", "then") if row[key]]
    return " ".join(told)


def _ended(text: str) -> str:
    return text if text[-1:] in ".?!" else f"{text}."


def _laid_out(number: int, row: Mapping[str, str]) -> _Step:
    inside = [("bold", line) for line in wrapped(f"{number}. {row['step']}", IN_BOX - 4).split("\n")]
    inside += _lines(row["actors"], "Who acts", IN_BOX)
    inside += _lines(row["decision"], "Decided here", IN_BOX, style="point")
    inside += _lines(row["decides"], "Who decides", IN_BOX)
    beside: list[tuple[str, str]] = []
    for key, label in (("documents", "Uses"), ("then", "Then"), ("lived", "For people")):
        beside += _lines(row[key], label, BESIDE)
    return _Step(number, bool(row["decision"]), tuple(inside), tuple(beside))


def _lines(text: str, label: str, width: int, style: str = "soft") -> list[tuple[str, str]]:
    return [(style, line) for line in wrapped(f"{label}: {text}", width).split("\n")] if text else []


def _draw(laid: Sequence[_Step], title: str | None) -> Figure:
    tall = sum(step.tall for step in laid) + GAP * (len(laid) - 1)
    with look():
        figure = board.opened(tall + (0.6 if title else 0.2), title, width=WIDE)
        axes = figure.subplots()
        axes.set_xlim(0, WIDE)
        axes.set_ylim(tall + 0.02, -0.02)
        axes.set_axis_off()
        top = 0.0
        for place, step in enumerate(laid):
            _box(axes, step, top)
            top += step.tall
            if place < len(laid) - 1:
                _arrow(axes, top)
            top += GAP
        settle(figure)
    return figure


def _box(axes: Axes, step: _Step, top: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (0.06, top + 0.02),
            BOX - 0.12,
            step.tall - 0.04,
            boxstyle="round,pad=0.02,rounding_size=0.06",
            facecolor="white",
            edgecolor=BLUE if step.decision else SOFT,
            linewidth=2.4 if step.decision else 0.9,
        )
    )
    for lines, left in ((step.inside, 0.18), (step.beside, SIDE)):
        for number, (style, line) in enumerate(lines):
            written = axes.text(
                left, top + PAD + (number + 0.5) * LINE, line, va="center", ha="left", fontsize=8.5
            )
            written.set(
                parse_math=False,
                color=BLUE if style == "point" else INK if style == "bold" else SOFT,
                fontweight="bold" if style in ("bold", "point") else "normal",
            )


def _arrow(axes: Axes, top: float) -> None:
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(
        FancyArrowPatch(
            (BOX / 2, top),
            (BOX / 2, top + GAP),
            arrowstyle="-|>",
            mutation_scale=10,
            color=SOFT,
            linewidth=1.1,
        )
    )
