"""Views: the questions of an instrument in the order that people know from elsewhere. Our mapping, as data."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from equitykit.errors import InstrumentError, UnknownName
from equitykit.instruments.base import Id, Model, Words, distinct
from equitykit.instruments.model import Instrument, Link
from equitykit.instruments.reading import read_as
from equitykit.resources import folder, published_schema

OURS = (
    "Which question stands under which step is our own mapping. It is not affiliated with or endorsed by those "
    "named here, the questions are our own words, and this is not their tool."
)
NOT_READ = "Not every name of a step could be read in its source; those marked are ours."
REST = "Asked here, and in none of these steps"


class Step(Model):
    """One step as others name it, and the questions that stand in it.

    `seen`: whether the name of the step was read in a source. What was not is marked as our own.
    """

    title: Words
    seen: bool
    asks: Annotated[tuple[Id, ...], Field(min_length=1)]


class View(Model):
    """The questions of one instrument in the order of another tool.

    Attributes
    ----------
    id, version, title : what it is. instrument : id of the instrument whose questions it orders.
    for_those : whom it is for, after "for those". note : what was not verified, or is different.
    steps : in order. sources : where the steps were read.
    """

    id: Id
    version: Words
    instrument: Id
    title: Words
    for_those: Words
    note: Words | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    sources: tuple[Link, ...] = ()

    @model_validator(mode="after")
    def _each_question_once(self) -> View:
        distinct("question", [ask for step in self.steps for ask in step.asks])
        return self

    @property
    def remark(self) -> str:
        """What is said wherever the view is shown: whose mapping it is, and what was not verified."""
        unread = NOT_READ if not all(step.seen for step in self.steps) else None
        return " ".join(filter(None, (OURS, self.note, unread)))

    def step_of(self, ask: str) -> int | None:
        """Number of the step a question stands in, from 1; None where it stands in none."""
        return next((place for place, step in enumerate(self.steps, 1) if ask in step.asks), None)

    def of_those(self, asks: Set[str]) -> View:
        """The same order for a tool that has only some of the questions; a step without any is left out."""
        kept = ((step, tuple(ask for ask in step.asks if ask in asks)) for step in self.steps)
        steps = tuple(step.model_copy(update={"asks": left}) for step, left in kept if left)
        return self.model_copy(update={"steps": steps})

    def ordered(self, asks: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Title and questions of every step, then what stands in none, so that nothing is left out.

        Parameters
        ----------
        asks : questions to be ordered; within a step they stand in the order of the view.
        """
        for number, step in enumerate(self.steps, 1):
            ours = "" if step.seen else " (a heading of our own)"
            yield f"{number}. {step.title}{ours}", tuple(ask for ask in step.asks if ask in asks)
        rest = tuple(ask for ask in asks if self.step_of(ask) is None)
        if rest:
            yield REST, rest


def views(instrument: str | None = None) -> tuple[str, ...]:
    """List the ids of the views that ship with equitykit, of one instrument or of all.

    >>> views("race-equity-impact-assessment")
    ('dc', 'five-questions', 'gare', 'ontario-heia', 'seattle')
    """
    ids = sorted(path.stem for path in (folder("schemas") / "views").glob("*.yaml"))
    return tuple(id for id in ids if instrument in (None, _shipped(id).instrument))


def load_view(id_or_path: str | os.PathLike[str] | View, instrument: Instrument) -> View:
    """Load a view of an instrument.

    Parameters
    ----------
    id_or_path : id of one that ships with equitykit, or the path of a YAML file.
    instrument : whose questions it orders.

    Raises
    ------
    UnknownName
        No view has this id, or it names a question that the instrument does not have. For a copy (`based_on`)
        such questions are left out.
    InstrumentError
        The file does not describe a view, or it belongs to another instrument.

    Examples
    --------
    >>> from equitykit.instruments import load
    >>> load_view("gare", load("race-equity-impact-assessment")).steps[0].title
    'Desired results'
    """
    if isinstance(id_or_path, View):
        view = id_or_path
    elif (name := os.fspath(id_or_path)).endswith((".yaml", ".yml")):
        view = _read(Path(name))
    elif name in views():
        view = _shipped(name)
    else:
        raise UnknownName(
            "view", name, views(instrument.origin), next_step="Or give the path of a YAML file."
        )
    if view.instrument not in (instrument.id, instrument.origin):
        raise InstrumentError(
            f'The view "{view.id}" orders the questions of "{view.instrument}", not of "{instrument.id}".',
            allowed=views(instrument.origin) or None,
        )
    known = {ask.id for ask in instrument.asks()}
    if view.instrument != instrument.id:  # a copy may have left questions out
        return view.of_those(known)
    for ask in (ask for step in view.steps for ask in step.asks):
        if ask not in known:
            raise UnknownName("question", ask, known)
    return view


def view_schema() -> dict[str, Any]:
    """Give the JSON Schema of a view file, as published in schemas/view.schema.json."""
    return published_schema("view", View.model_json_schema())


@lru_cache(maxsize=32)
def _shipped(id: str) -> View:
    return _read(folder("schemas") / "views" / f"{id}.yaml")


def _read(path: Path) -> View:
    return read_as(View, path, kind="view")
