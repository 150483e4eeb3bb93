"""Forms: the questions themselves, read from the dictionaries that form builders export."""

from __future__ import annotations

import csv
import html
import io
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from equitykit.errors import ReadError

__all__ = ["Form", "Item", "Option", "is_dictionary", "read_form"]

_MAX_BYTES = 50_000_000
_TAG = re.compile(r"<[^>]{0,200}>")
_REDCAP_TYPES = {"radio": "single", "dropdown": "single", "yesno": "single", "truefalse": "single"}
_REDCAP_FIXED = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
_ENUMERATED = re.compile(r'"{1,2}(?P<code>[^"]*)"{1,2}\s*=\s*\[(?P<label>[^\]]*)\]')


@dataclass(frozen=True, slots=True)
class Option:
    """One response option: the code stored and the label shown."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a form.

    Attributes
    ----------
    name : the field, as it is called in the data.
    label : the question as asked.
    type : "single", "multiple" or "text".
    options : what can be chosen, in the order shown.
    section : heading above it.
    required : whether it must be answered.
    note : hint beside it.
    identifier : whether the form marks it as identifying a person.
    """

    name: str
    label: str
    type: str
    options: tuple[Option, ...] = ()
    section: str = ""
    required: bool = False
    note: str = ""
    identifier: bool = False


@dataclass(frozen=True)
class Form:
    """The questions of a form, before any data exist."""

    name: str
    kind: str
    items: tuple[Item, ...]

    def item(self, name: str) -> Item | None:
        """The item of that name, or None."""
        return next((item for item in self.items if item.name == name), None)


_REDCAP_HEADER = frozenset({"variable / field name", "field type"})
_ENUMERATION_HEADER = frozenset({"id", "label", "enumeration"})


def is_dictionary(columns: Iterable[str]) -> bool:
    """Whether the columns of a table are those of a data dictionary."""
    names = {column.strip().lower() for column in columns}
    return names >= _REDCAP_HEADER or names >= _ENUMERATION_HEADER


def read_form(path: str | os.PathLike[str]) -> Form:
    """Read a data dictionary: REDCap, or one with Id, Label and Enumeration.

    Parameters
    ----------
    path : CSV file, as the form builder exports it.

    Returns
    -------
    Form

    Raises
    ------
    ReadError
        Not a dictionary of a kind that is known.
    """
    file = Path(path)
    rows = _rows(file)
    header = [cell.strip().lower() for cell in rows[0]]
    dicts = [dict(zip(header, (cell.strip() for cell in row), strict=False)) for row in rows[1:]]
    if set(header) >= _REDCAP_HEADER:
        return Form(
            file.name, "redcap", tuple(_redcap(row) for row in dicts if row.get("variable / field name"))
        )
    if set(header) >= _ENUMERATION_HEADER:
        return Form(file.name, "enumeration", tuple(_enumerated(row) for row in dicts if row.get("id")))
    raise ReadError(
        f'"{file.name}" is not a data dictionary that can be read: its columns are {", ".join(header[:6])[:200]}.',
        allowed=["a REDCap data dictionary (CSV)", "a dictionary with the columns Id, Label, Enumeration"],
        next_step="Export the dictionary from the form builder as CSV.",
    )


def _rows(file: Path) -> list[list[str]]:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise ReadError(f'"{file.name}" is too large to be a data dictionary.')
        data = file.read_bytes()
    except OSError as problem:
        raise ReadError(
            f'The form "{file}" cannot be read: {problem.strerror or problem}.', next_step="Check the path."
        ) from None
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
    except csv.Error as problem:
        raise ReadError(f'"{file.name}" is not a CSV table: {problem}.') from None
    if len(rows) < 2:
        raise ReadError(f'"{file.name}" holds no questions.')
    return rows


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def _redcap(row: Mapping[str, str]) -> Item:
    kind = row.get("field type", "").lower()
    choices = next((value for key, value in row.items() if key.startswith("choices")), "")
    options: tuple[Option, ...] = ()
    if kind in _REDCAP_FIXED:
        options = tuple(Option(code, label) for code, label in _REDCAP_FIXED[kind])
    elif kind in {"radio", "dropdown", "checkbox"}:
        pairs = (choice.partition(",") for choice in choices.split("|") if choice.strip())
        options = tuple(Option(code.strip(), _plain(label)) for code, _, label in pairs)
    return Item(
        name=row["variable / field name"],
        label=_plain(row.get("field label", "")),
        type="multiple" if kind == "checkbox" else _REDCAP_TYPES.get(kind, "text"),
        options=options,
        section=_plain(row.get("section header", "")),
        required=row.get("required field?", "").lower() in {"y", "yes"},
        note=_plain(row.get("field note", "")),
        identifier=row.get("identifier?", "").lower() in {"y", "yes"},
    )


def _enumerated(row: Mapping[str, str]) -> Item:
    options = tuple(
        Option(match["code"].strip(), _plain(match["label"]))
        for match in _ENUMERATED.finditer(row["enumeration"])
    )
    multiple = row.get("cardinality", "").lower() == "multiple"
    return Item(
        name=row["id"],
        label=_plain(row["label"]),
        type="text" if not options else "multiple" if multiple else "single",
        options=options,
        section=_plain(row.get("section", "")),
        note=_plain(row.get("notes", "")),
    )
