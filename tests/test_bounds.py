"""What the unknown leave open: every bound and tipping point against all the ways of placing them."""

from __future__ import annotations

from itertools import product
from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitykit.bounds import (
    Counts,
    Tipping,
    all_in,
    all_out,
    difference_bounds,
    rate_bounds,
    ratio_bounds,
    shifted,
    tipping,
    tipping_delta,
)


def counts(most: int, least: int = 0) -> st.SearchStrategy[Counts]:
    return st.integers(least, most).flatmap(lambda n: st.integers(0, n).map(lambda events: Counts(n, events)))


def placements(unknown: Counts) -> list[tuple[Counts, Counts]]:
    """Every way in which some unknown go into the group, some into the other, and the rest into neither."""
    with_event = [
        (a, b) for a, b in product(range(int(unknown.events) + 1), repeat=2) if a + b <= unknown.events
    ]
    without = [
        (a, b) for a, b in product(range(int(unknown.without) + 1), repeat=2) if a + b <= unknown.without
    ]
    return [
        (Counts(e[0] + w[0], e[0]), Counts(e[1] + w[1], e[1])) for e, w in product(with_event, without)
    ]  # fmt: skip


def plus(one: Counts, more: Counts) -> Counts:
    return Counts(one.n + more.n, one.events + more.events)


@settings(max_examples=60, deadline=None)
@given(counts(12, 1), counts(12, 1), counts(5))
def test_bounds_are_reached_and_never_passed(group: Counts, other: Counts, unknown: Counts) -> None:
    pairs = [(plus(group, a).rate, plus(other, b).rate) for a, b in placements(unknown)]
    for bounds, values in (
        (rate_bounds(group, unknown), [a for a, _ in pairs]),
        (difference_bounds(group, other, unknown), [a - b for a, b in pairs]),
    ):
        assert bounds == pytest.approx((min(values), max(values)))
    if all(b > 0 for _, b in pairs):
        ratios = [a / b for a, b in pairs]
        assert ratio_bounds(group, other, unknown) == pytest.approx((min(ratios), max(ratios)))


@settings(max_examples=60, deadline=None)
@given(counts(12, 1), counts(12, 1), counts(5))
def test_the_tipping_point_is_the_fewest_people_that_close_the_gap(
    group: Counts, other: Counts, unknown: Counts
) -> None:
    def closed(a: Counts, b: Counts) -> bool:
        left, right = plus(group, a), plus(other, b)
        gap = left.events * right.n - right.events * left.n
        return gap == 0 or (gap > 0) != (group.rate > other.rate)

    sizes = [int(a.n + b.n) for a, b in placements(unknown) if closed(a, b)]
    found = tipping(group, other, unknown)
    assert (None if found is None else found.people) == (min(sizes) if sizes else None)
    if found is None:
        return
    assert found.into_group + found.into_other == found.people
    assert found.share == pytest.approx(found.people / unknown.n if unknown.n else 0)
    higher = group.rate >= other.rate
    assert closed(
        Counts(found.into_group, 0 if higher else found.into_group),
        Counts(found.into_other, found.into_other if higher else 0),
    )


def test_the_tipping_point_of_large_counts_is_quick_and_exact() -> None:
    group, other, unknown = Counts(40_000, 12_000), Counts(90_000, 25_000), Counts(30_000, 9_000)
    found = tipping(group, other, unknown)
    assert found is not None
    for people, closes in ((found.people, True), (found.people - 1, False)):
        gaps = [
            (25_000 + people - x) / (90_000 + people - x) - 12_000 / (40_000 + x)
            for x in range(max(0, people - 9_000), people + 1)
        ]
        assert (max(gaps) >= 0) is closes


@settings(max_examples=100, deadline=None)
@given(counts(300, 1), counts(300, 1), counts(300), st.floats(0.2, 5))
def test_sharing_out_keeps_everybody_and_divides_the_odds_ratio(
    group: Counts, other: Counts, unknown: Counts, delta: float
) -> None:
    a, b = shifted(group, other, unknown, delta)
    assert a.n + b.n == pytest.approx(group.n + other.n + unknown.n)
    assert a.events + b.events == pytest.approx(group.events + other.events + unknown.events)
    low, high = rate_bounds(group, unknown)
    assert low - 1e-9 <= a.rate <= high + 1e-9
    into, rest = (
        Counts(a.n - group.n, a.events - group.events),
        Counts(b.n - other.n, b.events - other.events),
    )
    if min(into.events, into.without, rest.events, rest.without, group.without, other.without) > 1e-6:
        among_unknown = into.events * rest.without / (into.without * rest.events)
        recorded = group.events * other.without / (group.without * other.events)
        assert among_unknown == pytest.approx(recorded / delta)


@settings(max_examples=200, deadline=None)
@given(counts(300, 1), counts(300, 1), counts(300))
def test_at_the_tipping_delta_the_rates_are_equal(group: Counts, other: Counts, unknown: Counts) -> None:
    delta = tipping_delta(group, other, unknown)
    if delta is None:
        return
    towards = delta if group.rate >= other.rate else 1 / delta
    a, b = shifted(group, other, unknown, towards)
    assert a.rate == pytest.approx(b.rate, abs=1e-9)


def test_the_tipping_delta_turns_with_the_gap() -> None:
    """Told from the other side, it is the same number: more than 1, and larger for a larger gap."""
    small = tipping_delta(Counts(1000, 220), Counts(1000, 200), Counts(1000, 210))
    large = tipping_delta(Counts(1000, 240), Counts(1000, 200), Counts(1000, 220))
    other = tipping_delta(Counts(1000, 200), Counts(1000, 220), Counts(1000, 210))
    assert small is not None and large is not None and other is not None
    assert 1 < small < large
    assert other == pytest.approx(small)


def test_all_in_and_all_out() -> None:
    group, other, unknown = Counts(100, 30), Counts(200, 40), Counts(50, 10)
    assert all_in(group, other, unknown) == ((150, 40), (200, 40))
    assert all_out(group, other, unknown) == ((100, 30), (250, 50))


def test_nobody_gives_no_number() -> None:
    nobody = Counts(0, 0)
    assert all(isnan(end) for end in rate_bounds(nobody, nobody))
    assert rate_bounds(nobody, Counts(4, 2)) == (0.0, 1.0)
    assert tipping(nobody, Counts(10, 2), Counts(4, 2)) is None
    assert tipping_delta(nobody, Counts(10, 2), Counts(4, 2)) is None
    assert tipping(Counts(10, 2), Counts(10, 2), nobody) == Tipping(0, 0.0, 0, 0)
    assert tipping(Counts(10, 3), Counts(10, 2), nobody) is None
    assert ratio_bounds(Counts(10, 3), Counts(10, 0), Counts(5, 0))[1] == float("inf")
