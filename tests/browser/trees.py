"""What a screen reader is given, kept: the accessibility tree of each screen, compared with a file.

A walk shows each screen to a `Trees` and, at its end, asks it to `compare`. Screens that were meant
to change are written anew with `EQUITYKIT_WRITE_TREES=1 pytest tests/browser`; read the difference
before you commit it.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).parent / "kept_trees"
WRITE = "EQUITYKIT_WRITE_TREES"
# What Playwright says beside roles and names, and not every version alike; and where links lead.
BESIDE = re.compile(r" \[(?:active|ref=\w+|cursor=\w+)\]|^ *- /(?:url|placeholder): .*\n?", re.MULTILINE)
CLOCK = re.compile(r"\b\d\d:\d\d\b")
MOST_LOOKS, BETWEEN = 50, 200  # how often a page is looked at until it is drawn, and the milliseconds between
HASH = re.compile(r"\b[0-9a-f]{12,}\b")


def masked(text: str, hidden: Iterable[tuple[str, str]] = ()) -> str:
    """A tree without what differs from day to day and from computer to computer."""
    today = date.today()
    for each, name in (*hidden, (today.isoformat(), "[today]"), (f"{today.day} {today:%B %Y}", "[today]")):
        text = text.replace(each, name)
    return HASH.sub("[hash]", CLOCK.sub("[clock]", BESIDE.sub("", text))).strip()


class Trees:
    """The screens of one walk, kept in one file under `tests/browser/kept_trees`."""

    def __init__(self, name: str, hidden: Iterable[tuple[str, str]] = ()) -> None:
        self.path = HERE / f"{name}.txt"
        self.hidden = tuple(hidden)
        self.screens: dict[str, str] = {}

    def keep(self, page: Page, name: str) -> None:
        """Keep the tree of the page when it is drawn: as it was kept before, or changing no more."""
        assert name not in self.screens
        tree, kept = "", self._kept().get(name)
        for _ in range(MOST_LOOKS):
            before, tree = tree, masked(page.locator("body").aria_snapshot(), self.hidden)
            if tree == (before if kept is None else kept):
                break
            page.wait_for_timeout(BETWEEN)
        self.screens[name] = tree

    def _kept(self) -> dict[str, str]:
        """The screens as they were kept before; none where they are written anew."""
        if os.environ.get(WRITE) or not self.path.is_file():
            return {}
        screens = f"\n{self.path.read_text('utf-8')}".split("\n## ")[1:]
        return {name: tree.strip() for name, tree in (screen.split("\n", 1) for screen in screens)}

    def compare(self) -> None:
        """Fail where a screen differs from what is kept, or write what is kept anew."""
        text = "\n".join(f"## {name}\n\n{tree}\n" for name, tree in self.screens.items())
        if os.environ.get(WRITE):
            HERE.mkdir(exist_ok=True)
            self.path.write_text(text, encoding="utf-8")
        kept = self.path.read_text("utf-8") if self.path.is_file() else ""
        changed = difflib.unified_diff(
            kept.splitlines(), text.splitlines(), self.path.name, "now", n=4, lineterm=""
        )
        said = "\n".join(changed)
        assert not said, f"the screens changed; if that was meant, set {WRITE}=1 and run again:\n{said}"
