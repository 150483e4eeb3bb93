"""Checks of what is missing: how much, why, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from equitykit.checks.categories import labels, race
from equitykit.checks.registry import Count, Finding, Labels, NotRun, Share, Threshold, check
from equitykit.checks.unread import WHAT_THEY_MEAN, as_conflict, as_missing
from equitykit.checks.view import RACE, RecordsView
from equitykit.frames import Tally
from equitykit.periods import period_labels

US_CORE = "https://hl7.org/fhir/us/core/StructureDefinition-us-core-race.html"
AISP = "https://www.aisp.upenn.edu/centering-equity/"
_DATE_CHARACTERS = 10
MIN_UNIT = 30
_MERGED_REASONS = ("unable-to-determine",)

REASON_WORDS = {
    "blank": "left blank",
    "unknown": "asked, not known",
    "declined": "declined",
    "not-asked": "not asked",
    "not-applicable": "not applicable",
    "unable-to-determine": "unable to determine",
    "suppressed": "suppressed",
}


@check(
    "missing-rate",
    title="Race or ethnicity is missing",
    severity="high",
    needs=("rows", RACE),
    remedy="Fix it where it is asked: the form, the script, the time to ask. Show what the missing answers could "
    "change; never drop these people without a word. If nobody uses the answer, stop asking.",
    source="https://www.shadac.org/news/race-ethnicity-data-tmsis-analytic-files-TAF-2023-data",
    thresholds={
        "medium": Threshold(0.10, "default", "medium"),
        "high": Threshold(0.20, "default", "high"),
        "unusable": Threshold(0.50, "default", "high"),
    },
    tallies=race,
    unverified="The bands of 10, 20 and 50 % are ours; they are in common use, but no text that sets them was read.",
    unread=(as_missing,),
)
def missing_rate(view: RecordsView) -> Iterator[Finding]:
    """Share of people whose race or ethnicity is missing, by reason.

    Why it matters: differences between groups cannot be trusted where many people are in none.

    How: blank, unknown, declined, not asked and the like, over all. Below 10 % it is low.

    Example: 1,200 of 3,000 children have no race.

    When to ignore it: the question is not asked of these people, and you say so.
    """
    reading = view.reading()
    if not reading.n_missing:
        return
    share = Share(reading.n_missing, reading.n, ("missing", "n"))
    limits = [
        view.limit("missing-rate", name, Threshold(value, "default", severity))
        for name, value, severity in (
            ("unusable", 0.50, "high"),
            ("high", 0.20, "high"),
            ("medium", 0.10, "medium"),
        )
    ]
    passed = next((limit for limit in limits if share.value >= limit.value), None)
    reasons = Labels(
        tuple((REASON_WORDS[r], n, f"reason:{r}") for r, n in reading.by_reason.items()), quoted=False
    )
    half = " With half or more missing, rates by group are not usable." if share.value >= 0.5 else ""
    yield Finding(
        "{n} of {all} ({share}) have no race or ethnicity: {reasons}." + half,
        {
            "n": Count(reading.n_missing, "missing"),
            "all": Count(reading.n, "n"),
            "share": share,
            "reasons": reasons,
        },
        severity=passed.severity if passed else "low",
        columns=view.race_columns,
        groups=tuple(f"~{reason}" for reason in reading.by_reason),
        observed=share,
        threshold=passed or limits[-1],
        n=reading.n,
    )


@check(
    "missing-reason-conflated",
    title="Reasons for missing answers are mixed up or contradict an answer",
    severity="high",
    needs=("rows", RACE),
    remedy="Keep not asked, asked and not known, and declined apart. Take a reason away where an answer stands beside "
    "it. Treat a row of unticked boxes as missing.",
    source=US_CORE,
    thresholds={"reasons": Threshold(3, "default", "high")},
    tallies=race,
    unread=(as_missing, as_conflict),
)
def missing_reason_conflated(view: RecordsView) -> Iterator[Finding]:
    """Finds missing answers whose reason is lost, and reasons that stand beside an answer.

    Why it matters: somebody who declined has spoken; somebody who was never asked has not. The next step
    differs: respect the one, ask the other.

    How: counts the reasons kept apart in the data and in the codebook; at least three are needed (not asked,
    asked and not known, declined). A reason beside a category is listed, as is a row of yes/no columns with
    nothing ticked and no reason. Under a standard that forbids printed ways out, such as IPEDS, leaving the
    question out is the way not to answer: that no reason is known is then for information.

    Example: "Unknown/Refused"; "Unknown" and "Asian" both ticked.

    When to ignore it: the reason is kept in another column; describe it.
    """
    reading = view.reading()
    conflicts = [value for value in reading.values if value.conflict]
    two_questions = view.spec().encoding == "race_and_ethnicity"
    if conflicts:
        n = sum(value.n for value in conflicts)
        yield Finding(
            (
                "{n} of {all} people have a category in one question and a missing reason in the other: {labels}."
                if two_questions
                else "{n} of {all} people have a missing reason beside a category: {labels}."
            ),
            {"n": Count(n, "conflict"), "all": Count(reading.n, "n"), "labels": labels(view, conflicts)},
            severity="info" if two_questions else "high",
            columns=view.race_columns,
            observed=Count(n, "conflict"),
            n=reading.n,
        )
    missing = [value for value in reading.values if value.is_missing]
    if not missing:
        return
    unticked = reading.by_reason.get("blank", 0)
    forbidden = view.standard.rules.get("opt_outs") == "forbidden"
    if view.spec().encoding == "flags" and unticked:
        yield Finding(
            "{n} of {all} people have no box ticked and no reason given.",
            {"n": Count(unticked, "reason:blank"), "all": Count(reading.n, "n")},
            severity="info" if forbidden else "medium",
            columns=view.race_columns,
            groups=("~blank",),
            observed=Count(unticked, "reason:blank"),
            n=reading.n,
        )
    declared = {reason for column in view.race_columns for reason in view.spec().missing_for(column).values()}
    reasons = (set(reading.by_reason) | declared) - {"blank"}
    mixed = sum(n for reason, n in reading.by_reason.items() if reason in _MERGED_REASONS)
    limit = view.limit("missing-reason-conflated", "reasons", Threshold(3, "default", "high"))
    kept_apart = reasons - set(_MERGED_REASONS)
    if len(kept_apart) < limit.value:
        share = Share(reading.n_missing, reading.n, ("missing", "n"))
        words = (
            ", ".join(REASON_WORDS[reason] for reason in sorted(reasons)) or "none: the field is just empty"
        )
        yield Finding(
            "Reasons kept apart for {n} missing answers: {words}. Not asked, asked and not known, and declined should "
            "each be told from the others." + (" {mixed} are a mix of two reasons." if mixed else ""),
            {
                "n": Count(reading.n_missing, "missing"),
                "words": words,
                "mixed": Count(mixed, "reason:unable-to-determine"),
            },
            severity="info"
            if forbidden
            else ("high" if len(kept_apart) <= 1 and share.value >= 0.05 else "medium"),
            columns=view.race_columns,
            groups=tuple(f"~{reason}" for reason in reading.by_reason),
            observed=len(kept_apart),
            threshold=limit,
            n=reading.n_missing,
        )


@dataclass(frozen=True, slots=True)
class _Level:
    name: str | None
    n: int
    missing: int
    unread: int = 0

    @property
    def rate(self) -> float:
        return self.missing / self.n


def _places(view: RecordsView) -> list[tuple[str, str]]:
    unit = view.codebook.unit
    pairs = [("site", unit.site), ("worker", unit.worker), ("programme", unit.programme)]
    found = [(kind, column) for kind, column in pairs if column]
    return [*found, *([("period", view.codebook.period.column)] if view.codebook.period else [])]


def _place_tallies(view: RecordsView) -> Iterable[Tally]:
    return [_place_tally(view, kind, column) for kind, column in _places(view)] if view.has(RACE) else []


def _place_tally(view: RecordsView, kind: str, column: str) -> Tally:
    return view.question_tally(RACE, column, cut=_cut(kind, column))


def _cut(kind: str, column: str) -> tuple[tuple[str, int], ...]:
    return ((column, _DATE_CHARACTERS),) if kind == "period" else ()


def _levels(view: RecordsView, kind: str, column: str) -> list[_Level]:
    counts: dict[str | None, list[int]] = {}
    rows = view.crossed(RACE, column, cut=_cut(kind, column))
    period = view.codebook.period
    names = (
        period_labels((key[0] for _, key in rows), by=period.by, year_starts=period.year_starts)
        if kind == "period" and period
        else None
    )
    for value, (raw,) in rows:
        name = raw if names is None or raw is None else names[raw]
        cell = counts.setdefault(name, [0, 0, 0])
        cell[0] += value.n
        cell[1] += value.n if value.is_missing else 0
        cell[2] += value.n if value.unread and not value.is_missing else 0
    return [_Level(name, *cell) for name, cell in sorted(counts.items(), key=lambda kv: kv[0] or "")]


@check(
    "missing-by-site-worker-time",
    title="Missing answers differ by site, worker or period",
    severity="high",
    needs=("rows", RACE, "unit or period"),
    remedy="Look at the form, the script, training and workload where more is missing. It is about how the work is "
    "set up, not about who did it.",
    source=AISP,
    thresholds={"range": Threshold(0.10, "default", "high"), "p": Threshold(0.05, "default", "high")},
    tallies=_place_tallies,
    unread=(as_missing,),
)
def missing_by_site_worker_time(view: RecordsView) -> Iterator[Finding]:
    """Compares the share of missing answers between sites, workers, programmes and periods.

    Why it matters: where answers go missing in one place, that place's families vanish from the comparison.

    How: units with 30 records or more; range of the shares (10 points or more), chi-square with the p-value
    adjusted for the number of comparisons (Benjamini-Hochberg), Cramer's V, and 99.8 % funnel limits by size.
    Smaller units are hidden in every output, and workers appear as worker 1, 2, ... unless names are asked for.

    Example: one office has 48 % missing, the others about 5 %.

    When to ignore it: the unit serves people who are not asked, and you say so.
    """
    tested: list[tuple[str, str, list[_Level], int, float, float]] = []
    for kind, column in _places(view):
        levels = _levels(view, kind, column)
        shown = [level for level in levels if level.n >= MIN_UNIT]
        tested.append((kind, column, shown, len(levels) - len(shown), *_strength(shown)))
    if all(len(shown) < 2 for _, _, shown, *_ in tested):
        raise NotRun(
            f"no two sites, workers or periods have {MIN_UNIT} records each",
            enable="Use more records, or larger units or periods.",
            columns=tuple(column for _, column in _places(view)),
        )
    adjusted = benjamini_hochberg([entry[4] for entry in tested])
    found = [
        finding
        for (kind, column, shown, hidden, _, v), q in zip(tested, adjusted, strict=True)
        for finding in _judge(view, kind, column, shown, hidden, q, v)
    ]
    if not found and any(_could_differ(view, shown) for _, _, shown, *_ in tested):
        raise NotRun(
            "values that could not be read could be missing answers of one site, worker or period",
            enable=WHAT_THEY_MEAN,
            columns=view.race_columns,
        )
    yield from found


def _strength(levels: list[_Level]) -> tuple[float, float]:
    """P-value of the chi-square test that the shares missing are the same, and Cramer's V."""
    from scipy.special import chdtrc

    total, missing = sum(level.n for level in levels), sum(level.missing for level in levels)
    if len(levels) < 2 or missing in (0, total):
        return 1.0, 0.0
    rate = missing / total
    chi2 = sum((level.missing - level.n * rate) ** 2 / (level.n * rate * (1 - rate)) for level in levels)
    return float(chdtrc(len(levels) - 1, chi2)), float((chi2 / total) ** 0.5)


