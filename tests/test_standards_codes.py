"""Code systems: the codes as published, and that one letter means different things."""

from __future__ import annotations

import pytest

from equitykit.errors import UnknownName
from equitykit.standards import MISSING_REASONS, RESIDUALS, code_system, code_systems, standard, vocabulary

SPD24 = standard("us-omb-spd15-2024")


def says(system: str, code: str) -> str:
    """One code in a short form: categories, a|b for a merged label, !reason, ~residual, - not Hispanic."""
    meaning = code_system(system).read(code)
    if meaning is None:
        return "?"
    if meaning.missing:
        return f"!{meaning.missing}"
    if meaning.residual:
        return f"~{meaning.residual}"
    if meaning.one_of:
        return "|".join(sorted(meaning.one_of))
    rolled = "+".join(sorted(SPD24.rollup_all(meaning.adds)))
    return rolled or "-"


# Written from the facts: system, codes, what each says.
CODES = {
    "fbi-nibrs": "W WHITE B BLACK I AIAN A ASIAN P NHPI U !unknown",
    "fbi-ucr-before-2013": "A ASIAN|NHPI W WHITE B BLACK I AIAN",
    "fbi-nibrs-ethnicity": "H HISPANIC N - U !unknown",
    "ohio-nibrs": "10 WHITE 20 BLACK 30 AIAN 40 ASIAN 50 NHPI 98 !unknown 99 ~multiracial",
    "ohio-nibrs-ethnicity": "20 HISPANIC 40 - 10 !unknown",
    "ca-doj": "A ASIAN B BLACK C ASIAN D ASIAN F ASIAN G NHPI H HISPANIC I AIAN J ASIAN K ASIAN L ASIAN "
    "O ~other P NHPI S NHPI U NHPI V ASIAN W WHITE X !unknown Z ASIAN",
    "x12-1109": "7 !not-asked A ASIAN|NHPI B BLACK C WHITE D ASIAN E ~other F ASIAN|NHPI G AIAN H HISPANIC "
    "I AIAN J NHPI N BLACK O WHITE P NHPI Z ?",
    "nj-state-police": "W WHITE B BLACK H HISPANIC AS ASIAN OA ASIAN AI AIAN UO !unknown NP !not-asked "
    "UA !not-asked",
    "naaccr": "01 WHITE 02 BLACK 03 AIAN 04 ASIAN 05 ASIAN 06 ASIAN 07 NHPI 08 ASIAN 10 ASIAN 11 ASIAN "
    "12 ASIAN 13 ASIAN 14 ASIAN 15 ASIAN 16 ASIAN 17 ASIAN 20 NHPI 21 NHPI 22 NHPI 25 NHPI 26 NHPI 27 NHPI "
    "28 NHPI 30 NHPI 31 NHPI 32 NHPI 88 !not-applicable 96 ASIAN 97 NHPI 98 ~other 99 !unknown 1 WHITE 09 ?",
    "naaccr-nhia": "0 - 1 HISPANIC 5 HISPANIC 6 HISPANIC 7 HISPANIC 8 HISPANIC 9 ?",
    "cms-bene-race": "0 !unknown 1 WHITE 2 BLACK 3 ~other 4 ASIAN 5 HISPANIC 6 AIAN",
    "rti-race": "0 !unknown 1 WHITE 2 BLACK 3 ~other 4 ASIAN|NHPI 5 HISPANIC 6 AIAN",
    "nchs-1979": "00 ASIAN|NHPI 01 WHITE 02 BLACK 03 AIAN 04 ASIAN 05 ASIAN 06 NHPI 07 ~other 08 ASIAN",
    "ipeds": "1 !not-applicable 2 !unknown 3 HISPANIC 4 AIAN 5 ASIAN 6 BLACK 7 NHPI 8 WHITE 9 ~multiracial",
    "nys-police": "1 BLACK 2 WHITE 3 HISPANIC 4 ASIAN 5 AIAN 6 ~other",
    "cps-ptdtrace": "1 WHITE 2 BLACK 3 AIAN 4 ASIAN 5 NHPI 6 BLACK+WHITE 7 AIAN+WHITE 8 ASIAN+WHITE "
    "9 NHPI+WHITE 10 AIAN+BLACK 16 AIAN+BLACK+WHITE 24 AIAN+ASIAN+NHPI+WHITE 25 ~multiracial 26 ~multiracial "
    "01 WHITE 27 ?",
    "cps-ptdtrace-2003": "14 ASIAN+NHPI 15 AIAN+BLACK+WHITE 20 ~multiracial 21 ~multiracial 22 ?",
    "acs-rac1p": "1 WHITE 2 BLACK 3 AIAN 4 AIAN 5 AIAN 6 ASIAN 7 NHPI 8 ~other 9 ~multiracial",
    "acs-hisp": "01 - 02 HISPANIC 1 - 11 HISPANIC 22 HISPANIC 23 HISPANIC 24 HISPANIC 25 ?",
    "hl7-cdcrec": "1002-5 AIAN 1004-1 AIAN 2028-9 ASIAN 2054-5 BLACK 2076-8 NHPI 2106-3 WHITE 2131-1 ~other "
    "2135-2 HISPANIC 2186-5 - 2118-8 MENA UNK !unknown ASKU !unknown asked-declined !declined",
    "us-core-missing": "UNK !unknown ASKU !unknown NASK !not-asked asked-declined !declined "
    "masked !suppressed",
    "hmda-race": "1 AIAN 2 ASIAN 21 ASIAN 22 ASIAN 23 ASIAN 24 ASIAN 25 ASIAN 26 ASIAN 27 ASIAN "
    "3 BLACK 4 NHPI 41 NHPI 42 NHPI 43 NHPI 44 NHPI 5 WHITE 6 !unknown 7 !not-applicable 8 !not-applicable",
    "hmda-ethnicity": "1 HISPANIC 11 HISPANIC 12 HISPANIC 13 HISPANIC 14 HISPANIC 2 - 3 !unknown "
    "4 !not-applicable 5 !not-applicable",
    "afcars-ethnicity": "Yes HISPANIC no - unknown !unknown abandoned !unable-to-determine "
    "DECLINED !declined",
    "afcars-hisorgin": "0 !not-applicable 1 HISPANIC 2 - 3 !unable-to-determine",
    "ndacan-raceethn": "1 WHITE 2 BLACK 3 AIAN 4 ASIAN|NHPI 5 ASIAN|NHPI 6 ~multiracial "
    "7 HISPANIC 99 !unknown",
    "ncands-cethn": "1 HISPANIC 2 -",
    "hmis-fy2024": "1 AIAN 2 ASIAN 3 BLACK 4 NHPI 5 WHITE 6 HISPANIC 7 MENA 8 !unknown 9 !declined "
    "99 !not-asked",
    "hmis-racenone": "8 !unknown 9 !declined 99 !not-asked 1 ?",
}
CASES = [
    (system, code, meaning)
    for system, text in CODES.items()
    for code, meaning in zip(text.split()[::2], text.split()[1::2], strict=True)
]


