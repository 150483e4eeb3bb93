"""A protected table: what may be shown, what is hidden and why, and what to try before hiding."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from equitykit.report.tree import Block, Bullets, Callout, Details, Document, Heading, Paragraph, Table
from equitykit.suppression import REMEDIES
from equitykit.tidy import number

if TYPE_CHECKING:
    from equitykit.suppression import ProtectedTable

TITLE = "A table that may be shared"
UNSAFE = "A hidden number can be worked out from what is shown. Join groups, and protect the table again."
SAFE = (
    "A program tried to work out each hidden number from everything that is shown here, and could not. What other "
    "people already know, or publish elsewhere, it cannot see."
)


def protected_document(table: ProtectedTable, *, title: str = TITLE) -> Document:
    """Tell a protected table to a person who did not make it.

    Parameters
    ----------
    table : what ``ek.protect`` or ``ek.protect_groups`` gave.
    title : names it.

    Returns
    -------
    Document
        With a notice where a hidden number can be worked out.
    """
    header, rows = table.table()
    reasons = table.reasons()
    cells = len(rows) * (len(header) - len(table.dimensions))
    numbers = [f"{number(n)}: {_small(why)}" for why, n in Counter(reasons.values()).items()]
    blocks: list[Block] = [
        Callout("info", "Proved safe", SAFE) if table.safe else Callout("problem", "Not safe", UNSAFE),
        Heading(2, "What is hidden, and why"),
        Paragraph(f"{number(len(reasons))} of {number(cells)} numbers are hidden."),
        Bullets([*numbers, *table.steered(), *table.notes]),
        Heading(2, "The table"),
        Table.filled(title, header, rows, numeric=range(len(table.dimensions), len(header))),
    ]
    if reasons:
        why = Table.filled(
            "Why each number is hidden",
            ("Number", "Why"),
            [(", ".join(labels), text) for labels, text in reasons.items()],
        )
        blocks.append(Details("Show why each number is hidden", [why]))
        blocks.append(Details("Show what to try before hiding", [Bullets(REMEDIES)]))
    return Document(title, blocks, notice=None if table.safe else UNSAFE)


def _small(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"
