"""The race equity impact assessment at work: views, other decisions in the folder, sign-off, and its chapters."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from equitykit.assessment import Assessment
from equitykit.errors import EquitykitError, InstrumentError, UnknownName
from equitykit.instruments import load
from equitykit.instruments.statements import load_statement, statements
from equitykit.instruments.views import OURS, REST, load_view, views
from equitykit.report import ReportError, assessment_document, html, markdown, statement_document, write
from equitykit.report.tree import Document, Paragraph
from equitykit.resources import folder
from tests.command import Run

REIA = load("race-equity-impact-assessment")
EXAMPLE = folder("sample_data") / "visits-online.equity.json"


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Assessment]:
    """The example, on the full track, in a folder of its own; without its evidence, whose charts take time."""
    path = tmp_path / "visits.equity.json"
    kept = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    path.write_text(json.dumps(kept | {"evidence": []}, indent=1), encoding="utf-8")
    yield Assessment.open(path, by="Team")


def told(assessment: Assessment, **how: object) -> str:
    return markdown.render(assessment_document(assessment, **how)).replace("\\", "")  # type: ignore[arg-type]


# views


@pytest.mark.parametrize("id", views(REIA.id))
def test_every_view_shows_every_question_once_and_claims_nothing(id: str, visits: Assessment) -> None:
    """One content, another order; our mapping, without affiliation."""
    view = load_view(id, REIA)
    asks = tuple(ask.id for ask in REIA.asks())
    shown = [ask for _, ids in view.ordered(asks) for ask in ids]
    assert sorted(shown) == sorted(asks)
    assert OURS in view.remark
    assert view.sources
    assert all(step.seen for step in view.steps) or "those marked are ours" in view.remark
    plain, ordered = told(visits), told(visits, view=id)
    assert "our own mapping. It is not affiliated with or endorsed by those" in ordered
    for ask in REIA.asks():
        if visits.visible(ask.id):
            assert ordered.count(f"#### {ask.label}") == plain.count(f"#### {ask.label}") == 1, ask.id


def test_step_names_that_were_not_read_are_marked() -> None:
    """DC: two names were read, the other headings are ours; GARE: all six were read."""
    dc = load_view("dc", REIA)
    assert [step.title for step in dc.steps if step.seen] == ["Overview", "Background"]
    titles = [title for title, _ in dc.ordered(tuple(ask.id for ask in REIA.asks()))]
    assert titles[2] == "3. How things are now, and for whom (a heading of our own)"
    assert len(load_view("gare", REIA).steps) == 6


def test_no_view_asks_a_question_that_is_not_ours() -> None:
    """A view orders our questions and holds none of its own; unread question lists have no place in it."""
    for path in (folder("schemas") / "views").glob("*.yaml"):
        assert "?" not in path.read_text(encoding="utf-8").split("sources:")[0], path.name


def test_a_question_in_no_step_is_shown_at_the_end(visits: Assessment) -> None:
    assert f"### {REST}" in told(visits, view="five-questions")


def test_a_view_that_does_not_fit_is_refused_in_words(visits: Assessment, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match='There is no view "gara".*Did you mean "gare"'):
        load_view("gara", REIA)
    with pytest.raises(InstrumentError, match="orders the questions of"):
        load_view("gare", load("anti-racist-data-collection"))
    own = tmp_path / "own.yaml"
    text = (folder("schemas") / "views" / "gare.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("desired_result,", "desired_results,"), encoding="utf-8")
    with pytest.raises(UnknownName, match='Did you mean "desired_result"'):
        load_view(own, REIA)
    own.write_text(text.replace("steps:", "stepps:"), encoding="utf-8")
    with pytest.raises(InstrumentError, match='"own.yaml" is no view: steps: Field required'):
        load_view(own, REIA)
    own.write_text(text.replace("[causes,", "[effects, causes,"), encoding="utf-8")
    with pytest.raises(InstrumentError, match='"effects" is used twice'):
        load_view(own, REIA)
    with pytest.raises(ReportError, match="made from an assessment, and this is none"):
        write(Document("A", [Paragraph("x")]), tmp_path / "a.html", view="gare")


def test_the_report_of_a_view_from_the_shell(visits: Assessment, tmp_path: Path, run: Run) -> None:
    done = run("report", str(visits.path), "--view", "gare", "-o", str(tmp_path / "a.html"))
    assert done.code == 0
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert page.index("1. Desired results") < page.index("2. Data") < page.index("6. Accountability")
    wrong = run("report", str(visits.path), "--view", "garee")
    assert (wrong.code, 'Did you mean "gare"' in wrong.err) == (2, True)


# what every output says


@pytest.mark.parametrize("track", ["full", "fast"])
def test_every_output_says_which_track_and_the_dates(track: str, visits: Assessment, tmp_path: Path) -> None:
    visits.set_track(track)
    for public in (False, True):
        text = told(visits, public=public)
        assert ("Full assessment" in text) == (track == "full")
        assert ("Short assessment" in text) == (track == "fast")
        assert "**Asked for on:** 12 January 2026" in text
        assert "**Day of the decision:** 12 January 2027" in text
    visits.answer("after", None)
    assert "Notes only, not an assessment" in told(visits)


# other decisions in the folder


def another(path: Path, **answers: object) -> Assessment:
    made = Assessment.create(path, instrument=REIA.id, by="Other team")
    for id, value in answers.items():
        made.answer(id, value)
    return made


def test_what_several_decisions_bring_the_same_group(visits: Assessment) -> None:
    """Found in the folder, beside each other, in the words of those who wrote them; nothing is added up."""
    here = visits.path.parent
    another(
        here / "bus.equity.json",
        decision_title="Bus line 4 stops",
        decided_on="2024-06-01",
        result_areas=["housing"],
        places="Harbor",
        affected_groups=[{"group": "black families  with a child in care"}, {"group": "Students"}],
        effects=[
            {
                "group": "Black families with a child in care",
                "within": "Parents without a car",
                "burden": "Two hours",
            }
        ],
    )
    another(here / "later.equity.json", decision_title="Undated", affected_groups=[{"group": "Students"}])
    beside = visits.nearby()
    assert [one.title for one in beside.others] == ["Bus line 4 stops", "Undated"]
    assert beside.others[0].groups == ("black families  with a child in care", "Students")
    shared = beside.shared()
    assert list(shared) == ["Black families with a child in care"]
    assert [one.title for one, _ in shared["Black families with a child in care"]] == [
        "Family visits by video",
        "Bus line 4 stops",
    ]
    text = told(visits)
    assert "## Together with other decisions" in text
    assert "| Black families with a child in care | Bus line 4 stops | Parents without a car |" in text
    assert "Groups are matched by their words only." in text
    assert (
        "Bus line 4"
        not in told(visits, public=True).split("## Together with other decisions")[1].split("## ")[0]
    )


def test_a_file_that_cannot_be_read_or_is_there_twice_is_said(visits: Assessment) -> None:
    here = visits.path.parent
    other = another(here / "bus.equity.json", decision_title="Bus line 4 stops")
    shutil.copy(other.path, here / "copy of bus.equity.json")
    shutil.copy(visits.path, here / "visits again.equity.json")
    (here / "cut.equity.json").write_text('{"internal": "x", "form', encoding="utf-8")
    shutil.copy(folder("sample_data") / "intake-questions.equity.json", here)
    before = {path.name: path.read_bytes() for path in here.glob("*.json")}
    beside = visits.nearby()
    assert [one.title for one in beside.others] == ["Bus line 4 stops"]
    assert sorted(beside.twice) == ["copy of bus.equity.json", "visits again.equity.json"] or sorted(
        beside.twice
    ) == ["bus.equity.json", "visits again.equity.json"]
    assert [name for name, _ in beside.not_read] == ["cut.equity.json"]
    text = told(visits)
    assert '"cut.equity.json" could not be read' in text
    assert "is counted once" in text
    assert {path.name: path.read_bytes() for path in here.glob("*.json")} == before, "nothing was written"


# sign-off


def test_a_change_after_the_sign_off_is_said(visits: Assessment) -> None:
    """On which revision it was signed; then what, when and by whom; in the report's first screen too."""
    sign = visits.signed_off()
    assert sign is not None
    kept = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert sign.revision == kept["revision"]
    assert sign.later == ()
    assert "No answer, evidence or action was changed after the sign-off." in told(visits)
    visits.answer("after", "All visits by video.", by="Somebody else")
    visits.update_action(visits.actions()[0].id, status="done")
    visits.draft("places", "Harbor only")
    later = visits.signed_off()
    assert later is not None
    assert [one.what.split(":")[0] for one in later.later] == [
        "What does the proposal say now?",
        "Action",
        "Which places would feel the effect most? (still being written)",
    ]
    assert later.later[0].by == "Somebody else"
    text = told(visits)
    assert "3 changes were made after leaders signed off." in text
    assert "Changed after the sign-off" in text
    visits.reopen("sign_off")
    assert "and opened again on" in told(visits)


