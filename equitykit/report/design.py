"""A designed form as a page to print: the questions, then what staff need."""

from __future__ import annotations

from collections.abc import Iterator

from equitykit.design import DesignedForm
from equitykit.design.model import Ask, Say
from equitykit.report import words
from equitykit.report.tree import Block, Bullets, Document, Heading, Paragraph, Table

__all__ = ["design_document"]

_BOXES = {"multiple": "\u2610", "single": "\u25cb"}
_LINE = "_" * 40


def design_document(design: DesignedForm) -> Document:
    """The form for paper, with the script and the crosswalk on their own pages.

    Parameters
    ----------
    design : what `equitykit.design_form` made.
    """
    blocks: list[Block] = []
    for block in design.blocks:
        blocks.append(Heading(2, block.title))
        for part in block.parts:
            if not part.staff:
                blocks += _said(part) if isinstance(part, Say) else _asked(part)
    blocks += _for_staff(design)
    return Document(design.title, blocks)


def _said(part: Say) -> Iterator[Block]:
    yield Paragraph(part.text)


def _asked(ask: Ask) -> Iterator[Block]:
    yield Heading(3, ask.label)
    if ask.note:
        yield Paragraph(ask.note)
    if ask.options:
        box = _BOXES[ask.type]
        yield Bullets(f"{box} {option.label}" for option in ask.options)
    else:
        yield Paragraph(_LINE)


def _for_staff(design: DesignedForm) -> Iterator[Block]:
    yield Heading(2, "For the person who asks")
    yield Bullets(design.script)
    for block in design.blocks:
        for part in block.parts:
            if isinstance(part, Say) and part.staff and part.name != "script":
                yield Paragraph(part.text)
            elif isinstance(part, Ask) and part.staff:
                yield from _asked(part)
    if len(design.crosswalk) > 1:
        header, *rows = design.crosswalk
        titles = [words.standard_title(each) or each for each in header[3:]]
        yield Heading(2, "How the answers roll up")
        yield Table(
            "Each answer, and its category in each standard", ("Item", "Code", "Answer", *titles), rows
        )
