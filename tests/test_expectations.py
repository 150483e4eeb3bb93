"""The checks as Great Expectations: a contract with each engine, because what we build on is not promised."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitykit as ek
from equitykit import expectations, resources
from equitykit.checks import checks
from equitykit.errors import ReadError, UnknownName, UnusableChoice
from tests import engines, gx

if find_spec("great_expectations") is None:  # not imported here: that takes seconds in each worker of a run
    pytest.skip("there is no Great Expectations here", allow_module_level=True)
pytestmark = pytest.mark.filterwarnings(
    # Of the libraries themselves, while they load and connect.
    "ignore::DeprecationWarning",
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(autouse=True)
def connections() -> Iterator[None]:
    """Close what Great Expectations leaves open: it keeps its connections until the process ends."""
    from sqlalchemy import Engine, event
    from sqlalchemy.engine import Connection

    used: list[Engine] = []

    def seen(connection: Connection) -> None:
        used.append(connection.engine)

    event.listen(Engine, "engine_connect", seen)
    yield
    event.remove(Engine, "engine_connect", seen)
    for engine in used:
        engine.dispose()


SAMPLE = resources.folder("sample_data")
HOSTILE = "<script>alert(1)</script> $title {x} =1+1"


def sample(rows: int = 600) -> pd.DataFrame:
    frame = pd.read_csv(SAMPLE / "intake.csv", dtype=str, keep_default_na=False)
    return frame.head(rows)


def codebook() -> ek.Codebook:
    return ek.Codebook.load(SAMPLE / "intake.codebook.yaml")


def prepared(
    kind: str, frame: pd.DataFrame, folder: Path, book: Any = None, **options: Any
) -> Callable[[], Any]:
    """What validates rows that an engine holds."""
    definition, parameters = gx.batch_of(kind, expectations.context(), frame, folder)
    made = expectations.suite(book or codebook(), **options)
    return lambda: definition.get_batch(batch_parameters=parameters).validate(made)


def validated(kind: str, frame: pd.DataFrame, folder: Path, book: Any = None, **options: Any) -> Any:
    """The validation of rows that an engine holds."""
    return prepared(kind, frame, folder, book, **options)()


def by_check(run: Any) -> dict[str, Any]:
    return {r.expectation_config.kwargs.get("check", "records"): r for r in run.results}


def is_like(run: Any, audit: ek.Audit, ids: Iterable[str] = ()) -> None:
    """Each expectation says what the audit says."""
    found = by_check(run)
    chosen = set(ids) or {check.id for check in checks("records")}
    assert set(found) == {"records", *chosen}
    assert found["records"].success is True
    for check in chosen:
        result = found[check]
        assert result.result["observed_value"] == audit.outcome(check)
        assert result.success is (audit.outcome(check) == "clear")
        rows = [row for row in audit.to_dict()["results"] if row["check"] == check]
        shown = result.result["details"]["findings"]
        assert len(shown) + result.result["details"]["findings_left_out"] == len(rows)
        assert all(row in rows for row in shown)


# --- what a suite says ---


def test_the_pinned_minor_is_the_one_that_is_tested():
    assert version("great-expectations").startswith("1.24.")
    declared = Path("pyproject.toml").read_text("utf-8") if Path("pyproject.toml").is_file() else ""
    assert not declared or "great-expectations>=1.24,<1.25" in declared


def test_every_check_of_records_is_an_expectation_with_what_a_person_needs():
    made: Any = expectations.suite(codebook())
    first, *others = made.expectations
    assert first.expectation_type == "expect_records_to_be_counted"
    assert [each.check for each in others] == [check.id for check in checks("records")]
    for each, check in zip(others, checks("records"), strict=True):
        told = each.meta["equitykit"]
        assert (told["check"], told["severity"], told["remedy"], told["source"]) == (
            check.id,
            check.severity,
            check.remedy,
            check.source,
        )
        assert check.remedy in each.notes and any(check.source in note for note in each.notes)
        assert each.severity.value == {"critical": "critical", "high": "critical", "info": "info"}.get(
            check.severity, "warning"
        )


def test_a_suite_can_be_narrowed_and_a_wrong_name_is_an_error():
    made: Any = expectations.suite(
        codebook(), select=["other-share", "umbrella-"], ignore=["umbrella-collective"]
    )
    chosen = [each.check for each in made.expectations[1:]]
    assert sorted(chosen) == ["other-share", "umbrella-asian-pi"]
    with pytest.raises(UnknownName, match="other-share"):
        expectations.expectation("other-shar", codebook())
    with pytest.raises(UnknownName, match="severity"):
        expectations.suite(codebook(), fail_on="awful")


def test_a_row_condition_is_refused_in_words():
    """Groups that a condition leaves out would not be missed."""
    adapter = expectations.register()
    asked: list[Callable[[], Any]] = [
        lambda: expectations.suite(codebook(), row_condition='col("sex") == "F"'),
        lambda: expectations.expectation("other-share", codebook(), row_condition='sex == "F"'),
        lambda: adapter.ExpectEquityCheckToBeClear(
            check="other-share", codebook="{}", row_condition='sex == "F"', condition_parser="pandas"
        ),
    ]
    for made in asked:
        with pytest.raises(UnusableChoice, match="takes no row_condition.*Make a batch of those rows"):
            made()
    assert adapter.ExpectRecordsToBeCounted(codebook="{}").codebook == "{}"


def test_checks_that_cannot_run_on_a_sample_are_left_out_and_named():
    bare = {"questions": {"race_ethnicity": {"columns": ["race"]}}}
    frame = pd.DataFrame({"race": ["White", "Black or African American", "Asian"] * 30})
    whole: Any = expectations.suite(bare)
    narrowed: Any = expectations.suite(bare, sample=frame)
    left_out = narrowed.meta["equitykit"]["left_out"]
    assert any("no benchmark to compare with" in why for why in left_out.values())
    assert len(narrowed.expectations) + len(left_out) == len(whole.expectations)
    assert all(any(check in note for note in narrowed.notes) for check in left_out)


# --- the contract with each engine ---


@pytest.mark.parametrize("kind", gx.ENGINES)
def test_each_engine_says_what_the_audit_says(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    frame = sample()
    expected = ek.audit(frame, codebook())
    validate = prepared(kind, frame, tmp_path)
    with gx.queries(kind, monkeypatch) as (ran, moved):
        run = validate()
    is_like(run, expected)
    details = by_check(run)["records"].result["details"]
    assert details["engine"] == kind
    if kind == "pandas":
        assert (ran, moved) == ([], [])  # counted in the frame, by no other engine
    else:
        grouped = [query for query in ran if "GROUP BY" in query.upper() or "Aggregate" in query]
        assert len(grouped) >= 10
        assert max(moved) <= len(frame) and sum(n == 1 for n in moved) >= 1
    if kind in ("sqlite", "postgresql"):
        assert any("race" in query and "COUNT(" in query.upper() for query in grouped)
        written = [query for query in ran if query.lstrip().upper().startswith(("CREATE", "INSERT"))]
        # A view to learn the types of a query; SQLite lets it be made in a file that is only read.
        assert [query for query in written if "TEMPORARY VIEW" not in query] == []
        assert kind == "sqlite" or not written
    if kind == "spark":
        assert all("Physical Plan" in query for query in ran)
    assert "Calculating Metrics" not in capfd.readouterr().err
    assert ek.audit(run).to_dict()["summary"] == expected.to_dict()["summary"]


DRIVERS = [
    pytest.param(kind, driver, marks=engines.MARKS.get(kind, ()))
    for kind, driver in (
        ("sqlite", ""),
        ("postgresql", ""),
        ("postgresql", "+psycopg2"),
        ("postgresql", "+psycopg"),
    )
]


@pytest.mark.parametrize(("kind", "driver"), DRIVERS)
def test_a_query_is_counted_by_the_database(
    kind: str, driver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What we count is the batch that Great Expectations counts, character by character, under each driver.

    On PostgreSQL it doubles the percent signs of a query (LIKE 'B%%' says the same as LIKE 'B%').
    """
    frame = sample()
    context = expectations.context()
    source, table = gx.database_of(kind, context, frame, tmp_path, driver=driver)
    asked = f"SELECT * FROM {table} WHERE (sex = 'F' OR race LIKE 'B%') AND race <> '%s'"
    asset = source.add_query_asset(name="some", query=asked)
    definition = asset.add_batch_definition_whole_table("some")
    some = ["missing-rate", "unmapped-values", "category-never-used"]
    made = expectations.checkpoint(context, definition, codebook(), actions=[], select=some)
    with gx.queries(kind, monkeypatch) as (ran, _):
        (run,) = made.run().run_results.values()
    chosen = frame[(frame["sex"] == "F") | frame["race"].str.startswith("B")]
    is_like(run, ek.audit(chosen, codebook(), select=some), some)
    assert by_check(run)["records"].result["details"]["audit"]["subject"]["rows"] == len(chosen)
    batch = asked
    if kind == "postgresql":
        theirs = [
            text for who, text in engines.postgresql_log() if who != "equitykit" and f"FROM {table} " in text
        ]
        batch = asked.replace("%", "%%")
        assert theirs and all(f"({batch})" in " ".join(text.split()).replace(" )", ")") for text in theirs)
    grouped = [" ".join(query.split()) for query in ran if "GROUP BY" in query.upper()]
    assert len(grouped) >= 2
    for query in grouped:
        assert query.replace(" )", ")").count(f"({batch})") == 1 and query.count("%") == batch.count("%"), (
            query
        )


