"""SARIF and JUnit: the structure that others read, what each outcome becomes, and hostile contents."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import jsonschema
import pandas as pd
import pytest
from defusedxml import ElementTree

import equitykit as ek
from equitykit import report
from equitykit.baseline import Baseline
from equitykit.places import fingerprint

SCHEMA = json.loads((Path(__file__).parent / "sarif.schema.json").read_text(encoding="utf-8"))
# A null, an escape, a byte order mark, a half pair, a non-character, bidi, markup, a link, a place to fill in.
HOSTILE = "\x00\x1b[31m\ufeff\ud800\uffff\u202e]]><script>&'\"[a](http://x.example){0}=1+1\u2028"


def data(frame: pd.DataFrame | None = None, **given: Any) -> dict[str, Any]:
    umbrella = ["Asian/Pacific Islander"] * 20 + ["Other"] * 5 + ["White"] * 75
    return ek.audit(frame if frame is not None else pd.DataFrame({"race": umbrella}), **given).to_dict()


def with_accepted(audit: dict[str, Any]) -> dict[str, Any]:
    baseline = Baseline().accept(audit, reason="Form changes", by="R. Diaz", today=date(2026, 11, 21))
    one = Baseline(tuple(e for e in baseline.accepted if e.place.check == "other-share"))
    return one.apply(audit, today=date(2026, 11, 21))


def run_of(text: str) -> dict[str, Any]:
    whole = json.loads(text)
    problems = [
        f"{p.json_path}: {p.message}" for p in jsonschema.Draft202012Validator(SCHEMA).iter_errors(whole)
    ]
    assert problems == []
    run: dict[str, Any] = whole["runs"][0]
    return run


def cases(text: str) -> tuple[Element, list[Element]]:
    root = ElementTree.fromstring(text)
    return root, list(root.iter("testcase"))


def test_sarif_has_a_result_for_what_was_found_and_what_could_not_run() -> None:
    audit = with_accepted(data())
    run = run_of(report.sarif(audit))
    rows = [row for row in audit["results"] if row["outcome"] != "clear"]
    assert [r["ruleId"] for r in run["results"]] == [row["check"] for row in rows]
    rules = run["tool"]["driver"]["rules"]
    for row, result in zip(rows, run["results"], strict=True):
        found = row["outcome"] == "found"
        assert rules[result["ruleIndex"]]["id"] == row["check"]
        assert result["kind"] == ("fail" if found else "notApplicable")
        levels = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
        assert result["level"] == (levels[row["severity"]] if found else "none")
        assert result["partialFingerprints"] == {"equitykitPlace/v1": fingerprint(row)}
        assert bool(result.get("suppressions")) == ("accepted" in row)
    assert {row["check"] for row in audit["results"]} == set(run["properties"]["outcomes"])
    (suppressed,) = [r["suppressions"] for r in run["results"] if r.get("suppressions")]
    assert suppressed[0]["justification"] == "Accepted by R. Diaz on 2026-11-21: Form changes"


def test_sarif_rules_help_a_reader() -> None:
    run = run_of(report.sarif(data()))
    for rule in run["tool"]["driver"]["rules"]:
        assert "What to do:" in rule["help"]["text"] and "Why it matters:" in rule["help"]["text"]
        assert rule["helpUri"] in rule["help"]["markdown"]


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("data/in take.csv", "data/in%20take.csv"),
        ("/srv/private/x.csv", "x.csv"),
        ("../other/x.csv", "x.csv"),
        (r"C:\private\x.csv", "x.csv"),
        ("postgresql://user:pw@host/db", "db"),
    ],
)
def test_sarif_names_no_place_outside_of_the_project(given: str, uri: str) -> None:
    run = run_of(report.sarif(data(), uri=given))
    found = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert found == {uri}


def test_junit_counts_what_it_holds() -> None:
    audit = with_accepted(data())
    root, every = cases(report.junit(audit))
    assert root.tag == "testsuites" and len(every) == len(audit["results"])
    for element in (root, root[0]):
        assert element.get("tests") == str(len(every))
        for tag, total in (("failure", "failures"), ("skipped", "skipped")):
            assert element.get(total) == str(sum(case.find(tag) is not None for case in every))
    for row, case in zip(audit["results"], every, strict=True):
        skipped = row["outcome"] == "not_run" or "accepted" in row
        failed = row["outcome"] == "found" and row["severity"] != "info" and not skipped
        assert (case.find("skipped") is not None, case.find("failure") is not None) == (skipped, failed)
    accepted = [c.find("skipped") for c in every if (c.get("name") or "").startswith("other-share")]
    assert accepted[0] is not None and "Accepted by R. Diaz" in str(accepted[0].get("message"))


def test_junit_fails_from_the_severity_asked_for() -> None:
    audit = data()
    high = [r for r in audit["results"] if r["outcome"] == "found" and r["severity"] in ("critical", "high")]
    root, every = cases(report.junit(audit, fail_on="high"))
    assert root.get("failures") == str(len(high)) and len(high) > 0
    passed = [c for c in every if (c.get("name") or "").startswith("other-share")]
    assert passed[0].find("failure") is None
    assert (passed[0].findtext("system-out") or "").startswith("low: ")


def test_hostile_contents_stay_plain_text() -> None:
    audit = data(pd.DataFrame({"race": ["White"] * 9 + ["Other"]}))
    for row in audit["results"]:
        row |= {"message": HOSTILE, "columns": [HOSTILE], "groups": [HOSTILE], "remedy": HOSTILE}
        row["accepted"] = {"reason": HOSTILE, "by": HOSTILE, "date": "2026-01-01", "until": None}
        if row["outcome"] == "not_run":
            row["reason"] = HOSTILE
    audit["subject"]["name"] = HOSTILE
    sarif = report.sarif(audit)
    run = run_of(sarif)
    text = run["results"][0]["message"]["text"]
    assert "\\](" in text and "{{0}}" in text and "<script>" in text
    shown = json.dumps(run, ensure_ascii=False)
    assert not any(ord(c) < 32 or c in "\u202e\u2028\ufeff\uffff" or "\ud800" <= c <= "\udfff" for c in shown)
    for each in (audit, {**audit, "results": [{**r, "accepted": None} for r in audit["results"]]}):
        root, every = cases(report.junit(each))
        assert len(every) == len(audit["results"]) and root.find(".//script") is None


def test_a_check_that_no_longer_exists_is_written_all_the_same() -> None:
    audit = data()
    audit["results"] = [{**audit["results"][0], "check": "a-check-of-old", "outcome": "found"}]
    assert run_of(report.sarif(audit))["results"][0]["ruleId"] == "a-check-of-old"
