"""Measures along an order for shares that lie between none and all: corrected indices, and fits that stay inside."""

from __future__ import annotations

import warnings

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison
from equitykit.measures.ordered import ALONG, Ranked, limits, ranked
from equitykit.measures.registry import PEOPLE, Values, measure
from equitykit.measures.spread import undefined

__all__ = [
    "relative_concentration_index_erreygers",
    "relative_concentration_index_wagstaff",
    "relative_index_of_inequality_logit",
    "slope_index_of_inequality_logit",
]


@measure(
    "relative-concentration-index-wagstaff",
    title="Concentration index, by Wagstaff",
    scale="relative",
    weighted=True,
    ordered=True,
    null=0,
    over="everybody",
    needs="order",
    verdict="every",
    interval=ALONG,
    source="Wagstaff 2005",
    library="own, equal to healthequal; equal to statsmodels for the limits of each rate",
    kinds=PEOPLE,
    methods=("delta",),
)
def relative_concentration_index_wagstaff(c: Comparison) -> Values:
    """Relative concentration index divided by the share without the event: from -1 to 1 for any share.

    Interpretation
    --------------
    Positive: towards the high end of the order; negative: towards the low end. Its value for the event and for
    its absence differ in sign only.

    When not to use
    ---------------
    For groups without an order, such as race; where everybody or nobody had the event.

    Source
    ------
    Wagstaff 2005, Health Economics 14: 429-432. Interval as of the absolute concentration index.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["low", "high"], "n": [100, 100], "events": [60, 40]})
    >>> table = GroupTable.from_counts(frame, order=["low", "high"])
    >>> found = disparities(table, reference="total", measures=["relative-concentration-index-wagstaff"])
    >>> found.to_frame()["estimate"].round(9).tolist()
    [-0.2]
    """
    found = ranked(c)
    if isinstance(found, str):
        return undefined(found)
    mu = found.mu / c.scale
    if mu in (0, 1):
        return undefined("everybody or nobody had the event, so it is undefined", found.note)
    pull = found.w * (2 * found.rank - 1) / c.scale
    value = float(pull @ found.y) / (mu * (1 - mu))
    gradient = pull / (mu * (1 - mu)) - value * (1 - 2 * mu) / (mu * (1 - mu)) * found.w / c.scale
    return limits(c, found, "relative-concentration-index-wagstaff", value, gradient)


@measure(
    "relative-concentration-index-erreygers",
    title="Concentration index, by Erreygers",
    scale="absolute",
    weighted=True,
    ordered=True,
    null=0,
    over="everybody",
    needs="order",
    verdict="every",
    interval=ALONG,
    source="Erreygers 2009",
    library="own, equal to healthequal; equal to statsmodels for the limits of each rate",
    kinds=PEOPLE,
    methods=("delta",),
)
def relative_concentration_index_erreygers(c: Comparison) -> Values:
    """Four times the absolute concentration index, on the scale 0 to 1: from -1 to 1.

    Interpretation
    --------------
    Positive: towards the high end of the order; negative: towards the low end. It does not change when the
    same number of points is added to all rates.

    When not to use
    ---------------
    For groups without an order, such as race. As a relative measure: despite its family's name it is absolute.

    Source
    ------
    Erreygers 2009, Journal of Health Economics 28: 504-515. Interval as of the absolute concentration index.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["low", "high"], "n": [100, 100], "events": [60, 40]})
    >>> table = GroupTable.from_counts(frame, order=["low", "high"])
    >>> found = disparities(table, reference="total", measures=["relative-concentration-index-erreygers"])
    >>> found.to_frame()["estimate"].round(9).tolist()
    [-0.2]
    """
    found = ranked(c)
    if isinstance(found, str):
        return undefined(found)
    gradient = 4 * found.w * (2 * found.rank - 1) / c.scale
    return limits(c, found, "relative-concentration-index-erreygers", float(gradient @ found.y), gradient)


