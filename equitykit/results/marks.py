"""What stands in a cell: a number, a range, or a mark; and what a mark means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from equitykit.resources import folder
from equitykit.standards.load import read_yaml

__all__ = [
    "NOT_SAID",
    "Meanings",
    "Read",
    "is_mark",
    "limit_in",
    "read_cell",
    "read_interval",
    "said_in_notes",
]

NOT_SAID = "not-said"
_LONGEST = 40
_NUMBER = re.compile(r"[-+]?[$£€]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})*,\d{1,2}")
_SIGNS = r"[*†‡§¶#^!¹²³⁴⁵⁶⁷⁸⁹⁰ᵃᵇᶜᵈᵉ]+"
_FLAGGED = re.compile(
    rf"(?P<number>.*?\d%?)\s*(?P<flag>{_SIGNS}|\((?:[a-z]|ref\.?|reference)\)|\[[a-z]{{1,3}}\])"
)
_RANGE = re.compile(
    r"(?:n\s*)?(?:(?P<below><|≤|<=|fewer than|less than|under|>|≥|>=|at least"
    r"|more than)\s*(?P<limit>\d[\d,.]*)"
    r"|(?P<low>\d+)\s*(?:-|–|to)\s*(?P<high>\d+)|(?P<few>\d+) or (?:fewer|less|more))\s*%?",
    re.IGNORECASE,
)
_WITH_INTERVAL = re.compile(
    r"(?P<number>[-+]?\d[\d,.]*\s*%?)\s*[(\[]\s*(?:95\s*%\s*CI[:,]?\s*)?(?P<low>-?\d[\d,.]*)\s*%?\s*(?:-|–|,|;|to)\s*"
    r"(?P<high>-?\d[\d,.]*)\s*%?\s*[)\]]",
    re.IGNORECASE,
)
_WITH_PERCENT = re.compile(r"(?P<number>\d[\d,]*)\s*\(\s*(?P<percent>\d[\d.]*)\s*%?\s*\)")
_PLUS_MINUS = re.compile(r"(?P<number>[-+]?\d[\d,.]*\s*%?)\s*(?:±|\+/-)\s*(?P<margin>\d[\d,.]*)\s*%?")
_SENTINEL = re.compile(r"-(9{2,}|8{2,}|7{2,}|6{3,}|5{3,}|3{3,}|2{3,}|1{4,}|99\d|98\d|97\d)(\.0+)?")
_FEWER = re.compile(
    r"(?:fewer|less|smaller|under|below)\s*(?:than)?\s*(?P<below>\d+|ten|five|twenty|thirty|eleven|six)|"
    r"[<]\s*(?P<sign>\d+)|(?P<upto>\d+) or (?:fewer|less)|(?:from )?[01]\s*(?:to|-|–"
    r"|through)\s*(?P<to>\d+)\b",
    re.IGNORECASE,
)
_WORDS = {"five": 5, "six": 6, "ten": 10, "eleven": 11, "twenty": 20, "thirty": 30}


@dataclass(frozen=True, slots=True)
class Read:
    """One cell, read.

    Attributes
    ----------
    value : the number; None where none is shown.
    mark : what stands in its place, or beside it.
    beside : whether the mark stands beside a number.
    low, high : a range that is shown instead of a number; else the limits of an interval beside it.
    percent : a percent in brackets after a count.
    decimals : places after the decimal point.
    sign : whether the cell itself holds a percent sign.
    """

    value: float | None = None
    mark: str | None = None
    beside: bool = False
    low: float | None = None
    high: float | None = None
    percent: float | None = None
    decimals: int = 0
    sign: bool = False


@dataclass(frozen=True)
class Meanings:
    """The marks that are known without a note."""

    version: str
    marks: Mapping[str, str]
    ambiguous: frozenset[str]
    kinds: tuple[tuple[str, re.Pattern[str]], ...]
    words: tuple[tuple[str, re.Pattern[str]], ...]

    def of(self, mark: str) -> str | None:
        """The meaning in wide use; None where there is none."""
        if mark in self.marks:
            return self.marks[mark]
        if (found := _RANGE.fullmatch(mark)) is not None:
            below = (found.group("below") or "").lower()
            return None if below in (">", "≥", ">=", "at least", "more than") else "suppressed"
        return next((kind for kind, pattern in self.words if pattern.search(mark.lower())), None)


@cache
def meanings() -> Meanings:
    """The marks that ship with equitykit."""
    data = read_yaml(folder("schemas") / "marks.yaml")
    patterns = [
        tuple((kind, re.compile(text, re.IGNORECASE)) for kind, text in data[key].items())
        for key in ("kinds", "words")
    ]
    return Meanings(
        data["version"],
        {entry["mark"]: entry["means"] for entry in data["marks"]},
        frozenset(data["ambiguous"]),
        patterns[0],
        patterns[1],
    )


def _float(text: str) -> float | None:
    bare = text.replace("%", "").replace("$", "").replace("£", "").replace("€", "").replace(" ", "")
    if _DECIMAL_COMMA.fullmatch(bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif not _NUMBER.fullmatch(bare) or not any(each.isdigit() for each in bare):
        return None
    try:
        return float(bare.replace(",", ""))
    except ValueError:
        return None


def _decimals(text: str) -> int:
    bare = text.strip(" %")
    mark = "," if _DECIMAL_COMMA.fullmatch(bare) else "."
    return len(bare.rpartition(mark)[2]) if mark in bare else 0


def is_mark(text: str) -> bool:
    """Whether a text, which is no number, can stand in the place of one.

    Examples
    --------
    >>> is_mark("<11"), is_mark("DSU"), is_mark("White")
    (True, True, False)
    """
    known = meanings()
    return (
        text in known.marks
        or text in known.ambiguous
        or _RANGE.fullmatch(text) is not None
        or _SENTINEL.fullmatch(text) is not None
        or known.of(text) is not None
        or bool(re.fullmatch(rf"{_SIGNS}", text))
    )


@lru_cache(maxsize=65_536)
def read_cell(text: str) -> Read | None:
    """What a cell holds; None for text that is neither a number nor a mark.

    Examples
    --------
    >>> read_cell("1,204").value, read_cell("12.5%*").mark, read_cell("<11").high
    (1204.0, '*', 10.0)
    >>> read_cell("-9999").mark, read_cell("White") is None
    ('-9999', True)
    """
    if not text:
        return Read()
    if len(text) > _LONGEST:
        return None
    if _SENTINEL.fullmatch(text):
        return Read(mark=text)
    value = _float(text)
    if value is not None:
        return Read(value, decimals=_decimals(text), sign="%" in text)
    for pattern in (_WITH_INTERVAL, _PLUS_MINUS, _WITH_PERCENT):
        if (found := pattern.fullmatch(text)) is not None:
            return _with_more(found)
    if (found := _RANGE.fullmatch(text)) is not None:
        return _range(text, found)
    if is_mark(text):
        return Read(mark=text)
    found = _FLAGGED.fullmatch(text)
    inner = read_cell(found.group("number").strip()) if found is not None else None
    if found is not None and inner is not None and inner.value is not None and inner.mark is None:
        flag = found.group("flag")
        return Read(inner.value, flag, True, inner.low, inner.high, inner.percent, inner.decimals, inner.sign)
    return None


_LIMITS = re.compile(
    r"[\[(]?\s*(?P<low>-?\d[\d,.]*)\s*%?\s*(?:-|–|—|to|,|;)\s*(?P<high>-?\d[\d,.]*)\s*%?\s*[\])]?"
)


def read_interval(text: str) -> Read | None:
    """The two limits in one cell, or the mark in their place.

    Examples
    --------
    >>> read_interval("(10.1, 14.5)").high
    14.5
    """
    found = _LIMITS.fullmatch(text)
    if found is None:
        return read_cell(text)
    low, high = _float(found.group("low")), _float(found.group("high"))
    middle = None if low is None or high is None else (low + high) / 2
    return Read(middle, low=low, high=high, decimals=_decimals(found.group("low")))


def _with_more(found: re.Match[str]) -> Read | None:
    parts = found.groupdict()
    number = parts["number"]
    value = _float(number)
    if value is None:
        return None
    places, sign = _decimals(number), "%" in number
    if parts.get("percent") is not None:
        return Read(value, percent=_float(parts["percent"]), decimals=places, sign=sign)
    if parts.get("margin") is not None:
        margin = _float(parts["margin"]) or 0.0
        return Read(value, low=value - margin, high=value + margin, decimals=places, sign=sign)
    return Read(value, low=_float(parts["low"]), high=_float(parts["high"]), decimals=places, sign=sign)


def _range(text: str, found: re.Match[str]) -> Read:
    if found.group("low") is not None:
        return Read(mark=text, low=float(found.group("low")), high=float(found.group("high")))
    if found.group("few") is not None:
        number = float(found.group("few"))
        more = text.rstrip("% ").endswith("more")
        return Read(mark=text, low=number if more else 0.0, high=None if more else number)
    limit = _float(found.group("limit")) or 0.0
    below = found.group("below").lower()
    percent = text.endswith("%")
    if below in (">", "≥", ">=", "at least", "more than"):
        open_end = below in (">", "more than") and not percent
        return Read(mark=text, low=limit + open_end, high=100.0 if percent else None)
    strict = below not in ("≤", "<=") and not percent
    return Read(mark=text, low=0.0, high=limit - strict)


def limit_in(text: str) -> int | None:
    """The smallest count that a note says is shown.

    Examples
    --------
    >>> limit_in("Counts of fewer than 10 are suppressed."), limit_in("5 or fewer"), limit_in("counts from 1 to 10")
    (10, 6, 11)
    """
    found = _FEWER.search(text)
    if found is None:
        return None
    if found.group("upto") or found.group("to"):
        return int(found.group("upto") or found.group("to")) + 1
    said = (found.group("below") or found.group("sign")).lower()
    return _WORDS.get(said) or int(said)


_TOLD = (
    r"\s*[\"'”’)\]]*\s*(?:[=:]|-{1,2}|–|—|\b(?:is|are|means?|indicates?|denotes?|represents?|signif(?:y|ies)"
    r"|stands? for|marks?|shows?|refers? to)\b)?\s*"
)
_ASTERISK = {
    "*": ("an asterisk", "asterisk", "asterisks", "a star"),
    "†": ("dagger",),
    "‡": ("double dagger",),
}
_ASTERISK |= {"-": ("a dash", "dash", "dashes", "a hyphen"), "–": ("a dash", "dash", "dashes")}
_ASTERISK |= {
    "": ("blank cells", "blank", "blanks", "empty cells", "a blank", "a blank cell", "a blank means")
}


def said_in_notes(mark: str, notes: Iterable[str], others: Sequence[str] = ()) -> tuple[str, str] | None:
    """What the notes of a table say about a mark: its meaning and the words; None where they say nothing.

    Parameters
    ----------
    mark : as it stands in the cells.
    notes : title and notes.
    others : the other marks, at which what is said about this one ends.

    Examples
    --------
    >>> said_in_notes("N/A", ["* = fewer than 10. N/A: no such students."], ["*"])
    ('not-applicable', 'no such students')
    """
    for note in notes:
        for words in _after(mark, note, others):
            kind = next((kind for kind, pattern in meanings().kinds if pattern.search(words)), None)
            if kind is not None:
                return kind, words.strip(" .;,:")
    return None


def _after(mark: str, note: str, others: Sequence[str]) -> Iterable[str]:
    """What follows a mark in a note, up to the next mark, or the end of the sentence; the sentence itself last."""
    names = [re.escape(mark)] if mark else []
    names += [re.escape(name) for name in _ASTERISK.get(mark, ())]
    if not names:
        return
    here = re.compile(
        rf"(?<![\w.*†‡<\-–])[\"'“‘(\[]*(?:{'|'.join(names)})(?![\w*†‡]){_TOLD}",
        re.IGNORECASE if not mark or mark in _ASTERISK else 0,
    )
    stop = [re.escape(other) for other in others if other and other != mark and not other.isalnum()]
    stop += [
        rf"\b{re.escape(other)}\b\s*(?:=|:|means|indicates)"
        for other in others
        if other.isalnum() and other != mark
    ]
    ends = re.compile("|".join([r"[.;](?:\s|$)", r"\n", *(rf"(?<=\s){each}" for each in stop)]))
    for found in here.finditer(note):
        rest = note[found.end() :]
        end = ends.search(rest)
        yield rest[: end.start()] if end else rest
    for sentence in re.split(r"(?<=[.;])\s+|\n", note):
        found_here = here.search(sentence)
        if (
            found_here is not None
            and found_here.start() > 0
            and not any(
                other and other != mark and re.search(rf"(?<!\w){re.escape(other)}(?!\w)", sentence)
                for other in others
            )
        ):
            yield sentence