def test_no_sign_off_is_no_sign_off(tmp_path: Path) -> None:
    made = another(tmp_path / "a.equity.json", signed_on="2026-01-01")
    assert made.signed_off() is None
    assert "## Sign-off" not in told(made)


# chapters


def test_the_chapters_on_the_decision(visits: Assessment) -> None:
    text = told(visits)
    order = [
        "## In short", "## In plain words, for the community", "## The proposal, before and after",
        "## Benefit and burden, group by group", "## Other ways, side by side",
        "## What makes each burden smaller, and what it did", "## Who was heard, and what changed because of them",
        "## Who does what, by when", "## Looking back", "## Sign-off", "## Evidence", "## All questions and answers",
    ]  # fmt: skip
    places = [text.index(heading) for heading in order]
    assert places == sorted(places)
    assert "| Asked of each way | Way 1 | Way 2 | Way 3 | Way 4 |" in text
    assert "| Parents without broadband at home |" in text, "who within a group has a row of their own"
    assert "What these steps did in fact has not been written down yet." in text
    assert (
        "| Who | How and when | Who was not there | What they said | What it changed | How they heard back |"
        in text
    )


def test_a_step_is_followed_to_what_it_did(visits: Assessment) -> None:
    rows = visits.value("less_burden")
    rows[0] |= {"state": "done", "seen": "Fewer calls broke off.", "seen_on": "2027-10-01"}
    visits.answer("less_burden", rows)
    text = told(visits)
    assert "| Done | Fewer calls broke off. | 1 October 2027 |" in text
    assert "For 6 of 7 steps, what it did in fact has not been written down yet." in text


