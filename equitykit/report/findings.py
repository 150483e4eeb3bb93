"""What an audit found, check by check: each check once, under its worst finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from equitykit.report import words
from equitykit.report.spelled import plain
from equitykit.report.tree import Block, Details, Paragraph, Table

Entry = Mapping[str, Any]
SHOWN = 5  # checks of an attached audit that a reader sees before opening the rest
HEADER = ("Severity", "What", "Seen")


@dataclass(frozen=True, slots=True)
class Found:
    """One check that found something.

    Attributes
    ----------
    severity : of its worst finding.
    entries : its findings, the worst first, otherwise in the order given.
    """

    severity: str
    entries: tuple[Entry, ...]

    @property
    def title(self) -> str:
        """The problem in a few words."""
        first = self.entries[0]
        title = str(first.get("title") or first.get("check") or "Finding")
        return f"{title} (accepted)" if all(entry.get("accepted") for entry in self.entries) else title

    def messages(self) -> Iterator[str]:
        """What was seen in each place; a milder finding says how severe it is."""
        for entry in self.entries:
            message = str(entry.get("message") or "")
            own = severity_of(entry)
            if own != self.severity:
                message = f"Also, {words.SEVERITY_NAMES.get(own, own).lower()}: {message}"
            if accepted := entry.get("accepted"):
                message = f"{message} [{accepted_words(accepted)}]"
            yield message


def severity_of(entry: Entry) -> str:
    """Severity of a finding; one that says none is for information."""
    return str(entry.get("severity") or "info")


def found(results: Iterable[Entry]) -> list[Found]:
    """Checks that found something, the worst first, otherwise in the order in which they occur.

    Examples
    --------
    >>> mild = {"check": "a", "outcome": "found", "severity": "low", "message": "Mild."}
    >>> (one,) = found([mild, {**mild, "severity": "high", "message": "Grave."}])
    >>> one.severity, list(one.messages())
    ('high', ['Grave.', 'Also, low: Mild.'])
    """
    rank = {severity: place for place, severity in enumerate(words.SEVERITIES)}
    groups: dict[object, list[Entry]] = {}
    for entry in results:
        if entry.get("outcome") == "found":
            groups.setdefault(entry.get("check") or entry.get("title"), []).append(entry)
    checks = []
    for entries in groups.values():
        ordered = sorted(entries, key=lambda entry: rank.get(severity_of(entry), len(rank)))
        checks.append(Found(severity_of(ordered[0]), tuple(ordered)))
    return sorted(checks, key=lambda check: rank.get(check.severity, len(rank)))


def accepted_words(accepted: Mapping[str, Any]) -> str:
    """Who accepted a finding, when and why, in a sentence.

    Examples
    --------
    >>> accepted_words({"reason": "Form changes in May.", "by": "R. Diaz", "date": "2026-01-02", "until": None})
    'Accepted by R. Diaz on 2026-01-02: Form changes in May.'
    """
    who = f" by {plain(accepted['by'])}" if accepted.get("by") else ""
    until = f", until {accepted['until']}" if accepted.get("until") else ""
    why = f": {plain(accepted['reason'])}" if accepted.get("reason") else "."
    return f"Accepted{who} on {accepted.get('date')}{until}{why}"


def measured(entry: Entry) -> str:
    """What a check measured, beside its limit and where that comes from; shares in percent.

    Examples
    --------
    >>> measured({"observed": 0.042, "threshold": 0.03}).replace(chr(160), " ")
    '4.2 % (limit 3 %)'
    >>> measured({"observed": 1, "threshold": 3, "threshold_source": "cited"})
    '1 (limit 3, a published limit)'
    """
    observed, threshold = entry.get("observed"), entry.get("threshold")
    share = _is_share(observed, threshold)
    seen = words.percent(observed) if share and observed is not None else _short(observed)
    return f"{seen} (limit {limit(entry)})"


def limit(entry: Entry) -> str:
    """Limit of a check, and where it comes from."""
    origin = words.THRESHOLD_SOURCES.get(str(entry.get("threshold_source")), "")
    threshold = entry.get("threshold")
    share = _is_share(entry.get("observed"), threshold)
    said = f"{100 * float(str(threshold)):g}{words.PERCENT}" if share else _short(threshold)
    return f"{said}, {origin}" if origin else said


def _is_share(observed: Any, threshold: Any) -> bool:
    """Whether a number is a part of a whole: its limit is one, and it can be one; hidden ones can."""
    if not isinstance(threshold, float) or not 0 < threshold < 1:
        return False
    return observed is None or (
        isinstance(observed, int | float) and not isinstance(observed, bool) and 0 <= observed <= 1
    )


def _short(value: Any) -> str:
    """Number of a check, whose unit the message says."""
    return f"{value:.3g}" if isinstance(value, float) and not value.is_integer() else words.number(value)


def in_short(audit: Mapping[str, Any]) -> Iterator[Block]:
    """An audit as a piece of evidence: one sentence, and one line for each check that found something."""
    checks = found(audit.get("results") or ())
    yield Paragraph(_sentence(audit, checks))
    rows = [
        (words.SEVERITY_NAMES.get(check.severity, check.severity), check.title, " ".join(check.messages()))
        for check in checks
    ]
    notes = sum(check.severity == "info" for check in checks)
    shown = min(SHOWN, len(rows) - notes)
    if rows[:shown]:
        yield Table("What was found", HEADER, rows[:shown])
    if rest := rows[shown:]:
        more = "more check" if shown else "check"
        summary = f"Show {words.counted(len(rest), more)} that found something"
        yield Details(summary, [Table("What else was found" if shown else "What was found", HEADER, rest)])


def _sentence(audit: Mapping[str, Any], checks: Sequence[Found]) -> str:
    subject, standard = audit.get("subject") or {}, audit.get("standard") or {}
    rows = subject.get("rows")
    what = words.counted(rows, "row") if isinstance(rows, int) else "The data"
    title = words.standard_title(standard.get("id"))
    beside = f" against the standard \u201c{title}\u201d" if title else ""
    counts = [
        f"{n} {name.lower()}"
        for severity, name in words.SEVERITY_NAMES.items()
        if (n := sum(check.severity == severity for check in checks))
    ]
    summary = audit.get("summary") or {}
    clear, not_run = int(summary.get("clear") or 0), int(summary.get("not_run") or 0)
    sentences = [f"{what} {'was' if rows == 1 else 'were'} checked{beside}."]
    sentences.append(
        f"{words.counted(len(checks), 'check')} found something: {words.listed(counts)}."
        if checks
        else "No check found anything."
    )
    if clear:
        sentences.append(f"{words.counted(clear, 'check')} looked for a problem and did not find it.")
    if not_run:
        sentences.append(f"{words.counted(not_run, 'check')} could not be made.")
    return " ".join(sentences)
