"""Survey weights and design: against linearisation written out by hand, statsmodels, and the bootstrap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import equitykit as ek
from equitykit import frames
from equitykit.errors import BenchmarkError, CodebookError, MeasureError
from equitykit.frames import narwhal, opening
from tests import engines

BOOK: dict[str, Any] = {
    "questions": {"race_ethnicity": {"columns": ["race"]}},
    "outcomes": {"sick": {"column": "sick", "event": ["1"], "favourable": False}},
    "weights": {"weight": "w", "strata": "h", "psu": "c"},
}
SHORT = {"WHITE": "White", "BLACK": "Black", "ASIAN": "Asian"}


def survey(seed: int = 5, size: int = 1200) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    h = rng.integers(0, 6, size)
    c = rng.integers(0, 5, size)
    tilt = rng.normal(0, 0.08, (6, 5))[h, c]
    race = rng.choice(["White", "Black", "Asian", "Unknown"], size, p=[0.5, 0.3, 0.15, 0.05])
    sick = rng.random(size) < np.clip(0.3 + 0.1 * (race == "Black") + tilt, 0.02, 0.98)
    w = np.round(rng.uniform(0.5, 4, size), 2)
    return pd.DataFrame({"race": race, "sick": sick.astype(int), "w": w, "h": h, "c": c})


def by_hand(
    data: pd.DataFrame, first: pd.Series, second: pd.Series | None = None, scale: str = "rate"
) -> Any:
    """Rate of a domain, or difference or log ratio of two, with its standard error: every sum written out."""
    scores = np.zeros(len(data))
    values = []
    for sign, domain in ((1, first), (-1, second)):
        if domain is None:
            continue
        w = data["w"] * domain
        p = (w * data["sick"]).sum() / w.sum()
        values.append(p)
        z = w * (data["sick"] - p) / w.sum()
        scores = scores + sign * (z / p if scale == "log-ratio" else z)
    variance = 0.0
    for _, stratum in data.assign(z=scores).groupby("h"):
        totals = stratum.groupby("c")["z"].sum()
        variance += len(totals) / (len(totals) - 1) * ((totals - totals.mean()) ** 2).sum()
    return values, float(np.sqrt(variance))


def row(frame: pd.DataFrame, measure: str, group: str) -> Any:
    found = frame[(frame["measure"] == measure) & (frame["group"] == group)]
    assert len(found) == 1
    return found.iloc[0]


def test_rates_and_their_errors_are_those_written_out_by_hand() -> None:
    data = survey()
    groups = ek.disaggregate(data, BOOK, outcome="sick", tabulation="single-residual")
    rows = groups.rows.set_index("group")
    for group, text in SHORT.items():
        (rate,), error = by_hand(data, data["race"] == text)
        assert rows["estimate"][group] == pytest.approx(rate, rel=1e-12)
        assert rows["se"][group] == pytest.approx(error, rel=1e-10)
        assert rows["n"][group] == (data["race"] == text).sum()
    (rate,), error = by_hand(data, pd.Series(True, index=data.index))
    assert groups.total_estimate == pytest.approx(rate)
    assert groups.total_se == pytest.approx(error)
    assert groups.design is not None and groups.design.df == 30 - 6


@pytest.mark.parametrize("reference", ["WHITE", "total", "all-others"])
def test_gaps_know_that_both_sides_come_from_the_same_sample(reference: str) -> None:
    data = survey()
    groups = ek.disaggregate(data, BOOK, outcome="sick", tabulation="single-residual")
    frame = ek.disparities(groups, reference=reference).to_frame()
    own = data["race"] == "Black"
    other = {"WHITE": data["race"] == "White", "total": own | True, "all-others": ~own}[reference]
    (p, q), error = by_hand(data, own, other)
    t = 2.0638985616280205  # t with 24 degrees of freedom, 97.5 %
    found = row(frame, "rate-difference", "BLACK")
    assert found["estimate"] == pytest.approx(p - q)
    assert (found["upper"] - found["lower"]) / (2 * t) == pytest.approx(error, rel=1e-9)
    _, on_log = by_hand(data, own, other, "log-ratio")
    found = row(frame, "rate-ratio", "BLACK")
    assert np.log(found["upper"] / found["lower"]) / (2 * t) == pytest.approx(on_log, rel=1e-9)


def test_clusters_without_strata_are_those_of_statsmodels() -> None:
    import statsmodels.api as sm

    data = survey()
    book = {**BOOK, "weights": {"weight": "w", "psu": "c"}}
    rows = ek.disaggregate(data, book, outcome="sick", tabulation="single-residual").rows.set_index("group")
    own = (data["race"] == "Black").astype(float)
    fitted = sm.WLS(data["sick"].astype(float), np.ones(len(data)), weights=data["w"] * own).fit(
        cov_type="cluster", cov_kwds={"groups": data["c"].to_numpy(), "use_correction": False}
    )
    assert rows["estimate"]["BLACK"] == pytest.approx(fitted.params.iloc[0])
    assert rows["se"]["BLACK"] == pytest.approx(fitted.bse.iloc[0] * np.sqrt(5 / 4), rel=1e-9)


def test_equal_weights_and_no_design_is_a_simple_sample() -> None:
    data = survey().assign(w=1)
    book = {**BOOK, "weights": {"weight": "w"}}
    groups = ek.disaggregate(data, book, outcome="sick", tabulation="single-residual")
    p, n = data["sick"].mean(), len(data)
    assert groups.total_se == pytest.approx(np.sqrt(p * (1 - p) / (n - 1)), rel=1e-10)
    assert any("Errors are too small if people were sampled in clusters" in note for note in groups.notes)


def test_the_bootstrap_of_clusters_says_the_same() -> None:
    data = survey(seed=8, size=3000)
    groups = ek.disaggregate(data, BOOK, outcome="sick", tabulation="single-residual")
    rng = np.random.default_rng(1)
    sums = data.assign(
        wb=data["w"] * (data["race"] == "Black"), eb=data["w"] * (data["race"] == "Black") * data["sick"]
    ).groupby(["h", "c"])[["wb", "eb"]].sum()  # fmt: skip
    table = sums.to_numpy().reshape(6, 5, 2)
    rates = []
    for _ in range(4000):
        drawn = np.stack([table[h, rng.integers(0, 5, 4)].sum(axis=0) * 5 / 4 for h in range(6)])
        rates.append(drawn[:, 1].sum() / drawn[:, 0].sum())
    assert groups.rows.set_index("group")["se"]["BLACK"] == pytest.approx(np.std(rates), rel=0.06)


def test_the_interval_is_that_of_r_survey_beta() -> None:
    """n.eff (qt(.025, n - 1) / qt(.025, df))^2, then Clopper-Pearson, as in R's survey::svyciprop."""
    from scipy.stats import beta
    from scipy.stats import t as student

    groups = ek.disaggregate(survey(), BOOK, outcome="sick", tabulation="single-residual")
    rows = groups.rows.set_index("group")
    p, se, n = (float(rows[name]["BLACK"]) for name in ("estimate", "se", "n"))
    size = p * (1 - p) / se**2 * (student.ppf(0.025, n - 1) / student.ppf(0.025, 24)) ** 2
    found = row(groups.to_frame(), "rate", "BLACK")
    assert size < n
    assert found["lower"] == pytest.approx(beta.ppf(0.025, size * p, size * (1 - p) + 1))
    assert found["upper"] == pytest.approx(beta.ppf(0.975, size * p + 1, size * (1 - p)))
    assert found["method"] == "Korn-Graubard" and found["reliability_rule"] == "nchs-2017-proportion"


