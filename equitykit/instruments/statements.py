"""Statements: short papers made from an assessment, such as a legislature asks for. Our layout, as data."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from equitykit.errors import UnknownName
from equitykit.instruments.base import Id, Model, Words
from equitykit.instruments.reading import read_as
from equitykit.resources import folder, published_schema

__all__ = ["Fact", "Section", "Statement", "load_statement", "statement_schema", "statements"]


class Fact(Model):
    """Something known about the paper that others write; `seen`: read in a source."""

    text: Words
    seen: bool
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)] | None = None


class Section(Model):
    """One section: a heading of ours, and the questions whose answers stand in it."""

    title: Words
    show: tuple[Id, ...] = ()
    change: bool = False
    sentence: bool = False


class Statement(Model):
    """A short paper: whom it is for, what is known of theirs, and our sections.

    Attributes
    ----------
    id, version, instrument, place, title : what it is, and for whom.
    facts : what is known about the paper others write, each read in a source or marked as not read.
    grade : reading level aimed at; None where it is not measured.
    sections : in order.
    """

    id: Id
    version: Words
    instrument: Id
    place: Words
    title: Words
    facts: tuple[Fact, ...] = ()
    grade: int | None = None
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]


def statements() -> tuple[str, ...]:
    """List the short papers that can be made from an assessment.

    >>> statements()
    ('community', 'dc', 'iowa', 'minnesota', 'oregon')
    """
    return tuple(sorted(path.stem for path in (folder("schemas") / "statements").glob("*.yaml")))


def load_statement(id_or_path: str | os.PathLike[str]) -> Statement:
    """Load a short paper.

    Parameters
    ----------
    id_or_path : id of one that ships with equitykit, or the path of a YAML file.

    Raises
    ------
    UnknownName
        There is none with this id.
    InstrumentError
        The file does not describe a statement.

    Examples
    --------
    >>> load_statement("iowa").place
    'Iowa'
    """
    name = os.fspath(id_or_path)
    if name.endswith((".yaml", ".yml")):
        return _read(Path(name))
    if name not in statements():
        raise UnknownName("statement", name, statements(), next_step="Or give the path of a YAML file.")
    return _shipped(name)


@lru_cache(maxsize=16)
def _shipped(id: str) -> Statement:
    return _read(folder("schemas") / "statements" / f"{id}.yaml")


def _read(path: Path) -> Statement:
    return read_as(Statement, path, kind="statement")


def statement_schema() -> dict[str, Any]:
    """Give the JSON Schema of a statement file, as published in schemas/statement.schema.json."""
    return published_schema("statement", Statement.model_json_schema())
