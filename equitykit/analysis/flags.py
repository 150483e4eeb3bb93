"""Words in a text that may point to a person: flagged for a person to look at, never judged safe.

No list of rules finds every name. What is not flagged has not been found to be harmless.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["KINDS", "TELLS", "Flag", "blind_spots", "flags", "in_words"]

KINDS = {
    "name": "a name from your list",
    "email": "an e-mail address",
    "web": "a web address",
    "ssn": "a number like a Social Security number",
    "phone": "a phone number",
    "address": "a street, box or ZIP code",
    "date": "a date",
    "age": "an age",
    "id": "a number or code",
    "capital": "a word with a capital letter",
}
TELLS = ("name", "email", "phone", "ssn", "address")
"""Kinds that show by themselves who somebody is."""
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|n[d]|rd|th)?"
_STREET = (
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|court|ct|way|place|pl|circle|cir"
    r"|terrace|ter|highway|hwy|parkway|pkwy|trail|square)\b\.?"
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("email", r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"),
        ("web", r"(?:https?://|www\.)\S+|(?<!\w)@\w{2,}"),
        ("ssn", r"(?<!\d)\d{3}[-. ]\d{2}[-. ]\d{4}(?!\d)"),
        ("phone", r"(?<![\w.])(?:\+?\d{1,3}[-. ]?)?(?:\(\d{3}\)|\d{3})[-. ]?\d{3}[-. ]\d{4}(?!\w)"),
        ("phone", r"(?<![\w.-])\d{3}[-. ]\d{4}(?![\w-])|(?<!\w)\+\d[\d .-]{6,}\d"),
        (
            "address",
            rf"(?<!\w)\d{{1,6}}[a-z]?\s+(?:[\w'.-]+\s+){{1,4}}?{_STREET}"
            r"(?:,?\s*(?:(?:apt|apartment|unit|suite)\b\.?\s*\w+|(?:no\.?\s*|#)\d+))?",
        ),
        ("address", r"\bp\.?\s?o\.?\s?box\s+\w+|(?<![\w#-])\d{5}(?:-\d{4})?(?![\w-])"),
        ("date", r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?!\d)"),
        ("date", rf"\b{_MONTH}\s+{_DAY}(?:,?\s+\d{{4}})?\b|\b{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+\d{{4}})?\b"),
        ("date", rf"\b{_MONTH},?\s+(?:of\s+)?\d{{4}}\b|(?<![\w-])(?:19|20)\d{{2}}(?![\w-])"),
        ("date", r"(?<![\d/])\d{1,2}/\d{1,2}(?![\d/])"),
        (
            "age",
            r"\b\d{1,3}[- ]years?[- ]olds?\b|\baged?\s+\d{1,3}\b|\b\d{1,3}\s*yo\b|\b\d{1,3}[- ]months?[- ]old\b",
        ),
        ("id", r"(?<![\w#-])#?(?=[\w/-]*\d[\w/-]*\d[\w/-]*\d)[a-z0-9][\w/-]*\w"),
    )
)
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
# Words that begin a sentence or stand for the speaker; none of them is a name. "May" and "Will" are.
_SMALL = """
a about after again all also although always an and another any anyone are as at be because been before but by can
could did do does don't each even every everybody everyone first for from had has have he her here him his how however
i i'd i'll i'm i've if in instead is it it's its just last later many me more most my never next no nobody not nothing
now of often on once one only or other our out she should since so some somebody someone something sometimes still that
that's the their them then there these they they're this those to today too two until up us was we we're were what when
where which while who why with without would yes yet you your
"""
_SMALL_WORDS = frozenset(_SMALL.split())


@dataclass(frozen=True, slots=True)
class Flag:
    """A place in a text that may point to a person. It holds no text, only where it stands."""

    start: int
    end: int
    kind: str

    @property
    def why(self) -> str:
        """What it looks like, in words."""
        return KINDS[self.kind]


def flags(text: str, names: Iterable[str] = ()) -> tuple[Flag, ...]:
    """Find what may point to a person, in the order of the text; no two overlap.

    Parameters
    ----------
    text : any text. It is not kept.
    names : names the person knows of; each is also looked for part by part, whatever the accents and capitals.

    Returns
    -------
    tuple of Flag

    Interpretation
    --------------
    A flag is a question, not a finding; and where there is none, nothing has been shown. Names in small
    letters that are not in the list, nicknames, and a story that only one family can have lived are not found.

    Examples
    --------
    >>> text = "Maria called 555-0199 on May 3."
    >>> [(text[flag.start : flag.end], flag.kind) for flag in flags(text)]
    [('Maria', 'capital'), ('555-0199', 'phone'), ('May 3', 'date')]
    """
    found: list[Flag] = []
    for flag in (*_named(text, names), *_patterned(text), *_capitals(text)):
        found += _outside(flag, found, text)
    return tuple(sorted(found, key=lambda flag: flag.start))


def in_words(found: Iterable[Flag]) -> str:
    """Say how much is flagged, and as what; never the words themselves.

    >>> in_words(flags("Maria called 555-0199."))
    '2 places are flagged: 1 a phone number, 1 a word with a capital letter.'
    """
    counts: dict[str, int] = {}
    for flag in found:
        counts[flag.kind] = counts.get(flag.kind, 0) + 1
    total = sum(counts.values())
    if not total:
        return "Nothing is flagged. That does not show that nobody can be recognized."
    listed = ", ".join(f"{counts[kind]} {words}" for kind, words in KINDS.items() if kind in counts)
    return f"{total} {'place is' if total == 1 else 'places are'} flagged: {listed}."


def blind_spots(text: str) -> tuple[str, ...]:
    """Say what the flags cannot see in a text."""
    said = ["Names in small letters that are not in your list are not flagged. Read the whole text yourself."]
    if any(unicodedata.category(letter) == "Lo" for letter in text):
        said.append(
            "Some letters here have no capitals. Names written in them are flagged only from your list."
        )
    return tuple(said)


def _named(text: str, names: Iterable[str]) -> Iterator[Flag]:
    folded, places = _folded(text)
    listed = {" ".join(_folded(name)[0].split()) for name in names}
    parts = {part for name in listed for part in name.split() if len(part) > 1 and part not in _SMALL_WORDS}
    for name in sorted(listed | parts, key=lambda name: (-len(name), name)):
        if not name:
            continue
        pattern = r"\s+".join(re.escape(part) for part in name.split())
        if len(name) == 1:
            pattern += r"(?=\.)"
        elif name.isascii():
            pattern = rf"(?<![^\W_]){pattern}(?![^\W_])"
        for match in re.finditer(pattern, folded):
            if match.end() > match.start():
                yield Flag(places[match.start()], places[match.end() - 1] + 1, "name")


def _folded(text: str) -> tuple[str, list[int]]:
    """Text without accents and capitals, and where each of its letters stood; hyphens become blanks."""
    letters, places = [], []
    for place, letter in enumerate(text):
        for plain in unicodedata.normalize("NFKD", letter).casefold():
            if unicodedata.combining(plain) or unicodedata.category(plain) == "Cf":
                continue
            letters.append(" " if plain in "-\u2010\u2011" else "'" if plain in "\u2019\u02bc`" else plain)
            places.append(place)
    return "".join(letters), places


def _patterned(text: str) -> Iterator[Flag]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if kind != "date" or not match.group().isalpha():
                yield Flag(*match.span(), kind)


def _capitals(text: str) -> Iterator[Flag]:
    """Words with a capital letter; those that only begin a sentence in the usual way are left out."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        if not _capital(word.group()):
            continue
        if run and _belong(run[-1], word, text):
            run.append(word)
            continue
        yield from _run(run)
        run = [word]
    yield from _run(run)