def test_a_batch_is_audited_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from equitykit.expectations import adapter

    calls: list[str] = []
    audited = adapter.audited

    def counted(records: Any, settings: Any, engine: str) -> Any:
        calls.append(engine)
        return audited(records, settings, engine)

    monkeypatch.setattr(adapter, "audited", counted)
    validated("pandas", sample(), tmp_path)
    assert calls == ["pandas"]


# --- what never passes ---


@pytest.mark.parametrize("kind", gx.ENGINES)
def test_an_empty_batch_fails(kind: str, tmp_path: Path):
    run = validated(kind, sample(0).astype(object), tmp_path)
    found = by_check(run)
    assert not run.success
    assert not any(result.success for result in found.values())
    assert found["records"].result["details"]["reason"] == "The batch is empty, so nothing was checked."
    with pytest.raises(ReadError, match="empty"):
        expectations.evidence(run)


def test_rows_that_the_engine_did_not_count_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from equitykit.expectations import batches

    whole = batches.of_frame
    monkeypatch.setattr(batches, "of_frame", lambda frame: whole(frame.head(500)))
    run = validated("pandas", sample(), tmp_path)
    assert not any(result.success for result in run.results)
    reason = by_check(run)["records"].result["details"]["reason"]
    assert reason == "Great Expectations sees 600 rows, and 500 could be counted."
    with pytest.raises(ReadError, match="500 could be counted"):
        ek.audit(run)


