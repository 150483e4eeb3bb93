"""What changed between two audits, told in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from equitykit.report import words
from equitykit.report.tree import Block, Bullets, Callout, Details, Document, Heading, Paragraph, Table
from equitykit.text import plain as visible

if TYPE_CHECKING:
    from equitykit.compare import AuditChanges, Change

__all__ = ["changes_document"]

_PARTS = (
    ("new", "New", "Found now; looked for earlier and not found."),
    (
        "newly_looked_at",
        "Found now, not looked for earlier",
        "The earlier audit could not look, so this may be old.",
    ),
    ("changed", "Changed", "Found in both, with another severity or number."),
    ("gone", "Gone", "Found earlier; looked for again and not found."),
    ("no_longer_looked_at", "No longer looked for", "Found earlier; the later audit could not look."),
)
_MOST = 30
_LONGEST = 160  # characters of a message in a table; the audits hold the whole


def changes_document(changes: AuditChanges) -> Document:
    """Tell what changed between two audits.

    Parameters
    ----------
    changes : what `equitykit.compare` gives.
    """
    earlier, later = changes.earlier, changes.later
    return Document(
        f"What changed: {earlier['name']}, then {later['name']}",
        [
            Heading(2, "In short"),
            _verdict(changes),
            Paragraph(
                f"Earlier: \u201c{earlier['name']}\u201d ({_size(earlier['rows'])}), "
                f"standard \u201c{words.standard_title(earlier['standard']) or earlier['standard']}\u201d. "
                f"Later: \u201c{later['name']}\u201d ({_size(later['rows'])}), "
                f"standard \u201c{words.standard_title(later['standard']) or later['standard']}\u201d."
            ),
            *([Bullets(changes.remarks)] if changes.remarks else []),
            *_findings(changes),
            *_runs(changes),
            *_questions(changes),
        ],
        notice=changes.notice,
    )


def _size(rows: object) -> str:
    return f"{rows:,} looked at" if isinstance(rows, int) else "size not shown"


def _verdict(changes: AuditChanges) -> Callout:
    counts = {kind: len(changes.of(kind)) for kind, *_ in _PARTS}
    same = len(changes.of("same"))
    worse = sum(change.is_worse for change in changes.changes)
    said = [f"{n} {title.lower()}" for kind, title, _ in _PARTS if (n := counts[kind])]
    title = (
        f"{words.counted(worse, 'finding')} new or more severe"
        if worse
        else "Nothing new, nothing more severe"
    )
    text = (
        f"{words.listed(said)}; {same} as before." if said else f"{words.counted(same, 'finding')} as before."
    )
    unseen = counts["no_longer_looked_at"] or changes.could_run_then
    more = " Some checks could not be made this time, so this is not the whole picture." if unseen else ""
    return Callout("warning" if worse or unseen else "info", title, f"{text[:1].upper()}{text[1:]}{more}")


def _findings(changes: AuditChanges) -> Iterator[Block]:
    for kind, title, meaning in _PARTS:
        if these := changes.of(kind):
            yield Heading(2, title)
            yield Paragraph(meaning)
            yield _table(title, these)
    if same := changes.of("same"):
        yield Heading(2, "As before")
        yield Details(f"Show {words.counted(len(same), 'finding')} as before", [_table("As before", same)])


def _table(title: str, changes: Sequence[Change]) -> Table:
    return Table.filled(
        f"{title}: findings",
        ("What", "Where", "Severity", "Number", "Seen"),
        [
            (
                change.title,
                "; ".join(filter(None, [", ".join(change.columns), ", ".join(change.groups)])),
                _then(_severity(change.severity_before), _severity(change.severity)),
                _then(_number(change.observed_before), _number(change.observed)),
                visible(change.message, _LONGEST),
            )
            for change in changes
        ],
    )


def _severity(severity: str | None) -> str:
    return words.SEVERITY_NAMES.get(severity, severity) if severity else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"


def _then(before: str, after: str) -> str:
    return after or before if before == after or not before or not after else f"{before}, then {after}"


def _runs(changes: AuditChanges) -> Iterator[Block]:
    if changes.could_run_then or changes.can_run_now:
        yield Heading(2, "What could be checked")
    if changes.could_run_then:
        yield Paragraph("Could run then and cannot now:")
        yield Bullets(changes.could_run_then)
    if changes.can_run_now:
        yield Paragraph("Could not run then and can now:")
        yield Bullets(changes.can_run_now)


def _questions(changes: AuditChanges) -> Iterator[Block]:
    if not changes.questions:
        return
    yield Heading(2, "Questions, categories and values")
    yield Table.filled(
        "Each question: counted then and now, and what came or went",
        ("Question", "Counted", "Categories that came", "Categories that went", "Values that came",
         "Values that went", "Note"),
        [
            (
                words.question(each.question),
                _then(_number(each.n_before), _number(each.n)),
                ", ".join(each.categories_appeared),
                ", ".join(each.categories_vanished),
                _some(each.values_appeared),
                _some(each.values_vanished),
                each.note or "",
            )
            for each in changes.questions
        ],
    )  # fmt: skip


def _some(values: Sequence[str]) -> str:
    shown = "; ".join(f"\u201c{value}\u201d" for value in values[:_MOST])
    return f"{shown}; and {len(values) - _MOST} more" if len(values) > _MOST else shown
