"""Measures that the first oracles do not hold: against formulas written out here, and a second method."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, norm

from equitykit.errors import MeasureError
from equitykit.groups import GroupTable
from equitykit.measures import disparities, measure, measures
from equitykit.tidy import records
from tests.oracles import oracle

N, X = np.array([120, 340, 80, 60]), np.array([30, 40, 22, 9])
FRAME = pd.DataFrame({"group": list("ABCD"), "n": N, "events": X})
Z = norm.ppf(0.975)


def one(table: GroupTable, id: str, *, reference: str = "B", **more: Any) -> Any:
    """The only row of a measure over all groups, or the row of the first group."""
    return disparities(table, reference=reference, measures=[id], **more).to_frame().iloc[0]


def test_inequality_indices_as_sums_over_pairs_and_people() -> None:
    table = GroupTable.from_counts(FRAME, favourable=False)
    w, y = N / N.sum(), X / N
    mu = w @ y
    pairs = sum(w[i] * w[j] * abs(y[i] - y[j]) for i in range(4) for j in range(4))
    assert one(table, "gini-index").estimate == pytest.approx(pairs / (2 * mu))
    assert one(table, "atkinson-index").estimate == pytest.approx(1 - (w @ np.sqrt(y / mu)) ** 2)
    assert one(table, "atkinson-index-1").estimate == pytest.approx(1 - np.exp(w @ np.log(y / mu)))
    theil, log = (one(table, id).estimate for id in ("theil-index", "mean-log-deviation"))
    assert one(table, "symmetrised-theil-index").estimate == pytest.approx((theil + log) / 2)
    bias = (w * (1 - w)) @ (y * (1 - y) / N)
    plain = one(table, "between-group-variance").estimate
    assert one(table, "between-group-variance-corrected").estimate == pytest.approx(plain - bias)


SMOOTH = [
    "symmetrised-theil-index",
    "atkinson-index",
    "atkinson-index-1",
    "relative-concentration-index-wagstaff",
    "relative-concentration-index-erreygers",
]


@pytest.mark.parametrize("id", SMOOTH)
def test_delta_errors_are_those_of_a_numeric_gradient(id: str) -> None:
    y, s = 100 * X / N, np.array([3.9, 1.7, 5.0, 4.6])

    def value(rates: Any) -> float:
        frame = FRAME.assign(estimate=rates, se=s)
        table = GroupTable.from_estimates(frame, order=list("ABCD"))
        return float(one(table, id).estimate)

    step = 1e-5
    gradient = [(value(y + step * e) - value(y - step * e)) / (2 * step) for e in np.eye(4)]
    row = one(GroupTable.from_estimates(FRAME.assign(estimate=y, se=s), order=list("ABCD")), id)
    assert (row.upper - row.lower) / (2 * Z) == pytest.approx(
        np.sqrt((np.array(gradient) ** 2) @ s**2), rel=1e-6
    )


def test_first_and_second_order_errors_of_the_variance() -> None:
    table = GroupTable.from_counts(FRAME)
    first, second = (one(table, "between-group-variance", method=m) for m in ("delta", "second-order"))
    assert first.upper < second.upper
    assert (first.method, second.method) == ("delta", "delta, second order")


def test_what_chance_alone_makes_is_said_beside_measures_that_it_makes_positive() -> None:
    """The mean over all ways to deal the events out: for the variance, known in closed form."""
    table = GroupTable.from_counts(FRAME, favourable=False)
    row = one(table, "between-group-variance")
    p, size = X.sum() / N.sum(), N.sum()
    expected = p * (1 - p) / (size - 1) * (len(N) - 1)
    said = float(row.note.split(" ")[1])
    assert said == pytest.approx(expected, abs=1e-4)
    positive = [id for id in measures() if measure(id).over == "everybody" and not measure(id).ordered]
    for id in positive:
        if not id.startswith(("population", "excess")) and not id.endswith("corrected"):
            assert "would be expected by chance" in one(table, id).note, id


NOT_NEGATIVE = [
    "between-group-variance",
    "between-group-standard-deviation",
    "coefficient-of-variation",
    "theil-index",
    "atkinson-index",
    "gini-index",
    "mean-difference-from-mean",
    "mean-difference-from-reference",
    "index-of-disparity-weighted",
    "excess-events-total",
]


def test_an_interval_begins_at_0_where_chance_alone_could_make_the_value() -> None:
    sparse = pd.DataFrame({"group": list("ABCD"), "n": [40, 40, 90, 60], "events": [1, 1, 5, 3]})
    apart = sparse.assign(n=[400] * 4, events=[40, 80, 160, 20])
    for id in NOT_NEGATIVE:
        near, far = (
            one(GroupTable.from_counts(f, favourable=False), id, reference="A") for f in (sparse, apart)
        )
        assert near.lower == 0 < near.estimate <= near.upper, id
        assert "chance alone could make as much, so the interval begins at 0" in near.note, id
        assert 0 < far.lower < far.estimate < far.upper, id
        assert "could make as much" not in (far.note or ""), id
    assert one(GroupTable.from_counts(sparse), "theil-index", method="delta").method == "delta"


def test_an_interval_begins_at_0_as_often_as_the_permutation_test_does_not_reject() -> None:
    """The between-group variance of equal groups is the statistic of Pearson's test, so both say the same."""
    rng, agreed = np.random.default_rng(3), 0
    for _ in range(40):
        frame = pd.DataFrame({"group": list("ABCD"), "n": [200] * 4, "events": rng.binomial(200, 0.2, 4)})
        row = one(GroupTable.from_counts(frame), "between-group-variance")
        table = np.array([frame["events"], frame["n"] - frame["events"]])
        p = chi2_contingency(table, correction=False).pvalue
        agreed += (p > 0.025) == (row.lower == 0)
    assert agreed >= 39