def _limits(view: RecordsView) -> tuple[Threshold, Threshold]:
    """Least range, and largest adjusted p-value."""
    check_id = "missing-by-site-worker-time"
    return (
        view.limit(check_id, "range", Threshold(0.10, "default", "high")),
        view.limit(check_id, "p", Threshold(0.05, "default", "high")),
    )


def _could_differ(view: RecordsView, levels: list[_Level]) -> bool:
    """Whether it would be found if what was not read were missing in one place, and an answer in the others."""
    limit, limit_p = _limits(view)
    lowest = sorted(level.rate for level in levels)[:2]
    for place, level in enumerate(levels):
        if not level.unread or len(lowest) < 2:
            continue
        worst = replace(level, missing=level.missing + level.unread)
        rest = lowest[1] if level.rate == lowest[0] else lowest[0]
        if worst.rate - rest >= limit.value and (
            _strength([*levels[:place], worst, *levels[place + 1 :]])[0] < limit_p.value
        ):
            return True
    return False


def benjamini_hochberg(values: list[float]) -> list[float]:
    """P-values adjusted for their number; `scipy.stats` has them too, and would cost an audit a second of loading."""
    order = sorted(range(len(values)), key=lambda i: values[i], reverse=True)
    adjusted, smallest = [1.0] * len(values), 1.0
    for rank, i in zip(range(len(values), 0, -1), order, strict=True):
        smallest = min(smallest, values[i] * len(values) / rank)
        adjusted[i] = smallest
    return adjusted


