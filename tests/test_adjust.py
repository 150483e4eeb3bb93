"""Crude beside adjusted: against R, against statsmodels on single rows, and in what is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import equitykit as ek
from equitykit import recipes
from equitykit.errors import MeasureError, UnknownName
from equitykit.measures.adjusted import Sides
from equitykit.measures.mantel_haenszel import pooled_rate_ratio
from tests.oracles import oracle

BOOK: dict[str, Any] = {
    "questions": {"race_ethnicity": {"columns": ["race"]}},
    "unit": {"site": "office", "worker": "worker"},
    "outcomes": {"kept": {"column": "kept", "event": ["Y"], "favourable": False}},
}


def row(found: ek.Adjusted, measure: str, group: str) -> Any:
    rows = found.to_frame()
    rows = rows[(rows["measure"] == measure) & (rows["group"] == group)]
    assert len(rows) == 1
    return rows.iloc[0]


def berkeley() -> tuple[pd.DataFrame, dict[str, Any]]:
    counts = oracle("stratified_input_ucb.csv")
    book = {
        "questions": {
            "sex": {
                "columns": ["Gender"],
                "encoding": "counts",
                "count": "Freq",
                "codes": {"Male": "M", "Female": "F"},
            }
        },
        "outcomes": {"admitted": {"column": "Admit", "event": ["Admitted"], "favourable": True}},
    }
    return counts, book


def test_berkeley_as_in_r() -> None:
    counts, book = berkeley()
    found = ek.adjust(counts, book, outcome="admitted", by="sex", reference="F", covariates={"Dept": "after"})
    r = oracle("stratified_ucb.csv").set_index("measure")
    pooled = row(found, "stratified-odds-ratio", "M")
    expected = r.loc["MH common OR (admit, male vs female)"]
    assert pooled["estimate"] == pytest.approx(expected["estimate"], rel=1e-9)
    assert (pooled["lower"], pooled["upper"]) == (
        pytest.approx(expected["lower"], rel=1e-8),
        pytest.approx(expected["upper"], rel=1e-8),
    )
    assert row(found, "odds-ratio", "M")["estimate"] == pytest.approx(r.loc["crude OR"]["estimate"], rel=1e-9)
    male = r.loc["directly standardised admit rate (std = all applicants by dept) Male"]["estimate"]
    female = r.loc["directly standardised admit rate Female"]["estimate"]
    assert row(found, "standardised-rate", "M")["estimate"] == pytest.approx(male, rel=1e-9)
    assert row(found, "standardised-rate-difference", "M")["estimate"] == pytest.approx(
        male - female, rel=1e-9
    )
    # Simpson: the crude gap and the one within departments point in opposite directions
    assert (
        row(found, "rate-ratio", "M")["estimate"] > 1 > row(found, "stratified-rate-ratio", "M")["estimate"]
    )


def sample(seed: int = 3, size: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    race = rng.choice(["White", "Black", "Asian"], size, p=[0.5, 0.3, 0.2])
    office = np.where(rng.random(size) < np.where(race == "Black", 0.7, 0.3), "North", "South")
    worker = np.char.add("w", rng.integers(0, 25, size).astype(str))
    p = 0.15 + 0.1 * (race == "Black") + 0.2 * (office == "North")
    kept = np.where(rng.random(size) < p, "Y", "N")
    return pd.DataFrame({"race": race, "office": office, "worker": worker, "kept": kept})


@pytest.mark.parametrize("cluster", ["none", "worker"])
@pytest.mark.parametrize("model", ["logit", "poisson"])
def test_the_regression_is_that_of_statsmodels_on_single_rows(model: str, cluster: str) -> None:
    import statsmodels.api as sm

    data = sample()
    found = ek.adjust(
        data,
        BOOK,
        outcome="kept",
        reference="WHITE",
        covariates={"site": "unsure"},
        model=model,
        cluster=cluster,
    )
    x = np.column_stack(
        [np.ones(len(data)), data["race"] == "Black", data["race"] == "Asian", data["office"] == "South"]
    ).astype(float)
    family = sm.families.Binomial() if model == "logit" else sm.families.Poisson()
    how: dict[str, Any] = {}
    if cluster == "worker":
        how = {"cov_type": "cluster", "cov_kwds": {"groups": pd.factorize(data["worker"])[0]}}
    elif model == "poisson":
        how = {"cov_type": "HC0"}
    fitted = sm.GLM((data["kept"] == "Y").astype(float), x, family=family).fit(**how)

    def rates(beta: Any) -> Any:
        made = []
        for black, asian in ((0, 0), (1, 0), (0, 1)):
            as_if = x.copy()
            as_if[:, 1], as_if[:, 2] = black, asian
            made.append(family.link.inverse(as_if @ beta).mean())
        return np.array(made)

    beta, step = np.asarray(fitted.params), 1e-6
    slope = np.column_stack(
        [(rates(beta + step * unit) - rates(beta - step * unit)) / (2 * step) for unit in np.eye(len(beta))]
    )
    spread = slope @ np.asarray(fitted.cov_params()) @ slope.T
    white, black, _ = rates(beta)
    mine = row(found, "model-rate-difference", "BLACK")
    assert mine["estimate"] == pytest.approx(black - white, rel=1e-6)
    error = np.sqrt(spread[1, 1] + spread[0, 0] - 2 * spread[0, 1])
    assert (mine["upper"] - mine["lower"]) / (2 * 1.959963985) == pytest.approx(error, rel=1e-4)
    assert row(found, "model-rate-ratio", "BLACK")["estimate"] == pytest.approx(black / white, rel=1e-6)


def test_the_pooled_ratio_is_that_of_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import StratifiedTable

    x, n = np.array([12.0, 30.0, 7.0]), np.array([40.0, 60.0, 50.0])
    x0, n0 = np.array([9.0, 20.0, 4.0]), np.array([50.0, 80.0, 30.0])
    tables = [np.array([[a, b - a], [c, d - c]]) for a, b, c, d in zip(x, n, x0, n0, strict=True)]
    found = pooled_rate_ratio(Sides(x, n, x0, n0, ("a", "b", "c"), n + n0), 1.96)
    assert found[0] == pytest.approx(StratifiedTable(tables).riskratio_pooled, rel=1e-12)
    # with one stratum the limits are Katz's
    one = pooled_rate_ratio(Sides(x[:1], n[:1], x0[:1], n0[:1], ("a",), n[:1] + n0[:1]), 1.96)
    error = np.sqrt(1 / 12 - 1 / 40 + 1 / 9 - 1 / 50)
    assert one[2] == pytest.approx((12 / 40) / (9 / 50) * np.exp(1.96 * error), rel=1e-12)


def test_crude_always_stands_beside_adjusted_and_each_covariate_says_where_it_stands() -> None:
    found = ek.adjust(
        sample(), BOOK, outcome="kept", reference="all-others", covariates={"site": "after"}, reason="r"
    )
    assert found.to_frame()["measure"].iloc[0] == "rate"
    said = " ".join(found.to_evidence().summary)
    for text in (found.to_markdown(), found._repr_html_(), json.dumps(found.to_dict()), said):
        assert "comes after race" in text or '"after"' in text
        assert "The crude comparison stands first" in text
        assert "Do not read the smaller gap as the true one" in text
        assert "explained" not in text.lower()
    evidence = found.to_evidence()
    assert evidence.columns[1] == "Crude"
    early = ek.adjust(sample(), BOOK, outcome="kept", reference="all-others", covariates={"site": "before"})
    assert "Do not read" not in early.to_markdown()
    assert found.cluster == "worker" and "same worker belong together (25 of them)" in found.to_markdown()


def test_nobody_is_dropped() -> None:
    data = pd.concat(
        [sample(), pd.DataFrame({"race": ["", "Unknown", "Samoan"], "office": ["", "North", "South"], "worker": "w1",
                                 "kept": ["Y", "N", "N"]})]
    )  # fmt: skip
    found = ek.adjust(data, BOOK, outcome="kept", reference="total", covariates={"site": "unsure"})
    for measure, rows in found.to_frame().groupby("measure"):
        assert {"~blank", "~unknown", "NHPI", "MENA", "WHITE"} <= set(rows["group"]), measure
    assert found.crude.groups.n == 903
    assert "a regression gives no rate" in row(found, "model-rate", "NHPI")["note"]


def test_a_covariate_that_tells_the_groups_apart() -> None:
    data = sample().assign(office=lambda frame: frame["race"])
    found = ek.adjust(data, BOOK, outcome="kept", reference="WHITE", covariates={"site": "before"})
    assert "tells the groups apart" in row(found, "model-rate-ratio", "BLACK")["note"]
    assert row(found, "stratified-rate-ratio", "BLACK")["note"] == "no stratum has people on both sides"


def test_it_can_be_run_again(tmp_path: Path) -> None:
    sample().to_csv(tmp_path / "a.csv", index=False)
    found = ek.adjust(
        tmp_path / "a.csv", BOOK, outcome="kept", reference="WHITE", covariates={"site": "unsure"}
    )
    evidence = found.to_evidence()
    assert recipes.run(evidence.recipe or {}, tmp_path).facts == evidence.facts


def test_refusals() -> None:
    def call(**changes: Any) -> Any:
        asked: dict[str, Any] = {"outcome": "kept", "reference": "WHITE", "covariates": {"site": "before"}}
        return ek.adjust(sample(), BOOK, **{**asked, **changes})

    with pytest.raises(UnknownName, match='no place in time for the covariate "site" "later"'):
        call(covariates={"site": "later"})
    with pytest.raises(MeasureError, match="No covariate was named"):
        call(covariates={})
    with pytest.raises(UnknownName, match='There is no covariate "offce". Did you mean "office"'):
        call(covariates={"offce": "before"})
    with pytest.raises(MeasureError, match="do not overlap"):
        call(tabulation="any")
    with pytest.raises(MeasureError, match="cannot be a covariate as well"):
        call(covariates={"race_ethnicity": "before"})
    with pytest.raises(MeasureError, match='no model "ols"'):
        call(model="ols")


def test_several_references_side_by_side() -> None:
    groups = ek.disaggregate(sample(), BOOK, outcome="kept", tabulation="single-residual")
    both = ek.compare_references(groups, {"total": "everybody counts", "best": None, "all-others": None})
    frame = both.to_frame()
    assert frame["asked"].unique().tolist() == ["total", "best", "all-others"]
    for one in both.results:
        alone = ek.disparities(groups, reference=one.reference.asked, reason=one.reason)
        pd.testing.assert_frame_equal(one.to_frame(), alone.to_frame())
    text = both.to_markdown()
    assert "everybody counts" in text and "no reason given" in text and "the best group" not in text
    assert "the most favourable observed rate" in text
    with pytest.raises(MeasureError, match="two references or more"):
        ek.compare_references(groups, ["total"])
