"""The race equity impact assessment as shipped: what it asks, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from equitykit.assessment import Assessment
from equitykit.instruments import Instrument, instruments, load
from equitykit.readability import FAMILIES, STAFF, reading_level

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
UNSEEN = {"id", "kind", "tracks", "means", "who", "when", "needs", "url", "level", "accepts", "since"}
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


def test_the_short_track_has_about_ten_starter_questions() -> None:
    """Nine and the two dates that every output prints, conditional ones apart, in 20 minutes."""
    asks = [ask for part in REIA.for_track("fast") for ask in part.asks if ask.when is None]
    assert sum(ask.kind == "date" for ask in asks) == 2
    assert sum(ask.kind != "date" for ask in asks) == 9
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
        "within",
        "benefit",
        "burden",
        "how",
        "evidence",
        "sure",
    ]
    for anybody in (
        "everyone",
        "Low-income families",
        "Rural people",
        "Families with a child in care",
        "The public",
    ):
        (nudge, _) = effects.nudges([{"group": anybody, "burden": "cost", "how": "fee"}])
        assert "which racial or ethnic group" in nudge.casefold()
    for named in (
        "Black families in care",
        "Native children",
        "Hmong elders",
        "White people",
        "Garifuna",
        "\u9ed1\u4eba",
    ):
        assert len(effects.nudges([{"group": named, "burden": "cost", "how": "fee"}])) == 1
    row = {"group": "Latino families", "burden": "cost", "how": "fee"}
    within = "No row is about people within a group."
    assert [text[: len(within)] for text in effects.nudges([row])] == [within]
    assert not effects.nudges([row, {**row, "within": "Deaf mothers"}])
    kinds = {column.id: column.kind for column in effects.columns}
    assert "number" not in kinds.values(), "effects are told, not scored"
    labels = " ".join(option.label for column in effects.columns for option in column.options).lower()
    assert not {"positive", "negative", "neutral"} & set(labels.split())


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


@pytest.mark.parametrize("id", instruments())
def test_our_own_texts_are_plain(id: str) -> None:
    """Each part at grade 8 or lower (staff), with the library that people's texts are measured with."""
    for part in load(id).parts:
        found = "\n".join(texts(part.model_dump(exclude={"title"})))
        level = reading_level(found)
        assert level.grade is not None
        assert not level.above(STAFF), (id, part.id, level)
        sentences = [one for one in re.split(r"(?<=[.?!])\s+|\n", found) if one]
        assert [one for one in sentences if len(one.split()) > 30] == []


def test_what_families_read_is_aimed_at_their_grade() -> None:
    """The message to the community has the aim of grade 6, and a text above it gets a prompt and no error."""
    ask: Any = REIA.ask("main_message")
    assert ask.grade == FAMILIES
    hard = (
        "The modification of the supervised visitation authorization procedure necessitates administrative "
        "reconsideration of individualized circumstances, notwithstanding the aforementioned organizational "
        "difficulties that the department's representatives previously communicated to participating families."
    )
    assert any("the aim is grade 6" in text for text in ask.nudges(hard * 2))
    assert not any("grade" in text for text in ask.nudges(hard * 2, (), "es")), (
        "the formula is for English only"
    )
    assert ask.problem(hard) is None


VARIANTS = {
    "budget": {"budget_lines"},
    "legislation": {"bill", "law_before_after"},
    "policy": {"rule_exceptions"},
    "programme": {"way_in"},
    "practice": {"own_judgement"},
}


def test_every_kind_of_decision_has_questions_of_its_own(tmp_path: Path) -> None:
    """Asked on the full track only, so that the short one stays short."""
    everything = set().union(*VARIANTS.values())
    with Assessment.create(tmp_path / "a.equity.json", instrument=REIA.id) as made:
        for kind, own in VARIANTS.items():
            made.answer("decision_type", kind)
            assert {id for id in everything if made.visible(id)} == own
        made.set_track("fast")
        assert not [id for id in everything if made.visible(id)]


def test_a_file_of_the_version_before_opens(tmp_path: Path) -> None:
    """As version 1.0 wrote it: answers stay, rows without the new columns are complete, and it is said."""
    path = tmp_path / "old.equity.json"
    path.write_bytes((Path(__file__).parent / "data" / "reia-1.0.equity.json").read_bytes())
    with Assessment.open(path) as old:
        assert any("Begun with version 1.0" in note for note in old.notes)
        assert old.value("effects")[0]["group"] == "Black families"
        assert old.summary().level == "full", "a new question does not undo what was finished"
        assert [one.ask for one in old.prompts() if "came in after" in one.text] == ["own_judgement"]
        assert old.answer("own_judgement", "Supervisors decide whether a visit counts.")
        assert old.summary().level == "full"
        old.report(tmp_path / "old.html")


def test_every_condition_can_be_met_and_not_met() -> None:
    """A condition that always or never holds would be a mistake."""
    loaded: Instrument = REIA
    for ask in loaded.asks():
        if ask.when is not None and ask.when.values:
            options: Any = loaded.ask(ask.when.ask)
            met = {ask.when.holds(option.id) for option in options.options}
            assert met == {True, False}, ask.id
