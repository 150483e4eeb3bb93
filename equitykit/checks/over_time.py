"""Checks over time: codes that come and go, groups that fall away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from equitykit.chance import jensen_shannon, like_each_other
from equitykit.checks.levels import MIN_UNIT, by_period, level_tally
from equitykit.checks.registry import Figure, Finding, Labels, NotRun, Number, Share, Threshold, check
from equitykit.checks.unread import WHAT_THEY_MEAN
from equitykit.checks.view import RACE, RecordsView
from equitykit.frames import Tally
from equitykit.recoded import Part, Recoded
from equitykit.tails import poisson_at_most

SPD15 = "https://www.federalregister.gov/documents/2024/03/29/2024-06469"
_TRAILING = 4
_LEAST_EXPECTED = 5
_MOST_NAMED = 5
_DROP = Threshold(0.25, "default", "high")
_P = Threshold(0.001, "default", "high")
_DISTANCE = Threshold(0.10, "default", "medium")


@dataclass(frozen=True, slots=True)
class _Period:
    """What was recorded in one period: people, codes, categories, and how answers are made up."""

    name: str
    n: int
    answered: int
    codes: Mapping[str, int]
    groups: Mapping[str, int]
    make_up: Mapping[str, int]


def _tallies(view: RecordsView) -> Iterable[Tally]:
    period = view.codebook.period
    return [level_tally(view, "period", period.column)] if period and view.has(RACE) else []


def _period(view: RecordsView, name: str, values: Sequence[Recoded]) -> _Period:
    codes: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    make_up: Counter[str] = Counter()
    for value in values:
        for code in view.recoder().codes(value.raw):
            codes[code] += value.n
        for category in value.categories:
            groups[category] += value.n
        if not value.is_missing:
            make_up[_kind(value)] += value.n
    return _Period(name, sum(v.n for v in values), sum(make_up.values()), codes, groups, make_up)


def _kind(value: Recoded) -> str:
    """How an answer reads, whatever its code."""
    if value.categories:
        return "+".join(sorted(value.categories))
    if value.one_of:
        return "~" + "|".join(sorted(value.one_of))
    return f"~{value.residual or value.status}"


@check(
    "series-break",
    title="Codes or groups change from one period to the next",
    severity="high",
    needs=("rows", RACE, "period"),
    remedy="Ask what changed then: a form, a release, a transfer between systems. Mark the break in every series, and "
    "join the two sides only with documented factors.",
    source=SPD15,
    thresholds={"drop": _DROP, "p": _P, "distance": _DISTANCE},
    tallies=_tallies,
)
def series_break(view: RecordsView) -> Iterator[Finding]:
    """Looks for values that begin or end, groups that fall away, and answers made up differently.

    Why it matters: a change of the form looks like a change of the people, and a trend across it is not one.

    How: periods of the codebook with 30 records or more. A value appears or disappears where it has five
    records or more, and chance would put them all after (or before) that time less than once in 1,000 times. It is
    high where a category begins or ends with it, low where other values read the same, medium otherwise. A group
    falls away where its share of the answers is below a quarter of its mean over up to four periods before, and
    chance would do that less than once in 1,000 times (Poisson). Answers are made up differently where
    the Jensen-Shannon distance (in bits, 0 to 1) to those periods is 0.10 or more and chance would do that less
    than once in 1,000 times (chi-square); by itself that is medium.

    Example: no "American Indian or Alaska Native" after March 2023, when a new system came.

    Where nothing is found and fewer than half of the records could be looked at (a date that can be read, a
    period that is large enough, a value that can be read), the check is not run.

    When to ignore it: the change is known, dated, and stands beside every series.
    """
    levels = by_period(view)
    every = [_period(view, name, values) for name, values in levels.items() if name is not None]
    judged = [period for period in every if period.n >= MIN_UNIT]
    unsaid = _not_judged(every, sum(value.n for value in levels.get(None, ())))
    if len(judged) < 2:
        raise NotRun(
            f"no two periods have {MIN_UNIT} records each",
            enable="Use more records, or longer periods: quarter or year.",
            columns=_columns(view)[:1],
        )
    p = view.limit("series-break", "p", _P)
    found = [
        *_codes(view, judged, p),
        *_falls(view, judged, p),
        *_different(view, judged, p),
    ]
    for finding in found:
        yield Finding(
            finding.message + unsaid,
            finding.numbers,
            severity=finding.severity,
            columns=_columns(view),
            groups=finding.groups,
            observed=finding.observed,
            threshold=finding.threshold,
            n=view.reading().n,
        )
    if not found:
        _looked_at_most(view, levels, judged)
        yield Finding("Nothing found." + unsaid, outcome="clear", columns=_columns(view), n=view.reading().n)


def _looked_at_most(
    view: RecordsView, levels: Mapping[str | None, Sequence[Recoded]], judged: Sequence[_Period]
) -> None:
    """Nothing found is no news where most records have no date, lie in thin periods or could not be read."""
    names = {period.name for period in judged}
    seen = sum(v.n for name, values in levels.items() if name in names for v in values if not v.unread)
    everybody = sum(value.n for values in levels.values() for value in values)
    if 2 * seen < everybody:
        raise NotRun(
            f"fewer than half of the records lie in a period with {MIN_UNIT} or more and hold a value that could be "
            "read",
            enable=f"Name a date that can be read, or a longer period. {WHAT_THEY_MEAN}",
            columns=_columns(view),
        )


def _columns(view: RecordsView) -> tuple[str, ...]:
    assert view.codebook.period is not None
    return (view.codebook.period.column, *view.race_columns)


def _not_judged(every: Sequence[_Period], undated: int) -> str:
    thin = [period.name for period in every if period.n < MIN_UNIT]
    more = f" and {len(thin) - _MOST_NAMED} more" if len(thin) > _MOST_NAMED else ""
    said = (
        f" Not judged, for fewer than {MIN_UNIT} records: {', '.join(thin[:_MOST_NAMED])}{more}."
        if thin
        else ""
    )
    return said + (" Records without a date that can be read are left out." if undated else "")


# -- codes that come and go -----------------------------------------------------------------------------


def _codes(view: RecordsView, periods: Sequence[_Period], p: Threshold) -> Iterator[Finding]:
    parts: dict[str, Part] = {}
    for value in view.reading().values:
        parts |= view.recoder().codes(value.raw)
    for words, ordered in (
        ("From {period} on, values appear that were not there before: {labels}.", list(periods)),
        ("After {period}, values no longer appear: {labels}.", list(periods)[::-1]),
    ):
        changes: dict[tuple[int, str], list[str]] = {}
        for code in parts:
            start = next((i for i, period in enumerate(ordered) if period.codes.get(code)), len(ordered))
            inside, outside = ordered[start:], ordered[:start]
            if not inside or not outside:
                continue
            m = sum(x.codes.get(code, 0) for x in inside)
            side = sum(x.n for x in inside) / sum(x.n for x in ordered)
            if m >= _LEAST_EXPECTED and side**m < p.value:
                severity = _weight(parts[code], [parts[c] for x in outside for c in x.codes if c in parts])
                changes.setdefault((start, severity), []).append(code)
        for (start, severity), codes in sorted(changes.items()):
            yield _change(view, words, ordered[start].name, severity, codes, parts)


def _weight(part: Part, others: Iterable[Part]) -> str:
    """How much a value matters that begins or ends, given what is recorded without it."""
    read = (part.categories, part.one_of, part.missing, part.residual, part.status)
    is_read = part.status not in {"review", "unmapped"} or part.residual
    if is_read and any((o.categories, o.one_of, o.missing, o.residual, o.status) == read for o in others):
        return "low"
    return "high" if part.categories or part.one_of else "medium"


def _change(
    view: RecordsView, words: str, period: str, severity: str, codes: Sequence[str], parts: Mapping[str, Part]
) -> Finding:
    counts: Counter[str] = Counter()
    for value in view.reading().values:
        for code in view.recoder().codes(value.raw):
            counts[code] += value.n
    ordered = sorted(codes, key=lambda code: (-counts[code], code))
    groups = frozenset[str]().union(*(parts[code].categories | parts[code].one_of for code in codes))
    other = " Other values still stand for the same." if severity == "low" else ""
    return Finding(
        words + other,
        {
            "period": period,
            "labels": Labels(tuple((code, counts[code], f"value:{code}") for code in ordered)),
        },
        severity=severity,
        groups=tuple(category for category in view.standard.category_ids if category in groups),
        observed=len(codes),
    )


# -- groups that fall away, answers made up differently ----------------------------------------------------


def _before(periods: Sequence[_Period], index: int) -> Sequence[_Period]:
    return [period for period in periods[:index] if period.answered >= MIN_UNIT][-_TRAILING:]


def _falls(view: RecordsView, periods: Sequence[_Period], p: Threshold) -> Iterator[Finding]:
    limit = view.limit("series-break", "drop", _DROP)
    for category in view.standard.category_ids:
        found: list[tuple[_Period, float]] = []
        for index, period in enumerate(periods):
            before = _before(periods, index)
            if not before or period.answered < MIN_UNIT:
                continue
            usual = sum(x.groups.get(category, 0) / x.answered for x in before) / len(before)
            n = period.groups.get(category, 0)
            if n < limit.value * usual * period.answered and (
                poisson_at_most(n, usual * period.answered) < p.value
            ):
                found.append((period, usual))
        if found:
            yield _fall(view, category, found, limit)


def _fall(
    view: RecordsView, category: str, found: Sequence[tuple[_Period, float]], limit: Threshold
) -> Finding:
    period, usual = found[0]
    n = period.groups.get(category, 0)
    rests_on = (n, period.answered - n)
    more = f" Later periods like this: {len(found) - 1}." if len(found) > 1 else ""
    return Finding(
        '"{label}" is {share} of the answers in {period}; in the periods just before it was {usual} on average.'
        + more,
        {
            "label": view.standard.label(category),
            "share": Share(n, period.answered),
            "period": period.name,
            "usual": Figure(100 * usual, rests_on, digits=1, public_digits=0, unit=" %"),
        },
        groups=(category,),
        observed=Figure(n / period.answered / usual, rests_on, public_digits=1),
        threshold=limit,
    )


def _different(view: RecordsView, periods: Sequence[_Period], p: Threshold) -> Iterator[Finding]:
    limit = view.limit("series-break", "distance", _DISTANCE)
    found: list[tuple[_Period, float, tuple[int, ...]]] = []
    for index, period in enumerate(periods):
        before: Counter[str] = Counter()
        for earlier in _before(periods, index):
            before.update(earlier.make_up)
        if not before or period.answered < MIN_UNIT:
            continue
        one, other = _pooled(period.make_up, before)
        distance = jensen_shannon(one, other)
        if distance >= limit.value and like_each_other([one, other]).p < p.value:
            found.append((period, distance, (*one.values(), *other.values())))
    if not found:
        return
    listed = found[:_MOST_NAMED]
    numbers: dict[str, Number] = {}
    for index, (period, distance, counts) in enumerate(listed):
        numbers |= {f"period{index}": period.name, f"distance{index}": Figure(distance, counts)}
    names = ", ".join(
        f"{{period{index}}}" + ("" if view.hides(counts) else f" ({{distance{index}}})")
        for index, (_, _, counts) in enumerate(listed)
    )
    more = f" and {len(found) - len(listed)} more" if len(found) > len(listed) else ""
    _, distance, counts = max(found, key=lambda each: each[1])
    yield Finding(
        f"Answers are made up differently than in the periods just before (distance, 0 to 1): {names}{more}.",
        numbers,
        severity="medium",
        observed=Figure(distance, counts),
        threshold=limit,
    )


def _pooled(one: Mapping[str, int], other: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Two make-ups with the kinds together in one of which fewer than five would be expected."""
    share = sum(one.values()) / (sum(one.values()) + sum(other.values()))
    least = min(share, 1 - share)

    def name(kind: str) -> str:
        return kind if least * (one.get(kind, 0) + other.get(kind, 0)) >= _LEAST_EXPECTED else "~rest"

    def pooled(counts: Mapping[str, int]) -> dict[str, int]:
        together: Counter[str] = Counter()
        for kind, n in counts.items():
            together[name(kind)] += n
        return dict(together)

    return pooled(one), pooled(other)
