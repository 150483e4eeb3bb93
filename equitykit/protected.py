"""An audit for others: small counts hidden, and whatever would give them away.

Every number an audit prints of a question is a sum of counts of distinct values. A linear
program plays the attacker: it may know the rule, every number shown and which of the others are
marked as too small, and must not be able to exclude any count from 1 to the threshold for a
number that is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from equitykit import disclosure
from equitykit.checks.registry import Count, Figure, Labels, Share, plain_number
from equitykit.disclosure import Rule
from equitykit.reading import Reading
from equitykit.recoded import value_key
from equitykit.suppression.attack import Attacker
from equitykit.suppression.system import incidence

__all__ = ["NOT_SHOWN", "TOO_FEW", "Seen", "Wording", "hidden_sums", "protect_question", "shown_statistics"]

TOO_FEW = "too few to show"
NOT_SHOWN = "some"
NO_SHARE = "a share not shown"
_MARKED = frozenset({"n", "missing", "multiple", "any", "alone", "reason"})
_KEEP_LONGEST = ("n", "any", "missing", "answered", "readable", "alone", "reason")


@dataclass(frozen=True)
class Wording:
    """How numbers are written in messages.

    Parameters
    ----------
    public : whether the text is for others.
    rule : the disclosure rule that is applied then.
    shown : names of the statistics that may be printed, once they are known.
    printed : their values, and the number of rows.
    """

    public: bool = False
    rule: Rule = field(default_factory=lambda: disclosure.rule("cms-11"))
    shown: frozenset[str] = frozenset()
    printed: frozenset[int] = frozenset()

    def with_shown(
        self, shown: frozenset[str], reading: Reading | None = None, rows: int | None = None
    ) -> Wording:
        """The same wording, with the statistics that may be printed."""
        members = reading.statistics() if reading is not None else {}
        counts = [value.n for value in reading.values] if reading is not None else []
        sums = frozenset(sum(counts[i] for i in m) for name, m in members.items() if name in shown)
        return replace(self, shown=shown, printed=sums | ({rows} if rows is not None else set()))

    def may_stand_beside(self, n: int | None) -> bool:
        """Whether the base of a finding may be printed: the rows of the file, or a number shown anyway."""
        return not self.public or n is None or n in self.printed

    def too_small(self, n: int | None) -> bool:
        """Whether a count may not be shown for its size."""
        return self.public and n is not None and 0 < n < self.rule.threshold

    def hides(self, number: Any) -> bool:
        """Whether a number may not be shown."""
        if not self.public:
            return False
        if isinstance(number, Count):
            return number.key not in self.shown
        if isinstance(number, Share):
            if number.keys is not None:
                return not set(number.keys) <= self.shown
            return self.too_small(number.part) or self.too_small(number.whole - number.part)
        return isinstance(number, Figure) and any(self.too_small(n) for n in number.counts)

    def number(self, number: Any) -> float | int | None:
        """A number as JSON holds it: in public no finer than the message says it."""
        plain = None if self.hides(number) else plain_number(number)
        if not self.public or plain is None:
            return plain
        if isinstance(number, Figure):
            return round(plain, number.public_digits)
        return round(plain, 2) if isinstance(number, Share) and number.keys is None else plain

    def write(self, template: str, numbers: Mapping[str, Any]) -> str:
        """Fill a message with what may be shown."""
        said = template.format_map({name: self._text(number) for name, number in numbers.items()})
        if not any(self.hides(number) for number in numbers.values()):
            return said
        said = said.replace(f"{NOT_SHOWN} of {NOT_SHOWN} ", f"{NOT_SHOWN} ").replace(f" ({NO_SHARE})", "")
        begun = said.replace(f". {NOT_SHOWN} ", f". {NOT_SHOWN.capitalize()} ")
        return begun[:1].upper() + begun[1:]

    def _text(self, number: Any) -> str:
        if isinstance(number, Count):
            if self.hides(number):
                return TOO_FEW if self.too_small(number.value) and _is_marked(number.key) else NOT_SHOWN
            return f"{number.value:,}"
        if isinstance(number, Share):
            if self.hides(number):
                return NO_SHARE
            if number.whole == 0:
                return "no share"
            digits = 0 if self.public and number.keys is None else 1
            return f"{100 * number.value:.{digits}f} %"
        if isinstance(number, Figure):
            digits = number.public_digits if self.public else number.digits
            return "an amount not shown" if self.hides(number) else f"{number.value:,.{digits}f}{number.unit}"
        if isinstance(number, Labels):
            return self._labels(number)
        return str(number)

    def _labels(self, labels: Labels) -> str:
        items = labels.items
        rare = 0
        if self.public:
            rare = sum(key not in self.shown for _, _, key in items)
            items = tuple(item for item in items if item[2] in self.shown)
        quote = '"' if labels.quoted else ""
        texts = [f"{quote}{text}{quote} ({n:,})" for text, n, _ in items[: labels.most]]
        if len(items) > labels.most:
            texts.append(f"and {len(items) - labels.most} more")
        if rare:
            texts.append(rare_labels(rare) if labels.quoted else f"{rare} not shown")
        return ", ".join(texts)


def rare_labels(k: int) -> str:
    """What stands in the place of labels that are too rare to print."""
    return "[1 rare label]" if k == 1 else f"[{k} rare labels]"


def shown_statistics(reading: Reading, rule: Rule, governed: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names of the statistics of a reading that can be shown together without giving a hidden count away.

    Parameters
    ----------
    reading : the question.
    rule : which counts are too small.
    governed : categories about which nothing becomes public without an agreement.
    """
    members = {name: m for name, m in reading.statistics().items() if m}
    counts = [value.n for value in reading.values]
    totals = {name: sum(counts[i] for i in m) for name, m in members.items()}
    small = {name for name, total in totals.items() if 0 < total < rule.threshold}
    small |= {name for name, m in members.items() if m and _is_governed(name, m, reading, governed)}
    shown = set(members) - small
    if not small:
        return frozenset(reading.statistics())
    racial = {
        name
        for name, m in members.items()
        if name.startswith("value:") and any(reading.values[i].categories for i in m)
    }
    targets = _targets(small, members)
    for target, named in sorted(targets, key=lambda each: (len(each[0]), sorted(each[0]), each[1])):
        cover = sum(counts[i] for i in target) < rule.threshold
        while not _safe(target, _seen(members, totals, shown, rule, marks=named), rule, cover=cover):
            victim = _victim(target, shown, members, totals, racial)
            if victim is None:
                break
            shown -= {name for name in shown if members[name] == members[victim]}
    empty = {name for name, m in reading.statistics().items() if not m}
    return frozenset(shown | empty)


