"""How long people stay, by group: from records to Kaplan-Meier medians and competing exits."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equitykit.codebook import Codebook
from equitykit.counts import TOTAL, answered, default_label
from equitykit.disclosure import mark_small
from equitykit.errors import MeasureError, UnknownName
from equitykit.evidence import Evidence
from equitykit.grouping import RACE, Grouping, opened, recipe_of
from equitykit.reliability import minimum_n_verdicts
from equitykit.stays import read_stays
from equitykit.survival import Times, aalen_johansen, kaplan_meier, log_rank, median
from equitykit.tidy import (
    html_paragraph,
    html_table,
    interval_text,
    markdown_table,
    markdown_text,
    number,
    plain_records,
    records,
    tidy_rows,
    value_text,
)

__all__ = ["Durations", "durations"]

HORIZONS = (180, 365, 730)
MEDIAN, INCIDENCE, STILL_THERE, LOG_RANK = "median-days", "left-by", "still-there", "log-rank"
COMPETING = (
    "People leave in more than one way. The share who left in each way is counted with the others competing "
    "(Aalen-Johansen): all shares and those still there add to 1."
)
NOT_REACHED = "fewer than half have left, so there is no median yet"
Lines = dict[str, Counter[tuple[float, str | None]]]


@dataclass(frozen=True, eq=False)
class Durations:
    """How long people stay, by group.

    Attributes
    ----------
    name, question, tabulation : the duration of the codebook, and how groups were made.
    groups, labels : ids in order, and their names for people.
    kinds : kinds of exit, in order.
    rows : tidy rows; `median-days` by group; `still-there` and `left-by` (by kind of exit, in `outcome`) at each
        horizon, in `stage` ("365 days"); one row `log-rank` over all groups, whose p is in the note. `events`
        are people who left.
    notes : what a reader should know.
    recipe : the call; None for a frame in memory.
    """

    name: str
    question: str
    tabulation: str
    groups: tuple[str, ...]
    labels: Mapping[str, str]
    kinds: tuple[str, ...]
    rows: pd.DataFrame = field(repr=False)
    level: float
    notes: tuple[str, ...]
    recipe: Mapping[str, Any] | None = None

    def label(self, group: str) -> str:
        """Label of a group for people."""
        return self.labels.get(group) or default_label(group)

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows."""
        return self.rows.copy()

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        return {
            "format": "durations/1", "duration": self.name, "question": self.question,
            "tabulation": self.tabulation, "exits": list(self.kinds), "level": self.level,
            "labels": {group: self.label(group) for group in (*self.groups, TOTAL)},
            "notes": list(self.notes), "rows": plain_records(self.rows),
        }  # fmt: skip

    def tables(self) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
        """Medians in one table, then one table for each horizon."""
        rows = records(self.rows)
        interval = f"{100 * self.level:g} % interval"
        body: list[tuple[str, ...]] = [
            (self.label(row["group"]), *_counts(row), value_text(row, digits=0), interval_text(row, digits=0),
             str(row["note"] or ""))
            for row in rows if row["measure"] == MEDIAN
        ]  # fmt: skip
        title = f"{self.name.replace('_', ' ')} by {self.question}"
        made: list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]] = [
            (
                f"Days until half have left: {title}",
                ("Group", "n", "Left", "Median days", interval, "Note"),
                body,
            )
        ]
        for stage in dict.fromkeys(row["stage"] for row in rows if row["stage"]):
            here = [row for row in rows if row["stage"] == stage]
            ways = list(dict.fromkeys((row["measure"], row["outcome"]) for row in here))
            found = {(row["measure"], row["outcome"], row["group"]): row for row in here}
            header = ("Group", *(kind if way == INCIDENCE else "Still there" for way, kind in ways))
            cells = [
                (self.label(group), *(_share(found[(way, kind, group)]) for way, kind in ways))
                for group in (*self.groups, TOTAL)
            ]
            made.append((f"After {stage}: {title}", header, cells))
        return made

    def to_markdown(self) -> str:
        """Sentences and tables as Markdown."""
        parts = [f"{markdown_text(sentence)}\n" for sentence in self.notes]
        for caption, header, rows in self.tables():
            parts += [f"**{markdown_text(caption)}**\n", markdown_table(header, rows)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        lines = "".join(html_paragraph(sentence) for sentence in self.notes)
        return lines + "".join(html_table(*table) for table in self.tables())

    def to_evidence(self) -> Evidence:
        """Evidence for an assessment."""
        caption, columns, rows = self.tables()[0]
        return Evidence(
            kind="disparities", title=caption, recipe=self.recipe,
            data_sha256=(self.recipe or {}).get("data", {}).get("sha256"), summary=self.notes,
            facts=self.to_dict(), columns=columns, rows=tuple(rows),
            alt=f"{caption}, for {len(self.groups)} groups.",
        )  # fmt: skip


def _counts(row: Mapping[str, Any]) -> tuple[str, str]:
    return ("", "") if row["suppressed"] else (number(row["n"]), number(row["events"]))


def _share(row: Mapping[str, Any]) -> str:
    limits = interval_text(row, unit=" %")
    return value_text(row, unit=" %") + (f" ({limits})" if limits else "")


def durations(
    subject: Any,
    codebook: Codebook | Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    duration: str,
    by: str | Sequence[str] = RACE,
    horizons: Sequence[int] = HORIZONS,
    tabulation: str = "single-residual",
    standard: str | None = None,
    level: float = 0.95,
    rule: str | Mapping[str, Any] | None = "cms-11",
) -> Durations:
    """How long people stay, by group: medians, and who has left in which way by a time.

    Parameters
    ----------
    subject, codebook, by, tabulation, standard : as for `disaggregate`.
    duration : name of an entry under `durations` in the codebook, for example
        `{in_care: {start: placed, end: left, exit: reason, as_of: 2024-12-31}}`.
    horizons : days at which to say who has left.
    level : confidence level of the intervals.
    rule : disclosure rule by which rows with small counts are marked; None (in recipes "none") marks nothing.

    Returns
    -------
    Durations
        Every group has its rows; those with fewer than 30 people are named as too uncertain.

    Raises
    ------
    UnknownName, CodebookError, MeasureError
        No such duration, dates that are none, an end before its start.

    Interpretation
    --------------
    A median of 270 days says that half have left by then. People still there count for as long as they were
    seen. A short stay is not good or bad by itself: look at the kinds of exit.

    When not to use
    ---------------
    Where records enter the file only once people have left: those who stay are then missing.

    Source
    ------
    See `equitykit.survival`: Kaplan-Meier with log-log limits, log-rank test, Aalen-Johansen.

    Examples
    --------
    >>> data = pd.DataFrame({"race": ["White", "Black"] * 40, "days": [10, 20] * 20 + [30, 40] * 20,
    ...                      "why": ["home", "home", "kin", ""] * 20})
    >>> book = {"questions": {"race_ethnicity": {"columns": ["race"]}},
    ...         "durations": {"in_care": {"days": "days", "exit": "why"}}}
    >>> found = durations(data, book, duration="in_care").to_frame()
    >>> found.query("measure == 'median-days' and group == 'WHITE'")["estimate"].tolist()
    [10.0]
    """
    if not 0 < level < 1:
        raise MeasureError(f'The confidence level is "{level}".', next_step="Give a share such as 0.95.")
    records_, book = opened(subject, codebook)
    book.refuse_unused(weights=True)
    if duration not in book.durations:
        raise UnknownName("duration in the codebook", duration, book.durations)
    entry = book.durations[duration]
    grouping = Grouping.of(book, by, standard=standard, tabulation=tabulation)
    tally = grouping.tally([c for c in (entry.start, entry.end, entry.days, entry.exit) if c])
    frame = records_.tally([tally])[tally]
    stays = read_stays(frame, entry, duration)
    lines: Lines = {}
    keys = set()
    left_out = 0
    for stay, (n, groups) in zip(stays, grouping.read(frame), strict=True):
        keys.update(groups)
        if stay is None:
            left_out += n
            continue
        for group in (TOTAL, *("*".join(key) for key in groups)):
            lines.setdefault(group, Counter())[stay] += n
    ordered = grouping.keys(keys)
    ids = tuple("*".join(key) for key in ordered)
    kinds = tuple(sorted({kind for counts in lines.values() for _, kind in counts if kind is not None}))
    rows = _rows(lines, ids, kinds, grouping, duration, tuple(horizons), level)
    notes = (*records_.said, *_notes(lines, kinds, left_out, grouping))
    shown = None if rule == "none" else rule
    asked = {
        "duration": duration, "by": list(grouping.questions), "horizons": list(horizons),
        "tabulation": tabulation, "standard": standard, "level": level, "rule": shown or "none",
    }  # fmt: skip
    return Durations(
        name=duration, question=grouping.question, tabulation=tabulation, groups=ids,
        labels=grouping.labels(ordered), kinds=kinds,
        rows=rows if shown is None else mark_small(rows, shown), level=level, notes=notes,
        recipe=recipe_of("durations", records_, book, asked),
    )  # fmt: skip


def _times(counts: Mapping[tuple[float, str | None], int], kinds: Sequence[str]) -> Times:
    rows = [
        (time, None if kind is None else kinds.index(kind), float(n)) for (time, kind), n in counts.items()
    ]
    return Times.of(rows, len(kinds))


def _rows(
    lines: Lines, ids: tuple[str, ...], kinds: tuple[str, ...], grouping: Grouping, name: str,
    horizons: tuple[int, ...], level: float,
) -> pd.DataFrame:  # fmt: skip
    """Tidy rows of every group."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    groups = (*ids, TOTAL)
    times = {group: _times(lines.get(group, {}), kinds) for group in groups}
    n = [float(sum(lines.get(group, Counter()).values())) for group in groups]
    left = [float(times[group].left.sum()) for group in groups]
    judged = minimum_n_verdicts(n)
    fixed = {"question": grouping.question, "tabulation": grouping.tabulation}
    shared: dict[str, Any] = {
        "group": groups, "n": n, "level": level, "reliable": judged.reliable, "reliability_rule": judged.rule,
    }  # fmt: skip
    curves = {group: kaplan_meier(times[group], z) for group in groups}
    found = [median(curves[group]) for group in groups]
    notes = [
        "; ".join(
            part
            for part in (
                why,
                "nobody in this group" if size == 0 else NOT_REACHED if np.isnan(one[0]) else None,
            )
            if part
        )
        or None
        for why, size, one in zip(judged.note, n, found, strict=True)
    ]
    frames = [
        tidy_rows(
            fixed, outcome=name, events=left, measure=MEDIAN, estimate=[one[0] for one in found],
            lower=[one[1] for one in found], upper=[one[2] for one in found],
            method="Kaplan-Meier, log-log", note=notes, **shared,
        )
    ]  # fmt: skip
    for days, measure, kind in _horizons(horizons, kinds):
        at = [
            (curves[group] if kind is None else aalen_johansen(times[group], kinds.index(kind), z)).at(days)
            if size
            else (np.nan,) * 3
            for group, size in zip(groups, n, strict=True)
        ]
        at = [(1.0 if kind is None else 0.0, np.nan, np.nan) if size and np.isnan(one[0]) else one
              for one, size in zip(at, n, strict=True)]  # fmt: skip
        gone = [_left_by(lines.get(group, {}), days, kind) for group in groups]
        frames.append(
            tidy_rows(
                fixed, outcome=kind or name, stage=f"{days} days", events=gone, measure=measure,
                estimate=[one[0] for one in at], lower=[one[1] for one in at], upper=[one[2] for one in at],
                method="Kaplan-Meier, log-log" if kind is None else "Aalen-Johansen, log-log",
                note=judged.note, **shared,
            )
        )  # fmt: skip
    if not grouping.overlapping:
        frames.append(_test(times, ids, fixed, name, n[-1], left[-1]))
    return pd.concat(frames, ignore_index=True)


def _horizons(horizons: tuple[int, ...], kinds: tuple[str, ...]) -> Iterator[tuple[int, str, str | None]]:
    for days in horizons:
        yield days, STILL_THERE, None
        yield from ((days, INCIDENCE, kind) for kind in kinds)


def _left_by(counts: Mapping[tuple[float, str | None], int], days: int, kind: str | None) -> float:
    """How many are known to have left by a day, in one way or in any."""
    return float(
        sum(
            n
            for (time, how), n in counts.items()
            if time <= days and how is not None and (kind is None or how == kind)
        )
    )


def _test(
    times: Mapping[str, Times], ids: Sequence[str], fixed: Mapping[str, Any], name: str, n: float, left: float
) -> pd.DataFrame:
    """One test over the groups with a known answer."""
    able = [group for group in ids if answered(group) and len(times[group].time)]
    statistic, df, p = log_rank([times[group] for group in able])
    said = (
        f"p = {p:.3g} with {df} degrees of freedom, over {len(able)} groups with a known answer"
        if np.isfinite(p)
        else "the test cannot be made: too few groups, or nobody left"
    )
    return tidy_rows(
        fixed, group=(None,), outcome=name, n=[n], events=[left], measure=LOG_RANK, estimate=[statistic],
        method="log-rank", note=said,
    )  # fmt: skip


def _notes(lines: Lines, kinds: tuple[str, ...], left_out: int, grouping: Grouping) -> tuple[str, ...]:
    """What a reader should know."""
    whole = lines.get(TOTAL, Counter())
    still = sum(n for (_, kind), n in whole.items() if kind is None)
    notes = [
        f"{number(float(sum(whole.values())))} stays; {number(float(still))} had not ended when last seen, and count "
        "for as long as they were seen."
    ]
    if left_out:
        notes.append(
            f"{number(float(left_out))} records are left out: a date is missing or cannot be read, or the end comes "
            "before the start."
        )
    if len(kinds) > 1:
        notes.append(COMPETING)
    if grouping.overlapping:
        notes.append("Groups overlap, so there is no test over all of them.")
    return tuple(notes)
