"""Checks of a published table that ask what was divided by what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equitykit.checks.registry import Finding, NotRun, check
from equitykit.checks.results_table import listed
from equitykit.checks.results_view import ResultsView, disproportion_columns
from equitykit.checks.view import RACE

_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_AGES = re.compile(
    r"\b(?:ages?|aged)\s*(\d{1,3}\s*(?:-|–|to)\s*\d{1,3}|\d{1,3}\s*(?:\+|and (?:over|older|under)))"
    r"|\b(\d{1,3}\+)|\b(under \d{1,3})\b",
    re.IGNORECASE,
)
_SCHEMES = {
    "alone or in combination": re.compile(
        r"alone[ -]or[ -]in[ -](any )?combination|inclusive of multi", re.IGNORECASE
    ),
    "one race alone": re.compile(
        r"\b(race|races|groups?|white|black|asian) alone\b(?! or)|single race only", re.IGNORECASE
    ),
    "bridged race": re.compile(r"\bbridged\b", re.IGNORECASE),
    "Hispanic people of any race apart": re.compile(
        r"hispanic[^.;]{0,40}(any race|regardless of race|take[sn]? precedence|overrid)"
        r"|non[- ]?hispanic|not hispanic",
        re.IGNORECASE,
    ),
}
_DENOMINATOR = re.compile(
    r"\b(denominators?|population (data|estimates?|counts?)|populations? (is|are|come|from)|census|acs)\b",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"same (categories|definitions?|race|groups?|scheme|standard|source|records)|both (numerators?"
    r"|counts?|are)|numerators? and denominators?",
    re.IGNORECASE,
)
_STAGES = re.compile(
    r"\b(search(es|ed)?|arrest(s|ed)?|detain(ed)?|detention|petition(s|ed)?|adjudicat\w*|probation"
    r"|placement|waived?|convict\w*|"
    r"sentenc\w*|incarcerat\w*|prison|substantiat\w*|removal|removed|foster|in (the )?system|in care"
    r"|entries|entry to care|"
    r"reunif\w*|aging out|denied|hired|promot\w*|expul\w*|expelled|suspen\w*|diverted|case opened)\b",
    re.IGNORECASE,
)
_POPULATION = re.compile(r"\b(population|pop|census|residents?|acs)\b", re.IGNORECASE)
_AT_RISK = re.compile(
    r"\b(at risk|denominator|referred|referrals|stopped|stops|applicants?|enroll\w*|investigat\w*"
    r"|arrested|prior stage|previous stage|"
    r"substantiated|in care|eligible)\b",
    re.IGNORECASE,
)


@check(
    "r-scheme-mismatch",
    title="What is divided does not count race alike",
    severity="critical",
    subjects=("results",),
    needs=("rows", RACE, "estimates"),
    remedy=(
        "Rebuild numerator and denominator on one way of counting race, one year and one age range; "
        "bridge where a source "
        "lacks a group (no American Community Survey table has Middle Eastern or North African), and "
        "say how; else withhold the rate."
    ),
    source="https://www.ontario.ca/document/data-standards-identification-and-monitoring-systemic-racism",
    unverified=(
        "The analysis section of the source could not be read; that numerator and denominator must match "
        "is in its summary."
    ),
)
def r_scheme_mismatch(view: ResultsView) -> Iterator[Finding]:
    """Finds rates whose numerator and denominator differ in how race is counted, in year, or in age.

    Why it matters: deaths of American Indian people by the death certificate over a population counted alone or
    in combination give a rate that is half of what it should be, and nobody sees it.

    How: the words of labels, headings and notes: alone beside alone or in combination; "non-Hispanic" in some
    labels and not in others though Hispanic is listed; bridged race in one part; years and ages that differ
    between the heading of a count and that of its base. A benchmark that is given is compared too. Where the
    numbers shown divide into one another, both stand in one table under one label, and that is enough to be
    clear; where nothing is said of a denominator that is not shown, the check cannot run.

    Example: labels "Black alone" beside "Asian alone or in combination".

    When to ignore it: a note says how the two were bridged.
    """
    found = [*_labels(view), *_headings(view), *_notes(view), *_benchmark(view)]
    yield from found
    if found or all(part.checked for part in view.parts) and view.parts:
        return
    said = " ".join(view.results.texts)
    if _SAME.search(said) or sum(bool(pattern.search(said)) for pattern in _SCHEMES.values()) == 1:
        return
    if view.results.of_kind("n") and view.results.of_kind("count"):
        return
    raise NotRun(
        "the table does not say how race was counted in what was divided by what",
        enable=(
            "Show count and base beside each rate, or say in a note how each of them counts race, with "
            "year and source."
        ),
    )


def _labels(view: ResultsView) -> Iterator[Finding]:
    groups = [group for group in view.groups if group.meaning is not None and group.meaning.adds]
    schemes = {scheme: [g.label for g in groups if g.scheme == scheme] for scheme in ("alone", "any")}
    if schemes["alone"] and schemes["any"]:
        yield Finding(
            "Some groups are counted alone ({alone}), others alone or in combination ({any}).",
            {"alone": listed(schemes["alone"], 3), "any": listed(schemes["any"], 3)},
            groups=tuple(g.id for g in groups if g.scheme),
            n=view.size,
        )
    hispanic = any(group.categories == ("HISPANIC",) for group in groups)
    races = [group for group in groups if "HISPANIC" not in group.categories]
    without = [g for g in races if g.meaning is not None and g.meaning.not_hispanic]
    other = [g for g in races if g not in without]
    if hispanic and without and other and len(races) > 2:
        note = any(_SCHEMES["Hispanic people of any race apart"].search(text) for text in view.results.texts)
        if not note:
            yield Finding(
                "Hispanic people are left out of some groups ({without}) and not, as far as is said, "
                "of others ({other}).",
                {
                    "without": listed([g.label for g in without], 3),
                    "other": listed([g.label for g in other], 3),
                },
                severity="high",
                groups=tuple(g.id for g in other),
                n=view.size,
            )


def _said(pattern: re.Pattern[str], text: str) -> set[str]:
    return {next(part for part in found.groups() if part).lower() for found in pattern.finditer(text)}


def _headings(view: ResultsView) -> Iterator[Finding]:
    """Years and ages that a base has and what it is the base of has not."""
    counted = view.results.of_kind("count", "percent", "rate")
    for what, pattern in (("year", _YEAR), ("age", _AGES)):
        tops = {each for c in counted for each in _said(pattern, " ".join((c.name, *c.headings)))}
        for base in view.results.of_kind("n"):
            own = _said(pattern, " ".join((base.name, *base.headings)))
            if own and tops and not own & tops:
                yield Finding(
                    "The {what} of the base \u201c{base}\u201d ({own}) is not that of what is "
                    "divided by it ({tops}).",
                    {
                        "what": what,
                        "base": base.name,
                        "own": ", ".join(sorted(own)),
                        "tops": ", ".join(sorted(tops)),
                    },
                    columns=(base.name,),
                    n=view.size,
                )
    for name, pattern in _SCHEMES.items():
        bases = [c for c in view.results.of_kind("n") if pattern.search(" ".join((c.name, *c.headings)))]
        tops_with = [c for c in counted if pattern.search(" ".join((c.name, *c.headings)))]
        if bool(bases) != bool(tops_with) and view.results.of_kind("n") and counted:
            where = "base" if bases else "numerator"
            yield Finding(
                "Only the {where} is counted as {name}.",
                {"where": where, "name": name},
                columns=tuple(c.name for c in (bases or tops_with)),
                n=view.size,
            )


def _notes(view: ResultsView) -> Iterator[Finding]:
    """Sentences of the notes about the denominator, against those about the numbers."""
    sentences = [each for text in view.results.texts for each in re.split(r"(?<=[.;])\s+", text)]
    below = [each for each in sentences if _DENOMINATOR.search(each)]
    above = [each for each in sentences if each not in below]
    if not below or any(_SAME.search(each) for each in sentences):
        return
    for name, pattern in _SCHEMES.items():
        rivals = [other for other in _SCHEMES if other != name]
        if any(pattern.search(each) for each in below) and not any(pattern.search(each) for each in above):
            rival = next((r for r in rivals if any(_SCHEMES[r].search(each) for each in above)), None)
            if rival is not None and not any(_SCHEMES[rival].search(each) for each in below):
                yield Finding(
                    "By the notes, the denominator counts {below}, and the numbers count {above}.",
                    {"below": name, "above": rival},
                    n=view.size,
                )


def _benchmark(view: ResultsView) -> Iterator[Finding]:
    benchmark = view.benchmark
    if benchmark is None or RACE not in benchmark.counts:
        return
    own = {group.scheme for group in view.groups if group.scheme}
    if own and benchmark.scheme not in own and not (benchmark.scheme == "exclusive" and own == {"alone"}):
        yield Finding(
            "The benchmark counts people as \u201c{scheme}\u201d, the table as \u201c{own}\u201d.",
            {"scheme": benchmark.scheme, "own": ", ".join(sorted(own))},
            n=view.size,
        )
    absent = [g for g in view.groups if g.categories == ("MENA",) and "MENA" not in benchmark.counts[RACE]]
    if absent:
        yield Finding(
            "The table lists {label}, and the benchmark has no such group: bridge it, and say how.",
            {"label": absent[0].label},
            severity="high",
            groups=("MENA",),
            n=view.size,
        )


@check(
    "r-benchmark-missing",
    title="Disproportionality without the people at risk",
    severity="high",
    subjects=("results",),
    needs=("rows", RACE, "disproportionality"),
    remedy="Compare with the people who could have been in that stage, beside the population.",
    source="https://www.ontario.ca/document/data-standards-identification-and-monitoring-systemic-racism",
    unverified="The analysis section of the source could not be read.",
)
def r_benchmark_missing(view: ResultsView) -> Iterator[Finding]:
    """Finds indexes of disproportionality whose benchmark is not shown, or is everybody though not all were at risk.

    Why it matters: who is removed from home was investigated first, and who was searched was stopped. Compared
    with the whole population, a late stage shows all earlier ones at once, and none of them by itself.

    How: a column named as an index of disproportionality or representation needs a column or a note that names
    the population it is compared with. Where the labels or headings name a later stage (search, arrest, placement,
    removal, suspension and the like) and only the general population is shown, that is a finding as well.

    Example: share of entries to care divided by share of the population.

    When to ignore it: the same table with the people at risk stands beside it.
    """
    columns = disproportion_columns(view)
    headings = " ".join(view.results.headings).replace("_", " ")
    said = " ".join((headings, *view.results.texts))
    names = tuple(column.name for column in columns)
    benchmark = bool(_POPULATION.search(said)) or view.benchmark is not None
    at_risk = bool(_AT_RISK.search(said))
    if not benchmark and not at_risk:
        yield Finding(
            "{columns}: neither a column nor a note says which population it is compared with.",
            {"columns": listed([f"\u201c{name}\u201d" for name in names])},
            columns=names,
            n=view.size,
        )
        return
    labels = " ".join(label for found in view.results.dimensions.values() for label in found).replace(
        "_", " "
    )
    stage = _STAGES.search(
        " ".join((*view.results.title, labels, " ".join(c.name for c in columns))).replace("_", " ")
    )
    if stage is not None and benchmark and not at_risk:
        yield Finding(
            "{columns} compare \u201c{stage}\u201d with the general population; not everybody in it "
            "could come to that stage.",
            {"columns": listed([f"\u201c{name}\u201d" for name in names]), "stage": stage.group(0)},
            columns=names,
            n=view.size,
        )
