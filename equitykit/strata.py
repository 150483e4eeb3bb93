"""Counts of groups within the values of a covariate, and what that covariate is to race."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from equitykit.counts import TOTAL, check_counts, group_ids, numbers
from equitykit.errors import MeasureError, UnknownName
from equitykit.frames.tables import table_of
from equitykit.limits import Floats

__all__ = ["ROLES", "Strata", "read_strata"]

ROLES = {
    "before": "comes before race",
    "after": "comes after race in time, and may itself be a result of it",
    "unsure": "may come before or after race",
}
"""What a covariate is to race: who uses one must say."""


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Counts of each group (rows) in each stratum of a covariate (columns).

    Attributes
    ----------
    covariate, role : its name, and what it is to race: "before", "after" or "unsure".
    names : the strata.
    n, x : people and events.
    standard : weights of the strata in the standard population; they add up to 1.
    standard_name : what that population is.
    """

    covariate: str
    role: str
    names: tuple[str, ...]
    n: Floats
    x: Floats
    standard: Floats
    standard_name: str

    @property
    def note(self) -> str:
        """What a reader must know of a measure that is adjusted for it."""
        return f"adjusted for {self.covariate}, which {ROLES[self.role]}"


def read_strata(
    frame: pd.DataFrame,
    *,
    group: str,
    stratum: str,
    n: str,
    events: str,
    role: str,
    standard: Mapping[str, float] | None = None,
) -> tuple[tuple[str, ...], Strata]:
    """Groups, in the order they come, and their counts by stratum.

    Raises
    ------
    MeasureError : for a total among the rows, or two rows for one place. UnknownName : for a role that is none.
    """
    if role not in ROLES:
        raise UnknownName("role of a covariate", str(role), tuple(ROLES), next_step=_SAY)
    frame = table_of(frame)
    groups, strata = group_ids(frame, group), group_ids(frame, stratum)
    if TOTAL in groups or TOTAL in strata:
        raise MeasureError(
            "Counts by stratum cannot hold totals.", next_step=f'Leave out the rows "{TOTAL}".'
        )
    rows, columns = tuple(dict.fromkeys(groups)), tuple(dict.fromkeys(strata))
    labels = [f"{a} / {b}" for a, b in zip(groups, strata, strict=True)]
    if len(set(labels)) < len(labels):
        twice = next(one for one in labels if labels.count(one) > 1)
        raise MeasureError(f'"{twice}" has more than one row.', next_step="Add its rows up.")
    sizes, counts = numbers(frame, n, labels), numbers(frame, events, labels)
    check_counts(labels, sizes, counts)
    people, happened = np.zeros((len(rows), len(columns))), np.zeros((len(rows), len(columns)))
    at = ([rows.index(one) for one in groups], [columns.index(one) for one in strata])
    people[at], happened[at] = sizes, counts
    weights, name = people.sum(axis=0), "everybody in the table"
    if standard is not None:
        for one in standard:
            if one not in columns:
                raise UnknownName("stratum", str(one), columns)
        lacking = [one for one in columns if one not in standard]
        if lacking:
            raise MeasureError(f'The standard population has no weight for "{lacking[0]}".')
        weights, name = np.array([float(standard[one]) for one in columns]), "the standard that was given"
    if not (weights >= 0).all() or weights.sum() <= 0:
        raise MeasureError("The standard population needs weights of 0 or more, and one above 0.")
    return rows, Strata(stratum, role, columns, people, happened, weights / weights.sum(), name)


_SAY = "Say whether the covariate comes before or after race in time, or that you are unsure."
