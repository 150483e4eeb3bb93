"""Screens that no other walk comes by: small forms of the analysis, evidence that is written, the report."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from equitykit.resources import folder
from equitykit.widgets.pages import pages
from tests.browser.conftest import READY, fits
from tests.browser.steps import Check, clear, marked, press, problem
from tests.browser.trees import Trees
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("no_script_fails")]


def test_small_forms_with_their_errors_showing(page: Page, server: Served, accessible: Check) -> None:
    from playwright.sync_api import expect

    clear(server.folder)
    trees = Trees("further-screens", [(str(server.folder), "[folder]")])

    def look(name: str, *, wrong: str = "", keep: bool = True) -> None:
        if wrong:
            press(page, wrong)
            expect(problem(page)).to_be_focused()
        assert fits(page), name
        accessible(page)
        if keep:
            trees.keep(page, name)

    def pick(title: str) -> None:
        page.get_by_role("button", name=title).first.click()

    def at(title: str) -> None:
        expect(page.get_by_role("heading", name=title, level=1)).to_be_focused()

    path = server.folder / "kin-small.equity.json"
    one = Assessment.open(path, instrument="institutional-analysis", track="full", by="Lead")
    one.answer("team", [{"role": "Lead"}, {"role": "Parent partner"}])
    one.analysis.use_features()
    source = one.analysis.add_source("Interview 1", kind="interview", voice="families", consent="given")
    masking = one.analysis.begin_excerpt("They told us to wait.")
    masking.mask_open()
    one.analysis.add_excerpt(source, masking.confirm(by="Lead"))
    one.close()
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(server.page("institutional_analysis", file=path.name))
    expect(page.get_by_role("heading", name=one.title, level=1)).to_be_visible(timeout=READY)
    for part, task, add, name in (
        ("Bring the team together", "Note that something could not wait", "Add a note", "A new note"),
        ("Code the passages", "The list of features", "Add a feature", "A new feature"),
    ):
        pick(part)
        pick(task)
        at(task)
        press(page, add)
        at(name)
        look(name, wrong="Save")
        press(page, "Do not add this")
        at(task)
        press(page, "Back")
        at(part)
        press(page, "Save and go to the list of parts")
        at(one.title)
    pick("Choose passages")
    pick("Passages that are kept")
    at("Passages that are kept")
    look("passages that are kept")
    pick("x1: They told us to wait.")
    at("Passage x1")
    look("a passage that is kept")

    path = server.folder / "small-forms.equity.json"
    two = Assessment.open(path, instrument="race-equity-impact-assessment", track="fast", by="Ana")
    two.close()
    page.goto(server.page("race_equity_impact_assessment", file=path.name))
    page.get_by_role("button", name="Start", exact=True).click(timeout=READY)
    pick("Look at the evidence")
    for kind in ("See who is lost between two standards", "Add a document"):
        press(page, kind)
        expect(page.get_by_role("heading", name=kind)).to_be_visible()
        look(kind, wrong="Attach", keep=False)  # it lists the files that other walks wrote
        press(page, "Do not add this")
        expect(page.get_by_role("heading", name="Add evidence")).to_be_visible()
    press(page, "Save and go to the list of parts")
    pick("Write the report")
    at("Write the report")
    look("write the report")
    page.get_by_role("radio", name="For others: public").check()
    press(page, "Write the report")
    expect(page.get_by_text('The report is written: "small-forms.report.public.html".')).to_be_visible()
    look("the report for others is written")
    public = (server.folder / "small-forms.report.public.html").read_text("utf-8")
    assert "Internal working paper" not in public
    assert not list(server.folder.glob("*.errors.log"))
    trees.compare()


def test_every_screen_of_a_translation_tells_which_words_are_in_it(page: Page, server: Served) -> None:
    """The tool that ships with a Spanish translation, in a folder below, from the list of parts to the check."""
    from playwright.sync_api import expect

    below = server.folder / "north"
    shutil.copytree(folder("schemas") / "examples", below / "instruments")
    path, tool = below / "oficina.equity.json", below / "instruments" / "waiting-room.yaml"
    one = Assessment.create(path, instrument=tool, track="full", language="es", title="North")
    one.answer("office", "North office")
    one.answer("welcome", "often")
    page.goto(server.page("race_equity_impact_assessment", file=f"north/{path.name}"))
    title = page.get_by_role("heading", name="North", level=1)
    expect(title).to_be_visible(timeout=READY)
    marked(page, one, *(part.title for part in one.parts() if one.spoken[part.title] == "es"))
    for part in one.parts():
        if one.state(part.id) == "cannot start yet":
            continue
        page.get_by_role("button", name=part.title).click()
        for each in pages(part):
            shown = [ask for ask in each.asks if one.visible(ask.id)]
            if not shown:
                continue
            expect(page.locator(f"[id='ekw-{shown[0].id}']")).to_be_visible()
            marked(page, one, *(ask.label for ask in shown if one.spoken.get(ask.label) == "es"))
            press(page, "Continue")
            if any(each.ask in {ask.id for ask in shown} for each in one.problems()):
                expect(problem(page)).to_be_focused()
                marked(page, one)
                press(page, "Leave this for later and go on")
        expect(page.get_by_text("Have you finished this part?")).to_be_visible()
        marked(page, one)
        page.get_by_role("radio", name="No, I will come back to it later").check()
        press(page, "Continue")
        expect(title).to_be_focused()
    for name in ("See who does what, by when", "Change the way through", "Check your answers"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("North")
        marked(page, one)
        page.get_by_role("button", name="Back", exact=True).click()
        expect(title).to_be_focused()
