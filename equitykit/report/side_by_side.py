"""The same groups under several references, and how long people stay: sentences, and one table for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitykit.report import counted, words
from equitykit.report.disparities import CAUTIONS, INTERNAL, NO_REASON, holds_small_counts
from equitykit.report.tree import Block, Bullets, Document, Facts, Heading, Table
from equitykit.tidy import TOO_FEW

if TYPE_CHECKING:
    import pandas as pd

    from equitykit.durations import Durations
    from equitykit.measures import SideBySide

STAYS = (
    "The median is the day by which half have left. People still there count for as long as they were seen.",
    "A short stay is not good or bad by itself: look at the ways people left.",
    "An interval shows how far a number could be off by chance alone.",
    "A group that cannot be shown is still there. It keeps its row and the reason.",
)


def references_document(both: SideBySide) -> Document:
    """Tell the same groups under several references, to a person who did not compare them.

    Parameters
    ----------
    both : what ``ek.compare_references`` gave.

    Returns
    -------
    Document
        With a notice where a count could point to people.
    """
    first = both.results[0]
    facts = [("Groups by", counted.groups_by(first.groups.question, first.groups.recipe))]
    facts += [(f"Compared with {one.reference.words}", one.reason or NO_REASON) for one in both.results]
    blocks: list[Block] = [
        Heading(2, "In short"),
        Facts(facts),
        *(_table(caption, header, rows) for caption, header, rows in both.tables()),
        Heading(2, "How to read this"),
        Bullets([both.framing()[-1], *CAUTIONS, *first.groups.notes]),
    ]
    what = (first.groups.outcome or "who is there").replace("_", " ").capitalize()
    return Document(
        f"{what}: the same groups beside several references",
        blocks,
        notice=_notice(both.to_frame()),
    )


def durations_document(stays: Durations) -> Document:
    """Tell how long people stay, to a person who did not count.

    Parameters
    ----------
    stays : what ``ek.durations`` gave.

    Returns
    -------
    Document
        With a notice where a count could point to people.
    """
    blocks: list[Block] = [
        Heading(2, "In short"),
        Facts([("Groups by", counted.groups_by(stays.question, stays.recipe))]),
        *(_table(caption, header, rows) for caption, header, rows in stays.tables()),
        Heading(2, "How to read this"),
        Bullets([*stays.notes, *STAYS]),
    ]
    title = f"{stays.name.replace('_', ' ').capitalize()}: how long people stay"
    return Document(title, blocks, notice=_notice(stays.to_frame()))


def _table(caption: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    """A table; what is said of a row stands below, once for all groups it is said of."""
    said: dict[str, list[str]] = {}
    if header[-1] == "Note":
        for group, *cells, note in rows:
            if note and TOO_FEW not in cells:
                said.setdefault(note, []).append(group)
        header, rows = header[:-1], [row[:-1] for row in rows]
    return Table.filled(
        caption,
        header,
        rows,
        notes=[f"{words.listed(groups)}: {note}." for note, groups in said.items()],
        numeric=range(1, len(header)),
    )


def _notice(frame: pd.DataFrame) -> str | None:
    return INTERNAL if holds_small_counts(frame) or frame["suppressed"].notna().any() else None
