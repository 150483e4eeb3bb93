"""An assessment to be told, a comparison to attach, and how to read the report of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from equitykit.assessment import Assessment
from equitykit.groups import GroupTable
from equitykit.measures import Disparities, disparities
from equitykit.report import html, markdown, terminal
from equitykit.report.tree import (
    Block,
    Details,
    Document,
    Heading,
)

LABELS = {"AIAN": "American Indian or Alaska Native", "BLACK": "Black or African American", "WHITE": "White"}
AUDIT = {"format": "audit/1", "notice": "Internal: holds small cells.", "questions": []}


REASON = "Nobody is the norm, and every group stands beside everybody who is not in it."


def comparison(
    smallest: int = 61,
    favourable: bool | None = False,
    measures: tuple[str, ...] = ("rate",),
    reason: str = "Nobody is the norm",
) -> Disparities:
    frame = pd.DataFrame(
        {"group": list(LABELS), "n": [smallest, 1904, 2454], "events": [min(smallest, 14), 331, 265]}
    )
    groups = GroupTable.from_counts(
        frame, favourable=favourable, question="race_ethnicity", outcome="removed", labels=LABELS
    )
    return disparities(groups, reference="all-others", measures=list(measures), reason=reason)


def visits_online(folder: Path) -> Assessment:
    """An assessment with an answer of each kind, an action and its reviews."""
    made = Assessment.open(
        folder / "visits.equity.json", instrument="race-equity-impact-assessment", by="Rosa Martinez"
    )
    made.answer("desired_result", "Children stay with their families.\nSafely.")
    made.answer("decision_title", "Visits online")
    made.answer("proposal", "Half of the visits become video calls, says Rosa Martinez.")
    made.answer("result_areas", ["family", "safety"])
    made.answer("decision_type", "practice")
    made.answer("asked_on", "2026-01-10")
    made.answer("decided_on", "2099-05-30")
    made.answer(
        "team", [{"name": "Rosa Martinez", "role": "Analyst", "organisation": "County"}, {"name": "Jo Black"}]
    )
    made.answer(
        "affected_groups",
        [{"group": "Black families", "number": "320"}, {"group": "Somali families", "number": "8"}],
    )
    made.answer(
        "effects", [{"group": "Black families", "benefit": "Less travel", "burden": "Cost", "sure": "fairly"}]
    )
    made.answer("before", "Half of the visits.")
    made.answer("after", "Only where the parent asks.")
    made.add_action(
        what="Buy data plans", owner="Dana Whitfield", due="2026-07-01", measure="Plans, by group"
    )
    made.schedule_reviews("2026-07-01")
    return made


def text_of(document: Document) -> str:
    """Everything a reader sees, in all three formats."""
    return " ".join([html.render(document), markdown.render(document), terminal.render(document, width=200)])


def opened(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks as they stand when every folded part is open."""
    for block in blocks:
        if isinstance(block, Details):
            yield Heading(block.level or 6, block.summary)
            yield from opened(block.blocks)
        else:
            yield block


def under(document: Document, heading: str) -> list[Any]:
    """Blocks that follow a heading, up to the next one, folded or not."""
    blocks = list(opened(document.blocks))
    place = next(i for i, block in enumerate(blocks) if isinstance(block, Heading) and block.text == heading)
    rest = blocks[place + 1 :]
    end = next((i for i, block in enumerate(rest) if isinstance(block, Heading)), len(rest))
    return rest[:end]
