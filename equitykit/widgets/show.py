"""HTML for the pages. Every text that somebody wrote is escaped here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from equitykit.checks.unread import WHAT_THEY_MEAN
from equitykit.instruments import Ask, Column, PeopleAsk, RowsAsk
from equitykit.instruments.rows import ROW
from equitykit.instruments.values import blank
from equitykit.report import Document, html, words
from equitykit.report.answers import Voice, cell, in_words, option_label
from equitykit.report.evidence import evidence_blocks
from equitykit.report.retell import retold
from equitykit.report.tree import Block, Bullets, Details, Figure, Heading, Paragraph, Table

if TYPE_CHECKING:
    from equitykit.assessment import Assessment, Attached

__all__ = [
    "answer_lines",
    "bullets",
    "clock",
    "evidence",
    "files_table",
    "heading",
    "inset",
    "link",
    "paragraphs",
    "report_fragment",
    "short",
    "table",
]

IN_A_PAGE = {
    "Use --public before sharing.": "Save a version for others before sharing.",
    "use --public before sharing.": "save a version for others before sharing.",
    "Use --public to make a version for others.": "Save a version for others before sharing.",
    "make a version for others with --public": "save a version for others",
    "Give population counts with --benchmark FILE, or name them in the codebook.": "Name population counts in the "
    "codebook.",
    "Give a benchmark with a row ~multiracial: --benchmark FILE.": "Name a benchmark with a row ~multiracial in the "
    "codebook.",
    "Give --benchmark FILE.": "Name a benchmark in the codebook.",
    "Describe it in a codebook: equitykit propose DATA -o CODEBOOK, then --codebook CODEBOOK.": "Go back and choose "
    "the columns in which it is answered.",
    'Give their numbers with --benchmark FILE, in rows with the question "language".': "Their numbers can be given on "
    "the command line.",
    "Add one: equitykit form --standard us-omb-spd15-2024 --questions race_ethnicity -o FILE.": "The page "
    "\u201cMake a better form\u201d writes one.",
    "Choose a standard that has one, for example --standard us-omb-spd15-2024.": "Choose a standard that has one.",
    WHAT_THEY_MEAN: "Say what the codes mean: save how the columns were read, write it there, and check again.",
}
"""What commands do, as it is done on a page."""

_ids = count(1)
_shown: dict[str, str] = {}


def paragraphs(*texts: str, small: bool = False) -> str:
    """Paragraphs of plain text."""
    kind = Markup(' class="ekw-small"') if small else ""
    return "".join(Markup("<p{}>{}</p>").format(kind, text) for text in texts if text)


def bullets(texts: Iterable[str]) -> str:
    """A list of plain texts."""
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
    return str(Markup("<ul>{}</ul>").format(items)) if items else ""


def heading(text: str, level: int = 2) -> str:
    """A heading below the title of the page."""
    return str(Markup("<h{0}>{1}</h{0}>").format(level, text))


def inset(*inside: str, tone: str = "") -> str:
    """A remark that stands out; what is inside is HTML already."""
    return f'<div class="ekw-inset {escape(tone)}">{"".join(inside)}</div>'


def link(text: str, href: str, *, new: bool = False) -> str:
    """A link; one that opens elsewhere says so."""
    if new:
        # Our own server wants to know that it was this page that asked; nobody else gets to know.
        rel = "noopener" if href.startswith("/") else "noopener noreferrer"
        shown = Markup('<a href="{}" target="_blank" rel="{}">{} (opens in a new tab)</a>')
        return str(shown.format(href, rel, text))
    return str(Markup('<a href="{}">{}</a>').format(href, text))


def files_table(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A small table of plain texts."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in header)
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            row[0], Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row[1:])
        )
        for row in rows
    )
    table = '<table class="ekw-files"><caption class="ekw-hidden">{}</caption>'
    return str(
        Markup(table + "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(caption, head, body)
    )


def table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str] = ()
) -> str:
    """A table as reports have it, with its caption and notes."""
    return report_fragment(Document(caption, [Table(caption, header, rows, notes=notes)]), titled=False)


def clock(moment: datetime | None = None) -> str:
    """Time of day, here."""
    return (moment or datetime.now()).strftime("%H:%M")


def short(text: str, most: int = 220) -> str:
    """How a text begins, cut between words.

    >>> short("They told us to wait.", 10)
    'They told …'
    """
    if len(text) <= most:
        return text
    return shorten(text, most + 2, placeholder=" \u2026").removeprefix("\u2026") or f"{text[:most]} \u2026"


def report_fragment(document: Document, *, titled: bool = True) -> str:
    """A report inside a page: below the title of the page, with ids of its own, and without commands."""
    notice = _in_a_page(document.notice) if document.notice else None
    blocks = retold(document.blocks, _in_a_page)
    made = html.fragment(
        Document(document.title, blocks, lang=document.lang, notice=notice, made=document.made)
    )
    if titled:
        made = made.replace("<h1>", "<h2>", 1).replace("</h1>", "</h2>", 1)
    else:
        made = re.sub(r"<h1>.*?</h1>(\s*<h2[^>]*>.*?</h2>)?", "", made, count=1, flags=re.DOTALL)
    own = f"ekw{next(_ids)}"
    return re.sub(r'\b(id|aria-labelledby|href)="(#?)(table|part)-', rf'\1="\2{own}-\3-', made)


def _in_a_page(text: str) -> str:
    for command, here in IN_A_PAGE.items():
        text = text.replace(command, here)
    return text


def evidence(item: Attached) -> str:
    """Evidence as the report shows it, up to its first chart; drawn once as long as nothing changes."""
    said = json.dumps(
        [item.evidence.to_dict(), item.mark, [event.text for event in item.history]], default=str
    )
    if said not in _shown:
        _shown[said] = _evidence(item)
    return _shown[said]


def _evidence(item: Attached) -> str:
    blocks: list[Block] = [Heading(2, "Evidence")]
    if not item.may_be_shown():
        ended = Paragraph(
            f"The agreement to share it ended on {words.moment(item.consent_until)}. Its text is not shown."
        )
        return report_fragment(Document("Evidence", [*blocks, ended]), titled=False)
    for block in evidence_blocks(item, public=False):
        blocks.append(block)
        if isinstance(block, Figure):  # the first chart; the others are drawn for the report
            blocks.append(Details("In sentences", [Bullets(item.evidence.summary)]))
            blocks.append(Paragraph("The report shows every measure with its chart, and how this was made."))
            break
    return report_fragment(Document("Evidence", blocks), titled=False)


def answer_lines(assessment: Assessment, ask: Ask) -> list[str]:
    """An answer in lines of words; empty where there is none."""
    value = assessment.value(ask.id)
    if blank(value):
        return []
    if ask.kind == "evidence":
        return [item.evidence.title for item in assessment.evidence(ask.id)]
    if ask.kind == "actions":
        return [_action(row) for row in value]
    if isinstance(ask, PeopleAsk):
        named = ((row.get(name) for name in ROW) for row in value if not blank(row))
        return [", ".join(str(cell) for cell in cells if not blank(cell)) for cells in named]
    if isinstance(ask, RowsAsk):
        rows = [_row(row, ask.typed_columns()) for row in value if not blank(row)]
        return rows if len(rows) == 1 else [f"{place}. {row}" for place, row in enumerate(rows, start=1)]
    if isinstance(value, list):
        return [option_label(ask, item) for item in value]
    return [in_words(ask, value)]


def _row(row: dict[str, Any], columns: Iterable[Column]) -> str:
    said = [(column.label, cell(column, row.get(column.id), Voice(public=False))) for column in columns]
    return "\n".join(
        f"{label if label.endswith('?') else label + ':'} {text}" for label, text in said if text
    )


def _action(row: dict[str, Any]) -> str:
    owner, due = row.get("owner") or "no owner yet", words.moment(row.get("due")) or "no date yet"
    return f"{row['what']} ({owner}, {due}, {row['status']})"
