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
    folder = tmp_path_factory.mktemp("browser") / "Ámbito de trabajo"
    begun = begin(folder)
    try:
        yield begun.ready()
    finally:
        begun.stop()


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    """A busy computer is no failure."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    api.expect.set_options(timeout=30_000)


@pytest.fixture
def page(page: Page) -> Page:
    """A fresh page, with patience."""
    page.context.set_default_timeout(READY)
    return page


@pytest.fixture
def no_script_fails(page: Page) -> Iterator[None]:
    """The test fails where a script of the page did."""
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield
    assert failures == []


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
        for _ in range(10):  # a page is drawn piece by piece: what is wrong must stay wrong
            found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
            if not found["violations"]:
                return
            page.wait_for_timeout(200)
        raise AssertionError("\n".join(_in_words(one) for one in found["violations"]))

    return check


def _in_words(violation: dict[str, Any]) -> str:
    nodes = "; ".join(node["html"][:200] for node in violation["nodes"][:3])
    return f"{violation['id']}: {violation['help']}: {nodes}"


def fits(page: Page) -> bool:
    """Whether the page needs no scrolling from side to side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
