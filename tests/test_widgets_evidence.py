"""Every kind of evidence attached from the screen: what a person fills in, and what the assessment then holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import equitykit as ek
from equitykit import widgets
from equitykit.assessment import Assessment
from equitykit.widgets.evidence import EvidenceField
from equitykit.widgets.wizard import Wizard

REIA = "race-equity-impact-assessment"
BOOK = """equitykit: codebook/1
standard: us-omb-spd15-2024
questions:
  race_ethnicity: {columns: [race]}
outcomes:
  seen: {column: seen, event: [Y], favourable: null}
  kept: {column: kept, event: [Y], favourable: false}
"""
STAGES = "stages: [referred, seen, kept]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file of 132 people; the codebook beside it names the decisions."""
    lines = [
        f"{race},{'Y' if number % 2 else 'N'},{'Y' if number % 4 == 1 else 'N'}"
        for race, n in (("White", 60), ("Black", 60), ("Asian", 12))
        for number in range(n)
    ]
    (tmp_path / "cases.csv").write_text("race,seen,kept\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "cases.codebook.yaml").write_text(BOOK + STAGES, encoding="utf-8")
    return tmp_path


@pytest.fixture
def wz(folder: Path) -> Iterator[Wizard]:
    """A wizard on a new assessment, on the page of the evidence; nothing may go wrong in it."""
    one = Assessment.open(folder / "visits.equity.json", instrument=REIA, track="full")
    made = widgets.assess(one)
    assert isinstance(made, Wizard)
    made.go("part/evidence/1")
    yield made
    assert made.errors == []


def panel(wz: Wizard, ask: str = "evidence_current") -> EvidenceField:
    found = wz.fields[ask]
    assert isinstance(found, EvidenceField)
    return found


def only(wz: Wizard) -> Any:
    (item,) = wz.assessment.evidence()
    return item


def test_what_a_question_accepts_is_offered_and_nothing_else(wz: Wizard) -> None:
    assert list(panel(wz).add) == [
        "disparities", "stages", "audit", "form", "protected", "crosswalk", "document",
    ]  # fmt: skip
    wz.go("part/evidence/3")
    assert list(panel(wz, "stories").add) == ["document", "story", "visit"]


def test_a_chain_of_decisions_named_by_the_codebook_is_attached_and_run_again(
    wz: Wizard, folder: Path
) -> None:
    field = panel(wz)
    field.add["stages"].click()
    field.attach.click()
    assert wz.problems.texts == ("Choose a file.",)
    form = field.form
    form.data.file.value = "cases.csv"
    assert "referred, seen, kept" in form.named.html
    assert not form.chain.shown
    assert {"id": "BLACK", "label": "One group: Black or African American"} in form.reference.options
    form.reference.value = "total"
    field.attach.click()
    item = only(wz)
    direct = ek.stages(folder / "cases.csv", folder / "cases.codebook.yaml", reference="total")
    assert item.evidence.facts["rows"] == direct.to_evidence().facts["rows"]
    assert item.evidence.recipe["call"] == "stages"
    field.items[item.id]["press"].happen("pick", "refresh")
    assert "No number changed." in field.items[item.id]["said"].html
    lines = (folder / "cases.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "cases.csv").write_text("".join(lines[:-20]), encoding="utf-8")
    field.items[item.id]["press"].happen("pick", "refresh")
    assert "This changed:" in field.items[item.id]["said"].html


def test_a_chain_that_no_codebook_names_is_written_down_on_the_page(wz: Wizard, folder: Path) -> None:
    (folder / "cases.codebook.yaml").write_text(BOOK, encoding="utf-8")
    field = panel(wz)
    field.add["stages"].click()
    form = field.form
    form.data.file.value = "cases.csv"
    assert form.chain.shown and not form.reference.shown
    form.chain.value = [{"name": "Seen", "column": "seen", "event": "Y"}]
    field.attach.click()
    assert wz.problems.texts == ("Write down at least two decisions.",)
    form.chain.value = [*form.chain.value, {"name": "Kept", "column": "kept", "event": "yes"}]
    field.attach.click()
    assert "\u201cyes\u201d does not stand in the column \u201ckept\u201d. It holds:" in wz.problems.texts[0]
    form.chain.value = [form.chain.value[0], {"name": "Kept", "column": "kept", "event": "Y"}]
    assert form.reference.shown
    field.attach.click()
    assert wz.problems.texts == ("Choose whom each group is compared with.",)
    form.reference.value = "all-others"
    field.attach.click()
    assert only(wz).evidence.recipe["codebook"]["stages"] == ["seen", "kept"]


def test_a_protected_table_is_attached_with_nothing_hidden_in_it_and_run_again(
    wz: Wizard, folder: Path
) -> None:
    """Of 12 Asian people 3 were kept: the count is hidden, and the file does not hold it anywhere."""
    field = panel(wz)
    field.add["protected"].click()
    form = field.form
    form.data.file.value = "cases.csv"
    field.attach.click()
    assert wz.problems.texts == ("Choose which numbers are too small to show.",)
    form.outcome.value = "kept"
    form.rule.value = "cms-11"
    field.attach.click()
    item = only(wz)
    assert item.evidence.title == "Kept by race and ethnicity, small numbers hidden"
    shown = {row[0]: row[1:] for row in item.evidence.rows}
    assert shown["Asian"][1] == "hidden"
    assert all(row.get("Kept") != "3" for row in item.evidence.facts["rows"])
    assert item.evidence.recipe["call"] == "protect"
    assert wz.assessment.refresh(item.id) == ()
    lines = (folder / "cases.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "cases.csv").write_text("".join(lines[:1] + lines[21:]), encoding="utf-8")
    field.items[item.id]["press"].happen("pick", "refresh")
    said = field.items[item.id]["said"].html
    assert "This changed:" in said
    assert "two tables together can show what neither shows alone" in said


def test_a_protected_table_leaves_out_who_is_asked_first_and_says_so(wz: Wizard, folder: Path) -> None:
    (folder / "cases.codebook.yaml").write_text(BOOK + "governance: {BLACK: ask}\n", encoding="utf-8")
    field = panel(wz)
    field.add["protected"].click()
    field.form.data.file.value = "cases.csv"
    assert "Nothing is shown about Black or African American" in field.form.about.html
    field.form.rule.value = "cms-11"
    field.attach.click()
    assert dict(row for row in only(wz).evidence.rows)["Black or African American"] == "hidden"


def test_a_crosswalk_is_attached(wz: Wizard) -> None:
    field = panel(wz)
    field.add["crosswalk"].click()
    form = field.form
    form.file.value = "cases.csv"
    assert form.before.value == "us-omb-spd15-2024"
    form.after.value = "us-omb-spd15-2024"
    field.attach.click()
    assert wz.problems.texts == ("Choose another standard than the one above.",)
    form.after.value = "us-omb-spd15-1997"
    field.attach.click()
    item = only(wz)
    assert (item.evidence.kind, item.evidence.recipe["call"]) == ("crosswalk", "crosswalk")
    assert wz.assessment.refresh(item.id) == ()


def test_a_document_of_the_folder_is_followed_and_another_is_only_told(wz: Wizard, folder: Path) -> None:
    paper = folder / "visiting-rules.txt"
    paper.write_text("Visits every week.", encoding="utf-8")
    field = panel(wz)
    field.add["document"].click()
    fields = wz.fields
    fields["~paper"].value = "visiting-rules.txt"
    assert fields["~title"].value == "visiting rules"
    assert not fields["~where"].shown
    fields["~text"].value = "Visits are weekly (p. 1)."
    field.attach.click()
    item = only(wz)
    assert item.evidence.recipe["data"]["path"] == "visiting-rules.txt"
    paper.write_text("Visits every month.", encoding="utf-8")
    field.items[item.id]["press"].happen("pick", "refresh")
    assert "This changed:" in field.items[item.id]["said"].html
    field.add["document"].click()
    wz.fields["~title"].value, wz.fields["~text"].value = "Board minutes", "Moved on page 3."
    wz.fields["~where"].value = "Shelf 4"
    field.attach.click()
    last = wz.assessment.evidence()[-1]
    assert last.evidence.recipe is None
    assert last.evidence.summary == ("Moved on page 3.", "Kept at: Shelf 4")


def test_a_site_visit_says_when_where_and_who_agreed(wz: Wizard) -> None:
    wz.go("part/evidence/3")
    field = panel(wz, "stories")
    field.add["visit"].click()
    field.attach.click()
    assert wz.problems.texts == (
        "Give it a name.", "Give the day of the visit.", "Say where it was.", "Write what you saw.",
    )  # fmt: skip
    told = {
        "title": "Visiting room",
        "on": "2026-03-02",
        "where": "North office",
        "seen": "One room for nine.",
    }
    for name, text in {**told, "consent": "Asked on the day", "until": "2030-01-01"}.items():
        wz.fields[f"~{name}"].value = text
    field.attach.click()
    item = only(wz)
    direct = ek.visit(told["title"], on=told["on"], where=told["where"], seen=told["seen"])
    assert item.evidence.summary == direct.summary
    assert (item.consent_note, item.consent_until) == ("Asked on the day", "2030-01-01")


# --- taking out ---


def test_an_agreement_is_taken_back_after_a_clear_question(wz: Wizard) -> None:
    words = "Two buses each way, and the visit lasts an hour."
    id = wz.assessment.attach(
        "stories", ek.Evidence(kind="story", title="A mother", summary=(words,)), consent="By phone"
    )
    wz.assessment.answer("numbers_say", f"A mother said: {words}")
    wz.go("part/evidence/3")
    press = panel(wz, "stories").items[id]["press"]
    assert [(one["text"], one["of"]) for one in press.items] == [
        ("Take off", "A mother"),
        ("The agreement was taken back", "A mother"),
    ]
    press.happen("pick", "take out")
    assert wz.place == f"out/{id}"
    assert words in wz.taking.about.html
    assert "This cannot be undone." in wz.taking.about.html
    wz.taking.leave.click()
    assert wz.place == "part/evidence/3"
    assert words in str(wz.assessment.to_dict()["evidence"])
    panel(wz, "stories").items[id]["press"].happen("pick", "take out")
    wz.taking.press.click()
    assert wz.place == "part/evidence/3"
    assert wz.assessment.evidence("stories") == ()
    assert words not in str(wz.assessment.to_dict()["evidence"])
    assert "The same words were also written here" in wz.banner.html
    assert "Answer:" in wz.banner.html


def test_an_answer_is_taken_out_with_a_reason(wz: Wizard) -> None:
    secret = "a sentence that names somebody"
    wz.assessment.answer("desired_result", secret)
    wz.assessment.answer("desired_result", "Children see their parents.")
    wz.go("out")
    assert wz.taking.about.html == ""
    wz.taking.press.click()
    assert wz.problems.texts == ("Choose a text.", "Give the reason.")
    wz.taking.what.value = "desired_result"
    assert "Children see their parents." in wz.taking.about.html
    wz.taking.why.value = "It names somebody"
    wz.taking.press.click()
    assert wz.place == "parts"
    assert secret not in wz.assessment.path.read_text("utf-8")
    entry = wz.assessment.history("desired_result")[0]
    assert entry.redacted is not None and entry.redacted.why == "It names somebody"
    assert [one.id for one in wz.assessment.texts()] == []
    wz.go("out")
    assert "Nothing is written down yet" in wz.body.children[0].html


def test_a_reason_that_repeats_the_text_is_refused_in_words(wz: Wizard) -> None:
    wz.assessment.answer("desired_result", "Children see their parents.")
    wz.go("out/desired_result")
    wz.taking.why.value = "Children see their parents."
    wz.taking.press.click()
    assert "The reason repeats the text." in wz.banner.html
    assert wz.assessment.value("desired_result") == "Children see their parents."


def test_a_story_that_is_being_written_is_kept_and_is_no_evidence(wz: Wizard) -> None:
    """Typed, left, there again; gone from the disk with "Do not add this"; attached with its agreement."""
    wz.go("part/evidence/3")
    field = panel(wz, "stories")
    field.add["story"].click()
    field.form.fields["~text"].value = "They waited for the bus."
    wz.go("parts")
    assert wz.assessment.evidence() == ()
    assert wz.assessment.value("stories") == []
    anew = Wizard(Assessment.open(wz.assessment.path))
    anew.go("part/evidence/3")
    field = panel(anew, "stories")
    assert (
        "Add what people say. \u201cThey waited for the bus.\u201d, typed on" in field.place.children[0].html
    )
    field.add["story"].click()
    assert field.form.fields["~text"].value == "They waited for the bus."
    assert "is still here. It is not saved yet." in " ".join(
        getattr(one, "html", "") for one in field.place.children
    )
    field.cancel.click()
    folder = wz.assessment.path.parent
    assert [path for path in folder.rglob("*") if path.is_file() and b"the bus" in path.read_bytes()] == []

    field.add["story"].click()
    for name, value in {"title": "Bus", "text": "They waited.", "consent": "Asked on 3 May"}.items():
        field.form.fields[f"~{name}"].value = value
    field.attach.click()
    (item,) = Assessment.open(anew.assessment.path).evidence()
    assert (item.evidence.summary, item.consent_note) == (("They waited.",), "Asked on 3 May")
    assert Assessment.open(anew.assessment.path).forms() == {}
    assert anew.errors == []
