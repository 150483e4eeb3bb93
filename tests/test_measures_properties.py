"""What must hold whatever the counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equitykit.groups import GroupTable
from equitykit.measures import disparities, measure, measures
from equitykit.stratify import stratify

NUMBERS = ["n", "events", "estimate", "lower", "upper"]


@st.composite
def tables(draw: st.DrawFn, smallest: int = 2) -> pd.DataFrame:
    """Counts of a few groups, some without events or without people, and some with no answer."""
    size = draw(st.integers(smallest, 6))
    n = draw(st.lists(st.integers(0, 400), min_size=size, max_size=size))
    events = [draw(st.integers(0, one)) for one in n]
    names = [f"g{i}" for i in range(size)]
    frame = pd.DataFrame({"group": names, "n": n, "events": events})
    if draw(st.booleans()):
        unknown = {"group": ["~unknown"], "n": [50], "events": [draw(st.integers(0, 50))]}
        return pd.concat([frame, pd.DataFrame(unknown)], ignore_index=True)
    return frame


def _all(frame: pd.DataFrame, reference: str = "g0") -> pd.DataFrame:
    table = GroupTable.from_counts(frame, order=[name for name in sorted(frame["group"]) if name[0] != "~"])
    ids = [id for id in measures() if "best" not in id]
    return disparities(table, reference=reference, measures=ids).to_frame()


@settings(max_examples=25)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(frame: pd.DataFrame, random: object) -> None:
    shuffled = frame.sample(frac=1, random_state=random.randrange(2**31))  # type: ignore[attr-defined]
    key = ["measure", "group"]
    a, b = (_all(one).fillna({"group": ""}).set_index(key).sort_index() for one in (frame, shuffled))
    np.testing.assert_allclose(a[NUMBERS].to_numpy(), b[NUMBERS].to_numpy(), rtol=1e-9, atol=1e-9)
    assert a["note"].fillna("").tolist() == b["note"].fillna("").tolist()


@settings(max_examples=25)
@given(tables())
def test_other_names_change_only_the_names(frame: pd.DataFrame) -> None:
    other = frame.assign(group=[name.replace("g", "z") for name in frame["group"]])
    a, b = _all(frame), _all(other, "z0")
    np.testing.assert_array_equal(a[NUMBERS].to_numpy(), b[NUMBERS].to_numpy())


@settings(max_examples=40)
@given(tables())
def test_groups_add_up_to_the_total_with_the_unknown(frame: pd.DataFrame) -> None:
    rates = GroupTable.from_counts(frame).to_frame()
    for column in ("n", "events"):
        assert rates.loc[rates["group"] != "~total", column].sum() == rates[column].iloc[-1]
    assert set(frame["group"]) < set(rates["group"])


@settings(max_examples=40)
@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_ratio_turns_over_when_the_reference_swaps(n: int, m: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(1, n)), data.draw(st.integers(1, m))
    table = GroupTable.from_counts(pd.DataFrame({"group": ["A", "B"], "n": [n, m], "events": [x, y]}))
    for id in ("rate-ratio", "odds-ratio", "rate-difference"):
        there = disparities(table, reference="B", measures=[id]).to_frame().iloc[0]
        back = disparities(table, reference="A", measures=[id]).to_frame().iloc[1]
        if np.isnan(there.estimate) or np.isnan(back.estimate):
            continue
        if id == "rate-difference":
            np.testing.assert_allclose(
                [there.estimate, there.lower, there.upper],
                [-back.estimate, -back.upper, -back.lower],
                atol=1e-12,
            )
        elif there.estimate > 0 and there.method == back.method != "score (Koopman)":
            np.testing.assert_allclose(
                [there.estimate, there.lower, there.upper],
                [1 / back.estimate, 1 / back.upper, 1 / back.lower],
                rtol=1e-9,
            )


@settings(max_examples=40)
@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_of_two_groups_all_others_are_the_other(n: int, m: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    table = GroupTable.from_counts(pd.DataFrame({"group": ["A", "B"], "n": [n, m], "events": [x, y]}))
    ids = ["rate-difference", "rate-ratio", "odds-ratio", "excess-events"]
    others = disparities(table, reference="all-others", measures=ids).to_frame()
    named = disparities(table, reference="B", measures=ids).to_frame()
    first = others["group"] == "A"
    np.testing.assert_array_equal(others.loc[first, NUMBERS].to_numpy(), named.loc[first, NUMBERS].to_numpy())


@settings(max_examples=30)
@given(tables(3))
def test_undefined_always_says_why(frame: pd.DataFrame) -> None:
    for reference in ("total", "all-others", "g0"):
        order = [name for name in sorted(frame["group"]) if name[0] != "~"]
        table = GroupTable.from_counts(frame, order=order)
        ids = [id for id in measures() if "best" not in id]
        if reference == "all-others":
            ids = [id for id in ids if measure(id).needs != "one reference"]
        rows = disparities(table, reference=reference, measures=ids).to_frame()
        silent = rows[rows["estimate"].isna() & rows["note"].isna()]
        assert silent.empty, silent[["group", "measure", "n"]]
        assert not np.isinf(rows[NUMBERS].to_numpy(float)).any()


@settings(max_examples=30)
@given(st.integers(0, 60), st.integers(0, 60), st.floats(1, 500), st.floats(1, 500))
def test_ratio_in_person_time_turns_over_too(x: int, y: int, t: float, u: float) -> None:
    frame = pd.DataFrame({"group": ["A", "B"], "events": [x, y], "t": [t, u]})
    table = GroupTable.from_counts(frame, person_time="t")
    there = disparities(table, reference="B", measures=["rate-ratio"]).to_frame().iloc[0]
    back = disparities(table, reference="A", measures=["rate-ratio"]).to_frame().iloc[1]
    if x and y:
        np.testing.assert_allclose(
            [there.estimate, there.lower, there.upper], [1 / back.estimate, 1 / back.upper, 1 / back.lower]
        )
    assert table.to_frame()["events"].tolist() == [x, y, x + y]


@settings(max_examples=25)
@given(tables(), st.randoms(use_true_random=False))
def test_strata_add_up_and_their_order_changes_nothing(frame: pd.DataFrame, random: object) -> None:
    assume(frame["n"].sum() > 0)
    halves = []
    for name, n, events in frame.itertuples(index=False):
        n1 = random.randint(0, n)  # type: ignore[attr-defined]
        x1 = random.randint(max(0, events - (n - n1)), min(events, n1))  # type: ignore[attr-defined]
        halves += [(name, "x", n1, x1), (name, "y", n - n1, events - x1)]
    long = pd.DataFrame(halves, columns=["group", "stratum", "n", "events"])
    table, turned = (stratify(one, stratum="stratum", role="unsure") for one in (long, long.iloc[::-1]))
    plain = GroupTable.from_counts(frame)
    assert (
        table.rows[["group", "n", "events"]].values.tolist()
        == plain.rows[["group", "n", "events"]].values.tolist()
    )
    ids = [id for id in measures() if measure(id).needs == "strata"]
    key = ["measure", "group"]
    a, b = (
        disparities(one, reference="g0", measures=ids).to_frame().set_index(key).sort_index()
        for one in (table, turned)
    )
    np.testing.assert_allclose(a[NUMBERS].to_numpy(float), b[NUMBERS].to_numpy(float), rtol=1e-7, atol=1e-9)
    assert a[a["estimate"].isna() & a["note"].isna()].empty
