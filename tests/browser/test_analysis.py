"""The Institutional Analysis in a browser: one walk from an empty file to the written report, each screen looked at."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from equitykit.assessment import Assessment
from tests.browser.conftest import READY
from tests.browser.parts import Looker, finished, typed_in, walk_part, words_of
from tests.browser.steps import Check, compared, enlarged, press, problem, tab_to, until, write_report
from tests.browser.trees import Trees
from tests.served import Begun, begin
from tests.test_analysis_leaks import PLANTED, RAW, leaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOME = ("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
JUPYTER = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
TITLE, LEAD, PARENT = "Kin", "Ade Obi", "Parent partner"
SENTENCE = "The agency has no form that asks which relatives a child knows."
CHANGE = "Add a line for relatives to the form."
RULE = "Relatives are called when there is time."
MEMO = "Nobody asks for relatives."
REASON = "To see each group beside the rest"
ANSWER = "We will add the line."
ANSWERS: dict[str, Any] = {
    "why_here": "Black children are placed with kin less often than others.",
    "findings_public": "public",
    "agency_promise": "An answer within sixty days.",
    "access": "All case files since 2025, and the placement meetings.",
    "urgent_route": [{"about": "A child who is not safe", "to": "The duty office", "within": "At once"}],
    "team": [{"name": LEAD, "role": "Lead"}, {"role": PARENT}],
    "team_lived": "Two parents are paid members of it.",
    "team_missing": "Nobody who is now in foster care.",
    "question_who": "Black families",
    "question_outcome": "Their children live with strangers.",
    "question_place": "Our county, since 2025",
    "inquiry_question": "How does it come about that our children do not live with kin?",
    "numbers_say": "The groups part at the first placement.",
    "numbers_silent": "Who was asked for relatives.",
    "case_map": [
        {"step": "Somebody calls the hotline", "actors": "Screening desk"},
        {"step": "A place is found", "decision": "Where the child sleeps", "decides": "Placement desk"},
    ],
    "map_checked": "both",
    "map_differs": "The sheet for relatives is not in the folder.",
    "source_plan": [{"what": "Interviews with families", "kind": "interview", "whose": "Families"}],
    "consent_how": "On paper, and again by telephone.",
    "voices_missing": "Grandparents without a telephone.",
    "masking_second": "all",
    "coding_learned": "We made one feature wider.",
    "debrief_learned": "Time is not the reason.",
    "debrief_against": "Two offices do ask.",
    "findings_tested": "The placement desk tried to prove them wrong.",
    "families_on_findings": "They said that it is so.",
    "shown_on": "2026-10-01",
    "answer_changed": "One sentence became shorter.",
    "means_needed": "Two days of the forms unit.",
    "review_from": "2027-01-15",
    "report_back": [
        {"who": "Families", "how": "A meeting, in two languages", "by": "2027-02-01", "owner": PARENT}
    ],
    "main_message": "The form will ask who belongs to the child.",
}
PIECES = (
    ("Say what families need and what they meet", "What do families need", "Children wait with strangers."),
    ("Say how it comes about", "How does it come about?", "No form has a line for relatives."),
    ("Choose the passages behind it", "", ""),
    ("Look for what speaks against it", "What speaks against it?", "Two offices ask by themselves."),
    ("Say whom it affects", "Group 1, Group", "Black grandparents"),
    ("Say what already works, and who owns it", "What already works here?", "The desk knows the law."),
)
CHAPTERS = (
    "In short",
    "The story behind the numbers",
    "How we looked, and what this is not",
    "How a case moves",
    "Findings",
    "What the agency says",
)


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[Begun]:
    """A server of its own, whose scratch files all lie below one folder."""

    own = tmp_path / "own"
    own.mkdir()
    begun = begin(tmp_path / "work", more=dict.fromkeys((*HOME, *JUPYTER), str(own)))
    yield begun
    begun.kill()


@pytest.fixture
def seen(browser: Browser, chromium: str, tmp_path: Path) -> Iterator[Page]:
    """A page of a browser that keeps a profile on disk, as a person's does."""
    flags = [
        "--disable-background-networking",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=chromium, args=flags, viewport={"width": 320, "height": 800}
    )
    context.set_default_timeout(READY)
    page = context.pages[0]
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    context.close()
    assert failures == []


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_from_an_empty_file_to_the_report_and_a_server_killed_in_mid_typing(
    seen: Page, doomed: Begun, accessible: Check, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    page, server = seen, doomed.ready()
    walk = Looker(page, accessible, Trees("institutional-analysis", [(str(server.folder), "[folder]")]))
    page.goto(server.page("institutional_analysis"))
    page.get_by_label("What is a short name for this analysis?").fill(TITLE)
    page.get_by_role("radio", name="Full").check()
    press(page, "Start a new assessment")
    expect(page.get_by_role("heading", name="Institutional analysis", level=1)).to_be_visible(timeout=READY)
    walk.look("what it is")
    page.get_by_label("Who is writing? (optional)").fill(LEAD)
    press(page, "Start")
    walk.at(TITLE)
    walk.look("the parts")
    enlarged(page)
    path = server.folder / "kin.equity.json"

    work: dict[str, Callable[[Looker], None]] = {
        "sources": sources,
        "passages": partial(passages, folder=server.folder, path=path),
        "coding": coding,
        "debrief": memo,
        "findings": finding,
        "answer": agency,
        "release": release,
    }
    answers = ANSWERS | {"findings_public": private_first, "numbers": numbers, "actions": second_action}
    for part in Assessment.open(path).parts():
        walk.pick(part.title)
        walk.at(part.title)
        if part.id in work:
            work[part.id](walk)
            walk.at(part.title)
        walk_part(walk, Assessment.open(path), part, answers)
        finished(walk, TITLE)
        if part.id == "team":
            terms(walk)
        if part.id == "map":
            reloaded(walk, path)
    expect(page.get_by_text("You have finished 13 of 13 parts.")).to_be_visible()

    # The answers once more, and the report: what was typed is in it.
    walk.pick("Check your answers")
    walk.at("Check your answers")
    walk.look("check your answers")
    enlarged(page)
    write_report(page)
    expect(page.get_by_text('The report is written: "kin.report.html".')).to_be_visible()
    told, headings = words_of(server.folder / "kin.report.html")
    assert [head for head in headings if head in CHAPTERS] == list(CHAPTERS)
    missing = [
        text
        for text in (
            *typed_in(Assessment.open(path), ANSWERS),
            *(text for _, _, text in PIECES if text),
            *(SENTENCE, CHANGE, RULE, MEMO, REASON, ANSWER, "Placement unit", "Forms unit", "Call each aunt"),
        )
        if text not in told
    ]
    assert missing == []
    assert "Seen from several sides." in told
    assert "Removed by race and ethnicity" in told
    kept = Assessment.open(path)
    assert list(kept.analysis.released()) == ["f1"]
    assert [each.what for each in kept.actions()] == [CHANGE, "Call each aunt"]
    assert not list(server.folder.glob("*.errors.log"))

    # Another passage, half typed, when the server is killed: no file holds a word of it.
    press(page, "Go to the list of parts")
    walk.pick("Choose passages")
    walk.pick("Add a passage")
    words = page.get_by_label("What was said or written?")
    words.press_sequentially(RAW[:60])
    page.evaluate("window.ekwPatience = 300")
    doomed.kill()
    words.press_sequentially(RAW[60:])
    expect(page.get_by_role("alert").filter(has_text="What you typed is not saved yet")).to_be_visible()
    page.context.close()
    assert (tmp_path / "profile" / "Default").is_dir()
    assert leaks(tmp_path) == []
    again = Assessment.open(path).analysis
    assert (len(again.excerpts()), again.features_of("x1")) == (2, ("rules_and_policy",))
    walk.trees.compare()


def private_first(page: Page) -> None:
    """A question that one answer brings, and another takes away."""
    from playwright.sync_api import expect

    asked = page.get_by_role("group", name="Will the findings be public?")
    asked.get_by_role("radio", name=re.compile("^No, they stay")).check()
    expect(page.get_by_label("Who will see the findings?")).to_be_visible()
    asked.get_by_role("radio", name=re.compile("^Yes, once")).check()
    expect(page.get_by_label("Who will see the findings?")).to_be_hidden()


def numbers(page: Page) -> None:
    """Groups compared in a file, attached."""
    compared(page, "sample_data/intake_clean.csv", "removed", REASON)


def second_action(page: Page) -> None:
    """An action beside the one that a recommendation became."""
    from playwright.sync_api import expect

    expect(page.get_by_label("Action 1, What is done")).to_have_value(CHANGE)
    press(page, "Add another action")
    page.get_by_label("Action 2, What is done").fill("Call each aunt")
    page.get_by_label("Action 2, Who sees to it").fill("Placement desk")
    page.get_by_label("Action 2, By when").fill("2027-03-01")


def reloaded(walk: Looker, path: Path) -> None:
    """A reload in the middle of a word: the page, and what was typed, are there."""
    from playwright.sync_api import expect

    page = walk.page
    walk.pick("Draw how a case moves")
    again = page.get_by_label("Step 2, Who acts")
    again.press_sequentially("The placement de")
    until(page, lambda: Assessment.open(path).value("case_map")[1].get("actors") == "The placement de")
    page.reload()
    expect(again).to_have_value("The placement de", timeout=READY)
    expect(page.get_by_label("Step 1, What happens")).to_have_value("Somebody calls the hotline")
    again.press("End")
    again.press_sequentially("sk")
    press(page, "Save and go to the list of parts")
    expect(page.get_by_text("You have finished 5 of 13 parts.")).to_be_visible()
    assert Assessment.open(path).value("case_map")[1]["actors"] == "The placement desk"


def terms(walk: Looker) -> None:
    """The terms of confidentiality."""
    from playwright.sync_api import expect

    page = walk.page
    walk.pick("Bring the team together")
    for who, left in ((LEAD, 1), (PARENT, 0)):
        walk.pick("Accept the terms of confidentiality")
        walk.at("Accept the terms of confidentiality")
        if left:
            walk.wrong("I accept these terms", "terms, with what is wrong")
        page.get_by_role("radio", name=who).check()
        press(page, "I accept these terms")
        expect(page.get_by_text(f"{who} has accepted the terms.")).to_be_visible()
        press(page, "Back")
    walk.pick("Accept the terms of confidentiality 2 accepted")
    expect(page.get_by_text("Everybody on the team has accepted them.")).to_be_visible()
    walk.look("terms, accepted")
    press(page, "Back")
    press(page, "Save and go to the list of parts")
    walk.at(TITLE)


def sources(walk: Looker) -> None:
    """Two sources, with what is missing said first; words are nearly taken back."""
    from playwright.sync_api import expect

    page = walk.page
    walk.pick("Sources None yet")
    press(page, "Add a source")
    walk.at("A new source")
    walk.wrong("Save", "sources: a new one, with what is wrong")
    problem(page).get_by_role("link", name="Give the source a working name").click()
    page.keyboard.type("Interview 1")
    page.get_by_label("What kind of source is it?").select_option("interview")
    page.get_by_label("Whose standpoint does it give?").select_option("families")
    page.get_by_role("radio", name="Yes, they agreed").check()
    walk.saved()
    press(page, "Add a source")
    page.get_by_label("What do you call it?").fill("Rule book")
    page.get_by_label("What kind of source is it?").select_option("document")
    page.get_by_label("Whose standpoint does it give?").select_option("records")
    page.get_by_role("radio", name="Not needed").check()
    walk.saved()
    walk.look("sources")
    walk.pick("Interview 1")
    press(page, "Somebody takes their words back")
    expect(page.get_by_role("heading", name="Take the words of")).to_be_focused()
    walk.wrong("Take the agreement back", "sources: words taken back, with what is wrong")
    press(page, "Go back, and change nothing")
    expect(page.get_by_label("What do you call it?")).to_have_value("Interview 1")
    press(page, "Back")
    press(page, "Back")


def passages(walk: Looker, folder: Path, path: Path) -> None:
    """A passage with planted names from a file, masked with the keyboard alone; and one that is typed."""
    from playwright.sync_api import expect

    page = walk.page
    (folder / "said.txt").write_text(RAW, encoding="utf-8")
    walk.pick("Add a passage")
    words = page.get_by_label("What was said or written?")
    expect(words).to_be_visible()
    walk.wrong("Go on to the masking", "passages: a new one, with what is wrong")
    press(page, "Take it from a file instead")
    page.get_by_label("Which file is it in?").select_option("said.txt")
    press(page, "Read it")
    expect(page.get_by_text("1771 Quarrystone Lane")).to_be_visible()
    walk.look_only()
    page.get_by_role("button", name="Take this passage").click()
    expect(words).to_have_value(RAW)
    (folder / "said.txt").unlink()
    page.get_by_label("Which source does it come from?").select_option("s1")
    page.get_by_label("Which names could come up in it? (optional)").press_sequentially(
        "Thessaly\nQuillon Zbigniewska"
    )
    press(page, "Go on to the masking")
    walk.at("Mask the passage")
    expect(page.get_by_text("1 of 8 flagged places waits for you.")).to_be_visible()
    press(page, "Confirm the masking and keep the passage")
    expect(problem(page)).to_be_focused()
    walk.look_only()
    problem(page).get_by_role("link").first.click()
    page.keyboard.press("Space")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    call = page.get_by_role("group", name="\u201cCall\u201d: a word with a capital letter, masked")
    expect(call.get_by_role("radio", name="Mask it")).to_be_focused()
    page.get_by_label("Type the words as they stand").fill("about case")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Masked in 1 place.")).to_be_visible()
    walk.look_only()
    tab_to(page, "Confirm the masking and keep the passage")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Passage x1 is kept, masked.")).to_be_visible()
    (kept,) = Assessment.open(path).analysis.excerpts()
    assert [word for word in PLANTED if word.lower() in kept.text.lower()] == []

    press(page, "Type a passage instead")
    page.get_by_label("Which source does it come from?").select_option("s2")
    words.fill(RULE)
    page.get_by_role("radio", name="Yes").check()
    press(page, "Go on to the masking")
    walk.at("Mask the passage")
    page.get_by_role("radio", name="Keep it").check()
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    walk.look("passages: masked")
    press(page, "Confirm the masking and keep the passage")
    expect(page.get_by_text("Passage x2 is kept, masked.")).to_be_visible()
    press(page, "Go back to \u201cChoose passages\u201d")


def coding(walk: Looker) -> None:
    """The list of features, and what one coder sees."""
    from playwright.sync_api import expect

    page = walk.page
    walk.pick("The list of features")
    press(page, "Begin with our list of eight features")
    expect(page.get_by_text("The list is there.")).to_be_visible()
    walk.look("coding: the list")
    press(page, "Back")
    walk.pick("Code passages")
    walk.at("Code passages")
    walk.wrong("Save and go on", "coding: a passage, with what is wrong")
    page.get_by_role("checkbox", name="Rules and policy").check()
    press(page, "Save and go on")
    expect(page.get_by_text("Passage 2 of 2.")).to_be_visible()
    page.get_by_role("checkbox", name="Rules and policy").check()
    press(page, "Save and go on")
    expect(page.get_by_text(f"{LEAD} has looked at every passage.")).to_be_visible()
    press(page, "Back")
    walk.pick("See what the coding shows")
    expect(page.get_by_role("table")).to_contain_text("1 from 1 source")
    walk.look("coding: what it shows")
    press(page, "Back")


def memo(walk: Looker) -> None:
    """What the team came to."""
    page = walk.page
    walk.pick("Memos and debriefs")
    press(page, "Add a memo or debrief")
    walk.wrong("Save", "memos: a new one, with what is wrong")
    page.get_by_role("radio", name="Debrief").check()
    page.get_by_label("What do you want to keep?").fill(MEMO)
    walk.saved()
    walk.look("memos")
    press(page, "Back")


def finding(walk: Looker) -> None:
    """A finding built piece by piece, and what would have to change."""
    from playwright.sync_api import expect

    page = walk.page
    walk.pick("Findings")
    press(page, "Add a finding")
    walk.wrong("Save", "findings: a new one, with what is wrong")
    said = page.get_by_label("What do you find, in one sentence?")
    said.fill("The worker forgot to call.")
    said.blur()
    expect(page.locator(".ekw-nudge:visible")).to_be_visible()
    said.fill(SENTENCE)
    press(page, "Save")
    walk.at(SENTENCE)
    walk.look("findings: one without its pieces")
    for piece, label, text in PIECES:
        walk.pick(piece)
        walk.at(piece)
        if text:
            page.get_by_label(re.compile(f"^{re.escape(label)}")).fill(text)
        if piece.startswith(("Say how", "Say whom")):
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
    press(page, "Back")


def agency(walk: Looker) -> None:
    """What the agency says."""
    page = walk.page
    walk.pick("What the agency says")
    press(page, "Add a statement of the agency")
    walk.wrong("Save", "answer: a new one, with what is wrong")
    page.get_by_label("To which finding?").select_option("f1")
    page.get_by_label("Which office answers?").fill("Director's office")
    page.get_by_role("radio", name="Will act").check()
    page.get_by_label("What does it say, in its own words?").fill(ANSWER)
    walk.saved()
    walk.look("answer")
    press(page, "Back")


def release(walk: Looker) -> None:
    """What the team lets out."""
    page = walk.page
    walk.pick("Let findings out")
    walk.wrong("Go on", "release: which and who agreed, with what is wrong")
    for name in (SENTENCE, LEAD, PARENT):
        page.get_by_role("checkbox", name=name).check()
    press(page, "Go on")
    walk.at("Let these findings out?")
    walk.look("release: asked once more")
    walk.saved("Let them out", "Released: 1.")
    walk.look("release: let out")
    press(page, "Back")
