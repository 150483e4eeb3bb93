"""What is due: the reviews and actions of all assessments of a folder, also as a calendar."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from equitykit.assessment import AssessmentFile, as_saved
from equitykit.errors import AssessmentError, ReadError, UnusableChoice
from equitykit.instruments.values import as_date

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Due", "DueItem", "due"]

SOON = 30
OVER = ("done", "dropped")
NOT_LOOKED_INTO = {"schemas", "notebooks", "sample_data", "instruments", "node_modules"}
WHEN = ("overdue", "soon", "later", "no date", "over")
When = Literal["overdue", "soon", "later", "no date", "over"]


@dataclass(frozen=True, slots=True)
class DueItem:
    """A review or an action.

    Attributes
    ----------
    kind : "review" or "action". when : "overdue", "soon" (within 30 days), "later", "no date", or "over"
        where it is done or dropped.
    title, file : the assessment, and its file below the folder. id : of the item in it.
    changes : how often it was written to.
    """

    kind: str
    when: When
    due: str | None
    what: str
    owner: str | None
    measure: str | None
    status: str
    title: str
    file: str
    id: str
    uid: str
    changes: int


@dataclass(frozen=True, slots=True)
class Due:
    """The reviews and actions of a folder.

    Attributes
    ----------
    on : the day it was looked at. items : earliest first, those without a date after the others.
    unread : files that cannot be read, with the reason. twice : files left out, because another file
        holds the same assessment, as it stands or later.
    """

    folder: str
    on: str
    items: tuple[DueItem, ...]
    unread: tuple[tuple[str, str], ...]
    twice: tuple[tuple[str, str], ...]

    def of(self, *when: When) -> tuple[DueItem, ...]:
        """The items that are overdue, soon, later, without a date, or over."""
        return tuple(item for item in self.items if item.when in when)

    @property
    def open(self) -> tuple[DueItem, ...]:
        """Everything that is not over."""
        return self.of("overdue", "soon", "later", "no date")

    def to_frame(self) -> pd.DataFrame:
        """One row each, what is over as well: the register of actions across all assessments."""
        import pandas as pd

        return pd.DataFrame([asdict(item) for item in self.items], columns=list(DueItem.__dataclass_fields__))

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        return {"format": "due/1", **asdict(self)}

    def to_ics(self) -> str:
        """A calendar (RFC 5545) of what is open and has a date, each a whole day, with a reminder a week before.

        Raises
        ------
        UnusableChoice
            Nothing open has a date; a calendar without entries is not valid.
        """
        dated = [item for item in self.open if item.due is not None]
        if not dated:
            raise UnusableChoice(
                "Nothing that is open has a date, so there is no calendar to write.",
                next_step="Give the actions dates, or plan reviews.",
            )
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//equitykit//due//EN", "CALSCALE:GREGORIAN"]
        for item in dated:
            lines += _event(item, now)
        lines.append("END:VCALENDAR")
        return "".join(_folded(line) for line in lines)


def due(folder: str | os.PathLike[str] = ".", *, on: date | str | None = None) -> Due:
    """Find the reviews and actions of every assessment in a folder and the folders below it.

    Files are read and never written. Hidden folders, and those of the sample data, the notebooks and
    the schemas, are not looked into.

    Parameters
    ----------
    folder : where to look.
    on : the day from which it is judged what is overdue; today where not given.

    Returns
    -------
    Due

    Raises
    ------
    ReadError
        There is no such folder, or `on` is no date.
    """
    place = Path(folder).expanduser()
    if not place.is_dir():
        raise ReadError(
            f'"{place}" is not a folder.', next_step="Name the folder that holds the assessments."
        )
    day = as_date(str(on)) if on is not None else date.today()
    if day is None:
        raise ReadError(f'"{on}" is not a date.', next_step="Write year-month-day, such as 2026-03-31.")
    unread: list[tuple[str, str]] = []
    held: dict[str, tuple[str, AssessmentFile]] = {}
    twice: list[tuple[str, str]] = []
    for path in _files(place):
        name = path.relative_to(place).as_posix()
        try:
            document = as_saved(path)
        except AssessmentError as error:
            unread.append((name, str(error)))
            continue
        before = held.get(document.uid)
        if before is None:
            held[document.uid] = name, document
            continue
        newer, older = sorted([before, (name, document)], key=lambda one: (-one[1].revision, one[0]))
        held[document.uid] = newer
        twice.append((older[0], newer[0]))
    items = [item for name, document in held.values() for item in _items(name, document, day)]
    items.sort(key=lambda item: (item.due is None, item.due or "", item.title, item.id))
    return Due(str(place), day.isoformat(), tuple(items), tuple(unread), tuple(twice))


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in NOT_LOOKED_INTO
        )
        for name in sorted(names):
            if name.endswith(".equity.json") and not name.startswith("."):
                yield Path(where) / name


def _items(name: str, document: AssessmentFile, day: date) -> Iterator[DueItem]:
    shared: Mapping[str, str] = {"title": document.title, "file": name, "uid": document.uid}
    for action in document.actions:
        if action.redacted is None:
            yield DueItem(
                kind="action",
                when=_when(action.due, day, over=action.status in OVER),
                due=action.due,
                what=action.what,
                owner=action.owner,
                measure=action.measure,
                status=action.status,
                id=action.id,
                changes=len(action.history),
                **shared,
            )
    for review in document.reviews:
        if review.redacted is None:
            yield DueItem(
                kind="review",
                when=_when(review.due, day, over=review.done is not None),
                due=review.due,
                what=review.named,
                owner=None,
                measure=None,
                status="done" if review.done else "open",
                id=review.id,
                changes=len(review.history),
                **shared,
            )


def _when(due: str | None, day: date, *, over: bool) -> When:
    if over:
        return "over"
    at = as_date(due) if due else None
    if at is None:
        return "no date"
    return "overdue" if at < day else "soon" if (at - day).days <= SOON else "later"


# --- the calendar ---


def _event(item: DueItem, now: str) -> list[str]:
    told = [
        f"Assessment: {item.title}",
        *([f"Who sees to it: {item.owner}"] if item.owner else []),
        *([f"How it is measured: {item.measure}"] if item.measure else []),
        f"Status: {item.status}",
        f"File: {item.file}",
        "Internal. Not for publication.",
    ]
    summary = f"{item.what} ({item.title})" if item.kind == "review" else item.what
    return [
        "BEGIN:VEVENT",
        f"UID:{item.uid}-{item.id}@equitykit",
        f"DTSTAMP:{now}",
        f"SEQUENCE:{max(item.changes - 1, 0)}",
        f"DTSTART;VALUE=DATE:{(item.due or '').replace('-', '')}",
        f"SUMMARY:{_escaped(summary)}",
        f"DESCRIPTION:{_escaped(chr(10).join(told))}",
        "CLASS:CONFIDENTIAL",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(summary)}",
        "TRIGGER:-P7D",
        "END:VALARM",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    """Text as RFC 5545, 3.3.11 writes it; control characters, which it forbids, are left out."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\r", "\n")):
        text = text.replace(plain, written)
    lines = (
        "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cs")) for line in text.split("\n")
    )
    return "\\n".join(lines)


def _folded(line: str) -> str:
    """A content line in pieces of at most 75 octets (RFC 5545, 3.1), no character cut in two."""
    pieces, room = [""], 75
    for character in line:
        size = len(character.encode("utf-8"))
        if size > room:
            pieces.append(" ")
            room = 74
        pieces[-1] += character
        room -= size
    return "\r\n".join(pieces) + "\r\n"
