"""Tables as they are given: rows with their labels, counts, totals and hierarchies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from equitykit.errors import MeasureError, UnknownName
from equitykit.tidy import number

__all__ = ["CHANGE", "EARLIER", "Hierarchy", "Key", "Labels", "Sheet", "WITHOUT", "mark_column", "read_sheet"]

Labels = tuple[str, ...]
Key = tuple[str, frozenset[tuple[str, str]]]
"""A cell: the layer it is in ("" for people, else a column of events), and its labels but for totals."""
Hierarchy = Mapping[str, Mapping[str, str]]

WITHOUT = "~without "
"""Begins the name of the layer of people who do not have the event; no column's name begins with "~"."""

EARLIER, CHANGE = "~earlier ", "~change "
"""Begin the names of the layers that an earlier release adds."""

LARGEST = 60_000
MOST_PEOPLE = 10**10
_COUNT = re.compile(r"(\d+|\d{1,3}(,\d{3})+)(\.0*)?", re.ASCII)
_FIGURE = re.compile(r"[-+]?[\d,]*\.?\d+(e[-+]?\d+)?\s*%?", re.ASCII | re.IGNORECASE)
MARK = "suppressed"
_TOTALS = frozenset({"total", "totals", "all", "overall", "all groups", "grand total", "everyone", "~total"})
_MARKS = ("primary", "complementary")


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes
    ----------
    frame : the table as given.
    dimensions : columns of labels.
    count : column of counts.
    events : columns of events among those counted.
    percent : columns worked out from the counts, which go with them.
    total : for each dimension, the label of its total.
    children : for each dimension, the labels that add up to each label.
    labels : the labels of each row.
    values : for each column of counts, its numbers; NaN where hidden already.
    marks : for each column of counts, "primary" or "complementary" where it was marked before.
    left_out : columns that were named for nothing; they could tell a hidden count, so they are not handed on.
    """

    frame: pd.DataFrame
    dimensions: tuple[str, ...]
    count: str
    events: tuple[str, ...]
    percent: tuple[str, ...]
    total: Mapping[str, str]
    children: Mapping[str, Mapping[str, tuple[str, ...]]]
    labels: tuple[Labels, ...]
    values: Mapping[str, tuple[float, ...]]
    marks: Mapping[str, tuple[str | None, ...]]
    left_out: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of counts: people first, then events."""
        return (self.count, *self.events)

    def layer(self, column: str) -> str:
        """The layer that a column of counts is in."""
        return "" if column == self.count else column

    def key(self, layer: str, labels: Labels) -> Key:
        """The cell with these labels."""
        pairs = zip(self.dimensions, labels, strict=True)
        return layer, frozenset((name, label) for name, label in pairs if label != self.total[name])

    def given(self) -> Iterator[tuple[Key, float, str | None]]:
        """Every cell in the table, with its count and its mark."""
        for column in self.columns:
            layer = self.layer(column)
            for labels, value, mark in zip(self.labels, self.values[column], self.marks[column], strict=True):
                yield self.key(layer, labels), value, mark

    def every(self) -> list[Labels]:
        """All combinations of labels, in one order whatever the order of the rows."""
        return list(product(*(self._all(name) for name in self.dimensions)))

    def _all(self, name: str) -> list[str]:
        inner = self.children[name]
        leaves = {label for labels in inner.values() for label in labels} - set(inner)
        return [*sorted(leaves), *sorted(set(inner) - {self.total[name]}), self.total[name]]

    def labels_of(self, name: str) -> list[str]:
        """The labels of a dimension, its total aside."""
        return [label for label in self._all(name) if label != self.total[name]]

    def line(self, name: str, label: str) -> Iterator[str]:
        """A label and all that it is a part of, its total aside."""
        above = {child: parent for parent, parts in self.children[name].items() for child in parts}
        while label != self.total[name]:
            yield label
            label = above[label]

    def above(self, labels: Labels) -> Iterator[Key]:
        """A cell in every layer, and every total that it is a part of."""
        lines = [
            (*self.line(name, label), self.total[name])
            for name, label in zip(self.dimensions, labels, strict=True)
        ]
        for one in product(*lines):
            yield from (self.key(layer, one) for layer in ("", *self.events))

    def is_share_within_rows(self, percent: str) -> bool:
        """Whether a column is the share of one count in another of the same row, as far as it is rounded."""
        shown = np.array([_number(value) for value in self.frame[percent].tolist()])
        counts = {column: np.array(self.values[column]) for column in self.columns}
        for part in self.events:
            for whole in self.columns:
                with np.errstate(all="ignore"):
                    share = counts[part] / counts[whole]
                known = np.isfinite(shown) & np.isfinite(share)
                for unit, room in ((1.0, 0.005), (100.0, 0.5)):
                    if part != whole and known.any() and (abs(shown - unit * share)[known] <= room).all():
                        return True
        return False

    def is_leaf(self, labels: Labels) -> bool:
        """Whether no label of a cell is a sum of others."""
        return not any(
            label in self.children[name] for name, label in zip(self.dimensions, labels, strict=True)
        )

    def sums(self, labels: Labels) -> Iterator[tuple[str, list[Labels]]]:
        """For each dimension in which a cell is a sum, its name and the cells it is the sum of."""
        for place, (name, label) in enumerate(zip(self.dimensions, labels, strict=True)):
            if label in self.children[name]:
                yield (
                    name,
                    [(*labels[:place], child, *labels[place + 1 :]) for child in self.children[name][label]],
                )

    def deep(self) -> int:
        """Number of dimensions with more than one level below the total."""
        return sum(len(inner) > 1 for inner in self.children.values())


