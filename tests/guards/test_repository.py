"""What the repository may hold, and what must agree in it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import equitykit
from tests.guards.tree import PACKAGE, ROOT, project, shipped_files, text_of

# --- no trace of a machine, no registry, no unfinished work ---

THIS_FILE = Path(__file__).resolve()
TRACES = {
    "a path of some machine": re.compile(r"(?<![A-Za-z0-9_.~/-])/(?:home|root|work|farm|tmp|Users|opt)/"),
    "a folder of some Windows machine": re.compile(r"[A-Za-z]:\\+Users\\+(?!you\b)"),
    "a package registry": re.compile(
        r"\b(?:test\.)?p[y]pi\.|p[y]thonhosted|registry\.n[p]mjs|d[e]b\.debian|(?:repo|conda)\.anaconda|"
        r"--(?:extra-)?index-url"
    ),
    "unfinished work": re.compile(r"\b(?:TODO|FIXME|XXX)\b"),
}
# Browsers and tests may speak of paths that exist nowhere; only real machines are of interest there.
HARMLESS = re.compile(r"[/]tmp/(?:\.X11|nowhere)|[/]home/nobody/")


def traces(text: str) -> list[str]:
    """What a text gives away, with its line."""
    return [
        f"line {number}: {what}: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in TRACES.items()
        if pattern.search(HARMLESS.sub("", line))
    ]


def test_no_file_names_a_machine_a_registry_or_unfinished_work() -> None:
    found = [
        f"{path.relative_to(ROOT)}, {trace}"
        for path in shipped_files()
        if path != THIS_FILE and (text := text_of(path)) is not None
        for trace in traces(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        'open("{0}work/main/x.csv")',
        "see {0}root/.cache",
        "'{0}home/ana/data'",
        "({0}tmp/ek)",
        "C:\\Users\\ana\\x",
        "pip install --index-url https://x",
        "https://p{1}.org/simple",
        "# TODO: later",
    ],
)
def test_a_trace_is_seen(line: str) -> None:
    assert len(traces(line.format("/", "ypi"))) >= 1


@pytest.mark.parametrize("line", ["frame/work/x", "https://example.org/home/x", "todo list", "~/work/x"])
def test_what_is_no_trace_is_left_alone(line: str) -> None:
    assert traces(line) == []


def test_no_file_is_larger_than_two_megabytes() -> None:
    assert [str(p.relative_to(ROOT)) for p in shipped_files() if p.stat().st_size > 2_000_000] == []


def test_file_names_differ_by_more_than_case() -> None:
    names = [str(path.relative_to(ROOT)) for path in shipped_files()]
    assert len({name.casefold() for name in names}) == len(names)


# --- the version stands in three places that agree ---


def test_the_version_is_one() -> None:
    version = project()["project"]["version"]
    assert equitykit.__version__ == version
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


def test_the_package_carries_type_information() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_the_licence_is_the_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert project()["project"]["license"] == "Apache-2.0"
    assert text.split() and text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text


# --- extras and environment.yml against pyproject.toml (by structure: conda is not run) ---

DESIGN_CARD = {"pandas", "jupyterlab", "ipywidgets", "great-expectations", "matplotlib", "nbval"}


def extra_names() -> dict[str, list[str]]:
    extras: dict[str, list[str]] = project()["project"]["optional-dependencies"]
    return extras


def packages_of(requirements: list[str], extras: dict[str, list[str]]) -> set[str]:
    """Names of the packages that some requirements ask for, our own extras unfolded."""
    names: set[str] = set()
    for each in map(Requirement, requirements):
        if canonicalize_name(each.name) == "equitykit":
            for extra in each.extras:
                names |= packages_of(extras[extra], extras)
        else:
            names.add(canonicalize_name(each.name))
    return names


def environment() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    return loaded


def environment_problems(content: dict[str, Any], extras: dict[str, list[str]], python: str) -> list[str]:
    """What in an environment file does not agree with pyproject.toml."""
    entries = content["dependencies"]
    plain = [entry for entry in entries if isinstance(entry, str)]
    nested = [entry for entry in entries if isinstance(entry, dict)]
    problems = []
    if [re.split(r"[<>=!~ ]", entry)[0] for entry in plain] != ["python", "pip"]:
        problems.append(f"lists other packages than python and pip: {plain}")
    if plain[:1] != [f"python{python}"]:
        problems.append(f"asks for {plain[:1]}, pyproject.toml for python{python}")
    lines = [line for entry in nested for line in entry.get("pip", [])]
    match = re.fullmatch(r"-e \.\[([a-z,]+)\]", lines[0]) if len(lines) == 1 else None
    if match is None:
        problems.append(f'pip must get "-e .[extras]" and nothing else, not {lines}')
    elif unknown := set(match[1].split(",")) - set(extras):
        problems.append(f"names extras that do not exist: {sorted(unknown)}")
    return problems


def test_environment_yml_agrees_with_pyproject() -> None:
    python = project()["project"]["requires-python"]
    assert environment_problems(environment(), extra_names(), python) == []


@pytest.mark.parametrize(
    ("dependencies", "sentence"),
    [
        (["python>=3.11", "pip", "pandas", {"pip": ["-e .[all]"]}], "lists other packages"),
        (["python>=3.10", "pip", {"pip": ["-e .[all]"]}], "asks for"),
        (["python>=3.11", "pip", {"pip": ["-e .[everything]"]}], "extras that do not exist"),
        (["python>=3.11", "pip", {"pip": ["-e .[all]", "nbval"]}], "nothing else"),
    ],
)
def test_a_wrong_environment_is_seen(dependencies: list[Any], sentence: str) -> None:
    problems = environment_problems({"dependencies": dependencies}, {"all": []}, ">=3.11")
    assert len(problems) == 1
    assert sentence in problems[0]


def test_the_environment_holds_the_packages_of_the_design_card() -> None:
    extras = extra_names()
    installed = packages_of(project()["project"]["dependencies"], extras) | packages_of(extras["all"], extras)
    assert DESIGN_CARD - installed == set()


def test_great_expectations_is_pinned_to_one_minor() -> None:
    bounds = {str(bound) for bound in Requirement(extra_names()["gx"][0]).specifier}
    lower = next(bound for bound in bounds if bound.startswith(">="))
    major, minor = lower.removeprefix(">=").split(".")[:2]
    assert f"<{major}.{int(minor) + 1}" in bounds


def test_every_extra_is_documented() -> None:
    text = (ROOT / "README.md").read_text("utf-8") + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [name for name in extra_names() if f"`{name}`" not in text] == []


# --- packaging ---


def test_all_that_ships_is_named_for_the_wheel() -> None:
    included = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {kind: f"equitykit/{kind}" for kind in ("schemas", "notebooks", "sample_data")}
    assert [kind for kind in included if not any((ROOT / kind).iterdir())] == []


def test_workbooks_hold_no_author() -> None:
    for path in shipped_files():
        if path.suffix in {".xlsx", ".docx"} and path != THIS_FILE:
            with zipfile.ZipFile(path) as archive:
                core = archive.read("docProps/core.xml").decode("utf-8")
            assert re.search(r"<dc:creator>(?!openpyxl|equitykit)[^<]", core) is None, path
