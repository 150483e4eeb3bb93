"""What a rate, or a gap between two rates, could be if people of unknown group were known.

Plain arithmetic on counts, without data, groups or checks. The people whose group is not known are
counted, and so is whether they had the event; only where they belong is open. Every way of putting
them into groups, or into none of those compared, is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, inf, isnan, nan
from typing import NamedTuple

__all__ = [
    "Counts",
    "Tipping",
    "all_in",
    "all_out",
    "difference_bounds",
    "rate_bounds",
    "ratio_bounds",
    "shifted",
    "tipping",
    "tipping_delta",
]

_CLOSE = 1e-9


class Counts(NamedTuple):
    """People, and how many of them had the event."""

    n: float
    events: float

    @property
    def without(self) -> float:
        """People who did not have the event."""
        return self.n - self.events

    @property
    def rate(self) -> float:
        """Events for each person; NaN where there is nobody."""
        return _divide(self.events, self.n)


@dataclass(frozen=True, slots=True)
class Tipping:
    """The fewest people of unknown group who, placed against the gap, would close it.

    `people` of the unknown, a `share` of all of them: `into_group` belong to the group and `into_other`
    to those it is compared with; the rest belong to neither.
    """

    people: int
    share: float
    into_group: int
    into_other: int


def _divide(part: float, whole: float) -> float:
    if whole:
        return part / whole
    return nan if not part else inf


def rate_bounds(group: Counts, unknown: Counts) -> tuple[float, float]:
    """Lowest and highest rate a group could have, whoever of the unknown belongs to it.

    Parameters
    ----------
    group : people known to be in the group, and their events.
    unknown : people whose group is not known, and their events.

    Returns
    -------
    (low, high): low where all the unknown without the event belong to the group and none with it, high
    the other way round; NaN where nobody is known and nobody unknown.

    Interpretation
    --------------
    Not a confidence interval: it holds every rate that the missing answers leave open, and says nothing
    about chance. No assumption is made about why they are missing.

    When not to use
    ---------------
    Where the outcome of the unknown is not known either: put them at the worst for each end instead.

    Source
    ------
    Bounds without assumptions after Horowitz and Manski 2000, Journal of the American Statistical
    Association 95: 77-84, for a covariate that is missing.

    Examples
    --------
    >>> rate_bounds(Counts(100, 20), Counts(50, 10))
    (0.14285714285714285, 0.2727272727272727)
    """
    return (
        _divide(group.events, group.n + unknown.without),
        _divide(group.events + unknown.events, group.n + unknown.events),
    )


def ratio_bounds(group: Counts, other: Counts, unknown: Counts) -> tuple[float, float]:
    """Lowest and highest ratio of two rates, whoever of the unknown belongs to either.

    Both ends can occur: the unknown without the event go to one group, those with it to the other.

    Parameters
    ----------
    group, other : two groups that share nobody. With overlapping groups compare one with all others.
    unknown : people whose group is not known.

    Returns
    -------
    (low, high); `inf` where the other rate could be zero, NaN where a rate cannot be formed.

    Examples
    --------
    >>> [round(end, 3) for end in ratio_bounds(Counts(100, 30), Counts(200, 40), Counts(50, 10))]
    [0.9, 2.182]
    """
    low, high = rate_bounds(group, unknown)
    low_other, high_other = rate_bounds(other, unknown)
    return _divide(low, high_other), _divide(high, low_other)


def difference_bounds(group: Counts, other: Counts, unknown: Counts) -> tuple[float, float]:
    """Lowest and highest difference of two rates (group minus other); as `ratio_bounds`.

    Examples
    --------
    >>> [round(end, 3) for end in difference_bounds(Counts(100, 30), Counts(200, 40), Counts(50, 10))]
    [-0.024, 0.197]
    """
    low, high = rate_bounds(group, unknown)
    low_other, high_other = rate_bounds(other, unknown)
    return low - high_other, high - low_other


def all_in(group: Counts, other: Counts, unknown: Counts) -> tuple[Counts, Counts]:
    """The group and all others if everybody unknown belonged to the group.

    Examples
    --------
    >>> all_in(Counts(100, 30), Counts(200, 40), Counts(50, 10))
    (Counts(n=150, events=40), Counts(n=200, events=40))
    """
    return Counts(group.n + unknown.n, group.events + unknown.events), other


def all_out(group: Counts, other: Counts, unknown: Counts) -> tuple[Counts, Counts]:
    """The group and all others if nobody unknown belonged to the group."""
    return all_in(other, group, unknown)[::-1]


def tipping(group: Counts, other: Counts, unknown: Counts) -> Tipping | None:
    """Fewest people of unknown group who would close the gap, placed in the most contrary way.

    Where the group's rate is the higher one, unknown people without the event are put into the group and
    such with the event into the other; where it is the lower one, the other way round. The rest are left out.

    Parameters
    ----------
    group, other : two groups that share nobody.
    unknown : people whose group is not known.

    Returns
    -------
    Tipping, with whole people; None where not even all of them would close it, or a rate cannot be formed.

    Interpretation
    --------------
    A small share says that the direction of the gap rests on who is missing. A large share, or None, says
    that no honest account of the missing turns it round.

    Examples
    --------
    >>> tipping(Counts(100, 30), Counts(200, 40), Counts(50, 10))
    Tipping(people=36, share=0.72, into_group=26, into_other=10)
    >>> tipping(Counts(100, 60), Counts(200, 40), Counts(50, 10)) is None
    True
    """
    gap = group.rate - other.rate
    if isnan(gap):
        return None
    if gap < 0:
        back = tipping(other, group, unknown)
        return back and Tipping(back.people, back.share, back.into_other, back.into_group)
    fewest, most = 0, floor(unknown.n)
    if gap > 0 and not _closes(group, other, unknown, most)[0]:
        return None
    while fewest < most:  # more people close it the more easily, so halving finds the fewest
        middle = (fewest + most) // 2
        fewest, most = (fewest, middle) if _closes(group, other, unknown, middle)[0] else (middle + 1, most)
    into_group = _closes(group, other, unknown, fewest)[1]
    return Tipping(fewest, fewest / unknown.n if unknown.n else 0.0, into_group, fewest - into_group)


def _closes(group: Counts, other: Counts, unknown: Counts, people: int) -> tuple[bool, int]:
    """Whether so many people close a gap in which the group is higher, and how many of them go into it.

    With x without the event into the group and the rest with it into the other, the gap is closed where
    (other events + rest) (group n + x) - group events (other n + rest) is not below zero: a parabola in x
    that opens downwards, so the whole number nearest its top decides.
    """
    fewest, most = max(0, people - floor(unknown.events)), min(people, floor(unknown.without))
    if fewest > most:
        return _closes(group, other, unknown, people - 1) if people else (False, 0)
    top = round((other.events + people - group.n + group.events) / 2)
    into = min(max(top, fewest), most)
    rest = people - into
    left = (other.events + rest) * (group.n + into) - group.events * (other.n + rest)
    return left >= -_CLOSE, into


def shifted(group: Counts, other: Counts, unknown: Counts, delta: float = 1.0) -> tuple[Counts, Counts]:
    """The group and all others once the unknown are shared out, their gap divided by delta.

    Unknown people without the event are shared out as the recorded people without it are; those with the
    event likewise, with the odds of belonging to the group divided by delta. So among the unknown the odds
    ratio between the group and the event is the recorded one, divided by delta.

    Parameters
    ----------
    group, other : the group and everybody else who is known.
    unknown : people whose group is not known.
    delta : 1: the unknown are as the recorded. 1.5: the group's odds among the unknown with the event are
        a third lower. Below 1: higher.

    Returns
    -------
    The two counts, all the unknown shared out; fractions of people are allowed.

    Examples
    --------
    >>> [round(part.rate, 3) for part in shifted(Counts(100, 30), Counts(200, 40), Counts(100, 20))]
    [0.29, 0.193]
    """
    with_event = unknown.events * _less_odds(_divide(group.events, group.events + other.events), delta)
    without = unknown.without * _zero_if_nan(_divide(group.without, group.without + other.without))
    into = Counts(with_event + without, with_event)
    return (
        Counts(group.n + into.n, group.events + into.events),
        Counts(other.n + unknown.n - into.n, other.events + unknown.events - into.events),
    )


def _zero_if_nan(value: float) -> float:
    return 0.0 if isnan(value) else value


def _less_odds(share: float, delta: float) -> float:
    share = _zero_if_nan(share)
    return share / (share + delta * (1 - share)) if share < 1 else 1.0


def tipping_delta(group: Counts, other: Counts, unknown: Counts) -> float | None:
    """How far the unknown must differ from the recorded for the gap to close: the delta of `shifted`.

    Parameters
    ----------
    group, other : the group and everybody else who is known.
    unknown : people whose group is not known.

    Returns
    -------
    1 or more: the group's odds among the unknown with the event are this many times lower (where its rate
    is the higher one) or higher (where it is the lower one) than among the recorded. None where no delta
    closes the gap, or a rate cannot be formed.

    Examples
    --------
    >>> round(tipping_delta(Counts(100, 25), Counts(200, 40), Counts(300, 60)), 2)
    1.89
    """
    everybody = Counts(group.n + other.n + unknown.n, group.events + other.events + unknown.events)
    if isnan(group.rate) or isnan(other.rate) or not unknown.events or everybody.rate >= 1:
        return None
    recorded = _divide(group.events, group.events + other.events)
    if not 0 < recorded < 1:
        return None
    without = unknown.without * _zero_if_nan(_divide(group.without, group.without + other.without))
    # The two rates are equal exactly where the group's is everybody's.
    into = (everybody.rate * (group.n + without) - group.events) / (1 - everybody.rate)
    share = into / unknown.events
    if not 0 < share < 1:
        return None
    delta = recorded / (1 - recorded) * (1 - share) / share
    return delta if group.rate >= other.rate else 1 / delta
