"""Checks of the categories: who can be seen in these records, and who cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from equitykit.checks.form_view import FormView
from equitykit.checks.registry import Count, Finding, Labels, NotRun, Share, Threshold, check
from equitykit.checks.view import RACE, RecordsView
from equitykit.codebook import Question
from equitykit.frames import Tally
from equitykit.recode import NO, YES, Recoded, Recoder, value_key

SPD15_FORM = "https://spd15revision.gov/content/spd15revision/en/2024-spd15/question-format.html"
SPD15_DATA = "https://spd15revision.gov/content/spd15revision/en/2024-spd15/data-on-race-ethnicity.html"
DO_NO_HARM = (
    "https://www.urban.org/research/publication/do-no-harm-guide-applying-equity-awareness-data-visualization"
)


def race(view: RecordsView) -> Iterable[Tally]:
    """Tally of the race and ethnicity question alone."""
    return (view.question_tally(),) if view.has(RACE) else ()


def labels(view: RecordsView, values: Iterable[Recoded]) -> Labels:
    """Raw labels of readings, as people wrote them; for yes/no columns, the columns that are ticked."""
    return Labels(tuple((_label(view, value), value.n, value_key(value)) for value in values))


def _label(view: RecordsView, value: Recoded) -> str:
    cells = zip(view.race_columns, value.raw, strict=False)
    if view.spec().encoding != "flags":
        return " + ".join(cell or "(blank)" for _, cell in cells)
    ticked = [
        column if cell.lower() in YES else f"{column}={cell}"
        for column, cell in cells
        if cell and cell.lower() not in NO
    ]
    return ", ".join(ticked) or "nothing ticked"


@check(
    "race-field-absent",
    title="No race or ethnicity field found",
    severity="critical",
    subjects=("records", "form"),
    needs=("rows",),
    remedy="Say plainly that these data cannot be disaggregated. Plan collection or a linkage with a stated purpose; "
    "do not fill in race by guessing.",
    source="https://bidenwhitehouse.archives.gov/wp-content/uploads/2022/04/eo13985-vision-for-equitable-data.pdf",
)
def race_field_absent(view: RecordsView | FormView) -> Iterator[Finding]:
    """Looks for a column that answers the race and ethnicity question, or an item of a form that asks it.

    Why it matters: without one, no difference between groups can be seen, and none can be ruled out.

    How: by the values first, then by the names of the columns; yes/no families count.
    A column whose codes nobody can read yet is found, and its codes are asked about. In a form, items are
    told by their options, or by their words where the answer is free text.

    Example: a visits file with child, date and worker, and nothing else.

    When to ignore it: the purpose of the file needs no such answers, and you say so in the report.
    """
    if not view.has(RACE):
        yield Finding(
            "{looked} was recognised as race or ethnicity{named}.",
            {
                "looked": view.columns_said,
                "named": "" if isinstance(view, FormView) else ", and the codebook names none",
            },
            observed=0,
            n=view.size,
        )


@check(
    "category-never-used",
    title="A category of the standard never occurs",
    severity="high",
    needs=("rows", RACE),
    remedy="Ask whether the form offers the category and whether a recode drops it. Show the group with a count of "
    "zero rather than leaving it out.",
    source=SPD15_FORM,
    thresholds={"probability": Threshold(0.05, "default", "high")},
    tallies=race,
)
def category_never_used(view: RecordsView) -> Iterator[Finding]:
    """Lists each minimum category of the standard that no record has.

    Why it matters: a group that cannot be recorded cannot be served, counted or protected.

    How: a category that the form does not offer is found at once. Where it is offered, or nobody said,
    the chance of seeing nobody is (1 - p) to the power n, with p the benchmark share and n the readable
    records; below the limit the gap is unlikely to be chance. Without a benchmark the finding is for
    information: whether the category could occur is not known.

    Example: a form without "Middle Eastern or North African".

    When to ignore it: the benchmark has almost nobody in the category.
    """
    reading = view.reading()
    readable = sum(v.n for v in reading.values if v.status in {"mapped", "merged"})
    if not readable:
        raise NotRun(
            "no race or ethnicity value could be read",
            enable="Say what the codes mean: equitykit propose DATA -o CODEBOOK, then --codebook CODEBOOK.",
            columns=view.race_columns,
        )
    limit = view.limit("category-never-used", "probability", Threshold(0.05, "default", "high"))
    unread = sum(v.n for v in reading.values if v.status == "review" or (v.status == "unmapped" and v.unread))
    caveat = " {unread} further records could not be read." if unread else ""
    for category in reading.categories():
        if category.status == "recorded":
            continue
        share = view.benchmark.share(category.id) if view.benchmark else None
        numbers: dict[str, Count | float | str | Share | Labels | int] = {
            "label": view.standard.label(category.id),
            "n": Count(readable, "readable"),
            "unread": Count(unread, "not-read"),
        }
        chance = (1 - share) ** readable if share is not None else None
        severity = "info"
        if category.status == "only_merged":
            message = '"{label}" occurs only inside a merged label, so its own number is not known.'
        elif category.status == "not_offered":
            severity, message = "high", '"{label}" is not offered on the form, and no record has it.'
        elif chance is not None and share is not None and chance < limit.value:
            severity = "high"
            numbers |= {"share": f"{share:.1%}", "chance": _chance(chance)}
            message = (
                '"{label}" never occurs in {n} readable records. At its benchmark share of {share}, chance alone '
                "would leave nobody about {chance}."
            )
        elif chance is not None:
            numbers |= {"chance": _chance(chance)}
            message = '"{label}" never occurs; with so few people expected, chance alone would do that about {chance}.'
        elif category.status == "offered_never_used":
            message = '"{label}" is offered, and no record has it; no benchmark says whether that is unusual.'
        else:
            message = (
                '"{label}" never occurs here; whether it could is not known. Give the form (propose --form) or a '
                "benchmark to find out."
            )
        yield Finding(
            message + caveat,
            numbers,
            severity=severity,
            columns=view.race_columns,
            groups=(category.id,),
            observed=0,
            n=readable,
        )


def _chance(probability: float) -> str:
    if probability < 0.001:
        return "less than once in 1,000 files like this"
    return f"{probability:.0%} of the time" if probability >= 0.01 else "less than 1% of the time"


@check(
    "umbrella-asian-pi",
    title="Asian and Pacific Islander people are combined",
    severity="high",
    needs=("rows", RACE),
    remedy="Split the label at its source. Until then show it as what it is, and never as Asian.",
    source="https://spd15revision.gov/content/spd15revision/en/history.html",
    tallies=race,
)
def umbrella_asian_pi(view: RecordsView) -> Iterator[Finding]:
    """Finds labels that put Asian and Native Hawaiian or Pacific Islander people together.

    Why it matters: they have been separate categories in the United States since 1997; together, the
    smaller group disappears behind the larger one.

    Example: "Asian/Pacific Islander", "API", "AAPI".

    When to ignore it: the figure is old and cannot be split; say so beside it.
    """
    reading = view.reading()
    merged = [v for v in reading.values if {"ASIAN", "NHPI"} <= v.one_of]
    if merged:
        n = sum(v.n for v in merged)
        yield Finding(
            "{n} of {all} records carry a label that could mean Asian or Pacific Islander: {labels}.",
            {"n": Count(n, "umbrella"), "all": Count(reading.n, "n"), "labels": labels(view, merged)},
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
)
def umbrella_collective(view: RecordsView) -> Iterator[Finding]:
    """Finds labels such as "non-white", "minority" or "people of color", and other merged labels.

    Why it matters: they say who somebody is not, and hide everybody they hold.

    Example: "Minority"; "Middle Eastern or East Indian".

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
            "{n} of {all} records carry a collective label: {labels}.",
            {"n": Count(n, "collective"), "all": Count(reading.n, "n"), "labels": labels(view, found)},
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
)
def other_share(view: RecordsView) -> Iterator[Finding]:
    """Share of the answers that are a bare "Other".

    Why it matters: a large rest means that the options do not fit the people who were asked.

    How: people recorded only as other, as a share of all who answered.

    Example: 12 of 100 answers are "Some other race".

    When to ignore it: the answers were written in, and you have them.
    """
    reading = view.reading()
    other = [v for v in reading.values if v.residual == "other" and not v.categories]
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
)
def two_or_more_opaque(view: RecordsView) -> Iterator[Finding]:
    """Finds people recorded as multiracial without the races they named.

    Why it matters: they vanish from every group they belong to.

    Example: "Two or More Races", "Multiracial", code 9 of RAC1P.

    When to ignore it: the parts stand in other columns; describe those instead.
    """
    reading = view.reading()
    opaque = [v for v in reading.values if v.residual == "multiracial" and not v.categories]
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
            severity="high" if share.value >= limit.value else "medium",
            columns=view.race_columns,
            groups=("~multiracial",),
            observed=share,
            threshold=limit,
            n=reading.n,
        )


