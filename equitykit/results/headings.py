"""What a heading or a label says: the kind of number, the group, a total."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from equitykit import standards
from equitykit.results.model import Group
from equitykit.standards import Meaning

__all__ = ["Heading", "heading", "is_code", "is_period", "is_total", "names_race", "read_group"]

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("flag", r"\bflags?\b|\breliab\w*|\bunreliab\w*|\bsuppress(ed|ion)\b|\bfootnotes?\b|\bsymbols?\b"),
        ("lower", r"\b(lower|lcl|lci|lcb|ll|lb|ci ?(low|lo|lb|l|lower|min)|low ?(ci|cl|limit|bound|95))\b"),
        ("upper", r"\b(upper|ucl|uci|ucb|ul|ub|ci ?(high|hi|ub|u|upper|max)|high ?(ci|cl|limit|bound|95))\b"),
        ("interval", r"\bc\.?i\.?\b|\bconfidence intervals?\b|\bcredible intervals?\b"),
        ("rse", r"\brse\b|\brelative standard errors?\b|\bcv\b|\bcoefficients? of variation\b"),
        ("se", r"\bs\.?e\.?\b|\bstandard errors?\b|\bstd\.? ?err(or)?\b|\bsem\b"),
        ("moe", r"\bmargins? of error\b|\bmoe\b"),
        ("difference", r"\bdifferences?\b|\bgap\b|\bdiff\b|percentage[- ]points?"),
        (
            "ratio",
            r"\bratios?\b|\brri\b|\birr\b|\brr\b|\bhr\b|\b(disparity|disproportionality"
            r"|representation|parity) ?(index|ratio)?\b"
            r"|\bindex\b|\brelative (rates?|risks?)\b|\btimes as\b|\blikelihood\b|\bdisproportion\w*",
        ),
        ("percent", r"%|\bpct\b|\bpercent(ages?)?\b|\bshares?\b|\bproportions?\b"),
        ("rate", r"\brates?\b|\bper (\d[\d,]*|capita|thousand|million)\b|\bprevalence\b|\bincidence\b"),
        ("mean", r"\b(mean|average|median|avg|scores?)\b"),
        (
            "n",
            r"^\W*n\W*$|\b(n|N)\s*=|\bsample sizes?\b|\bdenominators?\b|\bpopulations?\b"
            r"|\benrol\w*\b|"
            r"\brespondents\b|\bbase\b|\bunweighted n\b|\beligible\b|\bat risk\b|\bresidents\b"
            r"|\bn of\b|\bresponses\b",
        ),
        (
            "count",
            r"\bcounts?\b|\bnumbers?\b|\bno\.|^#|\bcases\b|\bdeaths\b|\bevents?\b|\bfrequency\b"
            r"|\bfreq\b|\bn\b|\bnum\b",
        ),
        ("scale", r"^\W*per\W*$"),
    )
)  # fmt: skip
_STRIP = re.compile(
    r"%|#|\b(counts?|numbers?( of)?|no\.|n|num|pct|percent(ages?)?( of)?|rates?|shares?( of)?|ratios?"
    r"|rri|rr|index|s\.?e\.?|"
    r"rse|ci|moe|margins? of error|lower|upper|lcl|ucl|estimates?|population|enrol\w*|95|per [\d,]+|"
    r"difference|gap|disparity|disproportionality|confidence intervals?|limit|bound|standard error|of"
    r"|among|for)(?=\b|\W|$)",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"\b(students?|children|child|people|persons?|clients?|youths?|patients?|residents?|adults?|individuals?|"
    r"families|women|men|males?|females?|drivers?|employees?|applicants?|participants?|pupils?|population)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"[(\[]?\s*\b(ref\.?|referent|reference|comparison)( group| category)?\b\.?\s*[)\]]?", re.IGNORECASE
)
_ANY = re.compile(
    r",?\s*[(\[]?\b(alone or in (any )?combination|alone or combined|inclusive|any mention)\b[)\]]?",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r",?\s*[(\[]?\b(alone|only|one race|single race|not in combination)\b[)\]]?", re.IGNORECASE
)
_NOTE_SIGN = re.compile(r"(?<=[A-Za-z)])(\s*[*†‡§¶#^¹²³⁴⁵⁶⁷⁸⁹⁰ᵃᵇᶜᵈᵉ]+|\s*[(\[]\d{1,2}[)\]]|(?<=[a-z])\d)$")
_TOTAL = re.compile(
    r"(grand |overall |state |column |row |sub)?totals?( [a-z]+)?|all( (students|children|people"
    r"|persons|groups|races|"
    r"race ethnicities|races ethnicities|races and ethnicities|racial and ethnic groups"
    r"|race and ethnicity groups|ages|sexes|"
    r"genders|adults|residents|clients|patients|youth|drivers|families|districts|schools|counties"
    r"|offices|sites|"
    r"categories|respondents|employees|grades|combined))?|overall|everyone|everybody|both sexes|combined|sum|"
    r"statewide|any race|total population|whole population|entire population|all racial ethnic groups"
)
_CODE = re.compile(
    r"(^|[\s_])(code|id\d?|ids|geoid|fips|zip|zcta|leaid|ncessch|ein|npi|number id|key)$|^id\d?$",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"(^|[\s_])(year|yr|fy|fiscal year|school year|quarter|month|period|date|wave|cycle)([\s_]|$)",
    re.IGNORECASE,
)
_RACE_NAME = re.compile(r"\brac(e|es|ial)\b|\bethnic\w*|\bhispanic\b", re.IGNORECASE)
_PER = re.compile(
    r"\bper (?P<n>\d[\d,]*)(?P<k>k|\s*(thousand|million))?|\bper (?P<word>thousand|million|capita)\b",
    re.IGNORECASE,
)
_WORDS = {"thousand": 1_000.0, "million": 1_000_000.0, "capita": 1.0}
_NOT_KNOWN = re.compile(
    r"((race|ethnicity|race (and |or )?ethnicity)( is| was)? )?"
    r"(not known|unknown|missing|not (reported|recorded|available|given))"
    r"( (race|ethnicity|race (and |or )?ethnicity))?"
)
_PARTS = re.compile(r";\s+|!!|\s*\|\s*|\n")


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading, read.

    Attributes
    ----------
    text : all of it. kind : of number, where it says so. group : of race and ethnicity, where it names one.
    rest : what else it says. name : the part that says the kind. per : for a rate.
    """

    text: str
    kind: str | None
    group: Group | None
    rest: str
    name: str
    per: float | None


