"""Reports in a real browser: nothing is asked of the network, axe finds nothing, small screens can read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from equitykit.assessment import Assessment
from equitykit.groups import GroupTable
from equitykit.measures import disparities
from equitykit.report import Document, assessment_document, audit_document, disparities_document, html
from equitykit.report.tree import Bullets, Callout, Details, Facts, Heading, Link, Paragraph, Table

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE = Table(
    "A wide table",
    [f"Column number {place}" for place in range(12)],
    [["a-word-that-cannot-be-broken"] * 12] * 3,
    numeric=(3, 4),
)
ALL_KINDS = Document(
    "Every kind of block",
    [
        Heading(2, "One"),
        Callout("info", "Good to know", "Text."),
        Callout("warning", "Take care", "Text."),
        Callout("problem", "A problem", "Text."),
        Facts([("Term", "Value " * 30), ("Source", Link.of("https://example.org/" + "long" * 30))]),
        Heading(2, "Two"),
        WIDE,
        Heading(2, "Three"),
        Details("More", [Heading(3, "Inside"), Paragraph("Text in the folded part."), Bullets(["a", "b"])]),
        Details("A part", [Heading(4, "A question"), Details("Deeper", [WIDE])], level=3, aside="finished"),
        Heading(2, "Four"),
        Paragraph("word" * 60),
    ],
    notice="Internal",
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    names = ["American Indian or Alaska Native", "B", "~unknown"]
    frame = pd.DataFrame({"group": names, "n": [100, 300, 40], "events": [20, 30, 12]})
    found = disparities(GroupTable.from_counts(frame), reference="total", measures=["rate", "rate-ratio"])
    folder = tmp_path_factory.mktemp("pages")
    documents = {
        "kinds": ALL_KINDS,
        "disparities": disparities_document(found),
        "audit": audit_document({"subject": {"name": "<b>x</b>"}, "notice": "Internal", "results": [
            {"check": "a", "outcome": "found", "severity": "high", "title": "T", "message": "M", "remedy": "R"}]}),
    }  # fmt: skip
    made = Assessment.open(folder / "a.equity.json", instrument="race-equity-impact-assessment")
    made.answer("team", [{"name": "Jo Sample", "role": "Analyst"}])
    made.attach("evidence_current", found)
    documents["assessment"] = assessment_document(made)
    paths = {name: folder / f"{name}.html" for name in documents}
    for name, document in documents.items():
        paths[name].write_text(html.render(document), encoding="utf-8")
    return paths


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        ("kinds", "light", 320),
        ("kinds", "dark", 1000),
        ("disparities", "light", 1000),
        ("audit", "dark", 320),
        ("assessment", "light", 320),
        ("assessment", "dark", 1000),
    ],
)
def test_axe_finds_nothing(page: Page, pages: dict[str, Path], name: str, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(pages[name].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.response["violations"] == [], found.generate_report()


@pytest.mark.parametrize("name", ["kinds", "disparities", "audit", "assessment"])
def test_a_narrow_screen_scrolls_tables_and_not_the_page(
    page: Page, pages: dict[str, Path], name: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.emulate_media(color_scheme="dark")
    page.goto(pages[name].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if name == "kinds":
        assert page.evaluate("(box => box.scrollWidth > box.clientWidth)(document.querySelector('.scroll'))")


def test_the_policy_is_obeyed_and_the_style_is_used(page: Page, pages: dict[str, Path]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(pages["disparities"].as_uri())
    assert said == []
    assert page.evaluate("getComputedStyle(document.body).maxWidth") == "960px"
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")


def test_the_skip_link_comes_first(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["kinds"].as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_folded_parts_open_from_the_keyboard(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["assessment"].as_uri())
    closed = page.evaluate(
        "[...document.querySelectorAll('main > details > summary')].map(s => s.textContent)"
    )
    assert len(closed) > 10
    opened: list[str] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        if opened and page.evaluate("document.activeElement.matches('body, .skip')"):
            break  # once around
        if page.evaluate("document.activeElement.matches('main > details:not([open]) > summary')"):
            opened.append(page.evaluate("document.activeElement.textContent"))
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.parentElement.open")
            page.keyboard.press("Space")
            assert not page.evaluate("document.activeElement.parentElement.open")
    assert opened == closed


def test_a_whole_assessment_is_printed_open(browser: Browser, pages: dict[str, Path]) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(pages["assessment"].as_uri())
    hidden = (
        "[...document.querySelectorAll('details h4, details td')].filter(e => !e.checkVisibility()).length"
    )
    assert page.evaluate(hidden) > 30
    page.emulate_media(media="print")
    shown = "[...document.querySelectorAll('details *')].filter(e => e.getClientRects().length === 0).length"
    assert page.evaluate(shown) == 0
    context.close()


def test_folded_parts_are_printed(browser: Browser, pages: dict[str, Path]) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(pages["kinds"].as_uri())
    folded = page.get_by_text("Text in the folded part.")
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.bounding_box() is not None and (folded.bounding_box() or {"height": 0})["height"] > 0
    context.close()
