"""A total beside groups of which some are hidden: shown only where none can be worked out from it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from equitykit.counts import TOTAL
from equitykit.disclosure import hide_counts
from equitykit.errors import EquitykitError

__all__ = ["guarded"]

Record = dict[str, Any]


def guarded(records: Sequence[Record]) -> list[Record]:
    """Rows of one measure, the total marked as hidden where it would give a hidden group away.

    Rows that were protected together, which some `complementary` mark shows, are left as they are.
    """
    totals = [record for record in records if record["group"] == TOTAL]
    groups = [record for record in records if record["group"] != TOTAL]
    marks = {record.get("suppressed") for record in records if isinstance(record.get("suppressed"), str)}
    if not totals or not marks or "complementary" in marks or isinstance(totals[0].get("suppressed"), str):
        return list(records)
    if not _gives_away(totals[0], groups):
        return list(records)
    rule = next(
        record.get("suppression_rule") for record in groups if isinstance(record.get("suppressed"), str)
    )
    hidden = {"suppressed": "complementary", "suppression_rule": rule}
    return [record | hidden if record["group"] == TOTAL else record for record in records]


def _gives_away(total: Record, groups: Sequence[Record]) -> bool:
    """Whether a hidden count is the total less the others, or near enough to be told."""
    rule = next(
        record.get("suppression_rule") for record in groups if isinstance(record.get("suppressed"), str)
    )
    for key in ("n", "events", "without"):
        counts = {str(record["group"]): _count(record, key) for record in groups}
        whole = _count(total, key)
        if whole is None or any(count is None for count in counts.values()):
            if total.get("tabulation") == "any":
                continue
            return True
        known = {group: count for group, count in counts.items() if count is not None}
        if sum(known.values()) != whole:
            continue  # the groups overlap, or are not everybody: the total does not add up
        try:
            found = hide_counts(known, whole, str(rule))
        except EquitykitError:
            return True
        if found.total is None or "complementary" in found.suppressed.values():
            return True
    return False


def _count(record: Mapping[str, Any], key: str) -> int | None:
    """A whole number of people; None where it is none."""
    try:
        n, events = (float(record[name]) for name in ("n", "events"))
    except (KeyError, TypeError, ValueError):
        return None
    value = {"n": n, "events": events, "without": n - events}[key]
    return int(value) if math.isfinite(value) and value.is_integer() and value >= 0 else None
