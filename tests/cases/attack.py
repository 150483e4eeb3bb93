"""An attacker who reads a public audit and tries to work out what it hides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from equitykit.disclosure import rule
from equitykit.protected import shown_statistics
from equitykit.reading import Reading
from equitykit.recoded import value_key

THRESHOLD = 11
MARKED = {"n", "missing", "multiple", "any", "alone", "reason"}
_NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?(?![\w-])")


@dataclass(frozen=True)
class Known:
    """What the printed question says of its statistics: numbers shown, and how the others are marked."""

    shown: Mapping[str, int]
    hidden: frozenset[str]


def known(question: Mapping[str, Any], reading: Reading, rows: int | None = None) -> Known:
    """Read the printed question as its reader does, statistic by statistic.

    Messages may print further sums (people who answered, readable records, ...): what `shown_statistics`
    lets them print is taken as printed; of the others a message only says "some".
    """
    said: dict[str, int | None] = {"missing": question["missing"]["n"]}
    said["n"] = question["n"] if rows is None else rows  # the rows of the file are printed
    said["multiple"] = question["multiple"]["n"]
    for entry in question["categories"]:
        said[f"any:{entry['id']}"], said[f"alone:{entry['id']}"] = entry["n_any"], entry["n_alone"]
    for reason, n in question["missing"]["by_reason"].items():
        said[f"reason:{reason}"] = n
    printed = {tuple(value["raw"]): value["n"] for value in question["values"]}
    for value in reading.values:
        said[value_key(value)] = printed.get(tuple(value.raw))
    allowed = shown_statistics(reading, rule("cms-11"))
    for name, n in totals(reading).items():
        if n and name not in said:
            said[name] = n if name in allowed else None
    return Known(
        shown={name: n for name, n in said.items() if n is not None},
        hidden=frozenset(name for name, n in said.items() if n is None),
    )


def totals(reading: Reading) -> dict[str, int]:
    """The true numbers."""
    return {name: sum(reading.values[i].n for i in m) for name, m in reading.statistics().items()}


def small_and_hidden(seen: Known, reading: Reading) -> list[str]:
    """Statistics that are marked as too small to show."""
    true = totals(reading)
    return sorted(name for name in seen.hidden if 0 < true.get(name, 0) < THRESHOLD)


def ranges(seen: Known, reading: Reading, target: str, *, sums: bool, marks: bool) -> tuple[float, float]:
    """Smallest and largest number of people that the target can have, in whole people.

    `sums`: with all numbers that are printed. `marks`: knowing that a count marked as too small lies
    between 1 and the threshold, and one hidden for its neighbours does not.
    """
    members = reading.statistics()
    true = totals(reading)
    k = len(reading.values)
    rows: list[Any] = []
    low: list[float] = []
    high: list[float] = []
    bounds: dict[str, tuple[float, float]] = {name: (n, n) for name, n in seen.shown.items() if sums}
    for name in seen.hidden if marks else ():
        if name.split(":")[0] in MARKED:
            small = true[name] < THRESHOLD
            bounds[name] = (1, THRESHOLD - 1) if small else (THRESHOLD, np.inf)
    for name, (fewest, most) in bounds.items():
        if members.get(name):
            rows.append(_row(members[name], k))
            low.append(fewest)
            high.append(most)
    constraints = [LinearConstraint(np.array(rows), np.array(low), np.array(high))] if rows else []
    goal = _row(members[target], k)
    ends = []
    for sign in (1.0, -1.0):
        found = milp(
            sign * goal, constraints=constraints, bounds=Bounds(0, np.inf), integrality=np.ones(k, dtype=int)
        )
        assert found.status in (0, 3, 4), found.message
        ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
    return ends[0], ends[1]


def told(seen: Known, reading: Reading, target: str) -> str | None:
    """What the printed numbers give away of a small count, in words; None where nothing is."""
    plain = ranges(seen, reading, target, sums=True, marks=False)
    if plain[0] > 1 or plain[1] < THRESHOLD - 1:
        return f"{target} lies between {plain[0]:g} and {plain[1]:g}"
    if target.split(":")[0] not in MARKED:
        return None
    fewest, most = ranges(seen, reading, target, sums=True, marks=True)
    floor, ceiling = ranges(seen, reading, target, sums=False, marks=True)
    if fewest > max(floor, 1) or most < min(ceiling, THRESHOLD - 1):
        return f"who knows the rule knows that {target} lies between {fewest:g} and {most:g}"
    return None


def _row(members: frozenset[int], k: int) -> Any:
    return np.array([1.0 if i in members else 0.0 for i in range(k)])


def numbers(text: str) -> set[float]:
    """Every number in a text."""
    return {float(found.replace(",", "")) for found in _NUMBER.findall(text)}


def numbers_in(data: Any) -> Iterator[float]:
    """Every number anywhere in a JSON value, in its texts too."""
    if isinstance(data, Mapping):
        for value in data.values():
            yield from numbers_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from numbers_in(value)
    elif isinstance(data, str):
        yield from numbers(data)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield float(data)


def leaks(data: Mapping[str, Any], texts: list[str], reading: Reading, seen: Known) -> list[str]:
    """Hidden numbers that are printed somewhere all the same: as they are, or as a share.

    Sure only where the number is large enough that nothing else in the output happens to equal it.
    """
    rows = data["subject"]["rows"]
    without_size = {**data, "subject": {**data["subject"], "sha256": None}}
    printed = set(numbers_in(json.loads(json.dumps(without_size)))).union(*(numbers(text) for text in texts))
    true = totals(reading)
    innocent = {float(rows), *map(float, seen.shown.values())}
    found = []
    for name in sorted(seen.hidden):
        total = true.get(name, 0)
        shown_too = any(true[other] == total for other in seen.shown if other in true)
        if total <= 300 or shown_too:
            continue
        if float(total) in printed - innocent:
            found.append(f"{name} = {total} is printed")
        found += [
            f"{name} = {total} is printed as a share of {whole:g}: {share}"
            for share in printed
            if 0 < share < 1
            for whole in innocent
            if whole > total and abs(share - round(total / whole, 6)) < 1e-9
        ]
    return found
