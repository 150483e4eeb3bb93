"""The codebook filled from the form that stands beside the data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from equitykit import standards
from equitykit.forms import Form, Item, Option
from equitykit.propose.evidence import HISPANIC_NAME, RACE_NAME, Column, Confirm, name_words
from equitykit.propose.found import Found, codes_of, missing_of
from equitykit.standards import Meaning, Standard, Vocabulary

__all__ = ["Told", "asks_race", "read_label", "read_option", "told_by_form", "with_yes_no"]

_DELIMITERS = (" ", ";", ",", "|")
_EXAMPLES = re.compile(
    r"\s*[-\u2013\u2014:;,.]?\s*\b(?:enter,? )?(?:for example|e\.g\.|including|such as|i\.e\.)(?!\w).*$",
    re.IGNORECASE | re.DOTALL,
)
_NOT_RACE = re.compile(r"language|interpret|country|born|born in", re.IGNORECASE)


@dataclass
class Told:
    """What the form says about the columns: race and ethnicity, and codes of other questions."""

    race: Found | None = None
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    confirm: list[Confirm] = field(default_factory=list)


def told_by_form(form: Form, columns: Sequence[Column], standard: Standard) -> Told:
    """Match the items of a form to the columns of the data; say where the two disagree."""
    words = standards.words_of(standard)
    told = Told(identifiers=tuple(item.name for item in form.items if item.identifier))
    by_name = {c.name: c for c in columns}
    items = [item for item in form.items if item.options and asks_race(item, words)]
    matched = [(item, found) for item in items if (found := _columns_of(item, by_name))]
    if items and not matched:
        told.confirm.append(
            Confirm(
                "questions.race_ethnicity",
                f"The form asks about race or ethnicity ({', '.join(i.name for i in items)}), and no column of the "
                "data answers to that.",
            )
        )
    if matched:
        beside = [
            (item, found) for item in _not_asked(form, items, words) if (found := _columns_of(item, by_name))
        ]
        told.race = _race([*matched, *beside], told, standard)
        _delimit(told.race, matched, by_name)
    for question, kind in (("sex", "sex"), ("disability", "yes_no"), ("language", "language")):
        _other(question, kind, form, by_name, told)
    return told


def _read(item: Item, words: Vocabulary) -> list[tuple[str, Meaning | None]]:
    return [(option.code, read_option(option, words)) for option in item.options]


def read_option(option: Option, words: Vocabulary) -> Meaning | None:
    """What the words of an option say, in the language of the form or in English."""
    said = read_label(option.label, words)
    english = dict(option.translations).get("en")
    return read_label(english, words) if said is None and english else said


def read_label(text: str, words: Vocabulary) -> Meaning | None:
    """What a label says, without its examples and what stands in brackets at its end where needed."""
    said = standards.read_value(text, words)
    return said if said is not None else standards.read_value(_without_examples(text), words)


def _without_examples(text: str) -> str:
    return re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", _EXAMPLES.sub("", text))


def asks_race(item: Item, words: Vocabulary) -> bool:
    """Whether an item with options asks about race or ethnicity, by what its options say."""
    if _NOT_RACE.search(item.label) and not RACE_NAME.search(name_words(item.name)):
        return False
    read = [m for _, m in _read(item, words)]
    telling = [m for m in read if m is not None and (m.adds or m.one_of or m.not_hispanic)]
    if any(m.not_hispanic and not m.adds for m in telling):
        return True
    hispanic = re.search(r"hispanic|latin[oax]", item.label, re.IGNORECASE) or HISPANIC_NAME.search(
        name_words(item.name)
    )
    if hispanic and {o.label.strip().lower() for o in item.options} >= {"yes", "no"}:
        return True
    spoken = [m for m in read if m is None or not m.missing]
    return len(telling) >= 2 and len(telling) >= 0.5 * len(spoken)


def _columns_of(item: Item, by_name: dict[str, Column]) -> dict[str, str | None]:
    """Columns that hold an item's answers: column -> option code, or None where it holds the code itself."""
    boxes: dict[str, str | None] = {}
    for option in item.options:
        for name in (
            f"{item.name}___{option.code}",
            f"{item.name}___{option.code.replace('-', '_')}".lower(),
            f"{item.name}/{option.code}",
        ):
            if name in by_name:
                boxes[name] = option.code
                break
    if boxes:
        return boxes
    lower = {name.lower(): name for name in by_name}
    if item.name.lower() in lower:
        return {lower[item.name.lower()]: None}
    return {}


