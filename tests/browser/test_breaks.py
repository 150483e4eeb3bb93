"""What can go wrong while somebody works: no answer is lost, and what is not saved is said."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from equitykit.assessment import Assessment
from equitykit.resources import folder
from equitykit.widgets.guard import WENT_WRONG
from equitykit.widgets.place import keep_place
from tests.browser.conftest import READY, fits
from tests.browser.steps import Check, enlarged, marked, narrow, press, problem, until, write_report
from tests.browser.trees import Trees
from tests.served import Begun, begin

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOT_SAVED = "What you typed is not saved yet"
WHERE = "¿De qué oficina se trata?"
HOW = "How will you ask them?"
BREAKS = """
from equitykit import widgets
from equitykit.assessment import Assessment
def breaks(*given, **named):
    raise RuntimeError(f"planted: {given}")
Assessment.leave = breaks
widgets.assess()
"""


class Servers:
    """A folder that is served, by one server after the other."""

    def __init__(self, place: Path) -> None:
        self.folder = place
        self.begun: list[Begun] = []

    def start(self) -> Begun:
        self.begun.append(begin(self.folder))
        return self.begun[-1]


@pytest.fixture(scope="module")
def servers(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A work folder with a tool of one's own, in two languages, and a page with a planted fault."""
    place = tmp_path_factory.mktemp("breaks") / "work"
    own = place / "instruments"
    own.mkdir(parents=True)
    for name in ("waiting-room.yaml", "waiting-room.es.yaml"):
        shutil.copy(Path(folder("schemas")) / "examples" / name, own)
    page = json.loads((Path(folder("notebooks")) / "race_equity_impact_assessment.ipynb").read_text("utf-8"))
    page["cells"] = [{**cell, "source": BREAKS} for cell in page["cells"] if cell["id"] == "page"]
    (place / "planted.ipynb").write_text(json.dumps(page), "utf-8")
    made = Servers(place)
    yield made
    for each in made.begun:
        each.stop()


def of_step(page: Page, what: str, number: int) -> Locator:
    """A button of one step of a map."""
    return page.get_by_role("button", name=re.compile(f"^{what} ?,? step {number}$"))


