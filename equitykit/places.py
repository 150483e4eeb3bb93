"""Where a finding stands: what stays the same when counts, rows and wording change.

One idea, used wherever two audits meet: in a baseline, in a comparison, and in the fingerprints that
other tools use to tell a new finding from an old one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Place", "by_place", "fingerprint", "was_looked_at"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Place of a finding: the check, and the columns and groups it speaks of, in no order.

    Numbers, severity and message are no part of it, so it is the same when rows are sorted anew,
    when people are added, and when a sentence is put in other words.

    Examples
    --------
    >>> one = Place.of({"check": "other-share", "columns": ["b", "a"], "groups": [], "n": 10})
    >>> one == Place.of({"check": "other-share", "columns": ["a", "b"], "groups": [], "n": 99})
    True
    """

    check: str
    columns: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Row) -> Place:
        """Place of one entry of `results`."""
        return cls(
            str(row["check"]),
            tuple(sorted({str(column) for column in row.get("columns") or ()})),
            tuple(sorted({str(group) for group in row.get("groups") or ()})),
        )


def fingerprint(row: Row) -> str:
    """Short text that is the same for the same place, for tools that compare texts.

    Examples
    --------
    >>> fingerprint({"check": "other-share", "columns": ["race"], "groups": ["~other"]})
    'd9d1f560b8a765cf'
    """
    place = Place.of(row)
    said = json.dumps([place.check, place.columns, place.groups], ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def by_place(rows: Iterable[Row]) -> dict[Place, list[Row]]:
    """Findings by place, in the order in which the places occur; entries that are no finding are left out."""
    places: dict[Place, list[Row]] = {}
    for row in rows:
        if row["outcome"] == "found":
            places.setdefault(Place.of(row), []).append(row)
    return places


def was_looked_at(rows: Iterable[Row], place: Place) -> bool:
    """Whether a check could look at a place: it ran, and was not stopped for these columns."""
    own = [row for row in rows if row["check"] == place.check]
    stopped = [row for row in own if row["outcome"] == "not_run"]
    return bool(own) and not any(
        not row.get("columns") or set(row["columns"]) & set(place.columns) for row in stopped
    )
