"""Words people write: what is read, what stays merged, what is missing, what a person must decide."""

from __future__ import annotations

import pytest

from equitykit.standards import (
    Meaning,
    read_value,
    readings,
    standard,
    vocabulary,
)

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
