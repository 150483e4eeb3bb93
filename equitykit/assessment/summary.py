"""What may be said about an assessment as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from equitykit.instruments.values import as_date
from equitykit.text import moment

if TYPE_CHECKING:
    from equitykit.assessment.core import Assessment

Level = Literal["full", "short", "notes only, not an assessment"]
State = Literal["not yet started", "in progress", "completed", "cannot start yet"]
NOTES_ONLY: Level = "notes only, not an assessment"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right: in which part, at which question ("" where it is about the part), in words."""

    ask: str
    part: str
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What an assessment may be called, and why.

    Attributes
    ----------
    level : "full", "short", or "notes only, not an assessment".
    reasons : why it is notes only; empty otherwise.
    asked_on, decided_on : ISO dates from the answers; None where not given.
    begun_on : the day the file was made, here. A decision made before it cannot have been changed by it.
    parts : state of each part by id. problems : how many are open.
    about_decision : whether the instrument is about a decision, with a day on which it is made.
    """

    level: Level
    reasons: tuple[str, ...]
    title: str
    track: str
    asked_on: str | None
    decided_on: str | None
    begun_on: str
    parts: dict[str, State]
    problems: int
    about_decision: bool = True

    @property
    def sentence(self) -> str:
        """One line for the head of every output."""
        if not self.about_decision:
            return f"Level: {self.level}; begun on {moment(self.begun_on)}."
        asked = (
            f"asked for on {moment(self.asked_on)}" if self.asked_on else f"begun on {moment(self.begun_on)}"
        )
        decided = (
            f"decision on {moment(self.decided_on)}" if self.decided_on else "date of the decision not given"
        )
        return f"Level: {self.level}; {asked}; {decided}."

    @property
    def why(self) -> str:
        """Why it is notes only so far; "" where it is more."""
        return f"Why only notes: {' '.join(self.reasons)}" if self.reasons else ""


def summarise(assessment: Assessment) -> Summary:
    """Say what the assessment is: complete on its track, and in time, or notes."""
    parts = {part.id: assessment.state(part.id) for part in assessment.parts()}
    problems = len(assessment.problems())
    asked_on, decided_on = _day(assessment, "asked_on"), _day(assessment, "decided_on")
    begun_on = datetime.fromisoformat(assessment.begun).astimezone().date().isoformat()
    reasons = []
    unfinished = sum(state != "completed" for state in parts.values())
    if unfinished:
        reasons.append(
            f"{unfinished} of {len(parts)} parts {'is' if unfinished == 1 else 'are'} not finished."
        )
    if decided_on is not None and decided_on < begun_on:
        reasons.append(f"It was decided on {moment(decided_on)}, before this was begun ({moment(begun_on)}).")
    return Summary(
        level=NOTES_ONLY if reasons else assessment.instrument.track(assessment.track).level,
        reasons=tuple(reasons),
        title=assessment.title,
        track=assessment.track,
        asked_on=asked_on,
        decided_on=decided_on,
        begun_on=begun_on,
        parts=parts,
        problems=problems,
        about_decision=assessment.instrument.meaning("decided_on") is not None,
    )


def _day(assessment: Assessment, means: str) -> str | None:
    ask = assessment.instrument.meaning(means)
    value = assessment.value(ask.id) if ask is not None else None
    return value if isinstance(value, str) and as_date(value) is not None else None
