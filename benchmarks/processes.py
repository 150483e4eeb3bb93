"""Whole processes, timed in pairs: seconds, processor seconds and peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BYTECODE = Path(tempfile.gettempdir()) / "equitykit-benchmarks-pycache"


class Failed(Exception):
    """A process that did not do its job."""


@dataclass(frozen=True)
class Taken:
    """What one process took."""

    seconds: float
    processor: float
    peak: float
    """In megabytes."""
    output: str = ""

    def figures(self) -> dict[str, float]:
        """What it took, to be kept."""
        return {name: round(getattr(self, name), 3) for name in ("seconds", "processor", "peak")}


def run(command: Sequence[str | Path], more: Mapping[str, str] | None = None) -> Taken:
    """Run a process to its end.

    Byte code is kept, as it is where the library was installed. This process stays small: on Linux a child
    starts with the peak of its parent.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(BYTECODE),
        **(more or {}),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=err, env=environment, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise Failed(f"{command}: {err.read().decode(errors='replace')[-2000:]}")
        text = out.read().decode()
    return Taken(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text)


def python(*arguments: str | Path) -> list[str | Path]:
    """A command of this Python."""
    return [sys.executable, *arguments]


@dataclass(frozen=True)
class Pair:
    """Several runs of two commands in turn."""

    own: tuple[Taken, ...]
    other: tuple[Taken, ...]

    def ratio(self, what: str) -> float:
        """Middle of the ratios of the pairs."""
        pairs = zip(self.own, self.other, strict=True)
        return statistics.median(getattr(one, what) / getattr(two, what) for one, two in pairs)

    def figures(self) -> dict[str, float]:
        """Middles and ratios, to be kept."""
        kept: dict[str, float] = {"repeats": len(self.own)}
        for what in ("seconds", "processor", "peak"):
            for name, taken in (("own", self.own), ("other", self.other)):
                kept[f"{name}_{what}"] = round(statistics.median(getattr(each, what) for each in taken), 3)
            kept[f"{what}_ratio"] = round(self.ratio(what), 3)
        return kept


def pairs(own: Sequence[str | Path], other: Sequence[str | Path], repeats: int, *, warm: bool = True) -> Pair:
    """Two commands in turn, so often; several times after a run of each that is not counted."""
    if warm and repeats > 1:
        run(own)
        run(other)
    first, second = [], []
    for number in range(repeats):
        for place in (0, 1) if number % 2 == 0 else (1, 0):
            (second if place else first).append(run(other if place else own))
    return Pair(tuple(first), tuple(second))
