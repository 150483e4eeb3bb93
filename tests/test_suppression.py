"""Protected tables: safe from an attacker written apart, and as cheap as the cheapest choice there is."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

import equitykit as ek
from equitykit.disclosure import rule
from equitykit.errors import MeasureError, UnknownName
from equitykit.suppression import REMEDIES, choose
from equitykit.suppression.attack import values_ruled_out
from equitykit.suppression.system import System, Target, incidence
from tests.attacker import Reader, cheapest, crossed, holds
from tests.oracles import oracle

COSTS = {"count": "cells", "value": "value"}
TWO = crossed([[4, 30], [40, 50]])


def is_safe(frame: pd.DataFrame, names: list[str], threshold: int, proof: str = "cover") -> bool:
    """Whether every primary cell of a published frame is safe from the other attacker."""
    reader = Reader(frame, names)
    small = frame.loc[frame["suppressed"] == "primary", names]
    return all(holds(reader.interval(tuple(row)), threshold, proof) for row in small.to_numpy().tolist())


# -- the oracles -----------------------------------------------------------------------------------------


def cases() -> list[dict[str, Any]]:
    optimal = oracle("sdc_tables_optimal.csv")
    return [{str(name): value for name, value in row.items()} for row in optimal.to_dict("records")]


def protected(case: dict[str, Any]) -> tuple[pd.DataFrame, ek.ProtectedTable]:
    tables = oracle("sdc_tables_input.csv")
    table = tables.loc[tables["table"] == case["table"], ["row", "col", "count"]].reset_index(drop=True)
    return table, ek.protect(
        table,
        dimensions=["row", "col"],
        rule={"threshold": case["threshold"]},
        primary=json.loads(case["primary"]),
        proof=case["rule"],
        cost=COSTS[case["objective"]],
    )


def test_the_cost_is_the_optimum_of_the_oracle() -> None:
    for case in cases():
        _, done = protected(case)
        assert done.optimal and done.safe
        assert done.cost == case["min_cost"], case
        frame = done.to_frame()
        extra = sorted(frame.loc[frame["suppressed"] == "complementary", ["row", "col"]].to_numpy().tolist())
        listed = [sorted(one) for one in json.loads(case["optimal_secondary_sets"])]
        assert extra in listed or len(listed) < case["n_optimal"]


def test_what_the_attacker_can_say_is_what_the_oracle_says() -> None:
    every = oracle("sdc_attacker_intervals.csv")
    keys = ["table", "threshold", "rule", "objective"]
    compared = 0
    for case in cases():
        _, done = protected(case)
        told = every[(every[keys] == [case[key] for key in keys]).all(axis=1)]
        both = told.merge(done.attack(), on=["row", "col"], how="left")
        if both["low"].isna().any():
            continue  # another optimum than the first one of the oracle
        compared += 1
        np.testing.assert_allclose(both["low"], both["attacker_low"], atol=1e-6)
        np.testing.assert_allclose(both["high"], both["attacker_high"], atol=1e-6)
    assert compared >= 10


@pytest.mark.parametrize("name", ["cms-11", "wa-doh-10", "nces-10", "ca-chhs"])
@pytest.mark.parametrize("proof", ["cover", "exact", "marks"])
def test_every_table_of_the_oracle_is_safe_under_every_rule(name: str, proof: str) -> None:
    tables = oracle("sdc_tables_input.csv")
    for _, table in tables.groupby("table"):
        done = ek.protect(table, dimensions=["row", "col"], rule=name, proof=proof)
        assert done.safe
        if proof != "marks":
            assert is_safe(done.to_frame(), ["row", "col"], rule(name).threshold, proof)


# -- tables made by hand ---------------------------------------------------------------------------------

# Every choice was tried in the order of its cost with tests/attacker.py (threshold 5): the costs for
# exact/cells, exact/value, cover/cells, cover/value.
BY_HAND = {
    "two on the diagonal": ([[3, 20, 35], [18, 2, 17], [40, 33, 21]], (2, 38, 2, 38)),
    "cover costs more": ([[1, 12, 9], [30, 0, 7], [14, 25, 3]], (2, 23, 4, 60)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_cost_is_the_least_of_all_choices(name: str) -> None:
    counts, costs = BY_HAND[name]
    table = crossed(counts)
    for (proof, cost), least in zip(product(("exact", "cover"), ("cells", "value")), costs, strict=True):
        done = ek.protect(table, rule={"threshold": 5}, proof=proof, cost=cost)
        assert (done.cost, done.optimal, done.safe) == (least, True, True)


@pytest.mark.parametrize("counts", [[[1, 7], [9, 12]], [[2, 9, 6], [8, 3, 15]], [[4, 0, 9], [6, 5, 5]]])
@pytest.mark.parametrize("proof", ["exact", "cover"])
@pytest.mark.parametrize("cost", ["cells", "value"])
def test_no_choice_is_cheaper_when_all_are_tried(counts: Any, proof: str, cost: str) -> None:
    table = crossed(counts)
    done = ek.protect(table, rule={"threshold": 5}, proof=proof, cost=cost)
    assert done.cost == cheapest(table, ["a", "b"], 5, proof, cost)
    assert is_safe(done.to_frame(), ["a", "b"], 5, proof)


def test_a_cross_of_two_small_cells_is_what_one_draws_by_hand() -> None:
    done = ek.protect(TWO)
    frame = done.to_frame()
    assert frame["count"].isna().sum() == 4 and done.cost == 3
    assert frame["count"].dtype == "Int64"
    assert frame.loc[frame["a"] + frame["b"] == "TotalTotal", "count"].tolist() == [124]
    assert set(done.reasons().values()) == {
        "A count from 1 to 10 (cms-11).",
        "With it, a hidden count could be worked out.",
    }


def test_the_given_table_stays_as_it_is() -> None:
    table = TWO.copy()
    ek.protect(table)
    pd.testing.assert_frame_equal(table, TWO)


def test_a_table_without_small_counts_is_shown_whole() -> None:
    done = ek.protect(crossed([[20, 30], [40, 50]]))
    assert done.to_frame()["suppressed"].tolist() == [None] * 9
    assert (done.cost, done.safe, len(done.attack())) == (0, True, 0)
    assert "nothing is hidden" in done.method


def test_zeros_stay_and_so_does_the_grand_total() -> None:
    for seed in range(3):
        make = np.random.default_rng(seed)
        table = crossed(make.integers(0, 14, (4, 4)) * (make.random((4, 4)) > 0.3))
        frame = ek.protect(table).to_frame()
        hidden = frame["count"].isna()
        assert not hidden[table["count"] == 0].any()
        assert not hidden.iloc[-1]
        assert hidden[(table["count"] > 0) & (table["count"] < 11)].all()


def test_zeros_are_hidden_where_the_rule_says_so() -> None:
    done = ek.protect(crossed([[0, 30], [40, 50]]), rule={"threshold": 5, "zero_ok": False})
    assert done.to_frame()["suppressed"].iloc[0] == "primary"
    assert done.attack()["low"].iloc[0] == 0 and done.attack()["high"].iloc[0] >= 4


# -- more dimensions, hierarchies, totals that are not there -----------------------------------------------


def test_three_dimensions() -> None:
    table = crossed([[[2, 14], [9, 21]], [[16, 8], [30, 13]]])
    done = ek.protect(table, rule={"threshold": 5})
    assert done.safe and is_safe(done.to_frame(), ["a", "b", "c"], 5)
    # Around a corner of a cube all seven others must go, or their totals.
    assert done.cost == 7 and done.optimal


PARENTS = {"Somali": "Black", "Other Black": "Black", "Hmong": "Asian", "Chinese": "Asian"}


def test_levels_of_a_hierarchy_are_sums() -> None:
    rows = [("Somali", 7), ("Other Black", 93), ("Black", 100), ("Hmong", 20), ("Chinese", 50)]
    rows += [("Asian", 70), ("White", 400), ("Total", 570)]
    table = pd.DataFrame(rows, columns=["race", "count"])
    for dimensions, hierarchy in ((["race"], {"race": PARENTS}), ({"race": PARENTS}, None)):
        done = ek.protect(table, dimensions=dimensions, hierarchy=hierarchy)
        frame = done.to_frame().set_index("race")["suppressed"]
        assert frame["Somali"] == "primary" and frame["Other Black"] == "complementary"
        assert done.cost == 1 and done.attack()["high"].tolist() == [100, 100]
    with pytest.raises(MeasureError, match='parts of "the grand total" add up to 740, not to 570'):
        ek.protect(table, dimensions=["race"])
    with pytest.raises(MeasureError, match="is a part of itself"):
        ek.protect(table, hierarchy={"race": {"Somali": "Black", "Black": "Somali"}})


def test_a_parent_that_is_not_in_the_table_protects_nothing_but_implies_sums() -> None:
    rows = [("Somali", 7), ("Other Black", 93), ("White", 400), ("Total", 500)]
    done = ek.protect(pd.DataFrame(rows, columns=["race", "count"]), hierarchy={"race": PARENTS})
    assert done.cost == 1 and done.safe


def test_totals_that_are_not_there_are_no_sums_unless_implied() -> None:
    inner = TWO[(TWO["a"] != "Total") & (TWO["b"] != "Total")]
    alone = ek.protect(inner)
    assert (alone.cost, alone.attack()["high"].tolist()) == (0, [np.inf])
    grand = ek.protect(pd.concat([inner, TWO.tail(1)]))
    assert grand.cost == 1  # row and column totals are not shown, and still all cells add up
    rows = ek.protect(TWO[TWO["a"] != "Total"])
    assert rows.cost == 1


def test_a_small_total_that_is_not_there_is_kept_too() -> None:
    table = crossed([[2, 3], [40, 50], [60, 70]])
    done = ek.protect(table[(table["b"] != "Total") | (table["a"] == "Total")])
    frame = done.to_frame()
    shown = frame.loc[frame["a"] != "Total"]
    # 2 and 3 are hidden; were both columns open otherwise, they could be worked out one by one.
    assert done.safe and shown["count"].isna().sum() >= 4


# -- events, percentages, all or nothing --------------------------------------------------------------------

EVENTS = pd.DataFrame(
    {
        "race": ["A", "B", "C", "D", "E", "Total"],
        "n": [200, 90, 15, 40, 300, 645],
        "events": [50, 40, 0, 36, 150, 276],
    }
)


def test_events_out_of_people() -> None:
    table = EVENTS.assign(percent=100 * EVENTS["events"] / EVENTS["n"])
    done = ek.protect(table, dimensions=["race"], count="n", events="events", percent="percent")
    frame = done.to_frame().set_index("race")
    assert frame["suppressed"].isna().all()
    # C: 0 % of 15 people; D: four people without the event.
    marks = [None, None, "primary", "primary", "complementary", None]
    assert frame["suppressed_events"].tolist() == marks
    assert frame["percent"].isna().tolist() == frame["events"].isna().tolist()
    attack = done.attack()
    assert attack.loc[attack["race"] == "C", ["low", "high"]].to_numpy().tolist() == [[0, 15]]
    assert done.reasons()["C", "events"] == done.reasons()["D", "events"]  # the reason does not tell which


def test_all_or_nothing_matters_in_small_groups_only() -> None:
    for n, hidden in ((19, True), (20, False)):
        table = EVENTS.assign(n=[200, 90, n, 40, 300, 630 + n], events=[50, 40, n, 20, 150, 260 + n])
        frame = ek.protect(table, dimensions=["race"], count="n", events="events").to_frame()
        assert (frame["suppressed_events"].iloc[2] == "primary") is hidden


def test_where_nobody_has_the_event_zeros_are_hidden_too() -> None:
    table = pd.DataFrame({"race": ["A", "B", "C", "Total"], "n": [250, 260, 14, 524], "events": [0, 0, 0, 0]})
    done = ek.protect(table, dimensions=["race"], count="n", events="events")
    frame = done.to_frame()
    assert done.safe and frame["n"].notna().all() and pd.isna(frame["events"].iloc[2])
    assert done.attack()["high"].max() >= 10


def test_an_event_that_can_only_be_nothing_is_no_stumbling_block() -> None:
    """Found at random: the least a cell can be was looked for beyond the most it can be."""
    rows = [("Total", "Total", 185, 100), ("Total", "b0", 106, 63), ("Total", "b1", 79, 37)]
    rows += [("a0", "Total", 63, 22), ("a0", "b0", 27, 9), ("a0", "b1", 36, 13), ("a1", "Total", 54, 40)]
    rows += [("a1", "b0", 32, 29), ("a1", "b1", 22, 11), ("a2", "Total", 17, 7), ("a2", "b0", 6, 0)]
    rows += [("a2", "b1", 11, 7), ("a3", "Total", 51, 31), ("a3", "b0", 41, 25), ("a3", "b1", 10, 6)]
    table = pd.DataFrame(rows, columns=["a", "b", "n", "events"])
    assert ek.protect(table, dimensions=["a", "b"], count="n", events="events", rule={"threshold": 6}).safe


def test_more_events_than_people_is_refused() -> None:
    with pytest.raises(MeasureError, match="more than the 90 people"):
        ek.protect(
            EVENTS.assign(events=[50, 140, 0, 36, 50, 276]), dimensions=["race"], count="n", events="events"
        )


# -- linked tables and earlier releases ---------------------------------------------------------------------


def test_a_count_hidden_in_one_table_is_not_shown_by_another() -> None:
    first = pd.DataFrame({"race": ["A", "B", "Total"], "count": [4, 90, 94]})
    second = crossed([[1, 3], [40, 50]]).rename(columns={"a": "race", "b": "age"})
    second["race"] = second["race"].replace({"a0": "A", "a1": "B"})
    done = ek.protect(first, linked=[second])
    assert done.safe and done.linked[0].safe
    assert done.to_frame()["suppressed"].tolist() == ["primary", "complementary", None]
    other = done.linked[0].to_frame().set_index(["race", "age"])["suppressed"]
    assert other["A", "Total"] == "primary" and other["B", "Total"] == "complementary"
    alone = ek.protect(second)
    assert alone.cost <= done.cost
    with pytest.raises(MeasureError, match='"A" is 5 in one table and 4 in another'):
        ek.protect(first.replace(4, 5).replace(94, 95), linked=[second])


def test_what_the_earlier_release_shows_cannot_be_hidden_any_more() -> None:
    first = ek.protect(TWO)
    again = ek.protect(TWO, previous=first)
    assert again.safe and again.cost == first.cost
    open_before = first.to_frame()
    open_before.loc[1, ["count", "suppressed"]] = [30, None]  # with its row total, it gives 4 away
    with pytest.raises(MeasureError, match='"a0 / b0" cannot be protected.*earlier release'):
        ek.protect(TWO, previous=open_before)


def test_two_safe_releases_can_be_unsafe_together() -> None:
    table = crossed([[4, 30, 31], [40, 50, 60], [45, 70, 80]])
    one = ek.protect(table, cost={"b2": 9.0, "Total": 9.0})
    other = ek.protect(table, cost={"b1": 9.0, "Total": 9.0})
    names = ["a", "b"]
    assert one.safe and other.safe
    joint = other.to_frame()
    joint["count"] = joint["count"].fillna(one.to_frame()["count"])
    assert not is_safe(joint, names, 11)
    after = ek.protect(table, cost={"b1": 9.0, "Total": 9.0}, previous=one)
    joint = after.to_frame()
    joint["count"] = joint["count"].fillna(one.to_frame()["count"])
    assert after.safe and is_safe(joint, names, 11)


def test_a_small_change_is_a_small_count() -> None:
    before = pd.DataFrame({"group": ["A", "B", "C", "Total"], "count": [100, 200, 300, 600]})
    now = before.assign(count=[103, 230, 330, 663])
    done = ek.protect(now, previous=before)
    frame = done.to_frame()
    assert frame["suppressed"].tolist()[0] == "primary" and frame["count"].isna().sum() == 2
    assert done.reasons()["A",] == "Too close to the count in the earlier release (cms-11)."
    assert ek.protect(now).cost == 0
    fell = ek.protect(now.assign(count=[97, 230, 330, 657]), previous=before)
    assert fell.safe and fell.to_frame()["suppressed"].tolist()[0] == "primary"


def test_a_choice_that_withstands_the_marks_must_withstand_their_lack_as_well() -> None:
    """Found at random: by the marks two counts are told whatever is hidden, so nothing was asked for them."""
    before = crossed([[28, 0, 19], [27, 5, 17], [18, 5, 4]])
    now = crossed([[37, 2, 21], [27, 5, 26], [18, 5, 13]])
    first = ek.protect(before, rule={"threshold": 6})
    for proof in ("cover", "marks"):
        done = ek.protect(now, rule={"threshold": 6}, previous=first.to_frame(), proof=proof)
        assert done.safe and is_safe(done.to_frame(), ["a", "b"], 6)


def test_a_count_that_must_have_fallen_is_seen() -> None:
    """Both releases hide A and B; A + B fell from 20 to 16, so growth is ruled out."""
    before = pd.DataFrame({"group": ["A", "B", "C", "Total"], "count": [4, 16, 30, 50]})
    now = before.assign(count=[3, 13, 64, 80])
    done = ek.protect(now, previous=ek.protect(before))
    assert done.safe


# -- steering, rounding, rules, proofs ------------------------------------------------------------------------


def test_weights_steer_who_is_hidden_and_say_what_it_costs() -> None:
    table = pd.DataFrame({"race": ["AIAN", "NHPI", "ASIAN", "Total"], "count": [5, 20, 200, 225]})
    assert ek.protect(table).to_frame()["suppressed"].tolist()[2] == "complementary"  # the largest, unasked
    value = ek.protect(table, cost="value")
    assert (value.cost, value.to_frame()["suppressed"].tolist()[1]) == (20, "complementary")
    steered = ek.protect(table, cost={"ASIAN": 3.0, "NHPI": 2.0})
    assert steered.to_frame()["suppressed"].tolist() == ["primary", "complementary", None, None]
    assert steered.cost == 2.0 and steered.steering == {"cells": 1, "cells_without": 1}
    assert "Steering: 1 further cells are hidden" in steered.to_markdown()


def test_missing_reasons_go_before_people() -> None:
    table = pd.DataFrame({"race": ["AIAN", "WHITE", "~unknown", "Total"], "count": [5, 500, 20, 525]})
    assert ek.protect(table).to_frame()["suppressed"].tolist() == ["primary", None, "complementary", None]


@pytest.mark.parametrize("base", [3, 5, 10])
def test_rounding(base: int) -> None:
    table = crossed([[4, 30, 12], [40, 50, 7]])
    done = ek.protect(table, round_to=base)
    frame, attack = done.to_frame(), done.attack()
    shown = frame["count"].dropna().astype(int)
    assert (shown % base == 0).all() and done.safe
    assert (abs(shown - table["count"][shown.index]) <= base / 2).all()
    small = (table["count"] < 11).to_numpy()
    assert (attack["high"] - attack["low"])[small].min() >= 1
    assert ((attack["low"] <= table["count"]) & (table["count"] <= attack["high"])).all()


def test_california_wants_company_for_small_counts() -> None:
    # 3, 2 and 7 withstand the attacker without help once their total is hidden for its size elsewhere.
    table = pd.DataFrame({"race": ["A", "B", "C", "D", "Total"], "count": [3, 2, 3, 400, 408]})
    table = pd.concat([table, pd.DataFrame({"race": ["E"], "count": [0]})])
    ours, california = ek.protect(table, proof="exact"), ek.protect(table, rule="ca-chhs", proof="exact")
    assert ours.cost == 0 and california.cost == 1
    assert rule("ca-chhs").threshold == 11 and rule("ca-chhs").company == (3, 11)


def test_a_reader_who_goes_by_the_marks() -> None:
    # A + B = 3 in the open rest: each is 1 or 2 by the marks, though 0 to 3 without them.
    table = pd.DataFrame({"race": ["A", "B", "C", "Total"], "count": [10, 9, 300, 319]})
    plain, marked = ek.protect(table, rule="cms-11"), ek.protect(table, proof="marks")
    assert plain.cost == 0 and any("narrow down" in note for note in plain.notes)
    assert marked.cost == 1 and marked.safe


def test_whole_numbers_can_rule_out_what_real_numbers_allow() -> None:
    # x + y = 2 z, all from 0 to 4 and z from 0 to 2: y shown as 1 leaves x odd.
    cells = System(
        incidence([(3, [0, 1]), (3, [2, 4]), (2, [4])], 5),
        np.array([1.0, 1, 1, 2, 1]),
        np.array([1.0, 1, 1, 2, 1]),
        np.zeros(5),
        np.full(5, np.inf),
        np.array([True, False, True, True, True]),
        np.full(5, np.inf),
        (Target(0, 1, 4),),
    )
    assert values_ruled_out(cells, cells.hidden) == {0: [2, 4]}


# -- the choice itself ------------------------------------------------------------------------------------------


def test_beyond_the_limit_a_choice_is_sound_and_said_to_be_no_optimum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = crossed(np.random.default_rng(3).integers(1, 60, (6, 5)))
    best = ek.protect(table)
    monkeypatch.setattr(choose, "OPTIMAL_CELLS", 5)
    done = ek.protect(table)
    assert done.safe and is_safe(done.to_frame(), ["a", "b"], 11)
    assert not done.optimal and "not proved to be the cheapest" in done.method
    assert best.cost <= done.cost <= 2 * best.cost


def test_a_search_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "ROUNDS", 0)
    done = ek.protect(TWO)
    assert done.safe and not done.optimal and "the search took too long" in done.method


def test_the_proof_goes_by_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted in the choice is found by the attacker."""
    real = choose.choose

    def careless(system: System) -> choose.Chosen:
        found = real(system)
        hidden = found.hidden.copy()
        hidden[np.flatnonzero(hidden & ~system.hidden)[0]] = False
        return choose.Chosen(hidden, True, 0.0)

    monkeypatch.setattr("equitykit.suppression.verb.choose", careless)
    done = ek.protect(TWO, proof="exact")
    assert not done.safe and "NOT SAFE" in done.to_markdown()


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
    with pytest.raises(MeasureError, match="A dict is no table"):
        ek.protect({})  # type: ignore[arg-type]


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


