"""Groups and what was counted in each: GroupTable, its constructors and its rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from equitykit.benchmark import Benchmark
from equitykit.counts import (
    TOTAL,
    Kind,
    answered,
    check_counts,
    check_groups,
    check_order,
    check_parts,
    check_total,
    default_label,
    group_ids,
    known,
    numbers,
    population_rows,
    read_order,
    time_at_risk,
)
from equitykit.errors import MeasureError, UnknownName
from equitykit.frames.tables import table_of
from equitykit.rates import rate_rows
from equitykit.strata import Strata
from equitykit.survey import Design
from equitykit.tidy import (
    html_table,
    interval_text,
    number,
    plain_number,
    plain_records,
    records,
    value_text,
)

__all__ = ["TOTAL", "GroupTable", "answered", "known"]

ROW_COLUMNS = ("question", "group", "tabulation", "outcome", "stage", "n", "events")
TABULATIONS = ("any", "frequent-combinations", "single-residual")


@dataclass(frozen=True, eq=False)
class GroupTable:
    """How many units are in each group, and how many of them had the event.

    Attributes
    ----------
    rows : one row per group: question, group, tabulation, outcome, stage, n, events, and for published
        estimates also estimate and se. `~total` is never among them.
    question, outcome : what was asked, and the event that was counted (None: none was).
    favourable : whether the event is good for the person; None where nobody said.
    tabulation : "any" (alone or in combination), "frequent-combinations" or "single-residual".
    n, events : units in all, each counted once.
    order : group ids from the lowest to the highest rank, for ordered groups.
    labels : group id -> label for people.
    overlapping : whether one unit can be in several groups.
    benchmark : group, n, moe, scheme and source, where one was attached.
    recipe : the call that made the table; None where nothing can be re-run.
    notes : what a reader should know about the table.
    scale : units of the estimates: 1 for proportions, 100 for percent, 1000 for rates per 1,000.
    total_estimate, total_se : published estimate for everybody, where one was given.
    kind : "proportion" (people with an event), "person-time" (events in a time at risk, in the column `time`),
        or "mean" (published means, such as days).
    time : time at risk in all, for person-time.
    strata : the groups counted by a covariate as well; see `equitykit.stratify`.
    design : sums by PSU and stratum, for rates weighted by the design of a survey.
    governance : groups that the codebook says are asked before anything about them is public.
    """

    rows: pd.DataFrame
    question: str
    outcome: str | None
    favourable: bool | None
    tabulation: str
    n: float
    events: float | None
    order: tuple[str, ...] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    overlapping: bool = False
    benchmark: pd.DataFrame | None = None
    recipe: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    scale: float = 1.0
    total_estimate: float | None = None
    total_se: float | None = None
    kind: Kind = "proportion"
    time: float | None = None
    strata: Strata | None = None
    design: Design | None = None
    governance: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table that cannot be true, in words."""
        missing = [column for column in ROW_COLUMNS if column not in self.rows.columns]
        if missing:
            raise MeasureError(f"A table of groups needs the columns {', '.join(missing)}.")
        rows = self.rows[self.rows["group"] != TOTAL].reset_index(drop=True)
        object.__setattr__(self, "rows", rows)
        if rows.empty:
            raise MeasureError("There are no groups in the table.", next_step="Give it at least one row.")
        if self.tabulation not in TABULATIONS:
            raise UnknownName("tabulation", self.tabulation, TABULATIONS)
        check_groups(rows["group"].tolist())
        total_events = np.nan if self.events is None else self.events
        again = self.kind == "person-time"
        for ids, n, events in (
            (rows["group"].tolist(), rows["n"], rows["events"]),
            ([TOTAL], np.array([self.n]), np.array([total_events])),
        ):
            check_counts(ids, np.asarray(n, float), np.asarray(events, float), again=again)
        if not self.published and not again:
            check_parts(
                rows["group"].tolist(),
                rows["n"].to_numpy(float),
                rows["events"].to_numpy(float),
                self.n,
                total_events,
            )
        if not self.overlapping:
            check_total(rows["n"].sum(), self.n, "n")
            if self.events is not None:
                check_total(rows["events"].sum(), self.events, "events")
        if self.order is not None:
            object.__setattr__(self, "order", check_order(self.order, rows["group"].tolist()))

    @classmethod
    def from_counts(
        cls,
        frame: pd.DataFrame | Any,
        *,
        group: str = "group",
        n: str = "n",
        events: str | None = "events",
        order: str | Sequence[str] | None = None,
        favourable: bool | None = None,
        question: str = "group",
        outcome: str | None = "outcome",
        tabulation: str | None = None,
        labels: Mapping[str, str] | None = None,
        person_time: str | None = None,
        per: float = 1,
    ) -> GroupTable:
        """Groups from counts that somebody already has.

        Parameters
        ----------
        frame : one row per group: a pandas frame, any other that narwhals knows, or a mapping of columns. A row
            whose group is `~total` gives the units in all, each counted once; without one the groups
            must not overlap, and the total is their sum. A blank one is `~blank`.
        group, n, events : columns; `events=None` where only people were counted.
        order : for ordered groups, a column of ranks or the group ids from lowest to highest.
        favourable : whether the event is good for the person; None where nobody says.
        question, outcome, tabulation, labels : names for people; `tabulation` is "any" where the groups
            add to more than the total, else "single-residual", unless you say.
        person_time : column of the time at risk, where one person can have several events or is followed for
            a time of their own; rates are then events per time, and `n` (people) may be left out.
        per : units of time the rates are for: 1000 for events per 1,000 person-years.

        Returns
        -------
        GroupTable

        Raises
        ------
        MeasureError : for counts that cannot be true. UnknownName : for a column that is not there.

        Examples
        --------
        >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
        >>> GroupTable.from_counts(frame).to_frame()[["group", "n", "events", "estimate"]].values.tolist()
        [['A', 100.0, 20.0, 0.2], ['B', 300.0, 30.0, 0.1], ['~total', 400.0, 50.0, 0.125]]
        """
        frame = table_of(frame)
        ids = group_ids(frame, group)
        timed = person_time is not None
        unsaid = np.full(len(ids), np.nan)
        sizes = unsaid if timed and n not in frame.columns else numbers(frame, n, ids)
        counts = unsaid if events is None else numbers(frame, events, ids)
        rows = pd.DataFrame({"group": ids, "n": sizes, "events": counts})
        if timed:
            rows["time"] = time_at_risk(frame, str(person_time), ids, per)
        return _assembled(
            cls, rows, frame, order=order, favourable=favourable, question=question,
            outcome=None if events is None else outcome, tabulation=tabulation, labels=labels,
            scale=float(per) if timed else 1.0, kind="person-time" if timed else "proportion",
        )  # fmt: skip

    @classmethod
    def from_estimates(
        cls,
        frame: pd.DataFrame | Any,
        *,
        group: str = "group",
        estimate: str = "estimate",
        se: str | None = "se",
        n: str = "n",
        scale: float | None = 100,
        order: str | Sequence[str] | None = None,
        favourable: bool | None = None,
        question: str = "group",
        outcome: str | None = "outcome",
        tabulation: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> GroupTable:
        """Groups from published estimates with their standard errors.

        Parameters
        ----------
        frame : one row per group; a `~total` row gives the published estimate for everybody.
        group, estimate, se, n : columns; `se=None` where no standard errors were published, and the measures
            then have no intervals. `n` is the size of each group, which weights it and bounds its precision.
        scale : 1 for proportions, 100 for percent, 1000 for rates per 1,000; None for means that are no
            shares, such as days or dollars.
        order, favourable, question, outcome, tabulation, labels : as in `from_counts`.

        Returns
        -------
        GroupTable, with `events` = estimate / scale times n (not a count, and it may be a fraction); means have
        none.

        Examples
        --------
        >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "estimate": [20, 10], "se": [4, 2]})
        >>> GroupTable.from_estimates(frame).to_frame()["estimate"].tolist()
        [20.0, 10.0, 12.5]
        """
        if scale is not None and not scale > 0:
            raise MeasureError(f'The scale is "{scale}".', next_step="Give 1, 100 or 1000, for example.")
        frame = table_of(frame)
        ids = group_ids(frame, group)
        sizes, values = numbers(frame, n, ids), numbers(frame, estimate, ids)
        errors = np.full(len(ids), np.nan) if se is None else numbers(frame, se, ids)
        for name, value in zip(ids, values, strict=True):
            if scale is not None and not 0 <= value <= scale:
                raise MeasureError(
                    f'The estimate for the group "{name}" is {value:g}, outside 0 to {scale:g}.',
                    next_step="Set scale= to their units: 1, 100 (percent) or 1000 (per 1,000).",
                )
        events = np.full(len(ids), np.nan) if scale is None else values / scale * sizes
        rows = pd.DataFrame({"group": ids, "n": sizes, "events": events, "estimate": values, "se": errors})
        return _assembled(
            cls, rows, frame, order=order, favourable=favourable, question=question,
            outcome=outcome, tabulation=tabulation, labels=labels, scale=float(scale or 1),
            kind="mean" if scale is None else "proportion",
        )  # fmt: skip

    @property
    def groups(self) -> tuple[str, ...]:
        """Group ids, in the order of the rows."""
        return tuple(self.rows["group"])

    @property
    def published(self) -> bool:
        """Whether the table holds published estimates rather than counts."""
        return "estimate" in self.rows.columns

    def label(self, group: str) -> str:
        """Label of a group for people."""
        return self.labels.get(group) or default_label(group)

    def with_benchmark(
        self, population: pd.DataFrame | Benchmark, *, scheme: str | None = None, source: str | None = None
    ) -> GroupTable:
        """Attach the population the groups are compared with.

        Parameters
        ----------
        population : what `read_benchmark` read; or a frame of `group` (or `category`), `n` and, for a survey
            such as the ACS, `moe` (90 % margin of error). A `~total` row gives the population in all; without
            one it is the sum, which "any" does not allow.
        scheme : "any" (alone or in combination), "alone" or "exclusive": how the benchmark counts people.
        source : where it comes from, with the year.

        Returns
        -------
        A new GroupTable.

        Raises
        ------
        BenchmarkError : where the benchmark counts people otherwise than the groups do.
        """
        table = population_rows(
            population, self.question, self.tabulation, self.groups, scheme=scheme, source=source
        )
        return replace(self, benchmark=table)

    @property
    def counted(self) -> bool:
        """Whether there is an outcome: events were counted, or means were published."""
        return self.events is not None or self.kind == "mean"

    def to_frame(self, *, level: float = 0.95, method: str | None = None) -> pd.DataFrame:
        """Rate of each group, and of everybody (`~total`), in the tidy columns.

        Parameters
        ----------
        level : confidence level of the intervals.
        method : a method of `equitykit.reliability.RATE_METHODS` (or of `TIME_METHODS` for person-time) in
            place of the rule below.

        Returns
        -------
        One row per group and one for the total; Wilson intervals (Clopper-Pearson below n = 30 or where none
        or all had the event; Korn-Graubard for published estimates), and the NCHS verdict of 2017. For
        person-time Garwood's exact intervals and the NCHS verdict of 2023; for means normal ones, and a verdict
        by the relative standard error.
        """
        return rate_rows(self, level, method)

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        return {
            "question": self.question, "outcome": self.outcome, "favourable": self.favourable,
            "tabulation": self.tabulation, "overlapping": self.overlapping, "n": plain_number(self.n),
            "events": plain_number(self.events), "order": list(self.order) if self.order else None,
            "scale": plain_number(self.scale), "labels": dict(self.labels), "notes": list(self.notes),
            "rows": plain_records(self.to_frame()),
        }  # fmt: skip

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        caption = f"{self.outcome or 'Counts'} by {self.question}: {number(self.n)} in all"
        unit = " %" if self.scale == 1 and self.kind == "proportion" else ""
        header = ("Group", "n", "Events", "Rate", "95 % interval", "Note")
        rows = [
            (self.label(row["group"]), number(row["n"]), number(row["events"]),
             value_text(row, unit=unit), interval_text(row, unit=unit), row["note"] or "")
            for row in records(frame)
        ]  # fmt: skip
        return html_table(caption, header, rows)


def _assembled(
    cls: type[GroupTable],
    rows: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    order: str | Sequence[str] | None,
    favourable: bool | None,
    question: str,
    outcome: str | None,
    tabulation: str | None,
    labels: Mapping[str, str] | None,
    scale: float = 1.0,
    kind: Kind = "proportion",
) -> GroupTable:
    """A table from checked columns: totals, overlap and order worked out."""
    ids = rows["group"].tolist()
    check_groups(ids)
    check_counts(ids, rows["n"].to_numpy(), rows["events"].to_numpy(), again=kind == "person-time")
    parts, whole = rows[rows["group"] != TOTAL], rows[rows["group"] == TOTAL]
    counted = bool(rows["events"].notna().all())
    base = "time" if kind == "person-time" else "n"
    n, size = (
        float(whole[one].iloc[0] if len(whole) else parts[one].sum(skipna=False)) for one in ("n", base)
    )
    events = float(whole["events"].iloc[0] if len(whole) else parts["events"].sum()) if counted else None
    overlapping = bool(parts[base].sum() > size * (1 + 1e-9)) or tabulation == "any"
    if tabulation == "any" and whole.empty:
        raise MeasureError(
            'Under "any" people are counted in each of their groups, so the sum is not the total.',
            next_step=f'Add a row whose group is "{TOTAL}", with each person counted once.',
        )
    tabulation = tabulation or ("any" if overlapping else "single-residual")
    notes: tuple[str, ...] = ()
    if not overlapping and len(whole) and parts[base].sum() < size * (1 - 1e-9):
        notes = (f"The groups listed hold {number(parts[base].sum())} of {number(size)} in all.",)
    tidy = parts.assign(question=question, tabulation=tabulation, outcome=outcome, stage=None)
    extra = [column for column in ("estimate", "se", "time") if column in rows.columns]
    published = "estimate" in extra
    return cls(
        rows=tidy[[*ROW_COLUMNS, *extra]], question=question, outcome=outcome, favourable=favourable,
        tabulation=tabulation, n=n, events=events, order=read_order(order, frame, ids), labels=dict(labels or {}),
        overlapping=overlapping, notes=notes, scale=scale,
        total_estimate=float(whole["estimate"].iloc[0]) if published and len(whole) else None,
        total_se=float(whole["se"].iloc[0]) if published and len(whole) else None,
        kind=kind, time=size if kind == "person-time" else None,
    )  # fmt: skip