def test_the_plain_summary_shows_its_reading_level(visits: Assessment) -> None:
    chapter = told(visits).split("## In plain words, for the community")[1].split("## ")[0]
    assert "Reading level: about grade " in chapter
    assert "The aim for families is grade 6 or lower." in chapter
    hard = "Authorization modifications necessitate administrative reconsideration of circumstances. " * 5
    visits.answer("main_message", hard)
    assert "Worth another look" in told(visits).split("## In plain words")[1].split("## ")[0]
    assert not visits.problems("report_back"), "the level never holds anything up"


def test_before_and_after_word_by_word(visits: Assessment) -> None:
    page = html.render(assessment_document(visits))
    assert '<del><span class="said">[taken out:] </span>' in page
    assert '<ins><span class="said">[added:] </span>' in page
    public = html.render(assessment_document(visits, public=True))
    assert "<del>" in public


@pytest.mark.parametrize("ending", ["docx", "xlsx", "pdf"])
def test_the_whole_example_in_every_format(ending: str, visits: Assessment, tmp_path: Path, run: Run) -> None:
    done = run("report", str(visits.path), "-o", str(tmp_path / f"a.{ending}"), "--public")
    assert done.code == 0, done.err
    assert (tmp_path / f"a.{ending}").stat().st_size > 10_000


def test_errors_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(EquitykitError, match="Allowed: dc, five-questions, gare, ontario-heia, seattle"):
        load_view("nothing-like-it", REIA)


# short papers


@pytest.fixture
def bill(tmp_path: Path) -> Assessment:
    """An assessment of a bill, with numbers, a zero, and a number that nobody can give."""
    return another(
        tmp_path / "bill.equity.json",
        decision_title="A new penalty",
        proposal="A fine becomes up to 90 days in jail.",
        decision_type="legislation",
        bill="House File 0",
        law_before_after=[
            {
                "group": "Black people",
                "what": "sentenced in a year",
                "now": 40,
                "after": 50,
                "source": "Courts 2025",
            },
            {
                "group": "White people",
                "what": "sentenced in a year",
                "now": 0,
                "after": 5,
                "source": "Courts 2025",
            },
            {
                "group": "Native people",
                "what": "sentenced in a year",
                "now": 4,
                "after": 9,
                "source": "Courts 2025",
            },
            {
                "group": "Asian people",
                "what": "sentenced in a year",
                "why_not": "the courts do not record it",
            },
        ],
        effects=[{"group": "Black people", "within": "Mothers", "burden": "Jail", "how": "No bail money"}],
        data_gaps="Race is what the police wrote down.",
    )


