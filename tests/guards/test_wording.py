"""No text that people read gives a legal or causal verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guards import wording
from tests.guards.tree import ROOT, shipped_files

READ_BY_PEOPLE = {
    ".py",
    ".yaml",
    ".yml",
    ".ipynb",
    ".md",
    ".j2",
    ".html",
    ".js",
    ".css",
    ".csv",
    ".json",
    ".txt",
}
FOLDERS = ("equitykit", "schemas", "notebooks", "sample_data", "docs")


def test_no_text_gives_a_verdict() -> None:
    found = [
        f"{path.relative_to(ROOT)}, {line}: {word}"
        for path in shipped_files()
        if path.suffix in READ_BY_PEOPLE
        and (path.relative_to(ROOT).parts[0] in FOLDERS or path.name == "README.md")
        for line, text in wording.strings_of(path)
        for word in wording.banned_in(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.py", 'say(f"the gap of {n} is explained by age")'),
        ("a.py", 'def f():\n    """Find Discrimination."""'),
        ("a.yaml", "remedy: This is\n  an adverse\n  impact."),
        ("a.yaml", "compliant: yes"),
        ("a.md", "The form is not compliant."),
        ("a.ipynb", '{"cells": [{"source": ["Adverse-impact ratio"]}]}'),
        ("a.ipynb", '{"cells": [{"source": [], "outputs": [{"text": ["explained"]}]}]}'),
    ],
)
def test_a_verdict_is_seen(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    found = [word for _, text in wording.strings_of(tmp_path / name) for word in wording.banned_in(text)]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.py", "x = 1  # never say discrimination here"),
        ("a.py", 'u = "https://example.org/discrimination/law"'),
        ("a.yaml", "source: Convention on the Elimination of Racial Discrimination\ntitle: A"),
        ("a.yaml", "text: What explains it is not known.  # not: explained"),
        ("a.md", "Complying with a rule and explaining a number are other words."),
    ],
)
def test_what_is_no_verdict_is_left_alone(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert [word for _, text in wording.strings_of(tmp_path / name) for word in wording.banned_in(text)] == []
