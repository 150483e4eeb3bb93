"""The document tree, and what every writer makes of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from equitykit.report import html, markdown, terminal
from equitykit.report.retell import retold
from equitykit.report.spelled import plain
from equitykit.report.tree import (
    Bullets,
    Callout,
    Details,
    Document,
    Facts,
    Figure,
    Heading,
    Link,
    Paragraph,
    ReportError,
    Table,
    headings,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
TABLE = Table("Numbers", ("Group", "n"), [("A", "1"), ("B", "2")], numeric=(1,), notes=["A note."])
EVERYTHING = Document(
    "A report",
    [
        Heading(2, "First"),
        Paragraph("One line\nand another."),
        Bullets(["a", "b"]),
        Facts([("Term", "Value"), ("Source", Link.of("https://example.org/a_b?c=1&d=2"))]),
        Heading(3, "Below"),
        TABLE,
        Figure(PNG, "Dots for A and B", "A chart", TABLE),
        Callout("warning", "Take care", "Because."),
        Details("More", [Paragraph("Hidden at first.")]),
        Figure(PNG, "Dots for A and B", "A folded chart", TABLE, folded=True),
        Details("A part", [Heading(4, "A question"), Paragraph("An answer.")], level=3, aside="finished"),
        Link("Standard", "us-omb-spd15-2024"),
    ],
    notice="Internal",
    made="3 March 2026",
)


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that every tag is closed."""

    VOID = frozenset({"meta", "img", "br", "hr", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def test_an_empty_description_is_refused() -> None:
    with pytest.raises(ReportError, match="no description for people who do not see it"):
        Figure(PNG, " \n", "A chart", TABLE)


def test_a_figure_without_its_numbers_is_refused() -> None:
    with pytest.raises(ReportError, match="has no table"):
        Figure(PNG, "Dots", "A chart", None)  # type: ignore[arg-type]


def test_only_png_images_are_taken() -> None:
    with pytest.raises(ReportError, match="not a PNG"):
        Figure(b"<svg onload=alert(1)>", "Dots", "A chart", TABLE)
    drawn_later = Figure(lambda: b"<svg onload=alert(1)>", "Dots", "A chart", TABLE)
    with pytest.raises(ReportError, match="not a PNG"):
        html.render(Document("A", [drawn_later]))


@pytest.mark.parametrize(
    "blocks",
    [
        [Heading(3, "Too deep")],
        [Heading(2, "Fine"), Heading(4, "Too deep")],
        [Heading(2, "Fine"), Details("More", [Heading(4, "Too deep")])],
        [Heading(2, "Fine"), Details("Too deep", [], level=4)],
    ],
)
def test_headings_may_not_skip_a_level(blocks: list[Heading | Details]) -> None:
    with pytest.raises(ReportError, match="Too deep"):
        Document("A", blocks)


def test_a_folded_part_can_be_a_heading() -> None:
    part = Details("A part", [Heading(4, "A question")], level=3, aside="finished")
    document = Document("A", [Heading(2, "All"), part])
    assert [heading.text for heading in headings(document.blocks)] == ["All", "A part", "A question"]
    page = html.render(document)
    assert '<summary><h3>A part</h3> <span class="aside">finished</span></summary>' in page
    assert "### A part\n\nfinished\n\n#### A question" in markdown.render(document)
    assert "A part\n------\n\nfinished" in terminal.render(document)


def test_a_folded_chart_keeps_its_numbers_everywhere() -> None:
    document = Document("A", [Figure(PNG, "Dots", "A chart", TABLE, folded=True)])
    page = html.render(document)
    fold, table = page.index("The numbers of this chart"), page.index("<table>")
    assert page.index('alt="Dots"') < fold < table < page.index("</details>")
    assert "| B | 2 |" in markdown.render(document) and "Numbers" in terminal.render(document)


def test_a_folded_table_that_holds_no_numbers_is_named_for_what_it_holds() -> None:
    figure = Figure(PNG, "Boxes", "A map", TABLE, folded=True, behind="The steps of this map, as a table")
    page = html.render(Document("A", [figure]))
    assert "<summary>The steps of this map, as a table</summary>" in page
    assert "The numbers of this chart" not in page


@pytest.mark.parametrize(
    ("rows", "header", "numeric"),
    [
        ([("A", "", "1", "\u2013"), ("B", " ", "\u2013", "")], ("Group", "n"), (1,)),
        ([("A", "x", "1", "y")], ("Group", "Empty", "n", "Note"), (2,)),
        ([("", "", "", "")], ("Group",), ()),
        ([], ("Group", "Empty", "n", "Note"), (2,)),
    ],
)
def test_columns_without_a_word_are_left_out(
    rows: list[tuple[str, ...]], header: tuple[str, ...], numeric: tuple[int, ...]
) -> None:
    table = Table.filled("T", ("Group", "Empty", "n", "Note"), rows, numeric=(2,), notes=["A note."])
    assert (table.header, table.numeric, table.notes) == (header, numeric, ("A note.",))
    assert all(
        cell.strip() in {"", "\u2013"} or cell in kept
        for row, kept in zip(rows, table.rows, strict=True)
        for cell in row
    )


def test_every_text_is_retold_and_the_rest_stays() -> None:
    told = Document("A", retold(EVERYTHING.blocks, str.upper))
    again = Document("A", retold(EVERYTHING.blocks, str))
    assert again.blocks == EVERYTHING.blocks
    words = re.sub(r"<style>.*?</style>|data:[^\"]*", "", html.render(told), flags=re.DOTALL)
    assert not re.findall(r"Hidden at first|A part|finished|A folded chart|Dots|A note", words)


def test_headings_may_go_back_up() -> None:
    Document("A", [Heading(2, "a"), Heading(3, "b"), Heading(4, "c"), Heading(2, "d")])


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ReportError, match="do not have 2 cells"):
        Table("T", ("a", "b"), [("1",)])


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "https://", "ht tp://a", 'https://a"b']
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert Link.of(address).url is None


