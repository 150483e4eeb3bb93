"""Answers, drafts, parts, actions, reviews and what may be said about the whole."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equitykit.assessment import NOTES_ONLY, Assessment, json_schema
from equitykit.assessment.register import add_months
from equitykit.errors import AssessmentError, UnknownName
from equitykit.evidence import Evidence
from equitykit.instruments import loads
from equitykit.resources import folder
from equitykit.text import moment

REIA = "race-equity-impact-assessment"
HOSTILE = [
    "<script>alert(1)</script>",
    "[/]",
    "=1+1",
    '"; drop table x',
    "\u202egnp.exe",
    "a\x00b",
    "\u2028\u2029\x85",
    "e\u0301 vs é",
    "😀",
    "\r\n\r",
    "\\u0041",
    '{"revision": 99}',
    '\n "revision": 99',
    "\ufeffx",
    "𝒳" * 50,
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the assessment lies: a name with a space and an accent."""
    return tmp_path / "Visits, öffentlich 2026.equity.json"


def begin(path: Path, track: str = "full", by: str | None = "Ana") -> Assessment:
    """Begin an assessment."""
    return Assessment.open(path, instrument=REIA, track=track, by=by)


def on_disk(path: Path) -> dict[str, Any]:
    """Read the file as any other program would."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def test_a_new_file_says_internal_first(path: Path) -> None:
    """The first key is what a person sees who opens the file by accident."""
    made = begin(path)
    first = next(iter(on_disk(path)))
    assert first == "internal"
    assert "not for publication" in on_disk(path)["internal"]
    assert on_disk(path)["format"] == "assessment/1"
    assert made.title == "Visits, öffentlich 2026"
    assert made.path == path
    assert repr(made).startswith("<Assessment 'Visits")


def test_the_file_fits_its_published_schema(path: Path) -> None:
    """An ordinary validator, and the schema as published."""
    made = begin(path)
    made.answer("desired_result", "x", note="n")
    made.draft("proposal", "y")
    made.attach("evidence_current", Evidence("document", "A"))
    made.add_action(what="Call", owner="Ana", due="2026-01-01")
    made.schedule_reviews("2026-01-31")
    published = json.loads((folder("schemas") / "assessment.schema.json").read_text("utf-8"))
    assert published == json_schema()
    jsonschema.Draft202012Validator(published).validate(on_disk(path))
    assert made.to_dict().keys() == on_disk(path).keys()


def test_history_is_only_ever_added_to(path: Path) -> None:
    """Each answer that differs is a new entry; the earlier ones never change."""
    made = begin(path)
    assert made.answer("desired_result", "One", note="first try")
    assert not made.answer("desired_result", "One")
    before = made.history("desired_result")
    assert made.answer("desired_result", "Two", by="Ben")
    assert made.answer("desired_result", "One")
    assert made.answer("desired_result", None)
    entries = made.history("desired_result")
    assert [(entry.value, entry.by) for entry in entries] == [
        ("One", "Ana"),
        ("Two", "Ben"),
        ("One", "Ana"),
        (None, "Ana"),
    ]
    assert entries[0].note == "first try"
    assert entries[: len(before)] == before
    entries[0].value = "tampered"
    assert Assessment.open(path).history("desired_result")[0].value == "One"


def test_returned_values_cannot_change_the_history(path: Path) -> None:
    """What is given out is a copy."""
    made = begin(path)
    made.answer("team", [{"name": "Ana"}])
    made.value("team")[0]["name"] = "tampered"
    assert made.value("team") == [{"name": "Ana"}]


def test_a_draft_is_kept_at_once_and_makes_no_history(path: Path) -> None:
    """Every key pressed is safe; only leaving the field makes history."""
    made = begin(path)
    for end in range(1, 12):
        made.draft("desired_result", "Safe at home"[:end])
    assert made.history("desired_result") == ()
    again = Assessment.open(path)
    assert again.value("desired_result") == "Safe at hom"
    assert again.instrument.ask("desired_result").label in again.notes[0]
    assert again.leave("desired_result")
    assert not again.leave("desired_result")
    assert [entry.value for entry in again.history("desired_result")] == ["Safe at hom"]
    assert again.history("desired_result")[0].by == "Ana"
    assert Assessment.open(path).notes == ()


def test_typing_back_what_stood_there_is_no_change(path: Path) -> None:
    """A draft that says what the last answer says is no draft."""
    made = begin(path)
    made.answer("desired_result", "One")
    made.draft("desired_result", "One!")
    made.draft("desired_result", "One")
    assert made.drafts() == {}
    assert Assessment.open(path).drafts() == {}
    made.draft("proposal", "x")
    made.draft("proposal", None)
    assert Assessment.open(path).value("proposal") is None


def test_another_author_makes_history_of_the_drafts_before(path: Path) -> None:
    """Nobody's words end up under another name."""
    made = begin(path)
    made.draft("desired_result", "by Ana")
    made.draft("proposal", "also by Ana")
    made.draft("desired_result", "by Ben", by="Ben")
    assert [(entry.value, entry.by) for entry in made.history("desired_result")] == [("by Ana", "Ana")]
    assert [(entry.value, entry.by) for entry in made.history("proposal")] == [("also by Ana", "Ana")]
    assert made.value("desired_result") == "by Ben"
    made.answer("desired_result", "by Eve", by="Eve")
    assert [entry.by for entry in made.history("desired_result")] == ["Ana", "Ben", "Eve"]
    assert len(Assessment.open(path).history("desired_result")) == 3


