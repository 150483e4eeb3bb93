"""The Institutional Analysis in a browser: from an empty file to coded passages, and what a killed server leaves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from tests.browser.conftest import READY
from tests.browser.steps import Check, narrow, press, tab_to
from tests.served import Begun, begin
from tests.test_analysis_leaks import PLANTED, RAW, leaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOME = ("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
JUPYTER = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[Begun]:
    """A server of its own, whose scratch files all lie below one folder."""
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)  # a busy computer is no failure
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
        tmp_path / "profile", executable_path=chromium, args=flags, viewport={"width": 1000, "height": 900}
    )
    page = context.pages[0]
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    context.close()
    assert failures == []


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_from_an_empty_file_to_coded_passages_and_a_server_killed_in_mid_typing(
    seen: Page, doomed: Begun, accessible: Check, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    page, server = seen, doomed.ready()
    page.goto(server.page("institutional_analysis"))
    page.get_by_label("What is a short name for this analysis?").fill("Kin")
    page.get_by_role("radio", name="Full").check()
    press(page, "Start a new assessment")
    expect(page.get_by_role("heading", name="Institutional analysis", level=1)).to_be_visible(timeout=READY)
    page.get_by_label("Who is writing? (optional)").fill("Coder 1")
    press(page, "Start")
    path = server.folder / "kin.equity.json"

    # The terms.
    page.get_by_role("button", name="Bring the team together").click()
    page.get_by_label("Person 1, Name").fill("Ade Obi")
    page.get_by_role(
        "button", name="Note that something could not wait"
    ).click()  # the list of tasks counts anew
    press(page, "Back")
    page.get_by_role("button", name="Accept the terms of confidentiality 1 to go").click()
    press(page, "I accept these terms")
    problem = page.get_by_role("alert").filter(has_text="There is a problem")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    page.get_by_role("radio", name="Ade Obi").check()
    press(page, "I accept these terms")
    expect(page.get_by_text("Everybody on the team has accepted them.")).to_be_visible()
    press(page, "Back")
    press(page, "Save and go to the list of parts")

    # A source, with what is missing said first.
    page.get_by_role("button", name="Gather sources").click()
    expect(page.get_by_role("heading", name="Gather sources")).to_be_focused()
    page.get_by_role("button", name="Sources None yet").click()
    press(page, "Add a source")
    expect(page.get_by_role("heading", name="A new source")).to_be_focused()
    press(page, "Save")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    problem.get_by_role("link", name="Give the source a working name").click()
    page.keyboard.type("Interview 1")
    page.get_by_label("What kind of source is it?").select_option("interview")
    page.get_by_label("Whose standpoint does it give?").select_option("families")
    page.get_by_role("radio", name="Yes, they agreed").check()
    press(page, "Save")
    expect(page.get_by_text("It is saved.")).to_be_visible()
    page.get_by_role("button", name="Interview 1").click()
    press(page, "Somebody takes their words back")
    expect(page.get_by_role("heading", name="Take the words of")).to_be_focused()
    press(page, "Take the agreement back")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    press(page, "Go back, and change nothing")
    expect(page.get_by_label("What do you call it?")).to_have_value("Interview 1")

    # A passage with planted names: from a file, masked with the keyboard alone, kept.
    (server.folder / "said.txt").write_text(RAW, encoding="utf-8")
    press(page, "Back")
    press(page, "Back")
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Choose passages").click()
    page.get_by_role("button", name="Add a passage").click()
    words = page.get_by_label("What was said or written?")
    expect(words).to_be_visible()
    press(page, "Go on to the masking")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    press(page, "Take it from a file instead")
    page.get_by_label("Which file is it in?").select_option("said.txt")
    press(page, "Read it")
    expect(page.get_by_text("1771 Quarrystone Lane")).to_be_visible()
    narrow(page, accessible)
    page.get_by_role("button", name="Take this passage").click()
    expect(words).to_have_value(RAW)
    (server.folder / "said.txt").unlink()
    page.get_by_label("Which source does it come from?").select_option("s1")
    page.get_by_label("Which names could come up in it? (optional)").press_sequentially(
        "Thessaly\nQuillon Zbigniewska"
    )
    press(page, "Go on to the masking")
    expect(page.get_by_role("heading", name="Mask the passage")).to_be_focused()
    expect(page.get_by_text("1 of 8 flagged places waits for you.")).to_be_visible()
    press(page, "Confirm the masking and keep the passage")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    problem.get_by_role("link").first.click()
    page.keyboard.press("Space")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    call = page.get_by_role("group", name="\u201cCall\u201d: a word with a capital letter, masked")
    expect(call.get_by_role("radio", name="Mask it")).to_be_focused()
    page.get_by_label("Type the words as they stand").fill("about case")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Masked in 1 place.")).to_be_visible()
    accessible(page)
    tab_to(page, "Confirm the masking and keep the passage")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Passage x1 is kept, masked.")).to_be_visible()
    (kept,) = Assessment.open(path).analysis.excerpts()
    assert [word for word in PLANTED if word.lower() in kept.text.lower()] == []

    # The list of features, and what one coder sees.
    press(page, "Go back to \u201cChoose passages\u201d")
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Code the passages").click()
    page.get_by_role("button", name="The list of features").click()
    press(page, "Begin with our list of eight features")
    expect(page.get_by_text("The list is there.")).to_be_visible()
    press(page, "Back")
    page.get_by_role("button", name="Code passages").click()
    press(page, "Save and go on")
    expect(problem).to_be_focused()
    narrow(page, accessible)
    page.get_by_role("checkbox", name="Rules and policy").check()
    press(page, "Save and go on")
    expect(page.get_by_text("Coder 1 has looked at every passage.")).to_be_visible()
    press(page, "Back")
    page.get_by_role("button", name="See what the coding shows").click()
    expect(page.get_by_role("table")).to_contain_text("1 from 1 source")
    narrow(page, accessible)

    # Another passage, half typed, when the server is killed: no file holds a word of it.
    press(page, "Back")
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Choose passages").click()
    page.get_by_role("button", name="Add a passage").click()
    words.press_sequentially(RAW[:60])
    page.evaluate("window.ekwPatience = 300")
    doomed.kill()
    words.press_sequentially(RAW[60:])
    expect(page.get_by_role("alert").filter(has_text="What you typed is not saved yet")).to_be_visible()
    page.context.close()
    assert (tmp_path / "profile" / "Default").is_dir()
    assert leaks(tmp_path) == []
    again = Assessment.open(path).analysis
    assert (len(again.excerpts()), again.features_of("x1")) == (1, ("rules_and_policy",))
