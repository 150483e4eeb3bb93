"""Counts that can be true: columns read as ids and numbers, and sentences for what cannot be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from equitykit.benchmark import Benchmark, population_frame
from equitykit.errors import BenchmarkError, MeasureError, UnknownName
from equitykit.limits import Floats
from equitykit.tidy import number

__all__ = [
    "TOTAL",
    "Kind",
    "answered",
    "check_counts",
    "check_groups",
    "check_order",
    "check_parts",
    "check_total",
    "default_label",
    "group_ids",
    "known",
    "numbers",
    "population_rows",
    "read_order",
    "time_at_risk",
]

TOTAL = "~total"

Kind = Literal["proportion", "person-time", "mean"]
"""What the groups hold: people with and without an event, events and the time at risk, or means."""

_TOTAL_WORDS = frozenset({"total", "all", "overall", "all groups", "grand total", "everyone"})
_UNKNOWN_WORDS = frozenset(
    {
        "blank",
        "decline-to-answer",
        "declined",
        "declined-to-answer",
        "don-t-know",
        "missing",
        "not-applicable",
        "not-asked",
        "not-collected",
        "not-provided",
        "not-recorded",
        "not-reported",
        "not-stated",
        "prefer-not-to-answer",
        "prefer-not-to-say",
        "refused",
        "suppressed",
        "unable-to-determine",
        "unknown",
        "unknown-or-not-reported",
    }
)
_ANSWERED = ("~other", "~multiracial", "~merged")


@lru_cache(maxsize=10_000)
def known(group: str) -> bool:
    """Whether people in this group gave an answer that can be read: nothing missing or in review.

    Examples
    --------
    >>> known("BLACK*F"), known("~unknown*F"), known("Unknown"), known("~other")
    (True, False, False, True)
    """
    return all(
        part.startswith(_ANSWERED) if part.startswith("~") else _told(part) for part in group.split("*")
    )


def answered(group: str) -> bool:
    """Whether a group may serve as a reference nobody named: known, and not a residual of several answers."""
    return known(group) and not any(part.startswith("~other") for part in group.split("*"))


_LABELS = {
    TOTAL: "Total",
    "~unknown": "Unknown",
    "~declined": "Declined to answer",
    "~blank": "Left blank",
    "~not-asked": "Not asked",
    "~not-applicable": "Not applicable",
    "~unable-to-determine": "Unable to determine",
    "~suppressed": "Suppressed in the source",
    "~other": "Other (in no category)",
    "~multiracial": "Two or more categories",
    "~review": "To be confirmed",
}


def default_label(group: str) -> str:
    """Words for a group that has no label of its own.

    Examples
    --------
    >>> default_label("~declined*F"), default_label("~merged:ASIAN|NHPI"), default_label("BLACK")
    ('Declined to answer, F', 'ASIAN or NHPI (merged)', 'BLACK')
    """
    return ", ".join(_part_label(part) for part in group.split("*")) if "~" in group else group


def _part_label(part: str) -> str:
    if part.startswith("~merged:"):
        return f"{part.removeprefix('~merged:').replace('|', ' or ')} (merged)"
    return _LABELS.get(part, part)


def _told(text: str) -> bool:
    return re.sub(r"\W+", "-", text.strip().lower()).strip("-") not in _UNKNOWN_WORDS


def group_ids(frame: pd.DataFrame, column: str) -> list[str]:
    """Group ids as text; a blank one stays, as `~blank`."""
    if column not in frame.columns:
        raise UnknownName("column", column, [str(c) for c in frame.columns])
    return ["~blank" if pd.isna(v) or not str(v).strip() else str(v).strip() for v in frame[column].tolist()]


def numbers(frame: pd.DataFrame, column: str, ids: Sequence[str]) -> Floats:
    """A column as numbers, or a sentence that says which cell is none."""
    if column not in frame.columns:
        raise UnknownName("column", column, [str(c) for c in frame.columns])
    values = np.empty(len(ids))
    for row, (name, value) in enumerate(zip(ids, frame[column].tolist(), strict=True)):
        if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
            raise MeasureError(
                f'The column "{column}" is empty for the group "{_say(name)}".',
                next_step="Give its number, or leave the group out and say so.",
            )
        try:
            values[row] = float(value)
            bad = isinstance(value, (bool, np.bool_)) or not np.isfinite(values[row])
        except (TypeError, ValueError):
            bad = True
        if bad:
            raise MeasureError(
                f'The column "{column}" holds "{value}" for the group "{_say(name)}", which is not a number.',
                next_step="Give plain numbers, without marks such as <11 or thousands separators.",
            )
    return values


def time_at_risk(frame: pd.DataFrame, column: str, ids: Sequence[str], per: float) -> Floats:
    """Return a column of times at risk; refuse negative ones, and units that are none."""
    if not per > 0:
        raise MeasureError(
            f'The units of time are "{per}".', next_step="Give per=1, 100 or 1000, for example."
        )
    times = numbers(frame, column, ids)
    for name, time in zip(ids, times, strict=True):
        if time < 0:
            raise MeasureError(f'The group "{_say(name)}" has a time at risk of {number(time)}, less than 0.')
    return times


def check_groups(ids: Sequence[str]) -> None:
    """Refuse a group that has two rows, and a total that reads as a group."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise MeasureError(
                f'The group "{_say(name)}" has more than one row.',
                next_step="Add its rows up, or give them names of their own.",
            )
        seen.add(name)
        if name.strip().lower() in _TOTAL_WORDS:
            raise MeasureError(
                f'The row "{name}" reads as a total, not as a group.',
                next_step=f'Call it "{TOTAL}", or leave it out.',
            )


