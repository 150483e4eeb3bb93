"""A newcomer can type what the README shows: its Python and its commands are run, in order."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.test_docs import FENCE
from tests.guards.tree import ROOT

README = (ROOT / "README.md").read_text("utf-8")
# They wait for a person, or need a file that only a person makes.
NOT_RUN = ("start", "report")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as ``equitykit start`` leaves it: with the sample data in it."""
    made = tmp_path_factory.mktemp("read me") / "work"
    shutil.copytree(ROOT / "sample_data", made / "sample_data")
    return made


def blocks(language: str) -> Iterator[str]:
    """Blocks of one language, in order, moved to the left margin."""
    for found, block in FENCE.findall(README):
        if found == language:
            yield textwrap.dedent(block)


def run(arguments: list[str], cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


ONE_AFTER_THE_OTHER = """
import json, sys
from equitykit.cli import main
for line in json.load(sys.stdin):
    try:
        main(line)
    except SystemExit as end:
        if end.code:
            sys.exit(f"{line} ended with {end.code}")
"""


@pytest.mark.slow
def test_the_commands_run_in_order(folder: Path) -> None:
    lines = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines() if line]
    commands = [shlex.split(line) for line in lines]
    assert {words[0] for words in commands} == {"equitykit"}
    asked = [words[1:] for words in commands if words[1] not in NOT_RUN]
    assert len(asked) >= 5
    done = run(["-c", ONE_AFTER_THE_OTHER], folder, json.dumps(asked))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    written = [words[words.index("-o") + 1] for words in asked if "-o" in words]
    assert written and all((folder / name).stat().st_size > 0 for name in written)


@pytest.mark.slow
def test_the_python_runs_in_order(folder: Path) -> None:
    program = "\n".join(blocks("python"))
    assert "import equitykit as ek" in program
    done = run(["-W", "error", "-c", program], folder)
    assert done.returncode == 0, done.stderr
    assert re.search(r"rate-ratio", done.stdout)


def test_set_up_stands_first_and_the_five_minutes_exist() -> None:
    headings = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert headings[:2] == ["Set up", "From your own file to an audit in five minutes"]
    first = next(blocks("sh"))
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make demo", "make test"]
