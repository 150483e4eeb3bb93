"""Masking a passage before it is kept. The text as it was said is held in memory only, and only until then."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NoReturn

from equitykit.analysis.flags import Flag, blind_spots, flags, in_words
from equitykit.errors import AssessmentError
from equitykit.kept import moment

__all__ = ["IN_MEMORY", "Mark", "Masked", "Masking"]

IN_MEMORY = (
    "This text is in memory only. It is not saved, not even as a draft, until you confirm the masking. "
    "If the program stops before that, this passage is lost and nothing else."
)
LONGEST = 20_000
_PUT = {
    "name": "name",
    "capital": "name",
    "email": "e-mail",
    "web": "web address",
    "ssn": "number",
    "phone": "phone",
    "address": "address",
    "date": "date",
    "age": "age",
    "id": "number",
    "own": "left out",
}
Decision = Literal["mask", "keep", "open"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A flagged place and what was decided about it.

    Attributes
    ----------
    number : to name it by, from 1. start, end : where it stands. kind, why : what it looks like.
    decision : "mask", "keep", or "open" while nobody has decided. put : what stands there once masked.
    """

    number: int
    start: int
    end: int
    kind: str
    why: str
    decision: Decision
    put: str


@dataclass(frozen=True, slots=True)
class Masked:
    """A passage whose masking somebody confirmed; what is kept. Comes from `Masking.confirm`.

    `flagged` counts what was flagged, `left` what was flagged and left as it is, by kind.
    """

    text: str
    flagged: Mapping[str, int]
    left: Mapping[str, int]
    by: str
    at: str = field(default_factory=moment)


