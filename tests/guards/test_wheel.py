"""The wheel alone serves: no checkout, no dependency beyond the declared ones, an unrelated folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.guards.tree import ROOT, project, shipped_files

pytestmark = [pytest.mark.wheel, pytest.mark.slow]

SHIPPED = ("schemas", "notebooks", "sample_data")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the tree, with the build tools of this environment."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment that holds the wheel and the core dependencies, and nothing else.

    The dependencies are linked from this environment, so nothing is fetched: those that
    pyproject.toml declares, what they in turn declare, and no test tool, no extra, no checkout.
    """
    home = tmp_path_factory.mktemp("bare") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    for each in declared(project()["project"]["dependencies"]):
        link(each, packages)
    python = home / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python)]
        + ["install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", str(wheel)],
        check=True,
    )
    return python


def declared(requirements: list[str]) -> Iterator[Distribution]:
    """Distributions that requirements name, and those that these need in turn."""
    seen: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in seen or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        found = distribution(name)
        waiting += map(Requirement, found.requires or [])
        yield found


def link(each: Distribution, packages: Path) -> None:
    """Link what one distribution installed at the top of site-packages."""
    tops = {file.parts[0] for file in each.files or [] if ".." not in file.parts}
    for top in tops - {"__pycache__"}:
        source = Path(str(each.locate_file(top)))
        target = packages / top
        if source.exists() and not target.exists():
            target.symlink_to(source)


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the bare Python away from the checkout; only the network guard stays on its path."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment["PYTHONPATH"] = str(ROOT / "tests" / "offline")
    return subprocess.run(
        [str(python), *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def command(python: Path) -> str:
    """The ``equitykit`` command that was installed beside the bare Python."""
    return str(python.parent / "equitykit")


def test_the_wheel_holds_all_that_ships(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if name.startswith("equitykit/")}
    tracked = [path.relative_to(ROOT).as_posix() for path in shipped_files()]
    wanted = {name for name in tracked if name.startswith("equitykit/")}
    wanted |= {f"equitykit/{name}" for name in tracked if name.split("/")[0] in SHIPPED}
    assert wanted - inside == set()
    assert {name for name in inside if "__pycache__" in name or "ipynb_checkpoints" in name} == set()


def test_the_wheel_holds_no_tests_and_no_tools(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    version = project()["project"]["version"]
    assert tops == {"equitykit", f"equitykit-{version}.dist-info"}


def test_the_bare_environment_is_bare(bare: Path, tmp_path: Path) -> None:
    program = (
        "import importlib.util as u, equitykit, equitykit.resources as r\n"
        "print(equitykit.__file__)\n"
        "print(r.folder('schemas'), r.folder('notebooks'), r.folder('sample_data'), sep='\\n')\n"
        "print([n for n in ('pytest', 'ipywidgets', 'jupyterlab', 'great_expectations', 'hypothesis')"
        " if u.find_spec(n)])"
    )
    done = run(bare, "-c", program, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    *places, absent = done.stdout.splitlines()
    home = str(bare.parent.parent)
    assert [place for place in places if not place.startswith(home)] == []
    assert absent == "[]"


def test_the_demo_runs_from_the_wheel_alone(bare: Path, tmp_path: Path) -> None:
    folder = tmp_path / "somewhere else"
    folder.mkdir()
    done = run(bare, command(bare), "demo", "--out", "my demo", cwd=folder)
    assert done.returncode == 0, done.stderr
    report = folder / done.stdout.rstrip().splitlines()[-1]
    assert report.is_file()
    assert "<html" in report.read_text(encoding="utf-8")[:500]
    assert [path.name for path in folder.iterdir()] == ["my demo"]


def test_the_command_is_installed(bare: Path, tmp_path: Path) -> None:
    done = run(bare, command(bare), "--version", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert project()["project"]["version"] in done.stdout
