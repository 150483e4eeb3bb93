"""The faults planted in the sample data, one declaration each, and how to count them.

Each `Fault` says what was planted, in which columns, and which check has to find it.
The counts are taken from the finished rows, so `planted_faults.yaml` cannot promise
what the files do not hold.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Row = Mapping[str, str]
Rows = Sequence[Row]

AIAN_LABELS = ("American Indian or Alaska Native", "Native American")
NHPI_LABEL = "Native Hawaiian or Other Pacific Islander"
ASIAN_PI = "Asian/Pacific Islander"
HISPANIC, NOT_HISPANIC = "Hispanic or Latino", "Not Hispanic or Latino"
UNKNOWN_DECLINED, DECLINED = "Unknown/Declined", "Declined to answer"
NO_ANSWER = ("", UNKNOWN_DECLINED, DECLINED)
COLLECTIVE = ("Non-white", "Minority")
TWO_OR_MORE = "Two or more races"
# what is written -> what it stands for, and how many rows
MISSPELLED = {
    "Whtie": ("White", 30), "Hispnic": ("Hispanic", 20), "Blakc": ("Black", 16), "Martian": ("White", 4),
}  # fmt: skip
BARE_CODES = {"1": ("White", 14), "O": ("Other", 12), "A": ("Asian", 11)}
SILENT_OFFICE, SILENT_YEAR, SILENT_WORKER = "Valley", "2023", "W104"
RETIRED_ETHNICITY, RETIRED_ROWS = "3", 14
RACE_BOXES = {"1": "AIAN", "2": "ASIAN", "3": "BLACK", "4": "MENA", "5": "NHPI", "6": "WHITE"}
SMALL_CELL = 30  # people; below this an estimate for the cell is not shown

# How the plain labels of intake.csv read under the 2024 standard; all else names no single category.
READS_AS = {
    "White": "WHITE", "Caucasian": "WHITE", "Black": "BLACK", "Black or African American": "BLACK",
    "African American": "BLACK", "Asian": "ASIAN", "Asian American": "ASIAN", "Hispanic": "HISPANIC",
    NHPI_LABEL: "NHPI", **dict.fromkeys(AIAN_LABELS, "AIAN"),
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One planted fault: what, where, and the check that must find it."""

    id: str
    file: str
    check: str
    what: str
    columns: tuple[str, ...]
    groups: tuple[str, ...]
    count: Callable[[Rows], dict[str, int]]
    or_check: str | None = None
    subject: str = "records"


def is_missing(row: Row) -> bool:
    """Whether intake.csv has no answer about race and ethnicity for a child."""
    return row["race"] in NO_ANSWER and row["ethnicity"] in ("", UNKNOWN_DECLINED, NOT_HISPANIC)


def recorded(row: Row) -> set[str]:
    """Categories that intake.csv records for a child, alone or in combination."""
    found = {READS_AS[row["race"]]} if row["race"] in READS_AS else set()
    return found | {"HISPANIC"} if row["ethnicity"] == HISPANIC else found


def _of_values(column: str, values: Iterable[str]) -> Callable[[Rows], dict[str, int]]:
    wanted = tuple(values)

    def count(rows: Rows) -> dict[str, int]:
        tally = Counter(row[column] for row in rows)
        return {value: tally[value] for value in wanted}

    return count


def _of_rows(**tests: Callable[[Row], bool]) -> Callable[[Rows], dict[str, int]]:
    def count(rows: Rows) -> dict[str, int]:
        return {name: sum(test(row) for row in rows) for name, test in tests.items()}

    return count


def _small_cells(rows: Rows) -> dict[str, int]:
    """Cells race x sex and race x disability that hold fewer than 30 children."""
    groups = sorted(set(READS_AS.values()))
    cells = {f"{group}*{level}": 0 for group in groups for level in ("F", "M", "Y", "N")}
    for row in rows:
        for group in recorded(row):
            cells[f"{group}*{row['sex']}"] += 1
            cells[f"{group}*{row['disability']}"] += 1
    return {cell: n for cell, n in cells.items() if n < SMALL_CELL}


def _ticks(row: Row) -> int:
    return sum(row[f"race___{code}"] == "1" for code in RACE_BOXES) + (row["ethnicity"] == "1")


def _in_silent_office(row: Row) -> bool:
    return row["office"] == SILENT_OFFICE and row["referral_date"].startswith(SILENT_YEAR)


