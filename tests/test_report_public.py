"""An assessment as a report for others: nobody is named, and only what harms nobody is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from equitykit.assessment import Assessment
from equitykit.evidence import Evidence
from equitykit.report import ReportError, assessment_document, write
from equitykit.report.tree import (
    Figure,
    headings,
)
from tests.told import AUDIT, comparison, opened, text_of, under, visits_online


@pytest.fixture
def visits(tmp_path: Path) -> Assessment:
    return visits_online(tmp_path)


def test_the_history_is_for_the_team_only(visits: Assessment) -> None:
    visits.answer("why_now", "First words", note="a remark")
    visits.answer("why_now", "Second words", by="Dana Whitfield")
    assert "First words" in text_of(assessment_document(visits))
    public = text_of(assessment_document(visits, public=True))
    assert "First words" not in public and "a remark" not in public
    assert "Second words" in public


def test_drafts_are_for_the_team_only(visits: Assessment) -> None:
    visits.answer("why_now", "Kept")
    visits.draft("why_now", "Half a thou")
    visits.draft("fixed_parts", "Never kept")
    internal = text_of(assessment_document(visits))
    assert "Half a thou" in internal and "Still being written." in internal
    public = text_of(assessment_document(visits, public=True))
    assert "Half a thou" not in public and "Never kept" not in public and "Kept" in public


def test_the_public_version_names_nobody(visits: Assessment) -> None:
    visits.answer(
        "why_now", "ROSA MARTINEZ asked, and Ms Martinez insisted. Black families waited. Judge Black too."
    )
    page = text_of(assessment_document(visits, public=True))
    for name in ("Rosa", "ROSA", "Martinez", "Whitfield", "Jo Black"):
        assert name not in page
    assert "Black families waited." in page
    assert "Judge Black" not in page
    assert "Analyst" in page
    assert "Names are left out of a public report." in page
    assert "Rosa Martinez" in text_of(assessment_document(visits))


def test_the_public_version_shows_no_small_number(visits: Assessment) -> None:
    rows = under(
        assessment_document(visits, public=True),
        "Which groups of people would feel the effect of this decision?",
    )
    number = rows[0].header.index("About how many people?")
    assert [row[number] for row in rows[0].rows] == ["320", "too few to show"]


def left_out(assessment: Assessment) -> list[str]:
    document = assessment_document(assessment, public=True)
    if "Left out of this report" not in [heading.text for heading in headings(document.blocks)]:
        return []
    return list(under(document, "Left out of this report")[0].items)


def counts(**changes: Any) -> Evidence:
    """Evidence with a table of groups; `changes` touch its first row or the facts."""
    evidence = comparison().to_evidence()
    facts = dict(evidence.facts)
    facts["rows"] = [dict(row) for row in facts["rows"]]
    for key, value in changes.items():
        (facts["rows"][0] if key in facts["rows"][0] else facts)[key] = value
    return Evidence(kind="disparities", title="A comparison", facts=facts, data_sha256="one")


def test_safe_evidence_is_public(visits: Assessment) -> None:
    visits.attach("evidence_current", counts())
    assert left_out(visits) == []
    assert "23.0" in text_of(assessment_document(visits, public=True))


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (counts(events=5), "small enough"),
        (counts(events=56), "small enough"),
        (counts(n=10, events=0), "small enough"),
        (counts(suppressed="primary"), "hidden numbers"),
        (counts(n=4414, events=600), "small enough"),  # everybody but 5
        (Evidence(kind="audit", title="T", facts=AUDIT), "not made for the public"),
        (
            Evidence(
                kind="audit", title="T",
                facts={**AUDIT, "notice": "Public: x", "questions": [{"values": [{"n": 4}], "n": 500}]},
            ),
            "small enough",
        ),
        (Evidence(kind="groups", title="T", facts={}), "not proved"),
        (Evidence(kind="document", title="T", columns=("a",), rows=(("1",),)), "not proved"),
    ],
)  # fmt: skip
def test_evidence_that_is_not_proved_safe_is_left_out(
    visits: Assessment, evidence: Evidence, reason: str
) -> None:
    visits.attach("evidence_current", evidence)
    said = left_out(visits)
    assert len(said) == 1 and reason in said[0]
    public = assessment_document(visits, public=True)
    assert not [block for block in opened(public.blocks) if isinstance(block, Figure)]
    assert "What it says" not in text_of(assessment_document(visits, public=True))


def test_a_second_table_from_the_same_data_is_left_out(visits: Assessment) -> None:
    visits.attach("evidence_current", counts())
    visits.attach("evidence_current", counts())
    assert len(left_out(visits)) == 1 and "Another table from the same data" in left_out(visits)[0]


def test_a_protected_audit_is_public(visits: Assessment) -> None:
    facts = {
        **AUDIT,
        "notice": "Public: small counts are hidden.",
        "questions": [{"n": 500, "values": [{"n": None}]}],
    }
    visits.attach("evidence_current", Evidence(kind="audit", title="T", summary=("Seen.",), facts=facts))
    assert left_out(visits) == []


@pytest.mark.parametrize(
    ("consent", "until", "shown", "reason"),
    [
        (None, None, False, "No agreement"),
        ("Signed", "2099-01-01", True, ""),
        ("Signed", "2020-01-01", False, "ended on 1 January 2020"),
    ],
)
def test_a_story_needs_an_agreement(
    visits: Assessment, consent: str | None, until: str | None, shown: bool, reason: str
) -> None:
    story = Evidence(kind="story", title="A mother's visit", summary=("Three buses.",))
    visits.attach("stories", story, consent=consent, consent_until=until)
    page = text_of(assessment_document(visits, public=True))
    assert ("Three buses." in page) == shown
    assert ("mother" in page) == shown
    assert reason in " ".join(left_out(visits))
    internal = text_of(assessment_document(visits))
    assert ("Three buses." in internal) == (until != "2020-01-01")


def test_redacted_text_is_gone_and_said(visits: Assessment) -> None:
    visits.answer("why_now", "A secret text of a family")
    visits.redact("why_now", "The family asked for it.")
    document = assessment_document(visits)
    assert "A secret text" not in text_of(document)
    assert "The family asked for it." in text_of(document)
    (said,) = under(document, "Why is this decided now?")
    assert said.text.startswith("Taken out on ")


def test_names_are_taken_out_of_evidence_too(visits: Assessment) -> None:
    told = Evidence(kind="document", title="Notes of Rosa Martinez", summary=("Jo Black wrote them.",))
    visits.attach("evidence_current", told)
    page = text_of(assessment_document(visits, public=True))
    assert "Notes of [name left out]" in page
    assert "Jo Black" not in page and "Martinez" not in page


def test_an_owner_that_is_a_role_is_not_taken_for_a_person(visits: Assessment) -> None:
    visits.answer(
        "team", [{"name": "Rosa Martinez", "role": "Deputy Director", "organisation": "Health Department"}]
    )
    visits.add_action(what="Ask the Health Department", owner="Health Department")
    visits.add_action(what="Call Dana Whitfield", owner="Dana Whitfield")
    page = text_of(assessment_document(visits, public=True))
    assert "Ask the Health Department" in page
    assert "Call [name left out]" in page


def test_what_is_not_safe_is_not_written_for_the_public(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="was not made for the public"):
        write(AUDIT, tmp_path / "a.html", public=True)
    with pytest.raises(ReportError, match="small enough to point to people"):
        write(comparison(smallest=9), tmp_path / "b.html", public=True)
    assert list(tmp_path.iterdir()) == []
    assert write(comparison(), tmp_path / "c.html", public=True).exists()
    assert write(AUDIT | {"notice": "Public: x"}, tmp_path / "d.md", public=True).exists()
