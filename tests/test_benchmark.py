"""Benchmarks: our own layout and the Census table B03002, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import equitykit as ek
from equitykit.errors import BenchmarkError, UnknownName

SHARED = Path(os.environ.get("EQUITYKIT_SHARED", Path(__file__).parents[2] / "shared"))
ACS = SHARED / "data" / "acs_b03002" / "acs_2017_5_year_state_level_race_data.csv"
needs_acs = pytest.mark.skipif(
    not ACS.exists(), reason="set EQUITYKIT_SHARED to the folder with data/acs_b03002"
)

B03002 = """Id,Id2,Geography,Estimate; Total:,Margin of Error; Total:,\
Estimate; Not Hispanic or Latino: - White alone,Margin of Error; Not Hispanic or Latino: - White alone,\
Estimate; Not Hispanic or Latino: - Black or African American alone,\
Estimate; Not Hispanic or Latino: - American Indian and Alaska Native alone,\
Estimate; Not Hispanic or Latino: - Asian alone,\
Estimate; Not Hispanic or Latino: - Native Hawaiian and Other Pacific Islander alone,\
Estimate; Not Hispanic or Latino: - Some other race alone,\
Estimate; Not Hispanic or Latino: - Two or more races:,Estimate; Hispanic or Latino:
05,1,"Lake County",1000,,600,30,100,20,50,5,5,40,180
05,2,"Hill County",500,,300,40,50,10,25,5,0,10,100
"""


def write(folder: Path, text: str, name: str = "b.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_our_own_layout(tmp_path: Path) -> None:
    text = "question,category,n,moe,scheme,year,source\nrace_ethnicity,WHITE,600,30,any,2024,made up\n"
    text += 'race_ethnicity,AIAN,"1,200",40,any,2024,made up\nrace_ethnicity,~total,2000,,any,2024,made up\n'
    found = ek.read_benchmark(write(tmp_path, text))
    assert (found.scheme, found.year, found.source) == ("any", "2024", "made up")
    assert found.share("AIAN") == 0.6
    assert found.share("MENA") is None
    assert found.margins["race_ethnicity"]["AIAN"] == 40


def test_rows_of_strata_add_up(tmp_path: Path) -> None:
    text = "question,category,n,moe,county\nrace_ethnicity,WHITE,10,3,A\nrace_ethnicity,WHITE,20,4,B\n"
    text += "race_ethnicity,BLACK,30,0,A\n"
    found = ek.read_benchmark(write(tmp_path, text), scheme="alone")
    assert found.counts["race_ethnicity"] == {"WHITE": 30, "BLACK": 30}
    assert found.margins["race_ethnicity"]["WHITE"] == 5
    assert found.share("WHITE") == 0.5


def test_overlapping_counts_have_no_total_of_their_own(tmp_path: Path) -> None:
    text = "question,category,n,scheme\nrace_ethnicity,WHITE,10,any\nrace_ethnicity,BLACK,20,any\n"
    found = ek.read_benchmark(write(tmp_path, text))
    assert found.total() is None
    assert found.share("WHITE") is None


def test_the_census_layout_by_place_and_added_up(tmp_path: Path) -> None:
    path = write(tmp_path, B03002)
    one = ek.read_benchmark(path, place="Hill County")
    assert one.counts["race_ethnicity"]["HISPANIC"] == 100
    assert one.share("~multiracial") == 10 / 500
    both = ek.read_benchmark(path)
    assert both.counts["race_ethnicity"]["WHITE"] == 900
    assert both.margins["race_ethnicity"]["WHITE"] == 50
    assert both.notes[0] == "2 places of the table are added together."
    assert any("no Middle Eastern" in note for note in both.notes)
    with pytest.raises(UnknownName, match='Did you mean "Lake County"'):
        ek.read_benchmark(path, place="Lake Conty")


@needs_acs
def test_the_real_census_file_against_the_ground_truth() -> None:
    truth = json.loads((SHARED / "data" / "ground_truth" / "acs_2017_state.json").read_text(encoding="utf-8"))
    names = {
        "HISP": "HISPANIC",
        "WHITE_nh": "WHITE",
        "BLACK_nh": "BLACK",
        "AIAN_nh": "AIAN",
        "ASIAN_nh": "ASIAN",
    }
    names |= {"NHPI_nh": "NHPI", "SOR_nh": "~other", "MULTI_nh": "~multiracial", "total": "~total"}
    found = ek.read_benchmark(ACS).counts["race_ethnicity"]
    assert found == {names[key]: n for key, n in truth["sum_over_rows"].items()}
    for place, expected in truth["by_state"].items():
        counts = ek.read_benchmark(ACS, place=place).counts["race_ethnicity"]
        assert counts == {names[key]: n for key, n in expected.items()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", '"b.csv" is not a benchmark: its columns are a, b.'),
        (
            "question,category,n\nrace_ethnicity,WHITE,10\n",
            "does not say how people with several categories are counted",
        ),
        (
            "question,category,n,scheme\nrace_ethnicity,WHITE,ten,any\n",
            'line 2: "ten" is not a count of people.',
        ),
        (
            "question,category,n,scheme\nrace_ethnicity,WHITE,-1,any\n",
            'line 2: "-1" is not a count of people.',
        ),
        ("question,category,n,scheme\nrace_ethnicity,,1,any\n", "line 2: there is no category."),
        ("question,category,n,scheme\nrace_ethnicity,WHITE,1,some\n", '"some" is no scheme'),
        ("", "holds no counts"),
    ],
)
def test_what_is_no_benchmark_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BenchmarkError) as caught:
        ek.read_benchmark(write(tmp_path, text))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="cannot be read"):
        ek.read_benchmark(tmp_path / "none.csv")


def test_a_census_table_beside_the_standard_of_2024_says_what_it_lacks() -> None:
    """The ACS keeps the format of 1997: Middle Eastern or North African people stand inside White."""
    import pandas as pd

    from equitykit import disaggregate, standards
    from equitykit.benchmark import Benchmark, counted_inside

    counts = {"WHITE": 700.0, "BLACK": 200.0, "~total": 900.0}
    table = Benchmark("acs", {"race_ethnicity": counts}, "any")
    new, old = standards.standard("us-omb-spd15-2024"), standards.standard("us-omb-spd15-1997")
    assert counted_inside(new, counts) == {"MENA": "WHITE"}
    assert counted_inside(old, counts) == {}
    assert counted_inside(standards.standard("uk-gss"), counts) == {}
    data = pd.DataFrame({"race": ["White"] * 60 + ["Lebanese"] * 30 + ["Black"] * 30})
    question = {"race_ethnicity": {"columns": ["race"]}}
    notes = {
        id: " ".join(disaggregate(data, {"standard": id, "questions": question}, benchmark=table).notes)
        for id in (new.id, old.id)
    }
    assert 'people stand inside "White"' in notes[new.id] and "1997" in notes[new.id]
    assert "1997" not in notes[old.id]
