"""The audit of a form: real dictionaries, the pair of items, and what must not matter."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest

from equitykit import audit, design_form, read_form, recipes
from equitykit.checks import checks
from equitykit.cli import main
from equitykit.errors import UnknownName
from equitykit.forms import from_mapping
from equitykit.report import audit_document, terminal
from tests.cases import contract

SHARED = Path("/") / "work" / "shared" / "data"
SEVEN = {
    "1": "American Indian or Alaska Native",
    "2": "Asian",
    "3": "Black or African American",
    "4": "Hispanic or Latino",
    "5": "Middle Eastern or North African",
    "6": "Native Hawaiian or Pacific Islander",
    "7": "White",
}


def form(*items: dict[str, Any], **more: Any) -> Any:
    return from_mapping("a form", {"items": list(items), **more})


def found(done: Any) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for row in done.found():
        told.setdefault(row["check"], []).append(row["severity"])
    return told


def shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip("the shared real files are not here")
    return path


# --- real dictionaries ---

BOTH = {"q-missing-min-categories": ["high"], "q-no-purpose-notice": ["medium"]}


def test_the_redcap_dictionary_with_a_checkbox() -> None:
    done = audit(shared("redcap_example", "race_checkbox_dictionary.csv"))
    assert contract.breaches(done.data) == []
    assert done.data["subject"]["kind"] == "form"
    assert found(done) == BOTH | {
        "q-no-detail-or-write-in": ["medium"],
        "q-no-opt-out": ["low", "low"],
        "q-respondent-not-recorded": ["medium"],
        "q-sex-gender-conflated": ["medium"],
    }
    (row,) = [row for row in done.found() if row["check"] == "q-missing-min-categories"]
    assert row["groups"] == ["MENA"]
    (race, *_) = done.data["questions"]
    assert {(i["item"], i["type"]) for i in race["items"]} == {("race", "multiple"), ("ethnicity", "single")}
    assert race["multiple"] == {"possible": True}


def test_the_redcap_dictionary_with_a_drop_down() -> None:
    done = audit(shared("redcap_example", "longitudinal_dictionary.csv"))
    assert found(done)["q-single-select"] == ["critical"]
    (row,) = [row for row in done.found() if row["check"] == "q-multiracial-as-option"]
    assert '"More Than One Race" (code 5) in "race"' in row["message"]
    told = json.loads(shared("ground_truth", "redcapr_longitudinal.json").read_text("utf-8"))
    absent = [c["id"] for c in done.data["questions"][0]["categories"] if c["status"] == "not_offered"]
    assert absent == told["omb2024_absent"]


def test_the_radx_dictionary() -> None:
    done = audit(shared("radx_up", "up.dd.csv"))
    assert contract.breaches(done.data) == []
    assert done.outcome("q-single-select") == "clear"
    assert done.outcome("q-multiracial-as-option") == "clear"  # "Some other race" has a line to write on
    assert done.outcome("q-no-rollup-crosswalk") == "clear"
    (row,) = [row for row in done.found() if row["check"] == "q-no-detail-or-write-in"]
    assert (row["severity"], row["groups"]) == ("low", ["AIAN", "BLACK", "WHITE"])
    items = {item["item"] for item in done.data["questions"][0]["items"]}
    assert items >= {"race_ethn_race", "race_ethn_hispanic", "race_ethn_asian_detail", "race_ethn_orig_other"}


# --- negative control ---


@pytest.mark.parametrize("file", ["race_checkbox_dictionary.csv", "longitudinal_dictionary.csv"])
def test_a_dictionary_without_the_question_gets_that_one_finding(file: str, tmp_path: Path) -> None:
    text = shared("redcap_example", file).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    kept = [row for row in rows if row[0] not in {"race", "ethnicity", "sex"}]
    path = tmp_path / "other.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(kept)
    done = audit(path)
    assert found(done) == {"race-field-absent": ["critical"]}
    needing = {c.id for c in checks("form") if "race_ethnicity" in c.needs}
    assert {check for check in needing if done.outcome(check) == "not_run"} == needing
    assert done.data["questions"] == [] or done.data["questions"][0]["question"] != "race_ethnicity"


# --- what must not matter ---

PAIR: list[dict[str, Any]] = [
    {"item": "eth", "question": "Are you Hispanic or Latino?", "options": {"1": "Yes", "0": "No"}},
    {"item": "race", "question": "Race", "type": "multiple", "options": dict(list(SEVEN.items())[4:])},
    {"item": "sex", "question": "Gender", "options": {"1": "Male", "2": "Female"}},
    {"item": "note", "question": "Anything else?"},
]


def test_the_order_of_items_changes_nothing() -> None:
    first = found(audit(form(*PAIR)))
    for seed in range(6):
        items = random.Random(seed).sample(PAIR, len(PAIR))
        assert found(audit(form(*items))) == first


def test_other_codes_change_nothing() -> None:
    first = audit(form(*PAIR))
    renamed = [
        item | {"options": {f"x-{code}": label for code, label in item.get("options", {}).items()}}
        for item in PAIR
        if item.get("options")
    ]
    assert found(audit(form(*renamed, PAIR[3]))) == found(first)


def test_adding_a_category_never_makes_another_absent() -> None:
    """More options: fewer categories missing, and never one that was there before."""
    labels = list(SEVEN.items())
    before: set[str] | None = None
    for k in range(2, 8):
        item = {"item": "race", "question": "Race", "type": "multiple", "options": dict(labels[:k])}
        done = audit(form(item), select=["q-missing-min-categories"])
        missing = {group for row in done.found() for group in row["groups"]}
        assert before is None or missing < before
        before = missing
    assert before == set()


def test_what_is_hidden_asks_nobody() -> None:
    hidden = {"item": "race", "question": "Race", "type": "multiple", "options": SEVEN, "hidden": "yes"}
    assert audit(form(hidden, PAIR[3])).outcome("race-field-absent") == "found"


def test_the_race_of_somebody_else_is_another_question() -> None:
    own = {"item": "race", "question": "Select all that apply", "type": "multiple", "options": SEVEN}
    worker = {"item": "worker_race", "question": "Race of the worker", "options": SEVEN}
    assert audit(form(own, worker)).outcome("q-single-select") == "clear"


# --- as others meet it ---


def test_hostile_labels_come_out_as_text() -> None:
    bad = '<script>alert(1)</script>{0}{columns}[/]=1+1\u202e"; drop'
    item = {"item": "race", "question": "Race", "options": {**SEVEN, "9{x}": bad}}
    done = audit(form(item))
    page = done.to_html()
    assert "<script>alert" not in page
    assert terminal.render(audit_document(done.data), width=80)
    assert contract.breaches(done.data) == []


def test_the_report_of_a_form_shows_options_and_the_proposal() -> None:
    done = audit(form(*PAIR))
    text = done.to_markdown()
    for part in ("a form", "Options of item", "Cannot be chosen", "How it could be asked", "As XLSForm"):
        assert part in text
    assert "4 questions" in text


def test_evidence_of_a_form_can_be_made_again(tmp_path: Path) -> None:
    design_form().write(tmp_path / "form.xlsx", "xlsform")
    done = audit(tmp_path / "form.xlsx")
    evidence = done.to_evidence()
    assert "questions checked" in evidence.summary[0]
    assert done.recipe is not None
    again = recipes.run(done.recipe)
    assert again.facts == evidence.facts
    assert again.data_sha256 == done.data["subject"]["sha256"]


def test_the_command_tells_forms_apart_and_can_be_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        ["item", "question", "type", "option"],
        ["race", "Race", "single", "White"],
        ["race", "", "", "Black"],
    ]
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    (tmp_path / "form.csv").write_text(stream.getvalue(), encoding="utf-8")
    kinds = {}
    for kind in ([], ["--as", "form"], ["--as", "records"]):
        with pytest.raises(SystemExit) as ended:
            main(["audit", str(tmp_path / "form.csv"), *kind, "--format", "json"])
        assert ended.value.code == 0
        kinds[tuple(kind)] = json.loads(capsys.readouterr().out)["subject"]["kind"]
    assert list(kinds.values()) == ["form", "form", "records"]
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(tmp_path / "form.csv"), "--fail-on", "critical"])
    assert ended.value.code == 1
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(tmp_path / "form.csv"), "--as", "process"])
    assert ended.value.code == 2


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 not really", b'{"resourceType": "Questionnaire", ', b"", b"a,b\n"]
)
def test_a_bad_form_ends_with_two_and_a_sentence(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "form.csv"
    path.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(path), "--as", "form"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.strip() and "Traceback" not in said and "did not expect" not in said


def test_an_unknown_kind_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match='"forms"'):
        audit(tmp_path / "x.csv", kind="forms")


def test_a_form_read_from_a_file_is_a_subject(tmp_path: Path) -> None:
    design_form().write(tmp_path / "q.json", "fhir")
    read = read_form(tmp_path / "q.json")
    assert audit(read).data == audit(tmp_path / "q.json").data


# --- forms of which a part cannot be read ---


def outcomes(done: Any, *checks_: str) -> list[str]:
    return [done.outcome(each) for each in checks_]


def test_options_called_race_are_a_race_question_though_most_cannot_be_read() -> None:
    options = {"W": "Caucasian", "O": "Oriental", "I": "Indian", "M": "Mulatto", "X": "Hispanic surname"}
    done = audit(form({"item": "race", "question": "Race, as the officer saw it", "options": options}))
    assert done.outcome("race-field-absent") == "clear"
    assert len(found(done)["q-outdated-terms"]) == 5
    timed = {
        "item": "q1",
        "question": "How long did the race take?",
        "options": {"1": "White heat", "2": "x"},
    }
    assert audit(form(timed)).outcome("race-field-absent") == "found"


def questionnaire(tmp_path: Path, *items: dict[str, Any]) -> Path:
    path = tmp_path / "form.json"
    path.write_text(json.dumps({"resourceType": "Questionnaire", "status": "active", "item": items}), "utf-8")
    return path


def test_a_list_kept_elsewhere_is_not_called_incomplete(tmp_path: Path) -> None:
    race = {
        "linkId": "r",
        "type": "choice",
        "text": "Race",
        "answerValueSet": "http://example.org/ValueSet/r",
    }
    origin = "http://hl7.org/fhir/us/core/ValueSet/omb-ethnicity-category"
    ethnicity = {"linkId": "e", "type": "choice", "text": "Ethnicity", "answerValueSet": origin}
    done = audit(questionnaire(tmp_path, race, ethnicity))
    assert outcomes(done, "q-missing-min-categories", "q-no-rollup-crosswalk") == ["not_run", "not_run"]
    (row,) = [row for row in done.found() if row["check"] == "q-single-select"]
    assert row["columns"] == ["r"]
    done = audit(questionnaire(tmp_path, {**race, "repeats": True}, ethnicity))
    assert found(done)["q-single-select"] == ["medium"]


def test_race_as_free_text_beside_ethnicity_is_not_called_incomplete() -> None:
    done = audit(form(PAIR[0], {"item": "race", "question": "Race"}))
    assert outcomes(done, "q-missing-min-categories", "q-single-select") == ["not_run", "not_run"]


def test_a_family_of_yes_and_no_items_names_each_item_once() -> None:
    yes_no = {"1": "Yes", "0": "No"}
    labels = ("White", "Black or African American", "Asian", "Hispanic or Latino")
    items = [{"item": f"race_{k}", "question": v, "options": yes_no} for k, v in enumerate(labels)]
    done = audit(form(*items))
    assert done.data["questions"][0]["columns"] == [item["item"] for item in items]


@pytest.mark.parametrize(
    "content", ['{"a": 1}', "no survey", '{"SurveyEntry": {"SurveyID": "SV_1"}, "SurveyElements": [']
)
def test_a_qsf_that_is_not_one_is_said(content: str, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "survey.qsf"
    path.write_text(content, "utf-8")
    with pytest.raises(SystemExit) as end:
        main(["audit", str(path)])
    assert end.value.code == 2
    told = capsys.readouterr()
    assert told.out == "" and "survey.qsf" in told.err and "Traceback" not in told.err
