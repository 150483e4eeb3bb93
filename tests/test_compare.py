"""Two audits side by side: new, gone, changed, and what could not be looked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equitykit as ek
from equitykit.compare import KINDS, compare
from equitykit.errors import CompareError


def audit(other: int = 5, umbrella: int = 0, white: int = 90, **arguments: Any) -> ek.Audit:
    values = ["Other"] * other + ["Asian/Pacific Islander"] * umbrella + ["White"] * white
    return ek.audit(pd.DataFrame({"race": values}), **arguments)


def kinds(changes: ek.AuditChanges) -> dict[str, str]:
    return {change.check: change.change for change in changes.changes}


def test_an_audit_beside_itself_has_no_change() -> None:
    changes = ek.compare(audit(), audit())
    assert {c.change for c in changes.changes} == {"same"}
    assert not changes.could_run_then and not changes.can_run_now
    assert "As before" in changes.to_markdown()


def test_new_gone_and_changed() -> None:
    changes = ek.compare(audit(other=5), audit(other=20, umbrella=10))
    assert kinds(changes)["umbrella-asian-pi"] == "new"
    (other,) = [c for c in changes.of("changed") if c.check == "other-share"]
    assert (other.severity_before, other.severity, other.is_worse) == ("low", "medium", True)
    assert (other.observed_before, other.observed) == (0.052632, 0.166667)
    back = audit(other=5).compare(audit(other=20, umbrella=10))
    assert kinds(back)["umbrella-asian-pi"] == "gone"
    assert not next(c for c in back.changes if c.check == "other-share").is_worse


def test_gone_is_said_only_where_somebody_looked() -> None:
    then, now = audit(umbrella=10), ek.audit(pd.DataFrame({"visits": [1, 2, 3]}))
    assert kinds(ek.compare(then, now))["umbrella-asian-pi"] == "no_longer_looked_at"
    assert kinds(ek.compare(now, then))["umbrella-asian-pi"] == "newly_looked_at"
    assert "umbrella-asian-pi" in ek.compare(then, now).could_run_then
    assert "umbrella-asian-pi" in ek.compare(now, then).can_run_now


def test_questions_values_and_units() -> None:
    (race,) = ek.compare(audit(white=10), audit(white=20, umbrella=1)).questions
    assert (race.n_before, race.n) == (15, 26)
    assert race.values_appeared == ("Asian/Pacific Islander",) and race.values_vanished == ()
    asian = ek.audit(pd.DataFrame({"race": ["White", "Asian"] * 9}))
    (race,) = ek.compare(audit(), asian).questions
    assert race.categories_appeared == ("ASIAN",) and race.values_vanished == ("Other",)


def test_what_makes_a_comparison_doubtful_is_said() -> None:
    form = ek.audit(ek.read_form(Path("sample_data") / "placement_dictionary.csv"))
    remarks = " ".join(ek.compare(form, audit()).remarks)
    assert "The earlier audit looked at form, the later one at records" in remarks
    remarks = " ".join(ek.compare(audit(standard="us-omb-spd15-1997"), audit(public=True)).remarks)
    assert "The standards differ" in remarks and "One audit is public" in remarks


def test_public_only_where_both_are() -> None:
    assert ek.compare(audit(public=True), audit(public=True)).notice.startswith("Public")
    both = ek.compare(audit(), audit(public=True))
    assert both.notice.startswith("Internal") and both.to_dict()["notice"] == both.notice
    (race,) = both.questions
    assert race.values_vanished == () and race.note


def test_all_forms_of_it() -> None:
    changes = ek.compare(audit(other=5), audit(other=20, umbrella=10))
    frame = changes.to_frame()
    assert list(frame["change"]) == [c.change for c in changes.changes]
    again = json.loads(json.dumps(changes.to_dict()))
    assert again["format"] == "audit-changes/1" and len(again["changes"]) == len(frame)
    for text in (changes.to_html(), changes.to_markdown(), changes._repr_html_()):
        assert "Changed" in text and "umbrella" in text.lower() or "Pacific" in text
    with pytest.raises(CompareError, match='no kind of change "worse"'):
        changes.of("worse")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not an audit"),
        ('{"format": "audit/1"}', "is not an audit"),
        (
            '{"format": "audit/1", "subject": {}, "standard": {}, "questions": [], "results": [{"check": 1}]}',
            "is not an audit",
        ),
        (
            '{"format": "audit/1", "subject": {}, "standard": {}, "questions": [3], "results": []}',
            "is not an audit",
        ),
    ],
)
def test_a_file_that_is_no_audit(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CompareError, match=sentence):
        compare(path, audit())


def test_what_is_no_audit_at_all() -> None:
    with pytest.raises(CompareError, match="A int is not an audit"):
        compare(3, audit())
    with pytest.raises(CompareError, match="cannot be read"):
        compare("no.json", audit())


COUNTS = st.integers(min_value=0, max_value=12)


@settings(max_examples=15, deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_turned_round_new_is_gone_and_gone_is_new(a: int, b: int, c: int, d: int) -> None:
    one, two = audit(other=a, umbrella=b), audit(other=c, umbrella=d)
    turned = {"new": "gone", "gone": "new", "newly_looked_at": "no_longer_looked_at"}
    turned |= {"no_longer_looked_at": "newly_looked_at"}
    there, back = kinds(ek.compare(one, two)), kinds(ek.compare(two, one))
    assert back == {check: turned.get(kind, kind) for check, kind in there.items()}
    assert set(there.values()) <= set(KINDS)
