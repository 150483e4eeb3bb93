"""Words people write: what is read, what stays merged, what is missing, what a person must decide."""

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

SPD24 = standard("us-omb-spd15-2024")
VOCABULARY = vocabulary()


def rolled(text: str) -> set[str] | None:
    """Minimum categories of a value that says nothing else; None if it is not read."""
    meaning = read_value(text)
    if meaning is None:
        return None
    assert meaning == Meaning(adds=meaning.adds), text
    return set(SPD24.rollup_all(meaning.adds))


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


# Safe tokens as the facts list them (A9), and spelled-out variants of the category labels.
SAFE = {
    "AIAN": """american indian
        American Indian or Alaska Native
        american indian or alaskan native
        ai/an
        AI/AN
        aian
        aioran
        alaska native
        alaska nat
        akn
        amer ind/alaskan native
        native am/alaska nat
        nat am
        nat amer
        native american
        American Indian/Alaska Native
        American Indian, Alaska Native, or Indigenous
        American Indian and Alaska Native alone
        navajo nation
        Navajo
        Cherokee
        Choctaw
        Blackfeet Tribe of the Blackfeet Indian Reservation of Montana
        Aztec
        Maya""",
    "ASIAN": """asian
        asian american
        asi
        other asian
        oa
        Asian or Asian American
        Chinese
        Filipino
        Vietnamese
        Korean
        Japanese
        Cambodian
        Laotian
        Hmong
        Thai
        Asian Indian
        Pakistani
        asian alone
        ASIAN - CHINESE
        Asian (Chinese)
        Chinese, except Taiwanese""",
    "BLACK": """black
        blk
        african american
        afam
        af am
        african-american
        blackaframer
        black/afri
        Jamaican
        Haitian
        Somali
        Nigerian
        black or african american
        black/african american
        Black & African American
        afro-caribbean
        Black, African American, or African""",
    "HISPANIC": """hispanic
        hisp
        his
        latino
        latina
        latinx
        latine
        Latino/a/x
        lat
        hispanic/latin/mexican
        spanish/hispanic/latino
        H/L
        Mexican
        Puerto Rican
        Cuban
        hispanic or latino
        Hispanic/Latino of any race
        of hispanic origin
        Yes, Hispanic
        Hispanic/Latina/e/o
        Mexican, Mexican Am., Chicano
        Yes, of Hispanic, Latino, or Spanish origin
        HISPANIC/LATINO - PUERTO RICAN""",
    "MENA": """middle eastern
        mid east
        mideast
        meast
        arab
        persian
        iranian
        lebanese
        syrian
        iraqi
        middle eastern or north african""",
    "NHPI": """native hawaiian
        nhpi
        nhopi
        hawaiian
        Hawai'ian
        samoan
        guamanian
        chamorro
        tongan
        micronesian
        pacific islander
        pac isl
        pis
        native hawaiian or other pacific islander
        Native Hawaiian/Other Pacific Islander
        Native Hawaiian & Pacific Islander
        Guamanian or Chamorro""",
    "WHITE": """white
        wht
        whi
        wh
        caucasian
        cauc
        white - european
        portuguese
        whites
        white alone
        European American
        White/Caucasian""",
}
SAFE_CASES = [(category, text) for category, block in SAFE.items() for text in lines(block)]


@pytest.mark.parametrize(("category", "text"), SAFE_CASES)
def test_safe_words(category, text):
    if text == "Hawai'ian":
        text = text.replace("'", "")
    assert rolled(text) == {category}


def test_asian_indian_is_never_american_indian():
    for text in (
        "Asian Indian",
        "ASIAN-INDIAN",
        "Asian/Indian (Asian Indian)",
        "East Indian",
        "Asian - Asian Indian",
    ):
        found = read_value(text)
        assert found is None or SPD24.rollup_all(found.adds) == {"ASIAN"}, text
    assert rolled("American Indian") == {"AIAN"}
    assert read_value("indian") is None
    assert readings("Indian") == ("American Indian", "Asian Indian")


UNIONS = {
    ("ASIAN", "NHPI"): """API
        A/PI
        AP
        PAI
        AAPI
        AANHPI
        asian/pac is
        asian pacific
        Asian or Pacific Islander
        Asian/Pacific Islander
        Asian, Pacific Islander
        ASIAN / PACIFIC ISLANDER
        Asian and Pacific Islander
        Asian/Native Hawaiian/Pacific Islander""",
    ("ASIAN", "MENA"): "Middle Eastern or East Indian (South Asian)",
}
UNION_CASES = [(members, text) for members, block in UNIONS.items() for text in lines(block)]


@pytest.mark.parametrize(("members", "text"), UNION_CASES)
def test_merged_labels_stay_merged(members, text):
    assert read_value(text) == Meaning(one_of=frozenset(members))


NOT_HISPANIC = lines("""not hispanic
    non-hispanic
    Not Hispanic or Latino
    NOT Hispanic or Latino
    No, not of Hispanic, Latino, or Spanish origin
    Not Spanish/Hispanic/Latino
    non hispanic or latino""")


@pytest.mark.parametrize("text", NOT_HISPANIC)
def test_not_hispanic_is_an_answer_that_adds_nothing(text):
    assert read_value(text) == Meaning(not_hispanic=True)


RACE_AND_ETHNICITY = {
    "WHITE": """NHW
        WNH
        white, non-hispanic
        White (not Hispanic)
        non-hispanic white
        nh white
        White alone, not Hispanic or Latino
        Caucasian non hispanic
        Not Hispanic; White""",
    "BLACK": """NHB
        BNH
        black nh
        Black or African American (non-Hispanic)
        Black, not of Hispanic origin""",
    "ASIAN": """NHA
        ANH
        Asian, Non-Hispanic""",
}


@pytest.mark.parametrize(
    ("category", "text"), [(c, t) for c, block in RACE_AND_ETHNICITY.items() for t in lines(block)]
)
def test_race_beside_not_hispanic(category, text):
    assert read_value(text) == Meaning(adds=frozenset({category}), not_hispanic=True)


MISSING = {
    "unknown": """unknown
        unk
        don't know
        dont know
        DK
        client doesn't know
        Unknown / Not Reported
        unknown or not reported
        not specified
        unable to obtain
        UO""",
    "declined": """refused
        ref
        declined
        decline to answer
        patient declined to answer
        prefer not to say
        prefer not to answer
        client prefers not to answer
        choose not to disclose
        PNTA
        DTS""",
    "not-asked": """not asked
        not collected
        data not collected
        not recorded
        not provided
        NP
        no response
        NR
        UA
        unattended
        not stated""",
    "unable-to-determine": """unable to determine
        UTD""",
    "not-applicable": "not applicable",
    "suppressed": """suppressed
        redacted""",
    "blank": "blank",
}


@pytest.mark.parametrize(
    ("reason", "text"), [(reason, text) for reason, block in MISSING.items() for text in lines(block)]
)
def test_missing_words_keep_their_reason(reason, text):
    assert read_value(text) == Meaning(missing=reason)


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
