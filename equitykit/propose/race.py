"""Where race and ethnicity are recorded: found by values first, by names second."""

from __future__ import annotations

import re
from collections.abc import Sequence

from equitykit import standards
from equitykit.frames import Records, Tally
from equitykit.propose.evidence import (
    ETHNICITY_NAME,
    FORM_STATUS,
    HISPANIC_NAME,
    RACE_NAME,
    SOMEBODY_ELSE,
    Column,
    Confirm,
    name_words,
)
from equitykit.propose.flags import find_flags
from equitykit.propose.found import Found, propose_codes, system_by_column
from equitykit.propose.repeated import repeated_rows
from equitykit.recode import NO, YES

__all__ = ["find_race"]

_MADE = re.compile(
    r"(^|_)(race\d+|race_?cat\w*|derived|recode\w*|race_?r|racegrp|race_?group|bridged|summary|collapsed|race_?eth\d?)(_|$)"
)
_WRITE_IN = re.compile(r"(^|_)(other|oth|specify|spec|text|detail|desc\w*|label|write_?in|free)(_|$)")

_MENTIONS = re.compile(r"^(?P<stem>.*?)_?(?P<number>[1-9])$")
_USUAL_LETTERS = frozenset("WBHAINOPUXMLTZ")
_MIN_SHARE, _MIN_SHARE_NAMED = 0.6, 0.3


def find_race(records: Records, columns: Sequence[Column], numbers: Sequence[Column] = ()) -> Found | None:
    """Find the race and ethnicity question, or None.

    Parameters
    ----------
    records : the data, for the few tallies that tell a derived column from its source.
    columns : columns that do not identify people directly.
    numbers : columns of case numbers, which may tell one person from another.
    """
    columns = [c for c in columns if not FORM_STATUS.search(c.words)]
    family = find_flags(columns)
    races = _candidates(columns)
    ethnicity = _ethnicity(columns)
    if family is not None:
        return _with_ethnicity(family, ethnicity, columns)
    if not races and not ethnicity:
        races = [c for c in columns if _only_by_name(c)]
    if not races:
        return _ethnicity_alone(ethnicity)
    primary, derived, others = _primary(records, races)
    mentions = _mentions(primary, columns)
    found = Found({"columns": [primary.name], "encoding": "single"})
    found.used.add(primary.name)
    found.reasons.append(_why(primary))
    if mentions:
        found.spec |= {"columns": [c.name for c in mentions], "encoding": "race_and_ethnicity"}
        found.used |= {c.name for c in mentions}
        found.reasons.append(f"{len(mentions)} columns each hold one of a person's answers.")
    else:
        _delimiter(primary, found)
    propose_codes(primary, found, roles=("race", "both"), with_columns=mentions)
    found.confirm += _counts(columns)
    for column in derived:
        found.derived.append({"column": column.name, "from": "race_ethnicity"})
        found.confirm.append(
            Confirm(
                "derived",
                f'"{column.name}" looks as if it was made from "{primary.name}"; it is kept apart.',
                (column.name,),
            )
        )
        found.used.add(column.name)
    for column in others:
        if column.name not in found.used:
            found.confirm.append(
                Confirm(
                    "questions.race_ethnicity",
                    f'"{column.name}" holds race or ethnicity too and is not used: it may be about somebody else, or a '
                    "second source. Name it in the codebook where it belongs.",
                    (column.name,),
                )
            )
    return repeated_rows(records, _with_ethnicity(found, ethnicity, columns), columns, numbers)


_COUNT_NAME = re.compile(
    r"^(count|counts|n|number|freq|frequency|num_\w+|n_\w+|number_of_\w+|total_\w+|\w+_count)$"
)


def _counts(columns: Sequence[Column]) -> list[Confirm]:
    """Columns that look like numbers of people: then a row is a group, not a person."""
    found = [
        c
        for c in columns
        if _COUNT_NAME.match(c.words) and c.share(_whole_number) >= 0.25 and c.profile.distinct > 5
    ]
    return [
        Confirm(
            "questions.race_ethnicity.count",
            f'"{c.name}" looks like a number of people, as in a published table. Each row is counted once here; where '
            f'a row stands for several people, say "encoding: counts" and "count: {c.name}".',
            (c.name,),
        )
        for c in found
    ]


def _whole_number(text: str) -> bool:
    return text.replace(",", "").isdigit()


def _candidates(columns: Sequence[Column]) -> list[Column]:
    return [c for c in columns if _is_race(c)]


