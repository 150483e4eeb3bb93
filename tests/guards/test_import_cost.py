"""``import equitykit`` costs no more than pandas, writes nothing, opens no socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.guards.layers import HEAVY
from tests.guards.tree import ROOT

# What an import may never do. The hook is put in place before equitykit is loaded.
WATCH = """
import json, os, sys
seen = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
CHANGES = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.", "tempfile.", "os.putenv")
STARTS = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn",
          "webbrowser.", "urllib.")
def watch(event, arguments):
    if event == "open" and arguments[2] & WRITES and arguments[0] != os.devnull:
        seen.append(f"opens {arguments[0]!r} for writing")
    elif event.startswith(CHANGES + STARTS):
        seen.append(f"{event} {arguments[:2]!r}")
"""
LOADED = "print(json.dumps({'seen': seen, 'modules': sorted(sys.modules)}))"
IMPORT = "import equitykit\n"
PUBLIC_NAMES = IMPORT + "for name in equitykit.__all__: getattr(equitykit, name)\n"


def run(program: str) -> str:
    """Output of a program in a Python that sees the checkout and writes no byte code."""
    environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def watched(setup: str, program: str) -> dict[str, list[str]]:
    """What a program does and loads, after a setup that is not watched."""
    report: dict[str, list[str]] = json.loads(
        run(f"{setup}\n{WATCH}\nsys.addaudithook(watch)\n{program}\n{LOADED}")
    )
    return report


def heavy(modules: list[str]) -> list[str]:
    return [name for name in modules if any(name == h or name.startswith(h + ".") for h in HEAVY)]


@pytest.mark.parametrize("program", [IMPORT, PUBLIC_NAMES], ids=["import", "every public name"])
def test_no_heavy_module_is_loaded(program: str) -> None:
    assert heavy(watched("", program)["modules"]) == []


@pytest.mark.parametrize("program", [IMPORT, PUBLIC_NAMES], ids=["import", "every public name"])
def test_nothing_is_written_and_nothing_is_opened(program: str) -> None:
    # pandas may do as it likes; what is watched is what equitykit adds.
    assert watched("import pandas", program)["seen"] == []


def test_import_takes_hardly_longer_than_pandas() -> None:
    program = (
        "import time, pandas\nstart = time.process_time()\nimport equitykit\n"
        "print(time.process_time() - start)"
    )
    assert min(float(run(program)) for _ in range(3)) < 0.3


def test_global_settings_stay_as_they_are() -> None:
    program = (
        "import locale, logging, warnings, random, pandas\n"
        "def state():\n"
        "    return (logging.root.level, list(logging.root.handlers), list(warnings.filters),\n"
        "            locale.setlocale(locale.LC_ALL), random.getstate(),\n"
        "            pandas.get_option('display.max_rows'), pandas.get_option('mode.copy_on_write'))\n"
        f"before = state()\n{PUBLIC_NAMES}\nprint(before == state())"
    )
    assert run(program).strip() == "True"


# --- the watch itself bites ---


def test_the_watch_sees_a_file_a_folder_and_a_socket(tmp_path: object) -> None:
    program = (
        "import socket\n"
        f"open({str(tmp_path)!r} + '/x', 'w').close()\n"
        f"os.mkdir({str(tmp_path)!r} + '/y')\n"
        "socket.socket().close()\n"
    )
    seen = watched("", program)["seen"]
    assert [line.split()[0] for line in seen] == ["opens", "os.mkdir", "socket.__new__"]


def test_the_watch_sees_a_heavy_module() -> None:
    assert "duckdb" in heavy(watched("", "import duckdb")["modules"])
