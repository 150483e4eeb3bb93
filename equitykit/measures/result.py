"""The verb: groups and a named reference -> Disparities, with their rows, words and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equitykit.counts import TOTAL
from equitykit.disclosure import RuleLike, mark_small
from equitykit.errors import MeasureError
from equitykit.evidence import Evidence
from equitykit.groups import GroupTable
from equitykit.measures import words
from equitykit.measures.asked import WITHOUT_OUTCOME, check, methods_asked
from equitykit.measures.comparison import Comparison, Reference, compare, resolve
from equitykit.measures.registry import COMPARED, Measure, declaration
from equitykit.measures.surveyed import by_design, check_design, surveyed
from equitykit.measures.testing import table_of_tests, with_q
from equitykit.measures.unknown import Bounds, bounds_of, can_be_bounded
from equitykit.measures.verdicts import verdicts
from equitykit.rates import tidy_defaults
from equitykit.tidy import (
    html_paragraph,
    html_table,
    joined,
    markdown_table,
    markdown_text,
    plain_number,
    plain_records,
    tidy_rows,
)

if TYPE_CHECKING:
    from equitykit.measures.protection import ProtectedDisparities

__all__ = ["DEFAULT_MEASURES", "Disparities", "disparities"]

DEFAULT_MEASURES = ("rate", "rate-difference", "rate-ratio")
NO_RULE = "none"


@dataclass(frozen=True, eq=False)
class Disparities:
    """Measures of disparity, with the reference and the reason for it.

    Attributes
    ----------
    groups : the table measured.
    rows : tidy rows; measures over all groups have an empty group.
    reference : what groups are compared with, as named, resolved and in words.
    reason : why this reference; None where nobody gave one.
    measures : ids, in the order asked for.
    level : confidence level of the intervals.
    rule : disclosure rule by which small groups are marked; None where none was asked for.
    family : what these comparisons were meant to be looked at with, where it was named.
    """

    groups: GroupTable
    rows: pd.DataFrame = field(repr=False)
    reference: Reference
    reason: str | None
    measures: tuple[str, ...]
    level: float
    rule: str | Mapping[str, Any] | None = None
    family: str | None = None

    def tests(self, *, method: str = "bh", test: str = "auto") -> pd.DataFrame:
        """Tests that there is no difference, with q values adjusted within the family.

        Parameters
        ----------
        method : how p values are adjusted: "bh" (false discovery rate), "by", "holm", "hochberg", "hommel",
            "bonferroni" or "none".
        test : "auto" (Pearson without correction; Fisher where an expected count is below 5), "pearson" or
            "fisher". Events per time get an exact conditional test, published estimates a normal one.

        Returns
        -------
        One row per group beside the reference (of the total: beside all others), with `p_value` and
        `q_value`; then tests over all groups, of a trend along an order, and, for strata, of the pooled odds
        ratio and of the strata being alike. These are not part of the family.

        Interpretation
        --------------
        A test says whether chance could have made a gap, not how large it is nor why. For a small group a high
        p says almost nothing: read the interval. Several outcomes: `ek.false_discovery`.

        Source
        ------
        Benjamini and Hochberg 1995 by statsmodels; Pearson 1900; Fisher 1935 by scipy; Mantel and Haenszel 1959,
        Breslow and Day 1980 by statsmodels; Woolf 1955, Armitage 1955 own.

        Examples
        --------
        >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
        >>> found = disparities(GroupTable.from_counts(frame), reference="B", family="exits in 2024")
        >>> found.tests()[["group", "test", "p_value", "q_value"]].round(4).values.tolist()[0]
        ['A', 'Pearson chi-square', 0.0088, 0.0088]
        """
        comparison = compare(self.groups, self.reference, self.level)
        return table_of_tests(comparison, family=self.family, method=method, test=test)

    def to_frame(self) -> pd.DataFrame:
        """Tidy rows, one per group and measure, and one per measure over all groups."""
        return self.rows.copy()

    def to_chart_frame(self) -> pd.DataFrame:
        """Tidy rows for a chart: where a family is named, with the column `q` that charts of ratios write."""
        return self.to_frame() if self.family is None else with_q(self.rows, self.tests())

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        return {
            "format": "disparities/1",
            "question": self.groups.question,
            "outcome": self.groups.outcome,
            "favourable": self.groups.favourable,
            "tabulation": self.groups.tabulation,
            "n": plain_number(self.groups.n),
            "events": plain_number(self.groups.events),
            "scale": plain_number(self.groups.scale),
            "kind": self.groups.kind,
            "reference": self.reference.asked,
            "reference_group": self.reference.group,
            "reason": self.reason,
            "level": self.level,
            "measures": list(self.measures),
            "labels": {group: self.groups.label(group) for group in (*self.groups.groups, TOTAL)},
            "notes": list(self.groups.notes),
            "bounds": self._bounds(),
            "rows": plain_records(self.rows),
        }

    @cached_property
    def _left_open(self) -> Bounds:
        return bounds_of(self)

    def bounds(self) -> Bounds:
        """What every measure could be if the people of unknown group were known.

        All of the unknown are put into, and out of, each group: those with the event into one group and those
        without it into another, for every pair of groups. Rates, differences, ratios, excess events and shares
        reach their ends there, which is a proof; for measures over all groups the ends are those of the
        placings tried, and `method` says so.

        Returns
        -------
        Bounds
            With, for each gap, the fewest people who would close it if all were placed against it.

        Raises
        ------
        MeasureError : for published estimates, which have no counts of unknown people.

        Interpretation
        --------------
        Not a confidence interval, and no guess at who the unknown are: it says what the missing answers leave
        open. Narrow bounds: the gap does not rest on who is missing. Wide ones: ask again before anything else.

        Source
        ------
        Bounds without assumptions after Horowitz and Manski 2000.

        Examples
        --------
        >>> frame = pd.DataFrame({"group": ["A", "B", "~unknown"], "n": [100, 200, 50], "events": [30, 40, 10]})
        >>> gaps = disparities(GroupTable.from_counts(frame), reference="B", measures=["rate-ratio"])
        >>> gaps.bounds().to_frame()[["lower", "upper", "tipping_people"]].round(3).values.tolist()[0]
        [0.9, 2.182, 36.0]
        """
        return self._left_open

    def protect(self, rule: RuleLike = "cms-11", **settings: Any) -> ProtectedDisparities:
        """The same for others: hidden is what small counts could be told from, and an attacker proves it.

        `settings` are those of `equitykit.measures.protection.protect_disparities`: proof, cost, governance,
        agreements, previous.
        """
        from equitykit.measures.protection import protect_disparities

        return protect_disparities(self, rule=rule, **settings)

    def _bounds(self) -> dict[str, Any] | None:
        """Bounds for `to_dict`; None where there are no counts, nobody unknown, or too many groups."""
        if not can_be_bounded(self.groups):
            return None
        return self.bounds().to_dict()

    def to_markdown(self) -> str:
        """Tables and sentences as Markdown; what may not be shown is said in words."""
        parts = [f"{markdown_text(sentence)}\n" for sentence in self._framing()]
        parts += [markdown_table(header, rows) for _, header, rows in words.tables(self)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        lines = "".join(html_paragraph(sentence) for sentence in self._framing())
        return lines + "".join(html_table(*table) for table in words.tables(self))

    def plot(self, measure: str | None = None) -> Any:
        """A `plots.Chart` of one measure; by default of the first ratio or difference."""
        from equitykit.plots.suited import of_disparities

        return of_disparities(self, measure)

    def to_evidence(self) -> Evidence:
        """Evidence for an assessment: plain sentences, the rows, and the call that makes them again."""
        tables = words.tables(self)
        _, columns, rows = tables[0]
        recipe: Mapping[str, Any] | None = None
        if self.groups.recipe is not None:
            asked = {
                "reference": self.reference.asked,
                "measures": list(self.measures),
                "reason": self.reason,
                "rule": self.rule or NO_RULE,
            }
            arguments = {**self.groups.recipe.get("arguments", {}), **asked, "level": self.level}
            recipe = {**self.groups.recipe, "call": "disparities", "arguments": arguments}
        return Evidence(
            kind="disparities",
            title=_title(self.groups.outcome, self.groups.question),
            recipe=recipe,
            data_sha256=(recipe or {}).get("data", {}).get("sha256"),
            summary=(*self._framing(), *words.sentences(self)),
            facts=self.to_dict(),
            columns=tuple(columns),
            rows=tuple(tuple(row) for row in rows),
            alt=words.alt(self),
        )

    def _framing(self) -> tuple[str, ...]:
        return words.framing(self)


def disparities(
    groups: GroupTable,
    *,
    reference: str,
    measures: Sequence[str] | None = None,
    reason: str | None = None,
    level: float = 0.95,
    rule: str | Mapping[str, Any] | None = "cms-11",
    method: str | Mapping[str, str] | None = None,
    earlier: GroupTable | None = None,
    family: str | None = None,
) -> Disparities:
    """Compare groups, by measures you choose, with a reference you name.

    Parameters
    ----------
    groups : what was counted.
    reference : "total", "all-others" (everybody else, for each group), "best" (the most favourable observed
        rate among groups of at least 30 with a known answer), "largest", or a group id.
    measures : ids, see `equitykit.measures.measures()`; by default the rate, its difference and its ratio,
        and disproportionality where a benchmark is attached.
    reason : why this reference; it is kept, and its absence is printed.
    level : confidence level of the intervals.
    rule : disclosure rule by which rows with small counts are marked; whoever prints them writes "too few to
        show" in their place. No value is changed. None (in recipes "none") marks nothing.
    method : another way to the intervals, by name, for the measures that know it; or a mapping of measure
        ids to names. `equitykit.measures.measure(id).methods` lists them.
    earlier : the same groups at an earlier time or stage, for the measures of change.
    family : name of the family these comparisons belong to; q values (false discovery rate) of each group
        are then in the notes of its difference, ratio and odds ratio, beside the interval in charts of ratios
        (`to_chart_frame()`), and in `tests()`.

    Returns
    -------
    Disparities

    Raises
    ------
    UnknownName : for a reference or a measure that does not exist. MeasureError : for one that these groups
        cannot give.

    Interpretation
    --------------
    A disparity says that groups fare differently, not why. Show a ratio with its difference and the counts,
    and look at it under more than one reference.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> found = disparities(GroupTable.from_counts(frame), reference="all-others")
    >>> found.to_frame().query("measure == 'rate-ratio'")["estimate"].tolist()
    [2.0, 0.5]
    """
    if not isinstance(reference, str):
        raise MeasureError(
            "More than one reference was named; disparities() takes one.",
            next_step="ek.compare_references(groups, references) shows several side by side.",
        )
    if not 0 < level < 1:
        raise MeasureError(f'The confidence level is "{level}".', next_step="Give a share such as 0.95.")
    chosen = [declaration(id) for id in _with_crude(_chosen(groups, measures))]
    target = resolve(groups, reference)
    for one in chosen:
        check(one, groups, target)
        check_design(one, groups)
    named = methods_asked(chosen, groups, target, method)
    comparison = by_design(compare(groups, target, level, methods=named, earlier=earlier))
    frames = [_rows(comparison, one) for one in chosen]
    rows = pd.concat(frames, ignore_index=True)
    if family is not None and groups.design is not None:
        raise MeasureError(
            "The tests of a family cannot honour the survey design of these groups.",
            next_step="Leave family out; the intervals honour it.",
        )
    if family is not None:
        rows = _noted_q(rows, table_of_tests(comparison, family=family), family)
    rule = None if rule == NO_RULE else rule
    if rule is not None:
        rows = mark_small(rows, rule)
    ids = tuple(one.id for one in chosen)
    return Disparities(groups, rows, target, reason or None, ids, level, rule, family)


def _noted_q(rows: pd.DataFrame, tests: pd.DataFrame, family: str) -> pd.DataFrame:
    """The q value of each group in the notes of the measures that its test is about."""
    notes = [
        note if np.isnan(q) else joined(note, f'q = {q:.2g} in the family "{family}"')
        for note, q in zip(rows["note"], with_q(rows, tests)["q"], strict=True)
    ]
    return rows.assign(note=pd.Series(notes, index=rows.index, dtype=object))


def _title(outcome: str | None, question: str) -> str:
    """Removed by race and ethnicity, and sex."""
    names = {"race_ethnicity": "race and ethnicity"}
    asked = ", and ".join(names.get(part, part.replace("_", " ")) for part in question.split("*"))
    what = (outcome or "Who is there").replace("_", " ")
    return f"{what[:1].upper()}{what[1:]} by {asked}"


def _chosen(groups: GroupTable, measures: Sequence[str] | None) -> tuple[str, ...]:
    if measures is None:
        if not groups.counted:
            return WITHOUT_OUTCOME
        return (*DEFAULT_MEASURES, "disproportionality") if groups.benchmark is not None else DEFAULT_MEASURES
    listed = (measures,) if isinstance(measures, str) else tuple(measures)
    if not listed:
        raise MeasureError(
            "No measure was named.", allowed=None, next_step="Name one, or leave measures out."
        )
    return tuple(dict.fromkeys(listed))


def _with_crude(ids: Sequence[str]) -> tuple[str, ...]:
    """The crude measure before each that is adjusted for a covariate: never one without the other."""
    listed: list[str] = []
    for id in ids:
        crude = declaration(id).crude
        listed += [crude, id] if crude and crude not in ids else [id]
    return tuple(dict.fromkeys(listed))


def _rows(c: Comparison, measure: Measure) -> pd.DataFrame:
    """Tidy rows of one measure."""
    if measure.id == "rate":
        return c.table.to_frame(level=c.level, method=c.method("rate"))
    values = surveyed(c, measure)
    everybody = measure.over == "everybody"
    compared = measure.needs in COMPARED and measure.id != "directly-standardised-rate"
    reference = c.reference.shown if compared else "total" if measure.id == "ratio-to-total" else None
    reliable, rule, why = verdicts(c, measure, values)
    # A limit without bound is no number; the note of the measure says so.
    lower, upper = (np.where(np.isinf(limit), np.nan, limit) for limit in (values.lower, values.upper))
    return tidy_rows(
        tidy_defaults(c.table),
        group=(None,) if everybody else c.groups,
        n=c.table.n if everybody else c.table.rows["n"].to_numpy(float),
        events=c.table.events if everybody else c.table.rows["events"].to_numpy(float),
        measure=measure.id,
        reference=reference,
        estimate=values.estimate,
        lower=lower,
        upper=upper,
        level=c.level,
        method=list(values.method),
        reliable=reliable,
        reliability_rule=rule,
        note=[joined(note, one) for note, one in zip(values.note, why, strict=True)],
    )
