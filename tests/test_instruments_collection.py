"""Anti-racist data collection as shipped: its order, its words, and where it ends."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import equitykit as ek
from equitykit.checks import checks
from equitykit.instruments import load
from equitykit.process import INSTRUMENT
from equitykit.resources import folder
from sample_data import make_example
from tests.test_instruments_reia import NEVER, texts

ADC = load(INSTRUMENT)
PARTS = "purpose answering wording records staff declining correcting tribal community using harm plan"
VERBS = {"Settle", "Say", "Look", "Help", "Take", "Let", "Agree", "Share", "Use", "Plan"}


def test_it_goes_from_the_reason_to_a_plan_with_owners() -> None:
    assert [part.id for part in ADC.parts] == PARTS.split()
    assert [part.id for part in ADC.parts if part.shows_checks] == ["plan"]
    (actions,) = [ask for ask in ADC.asks() if ask.kind == "actions"]
    assert ADC.part_of(actions.id).id == "plan"
    assert actions.problem([{"what": "Write a script", "owner": "", "due": "2027-03-01"}]) is not None
    assert ADC.ask("review_from").kind == "date"


def test_checks_of_form_and_records_are_its_evidence() -> None:
    taken = {ask.id: ask.accepts for ask in ADC.asks() if ask.kind == "evidence"}
    assert set(taken) == {"evidence_form", "evidence_records"}
    assert all("audit" in kinds for kinds in taken.values())
    assert all(ADC.tracks_of(ask) == ("full", "fast") for ask in taken)


def test_the_short_way_asks_what_every_check_needs_and_no_more_than_one_meeting_can_hold() -> None:
    asks = [ask for part in ADC.for_track("fast") for ask in part.asks]
    assert len(asks) <= 40
    assert sum(ask.kind in ("table", "longtext") and ask.when is None for ask in asks) <= 4
    assert ADC.track("fast").minutes == 40


def test_to_ask_less_is_offered_and_immigration_status_is_never_a_thing_to_ask() -> None:
    options: Any = ADC.ask("uses")
    assert "stop" in {option.id for option in options.columns[-1].options}
    assert ADC.ask("collect_less").required
    asked: Any = ADC.ask("what_asked")
    assert not any("immigra" in option.label.lower() for option in asked.options)


def test_labels_are_questions_titles_begin_with_a_verb_and_nobody_has_to_guess_what_is_optional() -> None:
    assert [ask.id for ask in ADC.asks() if not ask.label.endswith("?")] == []
    assert {part.title.split()[0] for part in ADC.parts} <= VERBS
    assert [ask.id for ask in ADC.asks() if not ask.required and not ask.optional] == []


def test_credit_names_sources_and_claims_nothing() -> None:
    assert "inspired by" in ADC.credit.text
    assert "not affiliated with or" in ADC.credit.text
    assert "CSSP" in ADC.credit.text
    assert all(link.url.startswith("https://") for link in ADC.credit.links)


def test_words_are_plain_and_sentences_short() -> None:
    """Grade 8 or lower by the Flesch-Kincaid formula; an alarm, no proof."""
    found = list(texts(ADC.model_dump(exclude={"credit", "title", "id", "version"})))
    everything = " ".join(found).lower()
    assert [word for word in NEVER if word in everything] == []
    sentences = [one for text in found for one in re.split(r"(?<=[.?!])\s+", text) if one]
    assert [one for one in sentences if len(one.split()) > 30] == []
    words = [word for one in sentences for word in re.findall(r"[A-Za-z']+", one)]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    assert 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59 < 8


def test_every_condition_can_be_met_and_not_met() -> None:
    for ask in ADC.asks():
        if ask.when is not None and ask.when.values:
            options: Any = ADC.ask(ask.when.ask)
            assert {ask.when.holds(option.id) for option in options.options} == {True, False}, ask.id


def test_it_is_filled_from_what_was_written_down_without_any_page(tmp_path: Path) -> None:
    """Answers, evidence, actions and reviews from a YAML file; the same as the example that ships."""
    for pattern in make_example.USED:
        for file in folder("sample_data").glob(pattern):
            if file.name.endswith((".csv", ".yaml")):
                shutil.copy(file, tmp_path)
    one = ek.Assessment.open(make_example.make(tmp_path, "intake-questions"))
    shipped = folder("sample_data") / "intake-questions.equity.json"
    assert {one.state(part.id) for part in one.parts()} == {"completed"}
    assert one.summary().level == "short"
    assert ek.audit(one).data["results"] == ek.audit(shipped).data["results"]
    assert all(ek.audit(one).outcome(check.id) == "found" for check in checks("process"))
    assert [change.text for change in one.refresh()] == []
    one.report(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    for said in (
        "What the answers come to",
        "Only some of the people who ask were trained",
        "County counsel",
    ):
        assert said in text
