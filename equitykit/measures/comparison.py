"""What a measure sees: groups, their reference and their total, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from equitykit.counts import answered, known
from equitykit.errors import MeasureError, UnknownName
from equitykit.groups import GroupTable
from equitykit.limits import Floats
from equitykit.rates import total_estimate
from equitykit.reliability import Verdicts

__all__ = ["MINIMUM_BEST", "REFERENCES", "Comparison", "Reference", "compare", "resolve"]

REFERENCES = ("total", "all-others", "best", "largest")
MINIMUM_BEST = 30
"""A group with fewer people is not taken as "best": its rate moves too much by chance."""

NO_REFERENCE = "the reference group itself"


@dataclass(frozen=True, slots=True)
class Reference:
    """What groups are compared with.

    Attributes
    ----------
    asked : as named by the person.
    group : the group it stands for; None for the total and for all others.
    words : for people, and free of praise.
    picked : whether the numbers of the groups decided which one it is.
    """

    asked: str
    group: str | None
    words: str
    picked: bool = False

    @property
    def shown(self) -> str:
        """What the `reference` column says."""
        return self.group or self.asked


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: sizes, events, estimates and their standard errors, per group.

    The size is people, or the time at risk; `people` are people.
    """

    n: Floats
    x: Floats
    y: Floats
    s: Floats
    people: Floats

    def each(self, shape: tuple[int, ...]) -> Side:
        """The same for every group."""
        return Side(*(np.broadcast_to(one, shape) for one in (self.n, self.x, self.y, self.s, self.people)))

    def at(self, place: int) -> Side:
        """One group of it."""
        here = slice(place, place + 1)
        return Side(self.n[here], self.x[here], self.y[here], self.s[here], self.people[here])


