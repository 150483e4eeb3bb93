"""Audits for other programs: SARIF 2.1.0 for code scanning, JUnit XML for test reports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from equitykit.checks import SEVERITIES, Check, get
from equitykit.errors import UnknownName
from equitykit.places import fingerprint
from equitykit.report.findings import accepted_words
from equitykit.report.spelled import plain
from equitykit.version import __version__

__all__ = ["junit", "sarif"]

Row = Mapping[str, Any]
# What other programs call our severities; ours stands beside it in the properties.
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "equitykitPlace/v1"
_LINK = re.compile(r"\](?=\()")


def sarif(audit: Mapping[str, Any], *, uri: str | None = None) -> str:
    """Write an audit as SARIF 2.1.0.

    Parameters
    ----------
    audit : what ``Audit.to_dict()`` gives.
    uri : path of the file below the folder of the project; its name alone where left out.

    Returns
    -------
    str
        critical and high become ``error``, medium ``warning``, low and info ``note``. A check that
        could not run is a result of kind ``notApplicable``; one that was clear has no result and
        stands in ``properties.outcomes``. Accepted findings carry a suppression with its reason.

    Examples
    --------
    >>> from equitykit.audit import audit
    >>> import pandas as pd
    >>> json.loads(sarif(audit(pd.DataFrame({"race": ["White"]})).to_dict()))["version"]
    '2.1.0'
    """
    rows: Sequence[Row] = audit["results"]
    ids = list(dict.fromkeys(str(row["check"]) for row in rows))
    subject, standard = audit["subject"], audit["standard"]
    place = _uri(uri or subject.get("name"))
    results = [_result(row, ids, place) for row in rows if row["outcome"] != "clear"]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "equitykit",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(each, rows) for each in ids],
            }
        },
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "subject": str(subject.get("kind")),
            "standard": str(standard.get("id")),
            "standardAssumed": bool(standard.get("assumed")),
            "notice": plain(audit.get("notice")),
            "outcomes": {each: _outcome(each, rows) for each in ids},
        },
    }
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(whole, ensure_ascii=True, indent=1, allow_nan=False) + "\n"


def _uri(path: str | None) -> str | None:
    """A path as a relative URI: never from the root of a disk, never out of the folder."""
    if not path:
        return None
    pure = PurePosixPath(path.replace("\\", "/"))
    leaves = pure.is_absolute() or ".." in pure.parts or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path)
    return quote(pure.name if leaves else pure.as_posix(), safe="/", errors="replace")


def _declared(check: str) -> Check | None:
    """The declaration; None for an audit that was made with other checks."""
    try:
        return get(check)
    except UnknownName:
        return None


def _rule(check: str, rows: Iterable[Row]) -> dict[str, Any]:
    row = next(row for row in rows if row["check"] == check)
    declared = _declared(check)
    title, remedy, source = plain(row["title"]), plain(row["remedy"]), plain(row["source"])
    doc = plain(declared.doc if declared else title, lines=True)
    first = doc.split("\n\n")[0].replace("\n", " ")
    severity = declared.severity if declared else str(row["severity"])
    markdown = f"{doc}\n\n**What to do:** {remedy}\n\n**Source:** {source}"
    return {
        "id": check,
        "name": "".join(part.capitalize() for part in check.split("-")),
        "shortDescription": {"text": f"{title}."},
        "fullDescription": {"text": first},
        "help": {"text": markdown.replace("**", ""), "markdown": markdown},
        "helpUri": source.split(" ; ")[0].strip(),
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {"tags": ["data collection", "equity"], "severity": severity},
    }


def _result(row: Row, ids: Sequence[str], uri: str | None) -> dict[str, Any]:
    found = row["outcome"] == "found"
    message = plain(row["message"] if found else f"Not checked: {row['reason']}")
    result: dict[str, Any] = {
        "ruleId": row["check"],
        "ruleIndex": ids.index(row["check"]),
        "kind": "fail" if found else "notApplicable",
        "level": LEVELS[row["severity"]] if found else "none",
        # "[text](address)" would be read as a link, a brace as a place to fill in.
        "message": {"text": _LINK.sub(r"\\]", message).replace("{", "{{").replace("}", "}}")},
        "locations": [_location(row, uri)],
        "partialFingerprints": {FINGERPRINT: fingerprint(row)},
        "properties": {
            "severity": row["severity"],
            "outcome": row["outcome"],
            "columns": list(map(plain, row["columns"])),
            "groups": list(map(plain, row["groups"])),
            "observed": row["observed"],
            "threshold": row["threshold"],
            "thresholdSource": row["threshold_source"],
            "n": row["n"],
            "remedy": plain(row["remedy"]),
        },
    }
    if found:
        accepted = row.get("accepted")
        result["suppressions"] = [_suppression(accepted)] if accepted else []
    return result


def _location(row: Row, uri: str | None) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if uri is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        }
    names = [plain(column) for column in row["columns"]]
    if names or uri is None:
        location["logicalLocations"] = [{"name": name, "kind": "column"} for name in names or ["data frame"]]
    return location


def _suppression(accepted: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": "external", "status": "accepted", "justification": accepted_words(accepted)}


def _outcome(check: str, rows: Iterable[Row]) -> str:
    outcomes = {row["outcome"] for row in rows if row["check"] == check}
    return next(outcome for outcome in ("found", "not_run", "clear") if outcome in outcomes)


def junit(audit: Mapping[str, Any], *, fail_on: str | None = None) -> str:
    """Write an audit as JUnit XML: one test case for each check and place.

    Parameters
    ----------
    audit : what ``Audit.to_dict()`` gives.
    fail_on : severity from which a finding is a failure; "low" where left out, so that what is only
        for information never fails.

    Returns
    -------
    str
        A check that could not run is ``skipped``, with what it needs; so is an accepted finding,
        with who accepted it and why. A finding below ``fail_on`` passes and says what was seen.
    """
    failing = SEVERITIES[: SEVERITIES.index(fail_on or "low") + 1]
    subject = audit["subject"]
    suite = ElementTree.Element("testsuite", name=f"equitykit: {plain(subject.get('name') or 'data frame')}")
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (("standard", audit["standard"].get("id")), ("notice", audit.get("notice"))):
        ElementTree.SubElement(properties, "property", name=name, value=plain(value))
    for row in audit["results"]:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"equitykit.{plain(subject.get('kind'))}", name=_name(row), time="0"
        )
        totals["tests"] += 1
        for count in _told(case, row, failing):
            totals[count] += 1
    for key, value in totals.items():
        suite.set(key, str(value))
    whole = ElementTree.Element("testsuites", {"name": "equitykit", **{k: str(v) for k, v in totals.items()}})
    whole.append(suite)
    ElementTree.indent(whole)
    text = ElementTree.tostring(whole, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _name(row: Row) -> str:
    where = ", ".join(plain(each) for each in (*row["columns"], *row["groups"]))
    return f"{row['check']} [{where}]" if where else str(row["check"])


def _told(case: ElementTree.Element, row: Row, failing: Sequence[str]) -> Iterator[str]:
    """Say in a test case what came of it; yields the total that it adds to."""
    if row["outcome"] == "not_run":
        ElementTree.SubElement(case, "skipped", message=plain(row["reason"]))
        yield "skipped"
    elif row["outcome"] == "found":
        message = plain(row["message"])
        body = f"{message}\nWhat to do: {plain(row['remedy'])}\nSource: {plain(row['source'])}"
        if row.get("accepted"):
            ElementTree.SubElement(
                case, "skipped", message=f"{accepted_words(row['accepted'])} | Seen: {message}"
            )
            yield "skipped"
        elif row["severity"] in failing:
            failure = ElementTree.SubElement(case, "failure", message=message, type=str(row["severity"]))
            failure.text = body
            yield "failures"
        else:
            ElementTree.SubElement(case, "system-out").text = f"{row['severity']}: {body}"
