"""REDCap data dictionaries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from equitykit.forms.model import Form, Item, Notice, Option
from equitykit.forms.words import is_yes, plain_label, records_of

__all__ = ["API_HEADER", "HEADER", "read"]

HEADER = frozenset({"variable / field name", "field type"})
API_HEADER = frozenset({"field_name", "field_type"})  # the same dictionary, as the API gives it
_API_NAMES = {
    "field_name": "variable / field name",
    "form_name": "form name",
    "section_header": "section header",
    "field_type": "field type",
    "field_label": "field label",
    "select_choices_or_calculations": "choices, calculations, or slider labels",
    "field_note": "field note",
    "identifier": "identifier?",
    "branching_logic": "branching logic (show field only if...)",
    "required_field": "required field?",
    "matrix_group_name": "matrix group name",
    "field_annotation": "field annotation",
}
_SINGLE = frozenset({"radio", "dropdown", "yesno", "truefalse", "sql"})  # the list of "sql" is in the project
_FIXED = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
_TAG = re.compile(r"@(?P<tag>[A-Z][A-Z-]+)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|\S+))?")
_FILLED = frozenset({"DEFAULT", "SETVALUE", "PREFILL"})
_HIDDEN = frozenset({"HIDDEN", "HIDDEN-SURVEY", "HIDDEN-FORM", "HIDDEN-PDF"})


def read(name: str, rows: Sequence[Sequence[str]]) -> Form:
    """Questions of a REDCap dictionary; calculated fields are none."""
    items: list[Item] = []
    notices: list[Notice] = []
    section = instrument = ""
    for raw in records_of(rows):
        row = {_API_NAMES.get(key, key): value for key, value in raw.items()}
        if not row.get("variable / field name"):
            continue
        if row.get("form name", "") != instrument:
            instrument, section = row.get("form name", ""), ""
        section = plain_label(row.get("section header", "")) or section
        group = tuple(each for each in (instrument,) if each)
        kind = row.get("field type", "").lower()
        if kind == "descriptive":
            notices.append(Notice(plain_label(row.get("field label", "")), group))
        elif kind not in {"calc", "file"} and not _computed(row):
            items.append(_item(row, kind, section, group))
    return Form(name, "redcap", tuple(items), tuple(notices))


def _tags(row: Mapping[str, str]) -> dict[str, str]:
    found = _TAG.finditer(row.get("field annotation", ""))
    return {match["tag"]: (match["value"] or "").strip("\"'") for match in found}


def _choices(text: str) -> list[str]:
    """Choices apart: by "|", else one on each line, as the builder shows them and old dictionaries write them."""
    return text.split("|") if "|" in text else re.split(r"\\n|[\r\n]+", text)


def _computed(row: Mapping[str, str]) -> bool:
    return bool({"CALCTEXT", "CALCDATE"} & set(_tags(row)))


def _item(row: Mapping[str, str], kind: str, section: str, group: tuple[str, ...]) -> Item:
    tags = _tags(row)
    choices = next((value for key, value in row.items() if key.startswith("choices")), "")
    options: tuple[Option, ...] = ()
    if kind in _FIXED:
        options = tuple(Option(code, label) for code, label in _FIXED[kind])
    elif kind in {"radio", "dropdown", "checkbox"}:
        pairs = (choice.partition(",") for choice in _choices(choices) if choice.strip())
        options = tuple(Option(code.strip(), plain_label(label)) for code, _, label in pairs)
    default = next((tags[tag] for tag in ("DEFAULT", "SETVALUE", "PREFILL") if tag in tags), "")
    matrix = row.get("matrix group name", "")
    return Item(
        name=row["variable / field name"],
        label=plain_label(row.get("field label", "")),
        type="multiple" if kind == "checkbox" else "single" if kind in _SINGLE else "text",
        options=options,
        section=section,
        required=is_yes(row.get("required field?", "")),
        note=plain_label(row.get("field note", "")),
        identifier=is_yes(row.get("identifier?", "")),
        default=default,
        group=(*group, matrix) if matrix else group,
        annotation=row.get("field annotation", ""),
        conditional=next((v for k, v in row.items() if k.startswith("branching logic")), ""),
        hidden=bool(_HIDDEN & set(tags)),
    )
