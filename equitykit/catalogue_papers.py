"""What views and statements are, in words: the orders and the short papers that an assessment can be printed in."""

from __future__ import annotations

from equitykit import instruments
from equitykit.catalogue_standards import page
from equitykit.instruments.statements import load_statement, statements
from equitykit.instruments.views import load_view, views

__all__ = ["explain_statement", "explain_view", "statement_titles", "view_titles"]


def view_titles() -> dict[str, str]:
    """Title of every view, by its id."""
    return {
        id: load_view(id, tool).title
        for tool in map(instruments.load, instruments.instruments())
        for id in views(tool.id)
    }


def statement_titles() -> dict[str, str]:
    """Title of every statement, by its id."""
    return {id: load_statement(id).title for id in statements()}


def explain_view(name: str) -> str:
    """Whose order it is, its steps, and whose mapping."""
    tool = next(one for one in map(instruments.load, instruments.instruments()) if name in views(one.id))
    found = load_view(name, tool)
    steps = [
        f"{number}. {step.title}{'' if step.seen else ' (a heading of our own)'}"
        for number, step in enumerate(found.steps, start=1)
    ]
    return page(
        f"{found.id}: {found.title}",
        f"A view of {tool.title}, for those {found.for_those}. Use it with: equitykit report FILE --view {found.id}",
        ["Steps:", *steps],
        found.remark,
        [f"{link.title}: {link.url}" for link in found.sources],
        "A file of your own is checked against schemas/view.schema.json.",
    )


def explain_statement(name: str) -> str:
    """For whom it is made, its sections, and what is known of the paper that others write."""
    found = load_statement(name)
    tool = instruments.load(found.instrument)
    known = [f"{fact.text}{'' if fact.seen else ' (not verified)'}" for fact in found.facts]
    return page(
        f"{found.id}: {found.title}",
        f"A short paper made from {tool.title}, for {found.place}. Our layout, no official form. Use it with: "
        f"equitykit report FILE --statement {found.id}",
        ["Sections:", *(f"{number}. {one.title}" for number, one in enumerate(found.sections, start=1))],
        ["What is known of the paper that others write:", *known] if known else "",
        "A file of your own is checked against schemas/statement.schema.json.",
    )
