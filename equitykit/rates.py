"""Rates of the groups of a table, as tidy rows: the estimate, its interval and its verdict."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from equitykit.counts import TOTAL
from equitykit.reliability import proportion_verdicts, published_interval, rate_interval
from equitykit.tidy import joined, tidy_rows

__all__ = ["Counted", "rate_rows", "tidy_defaults", "total_estimate"]


class Counted(Protocol):
    """What the rates need to know of a table of groups."""

    @property
    def rows(self) -> pd.DataFrame:
        """One row per group."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids, in the order of the rows."""

    @property
    def question(self) -> str:
        """What was asked."""

    @property
    def outcome(self) -> str | None:
        """The event that was counted."""

    @property
    def tabulation(self) -> str:
        """How groups were made."""

    @property
    def n(self) -> float:
        """Units in all."""

    @property
    def events(self) -> float | None:
        """Events in all."""

    @property
    def published(self) -> bool:
        """Whether these are published estimates."""

    @property
    def scale(self) -> float:
        """Units of the estimates."""

    @property
    def total_estimate(self) -> float | None:
        """Published estimate for everybody."""

    @property
    def total_se(self) -> float | None:
        """And its standard error."""


def total_estimate(table: Counted) -> tuple[float, float]:
    """Published estimate and standard error for everybody; where none was given, the weighted mean's."""
    rows = table.rows
    n = rows["n"].to_numpy(float)
    if table.total_estimate is not None:
        return table.total_estimate, float(table.total_se if table.total_se is not None else np.nan)
    weights = n / n.sum() if n.sum() > 0 else np.full(len(n), np.nan)
    return (
        float((weights * rows["estimate"].to_numpy(float)).sum()),
        float(np.sqrt((weights**2 * rows["se"].to_numpy(float) ** 2).sum())),
    )


def tidy_defaults(table: Counted) -> dict[str, Any]:
    """What every tidy row of a table shares."""
    return {"question": table.question, "tabulation": table.tabulation, "outcome": table.outcome}


def rate_rows(table: Counted, level: float) -> pd.DataFrame:
    """The rates of all groups and of the total, as tidy rows."""
    n = np.append(table.rows["n"].to_numpy(float), table.n)
    events = np.append(table.rows["events"].to_numpy(float), np.nan if table.events is None else table.events)
    if table.published:
        mean, error = total_estimate(table)
        estimate = np.append(table.rows["estimate"].to_numpy(float), mean)
        se = np.append(table.rows["se"].to_numpy(float), error) / table.scale
        interval = published_interval(estimate / table.scale, n, se, level=level)
        verdicts = proportion_verdicts(
            estimate / table.scale * n, np.where(np.isfinite(se), n, np.nan), se=se
        )
        unsaid = "no standard error was published"
    else:
        with np.errstate(all="ignore"):
            estimate = events / n
        interval = rate_interval(events, n, level=level)
        verdicts = proportion_verdicts(events, n)
        unsaid = "no outcome was named"
    notes = [
        joined(verdict, "nobody in this group" if size == 0 else None if method else unsaid)
        for verdict, size, method in zip(verdicts.note, n, interval.method, strict=True)
    ]
    return tidy_rows(
        tidy_defaults(table), group=(*table.groups, TOTAL), n=n, events=events, measure="rate",
        estimate=estimate, lower=interval.lower * table.scale, upper=interval.upper * table.scale,
        level=level,
        method=interval.method, reliable=verdicts.reliable, reliability_rule=verdicts.rule, note=notes,
    )  # fmt: skip
