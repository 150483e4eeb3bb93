"""Where the files that ship with equitykit live: in an installed wheel or in a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

Kind = Literal["schemas", "sample_data", "notebooks"]


def folder(kind: Kind) -> Path:
    """Folder that holds the shipped files of one kind.

    An installed wheel carries them inside the package; an editable install does not,
    so the checkout beside the package is the second place to look.
    """
    packaged = Path(str(files("equitykit"))) / kind
    if packaged.is_dir():
        return packaged
    return Path(__file__).resolve().parent.parent / kind


def published_schema(title: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema as it stands in schemas/: what it is written in and its title come first.

    >>> list(published_schema("codebook", {"title": "Codebook", "type": "object"}))
    ['$schema', 'title', 'type']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"equitykit {title}",
        **{key: value for key, value in schema.items() if key != "title"},
    }
