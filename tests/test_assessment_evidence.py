"""Evidence: attached, run again, gone, taken out."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from equitykit.assessment import Assessment
from equitykit.assessment.told import changes_in_words
from equitykit.codebook import Codebook
from equitykit.disaggregate import disaggregate
from equitykit.errors import AssessmentError, ReadError, UnknownName
from equitykit.evidence import Evidence
from equitykit.measures import disparities
from equitykit.report.evidence import recipe_in_words
from equitykit.text import moment

REIA = "race-equity-impact-assessment"


def counted(recipe: Mapping[str, Any], folder: Path) -> Evidence:
    """Run a recipe: count the lines per group of a small file."""
    path = folder / recipe["data"]["path"]
    text = path.read_text("utf-8")
    if text.startswith("broken"):
        raise ReadError('"x" cannot be read as data.')
    groups = text.split()
    names = sorted(set(groups))
    rows = [
        {"group": name, "measure": "count", "estimate": groups.count(name), "note": None} for name in names
    ]
    return Evidence(
        "disparities",
        "made by the recipe",
        recipe=recipe,
        data_sha256=str(len(text)),
        summary=(f"{len(groups)} lines.",),
        facts={"rows": rows, "n": len(groups), "made": os.urandom(4).hex()},
    )


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assessment:
    """An assessment in one folder, its data in another, the person in a third."""
    for name in ("work", "data", "here"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "é x.csv").write_text("BLACK BLACK WHITE", "utf-8")
    monkeypatch.chdir(tmp_path / "here")
    return Assessment.open(tmp_path / "work" / "x.equity.json", instrument=REIA, by="Ana")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data file."""
    return tmp_path / "data" / "é x.csv"


def attach(made: Assessment) -> str:
    """Attach a count, with a path as seen from the folder the person is in."""
    recipe = {"call": "disparities", "data": {"path": "../data/é x.csv", "options": {}}, "arguments": {}}
    return made.attach("evidence_current", counted(recipe, Path.cwd()), "Counts")


def test_paths_are_relative_to_the_assessment(made: Assessment, tmp_path: Path, data: Path) -> None:
    """The whole folder can be moved, and the file names nobody's computer."""
    id = attach(made)
    recipe = made.evidence("evidence_current")[0].evidence.recipe
    assert recipe is not None
    assert recipe["data"]["path"] == "../data/é x.csv"
    assert str(tmp_path) not in made.path.read_text("utf-8")
    absolute = {"call": "audit", "data": {"path": str(data)}}
    made.attach("evidence_current", Evidence("audit", "A", recipe=absolute))
    assert str(tmp_path) not in made.path.read_text("utf-8")
    assert made.value("evidence_current") == [id, "e2"]
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    copy = made.save_as_copy(tmp_path / "elsewhere" / "deep" / "y.equity.json")
    assert copy.refresh(id, run=counted) == ()
    shutil.move(tmp_path / "data", tmp_path / "elsewhere" / "data")
    shutil.move(tmp_path / "work", tmp_path / "elsewhere" / "work")
    moved = Assessment.open(tmp_path / "elsewhere" / "work" / "x.equity.json")
    assert moved.refresh(id, run=counted) == ()


