"""Measures against formulas written out here, and against figures published elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binom, norm
from statsmodels.stats.proportion import confint_proportions_2indep

from equitykit.errors import MeasureError, UnknownName
from equitykit.groups import GroupTable
from equitykit.measures import disparities, measure, measures
from equitykit.measures.score import score_limits
from equitykit.tidy import COLUMNS

Z = norm.ppf(0.975)

MISSOURI_2004 = pd.DataFrame(
    # Missouri Attorney General, Vehicle Stops 2004, table 1: population 16+, stops, and the index printed.
    # https://ago.mo.gov/get-help/vehicle-stops-report/2004-executive-summary/
    [
        ("White", 3692696, 1129748, 0.97),
        ("Black", 444024, 187704, 1.34),
        ("Hispanic", 80094, 26967, 1.07),
        ("Asian", 50593, 10748, 0.67),
        ("American Indian", 17951, 1122, 0.20),
        ("Other", 46579, 9286, 0.63),
    ],
    columns=["group", "n", "events", "index"],
)
BERKELEY_1973 = pd.DataFrame(
    # Bickel, Hammel and O'Connell 1975; UCBAdmissions in R: applicants and admitted.
    {"group": ["Male", "Female"], "n": [2691, 1835], "events": [1198, 557]}
)


def table(
    n: list[float],
    events: list[float] | None,
    *,
    favourable: bool | None = None,
    order: list[str] | None = None,
) -> GroupTable:
    frame = pd.DataFrame({"group": [chr(65 + i) for i in range(len(n))], "n": n, "events": events})
    column = None if events is None else "events"
    return GroupTable.from_counts(frame, events=column, favourable=favourable, order=order)


def row(
    groups: GroupTable, id: str, group: str | None = None, reference: str = "B", level: float = 0.95
) -> pd.Series:
    frame = disparities(groups, reference=reference, measures=[id], level=level).to_frame()
    found = frame[frame["group"].isna()] if group is None else frame[frame["group"] == group]
    assert len(found) == 1
    return found.iloc[0]


CONTRACT = (
    "rate, rate-difference, rate-ratio, odds-ratio, ratio-to-total, disproportionality, representation-gap, "
    "excess-events, population-attributable-risk, population-attributable-fraction, between-group-variance, "
    "between-group-standard-deviation, coefficient-of-variation, mean-difference-from-mean, "
    "mean-difference-from-best, mean-difference-from-reference, index-of-disparity, "
    "mean-difference-from-mean-weighted, mean-difference-from-best-weighted, "
    "mean-difference-from-reference-weighted, index-of-disparity-weighted, theil-index, mean-log-deviation, "
    "absolute-concentration-index, relative-concentration-index, slope-index-of-inequality, "
    "relative-index-of-inequality"
)


def test_every_measure_of_the_contract_is_declared() -> None:
    assert set(CONTRACT.split(", ")) <= set(measures())


@pytest.mark.parametrize("id", measures())
def test_every_declaration_is_complete(id: str) -> None:
    one = measure(id)
    assert one.id == id
    for text in (one.title, one.interval, one.source, one.library):
        assert text.strip()
    for section in ("Interpretation", "When not to use", "Source"):
        assert f"{section}\n{'-' * len(section)}" in one.doc, section
    assert one.scale in ("relative", "absolute")


def test_an_unknown_measure_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match='^There is no measure "rate-ratoi". Did you mean "rate-ratio"?'):
        measure("rate-ratoi")
    with pytest.raises(UnknownName, match='Did you mean "theil-index"?'):
        disparities(table([10, 10], [1, 2]), reference="total", measures=["theil-indx"])


def test_missouri_indices_as_printed() -> None:
    groups = GroupTable.from_counts(MISSOURI_2004)
    found = disparities(groups, reference="total", measures=["disproportionality"]).to_frame()
    assert found["estimate"].round(2).tolist() == MISSOURI_2004["index"].tolist()
    assert found["note"][0] == f"cannot exceed {4331937 / 3692696:.2f}"


def test_missouri_with_the_population_as_a_benchmark() -> None:
    stops = GroupTable.from_counts(MISSOURI_2004.assign(n=MISSOURI_2004["events"]), events=None)
    against = MISSOURI_2004[["group", "n"]]
    found = disparities(
        stops.with_benchmark(against, scheme="exclusive", source="16 and older"), reference="total"
    )
    frame = found.to_frame()
    ratio = frame[frame["measure"] == "disproportionality"]
    assert ratio["estimate"].round(2).tolist() == MISSOURI_2004["index"].tolist()
    gap = frame[frame["measure"] == "representation-gap"]
    assert gap["estimate"].sum() == pytest.approx(0, abs=1e-12)


def test_berkeley_overall() -> None:
    groups = GroupTable.from_counts(BERKELEY_1973, favourable=True)
    p, q = 1198 / 2691, 557 / 1835
    assert row(groups, "rate-difference", "Male", "Female").estimate == pytest.approx(p - q)
    assert round(p - q, 3) == 0.142
    assert round(row(groups, "odds-ratio", "Male", "Female").estimate, 2) == 1.84


def test_katz() -> None:
    found = row(table([100, 300], [20, 30]), "rate-ratio", "A")
    error = math.sqrt(1 / 20 - 1 / 100 + 1 / 30 - 1 / 300)
    assert (found.estimate, found.method) == (2.0, "Katz log")
    assert found.lower == pytest.approx(2 * math.exp(-Z * error), rel=1e-12)
    assert found.upper == pytest.approx(2 * math.exp(Z * error), rel=1e-12)


def test_woolf() -> None:
    found = row(table([100, 300], [20, 30]), "odds-ratio", "A", level=0.9)
    error = math.sqrt(1 / 20 + 1 / 80 + 1 / 30 + 1 / 270)
    assert found.method == "Woolf"
    assert found.lower == pytest.approx(2.25 * math.exp(-norm.ppf(0.95) * error), rel=1e-12)


def _koopman_chi2(ratio: float, x: float, n: float, x0: float, n0: float) -> float:
    """Pearson's statistic at the likeliest rates that have this ratio, found by search."""

    def unlikely(q: float) -> float:
        return -float(binom.logpmf(x, n, ratio * q) + binom.logpmf(x0, n0, q))

    top = min(1, 1 / ratio)
    q = float(minimize_scalar(unlikely, bounds=(0, top), method="bounded", options={"xatol": 1e-13}).x)
    p = ratio * q
    return (x - n * p) ** 2 / (n * p * (1 - p)) + (x0 - n0 * q) ** 2 / (n0 * q * (1 - q))