def _with_derived(view: RecordsView) -> Iterable[Tally]:
    derived = [d.column for d in view.codebook.derived if d.from_ == RACE]
    return (*race(view), *(view.question_tally(RACE, column) for column in derived)) if view.has(RACE) else ()


@check(
    "aian-erasure-override",
    title="American Indian, Alaska Native and other people are lost by a one-group rule",
    severity="critical",
    needs=("rows", RACE, "several answers or a derived column"),
    remedy="Publish alone-or-in-combination as the first count. Keep every selection, and write down any rule that "
    "puts people into one group.",
    source=SPD15_DATA,
    thresholds={
        "warn": Threshold(0.10, "default", "high"),
        "high": Threshold(0.50, "default", "critical"),
    },
    tallies=_with_derived,
    unverified="The figure that fewer than two in five American Indian or Alaska Native people in federal surveys are "
    "single-race and not Hispanic comes from a policy brief (UCLA, 2020).",
)
def aian_erasure_override(view: RecordsView) -> Iterator[Finding]:
    """Counts who disappears when people with several answers are put into one group.

    Why it matters: rules such as "Hispanic overrides" or "two or more" remove most American Indian and
    Alaska Native people, and many Pacific Islander people, from their own group.

    How: loss = 1 - (people counted in the group after the rule) / (people who named it, alone or with
    others), for every group. With a derived column in the codebook the loss is what that column did.
    Without one it is what a rule would do, for information: the records themselves still hold the answers.

    Example: 60 of 100 people who named American Indian or Alaska Native are "Hispanic" or "Two or more" in race5.

    When to ignore it: the derived column is used nowhere.
    """
    warn = view.limit("aian-erasure-override", "warn", Threshold(0.10, "default", "high"))
    high = view.limit("aian-erasure-override", "high", Threshold(0.50, "default", "critical"))
    reading = view.reading()
    derived = [d for d in view.codebook.derived if d.from_ == RACE]
    for entry in derived:
        spec = Question(columns=(entry.column,), encoding="single", codes=dict(entry.codes))
        kept = _kept(view, entry.column, Recoder(RACE, spec, view.standard))
        for category in view.standard.category_ids:
            named = reading.n_any.get(category, 0)
            loss = Share(named - kept.get(category, 0), named)
            if named and loss.value > warn.value:
                yield Finding(
                    '{lost} of {named} people ({share}) who named "{label}" are not in that group in the column '
                    '"{column}".',
                    {
                        "lost": Count(loss.part),
                        "named": Count(named, f"any:{category}"),
                        "share": loss,
                        "label": view.standard.label(category),
                        "column": entry.column,
                    },
                    severity="critical" if loss.value > high.value else "high",
                    columns=(entry.column,),
                    groups=(category,),
                    observed=loss,
                    threshold=high if loss.value > high.value else warn,
                    n=named,
                )
    if derived or not reading.multiple_possible:
        return
    for category in view.standard.category_ids:
        named = reading.n_any.get(category, 0)
        loss = Share(
            named - reading.n_alone.get(category, 0), named, (f"beside:{category}", f"any:{category}")
        )
        if category != "HISPANIC" and named and loss.value > warn.value:
            yield Finding(
                '{lost} of {named} people ({share}) who named "{label}" named another group too. A one-group rule '
                "would take them out of it; these records still hold them.",
                {
                    "lost": Count(loss.part, f"beside:{category}"),
                    "named": Count(named, f"any:{category}"),
                    "share": loss,
                    "label": view.standard.label(category),
                },
                severity="info",
                columns=view.race_columns,
                groups=(category,),
                observed=loss,
                threshold=warn,
                n=named,
            )


