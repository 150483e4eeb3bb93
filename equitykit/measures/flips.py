"""How few people a flag hangs on: the smallest number of other outcomes in a group that would turn it over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.pairs import RATIOS, Pair, limits_of
from equitykit.measures.registry import PEOPLE, Values, measure
from equitykit.measures.score import ratio_excludes_one
from equitykit.tidy import joined, number

__all__ = ["Band", "band", "flip_count", "ratio_flag"]

Flags = npt.NDArray[np.bool_]
Flag = Callable[[Floats], Flags]
"""Whether each group is flagged, for counts of events: one row of counts per try."""
_FIRST = 64
_NEAR = 256
LOW, HIGH = 0.8, 1.25
Band = tuple[float, float]


def flip_count(flag: Flag, x: Floats, n: Floats) -> Floats:
    """Smallest number of people with another outcome that turns each flag over; NaN where no number does.

    Parameters
    ----------
    flag : says of rows of event counts which groups are flagged.
    x, n : events and people of each group.

    Returns
    -------
    Numbers of people: every number up to 256 is tried in both directions, larger ones by halving, which
    takes the flag to turn over once in each direction.

    Examples
    --------
    >>> below = lambda x: x / 100 < 0.2
    >>> flip_count(below, np.array([15.0, 23.0]), np.array([100.0, 100.0])).tolist()
    [5.0, 4.0]
    """
    now = flag(x[None, :])[0]
    best = np.full(x.shape, np.inf)
    most = int(np.nanmax(n)) if n.size else 0
    start, size = 1, _FIRST
    while start <= min(most, _NEAR) and np.isinf(best).any():
        steps = np.arange(start, min(start + size, _NEAR + 1), dtype=float)[:, None]
        for moved in (x - steps, x + steps):
            turned = (moved >= 0) & (moved <= n) & (flag(moved) != now)
            first = np.where(turned.any(axis=0), steps[turned.argmax(axis=0), 0], np.inf)
            best = np.minimum(best, first)
        start, size = start + size, 2 * size
    for sign, room in ((-1.0, x), (1.0, n - x)):
        far = np.isinf(best) & (room > _NEAR)
        if far.any():
            best = np.minimum(best, np.where(far, _halved(flag, x, sign, room, now), np.inf))
    return np.where(np.isfinite(best), best, np.nan)


def _halved(flag: Flag, x: Floats, sign: float, room: Floats, now: Flags) -> Floats:
    """Where a flag turns over beyond the numbers that were all tried; infinite where it never does."""
    low, high = np.minimum(np.full(x.shape, float(_NEAR)), room), np.floor(room)
    reached = flag((x + sign * high)[None, :])[0] != now
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        turned = flag((x + sign * middle)[None, :])[0] != now
        low, high = np.where(turned, low, middle), np.where(turned, middle, high)
    return np.where(reached, high, np.inf)


def band(favourable: bool | None) -> Band:
    """Ratios that are not flagged: from 0.8 up for a favourable event, up to 1.25 for an adverse one."""
    return (-np.inf if favourable is False else LOW, np.inf if favourable else HIGH)


def ratio_flag(c: Comparison, inside: Band) -> Flag:
    """Whether the ratio to the reference lies outside a band, as events of the group change."""

    def flag(x: Floats) -> Flags:
        with np.errstate(all="ignore"):
            other = (c.total.x + x - c.own.x) / c.total.n if c.within_total else c.other.y / c.scale
            ratio = x / c.own.n / other
            return np.asarray((ratio < inside[0] - 1e-12) | (ratio > inside[1] + 1e-12), dtype=np.bool_)

    return flag


def _values(c: Comparison, flag: Flag, words: tuple[str, str], *, beside: bool = True) -> Values:
    """Counts of people, with what the flag says now."""
    able = np.isfinite(c.own.x) & (c.own.n > 0) & np.all(c.own.x == np.floor(c.own.x))
    if beside:
        side = c.others if c.within_total else c.other
        able = able & ~c.is_reference & (side.n > 0) & (side.x > 0)
    estimate = np.where(able, flip_count(flag, c.own.x, c.own.n), np.nan)
    now = flag(c.own.x[None, :])[0]
    none = np.full(len(c.groups), np.nan)
    notes = c.row_notes() if beside else [None] * len(c.groups)
    lines = [
        joined(
            note,
            f"{words[0] if on else words[1]} now" if ok else None,
            None
            if np.isfinite(value)
            else "no number of people turns it over"
            if ok
            else "no rates to compare",
        )
        if note != "the reference group itself"
        else note
        for note, on, ok, value in zip(notes, now, able, estimate, strict=True)
    ]
    method = ["counted" if np.isfinite(one) else None for one in estimate]
    return Values(estimate, none, none, method, lines)


def _said(inside: Band) -> tuple[str, str]:
    if np.isinf(inside[0]):
        return f"above {number(inside[1], 2)}", f"at most {number(inside[1], 2)}"
    if np.isinf(inside[1]):
        return f"below {inside[0]:g}", f"at least {inside[0]:g}"
    return f"outside {inside[0]:g} to {inside[1]:g}", f"within {inside[0]:g} to {inside[1]:g}"


@measure(
    "flip-count-four-fifths",
    title="People the four-fifths mark hangs on",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=None,
    over="group",
    needs="reference",
    verdict="pair",
    interval="none: it is counted",
    source="flip-flop check of the four-fifths rule; Uniform Guidelines 1978 for 0.8",
    library="own",
    kinds=PEOPLE,
)
def flip_count_four_fifths(c: Comparison) -> Values:
    """Smallest number of people in a group whose other outcome would move its rate ratio over the mark.

    The mark is 0.8 for a favourable event and 1.25 for an adverse one; both where nobody said which it is.

    Interpretation
    --------------
    1 or 2 says that the mark hangs on one or two people: do not build on it. The note says on which side the
    ratio lies now.

    When not to use
    ---------------
    As a test. For large groups a large number says little: look at the interval.

    Source
    ------
    Own count: every number is tried in both directions, all else left as it is.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [20, 100], "events": [7, 50]})
    >>> table = GroupTable.from_counts(frame, favourable=True)
    >>> found = disparities(table, reference="B", measures=["flip-count-four-fifths"]).to_frame().iloc[0]
    >>> found["estimate"].item(), found["note"].split(";")[0]
    (1.0, 'below 0.8 now')
    """
    inside = band(c.table.favourable)
    return _values(c, ratio_flag(c, inside), _said(inside))


@measure(
    "flip-count-interval",
    title="People the interval of the rate ratio hangs on",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=None,
    over="group",
    needs="reference",
    verdict="pair",
    interval="none: it is counted",
    source="fragility index, Walsh et al. 2014",
    library="own",
    kinds=PEOPLE,
)
def flip_count_interval(c: Comparison) -> Values:
    """Smallest number of people in a group whose other outcome would move 1 into or out of the interval.

    Interpretation
    --------------
    2 says: with two other outcomes the interval of the rate ratio would hold 1 where it does not now, or the
    other way round. The note says how it is now.

    When not to use
    ---------------
    As a measure of the size of a disparity: it grows with the group.

    Source
    ------
    Walsh et al. 2014, Journal of Clinical Epidemiology 67: 622-628 (fragility index), here with the default
    interval of the rate ratio; against the total, of the ratio to all others.
    """
    side = c.others if c.within_total else c.other

    def flag(x: Floats) -> Flags:
        moved = np.where((x >= 0) & (x <= c.own.n), x, c.own.x)
        one = tuple(np.broadcast_to(part, moved.shape).ravel() for part in (moved, c.own.n, side.x, side.n))
        pair = Pair(*one)
        _, low, high = limits_of(RATIOS, "katz", pair, c.level)
        edge = ~np.isfinite(low) | (low == high)
        outside = (low > 1) | (high < 1)
        moved_pair = (one[0][edge], one[1][edge], one[2][edge], one[3][edge])
        outside[edge] = ratio_excludes_one(moved_pair, c.level)
        return np.asarray(outside.reshape(moved.shape), dtype=np.bool_)

    return _values(c, flag, ("1 is outside the interval", "1 is in the interval"))


@measure(
    "flip-count-index",
    title="People the disproportionality mark hangs on",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=None,
    over="group",
    needs="nothing",
    verdict="share",
    interval="none: it is counted",
    source="flip count for the disproportionality index; marks 0.8 and 1.25",
    library="own",
    kinds=PEOPLE,
)
def flip_count_index(c: Comparison) -> Values:
    """Smallest number of people in a group whose other outcome would move its disproportionality over the mark.

    The marks are 0.8 for a favourable event and 1.25 for an adverse one; both where nobody said which it is.
    The events in all change with the group's.

    Interpretation
    --------------
    As `flip-count-four-fifths`, for shares of the events beside shares of the people in the table.

    When not to use
    ---------------
    Where the population is a benchmark with other people than those in the table: here it is the table's own.

    Source
    ------
    Own count: every number is tried in both directions.
    """
    inside = band(c.table.favourable)

    def flag(x: Floats) -> Flags:
        with np.errstate(all="ignore"):
            index = x / (c.total.x + x - c.own.x) / c.share
            return np.asarray((index < inside[0] - 1e-12) | (index > inside[1] + 1e-12), dtype=np.bool_)

    return _values(c, flag, _said(inside), beside=False)
