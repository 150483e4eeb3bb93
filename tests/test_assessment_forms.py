"""Forms that are being filled in: nothing typed is lost, nothing counts it, and taking a text out reaches it."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from equitykit.assessment import Assessment
from equitykit.assessment.document import Form, from_bytes
from equitykit.assessment.windows import Typed, about, plain, settled
from equitykit.errors import AssessmentError, AssessmentStale
from equitykit.merge import merge

ANALYSIS = "institutional-analysis"
SAID = "Nobody wrote back to the grandmother."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kin.equity.json"


@pytest.fixture
def made(path: Path) -> Assessment:
    """An analysis with a source and a passage."""
    one = Assessment.open(path, instrument=ANALYSIS, by="Ana")
    one.analysis.add_source("Interview 1", kind="interview", voice="families", consent="given")
    masking = one.analysis.begin_excerpt(SAID)
    masking.mask_open()
    one.analysis.add_excerpt("s1", masking.confirm(by="Ana"))
    return one


def again(one: Assessment) -> Assessment:
    return Assessment.open(one.path, by=one.by)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_is_typed_is_there_after_a_crash_and_after_a_save(made: Assessment) -> None:
    before = made.path.read_bytes()
    for end in range(1, 6):
        made.keep_form("memos/new", {"text": "Half a"[:end]})
    assert made.path.read_bytes() == before  # only the journal is written
    crashed = again(made)
    form = crashed.form("memos/new")
    assert form is not None
    assert (form.values, form.by) == ({"text": "Half "}, "Ana")
    crashed.answer("short_name", "Kin")
    assert json.loads(made.path.read_bytes())["forms"]["memos/new"]["values"] == {"text": "Half "}
    assert again(crashed).forms().keys() == {"memos/new"}
    assert crashed.forms("findings/") == {}


def test_a_form_that_is_as_it_was_is_kept_no_longer(made: Assessment) -> None:
    made.keep_form("memos/new", {"text": "x"})
    made.keep_form("memos/new", {})
    assert made.forms() == {}
    assert again(made).forms() == {}
    made.keep_form("memos/new", {"text": "y"})
    made.answer("short_name", "Kin")
    made.keep_form("memos/new", {})
    assert again(made).forms() == {}  # the journal says that it is gone, over what the file holds
    with pytest.raises(AssessmentError):
        made.keep_form("", {"text": "x"})


def test_dropping_a_form_takes_it_out_of_the_file_and_all_beside_it(made: Assessment) -> None:
    made.keep_form("memos/new", {"text": "A secret thought"})
    made.answer("short_name", "Kin")
    made.keep_form("memos/new", {"text": "A secret thought, longer"})
    made.drop_form("memos/new")
    assert b"secret" not in everything(made.path.parent)
    made.drop_form("memos/new")


def test_an_entry_and_the_end_of_its_form_are_one_save(made: Assessment) -> None:
    work = made.analysis
    made.keep_form("memos/new", {"text": "A thought"})
    revision = made.revision
    made.from_form("memos/new", lambda: work.add_memo("A thought"))
    assert made.revision == revision + 1
    saved = again(made)
    assert (len(saved.analysis.memos()), saved.forms()) == (1, {})
    made.keep_form("memos/new", {"text": " "})
    with pytest.raises(AssessmentError, match="empty"):
        made.from_form("memos/new", lambda: work.add_memo(" "))
    assert made.form("memos/new") is not None
    made.from_form("memos/new", lambda: work.change_memo("m1", text="A thought"))  # nothing changes
    assert again(made).forms() == {}


def test_nothing_counts_a_form(made: Assessment, tmp_path: Path) -> None:
    """Not the summary, the state of a part, a merge or the history: the file is the same but for `forms`."""
    other_path = tmp_path / "other" / "kin.equity.json"
    other_path.parent.mkdir()
    other_path.write_bytes(made.path.read_bytes())
    words = "Words that are only being written"
    names = "memos/new", "findings/new", "sources/s1", "evidence/numbers/story", "release/new", "code/x1/Ana"
    for name in names:
        made.keep_form(name, {"text": words, "label": words, "which": ["f1"]})
    made.commit_drafts()
    other = Assessment.open(other_path, by="Ana")
    for one in (made, other):
        one.answer("short_name", "Kin")
    files = [one.to_dict() for one in (made, other)]
    assert list(files[0].pop("forms")) == list(names)
    assert files[1].pop("forms") == {}
    assert [without_times(one) for one in files[:1]] == [without_times(one) for one in files[1:]]
    assert made.summary() == other.summary()
    assert made.texts()[: -len(names)] == other.texts()
    assert words not in json.dumps(merge([made.path, other.path]).to_dict(), default=str)


def without_times(document: dict[str, Any]) -> str:
    text = json.dumps({name: value for name, value in document.items() if name not in ("saved", "folded")})
    return re.sub(r'"at": "[^"]*"', "", text)


def test_old_files_and_old_journals_are_read(made: Assessment) -> None:
    document = json.loads(made.path.read_bytes())
    del document["forms"]
    made.path.write_text(json.dumps(document, indent=1), "utf-8")
    old = made.path.parent / ".equitykit" / f"kin.{'a' * 12}.drafts"
    record = {"uid": document["uid"], "n": 1, "base": document["revision"], "ask": "short_name"}
    old.write_text(
        "\n" + json.dumps({**record, "value": "Kin", "by": "Ben", "at": "2031-01-01T00:00:00+00:00"}) + "\n"
    )
    opened = Assessment.open(made.path)
    assert (opened.value("short_name"), opened.forms()) == ("Kin", {})


@pytest.mark.parametrize("value", ['"text"', "7", '{"a": NaN}', '{"a": 1e999}', "[]", "null"])
def test_a_journal_that_holds_nonsense_does_no_harm(made: Assessment, value: str) -> None:
    uid = json.loads(made.path.read_bytes())["uid"]
    journal = made.path.parent / ".equitykit" / f"kin.{'b' * 12}.drafts"
    journal.write_text(
        f'\n{{"uid": "{uid}", "n": 1, "base": 1, "form": "memos/new", "at": "x", "value": {value}}}\n'
    )
    opened = Assessment.open(made.path)
    opened.keep_form("memos/new", {"text": "fine"})
    opened.answer("short_name", "Kin")
    assert again(opened).forms()["memos/new"].values == {"text": "fine"}


# --- two windows ---


def test_the_window_that_is_behind_is_told_and_takes_its_form_into_a_copy(made: Assessment) -> None:
    other = again(made)
    other.answer("short_name", "Ben")
    with pytest.raises(AssessmentStale):
        made.keep_form("memos/new", {"text": "typed by Ana"})
    copy = made.save_as_copy()
    assert copy.forms()["memos/new"].values == {"text": "typed by Ana"}
    assert again(made).forms() == {}  # what is in the copy is not for this file


def test_the_window_that_is_behind_finds_its_form_when_it_opens_the_file_again(made: Assessment) -> None:
    again(made).answer("short_name", "Ben")
    with pytest.raises(AssessmentStale):
        made.keep_form("memos/new", {"text": "typed by Ana"})
    for _ in range(2):
        with pytest.raises(AssessmentStale):
            made.from_form("memos/new", lambda: made.analysis.add_memo("typed by Ana"))
    opened = again(made)
    assert opened.forms()["memos/new"].values == {"text": "typed by Ana"}
    copy = made.save_as_copy()
    assert (list(copy.forms()), list(copy.analysis.memos())) == (["memos/new"], [])
    copy.from_form("memos/new", lambda: copy.analysis.add_memo("typed by Ana"))
    assert [memo.text for memo in again(copy).analysis.memos()] == ["typed by Ana"]


def test_an_entry_that_could_not_be_saved_is_not_added_twice(
    made: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: the form stays, and saving again adds the entry once."""
    made.keep_form("memos/new", {"text": "A thought"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(AssessmentError, match="no space left"):
            made.from_form("memos/new", lambda: made.analysis.add_memo("A thought"))
    assert made.form("memos/new") is not None
    made.from_form("memos/new", lambda: made.analysis.add_memo("A thought"))
    assert (len(again(made).analysis.memos()), again(made).forms()) == (1, {})


def test_words_that_were_taken_over_are_not_shown_twice(made: Assessment) -> None:
    """One window after the other is killed, and nothing was saved between."""
    made.keep_form("memos/new", {"text": "one"})
    second = again(made)
    second.keep_form("memos/new", {"text": "one, two"})
    third = again(made)
    assert {name: form.values for name, form in third.forms().items()} == {"memos/new": {"text": "one, two"}}
    third.answer("short_name", "Kin")
    assert third.forms().keys() == again(third).forms().keys() == {"memos/new"}


def test_words_typed_apart_both_stand(made: Assessment) -> None:
    other = again(made)
    made.keep_form("memos/new", {"text": "by Ana"})
    time.sleep(0.002)
    other.keep_form("memos/new", {"text": "by Ben"}, by="Ben")
    third = again(made)
    assert {name: form.values["text"] for name, form in third.forms().items()} == {
        "memos/new": "by Ben",
        "memos/new//2": "by Ana",
    }
    assert third.other_forms("memos/new").keys() == {"memos/new//2"}
    third.answer("short_name", "Kin")
    assert again(third).forms().keys() == third.forms().keys()


def test_words_for_an_entry_that_was_changed_since_never_stand_over_the_change(made: Assessment) -> None:
    made.analysis.add_finding("The agency has no form.")
    made.keep_form("findings/f1/how", {"how": "typed and not saved"})
    journal = next((made.path.parent / ".equitykit").glob("*.drafts"))
    typed = journal.read_bytes()
    other = again(made)
    time.sleep(0.002)
    other.drop_form("findings/f1/how")
    other.analysis.change_finding("f1", how="saved by Ben")
    journal.write_bytes(
        typed.replace(b'"n": 1', b'"n": 99')
    )  # as if it had come late, from a folder that is synced
    third = again(made)
    assert third.form("findings/f1/how") is None
    (beside,) = third.other_forms("findings/f1/how").values()
    assert beside.values == {"how": "typed and not saved"}


def test_a_journal_that_grew_after_it_was_folded_does_not_bring_old_forms_back(made: Assessment) -> None:
    """The number that was folded is kept as long as the journal is there."""
    made.keep_form("memos/new", {"text": "one"})
    other = again(made)
    other.from_form("memos/new", lambda: other.analysis.add_memo("one"))
    with pytest.raises(AssessmentStale):
        made.draft("short_name", "Ki")
    other.analysis.add_memo("two")
    other.analysis.add_memo("three")
    assert again(made).forms() == {}


def form(text: str, at: str) -> Form:
    return Form(values={"text": text}, at=at)


def test_which_words_stand() -> None:
    """Each rule by itself: known to the window, taken over, apart, let go of, and late."""

    def typed(
        text: str | None, at: str, *, over: str = "", current: bool = True, name: str = "m/new"
    ) -> Typed:
        return Typed(name, None if text is None else form(text, at), at, over, current)

    def texts(
        *found: Typed, have: dict[str, Form] | None = None, changed: dict[str, str] | None = None
    ) -> dict[str, Any]:
        return {name: one.values["text"] for name, one in settled(have or {}, found, changed).items()}

    old = {"m/new": form("old", "1")}
    assert texts(have=old) == {"m/new": "old"}
    assert texts(typed("new", "2"), have=old) == {"m/new": "new"}
    assert texts(typed(None, "2"), have=old) == {}
    assert texts(typed(None, "2", current=False), have=old) == {"m/new": "old"}
    assert texts(typed("new", "2", current=False), have=old) == {"m/new": "old", "m/new//2": "new"}
    assert texts(typed("new", "2", over="1", current=False), have=old) == {"m/new": "new"}
    assert texts(typed("old", "2", current=False), have=old) == {"m/new": "old"}
    assert texts(typed("a", "1"), typed("b", "2", over="1")) == {"m/new": "b"}
    assert texts(typed("a", "3"), typed("b", "2", over="1")) == {"m/new": "a", "m/new//2": "b"}
    three = texts(typed("a", "1"), typed("b", "2"), typed("c", "3"))
    assert three == {"m/new": "c", "m/new//2": "b", "m/new//3": "a"}
    late = typed("a", "1", current=False, name="f/f1/how")
    assert texts(late, changed={"f1": "2"}) == {"f/f1/how//2": "a"}
    assert texts(late, changed={"f1": "0"}) == {"f/f1/how": "a"}
    assert (about("findings/f1/how//2"), plain("code/x1/Ana")) == (("f1", "how"), "code/x1/Ana")


def test_recovery_brings_forms_back_from_the_last_good_version_and_the_journal(made: Assessment) -> None:
    made.keep_form("memos/new", {"text": "folded"})
    made.answer("short_name", "Kin")
    made.keep_form("findings/new", {"title": "in the journal"})
    made.path.write_bytes(b"damaged")
    back = Assessment.recover(made.path)
    assert {name: one.values for name, one in again(back).forms().items()} == {
        "memos/new": {"text": "folded"},
        "findings/new": {"title": "in the journal"},
    }


# --- taking out ---


def test_taking_an_entry_out_takes_what_is_typed_about_it(made: Assessment) -> None:
    made.analysis.add_finding("The agency has no form.")
    made.keep_form("findings/f1/how", {"how": "A worker named Quillon"})
    made.keep_form("memos/new", {"text": "Something else"})
    again(made).keep_form("findings/f1/works", {"works": "Quillon again"})  # in a journal of another window
    made.redact("f1", "It names somebody.")
    assert made.forms().keys() == {"memos/new"}
    assert b"Quillon" not in everything(made.path.parent)


def test_a_form_can_be_taken_out_and_is_named_where_the_same_words_stand(made: Assessment) -> None:
    made.keep_form("memos/new", {"kind": "debrief", "text": f"She said: {SAID}"})
    made.keep_form("earlier/1-f1", {"state": "changed in part", "note": ""})
    held = {one.id: one for one in made.texts()}
    assert (held["memos/new"].kind, held["memos/new"].label) == ("Being written", f"She said: {SAID}")
    assert "earlier/1-f1" not in held
    assert made.analysis.withdraw_consent("s1", "They asked.") == ("memos/new",)
    assert made.redact("memos/new", "It repeats what was taken back.") == ()
    assert made.forms().keys() == {"earlier/1-f1"}
    assert b"grandmother" not in everything(made.path.parent)


def test_somebody_who_takes_their_words_back_takes_along_what_is_typed_about_them(made: Assessment) -> None:
    made.answer("short_name", "Kin")
    made.keep_form("sources/s1", {"note": "Lives beside the old mill"})
    made.keep_form("code/x1/Ben", {"note": "the mill too"})
    made.answer("short_name", "Kin again")
    made.keep_form("sources/s1", {"note": "Lives beside the old mill, alone"})
    again(made).keep_form("passages/x1", {"place": "mill"})
    made.analysis.withdraw_consent("s1", "They asked.")
    assert made.forms() == {}
    assert b"mill" not in everything(made.path.parent)
    document = from_bytes(made.path.read_bytes(), name="x")
    assert document.analysis is not None
    assert document.analysis.sources[0].consent == "withdrawn"


def test_a_recovery_file_is_reached_too(made: Assessment) -> None:
    made.keep_form("sources/s1", {"note": "Lives beside the old mill"})
    beside = made.path.parent / "kin.recovery-0123abcd.equity.json"
    made.answer("short_name", "Kin")
    beside.write_bytes(made.path.read_bytes())
    assert b"mill" in beside.read_bytes()
    made.analysis.withdraw_consent("s1", "They asked.")
    assert b"mill" not in everything(made.path.parent)


def test_a_key_is_on_disk_in_a_moment(made: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    """One record and one forced write for each key; the file itself is not written. How long: benchmarks."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(handle))
    for n in range(5):
        made.keep_form("memos/new", {"text": "x" * n})
    made.keep_form("memos/new", {"text": "x" * n})  # nothing was typed
    assert len(synced) == 5
