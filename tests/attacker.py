"""Another attacker on protected tables: dense, slow, and written apart from the one it checks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog

Interval = tuple[float, float]
Labels = tuple[str, ...]


def crossed(counts: Any, names: Sequence[str] = ("a", "b", "c", "d")) -> pd.DataFrame:
    """A long table with all its totals from inner counts."""
    full = np.asarray(counts)
    for axis in range(full.ndim):
        full = np.concatenate([full, full.sum(axis=axis, keepdims=True)], axis=axis)
    rows = []
    for place in np.ndindex(*full.shape):
        labels = ["Total" if at == full.shape[d] - 1 else f"{names[d]}{at}" for d, at in enumerate(place)]
        rows.append((*labels, int(full[place])))
    return pd.DataFrame(rows, columns=[*names[: full.ndim], "count"])


def equations(cells: Sequence[Labels]) -> list[dict[int, float]]:
    """A total less its parts, in every dimension; parts are all other labels of that dimension."""
    place = {labels: at for at, labels in enumerate(cells)}
    found = []
    for labels, at in place.items():
        for d, label in enumerate(labels):
            if label == "Total":
                parts = [
                    other
                    for other in cells
                    if other[d] != "Total" and (*other[:d], "Total", *other[d + 1 :]) == labels
                ]
                if parts:
                    found.append({at: 1.0} | {place[one]: -1.0 for one in parts})
    return found


class Reader:
    """Somebody with the published table: labels, counts, nothing where hidden."""

    def __init__(self, frame: pd.DataFrame, dimensions: Sequence[str], count: str = "count") -> None:
        self.cells: list[Labels] = [tuple(map(str, row)) for row in frame[list(dimensions)].to_numpy()]
        self.shown = [None if pd.isna(value) else float(value) for value in frame[count]]
        rows = equations(self.cells)
        self.matrix = np.zeros((len(rows), len(self.cells)))
        for at, row in enumerate(rows):
            for cell, sign in row.items():
                self.matrix[at, cell] = sign

    def interval(self, labels: Labels, hidden: Sequence[int] | None = None, truth: Any = None) -> Interval:
        """The least and the most a cell can be."""
        bounds = [(0, None) if value is None else (value, value) for value in self.shown]
        if hidden is not None:
            bounds = [(0, None) if at in hidden else (truth[at], truth[at]) for at in range(len(self.cells))]
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(self.cells))
            goal[self.cells.index(labels)] = sign
            done = linprog(
                goal, A_eq=self.matrix, b_eq=np.zeros(len(self.matrix)), bounds=bounds, method="highs"
            )
            assert done.status in (0, 3, 4), done.message
            ends.append(sign * float(done.fun or 0.0) if done.status == 0 else np.inf)
        return ends[0], ends[1]


def holds(interval: Interval, threshold: int, proof: str) -> bool:
    """Whether a small count is safe with what is known of it."""
    low, high = interval
    if proof == "exact":
        return high - low > 1e-6
    return low <= 1 + 1e-6 and high >= threshold - 1 - 1e-6


def cheapest(frame: pd.DataFrame, dimensions: Sequence[str], threshold: int, proof: str, cost: str) -> float:
    """The cost of the cheapest safe choice, by trying every choice in the order of its cost."""
    reader = Reader(frame, dimensions)
    truth = frame["count"].to_numpy(float)
    small = [at for at, value in enumerate(truth) if 0 < value < threshold]
    grand = next(at for at, labels in enumerate(reader.cells) if set(labels) == {"Total"})
    free = [at for at, value in enumerate(truth) if value >= threshold and at != grand]
    price = {at: truth[at] if cost == "value" else 1.0 for at in free}
    choices = [extra for size in range(len(free) + 1) for extra in combinations(free, size)]
    for extra in sorted(choices, key=lambda one: sum(price[at] for at in one)):
        hidden = [*small, *extra]
        if all(holds(reader.interval(reader.cells[at], hidden, truth), threshold, proof) for at in small):
            return float(sum(price[at] for at in extra))
    raise AssertionError("no choice is safe")
