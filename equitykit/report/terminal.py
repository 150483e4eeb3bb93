"""Text for a terminal: at most as wide as asked, no colour needed, nothing interpreted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from io import StringIO
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid

COLOURS = {"info": "blue", "warning": "yellow", "problem": "red"}
SIGNS = {"info": "[i]", "warning": "[!]", "problem": "[!!]"}
RULES = {2: "=", 3: "-"}
READABLE_COLUMN = 16  # a text column narrower than this breaks words; the table is then stacked
REPLACEMENTS = {
    "\u2500": "-", "\u2501": "-", "\u2502": "|", "\u2503": "|", "\u2022": "*", "\u2013": "-", "\u2014": "-",
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2026": "...", "\u00d7": "x",
    "\u2212": "-", "\u2264": "<=", "\u2265": ">=", "\u2192": "->", "\u2032": "'", "\u00a0": " ",
    "\u202f": " ", "\u2009": " ",
}  # fmt: skip


def render(document: Document, *, width: int = 80, colour: bool = False) -> str:
    """Write a document as text.

    Parameters
    ----------
    document : the report. Charts are left out; their description and table stand in.
    width : columns of the terminal (at least 40 are used).
    colour : use terminal colours, never as the only sign of a meaning.

    Returns
    -------
    str
        Give it to `encodable` before writing to a stream that is not UTF-8.

    Examples
    --------
    >>> print(render(Document("A", [Paragraph("[red]x[/]")])))
    A
    =
    <BLANKLINE>
    [red]x[/]
    <BLANKLINE>
    """
    from rich.console import Console

    room = max(width, 40)
    out = StringIO()
    console = Console(
        file=out,
        width=room,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    if document.notice:
        _say(console, document.notice, style="bold")
        console.print()
    _headline(console, document.title, "=")
    _blocks(console, document.blocks)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().split("\n")) + "\n"


def encodable(text: str, encoding: str | None) -> str:
    r"""Text that a stream with this encoding can print, as close to the original as it allows.

    Parameters
    ----------
    text : what to print.
    encoding : of the stream, for example ``sys.stdout.encoding``; None or unknown means ASCII.

    Returns
    -------
    str
        Boxes, dashes and quotes become ASCII; letters lose their accents; what is left is
        written as its number, so that nothing disappears.

    Examples
    --------
    >>> encodable("a \u2264 b, Din\xe9 \u4e2d", "ascii")
    'a <= b, Dine [U+4E2D]'
    """
    codec = encoding or "ascii"
    try:
        text.encode(codec)
    except LookupError:
        return encodable(text, "ascii")
    except UnicodeEncodeError:
        return "".join(_closest(character, codec) for character in text)
    return text


def _closest(character: str, codec: str) -> str:
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)
    )
    for attempt in (character, REPLACEMENTS.get(character), bare):
        if attempt and _fits(attempt, codec):
            return attempt
    return f"[U+{ord(character):04X}]"


def _fits(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _say(console: Console, text: str, *, style: str = "", indent: int = 0, first: str = "") -> None:
    """Wrap text; `first` stands before the first line, the others are indented as deep."""
    from rich.text import Text

    depth = indent + len(first)
    lines = Text(text).wrap(console, max(console.width - depth, 20))
    for place, line in enumerate(lines):
        lead = " " * indent + first if place == 0 else " " * depth
        console.print(Text(lead) + Text(line.plain.rstrip(), style=style), soft_wrap=True)


def _headline(console: Console, text: str, rule: str | None) -> None:
    from rich.cells import cell_len

    _say(console, text, style="bold")
    if rule:
        console.print(rule * min(cell_len(text), console.width))
    console.print()


def _blocks(console: Console, blocks: Iterable[Block]) -> None:
    for block in blocks:
        _block(console, block)


def _block(console: Console, block: Block) -> None:
    match block:
        case Heading(level=level, text=text):
            _headline(console, text, RULES.get(level))
            return
        case Paragraph(text=text):
            _say(console, text)
        case Bullets(items=items):
            for item in items:
                _say(console, item, first="\u2022 ", indent=2)
        case Link():
            _say(console, _value(block))
        case Facts(pairs=pairs):
            for term, value in pairs:
                _say(console, f"{term}: {_value(value)}", indent=2, first="")
        case Table():
            _table(console, block)
        case Figure(alt=alt, table=table):
            _say(console, f"Chart: {alt}")
            console.print()
            _table(console, table)
        case Callout(kind=kind, title=title, text=text):
            _say(console, title, style=f"bold {COLOURS[kind]}", first=f"{SIGNS[kind]} ")
            if text.strip():
                _say(console, text, indent=len(SIGNS[kind]) + 1)
        case Compared(caption=caption):
            _say(console, caption, style="bold")
            _say(console, block.text)
        case Details(summary=summary, blocks=inner, level=level, aside=aside):
            _headline(console, summary, RULES.get(level or 0))
            if aside:
                _say(console, aside)
                console.print()
            _blocks(console, inner)
            return
    console.print()


def _value(value: str | Link) -> str:
    if isinstance(value, str):
        return value
    return value.text if value.url in (None, value.text) else f"{value.text} <{value.url}>"


def _table(console: Console, table: Table) -> None:
    _say(console, table.caption, style="bold")
    if _fits_side_by_side(table, console.width):
        console.print(_grid(table))
    else:
        _stack(console, table)
    for note in table.notes:
        _say(console, note)


def _fits_side_by_side(table: Table, width: int) -> bool:
    """Whether no column must break a word, or squeeze long text into a ribbon."""
    from rich.cells import cell_len

    needed = 0
    for place, name in enumerate(table.header):
        cells = [name, *(row[place] for row in table.rows)]
        longest = max(cell_len(cell) for cell in cells)
        word = max((cell_len(part) for cell in cells for part in cell.split()), default=1)
        needed += max(word, min(longest, READABLE_COLUMN)) + 2
    return needed - 2 <= width


def _grid(table: Table) -> Grid:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), collapse_padding=True)
    for place, name in enumerate(table.header):
        justify = "right" if place in table.numeric else "left"
        grid.add_column(Text(name), justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def _stack(console: Console, table: Table) -> None:
    """One row after the other, for tables too wide for the terminal."""
    for row in table.rows:
        first, *others = zip(table.header, row, strict=True)
        _say(console, first[1] or "(blank)", first="- ")
        for name, cell in others:
            if cell:
                _say(console, f"{name}: {cell}", indent=4)
