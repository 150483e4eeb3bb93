"""Print pip constraints that hold the core dependencies at the lowest version we declare.

`make test-minimum` installs with them, so that the lower bounds in pyproject.toml are bounds
that somebody tried.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement


def constraints(requirements: list[str]) -> Iterator[str]:
    """Each requirement with its lower bound as the only version."""
    for each in map(Requirement, requirements):
        lower = [bound.version for bound in each.specifier if bound.operator == ">="]
        if len(lower) != 1:
            raise SystemExit(f'"{each}" needs one lower bound (>=) in pyproject.toml.')
        yield f"{each.name}=={lower[0]}"


if __name__ == "__main__":
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    print("\n".join(constraints(project["dependencies"])))
