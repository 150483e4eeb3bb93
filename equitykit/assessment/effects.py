"""What each action, and each step against a burden, did in fact: seen when somebody looks back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from equitykit.errors import UnknownName
from equitykit.instruments import RowsAsk
from equitykit.instruments.values import blank, plain

if TYPE_CHECKING:
    from equitykit.assessment.follow import FollowUp

__all__ = ["Effect", "effects", "rows_with"]


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that was to be done, and what it did.

    Attributes
    ----------
    id : of the action, or the question and the number of the row ("less_burden/2").
    title : what was to be done, in one line. what : the same in full, a line for each cell of a row.
    status : of an action; None for a row.
    effect : what it did in fact; "" where nobody has said so yet.
    """

    id: str
    title: str
    what: tuple[str, ...]
    status: str | None
    effect: str


def effects(assessment: FollowUp) -> Iterator[Effect]:
    """Actions that are not dropped, then the rows of tables with a column for the look back."""
    for row in assessment.action_rows():
        if row["status"] != "dropped" and not blank(row["what"]):
            yield Effect(row["id"], row["what"], (row["what"],), row["status"], row["effect"])
    for ask, column in _tables(assessment):
        for number, row in enumerate(_rows(assessment, ask.id), start=1):
            said = [
                (one.label, str(row[one.id]))
                for one in ask.typed_columns()
                if one.kind in ("text", "longtext", "group")
                and one.id != column
                and not blank(row.get(one.id))
            ]
            if said:
                title = ": ".join(cell for _, cell in said[:2])
                lines = tuple(f"{label}: {cell}" for label, cell in said)
                yield Effect(f"{ask.id}/{number}", title, lines, None, str(row.get(column) or ""))


def rows_with(assessment: FollowUp, id: str, text: str) -> tuple[str, list[dict[str, Any]]]:
    """The question of a row, and all its rows with what this one did in fact.

    Raises
    ------
    UnknownName
        There is no such row.
    """
    ask_id, _, number = id.partition("/")
    found = next(((ask, column) for ask, column in _tables(assessment) if ask.id == ask_id), None)
    rows = _rows(assessment, ask_id) if found is not None else []
    if found is None or not number.isdigit() or not 1 <= int(number) <= len(rows):
        raise UnknownName("action or row", id, [one.id for one in effects(assessment)])
    kept = [dict(row) for row in rows]
    kept[int(number) - 1] |= {found[1]: plain(text)}
    return ask_id, kept


def _tables(assessment: FollowUp) -> Iterator[tuple[RowsAsk, str]]:
    for part in assessment.parts():
        for ask in part.asks:
            if isinstance(ask, RowsAsk) and assessment.visible(ask.id):
                columns = (one.id for one in ask.typed_columns() if one.looks_back)
                if (column := next(columns, None)) is not None:
                    yield ask, column


def _rows(assessment: FollowUp, ask: str) -> list[dict[str, Any]]:
    value = assessment.value(ask)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