def test_hidden_characters_are_spelled_out() -> None:
    assert plain("a\u202eb\u2066\x1b[31m\ufeff\ud800") == r"a\u202eb\u2066\x1b[31m\ufeff\ud800"
    assert (
        plain("Din\u00e9 \u4e2d\u6587 \U0001f469\u200d\U0001f33e")
        == "Din\u00e9 \u4e2d\u6587 \U0001f469\u200d\U0001f33e"
    )
    assert plain("a\r\nb\u2028c", lines=True) == "a\nb\nc"


def test_html_is_a_whole_accessible_page() -> None:
    page = parsed(html.render(EVERYTHING))
    tags = [tag for tag, _ in page.tags]
    attributes = dict(page.tags)
    assert attributes["html"]["lang"] == "en"
    assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
    assert {"header", "footer"} <= set(tags)
    assert ("a", {"class": "skip", "href": "#main"}) in page.tags
    assert tags.count("caption") == tags.count("table") == 3
    assert all(given.get("scope") in {"col", "row"} for tag, given in page.tags if tag == "th")
    assert next(given["alt"] for tag, given in page.tags if tag == "img") == "Dots for A and B"
    regions = [given for tag, given in page.tags if given.get("class") == "scroll"]
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(ids) == len(set(ids))
    assert all(given["tabindex"] == "0" and given["role"] == "group" for given in regions)
    assert all(given.get("aria-label") or given["aria-labelledby"] in ids for given in regions)


