"""Measures against R (healthequal, epitools, Epi, fisher.test) and independent numeric gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from scipy.stats import norm

from equitykit.groups import GroupTable
from equitykit.measures import disparities
from equitykit.tidy import records
from tests.oracles import oracle

UNORDERED = {
    "bgv": "between-group-variance",
    "bgsd": "between-group-standard-deviation",
    "covar": "coefficient-of-variation",
    "ti": "theil-index",
    "mld": "mean-log-deviation",
    "idisu": "index-of-disparity",
    "idisw": "index-of-disparity-weighted",
    "mdmu": "mean-difference-from-mean",
    "mdmw": "mean-difference-from-mean-weighted",
    "mdbu": "mean-difference-from-best",
    "mdbw": "mean-difference-from-best-weighted",
    "mdru": "mean-difference-from-reference",
    "mdrw": "mean-difference-from-reference-weighted",
}
ORDERED = {
    ("aci", ""): "absolute-concentration-index",
    ("rci", ""): "relative-concentration-index",
    ("sii", "linear=TRUE"): "slope-index-of-inequality",
    ("rii", "linear=TRUE"): "relative-index-of-inequality",
}
Z = norm.ppf(0.975)


def _case(frame: pd.DataFrame) -> GroupTable:
    return GroupTable.from_estimates(
        frame,
        group="subgroup",
        n="population",
        scale=float(frame["indicator_scale"].iloc[0]),
        favourable=bool(frame["favourable_indicator"].iloc[0]),
        order="subgroup_order" if frame["ordered_dimension"].iloc[0] else None,
    )


def _by(frame: pd.DataFrame, column: str) -> dict[str, dict[str, Any]]:
    """Tidy rows by measure or by group."""
    return {row[column]: row for row in records(frame)}


def _error(row: Mapping[str, Any]) -> float:
    return float(row["upper"] - row["lower"]) / (2 * Z)


def test_unordered_measures_and_their_errors() -> None:
    """own_delta_se.csv: estimates to 1e-9, delta errors to 1e-6; the variance has a second-order term by default."""
    groups, deltas = oracle("own_input_groups.csv"), oracle("own_delta_se.csv")
    for case, expected in deltas.groupby("case"):
        frame = groups[groups["case"] == case]
        reference = frame.loc[frame["reference_subgroup"] == 1, "subgroup"].iloc[0]
        found = disparities(_case(frame), reference=reference, measures=list(UNORDERED.values()))
        by_id = _by(found.to_frame(), "measure")
        for row in records(expected):
            mine = by_id[UNORDERED[row["measure"]]]
            assert mine["estimate"] == pytest.approx(row["estimate"], rel=1e-9), (case, row["measure"])
            if row["measure"] == "bgv":
                assert _error(mine) == pytest.approx(row["heq_se"], rel=1e-6)
                first = disparities(
                    _case(frame), reference=reference, measures=[mine["measure"]], method="delta"
                )
                mine = _by(first.to_frame(), "measure")[mine["measure"]]
                assert _error(mine) == pytest.approx(row["se_delta"], rel=1e-6), case
            elif row["smooth"]:
                assert _error(mine) == pytest.approx(row["se_delta"], rel=1e-6), (case, row["measure"])


def test_ordered_measures() -> None:
    """own_expected_healthequal.csv: estimates to 1e-9."""
    groups, expected = oracle("own_input_groups.csv"), oracle("own_expected_healthequal.csv")
    expected["options"] = expected["options"].fillna("")
    checked = 0
    for case, rows in expected.groupby("indicator"):
        frame = groups[groups["case"] == case]
        if frame.empty or not frame["ordered_dimension"].iloc[0]:
            continue
        found = disparities(_case(frame), reference="total", measures=list(ORDERED.values())).to_frame()
        by_id = _by(found, "measure")
        for row in records(rows):
            if (row["measure"], row["options"]) in ORDERED:
                mine = by_id[ORDERED[(row["measure"], row["options"])]]
                assert mine["estimate"] == pytest.approx(row["estimate"], rel=1e-9), (case, row["measure"])
                checked += 1
    assert checked == 32


def test_attributable_risk_and_fraction() -> None:
    """own_delta_se_par_paf.csv, where the sign is turned and the reference the most favourable rate (or the top)."""
    groups, deltas = oracle("own_input_groups.csv"), oracle("own_delta_se_par_paf.csv")
    ids = {"parisk": ("population-attributable-risk", 1), "paf": ("population-attributable-fraction", 100)}
    checked = 0
    for case, expected in deltas.groupby("case"):
        frame = groups[groups["case"] == case]
        table = _case(frame)
        reference = table.order[-1] if table.order else "best"
        found = disparities(table, reference=reference, measures=[id for id, _ in ids.values()])
        by_id = _by(found.to_frame(), "measure")
        for row in records(expected):
            id, units = ids[row["measure"]]
            assert units * by_id[id]["estimate"] == pytest.approx(-row["estimate"], rel=1e-9), (
                case,
                row["measure"],
            )
            assert units * _error(by_id[id]) == pytest.approx(row["se_delta_fixed_ref_weights"], rel=1e-6)
            checked += 1
    assert checked == len(deltas)


TWO_BY_TWO = {
    ("difference", "newcombe (method 10, no cc)"): ("rate-difference", "Newcombe", 1e-8),
    ("risk_ratio", "katz log (wald)"): ("rate-ratio", "Katz log", 1e-8),
    ("odds_ratio", "wald"): ("odds-ratio", "Woolf", 1e-8),
    ("odds_ratio", "conditional MLE exact"): ("odds-ratio", "conditional exact", 1e-3),
}


@pytest.mark.parametrize("kind", TWO_BY_TWO)
def test_two_groups(kind: tuple[str, str]) -> None:
    """two_by_two.csv: closed forms to 1e-8; exact limits to 1e-3, which is what R's root finder gives."""
    expected = oracle("two_by_two.csv")
    id, method, tolerance = TWO_BY_TWO[kind]
    checked = 0
    for row in records(expected[(expected["measure"] == kind[0]) & (expected["method"] == kind[1])]):
        frame = pd.DataFrame(
            {"group": ["A", "B"], "n": [row["n1"], row["n0"]], "events": [row["a"], row["c"]]}
        )
        mine = (
            disparities(GroupTable.from_counts(frame), reference="B", measures=[id], level=row["conf"])
            .to_frame()
            .iloc[0]
        )
        if mine["method"] != method:
            continue  # an exact or score method stands in where a cell is zero, and the other way round
        assert mine["lower"] == pytest.approx(row["lower"], rel=tolerance, abs=tolerance)
        assert mine["upper"] == pytest.approx(row["upper"], rel=tolerance, abs=tolerance)
        checked += 1
    assert checked >= (2 if method == "conditional exact" else 8)


def test_published_differences_and_ratios() -> None:
    """own_expected_healthequal.csv: d and r from estimates and errors, to 1e-8 in the limits."""
    groups, expected = oracle("own_input_groups.csv"), oracle("own_expected_healthequal.csv")
    rows = expected[(expected["options"] == "ordered") & expected["measure"].isin(["d", "r"])]
    checked = 0
    for row in records(rows):
        frame = groups[groups["case"] == row["indicator"]]
        table = _case(frame)
        assert table.order is not None
        low, high = table.order[0], table.order[-1]
        for reference, group in ((low, high), (high, low)):
            id = "rate-difference" if row["measure"] == "d" else "rate-ratio"
            result = disparities(table, reference=reference, measures=[id]).to_frame()
            found = _by(result, "group")[group]
            if found["estimate"] == pytest.approx(row["estimate"], rel=1e-9):
                assert found["lower"] == pytest.approx(row["lower"], rel=1e-8)
                assert found["upper"] == pytest.approx(row["upper"], rel=1e-8)
                checked += 1
    assert checked == len(rows)
