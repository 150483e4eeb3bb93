"""A form that was designed here: what is said, what is asked, when, and how it rolls up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from equitykit.forms import Form, Item, Notice, Option

__all__ = ["Ask", "Block", "Say", "When"]


@dataclass(frozen=True, slots=True)
class When:
    """A question is shown where an item has one of these answers."""

    item: str
    code: str
    several: bool  # whether that item takes several answers


@dataclass(frozen=True, slots=True)
class Say:
    """Text that asks nothing; `staff` says that it is for the person who asks."""

    name: str
    text: str
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One item. `alone` lists codes that may not stand beside another."""

    name: str
    label: str
    type: str
    options: tuple[Option, ...] = ()
    note: str = ""
    when: When | None = None
    alone: tuple[str, ...] = ()
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Everything about one question."""

    name: str
    title: str
    parts: tuple[Ask | Say, ...]

    @property
    def asks(self) -> Iterator[Ask]:
        """The items."""
        return (part for part in self.parts if isinstance(part, Ask))


def as_form(name: str, blocks: tuple[Block, ...], language: str) -> Form:
    """The same as a form that was read, for the checks."""
    items = tuple(_item(ask, block) for block in blocks for ask in block.asks)
    notices = tuple(
        Notice(part.text, (block.title,)) for block in blocks for part in block.parts if isinstance(part, Say)
    )
    return Form(name, "designed", items, notices, (language,))


def _item(ask: Ask, block: Block) -> Item:
    when = ask.when
    condition = ""
    if when is not None:
        condition = f"[{when.item}({when.code})] = '1'" if when.several else f"[{when.item}] = '{when.code}'"
    return Item(
        name=ask.name,
        label=ask.label,
        type=ask.type,
        options=ask.options,
        section=block.title,
        note=ask.note,
        group=(block.title,),
        conditional=condition,
    )
