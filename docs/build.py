"""Write the pages of docs/ that say what the code says: `python docs/build.py [--check]`.

With --check nothing is written; pages that differ from the code are named, and the exit code is 1.
The pages of the checks are in docs/checks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

if TYPE_CHECKING:
    from equitykit.measures.registry import Measure
    from equitykit.standards import CodeSystem, Standard

GENERATED = "<!-- Written by docs/build.py from the code. Change the code, then run: make docs -->"
LEFT_OUT = ("Examples", "Parameters", "Returns", "Raises")
SECTION = re.compile(r"^(?P<title>[A-Z][^\n]*)\n-{3,}\n", re.MULTILINE)


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Write a Markdown table; bars inside a cell are escaped."""
    lines = [list(header), *([str(cell) for cell in row] for row in rows)]
    text = [
        "| " + " | ".join(re.sub(r"\s+", " ", c).replace("|", r"\|") for c in line) + " |" for line in lines
    ]
    return "\n".join([text[0], "|" + "---|" * len(lines[0]), *text[1:]])


def prose(docstring: str) -> str:
    """A docstring as Markdown: its sections become paragraphs with a title in bold."""
    parts = SECTION.split(docstring.strip() + "\n")
    text = [parts[0].strip()]
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        if title not in LEFT_OUT:
            text.append(f"**{title}.** {body.strip()}")
    return "\n\n".join(text)


# --- measures ---

NEEDS = {
    "nothing": "nothing more",
    "reference": "a reference",
    "one reference": "a reference that is one number",
    "order": "groups in an order",
    "favourable": "to know whether the outcome is favourable",
}


def measure_section(each: Measure) -> str:
    """Write what one measure is, and how its numbers are made."""
    facts = [
        ("Compares", "by division" if each.scale == "relative" else "by subtraction, or as it is"),
        ("Gives", "one value per group" if each.over == "group" else "one value over all groups"),
        ("Groups count", "by their size" if each.weighted else "each the same"),
        ("Needs", NEEDS[each.needs]),
        ("No disparity", "no such value" if each.null is None else f"{each.null:g}"),
        ("Interval", each.interval),
        ("Computed by", each.library),
        ("Source", each.source),
    ]
    titled = "" if each.title.lower().replace(" ", "-") == each.id else f"{each.title}.\n\n"
    return f"## `{each.id}`\n\n{titled}{prose(each.doc)}\n\n{table(('', ''), facts)}"


def measures_page() -> str:
    """Write the page of all measures."""
    from equitykit.measures import registry

    every = sorted(
        (registry.declaration(name) for name in registry.measures()),
        key=lambda m: (m.over != "group", m.ordered, m.id),
    )
    overview = table(
        ("measure", "compares", "over", "weighted", "ordered groups"),
        (
            (
                f"[`{m.id}`](#{m.id})",
                m.scale,
                "each group" if m.over == "group" else "all groups",
                "yes" if m.weighted else "no",
                "yes" if m.ordered else "no",
            )
            for m in every
        ),
    )
    intro = (
        "Every measure returns the same columns. You name the reference; none is assumed. "
        "A value that is not defined is `NaN` with a note. Groups too small or too uncertain keep their "
        "name in the table; what is hidden is said, with its rule.\n\n"
        "On the command line: `equitykit measure`; for one measure: `equitykit explain rate-ratio`."
    )
    return "\n\n".join(["# Measures", GENERATED, intro, overview, *map(measure_section, every)])


# --- standards ---


def standard_section(each: Standard) -> str:
    """Write what one standard offers."""
    rows = ((f"`{c.id}`", c.label, ", ".join(c.examples)) for c in each.categories)
    uncertain = "".join(f"\n- Not certain: {line}" for line in each.uncertain)
    return (
        f"## `{each.id}`\n\n{each.title}. Version {each.version}. [Source]({each.source}).\n\n"
        f"{table(('id', 'category', 'examples it prints'), rows)}\n\n"
        f"- One combined question: {'yes' if each.combined else 'no'}.{uncertain}"
    )


