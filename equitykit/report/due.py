"""What is due, for the screen and for a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from equitykit.due import SOON, Due, DueItem
from equitykit.report import words
from equitykit.report.tree import Block, Bullets, Document, Heading, Paragraph, Table

__all__ = ["due_document"]

INTERNAL = "Internal. It holds the names of people who see to something."
GROUPS = (
    ("overdue", "Overdue"),
    ("soon", f"In the next {SOON} days"),
    ("later", "Later"),
    ("no date", "Without a date"),
)


def due_document(due: Due, *, everything: bool = False) -> Document:
    """Reviews and actions, what is overdue first.

    Parameters
    ----------
    due : what was found.
    everything : also what is done or dropped.
    """
    groups = (*GROUPS, ("over", "Done or dropped")) if everything else GROUPS
    blocks: list[Block] = []
    for when, title in groups:
        items = due.of(when)  # type: ignore[arg-type]
        if items:
            blocks += [Heading(2, title), _table(title, items)]
    if not blocks:
        blocks.append(Paragraph("Nothing is due: no review is planned, and no action is open."))
    blocks += _left_out(due)
    return Document(f"What is due on {words.moment(due.on)}", blocks, notice=INTERNAL)


def _table(title: str, items: tuple[DueItem, ...]) -> Table:
    rows = [
        (
            words.moment(item.due) or words.DASH,
            item.what,
            item.owner or ("Nobody yet" if item.kind == "action" else ""),
            item.measure or "",
            item.status.capitalize(),
            item.title,
            item.file,
        )
        for item in items
    ]
    header = ("Due", "What", "Who", "How it is measured", "Status", "Assessment", "File")
    return Table.filled(title, header, rows)


def _left_out(due: Due) -> Iterator[Block]:
    if due.unread or due.twice:
        yield Heading(2, "Files that are not looked at")
        yield Bullets(
            [
                *(f"{Path(name).name}: {why}" for name, why in due.unread),
                *(f"{name}: the same assessment as {other}." for name, other in due.twice),
            ]
        )
