"""Answers, drafts and the state of the parts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from equitykit.assessment import acting, register
from equitykit.assessment.document import (
    AssessmentFile,
    Draft,
    Entry,
    EvidenceItem,
    Log,
    Person,
)
from equitykit.assessment.store import Found, Store
from equitykit.errors import AssessmentError
from equitykit.instruments import Ask, Instrument
from equitykit.instruments.rows import ROW
from equitykit.instruments.values import blank, plain, same

PathLike = str | os.PathLike[str]
NAMES = {"en": "English", "es": "Español", "fr": "Français"}


class Answers:
    """What was answered, by whom and when; what is missing; and which parts are completed."""

    def __init__(self, store: Store, instrument: Instrument, *, by: str | None) -> None:
        self._store = store
        self._untranslated = instrument
        self._by = by
        self._notes: list[str] = []
        self._instrument = self._translated()

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
    def language(self) -> str:
        """The language of the questions."""
        return self._instrument.language

    @property
    def languages(self) -> Mapping[str, str]:
        """The languages the questions can be shown in: code and name."""
        own = self._untranslated
        return {own.language: NAMES.get(own.language, own.language)} | {
            code: translation.name for code, translation in own.languages.items()
        }

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

    @property
    def spoken(self) -> Mapping[str, str]:
        """Texts of the instrument as they are shown, and names of its languages, each with the language it is in."""
        return {name: code for code, name in self.languages.items()} | self._untranslated.spoken(
            self.language
        )

    def set_language(self, code: str, *, by: str | None = None) -> None:
        """Show the questions in another language from now on; answers stay as they were written."""
        own, before = self._untranslated, self.language
        own.in_language(code)
        if code != before:
            self._log("language", note=f"{before} -> {code}", by=by)
            self._document.language = None if code == own.language else code
            self._instrument = self._translated()
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
                item.model_dump(include={"id", "what", "owner", "due", "measure", "status", "effect"})
                for item in rows
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

    # within

    def _translated(self) -> Instrument:
        """The instrument in the language that was chosen; where it is not there, that is said."""
        own, code = self._untranslated, self._document.language
        if code is None or code == own.language:
            return own
        if code not in own.languages:
            self._notes.append(
                f'The questions are no longer there in the language "{code}". They are shown in {own.language}.'
            )
            return own
        return own.in_language(code)

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
        self._plan_reviews(ask, value, by)
        return True

    def _plan_reviews(self, ask: str, value: Any, by: str | None) -> None:
        """The reviews follow the day that an answer gives for it."""
        found = self._instrument.meaning("reviews_from")
        if found is not None and found.id == ask and not blank(value) and found.problem(value) is None:
            register.schedule_reviews(self._document, register.day_of(value, found.label), by=by)

    def _commit(self, asks: list[str], by: str | None) -> tuple[str, ...]:
        changed, dropped = [], False
        for ask in asks:
            draft = self._document.drafts.pop(ask, None)
            if draft is None:
                continue
            author = draft.by or by or self._by
            if self._takes_actions(ask):
                rest, entered = acting.enter(self._document, ask, draft.value, by=author)
                if rest:
                    self._document.drafts[ask] = draft.model_copy(update={"value": rest})
                dropped = dropped or entered or not rest
            else:
                entered, dropped = self._enter(ask, draft.value, author, None, at=draft.at), True
            if entered:
                changed.append(ask)
        if dropped:
            self._save()
        return tuple(changed)

    def _merge(self, found: Found) -> list[str]:
        """Take over drafts of other windows; what they were overtaken by stands."""
        for ask, draft in found.standing.items():
            if self._takes_actions(ask):
                self._join_actions(ask, draft)
                continue
            before = self._document.drafts.get(ask)
            if before is not None and before.by != draft.by:
                self._enter_overtaken(ask, before)
            self._document.drafts[ask] = draft
            self._drop_same(ask)
        for ask, draft in found.overtaken:
            if self._takes_actions(ask):
                self._join_actions(ask, draft, over=False)
            else:
                self._enter_overtaken(ask, draft)
        return [ask for ask in found.standing if ask in self._document.drafts]

    def _takes_actions(self, ask: str) -> bool:
        return any(one.id == ask and one.kind == "actions" for one in self._instrument.asks())

    def _join_actions(self, ask: str, draft: Draft, *, over: bool = True) -> None:
        """Put actions typed in another window beside those typed here, field by field."""
        before = self._document.drafts.get(ask)
        mine, theirs = acting.pending(before.value if before else None), acting.pending(draft.value)
        first, second = (mine, theirs) if over else (theirs, mine)
        both = {id: {**first.get(id, {}), **second.get(id, {})} for id in [*first, *second]}
        if both:
            self._document.drafts[ask] = draft.model_copy(update={"value": both})

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
