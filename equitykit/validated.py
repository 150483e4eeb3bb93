"""Audits that a validation of Great Expectations carries, read back without loading that library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from equitykit.errors import ReadError
from equitykit.findings import summary_of
from equitykit.text import plain

__all__ = ["validation_data"]

_STEP = "Make the suite with equitykit.expectations.suite(codebook), and validate with result_format BASIC or more."


def validation_data(subject: Any) -> tuple[dict[str, Any], Mapping[str, Any] | None] | None:
    """The audit and the recipe that a validation carries; None where the subject is no validation.

    Parameters
    ----------
    subject : a result of a checkpoint or of a validation, or what its ``to_json_dict()`` gave.

    Raises
    ------
    ReadError
        There is no audit of ours in it, there are several, or its batch could not be read.
    """
    results = _results(subject)
    if results is None:
        return None
    ours = [row for row in results if _told(row)]
    heads = [row for row in ours if _told(row).get("records")]
    if len(heads) != 1:
        many = f"{len(heads)} audits" if heads else "no audit"
        raise ReadError(
            f"The validation holds {many} of equitykit.",
            next_step="Give one of result.run_results.values()." if heads else _STEP,
        )
    details = _details(heads[0])
    if "audit" not in details:
        raise ReadError(f"The validation cannot be read back: {_why(heads[0])}", next_step=_STEP)
    if details.get("reason"):
        raise ReadError(
            f"The validation is no evidence: {plain(details['reason'], 200)}",
            next_step="See why the batch could not be counted, and validate it again.",
        )
    rows = [each for row in ours if row is not heads[0] for each in _rows(row)]
    short = sum(int(_details(row).get("findings_left_out", 0)) for row in ours)
    held = dict(details["audit"])
    notice = f" {short:,} findings are not listed." if short else ""
    data = {**held, "results": rows, "summary": summary_of(rows), "notice": f"{held['notice']}{notice}"}
    return data, _narrowed(details.get("recipe"), {row["check"] for row in rows})


def _narrowed(recipe: Mapping[str, Any] | None, checks: set[str]) -> Mapping[str, Any] | None:
    """The recipe for the checks of the suite alone: run again, it must not seem to find more."""
    if recipe is None:
        return None
    return {**recipe, "arguments": {**recipe.get("arguments", {}), "select": sorted(checks), "ignore": []}}


def _results(subject: Any) -> list[Mapping[str, Any]] | None:
    """Every result of a validation as plain containers."""
    runs = getattr(subject, "run_results", None)
    if isinstance(runs, Mapping):
        return [row for run in runs.values() for row in _results(run) or ()]
    whole = subject
    if hasattr(subject, "expectation_suite_name") or hasattr(subject, "suite_name"):
        whole = subject.to_json_dict()
    if not isinstance(whole, Mapping) or not isinstance(whole.get("results"), Sequence):
        return None
    rows = whole["results"]
    return list(rows) if all(isinstance(r, Mapping) and "expectation_config" in r for r in rows) else None


def _told(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an expectation of ours says of itself; empty for those of others."""
    told = ((row.get("expectation_config") or {}).get("meta") or {}).get("equitykit")
    return told if isinstance(told, Mapping) else {}


def _details(row: Mapping[str, Any]) -> Mapping[str, Any]:
    found = (row.get("result") or {}).get("details")
    return found if isinstance(found, Mapping) else {}


def _why(row: Mapping[str, Any]) -> str:
    """The exception that Great Expectations caught, which it writes flat or by metric."""
    info = row.get("exception_info") or {}
    each = [info, *(value for value in info.values() if isinstance(value, Mapping))]
    said = next((one["exception_message"] for one in each if one.get("exception_message")), None)
    return plain(said, 300) if said else "its results were not kept."


def _rows(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of one check; an expectation without a result could not run."""
    found = _details(row).get("findings")
    if found:
        return [dict(each) for each in found]
    told = _told(row)
    why = _why(row)
    return [
        {
            "check": told["check"],
            "outcome": "not_run",
            "severity": told["severity"],
            "title": told["title"],
            "message": f"Not checked: {why}",
            "columns": [],
            "groups": [],
            "observed": None,
            "threshold": None,
            "threshold_source": None,
            "n": None,
            "reason": why,
            "remedy": told["remedy"],
            "source": told["source"],
        }
    ]
