"""Which questions are asked, what is missing in a part, and which parts are completed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from equitykit.assessment import acting, register
from equitykit.assessment.carried import Start, start
from equitykit.assessment.document import Log
from equitykit.assessment.forms import Forms
from equitykit.assessment.summary import Problem, State
from equitykit.errors import AssessmentError
from equitykit.instruments import Ask, Part
from equitykit.instruments.base import Recall
from equitykit.instruments.values import blank

SHORTEST = 8  # letters of a cell that can stand for a longer name
ANYBODY = {"children", "families", "from", "kids", "parents", "people", "them", "these", "with", "youth"}
CAME_LATER = "This question came in after this file was begun. You may answer it; nothing waits for it."


class Progress(Forms):
    """The parts of an assessment and how far they are."""

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
            for text in (
                (CAME_LATER,)
                if self._came_later(ask)
                else (*ask.nudges(self.value(ask.id), names, self.language), *self._not_named(ask))
            )
        )

    def not_named(self, ask: str) -> tuple[str, ...]:
        """Return what an earlier answer names and no row of this question does, such as a group left out.

        Names are matched by their words only; that most of the telling words are the same is enough.
        """
        found = self._ask(ask)
        return tuple(name for recall in found.recalls if recall.missing for name in self._left(found, recall))

    def _not_named(self, ask: Ask) -> Iterator[str]:
        for recall in ask.recalls:
            if recall.missing and (left := self._left(ask, recall)):
                yield f"{recall.missing} {'; '.join(left)}."

    def _left(self, ask: Ask, recall: Recall) -> tuple[str, ...]:
        """What the first column of an earlier table names, and no cell here does."""
        if blank(self.value(ask.id)) or not self.visible(recall.ask):
            return ()
        rows = [[str(cell) for cell in row.values() if not blank(cell)] for row in self.value(ask.id)]
        there = (row.get(recall.columns[0]) for row in self.value(recall.ask) or () if not blank(row))
        named = dict.fromkeys(str(cell).strip() for cell in there if not blank(cell))
        return tuple(name for name in named if not any(_about(name, row) for row in rows))

    # what is carried on from one answer to another

    def start(self, ask: str) -> Start | None:
        """Return what an answer can begin from, taken from what was written earlier; None where there is nothing.

        It is a proposal and no answer: `value` does not hold it until `take_over` does. For actions it holds
        those that are offered and not in the register.
        """
        return start(self, self._ask(ask))

    def take_over(self, ask: str, *, row: int | None = None, by: str | None = None) -> str | None:
        """Make the proposal of `start` an answer; the history says where it was taken from.

        Parameters
        ----------
        ask : the question.
        row : for actions, which of those offered, from 0.

        Returns
        -------
        str or None
            Id of the action; None for any other question, and where there is nothing to take over.
        """
        found = self.start(ask)
        if found is None:
            return None
        if self._ask(ask).kind != "actions":
            self.answer(ask, found.value, by=by, note=found.note)
            return None
        if row is None or not 0 <= row < len(found.value):
            raise AssessmentError(
                f"Which of the {len(found.value)} actions that are offered?",
                next_step="Give row=0 for the first.",
            )
        action = register.add_action(self._document, found.value[row], ask=ask, by=by or self._by)
        self._log("taken over", subject=action.id, note=found.note, by=by)
        self._save()
        return action.id

    def action_rows(self) -> list[dict[str, Any]]:
        """Return the actions as a page shows them, with what is still being typed."""
        places = [one.id for one in self._instrument.asks() if one.kind == "actions"]
        return acting.rows(self._document, places)

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


def _ends(log: Log) -> bool:
    return log.what in ("finished", "reopened")


def _about(name: str, row: list[str]) -> bool:
    """Whether a row is about this name: it holds it, or is held by it, or most of its telling words are in it."""
    whole = _plain(name)
    cells = [text for cell in row if len(text := _plain(cell)) >= SHORTEST]
    if whole in map(_plain, row) or any(text in whole or whole in text for text in cells):
        return True
    words = _words(whole)
    return bool(words) and len(words & _words(" ".join(cells))) > len(words) / 2


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text) if len(word) > 3} - ANYBODY


def _plain(cell: str) -> str:
    return " ".join(cell.casefold().split())
