"""A difference of two rates in two parts: one from the rates within strata, one from the mix of strata."""

from __future__ import annotations

import numpy as np

from equitykit.limits import Floats
from equitykit.measures.adjusted import Found, Sides, each_group
from equitykit.measures.comparison import Comparison
from equitykit.measures.registry import PEOPLE, Values, measure
from equitykit.tidy import number

__all__ = ["kitagawa", "oaxaca_blinder"]

MOST_ROWS = 2_000_000
PARTS = "composition part {0} and rate part {1} make the crude difference of {2}"


@measure(
    "kitagawa-rate-part",
    title="Rate part of the difference (Kitagawa)",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="strata",
    verdict="pair",
    interval="delta; binomial rates and multinomial mix",
    source="Kitagawa 1955",
    library="own",
    kinds=PEOPLE,
    crude="rate-difference",
)
def kitagawa_rate_part(c: Comparison) -> Values:
    """Part of a rate difference that comes from different rates in the same strata.

    Interpretation
    --------------
    0.03 of a difference of 0.05 says: with the same mix of strata (the mean of both), 3 points would be left.

    When not to use
    ---------------
    As the part "due to" anything. The composition part is not innocent: who is in which stratum may itself be a
    result of race.

    Source
    ------
    Kitagawa 1955: sum over strata of (y1 - y0)(c1 + c0)/2.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit.measures import disparities
    >>> from equitykit.stratify import stratify
    >>> frame = pd.DataFrame({"group": list("AABB"), "dept": list("xyxy"), "n": [90, 10, 10, 90],
    ...                       "events": [45, 1, 5, 9]})
    >>> table = stratify(frame, stratum="dept", role="unsure")
    >>> ids = ["kitagawa-rate-part", "kitagawa-composition-part"]
    >>> found = disparities(table, reference="B", measures=ids).to_frame()
    >>> found.loc[found["group"] == "A", "estimate"].round(6).tolist()
    [0.32, 0.0, 0.32]
    """
    return each_group(c, lambda sides: _kitagawa_part(c, sides, 0), itself=0.0, separate=True)


@measure(
    "kitagawa-composition-part",
    title="Composition part of the difference (Kitagawa)",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="strata",
    verdict="pair",
    interval="delta; binomial rates and multinomial mix",
    source="Kitagawa 1955",
    library="own",
    kinds=PEOPLE,
    crude="rate-difference",
)
def kitagawa_composition_part(c: Comparison) -> Values:
    """Part of a rate difference that comes from a different mix of strata.

    Interpretation
    --------------
    0.02 of a difference of 0.05 says: with the same rates in each stratum (the mean of both), 2 points would be
    left.

    When not to use
    ---------------
    To set that part aside: departments, charges or neighbourhoods can be where people are sent.

    Source
    ------
    Kitagawa 1955: sum over strata of (c1 - c0)(y1 + y0)/2.
    """
    return each_group(c, lambda sides: _kitagawa_part(c, sides, 1), itself=0.0, separate=True)


def _kitagawa_part(c: Comparison, sides: Sides, which: int) -> Found:
    if sides.lacking:
        return np.nan, np.nan, np.nan, None, f"{sides.lacking}, so it is undefined"
    (rate, composition), errors = kitagawa(sides.x, sides.n, sides.x0, sides.n0)
    value, error = (rate, composition)[which], c.z * errors[which]
    return value, value - error, value + error, "delta", _parts(composition, rate)


def _parts(composition: float, rate: float) -> str:
    return PARTS.format(*(number(one, 4) for one in (composition, rate, composition + rate)))


