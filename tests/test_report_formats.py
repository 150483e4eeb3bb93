"""Reports as Word documents, workbooks and PDF: what they hold, and that no text becomes anything else."""

from __future__ import annotations

import sys
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from openpyxl import load_workbook

from equitykit.errors import MissingExtra
from equitykit.report import write
from equitykit.report.compared import compared
from equitykit.report.tree import (
    Block,
    Bullets,
    Callout,
    Details,
    Document,
    Facts,
    Figure,
    Heading,
    Link,
    Paragraph,
    Table,
)
from tests.test_report_hostile import HOSTILE

FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", '=HYPERLINK("https://x.org")')


@cache
def picture() -> bytes:
    """A small chart."""
    from matplotlib.figure import Figure as Chart

    stream = BytesIO()
    Chart(figsize=(1, 1)).savefig(stream, format="png")
    return stream.getvalue()


def holding(text: str) -> Document:
    """A document with the same text in every place."""
    said = text if text.strip("\x00\t ") else "blank"
    tables = [
        Table(f"{said} caption", [said, "n"], [[said, "1,204"], ["b", "0.50"]], notes=[said], numeric=[1])
        for _ in range(2)
    ]
    blocks: list[Block] = [
        Heading(2, said),
        Paragraph(said),
        Bullets([said]),
        Link(said, "https://example.org/a"),
        Facts([(said, said), ("s", Link(said, None))]),
        tables[0],
        Figure(picture(), said, said, tables[1]),
        Callout("warning", said, said),
        compared(said, f"{said} old.", f"{said} new."),
        Details(said, [Heading(4, said), Paragraph(said)], level=3, aside=said),
    ]
    return Document(said, blocks, notice=said)


PLAIN = holding("A plain text")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plain document in every format."""
    made = tmp_path_factory.mktemp("formats")
    for ending in ("docx", "xlsx", "pdf"):
        write(PLAIN, made / f"a.{ending}")
    return made


def test_word_has_real_headings_header_rows_descriptions_and_a_language(folder: Path) -> None:
    from docx import Document as read
    from docx.oxml.ns import qn

    word = read(str(folder / "a.docx"))
    styles = [paragraph.style.name for paragraph in word.paragraphs if paragraph.style is not None]
    assert styles[1] == "Title"
    assert [name for name in styles if name.startswith("Heading")] == ["Heading 1", "Heading 2", "Heading 3"]
    for table in word.tables:
        row, whole = cast(Any, table.rows[0]._tr), cast(Any, table._tbl)
        assert row.trPr.find(qn("w:tblHeader")) is not None
        assert whole.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "A plain text caption"
    assert [shape._inline.docPr.get("descr") for shape in word.inline_shapes] == ["A plain text"]
    assert word.core_properties.language == "en"
    assert word.core_properties.title == "A plain text"
    language = word.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert language is not None
    assert language.get(qn("w:val")) == "en"
    marked = [run for paragraph in word.paragraphs for run in paragraph.runs if run.font.strike]
    assert [run.text.strip() for run in marked] == ["[taken out: old.]"]


def test_word_links_only_where_the_report_links(folder: Path) -> None:
    relations = zipfile.ZipFile(folder / "a.docx").read("word/_rels/document.xml.rels").decode()
    assert relations.count('TargetMode="External"') == 1
    assert "https://example.org/a" in relations


def test_a_workbook_has_the_text_and_a_sheet_for_every_table(folder: Path) -> None:
    book = load_workbook(folder / "a.xlsx")
    assert book.sheetnames == ["Report", "1 A plain text caption", "2 A plain text caption"]
    sheet: Any = book.worksheets[1]
    assert [[cell.value for cell in row] for row in sheet["A3:B5"]] == [
        ["A plain text", "n"],
        ["A plain text", 1204],
        ["b", 0.5],
    ]
    assert sheet["B5"].number_format == "#,##0.00"
    assert sheet.freeze_panes == "B4"
    said = "\n".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)
    assert 'A plain text caption (sheet "1 A plain text caption")' in said


@pytest.mark.parametrize("text", [*FORMULAS, *HOSTILE])
def test_no_cell_is_a_formula(text: str, tmp_path: Path) -> None:
    """Neither now, nor when somebody edits the cell."""
    book = load_workbook(write(holding(text), tmp_path / "a.xlsx"))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    texts = [cell for cell in cells if isinstance(cell.value, str)]
    assert texts
    assert {cell.data_type for cell in texts} == {"s"}
    assert all(cell.quotePrefix for cell in texts)
    assert not any(cell.hyperlink for cell in cells)
    for name in zipfile.ZipFile(tmp_path / "a.xlsx").namelist():
        if name.startswith("xl/worksheets/sheet"):
            assert b"<f>" not in zipfile.ZipFile(tmp_path / "a.xlsx").read(name)


def test_hostile_text_stays_text_in_word(tmp_path: Path) -> None:
    """All of it at once: the file opens, has one link, no field but the page number, and every text."""
    from docx import Document as read

    blocks = [block for text in (*FORMULAS, *HOSTILE) for block in holding(text).blocks]
    path = write(Document("Hostile", blocks), tmp_path / "a.docx")
    inside = zipfile.ZipFile(path)
    body = inside.read("word/document.xml").decode()
    assert "w:instr" not in body
    assert "<script>" not in body
    said = "\n".join(paragraph.text for paragraph in read(str(path)).paragraphs)
    for text in ("=1+1", "<script>alert(1)</script>", "{{ 7 * 7 }}{% raw %}", "[click](javascript:alert(1))"):
        assert text in said


def test_pdf_is_tagged_and_reads_nothing_as_markup(folder: Path, tmp_path: Path) -> None:
    plain = (folder / "a.pdf").read_bytes()
    assert plain.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in plain
    assert b"pdfuaid" in plain, "the plain document meets PDF/UA-1"
    blocks = [block for text in (*FORMULAS, *HOSTILE) for block in holding(text).blocks]
    assert write(Document("#import x *b* $x$", blocks), tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_letters_without_a_font_are_said(tmp_path: Path) -> None:
    from equitykit.report import pdf

    data = pdf.render(Document("A", [Paragraph("\U0001e900")]))
    assert data.startswith(b"%PDF-")
    assert b"pdfuaid" not in data


@pytest.mark.parametrize(("ending", "module", "extra"), [("docx", "docx", "docx"), ("pdf", "typst", "pdf")])
def test_a_format_that_is_not_installed_is_refused_in_a_sentence(
    ending: str, module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf'pip install "equitykit\[{extra}\]"'):
        write(PLAIN, tmp_path / f"a.{ending}")
    assert not list(tmp_path.iterdir())


def test_a_text_longer_than_a_cell_is_not_lost(tmp_path: Path) -> None:
    text = "word " * 20_000
    book = load_workbook(write(Document("A", [Paragraph(text)]), tmp_path / "a.xlsx"))
    said = "".join(str(row[1].value or "") for row in book.worksheets[0].iter_rows(min_row=2))
    assert said.split() == text.split()


def test_a_comparison_says_in_words_what_changed() -> None:
    before = "Visits are by video. A supervisor approves each visit. Four rooms close."
    after = (
        "Visits are in person. A supervisor approves each visit. The parent may ask for video at any time."
    )
    shown = compared("The rule", before, after)
    assert shown.text.startswith("Visits are [taken out: by video.] [added: in person.]")
    assert "".join(text for mark, text in shown.runs if mark != "in").split() == before.split()
    assert "".join(text for mark, text in shown.runs if mark != "out").split() == after.split()
    assert "[taken out: Four rooms close.]" in shown.text
