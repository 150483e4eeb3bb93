"""The features that passages are coded to: a list that ships, and that every team may change."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from equitykit import yamltext
from equitykit.errors import InstrumentError, UnknownName
from equitykit.resources import folder, published_schema

__all__ = ["SHIPPED", "Feature", "FeatureBook", "feature_book", "feature_schema"]

SHIPPED = "institutional-features"
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Feature(_Model):
    """One feature: its name, what it means, and a question to ask of a text."""

    id: Id
    label: Words
    what: Words | None = None
    ask: Words | None = None


class Source(_Model):
    """Something the list was made after, and where to read it."""

    title: Words
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)]


class BookCredit(_Model):
    """Where the ideas come from."""

    text: Words
    links: tuple[Source, ...] = ()


class FeatureBook(_Model):
    """A list of features with a version."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,79}$")]
    version: Words
    title: Words
    note: Words | None = None
    credit: BookCredit | None = None
    features: Annotated[tuple[Feature, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _distinct(self) -> FeatureBook:
        ids = [feature.id for feature in self.features]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f'the feature id "{twice[0]}" is used twice')
        return self


def feature_book(id_or_path: str | os.PathLike[str] = SHIPPED) -> FeatureBook:
    """Load a list of features.

    Parameters
    ----------
    id_or_path : id of one that ships with equitykit, or the path of a YAML file of one's own.

    Raises
    ------
    UnknownName
        None that ships has this id.
    InstrumentError
        The file does not hold a list of features; the message names the place.

    Examples
    --------
    >>> [feature.label for feature in feature_book().features][:3]
    ['Purpose and job roles', 'Ideas and assumptions', 'Rules and policy']
    """
    name = os.fspath(id_or_path)
    if name.endswith((".yaml", ".yml")) or {"/", "\\"} & set(name):
        return _read(Path(name))
    return _shipped(name)


@lru_cache(maxsize=4)
def _shipped(id: str) -> FeatureBook:
    have = sorted(path.stem for path in (folder("schemas") / "features").glob("*.yaml"))
    if id not in have:
        raise UnknownName("list of features", id, have, next_step="Or give the path of a YAML file.")
    return _read(folder("schemas") / "features" / f"{id}.yaml")


def _read(path: Path) -> FeatureBook:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InstrumentError(
            f'"{path.name}" cannot be read as text.', next_step="Check the path."
        ) from error
    data = yamltext.load(text, name=path.name, error=InstrumentError)
    try:
        return FeatureBook.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = " > ".join(str(key) for key in first["loc"]) or "the file"
        said = str(first.get("ctx", {}).get("error") or first["msg"])
        raise InstrumentError(
            f'"{path.name}", {place}: {said[:1].lower()}{said[1:]}.',
            next_step="Compare it with the list that ships: schemas/features/institutional-features.yaml.",
        ) from None


def feature_schema() -> dict[str, Any]:
    """Give the JSON Schema of a list of features, as published in schemas/features.schema.json."""
    return published_schema("list of features", FeatureBook.model_json_schema())
