"""Which code system is proposed: one that explains every value and has no rival, or none, with the rivals named."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equitykit as ek
from equitykit.standards import CodeSystem, code_system, code_systems, read_value

SYSTEMS = [
    found for found in map(code_system, code_systems()) if found.question == "race_ethnicity" and found.values
]
NAMES = [(each.id, name) for each in SYSTEMS for name in ("race", "ethnicity", *each.column_hints)]


def same(one: CodeSystem, other: CodeSystem, values: list[str]) -> bool:
    return all(one.read(value) == other.read(value) for value in values)


def chosen(proposal: ek.Proposal, column: str) -> CodeSystem | None:
    """The system that the proposal reads a column by."""
    question = proposal.codebook.questions.get("race_ethnicity")
    named = question.system_for(column) if question is not None and column in question.columns else None
    return code_system(named) if named else None


def holds(system: CodeSystem, column: str, values: list[str]) -> None:
    """Proposed as the system, or listed among the rivals; never silently read as something else."""
    data = pd.DataFrame({column: [value for n, value in enumerate(values) for _ in range(3 + n % 4)]})
    proposal = ek.propose(data)
    found = chosen(proposal, column)
    asked = " ".join(each.why for each in proposal.to_confirm)
    if found is not None:
        assert same(found, system, values), (found.id, values)
        return
    words = [value for value in values if read_value(value) is not None]
    question = proposal.codebook.questions.get("race_ethnicity")
    plain = len(words) == len(values)  # plain words need no system
    assert plain or question is None or system.id in asked, asked


@pytest.mark.parametrize(("id", "column"), NAMES)
def test_the_full_value_set_of_each_system(id, column):
    system = code_system(id)
    holds(system, column, list(system.values))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_some_values_of_a_system(data):
    system = data.draw(st.sampled_from(SYSTEMS))
    values = data.draw(st.lists(st.sampled_from(sorted(system.values)), min_size=2, max_size=8, unique=True))
    column = data.draw(st.sampled_from(["race", "ethnicity", "race_code", "driver_race", "race1"]))
    holds(system, column, values)


@pytest.mark.parametrize("id", [each.id for each in SYSTEMS if each.column_hints])
def test_a_name_of_its_own_decides(id):
    """RAC1P, HISP, ANC1P, RTI_RACE_CD: where only one system is called so, it is proposed."""
    system = code_system(id)
    own = [
        hint
        for hint in system.column_hints
        if hint
        in {"rac1p", "hisp", "anc1p", "rti_race_cd", "bene_race_cd", "nhia", "cethn", "hisorgin", "raceethn"}
    ]
    for column in own:
        data = pd.DataFrame({column: [value for value in system.values for _ in range(4)]})
        assert chosen(ek.propose(data), column) is system


def collisions() -> list[tuple[str, str, list[str]]]:
    """Pairs of systems that share codes and read at least one of them differently."""
    found = []
    for one, other in itertools.combinations(SYSTEMS, 2):
        shared = [
            value for value in one.values if other.read(value) is not None and read_value(value) is None
        ]
        if len(shared) > 1 and not same(one, other, shared):
            found.append((one.id, other.id, shared))
    return found


COLLISIONS = collisions()


def test_there_are_many_collisions():
    pairs = {frozenset(pair[:2]) for pair in COLLISIONS}
    for wanted in (
        {"fbi-nibrs", "ca-doj"},  # U: unknown, or Hawaiian
        {"ca-doj", "x12-1109"},  # O: other, or White
        {"hmda-race", "cms-bene-race"},  # 5: White, or Hispanic
        {"hmda-race", "acs-rac1p"},
        {"ipeds", "nys-police"},
        {"naaccr", "nchs-1979"},
    ):
        assert frozenset(wanted) in pairs, wanted


@pytest.mark.parametrize(
    ("one", "other", "shared"), COLLISIONS, ids=lambda each: each if isinstance(each, str) else ""
)
def test_shared_codes_are_never_read_by_one_of_two_rivals(one, other, shared):
    """In a column anybody could call so, codes that two systems read differently are asked about."""
    data = pd.DataFrame({"race": [value for value in shared for _ in range(5)]})
    proposal = ek.propose(data)
    assert chosen(proposal, "race") is None
    asked = " ".join(each.why for each in proposal.to_confirm)
    assert "race_ethnicity" not in proposal.codebook.questions or (one in asked and other in asked), asked


def test_ancestry_codes_say_what_the_race_question_cannot():
    """Verified codes of ANC1P: Lebanese 425, Somali 568, Armenian 431."""
    system = code_system("acs-anc1p")
    assert len(system.values) == 29
    said = {code: sorted(system.read(code).adds) for code in ("425", "568", "431", "419")}  # type: ignore[union-attr]
    assert said == {"425": ["lebanese"], "568": ["somali"], "431": ["armenian"], "419": ["israeli"]}
    data = pd.DataFrame({"ANC1P": ["425", "431", "568", "999"] * 15})
    book = {"questions": {"race_ethnicity": {"columns": ["ANC1P"], "code_system": "acs-anc1p"}}}
    done = ek.audit(data, {**book, "standard": "us-ca-mena-2025"})
    assert {row["id"]: row["n_any"] for row in done.to_dict()["questions"][0]["categories"]}["MENA"] == 45


def test_table_letters_follow_the_census():
    system = code_system("acs-table-suffix")
    assert list(system.values) == list("ABCDEFGHI")
    assert system.read("H") != system.read("A")
    assert system.read("I") is not None and system.read("I").adds == {"HISPANIC"}  # type: ignore[union-attr]


def test_an_ethnicity_column_beside_race_is_read_by_a_system_of_both():
    races, origins = ["1002-5", "2028-9", "2054-5", "2106-3"], ["2135-2", "2186-5"]
    data = pd.DataFrame(
        [(race, origin) for race in races for origin in origins] * 5, columns=["race_code", "ethnicity_code"]
    )
    proposal = ek.propose(data)
    assert chosen(proposal, "race_code") == chosen(proposal, "ethnicity_code") == code_system("hl7-cdcrec")
    (question,) = (q for q in ek.audit(data).data["questions"] if q["question"] == "race_ethnicity")
    assert {c["id"]: c["n_any"] for c in question["categories"]}["HISPANIC"] == 20


def test_a_column_called_race_is_found_though_most_of_it_is_strange():
    data = pd.DataFrame({"race": ["White", "[/]", "=1+1", "<b>x</b>", "?", "Blanko"] * 20, "n": "x"})
    assert ek.audit(data).outcome("race-field-absent") == "clear"
