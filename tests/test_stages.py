"""Chains of decisions: counted by hand, against published tables, and by a second method."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equitykit as ek
from equitykit import cli, recipes, report
from equitykit.errors import MeasureError, UnknownName
from equitykit.report import html
from equitykit.stages import CAUTION
from tests.oracles import shared

SAMPLE = Path(__file__).parent.parent / "sample_data"

# child, race, seen, kept: child 1 has two reports; child 5 was kept without having been seen
ROWS = [
    ("1", "White", "Y", "N"),
    ("1", "White", "N", "Y"),
    ("2", "White", "Y", "Y"),
    ("3", "White", "N", "N"),
    ("4", "Black", "Y", "Y"),
    ("5", "Black", "N", "Y"),
    ("6", "Black", "Y", "N"),
    ("7", "Unknown", "Y", ""),
]
PEOPLE = pd.DataFrame(ROWS, columns=["child", "race", "seen", "kept"])
BOOK: dict[str, Any] = {
    "questions": {"race_ethnicity": {"columns": ["race"]}},
    "person": "child",
    "count": "events",
    "outcomes": {
        "seen": {"column": "seen", "event": ["Y"], "favourable": None},
        "kept": {"column": "kept", "event": ["Y"], "favourable": False},
    },
    "stages": ["referred", "seen", "kept"],
}


def value(found: ek.Stages, stage: str, measure: str, group: str, column: str = "estimate") -> Any:
    rows = found.to_frame()
    row = rows[(rows["stage"] == stage) & (rows["measure"] == measure) & (rows["group"] == group)]
    assert len(row) == 1
    return row[column].iloc[0]


def test_both_denominators_by_hand_and_those_who_skipped_a_stage() -> None:
    found = ek.stages(PEOPLE, BOOK, reference="WHITE")
    # White: 4 events, 2 seen; kept: 2, of whom 1 was seen. Black: 3, 2 seen; kept: 2, of whom 1 was seen.
    assert value(found, "seen", "rate", "WHITE") == 2 / 4
    assert value(found, "kept", "rate", "WHITE") == 1 / 2
    assert value(found, "kept", "population-rate", "WHITE") == 2 / 4
    assert value(found, "kept", "rate", "BLACK") == 1 / 2
    assert value(found, "kept", "population-rate", "BLACK") == 2 / 3
    assert value(found, "kept", "cumulative-rate", "BLACK") == pytest.approx(2 / 3 * 1 / 2)
    assert value(found, "kept", "cumulative-rate-ratio", "BLACK") == pytest.approx((2 / 3) / (2 / 4))
    assert value(found, "kept", "not-from-stage-before", "~total", "events") == 2
    assert value(found, "kept", "not-from-stage-before", "BLACK", "events") == 1
    notes = " ".join(found.chain.notes)
    assert '2 of 4 at "kept" were not at "seen"' in notes
    assert '1 of 5 at "seen" have nothing in "kept"' in notes


def test_nobody_is_dropped_at_any_stage() -> None:
    found = ek.stages(PEOPLE, BOOK, reference="total")
    rows = found.to_frame()
    for stage in ("seen", "kept"):
        for measure in ("rate", "population-rate", "cumulative-rate"):
            groups = rows[(rows["stage"] == stage) & (rows["measure"] == measure)]["group"].tolist()
            assert groups == [*found.chain.groups, "~total"]
    assert value(found, "seen", "rate", "~unknown", "n") == 1


def test_persons_beside_events() -> None:
    events = ek.stages(PEOPLE, BOOK, reference="total")
    persons = ek.stages(PEOPLE, {**BOOK, "count": "persons"}, reference="total")
    assert (events.chain.unit, persons.chain.unit) == ("events", "persons")
    assert value(events, "referred", "count", "~total", "n") == 8
    assert value(persons, "referred", "count", "~total", "n") == 7
    for found in (events, persons):
        assert value(found, "seen", "persons", "WHITE", "n") == 2
        assert value(found, "kept", "persons", "WHITE", "n") == 2
        assert value(found, "kept", "events", "WHITE", "n") == 2
    # child 1 was seen in one report and kept in another: as a person it passed both stages
    assert value(persons, "kept", "rate", "WHITE") == 1.0
    assert value(events, "kept", "rate", "WHITE") == 0.5


def test_the_caution_is_in_every_output() -> None:
    found = ek.stages(PEOPLE, BOOK, reference="total")
    assert found.to_dict()["caution"] == CAUTION
    assert CAUTION in found.to_markdown()
    assert CAUTION in found._repr_html_()
    assert CAUTION in found.to_evidence().summary
    assert CAUTION in html.render(report.stages_document(found))


def ojjdp(gender: str) -> ek.Stages:
    counts = pd.read_csv(shared("data", "published", "ojjdp_2020_counts.csv"), dtype=str)
    parents = {
        "diverted": "referred",
        "detained": "referred",
        "petitioned": "referred",
        "adjudicated": "petitioned",
        "probation": "adjudicated",
        "placement": "adjudicated",
        "waived": "petitioned",
    }
    return ek.stages_from_counts(
        counts[counts["gender"] == gender],
        stage="decision_point",
        n="count",
        parents=parents,
        reference="White",
        reason="as published",
    )


def test_ojjdp_2020_as_far_as_its_rounded_counts_allow() -> None:
    published = pd.read_csv(shared("data", "published", "ojjdp_2020_rates_rri.csv"))
    chains = {gender: ojjdp(gender) for gender in ("male", "female")}
    agree, disagree = 0, []
    for row in published.to_dict("records"):
        if row["group"] == "White":
            continue
        found = value(chains[row["gender"]], row["decision_point"], "rate-ratio", row["group"])
        if math.isnan(row["rri_from_rounded_counts"]):
            assert math.isnan(found)  # "<50" was published: no number is made of it
            continue
        assert found == pytest.approx(row["rri_from_rounded_counts"], rel=1e-12)
        rate = value(chains[row["gender"]], row["decision_point"], "rate", row["group"])
        assert rate * row["per"] == pytest.approx(row["rate_from_rounded_counts"], rel=1e-12)
        if abs(round(found, 1) - row["published_rri_vs_white"]) < 0.05:
            agree += 1
        else:
            disagree.append((row["gender"], row["decision_point"], row["group"]))
    own = int((published["group"] == "White").sum())
    # 70 cells: one has no count; 13 differ by what rounding to 100 does to a ratio
    assert (agree + own, len(disagree), len(published)) == (56, 13, 70)
    assert ("male", "waived", "AIAN") in disagree  # 2.43 from a count of 100, published as 1.3


def test_ojjdp_a_count_that_was_not_published_keeps_its_row() -> None:
    male = ojjdp("male")
    assert math.isnan(value(male, "waived", "rate", "ANHPI"))
    assert value(male, "waived", "rate", "ANHPI", "note") == "no count was given"
    assert (
        value(male, "waived", "cumulative-rate-ratio", "ANHPI", "note")
        == "a count along the chain is not known"
    )
    assert any("ANHPI" in note for note in male.chain.notes)


@st.composite
def nested(draw: st.DrawFn) -> pd.DataFrame:
    rows = []
    for group in ("A", "B"):
        n = draw(st.integers(40, 400))
        for stage in ("begin", "one", "two", "three"):
            rows.append((stage, group, n))
            n = draw(st.integers(1, n))
    return pd.DataFrame(rows, columns=["stage", "group", "n"]).sort_values("stage", kind="stable")


@settings(max_examples=8, deadline=None)
@given(nested())
def test_where_nobody_skips_a_stage_the_product_is_the_rate_of_the_population(counts: pd.DataFrame) -> None:
    order = {name: place for place, name in enumerate(("begin", "one", "two", "three"))}
    counts = counts.sort_values("stage", key=lambda column: column.map(order), kind="stable")
    for reference in ("B", "total", "all-others"):
        found = ek.stages_from_counts(counts, reference=reference)
        for stage in ("one", "two", "three"):
            for measure in ("rate", "rate-ratio"):
                product = value(found, stage, f"cumulative-{measure}", "A")
                assert product == pytest.approx(value(found, stage, f"population-{measure}", "A"))
        # the delta method on logs telescopes: 1/x - 1/n, as for the ratio of two proportions
        for side in ("lower", "upper"):
            own = value(found, "three", "cumulative-rate-ratio", "A", side)
            whole = value(found, "three", "population-rate-ratio", "A", side)
            method = value(found, "three", "population-rate-ratio", "A", "method")
            if method in ("Katz log", "delta, log"):
                assert own == pytest.approx(whole, rel=1e-9)


def test_the_interval_of_a_product_covers_what_chance_does() -> None:
    rng = np.random.default_rng(7)
    truth, size, hits = 0.5 * 0.4, 300, 0
    for _ in range(150):
        first = rng.binomial(size, 0.5)
        second = rng.binomial(first, 0.4)
        counts = pd.DataFrame(
            {"stage": ["a"] * 2 + ["b"] * 2 + ["c"] * 2, "group": ["A", "B"] * 3,
             "n": [size, 100, first, 50, second, 25]}
        )  # fmt: skip
        found = ek.stages_from_counts(counts, reference="B", rule=None)
        low, high = (value(found, "c", "cumulative-rate", "A", side) for side in ("lower", "upper"))
        hits += low <= truth <= high
    assert hits / 150 >= 0.91


@pytest.mark.parametrize("reference", ["all-others", "total", "B"])
def test_people_of_unknown_group_do_not_make_every_group_look_less_likely(reference: str) -> None:
    """The population knows everybody's group, the records do not: 2,000 people, 150 known and 100 unknown."""
    counts = pd.DataFrame(
        {
            "stage": ["population"] * 2 + ["referred"] * 4,
            "group": ["A", "B", "A", "B", "~unknown", "~total"],
            "n": [1000, 1000, 100, 50, 100, 250],
        }
    )
    found = ek.stages_from_counts(counts, reference=reference)
    ratios = {"all-others": 2.0, "total": 0.1 / 0.075, "B": 2.0}
    for measure in ("rate-ratio", "population-rate-ratio", "cumulative-rate-ratio"):
        assert value(found, "referred", measure, "A") == pytest.approx(ratios[reference])


