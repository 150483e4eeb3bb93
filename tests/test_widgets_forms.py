"""The pages that check and make a form, and the wizard on the process, without a browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import equitykit as ek
from equitykit import resources, widgets
from equitykit.assessment import Assessment
from equitykit.design import SENSITIVE, write_proposal
from equitykit.forms import read_form
from equitykit.process import INSTRUMENT
from equitykit.widgets.design_page import NEEDED_GUARDS, DesignPanel
from equitykit.widgets.doors import DOORS, NOTEBOOKS, WRITTEN
from equitykit.widgets.files import form_files
from equitykit.widgets.form_page import FormPanel
from equitykit.widgets.home_page import Home
from equitykit.widgets.wizard import Wizard
from tests.test_process import GOOD

SAMPLE = resources.folder("sample_data")
OLD = {"items": [{"item": "race", "question": "Race", "options": {1: "White", 2: "Black", 3: "Other"}}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(SAMPLE / "placement_dictionary.csv", tmp_path / "placement.csv")
    shutil.copy(SAMPLE / "intake.csv", tmp_path / "intake.csv")
    (tmp_path / "old.json").write_text(json.dumps(OLD), encoding="utf-8")
    return tmp_path


@pytest.fixture
def panel(folder: Path) -> Iterator[FormPanel]:
    made = widgets.form_panel(folder)
    yield made
    assert made.errors == []


@pytest.fixture
def designer(tmp_path: Path) -> Iterator[DesignPanel]:
    made = widgets.design_panel(tmp_path)
    yield made
    assert made.errors == []


# -- checking a form


def test_only_forms_are_offered(folder: Path) -> None:
    assert {path.name for path in form_files(folder)} == {"placement.csv", "old.json"}
    assert "no form in this folder" in FormPanel(folder / "nowhere").chosen.file.help[0]


def test_a_form_from_choosing_to_saving(panel: FormPanel) -> None:
    panel.next.click()
    assert panel.problems.texts == ("Choose a file.",)
    panel.chosen.file.value = "old.json"
    assert "1 question was read" in panel.chosen.about.html
    panel.next.click()
    assert panel.title.text == "See how the questions are read"
    assert "White" in panel.body.children[0].html
    panel.next.click()
    assert panel.title.text == "Read the result"
    assert panel.audit is not None
    assert panel.audit.to_dict()["results"] == ek.audit(panel.folder / "old.json").to_dict()["results"]
    assert ek.audit(panel.folder / "old.json").found()[0]["title"] in panel.body.children[0].html
    panel.save_report()
    assert "<html" in panel.saved_files["report"].read_text("utf-8")
    for format in ("xlsform", "redcap"):
        panel.save_better(format)
        better = read_form(panel.saved_files[format])
        serious = {row["check"] for row in ek.audit(better).found("medium")}
        assert not serious & {"q-single-select", "q-missing-min-categories", "q-no-detail-or-write-in"}
    panel.press_back()
    assert panel.title.text == "See how the questions are read"


def test_the_standard_chosen_is_the_one_used(panel: FormPanel) -> None:
    panel.chosen.file.value = "placement.csv"
    panel.chosen.standard.value = "us-ipeds"
    panel.next.click()
    assert panel.audit is not None
    assert panel.audit.to_dict()["standard"]["id"] == "us-ipeds"


def test_a_form_with_nothing_to_better_offers_no_better_question(tmp_path: Path) -> None:
    ek.design_form().write(tmp_path / "good.csv", "redcap")
    panel = FormPanel(tmp_path)
    panel.chosen.file.value = "good.csv"
    panel.next.click()
    panel.next.click()
    assert panel.fields == {}
    panel.save_better("redcap")
    assert panel.saved_files == {}
    assert panel.errors == []


def test_a_file_that_went_bad_is_said_in_words(panel: FormPanel) -> None:
    (panel.folder / "old.json").write_text("{", encoding="utf-8")
    panel.chosen.file.value = "old.json"
    panel.next.click()
    assert panel.chosen.file.error
    assert panel.problems.texts == (panel.chosen.file.error,)


def test_a_proposal_is_written_in_two_formats_and_no_other(tmp_path: Path, folder: Path) -> None:
    (question,) = ek.audit(folder / "old.json").to_dict()["questions"]
    with pytest.raises(ek.EquitykitError, match='"pdf"'):
        write_proposal(question["proposal"], tmp_path / "x", "pdf")


# -- making a form


def test_a_plain_form_is_made_in_two_steps_and_saved_four_ways(designer: DesignPanel) -> None:
    designer.next.click()
    assert designer.problems.texts == ("Choose at least one question.", "Say why you ask.")
    designer.fields["~asked"].value = ["race_ethnicity", "language"]
    designer.fields["~purpose"].value = "  "
    designer.next.click()
    assert list(designer.problems.texts) == ["Say why you ask."]
    designer.fields["~purpose"].value = "We ask to see whether all families get help in time."
    designer.next.click()
    assert designer.title.text == "Look at the form"
    assert "find nothing in this form" in designer.body.children[0].html
    for press in designer.save_as.values():
        press.click()
    assert set(designer.saved_files) == {"html", "xlsform", "redcap", "fhir"}
    for format in ("xlsform", "redcap", "fhir"):
        assert ek.audit(read_form(designer.saved_files[format])).found("medium") == ()
    assert "all families get help in time" in designer.saved_files["html"].read_text("utf-8")


@pytest.mark.parametrize("name", sorted(SENSITIVE))
def test_what_can_hurt_people_needs_its_safeguards(designer: DesignPanel, name: str) -> None:
    designer.fields["~asked"].value = ["race_ethnicity", name]
    designer.fields["~purpose"].value = "We ask to find gaps."
    designer.next.click()
    assert designer.title.text == "Say what protects people"
    assert designer.title.caption == "Step 2 of 3"
    designer.next.click()
    assert designer.problems.texts == tuple(NEEDED_GUARDS.values())
    for place, ident in enumerate(NEEDED_GUARDS):
        designer.fields[ident].value = f"Said here {place}."
    designer.next.click()
    assert designer.made is not None
    assert all(f"Said here {place}." in designer.made.to_html() for place in range(4))
    assert ".." not in designer.made.to_html().split("Said here 0", 1)[1][:300]
    designer.press_back()
    assert designer.fields["~access"].value == "Said here 1."


def test_leaving_the_sensitive_questions_out_goes_on_without_them(designer: DesignPanel) -> None:
    designer.fields["~asked"].value = ["disability", "religion"]
    designer.fields["~purpose"].value = "We ask to find gaps."
    designer.next.click()
    designer.without.click()
    assert designer.made is not None
    assert [block.name for block in designer.made.blocks] == ["start", "disability"]
    designer.press_back()
    designer.fields["~asked"].value = ["religion"]
    designer.next.click()
    designer.without.click()
    assert designer.title.text == "Choose what to ask, and say why"


def test_immigration_status_is_not_on_the_list(designer: DesignPanel) -> None:
    options = {one["id"] for one in designer.fields["~asked"].options}
    assert not [id for id in options if "immigr" in id or "citizen" in id or "status" in id]
    assert "Immigration status is not on the list" in designer.body.children[0].html


# -- the process


def test_the_last_part_shows_the_checks_and_makes_actions_of_them(tmp_path: Path) -> None:
    path = tmp_path / "intake.equity.json"
    one = Assessment.open(path, instrument=INSTRUMENT, track="fast")
    for ask, value in (GOOD | {"script": "no", "paid": "no"}).items():
        one.answer(ask, value)
    wz = widgets.assess(one)
    assert isinstance(wz, Wizard)
    wz.go("part/plan/0")
    checks = wz.body.children[1]
    (found, _) = (child for child in checks.children if hasattr(child, "children"))
    assert found.children[0].description.startswith("Put into the plan: ")
    found.children[0].click()
    (action,) = one.actions()
    assert "script" in action.what
    assert action.owner is None
    assert action.due is None
    assert len([child for child in checks.children if hasattr(child, "children")]) == 1
    assert "This is in the plan" in "".join(getattr(child, "html", "") for child in checks.children)
    wz.fields["collect_less"].value = "The question about faith."
    wz.next.click()
    assert wz.fields["actions"].value[0]["what"] == action.what
    wz.next.click()
    assert wz.problems.texts == ("Action 1: say who owns it.",)
    assert wz.errors == []
    report = tmp_path / "r.html"
    one.report(report)
    text = report.read_text("utf-8")
    assert "What the answers come to" in text
    assert "The people who ask have no words for it in writing." in text
    assert "What is proposed" not in text
    assert "Day of the decision" not in text


def test_a_check_of_a_form_is_evidence(folder: Path) -> None:
    one = Assessment.open(folder / "intake.equity.json", instrument=INSTRUMENT, track="fast")
    wz = Wizard(one)
    wz.go("part/wording/0")
    field = wz.fields["evidence_form"]
    field.begin("form")
    field.attach.click()
    assert wz.problems.texts == ("Choose a file.",)
    field.form.file.value = "placement.csv"
    field.attach.click()
    (item,) = one.evidence("evidence_form")
    assert item.evidence.recipe is not None
    field.refresh(item.id)
    assert "No number changed" in field.items[item.id]["said"].html
    assert wz.errors == []


# -- the start page


def test_every_door_leads_to_a_notebook_that_ships(tmp_path: Path) -> None:
    shipped = {path.name for path in resources.folder("notebooks").glob("*.ipynb")}
    linked = {notebook for _, notebook, _, _ in (*DOORS, *WRITTEN)} | set(NOTEBOOKS.values())
    assert linked == shipped - {"start_here.ipynb"}, "every notebook is on the start page"
    assert Home(tmp_path).errors == []


def test_a_tool_offers_its_own_uses_and_begins_one(tmp_path: Path) -> None:
    Assessment.open(tmp_path / "v.equity.json", instrument="race-equity-impact-assessment")
    home = widgets.assess(instrument=INSTRUMENT)
    assert isinstance(home, Home)
    home = Home(tmp_path, only_assessments=True, instrument=INSTRUMENT)
    assert not hasattr(home, "list") or home.list.items == []
    home.begin.click()
    assert home.problems.texts == ("Give it a short name.", "Choose a way through.")
    home.fields["~new-title"].value = "Intake at the family office"
    home.fields["~new-track"].value = "fast"
    home.begin.click()
    assert home.wizard is not None
    assert home.wizard.assessment.instrument.id == INSTRUMENT
    assert home.wizard.assessment.title == "Intake at the family office"
    assert [
        one["title"] for one in Home(tmp_path, only_assessments=True, instrument=INSTRUMENT).list.items
    ] == ["Intake at the family office"]