def test_published_estimates_keep_the_delta_interval_where_chance_could_not_make_the_value() -> None:
    frame = pd.DataFrame({"group": list("AB"), "n": [100, 100], "estimate": [20.0, 30.0], "se": [1.0, 1.0]})
    assert one(GroupTable.from_estimates(frame), "theil-index").method == "delta"
    unsure = one(GroupTable.from_estimates(frame.assign(se=9.0)), "theil-index")
    assert (unsure.method, unsure.lower) == ("simulation", 0)


def test_simulated_and_delta_intervals_agree_where_there_are_many_events() -> None:
    frame = FRAME.assign(n=N * 100, events=X * 100)
    for id in ("theil-index", "coefficient-of-variation", "atkinson-index"):
        delta, drawn = (one(GroupTable.from_counts(frame), id, method=m) for m in ("delta", "simulation"))
        assert drawn.upper - drawn.lower == pytest.approx(delta.upper - delta.lower, rel=0.1)


def test_logit_indices_against_r() -> None:
    """own_expected_healthequal.csv: base R glm on counts, the population entering once."""
    groups, expected = oracle("own_input_groups.csv"), oracle("own_expected_healthequal.csv")
    rows = expected[expected["options"].fillna("").str.startswith("base R glm binomial")]
    ids = {"sii": "slope-index-of-inequality-logit", "rii": "relative-index-of-inequality-logit"}
    assert len(rows) >= 16
    for row in records(rows):
        frame = groups[groups["case"] == row["indicator"]]
        table = GroupTable.from_estimates(
            frame, group="subgroup", n="population", scale=float(frame["indicator_scale"].iloc[0]),
            order="subgroup_order",
        )  # fmt: skip
        found = one(table, ids[row["measure"]], reference="total")
        assert found.estimate == pytest.approx(row["estimate"], rel=1e-8), row
        assert found.lower == pytest.approx(row["lower"], rel=1e-6), row
        assert found.upper == pytest.approx(row["upper"], rel=1e-6), row


def test_concentration_indices_of_bounded_shares_against_r() -> None:
    groups, expected = oracle("own_input_groups.csv"), oracle("own_expected_healthequal.csv")
    checked = 0
    for row in records(expected[expected["measure"] == "rci"]):
        kind = str(row["options"]).removeprefix("method=").split(";")[0]
        if kind not in ("wagstaff", "erreygers"):
            continue
        frame = groups[groups["case"] == row["indicator"]]
        table = GroupTable.from_estimates(
            frame, group="subgroup", n="population", scale=float(frame["indicator_scale"].iloc[0]),
            order="subgroup_order",
        )  # fmt: skip
        found = one(table, f"relative-concentration-index-{kind}", reference="total")
        assert found.estimate == pytest.approx(row["estimate"], rel=1e-9), row
        checked += 1
    assert checked >= 16


def test_ratio_of_means_by_fieller() -> None:
    """Every ratio r in the interval has |a - r b| within z of its own standard error, and none outside."""
    frame = pd.DataFrame({"group": ["A", "B"], "n": [40, 60], "estimate": [300.0, 200.0], "se": [20.0, 15.0]})
    row = one(GroupTable.from_estimates(frame, scale=None), "ratio-of-means")
    for limit in (row.lower, row.upper):
        assert abs(300 - limit * 200) == pytest.approx(Z * np.hypot(20, 15 * limit))
    unsure = frame.assign(se=[20.0, 110.0])
    row = one(GroupTable.from_estimates(unsure, scale=None), "ratio-of-means")
    assert np.isnan(row.lower)
    assert "too uncertain for an interval (g = 1.16)" in row.note


