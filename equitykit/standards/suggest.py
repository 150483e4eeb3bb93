"""The nearest known word for a misspelling, for a person to confirm."""

from __future__ import annotations

from functools import cache, lru_cache

from equitykit.standards.load import vocabulary
from equitykit.standards.model import Meaning, Vocabulary
from equitykit.standards.read import read_value
from equitykit.standards.text import normalise

_SHORTEST = 4
_LONGEST = 80
_RESIDUAL = {"other": "Other", "multiracial": "Two or more races", "collective": "a collective label"}
_SMALL_WORDS = frozenset({"or", "and", "of", "the"})


def suggest(text: str, vocab: Vocabulary | None = None) -> str | None:
    """Name the category or group that a misspelled value probably means.

    Parameters
    ----------
    text : the value as written.
    vocab : the words to compare with; those of race and ethnicity by default.

    Returns
    -------
    str or None
        A label to show to a person. None if the value can be read as it is, is doubtful, is
        shorter than four letters, or is near to nothing or to several things alike.

    Interpretation
    --------------
    A suggestion is a question to a person. It is never applied.

    Examples
    --------
    >>> suggest("WHTIE")
    'White'
    >>> suggest("Asian Indian") is None
    True
    """
    words = vocabulary() if vocab is None else vocab
    return _suggest(text, words) if len(text) <= _LONGEST else None


@lru_cache(maxsize=16_384)
def _suggest(text: str, words: Vocabulary) -> str | None:
    key = normalise(text)
    letters = key.replace(" ", "")
    if len(letters) < _SHORTEST or not letters.isalpha() or key in words.ambiguous:
        return None
    if read_value(text, words) is not None:
        return None
    found = _nearest(letters, words) or _shortened(letters, words)
    labels = {label for each in found if (label := _label(each, words)) is not None}
    return labels.pop() if len(labels) == len(found) == 1 else None


def _label(says: Meaning, words: Vocabulary) -> str | None:
    """Words for a meaning that holds one thing."""
    named = sorted(words.concepts[each].label for each in says.adds | says.one_of)
    if says.missing:
        return says.missing.replace("-", " ").capitalize()
    if says.residual:
        return _RESIDUAL[says.residual]
    if says.not_hispanic and not named:
        return "Not Hispanic"
    together = " or ".join(named) if says.one_of else " and ".join(named)
    return f"{together}, not Hispanic" if says.not_hispanic else together or None


@cache
def _candidates(words: Vocabulary) -> tuple[tuple[str, Meaning, tuple[str, ...]], ...]:
    """Known words long enough to be recognised in a misspelling: letters only, meaning, single words."""
    return tuple(
        (token.replace(" ", ""), says, tuple(token.split()))
        for token, says in words.tokens.items()
        if len(token.replace(" ", "")) > _SHORTEST
    )


@cache
def _doubtful(words: Vocabulary) -> tuple[str, ...]:
    """Doubtful words; near one of these there is no suggestion."""
    return tuple(letters for each in words.ambiguous if len(letters := each.replace(" ", "")) >= _SHORTEST)


def _nearest(letters: str, words: Vocabulary) -> set[Meaning]:
    limit, found = _allowed(letters), set[Meaning]()
    for token, says, _ in _candidates(words):
        most = min(limit, _allowed(token))
        if not _same_start(letters, token) or abs(len(letters) - len(token)) > most:
            continue
        distance = edits(letters, token, most)
        if distance <= most:
            if distance < limit:
                limit, found = distance, set()
            found.add(says)
    if found and any(edits(letters, other, limit) <= limit for other in _doubtful(words)):
        return set()
    return found


def _allowed(letters: str) -> int:
    """Edits that a word of this length may be away."""
    return 1 if len(letters) < 9 else 2


def _same_start(one: str, other: str) -> bool:
    return one[0] == other[0] or one[:2] == other[1::-1]


def edits(one: str, other: str, limit: int) -> int:
    """Count insertions, deletions, changes and swaps of neighbours, up to ``limit`` + 1."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > limit and (i == 1 or min(before) > limit):
            return limit + 1
    return row[-1]


def _shortened(letters: str, words: Vocabulary) -> set[Meaning]:
    """Find words that, each cut short, were written in one run (blackorafram, hisporlat)."""
    if len(letters) < 7:
        return set()
    return {
        says
        for _, says, parts in _candidates(words)
        if sum(part not in _SMALL_WORDS for part in parts) > 1 and _is_run(letters, parts, first=True)
    }


def _is_run(letters: str, parts: tuple[str, ...], *, first: bool) -> bool:
    if not parts:
        return not letters
    part, rest = parts[0], parts[1:]
    if part in _SMALL_WORDS and _is_run(letters, rest, first=first):
        return True
    shortest = min(len(part), 4 if first else 2)
    return any(
        letters.startswith(part[:size]) and _is_run(letters[size:], rest, first=False)
        for size in range(shortest, len(part) + 1)
    )
