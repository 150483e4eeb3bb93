"""Instrument files: what is read, what is refused, and in which words."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from equitykit import instruments
from equitykit.errors import EquitykitError, InstrumentError, UnknownName
from equitykit.instruments import reading
from equitykit.resources import folder

HEAD = """\
id: small
version: "1.0"
title: A small one
purpose: To try things.
credit: {text: Ours.}
tracks:
  - {id: full, title: Full, description: All., minutes: 5, level: full}
  - {id: fast, title: Short, description: Some., minutes: 2, level: short}
parts:
  - id: one
    title: Say it
    asks:
"""


def small(*asks: str) -> str:
    """Give an instrument with one part and these questions."""
    return HEAD + "".join(f"      - {ask}\n" for ask in asks)


def complaint(text: str) -> InstrumentError:
    """Give the error a text is refused with."""
    with pytest.raises(InstrumentError) as caught:
        instruments.loads(text, name="small.yaml")
    return caught.value


def test_every_shipped_instrument_loads_and_is_named_after_its_id() -> None:
    """A file whose name and id differ could never be loaded again from an assessment."""
    assert "race-equity-impact-assessment" in instruments.instruments()
    for id in instruments.instruments():
        assert instruments.load(id).id == id


def test_an_instrument_is_frozen() -> None:
    """Instruments are shared between assessments."""
    loaded = instruments.load("race-equity-impact-assessment")
    with pytest.raises(ValueError, match="frozen"):
        setattr(loaded, "title", "Other")  # noqa: B010


def test_an_unknown_id_names_the_nearest() -> None:
    """A misspelt id is the most likely mistake."""
    with pytest.raises(UnknownName, match='Did you mean "race-equity-impact-assessment"'):
        instruments.load("race-equity-impact-assesment")


def test_loading_from_a_path(tmp_path: Path) -> None:
    """A file of one's own is loaded like a shipped one."""
    path = tmp_path / "mein é.yaml"
    path.write_text(small("{id: a, kind: text, label: A}"), encoding="utf-8-sig")
    assert instruments.load(path).ask("a").label == "A"
    assert instruments.load(str(path)).id == "small"
    with pytest.raises(InstrumentError, match="cannot be read"):
        instruments.load(tmp_path / "gone.yaml")