@pytest.mark.parametrize(("x", "n", "x0", "n0"), [(0, 20, 5, 30), (0, 200, 3, 31), (0, 12, 30, 180)])
def test_a_ratio_of_zero_has_koopmans_limit(x: int, n: int, x0: int, n0: int) -> None:
    found = row(table([n, n0], [x, x0]), "rate-ratio", "A")
    limit = brentq(lambda r: _koopman_chi2(r, x, n, x0, n0) - Z * Z, 1e-6, 50, xtol=1e-14)
    assert (found.estimate, found.lower, found.method) == (0, 0, "score (Koopman)")
    assert found.upper == pytest.approx(limit, rel=1e-5)


@pytest.mark.parametrize(("x", "n", "x0", "n0"), [(20, 100, 30, 300), (3, 12, 30, 180), (0, 25, 7, 60)])
def test_score_limits_equal_those_of_statsmodels_where_it_has_them(x: int, n: int, x0: int, n0: int) -> None:
    with np.errstate(all="ignore"):
        expected = confint_proportions_2indep(x, n, x0, n0, compare="ratio", method="score", correction=False)
    counts = (np.array([x], float), np.array([n], float), np.array([x0], float), np.array([n0], float))
    found = [one[0] for one in score_limits("ratio", counts, 0.95)]
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_everybody_in_both_groups_still_has_limits() -> None:
    found = row(table([20, 30], [20, 30]), "rate-ratio", "A")
    assert (found.estimate, found.method) == (1, "score (Koopman)")
    assert 0.7 < found.lower < 1 < found.upper < 1.3
    assert _koopman_edge(found.lower, 20, 30) == pytest.approx(Z * Z, rel=1e-6)


def _koopman_edge(ratio: float, n: int, n0: int) -> float:
    """Pearson's statistic where everybody had the event and the ratio is below 1: the second rate is then 1."""
    return n * (1 - ratio) / ratio


