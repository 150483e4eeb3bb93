"""Markdown in which values stay values: what looks like markup comes out as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from equitykit.report.tree import (
    Block,
    Bullets,
    Callout,
    Compared,
    Details,
    Document,
    Facts,
    Figure,
    Heading,
    Link,
    Paragraph,
    Table,
)

INLINE = re.compile(r"([\\`*_\[\]<>|~&$@])")
LINE_START = re.compile(r"^([#+\-=:])")
NUMBERED = re.compile(r"^(\d{1,9})([.)])")
KINDS = {"info": "Note", "warning": "Take care", "problem": "Problem"}


def render(document: Document) -> str:
    r"""Write a document as Markdown (CommonMark with GitHub tables).

    Parameters
    ----------
    document : the report. Charts are left out; their description and table stand in.

    Returns
    -------
    str

    Examples
    --------
    >>> print(render(Document("A", [Paragraph("1. *x*")])))
    # A
    <BLANKLINE>
    1\. \*x\*
    <BLANKLINE>
    """
    notice = [f"**{escape(document.notice)}**"] if document.notice else []
    made = [f"Made {escape(document.made)}"] if document.made else []
    pieces = [*notice, f"# {escape(document.title)}", *made, *_blocks(document.blocks), *notice]
    return "\n\n".join(pieces) + "\n"


def escape(text: str) -> str:
    """Text that no Markdown reader takes for markup, on one line."""
    flat = " ".join(text.split())
    return NUMBERED.sub(r"\1\\\2", LINE_START.sub(r"\\\1", _inline(flat)))


def _inline(text: str) -> str:
    """Escape what means something anywhere in a line; addresses do not become links by themselves."""
    escaped = INLINE.sub(r"\\\1", text)
    escaped = re.sub(r"(?<=\w):(?=//)", r"\\:", escaped)
    return re.sub(r"(?i)\bwww\.", lambda match: match.group()[:-1] + r"\.", escaped)


def _cell(text: str) -> str:
    return _inline(" ".join(text.split()))


def _paragraph(text: str) -> str:
    return "\\\n".join(escape(line) for line in text.split("\n") if line.strip())


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level=level, text=text):
            yield f"{'#' * level} {escape(text)}"
        case Paragraph(text=text):
            if text:
                yield _paragraph(text)
        case Bullets(items=items):
            yield "\n".join(f"- {escape(item)}" for item in items)
        case Link():
            yield _link(block)
        case Facts(pairs=pairs):
            # Another sign than that of bullets, so that the two do not become one list.
            yield "\n".join(f"* **{escape(term)}:** {_value(value)}" for term, value in pairs)
        case Table():
            yield from _table(block)
        case Figure(alt=alt, caption=caption, table=table):
            yield f"**{escape(caption)}**"
            yield f"Chart: {_inline(alt)}"
            yield from _table(table)
        case Callout(kind=kind, title=title, text=text):
            yield "\n".join(f"> {line}" for line in _callout(kind, title, text))
        case Compared(caption=caption):
            yield f"**{escape(caption)}**"
            yield _paragraph(block.text)
        case Details(summary=summary, blocks=inner, level=level, aside=aside):
            yield f"**{escape(summary)}**" if level is None else f"{'#' * level} {escape(summary)}"
            if aside:
                yield escape(aside)
            yield from _blocks(inner)


def _callout(kind: str, title: str, text: str) -> Iterator[str]:
    yield f"**{KINDS[kind]}: {_inline(title)}**"
    if text.strip():
        yield ""
        yield from _paragraph(text).split("\n")


def _value(value: str | Link) -> str:
    return _link(value) if isinstance(value, Link) else escape(value)


def _link(link: Link) -> str:
    if link.url is None:
        return escape(link.text)
    address = link.url.replace("(", "%28").replace(")", "%29")
    return f"[{_inline(link.text)}](<{address}>)"


def _table(table: Table) -> Iterator[str]:
    rule = ["---:" if place in table.numeric else "---" for place in range(len(table.header))]
    lines = [table.header, *table.rows]
    cells = [" | ".join(_cell(cell) for cell in line) for line in lines]
    yield f"**{escape(table.caption)}**"
    yield "\n".join(f"| {line} |" for line in [cells[0], " | ".join(rule), *cells[1:]])
    for note in table.notes:
        yield escape(note)
