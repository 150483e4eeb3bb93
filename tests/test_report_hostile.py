"""Hostile text in every field of an audit comes out as plain text in every format."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from equitykit.report import html, markdown, terminal
from equitykit.report.audit import audit_document
from equitykit.report.tree import Bullets, Callout, Details, Document, Facts, Heading, Paragraph, Table

HOSTILE = (
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "'><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "[red]x[/red] [/]",
    "a | b",
    "`code` ```fence```",
    "=1+1",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "***bold*** __under__ ~~gone~~",
    "one\ntwo\n\n# three",
    "setext\n===",
    "{{ 7 * 7 }}{% raw %}",
    "</style></title></main>",
    "&lt;b&gt; &#60;",
    "$x^2$ \\(y\\)",
    "\\| \\<b> \\",
    "right\u202eto left\u2066",
    "\x00\x1b[31mred\x07",
    "<!-- comment -->",
    "```\n<b>\n```",
    "    indented code",
    "https://example.org/track www.example.org me@example.org",
    "\ud800 half",
    "[ref]: https://example.org",
    "| --- |",
)

AUDIT: dict[str, Any] = {
    "equitykit": "0.1.0",
    "format": "audit/1",
    "subject": {"kind": "records", "name": "x.csv", "rows": 10, "sha256": "ab"},
    "standard": {"id": "us-omb-spd15-2024", "version": "1", "assumed": False},
    "questions": [
        {
            "question": "race_ethnicity", "columns": ["race"], "encoding": "single", "confirmed": False, "n": 10,
            "values": [
                {"raw": ["Caucasian"], "n": 4, "status": "mapped", "categories": ["WHITE"], "missing": None,
                 "note": "n"},
                {"raw": [None, "b"], "n": 1, "status": "missing", "categories": [], "missing": "blank", "note": None},
                {"raw": ["c"], "n": 1, "status": "review", "categories": [], "missing": None, "note": "n",
                 "suggestion": "s"},
                {"raw": ["d"], "n": 1, "status": "merged", "categories": [], "one_of": ["ASIAN"],
                 "missing": None, "note": ""},
            ],
            "values_left_out": 3,
            "categories": [{"id": "MENA", "status": "not_recorded", "n_alone": 0, "n_any": 0}],
            "missing": {"n": 1, "share": 0.1, "by_reason": {"blank": 1}},
            "multiple": {"possible": False, "n": 0},
            "items": [
                {"item": "i", "type": "single", "options": [
                    {"code": "1", "label": "l", "status": "mapped", "categories": ["WHITE"], "missing": None}]},
                {"item": "j", "type": "text", "options": []},
            ],
        }
    ],
    "results": [
        {"check": "a", "outcome": "found", "severity": "high", "title": "t", "message": "m", "columns": ["race"],
         "groups": ["MENA"], "observed": 0.5, "threshold": 0.1, "threshold_source": "default", "n": 10, "reason": None,
         "remedy": "r", "source": "https://example.org/s"},
        {"check": "b", "outcome": "not_run", "severity": "high", "title": "t2", "message": "", "columns": [],
         "groups": [], "observed": None, "threshold": None, "threshold_source": None, "n": None, "reason": "why",
         "remedy": None, "source": None},
        {"check": "c", "outcome": "clear", "severity": "low", "title": "t3", "message": "", "columns": [],
         "groups": [], "observed": None, "threshold": None, "threshold_source": None, "n": None, "reason": None,
         "remedy": None, "source": None},
    ],
    "summary": {"found": {"critical": 0, "high": 1}, "clear": 1, "not_run": 1},
    "notice": "Internal",
}  # fmt: skip
KEPT = {"outcome", "severity", "status", "kind", "threshold_source"}  # words the program writes, never a user


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all texts that a user's data can reach."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in KEPT:
                yield from places(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from places(value, (*path, place))
    elif isinstance(node, str):
        yield path


def poisoned(text: str) -> dict[str, Any]:
    """The audit with the same hostile text in every place."""
    audit = copy.deepcopy(AUDIT)
    for path in list(places(audit)):
        target: Any = audit
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = text
    audit["questions"][0]["missing"]["by_reason"] = {text: 1}
    return audit


class Tags(HTMLParser):
    """Everything in a page that a browser acts on."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[str] = []
        self.comments = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.values += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_comment(self, data: str) -> None:
        self.comments += 1


