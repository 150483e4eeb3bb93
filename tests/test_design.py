"""A form that is made here passes our own checks, and so do the data collected with it."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest

from equitykit import audit, design_form, propose, read_form, standards
from equitykit.checks import SEVERITIES
from equitykit.cli import main
from equitykit.design import FORMATS, QUESTIONS
from equitykit.errors import DesignError, UnknownName

SAFE = {
    "purpose": "We ask to plan services.",
    "legal_basis": "Statute 1",
    "access": "two named people",
    "retention": "one year",
    "disclosure": "a court",
}
NAMES = {"xlsform": "form.xlsx", "redcap": "form.csv", "fhir": "form.json", "html": "form.html"}
READ_AGAIN = ("xlsform", "redcap", "fhir")


def serious(results: list[dict[str, Any]]) -> list[str]:
    bad = SEVERITIES[: SEVERITIES.index("medium") + 1]
    return [
        f"{r['check']}: {r['message']}" for r in results if r["outcome"] == "found" and r["severity"] in bad
    ]


@pytest.mark.parametrize("standard", standards.standards())
@pytest.mark.parametrize("format", ["made", *READ_AGAIN])
def test_a_designed_form_passes_our_own_checks(standard: str, format: str, tmp_path: Path) -> None:
    made = design_form(QUESTIONS, standard=standard, **SAFE)
    if format == "made":
        subject = made.form
    else:
        made.write(tmp_path / NAMES[format], format)
        subject = read_form(tmp_path / NAMES[format])
    done = audit(subject, standard=standard)
    assert serious(done.to_dict()["results"]) == []
    ran = {r["check"] for r in done.data["results"] if r["outcome"] != "not_run"}
    assert len(ran) >= 12
    if standard == "us-omb-spd15-2024":
        assert done.outcome("q-no-detail-or-write-in") == "clear"
        offered = done.data["questions"][0]["categories"]
        assert {each["status"] for each in offered} == {"offered"}


def test_every_format_reads_back_as_the_same_questions(tmp_path: Path) -> None:
    made = design_form(QUESTIONS, **SAFE)
    expected = [(i.name, i.type, i.label, [o.label for o in i.options]) for i in made.form.items]
    for format in READ_AGAIN:
        made.write(tmp_path / NAMES[format], format)
        read = read_form(tmp_path / NAMES[format])
        assert [(i.name, i.type, i.label, [o.label for o in i.options]) for i in read.items] == expected, (
            format
        )


def test_pyxform_accepts_the_xlsform(tmp_path: Path) -> None:
    convert = pytest.importorskip("pyxform.xls2xform").convert
    for standard in standards.standards():
        design_form(QUESTIONS, standard=standard, **SAFE).write(tmp_path / "form.xlsx", "xlsform")
        done = convert(xlsform=tmp_path / "form.xlsx", validate=False)
        assert "select" in done.xform and "race" in done.xform
        assert done.warnings == [] or all("crosswalk" not in text for text in done.warnings)


# --- data collected with it ---


def answers(made: Any, n: int, seed: int) -> list[dict[str, list[str]]]:
    """Made-up answers: some decline, some do not know, some have several groups, some were not asked."""
    chance = random.Random(seed)
    item = made.form.item("race_ethnicity")
    categories = [o.code for o in item.options if o.code not in {"declined", "unknown"}]
    people = []
    for _ in range(n):
        kind = chance.random()
        if kind < 0.02:
            race = ["declined"]
        elif kind < 0.03:
            race = ["unknown"]
        else:
            race = chance.sample(categories, 2 if kind > 0.85 else 1)
        people.append({"race_ethnicity": race, "answered_by": ["self"], "race_ethnicity_staff": []})
        if kind > 0.99:
            people[-1] |= {"race_ethnicity": [], "race_ethnicity_staff": ["not_asked"]}
    return people


def redcap_export(made: Any, people: list[dict[str, list[str]]]) -> str:
    options = [o.code for o in made.form.item("race_ethnicity").options]
    header = [
        "record_id",
        "answered_by",
        *(f"race_ethnicity___{code}" for code in options),
        "race_ethnicity_staff___not_asked",
    ]
    rows: list[list[str]] = [header]
    for number, person in enumerate(people):
        ticked = ["1" if code in person["race_ethnicity"] else "0" for code in options]
        rows.append(
            [str(number), person["answered_by"][0], *ticked, str(len(person["race_ethnicity_staff"]))]
        )
    return written(rows)


def xlsform_export(made: Any, people: list[dict[str, list[str]]]) -> str:
    rows = [["record_id", "answered_by", "race_ethnicity", "race_ethnicity_staff"]]
    for number, p in enumerate(people):
        rows.append(
            [
                str(number),
                p["answered_by"][0],
                " ".join(p["race_ethnicity"]),
                " ".join(p["race_ethnicity_staff"]),
            ]
        )
    return written(rows)


def written(rows: list[list[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue()


@pytest.mark.parametrize(("format", "export"), [("redcap", redcap_export), ("xlsform", xlsform_export)])
def test_data_collected_with_it_pass_the_audit(format: str, export: Any, tmp_path: Path) -> None:
    made = design_form(["race_ethnicity"])
    people = answers(made, 700, 5)
    made.write(tmp_path / NAMES[format], format)
    data = tmp_path / "data.csv"
    data.write_text(export(made, people), encoding="utf-8")
    proposed = propose(data, form=tmp_path / NAMES[format])
    done = audit(data, proposed.codebook)
    question = done.data["questions"][0]
    for category in standards.standard("us-omb-spd15-2024").category_ids:
        n_any = sum(category.lower() in p["race_ethnicity"] for p in people)
        n_alone = sum(p["race_ethnicity"] == [category.lower()] for p in people)
        (told,) = [c for c in question["categories"] if c["id"] == category]
        assert (told["status"], told["n_any"], told["n_alone"]) == ("recorded", n_any, n_alone)
    reasons = {r: sum(p["race_ethnicity"] == [r] for p in people) for r in ("declined", "unknown")}
    reasons["not-asked"] = sum(not p["race_ethnicity"] for p in people)
    assert all(reasons.values())
    assert question["missing"]["by_reason"] == {r: n for r, n in reasons.items() if n}
    assert question["multiple"]["n"] == sum(len(p["race_ethnicity"]) > 1 for p in people)
    assert serious(done.to_dict()["results"]) == []


# --- what it refuses, and what it says ---


@pytest.mark.parametrize("name", ["immigration_status", "citizenship", "Immigration status"])
def test_immigration_status_is_never_asked(name: str) -> None:
    with pytest.raises(DesignError, match="is not asked"):
        design_form([name], **SAFE)


@pytest.mark.parametrize("name", ["religion", "national_origin", "sexual_orientation", "gender_identity"])
@pytest.mark.parametrize("lacking", list(SAFE))
def test_a_sensitive_question_needs_all_its_safeguards(name: str, lacking: str) -> None:
    with pytest.raises(DesignError, match=lacking.replace("_", " ")):
        design_form([name], **(SAFE | {lacking: " "}))
    assert design_form([name], **SAFE).form.items


def test_an_unknown_question_gets_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match='Did you mean "language"'):
        design_form(["langauge"])
    with pytest.raises(DesignError, match="No question"):
        design_form([])


def test_the_federal_wording_of_disability_is_kept() -> None:
    items = design_form(["disability"]).form.items
    labels = [i.label for i in items if i.name.startswith("disability_") and i.name != "disability_staff"]
    assert len(labels) == 6
    assert labels[0] == "Are you deaf, or do you have serious difficulty hearing?"
    assert labels[5].endswith("doing errands alone such as visiting a doctor's office or shopping?")
    assert {tuple(o.label for o in i.options) for i in items if i.label in labels} == {("Yes", "No")}


def test_ipeds_prints_no_way_out() -> None:
    form = design_form(standard="us-ipeds").form
    shown = [o.label for i in form.items if i.name in {"race", "ethnicity"} for o in i.options]
    assert not {"Prefer not to answer", "Don't know"} & set(shown)
    assert "one or more" in str(form.item("race"))


def test_the_crosswalk_names_every_option_once() -> None:
    made = design_form()
    header, *rows = made.crosswalk
    assert header[:4] == ("item", "code", "label", "us-omb-spd15-2024")
    options = [
        (i.name, o.code)
        for i in made.form.items
        if i.name.startswith("race_") and not i.name.endswith("_staff")
        for o in i.options
        if o.code not in {"declined", "unknown"}
    ]
    assert [(item, code) for item, code, *_ in rows] == options
    categories = set(standards.standard("us-omb-spd15-2024").category_ids)
    assert {row[3] for row in rows} == categories
    lebanese = next(row for row in rows if row[2] == "Lebanese")
    assert lebanese[3:5] == ("MENA", "WHITE")


def test_html_says_all_and_stands_alone() -> None:
    page = design_form(["race_ethnicity", "disability"]).to_html()
    for text in ("Middle Eastern or North African", "For the person who asks", "How the answers roll up"):
        assert text in page
    assert "<script src" not in page


@pytest.mark.parametrize("format", FORMATS)
def test_the_command_writes_every_format(
    format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / NAMES[format]
    arguments = ["form", "--questions", "race_ethnicity,language", "--format", format, "-o", str(target)]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert target.stat().st_size > 500
    assert "Form written to" in capsys.readouterr().out
    assert (tmp_path / "form.crosswalk.csv").exists() == (format in {"redcap", "fhir"})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--questions", "citizenship", "-o", "x.xlsx"], "is not asked"),
        (["--format", "pdf", "-o", "x.pdf"], 'no format of a form "pdf"'),
        ([], "none was named"),
        (["--standard", "us-omb", "-o", "x.xlsx"], "no standard"),
    ],
)
def test_the_command_refuses_in_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["form", *arguments])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_an_audit_proposes_the_question_as_rows_that_can_be_read(tmp_path: Path) -> None:
    """The proposal of an audit, put into a form, leaves nothing of its own checks."""
    rows = "item,question,type,code,option\nrace,Race,single,1,White\nrace,,,2,Black\nrace,,,3,More than one race\n"
    (tmp_path / "old.csv").write_text(rows, encoding="utf-8")
    done = audit(tmp_path / "old.csv")
    proposal = done.data["questions"][0]["proposal"]
    assert "[ ] Middle Eastern or North African" in proposal["text"]
    (tmp_path / "new.csv").write_text(written(proposal["redcap"]), encoding="utf-8")
    again = audit(tmp_path / "new.csv")
    for check in ("q-single-select", "q-missing-min-categories", "q-no-detail-or-write-in", "q-no-opt-out"):
        assert (done.outcome(check), again.outcome(check)) == ("found", "clear"), check
    assert "proposal" not in json.dumps(again.data["questions"][0])
