"""Any text made safe to print: a value never steers a terminal; and days as people write them."""

from __future__ import annotations

import unicodedata
from datetime import datetime

__all__ = ["moment", "plain"]

_ELLIPSIS = "\u2026"
# Cc control, Cf format (bidi and zero-width marks), Cs half of a surrogate pair, Co private, Cn unassigned,
# Zl and Zp line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plain(text: object, limit: int | None = None) -> str:
    r"""Give a value as one line of visible characters.

    Control, bidi, zero-width and other invisible characters are shown as escapes; everything else,
    markup and formulas included, stays as written.

    Parameters
    ----------
    text : any value; what is not text is turned into it.
    limit : most characters to give back, the last one an ellipsis where the text was longer.

    Returns
    -------
    The text on one line.

    Examples
    --------
    >>> plain("a" + chr(8238) + "b" + chr(10))
    'a\\u202eb\\n'
    >>> plain("abcdef", limit=4) == "abc" + chr(8230)
    True
    """
    value = text if isinstance(text, str) else str(text)
    if limit is not None and len(value) > limit:
        value = value[:limit] + "\x00"  # certainly too long: only the head needs escaping
    if value.isascii() and value.isprintable():
        shown = value
    else:
        shown = "".join(
            _escape(character) if unicodedata.category(character) in _UNSAFE else character
            for character in value
        )
    if limit is not None and len(shown) > limit:
        shown = shown[: max(limit - 1, 0)] + _ELLIPSIS
    return shown


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def moment(text: str | None) -> str | None:
    """Give an ISO date or time as people write it; other text as it is, None where there is none.

    Parameters
    ----------
    text : such as 2026-03-31 or 2026-03-31T15:06:07+00:00.

    Examples
    --------
    >>> moment("2026-03-04T15:06:07+00:00"), moment("2026-03-04")
    ('4 March 2026, 15:06 UTC', '4 March 2026')
    """
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return text
    day = f"{when.day} {MONTHS[when.month - 1]} {when.year}"
    if "T" not in text and " " not in text:
        return day
    zone = f" {when.tzname()}" if when.tzname() else ""
    return f"{day}, {when:%H:%M}{zone}"