def read_sheet(
    frame: pd.DataFrame,
    *,
    dimensions: Sequence[str] | Mapping[str, Mapping[str, str] | None] | None,
    count: str,
    total: str | Mapping[str, str],
    events: str | Sequence[str] | None = None,
    percent: str | Sequence[str] | None = None,
    hierarchy: Hierarchy | None = None,
) -> Sheet:
    """Read a long table: one row for each cell, totals among them.

    Raises
    ------
    UnknownName : for a column that is not there. MeasureError : for a table that cannot be read as one.
    """
    layers, shares = _several(events), _several(percent)
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    known = list(frame.columns)
    parents = _parents(hierarchy, dimensions)
    names = _several(tuple(dimensions) if isinstance(dimensions, Mapping) else dimensions)
    if dimensions is None:
        names = _others(known, (count, *layers, *shares))
    _refuse_twice_named(known, (*names, count, *layers, *shares))
    for name in (*names, count, *layers, *shares, *parents):
        if name not in frame.columns:
            raise UnknownName("column", str(name), known)
    if strange := [name for name in layers if name.startswith("~")]:
        raise MeasureError(f'The column "{strange[0]}" begins with "~".', next_step="Rename it.")
    if not names:
        raise MeasureError(
            "The table has no column of labels.",
            next_step="Name the columns of groups with dimensions=[...].",
        )
    labels = tuple(zip(*([_text(value) for value in frame[name].tolist()] for name in names), strict=True))
    words = total if isinstance(total, Mapping) else dict.fromkeys(names, total)
    totals = {name: words.get(name, "Total") for name in names}
    _refuse_twice(labels)
    if dimensions is None:
        _refuse_figures(names, labels, totals)
    children = {}
    for place, name in enumerate(names):
        seen = {row[place] for row in labels}
        _refuse_hidden_total(name, seen, totals[name])
        children[name] = _children(name, seen, totals[name], parents.get(name, {}))
    size = prod(len({c for cs in inner.values() for c in cs}) + 1 for inner in children.values())
    if size > LARGEST:
        raise MeasureError(
            f"The table has {number(size)} cells when every combination is counted, more than {LARGEST:,}.",
            next_step="Protect it in parts that do not share totals, or with fewer dimensions.",
        )
    marks = {column: _marks(frame, column, count) for column in (count, *layers)}
    values = {column: _counts(frame, column, labels, marks[column]) for column in marks}
    kept = {*names, *shares, *marks, *(mark_column(column, count) for column in marks)}
    left = tuple(name for name in known if name not in kept)
    frame = frame[[name for name in known if name in kept]]
    return Sheet(frame, names, count, layers, shares, totals, children, labels, values, marks, left)


def _parents(
    hierarchy: Hierarchy | None, dimensions: Sequence[str] | Mapping[str, Mapping[str, str] | None] | None
) -> dict[str, Mapping[str, str]]:
    """The hierarchy of each dimension that has one, wherever it was given."""
    given: Any = {} if hierarchy is None else hierarchy
    if not isinstance(given, Mapping):
        raise MeasureError(_NO_HIERARCHY, next_step=_AS_HIERARCHY)
    parents = dict(given)
    if isinstance(dimensions, Mapping):
        parents |= {name: up for name, up in dimensions.items() if up}
    if not all(isinstance(up, Mapping) for up in parents.values()):
        raise MeasureError(_NO_HIERARCHY, next_step=_AS_HIERARCHY)
    return parents


_NO_HIERARCHY = "The hierarchy does not say which label is a part of which."
_AS_HIERARCHY = 'Write it as {"race": {"Hmong": "Asian"}}: for each dimension, the parent of each child.'


def mark_column(column: str, count: str) -> str:
    """Where the marks of a column of counts stand."""
    return MARK if column == count else f"{MARK}_{column}"


