"""The sample data hold what they promise: counted again here, without the code that made them."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parent.parent / "sample_data"
GENERATED = (
    "intake.csv",
    "intake_clean.csv",
    "intake_flags.csv",
    "county_benchmark.csv",
    "placement_dictionary.csv",
    "planted_faults.yaml",
    "published_removals.csv",
    "published_removals_clean.csv",
)
CHAIN = {
    "screened_in": None,
    "investigated": "screened_in",
    "substantiated": "investigated",
    "removed": "substantiated",
    "placed_with_kin": "removed",
    "reunified": "removed",
}
CLEAN_MISSING = {"Unknown", "Prefer not to answer", "Not asked"}
SEVEN = {
    "American Indian or Alaska Native",
    "Asian",
    "Black or African American",
    "Hispanic or Latino",
    "Middle Eastern or North African",
    "Native Hawaiian or Pacific Islander",
    "White",
}
Row = dict[str, str]


def rows_of(name: str) -> list[Row]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def yaml_of(name: str) -> Any:
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


INTAKE, CLEAN, FLAGS = rows_of("intake.csv"), rows_of("intake_clean.csv"), rows_of("intake_flags.csv")
BENCHMARK = {row["category"]: int(row["n"]) for row in rows_of("county_benchmark.csv")}
PLANTED: dict[str, list[dict[str, Any]]] = yaml_of("planted_faults.yaml")


def planted(fault: str) -> dict[str, int]:
    """Counts promised for a fault."""
    found = [entry for entries in PLANTED.values() for entry in entries if entry["id"] == fault]
    assert len(found) == 1
    return {name: int(n) for name, n in found[0]["where"]["counts"].items()}


def quarter(row: Row) -> str:
    year, month, _ = row["referral_date"].split("-")
    return f"{year} Q{(int(month) + 2) // 3}"


# --- making them ---


def test_made_again_they_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", str(FOLDER / "make.py"), "--out", str(tmp_path / "again")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == sorted(GENERATED)
    for name in GENERATED:
        assert (tmp_path / "again" / name).read_bytes() == (FOLDER / name).read_bytes(), name


@pytest.mark.parametrize("name", GENERATED)
def test_files_are_plain_and_small(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    assert b"\r" not in data
    assert data.endswith(b"\n")
    assert data.isascii()
    assert len(data) < 1_000_000


def test_sizes() -> None:
    assert (len(INTAKE), len(CLEAN)) == (3000, 3000)
    assert len(FLAGS) == sum(row["referral_date"].startswith("2024") for row in CLEAN)
    for rows in (INTAKE, CLEAN):
        assert len({row["child_id"] for row in rows}) == 3000
        assert Counter(row["referral_date"][:4] for row in rows).keys() == {"2022", "2023", "2024"}


def test_both_intake_files_hold_the_same_children_and_decisions() -> None:
    same = set(INTAKE[0]) & set(CLEAN[0])
    assert {"child_id", "office", "worker_id", "sex", "age", *CHAIN, "exit_date"} <= same
    for faulty, honest in zip(INTAKE, CLEAN, strict=True):
        assert {key: faulty[key] for key in same} == {key: honest[key] for key in same}


def test_nobody_is_decided_upon_out_of_turn() -> None:
    for row in CLEAN:
        for decision, before in CHAIN.items():
            at_risk = before is None or row[before] == "Y"
            assert row[decision] in (("Y", "N") if at_risk else ("N/A",))
        if row["exit_date"]:
            assert row["removed"] == "Y"
            assert row["referral_date"] < row["exit_date"] <= "2025-12-31"
        assert row["reunified"] != "Y" or row["exit_date"]


# --- the planted faults, counted a second way ---


def is_missing(row: Row) -> bool:
    return row["race"] in ("", "Unknown/Declined", "Declined to answer") and not row["ethnicity"].startswith(
        "Hisp"
    )


def race_is(*labels: str) -> Callable[[], dict[str, int]]:
    return lambda: {label: sum(row["race"] == label for row in INTAKE) for label in labels}


def is_native(row: Row) -> bool:
    return row["race"] in ("American Indian or Alaska Native", "Native American")


def small_cells() -> dict[str, int]:
    labels = {
        "AIAN": ["American Indian or Alaska Native", "Native American"],
        "ASIAN": ["Asian", "Asian American"],
        "BLACK": ["Black", "Black or African American", "African American"],
        "HISPANIC": ["Hispanic"],
        "NHPI": ["Native Hawaiian or Other Pacific Islander"],
        "WHITE": ["White", "Caucasian"],
    }
    cells: Counter[str] = Counter()
    for row in INTAKE:
        groups = {group for group, named in labels.items() if row["race"] in named}
        groups |= {"HISPANIC"} if row["ethnicity"] == "Hispanic or Latino" else set()
        cells.update(f"{group}*{level}" for group in groups for level in (row["sex"], row["disability"]))
    every = [f"{g}*{x}" for g in labels for x in "FMYN"]
    return {cell: cells[cell] for cell in every if cells[cell] < 30}


VALLEY_2023 = [
    row for row in INTAKE if row["office"] == "Valley" and "2023-01" <= row["referral_date"] < "2024"
]
W104 = [row for row in INTAKE if row["worker_id"] == "W104"]
NHPI = [row for row in INTAKE if row["race"].startswith("Native Hawaiian")]
BOXES = ["race___1", "race___2", "race___3", "race___4", "race___5", "race___6"]

COUNTED: dict[str, Callable[[], dict[str, int]]] = {
    "mena-not-offered": lambda: {
        "recorded": sum(w in row["race"].lower() for row in INTAKE for w in ("middle", "arab", "african, n"))
    },
    "asian-and-pacific-islander-merged": race_is("Asian/Pacific Islander"),
    "collective-labels": race_is("Non-white", "Minority"),
    "other-for-the-rest": lambda: {
        "other": [row["race"] for row in INTAKE].count("Other"),
        "other_and_not_hispanic": sum(
            row["race"] == "Other" and row["ethnicity"] == "Not Hispanic or Latino" for row in INTAKE
        ),
    },
    "two-or-more-without-which": race_is("Two or more races"),
    "race5-loses-aian": lambda: {
        "aian_in_race": sum(map(is_native, INTAKE)),
        "of_them_hispanic": sum(row["race5"] == "Hispanic" for row in INTAKE if is_native(row)),
        "aian_in_race5": sum("Indian" in row["race5"] or "Native" in row["race5"] for row in INTAKE),
    },
    "race5-aian-to-other": lambda: {
        "recoded_to_other": Counter(row["race5"] for row in INTAKE if is_native(row))["Other"]
    },
    "no-tribe": race_is("American Indian or Alaska Native", "Native American"),
    "one-in-five-missing": lambda: {"missing": sum(map(is_missing, INTAKE))},
    "unknown-and-declined-in-one": lambda: {
        "unknown_or_declined": [row["race"] for row in INTAKE].count("Unknown/Declined"),
        "declined_turned_unknown": Counter((r["race"], r["race5"]) for r in INTAKE)[
            "Declined to answer", "Unknown"
        ],
    },
    "office-and-worker-missing-more": lambda: {
        "office_that_year": len(VALLEY_2023),
        "office_that_year_missing": sum(map(is_missing, VALLEY_2023)),
        "worker": len(W104),
        "worker_missing": sum(map(is_missing, W104)),
    },
    "bare-codes": race_is("1", "O", "A"),
    "misspelled": race_is("Whtie", "Hispnic", "Blakc", "Martian"),
    "who-recorded-it-not-kept": lambda: {"rows": len(INTAKE)},
    "surname-guess": lambda: {"fractions": sum(0 < float(row["bisg_prob_black"]) < 1 for row in INTAKE)},
    "names-and-numbers": lambda: {"rows": len({row["ssn"] for row in INTAKE if row["ssn"][:7] == "000-00-"})},
    "tribe-promised-not-asked": lambda: {
        "rows": sum("trib" in column or "icwa" in column for column in INTAKE[0])
    },
    "tiny-crossed-cells": small_cells,
    "few-children-few-removals": lambda: {
        "children": len(NHPI),
        "removed": sum(row["removed"] == "Y" for row in NHPI),
    },
    "several-allowed-one-kept": lambda: {
        "two_or_more": sum(
            [row[box] for box in BOXES].count("1") + (row["ethnicity"] == "1") > 1 for row in FLAGS
        )
    },
    "mena-offered-never-used": lambda: {"ticked": sum(int(row["race___4"]) for row in FLAGS)},
    "code-the-form-does-not-offer": lambda: {"3": [row["ethnicity"] for row in FLAGS].count("3")},
}


@pytest.mark.parametrize("fault", sorted(COUNTED))
def test_a_planted_fault_is_there_as_often_as_declared(fault: str) -> None:
    assert planted(fault) == COUNTED[fault]()


def test_every_declared_fault_is_counted_and_names_its_columns() -> None:
    headers = {"intake.csv": set(INTAKE[0]), "intake_flags.csv": set(FLAGS[0])}
    assert PLANTED.keys() == headers.keys()
    ids = [entry["id"] for entries in PLANTED.values() for entry in entries]
    assert sorted(ids) == sorted(COUNTED)
    for file, entries in PLANTED.items():
        for entry in entries:
            assert set(entry["where"]["columns"]) <= headers[file]
            assert entry["check"] == entry["check"].lower().replace("_", "-")
            assert entry["subject"] in {"records", "results"}


def test_the_faults_asked_for_are_planted() -> None:
    asked = {
        *(
            "category-never-used",
            "umbrella-asian-pi",
            "umbrella-collective",
            "other-share",
            "two-or-more-opaque",
        ),
        *("aian-erasure-override", "multi-never-used", "missing-rate", "missing-reason-conflated"),
        *("missing-by-site-worker-time", "ambiguous-codes", "unmapped-values", "provenance-absent"),
        *("imputed-unflagged", "direct-identifiers-present", "dimension-absent", "intersection-gap"),
        "r-small-cell",
    }
    assert asked <= {entry["check"] for entries in PLANTED.values() for entry in entries}


def test_the_faults_are_beyond_the_limits_of_their_checks() -> None:
    n = len(INTAKE)
    assert 0.20 < planted("one-in-five-missing")["missing"] / n < 0.50
    assert planted("other-for-the-rest")["other_and_not_hispanic"] / n > 0.10
    assert planted("two-or-more-without-which")["Two or more races"] / n > 0.03
    assert sum(planted("misspelled").values()) / n > 0.02
    assert all(count > 0 for count in {**planted("bare-codes"), **planted("collective-labels")}.values())
    native = planted("race5-loses-aian")
    assert native["of_them_hispanic"] / native["aian_in_race"] > 0.5  # Hispanic alone already loses half
    assert 1 <= planted("few-children-few-removals")["removed"] <= 10
    assert 0 < planted("code-the-form-does-not-offer")["3"] / len(FLAGS) < 0.05
    silent = planted("office-and-worker-missing-more")
    assert silent["worker"] >= 30
    assert silent["office_that_year"] >= 30
    elsewhere = [row for row in INTAKE if row not in VALLEY_2023 and row not in W104]
    usual = sum(map(is_missing, elsewhere)) / len(elsewhere)
    assert silent["office_that_year_missing"] / silent["office_that_year"] > usual + 0.3
    assert silent["worker_missing"] / silent["worker"] > usual + 0.5
    valley = [row for row in INTAKE if row["office"] == "Valley"]
    assert sum(map(is_missing, valley)) / len(valley) > usual + 0.1


def test_chance_does_not_account_for_what_is_never_used() -> None:
    mena, several = BENCHMARK["MENA"] / BENCHMARK["~total"], BENCHMARK["~multiracial"] / BENCHMARK["~total"]
    assert len(INTAKE) * math.log1p(-mena) < math.log(1e-6)
    assert len(FLAGS) * math.log1p(-several) < math.log(1e-6)


def test_names_and_numbers_belong_to_nobody() -> None:
    assert len({row["child_name"] for row in INTAKE}) == len({row["ssn"] for row in INTAKE}) == len(INTAKE)
    for row in INTAKE:
        assert row["child_name"].startswith("Child ")
        assert row["child_name"].endswith(" Example")
        assert row["ssn"].startswith("000-")


# --- the honest twin ---


def selected(row: Row) -> list[str]:
    return [] if row["race_ethnicity"] in CLEAN_MISSING else row["race_ethnicity"].split(";")


def test_clean_answers_are_the_seven_categories_or_a_reason() -> None:
    assert {label for row in CLEAN for label in selected(row)} == SEVEN
    assert {row["race_ethnicity"] for row in CLEAN if not selected(row)} == CLEAN_MISSING
    several = sum(len(selected(row)) > 1 for row in CLEAN)
    assert 0.10 < several / len(CLEAN) < 0.30


def test_clean_file_has_none_of_the_columns_that_should_not_be_there() -> None:
    assert not {"child_name", "ssn", "race5", "bisg_prob_black"} & set(CLEAN[0])
    assert {row["recorded_by"] for row in CLEAN} == {
        "self",
        "staff-read-aloud",
        "parent",
        "proxy",
        "not-known",
    }
    assert all((row["recorded_by"] == "not-known") == (row["race_ethnicity"] == "Not asked") for row in CLEAN)
    assert {"tribal_affiliation", "icwa_inquiry"} <= set(CLEAN[0])


def age_band(row: Row) -> str:
    return "0 to 5" if int(row["age"]) < 6 else "6 to 11" if int(row["age"]) < 12 else "12 and older"


@pytest.mark.parametrize("by", [lambda row: row["sex"], lambda row: row["disability"], age_band])
def test_clean_crossed_groups_hold_at_least_30(by: Callable[[Row], str]) -> None:
    cells = Counter((label, by(row)) for row in CLEAN for label in selected(row))
    levels = {by(row) for row in CLEAN}
    assert {(label, level) for label in SEVEN for level in levels} == cells.keys()
    assert min(cells.values()) >= 30


def test_clean_combinations_crossed_with_sex_hold_at_least_30() -> None:
    cells = Counter((row["race_ethnicity"], row["sex"]) for row in CLEAN if selected(row))
    assert min(cells.values()) >= 30


def binomial_tails(k: int, n: int, p: float) -> float:
    """The smaller of the chances of at most k, and of at least k."""
    at = [math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(n + 1)]
    return min(math.fsum(at[: k + 1]), math.fsum(at[k:]))


def of_unit(
    values: Iterable[Row], unit: Callable[[Row], str], wanted: Callable[[Row], bool]
) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for row in values:
        k, n = counts.get(unit(row), (0, 0))
        counts[unit(row)] = (k + wanted(row), n + 1)
    return counts


UNITS: dict[str, Callable[[Row], str]] = {
    "office": lambda row: row["office"],
    "worker": lambda row: row["worker_id"],
    "quarter": quarter,
}


@pytest.mark.parametrize("unit", UNITS)
def test_clean_answers_are_missing_alike_everywhere(unit: str) -> None:
    overall = sum(not selected(row) for row in CLEAN) / len(CLEAN)
    assert overall < 0.05
    counts = of_unit(CLEAN, UNITS[unit], lambda row: not selected(row))
    shares = [k / n for k, n in counts.values()]
    assert max(shares) < 0.05
    assert max(shares) - min(shares) < 0.02
    assert all(n >= 30 and binomial_tails(k, n, overall) > 0.001 for k, n in counts.values())


@pytest.mark.parametrize("unit", ["office", "worker"])
@pytest.mark.parametrize(
    "column", ["race_ethnicity", "sex", "disability", "recorded_by", "tribal_affiliation", "age"]
)
def test_clean_answers_look_alike_for_every_worker_and_office(unit: str, column: str) -> None:
    def values(row: Row) -> set[str]:
        if column == "age":
            return {age_band(row)}
        return set(row[column].split(";")) | {row[column]}

    for value in set().union(*map(values, CLEAN)):
        counts = of_unit(CLEAN, UNITS[unit], lambda row, value=value: value in values(row))  # type: ignore[misc]
        overall = sum(k for k, _ in counts.values()) / len(CLEAN)
        assert all(binomial_tails(k, n, overall) > 0.001 for k, n in counts.values()), value


def test_clean_categories_do_not_come_and_go() -> None:
    quarters = {quarter(row) for row in CLEAN}
    per_quarter = Counter(
        (quarter(row), label) for row in CLEAN for label in [*selected(row), row["race_ethnicity"]]
    )
    labels = {label for _, label in per_quarter}
    assert len(quarters) == 12
    assert all(per_quarter[when, label] for when in quarters for label in labels)


@pytest.mark.parametrize("decision", CHAIN)
def test_clean_answers_are_missing_alike_whatever_was_decided(decision: str) -> None:
    at_risk = [row for row in CLEAN if row[decision] != "N/A"]
    for base in (at_risk, CLEAN):
        counts = of_unit(
            base, lambda row: "known" if selected(row) else "missing", lambda row: row[decision] == "Y"
        )
        (a, n), (c, m) = counts["missing"], counts["known"]
        error = math.sqrt(1 / a - 1 / n + 1 / c - 1 / m)
        assert abs(math.log((a / n) / (c / m))) < 1.96 * error


def rate_of_removal(label: str, within: bool) -> float:
    rows = [row for row in CLEAN if selected(row) and (label in selected(row)) == within]
    return sum(row["removed"] == "Y" for row in rows) / len(rows)


def test_the_gaps_that_the_causes_make_are_there() -> None:
    high = {
        "Black or African American",
        "American Indian or Alaska Native",
        "Native Hawaiian or Pacific Islander",
    }
    ratios = {label: rate_of_removal(label, True) / rate_of_removal(label, False) for label in SEVEN}
    assert min(ratios[label] for label in high) > 1.25
    assert max(ratios[label] for label in SEVEN - high) < 1.0
    by_source = of_unit(CLEAN, lambda row: row["referral_source"], lambda row: row["screened_in"] == "Y")
    shares = {source: k / n for source, (k, n) in by_source.items()}
    assert shares["Police"] > shares["School"] > shares["Anonymous"]


# --- what goes with them ---


def test_benchmark_agrees_with_itself_and_with_the_children() -> None:
    rows = rows_of("county_benchmark.csv")
    assert {row["question"] for row in rows} == {"race_ethnicity"}
    assert {row["scheme"] for row in rows} == {"any"}
    categories = {name: n for name, n in BENCHMARK.items() if not name.startswith("~")}
    assert sorted(categories) == ["AIAN", "ASIAN", "BLACK", "HISPANIC", "MENA", "NHPI", "WHITE"]
    # Whoever has two or more categories is counted at least twice.
    assert sum(categories.values()) >= BENCHMARK["~total"] + BENCHMARK["~multiracial"]
    answered = [row for row in CLEAN if selected(row)]
    by_id = dict(zip(sorted(categories), sorted(SEVEN), strict=True))
    for category, n in categories.items():
        share = sum(by_id[category] in selected(row) for row in answered) / len(answered)
        assert abs(share - n / BENCHMARK["~total"]) < 0.10


@pytest.mark.parametrize("name", ["intake", "intake_clean"])
def test_codebooks_describe_their_files(name: str) -> None:
    codebook, rows = yaml_of(f"{name}.codebook.yaml"), rows_of(f"{name}.csv")
    header = set(rows[0])
    assert codebook["equitykit"] == "codebook/1"
    named = [column for question in codebook["questions"].values() for column in question["columns"]]
    named += [entry["column"] for entry in codebook["outcomes"].values()]
    named += [entry["column"] for entry in codebook.get("derived", [])]
    named += [*codebook["unit"].values(), codebook["period"]["column"], codebook["person"]]
    assert set(named) <= header
    assert set(codebook["stages"][1:]) <= codebook["outcomes"].keys()
    assert (FOLDER / codebook["benchmark"]["file"]).is_file()


def test_clean_codebook_reads_every_value_and_names_only_what_is_there() -> None:
    codebook = yaml_of("intake_clean.codebook.yaml")
    race = codebook["questions"]["race_ethnicity"]
    assert race["codes"].keys() | race["missing"].keys() == SEVEN | CLEAN_MISSING
    assert sorted(race["codes"].values()) == race["offered"]
    assert "language" not in codebook["purpose"]
    assert "tribal affiliation" in codebook["purpose"]


def test_faulty_codebook_leaves_the_planted_values_unread() -> None:
    race = yaml_of("intake.codebook.yaml")["questions"]["race_ethnicity"]
    unread = {row["race"] for row in INTAKE} - race["codes"]["race"].keys() - race["missing"]["race"].keys()
    assert unread == {
        *("", "Other", "Two or more races", "Non-white", "Minority"),
        *planted("bare-codes"),
        *planted("misspelled"),
    }
    assert race["codes"]["ethnicity"].keys() | {"Unknown/Declined", ""} == {
        row["ethnicity"] for row in INTAKE
    }
    assert "MENA" not in race["offered"]


def test_the_form_and_its_data_disagree_in_one_place() -> None:
    form = {row["Variable / Field Name"]: row for row in rows_of("placement_dictionary.csv")}
    for name, field in form.items():
        choices = field["Choices, Calculations, OR Slider Labels"]
        codes = {choice.split(",")[0].strip() for choice in choices.split("|")} if choices else set()
        if field["Field Type"] == "checkbox":
            assert {f"{name}___{code}" for code in codes} == {
                c for c in FLAGS[0] if c.startswith(f"{name}___")
            }
        elif codes:
            strays = {row[name] for row in FLAGS} - codes
            assert strays == ({"3"} if name == "ethnicity" else set())
        else:
            assert name in FLAGS[0]
    assert form["race"]["Field Type"] == "checkbox"


def test_the_page_names_every_file() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.iterdir():
        if path.is_file():
            assert f"`{path.name}`" in page or path.name == "README.md"
    assert "invented" in page
    assert f"{len(PLANTED['intake.csv'])} planted faults" in page
    assert f"{100 * sum(not selected(row) for row in CLEAN) / len(CLEAN):.1f} % of the answers" in page
