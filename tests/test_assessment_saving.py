"""Saving: whole or not at all, one writer at a time, and a way back from damage."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from equitykit.assessment import Assessment, files
from equitykit.assessment.document import from_bytes
from equitykit.errors import AssessmentDamaged, AssessmentError, AssessmentStale

REIA = "race-equity-impact-assessment"
ROOT = Path(__file__).resolve().parent.parent
REPLACE = os.replace


def journals(path: Path) -> list[Path]:
    """Journals of drafts beside an assessment."""
    return sorted((path.parent / ".equitykit").glob("*.drafts"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the assessment lies."""
    return tmp_path / "Größe 1.equity.json"


@pytest.fixture
def made(path: Path) -> Assessment:
    """An assessment with one answer."""
    found = Assessment.open(path, instrument=REIA, by="Ana")
    found.answer("desired_result", "first")
    return found


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits asked for; nobody really waits."""
    waits: list[float] = []
    monkeypatch.setattr(files, "sleep", waits.append)
    return waits


WRITER = """
import sys
from equitykit.assessment import Assessment
made = Assessment.open(sys.argv[1], by="child")
print("ready", flush=True)
number = 0
while True:
    number += 1
    made.draft("proposal", f"{number} " + "x" * 3000)
    if number % 3 == 0:
        made.leave("proposal")
    if number % 7 == 0:
        made.answer("why_now", f"{number} " + "y" * 20000)
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_killed_at_any_moment_the_file_holds_the_old_or_the_new(made: Assessment, path: Path) -> None:
    """Fourteen kills, each at another moment; what the child said was kept is there."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    revision = made.revision
    for attempt in range(14):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, env=environment, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.01 + 0.0071 * attempt)
        child.send_signal(signal.SIGKILL)
        said = [int(line) for line in child.stdout.read().split() if line.isdigit()]
        child.wait()
        child.stdout.close()
        whole = from_bytes(path.read_bytes(), name=path.name)
        assert whole.revision >= revision
        again = Assessment.open(path, by="parent")
        text = str(again.value("proposal"))
        number, x = text.split(" ")
        assert set(x) == {"x"}
        assert len(x) == 3000
        assert not said or int(number) in (said[-1], said[-1] + 1)
        assert again.value("desired_result") == "first"
        again.answer("proposal", "0 " + "x" * 3000)
        revision = again.revision
        assert list(path.parent.glob(".*.saving")) == []
        # A child killed before it wrote anything leaves an empty journal, which goes when it is old.
        assert [kept for kept in journals(path) if kept.stat().st_size] == []
        for empty in journals(path):
            os.utime(empty, (0, 0))
        again.answer("why_now", "parent")
        assert journals(path) == []


def test_an_empty_journal_goes_once_nobody_can_be_about_to_write_to_it(made: Assessment, path: Path) -> None:
    """A crash between making a journal and its first record leaves one; so does a window just typed in."""
    fresh, old = (path.parent / ".equitykit" / f"Größe 1.{letter * 12}.drafts" for letter in "ab")
    fresh.touch()
    old.touch()
    os.utime(old, (0, 0))
    made.answer("proposal", "kept")
    assert journals(path) == [fresh]


@pytest.mark.parametrize("moment", ["write", "fsync", "replace"])
def test_a_crash_inside_saving_leaves_the_old_file(
    made: Assessment, path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """A fault planted at each step; drafts in the journal come back."""
    made.draft("proposal", "typed")
    before = path.read_bytes()

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "write":
            patch.setattr(files, "open", crash, raising=False)
        else:
            patch.setattr(os, moment, crash)
        with pytest.raises(KeyboardInterrupt):
            made.leave("proposal")
    assert path.read_bytes() == before
    again = Assessment.open(path)
    assert again.value("proposal") == "typed"
    assert again.leave("proposal")


def test_a_crash_between_saving_and_tidying_does_not_bring_drafts_back(
    made: Assessment, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal is still there, but the file says how much of it was folded in."""
    made.draft("proposal", "old draft")
    with monkeypatch.context() as patch:
        patch.setattr(files, "remove", lambda _: None)
        made.answer("proposal", "the answer")
    assert list((path.parent / ".equitykit").glob("*.drafts"))
    again = Assessment.open(path)
    assert [entry.value for entry in again.history("proposal")] == ["the answer"]
    assert again.drafts() == {}
    assert again.notes == ()
    again.answer("why_now", "x")
    assert not list((path.parent / ".equitykit").glob("*.drafts"))


