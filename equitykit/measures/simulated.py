"""Measures over all groups that are not smooth: mean distances, with intervals by simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equitykit.counts import answered
from equitykit.limits import Floats
from equitykit.measures.comparison import MINIMUM_BEST, Comparison
from equitykit.measures.draws import DRAWS, simulated
from equitykit.measures.registry import Needs, Values, measure
from equitykit.measures.spread import NO_EVENTS, SIMULATED, WHO, spread, undefined

__all__: list[str] = []


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the family: what rates are set against, and whether groups count by size."""

    id: str
    title: str
    against: str
    weighted: bool
    relative: bool
    needs: Needs
    about: str


_TARGETS: tuple[tuple[str, str, Needs], ...] = (
    ("mean", "the overall rate", "nothing"),
    ("best", "the most favourable observed rate", "favourable"),
    ("reference", "the rate of the reference", "one reference"),
)


def _kinds() -> list[_Kind]:
    """All eight: each target and the index, once with groups counted equally and once by size."""
    kinds = []
    for weighted, tail, manner in ((False, "", "groups equally"), (True, "-weighted", "groups by size")):
        for against, words, needs in _TARGETS:
            about = f"Mean distance of the groups' rates from {words}, counting {manner}."
            title = f"Mean distance from {words}, {manner}"
            id = f"mean-difference-from-{against}{tail}"
            kinds.append(_Kind(id, title, against, weighted, False, needs, about))
        about = (
            f"Mean distance of the groups' rates from the overall rate, in percent of it, counting {manner}."
        )
        title = f"Index of disparity (%), {manner}"
        kinds.append(_Kind(f"index-of-disparity{tail}", title, "mean", weighted, True, "nothing", about))
    return kinds


_DOC = """{about}

    Interpretation
    --------------
    0 says that the rates are equal. Chance alone makes it positive, the more so with many small groups: the
    note says what would be expected if all groups had the overall rate.

    When not to use
    ---------------
    For groups that overlap. To see which groups differ.{more}

    Source
    ------
    WHO 2013. Interval from {draws} simulated tables (fewer, but at least 200, for more than 50 groups). Below, the
    test turned over (Garthwaite and Buckland 1992; Carpenter 1999, Journal of the Royal Statistical Society B 61:
    159-172): 0 where chance alone could have made the value. Above, their percentile: beta for shares, gamma for
    events per time and published estimates (Ahn et al. 2018; Li, Dragomir and Luta 2024). The group with the most
    favourable rate is found anew in each.
    """


def _declare(kind: _Kind) -> None:
    def compute(c: Comparison) -> Values:
        return _simulated(c, kind)

    more = (
        " With small groups: the most favourable rate is then the luckiest." if kind.against == "best" else ""
    )
    compute.__doc__ = _DOC.format(about=kind.about, more=more, draws=f"{DRAWS:,}")
    compute.__name__ = kind.id.replace("-", "_")
    measure(
        kind.id,
        title=kind.title,
        scale="relative" if kind.relative else "absolute",
        weighted=kind.weighted,
        ordered=False,
        null=0,
        over="everybody",
        needs=kind.needs,
        verdict="every",
        interval=SIMULATED,
        source=WHO,
        library="own, numpy for the draws",
    )(compute)


for _kind in _kinds():
    _declare(_kind)


def _simulated(c: Comparison, kind: _Kind) -> Values:
    found = spread(c)
    if isinstance(found, str):
        return undefined(found)
    if kind.relative and found.mu == 0:
        return undefined(NO_EVENTS, *found.notes)
    picked = _picked(c, kind)
    if picked is not None and not picked.any():
        return undefined("nobody in the group compared with", *found.notes)
    units = "%" if kind.relative else ""
    return simulated(c, found, lambda y: _distance(kind, found.w, y, picked), units=units)


def _distance(kind: _Kind, w: Floats, y: Floats, picked: Floats | None) -> Floats:
    """Mean distance in each of many tables (rows of `y`) from its mean or from the picked groups."""
    mu = (y @ w)[:, None]
    if picked is None:
        target = mu
    else:
        extreme = np.max if picked.sum() > 0 else np.min
        target = extreme(y[:, picked != 0], axis=1, keepdims=True)
    gap = np.abs(y - target)
    mean = gap @ w if kind.weighted else gap.mean(axis=1)
    with np.errstate(all="ignore"):
        return np.where(mu[:, 0] > 0, 100 * mean / mu[:, 0], np.nan) if kind.relative else mean


def _picked(c: Comparison, kind: _Kind) -> Floats | None:
    """Groups to set rates against (1: the highest of them, -1: the lowest); None for the mean."""
    there = np.flatnonzero(c.own.n > 0)
    if kind.against == "best" or (kind.against == "reference" and c.reference.asked == "best"):
        able = [answered(c.groups[i]) and c.own.n[i] >= MINIMUM_BEST for i in there]
        return np.where(able, 1.0 if c.table.favourable else -1.0, 0.0)
    if kind.against == "reference" and c.reference.group is not None:
        return np.where(c.is_reference[there], 1.0, 0.0)
    return None
