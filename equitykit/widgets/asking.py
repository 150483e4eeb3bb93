"""A question of an instrument as a field on a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from equitykit.instruments import (
    Ask,
    ChoicesAsk,
    Column,
    LongTextAsk,
    MapAsk,
    NumberAsk,
    OptionsAsk,
    RowsAsk,
)
from equitykit.instruments.base import Option
from equitykit.widgets.fields import ChoiceField, Field, RowsField, TextField

__all__ = ["field_for", "given", "place_in_rows", "shown_as"]

_CELLS = {"group": "text"}


def field_for(ask: Ask, value: Any) -> Field:
    """Make the field of a question that is answered by typing or choosing, with its answer."""
    around: dict[str, Any] = {
        "ident": ask.id,
        "label": ask.question,
        "help": _help(ask),
        "why": ask.why or "",
    }
    shown = shown_as(ask, value)
    if isinstance(ask, OptionsAsk):
        many = isinstance(ask, ChoicesAsk)
        options = [option_dict(option) for option in ask.answers]
        return ChoiceField(**around, kind="many" if many else "one", options=options, value=shown)
    if isinstance(ask, RowsAsk):
        return RowsField(
            **around,
            columns=[column_dict(column) for column in ask.typed_columns()],
            value=shown,
            word=ask.called,
            ordered=isinstance(ask, MapAsk),
        )
    kind = ask.kind if ask.kind in ("longtext", "number", "date") else "text"
    return TextField(
        **around, kind=kind, value=shown, unit=(ask.unit or "") if isinstance(ask, NumberAsk) else ""
    )


def option_dict(option: Option) -> dict[str, Any]:
    """An option as the page needs it."""
    return {"id": option.id, "label": option.label, "hint": option.hint or "", "alone": option.alone}


def column_dict(column: Column) -> dict[str, Any]:
    """A column of a table as the page needs it."""
    return {
        "id": column.id,
        "label": column.label,
        "kind": _CELLS.get(column.kind, column.kind),
        "hint": column.hint or "",
        "options": [option_dict(option) for option in column.options],
    }


def _help(ask: Ask) -> list[str]:
    texts = [ask.help] if ask.help else []
    if isinstance(ask, LongTextAsk) and ask.max_words:
        texts.append(f"Up to {ask.max_words} words are enough.")
    return texts


def shown_as(ask: Ask, value: Any) -> Any:
    """An answer as its field holds it."""
    if isinstance(ask, RowsAsk):
        rows = value if isinstance(value, list) else []
        return [dict(row) for row in rows if isinstance(row, Mapping)]
    if isinstance(ask, ChoicesAsk):
        return value if isinstance(value, list) else []
    if isinstance(ask, OptionsAsk):
        return value if isinstance(value, str) else None
    return "" if value is None else str(value)


def given(value: Any) -> Any:
    """What a field holds, as an answer: nothing typed is no answer."""
    if isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
        return [{name: cell for name, cell in row.items() if cell not in ("", None)} for row in value] or None
    return value if value not in ("", []) else None


def place_in_rows(text: str, field: RowsField) -> dict[str, Any] | None:
    """Which cell a problem is about, from its words; None where it is about no cell."""
    found = re.match(rf'{re.escape(field.word)} (\d+)(?:, "([^"]*)")?:', text)
    if found is None:
        return None
    ids = {column["label"]: column["id"] for column in field.columns}
    return {"row": int(found[1]) - 1, "column": ids.get(found[2] or "")}