def test_a_journal_cut_off_in_the_middle_loses_the_last_key_only(made: Assessment, path: Path) -> None:
    """And garbage in it does no harm."""
    made.draft("proposal", "one")
    made.draft("proposal", "two")
    (journal,) = (path.parent / ".equitykit").glob("*.drafts")
    journal.write_bytes(journal.read_bytes()[:-9] + b'\n[1]\n{"uid": 3}\n\xff\xfe\n' + b"[" * 5000)
    assert Assessment.open(path).value("proposal") == "one"


def test_a_second_writer_is_refused_and_can_keep_a_copy(made: Assessment, path: Path) -> None:
    """Two windows on one file: nothing is overwritten, nothing typed is lost."""
    other = Assessment.open(path, by="Ben")
    other.answer("proposal", "by Ben")
    with pytest.raises(AssessmentStale, match="save_as_copy") as caught:
        made.answer("proposal", "by Ana")
    assert "Nothing was overwritten" in str(caught.value)
    with pytest.raises(AssessmentStale):
        made.draft("why_now", "typed by Ana")
    with pytest.raises(AssessmentStale):
        made.commit_drafts()
    assert Assessment.open(path).value("proposal") == "by Ben"
    copy = made.save_as_copy()
    assert copy.path.name == "Größe 1 (copy).equity.json"
    assert copy.value("proposal") == "by Ana"
    assert copy.value("why_now") == "typed by Ana"
    assert made.save_as_copy().path.name == "Größe 1 (copy 2).equity.json"
    copy.answer("why_now", "goes on")
    other.answer("why_now", "goes on too")
    last = Assessment.open(path)
    # What Ana typed is in her copies; the other file stays as Ben left it.
    assert [entry.value for entry in last.history("why_now")] == ["goes on too"]
    assert [entry.value for entry in copy.history("why_now")] == ["typed by Ana", "goes on"]


def test_drafts_of_a_window_still_open_are_not_lost(made: Assessment, path: Path) -> None:
    """Ben opens while Ana types; what Ana typed stands in Ben's window, and her next key is refused."""
    made.draft("proposal", "Ana is typ")
    other = Assessment.open(path, by="Ben")
    assert other.value("proposal") == "Ana is typ"
    other.answer("why_now", "Ben")
    with pytest.raises(AssessmentStale):
        made.draft("proposal", "Ana is typing")
    third = Assessment.open(path)
    assert third.value("proposal") == "Ana is typing"
    assert third.value("why_now") == "Ben"


def test_a_change_made_by_hand_is_not_overwritten(made: Assessment, path: Path) -> None:
    """Even with the same revision number."""
    path.write_text(path.read_text("utf-8").replace('"first"', '"by hand"'), "utf-8")
    with pytest.raises(AssessmentStale):
        made.answer("desired_result", "second")
    assert Assessment.open(path).value("desired_result") == "by hand"


def test_a_file_that_was_moved_is_not_made_again(made: Assessment, path: Path) -> None:
    """Otherwise there would be two."""
    path.rename(path.with_name("moved.equity.json"))
    for _ in range(2):
        with pytest.raises(AssessmentError, match="moved or deleted"):
            made.draft("proposal", "x")
        with pytest.raises(AssessmentError, match="moved or deleted"):
            made.answer("proposal", "y")
    path.with_name("moved.equity.json").rename(path)
    made.answer("proposal", "z")
    assert Assessment.open(path).value("proposal") == "z"


