"""An Institutional Analysis before a reform, from an empty file to the report; then the same file as a follow-up."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from equitykit.assessment import Assessment
from equitykit.resources import folder
from tests.browser.conftest import READY
from tests.browser.parts import Looker, finished, typed_in, walk_part, words_of
from tests.browser.steps import Check, clear, press, write_report
from tests.browser.trees import Trees
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("no_script_fails")]
TITLE = "Kin licences"
SENTENCE = "The new rule has no step in which families hear of it."
CHANGE = "Write to all families before the rule begins."
SAID = "nobody told us that we could ask."
ANSWERS: dict[str, Any] = {
    "why_here": "A new rule for kin begins in spring.",
    "findings_public": "private",
    "findings_seen_by": "The team and the director",
    "agency_promise": "To change the plan before it begins.",
    "access": "The draft of the rule.",
    "urgent_route": [{"about": "A child who is not safe", "to": "The duty office", "within": "At once"}],
    "team": [{"role": "Grandparent"}],
    "team_lived": "One member took part in it.",
    "question_who": "Black families",
    "question_outcome": "Kin are not licensed.",
    "question_place": "Our county, since 2025",
    "inquiry_question": "How does it come about that our kin are not licensed?",
    "numbers_say": "There are none yet.",
    "reform_what": "Kin need fewer papers.",
    "reform_needs": "Workers have a sheet that says which papers.",
    "case_map": [{"step": "Kin ask for a licence", "decision": "Who is licensed"}],
    "map_checked": "nobody",
    "source_plan": [{"what": "Talks with kin", "whose": "Kin"}],
    "consent_how": "On paper.",
    "voices_missing": "Kin in other counties.",
    "masking_second": "no",
    "debrief_learned": "The sheet is missing.",
    "debrief_against": "One office has a sheet of its own.",
    "findings_tested": "We asked the rule desk.",
    "families_on_findings": "We will ask them in March.",
    "means_needed": "Stamps.",
    "review_from": "2027-01-15",
}


def test_a_look_before_a_reform_and_what_became_of_earlier_findings(
    page: Page, server: Served, accessible: Check
) -> None:
    from playwright.sync_api import expect

    clear(server.folder)
    shutil.copy(Path(folder("sample_data")) / "kin-first.equity.json", server.folder)
    walk = Looker(page, accessible, Trees("second-purposes", [(str(server.folder), "[folder]")]))
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(server.page("institutional_analysis"))
    page.get_by_label("What is a short name for this analysis?").fill(TITLE)
    page.get_by_role("radio", name="Before a reform").check()
    press(page, "Start a new assessment")
    expect(page.get_by_text('You go the way "Before a reform"')).to_be_visible(timeout=READY)
    press(page, "Start")
    walk.at(TITLE)
    walk.look("the parts")
    path = server.folder / "kin-licences.equity.json"
    work: dict[str, Callable[[Looker], None]] = {"sources": source, "passages": passage, "findings": finding}
    for part in Assessment.open(path).parts():
        walk.pick(part.title)
        walk.at(part.title)
        if part.id in work:
            work[part.id](walk)
            walk.at(part.title)
        walk_part(walk, Assessment.open(path), part, ANSWERS, look=part.id == "reform")
        finished(walk, TITLE)
    expect(page.get_by_text("You have finished 11 of 11 parts.")).to_be_visible()
    write_report(page)
    expect(page.get_by_text('The report is written: "kin-licences.report.html".')).to_be_visible()
    told, _ = words_of(server.folder / "kin-licences.report.html")
    typed = (*typed_in(Assessment.open(path), ANSWERS), SENTENCE, CHANGE, SAID, "Before a reform")
    assert [text for text in typed if text not in told] == []

    # The same file goes on as a follow-up: what was found before, and what became of it.
    press(page, "Go to the list of parts")
    walk.pick("Change the way through")
    page.get_by_role("radio", name="Follow-up").check()
    press(page, "Continue")
    walk.pick("Open the earlier findings")
    walk.pick("Open an earlier analysis")
    walk.at("Open an earlier analysis")
    walk.wrong("Open its findings here", "earlier: which file, with what is wrong")
    page.get_by_label("Which file holds the earlier analysis?").select_option("kin-first.equity.json")
    press(page, "Open its findings here")
    walk.at("Say what became of each finding")
    walk.look("earlier: the findings")
    walk.pick("The placement desk")
    walk.wrong("Save this look", "earlier: one finding, with what is wrong")
    page.get_by_role("radio", name="Changed in part").check()
    page.get_by_label("How do you know?").fill("The desk has a new sheet.")
    walk.saved("Save this look")
    press(page, "Back")
    one = Assessment.open(path)
    (earlier,) = [part for part in one.parts() if part.id == "earlier"]
    after = {"earlier_changed": "More kin were asked.", "earlier_stayed": "The rooms are the same."}
    walk_part(walk, one, earlier, after)
    finished(walk, TITLE)
    write_report(page)
    expect(page.get_by_text('The report is written: "kin-licences.report.html".')).to_be_visible()
    told, headings = words_of(server.folder / "kin-licences.report.html")
    assert "What became of the earlier findings" in headings
    typed = ("Follow-up", "Changed in part", "The desk has a new sheet.", SENTENCE, CHANGE, *after.values())
    assert [text for text in typed if text not in told] == []
    assert not list(server.folder.glob("kin-licences*.errors.log"))
    walk.trees.compare()


def source(walk: Looker) -> None:
    """One source."""
    page = walk.page
    walk.pick("Sources None yet")
    press(page, "Add a source")
    page.get_by_label("What do you call it?").fill("Talk 1")
    page.get_by_label("What kind of source is it?").select_option("interview")
    page.get_by_label("Whose standpoint does it give?").select_option("families")
    page.get_by_role("radio", name="Yes, they agreed").check()
    walk.saved()
    press(page, "Back")


def passage(walk: Looker) -> None:
    """One passage in which nothing is flagged."""
    from playwright.sync_api import expect

    page = walk.page
    walk.pick("Add a passage")
    page.get_by_label("Which source does it come from?").select_option("s1")
    page.get_by_label("What was said or written?").fill(SAID)
    press(page, "Go on to the masking")
    walk.at("Mask the passage")
    page.get_by_label("Who has looked at it and confirms the masking?").fill("Lead")
    press(page, "Confirm the masking and keep the passage")
    expect(page.get_by_text("Passage x1 is kept, masked.")).to_be_visible()
    press(page, "Back")


def finding(walk: Looker) -> None:
    """A finding with what this way through can give it: there is no coding, but there is the list of features."""
    from playwright.sync_api import expect

    page = walk.page
    walk.pick("The list of features")
    press(page, "Begin with our list of eight features")
    expect(page.get_by_text("The list is there.")).to_be_visible()
    press(page, "Back")
    walk.pick("Findings")
    press(page, "Add a finding")
    page.get_by_label("What do you find, in one sentence?").fill(SENTENCE)
    press(page, "Save")
    walk.at(SENTENCE)
    for piece in ("Say how it comes about", "Choose the passages behind it"):
        walk.pick(piece)
        walk.at(piece)
        page.get_by_role("checkbox").first.check()
        press(page, "Save and go back")
        walk.at(SENTENCE)
    walk.pick("Add what would have to change")
    page.get_by_label(re.compile("^What would have to change")).fill(CHANGE)
    page.get_by_label(re.compile("^Who")).fill("Rule desk")
    press(page, "Save")
    walk.pick(CHANGE)
    page.get_by_label(re.compile("^By when")).fill("2027-03-31")
    press(page, "Save, and put it into the plan")
    expect(page.get_by_text("In the plan").first).to_be_visible()
    press(page, "Back")
