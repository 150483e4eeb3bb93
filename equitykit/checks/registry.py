"""One declaration for each check: what it looks for, how bad that is, what to do, and who says so."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from equitykit.errors import UnknownName

if TYPE_CHECKING:
    from equitykit.checks.view import RecordsView
    from equitykit.frames import Tally
    from equitykit.recoded import Recoded
    from equitykit.standards import Standard

SEVERITIES = ("critical", "high", "medium", "low", "info")
SUBJECTS = ("records", "form", "results", "process")

__all__ = [
    "SEVERITIES",
    "Check",
    "Count",
    "Figure",
    "Finding",
    "Labels",
    "NotRun",
    "Share",
    "Threshold",
    "check",
    "checks",
    "get",
]


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people in a message.

    `key` names the statistic of the reading that it is; in public output a number without
    one, or whose statistic is hidden, is not printed.
    """

    value: int
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole in a message, shown in percent; `keys` as for `Count`."""

    part: int
    whole: int
    keys: tuple[str, str] | None = None

    @property
    def value(self) -> float:
        """The share between 0 and 1."""
        return self.part / self.whole if self.whole else float("nan")


# Keys of a share that no protected statistic vouches for: it is left out of what is for others.
NOT_FOR_OTHERS = ("unprotected", "unprotected")


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio, a distance or the like in a message; `counts` are the numbers of people it rests on.

    In public it is rounded to `public_digits`, and left out where one of these counts is too small to show.
    """

    value: float
    counts: tuple[int, ...]
    digits: int = 2
    public_digits: int = 2
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """Raw labels or cells, each with its count and the key of its statistic."""

    items: tuple[tuple[str, int, str | None], ...]
    most: int = 8
    quoted: bool = True


Number = Count | Share | Figure | Labels | float | int | str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit and where it comes from: "cited", "default" (ours) or "codebook"."""

    value: float
    source: str
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found, or found clear, at one place.

    `message` is a template; `numbers` fills it, so that the same sentence can be
    written again from protected counts. `whatever_n`: how serious it is does not rest on a number.
    """

    message: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    severity: str | None = None
    columns: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    observed: Count | Share | Figure | float | None = None
    threshold: Threshold | None = None
    n: int | None = None
    outcome: str = "found"
    remedy: str | None = None
    whatever_n: bool = False


class NotRun(Exception):  # noqa: N818 - an outcome, not an error
    """A check lacks something it needs; says what, and how to enable it."""

    def __init__(self, reason: str, *, enable: str, columns: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.enable, self.columns = reason, enable, columns


Run = Callable[[Any], Iterator[Finding]]
Tallies = Callable[["RecordsView"], "Iterable[Tally]"]
Suppose = Callable[["Recoded", "Standard"], "Recoded"]


@dataclass(frozen=True, slots=True)
class Check:
    """A check as declared."""

    id: str
    title: str
    subjects: tuple[str, ...]
    severity: str
    needs: tuple[str, ...]
    remedy: str
    source: str
    thresholds: Mapping[str, Threshold]
    tallies: Tallies
    run: Run
    doc: str
    unverified: str | None = None
    unread: tuple[Suppose, ...] = ()


_REGISTRY: dict[str, Check] = {}


def _no_tallies(view: RecordsView) -> tuple[Tally, ...]:
    return ()


def check(
    id: str,
    *,
    title: str,
    severity: str,
    needs: tuple[str, ...],
    remedy: str,
    source: str,
    subjects: tuple[str, ...] = ("records",),
    thresholds: Mapping[str, Threshold] | None = None,
    tallies: Tallies = _no_tallies,
    unverified: str | None = None,
    unread: tuple[Suppose, ...] = (),
) -> Callable[[Run], Run]:
    """Declare a check; the decorated function yields what it finds.

    Parameters
    ----------
    id : kebab-case, names the problem, not the fix.
    title : the problem in a few plain words.
    severity : the worst it can be; a finding may be milder, never worse.
    needs : inputs without which it cannot run, names of `equitykit.checks.view.INPUTS`.
    remedy : what to do; collecting less is a valid remedy.
    source : link to who says so.
    subjects : what it can look at: "records", "form", "results", "process".
    thresholds : limits by name, each with its source.
    tallies : the counts it needs, given the view.
    unverified : what in it rests on a source that could not be read.
    unread : what values that nobody could read would be at their worst for it, see `equitykit.checks.unread`;
        it is clear only if it would be clear with them too.
    """
    if severity not in SEVERITIES:
        raise ValueError(f"check {id}: severity must be one of {SEVERITIES}")

    def register(function: Run) -> Run:
        if id in _REGISTRY:
            raise ValueError(f'check "{id}" is already declared in {_REGISTRY[id].run.__module__}')
        _REGISTRY[id] = Check(
            id=id,
            title=title,
            subjects=subjects,
            severity=severity,
            needs=needs,
            remedy=remedy,
            source=source,
            thresholds=dict(thresholds or {}),
            tallies=tallies,
            run=function,
            doc=inspect.getdoc(function) or "",
            unverified=unverified,
            unread=unread,
        )
        return function

    return register


def checks(subject: str | None = None) -> tuple[Check, ...]:
    """All checks, or those of one subject, in the order declared."""
    return tuple(c for c in _REGISTRY.values() if subject is None or subject in c.subjects)


def get(id: str) -> Check:
    """One check by id.

    Raises
    ------
    UnknownName
        With the nearest id.
    """
    if id not in _REGISTRY:
        raise UnknownName("check", id, _REGISTRY, next_step="See them with: equitykit list checks")
    return _REGISTRY[id]


def plain_number(value: Any) -> float | int | None:
    """What an `observed` prints in JSON."""
    if isinstance(value, Count):
        return value.value
    if isinstance(value, Share):
        return None if value.whole == 0 else round(value.value, 6)
    if isinstance(value, Figure):
        return round(value.value, 6) if isfinite(value.value) else None
    return value if value is None or isinstance(value, int) else round(float(value), 6)
