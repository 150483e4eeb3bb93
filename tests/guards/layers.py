"""Which module may import which, read from the source without running it.

``LAYERS`` is the order of the design, lowest first: a module imports only from layers below its
own. A module that stands in no layer is an error, so that a new one is placed on purpose.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.guards.tree import module_name, python_files

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "resources", "text", "version", "readability", "kept"),
    ("yamltext", "evidence"),  # reads every YAML file that ships, and says what is wrong in errors
    ("limits",),  # of one rate, each by the formula of its method
    # Work on plain numbers and dates only. ``reliability`` stands below ``groups``, because a table
    # of groups says of each rate whether it is reliable (contract 5.4).
    ("tidy", "periods", "reliability", "bounds"),
    ("rate_methods",),  # intervals of one rate, by name
    ("tails",),  # of three distributions, without scipy
    ("chance",),  # tests and intervals on counts, for an audit that loads quickly
    ("survey", "survival"),  # plain numbers too: weighted rates, and time to an event
    ("standards", "frames"),
    ("recoded",),  # what one combination of values says
    ("codebook_entries", "codebook_words"),
    ("forms", "results", "codebook", "benchmark", "identify", "process"),
    ("joins",),  # second files that a codebook joins to the records
    ("recode", "counts"),
    ("strata",),  # counts by a covariate
    ("rates",),  # rates of counted groups
    ("reading",),  # how an audit reads a question: recoded values, gathered
    ("propose", "groups"),
    ("stratify",),  # groups within the values of a covariate
    ("grouping",),  # who belongs to which group
    ("weighted", "stays"),  # groups of a survey, and how long people stayed
    ("disaggregate",),  # records into groups
    ("disclosure",),
    ("suppression",),  # tables with their totals, and the attacker that proves them
    ("measures", "crosswalk"),
    ("stages", "adjust", "durations"),  # measures along a chain of decisions, and with covariates held alike
    ("checks",),
    ("protected",),  # an audit from which small counts are taken out
    ("findings",),  # runs the checks of any subject
    ("steady",),  # for others: no outcome that tells a hidden count
    ("places", "saved", "validated"),  # what makes two findings the same one; audits read back
    ("baseline", "compare", "config"),  # findings accepted, two audits, settings of a project
    ("design",),  # a form made to a standard
    (
        "records_audit",
        "form_audit",
        "process_audit",
        "results_audit",
    ),  # audits of other subjects, which ``audit`` wraps
    ("audit",),
    ("recipes",),  # runs an audit, a tabulation or measures again from what was written down
    ("instruments",),
    ("analysis",),  # texts, codes and findings of an Institutional Analysis; kept in an assessment
    ("catalogue_standards",),
    ("catalogue_papers",),
    ("assessment", "plots", "catalogue"),
    ("due", "merge"),  # over all assessments of a folder: what is due, and several sites together
    ("report",),
    ("expectations", "widgets"),
    ("demo", "start", "catalogue"),
    ("cli",),
    ("__main__",),
)

# (importing, imported): only inside a function, for one-line methods such as .to_html() and .plot().
LAZY: frozenset[tuple[str, str]] = frozenset(
    {
        (above, "report")
        for above in (
            "audit",
            "assessment",
            "compare",
            "crosswalk",
            "design",
            "groups",
            "measures",
            "merge",
            "stages",
        )
    }
    | {(above, "plots") for above in ("measures", "stages")}
)

# Imported only inside the functions that use them; widgets are classes of the first two, expectations
# of Great Expectations (tests/test_expectations.py holds that the package is imported without it).
HEAVY = (
    "ipywidgets",
    "anywidget",
    "matplotlib",
    "great_expectations",
    "scipy.stats",
    "statsmodels",
    "duckdb",
)
HEAVY_ALLOWED = {"widgets": ("ipywidgets", "anywidget"), "expectations": ("great_expectations",)}


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: who, what, where, and whether it runs when the module is loaded."""

    module: str
    imported: str
    line: int
    inside_function: bool
    typing_only: bool

    @property
    def at_load(self) -> bool:
        """Whether importing the module runs this import."""
        return not (self.inside_function or self.typing_only)


def _is_typing_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    base = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*base, *([node.module] if node.module else [])])