def test_no_answer_is_lost_whatever_happens(page: Page, servers: Servers, accessible: Check) -> None:
    """A tool of one's own in Spanish: two windows, a fault, a lost program, a killed server."""
    from playwright.sync_api import expect

    first = servers.start()
    server = first.ready()
    trees = Trees("start-and-own-tool", [(str(servers.folder), "[folder]")])
    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto(server.page("start_here"))
    expect(page.get_by_role("heading", name="equitykit", level=1)).to_be_visible(timeout=READY)
    trees.keep(page, "the start")
    enlarged(page)
    page.get_by_label("Which guided tool do you want to use?").select_option(label="Waiting room check")
    named = page.get_by_label("What do you call it?")
    named.fill("North office")
    page.get_by_role("radio", name="Short").check()
    press(page, "Start a new assessment")

    # Another language, and after the first answer another way through.
    expect(page.get_by_role("heading", name="Waiting room check")).to_be_visible(timeout=READY)
    address = page.url
    path = servers.folder / "north-office.equity.json"
    page.get_by_role("group", name="In which language").get_by_role("radio", name="Español").check()
    page.get_by_label("Who is writing? (optional)").fill("Ana")
    trees.keep(page, "what it is")
    narrow(page, accessible)
    marked(page, Assessment.open(path), "Español")
    press(page, "Start")
    expect(page.get_by_role("heading", name="North office", level=1)).to_be_focused()
    marked(page, Assessment.open(path), "Diga qué oficina es")
    page.get_by_role("button", name=re.compile("^Diga qué oficina es")).click()
    press(page, "Continue")
    expect(problem(page)).to_contain_text("Escriba el nombre de la oficina.")
    seen = "Escriba el nombre de la oficina."
    marked(page, Assessment.open(path), "Diga qué oficina es", "¿De qué oficina se trata?", seen)
    trees.keep(page, "a page in Spanish, with what is wrong")
    narrow(page, accessible)
    page.get_by_label(WHERE).fill("North")
    press(page, "Save and go to the list of parts")
    page.get_by_role("button", name="Change the way through, or who is writing").click()
    page.get_by_role("radio", name=re.compile("^Full")).check()
    press(page, "Continue")

    # The buttons of a map, and a question that another answer brings.
    page.get_by_role("button", name=re.compile("^Describe how people are received")).click()
    for number, text in enumerate(("Ring the bell", "Tell the desk why you came"), start=1):
        page.get_by_label(f"Step {number}, What happens").fill(text)
        of_step(page, "Add a step after this one", number).click()
        expect(page.get_by_label(f"Step {number + 1}, What happens")).to_be_focused()
    page.get_by_label("Step 3, What happens").fill("Take a number")
    of_step(page, "Move up", 3).click()
    expect(page.get_by_label("Step 2, What happens")).to_have_value("Take a number")
    of_step(page, "Remove", 3).click()
    of_step(page, "Move down", 1).click()
    expect(page.get_by_label("Step 1, What happens")).to_have_value("Take a number")
    trees.keep(page, "a map")
    narrow(page, accessible)
    press(page, "Continue")
    expect(page.get_by_label(HOW)).to_be_hidden()
    page.get_by_role("radio", name="No se ha preguntado a nadie").check()
    how = page.get_by_label(HOW)
    how.fill("We put a box at the door.")
    marked(page, Assessment.open(path), "No se ha preguntado a nadie")
    trees.keep(page, "a question that another answer brings")
    until(page, lambda: Assessment.open(path).value("how_asked") == "We put a box at the door.")
    steps = [step["step"] for step in Assessment.open(path).value("steps")]
    assert steps == ["Take a number", "Ring the bell"]

    # Two windows on one file: the one that is behind is told, and goes on in a copy.
    other = page.context.new_page()
    other.goto(address)
    expect(other.get_by_label(HOW)).to_have_value("We put a box at the door.", timeout=READY)
    other.get_by_label(HOW).fill("We ask at the door.")
    other.get_by_label(HOW).blur()
    expect(other.get_by_text("Saved at")).to_be_visible()
    until(page, lambda: Assessment.open(path).value("how_asked") == "We ask at the door.")
    how.press_sequentially(" Twice.")
    behind = page.get_by_role("alert").filter(has_text="saved in another window")
    expect(behind).to_be_visible()
    expect(page.get_by_role("button", name="Go on with what I have, in a copy")).to_be_visible()
    trees.keep(page, "saved in another window")
    narrow(page, accessible)
    press(page, "Go on with what I have, in a copy")
    expect(page.get_by_text('You now work in "north-office (copy).equity.json"')).to_be_visible()
    copy = servers.folder / "north-office (copy).equity.json"
    until(page, lambda: Assessment.open(copy).value("how_asked") == "We put a box at the door. Twice.")
    assert Assessment.open(path).value("how_asked") == "We ask at the door."
    other.close()

    # A fault that nobody foresaw is said and noted, without what was written.
    page.goto(address.replace("race_equity_impact_assessment", "planted"))
    expect(page.get_by_label(HOW)).to_have_value("We ask at the door.", timeout=READY)
    how.fill("A secret of a family")
    how.blur()
    fault = page.get_by_role("alert").filter(has_text=WENT_WRONG)
    expect(fault).to_be_visible()
    trees.keep(page, "something went wrong")
    narrow(page, accessible)
    log = (servers.folder / "north-office.errors.log").read_text("utf-8")
    assert "RuntimeError" in log
    assert "secret" not in log
    assert Assessment.open(path).value("how_asked") == "A secret of a family"

    # The program behind the page begins anew: what is typed then is said to be unsaved.
    page.goto(address)
    expect(how).to_have_value("A secret of a family", timeout=READY)
    how.fill("We ask at the door,")
    until(page, lambda: Assessment.open(path).value("how_asked") == "We ask at the door,")
    page.evaluate("window.ekwPatience = 300")
    script = """async (token) => {
        const id = JSON.parse(document.getElementById("jupyter-config-data").textContent).kernelId;
        const asked = { method: "POST", headers: { Authorization: `token ${token}` } };
        return (await fetch(`/api/kernels/${id}/restart`, asked)).status;
    }"""
    assert page.evaluate(script, server.token) == 200
    how.press_sequentially(" lost")
    unsaved = page.get_by_role("alert").filter(has_text=NOT_SAVED)
    expect(unsaved).to_be_visible()
    page.reload()
    expect(how).to_have_value("We ask at the door,", timeout=READY)

    # The server is killed in the middle of a word: every letter that was answered for is there.
    page.evaluate("window.ekwPatience = 300")
    how.press_sequentially(" and on the")
    until(page, lambda: Assessment.open(path).value("how_asked") == "We ask at the door, and on the")
    how.press_sequentially(" pho")
    first.kill()
    how.press_sequentially("ne.")
    expect(unsaved).to_be_visible()
    trees.keep(page, "not saved")
    assert fits(page)
    accessible(page)
    expect(how).to_have_value("We ask at the door, and on the phone.")
    server = servers.start().ready()
    page.goto(server.page("race_equity_impact_assessment", file=path.name))
    expect(how).to_have_value(re.compile("^We ask at the door, and on the"), timeout=READY)
    assert "We ask at the door, and on the phone.".startswith(how.input_value())
    how.fill("We ask at the door, and on the phone.")
    press(page, "Save and go to the list of parts")

    # And on to the end.
    page.get_by_role("button", name="See who does what, by when").click()
    page.get_by_label("Action 1, What is done").fill("Put up a box")
    page.get_by_label("Action 1, Who sees to it").press_sequentially("Front des")
    until(page, lambda: [row["owner"] for row in Assessment.open(path).action_rows()] == ["Front des"])
    page.reload()
    expect(page.get_by_label("Action 1, Who sees to it")).to_have_value("Front des", timeout=READY)
    page.get_by_label("Action 1, Who sees to it").fill("Front desk")
    page.get_by_label("Action 1, By when").fill("2027-03-01")
    press(page, "Go to the list of parts")
    expect(page.get_by_role("heading", name="North office", level=1)).to_be_focused()
    trees.keep(page, "the parts")
    write_report(page)
    expect(page.get_by_text('The report is written: "north-office.report.html".')).to_be_visible()
    trees.keep(page, "the report is written")
    report = (servers.folder / "north-office.report.html").read_text("utf-8")
    for text in ("North", "Take a number", "Ring the bell", "on the phone.", "Front desk", "Ana"):
        assert text in report
    trees.compare()


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_a_form_that_is_not_saved_is_there_after_the_server_was_killed(
    page: Page, servers: Servers, accessible: Check
) -> None:
    from playwright.sync_api import expect

    running = next((one for one in servers.begun if one.process.poll() is None), None) or servers.start()
    path = servers.folder / "kin.equity.json"
    one = Assessment.open(path, instrument="institutional-analysis", by="Lead")
    keep_place(one, "bench/debrief/memos/new")
    page.goto(running.ready().page("institutional_analysis", file=path.name))
    words = page.get_by_label("What do you want to keep?")
    expect(words).to_be_visible(timeout=READY)
    page.get_by_role("radio", name="Debrief").check()
    words.press_sequentially("Nobody asks for relat")
    until(page, lambda: "memos/new" in Assessment.open(path).forms())
    until(
        page, lambda: Assessment.open(path).forms()["memos/new"].values.get("text") == "Nobody asks for relat"
    )
    words.press_sequentially("iv")
    running.kill()

    page.goto(servers.start().ready().page("institutional_analysis", file=path.name))
    expect(words).to_have_value(re.compile("^Nobody asks for relat(iv?)?$"), timeout=READY)
    expect(page.get_by_role("radio", name="Debrief")).to_be_checked()
    expect(page.get_by_text("is still here. It is not saved yet.")).to_be_visible()
    narrow(page, accessible)
    press(page, "Back")
    page.get_by_role("button", name=re.compile("^A new memo or debrief Being written")).click()
    words.fill("Nobody asks for relatives.")
    press(page, "Save")
    expect(page.get_by_text("It is saved.")).to_be_visible()
    again = Assessment.open(path)
    assert [memo.text for memo in again.analysis.memos("debrief")] == ["Nobody asks for relatives."]
    assert again.forms() == {}
    assert not list(servers.folder.glob("kin*.errors.log"))
