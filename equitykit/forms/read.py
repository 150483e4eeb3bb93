"""Which kind of form a file is, told by what stands in it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from equitykit import yamltext
from equitykit.errors import EquitykitError, ReadError
from equitykit.forms import enumeration, fhir, qualtrics, redcap, simple, xlsform
from equitykit.forms.files import MAX_BYTES, as_json, as_rows, as_text, header_of_sheet, read_bytes, sheets
from equitykit.forms.model import Form
from equitykit.forms.words import header_of
from equitykit.text import plain

__all__ = ["is_dictionary", "is_form", "read_form"]

ALLOWED = (
    "a REDCap data dictionary (CSV)",
    "an XLSForm (XLSX or CSV)",
    "a FHIR Questionnaire (JSON)",
    "a Qualtrics survey (QSF)",
    "a dictionary with the columns Id, Label, Enumeration",
    "a plain list of items and options (YAML or CSV)",
)
_HEAD = 65_536
_ZIP = b"PK\x03\x04"
_YAML = (".yaml", ".yml")


def is_dictionary(columns: Iterable[str]) -> bool:
    """Whether the columns of a table are those of a data dictionary."""
    names = set(header_of(list(columns)))
    return (
        names >= redcap.HEADER
        or names >= redcap.API_HEADER
        or names >= enumeration.HEADER
        or names >= simple.HEADER
    )


def is_form(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a form, by its content; never raises.

    Parameters
    ----------
    path : any file.
    """
    file = Path(path)
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            return False
        with file.open("rb") as handle:
            head = handle.read(_HEAD)
        if head.startswith(_ZIP):
            return _is_xlsform(file)
        wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
        text = as_text(head, file.name) if wide else head.decode("utf-8-sig", errors="ignore")
        text = text.lstrip()
        if file.suffix.lower() == ".qsf":
            return True
        if text.startswith("{"):
            return _is_form_json(file, text)
        if file.suffix.lower() in _YAML:
            return simple.is_plain(yamltext.load(as_text(file.read_bytes(), file.name), name=file.name))
        rows = as_rows(text, file.name)
    except (EquitykitError, OSError):
        return False
    return bool(rows) and (is_dictionary(rows[0]) or xlsform.is_xlsform_csv(rows))


def _is_xlsform(file: Path) -> bool:
    header = header_of_sheet(file, "survey")
    return header is not None and {"type", "name"} <= set(header_of(header))


def _is_form_json(file: Path, head: str) -> bool:
    if '"resourceType"' not in head and '"SurveyEntry"' not in head and file.suffix.lower() == ".jsonl":
        return False
    try:
        content = as_json(as_text(file.read_bytes(), file.name), file.name)
    except ReadError:  # damaged: what it says it is decides who tells the person
        return '"SurveyEntry"' in head or re.search(r'"resourceType"\s*:\s*"Questionnaire"', head) is not None
    return fhir.is_questionnaire(content) or qualtrics.is_survey(content) or simple.is_plain(content)


def read_form(path: str | os.PathLike[str]) -> Form:
    """Read a form: REDCap, XLSForm, FHIR Questionnaire, Qualtrics, a dictionary, or a plain list.

    Parameters
    ----------
    path : the file, as the form builder exports it. Its kind is told by its content.

    Returns
    -------
    Form

    Raises
    ------
    ReadError
        Not a form of a kind that is known, or damaged.

    Interpretation
    --------------
    Calculated and hidden-by-calculation fields are no questions. Only what the file itself says is read:
    a value set that is named and not part of the file has no options here, apart from the two that US Core
    publishes for race and ethnicity.
    """
    file = Path(path)
    data = read_bytes(file)
    try:
        form = _read(file, data)
    except RecursionError:
        raise ReadError(f'"{plain(file.name, 80)}" is nested too deeply to be a form.') from None
    if not form.items:
        raise ReadError(
            f'"{plain(file.name, 80)}" holds no questions.',
            next_step="Export the form again, with its questions.",
        )
    return replace(form, path=str(path), sha256=hashlib.sha256(data).hexdigest())


def _read(file: Path, data: bytes) -> Form:
    name = plain(file.name, 80)
    if data.startswith(_ZIP):
        return _workbook(file, name)
    text = as_text(data, name)
    start = text.lstrip()[:1]
    suffix = file.suffix.lower()
    if start == "{" or suffix in {".json", ".qsf"}:
        return _json(as_json(text, name), name)
    if suffix in _YAML:
        content = yamltext.load(text, name=name)
        if not simple.is_plain(content):
            raise _unknown(name, "it has no list called items")
        return simple.from_mapping(name, content)
    return _table(name, as_rows(text, name))


def _workbook(file: Path, name: str) -> Form:
    found = sheets(file)
    if "survey" in found:
        return xlsform.read(name, found)
    for rows in found.values():
        if rows and is_dictionary(rows[0]):
            return _table(name, rows)
    raise _unknown(name, f"its sheets are {', '.join(plain(each, 40) for each in list(found)[:6])}")


def _json(content: Any, name: str) -> Form:
    if fhir.is_questionnaire(content):
        return fhir.read(name, content)
    if qualtrics.is_survey(content):
        return qualtrics.read(name, content)
    if simple.is_plain(content):
        return simple.from_mapping(name, content)
    kind = content.get("resourceType") if isinstance(content, dict) else None
    raise _unknown(name, f"it is a FHIR {plain(kind, 40)}" if kind else "its content is something else")


def _table(name: str, rows: list[list[str]]) -> Form:
    if not rows:
        raise ReadError(f'"{name}" is empty.')
    if xlsform.is_xlsform_csv(rows):
        return xlsform.read(name, xlsform.split_csv(rows))
    header = set(header_of(rows[0]))
    if len(rows) < 2 and is_dictionary(rows[0]):
        raise ReadError(f'"{name}" holds no questions.')
    if header >= redcap.HEADER or header >= redcap.API_HEADER:
        return redcap.read(name, rows)
    if header >= enumeration.HEADER:
        return enumeration.read(name, rows)
    if header >= simple.HEADER:
        return simple.read_rows(name, rows)
    raise _unknown(name, f"its columns are {plain(', '.join(cell.strip() for cell in rows[0][:6]), 200)}")


def _unknown(name: str, seen: str) -> ReadError:
    return ReadError(
        f'"{name}" is not a form that can be read: {seen}.',
        allowed=ALLOWED,
        next_step="Export the form from the program it was built with.",
    )
