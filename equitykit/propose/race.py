"""Where race and ethnicity are recorded: found by values first, by names second."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from equitykit import standards
from equitykit.frames import Records, Tally
from equitykit.propose.evidence import ETHNICITY_NAME, FORM_STATUS, HISPANIC_NAME, RACE_NAME, Column, Confirm, name_words
from equitykit.recode import NO, YES
from equitykit.standards import CodeSystem, Meaning

__all__ = ["Found", "find_race"]

_SOMEBODY_ELSE = re.compile(
    r"(^|_)(officer|worker|caseworker|staff|provider|teacher|mother|mom|father|dad|parent|parents|caregiver|guardian|"
    r"co_?applicant|spouse|partner|perpetrator|perp|p1|p2|judge|interviewer|doctor|physician|foster|adoptive)\d?(_|$)"
)
_MADE = re.compile(r"(^|_)(race\d+|race_?cat\w*|derived|recode\w*|race_?r|racegrp|race_?group|bridged|summary|collapsed|race_?eth\d?)(_|$)")
_WRITE_IN = re.compile(r"(^|_)(other|oth|specify|spec|text|detail|desc\w*|label|write_?in|free)(_|$)")
_STEM = re.compile(r"^(?P<stem>.+?)(?:___?|_|\.|\b)(?P<code>[A-Za-z]{1,4}|\d{1,3})$")
_REDCAP = re.compile(r"^(?P<stem>.+)___(?P<code>[A-Za-z0-9_]+)$")
_PREFIXES = re.compile(r"^(is|race|races|racial|ethnicity|ethnic|eth|client|child|person|rac|r)_|_(race|yn|flag|ind|indicator|any)$")
_MENTIONS = re.compile(r"^(?P<stem>.*?)_?(?P<number>[1-9])$")
_MIN_SHARE, _MIN_SHARE_NAMED = 0.6, 0.3


@dataclass
class Found:
    """The race and ethnicity question as it seems to be, with reasons and doubts."""

    spec: dict[str, Any]
    reasons: list[str] = field(default_factory=list)
    confirm: list[Confirm] = field(default_factory=list)
    derived: list[dict[str, Any]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


def find_race(records: Records, columns: Sequence[Column]) -> Found | None:
    """Find the race and ethnicity question, or None.

    Parameters
    ----------
    records : the data, for the few tallies that tell a derived column from its source.
    columns : columns that do not identify people directly.
    """
    columns = [c for c in columns if not FORM_STATUS.search(c.words)]
    family = _known_flags(columns) or _label_flags(columns) or _numbered_flags(columns)
    races = _candidates(columns)
    ethnicity = _ethnicity(columns)
    if family is not None:
        return _with_ethnicity(family, ethnicity, columns)
    if not races:
        return _ethnicity_alone(ethnicity)
    primary, derived, others = _primary(records, races)
    mentions = _mentions(primary, races)
    found = Found({"columns": [primary.name], "encoding": "single"})
    found.used.add(primary.name)
    found.reasons.append(_why(primary))
    if mentions:
        found.spec |= {"columns": [c.name for c in mentions], "encoding": "race_and_ethnicity"}
        found.used |= {c.name for c in mentions}
        found.reasons.append(f"{len(mentions)} columns each hold one of a person's answers.")
    else:
        _delimiter(primary, found)
    _codes(primary, found, roles=("race", "both"))
    for column in derived:
        found.derived.append({"column": column.name, "from": "race_ethnicity"})
        found.confirm.append(
            Confirm("derived", f'"{column.name}" looks as if it was made from "{primary.name}"; it is kept apart.', (column.name,))
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
    return _repeated(records, _with_ethnicity(found, ethnicity, columns), columns)


# -- one column ---------------------------------------------------------------------------------


def _candidates(columns: Sequence[Column]) -> list[Column]:
    return [c for c in columns if _is_race(c)]


def _is_race(column: Column) -> bool:
    if not column.filled or _is_ethnicity(column):
        return False
    named = bool(RACE_NAME.search(column.words)) and not _WRITE_IN.search(column.words)
    if column.is_coded and (named or _letters_of_race(column)):
        return named and not column.is_yes_no or _letters_of_race(column)
    if column.profile.distinct > 2000 and column.race_share < 0.9:
        return False
    if column.words_share("language") >= max(column.race_share, 0.5):
        return named and column.race_share >= 0.5 and not re.search(r"lang", column.words)
    if named:
        return column.race_share >= _MIN_SHARE_NAMED
    return column.race_share >= _MIN_SHARE and len(column.minimum_named) >= 2 and _beyond_colours(column)


def _beyond_colours(column: Column) -> bool:
    """White, Black and Brown are paint as well: something more is needed, or nothing else."""
    bare = {"white", "black", "native", "other", "unknown", "brown", "yellow", "red"}
    tokens = {standards.normalise(text) for text, _ in column.values}
    unread = {text for text, _, m in column.meanings if m is None}
    return bool(tokens - bare - {standards.normalise(t) for t in unread}) or not unread


def _letters_of_race(column: Column) -> bool:
    letters = {text.strip().upper() for text, _ in column.values if len(text.strip()) == 1 and text.strip().isalpha()}
    few = {"W", "B"} <= letters and len(letters) >= 3
    return few and bool(column.systems(roles=("race", "both"))) and column.share(lambda t: t.strip().upper() in {"W", "B"}) >= 0.3


def _is_ethnicity(column: Column) -> bool:
    if not column.filled:
        return False
    if column.says_not_hispanic and column.ethnicity_share >= 0.9:
        return True
    if HISPANIC_NAME.search(column.words) and (column.is_yes_no or column.is_coded):
        return True
    return bool(ETHNICITY_NAME.search(column.words)) and (
        column.ethnicity_share >= 0.9 or (column.is_coded and column.profile.distinct <= 6)
    )


def _ethnicity(columns: Sequence[Column]) -> list[Column]:
    found = [c for c in columns if _is_ethnicity(c)]
    own = [c for c in found if not _SOMEBODY_ELSE.search(c.words)]
    return sorted(own or found, key=lambda c: (-c.says_not_hispanic, -c.filled, c.name))


def _primary(records: Records, races: list[Column]) -> tuple[Column, list[Column], list[Column]]:
    own = [c for c in races if not _SOMEBODY_ELSE.search(c.words)] or races
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
    return primary, [c for c in derived if c is not primary], [c for c in races if c is not primary and c not in derived]


def _derived(records: Records, races: list[Column]) -> list[Column]:
    """Columns that follow from another race column: each of its values leads to one of theirs, and they are fewer."""
    found: list[Column] = []
    small = [c for c in races if c.profile.distinct <= 500][:6]
    for one in small:
        for other in small:
            if one is other or one in found or other in found or one.profile.distinct >= other.profile.distinct:
                continue
            pairs = records.tally([Tally((other.name, one.name))])[Tally((other.name, one.name))]
            leads = pairs.dropna(subset=[other.name, one.name])
            total = int(leads["n"].sum())
            most = int(leads.groupby(other.name)["n"].max().sum()) if total else 0
            if total and most / total >= 0.98 and leads[other.name].nunique() > leads[one.name].nunique() > 1:
                found.append(one)
                break
    return found


def _mentions(primary: Column, races: list[Column]) -> list[Column]:
    """race1, race2, ...: several columns, each with one answer of the same person."""
    match = _MENTIONS.match(primary.words)
    if not match:
        return []
    same = [c for c in races if (m := _MENTIONS.match(c.words)) and m["stem"] == match["stem"]]
    return sorted(same, key=lambda c: c.words) if len(same) > 1 else []


def _why(column: Column) -> str:
    if column.is_coded and column.race_share < _MIN_SHARE:
        return f'"{column.name}" is called like a race or ethnicity column and holds codes.'
    named = ", ".join(sorted(column.minimum_named)) or "none of the categories"
    return f'{column.race_share:.0%} of the answers in "{column.name}" name a race or ethnicity ({named}).'


def _delimiter(column: Column, found: Found) -> None:
    """Whether values hold several answers, and what stands between them."""
    for delimiter in (";", "|", "+", ",", "/", "&"):
        split = [(text, n) for text, n in column.values if delimiter in text]
        if not split:
            continue
        races = [text for text, _ in split if _joins_races(text, delimiter)]
        if not races:
            continue
        found.spec |= {"encoding": "delimited", "delimiter": delimiter}
        found.reasons.append(f'Several answers of one person are separated by "{delimiter}".')
        return


def _joins_races(text: str, delimiter: str) -> bool:
    """Whether the parts each name a category of their own, two of them races."""
    parts = [part.strip() for part in text.split(delimiter) if part.strip()]
    read = [standards.read_value(part) for part in parts]
    if len(parts) < 2 or any(m is None or not (m.adds or m.missing) for m in read):
        return False
    whole = standards.read_value(text)
    if whole is not None and whole.one_of:
        return False
    added = [m.adds for m in read if m and m.adds]
    beyond = {frozenset(a) for a in added if a != {"HISPANIC"}}
    return len(beyond) >= 2 or (delimiter in ";|" and len(added) >= 2)


# -- codes ----------------------------------------------------------------------------------------


def _codes(column: Column, found: Found, *, roles: Iterable[str]) -> None:
    """Believe a code system only where the whole value set supports it and no rival differs."""
    if not column.is_coded and not column.systems(roles=roles):
        return
    unread = [text for text, _, m in column.meanings if m is None]
    if not unread:
        return
    systems = column.systems(roles=roles)
    hinted = [s for s in systems if s.met_under(column.name)]
    rivals = hinted or systems
    place = "questions.race_ethnicity.code_system"
    if not rivals:
        found.confirm.append(
            Confirm(place, f'The values of "{column.name}" are codes ({_few(unread)}) of no system known here. Say what each means.', (column.name,))
        )
        return
    best = rivals[0]
    differ = [s for s in rivals[1:] if any(s.read(text) != best.read(text) for text in unread)]
    if differ or (len(unread) < 2 and not hinted):
        names = ", ".join(f"{s.id} ({s.title})" for s in [best, *differ])
        found.confirm.append(
            Confirm(place, f'The codes of "{column.name}" ({_few(unread)}) fit more than one system, or too few are seen: {names}. Name the right one.', (column.name,))
        )
        return
    _believe(column, best, found, by_name=bool(hinted))


def _believe(column: Column, system: CodeSystem, found: Found, *, by_name: bool) -> None:
    if len(found.spec["columns"]) == 1 and "code_system" not in found.spec:
        found.spec["code_system"] = system.id
    else:
        found.spec.setdefault("codes", {})[column.name] = codes_of(
            (text, system.read(text)) for text, _ in column.values
        )
    why = "every value is one of its codes" + (", and the column is called as there" if by_name else ", and no other system fits")
    found.reasons.append(f'"{column.name}" is read by {system.id} ({system.title}): {why}.')
    found.confirm.append(
        Confirm("questions.race_ethnicity.code_system", f'Confirm that "{column.name}" is coded by {system.id} ({system.title}).', (column.name,))
    )


def codes_of(pairs: Iterable[tuple[str, Meaning | None]]) -> dict[str, Any]:
    """Codebook entries for raw values whose meaning is known; missing reasons are left to `missing_of`."""
    entries: dict[str, Any] = {}
    for raw, meaning in pairs:
        if meaning is None or (meaning.missing and not meaning.adds):
            continue
        if meaning.adds:
            entries[raw] = sorted(meaning.adds) if len(meaning.adds) > 1 else next(iter(meaning.adds))
        elif meaning.one_of:
            entries[raw] = {"one_of": sorted(meaning.one_of)}
        elif meaning.residual:
            entries[raw] = meaning.residual
        elif meaning.not_hispanic:
            entries[raw] = "none"
    return entries


def missing_of(pairs: Iterable[tuple[str, Meaning | None]]) -> dict[str, str]:
    """Codebook entries for raw values that stand for a missing reason."""
    return {raw: m.missing for raw, m in pairs if m is not None and m.missing and not m.adds}


def _few(texts: Sequence[str]) -> str:
    shown = ", ".join(f'"{text[:20]}"' for text in texts[:8])
    return shown + (", ..." if len(texts) > 8 else "")


# -- ethnicity beside race ----------------------------------------------------------------------


def _ethnicity_alone(ethnicity: Sequence[Column]) -> Found | None:
    if not ethnicity:
        return None
    found = Found({"columns": [], "encoding": "single"})
    _add_ethnicity(found, ethnicity[0])
    found.confirm.append(
        Confirm("questions.race_ethnicity", f'Only "{ethnicity[0].name}" was found: Hispanic or not, and no race.', (ethnicity[0].name,))
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
    return max(left, key=lambda c: (c.says_not_hispanic, c.words.split("_")[0] == stem, c.filled, -columns.index(c)))


def _add_ethnicity(found: Found, column: Column) -> None:
    found.spec["columns"] = [*found.spec["columns"], column.name]
    found.used.add(column.name)
    found.reasons.append(f'"{column.name}" says who is Hispanic or Latino.')
    unread = [text for text, _, m in column.meanings if m is None]
    if not unread:
        return
    place = f'questions.race_ethnicity.codes.{column.name}'
    if HISPANIC_NAME.search(column.words) and column.is_yes_no:
        said = {t: ("HISPANIC" if t.strip().lower() in YES else "none") for t in unread if t.strip().lower() in YES | NO}
        found.spec.setdefault("codes", {})[column.name] = said
        found.confirm.append(Confirm(place, f'"{column.name}" is read as yes: Hispanic, no: not Hispanic.', (column.name,)))
        return
    _codes(column, found, roles=("ethnicity",))


# -- yes/no columns -----------------------------------------------------------------------------------


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
        fit = [c for c in present if not c.filled or c.share(lambda t, a=allowed: t.strip().lower() in a) >= 0.95]
        if len(fit) >= 3 and (best is None or len(fit) > best[0]):
            best = (len(fit), system, fit)
    if best is None:
        return None
    _, system, fit = best
    ordered = [c.name for c in fit]
    found = Found({"columns": ordered, "encoding": "flags", "code_system": system.id}, used=set(ordered))
    found.reasons.append(f"{len(ordered)} yes/no columns are called as in {system.id} ({system.title}).")
    found.confirm.append(
        Confirm("questions.race_ethnicity.code_system", f"Confirm that these columns follow {system.id}.", tuple(ordered))
    )
    return found


def _flag_meaning(column: Column) -> Meaning | None:
    """What a yes/no column is about, by its name: race_white, IsBlack, Hispanic."""
    words = column.words
    if _SOMEBODY_ELSE.search(words):
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
        elif column.filled and len(column.values) <= 2 and len(column.groups_named) == 1 and column.race_share == 1.0:
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
        Confirm("questions.race_ethnicity.flags", "Confirm which category each of these columns stands for.", tuple(flags))
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


# -- one row per mention ----------------------------------------------------------------------------


def _repeated(records: Records, found: Found, columns: Sequence[Column]) -> Found:
    """Whether the same person has several rows that differ in race only."""
    if found.spec["encoding"] != "single" or len(found.spec["columns"]) != 1:
        return found
    race = found.spec["columns"][0]
    ids = [c for c in columns if c.name not in found.used and _could_be_id(c, records.rows)]
    for column in ids[:2]:
        rest = [c.name for c in columns if c.name not in {race, column.name}][:20]
        per_person = records.tally([Tally((race,), per=(column.name,))])[Tally((race,), per=(column.name,))]
        several = int(per_person.loc[per_person[race].fillna("").str.contains("\x1f"), "n"].sum())
        people = int(per_person["n"].sum())
        if people < records.rows and several / max(people, 1) >= 0.02 and _only_race_differs(records, column.name, rest):
            found.spec["encoding"] = "repeated_rows"
            found.spec["_person"] = column.name
            found.reasons.append(f'Some people have several rows that differ in "{race}" only: one row for each answer.')
            found.confirm.append(
                Confirm("questions.race_ethnicity.encoding", f'Confirm that a person ("{column.name}") has one row for each answer.', (race, column.name))
            )
            return found
    return found


def _could_be_id(column: Column, rows: int) -> bool:
    return column.profile.blank == 0 and 0.3 * rows <= column.profile.distinct < rows and column.profile.distinct > 5


def _only_race_differs(records: Records, person: str, rest: list[str]) -> bool:
    """Whether all else is the same on the rows of a person."""
    if not rest:
        return True
    tallies = [Tally((name,), per=(person,)) for name in rest]
    try:
        answers: Mapping[Tally, Any] = records.tally(tallies)
    except Exception:  # noqa: BLE001 - too many distinct values is an answer too
        return False
    steady = [not bool(frame[t.by[0]].fillna("").str.contains("\x1f").any()) for t, frame in answers.items()]
    return sum(steady) >= 0.9 * len(steady)
