"""The same blocks with other words: for texts from which something has to be taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from equitykit.report.tree import (
    Block,
    Bullets,
    Callout,
    Compared,
    Details,
    Facts,
    Figure,
    Heading,
    Link,
    Mark,
    Paragraph,
    Table,
)


def retold(blocks: Iterable[Block], say: Callable[[str], str]) -> Iterator[Block]:
    """The same blocks with every text passed through a function, so that none can be forgotten.

    Parameters
    ----------
    blocks : any blocks.
    say : gives the text to print instead; web addresses and pictures stay as they are.
    """
    for block in blocks:
        yield _retold(block, say)


def _retold(block: Block, say: Callable[[str], str]) -> Block:
    match block:
        case Heading(level=level, text=text):
            return Heading(level, say(text))
        case Paragraph(text=text):
            return Paragraph(say(text))
        case Bullets(items=items):
            return Bullets(map(say, items))
        case Link(text=text, url=url):
            return Link(text if text == url else say(text), url)
        case Facts(pairs=pairs):
            return Facts(
                (say(term), say(value) if isinstance(value, str) else _retold(value, say))
                for term, value in pairs
            )
        case Table():
            return _retold_table(block, say)
        case Figure(picture=picture, alt=alt, caption=caption, table=table, folded=folded, behind=behind):
            return Figure(picture, say(alt), say(caption), _retold_table(table, say), folded, behind)
        case Callout(kind=kind, title=title, text=text):
            return Callout(kind, say(title), say(text))
        case Compared(caption=caption, runs=runs):
            return Compared(say(caption), _retold_runs(runs, say))
        case Details(summary=summary, blocks=inner, level=level, aside=aside):
            return Details(say(summary), retold(inner, say), level=level, aside=say(aside))


def _retold_runs(runs: tuple[tuple[Mark, str], ...], say: Callable[[str], str]) -> list[tuple[Mark, str]]:
    """Runs with other words; where a name lies across two runs, the whole is told as two versions."""
    before = "".join(text for mark, text in runs if mark != "in")
    after = "".join(text for mark, text in runs if mark != "out")
    told: list[tuple[Mark, str]] = [(mark, say(text)) for mark, text in runs]
    whole = (say(before), say(after))
    if whole == (
        "".join(text for mark, text in told if mark != "in"),
        "".join(text for mark, text in told if mark != "out"),
    ):
        return told
    return [("out", whole[0]), ("in", whole[1])]


def _retold_table(table: Table, say: Callable[[str], str]) -> Table:
    return Table(
        say(table.caption),
        [say(name) for name in table.header],
        [[say(cell) for cell in row] for row in table.rows],
        notes=map(say, table.notes),
        row_header=table.row_header,
        numeric=table.numeric,
    )
