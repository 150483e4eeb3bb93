"""A crosswalk between two standards: who is still seen, and who is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from equitykit.report.disparities import INTERNAL
from equitykit.report.tree import Block, Bullets, Document, Facts, Heading, Paragraph, Table
from equitykit.tidy import TOO_FEW, number

if TYPE_CHECKING:
    from equitykit.crosswalk import Crosswalk
    from equitykit.standards import Standard

HOW_TO_READ = (
    "A person with two categories counts in both, so the numbers add up along a line, not down a column.",
    "Who named a detailed group goes where the new standard's text puts it. Who named only a category "
    "that the new standard splits is not known to belong to either part.",
    "Keep answers as people gave them; roll up when reporting. Then nobody is lost in the file.",
)
SHOWN = "Counts too small to show, and those that would give them away, are left out."


def crosswalk_document(walk: Crosswalk, *, public: bool = False, title: str | None = None) -> Document:
    """Tell who is no longer seen, to a person who did not count.

    Parameters
    ----------
    walk : what ``ek.crosswalk`` gave.
    public : hide counts too small to show, and what would give them away.
    title : replaces the one made from the standards.
    """
    said = walk.to_dict(public=public)
    assumed = " (assumed: the codebook names none)" if walk.assumed else ""
    facts = [
        ("From", f"{walk.before.title} ({walk.before.id}){assumed}"),
        ("To", f"{walk.after.title} ({walk.after.id})"),
    ]
    if not public:
        facts += [
            ("With a category before", f"{number(walk.n_answered)} of {number(walk.n)}"),
            ("Missing from a category afterwards", number(walk.n_less)),
            ("In no named category afterwards", number(walk.n_gone)),
        ]
    blocks: list[Block] = [
        Heading(2, "In short"),
        Facts(facts),
        Bullets(_sentences(walk, said)),
        Heading(2, "Category by category"),
        _before(said),
    ]
    if not public:
        blocks.append(_after(said))
    blocks += [Heading(2, "How to read this"), Bullets([*HOW_TO_READ, *said["notes"]])]
    if public:
        left = ", ".join(walk.before.label(each) for each in walk.governed)
        blocks.append(Paragraph(SHOWN + (f" Left out, for its community decides: {left}." if left else "")))
    return Document(
        title or f"From {walk.before.id} to {walk.after.id}: who is no longer seen",
        blocks,
        notice=None if public else INTERNAL,
    )


def _sentences(walk: Crosswalk, said: dict[str, Any]) -> Iterator[str]:
    """What becomes of each category that does not keep everybody."""
    found = False
    for row in said["categories"]:
        parts = [
            f"{_count(row[outcome])} {words}"
            for outcome, words in said["outcomes"].items()
            if outcome != "kept" and row[outcome] != 0
        ]
        if parts:
            found = True
            into = _into(row["into"], walk.after) if row.get("into") else ""
            yield f"{row['label']}: of {_count(row['n_any'])}, {'; '.join(parts)}{into}."
    if not found:
        here = " that is shown here" if said["public"] else ""
        yield f"Everybody is still counted in each category they named{here}."


def _into(into: str, after: Standard) -> str:
    names = [
        " or ".join("two or more races" if id == "~several" else after.label(id) for id in group.split("+"))
        for group in into.split("; ")
    ]
    return f" ({'; '.join(names)})"


def _count(n: int | None) -> str:
    return TOO_FEW if n is None else number(n)


def _before(said: dict[str, Any]) -> Table:
    alone = [] if said["public"] else ["Alone"]
    header = [
        "Category",
        *alone,
        "Alone or with others",
        *(words.capitalize() for words in said["outcomes"].values()),
    ]
    rows = [
        [
            row["label"],
            *([_count(row["n_alone"])] if alone else []),
            _count(row["n_any"]),
            *(_count(row[outcome]) for outcome in said["outcomes"]),
        ]
        for row in said["categories"]
    ]
    return Table("Where the people of each category go", header, rows, numeric=range(1, len(header)))


def _after(said: dict[str, Any]) -> Table:
    rows = [(row["label"], _count(row["n_alone"]), _count(row["n_any"])) for row in said["after"]]
    header = ("Category of the new standard", "Alone", "Alone or with others")
    return Table("Who is counted afterwards", header, rows, numeric=(1, 2))
