"""The other questions, and what stands beside them: person, place, worker, period, likely outcomes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from equitykit import standards
from equitykit.frames import Records
from equitykit.periods import is_date, period_labels
from equitykit.propose.evidence import Column, Confirm
from equitykit.recode import NO, YES

__all__ = ["Rest", "find_rest"]

_SEX = re.compile(r"(^|_)(sex|gender)(_|$)")
_GENDER = re.compile(r"(^|_)gender(_|$)")
_AGE = re.compile(r"(^|_)age(_?(band|group|grp|cat\w*|years?|yrs|at_\w+|range|bin))?(_|$)|^ageband$")
_BAND = re.compile(
    r"^(<|>|under|over|less than|up to)?\s*\d{1,3}\s*(s|\+|-|–|to|and|or|years?|y|yrs|months?|older|over|under|$)",
    re.IGNORECASE,
)
_DISABILITY = re.compile(r"(^|_)(disab\w*|impairment|iep|special_?ed\w*|handicap\w*)(_|$)")
_LANGUAGE = re.compile(r"(^|_)(lang\w*|spoken|mother_?tongue)(_|$)")
_INTERPRETER = re.compile(r"interpret")
TRIBE_NAME = re.compile(r"(^|_)(tribe|tribal|tribal_\w+|nation_name|enrolled)(_|$)")
_SITE = re.compile(
    r"(^|_)(office|county|site|facility|school|district|agency|branch|location|clinic|hospital|precinct|centre|center|"
    r"region|court|shelter|station|dag|data_access_group|jurisdiction|campus)(_?(name|id|code|no))?$"
)
_VAGUE = re.compile(r"location|center|centre|court|state")
_WORKER = re.compile(
    r"(^|_)(worker|caseworker|case_?worker|officer|staff|clinician|teacher|investigator|interviewer|clerk|nurse|agent|"
    r"social_?worker)(_?(id|no|number|code|badge|name))?$"
)
_PROGRAMME = re.compile(r"(^|_)(program|programme|service_?line|unit_?type)(_?(name|id|code|type))?$")
_PERSON = re.compile(
    r"^((client|child|person|patient|student|member|participant|subject|youth|family|respondent|individual|afcars|"
    r"applicant|resident|record|study|case|unique|local|anon\w*|pseudo\w*|chi?ld|pers)_?)?(id|key|guid|uuid|identifier|pid|idn)$"
)
_PERIOD_FIRST = re.compile(
    r"intake|referral|report|admi|entry|enrol|received|event|incident|arrest|stop|visit|date$|^year$|fy|period"
)
_NOT_PERIOD = re.compile(
    r"birth|dob|exit|end|clos|discharg|updated|modified|created|printed|export|death_?cert"
)
_RECORDER = re.compile(
    r"(recorded|reported|identified|answered|supplied|provided|observed)_?by$|race_?(source|recorded_by|reported_by|method|collected)|respondent_?(type|role)?$|who_?answered|source_?of_?race|informant"
)
_NOT_OUTCOME = re.compile(r"_complete$|^complete$|consent|race|ethn|hispanic|flag$|valid|deleted|test_record")
_MOST_OUTCOMES = 12


class Rest:
    """What was found beside race and ethnicity, as codebook entries with doubts."""

    def __init__(self) -> None:
        self.questions: dict[str, dict[str, Any]] = {}
        self.entries: dict[str, Any] = {}
        self.confirm: list[Confirm] = []
        self.used: set[str] = set()
        self.recorder: str | None = None


def find_rest(records: Records, columns: Sequence[Column], used: set[str], person: str | None) -> Rest:
    """Find the other questions and the columns that say where, when and by whom."""
    rest = Rest()
    rest.used |= used
    for find in (_sex, _age, _language, _disability, _tribe, _recorder, _period, _unit):
        find(rest, columns)
    _person(rest, records, columns, person)
    _outcomes(rest, columns)
    return rest


def _free(rest: Rest, columns: Sequence[Column]) -> list[Column]:
    return [c for c in columns if c.name not in rest.used and c.filled]


def _take(rest: Rest, question: str, column: Column, **more: Any) -> None:
    rest.questions[question] = {"columns": [column.name], "encoding": "single", **more}
    rest.used.add(column.name)


def _sex(rest: Rest, columns: Sequence[Column]) -> None:
    found = []
    for column in _free(rest, columns):
        words = max(column.words_share("sex"), column.words_share("gender"))
        letters = {t.strip().upper() for t, _ in column.values}
        pair = {"M", "F"} <= letters and len(letters) <= 6
        by_value = (words >= 0.9 and column.profile.distinct <= 12 and _both_sexes(column)) or pair
        if by_value or (_SEX.search(column.words) and column.profile.distinct <= 12):
            found.append((by_value, bool(_SEX.search(column.words)), column))
    if not found:
        return
    by_value, named, column = max(found, key=lambda f: (f[0], f[1], f[2].filled, -columns.index(f[2])))
    wider = column.words_share("gender") >= 0.9 and column.words_share("sex") < 0.9
    question = "gender" if wider or (_GENDER.search(column.words) and not by_value) else "sex"
    more: dict[str, Any] = {}
    if column.is_coded:
        letters = {t for t, _ in column.values}
        codes = {
            t: {"M": "M", "F": "F", "X": "X"}[t.strip().upper()]
            for t in letters
            if t.strip().upper() in {"M", "F", "X"}
        }
        if codes and {"M", "F"} & {c.strip().upper() for c in codes}:
            more["codes"] = codes
        else:
            rest.confirm.append(
                Confirm(
                    f"questions.{question}.codes",
                    f'Say what the codes of "{column.name}" mean.',
                    (column.name,),
                )
            )
    _take(rest, question, column, **more)


def _both_sexes(column: Column) -> bool:
    for question, both in (("sex", {"F", "M"}), ("gender", {"WOMAN", "MAN"})):
        words = standards.vocabulary(question)
        named = frozenset[str]().union(
            *(m.adds for t, _ in column.values if (m := standards.read_value(t, words)))
        )
        if both <= named:
            return True
    return False


def _age(rest: Rest, columns: Sequence[Column]) -> None:
    numbers, bands = [], []
    for column in _free(rest, columns):
        named = bool(_AGE.search(column.words))
        if named and column.share(_is_age) >= 0.9:
            numbers.append(column)
        elif column.profile.distinct <= 40 and column.share(_is_band) >= 0.8:
            bands.append((named, column))
    if numbers:
        column = max(numbers, key=lambda c: (c.filled, -columns.index(c)))
        oldest = max((float(t) for t, _ in column.values if _is_age(t)), default=0.0)
        starts = [0, 1, 6, 13, 18] if oldest <= 22 else [0, 18, 25, 45, 65]
        _take(rest, "age", column, bands=starts)
        rest.confirm.append(
            Confirm(
                "questions.age.bands",
                f'Ages in "{column.name}" are put into bands that start at {", ".join(map(str, starts))}. '
                "Change them where others are needed.",
                (column.name,),
            )
        )
    elif bands:
        _take(rest, "age", max(bands, key=lambda pair: (pair[0], pair[1].filled, -columns.index(pair[1])))[1])


def _is_age(text: str) -> bool:
    try:
        return 0 <= float(text) <= 120
    except ValueError:
        return False


def _is_band(text: str) -> bool:
    plain = text.strip()
    return (
        bool(_BAND.match(plain))
        and not plain.isdigit()
        and not is_date(plain)
        and len(plain) <= 24
        and any(not c.isdigit() for c in plain)
        and "." not in plain
    )


def _language(rest: Rest, columns: Sequence[Column]) -> None:
    found = []
    for column in _free(rest, columns):
        share = column.words_share("language")
        named = bool(_LANGUAGE.search(column.words)) and not _INTERPRETER.search(column.words)
        if (share >= 0.6 and column.profile.distinct >= 2 and share >= column.race_share) or (
            named and share >= 0.3
        ):
            found.append((named, share, column))
    if found:
        _take(rest, "language", max(found, key=lambda f: (f[0], f[1], -columns.index(f[2])))[2])


def _disability(rest: Rest, columns: Sequence[Column]) -> None:
    found = [c for c in _free(rest, columns) if _DISABILITY.search(c.words) and c.profile.distinct <= 30]
    if found:
        column = max(found, key=lambda c: (c.is_yes_no, c.filled, -columns.index(c)))
        _take(rest, "disability", column, **_yes_no_codes(column))


def _yes_no_codes(column: Column) -> dict[str, Any]:
    """Yes/no answers under their words, so that Y and Yes are one group."""
    if not column.is_yes_no:
        return {}
    codes = {
        t: "YES" if t.strip().lower() in YES else "NO"
        for t, _ in column.values
        if t.strip().lower() in YES | NO
    }
    return {"codes": codes}


def _tribe(rest: Rest, columns: Sequence[Column]) -> None:
    found = [c for c in _free(rest, columns) if TRIBE_NAME.search(c.words)]
    if found:
        _take(rest, "tribal_affiliation", found[0])


def _recorder(rest: Rest, columns: Sequence[Column]) -> None:
    found = [c for c in _free(rest, columns) if _RECORDER.search(c.words) and c.profile.distinct <= 20]
    if found:
        rest.recorder = found[0].name
        rest.used.add(found[0].name)


def _period(rest: Rest, columns: Sequence[Column]) -> None:
    found = []
    for column in _free(rest, columns):
        if _NOT_PERIOD.search(column.words) or column.profile.distinct < 2:
            continue
        if column.share(lambda t: is_date(t) and _recent(t)) >= 0.9:
            found.append((bool(_PERIOD_FIRST.search(column.words)), column))
    if not found:
        return
    _, column = max(found, key=lambda f: (f[0], f[1].filled, -columns.index(f[1])))
    years = {label for label in period_labels((t for t, _ in column.values), by="year").values() if label}
    days = any(len(t) > 4 for t, _ in column.values)
    by = "year" if not days or len(years) >= 3 else "quarter"
    rest.entries["period"] = {"column": column.name, "by": by}
    rest.used.add(column.name)
    others = [c.name for _, c in found if c is not column]
    if others:
        rest.confirm.append(
            Confirm(
                "period",
                f'"{column.name}" dates the records; other dates are {", ".join(others[:6])}.',
                (column.name, *others),
            )
        )


def _recent(text: str) -> bool:
    match = re.search(r"(19|20)\d{2}", text)
    return match is None or 1950 <= int(match[0]) <= 2060


def _unit(rest: Rest, columns: Sequence[Column]) -> None:
    unit: dict[str, str] = {}
    for key, pattern in (("site", _SITE), ("worker", _WORKER), ("programme", _PROGRAMME)):
        fits = [
            c
            for c in _free(rest, columns)
            if pattern.search(c.words) and 1 < c.profile.distinct <= 5000 and not c.is_yes_no
        ]
        if fits:
            best = min(
                fits,
                key=lambda c: (
                    key == "site" and _VAGUE.search(c.words) is not None,
                    c.profile.distinct > 200,
                    c.profile.blank,
                    columns.index(c),
                ),
            )
            unit[key] = best.name
            rest.used.add(best.name)
            others = [c.name for c in fits if c is not best]
            if others:
                rest.confirm.append(
                    Confirm(
                        f"unit.{key}",
                        f'"{best.name}" is taken as the {key}; also possible: {", ".join(others[:6])}.',
                        (best.name, *others),
                    )
                )
    if unit:
        rest.entries["unit"] = unit


def _person(rest: Rest, records: Records, columns: Sequence[Column], person: str | None) -> None:
    if person is None:
        named = [
            c for c in _free(rest, columns) if _PERSON.match(c.words) and c.profile.distinct > 0.05 * c.filled
        ]
        unique = [c for c in _free(rest, columns) if _row_id(c, records.rows)]
        candidates = named or unique
        if not candidates:
            return
        person = max(candidates, key=lambda c: (c.profile.distinct, -columns.index(c))).name
    rest.entries["person"] = [person]
    rest.used.add(person)


def _row_id(column: Column, rows: int) -> bool:
    """A different short token in every row."""
    return (
        rows >= 20
        and column.profile.blank == 0
        and column.profile.distinct == rows
        and column.share(
            lambda t: (
                bool(re.match(r"^[A-Za-z]{0,4}[-_]?\d{1,12}$|^[0-9a-fA-F-]{8,36}$", t)) and not is_date(t)
            )
        )
        >= 0.99
    )


def _outcomes(rest: Rest, columns: Sequence[Column]) -> None:
    found = []
    for column in _free(rest, columns):
        gender = standards.read_value(column.words.replace("_", " "), standards.vocabulary("gender"))
        if gender is not None or _NOT_OUTCOME.search(column.words) or not _decision(column):
            continue
        found.append(column)
    if not found:
        return
    names: dict[str, Any] = {}
    for column in found[:_MOST_OUTCOMES]:
        names[column.words or column.name] = {
            "column": column.name,
            "event": _events(column),
            "favourable": None,
        }
        rest.used.add(column.name)
    rest.entries["outcomes"] = names
    rest.confirm.append(
        Confirm(
            "outcomes",
            "These yes/no columns may be outcomes. Keep those that are, and say for each whether it is good for "
            f"people: {', '.join(c.name for c in found[:_MOST_OUTCOMES])}"
            + (f" and {len(found) - _MOST_OUTCOMES} more." if len(found) > _MOST_OUTCOMES else "."),
            tuple(c.name for c in found),
        )
    )


def _decision(column: Column) -> bool:
    tokens = {t.strip().lower() for t, _ in column.values}
    spoken = {t for t in tokens if t not in {"n/a", "na", "unknown", "unk"}}
    if not spoken & YES:
        return False
    fits: Mapping[bool, float] = {
        True: column.share(lambda t: t.strip().lower() in YES | NO | {"n/a", "na", "unknown"})
    }
    return fits[True] >= 0.95 and len(spoken) <= 6


def _events(column: Column) -> list[str]:
    return [t for t, _ in column.values if t.strip().lower() in YES]
