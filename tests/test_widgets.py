"""The wizard without a browser: what a person does there, and what the assessment then holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from equitykit import resources, widgets
from equitykit.assessment import Assessment
from equitykit.evidence import Evidence
from equitykit.instruments import load
from equitykit.widgets.asking import given, place_in_rows
from equitykit.widgets.fields import RowsField
from equitykit.widgets.guard import WENT_WRONG
from equitykit.widgets.pages import MOST, pages
from equitykit.widgets.wizard import Wizard

INSTRUMENT = "race-equity-impact-assessment"
SECRET = "a sentence nobody else may read"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "Übung mit Leerzeichen"
    here.mkdir()
    return here


def opened(folder: Path, *, track: str = "fast") -> Assessment:
    return Assessment.open(folder / "visits.equity.json", instrument=INSTRUMENT, track=track)


@pytest.fixture
def wz(folder: Path) -> Iterator[Wizard]:
    """A wizard on a new short assessment; at the end nothing may have gone wrong."""
    made = widgets.assess(opened(folder))
    assert isinstance(made, Wizard)
    yield made
    assert made.errors == []


def reloaded(wz: Wizard) -> Wizard:
    """What a reload of the page gives: everything anew from the disk."""
    again = widgets.assess(wz.assessment.path)
    assert isinstance(again, Wizard)
    assert again.errors == []
    return again


def said(wz: Wizard) -> tuple[str, ...]:
    """The problems shown above the page."""
    return wz.problems.texts


# --- the way through ---


def test_a_new_assessment_begins_with_what_it_is(wz: Wizard) -> None:
    assert wz.place == "about"
    wz.bar.children[0].click()
    assert wz.place == "parts"
    states = [(item["title"], item["status"]) for item in wz.tasks.items]
    assert states[0] == ("Name the result for people", "Not yet started")
    assert len(states) == len(wz.assessment.parts())


def test_an_error_is_said_above_the_page_and_beside_the_question_in_the_same_words(wz: Wizard) -> None:
    wz.go("part/result/0")
    wz.next.click()
    problem = "Say what should be true for people."
    assert wz.place == "part/result/0"
    assert said(wz) == (problem,)
    assert wz.problems.items[0]["target"] == "desired_result"
    assert wz.fields["desired_result"].error == problem
    assert wz.title.wrong
    wz.fields["desired_result"].value = "Children see their parents every week."
    wz.next.click()
    assert wz.place == "part/result/end"
    assert not said(wz)
    assert not wz.title.wrong


def test_nobody_is_held_up_by_a_question_they_cannot_answer_yet(wz: Wizard) -> None:
    wz.go("part/result/0")
    wz.next.click()
    later = next(one for one in wz.bar.children if one.description == "Leave this for later and go on")
    later.click()
    assert wz.place == "part/result/end"
    wz.fields["~finished"].value = "yes"
    wz.next.click()
    assert said(wz) == ("Say what should be true for people.",)
    wz.problems.happen("pick", "desired_result")
    assert wz.place == "part/result/0"
    assert wz.fields["desired_result"].error == "Say what should be true for people."


def test_a_question_with_a_condition_appears_and_goes(wz: Wizard) -> None:
    wz.go("part/proposal/0")
    other = wz.fields["decision_type_other"]
    assert not other.shown
    wz.fields["decision_type"].value = "other"
    assert other.shown
    wz.fields["decision_type"].value = "policy"
    assert not other.shown


def test_every_keystroke_is_on_disk_before_the_field_is_left(wz: Wizard) -> None:
    wz.go("part/result/0")
    field = wz.fields["desired_result"]
    for end in range(1, 20):
        field.value = "Children see their parents."[:end]
        assert Assessment.open(wz.assessment.path).value("desired_result") == field.value
    assert wz.assessment.history("desired_result") == ()
    assert wz.saved.html.startswith("<p>Saved at ")
    field.happen("leave")
    (entry,) = wz.assessment.history("desired_result")
    assert entry.value == field.value


def test_the_name_given_at_the_start_is_not_asked_for_again(folder: Path) -> None:
    one = Assessment.create(folder / "v.equity.json", instrument=INSTRUMENT, track="full", title="Visits")
    made = Wizard(one)
    assert made.place == "about"
    ask = one.instrument.meaning("title")
    assert ask is not None
    made.change(ask.id)
    assert made.fields[ask.id].value == "Visits"
    made.go("parts")
    assert Assessment.open(one.path).value(ask.id) == "Visits"


def test_who_writes_writes_again_after_a_reload_and_nobody_else_in_their_name(
    wz: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    wz.go("about")
    wz.fields["~writer"].value = "Ana"
    wz.bar.children[0].click()
    assert reloaded(wz).assessment.by == "Ana"
    monkeypatch.setattr("equitykit.widgets.place.getpass.getuser", lambda: "somebody else")
    assert reloaded(wz).assessment.by is None


def test_a_message_of_the_page_is_kept_and_answered(wz: Wizard) -> None:
    wz.go("part/result/0")
    field = wz.fields["desired_result"]
    sent: list[object] = []
    field.send = lambda content, buffers=None: sent.append(content)
    field._message(field, {"event": "input", "value": "Typed", "window": "w1"}, [])
    field._message(field, {"event": "leave"}, [])
    assert wz.assessment.value("desired_result") == "Typed"
    assert len(wz.assessment.history("desired_result")) == 1
    # Another window that shows the same page takes the text from the answer.
    assert sent == [{"event": "got it", "window": "w1", "value": "Typed"}]


def test_what_is_no_message_of_ours_is_ignored(wz: Wizard) -> None:
    wz.go("part/result/0")
    field = wz.fields["desired_result"]
    contents: tuple[object, ...] = (None, [], {"event": "errors"}, {"event": "__class__"}, {})
    for content in contents:
        field._message(field, content, [])
    assert wz.assessment.value("desired_result") is None


def test_a_reload_comes_back_to_the_page_and_the_answers(wz: Wizard) -> None:
    wz.go("part/proposal/0")
    wz.fields["proposal"].value = "Visits may be held by video."
    wz.fields["decision_type"].value = "other"
    again = reloaded(wz)
    assert again.place == "part/proposal/0"
    assert again.fields["proposal"].value == "Visits may be held by video."
    assert again.fields["decision_type"].value == "other"
    assert again.fields["decision_type_other"].shown


def test_another_assessment_of_the_same_name_starts_at_its_own_beginning(wz: Wizard, folder: Path) -> None:
    wz.go("check")
    wz.assessment.path.unlink()
    place = folder / ".equitykit" / "visits.equity.json.place"
    kept = json.loads(place.read_text("utf-8")) | {"begun": "2020-01-01T00:00:00+00:00"}
    place.write_text(json.dumps(kept), encoding="utf-8")
    assert Wizard(opened(folder)).place == "about"


@pytest.mark.parametrize(
    "place", ["part/gone/0", "part/result/99", "part/result/x", "part/", "nowhere", "", "part"]
)
def test_a_place_that_is_not_there_leads_to_the_list(wz: Wizard, place: str) -> None:
    wz.go(place)
    assert wz.place == "parts"


def test_back_goes_back_page_by_page_and_checks_nothing(wz: Wizard) -> None:
    wz.go("part/proposal/end")
    places = []
    while wz.place != "parts":
        wz.back.click()
        places.append(wz.place)
    assert places == ["part/proposal/1", "part/proposal/0", "parts"]


def test_a_part_is_finished_and_can_be_opened_again(wz: Wizard) -> None:
    wz.assessment.answer("desired_result", "Children see their parents.")
    wz.go("part/result/end")
    wz.next.click()
    assert said(wz) == ("Say whether you have finished this part.",)
    wz.fields["~finished"].value = "yes"
    wz.next.click()
    assert wz.place == "parts"
    assert wz.assessment.state("result") == "completed"
    wz.go("part/result/end")
    wz.fields["~finished"].value = "no"
    wz.next.click()
    assert wz.assessment.state("result") == "in progress"


def test_a_part_that_waits_for_others_says_so_and_cannot_be_opened(folder: Path) -> None:
    wz = Wizard(opened(folder, track="full"))
    wz.go("parts")
    last = wz.tasks.items[-1]
    assert (last["status"], last["blocked"]) == ("Cannot start yet", True)
    assert last["hint"] == "First finish the other parts."
    wz.go("part/sign_off/0")
    assert wz.place == "parts"
    assert wz.errors == []


def test_changing_an_answer_comes_straight_back_to_the_check(wz: Wizard) -> None:
    wz.assessment.answer("desired_result", "Children see the parents.")
    wz.go("check")
    wz.change("desired_result")
    assert wz.place == "part/result/0"
    assert wz.next.description == "Save and return"
    wz.fields["desired_result"].value = "Children see their parents."
    wz.next.click()
    assert wz.place == "check"
    assert wz.assessment.value("desired_result") == "Children see their parents."


def test_prompts_stand_beside_the_question_and_hold_nothing_up(wz: Wizard) -> None:
    wz.go("part/effects/0")
    field = wz.fields["effects"]
    field.value = [{"group": "Everyone", "benefit": "Time"}]
    field.happen("leave")
    assert "Which racial or ethnic group is it about?" in field.nudge
    wz.next.click()
    assert wz.place == "part/effects/1"


def test_the_writer_stands_in_the_history(wz: Wizard) -> None:
    wz.fields["~writer"].value = "Ana, policy team"
    wz.bar.children[0].click()
    wz.go("part/result/0")
    wz.fields["desired_result"].value = "Children see their parents."
    wz.next.click()
    assert wz.assessment.history("desired_result")[0].by == "Ana, policy team"


def test_the_report_is_written_beside_the_assessment_and_named(wz: Wizard, folder: Path) -> None:
    wz.assessment.answer("desired_result", "Children see <b>their</b> parents.")
    wz.go("report")
    wz.report.buttons[0].click()
    path = folder / "visits.report.html"
    assert path.name in wz.banner.html
    assert str(folder) in wz.banner.html
    assert "Children see &lt;b&gt;their&lt;/b&gt; parents." in path.read_text("utf-8")


def test_text_of_people_is_escaped_where_it_becomes_html(wz: Wizard) -> None:
    wz.assessment.attach(
        "evidence_current", Evidence("document", "<img src=x onerror=alert(1)>", summary=("<i>",))
    )
    wz.go("part/evidence/0")
    shown = "".join(item["html"].html for item in wz.fields["evidence_current"].items.values())
    assert "<img src=x" not in shown
    assert "&lt;i&gt;" in shown
    wz.go("parts")


@pytest.mark.parametrize("track", ["fast", "full"])
def test_every_page_of_the_instrument_can_be_shown_and_left(folder: Path, track: str) -> None:
    wz = Wizard(opened(folder, track=track))
    asked: list[str] = []
    for part in wz.assessment.parts():
        for page in pages(part):
            if wz.assessment.state(part.id) == "cannot start yet":
                continue
            wz.go(f"part/{part.id}/{page.number}")
            assert wz.place == f"part/{part.id}/{page.number}"
            asked += list(wz.fields)
            wz.next.click()
    shown = [ask.id for part in wz.assessment.parts() if part.id != "sign_off" for ask in part.asks]
    assert asked == shown
    assert wz.errors == []


# --- pages ---


@pytest.mark.parametrize("track", ["fast", "full"])
def test_a_page_holds_a_small_group_and_every_question_once(track: str) -> None:
    for part in load(INSTRUMENT).for_track(track):
        cut = pages(part)
        assert [ask for page in cut for ask in page.asks] == list(part.asks)
        assert [page.number for page in cut] == list(range(len(cut)))
        for page in cut:
            assert sum(ask.when is None for ask in page.asks) <= MOST
            if any(ask.kind in ("table", "evidence", "actions") for ask in page.asks):
                assert sum(ask.when is None for ask in page.asks) <= 1


def test_a_dependent_question_stands_beside_the_one_it_depends_on_where_that_can_be() -> None:
    part = load(INSTRUMENT).part("proposal")
    (page,) = [page for page in pages(part) if any(ask.id == "decision_type" for ask in page.asks)]
    assert "decision_type_other" in {ask.id for ask in page.asks}


def test_nothing_typed_is_no_answer() -> None:
    assert [given(value) for value in ("", [], None, [{"who": ""}])] == [None, None, None, [{}]]
    assert given([{"who": "Ana", "how": ""}]) == [{"who": "Ana"}]


def test_a_problem_in_a_row_is_found_again_at_its_cell() -> None:
    field = RowsField(ident="q", columns=[{"id": "who", "label": "Who"}], word="Tribe or Nation")
    assert place_in_rows('Tribe or Nation 2, "Who": Say who.', field) == {"row": 1, "column": "who"}
    assert place_in_rows("Tribe or Nation 3: write a name or a role.", field) == {"row": 2, "column": None}
    assert place_in_rows("Name at least one group.", field) is None


def test_an_error_in_a_table_marks_the_cell(folder: Path) -> None:
    wz = Wizard(opened(folder, track="full"))
    wz.go("part/affected/0")
    wz.fields["affected_groups"].value = [{"group": "Foster families"}, {"link": "They wait longer."}]
    wz.next.click()
    assert said(wz) == ('Group 2, "Group": Name the group.',)
    assert wz.fields["affected_groups"].wrong == {"row": 1, "column": "group"}
    assert wz.errors == []


# --- actions ---


def test_actions_are_kept_as_they_are_written_and_changed(wz: Wizard) -> None:
    wz.go("part/carry_out/0")
    field = wz.fields["actions"]
    field.value = [{"what": "Ask families", "owner": "", "due": "", "measure": "", "status": "open"}]
    assert wz.assessment.actions() == ()  # saved as typed, and in the register once the field is left
    assert [row["what"] for row in reloaded(wz).fields["actions"].value] == ["Ask families"]
    field.happen("leave")
    assert [action.what for action in wz.assessment.actions()] == ["Ask families"]
    wz.next.click()
    assert said(wz) == ("Action 1: say who owns it.",)
    field.value = [{**field.value[0], "owner": "Ana", "due": "2027-03-31", "status": "in progress"}]
    wz.next.click()
    assert wz.place == "part/carry_out/end"
    (action,) = wz.assessment.actions()
    assert (action.owner, action.due, action.status) == ("Ana", "2027-03-31", "in progress")
    assert reloaded(wz).place == "part/carry_out/end"
    wz.go("actions")
    assert [row["what"] for row in wz.fields["actions"].value] == ["Ask families"]


def test_an_action_that_cannot_be_kept_is_said_and_stays_on_the_page(wz: Wizard) -> None:
    wz.go("actions")
    field = wz.fields["actions"]
    field.value = [{"what": "", "owner": "Ana", "due": "", "measure": "", "status": "open"}]
    wz.bar.children[0].click()
    assert wz.place == "actions"
    assert said(wz) == ("Action 1: say what is done.",)
    assert field.wrong == {"row": 0, "column": "what"}
    field.value = [{"what": "Call", "owner": "Ana", "due": "soon", "measure": "", "status": "open"}]
    wz.back.click()
    assert wz.place == "actions"
    assert field.wrong == {"row": 0, "column": "due"}
    assert wz.assessment.actions() == ()


# --- evidence from a real file ---


@pytest.fixture
def data(folder: Path) -> Path:
    """The clean sample and its codebook beside the assessment."""
    sample = resources.folder("sample_data")
    for name in ("intake_clean.csv", "intake_clean.codebook.yaml", "county_benchmark.csv"):
        shutil.copy(sample / name, folder / name)
    return folder / "intake_clean.csv"


def compared(wz: Wizard) -> str:
    """Compare groups in the sample as a person does; returns the id of the evidence."""
    wz.go("part/evidence/0")
    field = wz.fields["evidence_current"]
    field.add["disparities"].click()
    form = field.form
    form.data.file.value = "intake_clean.csv"
    assert form.data.codebook.value == "intake_clean.codebook.yaml"
    form.outcome.value = "removed"
    field.attach.click()
    assert said(wz) == ("Choose whom each group is compared with.",)
    assert wz.assessment.evidence() == ()
    form.reference.value = "all-others"
    form.reason.value = "To see each group beside the rest"
    field.attach.click()
    assert not said(wz)
    (item,) = wz.assessment.evidence("evidence_current")
    return item.id


def test_evidence_is_compared_attached_run_again_and_missed_when_gone(wz: Wizard, data: Path) -> None:
    id = compared(wz)
    (item,) = wz.assessment.evidence()
    assert item.evidence.recipe is not None
    assert item.evidence.recipe["data"]["path"] == "intake_clean.csv"
    assert item.evidence.recipe["arguments"]["reason"] == "To see each group beside the rest"
    assert item.evidence.title == "Removed by race and ethnicity"
    field = wz.fields["evidence_current"]
    shown = field.items[id]["html"].html
    assert '<img src="data:image/png;base64,' in shown
    assert 'alt="' in shown
    assert "<table>" in shown
    assert wz.bar.layout.display is None

    field.items[id]["press"].happen("pick", "refresh")
    assert "No number changed." in field.items[id]["said"].html

    lines = data.read_text("utf-8").splitlines(keepends=True)
    data.write_text("".join(lines[:-200]), encoding="utf-8", newline="")
    field.items[id]["press"].happen("pick", "refresh")
    assert "This changed:" in field.items[id]["said"].html
    assert field.items[id]["html"].html != shown

    data.unlink()
    field.items[id]["press"].happen("pick", "refresh")
    assert "the source intake_clean.csv is gone. The last result is kept." in field.items[id]["said"].html
    assert "source not found" in field.items[id]["html"].html

    field.items[id]["press"].happen("pick", "take off")
    assert wz.assessment.evidence() == ()


def test_an_audit_is_attached(wz: Wizard, data: Path) -> None:
    wz.go("part/evidence/0")
    field = wz.fields["evidence_current"]
    field.add["audit"].click()
    field.attach.click()
    assert said(wz) == ("Choose a file.",)
    assert wz.bar.layout.display == "none"
    field.form.file.value = "intake_clean.csv"
    field.attach.click()
    (item,) = wz.assessment.evidence()
    assert item.evidence.kind == "audit"
    assert wz.fields["evidence_current"].value == [item.id]


def test_an_outcome_of_ones_own_is_used_and_kept_in_the_recipe(wz: Wizard, data: Path) -> None:
    wz.go("part/evidence/0")
    field = wz.fields["evidence_current"]
    field.add["disparities"].click()
    form = field.form
    form.data.file.value = "intake_clean.csv"
    form.outcome.value = "~other column"
    assert form.column.shown
    form.column.value = "interpreter"
    assert form.event.shown
    assert not form.reference.shown
    form.event.value = ["Y"]
    form.good.value = "bad"
    assert "best" in {one["id"] for one in form.reference.options}
    form.good.value = "open"
    assert "best" not in {one["id"] for one in form.reference.options}
    form.reference.value = "total"
    field.attach.click()
    (item,) = wz.assessment.evidence()
    assert item.evidence.recipe is not None
    outcome = item.evidence.recipe["codebook"]["outcomes"]["interpreter"]
    assert outcome["event"] == ["Y"]
    assert wz.assessment.refresh(item.id) == ()


def test_a_story_keeps_how_the_person_agreed(folder: Path) -> None:
    wz = Wizard(opened(folder, track="full"))
    wz.go("part/evidence/3")
    field = wz.fields["stories"]
    field.add["story"].click()
    field.attach.click()
    assert said(wz) == ("Give it a name.", "Write what it says.")
    wz.fields["~title"].value = "The long way to the visit"
    wz.fields["~text"].value = "Two buses each way, and the visit lasts an hour."
    wz.fields["~consent"].value = "Agreed by phone, for this report."
    wz.fields["~until"].value = "2030-01-31"
    field.attach.click()
    (item,) = wz.assessment.evidence()
    assert (item.consent_note, item.consent_until) == ("Agreed by phone, for this report.", "2030-01-31")
    assert "~title" not in wz.fields
    assert wz.errors == []


# --- when something is in the way ---


def test_what_should_not_happen_is_said_logged_without_text_and_kept(folder: Path) -> None:
    wz = Wizard(opened(folder))
    wz.go("part/result/0")

    def breaks(*_: object) -> None:
        raise ValueError(SECRET)

    wz.assessment.draft = breaks  # type: ignore[assignment,method-assign]
    wz.fields["desired_result"].value = SECRET
    assert [type(error) for error in wz.errors] == [ValueError]
    assert WENT_WRONG in wz.banner.html
    log = (folder / "visits.errors.log").read_text("utf-8")
    assert "ValueError" in log
    assert "wizard.py, line" in log
    assert SECRET not in log


def test_a_button_that_fails_is_not_silent(folder: Path) -> None:
    wz = Wizard(opened(folder))
    wz.go("part/result/0")

    def breaks(*_: object) -> None:
        raise RuntimeError("x")

    wz.assessment.commit_drafts = breaks  # type: ignore[assignment,method-assign]
    wz.next.click()
    assert len(wz.errors) == 1
    assert WENT_WRONG in wz.banner.html


def test_a_second_window_is_told_and_can_open_again_or_keep_a_copy(wz: Wizard, folder: Path) -> None:
    other = reloaded(wz)
    other.assessment.answer("desired_result", "Written in the other window.")
    wz.go("part/result/0", move=False)
    wz.fields["desired_result"].value = "Written here."
    assert "saved in another window" in wz.banner.html
    again, copy = wz.rescue.children
    copy.click()
    assert wz.assessment.path.name == "visits (copy).equity.json"
    assert wz.assessment.value("desired_result") == "Written here."
    kept = Assessment.open(folder / "visits.equity.json")
    assert kept.value("desired_result") == "Written in the other window."  # the page says: it stays as it is
    assert wz.rescue.children == ()


def test_opening_again_after_another_window_loses_nothing_typed(wz: Wizard) -> None:
    other = reloaded(wz)
    other.assessment.answer("proposal", "Written in the other window.")
    wz.go("part/result/0", move=False)
    wz.fields["desired_result"].value = "Written here."
    wz.rescue.children[0].click()
    assert wz.assessment.value("proposal") == "Written in the other window."
    assert wz.fields["desired_result"].value == "Written here."
    assert wz.rescue.children == ()
    wz.next.click()
    assert wz.place == "part/result/end"
