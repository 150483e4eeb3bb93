"""Two versions of a text, sentence by sentence and then word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from equitykit.report.tree import Compared, Mark

SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|$)|$)\s*", re.DOTALL)
WORD = re.compile(r"\S+\s*")
ALIKE = 0.6  # a sentence less alike than this is shown as another sentence, not as a patchwork of words


def compared(caption: str, before: str, after: str) -> Compared:
    """Show what was taken out of a text and what was added to it.

    Parameters
    ----------
    caption : names what is compared.
    before, after : the two versions.

    Returns
    -------
    Compared

    Interpretation
    --------------
    The comparison is of words. Words moved from one place to another count as taken out and added.

    Examples
    --------
    >>> compared("Rule", "Visits are by video.", "Visits are in person.").text
    'Visits are [taken out: by video.] [added: in person.]'
    """
    return Compared(
        caption, _joined(_runs(SENTENCE.findall(before.strip()), SENTENCE.findall(after.strip())))
    )


def _runs(old: Sequence[str], new: Sequence[str], *, whole: bool = True) -> Iterator[tuple[Mark, str]]:
    keys = ([_key(piece) for piece in old], [_key(piece) for piece in new])
    for what, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if what == "equal":
            yield "same", "".join(new[c:d])
        elif whole and what == "replace":
            yield from _replaced("".join(old[a:b]), "".join(new[c:d]))
        else:
            yield "out", "".join(old[a:b])
            yield "in", "".join(new[c:d])


def _replaced(old: str, new: str) -> Iterator[tuple[Mark, str]]:
    words = WORD.findall(old), WORD.findall(new)
    keys = [[_key(word) for word in side] for side in words]
    if SequenceMatcher(None, keys[0], keys[1], autojunk=False).ratio() >= ALIKE or max(map(len, keys)) < 8:
        yield from _runs(*words, whole=False)
    else:
        yield "out", old
        yield "in", new


def _key(piece: str) -> str:
    """A piece without the blanks and line ends after it."""
    return " ".join(piece.split())


def _joined(runs: Iterator[tuple[Mark, str]]) -> Iterator[tuple[Mark, str]]:
    """Neighbours with the same mark as one, empty pieces left out, a blank between old and new."""
    last: tuple[Mark, str] | None = None
    for mark, text in runs:
        if not text:
            continue
        if last is not None and last[0] == mark:
            last = (mark, last[1] + text)
            continue
        if last is not None:
            yield (last[0], f"{last[1].rstrip()} ") if last[0] == "out" and mark == "in" else last
        last = (mark, text)
    if last is not None:
        yield last
