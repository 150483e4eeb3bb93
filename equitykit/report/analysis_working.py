"""The working papers of an Institutional Analysis: for the team only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from equitykit.analysis.agreement import HOW_TO_READ
from equitykit.analysis.section import CONCERNS, SOURCE_KINDS, VOICES
from equitykit.errors import MissingExtra
from equitykit.report import words
from equitykit.report.tree import Block, Details, Heading, Paragraph, Table

if TYPE_CHECKING:
    from equitykit.analysis import Analysis
    from equitykit.assessment import Assessment

__all__ = ["working_blocks"]


def working_blocks(assessment: Assessment) -> Iterator[Block]:
    """For the team only: what was coded, how far coders agree, sources, debriefs, and what could not wait."""
    analysis = assessment.analysis
    yield Heading(2, "Working papers of the team")
    matrix = analysis.matrix()
    if matrix.features:
        header, rows = matrix.table()
        notes = ["The numbers say how often something was coded, not how much it weighs."]
        if matrix.not_coded:
            notes.append(f"Not coded by anybody yet: {words.counted(matrix.not_coded, 'passage')}.")
        yield Details(
            "What was coded where",
            [Table("Passages by feature and kind of source", header, rows, notes=notes)],
        )
    yield from _agreement(analysis)
    if analysis.sources():
        rows = tuple(
            (
                one.id,
                one.label,
                SOURCE_KINDS[one.kind],
                VOICES[one.voice],
                one.consent.capitalize(),
                words.moment(one.consent_until) or "",
                str(len(analysis.excerpts(one.id))),
            )
            for one in analysis.sources()
        )
        header = ("Id", "Source", "Kind", "Standpoint", "Agreement", "Until", "Passages in use")
        yield Details("Sources", [Table.filled("Sources", header, rows)])
    memos = analysis.memos()
    if memos:
        cells = [
            (words.moment(memo.day or memo.at[:10]) or "", memo.kind.capitalize(), memo.title, memo.text)
            for memo in memos
        ]
        yield Details(
            "Memos and debriefs",
            [Table.filled("Memos and debriefs", ("When", "Kind", "About", "Text"), cells)],
        )
    concerns = analysis.concerns()
    if concerns:
        cells4 = [
            (words.moment(one.day) or "", CONCERNS[one.about], one.to, one.state.capitalize())
            for one in concerns
        ]
        notes = ["The matters themselves are not written in this file."]
        table = Table("What could not wait", ("When", "About", "Taken to", "State"), cells4, notes=notes)
        yield Details("What could not wait", [table])


def _agreement(analysis: Analysis) -> Iterator[Block]:
    try:
        agreement = analysis.agreement()
    except MissingExtra as error:
        yield Paragraph(str(error))
        return
    if agreement.rows:
        header, rows = agreement.table()
        coders = words.listed(f"\u201c{one}\u201d" for one in agreement.coders)
        table = Table.filled(
            f"Agreement of {coders} on {words.counted(agreement.passages, 'passage')}",
            header,
            rows,
            notes=[HOW_TO_READ],
        )
        yield Details("How far coders agree", [table])
