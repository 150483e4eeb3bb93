"""The command line: what it prints, how it ends, and that a mistake gets a paragraph and no traceback."""

from __future__ import annotations

import html
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import equitykit
from equitykit import cli
from equitykit.cli import output
from equitykit.errors import EquitykitError
from tests.cases.contract import breaches
from tests.command import Run, csv

# -- what is promised ----------------------------------------------------------------------------------


def test_json_holds_the_json_and_nothing_else(run: Run) -> None:
    done = run("audit", csv(), "--format", "json")
    assert done.code == 0 and done.err == ""
    data = json.loads(done.out)
    assert breaches(data) == []
    assert data["subject"]["name"] == "x.csv"


def test_json_to_a_file_says_so_on_the_other_stream(run: Run) -> None:
    done = run("audit", csv(), "-o", "é out.json")
    assert (done.code, done.out) == (0, "")
    assert "é out.json" in done.err
    assert breaches(json.loads(Path("é out.json").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("suffix", "start"), [("html", "<!"), ("md", "**Internal"), ("json", "{"), ("txt", "")]
)
def test_the_name_of_the_file_chooses_the_format(suffix: str, start: str, run: Run) -> None:
    assert run("audit", csv(), "-o", f"out.{suffix}").code == 0
    text = Path(f"out.{suffix}").read_text(encoding="utf-8")
    assert text.lower().startswith(start.lower()) and "x.csv" in text
    assert not list(Path().glob(".*.part"))


def test_exit_codes(run: Run) -> None:
    name = csv(text="race\n" + "White\n" * 50 + "\n".join(['""'] * 50) + "\n")
    assert run("audit", name).code == 0  # whatever was found
    assert run("audit", name, "--fail-on", "high").code == 1
    assert run("audit", name, "--fail-on", "critical").code == 0
    assert (
        run("audit", name, "--fail-on", "high", "--ignore", "missing-rate,missing-reason-conflated").code == 0
    )
    assert run("audit", name, "--fail-on", "info", "--select", "race-field-absent").code == 0
    assert run("audit", name, "--fail-on", "high", "--format", "json").code == 1
    assert run("audit", "none.csv", "--fail-on", "high").code == 2


def test_an_exit_of_one_still_prints_the_findings(run: Run) -> None:
    done = run("audit", csv(text="race\nWhite\nU\n"), "--fail-on", "high", "--format", "json")
    assert done.code == 1 and breaches(json.loads(done.out)) == []


def test_select_and_ignore(run: Run) -> None:
    chosen = run("audit", csv(), "--format", "json", "--select", "missing-rate, other-share")
    assert {row["check"] for row in json.loads(chosen.out)["results"]} == {"missing-rate", "other-share"}
    left = run("audit", csv(), "--format", "json", "--ignore", "missing-rate")
    assert "missing-rate" not in {row["check"] for row in json.loads(left.out)["results"]}


def test_the_assumed_standard_is_said(run: Run) -> None:
    assert json.loads(run("audit", csv(), "--format", "json").out)["standard"]["assumed"] is True
    named = run("audit", csv(), "--format", "json", "--standard", "us-omb-spd15-1997")
    assert json.loads(named.out)["standard"]["assumed"] is False
    assert "assumed" in run("audit", csv()).out


def test_text_is_readable_at_80_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = run("audit", csv(text="race\n" + "White\n" * 20 + "U\n" * 5))
    long = [line for line in done.out.splitlines() if len(line) > 80 and "http" not in line]
    assert long == []


def test_propose_prints_a_codebook_and_what_to_confirm(run: Run) -> None:
    name = csv(text="race,sex\n" + "White,F\nBlack,M\nAsian,F\n" * 10)
    done = run("propose", name)
    assert done.code == 0 and "codebook/1" in done.out and done.err
    assert run("propose", name, "-o", "x.codebook.yaml").code == 0
    assert run("audit", name, "--codebook", "x.codebook.yaml", "--format", "json").code == 0


def test_a_file_without_a_header(run: Run) -> None:
    name = csv(text="White,F\nBlack,M\n" * 20)
    done = run("audit", name, "--names", "race,sex", "--format", "json")
    data = json.loads(done.out)
    assert data["subject"]["rows"] == 40 and data["questions"][0]["columns"] == ["race"]


def test_public_asks_for_nothing_and_says_so(run: Run) -> None:
    name = csv(text="race\n" + "White\n" * 50 + "Black\n" * 3)
    done = run("audit", name, "--public", "--format", "json")
    data = json.loads(done.out)
    assert data["notice"].startswith("Public") and breaches(data) == []
    assert "Black" not in {value["raw"][0] for value in data["questions"][0]["values"]}


def test_version_help_list_explain_doctor(run: Run) -> None:
    assert re.fullmatch(r"equitykit \d+\.\d+\.\d+\n", run("--version").out)
    assert "audit" in run("--help").out and "audit" in run().out
    assert "--fail-on" in run("audit", "--help").out
    assert any(line.startswith("other-share ") for line in run("list", "checks").out.splitlines())
    assert run("explain", "other-share").out.startswith("other-share: ")
    assert "Python" in run("doctor").out


# -- mistakes ------------------------------------------------------------------------------------------

MISTAKES: list[tuple[list[str], str]] = [
    (["audit", "none.csv"], 'no file "none.csv"'),
    (["audit", "empty.csv"], "is empty"),
    (["audit", "nul.csv"], "NUL"),
    (["audit", "broken.xlsx"], "damaged"),
    (["audit", "broken.jsonl"], "line 1"),
    (["audit", "broken.parquet"], "broken.parquet"),
    (["audit", "folder"], "folder without data files"),
    (["audit", "ok.csv", "--codebook", "none.yaml"], 'no codebook "none.yaml"'),
    (["audit", "ok.csv", "--codebook", "broken.yaml"], "line 2"),
    (["audit", "ok.csv", "--codebook", "ok.csv"], "is not a codebook"),
    (["audit", "ok.csv", "--codebook", "other.yaml"], 'Did you mean "race"'),
    (["audit", "ok.csv", "--benchmark", "none.csv"], "cannot be read"),
    (["audit", "ok.csv", "--benchmark", "counts.csv"], '"many" is not a count of people'),
    (["audit", "ok.csv", "--standard", "us-omb-spd15-2042"], 'Did you mean "us-omb-spd15-2024"'),
    (["audit", "ok.csv", "--format", "pdf"], "Allowed: text, json, html, md"),
    (["audit", "ok.csv", "--fail-on", "hihg"], 'Did you mean "high"'),
    (["audit", "ok.csv", "--select", "other-shares"], 'Did you mean "other-share"'),
    (["audit", "ok.csv", "--ignore", "other-shares"], 'Did you mean "other-share"'),
    (["audit", "ok.csv", "--as", "novel"], 'that this version can check "novel"'),
    (["audit", "ok.csv", "--header-row", "9"], "header"),
    (["audit", "ok.csv", "--header-row", "x"], "--header-row"),
    (["audit", "ok.csv", "--names", "a,b,c"], "3 names were given"),
    (["audit", "ok.csv", "-o", "no/such/folder/x.json"], "cannot be written"),
    (["audit", "ok.csv", "--pubic"], "--public"),
    (["audit"], "Missing argument"),
    (["adit", "ok.csv"], "audit"),
    (["propose", "none.csv"], 'no file "none.csv"'),
    (["measure", "ok.csv"], "--codebook"),
    (["report", "none.equity.json"], "no assessment"),
    (["explain", "othershare"], 'Did you mean "other-share"'),
    (["list", "check"], 'Did you mean "checks"'),
    (["list"], "Missing argument"),
]


def bad_files() -> None:
    csv("ok.csv")
    Path("empty.csv").write_bytes(b"")
    Path("nul.csv").write_bytes(b"\x00\x01\x02\x03")
    Path("broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    Path("broken.jsonl").write_text('{"a": ', encoding="utf-8")
    Path("broken.parquet").write_bytes(b"PAR1xxxx")
    Path("folder").mkdir()
    Path("broken.yaml").write_text("questions: [\n", encoding="utf-8")
    Path("other.yaml").write_text("questions: {race_ethnicity: {columns: [rase]}}\n", encoding="utf-8")
    Path("counts.csv").write_text("category,n,scheme\nWHITE,many,any\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"), MISTAKES, ids=lambda each: " ".join(each) if isinstance(each, list) else ""
)
def test_a_mistake_ends_with_two_and_one_paragraph(arguments: list[str], words: str, run: Run) -> None:
    bad_files()
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert len(done.err.strip().splitlines()) == 1, "one paragraph"
    for internal in ("Traceback", 'File "', "site-packages", "Exception", "Errno", "pydantic"):
        assert internal not in done.err


def test_debug_shows_the_details(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EquitykitError):
        cli.main(["--debug", "audit", "none.csv"])

    def fall(*_: object, **__: object) -> None:
        raise RuntimeError("the inside of it")

    monkeypatch.setattr("equitykit.catalogue.doctor", fall)
    with pytest.raises(RuntimeError):
        cli.main(["doctor", "--debug"])
    done = run("doctor")
    assert done.code == 2 and "--debug" in done.err and "the inside of it" not in done.err


def test_ctrl_c_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("equitykit.catalogue.doctor", stop)
    done = run("doctor")
    assert done.code == 130 and done.err.startswith("Stopped.") and done.err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """A program that counts a large file is stopped: one line, exit code 130, no file, no private folder."""
    (tmp_path / "temp").mkdir()
    (tmp_path / "a.csv").write_text("id,race\n" + "1,White\n" * 50)
    (tmp_path / "out.json").write_text("the earlier audit")
    program = """
import sys, time
from equitykit.frames import opening, records
opening.SMALL = 0
def counting(*_):
    print("counting", flush=True)
    time.sleep(120)
records.Records._found = counting
from equitykit.cli import main
main(["audit", "a.csv", "--format", "json", "-o", "out.json"])
"""
    path = os.pathsep.join([str(Path(equitykit.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    running = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "temp"), "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None and running.stdout.readline() == "counting\n"
    assert list((tmp_path / "temp").iterdir())
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (130, "Stopped. Nothing half-written was left behind.\n")
    assert (tmp_path / "out.json").read_text() == "the earlier audit"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "out.json", "temp"]
    assert list((tmp_path / "temp").iterdir()) == []


def test_progress_is_for_people_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def shown(*, quiet: bool, waits: float = 0.0, stream: io.StringIO | None = None) -> str:
        monkeypatch.setattr(output, "_PATIENCE", waits)
        screen = stream if stream is not None else Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        with output.Progress(quiet=quiet) as progress:
            progress(5_000_000, 20_000_000, "reading")
            progress(0, 300, "counting")
            progress(150, 300, "counting")
        progress(300, 300, "counting")  # what comes after is not shown
        return screen.getvalue()

    text = shown(quiet=False)
    assert "150 of 300 rows" in text and "left" in text
    assert shown(quiet=True) == shown(quiet=False, waits=60) == shown(quiet=False, stream=io.StringIO()) == ""


# -- hostile contents ----------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "[/]",
    "[red]x[/red]",
    "=1+1",
    '"; drop table x',
    "a\u202eb",
    "\x1b[31mred",
    "`x` | y",
    "{n} {0}",
]
WORDS = "race,office\n"


def field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("format", ["text", "json", "html", "md"])
def test_hostile_values_and_headers_are_plain_text(text: str, format: str, run: Run) -> None:
    header = field("race " + text)
    rows = [f"White,{field(text)}"] * 40 + [f"{field(text)},b"] * 12
    name = csv(text="\n".join([f"{header},office", *rows]) + "\n")
    book = {"questions": {"race_ethnicity": {"columns": ["race " + text]}}, "unit": {"site": "office"}}
    Path("book.yaml").write_text(json.dumps(book), encoding="utf-8")
    done = run("audit", name, "--codebook", "book.yaml", "--format", format)
    assert done.code == 0, done.err
    check_plain(done.out, text, format)


@pytest.mark.parametrize("text", ["<b>x", "[red]x[_red]", "=1+1", "'; drop", "a\u202eb", "$(id)", "né 者"])
@pytest.mark.parametrize("format", ["text", "json", "html", "md"])
def test_hostile_file_names_are_plain_text(text: str, format: str, run: Run) -> None:
    done = run("audit", csv(f"{text}.csv"), "--format", format)
    assert done.code == 0, done.err
    check_plain(done.out, text, format)


def check_plain(out: str, text: str, format: str) -> None:
    for control in ("\u202e", "\x1b", "\x00"):
        if format != "json" or control != "\u202e":
            assert control not in out
    if format == "html":
        assert "<script>alert" not in out and "<b>x" not in out
        out = html.unescape(out)
    visible = text.replace("\u202e", "\\u202e").replace("\x1b", "\\x1b")
    if format == "json":
        said = json.dumps(json.loads(out), ensure_ascii=False)
        assert any(json.dumps(each, ensure_ascii=False)[1:-1] in said for each in (text, visible))
        return
    flat = re.sub(r"\s+", "", re.sub(r"\\(?!u|x)", "", out))
    assert re.sub(r"\s+", "", visible).replace("\\u", "u").replace("\\x", "x") in flat.replace(
        "\\u", "u"
    ).replace("\\x", "x")


@pytest.mark.parametrize(
    "arguments", [["audit", "<b>[/]\u202e.csv"], ["explain", "[red]\x1b[31m"], ["list", "\u202e"]]
)
def test_hostile_arguments_come_back_plain(arguments: list[str], run: Run) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert not {"\u202e", "\x1b"} & set(done.err)


# -- as a program of its own ---------------------------------------------------------------------------


MAIN = "from equitykit.cli import main; main()"


def program(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


def test_a_windows_code_page_does_not_break_the_screen(tmp_path: Path) -> None:
    text = "race,office\n" + "White,Ōtaki 者 é\n" * 5 + "Ōtaki – “者”,b\n"
    (tmp_path / "é 者.csv").write_text(text, encoding="utf-8")
    done = program("audit", "é 者.csv", cwd=tmp_path, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert "é" in done.stdout.decode("cp1252")
    asked = program(
        "audit", "é 者.csv", "--format", "json", cwd=tmp_path, PYTHONIOENCODING="cp1252", PYTHONUTF8="0"
    )
    assert json.loads(asked.stdout.decode("cp1252"))["subject"]["name"] == "é 者.csv"
    refused = program("audit", "者.csv", cwd=tmp_path, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert refused.returncode == 2 and b"Traceback" not in refused.stderr


def test_debug_prints_a_traceback(run: Run, tmp_path: Path) -> None:
    plain = run("audit", "none.csv")
    assert plain.code == 2 and "Traceback" not in plain.err and plain.out == ""
    shown = program("audit", "none.csv", "--debug", cwd=tmp_path)
    assert shown.returncode not in (0, 1) or b"Traceback" in shown.stderr
    assert b"Traceback" in shown.stderr


def test_a_closed_pipe_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("race\nWhite\n", encoding="utf-8")
    command = f"'{sys.executable}' -c '{MAIN}' list code-systems | head -n 1"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, check=False, env=dict(os.environ)
    )
    assert b"Traceback" not in done.stderr and done.stdout
