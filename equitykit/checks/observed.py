"""Check of who supplied race: the person, or somebody who looked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from equitykit import standards
from equitykit.checks.categories import labels, race
from equitykit.checks.recorders import MIXED, OBSERVED, STAFF, UNREAD, supplier
from equitykit.checks.registry import NOT_FOR_OTHERS, Count, Finding, NotRun, Share, check
from equitykit.checks.unread import as_observed
from equitykit.checks.view import RACE, RecordsView
from equitykit.codebook import Question
from equitykit.frames import Tally
from equitykit.propose.evidence import name_words
from equitykit.recode import NO, YES

_OBSERVED_NAME = re.compile(r"observe|observation|visual")
# In HMDA a column "... observed" holds 1: by visual observation or surname, 2: not, 3: not applicable.
_NOT_OBSERVED = NO | {"2", "3"}


def supplier_is_said(spec: Question) -> bool:
    """Whether the codebook says who supplied the answers: then a value that nobody could read is no sign of it."""
    return spec.recorded_by not in {None, "mixed", "not-known"} or spec.recorded_by_column is not None


def _tallies(view: RecordsView) -> Iterable[Tally]:
    column = view.spec().recorded_by_column if view.has(RACE) else None
    return [*race(view), *([view.question_tally(RACE, column)] if column else [])]


@check(
    "observer-assigned",
    title="Race was assigned by somebody who looked",
    severity="high",
    needs=("rows", RACE),
    remedy="Ask people, and let them not answer. Keep what was observed apart, analyse it apart, and say so. If the "
    "purpose is not to study how people are treated by how they are seen, do not collect it by sight at all.",
    source="https://www.ontario.ca/document/data-standards-identification-and-monitoring-systemic-racism",
    tallies=_tallies,
    unread=(as_observed,),
)
def observer_assigned(view: RecordsView) -> Iterator[Finding]:
    """Counts the records whose race was assigned by an observer.

    Why it matters: what an officer or a clerk thought they saw differs from what people say, and differs most
    for American Indian, Pacific Islander, Middle Eastern and multiracial people.

    How: what the codebook says (recorded_by), the column that it names (recorded_by_column, read by its
    words), and codes that only an observer uses, such as "unable to observe". Recorded by staff, without a
    word on whether people were asked, is medium. Where nothing says who supplied it, the check is not run.

    Example: recorded_by is "officer" in 900 of 1,000 stops.

    When to ignore it: the study is about how people are seen, and the report says that race was observed.
    """
    spec, reading = view.spec(), view.reading()
    said = supplier_is_said(spec)
    codes = [value for value in reading.values if value.observed and not (said and value.unread)]
    if codes:
        n = sum(value.n for value in codes)
        yield Finding(
            "{n} of {all} {units} hold codes that only an observer uses: {labels}.",
            {
                "units": view.units,
                "n": Count(n, "observed"),
                "all": Count(reading.n, "n"),
                "labels": labels(view, codes),
            },
            columns=view.race_columns,
            observed=Share(n, reading.n, ("observed", "n")),
            n=reading.n,
        )
    if spec.recorded_by_column:
        yield from _by_column(view, spec.recorded_by_column, quiet=bool(codes))
    elif spec.recorded_by in {"observed", "staff"}:
        seen = spec.recorded_by == "observed"
        yield Finding(
            "The codebook says that race and ethnicity were observed, for all {n} {units}."
            if seen
            else "The codebook says that staff supplied race and ethnicity, for all {n} {units}; whether people were "
            "asked is not said.",
            {"units": view.units, "n": Count(reading.n, "n")},
            severity="high" if seen else "medium",
            columns=view.race_columns,
            observed=Share(reading.n, reading.n, ("n", "n")),
            n=reading.n,
        )
    elif spec.recorded_by in {None, "not-known", "mixed"} and not codes:
        raise NotRun(
            "nothing says who supplied race and ethnicity",
            enable='Name the column that says it ("recorded_by_column: ..."), or say it for all: "recorded_by: self".',
            columns=view.race_columns,
        )


def _by_column(view: RecordsView, column: str, *, quiet: bool) -> Iterator[Finding]:
    counts = dict.fromkeys(("observed", "staff", "unread", "known"), 0)
    for value, (raw,) in view.crossed(RACE, column):
        counts[_kind(column, raw)] += value.n
    total = sum(counts.values())
    for kind, words, severity in (
        ("observed", "were observed", "high"),
        ("staff", "were supplied by staff, and whether people were asked is not said", "medium"),
    ):
        if n := counts[kind]:
            yield Finding(
                "{n} of {all} answers ({share}) " + words + ', as "{column}" says.',
                {
                    "n": Count(n),
                    "all": Count(total, "n"),
                    "share": Share(n, total, NOT_FOR_OTHERS),
                    "column": column,
                },
                severity=severity,
                columns=(column,),
                observed=Share(n, total, NOT_FOR_OTHERS),
                n=total,
            )
    if counts["unread"] and not (counts["observed"] or counts["staff"] or quiet):
        raise NotRun(
            f'some values of "{column}" do not say in words who supplied the answer',
            enable="Write self, parent, proxy, staff or observed in place of the codes.",
            columns=(column,),
        )


def _kind(column: str, raw: str | None) -> str:
    """Who supplied an answer, by the words of a value: "observed", "staff", "known" or "unread"."""
    if raw is None:
        return "known"
    text = standards.normalise(raw)
    if _OBSERVED_NAME.search(name_words(column)) and text in YES | _NOT_OBSERVED:
        return "observed" if text in YES else "known"
    meaning = standards.read_value(raw)
    if meaning is not None and meaning.missing:
        return "known"
    who = supplier(raw)
    return UNREAD if who == MIXED else who if who in {OBSERVED, STAFF, UNREAD} else "known"
