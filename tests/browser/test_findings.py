"""An Institutional Analysis from coded passages to the report: the walk of `test_analysis.py` goes as far as those."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from equitykit.resources import folder
from tests.browser.conftest import READY
from tests.browser.steps import Check, clear, press, problem, write_report
from tests.browser.test_every_screen import Looker
from tests.browser.trees import Trees
from tests.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SENTENCE = "The agency has no form that asks which relatives a child knows."
CHANGE = "Add a line for relatives to the form."


def coded(path: Path) -> Assessment:
    """A follow-up with a team, two sources, a passage of each, and what the first finding has to do with."""
    one = Assessment.open(path, instrument="institutional-analysis", track="follow_up", by="Lead")
    one.answer("team", [{"role": "Lead"}, {"role": "Parent partner"}])
    one.answer("findings_public", "public")
    work = one.analysis
    work.use_features()
    for label, kind, voice, text in (
        ("Interview 1", "interview", "families", "They told us to wait."),
        ("Rule book", "document", "records", "Relatives are called when there is time."),
    ):
        source = work.add_source(label, kind=kind, voice=voice, consent="given", level="public")
        masking = work.begin_excerpt(text)
        masking.mask_open()
        passage = work.add_excerpt(source, masking.confirm(by="Lead"), quotable=True)
        work.code(passage, [work.features()[0].id], by="Lead")
    return one


class Walk(Looker):
    """Goes through the parts of one analysis."""

    def part(self, title: str, first: str) -> None:
        """Open a part from the list, and the first task of its work."""
        self.pick(title)
        self.pick(first)

    def pick(self, title: str) -> None:
        """Press a row of a list."""
        self.page.get_by_role("button", name=re.compile(f"^{re.escape(title)}")).click()

    def at(self, title: str) -> None:
        """Wait until the page with this title is there."""
        from playwright.sync_api import expect

        expect(self.page.get_by_role("heading", name=title, level=1)).to_be_focused()

    def wrong(self, button: str, name: str) -> None:
        """Press too early, and look at what is said."""
        from playwright.sync_api import expect

        press(self.page, button)
        expect(problem(self.page)).to_be_focused()
        self.look(name)

    def out(self, part: str, title: str) -> None:
        """Go back to the page of the part, and from there to the list of parts."""
        press(self.page, "Back")
        self.at(part)
        press(self.page, "Save and go to the list of parts")
        self.at(title)


def test_findings_are_built_answered_let_out_and_followed_up(
    page: Page, server: Served, accessible: Check
) -> None:
    from playwright.sync_api import expect

    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    clear(server.folder)
    shutil.copy(Path(folder("sample_data")) / "kin-first.equity.json", server.folder)
    path = server.folder / "kin-again.equity.json"
    one = coded(path)
    one.close()
    walk = Walk(page, accessible, Trees("findings", [(str(server.folder), "[folder]")]))
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(server.page("institutional_analysis", file=path.name))
    expect(page.get_by_role("heading", name=one.title, level=1)).to_be_visible(timeout=READY)

    # What was found before, and what became of it.
    walk.part("Open the earlier findings", "Open an earlier analysis")
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
    press(page, "Save this look")
    expect(page.get_by_text("It is saved.")).to_be_visible()
    walk.out("Open the earlier findings", one.title)

    # A memo, and a finding built piece by piece.
    walk.part("Talk it over", "Memos and debriefs")
    press(page, "Add a memo or debrief")
    walk.wrong("Save", "memos: a new one, with what is wrong")
    page.get_by_role("radio", name="Debrief").check()
    page.get_by_label("What do you want to keep?").fill("Nobody asks for relatives.")
    press(page, "Save")
    expect(page.get_by_text("It is saved.")).to_be_visible()
    walk.look("memos")
    walk.out("Talk it over", one.title)

    walk.part("Build the findings", "Findings")
    press(page, "Add a finding")
    walk.wrong("Save", "findings: a new one, with what is wrong")
    page.get_by_label("What do you find, in one sentence?").fill("The worker forgot to call.")
    page.get_by_label("What do you find, in one sentence?").blur()
    expect(page.locator(".ekw-nudge:visible")).to_be_visible()
    page.get_by_label("What do you find, in one sentence?").fill(SENTENCE)
    press(page, "Save")
    walk.at(SENTENCE)
    walk.look("findings: one without its pieces")
    for piece, label, text in (
        (
            "Say what families need and what they meet",
            "What do families need",
            "Children wait with strangers.",
        ),
        ("Say how it comes about", "How does it come about?", "No form has a line for relatives."),
        ("Choose the passages behind it", "", ""),
        ("Look for what speaks against it", "What speaks against it?", "Two offices do ask."),
        ("Say whom it affects", "Group 1, Group", "Black families"),
        ("Say what already works, and who owns it", "What already works here?", "The desk knows relatives."),
    ):
        walk.pick(piece)
        walk.at(piece)
        if text:
            page.get_by_label(re.compile(f"^{re.escape(label)}")).fill(text)
        if piece.startswith("Say how"):
            page.get_by_role("checkbox").first.check()
        if piece.startswith("Choose the"):
            for box in page.get_by_role("checkbox").all():
                box.check()
        if piece.startswith("Say what already"):
            page.get_by_label("Who owns this finding?").fill("Placement unit")
        expect(page.get_by_text("Kept at")).to_be_visible()
        walk.look(f"findings: {piece}")
        press(page, "Save and go back")
        walk.at(SENTENCE)
    expect(page.get_by_text("Seen from several sides.").first).to_be_visible()
    walk.pick("Add what would have to change")
    walk.wrong("Save", "findings: what would have to change, with what is wrong")
    page.get_by_label(re.compile("^What would have to change")).fill(CHANGE)
    page.get_by_label(re.compile("^Who")).fill("Forms unit")
    press(page, "Save")
    walk.pick(CHANGE)
    page.get_by_label(re.compile("^By when")).fill("2027-03-31")
    expect(page.get_by_text("Kept at")).to_be_visible()
    walk.look("findings: into the plan")
    press(page, "Save, and put it into the plan")
    expect(page.get_by_text("In the plan").first).to_be_visible()
    walk.look("findings: what would have to change")
    press(page, "Back")
    walk.pick("Say from how many kinds of source a finding should be seen")
    walk.at("Say from how many kinds of source a finding should be seen")
    walk.look("findings: how many sides")
    walk.out("Build the findings", one.title)

    # What the agency says, and what the team lets out.
    walk.part("Hear the agency", "What the agency says")
    press(page, "Add a statement of the agency")
    walk.wrong("Save", "answer: a new one, with what is wrong")
    page.get_by_label("To which finding?").select_option("f1")
    page.get_by_label("Which office answers?").fill("Director's office")
    page.get_by_role("radio", name="Will act").check()
    page.get_by_label("What does it say, in its own words?").fill("We will add the line.")
    press(page, "Save")
    expect(page.get_by_text("It is saved.")).to_be_visible()
    walk.look("answer")
    walk.out("Hear the agency", one.title)
    walk.part("Let the findings out", "Let findings out")
    walk.wrong("Go on", "release: which and who agreed, with what is wrong")
    page.get_by_role("checkbox", name=SENTENCE).check()
    page.get_by_role("checkbox", name="Lead").check()
    page.get_by_role("checkbox", name="Parent partner").check()
    press(page, "Go on")
    walk.at("Let these findings out?")
    walk.look("release: asked once more")
    press(page, "Let them out")
    expect(page.get_by_text("Released: 1.")).to_be_visible()
    walk.look("release: let out")
    walk.out("Let the findings out", one.title)

    write_report(page)
    expect(page.get_by_text('The report is written: "kin-again.report.html".')).to_be_visible()
    report = (server.folder / "kin-again.report.html").read_text("utf-8")
    for text in (
        SENTENCE,
        CHANGE,
        "Nobody asks for relatives.",
        "We will add the line.",
        "Forms unit",
        "new sheet",
    ):
        assert text in report, text
    kept = Assessment.open(path)
    assert list(kept.analysis.released()) == ["f1"]
    assert [each.what for each in kept.actions()] == [CHANGE]
    assert failures == []
    assert not list(server.folder.glob("kin-again*.errors.log"))
    walk.trees.compare()
