"""Short papers made from an assessment: statements after what legislatures ask, and a page for the community."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from equitykit.instruments import TableAsk
from equitykit.instruments.statements import Section, Statement
from equitykit.instruments.values import as_number, blank
from equitykit.plots.rows import finite
from equitykit.report import words
from equitykit.report.answers import NO_ANSWER, SMALL, Voice, asked, current, rows_table, value_blocks
from equitykit.report.decision import level_of, sign_off_warning
from equitykit.report.tree import Block, Callout, Facts, Heading, Link, Paragraph, ReportError, Table

if TYPE_CHECKING:
    from equitykit.assessment import Assessment
    from equitykit.instruments import Ask

__all__ = ["statement_blocks"]

OURS = (
    "This is our layout, made from an assessment. It is no official form, nobody named here endorses it, "
    "and it draws no legal conclusion. Where something is mixed, it says so."
)
NO_ESTIMATE = "Cannot be estimated: {why}"
CHANGE_NOTE = (
    "The change in percent is of the number now. It is left out where the number now is zero or hidden."
)


def statement_blocks(assessment: Assessment, statement: Statement, voice: Voice) -> Iterator[Block]:
    """Blocks of a short paper; a section without an answer says so.

    Raises
    ------
    ReportError : the assessment is a use of another instrument.
    """
    if statement.instrument not in (assessment.instrument.id, assessment.instrument.origin):
        raise ReportError(
            f'The statement "{statement.id}" is made from "{statement.instrument}", '
            f'and this is a use of "{assessment.instrument.id}".'
        )
    summary = assessment.summary()
    if statement.facts:
        yield Callout("info", f"For {statement.place}", OURS)
    if summary.level not in ("full", "short"):
        yield Callout("warning", "Notes only, not an assessment", " ".join(summary.reasons))
    yield from sign_off_warning(assessment)
    yield Facts(
        [
            ("Rests on", f"{_level(summary.level)}, revision {assessment.revision}"),
            ("Asked for on", words.moment(summary.asked_on) or "Not given"),
            ("Day of the decision", words.moment(summary.decided_on) or "Not given"),
        ]
    )
    asks = {ask.id: ask for ask in asked(assessment)}
    told: list[str] = []
    for section in statement.sections:
        yield Heading(2, section.title)
        blocks = list(_section(assessment, section, asks, voice))
        told += [block.text for block in blocks if isinstance(block, Paragraph)]
        yield from blocks or [Paragraph(NO_ANSWER)]
    if statement.grade is not None:
        yield Heading(2, "How hard this is to read")
        yield from level_of("\n".join(told), statement.grade, assessment.language)
    if statement.facts:
        yield from _known(statement)


def _level(level: str) -> str:
    return {"full": "A full assessment", "short": "A short assessment"}.get(level, level.capitalize())


def _section(
    assessment: Assessment, section: Section, asks: Mapping[str, Ask], voice: Voice
) -> Iterator[Block]:
    for id in section.show:
        ask = asks.get(id)
        value: Any = current(assessment, ask, voice) if ask is not None else None
        if ask is None or blank(value):
            continue
        if len(section.show) > 1 and not isinstance(ask, TableAsk):
            yield Heading(3, ask.label)
        if section.change and isinstance(ask, TableAsk) and {"now", "after"} <= set(ask.cells()):
            yield _before_after(value, voice)
        elif ask.kind == "evidence":
            count = words.counted(len(value), "piece")
            yield Paragraph(f"{count} of evidence. It is printed in the report of the assessment.")
        elif ask.kind == "actions":
            yield Paragraph(f"{words.counted(len(value), 'action')}; see the report of the assessment.")
        elif isinstance(ask, TableAsk):
            yield rows_table(ask.label, ask.columns, value, voice)
        else:
            yield from value_blocks(ask, value, voice)
    if section.sentence:
        yield from _in_a_sentence(asks.get("effects"), assessment, voice)


def _in_a_sentence(ask: Ask | None, assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """The effect, group by group, in a sentence each: benefit and burden as written, nothing added up."""
    rows = current(assessment, ask, voice) if ask is not None else None
    for row in rows or ():
        if blank(row):
            continue
        who = ", ".join(str(row[name]).strip() for name in ("group", "within") if not blank(row.get(name)))
        parts = [
            f"{name}: {str(row[id]).strip().rstrip('.')}."
            for id, name in (("benefit", "Benefit"), ("burden", "Burden"), ("how", "How it comes about"))
            if not blank(row.get(id))
        ]
        yield Paragraph(f"{who or 'No group named'}. {' '.join(parts)}")


def _before_after(rows: list[Mapping[str, Any]], voice: Voice) -> Table:
    """Numbers before and after, by group, with the change where it can be said."""
    cells = []
    for row in rows:
        if blank(row):
            continue
        now, after = (_number(row.get(name), voice) for name in ("now", "after"))
        why = str(row.get("why_not") or "").strip()
        cells.append(
            (
                str(row.get("group") or "No group named"),
                str(row.get("what") or words.DASH),
                _shown(row.get("now"), now),
                _shown(row.get("after"), after),
                *_change(now, after),
                NO_ESTIMATE.format(why=why) if why else str(row.get("source") or words.DASH),
            )
        )
    header = (
        "Group",
        "What is counted",
        "Now",
        "After",
        "Change",
        "Change in percent",
        "Period and source, or why not",
    )
    return Table("Before and after, by group", header, cells, notes=[CHANGE_NOTE], numeric=[2, 3, 4, 5])


def _number(value: Any, voice: Voice) -> float | None:
    """The number, where it is there and may be shown."""
    number = as_number(value)
    found = None if number is None else finite(number)
    return None if found is None or (voice.public and 0 < found < SMALL) else float(found)


def _shown(value: Any, number: float | None) -> str:
    if number is not None:
        return words.number(number)
    return words.DASH if blank(value) else words.TOO_FEW if as_number(value) is not None else str(value)


def _change(now: float | None, after: float | None) -> tuple[str, str]:
    if now is None or after is None:
        return words.DASH, words.DASH
    difference = after - now
    sign = "+" if difference > 0 else "\u2212" if difference < 0 else ""
    percent = f"{sign}{abs(difference) / now * 100:.0f} %" if now else words.DASH
    return f"{sign}{words.number(abs(difference))}", percent


def _known(statement: Statement) -> Iterator[Block]:
    yield Heading(2, "What is known of the paper that this follows")
    for fact in statement.facts:
        read = "Read in a source" if fact.seen else "Not verified"
        yield Paragraph(f"{read}: {fact.text}")
        if fact.url:
            yield Link.of(fact.url)