def test_changing_the_author_or_closing_makes_history(path: Path) -> None:
    """The three other ways out of a field."""
    with begin(path) as made:
        made.draft("desired_result", "one")
        made.by = "Ben"
        assert made.history("desired_result")[0].by == "Ana"
        made.draft("proposal", "two")
    assert Assessment.open(path).history("proposal")[0].by == "Ben"
    again = Assessment.open(path)
    again.draft("why_now", "three")
    assert again.commit_drafts(by="Eve") == ("why_now",)
    assert again.history("why_now")[0].by == "Eve"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_went_in(path: Path, text: str) -> None:
    """In answers, drafts, notes, names and evidence."""
    made = begin(path, by=text)
    made.answer("desired_result", text, note=text)
    made.attach("evidence_current", Evidence("document", text, summary=(text,), facts={text: text}))
    made.add_action(what=f"x{text}", owner=text)
    made.draft("proposal", text)
    again = Assessment.open(path)
    assert again.value("desired_result") == text == again.value("proposal")
    assert again.history("desired_result")[0].note == text == again.history("desired_result")[0].by
    assert again.evidence()[0].evidence.facts == {text: text}
    assert again.actions()[0].what == f"x{text}"
    again.answer("why_now", "still saves")


def test_wrong_values_are_refused_and_doubtful_ones_kept(path: Path) -> None:
    """What no screen could give is refused; what a person mistyped is kept and said."""
    made = begin(path)
    with pytest.raises(UnknownName, match='Did you mean "desired_result"'):
        made.answer("desired_resul", "x")
    with pytest.raises(AssessmentError, match='Did you mean "policy"'):
        made.answer("decision_type", "polcy")
    with pytest.raises(AssessmentError, match="Use attach"):
        made.answer("evidence_current", ["e1"])
    with pytest.raises(AssessmentError, match="Use add_action"):
        made.draft("actions", [])
    assert made.answer("asked_on", "last spring")
    texts = {problem.ask: problem.text for problem in made.problems("proposal")}
    assert texts["asked_on"] == "Write the date as year-month-day, such as 2026-03-31."


def test_conditional_questions_come_and_go(path: Path) -> None:
    """Shown when the condition is met; a hidden answer is kept but asks for nothing."""
    made = begin(path, "fast")
    assert not made.visible("decision_type_other")
    made.draft("decision_type", "other")
    assert made.visible("decision_type_other")
    assert "Say what kind of decision it is." in [problem.text for problem in made.problems("proposal")]
    made.answer("decision_type_other", "A contract")
    made.answer("decision_type", "budget")
    assert not made.visible("decision_type_other")
    assert made.value("decision_type_other") == "A contract"
    assert not made.visible("why_now")
    made.set_track("full")
    assert made.visible("why_now")
    assert not made.visible("close_gaps")


