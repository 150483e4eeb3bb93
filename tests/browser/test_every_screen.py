"""Every page of both instruments, on a small screen and with its errors showing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from equitykit.instruments import Part
from equitykit.resources import folder
from equitykit.widgets.pages import Page as Questions
from equitykit.widgets.pages import pages
from tests.browser.conftest import READY, fits
from tests.browser.steps import Check, clear, enlarged, press, problem
from tests.browser.trees import Trees
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Looker:
    """Looks at one screen after the other."""

    def __init__(self, page: Page, accessible: Check, trees: Trees) -> None:
        self.page, self.accessible, self.trees = page, accessible, trees

    def look(self, name: str) -> None:
        """No scrolling from side to side, nothing for axe, and the tree as it is kept."""
        assert fits(self.page), name
        self.accessible(self.page)
        self.trees.keep(self.page, name)


def shown(one: Assessment, part: Part) -> list[Questions]:
    """The pages of a part of which something is asked."""
    return [each for each in pages(part) if any(one.visible(ask.id) for ask in each.asks)]


def open_part(page: Page, part: Part) -> None:
    page.get_by_role("button", name=re.compile(f"^{re.escape(part.title)}")).click()


def walk_part(looker: Looker, one: Assessment, part: Part) -> None:
    """Every page of a part, answered with nothing; it ends before "Have you finished this part?"."""
    from playwright.sync_api import expect

    page, wrong = looker.page, {each.ask for each in one.problems(part.id)}
    for each in shown(one, part):
        first = next(ask.id for ask in each.asks if one.visible(ask.id))
        expect(page.locator(f"[id='ekw-{first}']")).to_be_visible()
        if wrong.isdisjoint(ask.id for ask in each.asks):
            looker.look(f"{part.id}, page {each.number + 1}")
            press(page, "Continue")
            continue
        press(page, "Continue")
        expect(problem(page)).to_be_focused()
        looker.look(f"{part.id}, page {each.number + 1}, with what is wrong")
        press(page, "Leave this for later and go on")
    expect(page.get_by_text("Have you finished this part?")).to_be_visible()


@pytest.mark.parametrize(
    ("instrument", "track"),
    [("race-equity-impact-assessment", "full"), ("institutional-analysis", "follow_up")],
)
def test_every_page_with_its_errors_showing(
    page: Page, server: Served, accessible: Check, instrument: str, track: str
) -> None:
    from playwright.sync_api import expect

    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    clear(server.folder)
    path = server.folder / f"every-page-{instrument}.equity.json"
    one = Assessment.open(path, instrument=instrument, track=track)
    looker = Looker(page, accessible, Trees(instrument, [(str(server.folder), "[folder]")]))
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
        open_part(page, part)
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
    assert failures == []
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
    open_part(page, part)
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
