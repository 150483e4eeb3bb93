"""A password in the address of a database is shown, logged, kept and raised nowhere."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest

import equitykit as ek
from equitykit import frames
from equitykit.errors import EquitykitError
from tests import engines, gx

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
SECRET = "pass:w/rd"
WRONG = "n0t;the%one'"
SHAPES = (SECRET, quote(SECRET, safe=""), quote(SECRET), WRONG, quote(WRONG, safe=""), "w%2Frd", "n0t")
BADLY_WRITTEN = tuple(
    f"{scheme}://me:{secret}@127.0.0.1:1/cases"
    for scheme in ("postgresql", "postgres", "postgresql+psycopg2", "mysql+pymysql", "mssql", "https")
    for secret in ("n0t", "12/n0t", "n0t/12", "12#n0t", "12?n0t", "12@n0t", "[n0t", "n0t:12")
)
BOOK = {"questions": {"race_ethnicity": {"columns": ["race"]}}}


def leaks(text: str) -> list[str]:
    """Which shapes of a password a text holds; our own shortest piece of it counts."""
    return [shape for shape in SHAPES if shape in text]


def everything_in(folder: Path) -> str:
    """Every file below a folder, by name and content."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return "".join(f"{path}\n{path.read_bytes().decode('utf-8', errors='replace')}\n" for path in files)


@pytest.fixture
def held() -> tuple[str, str]:
    frame = pd.DataFrame({"race": ["White", "Black", "Asian", None] * 10, "out": ["Y", "N"] * 20})
    return engines.postgresql_table(frame)


def test_the_search_finds_what_it_is_to_find(held: tuple[str, str]) -> None:
    assert leaks(held[0]) and leaks(f"connect(password={SECRET!r})") and leaks("?password=n0t%3B")
    assert not leaks("postgresql://equitykit@127.0.0.1/postgres")


def test_no_command_tells_it_with_debug_or_without(held: tuple[str, str], tmp_path: Path) -> None:
    """Every command that opens data, right and wrong, in one process that logs all there is to log."""
    address, table = held
    wrong = address.replace(quote(SECRET, safe=""), quote(WRONG, safe=""))
    asked = address.replace(f":{quote(SECRET, safe='')}@", "@") + f"?password={quote(SECRET, safe='')}"
    closed = address.replace(address.split("@")[1].split("/")[0], "127.0.0.1:1")
    book = tmp_path / "book.yaml"
    book.write_text(
        "equitykit: codebook/1\ntitle: t\nquestions: {race_ethnicity: {columns: [race]}}\n"
        "outcomes: {out: {column: out, event: [Y], favourable: null}}\n"
    )
    one = ["--codebook", str(book), "--outcome", "out", "--by", "race_ethnicity", "--reference", "total"]
    lines: list[list[str]] = [["audit", each, "--table", table] for each in (address, asked, wrong, closed)]
    lines += [["audit", each, "--table", table] for each in BADLY_WRITTEN]
    lines += [
        ["audit", address, "--table", "nothing"],
        ["audit", address, "--query", "SELECT nothing"],
        ["audit", address, "--query", "SELECT 1/0 AS race"],
        ["audit", address, "--table", table, "--format", "json", "-o", str(tmp_path / "a.json")],
        ["audit", address, "--table", table, "--format", "html", "-o", str(tmp_path / "a.html")],
        ["audit", address, "--table", table, "--sheet", "x"],
        ["audit", address, "--table", table, "--select", "no-such-check"],
        ["audit", address.replace("/postgres", "/absent"), "--table", table],
        ["audit", address.replace("127.0.0.1", "127.0.0.1:x"), "--table", table],
        ["propose", address, "--table", table, "-o", str(tmp_path / "proposed.yaml")],
        ["measure", address, "--table", table, *one, "--format", "json", "-o", str(tmp_path / "m.json")],
        ["lint", address],
        ["protect", address, "--rule", "cms-11"],
    ]
    code = (
        "import json, logging, sys\n"
        "logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)\n"
        "from equitykit.cli import main\n"
        "for line in json.loads(sys.stdin.read()):\n"
        "    try:\n"
        "        main(line)\n"
        "    except SystemExit as done:\n"
        "        print('ended', done.code)\n"
        "    except Exception:\n"
        "        import traceback\n"
        "        traceback.print_exc()\n"
        "        print('ended', 'with a traceback')\n"
    )
    given = json.dumps([[*debug, *line] for line in lines for debug in ([], ["--debug"])])
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", code],
        input=given,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stdout.count("ended") == 2 * len(lines), done.stderr[-2000:]
    assert done.stdout.count("ended 0") >= 8 and done.stdout.count("ended with a traceback") >= 8
    assert leaks(done.stdout) == [] and leaks(done.stderr) == [] and leaks(everything_in(tmp_path)) == []
    assert "equitykit@127.0.0.1" in done.stdout + done.stderr + everything_in(tmp_path)


