"""Accepted findings: the same under row order, counts and wording; new again when worse or past."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit.baseline import Baseline
from equitykit.errors import AuditFailed, BaselineError
from equitykit.places import Place, fingerprint, was_looked_at
from tests.cases.contract import breaches

TODAY = date(2026, 11, 21)
WHO = {"reason": "The new form starts in May", "by": "R. Diaz"}


def people(umbrella: int = 20, other: int = 4, white: int = 76) -> pd.DataFrame:
    """Records with an umbrella label and some "Other"; 100 unless told."""
    return pd.DataFrame(
        {"race": ["Asian/Pacific Islander"] * umbrella + ["Other"] * other + ["White"] * white}
    )


def accepted(frame: pd.DataFrame, **given: Any) -> Baseline:
    return Baseline().accept(ek.audit(frame).data, today=TODAY, **{**WHO, **given})


def marked(frame: pd.DataFrame, baseline: Baseline, **given: Any) -> dict[str, Any]:
    return baseline.apply(ek.audit(frame).data, **{"today": TODAY, **given})


def states(data: dict[str, Any]) -> dict[str, str]:
    return {entry["check"]: entry["state"] for entry in data["baseline"]["entries"]}


def test_what_was_accepted_is_no_longer_new_and_stays_visible() -> None:
    audit = ek.audit(people())
    done = audit.with_baseline(accepted(people()))
    assert audit.found("low", new=True) and not done.found("info", new=True)
    assert len(done.found()) == len(audit.found())
    done.raise_if("info")
    with pytest.raises(AuditFailed):
        audit.raise_if("low")
    assert breaches(done.to_dict()) == []
    assert done.data["summary"] == audit.data["summary"]
    assert "Accepted by R. Diaz" in done.to_html() and "Accepted by R. Diaz" in done.to_markdown()
    assert done.to_frame().loc[lambda f: f.outcome == "found", "accepted"].notna().all()
    assert "accepted" not in audit.to_frame().columns


@pytest.mark.parametrize(
    "frame",
    [
        people().iloc[::-1].reset_index(drop=True),
        people(umbrella=200, other=40, white=760),
        people().assign(x=1),
    ],
    ids=["other order of rows", "ten times the people", "another column"],
)
def test_the_same_finding_under_other_rows_and_counts(frame: pd.DataFrame) -> None:
    done = marked(frame, accepted(people()))
    assert done["baseline"]["new"] == 0


def test_a_message_in_other_words_is_the_same_finding() -> None:
    data = ek.audit(people()).to_dict()
    for row in data["results"]:
        row |= {"message": "Put in other words.", "title": "Another title", "observed": 7, "n": 9}
    assert accepted(people()).apply(data, today=TODAY)["baseline"]["new"] == 0


def test_a_finding_that_became_worse_is_new_again() -> None:
    before, after = people(other=5, white=95), people(other=30, white=70)
    found = {r["check"]: r["severity"] for r in ek.audit(after).found()}
    assert found["other-share"] == "medium"  # low before
    done = marked(after, accepted(before))
    assert states(done)["other-share"] == "worse"
    assert "accepted" not in next(r for r in done["results"] if r["check"] == "other-share")
    assert states(marked(before, accepted(after)))["other-share"] == "accepted"  # milder stays accepted


def test_an_acceptance_ends_on_its_day() -> None:
    baseline = accepted(people(), until=date(2027, 1, 31))
    assert marked(people(), baseline, today=date(2027, 1, 31))["baseline"]["new"] == 0
    later = marked(people(), baseline, today=date(2027, 2, 1))
    assert later["baseline"]["accepted"] == 0
    assert set(states(later).values()) == {"past"}


def test_what_is_gone_is_said_only_where_somebody_looked() -> None:
    baseline = accepted(people())
    assert states(marked(people(umbrella=0), baseline))["umbrella-asian-pi"] == "gone"
    not_asked = ek.audit(people(umbrella=0), select=["other-share"]).data
    assert states(baseline.apply(not_asked, today=TODAY))["umbrella-asian-pi"] == "not_looked_at"
    no_race = ek.audit(pd.DataFrame({"visits": [1, 2, 3]})).data
    assert states(baseline.apply(no_race, today=TODAY))["umbrella-asian-pi"] == "not_looked_at"


def test_writing_again_keeps_reasons_drops_what_is_gone_and_leaves_other_subjects(tmp_path: Path) -> None:
    form = ek.audit(ek.read_form(Path("sample_data") / "placement_dictionary.csv"))
    first = accepted(people()).accept(form.data, reason="Old form", by="A. Lee", today=TODAY)
    again = first.accept(
        ek.audit(people(umbrella=0)).data, reason="Second look", by="B. Kim", today=date(2027, 1, 1)
    )
    of = {(entry.subject, entry.place.check): entry for entry in again.accepted}
    assert ("records", "umbrella-asian-pi") not in of
    assert of["records", "other-share"].by == "R. Diaz"
    assert {entry.by for (kind, _), entry in of.items() if kind == "form"} == {"A. Lee"}


def test_the_file_holds_no_counts_and_reads_back(tmp_path: Path) -> None:
    frame = people(umbrella=213, other=457, white=7771)
    baseline = accepted(frame, until=date(2027, 6, 30))
    text = baseline.to_yaml()
    said = re.sub(r"\d{4}-\d{2}-\d{2}", "", text).replace("baseline/1", "")
    assert re.findall(r"\d+", said) == []
    assert "&" not in text and "*" not in text.split("accepted:")[1]
    path = tmp_path / "b.yaml"
    path.write_text(text, encoding="utf-8")
    assert Baseline.load(path) == baseline


def test_in_public_neither_names_nor_free_text_are_shown() -> None:
    frame = people(umbrella=200, other=40, white=760)
    done = ek.audit(frame, public=True).with_baseline(accepted(frame))
    marks = [row["accepted"] for row in done.data["results"] if "accepted" in row]
    assert marks and all(mark["by"] is None and mark["reason"] is None for mark in marks)
    assert "Diaz" not in done.to_json() and "starts in May" not in done.to_html()
    gone = ek.audit(people(umbrella=0, other=40, white=760), public=True).with_baseline(accepted(frame))
    assert "gone" not in states(gone.to_dict()).values()  # a public audit leaves findings out
    assert breaches(done.to_dict()) == []


GOOD = """equitykit: baseline/1
accepted:
- {check: other-share, subject: records, severity: low, columns: [race], reason: why, by: who, date: 2026-01-02}
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\n", 'its first line should be "equitykit: baseline/1"'),
        ("[", "is not YAML"),
        (GOOD.replace(", by: who", ""), 'has no "by"'),
        (GOOD.replace("reason: why", "reason: ''"), 'has no "reason"'),
        (GOOD.replace("2026-01-02", "yesterday"), '"yesterday" is no date'),
        (GOOD.replace("severity: low", "severity: lwo"), 'Did you mean "low"'),
        (GOOD.replace("by: who", "by: who, unitl: 2027-01-01"), 'Did you mean "until"'),
        (GOOD.replace("columns: [race]", "columns: {a: b}"), '"columns" is not a list'),
        ("equitykit: baseline/1\naccepted: [x]\n", "not a list of fields"),
        ("equitykit: baseline/1\naccepted: x\n", '"accepted" is not a list'),
    ],
)
def test_a_file_that_is_not_one_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=re.escape(sentence)):
        Baseline.load(path)


def test_no_reason_no_acceptance() -> None:
    with pytest.raises(BaselineError, match="with a reason"):
        accepted(people(), reason=" ")
    with pytest.raises(BaselineError, match="is past"):
        accepted(people(), until=date(2020, 1, 1))


def test_a_place_is_the_check_its_columns_and_groups() -> None:
    row = {"check": "a", "columns": ["x", "y"], "groups": ["G"], "outcome": "found", "severity": "low"}
    assert fingerprint(row) == fingerprint({**row, "columns": ["y", "x"], "severity": "high", "n": 1})
    others = [{**row, "check": "b"}, {**row, "columns": ["x"]}, {**row, "groups": []}]
    assert len({fingerprint(each) for each in [row, *others]}) == 4
    assert not was_looked_at([], Place.of(row))
    stopped = {"check": "a", "outcome": "not_run", "columns": ["z"], "severity": "low"}
    clear = {"check": "a", "outcome": "clear", "columns": [], "severity": "low"}
    assert was_looked_at([clear, stopped], Place.of(row))
    assert not was_looked_at([clear, {**stopped, "columns": ["x"]}], Place.of(row))
