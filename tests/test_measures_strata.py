"""Measures adjusted for a covariate, decompositions, tests and families, against R and by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import equitykit as ek
from equitykit.errors import MeasureError, UnknownName
from equitykit.measures.standardised import fay_feuer
from equitykit.measures.testing import adjusted_p
from equitykit.tidy import records
from tests.oracles import oracle, shared


def berkeley() -> ek.GroupTable:
    """Applicants to Berkeley in 1973, by department."""
    frame = oracle("stratified_input_ucb.csv")
    wide = frame.pivot_table(index=["Gender", "Dept"], columns="Admit", values="Freq").reset_index()
    wide["n"] = wide["Admitted"] + wide["Rejected"]
    return ek.stratify(
        wide, group="Gender", stratum="Dept", n="n", events="Admitted", role="unsure", favourable=True
    )


def found(*ids: str, group: str = "Male", **more: Any) -> Any:
    """Rows of the first group by measure."""
    table = ek.disparities(berkeley(), reference="Female", measures=ids, **more).to_frame()
    return table[table["group"] == group].set_index("measure")


def oracle_row(measure: str) -> Any:
    frame = oracle("stratified_ucb.csv")
    return frame[frame["measure"].str.startswith(measure)].iloc[0]


def test_pooled_odds_ratio_against_r() -> None:
    """mantelhaen.test: estimate and limits to 1e-8; the exact one to 1e-3, as its root finder allows."""
    mine, theirs = found("mantel-haenszel-odds-ratio"), oracle_row("MH common OR")
    for name in ("estimate", "lower", "upper"):
        assert mine.loc["mantel-haenszel-odds-ratio", name] == pytest.approx(theirs[name], rel=1e-8)
    exact = found("mantel-haenszel-odds-ratio", method="exact").loc["mantel-haenszel-odds-ratio"]
    theirs = oracle_row("exact conditional common OR")
    for name in ("estimate", "lower", "upper"):
        assert exact[name] == pytest.approx(theirs[name], rel=1e-3)
    assert mine.loc["odds-ratio", "estimate"] == pytest.approx(oracle_row("crude OR")["estimate"], rel=1e-9)


def test_tests_of_strata_against_r() -> None:
    tests = ek.disparities(berkeley(), reference="Female").tests().set_index("test")
    theirs = oracle_row("MH common OR")
    assert tests.loc["Mantel-Haenszel", "statistic"] == pytest.approx(theirs["statistic"], rel=1e-8)
    assert tests.loc["Mantel-Haenszel", "p_value"] == pytest.approx(theirs["p_value"], rel=1e-8)
    woolf = oracle_row("woolf")
    assert tests.loc["Woolf, same in all strata", "statistic"] == pytest.approx(woolf["statistic"], rel=1e-8)
    assert tests.loc["Woolf, same in all strata", "p_value"] == pytest.approx(woolf["p_value"], rel=1e-8)
    breslow: Any = tests.loc["Breslow-Day, same in all strata", "p_value"]
    assert round(float(breslow), 4) == 0.0021
    crude = oracle_row("crude OR")
    first = tests.iloc[0]
    assert first["statistic"] == pytest.approx(crude["statistic"], rel=1e-8)
    assert first["p_value"] == pytest.approx(crude["p_value"], rel=1e-6)


def test_standardised_rates_and_kitagawa_against_r() -> None:
    rates = {group: found("directly-standardised-rate", group=group) for group in ("Male", "Female")}
    for group, name in (
        ("Male", "directly standardised admit rate (std"),
        ("Female", "directly standardised admit rate Female"),
    ):
        mine = rates[group].loc["directly-standardised-rate", "estimate"]
        assert mine == pytest.approx(oracle_row(name)["estimate"], rel=1e-9)
    parts = found("kitagawa-rate-part", "kitagawa-composition-part")["estimate"]
    assert parts["rate-difference"] == pytest.approx(oracle_row("Kitagawa total")["estimate"], rel=1e-9)
    assert parts["kitagawa-composition-part"] == pytest.approx(
        oracle_row("Kitagawa composition")["estimate"], rel=1e-9
    )
    assert parts["kitagawa-rate-part"] == pytest.approx(oracle_row("Kitagawa rate")["estimate"], rel=1e-9)


def test_berkeley_as_published() -> None:
    """Bickel 1975: 44 % of men and 35 % of women were admitted, and in most departments it is the other way."""
    frame = pd.read_csv(shared("data", "published", "berkeley_1973_admissions.csv"))
    frame["n"] = frame["admitted"] + frame["denied"]
    table = ek.stratify(frame, group="sex", stratum="dept", events="admitted", role="unsure", favourable=True)
    assert table.n == 4526
    rows = ek.disparities(
        table,
        reference="Female",
        measures=["rate", "mantel-haenszel-odds-ratio", "mantel-haenszel-rate-ratio"],
    ).to_frame()
    rates = rows[rows["measure"] == "rate"].set_index("group")["estimate"]
    assert [round(100 * rates[sex]) for sex in ("Male", "Female")] == [45, 30]
    by_id: Any = rows[rows["group"] == "Male"].set_index("measure")
    assert by_id.loc["odds-ratio", "estimate"] > 1 > by_id.loc["mantel-haenszel-odds-ratio", "estimate"]
    assert by_id.loc["rate-ratio", "estimate"] > 1 > by_id.loc["mantel-haenszel-rate-ratio", "estimate"]
    assert "the strata differ (Breslow-Day p = 0.0021)" in by_id.loc["mantel-haenszel-odds-ratio", "note"]


def test_crude_always_stands_before_adjusted() -> None:
    result = ek.disparities(berkeley(), reference="Female", measures=["kitagawa-rate-part"])
    assert result.measures == ("rate-difference", "kitagawa-rate-part")
    note = result.to_frame().query("measure == 'kitagawa-rate-part'")["note"].iloc[1]
    assert "adjusted for Dept, which may come before or after race" in note
    assert "make the crude difference of 0.1416" in note


def test_pooled_rate_ratio_is_that_of_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import StratifiedTable

    strata = berkeley().strata
    assert strata is not None
    cells = [
        np.array([[x[1], n[1] - x[1]], [x[0], n[0] - x[0]]])
        for x, n in zip(strata.x.T, strata.n.T, strict=True)
    ]
    mine = found("mantel-haenszel-rate-ratio").loc["mantel-haenszel-rate-ratio", "estimate"]
    assert mine == pytest.approx(StratifiedTable(cells, shift_zeros=False).riskratio_pooled, rel=1e-12)


def test_parts_add_up_in_both_orders_and_meet_in_the_middle() -> None:
    ids = ["kitagawa-rate-part", "kitagawa-composition-part", "oaxaca-blinder-rate-part",
           "oaxaca-blinder-composition-part"]  # fmt: skip
    rows = found(*ids)
    gap = rows.loc["rate-difference", "estimate"]
    for name in ("kitagawa", "oaxaca-blinder"):
        both = [rows.loc[f"{name}-{part}-part", "estimate"] for part in ("rate", "composition")]
        assert sum(both) == pytest.approx(gap, rel=1e-9)
    other = float(rows.loc["oaxaca-blinder-rate-part", "note"].split(" in the other order")[0])
    middle = (rows.loc["oaxaca-blinder-rate-part", "estimate"] + other) / 2
    assert middle == pytest.approx(rows.loc["kitagawa-rate-part", "estimate"], abs=1e-4)


@pytest.mark.parametrize("id", ["kitagawa-rate-part", "oaxaca-blinder-composition-part",
                                "directly-standardised-rate-difference"])  # fmt: skip
def test_errors_of_parts_are_those_of_a_simulation(id: str) -> None:
    """People drawn anew: each group keeps its size, its mix and its rates."""
    generator, strata = np.random.default_rng(3), berkeley().strata
    assert strata is not None
    sizes = strata.n.sum(axis=1).astype(int)
    mix, rate = strata.n / strata.n.sum(axis=1, keepdims=True), strata.x / strata.n
    values, widths = [], []
    for _ in range(100):
        n = np.array([generator.multinomial(size, share) for size, share in zip(sizes, mix, strict=True)])
        x = generator.binomial(n, rate)
        frame = pd.DataFrame({
            "group": np.repeat(["Female", "Male"], len(strata.names)), "stratum": np.tile(strata.names, 2),
            "n": n.ravel(), "events": x.ravel()})  # fmt: skip
        standard = dict(zip(strata.names, strata.standard, strict=True))
        table = ek.stratify(frame, stratum="stratum", role="unsure", standard=standard)
        rows = ek.disparities(table, reference="Female", measures=[id]).to_frame()
        row = rows[(rows["measure"] == id) & (rows["group"] == "Male")].iloc[0]
        values.append(row["estimate"])
        widths.append((row["upper"] - row["lower"]) / (2 * 1.959964))
    assert np.std(values) == pytest.approx(np.mean(widths), rel=0.25)


def test_gamma_limits_of_one_stratum_are_garwoods() -> None:
    one = np.ones(1)
    rows = oracle("poisson_rate.csv")
    for row in records(rows[rows["method"] == "exact (garwood)"]):
        found = fay_feuer(row["events"] * one, row["persontime"] * one, one, 0.95)
        assert found == pytest.approx((row["estimate"], row["lower"], row["upper"]), rel=1e-8, abs=1e-12)


def test_without_people_in_a_stratum_there_is_no_standardised_rate() -> None:
    frame = pd.DataFrame(
        {"group": ["A", "B", "B"], "dept": ["x", "x", "y"], "n": [50, 40, 60], "events": [5, 6, 7]}
    )
    table = ek.stratify(frame, stratum="dept", role="after")
    ids = ["directly-standardised-rate", "kitagawa-rate-part", "mantel-haenszel-odds-ratio",
           "indirectly-standardised-ratio", "oaxaca-blinder-rate-part"]  # fmt: skip
    rows = ek.disparities(table, reference="B", measures=ids).to_frame()
    first: Any = rows[rows["group"] == "A"].set_index("measure")
    assert np.isnan(first.loc["directly-standardised-rate", "estimate"])
    assert (
        first.loc["directly-standardised-rate", "note"].startswith("the rate is")
        or "no people in y" in (first.loc["directly-standardised-rate", "note"])
    )
    assert np.isnan(first.loc["kitagawa-rate-part", "estimate"])
    assert first.loc["indirectly-standardised-ratio", "estimate"] == pytest.approx(5 / (50 * 6 / 40))
    assert "may itself be a result of it" in first.loc["mantel-haenszel-odds-ratio", "note"]


def test_strata_are_asked_what_they_are() -> None:
    frame = pd.DataFrame({"group": ["A"], "dept": ["x"], "n": [50], "events": [5]})
    with pytest.raises(UnknownName, match='There is no role of a covariate "mediator"'):
        ek.stratify(frame, stratum="dept", role="mediator")
    plain = ek.GroupTable.from_counts(pd.DataFrame({"group": ["A", "B"], "n": [50, 60], "events": [5, 6]}))
    rows = ek.disparities(plain, reference="B", measures=["kitagawa-rate-part"]).to_frame()
    assert "not counted by a covariate" in rows["note"].iloc[-1]
    with pytest.raises(MeasureError, match="more than one row"):
        ek.stratify(pd.concat([frame, frame]), stratum="dept", role="before")


def test_a_crossed_table_becomes_strata() -> None:
    crossed = pd.DataFrame(
        {"group": ["A*F", "A*M", "B*F", "B*M"], "n": [50, 60, 70, 80], "events": [5, 9, 14, 8]}
    )
    table = ek.GroupTable.from_counts(crossed, question="race*sex", favourable=False)
    split = ek.stratify(table, stratum="sex", role="unsure")
    assert split.question == "race"
    assert split.rows[["group", "n", "events"]].values.tolist() == [["A", 110, 14], ["B", 150, 22]]
    assert split.strata is not None
    assert split.strata.names == ("F", "M")


def test_adjusted_p_values_against_r() -> None:
    """p_adjust.csv, R's p.adjust, to 1e-12."""
    table = oracle("p_adjust.csv").set_index("method")
    raw = table.loc["raw"].to_numpy(float)
    for method in table.index.drop("raw"):
        expected = table.loc[method].to_numpy(float)
        np.testing.assert_allclose(adjusted_p(raw, method), expected, rtol=1e-12)