def test_no_error_carries_it_in_its_causes(held: tuple[str, str]) -> None:
    """Also for who calls from Python: the whole chain of an error, with the causes that it hides."""
    address, table = held
    wrong = address.replace(quote(SECRET, safe=""), quote(WRONG, safe=""))
    cases: list[tuple[str, dict[str, Any]]] = [
        (wrong, {"table": table}),
        (address, {"table": "nothing"}),
        (address, {"query": "SELECT nothing"}),
        (address, {"query": "DELETE FROM x"}),
        (address.replace("/postgres", "/absent"), {"table": table}),
        (address.replace("/postgres", ""), {"table": table}),
        *((each, {"table": table}) for each in BADLY_WRITTEN),
    ]
    for subject, options in cases:
        with pytest.raises(EquitykitError) as problem:
            frames.open(subject, **options)
        error: BaseException | None = problem.value
        while error is not None:
            written = "".join(traceback.format_exception(type(error), error, None)) + repr(vars(error))
            assert leaks(written) == []
            error = error.__cause__ or error.__context__


def test_it_is_in_nothing_that_is_kept(
    held: tuple[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address, table = held
    caplog.set_level(logging.DEBUG)
    with frames.open(address, table=table) as records:
        audit = ek.audit(records, BOOK)
        reia = ek.Assessment.open(tmp_path / "a.equity.json", instrument="race-equity-impact-assessment")
        reia.attach("evidence_current", audit.to_evidence())
        reia.close()
        objects = (records, records.source, records.recipe(), audit, audit.recipe, audit.to_evidence())
        said = " ".join(map(repr, objects)) + json.dumps(audit.to_evidence().to_dict())
    assert leaks(said + caplog.text) == [] and leaks(everything_in(tmp_path)) == []
    assert "equitykit@127.0.0.1" in everything_in(tmp_path)


def test_it_is_in_no_context_result_or_page_of_great_expectations(
    held: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The address stands in a variable, as Great Expectations keeps on disk what it is given."""
    pytest.importorskip("great_expectations")
    from equitykit import expectations

    address, table = held
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("COUNTY_DATABASE", address)
    context = expectations.context(tmp_path)
    source: Any = context.data_sources.add_postgres(name="county", connection_string="${COUNTY_DATABASE}")
    definition = source.add_table_asset("people", table_name=table).add_batch_definition_whole_table("all")
    result = expectations.checkpoint(context, definition, BOOK, select=["unmapped-values"]).run()
    reia = ek.Assessment.open(tmp_path / "a.equity.json", instrument="race-equity-impact-assessment")
    reia.attach("evidence_current", expectations.evidence(result))
    reia.close()
    gone = definition.data_asset.datasource.get_execution_engine().engine
    gone.dispose()
    monkeypatch.setenv("COUNTY_DATABASE", address.replace(quote(SECRET, safe=""), quote(WRONG, safe="")))
    written = json.dumps(result.to_json_dict(), default=str) if hasattr(result, "to_json_dict") else ""
    written += str(result.describe()) + repr(expectations.evidence(result)) + caplog.text
    pages = everything_in(tmp_path)
    assert "Data-collection" in pages or "Does not occur" in pages
    assert leaks(written) == [] and leaks(pages) == []
    assert os.environ["COUNTY_DATABASE"] not in pages
    assert gx.ENGINES
