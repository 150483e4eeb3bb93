"""The same page in JupyterLab, with the code in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from tests.browser.conftest import READY
from tests.browser.steps import problem, until, write_report
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RESULT = "What should be true for people when this decision has done its work?"


def test_the_main_way_in_lab_and_a_program_that_begins_anew(page: Page, server: Served) -> None:
    from playwright.sync_api import expect

    path = server.folder / "in-lab.equity.json"
    Assessment.create(path, instrument="race-equity-impact-assessment", track="fast", title="Seen in Lab")
    page.set_viewport_size({"width": 1200, "height": 900})
    page.goto(f"{server.root}/lab/tree/race_equity_impact_assessment.ipynb?reset&token={server.token}")
    # A kernel must be there first: "Run All" before that passes the code over in silence.
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=READY)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.get_by_role("button", name="Seen in Lab").click(timeout=READY)
    expect(page.get_by_role("heading", name="Race equity impact assessment", level=1).last).to_be_visible(
        timeout=READY
    )
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Name the result for people").click()
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(problem(page)).to_be_focused()
    page.get_by_role("link", name="Say what should be true for people.").click()
    field = page.get_by_label(RESULT)
    expect(field).to_be_focused()
    field.press_sequentially("Children see their par")
    expect(page.get_by_text("Saved at")).to_be_visible()
    until(page, lambda: Assessment.open(path).value("desired_result") == "Children see their par")

    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel and Run All Cells…").click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.get_by_role("button", name="Seen in Lab").click(timeout=READY)
    expect(field).to_have_value("Children see their par", timeout=READY)
    field.press("End")
    field.press_sequentially("ents.")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("radio", name="Yes, I have finished this part").check()
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_text("You have finished 1 of 7 parts.")).to_be_visible()
    write_report(page)
    expect(page.get_by_text('The report is written: "in-lab.report.html".')).to_be_visible()
    assert "Children see their parents." in (server.folder / "in-lab.report.html").read_text("utf-8")
