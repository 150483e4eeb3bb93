"""Values of the race and ethnicity columns that a person must decide on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from equitykit import standards
from equitykit.codebook import Codebook
from equitykit.frames import ColumnProfile, Records
from equitykit.propose.evidence import DEFAULT_STANDARD, Confirm
from equitykit.recode import Recoder
from equitykit.recoded import Part

__all__ = ["UNREAD", "OpenValue", "doubtful_values", "open_values"]

RACE = "race_ethnicity"
UNREAD = ("review", "unmapped")
"""Kinds of doubt in which a value counts for no group until a person says what it means."""
_MOST = 6
_KINDS = {
    "review": (
        "could mean several things; say what it means",
        "could mean several things; say what each means",
    ),
    "unmapped": (
        "matches no category; say what it means, or correct it",
        "match no category; say what they mean, or correct them",
    ),
    "merged": (
        "could be one of several groups; split it at the source, or leave it as it is",
        "could be one of several groups; split them at the source, or leave them as they are",
    ),
    "residual": (
        "names no particular group; say if you know more",
        "name no particular group; say if you know more",
    ),
    "unclear reason": (
        "mixes two reasons for a missing answer; tell them apart where you can",
        "mix two reasons for a missing answer; tell them apart where you can",
    ),
}


@dataclass(frozen=True, slots=True)
class OpenValue:
    """A value of a race and ethnicity column that counts for no group until a person says what it means.

    Attributes
    ----------
    column, text : where it stands, and as it is written. n : in how many rows.
    why : why it is not read. suggestion : a label it may be a spelling of; a question, never applied.
    """

    column: str
    text: str
    n: int
    why: str
    suggestion: str | None = None


def open_values(records: Records, book: Codebook) -> tuple[OpenValue, ...]:
    """List the values of the race and ethnicity columns that are not read, the most frequent first.

    Parameters
    ----------
    records : what `equitykit.read` gives.
    book : how the columns are read. `Codebook.with_codes` adds what a person says about a value.

    Returns
    -------
    tuple of OpenValue
        Empty where every value is read, or where the question is asked with yes/no columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitykit import frames
    >>> from equitykit.propose import propose
    >>> records = frames.open(pd.DataFrame({"race": ["White", "Black/African Am", "Asian", "White"] * 5}))
    >>> book = propose(records).codebook
    >>> [(value.text, value.n) for value in open_values(records, book)]
    [('Black/African Am', 5)]
    >>> open_values(records, book.with_codes("race_ethnicity", {"race": {"Black/African Am": "BLACK"}}))
    ()
    """
    spec = book.questions.get(RACE)
    if spec is None:
        return ()
    counts: dict[tuple[str, str], int] = {}
    found: dict[tuple[str, str], Part] = {}
    for column, text, n, part in _parts(book, records.profile(list(spec.columns))):
        if _kind(part) in UNREAD:
            place = column, part.text or text
            counts[place] = counts.get(place, 0) + n
            found[place] = part
    return tuple(
        OpenValue(*place, counts[place], found[place].note or "", found[place].suggestion)
        for place in sorted(found, key=lambda one: (-counts[one], one))
    )


def doubtful_values(book: Codebook, profiles: Mapping[str, ColumnProfile]) -> list[Confirm]:
    """List the values that are not read, or not fully, by what is doubtful about them."""
    found: dict[str, dict[str, str]] = {}
    for column, text, _, part in _parts(book, profiles):
        if kind := _kind(part):
            hint = f' (may be "{part.suggestion}")' if part.suggestion else ""
            found.setdefault(kind, {})[f'"{part.text or text}"{hint}'] = column
    return list(_listed(found))


def _parts(book: Codebook, profiles: Mapping[str, ColumnProfile]) -> Iterator[tuple[str, str, int, Part]]:
    """Every value of the race and ethnicity columns, and how its parts are read."""
    spec = book.questions[RACE]
    if spec.encoding == "flags":
        return
    recoder = Recoder(RACE, spec, standards.standard(book.standard or DEFAULT_STANDARD))
    for column in spec.columns:
        for text, n in profiles[column].values:
            for part in recoder.parts(column, text):
                yield column, text, n, part


def _kind(part: Part) -> str | None:
    if part.residual:
        return "residual"
    if part.missing == "unable-to-determine":
        return "unclear reason"
    return part.status if part.status in (*UNREAD, "merged") else None


def _listed(found: Mapping[str, Mapping[str, str]]) -> Iterator[Confirm]:
    for kind, (one, several) in _KINDS.items():
        values = found.get(kind)
        if values:
            shown = ", ".join(list(values)[:_MOST])
            more = f" and {len(values) - _MOST} more" if len(values) > _MOST else ""
            columns = tuple(dict.fromkeys(values.values()))
            why = f"{shown}{more} {one if len(values) == 1 else several}."
            yield Confirm("questions.race_ethnicity.codes", why, columns, kind)
