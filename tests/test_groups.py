"""Groups from counts and from published estimates: what they keep, and what they refuse."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

import equitykit as ek
from equitykit.counts import answered, known
from equitykit.errors import BenchmarkError, MeasureError, UnknownName
from equitykit.groups import GroupTable
from equitykit.tidy import COLUMNS

COUNTS = pd.DataFrame(
    {"group": ["A", "B", None, "~unknown"], "n": [100, 300, 12, 88], "events": [20, 30, 0, 88]}
)


def test_frame_has_the_tidy_columns_and_a_total_row() -> None:
    frame = GroupTable.from_counts(COUNTS, question="race_ethnicity", outcome="removed").to_frame()
    assert tuple(frame.columns) == COLUMNS
    assert frame["group"].tolist() == ["A", "B", "~blank", "~unknown", "~total"]
    assert frame["n"].tolist() == [100, 300, 12, 88, 500]
    assert frame["events"].tolist() == [20, 30, 0, 88, 138]
    assert frame["estimate"].tolist() == [0.2, 0.1, 0.0, 1.0, 138 / 500]
    assert set(frame["measure"]) == {"rate"}
    assert set(frame["outcome"]) == {"removed"}
    assert frame["suppressed"].isna().all()


def test_interval_method_follows_the_size_and_is_named() -> None:
    frame = GroupTable.from_counts(COUNTS).to_frame()
    assert frame["method"].tolist() == ["Wilson", "Wilson", "Clopper-Pearson", "Clopper-Pearson", "Wilson"]
    x, n, z = 20, 100, 1.959963984540054
    centre = (x / n + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(x / n * (1 - x / n) / n + z * z / (4 * n * n))
    assert frame["lower"][0] == pytest.approx(centre - half, abs=1e-12)
    assert frame["upper"][0] == pytest.approx(centre + half, abs=1e-12)
    assert frame["lower"][2] == 0
    assert frame["upper"][2] == pytest.approx(1 - 0.025 ** (1 / 12), abs=1e-12)  # nobody of 12
    assert frame["lower"][3] == pytest.approx(0.025 ** (1 / 88), abs=1e-12)  # everybody of 88


def test_a_group_of_nobody_is_kept_and_undefined() -> None:
    frame = GroupTable.from_counts(
        pd.DataFrame({"group": ["A", "B"], "n": [0, 10], "events": [0, 5]})
    ).to_frame()
    assert math.isnan(frame["estimate"][0])
    assert frame["note"][0] == "nobody in this group"
    assert frame["method"][0] is None


def test_without_an_outcome_the_rates_are_undefined_and_say_so() -> None:
    table = GroupTable.from_counts(COUNTS, events=None)
    assert table.outcome is None
    assert table.events is None
    frame = table.to_frame()
    assert frame["n"].tolist() == [100, 300, 12, 88, 500]
    assert frame["estimate"].isna().all()
    assert set(frame["note"]) == {"no outcome was named"}


def test_a_total_row_makes_overlapping_groups_right() -> None:
    frame = pd.DataFrame({"group": ["AIAN", "WHITE", "~total"], "n": [40, 90, 100], "events": [10, 18, 20]})
    table = GroupTable.from_counts(frame)
    assert table.overlapping
    assert table.tabulation == "any"
    assert (table.n, table.events) == (100, 20)
    assert table.groups == ("AIAN", "WHITE")
    assert table.to_frame()["n"].tolist() == [40, 90, 100]


def test_groups_that_do_not_reach_the_total_say_so() -> None:
    frame = pd.DataFrame({"group": ["A", "~total"], "n": [40, 100], "events": [10, 20]})
    assert GroupTable.from_counts(frame).notes == ("The groups listed hold 40 of 100 in all.",)


@pytest.mark.parametrize("kind", ["mapping", "polars", "lazy", "duckdb"])
def test_counts_may_stand_in_any_kind_of_table(kind: str) -> None:
    columns = {"group": ["A", "B"], "n": [100, 300], "events": [20, 30]}
    given = {
        "mapping": lambda: columns,
        "polars": lambda: pl.DataFrame(columns),
        "lazy": lambda: pl.LazyFrame(columns),
        "duckdb": lambda: duckdb.sql("select * from (values ('A', 100, 20), ('B', 300, 30)) t(\"group\", n, events)"),
    }[kind]  # fmt: skip
    assert GroupTable.from_counts(given()).to_frame()["estimate"].tolist() == [0.2, 0.1, 0.125]


@pytest.mark.parametrize("given", ["counts.csv", None, [1, 2], {"group": "A", "n": 1}])
def test_what_is_no_table_is_said(given: object) -> None:
    with pytest.raises(MeasureError, match=f'A "{type(given).__name__}" is no table of counts'):
        GroupTable.from_counts(given)


def test_a_name_that_is_no_text_has_no_near_one() -> None:
    unnamed: Any = None
    with pytest.raises(UnknownName, match='There is no measure "None"'):
        ek.disparities(GroupTable.from_counts(COUNTS), reference="all-others", measures=[unnamed])


def test_the_frame_given_is_not_changed() -> None:
    before = COUNTS.copy()
    GroupTable.from_counts(COUNTS).to_frame()
    pd.testing.assert_frame_equal(COUNTS, before)


def _counts(**change: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]} | change)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            _counts(events=[20, 301]),
            'The group "B" has 301 events among 300; events cannot be more than n. '
            "Check that the two columns are not swapped.",
        ),
        (_counts(n=[-1, 300]), 'The group "A" has n = -1; a count cannot be negative.'),
        (
            _counts(group=["A", "A"]),
            'The group "A" has more than one row. Add its rows up, or give them names of their own.',
        ),
        (
            _counts(n=["<11", 300]),
            'The column "n" holds "<11" for the group "A", which is not a number. '
            "Give plain numbers, without marks such as <11 or thousands separators.",
        ),
        (
            _counts(events=[None, 30]),
            'The column "events" is empty for the group "A". Give its number, or leave the group out and say so.',
        ),
        (
            _counts(group=["A", "Total"]),
            'The row "Total" reads as a total, not as a group. Call it "~total", or leave it out.',
        ),
        (_counts().iloc[:0], "There are no groups in the table. Give it at least one row."),
    ],
)
def test_counts_that_cannot_be_true_are_refused_in_words(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(MeasureError) as refused:
        GroupTable.from_counts(frame)
    assert str(refused.value) == message


def test_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(UnknownName) as refused:
        GroupTable.from_counts(COUNTS, group="groop")
    assert str(refused.value) == (
        'There is no column "groop". Did you mean "group"? Allowed: group, n, events.'
    )


def test_any_needs_a_total() -> None:
    with pytest.raises(MeasureError) as refused:
        GroupTable.from_counts(_counts(), tabulation="any")
    assert str(refused.value) == (
        'Under "any" people are counted in each of their groups, so the sum is not the total. '
        'Add a row whose group is "~total", with each person counted once.'
    )


def test_published_estimates_keep_their_units_and_get_an_effective_size() -> None:
    frame = pd.DataFrame(
        {
            "group": ["A", "B"],
            "n": [400, 600],
            "estimate": [20.0, 10.0],
            "se": [4.0, math.sqrt(10 * 90 / 600)],
        }
    )
    rates = GroupTable.from_estimates(frame).to_frame()
    assert rates["estimate"].tolist() == [20.0, 10.0, 14.0]
    assert rates["events"].tolist() == [80.0, 60.0, 140.0]
    assert set(rates["method"]) == {"Korn-Graubard"}
    # an effective size of 0.2 * 0.8 / 0.04**2 = 100 gives the exact interval of 20 among 100
    from scipy.stats import beta

    assert rates["lower"][0] == pytest.approx(100 * beta.ppf(0.025, 20, 81), rel=1e-9)
    assert rates["upper"][0] == pytest.approx(100 * beta.ppf(0.975, 21, 80), rel=1e-9)


def test_estimates_in_other_units_than_said_are_refused() -> None:
    frame = pd.DataFrame({"group": ["A"], "n": [100], "estimate": [20.0], "se": [4.0]})
    with pytest.raises(MeasureError) as refused:
        GroupTable.from_estimates(frame, scale=1)
    assert str(refused.value) == (
        'The estimate for the group "A" is 20, outside 0 to 1. '
        "Set scale= to their units: 1, 100 (percent) or 1000 (per 1,000)."
    )


def test_order_comes_from_ranks_or_from_a_list() -> None:
    frame = pd.DataFrame(
        {"group": ["mid", "low", "high"], "n": [5, 5, 5], "events": [1, 2, 3], "rank": [2, 1, 3]}
    )
    assert GroupTable.from_counts(frame, order="rank").order == ("low", "mid", "high")
    assert GroupTable.from_counts(frame, order=["low", "mid", "high"]).order == ("low", "mid", "high")
    with pytest.raises(
        MeasureError, match='^The order does not name the group "high". List every group once.$'
    ):
        GroupTable.from_counts(frame, order=["low", "mid"])


def test_people_without_an_answer_need_no_place_in_the_order() -> None:
    frame = pd.DataFrame({"group": ["low", "high", "~declined"], "n": [5, 5, 5], "events": [1, 2, 3]})
    assert GroupTable.from_counts(frame, order=["low", "high"]).order == ("low", "high")


def test_a_benchmark_that_counts_otherwise_is_refused() -> None:
    with pytest.raises(BenchmarkError) as refused:
        GroupTable.from_counts(COUNTS).with_benchmark(COUNTS[["group", "n"]], scheme="any", source="ACS 2022")
    assert str(refused.value) == (
        'The groups are tabulated as "single-residual", the benchmark as "any": '
        "the two count people with several categories differently. "
        "Use a benchmark with the scheme of the groups, or tabulate them the other way."
    )


def test_a_benchmark_must_say_its_scheme_and_source() -> None:
    with pytest.raises(BenchmarkError, match="^The benchmark does not say how it counts people"):
        GroupTable.from_counts(COUNTS).with_benchmark(COUNTS[["group", "n"]])


def test_who_counts_as_known() -> None:
    for group in ("~unknown", "~blank*F", "BLACK*~declined", "~review", "Unknown", "Not reported", "refused"):
        assert not known(group), group
    for group in ("BLACK", "AIAN+WHITE", "~multiracial", "~merged:ASIAN|NHPI", "~other", "BLACK*F"):
        assert known(group), group
    assert not answered("~other")
    assert answered("~multiracial")


def test_html_is_text_only() -> None:
    frame = pd.DataFrame({"group": ["<script>alert(1)</script>"], "n": [100], "events": [20]})
    html = GroupTable.from_counts(frame, outcome="<b>")._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<caption>" in html
    assert 'scope="col"' in html
    assert 'scope="row"' in html


def test_dict_is_plain() -> None:
    import json

    table = GroupTable.from_counts(COUNTS, labels={"A": "Group A"})
    data = json.loads(json.dumps(table.to_dict(), allow_nan=False))
    assert data["rows"][0]["n"] == 100
    assert data["labels"] == {"A": "Group A"}
    assert table.label("~declined") == "Declined to answer"


def test_a_group_that_cannot_be_a_part_of_the_total_is_refused() -> None:
    frame = pd.DataFrame({"group": ["A", "B", "~total"], "n": [40, 2, 40], "events": [38, 1, 40]})
    with pytest.raises(MeasureError) as refused:
        GroupTable.from_counts(frame)
    assert str(refused.value) == (
        'The group "A" has 2 in people without the event, and the total 0; a part cannot be more than the total. '
        "Check the row of the total."
    )
