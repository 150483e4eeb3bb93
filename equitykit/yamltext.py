"""YAML read as the text a person wrote: `1`, `No` and `0012` stay text; no tags, no tricks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from equitykit.errors import EquitykitError, ReadError

__all__ = ["Key", "Lines", "is_null", "load", "load_with_lines"]

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 40
MAX_VALUES = 200_000

Key = str | int
Lines = dict[tuple[Key, ...], int]


def load(text: str, *, name: str, error: type[EquitykitError] = ReadError) -> Any:
    """Nested dicts, lists and texts; every scalar is the text as written.

    Parameters
    ----------
    text : the YAML document.
    name : what to call it in messages, usually the file name.
    error : the error class to raise.

    Raises
    ------
    EquitykitError
        Too large or too deep, a tag or an anchor, a key given twice, or no YAML at all.
    """
    return load_with_lines(text, name=name, error=error)[0]


def load_with_lines(
    text: str,
    *,
    name: str,
    error: type[EquitykitError] = ReadError,
    nulls: bool = False,
    most_characters: int = MAX_CHARACTERS,
    deepest: int = MAX_DEPTH,
    most_values: int = MAX_VALUES,
) -> tuple[Any, Lines]:
    """Like `load`, with the line (from 1) of every value by its path.

    Parameters
    ----------
    text, name, error : as for `load`.
    nulls : read an unquoted empty value, `~` or `null` as None instead of as text.
    most_characters, deepest, most_values : limits.
    """
    if len(text) > most_characters:
        raise error(f'"{name}" has more than {most_characters:,} characters.')
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(name, error, nulls=nulls, deepest=deepest, most_values=most_values)
    try:
        return builder.build(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        what = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "it cannot be read"
        where = f"line {mark.line + 1}, " if mark is not None else ""
        begun = getattr(problem, "context_mark", None)
        if begun is not None and mark is not None and begun.line < mark.line and _open(problem):
            what += f"; what is not closed begins in line {begun.line + 1}"
        raise error(
            f'"{name}" is not YAML: {where}{what}.',
            next_step="Check the indentation there; texts that hold a colon, a hash or start with a quote need quotes "
            "around them.",
        ) from None


def _open(problem: yaml.YAMLError) -> bool:
    """Whether a quote or a bracket was opened and not closed."""
    context = str(getattr(problem, "context", None) or "")
    return "quoted scalar" in context or "flow" in context


def is_null(value: Any) -> bool:
    """Whether a value read by `load` stands for "nothing": empty, `null` or `~`."""
    return value is None or (isinstance(value, str) and value.strip() in {"", "null", "~", "Null", "NULL"})


class _Builder:
    """Builds plain containers from parse events, without recursion and without tags."""

    def __init__(
        self, name: str, error: type[EquitykitError], *, nulls: bool, deepest: int, most_values: int
    ) -> None:
        self.name, self.error = name, error
        self.nulls, self.deepest, self.most_values = nulls, deepest, most_values
        self.lines: Lines = {}
        self.stack: list[tuple[Any, str | None]] = []
        self.path: list[Key] = []
        self.root: Any = None
        self.values = 0
        self.documents = 0

    def build(self, events: Iterable[Any]) -> tuple[Any, Lines]:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise self._problem(event, "a second document begins", "Keep one document in one file.")
            elif isinstance(event, yaml.AliasEvent):
                raise self._problem(event, f'the alias "*{event.anchor}" is used', "Write the text out.")
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.stack.pop()
                if self.path:
                    self.path.pop()
        return self.root, self.lines

    def _node(self, event: Any) -> None:
        if event.anchor is not None:
            raise self._problem(event, f'the anchor "&{event.anchor}" is used', "Write the text out.")
        if event.tag not in (None, "!"):
            raise self._problem(
                event, f'the tag "{event.tag}" is used', "Leave tags out; every value is read as text."
            )
        self.values += 1
        if self.values > self.most_values:
            raise self._problem(event, f"there are more than {self.most_values:,} values", "Split the file.")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        else:
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event)

    def _scalar(self, event: Any) -> None:
        if self.stack and isinstance(self.stack[-1][0], dict) and self.stack[-1][1] is None:
            self._key(event)
            return
        unquoted = event.implicit[0] and event.style is None
        empty = self.nulls and unquoted and event.value in ("", "~", "null")
        self._place(None if empty else event.value, event)
        if self.path:
            self.path.pop()

    def _key(self, event: Any) -> None:
        container = self.stack[-1][0]
        if event.value in container:
            raise self._problem(event, f'"{event.value}" is written twice', "Keep one of them.")
        self.stack[-1] = (container, event.value)

    def _open(self, container: Any, event: Any) -> None:
        if len(self.stack) >= self.deepest:
            raise self._problem(event, f"values are nested more than {self.deepest} deep", "Flatten them.")
        if self.stack and isinstance(self.stack[-1][0], dict) and self.stack[-1][1] is None:
            raise self._problem(event, "a list or mapping is used as a name", "Use a short text as a name.")
        self._place(container, event)
        self.stack.append((container, None))

    def _place(self, value: Any, event: Any) -> None:
        if not self.stack:
            self.root = value
            return
        container, key = self.stack[-1]
        if isinstance(container, dict):
            assert key is not None
            container[key] = value
            self.path.append(key)
            self.stack[-1] = (container, None)
        else:
            self.path.append(len(container))
            container.append(value)
        self.lines[tuple(self.path)] = event.start_mark.line + 1

    def _problem(self, event: Any, what: str, next_step: str) -> EquitykitError:
        return self.error(f'"{self.name}", line {event.start_mark.line + 1}: {what}.', next_step=next_step)
