"""Answers, drafts and the state of the parts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from equitykit.assessment.document import (
    AssessmentFile,
    Draft,
    Entry,
    EvidenceItem,
    Log,
    Person,
)
from equitykit.assessment.store import Found, Store
from equitykit.assessment.summary import Problem, State
from equitykit.errors import AssessmentError
from equitykit.instruments import Ask, Instrument, Part
from equitykit.instruments.rows import ROW
from equitykit.instruments.values import blank, plain, same

PathLike = str | os.PathLike[str]
CAME_LATER = "This question came in after this file was begun. You may answer it; nothing waits for it."


class Answers:
    """What was answered, by whom and when; what is missing; and which parts are completed."""

    def __init__(self, store: Store, instrument: Instrument, *, by: str | None) -> None:
        self._store = store
        self._instrument = instrument
        self._by = by
        self._notes: list[str] = []

    # what it is

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.files.path

    @property
    def instrument(self) -> Instrument:
        """The instrument the answers belong to."""
        return self._instrument

    @property
    def track(self) -> str:
        """The way through the instrument."""
        return self._document.track

    @property
    def title(self) -> str:
        """Short name: the answer that stands for it, else the name the file was made with."""
        return self._meaning("title") or self._document.working_title

    @property
    def decision(self) -> str | None:
        """The decision under assessment, in words."""
        return self._meaning("decision")

    @property
    def revision(self) -> int:
        """How many times the file was saved."""
        return self._document.revision

    @property
    def begun(self) -> str:
        """When the assessment was begun, ISO date and time in UTC."""
        return self._document.log[0].at if self._document.log else self._document.saved

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody named in a question about people."""
        found = []
        for ask in self._instrument.asks():
            rows = self.value(ask.id) if ask.kind == "people" else None
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict) and not blank(row):
                    found.append(Person(ask=ask.id, **{name: str(row.get(name) or "") for name in ROW}))
        return tuple(found)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know on opening: another version, drafts found after a crash."""
        return tuple(self._notes)

    @property
    def by(self) -> str | None:
        """Who writes now; a change turns the drafts of the one before into history."""
        return self._by

    @by.setter
    def by(self, name: str | None) -> None:
        if name != self._by:
            self.commit_drafts()
            self._by = name

    def set_track(self, track: str, *, by: str | None = None) -> None:
        """Change the way through the instrument; no answer is lost."""
        id = self._instrument.track(track).id
        if id != self.track:
            self._log("track", note=f"{self.track} -> {id}", by=by)
            self._document.track = id
            self._save()

    # answers

    def draft(self, ask: str, value: Any, *, by: str | None = None) -> None:
        """Keep what is being typed, at once, without making history.

        Drafts of another author are turned into history first.

        Raises
        ------
        AssessmentStale
            Somebody else saved since. What was typed is kept here; use `save_as_copy`.
        """
        value = self._typed(ask).clean(value)
        author = by or self._by
        others = [one for one, draft in self._document.drafts.items() if draft.by != author]
        if ask in others:
            before = self._document.drafts[ask]
            self._enter(ask, before.value, before.by, None, at=before.at)
        differs = not same(value, self._now(ask))
        full = self._set_draft(ask, Draft(value=value, by=author)) if differs or ask in others else False
        changed = self._commit([one for one in others if one != ask], None)
        if (full or ask in others) and not changed:
            self._save()

    def answer(self, ask: str, value: Any, *, by: str | None = None, note: str | None = None) -> bool:
        """Keep an answer in the history.

        Parameters
        ----------
        ask : id of the question.
        value : the answer; None takes the answer back, the history stays.
        note : a remark on this answer.

        Returns
        -------
        bool
            Whether it differs from the last answer.
        """
        value = self._typed(ask).clean(value)
        author, note = by or self._by, plain(note)
        draft = self._document.drafts.get(ask)
        if draft is not None and draft.by != author:
            self._enter(ask, draft.value, draft.by, None, at=draft.at)
        dropped = self._document.drafts.pop(ask, None)
        entered = self._enter(ask, value, author, note)
        if entered or dropped is not None:
            self._save()
        return entered

    def leave(self, ask: str) -> bool:
        """Turn the draft of one question into history: its field was left."""
        self._ask(ask)
        return bool(self._commit([ask], None))

    def commit_drafts(self, *, by: str | None = None) -> tuple[str, ...]:
        """Turn all drafts into history: the part or the author changes, or work ends.

        Parameters
        ----------
        by : author of drafts that have none.

        Returns
        -------
        tuple of str
            The questions whose answer changed.
        """
        return self._commit(list(self._document.drafts), by)

    def value(self, ask: str) -> Any:
        """Return what stands now: the draft, else the last answer; ids of evidence; actions."""
        found = self._ask(ask)
        if found.kind == "evidence":
            return [item.id for item in self._document.evidence if item.ask == ask and stands(item)]
        if found.kind == "actions":
            rows = (item for item in self._document.actions if item.ask == ask and item.redacted is None)
            return [
                item.model_dump(include={"id", "what", "owner", "due", "measure", "status"}) for item in rows
            ]
        return deepcopy(self._now(ask))

    def history(self, ask: str) -> tuple[Entry, ...]:
        """Return every answer ever kept, oldest first; also of a question no longer asked."""
        if ask not in self._document.answers:
            self._ask(ask)
        return tuple(entry.model_copy(deep=True) for entry in self._document.answers.get(ask, ()))

    def drafts(self) -> Mapping[str, Draft]:
        """Return what was typed and not yet kept, by question."""
        return {ask: draft.model_copy(deep=True) for ask, draft in self._document.drafts.items()}

    # parts

    def visible(self, ask: str) -> bool:
        """Whether a question is asked now: on this track, and its condition is met."""
        found = self._ask(ask)
        if self.track not in self._instrument.tracks_of(ask):
            return False
        if found.when is None:
            return True
        return found.when.holds(self.value(found.when.ask) if self.visible(found.when.ask) else None)

    def parts(self) -> tuple[Part, ...]:
        """Return the parts of the track, with its questions, hidden ones included."""
        return self._instrument.for_track(self.track)

    def problems(self, part: str | None = None) -> tuple[Problem, ...]:
        """Return what has to be put right before a part, or everything, is complete."""
        return tuple(
            Problem(ask.id, one.id, text)
            for one in self._some(part)
            for ask in one.asks
            if self.visible(ask.id) and not self._came_later(ask)
            if (text := ask.problem(self.value(ask.id))) is not None
        )

    def prompts(self, part: str | None = None) -> tuple[Problem, ...]:
        """Return what is worth another look; it never holds anything up."""
        names = [person.name for person in self.people]
        return tuple(
            Problem(ask.id, one.id, text)
            for one in self._some(part)
            for ask in one.asks
            if self.visible(ask.id)
            for text in ((CAME_LATER,) if self._came_later(ask) else ask.nudges(self.value(ask.id), names))
        )

    def state(self, part: str) -> State:
        """Return the state of a part, in the words shown to people."""
        (one,) = self._some(part)
        on_track = {other.id for other in self.parts()}
        if any(need in on_track and self.state(need) != "completed" for need in one.needs):
            return "cannot start yet"
        last = next(
            (log.what for log in reversed(self._document.log) if log.subject == part and _ends(log)), None
        )
        if last == "finished" and not self.problems(part):
            return "completed"
        started = last is not None or any(not blank(self.value(ask.id)) for ask in one.asks)
        return "in progress" if started else "not yet started"

    def finish(self, part: str, *, by: str | None = None) -> tuple[Problem, ...]:
        """Answer "have you finished this part?" with yes.

        Returns
        -------
        tuple of Problem
            What is in the way; nothing is recorded then. Empty: the part is completed.
        """
        (one,) = self._some(part)
        self._commit([ask.id for ask in one.asks], by)
        problems = self.problems(part)
        if self.state(part) == "cannot start yet":
            titles = [self._instrument.part(need).title for need in one.needs if self._open(need)]
            return (Problem(one.asks[0].id, part, f"First finish: {', '.join(titles)}."), *problems)
        if not problems and self.state(part) != "completed":
            note = f"revision {self.revision + 1}" if one.signs_off else None
            self._log("finished", subject=part, note=note, by=by)
            self._save()
        return problems

    def reopen(self, part: str, *, by: str | None = None) -> None:
        """Take "finished" back."""
        self._some(part)
        self._log("reopened", subject=part, by=by)
        self._save()

    # within

    def _came_later(self, ask: Ask) -> bool:
        """Whether a question is newer than this file, and not answered: it holds nothing up."""
        return ask.newer_than(self._document.instrument.version) and blank(self.value(ask.id))

    @property
    def _document(self) -> AssessmentFile:
        return self._store.document

    def _ask(self, id: str) -> Ask:
        return self._instrument.ask(id)

    def _typed(self, id: str) -> Ask:
        ask = self._ask(id)
        other = {"evidence": "attach", "actions": "add_action"}.get(ask.kind)
        if other is not None:
            raise AssessmentError(f'"{id}" is not answered with a value.', next_step=f"Use {other}.")
        return ask

    def _some(self, part: str | None) -> tuple[Part, ...]:
        parts = self.parts()
        if part is None:
            return parts
        self._instrument.part(part)
        found = tuple(one for one in parts if one.id == part)
        if not found:
            raise AssessmentError(
                f'The part "{part}" is not in the track "{self.track}".', allowed=[one.id for one in parts]
            )
        return found

    def _open(self, part: str) -> bool:
        return any(one.id == part for one in self.parts()) and self.state(part) != "completed"

    def _now(self, ask: str) -> Any:
        draft = self._document.drafts.get(ask)
        if draft is not None:
            return draft.value
        entries = self._document.answers.get(ask)
        return entries[-1].value if entries else None

    def _meaning(self, means: str) -> str | None:
        ask = self._instrument.meaning(means)
        value = self._now(ask.id) if ask is not None else None
        return value if isinstance(value, str) and not blank(value) else None

    def _set_draft(self, ask: str, draft: Draft) -> bool:
        self._document.drafts[ask] = draft
        self._drop_same(ask)
        return self._store.keep_draft(ask, draft)

    def _drop_same(self, ask: str) -> None:
        """Drop a draft that says what the last answer says."""
        draft = self._document.drafts.get(ask)
        entries = self._document.answers.get(ask)
        if draft is not None and same(draft.value, entries[-1].value if entries else None):
            del self._document.drafts[ask]

    def _enter(self, ask: str, value: Any, by: str | None, note: str | None, at: str | None = None) -> bool:
        entries = self._document.answers.get(ask, [])
        last = entries[-1] if entries else Entry()
        if same(value, last.value) and (note is None or note == last.note):
            return False
        entry = Entry(value=value, by=by, note=note)
        self._document.answers.setdefault(ask, []).append(
            entry if at is None else entry.model_copy(update={"at": at})
        )
        return True

    def _commit(self, asks: list[str], by: str | None) -> tuple[str, ...]:
        changed, dropped = [], False
        for ask in asks:
            draft = self._document.drafts.pop(ask, None)
            dropped = dropped or draft is not None
            if draft is not None and self._enter(
                ask, draft.value, draft.by or by or self._by, None, at=draft.at
            ):
                changed.append(ask)
        if dropped:
            self._save()
        return tuple(changed)

    def _merge(self, found: Found) -> list[str]:
        """Take over drafts of other windows; what they were overtaken by stands."""
        for ask, draft in found.standing.items():
            before = self._document.drafts.get(ask)
            if before is not None and before.by != draft.by:
                self._enter_overtaken(ask, before)
            self._document.drafts[ask] = draft
            self._drop_same(ask)
        for ask, draft in found.overtaken:
            self._enter_overtaken(ask, draft)
        return [ask for ask in found.standing if ask in self._document.drafts]

    def _enter_overtaken(self, ask: str, draft: Draft) -> None:
        entries = self._document.answers.setdefault(ask, [])
        stands = entries[-1] if entries else Entry(by=draft.by)
        if not same(draft.value, stands.value):
            note = "Typed in another window; overtaken by what follows."
            entries.append(Entry(value=draft.value, by=draft.by, at=draft.at, note=note))
            entries.append(stands.model_copy())

    def _log(self, what: Any, *, subject: str | None = None, note: str | None = None, by: str | None) -> None:
        self._document.log.append(Log(what=what, subject=subject, note=note, by=by or self._by))

    def _derive(self) -> None:
        """Write title, decision and people of the file from the answers."""
        self._document.title = self.title
        self._document.decision = self.decision
        self._document.people = list(self.people)

    def _save(self, **how: Any) -> None:
        self._derive()
        self._store.save(**how)


def stands(item: EvidenceItem) -> bool:
    """Whether evidence was neither detached nor taken out."""
    return item.status not in ("detached", "redacted")


def _ends(log: Log) -> bool:
    return log.what in ("finished", "reopened")
