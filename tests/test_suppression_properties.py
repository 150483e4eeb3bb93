"""What holds of every protected table, whatever is in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
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


# -- names and order say nothing, for every entry point ----------------------------------------------------------

GROUPS = st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1)), min_size=3, max_size=5)
FEW = settings(
    max_examples=5,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
RULE = {"threshold": THRESHOLD}


def events_table(drawn: list[tuple[int, float]]) -> pd.DataFrame:
    """People and events by group, with their total; the last group is large."""
    counts = [(n, round(n * share)) for n, share in [*drawn, (300, 0.4)]]
    rows = [(f"g{at}", n, x) for at, (n, x) in enumerate(counts)]
    frame = pd.DataFrame(rows, columns=["group", "n", "x"])
    frame.loc[len(frame)] = ["Total", *frame[["n", "x"]].sum()]
    return frame


def renamed(table: pd.DataFrame, names: list[str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Other labels in the same order; the last tie between equal counts goes by the label, so order stays."""
    seen = sorted({label for name in names for label in table[name]} - {"Total"})
    other = {label: f"k{at:03d} ({label[::-1]})" for at, label in enumerate(seen)}
    return table.replace(dict.fromkeys(names, other)), other


@QUICK
@given(tables(), st.sampled_from(["cover", "exact", "marks"]))
def test_other_labels_change_nothing_but_labels(table: pd.DataFrame, proof: str) -> None:
    names = labels(table)
    changed, other = renamed(table, names)
    one = ek.protect(table, rule=RULE, proof=proof)
    two = ek.protect(changed, rule=RULE, proof=proof)
    pd.testing.assert_frame_equal(one.to_frame().replace(dict.fromkeys(names, other)), two.to_frame())
    assert (one.cost, one.optimal, one.method) == (two.cost, two.optimal, two.method)
    left, right = (done.attack()[["suppressed", "low", "high"]] for done in (one, two))
    pd.testing.assert_frame_equal(left, right)


@FEW
@given(GROUPS, st.randoms(use_true_random=False))
def test_with_events_neither_labels_nor_order_matter_and_twice_is_once(
    drawn: list[tuple[int, float]], random: object
) -> None:
    table = events_table(drawn)
    how: dict[str, Any] = {"dimensions": ["group"], "count": "n", "events": "x", "rule": RULE}
    once = ek.protect(table, **how)
    twice = ek.protect(once, **how)
    pd.testing.assert_frame_equal(twice.to_frame(), once.to_frame())
    assert twice.safe and twice.cost == 0
    changed, other = renamed(table, ["group"])
    order = list(range(len(table)))
    random.shuffle(order)  # type: ignore[attr-defined]
    mixed = ek.protect(changed.iloc[order], **how).to_frame().sort_index()
    pd.testing.assert_frame_equal(mixed, once.to_frame().replace({"group": other}))


@FEW
@given(GROUPS, st.booleans())
def test_measures_for_others_do_not_go_by_names_or_order_and_twice_is_once(
    drawn: list[tuple[int, float]], again: bool
) -> None:
    table = events_table(drawn).iloc[:-1]
    changed, other = renamed(table, ["group"])

    def done(frame: pd.DataFrame, **how: Any) -> Any:
        counted = ek.GroupTable.from_counts(frame.reset_index(drop=True), n="n", events="x")
        return ek.disparities(counted, reference="total", measures=["rate", "rate-ratio"]).protect(
            RULE, **how
        )

    def read(frame: pd.DataFrame) -> dict[Any, Any]:
        named = frame.replace({"group": other}).set_index(["group", "measure"]).sort_index()
        return {key: list(map(str, row)) for key, row in named[columns].T.to_dict("list").items()}

    columns = ["n", "events", "estimate", "lower", "upper", "suppressed"]
    assert read(done(changed.iloc[::-1]).to_frame()) == read(done(table).to_frame())
    if again:
        released = done(table)
        pd.testing.assert_frame_equal(done(table, previous=released).to_frame(), released.to_frame())


@FEW
@given(st.lists(st.integers(0, 30), min_size=3, max_size=4), st.randoms(use_true_random=False))
def test_tables_from_records_do_not_go_by_the_order_of_records(sizes: list[int], random: object) -> None:
    values = [
        race
        for race, n in zip(("Black", "Asian", "Samoan", "Unknown"), sizes, strict=False)
        for _ in range(n)
    ]
    values += ["White"] * 60
    book = {"questions": {"race_ethnicity": {"columns": ["race"]}}}
    once = ek.protect_groups(pd.DataFrame({"race": values}), book, rule=RULE)
    random.shuffle(values)  # type: ignore[attr-defined]
    mixed = ek.protect_groups(pd.DataFrame({"race": values}), book, rule=RULE, previous=once)
    pd.testing.assert_frame_equal(mixed.to_frame(), once.to_frame())