@measure(
    "slope-index-of-inequality-logit",
    title="Slope index of inequality, logit",
    scale="absolute",
    weighted=True,
    ordered=True,
    null=0,
    over="everybody",
    needs="order",
    verdict="every",
    interval="delta from the binomial model",
    source="WHO 2013, Handbook on health inequality monitoring; Moreno-Betancur et al. 2015",
    library="statsmodels GLM, binomial",
    kinds=PEOPLE,
)
def slope_index_of_inequality_logit(c: Comparison) -> Values:
    """Rate fitted at the top of the order minus the rate fitted at the bottom, on a logistic curve.

    Interpretation
    --------------
    As `slope-index-of-inequality`, with fitted rates that stay between none and all. Each person counts once: a
    group enters as its numbers with and without the event, and is not weighted by its size again.

    When not to use
    ---------------
    For groups without an order; where the rates rise and fall along it.

    Source
    ------
    Logistic regression of the event on the rank; delta method from the covariance of its coefficients. Standard
    errors of published estimates are not used: the model has the error of simple counts.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.groups import GroupTable
    >>> from equitykit.measures import disparities
    >>> frame = pd.DataFrame({"group": ["low", "high"], "n": [100, 100], "events": [60, 40]})
    >>> table = GroupTable.from_counts(frame, order=["low", "high"])
    >>> found = disparities(table, reference="total", measures=["slope-index-of-inequality-logit"])
    >>> found.to_frame()["estimate"].round(6).tolist()
    [-0.384615]
    """
    fit = _fitted(c)
    if isinstance(fit, Values):
        return fit
    found, (bottom, top), covariance = fit
    gradient = np.array([top * (1 - top) - bottom * (1 - bottom), top * (1 - top)])
    error = c.scale * float(np.sqrt(gradient @ covariance @ gradient))
    value = np.array([c.scale * (top - bottom)])
    return Values(value, value - c.z * error, value + c.z * error, ["delta, binomial model"], [found.note])


@measure(
    "relative-index-of-inequality-logit",
    title="Relative index of inequality, logit",
    scale="relative",
    weighted=True,
    ordered=True,
    null=1,
    over="everybody",
    needs="order",
    verdict="every",
    interval="delta on the log scale, from the binomial model",
    source="WHO 2013, Handbook on health inequality monitoring; Moreno-Betancur et al. 2015",
    library="statsmodels GLM, binomial",
    kinds=PEOPLE,
)
def relative_index_of_inequality_logit(c: Comparison) -> Values:
    """Rate fitted at the top of the order divided by the rate fitted at the bottom, on a logistic curve.

    Interpretation
    --------------
    0.5 says: half as often at the high end as at the low end. Each person counts once, as in
    `slope-index-of-inequality-logit`.

    When not to use
    ---------------
    For groups without an order; where the rates rise and fall along it.

    Source
    ------
    Logistic regression of the event on the rank; delta method on the log scale.
    """
    fit = _fitted(c)
    if isinstance(fit, Values):
        return fit
    found, (bottom, top), covariance = fit
    gradient = np.array([bottom - top, 1 - top])
    error = float(np.sqrt(gradient @ covariance @ gradient))
    value = np.array([top / bottom])
    limits = value * np.exp(-c.z * error), value * np.exp(c.z * error)
    return Values(value, *limits, ["delta, log, binomial model"], [found.note])


def _fitted(c: Comparison) -> Values | tuple[Ranked, tuple[float, float], Floats]:
    """Rates fitted at both ends of the order, and the covariance of intercept and slope."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    found = ranked(c)
    if isinstance(found, str):
        return undefined(found)
    share = found.y / c.scale
    if (share == 0).all() or (share == 1).all():
        return undefined("everybody or nobody had the event, so it is undefined", found.note)
    events = share * found.n
    design = np.column_stack([np.ones(len(share)), found.rank])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # perfect separation is said below
        model = GLM(np.column_stack([events, found.n - events]), design, family=Binomial())
        fit = model.fit(tol=1e-13, maxiter=200)
    intercept, slope = (float(one) for one in fit.params)
    if not np.isfinite(fit.params).all() or max(abs(intercept), abs(intercept + slope)) > 25:
        return undefined("the curve has no finite fit: the event parts the order in two", found.note)
    ends = (1 / (1 + np.exp(-intercept)), 1 / (1 + np.exp(-intercept - slope)))
    return found, (float(ends[0]), float(ends[1])), np.asarray(fit.cov_params(), dtype=np.float64)
