"""Crude and adjusted results side by side, the crude ones first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitykit.report import counted, words
from equitykit.report.disparities import INTERNAL, NO_REASON, WHY, holds_small_counts
from equitykit.report.tree import Block, Bullets, Callout, Details, Document, Facts, Heading, Table
from equitykit.tidy import TOO_FEW

if TYPE_CHECKING:
    from equitykit.adjust import Adjusted

PLACES = {
    "before": "before race in time",
    "after": "after race in time",
    "unsure": "nobody is sure whether before or after race",
}
HOW_TO_READ = (
    "Within strata: people are compared only with others who are alike in what is held alike, and the comparisons "
    "are put together.",
    "Standardised: what the rates would be if every group were made up like everybody together.",
    "From a regression: the same question, answered by a model; it holds as far as the model does.",
)


def adjusted_document(adjusted: Adjusted) -> Document:
    """Tell crude and adjusted results to a person who did not compute them.

    Parameters
    ----------
    adjusted : what ``ek.adjust`` gave.

    Returns
    -------
    Document
        With a notice where a count could point to people.
    """
    crude = adjusted.crude
    held = [f"{words.question(name)} ({PLACES[place]})" for name, place in adjusted.covariates.items()]
    first, *others = [_table(*table) for table in adjusted.tables()]
    frame = adjusted.to_frame()
    facts = [
        ("Groups by", counted.groups_by(crude.groups.question, adjusted.recipe)),
        ("Compared with", crude.reference.words),
        (WHY, crude.reason or NO_REASON),
        ("Held alike", "; ".join(held)),
    ]
    blocks: list[Block] = [
        Heading(2, "In short"),
        Facts(facts),
        *(Callout("warning", "How not to read this", text) for text in adjusted.cautions),
        first,
        *(Details(f"Show the {table.caption[:1].lower()}{table.caption[1:]}", [table]) for table in others),
        Heading(2, "How to read this"),
        Bullets([*HOW_TO_READ, *crude.groups.notes]),
    ]
    small = holds_small_counts(frame) or frame["suppressed"].notna().any()
    return Document("Crude and adjusted, side by side", blocks, notice=INTERNAL if small else None)


def _table(caption: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    """One measure; what is said of a number stands below, once for all groups it is said of."""
    said: dict[str, list[str]] = {}
    for group, *cells, note in rows:
        if note and TOO_FEW not in cells:
            said.setdefault(note, []).append(group)
    return Table.filled(
        f"{caption.partition(',')[0]}: crude and adjusted",
        header[:-1],
        [row[:-1] for row in rows],
        notes=[f"{words.listed(groups)}: {note}." for note, groups in said.items()],
        numeric=range(1, len(header) - 1),
    )