# -- whole numbers ------------------------------------------------------------------------------------------------


def test_what_was_not_tried_in_whole_numbers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    table = crossed([[[2, 14], [9, 21]], [[16, 8], [30, 13]]])
    told = "The attack was made in real numbers only"
    assert not any(told in note for note in ek.protect(table, rule={"threshold": 5}).notes)
    monkeypatch.setattr("equitykit.suppression.attack.MOST_PROGRAMS", 3)
    done = ek.protect(table, rule={"threshold": 5})
    assert any(told in note for note in done.notes) and told in done.to_markdown()
    assert not any(told in note for note in ek.protect(TWO).notes)  # whole by itself


def test_a_table_that_whole_numbers_give_away_is_refused() -> None:
    """Everything that may be hidden is, and x + y = 2 z still leaves x odd."""
    cells = System(
        incidence([(3, [0, 1]), (3, [2, 4]), (2, [4])], 5),
        np.array([1.0, 1, 1, 2, 1]),
        np.array([1.0, 1, 1, 2, 1]),
        np.zeros(5),
        np.full(5, np.inf),
        np.array([True, False, True, True, True]),
        np.full(5, np.inf),
        (Target(0, 1, 4),),
        whole=False,
    )
    with pytest.raises(choose.Unprotectable):
        choose.choose(cells)


