"""What chance alone would do: small tests and intervals on counts, without `scipy.stats` or statsmodels.

An audit loads quickly because of it; the tests compare these functions with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, log2, nan, sqrt
from statistics import NormalDist
from typing import NamedTuple

from equitykit.bounds import Counts
from equitykit.tails import binomial_at_least, binomial_at_most, chi_square_above

__all__ = [
    "Interval",
    "Table",
    "benjamini_hochberg",
    "binomial_tail",
    "jensen_shannon",
    "like_each_other",
    "ratio_interval",
    "recovered_ratio",
    "same_rate",
    "wilson",
]


class Interval(NamedTuple):
    """Two limits; `holds` tells whether a value lies between them."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value is inside, the limits included."""
        return self.low <= value <= self.high


class Table(NamedTuple):
    """A chi-square test of a table: its p-value, and Cramer's V, how strong the link is from 0 to 1."""

    p: float
    v: float


def wilson(counts: Counts, *, level: float = 0.95) -> Interval:
    """Score interval of a share (Wilson 1927); NaN where there is nobody.

    Examples
    --------
    >>> [round(limit, 4) for limit in wilson(Counts(100, 40))]
    [0.3094, 0.498]
    """
    n, x = counts
    if n <= 0:
        return Interval(nan, nan)
    z2 = NormalDist().inv_cdf(0.5 + level / 2) ** 2
    middle = (x + z2 / 2) / (n + z2)
    half = sqrt(z2 * (x * (n - x) / n + z2 / 4)) / (n + z2)
    return Interval(max(0.0, middle - half) if x else 0.0, min(1.0, middle + half) if x < n else 1.0)


def ratio_interval(own: Counts, other: Counts, *, level: float = 0.95) -> Interval:
    """Interval of the ratio of two separate rates, from the Wilson limits of each.

    Method of variance estimates recovery (Donner and Zou 2012, Statistical Methods in Medical Research
    21: 347-359); it stands where nobody in a group had the event, as log limits do not.

    Examples
    --------
    >>> [round(limit, 3) for limit in ratio_interval(Counts(100, 40), Counts(200, 40))]
    [1.382, 2.862]
    """
    if own.n <= 0 or other.n <= 0 or (not own.events and not other.events):
        return Interval(nan, nan)
    return recovered_ratio(own.rate, wilson(own, level=level), other.rate, wilson(other, level=level))


def recovered_ratio(p: float, own: Interval, q: float, other: Interval) -> Interval:
    """Interval of the ratio p / q of two separate rates, recovered from the limits of each.

    Source
    ------
    Donner and Zou 2012, Statistical Methods in Medical Research 21: 347-359.
    """
    a, b = own.low * (2 * p - own.low), other.high * (2 * q - other.high)
    c, d = own.high * (2 * p - own.high), other.low * (2 * q - other.low)
    lowest = (p * q - sqrt(max((p * q) ** 2 - a * b, 0.0))) / b if b else 0.0
    highest = (p * q + sqrt(max((p * q) ** 2 - c * d, 0.0))) / d if d > 0 else inf
    return Interval(max(lowest, 0.0) if p else 0.0, highest)


def same_rate(parts: Sequence[Counts]) -> Table:
    """Test whether several parts have one rate (chi-square), and how strong the link is.

    Examples
    --------
    >>> found = same_rate([Counts(100, 5), Counts(100, 20)])
    >>> round(found.p, 4), round(found.v, 3)
    (0.0013, 0.227)
    """
    return like_each_other([{"yes": part.events, "no": part.without} for part in parts])


def like_each_other(parts: Sequence[Mapping[str, float]]) -> Table:
    """Test whether several parts are made up alike (chi-square), and how strong the link is."""
    columns = list(dict.fromkeys(name for part in parts for name, n in part.items() if n))
    rows = [part for part in parts if sum(part.values())]
    total = sum(sum(part.values()) for part in rows)
    if len(rows) < 2 or len(columns) < 2:
        return Table(1.0, 0.0)
    whole = {name: sum(part.get(name, 0) for part in rows) for name in columns}
    statistic = 0.0
    for part in rows:
        size = sum(part.values())
        for name in columns:
            expected = size * whole[name] / total
            statistic += (part.get(name, 0) - expected) ** 2 / expected
    freedom = (len(rows) - 1) * (len(columns) - 1)
    smaller = min(len(rows), len(columns)) - 1
    return Table(chi_square_above(statistic, freedom), sqrt(statistic / (total * smaller)))


def binomial_tail(counts: Counts, rate: float) -> tuple[float, float]:
    """Chances of as many events as these or more, and of as many or fewer, where each has this rate.

    Examples
    --------
    >>> [round(tail, 4) for tail in binomial_tail(Counts(20, 3), 0.05)]
    [0.0755, 0.9841]
    """
    n, x = counts
    return binomial_at_least(int(x), int(n), rate), binomial_at_most(int(x), int(n), rate)


def benjamini_hochberg(values: Sequence[float]) -> list[float]:
    """P-values adjusted so that, of what is then called found, few are false (Benjamini and Hochberg 1995).

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    order = sorted(range(len(values)), key=lambda i: values[i], reverse=True)
    adjusted, smallest = [1.0] * len(values), 1.0
    for rank, i in zip(range(len(values), 0, -1), order, strict=True):
        smallest = min(smallest, values[i] * len(values) / rank)
        adjusted[i] = smallest
    return adjusted


def jensen_shannon(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Distance of two make-ups, from 0 (the same) to 1 (nothing in common): root of the divergence in bits.

    Source
    ------
    Endres and Schindelin 2003, IEEE Transactions on Information Theory 49: 1858-1860.

    Examples
    --------
    >>> jensen_shannon({"a": 5, "b": 5}, {"a": 10, "b": 10}), jensen_shannon({"a": 1}, {"b": 1})
    (0.0, 1.0)
    """
    n, m = sum(one.values()), sum(other.values())
    if not n or not m:
        return nan
    divergence = 0.0
    for name in sorted(set(one) | set(other)):
        p, q = one.get(name, 0) / n, other.get(name, 0) / m
        middle = (p + q) / 2
        divergence += (p * log2(p / middle) if p else 0.0) / 2 + (q * log2(q / middle) if q else 0.0) / 2
    return sqrt(max(divergence, 0.0))