def test_refresh_says_what_changed(made: Assessment, data: Path) -> None:
    """Old and new numbers, by what the row is about, not by where it stands."""
    id = attach(made)
    assert made.refresh(run=counted) == ()
    data.write_text("ASIAN BLACK BLACK BLACK", "utf-8")
    changes = made.refresh(run=counted, by="Ben")
    assert [(change.path, change.old, change.new) for change in changes] == [
        ("rows[group=BLACK, measure=count].estimate", 2, 3),
        ("rows[group=WHITE, measure=count].group", "WHITE", None),
        ("rows[group=WHITE, measure=count].measure", "count", None),
        ("rows[group=WHITE, measure=count].estimate", 1, None),
        ("rows[group=WHITE, measure=count].note", None, None),
        ("n", 3, 4),
        ("rows[group=ASIAN, measure=count].group", None, "ASIAN"),
        ("rows[group=ASIAN, measure=count].measure", None, "count"),
        ("rows[group=ASIAN, measure=count].estimate", None, 1),
        ("rows[group=ASIAN, measure=count].note", None, None),
    ]
    assert changes[0].text == "rows[group=BLACK, measure=count].estimate: 2 -> 3"
    (found,) = Assessment.open(made.path).evidence()
    assert found.evidence.facts["n"] == 4
    assert found.evidence.title == "Counts"
    assert [event.what for event in found.history] == ["attached", "unchanged", "refreshed"]
    assert found.history[-1].changes[0].model_dump() == {
        "path": "rows[group=BLACK, measure=count].estimate",
        "old": 2,
        "new": 3,
    }
    assert found.history[-1].by == "Ben"
    assert found.history[-1].data_sha256 == "17"
    assert found.id == id


def test_a_source_that_is_gone_keeps_the_last_result(made: Assessment, data: Path) -> None:
    """Marked with the date; found again later, the mark goes."""
    attach(made)
    aside = data.with_name("aside.csv")
    data.rename(aside)
    (change,) = made.refresh(run=counted)
    assert change.text == "Counts: the source ../data/é x.csv is gone. The last result is kept."
    (found,) = Assessment.open(made.path).evidence()
    assert found.status == "source not found"
    assert found.mark == f"source not found on {moment(date.today().isoformat())}"
    assert found.evidence.facts["n"] == 3
    aside.rename(data)
    assert made.refresh(run=counted) == ()
    assert made.evidence()[0].mark is None


def test_a_source_that_cannot_be_read_does_not_stop_the_others(made: Assessment, data: Path) -> None:
    """One bad file among many is said; the rest is run."""
    attach(made)
    recipe = {"call": "groups", "data": {"path": str(data.with_name("b.csv"))}}
    data.with_name("b.csv").write_text("A A")
    made.attach("evidence_current", counted(recipe, Path.cwd()), "Second")
    data.write_text("broken")
    data.with_name("b.csv").write_text("A A A")
    first, *others = made.refresh(run=counted)
    assert first.text.startswith(
        'Counts: ../data/é x.csv could not be read again ("x" cannot be read as data.).'
    )
    assert ("n", 2, 3) in [(change.path, change.old, change.new) for change in others]
    assert [one.status for one in made.evidence()] == ["cannot be run again", "current"]


def test_evidence_without_a_file(made: Assessment) -> None:
    """A document is left alone; a table in memory cannot be run again, and that is said once."""
    made.attach("evidence_current", Evidence("document", "Law"))
    assert made.refresh(run=counted) == ()
    made.attach(
        "evidence_current", Evidence("groups", "T", recipe={"call": "groups", "data": {"path": None}})
    )
    for _ in range(2):
        (change,) = made.refresh("e2", run=counted)
        assert "made from a table in memory" in change.text
    assert len(made.evidence()[1].history) == 2


def test_what_can_be_attached_where(made: Assessment) -> None:
    """Kinds, places and things are named."""
    with pytest.raises(
        AssessmentError, match="Allowed: audit, disparities, groups, protected, crosswalk, document"
    ):
        made.attach("evidence_current", Evidence("story", "S"))
    with pytest.raises(AssessmentError, match="Allowed: evidence_current, stories"):
        made.attach("proposal", Evidence("audit", "A"))
    with pytest.raises(AssessmentError, match="A dict cannot be attached"):
        made.attach("evidence_current", {})
    with pytest.raises(UnknownName):
        made.refresh("e9", run=counted)

    class Result:
        """Something that makes its evidence."""

        def to_evidence(self) -> Evidence:
            """Undefined numbers are part of life."""
            return Evidence("disparities", "R", facts={"rows": [{"group": "A", "estimate": float("nan")}]})

    made.attach("evidence_current", Result())
    assert made.evidence()[0].evidence.facts["rows"][0]["estimate"] is None
    json.loads(made.path.read_text("utf-8"), parse_constant=pytest.fail)


