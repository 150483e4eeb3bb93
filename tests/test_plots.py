"""Charts: everyone is named, nothing overlaps, the same rows give the same picture."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import equitykit as ek
from equitykit import disclosure, plots
from equitykit.errors import MeasureError
from equitykit.plots import wording
from equitykit.plots.rows import rule_of
from equitykit.reliability import N_30, NCHS_COUNT, NCHS_PROPORTION, NCHS_RATE, RSE_30

NAN, INF = float("nan"), float("inf")
LABELS = {
    "AIAN": "American Indian or Alaska Native",
    "MENA": "Middle Eastern or North African",
    "WHITE": "White",
}


def row(
    group: str, n: float, events: float, estimate: float, lower: float, upper: float, **more: Any
) -> dict[str, Any]:
    """One tidy row."""
    return {
        "question": "race_ethnicity", "group": group, "tabulation": "any", "outcome": "removed", "stage": None, "n": n,
        "events": events, "measure": "rate", "reference": None, "estimate": estimate, "lower": lower, "upper": upper,
        "level": 0.95, "method": "wilson", "reliable": True, "reliability_rule": None, "suppressed": None,
        "suppression_rule": None, "note": None,
    } | more  # fmt: skip


RATES = pd.DataFrame(
    [
        row("AIAN", 61, 14, 0.2295, 0.142, 0.349),
        row("MENA", 5, 1, 0.2, 0.01, 0.7, suppressed="primary", suppression_rule="cms-11"),
        row("NHPI", 24, 3, 0.125, 0.04, 0.31, reliable=False, reliability_rule="nchs-2017"),
        row("WHITE", 2454, 265, 0.108, 0.096, 0.121),
        row("~declined", 0, 0, NAN, NAN, NAN, note="nobody in this group"),
        row("AIAN+WHITE", 44, 11, 0.25, 0.15, 0.39),
    ]
)
RATIOS = RATES.assign(
    measure="rate-ratio",
    reference="all-others",
    estimate=RATES["estimate"] * 8,
    lower=RATES["lower"] * 8,
    upper=INF,
)
DIFFERENCES = RATES.assign(
    measure="rate-difference", reference="total", estimate=RATES["estimate"] - 0.13, lower=RATES["lower"] - 0.13,
    upper=RATES["upper"] - 0.13,
)  # fmt: skip
Draw = Callable[..., plots.Chart]
CHARTS = [(plots.rates, RATES), (plots.forest, RATIOS), (plots.differences, DIFFERENCES)]


def many(count: int) -> pd.DataFrame:
    """Rows for many groups with long names."""
    names = [f"Group number {place} with a name that goes on for some time" for place in range(count)]
    return pd.DataFrame([row(name, 1000 + place, 100, 0.1, 0.08, 0.12) for place, name in enumerate(names)])


def boxes(chart: plots.Chart) -> list[tuple[str, Bbox]]:
    """Places of all texts in a chart."""
    canvas = FigureCanvasAgg(chart.figure)
    canvas.draw()
    texts = [text for text in chart.figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in texts]


def overlapping(places: list[tuple[str, Bbox]]) -> list[tuple[str, str]]:
    """Pairs of texts that cover one another by a pixel or more."""
    corners = np.array([box.extents for _, box in places])
    low = np.maximum(corners[:, None, :2], corners[None, :, :2])
    high = np.minimum(corners[:, None, 2:], corners[None, :, 2:])
    pairs = np.argwhere(np.triu((high - low >= 1).all(axis=2), k=1))
    return [(places[one][0], places[other][0]) for one, other in pairs]


@pytest.mark.parametrize(("draw", "frame"), CHARTS)
def test_everyone_is_named_in_the_description_and_in_the_table(draw: Draw, frame: pd.DataFrame) -> None:
    chart = draw(frame, labels=LABELS)
    expected = [
        "American Indian or Alaska Native", "Middle Eastern or North African", "NHPI", "White",
        "Asked, preferred not to answer", "American Indian or Alaska Native and White",
    ]  # fmt: skip
    assert [cells[0] for cells in chart.rows] == expected
    for name in expected:
        assert name in chart.alt


@pytest.mark.parametrize(("draw", "frame"), CHARTS)
def test_the_picture_is_the_same_each_time(draw: Draw, frame: pd.DataFrame) -> None:
    first, second = draw(frame).png(), draw(frame).png()
    assert first == second
    assert first.startswith(b"\x89PNG") and len(first) > 5000
    assert b"Software" not in first and b"tIME" not in first


@pytest.mark.parametrize(("draw", "frame"), CHARTS)
def test_hidden_groups_keep_their_row_and_have_no_mark(draw: Draw, frame: pd.DataFrame) -> None:
    chart = draw(frame, labels=LABELS)
    by_group = {cells[0]: cells for cells in chart.rows}
    assert by_group["Middle Eastern or North African"][1:4] == ("too few to show",) * 3
    assert "too uncertain to show" in by_group["NHPI"]
    assert "not defined" in by_group["Asked, preferred not to answer"]
    axes = chart.figure.axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(dots) == 3
    assert {colour for line in dots for colour in [line.get_color()]} == {"#0072B2"}


def test_hidden_numbers_are_nowhere() -> None:
    told = RATES.assign(
        note=[f"{n:g} people, {rate:g}" for n, rate in zip(RATES["n"], RATES["estimate"], strict=True)]
    )
    chart = plots.rates(told, labels=LABELS)
    drawn = " ".join(text for text, _ in boxes(chart))
    for text in (chart.alt, drawn, str(chart.rows[1]), str(chart.rows[2][3:])):
        assert not [number for number in ("20.0", "12.5", "0.2 ", "0.125", "5 people") if number in text]


def test_marks_stand_where_the_numbers_are() -> None:
    axes = plots.rates(RATES).figure.axes[0]
    dots = [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "o"]  # type: ignore[arg-type, index]
    assert dots == [0.2295, 0.108, 0.25]


def test_the_order_is_that_of_the_rows_or_the_one_given() -> None:
    assert plots.rates(RATES).rows[0][0] == "AIAN"
    assert plots.rates(RATES, order=["WHITE", "~declined"]).rows[0][0] == "WHITE"
    assert [cells[0] for cells in plots.rates(RATES, order=["WHITE"]).rows][1:3] == ["AIAN", "MENA"]


@pytest.mark.parametrize("count", [1, 2, 20, 60])
def test_labels_do_not_overlap_and_none_is_cut(count: int) -> None:
    chart = plots.rates(many(count), title="A title that is long enough to go over two lines " * 3)
    places = boxes(chart)
    width, height = chart.figure.get_size_inches() * chart.figure.dpi
    for name, box in places:
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, name
    assert overlapping(places) == []


def test_text_is_never_read_as_a_formula() -> None:
    frame = pd.DataFrame(
        [row("$x_1$ \\frac{", 100, 10, 0.1, 0.05, 0.2), row("a\u202eb\n", 100, 10, 0.1, 0.05, 0.2)]
    )
    chart = plots.rates(frame, title="$\\undefined{")
    assert chart.png()
    assert chart.rows[0][0] == "$x_1$ \\frac{"
    assert "\u202e" not in chart.alt


def test_letters_the_font_lacks_do_no_harm() -> None:
    assert plots.rates(pd.DataFrame([row("\u4e2d\u6587", 100, 10, 0.1, 0.05, 0.2)])).png()


def test_one_chart_shows_one_measure() -> None:
    with pytest.raises(MeasureError, match="A chart shows one measure; these rows hold 2"):
        plots.rates(pd.concat([RATES, RATIOS]))


def test_a_measure_over_everybody_has_no_chart() -> None:
    with pytest.raises(MeasureError, match="no group to draw"):
        plots.rates(RATES.assign(group=None))


def test_a_ratio_of_nothing_is_written_not_drawn() -> None:
    frame = pd.DataFrame(
        [
            row("A", 100, 0, 0.0, 0.0, 0.4, measure="rate-ratio"),
            row("B", 9, 9, 2.0, 1.5, 2.5, measure="rate-ratio"),
        ]
    )
    chart = plots.forest(frame)
    assert chart.rows[0][3] == "0.00"
    assert len([line for line in chart.figure.axes[0].lines if line.get_marker() == "o"]) == 1


def test_published_estimates_are_not_turned_into_percent() -> None:
    frame = pd.DataFrame([row("A", 1000.5, 0.9, 0.9, 0.8, 1.0)])
    assert plots.rates(frame, scale=1000).rows[0][3] == "0.900"
    assert plots.rates(frame, scale=1).rows[0][3] == "90.0\u00a0%"
    assert plots.rates(frame).rows[0][3] == "0.900"


def test_missingness_shows_every_number() -> None:
    frame = pd.DataFrame(
        {"~blank": [0.1, 0.5, NAN], "~declined": [0, 1, 0.0001]}, index=["North", "Lake", "Hill"]
    )
    chart = plots.missingness(frame, sizes={"North": 200, "Lake": 3000})
    assert chart.columns == ("Row", "Number", "Left blank", "Asked, preferred not to answer")
    assert chart.rows == (
        ("North", "200", "10.0\u00a0%", "0\u00a0%"),
        ("Lake", "3,000", "50.0\u00a0%", "100.0\u00a0%"),
        ("Hill", "\u2013", "too few to show", "less than 0.1\u00a0%"),
    )
    for name in ("North", "Lake", "Hill", "Left blank"):
        assert name in chart.alt
    assert chart.png() == plots.missingness(frame, sizes={"North": 200, "Lake": 3000}).png()
    drawn = {text for text, _ in boxes(chart)}
    assert {"10.0\u00a0%", "50.0\u00a0%", "100.0\u00a0%", "too few", "<0.1\u00a0%"} <= drawn


@pytest.mark.parametrize("share", [-0.1, 1.1, "x"])
def test_only_shares_are_taken(share: object) -> None:
    with pytest.raises(MeasureError, match="is not a share"):
        plots.missingness(pd.DataFrame({"a": [share]}))


@pytest.mark.parametrize("rows", [1, 60])
def test_missingness_does_not_overlap(rows: int) -> None:
    columns = {f"Question {i} with long words": [0.5] * rows for i in range(8)}
    frame = pd.DataFrame(columns, index=[f"Office {i}" for i in range(rows)])
    assert overlapping(boxes(plots.missingness(frame))) == []


def test_the_users_own_settings_are_left_alone() -> None:
    import matplotlib

    with matplotlib.rc_context({"font.size": 31.0, "text.usetex": True}):
        chart = plots.rates(RATES)
        assert chart.png() == plots.rates(RATES).png()
        assert matplotlib.rcParams["font.size"] == 31.0
    assert chart.png() == plots.rates(RATES).png()


def test_matplotlib_is_loaded_only_to_draw() -> None:
    code = "import sys, equitykit.plots, equitykit.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pyplot_is_not_used() -> None:
    code = (
        "import sys, pandas as pd; from equitykit import plots;"
        "frame = pd.DataFrame([{'group': 'A', 'n': 9, 'events': 3, 'estimate': 0.3, 'lower': 0.1, 'upper': 0.6}]);"
        "plots.rates(frame).png(); sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "name", [*disclosure.rules(), "threshold-5", NCHS_PROPORTION, NCHS_RATE, NCHS_COUNT, N_30, RSE_30]
)
@pytest.mark.parametrize("both", ["", " (group and reference)"])
def test_every_rule_that_ships_is_said_in_words(name: str, both: str) -> None:
    said = wording.rule(name + both)
    assert said.endswith(f"({name})") and not said.startswith("Rule")
    assert said.startswith(wording.IN_EITHER) == bool(both)
    if name in disclosure.rules():
        assert f"below {disclosure.rule(name).threshold} " in said


def test_a_row_hidden_to_protect_another_says_so() -> None:
    row = {"suppressed": "complementary", "suppression_rule": "cms-11", "reliability_rule": "n-30"}
    assert rule_of(row) == "Hidden so that another number cannot be worked out (cms-11)"
    assert rule_of(row | {"suppressed": "primary"}) == "Counts of people below 11 are not shown (cms-11)"
    assert (
        rule_of({"suppressed": None, "suppression_rule": None, "reliability_rule": "our own"})
        == "Rule: our own"
    )
    assert rule_of({}) == ""


def test_q_values_of_a_named_family_stand_in_the_forest_plot() -> None:
    frame = pd.DataFrame({"group": ["A", "B", "C"], "n": [100, 300, 60], "events": [20, 30, 12]})
    groups = ek.GroupTable.from_counts(frame)
    found = ek.disparities(groups, reference="B", measures=["rate-ratio"], family="exits")
    rows, tests = found.to_chart_frame().set_index("group"), found.tests().set_index("group")
    assert rows["q"].isna().tolist() == [False, True, False]
    assert rows["q"]["C"] == tests["q_value"]["C"]
    chart = found.plot("rate-ratio")
    at = chart.columns.index("q")
    assert chart.rows[0][at] != chart.rows[2][at] and "0.0" in chart.rows[0][at]
    plain = ek.disparities(groups, reference="B", measures=["rate-ratio"])
    assert "q" not in plain.to_chart_frame() and "q" not in plain.plot("rate-ratio").columns