def test_html_loads_nothing() -> None:
    page = parsed(html.render(EVERYTHING))
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    for tag, given in page.tags:
        assert not [name for name in given if name.startswith("on") or name == "style"]
        assert str(given.get("src", "data:")).startswith("data:image/png;base64,") or tag != "img"
        assert "srcset" not in given
    style = "".join(re.findall(r"<style>(.*?)</style>", html.render(EVERYTHING), re.S))
    assert "url(" not in style and "@import" not in style and "http" not in style
    policy = next(
        given["content"] for _, given in page.tags if given.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None and policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")


def test_pieces_for_a_notebook_share_no_id() -> None:
    other = Document("Another", EVERYTHING.blocks)
    both = parsed(html.fragment(EVERYTHING) + html.fragment(other))
    ids = [given["id"] for _, given in both.tags if "id" in given]
    assert len(ids) == len(set(ids)) > 0
    assert not {"html", "body", "script"} & {tag for tag, _ in both.tags}
    assert html.fragment(EVERYTHING) == html.fragment(EVERYTHING)


def test_the_policy_names_the_style_that_is_there() -> None:
    import base64
    import hashlib

    page = html.render(EVERYTHING)
    style = re.findall(r"<style>(.*?)</style>", page, re.S)[0]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_enough_contrast(scheme: str) -> None:
    style = (html.TEMPLATES / "report.css").read_text(encoding="utf-8")
    parts = {
        "light": style.split("@media")[0],
        "dark": style.split("prefers-color-scheme: dark")[1].split("@media")[0],
    }
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", parts[scheme]))
    for ink in ("ink", "soft", "link"):
        for paper in ("paper", "band"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    for border in ("info", "warning", "problem"):
        assert contrast(colours[border], colours["paper"]) >= 3


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_notice_stands_first_and_last() -> None:
    page = html.render(EVERYTHING)
    assert page.count('<p class="notice">Internal</p>') == 2
    assert markdown.render(EVERYTHING).startswith("**Internal**")
    assert terminal.render(EVERYTHING).startswith("Internal\n")


def test_a_chart_is_words_and_a_table_where_it_cannot_be_seen() -> None:
    for text in (markdown.render(EVERYTHING), terminal.render(EVERYTHING)):
        assert "Chart: Dots for A and B" in text
        assert text.count("Numbers") == 3


def test_folded_parts_are_written_out_where_nothing_can_be_opened() -> None:
    assert "Hidden at first." in markdown.render(EVERYTHING)
    assert "Hidden at first." in terminal.render(EVERYTHING)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_terminal_lines_fit(width: int) -> None:
    from rich.cells import cell_len

    wide = Table("W", [f"column {i}" for i in range(9)], [[f"some words in {i}" for i in range(9)]] * 2)
    text = terminal.render(
        Document("A", [*EVERYTHING.blocks[:8], wide, Paragraph("\u4e2d" * 200)]), width=width
    )
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert text.count("some words in 8") == 2 or width == 40


def test_a_table_too_wide_for_the_terminal_is_stacked() -> None:
    wide = Table("W", [f"c{i}" for i in range(9)], [[f"word-without-a-break-{i}" for i in range(9)]])
    text = terminal.render(Document("A", [wide]), width=60)
    assert "c8: word-without-a-break-8" in text


def test_terminal_colour_only_where_asked() -> None:
    assert "\x1b" not in terminal.render(EVERYTHING)
    assert "\x1b[" in terminal.render(EVERYTHING, colour=True)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1", "utf-8", None, "no-such-codec"])
def test_terminal_text_can_be_encoded(encoding: str | None) -> None:
    text = terminal.render(Document("\u201cDin\u00e9\u201d \u2265 \u4e2d", EVERYTHING.blocks))
    codec = "ascii" if encoding in (None, "no-such-codec") else encoding
    shown = terminal.encodable(text, encoding)
    shown.encode(codec or "ascii")
    assert len(shown.splitlines()) == len(text.splitlines())


def test_encodable_leaves_what_fits() -> None:
    assert terminal.encodable("caf\u00e9 \u2013 \u201cx\u201d", "cp1252") == "caf\u00e9 \u2013 \u201cx\u201d"
    assert terminal.encodable("caf\u00e9 \u2013 \u2500", "ascii") == "cafe - -"
