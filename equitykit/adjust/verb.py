"""The verb: records, covariates and where each stands in time -> crude and adjusted results side by side."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from equitykit.adjust.counted import Lines, count_lines
from equitykit.adjust.model import Design, Fitted, fit, levels
from equitykit.adjust.result import LABELS, Adjusted
from equitykit.codebook import Codebook
from equitykit.disaggregate import outcome_of
from equitykit.disclosure import mark_small
from equitykit.errors import MeasureError, UnknownName
from equitykit.grouping import RACE, Grouping, opened, recipe_of
from equitykit.measures import Disparities, disparities
from equitykit.measures.adjusted import Found, Sides
from equitykit.measures.mantel_haenszel import pooled_odds_ratio, pooled_rate_ratio
from equitykit.measures.standardised import standardised
from equitykit.tidy import joined, tidy_rows

__all__ = ["adjust"]

CRUDE = ("rate", "rate-difference", "rate-ratio")
CRUDE_AND_ODDS = (*CRUDE, "odds-ratio")
MOST_STRATA = 2000
NO_MODEL = "none or all had the event, so a regression gives no rate"


def adjust(
    subject: Any,
    codebook: Codebook | Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    outcome: str,
    reference: str,
    covariates: Mapping[str, str],
    by: str | Sequence[str] = RACE,
    reason: str | None = None,
    model: str = "logit",
    cluster: str | None = None,
    tabulation: str = "single-residual",
    standard: str | None = None,
    level: float = 0.95,
    rule: str | Mapping[str, Any] | None = "cms-11",
) -> Adjusted:
    """Compare groups crudely, and beside that with covariates held alike.

    Parameters
    ----------
    subject, codebook, outcome, by, tabulation, standard : as for `disaggregate`; the groups must not overlap.
    reference, reason, level, rule : as for `disparities`. With "total" the stratified results are beside all
        others, for the total holds the group itself.
    covariates : name -> "before", "after" or "unsure": whether it comes before race in time, after it (income,
        charge, earlier decisions), or nobody is sure. A name is a question, "site", "worker" or "programme" of
        the codebook, an outcome, or a column. What is missing is a level of its own.
    model : "logit" or "poisson".
    cluster : "person", "worker", "site", a column, or "none"; left out, a person's events belong together where
        the codebook counts events, else the cases of a worker where it names one.

    Returns
    -------
    Adjusted
        The crude result first; then Mantel-Haenszel ratios, directly standardised rates, and rates from a
        regression, each with its difference and ratio.

    Raises
    ------
    MeasureError, UnknownName, CodebookError, TallyTooLarge

    Interpretation
    --------------
    The crude gap is the one people live with. An adjusted one answers another question: what gap would be left
    if the covariates were alike. A covariate that comes after race can itself be a result of unequal treatment;
    taking it out takes out that part of the gap, and can add bias. So no adjusted result shows an absence of
    unequal treatment.

    When not to use
    ---------------
    In place of the crude result.

    Source
    ------
    VanderWeele and Robinson 2014, Epidemiology 25: 473-484; Jackson and VanderWeele 2018, Epidemiology 29:
    825-835. Methods: see the measures `mantel-haenszel-rate-ratio` and `directly-standardised-rate-ratio`, and `fit`.

    Examples
    --------
    >>> data = pd.DataFrame({"race": ["White"] * 80 + ["Black"] * 80, "office": (["N"] * 20 + ["S"] * 60) +
    ...                      (["N"] * 60 + ["S"] * 20), "kept": ["Y", "N"] * 10 + ["Y", "N", "N", "N"] * 15 +
    ...                      ["Y", "N"] * 30 + ["Y", "N", "N", "N"] * 5})
    >>> book = {"questions": {"race_ethnicity": {"columns": ["race"]}}, "unit": {"site": "office"},
    ...         "outcomes": {"kept": {"column": "kept", "event": ["Y"]}}}
    >>> found = adjust(data, book, outcome="kept", reference="WHITE", covariates={"site": "unsure"}).to_frame()
    >>> ratios = found[(found["group"] == "BLACK") & found["measure"].str.endswith("rate-ratio")]
    >>> dict(zip(ratios["measure"], ratios["estimate"].round(3)))
    {'rate-ratio': 1.4, 'stratified-rate-ratio': 1.0, 'standardised-rate-ratio': 1.0, 'model-rate-ratio': 1.0}
    """
    _check(covariates)
    records, book = opened(subject, codebook)
    book.refuse_unused(weights=True)
    outcome_of(outcome, book)
    if tabulation == "any":
        raise MeasureError(
            'Adjusting needs groups that do not overlap, and under "any" they do.',
            next_step='Use tabulation="single-residual" or "frequent-combinations".',
        )
    grouping = Grouping.of(book, by, standard=standard, tabulation=tabulation)
    lines = count_lines(records, grouping, outcome, covariates, cluster)
    shown = None if rule == "none" else rule
    crude = disparities(
        lines.table, reference=reference, measures=CRUDE_AND_ODDS, reason=reason, level=level, rule=shown
    )
    rows = [crude.to_frame(), *_stratified(lines, crude), *_modelled(lines, crude, model)]
    frame = pd.concat(rows, ignore_index=True)
    asked = {
        "outcome": outcome, "by": list(grouping.questions), "covariates": dict(covariates), "model": model,
        "cluster": cluster, "tabulation": tabulation, "standard": standard, "reference": reference,
        "reason": reason, "level": level, "rule": shown or "none",
    }  # fmt: skip
    return Adjusted(
        crude=crude,
        rows=frame if shown is None else mark_small(frame, shown),
        covariates=dict(covariates),
        model=model,
        cluster=lines.cluster,
        clusters=lines.clusters,
        recipe=recipe_of("adjust", records, book, asked),
    )


def _check(covariates: Mapping[str, str]) -> None:
    if not covariates:
        raise MeasureError(
            "No covariate was named.",
            next_step='Name one and say where it stands, such as {"age": "before"}.',
        )
    for name, place in covariates.items():
        if place not in LABELS:
            raise UnknownName(
                f'place in time for the covariate "{name}"',
                str(place),
                LABELS,
                next_step="Say whether it comes before race, after it, or that nobody is sure.",
            )


def _stratified(lines: Lines, crude: Disparities) -> list[pd.DataFrame]:
    """Mantel-Haenszel and direct standardisation, a row for every group."""
    groups = crude.groups.groups
    strata = sorted({line.levels for line in lines.lines})
    if len(strata) > MOST_STRATA:
        note = f"{len(strata):,} strata, more than {MOST_STRATA:,}: too fine to compare within them"
        nothing = [_none(note)] * len(groups)
        return _family(crude, "stratified-", {"rate-ratio": nothing, "odds-ratio": nothing}) + _family(
            crude, "standardised-", dict.fromkeys(CRUDE, nothing)
        )
    at = {levels: place for place, levels in enumerate(strata)}
    n, x = np.zeros((len(groups), len(strata))), np.zeros((len(groups), len(strata)))
    for line in lines.lines:
        cell = groups.index(line.group), at[line.levels]
        n[cell] += line.n
        x[cell] += line.n if line.event else 0
    z, target, everybody = _z(crude), crude.reference.group, n.sum(axis=0)
    names = tuple(", ".join(levels) for levels in strata)
    pooled: list[Found] = []
    odds: list[Found] = []
    direct: dict[str, list[Found]] = {id: [] for id in CRUDE}
    for place, group in enumerate(groups):
        if group == target:
            made = [_none("the reference group itself")] * 5
        else:
            other = [groups.index(target)] if target else [one for one in range(len(groups)) if one != place]
            sides = Sides(x[place], n[place], x[other].sum(axis=0), n[other].sum(axis=0), names, everybody)
            both = sides.both
            if len(both.n):
                with np.errstate(all="ignore"):
                    made = [
                        pooled_rate_ratio(both, z),
                        pooled_odds_ratio(both, crude.level),
                        *standardised(both, z),
                    ]
                share = 100 * float(both.standard.sum() / everybody.sum())
                if len(both.n) < len(strata):
                    kept = (
                        f"strata with people on both sides hold {share:.0f} % of everybody; only they count"
                    )
                    made = [(*one[:4], joined(one[4], kept)) for one in made]
            else:
                made = [_none("no stratum has people on both sides")] * 5
        pooled.append(made[0])
        odds.append(made[1])
        for id, one in zip(CRUDE, made[2:], strict=True):
            direct[id].append(one)
    within = {"rate-ratio": pooled, "odds-ratio": odds}
    return _family(crude, "stratified-", within) + _family(crude, "standardised-", direct)


def _none(note: str) -> Found:
    """No number, and why."""
    return np.nan, np.nan, np.nan, None, note


def _z(crude: Disparities) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + crude.level / 2))


def _modelled(lines: Lines, crude: Disparities, family: str) -> list[pd.DataFrame]:
    """Rates from a regression, a row for every group."""
    rows = crude.groups.rows.set_index("group")
    able = tuple(group for group in crude.groups.groups if 0 < rows["events"][group] < rows["n"][group])
    found = _fit(lines, able, family)
    estimates: dict[str, list[Found]] = {id: [] for id in CRUDE}
    for group in crude.groups.groups:
        made = (
            [_none(found)] * 3
            if isinstance(found, str)
            else [_none(NO_MODEL)] * 3
            if group not in able
            else _of_group(found, able, group, crude, rows["n"])
        )
        for id, one in zip(CRUDE, made, strict=True):
            estimates[id].append(one)
    return _family(crude, "model-", estimates)


def _fit(lines: Lines, able: Sequence[str], family: str) -> Fitted | str:
    if len(able) < 2:
        return "fewer than two groups have both people with and without the event"
    used = [line for line in lines.lines if line.group in able]
    columns = [levels([line.levels[place] for line in used])[0] for place in range(len(used[0].levels))]
    design = Design(
        group=np.array([able.index(line.group) for line in used], dtype=np.int64),
        covariates=np.column_stack(columns),
        event=np.array([int(line.event) for line in used], dtype=np.int64),
        count=np.array([float(line.n) for line in used]),
        cluster=levels([line.cluster for line in used])[0] if lines.cluster else None,
    )
    return fit(design, family)


def _of_group(
    found: Fitted, able: Sequence[str], group: str, crude: Disparities, n: pd.Series[float]
) -> list[Found]:
    """Rate, difference and ratio of one group, by the delta method over all rates together."""
    z, at = _z(crude), able.index(group)
    own = np.zeros(len(able))
    own[at] = 1.0
    rate = float(found.rates[at])
    error = float(np.sqrt(found.covariance[at, at]))
    first: Found = (rate, rate - z * error, rate + z * error, found.method, None)
    if group == crude.reference.group:
        return [first, *[_none("the reference group itself")] * 2]
    weight = np.zeros(len(able))
    if crude.reference.group:
        if crude.reference.group not in able:
            return [first, *[_none("the regression gives no rate of the reference")] * 2]
        weight[able.index(crude.reference.group)] = 1.0
    else:
        weight = np.array([float(n[one]) for one in able])
        weight[at] = 0.0 if crude.reference.asked == "all-others" else weight[at]
        weight = weight / weight.sum()
    base = float(weight @ found.rates)
    gap = own - weight
    spread = float(np.sqrt(max(float(gap @ found.covariance @ gap), 0.0)))
    slope = own / rate - weight / base
    on_log = float(np.sqrt(max(float(slope @ found.covariance @ slope), 0.0)))
    ratio = rate / base
    return [
        first,
        (rate - base, rate - base - z * spread, rate - base + z * spread, found.method, None),
        (ratio, ratio * np.exp(-z * on_log), ratio * np.exp(z * on_log), found.method, None),
    ]


def _family(crude: Disparities, prefix: str, found: Mapping[str, Sequence[Found]]) -> list[pd.DataFrame]:
    """Tidy rows of one way of adjusting."""
    table = crude.groups
    beside = crude.reference.shown
    if crude.reference.asked == "total" and prefix != "model-":
        beside = "all-others"
    return [
        tidy_rows(
            {"question": table.question, "tabulation": table.tabulation, "outcome": table.outcome},
            group=table.groups,
            n=table.rows["n"].to_numpy(float),
            events=table.rows["events"].to_numpy(float),
            measure=prefix + id,
            reference=None if id == "rate" else beside,
            estimate=[one[0] for one in ones],
            lower=[one[1] for one in ones],
            upper=[one[2] for one in ones],
            level=crude.level,
            method=[one[3] for one in ones],
            note=[one[4] for one in ones],
        )
        for id, ones in found.items()
    ]
