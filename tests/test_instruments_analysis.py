"""The Institutional Analysis as shipped: its order, its words, and the example that is made with it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import equitykit as ek
from equitykit.analysis import TERMS, TERMS_CREDIT, feature_book
from equitykit.assessment import Assessment
from equitykit.errors import UnknownName
from equitykit.instruments import load
from equitykit.instruments.model import Bench
from equitykit.report import assessment_document, markdown
from equitykit.resources import folder
from equitykit.widgets.wizard import Wizard
from sample_data import make_example
from tests.test_instruments_reia import NEVER, texts

IA = load("institutional-analysis")
FULL = "agree team question numbers map sources passages coding debrief findings answer plan release"
SCAN = "agree team question numbers reform map sources passages debrief findings plan"
FOLLOW = (
    "agree team question numbers earlier map sources passages coding debrief findings answer plan release"
)


def test_three_ways_through_it_and_every_bench_has_its_part() -> None:
    for track, parts in (("full", FULL), ("scan", SCAN), ("follow_up", FOLLOW)):
        assert [part.id for part in IA.for_track(track)] == parts.split()
    benches = [part.bench for part in IA.parts if part.bench is not None]
    assert sorted(benches) == sorted(get_args(Bench))
    assert IA.track("scan").level == "short"


def test_the_agreement_on_public_or_private_comes_first_and_the_question_names_people_outcome_and_place() -> (
    None
):
    ask: Any = IA.ask("findings_public")
    assert IA.part_of(ask.id).id == "agree"
    assert {option.id for option in ask.options} == {"public", "private"}
    assert all(IA.ask(id).required for id in ("question_who", "question_outcome", "question_place"))
    assert IA.ask("case_map").kind == "map"


@pytest.mark.parametrize("ask", ["inquiry_question", "earlier_stayed"])
def test_a_question_about_causes_is_asked_again_where_it_names_a_person(ask: str) -> None:
    assert IA.ask(ask).nudges("It is because of Judge Black.")
    assert not IA.ask(ask).nudges("How does it come about that forms have one line?")


def test_labels_are_questions_and_nobody_has_to_guess_what_is_optional() -> None:
    assert [ask.id for ask in IA.asks() if not ask.label.endswith("?")] == []
    assert [ask.id for ask in IA.asks() if not ask.required and not ask.optional] == []


def test_credit_names_sources_and_claims_nothing() -> None:
    assert "inspired by" in IA.credit.text
    assert "not affiliated with or" in IA.credit.text
    assert {"CSSP", "Praxis"} <= set(re.findall(r"\w+", IA.credit.text))
    assert "Our own wording" in TERMS_CREDIT


def test_words_are_plain_and_sentences_short() -> None:
    """Grade 8 or lower by the Flesch-Kincaid formula; an alarm, no proof."""
    book = feature_book()
    found = [*texts(IA.model_dump(exclude={"credit", "title", "id", "version"})), *TERMS]
    found += [*texts(book.model_dump(exclude={"credit", "id", "version"}))]
    everything = " ".join(found).lower()
    assert [word for word in NEVER if word in everything] == []
    sentences = [one for text in found for one in re.split(r"(?<=[.?!])\s+", text) if one]
    assert [one for one in sentences if len(one.split()) > 30] == []
    words = [word for one in sentences for word in re.findall(r"[A-Za-z']+", one)]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    assert 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59 < 8


def test_every_condition_can_be_met_and_not_met() -> None:
    for ask in IA.asks():
        if ask.when is not None and ask.when.values:
            options: Any = IA.ask(ask.when.ask)
            assert {ask.when.holds(option.id) for option in options.options} == {True, False}, ask.id


def test_it_is_filled_from_what_was_written_down_without_any_page(tmp_path: Path) -> None:
    for pattern in make_example.USED:
        for file in folder("sample_data").glob(pattern):
            shutil.copy(file, tmp_path)
    made = make_example.make(tmp_path, "kin-first")
    shipped = folder("sample_data") / "kin-first.equity.json"
    assert made.read_bytes() == shipped.read_bytes()
    one = ek.Assessment.open(made)
    assert {one.state(part.id) for part in one.parts()} == {"completed"}
    assert one.summary().level == "full"
    assert one.analysis.prompts() == ()
    assert set(one.analysis.released()) == {"f1", "f2"}
    assert [change.text for change in one.refresh()] == []


# what was said in the example, and may stand in no file of it
SAID = ("Denise", "Terrence", "118 Alder", "555-010-0142", "2023-11-02", "took the words back")
NOT_PUBLIC = (
    "Interview 1",
    "Youth evening",
    "minute",
    "first hour",
    "Noor",
    "x1",
    "Coder",
    "strangers, and nobody tells",
)


def test_the_example_holds_nothing_that_was_masked_or_taken_back() -> None:
    text = (folder("sample_data") / "kin-first.equity.json").read_text("utf-8")
    assert [word for word in SAID if word.lower() in text.lower()] == []


@pytest.fixture(scope="module")
def kin(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    path = tmp_path_factory.mktemp("kin") / "kin-first.equity.json"
    shutil.copy(folder("sample_data") / path.name, path)
    return Assessment.open(path, by="Team lead")


def page(one: Assessment, *, public: bool) -> str:
    return markdown.render(assessment_document(one, public=public))


def test_the_report_tells_it_in_order(kin: Assessment) -> None:
    text = page(kin, public=False)
    chapters = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert chapters[:13] == [
        "In short",
        "In plain words, for the community",
        "Who took part",
        "The story behind the numbers",
        "Evidence",
        "How we looked, and what this is not",
        "How a case moves",
        "Findings",
        "What the agency says",
        "Who does what, by when",
        "Looking back",
        "Working papers of the team",
        "All questions and answers",
    ]
    for said in (
        "Interview 1, minute 12",
        "How far coders agree",
        "What could not wait",
        "Seen from several sides",
        "Not released",
    ):
        assert said in text, said
    assert "Steps of the process. 6 steps, from top to bottom; something is decided in 4 of them." in text
    assert "took the words back" not in text


def test_the_public_report_holds_what_was_released_and_may_be_quoted(kin: Assessment) -> None:
    text = page(kin, public=True)
    assert "The placement desk finds a bed" in text
    assert "(focus group, young people)" in text
    assert "3 passages behind this finding may not be quoted." in text
    assert "We are praised when the bed" not in text  # its source may be shown to the agency only
    assert [word for word in NOT_PUBLIC if word in text] == []
    assert "Placement bureau" in text  # an office is no name
    assert "Working papers" in text.splitlines()[0] or "## Working papers" not in text
    assert "All questions and answers" not in text
    assert "the State allows" not in text


def test_private_findings_stay_out_with_everything_that_follows_from_them(
    tmp_path: Path, kin: Assessment
) -> None:
    one = kin.save_as_copy(tmp_path / "private.equity.json")
    one.answer("findings_public", "private")
    one.answer("findings_seen_by", "The team and the agency.")
    text = page(one, public=True)
    assert "keeps its findings between the team and the agency" in text
    for said in ("placement desk finds", "What the agency says", "first screen", "grandma's number"):
        assert said not in text, said
    one.answer("findings_public", None)
    assert "not agreed yet" in page(one, public=True)
    assert "placement desk finds" in page(one, public=False)


def test_words_taken_back_are_in_no_report_made_after(tmp_path: Path, kin: Assessment) -> None:
    one = kin.save_as_copy(tmp_path / "later.equity.json")
    assert "grandma's number" in page(one, public=True)
    one.analysis.withdraw_consent("s3", "They asked us to.")
    for public in (True, False):
        text = page(one, public=public)
        assert "grandma's number" not in text
        assert "who your people are" not in text
    assert "The agreement to use it was taken back." in page(one, public=False)
    assert not one.analysis.triangulation("f1").missing
    one.analysis.withdraw_consent("s1", "They asked us to.")
    assert one.analysis.triangulation("f2").missing == ("the voice of families or young people",)


def test_an_agreement_that_ended_keeps_the_words_out_of_every_report(tmp_path: Path, kin: Assessment) -> None:
    one = kin.save_as_copy(tmp_path / "ended.equity.json")
    one.analysis.change_source("s3", consent_until="2026-07-01")
    for public in (True, False):
        assert "grandma's number" not in page(one, public=public)


def test_a_finding_changed_after_its_release_is_public_no_more(tmp_path: Path, kin: Assessment) -> None:
    one = kin.save_as_copy(tmp_path / "changed.equity.json")
    one.analysis.change_finding("f1", how="Otherwise.")
    text = page(one, public=True)
    assert "placement desk finds" not in text
    assert "Put the search for relatives" not in text
    assert "The relative form" in text


def test_a_follow_up_tells_what_became_of_the_earlier_findings(tmp_path: Path, kin: Assessment) -> None:
    later = Assessment.open(
        tmp_path / "again.equity.json", instrument="institutional-analysis", track="follow_up", by="Team lead"
    )
    taken = later.follow_up(kin.path)
    later.analysis.look_again(taken[0].id, "changed in part", "The desk opens relatives first, by day.")
    text = page(later, public=False)
    assert "What became of the earlier findings" in text
    assert "The desk opens relatives first, by day." in text
    assert text.count("Not looked at yet") == 2
    assert "opens relatives first" not in page(later, public=True)


@pytest.mark.parametrize(
    ("bench", "said"),
    [
        ("terms", ("7 members have accepted",)),
        ("earlier", ("0 earlier findings",)),
        ("sources", ("8 sources are", "interview 4", "Interview 4: the agreement was taken back.")),
        (
            "passages",
            (
                "12 passages are in use",
                "stays in memory",
                "1 passage is not used",
                "7 passages may be quoted",
            ),
        ),
        ("coding", ("8 features", "2 coders", "Coder 1 has 0 passages to look at.")),
        ("memos", ("1 debrief and 1 memo",)),
        ("findings", ("3 findings are", "Seen from several sides.")),
        ("answer", ("3 answers of the agency", "No answer yet to: The relative form")),
        ("release", ("2 findings are", "Not released yet: Relatives are held")),
    ],
)
def test_each_bench_says_where_it_stands(kin: Assessment, bench: str, said: tuple[str, ...]) -> None:
    text = " ".join(kin.analysis.standing(bench))
    for words in said:
        assert words in text, words
    with pytest.raises(UnknownName):
        kin.analysis.standing(f"{bench}s")


def test_the_page_of_a_part_shows_where_its_work_stands(tmp_path: Path, kin: Assessment) -> None:
    wizard = Wizard(kin.save_as_copy(tmp_path / "screen.equity.json"))
    for part in IA.for_track("full"):
        wizard.go(f"part/{part.id}/0")
        shown = " ".join(str(getattr(one, "html", "")) for one in widgets_in(wizard.root))
        assert ("Where this part stands" in shown) == (part.bench is not None), part.id


def widgets_in(root: Any) -> Iterator[Any]:
    """A widget and everything in it."""
    yield root
    for child in getattr(root, "children", ()):
        yield from widgets_in(child)


def test_an_empty_analysis_has_a_report(tmp_path: Path) -> None:
    one = Assessment.open(tmp_path / "empty.equity.json", instrument="institutional-analysis", track="scan")
    text = page(one, public=False)
    assert "Working notes" in text
    assert "The map is not drawn yet." in text
    assert "No finding is written down yet." in text
    one.report(tmp_path / "empty.html")


def test_a_part_whose_bench_is_empty_asks_for_another_look_and_holds_nothing_up(tmp_path: Path) -> None:
    """Said on the page that asks whether the part is finished; once something is there, no more."""
    one = Assessment.open(tmp_path / "kin.equity.json", instrument="institutional-analysis", track="full")
    looks = {part.id: [look.text for look in one.prompts(part.id) if not look.ask] for part in one.parts()}
    said = {part for part, texts in looks.items() if texts}
    assert said == {part.id for part in one.parts() if part.bench is not None}
    assert looks["sources"] == ["No source is written down yet. Without sources there is nothing to find."]
    wz = Wizard(one)
    wz.go("part/sources/end")
    assert "No source is written down yet." in wz.body.children[0].html
    one.analysis.add_source("Rule book", kind="document", voice="records")
    assert [look for look in one.prompts("sources") if not look.ask] == []
    one.answer("masking_second", "no")
    assert one.finish("passages") == ()
    assert one.state("passages") == "completed"
    assert wz.errors == []
    with pytest.raises(UnknownName):
        one.analysis.nothing_yet("nowhere")


def test_the_table_of_the_map_is_named_for_what_it_holds(kin: Assessment) -> None:
    from equitykit.report import html

    page = html.render(assessment_document(kin))
    assert "<summary>The steps of this map, as a table</summary>" in page
