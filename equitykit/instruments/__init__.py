"""The guided tools as data: load one, list them, and say what is wrong with a file."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from equitykit.errors import UnknownName
from equitykit.instruments.asks import KINDS, Ask
from equitykit.instruments.base import BaseAsk, Option, When
from equitykit.instruments.complaints import in_words
from equitykit.instruments.model import Credit, Instrument, Link, Part, Track
from equitykit.instruments.reading import parse, read_yaml
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
from equitykit.resources import folder

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
    "TableAsk",
    "TextAsk",
    "Track",
    "When",
    "instruments",
    "json_schema",
    "load",
    "loads",
]


def instruments() -> tuple[str, ...]:
    """List the ids of the instruments that ship with equitykit.

    >>> "race-equity-impact-assessment" in instruments()
    True
    """
    return tuple(sorted(path.stem for path in (folder("schemas") / "instruments").glob("*.yaml")))


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
    path = Path(name)
    return _validate(*read_yaml(path), name=path.name)


def loads(text: str, *, name: str = "instrument") -> Instrument:
    """Load an instrument from YAML text; `name` is used in messages."""
    return _validate(*parse(text, name=name), name=name)


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of an instrument file, as published in schemas/instrument.schema.json."""
    schema = TypeAdapter(Instrument).json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "equitykit instrument",
        **{key: value for key, value in schema.items() if key != "title"},
    }


@lru_cache(maxsize=32)
def _shipped(id: str) -> Instrument:
    path = folder("schemas") / "instruments" / f"{id}.yaml"
    if id not in instruments():
        raise UnknownName("instrument", id, instruments(), next_step="Or give the path of a YAML file.")
    return _validate(*read_yaml(path), name=path.name)


def _validate(data: dict[str, Any], lines: dict[tuple[str | int, ...], int], *, name: str) -> Instrument:
    try:
        return Instrument.model_validate(data)
    except ValidationError as error:
        raise in_words(error, data, lines, name=name) from None
