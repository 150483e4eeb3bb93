"""May this count be shown? Small counts hidden, and with them the counts that would give them away.

Disclosure asks whether a number is too identifying to show; `equitykit.reliability` asks whether it is too
uncertain. Each names its rule. Nothing here blanks a value in an object, only in what is handed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from equitykit.errors import MeasureError, UnknownName
from equitykit.tidy import TOO_FEW, number

__all__ = [
    "RULES",
    "Protected",
    "Rule",
    "RuleLike",
    "hide_counts",
    "mark_small",
    "protect_counts",
    "rule",
    "rules",
    "show_small",
]

TRIES = 20_000
"""Sets of further cells looked at before the total is hidden instead."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A disclosure rule: which counts are too small to show.

    Attributes
    ----------
    name : how it is called in outputs.
    threshold : the smallest count, other than 0, that may be shown.
    zero_ok : whether a 0 may be shown.
    source : who set it.
    company : where a rule asks that small counts are not hidden among themselves only: in a row or column
        whose hidden counts are none above the first number, or add up to less than the second, one more
        is hidden.
    """

    name: str
    threshold: int
    zero_ok: bool = True
    source: str | None = None
    company: tuple[int, int] | None = None

    def hides(self, count: float | None) -> bool:
        """Whether a count is too small to show.

        Examples
        --------
        >>> rule("cms-11").hides(10), rule("cms-11").hides(11), rule("cms-11").hides(0)
        (True, False, False)
        """
        if count is None or not np.isfinite(count):
            return False
        return bool(0 < count < self.threshold or (count == 0 and not self.zero_ok))

    @property
    def smallest(self) -> int:
        """The smallest count a hidden cell can have, as everybody who knows the rule knows."""
        return 1 if self.zero_ok else 0


RuleLike = str | Mapping[str, Any] | Rule

RULES: Mapping[str, Rule] = {
    one.name: one
    for one in (
        Rule("cms-11", 11, source="https://resdac.org/node/1506"),
        Rule("wa-doh-10", 10, source="Washington State DOH, Small Numbers guidelines, 2018"),
        Rule("nces-10", 10, source="NCES 2011-603: the most common minimum among states"),
        Rule(
            "ca-chhs",
            11,
            source="https://kb.data.chhs.ca.gov/ddg/4.-statistical-de-identification/4.4-statistical-masking",
            company=(3, 11),
        ),
    )
}


def rules() -> tuple[str, ...]:
    """Names of the rules that ship."""
    return tuple(RULES)


def rule(which: RuleLike) -> Rule:
    """Find a rule by name, or make one from a threshold.

    Parameters
    ----------
    which : a name, or `{"threshold": t, "zero_ok": True}`: counts 1 to t-1 are hidden (none with 0 or 1).

    Returns
    -------
    Rule

    Raises
    ------
    UnknownName : for a name that is no rule. MeasureError : for a threshold that is none.

    Examples
    --------
    >>> rule("cms-11").threshold, rule({"threshold": 5}).name
    (11, 'threshold-5')
    """
    if isinstance(which, Rule):
        return which
    if isinstance(which, str):
        if which not in RULES:
            raise UnknownName(
                "disclosure rule", which, RULES, next_step='Or give {"threshold": 11, "zero_ok": True}.'
            )
        return RULES[which]
    if not isinstance(which, Mapping):
        raise MeasureError(
            f'"{which}" is not a disclosure rule.',
            allowed=RULES,
            next_step='Or give {"threshold": 11, "zero_ok": True}.',
        )
    extra = sorted(set(which) - {"threshold", "zero_ok", "name"})
    threshold = which.get("threshold")
    if extra or isinstance(threshold, bool) or not isinstance(threshold, int) or threshold < 0:
        raise MeasureError(
            f'"{dict(which)}" is not a disclosure rule.',
            next_step='Give {"threshold": 11, "zero_ok": True}, with a whole number of 0 or more.',
        )
    return Rule(str(which.get("name", f"threshold-{threshold}")), threshold, bool(which.get("zero_ok", True)))


_found = rule


def show_small(count: float | None, rule: RuleLike, *, hidden: bool = False) -> str:
    """Write a count for people, or say that it is too small.

    Examples
    --------
    >>> show_small(7, "cms-11"), show_small(1200, "cms-11"), show_small(40, "cms-11", hidden=True)
    ('too few to show', '1,200', 'not shown')
    """
    if _found(rule).hides(count):
        return TOO_FEW
    return "not shown" if hidden or count is None else number(count)


def mark_small(
    frame: pd.DataFrame,
    rule: RuleLike,
    columns: Sequence[str] = ("n", "events"),
) -> pd.DataFrame:
    """Mark the rows whose counts are too small to show; no value is changed.

    Parameters
    ----------
    frame : tidy rows.
    rule : the rule, by name or as a threshold.
    columns : count columns; where `n` and `events` are both among them, the people without the event count
        too, for anybody can subtract.

    Returns
    -------
    A new frame with `suppressed` = "primary" and `suppression_rule` in those rows, as they were in others.

    When not to use
    ---------------
    As the last step before publishing: a hidden count can often be computed from a total. See `hide_counts`.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [500, 500], "events": [495, 50]})
    >>> mark_small(frame, "cms-11")["suppressed"].tolist()
    ['primary', None]
    """
    applied = _found(rule)
    for column in columns:
        if column not in frame.columns:
            raise UnknownName("column", column, [str(name) for name in frame.columns])
    small = np.zeros(len(frame), dtype=bool)
    for column in columns:
        small |= _hidden(applied, frame[column].to_numpy(float))
    if "n" in columns and "events" in columns:
        without = frame["n"].to_numpy(float) - frame["events"].to_numpy(float)
        small |= _hidden(applied, without)
    marked = frame.copy()
    for column, mark in (("suppressed", "primary"), ("suppression_rule", applied.name)):
        before = frame[column].tolist() if column in frame.columns else [None] * len(frame)
        after = [
            mark if hit else None if pd.isna(old) else old for old, hit in zip(before, small, strict=True)
        ]
        marked[column] = pd.Series(after, index=frame.index, dtype=object)
    return marked


def _hidden(applied: Rule, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which counts a rule hides, each different one judged once."""
    different, place = np.unique(values, return_inverse=True)
    return np.array([applied.hides(value) for value in different.tolist()], dtype=bool)[place]


