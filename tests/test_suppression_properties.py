"""What holds of every protected table, whatever is in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import equitykit as ek
from tests.attacker import Reader, crossed, holds

COUNTS = st.one_of(st.just(0), st.integers(1, 15), st.integers(1, 200))
SHAPES = st.sampled_from([(3,), (2, 3), (3, 3), (4, 2), (2, 2, 2)])
THRESHOLD = 6
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Tables of one to three dimensions with their totals."""
    shape = draw(SHAPES)
    size = int(np.prod(shape))
    counts = draw(st.lists(COUNTS, min_size=size, max_size=size))
    return crossed(np.array(counts).reshape(shape))


def labels(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if name not in ("count", "suppressed")]


@QUICK
@given(tables(), st.sampled_from(["cover", "exact", "marks"]))
def test_safe_from_another_attacker(table: pd.DataFrame, proof: str) -> None:
    done = ek.protect(table, rule={"threshold": THRESHOLD}, proof=proof)
    frame = done.to_frame()
    reader = Reader(frame, labels(table))
    assert done.safe
    shown = frame["count"].notna()
    assert (frame.loc[shown, "count"] == table.loc[shown, "count"]).all()
    assert (frame["suppressed"].notna() == ~shown).all()
    small = (table["count"] > 0) & (table["count"] < THRESHOLD)
    assert ((frame["suppressed"] == "primary") == small).all()
    for row, count in zip(reader.cells, table["count"], strict=True):
        low, high = reader.interval(row)
        assert low <= count + 1e-6 and high >= count - 1e-6
        if 0 < count < THRESHOLD and proof != "marks":
            assert holds((low, high), THRESHOLD, proof)


@QUICK
@given(tables())
def test_the_reported_intervals_are_those_of_the_other_attacker(table: pd.DataFrame) -> None:
    done = ek.protect(table, rule={"threshold": THRESHOLD})
    names = labels(table)
    reader = Reader(done.to_frame(), names)
    for row in done.attack().to_dict("records"):
        low, high = reader.interval(tuple(str(row[name]) for name in names))
        np.testing.assert_allclose((row["low"], row["high"]), (low, high), atol=1e-6)


@QUICK
@given(tables())
def test_protecting_twice_is_protecting_once(table: pd.DataFrame) -> None:
    once = ek.protect(table, rule={"threshold": THRESHOLD})
    for given_again in (once, once.to_frame()):
        twice = ek.protect(given_again, rule={"threshold": THRESHOLD})
        pd.testing.assert_frame_equal(twice.to_frame(), once.to_frame())
        assert twice.safe and twice.cost == 0


@QUICK
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_nothing(table: pd.DataFrame, random: object) -> None:
    order = list(range(len(table)))
    random.shuffle(order)  # type: ignore[attr-defined]
    straight = ek.protect(table, rule={"threshold": THRESHOLD})
    mixed = ek.protect(table.iloc[order, ::-1], dimensions=labels(table), rule={"threshold": THRESHOLD})
    back = mixed.to_frame().sort_index()
    assert back["suppressed"].tolist() == straight.to_frame()["suppressed"].tolist()
    assert mixed.cost == straight.cost
    assert list(mixed.to_frame().index) == order


@QUICK
@given(tables(), st.sampled_from([3, 5, 10]))
def test_rounded_tables_give_no_small_count_away(table: pd.DataFrame, base: int) -> None:
    done = ek.protect(table, rule={"threshold": THRESHOLD}, round_to=base)
    attack = done.attack()
    assert done.safe and len(attack) == len(table)
    assert ((attack["low"] <= table["count"]) & (table["count"] <= attack["high"])).all()
    small = ((table["count"] > 0) & (table["count"] < THRESHOLD)).to_numpy()
    assert ((attack["high"] - attack["low"])[small] >= 1 - 1e-6).all()


@QUICK
@given(tables())
def test_with_an_earlier_release_both_together_are_safe(table: pd.DataFrame) -> None:
    """The earlier release hides other cells of the same counts."""
    names = labels(table)
    seen = sorted({label for name in names for label in table[name]} - {"Total"})
    cost = {label: 1.0 + at * 2 % 5 for at, label in enumerate(seen)}
    before = ek.protect(table, rule={"threshold": THRESHOLD}, cost=cost)
    now = ek.protect(table, rule={"threshold": THRESHOLD}, previous=before)
    joint = now.to_frame()
    joint["count"] = joint["count"].fillna(before.to_frame()["count"])
    reader = Reader(joint, names)
    for row, count in zip(reader.cells, table["count"], strict=True):
        if 0 < count < THRESHOLD:
            assert holds(reader.interval(row), THRESHOLD, "cover")
    assert now.safe
