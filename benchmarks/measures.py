"""How long the measures take: every one of them on 100, 1,000 and 10,000 groups.

Run it with `python benchmarks/measures.py`; it prints seconds on top of the imports, and how they grow.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from equitykit.groups import GroupTable
from equitykit.measures import disparities
from equitykit.measures.registry import measures

SIZES = (100, 1_000, 10_000)
REPEATS = 3


def table(groups: int) -> GroupTable:
    """Groups in an order, of 200 to 5,000 people, with rates between 5 and 40 %."""
    make = np.random.default_rng(1)
    names = [f"g{place}" for place in range(groups)]
    n = make.integers(200, 5_000, groups)
    events = make.binomial(n, make.uniform(0.05, 0.4, groups))
    frame = pd.DataFrame({"group": names, "n": n, "events": events})
    return GroupTable.from_counts(frame, order=names, favourable=False)


def seconds(groups: GroupTable, wanted: Sequence[str] | None) -> float:
    """The best of a few runs."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        disparities(groups, reference="total", measures=wanted)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print a line for each size."""
    every = measures()
    seconds(table(5), every)  # what is imported at first use is not counted
    print(f"{'groups':>8} {'usual measures':>16} {f'all {len(every)}':>10}")
    for size in SIZES:
        groups = table(size)
        print(f"{size:>8,} {seconds(groups, None):>15.2f}s {seconds(groups, every):>9.2f}s")


if __name__ == "__main__":
    main()
