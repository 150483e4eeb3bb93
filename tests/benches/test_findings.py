"""Memos, findings, recommendations, the agency's answer, release and follow-up on the screen, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from equitykit.analysis.findings import ASK_AGAIN
from equitykit.assessment import Assessment
from equitykit.evidence import Evidence
from equitykit.report import assessment_document, markdown
from equitykit.widgets.wizard import Wizard
from tests.benches.steps import (
    INSTRUMENT,
    again,
    fill,
    opened,
    pick,
    press,
    rows,
    shown,
    with_passage,
    with_source,
)

SENTENCE = "The agency has no form that asks which relatives a child knows."


@pytest.fixture
def wz(tmp_path: Path) -> Iterator[Wizard]:
    """A wizard on an analysis with two sources and a passage from each; at the end nothing may have gone wrong."""
    made = Wizard(opened(tmp_path))
    with_source(made)
    made.assessment.analysis.add_source("Rule book", kind="document", voice="records", consent="not needed")
    with_passage(made)
    with_passage(made, "Relatives are called when there is time.", "s2")
    yield made
    assert made.errors == []


def a_finding(wz: Wizard) -> str:
    return wz.assessment.analysis.add_finding(SENTENCE)


# --- memos ---


def test_memos_and_debriefs_are_kept_changed_and_set_aside(wz: Wizard) -> None:
    wz.go("part/debrief/0")
    pick(wz, "Memos and debriefs")
    press(wz, "Add a memo or debrief")
    press(wz, "Save")
    assert wz.problems.texts == ("Write down what you want to keep.",)
    fill(wz, text="Call Ms. Alvarez at 555-201-3344.")
    wz.fields["~text"].happen("leave")
    assert "Name roles, not people." in wz.fields["~text"].nudge
    assert wz.fields["~about"].options == []
    fill(wz, source="s1")
    assert [option["id"] for option in wz.fields["~about"].options] == ["x1"]
    fill(wz, kind="debrief", text="Nobody asks for relatives.", about=["x1"], day="2026-05-04")
    press(wz, "Save")
    assert ("Nobody asks for relatives.", "Debrief") in rows(wz)
    (memo,) = again(wz).analysis.memos("debrief")
    assert (memo.text, memo.about, memo.day) == ("Nobody asks for relatives.", ["x1"], "2026-05-04")
    pick(wz, "Nobody asks for relatives.")
    fill(wz, title="Relatives")
    wz.fields["~title"].happen("leave")
    assert again(wz).analysis.memos()[0].title == "Relatives"
    press(wz, "Set it aside as a mistake")
    assert again(wz).analysis.memos() == ()


# --- findings ---


def test_a_finding_is_built_piece_by_piece_and_its_sides_are_shown(wz: Wizard) -> None:
    wz.assessment.analysis.use_features()
    wz.assessment.attach("numbers", Evidence(kind="document", title="Yearbook", summary=("61 of 100.",)))
    wz.go("bench/findings/findings/new")
    press(wz, "Save")
    assert wz.problems.texts == ("Say the finding in a sentence.",)
    fill(wz, title="The worker forgot to call.")
    wz.fields["~title"].happen("leave")
    assert wz.fields["~title"].nudge == ASK_AGAIN
    fill(wz, title=SENTENCE)
    wz.fields["~title"].happen("leave")
    assert wz.fields["~title"].nudge == ""
    press(wz, "Save")
    assert wz.place == "bench/findings/findings/f1"
    assert "No passage stands behind this yet." in shown(wz)
    assert "A finding seen from fewer is marked, and can still be kept." in shown(wz)
    assert "Say how it comes about." in shown(wz)

    pick(wz, "Say what families need and what they meet")
    fill(wz, problem="Children wait with strangers.")
    press(wz, "Save and go back")
    pick(wz, "Say how it comes about")
    fill(wz, how="It is because of Judge Black.")
    wz.fields["~how"].happen("leave")
    assert wz.fields["~how"].nudge == ASK_AGAIN
    assert again(wz).analysis.finding("f1").how == "It is because of Judge Black."  # kept, not held up
    feature = wz.fields["~features"].options[0]["id"]
    fill(wz, how="No form has a line for relatives.", features=[feature])
    press(wz, "Save and go back")
    pick(wz, "Choose the passages behind it")
    assert [option["id"] for option in wz.fields["~evidence"].options] == ["x1", "x2"]
    assert wz.fields["~evidence"].options[1]["hint"] == "Rule book (document)"
    fill(wz, evidence=["x1", "x2"])
    press(wz, "Save and go back")
    assert "2 passages from 2 sources: document, interview. Seen from several sides." in shown(wz)
    pick(wz, "Look for what speaks against it")
    fill(wz, counter_note="Two offices do ask.")
    press(wz, "Save and go back")
    pick(wz, "Say whom it affects")
    fill(wz, groups=[{"group": "Black families"}, {"group": ""}], numbers=["e1"])
    press(wz, "Save and go back")
    pick(wz, "Say what already works, and who owns it")
    fill(wz, works="The desk knows many relatives.", owner="Placement unit")
    press(wz, "Save and go back")
    kept = again(wz).analysis.finding("f1")
    assert (kept.groups, kept.numbers, kept.features) == (["Black families"], ["e1"], [feature])
    assert [status for _, status in rows(wz)[:6]] == ["Done"] * 6
    assert [prompt.text for prompt in again(wz).analysis.prompts("f1")] == ["Say what would have to change."]

    pick(wz, "Add what would have to change")
    assert wz.fields["~finding"].value == "f1"
    fill(wz, what="Add a line for relatives to the form.", owner="Forms unit")
    press(wz, "Save")
    pick(wz, "Add a line for relatives to the form.")
    fill(wz, due="soon")
    press(wz, "Save, and put it into the plan")
    assert '"soon" is not a date' in wz.problems.texts[0]
    fill(wz, due="2027-03-31", measure="The form is in use.")
    press(wz, "Save, and put it into the plan")
    (action,) = again(wz).actions()
    assert (action.what, action.owner, action.due, action.measure) == (
        "Add a line for relatives to the form.", "Forms unit", "2027-03-31", "The form is in use.",
    )  # fmt: skip
    pick(wz, "Add a line for relatives to the form.")
    assert "It is in the plan: open, Forms unit, 31 March 2027." in shown(wz)
    assert "~due" not in wz.fields


def test_pages_of_a_finding_lead_back_and_what_is_typed_is_not_lost(wz: Wizard) -> None:
    a_finding(wz)
    wz.go("bench/findings/findings/f1/how")
    fill(wz, how="No form has a line.")
    wz.go("parts")
    assert wz.place == "parts"
    assert again(wz).analysis.finding("f1").how == "No form has a line."
    wz.go("bench/findings/findings/f1/problem")
    fill(wz, title="")
    wz.go("parts")
    assert wz.place == "parts"
    assert again(wz).analysis.finding("f1").title == SENTENCE
    wz.go("bench/findings/findings")
    assert rows(wz) == [(SENTENCE, "Being written")]
    pick(wz, SENTENCE)
    assert rows(wz)[0] == ("Say what families need and what they meet", "Being written")
    pick(wz, "Say what families need and what they meet")
    fill(wz, title=SENTENCE)  # as it was: nothing is being written
    assert wz.assessment.forms() == {}
    wz.go("bench/findings/findings/f1/how")
    places = []
    while wz.place != "parts":
        wz.back.click()
        places.append(wz.place)
    assert places == ["bench/findings/findings/f1", "bench/findings/findings", "part/findings/0", "parts"]
    for place in ("bench/findings/findings/f9", "bench/findings/findings/f1/nowhere"):
        wz.go(place)
        assert wz.place == "part/findings/0"


def test_a_long_list_of_passages_is_narrowed_and_what_is_chosen_stays(wz: Wizard) -> None:
    work = wz.assessment.analysis
    for number in range(8):
        with_passage(wz, f"A sentence with the number {number}.", "s1")
    work.use_features()
    feature = work.features()[0].id
    work.code("x3", [feature], by="Lead")
    a_finding(wz)
    wz.go("bench/findings/findings/f1/behind")
    fill(wz, evidence=["x2"])
    fill(wz, feature=feature)
    assert [option["id"] for option in wz.fields["~evidence"].options] == ["x2", "x3"]
    wz.fields["~feature"].happen("leave")
    assert again(wz).analysis.finding("f1").evidence == ["x2"]
    work.withdraw_consent("s2", "Asked for")
    wz.go("bench/findings/findings/f1/behind")
    (gone,) = [option for option in wz.fields["~evidence"].options if option["id"] == "x2"]
    assert gone["label"] == "x2, taken out"
    assert gone["hint"].startswith("Counts no longer.")


def test_the_rule_is_set_by_the_team_and_blocks_nothing(wz: Wizard) -> None:
    work = wz.assessment.analysis
    id = a_finding(wz)
    work.change_finding(id, evidence=["x2"])
    assert not work.triangulation(id).met
    wz.go("part/findings/0")
    assert ("Say from how many kinds of source a finding should be seen", "2 kinds, with families") in rows(
        wz
    )
    pick(wz, "Say from how many kinds of source a finding should be seen")
    fill(wz, kinds="1", families="no")
    press(wz, "Save")
    assert work.triangulation(id).met
    assert work.rule.kinds == 1


def test_a_finding_that_was_set_aside_counts_for_nothing_and_comes_back(wz: Wizard) -> None:
    a_finding(wz)
    wz.go("bench/findings/findings/f1")
    press(wz, "Set it aside")
    assert again(wz).analysis.findings() == ()
    pick(wz, SENTENCE)
    assert "It was set aside." in shown(wz)
    press(wz, "Count it again")
    assert [one.id for one in again(wz).analysis.findings()] == ["f1"]


# --- the answer, and what could not wait ---


def test_the_agency_answers_one_finding_or_all(wz: Wizard) -> None:
    a_finding(wz)
    wz.go("part/answer/0")
    assert ("What the agency says", "1 without an answer") in rows(wz)
    pick(wz, "What the agency says")
    press(wz, "Add a statement of the agency")
    press(wz, "Save")
    assert len(wz.problems.texts) == 4
    fill(
        wz,
        finding="f1",
        who="Director's office",
        state="will act",
        text="We will add the line.",
        on="2026-06-01",
    )
    press(wz, "Save")
    press(wz, "Add a statement of the agency")
    fill(wz, finding="~all", who="Director's office", state="acts in part", text="We thank the team.")
    press(wz, "Save")
    one, every = again(wz).analysis.responses()
    assert (one.finding, one.state, one.day) == ("f1", "will act", "2026-06-01")
    assert every.finding is None
    pick(wz, "All findings")
    fill(wz, state="will act")
    wz.fields["~state"].happen("leave")
    assert again(wz).analysis.responses()[1].state == "will act"


def test_what_cannot_wait_is_raised_passed_on_and_closed_from_the_answer_too(wz: Wizard) -> None:
    wz.go("part/answer/0")
    pick(wz, "Note that something could not wait")
    press(wz, "Add a note")
    fill(wz, about="legal date", to="Legal aid")
    press(wz, "Save")
    for state in ("passed on", "closed"):
        pick(wz, "A right or a legal date that is about to pass")
        fill(wz, state=state)
        press(wz, "Save and go back")
        assert again(wz).analysis.concerns()[0].state == state


# --- release ---


def test_the_team_lets_findings_out_and_a_change_after_that_is_said(wz: Wizard) -> None:
    wz.assessment.answer("findings_public", "public")
    a_finding(wz)
    wz.assessment.analysis.add_finding("The desk calls relatives last.")
    wz.go("bench/release/release")
    press(wz, "Go on")
    assert wz.problems.texts == ("Choose at least one finding.", "Choose who agreed.")
    fill(wz, which=["f1"], agreed=["Lead", "Ade Obi"], on="2026-06-05")
    press(wz, "Go on")
    assert wz.title.text == "Let these findings out?"
    assert SENTENCE in shown(wz)
    press(wz, "Go back, and change nothing")
    assert again(wz).analysis.released() == {}
    assert (wz.fields["~which"].value, wz.fields["~on"].value) == (["f1"], "2026-06-05")
    press(wz, "Go on")
    press(wz, "Let them out")
    assert list(again(wz).analysis.released()) == ["f1"]
    wz.assessment.keep_form("memos/new", {"text": "Only being written"})
    for public_too in (False, True):
        assert "Only being written" not in markdown.render(assessment_document(again(wz), public=public_too))
    public = markdown.render(assessment_document(again(wz), public=True))
    assert "no form that asks" in public and "calls relatives last" not in public
    wz.assessment.analysis.change_finding("f1", how="Otherwise.")
    wz.go("part/release/0")
    assert ("Let findings out", "1 changed since") in rows(wz)
    assert "Changed after its release on 5 June 2026" in shown(wz)
    pick(wz, "Let findings out")
    assert "Changed after its release: not released as it stands" in shown(wz)
    assert "Lead, Ade Obi" in shown(wz)
    assert {option["id"] for option in wz.fields["~which"].options} == {"f1", "f2"}


@pytest.mark.parametrize(
    ("said", "told"), [("private", "stay between the team and the agency"), (None, "not settled")]
)
def test_what_was_agreed_with_leaders_stands_beside_the_release(
    wz: Wizard, said: str | None, told: str
) -> None:
    a_finding(wz)
    wz.assessment.answer("findings_public", said)
    wz.go("bench/release/release")
    assert told in shown(wz)


def test_a_date_for_the_plan_and_a_release_that_is_prepared_are_there_again(wz: Wizard) -> None:
    work = wz.assessment.analysis
    work.recommend(a_finding(wz), "Add a line.")
    wz.go("bench/findings/changes/d1")
    fill(wz, due="soon", owner="Forms unit")
    wz.go("bench/findings/changes")
    assert rows(wz) == [("Add a line.", "Being written")]
    assert again(wz).analysis.recommendations()[0].owner == "Forms unit"
    pick(wz, "Add a line.")
    assert wz.fields["~due"].value == "soon"
    fill(wz, due="2027-03-31")
    press(wz, "Save, and put it into the plan")
    assert (again(wz).actions()[0].due, again(wz).forms()) == ("2027-03-31", {})
    wz.go("bench/findings/changes/new-f1")
    fill(wz, what="Ask twice.")
    wz.go("bench/findings/findings/f1")
    pick(wz, "Add what would have to change")
    assert (wz.fields["~what"].value, wz.fields["~finding"].value) == ("Ask twice.", "f1")

    wz.go("bench/release/release")
    fill(wz, which=["f1"], agreed=["Lead"], note="In the library.")
    wz.go("part/release/0")
    assert ("Let findings out", "0 of 1 released, 1 being written") in rows(wz)
    assert again(wz).analysis.released() == {}
    wz.go("bench/release/release")
    assert (wz.fields["~which"].value, wz.fields["~note"].value) == (["f1"], "In the library.")
    press(wz, "Go on")
    press(wz, "Let them out")
    assert again(wz).analysis.released()["f1"].note == "In the library."
    assert list(again(wz).forms()) == ["changes/new-f1"]


# --- the look back ---


def test_earlier_findings_are_opened_and_looked_at_one_by_one(wz: Wizard, tmp_path: Path) -> None:
    work = wz.assessment.analysis
    work.recommend(a_finding(wz), "Add a line to the form.")
    later = Wizard(
        Assessment.open(tmp_path / "later.equity.json", instrument=INSTRUMENT, track="follow_up", by="Lead")
    )
    later.go("bench/earlier/open")
    press(later, "Open its findings here")
    assert later.problems.texts == ("Choose a file.",)
    fill(later, **{"earlier-file": "kin.equity.json"})
    press(later, "Open its findings here")
    assert later.place == "bench/earlier/earlier"
    assert rows(later) == [(SENTENCE, "Not looked at yet")]
    pick(later, SENTENCE)
    assert "Add a line to the form." in shown(later)
    press(later, "Save this look")
    assert later.problems.texts == ("Choose what became of it.",)
    fill(later, note="The new form has the line.")
    later.go("bench/earlier/earlier")
    assert rows(later) == [(SENTENCE, "Being written")]
    pick(later, SENTENCE)
    assert later.fields["~note"].value == "The new form has the line."
    fill(later, state="changed in part")
    press(later, "Save this look")
    assert rows(later) == [(SENTENCE, "Changed in part")]
    (look,) = again(later).analysis.looks().values()
    assert look.note == "The new form has the line."
    assert later.assessment.forms() == {}
    later.go("bench/earlier/open")
    fill(later, **{"earlier-file": "kin.equity.json"})
    press(later, "Open its findings here")
    assert "is open here already" in later.problems.texts[0]
    assert later.errors == []