def _kept(view: RecordsView, column: str, recoder: Recoder) -> dict[str, int]:
    """Units whose derived value still holds a category they named."""
    kept: dict[str, int] = {}
    for value, (derived,) in view.crossed(RACE, column):
        for category in value.categories & recoder((derived,)).categories:
            kept[category] = kept.get(category, 0) + value.n
    return kept


@check(
    "multi-never-used",
    title="Several answers are possible, but nobody has more than one race",
    severity="medium",
    needs=("rows", RACE, "several answers"),
    remedy="Look for a form that shows one choice only, a transfer that keeps the last answer, or a default that "
    "staff leave in place.",
    source=SPD15_FORM,
    thresholds={"probability": Threshold(0.01, "default", "medium")},
    tallies=race,
)
def multi_never_used(view: RecordsView) -> Iterator[Finding]:
    """Compares how many people have two or more races with the benchmark.

    Why it matters: a question that takes several answers, but never gets them, is broken somewhere.

    How: binomial probability of so few people with two or more races (Hispanic origin aside), given the
    benchmark share. Where somebody has several and there is no benchmark, the check is clear.

    Example: 3,000 children, several answers allowed, none with two races, 4 % in the benchmark.

    When to ignore it: the benchmark describes another population.
    """
    reading = view.reading()
    known = [v for v in reading.values if v.categories - {"HISPANIC"} or v.residual == "multiracial"]
    n = sum(v.n for v in known)
    several = sum(v.n for v in known if len(v.categories - {"HISPANIC"}) > 1 or v.residual == "multiracial")
    expected = view.benchmark.share("~multiracial") if view.benchmark else None
    if not n:
        raise NotRun("no race value could be read", enable="See ambiguous-codes and unmapped-values.")
    if expected is None:
        if several:
            return
        raise NotRun(
            "nobody has more than one race, and no benchmark says how many people should",
            enable="Give a benchmark with a row ~multiracial: --benchmark FILE.",
            columns=view.race_columns,
        )
    from scipy.special import bdtr

    limit = view.limit("multi-never-used", "probability", Threshold(0.01, "default", "medium"))
    if float(bdtr(several, n, expected)) < limit.value:
        yield Finding(
            "{several} of {n} people have two or more races; the benchmark has {expected}.",
            {"several": Count(several), "n": Count(n), "expected": f"{expected:.1%}"},
            columns=view.race_columns,
            groups=("~multiracial",),
            observed=Share(several, n),
            threshold=limit,
            n=n,
        )
