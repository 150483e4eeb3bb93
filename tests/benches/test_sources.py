"""The way to the tasks of a part and back, sources, terms of the team and what could not wait."""

from __future__ import annotations

import re
import time

import pytest

from equitykit.analysis import TERMS
from equitykit.widgets.wizard import Wizard
from tests.benches.steps import again, fill, pick, press, rows, shown, with_passage, with_source

# --- the way there and back ---


def test_the_page_of_a_part_leads_to_its_tasks_and_back_leads_out_again(wz: Wizard) -> None:
    wz.go("part/sources/0")
    assert ("Sources", "None yet") in rows(wz)
    pick(wz, "Sources")
    assert wz.place == "bench/sources/sources"
    press(wz, "Add a source")
    assert wz.place == "bench/sources/sources/new"
    places = []
    while wz.place != "parts":
        wz.back.click()
        places.append(wz.place)
    assert places == ["bench/sources/sources", "part/sources/0", "parts"]


def test_a_reload_comes_back_to_the_page_of_an_entry(wz: Wizard) -> None:
    with_source(wz)
    wz.go("bench/sources/sources/s1")
    anew = Wizard(again(wz))
    assert anew.place == "bench/sources/sources/s1"
    assert anew.fields["~label"].value == "Interview 1"


@pytest.mark.parametrize(
    ("place", "leads"),
    [
        ("bench/sources/sources/s9", "part/sources/0"),
        ("bench/sources/nothing", "part/sources/0"),
        ("bench/gone/sources", "parts"),
        ("bench/question/sources", "part/question/0"),
        ("bench", "parts"),
        ("bench/terms/terms/x", "parts"),
    ],
)
def test_a_place_that_is_not_there_leads_to_its_part(wz: Wizard, place: str, leads: str) -> None:
    wz.go(place)
    assert wz.place == leads


# --- sources ---


def test_what_is_missing_is_said_above_and_beside_the_field(wz: Wizard) -> None:
    wz.go("bench/sources/sources/new")
    press(wz, "Save")
    assert wz.problems.texts == (
        "Give the source a working name, such as Interview 4.",
        "Choose the kind of source.",
        "Choose whose standpoint it gives.",
    )
    assert wz.fields["~kind"].error == "Choose the kind of source."
    assert again(wz).analysis.sources() == ()
    fill(wz, label="Interview 1", kind="interview", voice="families", consent_until="someday")
    press(wz, "Save")
    assert [row["target"] for row in wz.problems.items] == ["~consent_until"]
    assert '"someday" is not a date' in wz.fields["~consent_until"].error


def test_a_source_is_added_changed_and_set_aside(wz: Wizard) -> None:
    wz.go("bench/sources/sources/new")
    fill(
        wz,
        label=" Interview 1 ",
        kind="interview",
        voice="youth",
        level="public",
        consent="given",
        day="2026-03-01",
    )
    press(wz, "Save")
    assert wz.place == "bench/sources/sources"
    assert "It is saved." in shown(wz)
    assert rows(wz) == [("Interview 1", "0 passages")]
    (source,) = again(wz).analysis.sources()
    assert (source.label, source.voice, source.level, source.day, source.by) == (
        *("Interview 1", "youth", "public", "2026-03-01", "Lead"),
    )

    pick(wz, "Interview 1")
    field = wz.fields["~note"]
    field.value = "In the library."
    assert again(wz).analysis.source("s1").note == ""
    field.happen("leave")  # saved when the field is left, and only what changed
    now = again(wz).analysis.source("s1")
    assert now.note == "In the library."
    assert [list(event.changes) for event in now.history] == [["note"]]

    press(wz, "Set it aside as a mistake")
    assert again(wz).analysis.sources() == ()
    pick(wz, "Interview 1")
    assert wz.fields == {}
    press(wz, "Count it again")
    assert [one.id for one in again(wz).analysis.sources()] == ["s1"]


