"""What a check of the collection process may look at: what people answered about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from equitykit.checks.registry import Finding
from equitykit.checks.view import Input, Limits
from equitykit.process import Process

__all__ = ["PARTS", "PROCESS_INPUTS", "Point", "ProcessView", "judged"]

PARTS: Mapping[str, str] = {
    "answering": "Say who is asked and who answers",
    "wording": "Look at the words and their order",
    "staff": "Help the people who ask",
    "declining": "Take a no, and ask again",
    "correcting": "Let people correct what is recorded",
    "tribal": "Agree with Tribes and Nations",
    "community": "Share the power to decide",
    "harm": "Look for harm",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a check asks about.

    Attributes
    ----------
    ask : id of the question. part : where it is asked. about : what it asks, in a few words.
    right : answers that are in order. wrong : answers that are a finding: what to say, and how severe.
    """

    ask: str
    part: str
    about: str
    right: tuple[str, ...] = ()
    wrong: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class ProcessView(Limits):
    """Answers about a process, and the limits that apply."""

    process: Process
    parameters: Mapping[str, float] = field(default_factory=dict)

    @property
    def inputs(self) -> Mapping[str, Input]:
        """What checks of the process may need, by name."""
        return PROCESS_INPUTS

    @property
    def size(self) -> int:
        """Questions answered."""
        return len(self.process.answers)

    def said(self, ask: str) -> str | None:
        """The answer chosen, or None."""
        value = self.process.said(ask)
        return value if isinstance(value, str) else None

    def chosen(self, ask: str) -> frozenset[str]:
        """The answers chosen where several are possible."""
        value = self.process.said(ask)
        return frozenset(map(str, value)) if isinstance(value, list) else frozenset()

    def day(self, ask: str) -> date | None:
        """The day given, or None."""
        try:
            return date.fromisoformat(self.said(ask) or "")
        except ValueError:
            return None


def judged(view: ProcessView, points: Iterable[Point]) -> Iterator[Finding]:
    """What the answers to some points come to: something found, or not answered yet."""
    for point in points:
        answer = view.said(point.ask)
        if answer is not None and answer in point.wrong:
            message, severity = point.wrong[answer]
            yield Finding(message, severity=severity, columns=(point.ask,))
        elif answer not in point.right:
            yield unanswered(point)


def unanswered(point: Point) -> Finding:
    """A point that nobody has answered yet, or not with one of its answers; and where to do it."""
    return Finding(
        'nobody has answered yet {about}. Go to the part "{part}".',
        {"about": point.about, "part": PARTS[point.part]},
        outcome="not_run",
        columns=(point.ask,),
    )


def _input(name: str, parts: tuple[str, ...], asks: tuple[str, ...]) -> Input:
    titles = ", ".join(f'"{PARTS[part]}"' for part in parts)
    where = "the part" if len(parts) == 1 else "the parts"
    return Input(
        name,
        f"nobody has answered yet about {name.removeprefix('answers about ')}",
        f"Answer {where} {titles} of the assessment.",
        lambda view: any(view.process.said(ask) is not None for ask in asks),
    )


PROCESS_INPUTS: dict[str, Input] = {
    entry.name: entry
    for entry in (
        _input(
            "answers about who answers, training and correction",
            ("answering", "staff", "declining", "correcting"),
            ("who_answers", "staff_fill", "script", "training", "refusal", "reask", "correction"),
        ),
        _input("answers about Tribes and Nations", ("tribal",), ("native_data",)),
        _input(
            "answers about who decides",
            ("community",),
            ("categories_by", "findings_seen", "may_stop", "paid"),
        ),
        _input(
            "answers about harm",
            ("harm",),
            ("harm_written", "shared_with", "who_sees", "recognised", "demand", "keep_for"),
        ),
        _input(
            "answers about the standard",
            ("wording",),
            ("standard_written", "standard_crosswalk", "standard_law"),
        ),
    )
}
