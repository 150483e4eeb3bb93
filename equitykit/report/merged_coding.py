"""Institutional Analyses of several sites together: how often each feature was seen, by kind of source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from equitykit.report import words
from equitykit.report.tree import Block, Heading, Paragraph, Table

__all__ = ["coding_blocks"]


def coding_blocks(data: Mapping[str, Any]) -> Iterator[Block]:
    """Features by kinds of source over all sites; nothing where no site coded a passage.

    Parameters
    ----------
    data : in the format `merged/1`.
    """
    told = data.get("coding")  # files merged before have none
    if not told:
        return
    some = len(told["sites"])
    yield Heading(2, "What was seen in passages")
    yield Paragraph(
        f"{words.counted(some, 'site')} coded passages. These numbers say how often something was seen, not how much "
        "it weighs; sites with more passages count for more. \u201cNone\u201d can be a place where nobody has looked."
    )
    if told["not_coded"]:
        yield Paragraph(f"Not coded yet at these sites: {words.counted(told['not_coded'], 'passage')}.")
    rows = [
        (
            one["label"]
            + ("" if one["lists"] == some else f" (in the list of {one['lists']} of {some} sites)"),
            f"{one['seen']} of {one['lists']}",
            *(_cell(cell, data["minimum"]) for cell in one["cells"]),
        )
        for one in told["features"]
    ]
    header = ("Feature", "Sites that saw it", *(cell["label"] for cell in told["features"][0]["cells"]))
    notes = [f"Where fewer than {data['minimum']} sources show a feature, no number is given."]
    yield Table("Features by kind of source, all sites", header, rows, notes=notes)


def _cell(cell: Mapping[str, Any], minimum: int) -> str:
    if not cell["coded"]:
        return "none"
    if cell["sources"] is None:
        return f"fewer than {minimum} sources"
    passages = words.counted(cell["passages"], "passage")
    return f"{passages} from {cell['sources']} sources at {words.counted(cell['sites'], 'site')}"
