"""What groups are compared with: it is named, explained, and never chosen silently."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from equitykit.errors import MeasureError, UnknownName
from equitykit.evidence import Evidence
from equitykit.groups import GroupTable
from equitykit.measures import Disparities, disparities

FRAME = pd.DataFrame(
    {
        "group": ["A", "B", "~unknown", "C", "~other"],
        "n": [100, 300, 900, 20, 400],
        "events": [20, 30, 0, 0, 1],
    }
)


def _table(favourable: bool | None = False, **more: object) -> GroupTable:
    return GroupTable.from_counts(
        FRAME,
        favourable=favourable,
        question="race_ethnicity",
        outcome="removed",
        **more,  # type: ignore[arg-type]
    )


def _reference(name: str, favourable: bool | None = False) -> str | None:
    return disparities(_table(favourable), reference=name).reference.group


def test_reference_must_be_named() -> None:
    with pytest.raises(TypeError):
        disparities(_table())  # type: ignore[call-arg]


def test_best_and_largest_are_known_groups_that_are_large_enough() -> None:
    assert _reference("best") == "B"  # C has 20 people, ~unknown and ~other are not taken
    assert _reference("best", favourable=True) == "A"
    assert _reference("largest") == "B"
    assert _reference("C") == "C"
    assert _reference("total") is None


def test_unknown_may_be_named_as_a_reference() -> None:
    assert _reference("~unknown") == "~unknown"


def test_best_is_refused_where_nobody_said_what_is_good() -> None:
    with pytest.raises(MeasureError) as refused:
        _reference("best", favourable=None)
    assert str(refused.value) == (
        '"best" cannot be told: nobody said whether the event is good or bad for people. '
        "Set favourable=True or favourable=False, or name another reference."
    )


def test_no_group_is_large_enough() -> None:
    small = GroupTable.from_counts(FRAME.assign(n=29, events=1), favourable=False)
    with pytest.raises(MeasureError) as refused:
        disparities(small, reference="best")
    assert str(refused.value) == (
        'No group with a known answer has 30 people or more, so none can be "best". Name another reference.'
    )


def test_a_name_that_does_not_exist_gets_the_nearest() -> None:
    with pytest.raises(UnknownName) as refused:
        disparities(_table(), reference="all-other")
    assert str(refused.value) == (
        'There is no reference "all-other". Did you mean "all-others"? '
        "Allowed: total, all-others, best, largest, A, B, ~unknown, C, ~other. Name what groups are compared with."
    )


def test_all_groups_keep_a_row() -> None:
    frame = disparities(_table(), reference="all-others").to_frame()
    for id in ("rate-difference", "rate-ratio"):
        assert frame.loc[frame["measure"] == id, "group"].tolist() == FRAME["group"].tolist()
    assert frame.loc[frame["measure"] == "rate", "group"].tolist() == [*FRAME["group"], "~total"]


def test_reference_column_shows_the_group_compared_with() -> None:
    frame = disparities(_table(), reference="best").to_frame()
    assert set(frame.loc[frame["measure"] == "rate-ratio", "reference"]) == {"B"}
    own = frame[(frame["measure"] == "rate-ratio") & (frame["group"] == "B")].iloc[0]
    assert (own.estimate, own.note) == (1.0, "the reference group itself")


def test_default_measures_add_disproportionality_with_a_benchmark() -> None:
    assert disparities(_table(), reference="total").measures == ("rate", "rate-difference", "rate-ratio")
    population = pd.DataFrame({"group": ["A", "B", "C"], "n": [1000, 3000, 200]})
    table = _table().with_benchmark(population, scheme="exclusive", source="ACS 2022")
    assert disparities(table, reference="total").measures[-1] == "disproportionality"


def test_reason_is_kept_and_its_absence_printed() -> None:
    without = disparities(_table(), reference="largest")
    assert "Reason: no reason given." in without.to_evidence().summary[1]
    assert "Reason: no reason given." in without._repr_html_()
    with_one = disparities(_table(), reference="largest", reason="the board's question")
    assert with_one.to_dict()["reason"] == "the board's question"
    assert "Reason: the board's question." in with_one.to_evidence().summary[1]


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(MeasureError, match='^The confidence level is "95". Give a share such as 0.95.$'):
        disparities(_table(), reference="total", level=95)


def test_words_of_rank_and_blame_never_occur() -> None:
    for reference in ("best", "total", "A", "all-others", "largest"):
        found = disparities(_table(), reference=reference)
        text = " ".join(
            [
                *found.to_evidence().summary,
                found.to_markdown(),
                found._repr_html_(),
                found.to_evidence().alt or "",
            ]
        )
        lowered = text.lower()
        for word in (
            "best",
            "worst",
            "adverse",
            "discriminat",
            "complian",
            "explained",
            "advantage",
            "benefit",
        ):
            assert word not in lowered, (reference, word)


def test_sentences_name_the_numbers() -> None:
    summary = disparities(_table(), reference="B").to_evidence().summary
    assert summary[0] == "removed by race_ethnicity: 51 of 1,720 in all."
    assert summary[2].startswith(
        "A: 20 of 100; rate 20.0 % (95 % interval 13.3 % to 28.9 %); 10.0 percentage points higher than B"
    )
    assert summary[2].endswith("2.00 times the rate of B (95 % interval 1.19 to 3.36).")
    assert any(line.startswith("Unknown: 0 of 900;") for line in summary)
    assert any("rate too uncertain to show" in line for line in summary if line.startswith("C:"))


def test_evidence_carries_the_recipe_and_plain_facts() -> None:
    recipe = {
        "call": "groups",
        "data": {"path": "intake.csv", "options": {}},
        "codebook": None,
        "arguments": {"by": ["race"]},
    }
    table = _table()
    object.__setattr__(table, "recipe", recipe)
    evidence = disparities(table, reference="best", measures=["rate-ratio"], reason="because").to_evidence()
    assert evidence.kind == "disparities"
    assert evidence.recipe is not None
    assert evidence.recipe["call"] == "disparities"
    assert evidence.recipe["data"] == {"path": "intake.csv", "options": {}}
    assert evidence.recipe["arguments"] == {
        "by": ["race"], "reference": "best", "measures": ["rate-ratio"], "reason": "because", "level": 0.95,
        "rule": "cms-11",
    }  # fmt: skip
    again = Evidence.from_dict(json.loads(json.dumps(evidence.to_dict(), allow_nan=False)))
    assert again.facts["labels"]["~unknown"] == "Unknown"
    assert len(again.rows) == len(FRAME)
    assert all(len(line) == len(again.columns) for line in again.rows)
    assert recipe["call"] == "groups"


def test_without_a_recipe_there_is_none() -> None:
    assert disparities(_table(), reference="total").to_evidence().recipe is None


def test_hostile_labels_come_out_as_text() -> None:
    frame = FRAME.assign(group=["<script>alert(1)</script>", "a|b*c", "~unknown", "=1+1", "[/]"])
    found = disparities(GroupTable.from_counts(frame), reference="total")
    html, text = found._repr_html_(), found.to_markdown()
    assert "<script>" not in html + text
    assert "a\\|b\\*c" in text
    table_lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in table_lines}) == 1


def test_result_cannot_be_changed_through_its_frame() -> None:
    found = disparities(_table(), reference="total")
    frame = found.to_frame()
    frame["estimate"] = 0.0
    assert found.to_frame()["estimate"].abs().sum() > 0
    with pytest.raises(AttributeError):
        found.reason = "x"  # type: ignore[misc]
    assert isinstance(found, Disparities)
