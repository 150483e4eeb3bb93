"""Rates of the groups of a table, as tidy rows: the estimate, its interval and its verdict."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from equitykit.counts import TOTAL
from equitykit.limits import Floats
from equitykit.rate_methods import named_interval, time_interval
from equitykit.reliability import (
    Verdicts,
    proportion_verdicts,
    published_interval,
    rate_verdicts,
    rse_verdicts,
)
from equitykit.survey import Design, design_interval
from equitykit.tidy import joined, tidy_rows

__all__ = ["Counted", "rate_rows", "tidy_defaults", "timed_verdicts", "total_estimate"]


NO_PEOPLE = "how many people these are is not said, so the denominator cannot be judged"


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
    def kind(self) -> str:
        """What the groups hold."""

    @property
    def time(self) -> float | None:
        """Time at risk in all, for person-time."""

    @property
    def design(self) -> Design | None:
        """The survey design of weighted rates."""

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


def rate_rows(table: Counted, level: float, method: str | None = None) -> pd.DataFrame:
    """The rates of all groups and of the total, as tidy rows."""
    n = np.append(table.rows["n"].to_numpy(float), table.n)
    events = np.append(table.rows["events"].to_numpy(float), np.nan if table.events is None else table.events)
    if table.kind == "person-time":
        return _timed_rows(table, n, events, level, method)
    if table.published:
        mean, error = total_estimate(table)
        estimate = np.append(table.rows["estimate"].to_numpy(float), mean)
        se = np.append(table.rows["se"].to_numpy(float), error) / table.scale
    if table.kind == "mean":
        return _mean_rows(table, n, estimate, se, level)
    if table.published:
        design = table.design
        df = None if design is None else design.df
        interval = (
            published_interval(estimate / table.scale, n, se, level=level)
            if df is None
            else design_interval(estimate, n, se, df, level=level)
        )
        verdicts = proportion_verdicts(
            estimate / table.scale * n, np.where(np.isfinite(se), n, np.nan), se=se, df=df
        )
        unsaid = "no standard error was published" if df is None else "the design leaves no degree of freedom"
    else:
        with np.errstate(all="ignore"):
            estimate = events / n
        interval = named_interval(events, n, level=level, method=method)
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


def _timed_rows(table: Counted, n: Floats, events: Floats, level: float, method: str | None) -> pd.DataFrame:
    """Events per time at risk."""
    time = np.append(table.rows["time"].to_numpy(float), np.nan if table.time is None else table.time)
    with np.errstate(all="ignore"):
        estimate = table.scale * events / time
    interval = time_interval(events, time, level=level, method=method)
    lower, upper = interval.lower * table.scale, interval.upper * table.scale
    notes = ["no time at risk in this group" if size == 0 else None for size in time]
    found = timed_verdicts(events, n, time)
    return tidy_rows(
        tidy_defaults(table), group=(*table.groups, TOTAL), n=n, events=events, measure="rate",
        estimate=estimate, lower=lower, upper=upper, level=level, method=interval.method,
        reliable=found.reliable, reliability_rule=found.rule,
        note=[joined(one, why) for one, why in zip(notes, found.note, strict=True)],
    )  # fmt: skip


def timed_verdicts(events: Floats, n: Floats, time: Floats) -> Verdicts:
    """Judge rates of events per time by the NCHS standard of 2023; people not counted are not judged."""
    interval = time_interval(events, time)
    with np.errstate(all="ignore"):
        rate = events / time
    unsaid = np.isnan(n)
    found = rate_verdicts(events, np.where(unsaid, 10.0, n), rate, interval.lower, interval.upper)
    open_ = [ok is True and lacks for ok, lacks in zip(found.reliable, unsaid, strict=True)]
    reliable = [None if one else ok for one, ok in zip(open_, found.reliable, strict=True)]
    notes = [NO_PEOPLE if one else why for one, why in zip(open_, found.note, strict=True)]
    return Verdicts(tuple(reliable), found.rule, tuple(notes))


def _mean_rows(table: Counted, n: Floats, estimate: Floats, se: Floats, level: float) -> pd.DataFrame:
    """Published means with normal limits."""
    from scipy.special import ndtri

    width = float(ndtri(0.5 + level / 2)) * se
    found = rse_verdicts(estimate, se)
    return tidy_rows(
        tidy_defaults(table), group=(*table.groups, TOTAL), n=n, events=None, measure="rate",
        estimate=estimate, lower=estimate - width, upper=estimate + width, level=level,
        method=["normal" if np.isfinite(one) else None for one in width],
        reliable=found.reliable, reliability_rule=found.rule,
        note=[
            joined(why, None if np.isfinite(one) else "no standard error was published")
            for why, one in zip(found.note, se, strict=True)
        ],
    )  # fmt: skip
