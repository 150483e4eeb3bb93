"""Words and numbers for people: one place, so that every report says the same thing the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from equitykit.plots.wording import (
    DASH,
    IN_EITHER,
    MISSING,
    PERCENT,
    TOO_FEW,
    group,
    number,
    percent,
    reference,
)
from equitykit.text import moment

__all__ = [
    "CATEGORY_STATUS",
    "DASH",
    "ENCODINGS",
    "IN_EITHER",
    "MISSING",
    "PERCENT",
    "QUESTIONS",
    "SEVERITIES",
    "SEVERITY_NAMES",
    "THRESHOLD_SOURCES",
    "TOO_FEW",
    "category_labels",
    "counted",
    "group",
    "listed",
    "moment",
    "number",
    "percent",
    "question",
    "reference",
    "share",
    "standard_title",
]

SEVERITIES: Mapping[str, str] = {
    "critical": "Until this is put right, results by group cannot be relied on or could reveal people.",
    "high": "Results for some groups are likely to be wrong or missing.",
    "medium": "Results may be affected. Put it right at the next occasion.",
    "low": "A small improvement.",
    "info": "Worth knowing. The data alone cannot say whether it is a problem.",
}
SEVERITY_NAMES: Mapping[str, str] = {
    "critical": "Critical",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "info": "For information",
}
QUESTIONS: Mapping[str, str] = {
    "race_ethnicity": "Race and ethnicity",
    "tribal_affiliation": "Tribal affiliation",
    "sexual_orientation": "Sexual orientation",
    "national_origin": "National origin",
    "geography": "Place",
}
ENCODINGS: Mapping[str, str] = {
    "single": "one value per row",
    "delimited": "several values in one cell, with a separator",
    "flags": "one yes/no column per category",
    "race_and_ethnicity": "race in one column, Hispanic or Latino in another",
    "repeated_rows": "several rows per person, one value each",
    "counts": "rows that each stand for a number of people",
}
CATEGORY_STATUS: Mapping[str, str] = {
    "recorded": "Recorded",
    "only_merged": "Only inside a merged label",
    "offered_never_used": "Offered, never used",
    "not_offered": "Not offered",
    "not_recorded": "Not recorded; whether it was offered is not known",
}
THRESHOLD_SOURCES: Mapping[str, str] = {
    "cited": "a published limit",
    "default": "a starting value of this tool, not a published limit",
    "codebook": "set in your codebook",
}


def question(name: str) -> str:
    """Question id as a person would say it; crossed questions keep their order."""
    parts = [QUESTIONS.get(part, part.replace("_", " ").capitalize()) for part in name.split("*")]
    return " by ".join([parts[0], *(part[:1].lower() + part[1:] for part in parts[1:])])


def standard_title(standard_id: str | None) -> str | None:
    """Title of a shipped standard, or the id of another one."""
    from equitykit import standards
    from equitykit.errors import EquitykitError

    try:
        return standards.standard(standard_id or "").title
    except EquitykitError:
        return standard_id


def category_labels(standard_id: str | None) -> Mapping[str, str]:
    """Labels of the minimum categories of a standard; nothing where it is not a shipped one."""
    from equitykit import standards
    from equitykit.errors import EquitykitError

    try:
        return {category.id: category.label for category in standards.standard(standard_id or "").categories}
    except EquitykitError:
        return {}


def listed(items: Iterable[object], *, last: str = "and") -> str:
    """Names in one sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    words = [str(item) for item in items]
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def counted(n: int, singular: str, plural: str | None = None) -> str:
    """Count with its noun.

    Examples
    --------
    >>> counted(1, "problem"), counted(2, "problem")
    ('1 problem', '2 problems')
    """
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def share(part: Any, whole: Any) -> str:
    """Part of a whole in percent, or a dash where one of them is not known."""
    if not isinstance(part, int | float) or not isinstance(whole, int | float) or not whole:
        return DASH
    return percent(part / whole)
