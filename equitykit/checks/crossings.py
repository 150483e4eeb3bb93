"""Checks of what stands beside race: the questions a purpose names, crossings, and small cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from equitykit import standards
from equitykit.checks.categories import labels, race
from equitykit.checks.registry import Finding, Labels, Threshold, check
from equitykit.checks.results_numbers import small_cells
from equitykit.checks.results_view import ResultsView
from equitykit.checks.unread import as_one_person
from equitykit.checks.view import RACE, RecordsView
from equitykit.frames import Tally

_DIMENSION_WORDS = {
    "tribal_affiliation": r"\btrib(e|al|es)\b|\bicwa\b|nation affiliation",
    "language": r"\blanguages?\b|interpret",
    "disability": r"\bdisabilit|\bdisabled\b|accommodation",
    "age": r"\bages?\b|\bage groups?\b",
    "sex": r"\bsex\b",
    "gender": r"\bgender\b",
    "sexual_orientation": r"sexual orientation|\bsogie?\b|lgbt",
    "geography": r"\bgeograph|neighbou?rhood|zip code|\bplace of residence\b",
    "religion": r"\breligio",
    "national_origin": r"national origin|country of birth",
}


@check(
    "dimension-absent",
    title="A question that the purpose names is not in the data",
    severity="info",
    needs=("rows", "purpose"),
    remedy="Say why it is not collected, or take it out of the purpose. Collect nothing without a stated purpose.",
    source="https://aspe.hhs.gov/reports/"
    "hhs-implementation-guidance-data-collection-standards-race-ethnicity-sex-primary-language-disability-0",
)
def dimension_absent(view: RecordsView) -> Iterator[Finding]:
    """Compares the questions that the stated purpose names with those the data answer.

    Why it matters: a purpose that cannot be met should say so. Nothing is asked for that the purpose does not
    name, and immigration status is never asked for.

    How: words of the purpose in the codebook.

    Example: "to see whether interpreters are offered" and no language column.

    When to ignore it: the answer lies in another file.
    """
    purpose = view.codebook.purpose or ""
    for question, words in _DIMENSION_WORDS.items():
        if re.search(words, purpose, re.IGNORECASE) and not view.has(question):
            yield Finding(
                "The purpose names {question}, and the codebook describes no such column.",
                {"question": question.replace("_", " ")},
                observed=0,
                n=view.records.rows,
            )


_SECOND = ("sex", "gender", "age", "disability", "language")
_MOST_LEVELS = 12


def _crossings(view: RecordsView) -> Iterable[Tally]:
    if not view.has(RACE):
        return ()
    tallies = [*race(view)]
    for question in _SECOND:
        if view.has(question):
            tallies += [
                view.question_tally(question),
                view.question_tally(RACE, *view.spec(question).columns),
            ]
    return tallies


@check(
    "intersection-gap",
    title="Groups too small to be seen where two questions cross",
    severity="medium",
    needs=("rows", RACE, "second question"),
    remedy="Pool years or areas, count alone-or-in-combination, or listen to the people concerned; do not publish "
    "shares on so few.",
    source="https://www.cdc.gov/nchs/data/series/sr_02/sr02_175.pdf",
    thresholds={"cell": Threshold(30, "cited", "medium")},
    tallies=_crossings,
    unread=(as_one_person,),
)
def intersection_gap(view: RecordsView) -> Iterator[Finding]:
    """Finds groups with too few people once race is crossed with sex, age, disability or language.

    Why it matters: a Black disabled girl's outcome is in neither "Black" nor "disabled".

    How: people with the category alone or with others, by each answer to the second question; cells of 1 to
    29, and empty cells of groups that are recorded. Fewer than 30 is where NCHS stops showing shares.

    Example: 12 Native Hawaiian or Pacific Islander girls.

    When to ignore it: no result will be shown for that crossing.
    """
    limit = view.limit("intersection-gap", "cell", Threshold(30, "cited", "medium"))
    for question in _SECOND:
        if not view.has(question):
            continue
        second = view.reading(question)
        answers = sorted(second.n_any)
        if not 1 < len(answers) <= _MOST_LEVELS:
            continue
        cells = _cells(view, question)
        named = [category.id for category in view.reading().categories() if category.n_any]
        small = [
            (group, answer, cells.get((group, answer), 0))
            for group in named
            for answer in answers
            if cells.get((group, answer), 0) < limit.value
        ]
        if small:
            label = partial(standards.group_label, standard=view.standard)
            yield Finding(
                "{k} of {all} cells of race and ethnicity by {question} hold fewer than {limit} people: {cells}.",
                {
                    "k": len(small),
                    "all": len(named) * len(answers),
                    "question": question.replace("_", " "),
                    "limit": int(limit.value),
                    "cells": Labels(
                        tuple((f"{label(RACE, g)} / {label(question, a)}", n, None) for g, a, n in small),
                        most=12,
                        quoted=False,
                    ),
                },
                columns=(*view.race_columns, *view.spec(question).columns),
                groups=tuple(dict.fromkeys(group for group, _, _ in small)),
                observed=len(small),
                threshold=limit,
                n=view.reading().n,
            )


def _cells(view: RecordsView, question: str) -> dict[tuple[str, str], int]:
    cells: dict[tuple[str, str], int] = {}
    recoder = view.recoder(question)
    for value, raw in view.crossed(RACE, *view.spec(question).columns):
        for group in value.categories:
            for answer in recoder(raw).categories:
                cells[group, answer] = cells.get((group, answer), 0) + value.n
    return cells


@check(
    "r-small-cell",
    title="Counts small enough to point at a person",
    severity="critical",
    subjects=("records", "results"),
    needs=("rows", RACE),
    remedy="Keep this audit inside the office, or make a version for others with --public.",
    source="https://resdac.org/node/1506",
    thresholds={"cell": Threshold(11, "cited", "critical")},
    tallies=race,
)
def r_small_cell(view: RecordsView | ResultsView) -> Iterator[Finding]:
    """Finds small counts that a published table shows, or that the audit of records itself prints.

    Why it matters: in a small place, "one Hawaiian man who died in 2016" is a person with a name.

    How: counts from 1 to 10 (the rule of the Centers for Medicare and Medicaid Services); a zero may be shown.
    In a published table each column of counts that shows some is critical. Among values and categories of
    records, in an internal audit, they are for information; a public one hides them, and others with them so
    that they cannot be worked out.

    Example: 3 people recorded as Chinese.

    When to ignore it: the file never leaves those who may see each record.
    """
    if isinstance(view, ResultsView):
        yield from small_cells(view)
        return
    if view.public:
        return
    reading = view.reading()
    limit = view.limit("r-small-cell", "cell", Threshold(view.threshold, "cited", "critical"))
    small = [value for value in reading.values if 0 < value.n < limit.value]
    groups = [c.id for c in reading.categories() if 0 < c.n_any < limit.value]
    if small or groups:
        yield Finding(
            "{k} of the values listed have fewer than {limit} people: {labels}.",
            {"k": len(small), "limit": int(limit.value), "labels": labels(view, small)},
            severity="info",
            columns=view.race_columns,
            groups=tuple(groups),
            observed=len(small),
            threshold=limit,
            n=reading.n,
        )
