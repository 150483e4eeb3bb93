"""Notebooks hold no answers of anybody, nothing that varies, and really compare what they check."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.guards.test_repository import traces
from tests.guards.tree import ROOT, notebooks

MARK = "NBVAL_CHECK_OUTPUT"
TAG = "nbval-check-output"
VARIES = re.compile(
    r"0x[0-9a-f]{6,}"  # addresses of objects
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d"  # moments
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-"  # random ids
    r"|\b\d+(?:\.\d+)? ?(?:ms|µs|seconds)\b"  # durations
)

PAGE = "from equitykit import widgets"
MOST_CELLS, MOST_LINES = 12, 12

Notebook = dict[str, Any]


def is_checked(cell: dict[str, Any]) -> bool:
    """Whether nbval compares the output of a cell."""
    source = "".join(cell["source"])
    comments = [line for line in source.splitlines() if line.lstrip().startswith("#")]
    return any(MARK in line for line in comments) or TAG in cell.get("metadata", {}).get("tags", [])


def text_outputs(cell: dict[str, Any]) -> str:
    """All that a cell printed as text."""
    parts = []
    for output in cell["outputs"]:
        parts += output.get("text", []) or output.get("data", {}).get("text/plain", [])
    return "".join(parts)


def problems(notebook: Notebook) -> list[str]:
    """What is wrong with a notebook that ships."""
    found = []
    if "widgets" in notebook["metadata"]:
        found.append("holds widget state, and with it what somebody typed")
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    found += _too_much(code)
    for number, cell in enumerate(code, start=1):
        found += [f"code cell {number} {problem}" for problem in _cell_problems(cell)]
    found += [f"names a machine: {trace}" for trace in traces(json.dumps(notebook, indent=1))]
    return found


def _too_much(code: list[dict[str, Any]]) -> list[str]:
    """A notebook with a page holds no logic; one that is written out is short, and shows that it still works."""
    sources = ["".join(cell["source"]) for cell in code]
    if not sources or any(PAGE in source for source in sources):
        work = [cell for cell in code if cell["metadata"].get("tags") != ["parameters"]]
        if not 1 <= len(work) <= 2:
            return [f"has {len(work)} code cells; one that does the work, and one of facts at most"]
        return []
    found = []
    if len(code) > MOST_CELLS:
        found.append(f"has {len(code)} code cells without a page; {MOST_CELLS} at most")
    if sum(not is_checked(cell) for cell in code) > 1:
        found.append("is written out, and more than one of its cells is not checked")
    long = [place for place, text in enumerate(sources, 1) if len(text.splitlines()) > MOST_LINES]
    return found + [f"code cell {place} is longer than {MOST_LINES} lines" for place in long]


def _cell_problems(cell: dict[str, Any]) -> list[str]:
    kinds = {output["output_type"] for output in cell["outputs"]}
    if not is_checked(cell):
        return ["holds an output although nothing compares it"] if cell["outputs"] else []
    found = []
    text = text_outputs(cell)
    if cell["execution_count"] is None or not text.strip():
        found.append("is checked but has no text to compare: nbval passes it without looking")
    if "error" in kinds:
        found.append("holds an error")
    data = {mime for output in cell["outputs"] for mime in output.get("data", {})}
    if any(mime.startswith("image/") or "widget" in mime for mime in data):
        found.append("is checked but shows a picture or a widget, which nbval does not compare")
    if varying := VARIES.search(text):
        found.append(f"holds an output that varies: {varying.group(0)}")
    return found


def test_there_are_notebooks() -> None:
    assert notebooks()


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_notebook_may_ship(path: Any) -> None:
    assert problems(json.loads(path.read_text("utf-8"))) == []


def test_something_is_checked_by_nbval() -> None:
    read = [json.loads(path.read_text("utf-8")) for path in notebooks()]
    assert any(is_checked(c) for notebook in read for c in notebook["cells"] if c["cell_type"] == "code")


# --- the guard bites ---


def notebook(*cells: dict[str, Any], **metadata: object) -> Notebook:
    return {"metadata": metadata, "cells": list(cells), "nbformat": 4, "nbformat_minor": 5}


def code(source: str, *outputs: dict[str, Any], count: int | None = 1, **metadata: object) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": [source],
        "outputs": list(outputs),
        "execution_count": count,
        "metadata": metadata,
    }


def printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def shown(**data: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {k.replace("_", "/"): [v] for k, v in data.items()}}


CHECKED = f"# {MARK}\nprint(n)"


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (notebook(code("x", count=None), widgets={"a": 1}), "widget state"),
        (notebook(), "0 code cells"),
        (notebook(*[code(f"{PAGE}\nx", count=None)] * 3), "3 code cells"),
        (notebook(*[code("x", count=None)] * 2), "more than one of its cells is not checked"),
        (notebook(*[code(CHECKED, printed("3"))] * 13), "13 code cells without a page"),
        (notebook(code(CHECKED + "\ny = 1" * 12, printed("3"))), "longer than 12 lines"),
        (notebook(code("x", printed("3"))), "nothing compares it"),
        (notebook(code(CHECKED)), "no text to compare"),
        (notebook(code(CHECKED, printed("3"), count=None)), "no text to compare"),
        (notebook(code("print(n)", count=None, tags=[TAG])), "no text to compare"),
        (notebook(code(CHECKED, printed("<A at 0x7f12ab34>"))), "varies"),
        (notebook(code(CHECKED, printed("made 2024-05-01T10:00"))), "varies"),
        (notebook(code(CHECKED, printed("3"), shown(image_png="x"))), "picture"),
        (notebook(code(f"open('{'/'}root/x')")), "names a machine"),
    ],
)
def test_a_bad_notebook_is_seen(bad: Notebook, sentence: str) -> None:
    found = problems(bad)
    assert len(found) == 1
    assert sentence in found[0]


def test_a_good_notebook_passes() -> None:
    good = notebook(code(f"{PAGE}\napp()", count=None), code(CHECKED, printed("7,214 records\n")))
    assert problems(good) == []
    written_out = [code(CHECKED, printed("3"))] * 9
    assert problems(notebook(*written_out, code("chart.figure", count=None))) == []


def test_the_mark_counts_in_a_comment_only() -> None:
    assert not is_checked(code(f"x = '{MARK}'"))
    assert is_checked(code(f"# {MARK}"))