def test_p_values_of_two_groups_against_r() -> None:
    """two_by_two.csv: chisq.test without correction to 1e-8, fisher.test to 1e-6; poisson.test to 1e-8."""
    expected = oracle("two_by_two.csv")
    kinds = {
        ("test", "pearson chi2"): ("pearson", 1e-8),
        ("odds_ratio", "conditional MLE exact"): ("fisher", 1e-6),
    }
    for (measure, method), (test, tolerance) in kinds.items():
        for row in records(expected[(expected["measure"] == measure) & (expected["method"] == method)]):
            frame = pd.DataFrame(
                {"group": ["A", "B"], "n": [row["n1"], row["n0"]], "events": [row["a"], row["c"]]}
            )
            tests = ek.disparities(ek.GroupTable.from_counts(frame), reference="B").tests(test=test)
            assert tests["p_value"][0] == pytest.approx(row["p_value"], rel=tolerance)
    for row in records(oracle("poisson_ratio.csv").dropna(subset=["p_value"])):
        frame = pd.DataFrame(
            {"group": ["A", "B"], "events": [row["a"], row["c"]], "t": [row["t1"], row["t0"]]}
        )
        tests = ek.disparities(ek.GroupTable.from_counts(frame, person_time="t"), reference="B").tests()
        assert tests["p_value"][0] == pytest.approx(row["p_value"], rel=1e-8)