def _judge(
    view: RecordsView, kind: str, column: str, shown: list[_Level], hidden: int, q: float, v: float
) -> Iterator[Finding]:
    if len(shown) < 2:
        return
    limit, limit_p = _limits(view)
    gap = max(level.rate for level in shown) - min(level.rate for level in shown)
    if gap < limit.value or q >= limit_p.value:
        return
    names = unit_names(view, kind, [level.name for level in shown])
    total, missing = sum(level.n for level in shown), sum(level.missing for level in shown)
    rate = missing / total
    outside = [
        (name, level)
        for name, level in zip(names, shown, strict=True)
        if level.rate > rate + 3.09 * (rate * (1 - rate) / level.n) ** 0.5
    ]
    listed = outside or [max(zip(names, shown, strict=True), key=lambda pair: pair[1].rate)]
    numbers: dict[str, Count | Share | Labels | float | int | str] = {
        "rate": Share(missing, total),
        "gap": f"{100 * gap:.0f}",
        "v": f"{v:.2f}",
    }
    for index, (name, level) in enumerate(listed[:5]):
        numbers[f"name{index}"], numbers[f"share{index}"] = name, Share(level.missing, level.n)
    where = ", ".join(f"{{name{i}}}: {{share{i}}}" for i in range(len(listed[:5])))
    more = f" and {len(listed) - 5} more" if len(listed) > 5 else ""
    small = f" {hidden} with fewer than {MIN_UNIT} records are not shown." if hidden else ""
    yield Finding(
        f"By {kind}, the share missing differs by {{gap}} points (overall {{rate}}). More than expected for the size "
        f"of the unit: {where}{more}. Strength of the link (Cramer's V): {{v}}.{small}",
        numbers,
        columns=(column,),
        observed=gap,
        threshold=limit,
        n=total,
    )


def unit_names(view: RecordsView, kind: str, names: list[str | None]) -> list[str]:
    """How units that are large enough to show appear: workers as worker 1, 2, ... unless names are asked for."""
    if kind == "worker" and not view.worker_names:
        return [f"worker {index}" for index in range(1, len(names) + 1)]
    return [name if name is not None else f"(no {kind} recorded)" for name in names]