def test_a_form_that_is_left_is_there_again_and_is_no_entry(wz: Wizard) -> None:
    wz.go("bench/sources/sources/new")
    fill(wz, label="Interview 2", kind="interview")
    assert "Kept at" in wz.saved.html
    wz.back.click()
    assert wz.place == "bench/sources/sources"
    assert rows(wz) == [("A new source", "Being written")]
    assert again(wz).analysis.sources() == ()
    wz.back.click()
    assert ("Sources", "None yet, 1 being written") in rows(wz)
    wz.go("bench/sources/sources")
    pick(wz, "A new source")
    assert re.search(r"What you typed on \d+ \w+ \d{4} is still here. It is not saved yet.", shown(wz))
    assert (wz.fields["~label"].value, wz.fields["~kind"].value) == ("Interview 2", "interview")

    press(wz, "Do not add this")
    assert wz.title.text == "Let go of what you typed here?"
    press(wz, "Go back to it")
    assert wz.fields["~label"].value == "Interview 2"
    press(wz, "Do not add this")
    press(wz, "Let it go")
    assert wz.place == "bench/sources/sources"
    assert rows(wz) == []
    beside = [path for path in wz.assessment.path.parent.rglob("*") if path.is_file()]
    assert [path for path in beside if b"Interview 2" in path.read_bytes()] == []
    press(wz, "Add a source")
    assert wz.fields["~label"].value == ""
    press(wz, "Do not add this")  # nothing was typed: nothing is asked
    assert wz.place == "bench/sources/sources"


def test_a_form_is_there_after_a_reload_and_goes_when_it_is_saved(wz: Wizard) -> None:
    wz.go("bench/sources/sources/new")
    fill(wz, label="Interview 2 ")
    anew = Wizard(again(wz))
    assert anew.place == "bench/sources/sources/new"
    assert anew.fields["~label"].value == "Interview 2 "
    fill(anew, kind="interview", voice="families")
    press(anew, "Save")
    assert rows(anew) == [("Interview 2", "0 passages")]
    assert again(anew).forms() == {}
    assert anew.errors == []


def test_a_change_is_saved_in_leaving_where_it_can_be(wz: Wizard) -> None:
    with_source(wz)
    wz.go("bench/sources/sources/s1")
    fill(wz, note="Two visits.")
    wz.back.click()
    assert again(wz).analysis.source("s1").note == "Two visits."
    wz.go("bench/sources/sources/s1")
    fill(wz, label="")
    wz.back.click()
    assert rows(wz) == [("Interview 1", "Being written")]
    assert again(wz).analysis.source("s1").label == "Interview 1"
    pick(wz, "Interview 1")
    assert wz.fields["~label"].value == ""
    press(wz, "Let go of what is not saved")
    press(wz, "Let it go")
    assert rows(wz) == [("Interview 1", "0 passages")]
    pick(wz, "Interview 1")
    assert (wz.fields["~label"].value, wz.fields["~note"].value) == ("Interview 1", "Two visits.")


def test_what_was_typed_in_another_window_is_shown_beside_and_can_go(wz: Wizard) -> None:
    other = again(wz)
    wz.go("bench/sources/sources/new")
    fill(wz, label="Interview 7", kind="interview")
    time.sleep(0.005)  # moments are kept to the thousandth of a second
    other.keep_form("sources/new", {"label": "Interview 8"})
    anew = Wizard(again(wz))
    assert anew.fields["~label"].value == "Interview 8"  # typed last
    assert "What do you call it? Interview 7" in shown(anew)
    assert "What kind of source is it? Interview" in shown(anew)
    fill(anew, kind="interview", voice="families")
    press(anew, "Save")
    assert rows(anew) == [("A new source", "Being written"), ("Interview 8", "0 passages")]
    pick(anew, "A new source")
    assert anew.fields["~label"].value == ""
    assert "What do you call it? Interview 7" in shown(anew)
    press(anew, "Let go of what was typed elsewhere")
    assert again(wz).forms() == {}
    assert "It is gone." in shown(anew)
    assert anew.errors == []


def test_an_entry_that_was_set_aside_shows_no_form(wz: Wizard) -> None:
    with_source(wz)
    wz.go("bench/sources/sources/s1")
    fill(wz, label="")
    press(wz, "Set it aside as a mistake")
    assert rows(wz) == [("Interview 1", "0 passages")]
    assert wz.task is not None
    assert wz.task.writing() == 0