def test_a_condition_on_a_hidden_question_is_not_met(path: Path) -> None:
    """Chains of conditions close together."""
    asks = "\n".join(
        [
            "- {id: a, kind: text, label: A}",
            "- {id: b, kind: text, label: B, when: {ask: a, is: x}}",
            "- {id: c, kind: text, label: C, when: {ask: b, is: y}}",
            "- {id: d, kind: text, label: D, when: {ask: b, filled: false}}",
        ]
    )
    chain = loads(
        "id: chain\nversion: '1'\ntitle: T\npurpose: P\ncredit: {text: C}\n"
        "tracks: [{id: full, title: F, description: D, minutes: 1, level: full}]\n"
        f"parts:\n- id: one\n  title: T\n  asks:\n  {asks.replace(chr(10), chr(10) + '  ')}\n"
    )
    made = Assessment.open(path, instrument=chain)
    made.answer("a", "x")
    made.answer("b", "y")
    assert [made.visible(ask) for ask in "abcd"] == [True, True, True, False]
    made.answer("a", "z")
    assert [made.visible(ask) for ask in "abcd"] == [True, False, False, True]


def complete(made: Assessment) -> None:
    """Answer everything that is asked, with something of the right kind."""
    made.add_action(what="Write to families", owner="Ana", due="2026-05-01")
    for _ in range(3):
        for problem in made.problems():
            made.answer(problem.ask, _something(made.instrument.ask(problem.ask)))


def _something(ask: Any) -> Any:
    if ask.kind == "table":
        return [{column.id: _cell(column) for column in ask.columns}]
    if ask.kind in ("choice", "choices"):
        first = ask.options[0].id
        return first if ask.kind == "choice" else [first]
    return {"people": [{"role": "Director"}], "date": "2199-01-01"}.get(ask.kind, "Something")


def _cell(column: Any) -> Any:
    kinds = {"number": 3, "date": "2026-01-01", "group": "Hmong families"}
    return column.options[0].id if column.kind == "choice" else kinds.get(column.kind, "Something")


@pytest.mark.parametrize(("track", "level"), [("fast", "short"), ("full", "full")])
def test_from_empty_to_complete(path: Path, track: str, level: str) -> None:
    """Both tracks can be finished, and only then is it an assessment."""
    made = begin(path, track)
    states = {part.id: made.state(part.id) for part in made.parts()}
    assert set(states.values()) == (
        {"not yet started"} if track == "fast" else {"not yet started", "cannot start yet"}
    )
    assert made.summary().level == NOTES_ONLY
    complete(made)
    assert made.problems() == ()
    assert made.summary().level == NOTES_ONLY
    if track == "full":
        assert made.state("sign_off") == "cannot start yet"
        assert made.finish("sign_off")[0].text.startswith("First finish: Name the result for people, ")
    for part in made.parts():
        assert made.finish(part.id) == (), part.id
        assert made.state(part.id) == "completed"
    assert made.summary().level == level
    assert made.summary().decided_on == "2199-01-01"
    assert made.summary().reasons == ()
    assert f"Level: {level};" in made.summary().sentence
    again = Assessment.open(path)
    again.reopen("result")
    assert again.state("result") == "in progress"
    assert again.summary().level == NOTES_ONLY


def test_a_part_is_not_finished_while_something_is_missing(path: Path) -> None:
    """The problems come back instead, and nothing is recorded; drafts of the part become history."""
    made = begin(path, "fast")
    made.draft("desired_result", "x")
    assert made.state("result") == "in progress"
    assert [problem.ask for problem in made.finish("proposal")] == [
        "proposal",
        "decision_type",
        "asked_on",
        "decided_on",
    ]
    assert made.state("proposal") == "not yet started"
    assert made.finish("result") == ()
    assert made.history("desired_result")
    made.answer("desired_result", None)
    assert made.state("result") == "in progress"
    with pytest.raises(AssessmentError, match='not in the track "fast"'):
        made.state("causes")


def test_a_decision_made_before_is_notes_only(path: Path) -> None:
    """However complete: it could not change the decision any more."""
    made = begin(path, "fast")
    complete(made)
    for part in made.parts():
        made.finish(part.id)
    assert (made.summary().level, made.summary().why) == ("short", "")
    yesterday = date.today() - timedelta(days=2)
    made.answer("decided_on", yesterday.isoformat())
    found = made.summary()
    assert found.level == "notes only, not an assessment"
    assert found.reasons[0].startswith(
        f"It was decided on {moment(yesterday.isoformat())}, before this was begun ("
    )
    assert found.why == f"Why only notes: {found.reasons[0]}"


