"""The assessment file: what stands in it, and how it is read and written."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, ValidationError

from equitykit.analysis.section import Section
from equitykit.errors import AssessmentDamaged, AssessmentError
from equitykit.kept import Author, Redacted, moment
from equitykit.kept import KeptModel as _Model
from equitykit.resources import published_schema

INTERNAL = "Internal working paper, not for publication. Use a public report to share what it says."
FORMAT: Literal["assessment/1"] = "assessment/1"
MAX_BYTES = 64_000_000
ActionStatus = Literal["open", "in progress", "done", "held up", "dropped"]
EvidenceStatus = Literal["current", "source not found", "cannot be run again", "detached", "redacted"]


class Entry(_Model):
    """One answer in the history of a question."""

    value: JsonValue = None
    by: Author = None
    at: str = Field(default_factory=moment)
    note: str | None = None
    redacted: Redacted | None = None


class Draft(_Model):
    """What was typed and not yet kept as an answer."""

    value: JsonValue = None
    by: Author = None
    at: str = Field(default_factory=moment)


class Form(_Model):
    """A form that is being filled in: what was typed into its fields, and is no entry yet."""

    values: dict[str, JsonValue]
    by: Author = None
    at: str = Field(default_factory=moment)


class Person(_Model):
    """Somebody named in an answer, and in which question."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    ask: str


class Consent(_Model):
    """How somebody agreed that their words are used, and until when (ISO date)."""

    note: str = ""
    until: str | None = None


class FactChange(_Model):
    """One fact of a piece of evidence, before and after."""

    path: str
    old: JsonValue = None
    new: JsonValue = None


class EvidenceEvent(_Model):
    """Something that happened to a piece of evidence."""

    what: Literal[
        "attached",
        "refreshed",
        "unchanged",
        "source not found",
        "cannot be run again",
        "detached",
        "redacted",
    ]
    by: Author = None
    at: str = Field(default_factory=moment)
    text: list[str] = Field(default_factory=list)
    changes: list[FactChange] = Field(default_factory=list)
    made: str | None = None
    data_sha256: str | None = None


class EvidenceItem(_Model):
    """A piece of evidence in its place."""

    id: str
    ask: str
    status: EvidenceStatus = "current"
    mark: str | None = None
    consent: Consent | None = None
    evidence: dict[str, JsonValue]
    history: list[EvidenceEvent] = Field(default_factory=list)
    redacted: Redacted | None = None


class ActionEvent(_Model):
    """What changed in an action: field -> [before, after]."""

    by: Author = None
    at: str = Field(default_factory=moment)
    changes: dict[str, list[JsonValue]] = Field(default_factory=dict)


class Action(_Model):
    """Who does what, by when, and how it is measured. `effect`: what it did in fact, seen when looking back."""

    id: str
    ask: str | None = None
    what: str
    owner: str | None = None
    due: str | None = None
    measure: str | None = None
    status: ActionStatus = "open"
    effect: str | None = None
    history: list[ActionEvent] = Field(default_factory=list)
    redacted: Redacted | None = None


class Review(_Model):
    """A look back: some months after the decision took effect, or on a day that was chosen (`months` is None).

    `result` without `done` is still being written.
    """

    id: str
    months: int | None = None
    due: str
    done: str | None = None
    result: str | None = None
    by: Author = None
    history: list[ActionEvent] = Field(default_factory=list)
    redacted: Redacted | None = None

    @property
    def named(self) -> str:
        """What it is called."""
        return f"Review after {self.months} months" if self.months is not None else "Another review"


class Log(_Model):
    """Something that happened to the assessment as a whole, or to a part."""

    what: Literal[
        "begun",
        "track",
        "language",
        "finished",
        "reopened",
        "instrument",
        "copied",
        "recovered",
        "redacted",
        "taken over",
    ]
    subject: str | None = None
    note: str | None = None
    by: Author = None
    at: str = Field(default_factory=moment)


class InstrumentRef(_Model):
    """The instrument the answers belong to; `source` is set for one that does not ship, `based_on` for a copy."""

    id: str
    version: str
    title: str
    source: str | None = None
    based_on: str | None = None

    @property
    def origin(self) -> str:
        """As `Instrument.origin`."""
        return self.based_on or self.id


class AssessmentFile(_Model):
    """One assessment, as it stands in its file."""

    internal: str = INTERNAL
    format: Literal["assessment/1"] = FORMAT
    revision: Annotated[int, Field(ge=1)] = 1
    uid: str = Field(default_factory=lambda: uuid.uuid4().hex)
    saved: str = Field(default_factory=moment)
    instrument: InstrumentRef
    track: str
    language: str | None = None
    title: str
    working_title: str
    decision: str | None = None
    people: list[Person] = Field(default_factory=list)
    answers: dict[str, list[Entry]] = Field(default_factory=dict)
    drafts: dict[str, Draft] = Field(default_factory=dict)
    forms: dict[str, Form] = Field(default_factory=dict)
    evidence: list[EvidenceItem] = Field(default_factory=list)
    actions: list[Action] = Field(default_factory=list)
    reviews: list[Review] = Field(default_factory=list)
    analysis: Section | None = None
    log: list[Log] = Field(default_factory=list)
    folded: dict[str, int] = Field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Write as UTF-8 JSON, one value per line, with the notice first."""
        return self.model_dump_json(indent=1).encode("utf-8") + b"\n"


def from_bytes(data: bytes, *, name: str) -> AssessmentFile:
    """Read an assessment.

    Raises
    ------
    AssessmentError
        It is too large, or it is another format.
    AssessmentDamaged
        It is cut off, is not JSON, or a value in it cannot be.
    """
    check_size(len(data), name=name)
    if not data.strip(b" \t\r\n\0"):
        raise AssessmentDamaged(f'"{name}" is empty.')
    try:
        return AssessmentFile.model_validate_json(data)
    except ValidationError as error:
        raise _complaint(error, name) from None


def check_size(size: int, *, name: str) -> None:
    """Refuse a file that is too large to be an assessment."""
    if size > MAX_BYTES:
        raise AssessmentError(
            f'"{name}" has {size:,} bytes; an assessment has at most {MAX_BYTES:,}.',
            next_step="Check that it is the right file.",
        )


def _complaint(error: ValidationError, name: str) -> AssessmentError:
    first = error.errors(include_url=False)[0]
    place = " > ".join(str(key) for key in first["loc"])
    if first["type"] == "json_invalid":
        return AssessmentDamaged(f'"{name}" is cut off or is not JSON ({first["ctx"]["error"]}).')
    if first["loc"] == ("format",):
        given = first.get("input")
        shown = f'"{given}"' if isinstance(given, str) else "nothing"
        return AssessmentError(
            f'"{name}" is not an assessment this version can read: its format is {shown}.', allowed=(FORMAT,)
        )
    return AssessmentDamaged(
        f'"{name}" holds something that cannot be: {place or "the file"}: {first["msg"]}.'
    )


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of an assessment file, as published in schemas/assessment.schema.json."""
    return published_schema("assessment", AssessmentFile.model_json_schema(mode="serialization"))
