"""What every test gets: no network, no user settings, a repeatable hypothesis, and a browser if asked.

The rules hold for the whole run, so also for doctests and notebooks, as this file is read first.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import equitykit_offline
import pytest
from hypothesis import settings

from tests.command import Done, Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
LOCAL_SCHEMES = {"data", "blob", "about", "file", "chrome-extension"}

_scratch = Path(tempfile.mkdtemp(prefix="equitykit-tests-"))
_log = _scratch / "refused.txt"
# Where workers of one run (pytest -n 2) leave what was refused to them; the first process reads it.
_ALL_REFUSED = "EQUITYKIT_TESTS_REFUSED"

settings.register_profile("equitykit", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("equitykit")


def pytest_configure() -> None:
    """Cut the network and the user's own settings off, here and in every child process."""
    os.environ[equitykit_offline.LOG_VARIABLE] = str(_log)
    os.environ.setdefault(_ALL_REFUSED, str(_scratch / "refused-to-workers.txt"))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(ROOT / "tests" / "offline"), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    os.environ["MPLBACKEND"] = "agg"
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        os.environ[name] = str(_scratch / name.lower())
        (_scratch / name.lower()).mkdir(exist_ok=True)
    equitykit_offline.forbid()
    equitykit_offline.spare()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, then notebooks, then the wheel, then the browser.

    Workers (pytest -n 2) share the files out among them: they take the long ones first,
    so that none of them is left with a long one at the end.
    """
    workers = "PYTEST_XDIST_WORKER" in os.environ

    def turn(item: pytest.Item) -> int:
        if item.get_closest_marker("browser"):
            return 3
        if item.get_closest_marker("wheel") or item.get_closest_marker("engine"):
            return 2
        return 1 if item.path.suffix == ".ipynb" else 0

    items.sort(key=turn, reverse=workers)


def refused_so_far() -> list[str]:
    """What tried to leave this machine, in this process or a child, even if the error was swallowed."""
    return _log.read_text(encoding="utf-8").splitlines() if _log.exists() else []


@pytest.fixture
def refusals() -> Iterator[list[str]]:
    """Expect refused connections: read them with ``refused_so_far`` and they do not fail the run."""
    before = refused_so_far()
    yield before
    _log.write_text("".join(f"{line}\n" for line in before), encoding="utf-8")


@pytest.fixture(autouse=True)
def nothing_leaves(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test during which something tried to leave this machine."""
    before = len(refused_so_far())
    yield
    if "refusals" not in request.fixturenames:
        assert refused_so_far()[before:] == [], "this test, or a process it started, reached for the network"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Notebooks and doctests have no fixtures of this file: what they tried fails the run."""
    everywhere = Path(os.environ[_ALL_REFUSED])
    if hasattr(session.config, "workerinput"):
        with everywhere.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in refused_so_far())
    refused = refused_so_far() + (everywhere.read_text("utf-8").splitlines() if everywhere.exists() else [])
    if refused:
        for line in refused:
            print(f"\nrefused: {line}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    shutil.rmtree(_scratch, ignore_errors=True)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder of its own, in this process."""
    from equitykit import cli

    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as end:
            cli.main(list(arguments))
        said = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Done(end.value.code, said.out, said.err)

    return command


# --- a real browser ---


def find_chromium() -> str | None:
    """Path of a Chromium on this machine; EQUITYKIT_CHROMIUM names another one."""
    named = os.environ.get("EQUITYKIT_CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; without one the test is skipped, or fails where CI promised one."""
    path = find_chromium()
    if path is None:
        missing = "there is no Chromium here (EQUITYKIT_CHROMIUM may name one)"
        if os.environ.get("EQUITYKIT_REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium, one for the session."""
    from playwright.sync_api import sync_playwright

    # The browser is not Python, so it gets a rule of its own: no name and no address but this machine.
    only_here = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
    flags = ["--disable-background-networking", "--no-first-run", f"--host-resolver-rules={only_here}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def asked_outside() -> list[str]:
    """Addresses of other machines that the page of this test asked for."""
    return []


@pytest.fixture
def page(browser: Browser, asked_outside: list[str]) -> Iterator[Page]:
    """A fresh page; the test fails if the page asks anything of another machine."""
    context = browser.new_context()
    opened = context.new_page()

    def note(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in LOCAL_SCHEMES and not equitykit_offline.is_loopback(parts.hostname):
            asked_outside.append(url)

    context.on("request", lambda request: note(request.url))
    opened.on("websocket", lambda websocket: note(websocket.url))
    yield opened
    context.close()
    assert asked_outside == [], "the page asked another machine"


@pytest.fixture
def free_port() -> int:
    """A port on this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
