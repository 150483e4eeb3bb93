"""Protected tables beside other releases, steered, rounded, and tried in whole numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import equitykit as ek
from equitykit.disclosure import rule
from equitykit.errors import MeasureError
from equitykit.suppression import choose
from equitykit.suppression.attack import values_ruled_out
from equitykit.suppression.system import System, Target, incidence
from tests.attacker import crossed
from tests.test_suppression import EVENTS, TWO, is_safe
from tests.test_suppression_given import LONG

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
