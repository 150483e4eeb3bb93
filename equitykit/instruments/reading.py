"""Instrument files as plain text values: safe, bounded, and with the line of every value."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from equitykit.errors import InstrumentError

MAX_BYTES = 1_000_000
MAX_DEPTH = 16
MAX_VALUES = 50_000

Key = str | int
Lines = dict[tuple[Key, ...], int]


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


def parse(text: str, *, name: str) -> tuple[dict[str, Any], Lines]:
    """Turn YAML text into mappings, lists and text, without recursion and without tags."""
    if len(text) > MAX_BYTES:
        raise InstrumentError(f'"{name}" has more than {MAX_BYTES:,} characters.')
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data, lines = _Builder(name).build(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        raise InstrumentError(
            f'"{name}" is not YAML: {_yaml_words(error)}.',
            next_step="Texts that hold a colon, a hash or start with a quote need quotes around them.",
        ) from error
    if not isinstance(data, dict):
        raise InstrumentError(
            f'"{name}" does not hold an instrument.', next_step="It must start with id, version, title."
        )
    return data, lines


def _yaml_words(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    return f"line {mark.line + 1}, {what}" if mark is not None else str(what)


class _Builder:
    """Builds plain containers from parse events."""

    def __init__(self, name: str) -> None:
        self.name = name
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
                    raise self._error(event, "a second document begins", "Keep one instrument in one file.")
            elif isinstance(event, yaml.AliasEvent):
                raise self._error(event, f'the alias "*{event.anchor}" is used', "Write the text out.")
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.stack.pop()
                if self.path:
                    self.path.pop()
        return self.root, self.lines

    def _node(self, event: Any) -> None:
        if event.anchor is not None:
            raise self._error(event, f'the anchor "&{event.anchor}" is used', "Write the text out.")
        if event.tag not in (None, "!"):
            raise self._error(
                event, f'the tag "{event.tag}" is used', "Leave tags out; every value is read as text."
            )
        self.values += 1
        if self.values > MAX_VALUES:
            raise self._error(event, f"there are more than {MAX_VALUES:,} values", "Split the instrument.")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        else:
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event)

    def _scalar(self, event: Any) -> None:
        if self.stack and isinstance(self.stack[-1][0], dict) and self.stack[-1][1] is None:
            self._key(event)
            return
        empty = event.implicit[0] and event.style is None and event.value in ("", "~", "null")
        self._place(None if empty else event.value, event)
        if self.path:
            self.path.pop()

    def _key(self, event: Any) -> None:
        container = self.stack[-1][0]
        if event.value in container:
            raise self._error(event, f'"{event.value}" is written twice', "Keep one of them.")
        self.stack[-1] = (container, event.value)

    def _open(self, container: Any, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self._error(event, f"values are nested more than {MAX_DEPTH} deep", "Flatten them.")
        if self.stack and isinstance(self.stack[-1][0], dict) and self.stack[-1][1] is None:
            raise self._error(event, "a list or mapping is used as a name", "Use a short text as a name.")
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

    def _error(self, event: Any, what: str, next_step: str) -> InstrumentError:
        where = "".join(f"[{key}]" if isinstance(key, int) else f" {key}" for key in self.path).strip()
        place = f", at {where}" if where else ""
        return InstrumentError(
            f'"{self.name}" line {event.start_mark.line + 1}{place}: {what}.', next_step=next_step
        )
