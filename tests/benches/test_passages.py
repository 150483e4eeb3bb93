"""Passages that are typed, masked and kept, on the screen, without a browser."""

from __future__ import annotations

import json
from typing import Any

import ipywidgets

from equitykit.widgets.benches.passages import AddPassage
from equitykit.widgets.passage import Segments
from equitykit.widgets.wizard import Wizard
from tests.benches.steps import (
    PLANTED,
    RAW,
    again,
    begun,
    decide,
    fill,
    pick,
    press,
    rows,
    shown,
    typed,
    widgets_in,
    with_passage,
    with_source,
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
