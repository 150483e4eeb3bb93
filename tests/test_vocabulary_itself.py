"""Suggestions, the vocabulary itself, other questions, and what holds of any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from equitykit.standards import (
    Meaning,
    normalise,
    read_value,
    readings,
    standard,
    standards,
    suggest,
    vocabularies,
    vocabulary,
)
from equitykit.standards.load import _unique
from tests.test_vocabulary import VOCABULARY

SUGGESTIONS = {
    "WHTIE": "White",
    "WHILE": "White",
    "WHITEQ": "White",
    "Hawiian": "Native Hawaiian",
    "asain": "Asian",
    "caucasion": "White",
    "blackorafram": "Black or African American",
    "hisporlat": "Hispanic or Latino",
    "Hispnic": "Hispanic or Latino",
    "Amercian Indian": "American Indian or Alaska Native",
    "Asian Indain": "Asian Indian",
    "Chiense": "Chinese",
    "Unkown": "Unknown",
    "Refussed": "Declined",
    "Native Hawiian": "Native Hawaiian",
}


@pytest.mark.parametrize("text", SUGGESTIONS)
def test_misspellings_get_a_suggestion_and_are_not_read(text):
    assert read_value(text) is None
    assert suggest(text) == SUGGESTIONS[text]


@pytest.mark.parametrize(
    "text",
    ["", "?", "wht", "bla", "Indain", "Natve", "Afrcan", "White", "Asian Indian", "Martian", "that", "Smith",
     "12345", "n/a", "none", "xxxxxxxx", "x" * 500, "south amercan", "Orental"],
)  # fmt: skip
def test_no_suggestion_where_there_is_doubt(text):
    assert suggest(text) is None


def test_a_suggestion_never_turns_asian_indian_into_american_indian():
    label = "American Indian or Alaska Native"
    swaps = {"asian indian"[:i] + "asian indian"[i + 1 :] for i in range(12)}
    swaps |= {"asian indian"[:i] + letter + "asian indian"[i:] for i in range(13) for letter in "aeimnrs"}
    assert not any(suggest(each) == label for each in swaps)


def test_each_suggested_label_is_a_known_word():
    for label in set(SUGGESTIONS.values()):
        assert read_value(label) is not None, label


# The vocabulary itself.


@pytest.mark.parametrize("question", vocabularies())
def test_no_word_is_both_safe_and_ambiguous(question):
    words = vocabulary(question)
    assert not words.tokens.keys() & words.ambiguous.keys()
    assert all(normalise(each) == each for each in (*words.tokens, *words.ambiguous))
    assert "" not in words.tokens


def test_no_safe_word_is_a_letter_or_a_number():
    assert not [each for each in VOCABULARY.tokens if len(each) < 2 or each.isdigit()]


@pytest.mark.parametrize("question", vocabularies())
def test_every_meaning_names_known_groups(question):
    words = vocabulary(question)
    for meaning in words.tokens.values():
        assert meaning.adds | meaning.one_of <= words.concepts.keys()
        assert len(meaning.one_of) != 1


def test_every_group_has_a_word():
    spoken = {each for meaning in VOCABULARY.tokens.values() for each in meaning.adds}
    silent = {"african-american", "american-indian"}  # the words mean the whole category
    abroad = {"east-or-southeast-asian", "middle-eastern", "arab", "latin-american", "indigenous-canada"}
    assert VOCABULARY.concepts.keys() - spoken == silent | abroad
    labels = {
        each for id in standards() for meaning in standard(id).own_words.values() for each in meaning.adds
    }
    assert abroad <= labels  # words of standards of other countries, under those standards only


def test_every_word_reads_as_itself():
    for token, meaning in VOCABULARY.tokens.items():
        assert read_value(token) == meaning
        assert read_value(token.upper()) == meaning


def test_a_word_given_two_meanings_is_an_error():
    with pytest.raises(ValueError, match='"lat" is given two meanings'):
        _unique([("lat", Meaning(adds=frozenset({"HISPANIC"}))), ("lat", Meaning(missing="unknown"))])


# Other questions.


@pytest.mark.parametrize(
    ("question", "text", "meaning"),
    [
        ("sex", "Female", "F"),
        ("sex", "MALE", "M"),
        ("sex", "M", None),
        ("sex", "F", None),
        ("sex", "Unknown", "!unknown"),
        ("gender", "Trans man", "TRANS_MAN"),
        ("gender", "Two-Spirit", "TWO_SPIRIT"),
        ("disability", "No disability", "NO"),
        ("yes_no", "Y", "YES"),
        ("yes_no", "n", "NO"),
        ("yes_no", "1", None),
        ("yes_no", "Declined", "!declined"),
        ("language", "Español", "es"),
        ("language", "Farsi", "fa"),
        ("language", "ENG", "en"),
        ("language", "it", None),
    ],
)
def test_other_questions(question, text, meaning):
    found = read_value(text, vocabulary(question))
    if meaning is None:
        assert found is None
    elif meaning.startswith("!"):
        assert found == Meaning(missing=meaning[1:])
    else:
        assert found == Meaning(adds=frozenset({meaning}))


def test_other_questions_are_not_split():
    assert read_value("Male, Female", vocabulary("sex")) is None


# Properties.

PIECES = st.sampled_from(
    ["White", "Black", "Hispanic", "Not Hispanic", "Asian", "Pacific Islander", "Other", "Unknown",
     "declined", "somali", "AI", "W", "5", "and", "or", "alone", "nh", ",", ";", "/", " - ", "(", ")", "|",
     "+", "&", " ", "multiracial", "non", "hispanic or latino", "\u00a0", "'", ".", "é", "ﬁ"]
)  # fmt: skip
COMPOSED = st.lists(PIECES, max_size=12).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(), COMPOSED, st.text(alphabet=st.characters(codec=None))))
@example("\ud800")
@example("İ")
def test_any_text_is_read_or_not_but_never_fails(text):
    meaning = read_value(text)
    assert meaning is None or isinstance(meaning, Meaning)
    readings(text)
    suggest(text)


@settings(max_examples=400, deadline=None)
@given(COMPOSED)
def test_case_outer_blanks_and_doubled_blanks_do_not_matter(text):
    expected = read_value(text)
    for variant in (text.upper(), text.lower(), f"  {text}\t", text.replace(" ", "  ")):
        assert read_value(variant) == expected


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_normalise_twice_is_once(text):
    assert normalise(normalise(text)) == normalise(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["White", "Black", "Asian", "Hispanic", "Samoan", "Lebanese"]), min_size=1))
def test_order_and_repetition_of_answers_do_not_matter(parts):
    expected = read_value("; ".join(sorted(set(parts))))
    assert read_value("; ".join(parts)) == expected
    assert read_value(" | ".join(reversed(parts))) == expected


@pytest.mark.parametrize("piece", ["White, ", "a/", "nh ", "(", "and ", "é", "Asian; Black/", "hispanic "])
def test_long_text_is_quick(piece):
    text = (piece * 10_000)[:10_000]
    start = time.perf_counter()
    read_value(text)
    suggest(text)
    assert time.perf_counter() - start < 1.0
