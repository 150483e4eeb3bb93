"""Disparities for others: every number that is shown is the same for every table that fits what is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

import equitykit as ek
from equitykit import cli
from equitykit.errors import MeasureError
from equitykit.measures import disparities
from equitykit.measures.protection import ProtectedDisparities

MEASURES = [
    "rate",
    "rate-difference",
    "rate-ratio",
    "odds-ratio",
    "ratio-to-total",
    "excess-events",
    "theil-index",
]
NUMBERS = ["n", "events", "estimate", "lower", "upper"]
QUICK = settings(
    max_examples=4,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def groups(counts: list[tuple[str, int, int]], total: tuple[int, int] | None = None) -> ek.GroupTable:
    rows = [*counts, *([("~total", *total)] if total else [])]
    return ek.GroupTable.from_counts(pd.DataFrame(rows, columns=["group", "n", "events"]))


def safe(table: ek.GroupTable, reference: str = "total", **how: Any) -> ProtectedDisparities:
    return disparities(table, reference=reference, measures=MEASURES).protect(**how)


PLAIN = [("AIAN", 7, 3), ("ASIAN", 120, 30), ("BLACK", 300, 100), ("WHITE", 900, 200), ("~unknown", 40, 15)]


def by_place(done: ProtectedDisparities) -> dict[tuple[Any, Any], dict[str, Any]]:
    return {(row["group"], row["measure"]): row for row in done.to_dict()["rows"]}


def test_numbers_that_rest_on_a_hidden_count_are_hidden_and_say_why() -> None:
    done = safe(groups(PLAIN), "all-others")
    rows = by_place(done)
    assert done.safe and rows["AIAN", "rate"]["suppressed"] == "primary"
    hidden = [row for row in rows.values() if row["suppressed"] is not None]
    for row in hidden:
        assert row["estimate"] is row["lower"] is row["upper"] is row["method"] is row["reliable"] is None
        assert row["note"]
    assert {row["group"] for row in hidden} >= {"AIAN", None}
    assert "every group" in rows[None, "theil-index"]["note"]
    assert any(row["lower"] is not None for (_, one), row in rows.items() if one == "rate-ratio")


def test_a_hidden_reference_hides_what_is_compared_with_it() -> None:
    rows = by_place(safe(groups(PLAIN), "AIAN"))
    for measure in ("rate-difference", "rate-ratio", "odds-ratio", "excess-events"):
        assert all(row["estimate"] is None for (_, one), row in rows.items() if one == measure)
    assert any(row["estimate"] is not None for (_, one), row in rows.items() if one == "rate")


@pytest.mark.parametrize("reference", ["best", "largest"])
def test_a_reference_picked_among_hidden_groups_is_refused(reference: str) -> None:
    table = ek.GroupTable.from_counts(pd.DataFrame(PLAIN, columns=["group", "n", "events"]), favourable=True)
    gaps = disparities(table, reference=reference, measures=["rate-ratio"])
    with pytest.raises(MeasureError, match="picked among groups"):
        gaps.protect()


def test_what_is_not_counts_of_people_is_refused() -> None:
    frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "estimate": [20, 10], "se": [4, 2]})
    gaps = disparities(ek.GroupTable.from_estimates(frame), reference="B", measures=["rate"])
    with pytest.raises(MeasureError, match="Only counts of people"):
        gaps.protect()


def test_a_group_that_is_asked_first_is_hidden_with_all_its_measures() -> None:
    table = groups([("AIAN", 200, 50), *PLAIN[1:]])
    done = safe(table, governance=["AIAN"])
    rows = done.to_frame()
    assert rows.loc[rows["group"] == "AIAN", NUMBERS].isna().all().all()
    assert any(group == "AIAN" and "asked first" in why for group, _, why in done.reasons())
    opened = safe(table, governance=["AIAN"], agreements={"AIAN": "the council, 2026-10-01"})
    assert opened.to_frame()["suppressed"].isna().all()
    assert any("under an agreement with the council" in note for note in opened.notes)


def test_where_groups_overlap_the_total_still_tells() -> None:
    """Others come to 996 of 1,000, so at least 4 of the hidden group are real: one more must go."""
    table = groups([("AIAN", 5, 2), ("BLACK", 396, 100), ("WHITE", 600, 150)], total=(1000, 250))
    done = safe(table)
    frame = done.to_frame().query("measure == 'rate'").set_index("group")
    assert table.overlapping and done.safe
    assert frame["n"].isna().to_dict() == {"AIAN": True, "BLACK": False, "WHITE": True, "~total": False}
    assert frame.loc["~total", "n"] == 1000 and frame.loc["BLACK", "n"] == 396
    loose = groups([("AIAN", 5, 2), ("BLACK", 500, 130), ("WHITE", 600, 150)], total=(1000, 250))
    shown = safe(loose).to_frame().query("measure == 'rate'").set_index("group")["n"]
    assert shown.isna().sum() == 1


def other_table(
    done: ProtectedDisparities, counts: list[tuple[str, int, int]], sign: float
) -> list[tuple[str, int, int]]:
    """Another table of whole numbers that has every count that is shown."""
    size = len(counts)
    low, high = np.zeros(2 * size), np.full(2 * size, 10_000.0)
    hidden = {(group, column) for group, column, _ in done.reasons()}
    for at, (group, n, x) in enumerate(counts):
        for place, column, value in ((at, "n", n), (size + at, "events", x)):
            if (group, column) not in hidden:
                low[place] = high[place] = value
    rows, least, most = [], [], []
    for offset, column, values in (
        (0, "n", [c[1] for c in counts]),
        (size, "events", [c[2] for c in counts]),
    ):
        if ("~total", column) not in hidden:
            rows.append([float(offset <= at < offset + size) for at in range(2 * size)])
            least.append(sum(values))
            most.append(sum(values))
    for at in range(size):
        rows.append([float(one == at) - float(one == size + at) for one in range(2 * size)])
        least.append(0)
        most.append(10_000)
    goal = sign * np.array([1.0 + at % 3 for at in range(2 * size)]) * (low < high)
    found = milp(goal, constraints=LinearConstraint(np.array(rows), least, most), bounds=Bounds(low, high),
                 integrality=np.ones(2 * size, dtype=np.int64))  # fmt: skip
    assert found.x is not None
    whole = np.rint(found.x).astype(int)
    return [(group, int(whole[at]), int(whole[size + at])) for at, (group, _, _) in enumerate(counts)]


@QUICK
@given(
    st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), min_size=3, max_size=5),
    st.sampled_from([1.0, -1.0]),
)
def test_another_table_with_the_same_shown_counts_gives_the_same_shown_numbers(
    drawn: list[tuple[int, float]], sign: float
) -> None:
    counts = [(f"g{at}", n, round(n * share)) for at, (n, share) in enumerate(drawn)]
    counts.append(("rest", 400, 150))
    for reference in ("total", "all-others", "rest"):
        done = safe(groups(counts), reference, rule={"threshold": 6})
        shown = done.to_frame()
        again = disparities(
            groups(other_table(done, counts, sign)), reference=reference, measures=MEASURES
        ).to_frame()
        for column in ("estimate", "lower", "upper"):
            there = shown[column].notna()
            np.testing.assert_allclose(shown.loc[there, column], again.loc[there, column])
        for column in ("n", "events"):
            there = shown[column].notna() & shown["group"].notna()
            np.testing.assert_allclose(shown.loc[there, column], again.loc[there, column])


DATA = (
    "race,removed\n"
    + "White,Y\nWhite,N\nWhite,N\n" * 60
    + "Black,Y\nBlack,N\n" * 60
    + "Samoan,Y\nSamoan,N\n" * 3
)
BOOK = """equitykit: codebook/1
questions: {race_ethnicity: {columns: [race]}}
outcomes: {removed: {column: removed, event: [Y], favourable: false}}
"""


@pytest.mark.parametrize("ending", ["json", "md", "html"])
def test_the_command_writes_nothing_that_is_hidden(ending: str, tmp_path: Path, capsys: Any) -> None:
    data, book, out = tmp_path / "data.csv", tmp_path / "book.yaml", tmp_path / f"out.{ending}"
    data.write_text(DATA, "utf-8")
    book.write_text(BOOK + "governance: {BLACK: ask}\n", "utf-8")
    asked = ["measure", str(data), "--codebook", str(book), "--outcome", "removed", "--reference", "total"]
    with pytest.raises(SystemExit) as end:
        cli.main([*asked, "--protect", "cms-11", "-o", str(out)])
    assert end.value.code == 0, capsys.readouterr().err
    text = out.read_text("utf-8")
    assert "Pool areas, not races." in text and "asked first" in text
    if ending == "json":
        said = json.loads(text)
        assert said["format"] == "protected-disparities/1" and said["safe"] and "bounds" not in said
        by_group = {row["group"]: row for row in said["rows"] if row["measure"] == "rate"}
        assert by_group["NHPI"]["n"] is None and by_group["BLACK"]["n"] is None
    with pytest.raises(SystemExit) as end:
        cli.main([*asked, "--protect", "cms-99"])
    assert end.value.code == 2 and 'no disclosure rule "cms-99"' in capsys.readouterr().err