def code_system_section(each: CodeSystem) -> str:
    """Write what one code system is for."""
    uncertain = "".join(f"\n- Not certain: {line}" for line in each.uncertain)
    columns = f"{len(each.values)} codes" if each.values else f"{len(each.flags)} columns, one per answer"
    return (
        f"## `{each.id}`\n\n{each.title}. Version {each.version}. Source: {each.source}\n\n"
        f"- Question: {each.question}. {columns}.{uncertain}"
    )


def standards_page() -> str:
    """Write the page of the standards."""
    from equitykit import standards

    intro = (
        "A standard says which categories a question should offer. The codebook names it; without one "
        "`us-omb-spd15-2024` is used, and the output says that it was assumed."
    )
    every = [standard_section(standards.standard(name)) for name in standards.standards()]
    return "\n\n".join(["# Standards", GENERATED, intro, *every])


def code_systems_page() -> str:
    """Write the page of the code systems."""
    from equitykit import standards

    intro = (
        "A code system says what the codes of a published form or file mean. equitykit never reads a bare "
        "letter or digit without one: the same letter means different things in different systems."
    )
    every = [code_system_section(standards.code_system(name)) for name in standards.code_systems()]
    return "\n\n".join(["# Code systems", GENERATED, intro, *every])


# --- commands ---


def command_line_page() -> str:
    """Write the page of the commands."""
    import typer.main

    from equitykit.cli import app

    root = typer.main.get_command(app)
    intro = (
        "Exit codes: 0 done; 1 findings at or above `--fail-on`; 2 the command could not do its job, "
        "and one paragraph says why."
    )
    commands = getattr(root, "commands", {})
    sections = [command_section(name, command) for name, command in commands.items() if not command.hidden]
    general = parameters(root)
    return "\n\n".join(["# Command line", GENERATED, intro, general, *sections])


def command_section(name: str, command: object) -> str:
    """Write what one command does, with its arguments and options."""
    help_text = re.sub(r"\s*\f.*", "", getattr(command, "help", None) or "", flags=re.DOTALL)
    arguments = " ".join(_metavar(p) for p in command.params if p.param_type_name == "argument")  # type: ignore[attr-defined]
    usage = f"```sh\nequitykit {name} {arguments}".rstrip() + "\n```"
    return "\n\n".join(
        filter(None, [f"## `equitykit {name}`", help_text.strip(), usage, parameters(command)])
    )


def _metavar(parameter: object) -> str:
    name = (getattr(parameter, "metavar", None) or getattr(parameter, "name", None) or "").upper()
    required = getattr(parameter, "required", False)
    return name if required else f"[{name}]"


def parameters(command: object) -> str:
    """Write the arguments and options of a command as a table."""
    rows = []
    for each in command.params:  # type: ignore[attr-defined]
        if getattr(each, "hidden", False):
            continue
        if each.param_type_name == "argument":
            names = f"`{_metavar(each)}`"
        else:
            names = ", ".join(f"`{name}`" for name in (*each.opts, *each.secondary_opts))
        rows.append((names, (getattr(each, "help", None) or "").strip()))
    return table(("", ""), rows) if rows else ""


PAGES: dict[str, Callable[[], str]] = {
    "measures.md": measures_page,
    "standards.md": standards_page,
    "code-systems.md": code_systems_page,
    "command-line.md": command_line_page,
}


def outdated() -> Iterator[tuple[Path, str]]:
    """Pages that differ from what the code says, with what they should hold."""
    for name, write in PAGES.items():
        path, text = HERE / name, write().rstrip() + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path, text


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which are outdated."""
    changed = list(outdated())
    if "--check" in arguments:
        for path, _ in changed:
            print(f"docs/{path.name} is not what the code says; run: make docs")
        return 1 if changed else 0
    for path, text in changed:
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote docs/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
