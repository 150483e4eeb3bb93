"""Disparities for others: every number that is shown is the same for every table that fits what is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

import equitykit as ek
from equitykit import cli
from equitykit.errors import MeasureError
from equitykit.measures import compare_references, disparities, preset
from equitykit.measures.protection import ProtectedDisparities
from equitykit.report import html, protected_references_document

SAMPLE = Path(__file__).parent.parent / "sample_data"
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
    with pytest.raises(MeasureError, match="picked by the numbers"):
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


# -- presets, earlier releases, steering ------------------------------------------------------------------------


def test_a_reference_that_a_preset_picks_among_hidden_groups_is_refused_too() -> None:
    table = ek.GroupTable.from_counts(pd.DataFrame(PLAIN, columns=["group", "n", "events"]), favourable=True)
    with pytest.raises(MeasureError, match="picked by the numbers"):
        preset("four-fifths", table).protect()
    for id, reference in (("four-fifths", "ASIAN"), ("idea-300-647", None), ("ojjdp-rri", "ASIAN")):
        done = preset(id, table, reference=reference).protect()
        rows = by_place(done)
        assert done.safe and rows["AIAN", "rate-ratio"]["estimate"] is None
        assert rows["BLACK", "rate-ratio"]["estimate"] is not None


def test_groups_that_are_asked_first_are_known_from_the_codebook_they_were_counted_with() -> None:
    data = pd.DataFrame(
        {"race": ["White"] * 300 + ["Black"] * 200 + ["Asian"] * 90, "removed": ["Y", "N"] * 295}
    )
    book = {
        "questions": {"race_ethnicity": {"columns": ["race"]}},
        "outcomes": {"removed": {"column": "removed", "event": ["Y"], "favourable": False}},
        "governance": {"ASIAN": "ask"},
    }
    table = ek.disaggregate(data, book, outcome="removed", tabulation="single-residual")
    for gaps in (
        disparities(table, reference="BLACK", measures=["rate"]),
        preset("ojjdp-rri", table, reference="BLACK"),
    ):
        frame = gaps.protect().to_frame().query("measure == 'rate'").set_index("group")
        assert frame["n"].isna().to_dict()["ASIAN"]


LATER = [("AIAN", 7, 2), ("ASIAN", 120, 60), ("BLACK", 300, 5), ("WHITE", 900, 500), ("~unknown", 40, 20)]


def of(outcome: str, counts: list[tuple[str, int, int]], **how: Any) -> ProtectedDisparities:
    table = replace(groups(counts), outcome=outcome)
    return disparities(table, reference="total", measures=["rate"]).protect(**how)


def told_by_both(
    releases: list[ProtectedDisparities], size: dict[str, int]
) -> dict[str, tuple[float, float]]:
    """What the counts of people in each group can be, for a reader of all releases, by another program."""
    names = list(size)
    shown: dict[str, float] = {}
    least = dict.fromkeys(names, 0.0)
    for one in releases:
        frame = one.to_frame().query("measure == 'rate'")
        for group, n, events in zip(frame["group"], frame["n"], frame["events"], strict=True):
            if n == n:
                shown[group] = n
            if events == events and group in least:
                least[group] = max(least[group], events)
    bounds = [(shown.get(name, least[name]), shown.get(name)) for name in names]
    found = {}
    for at, name in enumerate(names):
        goal = np.zeros(len(names))
        goal[at] = 1.0
        ends = [
            linprog(sign * goal, A_eq=np.ones((1, len(names))), b_eq=[shown["~total"]], bounds=bounds)
            for sign in (1.0, -1.0)
        ]
        found[name] = (float(ends[0].fun or 0.0), -float(ends[1].fun or 0.0))
    return found


def test_two_releases_are_safe_from_a_reader_of_both() -> None:
    """Each alone hides the small group with another one; together they would show it."""
    size = {group: n for group, n, _ in PLAIN}
    first = of("removed", PLAIN)
    apart = of("placed", LATER, cost={"~unknown": 9.0, "WHITE": 9.0, "BLACK": 9.0})
    assert told_by_both([first], size)["AIAN"][1] >= 10 and told_by_both([apart], size)["AIAN"][1] >= 10
    low, high = told_by_both([first, apart], size)["AIAN"]
    assert low == high == 7
    for before in (first, json.loads(json.dumps(first.to_dict()))):
        second = of("placed", LATER, previous=before, cost={"~unknown": 9.0, "WHITE": 9.0, "BLACK": 9.0})
        low, high = told_by_both([first, second], size)["AIAN"]
        assert second.safe and low <= 1 and high >= 10
    again = of("removed", PLAIN, previous=first).to_frame()
    pd.testing.assert_frame_equal(again, first.to_frame())
    with pytest.raises(MeasureError, match="is not one of disparities made for others"):
        of("removed", PLAIN, previous={"format": "audit/1"})
    with pytest.raises(MeasureError, match="as its question"):
        of("removed", PLAIN, previous=first.to_dict() | {"question": "sex"})


def test_the_command_takes_presets_steering_and_an_earlier_release(tmp_path: Path, capsys: Any) -> None:
    data, book = tmp_path / "data.csv", tmp_path / "book.yaml"
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    data.write_text(DATA + "Asian,Y\nAsian,N\n" * 20, "utf-8")
    book.write_text(BOOK, "utf-8")

    def run(*more: str) -> int:
        asked = ["measure", str(data), "--codebook", str(book), "--outcome", "removed"]
        with pytest.raises(SystemExit) as end:
            cli.main([*asked, "--tabulation", "single-residual", *more])
        assert isinstance(end.value.code, int)
        return end.value.code

    shown = {"--reference": "total", "--protect": "cms-11"}
    plain = [word for pair in shown.items() for word in pair]
    assert run(*plain, "-o", str(first)) == 0
    assert run(*plain, "--cost", "WHITE=5", "-o", str(second)) == 0
    one, two = (
        {
            row["group"]: row["n"]
            for row in json.loads(path.read_text("utf-8"))["rows"]
            if row["measure"] == "rate"
        }
        for path in (first, second)
    )
    assert one["WHITE"] is None and two["WHITE"] == 180 and two["NHPI"] is None
    assert "Steering:" in " ".join(json.loads(second.read_text("utf-8"))["notes"])
    assert run(*plain, "--cost", "WHITE=5", "--previous", str(first), "-o", str(second)) == 0
    both = {row["group"]: row["n"] for row in json.loads(second.read_text("utf-8"))["rows"]}
    assert both["NHPI"] is None and both["WHITE"] is None
    assert run("--preset", "ojjdp-rri", "--reference", "BLACK", "--protect", "cms-11", "-o", str(second)) == 0
    assert {row["n"] for row in json.loads(second.read_text("utf-8"))["rows"] if row["group"] == "NHPI"} == {
        None
    }
    capsys.readouterr()
    assert run("--reference", "total", "--previous", str(first)) == 2
    assert "--protect" in capsys.readouterr().err
    assert run(*plain, "--previous", str(data)) == 2
    assert "cannot be read as JSON" in capsys.readouterr().err


# -- several references ------------------------------------------------------------------------------------


def test_a_further_reference_tells_nothing_that_the_counts_do_not() -> None:
    """The counts are protected once; each reference alone gives the same rows as beside the others."""
    table = groups(PLAIN)
    asked = ("total", "all-others", "WHITE")
    both = compare_references(table, asked, measures=["rate", "rate-ratio"]).protect("cms-11")
    assert both.safe and [one.gaps.reference.asked for one in both.results] == list(asked)
    for one in both.results:
        alone = disparities(
            table, reference=one.gaps.reference.asked, measures=["rate", "rate-ratio"]
        ).protect()
        pd.testing.assert_frame_equal(one.to_frame(), alone.to_frame())
    hidden = {(row.group, row.asked) for row in both.to_frame().itertuples() if row.suppressed == "primary"}
    assert hidden == {("AIAN", one) for one in asked}
    page = html.render(protected_references_document(both))
    assert "What is hidden" in page and "Internal" not in page and "What is hidden" not in both.to_markdown()
    with pytest.raises(MeasureError, match="picked by the numbers"):
        compare_references(table, ["total", "largest"]).protect()


def test_the_command_takes_several_references_and_refuses_what_is_adjusted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["measure", str(SAMPLE / "intake.csv"), "--codebook", str(SAMPLE / "intake.codebook.yaml"), "--outcome",
             "removed", "--by", "sex", "--reference", "total", "--protect", "cms-11", "--format", "json"]  # fmt: skip
    for more, code in ((["--reference", "all-others"], 0), (["--adjust-for", "site:unsure"], 2)):
        with pytest.raises(SystemExit) as end:
            cli.main([*asked, *more])
        assert end.value.code == code
        told = capsys.readouterr()
        if code == 0:
            data = json.loads(told.out)
            assert (data["format"], data["safe"], len(data["results"])) == ("protected-references/1", True, 2)
        else:
            assert "none of these is shown" in told.err and "Protect the crude result" in told.err
