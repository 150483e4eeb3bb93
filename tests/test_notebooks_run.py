"""The notebooks in a real kernel: the page appears, answers reach the disk, the facts are those stored."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from equitykit import resources
from equitykit.assessment import Assessment
from equitykit.cli import main
from tests.guards.tree import notebooks
from tests.test_analysis_leaks import PLANTED, RAW, leaks

pytest.importorskip("nbclient")

USE = """
import json
from equitykit.assessment import Assessment
from equitykit.widgets import assess
wz = assess(Assessment.open("kernel.equity.json", instrument="race-equity-impact-assessment", track="fast"))
wz.go("part/result/0")
field = wz.fields["desired_result"]
field._handle_custom_msg({"event": "input", "value": "Typed in a kernel."}, [])
field._handle_custom_msg({"event": "leave"}, [])
wz.next.click()
print(json.dumps([wz.place, wz.assessment.value("desired_result"), len(wz.errors)]))
"""

PASSAGE = """
from pathlib import Path
from equitykit.assessment import Assessment
from equitykit.widgets import assess
one = Assessment.open("kin.equity.json", instrument="institutional-analysis", by="Coder 1")
one.analysis.add_source("Interview 1", kind="interview", voice="families")
wz = assess(one)
wz.go("bench/passages/add")
wz.fields["~source"].value = "s1"
said, names = wz.fields["~said"], wz.fields["~names"]
said._handle_custom_msg({"event": "said", "text": Path("../said.txt").read_text()}, [])
names._handle_custom_msg({"event": "said", "text": Path("../names.txt").read_text()}, [])
said._handle_custom_msg({"event": "ready"}, [])
wz.bar.children[0].click()
wz.task.review._handle_custom_msg({"event": "ready"}, [])
wz.bar.children[0].click()
wz.task.review._handle_custom_msg({"event": "all"}, [])
print(wz.place, len(wz.problems.texts), wz.task.review.words()["waiting"], len(wz.errors))
wz
"""


def run(
    path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    more: str | None = None,
    given: str | None = None,
) -> Any:
    """Run a notebook in a kernel of its own, in an empty folder.

    `given` is put where papermill puts what it is given: after the cell tagged "parameters".
    """
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("EQUITYKIT_FOLDER", str(folder))
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("tags") != ["facts"]]
    if given:
        tags = [cell.metadata.get("tags") for cell in notebook.cells]
        notebook.cells.insert(tags.index(["parameters"]) + 1, nbformat.v4.new_code_cell(given))
    if more:
        notebook.cells.append(nbformat.v4.new_code_cell(more))
    resources_ = {"metadata": {"path": str(folder)}}
    return NotebookClient(notebook, timeout=60, kernel_name="python3", resources=resources_).execute()


@pytest.mark.filterwarnings("default")
def test_the_wizard_works_in_a_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = [path for path in notebooks() if path.stem == "race_equity_impact_assessment"]
    done = run(path, tmp_path, monkeypatch, more=USE)
    given, *code = [cell for cell in done.cells if cell.cell_type == "code"]
    assert given.outputs == []
    shown = [mime for output in code[0].outputs for mime in output.get("data", {})]
    assert "application/vnd.jupyter.widget-view+json" in shown
    said = "".join(output.get("text", "") for output in code[1].outputs)
    assert json.loads(said.splitlines()[-1]) == ["part/result/end", "Typed in a kernel.", 0]
    assert Assessment.open(tmp_path / "kernel.equity.json").value("desired_result") == "Typed in a kernel."


@pytest.mark.filterwarnings("default")
def test_a_notebook_saved_while_a_passage_is_masked_holds_no_word_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the state of every widget, as a notebook is saved that keeps them; and with what went to and fro."""
    import nbformat

    (tmp_path / "said.txt").write_text(RAW, encoding="utf-8")
    (tmp_path / "names.txt").write_text("Thessaly", encoding="utf-8")
    folder = tmp_path / "work"
    folder.mkdir()
    (path,) = [path for path in notebooks() if path.stem == "institutional_analysis"]
    done = run(path, folder, monkeypatch, more=PASSAGE)
    last = done.cells[-1].outputs
    assert last[0]["text"].split() == ["bench/passages/add/review", "2", "0", "0"]
    states = done.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert any(one["state"].get("part") == "review" for one in states.values())
    whole = nbformat.writes(done).lower()
    assert [word for word in PLANTED if word.lower() in whole] == []
    assert leaks(folder) == []


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("race_equity_impact_assessment", "visits-online.equity.json"),
        ("institutional_analysis", "kin-first.equity.json"),
    ],
)
def test_with_a_file_given_and_without_widgets_a_notebook_writes_the_report_of_the_command(
    name: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(resources.folder("sample_data") / file, tmp_path)
    (path,) = [path for path in notebooks() if path.stem == name]
    given = (
        "import sys\nsys.modules['ipywidgets'] = sys.modules['anywidget'] = None\n"
        f"FILE, REPORT = {file!r}, 'by_notebook.md'"
    )
    run(path, tmp_path, monkeypatch, given=given)
    with contextlib.suppress(SystemExit):
        main(["report", str(tmp_path / file), "-o", str(tmp_path / "by_command.md")])
    told = (tmp_path / "by_notebook.md").read_text("utf-8")
    assert told == (tmp_path / "by_command.md").read_text("utf-8")
    assert len(told) > 5_000


def test_the_notebooks_say_how_to_run_them_and_take_their_folder_from_outside() -> None:
    for path in notebooks():
        cells = json.loads(path.read_text("utf-8"))["cells"]
        assert "Run All Cells" in "".join(cells[0]["source"])
        first = next(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code" and cell["id"] != "given"
        )
        written_out = path.stem in ("researcher_quickstart", "great_expectations_pipeline")
        assert ("import equitykit as ek" if written_out else "from equitykit import widgets") in first
