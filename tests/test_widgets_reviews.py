"""Looking back on the screen: reviews planned, written, done; what each action did; what is due on the start page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from equitykit import widgets
from equitykit.assessment import Assessment
from equitykit.errors import UnknownName
from equitykit.report import assessment_document, markdown, words
from equitykit.widgets.home_page import Home
from equitykit.widgets.wizard import Wizard
from tests.test_assessment import complete

REIA = "race-equity-impact-assessment"


@pytest.fixture
def wz(tmp_path: Path) -> Iterator[Wizard]:
    """A wizard on an assessment with two actions and a step against a burden; nothing may go wrong in it."""
    one = Assessment.open(tmp_path / "visits.equity.json", instrument=REIA, track="full", by="Ana")
    one.answer("less_burden", [{"group": "Black families", "step": "Pay for the bus"}])
    for what in ("Call families", "Print the rules"):
        one.add_action(what=what, owner="Intake", due="2026-02-01")
    made = widgets.assess(one)
    assert isinstance(made, Wizard)
    yield made
    assert made.errors == []


def test_reviews_are_planned_from_a_day_and_one_more_on_a_day_of_choice(wz: Wizard) -> None:
    wz.go("parts")
    more = {item["id"]: item["status"] for child in wz.body.children[3:] for item in child.items}
    assert more["reviews"] == "None planned"
    wz.go("reviews")
    press = wz.body.children[-1].children[0]
    press.click()
    assert wz.problems.texts == ("Give a day.",)
    wz.fields["~reviews-from"].value = "2020-01-31"
    press.click()
    tasks = wz.body.children[1]
    assert [(item["title"], item["status"]) for item in tasks.items][:2] == [
        ("Review after 3 months", "Overdue since 30 April 2020"),
        ("Review after 6 months", "Overdue since 31 July 2020"),
    ]
    wz.fields["~review-next"].value = "2031-05-05"
    wz.body.children[-1].children[0].click()
    assert ("x1", "2031-05-05") in [(one.id, one.due) for one in wz.assessment.reviews()]
    assert wz.assessment.plan_review("2031-05-05") == "x1"


def test_a_review_is_saved_as_typed_and_done_with_what_each_action_did(wz: Wizard) -> None:
    wz.assessment.schedule_reviews("2020-01-31")
    wz.go("review/r3")
    assert wz.title.text == "Review after 3 months"
    (steps,) = [child for child in wz.body.children if getattr(child, "part", "") == "tasks"]
    assert [(item["id"], item["status"], item["hint"]) for item in steps.items] == [
        ("a1", "Not looked at yet", "Open"),
        ("a2", "Not looked at yet", "Open"),
        ("less_burden/1", "Not looked at yet", ""),
    ]
    wz.bar.children[0].click()
    assert wz.problems.texts == ("Say what happened, also if it is little.",)
    for text in ("Black families", "Black families come"):
        wz.fields["~review-result"].value = text
        kept = Assessment.open(wz.assessment.path).reviews()[0]
        assert (kept.result, kept.done) == (text, None)
    (event,) = [one for one in kept.history if "result" in one.changes]
    assert event.changes["result"] == [None, "Black families come"]
    steps.happen("pick", "a1")
    assert wz.place == "review/r3/a1"
    wz.fields["~effect"].value = "Twelve of fourteen were reached."
    assert Assessment.open(wz.assessment.path).effects()[0].effect == "Twelve of fourteen were reached."
    wz.fields["~status"].value = "done"
    wz.back.click()
    assert wz.place == "review/r3"
    wz.go("review/r3/less_burden/1")
    assert "~status" not in wz.fields
    wz.fields["~effect"].value = "Nobody took the bus."
    wz.bar.children[0].click()
    assert wz.fields["~review-result"].value == "Black families come"
    wz.fields["~review-done"].value = "2020-05-02"
    wz.fields["~review-next"].value = "soon"
    wz.bar.children[0].click()
    (said,) = wz.problems.texts
    assert '"soon"' in said and wz.place == "review/r3"
    assert Assessment.open(wz.assessment.path).reviews()[0].done is None  # not half closed
    wz.fields["~review-next"].value = "2031-05-05"
    wz.bar.children[0].click()
    assert wz.place == "reviews"
    again = Assessment.open(wz.assessment.path)
    first, *_, last = again.reviews()
    assert (first.result, first.done, first.by) == ("Black families come", "2020-05-02", "Ana")
    assert last.due == "2031-05-05"
    action = again.actions()[0]
    assert (action.effect, action.status, action.owner) == (
        "Twelve of fourteen were reached.",
        "done",
        "Intake",
    )
    assert again.value("less_burden")[0]["seen"] == "Nobody took the bus."
    told = markdown.render(assessment_document(again))
    for text in ("Twelve of fourteen were reached.", "Nobody took the bus.", "Black families come"):
        assert text in told


def test_what_is_still_being_written_is_in_no_public_report(wz: Wizard) -> None:
    wz.assessment.schedule_reviews("2020-01-31")
    wz.assessment.write_review("r3", "A sentence half wr")
    assert "Still being written: A sentence half wr" in markdown.render(assessment_document(wz.assessment))
    assert "half wr" not in markdown.render(assessment_document(wz.assessment, public=True))
    wz.assessment.redact("r3", "It names somebody")
    assert "half wr" not in wz.assessment.path.read_text("utf-8")
    wz.go("review/r3")
    assert wz.place == "parts"


def test_an_effect_that_was_noted_stays_when_the_register_is_edited(wz: Wizard) -> None:
    wz.assessment.draft_effect("a1", "It helped.")
    wz.assessment.commit_drafts()
    wz.go("actions")
    field = wz.fields["actions"]
    field.value = [{**row, "owner": "Ana"} for row in field.value]
    wz.go("parts")
    assert [(one.owner, one.effect) for one in wz.assessment.actions()] == [
        ("Ana", "It helped."),
        ("Ana", None),
    ]
    with pytest.raises(UnknownName, match="less_burden/1"):
        wz.assessment.draft_effect("less_burden/7", "x")


def test_a_review_that_is_due_stands_on_the_start_page_and_leads_there(tmp_path: Path) -> None:
    """Overdue and within 30 days, each with its day; what is later is not there."""
    one = Assessment.open(tmp_path / "visits.equity.json", instrument=REIA, track="fast")
    soon = date.today() + timedelta(days=10)
    one.plan_review("2020-02-01")
    one.plan_review(soon)
    one.plan_review(date.today() + timedelta(days=90))
    one.add_action(what="Call families", owner="Intake", due="2020-03-01")
    home = Home(tmp_path)
    assert [(item["title"], item["status"]) for item in home.due.items] == [
        ("Another review", "Due since 1 February 2020"),
        ("Call families", "Due since 1 March 2020"),
        ("Another review", f"Due on {words.moment(soon.isoformat())}"),
    ]
    assert home.due.items[1]["hint"] == "Action of \u201cvisits\u201d, Intake"
    home.due.happen("pick", home.due.items[0]["id"])
    assert home.wizard is not None
    assert home.wizard.place == "review/x1"
    assert (home.errors, home.wizard.errors) == ([], [])
    for text in ("2020-02-05",):
        home.wizard.fields["~review-result"].value = "It went on."
        home.wizard.fields["~review-done"].value = text
        home.wizard.bar.children[0].click()
    assert [item["title"] for item in Home(tmp_path).due.items] == ["Call families", "Another review"]
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    assert not hasattr(Home(quiet), "due")


def test_what_is_due_in_a_folder_below_opens_too(tmp_path: Path) -> None:
    (tmp_path / "north").mkdir()
    one = Assessment.open(tmp_path / "north" / "visits.equity.json", instrument=REIA)
    one.plan_review("2020-02-01")
    home = Home(tmp_path)
    (item,) = home.due.items
    assert item["hint"] == "Review of \u201cvisits\u201d, in the folder \u201cnorth\u201d"
    home.due.happen("pick", item["id"])
    assert home.wizard is not None
    assert (home.wizard.assessment.path, home.wizard.place) == (one.path, "review/x1")
    assert (home.errors, home.wizard.errors) == ([], [])


def test_the_short_way_is_led_to_the_plan_which_begins_with_the_day_of_the_decision(tmp_path: Path) -> None:
    one = Assessment.open(tmp_path / "x.equity.json", instrument=REIA, track="fast")
    complete(one)
    one.answer("decided_on", "2030-01-31")
    assert not any(one.finish(part.id) for part in one.parts())
    wz = Wizard(one)
    wz.go("parts")
    assert "plan when you look back" in wz.body.children[0].html
    (row,) = [item for child in wz.body.children[3:] for item in child.items if item["id"] == "reviews"]
    assert (row["status"], row["tone"]) == ("None planned", "ekw-now")
    wz.go("reviews")
    assert wz.fields["~reviews-from"].value == "2030-01-31"
    wz.body.children[-1].children[0].click()
    assert one.reviews()[0].due == "2030-04-30"
    wz.go("parts")
    assert "Check your answers, then write the report." in wz.body.children[0].html
    assert wz.errors == []
