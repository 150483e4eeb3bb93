"""What `propose` makes of files as they are met: labels, codes, flags, pairs, mentions, renamed columns."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

import equitykit as ek

HERE = Path(__file__).parent
SPD = ("AIAN", "ASIAN", "BLACK", "HISPANIC", "MENA", "NHPI", "WHITE")


def table(n: int = 300, *, seed: int = 7, **columns: Mapping[str, int] | None) -> pd.DataFrame:
    """Rows drawn from weighted values; None makes a running number."""
    draw = random.Random(seed)
    return pd.DataFrame(
        {
            name: [str(i + 1) for i in range(n)]
            if weights is None
            else draw.choices(list(weights), weights=list(weights.values()), k=n)
            for name, weights in columns.items()
        }
    )


def any_counts(frame: pd.DataFrame) -> dict[str, int]:
    question = next(q for q in ek.audit(frame).to_dict()["questions"] if q["question"] == "race_ethnicity")
    return {c["id"]: c["n_any"] for c in question["categories"] if c["n_any"]}


def counted(frame: pd.DataFrame, meaning: Mapping[str, str], *columns: str) -> dict[str, int]:
    """The same by hand: rows in which a column holds a value that means the category."""
    found: dict[str, int] = {}
    for category in SPD:
        hit = pd.Series(False, index=frame.index)
        for column in columns:
            hit |= frame[column].map(lambda v, c=category: c in meaning.get(v, "").split("+"))
        if hit.any():
            found[category] = int(hit.sum())
    return found


LABELLED = {
    "scores": (
        table(
            person=None,
            race={
                "African-American": 50, "Caucasian": 34, "Hispanic": 9, "Other": 5, "Asian": 1, "Native American": 1
            },
            two_year_recid={"0": 1, "1": 1},
        ),
        "race",
        {
            "African-American": "BLACK", "Caucasian": "WHITE", "Hispanic": "HISPANIC", "Asian": "ASIAN",
            "Native American": "AIAN",
        },
    ),
    "stops": (
        table(
            stop_id=None,
            description={
                "BLACK": 50, "WHITE HISPANIC": 20, "BLACK HISPANIC": 8, "WHITE": 10, "ASIAN / PACIFIC ISLANDER": 4,
                "AMERICAN INDIAN/ALASKAN NATIVE": 2, "(null)": 3,
            },
        ),
        "description",
        {
            "BLACK": "BLACK", "WHITE HISPANIC": "WHITE+HISPANIC", "BLACK HISPANIC": "BLACK+HISPANIC", "WHITE": "WHITE",
            "AMERICAN INDIAN/ALASKAN NATIVE": "AIAN",
        },
    ),
    "hospital": (
        table(
            q={
                "WHITE": 40, "BLACK/AFRICAN AMERICAN": 8, "HISPANIC OR LATINO": 3, "ASIAN - CHINESE": 2,
                "UNABLE TO OBTAIN": 2, "PATIENT DECLINED TO ANSWER": 1, "OTHER": 3, "WHITE - RUSSIAN": 2,
                "WHITE - BRAZILIAN": 2, "HISPANIC/LATINO - PUERTO RICAN": 2, "MIDDLE EASTERN": 1,
            },
        ),
        "q",
        {
            "WHITE": "WHITE", "BLACK/AFRICAN AMERICAN": "BLACK", "HISPANIC OR LATINO": "HISPANIC",
            "ASIAN - CHINESE": "ASIAN", "WHITE - RUSSIAN": "WHITE", "WHITE - BRAZILIAN": "WHITE",
            "HISPANIC/LATINO - PUERTO RICAN": "HISPANIC", "MIDDLE EASTERN": "MENA",
        },
    ),
    "surveillance": (
        table(
            combined={
                "White, Non-Hispanic": 40, "Black, Non-Hispanic": 10, "Hispanic/Latino": 20, "Asian, Non-Hispanic": 3,
                "American Indian/Alaska Native, Non-Hispanic": 2, "Missing": 10, "Unknown": 12,
                "Native Hawaiian/Other Pacific Islander, Non-Hispanic": 2,
            },
        ),
        "combined",
        {
            "White, Non-Hispanic": "WHITE", "Black, Non-Hispanic": "BLACK", "Hispanic/Latino": "HISPANIC",
            "Asian, Non-Hispanic": "ASIAN", "American Indian/Alaska Native, Non-Hispanic": "AIAN",
            "Native Hawaiian/Other Pacific Islander, Non-Hispanic": "NHPI",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize("renamed", [False, True], ids=["named", "renamed"])
def test_labels_are_found_by_their_values(name: str, renamed: bool) -> None:
    frame, column, meaning = LABELLED[name]
    if renamed:
        frame = frame.rename(columns={c: f"q{i}_a" for i, c in enumerate(reversed(frame.columns), 11)})
        column = frame.columns[list(LABELLED[name][0].columns).index(column)]
    proposal = ek.propose(frame)
    question = proposal.codebook.questions["race_ethnicity"]
    assert question.columns == (column,)
    assert question.encoding == "single"
    assert any_counts(frame) == counted(frame, meaning, column)


def test_several_answers_in_one_value() -> None:
    frame = table(
        q5={"White": 40, "Black or African American": 20, "White;Asian": 6, "Hispanic or Latino": 9, "": 3},
    )
    question = ek.propose(frame).codebook.questions["race_ethnicity"]
    assert (question.encoding, question.delimiter) == ("delimited", ";")
    meaning = {"White": "WHITE", "Black or African American": "BLACK", "White;Asian": "WHITE+ASIAN"} | {
        "Hispanic or Latino": "HISPANIC"
    }
    assert any_counts(frame) == counted(frame, meaning, "q5")


def test_a_comma_that_joins_group_and_detail_separates_nobody() -> None:
    frame = table(race={"White": 9, "Hispanic, White": 3, "Asian, Other": 2, "Black": 4})
    question = ek.propose(frame).codebook.questions["race_ethnicity"]
    assert question.encoding == "single"
    meaning = {
        "White": "WHITE",
        "Hispanic, White": "HISPANIC+WHITE",
        "Asian, Other": "ASIAN",
        "Black": "BLACK",
    }
    assert any_counts(frame) == counted(frame, meaning, "race")


def test_a_comma_that_joins_two_races_separates_answers() -> None:
    frame = table(race={"White": 9, "Black, White": 3, "Asian": 2})
    question = ek.propose(frame).codebook.questions["race_ethnicity"]
    assert (question.encoding, question.delimiter) == ("delimited", ",")


def test_race_and_ethnicity_in_two_columns() -> None:
    frame = table(
        person=None,
        a={"White": 6, "Black": 3, "Unknown": 1},
        b={"Hispanic or Latino": 2, "Not Hispanic or Latino": 8, "Unknown": 1},
    )
    question = ek.propose(frame).codebook.questions["race_ethnicity"]
    assert question.encoding == "race_and_ethnicity"
    assert question.columns == ("a", "b")
    meaning = {"White": "WHITE", "Black": "BLACK", "Hispanic or Latino": "HISPANIC"}
    assert any_counts(frame) == counted(frame, meaning, "a", "b")


def test_a_hispanic_flag_is_read_and_listed_to_confirm() -> None:
    frame = table(Race={"White": 6, "Black": 3}, Hispanic={"Y": 2, "N": 8})
    proposal = ek.propose(frame)
    assert proposal.codebook.questions["race_ethnicity"].columns == ("Race", "Hispanic")
    assert any("Hispanic" in c.columns for c in proposal.to_confirm)
    assert any_counts(frame)["HISPANIC"] == int((frame["Hispanic"] == "Y").sum())


def test_yes_no_columns_for_each_category() -> None:
    flag = {"1": 2, "0": 8}
    frame = table(
        pid=None,
        race_white=flag,
        race_black=flag,
        race_asian=flag,
        race_unknown={"0": 19, "1": 1},
        hispanic=flag,
    )
    question = ek.propose(frame).codebook.questions["race_ethnicity"]
    assert question.encoding == "flags"
    assert set(question.columns) == {"race_white", "race_black", "race_asian", "race_unknown", "hispanic"}
    expected = {
        "WHITE": "race_white", "BLACK": "race_black", "ASIAN": "race_asian", "HISPANIC": "hispanic"
    }  # fmt: skip
    assert any_counts(frame) == {c: int((frame[column] == "1").sum()) for c, column in expected.items()}


def test_flag_families_of_published_systems() -> None:
    two = {"2": 8, "1": 2, "9": 1}
    frame = table(
        ChID=None,
        ChRacAI=two,
        ChRacAs=two,
        ChRacBl=two,
        ChRacNH=two,
        ChRacWh=two,
        ChRacUd={"2": 9, "1": 1},
        CEthn=two,
    )
    question = ek.propose(frame).codebook.questions["race_ethnicity"]
    assert question.encoding == "flags"
    assert question.system_for("ChRacAI") == "ncands"
    assert question.system_for("CEthn") == "ncands-cethn"
    flags = {"AIAN": "ChRacAI", "ASIAN": "ChRacAs", "BLACK": "ChRacBl", "NHPI": "ChRacNH", "WHITE": "ChRacWh"}
    flags["HISPANIC"] = "CEthn"
    assert any_counts(frame) == {c: int((frame[column] == "1").sum()) for c, column in flags.items()}


def test_mentions_in_numbered_columns_share_one_code_system() -> None:
    frame = table(
        applicant_race_1={"5": 60, "3": 10, "2": 8, "21": 2, "1": 1, "6": 10},
        applicant_race_2={"": 300, "5": 30},
        applicant_ethnicity_1={"2": 70, "1": 12, "3": 10},
    )
    proposal = ek.propose(frame)
    question = proposal.codebook.questions["race_ethnicity"]
    assert question.columns == ("applicant_race_1", "applicant_race_2", "applicant_ethnicity_1")
    meaning = {"5": "WHITE", "3": "BLACK", "2": "ASIAN", "21": "ASIAN", "1": "AIAN"}
    expected = counted(frame, meaning, "applicant_race_1", "applicant_race_2")
    expected["HISPANIC"] = int((frame["applicant_ethnicity_1"] == "1").sum())
    assert any_counts(frame) == expected
    assert any(c.place.endswith("code_system") for c in proposal.to_confirm)


@pytest.mark.parametrize(
    "codes",
    [
        {"W": 45, "B": 25, "H": 17, "A": 2, "N": 2, "O": 1},  # a newspaper's own letters: no system has them
        {"W": 50, "B": 30, "A": 5, "I": 2, "U": 9},  # U is unknown in one system and Hawaiian in another
        {"1": 5, "2": 3, "3": 1, "4": 1},
        {"8": 5, "6": 3, "3": 1, "4": 1, "9": 1, "1": 1},
    ],
    ids=["letters of no system", "letters of two systems", "digits", "digits of several systems"],
)
def test_bare_codes_are_never_guessed(codes: Mapping[str, int]) -> None:
    frame = table(race=codes)
    proposal = ek.propose(frame)
    assert proposal.codebook.questions["race_ethnicity"].code_system is None
    assert any(c.place == "questions.race_ethnicity.code_system" for c in proposal.to_confirm)
    question = ek.audit(frame).to_dict()["questions"][0]
    assert {v["status"] for v in question["values"]} == {"review"}
    assert {c["n_any"] for c in question["categories"]} == {0}


def test_a_code_system_is_believed_where_no_other_fits() -> None:
    frame = table(descent={"H": 40, "W": 25, "B": 20, "O": 10, "A": 3, "K": 1, "X": 3, "F": 1, "C": 1})
    proposal = ek.propose(frame)
    assert proposal.codebook.questions["race_ethnicity"].code_system == "ca-doj"
    assert any("ca-doj" in c.why for c in proposal.to_confirm)
    meaning = {
        "H": "HISPANIC", "W": "WHITE", "B": "BLACK", "A": "ASIAN", "K": "ASIAN", "F": "ASIAN", "C": "ASIAN"
    }  # fmt: skip
    assert any_counts(frame) == counted(frame, meaning, "descent")


def test_one_row_for_each_answer() -> None:
    people = [str(i) for i in range(60)] + [str(i) for i in range(15)]
    races = ["White"] * 30 + ["Black"] * 30 + ["Asian"] * 15
    frame = pd.DataFrame(
        {"client_id": people, "race": races, "county": [("A", "B")[int(p) % 2] for p in people]}
    )
    question = ek.propose(frame).codebook.questions["race_ethnicity"]
    assert question.encoding == "repeated_rows"
    found = ek.audit(frame).to_dict()
    assert found["questions"][0]["n"] == 60
    assert found["subject"]["rows"] == 75
    assert found["questions"][0]["multiple"]["n"] == 15


def test_a_column_made_from_another_is_kept_apart() -> None:
    detail = {
        "White": "White",
        "Black": "Black",
        "Chinese": "Other",
        "Samoan": "Other",
        "Hispanic": "Hispanic",
    }
    frame = table(raw={"White": 9, "Black": 4, "Chinese": 2, "Samoan": 1, "Hispanic": 3})
    frame["grouped"] = frame["raw"].map(detail)
    proposal = ek.propose(frame)
    assert proposal.codebook.questions["race_ethnicity"].columns == ("raw",)
    assert [d.column for d in proposal.codebook.derived] == ["grouped"]


@pytest.mark.parametrize(
    "frame",
    [
        table(plate=None, color={"White": 3, "Black": 3, "Silver": 2, "Red": 2}),
        table(plate=None, color={"White": 3, "Black": 3, "Brown": 1, "Other": 1}),
        table(visit=None, language={"English": 6, "Spanish": 3, "Chinese": 1, "Korean": 1}),
        table(visit=None, surname={"White": 3, "Black": 1, "Smith": 5, "Brown": 2}),
        table(visit=None, grade={"A": 3, "B": 4, "C": 2, "D": 1, "W": 1}),
        table(visit=None, answer={"1": 3, "2": 4, "3": 2}),
    ],
    ids=["cars", "more cars", "languages", "surnames", "grades", "numbers"],
)
def test_what_is_not_race_is_not_taken_for_it(frame: pd.DataFrame) -> None:
    assert "race_ethnicity" not in ek.propose(frame).codebook.questions
    assert ek.audit(frame).outcome("race-field-absent") == "found"


def test_a_column_called_ethnicity_is_found_even_where_nothing_can_be_read() -> None:
    frame = table(self_defined_ethnicity={"Bashkir": 3, "Tatar": 4, "Udmurt": 2})
    assert ek.audit(frame).outcome("race-field-absent") == "clear"
    assert ek.audit(frame).outcome("unmapped-values") == "found"


def test_nothing_of_an_identifying_column_is_printed() -> None:
    frame = table(
        child_name={f"Zelda Quux {i}": 1 for i in range(120)},
        ssn={f"000-00-{i:04d}": 1 for i in range(120)},
        race={"White": 2, "Black": 1},
    )
    proposal = ek.propose(frame)
    said = proposal.review() + proposal.codebook.to_yaml() + ek.audit(frame).to_json()
    assert set(proposal.identifiers) == {"child_name", "ssn"}
    assert "Zelda" not in said
    assert "000-00" not in said


def test_the_form_fills_the_codebook() -> None:
    sample = HERE.parent / "sample_data"
    proposal = ek.propose(sample / "intake_flags.csv", form=sample / "placement_dictionary.csv")
    question = proposal.codebook.questions["race_ethnicity"]
    assert question.encoding == "flags"
    assert "MENA" in (question.offered or ())
    assert any("does not offer" in c.why for c in proposal.to_confirm)


def test_a_saved_proposal_is_a_codebook(tmp_path: Path) -> None:
    frame = table(race={"White": 2, "Black": 1}, hispanic={"Y": 1, "N": 3}, sex={"F": 1, "M": 1})
    proposal = ek.propose(frame)
    saved = proposal.save(tmp_path / "it.codebook.yaml")
    assert ek.Codebook.load(saved).to_dict() == proposal.codebook.to_dict()
    assert saved.read_text(encoding="utf-8").startswith("# Proposed by equitykit.")
