"""UpSet chart: how many people named one identity alone, and how many named which together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from equitykit.disclosure import hide_counts
from equitykit.errors import MeasureError
from equitykit.plots import board, wording
from equitykit.plots.chart import BLUE, FAINT, SOFT, Chart, look, settle, wrapped
from equitykit.text import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from equitykit.groups import GroupTable

RULE = "cms-11"
MOST_CATEGORIES = 16
HEAD_WIDTH = 22
NOTE = "Each person once. Under a category: people who named it, alone or in a combination that is listed"
HEAD_LINE = 0.155  # inches


@dataclass(frozen=True, slots=True)
class Line:
    """One combination, or one group that says nothing about categories."""

    label: str
    members: tuple[str, ...]
    n: int | None
    share: float | None

    @property
    def text(self) -> str:
        """Number and share."""
        if self.n is None:
            return wording.TOO_FEW
        return f"{self.n:,}" + ("" if self.share is None else f" ({wording.percent(self.share)})")


def upset(
    groups: GroupTable,
    *,
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    rule: str | Mapping[str, Any] = RULE,
    heading: bool = True,
) -> Chart:
    """Identities alone and in combination, each person once.

    Parameters
    ----------
    groups : what ``ek.disaggregate(..., tabulation="frequent-combinations")`` gave, by one question.
    labels : names of the categories; those of the table where left out.
    title, heading : as for `rates`.
    rule : disclosure rule; small counts are hidden, and as few others as it takes so that none can be worked out.

    Returns
    -------
    Chart

    Raises
    ------
    MeasureError : a table in which one person counts in several groups, or one by several questions.

    Interpretation
    --------------
    One row is one answer: a single dot is that category alone, joined dots are a combination. Those of unknown
    group, and combinations that are too rare to be listed, keep their own rows. Under each category stands how
    many named it, alone or in a combination that is listed; it is left out where a part of it is hidden.

    When not to use
    ---------------
    Where the form allowed one answer only: then there are no combinations to see.

    Source
    ------
    Lex, Gehlenborg, Strobelt, Vuillemot and Pfister 2014, UpSet, IEEE Transactions on Visualization 20: 1983-1992.
    """
    if groups.overlapping or groups.tabulation == "any":
        raise MeasureError(
            f'The groups are tabulated as "{groups.tabulation}": a person counts in several of them.',
            allowed=("frequent-combinations",),
            next_step='Tabulate again with tabulation="frequent-combinations".',
        )
    if "*" in groups.question:
        raise MeasureError(
            f'The groups are by "{groups.question}".',
            next_step="Use one question; crossed ones do not combine.",
        )
    named = {group: groups.label(group) for group in groups.groups} | dict(labels or {})
    lines, total = _lines(groups, named, rule)
    members = list(dict.fromkeys(one for line in lines for one in line.members))
    if not members or len(members) > MOST_CATEGORIES:
        raise MeasureError(
            f"There are {len(members)} categories to draw.", allowed=(f"1 to {MOST_CATEGORIES}",),
            next_step="Use fewer categories.",
        )  # fmt: skip
    heads = {one: plain(wording.group(one, named)) for one in members}
    known = {one: _named_by(one, lines) for one in members}
    name = title or "Identities, alone and in combination"
    figure = partial(_draw, lines, heads, known, name if heading else None)
    rows = [(line.label, _kind(line), line.text) for line in lines]
    rows += [
        (heads[one], "alone or in a listed combination", wording.number(count))
        for one, count in known.items()
    ]
    rows += [("Everybody", wording.DASH, wording.number(total))]
    return Chart(
        figure,
        plain(name),
        _alt(lines, heads, known, name, total),
        ("Group", "Counted", "People"),
        tuple(rows),
    )


def _lines(
    groups: GroupTable, labels: Mapping[str, str], rule: str | Mapping[str, Any]
) -> tuple[list[Line], int | None]:
    """Rows in the order of the table, those without a category last; small counts hidden together with others."""
    counts = {str(group): int(n) for group, n in zip(groups.rows["group"], groups.rows["n"], strict=True)}
    found = hide_counts(counts, sum(counts.values()), rule)
    listed = sorted(counts, key=lambda group: (group.startswith("~"), "+" in group))
    lines = []
    for group in listed:
        n = found.counts[group]
        if n == 0 and "+" in group:
            continue
        share = n / found.total if n is not None and found.total else None
        members = () if group.startswith("~") else tuple(group.split("+"))
        lines.append(Line(plain(wording.group(group, labels)), members, n, share))
    return lines, found.total


def _kind(line: Line) -> str:
    if not line.members:
        return wording.DASH
    return "alone" if len(line.members) == 1 else "in combination"


def _named_by(one: str, lines: Sequence[Line]) -> int | None:
    """How many named a category in the rows shown; None where one of them is hidden."""
    counts = [line.n for line in lines if one in line.members]
    return None if any(n is None for n in counts) else sum(n for n in counts if n is not None)


def _draw(
    lines: Sequence[Line], heads: Mapping[str, str], known: Mapping[str, int | None], title: str | None
) -> Figure:
    names = [wrapped(line.label, board.LABEL_WIDTH) for line in lines]
    tall = [name.count("\n") + 1 for name in names]
    centres = board.centres(tall)
    columns = [_head(head, known[one]) for one, head in heads.items()]
    column = max(0.36, HEAD_LINE * max(head.count("\n") + 1 for head in columns) + 0.08)
    across = max(8.0, 5.4 + column * len(heads))
    with look():
        figure = board.opened(board.height(tall, title) + 1.6, title, width=across)
        dots, bars = figure.subplots(1, 2, sharey=True, width_ratios=[column * len(heads), 2.6])
        board.frame(dots, centres, names)
        _dots(dots, centres, lines, list(heads))
        dots.set_xlim(-0.6, len(heads) - 0.4)
        dots.set_xticks(range(len(columns)), columns, fontsize=8.5, rotation=90, va="bottom")
        dots.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
        dots.spines["bottom"].set_visible(False)
        for label in dots.get_xticklabels():
            label.set(parse_math=False, multialignment="left")
        _bars(bars, centres, lines)
        figure.supxlabel(wrapped(NOTE, 92), x=0.01, ha="left", fontsize=9)
        settle(figure)
    return figure


def _head(name: str, n: int | None) -> str:
    return wrapped(name, HEAD_WIDTH) + ("" if n is None else f"\nn\u00a0=\u00a0{n:,}")


def _dots(axes: Axes, centres: Sequence[float], lines: Sequence[Line], members: Sequence[str]) -> None:
    for centre, line in zip(centres, lines, strict=True):
        if not line.members:
            continue
        at = sorted(members.index(one) for one in line.members)
        empty = [place for place in range(len(members)) if place not in at]
        axes.plot(empty, [centre] * len(empty), "o", color=FAINT, markersize=6, zorder=2)
        if line.n is None:
            axes.plot(
                at,
                [centre] * len(at),
                color=SOFT,
                marker="o",
                markerfacecolor="white",
                markersize=7,
                zorder=3,
            )
        else:
            axes.plot(at, [centre] * len(at), color=BLUE, marker="o", markersize=8, linewidth=2, zorder=3)


def _bars(axes: Axes, centres: Sequence[float], lines: Sequence[Line]) -> None:
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.spines["left"].set_color(SOFT)
    axes.tick_params(axis="both", length=0, labelbottom=False, labelleft=False)
    widest = max([line.n or 0 for line in lines] + [1])
    axes.barh(centres, [line.n or 0 for line in lines], height=0.22, color=BLUE, zorder=2)
    for centre, line in zip(centres, lines, strict=True):
        text = axes.text((line.n or 0) + widest * 0.02, centre, line.text, va="center", fontsize=9)
        text.set(parse_math=False, color=SOFT if line.n is None else "black")
    axes.set_xlim(0, widest * 1.75)


def _alt(
    lines: Sequence[Line],
    heads: Mapping[str, str],
    known: Mapping[str, int | None],
    title: str,
    total: int | None,
) -> str:
    rows = "; ".join(
        f"{line.label}{' alone' if len(line.members) == 1 else ''}: {line.text}" for line in lines
    )
    sums = "; ".join(
        f"{heads[one]} {'not shown' if n is None else format(n, ',')}" for one, n in known.items()
    )
    base = "" if total is None else f" of {total:,} people"
    return (
        f"{plain(title).rstrip('.')}. UpSet chart{base}: one row for each answer, each person once. {rows}. "
        f"Alone or in a listed combination: {sums}."
    )
