"""What is carried on from one answer to another: declared in the instrument, proposed, taken over, never lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from equitykit import widgets
from equitykit.assessment import Assessment
from equitykit.errors import AssessmentError, InstrumentError
from equitykit.instruments import Instrument, load, loads
from equitykit.widgets.actions import ActionsField
from equitykit.widgets.fields import RowsField, TaskList
from equitykit.widgets.wizard import Wizard

REIA = "race-equity-impact-assessment"
GROUPS = (
    "{id: groups, kind: table, label: Who, "
    "columns: [{id: group, label: Group, kind: group}, {id: n, label: N, kind: number}]}"
)
SAID = "{id: said, kind: longtext, label: What is proposed}"
LIKED = "{id: liked, kind: choice, label: Liked, options: [{id: a, label: A}, {id: b, label: B}]}"


def small(*asks: str) -> str:
    lines = "".join(f"      - {ask}\n" for ask in asks)
    return (
        "id: small\nversion: '1'\ntitle: Small\npurpose: To try.\ncredit: {text: Our own.}\n"
        "tracks: [{id: full, title: Full, description: All., minutes: 5, level: full}]\n"
        f"parts:\n  - id: one\n    title: One\n    asks:\n{lines}"
    )


def table(extra: str) -> str:
    columns = (
        "[{id: name, label: Name}, {id: many, label: Many, kind: number}, "
        "{id: sure, label: Sure, kind: choice, options: [{id: a, label: A}, {id: b, label: B}]}]"
    )
    return f"{{id: here, kind: table, label: Here, columns: {columns}, {extra}}}"


REFUSED = {
    "an unknown question": (
        small(GROUPS, table("starts_from: {ask: group, columns: {name: group}}")),
        'question here, starts_from: there is no earlier question "group". Did you mean "groups"? Allowed: groups',
    ),
    "a later question": (
        small(table("starts_from: {ask: groups, columns: {name: group}}"), GROUPS),
        'question here, starts_from: "groups" comes later or is the question itself; name an earlier one',
    ),
    "an unknown column here": (
        small(GROUPS, table("starts_from: {ask: groups, columns: {nam: group}}")),
        'question here, starts_from, columns: there is no column of here "nam". Did you mean "name"? '
        "Allowed: name, many, sure",
    ),
    "an unknown column there": (
        small(GROUPS, table("starts_from: {ask: groups, columns: {name: [group, grup]}}")),
        'question here, starts_from, columns: there is no column of groups "grup". '
        'Did you mean "group"? Allowed: group, n',
    ),
    "a name that is none": (
        small(GROUPS, table('starts_from: {ask: groups, columns: {name: "The group"}}')),
        '"The group" cannot be used: use small letters, digits, - and _, and start with a letter',
    ),
    "words in a number": (
        small(GROUPS, table("starts_from: {ask: groups, columns: {many: group}}")),
        'question here, starts_from, columns: "many" is of kind number and cannot be filled from "group", '
        "which is of kind group",
    ),
    "a choice": (
        small(GROUPS, table("starts_from: {ask: groups, columns: {sure: group}}")),
        '"sure" is of kind choice and cannot be filled from "group"',
    ),
    "no columns": (
        small(GROUPS, table("starts_from: {ask: groups}")),
        "question here, starts_from: columns is missing; say which column here is filled from which one of groups",
    ),
    "an unknown cell to be filled": (
        small(GROUPS, table("starts_from: {ask: groups, columns: {name: group}, filled: burden}")),
        'question here, starts_from, filled: there is no column of groups "burden".',
    ),
    "rows from a text": (
        small(SAID, table("starts_from: {ask: said, columns: {name: group}}")),
        "question here, starts_from: rows begin from rows; said is of kind longtext. Allowed: people, table, map",
    ),
    "a text from rows": (
        small(GROUPS, "{id: b, kind: longtext, label: B, starts_from: {ask: groups}}"),
        "question b, starts_from: a text begins from a text; groups is of kind table. Allowed: text, longtext",
    ),
    "columns of a text": (
        small(SAID, "{id: b, kind: longtext, label: B, starts_from: {ask: said, filled: x}}"),
        "question b, starts_from: columns and filled are for rows; b is of kind longtext",
    ),
    "an action that is nothing": (
        small(
            GROUPS, "{id: b, kind: actions, label: B, starts_from: {ask: groups, columns: {owner: group}}}"
        ),
        'question b, starts_from, columns: an action needs "what"',
    ),
    "a choice that begins": (
        small(SAID, LIKED.replace("label: Liked", "label: Liked, starts_from: {ask: said}")),
        'there is no field "starts_from"',
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_cannot_be_carried_on_is_refused_with_its_place(fault: str) -> None:
    text, words = REFUSED[fault]
    with pytest.raises(InstrumentError) as caught:
        loads(text, name="small.yaml")
    assert words in str(caught.value)
    assert '"small.yaml" line ' in str(caught.value)


def tool() -> Instrument:
    """An agency's own instrument, with every way to carry something on."""
    return loads(
        small(
            GROUPS,
            SAID,
            table(
                "word: Place, starts_from: {ask: groups, columns: {name: [group, n], many: n}, filled: group}"
            ),
            "{id: again, kind: longtext, label: Again, starts_from: {ask: said}}",
            "{id: todo, kind: actions, label: To do, starts_from: {ask: here, columns: {what: name}}}",
        )
    )


@pytest.fixture
def one(tmp_path: Path) -> Assessment:
    made = Assessment.create(tmp_path / "own.equity.json", instrument=tool(), by="Ana")
    made.answer("groups", [{"group": "Hmong families", "n": 40}, {"n": 3}, {"group": "Deaf parents"}])
    made.answer("said", "Fewer rooms.")
    return made


