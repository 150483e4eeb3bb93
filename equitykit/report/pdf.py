"""PDF: tagged for screen readers, laid out by Typst from data that it never reads as markup."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from equitykit.errors import MissingExtra
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
    ReportError,
    Table,
)

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
ONE_LINE, LONG_WORD = 90, 16  # characters of a line at the size of tables, and of a word that sets a width
NO_LETTERS = (
    "Some letters of this report are in none of the fonts on the computer that made it, and are missing here. "
    "They are in the report as HTML."
)


def render(document: Document) -> bytes:
    """Write a document as PDF.

    Parameters
    ----------
    document : the report. Folded parts are written out in full.

    Returns
    -------
    bytes
        The file, tagged, and to the standard PDF/UA-1 where the fonts of this computer have every
        letter. Where they have not, the file says so. Nothing is fetched.

    Raises
    ------
    MissingExtra : typst is not installed.
    ReportError : typst could not lay it out.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingExtra("Writing a PDF", "pdf") from error
    template = TEMPLATE.read_bytes()
    data = _data(document)

    def made(**how: Any) -> bytes:
        files = {"main": template, "data.json": json.dumps(data).encode("utf-8")}
        return bytes(typst.compile(files, format="pdf", **how))

    try:
        return made(pdf_standards=["ua-1"])
    except (typst.TypstError, RuntimeError) as error:
        if "could not be displayed" in str(error):
            data["blocks"].append(
                {"kind": "callout", "title": "Letters that are missing", "text": NO_LETTERS}
            )
    try:
        return made()
    except (typst.TypstError, RuntimeError) as error:
        raise ReportError(
            "The report could not be laid out as a PDF.",
            next_step="Write it as .html or .docx, and print that.",
        ) from error


def _data(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "lang": document.lang.split("-")[0].lower(),
        "notice": document.notice,
        "made": document.made,
        "blocks": list(_blocks(document.blocks)),
    }


def _blocks(blocks: Iterable[Block]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        match block:
            case Heading(level=level, text=text):
                yield {"kind": "heading", "level": level - 1, "text": text}
            case Paragraph(text=text):
                yield {"kind": "paragraph", "text": text}
            case Bullets(items=items):
                yield {"kind": "bullets", "items": list(items)}
            case Link():
                yield {"kind": "facts", "pairs": [["", block.text, block.url]]}
            case Facts(pairs=pairs):
                yield {"kind": "facts", "pairs": [_pair(term, value) for term, value in pairs]}
            case Table():
                yield _table(block)
            case Figure(png=png, alt=alt, caption=caption, table=table):
                yield {"kind": "figure", "png": list(png), "alt": alt, "caption": caption}
                yield _table(table)
            case Callout(title=title, text=text):
                yield {"kind": "callout", "title": title, "text": text}
            case Compared(caption=caption, runs=runs):
                yield {"kind": "compared", "title": caption, "runs": [list(run) for run in runs]}
            case Details(summary=summary, blocks=inner, level=level, aside=aside):
                if level is None:
                    yield {"kind": "strong", "text": summary}
                else:
                    yield {"kind": "heading", "level": level - 1, "text": summary}
                if aside:
                    yield {"kind": "paragraph", "text": aside.capitalize()}
                yield from _blocks(inner)


def _pair(term: str, value: str | Link) -> list[str | None]:
    return [term, value, None] if isinstance(value, str) else [term, value.text, value.url]


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": table.caption,
        "header": list(table.header),
        "rows": [list(row) for row in table.rows],
        "notes": list(table.notes),
        "widths": _widths(table),
        "row_header": table.row_header,
        "numeric": list(table.numeric),
    }


def _widths(table: Table) -> list[int] | None:
    """Shares of the page by how much a column says; None where every row fits on one line."""
    columns = list(zip(table.header, *table.rows, strict=True))
    longest = [max(map(len, cells)) for cells in columns]
    if sum(longest) <= ONE_LINE:
        return None
    words = [max((len(word) for cell in cells for word in cell.split()), default=1) for cells in columns]
    return [
        max(min(word, LONG_WORD), round(length**0.5) * 2) for word, length in zip(words, longest, strict=True)
    ]
