"""Checks of outcomes: whether missing race goes with them, and whether it could turn a gap round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from equitykit.bounds import Counts, all_in, all_out, ratio_bounds, tipping, tipping_delta
from equitykit.chance import ratio_interval
from equitykit.checks.levels import MIN_UNIT
from equitykit.checks.registry import Count, Figure, Finding, NotRun, Number, Share, Threshold, check
from equitykit.checks.unread import as_missing
from equitykit.checks.view import RACE, RecordsView
from equitykit.codebook import Outcome
from equitykit.frames import Tally
from equitykit.grouping import hit
from equitykit.recoded import Recoded

WE_ALL_COUNT = "https://weallcount.com/the-data-process/"
_LOW = Threshold(0.80, "default", "high")
_HIGH = Threshold(1.25, "default", "high")
_DELTA = Threshold(1.5, "default", "high")


@dataclass(frozen=True, slots=True)
class _Reached:
    """People of one reading to whom an outcome could have happened, and to how many it did."""

    value: Recoded
    counts: Counts


def _columns(outcome: Outcome) -> tuple[str, ...]:
    return tuple(dict.fromkeys([outcome.column, *outcome.at_risk]))


def _tallies(view: RecordsView) -> Iterable[Tally]:
    if not view.has(RACE):
        return ()
    outcomes = view.codebook.outcomes.values()
    return [view.question_tally(RACE, *_columns(outcome)) for outcome in outcomes]


def _reached(view: RecordsView, outcome: Outcome) -> list[_Reached]:
    columns = _columns(outcome)
    found = []
    for value, cells in view.crossed(RACE, *columns):
        cell = dict(zip(columns, cells, strict=True))
        if all(hit(cell[column], allowed) for column, allowed in outcome.at_risk.items()):
            found.append(
                _Reached(value, Counts(value.n, value.n if hit(cell[outcome.column], outcome.event) else 0))
            )
    return found


def _sum(parts: Iterable[_Reached]) -> Counts:
    parts = list(parts)
    return Counts(sum(part.counts.n for part in parts), sum(part.counts.events for part in parts))


def _cells(*parts: Counts) -> tuple[int, ...]:
    return tuple(int(n) for part in parts for n in (part.events, part.without))


def _too_few(names: Sequence[str], view: RecordsView) -> Finding:
    """An entry for the outcomes that rest on too few people to be judged."""
    return Finding(
        "fewer than {least} people with or without a recorded race to compare for {names}. Pool periods to judge "
        "them.",
        {"names": ", ".join(f'"{name}"' for name in names), "least": MIN_UNIT},
        outcome="not_run",
        columns=tuple(view.codebook.outcomes[name].column for name in names),
    )


@check(
    "missing-by-outcome",
    title="Race is missing more often, or less, where an outcome happened",
    severity="high",
    needs=("rows", RACE, "outcome"),
    remedy="Do not compare groups on complete records alone. Show what the unknown could change (see "
    "disparity-bounds-flip), and ask at the same point for everybody, before the decision.",
    source=WE_ALL_COUNT,
    thresholds={"low": _LOW, "high": _HIGH},
    tallies=_tallies,
    unread=(as_missing,),
)
def missing_by_outcome(view: RecordsView) -> Iterator[Finding]:
    """Compares how often an outcome happened to people with and without a recorded race.

    Why it matters: where race is asked only after a decision, or lost with it, rates by group are wrong for
    every group, and no reweighting of the known can tell by how much.

    How: for each outcome of the codebook, among those to whom it could happen (at_risk): the rate among
    people whose race is missing, divided by the rate among the others, with a 95 % interval. Found where the
    ratio lies outside 0.80 to 1.25 and the interval excludes 1. Fewer than 30 people on either side are
    not judged. A blank outcome counts as not happened, as in every rate.

    Example: 34 % of the children without a race were removed, and 22 % of the others.

    When to ignore it: the outcome itself is why nobody could ask, as with a death, and you say so.
    """
    low = view.limit("missing-by-outcome", "low", _LOW)
    high = view.limit("missing-by-outcome", "high", _HIGH)
    thin: list[str] = []
    for name, outcome in view.codebook.outcomes.items():
        parts = _reached(view, outcome)
        missing = _sum(part for part in parts if part.value.is_missing)
        known = _sum(part for part in parts if not part.value.is_missing)
        if not missing.n:
            continue
        if min(missing.n, known.n) < MIN_UNIT:
            thin.append(name)
            continue
        if not missing.events and not known.events:
            continue
        interval = ratio_interval(missing, known)
        ratio = missing.rate / known.rate if known.events else float("inf")
        if interval.holds(1) or low.value <= ratio <= high.value:
            continue
        cells = _cells(missing, known)
        said = '"{name}" happened to {missing} of the people without a recorded race and to {known} of the others'
        if view.hides(cells):
            often = "less" if ratio < 1 else "more"
            said = f'"{{name}}" happened {often} often to people without a recorded race than to the others'
        elif known.events:
            said += ": {ratio} times as often (95 % interval {low} to {high})"
        yield Finding(
            said + ".",
            {
                "name": name,
                "missing": Share(int(missing.events), int(missing.n)),
                "known": Share(int(known.events), int(known.n)),
                "ratio": Figure(ratio, cells),
                "low": Figure(interval.low, cells),
                "high": Figure(interval.high, cells),
            },
            columns=(outcome.column, *view.race_columns),
            groups=("~missing",),
            observed=Figure(ratio, cells),
            threshold=low if ratio < low.value else high,
            n=int(missing.n + known.n),
        )
    if thin:
        yield _too_few(thin, view)


@dataclass(frozen=True, slots=True)
class _Gap:
    group: Counts
    other: Counts
    unknown: Counts

    @classmethod
    def of(cls, category: str, parts: Sequence[_Reached]) -> _Gap:
        """One group, all others who are known not to be in it, and those of whom that is not known."""
        inside = [part for part in parts if category in part.value.categories]
        open_ = [part for part in parts if _may_be(part.value, category)]
        rest = [p for p in parts if category not in p.value.categories and not _may_be(p.value, category)]
        return cls(_sum(inside), _sum(rest), _sum(open_))

    @property
    def ratio(self) -> float:
        return _ratio(self.group, self.other)

    def is_clear(self) -> bool:
        """Whether both sides are large enough, and the interval of their ratio excludes 1."""
        if min(self.group.n, self.other.n) < MIN_UNIT or not self.group.events + self.other.events:
            return False
        return not ratio_interval(self.group, self.other).holds(1)


def _may_be(value: Recoded, category: str) -> bool:
    """Whether somebody could belong to a group in which they are not counted."""
    if value.is_missing:
        return True
    unsaid = bool(value.unread) or value.residual in {"multiracial", "collective"} or category in value.one_of
    return unsaid and category not in value.categories


def _ratio(own: Counts, other: Counts) -> float:
    if not other.events:
        return float("inf") if own.events else float("nan")
    return own.rate / other.rate


@check(
    "disparity-bounds-flip",
    title="People of unknown race could turn a gap round",
    severity="high",
    needs=("rows", RACE, "outcome"),
    remedy="Publish the bounds beside the gap, and say how many people have no race recorded. Find out who they are "
    "before the direction of the gap is relied on.",
    source=WE_ALL_COUNT,
    thresholds={"delta": _DELTA},
    tallies=_tallies,
)
def disparity_bounds_flip(view: RecordsView) -> Iterator[Finding]:
    """Asks of each gap whether the people of unknown race could close it.

    Why it matters: a gap that rests on who happens to have a race recorded is no basis for a decision.

    How: for each outcome and group, the rate among the group against the rate among all others whose race
    is known; no group is taken as the yardstick. Only gaps whose 95 % interval excludes 1, with 30 people or
    more on both sides, are judged. Unknown are people whose race is missing, cannot be read, or is a label
    that may or may not hold the group. Then: all of them in the group, none of them, and the extremes in
    between; and the factor by which the odds ratio between group and outcome would have to differ among
    them for the gap to close (a pattern mixture). A factor of 1.5 or less is high. Where only all or none
    of them in the group would close it, it is low.

    Example: 20 % against 17 %, with race unknown for 40 %; among these a gap 1.3 times smaller is enough.

    When to ignore it: nobody uses the gap.
    """
    limit = view.limit("disparity-bounds-flip", "delta", _DELTA)
    judged = False
    for name, outcome in view.codebook.outcomes.items():
        parts = _reached(view, outcome)
        for category in view.groups_shown:
            gap = _Gap.of(category, parts)
            judged = judged or min(gap.group.n, gap.other.n) >= MIN_UNIT
            if gap.unknown.n and gap.is_clear():
                yield from _could_close(view, name, outcome.column, category, gap, limit)
    if not judged:
        raise NotRun(
            f"no group and all others have {MIN_UNIT} people each to whom an outcome could happen",
            enable="Use more records, or pool periods.",
            columns=view.race_columns,
        )


def _could_close(
    view: RecordsView, name: str, column: str, category: str, gap: _Gap, limit: Threshold
) -> Iterator[Finding]:
    inside, outside = (_ratio(*place(gap.group, gap.other, gap.unknown)) for place in (all_in, all_out))
    delta = tipping_delta(gap.group, gap.other, gap.unknown)
    near = delta is not None and delta <= limit.value
    higher = gap.ratio > 1
    if not near and all((ratio > 1) is higher for ratio in (inside, outside)):
        return
    cells = _cells(gap.group, gap.other, gap.unknown)
    n = int(gap.group.n + gap.other.n + gap.unknown.n)
    interval = ratio_interval(gap.group, gap.other)
    extremes = ratio_bounds(gap.group, gap.other, gap.unknown)
    fewest = tipping(gap.group, gap.other, gap.unknown)
    numbers: dict[str, Number] = {
        "name": name,
        "label": view.standard.label(category),
        "unknown": Share(int(gap.unknown.n), n),
        "people": Count(fewest.people if fewest else 0),
        "share": Share(fewest.people if fewest else 0, int(gap.unknown.n)),
    }
    for key, ratio in (
        ("ratio", gap.ratio), ("low", interval.low), ("high", interval.high), ("inside", inside),
        ("outside", outside), ("least", extremes[0]), ("most", extremes[1]), ("delta", delta or 0.0),
    ):  # fmt: skip
        numbers[key] = Figure(ratio, cells)
    said = (
        '"{name}", {label} against all others: rate ratio {ratio} (95 % interval {low} to {high}) where race is '
        "known. For {unknown} of the people it is not. With all of them in the group it would be {inside}, with "
        "none {outside}, at the extremes {least} to {most}."
    )
    if view.hides(cells):
        said = '"{name}", {label} against all others: for {unknown} of the people race is not known, and they could '
        said += "close the gap."
    elif delta is not None:
        towards = "smaller" if higher else "larger"
        said += f" The gap would be gone if among them (as an odds ratio) it were {{delta}} times {towards} than among "
        said += "the known" + (", or if {people} of them ({share}) all stood against it." if fewest else ".")
    yield Finding(
        said,
        numbers,
        severity="high" if near else "low",
        columns=(column, *view.race_columns),
        groups=(category,),
        observed=Figure(delta, cells) if delta is not None else None,
        threshold=limit,
        n=n,
    )
