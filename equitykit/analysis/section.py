"""What an Institutional Analysis keeps in the file of its assessment: nothing is changed without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, JsonValue

from equitykit.kept import Author, KeptModel, Redacted, moment

FORMAT: Literal["analysis/1"] = "analysis/1"
SourceKind = Literal["document", "case_file", "interview", "focus_group", "observation", "data"]
Voice = Literal["families", "youth", "community", "staff", "leadership", "partners", "records"]
Level = Literal["team", "agency", "public"]
ConsentState = Literal["not asked", "given", "not needed", "withdrawn"]
MemoKind = Literal["memo", "debrief"]
ConcernKind = Literal["safety", "harm now", "legal date", "other"]
ConcernState = Literal["raised", "passed on", "closed"]
AnswerState = Literal["will act", "acts already", "acts in part", "will not act", "no answer yet"]
ChangeState = Literal["changed", "changed in part", "not changed", "not known"]

SOURCE_KINDS: dict[str, str] = {
    "document": "Document",
    "case_file": "Case file",
    "interview": "Interview",
    "focus_group": "Focus group",
    "observation": "Observation",
    "data": "Data",
}
VOICES: dict[str, str] = {
    "families": "Families",
    "youth": "Young people",
    "community": "Community and advocates",
    "staff": "Staff who work with families",
    "leadership": "Leadership",
    "partners": "Courts, schools, providers and other partners",
    "records": "Nobody speaks: records and rules",
}
FAMILY_VOICES = ("families", "youth")
LEVELS: dict[str, str] = {
    "team": "Stays with the team",
    "agency": "May be shown to the agency",
    "public": "May be quoted in public where a passage says so",
}
CONCERNS: dict[str, str] = {
    "safety": "Somebody's safety",
    "harm now": "A practice that hurts people now",
    "legal date": "A right or a legal date that is about to pass",
    "other": "Another matter that cannot wait",
}
ANSWERS: tuple[str, ...] = get_args(AnswerState)
CHANGES: tuple[str, ...] = get_args(ChangeState)


class Event(KeptModel):
    """What changed in an entry: field -> [before, after]."""

    by: Author = None
    at: str = Field(default_factory=moment)
    changes: dict[str, list[JsonValue]] = Field(default_factory=dict)


class Item(KeptModel):
    """An entry with its history. `aside`: set aside as a mistake; it stays in the file and counts for nothing."""

    texts: ClassVar[tuple[str, ...]] = ()

    id: str
    by: Author = None
    at: str = Field(default_factory=moment)
    aside: bool = False
    history: list[Event] = Field(default_factory=list)
    redacted: Redacted | None = None

    @property
    def stands(self) -> bool:
        """Whether it was neither set aside nor taken out."""
        return not self.aside and self.redacted is None

    def empty(self, redacted: Redacted) -> Iterator[str]:
        """Take the texts out, of the history too; give them once more."""
        for name in self.texts:
            value = getattr(self, name)
            yield from [value] if isinstance(value, str) else value or []
            setattr(self, name, [] if isinstance(value, list) else "")
        for event in self.history:
            for name in self.texts:
                yield from _walk(event.changes.pop(name, None))
        self.redacted = redacted


class Source(Item):
    """Where passages come from. `label` is a working name, such as "Interview 4"; no name of a person."""

    texts: ClassVar[tuple[str, ...]] = ("label", "note", "consent_note")

    label: str
    kind: SourceKind
    voice: Voice
    level: Level = "team"
    consent: ConsentState = "not asked"
    consent_note: str = ""
    consent_until: str | None = None
    day: str | None = None
    note: str = ""


class Confirmed(KeptModel):
    """Who confirmed the masking of a passage and when; what was flagged, and what was left, by kind."""

    by: str
    at: str
    flagged: dict[str, int] = Field(default_factory=dict)
    left: dict[str, int] = Field(default_factory=dict)


class Excerpt(Item):
    """A passage with the masking that somebody confirmed."""

    texts: ClassVar[tuple[str, ...]] = ("text", "place")

    source: str
    text: str
    place: str = ""
    quotable: bool = False
    masking: Confirmed


class FeatureEntry(Item):
    """A feature of the team's list."""

    texts: ClassVar[tuple[str, ...]] = ()

    label: str
    what: str = ""
    ask: str = ""


class Book(KeptModel):
    """The list the team began with."""

    id: str
    version: str
    title: str


class Coding(KeptModel):
    """What one coder saw in one passage; no features: looked at, and none fits. The latest stands."""

    excerpt: str
    by: str
    at: str = Field(default_factory=moment)
    features: list[str] = Field(default_factory=list)
    note: str = ""


class Memo(Item):
    """A thought, or what a debrief of the team came to."""

    texts: ClassVar[tuple[str, ...]] = ("title", "text")

    kind: MemoKind = "memo"
    title: str = ""
    text: str
    about: list[str] = Field(default_factory=list)
    day: str | None = None