def test_title_decision_and_people_follow_the_answers(path: Path) -> None:
    """They stand in the file for programs that list assessments."""
    made = begin(path)
    made.answer("decision_title", "Visits online")
    made.answer("proposal", "Visits move online.")
    made.answer("team", [{"name": "Ana Li", "role": "Lead"}, {"name": ""}])
    found = on_disk(path)
    assert (found["title"], found["decision"]) == ("Visits online", "Visits move online.")
    assert found["people"] == [{"name": "Ana Li", "role": "Lead", "organisation": "", "ask": "team"}]
    made.answer("causes", "Ana Li was late.")
    assert [prompt.ask for prompt in made.prompts("causes")] == ["causes"]
    assert [problem.ask for problem in made.problems("causes")] == ["causes_person", "causes_touched"]
    made.answer("decision_title", None)
    assert made.title == path.name.removesuffix(".equity.json")


def test_actions_keep_their_history(path: Path) -> None:
    """What was promised stays visible."""
    made = begin(path)
    id = made.add_action(what="Call families", owner="Ana", due=date(2026, 3, 1), measure="calls")
    assert made.value("actions")[0]["due"] == "2026-03-01"
    assert made.problems("carry_out")[0].ask == "means_needed"
    assert made.update_action(id, status="done", due="2026-04-01", by="Ben")
    assert not made.update_action(id, status="done")
    (action,) = Assessment.open(path).actions()
    assert action.history[-1].by == "Ben"
    assert action.history[-1].changes == {"status": ["open", "done"], "due": ["2026-03-01", "2026-04-01"]}
    with pytest.raises(AssessmentError, match='Did you mean "owner"'):
        made.update_action(id, ownr="x")
    with pytest.raises(AssessmentError, match='Did you mean "done"'):
        made.update_action(id, status="don")
    with pytest.raises(AssessmentError, match='"soon" is not a date'):
        made.add_action(what="x", due="soon")
    with pytest.raises(AssessmentError, match="says what is done"):
        made.add_action(what=" ")
    with pytest.raises(UnknownName):
        made.update_action("a9", status="done")
    assert len(made.actions()) == 1


def test_reviews_after_three_six_nine_and_twelve_months(path: Path) -> None:
    """Planned again, those done keep their dates."""
    made = begin(path)
    reviews = made.schedule_reviews(date(2025, 11, 30))
    assert [(review.id, review.due) for review in reviews] == [
        ("r3", "2026-02-28"),
        ("r6", "2026-05-30"),
        ("r9", "2026-08-30"),
        ("r12", "2026-11-30"),
    ]
    made.complete_review("r3", "Waiting time fell.", on="2026-03-02", by="Ben")
    again = Assessment.open(path).schedule_reviews("2026-01-01")
    assert [review.due for review in again] == ["2026-02-28", "2026-07-01", "2026-10-01", "2027-01-01"]
    assert again[0].result == "Waiting time fell."
    assert again[1].history[-1].changes == {"due": ["2026-05-30", "2026-07-01"]}
    with pytest.raises(AssessmentError, match="result in words"):
        made.complete_review("r6", " ")


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 40))
def test_months_are_calendar_months(day: date, months: int) -> None:
    """Against counting months one by one with the day before the next first."""
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found + timedelta(days=1)).day == 1


ASKS = ["desired_result", "proposal", "why_now"]
STEP = st.one_of(
    st.tuples(st.just("draft"), st.sampled_from(ASKS), st.none() | st.text(max_size=4)),
    st.tuples(st.just("answer"), st.sampled_from(ASKS), st.none() | st.text(max_size=4)),
    st.tuples(st.sampled_from(["leave", "reopen", "commit", "author"]), st.sampled_from(ASKS), st.none()),
)


