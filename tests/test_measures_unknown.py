"""Bounds over the people of unknown group, held against every placing of them on small tables."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit.errors import MeasureError
from equitykit.measures.comparison import compare, resolve
from equitykit.measures.registry import declaration
from equitykit.measures.unknown import PROOF, PROVEN, TRIED
from equitykit.report import disparities_document, terminal

FRAME = pd.DataFrame({"group": ["A", "B", "C", "~unknown"], "n": [12, 20, 9, 4], "events": [5, 4, 3, 1]})
PAIRS = ["rate", "rate-difference", "rate-ratio", "odds-ratio", "ratio-to-total", "excess-events",
         "disproportionality", "representation-gap"]  # fmt: skip
OVERALL = [
    "between-group-variance",
    "theil-index",
    "mean-difference-from-mean",
    "population-attributable-risk",
]


def every_placing(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Each way of putting each unknown person into A, B, C, or leaving them unknown."""
    tables = []
    places = range(4)
    for events in combinations_with_replacement(places, 1):
        for without in combinations_with_replacement(places, 3):
            n, x = frame["n"].tolist(), frame["events"].tolist()
            n[3] = x[3] = 0
            for place in events:
                n[place], x[place] = n[place] + 1, x[place] + 1
            for place in without:
                n[place] += 1
            placed = frame.assign(n=n, events=x)
            tables.append(placed)
    return tables


def ends(measure: str, reference: str) -> dict[Any, tuple[float, float]]:
    """Lowest and highest of every placing, by group, by brute force."""
    found: dict[Any, list[float]] = {}
    for frame in every_placing(FRAME):
        table = ek.GroupTable.from_counts(frame, favourable=False)
        c = compare(table, resolve(table, reference), 0.95)
        values = declaration(measure).compute(c).estimate
        groups = [None] if declaration(measure).over == "everybody" else c.groups
        for group, value in zip(groups, values, strict=False):
            found.setdefault(group, []).append(float(value))
    return {group: (min(values), max(values)) for group, values in found.items()}


@pytest.mark.parametrize("reference", ["total", "all-others", "B"])
@pytest.mark.parametrize("measure", PAIRS)
def test_no_placing_lies_outside_the_bounds(measure: str, reference: str) -> None:
    assert measure in PROVEN
    gaps = ek.disparities(ek.GroupTable.from_counts(FRAME), reference=reference, measures=[measure])
    truth = ends(measure, reference)
    rows = gaps.bounds().to_frame()
    assert rows["group"].tolist() == ["A", "B", "C"]
    for row in rows.to_dict("records"):
        low, high = truth[row["group"]]
        assert (row["lower"], row["upper"]) == (pytest.approx(low), pytest.approx(high))
        assert row["method"] == PROOF
        assert row["lower"] - 1e-12 <= row["all_in"] <= row["upper"] + 1e-12
        assert row["lower"] - 1e-12 <= row["all_out"] <= row["upper"] + 1e-12


@pytest.mark.parametrize("measure", OVERALL)
def test_ends_of_what_was_tried_say_so_and_lie_within_the_truth(measure: str) -> None:
    gaps = ek.disparities(ek.GroupTable.from_counts(FRAME), reference="B", measures=[measure])
    row = gaps.bounds().to_frame().iloc[0]
    low, high = ends(measure, "B")[None]
    assert row["method"] == TRIED
    assert low - 1e-12 <= row["lower"] <= row["estimate"] <= row["upper"] <= high + 1e-12