@pytest.mark.parametrize("id", ["dc", "iowa", "minnesota", "oregon"])
def test_a_statement_is_ours_and_says_what_was_read(id: str, bill: Assessment) -> None:
    """Our layout, no legal conclusion, every fact about theirs read in a source or marked; numbers as they are."""
    text = markdown.render(statement_document(bill, id)).replace("\\", "")
    assert "It is no official form, nobody named here endorses it, and it draws no legal conclusion." in text
    assert "Notes only, not an assessment" in text
    assert "Read in a source: " in text
    assert "Not verified: " in text
    assert "| Black people | sentenced in a year | 40 | 50 | +10 | +25 % | Courts 2025 |" in text
    assert "| White people | sentenced in a year | 0 | 5 | +5 | \u2013 | Courts 2025 |" in text
    assert "| \u2013 | \u2013 | Cannot be estimated: the courts do not record it |" in text
    assert "Race is what the police wrote down." in text
    assert "No answer given." in text, "a section without an answer says so"
    public = markdown.render(statement_document(bill, id, public=True)).replace("\\", "")
    assert "| Native people | sentenced in a year | too few to show | too few to show |" in public
    assert not set(re.findall(r"[a-z]+", text.lower())) & {"positive", "negative", "neutral", "score"}


def test_every_statement_names_questions_that_are_asked() -> None:
    known = {ask.id for ask in REIA.asks()}
    for id in statements():
        paper = load_statement(id)
        assert {ask for section in paper.sections for ask in section.show} <= known
        assert all(fact.url for fact in paper.facts if fact.seen)


def test_a_page_for_the_community_shows_its_reading_level(
    visits: Assessment, tmp_path: Path, run: Run
) -> None:
    done = run(
        "report", str(visits.path), "--statement", "community", "--public", "-o", str(tmp_path / "c.docx")
    )
    assert done.code == 0, done.err
    text = markdown.render(statement_document(visits, "community"))
    assert "Reading level: about grade" in text
    assert "Family visits by video: what you told us, and what we did" in text
    wrong = run("report", str(visits.path), "--statement", "iwa")
    assert (wrong.code, 'Did you mean "iowa"' in wrong.err) == (2, True)


def test_a_statement_belongs_to_its_instrument(tmp_path: Path) -> None:
    made = Assessment.create(tmp_path / "a.equity.json", instrument="anti-racist-data-collection")
    with pytest.raises(ReportError, match="is made from"):
        write(made, tmp_path / "a.html", statement="iowa")


def test_a_group_with_nothing_written_down_does_not_vanish(visits: Assessment) -> None:
    """In public only as far as the answer that names it was kept."""
    rows = [row for row in visits.value("affected_groups") if row.get("group")]
    visits.answer("affected_groups", [*rows, {"group": "Families of two"}])
    for public in (False, True):
        assert "Named as affected; no row here is about them in the same words:" in told(
            visits, public=public
        )
        assert "Families of two" in told(visits, public=public).split("Named as affected")[1].splitlines()[0]
    visits.draft("affected_groups", [*rows, {"group": "Families of three"}])
    assert "Families of three" in told(visits)
    assert "Families of three" not in told(visits, public=True)


def test_recalls_name_earlier_questions_and_their_columns() -> None:
    kept = REIA.model_dump(by_alias=True, exclude_none=True)
    ask = next(ask for part in kept["parts"] for ask in part["asks"] if ask["id"] == "affected_groups")
    for recalls, words in (
        ([{"ask": "effects"}], "earlier question"),
        ([{"ask": "proposal", "columns": ["x"]}], "column of proposal"),
        ([{"ask": "proposal", "missing": "Not here:"}], "missing needs columns"),
    ):
        ask["recalls"] = recalls
        with pytest.raises(ValueError, match=words):
            type(REIA).model_validate(kept)