def _is_race(column: Column) -> bool:
    if not column.filled or _is_ethnicity(column):
        return False
    named = bool(RACE_NAME.search(column.words)) and not _WRITE_IN.search(column.words)
    named = named or _system_named(column)
    if column.is_coded and (named or _letters_of_race(column)):
        return named and not column.is_yes_no or _letters_of_race(column)
    if named and not column.is_coded and column.systems(roles=("race", "both")):
        return True
    if column.profile.distinct > 2000 and column.race_share < 0.9:
        return False
    if column.words_share("language") >= max(column.race_share, 0.5):
        return named and column.race_share >= 0.5 and not re.search(r"lang", column.words)
    if named:
        return column.race_share >= _MIN_SHARE_NAMED
    return column.race_share >= _MIN_SHARE and len(column.minimum_named) >= 2 and _beyond_colours(column)


def _only_by_name(column: Column) -> bool:
    """Called race or ethnicity and holding few labels, none of which can be read here."""
    spelled = column.share(lambda t: any(c.isalpha() for c in t)) >= 0.5
    return (
        bool(RACE_NAME.search(column.words))
        and not _WRITE_IN.search(column.words)
        and spelled
        and column.profile.distinct <= 60
    )


def _system_named(column: Column) -> bool:
    """Called as in a published code system, such as RAC1P."""
    return any(system.met_under(column.name) for system in column.systems(roles=("race", "both")))


def _beyond_colours(column: Column) -> bool:
    """White, Black and Brown are paint as well: something more is needed, or nothing else."""
    bare = {"white", "black", "native", "other", "unknown", "brown", "yellow", "red"}
    tokens = {standards.normalise(text) for text, _ in column.values}
    unread = {text for text, _, m in column.meanings if m is None}
    return bool(tokens - bare - {standards.normalise(t) for t in unread}) or not unread


def _letters_of_race(column: Column) -> bool:
    letters = {
        text.strip().upper() for text, _ in column.values if len(text.strip()) == 1 and text.strip().isalpha()
    }
    few = {"W", "B"} <= letters and len(letters) >= 3
    usual = letters <= _USUAL_LETTERS or ("H" in letters and bool(column.systems(roles=("race", "both"))))
    return few and usual and column.share(lambda t: t.strip().upper() in {"W", "B"}) >= 0.3


def _is_ethnicity(column: Column) -> bool:
    if not column.filled:
        return False
    if column.says_not_hispanic and column.ethnicity_share >= 0.9:
        return True
    if HISPANIC_NAME.search(column.words) and (column.mostly_yes_no or column.is_coded):
        return True
    if any(system.met_under(column.name) for system in column.systems(roles=("ethnicity",))):
        return True
    return bool(ETHNICITY_NAME.search(column.words)) and (
        column.ethnicity_share >= 0.9 or (column.is_coded and column.profile.distinct <= 6)
    )


def _ethnicity(columns: Sequence[Column]) -> list[Column]:
    found = [c for c in columns if _is_ethnicity(c)]
    own = [c for c in found if not SOMEBODY_ELSE.search(c.words)]
    return sorted(own or found, key=lambda c: (-c.says_not_hispanic, -c.filled, c.name))


def _primary(records: Records, races: list[Column]) -> tuple[Column, list[Column], list[Column]]:
    own = [c for c in races if not SOMEBODY_ELSE.search(c.words)] or races
    derived = _derived(records, own)
    sources = [c for c in own if c not in derived] or own
    primary = max(
        sources,
        key=lambda c: (
            not _MADE.search(c.words),
            round(c.race_share, 1),
            len(c.groups_named | set(c.codes)),
            c.filled,
            -own.index(c),
        ),
    )
    return (
        primary,
        [c for c in derived if c is not primary],
        [c for c in races if c is not primary and c not in derived],
    )


def _derived(records: Records, races: list[Column]) -> list[Column]:
    """Columns that follow from another race column: each of its values leads to one of theirs, and they are fewer."""
    found: list[Column] = []
    small = [c for c in races if c.profile.distinct <= 500][:6]
    for one in small:
        for other in small:
            if (
                one is other
                or one in found
                or other in found
                or one.profile.distinct >= other.profile.distinct
            ):
                continue
            pairs = records.tally([Tally((other.name, one.name))])[Tally((other.name, one.name))]
            leads = pairs.dropna(subset=[other.name, one.name])
            count = leads.columns[-1]
            total = int(leads[count].sum())
            most = int(leads.groupby(other.name)[count].max().sum()) if total else 0
            usual = int(leads.groupby(one.name)[count].sum().max()) if total else 0
            told = (most - usual) / (total - usual) if total > usual else 0.0
            if (
                told >= (0.5 if _MADE.search(one.words) else 0.95)
                and leads[other.name].nunique() > leads[one.name].nunique() > 1
            ):
                found.append(one)
                break
    return found