def test_a_label_that_looks_like_a_person_is_asked_about(wz: Wizard) -> None:
    wz.go("bench/sources/sources/new")
    fill(wz, label="Talk with Ade Obi")
    wz.fields["~label"].happen("leave")
    assert "Interview 4, is enough" in wz.fields["~label"].nudge
    fill(wz, label="Interview 4")
    wz.fields["~label"].happen("leave")
    assert wz.fields["~label"].nudge == ""


def test_words_are_taken_back_after_a_question_that_says_how_many_leave(wz: Wizard) -> None:
    with_source(wz)
    with_passage(wz, "They told us to wait two weeks.")
    with_passage(wz, "Nobody wrote back.")
    wz.assessment.analysis.add_memo("Nobody wrote back.")
    wz.go("bench/sources/sources/s1")
    press(wz, "Somebody takes their words back")
    assert wz.title.text == "Take the words of \u201cInterview 1\u201d out?"
    assert "2 passages leave the file. Findings that rest on them" in shown(wz)
    assert "This cannot be undone." in shown(wz)
    press(wz, "Take 2 passages out")
    assert wz.problems.texts == ("Say why they are taken out.",)
    assert len(again(wz).analysis.excerpts()) == 2
    press(wz, "Go back, and change nothing")
    assert wz.fields["~label"].value == "Interview 1"
    press(wz, "Somebody takes their words back")
    fill(wz, why="They asked for it.")
    press(wz, "Take 2 passages out")
    assert "The same words still stand here, because somebody wrote them there too: m1." in shown(wz)
    assert rows(wz) == [("Interview 1", "Taken back")]
    assert b"two weeks" not in wz.assessment.path.read_bytes()
    pick(wz, "Interview 1")
    assert wz.fields == {}
    assert "Its passages were taken out of the file." in shown(wz)
    press(wz, "Go back to the list")


def test_a_file_saved_elsewhere_is_said_and_what_was_typed_stays(wz: Wizard) -> None:
    wz.go("bench/sources/sources/new")
    fill(wz, label="Interview 7", kind="interview", voice="families")
    again(wz).answer("short_name", "Changed elsewhere")
    press(wz, "Save")
    assert "was saved in another window" in wz.banner.html
    press(wz, "Open it again as it is now")
    assert wz.fields["~label"].value == "Interview 7"
    press(wz, "Save")
    assert again(wz).analysis.source("s1").label == "Interview 7"
    assert again(wz).value("short_name") == "Changed elsewhere"


# --- terms, and what could not wait ---


def test_everybody_on_the_team_accepts_for_themselves(wz: Wizard) -> None:
    wz.go("part/team/0")
    assert ("Accept the terms of confidentiality", "2 to go") in rows(wz)
    pick(wz, "Accept the terms of confidentiality")
    assert TERMS[0] in shown(wz)
    press(wz, "I accept these terms")
    assert wz.problems.texts == ("Choose who you are.",)
    fill(wz, who="Ade Obi")
    press(wz, "I accept these terms")
    assert list(again(wz).analysis.signed()) == ["Ade Obi"]
    assert [option["id"] for option in wz.fields["~who"].options] == ["Lead"]
    fill(wz, who="Lead")
    press(wz, "I accept these terms")
    assert "Everybody on the team has accepted them." in shown(wz)
    assert again(wz).analysis.unsigned() == ()


def test_without_a_team_it_says_what_comes_first(wz: Wizard) -> None:
    wz.assessment.answer("team", None)
    wz.go("bench/team/terms")
    assert "Fill in who is on the team first." in shown(wz)


def test_what_could_not_wait_is_noted_without_the_matter_itself(wz: Wizard) -> None:
    wz.go("bench/team/concerns/new")
    fill(wz, about="safety", to="Hotline")
    press(wz, "Save")
    (concern,) = again(wz).analysis.concerns()
    assert (concern.about, concern.to, concern.state) == ("safety", "Hotline", "raised")
    pick(wz, "Somebody's safety")
    assert list(wz.fields) == ["~state"]
    fill(wz, state="closed")
    press(wz, "Save and go back")
    assert again(wz).analysis.concerns()[0].state == "closed"