class Finding(Item):
    """How something comes about: from the family's standpoint, with what speaks for and against it."""

    texts: ClassVar[tuple[str, ...]] = ("title", "problem", "how", "counter_note", "works", "groups")

    title: str
    problem: str = ""
    how: str = ""
    features: list[str] = Field(default_factory=list)
    evidence: list[str] = Field(default_factory=list)
    numbers: list[str] = Field(default_factory=list)
    counter: list[str] = Field(default_factory=list)
    counter_note: str = ""
    groups: list[str] = Field(default_factory=list)
    works: str = ""
    owner: str = ""


class Recommendation(Item):
    """What would have to change. `action` is its entry in the register of actions, once there is one."""

    texts: ClassVar[tuple[str, ...]] = ("what",)

    finding: str
    what: str
    owner: str = ""
    action: str | None = None


class Response(Item):
    """The agency's answer, in its own words; to one finding or to all (`finding` is None)."""

    texts: ClassVar[tuple[str, ...]] = ("text", "who")

    finding: str | None = None
    who: str
    text: str
    state: AnswerState
    day: str


class Release(KeptModel):
    """The team lets findings out: which, as they stood (a fingerprint), who agreed, and on which day."""

    findings: dict[str, str]
    agreed: list[str]
    day: str
    by: Author = None
    at: str = Field(default_factory=moment)
    note: str = ""


class Signature(KeptModel):
    """Somebody of the team accepts the terms of confidentiality."""

    who: str
    terms: str
    day: str
    by: Author = None
    at: str = Field(default_factory=moment)


class Concern(Item):
    """That something could not wait, and to which office it went. The matter itself is never written here."""

    texts: ClassVar[tuple[str, ...]] = ("to",)

    about: ConcernKind
    to: str
    day: str
    state: ConcernState = "raised"


class EarlierFinding(KeptModel):
    """A finding of an earlier analysis, as it stood."""

    id: str
    title: str
    problem: str = ""
    how: str = ""
    works: str = ""
    recommendations: list[str] = Field(default_factory=list)


class Look(Item):
    """What became of an earlier finding."""

    texts: ClassVar[tuple[str, ...]] = ("note",)

    finding: str
    state: ChangeState
    note: str = ""


class Earlier(KeptModel):
    """The analysis that this one follows up."""

    file: str
    uid: str
    revision: int
    saved: str
    title: str
    by: Author = None
    at: str = Field(default_factory=moment)
    findings: list[EarlierFinding] = Field(default_factory=list)


class Rule(KeptModel):
    """From when on a finding is marked as seen from several sides; it marks, it does not block."""

    kinds: Annotated[int, Field(ge=1, le=6)] = 2
    families: bool = True
    by: Author = None
    at: str = Field(default_factory=moment)


class Section(KeptModel):
    """The qualitative work in one assessment file."""

    format: Literal["analysis/1"] = FORMAT
    book: Book | None = None
    features: list[FeatureEntry] = Field(default_factory=list)
    rules: list[Rule] = Field(default_factory=list)
    signatures: list[Signature] = Field(default_factory=list)
    sources: list[Source] = Field(default_factory=list)
    excerpts: list[Excerpt] = Field(default_factory=list)
    codings: list[Coding] = Field(default_factory=list)
    memos: list[Memo] = Field(default_factory=list)
    findings: list[Finding] = Field(default_factory=list)
    recommendations: list[Recommendation] = Field(default_factory=list)
    responses: list[Response] = Field(default_factory=list)
    releases: list[Release] = Field(default_factory=list)
    concerns: list[Concern] = Field(default_factory=list)
    earlier: list[Earlier] = Field(default_factory=list)
    looks: list[Look] = Field(default_factory=list)

    def items(self) -> Iterator[Item]:
        """Everything that has an id and a text of its own."""
        yield from (*self.sources, *self.excerpts, *self.memos, *self.findings, *self.recommendations)
        yield from (*self.responses, *self.concerns, *self.looks)

    def redact(self, id: str, redacted: Redacted) -> list[str]:
        """Take one entry out of the section, and the notes of coders on a passage with it; give the texts."""
        taken: list[str] = []
        for item in self.items():
            if item.id == id and item.redacted is None:
                taken += item.empty(redacted)
        for coding in self.codings:
            if coding.excerpt == id and coding.note:
                taken.append(coding.note)
                coding.note = ""
        return [text for text in taken if text.strip()]

    def places(self) -> dict[str, Any]:
        """Every entry with what it says, to look for a text that was copied."""
        said: dict[str, Any] = {item.id: item.model_dump() for item in self.items()}
        for coding in self.codings:
            if coding.note:
                said.setdefault(f"{coding.excerpt}, note of {coding.by}", []).append(coding.note)
        return said


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)
