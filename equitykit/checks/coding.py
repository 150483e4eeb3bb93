"""Checks of the coding: can the values be read, who recorded them, and what should not be here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from equitykit import identify
from equitykit.checks.categories import labels, race
from equitykit.checks.observed import supplier_is_said
from equitykit.checks.registry import Count, Finding, Labels, Share, Threshold, check
from equitykit.checks.unread import as_imputed
from equitykit.checks.view import RACE, RecordsView
from equitykit.recoded import Recoded, value_key

OPP = "https://github.com/stanford-policylab/opp"
OREGON = "https://www.law.cornell.edu/regulations/oregon/Or-Admin-Code-SS-950-030-0020"
IMPUTATION = (
    "https://www.urban.org/research/publication/"
    "ethics-and-empathy-using-imputation-disaggregate-data-racial-equity-recommendations-and-standards-guide"
)


@check(
    "ambiguous-codes",
    title="Codes that mean different things in different systems",
    severity="high",
    needs=("rows", RACE),
    remedy="Find the form or the manual the codes come from, and name the code system or each code in the codebook. "
    "Do not guess.",
    source=OPP,
    thresholds={"share": Threshold(0.005, "default", "high")},
    tallies=race,
)
def ambiguous_codes(view: RecordsView) -> Iterator[Finding]:
    """Finds bare letters, digits and words that only a codebook can explain.

    Why it matters: "U" is unknown in one system and Hawaiian in another; "5" is White, Hispanic, Japanese or
    American Indian. A guess puts people into the wrong group without anybody noticing.

    How: values that are in no shared vocabulary and that no declared code explains. "NA" is one of them.

    Example: race holds W, B, O, U and nobody says by which system.

    When to ignore it: never; a line in the codebook settles it.
    """
    reading = view.reading()
    review = [value for value in reading.values if value.status == "review"]
    if review:
        n = sum(value.n for value in review)
        share = Share(n, reading.n, ("review", "n"))
        limit = view.limit("ambiguous-codes", "share", Threshold(0.005, "default", "high"))
        yield Finding(
            "{n} of {all} {units} ({share}) hold values that need a codebook: {labels}.",
            {
                "units": view.units,
                "n": Count(n, "review"),
                "all": Count(reading.n, "n"),
                "share": share,
                "labels": labels(view, review),
            },
            severity="high" if share.value >= limit.value else "medium",
            columns=view.race_columns,
            observed=share,
            threshold=limit,
            n=reading.n,
        )


@check(
    "unmapped-values",
    title="Values that match no category",
    severity="medium",
    needs=("rows", RACE),
    remedy="Go through the list with somebody who knows the form. Map what is clear in the codebook; correct "
    "misspellings at the source.",
    source=OPP,
    thresholds={"warn": Threshold(0.005, "default", "low"), "high": Threshold(0.02, "default", "medium")},
    tallies=race,
)
def unmapped_values(view: RecordsView) -> Iterator[Finding]:
    """Finds values in the race and ethnicity columns that are no known label or code.

    Why it matters: whoever has such a value is in no group.

    How: values that could not be read, alone or beside one that could; residual labels such as "Other" have
    checks of their own. Misspellings get a suggestion and are never changed.

    Example: "Hispnic" (did they mean "Hispanic or Latino"?).

    When to ignore it: a handful of stray entries in a large file.
    """
    reading = view.reading()
    unread = [v for v in reading.values if v.unread and v.status != "review"]
    if not unread:
        return
    n = sum(value.n for value in unread)
    share = Share(n, reading.n, ("unread", "n"))
    high = view.limit("unmapped-values", "high", Threshold(0.02, "default", "medium"))
    warn = view.limit("unmapped-values", "warn", Threshold(0.005, "default", "low"))
    passed = next((limit for limit in (high, warn) if share.value > limit.value), None)
    hints = _suggestions(unread)
    yield Finding(
        "{n} of {all} {units} ({share}) hold values that match no category: {labels}."
        + (" {hints}" if hints else ""),
        {
            "units": view.units,
            "n": Count(n, "unread"),
            "all": Count(reading.n, "n"),
            "share": share,
            "labels": labels(view, unread),
            "hints": hints,
        },
        severity=passed.severity if passed else "info",
        columns=view.race_columns,
        observed=share,
        threshold=passed or warn,
        n=reading.n,
    )


def _suggestions(values: Iterable[Recoded]) -> Labels | str:
    pairs = [
        (f'"{v.unread[0]}" may be "{v.suggestion}"', v.n, value_key(v))
        for v in values
        if v.suggestion and v.unread
    ]
    return Labels(tuple(pairs), most=5, quoted=False) if pairs else ""


@check(
    "provenance-absent",
    title="Nobody recorded who gave the answer",
    severity="medium",
    needs=("rows", RACE),
    remedy="Add a field for who answered (the person, a parent or other proxy, staff, another record), or say it in "
    'the codebook: "recorded_by: self".',
    source=OREGON,
)
def provenance_absent(view: RecordsView) -> Iterator[Finding]:
    """Asks whether the data say who supplied race and ethnicity.

    Why it matters: what a person says of themselves and what an officer thought they saw are different data.

    How: the codebook names a column, or says it for all.

    Example: a race column filled at intake, by whoever was on duty.

    When to ignore it: the whole file is self-report by design; then say so in the codebook.
    """
    spec = view.spec()
    if spec.recorded_by_column or (spec.recorded_by and spec.recorded_by != "not-known"):
        return
    yield Finding(
        "Neither the data nor the codebook says who supplied race and ethnicity.",
        columns=view.race_columns,
        n=view.records.rows,
    )


_IMPUTED_NAME = re.compile(
    r"bi[f]?sg|(^|_)(rti_?race|imputed_?race|race_?imputed|inferred_?race|race_?inferred|predicted_?race|race_?pred\w*)"
    r"|(^|_)(prob|pr|p|post|posterior|pct)_?(of_)?(race_?)?(white|black|asian|hispanic|latino|aian|api|nhpi|native|mena|multi)"
    r"|(white|black|asian|hispanic|latino|aian|api|nhpi)_?(prob|probability|posterior)\b",
    re.IGNORECASE,
)
_FLAG_NAME = re.compile(
    r"imput\w*_?(flag|yn|method|source)|race_?(source|method|basis)|is_?imputed", re.IGNORECASE
)


@check(
    "imputed-unflagged",
    title="Inferred race without a flag",
    severity="high",
    needs=("rows",),
    remedy="Keep what people said and what a model guessed in separate columns, with a flag and the model's accuracy "
    "by group. Never use a guess for a decision about a person.",
    source=IMPUTATION,
    tallies=race,
    unread=(as_imputed,),
)
def imputed_unflagged(view: RecordsView) -> Iterator[Finding]:
    """Finds columns that look like race inferred from a name, a place or a picture.

    Why it matters: a guess has errors that differ by group, and a person never agreed to it.

    How: names such as bisg, rti_race or prob_black, and codes that a system defines as inferred (a surname
    match), without a column or a codebook entry that says so.

    Example: prob_black = 0.83.

    When to ignore it: the codebook says "recorded_by: imputed" or names the flag.
    """
    columns = [
        name for name in view.records.columns if _IMPUTED_NAME.search(name) and not _FLAG_NAME.search(name)
    ]
    flagged = any(_FLAG_NAME.search(name) for name in view.records.columns)
    if view.has(RACE):
        spec = view.spec()
        flagged = flagged or spec.recorded_by in {"imputed", "mixed"} or spec.recorded_by_column is not None
        said = supplier_is_said(spec)
        imputed = [v for v in view.reading().values if v.imputed and not (said and v.unread)]
        if imputed and not (spec.recorded_by in {"imputed", "mixed"} or spec.recorded_by_column):
            n = sum(value.n for value in imputed)
            yield Finding(
                "{n} of {all} {units} hold codes that stand for inferred race, and nothing says so.",
                {"units": view.units, "n": Count(n, "imputed"), "all": Count(view.reading().n, "n")},
                columns=view.race_columns,
                observed=Count(n, "imputed"),
                n=view.reading().n,
            )
    if columns and not flagged:
        yield Finding(
            "These columns look like race that was inferred, and no column flags it: {names}.",
            {"names": ", ".join(columns[:12])},
            columns=tuple(columns),
            observed=len(columns),
            n=view.records.rows,
        )


@check(
    "direct-identifiers-present",
    title="Columns that identify people directly",
    severity="high",
    needs=("rows",),
    remedy="Work on a copy without these columns. An audit of race and ethnicity does not need them.",
    source="https://www.hhs.gov/hipaa/for-professionals/special-topics/de-identification/index.html",
)
def direct_identifiers_present(view: RecordsView) -> Iterator[Finding]:
    """Names the columns that hold names, full birth dates, numbers, addresses, phones or e-mails.

    Why it matters: a file that goes from desk to desk should not say who people are.

    How: by the name of the column and by the shape of its values. No value is ever printed, and nothing of
    these columns enters a table, a message or a report.

    Example: child_name, ssn, e-mail.

    When to ignore it: you work inside the system that holds the records, and nothing leaves it.
    """
    found = identify.identifiers(view.records)
    for kind in dict.fromkeys(found.values()):
        columns = tuple(column for column, its in found.items() if its == kind)
        yield Finding(
            "{kind}: {columns}.",
            {"kind": identify.KINDS[kind], "columns": ", ".join(columns)},
            columns=columns,
            observed=len(columns),
            n=view.records.rows,
        )


@check(
    "irregular-file",
    title="The file could be read only with some help",
    severity="low",
    needs=(),
    remedy="Nothing is lost, but have a look. A file saved as UTF-8, with one row of names and one row a record, "
    "needs no help.",
    source="https://www.aisp.upenn.edu/centering-equity/",
)
def irregular_file(view: RecordsView) -> Iterator[Finding]:
    """Lists what the reader did to make sense of the file.

    Why it matters: a padded line or a skipped one is a person whose answers may stand in the wrong column.

    How: notes of the reader on encoding, column names, short and skipped lines, hidden sheets and merged
    cells. Skipped and padded lines are low; the rest is for information.

    Example: 3 lines had fewer fields than the header.

    When to ignore it: you know how the file was made.
    """
    for note in view.records.notes:
        if note.kind != "totals-row":
            lost = note.kind in {"short-lines", "skipped-lines"}
            yield Finding(
                "{message}",
                {"message": note.message},
                severity="low" if lost else "info",
                columns=note.columns,
                observed=note.rows,
                n=view.records.rows,
            )


@check(
    "totals-row",
    title="A totals row stands among the people",
    severity="medium",
    needs=(),
    remedy="Take the totals row out of the file.",
    source="https://www.aisp.upenn.edu/centering-equity/",
)
def totals_row(view: RecordsView) -> Iterator[Finding]:
    """Finds a row of totals at the foot of a table of records.

    Why it matters: it would be counted as a person.

    How: the last row starts with a word such as "Total" and holds sums. It is left out of every count.

    Example: "Total" under the last child of a sheet.

    When to ignore it: it is a person after all; tell us how the row looks.
    """
    for note in view.records.notes:
        if note.kind == "totals-row":
            yield Finding(
                "{message}",
                {"message": note.message},
                columns=note.columns,
                observed=note.rows,
                n=view.records.rows,
            )
