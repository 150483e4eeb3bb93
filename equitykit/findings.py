"""Checks run on a view of a subject, and what they find as rows of an audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from equitykit.checks import SEVERITIES, Check, Finding, Input, NotRun, RecordsView, checks, get
from equitykit.checks.unread import considered
from equitykit.errors import UnknownName, UnusableChoice
from equitykit.protected import Wording

__all__ = [
    "AT_MOST",
    "View",
    "chosen_ids",
    "lacking",
    "limits",
    "rank",
    "row_of",
    "rows_of",
    "summary_of",
    "wanted",
    "without_governed",
]

AT_MOST = " At most {}: how serious it is rests on a number that is not shown."
_SUBJECT_WORDS = {
    "records": "records",
    "form": "a form",
    "results": "a table of results",
    "process": "a process of collection",
}


class View(Protocol):
    """What a check looks at: records, a form, a results table or a process."""

    @property
    def inputs(self) -> Mapping[str, Input]:
        """What checks of this subject may need, by name."""

    @property
    def size(self) -> int:
        """Rows, items, cells or answers looked at."""


def rank(severity: str) -> int:
    """Place of a severity, the worst first."""
    if severity not in SEVERITIES:
        raise UnknownName("severity", severity, SEVERITIES)
    return SEVERITIES.index(severity)


def wanted(subject: str, select: Iterable[str] | None, ignore: Iterable[str]) -> Sequence[Check]:
    """Checks of a subject that are asked for, in their order."""
    known = checks(subject)
    select, ignore = None if select is None else tuple(select), tuple(ignore)
    left_out = chosen_ids(ignore)
    if select is not None:
        chosen = chosen_ids(select)
        known = tuple(check for check in known if check.id in chosen)
        left_out -= set(select) - set(ignore)  # a full id says more than the beginning of one
    kept = tuple(check for check in known if check.id not in left_out)
    if not kept:
        raise UnusableChoice(
            f"None of the checks chosen looks at {_SUBJECT_WORDS.get(subject, subject)}, so nothing would be checked.",
            next_step="Choose others with --select and --ignore, or leave both out.",
        )
    return kept


def chosen_ids(names: Iterable[str]) -> frozenset[str]:
    """Ids that names stand for; a name that ends with a hyphen stands for all that begin with it.

    Examples
    --------
    >>> sorted(chosen_ids(["umbrella-", "other-share"]))
    ['other-share', 'umbrella-asian-pi', 'umbrella-collective']
    """
    chosen: set[str] = set()
    for name in names:
        begun = {check.id for check in checks() if name.endswith("-") and check.id.startswith(name)}
        chosen |= begun or {get(name).id}
    return frozenset(chosen)


def limits(given: Mapping[str, float]) -> Mapping[str, float]:
    """Limits of checks as the caller set them, by "check-id.name".

    Raises
    ------
    UnknownName
        No check has such a limit; the nearest one is named.
    """
    known = {f"{check.id}.{name}" for check in checks() for name in check.thresholds}
    for name in given:
        if name not in known:
            own = sorted(each for each in known if each.split(".")[0] == name.split(".")[0])
            raise UnknownName(
                "threshold",
                name,
                own or sorted(known),
                next_step="A page in docs/checks names those of a check.",
            )
    return given


def lacking(check: Check, view: View) -> str | None:
    """First input that a check needs and the subject does not have."""
    return next((name for name in check.needs if not view.inputs[name].there(view)), None)


def rows_of(check: Check, view: View, wording: Wording) -> Iterator[dict[str, Any]]:
    """Run one check: a row for each place, or one that says why it could not run."""
    try:
        absent = lacking(check, view)
        if absent is not None:
            raise NotRun(view.inputs[absent].missing, enable=view.inputs[absent].enable)
        findings = list(check.run(view))
        if isinstance(view, RecordsView):
            findings = considered(check, view, findings)
    except NotRun as reason:
        said = f"{reason.reason}. {reason.enable}".replace("{", "{{").replace("}", "}}")
        findings = [Finding(said, outcome="not_run", columns=reason.columns)]
    if not findings:
        findings = [Finding("Nothing found.", outcome="clear", n=view.size)]
    for finding in findings:
        yield row_of(check, finding, wording)


def row_of(check: Check, finding: Finding, wording: Wording) -> dict[str, Any]:
    """One finding as a row of an audit."""
    observed = finding.observed
    hidden = wording.hides(observed)
    base = finding.n if wording.may_stand_beside(finding.n) else None
    severity = finding.severity or check.severity
    if SEVERITIES.index(severity) < SEVERITIES.index(check.severity):
        raise ValueError(f"check {check.id} may not find worse than {check.severity}, found {severity}")
    # How bad a hidden number is, and which limit it passed, would tell how large it is.
    limit = finding.threshold if not hidden else None
    at_most = hidden and finding.threshold and finding.outcome == "found" and not finding.whatever_n
    said = wording.write(finding.message, finding.numbers)
    if at_most:
        severity = check.severity
        said += AT_MOST.format(severity)
    reason = said if finding.outcome == "not_run" else None
    row: dict[str, Any] = {
        "check": check.id,
        "outcome": finding.outcome,
        "severity": severity if finding.outcome == "found" else check.severity,
        "title": check.title,
        "message": said if reason is None else f"Not checked: {reason}",
        "columns": list(finding.columns),
        # The most frequent first would tell which of two hidden counts is the larger.
        "groups": sorted(finding.groups) if wording.public else list(finding.groups),
        "observed": wording.number(observed),
        "threshold": limit.value if limit else None,
        "threshold_source": limit.source if limit else None,
        "n": base,
        "reason": reason,
        "remedy": finding.remedy or check.remedy,
        "source": check.source,
    }
    if wording.public and (hidden or base != finding.n):
        row["suppressed"] = "primary"
    return row


def summary_of(results: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Checks by outcome, a check counted once under its worst finding."""
    by_check: dict[str, set[str]] = {}
    worst: dict[str, int] = {}
    for row in results:
        by_check.setdefault(row["check"], set()).add(row["outcome"])
        if row["outcome"] == "found":
            rank = SEVERITIES.index(row["severity"])
            worst[row["check"]] = min(worst.get(row["check"], rank), rank)
    found = Counter(SEVERITIES[rank] for rank in worst.values())
    not_run = sum("found" not in outcomes and "not_run" in outcomes for outcomes in by_check.values())
    clear = sum(outcomes == {"clear"} for outcomes in by_check.values())
    return {
        "found": {severity: found.get(severity, 0) for severity in SEVERITIES},
        "clear": clear,
        "not_run": not_run,
    }


def without_governed(
    results: list[dict[str, Any]], governed: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """In public: nothing about groups (id: in words) that must be asked first; what is left out is said."""
    if not governed:
        return results, []
    kept = [row for row in results if not set(row["groups"]) & set(governed)]
    names = ", ".join(governed.values())
    return kept, [f"Nothing about {names} is shown: they are asked first, and no agreement is recorded."]
