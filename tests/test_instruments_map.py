"""The map of a process: asked, saved, shown on a page and told in the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from equitykit import widgets
from equitykit.assessment import Assessment
from equitykit.instruments import Instrument, loads
from equitykit.report import assessment_document, markdown
from equitykit.widgets.fields import RowsField
from equitykit.widgets.wizard import Wizard

TEXT = """\
id: small
version: "1.0"
title: A small one
purpose: To try things.
credit: {text: Ours.}
tracks:
  - {id: full, title: Full, description: All., minutes: 5, level: full}
parts:
  - id: process
    title: Draw the process
    asks:
      - id: steps
        kind: map
        label: What happens, step by step?
        required: Write the steps.
        columns:
          - {id: days, label: Days it takes, kind: number}
"""
STEPS = [
    {"step": "A call comes in", "actors": "Hotline", "documents": "Form 12", "days": 1},
    {"step": "It is screened", "decision": "Open a case?", "decides": "Screener, by the matrix"},
]


@pytest.fixture
def instrument() -> Instrument:
    return loads(TEXT)


def test_a_map_is_kept_shown_and_told(tmp_path: Path, instrument: Instrument) -> None:
    """The page holds the rows as they are kept, with their ids; the report numbers them in order."""
    made = Assessment.create(tmp_path / "x.equity.json", instrument=instrument)
    assert [problem.text for problem in made.problems()] == ["Write the steps."]
    made.answer("steps", STEPS)
    wizard = widgets.assess(made)
    assert isinstance(wizard, Wizard)
    wizard.go("part/process/0")
    field = wizard.fields["steps"]
    assert isinstance(field, RowsField)
    assert (field.ordered, field.word) == (True, "Step")
    assert [row["id"] for row in field.value] == ["s1", "s2"]
    field.value = [field.value[1], field.value[0], {"step": "It is closed"}]
    assert [row["id"] for row in made.value("steps")] == ["s2", "s1", "s3"]
    field.value = [*field.value[:2], {"actors": "Clerk"}]
    wizard.next.click()
    assert wizard.problems.texts == ('Step 3, "What happens": say what happens.',)
    assert field.wrong == {"row": 2, "column": "step"}
    made.answer("steps", STEPS)
    told = markdown.render(assessment_document(made))
    assert "| Step | What happens | Who acts |" in told
    assert "| 2 | It is screened |" in told
    assert "Something is decided in 1 step." in told
    assert "s1" not in told
    assert wizard.errors == []