def kitagawa(x: Floats, n: Floats, x0: Floats, n0: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """Rate part and composition part of a difference of two rates, and their standard errors."""
    y1, y0, c1, c0 = x / n, x0 / n0, n / n.sum(), n0 / n0.sum()
    v1, v0 = y1 * (1 - y1) / n, y0 * (1 - y0) / n0
    mean_mix, mean_rate, gap, shift = (c1 + c0) / 2, (y1 + y0) / 2, y1 - y0, c1 - c0
    rate = (gap @ mean_mix, mean_mix**2 @ (v1 + v0) + _mixed(gap / 2, c1, n) + _mixed(gap / 2, c0, n0))
    mix = _mixed(mean_rate, c1, n) + _mixed(mean_rate, c0, n0)
    composition = (shift @ mean_rate, (shift / 2) ** 2 @ (v1 + v0) + mix)
    return (float(rate[0]), float(composition[0])), (float(np.sqrt(rate[1])), float(np.sqrt(composition[1])))


def _mixed(gradient: Floats, mix: Floats, n: Floats) -> float:
    """Variance that a multinomial mix of strata gives to a sum with these weights."""
    return float((mix @ gradient**2 - (mix @ gradient) ** 2) / n.sum())


@measure(
    "oaxaca-blinder-rate-part",
    title="Rate part of the difference (Oaxaca-Blinder)",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="strata",
    verdict="pair",
    interval="delta; binomial rates and multinomial mix",
    source="Oaxaca 1973; Blinder 1973",
    library="statsmodels OaxacaBlinder for the parts; own for the limits",
    kinds=PEOPLE,
    crude="rate-difference",
)
def oaxaca_blinder_rate_part(c: Comparison) -> Values:
    """Part of a rate difference from different rates in the same strata, at the group's own mix.

    Interpretation
    --------------
    As `kitagawa-rate-part`, but weighted by the mix of the group; the note gives the other order, at the mix of
    the reference. The two can differ much, and neither is the right one.

    When not to use
    ---------------
    As a measure of unequal treatment: what is not in the strata, and what put people there, is in neither part.

    Source
    ------
    Oaxaca 1973, International Economic Review 14: 693-709; Blinder 1973. A linear model of the event on the
    strata, one row per person, without weights.
    """
    return each_group(c, lambda sides: _oaxaca_part(c, sides, 0), itself=0.0, separate=True)


@measure(
    "oaxaca-blinder-composition-part",
    title="Composition part of the difference (Oaxaca-Blinder)",
    scale="absolute",
    weighted=False,
    ordered=False,
    null=0,
    over="group",
    needs="strata",
    verdict="pair",
    interval="delta; binomial rates and multinomial mix",
    source="Oaxaca 1973; Blinder 1973",
    library="statsmodels OaxacaBlinder for the parts; own for the limits",
    kinds=PEOPLE,
    crude="rate-difference",
)
def oaxaca_blinder_composition_part(c: Comparison) -> Values:
    """Part of a rate difference from a different mix of strata, at the reference's rates.

    Interpretation
    --------------
    As `kitagawa-composition-part`, but at the rates of the reference; the note gives the other order, at the
    rates of the group.

    When not to use
    ---------------
    To set that part aside: the mix may itself be a result of race.

    Source
    ------
    Oaxaca 1973; Blinder 1973. A linear model of the event on the strata, one row per person, without weights.
    """
    return each_group(c, lambda sides: _oaxaca_part(c, sides, 1), itself=0.0, separate=True)


def _oaxaca_part(c: Comparison, sides: Sides, which: int) -> Found:
    if sides.lacking:
        return np.nan, np.nan, np.nan, None, f"{sides.lacking}, so it is undefined"
    if sides.n.sum() + sides.n0.sum() > MOST_ROWS:
        return np.nan, np.nan, np.nan, None, f"more than {MOST_ROWS:,} people: use Kitagawa's parts"
    composition, rate, both = oaxaca_blinder(sides)
    parts, other = (rate + both, composition), (rate, composition + both)
    y1, y0, c1, c0 = (
        sides.x / sides.n,
        sides.x0 / sides.n0,
        sides.n / sides.n.sum(),
        sides.n0 / sides.n0.sum(),
    )
    v1, v0 = y1 * (1 - y1) / sides.n, y0 * (1 - y0) / sides.n0
    variance = (
        c1**2 @ (v1 + v0) + _mixed(y1 - y0, c1, sides.n),
        (c1 - c0) ** 2 @ v0 + _mixed(y0, c1, sides.n) + _mixed(y0, c0, sides.n0),
    )[which]
    error = c.z * float(np.sqrt(variance))
    note = f"{number(other[which], 4)} in the other order; {_parts(parts[1], parts[0])}"
    return parts[which], parts[which] - error, parts[which] + error, "delta", note


def oaxaca_blinder(sides: Sides) -> tuple[float, float, float]:
    """Three parts by statsmodels: composition at the reference's rates, rates at its mix, and both together."""
    from statsmodels.stats.oaxaca import OaxacaBlinder

    at = np.arange(len(sides.n))
    events, reference, stratum = [], [], []
    for is_reference, x, n in ((0, sides.x, sides.n), (1, sides.x0, sides.n0)):
        for happened, counts in ((1, x), (0, n - x)):
            repeats = np.rint(counts).astype(int)
            stratum.append(np.repeat(at, repeats))
            events.append(np.full(repeats.sum(), happened))
            reference.append(np.full(repeats.sum(), is_reference))
    place = np.concatenate(stratum)
    dummies = (place[:, None] == at[None, 1:]).astype(float)
    design = np.column_stack([np.concatenate(reference), dummies])
    model = OaxacaBlinder(np.concatenate(events), design, 0, hasconst=False, swap=False)
    composition, rate, both, _ = (float(one) for one in model.three_fold().params)
    return composition, rate, both