@pytest.mark.parametrize("reference", ["all-others", "B"])
def test_the_tipping_point_is_the_fewest_who_close_the_gap(reference: str) -> None:
    gaps = ek.disparities(ek.GroupTable.from_counts(FRAME), reference=reference, measures=["rate-difference"])
    rows = gaps.bounds().to_frame().set_index("group")
    for group in ("A", "C"):
        place = {"A": 0, "C": 2}[group]
        sign = math.copysign(1, rows["estimate"][group])
        fewest = None
        for frame in every_placing(FRAME):
            moved = frame["n"] - FRAME["n"].where(FRAME["group"] != "~unknown", 0)
            others = [i for i in (0, 1, 2) if i != place]
            if reference == "B" and moved[{0, 2}.difference({place}).pop()]:
                continue  # placed in a group that is not compared: the same as left out
            rate = frame["events"][place] / frame["n"][place]
            beside = [1] if reference == "B" else others
            gap = rate - frame["events"][beside].sum() / frame["n"][beside].sum()
            people = int(moved[[0, 1, 2]].sum())
            if sign * gap <= 1e-12 and (fewest is None or people < fewest):
                fewest = people
        said = rows["tipping_people"][group]
        assert (None if math.isnan(said) else said) == fewest


def test_crossed_groups_take_only_whom_they_could_have() -> None:
    frame = pd.DataFrame(
        {
            "group": ["A*F", "A*M", "B*F", "B*M", "~unknown*F"],
            "n": [20, 20, 20, 20, 5],
            "events": [4, 4, 8, 8, 5],
        }
    )
    gaps = ek.disparities(ek.GroupTable.from_counts(frame), reference="total", measures=["rate"])
    rows = gaps.bounds().to_frame().set_index("group")
    assert (rows["lower"]["A*M"], rows["upper"]["A*M"]) == (0.2, 0.2)
    assert rows["upper"]["A*F"] == pytest.approx(9 / 25)


def test_nobody_recorded_is_a_group_the_unknown_could_be() -> None:
    frame = pd.DataFrame({"group": ["A", "B", "~blank"], "n": [20, 0, 5], "events": [4, 0, 2]})
    row = ek.disparities(ek.GroupTable.from_counts(frame), reference="total", measures=["rate"])
    found = row.bounds().to_frame().set_index("group")
    assert (found["lower"]["B"], found["upper"]["B"], found["all_in"]["B"]) == (0, 1, 0.4)


def test_it_is_in_the_report_and_in_the_dictionary_and_hides_what_is_hidden() -> None:
    frame = pd.DataFrame(
        {"group": ["A", "B", "C", "~unknown"], "n": [300, 500, 14, 60], "events": [120, 100, 4, 20]}
    )
    gaps = ek.disparities(ek.GroupTable.from_counts(frame), reference="B")
    said = gaps.to_dict()["bounds"]
    assert said["unknown"] == {"n": 60, "events": 20}
    text = terminal.render(disparities_document(gaps), width=100)
    part = text[text.index("If the unknown were known") :]
    assert "The group of 60 people is not known, 20 of them with the event." in part
    assert "No placing lies outside." in part
    hidden = gaps.bounds().to_frame().set_index("group").loc["C"]
    assert set(hidden["suppressed"]) == {"primary"}
    few = frame.assign(n=[300, 500, 14, 6], events=[120, 100, 4, 2])
    rows = ek.disparities(ek.GroupTable.from_counts(few), reference="B").bounds().to_frame()
    assert rows["suppressed"].notna().all()  # the width of every bound would tell that they are 6


def test_nothing_unknown_nothing_said() -> None:
    frame = FRAME.iloc[:3]
    gaps = ek.disparities(ek.GroupTable.from_counts(frame), reference="B")
    assert gaps.to_dict()["bounds"] is None
    rows = gaps.bounds().to_frame()
    assert (rows["lower"] == rows["upper"]).all()
    assert "If the unknown" not in terminal.render(disparities_document(gaps), width=100)


def test_published_estimates_have_no_bounds() -> None:
    frame = pd.DataFrame({"group": ["A", "~unknown"], "n": [50, 60], "estimate": [20, 10], "se": [2, 3]})
    gaps = ek.disparities(ek.GroupTable.from_estimates(frame), reference="total")
    assert gaps.to_dict()["bounds"] is None
    with pytest.raises(MeasureError, match="Bounds need counts of people"):
        gaps.bounds()
