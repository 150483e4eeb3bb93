"""The tallies of an audit, written by hand in pandas: `by_hand.py DATA PLAN` (a file that plan.py made).

The file is read once; a tally that a finer one holds is summed from it, as a careful person would.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd

DATE = 10
"""Characters of a date: a cut there cuts nothing."""


def read(path: str) -> pd.DataFrame:
    """Read the file; an empty field of a CSV is missing, and NA is a text."""
    if path.endswith(".parquet"):
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def counted(frame: pd.DataFrame, plan: dict[str, Any]) -> dict[tuple[Any, ...], pd.Series[int]]:
    """Count each tally of the plan; the key is (columns, units, cuts)."""
    found: dict[tuple[Any, ...], pd.Series[int]] = {}
    for by, per, cut in sorted(plan["tallies"], key=lambda each: -len(each[0])):
        key = (tuple(by), tuple(per), tuple(map(tuple, cut)))
        if per:
            assert not by
            found[key] = pd.Series([frame[per[0]].nunique() + int(frame[per[0]].isna().sum())])
            continue
        short = {column: width for column, width in cut if width < DATE}
        finer = [
            done for done in found if not done[1] and not short and not done[2] and set(by) <= set(done[0])
        ]
        if not by:
            found[key] = pd.Series([len(frame)])
        elif finer:
            best = min(finer, key=lambda done: len(found[done]))
            found[key] = found[best].groupby(level=list(by), dropna=False).sum()
        else:
            keys = [frame[c].astype(str).str[: short[c]] if c in short else frame[c] for c in by]
            found[key] = frame.groupby(keys, dropna=False, observed=True).size()
    return found


def main() -> None:
    """Count, and print how many groups and units each tally has, and the values of each column."""
    plan = json.loads(Path(sys.argv[2]).read_text())
    frame = read(sys.argv[1])
    tallies = counted(frame, plan)
    values = {}
    for column in plan["columns"]:
        counts = frame[column].value_counts()
        values[column] = [int(frame[column].isna().sum()), len(counts), int(counts.head(200).sum())]
    print(
        json.dumps({"tallies": [[len(each), int(each.sum())] for each in tallies.values()], "values": values})
    )


if __name__ == "__main__":
    main()