def test_detached_evidence_stays_in_the_history(made: Assessment) -> None:
    """It no longer answers the question, and is not run again."""
    id = attach(made)
    made.detach(id, by="Ben")
    assert made.value("evidence_current") == []
    assert made.evidence() == ()
    assert [(one.id, one.status) for one in made.attachments()] == [(id, "detached")]
    assert made.refresh(run=counted) == ()
    with pytest.raises(AssessmentError, match="was detached"):
        made.refresh(id, run=counted)
    assert attach(made) == "e2"


def test_consent_runs_out(made: Assessment) -> None:
    """A report made afterwards must not hold the text."""
    made.attach(
        "stories",
        Evidence("story", "Visits", summary=("I waited.",)),
        consent="Said yes on the phone",
        consent_until=date(2026, 6, 30),
    )
    (story,) = Assessment.open(made.path).evidence("stories")
    assert (story.consent_note, story.consent_until) == ("Said yes on the phone", "2026-06-30")
    assert story.may_be_shown(date(2026, 6, 30))
    assert not story.may_be_shown(date(2026, 7, 1))
    with pytest.raises(AssessmentError, match='"never" is not a date'):
        made.attach("stories", Evidence("story", "X"), consent_until="never")


SECRET = "Geheimnis-ñ-7319"


def everywhere(folder: Path) -> list[str]:
    """Names of the files that hold the secret, in any spelling JSON allows."""
    spellings = {SECRET.encode(), json.dumps(SECRET)[1:-1].encode(), SECRET.encode("utf-16-le")}
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in spellings)
    ]


