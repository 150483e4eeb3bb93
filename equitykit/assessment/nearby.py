"""Other assessments in the same folder, so that what several decisions come to can be seen together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitykit.assessment.document import AssessmentFile, from_bytes
from equitykit.errors import AssessmentError
from equitykit.instruments import Instrument, OptionsAsk
from equitykit.instruments.values import blank

if TYPE_CHECKING:
    from equitykit.assessment.core import Assessment

__all__ = ["Nearby", "Other", "Touched", "nearby"]

MOST = 200
AFFECTED, EFFECTS, AREAS, PLACES, ENDED = (
    "affected_groups",
    "effects",
    "result_areas",
    "places",
    "leaders_answer",
)


@dataclass(frozen=True, slots=True)
class Touched:
    """What one decision would bring one group: in the words of those who wrote it."""

    group: str
    within: str
    benefit: str
    burden: str

    @property
    def named(self) -> str:
        """The group, and who within it."""
        return f"{self.group}, {self.within}" if self.within else self.group


@dataclass(frozen=True, slots=True)
class Other:
    """One assessment.

    Attributes
    ----------
    file, title, decision : which it is. asked_on, decided_on : ISO dates, None where not given.
    ended : what the leaders decided, in words; None where they did not. areas, places : as written.
    groups : groups named in it, each once. touched : benefit and burden, row by row.
    """

    file: str
    title: str
    decision: str | None
    asked_on: str | None
    decided_on: str | None
    ended: str | None
    areas: tuple[str, ...]
    places: str
    groups: tuple[str, ...]
    touched: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class Nearby:
    """An assessment beside the others in its folder.

    Attributes
    ----------
    own : this one. others : the others, by the day of the decision; those without a day come last.
    not_read : files that could not be read, each with the reason. twice : files that hold the same
        assessment as another one, which is counted once.
    left_out : how many files were not looked at, because there are too many.
    """

    own: Other
    others: tuple[Other, ...]
    not_read: tuple[tuple[str, str], ...] = ()
    twice: tuple[str, ...] = ()
    left_out: int = 0

    def shared(self) -> Mapping[str, tuple[tuple[Other, tuple[Touched, ...]], ...]]:
        """Groups that this assessment and another one name in the same words, with every decision on them.

        Interpretation
        --------------
        Words are compared, not people: "Black families" and "African American families" are not put
        together. A group that stands here once may be touched by other decisions under another name.
        """
        everything = (self.own, *self.others)
        found: dict[str, tuple[tuple[Other, tuple[Touched, ...]], ...]] = {}
        for group in self.own.groups:
            rows = tuple(
                (one, tuple(row for row in one.touched if _key(row.group) == _key(group)))
                for one in everything
                if _key(group) in {_key(name) for name in one.groups}
            )
            if len(rows) > 1:
                found[group] = rows
        return found


def nearby(assessment: Assessment) -> Nearby:
    """Look at the other assessments of the same kind in the folder; none of them is changed.

    Parameters
    ----------
    assessment : the one at hand.

    Returns
    -------
    Nearby

    Interpretation
    --------------
    It holds what people kept as answers in those files, not what they are still typing.

    When not to use
    ---------------
    Not as a count of all decisions: it knows of those in this folder only.
    """
    here, instrument = assessment.path.resolve(), assessment.instrument
    own = AssessmentFile.model_validate(assessment.to_dict())
    found: dict[str, Other] = {}
    not_read, twice = [], []
    files = [path for path in sorted(here.parent.glob("*.equity.json")) if path.resolve() != here]
    for path in files[:MOST]:
        try:
            document = from_bytes(path.read_bytes(), name=path.name)
        except (OSError, AssessmentError) as error:
            reason = error.problem if isinstance(error, AssessmentError) else error.strerror or str(error)
            not_read.append((path.name, reason))
            continue
        if document.instrument.origin != instrument.origin:
            continue
        if document.uid == own.uid or document.uid in found:
            twice.append(path.name)
            continue
        found[document.uid] = _other(document, instrument, path.name)
    others = sorted(found.values(), key=lambda one: (one.decided_on is None, one.decided_on or "", one.file))
    return Nearby(
        _other(own, instrument, Path(here).name),
        tuple(others),
        tuple(not_read),
        tuple(twice),
        max(len(files) - MOST, 0),
    )


def _other(document: AssessmentFile, instrument: Instrument, name: str) -> Other:
    def said(id: str) -> Any:
        entries = document.answers.get(id)
        return entries[-1].value if entries else None

    def day(means: str) -> str | None:
        ask = instrument.meaning(means)
        value = said(ask.id) if ask is not None else None
        return value if isinstance(value, str) and not blank(value) else None

    touched = tuple(_touched(_rows(said(EFFECTS))))
    named = [_text(row, "group") for row in _rows(said(AFFECTED))] + [row.group for row in touched]
    areas = said(AREAS)
    return Other(
        file=name,
        title=document.title,
        decision=document.decision,
        asked_on=day("asked_on"),
        decided_on=day("decided_on"),
        ended=_label(instrument, ENDED, said(ENDED)),
        areas=tuple(
            filter(
                None, (_label(instrument, AREAS, one) for one in (areas if isinstance(areas, list) else ()))
            )
        ),
        places=str(said(PLACES) or "").strip(),
        groups=_once(named),
        touched=touched,
    )


def _rows(value: Any) -> Iterator[Mapping[str, Any]]:
    for row in value if isinstance(value, list) else ():
        if isinstance(row, dict) and not blank(row):
            yield row


def _touched(rows: Iterator[Mapping[str, Any]]) -> Iterator[Touched]:
    for row in rows:
        if _text(row, "group"):
            yield Touched(*(_text(row, name) for name in ("group", "within", "benefit", "burden")))


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "").strip()


def _once(groups: list[str]) -> tuple[str, ...]:
    """Each group once, in the words and at the place of its first mention."""
    found: dict[str, str] = {}
    for group in groups:
        if group:
            found.setdefault(_key(group), group)
    return tuple(found.values())


def _label(instrument: Instrument, id: str, value: Any) -> str | None:
    """Words of an option, where the question has it."""
    ask = next((ask for ask in instrument.asks() if ask.id == id), None)
    options = ask.answers if isinstance(ask, OptionsAsk) else ()
    return next((option.label for option in options if option.id == value), None)


def _key(group: str) -> str:
    return " ".join(group.casefold().split())