def _spaced(text: str) -> str:
    return re.sub(r"[_]+", " ", text).strip()


def kind_of(text: str) -> str | None:
    """The kind of number that words name."""
    said = _spaced(text)
    return next((kind for kind, pattern in _KINDS if pattern.search(said)), None)


def per_of(text: str) -> float | None:
    """Per how many people a rate is."""
    found = _PER.search(text)
    if found is None:
        return None
    if found.group("word"):
        return _WORDS[found.group("word").lower()]
    number = float(found.group("n").replace(",", ""))
    more = (found.group("k") or "").strip().lower()
    return number * (1_000.0 if more in ("k", "thousand") else 1_000_000.0 if more else 1.0)


def is_total(text: str) -> bool:
    """Whether a label stands for everybody.

    Examples
    --------
    >>> is_total("Total:"), is_total("All students"), is_total("White")
    (True, True, False)
    """
    return text.strip() == "~total" or _TOTAL.fullmatch(standards.normalise(_bare(text))) is not None


def is_code(name: str) -> bool:
    """Whether a column of that name holds codes, not amounts."""
    return _CODE.search(_spaced(name)) is not None


def is_period(name: str) -> bool:
    """Whether a column of that name holds years or the like."""
    return _PERIOD.search(_spaced(name)) is not None


def names_race(name: str) -> bool:
    """Whether a heading says that the labels below are of race and ethnicity."""
    return _RACE_NAME.search(_spaced(name)) is not None


def _bare(text: str) -> str:
    return _NOTE_SIGN.sub("", text.strip()).strip()


def _meaning(text: str) -> Meaning | None:
    found = standards.read_value(text)
    if found is None and _NOT_KNOWN.fullmatch(standards.normalise(text)):
        return Meaning(missing="unknown")
    return None if found is None or found.missing == "blank" else found


def read_group(text: str) -> Group | None:
    """Read a label as a group of race and ethnicity; None where it is none.

    Examples
    --------
    >>> read_group("White (reference)").reference, read_group("Black students*").id, read_group("Bridgeport") is None
    (True, 'BLACK', True)
    """
    if is_total(text):
        return Group(text, None, total=True)
    bare = _bare(text)
    reference = _REFERENCE.search(bare) is not None
    bare = _REFERENCE.sub("", bare).strip()
    scheme = "any" if _ANY.search(bare) else "alone" if _ALONE.search(bare) else None
    core = _ANY.sub("", bare).strip(" ,")
    for candidate in dict.fromkeys(
        (core, _ALONE.sub("", core).strip(" ,"), _PEOPLE.sub("", core).strip(" ,-"))
    ):
        if candidate and (found := _meaning(candidate)) is not None:
            return Group(text, found, reference=reference, scheme=scheme)
    return None


def heading(*path: str) -> Heading:
    """Read a heading, one text for each header row.

    Examples
    --------
    >>> found = heading("Estimate; Not Hispanic or Latino: - White alone")
    >>> found.group.id, found.name, heading("pct_stage").kind
    ('WHITE', 'Estimate', 'percent')
    """
    parts = [part.strip() for text in path for part in _PARTS.split(text) if part.strip()]
    text = " / ".join(dict.fromkeys(parts))
    read = [_in_part(part) for part in parts]
    named = next((place for place, (found, _) in enumerate(read) if _is_race(found)), None)
    if named is None:
        return _made(text, parts, None)
    left = [*parts[:named], read[named][1], *parts[named + 1 :]]
    return _made(text, [part for part in left if part], read[named][0])


def _in_part(part: str) -> tuple[Group | None, str]:
    """The group that a part of a heading names, and what is left of it."""
    if kind_of(part) is None:
        return read_group(part), ""
    said = _spaced(part)
    core = re.sub(r"\s+", " ", _STRIP.sub(" ", said)).strip(" ,:-()[]/=")
    found = read_group(core) if core else None
    if found is None or not _is_race(found):
        return None, ""
    rest = re.sub(re.escape(core), "", said, flags=re.IGNORECASE).strip(" ,:-()[]/")
    return replace(found, label=core), rest


def _is_race(found: Group | None) -> bool:
    return (
        found is not None
        and found.meaning is not None
        and bool(
            found.meaning.adds
            or found.meaning.one_of
            or found.meaning.residual in ("multiracial", "collective")
        )
    )


def _made(text: str, others: list[str], group: Group | None) -> Heading:
    kinds = [kind_of(part) for part in others]
    if not any(kinds):
        kinds = [None if not part.lower().startswith("estimate") else "" for part in others]
    telling = [part for part, kind in zip(others, kinds, strict=True) if kind is not None]
    rest = " / ".join(dict.fromkeys(part for part, kind in zip(others, kinds, strict=True) if kind is None))
    kind = next((kind for kind in reversed(kinds) if kind is not None), None) or None
    name = " / ".join(dict.fromkeys(telling))
    return Heading(text, kind, group, rest, name or text, per_of(" ".join(others)))
