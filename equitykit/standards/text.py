"""How two spellings of the same words become one text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_APOSTROPHES = frozenset("'’‘`´ʼʻ′ʹ")
_LONG = 200


def normalise(text: str) -> str:
    """Fold case, width, punctuation and blanks, so that spellings can be compared.

    NFKC, case folded, "&" read as "and", apostrophes dropped, other punctuation turned into a
    blank, blanks collapsed. Text that is punctuation only becomes "".

    Parameters
    ----------
    text : any text.

    Examples
    --------
    >>> normalise("  Black & African-American ")
    'black and african american'
    """
    return _normalise(text) if len(text) <= _LONG else _fold(text)


@lru_cache(maxsize=65_536)
def _normalise(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    out = []
    for character in text.casefold():
        if character.isalnum():
            out.append(character)
        elif character == "&":
            out.append(" and ")
        elif character in _APOSTROPHES or unicodedata.category(character) in ("Cf", "Mn", "Lm"):
            if unicodedata.category(character) == "Mn":
                out.append(character)
        else:
            out.append(" ")
    return " ".join("".join(out).split())
