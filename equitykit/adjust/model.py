"""Regression-adjusted rates: a model of the event, then everybody's covariates under each group in turn."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitykit.errors import MeasureError
from equitykit.limits import Floats

__all__ = ["FAMILIES", "Design", "Fitted", "fit"]

FAMILIES = ("logit", "poisson")
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Design:
    """One line for each combination of group, covariates, cluster and event.

    Attributes
    ----------
    group : place of the group of each line.
    covariates : place of the level of each covariate, a column for each.
    event, count : 0 or 1, and how many people the line stands for.
    cluster : place of the cluster; None where people are taken as independent.
    """

    group: Ints
    covariates: Ints
    event: Ints
    count: Floats
    cluster: Ints | None

    def matrix(self, group: int | None = None) -> Floats:
        """Intercept, groups and levels as 0 and 1; with a group, as if everybody were in it."""
        places = self.group if group is None else np.full(len(self.group), group)
        columns = [np.ones(len(places))]
        columns += [(places == one).astype(float) for one in range(1, int(self.group.max()) + 1)]
        for levels in self.covariates.T:
            columns += [(levels == one).astype(float) for one in range(1, int(levels.max()) + 1)]
        return np.column_stack(columns)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Rates of the groups with everybody's covariates, and how they vary together.

    Attributes
    ----------
    rates : one for each group.
    covariance : of these rates.
    method : in words.
    """

    rates: Floats
    covariance: Floats
    method: str


def fit(design: Design, family: str = "logit") -> Fitted | str:
    """Rates of each group, standardised to everybody by a regression; a sentence where it cannot be fitted.

    Parameters
    ----------
    design : the lines.
    family : "logit" (binomial) or "poisson" (log link, robust variance).

    Returns
    -------
    Fitted, or why not.

    Interpretation
    --------------
    The rate a group would have if it had the covariates of everybody and the model held. It is a rate, not an
    odds ratio, so it can stand beside the crude one.

    When not to use
    ---------------
    With few events for each level: the model then leans on its form.

    Source
    ------
    Marginal standardisation after logistic regression: Muller and MacLehose 2014, Int J Epidemiol 43: 962-970.
    Robust Poisson: Zou 2004, Am J Epidemiol 159: 702-706. Coefficients by statsmodels GLM; sandwich variance
    over clusters as in statsmodels, with its small-sample factor.
    """
    if family not in FAMILIES:
        raise MeasureError(f'There is no model "{family}".', allowed=FAMILIES)
    from statsmodels.genmod.families import Binomial, Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    x = design.matrix()
    if np.linalg.matrix_rank(x * design.count[:, None] ** 0.5) < x.shape[1]:
        return "a covariate tells the groups apart, so a regression cannot"
    model = GLM(
        design.event, x, family=Binomial() if family == "logit" else Poisson(), freq_weights=design.count
    )
    with warnings.catch_warnings(record=True) as said, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        found = model.fit(tol=1e-12, maxiter=200)
    if said or not found.converged or not np.isfinite(found.params).all() or np.abs(found.params).max() > 15:
        return "the regression did not settle: some level has no event, or nothing else"
    beta = np.asarray(found.params, dtype=float)
    variance = _covariance(design, x, beta, family)
    rates, slopes = [], []
    for group in range(int(design.group.max()) + 1):
        as_if = design.matrix(group)
        y = _inverse(as_if @ beta, family)
        slope = y * (1 - y) if family == "logit" else y
        weight = design.count / design.count.sum()
        rates.append(float(weight @ y))
        slopes.append((weight * slope) @ as_if)
    gradient = np.array(slopes)
    robust = (
        "robust over clusters" if design.cluster is not None else "robust" if family == "poisson" else "model"
    )
    return Fitted(
        np.array(rates), gradient @ variance @ gradient.T, f"{family}, standardised, {robust} variance"
    )


def _inverse(eta: Floats, family: str) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-eta)) if family == "logit" else np.exp(eta), dtype=float)


def _covariance(design: Design, x: Floats, beta: Floats, family: str) -> Floats:
    """Covariance of the coefficients: of the model, or a sandwich."""
    y = _inverse(x @ beta, family)
    weight = y * (1 - y) if family == "logit" else y
    bread = np.linalg.inv((x * (design.count * weight)[:, None]).T @ x)
    if design.cluster is None and family == "logit":
        return np.asarray(bread)
    score = x * (design.event - y)[:, None]
    if design.cluster is None:
        return np.asarray(bread @ ((score * design.count[:, None]).T @ score) @ bread)
    clusters = int(design.cluster.max()) + 1
    sums = np.zeros((clusters, x.shape[1]))
    np.add.at(sums, design.cluster, score * design.count[:, None])
    people, size = float(design.count.sum()), x.shape[1]
    factor = clusters / (clusters - 1) * (people - 1) / (people - size) if clusters > 1 else np.nan
    return np.asarray(factor * bread @ (sums.T @ sums) @ bread)


def levels(values: Sequence[str]) -> tuple[Ints, tuple[str, ...]]:
    """Places of texts among their sorted distinct ones."""
    names = tuple(sorted(set(values)))
    at = {name: place for place, name in enumerate(names)}
    return np.array([at[value] for value in values], dtype=np.int64), names