def hidden_sums(reading: Reading, shown: frozenset[str], rule: Rule) -> tuple[Seen, set[frozenset[int]]]:
    """What a reader has to go by, and the small counts that are hidden.

    Parameters
    ----------
    reading : the question.
    shown : names of the statistics that are printed.
    rule : which counts are too small.
    """
    members = {name: m for name, m in reading.statistics().items() if m}
    counts = [value.n for value in reading.values]
    totals = {name: sum(counts[i] for i in m) for name, m in members.items()}
    small = {name for name in members if name not in shown and 0 < totals[name] < rule.threshold}
    seen = _seen(members, totals, {name for name in members if name in shown}, rule, marks=True)
    return seen, {target for target, _ in _targets(small, members)}


def _targets(small: set[str], members: Mapping[str, frozenset[int]]) -> set[tuple[frozenset[int], bool]]:
    """What must not be told, and whether marks speak of it.

    Hidden labels that enter the same sums are alike to an attacker, so one of each kind is enough.
    """
    sums = [m for name, m in members.items() if not name.startswith("value:")]
    alike: dict[tuple[bool, ...], frozenset[int]] = {}
    for name in sorted(small):
        if name.startswith("value:"):
            (i,) = members[name]
            alike.setdefault(tuple(i in m for m in sums), members[name])
    named = {(members[name], True) for name in small if not name.startswith("value:")}
    return named | {(m, False) for m in alike.values()}


def _is_governed(name: str, members: frozenset[int], reading: Reading, governed: frozenset[str]) -> bool:
    """Whether a number is about a governed category: its counts, and the labels that name it."""
    if not governed:
        return False
    kind, _, category = name.partition(":")
    if kind == "value":
        values = (reading.values[i] for i in members)  # noqa: PD011 - a tuple of readings, no frame
        return any(value.categories & governed or value.one_of & governed for value in values)
    return kind in {"any", "alone", "beside"} and category in governed


def _victim(
    target: frozenset[int],
    shown: set[str],
    members: Mapping[str, frozenset[int]],
    totals: Mapping[str, int],
    racial: set[str],
) -> str | None:
    """Next number to hide; never the total, which the number of rows tells anyway.

    A raw label goes before a category; one that names no group (a missing reason, a stray value)
    before one that does, and among those that do the largest first: the next-smallest group is
    not the one to pay.
    """
    others = [name for name in shown if members[name] != members["n"]]
    close = [name for name in others if members[name] & target]
    for names in (close, others):
        if names:
            return min(
                names,
                key=lambda name: (
                    _kind_rank(name),
                    name in racial,
                    -totals[name] if name in racial else totals[name],
                    name,
                ),
            )
    return None


def _is_marked(name: str | None) -> bool:
    """Whether the output says of a hidden number if it is small or hidden for its neighbours."""
    return name is not None and name.split(":")[0] in _MARKED


