"""Standards: what is in force, roll-up, and groups that standards place differently."""

from __future__ import annotations

import itertools

import pytest

from equitykit.errors import UnknownName
from equitykit.standards import read_value, standard, standards, vocabulary

SPD24 = standard("us-omb-spd15-2024")
SPD97 = standard("us-omb-spd15-1997")


def test_minimum_categories_stand_in_the_order_of_the_form():
    assert SPD24.category_ids == ("AIAN", "ASIAN", "BLACK", "HISPANIC", "MENA", "NHPI", "WHITE")
    assert SPD97.category_ids == ("AIAN", "ASIAN", "BLACK", "HISPANIC", "NHPI", "WHITE")
    assert SPD24.combined and SPD24.hispanic_is_race
    assert not SPD97.combined and not SPD97.hispanic_is_race
    assert standards()[0] == "us-omb-spd15-2024"


def test_status_text_says_what_is_pending():
    text = SPD24.in_force["text"]
    for part in ("under review", "postponed", "2027 American Community Survey", "1997 format"):
        assert part in text
    assert SPD24.uncertain


# 89 FR 22182 as quoted in the definitions; six groups per category, in order.
DETAIL = {
    "ASIAN": ["Chinese", "Asian Indian", "Filipino", "Vietnamese", "Korean", "Japanese"],
    "BLACK": ["African American", "Jamaican", "Haitian", "Nigerian", "Ethiopian", "Somali"],
    "HISPANIC": ["Mexican", "Puerto Rican", "Salvadoran", "Cuban", "Dominican", "Guatemalan"],
    "MENA": ["Lebanese", "Iranian", "Egyptian", "Syrian", "Iraqi", "Israeli"],
    "NHPI": ["Native Hawaiian", "Samoan", "Chamorro", "Tongan", "Fijian", "Marshallese"],
    "WHITE": ["English", "German", "Irish", "Italian", "Polish", "Scottish"],
}
WRITE_IN = {
    "ASIAN": ["Pakistani", "Hmong", "Afghan"],
    "MENA": ["Moroccan", "Yemeni", "Kurdish"],
    "NHPI": ["Chuukese", "Palauan", "Tahitian"],
    "BLACK": [],
    "HISPANIC": [],
    "WHITE": [],
}


@pytest.mark.parametrize("category", DETAIL)
def test_detail_groups_are_those_of_the_text(category):
    found = SPD24.category(category)
    assert list(found.examples) == DETAIL[category]
    assert list(found.write_in_examples) == WRITE_IN[category]
    for group in DETAIL[category]:
        assert group in str(found.definition)


@pytest.mark.parametrize("category", SPD24.categories, ids=lambda each: each.id)
def test_every_example_is_a_word_that_rolls_up_to_its_category(category):
    for example in category.examples + category.write_in_examples:
        meaning = read_value(example)
        assert meaning is not None, example
        assert SPD24.rollup_all(meaning.adds) == {category.id}, example


def test_labels_read_back_to_their_category():
    for each in (SPD24, SPD97):
        for category in each.categories:
            meaning = read_value(category.label)
            assert meaning is not None and meaning.adds == {category.id}
            assert each.label(category.id) == category.label


def test_mena_is_part_of_white_under_1997():
    assert SPD97.rollup("MENA") == "WHITE"
    for group in ("lebanese", "iranian", "egyptian", "syrian", "iraqi", "israeli", "moroccan", "kurdish"):
        assert (SPD24.rollup(group), SPD97.rollup(group)) == ("MENA", "WHITE")


# group, parent under SPD 15-2024, under the California law, under another standard.
CONFLICTS = [
    ("afghan", "ASIAN", "MENA", ("ca-bc-arda", "MIDDLE_EASTERN")),
    ("somali", "BLACK", "MENA", ("us-or-reald", "BLACK")),
    ("armenian", None, "MENA", ("us-ny-mena-2024", "MENA")),
    ("turkish", None, "MENA", ("us-or-reald", "MENA")),
    ("sudanese", None, "MENA", None),
    ("assyrian", None, "MENA", None),
    ("chaldean", None, "MENA", None),
    ("circassian", None, "MENA", None),
    ("amazigh", None, "MENA", None),
    ("kurdish", "MENA", "MENA", None),
]


@pytest.mark.parametrize(("group", "spd", "california", "other"), CONFLICTS)
def test_parents_differ_between_standards(group, spd, california, other):
    concept = vocabulary().concepts[group]
    assert SPD24.rollup(group) == spd
    assert concept.parents["us-ca-mena-2025"] == california
    if other is not None:
        assert concept.parents[other[0]] == other[1]


@pytest.mark.parametrize(
    "group", ["brazilian", "ghanaian", "cape-verdean", "caribbean", "jewish", "afro-latino"]
)
def test_groups_that_no_text_places_stay_undecided(group):
    assert SPD24.rollup(group) is None
    assert SPD97.rollup(group) is None


def test_every_group_rolls_up_or_is_listed_as_undecided():
    for each, concept in itertools.product((SPD24, SPD97), vocabulary().concepts.values()):
        if concept.id.isupper():
            assert concept.parents == {}
            continue
        placed = each.id in concept.parents
        assert placed != (each.id in concept.undecided), (each.id, concept.id)
        assert concept.source
        if placed:
            assert each.rollup(concept.id) in each.category_ids


def test_rollup_to_1997_agrees_with_2024_but_for_mena():
    for concept in vocabulary().concepts.values():
        new, old = SPD24.rollup(concept.id), concept.parents.get(SPD97.id)
        if new is not None and old is not None and concept.id != "afghan":
            assert old == SPD97.aliases.get(new, new), concept.id


def test_unknown_names_give_the_nearest():
    with pytest.raises(UnknownName, match='Did you mean "us-omb-spd15-2024"'):
        standard("us-omb-spd15-2042")
    with pytest.raises(UnknownName, match='There is no vocabulary "race"'):
        vocabulary("race")
    with pytest.raises(UnknownName, match='Did you mean "somali"'):
        SPD24.rollup("somaly")
    with pytest.raises(UnknownName, match='Did you mean "WHITE"'):
        SPD24.label("WHIT")
