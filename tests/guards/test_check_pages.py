"""The page of each check holds all its parts, and none is empty."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from equitykit import checks
from tests.guards.tree import ROOT

PAGES = ROOT / "docs" / "checks"
PARTS = ("Why it matters", "How", "Example", "When to ignore it")  # paragraphs of the declaration's text
FACTS = ("Severity", "Looks at", "Needs", "What to do", "Source")  # rows of the table
LEAST = {"Example": 1}  # words, else three; fewer say nothing


def lacking(page: str) -> list[str]:
    """Parts of a page that are not there, or that say nothing."""
    body = page.split("-->")[-1]
    said = dict(re.findall(r"^\*\*([^*\n]+?):\*\* ?(.*(?:\n(?!\n).+)*)", body, re.MULTILINE))
    rows = dict(re.findall(r"^\| ([^|]+) \| (.*) \|$", body, re.MULTILINE))
    wanting = [part for part in PARTS if len(said.get(part, "").split()) < LEAST.get(part, 3)]
    wanting += [fact for fact in FACTS if not rows.get(fact, "").strip()]
    if not re.search(r"^https?://\S+", rows.get("Source", "")):
        wanting.append("Source as an address")
    paragraphs = [text for text in body.split("\n\n") if text.strip()]
    if len(paragraphs) < 2 or paragraphs[1].startswith(("**", "|")):
        wanting.append("what it detects")
    return wanting


@pytest.mark.parametrize("id", [check.id for check in checks.checks()])
def test_the_page_of_a_check_is_whole(id: str) -> None:
    assert lacking((PAGES / f"{id}.md").read_text(encoding="utf-8")) == []


GOOD = Path(PAGES / "other-share.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("**Example:** ", "**An example:** ", "Example"),
        ("**How:** people", "**How:**\n\npeople", "How"),
        ("| Source | http", "| Source | see http", "Source as an address"),
        ("| What to do |", "| What not to do |", "What to do"),
        ('Share of the answers that are a bare "Other".', "", "what it detects"),
    ],
)
def test_a_part_that_is_not_there_is_seen(old: str, new: str, part: str) -> None:
    assert old in GOOD
    assert lacking(GOOD.replace(old, new)) == [part]