def test_where_the_gap_opens() -> None:
    counts = pd.DataFrame(
        {
            "stage": ["a", "a", "b", "b", "c", "c"],
            "group": ["A", "B"] * 3,
            "n": [1000, 1000, 400, 200, 220, 100],
        }
    )
    found = ek.stages_from_counts(counts, reference="B", reason="the larger office")
    steps = found.opens()["A"]
    assert [(step["stage"], step["ratio"], step["widest"]) for step in steps] == [
        ("b", 2.0, True),
        ("c", pytest.approx(1.1), False),
    ]
    sentence = found.to_evidence().summary[-1]
    assert sentence.startswith(
        "A, beside B: 2.00 times at “b”, 1.10 times at “c”; the gap opens most at “b”; along"
    )


def test_nobody_came_to_a_stage() -> None:
    counts = pd.DataFrame(
        {"stage": ["a", "a", "b", "b", "c", "c"], "group": ["A", "B"] * 3, "n": [100, 100, 0, 50, 0, 10]}
    )
    found = ek.stages_from_counts(counts, reference="B")
    assert value(found, "c", "cumulative-rate", "A") == 0
    assert 0 < value(found, "c", "cumulative-rate", "A", "upper") < 0.05
    assert math.isnan(value(found, "c", "rate", "A"))
    assert value(found, "c", "cumulative-rate-ratio", "A") == 0
    assert "nobody came this far" in value(found, "c", "cumulative-rate-ratio", "A", "note")


