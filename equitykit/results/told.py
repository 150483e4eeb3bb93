"""A published table told apart from a file of records, by what stands in it."""

from __future__ import annotations

from collections.abc import Sequence

from equitykit.frames.grid import Grid
from equitykit.results.columns import Placed, columns_of, label_columns, race_column
from equitykit.results.headings import heading, is_code
from equitykit.results.marks import meanings, read_cell
from equitykit.results.shape import Shape

__all__ = ["is_published"]

_MOST_ROWS_FOR_EACH = 1.02
_FLAGS = frozenset({0.0, 1.0})
_SUMS = frozenset({"count", "n", "percent", "rate", "ratio", "difference", "mean"})


def is_published(grid: Grid, shape: Shape) -> bool:
    """Whether rows are groups with their numbers, and not people or events.

    A published table has groups of race and ethnicity in its headings with amounts (not yes and no) below
    them; or each group once for each combination of the other labels, beside a column that a heading names
    as a count, percent, rate or ratio.
    """
    labels = label_columns(shape, grid.quoted)
    race = race_column(shape, labels)
    placed, _ = columns_of(shape, labels, race)
    if race is None:
        return _is_wide(shape, placed)
    return _is_named(shape, placed) and _each_once(shape, labels, race)


def _values(shape: Shape, at: int) -> list[float]:
    reads = (read_cell(row[at]) for _, row in shape.body)
    return [found.value for found in reads if found is not None and found.value is not None]


def _is_wide(shape: Shape, placed: Sequence[Placed]) -> bool:
    groups = {one.group.id for one in placed if one.group is not None and one.group.meaning is not None}
    amounts = [one for one in placed if one.group is not None and set(_values(shape, one.at)) - _FLAGS]
    least = 2 if _is_named(shape, placed) else 3
    return len(groups) >= least and len({one.group.id for one in amounts if one.group is not None}) >= least


def _is_named(shape: Shape, placed: Sequence[Placed]) -> bool:
    """Whether a heading names a kind of number, or a mark of suppression stands in the place of one."""
    for one in placed:
        if heading(*(row[one.at] for row in shape.headers if row[one.at])).kind in _SUMS or one.labels:
            return True
        for _, row in shape.body:
            found = read_cell(row[one.at]) if row[one.at] else None
            mark = found.mark if found is not None and found.value is None else None
            if mark is not None and meanings().of(mark) in ("suppressed", "unreliable"):
                return True
    return False


def _each_once(shape: Shape, labels: Sequence[int], race: int) -> bool:
    """Whether every group stands once for each combination of the other labels, and most combinations have several."""
    rows = len(shape.body)
    others = [at for at in labels if at != race]
    kept = []
    for at in others:
        distinct = len({row[at] for _, row in shape.body})
        if (
            distinct == rows and rows > 1 and len({row[race] for _, row in shape.body}) < rows
        ):  # a number for each row
            if is_code(shape.headers[-1][at]) or rows > 30:
                return False
            continue
        if distinct < rows:
            kept.append(at)
    places = [
        (section, *(row[at] for at in kept))
        for (_, row), section in zip(shape.body, shape.sections, strict=True)
    ]
    keys = {(*place, row[race]) for place, (_, row) in zip(places, shape.body, strict=True)}
    if rows > _MOST_ROWS_FOR_EACH * len(keys):
        return False
    several = rows / max(len(set(places)), 1)
    return several >= 1.5 or (several > 1 and rows <= 30)
