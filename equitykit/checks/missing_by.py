"""Where answers are missing: by site, worker, programme and period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from equitykit.bounds import Counts
from equitykit.chance import benjamini_hochberg, binomial_tail, same_rate
from equitykit.checks.levels import MIN_UNIT, by_level, level_tally, places, unit_names
from equitykit.checks.registry import Figure, Finding, NotRun, Number, Share, Threshold, check
from equitykit.checks.unread import WHAT_THEY_MEAN, as_missing
from equitykit.checks.view import RACE, RecordsView
from equitykit.frames import Tally

AISP = "https://www.aisp.upenn.edu/centering-equity/"
_TAIL = 0.001
_MOST_NAMED = 5
_RANGE = Threshold(0.10, "default", "high")
_STRENGTH = Threshold(0.10, "default", "high")
_P = Threshold(0.05, "default", "high")


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    counts: Counts
    """People, and how many of them have no answer."""
    unread: int = 0
    """People with a value that nobody could read: it may be no answer."""


@dataclass(frozen=True, slots=True)
class _Place:
    kind: str
    column: str
    units: tuple[_Unit, ...]
    hidden: int


def _tallies(view: RecordsView) -> Iterable[Tally]:
    return [level_tally(view, kind, column) for kind, column in places(view)] if view.has(RACE) else []


def _place(view: RecordsView, kind: str, column: str) -> _Place:
    every = by_level(view, kind, column)
    levels = {
        level: Counts(sum(v.n for v in values), sum(v.n for v in values if v.is_missing))
        for level, values in every.items()
    }
    shown = {level: counts for level, counts in levels.items() if counts.n >= MIN_UNIT}
    unread = [sum(v.n for v in every[level] if v.unread and not v.is_missing) for level in shown]
    names = unit_names(view, kind, shown)
    units = tuple(_Unit(*each) for each in zip(names, shown.values(), unread, strict=True))
    return _Place(kind, column, units, len(levels) - len(shown))


@check(
    "missing-by-site-worker-time",
    title="Missing answers differ by site, worker or period",
    severity="high",
    needs=("rows", RACE, "unit or period"),
    remedy="Look at the form, the script, training and workload where more is missing. It is about how the work is "
    "set up, not about who did it.",
    source=AISP,
    thresholds={"range": _RANGE, "v": _STRENGTH, "p": _P},
    tallies=_tallies,
    unread=(as_missing,),
)
def missing_by_site_worker_time(view: RecordsView) -> Iterator[Finding]:
    """Compares the share of missing answers between sites, workers, programmes and periods.

    Why it matters: where answers go missing in one place, that place's families vanish from the comparison.

    How: only units with 30 records or more are compared; smaller ones are hidden in every output, and
    workers appear as worker 1, 2, ... unless names are asked for. It is found where three things come
    together: the shares lie 10 points or more apart, the link is not weak (Cramer's V of 0.10 or more), and
    chance would hardly do it (chi-square). Named are the units outside the exact binomial limits for their
    size (99.8 %, as in a funnel plot: Spiegelhalter 2005, Statistics in Medicine 24: 1185-1202). P-values of
    all units and of all kinds of unit are adjusted together (Benjamini-Hochberg, below 0.05). Where no
    single unit is outside its limits, it is of medium weight.

    Example: one office has 48 % missing, the others about 5 %.

    When to ignore it: the unit serves people who are not asked, and you say so.
    """
    every = [_place(view, kind, column) for kind, column in places(view)]
    compared = [place for place in every if len(place.units) > 1]
    if not compared:
        raise NotRun(
            f"no two sites, workers or periods have {MIN_UNIT} records each",
            enable="Use more records, or larger units or periods.",
            columns=tuple(place.column for place in every),
        )
    reading = view.reading()
    overall = Counts(reading.n, reading.n_missing)
    found = list(_found(view, compared, overall)) if 0 < overall.rate < 1 else []
    if not found and any(_could_differ(view, place.units) for place in compared):
        raise NotRun(
            "values that could not be read could be missing answers of one site, worker or period",
            enable=WHAT_THEY_MEAN,
            columns=view.race_columns,
        )
    yield from found


def _limits(view: RecordsView) -> tuple[Threshold, Threshold, Threshold]:
    """Least range, least strength of the link, and largest adjusted p-value."""
    check_id = "missing-by-site-worker-time"
    return (
        view.limit(check_id, "range", _RANGE),
        view.limit(check_id, "v", _STRENGTH),
        view.limit(check_id, "p", _P),
    )


def _found(view: RecordsView, places: Sequence[_Place], overall: Counts) -> Iterator[Finding]:
    limit, strength, p = _limits(view)
    tests = [same_rate([unit.counts for unit in place.units]) for place in places]
    tails = [binomial_tail(unit.counts, overall.rate) for place in places for unit in place.units]
    adjusted = benjamini_hochberg([*(test.p for test in tests), *(min(1.0, 2 * min(tail)) for tail in tails)])
    of_places, of_units = adjusted[: len(tests)], adjusted[len(tests) :]
    start = 0
    for place, test, q in zip(places, tests, of_places, strict=True):
        here = slice(start, start + len(place.units))
        start += len(place.units)
        outside = [
            (unit, tail[0] < tail[1])
            for unit, tail, q_unit in zip(place.units, tails[here], of_units[here], strict=True)
            if min(tail) < _TAIL and q_unit < p.value
        ]
        rates = [unit.counts.rate for unit in place.units]
        if max(rates) - min(rates) >= limit.value and test.v >= strength.value and q < p.value:
            yield _finding(view, place, outside, test.v, overall, limit)


def _could_differ(view: RecordsView, units: Sequence[_Unit]) -> bool:
    """Whether it would be found if what was not read were missing in one place, and an answer in the others."""
    limit, strength, p = _limits(view)
    for place, unit in enumerate(units):
        rest = [other.counts for other in (*units[:place], *units[place + 1 :])]
        worst = Counts(unit.counts.n, unit.counts.events + unit.unread)
        if not unit.unread or worst.rate - min(counts.rate for counts in rest) < limit.value:
            continue
        test = same_rate([worst, *rest])
        if test.v >= strength.value and test.p < p.value:
            return True
    return False


def _finding(
    view: RecordsView,
    place: _Place,
    outside: Sequence[tuple[_Unit, bool]],
    v: float,
    overall: Counts,
    limit: Threshold,
) -> Finding:
    ends = [min(place.units, key=lambda u: u.counts.rate), max(place.units, key=lambda u: u.counts.rate)]
    low, high = (unit.counts for unit in ends)
    rests_on = tuple(int(n) for end in (low, high) for n in (end.events, end.without))
    gap = high.rate - low.rate
    numbers: dict[str, Number] = {
        "gap": Figure(100 * gap, rests_on, digits=0, public_digits=0, unit=" points"),
        "rate": Share(int(overall.events), int(overall.n), ("missing", "n")),
        "v": Figure(v, rests_on),
        "k": len(place.units),
        "kind": place.kind,
    }
    said = "By {kind}, the share missing differs by {gap} between {k} units (overall {rate}; Cramer's V {v})."
    if view.hides(rests_on):
        said = "By {kind}, the share missing differs between {k} units (overall {rate})."
    for words, above in (("More", True), ("Less", False)):
        units = [unit for unit, is_above in outside if is_above is above]
        if units:
            said += f" {words} than chance allows for their size: "
            said += ", ".join(_named(view, units, words.lower(), overall, numbers))
            said += f" and {len(units) - _MOST_NAMED} more." if len(units) > _MOST_NAMED else "."
    if not outside:
        said += " No single one is outside what chance allows for its size."
    if place.hidden:
        said += f" {place.hidden} with fewer than {MIN_UNIT} records are not shown."
    return Finding(
        said,
        numbers,
        severity="high" if outside else "medium",
        columns=(place.column,),
        observed=Figure(gap, rests_on),
        threshold=limit,
        n=int(overall.n),
    )


def _named(
    view: RecordsView, units: Sequence[_Unit], words: str, overall: Counts, numbers: dict[str, Number]
) -> Iterator[str]:
    """Name, share and limits of each unit, in the order of their names; adds their numbers."""
    for index, unit in enumerate(units[:_MOST_NAMED]):
        key = f"{words}{index}"
        numbers[f"{key}_name"] = unit.name
        numbers[f"{key}_share"] = Share(int(unit.counts.events), int(unit.counts.n))
        bottom, top = funnel(unit.counts.n, overall.rate)
        limits = "" if view.public else f" (limits {100 * bottom:.1f} to {100 * top:.1f} %)"
        few = view.hides((int(unit.counts.events), int(unit.counts.without)))
        yield f"{{{key}_name}}" if few else f"{{{key}_name}}: {{{key}_share}}{limits}"


def funnel(n: float, rate: float) -> tuple[float, float]:
    """Lowest and highest share of n records that chance allows, each end passed once in 1,000 times.

    Examples
    --------
    >>> funnel(100, 0.05)
    (0.0, 0.13)
    """
    size = int(n)

    def first(too_high: bool) -> int:
        """The first count, from below, whose chance of so many or more is small; or of so few is not."""
        low, high = 0, size + 1
        while low < high:
            middle = (low + high) // 2
            more, fewer = binomial_tail(Counts(size, middle), rate)
            low, high = (
                (low, middle) if (more < _TAIL if too_high else fewer >= _TAIL) else (middle + 1, high)
            )
        return low

    return first(False) / size, (first(True) - 1) / size
