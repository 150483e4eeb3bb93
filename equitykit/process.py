"""How data are collected, as people said it: the answers of an assessment, as plain values."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from equitykit.errors import ReadError
from equitykit.text import plain

__all__ = ["INSTRUMENT", "Process", "is_process", "process_of", "read_process"]

INSTRUMENT = "anti-racist-data-collection"
_HEAD = 4096
_MARK = re.compile(rb'"format":\s*"assessment/1"')
_MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class Process:
    """Answers about how data are collected.

    Attributes
    ----------
    name, path : of the file, where there is one.
    answers : what stands, by id of the question; what was not answered is left out.
    on : the day on which they are looked at, for what must not be too long ago.
    """

    name: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    sha256: str | None = None
    on: date = field(default_factory=date.today)
    path: str | None = None

    def said(self, ask: str) -> Any:
        """Answer to a question; None where there is none."""
        return self.answers.get(ask)


def process_of(document: Mapping[str, Any], *, name: str, sha256: str | None = None) -> Process:
    """Take the answers that stand out of an assessment.

    Parameters
    ----------
    document : the assessment in the format `assessment/1`.
    name, sha256 : of its file.

    Raises
    ------
    ReadError
        The assessment is a use of another instrument.

    Examples
    --------
    >>> said = {"instrument": {"id": INSTRUMENT}, "answers": {"script": [{"value": "no"}, {"value": "used"}]}}
    >>> process_of(said, name="intake").answers
    {'script': 'used'}
    """
    used = document.get("instrument") or {}
    if INSTRUMENT not in (used.get("id"), used.get("based_on")):
        raise ReadError(
            f'"{plain(name, 80)}" is a use of "{plain(used.get("id") or "another tool", 80)}". Only a use of '
            f'"{INSTRUMENT}" says how data are collected.',
            allowed=[INSTRUMENT],
            next_step=f"Give such a file, or make a report of this one: equitykit report {plain(name, 80)}",
        )
    kept = {ask: (entries or [{}])[-1].get("value") for ask, entries in document.get("answers", {}).items()}
    kept |= {ask: draft.get("value") for ask, draft in document.get("drafts", {}).items()}
    answers = {ask: value for ask, value in kept.items() if not _blank(value)}
    return Process(plain(name, 120), answers, sha256)


def read_process(path: str | os.PathLike[str]) -> Process:
    """Read the answers from the file of an assessment.

    Parameters
    ----------
    path : `*.equity.json`.

    Raises
    ------
    ReadError
        No such file, damaged, or a use of another instrument.
    """
    file = Path(path)
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise ReadError(f'"{plain(file.name, 80)}" is too large to be an assessment.')
        data = file.read_bytes()
    except OSError as problem:
        raise ReadError(
            f'"{plain(file, 200)}" cannot be read: {problem.strerror or problem}.',
            next_step="Check the path.",
        ) from None
    try:
        document = json.loads(data)
        if not isinstance(document, dict) or document.get("format") != "assessment/1":
            raise ValueError
        made = process_of(document, name=file.name, sha256=hashlib.sha256(data).hexdigest())
        return replace(made, path=str(file))
    except (ValueError, AttributeError, TypeError, KeyError, IndexError, RecursionError):
        raise ReadError(
            f'"{plain(file.name, 80)}" is not an assessment, or it is damaged.',
            next_step="Open it with equitykit start; its last good version is offered there.",
        ) from None


def is_process(path: str | os.PathLike[str]) -> bool:
    """Whether a file is an assessment, by its content; never raises."""
    try:
        with Path(path).open("rb") as handle:
            return _MARK.search(handle.read(_HEAD)) is not None
    except OSError:
        return False


def _blank(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == []
