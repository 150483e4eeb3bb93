"""Protected disparities: the same tables with what is hidden, why, and what to try first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from equitykit.report import words
from equitykit.report.disparities import basis, comparison_blocks, glance, labels_in, title_of
from equitykit.report.side_by_side import references_document
from equitykit.report.tree import Block, Bullets, Document, Facts, Heading, Table
from equitykit.suppression import REMEDIES

if TYPE_CHECKING:
    from equitykit.measures.protection import ProtectedDisparities
    from equitykit.measures.side_by_side import ProtectedSideBySide


def protected_gaps_document(protected: ProtectedDisparities) -> Document:
    """Tell disparities to people outside.

    Parameters
    ----------
    protected : what ``Disparities.protect`` gave.

    Returns
    -------
    Document
    """
    frame, said = protected.to_frame(), protected.to_dict()
    blocks: list[Block] = [
        Heading(2, "In short"),
        Facts(basis(frame, said, recipe=protected.gaps.groups.recipe)),
        *glance(frame, said),
        Heading(2, "Each measure"),
        *comparison_blocks(frame, said, level=3),
        *_hidden(protected),
    ]
    return Document(title_of(said), blocks)


def protected_references_document(protected: ProtectedSideBySide) -> Document:
    """Tell the same groups under several references to people outside.

    Parameters
    ----------
    protected : what ``SideBySide.protect`` gave.

    Returns
    -------
    Document
    """
    told = references_document(protected.shown)
    return Document(told.title, [*told.blocks, *_hidden(protected.results[0])])


def _hidden(protected: ProtectedDisparities) -> Iterator[Block]:
    """What is hidden and why, and what to try first."""
    labels = labels_in(protected.to_dict())
    hidden = [(words.group(group, labels), column, why) for group, column, why in protected.reasons()]
    yield Heading(2, "What is hidden")
    yield Bullets(protected.summary())
    if hidden:
        yield Table.filled("Hidden counts, and why", ("Group", "Count", "Why"), hidden)
        yield Heading(3, "Before hiding, try in this order")
        yield Bullets(REMEDIES)