def test_a_family_is_named_and_adjusted_together() -> None:
    frame = pd.DataFrame({"group": list("ABCD"), "n": [200] * 4, "events": [20, 30, 44, 25]})
    result = ek.disparities(ek.GroupTable.from_counts(frame), reference="A", family="exits 2024")
    tests = result.tests()
    each = tests[tests["group"].notna()]
    np.testing.assert_allclose(each["q_value"], adjusted_p(each["p_value"].to_numpy()))
    assert set(tests["family"]) == {"exits 2024"}
    row = result.to_frame().query("measure == 'rate-ratio' and group == 'C'").iloc[0]
    assert row["note"] == f'q = {each.set_index("group")["q_value"]["C"]:.2g} in the family "exits 2024"'
    assert list(result.to_frame().columns) == list(ek.GroupTable.from_counts(frame).to_frame().columns)
    both = ek.false_discovery([result, result], family="twice")
    assert len(both) == 6
    assert (both["family"] == "twice").all()


def test_trend_along_an_order() -> None:
    """Cochran-Armitage is the score test of a linear term: the square of a correlation, times N."""
    n, x = np.array([100, 120, 90]), np.array([10, 18, 22])
    table = ek.GroupTable.from_counts(
        pd.DataFrame({"group": list("abc"), "n": n, "events": x}), order=list("abc")
    )
    tests = ek.disparities(table, reference="a").tests().set_index("test")
    people = np.repeat([0, 1, 2], n)
    happened = np.concatenate([np.r_[np.ones(a), np.zeros(b - a)] for a, b in zip(x, n, strict=True)])
    expected = np.corrcoef(people, happened)[0, 1] ** 2 * n.sum()
    assert tests.loc["Cochran-Armitage trend", "statistic"] == pytest.approx(expected)