@pytest.mark.parametrize("loader", ["fast", "plain"])
def test_every_value_is_the_text_that_was_written(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unquoted yes, 1.10 and dates are not read as something else, with either YAML parser."""
    if loader == "plain":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    options = "[{id: yes, label: Yes}, {id: no, label: No}]"
    text = small(f"{{id: a, kind: choice, label: A, options: {options}}}").replace('"1.0"', "1.10")
    text = text.replace("title: A small one", "title: 2024-01-31")
    loaded = instruments.loads(text)
    assert loaded.version == "1.10"
    assert loaded.title == "2024-01-31"
    ask = loaded.ask("a")
    assert isinstance(ask, instruments.ChoiceAsk)
    assert [option.label for option in ask.options] == ["Yes", "No"]
    shipped = folder("schemas") / "instruments" / "race-equity-impact-assessment.yaml"
    assert reading.read_yaml(shipped)[0]["version"] == "1.1"


DANGERS = {
    "tag": ('title: !!python/object/apply:os.system ["true"]', "tag"),
    "own tag": ("title: !include other.yaml", "tag"),
    "anchor": ("title: &a x", 'anchor "&a"'),
    "alias": ("title: *a", "alias|not YAML|undefined"),
    "deep": ("title: " + "[" * 40 + "]" * 40, "nested more than"),
    "very deep": ("title: " + "[" * 100_000, "nested more than"),
    "two documents": ("title: x\n---\ntitle: y", "second document"),
    "twice": ("title: x\ntitle: y", '"title" is written twice'),
    "list as a name": ("? [a, b]\n: x", "as a name"),
    "no mapping": ("- a", "does not hold an instrument"),
    "empty": ("", "does not hold an instrument"),
    "broken": ("title: 'x", "line 1"),
    "control": ("title: \x00", "not YAML"),
}


@pytest.mark.parametrize("loader", ["fast", "plain"])
@pytest.mark.parametrize("danger", DANGERS)
def test_dangerous_yaml_is_refused(danger: str, loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run, nothing grows, and the line is named."""
    if loader == "plain":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    text, words = DANGERS[danger]
    started = time.perf_counter()
    assert re.search(words, str(complaint(text)))
    assert time.perf_counter() - started < 2


def test_a_billion_laughs_are_refused_at_once() -> None:
    """The classic bomb: each level refers ten times to the one before."""
    lines = ["a0: &a0 lol"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "anchor" in str(complaint("\n".join(lines)))


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    """More than a megabyte is no instrument."""
    path = tmp_path / "large.yaml"
    path.write_text("title: " + "x" * 1_000_001)
    with pytest.raises(InstrumentError, match=r"1,000,0\d\d bytes"):
        instruments.load(path)
    assert "1,000,000 characters" in str(complaint("title: " + "x" * 1_000_001))


def test_text_that_is_not_utf8_is_said(tmp_path: Path) -> None:
    """A file saved as latin-1 is a likely mistake."""
    path = tmp_path / "latin.yaml"
    path.write_bytes("title: é".encode("latin-1"))
    with pytest.raises(InstrumentError, match="Save it as UTF-8"):
        instruments.load(path)


CHOICE = "{id: a, kind: choice, label: A, options: [{id: x, label: X}, {id: y, label: Y}]}"
MISTAKES = {
    "misspelt field": (
        small("{id: a, kind: text, lable: A, label: B}"),
        'line 13, parts[0] (one) > asks[0] (a) > lable: there is no field "lable". Did you mean "label"?',
    ),
    "misspelt field of an option": (
        small("{id: a, kind: choice, label: A, options: [{id: x, label: X, hit: h}, {id: y, label: Y}]}"),
        'options[0] (x) > hit: there is no field "hit". Did you mean "hint"?',
    ),
    "unknown kind": (
        small("{id: a, kind: tex, label: A}"),
        'there is no kind "tex". Did you mean "text"? Allowed: text, longtext,',
    ),
    "no kind": (small("{id: a, label: A}"), "asks[0] (a): it has no kind"),
    "no label": (small("{id: a, kind: text}"), "asks[0] (a) > label: it is missing"),
    "empty label": (small('{id: a, kind: text, label: ""}'), "label: it is empty"),
    "bad id": (small("{id: Größe, kind: text, label: A}"), '"Größe" cannot be used: use small letters'),
    "duplicate ids": (
        small("{id: a, kind: text, label: A}", "{id: a, kind: text, label: B}"),
        'the question id "a" is used twice',
    ),
    "choice without options": (small("{id: a, kind: choice, label: A}"), "options: it is missing"),
    "duplicate options": (
        small("{id: a, kind: choice, label: A, options: [{id: x, label: X}, {id: x, label: Y}]}"),
        'the option id "x" is used twice',
    ),
    "condition on nobody": (
        small(CHOICE, "{id: b, kind: text, label: B, when: {ask: aa, is: x}}"),
        'question b, when: there is no earlier question "aa". Did you mean "a"?',
    ),
    "condition on a later one": (
        small("{id: b, kind: text, label: B, when: {ask: a, is: x}}", CHOICE),
        '"a" comes later',
    ),
    "condition on itself": (
        small("{id: b, kind: text, label: B, when: {ask: b, is: x}}"),
        "the question itself",
    ),
    "condition on an unknown answer": (
        small(CHOICE, "{id: b, kind: text, label: B, when: {ask: a, is: z}}"),
        'there is no answer to a "z"',
    ),
    "two conditions": (
        small(CHOICE, "{id: b, kind: text, label: B, when: {ask: a, is: x, filled: true}}"),
        "say exactly one of: is, is_not, any_of, filled",
    ),
    "condition across tracks": (
        small(
            "{id: a, kind: text, label: A, tracks: [full]}",
            "{id: b, kind: text, label: B, when: {ask: a, filled: true}}",
        ),
        '"a" is not asked in the track "fast", where b is',
    ),
    "condition on the content of a table": (
        small(
            "{id: a, kind: people, label: A}",
            "{id: b, kind: text, label: B, when: {ask: a, is: x}}",
        ),
        "use filled: true or filled: false",
    ),
    "unknown track": (
        small("{id: a, kind: text, label: A, tracks: [ful]}"),
        'no track "ful". Did you mean "full"?',
    ),
    "range upside down": (
        small("{id: a, kind: number, label: A, min: 3, max: 1}"),
        "min (3) is above max (1)",
    ),
    "minutes in words": (
        small("{id: a, kind: text, label: A}").replace("minutes: 5", "minutes: five"),
        '"five"',
    ),
    "date that is none": (small("{id: a, kind: date, label: A, min: 2024-02-30}"), "is no date"),
    "required and optional": (
        small("{id: a, kind: text, label: A, required: Say., optional: true}"),
        "either required or optional",
    ),
    "table without columns": (small("{id: a, kind: table, label: A}"), "columns: it is missing"),
    "column of an unknown kind": (
        small("{id: a, kind: table, label: A, columns: [{id: x, label: X, kind: grup}]}"),
        '"grup" is not allowed. Did you mean "group"?',
    ),
    "choice column without options": (
        small("{id: a, kind: table, label: A, columns: [{id: x, label: X, kind: choice}]}"),
        "a choice needs options",
    ),
    "evidence of an unknown kind": (
        small("{id: a, kind: evidence, label: A, accepts: [audits]}"),
        'Did you mean "audit"?',
    ),
    "two titles": (
        small("{id: a, kind: text, label: A, means: title}", "{id: b, kind: text, label: B, means: title}"),
        '"title" is already meant by a',
    ),
    "unsafe link": (
        small("{id: a, kind: text, label: A}").replace(
            "{text: Ours.}", '{text: Ours., links: [{title: X, url: "javascript:x"}]}'
        ),
        "write an address that starts with https://",
    ),
    "list where a mapping belongs": (small("[a, b]"), "asks[0]"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_said_with_place_value_and_what_is_allowed(mistake: str) -> None:
    """The exact words matter: they are all the author of an instrument gets to see."""
    text, words = MISTAKES[mistake]
    message = str(complaint(text))
    assert words in message
    assert message.startswith('"small.yaml"')
    assert "pydantic" not in message


def test_further_mistakes_are_counted() -> None:
    """One at a time, but the author knows how many are left."""
    text = small("{id: a, kind: text, lable: A, label: B, hepl: x}")
    assert "There is 1 more problem after this one." in str(complaint(text))


def test_a_track_shows_its_own_questions_only() -> None:
    """Questions and parts of other tracks are left out."""
    loaded = instruments.loads(
        small("{id: a, kind: text, label: A, tracks: [full]}", "{id: b, kind: text, label: B}")
        + "  - {id: two, title: Do it, tracks: [full], asks: [{id: c, kind: text, label: C}]}\n"
    )
    assert [[ask.id for ask in part.asks] for part in loaded.for_track("full")] == [["a", "b"], ["c"]]
    assert [[ask.id for ask in part.asks] for part in loaded.for_track("fast")] == [["b"]]
    with pytest.raises(UnknownName, match='Did you mean "fast"'):
        loaded.for_track("fats")


def test_the_published_schema_is_the_one_of_the_models() -> None:
    """The file is what editors use; the models are what counts."""
    published = json.loads((folder("schemas") / "instrument.schema.json").read_text("utf-8"))
    assert published == instruments.json_schema()
    jsonschema.Draft202012Validator.check_schema(published)


def test_shipped_instruments_fit_the_published_schema() -> None:
    """A second, independent reading of each file: ordinary YAML and an ordinary validator."""
    validator = jsonschema.Draft202012Validator(instruments.json_schema())
    for path in (folder("schemas") / "instruments").glob("*.yaml"):
        data: Any = yaml.safe_load(path.read_text("utf-8"))
        assert [error.message for error in validator.iter_errors(data)] == []
        broken = {**data, "colour": "red"}
        assert not validator.is_valid(broken)


def test_errors_are_of_one_family() -> None:
    """Callers catch one class."""
    assert issubclass(InstrumentError, EquitykitError)
