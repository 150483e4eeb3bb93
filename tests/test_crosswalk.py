"""Who is no longer seen when records go from one standard to another: counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equitykit as ek
from equitykit import report, standards
from equitykit.cli import main
from equitykit.crosswalk import OUTCOMES
from equitykit.errors import UnknownName
from equitykit.standards import standard

SAMPLE = Path(__file__).parents[1] / "sample_data"
CLEAN = (SAMPLE / "intake_clean.csv", SAMPLE / "intake_clean.codebook.yaml")


def book(id: str, **more: object) -> dict[str, object]:
    question = {"columns": ["race"], "encoding": "delimited", "delimiter": ";"}
    return {"standard": id, "questions": {"race_ethnicity": question}, **more}


def people(counts: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"race": [label for label, n in counts.items() for _ in range(n)]})


def outcomes(walk: ek.Crosswalk, category: str) -> tuple[int, ...]:
    """n_any, kept, moved, covered, unknown, no place."""
    row = walk.row(category)
    return (row["n_any"], *(row[name] for name in OUTCOMES))


# The answers in intake_clean.csv, as counted with sort | uniq -c:
#   903 White, 427 Hispanic, 386 Black, 183 Asian, 134 MENA, 122 NHPI, 100 AIAN, each alone;
#   145 Hispanic;White, 117 AIAN;Hispanic, 98 Black;White, 87 AIAN;White, 70 Asian;NHPI,
#   68 MENA;White, 67 Asian;White; 93 without an answer.
def test_the_sample_under_the_standard_of_1997():
    walk = ek.crosswalk(*CLEAN, to="us-omb-spd15-1997")
    # 134 + 68 people named Middle Eastern or North African; all of them become White.
    assert outcomes(walk, "MENA") == (134 + 68, 0, 202, 0, 0, 0)
    assert walk.row("MENA")["n_alone"] == 134 and walk.row("MENA")["into"] == "WHITE"
    # White before: 903 + 145 + 98 + 87 + 68 + 67 = 1368. After: the 134 as well, and 68 named it already.
    assert outcomes(walk, "WHITE") == (1368, 1368, 0, 0, 0, 0)
    after = walk.after_frame().set_index("category")
    assert after.loc["WHITE", "n_any"] == 1368 + 134
    assert after.loc["WHITE", "n_alone"] == 903 + 134 + 68
    assert (walk.n, walk.n_answered, walk.n_less, walk.n_gone) == (3000, 2907, 202, 0)


def test_the_sample_as_ipeds_reports_it():
    walk = ek.crosswalk(*CLEAN, to="us-ipeds")
    # American Indian or Alaska Native: 100 + 117 + 87 = 304. 117 become Hispanic, 87 two or more races.
    assert outcomes(walk, "AIAN") == (304, 100, 0, 117 + 87, 0, 0)
    # Pacific Islander: 122 + 70; the 70 who are Asian too become two or more races. Asian: 183 + 70 + 67.
    assert outcomes(walk, "NHPI") == (192, 122, 0, 70, 0, 0)
    assert outcomes(walk, "ASIAN") == (320, 183, 0, 137, 0, 0)
    # Hispanic people of any race stay: 427 + 145 + 117.
    assert outcomes(walk, "HISPANIC") == (689, 689, 0, 0, 0, 0)
    # White: 903 alone and 68 with MENA, which is White there; 145 + 98 + 87 + 67 are covered.
    assert outcomes(walk, "WHITE") == (1368, 971, 0, 397, 0, 0)
    # Missing somewhere: 145 + 117 + 98 + 87 + 70 + 67, and all 202. Two or more races: 98 + 87 + 70 + 67.
    assert (walk.n_less, walk.n_gone) == (584 + 202, 322)


def test_what_was_one_category_cannot_be_split_later():
    data = people({"White": 50, "Lebanese": 12, "Irish": 9, "Asian": 20, "White;Asian": 5})
    walk = ek.crosswalk(data, book("us-omb-spd15-1997"), to="us-omb-spd15-2024")
    # Under 1997 White holds the Middle East: 50 + 12 + 9 + 5. The 9 Irish stay, the 12 Lebanese go to
    # their own category, and of the 55 who said White nobody can say which they are.
    assert outcomes(walk, "WHITE") == (76, 9, 12, 0, 55, 0)
    assert walk.row("WHITE")["into"].split("; ") == ["MENA+WHITE", "MENA"]
    assert outcomes(walk, "ASIAN") == (25, 25, 0, 0, 0, 0)
    assert walk.after_frame().set_index("category").loc["MENA", "n_any"] == 12
    assert walk.n_gone == 50  # the five who are Asian too still count as Asian


def test_ontario_and_the_federal_standard():
    counts = {"East/Southeast Asian": 10, "South Asian": 20, "Indigenous": 30, "Métis": 4, "Inuit": 5}
    data = people({**counts, "Another race category": 6, "Latino": 7, "Middle Eastern": 8})
    there = ek.crosswalk(data, book("ca-on-ards"), to="us-omb-spd15-2024")
    assert outcomes(there, "EAST_SOUTHEAST_ASIAN") == (10, 0, 10, 0, 0, 0)
    assert outcomes(there, "SOUTH_ASIAN") == (20, 0, 20, 0, 0, 0)
    # First Nations and Inuit are American Indian or Alaska Native there; no text places Métis, so of 30 + 4
    # it is not known, and the 5 Inuit are placed.
    assert outcomes(there, "INDIGENOUS") == (39, 0, 5, 0, 34, 0)
    assert outcomes(there, "ANOTHER") == (6, 0, 0, 0, 0, 6)
    assert outcomes(there, "LATINO") == (7, 0, 7, 0, 0, 0)
    assert outcomes(there, "MIDDLE_EASTERN") == (8, 0, 8, 0, 0, 0)
    # And back: Asian cannot be split into two, and nobody says what Pacific Islander is in Ontario.
    back = people({"Asian": 10, "Native Hawaiian": 4, "White": 3})
    walk = ek.crosswalk(back, book("us-omb-spd15-2024"), to="ca-on-ards")
    assert outcomes(walk, "ASIAN") == (10, 0, 0, 0, 10, 0)
    assert walk.row("ASIAN")["into"] == "EAST_SOUTHEAST_ASIAN+SOUTH_ASIAN"
    assert outcomes(walk, "NHPI") == (4, 0, 0, 0, 0, 4)
    assert any("not read" in note for note in walk.notes)


def test_england_and_wales_keeps_one_answer():
    data = people({"White": 40, "White;Asian": 11, "Asian": 20, "Lebanese": 5})
    walk = ek.crosswalk(data, book("us-omb-spd15-2024"), to="uk-gss")
    assert outcomes(walk, "WHITE") == (51, 40, 0, 11, 0, 0)
    assert outcomes(walk, "ASIAN") == (31, 20, 0, 11, 0, 0)
    assert walk.after_frame().set_index("category").loc["MIXED", "n_any"] == 11
    mixed = people(
        {"Mixed: White and Asian": 9, "Any other Mixed or multiple ethnic background": 3, "Arab": 4}
    )
    back = ek.crosswalk(mixed, book("uk-gss"), to="us-omb-spd15-2024")
    assert outcomes(back, "MIXED") == (12, 0, 9, 0, 0, 3)
    assert outcomes(back, "OTHER") == (4, 0, 4, 0, 0, 0) and back.row("OTHER")["into"] == "MENA"


def test_afghan_and_somali_go_where_each_text_puts_them():
    data = people({"Afghan": 6, "Somali": 7, "Asian": 30, "Black": 40})
    walk = ek.crosswalk(data, book("us-omb-spd15-2024"), to="us-ca-mena-2025")
    assert outcomes(walk, "ASIAN") == (36, 30, 6, 0, 0, 0) and walk.row("ASIAN")["into"] == "MENA"
    assert outcomes(walk, "BLACK") == (47, 40, 7, 0, 0, 0)
    assert any("Afghan is Middle Eastern or North African there" in note for note in walk.notes)


@pytest.mark.parametrize("id", standards.standards())
def test_everybody_is_kept_where_nothing_changes(id):
    chosen = standard(id)
    data = people({category.label: 3 + n for n, category in enumerate(chosen.categories)})
    question = {"race_ethnicity": {"columns": ["race"]}}
    walk = ek.crosswalk(data, {"standard": id, "questions": question}, to=id)
    assert (walk.n_less, walk.n_gone) == (0, 0)
    assert walk.to_frame()["kept"].tolist() == [3 + n for n in range(len(chosen.categories))]


WORDS = [
    "White",
    "Black",
    "Asian",
    "Lebanese",
    "Afghan",
    "Hispanic",
    "Indigenous",
    "Other",
    "Chinese",
    "?",
    "Unknown",
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(";".join), min_size=1),
    st.sampled_from(standards.standards()),
    st.sampled_from(standards.standards()),
)
def test_outcomes_add_up_and_the_order_of_rows_is_nothing(answers, before, after):
    walk = ek.crosswalk(pd.DataFrame({"race": answers}), book(before), to=after)
    frame = walk.to_frame()
    assert (frame[list(OUTCOMES)].sum(axis=1) == frame["n_any"]).all()
    assert (frame["n_alone"] <= frame["n_any"]).all()
    assert walk.n_gone <= walk.n_less <= walk.n_answered <= walk.n == len(answers)
    other = ek.crosswalk(pd.DataFrame({"race": answers[::-1]}), book(before), to=after)
    assert other.to_dict() == walk.to_dict()


def test_public_hides_small_counts_and_what_would_give_them_away():
    data = people({"White": 200, "Middle Eastern or North African": 4, "Asian": 90, "White;Asian": 30})
    walk = ek.crosswalk(data, book("us-omb-spd15-2024"), to="us-omb-spd15-1997")
    table = walk.protected()
    assert table.safe
    said = walk.to_dict(public=True)
    rows = {row["category"]: row for row in said["categories"]}
    assert rows["MENA"]["moved"] is None and rows["MENA"]["n_any"] is None
    assert "after" not in said and "n" not in said and "n_alone" not in rows["WHITE"]
    text = report.markdown.render(report.crosswalk_document(walk, public=True))
    assert "too few to show" in text and "| 4 |" not in text
    assert "| 4 |" in report.markdown.render(report.crosswalk_document(walk))


def test_counts_that_are_a_community_s_to_give_are_left_out():
    data = people({"American Indian or Alaska Native": 40, "White": 200})
    walk = ek.crosswalk(data, book("us-omb-spd15-2024", governance={"AIAN": "ask"}), to="us-ipeds")
    assert [row["category"] for row in walk.to_dict(public=True)["categories"]].count("AIAN") == 0
    text = report.markdown.render(report.crosswalk_document(walk, public=True))
    assert "Left out, for its community decides: American Indian or Alaska Native" in text
    assert "40" not in text and "240" not in text


def test_a_standard_that_does_not_exist():
    with pytest.raises(UnknownName, match='Did you mean "us-omb-spd15-1997"'):
        ek.crosswalk(people({"White": 3}), book("us-ipeds"), to="us-omb-spd15-1979")


def run(arguments: list[str]) -> object:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def test_command(tmp_path, capsys):
    call = ["crosswalk", str(CLEAN[0]), "--codebook", str(CLEAN[1]), "--to", "us-ipeds"]
    assert run(call) == 0
    assert "of 304, 204 counted as something else" in " ".join(capsys.readouterr().out.split())
    assert run([*call, "--format", "json", "-o", str(tmp_path / "x.json")]) == 0
    said = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert (said["from"]["id"], said["to"]["id"], said["n_less"]) == ("us-omb-spd15-2024", "us-ipeds", 786)
    assert run([*call, "--public", "-o", str(tmp_path / "x.html")]) == 0
    assert "Internal" not in (tmp_path / "x.html").read_text(encoding="utf-8")
    assert run([*call[:-1], "us-iped"]) == 2
    assert 'Did you mean "us-ipeds"' in capsys.readouterr().err


def test_a_result_shows_itself():
    walk = ek.crosswalk(people({"<b>White": 3, "White": 20}), book("us-omb-spd15-2024"), to="us-ipeds")
    assert "<table" in walk._repr_html_() and "White" in walk.to_html()
    with pytest.raises(AttributeError):
        setattr(walk, "n", 5)  # noqa: B010 - frozen
