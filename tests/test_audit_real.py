"""Faults planted on purpose are found, a clean file is clean, and real files give the published numbers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import yaml

from equitykit.audit import Audit, audit
from equitykit.checks import checks
from equitykit.propose import propose
from equitykit.resources import folder
from tests.cases.contract import breaches
from tests.oracles import shared

SAMPLES = folder("sample_data")
PLANTED: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (SAMPLES / "planted_faults.yaml").read_text("utf-8")
)

# r-small-cell is planted in a table made from the file, not in the file: the subject of results.
RECORDS = {check.id for check in checks("records")}


@cache
def audited(name: str) -> Audit:
    if name == "intake_flags.csv":
        proposed = propose(SAMPLES / name, form=SAMPLES / "placement_dictionary.csv")
        return audit(SAMPLES / name, proposed.codebook, benchmark=SAMPLES / "county_benchmark.csv")
    return audit(SAMPLES / name, SAMPLES / name.replace(".csv", ".codebook.yaml"))


EACH = [
    pytest.param(name, fault, id=f"{name}-{fault['id']}")
    for name, faults in PLANTED.items()
    for fault in faults
    if fault["subject"] == "records"
]


@pytest.mark.parametrize(("name", "fault"), EACH)
def test_a_planted_fault_is_found(name: str, fault: dict[str, Any]) -> None:
    wanted = {fault["check"], fault.get("or", fault["check"])}
    found = [
        row for row in audited(name).data["results"] if row["check"] in wanted and row["outcome"] == "found"
    ]
    assert found, f"{wanted} found nothing"
    columns = {column for row in found for column in row["columns"]}
    where = set(fault["where"]["columns"])
    assert not (where and columns) or where & columns, f"found at {columns}, planted at {where}"
    groups = {group for row in found for group in row["groups"]}
    if groups and fault["groups"]:
        assert set(fault["groups"]) <= groups


def test_every_planted_fault_has_a_check() -> None:
    planted = {
        fault["check"] for faults in PLANTED.values() for fault in faults if fault["subject"] == "records"
    }
    assert planted <= RECORDS


def test_the_numbers_are_those_that_were_planted() -> None:
    done = audited("intake.csv")
    question = done.data["questions"][0]
    by_check = {row["check"]: row for row in done.data["results"] if row["outcome"] == "found"}
    assert question["n"] == 3000
    assert question["missing"]["n"] == 722
    labels = {value["raw"][0]: 0 for value in question["values"]}
    for value in question["values"]:
        labels[value["raw"][0]] += value["n"]
    for label, n in {
        "Asian/Pacific Islander": 152, "Non-white": 37, "Minority": 19, "Two or more races": 126,
        "1": 14, "O": 12, "A": 11, "Whtie": 30, "Hispnic": 20, "Blakc": 16, "Martian": 4,
    }.items():  # fmt: skip
        assert labels[label] == n, label
    aian = next(entry for entry in question["categories"] if entry["id"] == "AIAN")
    assert (aian["n_any"], aian["n_alone"]) == (160, 160 - 85)
    assert by_check["imputed-unflagged"]["columns"] == ["bisg_prob_black"]
    lost = [
        row
        for row in done.data["results"]
        if row["check"] == "aian-erasure-override"
        and row["groups"] == ["AIAN"]
        and row["columns"] == ["race5"]
    ]
    assert [(row["severity"], row["observed"], row["n"]) for row in lost] == [("critical", 1.0, 160)]
    assert {c for r in done.data["results"] if r["check"] == "direct-identifiers-present" for c in r["columns"]} >= {
        "child_name", "ssn",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["intake.csv", "intake_clean.csv", "intake_flags.csv"])
def test_an_audit_of_a_sample_keeps_the_contract(name: str) -> None:
    assert breaches(audited(name).to_dict()) == []


def test_the_clean_twin_has_nothing_of_medium_or_above() -> None:
    assert [(row["check"], row["message"]) for row in audited("intake_clean.csv").found("medium")] == []
    outcomes = {
        row["outcome"] for row in audited("intake_clean.csv").data["results"] if row["check"] != "totals-row"
    }
    assert "clear" in outcomes


def test_no_worker_and_no_person_of_the_sample_is_printed() -> None:
    done = audited("intake.csv")
    text = done.to_json() + done.to_html()
    for secret in ("W104", "Example,", "000-00-", "C00001"):
        assert secret not in text
    assert "worker " in text


# -- real files ----------------------------------------------------------------------------------------


def truth(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        shared("data", "ground_truth", f"{name}.json").read_text(encoding="utf-8")
    )
    return found


def ours(id: str) -> str:
    """Category id of the ground truth in our words."""
    return {"HISP": "HISPANIC"}.get(id, id)


def test_drug_deaths_in_connecticut_without_a_codebook() -> None:
    expected = truth("ct_drug_deaths")
    done = audit(shared("data", "ct_drug_deaths", "deaths.csv"))
    data = done.to_dict()
    assert breaches(data) == []
    assert data["subject"]["rows"] == expected["n_rows"]
    question = next(q for q in data["questions"] if q["question"] == "race_ethnicity")
    assert question["columns"] == [expected["race_column"]]
    assert question["confirmed"] is False
    assert {(v["raw"][0] or ""): v["n"] for v in question["values"]} == expected["raw_values"]
    categories = {entry["id"]: entry for entry in question["categories"]}
    for id, entry in expected["omb2024"].items():
        assert categories[ours(id)]["n_any"] == entry["n_any_mention"], id
        assert (categories[ours(id)]["status"] == "recorded") == (entry["status"] == "present"), id
    unknown = expected["unknown"]
    assert question["missing"]["n"] == unknown["total_not_known"]
    assert question["missing"]["by_reason"] == {"unknown": unknown["UNKNOWN"], "blank": unknown["BLANK"]}
    assert round(question["missing"]["share"], 4) == round(unknown["share_not_known"], 4)
    small = {v["raw"][0]: v["n"] for v in question["values"] if v["n"] < 11 and v["status"] != "missing"}
    assert small == expected["small_cells"]["threshold_lt_11"]
    (row,) = [r for r in data["results"] if r["check"] == "r-small-cell"]
    assert row["observed"] == len(small)
    combinations = [v for v in question["values"] if len(v["categories"]) > 1]
    assert {v["raw"][0] for v in combinations} == {"Hispanic, White", "Hispanic, Black"}
    assert {tuple(r["groups"]) for r in data["results"] if r["check"] == "category-never-used"} == {("MENA",)}


def test_a_redcap_export_filled_from_its_dictionary() -> None:
    expected = truth("redcapr_checkbox_data")
    data = shared("data", "redcap_example", "race_checkbox_data.csv")
    proposed = propose(data, form=shared("data", "redcap_example", "race_checkbox_dictionary.csv"))
    done = audit(data, proposed.codebook)
    question = next(q for q in done.data["questions"] if q["question"] == "race_ethnicity")
    assert breaches(done.to_dict()) == []
    assert done.data["subject"]["rows"] == expected["n_rows"]
    assert set(expected["flag_columns"]) <= set(question["columns"])
    ticked = dict.fromkeys(question["columns"], 0)
    for value in question["values"]:
        for column, cell in zip(question["columns"], value["raw"], strict=True):
            ticked[column] += value["n"] if cell == "1" else 0
    assert {column: ticked[column] for column in expected["flag_columns"]} == expected["any_mention"]
    flags = [question["columns"].index(column) for column in expected["flag_columns"]]
    ticks = [(sum(v["raw"][at] == "1" for at in flags), v["n"]) for v in question["values"]]
    assert sum(n for k, n in ticks if k >= 2) == expected["two_or_more"]
    assert sum(n for k, n in ticks if k == 0) == expected["none"]


def test_a_redcap_export_by_itself() -> None:
    expected = truth("redcapr_checkbox_data")
    done = audit(shared("data", "redcap_example", "race_checkbox_data.csv"))
    question = next(q for q in done.data["questions"] if q["question"] == "race_ethnicity")
    assert set(expected["flag_columns"]) <= set(question["columns"])
    assert question["encoding"] == "flags"
    # No value could be read without the dictionary, so no answer to what the values say is "clear".
    for check in checks("records"):
        if check.unread:
            assert done.outcome(check.id) != "clear", check.id
    blind = {
        "umbrella-asian-pi", "umbrella-collective", "other-share", "two-or-more-opaque", "aian-erasure-override",
        "missing-rate", "missing-reason-conflated", "category-never-used", "multi-never-used",
    }  # fmt: skip
    outcomes = {check: done.outcome(check) for check in blind}
    assert set(outcomes.values()) == {"not_run"}, outcomes
    reasons = [row["reason"] for row in done.data["results"] if row["check"] in blind]
    assert all("equitykit propose" in reason or "See ambiguous-codes" in reason for reason in reasons)