@dataclass(frozen=True, eq=False)
class Comparison:
    """The arrays a measure works on; `y` and `s` are in the units of the estimate.

    Attributes
    ----------
    table, reference, level : what was asked.
    groups : ids, in the order of the rows.
    own, other, total : the groups, what each is compared with, and everybody.
    others : everybody else, for each group.
    """

    table: GroupTable
    reference: Reference
    level: float
    groups: tuple[str, ...]
    own: Side
    other: Side
    total: Side
    others: Side
    draws: dict[str, Floats] = field(default_factory=dict)
    judged: dict[str, Verdicts] = field(default_factory=dict)
    methods: Mapping[str, str] = field(default_factory=dict)
    earlier: Comparison | None = None
    bare: bool = False
    """Whether estimates are enough, without the limits that would be simulated."""

    @property
    def timed(self) -> bool:
        """Whether events are counted per time at risk."""
        return self.table.kind == "person-time"

    def method(self, id: str) -> str | None:
        """Method that was asked for by name, for a measure."""
        return self.methods.get(id)

    @property
    def scale(self) -> float:
        """Units of the estimates."""
        return self.table.scale

    @cached_property
    def z(self) -> float:
        """Normal quantile of the confidence level."""
        from scipy.special import ndtri

        return float(ndtri(0.5 + self.level / 2))

    @cached_property
    def is_reference(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which group is the reference itself."""
        return np.array([group == self.reference.group for group in self.groups], dtype=bool)

    @cached_property
    def known(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which groups people gave a readable answer for."""
        return np.array([known(group) for group in self.groups], dtype=bool)

    @cached_property
    def share(self) -> Floats:
        """Part of everybody that each group is."""
        with np.errstate(all="ignore"):
            return np.asarray(self.own.n / self.total.n, dtype=np.float64)

    @property
    def within_total(self) -> bool:
        """Whether groups are compared with everybody, themselves included."""
        return self.reference.asked == "total"

    def row_notes(self) -> list[str | None]:
        """Notes that hold for any comparison with the reference."""
        overlap = self.table.overlapping and self.reference.group is not None
        return [
            NO_REFERENCE
            if own
            else "nobody in this group"
            if n == 0
            else "nobody to compare with"
            if n0 == 0
            else "people can be in both groups; the interval treats the two as separate"
            if overlap
            else None
            for own, n, n0 in zip(self.is_reference, self.own.n, self.other.n, strict=True)
        ]


def resolve(table: GroupTable, reference: str) -> Reference:
    """Find what a reference stands for, or say what is allowed.

    Parameters
    ----------
    table : the groups.
    reference : "total", "all-others", "best", "largest", or a group id.

    Raises
    ------
    UnknownName : for a name that is none of these. MeasureError : where it cannot be told.
    """
    if reference == "total":
        return Reference(reference, None, "everybody")
    if reference == "all-others":
        return Reference(reference, None, "all others")
    if reference in table.groups:
        return Reference(reference, reference, table.label(reference))
    if reference == "largest":
        chosen = _largest(table)
        return Reference(reference, chosen, f"the largest group ({table.label(chosen)})", picked=True)
    if reference == "best":
        chosen = best(table)
        among = f"among groups of at least {MINIMUM_BEST}"
        words = f"the most favourable observed rate {among} ({table.label(chosen)})"
        return Reference(reference, chosen, words, picked=True)
    raise UnknownName(
        "reference",
        str(reference),
        (*REFERENCES, *table.groups),
        next_step="Name what groups are compared with.",
    )


def _largest(table: GroupTable) -> str:
    size = "time" if table.kind == "person-time" else "n"
    candidates = [
        (-n, group) for group, n in zip(table.groups, table.rows[size], strict=True) if answered(group)
    ]
    if not candidates:
        raise MeasureError(
            'No group has a known answer, so none is the "largest".', next_step="Name another reference."
        )
    return min(candidates)[1]


def best(table: GroupTable) -> str:
    """Return the group with the most favourable observed rate, among those of at least `MINIMUM_BEST`."""
    if table.favourable is None:
        raise MeasureError(
            '"best" cannot be told: nobody said whether the event is good or bad for people.',
            next_step="Set favourable=True or favourable=False, or name another reference.",
        )
    sign = -1.0 if table.favourable else 1.0
    if table.rows["n"].isna().any():
        raise MeasureError(
            '"best" needs to know how many people each group has, so that a very small one is not taken.',
            next_step="Give n= beside person_time=, or name another reference.",
        )
    base = table.rows["time"] if table.kind == "person-time" else table.rows["n"]
    rates = table.rows["estimate"] if table.published else table.rows["events"] / base.where(base > 0)
    candidates = [
        (sign * rate, -n, group)
        for group, n, rate in zip(table.groups, table.rows["n"], rates, strict=True)
        if answered(group) and n >= MINIMUM_BEST and np.isfinite(rate)
    ]
    if not candidates:
        raise MeasureError(
            f'No group with a known answer has {MINIMUM_BEST} people or more, so none can be "best".',
            next_step="Name another reference.",
        )
    return min(candidates)[2]


def compare(
    table: GroupTable,
    reference: Reference,
    level: float,
    *,
    methods: Mapping[str, str] | None = None,
    earlier: GroupTable | None = None,
) -> Comparison:
    """Arrays of a table beside its reference, and of an earlier table beside the same one."""
    own = _own(table)
    total = _total(table, own)
    others = _others(table, own, total)
    if reference.asked == "all-others":
        other = others
    elif reference.group is None:
        other = total.each(own.n.shape)
    else:
        other = own.at(table.groups.index(reference.group)).each(own.n.shape)
    before = None if earlier is None else compare(earlier, reference, level, methods=methods)
    return Comparison(
        table, reference, level, table.groups, own, other, total, others, {}, {}, methods or {}, before
    )


def _binomial(n: Floats, x: Floats) -> Side:
    """Rates and their standard errors from counts."""
    with np.errstate(all="ignore"):
        y = x / n
        return Side(n, x, y, np.sqrt(np.maximum(y * (1 - y), 0) / n), n)


def _per_time(t: Floats, x: Floats, people: Floats, scale: float) -> Side:
    """Rates of events per time and their standard errors; the size of a side is its time."""
    with np.errstate(all="ignore"):
        return Side(t, x, scale * x / t, scale * np.sqrt(x) / t, people)


def _own(table: GroupTable) -> Side:
    n, x = table.rows["n"].to_numpy(float), table.rows["events"].to_numpy(float)
    if table.kind == "person-time":
        return _per_time(table.rows["time"].to_numpy(float), x, n, table.scale)
    if not table.published:
        return _binomial(n, x)
    return Side(n, x, table.rows["estimate"].to_numpy(float), table.rows["se"].to_numpy(float), n)


def _total(table: GroupTable, own: Side) -> Side:
    """Everybody; the error adds the groups' own where each person is in one of them."""
    n = np.array([table.n], float)
    x = np.array([np.nan if table.events is None else table.events], float)
    if table.kind == "person-time":
        return _per_time(np.array([np.nan if table.time is None else table.time]), x, n, table.scale)
    if table.published:
        mean, error = total_estimate(table)
        return Side(n, x, np.array([mean]), np.array([error]), n)
    side = _binomial(n, x)
    if table.overlapping or not np.isclose(own.n.sum(), table.n):
        return side
    return Side(n, x, side.y, np.array([_weighted_error(own.n, own.s)]), n)


def _weighted_error(n: Floats, s: Floats) -> float:
    there = n > 0
    weights = n[there] / n.sum() if there.any() else n[there]
    return float(np.sqrt((weights**2 * s[there] ** 2).sum()))


def _others(table: GroupTable, own: Side, total: Side) -> Side:
    """Everybody else, for each group, from the totals: right for overlapping groups too."""
    n = total.n - own.n
    if table.kind == "person-time":
        return _per_time(n, total.x - own.x, total.people - own.people, table.scale)
    if not table.published:
        return _binomial(n, total.x - own.x)
    with np.errstate(all="ignore"):
        y = (total.n * total.y - own.n * own.y) / n
        if table.kind == "proportion":
            y = np.where(np.abs(y) < 1e-12 * table.scale, 0.0, np.clip(y, 0.0, table.scale))
        squares = (own.n**2 * own.s**2).sum() - own.n**2 * own.s**2
        s = np.full(n.shape, np.nan) if table.overlapping else np.sqrt(squares) / n
    return Side(n, y / table.scale * n, y, s, n)
