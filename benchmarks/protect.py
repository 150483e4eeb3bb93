"""How long protecting a table takes: 50 x 12 with its totals, and how that grows.

Run it with `python benchmarks/protect.py`; it prints seconds, and the memory at the end.
"""

from __future__ import annotations

import resource
import time
from itertools import product

import numpy as np
import pandas as pd

import equitykit as ek

SHAPES = ((10, 6), (25, 12), (50, 12), (100, 12), (4, 4, 4), (6, 6, 6))
SEEDS = 3


def table(shape: tuple[int, ...], seed: int) -> pd.DataFrame:
    """A table with totals: uneven counts, one in twenty empty."""
    make = np.random.default_rng(seed)
    counts = np.floor(make.lognormal(3.5, 1.3, shape) * (make.random(shape) > 0.05)).astype(int)
    for axis in range(counts.ndim):
        counts = np.concatenate([counts, counts.sum(axis=axis, keepdims=True)], axis=axis)
    labels = [[*(f"{axis}-{at:02d}" for at in range(size)), "Total"] for axis, size in enumerate(shape)]
    frame = pd.DataFrame(list(product(*labels)), columns=[f"dimension {axis}" for axis in range(len(shape))])
    return frame.assign(count=counts.ravel())


def main() -> None:
    """Protect tables of several shapes, and attack what comes out."""
    print(f"{'shape':<12}{'small':>6}{'more':>6}{'protect':>10}{'attack':>9}  how")
    for shape, seed in product(SHAPES, range(SEEDS)):
        frame = table(shape, seed)
        began = time.perf_counter()
        done = ek.protect(frame)
        chosen = time.perf_counter()
        safe = done.safe
        ended = time.perf_counter()
        small = int((done.to_frame()["suppressed"] == "primary").sum())
        print(
            f"{' x '.join(map(str, shape)):<12}{small:>6}{done.cost:>6.0f}{chosen - began:>9.2f}s"
            f"{ended - chosen:>8.2f}s  {'cheapest' if done.optimal else 'nothing to spare'}"
            f"{'' if safe else ', NOT SAFE'}",
            flush=True,
        )
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
