"""People by site, worker, programme or period: the levels that a question is crossed with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from equitykit.checks.registry import Number, Share
from equitykit.checks.view import RACE, RecordsView
from equitykit.frames import SEPARATOR, Tally
from equitykit.periods import period_labels
from equitykit.recoded import Recoded

__all__ = ["MIN_UNIT", "by_level", "by_period", "level_tally", "listed", "places", "unit_names"]

MIN_UNIT = 30
"""Units with fewer people are hidden in every output, and judged by nothing."""
_DATE_CHARACTERS = 10
_MONTH_CHARACTERS = 7


def places(view: RecordsView) -> list[tuple[str, str]]:
    """What records can be told apart by, and the column of each: site, worker, programme, period."""
    unit = view.codebook.unit
    pairs = [("site", unit.site), ("worker", unit.worker), ("programme", unit.programme)]
    found = [(kind, column) for kind, column in pairs if column]
    return [*found, *([("period", view.codebook.period.column)] if view.codebook.period else [])]


def _cut(view: RecordsView, kind: str, column: str) -> tuple[tuple[str, int], ...]:
    """How much of a date is looked at: the month alone, where every date shows it first and no period needs more."""
    if kind != "period":
        return ()
    whole = ((column, _DATE_CHARACTERS),)
    months = view.kept((_cut, column), lambda: _months_will_do(view, Tally((column,), cut=whole)))
    return ((column, _MONTH_CHARACTERS),) if months else whole


def _months_will_do(view: RecordsView, days: Tally) -> bool:
    period = view.codebook.period
    if period is None or not period.year_starts.endswith("-01"):
        return False
    found = view.beforehand(days)
    return found is not None and all(day is None or _is_iso(day) for day in found[days.by[0]].tolist())


def _is_iso(text: str) -> bool:
    """Whether a text is a day of the calendar as 2024-03-01."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def level_tally(view: RecordsView, kind: str, column: str) -> Tally:
    """Race and ethnicity crossed with one such column."""
    return view.question_tally(RACE, column, cut=_cut(view, kind, column))


def by_level(view: RecordsView, kind: str, column: str) -> dict[str | None, list[Recoded]]:
    """Readings at each level, in the order of their names; None: not recorded, or no date.

    A person with records at several levels is at each of them.
    """
    levels = view.kept((by_level, kind, column), lambda: _by_level(view, kind, column))
    return {level: [view.supposed(value) for value in values] for level, values in levels.items()}


def _by_level(view: RecordsView, kind: str, column: str) -> dict[str | None, list[Recoded]]:
    frame, recoder = view.tally(level_tally(view, kind, column)), view.recoder(RACE)
    cells = frame[column].tolist()
    pieces = {cell: _pieces(cell) for cell in dict.fromkeys(cells)}
    names = _names(view, kind, [piece for each in pieces.values() for piece in each])
    levels = {cell: tuple(dict.fromkeys(names[piece] for piece in each)) for cell, each in pieces.items()}
    raw = frame[list(view.race_columns)].itertuples(index=False, name=None)
    found: dict[str | None, dict[tuple[str | None, ...], int]] = {}
    for key, cell, n in zip(raw, cells, recoder.weights(frame), strict=True):
        for level in levels[cell]:
            counts = found.setdefault(level, {})
            counts[key] = counts.get(key, 0) + n
    return {
        level: [recoder(key, n) for key, n in found[level].items()]
        for level in sorted(found, key=lambda name: (name is not None, name or ""))
    }


def by_period(view: RecordsView) -> dict[str | None, list[Recoded]]:
    """Readings in each period of the codebook, in time."""
    assert view.codebook.period is not None
    return by_level(view, "period", view.codebook.period.column)


def _pieces(cell: str | None) -> list[str | None]:
    return [None] if cell is None else [*dict.fromkeys(cell.split(SEPARATOR))]


def _names(view: RecordsView, kind: str, pieces: Iterable[str | None]) -> Mapping[str | None, str | None]:
    pieces = list(dict.fromkeys(pieces))
    period = view.codebook.period
    if kind != "period" or period is None:
        return {piece: piece for piece in pieces}
    labels = period_labels(pieces, by=period.by, year_starts=period.year_starts)
    return {piece: labels.get(piece) if piece is not None else None for piece in pieces}


def unit_names(view: RecordsView, kind: str, levels: Iterable[str | None]) -> list[str]:
    """What levels are called in a message: workers are numbers unless their names were asked for."""
    names, number = [], 0
    for level in levels:
        if level is None:
            names.append(f"(no {kind} recorded)")
        elif kind == "worker" and not view.names_workers:
            number += 1
            names.append(f"worker {number}")
        else:
            names.append(level)
    return names


def listed(kind: str, shares: Mapping[str, Share], numbers: dict[str, Number]) -> Iterator[str]:
    """Label and share of each, for a message; adds their numbers."""
    for index, (label, share) in enumerate(shares.items()):
        numbers |= {f"{kind}{index}": label, f"{kind}_share{index}": share}
        yield f"{{{kind}{index}}} {{{kind}_share{index}}}"
