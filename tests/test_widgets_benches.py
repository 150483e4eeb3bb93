"""The pages of the Institutional Analysis without a browser: what a person does there, and what the file then holds."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from equitykit.analysis import TERMS
from equitykit.assessment import Assessment
from equitykit.widgets.benches.passages import AddPassage
from equitykit.widgets.passage import Segments
from equitykit.widgets.wizard import Wizard

INSTRUMENT = "institutional-analysis"
TEAM = [{"role": "Lead"}, {"name": "Ade Obi", "role": "Parent partner"}]


@pytest.fixture
def wz(tmp_path: Path) -> Iterator[Wizard]:
    """A wizard on an analysis with a team; at the end nothing may have gone wrong."""
    made = Wizard(opened(tmp_path))
    yield made
    ipywidgets.Widget.close_all()
    assert made.errors == []


def opened(folder: Path) -> Assessment:
    one = Assessment.open(folder / "kin.equity.json", instrument=INSTRUMENT, by="Lead")
    one.answer("team", TEAM)
    return one


def with_source(wz: Wizard, **more: Any) -> str:
    named: dict[str, Any] = {"kind": "interview", "voice": "families", "consent": "given"}
    return wz.assessment.analysis.add_source("Interview 1", **named, **more)


def with_passage(wz: Wizard, text: str = "They told us to wait.", source: str = "s1") -> str:
    masking = wz.assessment.analysis.begin_excerpt(text)
    masking.mask_open()
    return wz.assessment.analysis.add_excerpt(source, masking.confirm(by="Lead"))


def widgets_in(root: Any) -> Iterator[Any]:
    yield root
    for child in getattr(root, "children", ()):
        yield from widgets_in(child)


def press(wz: Wizard, text: str) -> None:
    """Press the button with these words."""
    (found,) = [one for one in widgets_in(wz.root) if getattr(one, "description", "") == text]
    found.click()


def shown(wz: Wizard) -> str:
    return " ".join(str(getattr(one, "html", "")) for one in widgets_in(wz.body))


def rows(wz: Wizard) -> list[tuple[str, str]]:
    """The rows of every list on the page."""
    lists = [one for one in widgets_in(wz.body) if getattr(one, "part", "") == "tasks"]
    return [(row["title"], row["status"]) for one in lists for row in one.items]


def pick(wz: Wizard, title: str) -> None:
    lists = [one for one in widgets_in(wz.body) if getattr(one, "part", "") == "tasks"]
    ((where, id),) = [(one, row["id"]) for one in lists for row in one.items if row["title"] == title]
    where.happen("pick", id)


def fill(wz: Wizard, **values: Any) -> None:
    for name, value in values.items():
        wz.fields[f"~{name}"].value = value


def again(wz: Wizard) -> Assessment:
    """What the file says."""
    return Assessment.open(wz.assessment.path)


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


# --- passages ---

RAW = "Quillon said on May 3 that thessaly waited. Quillon called 555-014-7788 from Fresno."


def begun(wz: Wizard, text: str = RAW, names: str = "Thessaly") -> AddPassage:
    """A passage that is typed and stands before the person to be masked."""
    with_source(wz)
    wz.go("bench/passages/add")
    fill(wz, source="s1", place="minute 12", quotable="yes")
    typed(wz, "said", text)
    typed(wz, "names", names)
    press(wz, "Go on to the masking")
    assert isinstance(wz.task, AddPassage)
    return wz.task


def typed(wz: Wizard, name: str, text: str) -> None:
    """What the page sends while somebody types into a field that is kept nowhere."""
    field = wz.fields[f"~{name}"]
    field._message(field, {"event": "said", "text": text}, [])


def decide(task: AddPassage, word: str, decision: str, put: str = "") -> None:
    """What the page sends when somebody decides about the first flag with this word."""
    number = next(one["number"] for one in task.review.words()["marks"] if one["said"] == word)
    task.review._message(
        task.review, {"event": "decide", "number": number, "decision": decision, "put": put}, []
    )


def test_a_passage_without_a_source_leads_to_the_sources(wz: Wizard) -> None:
    wz.go("bench/passages/add")
    press(wz, "Write a source down")
    assert wz.place == "bench/sources/sources/new"


def test_a_passage_is_typed_masked_confirmed_and_kept(wz: Wizard) -> None:
    task = begun(wz)
    assert wz.place == "bench/passages/add/review"
    assert "in memory only" in shown(wz)
    words = task.review.words()
    assert [(one["said"], one["decision"]) for one in words["marks"]] == [
        ("Quillon", "open"),
        ("May 3", "mask"),
        ("thessaly", "mask"),
        ("Quillon", "open"),
        ("555-014-7788", "mask"),
        ("Fresno", "open"),
    ]
    assert words["said"] == "3 of 6 flagged places wait for you."

    press(wz, "Confirm the masking and keep the passage")
    assert list(wz.problems.texts) == [f"Decide about number {number}." for number in (1, 4, 6)]
    assert [one["target"] for one in wz.problems.items][0] == "~mark-0"
    decide(task, "Fresno", "mask", "[the city]")
    task.review._message(task.review, {"event": "phrase", "text": "QUILLON called"}, [])
    task.review._message(task.review, {"event": "all"}, [])
    assert task.review.words()["said"] == "Nothing waits for you."
    fill(wz, by=" ")
    press(wz, "Confirm the masking and keep the passage")
    assert list(wz.problems.texts) == ["Say who confirms the masking."]
    assert again(wz).analysis.excerpts() == ()
    fill(wz, by="Coder 1")
    press(wz, "Confirm the masking and keep the passage")

    (kept,) = again(wz).analysis.excerpts()
    assert kept.text == "[name 1] said on [date] that [name 2] waited. [left out] [phone] from [the city]."
    assert (kept.source, kept.place, kept.quotable, kept.masking.by) == ("s1", "minute 12", True, "Coder 1")
    assert "Passage x1 is kept, masked." in shown(wz)
    assert (task.masking, wz.fields["~said"].said) == (None, "")  # gone from memory
    assert wz.fields["~names"].said == "Thessaly"  # the list serves the next passage
    assert (wz.fields["~source"].value, wz.fields["~place"].value) == ("s1", "")


def test_a_word_is_kept_everywhere(wz: Wizard) -> None:
    task = begun(wz)
    assert [one["times"] for one in task.review.words()["marks"]] == [2, 1, 1, 2, 1, 1]
    task.review._message(task.review, {"event": "everywhere", "number": 1}, [])
    assert task.review.words()["said"] == "Kept in 2 places. 1 of 6 flagged places waits for you."
    task.review._message(task.review, {"event": "phrase", "text": "nowhere at all"}, [])
    assert task.review.words()["said"].startswith("These words do not stand in the text.")


def test_the_text_is_shown_in_paragraphs_with_what_was_decided(wz: Wizard) -> None:
    task = begun(wz, "First line.\n\nThen Quillon\ncame.")
    assert [[piece["text"] for piece in line] for line in task.review.words()["paragraphs"]] == [
        *(["First line."], ["Then ", "Quillon"], ["came."]),
    ]


def test_what_was_said_is_in_no_state_that_a_notebook_keeps(wz: Wizard) -> None:
    """Neither typed, nor while it is masked, nor after an error, nor on the page that asks before it is left."""

    def states() -> str:
        every = [one.get_state() for one in widgets_in(wz.root)]
        return json.dumps(every, default=str) + json.dumps(ipywidgets.Widget.get_manager_state(), default=str)

    with_source(wz)
    wz.go("bench/passages/add")
    typed(wz, "said", RAW)
    typed(wz, "names", "Thessaly")
    seen = [states()]
    press(wz, "Go on to the masking")
    seen.append(states())
    fill(wz, source="s1")
    press(wz, "Go on to the masking")
    task = wz.task
    assert isinstance(task, AddPassage)
    task.review.words()
    seen.append(states())
    press(wz, "Confirm the masking and keep the passage")
    assert wz.problems.texts
    seen.append(states())
    decide(task, "Fresno", "keep")
    wz.back.click()
    seen.append(states())
    assert wz.place == "bench/passages/add"
    wz.back.click()
    assert wz.title.text == "This passage is not saved. Leave it?"
    seen.append(states())
    assert [word for word in PLANTED for state in seen if word.lower() in state.lower()] == []
    assert [repr(one) for one in (task.review, task.masking) if "uillon" in repr(one)] == []
    assert wz.assessment.forms() == {}  # nothing of it is a form that is kept as it is typed
    every = b"".join(path.read_bytes() for path in wz.assessment.path.parent.rglob("*") if path.is_file())
    assert [word for word in PLANTED if word.lower().encode() in every.lower()] == []


PLANTED = ("Quillon", "Thessaly", "555-014-7788", "Fresno")


def test_a_passage_that_is_not_saved_is_asked_about_once(wz: Wizard) -> None:
    begun(wz)
    press(wz, "Do not keep this passage")
    assert wz.title.text == "This passage is not saved. Leave it?"
    press(wz, "Go back to it")
    assert wz.place == "bench/passages/add/review"
    press(wz, "Change the words")
    assert wz.fields["~said"].said == RAW
    wz.back.click()
    task = wz.task
    press(wz, "Leave it")
    assert wz.place == "part/passages/0"
    assert isinstance(task, AddPassage)
    assert task.masking is None
    assert again(wz).analysis.section.excerpts == []
    wz.go("bench/passages/add")
    assert wz.fields["~said"].said == ""


def test_the_page_asks_for_the_words_when_it_is_shown(wz: Wizard) -> None:
    with_source(wz)
    wz.go("bench/passages/add")
    typed(wz, "said", RAW)
    field = wz.fields["~said"]
    sent: list[Any] = []
    field.send = lambda content, buffers=None: sent.append(content)
    field._message(field, {"event": "ready"}, [])
    assert sent == [{"event": "show", "text": RAW}]
    assert "value" not in field.traits()


def test_a_passage_is_not_lost_where_the_file_cannot_be_saved_now(wz: Wizard) -> None:
    task = begun(wz)
    task.review._message(task.review, {"event": "all"}, [])
    again(wz).answer("short_name", "Changed elsewhere")
    press(wz, "Confirm the masking and keep the passage")
    assert "was saved in another window" in wz.banner.html
    press(wz, "Open it again as it is now")
    assert "[name 1] said on [date]" in shown(wz)
    press(wz, "Confirm the masking and keep the passage")
    (kept,) = again(wz).analysis.excerpts()
    assert kept.text.startswith("[name 1] said on [date]")


def test_after_a_reload_nothing_of_it_is_there(wz: Wizard) -> None:
    begun(wz)
    anew = Wizard(again(wz))
    assert anew.place == "part/passages/0"


def test_a_passage_is_taken_from_a_file_of_the_folder(wz: Wizard) -> None:
    with_source(wz)
    folder = wz.assessment.path.parent
    wz.go("bench/passages/add/file")
    assert "There is no text in this folder." in shown(wz)
    said = "\n\n".join(f"Quillon told us this, number {n}." for n in range(1, 26))
    (folder / "interview.txt").write_text(said, encoding="utf-8")
    (folder / "broken.docx").write_bytes(b"nothing")
    wz.go("bench/passages/add/file")
    press(wz, "Read it")
    assert wz.problems.texts == ("Choose a file.",)
    fill(wz, file="broken.docx")
    press(wz, "Read it")
    assert '"broken.docx" cannot be read as a Word document.' in wz.fields["~file"].error
    fill(wz, file="interview.txt")
    press(wz, "Read it")
    assert "Passages 1 to 20 of 25. They are in memory only." in shown(wz)
    press(wz, "Show those after")
    listed = next(one for one in wz.body.children if isinstance(one, Segments))
    assert [one["number"] for one in listed.words()["segments"]] == [21, 22, 23, 24, 25]
    assert "Quillon" not in json.dumps(listed.get_state(), default=str)
    listed.happen("pick", "22")
    assert wz.fields["~said"].said == "Quillon told us this, number 22."
    fill(wz, source="s1")
    press(wz, "Go on to the masking")
    task = wz.task
    assert isinstance(task, AddPassage)
    task.review._message(task.review, {"event": "all"}, [])
    press(wz, "Confirm the masking and keep the passage")
    assert wz.place == "bench/passages/add/pick"  # the next one of the file
    (kept,) = again(wz).analysis.excerpts()
    assert (kept.text, kept.place) == ("[name] told us this, number 22.", "passage 22 of the file")


def test_a_kept_passage_is_read_again_and_set_aside(wz: Wizard) -> None:
    with_source(wz, level="public")
    with_passage(wz)
    wz.go("bench/passages/passages")
    assert rows(wz) == [("x1: They told us to wait.", "")]
    pick(wz, "x1: They told us to wait.")
    assert "The team has not said that it may be quoted." in shown(wz)
    fill(wz, quotable="yes")
    press(wz, "Save and go back")
    assert rows(wz) == [("x1: They told us to wait.", "May be quoted")]
    pick(wz, "x1: They told us to wait.")
    press(wz, "Set it aside as a mistake")
    assert again(wz).analysis.excerpts() == ()
    pick(wz, "x1: They told us to wait.")
    press(wz, "Count it again")
    assert len(again(wz).analysis.excerpts()) == 1
    wz.assessment.analysis.withdraw_consent("s1", "They asked.")
    wz.go("bench/passages/passages")
    assert rows(wz) == [("Passage x1", "Not used")]
    pick(wz, "Passage x1")
    assert wz.fields == {}


# --- coding ---


@pytest.fixture
def coding(wz: Wizard) -> Wizard:
    """Three passages and our list of features."""
    with_source(wz)
    for text in ("They told us to wait.", "Nobody wrote back.", "The form had no place for kin."):
        with_passage(wz, text)
    wz.assessment.analysis.use_features()
    wz.go("bench/coding/code")
    return wz


def test_passages_are_coded_one_after_the_other(coding: Wizard) -> None:
    wz = coding
    assert "They told us to wait." in shown(wz)
    assert "Passage 1 of 3. Still to look at: 3." in shown(wz)
    press(wz, "Save and go on")
    assert wz.problems.texts == ("Choose at least one feature, or say that none of them fits.",)
    fill(wz, seen=["rules_and_policy", "resources"], note="Twice.")
    press(wz, "Save and go on")
    assert wz.place == "bench/coding/code/x2"
    fill(wz, seen=["~none"])
    press(wz, "Next passage")  # what is ticked is saved on the way
    press(wz, "Previous passage")
    assert wz.place == "bench/coding/code/x2"
    assert wz.fields["~seen"].value == ["~none"]
    press(wz, "Next passage")
    press(wz, "Next passage")  # not looked at: it still waits
    assert wz.place == "bench/coding/code"
    assert "The form had no place for kin." in shown(wz)
    work = again(wz).analysis
    assert [(one.features, one.note) for x in ("x1", "x2") for one in work.codings(x).values()] == [
        (["rules_and_policy", "resources"], "Twice."),
        ([], ""),
    ]
    assert work.to_code("Lead") == ("x3",)
    fill(wz, seen=["resources"])
    press(wz, "Save and go on")
    assert "Lead has looked at every passage." in shown(wz)
    press(wz, "Look at the first one again")
    assert wz.fields["~seen"].value == ["rules_and_policy", "resources"]
    fill(wz, which="all")
    press(wz, "Save and go on")
    assert wz.place == "bench/coding/code/x2"


def test_each_coder_sees_only_what_they_said_themselves(coding: Wizard) -> None:
    wz = coding
    fill(wz, seen=["resources"], note="Money.")
    press(wz, "Save and go on")
    wz.go("bench/coding/code/x1")
    fill(wz, coder="Ade Obi")
    wz.fields["~coder"].happen("leave")
    assert (wz.fields["~seen"].value, wz.fields["~note"].value) == ([], "")
    fill(wz, seen=["rules_and_policy"])
    wz.back.click()  # saved in leaving
    work = again(wz).analysis
    assert {coder: one.features for coder, one in work.codings("x1").items()} == {
        "Lead": ["resources"],
        "Ade Obi": ["rules_and_policy"],
    }


def test_codes_without_a_coder_are_kept_and_count_for_nothing(coding: Wizard) -> None:
    wz = coding
    fill(wz, coder="")
    wz.fields["~coder"].happen("leave")
    fill(wz, seen=["resources"])
    press(wz, "Save and go on")
    assert wz.problems.texts == ("Say who codes.",)
    wz.back.click()
    assert wz.place == "part/coding/0"
    assert again(wz).analysis.coders() == ()
    wz.assessment.by = None
    wz.go("bench/coding/code")
    assert wz.fields["~seen"].value == ["resources"]
    fill(wz, coder="Lead")
    wz.fields["~coder"].happen("leave")
    assert list(wz.assessment.forms()) == ["code/x1/Lead"]
    press(wz, "Save and go on")
    assert again(wz).analysis.coders() == ("Lead",)
    assert again(wz).forms() == {}


def test_a_note_that_is_half_written_is_shown_to_its_coder_alone(coding: Wizard) -> None:
    wz = coding
    fill(wz, note="They wait, and nob")
    wz.go("part/coding/0")
    assert ("Code passages", "3 to look at, 1 being written") in rows(wz)
    wz.go("bench/coding/code")
    assert wz.fields["~note"].value == "They wait, and nob"
    fill(wz, coder="Ade Obi")
    wz.fields["~coder"].happen("leave")
    assert wz.fields["~note"].value == ""
    fill(wz, coder="Lead")
    wz.fields["~coder"].happen("leave")
    assert wz.fields["~note"].value == "They wait, and nob"
    press(wz, "Let go of what is not saved")
    press(wz, "Let it go")
    assert wz.fields["~note"].value == ""
    assert again(wz).forms() == {}


def test_without_a_list_or_a_passage_it_says_what_comes_first(wz: Wizard) -> None:
    wz.go("bench/coding/code")
    assert "There is no passage to code yet." in shown(wz)
    with_source(wz)
    with_passage(wz)
    wz.go("bench/coding/code")
    press(wz, "Make the list of features")
    assert wz.place == "bench/coding/features"
    press(wz, "Begin with our list of eight features")
    assert len(rows(wz)) == 8
    assert len(again(wz).analysis.features()) == 8


def test_a_feature_is_added_renamed_and_set_aside(coding: Wizard) -> None:
    wz = coding
    wz.go("bench/coding/features/new")
    fill(wz, label="Time", what="How long families wait.")
    press(wz, "Save")
    wz.go("bench/coding/features/new")
    fill(wz, label="time")
    press(wz, "Save")
    assert 'There is a feature "time" already.' in wz.fields["~label"].error
    press(wz, "Do not add this")
    press(wz, "Let it go")
    pick(wz, "Time")
    fill(wz, label="Waiting")
    press(wz, "Save and go back")
    pick(wz, "Waiting")
    press(wz, "Set it aside")
    assert "time" not in [one.id for one in again(wz).analysis.features()]
    pick(wz, "Waiting")
    press(wz, "Take it back into the list")
    assert [one.label for one in again(wz).analysis.features()][-1] == "Waiting"


def test_the_matrix_is_a_table_with_caption_and_scope_and_says_what_it_counts(coding: Wizard) -> None:
    wz = coding
    wz.assessment.analysis.code("x1", ["resources"], by="Lead")
    wz.go("bench/coding/shown")
    html = shown(wz)
    assert "<caption" in html
    assert html.count('scope="col"') == 7
    assert html.count('scope="row"') == 8
    assert "1 from 1 source" in html
    assert "Counted: 1 of 3 passages in use, as coded by anybody. 2 are not coded yet." in html
    assert "This needs two coders" in html


def test_the_agreement_of_two_coders_is_shown(coding: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    wz = coding
    work = wz.assessment.analysis
    work.code("x1", ["resources"], by="Lead")
    work.code("x2", ["resources"], by="Ade Obi")
    wz.go("bench/coding/shown")
    assert "No passage was coded by two people yet." in shown(wz)
    for passage, features in (("x1", ["resources"]), ("x2", []), ("x3", ["rules_and_policy"])):
        for coder in ("Lead", "Ade Obi"):
            work.code(passage, features, by=coder)
    wz.go("bench/coding/shown")
    assert "Agreement of “Lead” and “Ade Obi” on 3 passages" in shown(wz)
    assert "1.00" in shown(wz)
    monkeypatch.setitem(sys.modules, "krippendorff", None)
    wz.go("bench/coding/shown")
    assert "agreement" in shown(wz).split("How far coders agree")[1]
    assert "pip install" in shown(wz)


# --- the same work in the pages and in code ---


def test_the_pages_and_the_calls_give_the_same_report(wz: Wizard, tmp_path: Path) -> None:
    """What a notebook without a page does, call by call, makes the same report as the pages do."""
    wz.go("bench/sources/sources/new")
    fill(wz, label="Interview 1", kind="interview", voice="families", level="public", consent="given")
    press(wz, "Save")
    wz.go("bench/passages/add")
    fill(wz, source="s1", place="minute 12", quotable="yes")
    typed(wz, "said", RAW)
    typed(wz, "names", "Thessaly")
    press(wz, "Go on to the masking")
    assert isinstance(wz.task, AddPassage)
    wz.task.review._message(wz.task.review, {"event": "all"}, [])
    press(wz, "Confirm the masking and keep the passage")
    wz.go("bench/coding/features")
    press(wz, "Begin with our list of eight features")
    wz.go("bench/coding/code")
    fill(wz, seen=["resources"], note="Twice.")
    press(wz, "Save and go on")

    other = tmp_path / "in code"
    other.mkdir()
    one = opened(other)
    work = one.analysis
    source = work.add_source(
        "Interview 1", kind="interview", voice="families", level="public", consent="given"
    )
    masking = work.begin_excerpt(RAW, ["Thessaly"])
    masking.mask_open()
    passage = work.add_excerpt(source, masking.confirm(by="Lead"), place="minute 12", quotable=True)
    work.use_features()
    work.code(passage, ["resources"], note="Twice.")

    for each in (wz.assessment, one):
        each.analysis.add_finding("The form has no place for kin.", evidence=["x1"])
    told = [each.report(each.path.with_suffix(".md")) for each in (wz.assessment, one)]
    pages, code = (re.sub(r"\d\d:\d\d(:\d\d)?|[0-9a-f]{16,}", "", path.read_text("utf-8")) for path in told)
    assert re.search(r"name 1\W+said on", pages)
    assert pages == code
