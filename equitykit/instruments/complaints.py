"""What is wrong with an instrument file, said so that its author can mend it."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from equitykit.errors import InstrumentError, nearest
from equitykit.instruments.asks import KINDS
from equitykit.instruments.base import BaseAsk
from equitykit.instruments.model import Instrument

Loc = tuple[str | int, ...]
_ABOUT = re.compile(r"^(question|part) ([a-z][a-z0-9_-]*)[,:]")
_WORDS = {
    "missing": "it is missing",
    "string_type": "text is needed",
    "string_too_short": "it is empty",
    "int_parsing": "a whole number is needed",
    "int_type": "a whole number is needed",
    "float_parsing": "a number is needed",
    "float_type": "a number is needed",
    "bool_parsing": "true or false is needed",
    "bool_type": "true or false is needed",
    "tuple_type": "a list is needed",
    "model_type": "a mapping is needed",
    "model_attributes_type": "a mapping is needed",
    "dict_type": "a mapping is needed",
}


def in_words(
    error: ValidationError,
    data: Any,
    lines: Mapping[Loc, int],
    *,
    name: str,
    root: type[BaseModel] = Instrument,
) -> InstrumentError:
    """Build the error for the first complaint, with the number of further ones.

    Parameters
    ----------
    data, lines : what the file holds, and the line of every value.
    name : of the file. root : what the file should be.
    """
    found = _not_consequences(error.errors(include_url=False))
    first, more = found[0], len(found) - 1
    loc = _without_kind(first["loc"], data) or _meant(first, data)
    value = _at(data, loc)
    exact = (*loc, "kind") if first["type"].startswith("union_tag") else loc
    where = _where(loc, data, lines, exact)
    allowed: tuple[str, ...] | None = None
    close: str | None = None
    kind = first["type"]
    if kind == "extra_forbidden":
        allowed = _fields(root, loc, data)
        close = nearest(str(loc[-1]), allowed)
        text = f'there is no field "{loc[-1]}"'
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        given = value.get("kind") if isinstance(value, dict) else value
        allowed = tuple(KINDS)
        close = nearest(str(given), allowed)
        text = f'there is no kind "{given}"' if given is not None else "it has no kind"
    elif kind == "literal_error":
        allowed = tuple(str(first["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", "))
        close = nearest(str(value), allowed)
        text = f'"{_short(value)}" is not allowed'
    elif kind == "too_short":
        text = f"at least {first['ctx']['min_length']} must be given"
    elif kind == "value_error":
        text = str(first["ctx"]["error"])
    elif kind == "string_pattern_mismatch":
        text = f'"{_short(value)}" cannot be used: {_pattern_words(loc)}'
    else:
        words = _WORDS.get(kind, first["msg"][:1].lower() + first["msg"][1:])
        text = words if value is None else f'{words}, not "{_short(value)}"'
    next_step = (
        f"There {'is 1 more problem' if more == 1 else f'are {more} more problems'} after this one."
        if more
        else None
    )
    return InstrumentError(
        f'"{name}"{where}: {text}.', allowed=allowed, did_you_mean=close, next_step=next_step
    )


def _not_consequences(errors: list[Any]) -> list[Any]:
    """Leave out that a list is too short because what stands in it was refused."""
    places = [error["loc"] for error in errors]

    def follows(place: Loc) -> bool:
        return any(len(other) > len(place) and other[: len(place)] == place for other in places)

    return [error for error in errors if not (error["type"] == "too_short" and follows(error["loc"]))]


def _without_kind(loc: Loc, data: Any) -> Loc:
    """Leave out the name of the kind that follows the number of a question."""
    kept: list[str | int] = []
    for index, key in enumerate(loc):
        if index >= 2 and loc[index - 2] == "asks" and key in KINDS:
            continue
        kept.append(key)
    if kept and kept[-1] == "is_":
        kept[-1] = "is"
    return tuple(kept)


def _at(data: Any, loc: Loc) -> Any:
    for key in loc:
        if isinstance(data, str):  # one name where several may stand
            break
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _where(loc: Loc, data: Any, lines: Mapping[Loc, int], exact: Loc) -> str:
    """The line of the nearest place that has one, and the way to the place."""
    line = next((lines[exact[:end]] for end in range(len(exact), 0, -1) if exact[:end] in lines), None)
    steps: list[str] = []
    for index, key in enumerate(loc):
        if isinstance(key, int):
            item = _at(data, loc[: index + 1])
            label = item.get("id") if isinstance(item, dict) else None
            steps[-1] += f"[{key}] ({label})" if isinstance(label, str) else f"[{key}]"
        else:
            steps.append(str(key))
    path = " > ".join(steps)
    return (f" line {line}" if line else "") + (f", {path}" if path else "")


def _meant(error: Any, data: Any) -> Loc:
    """The place of the question or part that a complaint about the whole file names."""
    about = _ABOUT.match(str(error.get("ctx", {}).get("error", "")))
    parts = data.get("parts") if isinstance(data, dict) else None
    for number, part in enumerate(parts if isinstance(parts, list) else ()):
        if about is None or not isinstance(part, dict):
            continue
        if about[1] == "part" and part.get("id") == about[2]:
            return ("parts", number)
        asks = part.get("asks")
        for place, ask in enumerate(asks if isinstance(asks, list) else ()):
            if about[1] == "question" and isinstance(ask, dict) and ask.get("id") == about[2]:
                return ("parts", number, "asks", place)
    return ()


def _fields(root: type[BaseModel], loc: Loc, data: Any) -> tuple[str, ...]:
    """The fields of the thing that a place lies in."""
    model: type[BaseModel] = root
    for index, key in enumerate(loc[:-1]):
        field = next(
            (f for n, f in model.model_fields.items() if isinstance(key, str) and key in (n, f.alias)), None
        )
        found = list(_models(field.annotation)) if field is not None else []
        item = _at(data, loc[: index + 2])
        kinds = [one for one in found if "kind" in one.model_fields and issubclass(one, BaseAsk)]
        if kinds and isinstance(item, dict) and item.get("kind") in KINDS:
            model = KINDS[item["kind"]]
        elif found:
            model = found[0]
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model within a type."""
    if get_origin(annotation) in (Annotated, Union, types.UnionType, tuple, dict, list):
        for inner in get_args(annotation):
            yield from _models(inner)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation


def _pattern_words(loc: Loc) -> str:
    if loc[-1] == "url":
        return "write an address that starts with https://"
    return "use small letters, digits, - and _, and start with a letter"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
