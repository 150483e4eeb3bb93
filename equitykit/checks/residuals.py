"""Checks of labels that name no one group: merged, collective, other, two or more."""

from __future__ import annotations

from collections.abc import Iterator

from equitykit.checks.categories import DO_NO_HARM, SPD15_DATA, labels, race
from equitykit.checks.registry import Count, Finding, NotRun, Share, Threshold, check
from equitykit.checks.unread import as_collective, as_merged, as_other, as_several
from equitykit.checks.view import RACE, RecordsView


@check(
    "umbrella-asian-pi",
    title="Asian and Pacific Islander people are combined",
    severity="high",
    needs=("rows", RACE),
    remedy="Split the label at its source. Until then show it as what it is, and never as Asian.",
    source="https://spd15revision.gov/content/spd15revision/en/history.html",
    tallies=race,
    unread=(as_merged,),
)
def umbrella_asian_pi(view: RecordsView) -> Iterator[Finding]:
    """Finds labels that put Asian and Native Hawaiian or Pacific Islander people together.

    Why it matters: they have been separate categories in the United States since 1997; together, the
    smaller group disappears behind the larger one.

    How: every label that was read as "one of Asian and Native Hawaiian or Pacific Islander", with the
    records that carry it. It stays a merged label and adds to neither group.

    Example: records with the labels "Asian/Pacific Islander", "API" or "AAPI".

    When to ignore it: the figure is old and cannot be split; say so beside it.
    """
    reading = view.reading()
    merged = [v for v in reading.values if {"ASIAN", "NHPI"} <= v.one_of]
    if merged:
        n = sum(v.n for v in merged)
        yield Finding(
            "{n} of {all} {units} carry a label that could mean Asian or Pacific Islander: {labels}.",
            {
                "units": view.units,
                "n": Count(n, "umbrella"),
                "all": Count(reading.n, "n"),
                "labels": labels(view, merged),
            },
            columns=view.race_columns,
            groups=("ASIAN", "NHPI"),
            observed=Count(n, "umbrella"),
            n=reading.n,
        )


@check(
    "umbrella-collective",
    title="Labels that name no particular group",
    severity="high",
    needs=("rows", RACE),
    remedy="Recover what people answered. Where a collective label cannot be avoided, say who is in it.",
    source="https://www.cdc.gov/health-communication/php/toolkit/preferred-terms.html",
    tallies=race,
    unread=(as_collective,),
)
def umbrella_collective(view: RecordsView) -> Iterator[Finding]:
    """Finds labels such as "non-white", "minority" or "people of color", and other merged labels.

    Why it matters: they say who somebody is not, and hide everybody they hold.

    How: every label that names a collective, or that was read as one of several categories, with the
    records that carry it; those of `umbrella-asian-pi` are left to that check.

    Example: records with the labels "Minority" or "Middle Eastern or East Indian".

    When to ignore it: never for single records; a table may use a collective if it lists the members.
    """
    reading = view.reading()
    found = [
        v
        for v in reading.values
        if v.residual == "collective" or (v.one_of and not {"ASIAN", "NHPI"} <= v.one_of)
    ]
    if found:
        n = sum(v.n for v in found)
        yield Finding(
            "{n} of {all} {units} carry a collective label: {labels}.",
            {
                "units": view.units,
                "n": Count(n, "collective"),
                "all": Count(reading.n, "n"),
                "labels": labels(view, found),
            },
            columns=view.race_columns,
            groups=tuple(sorted(frozenset[str]().union(*(v.one_of for v in found)))),
            observed=Count(n, "collective"),
            n=reading.n,
        )


@check(
    "other-share",
    title='Many people are recorded as "Other"',
    severity="medium",
    needs=("rows", RACE),
    remedy='Read what was written in beside "Other", list it, and offer the most frequent answers as options.',
    source=DO_NO_HARM,
    thresholds={
        "warn": Threshold(0.03, "default", "low"),
        "high": Threshold(0.10, "default", "medium"),
    },
    tallies=race,
    unread=(as_other,),
)
def other_share(view: RecordsView) -> Iterator[Finding]:
    """Share of the answers that are a bare "Other".

    Why it matters: a large rest means that the options do not fit the people who were asked.

    How: people recorded only as other, as a share of all who answered.

    Example: 12 of 100 answers are "Some other race".

    When to ignore it: the answers were written in, and you have them.
    """
    reading = view.reading()
    other = [v for v in reading.values if v.only("other")]
    n, answered = sum(v.n for v in other), reading.n - reading.n_missing
    if not answered:
        raise NotRun("nobody answered the question", enable="See missing-rate.", columns=view.race_columns)
    share = Share(n, answered, ("other", "answered"))
    high = view.limit("other-share", "high", Threshold(0.10, "default", "medium"))
    warn = view.limit("other-share", "warn", Threshold(0.03, "default", "low"))
    for limit, severity in ((high, "medium"), (warn, "low")):
        if share.value >= limit.value:
            yield Finding(
                "{n} of {answered} answers ({share}) are only a residual category: {labels}.",
                {
                    "n": Count(n, "other"),
                    "answered": Count(answered, "answered"),
                    "share": share,
                    "labels": labels(view, other),
                },
                severity=severity,
                columns=view.race_columns,
                groups=("~other",),
                observed=share,
                threshold=limit,
                n=answered,
            )
            return


@check(
    "two-or-more-opaque",
    title='"Two or more races" without saying which',
    severity="high",
    needs=("rows", RACE),
    remedy="Keep each person's selections and report the most frequent combinations.",
    source=SPD15_DATA,
    thresholds={"high": Threshold(0.03, "default", "high")},
    tallies=race,
    unread=(as_several,),
)
def two_or_more_opaque(view: RecordsView) -> Iterator[Finding]:
    """Finds people recorded as multiracial without the races they named.

    Why it matters: they vanish from every group they belong to.

    How: people whose answer says only that there are several. It is low where the standard itself has
    such a category and asks for one answer, as in England and Wales.

    Example: "Two or More Races", "Multiracial", code 9 of RAC1P.

    When to ignore it: the parts stand in other columns; describe those instead.
    """
    reading = view.reading()
    opaque = [v for v in reading.values if v.only("multiracial")]
    if opaque:
        n = sum(v.n for v in opaque)
        limit = view.limit("two-or-more-opaque", "high", Threshold(0.03, "default", "high"))
        share = Share(n, reading.n, ("opaque", "n"))
        yield Finding(
            "{n} of {all} people ({share}) are recorded as having several races, but not which: {labels}.",
            {
                "n": Count(n, "opaque"),
                "all": Count(reading.n, "n"),
                "share": share,
                "labels": labels(view, opaque),
            },
            severity="low"
            if view.standard.one_answer
            else ("high" if share.value >= limit.value else "medium"),
            columns=view.race_columns,
            groups=("~multiracial",),
            observed=share,
            threshold=limit,
            n=reading.n,
        )
