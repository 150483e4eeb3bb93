"""For others: a check says nothing where its outcome would tell how large a hidden count is.

"Found" under a limit of 3 % of 330 answers says that there are 10 or more, and a count that is hidden for its
size is 10 or fewer: together they tell it. So each check that rests on the question alone is run again on other
counts that fit everything that is printed, the smallest and the largest of each hidden one among them. Where it
would say something else of one of them, it is not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os.path import commonprefix
from typing import Any

import numpy as np

from equitykit.checks import Check, RecordsView
from equitykit.checks.registry import Finding
from equitykit.checks.view import RACE
from equitykit.disclosure import Rule
from equitykit.findings import AT_MOST, row_of, rows_of
from equitykit.protected import Wording, hidden_sums
from equitykit.reading import Reading

__all__ = ["Others", "steady_rows"]

MOST = 60
"""Hidden counts of which the smallest and the largest are looked for."""

_HOW_BAD = ("severity", "threshold")
REASON = (
    "what it finds would tell how large a count is that is too small to show. Look at the audit that stays inside, or "
    "join groups."
)


@dataclass(frozen=True)
class Others:
    """Counts of the race question that fit all that is printed, other than those that are true.

    Attributes
    ----------
    counts : by raw value, one mapping for each.
    """

    counts: tuple[Mapping[tuple[str | None, ...], int], ...] = ()

    @classmethod
    def of(cls, reading: Reading | None, shown: frozenset[str], rule: Rule) -> Others:
        """The smallest and the largest of each hidden count; none where no small one is hidden.

        They follow from what is printed alone: labels in the order of the alphabet, not of their counts.
        """
        if reading is None:
            return cls()
        seen, targets = hidden_sums(reading, shown, rule)
        if not targets:
            return cls()
        values = sorted(reading.values, key=lambda value: tuple(cell or "" for cell in value.raw))
        at = {index: values.index(value) for index, value in enumerate(reading.values)}
        small, large = (1.0, rule.threshold - 1.0), (float(rule.threshold), np.inf)
        bounds: dict[_Cells, tuple[float, float]] = {}
        for members, (low, high) in (
            *((one, (float(n), float(n))) for one, n in seen.shown),
            *((one, small) for one in seen.small),
            *((one, large) for one in seen.large),
        ):
            bounds[tuple(sorted(at[i] for i in members))] = (low, high)
        wanted = {tuple(sorted(at[i] for i in target)): small for target in targets}
        wanted |= {cells: ends for cells, ends in bounds.items() if ends == large}
        found: dict[tuple[int, ...], None] = {}
        for cells in sorted(wanted, key=lambda one: (len(one), one))[:MOST]:
            for sign in (1.0, -1.0):
                counts = _solve(len(values), {**bounds, cells: wanted[cells]}, cells, sign)
                if counts is not None:
                    found[counts] = None
        found.pop(tuple(value.n for value in values), None)
        raw = [value.raw for value in values]
        return cls(tuple(dict(zip(raw, counts, strict=True)) for counts in found))


_Cells = tuple[int, ...]


def _solve(
    size: int, bounds: Mapping[_Cells, tuple[float, float]], target: _Cells, sign: float
) -> tuple[int, ...] | None:
    """Whole counts that fit what is printed, with the least (or the most) people in a target."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    sums = np.zeros((len(bounds), size))
    order = sorted(bounds)
    for row, cells in enumerate(order):
        sums[row, list(cells)] = 1.0
    goal = np.zeros(size)
    goal[list(target)] = sign
    done = milp(
        goal,
        constraints=LinearConstraint(
            sums, [bounds[one][0] for one in order], [bounds[one][1] for one in order]
        ),
        integrality=np.ones(size, dtype=np.int64),
        bounds=Bounds(1, np.inf),
    )
    return None if done.x is None else tuple(round(float(one)) for one in done.x)


def steady_rows(check: Check, view: RecordsView, wording: Wording, others: Others) -> list[dict[str, Any]]:
    """Rows of a check, without what would be said otherwise of other counts that fit what is printed.

    Where that is the outcome, or of whom it speaks, the check is not run. Where it is only how bad it is, it is as
    bad as the check can be, as for every hidden number.
    """
    rows = list(rows_of(check, view, wording))
    if not others.counts or not _rests_on_race(check, view):
        return rows
    for counts in others.counts:
        supposed = list(rows_of(check, view.with_counts(counts), wording))
        if [_what(row) for row in supposed] != [_what(row) for row in rows]:
            finding = Finding(REASON, outcome="not_run", columns=view.race_columns)
            return [row_of(check, finding, wording)]
        rows = [_alike(check, row, other) for row, other in zip(rows, supposed, strict=True)]
    return rows


def _alike(check: Check, row: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of both counts alike."""
    gone: dict[str, Any] = {name: None for name in ("observed", "n") if row[name] != other[name]}
    said = AT_MOST.format(check.severity)
    message = _both(row["message"].removesuffix(said), str(other["message"]).removesuffix(said))
    if row["outcome"] == "found" and any(row[name] != other[name] for name in _HOW_BAD):
        gone |= {"severity": check.severity, "threshold": None, "threshold_source": None}
        message += said
    elif row["message"].endswith(said):
        message += said
    return row | gone | {"message": message}


def _both(one: str, other: str) -> str:
    """Sentences with which two messages begin."""
    if one == other:
        return one
    same = commonprefix([f"{one} ", f"{other} "])
    return same[: same.rfind(". ") + 1]


def _rests_on_race(check: Check, view: RecordsView) -> bool:
    """Whether a check counts nothing but the race question by itself."""
    if not view.has(RACE):
        return False
    asked = set(check.tallies(view))
    return asked == {view.question_tally()}


def _what(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Outcome and place; another sentence, and not only a further one, is another outcome."""
    first = str(row["message"]).split(". ")[0]
    return row["outcome"], row["columns"], row["groups"], first