def test_a_proposal_is_no_answer_until_it_is_taken_over(one: Assessment) -> None:
    rows = [{"name": "Hmong families, 40", "many": 40}, {"name": "Deaf parents"}]
    found = one.start("here")
    assert found is not None
    assert (found.value, found.source) == (rows, "\u201cWho\u201d")
    assert (one.value("here"), one.history("here"), one.drafts()) == (None, (), {})
    one.take_over("here")
    assert one.value("here") == rows
    (entry,) = one.history("here")
    assert (entry.note, entry.by) == ("Taken over from \u201cWho\u201d.", "Ana")
    assert one.start("here") is None, "it has an answer now"
    one.answer("here", None)
    assert one.start("here") is None, "it was taken back, and is not put there again"
    assert one.start("groups") is None
    assert one.take_over("groups") is None


def test_a_text_begins_from_a_text(one: Assessment) -> None:
    one.take_over("again", by="Ben")
    assert one.value("again") == "Fewer rooms."
    assert (one.history("again")[0].by, one.history("again")[0].note) == (
        "Ben",
        "Taken over from \u201cWhat is proposed\u201d.",
    )


def test_actions_are_offered_one_by_one(one: Assessment) -> None:
    one.answer("here", [{"name": "Open a room"}, {"name": "Pay a line"}, {"many": 3}])
    offered = one.start("todo")
    assert offered is not None
    assert offered.value == [{"what": "Open a room"}, {"what": "Pay a line"}]
    with pytest.raises(AssessmentError, match=r"Which of the 2 actions that are offered\?"):
        one.take_over("todo")
    id = one.take_over("todo", row=1)
    (action,) = one.actions()
    assert (action.id, action.what, action.owner, action.due, action.ask) == (
        id,
        "Pay a line",
        None,
        None,
        "todo",
    )
    log = one.to_dict()["log"][-1]
    assert (log["what"], log["subject"], log["note"]) == (
        "taken over",
        id,
        "Taken over from \u201cHere\u201d.",
    )
    left = one.start("todo")
    assert left is not None
    assert left.value == [{"what": "Open a room"}]


def test_rows_are_called_what_the_instrument_calls_them() -> None:
    called = {ask.id: ask.called for ask in load(REIA).asks() if ask.kind == "table"}
    assert {called[id] for id in ("affected_groups", "effects")} == {"Group"}
    assert (called["alternatives"], called["less_burden"], called["involved"]) == (
        "Alternative",
        "Step",
        "Voice",
    )
    body = loads(small(GROUPS.replace("label: Who", "label: Who, word: Body, min: 2"))).ask("groups")
    assert body.problem([{"group": "Hmong families"}]) == "Give at least 2 bodies; there is 1."


# on the screen


@pytest.fixture
def wz(tmp_path: Path) -> Wizard:
    made = Assessment.create(tmp_path / "own.equity.json", instrument=REIA, by="Ana")
    made.answer(
        "affected_groups", [{"group": "Black families"}, {"group": "Asian and Pacific Islander families"}]
    )
    made.answer("crossing_groups", "Deaf parents in each group.")
    made.answer("places", "Harbor")
    made.answer("proposal", "Visits by video.")
    shown = widgets.assess(made.path)
    assert isinstance(shown, Wizard)
    return shown


def listed(wz: Wizard, kind: type) -> list[Any]:
    return [child for child in wz.body.children if isinstance(child, kind)]


def test_groups_stand_in_the_table_of_benefit_and_burden_until_a_person_goes_on(wz: Wizard) -> None:
    wz.go("part/effects/0")
    field = wz.fields["effects"]
    assert isinstance(field, RowsField)
    assert field.word == "Group"
    assert [row["group"] for row in field.value] == ["Black families", "Asian and Pacific Islander families"]
    assert "It becomes your answer when you change something in it, or go on." in field.help[-1]
    wz.go("parts")
    assert wz.assessment.value("effects") is None, "looking at a page is no answer"
    wz.go("part/effects/0")
    wz.next.click()
    note = wz.assessment.history("effects")[0].note or ""
    assert note.startswith("Taken over from \u201cWhich groups of people")
    assert wz.errors == []


def test_the_first_change_keeps_what_was_taken_over_apart_from_what_was_written(wz: Wizard) -> None:
    wz.go("part/effects/0")
    wz.fields["effects"].value = [{"group": "Black families", "burden": "Bus fares"}]
    wz.fields["effects"].happen("leave")
    first, second = wz.assessment.history("effects")
    assert first.note is not None
    assert second.note is None
    assert second.value == [{"group": "Black families", "burden": "Bus fares"}]
    assert (
        "Named as affected; no row here is about them in the same words: Asian and Pacific Islander families."
        in wz.fields["effects"].nudge
    )


def test_a_step_against_a_burden_becomes_an_action_that_wants_an_owner(wz: Wizard) -> None:
    wz.assessment.answer("less_burden", [{"group": "Black families", "step": "Pay the bus"}])
    wz.go("part/carry_out/0")
    (offers,) = listed(wz, TaskList)
    assert [(item["title"], item["status"]) for item in offers.items] == [
        ("Pay the bus", "Take over as an action")
    ]
    offers.happen("pick", "0")
    field = wz.fields["actions"]
    assert isinstance(field, ActionsField)
    assert [(row["what"], row["owner"]) for row in field.value] == [("Pay the bus", "")]
    assert listed(wz, TaskList) == []
    assert wz.errors == []