def test_means_are_refused_where_people_are_counted() -> None:
    frame = pd.DataFrame({"group": ["A", "B"], "n": [40, 60], "estimate": [300.0, 200.0], "se": [20.0, 15.0]})
    table = GroupTable.from_estimates(frame, scale=None)
    with pytest.raises(MeasureError, match='"odds-ratio" is not for means, which these groups hold'):
        disparities(table, reference="B", measures=["odds-ratio"])
    usual = disparities(table, reference="B").to_frame()
    assert usual.loc[usual["measure"] == "rate-difference", "estimate"].tolist() == [100, 0]


def test_total_of_excess_events_shares_its_reference() -> None:
    table = GroupTable.from_counts(FRAME, favourable=False)
    row = one(table, "excess-events-total", method="delta")
    y, s2 = X / N, X / N * (1 - X / N) / N
    above = [0, 2, 3]
    expected = sum(N[j] * (y[j] - y[1]) for j in above)
    variance = sum(N[j] ** 2 * s2[j] for j in above) + N[above].sum() ** 2 * s2[1]
    assert row.estimate == pytest.approx(expected)
    assert (row.upper - row.lower) / (2 * Z) == pytest.approx(np.sqrt(variance))
    assert "people would need a different outcome" in row.note
    assert one(GroupTable.from_counts(FRAME), "excess-events-total").note.startswith("nobody said whether")


@pytest.mark.parametrize("reference", ["total", "all-others"])
def test_total_of_excess_events_has_the_error_of_a_numeric_gradient(reference: str) -> None:
    rng = np.random.default_rng(5)
    size, p = N * 50, X / N
    rows = [
        one(GroupTable.from_counts(FRAME.assign(n=size, events=rng.binomial(size, p)), favourable=False),
            "excess-events-total", reference=reference, method="delta")
        for _ in range(300)
    ]  # fmt: skip
    errors = [(row.upper - row.lower) / (2 * Z) for row in rows]
    assert np.std([row.estimate for row in rows]) == pytest.approx(np.mean(errors), rel=0.15)


def test_flip_counts_are_the_smallest() -> None:
    table = GroupTable.from_counts(FRAME, favourable=True)
    ids = ["flip-count-four-fifths", "flip-count-interval"]
    for reference in ("B", "C", "total", "all-others"):
        found = disparities(table, reference=reference, measures=ids).to_frame()
        for row in records(found):
            if np.isnan(row["estimate"]):
                continue
            turned = {}
            for moved in range(int(row["estimate"]) + 1):
                turned[moved] = any(
                    _flag(row["measure"], reference, row["group"], sign * moved) != _flag(
                        row["measure"], reference, row["group"], 0)
                    for sign in (-1, 1)
                )  # fmt: skip
            assert turned.pop(int(row["estimate"])), row
            assert not any(turned.values()), row


def _flag(id: str, reference: str, group: str, moved: int) -> bool | None:
    """The flag of a group, measured anew with some of its people moved."""
    at = list("ABCD").index(group)
    events = X.copy()
    events[at] += moved
    if not 0 <= events[at] <= N[at]:
        return _flag(id, reference, group, 0)
    table = GroupTable.from_counts(FRAME.assign(events=events), favourable=True)
    basis = "all-others" if reference == "total" and id == "flip-count-interval" else reference
    row = disparities(table, reference=basis, measures=["rate-ratio"]).to_frame().iloc[at]
    if id == "flip-count-four-fifths":
        return bool(row.estimate < 0.8 - 1e-12)
    return bool(row.lower > 1 or row.upper < 1)


def test_flip_counts_of_large_groups() -> None:
    frame = pd.DataFrame({"group": ["A", "B"], "n": [1_000_000, 1_000_000], "events": [300_000, 500_000]})
    row = one(GroupTable.from_counts(frame, favourable=True), "flip-count-four-fifths")
    assert row.estimate == 100_000


def test_change_in_a_gap() -> None:
    before, after = FRAME.assign(events=[36, 40, 20, 9]), FRAME
    then, now = (GroupTable.from_counts(one) for one in (before, after))
    ids = ["change-in-rate-difference", "percent-change-in-rate-difference", "ratio-of-rate-ratios"]
    found = disparities(now, reference="B", measures=ids, earlier=then).to_frame()
    first = found[found["group"] == "A"].set_index("measure")
    d1, d0 = 30 / 120 - 40 / 340, 36 / 120 - 40 / 340
    assert first["estimate"].tolist() == pytest.approx([d1 - d0, 100 * (d1 / d0 - 1), 30 / 36])
    v = [1 / x - 1 / n + 1 / 40 - 1 / 340 for x, n in ((30, 120), (36, 120))]
    row = first.loc["ratio-of-rate-ratios"]
    assert np.log(row["upper"] / row["estimate"]) == pytest.approx(Z * np.sqrt(sum(v)))
    alone = disparities(now, reference="B", measures=ids).to_frame()
    assert set(alone["note"]) == {"no earlier table was given"}