@dataclass(frozen=True, slots=True)
class Protected:
    """Counts that may be shown together.

    Attributes
    ----------
    counts : the counts, None where hidden.
    total : their total, None where it is hidden or was not given.
    suppressed : "primary" or "complementary" for what is hidden.
    rule : the rule that was applied.
    """

    counts: Mapping[str, int | None]
    total: int | None
    suppressed: Mapping[str, str]
    rule: Rule


def hide_counts(counts: Mapping[str, int], total: int | None, rule: RuleLike) -> Protected:
    """Hide small counts and, where the total would give them away, as few others as that takes.

    Parameters
    ----------
    counts : counts that add up to the total.
    total : the total that will be shown beside them; None where none will.
    rule : the rule, by name or as a threshold.

    Returns
    -------
    Protected. The total is hidden too where it is small itself, or where no set of counts keeps it harmless.

    Interpretation
    --------------
    The attacker this withstands knows the rule, every shown number, and which cells are "primary" and which
    "complementary", and still cannot exclude any value from 1 to the threshold less 1 for a small count. A
    count that is hidden for its neighbours is a missing reason before it is a group of people, then
    the largest group; a 0 never is. The choice is the same each time.

    Source
    ------
    CMS cell size suppression policy; complementary suppression proved by feasibility, as in sdcTable.

    Examples
    --------
    >>> hide_counts({"A": 5, "B": 60, "C": 200}, 265, "cms-11").counts
    {'A': None, 'B': 60, 'C': None}
    """
    applied = _found(rule)
    for name, count in counts.items():
        if isinstance(count, bool) or count != int(count) or count < 0:
            raise MeasureError(
                f'The count for "{name}" is "{count}", which is not a whole number of 0 or more.'
            )
    if total is not None and total != sum(counts.values()):
        raise MeasureError(
            f"The counts add up to {number(sum(counts.values()))}, not to the total of {number(total)}.",
            next_step="Give the total of these counts, or None where no total is shown.",
        )
    primary = [name for name, count in counts.items() if applied.hides(count)]
    if not primary or total is None or applied.hides(total):
        return _protected(
            counts, None if total is None or applied.hides(total) else total, primary, (), applied
        )
    for extra in islice(_candidates(counts, applied), TRIES):
        if _withstands(counts, primary, extra, applied):
            return _protected(counts, total, primary, extra, applied)
    return _protected(counts, None, primary, (), applied)


def protect_counts(counts: Mapping[str, int], total: int | None, rule: RuleLike) -> dict[str, int | None]:
    """Counts that may be shown beside their total, None where hidden.

    Parameters
    ----------
    counts, total, rule : as in `hide_counts`.

    Raises
    ------
    MeasureError : where the total cannot be shown with them; `hide_counts` then says to hide it as well.

    Examples
    --------
    >>> protect_counts({"A": 5, "B": 60, "~blank": 80}, 145, {"threshold": 11})
    {'A': None, 'B': 60, '~blank': None}
    """
    found = hide_counts(counts, total, rule)
    if total is not None and found.total is None:
        raise MeasureError(
            "The total cannot be shown: with it, a hidden count could be worked out.",
            next_step="Give total=None and leave the total out.",
        )
    return dict(found.counts)


def _protected(
    counts: Mapping[str, int], total: int | None, primary: Sequence[str], extra: Sequence[str], applied: Rule
) -> Protected:
    marks = dict.fromkeys(primary, "primary") | dict.fromkeys(extra, "complementary")
    shown = {name: None if name in marks else int(count) for name, count in counts.items()}
    return Protected(shown, total, marks, applied)


def _candidates(counts: Mapping[str, int], applied: Rule) -> Iterator[tuple[str, ...]]:
    """Sets of further cells to hide: fewest first; missing reasons before people, then the largest group."""
    free = [name for name, count in counts.items() if count >= max(applied.threshold, 1)]
    reasons = sorted((name for name in free if name.startswith("~")), key=lambda name: (counts[name], name))
    people = sorted(set(free) - set(reasons), key=lambda name: (-counts[name], name))
    yield ()
    for size in range(1, len(free) + 1):
        yield from combinations((*reasons, *people), size)


def _withstands(
    counts: Mapping[str, int], primary: Sequence[str], extra: Sequence[str], applied: Rule
) -> bool:
    """Whether every small count could be anything from the smallest hidden value to the threshold less 1.

    The hidden counts are known to add up to `left`, small ones to lie below the threshold and the others at
    or above it. That is one equation, so the ends of each interval are sums of the others' ends.
    """
    low, high = applied.smallest, applied.threshold - 1
    left = sum(counts[name] for name in (*primary, *extra))
    others = len(primary) - 1
    least = others * low + len(extra) * applied.threshold
    most = np.inf if extra else others * high
    return left - high >= least and left - low <= most
