"""Limits of a function of several separate rates, recovered from the limits of each rate.

Where a rate rests on few events its own interval (Wilson, Garwood) is longer on one side, and holds what it
should; a normal interval around a function of such rates does not. What is here carries the limits of the rates
over instead of their standard errors: the method of variance estimates recovery (MOVER). Published standard
errors are taken as they are, so that for them the limits are the usual normal ones.
"""

from __future__ import annotations

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.comparison import Comparison, Side
from equitykit.rate_methods import named_interval, time_interval

__all__ = ["RECOVERED", "each_limits", "of_function"]

RECOVERED = "recovered from the limits of each rate"
"""What the method is called beside a result."""


def each_limits(c: Comparison, side: Side) -> tuple[Floats, Floats]:
    """Limits of each rate by itself: Wilson, Garwood for events per time, normal for published estimates.

    Source
    ------
    Wilson 1927 and Garwood 1936.
    """
    if c.table.published:
        return side.y - c.z * side.s, side.y + c.z * side.s
    if c.timed:
        timed = time_interval(side.x, side.n, level=c.level)
        return c.scale * timed.lower, c.scale * timed.upper
    found = named_interval(side.x, side.n, level=c.level, method="wilson")
    return found.lower, found.upper


def of_function(
    estimate: float, gradient: Floats, y: Floats, low: Floats, high: Floats
) -> tuple[float, float]:
    """Limits of a function of separate rates, from its gradient and the limits of each rate.

    Parameters
    ----------
    estimate, gradient : the function at the rates, and how it changes with each.
    y, low, high : the rates and their limits.

    Source
    ------
    Zou, Huang and Zhang 2009, Computational Statistics and Data Analysis 53: 1080-1085; for a difference of
    two rates these are Newcombe's limits.

    Examples
    --------
    >>> y, low, high = np.array([0.5, 0.2]), np.array([0.4, 0.13]), np.array([0.6, 0.29])
    >>> [round(one, 4) for one in of_function(0.3, np.array([1.0, -1.0]), y, low, high)]
    [0.1655, 0.4221]
    """
    down = np.where(gradient > 0, y - low, high - y)
    up = np.where(gradient > 0, high - y, y - low)
    return (
        float(estimate - np.sqrt(((gradient * down) ** 2).sum())),
        float(estimate + np.sqrt(((gradient * up) ** 2).sum())),
    )
