"""A codebook proposed from the data, and from the form beside it, with what a person must confirm."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitykit import frames, identify, standards
from equitykit.codebook import Codebook
from equitykit.forms import Form, read_form
from equitykit.propose.doubts import UNREAD, OpenValue, doubtful_values, open_values
from equitykit.propose.evidence import DEFAULT_STANDARD, Column, Confirm
from equitykit.propose.found import Found
from equitykit.propose.from_form import Told, disagreements, told_by_form
from equitykit.propose.others import find_rest
from equitykit.propose.race import find_race
from equitykit.standards import Standard

__all__ = ["UNREAD", "Confirm", "OpenValue", "Proposal", "open_values", "propose"]


@dataclass(frozen=True)
class Proposal:
    """A proposed codebook, the reasons for it, and what a person must confirm.

    Pass it to `equitykit.audit` as it is, or save it, go through it, and use the file.
    """

    codebook: Codebook
    reasons: tuple[str, ...]
    to_confirm: tuple[Confirm, ...]
    identifiers: Mapping[str, str]

    def review(self) -> str:
        """What to look at before the codebook is relied on, as text."""
        lines = ["Why:", *(f"  - {reason}" for reason in self.reasons)] if self.reasons else []
        if self.to_confirm:
            lines += ["Please confirm:", *(f"  - {c.place}: {c.why}" for c in self.to_confirm)]
        if self.identifiers:
            lines += [f"Left out, because they identify people: {', '.join(self.identifiers)}."]
        return "\n".join(lines) or "Nothing was recognised. Describe the columns in a codebook by hand."

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the proposed codebook as YAML, with what to confirm as comments on top."""
        target = Path(path)
        notes = [f"# {line}" for line in self.review().splitlines()]
        text = "\n".join(
            ["# Proposed by equitykit. Nothing here is certain until you have confirmed it.", *notes]
        )
        target.write_text(f"{text}\n{self.codebook.to_yaml()}", encoding="utf-8", newline="\n")
        return target


def propose(
    subject: Any, *, form: Form | str | os.PathLike[str] | None = None, standard: str | None = None
) -> Proposal:
    """Propose a codebook for a file of records.

    Parameters
    ----------
    subject : path, data frame or `Records`.
    form : the form's data dictionary; fills in what the codes mean.
    standard : id of the standard to name in the codebook, under whose labels the values are read.

    Returns
    -------
    Proposal

    Interpretation
    --------------
    Values decide, names come second. A bare letter or digit is mapped only where a code system
    explains every value and no other system reads one of them differently; otherwise it is listed.
    Columns that identify people directly are left out and only named.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"q1": ["White", "Black", "Hispanic, White", "Unknown"] * 5})
    >>> propose(data).codebook.questions["race_ethnicity"].columns
    ('q1',)
    """
    records = frames.open(subject)
    profiles = records.profile()
    kinds = {name: kind for name, profile in profiles.items() if (kind := identify.column_kind(profile))}
    chosen = standards.standard(standard or DEFAULT_STANDARD)
    columns = [Column(profile, chosen) for name, profile in profiles.items() if name not in kinds]
    told = _told(form, columns, chosen)
    columns = [c for c in columns if c.name not in told.identifiers]
    numbers = [Column(profiles[name], chosen) for name, kind in kinds.items() if kind == "case-number"]
    found = told.race or find_race(records, columns, numbers)
    if told.race is not None:
        told.confirm += disagreements(told.race, columns)
    person = found.spec.pop("_person", None) if found else None
    rest = find_rest(records, columns, _used(found, told), person)
    questions: dict[str, Any] = {}
    if found is not None:
        questions["race_ethnicity"] = found.spec
        if rest.recorder:
            found.spec["recorded_by_column"] = rest.recorder
    questions |= rest.questions | told.others
    data: dict[str, Any] = {"equitykit": "codebook/1", "questions": questions, **rest.entries}
    if standard:
        data["standard"] = standard
    if found is not None and found.derived:
        data["derived"] = found.derived
    book = Codebook.load(data)
    doubts = doubtful_values(book, profiles) if found is not None else []
    confirm = [*(found.confirm if found else []), *told.confirm, *doubts, *rest.confirm]
    return Proposal(
        codebook=book,
        reasons=tuple(found.reasons if found else ()),
        to_confirm=tuple(confirm),
        identifiers=kinds | {name: "named by the form" for name in told.identifiers if name in profiles},
    )


def _told(form: Form | str | os.PathLike[str] | None, columns: list[Column], standard: Standard) -> Told:
    if form is None:
        return Told()
    return told_by_form(form if isinstance(form, Form) else read_form(form), columns, standard)


def _used(found: Found | None, told: Told) -> set[str]:
    used = set(found.used) if found else set()
    return used.union(*(spec["columns"] for spec in told.others.values()))
