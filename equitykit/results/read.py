"""Read a published table, and tell one from a file of records."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from equitykit.errors import EquitykitError, ReadError
from equitykit.frames.grid import Grid, frame_grid, read_grid
from equitykit.frames.types import ReadNote
from equitykit.results.columns import Placed, columns_of, label_columns, race_column
from equitykit.results.headings import is_code, is_total, read_group
from equitykit.results.marks import NOT_SAID, Read, meanings, read_cell, read_interval, said_in_notes
from equitykit.results.model import Cell, Column, Group, MarkUse, Results
from equitykit.results.rates import with_scales
from equitykit.results.shape import Shape, shape_of
from equitykit.results.told import is_published

__all__ = ["is_results", "read_results"]

_LOOKED_AT = 1_000
NO_LABEL = "(no label)"
_BESIDE = ("significance", "reference")


def read_results(
    path_or_frame: str | os.PathLike[str] | pd.DataFrame,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Results:
    """Read a published table with its title, its notes and its marks.

    Parameters
    ----------
    path_or_frame : a CSV or XLSX file as it was published, or a data frame. Groups may stand in rows (long), in
        columns (wide), or be crossed with another dimension; titles, notes, one or two header rows and merged
        header cells are taken as they come.
    sheet : which sheet of a workbook.
    header_row : number of the last header row in the file, where it is not found by itself.

    Returns
    -------
    Results

    Raises
    ------
    ReadError
        Not a table, no numbers in it, damaged, or too large.

    Interpretation
    --------------
    A cell without a number is suppressed, unreliable, not-collected, not-applicable, not-available, blank, or
    not-said. The table's own notes are followed first, then the marks in wide use that docs/published-tables.md
    lists; a mark that neither settles (NA, -, .) stays not-said.

    When not to use
    ---------------
    For records, one row for each person or event: see `read` and `audit`.

    Source
    ------
    The marks: schemas/marks.yaml, each with where it is used.

    Examples
    --------
    >>> rows = [["Black", "40", "9.8"], ["White", "112", "4.1"], ["Asian", "*", "*"]]
    >>> table = pd.DataFrame(rows, columns=["Race", "Number", "%"])
    >>> found = read_results(table)
    >>> [group.id for group in found.groups], [column.kind for column in found.columns]
    (['BLACK', 'WHITE', 'ASIAN'], ['count', 'percent'])
    >>> found.marks[0].mark, found.marks[0].meaning
    ('*', 'suppressed')
    """
    if isinstance(path_or_frame, pd.DataFrame):
        grid = frame_grid(path_or_frame)
    elif isinstance(path_or_frame, str | os.PathLike):
        grid = read_grid(path_or_frame, sheet=sheet)
    else:
        raise ReadError(
            f'"{type(path_or_frame).__name__}" is no published table.', allowed=("a path", "a data frame")
        )
    options = {
        key: str(value)
        for key, value in {"sheet": sheet, "header_row": header_row}.items()
        if value is not None
    }
    return _results(grid, shape_of(grid, header_row=header_row), options)


def is_results(
    path: str | os.PathLike[str], *, sheet: str | None = None, header_row: int | None = None
) -> bool:
    """Whether a file is a published table and not records, by its content; never raises.

    Parameters
    ----------
    path : any file.
    sheet, header_row : as for `read_results`.
    """
    try:
        grid = read_grid(path, sheet=sheet, most=_LOOKED_AT, hashed=False)
        return is_published(grid, shape_of(grid, header_row=header_row))
    except (EquitykitError, OSError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class _Raw:
    placed: Placed
    group: str | None
    labels: tuple[tuple[str, str], ...]
    text: str
    read: Read | None
    row: int


def _results(grid: Grid, shape: Shape, options: dict[str, str]) -> Results:
    labels = label_columns(shape, grid.quoted)
    race = race_column(shape, labels)
    placed, names = columns_of(shape, labels, race)
    if not placed:
        raise ReadError(
            f'"{grid.name}" holds no column of numbers.',
            next_step="Give the published table as CSV or XLSX, with its row of headings.",
        )
    raws = list(_raw_cells(shape, labels, race, placed, names))
    notes = (*shape.title, *shape.remarks)
    marks = _mark_uses(raws, notes)
    meaning = {use.mark: use.meaning for use in marks}
    cells = tuple(_cell(raw, meaning) for raw in raws)
    kinds: dict[str, Column] = {}
    for one in placed:
        kinds.setdefault(one.column.name, one.column)
    groups = _groups(shape, labels, race, placed)
    dimensions: dict[str, dict[str, None]] = {}
    for cell in cells:
        for name, label in cell.labels:
            dimensions.setdefault(name, {})[label] = None
    wide = any(one.group is not None for one in placed)
    crossed = any(one.labels for one in placed)
    guessed = [column.name for column in kinds.values() if column.guessed]
    said = list(grid.notes)
    if guessed:
        said.append(
            ReadNote(
                "header",
                f"The heading does not say what kind of number it is; the numbers had to: {', '.join(guessed[:6])}.",
                columns=tuple(guessed),
            )
        )
    return Results(
        name=grid.name,
        layout="wide" if wide else "crossed" if crossed else "long",
        title=shape.title,
        remarks=shape.remarks,
        dimension=(shape.headers[-1][race] or "group") if race is not None else ("columns" if wide else None),
        groups=groups,
        dimensions={name: tuple(found) for name, found in dimensions.items()},
        columns=with_scales(tuple(kinds.values()), cells),
        cells=cells,
        marks=marks,
        notes=tuple(said),
        rows=len(shape.body),
        headings=tuple(dict.fromkeys(text for row in shape.headers for text in row if text)),
        path=grid.path,
        sha256=grid.sha256,
        options=options,
    )


def _label(row: Sequence[str], labels: Sequence[int], race: int) -> str:
    """The group of a row; a total that stands in another column of labels, where its own cell is empty."""
    return row[race] or next((row[at] for at in labels if is_total(row[at])), NO_LABEL)


def _groups(
    shape: Shape, labels: Sequence[int], race: int | None, placed: Sequence[Placed]
) -> tuple[Group, ...]:
    found: dict[str, Group] = {}
    if race is not None:
        for _, row in shape.body:
            label = _label(row, labels, race)
            if label not in found:
                found[label] = read_group(label) or Group(label, None)
    for one in placed:
        if one.group is not None:
            found.setdefault(one.group.label, one.group)
    return tuple(found.values())


def _raw_cells(
    shape: Shape, labels: Sequence[int], race: int | None, placed: Sequence[Placed], names: Sequence[str]
) -> Iterator[_Raw]:
    others = [at for at in _told_once(shape, labels, race) if at != race]
    for (number, row), section in zip(shape.body, shape.sections, strict=True):
        whole = race is not None and not row[race]
        own = tuple((names[at], row[at]) for at in others if row[at] and not (whole and is_total(row[at])))
        if section is not None:
            own = (("section", section), *own)
        group = _label(row, labels, race) if race is not None else None
        for one in placed:
            text = row[one.at]
            yield _Raw(
                one,
                one.group.label if one.group is not None else group,
                (*own, *one.labels),
                text,
                read_interval(text) if one.column.kind == "interval" else read_cell(text),
                number,
            )


def _told_once(shape: Shape, places: Sequence[int], race: int | None) -> list[int]:
    """Label columns without the codes that say what another one says in words."""
    kept: list[int] = []
    for at in sorted(places, key=lambda each: (each != race, is_code(shape.headers[-1][each]), each)):
        pairs = [
            len({row[at] for _, row in shape.body}),
            *(len({row[one] for _, row in shape.body}) for one in kept),
        ]
        same = any(
            len({(row[at], row[one]) for _, row in shape.body}) == pairs[0] == n
            for one, n in zip(kept, pairs[1:], strict=True)
        )
        if not (same and is_code(shape.headers[-1][at])):
            kept.append(at)
    return sorted(kept)


def _mark_uses(raws: Sequence[_Raw], notes: Sequence[str]) -> tuple[MarkUse, ...]:
    seen: dict[str, dict[str, int]] = {}
    beside: dict[str, bool] = {}
    for raw in raws:
        found = raw.read
        mark = None
        if found is None:
            mark = raw.text[:60]
        elif found.mark is not None:
            mark = found.mark
        elif found.value is None and raw.placed.column.kind != "flag":
            mark = ""
        if mark is None or raw.placed.column.kind == "flag":
            continue
        seen.setdefault(mark, {})
        seen[mark][raw.placed.column.name] = seen[mark].get(raw.placed.column.name, 0) + 1
        beside[mark] = beside.get(mark, True) and found is not None and found.beside
    marks = list(seen)
    return tuple(
        sorted(
            (_use(mark, seen[mark], notes, marks, beside[mark]) for mark in marks),
            key=lambda use: (use.mark == "", -use.n, use.mark),
        )
    )


def _use(
    mark: str, columns: dict[str, int], notes: Sequence[str], marks: Sequence[str], beside: bool
) -> MarkUse:
    n = sum(columns.values())
    told = said_in_notes(mark, notes, marks)
    if told is not None and (beside or told[0] not in _BESIDE):
        return MarkUse(mark, told[0], "notes", told[1], n, columns)
    if mark == "":
        return MarkUse(mark, "blank", "nobody", None, n, columns)
    usual = None if beside else meanings().of(mark)
    if usual is not None:
        return MarkUse(mark, usual, "default", None, n, columns)
    return MarkUse(mark, NOT_SAID, "nobody", None, n, columns)


def _cell(raw: _Raw, meaning: dict[str, str]) -> Cell:
    found = raw.read or Read(mark=raw.text[:60])
    value = found.value
    if value is not None:
        state = "zero" if value == 0 else "number"
    elif found.mark is None:
        state = meaning.get("", "blank")
    else:
        state = meaning.get(found.mark, NOT_SAID)
        if state == "zero":
            value = 0.0
    return Cell(
        raw.group,
        raw.labels,
        raw.placed.column.name,
        raw.text,
        value,
        state,
        found.mark,
        found.low,
        found.high,
        found.decimals,
        raw.row,
        raw.placed.at + 1,
    )
