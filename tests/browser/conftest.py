"""A server as a person starts it, and what every browser test needs."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.guards.tree import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

START = "import sys; from equitykit.start import start; start(sys.argv[1], browser=False)"
READY = 60_000
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True)
class Server:
    """A running server, and the folder it serves."""

    root: str
    token: str
    folder: Path

    def page(self, notebook: str, **query: str) -> str:
        """Address of a notebook as a page."""
        asked = "&".join(f"{name}={value}" for name, value in {**query, "token": self.token}.items())
        return f"{self.root}/voila/render/{notebook}.ipynb?{asked}"


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`equitykit start` in a folder with a space and accents in its name."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)  # a busy computer is no failure
    folder = tmp_path_factory.mktemp("browser") / "Ámbito de trabajo"
    log = folder.parent / "server.log"
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", START, str(folder)], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield _ready(process, log, folder)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _ready(process: subprocess.Popen[bytes], log: Path, folder: Path) -> Server:
    """Wait until the address was printed and somebody answers there."""
    import socket

    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        found = re.search(r"(http://127\.0\.0\.1:(\d+))/\S+\?token=(\w+)", log.read_text("utf-8"))
        if found:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(found[2]))) == 0:
                    return Server(found[1], found[3], folder)
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text('utf-8')}")


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """Fail with what axe-core finds against WCAG 2.2 AA on a page as it stands."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    (source,) = Path(package.__file__).parent.rglob("axe.min.js")
    script = source.read_text("utf-8")

    def check(page: Page) -> None:
        if not page.evaluate("typeof window.axe === 'object'"):
            page.evaluate(script)
        options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
        assert [_in_words(one) for one in found["violations"]] == []

    return check


def _in_words(violation: dict[str, Any]) -> str:
    nodes = "; ".join(node["html"][:200] for node in violation["nodes"][:3])
    return f"{violation['id']}: {violation['help']}: {nodes}"


def fits(page: Page) -> bool:
    """Whether the page needs no scrolling from side to side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
