"""Instrument: a guided tool as data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from equitykit.errors import UnknownName, nearest
from equitykit.instruments.asks import Ask
from equitykit.instruments.base import Id, Model, Words, distinct
from equitykit.instruments.carrying import check_carrying, check_earlier, check_known
from equitykit.instruments.reading import instruments
from equitykit.instruments.rows import RowsAsk
from equitykit.instruments.single import OptionsAsk
from equitykit.instruments.translation import (
    Code,
    Translation,
    every_text,
    given,
    in_language,
    spoken,
    untranslated,
)

Who = Literal["leadership", "team", "community", "staff"]
Bench = Literal[
    "terms", "earlier", "sources", "passages", "coding", "memos", "findings", "answer", "plan", "release"
]


class Track(Model):
    """One way through an instrument. `level` is what a finished run may be called."""

    id: Id
    title: Words
    description: Words
    minutes: Annotated[int, Field(ge=1, le=10_000)]
    level: Literal["full", "short"]


class Link(Model):
    """A source, and where to read it."""

    title: Words
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)]


class Credit(Model):
    """Where the ideas come from, in a sentence, with links."""

    text: Words
    links: tuple[Link, ...] = ()


class Part(Model):
    """A group of questions answered in one sitting.

    Attributes
    ----------
    title : what to do; starts with a verb. intro : shown above the questions.
    who : who answers. tracks : only in these (None: all).
    needs : parts that must be completed before this one can start.
    shows_checks : whether the checks of the process are shown above its questions.
    shows_others : whether other assessments in the same folder are shown on its last page.
    signs_off : whether finishing it is the sign-off, so that what changes later is said.
    bench : what of `Assessment.analysis` is worked on in this part, beside its questions.
    """

    id: Id
    title: Words
    intro: Words | None = None
    who: tuple[Who, ...] = ("team",)
    tracks: tuple[Id, ...] | None = None
    needs: tuple[Id, ...] = ()
    shows_checks: bool = False
    shows_others: bool = False
    signs_off: bool = False
    bench: Bench | None = None
    asks: Annotated[tuple[Ask, ...], Field(min_length=1)]


class Instrument(Model):
    """A guided tool: who it is for, the ways through it, its parts and questions.

    Attributes
    ----------
    id, version, title, subtitle, purpose : what it is and what it is for.
    based_on : id of the tool that ships with equitykit from which a tool of one's own was copied.
    credit : what it was inspired by, and that nobody named there endorses it.
    tracks : ways through it; `default_track` is the one taken where none is named.
    parts : groups of questions, in order.
    language : of its texts. languages : its texts in other ones, by code (`es`); in a file, the name
        of a file beside it may stand in place of the texts.
    """

    id: Id
    version: Words
    based_on: Id | None = None
    language: Code = "en"
    languages: dict[Code, Translation] = {}
    title: Words
    subtitle: Words | None = None
    purpose: Words
    credit: Credit
    tracks: Annotated[tuple[Track, ...], Field(min_length=1)]
    default_track: Id | None = None
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _hangs_together(self) -> Instrument:
        distinct("track", [track.id for track in self.tracks])
        distinct("part", [part.id for part in self.parts])
        distinct("question", [ask.id for ask in self.asks()])
        known = tuple(track.id for track in self.tracks)
        if self.based_on is not None:
            check_known("based_on", "tool that ships", self.based_on, instruments())
        if self.default_track is not None:
            check_known("default_track", "track", self.default_track, known)
        _check_parts(self, known)
        _check_means(self)
        _check_conditions(self)
        _check_recalls(self)
        check_carrying(self)
        _check_languages(self)
        return self

    @property
    def origin(self) -> str:
        """Id of the tool whose orders and short papers fit: the one it was copied from, or its own."""
        return self.based_on or self.id

    def asks(self) -> Iterator[Any]:
        """Every question of every track, in order."""
        return (ask for part in self.parts for ask in part.asks)

    @cached_property
    def _by_id(self) -> dict[str, tuple[Part, Ask]]:
        return {ask.id: (part, ask) for part in self.parts for ask in part.asks}

    def ask(self, id: str) -> Ask:
        """Return the question with this id.

        Raises
        ------
        UnknownName
            There is none.
        """
        if id not in self._by_id:
            raise UnknownName("question", id, self._by_id)
        return self._by_id[id][1]

    def part(self, id: str) -> Part:
        """Return the part with this id, with the questions of all tracks."""
        parts = {part.id: part for part in self.parts}
        if id not in parts:
            raise UnknownName("part", id, parts)
        return parts[id]

    def part_of(self, ask: str) -> Part:
        """Return the part a question stands in."""
        self.ask(ask)
        return self._by_id[ask][0]

    def track(self, id: str | None = None) -> Track:
        """Return the track with this id, or the default one."""
        tracks = {track.id: track for track in self.tracks}
        id = id or self.default_track or self.tracks[0].id
        if id not in tracks:
            raise UnknownName("track", id, tracks)
        return tracks[id]

    def tracks_of(self, ask: str) -> tuple[str, ...]:
        """Return the ids of the tracks a question is asked in."""
        part, own = self.part_of(ask), self.ask(ask).tracks
        every = tuple(track.id for track in self.tracks)
        allowed = part.tracks if part.tracks is not None else every
        return tuple(id for id in every if id in allowed and (own is None or id in own))

    def for_track(self, id: str | None = None) -> tuple[Part, ...]:
        """Return the parts of a track, each with the questions of that track only."""
        track = self.track(id).id
        found = []
        for part in self.parts:
            asks = tuple(ask for ask in part.asks if track in self.tracks_of(ask.id))
            if asks:
                found.append(part.model_copy(update={"asks": asks}))
        return tuple(found)

    def in_language(self, code: str) -> Instrument:
        """Return this instrument with its texts in another language, its own where one is missing."""
        if code == self.language:
            return self
        if code not in self.languages:
            raise UnknownName("language of this instrument", code, (self.language, *self.languages))
        return in_language(self, code)

    def spoken(self, code: str) -> dict[str, str]:
        """Return every text as it is shown in a language, each with the language it is in."""
        return spoken(self, code)

    def untranslated(self, code: str) -> tuple[str, ...]:
        """Return the texts a translation leaves out, by their place in the file."""
        return untranslated(self, code) if code in self.languages else ()

    def meaning(self, means: str) -> Ask | None:
        """Return the question that stands for the title, the decision or one of its dates."""
        return next((ask for ask in self.asks() if ask.means == means), None)


def _check_parts(instrument: Instrument, tracks: tuple[str, ...]) -> None:
    earlier: tuple[str, ...] = ()
    for part in instrument.parts:
        for track in part.tracks or ():
            check_known(f"part {part.id}, tracks", "track", track, tracks)
        for need in part.needs:
            check_known(f"part {part.id}, needs", "earlier part", need, earlier)
        for ask in part.asks:
            for track in ask.tracks or ():
                check_known(f"question {ask.id}, tracks", "track", track, part.tracks or tracks)
            if not instrument.tracks_of(ask.id):
                raise ValueError(f"question {ask.id}: it is asked in no track")
        earlier += (part.id,)


def _check_means(instrument: Instrument) -> None:
    kinds: dict[str, tuple[str, ...]] = {
        "title": ("text",),
        "decision": ("longtext",),
        "asked_on": ("date",),
        "decided_on": ("date",),
        "reviews_from": ("date",),
        "site": ("text", "choice"),
    }
    seen: dict[str, str] = {}
    for ask in instrument.asks():
        if ask.means is None:
            continue
        if ask.means in seen:
            raise ValueError(f'question {ask.id}: "{ask.means}" is already meant by {seen[ask.means]}')
        if ask.kind not in kinds[ask.means]:
            needed = " or ".join(kinds[ask.means])
            raise ValueError(f'question {ask.id}: "{ask.means}" needs the kind {needed}, not {ask.kind}')
        seen[ask.means] = ask.id


def _check_conditions(instrument: Instrument) -> None:
    earlier: tuple[str, ...] = ()
    every = {ask.id for ask in instrument.asks()}
    for ask in instrument.asks():
        if ask.when is not None:
            where = f"question {ask.id}, when"
            check_earlier(where, ask.when.ask, earlier, every)
            _check_condition(instrument, ask, instrument.ask(ask.when.ask), where)
        earlier += (ask.id,)


def _check_recalls(instrument: Instrument) -> None:
    earlier: tuple[str, ...] = ()
    for ask in instrument.asks():
        for recall in ask.recalls:
            where = f"question {ask.id}, recalls"
            check_known(where, "earlier question", recall.ask, earlier)
            other = instrument.ask(recall.ask)
            columns = tuple(other.cells()) if isinstance(other, RowsAsk) else ()
            for column in recall.columns:
                check_known(where, f"column of {other.id}", column, columns)
            if recall.missing and not (recall.columns and isinstance(ask, RowsAsk)):
                raise ValueError(f"{where}: missing needs columns, and is for a question answered in rows")
        earlier += (ask.id,)


def _check_languages(instrument: Instrument) -> None:
    for code, translation in instrument.languages.items():
        if translation.translates not in (None, instrument.id):
            raise ValueError(
                f'languages, {code}: it translates "{translation.translates}", not "{instrument.id}"'
            )
        places = [" > ".join(place) for place in every_text(instrument.model_dump(by_alias=True))]
        for place in given(translation):
            name = " > ".join(place)
            if name not in places:
                close = nearest(name, places)
                hint = f' Did you mean "{close}"?' if close else ""
                raise ValueError(f'languages, {code}: the instrument has no text "{name}".{hint}')


def _check_condition(instrument: Instrument, ask: Any, other: Ask, where: str) -> None:
    if isinstance(other, OptionsAsk):
        for value in ask.when.values:
            check_known(where, f"answer to {other.id}", value, tuple(option.id for option in other.answers))
    elif ask.when.values and other.kind not in ("text", "number", "date"):
        raise ValueError(f"{where}: for a question of kind {other.kind}, use filled: true or filled: false")
    missing = sorted(set(instrument.tracks_of(ask.id)) - set(instrument.tracks_of(other.id)))
    if missing:
        raise ValueError(f'{where}: "{other.id}" is not asked in the track "{missing[0]}", where {ask.id} is')
