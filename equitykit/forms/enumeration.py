"""Dictionaries with the columns Id, Label and Enumeration."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from equitykit.forms.model import Form, Item, Option
from equitykit.forms.words import plain_label, records_of

__all__ = ["HEADER", "read"]

HEADER = frozenset({"id", "label", "enumeration"})
_ENUMERATED = re.compile(r'"{1,2}(?P<code>[^"]*)"{1,2}\s*=\s*\[(?P<label>[^\]]*)\]')
_PLAIN = re.compile(r"""^\s*["']?(?P<code>[^"'=]{1,40}?)["']?\s*=\s*["'\[]?(?P<label>.+?)["'\]]?\s*$""")
_ONLY_IF = re.compile(r"only records a non-blank value if (?P<what>.{1,300}?)(?:\.\s|\.?$)", re.DOTALL)


def read(name: str, rows: Sequence[Sequence[str]]) -> Form:
    """Questions of such a dictionary."""
    return Form(name, "enumeration", tuple(_item(row) for row in records_of(rows) if row.get("id")))


def _options(text: str) -> tuple[Option, ...]:
    """Options of an enumeration: "1"=[Yes] | "2"=[No], or written plainly: 1=Yes; 2=No."""
    found = list(_ENUMERATED.finditer(text))
    if not found:
        mark = next((each for each in ("|", ";", "\n") if each in text), ",")
        plain = [_PLAIN.match(each) for each in text.split(mark) if each.strip()]
        found = [match for match in plain if match is not None] if all(plain) else []
    return tuple(Option(match["code"].strip(), plain_label(match["label"])) for match in found)


def _item(row: Mapping[str, str]) -> Item:
    options = _options(row["enumeration"])
    multiple = row.get("cardinality", "").lower() == "multiple"
    when = _ONLY_IF.search(row.get("description", ""))
    return Item(
        name=row["id"],
        label=plain_label(row["label"]),
        type="text" if not options else "multiple" if multiple else "single",
        options=options,
        section=plain_label(row.get("section", "")),
        note=plain_label(row.get("notes", "")),
        conditional=" ".join(when["what"].split()) if when else "",
    )
