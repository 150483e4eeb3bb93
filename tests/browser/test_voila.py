"""The guided pages in a browser, as a person who does not program meets them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from tests.browser.conftest import READY
from tests.browser.steps import Check, narrow, press, problem, tab_to, until, write_report
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("no_script_fails")]


HURRIED = """
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (milliseconds) => timeout(milliseconds < 10000 ? 1 : milliseconds);
"""


def test_a_part_that_starts_slowly_still_listens(page: Page, server: Served) -> None:
    """As on a slow computer: whoever waits a few seconds only for a part of the page has given up on it."""
    from playwright.sync_api import expect

    page.add_init_script(HURRIED)
    page.goto(server.page("start_here"))
    press(page, "Start a new assessment")
    expect(problem(page)).to_be_focused()


QUICK = """([row, field]) => {
    new MutationObserver((_, looking) => {
        const found = document.getElementById(field);
        if (!found) return;
        found.focus();
        looking.disconnect();
    }).observe(document.body, { childList: true, subtree: true });
    [...document.querySelectorAll("button")].find(one => one.innerText.startsWith(row)).click();
}"""


def test_whoever_writes_before_the_page_is_whole_keeps_the_focus(page: Page, server: Served) -> None:
    """A field takes the focus the moment it is there; the title of the page, which comes last, leaves it."""
    from playwright.sync_api import expect

    path = server.folder / "quick.equity.json"
    Assessment.create(path, instrument="race-equity-impact-assessment", track="fast", title="Quick").close()
    page.goto(server.page("race_equity_impact_assessment", file=path.name))
    press(page, "Start")
    expect(page.get_by_role("heading", name="Quick")).to_be_focused()
    page.evaluate(QUICK, ["Describe the decision", "ekw-proposal-input"])
    expect(page.get_by_role("heading", level=1, name="Describe the decision")).to_be_visible()
    page.wait_for_timeout(1000)
    expect(page.get_by_label("What is proposed?")).to_be_focused()
    path.unlink()


def test_an_assessment_from_the_start_page_to_the_report(
    page: Page, server: Served, accessible: Check
) -> None:
    from playwright.sync_api import expect

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
    until(page, lambda: Assessment.open(path).value("decision_type_other") == "A trial of six mon")
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
    press(page, "Run again (Removed by race and ethnicity)")
    expect(page.get_by_text("No number changed.")).to_be_visible()

    # The columns of a file are offered for a chain of decisions, once the file is chosen.
    press(page, "Follow a chain of decisions in a data file")
    page.get_by_label("Which file holds the data?").select_option("sample_data/intake_clean.csv")
    page.get_by_label("How are the columns to be read?").select_option("~propose")
    for number, (name, column) in enumerate((("Removed", "removed"), ("Back home", "reunified")), start=1):
        page.get_by_label(f"Decision {number}, What is it called?").fill(name)
        page.get_by_label(f"Decision {number}, Which column").select_option(column)
        page.get_by_label(f"Decision {number}, Which value").fill("Y")
        if number == 1:
            press(page, "Add another decision")
    page.get_by_label("Whom is each group compared with?").select_option("all-others")
    narrow(page, accessible)
    press(page, "Attach")
    expect(page.get_by_role("button", name=re.compile("^Run again"))).to_have_count(2)

    # A table of an answer, and the check.
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Weigh benefit and burden").click()
    page.get_by_label("Group 1, Group").fill("Foster families")
    press(page, "Add another group")
    expect(page.get_by_label("Group 2, Group")).to_be_focused()
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

    # The answers in an order that people know, and a report in that order to edit.
    order = page.get_by_role("group", name="In which order do you want to see and print your answers?")
    order.get_by_role("radio", name=re.compile("GARE")).check()
    press(page, "Show in this order")
    expect(order.get_by_role("radio", name=re.compile("GARE"))).to_be_checked()
    expect(page.get_by_text("our own mapping").first).to_be_visible()
    narrow(page, accessible)
    write_report(page, "Word")
    expect(page.get_by_text('The report is written: "visits-online.report.docx".')).to_be_visible()
    assert (server.folder / "visits-online.report.docx").read_bytes()[:2] == b"PK"
    narrow(page, accessible)
    press(page, "Go to the list of parts")
    page.get_by_role("button", name="Check your answers").click()
    order.get_by_role("radio", name="In the order of this tool").check()
    press(page, "Show in this order")
    expect(page.get_by_role("heading", name="Look at the evidence")).to_be_visible()

    write_report(page)
    expect(page.get_by_text('The report is written: "visits-online.report.html".')).to_be_visible()
    report = (server.folder / "visits-online.report.html").read_text("utf-8")
    assert "A trial of six months" in report
    assert "To see each group beside the rest" in report
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the report").click()
    expect(opened.value.get_by_role("heading", name="Visits online")).to_be_visible()
    assert not list(server.folder.glob("*.errors.log"))


NO_MOUSE = """() => {
    for (const kind of ["mousedown", "pointerdown", "touchstart", "wheel"])
        addEventListener(kind, () => window.noteMouse(kind), { capture: true });
    addEventListener("click", (event) => event.detail > 0 && window.noteMouse("click"), { capture: true });
}"""


def test_the_short_way_with_the_keyboard_alone(page: Page, server: Served) -> None:
    """From the start page to the report in a new tab without one mouse event; then the program is lost."""
    from playwright.sync_api import expect

    mouse: list[str] = []
    page.context.expose_function("noteMouse", lambda kind: mouse.append(kind))
    page.context.add_init_script(f"({NO_MOUSE})()")
    keys = page.keyboard
    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto(server.page("start_here"))
    expect(page.get_by_role("heading", name="equitykit", level=1)).to_be_visible(timeout=READY)
    tab_to(page, "What is a short name for the decision?")
    keys.type("Keys alone")
    tab_to(page, "Full")
    keys.press("ArrowDown")
    expect(page.get_by_role("radio", name="Short")).to_be_checked()
    enter(page, "Start a new assessment")
    expect(page.get_by_role("heading", name="Race equity impact assessment")).to_be_visible(timeout=READY)
    path = server.folder / "keys-alone.equity.json"
    enter(page, "Start")
    expect(page.get_by_role("heading", name="Keys alone")).to_be_focused()

    part(page, "Name the result for people")
    tab_to(page, "What should be true for people when this decision has done its work?")
    keys.type("Children see their parents.")
    enter(page, "Continue")
    finished(page)

    part(page, "Describe the decision")
    tab_to(page, "What is proposed?")
    keys.type("Visits may be held by video.")
    keys.press("Tab")
    keys.press("Space")
    keys.press("ArrowDown")
    expect(page.get_by_role("radio", name="Law or regulation")).to_be_checked()
    tab_to(page, "Continue")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(outline.removesuffix("px")) >= 2
    keys.press("Enter")
    tab_to(page, "When were you asked for this assessment?")
    keys.type("11202026")
    enter(page, "Continue")
    expect(problem(page)).to_be_focused()
    tab_to(page, "Give the date of the decision. If it is not set, give the earliest one you know of.")
    keys.press("Enter")
    expect(page.get_by_label("When will it be decided, or when was it decided?")).to_be_focused()
    keys.type("01312027")
    enter(page, "Continue")
    finished(page)

    part(page, "Bring in the people affected")
    tab_to(page, "Who is affected and has not been heard?")
    keys.type("Grandparents who have no computer.")
    enter(page, "Continue")
    finished(page)

    part(page, "Look at the evidence")
    enter(page, "Compare groups in a data file")
    expect(page.get_by_label("Which file holds the data?")).to_be_focused()
    keys.type("sample_data/intake_clean")
    expect(page.get_by_text("3,000 rows")).to_be_visible()
    expect(page.get_by_text("9 rows")).to_be_hidden()  # the files in between were not read
    expect(page.get_by_role("group", name="Which groups do you compare?")).to_be_visible()
    tab_to(page, "What happened to people?")
    keys.type("Removed")
    beside = page.get_by_label("Whom is each group compared with?")
    expect(beside.get_by_role("option", name="Everybody else, for each group")).to_be_attached()
    tab_to(page, "Whom is each group compared with?")
    keys.type("Everybody else")
    tab_to(page, "Why this comparison? (optional)")
    keys.type("To see each group beside the rest")
    enter(page, "Attach")
    expect(page.get_by_role("img").first).to_be_visible()
    enter(page, "Continue")
    finished(page)

    part(page, "Weigh benefit and burden")
    for label, text in (
        ("Group 1, Group", "Black families"),
        ("Group 1, Burden", "Paying for a phone that can show pictures"),
        ("Group 1, How it comes about", "Visits by video need data and a quiet room"),
    ):
        tab_to(page, label)
        keys.type(text)
    enter(page, "Continue")
    tab_to(page, "How will people in these groups see the decision?")
    keys.type("We will ask them in March.")
    enter(page, "Continue")
    finished(page)

    part(page, "Revise the proposal")
    tab_to(page, "What does the proposal say now?")
    keys.type("Visits by video come on top of visits in person.")
    enter(page, "Continue")
    finished(page)

    part(page, "Plan who does what")
    for label, text in (
        ("Action 1, What is done", "Lend phones"),
        ("Action 1, Who sees to it", "Office lead"),
        ("Action 1, By when", "03012027"),
    ):
        tab_to(page, label)
        keys.type(text)
    enter(page, "Continue")
    finished(page)
    expect(page.get_by_text("You have finished 7 of 7 parts.")).to_be_visible()

    enter(page, "Check your answers")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_focused()
    enter(page, "Write the report")
    expect(page.get_by_role("heading", name="Write the report")).to_be_focused()
    enter(page, "Write the report")
    expect(page.get_by_text('The report is written: "keys-alone.report.html".')).to_be_visible()
    expect(page.locator('[id="ekw-~written"]')).to_be_focused()
    tab_to(page, "Open the report (opens in a new tab)")
    with page.context.expect_page() as opened:
        keys.press("Enter")
    report = opened.value
    expect(report.get_by_role("heading", name="Keys alone")).to_be_visible()
    for text in ("Children see their parents.", "Lend phones", "To see each group beside the rest"):
        expect(report.get_by_text(text).first).to_be_attached()
    report.close()
    again = Assessment.open(path)
    assert again.value("decided_on") == "2027-01-31"
    assert again.value("decision_type") == "legislation"
    assert again.actions()[0].due == "2027-03-01"
    assert mouse == []

    # The program behind the page is gone: what is typed from here on is said to be unsaved.
    page.evaluate("window.ekwPatience = 300")
    script = """async (token) => {
        const id = JSON.parse(document.getElementById("jupyter-config-data").textContent).kernelId;
        const asked = { method: "DELETE", headers: { Authorization: `token ${token}` } };
        return (await fetch(`/api/kernels/${id}`, asked)).status;
    }"""
    assert page.evaluate(script, server.token) == 204
    tab_to(page, "A web page")
    keys.press("ArrowDown")
    expect(page.get_by_role("alert").filter(has_text="What you typed is not saved yet")).to_be_visible()


def enter(page: Page, name: str) -> None:
    """Go to a button with the Tab key and press Enter."""
    tab_to(page, name)
    page.keyboard.press("Enter")


def part(page: Page, title: str) -> None:
    """Open a part from the list."""
    from playwright.sync_api import expect

    enter(page, f"{title} Not yet started")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_focused()


def finished(page: Page) -> None:
    """Say that the part is finished; the list comes back."""
    from playwright.sync_api import expect

    expect(page.get_by_text("Have you finished this part?")).to_be_visible()
    tab_to(page, "Yes, I have finished this part")
    page.keyboard.press("Space")
    enter(page, "Continue")
    expect(page.get_by_text(re.compile("You have finished . of 7 parts"))).to_be_visible()


def test_an_audit_from_choosing_a_file_to_reading_the_result(
    page: Page, server: Served, accessible: Check
) -> None:
    from playwright.sync_api import expect

    races = ["White", "Black/African Am", "Asian", "Hispanic"] * 30
    (server.folder / "visits.csv").write_text("\n".join(["Race", *races]) + "\n", encoding="utf-8")
    page.goto(server.page("audit_your_data"))
    choose = page.get_by_label("Which file holds the data?")
    expect(choose).to_be_visible(timeout=READY)
    choose.select_option("visits.csv")
    press(page, "Continue")
    expect(page.get_by_role("heading", name="See how the columns are read")).to_be_visible(timeout=20_000)
    page.get_by_role("radio", name="No, I want to change").check()
    expect(page.get_by_label("If the values are codes")).to_be_visible()
    narrow(page, accessible)
    page.get_by_role("radio", name="Yes, or I do not know").check()
    press(page, "Continue")
    expect(page.get_by_role("heading", name="What do these values mean?")).to_be_focused(timeout=20_000)
    narrow(page, accessible)
    value = page.get_by_label("\u201cBlack/African Am\u201d, 30 rows (optional)")
    value.select_option("Black or African American")
    press(page, "Check the data")
    expect(page.get_by_role("heading", name="Read the result")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("match no category")).to_have_count(0)
    narrow(page, accessible)
    press(page, "Save the whole result as a page")
    expect(page.get_by_text('The result is in "visits.audit.html"')).to_be_visible()
    assert (server.folder / "visits.audit.html").is_file()
