"""Words that no text of ours may use, because they read as a verdict nobody here can give."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

BANNED = re.compile(r"\b(adverse[\s-]+impacts?|discriminat(?:ion|ory)|compliant|explained)\b", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S+")
# YAML keys that quote others: titles and addresses of sources, as their authors wrote them.
QUOTING = {"source", "sources", "links", "inspired_by", "citation", "url"}


def banned_in(text: str) -> list[str]:
    """Words in a text that may not be there; addresses are left out, they are not ours to word."""
    return [match.group(0) for match in BANNED.finditer(ADDRESS.sub("", text))]


def python_strings(source: str) -> Iterator[tuple[int, str]]:
    """Every string of a Python source with its line: messages, docstrings, parts of f-strings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def yaml_strings(text: str) -> Iterator[tuple[int, str]]:
    """Every scalar of a YAML text with its line, apart from what quotes a source."""

    def visit(node: yaml.Node) -> Iterator[tuple[int, str]]:
        if isinstance(node, yaml.ScalarNode):
            yield node.start_mark.line + 1, str(node.value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from visit(item)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield from visit(key)
                if str(key.value) not in QUOTING:
                    yield from visit(value)

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is not None:
        yield from visit(root)


def notebook_strings(text: str) -> Iterator[tuple[int, str]]:
    """Sources and outputs of every cell; the number is the cell's."""
    for number, cell in enumerate(json.loads(text)["cells"]):
        yield number, "".join(cell["source"])
        for output in cell.get("outputs", []):
            yield number, json.dumps(output, ensure_ascii=False)


def strings_of(path: Path) -> Iterator[tuple[int, str]]:
    """What people may get to read of a file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from python_strings(text)
    elif path.suffix in {".yaml", ".yml"}:
        yield from yaml_strings(text)
    elif path.suffix == ".ipynb":
        yield from notebook_strings(text)
    else:
        yield from enumerate(text.splitlines(), start=1)
