"""A command as somebody types it: how it ended, and what it said on either stream."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
"""Type of the fixture `run`."""


def csv(name: str = "x.csv", text: str = "race\nWhite\nBlack\n") -> str:
    """Write a file to work on, and give its name."""
    Path(name).write_text(text, encoding="utf-8")
    return name
