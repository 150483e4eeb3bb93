"""YAML read as the text a person wrote: `1`, `No` and `0012` stay text; no tags, no tricks."""

from __future__ import annotations

from typing import Any

import yaml

from equitykit.errors import EquitykitError, ReadError

_MAX_CHARACTERS = 2_000_000
_MAX_DEPTH = 40
_MAX_NODES = 200_000
_PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}


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
    if len(text) > _MAX_CHARACTERS:
        raise error(
            f'"{name}" is larger than {_MAX_CHARACTERS:,} characters, too large to be one of our files.'
        )
    try:
        return _Reader(name, error).read(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        what = getattr(problem, "problem", None) or "it cannot be read"
        raise error(
            f'"{name}"{where} is not readable YAML: {what}.',
            next_step="Check the indentation and the quotes on that line.",
        ) from None
    except RecursionError:
        raise error(f'"{name}" is nested too deeply.') from None


class _Reader:
    def __init__(self, name: str, error: type[EquitykitError]) -> None:
        self.name, self.error, self.nodes = name, error, 0

    def read(self, text: str) -> Any:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                self._refuse(event.start_mark, f"nests deeper than {_MAX_DEPTH} levels")
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self._refuse(event.start_mark, "uses an anchor or alias (& or *), which is not allowed here")
            tag = getattr(event, "tag", None)
            if tag and tag not in _PLAIN_TAGS:
                self._refuse(event.start_mark, f'uses the tag "{tag}", which is not allowed here')
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        return None if node is None else self._value(node)

    def _value(self, node: yaml.Node) -> Any:
        self.nodes += 1
        if self.nodes > _MAX_NODES:
            self._refuse(node.start_mark, "holds too many entries")
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item) for item in node.value]
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                if not isinstance(key_node, yaml.ScalarNode):
                    self._refuse(key_node.start_mark, "has a key that is not plain text")
                if key_node.value in found:
                    self._refuse(key_node.start_mark, f'gives "{key_node.value}" twice')
                found[key_node.value] = self._value(value_node)
            return found
        return str(node.value)

    def _refuse(self, mark: Any, what: str) -> None:
        raise self.error(f'"{self.name}", line {mark.line + 1}, {what}.')


def is_null(value: Any) -> bool:
    """Whether a value read by `load` stands for "nothing": empty, `null` or `~`."""
    return value is None or (isinstance(value, str) and value.strip() in {"", "null", "~", "Null", "NULL"})
