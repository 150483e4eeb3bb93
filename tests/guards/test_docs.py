"""The documentation names all that exists, and nothing else."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.guards.catalogue import Catalogue, catalogue, declared_with
from tests.guards.tree import PACKAGE, ROOT

# Words of the design that look like ids and are none.
OTHER_WORDS = frozenset(
    {
        *("all-others", "not-asked", "not-applicable", "unable-to-determine", "not-known"),
        *("single-residual", "frequent-combinations", "alone-or-in-combination", "cms-11"),
        *(
            "fail-on",
            "per-file-ignores",
            "equitykit-forms",
            "equitykit-records",
            "equitykit-tables",
        ),  # settings and hooks
        *("wa-doh-10", "nces-10", "ca-chhs"),
    }
)
# Options that our pages mention and that belong to pytest and pip.
OTHER_TOOLS = frozenset({"--nbval-lax", "--nbval-cell-timeout"})
FENCE = re.compile(r"^[ \t]*```(\w*)[^\n]*\n(.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
KEBAB = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
SHELL = {"console", "sh", "powershell"}
COMMAND_LINE = re.compile(r"^\s*(?:\$ )?((?:\.venv\S+[/\\])?equitykit(?: .*)?)$")


def pages() -> list[Path]:
    """What people read about equitykit."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def command_lines(text: str) -> Iterator[str]:
    """Every ``equitykit ...`` in a shell block or a code span."""
    for language, block in FENCE.findall(text):
        if language in SHELL:
            for line in block.splitlines():
                if found := COMMAND_LINE.match(line):
                    yield found[1].split(" #")[0]
    for span in SPAN.findall(FENCE.sub("", text)):
        if span.startswith("equitykit "):
            yield span


def unknown(text: str, known: Catalogue) -> list[str]:
    """Names that a text uses and that do not exist."""
    found = []
    for span in SPAN.findall(FENCE.sub("", text)):
        if KEBAB.fullmatch(span) and span not in known.all_names | OTHER_WORDS:
            found.append(f"`{span}` is no check, measure, standard, code system or instrument")
        option = OPTION.match(span)
        if option and option[0] not in known.options | OTHER_TOOLS:
            found.append(f"`{span}` is an option of no command")
    for line in command_lines(text):
        found += _unknown_in_command(line, known)
    return found


def _unknown_in_command(line: str, known: Catalogue) -> list[str]:
    words = shlex.split(line)[1:]
    command = words[0] if words and not words[0].startswith("-") else ""
    if command and command not in known.commands:
        return [f"`{line}`: there is no command {command}"]
    options = {word.split("=")[0] for word in words if word.startswith("--")}
    strange = sorted(options - known.commands[command])
    return [f"`{line}`: {command or 'equitykit'} has no option {option}" for option in strange]


def code_in(text: str) -> str:
    """All code of a text: blocks and spans."""
    blocks = [block for _, block in FENCE.findall(text)]
    return "\n".join([*blocks, *SPAN.findall(FENCE.sub("", text)), *_headings(text)])


def _headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def undocumented(text: str, known: Catalogue) -> list[str]:
    """What exists and is nowhere in the code of a text."""
    words = set(re.findall(r"[a-z0-9][a-z0-9-]*", code_in(text)))
    options = set(OPTION.findall(code_in(text)))
    return [
        *(f"{kind} {name}" for kind, names in known.names.items() for name in sorted(names - words)),
        *(f"command {name}" for name in sorted(set(known.commands) - {""} - words)),
        *(f"option {option}" for option in sorted(known.options - options)),
    ]


def broken_links(page: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    text = FENCE.sub("", page.read_text("utf-8"))
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    here = [target for target in targets if target and "://" not in target]
    return [target for target in here if not (page.parent / target).exists()]


@cache
def real() -> Catalogue:
    return catalogue()


def test_all_that_exists_is_documented() -> None:
    text = "\n\n".join(page.read_text("utf-8") for page in pages())
    assert undocumented(text, real()) == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_nothing_that_does_not_exist(page: Path) -> None:
    assert unknown(page.read_text("utf-8"), real()) == []


@pytest.mark.parametrize(
    "page", [*pages(), ROOT / "CHANGELOG.md"], ids=lambda page: str(page.relative_to(ROOT))
)
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_every_check_has_its_page_and_every_page_its_check() -> None:
    written = {page.stem for page in (ROOT / "docs" / "checks").glob("*.md")} - {"index"}
    assert written == real().names["check"]


@pytest.mark.parametrize("kind", ["check", "measure"])
def test_what_the_code_declares_is_registered(kind: str) -> None:
    declared = set(declared_with(kind, PACKAGE / f"{kind}s"))
    assert declared
    assert declared - real().names[kind] == set()


def test_every_file_of_a_standard_and_a_code_system_is_read() -> None:
    from equitykit import standards

    assert set(standards.standards()) == real().names["standard"]
    assert set(standards.code_systems()) == real().names["code system"]


def test_generated_pages_are_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "build.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


# --- the guard bites ---

SMALL = Catalogue(
    names={"check": frozenset({"other-share"}), "measure": frozenset({"rate"})},
    commands={"": frozenset({"--version"}), "audit": frozenset({"--public", "--format"})},
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("See `other-shares`.", "`other-shares` is no check"),
        ("Run `equitykit adit x.csv`.", "there is no command adit"),
        ("Run `equitykit audit x.csv --pubic`.", "audit has no option --pubic"),
        ("```console\n$ equitykit audit --version\n```", "audit has no option --version"),
        ("   ```sh\n   equitykit demo\n   ```", "there is no command demo"),
        ("Give `--form X`.", "is an option of no command"),
    ],
)
def test_an_unknown_name_is_seen(text: str, sentence: str) -> None:
    found = unknown(text, SMALL)
    assert len(found) == 1
    assert sentence in found[0]


def test_known_names_pass() -> None:
    text = (
        "`other-share` and `equitykit audit x.csv --format=json`, `--public`.\n\n"
        "```console\n$ equitykit --version\n```\n\n```python\nx = 'other-shares'\n```"
    )
    assert unknown(text, SMALL) == []


def test_what_is_missing_is_seen() -> None:
    assert undocumented("## other-share\n\n`equitykit audit --public`", SMALL) == [
        "measure rate",
        "option --format",
        "option --version",
    ]


def test_a_word_in_running_text_documents_nothing() -> None:
    assert "measure rate" in undocumented("The rate of something.", SMALL)


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("[a](a.md#x) [b](b.md) [c](https://example.org/c.md)", encoding="utf-8")
    assert broken_links(page) == ["b.md"]
