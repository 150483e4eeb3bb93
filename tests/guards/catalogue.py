"""What exists: checks, measures, standards, instruments, commands and options, read from the tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.guards.tree import ROOT, python_files


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every name that documentation may use, by kind; commands with their options."""

    names: Mapping[str, frozenset[str]]
    commands: Mapping[str, frozenset[str]]

    @property
    def all_names(self) -> frozenset[str]:
        """Names of every kind together."""
        return frozenset[str]().union(*self.names.values())

    @property
    def options(self) -> frozenset[str]:
        """Options of every command together."""
        return frozenset[str]().union(*self.commands.values())


def declared_with(decorator: str, folder: Path) -> Iterator[str]:
    """Ids written out in ``@decorator("id", ...)`` in the Python files of a folder."""
    for path in python_files(folder):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            calls = getattr(node, "decorator_list", [])
            for call in calls:
                if (
                    isinstance(call, ast.Call)
                    and ast.unparse(call.func).split(".")[-1] == decorator
                    and call.args
                    and isinstance(call.args[0], ast.Constant)
                ):
                    yield str(call.args[0].value)


def yaml_ids(kind: str) -> frozenset[str]:
    """Ids of the YAML files of one kind; the file name is the id."""
    return frozenset(path.stem for path in (ROOT / "schemas" / kind).glob("*.yaml"))


def command_options() -> dict[str, frozenset[str]]:
    """Options of each command; "" stands for equitykit itself."""
    import typer.main

    from equitykit.cli.program import app

    root = typer.main.get_command(app)
    commands = {"": root, **getattr(root, "commands", {})}
    return {
        name: frozenset(
            flag
            for parameter in command.params
            for flag in (*parameter.opts, *parameter.secondary_opts)
            if flag.startswith("--")
        )
        | {"--help"}
        for name, command in commands.items()
    }


def catalogue() -> Catalogue:
    """Everything that exists in this tree."""
    from equitykit import checks, measures

    return Catalogue(
        names={
            "check": frozenset(each.id for each in checks.checks()),
            "measure": frozenset(measures.measures()),
            "preset": frozenset(measures.presets()),
            "standard": yaml_ids("standards"),
            "code system": yaml_ids("code_systems"),
            "instrument": yaml_ids("instruments"),
            "view": yaml_ids("views"),
            "statement": yaml_ids("statements"),
        },
        commands=command_options(),
    )
