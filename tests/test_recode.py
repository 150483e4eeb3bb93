"""Raw values become categories, reasons or questions; nothing is guessed and nobody is lost."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from equitykit import frames, standards
from equitykit.codebook import Codebook
from equitykit.errors import CodebookError, UnknownName
from equitykit.reading import Reading
from equitykit.recode import Recoder, band_label, question_tally
from equitykit.recoded import Recoded

NEW, OLD = "us-omb-spd15-2024", "us-omb-spd15-1997"


def recoder(standard: str = NEW, question: str = "race_ethnicity", **spec: Any) -> Recoder:
    book = Codebook.load({"questions": {question: spec}})
    return Recoder(question, book.questions[question], standards.standard(standard))


def one(*raw: str | None, standard: str = NEW, **spec: Any) -> Recoded:
    """The reading of one combination of raw values."""
    spec.setdefault("columns", [f"c{k}" for k in range(len(raw))])
    return recoder(standard, **spec)(raw)


def read(frame: pd.DataFrame, standard: str = NEW, **spec: Any) -> Reading:
    """The reading of a whole frame."""
    book = Codebook.load({"questions": {"race_ethnicity": spec}, "person": "id" if "id" in frame else None})
    tally = question_tally(book, "race_ethnicity")
    counted = frames.open(frame).tally([tally])[tally]
    return Reading.of(
        Recoder("race_ethnicity", book.questions["race_ethnicity"], standards.standard(standard)), counted
    )


def says(value: Recoded) -> tuple[str, list[str], str | None]:
    return value.status, sorted(value.one_of or value.categories), value.missing


# -- one value -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "status", "categories", "missing"),
    [
        ("White", "mapped", ["WHITE"], None),
        ("  white ", "mapped", ["WHITE"], None),
        ("BLACK OR AFRICAN AMERICAN", "mapped", ["BLACK"], None),
        ("Asian Indian", "mapped", ["ASIAN"], None),
        ("Chinese", "mapped", ["ASIAN"], None),
        ("Hispanic, White", "mapped", ["HISPANIC", "WHITE"], None),
        ("Asian, Other", "mapped", ["ASIAN"], None),
        ("Native American, Other", "mapped", ["AIAN"], None),
        ("Asian/Pacific Islander", "merged", ["ASIAN", "NHPI"], None),
        ("Unknown", "missing", [], "unknown"),
        ("Declined to answer", "missing", [], "declined"),
        (None, "missing", [], "blank"),
        ("NA", "review", [], None),
        ("N", "review", [], None),
        ("1", "review", [], None),
        ("99", "review", [], None),
        ("Hispnic", "unmapped", [], None),
        ("Martian", "unmapped", [], None),
        ("Other", "unmapped", [], None),
        ("Two or more races", "unmapped", [], None),
        ("Minority", "unmapped", [], None),
        ("Not Hispanic", "mapped", [], None),
    ],
)
def test_one_value(raw: str | None, status: str, categories: list[str], missing: str | None) -> None:
    assert says(one(raw)) == (status, categories, missing)


@pytest.mark.parametrize("raw", ["NA", "N/A", "None", "null", "nan", "na"])
def test_a_text_that_may_be_a_hole_is_asked_about(raw: str) -> None:
    read_as = one(raw)
    assert read_as.status in {"review", "missing"}
    if raw in {"NA", "na"}:
        assert read_as.status == "review"
        assert "say which in the codebook" in (read_as.note or "")


def test_a_misspelling_gets_a_suggestion_and_no_category() -> None:
    value = one("Hispnic")
    assert (value.status, value.categories) == ("unmapped", frozenset())
    assert value.suggestion is not None and "Hispanic" in value.suggestion
    assert value.unread == ("Hispnic",)


def test_residual_labels_are_named_as_what_they_are() -> None:
    assert [one(raw).residual for raw in ("Other", "Multiracial", "Minority")] == [
        "other",
        "multiracial",
        "collective",
    ]
    assert one("Multiracial").multiple


# -- codes ---------------------------------------------------------------------------------------------

CODES: dict[str, Any] = {
    "1": "WHITE",
    "HW": ["HISPANIC", "WHITE"],
    "API": {"one_of": ["ASIAN", "NHPI"]},
    "0": "none",
    "8": "other",
    "9": "multiracial",
    "7": "collective",
    "20": "chinese",
    "0012": "BLACK",
    "No": "MENA",
}


@pytest.mark.parametrize(
    ("raw", "status", "categories"),
    [
        ("1", "mapped", ["WHITE"]),
        ("HW", "mapped", ["HISPANIC", "WHITE"]),
        ("API", "merged", ["ASIAN", "NHPI"]),
        ("0", "mapped", []),
        ("8", "unmapped", []),
        ("9", "unmapped", []),
        ("7", "unmapped", []),
        ("20", "mapped", ["ASIAN"]),
        ("0012", "mapped", ["BLACK"]),
        ("No", "mapped", ["MENA"]),
        ("12", "review", []),  # codes are text: 12 is not 0012
        ("01", "review", []),
    ],
)
def test_a_code_is_what_the_codebook_says(raw: str, status: str, categories: list[str]) -> None:
    assert says(one(raw, codes=CODES))[:2] == (status, categories)


def test_a_code_wins_over_a_word() -> None:
    assert one("White", codes={"White": "BLACK"}).categories == {"BLACK"}
    assert says(one("White", missing={"White": "declined"})) == ("missing", [], "declined")


def test_codes_and_missing_may_differ_by_column() -> None:
    spec: dict[str, Any] = {
        "columns": ["race", "hisp"],
        "codes": {"race": {"1": "WHITE", "2": "BLACK"}, "hisp": {"1": "HISPANIC", "2": "none"}},
        "missing": {"race": {"9": "unknown"}, "hisp": {"9": "declined"}},
    }
    assert one("1", "1", **spec).categories == {"WHITE", "HISPANIC"}
    assert one("2", "2", **spec).categories == {"BLACK"}
    assert one("9", "2", **spec).missing == "unknown"
    assert one("9", "9", **spec).note == "several missing reasons at once: unknown, declined"


def test_a_code_for_all_columns_and_one_of_its_own() -> None:
    spec: dict[str, Any] = {
        "columns": ["a", "b"],
        "codes": {"1": "WHITE", "b": {"1": "BLACK"}},
        "encoding": "race_and_ethnicity",
    }
    assert one("1", None, **spec).categories == {"WHITE"}
    assert one(None, "1", **spec).categories == {"BLACK"}


@pytest.mark.parametrize("reason", standards.MISSING_REASONS)
def test_every_missing_reason(reason: str) -> None:
    assert says(one("X", missing={"X": reason})) == ("missing", [], reason)


def test_a_category_of_another_standard_rolls_up() -> None:
    assert one("6", codes={"6": "MENA"}, standard=OLD).categories == {"WHITE"}
    assert one("6", codes={"6": {"one_of": ["MENA", "WHITE"]}}, standard=OLD).status == "mapped"


def test_a_category_that_does_not_exist_gets_the_nearest() -> None:
    with pytest.raises(
        CodebookError, match=r'"WHIT" is not a category of us-omb-spd15-2024. Did you mean "WHITE"\?'
    ):
        one("1", codes={"1": "WHIT"})


def test_a_code_system_is_named_or_unknown() -> None:
    assert one("W", code_system="fbi-nibrs").categories == {"WHITE"}
    assert one("U", code_system="fbi-nibrs").missing == "unknown"
    assert one("Q", code_system="fbi-nibrs").status == "review"
    assert one("W", code_system="fbi-nibrs", codes={"W": "BLACK"}).categories == {"BLACK"}
    assert one("5", code_system={"5": "BLACK"}).categories == {"BLACK"}
    with pytest.raises(UnknownName, match='Did you mean "fbi-nibrs"'):
        one("W", code_system="fbi-nibr")


# -- encodings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", "|", ",", " / "])
def test_delimited(delimiter: str) -> None:
    value = one(f"White{delimiter} Black {delimiter}", delimiter=delimiter)
    assert value.categories == {"WHITE", "BLACK"} and not value.alone


def test_a_delimited_code_is_read_whole_first() -> None:
    assert one("1;2", delimiter=";", codes={"1": "WHITE", "2": "BLACK"}).categories == {"WHITE", "BLACK"}
    assert one("A;B", delimiter=";", codes={"A;B": "ASIAN"}).categories == {"ASIAN"}


FLAGS: dict[str, Any] = {
    "columns": ["w", "b", "u"],
    "flags": {"w": "WHITE", "b": "BLACK", "u": {"missing": "unknown"}},
}


@pytest.mark.parametrize(
    ("raw", "status", "categories", "missing"),
    [
        (("1", "0", "0"), "mapped", ["WHITE"], None),
        (("1", "1", "0"), "mapped", ["BLACK", "WHITE"], None),
        (("0", "0", "1"), "missing", [], "unknown"),
        (("0", "0", "0"), "missing", [], "blank"),
        ((None, None, None), "missing", [], "blank"),
        (("Yes", "no", "FALSE"), "mapped", ["WHITE"], None),
        (("Checked", "Unchecked", "Unchecked"), "mapped", ["WHITE"], None),
        (("1", "0", "1"), "mapped", ["WHITE"], "unknown"),  # the reason stands beside
        (("7", "0", "0"), "unmapped", [], None),
    ],
)
def test_flags(raw: tuple[str | None, ...], status: str, categories: list[str], missing: str | None) -> None:
    assert says(one(*raw, **FLAGS)) == (status, categories, missing)


def test_what_ticks_a_flag_may_be_said() -> None:
    spec = {**FLAGS, "yes": ["2"]}
    assert one("2", "0", "0", **spec).categories == {"WHITE"}
    assert one("1", "0", "0", **spec).status == "unmapped"


def test_a_flag_beside_a_column_of_words() -> None:
    spec: dict[str, Any] = {
        "columns": ["w", "b", "eth"],
        "flags": {"w": "WHITE", "b": "BLACK"},
        "encoding": "flags",
        "codes": {"eth": {"1": "HISPANIC", "2": "none"}},
    }
    assert one("1", "0", "1", **spec).categories == {"WHITE", "HISPANIC"}
    assert one("1", "0", "2", **spec).categories == {"WHITE"}
    assert one("0", "0", "1", **spec).categories == {"HISPANIC"}
    assert one("0", "0", "2", **spec).status == "missing"  # not Hispanic, and no race


TWO: dict[str, Any] = {"columns": ["race", "eth"]}


@pytest.mark.parametrize(
    ("raw", "standard", "expected"),
    [
        (("White", "Hispanic"), NEW, ("mapped", ["HISPANIC", "WHITE"], None)),
        (("White", "Not Hispanic"), NEW, ("mapped", ["WHITE"], None)),
        (("Unknown", "Not Hispanic"), NEW, ("missing", [], "unknown")),
        ((None, "Not Hispanic"), NEW, ("missing", [], "blank")),
        ((None, "Hispanic"), NEW, ("mapped", ["HISPANIC"], None)),
        (("Unknown", "Hispanic"), NEW, ("mapped", ["HISPANIC"], "unknown")),
        (("White", None), NEW, ("mapped", ["WHITE"], None)),
        ((None, None), NEW, ("missing", [], "blank")),
        (("Unknown", "Not Hispanic"), OLD, ("missing", [], "unknown")),
        ((None, "Hispanic"), OLD, ("missing", ["HISPANIC"], "blank")),
        (("Unknown", "Hispanic"), OLD, ("missing", ["HISPANIC"], "unknown")),
        (("White", "Hispanic"), OLD, ("mapped", ["HISPANIC", "WHITE"], None)),
        (("Martian", "Hispanic"), OLD, ("mapped", ["HISPANIC"], None)),
    ],
)
def test_race_and_ethnicity(raw: tuple[str | None, ...], standard: str, expected: Any) -> None:
    assert says(one(*raw, standard=standard, **TWO)) == expected


def test_that_race_is_missing_under_1997_is_said() -> None:
    assert one(None, "Hispanic", standard=OLD, **TWO).note == "Hispanic is recorded, race is not"
    assert one(None, "Hispanic", **TWO).note is None


def test_a_reason_beside_an_answer_is_marked() -> None:
    value = one("White;Unknown", delimiter=";")
    assert (value.status, value.missing, value.conflict) == ("mapped", "unknown", True)
    assert value.note == "unknown stands beside an answer"
    assert not value.is_missing


def test_a_value_that_cannot_be_read_beside_one_that_can() -> None:
    value = one("White;Martian;A", delimiter=";")
    assert (value.status, sorted(value.unread)) == ("mapped", ["A", "Martian"])


def test_repeated_rows_keep_every_mention() -> None:
    frame = pd.DataFrame(
        {"id": ["1", "1", "2", "2", "3"], "race": ["White", "Black", "White", None, None]}, dtype=object
    )
    reading = read(frame, columns=["race"], encoding="repeated_rows")
    assert {v.raw: (v.status, sorted(v.categories)) for v in reading.values} == {
        ("Black", "White"): ("mapped", ["BLACK", "WHITE"]),
        ("White",): ("mapped", ["WHITE"]),
        (None,): ("missing", []),
    }


@pytest.mark.parametrize("text", ["inf", "1e400", "-5", "2.5", "many"])
def test_a_count_that_is_no_count_of_people_is_refused(text: str) -> None:
    frame = pd.DataFrame({"race": ["White"], "people": [text]}, dtype=object)
    with pytest.raises(CodebookError, match='"people" should hold how many people'):
        read(frame, columns=["race"], encoding="counts", count="people")


# -- other questions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "band"),
    [
        ("0", "0"),
        ("0.9", "0"),
        ("1", "1-5"),
        ("5", "1-5"),
        ("5.99", "1-5"),
        ("6", "6-12"),
        ("18", "18+"),
        ("99", "18+"),
    ],
)
def test_ages_fall_into_bands(raw: str, band: str) -> None:
    assert one(raw, question="age", bands=[0, 1, 6, 13, 18]).categories == {band}


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("-1", "unmapped"),
        ("131", "unmapped"),
        ("nan", "unmapped"),
        ("tall", "unmapped"),
        ("Unknown", "missing"),
        (None, "missing"),
    ],
)
def test_ages_that_are_none(raw: str | None, status: str) -> None:
    assert one(raw, question="age", bands=[0, 6]).status == status


def test_bands_are_named_by_their_years() -> None:
    assert [band_label((0, 1, 6, 18), index) for index in range(4)] == ["0", "1-5", "6-17", "18+"]


def test_another_question_keeps_its_own_answers() -> None:
    assert one("Spanish", question="language").categories == {"es"}
    assert one("Lake County", question="geography").categories == {"Lake County"}
    assert says(one("Unknown", question="language")) == ("missing", [], "unknown")
    assert one("NA", question="language").status == "review"
    assert says(one("9", question="language", missing={"9": "declined"})) == ("missing", [], "declined")
    assert one("1", question="language", codes={"1": "Hmong"}).categories == {"Hmong"}
