"""From one raw value to what it says; None where a person must decide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from equitykit.standards.load import code_system, code_systems, vocabulary
from equitykit.standards.model import Meaning, Vocabulary
from equitykit.standards.text import normalise

_LONG = 200
_MOST_PARTS = 40
_BLANK = Meaning(missing="blank")
_HISPANIC = "HISPANIC"
_STANDARD = "us-omb-spd15-2024"
_CODE = 3
_DOUBT = "?"
_UNSURE = "a question mark: whoever wrote it was not sure"
_BARE = "a code: only the code list of these data says what it means"
# Strongest first: within a part split by one of these, only the later ones are tried.
_SEPARATORS = tuple(re.compile(each) for each in (r"[;|]", r"\+", r",", r"\s[-–—]\s", r"[()\[\]]", r"/"))
_JOINABLE = 2  # a label may itself hold a comma, or a weaker separator

_ETHNICITY = r"hispanic(?: or| and)?(?: latin(?:o|a|x|e|o a))?(?: or spanish)?(?: origin| ethnicity)?"
_NOT = rf"(?:(?:non|not|not of|no) {_ETHNICITY}|nonhispanic|nonhisp|non hisp|not hisp|nh)"
_NOT_HISPANIC = re.compile(rf"(?:{_NOT} (?P<after>.+)|(?P<before>.+) {_NOT})")
_ALONE = re.compile(r"(?P<before>.+) (?:alone|only)")
_LATIN = r"(?:hispanic|latino|latina|latinx|latine|hispanic or latino|hispanic latino)"
_WITH_HISPANIC = re.compile(rf"(?:{_LATIN} (?P<after>.+)|(?P<before>.+) {_LATIN})")
_AND = re.compile(r"\band\b|&", re.IGNORECASE)


def read_value(text: str | None, vocab: Vocabulary | None = None) -> Meaning | None:
    """Read one raw value, where its words leave no doubt.

    The whole value is looked up first, so that a merged label such as "Asian/Pacific Islander"
    stays merged. Otherwise "non-Hispanic" and "alone" are taken off, and the value is split at
    ``; | + , / ( )`` and spaced dashes, if and only if every part can be read by itself.
    "Other" beside a group is detail that was not specified and adds nothing. A value with a question
    mark is left to a person.

    Parameters
    ----------
    text : the value as written; None and blanks are blank.
    vocab : the words to read with; those of race and ethnicity by default.

    Returns
    -------
    Meaning or None
        None if a person must decide: an unknown word, a bare letter or number, "NA".

    Interpretation
    --------------
    None is not missing. A value that cannot be read was answered with something.

    Examples
    --------
    >>> sorted(read_value("Hispanic, White").adds)
    ['HISPANIC', 'WHITE']
    >>> sorted(read_value("Asian/Pacific Islander").one_of)
    ['ASIAN', 'NHPI']
    >>> read_value("W/B") is None
    True
    """
    words = vocabulary() if vocab is None else vocab
    if text is None:
        return _BLANK
    return _cached(text, words) if len(text) <= _LONG else _read(text, words)


@lru_cache(maxsize=65_536)
def _cached(text: str, words: Vocabulary) -> Meaning | None:
    return _read(text, words)


def _read(text: str, words: Vocabulary) -> Meaning | None:
    if not _visible(text):
        return _BLANK
    key = normalise(text)
    if _DOUBT in text or key in words.ambiguous:
        return None
    whole = _whole(key, words)
    if whole is not None or not words.multiple:
        return whole
    return _split(unicodedata.normalize("NFKC", text), 0, words) or _joined_by_and(text, words)


def _visible(text: str) -> bool:
    return any(not (each.isspace() or unicodedata.category(each) in ("Cc", "Cf")) for each in text)


def _whole(key: str, words: Vocabulary) -> Meaning | None:
    """Read a value in one piece: a known word, bare or beside "non-Hispanic", "alone" or "Hispanic"."""
    known = words.tokens.get(key)
    if known is not None or not words.multiple or len(key) > _LONG:
        return known
    if (rest := _rest(_NOT_HISPANIC, key)) is not None:
        found = _whole(rest, words)
        return None if found is None else _not_hispanic(found, words)
    if (rest := _rest(_ALONE, key)) is not None:
        found = _whole(rest, words)
        named = found is not None and (found.adds or found.one_of or found.residual == "other")
        return found if named else None
    if (rest := _rest(_WITH_HISPANIC, key)) is not None:
        found = words.tokens.get(rest)
        if found is not None and found.adds and not found.not_hispanic:
            return replace(found, adds=found.adds | {_HISPANIC})
    return None


def _rest(pattern: re.Pattern[str], key: str) -> str | None:
    match = pattern.fullmatch(key)
    return None if match is None else next((each for each in match.groups() if each), None)


def _not_hispanic(found: Meaning, words: Vocabulary) -> Meaning | None:
    hispanic = _names_hispanic(found.adds | found.one_of, words)
    return None if hispanic else replace(found, not_hispanic=True)


def _races(ids: Iterable[str], words: Vocabulary) -> set[str]:
    """Collect the categories other than Hispanic, as the newest standard groups them."""
    found = {words.concepts[id].parents.get(_STANDARD, id) for id in ids}
    return found - {_HISPANIC}


def _names_hispanic(ids: Iterable[str], words: Vocabulary) -> bool:
    return any(id == _HISPANIC or _HISPANIC in words.concepts[id].parents.values() for id in ids)


def _split(text: str, level: int, words: Vocabulary) -> Meaning | None:
    for depth in range(level, len(_SEPARATORS)):
        parts = [part.strip() for part in _SEPARATORS[depth].split(text)]
        parts = [part for part in parts if part]
        if len(parts) < 2 and not (parts and parts[0] != text.strip()):
            continue
        if len(parts) > _MOST_PARTS:
            parts = list(dict.fromkeys(parts))
            if len(parts) > _MOST_PARTS:
                return None
        read = [_part(part, depth + 1, words) for part in parts]
        if None in read and depth >= _JOINABLE:
            read = list(_with_joins(parts, depth + 1, words))
        found = [each for each in read if each is not None]
        return _together(found, words) if found and len(found) == len(read) else None
    return None


def _part(text: str, level: int, words: Vocabulary) -> Meaning | None:
    key = normalise(text)
    if not key or key in words.ambiguous:
        return None
    found = _whole(key, words) or _whole(key.removeprefix("and "), words)
    return found or _split(text, level, words) or _joined_by_and(text, words)


def _with_joins(parts: Sequence[str], level: int, words: Vocabulary) -> Iterator[Meaning | None]:
    """Read parts from the left, each as the longest run that is a known label."""
    start = 0
    while start < len(parts):
        for end in range(min(len(parts), start + 4), start, -1):
            run = parts[start:end]
            joined = normalise(" ".join(run))
            found = _whole(joined, words) if len(run) > 1 else _part(run[0], level, words)
            if found is not None:
                yield found
                start = end
                break
        else:
            yield None
            return


def _joined_by_and(text: str, words: Vocabulary) -> Meaning | None:
    """Two groups joined by "and", for the pairs that a standard names."""
    parts = [normalise(part) for part in _AND.split(text)]
    if len(parts) != 2:
        return None
    read = [_whole(part, words) for part in parts]
    named = [each.adds for each in read if each is not None and each == Meaning(adds=each.adds)]
    if len(named) != 2 or frozenset().union(*named) not in words.and_pairs:
        return None
    return Meaning(adds=frozenset().union(*named))


def _together(parts: Sequence[Meaning], words: Vocabulary) -> Meaning | None:
    """Put together what several parts say; None where they do not fit together."""
    adds = frozenset[str]().union(*(each.adds for each in parts))
    unions = {each.one_of for each in parts if each.one_of}
    reasons = {each.missing for each in parts if each.missing}
    residuals = {each.residual for each in parts if each.residual}
    not_hispanic = any(each.not_hispanic for each in parts)
    if adds or unions:
        residuals.discard("other")
    if len(_races(adds, words)) > 1:
        residuals.discard("multiracial")
    if len(unions) > 1 or len(reasons) > 1 or len(residuals) > 1:
        return None
    if reasons and (unions or residuals):
        return None
    if not_hispanic and _names_hispanic(adds.union(*unions), words):
        return None
    return Meaning(
        adds=adds,
        one_of=next(iter(unions), frozenset()),
        missing=next(iter(reasons), None),
        residual=next(iter(residuals), None),
        not_hispanic=not_hispanic,
        imputed=any(each.imputed for each in parts),
        observed=any(each.observed for each in parts),
        note=next((each.note for each in parts if each.note), None),
    )


def readings(text: str, vocab: Vocabulary | None = None) -> tuple[str, ...]:
    """Say in words what a doubtful value could mean, for a person to choose from.

    Parameters
    ----------
    text : the value as written.
    vocab : the words to read with; those of race and ethnicity by default.

    Returns
    -------
    tuple of str
        Empty if the value is not doubtful (it can be read, or nothing is known about it).

    Examples
    --------
    >>> readings("indian")
    ('American Indian', 'Asian Indian')
    >>> readings("white")
    ()
    """
    words = vocabulary() if vocab is None else vocab
    key = normalise(text)
    if not _visible(text) or read_value(text, words) is not None:
        return ()
    written = words.ambiguous.get(key, ())
    if _DOUBT in text and not written:
        return (_UNSURE,)
    if (len(key) > _CODE and not key.isdigit()) or " " in key:
        return written
    found = tuple(dict.fromkeys((*written, *_codes(key, words.question))))
    return found or ((_BARE,) if len(key) == 1 or key.isdigit() else ())


@lru_cache(maxsize=1024)
def _codes(key: str, question: str) -> tuple[str, ...]:
    found = []
    for name in code_systems():
        system = code_system(name)
        code = system.key(key)
        if system.question != question or system.read(key) is None:
            continue
        label = next((text for each, text in system.labels.items() if system.key(each) == code), None)
        if label is not None:
            found.append(f"{label} ({system.title})")
    return tuple(found)
