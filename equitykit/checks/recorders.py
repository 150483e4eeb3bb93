"""Who gave or recorded an answer, from the words of a codebook or of a column."""

from __future__ import annotations

import re

__all__ = [
    "IMPUTED",
    "MIXED",
    "NOT_KNOWN",
    "OBSERVED",
    "OTHERS",
    "SELF",
    "STAFF",
    "UNREAD",
    "recorder",
    "supplier",
]

SELF, OTHERS, NOT_KNOWN = "self", "others", "not-known"
OBSERVED, STAFF, MIXED, IMPUTED, UNREAD = "observed", "staff", "mixed", "imputed", "unread"

# The first that fits. Somebody who looked is told first; where staff only read the question aloud, or somebody
# was asked, the person or a proxy answers.
_WORDS = (
    (NOT_KNOWN, r"\b(not|un) ?(known|recorded|asked|stated)\b|\bmissing\b"),
    (
        OBSERVED,
        r"\b(observe\w*|observation\w*|visual\w*|perceiv\w*|perception|appearance|looks?|officer\w*|police|guess\w*|"
        r"eye)\b",
    ),
    (SELF, r"\bself\b|\bread aloud\b"),
    (
        OTHERS,
        r"\b(proxy|parents?|guardian|mother|father|family|relative|spouse|care ?(giver|taker)|funeral|other record)\b",
    ),
    (IMPUTED, r"\b(imputed|inferred)\b"),
    (SELF, r"\basked\b|\binterview\w*"),
    (MIXED, r"\bmixed\b"),
    (STAFF, r"\b(staff|(case ?)?worker|clerk|registrar|nurse|teacher|administrator)\b"),
    (SELF, r"\b(person|client|youth|child|applicant|patient|respondent|student)\b"),
)
_GIVEN_BY_OTHERS = frozenset({OBSERVED, STAFF, MIXED, OTHERS})


def supplier(text: str | None) -> str:
    """Who an entry says it was: self, others, staff, observed, mixed, imputed, not-known or unread.

    Examples
    --------
    >>> [supplier(text) for text in ("Self-report", "staff-read-aloud", "staff", "Visual observation", "parent", "X7")]
    ['self', 'self', 'staff', 'observed', 'others', 'unread']
    """
    plain = re.sub(r"[^a-z]+", " ", (text or "").lower())
    return next((who for who, words in _WORDS if re.search(words, plain)), UNREAD)


def recorder(text: str | None) -> str:
    """Whether the person, somebody else, or nobody known gave an answer.

    Examples
    --------
    >>> [recorder(text) for text in ("Self-report", "staff-read-aloud", "staff", "parent", "X7", None)]
    ['self', 'self', 'others', 'others', 'not-known', 'not-known']
    """
    who = supplier(text)
    return OTHERS if who in _GIVEN_BY_OTHERS else SELF if who == SELF else NOT_KNOWN
