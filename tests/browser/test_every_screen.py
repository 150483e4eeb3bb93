"""Every page of the race equity impact assessment, on a small screen and with its errors showing.

Those of the institutional analysis are looked at by its walk in `test_analysis.py`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from equitykit.resources import folder
from tests.browser.conftest import READY, fits
from tests.browser.parts import Looker, walk_part
from tests.browser.steps import Check, clear, enlarged, press, problem
from tests.browser.trees import Trees
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("no_script_fails")]
INSTRUMENT = "race-equity-impact-assessment"


def test_every_page_with_its_errors_showing(page: Page, server: Served, accessible: Check) -> None:
    from playwright.sync_api import expect

    clear(server.folder)
    path = server.folder / f"every-page-{INSTRUMENT}.equity.json"
    one = Assessment.open(path, instrument=INSTRUMENT, track="full")
    looker = Looker(page, accessible, Trees(INSTRUMENT, [(str(server.folder), "[folder]")]))
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(server.page("race_equity_impact_assessment", file=path.name))
    expect(page.get_by_role("heading", name=one.instrument.title, level=1)).to_be_visible(timeout=READY)
    looker.look("what it is")
    press(page, "Start")
    title = page.get_by_role("heading", name=one.title, level=1)
    expect(title).to_be_focused()
    looker.look("the parts")
    enlarged(page)
    ended = False
    for part in one.parts():
        if one.state(part.id) == "cannot start yet":
            continue
        looker.pick(part.title)
        walk_part(looker, one, part)
        if not ended:
            press(page, "Continue")
            expect(problem(page)).to_be_focused()
            looker.look("the end of a part, with what is wrong")
            ended = True
        page.get_by_role("radio", name="No, I will come back to it later").check()
        press(page, "Continue")
        expect(title).to_be_focused()
    page.get_by_role("button", name="See who does what").click()
    expect(page.get_by_label("Action 1, What is done")).to_be_visible()
    looker.look("who does what")
    enlarged(page)
    press(page, "Go to the list of parts")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_focused()
    looker.look("check your answers")
    enlarged(page)
    assert not list(server.folder.glob("every-page*.errors.log"))
    looker.trees.compare()


def test_fifty_actions_and_the_sign_off(page: Page, server: Served, accessible: Check) -> None:
    """The example as it ships, with more to do than fits on a screen."""
    from playwright.sync_api import expect

    clear(server.folder)
    path = server.folder / "fifty-actions.equity.json"
    shutil.copy(Path(folder("sample_data")) / "visits-online.equity.json", path)
    one = Assessment.open(path)
    for number in range(50 - len(one.actions())):
        one.add_action(
            what=f"Call the families of office {number + 1}", owner="Office lead", due="2027-03-01"
        )
    (part,) = [each for each in one.parts() if each.id == "sign_off"]
    one.reopen(part.id)
    for ask in part.asks:
        one.answer(ask.id, None)
    one.close()
    looker = Looker(page, accessible, Trees("sign-off"))
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(server.page("race_equity_impact_assessment", file=path.name))
    expect(page.get_by_role("heading", name=one.title, level=1)).to_be_visible(timeout=READY)
    looker.pick(part.title)
    walk_part(looker, one, part)
    page.get_by_role("button", name="Back", exact=True).click()
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="See who does what").click()
    last = page.get_by_label("Action 50, What is done")
    expect(last).to_be_visible()
    assert fits(page)
    accessible(page)
    enlarged(page)
    # In a long list, too, each letter is kept and the rest stays as it is.
    last.press_sequentially(", and write to those who do not answer")
    press(page, "Go to the list of parts")
    expect(page.get_by_role("heading", name=one.title, level=1)).to_be_focused()
    actions = Assessment.open(path).actions()
    assert len(actions) == 50
    assert actions[-1].what.endswith("and write to those who do not answer")
    assert [each.what for each in actions[:-1]] == [each.what for each in one.actions()[:-1]]
    looker.trees.compare()
