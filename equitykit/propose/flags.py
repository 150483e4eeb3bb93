"""Race and ethnicity in yes/no columns: those of a published system, named ones, and the boxes of a form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from equitykit import standards
from equitykit.propose.evidence import RACE_NAME, SOMEBODY_ELSE, Column, Confirm, name_words
from equitykit.propose.found import Found, codes_of
from equitykit.recode import NO, YES
from equitykit.standards import CodeSystem, Meaning

__all__ = ["find_flags"]

_REDCAP = re.compile(r"^(?P<stem>.+)___(?P<code>[A-Za-z0-9_]+)$")
_PREFIXES = re.compile(
    r"^(is|race|races|racial|ethnicity|ethnic|eth|client|child|person|rac|r)_|_(race|yn|flag|ind|indicator|any)$"
)


def find_flags(columns: Sequence[Column]) -> Found | None:
    """Find a family of yes/no columns, or None."""
    return _known_flags(columns) or _label_flags(columns) or _numbered_flags(columns)


def _known_flags(columns: Sequence[Column]) -> Found | None:
    """Column families of a published system, such as those of AFCARS or HMIS."""
    names = {c.name.lower(): c for c in columns}
    best: tuple[int, CodeSystem, list[Column]] | None = None
    for name in standards.code_systems():
        system = standards.code_system(name)
        if system.question != "race_ethnicity" or len(system.flags) < 3:
            continue
        present = [names[flag.lower()] for flag in system.flags if flag.lower() in names]
        allowed = {*(t.lower() for t in (*system.yes, *system.no)), *system.flag_missing, *YES, *NO}
        fit = [c for c in present if not c.filled or _share_in(c, allowed) >= 0.95]
        if len(fit) >= 3 and (best is None or len(fit) > best[0]):
            best = (len(fit), system, fit)
    if best is None:
        return None
    _, system, fit = best
    fit += [c for c in columns if c not in fit and _only_reasons(c)]
    ordered = [c.name for c in fit]
    named = {c.name: reasons.id if (reasons := _only_reasons(c)) else system.id for c in fit}
    spec = {
        "columns": ordered,
        "encoding": "flags",
        "code_system": system.id if len(set(named.values())) == 1 else named,
    }
    found = Found(spec, used=set(ordered))
    found.reasons.append(f"{len(ordered)} yes/no columns are called as in {system.id} ({system.title}).")
    found.confirm.append(
        Confirm(
            "questions.race_ethnicity.code_system",
            f"Confirm that these columns follow {system.id}.",
            tuple(ordered),
        )
    )
    return found


def _share_in(column: Column, allowed: set[str]) -> float:
    return column.share(lambda text: text.strip().lower() in allowed)


def _only_reasons(column: Column) -> CodeSystem | None:
    """System of a column that holds missing reasons only, such as RaceNone."""
    for name in standards.code_systems():
        system = standards.code_system(name)
        reasons = system.values and all(m.missing and not m.adds for m in system.values.values())
        if (
            reasons
            and system.question == "race_ethnicity"
            and system.hint_in(column.name) == column.name.lower()
        ):
            return system
    return None


def _flag_meaning(column: Column) -> Meaning | None:
    """What a yes/no column is about, by its name: race_white, IsBlack, Hispanic."""
    words = column.words
    if SOMEBODY_ELSE.search(words):
        return None
    for _ in range(3):
        text = words.replace("_", " ")
        meaning = standards.read_value(text)
        if meaning and (meaning.adds or meaning.one_of or meaning.missing or meaning.residual == "other"):
            return meaning
        shorter = _PREFIXES.sub("", words)
        if shorter == words:
            break
        words = shorter
    return None


def _label_flags(columns: Sequence[Column]) -> Found | None:
    """race_white, race_black, ...: a yes/no column for each category."""
    flags: dict[str, Meaning] = {}
    for column in columns:
        if column.is_yes_no or (not column.filled and RACE_NAME.search(column.words)):
            meaning = _flag_meaning(column)
            if meaning and (meaning.adds or meaning.one_of or RACE_NAME.search(column.words)):
                flags[column.name] = meaning
        elif (
            column.filled
            and len(column.values) <= 2
            and len(column.groups_named) == 1
            and column.race_share == 1.0
        ):
            only = next(m for _, _, m in column.meanings if m and m.adds)
            if column.profile.blank and (RACE_NAME.search(column.words) or _flag_meaning(column) == only):
                flags[column.name] = only
    categories = frozenset[str]().union(*(m.adds | m.one_of for m in flags.values()))
    if len(categories - {"HISPANIC"}) < 2:
        return None
    entries = {name: _flag_code(meaning) for name, meaning in flags.items()}
    found = Found({"columns": list(flags), "encoding": "flags", "flags": entries}, used=set(flags))
    found.reasons.append(f"{len(flags)} yes/no columns each stand for one category: {', '.join(flags)}.")
    found.confirm.append(
        Confirm(
            "questions.race_ethnicity.flags",
            "Confirm which category each of these columns stands for.",
            tuple(flags),
        )
    )
    return found


def _flag_code(meaning: Meaning) -> Any:
    if meaning.missing and not meaning.adds:
        return {"missing": meaning.missing}
    codes = codes_of([("it", meaning)])
    return codes.get("it", "none")


def _numbered_flags(columns: Sequence[Column]) -> Found | None:
    """race___1, race___2, ...: boxes of a form whose labels stand in its dictionary only."""
    families: dict[str, list[Column]] = {}
    for column in columns:
        match = _REDCAP.match(column.name)
        if match and RACE_NAME.search(name_words(match["stem"])) and (column.is_yes_no or not column.filled):
            families.setdefault(match["stem"], []).append(column)
    if not families:
        return None
    stem, boxes = max(families.items(), key=lambda kv: len(kv[1]))
    if len(boxes) < 2:
        return None
    names = [c.name for c in boxes]
    found = Found({"columns": names, "encoding": "flags"}, used=set(names))
    found.reasons.append(f'{len(names)} columns are the boxes of one question, "{stem}".')
    found.confirm.append(
        Confirm(
            "questions.race_ethnicity.flags",
            f'What each box of "{stem}" means stands in the form. Give its dictionary with --form, or fill in flags.',
            tuple(names),
        )
    )
    return found
