"""Which columns identify people directly: told by name and by shape, never by printing a value."""

from __future__ import annotations

import re
from collections.abc import Callable

from equitykit.frames import ColumnProfile, Records
from equitykit.periods import is_date

__all__ = ["KINDS", "column_kind", "identifiers"]

KINDS = {
    "name": "Names of people",
    "birth-date": "Full dates of birth",
    "social-security": "Social security numbers",
    "phone": "Phone numbers",
    "e-mail": "E-mail addresses",
    "address": "Street addresses",
    "case-number": "Case, record or card numbers",
    "position": "Exact positions",
}
_MOST = 0.6

_NOT_PEOPLE = (
    r"county|school|district|facility|agency|office|site|program(me)?|state|city|town|org|organi[sz]ation|provider|"
    r"hospital|clinic|race|tribe|tribal|drug|event|field|variable|column|form|file|group|category|unit|department|"
    r"place|area|region|street|court|service|measure|plan|product|company|employer|team|code|test|stage|outcome"
)
_WORDS = re.compile(r"[^a-z0-9]+")
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "birth-date",
        re.compile(
            r"^(dob|d_o_b|birth_?da(te|y)|date_?of_?birth|.*_dob|dob_.*|.*birth_?date|.*date_of_birth)$"
        ),
    ),
    ("social-security", re.compile(r"(^|_)ssn?(_|$)|social_?sec")),
    ("e-mail", re.compile(r"(^|_)e_?mail")),
    ("phone", re.compile(r"phone|(^|_)(tel|mobile|fax|cell)(_?(no|num|number))?(_|$)")),
    ("address", re.compile(r"(^|_)(street|addr(ess)?)(_?(line)?_?\d)?(_|$)|home_?address|mailing_?address")),
    (
        "case-number",
        re.compile(
            r"(^|_)(mrn|medical_?record(_?(no|num|number))?|case_?(no|num|number)|docket(_?(no|num|number))?|"
            r"medicaid_?(id|no|number)|medicare_?(id|no|number)|passport|licen[cs]e_?(no|num|number)|alien_?(no|number)|"
            r"policy_?(no|number)|account_?(no|num|number))(_|$)"
        ),
    ),
    (
        "name",
        re.compile(
            r"^(.*_)?(f|l|m)name$|^(.*_)?(first|last|middle|maiden|given|family|full|sur|nick|preferred|legal)_?name(_.*)?$|"
            r"^name_?(first|last|middle|full)?$|^(child|client|patient|parent|mother|father|guardian|student|person|"
            r"member|youth|caregiver|respondent|participant|resident|applicant|victim|offender|defendant|decedent)s?_?name$|"
            r"^names$|^surname$"
        ),
    ),
    ("position", re.compile(r"^(lat|latitude|lon|lng|long|longitude|geo_?point|coordinates?)$")),
)
_PHONE = re.compile(r"^\+?1?[\s.-]?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(\s*(x|ext)\.?\s*\d+)?$")
_SSN = re.compile(r"^\d{3}-\d{2}-\d{4}$")
_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$")
_STREET = re.compile(
    r"^\d{1,6}[a-z]?\s+([a-z0-9.'-]+\s+){0,5}(street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|"
    r"way|place|pl|terrace|circle|highway|hwy)\b",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"^-?\d{1,3}\.\d{4,}$")


def _name(column: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    return _WORDS.sub("_", spaced.lower()).strip("_")


def _mostly(profile: ColumnProfile, test: Callable[[str], bool]) -> bool:
    listed = sum(n for _, n in profile.values)
    return listed > 0 and sum(n for text, n in profile.values if test(text)) >= _MOST * listed


def _looks_like_names(profile: ColumnProfile) -> bool:
    """Different words for nearly everybody; a column of few repeated labels is no list of people."""
    filled = profile.n - profile.blank
    varied = profile.distinct >= max(2, 0.2 * filled) or profile.distinct > 500
    return varied and _mostly(profile, lambda text: not any(c.isdigit() for c in text) or " " in text)


def column_kind(profile: ColumnProfile) -> str | None:
    """Kind of direct identifier that a column holds, or None."""
    if profile.n == profile.blank:
        return None
    if _mostly(profile, lambda text: bool(_SSN.match(text))):
        return "social-security"
    if _mostly(profile, lambda text: bool(_MAIL.match(text))):
        return "e-mail"
    if _mostly(profile, lambda text: bool(_PHONE.match(text))):
        return "phone"
    if _mostly(profile, lambda text: bool(_STREET.match(text))):
        return "address"
    name = _name(profile.column)
    for kind, pattern in _PATTERNS:
        if not pattern.search(name):
            continue
        if kind == "name" and (
            re.search(rf"(^|_)({_NOT_PEOPLE})s?_", name + "_") or not _looks_like_names(profile)
        ):
            continue
        if kind == "birth-date" and not _mostly(profile, lambda text: is_date(text) and len(text) > 7):
            continue
        if kind == "position" and not _mostly(
            profile, lambda text: bool(_DECIMAL.match(text)) or "," in text
        ):
            continue
        if kind in {"phone", "address", "e-mail", "social-security"} and profile.distinct <= 3 < profile.n:
            continue
        return kind
    return None


def identifiers(records: Records) -> dict[str, str]:
    """Columns that identify people directly, with the kind of each."""
    kinds = {column: column_kind(profile) for column, profile in records.profile().items()}
    return {column: kind for column, kind in kinds.items() if kind is not None}
