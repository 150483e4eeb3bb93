"""What is imported is declared: in the core, or in an extra and then only where it is needed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions

from packaging.utils import canonicalize_name

from tests.guards.layers import Import, read_imports
from tests.guards.test_repository import extra_names, packages_of
from tests.guards.tree import PACKAGE, ROOT, project, python_files

OURS = {"equitykit", "tests", "equitykit_offline"}
# Nobody imports it here: openpyxl reads the XML of workbooks through it where it is installed.
USED_BY_OTHERS = {"defusedxml"}


@cache
def providers() -> dict[str, set[str]]:
    """Packages that provide each importable name, in this environment."""
    found = packages_distributions()
    return {name: {canonicalize_name(each) for each in packages} for name, packages in found.items()}


def undeclared(imports: Iterable[Import], declared: set[str]) -> set[str]:
    """Names that are imported, and which no declared package provides."""
    tops = {each.imported.split(".")[0] for each in imports} - OURS - set(sys.stdlib_module_names)
    return {top for top in tops if not providers().get(top, {canonicalize_name(top)}) & declared}


def core() -> set[str]:
    return packages_of(project()["project"]["dependencies"], {})


def with_extras(*names: str) -> set[str]:
    extras = extra_names()
    return core().union(*(packages_of(extras[name], extras) for name in names))


# Parts that are loaded only by those who installed their extra.
EXTRA_OF = {"equitykit.widgets": "notebooks", "equitykit.expectations": "gx"}


def test_what_a_module_needs_to_load_is_in_the_core_or_in_the_extra_of_its_part() -> None:
    at_load = [each for each in read_imports(python_files(), ROOT) if each.at_load]
    others = [each for each in at_load if not each.module.startswith(tuple(EXTRA_OF))]
    assert undeclared(others, core()) == set()
    for part, extra in EXTRA_OF.items():
        own = [each for each in at_load if each.module.startswith(part)]
        assert undeclared(own, with_extras(extra)) == set()


def test_what_the_package_imports_anywhere_is_declared() -> None:
    imports = read_imports(python_files(), ROOT)
    assert undeclared(imports, with_extras(*extra_names())) == set()


OF_THEIR_OWN = {"aequitas", "fairlearn"}
"""What a benchmark compares with, in an environment that it makes for it."""


def test_what_the_tests_and_tools_import_is_in_the_test_extra() -> None:
    folders = [ROOT / name for name in ("tests", "docs", "sample_data", "benchmarks")]
    files = [path for folder in folders for path in python_files(folder)]
    beside = {path.stem for path in files if path.parent.name in ("sample_data", "benchmarks")}
    imports = [
        each
        for each in read_imports(files, ROOT)
        if each.imported.split(".")[0] not in beside | {"sample_data", "docs", "benchmarks"} | OF_THEIR_OWN
    ]
    assert undeclared(imports, with_extras("test")) == set()


def test_every_core_dependency_is_used() -> None:
    used = {each.imported.split(".")[0] for each in read_imports(python_files(PACKAGE), ROOT)}
    provided = set().union(*(providers().get(name, set()) for name in used))
    assert core() - provided - USED_BY_OTHERS == set()


def test_openpyxl_reads_xml_safely() -> None:
    import openpyxl

    assert openpyxl.DEFUSEDXML


def test_an_undeclared_import_is_seen() -> None:
    made_up = Import("equitykit.audit", "mistune.html", 1, False, False)
    assert undeclared([made_up], {"pandas"}) == {"mistune"}
    assert undeclared([made_up], {"mistune"}) == set()
