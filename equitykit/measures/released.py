"""What an earlier release of disparities shows: its counts, read from the object or from its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from equitykit.counts import TOTAL
from equitykit.errors import MeasureError
from equitykit.groups import GroupTable

if TYPE_CHECKING:
    from equitykit.measures.protection import ProtectedDisparities

__all__ = ["earlier_counts"]

FORMAT = "protected-disparities/1"
NEXT = "Give what was written by: equitykit measure ... --protect RULE -o FILE.json"


def earlier_counts(previous: ProtectedDisparities | Mapping[str, Any], groups: GroupTable) -> pd.DataFrame:
    """The counts that an earlier release shows and hides, as a table that `protect` takes as `previous`.

    Parameters
    ----------
    previous : what was released, or its `to_dict()`.
    groups : what is to be released now.

    Raises
    ------
    MeasureError : for something else, or for other groups.
    """
    said: Any = previous if isinstance(previous, Mapping) else getattr(previous, "to_dict", dict)()
    if said.get("format") != FORMAT or not isinstance(said.get("rows"), list):
        raise MeasureError("The earlier release is not one of disparities made for others.", next_step=NEXT)
    for name, now in (("question", groups.question), ("tabulation", groups.tabulation)):
        if said.get(name) != now:
            raise MeasureError(
                f'The earlier release has "{said.get(name)}" as its {name}, and this one "{now}".',
                next_step="Count both in the same way, or protect their counts together with ek.protect(linked=).",
            )
    events = "events" if said.get("outcome") == groups.outcome else f"events of {said.get('outcome')}"
    columns = {"n": "n"} | ({"events": events} if said.get("outcome") is not None else {})
    hidden = {(one["group"], one["column"]): str(one["reason"]) for one in said.get("hidden") or ()}
    counts = {row["group"]: row for row in said["rows"] if row.get("group") not in (None, TOTAL)}
    rows = []
    for group, row in counts.items():
        record: dict[str, Any] = {"group": group}
        for name, column in columns.items():
            mark = "suppressed" if name == "n" else f"suppressed_{column}"
            record[column] = row.get(name)
            record[mark] = _mark(hidden.get((group, name)), row.get(name))
        rows.append(record)
    if not groups.overlapping:
        total: dict[str, Any] = {"group": TOTAL}
        for name, column in columns.items():
            total[column] = said.get(name)
            mark = "suppressed" if name == "n" else f"suppressed_{column}"
            total[mark] = _mark(hidden.get((TOTAL, name)), said.get(name))
        rows.append(total)
    return pd.DataFrame(rows, dtype=object)


def _mark(why: str | None, value: Any) -> str | None:
    """Whether a count was hidden for itself, as the reason says, or for others."""
    if why is None and value is not None:
        return None
    return "primary" if why is not None and why.startswith(("A count from", "Too few")) else "complementary"
