"""The guided tools as data: load one, list them, and say what is wrong with a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from equitykit.errors import InstrumentError, UnknownName
from equitykit.instruments.asks import KINDS, Ask
from equitykit.instruments.base import BaseAsk, Option, StartsFrom, When
from equitykit.instruments.complaints import in_words
from equitykit.instruments.model import Credit, Instrument, Link, Part, Track
from equitykit.instruments.reading import Lines, instruments, parse, read_yaml
from equitykit.instruments.rows import ActionsAsk, Column, EvidenceAsk, MapAsk, PeopleAsk, RowsAsk, TableAsk
from equitykit.instruments.single import (
    ChoiceAsk,
    ChoicesAsk,
    DateAsk,
    LongTextAsk,
    NumberAsk,
    OptionsAsk,
    ScaleAsk,
    TextAsk,
)
from equitykit.instruments.translation import Translation
from equitykit.resources import folder, published_schema

__all__ = [
    "KINDS",
    "ActionsAsk",
    "Ask",
    "BaseAsk",
    "ChoiceAsk",
    "ChoicesAsk",
    "Column",
    "Credit",
    "DateAsk",
    "EvidenceAsk",
    "Instrument",
    "Link",
    "LongTextAsk",
    "MapAsk",
    "NumberAsk",
    "Option",
    "OptionsAsk",
    "Part",
    "PeopleAsk",
    "RowsAsk",
    "ScaleAsk",
    "StartsFrom",
    "TableAsk",
    "TextAsk",
    "Own",
    "Track",
    "Translation",
    "When",
    "instruments",
    "json_schema",
    "load",
    "loads",
    "own",
]


def load(id_or_path: str | os.PathLike[str] | Instrument) -> Instrument:
    """Load an instrument.

    Parameters
    ----------
    id_or_path : id of one that ships with equitykit, or the path of a YAML file.

    Returns
    -------
    Instrument
        Frozen.

    Raises
    ------
    UnknownName
        No instrument has this id.
    InstrumentError
        The file does not describe a usable instrument; the message names the place,
        the value, what is allowed and the nearest match.

    Examples
    --------
    >>> load("race-equity-impact-assessment").track("fast").level
    'short'
    """
    if isinstance(id_or_path, Instrument):
        return id_or_path
    name = os.fspath(id_or_path)
    if isinstance(id_or_path, str) and not name.endswith((".yaml", ".yml")) and not ({"/", "\\"} & set(name)):
        return _shipped(name)
    return _read(Path(name))


def loads(text: str, *, name: str = "instrument") -> Instrument:
    """Load an instrument from YAML text; `name` is used in messages."""
    return _validate(*parse(text, name=name), name=name)


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of an instrument file, as published in schemas/instrument.schema.json."""
    schema = TypeAdapter(Instrument).json_schema(by_alias=True)
    file = {"type": "string", "pattern": r"^[^/\\]+\.ya?ml$", "description": "A file beside this one."}
    for kept in schema["properties"]["languages"]["patternProperties"].values():
        kept["anyOf"] = [{"$ref": kept.pop("$ref")}, file]
    return published_schema("instrument", schema)


@dataclass(frozen=True, slots=True)
class Own:
    """An instrument of one's own; `problem` says why it cannot be used.

    Attributes
    ----------
    path : the file. id, title : what it is; empty where it cannot be read.
    """

    path: Path
    id: str = ""
    title: str = ""
    problem: str | None = None


def own(folder: str | os.PathLike[str] = ".") -> tuple[Own, ...]:
    """List the instruments in the folder `instruments` of a work folder.

    Parameters
    ----------
    folder : the work folder, as `equitykit start` makes it.

    Returns
    -------
    tuple of Own
        Also those that cannot be used, with the reason. Files that hold a translation are none.
    """
    found: list[Own] = []
    place = Path(folder) / "instruments"
    for path in sorted([*place.glob("*.yaml"), *place.glob("*.yml")]):
        try:
            data, _ = read_yaml(path)
            if "translates" in data:
                continue
            one = _read(path)
        except InstrumentError as error:
            found.append(Own(path, problem=str(error)))
            continue
        twin = next((other.path.name for other in found if other.id == one.id), None)
        if one.id in instruments():
            twin = "equitykit itself"
        taken = f'Its id "{one.id}" is used by {twin}. Give it an id of its own.' if twin else None
        found.append(Own(path, one.id, one.title, taken))
    return tuple(found)


@lru_cache(maxsize=32)
def _shipped(id: str) -> Instrument:
    if id not in instruments():
        raise UnknownName("instrument", id, instruments(), next_step="Or give the path of a YAML file.")
    return _read(folder("schemas") / "instruments" / f"{id}.yaml")


def _read(path: Path) -> Instrument:
    """Read a file, and the files beside it that hold its texts in other languages."""
    data, lines = read_yaml(path)
    languages = data.get("languages")
    if isinstance(languages, dict):
        data["languages"] = {
            code: _translation(path, str(code), given, lines) if isinstance(given, str) else given
            for code, given in languages.items()
        }
    return _validate(data, lines, name=path.name)


def _translation(path: Path, code: str, given: str, lines: Lines) -> dict[str, Any]:
    line = lines.get(("languages", code))
    if Path(given).name != given or not given.endswith((".yaml", ".yml")):
        raise InstrumentError(
            f'"{path.name}"{f" line {line}" if line else ""}, languages > {code}: "{given}" is not the name '
            "of a YAML file.",
            next_step="Put the file beside the instrument and give its name, such as my-tool.es.yaml.",
        )
    data, own_lines = read_yaml(path.with_name(given))
    try:
        Translation.model_validate(data)
    except ValidationError as error:
        raise in_words(error, data, own_lines, name=given, root=Translation) from None
    return data


def _validate(data: dict[str, Any], lines: dict[tuple[str | int, ...], int], *, name: str) -> Instrument:
    try:
        return Instrument.model_validate(data)
    except ValidationError as error:
        raise in_words(error, data, lines, name=name) from None
