"""The tallies and profiles that an audit asks of its records: `plan.py DATA CODEBOOK` prints them as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import equitykit as ek
from equitykit.frames import Records, Tally


def asked(path: str, codebook: str) -> dict[str, Any]:
    """What an audit asks: tallies as (columns, units, cuts), and columns whose values are listed."""
    records = ek.read(path)
    tallies: dict[Tally, None] = {}
    columns: dict[str, None] = {}
    counted, profiled = Records.tallies, Records.profile

    def tally(self: Records, wanted: Iterable[Tally], **options: Any) -> Any:
        wanted = list(wanted)
        tallies.update(dict.fromkeys(wanted))
        return counted(self, wanted, **options)

    def profile(self: Records, wanted: Any = None, **options: Any) -> Any:
        columns.update(dict.fromkeys(self.columns if wanted is None else wanted))
        return profiled(self, wanted, **options)

    Records.tallies, Records.profile = tally, profile  # type: ignore[method-assign,assignment]
    try:
        ek.audit(records, codebook)
    finally:
        Records.tallies, Records.profile = counted, profiled  # type: ignore[method-assign]
    return {"tallies": [[each.by, each.per, each.cut] for each in tallies], "columns": list(columns)}


if __name__ == "__main__":
    print(json.dumps(asked(sys.argv[1], sys.argv[2])))
