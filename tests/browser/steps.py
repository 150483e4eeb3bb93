"""Steps that several walks take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from equitykit.assessment import Assessment
from tests.browser.conftest import fits

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Check = Callable[["Page"], None]

FOCUSED = """() => {
    const one = document.activeElement;
    const label = one.labels && one.labels.length ? one.labels[0] : one;
    return label.innerText.replace(/\\s+/g, " ").trim();
}"""

TONGUES = """texts => {
    const oneLine = text => text.trim().replace(/\\s+/g, " ");
    const seen = { right: [], wrong: [], mixed: [] };
    const walker = document.createTreeWalker(document.querySelector(".ekw-page"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = oneLine(walker.currentNode.data);
        if (!text || walker.currentNode.parentElement.closest("script, style")) continue;
        const spanish = walker.currentNode.parentElement.closest("[lang]").lang === "es";
        const holds = texts.some(each => text.toLowerCase().includes(oneLine(each).toLowerCase()));
        const whole = texts.some(each => oneLine(each).toLowerCase() === text.toLowerCase());
        if (spanish) seen[whole ? "right" : "mixed"].push(text);
        else if (holds) seen.wrong.push(text);
    }
    return seen;
}"""


def press(page: Page, name: str) -> None:
    """Press the button with this name."""
    page.get_by_role("button", name=name, exact=True).click()


def write_report(page: Page, *choose: str) -> None:
    """Go to the page on which the report is written, choose, and write it."""
    from playwright.sync_api import expect

    page.get_by_role("button", name="Write the report").click()
    expect(page.get_by_role("heading", name="Write the report")).to_be_focused()
    for name in choose:
        page.get_by_role("radio", name=name).check()
    press(page, "Write the report")


def problem(page: Page) -> Locator:
    """The summary of what is wrong."""
    return page.get_by_role("alert").filter(has_text="There is a problem")


def narrow(page: Page, accessible: Check) -> None:
    """Look at the page as on a small screen, or enlarged four times."""
    page.set_viewport_size({"width": 320, "height": 800})
    assert fits(page)
    accessible(page)
    page.set_viewport_size({"width": 1000, "height": 900})


def enlarged(page: Page) -> None:
    """Enlarge the page twice, then its letters alone: nothing needs scrolling from side to side."""
    size = page.viewport_size
    page.set_viewport_size({"width": 640, "height": 512})  # 1280 by 1024 at 200 %
    assert fits(page)
    page.set_viewport_size({"width": 1280, "height": 1024})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert fits(page)
    page.evaluate("document.documentElement.style.fontSize = ''")
    if size:
        page.set_viewport_size(size)


def clear(folder: Path) -> None:
    """Take away the assessments of other walks: some pages show what else is in the folder."""
    for path in folder.glob("*.equity.json"):
        path.unlink()


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds outside the page."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(50)
    assert holds()


def compared(page: Page, file: str, outcome: str, reason: str) -> None:
    """Attach a comparison of groups in a file as evidence; each group beside everybody else."""
    from playwright.sync_api import expect

    press(page, "Compare groups in a data file")
    page.get_by_label("Which file holds the data?").select_option(file)
    page.get_by_label("What happened to people?").select_option(outcome)
    page.get_by_label("Whom is each group compared with?").select_option("all-others")
    page.get_by_label("Why this comparison? (optional)").fill(reason)
    press(page, "Attach")
    expect(page.get_by_text("It is attached.")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus bears this name."""
    seen = []
    for _ in range(80):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED)[:200])
        if seen[-1] == name:
            return
    raise AssertionError(f"{name} was not reached: {seen}")


def marked(page: Page, one: Assessment, *texts: str) -> None:
    """Every Spanish text on the page is marked as Spanish, nothing else is, and these are there."""
    # What stands in Spanish, but for words so short that they stand in English sentences too.
    spanish = [text for text, code in one.spoken.items() if code == "es" and len(text) > 3]
    seen: dict[str, list[str]] = {}

    def holds() -> bool:
        seen.update(page.evaluate(TONGUES, spanish))
        return seen["wrong"] == seen["mixed"] == [] and set(texts) <= set(seen["right"])

    for _ in range(200):  # a page is drawn piece by piece, and marked as it is drawn
        if holds():
            return
        page.wait_for_timeout(50)
    assert seen["wrong"] == seen["mixed"] == []
    assert set(texts) <= set(seen["right"])
