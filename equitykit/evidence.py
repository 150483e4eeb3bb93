"""Evidence: what an analysis says, and the call that says it again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from equitykit.errors import ReadError


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
    codebook = recipe.get("codebook")
    for entry in codebook.get("join", ()) if isinstance(codebook, dict) else ():
        if isinstance(entry, dict) and isinstance(entry.get("file"), str):
            yield entry, "file"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence, with the recipe that makes it again.

    Attributes
    ----------
    kind : "audit", "disparities", "groups", "protected", "crosswalk", "document", "story" or "visit".
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


def document(path: str | os.PathLike[str], *, title: str | None = None, says: str | None = None) -> Evidence:
    """A file as evidence: what it says in your words, and a fingerprint, so that a changed file is noticed.

    The file is not copied into the assessment.

    Parameters
    ----------
    path : the file.
    title : a name for people; that of the file where not given.
    says : what it says that matters here, with the page.

    Raises
    ------
    ReadError
        The file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = Path(folder) / "rule.txt"
    ...     _ = place.write_text("Visits every week.")
    ...     document(place, says="Visits are weekly (p. 1).").summary[0]
    'Visits are weekly (p. 1).'
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ReadError(
            f'"{file}" cannot be read: {error.strerror or error}.', next_step="Check the path."
        ) from None
    mark = hashlib.sha256(data).hexdigest()
    told = f"The file \u201c{file.name}\u201d: {len(data):,} bytes, fingerprint {mark[:12]}."
    kept = {"title": title, "says": says}
    return Evidence(
        kind="document",
        title=title or file.name,
        recipe={
            "call": "document",
            "data": {"path": str(file)},
            "arguments": {name: value for name, value in kept.items() if value is not None},
        },
        data_sha256=mark,
        summary=(*([says] if says else []), told),
        facts={"bytes": len(data), "fingerprint": mark},
    )


def visit(
    title: str, *, on: str, where: str, seen: str, met: str | None = None, heard: str | None = None
) -> Evidence:
    """A visit to a place as evidence: when, where, who was met (roles, not names), what was seen and heard.

    Examples
    --------
    >>> visit("Visiting room", on="2026-03-02", where="North office", seen="One room for nine families.").kind
    'visit'
    """
    told = (("When", on), ("Where", where), ("Met", met), ("Seen", seen), ("Heard", heard))
    return Evidence(
        kind="visit", title=title, summary=tuple(f"{name}: {text}" for name, text in told if text), facts={}
    )