@pytest.mark.parametrize(("system", "code", "meaning"), CASES)
def test_codes(system, code, meaning):
    assert says(system, code) == meaning


def test_nih_labels():
    assert says("nih-1997", "More than one race") == "~multiracial"
    assert says("nih-1997", "unknown or not reported") == "!unknown"


# One letter or digit, several meanings: why nothing is read without a code system.
RIVALS = [
    ("U", {"fbi-nibrs": "!unknown", "ca-doj": "NHPI"}),
    ("O", {"ca-doj": "~other", "x12-1109": "WHITE"}),
    ("A", {"fbi-nibrs": "ASIAN", "x12-1109": "ASIAN|NHPI"}),
    ("5", {"hmda-race": "WHITE", "cms-bene-race": "HISPANIC", "naaccr": "ASIAN", "acs-rac1p": "AIAN"}),
    ("1", {"nys-police": "BLACK", "hmda-race": "AIAN", "cms-bene-race": "WHITE", "ipeds": "!not-applicable"}),
    ("AS", {"nj-state-police": "ASIAN"}),
]


@pytest.mark.parametrize(("code", "meanings"), RIVALS)
def test_rival_meanings(code, meanings):
    assert {system: says(system, code) for system in meanings} == meanings


FLAGS = {
    "afcars-legacy": "AMIAKN AIAN ASIAN ASIAN BLKAFRAM BLACK HAWAIIPI NHPI WHITE WHITE",
    "ncands": "ChRacAI AIAN ChRacAs ASIAN ChRacBl BLACK ChRacNH NHPI ChRacWh WHITE P1RacAI AIAN",
    "hmis-fy2024": "AmIndAKNative AIAN Asian ASIAN BlackAfAmerican BLACK HispanicLatinao HISPANIC "
    "HispanicLatinaeo HISPANIC MidEastNAfrican MENA NativeHIPacific NHPI White WHITE",
    "acs-race-flags": "RACWHT WHITE RACBLK BLACK RACAIAN AIAN RACASN ASIAN RACNH NHPI RACPI NHPI",
}


