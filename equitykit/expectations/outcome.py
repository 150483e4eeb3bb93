"""What one expectation says of an audit: kept small, because Great Expectations copies results often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equitykit.checks import Check
from equitykit.findings import rank

__all__ = ["MOST_FINDINGS", "MOST_VALUES", "of_check", "of_records"]

MOST_FINDINGS = 20
"""Findings of one check that a result lists."""
MOST_VALUES = 50
"""Values of one question that a result lists."""


def of_records(made: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Whether the batch holds records, and the engine counted all that Great Expectations sees."""
    whole = made["audit"]
    wrong = _not_counted(made, rows) or _not_read(made)
    short = [_shortened(question) for question in whole["questions"]]
    return {
        "success": wrong is None,
        "result": {
            "observed_value": "counted" if wrong is None else "not_counted",
            "details": {
                "engine": made["engine"],
                "reason": wrong,
                "audit": {key: whole[key] for key in whole if key not in ("questions", "results")}
                | {"questions": short},
                "recipe": made["recipe"],
            },
        },
    }


def of_check(check: Check, made: Mapping[str, Any], rows: int, *, fail_on: str) -> dict[str, Any]:
    """What one check found; one that could not run, or saw too few rows, does not pass."""
    found = [row for row in made["audit"]["results"] if row["check"] == check.id]
    wrong = _not_counted(made, rows)
    outcomes = {row["outcome"] for row in found}
    outcome = next((each for each in ("found", "not_run", "clear") if each in outcomes), "not_run")
    if wrong is not None:
        outcome = "not_run"
    serious = any(row["outcome"] == "found" and rank(row["severity"]) <= rank(fail_on) for row in found)
    listed = sorted(found, key=lambda row: (row["outcome"] == "clear", rank(row["severity"])))[:MOST_FINDINGS]
    return {
        "success": bool(found) and wrong is None and "not_run" not in outcomes and not serious,
        "result": {
            "observed_value": outcome,
            "details": {
                "engine": made["engine"],
                "rows": made["audit"]["subject"]["rows"],
                "reason": wrong or next((row["reason"] for row in found if row["reason"]), None),
                "findings": listed,
                "findings_left_out": len(found) - len(listed),
            },
        },
    }


def _not_counted(made: Mapping[str, Any], rows: int) -> str | None:
    """Why the counts of an audit cannot stand for the batch."""
    counted = made["audit"]["subject"]["rows"]
    if counted != rows:
        return f"Great Expectations sees {rows:,} rows, and {counted:,} could be counted."
    return "The batch is empty, so nothing was checked." if rows == 0 else None


def _not_read(made: Mapping[str, Any]) -> str | None:
    """Which questions of the codebook could not be counted."""
    read = {question["question"] for question in made["audit"]["questions"]}
    missing = ", ".join(question for question in made["asked"] if question not in read)
    return f"The engine could not count what the codebook says about: {missing}." if missing else None


def _shortened(question: Mapping[str, Any]) -> dict[str, Any]:
    values = question["values"]
    more = max(len(values) - MOST_VALUES, 0)
    return {
        **question,
        "values": values[:MOST_VALUES],
        "values_left_out": question["values_left_out"] + more,
    }