DAMAGE = {
    "cut off": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "zeros": lambda data: b"\0" * len(data),
    "noise": lambda data: bytes(range(256)),
    "other json": lambda data: b'["a"]',
    "missing parts": lambda data: b'{"format": "assessment/1"}',
    "nested": lambda data: b"[" * 200_000,
    "wrong kind": lambda data: data.replace(b'"answers": {', b'"answers": 3, "x": {'),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_never_overwritten(made: Assessment, path: Path, kind: str) -> None:
    """Opening names the last good version; saving is refused; recovery goes to a new file."""
    made.draft("proposal", "typed since")
    damaged = DAMAGE[kind](path.read_bytes())
    path.write_bytes(damaged)
    with pytest.raises(AssessmentDamaged, match="The last good version is revision 2, saved ") as caught:
        Assessment.open(path, instrument=REIA)
    assert 'Assessment.recover("Größe 1.equity.json")' in str(caught.value)
    with pytest.raises((AssessmentDamaged, AssessmentStale)):
        made.answer("proposal", "x")
    assert path.read_bytes() == damaged
    back = Assessment.recover(path)
    assert path.read_bytes() == damaged
    assert back.path.name == "Größe 1 (recovered).equity.json"
    assert back.value("desired_result") == "first"
    assert back.value("proposal") == "typed since"
    assert Assessment.recover(path, to=path.with_name("b.equity.json")).value("desired_result") == "first"
    with pytest.raises(AssessmentError, match="exists already"):
        Assessment.recover(path, to=path.with_name("b.equity.json"))


def test_damage_without_a_last_good_version(made: Assessment, path: Path) -> None:
    """Then it says so."""
    path.write_bytes(b"{")
    for left in (path.parent / ".equitykit").iterdir():
        left.write_bytes(b"{")
    with pytest.raises(AssessmentDamaged, match="No last good version"):
        Assessment.open(path)
    with pytest.raises(AssessmentError, match="no last good version"):
        Assessment.recover(path)
    assert made.value("desired_result") == "first"


def test_other_formats_and_sizes_are_refused(path: Path) -> None:
    """A later format is no damage; a huge file is not read."""
    path.write_text('{"internal": "x", "format": "assessment/2"}')
    with pytest.raises(AssessmentError, match='its format is "assessment/2". Allowed: assessment/1'):
        Assessment.open(path)
    with path.open("wb") as file:
        file.truncate(64_000_001)
    with pytest.raises(AssessmentError, match="64,000,001 bytes"):
        Assessment.open(path)


def test_a_deleted_file_begun_anew_keeps_the_earlier_version(made: Assessment, path: Path) -> None:
    """Beginning again under the same name does not take the way back."""
    made.draft("proposal", "old draft")
    path.unlink()
    new = Assessment.open(path, instrument=REIA)
    assert new.value("desired_result") is None
    assert new.value("proposal") is None
    (earlier,) = (path.parent / ".equitykit").glob("*.earlier-*.json")
    assert b'"first"' in earlier.read_bytes()


class Refusing:
    """A sync client or scanner that refuses to let go a number of times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.asked = 0

    def __call__(self, source: Any, target: Any) -> None:
        """Refuse, then let it happen."""
        self.asked += 1
        if self.asked <= self.times:
            raise PermissionError(13, "Access is denied")
        REPLACE(source, target)


def test_a_refusal_is_tried_again(
    made: Assessment, path: Path, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """Refused twice, then it works; nobody notices."""
    monkeypatch.setattr(os, "replace", Refusing(2))
    made.answer("proposal", "kept")
    assert slept == [0.05, 0.1]
    assert Assessment.open(path).value("proposal") == "kept"


def test_a_lasting_refusal_is_said_and_the_text_is_kept(
    made: Assessment, path: Path, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """About two seconds, then words, a recovery file, and a way on."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", Refusing(10**6))
        with pytest.raises(AssessmentError, match="another program holds it") as caught:
            made.answer("proposal", "must not be lost")
    assert sum(slept) == pytest.approx(2.0)
    (recovery,) = path.parent.glob("*.recovery-*.equity.json")
    assert recovery.name in str(caught.value)
    assert Assessment.open(recovery).value("proposal") == "must not be lost"
    assert Assessment.open(path).value("proposal") is None
    made.answer("why_now", "later")
    assert Assessment.open(path).value("proposal") == "must not be lost"
    assert not recovery.exists()
    assert list(path.parent.glob(".*.saving")) == []