def _named(node: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    """Modules that one node imports, as dotted names; ``from a import b`` gives ``a.b``."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(node, module, is_package)
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif (
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", None)) in ("import_module", "__import__")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ):
        yield str(node.args[0].value)


@cache
def imports_of(source: str, module: str, *, is_package: bool = False) -> list[Import]:
    """Every import in a source text, wherever it stands; several guards read the same files."""
    found: list[Import] = []

    def visit(node: ast.AST, inside_function: bool, typing_only: bool) -> None:
        for name in _named(node, module, is_package):
            found.append(Import(module, name, getattr(node, "lineno", 0), inside_function, typing_only))
        inside = inside_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.If) and _is_typing_block(node):
            for guarded in node.body:
                visit(guarded, inside, True)
            for other in node.orelse:
                visit(other, inside, typing_only)
            return
        for child in ast.iter_child_nodes(node):
            visit(child, inside, typing_only)

    visit(ast.parse(source), False, False)
    return found


def read_imports(files: Iterable[Path], root: Path) -> list[Import]:
    """Every import of some files of the package below ``root``."""
    return [
        found
        for path in files
        for found in imports_of(
            path.read_text(encoding="utf-8"),
            module_name(path, root),
            is_package=path.name == "__init__.py",
        )
    ]


def _part(dotted: str) -> str:
    """The module or sub-package of equitykit that a dotted name lies in ("" for the package itself)."""
    return dotted.split(".")[1] if "." in dotted else ""


def _place(part: str, layers: Iterable[tuple[str, ...]]) -> int | None:
    return next((index for index, layer in enumerate(layers) if part in layer), None)


def _is_ours(dotted: str) -> bool:
    return dotted.split(".")[0] == "equitykit"


def layer_problems(
    imports: Iterable[Import], parts: Iterable[str], layers: tuple[tuple[str, ...], ...] = LAYERS
) -> list[str]:
    """What breaks the order, in sentences; ``parts`` are the modules and sub-packages that exist."""
    existing = set(parts) - {""}
    problems = [
        f"equitykit.{part} stands in no layer: add it to LAYERS in tests/guards/layers.py"
        for part in sorted(existing)
        if _place(part, layers) is None
    ]
    for each in imports:
        importing, imported = _part(each.module), _part(each.imported)
        if not _is_ours(each.imported) or not importing or importing == imported:
            continue
        where = f"{each.module}, line {each.line}"
        if imported not in existing:
            # ``from equitykit import Codebook`` goes through the public names, above all layers.
            problems.append(f"{where}: {each.imported} is no module of the package; name the module")
            continue
        if (importing, imported) in LAZY and each.inside_function:
            continue
        above, below = _place(importing, layers), _place(imported, layers)
        if above is not None and below is not None and below >= above:
            problems.append(f"{where}: {importing} may not import {imported}, which is not below it")
    return problems


def heavy_problems(imports: Iterable[Import]) -> list[str]:
    """Heavy modules that are imported when a module is loaded, not when a function needs them."""
    problems = []
    for each in imports:
        heavy = next((h for h in HEAVY if each.imported == h or each.imported.startswith(h + ".")), None)
        if heavy and each.at_load and heavy not in HEAVY_ALLOWED.get(_part(each.module), ()):
            problems.append(f"{each.module}, line {each.line}: imports {heavy} when it is loaded")
    return problems


def cycles(imports: Iterable[Import], modules: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of modules that need each other to be loaded."""
    known = set(modules)
    graph: dict[str, set[str]] = {name: set() for name in known}
    for each in imports:
        if each.at_load and each.module in known:
            target = next((n for n in (each.imported, each.imported.rpartition(".")[0]) if n in known), None)
            if target and target != each.module:
                graph[each.module].add(target)
    reach = {name: _reachable(name, graph) for name in known}
    groups = {
        tuple(sorted({name} | {other for other in reach[name] if name in reach[other]}))
        for name in known
        if name in reach[name]
    }
    return sorted(groups)


def _reachable(start: str, graph: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(graph[name])
    return seen


def package_parts(package: Path) -> list[str]:
    """Modules and sub-packages directly below a package."""
    return sorted({_part(module_name(path, package.parent)) for path in python_files(package)} - {""})
