"""The race equity impact assessment as shipped: what it asks, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from equitykit.instruments import Instrument, load

REIA = load("race-equity-impact-assessment")
SPINE = (
    "result proposal affected voices evidence causes effects "
    "other_ways revise carry_out signs report_back sign_off"
)
NEVER = [
    "adverse impact",
    "discriminat",
    "complian",
    "explained",
    "score of",
    "stakeholder",
    "intersectional",
    "disaggregat",
    "mitigat",
    "leverage",
    "minority",
    "minorities",
    "vulnerable",
    "disparit",
    "turn the curve",
    "how much we do",
    "how well we do",
    "better off",
]
UNSEEN = {"id", "kind", "tracks", "means", "who", "when", "needs", "url", "level", "accepts"}
VERBS = frozenset(
    (
        "Name",
        "Describe",
        "Say",
        "Bring",
        "Look",
        "Find",
        "Weigh",
        "Compare",
        "Revise",
        "Plan",
        "Choose",
        "Report",
        "Sign",
    )
)


def texts(value: Any) -> Iterator[str]:
    """Every text a person can read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in UNSEEN:
                yield from texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)


def test_the_parts_follow_the_common_spine() -> None:
    """Result first, then the decision, people, evidence, causes, effects, revision, follow-up."""
    assert [part.id for part in REIA.parts] == SPINE.split()
    assert REIA.parts[0].who == ("leadership",)
    assert REIA.parts[-1].who == ("leadership",)
    assert next(REIA.asks()).id == "desired_result"
    assert REIA.ask("evidence_current").kind == "evidence"


def test_the_short_track_has_ten_starter_questions() -> None:
    """Eight to ten, conditional ones apart, in 20 minutes."""
    asks = [ask for part in REIA.for_track("fast") for ask in part.asks]
    assert 8 <= sum(ask.when is None for ask in asks) <= 10
    assert REIA.track("fast").minutes == 20
    assert {"desired_result", "evidence_current", "effects", "perception", "after", "actions"} <= {
        ask.id for ask in asks
    }


@pytest.mark.parametrize("track", ["fast", "full"])
def test_a_conditional_question_comes_early(track: str) -> None:
    """In the first two parts of both tracks."""
    assert any(ask.when is not None for part in REIA.for_track(track)[:2] for ask in part.asks)


def test_labels_are_questions_and_titles_begin_with_a_verb() -> None:
    """Rules of the form design; the verbs are listed, so that a new part has to be looked at."""
    assert [ask.id for ask in REIA.asks() if not ask.label.endswith("?")] == []
    assert {part.title.split()[0] for part in REIA.parts} <= VERBS


def test_what_is_not_required_is_marked_optional() -> None:
    """Nobody has to guess."""
    assert [ask.id for ask in REIA.asks() if not ask.required and not ask.optional] == []


def test_effects_ask_for_each_group_how_and_how_sure() -> None:
    """Benefit and burden per group, with how it comes about, evidence and how sure."""
    effects: Any = REIA.ask("effects")
    assert [column.id for column in effects.columns] == [
        "group",
        "benefit",
        "burden",
        "how",
        "evidence",
        "sure",
    ]
    assert effects.nudges([{"group": "everyone", "burden": "cost", "how": "fee"}])
    assert not effects.nudges([{"group": "Latino families", "burden": "cost", "how": "fee"}])


def test_credit_names_sources_and_claims_nothing() -> None:
    """Inspired by, not affiliated with, not endorsed by; with links."""
    credit = REIA.credit.text
    assert "inspired by" in credit
    assert "not affiliated with or endorsed by" in credit
    assert any("ED582913" in link.title for link in REIA.credit.links)
    assert all(link.url.startswith("https://") for link in REIA.credit.links)


def test_words_that_must_not_occur() -> None:
    """No legal conclusions, no jargon, no ranking, no marks of others."""
    everything = " ".join(texts(REIA.model_dump(exclude={"credit"}))).lower()
    assert [word for word in NEVER if word in everything] == []
    assert REIA.title == "Race equity impact assessment"


def test_sentences_are_short_and_words_are_plain() -> None:
    """Grade 8 or lower by the Flesch-Kincaid formula over all text, and no sentence over 30 words.

    A formula is an alarm, no proof of plain language.
    """
    found = list(texts(REIA.model_dump(exclude={"credit", "title", "id", "version"})))
    sentences = [one for text in found for one in re.split(r"(?<=[.?!])\s+", text) if one]
    assert [one for one in sentences if len(one.split()) > 30] == []
    words = [word for one in sentences for word in re.findall(r"[A-Za-z']+", one)]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    assert grade < 8


def test_every_condition_can_be_met_and_not_met() -> None:
    """A condition that always or never holds would be a mistake."""
    loaded: Instrument = REIA
    for ask in loaded.asks():
        if ask.when is not None and ask.when.values:
            options: Any = loaded.ask(ask.when.ask)
            met = {ask.when.holds(option.id) for option in options.options}
            assert met == {True, False}, ask.id
