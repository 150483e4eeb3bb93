"""What is wrong with an answer, kind by kind, in plain words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitykit.errors import AssessmentError
from equitykit.instruments import KINDS, BaseAsk, When
from equitykit.instruments.values import plain

OPTIONS = [{"id": "a", "label": "Apples"}, {"id": "b", "label": "Pears"}]
NONE_OF_THEM = {"id": "none", "label": "None of these", "alone": True}
COLUMNS: list[dict[str, Any]] = [
    {
        "id": "group",
        "label": "Group",
        "kind": "group",
        "required": "Name the group.",
        "prompt": "Which group?",
    },
    {"id": "n", "label": "How many", "kind": "number"},
    {"id": "on", "label": "On", "kind": "date"},
    {"id": "sure", "label": "Sure", "kind": "choice", "options": OPTIONS},
]


def ask(kind: str, **fields: Any) -> BaseAsk:
    """Make a question."""
    return KINDS[kind].model_validate({"id": "q", "label": "What is it?", **fields})


PROBLEMS: list[tuple[BaseAsk, Any, str | None]] = [
    (ask("text"), None, None),
    (ask("text", required="Say what."), None, "Say what."),
    (ask("text", required="Say what."), " \n\t", "Say what."),
    (ask("text", required="Say what."), "x", None),
    (ask("text"), ["x"], '"What is it?" (q): the answer is text, not a list.'),
    (ask("longtext"), "a\nb", None),
    (ask("choice", options=OPTIONS), "a", None),
    (ask("choice", options=OPTIONS), "c", "not one of the answers"),
    (ask("choice", options=OPTIONS), "apple", 'Did you mean "a"?'),
    (ask("choice", options=OPTIONS), True, "the answer is text, not true or false"),
    (ask("choices", options=OPTIONS, required="Choose."), [], "Choose."),
    (ask("choices", options=OPTIONS), ["b", "a", "a"], None),
    (ask("choices", options=OPTIONS), "a", "the answer is a list, not text"),
    (ask("choices", options=OPTIONS), ["a", "z"], '"z" is not one of the answers'),
    (ask("choices", options=OPTIONS, max=1), ["a", "b"], "Give at most 1 answer; there are 2."),
    (ask("choices", options=OPTIONS, min=2), ["a"], "Give at least 2 answers; there is 1."),
    (
        ask("choices", options=[*OPTIONS, NONE_OF_THEM]),
        ["none", "a"],
        'Choose "None of these" or other answers',
    ),
    (ask("choices", options=[*OPTIONS, NONE_OF_THEM]), ["none"], None),
    (ask("scale", options=OPTIONS), "na", None),
    (ask("scale", options=OPTIONS, not_applicable=None), "na", "not one of the answers"),
    (ask("number"), 0, None),
    (ask("number", required="How many?"), 0, None),
    (ask("number"), "1,250", None),
    (ask("number"), "12,50", "Write a number in figures, such as 12."),
    (ask("number"), "1_000", "Write a number in figures"),
    (ask("number"), "twelve", "Write a number in figures, such as 12."),
    (ask("number"), "nan", "Write a number in figures"),
    (ask("number"), "1e999", "Write a number in figures"),
    (ask("number"), True, "the answer is a number, not true or false"),
    (ask("number", min=0, max=100), -1, "Write a number that is 0 or more."),
    (ask("number", min=0, max=100), 100.5, "Write a number that is 100 or less."),
    (ask("number", whole=True), 1.5, "Write a whole number, such as 12."),
    (ask("number", whole=True), 2.0, None),
    (ask("date"), "2026-02-28", None),
    (ask("date"), date(2026, 2, 28), None),
    (ask("date"), datetime(2026, 2, 28, 23, 59), None),
    (ask("date"), "2026-02-29", "Write the date as year-month-day, such as 2026-03-31."),
    (ask("date"), "02/28/2026", "Write the date as year-month-day"),
    (ask("date"), "20260228", "Write the date as year-month-day"),
    (ask("date", min="2026-01-01"), "2025-12-31", "Write a date on or after 2026-01-01."),
    (ask("date", max="2026-01-01"), "2026-01-02", "Write a date on or before 2026-01-01."),
    (ask("people", required="Name one."), [{"name": "", "role": " "}], "Name one."),
    (ask("people"), [{"role": "Judge"}], None),
    (ask("people"), [{"organisation": "Court"}], "Person 1: write a name or a role."),
    (ask("people"), [{"nam": "A"}], 'there is no column "nam". Did you mean "name"?'),
    (ask("people"), {"name": "A"}, "a list of rows, not a mapping"),
    (ask("table", columns=COLUMNS), [], None),
    (ask("table", columns=COLUMNS), [{"group": "Hmong", "n": 3, "on": "2026-01-01", "sure": "b"}], None),
    (ask("table", columns=COLUMNS), [{"n": 3}], 'Row 1, "Group": Name the group.'),
    (
        ask("table", columns=COLUMNS),
        [{"group": "A"}, {"group": "B", "n": "x"}],
        'Row 2, "How many": Write a number',
    ),
    (ask("table", columns=COLUMNS), [{"group": "A", "on": "soon"}], 'Row 1, "On": Write the date'),
    (ask("table", columns=COLUMNS), [{"group": "A", "sure": "c"}], 'Row 1, "Sure": "c" is not one of'),
    (ask("table", columns=COLUMNS), [{"group": ["A"]}], 'the cell "group" holds a list'),
    (ask("table", columns=COLUMNS, min=2), [{"group": "A"}, {}], "Give at least 2 rows; there is 1."),
    (ask("table", columns=COLUMNS), ["A"], "a list of rows"),
    (ask("map"), [{"step": "The call is taken", "decision": "Is it sent on?"}], None),
    (ask("map"), [{"step": "One"}, {"actors": "Screener"}], 'Step 2, "What happens": say what happens.'),
    (ask("map"), [{"steps": "One"}], 'there is no column "steps". Did you mean "step"?'),
    (ask("map", min=2), [{"step": "One"}, {}], "Give at least 2 steps; there is 1."),
    (ask("map", columns=COLUMNS[1:2]), [{"step": "One", "n": "many"}], 'Step 1, "How many": Write a number'),
    (ask("map", required="Write the steps."), [{"id": "s1"}], "Write the steps."),
    (ask("evidence", accepts=["audit"], required="Attach one."), [], "Attach one."),
    (
        ask("actions", min=1),
        [{"what": "Train", "owner": "", "due": "2026-01-01"}],
        "Action 1: say who owns it.",
    ),
    (ask("actions", min=1), [{"what": "Train", "owner": "Ana", "due": None}], "Action 1: say by when."),
]


@pytest.mark.parametrize(("question", "value", "words"), PROBLEMS)
def test_problems_are_said_in_plain_words(question: BaseAsk, value: Any, words: str | None) -> None:
    """Nothing says "invalid", "please" or "sorry", and each message says what to do."""
    found = question.problem(value)
    assert (found is None) if words is None else (found is not None and words in found)
    assert not any(word in (found or "").lower() for word in ("invalid", "please", "sorry", "this field is"))


def test_values_are_kept_in_their_usual_form() -> None:
    """Numbers as numbers, dates as ISO text, chosen answers once and in order."""
    assert ask("number").clean(" 1,250 ") == 1250
    assert ask("number").clean(np.int64(3)) == 3
    assert ask("number").clean("twelve") == "twelve"
    assert ask("date").clean(datetime(2026, 2, 28, 23, 59)) == "2026-02-28"
    assert ask("choices", options=OPTIONS).clean(("b", "a", "b")) == ["a", "b"]
    assert ask("choices", options=OPTIONS).clean({"b"}) == ["b"]


def test_optional_is_printed() -> None:
    """No asterisks."""
    assert ask("text", optional=True).question == "What is it? (optional)"


def test_gentle_prompts_are_no_problems() -> None:
    """They are worth another look and hold nothing up."""
    table = ask("table", columns=[{**COLUMNS[0], "required": None}])
    rows = [{"group": "Everyone"}, {"group": "Black families"}, {}]
    assert table.problem(rows) is None
    assert table.nudges(rows) == ("Row 1: Which group?",)
    text = ask("longtext", max_words=2, prompt_if_person="Ask again.")
    assert text.nudges("one two three") == ("You have written 3 words; 2 is enough here.",)
    assert text.nudges("It was Mrs. Doe")[-1] == "Ask again."
    assert text.nudges("Ana forgot", names=["Ana Li", "worker"]) == ("Ask again.",)
    assert text.nudges("Banana rules", names=["Ana Li"]) == ()
    assert text.nudges("A worker", names=["worker"]) == ()


def test_steps_keep_their_ids_when_they_are_moved() -> None:
    """Other answers name a step by its id, so it is given once and never to another step."""
    question = ask("map")
    kept = question.clean([{"step": "A"}, {}, {"step": "B"}])
    assert kept == [{"id": "s1", "step": "A"}, {}, {"id": "s2", "step": "B"}]
    moved = question.clean([kept[2], {"step": "C"}, kept[0]])
    assert [row["id"] for row in moved] == ["s2", "s3", "s1"]
    assert [row["id"] for row in question.clean([moved[0], moved[0], {"id": "../x", "step": "D"}])] == [
        "s2",
        "s3",
        "s4",
    ]
    assert question.clean([{"id": "s9", "step": " "}]) == [{"step": " "}]


def test_a_decision_without_somebody_who_decides_is_worth_another_look() -> None:
    """It is asked gently, and never in the way."""
    question = ask("map")
    steps = [{"step": "A", "decision": "Open a case?"}, {"step": "B"}]
    assert question.problem(steps) is None
    assert question.nudges(steps) == ("Step 1: who decides, and by which rule?",)
    assert question.nudges([{**steps[0], "decides": "Supervisor, by rule 4"}]) == ()


@pytest.mark.parametrize(
    ("condition", "value", "met"),
    [
        ({"is": "a"}, "a", True),
        ({"is": "a"}, "b", False),
        ({"is": "a"}, None, False),
        ({"is": "a"}, ["b", "a"], True),
        ({"is": "3"}, 3, True),
        ({"is_not": "a"}, "b", True),
        ({"is_not": "a"}, "a", False),
        ({"is_not": "a"}, None, False),
        ({"any_of": ["a", "b"]}, "b", True),
        ({"any_of": ["a", "b"]}, ["c"], False),
        ({"filled": True}, " ", False),
        ({"filled": True}, 0, True),
        ({"filled": False}, [], True),
        ({"filled": True}, [{"name": ""}], False),
    ],
)
def test_conditions(condition: dict[str, Any], value: Any, met: bool) -> None:
    """`is_not` waits for an answer; otherwise a question would show before it makes sense."""
    assert When.model_validate({"ask": "q", **condition}).holds(value) is met


EXTRA: dict[str, dict[str, Any]] = {
    "table": {"columns": COLUMNS},
    "evidence": {"accepts": ["audit"]},
    **dict.fromkeys(("choice", "choices", "scale"), {"options": OPTIONS}),
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(ANYTHING, st.sampled_from(sorted(KINDS)))
def test_any_value_gets_words_never_a_crash(value: Any, kind: str) -> None:
    """Whatever comes out of a damaged file or a script, `problem` answers in words or not at all."""
    question = ask(kind, **EXTRA.get(kind, {}))
    found = question.problem(value)
    assert found is None or (isinstance(found, str) and found)
    try:
        kept = question.clean(value)
    except AssessmentError:
        assert found is not None
        return
    assert question.clean(kept) == kept
    assert isinstance(question.nudges(kept), tuple)


def test_values_that_no_file_can_hold_are_refused_or_mended() -> None:
    """Half a surrogate pair is no text; a frame is no answer."""
    assert plain("a\ud800b") == "a\ufffdb"
    assert plain("\ud83d\ude00") == "😀"
    assert plain(float("nan")) is None
    with pytest.raises(AssessmentError, match="type object"):
        plain(object())
    deep: list[Any] = []
    for _ in range(60):
        deep = [deep]
    with pytest.raises(AssessmentError, match="nested"):
        plain(deep)
    with pytest.raises(AssessmentError, match="characters"):
        plain("x" * 600_000)
