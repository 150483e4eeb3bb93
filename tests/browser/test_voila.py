"""The guided pages in a browser, as a person who does not program meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from tests.browser.conftest import READY, Server, fits

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Check = Callable[["Page"], None]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def narrow(page: Page, accessible: Check) -> None:
    """Look at the page as on a small screen, or enlarged four times."""
    page.set_viewport_size({"width": 320, "height": 800})
    assert fits(page)
    accessible(page)
    page.set_viewport_size({"width": 1000, "height": 900})


def test_an_assessment_from_the_start_page_to_the_report(
    page: Page, server: Server, accessible: Check
) -> None:
    from playwright.sync_api import expect

    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto(server.page("start_here"))
    expect(page.get_by_role("heading", name="equitykit", level=1)).to_be_visible(timeout=READY)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title()
    accessible(page)
    code = page.get_by_role("link", name="The same work, written as Python")
    assert code.evaluate("link => link.pathname") == "/lab/tree/researcher_quickstart.ipynb"
    expect(code).to_have_attribute("target", "_blank")

    press(page, "Start a new assessment")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_visible()
    narrow(page, accessible)
    page.get_by_label("What is a short name for the decision?").fill("Visits online")
    page.get_by_role("radio", name="Short").check()
    press(page, "Start a new assessment")
    expect(page.get_by_role("heading", name="Race equity impact assessment")).to_be_visible(timeout=READY)
    assert "file=visits-online.equity.json" in page.url
    accessible(page)
    press(page, "Start")
    expect(page.get_by_role("heading", name="Visits online")).to_be_focused()
    narrow(page, accessible)

    # An error, and a question that appears because of an answer.
    page.get_by_role("button", name="Describe the decision").click()
    expect(page.get_by_label("What is proposed?")).to_be_visible()
    expect(page.get_by_label("What other kind of decision is it?")).to_be_hidden()
    press(page, "Continue")
    problem = page.get_by_role("alert").filter(has_text="There is a problem")
    expect(problem).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    proposal = page.get_by_label("What is proposed?")
    expect(proposal).to_have_attribute("aria-invalid", "true")
    described = proposal.get_attribute("aria-describedby") or ""
    assert "Say what is proposed." in "".join(
        page.locator(f"[id='{id}']").inner_text() for id in described.split()
    )
    accessible(page)
    narrow(page, accessible)
    problem.get_by_role("link", name="Say what is proposed.").click()
    expect(proposal).to_be_focused()
    proposal.press_sequentially("Visits may be held by video.")
    group = page.get_by_role("group", name="What kind of decision is it?")
    group.get_by_role("radio", name="Another kind of decision").check()
    other = page.get_by_label("What other kind of decision is it?")
    expect(other).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"Saved at \d\d:\d\d"))).to_be_visible()

    # A reload, in the middle of a word: the page and what was typed are there.
    other.press_sequentially("A trial of six mon")
    page.wait_for_function("!document.getElementById('ekw-not-saved')")
    path = server.folder / "visits-online.equity.json"
    _until(page, lambda: Assessment.open(path).value("decision_type_other") == "A trial of six mon")
    page.reload()
    expect(page.get_by_label("What is proposed?")).to_have_value(
        "Visits may be held by video.", timeout=READY
    )
    expect(page.get_by_label("What other kind of decision is it?")).to_have_value("A trial of six mon")
    expect(page.get_by_role("heading", name="Describe the decision")).to_be_visible()

    # Evidence from a real file.
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Look at the evidence").click()
    press(page, "Compare groups in a data file")
    page.get_by_label("Which file holds the data?").select_option("sample_data/intake_clean.csv")
    page.get_by_label("What happened to people?").select_option("removed")
    page.get_by_label("Whom is each group compared with?").select_option("all-others")
    page.get_by_label("Why this comparison? (optional)").fill("To see each group beside the rest")
    accessible(page)
    press(page, "Attach")
    expect(page.get_by_role("heading", name="Removed by race and ethnicity")).to_be_visible()
    assert len(page.get_by_role("img").first.get_attribute("alt") or "") > 40
    expect(page.get_by_role("table").first).to_be_visible()
    narrow(page, accessible)
    press(page, "Run again on the data as they are now: Removed by race and ethnicity")
    expect(page.get_by_text("No number changed.")).to_be_visible()

    # A table of an answer, and the check.
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Weigh benefit and burden").click()
    page.get_by_label("Row 1, Group").fill("Foster families")
    press(page, "Add another row")
    expect(page.get_by_label("Row 2, Group")).to_be_focused()
    accessible(page)
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_focused()
    expect(page.get_by_text("Group: Foster families")).to_be_visible()
    narrow(page, accessible)
    page.get_by_role("button", name="Change What is proposed?").click()
    expect(page.get_by_label("What is proposed?")).to_be_focused()
    page.get_by_label("What other kind of decision is it?").fill("A trial of six months")
    press(page, "Save and return")
    expect(page.get_by_text("A trial of six months")).to_be_visible()

    press(page, "Write the report")
    expect(page.get_by_text('The report is written: "visits-online.report.html".')).to_be_visible()
    report = (server.folder / "visits-online.report.html").read_text("utf-8")
    assert "A trial of six months" in report
    assert "To see each group beside the rest" in report
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the report").click()
    expect(opened.value.get_by_role("heading", name="Visits online")).to_be_visible()
    assert failures == []
    assert not list(server.folder.glob("*.errors.log"))


def _until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(50)
    assert holds()


def test_the_first_page_with_the_keyboard_alone_and_a_lost_program_is_noticed(
    page: Page, server: Server
) -> None:
    from playwright.sync_api import expect

    one = Assessment.open(
        server.folder / "keyboard.equity.json", instrument="race-equity-impact-assessment", track="fast"
    )
    page.goto(server.page("race_equity_impact_assessment", file=one.path.name))
    expect(page.get_by_role("heading", name="Race equity impact assessment")).to_be_visible(timeout=READY)
    _tab_to(page, "Start")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="keyboard")).to_be_focused()
    _tab_to(page, "Describe the decision Not yet started")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Describe the decision")).to_be_focused()
    _tab_to(page, "What is proposed?")
    page.keyboard.type("Visits may be held by video.")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Law or regulation")).to_be_checked()
    _tab_to(page, "Continue")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(outline.removesuffix("px")) >= 2
    page.keyboard.press("Enter")
    expect(page.get_by_label("When will it be decided, or when was it decided?")).to_be_visible()
    again = Assessment.open(one.path)
    assert again.value("proposal") == "Visits may be held by video."
    assert again.value("decision_type") == "legislation"

    page.evaluate("window.ekwPatience = 300")
    script = """async (token) => {
        const id = JSON.parse(document.getElementById("jupyter-config-data").textContent).kernelId;
        const asked = { method: "DELETE", headers: { Authorization: `token ${token}` } };
        return (await fetch(`/api/kernels/${id}`, asked)).status;
    }"""
    assert page.evaluate(script, server.token) == 204
    page.get_by_label("When will it be decided, or when was it decided?").fill("2027-01-31")
    expect(page.get_by_role("alert").filter(has_text="What you typed is not saved yet")).to_be_visible()


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus bears this name."""
    said = """() => {
        const one = document.activeElement;
        const label = one.labels && one.labels.length ? one.labels[0] : one;
        return label.innerText.replace(/\\s+/g, " ").trim();
    }"""
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(said))
        if seen[-1] == name:
            return
    raise AssertionError(f"{name} was not reached: {seen}")


def test_an_audit_from_choosing_a_file_to_reading_the_result(
    page: Page, server: Server, accessible: Check
) -> None:
    from playwright.sync_api import expect

    page.goto(server.page("audit_your_data"))
    choose = page.get_by_label("Which file holds the data?")
    expect(choose).to_be_visible(timeout=READY)
    choose.select_option("sample_data/intake_flags.csv")
    press(page, "Continue")
    expect(page.get_by_role("heading", name="See how the columns are read")).to_be_visible(timeout=20_000)
    page.get_by_role("radio", name="No, I want to change").check()
    expect(page.get_by_label("If the values are codes")).to_be_visible()
    narrow(page, accessible)
    page.get_by_role("radio", name="Yes, or I do not know").check()
    press(page, "Check the data")
    expect(page.get_by_role("heading", name="Read the result")).to_be_visible(timeout=20_000)
    narrow(page, accessible)
    press(page, "Save the whole result as a page")
    expect(page.get_by_text('The result is in "intake_flags.audit.html"')).to_be_visible()
    assert (server.folder / "intake_flags.audit.html").is_file()
