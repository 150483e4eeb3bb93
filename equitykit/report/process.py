"""What the checks of the process say of an assessment, check by check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from equitykit import checks
from equitykit.audit import audit
from equitykit.report import words
from equitykit.report.findings import Entry, severity_of
from equitykit.report.tree import Block, Heading, Paragraph, Table

if TYPE_CHECKING:
    from equitykit.assessment import Assessment

__all__ = ["Outcome", "process_blocks", "process_outcomes"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check of the process.

    Attributes
    ----------
    check, about : the check, and what it is about. status : found and how severe, clear, or not checked.
    lines : what was seen, or what is not answered yet. remedy : what to do; "" where nothing was found.
    first : its worst entry, for `Assessment.act_on`.
    """

    check: str
    about: str
    status: str
    lines: tuple[str, ...]
    remedy: str
    first: Mapping[str, Any]


def process_outcomes(results: Iterable[Entry]) -> list[Outcome]:
    """Each check once: what was found, then what is not answered yet.

    Parameters
    ----------
    results : of an audit of a process.
    """
    by_check: dict[str, list[Entry]] = {}
    for entry in results:
        by_check.setdefault(str(entry["check"]), []).append(entry)
    return [_outcome(check, entries) for check, entries in by_check.items()]


def _outcome(check: str, entries: list[Entry]) -> Outcome:
    rank = {severity: place for place, severity in enumerate(words.SEVERITIES)}
    found = sorted(
        (entry for entry in entries if entry["outcome"] == "found"), key=lambda e: rank[severity_of(e)]
    )
    waiting = [entry for entry in entries if entry["outcome"] == "not_run"]
    clear = [entry for entry in entries if entry["outcome"] == "clear"]
    if found:
        status = f"Found. Severity: {words.SEVERITY_NAMES[severity_of(found[0])].lower()}."
    elif waiting:
        status = "Not checked yet. This is no pass."
    else:
        status = "Clear: the answers show no problem."
    lines = [str(entry["message"]) for entry in found]
    lines += [_started_large(str(entry["reason"])) for entry in waiting]
    lines += [str(entry["message"]) for entry in clear if not found and entry["columns"]]
    remedy = str(found[0]["remedy"]) if found else ""
    return Outcome(check, _about(check), status, tuple(lines), remedy, (found or entries)[0])


def process_blocks(assessment: Assessment) -> Iterator[Block]:
    """The checks of the process as a part of the report, where the instrument shows them."""
    if not any(part.shows_checks for part in assessment.parts()):
        return
    yield Heading(2, "What the answers come to")
    yield Paragraph(
        "These checks rest on what people answered, and on nothing else. "
        "They say how something comes about, not who did it, and are no legal conclusion."
    )
    rows = [
        (one.about, one.status, "\n".join(one.lines) or words.DASH, one.remedy or words.DASH)
        for one in process_outcomes(audit(assessment).data["results"])
    ]
    header = ("About", "Outcome", "What was seen, or is open", "What to do")
    yield Table.filled("Checks of how data are collected", header, rows)


def _about(check: str) -> str:
    """What a check is about, without saying that something is wrong."""
    return _started_large(checks.get(check).needs[0].removeprefix("answers about "))


def _started_large(text: str) -> str:
    return text[:1].upper() + text[1:]