def test_a_redacted_answer_leaves_no_trace(
    made: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in file, history, last good version, journals, leftovers of a crash, or recovery files."""
    made.answer("proposal", f"first {SECRET}", note=SECRET)
    made.answer("proposal", f"second {SECRET}")
    made.answer("team", [{"name": SECRET, "role": "x"}])
    made.draft("proposal", f"third {SECRET}")
    made.draft("why_now", "kept")
    crashed = Assessment.open(made.path, by="Eve")
    crashed.draft("proposal", f"fourth {SECRET}")
    with monkeypatch.context() as patch:
        patch.setattr("equitykit.assessment.files.sleep", lambda _: None)
        patch.setattr(os, "replace", _refused)
        with pytest.raises(AssessmentError, match="recovery"):
            crashed.answer("proposal", f"fifth {SECRET}")
    (tmp_path / "work" / ".x.0123456789ab.saving").write_text(SECRET)
    (tmp_path / "work" / ".equitykit" / "x.0123456789ab.drafts").write_text(f'{{"uid": "cut off {SECRET}')
    assert len(everywhere(tmp_path)) >= 4
    last = Assessment.open(made.path, by="Ben")
    assert last.redact("proposal", "Names a child.") == ()
    assert last.redact("team", "Asked to be left out.") == ()
    assert everywhere(tmp_path) == []
    again = Assessment.open(made.path)
    assert again.value("proposal") is None
    assert again.decision is None
    assert again.people == ()
    assert again.value("why_now") == "kept"
    first, second = again.history("proposal")[:2]
    assert first.by == "Ana"
    assert first.redacted is not None
    assert (first.redacted.why, first.redacted.by) == ("Names a child.", "Ben")
    assert second.at
    again.answer("proposal", "new text")
    assert again.value("proposal") == "new text"
    (recovered,) = (tmp_path / "work").glob("x.recovery-*.equity.json")
    assert Assessment.open(recovered).value("why_now") == "kept"


def _refused(*_: object) -> None:
    raise PermissionError(13, "Access is denied")


def test_redacted_evidence_actions_and_reviews(made: Assessment, tmp_path: Path) -> None:
    """The same for evidence and its changes, for actions and for reviews."""
    (tmp_path / "data" / "é x.csv").write_text(SECRET, "utf-8")
    id = attach(made)
    (tmp_path / "data" / "é x.csv").write_text(f"{SECRET} {SECRET}", "utf-8")
    made.refresh(run=counted)
    (tmp_path / "data" / "é x.csv").unlink()
    made.attach("stories", Evidence("story", SECRET, summary=(SECRET,)), consent=SECRET)
    action = made.add_action(what=SECRET)
    made.update_action(action, what=f"{SECRET}!", measure=SECRET)
    made.schedule_reviews("2026-01-01")
    made.complete_review("r3", SECRET)
    for one in (id, "e2", action, "r3"):
        made.redact(one, "Asked for.")
    assert everywhere(tmp_path) == []
    assert [one.status for one in made.attachments()] == ["redacted", "redacted"]
    assert made.value("stories") == made.value("actions") == []
    assert [event.what for event in made.attachments()[0].history] == ["attached", "refreshed", "redacted"]
    assert Assessment.open(made.path).refresh(run=counted) == ()
    with pytest.raises(AssessmentError, match="was taken out"):
        made.update_action(action, status="done")


def test_redaction_says_where_else_the_text_stands(made: Assessment) -> None:
    """A copy in another answer is not taken out by itself, but it is named."""
    made.answer("proposal", f"{SECRET} and more")
    made.answer("why_now", f"As said: {SECRET} and more")
    assert made.redact("proposal", "Asked for.") == ("why_now",)
    with pytest.raises(AssessmentError, match="repeats the text"):
        made.redact("why_now", f"It said: As said: {SECRET} and more")
    assert made.value("why_now")
    with pytest.raises(AssessmentError, match="needs a reason"):
        made.redact("why_now", " ")
    with pytest.raises(UnknownName):
        made.redact("nothing", "x")
    with pytest.raises(AssessmentError, match="Use attach"):
        made.redact("evidence_current", "x")


def test_a_check_that_now_counts_otherwise_is_no_new_check(made: Assessment) -> None:
    """The rows of an audit are known by what was checked; what was seen is told then and now, all of it."""
    columns = ("Severity", "What", "Seen")
    low = ("Low", "Race is missing", "93 of 3,000 records.")
    before = {"columns": columns, "rows": [low, ("Info", "One-group rule", "137 people.")]}
    small = [("Medium", "Groups too small", f"{n} of 21 cells.") for n in (1, 2)]
    after = {"columns": columns, "rows": [(*low[:2], "62 of 1,999 records."), *small]}
    assert changes_in_words(before, after, 5) == [
        "Low, Race is missing, Seen: 93 of 3,000 records. \u2192 62 of 1,999 records.",
        "New: Medium, Groups too small, 1 of 21 cells.",
        "New: Medium, Groups too small, 2 of 21 cells.",
        "Gone: Info, One-group rule, 137 people.",
    ]


def test_a_table_in_memory_keeps_its_call_and_is_said_not_to_run_again(made: Assessment) -> None:
    frame = pd.DataFrame({"race": ["Black", "White"] * 30, "removed": ["Y", "N", "N"] * 20})
    codebook = Codebook.model_validate(
        {"questions": {"race_ethnicity": {"columns": ["race"]}},
         "outcomes": {"removed": {"column": "removed", "event": ["Y"], "favourable": False}}}
    )  # fmt: skip
    gaps = disparities(disaggregate(frame, codebook, outcome="removed"), reference="total")
    made.attach("evidence_current", gaps)
    told = recipe_in_words(made.evidence()[0].evidence)
    assert "data that were in memory" in told
    assert "outcome: removed" in told and "reference: total" in told
    (change,) = made.refresh()
    assert change.text.endswith("made from a table in memory, so it cannot be run again.")
