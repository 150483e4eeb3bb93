"""Standards with categories of their own, from a file to the report: England and Wales, Ontario."""

from __future__ import annotations

import pandas as pd
import pytest

import equitykit as ek
from equitykit import report, standards
from equitykit.design import design_form
from equitykit.errors import CodebookError
from equitykit.forms import read_form
from equitykit.standards import read_value, standard, words_of

# How often each label stands in the file. Sections by hand: Asian 9+8+4+3, Black 6+3, Mixed 3+2+1,
# White 60+5+8, Other 2+1, and 2 who would rather not say.
UK = {
    "White: English, Welsh, Scottish, Northern Irish or British": 60,
    "White: Irish": 5,
    "White - Any other White background": 8,
    "Pakistani": 9,
    "Asian or Asian British: Indian": 8,
    "Bangladeshi": 4,
    "Chinese": 3,
    "Black, Black British, Caribbean or African: African": 6,
    "Caribbean": 3,
    "Mixed: White and Black Caribbean": 3,
    "Mixed: White and Asian": 2,
    "Any other Mixed or multiple ethnic background": 1,
    "Arab": 2,
    "Any other ethnic group": 1,
    "Prefer not to say": 2,
}
UK_COUNTS = {"ASIAN": 24, "BLACK": 9, "MIXED": 6, "WHITE": 73, "OTHER": 3}
ONTARIO = {
    "Black": 20,
    "East/Southeast Asian": 15,
    "Indigenous": 14,
    "Latino": 13,
    "Middle Eastern": 12,
    "South Asian": 12,
    "White": 40,
    "White; South Asian": 11,
    "Indigenous; White": 11,
    "Another race category": 2,
    "Prefer not to answer": 3,
}


def frame(counts: dict[str, int], column: str) -> pd.DataFrame:
    return pd.DataFrame({column: [label for label, n in counts.items() for _ in range(n)]})


def audited(counts: dict[str, int], column: str, id: str) -> ek.Audit:
    data = frame(counts, column)
    return ek.audit(data, ek.propose(data, standard=id).codebook)


def counted(done: ek.Audit, number: str) -> dict[str, int]:
    return {row["id"]: row[number] for row in done.to_dict()["questions"][0]["categories"]}


def test_a_file_of_england_and_wales():
    done = audited(UK, "ethnic_group", "uk-gss")
    assert counted(done, "n_any") == counted(done, "n_alone") == UK_COUNTS
    assert done.to_dict()["standard"]["id"] == "uk-gss"
    assert {value["status"] for value in done.to_dict()["questions"][0]["values"]} == {"mapped", "missing"}
    for check in ("category-never-used", "umbrella-asian-pi", "umbrella-collective", "unmapped-values"):
        assert done.outcome(check) == "clear", check
    assert done.outcome("multi-never-used") == "not_run"  # one answer is what the standard asks for
    (opaque,) = [row for row in done.to_dict()["results"] if row["check"] == "two-or-more-opaque"]
    assert (opaque["severity"], opaque["observed"]) == ("low", pytest.approx(1 / 117, abs=1e-6))
    text = report.terminal.render(report.audit_document(done.to_dict()), width=100)
    assert "Asian or Asian British" in text and "Mixed or multiple ethnic groups" in text


def test_groups_and_gaps_of_england_and_wales():
    data = frame(UK, "ethnic_group").assign(kept="1")
    book = ek.propose(data, standard="uk-gss").codebook
    groups = ek.disaggregate(data, book, by=["race_ethnicity"])
    found = dict(zip(groups.rows["group"], groups.rows["n"], strict=True))
    assert found == {**UK_COUNTS, "~declined": 2}


def test_a_file_of_ontario():
    done = audited(ONTARIO, "race", "ca-on-ards")
    assert counted(done, "n_any") == {
        "BLACK": 20,
        "EAST_SOUTHEAST_ASIAN": 15,
        "INDIGENOUS": 25,
        "LATINO": 13,
        "MIDDLE_EASTERN": 12,
        "SOUTH_ASIAN": 23,
        "WHITE": 62,
        "ANOTHER": 2,
    }
    assert counted(done, "n_alone")["INDIGENOUS"] == 14
    (value,) = [v for v in done.to_dict()["questions"][0]["values"] if v["raw"] == ["Indigenous; White"]]
    assert value["categories"] == ["INDIGENOUS", "WHITE"]


def test_other_is_still_only_other():
    """A standard may have a category for it: the share of it is judged all the same."""
    counts = {**ONTARIO, "Another race category": 40}
    done = audited(counts, "race", "ca-on-ards")
    (found,) = [row for row in done.to_dict()["results"] if row["check"] == "other-share"]
    everybody = sum(counts.values())
    assert found["outcome"] == "found"
    assert found["observed"] == pytest.approx(40 / (everybody - 3), abs=1e-6)