def test_a_reference_without_events_is_undefined_and_says_so() -> None:
    found = row(table([100, 300], [20, 0]), "rate-ratio", "A")
    assert np.isnan([found.estimate, found.lower, found.upper]).all()
    assert found.note == "no events in the reference, so the ratio is undefined"
    assert found.method is None
    odds = row(table([100, 300], [20, 0]), "odds-ratio", "A")
    assert math.isnan(odds.estimate)
    assert odds.note == "a cell of the table is zero, so the odds ratio is undefined"


def test_ratio_to_total_counts_the_group_in_both() -> None:
    """A numeric gradient of ln(y / mu) in the groups' rates gives the same error."""
    n, x = np.array([100.0, 300, 50]), np.array([20.0, 30, 9])
    y, w = x / n, n / n.sum()
    variance = y * (1 - y) / n

    def log_ratio(rates: np.ndarray) -> float:
        return math.log(rates[0] / (w @ rates))

    step = 1e-6
    gradient = np.array([(log_ratio(y + step * e) - log_ratio(y - step * e)) / (2 * step) for e in np.eye(3)])
    error = math.sqrt(gradient**2 @ variance)
    found = row(table(n.tolist(), x.tolist()), "ratio-to-total", "A")
    assert found.estimate == pytest.approx(y[0] / (w @ y), rel=1e-12)
    assert math.log(found.upper / found.estimate) / Z == pytest.approx(error, rel=1e-6)
    assert row(table(n.tolist(), x.tolist()), "rate-ratio", "A", "total").upper == found.upper


def test_difference_to_the_total_is_the_scaled_difference_to_others() -> None:
    groups = table([100, 300, 50], [20, 30, 9])
    total, others = (
        row(groups, "rate-difference", "A", "total"),
        row(groups, "rate-difference", "A", "all-others"),
    )
    share = 350 / 450
    for name in ("estimate", "lower", "upper"):
        assert total[name] == pytest.approx(share * others[name], rel=1e-12)


def test_odds_ratio_to_the_total_by_numeric_gradient() -> None:
    n, x = np.array([100.0, 300]), np.array([20.0, 30])
    y, w = x / n, n / n.sum()

    def log_odds_ratio(rates: np.ndarray) -> float:
        mean = w @ rates
        return math.log(rates[0] / (1 - rates[0]) / (mean / (1 - mean)))

    gradient = np.array(
        [(log_odds_ratio(y + 1e-6 * e) - log_odds_ratio(y - 1e-6 * e)) / 2e-6 for e in np.eye(2)]
    )
    error = math.sqrt(gradient**2 @ (y * (1 - y) / n))
    found = row(table(n.tolist(), x.tolist()), "odds-ratio", "A", "total")
    assert math.log(found.upper / found.estimate) / Z == pytest.approx(error, rel=1e-6)


def test_excess_events_round_people_outward() -> None:
    found = row(table([101, 300], [20, 30]), "excess-events", "A")
    assert found.estimate == pytest.approx(20 - 10.1)
    assert found.note == "10 people would need a different outcome to reach the rate of the reference"
    whole = row(table([100, 300], [20, 30]), "excess-events", "A")
    assert whole.note.startswith("10 people")  # 20 - 10 is 10, not 11


def test_disproportionality_interval_and_ceiling() -> None:
    found = row(table([100, 300], [20, 30]), "disproportionality", "A", "total")
    p = 20 / 50
    assert found.estimate == pytest.approx(p / 0.25)
    assert math.log(found.upper / found.estimate) / Z == pytest.approx(math.sqrt((1 - p) / 20), rel=1e-12)
    assert found.note == "cannot exceed 4.00"
    zero = row(table([100, 300], [0, 30]), "disproportionality", "A", "total")
    assert zero.upper == pytest.approx((1 - 0.025 ** (1 / 30)) / 0.25)


def test_margins_of_error_widen_the_interval() -> None:
    groups = table([100, 300], [20, 30])
    plain = pd.DataFrame({"group": ["A", "B"], "n": [1000, 3000]})
    sure = groups.with_benchmark(plain, scheme="exclusive", source="register")
    loose = groups.with_benchmark(plain.assign(moe=[164.48536, 0]), scheme="exclusive", source="ACS")
    a, b = (row(one, "disproportionality", "A", "total") for one in (sure, loose))
    assert a.estimate == b.estimate
    width = [math.log(one.upper / one.estimate) / Z for one in (a, b)]
    # standard error 100 on 1000 of 4000: q = a / (a + 3000), so d ln q = (1 - q) da / a
    assert width[1] ** 2 - width[0] ** 2 == pytest.approx((0.75 * 0.1) ** 2, rel=1e-6)


