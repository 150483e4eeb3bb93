"""A plain list of items and options, as YAML or CSV, for forms that no program exports.

YAML::

    form: Intake
    notices: [We ask this to ...]
    languages: [en, es]
    items:
      - item: race
        question: What is your race and/or ethnicity?
        type: multiple
        options: {aian: American Indian or Alaska Native, asian: Asian}
        note: Select all that apply.

CSV: one row for each option, with the columns item, question, type, code and option; the other columns
(required, default, note, section, conditional) are read from the first row of each item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from equitykit.errors import ReadError
from equitykit.forms.model import TYPES, Form, Item, Notice, Option
from equitykit.forms.words import is_yes, plain_label, records_of

__all__ = ["HEADER", "from_mapping", "is_plain", "read_rows"]

HEADER = frozenset({"item", "type", "option"})
_KEYS = frozenset({"form", "items", "notices", "languages"})
_ITEM_KEYS = frozenset(
    {
        *("item", "question", "type", "options", "note", "section", "required", "default", "group"),
        *(
            "translations",
            "conditional",
            "annotation",
            "identifier",
            "hidden",
            "codes",
            "option_translations",
        ),
    }
)


def is_plain(content: Any) -> bool:
    """Whether YAML or JSON content is such a list."""
    return isinstance(content, Mapping) and isinstance(content.get("items"), list) and set(content) <= _KEYS


def from_mapping(name: str, content: Mapping[str, Any]) -> Form:
    """Questions of a plain list.

    Raises
    ------
    ReadError
        A key or a type that does not exist, or an item without a name.
    """
    items = tuple(_item(each, name) for each in content["items"])
    notices = tuple(Notice(plain_label(str(each))) for each in content.get("notices") or ())
    languages = tuple(str(each).lower() for each in content.get("languages") or ())
    return Form(str(content.get("form") or name), "list", items, notices, languages)


def _item(entry: Any, name: str) -> Item:
    if not isinstance(entry, Mapping) or not str(entry.get("item") or "").strip():
        raise ReadError(f'An entry of "{name}" has no "item".', next_step="Give each question a name.")
    if strange := sorted(set(entry) - _ITEM_KEYS):
        raise ReadError(f'"{strange[0]}" of an item in "{name}" is not known.', allowed=sorted(_ITEM_KEYS))
    translated = entry.get("option_translations") or {}
    options = tuple(
        Option(
            str(code),
            plain_label(str(label)),
            translations=tuple(
                (str(language).lower(), plain_label(str(texts[code])))
                for language, texts in translated.items()
                if code in texts
            ),
        )
        for code, label in _pairs(entry.get("options") or {})
    )
    type = str(entry.get("type") or ("single" if options else "text"))
    if type not in TYPES:
        raise ReadError(f'The type "{type}" of "{entry["item"]}" is not known.', allowed=TYPES)
    group = entry.get("group") or ()
    return Item(
        name=str(entry["item"]).strip(),
        label=plain_label(str(entry.get("question") or "")),
        type=type,
        options=options,
        section=plain_label(str(entry.get("section") or "")),
        required=is_yes(str(entry.get("required") or "")),
        note=plain_label(str(entry.get("note") or "")),
        identifier=is_yes(str(entry.get("identifier") or "")),
        default=str(entry.get("default") or ""),
        translations=tuple(
            (str(language).lower(), plain_label(str(text)))
            for language, text in (entry.get("translations") or {}).items()
        ),
        group=tuple(map(str, group)) if isinstance(group, Sequence) and not isinstance(group, str) else (),
        annotation=str(entry.get("annotation") or ""),
        conditional=str(entry.get("conditional") or ""),
        hidden=is_yes(str(entry.get("hidden") or "")),
        codes=tuple(map(str, entry.get("codes") or ())),
    )


def _pairs(options: Any) -> list[tuple[Any, Any]]:
    """Options as a map from code to label, or as a list of labels that are their own codes."""
    return list(options.items()) if isinstance(options, Mapping) else [(each, each) for each in options]


def read_rows(name: str, rows: Sequence[Sequence[str]]) -> Form:
    """Questions of a plain list in CSV."""
    found: dict[str, dict[str, Any]] = {}
    for row in records_of(rows):
        if not row.get("item"):
            continue
        entry = found.setdefault(row["item"], {key: row[key] for key in _ITEM_KEYS & set(row) if row[key]})
        if label := row.get("option"):
            entry.setdefault("options", {})[row.get("code") or label] = label
    return from_mapping(name, {"items": list(found.values())})
