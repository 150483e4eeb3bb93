"""What a validation of a codebook says, in words for people who do not program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from equitykit.errors import CodebookError, nearest

__all__ = ["in_words"]


def in_words(
    problem: ValidationError, name: str, root: type[BaseModel], entries: Mapping[Any, type[BaseModel]]
) -> CodebookError:
    """First problem of a validation, as path, value, allowed, nearest.

    Parameters
    ----------
    problem : what the validation raised.
    name : the file, for people.
    root : the model of the whole file.
    entries : the model of each entry, by its key.
    """
    errors = problem.errors()
    first = max(errors, key=lambda e: (e["type"] in {"extra_forbidden", "literal_error"}, -len(e["loc"])))
    place = ".".join(str(part) for part in first["loc"] if not _is_branch(part))
    where = f'In "{name}", at {place or "the top"}'
    value = first.get("input")
    message = first["msg"].removeprefix("Value error, ")
    if message.startswith("unknown question|"):
        _, bad, options = message.split("|")
        return CodebookError(
            f'In "{name}", at questions: there is no question "{bad}".',
            allowed=options.split(","),
            did_you_mean=nearest(bad, options.split(",")),
        )
    if first["type"] == "extra_forbidden":
        allowed = _fields_at(first["loc"][:-1], root, entries)
        key = str(first["loc"][-1])
        return CodebookError(
            f'{where}: there is no entry "{key}".', allowed=allowed, did_you_mean=nearest(key, allowed)
        )
    if first["type"] == "literal_error":
        allowed = [
            part.strip(" '\"")
            for part in str(first.get("ctx", {}).get("expected", "")).replace(" or ", ",").split(",")
        ]
        shown = str(value)[:80]
        return CodebookError(
            f'{where}: "{shown}" is not allowed.', allowed=allowed, did_you_mean=nearest(shown, allowed)
        )
    if first["type"] == "missing":
        return CodebookError(f"{where}: this entry is needed and is not there.")
    said = _WORDS.get(first["type"]) or message[0].lower() + message[1:].rstrip(".")
    end = "" if said.endswith("?") else "."
    got = f' (got "{str(value)[:80]}")' if isinstance(value, str) and value else ""
    return CodebookError(f"{where}: {said}{got}{end}")


# What a validation calls its problems, in words for people who do not program.
_WORDS = {
    "bool_parsing": "write true, false or null",
    "bool_type": "write true, false or null",
    "dict_type": 'entries of the form "name: value" are needed here',
    "model_type": 'entries of the form "name: value" are needed here',
    "model_attributes_type": 'entries of the form "name: value" are needed here',
    "float_parsing": "a number is needed here",
    "int_from_float": "a number is needed here",
    "int_parsing": "a number is needed here",
    "string_pattern_mismatch": "write the month and the day on which a year starts, for example 10-01",
    "string_type": "a text is needed here",
    "too_short": "this entry is empty",
    "tuple_type": "a list is needed here, for example [a, b]",
}


def _is_branch(part: int | str) -> bool:
    return isinstance(part, str) and (
        part in {"OneOf", "Missing", "int", "float", "str"}
        or part.startswith(("tuple[", "dict[", "function-", "literal[", "constrained-", "nullable["))
    )


def _fields_at(
    location: tuple[int | str, ...], root: type[BaseModel], entries: Mapping[Any, type[BaseModel]]
) -> list[str]:
    model: Any = root
    for part in location:
        field = getattr(model, "model_fields", {}).get(part) if isinstance(part, str) else None
        model = entries.get(part, model) if field is not None else model
    return [field.alias or name for name, field in model.model_fields.items()]
