"""Both large instruments in JupyterLab, from empty to the report: nothing is lost, nothing given away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from tests.browser.conftest import READY
from tests.browser.parts import words_of
from tests.browser.steps import clear, compared, press, problem, until, write_report
from tests.served import Served
from tests.test_analysis_leaks import PLANTED, RAW, leaks

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RESULT = "What should be true for people when this decision has done its work?"
SLOW = "[anywidget] Failed to initialize model."  # what anywidget says of a busy computer
SENTENCE = "The agency has no form that asks which relatives a child knows."


@pytest.fixture
def lab(page: Page) -> Iterator[Page]:
    """A page wide enough for JupyterLab, in which no script fails; being slow on a busy computer is no failure."""
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.set_viewport_size({"width": 1200, "height": 900})
    yield page
    assert [each for each in failures if SLOW not in each] == []


def opened(page: Page, server: Served, notebook: str, *, anew: bool = True) -> None:
    """Open a notebook in JupyterLab."""
    from playwright.sync_api import expect

    page.goto(f"{server.root}/lab/tree/{notebook}.ipynb?{'reset&' * anew}token={server.token}")
    # A kernel must be there first: "Run All" before that passes the code over in silence.
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=READY)


def menu(page: Page, name: str, item: str) -> None:
    """Choose from a menu."""
    page.get_by_role("menuitem", name=name, exact=True).click()
    page.get_by_role("menuitem", name=re.compile(f"^{re.escape(item)}")).first.click()


def saved(page: Page, server: Served, notebook: str) -> str:
    """Save the notebook; what is in its file then."""
    path = server.folder / f"{notebook}.ipynb"
    before = path.stat().st_mtime_ns
    menu(page, "File", "Save Notebook")
    until(page, lambda: path.stat().st_mtime_ns != before and path.read_text("utf-8").endswith("}\n"))
    return path.read_text("utf-8")


def finished(page: Page, said: str) -> None:
    """Say that a part is finished."""
    from playwright.sync_api import expect

    page.get_by_role("radio", name="Yes, I have finished this part").check()
    press(page, "Continue")
    expect(page.get_by_text(said)).to_be_visible()


def test_an_assessment_in_lab_two_tabs_and_a_program_that_begins_anew(lab: Page, server: Served) -> None:
    from playwright.sync_api import expect

    page = lab
    clear(server.folder)
    notebook = "race_equity_impact_assessment"
    opened(page, server, notebook)
    menu(page, "Run", "Run All Cells")
    page.get_by_label("What is a short name for the decision?").fill("In Lab")
    page.get_by_role("radio", name="Short").check()
    press(page, "Start a new assessment")
    path = server.folder / "in-lab.equity.json"
    page.get_by_label("Who is writing? (optional)").fill("Ana")
    press(page, "Start")
    page.get_by_role("button", name="Name the result for people").click()
    press(page, "Continue")
    expect(problem(page)).to_be_focused()
    page.get_by_role("link", name="Say what should be true for people.").click()
    field = page.get_by_label(RESULT)
    expect(field).to_be_focused()
    field.press_sequentially("Children see their par")
    expect(page.get_by_text("Saved at")).to_be_visible()
    until(page, lambda: Assessment.open(path).value("desired_result") == "Children see their par")

    menu(page, "Kernel", "Restart Kernel and Run All Cells")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.get_by_role("button", name="In Lab").click(timeout=READY)
    expect(field).to_have_value("Children see their par", timeout=READY)
    field.press("End")
    field.press_sequentially("ents.")
    press(page, "Continue")
    finished(page, "You have finished 1 of 7 parts.")

    # A question that an answer brings, and another takes away.
    page.get_by_role("button", name="Describe the decision").click()
    kind = page.get_by_role("group", name="What kind of decision is it?")
    other = page.get_by_label("What other kind of decision is it?")
    kind.get_by_role("radio", name="Another kind of decision").check()
    expect(other).to_be_visible()
    kind.get_by_role("radio", name="Policy").check()
    expect(other).to_be_hidden()
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Look at the evidence").click()
    compared(page, "sample_data/intake_clean.csv", "removed", "To see each group beside the rest")
    expect(page.get_by_role("heading", name="Removed by race and ethnicity")).to_be_visible()
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Describe the decision").click()
    proposal = page.get_by_label("What is proposed?")
    proposal.fill("Visits by video.")
    saved(page, server, notebook)

    # The page of JupyterLab is loaded again: the program goes on, and so does what stands there.
    page.reload()
    expect(proposal).to_have_value("Visits by video.", timeout=READY)
    proposal.fill("Visits by video, and in person.")
    until(page, lambda: Assessment.open(path).value("proposal") == "Visits by video, and in person.")

    # A second tab shows the same page; what is typed in one stands in the other.
    two = page.context.new_page()
    opened(two, server, notebook, anew=False)
    theirs = two.get_by_label("What is proposed?")
    expect(theirs).to_have_value("Visits by video, and in person.", timeout=READY)
    theirs.press("End")
    theirs.press_sequentially(" For now.")
    expect(proposal).to_have_value("Visits by video, and in person. For now.")
    proposal.press("End")
    proposal.press_sequentially(" Only.")
    expect(theirs).to_have_value("Visits by video, and in person. For now. Only.")

    # Run there, the code opens the file once more. That page saves; this one is behind, is told so, and loses nothing.
    menu(two, "Run", "Run All Cells")
    two.get_by_role("button", name="In Lab").click(timeout=READY)
    expect(theirs).to_have_value("Visits by video, and in person. For now. Only.")
    theirs.fill("Visits in person.")
    press(two, "Save and go to the list of parts")
    expect(two.get_by_role("heading", name="In Lab", level=1)).to_be_focused()
    proposal.press("End")
    proposal.press_sequentially(" Or not.")
    expect(page.get_by_role("alert").filter(has_text="saved in another window")).to_be_visible()
    press(page, "Go on with what I have, in a copy")
    expect(page.get_by_text('You now work in "in-lab (copy).equity.json"')).to_be_visible()
    copy = Assessment.open(server.folder / "in-lab (copy).equity.json")
    assert copy.value("proposal") == "Visits by video, and in person. For now. Only. Or not."
    assert Assessment.open(path).value("proposal") == "Visits in person."
    write_report(two)
    expect(two.get_by_text('The report is written: "in-lab.report.html".')).to_be_visible()
    two.close()
    told, _ = words_of(server.folder / "in-lab.report.html")
    typed = (
        "Children see their parents.",
        "Visits in person.",
        "To see each group beside the rest",
        "Policy",
    )
    assert [text for text in typed if text not in told] == []
    assert not list(server.folder.glob("in-lab*.errors.log"))


def test_an_analysis_in_lab_and_a_notebook_that_holds_no_raw_words(lab: Page, server: Served) -> None:
    """From empty over a source, a passage and a finding to the report; the notebook keeps all widgets it can."""
    from playwright.sync_api import expect

    page = lab
    clear(server.folder)
    notebook = "institutional_analysis"
    opened(page, server, notebook)
    menu(page, "Settings", "Save Widget State Automatically")
    menu(page, "Run", "Run All Cells")
    page.get_by_label("What is a short name for this analysis?").fill("Kin in Lab")
    page.get_by_role("radio", name="Full").check()
    press(page, "Start a new assessment")
    page.get_by_label("Who is writing? (optional)").fill("Lead")
    press(page, "Start")
    page.get_by_role("button", name="Ask the question").click()
    page.get_by_label("Which outcome do they meet?").fill("Children live with strangers.")
    press(page, "Save and go to the list of parts")

    page.get_by_role("button", name="Gather sources").click()
    page.get_by_role("button", name="Sources None yet").click()
    press(page, "Add a source")
    page.get_by_label("What do you call it?").fill("Interview 1")
    page.get_by_label("What kind of source is it?").select_option("interview")
    page.get_by_label("Whose standpoint does it give?").select_option("families")
    page.get_by_role("radio", name="Yes, they agreed").check()
    press(page, "Save")
    expect(page.get_by_text("It is saved.")).to_be_visible()
    press(page, "Back")
    press(page, "Save and go to the list of parts")

    # While raw words stand on the page, the notebook is saved with the state of its widgets.
    page.get_by_role("button", name="Choose passages").click()
    page.get_by_role("button", name="Add a passage").click()
    page.get_by_label("Which source does it come from?").select_option("s1")
    words = page.get_by_label("What was said or written?")
    words.fill(RAW)
    page.get_by_label("Which names could come up in it? (optional)").fill("Thessaly\nQuillon Zbigniewska")
    expect(words).to_have_value(RAW)
    texts = [saved(page, server, notebook)]
    press(page, "Go on to the masking")
    expect(page.get_by_role("heading", name="Mask the passage", level=1)).to_be_focused()
    texts.append(saved(page, server, notebook))
    press(page, "Mask all that is open")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    press(page, "Confirm the masking and keep the passage")
    expect(page.get_by_text("Passage x1 is kept, masked.")).to_be_visible()
    press(page, "Back")
    press(page, "Save and go to the list of parts")

    page.get_by_role("button", name="Build the findings").click()
    page.get_by_role("button", name="Findings None yet").click()
    press(page, "Add a finding")
    page.get_by_label("What do you find, in one sentence?").fill(SENTENCE)
    press(page, "Save")
    page.get_by_role("button", name="Choose the passages behind it").click()
    page.get_by_role("checkbox").first.check()
    press(page, "Save and go back")
    expect(page.get_by_role("heading", name=SENTENCE, level=1)).to_be_focused()
    page.get_by_role("button", name="Add what would have to change").click()
    page.get_by_label(re.compile("^What would have to change")).fill("Add a line to the form.")
    press(page, "Save")
    expect(page.get_by_text("It is saved.")).to_be_visible()
    press(page, "Back")
    press(page, "Save and go to the list of parts")
    write_report(page)
    expect(page.get_by_text('The report is written: "kin-in-lab.report.html".')).to_be_visible()
    told, _ = words_of(server.folder / "kin-in-lab.report.html")
    typed = (
        "Children live with strangers.",
        SENTENCE,
        "Add a line to the form.",
        "[name 1] said on [date] that [name 2]",
    )
    assert [text for text in typed if text not in told] == []

    texts.append(saved(page, server, notebook))
    for text in texts:
        assert json.loads(text)["metadata"]["widgets"]  # the states are there to be looked through
        assert [word for word in PLANTED if word.lower() in text.lower()] == []
    assert leaks(server.folder) == []
    assert not list(server.folder.glob("kin-in-lab*.errors.log"))
