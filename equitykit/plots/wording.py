"""Names of groups and numbers, as people read them in charts and reports."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from equitykit.tidy import TOO_FEW, TOO_UNCERTAIN

__all__ = [
    "DASH",
    "MINUS",
    "MISSING",
    "OTHER_GROUPS",
    "REFERENCES",
    "TOO_FEW",
    "TOO_UNCERTAIN",
    "chance",
    "group",
    "number",
    "percent",
    "points",
    "ratio",
    "reference",
    "rule",
]

DASH = "\u2013"
PERCENT = "\u00a0%"
MINUS = "\u2212"

MISSING: Mapping[str, str] = {
    "blank": "Left blank",
    "unknown": "Asked, answer not known",
    "declined": "Asked, preferred not to answer",
    "not-asked": "Not asked",
    "not-applicable": "Does not apply",
    "unable-to-determine": "Unable to determine (an older label that mixes several reasons)",
    "suppressed": "Hidden to protect people",
}
OTHER_GROUPS: Mapping[str, str] = {
    "~total": "Total",
    "~other": "Another answer, in no category of the standard",
    "~multiracial": "Two or more, not said which",
    "~review": "Values a person must confirm",
    "~missing": "Not recorded",
}

REFERENCES: Mapping[str, str] = {
    "total": "everybody",
    "all-others": "all others",
    "best": "the most favourable observed rate",
    "largest": "the largest group",
}

RULES: Mapping[str, str] = {
    "nchs-2017-proportion": "fewer than 30 people, or an interval too wide",
    "nchs-2023-rate": "fewer than 10 events or people, or an interval too wide",
    "nchs-2023-count": "fewer than 10, or an interval too wide",
    "ca-chhs": "counts of people below 11 are not shown",
}
PATTERNS: Mapping[str, str] = {
    r"(?:cms|wa-doh|nces|threshold)-(\d+)": "counts of people below {} are not shown",
    r"n-(\d+)": "fewer than {} people",
    r"rse-([\d.]+)": "a standard error of {} % of the estimate or more",
}
OF_BOTH = " (group and reference)"
IN_EITHER = "In the group or beside whom it stands: "


def rule(name: str) -> str:
    """What a rule that hides a number says, with its name.

    Examples
    --------
    >>> rule("nchs-2017-proportion")
    'Fewer than 30 people, or an interval too wide (nchs-2017-proportion)'
    >>> rule("n-30 (group and reference)")
    'In the group or beside whom it stands: fewer than 30 people (n-30)'
    >>> rule("our-own")
    'Rule: our-own'
    """
    own = name.removesuffix(OF_BOTH)
    says = RULES.get(own) or next(
        (
            text.format(found[1])
            for pattern, text in PATTERNS.items()
            if (found := re.fullmatch(pattern, own))
        ),
        None,
    )
    if says is None:
        return f"Rule: {name}"
    if own != name:
        return f"{IN_EITHER}{says} ({own})"
    return f"{says[:1].upper()}{says[1:]} ({own})"


def reference(name: str, labels: Mapping[str, str]) -> str:
    """What a group was compared with, as a person would say it."""
    return REFERENCES.get(name) or group(name, labels)


def group(name: str, labels: Mapping[str, str]) -> str:
    """Group id as a person would say it.

    Examples
    --------
    >>> group("AIAN+WHITE", {"WHITE": "White"})
    'AIAN and White'
    >>> group("~declined", {})
    'Asked, preferred not to answer'
    """
    if labels.get(name, name) != name:
        return labels[name]
    if "*" in name:
        return ", ".join(group(part, labels) for part in name.split("*"))
    if name.startswith("~merged:"):
        members = (labels.get(part, part) for part in name.removeprefix("~merged:").split("|"))
        return f"Merged label: {' or '.join(members)}"
    if name in OTHER_GROUPS:
        return OTHER_GROUPS[name]
    if name.startswith("~"):
        return MISSING.get(name[1:], name[1:].replace("-", " ").capitalize())
    return " and ".join(labels.get(part, part) for part in name.split("+"))


def number(value: Any, *, hidden: str = TOO_FEW) -> str:
    """Count or measure for a table: thousands with commas, fractions to three significant digits.

    Examples
    --------
    >>> number(7214), number(0.01234), number(None), number(float("nan")) == DASH
    ('7,214', '0.0123', 'too few to show', True)
    """
    if value is None:
        return hidden
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        return "no upper limit" if value > 0 else "no lower limit"
    return _digits(value).replace("-", MINUS)


def _digits(value: float) -> str:
    if float(value).is_integer():
        return f"{int(value):,}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(places, 10)}f}"


def percent(value: float) -> str:
    r"""Proportion in percent with one decimal; tiny ones are not shown as nothing.

    Examples
    --------
    >>> [percent(part).replace("\xa0", " ") for part in (0.1234, 0.0001, 0)]
    ['12.3 %', 'less than 0.1 %', '0 %']
    """
    if math.isinf(value) or math.isnan(value):
        return number(value)
    if value == 0:
        return f"0{PERCENT}"
    if 0 < value < 0.0005:
        return f"less than 0.1{PERCENT}"
    return f"{value * 100:.1f}{PERCENT}"


def points(value: float) -> str:
    """Difference of two proportions in percentage points.

    Examples
    --------
    >>> points(0.034), points(-0.1)
    ('+3.4', '\u221210.0')
    """
    if math.isinf(value) or math.isnan(value):
        return number(value)
    sign = "" if round(value * 100, 1) == 0 else "+" if value > 0 else MINUS
    return f"{sign}{abs(value) * 100:.1f}"


def ratio(value: float) -> str:
    """Ratio with two decimals; small ones keep two significant digits.

    Examples
    --------
    >>> ratio(1.3372), ratio(0.0421)
    ('1.34', '0.042')
    """
    if math.isinf(value) or math.isnan(value) or not 0 < abs(value) < 0.1:
        return number(value) if math.isinf(value) or math.isnan(value) else f"{value:,.2f}"
    return f"{value:.{1 - math.floor(math.log10(abs(value)))}f}"


def chance(value: float) -> str:
    """A probability with three decimals; small ones are not shown as nothing.

    Examples
    --------
    >>> chance(0.04321), chance(0.0000001)
    ('0.043', 'below 0.001')
    """
    return "below 0.001" if value < 0.001 else f"{value:.3f}"