def _several(given: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if given is None else (given,) if isinstance(given, str) else tuple(given)


def _others(known: Iterable[str], counts: Iterable[str]) -> tuple[str, ...]:
    left = set(counts)
    return tuple(n for n in known if n not in left and n != MARK and not n.startswith(f"{MARK}_"))


def _text(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value).strip()


def _refuse_twice_named(known: Sequence[str], named: Sequence[str]) -> None:
    """A column that is there twice, or that is to be two things."""
    for given, says in ((known, "is there twice"), (named, "is named for two things")):
        if twice := [name for name in dict.fromkeys(given) if given.count(name) > 1 and name in named]:
            raise MeasureError(
                f'The column "{twice[0]}" {says}.', next_step="Give each column one name, and name it once."
            )


def _refuse_figures(names: Sequence[str], labels: Sequence[Labels], totals: Mapping[str, str]) -> None:
    """A column of numbers that was named for nothing would be shown as labels, hidden counts and all."""
    for place, name in enumerate(names):
        seen = {row[place] for row in labels}
        without = [(*row[:place], *row[place + 1 :]) for row in labels]
        figures = [label for label in seen if _FIGURE.fullmatch(label)]
        if (
            len(seen) > 1
            and len(figures) >= len(seen) - 1
            and totals[name] not in seen
            and len(set(without)) == len(without)
        ):
            raise MeasureError(
                f'The column "{name}" holds numbers, and it is not said what they are.',
                next_step="Name the columns of labels with dimensions, and other columns of counts with events; "
                "what is named for nothing is left out.",
            )


def _refuse_twice(labels: Sequence[Labels]) -> None:
    seen: set[Labels] = set()
    for row in labels:
        if row in seen:
            raise MeasureError(
                f'"{" / ".join(row)}" has two rows.',
                next_step="Name every column of labels in dimensions, and keep one row for each combination.",
            )
        seen.add(row)


def _refuse_hidden_total(name: str, seen: set[str], total: str) -> None:
    """A total under another name would be taken for a group, and give the others away."""
    for label in sorted(seen - {total}):
        if label.casefold() in _TOTALS and (total not in seen or label.casefold() == total.casefold()):
            raise MeasureError(
                f'The label "{label}" in "{name}" reads like a total, and the total is called "{total}".',
                next_step=f'Say total={{"{name}": "{label}"}} if it is the total, or rename it.',
            )


def _children(
    name: str, seen: set[str], total: str, parents: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The labels below each label that is a sum."""
    named = {str(child): str(parent) for child, parent in parents.items()}
    every = (seen | set(named) | set(named.values())) - {total}
    for label in sorted(every):
        above, steps = label, 0
        while above in named and above != total:
            above, steps = named[above], steps + 1
            if steps > len(named):
                raise MeasureError(f'In the hierarchy of "{name}", "{label}" is a part of itself.')
    below: dict[str, list[str]] = {total: []}
    for label in sorted(every):
        below.setdefault(named.get(label, total), []).append(label)
    return {parent: tuple(labels) for parent, labels in below.items()}


def _marks(frame: pd.DataFrame, column: str, count: str) -> tuple[str | None, ...]:
    name = mark_column(column, count)
    if name not in frame.columns:
        return (None,) * len(frame)
    marks = []
    for value in frame[name].tolist():
        text = _text(value)
        if text and text not in _MARKS:
            raise MeasureError(
                f'"{text}" in the column "{name}" is no mark.', allowed=_MARKS, next_step="Or leave it empty."
            )
        marks.append(text or None)
    return tuple(marks)


def _number(value: Any) -> float:
    """A number in a column that is worked out; NaN where there is none."""
    try:
        return float(_text(value).removesuffix("%").replace(",", "") or "nan")
    except ValueError:
        return float("nan")


def _count(value: Any, text: str) -> float | None:
    """A whole number of 0 or more, with or without commas at the thousands; None where it is none."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, Real):
        one = float(value)
        return one if one >= 0 and one == np.floor(one) else None
    return float(text.replace(",", "")) if _COUNT.fullmatch(text) else None


def _counts(
    frame: pd.DataFrame, column: str, labels: Sequence[Labels], marks: Sequence[str | None]
) -> tuple[float, ...]:
    found = []
    for value, row, mark in zip(frame[column].tolist(), labels, marks, strict=True):
        text = _text(value)
        one = _count(value, text) if text else np.nan
        if one is None or one > MOST_PEOPLE:
            says = "not a whole number of 0 or more" if one is None else "more than there are people"
            raise MeasureError(f'The count of "{" / ".join(row)}" is "{text}", which is {says}.')
        if not text and mark is None:
            raise MeasureError(
                f'"{" / ".join(row)}" has no number in "{column}".',
                next_step='Give the count, or say in a column "suppressed" that it is "primary" or '
                '"complementary".',
            )
        found.append(one)
    return tuple(found)
