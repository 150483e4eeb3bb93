"""Evidence: what an analysis says, and the call that says it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any


def now() -> str:
    """Time of making, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


def file_slots(recipe: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every place in a recipe that holds the path of a file, as (container, key).

    The address of a database is no path: it means the same from every folder.
    """
    slots = (("data", "path"), ("codebook", "benchmark", "file"), ("arguments", "benchmark"))
    for *inner, key in slots:
        container: Any = recipe
        for name in inner:
            container = container.get(name) if isinstance(container, dict) else None
        if isinstance(container, dict) and isinstance(container.get(key), str):
            if not container[key] or "://" in container[key]:
                continue
            yield container, key


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence, with the recipe that makes it again.

    Attributes
    ----------
    kind : "audit", "disparities", "groups", "document" or "story".
    title : a short name for people.
    recipe : the call, the data and the settings; None where nothing can be re-run.
    data_sha256 : hash of the data the recipe was run on.
    made : when, ISO date and time in UTC.
    summary : plain sentences.
    facts : what was computed, ready for JSON.
    columns, rows : the table shown to people.
    alt : description of the chart for people who do not see it.
    """

    kind: str
    title: str
    recipe: Mapping[str, Any] | None = None
    data_sha256: str | None = None
    made: str = field(default_factory=now)
    summary: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    alt: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        """Read back what `to_dict` wrote."""
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        known["summary"] = tuple(known.get("summary", ()))
        known["columns"] = tuple(known.get("columns", ()))
        known["rows"] = tuple(tuple(row) for row in known.get("rows", ()))
        return cls(**known)
