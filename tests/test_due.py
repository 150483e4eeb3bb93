"""What is due over all assessments of a folder, and the calendar of it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitykit.assessment import Assessment
from equitykit.cli import main
from equitykit.due import _escaped, _folded, due
from equitykit.errors import ReadError, UnusableChoice

REIA, COLLECTION = "race-equity-impact-assessment", "anti-racist-data-collection"
HOSTILE = "Call; the, \\families\\\r\nEND:VCALENDAR\nnüñ " + "é" * 60 + "\x07"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two instruments, one of them in a folder below; a damaged file; a copy of a file."""
    visits = Assessment.open(tmp_path / "visits.equity.json", instrument=REIA)
    visits.answer("decision_title", "Visits online")
    visits.add_action(what="Call the families", owner="Ana", due="2026-03-01", measure="All called")
    visits.add_action(what="Old work", due="2026-01-01", status="done")
    visits.schedule_reviews("2026-01-10")
    visits.complete_review("r3", "Half done.")
    (tmp_path / "forms").mkdir()
    forms = Assessment.open(tmp_path / "forms" / "intake.equity.json", instrument=COLLECTION)
    forms.add_action(what=HOSTILE, due="2026-04-20")
    forms.add_action(what="Nobody knows when")
    shutil.copy(tmp_path / "visits.equity.json", tmp_path / "visits (1).equity.json")
    visits.update_action("a1", owner="Ben")
    (tmp_path / "broken.equity.json").write_text('{"internal": "x"', "utf-8")
    (tmp_path / "sample_data").mkdir()
    shutil.copy(tmp_path / "forms" / "intake.equity.json", tmp_path / "sample_data" / "x.equity.json")
    return tmp_path


def test_one_register_across_instruments_and_nothing_vanishes(folder: Path) -> None:
    """Overdue first, then soon, later and without a date; a copy is counted once, damage is said."""
    found = due(folder, on="2026-04-02")
    told = [(item.when, item.kind, item.what[:9], item.owner) for item in found.open]
    assert told == [
        ("overdue", "action", "Call the ", "Ben"),
        ("soon", "action", "Call; the", None),
        ("later", "review", "Review af", None),
        ("later", "review", "Review af", None),
        ("later", "review", "Review af", None),
        ("no date", "action", "Nobody kn", None),
    ]
    assert {item.what for item in found.of("over")} == {"Old work", "Review after 3 months"}
    assert found.twice == (("visits (1).equity.json", "visits.equity.json"),)
    assert [name for name, _ in found.unread] == ["broken.equity.json"]
    assert len(found.to_frame()) == len(found.items) == 8
    assert found.to_frame()["title"].nunique() == 2


def test_looking_changes_nothing(folder: Path) -> None:
    """Files are only read, and no hidden folder appears."""
    before = {path: path.read_bytes() for path in folder.rglob("*.json")}
    due(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*.json")} == before


def test_what_was_taken_out_is_not_due(folder: Path) -> None:
    made = Assessment.open(folder / "visits.equity.json")
    made.redact("a1", "Asked for by the family")
    assert "Call the families" not in json.dumps(due(folder, on="2026-04-02").to_dict())


def parsed(text: str) -> list[tuple[str, str, str]]:
    """Content lines as RFC 5545 reads them: unfolded, then name, parameters and value."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    raw = text.split("\r\n")[:-1]
    assert all(0 < len(line.encode("utf-8")) <= 75 for line in raw)
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    found = []
    for line in lines:
        head, colon, value = line.partition(":")
        name, _, parameters = head.partition(";")
        assert colon
        assert name.replace("-", "").isalpha()
        assert name == name.upper()
        found.append((name, parameters, value))
    return found


def unescaped(value: str) -> str:
    """TEXT as 3.3.11 reads it."""
    out, rest = "", iter(value)
    for character in rest:
        assert character not in ";,"
        out += character if character != "\\" else {"n": "\n", "N": "\n"}.get(nxt := next(rest), nxt)
    return out


def test_the_calendar_is_valid_and_says_what_was_written(folder: Path) -> None:
    """Read back by the rules of RFC 5545: structure, required properties, folding and escaping."""
    lines = parsed(due(folder, on="2026-04-02").to_ics())
    stack: list[str] = []
    events: list[dict[str, tuple[str, str]]] = []
    inside: dict[str, tuple[str, str]] = {}
    for name, parameters, value in lines:
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                inside = {}
        elif name == "END":
            assert stack.pop() == value
            if value == "VEVENT":
                events.append(inside)
        elif stack[-1] == "VEVENT":
            assert name not in inside
            inside[name] = (parameters, value)
    assert stack == []
    assert lines[0] == ("BEGIN", "", "VCALENDAR")
    assert {("VERSION", "", "2.0")} <= set(lines)
    assert len(events) == 5
    assert all({"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= set(event) for event in events)
    assert len({event["UID"] for event in events}) == 5
    assert [event["DTSTART"] for event in events][:2] == [
        ("VALUE=DATE", "20260301"),
        ("VALUE=DATE", "20260420"),
    ]
    assert unescaped(events[1]["SUMMARY"][1]) == HOSTILE.replace("\r\n", "\n").replace("\x07", "")
    assert events[0]["SEQUENCE"] == ("", "1")


@given(st.text(max_size=300))
def test_any_text_survives_folding_and_escaping(text: str) -> None:
    """No character is cut in two, no line is too long, and nothing of it becomes a property."""
    ((name, _, value),) = parsed(_folded(f"SUMMARY:{_escaped(text)}"))
    assert name == "SUMMARY"
    kept = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c == "\n" or c.isprintable())
    assert "".join(c for c in unescaped(value) if c == "\n" or c.isprintable()) == kept


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it is typed: a list on the screen, a calendar file beside it."""
    target = folder / "due.ics"
    with pytest.raises(SystemExit) as ended:
        main(["due", str(folder), "--on", "2026-04-02", "--ics", str(target)])
    assert ended.value.code == 0
    said = capsys.readouterr()
    assert (
        said.out.index("Overdue") < said.out.index("In the next 30 days") < said.out.index("Without a date")
    )
    assert "broken.equity.json" in said.out
    assert target.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    with pytest.raises(SystemExit):
        main(["due", str(folder), "--format", "json"])
    assert json.loads(capsys.readouterr().out)["format"] == "due/1"


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    """An empty folder is no failure; an empty calendar would not be valid."""
    nothing = due(tmp_path)
    assert nothing.items == ()
    with pytest.raises(UnusableChoice, match="Nothing that is open has a date"):
        nothing.to_ics()
    with pytest.raises(ReadError, match="is not a folder"):
        due(tmp_path / "gone")
    with pytest.raises(ReadError, match='"soon" is not a date'):
        due(tmp_path, on="soon")
    assert os.listdir(tmp_path) == []


def test_the_start_page_says_what_is_due_in_each_assessment(tmp_path: Path) -> None:
    """Under the title, beside the state; nothing where nothing is due."""
    from equitykit.widgets.home_page import Home

    late = Assessment.open(tmp_path / "late.equity.json", instrument=REIA)
    late.schedule_reviews("2020-01-10")
    late.add_action(what="Call", due="2020-02-01")
    Assessment.open(tmp_path / "quiet.equity.json", instrument=REIA)
    home = Home(tmp_path)
    hints = {item["id"]: item["hint"] for item in home.list.items}
    assert hints["late.equity.json"] == "Action due since 1 February 2020, and 4 more. late.equity.json"
    assert hints["quiet.equity.json"] == "quiet.equity.json"
    assert home.errors == []