def _mentions(primary: Column, columns: Sequence[Column]) -> list[Column]:
    """race1, race2, ...: several columns, each with one answer of the same person."""
    match = _MENTIONS.match(primary.words)
    if not match or not RACE_NAME.search(match["stem"] or primary.words):
        return []
    same = [
        c
        for c in columns
        if (m := _MENTIONS.match(c.words))
        and m["stem"] == match["stem"]
        and (not c.filled or c.race_share >= _MIN_SHARE_NAMED or c.is_coded)
    ]
    return sorted(same, key=lambda c: c.words) if len(same) > 1 else []


def _why(column: Column) -> str:
    if column.race_share < _MIN_SHARE and not column.is_coded:
        return f'"{column.name}" is called like a race or ethnicity column; few of its values can be read.'
    if column.is_coded and column.race_share < _MIN_SHARE:
        return f'"{column.name}" is called like a race or ethnicity column and holds codes.'
    labels = [column.standard.label(name) for name in sorted(column.minimum_named)]
    named = ", ".join(labels) or "none of the categories"
    return f'{column.race_share:.0%} of the answers in "{column.name}" name a race or ethnicity ({named}).'


def _delimiter(column: Column, found: Found) -> None:
    """Whether values hold several answers, and what stands between them."""
    for delimiter in (";", "|", "+", ",", "/", "&"):
        split = [(text, n) for text, n in column.values if delimiter in text]
        if not split:
            continue
        races = [text for text, _ in split if _joins_races(column, text, delimiter)]
        if not races:
            continue
        found.spec |= {"encoding": "delimited", "delimiter": delimiter}
        found.reasons.append(f'Several answers of one person are separated by "{delimiter}".')
        return


def _joins_races(column: Column, text: str, delimiter: str) -> bool:
    """Whether the parts each name a category of their own, two of them races."""
    parts = [part.strip() for part in text.split(delimiter) if part.strip()]
    read = [column.read(part) for part in parts]
    if len(parts) < 2 or any(m is None or not (m.adds or m.missing) for m in read):
        return False
    whole = column.read(text)
    if whole is None or whole.one_of or whole.not_hispanic:
        return False
    categories = column.standard.rollup_all(whole.adds)
    return len(categories - {"HISPANIC"}) >= 2 or (delimiter in ";|" and len(categories) >= 2)


def _ethnicity_alone(ethnicity: Sequence[Column]) -> Found | None:
    if not ethnicity:
        return None
    found = Found({"columns": [], "encoding": "single"})
    _add_ethnicity(found, ethnicity[0])
    found.confirm.append(
        Confirm(
            "questions.race_ethnicity",
            f'Only "{ethnicity[0].name}" was found: Hispanic or not, and no race.',
            (ethnicity[0].name,),
        )
    )
    return found


def _with_ethnicity(found: Found, ethnicity: Sequence[Column], columns: Sequence[Column]) -> Found:
    left = [c for c in ethnicity if c.name not in found.used]
    near = _nearest(left, found, columns)
    if near is None:
        return found
    if found.spec["encoding"] in {"single", "delimited"}:
        found.spec["encoding"] = "race_and_ethnicity"
    _add_ethnicity(found, near)
    return found


def _nearest(left: Sequence[Column], found: Found, columns: Sequence[Column]) -> Column | None:
    """The ethnicity column that goes with the race column: best evidence, then same first word."""
    if not left:
        return None
    stem = name_words(found.spec["columns"][0]).split("_")[0] if found.spec["columns"] else ""
    return max(
        left, key=lambda c: (c.says_not_hispanic, c.words.split("_")[0] == stem, c.filled, -columns.index(c))
    )


def _add_ethnicity(found: Found, column: Column) -> None:
    if found.spec["columns"] and found.spec.get("code_system"):
        found.spec["code_system"] = system_by_column(found.spec)
    found.spec["columns"] = [*found.spec["columns"], column.name]
    found.used.add(column.name)
    found.reasons.append(f'"{column.name}" says who is Hispanic or Latino.')
    unread = [text for text, _, m in column.meanings if m is None]
    if not unread:
        return
    place = f"questions.race_ethnicity.codes.{column.name}"
    if HISPANIC_NAME.search(column.words) and column.mostly_yes_no:
        said = {
            t: ("HISPANIC" if t.strip().lower() in YES else "none")
            for t in unread
            if t.strip().lower() in YES | NO
        }
        found.spec.setdefault("codes", {})[column.name] = said
        found.confirm.append(
            Confirm(place, f'"{column.name}" is read as yes: Hispanic, no: not Hispanic.', (column.name,))
        )
        return
    propose_codes(column, found, roles=("ethnicity", "both"))
