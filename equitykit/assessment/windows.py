"""Forms that several windows filled in: which words stand, and none is lost that only one of them knew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from equitykit.assessment.document import Form

AGAIN = "//"  # between the name of a form and the number of another window's words for it


@dataclass(frozen=True, slots=True)
class Typed:
    """What one window typed last into one form.

    Attributes
    ----------
    form : the words; None where the window let go of them. over : when the words were typed that it began with.
    current : whether the file is still the one this window knew.
    """

    name: str
    form: Form | None
    at: str
    over: str
    current: bool

    @classmethod
    def read(cls, record: Mapping[str, Any], revision: int) -> Typed:
        """Read a record of a journal."""
        form = None
        if isinstance(record["value"], dict):
            try:
                form = Form(values=record["value"], by=record.get("by"), at=record["at"])
            except ValidationError:
                form = None
        over = str(record.get("over") or "")
        return cls(record["form"], form, record["at"], over, record.get("base") == revision)


def settled(
    forms: Mapping[str, Form], found: Iterable[Typed], changed: Mapping[str, str] | None = None
) -> dict[str, Form]:
    """Give the forms as they stand.

    Words that one window took over from another are replaced by what it made of them. What two windows typed
    apart stands twice, the later under the name and the earlier beside it ("memos/new//2"). So do words for an
    entry that was changed after they were typed: they never stand over the change.

    Parameters
    ----------
    forms : those in the file. found : the last words of each window. changed : when each entry was last changed.
    """
    standing = dict(forms)
    by_name: dict[str, list[Typed]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    for name, every in by_name.items():
        here = standing.get(name)
        if here is not None and any(one.current or here.at <= one.over for one in every):
            del standing[name]
        last = [one for one in every if not any(one.at <= other.over for other in every if other is not one)]
        for one in sorted(last, key=lambda typed: typed.at, reverse=True):
            if one.form is not None:
                _put(standing, one, overtaken=not one.current and one.at < _changed(name, changed or {}))
    return standing


def about(name: str) -> tuple[str, ...]:
    """The ids of entries that a form is about, as its name says."""
    return tuple(plain(name).split("/")[1:])


def plain(name: str) -> str:
    """The name of a form without the number of another window's words."""
    stem, _, number = name.rpartition(AGAIN)
    return stem if stem and number.isdigit() else name


def _changed(name: str, changed: Mapping[str, str]) -> str:
    return max((changed.get(id, "") for id in about(name)), default="")


def _put(standing: dict[str, Form], typed: Typed, *, overtaken: bool) -> None:
    assert typed.form is not None
    name, number = typed.name, 2
    while name in standing or (overtaken and name == typed.name):
        if name in standing and standing[name].values == typed.form.values:
            return
        name, number = f"{typed.name}{AGAIN}{number}", number + 1
    standing[name] = typed.form
