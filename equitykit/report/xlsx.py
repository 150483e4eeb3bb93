"""Workbooks: the text on the first sheet, every table on a sheet of its own, no cell a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

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
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST = 32_000  # a cell holds 32,767 characters
WIDEST, NARROWEST = 60, 10
FIRST_SHEET = "Report"
HEADER_ROW = 3
SIGNS = {"info": "Note", "warning": "Take care", "problem": "Problem"}
NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})*(?:\.\d+)?|-?\d+(?:\.\d+)?")
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def render(document: Document) -> bytes:
    """Write a document as an Excel workbook.

    Parameters
    ----------
    document : the report. Charts are left out; their description and table stand in.

    Returns
    -------
    bytes
        The file. Every text is stored as text, also one that begins with = or +, and stays text
        when its cell is edited. Numbers in columns of numbers are numbers.
    """
    from openpyxl import Workbook

    book = Workbook()
    sheet: Any = book.active
    sheet.title = FIRST_SHEET
    tables = list({id(table): table for table in _tables(document.blocks)}.values())
    names = dict(zip(map(id, tables), _names(tables), strict=True))
    _first_sheet(sheet, document, names)
    for table in tables:
        _table_sheet(book.create_sheet(names[id(table)]), table, document.notice)
    book.properties.title = document.title[:255]
    book.properties.language = document.lang
    book.properties.creator = "equitykit"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _tables(blocks: Iterable[Block]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Figure):
            yield block.table
        elif isinstance(block, Details):
            yield from _tables(block.blocks)


def _names(tables: Iterable[Table]) -> Iterator[str]:
    """Names of the sheets: a number, so that none is there twice, and the beginning of the caption."""
    for number, table in enumerate(tables, 1):
        words = NOT_IN_NAMES.sub(" ", table.caption)
        yield " ".join(f"{number} {words}"[:31].split())


def _put(cell: Cell, text: str) -> None:
    """Write text that no spreadsheet takes for a formula, now or when the cell is edited."""
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = True


def _pieces(text: str) -> Iterator[str]:
    """A text in as many cells as it takes."""
    for start in range(0, max(len(text), 1), LONGEST):
        yield text[start : start + LONGEST]


def _first_sheet(sheet: Worksheet, document: Document, names: dict[int, str]) -> None:
    from openpyxl.styles import Alignment, Font

    lines: list[tuple[str, str, float | None]] = []
    if document.notice:
        lines.append(("", document.notice, 11))
    lines.append(("", document.title, 16))
    if document.made:
        lines.append(("", f"Made {document.made}", None))
    lines += _lines(document.blocks, names)
    if document.notice:
        lines.append(("", document.notice, 11))
    row = 0
    for term, text, size in lines:
        for piece in _pieces(text):
            row += 1
            first: Any = sheet.cell(row, 1)
            second: Any = sheet.cell(row, 2)
            heading = size is not None
            _put(first, text if heading else term)
            first.font = Font(bold=heading or bool(term), size=size or 11)
            first.alignment = Alignment(vertical="top", wrap_text=not heading)
            if not heading:
                _put(second, piece)
                second.alignment = Alignment(vertical="top", wrap_text=True)
            term = ""
    sheet.column_dimensions["A"].width = 30
    sheet.column_dimensions["B"].width = 95
    sheet.sheet_view.showGridLines = False


def _lines(blocks: Iterable[Block], names: dict[int, str]) -> Iterator[tuple[str, str, float | None]]:
    """Rows of the first sheet: a term, a text, and for headings the size of the letters."""
    for block in blocks:
        match block:
            case Heading(level=level, text=text):
                yield ("", text, 15 - level)
            case Paragraph(text=text):
                yield ("", text, None)
            case Bullets(items=items):
                yield from (("", f"\u2022 {item}", None) for item in items)
            case Link():
                yield ("", _value(block), None)
            case Facts(pairs=pairs):
                yield from ((term, _value(value), None) for term, value in pairs)
            case Table(caption=caption):
                yield ("Table", f'{caption} (sheet "{names[id(block)]}")', None)
            case Figure(alt=alt, caption=caption, table=table):
                yield ("Chart", f'{caption}\n{alt} (numbers on sheet "{names[id(table)]}")', None)
            case Callout(kind=kind, title=title, text=text):
                yield (SIGNS[kind], f"{title}\n{text}".strip(), None)
            case Compared(caption=caption):
                yield (caption, block.text, None)
            case Details(summary=summary, blocks=inner, level=level, aside=aside):
                yield ("", summary, 15 - (level or 5))
                if aside:
                    yield ("", aside.capitalize(), None)
                yield from _lines(inner, names)


def _value(value: str | Link) -> str:
    if isinstance(value, str):
        return value
    return value.text if value.url in (None, value.text) else f"{value.text} <{value.url}>"


def _table_sheet(sheet: Worksheet, table: Table, notice: str | None) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    caption: Any = sheet.cell(1, 1)
    _put(caption, table.caption)
    caption.font = Font(bold=True, size=12)
    if notice:
        _put(sheet.cell(2, 1), notice)  # type: ignore[arg-type]
    for across, name in enumerate(table.header, 1):
        head: Any = sheet.cell(HEADER_ROW, across)
        _put(head, name)
        head.font = Font(bold=True)
        head.alignment = Alignment(vertical="bottom", wrap_text=True)
        head.border = Border(bottom=Side(style="medium"))
        texts = [name, *(row[across - 1] for row in table.rows)]
        width = max((len(line) for text in texts for line in text.split("\n")), default=0)
        sheet.column_dimensions[get_column_letter(across)].width = min(max(width + 2, NARROWEST), WIDEST)
    for down, row in enumerate(table.rows, HEADER_ROW + 1):
        for across, text in enumerate(row, 1):
            cell: Any = sheet.cell(down, across)
            _cell(cell, text, number=across - 1 in table.numeric)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.font = Font(bold=across == 1 and table.row_header)
    for place, note in enumerate(table.notes, HEADER_ROW + len(table.rows) + 2):
        _put(sheet.cell(place, 1), note)  # type: ignore[arg-type]
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 2 if table.row_header else 1).coordinate
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if table.rows:
        last = get_column_letter(len(table.header))
        sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW + len(table.rows)}"


def _cell(cell: Any, text: str, *, number: bool) -> None:
    if number and NUMBER.fullmatch(text) and len(text) <= 15:
        bare = text.replace(",", "")
        cell.value = float(bare) if "." in bare else int(bare)
        decimals = len(bare.partition(".")[2])
        cell.number_format = "#,##0" + (f".{'0' * decimals}" if decimals else "")
        return
    left = f"{text[: LONGEST - 80]} [cut here; the whole text stands in the other formats]"
    _put(cell, text if len(text) <= LONGEST else left)
