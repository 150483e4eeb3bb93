"""Evidence in its place: attached, run again, taken out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from equitykit.assessment.document import EvidenceEvent, EvidenceItem, FactChange
from equitykit.assessment.told import changes_in_words
from equitykit.errors import AssessmentError
from equitykit.evidence import Evidence, file_slots
from equitykit.instruments.values import plain, same
from equitykit.text import moment

Run = Callable[[Mapping[str, Any], Path], Evidence]
_NOT_COMPARED = frozenset({"sha256", "data_sha256", "made", "equitykit"})
TWO_TABLES = (
    "If the table as it was has been shared, do not share this one too before somebody has looked at both: "
    "two tables together can show what neither shows alone."
)
_NAMES_A_ROW = (
    "check",
    "question",
    "item",
    "id",
    "raw",
    "group",
    "tabulation",
    "outcome",
    "stage",
    "measure",
    "reference",
    "method",
    "column",
    "columns",
    "name",
)


@dataclass(frozen=True, slots=True)
class Attached:
    """A piece of evidence as it stands in an assessment.

    Attributes
    ----------
    status : "current", "source not found", "cannot be run again", "detached" or "redacted".
    mark : the status in words with its date; None while current.
    consent_until, consent_note : how long and how the words of a person may be used.
    history : what happened to it, oldest first.
    """

    id: str
    ask: str
    evidence: Evidence
    status: str
    mark: str | None
    consent_note: str | None
    consent_until: str | None
    history: tuple[EvidenceEvent, ...]

    def may_be_shown(self, on: date | None = None) -> bool:
        """Whether its text may stand in a report made on a day (today if not given)."""
        if self.status in ("detached", "redacted"):
            return False
        return self.consent_until is None or (on or date.today()).isoformat() <= self.consent_until


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs since evidence was last made.

    `path` is empty where the whole evidence is meant: its source is gone, or cannot be read.
    """

    id: str
    title: str
    path: str
    old: Any
    new: Any
    text: str


def as_evidence(thing: Any) -> Evidence:
    """Take evidence as it is, or ask a result for its evidence."""
    if isinstance(thing, Evidence):
        return thing
    make = getattr(thing, "to_evidence", None)
    found = make() if callable(make) else None
    if not isinstance(found, Evidence):
        raise AssessmentError(
            f"A {type(thing).__name__} cannot be attached as evidence.",
            allowed=(
                "an audit",
                "disparities",
                "stages",
                "a crosswalk",
                "a protected table",
                "Evidence(kind=..., title=...)",
            ),
        )
    return found


def kept(evidence: Evidence, folder: Path, *, base: Path | None = None) -> dict[str, Any]:
    """Give the evidence as plain containers, with the path of its data relative to a folder."""
    found = cast(dict[str, Any], plain(evidence.to_dict()))
    rebase(found, base or Path.cwd(), folder)
    return found


def rebase(evidence: dict[str, Any], old: Path, new: Path) -> None:
    """Write the paths in a recipe relative to another folder; another drive keeps the full path."""
    for container, key in file_slots(evidence.get("recipe") or {}):
        try:
            container[key] = Path(os.path.relpath(old / container[key], new)).as_posix()
        except ValueError:
            container[key] = str(old / container[key])