@pytest.mark.parametrize("reference", ["best", "largest", "total", "all-others", "WHITE"])
def test_the_sample_under_every_reference(reference: str) -> None:
    found = ek.stages(SAMPLE / "intake_clean.csv", SAMPLE / "intake_clean.codebook.yaml", reference=reference)
    rows = found.to_frame()
    assert rows["stage"].notna().all()
    assert found.names == ("referred", "screened_in", "investigated", "substantiated", "removed")
    assert found.chain.root.name == "population"
    if reference in ("best", "largest"):
        named = rows[rows["measure"] == "rate-ratio"]["reference"].unique().tolist()
        assert named == [found.reference.group]
    assert "the best group" not in found.to_markdown()


def test_it_can_be_attached_and_run_again(tmp_path: Path) -> None:
    for name in ("intake_clean.csv", "intake_clean.codebook.yaml", "county_benchmark.csv"):
        (tmp_path / name).write_bytes((SAMPLE / name).read_bytes())
    found = ek.stages(
        tmp_path / "intake_clean.csv",
        tmp_path / "intake_clean.codebook.yaml",
        reference="total",
        reason="why",
    )
    evidence = found.to_evidence()
    again = recipes.run(evidence.recipe or {}, tmp_path)
    assert again.facts == evidence.facts
    assert again.rows == evidence.rows
    reia = ek.Assessment.open(tmp_path / "a.equity.json", instrument="race-equity-impact-assessment")
    with reia:
        reia.attach("evidence_current", found)
        assert reia.refresh() == ()
        page = html.render(report.document_of(reia))
    assert "the gap opens most at" in page