def _belong(first: re.Match[str], second: re.Match[str], text: str) -> bool:
    """Whether two words with a capital are one name: side by side, or an initial or a short title and a name."""
    between = text[first.end() : second.start()].strip(" ")
    return between == "" or (between == "." and len(first.group()) < 3)


def _capital(word: str) -> bool:
    bare = word.replace("\u2019", "'").removesuffix("'s")
    return any(part[:1].isupper() for part in re.split("[-']", word)) and bare.casefold() not in _SMALL_WORDS


def _run(run: list[re.Match[str]]) -> Iterator[Flag]:
    if run:
        yield Flag(run[0].start(), run[-1].end(), "capital")


def _outside(flag: Flag, taken: list[Flag], text: str) -> list[Flag]:
    """What is left of a flag beside those already there."""
    pieces = [(flag.start, flag.end)]
    for other in taken:
        pieces = [
            piece
            for start, end in pieces
            for piece in ((start, min(end, other.start)), (max(start, other.end), end))
            if piece[0] < piece[1]
        ]
    trimmed = [_trimmed(start, end, text) for start, end in pieces]
    wanted = str.isupper if flag.kind == "capital" else str.isalnum
    return [Flag(start, end, flag.kind) for start, end in trimmed if any(map(wanted, text[start:end]))]


def _trimmed(start: int, end: int, text: str) -> tuple[int, int]:
    """Without blanks and points at the ends."""
    while start < end and not text[start].isalnum() and text[start] not in "+(#@":
        start += 1
    while end > start and not text[end - 1].isalnum() and text[end - 1] not in ")":
        end -= 1
    return start, end
