"""Every interval that R computes too, by the name of the method, against its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binom, norm

from equitykit.errors import MeasureError, UnknownName
from equitykit.groups import GroupTable
from equitykit.measures import disparities
from equitykit.measures.score import Compared, score_limits
from equitykit.tidy import records
from tests.oracles import oracle

EPI = ("epi.2by2:cohort.count", "epi.2by2:cross.sectional")
PAIRS = {
    ("difference", "wald"): ("rate-difference", "wald", 1, 1e-8),
    ("difference", "wald-cc"): ("rate-difference", "wald-cc", 1, 1e-8),
    ("difference", "newcombe (method 10, no cc)"): ("rate-difference", "newcombe", 1, 1e-8),
    ("difference", "agresti-caffo"): ("rate-difference", "agresti-caffo", 1, 1e-8),
    ("risk_ratio", "katz log (wald)"): ("rate-ratio", "katz", 1, 1e-8),
    ("risk_ratio", "small-sample adjusted (Jewell)"): ("rate-ratio", "jewell", 1, 1e-8),
    ("odds_ratio", "wald"): ("odds-ratio", "wald", 1, 1e-8),
    ("odds_ratio", "small"): ("odds-ratio", "small", 1, 1e-8),
    # R looks for these with a root finder that stops at 1e-4.
    ("odds_ratio", "midp"): ("odds-ratio", "midp", 1, 1e-3),
    ("odds_ratio", "fisher"): ("odds-ratio", "fisher", 1, 1e-3),
    ("odds_ratio", "conditional MLE exact"): ("odds-ratio", "fisher", 1, 1e-3),
}
EPI_PAIRS = {
    "RR.strata.wald": ("rate-ratio", "katz", 1, 1e-8),
    "RR.strata.taylor": ("rate-ratio", "katz", 1, 1e-8),
    "PR.strata.wald": ("rate-ratio", "katz", 1, 1e-8),
    "OR.strata.wald": ("odds-ratio", "wald", 1, 1e-8),
    "OR.strata.mle": ("odds-ratio", "fisher", 1, 1e-3),
    # epiR steps towards this limit in thousandths, so it is good to that.
    "OR.strata.score": ("odds-ratio", "score", 1, 2e-3),
    "ARisk.strata.wald": ("rate-difference", "wald", 100, 1e-8),
    # epiR halves its step until 1e-7.
    "ARisk.strata.score": ("rate-difference", "score", 100, 1e-5),
    "AFRisk.strata.wald": ("attributable-fraction", None, 1, 1e-8),
    "PARisk.strata.wald": ("population-attributable-risk", "independent", 100, 1e-8),
    "PAFRisk.strata.wald": ("population-attributable-fraction", "walter", 1, 1e-8),
}
OTHER_DESIGN = {EPI[0]: ("PR.",), EPI[1]: ("RR.",)}
ALL = {
    **PAIRS,
    **{
        (kind, method): found
        for kind in EPI
        for method, found in EPI_PAIRS.items()
        if not method.startswith(OTHER_DESIGN[kind])
    },
}


def pair(row: Mapping[str, float]) -> GroupTable:
    """The exposed group A beside the reference B."""
    frame = pd.DataFrame({"group": ["A", "B"], "n": [row["n1"], row["n0"]], "events": [row["a"], row["c"]]})
    return GroupTable.from_counts(frame)


def test_single_proportions() -> None:
    """prop_single.csv, by R (binom.test, prop.test, Hmisc, qbeta): six methods at three levels, to 1e-8."""
    expected = oracle("prop_single.csv")
    for (x, n, _), rows in expected.groupby(["x", "n", "conf"]):
        table = GroupTable.from_counts(pd.DataFrame({"group": ["A", "B"], "n": [n, 9], "events": [x, 3]}))
        for row in records(rows):
            frame = table.to_frame(level=row["conf"], method=row["method"])
            mine = frame.iloc[0]
            assert mine["method"] == row["method"]
            for name in ("estimate", "lower", "upper"):
                assert mine[name] == pytest.approx(row[name], rel=1e-8, abs=1e-8), row


@pytest.mark.parametrize("kind", ALL, ids=" ".join)
def test_two_groups_by_method(kind: tuple[str, str]) -> None:
    """two_by_two.csv: closed forms to 1e-8; what R finds by search to what its search is good for."""
    id, method, units, tolerance = ALL[kind]
    expected = oracle("two_by_two.csv")
    checked = undefined = 0
    for row in records(expected[(expected["measure"] == kind[0]) & (expected["method"] == kind[1])]):
        found = disparities(pair(row), reference="B", measures=[id], level=row["conf"], method=method)
        mine = found.to_frame().iloc[0]
        if not np.isfinite([row["estimate"], row["lower"], row["upper"]]).all():
            undefined += 1
            assert not np.isinf([mine["estimate"], mine["lower"], mine["upper"]]).any()
            continue
        for name in ("estimate", "lower", "upper"):
            assert units * mine[name] == pytest.approx(row[name], rel=tolerance, abs=tolerance), (name, row)
        checked += 1
    assert checked >= 1
    assert checked >= 2 * undefined, "most rows must be compared"


@pytest.mark.parametrize("name", sorted({method for _, method in PAIRS}))
def test_methods_answer_to_their_names_in_r(name: str) -> None:
    id, method, _, _ = next(found for key, found in PAIRS.items() if key[1] == name)
    row = {"a": 30, "n1": 100, "c": 20, "n0": 120}
    mine, theirs = (
        disparities(pair(row), reference="B", measures=[id], method=one).to_frame().iloc[0]
        for one in (method, name)
    )
    assert mine["lower"] == theirs["lower"]


def test_rates_in_person_time() -> None:
    """poisson_rate.csv, by R (poisson.test, epitools pois.byar), to 1e-8."""
    for row in records(oracle("poisson_rate.csv")):
        frame = pd.DataFrame({"group": ["A"], "events": [row["events"]], "t": [row["persontime"]]})
        table = GroupTable.from_counts(frame, person_time="t")
        mine = disparities(table, reference="total", measures=["rate"], method=row["method"]).to_frame()
        for name in ("estimate", "lower", "upper"):
            assert mine.loc[0, name] == pytest.approx(row[name], rel=1e-8, abs=1e-8), row


def test_ratios_of_rates_in_person_time() -> None:
    """poisson_ratio.csv, by R (poisson.test), to 1e-8."""
    for row in records(oracle("poisson_ratio.csv")):
        frame = pd.DataFrame(
            {"group": ["A", "B"], "events": [row["a"], row["c"]], "t": [row["t1"], row["t0"]]}
        )
        table = GroupTable.from_counts(frame, person_time="t", per=1000)
        found = disparities(table, reference="B", measures=["rate-ratio"], method=row["method"])
        mine = found.to_frame().iloc[0]
        for name in ("estimate", "lower", "upper"):
            assert mine[name] == pytest.approx(row[name], rel=1e-8, abs=1e-8), row


@pytest.mark.parametrize("compared", ["ratio", "odds"])
@pytest.mark.parametrize("corrected", [True, False])
def test_score_limits_are_those_of_statsmodels(compared: Compared, corrected: bool) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    for cells in ((30, 100, 20, 120), (3, 12, 30, 180), (172, 4210, 41, 5120), (1, 9, 2, 30)):
        arrays: Any = tuple(np.array([one], float) for one in cells)
        mine = score_limits(compared, arrays, 0.9, corrected=corrected)
        name = "odds-ratio" if compared == "odds" else compared
        theirs = confint_proportions_2indep(
            *cells, compare=name, method="score", alpha=0.1, correction=corrected
        )
        np.testing.assert_allclose([one[0] for one in mine], theirs, rtol=1e-7, atol=1e-7)


def test_score_limits_of_a_difference_solve_their_equation() -> None:
    """At each limit the statistic, with the likeliest rates found by search, equals the quantile."""
    for x, n, x0, n0 in ((30, 100, 20, 120), (3, 12, 30, 180), (0, 25, 7, 60), (5, 5, 40, 60)):
        arrays: Any = tuple(np.array([one], float) for one in (x, n, x0, n0))
        for (gap,) in score_limits("difference", arrays, 0.9):
            q = minimize_scalar(
                lambda q, gap=gap: -binom.logpmf(x, n, q + gap) - binom.logpmf(x0, n0, q),  # noqa: B023
                bounds=(max(0, -gap), min(1, 1 - gap)),
                method="bounded",
                options={"xatol": 1e-13},
            ).x
            variance = (q + gap) * (1 - q - gap) / n + q * (1 - q) / n0
            assert (x / n - x0 / n0 - gap) ** 2 / variance == pytest.approx(norm.ppf(0.95) ** 2, rel=1e-4)


def test_exact_limits_are_those_of_scipy() -> None:
    from scipy.stats.contingency import odds_ratio

    for a, n, c, m in ((3, 12, 30, 180), (5, 40, 9, 60), (0, 25, 7, 60)):
        row = {"a": a, "n1": n, "c": c, "n0": m}
        found = disparities(pair(row), reference="B", measures=["odds-ratio"], method="fisher").to_frame()
        theirs = odds_ratio(np.array([[a, n - a], [c, m - c]])).confidence_interval(0.95)
        np.testing.assert_allclose(found.loc[0, ["lower", "upper"]].to_numpy(float), theirs, rtol=1e-5)


def test_no_constant_is_put_into_a_table() -> None:
    """A zero in the reference leaves the ratio undefined; statsmodels would add a half in silence."""
    found = disparities(
        pair({"a": 5, "n1": 50, "c": 0, "n0": 60}), reference="B", measures=["rate-ratio", "odds-ratio"]
    ).to_frame()
    for row in records(found[found["group"] == "A"]):
        assert np.isnan(row["estimate"])
        assert "undefined" in row["note"]


def test_a_method_that_is_not_known_is_refused() -> None:
    table = pair({"a": 30, "n1": 100, "c": 20, "n0": 120})
    with pytest.raises(UnknownName, match='There is no method "newcomb". Did you mean "newcombe"?'):
        disparities(table, reference="B", measures=["rate-difference"], method="newcomb")
    with pytest.raises(UnknownName, match='There is no method "garwood"'):
        disparities(table, reference="B", measures=["rate"], method="garwood")
    with pytest.raises(MeasureError, match="separate groups only"):
        disparities(table, reference="total", measures=["odds-ratio"], method="fisher")


def test_one_name_reaches_the_measures_that_know_it() -> None:
    table = pair({"a": 30, "n1": 100, "c": 20, "n0": 120})
    frame = disparities(table, reference="B", method="score").to_frame()
    named = dict(zip(frame["measure"], frame["method"], strict=True))
    assert named["rate"] == "Wilson"
    only = disparities(table, reference="B", method={"rate-ratio": "jewell"}).to_frame()
    methods = only[only["group"] == "A"].set_index("measure")["method"].to_dict()
    assert methods == {"rate": "Wilson", "rate-difference": "Newcombe", "rate-ratio": "Jewell"}


def test_recovered_limits_are_newcombes_where_there_are_two_groups() -> None:
    """What is above the reference in everybody is a share of the difference, and so are its limits."""
    table = pair({"a": 3, "n1": 100, "c": 20, "n0": 120})
    ids = ["rate-difference", "population-attributable-risk"]
    frame = disparities(table, reference="B", measures=ids).to_frame()
    first, whole = (frame[frame["measure"] == id].iloc[0] for id in ids)
    for part in ("estimate", "lower", "upper"):
        assert whole[part] == pytest.approx(100 / 220 * first[part])


def test_a_ratio_of_fitted_ends_is_endless_where_the_lower_end_could_be_0() -> None:
    frame = pd.DataFrame({"group": list("ABCD"), "n": [100] * 4, "events": [3, 4, 6, 10]})
    table = GroupTable.from_counts(frame, order=list("ABCD"))
    row = disparities(table, reference="total", measures=["relative-index-of-inequality"]).to_frame().iloc[0]
    assert 0 < row["lower"] < row["estimate"]
    assert np.isnan(row["upper"])
    assert "the upper limit is without bound" in row["note"]
    usual = (
        disparities(
            GroupTable.from_counts(frame.assign(events=[30, 35, 42, 50]), order=list("ABCD")),
            reference="total",
            measures=["relative-index-of-inequality"],
        )
        .to_frame()
        .iloc[0]
    )
    assert 1 < usual["lower"] < usual["estimate"] < usual["upper"] < np.inf
