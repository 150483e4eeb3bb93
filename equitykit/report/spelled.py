"""Text as every report writes it: nothing in it is hidden, and nothing reorders it."""

from __future__ import annotations

import re

from equitykit.text import plain as visible

__all__ = ["plain"]

JOINERS = re.compile("([\u200c\u200d])")
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def plain(text: object, *, lines: bool = False) -> str:
    r"""Text in which nothing is hidden: control characters and bidi marks are spelled out.

    Parameters
    ----------
    text : what to show; None becomes an empty text.
    lines : keep line breaks (otherwise they become blanks).

    Returns
    -------
    str
        Marks that join letters (Persian, Hindi, emoji) stay; they reorder nothing.

    Examples
    --------
    >>> plain("a\u202eb") == "a" + chr(92) + "u202eb"
    True
    >>> plain("two\nlines")
    'two lines'
    """
    if text is None:
        return ""
    given = str(text)
    if given.isascii() and given.isprintable():
        return given
    return ("\n" if lines else " ").join(_line(line) for line in LINE_END.split(given))


def _line(text: str) -> str:
    parts = JOINERS.split(text.replace("\t", " "))
    return "".join(part if JOINERS.fullmatch(part) else visible(part) for part in parts)
