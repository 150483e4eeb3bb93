"""What can be protected: tables that are refused, groups that are asked first, columns and labels."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit.errors import MeasureError, UnknownName
from equitykit.suppression import REMEDIES
from tests.attacker import crossed
from tests.test_suppression import EVENTS, TWO

# -- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": [4, 30, 35, 40, 50, 90, 44, 80, 124]}, 'parts of "a0" add up to 34, not to 35'),
        ({"count": [-4, 30, 26, 40, 50, 90, 36, 80, 116]}, '"a0 / b0" is "-4", which is not a whole number'),
        ({"count": [4.5, 30, 34.5, 40, 50, 90, 44.5, 80, 124.5]}, 'is "4.5", which is not a whole number'),
        ({"count": [None, 30, 34, 40, 50, 90, 44, 80, 124]}, '"a0 / b0" has no number in "count"'),
        ({"b": ["b0", "b0", "Total"] * 3}, '"a0 / b0" has two rows'),
        ({"a": ["a0"] * 3 + ["a1"] * 3 + ["All"] * 3}, 'The label "All" in "a" reads like a total'),
        ({"suppressed": ["x"] + [None] * 8}, '"x" in the column "suppressed" is no mark'),
    ],
)
def test_tables_that_cannot_be_read_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MeasureError) as refused:
        ek.protect(TWO.assign(**changes), dimensions=["a", "b"])
    assert sentence in str(refused.value)


def test_settings_that_are_none_are_refused() -> None:
    for settings, sentence in (
        ({"proof": "hope"}, 'no proof "hope"'),
        ({"round_to": 4}, 'cannot be rounded to "4"'),
        ({"rule": "cms11"}, 'no disclosure rule "cms11"'),
        ({"count": "counts"}, 'no column "counts"'),
        ({"dimensions": ["a", "x"]}, 'no column "x"'),
        ({"cost": "people"}, '"people" is no cost'),
        ({"cost": {"a9": 2}}, 'No cell has the label "a9"'),
        ({"cost": {"a0": 0}}, 'weight of "a0"'),
        ({"primary": [("a0", "b9")]}, "is not in the table"),
        ({"primary": [("a0",)]}, "give 2 labels"),
        ({"primary": [("Total", "Total")]}, "The grand total cannot be hidden"),
        ({"linked": [{"table": TWO}]}, 'setting of a linked table "table"'),
        ({"linked": [{"dimensions": ["a"]}]}, 'needs its "frame"'),
    ):
        with pytest.raises((MeasureError, UnknownName)) as refused:
            ek.protect(TWO, **settings)
        assert sentence in str(refused.value)
    with pytest.raises(MeasureError, match='A "list" is no table'):
        ek.protect([TWO])  # type: ignore[arg-type]


# -- what comes out ---------------------------------------------------------------------------------------------


def test_nothing_that_is_handed_on_holds_a_hidden_count() -> None:
    table = crossed([[7, 3111], [4222, 5333]])
    done = ek.protect(table)
    texts = [
        json.dumps(done.to_dict()),
        done.to_markdown(),
        done._repr_html_(),
        repr(done),
        done.to_frame().to_csv(),
    ]
    hidden = table["count"][done.to_frame()["count"].isna()]
    for text, value in product(texts, hidden):
        for written in (f'"{value}"', f" {value} ", f">{value}<", f",{value},", f"{value:,} ", f": {value},"):
            assert written not in text or value == 7 and "from 1" in text
    assert done.to_dict()["format"] == "protected/1" and done.to_dict()["remedies"] == list(REMEDIES)
    assert json.loads(json.dumps(done.to_dict(), allow_nan=False))["hidden"][0]["reason"]
    assert all(remedy in done.to_markdown() and remedy in done._repr_html_() for remedy in REMEDIES)
    assert "9 rows, 4 counts hidden, safe" in repr(done)


def test_labels_are_text_wherever_they_are_shown() -> None:
    table = TWO.replace({"a0": "<script>x</script>", "a1": "a|b"})
    done = ek.protect(table)
    assert "<script>" not in done._repr_html_() and "<script>" not in done.to_markdown()
    assert "a\\|b" in done.to_markdown()


# -- groups that are asked first --------------------------------------------------------------------------------

RACE = pd.DataFrame(
    {
        "race": ["American Indian or Alaska Native", "NHPI", "WHITE", "ASIAN", "Total"],
        "count": [60, 20, 500, 100, 680],
    }
)


@pytest.mark.parametrize(
    "settings", [{}, {"proof": "exact"}, {"proof": "marks"}, {"round_to": 5}, {"round_to": 10}]
)
def test_nothing_of_a_group_that_is_asked_first_can_be_told(settings: Any) -> None:
    done = ek.protect(RACE, governance=["AIAN"], **settings)
    frame, told = done.to_frame(), done.attack().iloc[0]
    assert done.safe and pd.isna(frame["count"].iloc[0])
    assert told["race"] == "American Indian or Alaska Native"
    assert told["low"] <= 1 and told["high"] >= 60
    assert done.reasons()["American Indian or Alaska Native",].startswith("About a group that is asked first")
    assert "American Indian or Alaska Native | not shown" in done.to_markdown()
    assert any(note.startswith("Nothing about AIAN is shown") for note in done.notes)
    assert ek.protect(RACE).cost == 0


def test_a_group_that_is_asked_first_is_found_under_other_names_and_in_parts_of_it() -> None:
    rows = [("Navajo", 40), ("AIAN*F", 50), ("AIAN+WHITE", 60), ("~merged:AIAN|ASIAN", 70), ("WHITE", 300)]
    table = pd.DataFrame([*rows, ("BLACK", 200), ("Total", 720)], columns=["group", "count"])
    frame = ek.protect(table, governance={"AIAN": "ask"}).to_frame()
    assert frame["count"].isna().tolist()[:4] == [True] * 4 and frame["count"].notna().iloc[-1]
    parents = {"A": "First people", "B": "First people"}
    table = pd.DataFrame(
        {"group": ["A", "B", "First people", "C", "D", "Total"], "count": [30, 40, 70, 80, 90, 240]}
    )
    done = ek.protect(table, hierarchy={"group": parents}, governance=["first people"])
    assert done.to_frame()["count"].isna().tolist()[:3] == [True] * 3 and done.safe


def test_an_agreement_on_record_opens_a_group_and_is_kept() -> None:
    book = {"questions": {"race_ethnicity": {"columns": ["race"]}}, "governance": {"AIAN": "ask"}}
    assert ek.protect(RACE, governance=book).to_frame()["count"].isna().any()
    agreed = {"AIAN": {"who": "the tribal council", "when": "2026-10-01"}}
    done = ek.protect(RACE, governance=book, agreements=agreed)
    assert done.to_frame()["count"].notna().all()
    assert "AIAN is shown under an agreement with the tribal council of 2026-10-01." in done.notes
    for wrong in (
        {"AIAN": "yes"},
        {"AIAN": "somebody, 2999-01-01"},
        {"AIAN": ", 2026-10-01"},
        {"BLACK": "x"},
    ):
        with pytest.raises(MeasureError, match="agreement"):
            ek.protect(RACE, governance=book, agreements=wrong)


def test_a_group_that_no_label_names_is_said() -> None:
    done = ek.protect(TWO, governance=["AIAN"])
    assert any(note.startswith("No label of the table reads as AIAN") for note in done.notes)


def test_events_and_percentages_of_a_group_that_is_asked_first_go_too() -> None:
    table = EVENTS.assign(percent=100 * EVENTS["events"] / EVENTS["n"]).replace({"race": {"E": "AIAN"}})
    done = ek.protect(
        table, dimensions=["race"], count="n", events="events", percent="percent", governance=["AIAN"]
    )
    row = done.to_frame().set_index("race").loc["AIAN", ["n", "events", "percent"]]
    assert row.isna().all() and done.safe


# -- what was given ---------------------------------------------------------------------------------------------

LONG = pd.DataFrame({"g": ["A", "B", "C", "Total"], "count": [5, 60, 200, 265]})


@pytest.mark.parametrize(
    ("table", "settings", "sentence"),
    [
        (LONG.assign(share=[0.02, 0.23, 0.75, 1.0]), {}, '"share" holds numbers'),
        (LONG.assign(removed=[1, 20, 30, 51]), {}, '"removed" holds numbers'),
        (LONG.assign(count=["5", "60", "inf", "nan"]), {}, '"inf", which is not a whole number'),
        (LONG.assign(count=["5", "6,0", "200", "265"]), {}, '"6,0", which is not'),
        (LONG.assign(count=[5, 60, 10**12, 265]), {}, "more than there are people"),
        (LONG.set_axis(["g", "g"], axis=1), {"count": "g"}, '"g" is there twice'),
        (LONG, {"dimensions": ["g", "count"]}, '"count" is named for two things'),
        (LONG, {"events": "count"}, '"count" is named for two things'),
        (LONG.assign(**{"~x": 0}), {"dimensions": ["g"], "events": "~x"}, 'begins with "~"'),
        (LONG, {"hierarchy": {"g": ["A"]}}, "which label is a part of which"),
        (LONG, {"hierarchy": ["A"]}, "which label is a part of which"),
        (LONG, {"rule": None}, "is not a disclosure rule"),
        (LONG, {"rule": 11}, "is not a disclosure rule"),
        (LONG, {"cost": None}, "is no cost"),
        (LONG, {"governance": 3}, "names no groups"),
        (LONG, {"round_to": 5, "proof": "marks"}, "goes by the marks"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(table: Any, settings: Any, sentence: str) -> None:
    with pytest.raises(MeasureError, match=re.escape(sentence)):
        ek.protect(table, **settings)


def test_columns_that_are_named_for_nothing_are_left_out_and_said() -> None:
    """A share that stays beside a hidden count gives it away."""
    done = ek.protect(LONG.assign(share=[0.019, 0.226, 0.755, 1.0]), dimensions=["g"])
    assert list(done.to_frame().columns) == ["g", "count", "suppressed"]
    assert any(note.startswith("Left out, as it was not said what they are: share") for note in done.notes)


def test_an_event_may_have_any_name() -> None:
    """Three of fifty had a change of placement: no name of a column opens that."""
    table = LONG.assign(count=[50, 60, 200, 310])
    for name in ("change of placement", "earlier removal", "without plan"):
        frame = ek.protect(table.assign(**{name: [3, 20, 30, 53]}), dimensions=["g"], events=name).to_frame()
        assert pd.isna(frame[name].iloc[0]) and frame[name].isna().sum() == 2


def test_a_small_group_of_which_all_are_the_same_is_said() -> None:
    rows = [("A", "yes", 15), ("A", "no", 0), ("A", "Total", 15), ("B", "yes", 40), ("B", "no", 120)]
    rows += [("B", "Total", 160), ("Total", "yes", 55), ("Total", "no", 120), ("Total", "Total", 175)]
    done = ek.protect(pd.DataFrame(rows, columns=["g", "ill", "count"]))
    assert any('Everybody in "A / Total" is "yes" in "ill"' in note for note in done.notes)
    hidden = ek.protect(pd.DataFrame(rows, columns=["g", "ill", "count"]), primary=[("A", "yes")])
    assert not any("Everybody in" in note for note in hidden.notes)


# -- labels that name a group among others ------------------------------------------------------------------------


def test_a_label_that_names_a_group_among_others_is_closed() -> None:
    labels = ["AIAN/NHPI", "API", "Other (incl. AIAN)", "AIAN or White", "Asian and NHPI", "Not AIAN"]
    table = pd.DataFrame({"race": [*labels, "White", "Black"], "count": range(100, 180, 10)})
    closed = ek.protect(table, governance=["AIAN", "NHPI"]).to_frame().set_index("race")["count"].isna()
    assert closed[labels].all() and not closed[["White", "Black"]].any()
    place = pd.DataFrame({"county": ["Cherokee County", "Adams"], "count": [100, 200]})
    assert ek.protect(place, governance=["AIAN"]).to_frame()["count"].notna().all()


def test_a_label_is_read_by_the_codes_of_the_codebook() -> None:
    codes = {"1": "WHITE", "4": {"one_of": ["AIAN", "NHPI"]}, "5": ["AIAN", "WHITE"]}
    book = {
        "questions": {"race_ethnicity": {"columns": ["r"], "codes": codes}},
        "governance": {"AIAN": "ask"},
    }
    table = pd.DataFrame({"r": ["1", "4", "5"], "count": [100, 200, 300]})
    assert ek.protect(table, dimensions=["r"], governance=book).to_frame()["count"].isna().tolist() == [
        False, True, True,
    ]  # fmt: skip
