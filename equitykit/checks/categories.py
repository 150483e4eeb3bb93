"""Checks of the categories: who can be seen in these records, and who cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from equitykit.checks.form_view import FormView
from equitykit.checks.registry import Count, Finding, Labels, NotRun, Number, Threshold, check
from equitykit.checks.unread import WHAT_THEY_MEAN
from equitykit.checks.view import RACE, RecordsView
from equitykit.frames import Tally
from equitykit.recode import NO, YES
from equitykit.recoded import Recoded, value_key

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
    if view.spec().encoding != "flags":
        return " + ".join(cell or "(blank)" for cell in value.raw)
    cells = zip(view.race_columns, value.raw, strict=False)
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
    information: whether the category could occur is not known. Where more values are unread than read, it is
    not run.

    Example: a form without "Middle Eastern or North African".

    When to ignore it: the benchmark has almost nobody in the category.
    """
    reading = view.reading()
    readable = sum(v.n for v in reading.values if v.status in {"mapped", "merged"})
    if not readable:
        raise NotRun(
            "no race or ethnicity value could be read",
            enable=WHAT_THEY_MEAN,
            columns=view.race_columns,
        )
    unread = sum(v.n for v in reading.values if v.status == "review" or (v.status == "unmapped" and v.unread))
    if unread > readable and not any(each.status == "not_offered" for each in reading.categories()):
        raise NotRun(
            "more race or ethnicity values could not be read than could",
            enable=WHAT_THEY_MEAN,
            columns=view.race_columns,
        )
    limit = view.limit("category-never-used", "probability", Threshold(0.05, "default", "high"))
    caveat = " {unread} further records could not be read." if unread else ""
    for category in reading.categories():
        if category.status == "recorded":
            continue
        share = view.benchmark.share(category.id) if view.benchmark else None
        numbers: dict[str, Number] = {
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
        elif view.benchmark is not None:
            message = (
                '"{label}" never occurs here, and the benchmark has no such category, so whether that is unusual '
                "is not known. Tables of the census keep the categories of 1997. The form that was asked would tell."
            )
        else:
            message = (
                '"{label}" never occurs here; whether it could is not known. The form that was asked, or a benchmark, '
                "would tell."
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
