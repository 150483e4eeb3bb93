"""An audit told in plain words: the answer first, then each finding and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equitykit.report import words
from equitykit.report.findings import Entry, Found, found, limit, measured
from equitykit.report.questions import question_blocks
from equitykit.report.results import results_blocks
from equitykit.report.tree import (
    Block,
    Bullets,
    Callout,
    Details,
    Document,
    Facts,
    Heading,
    Link,
    Paragraph,
    Table,
)

BRIEF_PLACES = 5
NO_REASON = "No reason was recorded"


def audit_document(
    audit: Mapping[str, Any],
    *,
    brief: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Document:
    """Tell an audit to a person who did not run it.

    Parameters
    ----------
    audit : what ``Audit.to_dict()`` gives (format ``audit/1``).
    brief : leave out the tables of values and categories, for a terminal.
    labels : names of categories; by default those of the audit's standard.

    Returns
    -------
    Document

    Interpretation
    --------------
    An audit in which nothing could be checked says so and is not shown as a pass. The
    number of problems counts checks; one check may find something in several places.
    """
    standard = audit.get("standard") or {}
    names = words.category_labels(standard.get("id")) if labels is None else labels
    results: Sequence[Entry] = audit.get("results") or ()
    subject = audit.get("subject") or {}
    blocks = [
        Heading(2, "In short"),
        _verdict(audit, results),
        *_accepted(audit),
        *_opening(audit, brief=brief),
        *_as_read(audit),
        *_severity_table(audit, brief=brief),
        *_findings(results, names, brief=brief),
        *_not_checked(results),
        *_clear(results, brief=brief),
    ]
    if not brief:
        blocks += results_blocks(audit)
        blocks += question_blocks(audit, names)
        blocks += _about(audit)
    return Document(
        f"Check of {KINDS.get(str(subject.get('kind')), 'data')}: {subject.get('name') or 'data frame'}",
        blocks,
        notice=audit.get("notice"),
    )


KINDS = {
    "records": "records",
    "form": "a form",
    "results": "a published table",
    "process": "how data are collected",
}
LOOKED_AT = {
    "form": ("how people are asked", "question"),
    "results": ("how people are shown", "row"),
}


def _opening(audit: Mapping[str, Any], *, brief: bool) -> Iterator[Block]:
    subject = audit.get("subject") or {}
    standard = audit.get("standard") or {}
    name = subject.get("name") or "the data frame"
    rows = subject.get("rows")
    if subject.get("kind") == "process":
        yield Paragraph(
            f"This is a check of what people answered in \u201c{name}\u201d about how data are collected. "
            f"{words.counted(rows or 0, 'question')} had an answer. It rests on these answers alone."
        )
        return
    what, unit = LOOKED_AT.get(str(subject.get("kind")), ("how people are described", "row"))
    size = f" It has {words.counted(rows, unit)}." if isinstance(rows, int) else ""
    title = words.standard_title(standard.get("id")) or "not known"
    edition = f" ({standard['version']})" if standard.get("version") and not brief else ""
    assumed = (
        " Nobody said which standard applies, so this one was assumed."
        if standard.get("assumed")
        else " This standard was chosen for this check."
    )
    yield Paragraph(
        f"This is a check of {what} in \u201c{name}\u201d.{size} "
        f"It was compared with the standard \u201c{title}\u201d{edition}.{assumed}"
    )
    questions = audit.get("questions") or ()
    open_ones = [
        words.question(str(entry.get("question"))) for entry in questions if not entry.get("confirmed")
    ]
    if not questions or "confirmed" not in questions[0]:
        return
    if open_ones:
        yield Paragraph(
            "The codebook says which column answers which question and what each value means. Nobody has "
            f"confirmed it yet for: {words.listed(open_ones)}. What this report says depends on it."
        )
    else:
        yield Paragraph(
            "The codebook, which says what each column and value means, was confirmed by a person."
        )


def _as_read(audit: Mapping[str, Any]) -> Iterator[Block]:
    """What to know about how the records were read, such as lines that were left out."""
    notes = (audit.get("subject") or {}).get("notes") or ()
    if notes:
        yield Paragraph("How the records were read:")
        yield Bullets(str(note.get("message")) for note in notes)


def _verdict(audit: Mapping[str, Any], results: Sequence[Entry]) -> Callout:
    summary = audit.get("summary") or {}
    found: Mapping[str, int] = summary.get("found") or {}
    clear, not_run = int(summary.get("clear") or 0), int(summary.get("not_run") or 0)
    problems = sum(n for severity, n in found.items() if severity != "info")
    notes = int(found.get("info") or 0)
    if not problems and not notes and not clear:
        return Callout(
            "warning",
            "Nothing could be checked",
            f"This is not a pass. {words.counted(not_run, 'check')} could not be made. "
            "Below it says what each of them needs.",
        )
    serious = [severity for severity in ("critical", "high") if found.get(severity)]
    kind = "problem" if serious else "warning" if problems or not_run else "info"
    title = (
        f"{words.counted(problems, 'problem')} found"
        if problems
        else "No problem found in what could be checked"
    )
    counts = [
        f"{n:,} {words.SEVERITY_NAMES[severity].lower()}"
        for severity in words.SEVERITIES
        if severity != "info" and (n := int(found.get(severity) or 0))
    ]
    sentences = [f"By severity: {words.listed(counts)}."] if counts else []
    if notes:
        sentences.append(f"{words.counted(notes, 'more check')} found something worth knowing.")
    sentences.append(f"{words.counted(clear, 'check')} looked for a problem and did not find it.")
    if not_run:
        sentences.append(
            f"{words.counted(not_run, 'check')} could not be made, so this is not the whole picture."
        )
    return Callout(kind, title, " ".join(sentences))  # type: ignore[arg-type]


_STATES = {
    "worse": "Accepted when it was less severe: it is new again.",
    "past": "Accepted until a day that is past: it is new again.",
    "gone": "No longer found: the entry can be removed.",
    "not_looked_at": "Not looked for this time: the entry stays.",
}


def _accepted(audit: Mapping[str, Any]) -> Iterator[Block]:
    """What somebody accepted before, and entries of the baseline that need a look."""
    baseline = audit.get("baseline")
    if not baseline:
        return
    accepted, new = int(baseline["accepted"]), int(baseline["new"])
    yield Paragraph(
        f"{words.counted(accepted, 'finding')} {'was' if accepted == 1 else 'were'} accepted before and "
        f"{'is' if accepted == 1 else 'are'} marked below; {new:,} {'is' if new == 1 else 'are'} new."
    )
    rows = [
        (entry["check"], ", ".join((*entry["columns"], *entry["groups"])), _STATES[entry["state"]])
        for entry in baseline["entries"]
        if entry["state"] in _STATES
    ]
    if rows:
        yield Table.filled("Accepted before, and to be looked at again", ("Check", "Where", "What"), rows)


def _severity_table(audit: Mapping[str, Any], *, brief: bool) -> Iterator[Block]:
    found: Mapping[str, int] = (audit.get("summary") or {}).get("found") or {}
    if brief or not any(found.values()):
        return
    table = Table(
        "How severe, and how many checks; each check counts once, by its worst finding",
        ("Severity", "What it means", "Checks"),
        [
            (words.SEVERITY_NAMES[severity], meaning, f"{int(found.get(severity) or 0):,}")
            for severity, meaning in words.SEVERITIES.items()
        ],
        numeric=(2,),
    )
    yield Details("What the severity words mean", [table])


def _findings(results: Sequence[Entry], labels: Mapping[str, str], *, brief: bool) -> Iterator[Block]:
    checks = found(results)
    if not checks:
        return
    yield Heading(2, "What was found, and what to do")
    for severity, meaning in words.SEVERITIES.items():
        these = [check for check in checks if check.severity == severity]
        if not these:
            continue
        yield Heading(3, f"{words.SEVERITY_NAMES[severity]} ({words.counted(len(these), 'check')})")
        if brief:
            yield Paragraph(meaning)
        for check in these:
            yield from _finding(check, labels, brief=brief)


def _finding(check: Found, labels: Mapping[str, str], *, brief: bool) -> Iterator[Block]:
    messages = list(check.messages())
    yield Heading(4, check.title)
    if len(messages) == 1:
        yield Paragraph(messages[0])
    else:
        shown = messages[:BRIEF_PLACES] if brief else messages
        yield Bullets(shown)
        if len(shown) < len(messages):
            more = words.counted(len(messages) - len(shown), "more place")
            yield Paragraph(f"The same was found in {more}.")
    if remedy := _same(check.entries, "remedy"):
        yield Facts([("What to do", remedy)])
    if not brief:
        yield Details("Columns, limits and source", [Facts(_particulars(check.entries, labels))])


def _same(entries: Sequence[Entry], key: str) -> str:
    """Distinct texts of one field, in order; most checks say the same in every place."""
    return "\n".join(dict.fromkeys(str(entry[key]) for entry in entries if entry.get(key)))


def _particulars(entries: Sequence[Entry], labels: Mapping[str, str]) -> Iterator[tuple[str, str | Link]]:
    columns = dict.fromkeys(str(column) for entry in entries for column in entry.get("columns") or ())
    groups = dict.fromkeys(str(group) for entry in entries for group in entry.get("groups") or ())
    bases = {entry.get("n") for entry in entries if "n" in entry}
    if columns:
        yield ("Column" if len(columns) == 1 else "Columns", ", ".join(columns))
    if groups:
        named = [words.group(group, labels) for group in groups]
        yield ("Group" if len(groups) == 1 else "Groups", "; ".join(named))
    if len(bases) == 1:
        yield ("Looked at", words.number(bases.pop()))
    limited = [entry for entry in entries if entry.get("threshold") is not None]
    if len(entries) == 1 and limited:
        yield ("Measured", measured(entries[0]))
    elif limited:
        yield ("Limit", "\n".join(dict.fromkeys(map(limit, limited))))
    for text in dict.fromkeys(str(entry["source"]) for entry in entries if entry.get("source")):
        for source in text.split(" ; "):
            yield ("Source", Link.of(source.strip()))
    yield ("Check", str(entries[0].get("check") or ""))


def _not_checked(results: Sequence[Entry]) -> Iterator[Block]:
    by_reason: dict[str, dict[str, None]] = {}
    for entry in results:
        if entry.get("outcome") == "not_run":
            reason = str(entry.get("reason") or NO_REASON)
            reason = reason[:1].upper() + reason[1:]
            by_reason.setdefault(reason, {})[str(entry.get("title") or entry.get("check"))] = None
    if not by_reason:
        return
    yield Heading(2, "Not checked, and how to enable it")
    yield Paragraph(
        "These checks did not have what they need. That says nothing about the data, good or bad."
    )
    yield Table(
        "What is missing, and which checks it would allow",
        ("What is missing", "What could then be looked for"),
        [(reason, "; ".join(titles)) for reason, titles in by_reason.items()],
    )


def _clear(results: Sequence[Entry], *, brief: bool) -> Iterator[Block]:
    outcomes: dict[str, set[str]] = {}
    titles: dict[str, str] = {}
    for entry in results:
        check = str(entry.get("check"))
        outcomes.setdefault(check, set()).add(str(entry.get("outcome")))
        titles.setdefault(check, str(entry.get("title") or check))
    clear = [titles[check] for check, seen in outcomes.items() if seen == {"clear"}]
    if not clear:
        return
    yield Heading(2, "Looked for and not found")
    if brief:
        yield Paragraph(f"{words.counted(len(clear), 'check')}; the full report lists them.")
    else:
        yield Bullets(clear)


def _about(audit: Mapping[str, Any]) -> Iterator[Block]:
    subject, standard = audit.get("subject") or {}, audit.get("standard") or {}
    pairs = [
        ("File", subject.get("name")),
        ("Fingerprint of the file (SHA-256)", subject.get("sha256")),
        (
            "Standard",
            None
            if subject.get("kind") == "process"
            else " ".join(str(standard[key]) for key in ("id", "version") if standard.get(key)),
        ),
        ("Made with", f"equitykit {audit['equitykit']}" if audit.get("equitykit") else None),
    ]
    yield Heading(2, "About this check")
    yield Paragraph(
        "It says how something comes about, not who did it, and it is no legal conclusion. "
        "Checks look at what is recorded; they cannot see why."
    )
    yield Facts((term, value) for term, value in pairs if value)