def test_refusals() -> None:
    with pytest.raises(TypeError):
        ek.stages(PEOPLE, BOOK)  # type: ignore[call-arg]
    with pytest.raises(MeasureError, match="names no stages"):
        ek.stages(PEOPLE, {**BOOK, "stages": []}, reference="total")
    with pytest.raises(UnknownName, match='There is no reference "White"'):
        ek.stages(PEOPLE, BOOK, reference="White")
    with pytest.raises(UnknownName, match='There is no outcome in the codebook "keptt". Did you mean "kept"'):
        ek.stages(PEOPLE, BOOK, reference="total", chain=["referred", "keptt"])
    counts = pd.DataFrame({"stage": ["a", "b"], "group": ["A", "A"], "n": [10, 20]})
    with pytest.raises(MeasureError, match='At "b" the group "A" has 20, and only 10 among'):
        ek.stages_from_counts(counts, reference="total")
    with pytest.raises(MeasureError, match="starts from itself"):
        ek.stages_from_counts(
            pd.concat([counts, pd.DataFrame({"stage": ["c"], "group": ["A"], "n": [1]})]),
            reference="total",
            parents={"b": "c", "c": "b"},
        )


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["stages", str(SAMPLE / "intake.csv"), "--codebook", str(SAMPLE / "intake.codebook.yaml")]
    with pytest.raises(SystemExit) as end:
        cli.main(
            [*arguments, "--reference", "all-others", "--reason", "nobody is the norm", "--format", "json"]
        )
    assert end.value.code == 0
    data = json.loads(capsys.readouterr().out)
    assert data["format"] == "stages/1" and data["reason"] == "nobody is the norm"
    page = tmp_path / "chain.html"
    with pytest.raises(SystemExit) as end:
        cli.main([*arguments, "--reference", "WHITE", "-o", str(page)])
    assert end.value.code == 0 and "does not clear a system" in page.read_text(encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        cli.main([*arguments, "--reference", "total", "--by", "sx"])
    assert end.value.code == 2
    assert 'Did you mean "sex"?' in capsys.readouterr().err


def test_a_hidden_rate_is_not_told_by_the_products_on_either_side_of_it() -> None:
    """Of 40 people 35 went on: 5 did not, so the rate is hidden, and 12/40 over the next rate would tell it."""
    counts = pd.DataFrame(
        {
            "stage": ["a"] * 2 + ["b"] * 2 + ["c"] * 2,
            "group": ["A", "B"] * 3,
            "n": [40, 400, 35, 300, 12, 100],
        }
    )
    rows = ek.stages_from_counts(counts, reference="B").to_frame()
    of_a = rows[(rows["group"] == "A") & rows["stage"].isin(["b", "c"])].set_index(["stage", "measure"])
    assert of_a.loc[("b", "rate"), "suppressed"] == "primary"
    assert of_a["suppressed"].isna()["c", "rate"]
    for measure in ("cumulative-rate", "cumulative-rate-ratio", "population-rate"):
        assert of_a.loc[("c", measure), "suppressed"] == "complementary"
    small = counts.assign(n=[40, 400, 8, 300, 6, 100])
    rows = ek.stages_from_counts(small, reference="B").to_frame()
    of_a = rows[(rows["group"] == "A") & rows["stage"].isin(["b", "c"])]
    assert of_a["suppressed"].notna().all()