def test_few_clusters_ask_for_review() -> None:
    data = survey().assign(h=0)
    rows = (
        ek.disaggregate(data, BOOK, outcome="sick", tabulation="single-residual")
        .to_frame()
        .set_index("group")
    )
    assert rows["reliable"]["WHITE"] is None
    assert "fewer than 8 degrees of freedom" in rows["note"]["WHITE"]


def test_who_is_not_at_risk_is_sampled_all_the_same() -> None:
    data = survey().assign(seen=lambda frame: np.where(frame["c"] == 0, "N", "Y"))
    book = {**BOOK, "outcomes": {"sick": {"column": "sick", "event": ["1"], "at_risk": {"seen": ["Y"]}}}}
    groups = ek.disaggregate(data, book, outcome="sick", tabulation="single-residual")
    assert groups.design is not None and groups.design.psus == 30
    (rate,), error = by_hand(data, (data["race"] == "White") & (data["seen"] == "Y"))
    rows = groups.rows.set_index("group")
    assert (rows["estimate"]["WHITE"], rows["se"]["WHITE"]) == (pytest.approx(rate), pytest.approx(error))


def _held(kind: str, data: pd.DataFrame, folder: Path) -> Any:
    """The same rows, held by another engine."""
    if kind == "large csv":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(opening, "SMALL", 0)
            data.to_csv(folder / "a.csv", index=False)
            return frames.open(folder / "a.csv")
    if kind == "csv":
        data.to_csv(folder / "a.csv", index=False)
        return folder / "a.csv"
    if kind == "parquet":
        data.to_parquet(folder / "a.parquet")
        return folder / "a.parquet"
    if kind in ("polars", "polars lazy", "polars text"):
        frame = pytest.importorskip("polars").from_pandas(
            data.assign(w=data["w"].map(str)) if "text" in kind else data
        )
        return frame.lazy() if kind == "polars lazy" else frame
    if kind == "pyarrow":
        return pytest.importorskip("pyarrow").Table.from_pandas(data)
    if kind == "duckdb":
        return pytest.importorskip("duckdb").from_df(data)
    return getattr(engines, kind)(data, folder)