def test_groups_that_do_not_add_up_to_the_rows_are_never_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from equitykit.frames.narwhal import NarwhalsEngine

    groups = NarwhalsEngine.groups
    monkeypatch.setattr(NarwhalsEngine, "groups", lambda self, frame: groups(self, frame.head(0)))
    run = validated("sqlite", sample(), tmp_path)
    assert not run.success
    records = by_check(run)["records"]
    assert not records.success
    assert (
        "could not count what the codebook says about: race_ethnicity" in records.result["details"]["reason"]
    )
    counting = {check.id for check in checks("records") if "race_ethnicity" in check.needs}
    assert not [check for check, result in by_check(run).items() if check in counting and result.success]


def test_another_engine_is_an_error_and_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from sqlalchemy import create_engine

    from equitykit.expectations import batches

    with pytest.raises(ReadError, match="belongs to one connection"):
        batches.of_database(create_engine("sqlite://"), None)

    class Other:
        class dialect:  # noqa: N801
            name = "mysql"

    with pytest.raises(ReadError, match='"mysql" cannot be counted'):
        batches.of_database(Other, None)

    def refuse(engine: Any, selectable: Any) -> Any:
        raise ReadError("The engine was asked and refused.")

    monkeypatch.setattr(batches, "of_database", refuse)
    run = validated("sqlite", sample(), tmp_path)
    assert not any(result.success for result in run.results)
    with pytest.raises(ReadError, match="asked and refused"):
        ek.audit(run)


