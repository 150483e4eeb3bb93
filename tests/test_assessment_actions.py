"""Actions while they are typed: saved at once, in the register when the field is left, never lost or doubled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equitykit import instruments
from equitykit.assessment import Assessment
from equitykit.errors import AssessmentError, AssessmentStale
from equitykit.report import assessment_document, markdown

REIA = "race-equity-impact-assessment"
SECRET = "a sentence about one family, which nobody else may read"


def row(what: str = "", **fields: str) -> dict[str, Any]:
    return {"what": what, "owner": "", "due": "", "measure": "", "status": "open", **fields}


@pytest.fixture
def made(tmp_path: Path) -> Assessment:
    return Assessment.open(tmp_path / "v.equity.json", instrument=REIA, by="Ana")


def test_what_is_typed_survives_a_crash_and_becomes_one_event(made: Assessment) -> None:
    """Every keystroke is on disk; the register gets one event, with who typed it."""
    ids: tuple[str | None, ...] = (None,)
    for text in ("A", "As", "Ask"):
        ids = made.draft_actions("actions", [{**row(text), "id": ids[0]}])
    assert ids == ("a1",)
    assert made.actions() == ()
    found = Assessment.open(made.path, by="Ben")  # as after a crash: nothing was closed
    assert [one["what"] for one in found.action_rows()] == ["Ask"]
    assert "typed in another window, or before the program stopped" in found.notes[0]
    found.leave("actions")
    (action,) = found.actions()
    assert (action.id, action.what, len(action.history), action.history[0].by) == ("a1", "Ask", 1, "Ana")


def test_only_what_differs_is_a_draft(made: Assessment) -> None:
    """So that a change of somebody else to another field of the action stays."""
    made.add_action(what="Ask", owner="Ana", due="2026-05-01", ask="actions")
    made.draft_actions("actions", [{"id": "a1", **row("Ask", owner="Ana", due="2026-06-01")}])
    assert made.drafts()["actions"].value == {"a1": {"due": "2026-06-01"}}
    made.draft_actions("actions", [{"id": "a1", **row("Ask", owner="Ana", due="2026-05-01")}])
    assert dict(made.drafts()) == {}
    assert made.leave("actions") is False
    assert len(made.actions()[0].history) == 1


def test_what_cannot_be_kept_stays_typed_and_says_why(made: Assessment) -> None:
    """A day that is none, or nothing said: neither lost nor in the register."""
    made.draft_actions("actions", [row("Ask", due="soon"), row(owner="Ben"), row("Call")])
    made.commit_drafts()
    assert [action.what for action in made.actions()] == ["Call"]
    problems = made.action_problems("actions")
    assert set(problems) == {"a1", "a2"}
    assert "soon" in str(problems["a1"])
    before = made.revision
    made.commit_drafts()
    assert made.revision == before
    again = Assessment.open(made.path)
    rows = again.action_rows()
    assert [(one["id"], one["what"], one["due"], one["owner"]) for one in rows] == [
        ("a3", "Call", "", ""),
        ("a1", "Ask", "soon", ""),
        ("a2", "", "", "Ben"),
    ]
    again.draft_actions("actions", [rows[0], {**rows[1], "due": "2026-05-01"}, {**rows[2], "owner": ""}])
    again.commit_drafts()
    assert {action.id: action.due for action in again.actions()} == {"a3": None, "a1": "2026-05-01"}
    assert dict(again.drafts()) == {}


def test_another_author_and_another_window(made: Assessment) -> None:
    """The first author's words are theirs; a window that is behind may write its draft, and is told."""
    made.draft_actions("actions", [row("Ask")], by="Ana")
    made.draft_actions("actions", [{"id": "a1", **row("Ask")}, row("Call")], by="Ben")
    made.commit_drafts()
    assert [(action.what, action.history[0].by) for action in made.actions()] == [
        ("Ask", "Ana"),
        ("Call", "Ben"),
    ]
    behind = Assessment.open(made.path, by="Cem")
    made.update_action("a1", status="done")
    with pytest.raises(AssessmentStale):
        behind.draft_actions(
            "actions", [{"id": "a1", **row("Ask", owner="Cem")}, {"id": "a2", **row("Call")}]
        )
    again = Assessment.open(made.path)
    again.commit_drafts()
    (first, _) = again.actions()
    assert (first.status, first.owner) == ("done", "Cem")


