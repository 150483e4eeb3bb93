"""Which columns hold labels, which hold numbers, and of what kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from equitykit import standards
from equitykit.frames.names import column_names
from equitykit.results.headings import Heading, heading, is_code, is_period, is_total, names_race, read_group
from equitykit.results.marks import read_cell
from equitykit.results.model import Column, Group
from equitykit.results.shape import Shape

__all__ = ["Placed", "columns_of", "label_columns", "race_column"]

_AGES = re.compile(
    r"(ages?\s*)?(under |over )?\d{1,3}\s*((-|–|to)\s*\d{1,3}|\+|and (over|older|under"
    r"|up))?( years?( old)?)?|<\s*\d+|≥\s*\d+",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(sy |fy )?(1[89]|20|21)\d\d([-/–]\d{2,4})?", re.IGNORECASE)
_ACROSS = "columns"
_NUMBERS = 0.6


@dataclass(frozen=True, slots=True)
class Placed:
    """A column of the file: its place, what it holds, and the group and labels of its heading."""

    at: int
    column: Column
    group: Group | None
    labels: tuple[tuple[str, str], ...] = ()


def _texts(shape: Shape, at: int) -> list[str]:
    return [row[at] for _, row in shape.body if row[at]]


def _heading(shape: Shape, at: int) -> Heading:
    return heading(*(row[at] for row in shape.headers if row[at]))


def _name(shape: Shape, at: int) -> str:
    return shape.headers[-1][at] or next((row[at] for row in reversed(shape.headers) if row[at]), "")


def label_columns(shape: Shape, quoted: Iterable[int] = ()) -> tuple[int, ...]:
    """Places of the columns that hold labels: words, codes, years."""
    width = len(shape.headers[-1])
    codes = set(quoted)
    return tuple(at for at in range(width) if at in codes or _is_label(shape, at))


def _is_label(shape: Shape, at: int) -> bool:
    name = _name(shape, at)
    texts = _texts(shape, at)
    said = _heading(shape, at)
    if is_code(name) or (is_period(name) and said.kind is None) or said.kind == "scale":
        return True
    if said.kind in ("interval", "flag") or said.group is not None:
        return False
    if not texts:
        return said.kind is None
    if at == 0 and said.kind is None:
        return True
    numbers = sum(read_cell(text) is not None for text in texts)
    return numbers < _NUMBERS * len(texts)


def race_column(shape: Shape, labels: Sequence[int]) -> int | None:
    """Place of the label column that holds groups of race and ethnicity."""
    best: tuple[int, int] | None = None
    for at in labels:
        distinct = list(dict.fromkeys(_texts(shape, at)))[:500]
        groups = [read_group(text) for text in distinct]
        named = [g for g in groups if g is not None and g.meaning is not None]
        racial = [
            g
            for g in named
            if g.meaning is not None
            and (g.meaning.adds or g.meaning.one_of or g.meaning.residual in ("multiracial", "collective"))
        ]
        others = [g for g in groups if g is None or not g.total]
        said = names_race(_name(shape, at))
        ids = {g.id for g in racial}
        if (len(ids) >= 2 and 2 * len(named) >= len(others)) or (said and ids):
            score = (len(ids) + 100 * said, -at)
            if best is None or score > (best[0], -best[1]):
                best = (score[0], at)
    return None if best is None else best[1]


def columns_of(shape: Shape, labels: Sequence[int], race: int | None) -> tuple[list[Placed], tuple[str, ...]]:
    """The columns of numbers, and a name for each label column."""
    names, _ = column_names(
        [_name(shape, at) or None for at in range(len(shape.headers[-1]))], subject="table"
    )
    places = [at for at in range(len(shape.headers[-1])) if at not in labels]
    said = {at: _heading(shape, at) for at in places}
    groups = {one.group.id for one in said.values() if one.group is not None}
    if race is None and len(groups) >= 2:
        found = [_wide(shape, at, one) for at, one in said.items()]
    else:
        crossed = _crossed(shape, said)
        found = [_plain(shape, at, one, crossed) for at, one in said.items()]
    return _told_apart(_one_label_is_none(found)), names


def _wide(shape: Shape, at: int, one: Heading) -> Placed:
    column = _column(shape, at, one, one.name if one.name != one.text else None)
    if one.group is not None:
        labels = ((_ACROSS, one.rest),) if one.rest else ()
        return Placed(at, column, one.group, labels)
    if one.rest and not is_total(one.rest):
        return Placed(at, column, read_group(one.rest) or Group(one.rest, None))
    return Placed(at, column, Group(one.rest or one.text, None, total=True))


def _plain(shape: Shape, at: int, one: Heading, crossed: bool) -> Placed:
    if one.kind is None and not one.name.lower().startswith("estimate"):
        if crossed:
            column = _column(shape, at, one, None)
            return Placed(at, replace(column, name=column.kind), None, ((_ACROSS, one.text),))
        column = _column(shape, at, one, one.text)
        if is_total(one.text) and column.kind == "count":
            column = replace(column, kind="n", guessed=True)
        return Placed(at, column, None)
    labels = ((_ACROSS, one.rest),) if one.rest else ()
    return Placed(at, _column(shape, at, one, one.name), None, labels)


def _crossed(shape: Shape, said: dict[int, Heading]) -> bool:
    """Whether headings without a kind of number are the labels of a second dimension."""
    plain = {at: one.text for at, one in said.items() if one.kind is None}
    inner = [text for text in plain.values() if not is_total(text)]
    if len(inner) < 2:
        return False
    if all(_YEAR.fullmatch(text) or _AGES.fullmatch(text) for text in inner):
        return True
    sexes = standards.vocabulary("sex")
    if all(standards.read_value(text, sexes) is not None for text in inner):
        return True
    totals = [at for at, text in plain.items() if is_total(text)]
    return len(totals) == 1 and _adds_up(shape, totals[0], [at for at in plain if at != totals[0]])


def _adds_up(shape: Shape, total: int, parts: Sequence[int]) -> bool:
    """Whether one column is the sum of others, as far as can be seen."""
    exact = known = 0
    for _, row in shape.body:
        whole = read_cell(row[total])
        values = [None if (found := read_cell(row[at])) is None else found.value for at in parts]
        if whole is None or whole.value is None:
            continue
        shown = [value for value in values if value is not None]
        if sum(shown) > whole.value + 0.5 * len(parts) / 10 ** (whole.decimals or 0) + 1e-9:
            return False
        if len(shown) == len(values):
            known += 1
            exact += abs(sum(shown) - whole.value) < 0.5 + 1e-9
    return exact == known


def _column(shape: Shape, at: int, one: Heading, name: str | None) -> Column:
    reads = [read_cell(text) for text in _texts(shape, at)]
    shown = [each for each in reads if each is not None and each.value is not None]
    values = [each.value for each in shown if each.value is not None]
    decimals = max((each.decimals for each in shown), default=0)
    kind = one.kind
    if kind == "rate" and shown and all(each.sign for each in shown):
        kind = "percent"
    guessed = kind is None
    if kind is None:
        kind = _guessed(shape, values, decimals, any(each.sign for each in shown))
    scale = 1.0 if kind == "percent" and values and max(values) <= 1 and decimals >= 2 else 100.0
    per = one.per if one.per is not None else None
    return Column(
        name=name or kind,
        kind=kind,
        guessed=guessed,
        per=per,
        scale=scale,
        decimals=decimals,
        headings=(one.text,),
    )


def _guessed(shape: Shape, values: Sequence[float], decimals: int, signed: bool) -> str:
    if signed:
        return "percent"
    said = " ".join((*shape.title, *shape.remarks)).lower()
    if re.search(r"\bscores?\b|\b(average|mean|median)\b", " ".join(shape.title).lower()):
        return "mean"
    if not decimals and all(value >= 0 for value in values):
        return "count"
    if re.search(r"percent|%", said):
        return "percent"
    return "rate" if re.search(r"\brates?\b|per 1", said) else "number"


def _one_label_is_none(found: list[Placed]) -> list[Placed]:
    """A label that every column has says nothing."""
    labels = {one.labels for one in found}
    if len(labels) == 1 and labels != {()}:
        return [replace(one, labels=()) for one in found]
    return found


def _told_apart(found: list[Placed]) -> list[Placed]:
    """Columns of one name at one place get names of their own."""
    taken: dict[tuple[str, str | None, tuple[tuple[str, str], ...]], int] = {}
    made = []
    for one in found:
        name, turn = one.column.name, 2
        group = one.group.label if one.group is not None else None
        while (name, group, one.labels) in taken:
            name = f"{one.column.name}__{turn}"
            turn += 1
        taken[name, group, one.labels] = 1
        made.append(one if name == one.column.name else replace(one, column=replace(one.column, name=name)))
    return _one_of_each(made)


def _one_of_each(found: list[Placed]) -> list[Placed]:
    """Columns of one name are one: its finest numbers, all its headings."""
    by_name: dict[str, Column] = {}
    for one in found:
        before = by_name.get(one.column.name)
        if before is None:
            by_name[one.column.name] = one.column
            continue
        kind = before.kind if not before.guessed or before.kind != "count" else one.column.kind
        by_name[one.column.name] = replace(
            before,
            kind=kind,
            decimals=max(before.decimals, one.column.decimals),
            scale=max(before.scale, one.column.scale),
            headings=(*before.headings, *one.column.headings),
        )
    return [replace(one, column=by_name[one.column.name]) for one in found]
