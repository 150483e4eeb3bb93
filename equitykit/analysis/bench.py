"""What every part of an analysis works with: the section of the file, who writes, and how it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from equitykit.analysis.section import Event, Item, Section
from equitykit.errors import AssessmentError, UnknownName, nearest
from equitykit.instruments.values import as_date, blank, plain, same

_T = TypeVar("_T", bound=Item)


class Host(Protocol):
    """The assessment whose file the analysis lives in."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def by(self) -> str | None:
        """Who writes now."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Names of people given in the assessment."""
        ...

    @property
    def team(self) -> tuple[str, ...]:
        """Names and roles of the team."""
        ...

    @property
    def numbers(self) -> Mapping[str, str]:
        """Evidence that is attached, by id, with its title."""
        ...

    def section(self) -> Section | None:
        """The section of the file, if there is one."""
        ...

    def keep(self, section: Section) -> None:
        """Put the section in the file and save it."""
        ...

    def redact(self, id: str, why: str, by: str | None) -> tuple[str, ...]:
        """Take a text out of the file and everything beside it."""
        ...

    def forget_forms(self, ids: Iterable[str]) -> None:
        """Take what is being typed about entries out of the file and everything beside it."""
        ...

    def act(self, what: str, owner: str | None, due: str | None, measure: str | None, by: str | None) -> str:
        """Put an action in the register."""
        ...


class Bench:
    """The section of one assessment, read and changed; every change is saved at once."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @property
    def section(self) -> Section:
        """What the file holds, to read. Change it through the verbs, which keep its history."""
        return self._now().model_copy(deep=True)

    def _now(self) -> Section:
        return self._host.section() or Section()

    def _author(self, by: str | None) -> str | None:
        return by or self._host.by

    def _add(self, name: str, item: Any) -> Any:
        section = self._now()
        getattr(section, name).append(item)
        self._host.keep(section)
        return item

    def _next(self, items: Sequence[Item], letter: str) -> str:
        """The next id; ids are never used twice."""
        return f"{letter}{len(items) + 1}"

    def _find(self, items: Iterable[_T], what: str, id: str) -> _T:
        have = list(items)
        for item in have:
            if item.id == id:
                return item
        raise UnknownName(what, id, [item.id for item in have])

    def _change(
        self, name: str, what: str, id: str, fields: Mapping[str, Any], allowed: Sequence[str], by: str | None
    ) -> bool:
        """Change fields of an entry; what it said before stays in its history."""
        section = self._now()
        item = self._find(getattr(section, name), what, id)
        if item.redacted is not None:
            raise AssessmentError(f'"{id}" was taken out.', next_step="Add a new one.")
        known = (*allowed, "aside")
        for field in fields:
            if field not in known:
                raise AssessmentError(
                    f'A {what} has no "{field}".', allowed=known, did_you_mean=nearest(field, known)
                )
        changed = type(item).model_validate({**item.model_dump(), **fields})
        changes: dict[str, list[Any]] = {
            field: [getattr(item, field), getattr(changed, field)]
            for field in fields
            if not same(getattr(item, field), getattr(changed, field))
        }
        if not changes:
            return False
        for field, (_, value) in changes.items():
            setattr(item, field, value)
        item.history.append(Event(by=self._author(by), changes=changes))
        self._host.keep(section)
        return True


def said(value: Any, needed: str | None = None) -> str:
    """A text as it is kept; where it is needed and empty, the words that ask for it.

    Raises
    ------
    AssessmentError
        It is no text, or empty where it is needed.
    """
    text = plain(value) if value is not None else ""
    if not isinstance(text, str):
        raise AssessmentError("This is answered with a text.")
    if needed is not None and blank(text):
        raise AssessmentError(needed)
    return text.strip()


def chosen(value: Any, options: Iterable[str], what: str) -> Any:
    """One of the options.

    Raises
    ------
    AssessmentError
        It is none of them.
    """
    have = tuple(options)
    if value not in have:
        raise AssessmentError(
            f'"{value}" is not {what}.', allowed=have, did_you_mean=nearest(str(value), have)
        )
    return value


def day(value: date | str | None, what: str) -> str | None:
    """A day as year-month-day.

    Raises
    ------
    AssessmentError
        It is no date.
    """
    if value is None or (isinstance(value, str) and blank(value)):
        return None
    text = plain(value)
    found = as_date(text[:10]) if isinstance(text, str) else None
    if found is None:
        raise AssessmentError(
            f'{what}: "{value}" is not a date.', next_step="Write year-month-day, such as 2026-03-31."
        )
    return found.isoformat()


def listed(value: Iterable[str] | str | None) -> list[str]:
    """Texts without blanks and repeats, in their order."""
    given = [value] if isinstance(value, str) else list(value or ())
    return list(dict.fromkeys(text for one in given if (text := said(one))))
