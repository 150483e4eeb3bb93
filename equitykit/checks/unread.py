"""What could stand in the values that nobody could read: a check is clear only if it would stay so.

A check that rests on how race and ethnicity were read declares its worst cases: functions that say what
each unread value would be if it were what the check looks for. Where a check finds nothing, it is run
again with all unread values at their worst. If it then finds something, what was not read could hide it,
and the check is not run. Where it finds something milder than that, the finding says so. What was read
is never changed, and a supposed reading is never printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from equitykit.checks.registry import SEVERITIES, Check, Count, Finding, NotRun, Number, Share, Suppose
from equitykit.checks.view import RACE

if TYPE_CHECKING:
    from equitykit.checks.view import RecordsView
    from equitykit.recoded import Recoded
    from equitykit.standards import Standard

__all__ = [
    "WHAT_THEY_MEAN",
    "as_all",
    "as_collective",
    "as_conflict",
    "as_imputed",
    "as_mena",
    "as_merged",
    "as_missing",
    "as_observed",
    "as_one_person",
    "as_other",
    "as_several",
    "as_single",
    "considered",
]

WHAT_THEY_MEAN = "Say what the codes mean: equitykit propose DATA -o CODEBOOK, then --codebook CODEBOOK."


def as_merged(value: Recoded, standard: Standard) -> Recoded:
    """A label that merges Asian and Pacific Islander."""
    return replace(value, one_of=value.one_of | {"ASIAN", "NHPI"})


def as_collective(value: Recoded, standard: Standard) -> Recoded:
    """A label that names no group."""
    return replace(value, residual="collective")


def as_other(value: Recoded, standard: Standard) -> Recoded:
    """A bare other."""
    return replace(value, residual="other")


def as_several(value: Recoded, standard: Standard) -> Recoded:
    """Two or more, not said which."""
    return replace(value, residual="multiracial")


def as_missing(value: Recoded, standard: Standard) -> Recoded:
    """No answer, where nothing else was read."""
    if value.categories or value.one_of or value.residual:
        return value
    return replace(value, status="missing", missing=value.missing or "unknown")


def as_conflict(value: Recoded, standard: Standard) -> Recoded:
    """A reason beside an answer, where there is room for two things."""
    room = value.categories or value.one_of or value.residual or len(value.unread) > 1
    return replace(value, conflict=True) if room else value


def as_imputed(value: Recoded, standard: Standard) -> Recoded:
    """A code for race that was inferred."""
    return replace(value, imputed=True)


def as_observed(value: Recoded, standard: Standard) -> Recoded:
    """A code that only an observer uses."""
    return replace(value, observed=True)


def as_all(value: Recoded, standard: Standard) -> Recoded:
    """Every category at once."""
    return replace(value, status="mapped", categories=frozenset(standard.category_ids), alone=False)


def as_mena(value: Recoded, standard: Standard) -> Recoded:
    """Middle Eastern or North African, beside what was read."""
    return replace(value, status="mapped", categories=value.categories | {"MENA"})


def as_single(value: Recoded, standard: Standard) -> Recoded:
    """One race and no more."""
    one = next(category for category in standard.category_ids if category != "HISPANIC")
    return replace(value, status="mapped", categories=value.categories or frozenset({one}))


def as_one_person(value: Recoded, standard: Standard) -> Recoded:
    """One person with every category, as if nobody else were in the value."""
    return replace(as_all(value, standard), n=1)


def considered(check: Check, view: RecordsView, findings: list[Finding]) -> list[Finding]:
    """What a check found, after a look at what it could not read.

    Parameters
    ----------
    check : the check; one that declares no worst cases is left as it is.
    view : what it looked at.
    findings : what it found; none where it would be clear.
    """
    if not check.unread or not view.has(RACE):
        return findings
    reading = view.reading()
    if not findings and reading.n and reading.n == reading.n_missing and as_missing not in check.unread:
        return [_not_run("nobody answered the question", "See missing-rate.", {}, view)]
    unread = sum(value.n for value in reading.values if value.unread)
    if not unread:
        return findings
    worst = min((_worst(check, view, suppose) for suppose in check.unread), default=len(SEVERITIES))
    numbers: dict[str, Number] = {
        "unread": Count(unread, "unclear"),
        "everybody": Count(reading.n, "n"),
        "units": view.units,
        "unread_share": Share(unread, reading.n, ("unclear", "n")),
    }
    if not findings and worst < len(SEVERITIES):
        if all(value.unread or value.is_missing for value in reading.values):
            return [_not_run("no race or ethnicity value could be read", WHAT_THEY_MEAN, {}, view)]
        reason = (
            "{unread} of {everybody} {units} ({unread_share}) hold values that could not be read, and they could "
            "hide what is looked for"
        )
        return [_not_run(reason, WHAT_THEY_MEAN, numbers, view)]
    if findings and worst < min(_severity(check, finding) for finding in findings):
        first, *rest = findings
        said = (
            first.message
            + " {unread} of {everybody} {units} ({unread_share}) could not be read; with them it could be worse."
        )
        return [replace(first, message=said, numbers={**first.numbers, **numbers}), *rest]
    return findings


def _not_run(
    reason: str,
    enable: str,
    numbers: Mapping[str, Number],
    view: RecordsView,
) -> Finding:
    return Finding(f"{reason}. {enable}", numbers, outcome="not_run", columns=view.race_columns)


def _severity(check: Check, finding: Finding) -> int:
    return SEVERITIES.index(finding.severity or check.severity)


def _worst(check: Check, view: RecordsView, suppose: Suppose) -> int:
    """Place of the gravest finding under a supposition; past the last where it stays clear."""
    try:
        found = list(check.run(view.supposing(suppose)))
    except NotRun:
        return len(SEVERITIES) - 1
    return min((_severity(check, finding) for finding in found), default=len(SEVERITIES))
