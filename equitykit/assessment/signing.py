"""The sign-off: by whom, when, on which revision, and what was changed after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equitykit.assessment.document import AssessmentFile
from equitykit.instruments import Part

if TYPE_CHECKING:
    from equitykit.assessment.core import Assessment
    from equitykit.assessment.document import Log

__all__ = ["Later", "SignOff", "signed_off"]


@dataclass(frozen=True, slots=True)
class Later:
    """Something changed after the sign-off: what, when, by whom."""

    what: str
    at: str
    by: str | None


@dataclass(frozen=True, slots=True)
class SignOff:
    """The sign-off of an assessment.

    Attributes
    ----------
    at, by : when the part was finished, and who wrote. revision : of the file at that moment.
    taken_back : when the part was opened again; None while the sign-off stands.
    later : answers, evidence and actions that were changed afterwards, oldest first.
    """

    at: str
    by: str | None
    revision: int | None
    taken_back: str | None
    later: tuple[Later, ...]


def signed_off(assessment: Assessment) -> SignOff | None:
    """Say when an assessment was signed off and what was changed since.

    Parameters
    ----------
    assessment : the assessment.

    Returns
    -------
    SignOff or None
        None where the instrument has no sign-off, or it never took place.

    Interpretation
    --------------
    A change after the sign-off is not a fault: looks back write down what a step did in fact. It is
    said, so that nobody takes it for what was signed.
    """
    part = next((part for part in assessment.parts() if part.signs_off), None)
    document = AssessmentFile.model_validate(assessment.to_dict())
    log = document.log
    finished = next((line for line in reversed(log) if part and _is(line, "finished", part)), None)
    if part is None or finished is None:
        return None
    opened = next((line for line in reversed(log) if _is(line, "reopened", part)), None)
    number = re.search(r"\d+", finished.note or "")
    return SignOff(
        at=finished.at,
        by=finished.by,
        revision=int(number.group()) if number else None,
        taken_back=opened.at if opened is not None and opened.at > finished.at else None,
        later=tuple(sorted(_later(assessment, document, finished.at), key=lambda one: one.at)),
    )


def _is(line: Log, what: str, part: Part) -> bool:
    return line.what == what and line.subject == part.id


def _later(assessment: Assessment, document: AssessmentFile, since: str) -> Iterator[Later]:
    labels = {ask.id: ask.label for ask in assessment.instrument.asks()}
    for id, entries in document.answers.items():
        for entry in entries:
            if entry.at > since:
                yield Later(labels.get(id, id), entry.at, entry.by)
    for ask, draft in document.drafts.items():
        yield Later(f"{labels.get(ask, ask)} (still being written)", draft.at, draft.by)
    for item in document.evidence:
        for event in item.history:
            if event.at > since and event.what != "unchanged":
                yield Later(f"Evidence {item.id} ({event.what})", event.at, event.by)
    for action in document.actions:
        for change in action.history:
            if change.at > since:
                yield Later(f"Action: {action.what}", change.at, change.by)
