"""A chain of decisions: each stage with both denominators, and where a gap opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitykit import plots
from equitykit.report import counted, words
from equitykit.report.disparities import INTERNAL, NO_REASON, WHY, holds_small_counts
from equitykit.report.tree import Block, Bullets, Callout, Details, Document, Facts, Figure, Heading, Table
from equitykit.stages import CAUTION
from equitykit.stages import words as chain_words
from equitykit.suppression import REMEDIES
from equitykit.tidy import number

if TYPE_CHECKING:
    from equitykit.stages import ProtectedStages, Stages

HOW_TO_READ = (
    "The rate of the stage before says what one decision does with the people who reach it. The rate of the "
    "population says how many people of a group live through it.",
    "Ratios along the chain multiply: the last column is their product, from the beginning to the end.",
    "An interval shows how far a number could be off by chance alone. A wide one means that little is known.",
    "A group that cannot be shown is still there. It keeps its row and the reason.",
)


def stages_document(stages: Stages, *, title: str | None = None) -> Document:
    """Tell a chain of decisions to a person who did not compute it.

    Parameters
    ----------
    stages : what ``ek.stages`` gave.
    title : replaces the one made from the stages.

    Returns
    -------
    Document
        With a notice where a count could point to people.
    """
    evidence = stages.to_evidence()
    chain, *each = chain_words.tables(stages)
    frame = stages.to_frame()
    root = stages.chain.root
    total = root.counts.get("~total", sum(root.counts.values()))
    facts = [
        ("Groups by", counted.groups_by(stages.chain.question, stages.chain.recipe)),
        ("Begins with", f"{root.words}: {number(total)}"),
        (
            "Stages",
            ", then ".join(
                f"{chain_words.say(step.stage)} (of {chain_words.say(step.parent)})"
                for step in stages.chain.steps
            ),
        ),
        ("Counted", stages.chain.unit),
        ("Compared with", stages.reference.words),
        (WHY, stages.reason or NO_REASON),
    ]
    blocks: list[Block] = [
        Heading(2, "In short"),
        Facts(facts),
        Callout("warning", "Read both rates", CAUTION),
        _picture(stages, _table(chain)),
        Details("Read the table in sentences", [Bullets(chain_words.sentences(stages))]),
        Heading(2, "Each stage"),
        *(Details(table[0], [_table(table)]) for table in each),
        Heading(2, "How to read this"),
        Bullets([*HOW_TO_READ, *stages.chain.notes]),
    ]
    return Document(
        title or chain_words.title(stages),
        blocks,
        notice=INTERNAL if holds_small_counts(frame) or frame["suppressed"].notna().any() else None,
        made=words.moment(evidence.made),
    )


def protected_stages_document(protected: ProtectedStages) -> Document:
    """Tell a chain of decisions to people outside.

    Parameters
    ----------
    protected : what ``Stages.protect`` gave.

    Returns
    -------
    Document
    """
    shown = protected.shown
    told = stages_document(shown)
    blocks: list[Block] = [*told.blocks, Heading(2, "What is hidden"), Bullets(protected.summary())]
    hidden = [(shown.label(group), stage, what, why) for group, stage, what, why in protected.reasons()]
    if hidden:
        blocks += [
            Table.filled("Hidden counts, and why", ("Group", "Stage", "Count", "Why"), hidden),
            Heading(3, "Before hiding, try in this order"),
            Bullets(REMEDIES),
        ]
    return Document(told.title, blocks)


def _picture(stages: Stages, table: Table) -> Figure | Table:
    """The chain as a chart with its table; the table alone where the chain is too long to draw."""
    if len(stages.names) > plots.MOST_STAGES:
        return table
    chart = plots.chain(stages, heading=False)
    return Figure(chart.png, chart.alt, chart.title, table, folded=True)


def _table(table: chain_words.Table) -> Table:
    caption, header, rows = table
    numeric = [place for place, name in enumerate(header) if name not in {"Group", "Note"}]
    return Table.filled(caption, header, rows, numeric=numeric)
