"""How the questions of a form were understood, before anything is said about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equitykit.forms import Form, Item
from equitykit.report import words
from equitykit.report.forms import KINDS, form_item, labels_of
from equitykit.report.questions import reading
from equitykit.report.tree import Block, Details, Document, Heading, Paragraph, Table

__all__ = ["form_overview"]

MOST_ITEMS = 300
MOST_ANSWERS = 4


def form_overview(form: Form, audit: Mapping[str, Any]) -> Document:
    """Which questions ask who people are, how each answer is read, and all questions as they stand.

    Parameters
    ----------
    form : as read.
    audit : its audit, which says what was recognised.

    Returns
    -------
    Document
    """
    labels = words.category_labels((audit.get("standard") or {}).get("id"))
    known = audit.get("questions") or ()
    blocks: list[Block] = [
        Paragraph(
            "Look whether each answer is read as you mean it. Where it is not, what is found can be wrong."
        ),
        Heading(2, "Questions about who people are"),
    ]
    if not known:
        blocks.append(
            Paragraph(
                "None was recognised. If the form asks for race or ethnicity, its words or codes are not known here."
            )
        )
    for entry in known:
        blocks.append(Heading(3, words.question(str(entry["question"]))))
        for item in entry.get("items") or ():
            blocks += [
                Paragraph(str(item.get("label") or item.get("item"))),
                *form_item(item, labels_of(str(entry["question"]), labels), reading),
            ]
    shown = form.items[:MOST_ITEMS]
    table = Table.filled(
        "All questions of the form",
        ("Name", "Question", "How it is answered", "Answers"),
        [(item.name, item.label, KINDS.get(item.type, item.type), _answers(item)) for item in shown],
        notes=[f"And {len(form.items) - len(shown):,} more."] if len(form.items) > len(shown) else [],
    )
    blocks += [
        Heading(2, "The whole form"),
        Details(f"Show all {words.counted(len(form.items), 'question')}", [table]),
    ]
    return Document(f"How {form.name} is read", blocks)


def _answers(item: Item) -> str:
    first = "; ".join(option.label for option in item.options[:MOST_ANSWERS])
    more = len(item.options) - MOST_ANSWERS
    return f"{first}; and {more} more" if more > 0 else first or words.DASH
