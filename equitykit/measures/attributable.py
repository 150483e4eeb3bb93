"""The part of a rate that lies above the reference's: in one group, and in everybody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.pairs import RATIOS, TIME_RATIOS
from equitykit.measures.ratios import rate_ratio
from equitykit.measures.recovered import RECOVERED, each_limits, of_function
from equitykit.measures.registry import Values, measure
from equitykit.tidy import joined

__all__ = ["attributable_fraction", "population_attributable_fraction", "population_attributable_risk"]

NO_EVENTS = "no events at all, so it is undefined"


@measure(
    "attributable-fraction",
    title="Part of the group's rate above the reference",
    scale="relative",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="reference",
    verdict="pair",
    interval="limits of the rate ratio, carried over",
    source="Levin 1953; Rothman and Greenland 1998",
    library="own, on the rate ratio; equal to epiR",
    methods=(*RATIOS, *TIME_RATIOS),
)
def attributable_fraction(c: Comparison) -> Values:
    """Rate of a group above the reference's, as a part of the group's own rate: 1 - 1 / rate ratio.

    Interpretation
    --------------
    0.5 says: half of the group's rate lies above the reference's. It is negative where the group has the lower
    rate, without a lower bound, and is not cut off at 0. "Attributable" is the name in books; nothing is shown
    about causes.

    When not to use
    ---------------
    For readers who would take it as the share of events with a certain cause; where the group has no events.

    Source
    ------
    Rothman and Greenland 1998, chapter 4; the limits of the rate ratio carried over, as in epiR.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> disparities(table, reference="B", measures=["attributable-fraction"]).to_frame()["estimate"].tolist()
    [0.5, 0.0]
    """
    asked = c.method("attributable-fraction")
    ratio = rate_ratio(replace(c, methods={"rate-ratio": asked}) if asked else c)
    none = ratio.estimate == 0
    with np.errstate(all="ignore"):
        estimate, lower, upper = (
            np.where(none, np.nan, 1 - 1 / one) for one in (ratio.estimate, ratio.lower, ratio.upper)
        )
    notes = [
        joined(note, "no events in the group, so it is undefined" if zero else None)
        for note, zero in zip(ratio.note, none, strict=True)
    ]
    method = [name if np.isfinite(low) else None for name, low in zip(ratio.method, lower, strict=True)]
    return Values(estimate, lower, upper, method, notes)


@measure(
    "population-attributable-risk",
    title="Overall rate above the reference",
    scale="absolute",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="one reference",
    verdict="every",
    interval=f"{RECOVERED} (Wilson, Garwood); delta for published estimates",
    source="WHO 2013, Handbook on health inequality monitoring; with its sign kept",
    library="own, equal to epiR for the named method; equal to statsmodels for the limits of each rate",
    methods=("delta", "independent"),
)
def population_attributable_risk(c: Comparison) -> Values:
    """Rate of everybody minus the rate of the reference (population attributable risk).

    Interpretation
    --------------
    0.02 says: overall, 2 more per 100 people than in the reference. It may be negative: then everybody has
    fewer events than the reference. It is not cut off at 0, which would hide a reversed gradient.

    When not to use
    ---------------
    As what would happen if all groups had the reference's rate: that is a causal claim this cannot make.

    Source
    ------
    WHO 2013, with the reference's part in the overall rate. Interval: Zou, Huang and Zhang 2009, from the limits
    of the reference and of everybody else; the method "delta" takes their errors. The method "independent" leaves that
    part out (Rothman and Greenland 1998, p. 271), as epiR does.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> found = disparities(table, reference="B", measures=["population-attributable-risk"]).to_frame()
    >>> found["estimate"].round(9).tolist()
    [0.025]
    """
    estimate = c.total.y - c.other.y[:1]
    if c.method("population-attributable-risk") == "independent":
        error = np.sqrt(c.total.y * (1 - c.total.y) / c.total.n + c.other.s[:1] ** 2)
        return _one(c, estimate, error, "delta, taken as independent")
    return _limits(c, "population-attributable-risk", estimate, np.ones(1), -np.ones(1))


@measure(
    "population-attributable-fraction",
    title="Part of the overall rate above the reference",
    scale="relative",
    weighted=True,
    ordered=False,
    null=0,
    over="everybody",
    needs="one reference",
    verdict="every",
    interval=f"{RECOVERED} (Wilson, Garwood); delta for published estimates",
    source="WHO 2013, Handbook on health inequality monitoring; with its sign kept",
    library="own, equal to epiR for the named method; equal to statsmodels for the limits of each rate",
    methods=("delta", "walter"),
)
def population_attributable_fraction(c: Comparison) -> Values:
    """Overall rate above the reference, as a part of the overall rate (population attributable fraction).

    Interpretation
    --------------
    0.25 says: a quarter of the overall rate lies above the reference's rate. It may be negative, and is not
    cut off at 0.

    When not to use
    ---------------
    As the share of events with a certain cause; where nobody had the event.

    Source
    ------
    WHO 2013, with the reference's part in the overall rate. Interval: Zou, Huang and Zhang 2009, from the limits
    of the reference and of everybody else; the method "delta" takes their errors. The method "walter" is for one cohort
    in two parts, the reference and all others (Walter 1978; Jewell 2004), as epiR does.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["A", "B"], "n": [100, 300], "events": [20, 30]})
    >>> table = GroupTable.from_counts(frame)
    >>> found = disparities(table, reference="B", measures=["population-attributable-fraction"]).to_frame()
    >>> found["estimate"].round(9).tolist()
    [0.2]
    """
    with np.errstate(all="ignore"):
        estimate = np.where(c.total.y > 0, (c.total.y - c.other.y[:1]) / c.total.y, np.nan)
        if c.method("population-attributable-fraction") == "walter":
            return _walter(c, estimate)
        by_total, by_reference = c.other.y[:1] / c.total.y**2, -1 / c.total.y
        return _limits(c, "population-attributable-fraction", estimate, by_total, by_reference)


def _limits(c: Comparison, id: str, estimate: Floats, by_total: Floats, by_reference: Floats) -> Values:
    """One value over all groups, from how it changes with the overall rate and with the reference's."""
    usual = _one(c, estimate, np.sqrt(_gap_variance(c, by_total, by_reference)))
    if c.table.published or c.method(id) == "delta" or usual.method[0] is None or c.reference.group is None:
        return usual
    at = c.groups.index(c.reference.group)
    share = c.other.n[0] / c.total.n[0]
    if share >= 1:
        return usual
    sides = c.own.at(at), c.others.at(at)
    y = np.concatenate([side.y for side in sides])
    low, high = (np.concatenate(both) for both in zip(*(each_limits(c, side) for side in sides), strict=True))
    gradient = np.array([share * by_total[0] + by_reference[0], (1 - share) * by_total[0]])
    lower, upper = of_function(float(estimate[0]), gradient, y, low, high)
    return replace(usual, lower=np.array([lower]), upper=np.array([upper]), method=[RECOVERED])


