"""Evidence that is live: each kind attached, run again, and the change said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import equitykit as ek
from equitykit.assessment import Assessment
from equitykit.errors import AssessmentError, ReadError
from equitykit.instruments import EvidenceAsk, load
from equitykit.report import assessment_document, markdown
from equitykit.resources import folder

COLLECTION, REIA = "anti-racist-data-collection", "race-equity-impact-assessment"
STORY = "We waited nine weeks for a visit, and nobody called."


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def places(instrument: str, kind: str) -> str:
    """A question that takes a kind of evidence."""
    asks = [ask for ask in load(instrument).asks() if isinstance(ask, EvidenceAsk)]
    return next(ask.id for ask in asks if kind in ask.accepts)


def test_a_process_audit_runs_again_on_the_answers_as_they_are_now(here: Path) -> None:
    """Its recipe names the file of the assessment itself."""
    made = Assessment.create(here / "p.equity.json", instrument=COLLECTION)
    id = made.attach(places(COLLECTION, "audit"), ek.audit(made))
    recipe = made.evidence()[0].evidence.recipe
    assert recipe is not None
    assert recipe["data"]["path"] == "p.equity.json"
    assert made.refresh(id) == ()
    ask = next(one for one in made.instrument.asks() if one.kind == "choice" and made.visible(one.id))
    for one in made.instrument.asks():
        if one.kind == "choice":
            made.answer(one.id, one.answers[0].id)
    assert ask.id in made.to_process().answers
    changes = made.refresh(id)
    assert changes
    assert all(change.path for change in changes)
    assert made.evidence()[0].status == "current"


def test_a_crosswalk_runs_again_and_says_who_is_no_longer_seen(here: Path) -> None:
    for name in ("intake_clean.csv", "intake_clean.codebook.yaml"):
        shutil.copy(folder("sample_data") / name, here / name)
    walk = ek.crosswalk("intake_clean.csv", "intake_clean.codebook.yaml", to="us-omb-spd15-1997")
    made = Assessment.create(here / "c.equity.json", instrument=COLLECTION)
    id = made.attach(places(COLLECTION, "crosswalk"), walk)
    kept = made.evidence()[0].evidence
    assert any("would still be counted as such" in line for line in kept.summary)
    assert made.refresh(id) == ()
    data = pd.read_csv(here / "intake_clean.csv", dtype=str, keep_default_na=False)
    data.head(300).to_csv(here / "intake_clean.csv", index=False)
    assert made.refresh(id)
    assert "Move between standards" in markdown.render(assessment_document(made))


def test_a_document_that_changes_or_goes_is_noticed(here: Path) -> None:
    (here / "rule.txt").write_text("Visits every week.", "utf-8")
    made = Assessment.create(here / "d.equity.json", instrument=REIA)
    ask = places(REIA, "document")
    id = made.attach(ask, ek.document("rule.txt", title="Visiting rule", says="Weekly (p. 1)."))
    assert made.refresh(id) == ()
    (here / "rule.txt").write_text("Visits every month.", "utf-8")
    assert {change.path for change in made.refresh(id)} == {"bytes", "fingerprint"}
    item = made.evidence()[0]
    assert (item.evidence.title, item.evidence.summary[0]) == ("Visiting rule", "Weekly (p. 1).")
    (here / "rule.txt").unlink()
    (gone,) = made.refresh(id)
    assert "is gone" in gone.text
    with pytest.raises(ReadError, match="cannot be read"):
        ek.document("nowhere.pdf")


def test_a_protected_table_brings_only_what_may_be_shown(here: Path) -> None:
    """The hidden counts are not in the file; in public it is shown only where it is proved safe."""
    frame = pd.DataFrame(
        [("A", "x", 3), ("A", "y", 50), ("A", "Total", 53), ("B", "x", 40), ("B", "y", 60), ("B", "Total", 100),
         ("Total", "x", 43), ("Total", "y", 110), ("Total", "Total", 153)],
        columns=["row", "col", "count"],
    )  # fmt: skip
    table = ek.protect(frame)
    made = Assessment.create(here / "t.equity.json", instrument=REIA)
    made.attach(places(REIA, "protected"), table, title="Visits by group")
    kept = made.evidence()[0].evidence
    assert [row[-1] for row in kept.rows][0] == "hidden"
    assert ("A", "x", "3") not in kept.rows
    assert "Visits by group" in markdown.render(assessment_document(made, public=True))
    assert made.refresh() == ()


def test_words_are_shown_as_long_as_their_agreement_lasts(here: Path) -> None:
    """Expired, and taken back: no report, page or file made after that holds the words."""
    from equitykit.widgets import show

    made = Assessment.create(here / "s.equity.json", instrument=REIA)
    ask = places(REIA, "story")
    story = ek.Evidence(kind="story", title="A mother", summary=(STORY,))
    old = made.attach(ask, story, consent="By phone", consent_until="2020-01-01")
    new = made.attach(ask, ek.visit("North", on="2026-03-02", where="Hall", seen=STORY), consent="Signed")
    shown = {item.id: show.evidence(item) for item in made.evidence()}
    assert STORY not in shown[old]
    assert STORY in shown[new]
    for public in (False, True):
        told = markdown.render(assessment_document(made, public=public))
        assert told.count(STORY) == 1
    made.withdraw_consent(new, by="Ana")
    made.withdraw_consent(old)
    assert STORY not in markdown.render(assessment_document(made))
    assert STORY not in json.dumps(made.to_dict())
    held = [path.read_bytes() for path in here.rglob("*") if path.is_file()]
    assert not any(STORY.encode() in data for data in held)
    assert any("taken back" in (log["note"] or "") for log in made.to_dict()["log"])


def test_a_visit_without_an_agreement_stays_out_of_a_public_report(here: Path) -> None:
    made = Assessment.create(here / "v.equity.json", instrument=REIA)
    made.attach(places(REIA, "visit"), ek.visit("North", on="2026-03-02", where="Hall", seen=STORY))
    assert STORY not in markdown.render(assessment_document(made, public=True))
    with pytest.raises(AssessmentError, match="cannot be attached"):
        made.attach(places(REIA, "visit"), object())
