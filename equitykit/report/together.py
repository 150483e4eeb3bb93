"""Several results in one report, each as a chapter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from equitykit.report.tree import DEEPEST, Block, Details, Document, Heading

__all__ = ["joined_document"]


def joined_document(title: str, documents: Iterable[Document]) -> Document:
    """Put documents into one: each becomes a chapter under its own title.

    Parameters
    ----------
    title : of the whole.
    documents : in their order.

    Returns
    -------
    Document
        Internal if one of them is, and made when the last one was.

    Examples
    --------
    >>> from equitykit.report.tree import Paragraph
    >>> whole = joined_document("Both", [Document("A", [Heading(2, "In short")]), Document("B", [Paragraph("Text.")])])
    >>> [(block.level, block.text) for block in whole.blocks if isinstance(block, Heading)]
    [(2, 'A'), (3, 'In short'), (2, 'B')]
    """
    found = tuple(documents)
    blocks = [block for one in found for block in (Heading(2, one.title), *_lower(one.blocks))]
    return Document(
        title,
        blocks,
        notice=next((one.notice for one in found if one.notice), None),
        made=next((one.made for one in reversed(found) if one.made), None),
    )


def _lower(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks with every heading one level down."""
    for block in blocks:
        match block:
            case Heading(level=level, text=text):
                yield Heading(min(level + 1, DEEPEST), text)
            case Details(summary=summary, blocks=inner, level=level, aside=aside):
                lower = None if level is None else min(level + 1, DEEPEST)
                yield Details(summary, _lower(inner), level=lower, aside=aside)
            case _:
                yield block
