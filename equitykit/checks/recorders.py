"""Who gave or recorded an answer, from the words of a codebook or of a column."""

from __future__ import annotations

import re

__all__ = ["NOT_KNOWN", "OTHERS", "SELF", "recorder"]

SELF, OTHERS, NOT_KNOWN = "self", "others", "not-known"

# The first that fits. Where staff only read the question aloud, the person answers.
_WORDS = (
    (NOT_KNOWN, r"\b(not|un) ?(known|recorded|asked|stated)\b|\bmissing\b"),
    (SELF, r"\bself\b|\bread aloud\b"),
    (
        OTHERS,
        r"\bproxy\b|\bparents?\b|\bguardian\b|\bmother\b|\bfather\b|\bfamily\b|\brelative\b|\bcare ?(giver|taker)\b|"
        r"\bstaff\b|\bworker\b|\bcase ?worker\b|\bofficer\b|\bclerk\b|\bnurse\b|\bpolice\b|\bteacher\b|"
        r"\bobserv\w*|\bvisual\w*|\bappearance\b|\bmixed\b|\bfuneral\b",
    ),
    (SELF, r"\bperson\b|\bclient\b|\byouth\b|\bchild\b|\bapplicant\b|\bpatient\b|\brespondent\b"),
)


def recorder(text: str | None) -> str:
    """Who an entry says it was: the person, somebody else, or not known.

    Examples
    --------
    >>> [recorder(text) for text in ("Self-report", "staff-read-aloud", "staff", "parent", "X7", None)]
    ['self', 'self', 'others', 'others', 'not-known', 'not-known']
    """
    plain = re.sub(r"[^a-z]+", " ", (text or "").lower())
    return next((who for who, words in _WORDS if re.search(words, plain)), NOT_KNOWN)
