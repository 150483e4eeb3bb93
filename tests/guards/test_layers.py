"""Imports point one way, and the heavy ones wait until they are needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guards import layers
from tests.guards.tree import PACKAGE, ROOT, module_name, python_files


@pytest.fixture(scope="module")
def imports() -> list[layers.Import]:
    return layers.read_imports(python_files(), ROOT)


def test_imports_point_downwards(imports: list[layers.Import]) -> None:
    assert layers.layer_problems(imports, layers.package_parts(PACKAGE)) == []


def test_heavy_modules_wait_until_a_function_needs_them(imports: list[layers.Import]) -> None:
    assert layers.heavy_problems(imports) == []


def test_no_two_modules_need_each_other_to_load(imports: list[layers.Import]) -> None:
    assert layers.cycles(imports, [module_name(path) for path in python_files()]) == []


# --- the checker itself: it bites on planted faults ---


def problems(files: dict[str, str], folder: Path) -> list[str]:
    """Write a small package and read it as the guard reads the real one."""
    for name, source in files.items():
        path = folder / "equitykit" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    package = folder / "equitykit"
    found = layers.read_imports(python_files(package), folder)
    modules = [module_name(path, folder) for path in python_files(package)]
    return [
        *layers.layer_problems(found, layers.package_parts(package)),
        *layers.heavy_problems(found),
        *(f"cycle: {group}" for group in layers.cycles(found, modules)),
    ]


BASE = {"frames/__init__.py": "", "audit.py": "", "report/__init__.py": "", "plots.py": ""}


@pytest.mark.parametrize(
    ("name", "source", "sentence"),
    [
        ("frames/csv.py", "from equitykit.audit import audit", "frames may not import audit"),
        ("frames/csv.py", "from equitykit import audit", "frames may not import audit"),
        ("frames/csv.py", "import equitykit.audit", "frames may not import audit"),
        ("frames/csv.py", "from ..audit import audit", "frames may not import audit"),
        ("frames/__init__.py", "from ..audit import audit", "frames may not import audit"),
        ("frames/csv.py", "def f():\n    from equitykit.audit import audit", "frames may not import audit"),
        (
            "frames/csv.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from equitykit.audit import Audit",
            "frames may not import audit",
        ),
        (
            "frames/csv.py",
            "import importlib\nimportlib.import_module('equitykit.audit')",
            "frames may not import audit",
        ),
        ("assessment.py", "from equitykit.plots import rates", "assessment may not import plots"),
        ("audit.py", "from equitykit.report import html", "audit may not import report"),
        ("audit.py", "from equitykit import Codebook", "is no module of the package"),
        ("novelty.py", "", "equitykit.novelty stands in no layer"),
        ("plots.py", "from matplotlib.figure import Figure", "imports matplotlib when it is loaded"),
        ("plots.py", "try:\n    import matplotlib\nexcept ImportError:\n    pass", "imports matplotlib when"),
        ("plots.py", "from scipy import stats", "imports scipy.stats when it is loaded"),
        ("plots.py", "class A:\n    import duckdb", "imports duckdb when it is loaded"),
    ],
)
def test_a_planted_fault_is_found(name: str, source: str, sentence: str, tmp_path: Path) -> None:
    found = problems({**BASE, name: source}, tmp_path)
    assert len(found) == 1
    assert sentence in found[0]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("audit.py", "from equitykit.frames import open\nfrom equitykit.frames.csv import x"),
        ("audit.py", "class Audit:\n    def to_html(self):\n        from equitykit.report import html"),
        ("plots.py", "def f():\n    from matplotlib.figure import Figure"),
        ("plots.py", "from scipy import special"),
        ("plots.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import matplotlib"),
        ("frames/csv.py", "from equitykit.frames import Records\nfrom . import excel"),
        ("widgets/__init__.py", "import ipywidgets\nimport anywidget\nfrom equitykit.report import html"),
        ("__init__.py", "from equitykit.audit import audit"),
    ],
)
def test_what_is_allowed_passes(name: str, source: str, tmp_path: Path) -> None:
    assert problems({**BASE, name: source}, tmp_path) == []


def test_a_cycle_is_found(tmp_path: Path) -> None:
    files = {
        "frames/a.py": "from equitykit.frames.b import x",
        "frames/b.py": "from equitykit.frames import a",
        "frames/c.py": "def f():\n    from equitykit.frames import d",
        "frames/d.py": "from equitykit.frames.c import y",
    }
    assert problems({**BASE, **files}, tmp_path) == ["cycle: ('equitykit.frames.a', 'equitykit.frames.b')"]
