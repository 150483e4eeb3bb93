"""Instrument files as plain text values: safe, bounded, and with the line of every value."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from equitykit import yamltext
from equitykit.errors import InstrumentError
from equitykit.resources import folder
from equitykit.yamltext import Key, Lines

MAX_BYTES = 1_000_000
MAX_DEPTH = 16
MAX_VALUES = 50_000
Described = TypeVar("Described", bound=BaseModel)

__all__ = ["Key", "Lines", "instruments", "parse", "read_as", "read_yaml"]


def instruments() -> tuple[str, ...]:
    """List the ids of the instruments that ship with equitykit.

    >>> "race-equity-impact-assessment" in instruments()
    True
    """
    return tuple(sorted(path.stem for path in (folder("schemas") / "instruments").glob("*.yaml")))


def read_yaml(path: Path) -> tuple[dict[str, Any], Lines]:
    """Read a YAML file; every value stays the text that was written.

    Parameters
    ----------
    path : the file.

    Returns
    -------
    tuple
        The mapping, and the line (from 1) of every value by its path.

    Raises
    ------
    InstrumentError
        The file is missing, too large, nested too deeply, uses tags, anchors or aliases,
        repeats a key, or is not YAML.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InstrumentError(
                f'"{path.name}" has {size:,} bytes.',
                next_step=f"An instrument has at most {MAX_BYTES:,} bytes.",
            )
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InstrumentError(
            f'"{path.name}" is not UTF-8 text (byte {error.start}).', next_step="Save it as UTF-8."
        ) from error
    except OSError as error:
        raise InstrumentError(
            f'"{path}" cannot be read: {error.strerror or error}.', next_step="Check the path."
        ) from error
    return parse(text, name=path.name)


def read_as(model: type[Described], path: Path, *, kind: str) -> Described:
    """Read a YAML file of a kind that ships in a folder of its own (schemas/views, schemas/statements).

    Parameters
    ----------
    model : what it describes. path : the file.
    kind : what it is called, and its folder in the plural.

    Raises
    ------
    InstrumentError
        It cannot be read, or does not describe one.
    """
    data, _ = read_yaml(path)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = " > ".join(str(key) for key in first["loc"]) or "the file"
        raise InstrumentError(
            f'"{path.name}" is no {kind}: {place}: {first["msg"]}.',
            next_step=f"Copy one that ships with equitykit, from schemas/{kind}s, and change that.",
        ) from None


def parse(text: str, *, name: str) -> tuple[dict[str, Any], Lines]:
    """Turn YAML text into mappings, lists and text, with the line of every value."""
    data, lines = yamltext.load_with_lines(
        text,
        name=name,
        error=InstrumentError,
        nulls=True,
        most_characters=MAX_BYTES,
        deepest=MAX_DEPTH,
        most_values=MAX_VALUES,
    )
    if not isinstance(data, dict):
        raise InstrumentError(
            f'"{name}" does not hold an instrument.', next_step="It must start with id, version, title."
        )
    return data, lines
