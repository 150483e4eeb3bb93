"""Checks of a published table that look at what is shown, and how it is told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equitykit import standards
from equitykit.checks.lexicon import lexicon
from equitykit.checks.registry import Finding, Share, Threshold, check
from equitykit.checks.results_table import listed
from equitykit.checks.results_view import ResultsView
from equitykit.checks.view import RACE
from equitykit.results import Cell, Column
from equitykit.results.model import ESTIMATES, UNCERTAINTY

_STATES = {
    "suppressed": "suppressed",
    "unreliable": "marked unreliable",
    "not-collected": "not collected",
    "not-applicable": "not applicable",
    "not-available": "not available",
    "blank": "blank",
    "not-said": "with a mark that the table does not say the meaning of",
}
_WHY_NOT = re.compile(
    r"(race|ethnic)[^.]{0,80}(not (available|collected|shown|reported|published|asked)|too few"
    r"|suppress|withheld)|"
    r"(not (available|collected|shown|reported|published)|too few|cannot)[^.]{0,80}(race|ethnic)",
    re.IGNORECASE,
)
_COLLECTIVE = "collective"
_REFERENCE = re.compile(
    r"\b(reference|referent|comparison) (group|category|population)|\bcompared (with|to)\b"
    r"|\brelative to\b|\bversus\b|\bvs\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(because|since|as it is|chosen|in order to|so that|reason|why|for the sake of|to show|rationale)\b",
    re.IGNORECASE,
)
_ORDERED = re.compile(
    r"\b(sorted|ordered|in order|alphabetical|by size|ranked|listed (by|in))\b", re.IGNORECASE
)


@check(
    "r-not-disaggregated",
    title="Published table has no race or ethnicity groups",
    severity="high",
    subjects=("results",),
    needs=("rows",),
    remedy=(
        "Add the groups, with a row for people whose race is not known; or say in a note why they are "
        "not shown."
    ),
    source="https://bidenwhitehouse.archives.gov/wp-content/uploads/2022/04/eo13985-vision-for-equitable-data.pdf",
)
def r_not_disaggregated(view: ResultsView) -> Iterator[Finding]:
    """Finds tables without any row or column of a race or ethnicity group, or with everybody in two boxes only.

    Why it matters: an average hides the people for whom it is not true; what is not shown by group is not asked
    about by group.

    How: the labels of rows and of columns are read with the words of race and ethnicity. A note that says why
    the groups are not shown makes it information only.

    Example: a table of suspensions by district, with one number for each.

    When to ignore it: the table is about things, not about people.
    """
    groups = [group for group in view.groups if group.meaning is not None]
    if not groups:
        said = next((text for text in view.results.texts if _WHY_NOT.search(text)), None)
        if said is not None:
            yield Finding(
                "No row or column is a race or ethnicity group; a note says why: \u201c{note}\u201d",
                {"note": said[:200]},
                severity="info",
                n=view.size,
            )
        else:
            yield Finding("No row or column is a race or ethnicity group, and no note says why.", n=view.size)
        return
    named = {each for group in groups for each in group.categories if not each.startswith("~")}
    lumped = [g.label for g in groups if g.meaning is not None and g.meaning.residual == _COLLECTIVE]
    if lumped and len(named) <= 1:
        yield Finding(
            "Everybody who is not in one group stands together under {labels}.",
            {"labels": listed([f"\u201c{label}\u201d" for label in lumped])},
            severity="medium",
            columns=_dimension(view),
            n=view.size,
        )


def _dimension(view: ResultsView) -> tuple[str, ...]:
    found = view.results.dimension
    return (found,) if found is not None and found != "columns" else ()


@check(
    "r-group-asterisked",
    title="A group is hidden everywhere, or left out",
    severity="critical",
    subjects=("results",),
    needs=("rows", RACE),
    remedy=(
        "Pool three to five years, or areas; count people alone or in combination; tell it in words, "
        "or let the tribe or "
        "community decide what is released. Where it stays hidden, say why beside it."
    ),
    source="https://archive.ncai.org/policy-research-center/research-data/data",
    thresholds={"high": Threshold(0.5, "default", "high")},
)
def r_group_asterisked(view: ResultsView) -> Iterator[Finding]:
    """Finds groups of whom the table shows no number anywhere, hardly any, or whom it does not list.

    Why it matters: a group that is an asterisk in every table is not seen by anybody who decides. Native people
    have called themselves the asterisk nation for it.

    How: for each group, the share of its places (row and other labels) in which no result is shown, whatever the
    reason: 100 % is critical, half or more is high [default]. Groups of the standard that are not listed, or only
    inside a merged label, are named too; a group that the standard of 1997 does not have is a low finding, because
    tables made from older data could not show it.

    Example: 121 districts list Native Hawaiian or Other Pacific Islander students; 0 of them show a number.

    When to ignore it: the community asked for it to be so. Say that in a note.
    """
    limit = view.limit("r-group-asterisked", "high", Threshold(0.5, "default", "high"))
    for group in view.groups:
        shown, hidden, states = view.places(group)
        cells = shown + hidden
        if not cells or hidden < limit.value * cells or not hidden:
            continue
        reasons = ", ".join(f"{n:,} {_STATES.get(state, state)}" for state, n in states.most_common())
        more = "" if shown else " Nobody who reads this table can see them."
        yield Finding(
            "{group}: {shown} of {cells} places show a number ({reasons}).{more}",
            {
                "group": group.label,
                "shown": f"{shown:,}",
                "cells": f"{cells:,}",
                "reasons": reasons,
                "more": more,
            },
            severity="critical" if not shown else "high",
            columns=_dimension(view),
            groups=(group.id,),
            observed=Share(hidden, cells),
            threshold=Threshold(1.0, "cited") if not shown else limit,
            n=cells,
        )
    yield from _left_out(view)


def _left_out(view: ResultsView) -> Iterator[Finding]:
    rolled = {
        parent
        for group in view.groups
        for each in group.categories
        if not each.startswith("~") and (parent := view.standard.rollup(each) or each)
    }
    merged = {
        each: group.label
        for group in view.groups
        if group.meaning is not None
        for each in group.meaning.one_of
    }
    unread = [f"\u201c{group.label}\u201d" for group in view.groups if group.meaning is None]
    unless = f", unless under a label that was not recognised: {listed(unread)}" if unread else " at all"
    older = {
        parent
        for each in standards.standard("us-omb-spd15-1997").category_ids
        if (parent := view.standard.rollup(each) or each)
    }
    for category in view.standard.category_ids:
        if category in rolled:
            continue
        label = view.standard.label(category)
        if category in merged:
            yield Finding(
                "{group} are shown only inside the merged label \u201c{label}\u201d.",
                {"group": label, "label": merged[category]},
                severity="medium",
                columns=_dimension(view),
                groups=(category,),
                n=view.size,
            )
        elif category in older:
            yield Finding(
                "{group} are not listed{unless}.",
                {"group": label, "unless": unless},
                severity="medium" if unread else "high",
                columns=_dimension(view),
                groups=(category,),
                n=view.size,
            )
        else:
            yield Finding(
                "{group} are not listed. Data collected before the standard of 2024 could not show "
                "them; say where they "
                "are counted.",
                {"group": label},
                severity="low",
                columns=_dimension(view),
                groups=(category,),
                n=view.size,
            )


@check(
    "r-no-uncertainty",
    title="No sizes, intervals or reliability marks beside the numbers",
    severity="medium",
    subjects=("results",),
    needs=("rows", RACE, "estimates"),
    remedy=(
        "Add the number of people and a 95 % interval; at the least mark estimates whose standard error "
        "is 30 % or more."
    ),
    source="https://www.cdc.gov/nchs/data/series/sr_02/sr02_175.pdf",
)
def r_no_uncertainty(view: ResultsView) -> Iterator[Finding]:
    """Finds percents, rates and ratios that stand alone.

    Why it matters: 20 % of five people and 20 % of five thousand look the same. Small groups are then judged
    on chance, and large ones doubted without need.

    How: looks for columns with the number of people, an interval, a standard error, a margin of error or a mark
    of reliability, and for intervals and marks inside the cells. Where there is a size but nothing else, or
    counts only, it is a low finding: an interval can be worked out.

    Example: a table with the columns group and suspension rate.

    When to ignore it: the table belongs to a report that prints sizes and intervals beside it.
    """
    names = tuple(column.name for column in view.results.of_kind(*ESTIMATES, "number"))
    if view.results.of_kind(*UNCERTAINTY) or any(
        (cell.shown and cell.low is not None)
        or (cell.shown and cell.mark is not None and _is_unreliable(view, cell))
        for cell in view.results.cells
    ):
        return
    if view.results.of_kind("n") or any(part.base is not None and part.checked for part in view.parts):
        yield Finding(
            "The number of people is shown, but no interval, standard error or mark of reliability.",
            severity="low",
            columns=names,
            n=view.size,
        )
        return
    counted = (
        " Counts are shown, but not how many people they are of." if view.results.of_kind("count") else ""
    )
    yield Finding(
        "{columns} stand without the number of people they are of, an interval or a mark of "
        "reliability.{counted}",
        {"columns": listed([f"\u201c{name}\u201d" for name in names]), "counted": counted},
        columns=names,
        n=view.size,
    )


def _is_unreliable(view: ResultsView, cell: Cell) -> bool:
    return any(use.mark == cell.mark and use.meaning == "unreliable" for use in view.results.marks)


@check(
    "r-white-reference-default",
    title="White is the reference, and nobody says why",
    severity="medium",
    subjects=("results",),
    needs=("rows", RACE),
    remedy=(
        "Name the reference and the reason for it; offer the total, all others, or the group with "
        "the most favourable "
        "rate. Put the groups in an order that means something, and say which."
    ),
    source="https://www.urban.org/research/publication/do-no-harm-guide-applying-equity-awareness-data-visualization",
)
def r_white_reference_default(view: ResultsView) -> Iterator[Finding]:
    """Finds ratios and differences that compare every group with White people without a reason, and White listed first.

    Why it matters: a reference says who is normal. Where White people are it by habit, a table tells of the
    others as departures, and a problem that White people share is not seen.

    How: a ratio column in which White is 1 in every place (a difference column: 0), or whose heading names
    White, without a note that names the reference and a reason. White in the first row or column, where no note
    tells of an order, is a low finding; so is a reference that is named without a reason.

    Example: a column "rate ratio vs White", and no note.

    When to ignore it: the reason is given in the report that the table belongs to.
    """
    notes = " ".join(view.results.texts)
    named = _REFERENCE.search(notes) is not None or any(group.reference for group in view.groups)
    for column in view.results.of_kind("ratio", "difference"):
        if not _against_white(view, column):
            continue
        if named and _REASON.search(notes):
            continue
        yield Finding(
            "\u201c{column}\u201d compares every group with White people{how}.",
            {
                "column": column.name,
                "how": "; the reference is named, but no reason is"
                if named
                else ", and no note says so or why",
            },
            severity="low" if named else None,
            columns=(column.name,),
            groups=("WHITE",),
            n=view.size,
        )
    first = next((group for group in view.groups if group.meaning is not None), None)
    if (
        first is not None
        and first.categories == ("WHITE",)
        and len(view.groups) > 2
        and not _ORDERED.search(notes)
    ):
        yield Finding(
            "White stands first among the groups, and no note says how they are ordered.",
            severity="low",
            columns=_dimension(view),
            groups=("WHITE",),
            n=view.size,
        )


def _against_white(view: ResultsView, column: Column) -> bool:
    said = " ".join((column.name, *column.headings)).replace("_", " ").lower()
    if re.search(r"\b(vs|versus|to|with|over|than|against|compared)\.? (non ?hispanic )?white", said):
        return True
    neutral = 1.0 if column.kind == "ratio" else 0.0
    whites = [g.label for g in view.groups if g.categories == ("WHITE",)]
    cells = [c for c in view.results.cells_of(column.name) if c.shown]
    own = [cell for cell in cells if cell.group in whites]
    others = [cell for cell in cells if cell.group not in whites]
    apart = sum(cell.value != neutral for cell in others)
    return bool(own) and all(cell.value == neutral for cell in own) and apart > 0 and 2 * apart >= len(others)


@check(
    "r-deficit-language",
    title="Words that place the problem in people",
    severity="low",
    subjects=("results",),
    needs=("rows",),
    remedy="Name the system or the condition as what works on people, and people as people.",
    source="https://www.urban.org/research/publication/do-no-harm-guide-applying-equity-awareness-data-visualization",
    unverified="The list of words: neither of its two sources was read in full, and some words are our own.",
)
def r_deficit_language(view: ResultsView) -> Iterator[Finding]:
    """Finds words in title, notes, headings and labels that tell of a lack in people, or of race as biology.

    Why it matters: what a table calls a thing decides what readers look for: a fault in students, or in schools.

    How: a versioned list of words with what to write instead (schemas/lexicons/deficit-language.yaml). The
    labels of groups are never looked at, nor names that people and organisations chose for themselves.

    Example: the title "Achievement gap of minority students".

    When to ignore it: the word is quoted from a law or from the name of a programme.
    """
    own = {group.label for group in view.results.groups}
    texts = [text for text in (*view.results.texts, *view.results.headings) if text not in own]
    texts += [label for labels in view.results.dimensions.values() for label in labels if label not in own]
    seen: set[str] = set()
    for text in texts[:2_000]:
        folded = re.sub(r"\bnon[\s-]+(?=\w)", "non", text, flags=re.IGNORECASE)
        for term in lexicon("deficit-language").found_in(folded):
            if term.term in seen:
                continue
            seen.add(term.term)
            yield Finding(
                "\u201c{term}\u201d in \u201c{text}\u201d. Rather: {instead}.",
                {
                    "term": term.term,
                    "text": text if len(text) <= 80 else f"{text[:79]}\u2026",
                    "instead": term.instead,
                },
                n=view.size,
            )
