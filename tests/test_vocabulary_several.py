"""Words that leave it open, several answers in one value, and what stands beside an answer."""

from __future__ import annotations

import pytest

from equitykit.standards import (
    Meaning,
    read_value,
    readings,
    suggest,
)
from tests.test_vocabulary import lines, rolled

RESIDUAL = {
    "multiracial": """multi
        multiracial
        mixed
        mixed heritage
        biracial
        2+ races
        two or more
        Two or More Races
        more than one race
        MR""",
    "collective": """non-white
        nonminority
        minority
        poc
        bipoc
        of color""",
    "other": """other
        all other
        some other race
        another race
        another group""",
}


@pytest.mark.parametrize(
    ("residual", "text"), [(residual, text) for residual, block in RESIDUAL.items() for text in lines(block)]
)
def test_residual_words(residual, text):
    assert read_value(text) == Meaning(residual=residual)


AMBIGUOUS = [
    *"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    *map(str, range(25)),
    *["88", "98", "99", "01", "999", "-9", "12345", "total"],
    *["AA", "AI", "AIN", "AN", "AS", "BA", "BL", "HP", "IN", "NA", "NHI"],
    *["indian", "native", "african", "south american", "european/jewish"],
    *["NA", "N/A", "None", "null", "nan", ".", "-", "--"],
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_ambiguous_words_are_never_read(text):
    assert read_value(text) is None
    assert readings(text), text
    assert suggest(text) is None


def test_readings_name_the_code_lists():
    assert any("HMDA" in each and each.startswith("White") for each in readings("5"))
    assert any("Hawaiian" in each for each in readings("U"))
    assert any("Other Asian" in each for each in readings("a"))
    assert readings("White?") == ("a question mark: whoever wrote it was not sure",)
    assert readings("White") == ()
    assert readings("gibberish") == ()


@pytest.mark.parametrize(
    "text", ["W/B", "B,W", "A/I", "W;B;A", "1;2", "H/W", "N/A", "Black/3", "White, ???", "White?", "2+"]
)
def test_every_part_must_be_read_by_itself(text):
    assert read_value(text) is None


SPLIT = {
    "Hispanic, White": {"HISPANIC", "WHITE"},
    "Hispanic, Black": {"HISPANIC", "BLACK"},
    "White;Black or African American": {"WHITE", "BLACK"},
    "Black/African American, American Indian/Alaska Native": {"BLACK", "AIAN"},
    "Asian|White": {"ASIAN", "WHITE"},
    "White + Black": {"WHITE", "BLACK"},
    "Black, African American, or African, White": {"BLACK", "WHITE"},
    "White and Asian": {"WHITE", "ASIAN"},
    "Black or African American & White": {"BLACK", "WHITE"},
    "American Indian/Alaska Native & Black/African American": {"AIAN", "BLACK"},
    "White Hispanic": {"WHITE", "HISPANIC"},
    "Hispanic/White": {"HISPANIC", "WHITE"},
    "Asian, Other": {"ASIAN"},
    "Native American, Other": {"AIAN"},
    "Other, Hispanic": {"HISPANIC"},
    "Samoan; Tongan": {"NHPI"},
    "White, White": {"WHITE"},
    "White,": {"WHITE"},
}


@pytest.mark.parametrize("text", SPLIT)
def test_several_answers_in_one_value(text):
    assert rolled(text) == SPLIT[text]


def test_and_joins_only_the_named_pairs():
    assert read_value("Asian and Black") is None
    assert read_value("Hispanic and Asian") is None
    assert read_value("White or Black") is None


def test_a_merged_label_beside_a_category():
    assert read_value("Asian/Pacific Islander, White") == Meaning(
        adds=frozenset({"WHITE"}), one_of=frozenset({"ASIAN", "NHPI"})
    )
    assert read_value("API, Middle Eastern or South Asian") is None


def test_multiracial_beside_its_parts_adds_nothing_more():
    assert rolled("Biracial (Black/White)") == {"BLACK", "WHITE"}
    assert read_value("Hispanic, two or more races") == Meaning(
        adds=frozenset({"HISPANIC"}), residual="multiracial"
    )
    several = read_value("Multiracial, Asian, Chinese")
    assert several is not None and several.residual == "multiracial"


def test_a_missing_reason_beside_a_category_is_kept():
    assert read_value("White; Declined") == Meaning(adds=frozenset({"WHITE"}), missing="declined")
    assert read_value("Hispanic, Unknown") == Meaning(adds=frozenset({"HISPANIC"}), missing="unknown")


@pytest.mark.parametrize(
    "text",
    [
        "Unknown; Declined",
        "Refused/Unknown",
        "Other/Unknown",
        "Hispanic; Not Hispanic",
        "Mexican, not Hispanic",
    ],
)
def test_contradictions_are_left_to_a_person(text):
    assert read_value(text) is None


def test_blank():
    for text in (None, "", "   ", "\u00a0", "\ufeff", "\u200b \t"):
        assert read_value(text) == Meaning(missing="blank")


def test_connecticut_values():
    expected = {
        "White": {"WHITE"},
        "Hispanic, White": {"HISPANIC", "WHITE"},
        "Black": {"BLACK"},
        "Hispanic, Black": {"HISPANIC", "BLACK"},
        "Asian, Other": {"ASIAN"},
        "Asian Indian": {"ASIAN"},
        "Chinese": {"ASIAN"},
        "Native American, Other": {"AIAN"},
        "Hawaiian": {"NHPI"},
    }
    assert {text: rolled(text) for text in expected} == expected
