"""Which rates stand behind a measure, and whether they are reliable enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equitykit.measures.comparison import Comparison, Side
from equitykit.measures.registry import Measure, Values
from equitykit.rates import timed_verdicts
from equitykit.reliability import Verdicts, combine, proportion_verdicts, rate_verdicts, rse_verdicts

__all__ = ["verdicts"]

Judged = tuple[list[bool | None], str, list[str | None]]


def verdicts(c: Comparison, measure: Measure, values: Values) -> Judged:
    """Verdict and reason for each row of a measure, and the rule that gave them."""
    if measure.verdict == "share":
        return _share(c, measure, values)
    found = _kept(c, "own")
    own, rule = found.reliable, found.rule
    if measure.verdict == "every":
        unsure = sum(ok is False for ok in own)
        why = f"{unsure} of the {len(own)} rates behind it are not reliable" if unsure else None
        return [combine(own)], f"{rule} (every group)", [why]
    if measure.verdict == "group":
        return list(own), rule, ["the rate is not reliable" if ok is False else None for ok in own]
    other = _kept(c, "other").reliable
    why_each = [
        "the rate is not reliable"
        if a is False
        else "the rate it is compared with is not reliable"
        if b is False
        else None
        for a, b in zip(own, other, strict=True)
    ]
    pairs = [combine(pair) for pair in zip(own, other, strict=True)]
    return pairs, f"{rule} (group and reference)", why_each


def _kept(c: Comparison, which: str) -> Verdicts:
    """Verdicts on the rates of one side, judged once for all measures."""
    if which not in c.judged:
        if which == "own" or c.reference.asked == "all-others":
            c.judged[which] = _rates(c, c.own if which == "own" else c.other)
        else:
            one = _rates(c, c.other.at(0))
            size = len(c.groups)
            c.judged[which] = Verdicts(one.reliable * size, one.rule, one.note * size)
    return c.judged[which]


def _rates(c: Comparison, side: Side) -> Verdicts:
    if c.table.kind == "mean":
        return rse_verdicts(side.y, side.s)
    if c.timed:
        return timed_verdicts(side.x, side.people, side.n)
    if not c.table.published:
        return proportion_verdicts(side.x, side.n)
    se = side.s / c.scale
    df = None if c.table.design is None else c.table.design.df
    n = np.where(np.isfinite(se), side.n, np.nan)
    return proportion_verdicts(side.y / c.scale * side.n, n, se=se, df=df)


def _share(c: Comparison, measure: Measure, values: Values) -> Judged:
    """Verdicts on shares: 10 or more behind both parts, and a 95 % interval that is not too wide."""
    if c.level != 0.95:
        values = measure.compute(replace(c, level=0.95))
    counts = c.own.people if c.table.events is None else c.own.x
    found = rate_verdicts(counts, c.own.n, np.where(counts > 0, 1.0, np.nan), np.nan, np.nan)
    if measure.scale == "relative":
        found = rate_verdicts(counts, c.own.n, values.estimate, values.lower, values.upper)
    return list(found.reliable), found.rule, list(found.note)
