"""A server as a person starts it, in a process of its own that can be stopped or killed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.guards.tree import ROOT

START = "import sys; from equitykit.start import start; start(sys.argv[1], browser=False)"
ADDRESS = re.compile(r"(http://127\.0\.0\.1:(\d+))/\S+\?token=(\w+)")


@dataclass(frozen=True)
class Served:
    """A running server, and the folder it serves."""

    root: str
    token: str
    folder: Path

    def page(self, notebook: str, **query: str) -> str:
        """Address of a notebook as a page."""
        asked = "&".join(f"{name}={value}" for name, value in {**query, "token": self.token}.items())
        return f"{self.root}/voila/render/{notebook}.ipynb?{asked}"


@dataclass(frozen=True)
class Begun:
    """A process that was started; whether it serves, `ready` tells."""

    process: subprocess.Popen[bytes]
    log: Path
    folder: Path

    def said(self) -> str:
        """What it wrote to its window."""
        return self.log.read_text("utf-8")

    def ready(self) -> Served:
        """Wait until the address was printed and somebody answers there."""
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            found = ADDRESS.search(self.said())
            if found:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", int(found[2]))) == 0:
                        return Served(found[1], found[3], self.folder)
            time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.said()}")

    def stop(self) -> int:
        """Press Ctrl-C and wait; how it ended."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.wait(10)

    def kill(self) -> None:
        """End the server at once, with no time for anything; the programs behind its pages end with it."""
        self.process.kill()
        self.process.wait(10)


def begin(folder: Path, program: str = START, *, more: Mapping[str, str] | None = None) -> Begun:
    """Start `equitykit start` for a folder, or another program around it, with `more` in its environment."""
    log = folder.parent / f"{folder.name}.window.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", program, str(folder)],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(more or {})},
        )
    return Begun(process, log, folder)
