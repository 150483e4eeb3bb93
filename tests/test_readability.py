"""Reading level: the published formula, syllables as people say them, and restraint."""

from __future__ import annotations

import pytest

from equitykit.readability import FEWEST_WORDS, reading_level, syllables

# Syllables as dictionaries give them; the words are those our texts use most, and those that mislead patterns.
SAID = {
    "the": 1, "one": 1, "you": 1, "asked": 1, "changed": 1, "groups": 1, "people": 2, "decided": 3, "family": 3,
    "families": 3, "community": 4, "assessment": 3, "agency": 3, "county": 2, "benefit": 3, "burden": 2, "visits": 2,
    "language": 2, "numbers": 2, "answers": 2, "proposal": 3, "decision": 3, "ethnicity": 4, "well-being": 3,
}  # fmt: skip


@pytest.mark.parametrize(("word", "count"), SAID.items())
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_formula_by_hand() -> None:
    """Sixteen words and 23 syllables in each sentence: 0.39 x 16 + 11.8 x 23/16 - 15.59 = 7.61."""
    sentence = "This sentence, taken as a reading passage unto itself, is being used to prove a point. "
    level = reading_level(sentence * 2)
    assert (level.words, level.sentences) == (32, 2)
    assert level.grade == pytest.approx(0.39 * 16 + 11.8 * 23 / 16 - 15.59)
    assert level.sentence == "Reading level: about grade 8."


def test_plain_text_is_below_dense_text() -> None:
    plain = "You may choose the place. You may bring your kin. We call you back the same day. No one will be cut off. "
    dense = (
        "Supervised visitation authorizations necessitate administrative reconsideration of circumstances. "
    )
    low, high = reading_level(plain * 2), reading_level(dense * 6)
    assert low.grade is not None
    assert high.grade is not None
    assert low.grade < 3 < 12 < high.grade
    assert low.advice(6) is None
    assert str(high.advice(6)).startswith("This reads at about grade")


def test_the_longest_sentence_is_named() -> None:
    text = "When " + "the family comes and the worker goes and " * 6 + "the day ends we stop. We rest."
    assert "The longest begins \u201cWhen the family comes and the" in str(reading_level(text).advice(1))


@pytest.mark.parametrize(
    ("text", "lang", "reason"),
    [
        ("Too short to say.", "en", f"fewer than {FEWEST_WORDS} words"),
        ("Una frase muy larga. " * 40, "es-MX", "English only"),
        ("", "en", f"fewer than {FEWEST_WORDS} words"),
        ("=1+1 \u202e <b> 12 34", "en", f"fewer than {FEWEST_WORDS} words"),
    ],
)
def test_what_cannot_be_measured_has_no_number(text: str, lang: str, reason: str) -> None:
    level = reading_level(text, lang=lang)
    assert level.grade is None
    assert reason in level.sentence
    assert level.advice(1) is None


def test_lines_of_a_list_are_sentences_of_their_own() -> None:
    text = "\n".join(["the family meets the worker in the room"] * 8)
    assert reading_level(text).sentences == 8