@pytest.mark.parametrize("system", FLAGS)
def test_flags(system):
    words = FLAGS[system].split()
    flags = code_system(system).flags
    for column, category in zip(words[::2], words[1::2], strict=True):
        assert SPD24.rollup_all(flags[column].adds) == {category}, column


def test_flag_values():
    assert code_system("ncands").flag_missing == {"9": "unknown"}
    assert (code_system("ncands").yes, code_system("ncands").no) == (("1",), ("2",))
    assert code_system("afcars-legacy").flags["UNTODETM"].missing == "unable-to-determine"
    assert code_system("acs-race-flags").flags["RACSOR"].residual == "other"
    reasons = {each.missing for each in code_system("afcars").flags.values()} - {None}
    assert reasons == {"unknown", "unable-to-determine", "declined"}


def test_imputed_codes_say_so():
    assert code_system("naaccr-nhia").values["7"].imputed
    assert not code_system("naaccr-nhia").values["6"].imputed
    assert all(each.imputed for each in code_system("rti-race").values.values() if each.adds or each.one_of)
    assert not any(each.imputed for each in code_system("cms-bene-race").values.values())


def test_not_hispanic_stays_beside_the_race():
    assert code_system("x12-1109").values["N"].not_hispanic
    assert code_system("ipeds").values["8"].not_hispanic
    assert code_system("rti-race").values["1"].not_hispanic


@pytest.mark.parametrize("system", code_systems())
def test_every_meaning_can_be_used(system):
    found = code_system(system)
    known = vocabulary(found.question).concepts
    for each in (*found.values.values(), *found.flags.values()):
        assert each.adds | each.one_of <= known.keys()
        assert each.adds or each.one_of or each.missing or each.residual or each.not_hispanic
        assert each.missing in (None, *MISSING_REASONS)
        assert each.residual in (None, *RESIDUALS)
        assert len(each.one_of) != 1
    assert found.labels.keys() == {*found.values, *found.flags}
    assert bool(found.flags) == bool(found.yes)


def test_codes_are_compared_as_the_system_does():
    naaccr, ca = code_system("naaccr"), code_system("ca-doj")
    assert naaccr.read("1") == naaccr.read("01") == naaccr.read(" 01 ")
    assert ca.read("w") == ca.read("W")
    assert code_system("hmda-race").read("05") is None


def test_column_hints():
    assert code_system("acs-hisp").met_under("HISP")
    assert not code_system("acs-hisp").met_under("hispanic")
    assert code_system("hmda-race").met_under("co-applicant_race-1")
    assert code_system("cms-bene-race").met_under("BENE_RACE_CD")


def test_unknown_code_system():
    with pytest.raises(UnknownName, match='Did you mean "fbi-nibrs"'):
        code_system("fbi-nibr")