# The same words under several standards: what they say is one thing, where it belongs another.
SAME_WORDS: list[tuple[str, dict[str, set[str] | None]]] = [
    ("Indian", {"uk-gss": {"ASIAN"}, "us-omb-spd15-2024": None, "ca-bc-arda": None}),
    ("Indigenous", {"ca-on-ards": {"INDIGENOUS"}, "ca-bc-arda": {"INDIGENOUS"}, "us-omb-spd15-2024": None}),
    ("Arab", {"uk-gss": {"OTHER"}, "us-omb-spd15-2024": {"MENA"}, "us-omb-spd15-1997": {"WHITE"}}),
    (
        "Afghan",
        {"us-omb-spd15-2024": {"ASIAN"}, "us-ca-mena-2025": {"MENA"}, "ca-bc-arda": {"MIDDLE_EASTERN"}},
    ),
    ("Somali", {"us-omb-spd15-2024": {"BLACK"}, "us-ca-mena-2025": {"MENA"}, "us-or-reald": {"BLACK"}}),
    ("Sudanese", {"us-omb-spd15-2024": set(), "us-ca-mena-2025": {"MENA"}}),
    ("Armenian", {"us-omb-spd15-2024": set(), "us-omb-spd15-1997": {"WHITE"}, "us-ny-mena-2024": {"MENA"}}),
    ("African", {"uk-gss": {"BLACK"}, "us-omb-spd15-2024": None}),
    ("South Asian", {"ca-on-ards": {"SOUTH_ASIAN"}, "us-omb-spd15-2024": {"ASIAN"}}),
    ("Latino", {"ca-on-ards": {"LATINO"}, "us-omb-spd15-2024": {"HISPANIC"}, "us-or-reald": {"HISPANIC"}}),
    ("Chinese", {"uk-gss": {"ASIAN"}, "ca-on-ards": set(), "us-omb-spd15-1997": {"ASIAN"}}),
]
CASES = [(word, id, wanted) for word, places in SAME_WORDS for id, wanted in places.items()]


@pytest.mark.parametrize(("word", "id", "wanted"), CASES)
def test_one_word_under_several_standards(word, id, wanted):
    chosen = standard(id)
    said = read_value(word, words_of(chosen))
    assert (None if said is None else set(chosen.rollup_all(said.adds))) == wanted


@pytest.mark.parametrize("id", ["us-omb-spd15-2024", "us-omb-spd15-1997", "us-ipeds", "us-hmis-fy2024"])
def test_nothing_is_read_differently_under_the_standards_of_the_united_states(id):
    assert words_of(standard(id)).tokens == standards.vocabulary().tokens


@pytest.mark.parametrize("id", standards.standards())
def test_every_label_of_a_standard_reads_as_its_category(id):
    chosen = standard(id)
    words = words_of(chosen)
    for category in chosen.categories:
        for text in (category.label, category.label.upper(), *category.words):
            said = read_value(text, words)
            assert said is not None, text
            own = {chosen.residuals[said.residual]} if said.residual else chosen.rollup_all(said.adds)
            assert own == {category.id}, text


def test_codes_of_a_codebook_are_those_of_its_standard():
    data = pd.DataFrame({"race": ["1", "2", "9"] * 20})
    book = {
        "equitykit": "codebook/1",
        "standard": "ca-bc-arda",
        "questions": {
            "race_ethnicity": {
                "columns": ["race"],
                "codes": {"1": "INDIGENOUS", "2": "EAST_ASIAN", "9": "other"},
            }
        },
    }
    done = ek.audit(data, book)
    assert counted(done, "n_any")["INDIGENOUS"] == counted(done, "n_any")["ANOTHER_RACIAL_IDENTITY"] == 20
    with pytest.raises(CodebookError, match="INDIGENOUS"):
        ek.audit(data, {**book, "standard": "us-omb-spd15-2024"})


@pytest.mark.parametrize("id", ["uk-gss", "ca-on-ards", "ca-bc-arda", "us-or-reald"])
def test_data_collected_with_the_form_of_a_standard(id, tmp_path):
    """Everybody ticks one category: each is found again as often as it was ticked."""
    made = design_form(["race_ethnicity"], standard=id)
    made.write(tmp_path / "form.csv", "redcap")
    item = made.form.item("race_ethnicity")
    assert item is not None
    ticked = [o.code for o in item.options if o.code not in {"declined", "unknown"}]
    data = pd.DataFrame({"race_ethnicity": [code for n, code in enumerate(ticked) for _ in range(12 + n)]})
    if item.type == "multiple":
        data = pd.DataFrame(
            {
                f"race_ethnicity___{o.code}": (data["race_ethnicity"] == o.code).astype(int)
                for o in item.options
            }
        )
    book = ek.propose(data, form=read_form(tmp_path / "form.csv"), standard=id).codebook
    done = ek.audit(data, book)
    assert counted(done, "n_any") == {code.upper(): 12 + n for n, code in enumerate(ticked)}
    assert done.outcome("category-never-used") == "clear"