def data_of(evidence: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the part of a recipe that names the data."""
    recipe = evidence.get("recipe")
    data = recipe.get("data") if isinstance(recipe, dict) else None
    return data if isinstance(data, dict) else None


def attached(item: EvidenceItem) -> Attached:
    """Show a piece of evidence as it stands."""
    return Attached(
        id=item.id,
        ask=item.ask,
        evidence=Evidence.from_dict(cast(dict[str, Any], item.evidence)),
        status=item.status,
        mark=item.mark,
        consent_note=item.consent.note if item.consent else None,
        consent_until=item.consent.until if item.consent else None,
        history=tuple(event.model_copy(deep=True) for event in item.history),
    )


def refreshed(item: EvidenceItem, run: Run, folder: Path, *, by: str | None) -> tuple[Change, ...]:
    """Run the recipe of one piece of evidence again and note what differs."""
    title = str(item.evidence.get("title", item.id))
    recipe = item.evidence.get("recipe")
    if not isinstance(recipe, dict):
        return ()
    data = data_of(cast(dict[str, Any], item.evidence))
    path = data.get("path") if data is not None else None
    if not isinstance(path, str):
        text = f"{title}: made from a table in memory, so it cannot be run again."
        return (_failed(item, "cannot be run again", text, by),)
    gone = f"{title}: the source {path} is gone. The last result is kept."
    if not _is_there(folder, path):
        return (_failed(item, "source not found", gone, by),)
    try:
        new = run(cast(Mapping[str, Any], plain(recipe)), folder)
    except FileNotFoundError:
        return (_failed(item, "source not found", gone, by),)
    except Exception as error:  # one recipe that fails must not stop the others
        why = str(error) or type(error).__name__
        text = f"{title}: {path} could not be read again ({why}). The last result is kept."
        return (_failed(item, "cannot be run again", text, by),)
    return _compared(item, new, title, by)


def _compared(item: EvidenceItem, new: Evidence, title: str, by: str | None) -> tuple[Change, ...]:
    old_facts, new_facts = item.evidence.get("facts"), plain(new.facts)
    before, after = dict(_leaves(old_facts)), dict(_leaves(new_facts))
    paths = [*before, *(path for path in after if path not in before)]
    changes = tuple(
        Change(item.id, title, path, before.get(path), after.get(path), _words(path, before, after))
        for path in paths
        if not same(_rounded(before.get(path)), _rounded(after.get(path)))
        or (path in before) != (path in after)
    )
    old_made, old_hash = item.evidence.get("made"), item.evidence.get("data_sha256")
    kept_recipe = item.evidence.get("recipe")
    evidence = cast(dict[str, Any], plain(new.to_dict()))
    evidence |= {"title": item.evidence.get("title"), "recipe": kept_recipe}
    told = changes_in_words(item.evidence, evidence, len(changes))
    if changes and new.kind == "protected":
        told = [*told, TWO_TABLES]
    item.evidence = evidence
    item.status, item.mark = "current", None
    item.history.append(
        EvidenceEvent(
            what="refreshed" if changes else "unchanged",
            by=by,
            text=told,
            changes=[FactChange(path=change.path, old=change.old, new=change.new) for change in changes],
            made=cast("str | None", old_made),
            data_sha256=cast("str | None", old_hash),
        )
    )
    return changes


def _failed(item: EvidenceItem, status: Any, text: str, by: str | None) -> Change:
    item.status = status
    item.mark = f"{status} on {moment(date.today().isoformat())}"
    if not item.history or item.history[-1].text != [text]:
        item.history.append(EvidenceEvent(what=status, by=by, text=[text]))
    return Change(item.id, str(item.evidence.get("title", item.id)), "", None, None, text)


def _is_there(folder: Path, path: str) -> bool:
    if any(mark in path for mark in "*?[") or "://" in path:
        return True
    try:
        return (folder / path).exists()
    except (OSError, ValueError):
        return False


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number and text with its path; rows are named by what they say, not by their place."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in _NOT_COMPARED:
                yield from _leaves(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        seen: dict[str, int] = {}
        for index, item in enumerate(value):
            label = _row_name(item) or str(index + 1)
            seen[label] = seen.get(label, 0) + 1
            again = f" #{seen[label]}" if seen[label] > 1 else ""
            yield from _leaves(item, f"{path}[{label}{again}]")
    else:
        yield path or "value", value


def _row_name(row: Any) -> str:
    if not isinstance(row, dict):
        return ""
    named = [(name, row[name]) for name in _NAMES_A_ROW if row.get(name)]
    return ", ".join(f"{name}={_flat(value)}" for name, value in named)


def _flat(value: Any) -> str:
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)


def _rounded(value: Any) -> Any:
    """Numbers to ten digits, so that another order of adding up is no change."""
    return (
        float(f"{value:.10g}") if isinstance(value, (int, float)) and not isinstance(value, bool) else value
    )


def _words(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if path not in before:
        return f"{path}: new, {_number(after[path])}"
    if path not in after:
        return f"{path}: {_number(before[path])} -> no longer there"
    return f"{path}: {_number(before[path])} -> {_number(after[path])}"


def _number(value: Any) -> str:
    if value is None:
        return "not known"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
