"""The pages of forms and of the process in a browser: each walked to its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from equitykit.process import INSTRUMENT
from tests.browser.conftest import READY
from tests.browser.steps import Check, narrow, press, tab_to, write_report
from tests.served import Served
from tests.test_process import GOOD

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("no_script_fails")]


@pytest.fixture(autouse=True)
def _wide(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})


def test_a_form_is_checked_from_the_start_page_to_the_better_question(
    page: Page, server: Served, accessible: Check
) -> None:
    from playwright.sync_api import expect

    page.goto(server.page("start_here"))
    page.get_by_role("link", name="Check a form before people answer it").click(timeout=READY)
    choose = page.get_by_label("Which file holds the form, or its data dictionary?")
    expect(choose).to_be_visible(timeout=READY)
    press(page, "Continue")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_focused()
    accessible(page)
    narrow(page, accessible)
    page.get_by_role("link", name="Choose a file.").click()
    expect(choose).to_be_focused()
    choose.select_option("sample_data/placement_dictionary.csv")
    expect(page.get_by_text("10 questions were read")).to_be_visible()
    press(page, "Continue")
    expect(page.get_by_role("heading", name="See how the questions are read")).to_be_focused()
    expect(page.get_by_role("table").first).to_contain_text("Middle Eastern or North African")
    narrow(page, accessible)
    press(page, "See what was found")
    expect(page.get_by_role("heading", name="Read the result")).to_be_focused()
    expect(page.get_by_label("The question as it could be asked")).to_have_value(
        re.compile("What is your race")
    )
    narrow(page, accessible)
    press(page, "Save the better question for REDCap")
    expect(page.get_by_text('The rows are in "placement_dictionary.better.csv"')).to_be_visible()
    press(page, "Save the whole result as a page")
    expect(page.get_by_text('The result is in "placement_dictionary.form-audit.html"')).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open placement_dictionary.form-audit.html").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Check of a form")
    assert not list(server.folder.glob("*.errors.log"))


def test_a_form_is_made_with_the_keyboard_alone(page: Page, server: Served, accessible: Check) -> None:
    from playwright.sync_api import expect

    page.goto(server.page("design_a_form"))
    expect(page.get_by_label("Why do you ask?")).to_be_visible(timeout=READY)
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_focused()
    accessible(page)
    narrow(page, accessible)
    tab_to(page, "Race and ethnicity")
    page.keyboard.press("Space")
    tab_to(page, "Religion")
    page.keyboard.press("Space")
    tab_to(page, "Why do you ask?")
    page.keyboard.type("We ask to see whether all families get help in time.")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Say what protects people")).to_be_focused()
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Say what allows you to ask.")).to_be_focused()
    accessible(page)
    narrow(page, accessible)
    for label, text in (
        ("What allows or requires you to ask?", "Section 4 of the county rule"),
        ("Who can see the answers?", "Two analysts"),
        ("How long are the answers kept?", "Two years, then deleted"),
        ("Who could force you to hand the answers over?", "A court"),
    ):
        tab_to(page, label)
        page.keyboard.type(text)
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look at the form")).to_be_focused()
    expect(page.get_by_text("find nothing in this form that has to change")).to_be_visible()
    narrow(page, accessible)
    tab_to(page, "Save it for REDCap")
    page.keyboard.press("Enter")
    expect(page.get_by_text('The form is in "questions-about-you.form.csv"')).to_be_visible()
    press(page, "Save it as a page to print")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the page").click()
    expect(opened.value.get_by_text("Who could make us hand them over: A court.")).to_be_visible()


def test_the_process_from_a_new_name_to_a_plan(page: Page, server: Served, accessible: Check) -> None:
    from playwright.sync_api import expect

    page.goto(server.page("anti_racist_data_collection"))
    expect(page.get_by_role("heading", name="Open an assessment")).to_be_visible(timeout=READY)
    page.get_by_label("What is a short name for the place or form where you ask?").fill("Family office")
    page.get_by_role("radio", name="Short").check()
    press(page, "Start a new assessment")
    title = page.get_by_role("heading", name="Anti-racist data collection", exact=True)
    expect(title).to_be_visible(timeout=READY)
    assert "anti_racist_data_collection.ipynb" in page.url
    narrow(page, accessible)
    press(page, "Start")

    page.get_by_role("button", name="Help the people who ask").click()
    press(page, "Continue")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_focused()
    narrow(page, accessible)
    expect(page.get_by_label("When was the last training?")).to_be_hidden()
    page.get_by_role("group", name="Were the people who ask trained").get_by_role("radio").first.check()
    expect(page.get_by_label("When was the last training?")).to_be_visible()
    press(page, "Save and go to the list of parts")

    page.get_by_role("button", name="Look at the words and their order").click()
    press(page, "Check a form or data dictionary")
    page.get_by_label("Which file holds the form").select_option("sample_data/placement_dictionary.csv")
    press(page, "Attach")
    expect(page.get_by_text("It is attached.")).to_be_visible()
    narrow(page, accessible)
    press(page, "Save and go to the list of parts")

    # The rest is answered elsewhere; the page is opened again and shows what it comes to.
    expect(page.get_by_role("heading", name="Family office")).to_be_focused()
    path = server.folder / "family-office.equity.json"
    one = Assessment.open(path)
    assert one.instrument.id == INSTRUMENT
    for ask, value in (GOOD | {"script": "no"}).items():
        one.answer(ask, value)
    one.close()
    page.reload()
    page.get_by_role("button", name="Plan what gets better").click(timeout=READY)
    about = "Who answers, training and correction"
    expect(page.get_by_role("heading", name=about)).to_be_visible()
    expect(page.get_by_text("The people who ask have no words for it in writing.")).to_be_visible()
    narrow(page, accessible)
    press(page, f"Put into the plan: {about}")
    expect(page.get_by_text("This is in the plan.")).to_be_visible()
    page.wait_for_function("about => document.activeElement.innerText.trim() === about", arg=about)
    accessible(page)
    page.get_by_label("What will you stop asking, or keep for a shorter time?").fill("Faith; nobody uses it.")
    press(page, "Continue")
    expect(page.get_by_label("Action 1, What is done")).to_have_value(re.compile("script and training"))
    press(page, "Continue")
    expect(page.get_by_role("alert").filter(has_text="Action 1: say who owns it.")).to_be_focused()
    narrow(page, accessible)
    page.get_by_label("Action 1, Who sees to it").fill("Intake lead")
    page.get_by_label("Action 1, By when").fill("2027-03-01")
    press(page, "Continue")
    expect(page.get_by_text("Have you finished this part?")).to_be_visible()
    page.get_by_role("radio", name="Yes, I have finished this part").check()
    press(page, "Continue")
    write_report(page)
    expect(page.get_by_text('The report is written: "family-office.report.html".')).to_be_visible()
    report = (server.folder / "family-office.report.html").read_text("utf-8")
    assert "What the answers come to" in report
    assert "Intake lead" in report
