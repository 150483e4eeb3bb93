"""Intervals of one proportion and the published reliability rules."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from equitykit.reliability import (
    combine,
    effective_n,
    minimum_n_verdicts,
    proportion_verdicts,
    published_interval,
    rate_interval,
    rate_verdicts,
    rse_verdicts,
)
from equitykit.tidy import records
from tests.oracles import oracle


def test_intervals_agree_with_r() -> None:
    """prop_single.csv: R binom.test and prop.test(correct=FALSE), to 1e-8."""
    table = oracle("prop_single.csv")
    checked = 0
    for row in records(table):
        interval = rate_interval(row["x"], row["n"], level=row["conf"])
        expected = {"wilson": "Wilson", "clopper-pearson": "Clopper-Pearson"}.get(row["method"])
        if expected != interval.method[0]:
            continue
        assert interval.lower[0] == pytest.approx(row["lower"], abs=1e-8)
        assert interval.upper[0] == pytest.approx(row["upper"], abs=1e-8)
        checked += 1
    assert checked == len(table[["x", "n", "conf"]].drop_duplicates())


def test_clopper_pearson_is_the_beta_quantile() -> None:
    interval = rate_interval([3, 29], [12, 29], level=0.9)
    assert interval.method == ("Clopper-Pearson", "Clopper-Pearson")
    assert interval.lower[0] == pytest.approx(beta.ppf(0.05, 3, 10), abs=1e-12)
    assert interval.upper[0] == pytest.approx(beta.ppf(0.95, 4, 9), abs=1e-12)
    assert interval.upper[1] == 1


def test_effective_size_is_bounded_by_n() -> None:
    assert effective_n([0.2, 0.2, 0.0], [400, 50, 60], [0.04, 0.04, 0.0]).tolist() == pytest.approx(
        [100, 50, 60]
    )
    assert published_interval([0.2], [400], [math.nan]).method == (None,)


@pytest.mark.parametrize(
    ("events", "n", "reliable"),
    [
        (10, 29, False),  # fewer than 30
        (15, 30, False),  # interval wider than 0.30
        (2, 400, True),  # narrower than 0.05, though wide beside the proportion
        (2, 100, False),  # 0.068 wide, more than 1.30 times 0.02
        (40, 100, True),
        (0, 100, None),  # review
        (100, 100, None),
    ],
)
def test_nchs_2017(events: int, n: int, reliable: bool | None) -> None:
    found = proportion_verdicts(events, n)
    assert found.reliable == (reliable,)
    assert found.rule == "nchs-2017-proportion"
    assert (found.note[0] is None) == (reliable is True)


def test_nchs_2017_edges_are_where_the_standard_puts_them() -> None:
    """A second reading of the rule, on the Clopper-Pearson width, over a grid."""
    for n in (29, 30, 45, 90, 200, 1200):
        for x in range(1, n, max(n // 30, 1)):
            width = beta.ppf(0.975, x + 1, n - x) - beta.ppf(0.025, x, n - x + 1)
            if n < 30 or width >= 0.30:
                shown = False
            elif width <= 0.05:
                shown = True
            else:
                shown = width / (x / n) <= 1.30
            assert proportion_verdicts(x, n).reliable == (shown,), (x, n)


def test_the_complement_is_footnoted_and_few_degrees_of_freedom_reviewed() -> None:
    assert proportion_verdicts(380, 400).note == (None,)
    assert proportion_verdicts(97, 100).note == (
        "the share without the event is not reliable by the same standard",
    )
    assert proportion_verdicts(40, 100, df=7).reliable == (None,)
    assert proportion_verdicts(10, 29, df=7).reliable == (False,)


def test_a_survey_is_judged_on_its_effective_size() -> None:
    assert proportion_verdicts(80, 400).reliable == (True,)
    assert proportion_verdicts(80, 400, se=0.08).reliable == (False,)  # effective size 25


def test_nchs_2023_looks_at_both_parts_and_the_width() -> None:
    found = rate_verdicts(
        [9, 10, 10, 40, 0],
        [500, 9, 500, 500, 500],
        [0.02] * 4 + [0.0],
        [0.01] * 5,
        [0.03, 0.03, 0.05, 0.03, 0.01],
    )
    assert found.reliable == (False, False, False, True, False)
    assert found.note[0] == "fewer than 10 in the numerator (9)"
    assert found.note[1] == "fewer than 10 in the denominator (9)"
    assert found.note[2] == "95 % interval 200 % of the estimate wide (more than 160 %)"


def test_older_rules() -> None:
    assert rse_verdicts([10, 10, 0], [3.0, 2.99, 1.0]).reliable == (False, True, None)
    assert minimum_n_verdicts([29, 30, np.nan]).reliable == (False, True, None)


def test_combined_verdicts_are_as_weak_as_the_weakest() -> None:
    assert combine([True, True]) is True
    assert combine([True, None]) is None
    assert combine([None, False]) is False
    assert combine([]) is None


def test_nothing_known_nothing_said() -> None:
    found = proportion_verdicts([np.nan, 0], [100, 0])
    assert found.reliable == (None, None)
    assert pd.isna(rate_interval(0, 0).lower[0])