def check_counts(ids: Sequence[str], n: Floats, events: Floats, *, again: bool = False) -> None:
    """Refuse negative counts, and more events than people unless an event can happen `again`."""
    for name, size, count in zip(ids, n.tolist(), events.tolist(), strict=True):
        for what, value in (("n", size), ("events", count)):
            if value < 0:
                raise MeasureError(
                    f'The group "{_say(name)}" has {what} = {number(value)}; a count cannot be negative.'
                )
        if not again and count > size * (1 + 1e-12):
            raise MeasureError(
                f'The group "{_say(name)}" has {number(count)} events among {number(size)}; '
                "events cannot be more than n.",
                next_step="Check that the two columns are not swapped.",
            )


def check_parts(
    ids: Sequence[str], n: Floats, events: Floats | float, total: float, total_events: float
) -> None:
    """Refuse a group that cannot be a part of the total."""
    parts = (
        ("n", n, total),
        ("events", events, total_events),
        ("people without the event", n - events, total - total_events),
    )
    for what, values, whole in parts:
        for name, value in zip(ids, np.broadcast_to(values, n.shape).tolist(), strict=True):
            if value > whole * (1 + 1e-9) + 1e-9:
                raise MeasureError(
                    f'The group "{_say(name)}" has {number(value)} in {what}, and the total {number(whole)}; '
                    "a part cannot be more than the total.",
                    next_step="Check the row of the total.",
                )


def check_total(parts: float, whole: float, what: str) -> None:
    """Refuse groups that add up to more than their total."""
    if parts > whole * (1 + 1e-9):
        raise MeasureError(
            f"The groups add up to {number(parts)} in {what}, more than the total of {number(whole)}.",
            next_step="Say that the groups overlap, or correct the total.",
        )


def read_order(
    order: str | Sequence[str] | None, frame: pd.DataFrame, ids: Sequence[str]
) -> tuple[str, ...] | None:
    """Group ids from lowest to highest, from a column of ranks or as listed."""
    if order is None or not isinstance(order, str):
        return None if order is None else tuple(str(one) for one in order)
    ranked = [i for i, name in enumerate(ids) if name != TOTAL and known(name)]
    ranks = numbers(frame.iloc[ranked], order, [ids[i] for i in ranked])
    if len(set(ranks.tolist())) < len(ranked):
        raise MeasureError(f'The column "{order}" gives two groups the same rank.')
    return tuple(ids[ranked[i]] for i in np.argsort(ranks))


def check_order(order: Sequence[str], ids: Sequence[str]) -> tuple[str, ...]:
    """Return the order as a tuple; refuse one that forgets, repeats or invents a group."""
    for name in order:
        if name not in ids:
            raise UnknownName("group", name, ids)
    for name in ids:
        if known(name) and name not in order:
            raise MeasureError(
                f'The order does not name the group "{name}".', next_step="List every group once."
            )
    if len(set(order)) < len(order):
        raise MeasureError("The order names a group twice.", next_step="List every group once.")
    return tuple(order)


def _say(group: str) -> str:
    return "total" if group == TOTAL else group


_SCHEMES = {"any": "any", "alone-or-in-combination": "any", "alone": "alone", "exclusive": "exclusive"}


def population_rows(
    population: pd.DataFrame | Benchmark,
    question: str,
    tabulation: str,
    groups: Sequence[str],
    *,
    scheme: str | None,
    source: str | None,
) -> pd.DataFrame:
    """A population as rows that stand beside groups: group, n, moe, scheme, source.

    Raises
    ------
    BenchmarkError, UnknownName
        It counts people otherwise than the groups do, or has none of them.
    """
    frame, scheme, source = population_frame(population, question, scheme, source)
    plain = _SCHEMES.get(scheme)
    if plain is None:
        raise UnknownName("benchmark scheme", scheme, _SCHEMES)
    if (plain == "any") != (tabulation == "any"):
        raise BenchmarkError(
            f'The groups are tabulated as "{tabulation}", the benchmark as "{scheme}": '
            "the two count people with several categories differently.",
            next_step="Use a benchmark with the scheme of the groups, or tabulate them the other way.",
        )
    column = "category" if "category" in frame.columns else "group"
    ids = group_ids(frame, column)
    sizes = numbers(frame, "n", ids)
    moe = numbers(frame, "moe", ids) if "moe" in frame.columns else np.full(len(ids), np.nan)
    table = pd.DataFrame({"group": ids, "n": sizes, "moe": moe, "scheme": plain, "source": source})
    check_groups(ids)
    if plain == "any" and TOTAL not in ids:
        raise BenchmarkError(
            "People with several categories are counted in each, so the benchmark needs its total.",
            next_step=f'Add a row whose group is "{TOTAL}".',
        )
    if not any(one in set(groups) for one in ids):
        raise BenchmarkError("The benchmark has none of the groups of this table.", allowed=list(groups)[:25])
    return table
