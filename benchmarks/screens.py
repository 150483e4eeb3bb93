"""How quick the guided pages are, in a real browser on this computer; prints one JSON line for each figure.

- a page is ready: from asking for its address, once the server has said it, until its heading is there;
- a key is saved: from the key until the program has written it to disk and answered, in the file of
  `assessment_saving.py`;
- the first chart: from the start page to a chart attached to an assessment on the short way, as fast as a script
  can click. The time a person needs to read and to think is not in it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.assessment_saving import ID, large  # noqa: E402 - the checkout above this folder
from tests.served import Served, begin  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEYS = 60
TIMES = 3
READY = 60_000
WATCH = """
window.sent = []; window.took = [];
const decode = (data) => typeof data === "string" ? data : new TextDecoder("utf-8").decode(data);
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
    if (!this.watched) {
        this.watched = true;
        this.addEventListener("message", async (event) => {
            const at = performance.now();
            const data = event.data instanceof Blob ? await event.data.arrayBuffer() : event.data;
            if (decode(data).includes('"got it"') && window.sent.length) window.took.push(at - window.sent.shift());
        });
    }
    if (decode(data).includes('"event":"input"')) window.sent.push(performance.now());
    return send.call(this, data);
};
"""


def figure(what: str, seconds: float, at_most: float, note: str = "") -> None:
    """Print one figure."""
    print(
        json.dumps({"what": what, "seconds": round(seconds, 3), "at_most": at_most, "note": note}), flush=True
    )


def ready(page: Page, address: str, heading: str) -> float:
    """Seconds until the heading of a page is there; the middle of a few times."""
    taken = []
    for _ in range(TIMES):
        page.goto("about:blank")
        started = time.perf_counter()
        page.goto(address)
        page.get_by_role("heading", name=heading, level=1).wait_for(timeout=READY)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def typed(page: Page, server: Served) -> list[float]:
    """Seconds until each key was on disk."""
    page.add_init_script(WATCH)
    page.goto(server.page("race_equity_impact_assessment", file=f"{ID}.equity.json"))
    page.get_by_role("button", name=re.compile("^Say it")).click(timeout=READY)
    field = page.get_by_label("Question 1", exact=True)
    field.press("End")
    field.press_sequentially("x" * KEYS, delay=100)
    page.wait_for_function(f"window.took.length >= {KEYS}")
    return [each / 1000 for each in page.evaluate("window.took")]


def first_chart(page: Page, server: Served) -> float:
    """Seconds from the start page to a chart attached on the short way."""
    started = time.perf_counter()
    page.goto(server.page("start_here"))
    page.get_by_label("What is a short name for the decision?").fill("Visits online", timeout=READY)
    page.get_by_role("radio", name="Short").check()
    page.get_by_role("button", name="Start a new assessment").click()
    page.get_by_role("button", name="Start", exact=True).click(timeout=READY)
    page.get_by_role("button", name="Look at the evidence").click()
    page.get_by_role("button", name="Compare groups in a data file").click()
    page.get_by_label("Which file holds the data?").select_option("sample_data/intake_clean.csv")
    page.get_by_label("What happened to people?").select_option("removed")
    page.get_by_label("Whom is each group compared with?").select_option("all-others")
    page.get_by_label("Why this comparison? (optional)").fill("To see each group beside the rest")
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("img").first).to_be_visible(timeout=READY)
    return time.perf_counter() - started


def measure(page: Page, server: Served) -> None:
    """Print every figure."""
    figure("The start page is ready", ready(page, server.page("start_here"), "equitykit"), 5)
    address = server.page("race_equity_impact_assessment", file=f"{ID}.equity.json")
    figure("A page of a large assessment is ready", ready(page, address, "Large"), 5)
    figure(
        "From the start page to the first chart, without reading",
        first_chart(page, server),
        180,
        "as fast as a script clicks",
    )
    keys = sorted(typed(page, server))
    figure("A key is on disk: the middle", statistics.median(keys), 0.3, f"{len(keys)} keys")
    figure("A key is on disk: the longest", keys[-1], 0.3)


def main() -> None:
    """Serve a folder with a large assessment and look at it."""
    names = (os.environ.get("EQUITYKIT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        raise SystemExit("There is no Chromium here.")
    with tempfile.TemporaryDirectory() as place:
        work = Path(place) / "work"
        work.mkdir()
        large(work).close()
        begun = begin(work)
        try:
            server = begun.ready()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
                measure(browser.new_page(), server)
                browser.close()
        finally:
            begun.stop()


if __name__ == "__main__":
    main()