def test_unknown_answers_are_bounded_where_the_benchmark_has_none() -> None:
    frame = pd.DataFrame({"group": ["A", "B", "~unknown"], "n": [50, 50, 40], "events": [35, 35, 30]})
    benchmark = pd.DataFrame({"group": ["A", "B"], "n": [500, 500]})
    groups = GroupTable.from_counts(frame).with_benchmark(benchmark, scheme="exclusive", source="register")
    found = row(groups, "disproportionality", "A", "total")
    assert found.estimate == 1
    assert found.note == (
        "among those with a known group; 0.70 if none of the 30 with an unknown one belong here, 1.30 if all do; "
        "cannot exceed 2.00"
    )
    unknown = row(groups, "disproportionality", "~unknown", "total")
    assert math.isnan(unknown.estimate)
    assert unknown.note == "the benchmark has no Unknown"


def test_attributable_risk_keeps_its_sign() -> None:
    groups = table([100, 300], [20, 30])
    assert row(groups, "population-attributable-risk", None, "B").estimate == pytest.approx(0.025)
    assert row(groups, "population-attributable-risk", None, "A").estimate == pytest.approx(-0.075)
    assert row(groups, "population-attributable-fraction", None, "A").estimate == pytest.approx(-0.6)


def test_complex_measures_by_hand() -> None:
    groups = table([100, 300], [20, 30], favourable=False)
    w, y, mu = np.array([0.25, 0.75]), np.array([0.2, 0.1]), 0.125
    gap = np.abs(y - mu)
    expected = {
        "between-group-variance": w @ gap**2,
        "between-group-standard-deviation": math.sqrt(w @ gap**2),
        "coefficient-of-variation": 100 * math.sqrt(w @ gap**2) / mu,
        "theil-index": 1000 * (w @ (y / mu * np.log(y / mu))),
        "mean-log-deviation": 1000 * (w @ -np.log(y / mu)),
        "mean-difference-from-mean": gap.mean(),
        "mean-difference-from-mean-weighted": w @ gap,
        "mean-difference-from-best": 0.05,
        "mean-difference-from-best-weighted": 0.025,
        "mean-difference-from-reference": 0.05,
        "mean-difference-from-reference-weighted": 0.075,
        "index-of-disparity": 100 * gap.mean() / mu,
        "index-of-disparity-weighted": 100 * (w @ gap) / mu,
    }
    for id, value in expected.items():
        assert row(groups, id, None, "A").estimate == pytest.approx(value, rel=1e-12), id


def test_ordered_measures_by_hand() -> None:
    groups = table([100, 100], [20, 10], order=["A", "B"])
    # ranks 0.25 and 0.75: a line through (0.25, 0.2) and (0.75, 0.1) runs from 0.25 to 0.05
    assert row(groups, "slope-index-of-inequality").estimate == pytest.approx(-0.2)
    assert row(groups, "relative-index-of-inequality").estimate == pytest.approx(0.2)
    assert row(groups, "absolute-concentration-index").estimate == pytest.approx(-0.025)
    assert row(groups, "relative-concentration-index").estimate == pytest.approx(-1 / 6)
    error = math.sqrt(4 * (0.2 * 0.8 / 100 + 0.1 * 0.9 / 100))
    delta = disparities(
        groups, reference="total", measures=["slope-index-of-inequality"], method="delta"
    ).to_frame()
    assert delta["upper"].iloc[0] == pytest.approx(-0.2 + Z * error)


def test_mean_log_deviation_refuses_a_group_without_events() -> None:
    found = row(table([100, 300], [0, 30]), "mean-log-deviation")
    assert math.isnan(found.estimate)
    assert found.note == "a group has no events, so it is infinite"
    assert not math.isnan(row(table([100, 300], [0, 30]), "theil-index").estimate)


