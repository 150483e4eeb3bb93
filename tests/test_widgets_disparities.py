"""The page that compares groups, without a browser: what it shows is what the library gives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import equitykit as ek
from equitykit import resources, widgets
from equitykit.assessment import Assessment
from equitykit.widgets.disparities_page import DisparitiesPanel

SAMPLE = resources.folder("sample_data")
WHY = "To see each group beside everybody else."


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[DisparitiesPanel]:
    for name in ("intake.csv", "intake.codebook.yaml", "county_benchmark.csv"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    made = widgets.disparities_panel(tmp_path)
    yield made
    assert made.errors == []


def told(panel: DisparitiesPanel) -> tuple[str, ...]:
    return panel.problems.texts


def compared(panel: DisparitiesPanel, *by: str) -> DisparitiesPanel:
    panel.form.data.file.value = "intake.csv"
    panel.next.click()
    panel.form.outcome.value = "removed"
    panel.form.by.value = list(by or ("race_ethnicity",))
    panel.next.click()
    panel.form.reference.value = "all-others"
    panel.form.reason.value = WHY
    panel.next.click()
    assert panel.title.text == "Read the result"
    return panel


def test_nothing_is_chosen_for_a_person(panel: DisparitiesPanel) -> None:
    panel.next.click()
    assert told(panel) == ("Choose a file.",)
    panel.form.data.file.value = "intake.csv"
    panel.next.click()
    panel.next.click()
    assert told(panel) == ("Choose what happened.",)
    panel.form.outcome.value = "removed"
    panel.next.click()
    assert panel.form.reference.value is None
    panel.form.reason.value = "   "
    panel.next.click()
    assert told(panel) == (
        "Choose whom each group is compared with.",
        "Say why you chose this comparison.",
    )
    assert panel.gaps is None
    panel.press_back()
    assert panel.form.outcome.value == "removed"


def test_the_page_shows_what_the_calls_give(panel: DisparitiesPanel) -> None:
    compared(panel)
    data, book = panel.folder / "intake.csv", panel.folder / "intake.codebook.yaml"
    groups = ek.disaggregate(data, book, outcome="removed")
    gaps = ek.disparities(groups, reference="all-others", reason=WHY)
    assert panel.gaps is not None
    assert panel.gaps.to_dict() == gaps.to_dict()
    shown = panel.body.children[0].html
    assert WHY in shown
    assert "If the unknown were known" in shown
    panel.pick("chain")
    assert panel.chain is not None
    direct = ek.stages(data, book, by=["race_ethnicity"], reference="all-others", reason=WHY)
    assert panel.chain.to_dict() == direct.to_dict()
    panel.save_report()
    written = panel.saved_files["report"].read_text("utf-8")
    assert written.count("<h1") == 1
    assert "Internal" in written
    assert "Each stage" in written
    panel.press_back()
    assert panel.title.text == "Read the result"
    assert panel.body.children[0].html == shown, "it was drawn again"


def test_groups_can_be_crossed_with_the_place_where_records_were_made(panel: DisparitiesPanel) -> None:
    compared(panel, "race_ethnicity", "geography")
    (place,) = (one["label"] for one in panel.form.by.options if one["id"] == "geography")
    assert place == "Place (\u201coffice\u201d)"
    assert panel.gaps is not None
    # A second way: the crossed counts of one place add up to what pandas counts there.
    raw = pd.read_csv(panel.folder / "intake.csv", dtype=str)
    rows = panel.gaps.to_frame()
    (north,) = set(rows[rows["group"] == "ASIAN*North"]["n"])
    alone = ek.disaggregate(
        raw[raw["office"] == "North"], panel.folder / "intake.codebook.yaml", outcome="removed"
    ).to_frame()
    assert north == alone[alone["group"] == "ASIAN"]["n"].item() > 0


def test_adjusted_results_stand_beside_the_crude_ones(panel: DisparitiesPanel) -> None:
    compared(panel).pick("alike")
    form = panel.alike
    assert form is not None
    form.run.click()
    assert told(panel) == ("Choose at least one thing to hold alike.",)
    assert not form.fields["~place-age"].shown
    form.fields["~held"].value = ["age", "site"]
    form.fields["~place-age"].value = "before"
    form.run.click()
    assert told(panel) == ("Say whether this comes before race, or after it: Site or office.",)
    form.fields["~place-site"].value = "unsure"
    form.run.click()
    assert form.adjusted is not None
    direct = ek.adjust(
        panel.folder / "intake.csv",
        panel.folder / "intake.codebook.yaml",
        outcome="removed",
        by=["race_ethnicity"],
        reference="all-others",
        reason=WHY,
        covariates={"age": "before", "site": "unsure"},
    )
    assert form.adjusted.to_dict() == direct.to_dict()
    for text in ("Crude", "Within strata", "nobody is sure whether before or after race", "live with"):
        assert text in form.result.html
    panel.save_report()
    assert "Crude and adjusted, side by side" in panel.saved_files["report"].read_text("utf-8")


def test_only_a_table_that_is_proved_safe_can_be_saved(panel: DisparitiesPanel) -> None:
    compared(panel).pick("share")
    form = panel.sharing
    assert form is not None
    assert [one.layout.display for one in form.buttons] == ["none", "none"]
    form.make.click()
    assert told(panel) == ("Choose which numbers are too small to show.",)
    form.fields["~rule"].value = "cms-11"
    form.make.click()
    assert form.table is not None
    direct = ek.protect_groups(
        panel.folder / "intake.csv", panel.folder / "intake.codebook.yaml", outcome="removed"
    )
    assert form.table.to_frame().equals(direct.to_frame())
    assert "asked first" in form.result.html
    form.save.click()
    form.save_page.click()
    assert "American Indian or Alaska Native,,," in panel.saved_files["shared.csv"].read_text("utf-8")
    assert panel.saved_files["shared.html"].is_file()
    assert not form.fields["~day-AIAN"].shown
    form.fields["~agreed-AIAN"].value = "Council"
    form.fields["~rule"].value = "wa-doh-10"
    form.make.click()
    assert told(panel) == ("Say on which day they agreed.",)
    form.fields["~day-AIAN"].value = "2026-03-01"
    form.make.click()
    assert "Council of 2026-03-01" in form.result.html
    panel.press_back()
    panel.pick("again")
    panel.form.by.value = ["race_ethnicity", "sex"]
    panel.next.click()
    panel.next.click()
    panel.pick("share")
    again = panel.sharing
    assert again is not None
    assert again is not form
    again.fields["~rule"].value = "cms-11"
    again.make.click()
    assert again.table is not None
    assert any("earlier" in note for note in again.table.notes)


def test_a_group_can_be_kept_from_being_hidden_for_others(panel: DisparitiesPanel) -> None:
    compared(panel).pick("share")
    form = panel.sharing
    assert form is not None and not form.fields["~keep"].shown
    form.fields["~rule"].value = "cms-11"
    form.make.click()
    assert form.table is not None
    field = form.fields["~keep"]
    frame = form.table.to_frame().set_index("Race and ethnicity")
    hidden = [label for label in frame.index[frame["suppressed"] == "complementary"] if label != "Total"]
    assert field.shown and [one["label"] for one in field.options] == hidden
    field.value = hidden[:1]
    form.make.click()
    direct = ek.protect_groups(
        panel.folder / "intake.csv",
        panel.folder / "intake.codebook.yaml",
        outcome="removed",
        cost={hidden[0]: 5.0},
    )
    assert form.table.to_frame().equals(direct.to_frame()) and form.table.safe
    assert "Steering:" in form.result.html and field.value == hidden[:1]


def test_another_outcome_of_the_same_data_is_said_to_be_unproved(panel: DisparitiesPanel) -> None:
    compared(panel).pick("share")
    assert panel.sharing is not None
    panel.sharing.fields["~rule"].value = "cms-11"
    panel.sharing.make.click()
    panel.sharing.save.click()
    panel.pick("again")
    panel.form.outcome.value = "reunified"
    panel.next.click()
    panel.form.reference.value = "total"
    panel.next.click()
    panel.pick("share")
    panel.sharing.fields["~rule"].value = "cms-11"
    panel.sharing.make.click()
    assert "not proved" in panel.sharing.result.html


def test_a_result_becomes_evidence_that_can_be_run_again(panel: DisparitiesPanel) -> None:
    path = panel.folder / "visits.equity.json"
    Assessment.create(path, instrument="race-equity-impact-assessment", track="fast", title="Visits").close()
    compared(panel).pick("chain")
    panel.press_back()
    panel.pick("share")
    assert panel.sharing is not None
    panel.sharing.fields["~rule"].value = "cms-11"
    panel.sharing.make.click()
    panel.press_back()
    panel.pick("attach")
    form = panel.attaching
    assert form is not None
    form.press.click()
    assert told(panel) == ("Choose an assessment.",)
    form.assessment.value = path.name
    assert form.place.shown
    form.place.value = form.place.options[0]["id"]
    form.press.click()
    one = Assessment.open(path)
    assert [item.evidence.kind for item in one.evidence()] == ["disparities", "disparities", "protected"]
    for item in one.evidence():
        assert item.evidence.recipe is not None
        assert one.refresh(item.id) == ()


def test_a_question_is_offered_what_it_takes_and_nothing_is_attached_by_halves(
    panel: DisparitiesPanel,
) -> None:
    shipped = resources.folder("schemas") / "instruments" / "race-equity-impact-assessment.yaml"
    text = shipped.read_text("utf-8").replace(
        "accepts: [audit, disparities, groups, protected, crosswalk, document]", "accepts: [disparities]"
    )
    own = panel.folder / "instruments" / "ours.yaml"
    own.parent.mkdir()
    own.write_text(text.replace("id: race-equity-impact-assessment", "id: ours", 1), "utf-8")
    path = panel.folder / "visits.equity.json"
    Assessment.create(path, instrument=own, track="fast", title="Visits").close()
    compared(panel).pick("share")
    assert panel.sharing is not None
    panel.sharing.fields["~rule"].value = "cms-11"
    panel.sharing.make.click()
    panel.press_back()
    panel.pick("attach")
    form = panel.attaching
    assert form is not None
    form.assessment.value = path.name
    assert {one["id"] for one in form.place.options} == {"evidence_current"}
    form.press.click()
    (said,) = told(panel)
    assert "does not take this: The table with small numbers hidden." in said
    assert Assessment.open(path).evidence() == ()
    form.what.value = ["gaps"]
    form.press.click()
    assert [item.evidence.kind for item in Assessment.open(path).evidence()] == ["disparities"]


def test_without_stages_or_an_assessment_the_page_says_so(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "intake.csv", tmp_path / "intake.csv")
    panel = widgets.disparities_panel(tmp_path)
    compared_from_proposal(panel)
    assert "chain" not in {item["id"] for item in panel.tasks.items}
    panel.pick("attach")
    assert "no assessment in this folder" in panel.body.children[0].html
    assert panel.errors == []


def compared_from_proposal(panel: DisparitiesPanel) -> None:
    panel.form.data.file.value = "intake.csv"
    panel.next.click()
    if "removed" in {one["id"] for one in panel.form.outcome.options}:
        panel.form.outcome.value = "removed"
    else:
        panel.form.outcome.value = "~other column"
        panel.form.column.value = "removed"
        panel.form.event.value = ["Y"]
    if panel.form.good.shown:
        panel.form.good.value = "bad"
    panel.next.click()
    panel.form.reference.value = "total"
    panel.form.reason.value = WHY
    panel.next.click()
