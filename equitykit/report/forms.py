"""How a form asks one question: its items, their options, and how it could be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from equitykit import standards
from equitykit.errors import UnknownName
from equitykit.report import words
from equitykit.report.tree import Block, Details, Facts, Paragraph, Table

__all__ = ["KINDS", "form_item", "form_question", "labels_of"]

Entry = Mapping[str, Any]
KINDS = {"single": "one answer", "multiple": "several answers", "text": "free text"}
_OFFERED = {
    "offered": "Can be chosen",
    "only_merged": "Only inside a merged label",
    "not_offered": "Cannot be chosen",
}
_FOLD_FROM = 12


def form_question(
    entry: Entry, labels: Mapping[str, str], reading: Callable[[Entry, Mapping[str, str]], str]
) -> Iterator[Block]:
    """One question of a form, over all items that ask a part of it.

    Parameters
    ----------
    entry : the question, as in the audit.
    labels : names of categories.
    reading : how an option was read, in words.
    """
    items: Sequence[Entry] = entry.get("items") or ()
    pairs = [("Items", ", ".join(str(item.get("item")) for item in items))]
    if multiple := entry.get("multiple"):
        pairs.append(("More than one answer", "Possible" if multiple.get("possible") else "Not possible"))
    yield Facts(pairs)
    if categories := entry.get("categories"):
        yield Table(
            "Categories of the standard",
            ("Category", "On this form"),
            [
                (words.group(str(each.get("id")), labels), _OFFERED.get(str(each.get("status")), ""))
                for each in categories
            ],
        )
    for item in items:
        yield from form_item(item, labels_of(str(entry.get("question")), labels), reading)
    if proposal := entry.get("proposal"):
        yield from _proposal(proposal)


def labels_of(question: str, labels: Mapping[str, str]) -> Mapping[str, str]:
    """Names of what the options of a question can be read as."""
    try:
        known = standards.vocabulary("yes_no" if question == "disability" else question).concepts
    except UnknownName:
        return labels
    return {**{id: concept.label for id, concept in known.items()}, **labels}


def form_item(
    item: Entry, labels: Mapping[str, str], reading: Callable[[Entry, Mapping[str, str]], str]
) -> Iterator[Block]:
    """One item: how it is answered, and how each option was read; parameters as for `form_question`."""
    options: Sequence[Entry] = item.get("options") or ()
    name = str(item.get("item"))
    kind = KINDS.get(str(item.get("type")), str(item.get("type")))
    if item.get("required"):
        kind += ", must be answered"
    if not options:
        yield Paragraph(f"Item \u201c{name}\u201d: {kind}.")
        return
    table = Table.filled(
        f"Options of item \u201c{name}\u201d ({kind})",
        ("Option", "Code", "Read as"),
        [(str(option.get("label")), str(option.get("code")), reading(option, labels)) for option in options],
    )
    if len(options) < _FOLD_FROM:
        yield table
    else:
        yield Details(f"Item \u201c{name}\u201d: all {len(options)} options", [table])


def _proposal(proposal: Entry) -> Iterator[Block]:
    """The question as it could be asked, to paste."""
    lines = str(proposal.get("text") or "").splitlines()
    blocks: list[Block] = [Paragraph(line) for line in lines if line.strip()]
    xlsform = proposal.get("xlsform") or {}
    for title, rows in (
        ("As XLSForm: the sheet survey", xlsform.get("survey")),
        ("As XLSForm: the sheet choices", xlsform.get("choices")),
        ("As rows of a REDCap dictionary", proposal.get("redcap")),
    ):
        if rows and len(rows) > 1:
            width = max(map(len, rows))
            padded = [(*map(str, row), *[""] * (width - len(row))) for row in rows]
            blocks.append(Table(title, padded[0], padded[1:]))
    yield Details("How it could be asked, to paste into a form builder", blocks)
