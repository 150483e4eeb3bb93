"""Who is counted: the base of a comparison in words, as the codebook of its recipe says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from equitykit.report import words

Recipe = Mapping[str, Any]


def groups_by(question: str, recipe: Recipe | None) -> str:
    """The question, and the columns that answer it.

    Examples
    --------
    >>> groups_by("sex", {"codebook": {"questions": {"sex": {"columns": ["gender_cd"]}}}})
    'Sex (column “gender_cd”)'
    """
    described = _codebook(recipe).get("questions") or {}
    columns = [
        str(column)
        for part in question.split("*")
        for column in (described.get(part) or {}).get("columns") or ()
    ]
    if not columns:
        return words.question(question)
    return f"{words.question(question)} ({'column' if len(columns) == 1 else 'columns'} {_quoted(columns)})"


def base(outcome: str, recipe: Recipe | None) -> str | None:
    """One sentence that says which records count as an event, and among which; None where nobody said.

    Examples
    --------
    >>> book = {"outcomes": {"removed": {"column": "out", "event": ["Y"], "at_risk": {"ok": ["1", "2"]}}}}
    >>> base("removed", {"codebook": book})
    'Records where “out” is “Y”, among those where “ok” is “1” or “2”.'
    """
    spec = (_codebook(recipe).get("outcomes") or {}).get(outcome)
    if not isinstance(spec, Mapping) or not spec.get("column") or not spec.get("event"):
        return None
    risk = [_is(column, values) for column, values in (spec.get("at_risk") or {}).items()]
    people = unit(recipe) == "people"
    said = f"{'People with a record' if people else 'Records'} where {_is(spec['column'], spec['event'])}"
    if risk:
        among = "those with a record" if people else "those"
        said += f", among {among} where {words.listed(risk)}"
    return f"{said}."


def unit(recipe: Recipe | None) -> str | None:
    """What one count stands for: "people" or "records"; None where the recipe does not say."""
    book = _codebook(recipe)
    if not book:
        return None
    arguments = (recipe or {}).get("arguments") or {}
    by = arguments.get("by") or ()
    asked = [by] if isinstance(by, str) else list(by)
    encodings = {((book.get("questions") or {}).get(name) or {}).get("encoding") for name in asked}
    persons = book.get("person") and (book.get("count") == "persons" or "repeated_rows" in encodings)
    return "people" if persons or "counts" in encodings else "records"


def _codebook(recipe: Recipe | None) -> Mapping[str, Any]:
    book = (recipe or {}).get("codebook")
    return book if isinstance(book, Mapping) else {}


def _is(column: object, values: object) -> str:
    allowed = [values] if isinstance(values, str) or not isinstance(values, Iterable) else list(values)
    return f"\u201c{column}\u201d is {_quoted(allowed, last='or')}"


def _quoted(names: Iterable[object], *, last: str = "and") -> str:
    return words.listed([f"\u201c{name}\u201d" for name in names], last=last)
