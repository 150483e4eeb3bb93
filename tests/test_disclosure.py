"""Hidden counts stay hidden: an attacker who tries every table learns nothing about a small one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitykit.disclosure import (
    Protected,
    Rule,
    hide_counts,
    mark_small,
    protect_counts,
    rule,
    rules,
    show_small,
)
from equitykit.errors import MeasureError, UnknownName


def test_named_rules() -> None:
    assert rules() == ("cms-11", "wa-doh-10", "nces-10", "ca-chhs")
    assert [rule(name).threshold for name in rules()] == [11, 10, 10, 11]
    assert all(rule(name).source for name in rules())
    assert rule({"threshold": 5, "zero_ok": False}) == Rule("threshold-5", 5, False)
    assert rule(rule("cms-11")) is rule("cms-11")


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownName, match='^There is no disclosure rule "cms11". Did you mean "cms-11"?'):
        rule("cms11")
    for wrong in (
        {},
        {"threshold": -1},
        {"threshold": True},
        {"threshold": 2.5},
        {"threshold": 5, "zero": True},
    ):
        with pytest.raises(MeasureError, match="is not a disclosure rule"):
            rule(wrong)


def test_what_a_rule_hides() -> None:
    assert [count for count in range(-1, 14) if rule("cms-11").hides(count)] == list(range(1, 11))
    assert rule({"threshold": 3, "zero_ok": False}).hides(0)
    assert not rule("cms-11").hides(None)
    assert show_small(3, "cms-11") == "too few to show"
    assert show_small(0, "cms-11") == "0"


def test_marks_do_not_change_values() -> None:
    frame = pd.DataFrame({"group": list("ABCD"), "n": [500, 500, 8, 500], "events": [495, 50, 0, 3]})
    before = frame.copy()
    marked = mark_small(frame, "cms-11")
    assert marked["suppressed"].tolist() == ["primary", None, "primary", "primary"]
    assert marked["suppression_rule"].tolist() == ["cms-11", None, "cms-11", "cms-11"]
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(marked[["n", "events"]], frame[["n", "events"]])
    pd.testing.assert_frame_equal(mark_small(marked, "cms-11"), marked)
    assert mark_small(frame, "cms-11", columns=["n"])["suppressed"].tolist() == [None, None, "primary", None]


def test_earlier_marks_stay() -> None:
    frame = pd.DataFrame(
        {"n": [100], "events": [50], "suppressed": ["complementary"], "suppression_rule": ["cms-11"]}
    )
    assert mark_small(frame, "nces-10")["suppressed"].tolist() == ["complementary"]


def test_nothing_small_nothing_hidden() -> None:
    assert protect_counts({"A": 11, "B": 0}, 11, "cms-11") == {"A": 11, "B": 0}


def test_one_small_count_needs_company_only_beside_its_total() -> None:
    counts = {"A": 5, "B": 60, "C": 200, "Z": 0}
    assert protect_counts(counts, None, "cms-11") == {"A": None, "B": 60, "C": 200, "Z": 0}
    assert protect_counts(counts, 265, "cms-11") == {"A": None, "B": 60, "C": None, "Z": 0}


def test_a_missing_reason_is_hidden_before_a_group_of_people() -> None:
    counts = {"A": 5, "B": 60, "C": 200, "~blank": 90, "~declined": 25}
    hidden = hide_counts(counts, 380, "cms-11")
    assert hidden.suppressed == {"A": "primary", "~declined": "complementary"}


def test_company_that_says_too_much_is_not_enough() -> None:
    """With 12 as the only company, A + 12 = 17 and 12 at least 11 would leave at most 6 for A."""
    counts = {"A": 5, "~declined": 12, "B": 60}
    assert hide_counts(counts, 77, "cms-11").suppressed == {"A": "primary", "B": "complementary"}


def test_where_nothing_helps_the_total_goes() -> None:
    found = hide_counts({"A": 5, "B": 12}, 17, "cms-11")
    assert found.total is None
    assert found.counts == {"A": None, "B": 12}
    with pytest.raises(MeasureError) as refused:
        protect_counts({"A": 5, "B": 12}, 17, "cms-11")
    assert str(refused.value) == (
        "The total cannot be shown: with it, a hidden count could be worked out. "
        "Give total=None and leave the total out."
    )


def test_a_small_total_is_hidden_itself() -> None:
    assert hide_counts({"A": 5, "B": 0}, 5, "cms-11").total is None


def test_counts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(MeasureError) as refused:
        hide_counts({"A": 5, "B": 12}, 18, "cms-11")
    assert str(refused.value) == (
        "The counts add up to 17, not to the total of 18. Give the total of these counts, or None where no total "
        "is shown."
    )
    with pytest.raises(MeasureError, match='^The count for "A" is "2.5", which is not a whole number'):
        hide_counts({"A": 2.5}, None, "cms-11")  # type: ignore[dict-item]


def _worlds(found: Protected, threshold: int, zero_ok: bool) -> Iterator[Mapping[str, int]]:
    """Every table that agrees with what is shown, with the marks and with the rule."""
    assert found.total is not None
    names = list(found.suppressed)
    left = found.total - sum(count for count in found.counts.values() if count is not None)
    low = 1 if zero_ok else 0
    ranges = [
        range(low, threshold) if found.suppressed[name] == "primary" else range(threshold, left + 1)
        for name in names
    ]
    for values in product(*ranges):
        if sum(values) == left:
            yield dict(zip(names, values, strict=True))


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["A", "B", "C", "D", "~blank", "~declined"]),
        st.integers(0, 14),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([2, 3, 4]),
    st.booleans(),
)
def test_an_attacker_who_tries_every_table_excludes_nothing(
    counts: dict[str, int], threshold: int, zero_ok: bool
) -> None:
    asked = {"threshold": threshold, "zero_ok": zero_ok}
    found = hide_counts(counts, sum(counts.values()), asked)
    small = {name for name, count in counts.items() if rule(asked).hides(count)}
    assert {name for name, mark in found.suppressed.items() if mark == "primary"} == small
    assert all(counts[name] > 0 for name, mark in found.suppressed.items() if mark == "complementary")
    assert all(found.counts[name] in (None, count) for name, count in counts.items())
    if found.total is None or not small:
        return
    worlds = list(_worlds(found, threshold, zero_ok))
    for name in small:
        assert {world[name] for world in worlds} == set(range(1 if zero_ok else 0, threshold)), (name, found)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(list("ABCDEF")), st.integers(0, 40), min_size=1),
    st.randoms(use_true_random=False),
)
def test_the_choice_does_not_depend_on_the_order(counts: dict[str, int], random: object) -> None:
    shuffled = list(counts.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    total = sum(counts.values())
    assert dict(hide_counts(counts, total, "cms-11").suppressed) == dict(
        hide_counts(dict(shuffled), total, "cms-11").suppressed
    )
