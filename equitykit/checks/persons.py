"""Checks of people with several records: whether their race and ethnicity is the same in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from equitykit.checks.levels import MIN_UNIT, listed
from equitykit.checks.recorders import NOT_KNOWN, OTHERS, SELF, recorder
from equitykit.checks.registry import Count, Finding, NotRun, Number, Share, Threshold, check
from equitykit.checks.view import RACE, RecordsView
from equitykit.frames import SEPARATOR, Tally
from equitykit.periods import days
from equitykit.recoded import Recoded

UIHI = "https://www.uihi.org/resources/best-practices-for-american-indian-and-alaska-native-data-collection/"
_OVERALL = Threshold(0.05, "default", "medium")
_GROUP = Threshold(0.10, "default", "medium")
_MOST_CHANGES = 8
_SAID_BY = {
    OTHERS: "where staff or other people recorded it, for at least one of their records",
    SELF: "where people speak for themselves",
    NOT_KNOWN: "where it is not known who recorded it",
}
_KEEP = "Keep every answer with its date and who gave it."
_REMEDIES = {
    OTHERS: f'{_KEEP} Ask the person. Until then count them in every group "ever reported"; overwrite nothing.',
    SELF: f"{_KEEP} There is nothing to correct: how people describe themselves may change, and so may the question.",
    NOT_KNOWN: f'{_KEEP} Say in the codebook who recorded it ("recorded_by" or "recorded_by_column"); where it was '
    "not the person, ask them.",
}
Answer = tuple[frozenset[str] | None, ...]


@dataclass(slots=True)
class _People:
    """People for whom the same kind of recorder spoke, and what became of their answers."""

    n: int = 0
    changed: int = 0
    ever: Counter[str] = field(default_factory=Counter)
    ever_changed: Counter[str] = field(default_factory=Counter)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, n: int, groups: Iterable[str], changed: bool, changes: Iterable[tuple[str, str]]) -> None:
        """Count people who are alike."""
        groups = list(groups)
        self.n += n
        self.changed += n if changed else 0
        for group in groups:
            self.ever[group] += n
            self.ever_changed[group] += n if changed else 0
        for change in set(changes):
            self.changes[change] += n


@dataclass(frozen=True, slots=True)
class _Record:
    value: Recoded
    answer: Answer
    who: str
    day: date | None


def _columns(view: RecordsView) -> tuple[str, ...]:
    """Columns beside race that tell records of a person apart: who recorded it, and when."""
    spec, period = view.spec(), view.codebook.period
    return tuple(c for c in (spec.recorded_by_column, period.column if period else None) if c)


def _by_person(view: RecordsView) -> Tally:
    by = [*view.race_columns, *(view.codebook.person or ()), *_columns(view)]
    return Tally(by=tuple(dict.fromkeys(by)))


def _persons(view: RecordsView) -> Tally:
    return Tally(by=(), per=view.codebook.person or ())


def _tallies(view: RecordsView) -> Iterable[Tally]:
    return [_persons(view)] if view.has(RACE) and view.codebook.person else []


@check(
    "within-person-inconsistent",
    title="The same person has different race or ethnicity in different records",
    severity="medium",
    needs=("rows", RACE, "person"),
    remedy=_REMEDIES[OTHERS],
    source=UIHI,
    thresholds={"overall": _OVERALL, "group": _GROUP},
    tallies=_tallies,
)
def within_person_inconsistent(view: RecordsView) -> Iterator[Finding]:
    """Looks at people with several records: in how many do their answers differ.

    Why it matters: which record is used decides who is counted. American Indian and Alaska Native people are
    recorded differently most often, and are lost when one record is made to win.

    How: among people with two or more records in which race or ethnicity can be read, the share with more than
    one answer, overall and by group ever reported; an answer that is missing in one record is no difference.
    Found above 5 % overall or above 10 % in any group of 30 or more. It is of medium weight only for
    people of whom staff, a proxy or an observer recorded at least one answer, and for information where people
    speak for themselves or nobody says who did: identity may change, and no person is ever "fixed". Changes
    are listed in time where the codebook has a period. In a file of more than 200,000 people each person
    cannot be followed: those with one record are then counted too, and the message says so.

    Example: 30 of 100 people ever reported as American Indian are White in another record.

    When to ignore it: the later record is a correction by the person; the earlier one is then history.
    """
    if view.spec().encoding in {"repeated_rows", "counts"}:
        raise NotRun(
            "a row is one of several answers or stands for several people, so rows of a person cannot be compared",
            enable="Use a file with one row for each time a person was asked.",
            columns=view.race_columns,
        )
    judged: dict[str, _People] = {}
    every_one = False
    if (
        view.size - int(view.tally(_persons(view))["n"].sum()) >= MIN_UNIT
    ):  # so many rows are not a person's first
        try:
            people = _followed(view)
        except NotRun:
            people, every_one = _merged(view), True
        judged = {who: found for who, found in people.items() if found.n >= MIN_UNIT}
    if not judged:
        raise NotRun(
            f"fewer than {MIN_UNIT} people have two or more records in which race or ethnicity can be read",
            enable="Use a file with every record of each person.",
            columns=(*view.race_columns, *(view.codebook.person or ())),
        )
    for who in (OTHERS, NOT_KNOWN, SELF):
        if who in judged:
            yield from _judge(view, who, judged[who], every_one)


def _answer(view: RecordsView, value: Recoded, raw: Sequence[str | None]) -> Answer:
    """What a record says, column by column where each asks its own question; None where it says nothing."""
    if view.spec().encoding != "race_and_ethnicity":
        return (value.categories if value.categories else None,)
    answers: list[frozenset[str] | None] = []
    for column, cell in zip(view.race_columns, raw, strict=True):
        parts = view.recoder().parts(column, cell)
        read = [part.categories for part in parts if part.status == "mapped"]
        answers.append(frozenset[str]().union(*read) if read else None)
    return tuple(answers)


def _differ(answers: Iterable[Answer]) -> bool:
    return any(
        len({each for each in column if each is not None}) > 1 for column in zip(*answers, strict=True)
    )


def _whose(words: Iterable[str]) -> str:
    said = set(words)
    return OTHERS if OTHERS in said else SELF if said == {SELF} else NOT_KNOWN


def _followed(view: RecordsView) -> dict[str, _People]:
    """People record by record."""
    person, spec, period = view.codebook.person or (), view.spec(), view.codebook.period
    beside = _columns(view)
    rows = view.recoder().rows(view.tally(_by_person(view)), (*person, *beside))
    dates = days(key[-1] for _, key in rows) if period else {}
    records: dict[tuple[str, ...], list[tuple[_Record, int]]] = {}
    for value, key in rows:
        ids, more = key[: len(person)], dict(zip(beside, key[len(person) :], strict=True))
        answer = _answer(view, value, value.raw)
        known = tuple(id for id in ids if id is not None)
        if len(known) < len(ids) or not value.categories:
            continue
        said = more[spec.recorded_by_column] if spec.recorded_by_column else spec.recorded_by
        day = more.get(period.column) if period else None
        record = _Record(value, answer, recorder(said), dates.get(day) if day else None)
        records.setdefault(known, []).append((record, value.n))
    people: dict[str, _People] = {}
    for each in records.values():
        if sum(n for _, n in each) < 2:
            continue
        own = [record for record, _ in each]
        groups = frozenset[str]().union(*(record.value.categories for record in own))
        who = _whose(record.who for record in own)
        differs = _differ(record.answer for record in own)
        people.setdefault(who, _People()).add(1, groups, differs, _changes(own) if differs else ())
    return people


def _changes(records: Sequence[_Record]) -> Iterator[tuple[str, str]]:
    """From which answer to which, in time; records without a date come first, in the order of their answers."""
    ordered = sorted(records, key=lambda r: (r.day or date.min, _set(r.value.categories)))
    for before, after in zip(ordered, ordered[1:], strict=False):
        if _differ((before.answer, after.answer)):
            yield _set(before.value.categories), _set(after.value.categories)


def _set(categories: frozenset[str]) -> str:
    return "+".join(sorted(categories))


def _merged(view: RecordsView) -> dict[str, _People]:
    """People by all that was ever recorded of them, where there are too many to follow each."""
    spec = view.spec()
    beside = (spec.recorded_by_column,) if spec.recorded_by_column else ()
    by = tuple(dict.fromkeys([*view.race_columns, *beside]))
    frame = view.tally(Tally(by=by, per=view.codebook.person or ()))
    people: dict[str, _People] = {}
    cells = frame[list(view.race_columns)].itertuples(index=False, name=None)
    for (value, key), raw in zip(view.recoder().rows(frame, beside), cells, strict=True):
        if not value.categories:
            continue
        answers = [
            frozenset(
                read
                for text in (cell.split(SEPARATOR) if cell is not None else [])
                if (read := _read(view, column, text))
            )
            for column, cell in zip(view.race_columns, raw, strict=True)
        ]
        who = _whose(
            recorder(text) for text in ((key[0] or "").split(SEPARATOR) if beside else [spec.recorded_by])
        )
        differs = any(len(each) > 1 for each in answers)
        people.setdefault(who, _People()).add(value.n, value.categories, differs, ())
    return people


def _read(view: RecordsView, column: str, text: str) -> str:
    """What one value of one column says; a box is ticked or not, and an unread value says nothing."""
    parts = [part for part in view.recoder().parts(column, text) if part.status in {"mapped", "not-ticked"}]
    if not parts:
        return ""
    return _set(frozenset[str]().union(*(part.categories for part in parts))) or "none"


def _judge(view: RecordsView, who: str, people: _People, every_one: bool) -> Iterator[Finding]:
    overall = view.limit("within-person-inconsistent", "overall", _OVERALL)
    limit = view.limit("within-person-inconsistent", "group", _GROUP)
    order = [category for category in view.groups_shown if people.ever[category]]
    shares = {
        group: Share(people.ever_changed[group], people.ever[group])
        for group in order
        if people.ever[group] >= MIN_UNIT
    }
    above = tuple(group for group, share in shares.items() if share.value > limit.value)
    share = Share(people.changed, people.n)
    if share.value <= overall.value and not above:
        return
    numbers: dict[str, Number] = {
        "n": Count(people.changed),
        "all": Count(people.n),
        "share": share,
    }
    base = "people" if every_one else "the people with two or more records"
    counts = "" if view.public else " ({n} of {all})"
    said = f"{{share}} of {base}{counts} have more than one answer, {_SAID_BY[who]}."
    if shares:
        said += " By group ever reported: "
        said += ", ".join(listed("group", {view.standard.label(g): s for g, s in shares.items()}, numbers))
        said += "."
    small = [view.standard.label(group) for group in order if group not in shares]
    if small:
        said += f" Fewer than {MIN_UNIT} people, not judged: {', '.join(small)}."
    said += _said_of_changes(view, people, numbers)
    if every_one:
        said += " There are too many people to follow each: those with one record are counted too."
    yield Finding(
        said,
        numbers,
        severity="medium" if who == OTHERS else "info",
        columns=(*view.race_columns, *(view.codebook.person or ())),
        groups=above,
        observed=share,
        threshold=overall if share.value > overall.value else limit,
        n=people.n,
        remedy=_REMEDIES[who],
    )


def _said_of_changes(view: RecordsView, people: _People, numbers: dict[str, Number]) -> str:
    """The most frequent changes, from which answer to which; in public only those of enough people."""
    least = view.threshold if view.public else 1
    asked_first = set(view.standard.category_ids) - set(view.groups_shown)
    ordered = sorted(people.changes.items(), key=lambda each: (-each[1], each[0]))
    shown = [
        (change, n)
        for change, n in ordered
        if n >= least
        and people.changed - n not in range(1, least)
        and not asked_first & {category for answer in change for category in answer.split("+")}
    ]
    between = "to" if view.codebook.period else "and"
    shares = {
        f"{before} {between} {after}": Share(n, people.changed)
        for (before, after), n in shown[:_MOST_CHANGES]
    }
    if not ordered:
        return ""
    left = len(ordered) - len(shares)
    words = "Changes in time" if view.codebook.period else "Differences, in no order of time"
    named = ", ".join(listed("change", shares, numbers))
    more = f"{' and ' if named else ''}{left} {'more' if named else 'kinds not shown'}" if left else ""
    return f" {words}, as a share of these people: {named}{more}."