FAULTS: tuple[Fault, ...] = (
    Fault(
        "mena-not-offered", "intake.csv", "category-never-used",
        "The form has no choice for Middle Eastern or North African, so nobody is recorded so; "
        "6.5 % of the children in the benchmark are.",
        ("race", "ethnicity"), ("MENA",), _of_rows(recorded=lambda row: "MENA" in recorded(row)),
    ),
    Fault(
        "asian-and-pacific-islander-merged", "intake.csv", "umbrella-asian-pi",
        "One choice for Asian and Pacific Islander; which of them is not known.",
        ("race",), ("ASIAN", "NHPI"), _of_values("race", [ASIAN_PI]),
    ),
    Fault(
        "collective-labels", "intake.csv", "umbrella-collective",
        "Labels that name no group, typed in for some Black children and for some with several categories.",
        ("race",), (), _of_values("race", COLLECTIVE),
    ),
    Fault(
        "other-for-the-rest", "intake.csv", "other-share",
        "Other stands for more than one child in ten, not counting those recorded as Hispanic; most of the "
        "children who would choose Middle Eastern or North African are in it.",
        ("race",), (),
        _of_rows(
            other=lambda row: row["race"] == "Other",
            other_and_not_hispanic=lambda row: row["race"] == "Other" and row["ethnicity"] != HISPANIC,
        ),
    ),
    Fault(
        "two-or-more-without-which", "intake.csv", "two-or-more-opaque",
        "Two or more races, without saying which.",
        ("race",), (), _of_values("race", [TWO_OR_MORE]),
    ),
    Fault(
        "race5-loses-aian", "intake.csv", "aian-erasure-override",
        "race5 lets Hispanic override race and has no choice for American Indian or Alaska Native: "
        "of the children recorded so, none is left.",
        ("race5",), ("AIAN",),
        _of_rows(
            aian_in_race=lambda row: row["race"] in AIAN_LABELS,
            of_them_hispanic=lambda row: row["race"] in AIAN_LABELS and row["ethnicity"] == HISPANIC,
            aian_in_race5=lambda row: row["race5"] in AIAN_LABELS,
        ),
    ),
    Fault(
        "race5-aian-to-other", "intake.csv", "aian-nhpi-recoded-to-other",
        "race5 turns American Indian or Alaska Native into Other.",
        ("race5",), ("AIAN",),
        _of_rows(recoded_to_other=lambda row: row["race"] in AIAN_LABELS and row["race5"] == "Other"),
    ),
    Fault(
        "no-tribe", "intake.csv", "tribal-detail-absent",
        "American Indian or Alaska Native children are recorded, but no tribe and no inquiry.",
        (), ("AIAN",), _of_values("race", AIAN_LABELS),
    ),
    Fault(
        "one-in-five-missing", "intake.csv", "missing-rate",
        "No answer about race and ethnicity for more than 20 % of the children.",
        ("race", "ethnicity"), (), _of_rows(missing=is_missing),
    ),
    Fault(
        "unknown-and-declined-in-one", "intake.csv", "missing-reason-conflated",
        "One value for not known and not wanted; the few that were kept apart as declined become Unknown "
        "in race5.",
        ("race", "ethnicity", "race5"), (),
        _of_rows(
            unknown_or_declined=lambda row: row["race"] == UNKNOWN_DECLINED,
            declined_turned_unknown=lambda row: row["race"] == DECLINED and row["race5"] == "Unknown",
        ),
    ),
    Fault(
        "office-and-worker-missing-more", "intake.csv", "missing-by-site-worker-time",
        f"The {SILENT_OFFICE} office recorded race for few children in {SILENT_YEAR} (its form was being "
        f"replaced), and worker {SILENT_WORKER} nearly always leaves it blank.",
        ("race", "ethnicity", "office", "worker_id", "referral_date"), (),
        _of_rows(
            office_that_year=_in_silent_office,
            office_that_year_missing=lambda row: _in_silent_office(row) and is_missing(row),
            worker=lambda row: row["worker_id"] == SILENT_WORKER,
            worker_missing=lambda row: row["worker_id"] == SILENT_WORKER and is_missing(row),
        ),
    ),
    Fault(
        "bare-codes", "intake.csv", "ambiguous-codes",
        "Bare letters and digits left over from three older systems; no code list says what they mean.",
        ("race",), (), _of_values("race", BARE_CODES),
    ),
    Fault(
        "misspelled", "intake.csv", "unmapped-values",
        "Misspelled and stray values, more than 2 % of the children.",
        ("race",), (), _of_values("race", MISSPELLED),
    ),
    Fault(
        "who-recorded-it-not-kept", "intake.csv", "provenance-absent",
        "No column says who answered or recorded race and ethnicity.",
        ("race", "ethnicity"), (), _of_rows(rows=lambda row: True),
    ),
    Fault(
        "surname-guess", "intake.csv", "imputed-unflagged",
        "A chance of being Black, as if guessed from name and address, beside the recorded answer and with "
        "no flag.",
        ("bisg_prob_black",), ("BLACK",),
        _of_rows(fractions=lambda row: 0 < float(row["bisg_prob_black"]) < 1),
    ),
    Fault(
        "names-and-numbers", "intake.csv", "direct-identifiers-present",
        "Names and social security numbers (plainly made up: no number starts with 000).",
        ("child_name", "ssn"), (), _of_rows(rows=lambda row: row["ssn"].startswith("000-00-")),
    ),
    Fault(
        "tribe-promised-not-asked", "intake.csv", "dimension-absent",
        "The purpose in the codebook names tribal affiliation and language; language is there, tribal "
        "affiliation is not.",
        (), ("tribal_affiliation",), _of_rows(rows=lambda row: "tribal_affiliation" in row),
    ),
    Fault(
        "tiny-crossed-cells", "intake.csv", "intersection-gap",
        "Crossed with sex (F, M) or disability (Y, N), some groups have fewer than 30 children.",
        ("race", "ethnicity", "sex", "disability"), ("ASIAN", "NHPI"), _small_cells,
    ),
    Fault(
        "few-children-few-removals", "intake.csv", "r-small-cell",
        "A table of removals by race made from this file shows a count from 1 to 10 unless it is protected.",
        ("race", "removed"), ("NHPI",),
        _of_rows(
            children=lambda row: row["race"] == NHPI_LABEL,
            removed=lambda row: row["race"] == NHPI_LABEL and row["removed"] == "Y",
        ),
        subject="results",
    ),
    Fault(
        "several-allowed-one-kept", "intake_flags.csv", "multi-never-used",
        "The form lets people tick several boxes, but the transfer keeps only the last answer: nobody has "
        "two. It also empties the race boxes where Hispanic or Latino is answered. 13.5 % of the benchmark "
        "have two or more.",
        tuple(f"race___{code}" for code in RACE_BOXES), (), _of_rows(two_or_more=lambda row: _ticks(row) > 1),
    ),
    Fault(
        "mena-offered-never-used", "intake_flags.csv", "category-never-used",
        "The form offers Middle Eastern or North African, but the transfer writes White instead.",
        ("race___4",), ("MENA",), _of_rows(ticked=lambda row: row["race___4"] == "1"),
    ),
    Fault(
        "code-the-form-does-not-offer", "intake_flags.csv", "unmapped-values",
        "Ethnicity holds a code that was taken off the form in March 2024; nothing says what it meant.",
        ("ethnicity",), (), _of_values("ethnicity", [RETIRED_ETHNICITY]), or_check="ambiguous-codes",
    ),
)  # fmt: skip


def as_yaml(rows_by_file: Mapping[str, Rows]) -> str:
    """Text of `planted_faults.yaml`: by file, each fault with its counts."""
    lines = [
        "# Faults planted in the sample data (all people are invented). Written by make.py; see README.md.",
        "# check: the check that must find it; or: a second check that may find it instead.",
        "# subject results: found in a table made from the file, not in the file itself.",
    ]
    for file, rows in rows_by_file.items():
        lines.append(f"{file}:")
        for fault in (fault for fault in FAULTS if fault.file == file):
            fields = {
                "id": fault.id,
                "check": fault.check,
                **({"or": fault.or_check} if fault.or_check else {}),
                "subject": fault.subject,
                "what": fault.what,
                "where": {"columns": list(fault.columns), "counts": fault.count(rows)},
                "groups": list(fault.groups),
            }
            for position, (key, value) in enumerate(fields.items()):
                shown = value if key in ("id", "check", "or", "subject") else json.dumps(value)
                lines.append(f"  {'- ' if position == 0 else '  '}{key}: {shown}")
    return "\n".join(lines) + "\n"
