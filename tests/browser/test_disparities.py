"""The comparison of groups in a browser: from the data to a report, a table to share, and evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from tests.browser.conftest import READY
from tests.browser.steps import Check, narrow, press, tab_to
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("no_script_fails")]


def test_groups_are_compared_from_the_start_page_to_a_table_to_share(
    page: Page, server: Served, accessible: Check
) -> None:
    from playwright.sync_api import expect

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1000, "height": 900})
    visits = Assessment.create(
        server.folder / "visits.equity.json",
        instrument="race-equity-impact-assessment",
        track="fast",
        title="Visits",
    )
    visits.close()
    page.goto(server.page("start_here"))
    page.get_by_role("link", name="Compare how groups fare").click(timeout=READY)
    choose = page.get_by_label("Which file holds the data?")
    expect(choose).to_be_visible(timeout=READY)
    problem = page.get_by_role("alert").filter(has_text="There is a problem")
    press(page, "Continue")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    choose.select_option("sample_data/intake.csv")
    expect(page.get_by_text("3,000 rows")).to_be_visible()
    press(page, "Continue")

    expect(page.get_by_role("heading", name="Say what you compare")).to_be_focused()
    press(page, "Continue")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    page.get_by_label("What happened to people?").select_option("removed")
    press(page, "Continue")

    expect(page.get_by_role("heading", name="Say whom each group is compared with")).to_be_focused()
    press(page, "Compare")
    expect(problem).to_contain_text("Say why you chose this comparison.")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    beside = page.get_by_label("Whom is each group compared with?")
    expect(beside).to_have_value("")
    beside.select_option("all-others")
    page.get_by_label("Why this comparison?").fill("To see each group beside everybody else.")
    press(page, "Compare")

    expect(page.get_by_role("heading", name="Read the result")).to_be_focused()
    expect(page.get_by_text("To see each group beside everybody else.").first).to_be_visible()
    expect(page.get_by_role("heading", name="If the unknown were known")).to_be_visible()
    narrow(page, accessible)
    page.get_by_role("button", name=re.compile("^Follow the decisions")).click()
    expect(page.get_by_role("heading", name="Follow the decisions", exact=True)).to_be_focused()
    narrow(page, accessible)
    press(page, "Save the whole result as a page")
    expect(page.get_by_text('The result is in "intake.comparison.html"')).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open intake.comparison.html").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Removed by race and ethnicity")
    opened.value.close()
    press(page, "Back")

    page.get_by_role("button", name=re.compile("^Hold other things alike")).click()
    expect(page.get_by_role("heading", name="Hold other things alike")).to_be_focused()
    page.get_by_role("checkbox", name="Age", exact=True).check()
    press(page, "Compare")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    age = page.get_by_role("group", name="Age: does it come before race, or after it?")
    age.get_by_role("radio", name=re.compile("^Before")).check()
    press(page, "Compare")
    expect(page.get_by_text("How not to read this").first).to_be_visible()
    narrow(page, accessible)
    press(page, "Back")

    page.get_by_role("button", name=re.compile("^Make a table to share")).click()
    expect(page.get_by_role("heading", name="Make a table to share")).to_be_focused()
    press(page, "Make the table")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    expect(page.get_by_role("button", name="Save it for a spreadsheet (CSV)")).to_be_hidden()
    page.get_by_role("radio", name="Numbers from 1 to 10 are hidden", exact=True).check()
    press(page, "Make the table")
    expect(page.get_by_text("13 of 34 numbers are hidden.")).to_be_visible(timeout=READY)
    narrow(page, accessible)
    press(page, "Save it for a spreadsheet (CSV)")
    expect(page.get_by_text('The table is in "intake.to-share.csv"')).to_be_visible()
    shared = (server.folder / "intake.to-share.csv").read_text("utf-8")
    assert "American Indian or Alaska Native,,," in shared
    assert "Black or African American,78,55,," in shared
    press(page, "Back")

    page.get_by_role("button", name=re.compile("^Attach it to an assessment")).click()
    press(page, "Attach")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    page.get_by_label("Which assessment does it belong to?").select_option("visits.equity.json")
    page.get_by_label("Which question does it help to answer?").select_option(index=1)
    press(page, "Attach")
    expect(page.get_by_text('It is attached to "Visits".')).to_be_visible()
    attached = Assessment.open(server.folder / "visits.equity.json").evidence()
    assert [one.evidence.kind for one in attached] == [*["disparities"] * 3, "protected"]
    assert not list(server.folder.glob("*.errors.log"))
    outside = [url for url in asked if not url.startswith((server.root, "data:", "blob:"))]
    assert outside == []


def test_a_comparison_with_the_keyboard_alone(page: Page, server: Served) -> None:
    from playwright.sync_api import expect

    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto(server.page("disparities_and_decision_points"))
    expect(page.get_by_label("Which file holds the data?")).to_be_visible(timeout=READY)
    tab_to(page, "Which file holds the data?")
    page.keyboard.type("sample_data/intake_clean")
    expect(page.get_by_text("3,000 rows")).to_be_visible()
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Say what you compare")).to_be_focused()
    tab_to(page, "What happened to people?")
    page.keyboard.type("Reunified")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Say whom each group is compared with")).to_be_focused()
    tab_to(page, "Whom is each group compared with?")
    page.keyboard.type("Everybody else")
    tab_to(page, "Why this comparison?")
    page.keyboard.type("To see each group beside the rest.")
    tab_to(page, "Compare")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Read the result")).to_be_focused()