def _race(matched: Sequence[tuple[Item, dict[str, str | None]]], told: Told, standard: Standard) -> Found:
    words = standards.words_of(standard)
    found = Found({"columns": [], "encoding": "single"})
    offered: list[str] = []
    missing: dict[str, Any] = {}
    codes: dict[str, Any] = {}
    flags: dict[str, Any] = {}
    for item, columns in matched:
        read = with_yes_no(item, _read(item, words))
        by_code = dict(read)
        unread = [f'{o.code} "{o.label}"' for o in item.options if by_code.get(o.code) is None]
        if unread:
            told.confirm.append(
                Confirm(
                    f"questions.race_ethnicity.codes.{item.name}",
                    f"These options of the form could not be read: {', '.join(unread[:6])}. Say what they mean.",
                )
            )
        for meaning in by_code.values():
            offered += sorted(_offers(meaning, standard)) if meaning else ()
        for column, code in columns.items():
            found.spec["columns"].append(column)
            found.used.add(column)
            if code is None:
                codes[column] = codes_of(read)
                missing |= {column: said} if (said := missing_of(read)) else {}
            else:
                meaning = by_code.get(code)
                flags[column] = _flag(meaning)
        found.reasons.append(f'The form names "{item.name}" with {len(item.options)} options.')
        absent = (
            [o.code for o in item.options if f"{item.name}___{o.code}" not in columns]
            if item.type == "multiple"
            else []
        )
        if absent and None not in columns.values():
            told.confirm.append(
                Confirm(
                    "questions.race_ethnicity.flags",
                    f"The form offers {item.name} = {', '.join(absent)}, and the data have no such column.",
                    tuple(columns),
                )
            )
    spec = found.spec
    if flags:
        spec |= {"encoding": "flags", "flags": flags}
    elif len(spec["columns"]) > 1:
        spec["encoding"] = "race_and_ethnicity"
    if codes:
        spec["codes"] = codes
    if missing:
        spec["missing"] = missing
    spec["offered"] = _as_categories(offered)
    return found


def _offers(meaning: Meaning, standard: Standard) -> frozenset[str]:
    """What can be chosen with an option; "other" only where the standard has a category for it."""
    own = {meaning.residual} & standard.residuals.keys() if meaning.residual else set[str]()
    return meaning.adds | meaning.one_of | own


def _not_asked(form: Form, race: Sequence[Item], words: Vocabulary) -> list[Item]:
    """Items beside the question in which staff say that it was not asked."""
    return [
        item
        for item in form.items
        if item.options
        and any(item.name.startswith(f"{each.name}_") for each in race)
        and all(meaning is not None and meaning.missing == "not-asked" for _, meaning in _read(item, words))
    ]


def _delimit(
    found: Found, matched: Sequence[tuple[Item, dict[str, str | None]]], by_name: dict[str, Column]
) -> None:
    """Several codes in one cell, where the form takes several answers and the data hold them so."""
    if found.spec["encoding"] == "flags" or len(matched) != 1 or matched[0][0].type != "multiple":
        return
    ((item, columns),) = matched
    values = [text for column in columns for text, _ in by_name[column].values]
    codes = {_fold(option.code) for option in item.options}
    joined = [text for text in values if _fold(text) not in codes]
    for delimiter in _DELIMITERS:
        split = [[part.strip() for part in text.split(delimiter) if part.strip()] for text in joined]
        if joined and all(len(parts) > 1 and {*map(_fold, parts)} <= codes for parts in split):
            found.spec |= {"encoding": "delimited", "delimiter": delimiter}
            return


def with_yes_no(item: Item, read: list[tuple[str, Meaning | None]]) -> list[tuple[str, Meaning | None]]:
    """Are you Hispanic? yes / no."""
    labels = {o.code: o.label.strip().lower() for o in item.options}
    if not {"yes", "no"} <= set(labels.values()):
        return read
    said = {"yes": Meaning(adds=frozenset({"HISPANIC"})), "no": Meaning(not_hispanic=True)}
    return [(code, said.get(labels[code], meaning)) for code, meaning in read]


def _flag(meaning: Meaning | None) -> Any:
    if meaning is None:
        return "other"
    if meaning.missing and not meaning.adds:
        return {"missing": meaning.missing}
    return codes_of([("it", meaning)]).get("it", "none")


def _as_categories(concepts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(concepts))


def disagreements(found: Found, columns: Sequence[Column]) -> list[Confirm]:
    """Codes in the data that the form does not offer."""
    by_name = {c.name: c for c in columns}
    doubts: list[Confirm] = []
    for name, codes in found.spec.get("codes", {}).items():
        known = {*codes, *found.spec.get("missing", {}).get(name, {})}
        column = by_name.get(name)
        if column is None:
            continue
        folded = {_fold(code) for code in known}
        strange = [
            text for text, _ in column.values if _fold(text) not in folded and column.read(text) is None
        ]
        if strange:
            doubts.append(
                Confirm(
                    f"questions.race_ethnicity.codes.{name}",
                    f'The data hold codes in "{name}" that the form does not offer: {", ".join(strange[:8])}. '
                    "They stay unread.",
                    (name,),
                )
            )
    return doubts


def _fold(code: str) -> str:
    text = code.strip().lower()
    return text.lstrip("0") or "0" if text.isdigit() else text


def _other(question: str, words: str, form: Form, by_name: dict[str, Column], told: Told) -> None:
    vocabulary = standards.vocabulary(words)
    for item in form.items:
        if not item.options or item.type != "single" or item.name not in by_name:
            continue
        named = name_words(item.name)
        if question == "disability" and "disab" not in named:
            continue
        read = [(o.code, standards.read_value(o.label, vocabulary)) for o in item.options]
        telling = [m for _, m in read if m is not None and m.adds]
        if len(telling) < 2 or len(telling) < 0.5 * len(read):
            continue
        codes = {code: next(iter(m.adds)) for code, m in read if m is not None and len(m.adds) == 1}
        spec: dict[str, Any] = {"columns": [item.name], "encoding": "single", "codes": codes}
        if said := missing_of(read):
            spec["missing"] = said
        told.others[question] = spec
        return
