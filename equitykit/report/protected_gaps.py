"""Protected disparities: the same tables with what is hidden, why, and what to try first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitykit.report import words
from equitykit.report.disparities import basis, comparison_blocks, glance, labels_in, title_of
from equitykit.report.tree import Block, Bullets, Document, Facts, Heading, Table
from equitykit.suppression import REMEDIES

if TYPE_CHECKING:
    from equitykit.measures.protection import ProtectedDisparities


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
    labels = labels_in(said)
    hidden = [(words.group(group, labels), column, why) for group, column, why in protected.reasons()]
    blocks: list[Block] = [
        Heading(2, "In short"),
        Facts(basis(frame, said, recipe=protected.gaps.groups.recipe)),
        *glance(frame, said),
        Heading(2, "Each measure"),
        *comparison_blocks(frame, said, level=3),
        Heading(2, "What is hidden"),
        Bullets(protected.summary()),
    ]
    if hidden:
        blocks += [
            Table.filled("Hidden counts, and why", ("Group", "Count", "Why"), hidden),
            Heading(3, "Before hiding, try in this order"),
            Bullets(REMEDIES),
        ]
    return Document(title_of(said), blocks)
