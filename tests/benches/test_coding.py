"""Coding on the screen, without a browser; the same work in code gives the same report."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from equitykit.widgets.benches.passages import AddPassage
from equitykit.widgets.wizard import Wizard
from tests.benches.steps import (
    RAW,
    again,
    fill,
    opened,
    pick,
    press,
    rows,
    shown,
    typed,
    with_passage,
    with_source,
)

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
