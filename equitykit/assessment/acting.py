"""Actions while they are typed: kept as a draft of what differs, put into the register when the field is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from equitykit.assessment import register
from equitykit.assessment.document import AssessmentFile
from equitykit.errors import AssessmentError
from equitykit.instruments.values import blank, plain

FIELDS = ("what", "owner", "due", "measure", "status", "effect")
Pending = dict[str, dict[str, Any]]


def pending(value: Any) -> Pending:
    """A draft of actions: by id, the fields that differ; `new` marks one that is not in the register."""
    if not isinstance(value, Mapping):
        return {}
    return {str(id): dict(fields) for id, fields in value.items() if isinstance(fields, Mapping)}


def rows(document: AssessmentFile, asks: Iterable[str]) -> list[dict[str, Any]]:
    """The actions as a page shows them: what stands in the register, and over it what is still being typed."""
    drafts = [pending(document.drafts[ask].value) for ask in asks if ask in document.drafts]
    typed: Pending = {id: fields for draft in drafts for id, fields in draft.items()}
    found = []
    for action in document.actions:
        if action.redacted is None:
            stands = {name: getattr(action, name) or "" for name in FIELDS}
            found.append({"id": action.id, **stands, **_shown(typed.get(action.id, {}))})
    new = ((id, fields) for id, fields in typed.items() if fields.get("new"))
    return found + [
        {"id": id, **dict.fromkeys(FIELDS, ""), "status": "open", **_shown(fields)} for id, fields in new
    ]


def drafted(
    document: AssessmentFile, given: Sequence[Mapping[str, Any]]
) -> tuple[tuple[str | None, ...], Pending]:
    """Give every row that says something an id, and what differs from the register; a field left out stays.

    Raises
    ------
    AssessmentError
        A cell holds something else than text.
    """
    known = {action.id: action for action in document.actions}
    used = {*known, *(str(row["id"]) for row in given if row.get("id"))}
    ids: list[str | None] = []
    value: Pending = {}
    for row in given:
        fields = {name: _text(name, row[name]) for name in FIELDS if name in row}
        id = row.get("id")
        action = known.get(str(id))
        if action is not None:
            changed = {name: text for name, text in fields.items() if text != (getattr(action, name) or "")}
            if changed and action.redacted is None:
                value[action.id] = changed
        elif any(text for name, text in fields.items() if name != "status"):
            id = id or register.free_id(document, used)
            used.add(str(id))
            value[str(id)] = {"new": True, **fields}
        ids.append(str(id) if id else None)
    return tuple(ids), value


def enter(document: AssessmentFile, ask: str, value: Any, *, by: str | None) -> tuple[Pending, bool]:
    """Put what can be kept into the register; what cannot stays a draft, and nothing typed is lost."""
    rest: Pending = {}
    entered = False
    for id, fields in pending(value).items():
        new = bool(fields.get("new"))
        said = {name: fields[name] or None for name in FIELDS if name in fields}
        if "status" in said:
            said["status"] = said["status"] or "open"
        if new and not any(text for name, text in said.items() if name != "status"):
            continue
        try:
            if new:
                free = id if all(action.id != id for action in document.actions) else None
                register.add_action(document, said, ask=ask, by=by, id=free)
                entered = True
            else:
                entered = register.update_action(document, id, said, by=by) or entered
        except AssessmentError:
            rest[id] = fields
    return rest, entered


def problems(value: Any) -> dict[str, AssessmentError]:
    """Why an action that was typed cannot be kept yet, by id."""
    found: dict[str, AssessmentError] = {}
    for id, fields in pending(value).items():
        for name in FIELDS:
            if name in fields:
                try:
                    register.check(name, fields[name] or (None if name != "status" else "open"))
                except AssessmentError as error:
                    found.setdefault(id, error)
    return found


def _shown(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields[name] or "" for name in FIELDS if name in fields}


def _text(name: str, value: Any) -> str:
    text = plain(value)
    if text is not None and not isinstance(text, str):
        raise AssessmentError(f'"{name}" of an action is text.')
    return "" if blank(text) else str(text).strip()
