"""Three thousand invented children and what an invented agency decided about them.

Everything here is made up. The causes of the gaps are written down as numbers
(`SOURCE_MIX`, `SCREENED_IN`, `PRACTICE`), so that what a measure shows can be traced to
how the made-up agency works and never to the children. Only `random.Random.random` is
used: its sequence is fixed by the language, so the files come out the same everywhere.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")

SEED = 20240328
FIRST_DAY = date(2022, 1, 1)
DAYS = (date(2025, 1, 1) - FIRST_DAY).days
LAST_EXIT = date(2025, 12, 31)
NOT_AT_RISK = "N/A"

# Categories of the 2024 standard that each child would choose, and how many children choose them.
GROUPS: dict[str, int] = {
    "WHITE": 930,
    "HISPANIC": 440,
    "BLACK": 395,
    "ASIAN": 190,
    "MENA": 140,
    "NHPI": 125,
    "AIAN": 105,
    "HISPANIC+WHITE": 150,
    "AIAN+HISPANIC": 120,
    "BLACK+WHITE": 100,
    "AIAN+WHITE": 90,
    "ASIAN+NHPI": 75,
    "ASIAN+WHITE": 70,
    "MENA+WHITE": 70,
}
WORKERS_BY_OFFICE = {"North": 8, "South": 8, "East": 7, "Harbor": 7, "Valley": 7, "Hill": 5}
OFFICE_NUMBER = {office: number for number, office in enumerate(WORKERS_BY_OFFICE, start=1)}
# Some offices see a little more of some groups; small enough to look like one county.
OFFICE_MIX = {
    ("Harbor", "BLACK"): 1.12, ("East", "BLACK"): 1.08, ("North", "AIAN"): 1.12, ("Valley", "HISPANIC"): 1.10,
}  # fmt: skip

# Cause 1: who reports differs by group (police and hospitals against schools and families).
SOURCE_MIX: dict[str, dict[str, float]] = {
    "BLACK AIAN NHPI": {
        "Police": 35, "Hospital": 27, "School": 18, "Family": 7, "Anonymous": 5, "Other agency": 8,
    },
    "HISPANIC ASIAN MENA": {
        "Police": 14, "Hospital": 15, "School": 44, "Family": 11, "Anonymous": 8, "Other agency": 8,
    },
    "WHITE": {"Police": 10, "Hospital": 10, "School": 30, "Family": 28, "Anonymous": 15, "Other agency": 7},
}  # fmt: skip
# Cause 2: how the hotline treats each source.
SCREENED_IN = {
    "Police": 0.88, "Hospital": 0.80, "School": 0.56, "Family": 0.44, "Anonymous": 0.34, "Other agency": 0.62,
}  # fmt: skip
# Cause 3: practice of an office, in log odds, for (decision, office, groups concerned; empty: everybody).
CONCERNED = frozenset({"AIAN", "BLACK", "NHPI"})
EVERYBODY: frozenset[str] = frozenset()
PRACTICE: tuple[tuple[str, str, frozenset[str], float], ...] = (
    ("investigated", "Hill", EVERYBODY, 0.5),
    ("investigated", "South", CONCERNED, 0.5),
    ("substantiated", "Harbor", CONCERNED, 0.8),
    ("substantiated", "East", CONCERNED, 0.8),
    ("substantiated", "South", CONCERNED, 0.6),
    ("removed", "Harbor", EVERYBODY, 0.3),
    ("removed", "Harbor", CONCERNED, 0.9),
    ("removed", "East", CONCERNED, 0.9),
    ("removed", "Valley", CONCERNED, 0.7),
    ("removed", "South", CONCERNED, 0.5),
    ("placed_with_kin", "North", frozenset({"AIAN"}), 1.4),
    ("placed_with_kin", "Harbor", EVERYBODY, -0.9),
    ("reunified", "Harbor", EVERYBODY, -0.6),
    ("reunified", "East", CONCERNED, -1.1),
    ("reunified", "South", CONCERNED, -1.0),
    ("reunified", "Hill", EVERYBODY, -0.3),
)
BASE_LOG_ODDS = {
    "investigated": 1.4, "substantiated": -0.25, "removed": -0.1, "placed_with_kin": -0.3, "reunified": 0.7,
}  # fmt: skip
# Cause 4: too few interpreters; voluntary services and visits fall through, for whoever needs one.
INTERPRETER = {"investigated": 0.5, "reunified": -1.2}

CHAIN = ("screened_in", "investigated", "substantiated", "removed")
AFTER_REMOVAL = ("placed_with_kin", "reunified")
LANGUAGES: dict[str, dict[str, float]] = {
    "MENA": {"Arabic": 0.30, "Dari": 0.08},
    "HISPANIC": {"Spanish": 0.30},
    "ASIAN": {"Vietnamese": 0.14, "Tagalog": 0.10},
    "NHPI": {"Samoan": 0.16},
    "BLACK": {"Somali": 0.07},
}
NATIONS = ("Nation A", "Nation B", "Nation C")


@dataclass(slots=True)
class Child:
    """One invented child."""

    group: str
    office: str
    worker: str
    referred: date
    source: str
    sex: str
    age: int
    disability: str
    language: str
    interpreter: str
    nation: str | None
    dice: float
    decisions: dict[str, str] = field(default_factory=dict)
    exited: date | None = None
    number: int = 0

    @property
    def categories(self) -> frozenset[str]:
        """Categories of the 2024 standard that the child would choose."""
        return frozenset(self.group.split("+"))


class Dice:
    """Draws that depend on `random()` alone."""

    def __init__(self, seed: int) -> None:
        self.random: Callable[[], float] = random.Random(seed).random

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """Items in a random order."""
        keyed = [(self.random(), position, item) for position, item in enumerate(items)]
        return [item for _, _, item in sorted(keyed, key=lambda entry: entry[:2])]

    def pick(self, weights: Mapping[str, float]) -> str:
        """One key, with chances in proportion to its weight."""
        point = self.random() * sum(weights.values())
        for key, edge in zip(weights, accumulate(weights.values()), strict=True):
            if point < edge:
                return key
        return next(reversed(list(weights)))

    def deal(self, weights: Mapping[str, float], n: int) -> list[str]:
        """`n` keys whose counts are in proportion to the weights, to within one, shuffled."""
        scale = n / sum(weights.values())
        edges = [edge * scale for edge in accumulate(weights.values())]
        start, keys, dealt, at = self.random(), list(weights), [], 0
        for step in range(n):
            while at < len(keys) - 1 and step + start >= edges[at]:
                at += 1
            dealt.append(keys[at])
        return self.shuffled(dealt)

    def events(self, chances: Sequence[float]) -> list[bool]:
        """Yes or no for each chance; the number of yes is the sum of the chances, to within one."""
        happens = [False] * len(chances)
        level = self.random()
        for position in self.shuffled(range(len(chances))):
            before, level = math.floor(level), level + chances[position]
            happens[position] = math.floor(level) > before
        return happens


def children(seed: int = SEED) -> list[Child]:
    """All children in the order of their referral, with every decision made."""
    dice = Dice(seed)
    people = [child for group, n in GROUPS.items() for child in _born(group, n, dice)]
    _decide(people, dice)
    people.sort(key=lambda child: (child.referred, child.dice))
    for number, child in enumerate(people, start=1):
        child.number = number
    return people


def _born(group: str, n: int, dice: Dice) -> Iterator[Child]:
    categories = group.split("+")
    posts = dice.deal(_posts(categories), n)
    sources = dice.deal(_source_mix(categories), n)
    sexes = dice.deal({"F": 1, "M": 1}, n)
    ages = dice.deal({str(age): 26.0 - age for age in range(18)}, n)
    disabilities = dice.deal({"Y": 22, "N": 78}, n)
    days = dice.shuffled(range(n))
    for i in range(n):
        office, worker = posts[i].split("/")
        language = _language(categories, dice)
        yield Child(
            group=group,
            office=office,
            worker=worker,
            referred=FIRST_DAY + timedelta(days=int((days[i] + dice.random()) * DAYS / n)),
            source=sources[i],
            sex=sexes[i],
            age=int(ages[i]),
            disability=disabilities[i],
            language=language,
            interpreter="Y" if language != "English" and dice.random() < 0.6 else "N",
            nation=NATIONS[int(dice.random() * 3)] if "AIAN" in categories and dice.random() < 0.7 else None,
            dice=dice.random(),
        )


def _posts(categories: Sequence[str]) -> dict[str, float]:
    """Every worker as "office/worker", weighted by caseload and by the mix of the office."""
    weights: dict[str, float] = {}
    for office, workers in WORKERS_BY_OFFICE.items():
        tilt = max(OFFICE_MIX.get((office, category), 1.0) for category in categories)
        for place in range(1, workers + 1):
            weights[f"{office}/W{OFFICE_NUMBER[office]}{place:02d}"] = tilt * (0.85 + 0.05 * (place % 7))
    return weights


def _source_mix(categories: Sequence[str]) -> dict[str, float]:
    for concerned, mix in SOURCE_MIX.items():
        if set(concerned.split()) & set(categories):
            return mix
    raise ValueError(f"no referral sources are declared for {categories}")


def _language(categories: Sequence[str], dice: Dice) -> str:
    spoken = {name: share for category in categories for name, share in LANGUAGES.get(category, {}).items()}
    return dice.pick({**spoken, "English": 1 - sum(spoken.values())})


def _decide(people: Sequence[Child], dice: Dice) -> None:
    """Walk every group down the chain of decisions."""
    for child in people:
        child.decisions = dict.fromkeys((*CHAIN, *AFTER_REMOVAL), NOT_AT_RISK)
    for group in GROUPS:
        at_risk = [child for child in people if child.group == group]
        for decision in CHAIN:
            at_risk = _step(at_risk, decision, dice)
        for decision in AFTER_REMOVAL:
            _step(at_risk, decision, dice)
        for child in at_risk:
            _leave(child, dice)


def _step(at_risk: Sequence[Child], decision: str, dice: Dice) -> list[Child]:
    """Make one decision for all who are at risk of it; returns those it came to."""
    outcome = dice.events([_chance(child, decision) for child in at_risk])
    for child, happened in zip(at_risk, outcome, strict=True):
        child.decisions[decision] = "Y" if happened else "N"
    return [child for child, happened in zip(at_risk, outcome, strict=True) if happened]


def _chance(child: Child, decision: str) -> float:
    if decision == "screened_in":
        return SCREENED_IN[child.source]
    log_odds = BASE_LOG_ODDS[decision]
    for concerned, office, groups, effect in PRACTICE:
        if concerned == decision and office == child.office and (not groups or groups & child.categories):
            log_odds += effect
    if child.interpreter == "Y":
        log_odds += INTERPRETER.get(decision, 0.0)
    return 1 / (1 + math.exp(-log_odds))


def _leave(child: Child, dice: Dice) -> None:
    """Give a removed child the day it left care; some were still in care when the data ended."""
    if child.decisions["reunified"] == "N" and dice.random() < 0.55:
        return
    left = child.referred + timedelta(days=45 + int(dice.random() * 420))
    child.exited = min(left, LAST_EXIT)
