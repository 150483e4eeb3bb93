"""The command line in pipelines: settings, accepted findings, many files, comparisons, bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from defusedxml import ElementTree

from tests.command import Run, csv
from tests.guards.tree import ROOT

UMBRELLA = "race\n" + "Asian/Pacific Islander\n" * 20 + "White\n" * 80
ACCEPT = ("--reason", "New form in May", "--by", "R. Diaz")


# -- exit codes and what is chosen ---------------------------------------------------------------------


def test_exit_codes_are_0_1_and_2(run: Run) -> None:
    csv(text=UMBRELLA)
    assert run("audit", "x.csv").code == 0
    assert run("audit", "x.csv", "--fail-on", "high").code == 1
    assert run("audit", "x.csv", "--fail-on", "critical").code == 0
    assert run("audit", "x.csv", "--fail-on", "high", "--ignore", "umbrella-,two-").code == 0
    assert run("audit", "x.csv", "--fail-on", "high", "--select", "umbrella-asian-pi").code == 1
    for wrong in (("--fail-on", "hihg"), ("--select", "umbrela-"), ("--ignore", "x"), ("--select", "q-")):
        done = run("audit", "x.csv", *wrong)
        assert done.code == 2 and done.out == "" and done.err.count("\n") == 1


# -- settings ------------------------------------------------------------------------------------------


def test_settings_hold_and_an_option_wins(run: Run) -> None:
    csv(text=UMBRELLA)
    Path("equitykit.toml").write_text(
        "fail-on = 'high'\nformat = 'json'\nignore = ['provenance-absent']\nstandard = 'us-omb-spd15-1997'\n"
    )
    done = run("audit", "x.csv")
    data = json.loads(done.out)
    assert done.code == 1 and data["standard"] == {**data["standard"], "assumed": False}
    assert data["standard"]["id"] == "us-omb-spd15-1997"
    assert "provenance-absent" not in {row["check"] for row in data["results"]}
    assert run("audit", "x.csv", "--fail-on", "critical", "--format", "text").code == 0
    assert "provenance-absent" in run("audit", "x.csv", "--select", "provenance-absent").out
    assert run("audit", "x.csv", "--isolated").code == 0
    Path("other.toml").write_text("format = 'md'\n")
    assert run("audit", "x.csv", "--config", "other.toml").out.startswith("**Internal")
    assert run("audit", "x.csv", "--config", "other.toml", "--isolated").code == 2


def test_the_settings_that_were_used_are_said(run: Run) -> None:
    csv()
    assert "Settings: none" in run("audit", "x.csv", "--debug").err
    Path("equitykit.toml").write_text("format = 'json'\n")
    done = run("audit", "x.csv", "--debug")
    assert "Settings: equitykit.toml" in done.err and json.loads(done.out)
    assert "Settings: equitykit.toml" in run("doctor").out


def test_a_mistake_in_the_settings_is_a_sentence(run: Run) -> None:
    csv()
    Path("equitykit.toml").write_text("slect = []\n")
    done = run("audit", "x.csv")
    assert done.code == 2 and 'there is no key "slect". Did you mean "select"?' in done.err
    assert 'no key "slect"' in run("doctor").out


# -- accepted findings ---------------------------------------------------------------------------------


def test_only_new_findings_fail(run: Run) -> None:
    csv(text=UMBRELLA)
    written = run("audit", "x.csv", "--write-baseline", "b.yaml", *ACCEPT, "--fail-on", "info")
    assert written.code == 0 and "it holds no counts" in written.err
    done = run("audit", "x.csv", "--baseline", "b.yaml", "--fail-on", "info")
    assert done.code == 0 and "Accepted by R. Diaz" in done.out and "0 are new" in done.out
    csv(text=UMBRELLA + "Other\n" * 20)
    assert run("audit", "x.csv", "--baseline", "b.yaml", "--fail-on", "medium").code == 1
    csv(text="race\n" + "White\n" * 80)
    done = run("audit", "x.csv", "--baseline", "b.yaml")
    assert "No longer found: the entry can be removed." in done.out


@pytest.mark.parametrize("format", ["text", "json", "html", "md", "sarif", "junit"])
def test_an_accepted_finding_stays_in_every_format(run: Run, format: str) -> None:
    csv(text=UMBRELLA)
    run("audit", "x.csv", "--write-baseline", "b.yaml", *ACCEPT)
    out = run("audit", "x.csv", "--baseline", "b.yaml", "--format", format).out
    assert "R. Diaz" in out and "New form in May" in " ".join(out.split()) and "2" in out


def test_accepting_needs_a_reason_and_a_person(run: Run) -> None:
    csv(text=UMBRELLA)
    for given in (("--reason", "x"), ("--by", "y"), (*ACCEPT, "--until", "May")):
        done = run("audit", "x.csv", "--write-baseline", "b.yaml", *given)
        assert done.code == 2 and not Path("b.yaml").exists()
    assert run("audit", "x.csv", *ACCEPT).code == 2
    Path("b.yaml").write_text("my own notes\n")
    assert run("audit", "x.csv", "--write-baseline", "b.yaml", *ACCEPT).code == 2
    assert Path("b.yaml").read_text() == "my own notes\n"


# -- formats for programs, many files, two audits --------------------------------------------------------


def test_sarif_and_junit_are_alone_on_the_screen_and_told_by_the_suffix(run: Run) -> None:
    Path("data").mkdir()
    csv("data/x.csv", UMBRELLA)
    done = run("audit", "data/x.csv", "--format", "sarif")
    result = json.loads(done.out)["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "data/x.csv"
    assert str(Path.cwd()) not in done.out and done.err == ""
    assert ElementTree.fromstring(run("audit", "data/x.csv", "--format", "junit").out).tag == "testsuites"
    run("audit", "data/x.csv", "-o", "a.sarif")
    run("audit", "data/x.csv", "-o", "a.xml")
    assert json.loads(Path("a.sarif").read_text())["version"] == "2.1.0"
    assert Path("a.xml").read_text().startswith("<?xml")
    assert (
        run(
            "measure", "x", "--codebook", "y", "--outcome", "z", "--reference", "total", "--format", "sarif"
        ).code
        == 2
    )


def test_lint_looks_at_many_files_and_hides_small_counts(run: Run) -> None:
    csv("bad.csv", UMBRELLA + "Chukchi\n" * 3)
    csv("good.csv", "x\n1\n")
    Path("form.csv").write_bytes((ROOT / "sample_data" / "placement_dictionary.csv").read_bytes())
    done = run("lint", "bad.csv", "form.csv", "--fail-on", "high")
    assert done.code == 1 and "bad.csv: high umbrella-asian-pi: " in done.out
    assert "form.csv: medium q-no-detail-or-write-in: " in done.out
    assert "Chukchi" not in done.out and done.out.endswith("Looked at: 2. Failed: 1. Could not be read: 0.\n")
    done = run("lint", "bad.csv", "form.csv", "--only", "form", "--fail-on", "high")
    assert done.code == 0 and "bad.csv: passed over" in done.out
    done = run("lint", "none.csv", "form.csv")
    assert done.code == 2 and "none.csv: " in done.err and "form.csv: " in done.out
    assert run("lint", "form.csv", "--only", "forms").code == 2


def test_two_audits_compared(run: Run) -> None:
    csv(text=UMBRELLA)
    run("audit", "x.csv", "--format", "json", "-o", "a.json")
    csv(text="race\n" + "White\n" * 80)
    run("audit", "x.csv", "-o", "b.json")
    done = run("compare", "a.json", "b.json")
    assert done.code == 0 and "Gone" in done.out
    assert (
        json.loads(run("compare", "a.json", "b.json", "--format", "json").out)["format"] == "audit-changes/1"
    )
    run("compare", "a.json", "b.json", "-o", "c.html")
    assert "<html" in Path("c.html").read_text()
    done = run("compare", "a.json", "x.csv")
    assert done.code == 2 and '"x.csv" is not JSON' in done.err


# -- bad input, in this process and once through the program as installed ----------------------------------


def real(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "equitykit", *arguments],
        capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def truncated_workbook(path: Path) -> None:
    whole = path.with_suffix(".whole")
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 500)
    path.write_bytes(whole.read_bytes()[:90])


BAD = {
    "truncated.xlsx": truncated_workbook,
    "broken.qsf": lambda path: path.write_text('{"SurveyEntry": {"SurveyName": "x"}, "SurveyElements": ['),
    "not-one.qsf": lambda path: path.write_text(
        '{"SurveyEntry": {"SurveyName": "x"}, "SurveyElements": "x"}'
    ),
    "one-line.csv": lambda path: path.write_bytes(b"a" * 50_000_000),
    "one-line.json": lambda path: path.write_bytes(b"[" * 50_000_000),
    "folder": lambda path: path.mkdir(),
    "missing.csv": lambda path: None,
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_input_is_a_sentence_and_nothing_is_written(run: Run, name: str) -> None:
    here = Path()
    BAD[name](here / name)
    (here / "out.html").write_text("as it was")
    before = sorted(here.iterdir())
    done = run("audit", name, "-o", "out.html")
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err and "did not expect" not in done.err
    assert done.err.count("\n") == 1 and name in done.err
    assert sorted(here.iterdir()) == before and (here / "out.html").read_text() == "as it was"


def test_bad_input_is_a_sentence_of_the_program_as_installed(tmp_path: Path) -> None:
    done = real(tmp_path, "audit", "missing.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1 and "missing.csv" in done.stderr


def test_a_dictionary_in_cp1252_is_read(run: Run) -> None:
    text = (ROOT / "sample_data" / "placement_dictionary.csv").read_text(encoding="utf-8")
    Path("d.csv").write_bytes((text + 'note,a,descriptive,"Español – día"\n').encode("cp1252"))
    done = run("audit", "d.csv", "--format", "json")
    assert done.code == 0 and json.loads(done.out)["subject"]["kind"] == "form"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read and write all")
def test_what_may_not_be_read_or_written(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("race\nWhite\n")
    (tmp_path / "x.csv").chmod(0)
    done = real(tmp_path, "audit", "x.csv")
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_a_report_that_cannot_be_put_in_its_place_leaves_no_part(run: Run) -> None:
    csv()
    Path("out.html").mkdir()  # a folder stands in the way
    before = sorted(Path().iterdir())
    for target in ("out.html", "no/such/folder/out.html"):
        done = run("audit", "x.csv", "-o", target)
        assert done.code == 2 and "cannot be written" in done.err
    assert sorted(Path().iterdir()) == before
