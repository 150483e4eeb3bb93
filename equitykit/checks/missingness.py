"""Checks of what is missing: how much, and why."""

from __future__ import annotations

from collections.abc import Iterator

from equitykit.checks.categories import labels, race
from equitykit.checks.registry import Count, Finding, Labels, Share, Threshold, check
from equitykit.checks.unread import as_conflict, as_missing
from equitykit.checks.view import RACE, RecordsView

US_CORE = "https://hl7.org/fhir/us/core/StructureDefinition-us-core-race.html"
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
        "{n} of {all} {units} ({share}) have no race or ethnicity: {reasons}." + half,
        {
            "units": view.units,
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
                "{n} of {all} {units} have a category in one question and a missing reason in the other: {labels}."
                if two_questions
                else "{n} of {all} {units} have a missing reason beside a category: {labels}."
            ),
            {
                "units": view.units,
                "n": Count(n, "conflict"),
                "all": Count(reading.n, "n"),
                "labels": labels(view, conflicts),
            },
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
            "{n} of {all} {units} have no box ticked and no reason given.",
            {"units": view.units, "n": Count(unticked, "reason:blank"), "all": Count(reading.n, "n")},
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