def test_person_time_goes_through_every_measure_that_takes_it() -> None:
    frame = FRAME.assign(t=N * 1.7)
    table = GroupTable.from_counts(frame, person_time="t", per=100, favourable=False, order=list("ABCD"))
    ids = [id for id in measures() if "person-time" in measure(id).kinds]
    found = disparities(table, reference="B", measures=ids).to_frame()
    assert set(found["measure"]) == set(ids)
    rates: Any = found[found["measure"] == "rate"].set_index("group")
    assert rates.loc["A", "estimate"] == pytest.approx(100 * 30 / (120 * 1.7))
    assert rates.loc["A", "reliability_rule"] == "nchs-2023-rate"
    gap = found[(found["measure"] == "rate-difference") & (found["group"] == "A")].iloc[0]
    assert gap.estimate == pytest.approx(rates.loc["A", "estimate"] - rates.loc["B", "estimate"])
    assert gap.lower < gap.estimate < gap.upper
    silent = found[found["estimate"].isna() & found["note"].isna()]
    assert silent.empty
    with pytest.raises(MeasureError, match="not for events per time at risk"):
        disparities(table, reference="B", measures=["odds-ratio"])
    with pytest.raises(MeasureError, match="how many people each group has"):
        GroupTable.from_counts(frame.drop(columns="n"), person_time="t", favourable=False)
        disparities(
            GroupTable.from_counts(frame.drop(columns="n"), person_time="t", favourable=False),
            reference="best",
        )


def test_notes_of_hidden_rows_are_not_told() -> None:
    """They hold counts: of people who would need another outcome, of events in the numerator."""
    found = disparities(
        GroupTable.from_counts(FRAME), reference="B", measures=["excess-events", "flip-count-interval"]
    )
    assert found.to_frame().query("group == 'D'")["suppressed"].eq("primary").all()
    line = next(line for line in found.to_markdown().splitlines() if line.startswith("| D"))
    assert not any(mark.isdigit() for mark in line)


def test_rates_in_time_and_means_are_not_told_as_percent() -> None:
    timed = pd.DataFrame({"group": ["A", "B"], "events": [30, 45], "t": [1500, 5200]})
    found = disparities(GroupTable.from_counts(timed, person_time="t"), reference="B")
    text = found.to_markdown() + " ".join(found.to_evidence().summary)
    assert "75 in a time at risk of 6,700 in all" in text
    assert "0.0200" in text
    assert "points" not in text
    frame = pd.DataFrame({"group": ["A", "B"], "n": [40, 60], "estimate": [300.0, 200.0], "se": [20.0, 15.0]})
    means = disparities(GroupTable.from_estimates(frame, scale=None), reference="B")
    assert "%" not in means.to_markdown().replace("95 % interval", "")


LIBRARIES = ("statsmodels", "scipy")


def _exists(library: str, name: str) -> bool:
    modules = {
        "statsmodels": (
            "stats.proportion", "stats.rates", "stats.contingency_tables", "stats.oaxaca",
            "genmod.generalized_linear_model",
        ),
        "scipy": ("stats", "stats.contingency"),
    }[library]  # fmt: skip
    found = (import_module(f"{library}.{module}") for module in modules)
    return any(hasattr(module, name) for module in found)


@pytest.mark.parametrize("id", measures())
def test_each_measure_says_whose_arithmetic_it_is_and_where_it_comes_from(id: str) -> None:
    """The docstring and the declaration agree, and what a library is said to do, it has."""
    one = measure(id)
    for section in ("Interpretation", "When not to use", "Source"):
        assert f"{section}\n{'-' * len(section)}\n" in one.doc, section
    assert re.search(r"\b(1[89]|20)\d\d\b|Own (arithmetic|count)|DisImpact", one.doc + one.source), (
        "no source with a year"
    )
    said = (one.compute.__doc__ or "").rpartition("Computed by\n-----------\n")[2]
    assert said.startswith(("Own arithmetic", *LIBRARIES))
    for library in LIBRARIES:
        for name in re.findall(rf"{library} ([A-Z][A-Za-z]+|[a-z]+(?:_[a-z0-9]+)+)", one.library):
            assert _exists(library, name), name
    if one.library == "own":
        source = inspect.getsource(one.compute)
        assert "statsmodels" not in source and "scipy" not in source