def _walter(c: Comparison, estimate: Floats) -> Values:
    """Limits on the scale of log(1 - fraction), from the four cells: the reference and all others."""
    n0, c0 = c.other.n[:1], c.other.x[:1]
    with_, without = c.total.x - c0, c.total.n - n0 - (c.total.x - c0)
    error = np.sqrt((without + estimate * (with_ + n0 - c0)) / (c.total.n * c0))
    found = _one(c, estimate, error, "Walter")
    left = np.log(1 - found.estimate)
    return replace(found, lower=1 - np.exp(left + c.z * error), upper=1 - np.exp(left - c.z * error))


def _gap_variance(c: Comparison, by_total: Floats, by_reference: Floats) -> Floats:
    """Delta variance of a function of the overall rate and the reference's, which is a part of it."""
    if c.reference.group is None:
        return (by_total + by_reference) ** 2 * c.total.s**2
    with np.errstate(all="ignore"):
        share = c.other.n[:1] / c.total.n
    variance = (by_total * c.total.s) ** 2 + (by_reference * c.other.s[:1]) ** 2
    return variance + 2 * by_total * by_reference * share * c.other.s[:1] ** 2


def _one(c: Comparison, estimate: Floats, error: Floats, method: str = "delta") -> Values:
    """One value over all groups, with normal limits."""
    note = None
    if c.reference.group is None:
        note = "compared with everybody, so this is 0 by definition"
        error = np.full(1, np.nan)
    if np.isnan(estimate[0]):
        note = NO_EVENTS if c.other.n[0] > 0 else "nobody in the group compared with"
    lower, upper = estimate - c.z * error, estimate + c.z * error
    return Values(estimate, lower, upper, [None if np.isnan(lower[0]) else method], [note])