@given(st.lists(STEP, max_size=14))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_steps_gives_what_a_dictionary_gives(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str | None]]
) -> None:
    """The last thing typed or answered stands, whatever happens between; history never shrinks."""
    path = tmp_path_factory.mktemp("steps") / "x.equity.json"
    made = begin(path)
    model: dict[str, str | None] = {}
    lengths = dict.fromkeys(ASKS, 0)
    for what, ask, value in steps:
        if what == "draft":
            made.draft(ask, value)
            model[ask] = value
        elif what == "answer":
            made.answer(ask, value)
            model[ask] = value
        elif what == "leave":
            made.leave(ask)
            assert ask not in made.drafts()
        elif what == "commit":
            made.commit_drafts()
            assert made.drafts() == {}
        elif what == "author":
            made.by = "Ben" if made.by == "Ana" else "Ana"
        else:
            made = Assessment.open(path, by=made.by)
        for one in ASKS:
            assert made.value(one) == model.get(one)
            assert len(made.history(one)) >= lengths[one]
            lengths[one] = len(made.history(one))
    assert {one: Assessment.open(path).value(one) for one in ASKS} == {one: model.get(one) for one in ASKS}


def test_opening_with_another_instrument_is_refused(path: Path, tmp_path: Path) -> None:
    """Answers belong to their questions."""
    begin(path)
    source = tmp_path / "own.yaml"
    source.write_text(
        "id: own\nversion: '1'\ntitle: T\npurpose: P\ncredit: {text: C}\n"
        "tracks: [{id: full, title: F, description: D, minutes: 1, level: full}]\n"
        "parts: [{id: one, title: T, asks: [{id: a, kind: text, label: A}]}]\n"
    )
    with pytest.raises(AssessmentError, match='belongs to the instrument "race-equity-impact-assessment"'):
        Assessment.open(path, instrument=source)
    other = tmp_path / "other.equity.json"
    Assessment.open(other, instrument=source).answer("a", "x")
    assert Assessment.open(other).value("a") == "x"
    source.write_text(source.read_text().replace("version: '1'", "version: '2'").replace("id: a,", "id: b,"))
    notes = Assessment.open(other).notes
    assert "Begun with version 1 of T; this is version 2." in notes
    assert "Answers to questions no longer asked are kept: a." in notes
    assert Assessment.open(other).history("a")[0].value == "x"
    source.unlink()
    with pytest.raises(AssessmentError, match="cannot be loaded"):
        Assessment.open(other)


def test_an_instrument_that_is_not_here_is_said(path: Path) -> None:
    """With its id and version."""
    begin(path)
    path.write_text(path.read_text("utf-8").replace(f'"id": "{REIA}"', '"id": "gone"'), "utf-8")
    with pytest.raises(AssessmentError, match='the instrument "gone", version 1.1, which is not here'):
        Assessment.open(path)


def test_names_and_places(tmp_path: Path) -> None:
    """Where nothing is, what cannot be a name, and long names."""
    with pytest.raises(AssessmentError, match="There is no assessment"):
        Assessment.open(tmp_path / "x.equity.json")
    with pytest.raises(AssessmentError, match='Did you mean "x.equity.json"'):
        Assessment.open(tmp_path / "x.json", instrument=REIA)
    with pytest.raises(AssessmentError, match="There is no folder"):
        Assessment.open(tmp_path / "none" / "x.equity.json", instrument=REIA)
    with pytest.raises(AssessmentError, match="cannot be the path"):
        Assessment.open("x\x00.equity.json", instrument=REIA)
    with pytest.raises(UnknownName):
        Assessment.open(tmp_path / "x.equity.json", instrument="nothing")
    assert list(tmp_path.iterdir()) == []
    deep = tmp_path / "a folder é" / ("b" * 200)
    deep.mkdir(parents=True)
    long = deep / f"{'ü' * 110} x.equity.json"
    begin(long).draft("desired_result", "kept")
    assert Assessment.open(long).value("desired_result") == "kept"
    twin = begin(long.with_name(f"{'ü' * 110} y.equity.json"))
    assert twin.value("desired_result") is None


def test_a_relative_path_survives_a_change_of_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebooks change folders."""
    monkeypatch.chdir(tmp_path)
    made = begin(Path("x.equity.json"))
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    made.answer("desired_result", "x")
    assert on_disk(tmp_path / "x.equity.json")["answers"]["desired_result"][0]["value"] == "x"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Saving replaces the file, not the link to it."""
    begin(tmp_path / "x.equity.json")
    (tmp_path / "there").mkdir()
    link = tmp_path / "there" / "link.equity.json"
    link.symlink_to(tmp_path / "x.equity.json")
    Assessment.open(link).answer("desired_result", "x")
    assert link.is_symlink()
    assert Assessment.open(tmp_path / "x.equity.json").value("desired_result") == "x"
