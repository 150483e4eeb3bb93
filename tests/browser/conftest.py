"""A server as a person starts it, and what every browser test needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.served import Served, begin

if TYPE_CHECKING:
    from playwright.sync_api import Page

READY = 60_000
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`equitykit start` in a folder with a space and accents in its name."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)  # a busy computer is no failure
    folder = tmp_path_factory.mktemp("browser") / "Ámbito de trabajo"
    begun = begin(folder)
    try:
        yield begun.ready()
    finally:
        begun.stop()


@pytest.fixture(autouse=True)
def _patience(request: pytest.FixtureRequest) -> None:
    """A busy computer is no failure."""
    if "page" in request.fixturenames:
        request.getfixturevalue("page").context.set_default_timeout(READY)


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