def _kind_rank(name: str) -> int:
    kind = name.split(":")[0]
    return len(_KEEP_LONGEST) - _KEEP_LONGEST.index(kind) if kind in _KEEP_LONGEST else 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the reader of a public audit has to go by.

    `shown` holds sums that are printed. `small` and `large` are not printed, but marked: as too small to
    show, or as hidden for their neighbours. Nothing marks a raw label that is hidden, nor the further sums
    of messages, which read "some" whatever they are.
    """

    shown: tuple[tuple[frozenset[int], int], ...]
    small: tuple[frozenset[int], ...] = ()
    large: tuple[frozenset[int], ...] = ()


def _seen(
    members: Mapping[str, frozenset[int]],
    totals: Mapping[str, int],
    shown: set[str],
    rule: Rule,
    *,
    marks: bool,
) -> Seen:
    sums = tuple(dict.fromkeys((members[name], totals[name]) for name in sorted(shown)))
    known = {m for m, _ in sums}
    marked = sorted(name for name in set(members) - shown if marks and _is_marked(name))
    hidden = {members[name]: totals[name] for name in marked if members[name] not in known}
    return Seen(
        shown=sums,
        small=tuple(m for m, total in hidden.items() if total < rule.threshold),
        large=tuple(m for m, total in hidden.items() if total >= rule.threshold),
    )


def _safe(target: frozenset[int], seen: Seen, rule: Rule, *, cover: bool) -> bool:
    """Whether nobody who sees this can tell the target.

    For a small count (`cover`): the sums shown exclude no count from 1 to the threshold that the marks
    alone leave open. For any other: it cannot be narrowed down to fewer values than the threshold.
    """
    margin = 1e-7
    low, high = _range(target, seen, rule)
    if not cover:
        return high - low >= rule.threshold - 1 - margin
    if low <= 1 + margin and high >= rule.threshold - 1 - margin:
        return True
    floor, ceiling = _range(target, replace(seen, shown=()), rule)
    return low <= max(floor, 1) + margin and high >= min(ceiling, rule.threshold - 1) - margin


def _range(target: frozenset[int], seen: Seen, rule: Rule) -> tuple[float, float]:
    """Fewest and most people the target can have: the attacker of tables, on sums of values that are alike."""
    most = rule.threshold - 1.0
    sets = [*(m for m, _ in seen.shown), *seen.small, *seen.large]
    cells = sorted(frozenset[int]().union(target, *sets))
    columns = list(dict.fromkeys((i in target, *(i in m for m in sets)) for i in cells))
    sums = [frozenset(at for at, column in enumerate(columns) if column[k]) for k in range(len(sets) + 1)]
    # Each set is a total of the columns in it; what is known of it are its bounds.
    low = [0.0] * len(columns) + [0.0]
    high = [np.inf] * len(columns) + [np.inf]
    low += (
        [float(n) for _, n in seen.shown]
        + [1.0] * len(seen.small)
        + [float(rule.threshold)] * len(seen.large)
    )
    high += [float(n) for _, n in seen.shown] + [most] * len(seen.small) + [np.inf] * len(seen.large)
    rows = [(len(columns) + k, sorted(parts)) for k, parts in enumerate(sums)]
    attacker = Attacker(incidence(rows, len(low)), np.array(low), np.array(high))
    return attacker.interval(len(columns))


def protect_question(
    whole: dict[str, Any], reading: Reading, shown: frozenset[str], rule: Rule
) -> dict[str, Any]:
    """The printed form of a question with only what may be shown; hidden counts are null, and say so."""
    raw = {tuple(value.raw): value_key(value) for value in reading.values}
    values = [value for value in whole["values"] if raw[tuple(value["raw"])] in shown]
    rare = (
        len(reading.values)
        - len(values)
        - sum(raw_key in shown for raw_key in list(raw.values())[len(whole["values"]) :])
    )
    if rare:
        values.append(
            {
                "raw": [rare_labels(rare)],
                "n": None,
                "suppressed": "primary",
                "status": "unmapped",
                "categories": [],
            }
            | {"missing": None, "note": "counts too small to show, or that would give a small one away"}
        )
    totals = reading.statistics()
    categories = []
    for entry in whole["categories"]:
        entry = dict(entry)
        for key, kind in (("n_any", "any"), ("n_alone", "alone")):
            name = f"{kind}:{entry['id']}"
            if name in totals and name not in shown:
                entry["suppressed"] = "primary" if 0 < entry[key] < rule.threshold else "complementary"
                entry[key] = None
        categories.append(entry)
    missing = dict(whole["missing"])
    missing["by_reason"] = {
        reason: (n if f"reason:{reason}" in shown else None)
        for reason, n in sorted(missing["by_reason"].items())  # not the most frequent first
    }
    if "missing" not in shown:
        missing |= {"n": None, "share": None}
    if missing["n"] is None or None in missing["by_reason"].values():
        missing["suppressed"] = "primary"
    multiple = dict(whole["multiple"])
    if "multiple" not in shown:
        multiple |= {"n": None, "suppressed": "primary"}
    return (
        whole
        | {"values": values, "categories": categories, "missing": missing, "multiple": multiple}
        | ({} if "n" in shown else {"n": None, "suppressed": "primary"})
    )