@pytest.mark.parametrize("psu", ["c", None])
@pytest.mark.parametrize(
    "kind",
    [
        *(
            "csv",
            "large csv",
            "parquet",
            "polars",
            "polars lazy",
            "polars text",
            "pyarrow",
            "duckdb",
            "sqlite",
        ),
        *(pytest.param(name, marks=engines.MARKS[name]) for name in ("postgresql", "spark")),
    ],
)
def test_every_engine_gives_the_same(kind: str, psu: str | None, tmp_path: Path) -> None:
    data = survey(size=400)
    book = {**BOOK, "weights": {"weight": "w", "strata": "h", **({"psu": psu} if psu else {})}}
    expected = ek.disaggregate(data, book, outcome="sick")
    found = ek.disaggregate(_held(kind, data, tmp_path), book, outcome="sick")
    pd.testing.assert_frame_equal(found.rows, expected.rows, rtol=1e-12)
    assert (
        found.design is not None and expected.design is not None
    ) and found.design.df == expected.design.df


def test_weights_that_all_differ_are_summed_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many weights as people: the engine sums them, and a line of the design stands for many people."""
    data = survey(size=3000).assign(w=np.random.default_rng(2).uniform(0.5, 4, 3000))
    book = {**BOOK, "weights": {"weight": "w", "strata": "h"}}
    subjects = [_held(kind, data, tmp_path) for kind in ("duckdb", "sqlite")]
    expected = ek.disaggregate(data, book, outcome="sick", tabulation="single-residual")
    assert (
        expected.design is not None
        and len(expected.design.spread) == 6 * 4 * 2 < expected.design.psus == 3000
    )
    own = data.assign(c=range(3000))
    for group, text in SHORT.items():
        (rate,), error = by_hand(own, own["race"] == text)
        rows = expected.rows.set_index("group")
        assert rows["estimate"][group] == pytest.approx(rate, rel=1e-12)
        assert rows["se"][group] == pytest.approx(error, rel=1e-10)
    moved: list[int] = []
    fetch = narwhal.NarwhalsEngine.fetch

    def counted(self: narwhal.NarwhalsEngine, frame: Any) -> list[tuple[Any, ...]]:
        rows = fetch(self, frame)
        moved.append(len(rows))
        return rows

    monkeypatch.setattr(narwhal.NarwhalsEngine, "fetch", counted)
    for subject in subjects:
        found = ek.disaggregate(subject, book, outcome="sick", tabulation="single-residual")
        pd.testing.assert_frame_equal(found.rows, expected.rows, rtol=1e-12)
    assert max(moved) == 6 * 4 * 2


@pytest.mark.parametrize("kind", ["csv", "large csv", "polars", "polars text", "pyarrow", "duckdb", "sqlite"])
@pytest.mark.parametrize(
    ("bad", "said"), [(-1.5, "-1.5"), (None, None), (float("inf"), "inf"), ("many", '"many"')]
)
def test_a_weight_that_is_none_is_said_by_every_engine(
    kind: str, bad: Any, said: str | None, tmp_path: Path
) -> None:
    data = survey(size=60)
    data["w"] = [*data["w"].tolist()[:-1], bad]
    if bad == "many":
        data["w"] = data["w"].map(str)
    if bad == float("inf") and kind == "sqlite":
        said = "inf"
    words = "is blank" if said is None else f'holds "{said.strip(chr(34))}'
    if kind == "polars text" and bad is None:
        words = "holds"  # "None" and "nan" are texts there
    with pytest.raises(CodebookError, match=f'The weight "w" {words}'):
        ek.disaggregate(_held(kind, data, tmp_path), BOOK, outcome="sick")


def test_refusals() -> None:
    data = survey()
    groups = ek.disaggregate(data, BOOK, outcome="sick", tabulation="single-residual")
    with pytest.raises(MeasureError, match='"theil-index" cannot honour the survey design'):
        ek.disparities(groups, reference="total", measures=["theil-index"])
    with pytest.raises(MeasureError, match="Bounds need counts"):
        ek.disparities(groups, reference="total").bounds()
    with pytest.raises(MeasureError, match="no outcome was named"):
        ek.disaggregate(data, BOOK)
    with pytest.raises(CodebookError, match='The weight "w" holds "-1" for somebody'):
        ek.disaggregate(data.assign(w=-1), BOOK, outcome="sick")
    with pytest.raises(CodebookError, match='The weight "w" is blank'):
        ek.disaggregate(data.assign(w=None), BOOK, outcome="sick")
    with pytest.raises(CodebookError, match="this would ignore it"):
        ek.stages(data, {**BOOK, "stages": ["all", "sick"]}, reference="total")
    with pytest.raises(BenchmarkError, match="beside a weighted survey"):
        ek.disaggregate(data, BOOK, outcome="sick", benchmark="x.csv")
