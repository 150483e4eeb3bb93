"""Survey weights and design: rates of groups with their errors by Taylor linearisation.

Plain numbers only: weighted sums by stratum and primary sampling unit (PSU), and what follows from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitykit.limits import Floats, clopper_pearson
from equitykit.reliability import RateInterval, effective_n

__all__ = ["Design", "design_interval"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Design:
    """Weighted sums of a survey, a line for each PSU, or for all units alike where each unit is its own PSU.

    Attributes
    ----------
    stratum : place of the stratum of each line.
    repeats : how many PSUs are like this line.
    weight, events : sum of weights in each group (columns; the last one is everybody) and of those with the
        event. Lines outside a group, or not at risk, hold zeros: they are sampled too.
    spread : sum of the squared weights of the PSUs of a line, over the square of their sum; 1 for a single PSU.
    """

    stratum: Ints
    repeats: Floats
    weight: Floats
    events: Floats
    spread: Floats

    @property
    def psus(self) -> int:
        """Primary sampling units in the sample."""
        return int(self.repeats.sum())

    @property
    def strata(self) -> int:
        """Strata in the sample."""
        return int(self.stratum.max()) + 1 if len(self.stratum) else 0

    @property
    def lonely(self) -> int:
        """Strata with a single PSU: their spread is taken around the mean of all PSUs."""
        return int((np.bincount(self.stratum, weights=self.repeats) == 1).sum())

    @property
    def df(self) -> float:
        """Degrees of freedom: PSUs less strata."""
        return float(self.psus - self.strata)

    def rate(self, group: int, *, others: bool = False) -> float:
        """Weighted rate of a group (-1: everybody), or of everybody else."""
        weight, events = self._sums(group, others=others)
        total = float(weight.sum())
        return float(events.sum()) / total if total > 0 else float("nan")

    def scores(self, group: int, *, others: bool = False) -> Floats:
        """What the PSUs of each line add to the error of a rate: the sum of their linearised values."""
        weight, events = self._sums(group, others=others)
        total = float(weight.sum())
        if total <= 0:
            return np.full(len(weight), np.nan)
        rate = float(events.sum()) / total
        return np.asarray((events - rate * weight) / total, dtype=float)

    def variance(self, scores: Floats) -> float:
        """Variance of the sum of scores over PSUs within strata, drawn with replacement.

        Source
        ------
        Taylor linearisation with the ultimate cluster, e.g. Woodruff 1971; Lumley 2010, chapter 2.
        """
        size = np.bincount(self.stratum, weights=self.repeats)
        sums = np.bincount(self.stratum, weights=scores)
        squares = np.bincount(self.stratum, weights=self.spread * scores**2)
        several = size > 1
        spread = squares[several] - sums[several] ** 2 / size[several]
        found = float((size[several] / (size[several] - 1) * spread).sum())
        mean = float(sums.sum() / size.sum())
        return max(found + float(((sums[~several] - mean) ** 2).sum()), 0.0)

    def error(self, group: int, *, others: bool = False) -> float:
        """Standard error of a weighted rate."""
        scores = self.scores(group, others=others)
        return float(np.sqrt(self.variance(scores))) if np.isfinite(scores).all() else float("nan")

    def quantile(self, level: float) -> float:
        """Quantile of Student's t with the degrees of freedom of the design."""
        from scipy.special import stdtrit

        return float(stdtrit(self.df, 0.5 + level / 2)) if self.df > 0 else float("nan")

    def _sums(self, group: int, *, others: bool) -> tuple[Floats, Floats]:
        weight, events = self.weight[:, group], self.events[:, group]
        if not others:
            return weight, events
        return self.weight[:, -1] - weight, self.events[:, -1] - events


def design_interval(rate: Floats, n: Floats, se: Floats, df: float, *, level: float = 0.95) -> RateInterval:
    """Korn-Graubard interval of weighted rates: Clopper-Pearson on the effective n, corrected for few PSUs.

    Parameters
    ----------
    rate, n, se : weighted rate, people in the sample and standard error of each group.
    df : degrees of freedom of the design.
    level : confidence level.

    Returns
    -------
    RateInterval, NaN where there is no rate or no degree of freedom.

    Source
    ------
    Korn and Graubard 1998, Survey Methodology 24: 193-201: the effective n times the squared ratio of the t
    quantiles with n - 1 and with `df` degrees of freedom, as in `svyciprop(method = "beta")` of R's survey.

    Examples
    --------
    >>> found = design_interval(np.array([0.2]), np.array([200.0]), np.array([0.04]), 30.0)
    >>> found.lower.round(3).tolist(), found.upper.round(3).tolist()
    ([0.124], [0.296])
    """
    from scipy.special import stdtrit

    able = np.isfinite(rate) & np.isfinite(se) & (n > 1) & (df > 0)
    lower, upper = np.full(rate.shape, np.nan), np.full(rate.shape, np.nan)
    if able.any():
        size = n[able]
        tail = (1 - level) / 2
        ratio = stdtrit(size - 1, tail) / stdtrit(df, tail)
        effective = np.minimum(effective_n(rate[able], size, se[able]) * ratio**2, size)
        lower[able], upper[able] = clopper_pearson(rate[able] * effective, effective, level)
    return RateInterval(lower, upper, tuple("Korn-Graubard" if ok else None for ok in able))
