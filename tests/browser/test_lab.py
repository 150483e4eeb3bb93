"""The same page in JupyterLab, with the code in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from tests.browser.conftest import READY, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_wizard_appears_after_run_all_cells(page: Page, server: Server) -> None:
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
    field = page.get_by_label("What should be true for people when this decision has done its work?")
    field.press_sequentially("Children see their parents.")
    expect(page.get_by_text("Saved at")).to_be_visible()
    for _ in range(400):  # a busy machine may take its time; what counts is that every letter arrives
        if Assessment.open(path).value("desired_result") == "Children see their parents.":
            break
        page.wait_for_timeout(50)
    assert Assessment.open(path).value("desired_result") == "Children see their parents."