def test_overlapping_groups_get_no_measure_over_all() -> None:
    frame = pd.DataFrame({"group": ["A", "B", "~total"], "n": [60, 60, 100], "events": [20, 15, 30]})
    found = row(GroupTable.from_counts(frame), "theil-index")
    assert math.isnan(found.estimate)
    assert found.note.startswith("groups overlap, so a measure over all of them would count people twice")


def test_all_others_are_right_for_overlapping_groups() -> None:
    frame = pd.DataFrame({"group": ["A", "B", "~total"], "n": [60, 60, 100], "events": [20, 15, 30]})
    found = row(GroupTable.from_counts(frame), "rate-ratio", "A", "all-others")
    assert found.estimate == pytest.approx((20 / 60) / (10 / 40))


def test_chance_alone_is_put_beside_a_mean_distance() -> None:
    """20 groups of 50 with the same chance: the expectation is sigma times sqrt(2 / pi), nearly."""
    found = row(table([50] * 20, [25] * 20), "mean-difference-from-mean")
    assert found.estimate == pytest.approx(0, abs=1e-12)
    expected = math.sqrt(0.25 / 50 * 19 / 20) * math.sqrt(2 / math.pi)
    assert float(found.note.split()[1]) == pytest.approx(expected, rel=0.03)


def test_simulated_limits_are_the_same_each_time_and_cover_the_smooth_case() -> None:
    groups = table([4000, 3000, 2000], [400, 600, 500], favourable=False)
    a, b = (row(groups, "mean-difference-from-mean-weighted") for _ in range(2))
    assert (a.lower, a.upper) == (b.lower, b.upper)
    w, y = np.array([4, 3, 2]) / 9, np.array([0.1, 0.2, 0.25])
    sign = np.sign(y - w @ y)
    gradient = w * (sign - w @ sign)
    error = math.sqrt(gradient**2 @ (y * (1 - y) / np.array([4000, 3000, 2000])))
    assert (a.upper - a.lower) / (2 * Z * error) == pytest.approx(1, abs=0.08)


def test_rows_are_tidy_and_verdicts_name_their_rule() -> None:
    groups = table([100, 300, 12], [20, 30, 3], favourable=False, order=["A", "B", "C"])
    frame = disparities(groups, reference="A", measures=measures()).to_frame()
    assert tuple(frame.columns) == COLUMNS
    assert frame["reliability_rule"].str.startswith("nchs-").all()
    assert frame.loc[(frame["group"] == "C") & (frame["measure"] == "rate-ratio"), "reliable"].tolist() == [
        False
    ]
    assert frame.loc[frame["measure"] == "theil-index", "group"].isna().all()
    undefined = frame["estimate"].isna()
    assert frame.loc[undefined, "note"].notna().all()
    assert frame.loc[frame["lower"].notna(), "method"].notna().all()
    inside = frame["lower"].notna() & ~frame["measure"].str.contains("mean-difference|index-of-disp")
    assert (frame.loc[inside, "lower"] <= frame.loc[inside, "estimate"] + 1e-12).all()
    assert (frame.loc[inside, "estimate"] <= frame.loc[inside, "upper"] + 1e-12).all()


def test_measures_that_groups_cannot_give_are_refused_in_words() -> None:
    groups = table([100, 300], [20, 30])
    cases = {
        ("theil-index", "total", "events"): (
            '"theil-index" needs an outcome, and these groups hold numbers of people only. '
            "Name an outcome, or attach a benchmark and ask for disproportionality."
        ),
        ("slope-index-of-inequality", "total", ""): (
            '"slope-index-of-inequality" is for groups that have an order, such as income bands; these have none. '
            "Give order= from the lowest to the highest, or name a measure that needs no order."
        ),
        ("population-attributable-risk", "all-others", ""): (
            '"population-attributable-risk" needs one rate to compare with; "all-others" is a different one for '
            'each group. Name a group, "total", "best" or "largest".'
        ),
        ("mean-difference-from-best", "total", ""): (
            '"best" cannot be told: nobody said whether the event is good or bad for people. '
            "Set favourable=True or favourable=False, or name another reference."
        ),
    }
    for (id, reference, without), message in cases.items():
        used = table([100, 300], None) if without else groups
        with pytest.raises(MeasureError) as refused:
            disparities(used, reference=reference, measures=[id])
        assert str(refused.value) == message