class Masking:
    """One passage on its way into an assessment, in memory only.

    Dates, numbers, addresses and names from the list are masked unless they are kept on purpose. About
    every word with a capital letter a person decides. Then `confirm` gives the masked text, and the
    passage as it was said is let go.

    Parameters
    ----------
    text : the passage as it was said or written.
    names : names the person knows of. They are not saved either.

    Examples
    --------
    >>> masking = Masking("Ms. Lopez met Maria in Fresno on May 3.", names=["Maria Lopez"])
    >>> masking.masked
    'Ms. [name 1] met [name 2] in Fresno on [date].'
    >>> [masking.said(mark.number) for mark in masking.open]
    ['Ms', 'Fresno']
    >>> masking.keep_word("Ms"), masking.mask_word("Fresno", "[the city]")
    (1, 1)
    >>> masking.confirm(by="Coder 1").text
    'Ms. [name 1] met [name 2] in [the city] on [date].'
    """

    __slots__ = ("_marks", "_text")

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        if not isinstance(text, str) or not text.strip():
            raise AssessmentError("The passage is empty.", next_step="Give the words to keep.")
        if len(text) > LONGEST:
            raise AssessmentError(
                f"The passage has {len(text):,} characters.", next_step=f"Take passages of up to {LONGEST:,}."
            )
        self._text = text.replace("\r\n", "\n").strip()
        if isinstance(names, str):
            names = [names]
        self._marks: list[Mark] = []
        self._number(map(_mark_of, flags(self._text, names)))

    # what the screen shows

    @property
    def text(self) -> str:
        """The passage as it was said; empty once it was let go."""
        return self._text

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is flagged, in the order of the text."""
        return tuple(self._labelled())

    @property
    def open(self) -> tuple[Mark, ...]:
        """What nobody has decided yet."""
        return tuple(mark for mark in self._labelled() if mark.decision == "open")

    @property
    def summary(self) -> str:
        """How much is flagged, and as what; the words themselves are not in it."""
        return in_words(Flag(mark.start, mark.end, mark.kind) for mark in self._marks if mark.kind != "own")

    @property
    def blind_spots(self) -> tuple[str, ...]:
        """What the flags cannot see."""
        return blind_spots(self._text)

    @property
    def masked(self) -> str:
        """The text as it would be kept."""
        said: list[str] = []
        at = 0
        for mark in self._labelled():
            put = mark.put if mark.decision == "mask" else self._text[mark.start : mark.end]
            said += [self._text[at : mark.start], put]
            at = mark.end
        return "".join([*said, self._text[at:]])

    def said(self, number: int) -> str:
        """The words of one flagged place."""
        mark = self._mark(number)
        return self._text[mark.start : mark.end]

    # what a person decides

    def mask(self, number: int, put: str | None = None) -> None:
        """Put something else in this place."""
        self._decide([self._mark(number)], "mask", put)

    def keep(self, number: int) -> None:
        """Leave this place as it is."""
        self._decide([self._mark(number)], "keep", None)

    def mask_word(self, word: str, put: str | None = None) -> int:
        """Mask a word wherever it stands, flagged or not; say how often."""
        self._add_word(word)
        return self._decide(self._where(word), "mask", put)

    def mask_phrase(self, phrase: str, put: str | None = None) -> int:
        """Mask words of one's own choice wherever they stand together, flags inside them too; say how often.

        Examples
        --------
        >>> masking = Masking("They came by the house on Elm. The house on elm was locked.")
        >>> masking.mask_phrase("house on Elm", "[the home]")
        2
        >>> masking.masked
        'They came by the [the home]. The [the home] was locked.'
        """
        words = r"\s+".join(map(re.escape, phrase.split()))
        found = re.finditer(rf"(?<!\w){words}(?!\w)", self._text, re.IGNORECASE) if words else ()
        places = [match.span() for match in found]
        for start, end in places:
            self.mask_between(start, end, put)
        return len(places)

    def keep_word(self, word: str) -> int:
        """Leave a flagged word wherever it stands as it is; say how often."""
        return self._decide(self._where(word), "keep", None)

    def mask_open(self) -> int:
        """Mask everything that nobody has decided yet; say how much."""
        return self._decide(list(self.open), "mask", None)

    def mask_between(self, start: int, end: int, put: str | None = None) -> None:
        """Mask a place of one's own choice; flags inside it go into it."""
        if not 0 <= start < end <= len(self._text):
            raise AssessmentError(f"There is no place from {start} to {end} in this passage.")
        for mark in self._marks:
            if mark.start < end and mark.end > start:
                start, end = min(start, mark.start), max(end, mark.end)
        kept = [mark for mark in self._marks if mark.end <= start or mark.start >= end]
        own = Mark(0, start, end, "own", "a place you chose", "mask", (put or "").strip())
        self._number(sorted([*kept, own], key=lambda mark: mark.start))

    # the end

    def confirm(self, *, by: str | None) -> Masked:
        """Say that the masked text may be kept, and let the passage as it was said go.

        Parameters
        ----------
        by : who looked at it.

        Raises
        ------
        AssessmentError
            Somebody must still decide about a flagged word, or nobody is named.
        """
        if not self._text:
            raise AssessmentError("This passage was let go already.", next_step="Begin with it again.")
        if self.open:
            count = len(self.open)
            raise AssessmentError(
                f"{count} flagged {'word waits' if count == 1 else 'words wait'} for a decision.",
                next_step="Mask or keep each of them, or mask all of them at once.",
            )
        if by is None or not by.strip():
            raise AssessmentError("Nobody is named who confirms the masking.", next_step="Say who you are.")
        masked = Masked(self.masked, self._counts(), self._counts("keep"), by.strip())
        self.discard()
        return masked

    def discard(self) -> None:
        """Let the passage go."""
        self._text, self._marks = "", []

    def __repr__(self) -> str:
        waiting = len(self.open)
        return f"<Masking: {len(self._marks)} flagged, {waiting} to decide; the text is not shown>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise AssessmentError("A passage that is not masked yet cannot be copied or written to a file.")

    # within

    def _counts(self, decision: str | None = None) -> dict[str, int]:
        kinds = [mark.kind for mark in self._marks if decision in (None, mark.decision)]
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}

    def _mark(self, number: int) -> Mark:
        found = next((mark for mark in self._marks if mark.number == number), None)
        if found is None:
            raise AssessmentError(f"No flagged place has the number {number}.")
        return found

    def _where(self, word: str) -> list[Mark]:
        wanted = word.strip().casefold()
        return [m for m in self._marks if self._text[m.start : m.end].casefold() == wanted]

    def _add_word(self, word: str) -> None:
        """Flag a word where it stands free and is not flagged."""
        have = [(mark.start, mark.end) for mark in self._marks]
        new = [
            Flag(flag.start, flag.end, "name")
            for flag in flags(self._text, [word])
            if flag.kind == "name"
            and self._text[flag.start : flag.end].casefold() == word.strip().casefold()
            and not any(start < flag.end and flag.start < end for start, end in have)
        ]
        added = [replace(_mark_of(flag), decision="mask") for flag in new]
        self._number(sorted([*self._marks, *added], key=lambda mark: mark.start))

    def _decide(self, chosen: list[Mark], decision: Decision, put: str | None) -> int:
        numbers = {mark.number for mark in chosen}
        own = (put or "").strip()
        self._number(
            [
                replace(mark, decision=decision, put=own or mark.put) if mark.number in numbers else mark
                for mark in self._marks
            ]
        )
        return len(numbers)

    def _number(self, marks: Iterable[Mark]) -> None:
        self._marks = [replace(mark, number=number) for number, mark in enumerate(marks, start=1)]

    def _labelled(self) -> list[Mark]:
        """The marks with what stands for them; the same words get the same label, so that one can follow."""
        words = {mark.number: self._text[mark.start : mark.end].casefold() for mark in self._marks}
        alike: dict[str, list[str]] = {}
        for mark in self._marks:
            known = alike.setdefault(_PUT[mark.kind], [])
            if mark.decision == "mask" and not mark.put and words[mark.number] not in known:
                known.append(words[mark.number])
        return [mark if mark.put else replace(mark, put=_label(mark, words, alike)) for mark in self._marks]


def _label(mark: Mark, words: Mapping[int, str], alike: Mapping[str, list[str]]) -> str:
    label = _PUT[mark.kind]
    known = alike[label]
    if len(known) < 2 or words[mark.number] not in known:
        return f"[{label}]"
    return f"[{label} {known.index(words[mark.number]) + 1}]"


def _mark_of(flag: Flag) -> Mark:
    decision: Decision = "open" if flag.kind == "capital" else "mask"
    return Mark(0, flag.start, flag.end, flag.kind, flag.why, decision, "")
