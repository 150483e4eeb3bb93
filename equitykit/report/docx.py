"""Word documents: real headings, header rows that repeat, pictures with their description."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

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
    Table,
)

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.text.paragraph import Paragraph as Para

SIGNS = {"info": "Note", "warning": "Take care", "problem": "Problem"}
BAND = {"info": "E8F0F7", "warning": "FBF1DC", "problem": "F9E3E4"}
LINK = "0B4F8A"
WIDE = 6  # columns from which a table is printed smaller
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def render(document: Document) -> bytes:
    """Write a document as a Word file.

    Parameters
    ----------
    document : the report. Folded parts are written out in full.

    Returns
    -------
    bytes
        The file. Its language, title and headings are set, header rows repeat on each page,
        and every picture has its description as alternative text. No text is a field or a link
        unless the report made it one.

    Raises
    ------
    MissingExtra : python-docx is not installed.
    """
    try:
        from docx import Document as new
    except ImportError as error:
        raise MissingExtra("Writing a Word document", "docx") from error
    word = new()
    _about(word, document)
    if document.notice:
        _notice(word, document.notice)
    word.add_paragraph(document.title, style="Title")
    if document.made:
        word.add_paragraph(f"Made {document.made}", style="Subtitle")
    _blocks(word, document.blocks)
    if document.notice:
        _notice(word, document.notice)
    stream = BytesIO()
    word.save(stream)
    return stream.getvalue()


def _about(word: Word, document: Document) -> None:
    """Language, title, page numbers, and type that is easy to read."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    properties = word.core_properties
    properties.title, properties.language = document.title[:255], document.lang
    properties.author = properties.comments = ""
    language = word.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    if language is not None:
        language.set(qn("w:val"), document.lang)
    word.styles["Normal"].font.size = Pt(11)
    for name in ("Title", "Subtitle", *(f"Heading {level}" for level in range(1, 6))):
        word.styles[name].font.color.rgb = RGBColor(0x1D, 0x1D, 0x1F)
    footer = word.sections[0].footer.paragraphs[0]
    footer.add_run(f"{document.title[:80]}  \u00b7  ")
    _field(footer, "PAGE")


def _field(paragraph: Para, code: str) -> None:
    """A field that Word fills in, such as the number of the page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field: Any = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    paragraph._p.append(field)


def _notice(word: Word, text: str) -> None:
    paragraph = word.add_paragraph()
    paragraph.add_run(text).bold = True
    _band(paragraph, "F4F5F7")


def _band(paragraph: Para, colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade: Any = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    paragraph._p.get_or_add_pPr().append(shade)


def _blocks(word: Word, blocks: Iterable[Block]) -> None:
    for block in blocks:
        _block(word, block)


def _block(word: Word, block: Block) -> None:
    match block:
        case Heading(level=level, text=text):
            word.add_heading(text, level=level - 1)
        case Paragraph(text=text):
            word.add_paragraph(text)
        case Bullets(items=items):
            for item in items:
                word.add_paragraph(item, style="List Bullet")
        case Link():
            _said(word.add_paragraph(), block)
        case Facts(pairs=pairs):
            _facts(word, pairs)
        case Table():
            _table(word, block)
        case Figure():
            _figure(word, block)
        case Callout(kind=kind, title=title, text=text):
            paragraph = word.add_paragraph()
            paragraph.add_run(f"{SIGNS[kind]}: {title}").bold = True
            if text:
                paragraph.add_run(f"\n{text}")
            _band(paragraph, BAND[kind])
        case Compared(caption=caption, runs=runs):
            word.add_paragraph().add_run(caption).bold = True
            paragraph = word.add_paragraph()
            for mark, text in runs:
                run = paragraph.add_run(_marked(mark, text))
                run.font.strike, run.underline = mark == "out", mark == "in"
        case Details(summary=summary, blocks=inner, level=level, aside=aside):
            if level is None:
                word.add_paragraph().add_run(summary).bold = True
            else:
                word.add_heading(summary, level=level - 1)
            if aside:
                word.add_paragraph(aside.capitalize())
            _blocks(word, inner)


def _marked(mark: str, text: str) -> str:
    """A piece of a comparison, with words beside the line through or under it."""
    word = {"out": "taken out", "in": "added"}.get(mark)
    bare = text.rstrip()
    return text if word is None or not bare else f"[{word}: {bare}]{text[len(bare) :]}"


def _facts(word: Word, pairs: Iterable[tuple[str, str | Link]]) -> None:
    for term, value in pairs:
        paragraph = word.add_paragraph()
        paragraph.paragraph_format.space_after = 0
        paragraph.add_run(f"{term}: ").bold = True
        _said(paragraph, value)
    word.add_paragraph().paragraph_format.space_after = 0


def _said(paragraph: Para, value: str | Link) -> None:
    if isinstance(value, str) or value.url is None:
        paragraph.add_run(value if isinstance(value, str) else value.text)
        return
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    link: Any = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(value.url, HYPERLINK, is_external=True))
    run = paragraph.add_run(value.text)
    run.underline, run.font.color.rgb = True, RGBColor.from_string(LINK)
    paragraph._p.append(link)
    link.append(run._r)


def _table(word: Word, table: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    caption = word.add_paragraph(style="Caption")
    caption.add_run(table.caption)
    caption.paragraph_format.keep_with_next = True
    grid = word.add_table(rows=1, cols=len(table.header), style="Table Grid")
    properties = grid._tbl.tblPr
    for name, text in (("w:tblCaption", table.caption), ("w:tblDescription", " ".join(table.notes))):
        said: Any = OxmlElement(name)
        said.set(qn("w:val"), text)
        properties.append(said)
    header = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(header)
    for _ in table.rows:
        grid.add_row()._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    size = Pt(8.5 if len(table.header) >= WIDE else 9.5)
    for down, (line, cells) in enumerate(zip(grid.rows, (table.header, *table.rows), strict=True)):
        for across, (cell, text) in enumerate(zip(line.cells, cells, strict=True)):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size = size
            run.bold = down == 0 or (across == 0 and table.row_header)
            if across in table.numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for note in table.notes:
        word.add_paragraph().add_run(note).font.size = Pt(9)
    word.add_paragraph().paragraph_format.space_after = 0


def _figure(word: Word, figure: Figure) -> None:
    from docx.shared import Inches

    picture = word.add_picture(BytesIO(figure.png), width=Inches(6))
    word.paragraphs[-1].paragraph_format.keep_with_next = True
    about = picture._inline.docPr
    about.set("descr", figure.alt)
    about.set("title", figure.caption)
    word.add_paragraph(figure.caption, style="Caption")
    _table(word, figure.table)
