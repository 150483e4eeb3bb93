"""Published tables made again from their counts, and presets on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import equitykit as ek
from equitykit.errors import MeasureError, UnknownName
from equitykit.measures import presets
from equitykit.tidy import records
from tests.oracles import shared


def published(name: str) -> pd.DataFrame:
    return pd.read_csv(shared("data", "published", name))


def test_missouri_2004_all_eighteen() -> None:
    """Six disparity indices, six search rates and six arrest rates, each to the two decimals printed."""
    frame = published("missouri_vehicle_stops_2004_2007_2012.csv")
    frame = frame[frame["year"] == 2004]
    stops = ek.GroupTable.from_counts(frame, n="population", events="stops")
    index = ek.disparities(stops, reference="total", measures=["disproportionality"]).to_frame()
    assert index["estimate"].round(2).tolist() == frame["pub_disparity_index"].tolist()
    for events, printed in (("searches", "pub_search_rate_pct"), ("arrests", "pub_arrest_rate_pct")):
        rates = ek.GroupTable.from_counts(frame, n="stops", events=events).to_frame().iloc[:-1]
        assert (100 * rates["estimate"]).round(2).tolist() == frame[printed].tolist()


def test_ojjdp_2020_as_far_as_its_rounded_counts_allow() -> None:
    """Every index printed lies within what counts rounded to the next 100 allow; most agree to one decimal."""
    frame = published("ojjdp_2020_counts.csv").set_index(["gender", "decision_point", "group"])
    counts = pd.to_numeric(frame["count"], errors="coerce")  # "<50" is not a number
    rows = published("ojjdp_2020_rates_rri.csv")
    agree = away = without = 0
    for (gender, point, base), cells in rows.groupby(["gender", "decision_point", "denominator"]):
        frame = pd.DataFrame({"group": cells["group"]})
        frame["n"] = [counts.get((gender, base, group), np.nan) for group in frame["group"]]
        frame["events"] = [counts.get((gender, point, group), np.nan) for group in frame["group"]]
        hidden = set(frame.loc[frame[["n", "events"]].isna().any(axis=1), "group"])
        frame = frame[~frame["group"].isin(hidden)]
        table = ek.GroupTable.from_counts(frame, favourable=False)
        found = ek.preset("ojjdp-rri", table, reference="White", reason="as printed").to_frame()
        mine = found[found["measure"] == "rate-ratio"].set_index("group")["estimate"]
        by_group: Any = frame.set_index("group")
        x0, n0 = by_group.loc["White", "events"], by_group.loc["White", "n"]
        for row in records(cells):
            printed, group = row["published_rri_vs_white"], row["group"]
            if group in hidden:
                without += 1
                continue
            if round(float(mine[group]), 1) == printed:
                agree += 1
                continue
            away += 1
            x, n = by_group.loc[group, "events"], by_group.loc[group, "n"]
            low = (x - 50) / (n + 50) * (n0 - 50) / (x0 + 50)
            high = (x + 50) / (n - 50) * (n0 + 50) / (x0 - 50)
            assert low - 0.05 <= printed <= high + 0.05, (gender, point, group)
    assert agree >= 4 * away  # 57 of 70 in the half that is shared
    assert without <= 1  # counts below 50 are not printed


def test_california_shares() -> None:
    """Percentages only: index = share / share, and the ratio of two indices is the disparity index."""
    frame = published("california_child_welfare_disproportionality.csv")
    for row in records(frame):
        stage = pd.DataFrame(
            {"group": [row["group"], "others"], "n": [row["pct_stage"], 100 - row["pct_stage"]]}
        )
        people = pd.DataFrame(
            {"group": [row["group"], "others"], "n": [row["pct_population"], 100 - row["pct_population"]]}
        )
        table = ek.GroupTable.from_counts(stage, events=None).with_benchmark(
            people, scheme="exclusive", source="CCWIP"
        )
        found = ek.disparities(table, reference="total", measures=["disproportionality"]).to_frame()
        assert found["estimate"][0] == pytest.approx(row["recomputed"], abs=6e-4)
        assert found["estimate"][0] == pytest.approx(row["published_disproportionality"], abs=0.006)


def test_four_fifths_marks_and_leaves_small_groups_alone() -> None:
    frame = pd.DataFrame({"group": list("ABC"), "n": [100, 300, 5], "events": [30, 150, 5]})
    found = ek.preset("four-fifths", ek.GroupTable.from_counts(frame, favourable=True))
    assert found.reference.group == "B"  # C has the highest rate, and under 2 % of all
    rows: Any = found.to_frame().query("measure == 'rate-ratio'").set_index("group")
    assert rows.loc["A", "note"].startswith("below 0.8")
    assert rows.loc["C", "note"].startswith("under 2 % of all, so not marked")
    flips = found.to_frame().query("measure == 'flip-count-four-fifths' and group == 'A'")["estimate"].iloc[0]
    assert flips == 10  # 40 of 100 is four fifths of a half
    assert any("29 CFR 1607.4" in note for note in found.groups.notes)
    assert "29 CFR 1607.4" in found.to_markdown()
    with pytest.raises(MeasureError, match="favourable event"):
        ek.preset("four-fifths", ek.GroupTable.from_counts(frame, favourable=False))


def test_idea_ratio_alternate_and_none() -> None:
    district = pd.DataFrame({"group": list("ABC"), "n": [400, 60, 20], "events": [40, 12, 2]})
    state = pd.DataFrame({"group": list("ABC"), "n": [90_000, 20_000, 9_000], "events": [5_400, 2_000, 500]})
    table, whole = (ek.GroupTable.from_counts(one, favourable=False) for one in (district, state))

    def rows(**more: Any) -> Any:
        found = ek.preset("idea-300-647", table, **more).to_frame()
        return found[found["measure"] == "rate-ratio"].set_index("group")

    plain = rows(threshold=1.5)
    assert plain.loc["B", "estimate"] == pytest.approx(12 / 60 / (42 / 420))
    assert plain.loc["B", "note"].startswith("above 1.5")
    assert np.isnan(plain.loc["C", "estimate"])
    assert "fewer than 10 events or 30 children in the group" in plain.loc["C", "note"]
    few = {"minimum_cell": 10, "minimum_n": 100}
    assert "no counts of the State" in rows(**few).loc["A", "note"]
    alternate = rows(**few, state=whole).loc["A"]
    assert alternate["estimate"] == pytest.approx(40 / 400 / (2_500 / 29_000))
    assert alternate["method"] == "Katz log, State's others"
    assert alternate["lower"] < alternate["estimate"] < alternate["upper"]


@pytest.mark.parametrize("id", presets())
def test_presets_name_rule_and_source_and_conclude_nothing(id: str) -> None:
    frame = pd.DataFrame({"group": list("AB"), "n": [300, 500], "events": [60, 150]})
    found = ek.preset(id, ek.GroupTable.from_counts(frame, favourable=True), reference="B")
    text = (found.to_markdown() + " ".join(found.to_evidence().summary)).lower()
    assert "source: " in text
    for word in ("adverse impact", "discriminat", "complian", "violat", "unlawful"):
        assert word not in text
    assert ("not verified" in text) == (id != "idea-300-647")


def test_presets_assume_no_reference_and_know_their_parameters() -> None:
    table = ek.GroupTable.from_counts(
        pd.DataFrame({"group": list("AB"), "n": [300, 500], "events": [60, 150]})
    )
    with pytest.raises(MeasureError, match='"ojjdp-rri" needs a reference, and none is assumed'):
        ek.preset("ojjdp-rri", table)
    with pytest.raises(UnknownName, match='There is no preset "four-fifth". Did you mean "four-fifths"?'):
        ek.preset("four-fifth", table)
    with pytest.raises(UnknownName, match='There is no parameter "treshold". Did you mean "threshold"?'):
        ek.preset("ontario-disparity", table, reference="A", treshold=2)