def test_a_full_disk_is_said(made: Assessment, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be written, not even a recovery file; the old file stays."""
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(AssessmentError, match="no space left on device.*still here"):
            made.answer("proposal", "x")
        with pytest.raises(AssessmentError, match="no space left on device"):
            made.draft("why_now", "y")
    assert path.read_bytes() == before
    made.answer("who_decides", None)
    made.commit_drafts()
    again = Assessment.open(path)
    assert (again.value("proposal"), again.value("why_now")) == ("x", "y")


def lock_of(path: Path) -> Path:
    """The lock file."""
    return path.parent / ".equitykit" / f"{path.name.removesuffix('.equity.json')}.lock"


def test_a_lock_whose_program_has_ended_is_taken_over_at_once(made: Assessment, path: Path) -> None:
    """As after a crash on this computer."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    note = {"token": "t", "pid": child.pid, "host": platform.node()}
    lock_of(path).write_text(json.dumps(note))
    started = time.monotonic()
    made.answer("proposal", "x")
    assert time.monotonic() - started < 1
    assert not lock_of(path).exists()


@pytest.mark.parametrize("note", ['{"token": "t", "pid": 1, "host": "another computer"}', "", "{"])
def test_a_lock_of_somebody_else_is_waited_for_and_then_taken_over(
    made: Assessment, path: Path, note: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether that program has ended cannot be seen from here; a lock cut off counts sooner."""
    monkeypatch.setattr(files, "LOCK_TAKEN_AFTER", 0.3)
    monkeypatch.setattr(files, "EMPTY_LOCK_TAKEN_AFTER", 0.3)
    lock_of(path).write_text(note)
    started = time.monotonic()
    made.answer("proposal", "x")
    assert time.monotonic() - started > 0.3
    assert Assessment.open(path).value("proposal") == "x"


def test_a_lock_that_is_never_free_is_said(
    made: Assessment, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not hang."""
    monkeypatch.setattr(files, "LOCK_GIVEN_UP_AFTER", 0.2)
    lock_of(path).write_text('{"token": "t", "pid": 1, "host": "another computer"}')
    with pytest.raises(AssessmentError, match="saving it all the time"):
        made.answer("proposal", "x")


def test_many_writers_lose_nothing(made: Assessment, path: Path) -> None:
    """Four programs add to one file at once, opening it again when refused; all is in the history."""
    program = (
        "import sys\n"
        "from equitykit.assessment import Assessment\n"
        "from equitykit.errors import AssessmentStale\n"
        "for number in range(6):\n"
        "    while True:\n"
        "        try:\n"
        "            Assessment.open(sys.argv[1]).answer('why_now', f'{sys.argv[2]}-{number}')\n"
        "            break\n"
        "        except AssessmentStale:\n"
        "            pass\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    children = [
        subprocess.Popen([sys.executable, "-c", program, str(path), name], env=environment) for name in "abcd"
    ]
    assert [child.wait(timeout=60) for child in children] == [0, 0, 0, 0]
    values = [str(entry.value) for entry in Assessment.open(path).history("why_now")]
    assert sorted(values) == sorted(f"{name}-{number}" for name in "abcd" for number in range(6))
    assert Assessment.open(path).revision == made.revision + 24


def test_a_folder_that_cannot_hold_the_hidden_one(tmp_path: Path) -> None:
    """A file called .equitykit stands in the way."""
    (tmp_path / ".equitykit").write_text("x")
    with pytest.raises(AssessmentError, match="cannot be saved in"):
        Assessment.open(tmp_path / "x.equity.json", instrument=REIA)


def test_rights_of_the_file_stay(made: Assessment, path: Path) -> None:
    """A file shared with a group stays shared, a private one private."""
    path.chmod(0o640)
    made.answer("proposal", "x")
    assert path.stat().st_mode & 0o777 == 0o640