def test_taking_an_action_out_reaches_what_is_being_typed(made: Assessment) -> None:
    """File, last good copy and journal hold the text no more."""
    made.add_action(what="Call them", ask="actions")
    made.draft_actions("actions", [{"id": "a1", **row(SECRET)}])
    made.redact("a1", "Asked for")
    held = [path.read_bytes() for path in made.path.parent.rglob("*") if path.is_file()]
    assert held
    assert not any(SECRET.encode() in data for data in held)


def test_a_public_report_does_not_hold_what_is_being_typed(made: Assessment) -> None:
    made.draft_actions("actions", [row(SECRET)])
    assert SECRET not in markdown.render(assessment_document(made, public=True))


def test_only_actions_take_actions(made: Assessment) -> None:
    with pytest.raises(AssessmentError, match="does not take actions"):
        made.draft_actions("proposal", [row("x")])


WORDS = st.sampled_from(["", "Ask", "Call", "Train"])
STEPS = st.lists(
    st.tuples(
        st.lists(
            st.tuples(WORDS, WORDS, st.sampled_from(["", "2026-05-01", "soon"])), min_size=1, max_size=3
        ),
        st.sampled_from(["type", "leave", "reopen"]),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_is_typed_is_shown_again(tmp_path_factory: pytest.TempPathFactory, steps: Any) -> None:
    """After any order of typing, leaving and reopening, the page shows what was typed, each action once."""
    path = tmp_path_factory.mktemp("any") / "v.equity.json"
    made = Assessment.open(path, instrument=REIA, by="Ana")
    shown: list[dict[str, Any]] = []
    for cells, then in steps:
        for place, (what, owner, due) in enumerate(cells):
            if place < len(shown):
                shown[place] |= {"what": what or shown[place]["what"], "owner": owner, "due": due}
            elif what:
                shown.append({"id": None, **row(what, owner=owner, due=due)})
        if shown:
            ids = made.draft_actions("actions", shown)
            shown = [{**one, "id": id} for one, id in zip(shown, ids, strict=True)]
        if then == "leave":
            made.leave("actions")
        elif then == "reopen":
            made = Assessment.open(path, by="Ana")
    assert sorted((one["id"], one["what"], one["owner"], one["due"]) for one in made.action_rows()) == sorted(
        (one["id"], one["what"], one["owner"], one["due"]) for one in shown
    )


# --- no score, and no impact as plus or minus ---

VERDICTS = {"positive", "negative", "neutral", "mixed", "beneficial", "harmful", "good", "bad", "adverse"}
VERDICTS |= {"plus", "minus", "pass", "fail", "no impact", "low impact", "medium impact", "high impact"}
SCORES = {"score", "scores", "points", "rating", "rank", "ranking", "grade", "stars", "index"}


def offered() -> list[tuple[str, str]]:
    """Every answer that can be chosen in any instrument that ships, with where it stands."""
    found = []
    for id in instruments.instruments():
        for ask in instruments.load(id).asks():
            columns = ask.typed_columns() if isinstance(ask, instruments.RowsAsk) else ()
            for option in (*getattr(ask, "answers", ()), *(o for column in columns for o in column.options)):
                found.append((f"{id}, {ask.id}", option.label))
    return found


def said_plainly(label: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in label.casefold()).split())


def test_no_instrument_reduces_an_impact_to_plus_or_minus_or_to_points() -> None:
    """A decision can help some people and harm others; a box hides it, and so does a number."""
    every = offered()
    assert len(every) > 100
    for place, label in every:
        plainly = said_plainly(label)
        assert plainly not in VERDICTS, f"{place}: {label}"
        assert plainly.removesuffix(" impact").removesuffix(" effect") not in VERDICTS, f"{place}: {label}"
        assert not plainly.replace(" ", "").isdecimal(), f"{place}: {label}"


def test_no_instrument_asks_for_a_score_of_a_group_or_a_person() -> None:
    """Neither a question nor a column is a score, a rank or a grade."""
    for id in instruments.instruments():
        for ask in instruments.load(id).asks():
            columns = ask.typed_columns() if isinstance(ask, instruments.RowsAsk) else ()
            names = [ask.id.replace("_", " "), ask.label, *(column.label for column in columns)]
            words = {word for name in names for word in said_plainly(name).split()}
            assert not words & SCORES, f"{id}, {ask.id}: {words & SCORES}"


@pytest.mark.parametrize("planted", ["Positive", "negative impact", "Neutral.", "3", "High impact"])
def test_the_guard_sees_what_it_should(planted: str) -> None:
    """Planted: each of these would be found."""
    plainly = said_plainly(planted)
    short = plainly.removesuffix(" impact").removesuffix(" effect")
    assert plainly in VERDICTS or short in VERDICTS or plainly.isdecimal()
