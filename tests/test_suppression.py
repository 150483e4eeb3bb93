"""Protected tables: safe from an attacker written apart, and as cheap as the cheapest choice there is."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

import equitykit as ek
from equitykit.disclosure import rule
from equitykit.errors import MeasureError
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
