"""An assessment as a report: what it opens with, its evidence, its answers, and how it is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from equitykit import recipes
from equitykit.assessment import Assessment
from equitykit.evidence import Evidence
from equitykit.measures import Disparities
from equitykit.report import ReportError, assessment_document, html, markdown, terminal, write
from equitykit.report.evidence import recipe_in_words
from equitykit.report.tree import (
    Bullets,
    Callout,
    Details,
    Document,
    Facts,
    Figure,
    Paragraph,
    Table,
    headings,
)
from tests.told import AUDIT, REASON, comparison, opened, text_of, under, visits_online


@pytest.fixture
def visits(tmp_path: Path) -> Assessment:
    return visits_online(tmp_path)


def test_it_opens_with_what_it_is(visits: Assessment) -> None:
    document = assessment_document(visits)
    assert document.title == "Visits online"
    assert document.notice == "Internal working paper, not for publication."
    callout, facts = under(document, "In short")
    assert isinstance(callout, Callout) and callout.title == "Notes only, not an assessment"
    assert isinstance(facts, Facts)
    assert dict(facts.pairs) | {"Result for people": "Children stay with their families.\nSafely."} == dict(
        facts.pairs
    )
    assert dict(facts.pairs)["Asked for on"] == "10 January 2026"


def facts_in_short(assessment: Assessment, *, public: bool = False) -> dict[str, str]:
    _, facts = under(assessment_document(assessment, public=public), "In short")
    return {term: str(value) for term, value in facts.pairs}


def test_the_first_screen_says_what_was_decided_what_changes_and_what_comes_next(visits: Assessment) -> None:
    visits.answer("proposal", "From May, half of the visits are calls. So it was said.\n\nMore words.")
    visits.answer("revision_kind", "changed")
    visits.answer("before", "Dr. Sample chose half of the visits. All ages.")
    visits.answer("after", "Only where the parent asks. No child under one.\nMore.")
    visits.answer("leaders_answer", "revised")
    visits.answer("signed_on", "2026-05-01")
    visits.add_action(what="Book rooms.", due="2026-06-01")
    visits.add_action(what="Ask again", due="2026-05-01", status="done")
    for public in (False, True):
        said = facts_in_short(visits, public=public)
        assert said["What was proposed at first"] == (
            "From May, half of the visits are calls. So it was said.\n"
            "(All of it stands under \u201cDescribe the decision\u201d.)"
        )
        assert said["Leaders decided"] == "Go ahead with the revised proposal (signed on 1 May 2026)"
        assert said["What happens to it"] == (
            "It changes.\nBefore: Dr. Sample chose half of the visits.\nNow: Only where the parent asks."
        )
        assert said["Who is affected"] == "Black families; Somali families"
        assert said["What comes next"].startswith("3 actions, 2 still open. The next is due on 1 June 2026")
        assert said["What comes next"].endswith(": Book rooms.")
    assert "More words." in text_of(assessment_document(visits))


def test_what_nobody_decided_yet_is_said_too(visits: Assessment, tmp_path: Path) -> None:
    assert facts_in_short(visits)["Leaders decided"] == "No answer given."
    assert facts_in_short(visits)["Before and now"] == (
        "Before: Half of the visits.\nNow: Only where the parent asks."
    )
    visits.answer("revision_kind", "dropped")
    assert facts_in_short(visits)["What happens to it"].startswith("It is dropped.")
    fast = Assessment.open(
        tmp_path / "fast.equity.json", instrument="race-equity-impact-assessment", track="fast"
    )
    said = facts_in_short(fast)
    assert "Leaders decided" not in said
    assert said["What comes next"] == "No action is written down."


def test_a_comparison_shows_one_chart_and_folds_the_rest(visits: Assessment) -> None:
    found = comparison(measures=("rate", "rate-difference", "rate-ratio"))
    visits.attach("evidence_current", found)
    document = assessment_document(visits)
    (chart,) = [block for block in document.blocks if isinstance(block, Figure)]
    assert chart.caption.startswith("Rate difference.") and chart.folded
    side = next(b for b in document.blocks if isinstance(b, Table) and b.caption.endswith("side by side"))
    assert side.header[2:] == ("Rate", "Rate difference", "Rate ratio")
    folded = next(b for b in document.blocks if isinstance(b, Details) and "rate ratio" in b.summary)
    assert [b.caption.partition(".")[0] for b in folded.blocks if isinstance(b, Figure)] == [
        "Rate",
        "Rate ratio",
    ]
    page = text_of(document)
    for row in chart.table.rows:
        assert page.count(row[0]) > 3
    ratio = assessment_document_with(visits, comparison(measures=("rate", "rate-ratio", "odds-ratio")))
    charts = [block for block in ratio.blocks if isinstance(block, Figure)]
    assert charts[-1].caption.startswith("Rate ratio.")


def assessment_document_with(assessment: Assessment, found: Disparities) -> Document:
    assessment.attach("evidence_current", found)
    return assessment_document(assessment)


def test_cautions_and_a_long_reason_stand_once(visits: Assessment) -> None:
    for _ in range(3):
        visits.attach("evidence_current", comparison(reason=REASON))
    page = markdown.render(assessment_document(visits))
    assert page.count("These are plain comparisons.") == 1
    assert page.count(REASON) == 1
    assert page.count("As in \u201cRemoved by race and ethnicity\u201d") == 2


def test_the_base_is_said_in_the_words_of_the_codebook(visits: Assessment, tmp_path: Path) -> None:
    lines = ["race,sub,out", *["White,Y,Y"] * 40, *["Black,Y,N"] * 40, *["White,N,Y"] * 7]
    (tmp_path / "kids.csv").write_text("\n".join(lines), encoding="utf-8")
    outcome = {"column": "out", "event": ["Y"], "favourable": False, "at_risk": {"sub": ["Y"]}}
    recipe: dict[str, Any] = {
        "call": "disparities",
        "data": {"path": "kids.csv", "options": {}},
        "codebook": {
            "equitykit": "codebook/1", "title": "Kids",
            "questions": {"race_ethnicity": {"columns": ["race"]}}, "outcomes": {"removed": outcome},
        },
        "arguments": {
            "outcome": "removed", "by": ["race_ethnicity"], "reference": "total", "measures": ["rate", "rate-ratio"],
        },
    }  # fmt: skip
    made = recipes.run(recipe, tmp_path)
    visits.attach("evidence_current", made, title="Removals")
    (facts, *_) = under(assessment_document(visits), "Removals")
    said = dict(facts.pairs)
    assert said["Groups by"] == "Race and ethnicity (column \u201crace\u201d)"
    assert said["Counted"] == (
        "Records where \u201cout\u201d is \u201cY\u201d, among those where \u201csub\u201d is \u201cY\u201d."
    )
    assert said["In all"] == "40 of 80 records"
    assert "Fingerprint of the data" not in said and "To make it again" not in said


def found_twice() -> dict[str, Any]:
    entry = {"check": "a", "outcome": "found", "title": "Title A"}
    return {
        **AUDIT,
        "subject": {"rows": 3000}, "standard": {"id": "us-omb-spd15-2024"},
        "results": [
            {**entry, "severity": "high", "message": "High here."},
            {**entry, "severity": "critical", "message": "Critical there."},
            {"check": "b", "outcome": "found", "severity": "info", "title": "Title B", "message": "A note."},
            *({"check": f"c{i}", "outcome": "found", "severity": "low", "title": f"Title C{i}", "message": f"M{i}."}
              for i in range(7)),
            {"check": "d", "outcome": "clear", "severity": "high", "title": "Title D"},
        ],
        "summary": {"found": {"critical": 1, "low": 7, "info": 1}, "clear": 1, "not_run": 0},
    }  # fmt: skip


def test_an_audit_is_told_check_by_check(visits: Assessment) -> None:
    evidence = Evidence(kind="audit", title="The file", summary=("raw",), facts=found_twice(),
                        columns=("Severity",), rows=(("high",),))  # fmt: skip
    visits.attach("evidence_current", evidence)
    blocks = under(assessment_document(visits), "The file")
    assert blocks[0] == Paragraph(
        "3,000 rows were checked against the standard \u201cOMB Statistical Policy Directive No. 15, 2024 revision"
        "\u201d. 9 checks found something: 1 critical, 7 low and 1 for information. "
        "1 check looked for a problem and did not find it."
    )
    assert blocks[1].rows[0] == ("Critical", "Title A", "Critical there. Also, high: High here.")
    rest = under(assessment_document(visits), "Show 4 more checks that found something")
    rows = [*blocks[1].rows, *rest[0].rows]
    assert [row[1] for row in rows] == ["Title A", *(f"Title C{i}" for i in range(7)), "Title B"]
    assert not [block for block in blocks if isinstance(block, Bullets)]
    page = text_of(assessment_document(visits))
    assert "could not" not in page.partition("All questions and answers")[0].partition("The file")[2][:3000]


def test_every_change_has_its_day_and_nothing_changed_is_said_once(visits: Assessment) -> None:
    first = comparison().to_evidence()
    visits.attach("evidence_current", Evidence(
        kind="disparities", title="Removals", facts=first.facts,
        recipe={"call": "disparities", "data": {"path": str(visits.path), "options": {}}, "arguments": {}},
    ))  # fmt: skip
    facts = {**first.facts, "n": 5000}

    def run(now: Any) -> Any:
        return lambda recipe, folder: Evidence(kind="disparities", title="Removals", facts=now, recipe=recipe)

    for now in (first.facts, first.facts):
        visits.refresh(run=run(now))
    page = markdown.render(assessment_document(visits))
    assert page.count("Run again; no number changed.") == 1
    assert "What changed since" not in page
    for now in (facts, facts, facts):
        visits.refresh(run=run(now))
    (told,) = under(assessment_document(visits), "What changed since it was attached (2)")
    day = r"^\d{1,2} [A-Z][a-z]+ \d{4}: "
    assert all(re.match(day, line) for line in told.items)
    assert [line.partition(": ")[2] for line in told.items][1:] == ["Run again; no number changed."]
    assert "1 detail changed" in told.items[0]


def test_people_are_listed_once(visits: Assessment) -> None:
    document = assessment_document(visits)
    (facts,) = under(document, "Who took part")
    assert facts.pairs == (
        ("Who works on this assessment?", "2 people, listed under \u201cBring in the people affected\u201d"),
    )
    assert markdown.render(document).count("Jo Black") == 2  # in the answer, and in the history


def test_every_question_of_the_track_is_there_with_its_answer(visits: Assessment) -> None:
    document = assessment_document(visits)
    titles = {heading.text for heading in headings(document.blocks)}
    page = markdown.render(document)
    for part in visits.parts():
        assert part.title in titles
        for ask in part.asks:
            assert (ask.label in titles) == visits.visible(ask.id)
            assert markdown.escape(ask.label) in page
    assert under(document, "Why is this decided now?") == [Paragraph("No answer given.")]
    assert under(document, "What kind of decision is it?") == [Paragraph("Practice")]


def test_answers_are_words_not_ids(visits: Assessment) -> None:
    page = text_of(assessment_document(visits))
    assert "Families staying together" in page and "Fairly sure" in page
    tables = [block for block in opened(assessment_document(visits).blocks) if isinstance(block, Table)]
    assert len(tables) > 5
    assert not [
        cell for table in tables for row in table.rows for cell in row if cell in {"fairly", "family"}
    ]


def test_benefit_burden_before_after_actions_and_reviews(visits: Assessment) -> None:
    document = assessment_document(visits)
    (facts,) = under(document, "The proposal, before and after")
    assert facts == Facts([("Before", "Half of the visits."), ("Now", "Only where the parent asks.")])
    assert under(document, "Benefit and burden, group by group")[0].rows[0][:3] == (
        "Black families",
        "Less travel",
        "Cost",
    )
    (actions,) = under(document, "Who does what, by when")
    assert actions.rows == (("Buy data plans", "Dana Whitfield", "1 July 2026", "Plans, by group", "Open"),)
    (reviews,) = under(document, "Looking back")
    assert [row[1] for row in reviews.rows] == [
        "1 October 2026",
        "1 January 2027",
        "1 April 2027",
        "1 July 2027",
    ]


def test_evidence_comes_with_chart_table_and_recipe(visits: Assessment) -> None:
    visits.attach("evidence_current", comparison())
    document = assessment_document(visits)
    figures = [block for block in opened(document.blocks) if isinstance(block, Figure)]
    assert [figure.caption for figure in figures] == ["Rate. Removed by race and ethnicity"]
    assert figures[0].table.rows[0][:3] == ("American Indian or Alaska Native", "61", "14")
    assert "American Indian or Alaska Native: 23.0" in figures[0].alt


def test_a_recipe_in_words() -> None:
    recipe = {
        "call": "disparities", "data": {"path": "../data/intake.csv", "options": {}}, "codebook": {"title": "x"},
        "arguments": {"reference": "all-others", "measures": ["rate", "rate-ratio"], "reason": None, "by": ["sex"]},
    }  # fmt: skip
    evidence = Evidence(kind="disparities", title="T", recipe=recipe)
    assert recipe_in_words(evidence) == (
        "Comparison of groups on \u201c../data/intake.csv\u201d, with the codebook kept here. "
        "Settings: reference: all-others; measures: rate, rate-ratio; by: sex."
    )
    assert "\u201cintake.csv\u201d" in recipe_in_words(evidence, public=True)
    assert recipe_in_words(Evidence(kind="story", title="T")) == "It cannot be run again by this tool."


def test_hostile_answers_stay_text(visits: Assessment) -> None:
    hostile = "<script>alert(1)</script> [x](y) | `a`\n# b\u202e"
    visits.answer("why_now", hostile)
    visits.answer("decision_title", hostile)
    visits.answer("effects", [{"group": hostile, "benefit": hostile}])
    visits.add_action(what=hostile, owner=hostile)
    document = assessment_document(visits)
    page = html.render(document)
    assert "<script" not in page and "\u202e" not in page
    assert "[x](y)" not in markdown.render(document)
    assert "[x](y)" in terminal.render(document)


def test_an_empty_assessment_can_be_told(tmp_path: Path) -> None:
    made = Assessment.open(
        tmp_path / "new.equity.json", instrument="race-equity-impact-assessment", track="fast"
    )
    for public in (False, True):
        assert "No answer given." in text_of(assessment_document(made, public=public))


@pytest.mark.parametrize("name", ["report.html", "report.md", "REPORT.HTML"])
def test_write_picks_the_format_by_the_ending(visits: Assessment, tmp_path: Path, name: str) -> None:
    path = write(visits, tmp_path / name)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>" if name.lower().endswith("html") else "**Internal")
    assert not list(tmp_path.glob(".*.part"))


def test_write_says_which_formats_there_are(visits: Assessment, tmp_path: Path) -> None:
    with pytest.raises(
        ReportError, match=r'cannot be written as "a.odt". Allowed: .html, .docx, .xlsx, .pdf, .md'
    ):
        write(visits, tmp_path / "a.odt")
    with pytest.raises(ReportError, match="There is no report of a int"):
        write(3, tmp_path / "a.html")  # type: ignore[arg-type]


def test_a_report_that_fails_leaves_the_old_one(
    visits: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(visits, tmp_path / "a.html")
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(ReportError, match="in use"):
        write(visits, path)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob(".*.part"))
    with pytest.raises(ReportError, match="Check that the folder is there"):
        write(visits, tmp_path / "no folder" / "a.html")
