"""Small tests on counts, against scipy.stats and statsmodels."""

from __future__ import annotations

import math
from fractions import Fraction
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from equitykit.bounds import Counts
from equitykit.chance import (
    benjamini_hochberg,
    binomial_tail,
    jensen_shannon,
    like_each_other,
    ratio_interval,
    same_rate,
    wilson,
)


def counts(least: int = 1, most: int = 500) -> st.SearchStrategy[Counts]:
    return st.integers(least, most).flatmap(lambda n: st.integers(0, n).map(lambda events: Counts(n, events)))


@settings(deadline=None)
@given(counts(), st.sampled_from([0.9, 0.95, 0.998]))
def test_wilson(part: Counts, level: float) -> None:
    expected = proportion_confint(part.events, part.n, alpha=1 - level, method="wilson")
    assert wilson(part, level=level) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(st.lists(counts(5), min_size=2, max_size=6))
def test_one_rate(parts: list[Counts]) -> None:
    found = same_rate(parts)
    table = np.array([[part.events, part.without] for part in parts])
    if not table.sum(axis=0).all():
        assert found == (1.0, 0.0)
        return
    expected = stats.chi2_contingency(table, correction=False)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-12)
    assert found.v == pytest.approx(stats.contingency.association(table, method="cramer"), abs=1e-9)


def test_make_up_of_three_kinds() -> None:
    table = np.array([[10, 20, 30], [25, 20, 5]])
    found = like_each_other([dict(zip("abc", row, strict=True)) for row in table.tolist()])
    assert found.p == pytest.approx(stats.chi2_contingency(table).pvalue)
    assert found.v == pytest.approx(stats.contingency.association(table, method="cramer"))


@settings(deadline=None)
@given(counts(most=120), st.floats(0.01, 0.99))
def test_tails(part: Counts, rate: float) -> None:
    more, fewer = binomial_tail(part, rate)
    # Exactly, in fractions; scipy.stats itself is off by 3e-9 where the chance is 1e-292.
    odds = [Fraction(math.comb(int(part.n), i)) * Fraction(rate) ** i for i in range(int(part.n) + 1)]
    chances = [each * (1 - Fraction(rate)) ** (int(part.n) - i) for i, each in enumerate(odds)]
    events = int(part.events)
    assert more == pytest.approx(float(sum(chances[events:])), rel=1e-11, abs=1e-300)
    assert fewer == pytest.approx(float(sum(chances[: events + 1])), rel=1e-11, abs=1e-300)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_false_discovery_rate(values: list[float]) -> None:
    assert benjamini_hochberg(values) == pytest.approx(multipletests(values, method="fdr_bh")[1])


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=8))
def test_distance_of_make_ups(pairs: list[tuple[int, int]]) -> None:
    one = {str(k): a for k, (a, _) in enumerate(pairs)}
    other = {str(k): b for k, (_, b) in enumerate(pairs)}
    if not sum(one.values()) or not sum(other.values()):
        assert isnan(jensen_shannon(one, other))
        return
    expected = jensenshannon(list(one.values()), list(other.values()), base=2)
    assert jensen_shannon(one, other) == pytest.approx(0 if isnan(expected) else expected, abs=1e-7)


@settings(deadline=None)
@given(counts(60), counts(60))
def test_the_interval_of_a_ratio(own: Counts, other: Counts) -> None:
    found = ratio_interval(own, other)
    if not own.events and not other.events:
        assert isnan(found.low)
        return
    assert 0 <= found.low <= found.high
    if min(own.events, own.without, other.events, other.without) < 20:
        return
    ratio = own.rate / other.rate
    assert found.holds(ratio)
    score = confint_proportions_2indep(
        own.events, own.n, other.events, other.n, compare="ratio", method="score", correction=False
    )
    assert found == pytest.approx(score, rel=0.05)
    turned = ratio_interval(other, own)
    assert (1 / turned.high, 1 / turned.low) == pytest.approx(found)


def test_a_ratio_has_limits_where_nobody_had_the_event() -> None:
    low, high = ratio_interval(Counts(200, 0), Counts(1000, 300))
    assert low == 0 and 0 < high < 0.2
    low, high = ratio_interval(Counts(200, 40), Counts(100, 0))
    assert low > 1 and high == float("inf")