def test_a_percentage_does_not_tell_a_hidden_total() -> None:
    """A count that is shown, and its share of a total that is hidden, would tell the total."""
    table = crossed([[3, 40], [40, 50]])
    below = {"a0": 43, "a1": 90, "Total": 133}
    for steered, hidden in (({"a1": 50.0, "b1": 50.0}, True), ("cells", False)):
        done = ek.protect(
            table.assign(
                percent=[100 * n / below[a] for a, n in zip(table["a"], table["count"], strict=True)]
            ),
            dimensions=["a", "b"],
            percent="percent",
            cost=steered,
        )
        frame = done.to_frame().set_index(["a", "b"])
        total_gone = bool(frame["count"].isna()["a0", "Total"])
        assert total_gone is hidden
        if total_gone:
            assert frame["percent"].isna()[["a0"]].all()
        assert frame["percent"].isna()[frame["count"].isna()].all()
        assert frame["percent"].notna()["Total", "Total"]
    rounded = ek.protect(EVENTS.assign(percent=1.0), dimensions=["race"], count="n", events="events",
                         percent="percent", round_to=5)  # fmt: skip
    assert rounded.to_frame()["percent"].isna().all()


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


# -- rounding and small counts ------------------------------------------------------------------------------------


def test_rounding_says_what_it_proves_and_can_cover() -> None:
    rounded = ek.protect(LONG, round_to=5)
    assert rounded.proof == "exact" and rounded.to_frame()["count"].notna().all()
    assert "how small" in rounded.method
    covered = ek.protect(LONG, round_to=5, proof="cover")
    frame, told = covered.to_frame(), covered.attack().set_index("g")
    assert covered.proof == "cover" and covered.safe and pd.isna(frame["count"].iloc[0])
    low, high = (float(told.loc[["A"], end].iloc[0]) for end in ("low", "high"))
    assert low <= 1 and high >= 10
    assert covered.reasons()["A",].startswith("A count from 1 to 10")


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