def tags(page: str) -> Tags:
    reader = Tags()
    reader.feed(page)
    return reader


def test_every_field_is_poisoned() -> None:
    found = list(places(poisoned("X")))
    assert len(found) > 35
    audit = poisoned("X")
    assert audit["subject"]["name"] == audit["results"][0]["columns"][0] == audit["notice"] == "X"


@pytest.mark.parametrize("text", HOSTILE)
def test_html_keeps_its_shape(text: str) -> None:
    """The page has the same elements and attributes as with a harmless word: nothing came to life."""
    harmless = tags(html.render(audit_document(poisoned("word"), labels={})))
    hostile = tags(html.render(audit_document(poisoned(text), labels={})))
    assert hostile.comments == 0
    assert sorted(set(hostile.seen)) == sorted(set(harmless.seen))
    assert len(hostile.seen) == len(harmless.seen)
    assert all(value.startswith("#") for value in hostile.values)


@pytest.mark.parametrize("text", HOSTILE)
def test_html_shows_the_text_as_it_is(text: str) -> None:
    from html import unescape

    page = html.render(audit_document(poisoned(text), labels={}))
    shown = text
    for hidden in "\u202e\u2066\x00\x1b\x07\ud800":
        shown = shown.replace(hidden, ascii(hidden).strip("'"))
    assert " ".join(shown.split()) in " ".join(unescape(page).split())


def words_of(document: Document) -> Iterator[str]:
    """Every text of a document, in order."""
    yield document.title
    yield from _words(document.blocks)


def _words(blocks: Any) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading(text=text) | Paragraph(text=text):
                yield text
            case Bullets(items=items):
                yield from items
            case Facts(pairs=pairs):
                for term, value in pairs:
                    yield from (term, value if isinstance(value, str) else value.text)
            case Table(caption=caption, header=header, rows=rows, notes=notes):
                yield from (caption, *header, *(cell for row in rows for cell in row), *notes)
            case Callout(title=title, text=text):
                yield from (title, text)
            case Details(summary=summary, blocks=inner):
                yield summary
                yield from _words(inner)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_reads_back_as_the_same_words(text: str) -> None:
    """A second reader (markdown-it, CommonMark with tables) sees only text, and all of it."""
    markdown_it = pytest.importorskip("markdown_it")
    document = audit_document(poisoned(text), labels={})
    reader = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = list(flat(reader.parse(markdown.render(document))))
    kinds = {token.type for token in tokens}
    assert not kinds & {
        "html_block",
        "html_inline",
        "code_inline",
        "code_block",
        "fence",
        "image",
        "em_open",
        "s_open",
    }
    assert not kinds & {"link_open", "hr", "ordered_list_open"}
    headings = sum(token.type == "heading_open" for token in tokens)
    assert headings == 1 + sum(isinstance(block, Heading) for block in document.blocks)
    read = squeezed("".join(content(token) for token in tokens))
    for words in words_of(document):
        assert squeezed(words) in read


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_reads_back_with_mistune(text: str) -> None:
    mistune = pytest.importorskip("mistune")
    page = mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])(
        markdown.render(audit_document(poisoned(text), labels={}))
    )
    expected = {
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "ul",
        "li",
        "strong",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert {tag for tag, _ in tags(page).seen} <= expected | {"blockquote", "br"}


def flat(tokens: Any) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from flat(token.children or ())


def content(token: Any) -> str:
    if token.type in {"text", "text_special"}:
        return str(token.content)
    return " " if token.type in {"softbreak", "hardbreak"} else ""


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("colour", [False, True])
def test_the_terminal_shows_every_word(text: str, colour: bool) -> None:
    document = audit_document(poisoned(text), labels={})
    shown = terminal.render(document, width=200)
    read = squeezed("".join(line.removeprefix("- ") for line in shown.splitlines()))
    for words in words_of(document):
        for piece in words.split():
            assert squeezed(piece) in read
    if colour:
        assert "\x1b[31mred" not in terminal.render(document, colour=True)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_output_holds_a_hidden_character(text: str) -> None:
    document = audit_document(poisoned(text), labels={})
    for page in (html.render(document), markdown.render(document), terminal.render(document)):
        page.encode("utf-8")
        assert not {
            mark for mark in page if mark != "\n" and unicodedata.category(mark) in {"Cc", "Cf", "Cs"}
        }
