"""The audit as JSON says what the published contract says; every expected number was computed by hand."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from equitykit.audit import DEFAULT_STANDARD, audit
from equitykit.checks import checks, get
from equitykit.errors import AuditFailed, CodebookError, UnknownName
from equitykit.resources import folder
from equitykit.version import __version__
from tests import cases
from tests.cases.contract import breaches, schema

EVERY_CASE = [case for path in sorted(cases.FOLDER.glob("*.yaml")) for case in cases.read(path)]


def table(columns: str, *rows: tuple[Any, ...]) -> pd.DataFrame:
    """A frame: each row starts with how often it stands there."""
    return pd.DataFrame(
        [values for count, *values in rows for _ in range(count)], columns=columns.split(), dtype=object
    )


def book(**question: Any) -> dict[str, Any]:
    """A codebook with one race and ethnicity question."""
    return {"questions": {"race_ethnicity": question}}


def asked(frame: pd.DataFrame, codebook: Any, **more: Any) -> dict[str, Any]:
    """The race and ethnicity question of an audit, whose contract was checked on the way."""
    data = audit(frame, codebook, **more).to_dict()
    assert breaches(data) == []
    found: dict[str, Any] = next(q for q in data["questions"] if q["question"] == "race_ethnicity")
    return found


def category(question: dict[str, Any], id: str) -> tuple[str, int, int]:
    found = next(entry for entry in question["categories"] if entry["id"] == id)
    return found["status"], found["n_any"], found["n_alone"]


def value(question: dict[str, Any], *raw: str | None) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in question["values"] if entry["raw"] == list(raw))
    return found


# -- the form ------------------------------------------------------------------------------------------


def test_the_schema_is_itself_valid() -> None:
    text = (folder("schemas") / "audit.schema.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("case", EVERY_CASE, ids=lambda case: f"{case.check}-{case.name}")
@pytest.mark.parametrize("public", [False, True], ids=["internal", "public"])
def test_every_audit_keeps_the_contract(case: cases.Case, public: bool, tmp_path: Path) -> None:
    data = dataclasses.replace(case, public=public).run(tmp_path).to_dict()
    assert breaches(data) == []
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_all_entries_of_the_contract() -> None:
    data = audit(table("race", (3, "White")), book(columns=["race"])).to_dict()
    assert list(data)[:7] == ["equitykit", "format", "subject", "standard", "questions", "results", "summary"]
    assert (data["equitykit"], data["format"]) == (__version__, "audit/1")
    assert data["subject"] | {"sha256": None} == {
        "kind": "records", "name": "data frame", "rows": 3, "sha256": None
    }  # fmt: skip
    assert {row["check"] for row in data["results"]} == {check.id for check in checks("records")}
    assert data["notice"] == "Internal: holds small cells. Use --public before sharing."


@pytest.mark.parametrize(
    ("place", "broken"),
    [
        (("format",), "audit/2"),
        (("questions", 0, "encoding"), "guessed"),
        (("questions", 0, "values", 0, "status"), "maybe"),
        (("questions", 0, "values", 0, "n"), None),
        (("questions", 0, "categories", 0, "status"), "absent"),
        (("questions", 0, "missing", "by_reason"), {"lazy": 1}),
        (("results", 0, "severity"), "awful"),
        (("results", 0, "outcome"), "not_run"),
        (("results", 0, "reason"), "a reason that is none"),
        (("results", 0, "threshold_source"), "default"),
        (("surprise",), 1),
    ],
)
def test_the_schema_refuses(place: tuple[Any, ...], broken: Any) -> None:
    data = audit(table("race", (3, "White")), book(columns=["race"])).to_dict()
    assert schema().is_valid(data)
    *above, last = place
    inner: Any = data
    for part in above:
        inner = inner[part]
    inner[last] = broken
    assert not schema().is_valid(data)


def test_a_file_is_named_without_its_folder_and_has_the_hash_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "in take.csv"
    path.write_bytes(b"race\r\nWhite\r\nBlack\r\n")
    subject = audit(path).to_dict()["subject"]
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    assert subject == {"kind": "records", "name": "in take.csv", "rows": 2, "sha256": sha}


def test_the_frame_of_a_user_is_not_changed() -> None:
    frame = table("race", (2, " White "), (1, None))
    before = frame.copy(deep=True)
    audit(frame, book(columns=["race"]))
    pd.testing.assert_frame_equal(frame, before)


# -- what is missing -----------------------------------------------------------------------------------


def test_missing_is_a_reason_or_a_blank_and_nothing_else() -> None:
    question = asked(
        table(
            "race",
            *((40, "White"), (7, None), (5, "Unknown"), (3, "Declined to answer"), (2, "   ")),
            *((11, "White;Unknown"), (6, "NA"), (4, "Martian"), (3, "Asian/Pacific Islander")),
        ),
        book(columns=["race"], delimiter=";"),
    )
    assert question["n"] == 81
    # a reason beside a category is recorded; review, unmapped and merged are no missing answers
    assert question["missing"] == {
        "n": 17,
        "share": round(17 / 81, 6),
        "by_reason": {"blank": 9, "unknown": 5, "declined": 3},
    }
    assert value(question, "White;Unknown")["status"] == "mapped"
    assert value(question, "NA")["status"] == "review"
    assert category(question, "WHITE") == ("recorded", 51, 51)


def test_a_reason_beside_a_category_is_listed_by_its_check() -> None:
    done = audit(table("race", (40, "White"), (11, "White;Unknown")), book(columns=["race"], delimiter=";"))
    (row,) = [r for r in done.data["results"] if r["check"] == "missing-reason-conflated"]
    assert (row["outcome"], row["severity"], row["observed"], row["n"]) == ("found", "high", 11, 51)


def test_texts_that_look_empty_to_other_software_are_values() -> None:
    question = asked(
        table("race", (1, "NA"), (2, "None"), (3, "N/A"), (4, "null"), (5, "nan"), (6, "")),
        book(columns=["race"]),
    )
    assert question["missing"]["by_reason"].get("blank") == 6
    assert {entry["raw"][0] for entry in question["values"]} == {"NA", "None", "N/A", "null", "nan", None}


# -- categories ----------------------------------------------------------------------------------------


def test_any_counts_everybody_with_it_and_alone_those_with_nothing_else() -> None:
    question = asked(
        table(
            "race", (50, "White"), (9, "White;Black"), (5, "Hispanic;White"), (4, "Hispanic"), (2, "Black")
        ),
        book(columns=["race"], delimiter=";"),
    )
    assert category(question, "WHITE") == ("recorded", 64, 50)
    assert category(question, "BLACK") == ("recorded", 11, 2)
    assert category(question, "HISPANIC") == ("recorded", 9, 4)  # Hispanic counts as another category
    assert question["multiple"] == {"possible": True, "n": 14}


def test_merged_review_and_unmapped_values_never_add() -> None:
    question = asked(
        table("race", (5, "Asian"), (7, "Asian/Pacific Islander"), (3, "A"), (2, "Asain"), (1, "White")),
        book(columns=["race"]),
    )
    assert category(question, "ASIAN") == ("recorded", 5, 5)
    assert category(question, "NHPI") == ("only_merged", 0, 0)
    merged = value(question, "Asian/Pacific Islander")
    assert (merged["status"], merged["categories"]) == ("merged", ["ASIAN", "NHPI"])
    assert value(question, "A")["status"] == "review"
    assert value(question, "Asain")["status"] == "unmapped"


def test_a_merged_label_beside_a_category() -> None:
    question = asked(
        table("race", (4, "White;Asian/Pacific Islander"), (6, "White")),
        book(columns=["race"], delimiter=";"),
    )
    assert value(question, "White;Asian/Pacific Islander")["status"] == "mapped"
    assert category(question, "WHITE") == ("recorded", 10, 6)  # the other four are more than White
    assert category(question, "ASIAN") == ("only_merged", 0, 0)


def test_not_hispanic_is_an_answer_that_adds_nothing() -> None:
    question = asked(table("eth", (5, "Not Hispanic"), (2, "Hispanic")), book(columns=["eth"]))
    assert value(question, "Not Hispanic")["status"] == "mapped"
    assert value(question, "Not Hispanic")["categories"] == []
    assert question["missing"]["n"] == 0


STATUSES = [
    # recorded > only_merged > offered_never_used > not_offered > not_recorded
    ("Asian", ["ASIAN"], "recorded"),
    ("Asian", ["WHITE"], "recorded"),
    ("Asian/Pacific Islander", ["ASIAN", "NHPI"], "only_merged"),
    ("Asian/Pacific Islander", ["WHITE"], "only_merged"),
    ("A", ["ASIAN"], "offered_never_used"),  # seen only in a value to review
    ("Asain", ["ASIAN"], "offered_never_used"),
    ("Black", ["ASIAN"], "offered_never_used"),
    ("Black", ["WHITE"], "not_offered"),
    ("Black", None, "not_recorded"),
    ("A", None, "not_recorded"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "offered", "status"), STATUSES)
def test_the_first_status_that_holds(raw: str, offered: list[str] | None, status: str) -> None:
    question = asked(table("race", (5, raw), (5, "White")), book(columns=["race"], offered=offered))
    assert category(question, "ASIAN")[0] == status


def test_a_flag_that_exists_is_offered() -> None:
    question = asked(
        table("white asian unknown", (5, "1", "0", "0"), (2, "0", "0", "1"), (1, None, None, None)),
        book(
            columns=["white", "asian", "unknown"],
            flags={"white": "WHITE", "asian": "ASIAN", "unknown": {"missing": "unknown"}},
        ),
    )
    assert category(question, "WHITE") == ("recorded", 5, 5)
    assert category(question, "ASIAN")[0] == "offered_never_used"
    assert category(question, "MENA")[0] == "not_offered"
    assert question["missing"] == {"n": 3, "share": 0.375, "by_reason": {"unknown": 2, "blank": 1}}


def test_the_1997_standard_has_no_mena_and_it_is_part_of_white() -> None:
    frame = table("race", (5, "Middle Eastern or North African"), (5, "Asian"))
    old = asked(frame, book(columns=["race"]), standard="us-omb-spd15-1997")
    assert [entry["id"] for entry in old["categories"]] == [
        "AIAN",
        "ASIAN",
        "BLACK",
        "HISPANIC",
        "NHPI",
        "WHITE",
    ]
    assert category(old, "WHITE") == ("recorded", 5, 5)
    assert category(asked(frame, book(columns=["race"])), "MENA") == ("recorded", 5, 5)


# -- values listed -------------------------------------------------------------------------------------


def test_at_most_200_values_are_listed_and_the_rest_counted() -> None:
    rows = [(2 if k < 10 else 1, f"Stray {k:03d}") for k in range(250)]
    question = asked(table("race", (300, "White"), *rows), book(columns=["race"]))
    assert (len(question["values"]), question["values_left_out"]) == (200, 51)
    assert question["values"][0]["raw"] == ["White"]
    assert question["n"] == 300 + 260  # what is not listed is still counted
    exact = asked(table("race", (300, "White"), *rows[:199]), book(columns=["race"]))
    assert (len(exact["values"]), exact["values_left_out"]) == (200, 0)


def test_a_combination_of_columns_is_one_value() -> None:
    question = asked(
        table("race eth", (5, "White", "Hispanic"), (3, None, "Hispanic"), (2, "White", None)),
        book(columns=["race", "eth"]),
    )
    assert question["encoding"] == "race_and_ethnicity"
    assert value(question, None, "Hispanic")["n"] == 3
    assert value(question, "White", None)["categories"] == ["WHITE"]


# -- who is counted ------------------------------------------------------------------------------------


MENTIONS = table(
    "id race", (1, "1", "White"), (1, "1", "Black"), (1, "2", "White"), (2, "3", "White"), (1, "4", None)
)


def test_one_row_per_mention_counts_persons() -> None:
    done = audit(MENTIONS, {"person": "id", **book(columns=["race"], encoding="repeated_rows")})
    question = done.to_dict()["questions"][0]
    assert breaches(done.to_dict()) == []
    assert (done.data["subject"]["rows"], question["n"]) == (6, 4)
    assert sorted(value(question, "Black", "White")["categories"]) == ["BLACK", "WHITE"]
    assert category(question, "WHITE") == ("recorded", 3, 2)
    assert question["missing"]["n"] == 1
    assert question["multiple"] == {"possible": True, "n": 1}


def test_the_codebook_may_ask_for_persons() -> None:
    rows = asked(MENTIONS, book(columns=["race"]))
    persons = asked(MENTIONS, {"person": "id", "count": "persons", **book(columns=["race"])})
    assert (rows["n"], persons["n"]) == (6, 4)
    assert category(rows, "WHITE")[1] == 4


def test_rows_without_an_id_are_each_somebody() -> None:
    frame = table("id race", (2, None, "White"), (1, "1", "White"), (1, "1", "White"))
    question = asked(frame, {"person": "id", "count": "persons", **book(columns=["race"])})
    assert question["n"] == 3


def test_several_columns_may_name_a_person() -> None:
    frame = table("house no race", (2, "a", "1", "White"), (1, "a", "2", "Black"), (1, "b", "1", "White"))
    question = asked(frame, {"person": ["house", "no"], "count": "persons", **book(columns=["race"])})
    assert (question["n"], category(question, "WHITE")[1]) == (3, 2)


def test_persons_without_a_person_column_is_a_sentence() -> None:
    with pytest.raises(CodebookError, match="names no person column"):
        audit(MENTIONS, {"count": "persons", **book(columns=["race"])})


def test_counts_stand_for_people() -> None:
    frame = table(
        "race people",
        (1, "White", "1,200"),
        (1, "White", "3"),
        (1, "Black", "40"),
        (1, None, "7"),
        (1, "Asian", None),
    )
    question = asked(frame, book(columns=["race"], encoding="counts", count="people"))
    assert question["n"] == 1250
    assert category(question, "WHITE") == ("recorded", 1203, 1203)
    assert question["missing"]["by_reason"] == {"blank": 7}
    assert category(question, "ASIAN")[1] == 0


def test_a_count_that_is_no_number_is_a_sentence() -> None:
    with pytest.raises(
        CodebookError, match='"people" should hold how many people each row stands for, but holds "many"'
    ):
        audit(
            table("race people", (1, "White", "many")),
            book(columns=["race"], encoding="counts", count="people"),
        )


@pytest.mark.parametrize("name", ["n", "N", "count", "by", "index", "level_0", "events"])
def test_a_column_may_have_any_name(name: str) -> None:
    """Tallies have a column of their own for the count; a file may use the same name."""
    question = asked(table(name, (6, "White"), (4, "Black")), book(columns=[name]))
    assert (question["n"], category(question, "WHITE")[1]) == (10, 6)
    beside = asked(
        table(f"race {name}", (60, "White", "A"), (40, "Black", "B")),
        {**book(columns=["race"]), "unit": {"site": name}},
    )
    assert category(beside, "BLACK")[1] == 40


# -- results and summary -------------------------------------------------------------------------------


def test_found_beats_not_run_beats_clear() -> None:
    frame = table(
        "race office day", (60, "White", "North", "2024-01-01"), (60, "White", "South", "2024-01-01")
    )
    done = audit(frame, {**book(columns=["race"], recorded_by="self"), "unit": {"site": "office"}})
    assert done.outcome("provenance-absent") == "clear"
    assert done.outcome("dimension-absent") == "not_run"
    assert done.outcome("category-never-used") == "found"
    found = [row for row in done.data["results"] if row["check"] == "category-never-used"]
    assert len(found) == 6  # one entry for each group; one check in the summary
    assert sum(done.data["summary"]["found"].values()) == len({r["check"] for r in done.found()})


def test_select_and_ignore() -> None:
    frame = table("race", (3, "White"))
    only = audit(frame, book(columns=["race"]), select=["missing-rate", "other-share"])
    assert {row["check"] for row in only.data["results"]} == {"missing-rate", "other-share"}
    but = audit(frame, book(columns=["race"]), select=["missing-rate", "other-share"], ignore=["other-share"])
    assert {row["check"] for row in but.data["results"]} == {"missing-rate"}
    rest = audit(frame, book(columns=["race"]), ignore=["other-share"])
    assert len({row["check"] for row in rest.data["results"]}) == len(checks("records")) - 1
    with pytest.raises(UnknownName, match='Did you mean "missing-rate"'):
        audit(frame, select=["missing-rates"])
    with pytest.raises(UnknownName, match='Did you mean "other-share"'):
        audit(frame, ignore=["other-shares"])


def test_raise_if_names_the_checks() -> None:
    done = audit(table("race", (5, "White"), (5, None)), book(columns=["race"], recorded_by="self"))
    done.raise_if("critical")
    with pytest.raises(AuditFailed, match="missing-rate"):
        done.raise_if("high")
    with pytest.raises(UnknownName, match="severity"):
        done.raise_if("bad")


def test_an_audit_in_which_nothing_ran_is_not_a_pass() -> None:
    done = audit(table("race"), book(columns=["race"]))
    summary = done.data["summary"]
    assert summary["not_run"] == len(checks("records")) - sum(not check.needs for check in checks("records"))
    assert "this is not the whole picture" in done.to_markdown()


def test_the_frame_of_findings_has_one_row_each() -> None:
    done = audit(table("race", (5, "White")), book(columns=["race"]))
    frame = done.to_frame()
    assert len(frame) == len(done.data["results"])
    assert list(frame["check"]) == [row["check"] for row in done.data["results"]]
    with pytest.raises(UnknownName):
        done.outcome("no-such-check")


# -- standard, codebook, notice ------------------------------------------------------------------------


def test_the_standard_that_was_assumed_is_said() -> None:
    frame = table("race", (3, "White"))
    assert audit(frame).data["standard"] | {"version": ""} == {
        "id": DEFAULT_STANDARD,
        "version": "",
        "assumed": True,
    }
    named = audit(frame, {"standard": "us-omb-spd15-1997", **book(columns=["race"])}).data["standard"]
    assert (named["id"], named["assumed"]) == ("us-omb-spd15-1997", False)
    given = audit(
        frame, {"standard": "us-omb-spd15-1997", **book(columns=["race"])}, standard="us-omb-spd15-2024"
    )
    assert (given.data["standard"]["id"], given.data["standard"]["assumed"]) == ("us-omb-spd15-2024", False)


def test_a_proposed_codebook_is_not_confirmed() -> None:
    frame = table("race", (30, "White"), (30, "Black"))
    assert audit(frame).data["questions"][0]["confirmed"] is False
    assert audit(frame, book(columns=["race"])).data["questions"][0]["confirmed"] is True


def test_the_notice_speaks_of_small_cells_only_where_there_are_some() -> None:
    big = audit(table("race", (11, "White"), (11, "Black")), book(columns=["race"]))
    small = audit(table("race", (11, "White"), (10, "Black")), book(columns=["race"]))
    assert big.data["notice"] == "Internal. Use --public to make a version for others."
    assert small.data["notice"] == "Internal: holds small cells. Use --public before sharing."


def test_a_column_that_is_not_there_gets_the_nearest_name() -> None:
    with pytest.raises(
        CodebookError,
        match='names the column "rase", but "data frame" has no such column. Did you mean "race"',
    ):
        audit(table("race", (1, "White")), book(columns=["rase"]))


def test_identifiers_never_print_a_value() -> None:
    frame = pd.DataFrame(
        {
            "race": ["White", "Black", "Asian"] * 4,
            "child_name": [f"Zebedee Q{chr(65 + k)}" for k in range(12)],
            "mail": [f"zeb{k}@example.org" for k in range(12)],
            "x1": [f"000-00-{k:04d}" for k in range(12)],
        }
    )
    done = audit(frame)
    text = done.to_json() + done.to_html() + done.to_markdown()
    assert done.outcome("direct-identifiers-present") == "found"
    assert {"child_name", "mail", "x1"} == {
        c
        for row in done.data["results"]
        if row["check"] == "direct-identifiers-present"
        for c in row["columns"]
    }
    for secret in ("Zebedee", "@example.org", "000-00-"):
        assert secret not in text


def test_workers_are_numbers_unless_asked_for() -> None:
    frame = table(
        "race who", (95, "White", "W-77"), (5, None, "W-77"), (40, "White", "W-99"), (60, None, "W-99")
    )
    codebook = {**book(columns=["race"]), "unit": {"worker": "who"}}
    assert "W-99" not in audit(frame, codebook).to_json()
    assert "W-99: 60.0 %" in audit(frame, codebook, name_workers=True).to_json()


def test_units_below_thirty_are_hidden_in_every_output() -> None:
    frame = table(
        "race office",
        (95, "White", "North"),
        (5, None, "North"),
        (40, "White", "Hill"),
        (60, None, "Hill"),
        (29, None, "Tiny"),
    )
    done = audit(frame, {**book(columns=["race"]), "unit": {"site": "office"}})
    assert "Hill" in done.to_json()
    assert "Tiny" not in done.to_json() + done.to_html() + done.to_markdown()


def test_progress_is_told() -> None:
    told: list[tuple[int, int, str]] = []
    audit(table("race", (1, "White")), progress=lambda *step: told.append(step))
    assert [done for done, _, _ in told] == list(range(len(checks("records")) + 1))
    assert told[-1][2] == checks("records")[-1].id
    assert get(told[1][2]).id == checks("records")[0].id
