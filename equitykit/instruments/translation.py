"""The text of an instrument in another language, beside the instrument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from equitykit.instruments.base import Id, Model, Words
from equitykit.instruments.rows import STEP

if TYPE_CHECKING:
    from equitykit.instruments.model import Instrument

Code = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Place = tuple[str, ...]


class OptionText(Model):
    """An answer to choose; where only its label is translated, the label alone may stand here."""

    label: Words | None = None
    hint: Words | None = None


class ColumnText(Model):
    """A column of a table; where only its label is translated, the label alone may stand here."""

    label: Words | None = None
    hint: Words | None = None
    required: Words | None = None
    prompt: Words | None = None
    options: dict[Id, Words | OptionText] = {}


class AskText(Model):
    """A question, with its answers and columns by their ids."""

    label: Words | None = None
    help: Words | None = None
    why: Words | None = None
    required: Words | None = None
    prompt_if_person: Words | None = None
    word: Words | None = None
    not_applicable: Words | None = None
    unit: Words | None = None
    options: dict[Id, Words | OptionText] = {}
    columns: dict[Id, Words | ColumnText] = {}
    wording: dict[Id, Words] = {}


class PartText(Model):
    """A part: its title and what stands above its questions."""

    title: Words | None = None
    intro: Words | None = None


class TrackText(Model):
    """A way through."""

    title: Words | None = None
    description: Words | None = None


class CreditText(Model):
    """Where the ideas come from."""

    text: Words | None = None


class Translation(Model):
    """The text of an instrument in one language; what is left out is shown in the instrument's own.

    Attributes
    ----------
    name : the language, in its own words, such as "Español".
    translates, version : the instrument, and the version of it that was translated.
    tracks, parts, asks : texts by id.
    """

    translates: Id | None = None
    version: Words | None = None
    name: Words
    title: Words | None = None
    subtitle: Words | None = None
    purpose: Words | None = None
    credit: CreditText | None = None
    tracks: dict[Id, TrackText] = {}
    parts: dict[Id, PartText] = {}
    asks: dict[Id, AskText] = {}


_TEXTS = (
    "title", "subtitle", "purpose", "description", "intro", "text", "label", "help", "why", "required",
    "hint", "prompt", "prompt_if_person", "not_applicable", "unit", "word",
)  # fmt: skip


def _by_id(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(item["id"]): item for item in items}


def _tree(instrument: Mapping[str, Any]) -> dict[str, Any]:
    """An instrument as plain containers, its lists by id, as a translation names them."""
    asks = _by_id(ask for part in instrument["parts"] for ask in part["asks"])
    for ask in asks.values():
        if ask["kind"] == "map":
            ask["wording"] = {column.id: column.label for column in STEP} | ask["wording"]
    return {
        **instrument,
        "tracks": _by_id(instrument["tracks"]),
        "parts": _by_id(instrument["parts"]),
        "asks": asks,
    }


def _texts(node: Mapping[str, Any], place: Place = ()) -> Iterator[tuple[Place, dict[str, Any], str, str]]:
    """Every text of one thing and what it holds: place, container, key, text."""
    for key in _TEXTS:
        if isinstance(node.get(key), str):
            yield (*place, key), node, key, node[key]  # type: ignore[misc]
    for key in ("options", "columns"):
        for id, item in _by_id(node.get(key) or ()).items():
            yield from _texts(item, (*place, key, id))
    for id, text in (node.get("wording") or {}).items():
        yield (*place, "wording", id), node["wording"], id, text


def every_text(instrument: Mapping[str, Any]) -> dict[Place, tuple[dict[str, Any], str, str]]:
    """Every text that people read, by the place a translation gives it, with where it stands."""
    tree = _tree(instrument)
    found = list(_texts(tree))
    found += _texts(tree["credit"], ("credit",))
    for kind in ("tracks", "parts", "asks"):
        for id, item in tree[kind].items():
            found += _texts(item, (kind, id))
    return {place: (container, key, text) for place, container, key, text in found}


def given(translation: Translation) -> dict[Place, str]:
    """Every text of a translation, by its place."""

    def walk(node: Any, place: Place) -> Iterator[tuple[Place, str]]:
        if isinstance(node, str):
            short = len(place) >= 2 and place[-2] in ("options", "columns")
            yield ((*place, "label") if short else place), node
        elif isinstance(node, Mapping):
            for key, item in node.items():
                yield from walk(item, (*place, str(key)))

    kept = translation.model_dump(exclude_none=True, exclude={"translates", "version", "name"})
    return dict(walk(kept, ()))


def in_language(instrument: Instrument, code: str) -> Instrument:
    """The instrument with its texts in another language, and its own where there is none."""
    data = instrument.model_dump(by_alias=True)
    places = every_text(data)
    for place, text in given(instrument.languages[code]).items():
        container, key, _ = places[place]
        container[key] = text
    data["language"] = code
    return type(instrument).model_validate(data)


def spoken(instrument: Instrument, code: str) -> dict[str, str]:
    """Every text as it is shown in a language, with the language it is in: its own where none was translated."""
    have = given(instrument.languages[code]) if code in instrument.languages else {}
    own = {place: text for place, (_, _, text) in every_text(instrument.model_dump(by_alias=True)).items()}
    shown = dict.fromkeys(have.values(), code)
    return shown | {text: instrument.language for place, text in own.items() if place not in have}


def untranslated(instrument: Instrument, code: str) -> tuple[str, ...]:
    """Texts that a translation leaves in the instrument's own language, by their place."""
    places = every_text(instrument.model_dump(by_alias=True))
    have = given(instrument.languages[code])
    return tuple(" > ".join(place) for place in places if place not in have)
