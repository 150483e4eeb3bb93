"""Standards against the facts they were written from: categories, groups, dates, and what was not read."""

from __future__ import annotations

import pytest

from equitykit.catalogue import explain, listing
from equitykit.errors import UnknownName
from equitykit.standards import read_value, standard, standards, words_of

# id, categories, groups printed below them, since, until. None: not read, and said so.
FACTS = [
    ("us-omb-spd15-2024", 7, 36, "2024-03-28", None),
    ("us-omb-spd15-1997", 6, 0, "1997-10-30", None),
    ("us-ipeds", 6, 0, "2007-10-19", None),
    ("us-ed-2007", 6, 0, "2007-10-19", None),
    ("us-idea", 6, 0, "not read", None),
    ("us-crdc", 6, 0, "not read", None),
    ("us-afcars-2023", 6, 0, "2022-10-01", None),
    ("us-afcars-legacy", 6, 0, "2000-01-25", "2022-09-30"),
    ("us-ncands", 6, 0, "not read", None),
    ("us-core", 6, 0, "not read", None),
    ("us-hmis-fy2024", 7, 0, "2023-10-01", "2025-09-30"),
    ("us-hmda-2018", 6, 15, "2018", None),
    ("us-il-20ilcs50", 7, 0, "2025-07-01", None),
    ("us-or-reald", 9, 70, "2024-07", None),
    ("ca-bc-arda", 9, 0, "not read", None),
    ("ca-on-ards", 8, 0, "2018-04", None),
    ("ca-cihi-2022", 9, 0, "2022-03-17", None),
    ("uk-gss", 5, 19, "not read", None),
]


@pytest.mark.parametrize(("id", "categories", "groups", "since", "until"), FACTS)
def test_categories_groups_and_dates(id, categories, groups, since, until):
    found = standard(id)
    assert len(found.categories) == categories
    assert sum(len(each.examples) for each in found.categories) == groups
    assert (found.in_force["since"], found.in_force.get("until")) == (since, until)
    if since == "not read":
        assert any("read" in line for line in found.uncertain)


def test_oregon_has_67_groups_in_seven_categories_and_three_jewish_ones():
    found = standard("us-or-reald")
    sizes = {each.id: len(each.examples) for each in found.categories}
    assert sizes.pop("JEWISH") == 3 and sizes.pop("OTHER") == 0
    assert sizes == {"AIAN": 4, "ASIAN": 17, "BLACK": 8, "HISPANIC": 10, "MENA": 9, "NHPI": 8, "WHITE": 11}
    assert sum(sizes.values()) == 67
    assert set(found.asks) == {"language", "disability", "sexual_orientation", "gender_identity"}


def test_england_and_wales_as_printed():
    found = standard("uk-gss")
    assert {each.id: len(each.examples) for each in found.categories} == {
        "ASIAN": 5,
        "BLACK": 3,
        "MIXED": 4,
        "WHITE": 5,
        "OTHER": 2,
    }
    assert found.one_answer and found.residuals == {"other": "OTHER", "multiracial": "MIXED"}
    words = words_of(found)
    for category in found.categories:
        for box in category.examples:
            for text in (box, f"{category.label}: {box}"):
                said = read_value(text, words)
                assert said is not None, text
                own = (
                    {found.residuals[said.residual]}
                    if said.residual
                    else found.gathered(found.rollup_all(said.adds))
                )
                assert own == {category.id}, text


def test_british_columbia_uses_the_published_codes():
    assert standard("ca-bc-arda").category_ids == (
        "BLACK",
        "EAST_ASIAN",
        "INDIGENOUS",
        "LATIN_AMERICAN",
        "MIDDLE_EASTERN",
        "SOUTH_ASIAN",
        "SOUTHEAST_ASIAN",
        "WHITE",
        "ANOTHER_RACIAL_IDENTITY",
    )


def test_hmis_prints_its_own_labels_and_reasons():
    found = standard("us-hmis-fy2024")
    assert found.label("AIAN") == "American Indian, Alaska Native, or Indigenous"
    assert found.missing == {
        "unknown": "Client doesn't know",
        "declined": "Client prefers not to answer",
        "not-asked": "Data not collected",
    }


@pytest.mark.parametrize("id", standards())
def test_a_standard_says_where_it_comes_from_and_what_is_open(id):
    found = standard(id)
    assert found.source and found.version and found.in_force["checked"] == "2026-11"
    assert found.uncertain, "every text was read in part at least"
    for name in (found.rolls_up_as, found.completed_from):
        assert name is None or name in standards()
    for category in found.categories:
        assert category.concept is None or category.concept in found.concepts
        assert all(each in found.concepts for each in category.holds)
    assert set(found.residuals.values()) <= set(found.category_ids)
    assert set(found.aliases.values()) <= set(found.category_ids)


@pytest.mark.parametrize("id", ["ca-on-ards", "ca-cihi-2022", "us-ncands", "us-crdc"])
def test_what_was_not_read_is_never_shown_as_read(id):
    assert not standard(id).verified
    assert "Categories, not read in the text of the standard:" in explain(id)


def test_laws_that_name_some_groups_say_whose_the_rest_is():
    for id in ("us-ca-mena-2025", "us-ny-mena-2024", "us-ny-170-e", "us-nj-2024", "us-ma-2024"):
        found = standard(id)
        assert found.completed_from == "us-omb-spd15-2024"
        assert found.category_ids == standard("us-omb-spd15-2024").category_ids
        assert any("us-omb-spd15-2024" in line for line in found.uncertain)


def test_afghan_has_three_parents():
    parents = {id: standard(id).rollup("afghan") for id in standards()}
    assert parents["us-omb-spd15-2024"] == "ASIAN"
    assert parents["us-ca-mena-2025"] == "MENA"
    assert parents["ca-bc-arda"] == "MIDDLE_EASTERN"
    assert parents["us-or-reald"] == "ASIAN"
    assert parents["ca-on-ards"] is None


def test_explain_shows_dates_groups_and_what_is_open():
    text = explain("us-omb-spd15-2024")
    for part in (
        "In force since: 2024-03-28",
        "under review",
        "2027 American Community Survey, which stays on the 1997 format",
        "Existing collections: 2029-09-28",
        "Lebanese; Iranian; Egyptian; Syrian; Iraqi; Israeli",
        "Not certain: The new deadline",
    ):
        assert part in text
    assert "Until: 2022-09-30" in explain("us-afcars-legacy")
    assert 'declined   "Client prefers not to answer"' in explain("us-hmis-fy2024")
    assert len(listing("standards")) == len(standards()) == 23


def test_an_unknown_standard_names_the_nearest():
    with pytest.raises(UnknownName, match='Did you mean "uk-gss"'):
        standard("uk-gs")
