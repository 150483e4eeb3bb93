"""Checks of records that were linked: whether a second source agrees, and who could be matched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from equitykit import standards
from equitykit.bounds import Counts
from equitykit.chance import ratio_interval, wilson
from equitykit.checks.levels import MIN_UNIT, listed
from equitykit.checks.registry import Figure, Finding, NotRun, Number, Share, Threshold, check
from equitykit.checks.view import RACE, RecordsView
from equitykit.codebook import Question
from equitykit.codebook_entries import Compare
from equitykit.frames import Tally
from equitykit.grouping import hit
from equitykit.recode import Recoder
from equitykit.recoded import Recoded

NCHS = "https://www.cdc.gov/nchs/data/series/sr_02/sr02_172.pdf"
AISP = "https://www.aisp.upenn.edu/centering-equity/"
_SENSITIVITY = Threshold(0.80, "default", "high")
_RATIO = Threshold(0.90, "default", "high")
_CHANCE = 0.05


# -- a second source ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    """What both sources say of the same people."""

    believed: Recoded
    other: Recoded

    @property
    def n(self) -> int:
        return self.other.n


def _compared(view: RecordsView) -> Iterable[Tally]:
    return [
        view.question_tally(entry.question, entry.column)
        for entry in view.codebook.compare
        if view.has(entry.question)
    ]


def _second(spec: Question, column: str) -> Question:
    """How the column of the second source is read: with the codes of the question, where it has its own words."""
    codes = {raw: code for own in reversed(spec.columns) for raw, code in spec.codes_for(own).items()}
    missing = {raw: code for own in reversed(spec.columns) for raw, code in spec.missing_for(own).items()}
    system = next((system for own in spec.columns if (system := spec.system_for(own))), None)
    inline = {r: code for own in reversed(spec.columns) for r, code in spec.system_codes_for(own).items()}
    return Question.model_validate(
        {
            "columns": [column],
            "encoding": "delimited" if spec.delimiter else "single",
            "delimiter": spec.delimiter,
            "code_system": inline or system,
            "codes": codes,
            "missing": missing,
            "bands": spec.bands,
        }
    )


def _pairs(view: RecordsView, entry: Compare) -> list[_Pair]:
    """People of whom both sources say something that can be read, the believed source first."""
    reader = Recoder(entry.question, _second(view.spec(entry.question), entry.column), view.standard)
    found = []
    for here, (cell,) in view.crossed(entry.question, entry.column):
        there = reader((cell,), here.n)
        pair = _Pair(there, here) if entry.trusted == "other" else _Pair(here, there)
        if pair.believed.categories and _is_read(pair.other):
            found.append(_Pair(pair.believed, pair.other))
    return found


def _is_read(value: Recoded) -> bool:
    return not value.is_missing and not value.unread


@check(
    "cross-source-misclass",
    title="A second source records people in other groups",
    severity="high",
    needs=("rows", "second source"),
    remedy="Use the answer that people gave themselves where there is one, and keep both. Say beside every rate by "
    "group how well the source records it; never move people between groups by a formula.",
    source=NCHS,
    thresholds={"sensitivity": _SENSITIVITY},
    tallies=_compared,
)
def cross_source_misclass(view: RecordsView) -> Iterator[Finding]:
    """Compares race and ethnicity with the same question in a second source, group by group.

    Why it matters: where a group is recorded as another, its rates are wrong, and the smaller the group, the more.

    How: "compare" in the codebook names the column, and which of the two is believed: this (the question as
    described) or other (the column). Both are read in the same way. Sensitivity: of the people the
    believed source puts in a group, the share whom the other source puts there too, alone or with others.
    Positive predictive value: of those the other source puts there, the share whom the believed one does. With
    95 % Wilson intervals. Found where sensitivity is below 0.80; medium where the interval still reaches 0.80.
    People of whom one source says nothing that can be read are left out; groups of fewer than 30 are not judged.

    Example: American Indian and Alaska Native people were misclassified on about 40 % of death certificates
    (1999 to 2011), against what they had said of themselves.

    When to ignore it: the believed source is not what people said of themselves.
    """
    limit = view.limit("cross-source-misclass", "sensitivity", _SENSITIVITY)
    for entry in view.codebook.compare:
        pairs = _pairs(view, entry)
        n = sum(pair.n for pair in pairs)
        if n < MIN_UNIT:
            yield Finding(
                'in fewer than {least} records can "{column}" and "{question}" both be read. Say in the codebook what '
                "the codes mean, or use more records.",
                {"least": MIN_UNIT, "column": entry.column, "question": entry.question},
                outcome="not_run",
                columns=(entry.column,),
            )
            continue
        yield from _source(view, entry, pairs, limit)


def _source(view: RecordsView, entry: Compare, pairs: Sequence[_Pair], limit: Threshold) -> Iterator[Finding]:
    small: list[str] = []
    found: list[Finding] = []
    for group in _groups(view, entry.question, pairs):
        believed = [pair for pair in pairs if group in pair.believed.categories]
        other = [pair for pair in pairs if group in pair.other.categories]
        both = sum(pair.n for pair in believed if group in pair.other.categories)
        sensitivity = Counts(sum(pair.n for pair in believed), both)
        label = standards.group_label(entry.question, group, view.standard)
        if sensitivity.n < MIN_UNIT:
            small.append(label)
        elif sensitivity.rate < limit.value:
            predictive = Counts(sum(pair.n for pair in other), both)
            found.append(_misclassed(view, entry, group, label, sensitivity, predictive, limit))
    unsaid = f" Fewer than {MIN_UNIT} people, not judged: {', '.join(small)}." if small else ""
    columns = (entry.column, *view.spec(entry.question).columns)
    if not found:
        said = f'Nothing found in "{entry.column}".'.replace("{", "{{").replace("}", "}}")
        yield Finding(said + unsaid, outcome="clear", columns=columns, n=view.size)
    for finding in found:
        yield Finding(
            finding.message + unsaid,
            finding.numbers,
            severity=finding.severity,
            columns=columns,
            groups=finding.groups,
            observed=finding.observed,
            threshold=limit,
            n=finding.n,
        )


def _groups(view: RecordsView, question: str, pairs: Sequence[_Pair]) -> Iterable[str]:
    seen = frozenset[str]().union(*(pair.believed.categories for pair in pairs))
    return [group for group in view.groups_shown if group in seen] if question == RACE else sorted(seen)


def _misclassed(
    view: RecordsView,
    entry: Compare,
    group: str,
    label: str,
    sensitivity: Counts,
    predictive: Counts,
    limit: Threshold,
) -> Finding:
    columns = view.spec(entry.question).columns
    here, there = f'"{columns[0]}"' if len(columns) == 1 else "this file", f'"{entry.column}"'
    believed, other = (there, here) if entry.trusted == "other" else (here, there)
    low, high = wilson(sensitivity)
    numbers: dict[str, Number] = {
        "label": label,
        "believed": believed,
        "other": other,
        "share": Share(int(sensitivity.events), int(sensitivity.n)),
        "back": Share(int(predictive.events), int(predictive.n)),
    }
    for kind, counts in (("own", sensitivity), ("back", predictive)):
        cells = (int(counts.events), int(counts.without))
        for name, value in zip(("low", "high"), wilson(counts), strict=True):
            numbers[f"{kind}_{name}"] = Figure(100 * value, cells, digits=1, public_digits=0)
    said = (
        'Of the people who are "{label}" in {believed}, {share} are so in {other} too '
        "(sensitivity; 95 % interval {own_low} to {own_high})."
    )
    if view.hides((int(sensitivity.events), int(sensitivity.without))):
        said = 'Too many of the people who are "{label}" in {believed} are not so in {other}.'
    if view.hides((int(predictive.events), int(predictive.without))):
        pass
    elif predictive.n:
        said += (
            " Of those who are so in {other}, {back} are so in {believed} (predictive value; {back_low} to "
            "{back_high})."
        )
    else:
        said += " Nobody is so in {other}."
    return Finding(
        said,
        numbers,
        severity="high" if high < limit.value else "medium",
        groups=(group,),
        observed=numbers["share"] if isinstance(numbers["share"], Share) else None,
        n=int(sensitivity.n),
    )


# -- who could be matched ---------------------------------------------------------------------------------


def _matched(view: RecordsView) -> Iterable[Tally]:
    matched = view.codebook.matched
    return [view.question_tally(RACE, matched.column)] if matched and view.has(RACE) else []


@check(
    "linkage-rate-gap",
    title="Records of some groups could be linked less often",
    severity="high",
    needs=("rows", RACE, "matched column"),
    remedy="Look at how names, birth dates and numbers are kept and compared: several family names, marks on letters, "
    "missing numbers. Review unmatched records by hand, and show the match rate by group beside every linked result.",
    source=AISP,
    thresholds={"ratio": _RATIO},
    tallies=_matched,
)
def linkage_rate_gap(view: RecordsView) -> Iterator[Finding]:
    """Compares the share of records that were linked to another file, by group.

    Why it matters: whoever is not linked is missing from every result of the linked file.

    How: "matched" in the codebook says which value means linked. Match rate of each group, alone or with
    others, of 30 people or more; smaller ones are named and not judged, people without a recorded race are shown
    and not judged. Found where the lowest rate is below 0.90 of the highest, and the interval of some such pair
    excludes 1 (95 % over all pairs, Bonferroni); low where it does not. Groups are listed in the order
    of the standard.

    Example: 93 % of the White and 71 % of the Hispanic clients were found in the wage file.

    When to ignore it: the other file rightly does not hold the group.
    """
    matched = view.codebook.matched
    assert matched is not None
    rows = [
        (value, value.n if hit(cell, matched.event) else 0)
        for value, (cell,) in view.crossed(RACE, matched.column)
    ]
    rates = {
        group: _rate((value, n) for value, n in rows if group in value.categories)
        for group in view.groups_shown
    }
    large = {group: counts for group, counts in rates.items() if counts.n >= MIN_UNIT}
    small = [view.standard.label(g) for g, counts in rates.items() if 0 < counts.n < MIN_UNIT]
    if len(large) < 2:
        raise NotRun(
            f"no two groups have {MIN_UNIT} people each",
            enable="Use more records, or pool periods.",
            columns=(matched.column, *view.race_columns),
        )
    unsaid = f" Fewer than {MIN_UNIT} people, not judged: {', '.join(small)}." if small else ""
    limit = view.limit("linkage-rate-gap", "ratio", _RATIO)
    low, high = min(c.rate for c in large.values()), max(c.rate for c in large.values())
    columns = (matched.column, *view.race_columns)
    n = sum(value.n for value, _ in rows)
    if not high:
        raise NotRun(
            "no record of these groups has the value that means linked",
            enable='Correct "matched" in the codebook: its event is the text that means linked.',
            columns=(matched.column,),
        )
    if low / high >= limit.value:
        yield Finding("Nothing found." + unsaid, outcome="clear", columns=columns, n=n)
        return
    ends = [c for c in large.values() if c.rate in (low, high)]
    cells = tuple(int(x) for c in ends for x in (c.events, c.without))
    numbers: dict[str, Number] = {"ratio": Figure(low / high, cells)}
    shares = {view.standard.label(g): Share(int(c.events), int(c.n)) for g, c in large.items()}
    unknown = _rate((value, n) for value, n in rows if value.is_missing)
    if unknown.n >= MIN_UNIT:
        shares["no race recorded"] = Share(int(unknown.events), int(unknown.n))
    sure = any(_apart(one, other, limit.value, len(large)) for one, other in combinations(large.values(), 2))
    said = f"Linked, by group: {', '.join(listed('group', shares, numbers))}."
    said += "" if view.hides(cells) else " The lowest rate of a group is {ratio} of the highest."
    yield Finding(
        said + ("" if sure else " Chance alone could do that.") + unsaid,
        numbers,
        severity="high" if sure else "low",
        columns=columns,
        groups=tuple(large),
        observed=Figure(low / high, cells),
        threshold=limit,
        n=n,
    )


def _rate(rows: Iterable[tuple[Recoded, int]]) -> Counts:
    rows = list(rows)
    return Counts(sum(value.n for value, _ in rows), sum(events for _, events in rows))


def _apart(one: Counts, other: Counts, limit: float, groups: int) -> bool:
    """Whether two rates are further apart than the limit, and than chance among so many groups allows."""
    fewer, more = sorted((one, other), key=lambda counts: counts.rate)
    if not more.events or fewer.rate / more.rate >= limit:
        return False
    pairs = groups * (groups - 1) / 2
    return not ratio_interval(fewer, more, level=1 - _CHANCE / pairs).holds(1)
