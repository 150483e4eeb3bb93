"""What a sheet says beside its values: merged cells, and formulas whose result was not stored."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = 1 << 20
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_CELL = re.compile(rb'\br="([A-Z]{1,3})\d+"')


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that were joined into one, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Marks:
    """What the raw sheet says beside its values."""

    merges: list[Merge] = field(default_factory=list)
    formulas: int = 0
    formula_columns: set[int] = field(default_factory=set)


def read_marks(path: Path, part: str | None) -> Marks:
    """Merged cells and formulas without a result, from the sheet as it is written."""
    marks = Marks()
    if part is None:
        return marks
    with zipfile.ZipFile(path) as archive, archive.open(part) as handle:
        rest = b""
        while block := handle.read(_BLOCK):
            rest += block
            cut = (
                len(rest) if len(rest) > 64 * _BLOCK else max(rest.rfind(b"</row>"), rest.rfind(b":row>"), 0)
            )
            _mark(rest[:cut], marks)
            rest = rest[cut:]
        _mark(rest, marks)
    return marks


def _mark(part: bytes, marks: Marks) -> None:
    if b"mergeCell " in part:
        for left, top, right, bottom in _MERGE.findall(part):
            marks.merges.append(Merge(int(top), _number(left), int(bottom), _number(right)))
    if b"<f" in part or b":f" in part:
        for attributes in _FORMULA.findall(part):
            place = _CELL.search(attributes)
            if place and b't="str"' not in attributes:
                marks.formulas += 1
                marks.formula_columns.add(_number(place.group(1)))


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
