"""What the published format of an audit promises, checked on any audit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema

from equitykit.checks import SEVERITIES, get
from equitykit.resources import folder


@cache
def schema() -> jsonschema.Draft202012Validator:
    """The published JSON Schema."""
    text = (folder("schemas") / "audit.schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def breaches(data: Mapping[str, Any]) -> list[str]:
    """Promises that an audit breaks: of the schema, and of what its numbers mean."""
    found = [f"{problem.json_path}: {problem.message}" for problem in schema().iter_errors(data)]
    found += _summary(data)
    for row in data["results"]:
        if SEVERITIES.index(row["severity"]) < SEVERITIES.index(get(row["check"]).severity):
            found.append(f"{row['check']} found {row['severity']}, worse than declared")
    if data["subject"]["kind"] == "records" and not data["notice"].startswith("Public"):
        for question in data["questions"]:
            found += _numbers(question)
    return found


def _summary(data: Mapping[str, Any]) -> list[str]:
    outcomes: dict[str, list[str]] = {}
    worst: dict[str, int] = {}
    for row in data["results"]:
        outcomes.setdefault(row["check"], []).append(row["outcome"])
        if row["outcome"] == "found":
            rank = SEVERITIES.index(row["severity"])
            worst[row["check"]] = min(rank, worst.get(row["check"], rank))
    not_run = sum("found" not in seen and "not_run" in seen for seen in outcomes.values())
    found = {severity: list(worst.values()).count(rank) for rank, severity in enumerate(SEVERITIES)}
    clear = len(outcomes) - len(worst) - not_run
    expected = {"found": found, "clear": clear, "not_run": not_run}
    return [] if data["summary"] == expected else [f"the summary is not {expected}: {data['summary']}"]


def _numbers(question: Mapping[str, Any]) -> list[str]:
    values, missing = question["values"], question["missing"]
    wrong = []
    if len(values) > 200:
        wrong.append("more than 200 values are listed")
    counts = [value["n"] for value in values]
    if counts != sorted(counts, reverse=True):
        wrong.append("values are not listed most frequent first")
    if sum(missing["by_reason"].values()) != missing["n"]:
        wrong.append("the reasons do not add up to the missing")
    if question["n"] and missing["share"] != round(missing["n"] / question["n"], 6):
        wrong.append("the share missing is not missing / n")
    if question["values_left_out"] == 0:
        wrong += _sums(question)
    return wrong


def _sums(question: Mapping[str, Any]) -> list[str]:
    values = question["values"]
    wrong = []
    if sum(value["n"] for value in values) != question["n"]:
        wrong.append("the values do not add up to n")
    if sum(v["n"] for v in values if v["status"] == "missing") != question["missing"]["n"]:
        wrong.append("values with status missing do not add up to missing.n")
    for category in question["categories"]:
        mapped = [v for v in values if v["status"] == "mapped" and category["id"] in v["categories"]]
        alone = [v for v in mapped if v["categories"] == [category["id"]]]
        if sum(v["n"] for v in mapped) != category["n_any"]:
            wrong.append(f"n_any of {category['id']} is not what its mapped values add up to")
        if not category["n_alone"] <= sum(v["n"] for v in alone) <= category["n_any"]:
            wrong.append(f"n_alone of {category['id']} is more than those with no other")
        if (category["status"] == "recorded") != (category["n_any"] > 0):
            wrong.append(f"{category['id']} is {category['status']} with n_any {category['n_any']}")
    return wrong
