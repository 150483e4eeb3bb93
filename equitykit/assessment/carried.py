"""What is carried on from one answer to another: as a proposal first, as an answer once somebody takes it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from equitykit.instruments.values import blank

if TYPE_CHECKING:
    from equitykit.assessment.progress import Progress
    from equitykit.instruments import Ask, StartsFrom

__all__ = ["Start", "start"]


@dataclass(frozen=True, slots=True)
class Start:
    """What an answer can begin from.

    Attributes
    ----------
    ask : the question that begins. value : its proposed answer; for actions, a row for each that is offered.
    source : where it comes from, in words.
    """

    ask: str
    value: Any
    source: str

    @property
    def note(self) -> str:
        """What the history says once it is taken over."""
        return f"Taken over from {self.source}."


def start(progress: Progress, ask: Ask) -> Start | None:
    """Propose an answer where nothing was ever written; None where there is nothing to propose."""
    if ask.kind != "actions" and (not blank(progress.value(ask.id)) or progress.history(ask.id)):
        return None
    given: StartsFrom | None = getattr(ask, "starts_from", None)
    if given is None or not progress.visible(given.ask):
        return None
    found: Any = progress.value(given.ask)
    if ask.kind != "longtext":
        rows = _rows(given, found)
        if ask.kind == "actions":
            have = {_key(row.get("what")) for row in progress.action_rows()}
            rows = [row for row in rows if row.get("what") and _key(row["what"]) not in have]
        found = rows
    source = f"\u201c{progress.instrument.ask(given.ask).label}\u201d"
    return None if blank(found) else Start(ask.id, found, source)


def _given(given: StartsFrom, value: Any) -> list[Mapping[str, Any]]:
    """The rows of the other answer that count here."""
    rows = value if isinstance(value, list) else []
    return [
        row
        for row in rows
        if isinstance(row, Mapping)
        and not blank(row)
        and (given.filled is None or not blank(row.get(given.filled)))
    ]


def _rows(given: StartsFrom, value: Any) -> list[dict[str, Any]]:
    """A row here for each row there; two that say the same are one."""
    made: list[dict[str, Any]] = []
    for row in _given(given, value):
        cells = {here: _joined(row, sources) for here, sources in given.columns.items()}
        kept = {here: cell for here, cell in cells.items() if not blank(cell)}
        if kept and kept not in made:
            made.append(kept)
    return made


def _joined(row: Mapping[str, Any], sources: tuple[str, ...]) -> Any:
    if len(sources) == 1:
        return row.get(sources[0])
    return ", ".join(str(row[name]).strip() for name in sources if not blank(row.get(name)))


def _key(text: Any) -> str:
    return " ".join(str(text or "").casefold().split())