@pytest.mark.engine
def test_a_password_is_in_no_result_and_no_page(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    run = validated("postgresql", sample(), tmp_path)
    written = json.dumps(run.to_json_dict()) + caplog.text + json.dumps(expectations.evidence(run).to_dict())
    assert "pass:w/rd" not in written and "pass%3Aw%2Frd" not in written
    assert "postgresql://equitykit@127.0.0.1" in written


def test_findings_that_are_less_severe_may_be_let_through(tmp_path: Path):
    run = validated("pandas", sample(), tmp_path, fail_on="critical")
    for check, result in by_check(run).items():
        rows = [] if check == "records" else result.result["details"]["findings"]
        worst = {row["severity"] for row in rows if row["outcome"] == "found"}
        assert result.success is (
            "critical" not in worst and all(row["outcome"] != "not_run" for row in rows)
        )


# --- results, pages, evidence ---


def many_labels() -> pd.DataFrame:
    labels = [f"Label {number} of nobody's list" for number in range(400)]
    return pd.DataFrame({"race": [*labels, *["White"] * 200]})


def test_results_are_small(tmp_path: Path):
    book = {"questions": {"race_ethnicity": {"columns": ["race"]}}}
    run = validated("pandas", many_labels(), tmp_path, book)
    for result in run.results:
        assert len(json.dumps(result.to_json_dict())) < 20_000
    question = by_check(run)["records"].result["details"]["audit"]["questions"][0]
    assert len(question["values"]) == 50 and question["values_left_out"] == 351


def pages(context: Any) -> str:
    (site,) = context.get_docs_sites_urls()
    folder = Path(site["site_url"].removeprefix("file://")).parent
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.html")))


@pytest.mark.parametrize("kind", ["pandas", "sqlite"])
def test_data_docs_say_what_was_found_and_what_to_do(kind: str, tmp_path: Path):
    frame = pd.DataFrame({"race": [HOSTILE] * 30 + ["White", "Asian/Pacific Islander"] * 100})
    book = {"questions": {"race_ethnicity": {"columns": ["race"]}}}
    context = expectations.context(tmp_path)
    definition, parameters = gx.batch_of(kind, context, frame, tmp_path)
    some = [
        "umbrella-",
        "unmapped-values",
        "category-never-used",
        "missing-by-site-worker-time",
        "totals-row",
    ]
    run = expectations.checkpoint(context, definition, book, select=some).run(batch_parameters=parameters)
    written = pages(context)
    assert "An unexpected Exception occurred" not in written
    audit = ek.audit(run)
    for row in audit.to_dict()["results"]:
        assert row["title"].replace("'", "&#39;") in written or row["title"] in written
    assert {row["outcome"] for row in audit.to_dict()["results"]} == {"found", "clear", "not_run"}
    (umbrella,) = [row for row in audit.found() if row["check"] == "umbrella-asian-pi"]
    assert umbrella["message"].split(":")[0] in written.replace("&#34;", '"').replace("&quot;", '"')
    assert umbrella["remedy"] in written and umbrella["source"] in written
    assert "All rows counted" in written and "Not checked" in written
    assert "<script>alert(1)" not in written
    assert "&lt;script&gt;alert(1)" in written


def test_a_saved_suite_is_read_back_in_another_process(tmp_path: Path):
    context = expectations.context(tmp_path)
    made = expectations.suite(codebook(), name="kept", select=["other-share"])
    context.suites.add(made)
    code = (
        "import sys\n"
        "from equitykit import expectations\n"
        "print('great_expectations' in sys.modules)\n"
        f"kept = expectations.context({str(tmp_path)!r}).suites.get('kept')\n"
        "print([type(each).__name__ for each in kept.expectations], kept.expectations[1].meta['equitykit']['check'])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    loaded, kept = done.stdout.splitlines()
    assert loaded == "False", "Great Expectations takes seconds to load, and is loaded when it is used"
    assert kept == "['ExpectRecordsToBeCounted', 'ExpectEquityCheckToBeClear'] other-share"


def test_a_context_is_quiet_and_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No progress bars, no use is reported, whatever the environment says; what is sent anywhere fails a test."""
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "true")
    for context in (expectations.context(), expectations.context(tmp_path)):
        assert context.variables.progress_bars.globally is False
        assert not context.config.analytics_enabled
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert not any("posthog" in name or "segment" in name.split(".")[0] for name in sys.modules)


def test_a_validation_is_evidence_that_can_be_attached_and_run_again(tmp_path: Path):
    run = validated("sqlite", sample(), tmp_path, select=["umbrella-", "unmapped-values", "missing-rate"])
    found = expectations.evidence(run)
    assert found.kind == "audit" and found.rows
    assert found.recipe is not None and "FROM people" in found.recipe["data"]["options"]["query"]
    assert expectations.evidence(run.to_json_dict()).facts == found.facts
    reia = ek.Assessment.open(tmp_path / "a.equity.json", instrument="race-equity-impact-assessment")
    reia.attach("evidence_current", found)
    assert reia.refresh() == (), "the same rows, and the checks of the suite: nothing has changed"
    (attached,) = reia.evidence()
    assert attached.status == "current"
    reia.close()


def test_a_validation_without_our_expectations_is_no_evidence():
    other = {"results": [{"expectation_config": {"type": "x", "meta": {}}, "success": True}], "meta": {}}
    with pytest.raises(ReadError, match="no audit"):
        ek.audit(other)
    with pytest.raises(ReadError, match="no audit"):
        expectations.evidence(other)
