"""Write the sample data: `python sample_data/make.py [--out FOLDER]`.

The same 3,000 invented children are written three times: as a faulty agency file
(`intake.csv`), as that agency could have recorded them (`intake_clean.csv`), and as an
export of one year from a form (`intake_flags.csv`). What is wrong with them is declared
in `faults.py`; who the children are and what was decided, in `people.py`. Running this
again gives the same files, byte for byte.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sample_data import faults, people, published
from sample_data.people import AFTER_REMOVAL, CHAIN, Child, Dice

LABELS = {
    "AIAN": "American Indian or Alaska Native",
    "ASIAN": "Asian",
    "BLACK": "Black or African American",
    "HISPANIC": "Hispanic or Latino",
    "MENA": "Middle Eastern or North African",
    "NHPI": "Native Hawaiian or Pacific Islander",
    "WHITE": "White",
}
# What the staff of the faulty file type for a child, by the categories left after Hispanic is split off.
TYPED: dict[str, dict[str, float]] = {
    "WHITE": {"White": 68, "Caucasian": 16, "Other": 16},
    "BLACK": {
        "Black or African American": 48, "Black": 22, "African American": 12, "Other": 10, "Non-white": 5,
        "Minority": 3,
    },
    "ASIAN": {"Asian": 45, "Asian American": 10, faults.ASIAN_PI: 35, "Other": 10},
    "NHPI": {faults.NHPI_LABEL: 13, faults.ASIAN_PI: 64, "Other": 23},
    "AIAN": {faults.AIAN_LABELS[0]: 62, faults.AIAN_LABELS[1]: 31, "Other": 7},
    "MENA": {"Other": 85, "White": 15},
    "MENA+WHITE": {"White": 50, "Other": 35, faults.TWO_OR_MORE: 15},
    "ASIAN+NHPI": {faults.ASIAN_PI: 80, faults.TWO_OR_MORE: 20},
    "HISPANIC": {"Other": 45, "White": 35, "Hispanic": 20},
}  # fmt: skip
TYPED_SEVERAL = {faults.TWO_OR_MORE: 56, "Other": 30, "Non-white": 8, "Minority": 6}
RACE5 = {
    "WHITE": "White", "BLACK": "Black", "HISPANIC": "Hispanic", "ASIAN": faults.ASIAN_PI,
    "NHPI": faults.ASIAN_PI,
}  # fmt: skip
BASE_MISSING, SILENT_OFFICE_MISSING, SILENT_WORKER_MISSING = 0.195, 0.68, 0.92

CLEAN_REASONS = ("Unknown", "Prefer not to answer", "Not asked")
CLEAN_MISSING = 0.032
OLD_ENOUGH = 12  # years; from then on most children answer for themselves
ANSWERED_BY: dict[bool, dict[str, float]] = {
    True: {"self": 62, "staff-read-aloud": 12, "parent": 20, "proxy": 6},
    False: {"parent": 76, "staff-read-aloud": 10, "proxy": 14},
}
BENCHMARK = {
    "AIAN": 6_000, "ASIAN": 15_000, "BLACK": 12_600, "HISPANIC": 29_400, "MENA": 7_800, "NHPI": 4_800,
    "WHITE": 61_200, "~multiracial": 16_200, "~total": 120_000,
}  # fmt: skip
BENCHMARK_SOURCE = "Invented for equitykit: children under 18 in a county that does not exist"
FLAGS_YEAR = "2024"


def shared(child: Child) -> dict[str, str]:
    """Columns that mean the same in both intake files."""
    return {
        "sex": child.sex,
        "age": str(child.age),
        "disability": child.disability,
        "primary_language": child.language,
        "interpreter": child.interpreter,
        **{decision: child.decisions[decision] for decision in (*CHAIN, *AFTER_REMOVAL)},
        "exit_date": child.exited.isoformat() if child.exited else "",
    }


def contact(child: Child) -> dict[str, str]:
    """Where, by whom, when and through whom the referral came in."""
    return {
        "office": child.office,
        "worker_id": child.worker,
        "referral_date": child.referred.isoformat(),
        "referral_source": child.source,
    }


def faulty(children: Sequence[Child]) -> list[dict[str, str]]:
    """Rows of intake.csv."""
    dice = Dice(people.SEED + 1)
    answers = [_typed(child, dice) for child in children]
    _misspell(answers, dice)
    rows = []
    for child, (race, ethnicity) in zip(children, answers, strict=True):
        row = {
            "child_id": f"C{child.number:05d}",
            "child_name": _name(child.number),
            "ssn": f"000-00-{child.number:04d}",
            **contact(child),
            "race": race,
            "ethnicity": ethnicity,
            "race5": "",
            "bisg_prob_black": f"{_guess(child, dice):.3f}",
            **shared(child),
        }
        rows.append(row | {"race5": _race5(row)})
    return rows


def _name(number: int) -> str:
    """A different, plainly made-up name for each child."""
    initials = [chr(ord("A") + number // 26**place % 26) for place in (2, 1, 0)]
    return f"Child {'. '.join(initials)}. Example"


def _typed(child: Child, dice: Dice) -> list[str]:
    """Race and ethnicity as typed in; both left open where the answer is missing."""
    if dice.random() < _chance_missing(child):
        if child.worker == faults.SILENT_WORKER:
            return ["", ""]
        race = dice.pick({"": 44, faults.UNKNOWN_DECLINED: 50, faults.DECLINED: 6})
        return [race, dice.pick({"": 40, faults.UNKNOWN_DECLINED: 40, faults.NOT_HISPANIC: 20})]
    hispanic = "HISPANIC" in child.categories
    rest = "+".join(c for c in child.group.split("+") if c != "HISPANIC") or "HISPANIC"
    ethnicity = faults.HISPANIC if hispanic else faults.NOT_HISPANIC
    return [dice.pick(TYPED.get(rest, TYPED_SEVERAL)), ethnicity]


def _chance_missing(child: Child) -> float:
    if child.worker == faults.SILENT_WORKER:
        return SILENT_WORKER_MISSING
    if child.office == faults.SILENT_OFFICE and child.referred.year == int(faults.SILENT_YEAR):
        return SILENT_OFFICE_MISSING
    return BASE_MISSING


def _misspell(answers: list[list[str]], dice: Dice) -> None:
    """Turn some plain values into misspelled ones and bare codes."""
    for written, (plain, n) in (*faults.MISSPELLED.items(), *faults.BARE_CODES.items()):
        eligible = [
            answer for answer in answers
            if answer[0] == plain and (plain == "Hispanic" or answer[1] == faults.NOT_HISPANIC)
        ]  # fmt: skip
        for answer in dice.shuffled(eligible)[:n]:
            answer[0] = written
            answer[1] = "" if plain == "Hispanic" else answer[1]


def _race5(row: Mapping[str, str]) -> str:
    """The overriding recode of the faulty file: Hispanic first, and no place for AIAN."""
    if row["ethnicity"] == faults.HISPANIC:
        return "Hispanic"
    if row["race"] in faults.NO_ANSWER:
        return "Unknown"
    if row["race"] == faults.ASIAN_PI:
        return faults.ASIAN_PI
    return RACE5.get(faults.READS_AS.get(row["race"], ""), "Other")


def _guess(child: Child, dice: Dice) -> float:
    """A made-up chance of being Black, right as often as such guesses are."""
    low, spread = (0.30, 0.65) if "BLACK" in child.categories and dice.random() < 0.6 else (0.01, 0.40)
    return low + spread * dice.random() ** 2


def clean(children: Sequence[Child]) -> list[dict[str, str]]:
    """Rows of intake_clean.csv."""
    dice = Dice(people.SEED + 62)
    reasons = _reasons(children, dice)
    recorders = _recorders(children, dice) | dict.fromkeys(_not_asked(reasons), "not-known")
    return [
        {
            "child_id": f"C{child.number:05d}",
            **contact(child),
            "race_ethnicity": reasons.get(child.number) or _selected(child),
            "recorded_by": recorders[child.number],
            "tribal_affiliation": child.nation or "No tribal affiliation",
            "icwa_inquiry": "N" if dice.random() < 0.02 else "Y",
            "icwa_reason_to_know": "Y" if child.nation else "N",
            **shared(child),
        }
        for child in children
    ]


def _selected(child: Child) -> str:
    return ";".join(LABELS[category] for category in sorted(child.categories))


def _reasons(children: Sequence[Child], dice: Dice) -> dict[int, str]:
    """Why the answer is missing, by child number: as often for every worker and in every quarter."""
    caseloads: defaultdict[str, list[Child]] = defaultdict(list)
    for child in children:
        caseloads[child.worker].append(child)
    chosen: list[int] = []
    for worker in sorted(caseloads):
        free = dice.shuffled(caseloads[worker])
        for _ in range(round(CLEAN_MISSING * len(free))):
            quarter = len(chosen) * 5 % 12
            pick = min(free, key=lambda child: (_quarter(child) - quarter) % 12)
            free.remove(pick)
            chosen.append(pick.number)
    return {number: CLEAN_REASONS[place % 3] for place, number in enumerate(sorted(chosen))}


def _quarter(child: Child) -> int:
    return (child.referred.year - people.FIRST_DAY.year) * 4 + (child.referred.month - 1) // 3


def _not_asked(reasons: Mapping[int, str]) -> list[int]:
    return [number for number, reason in reasons.items() if reason == "Not asked"]


def _recorders(children: Sequence[Child], dice: Dice) -> dict[int, str]:
    """Who answered, by child number: older children mostly themselves, and alike for every worker."""
    caseloads: defaultdict[tuple[str, bool], list[int]] = defaultdict(list)
    for child in children:
        caseloads[child.worker, child.age >= OLD_ENOUGH].append(child.number)
    answered: dict[int, str] = {}
    for (_, old), numbers in sorted(caseloads.items()):
        answered.update(zip(numbers, dice.deal(ANSWERED_BY[old], len(numbers)), strict=True))
    return answered


def flags(children: Sequence[Child]) -> list[dict[str, str]]:
    """Rows of intake_flags.csv: one year, as a REDCap project exports it."""
    dice = Dice(people.SEED + 3)
    year = [child for child in children if child.referred.isoformat().startswith(FLAGS_YEAR)]
    retired = [c.number for c in year if "HISPANIC" in c.categories and c.referred.month <= 2]
    retired = dice.shuffled(retired)[: faults.RETIRED_ROWS]
    return [_flag_row(child, child.number in retired, dice) for child in year]


def _flag_row(child: Child, retired: bool, dice: Dice) -> dict[str, str]:
    reason = dice.pick({"": 94, "8": 4, "9": 2}) if not retired else ""
    ticked = reason or _last_box(child)
    ethnicity = reason or ("1" if "HISPANIC" in child.categories else "2")
    return {
        "record_id": str(child.number),
        "referral_date": child.referred.isoformat(),
        "office": str(people.OFFICE_NUMBER[child.office]),
        **{f"race___{code}": "1" if code == ticked else "0" for code in (*faults.RACE_BOXES, "8", "9")},
        "ethnicity": faults.RETIRED_ETHNICITY if retired else ethnicity,
        "who_answered": dice.pick({"1": 20, "2": 62, "3": 18}),
        "sex": "1" if child.sex == "F" else "2",
        "age_years": str(child.age),
        "disability": "1" if child.disability == "Y" else "0",
        "removed": "1" if child.decisions["removed"] == "Y" else "0",
        "placement_complete": "2",
    }


def _last_box(child: Child) -> str | None:
    """The one box that survives the transfer: none beside Hispanic, White instead of MENA."""
    if "HISPANIC" in child.categories:
        return None
    code = [code for code, category in faults.RACE_BOXES.items() if category in child.categories][-1]
    return "6" if faults.RACE_BOXES[code] == "MENA" else code


def benchmark() -> list[dict[str, str]]:
    """Rows of county_benchmark.csv: people alone or in combination, so the categories overlap."""
    return [
        {
            "question": "race_ethnicity",
            "category": category,
            "n": str(n),
            "scheme": "any",
            "year": "2024",
            "source": BENCHMARK_SOURCE,
        }
        for category, n in BENCHMARK.items()
    ]


DICTIONARY_HEADER = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?",
    "Branching Logic (Show field only if...)", "Required Field?", "Custom Alignment",
    "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?", "Field Annotation",
)  # fmt: skip
_BOXES = " | ".join(f"{code}, {LABELS[category]}" for code, category in faults.RACE_BOXES.items())
_OFFICES = " | ".join(f"{number}, {office}" for office, number in people.OFFICE_NUMBER.items())
# name, type, label, choices, note, validation
FIELDS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("record_id", "text", "Record number", "", "", ""),
    ("referral_date", "text", "Date of the referral", "", "", "date_ymd"),
    ("office", "dropdown", "Office", _OFFICES, "", ""),
    ("race", "checkbox", "What is the child's race? Select all that apply.",
     f"{_BOXES} | 8, Unknown | 9, Prefer not to answer",
     "We ask so that we can see whether families are treated alike. You do not have to answer.", ""),
    ("ethnicity", "radio", "Is the child Hispanic or Latino?",
     "1, Hispanic or Latino | 2, Not Hispanic or Latino | 8, Unknown | 9, Prefer not to answer", "", ""),
    ("who_answered", "radio", "Who answered the questions about race and ethnicity?",
     "1, The child | 2, A parent or guardian | 3, Somebody else who knows the child", "", ""),
    ("sex", "radio", "Sex of the child", "1, Female | 2, Male", "", ""),
    ("age_years", "text", "Age in years", "", "", "integer"),
    ("disability", "yesno", "Does the child have a disability?", "", "", ""),
    ("removed", "yesno", "Was the child removed from home?", "", "", ""),
)  # fmt: skip


def dictionary() -> list[dict[str, str]]:
    """Rows of placement_dictionary.csv, the form behind intake_flags.csv."""
    empty = dict.fromkeys(DICTIONARY_HEADER, "")
    return [
        empty
        | {
            "Variable / Field Name": name,
            "Form Name": "placement",
            "Field Type": kind,
            "Field Label": label,
            "Choices, Calculations, OR Slider Labels": choices,
            "Field Note": note,
            "Text Validation Type OR Show Slider Number": validation,
        }
        for name, kind, label, choices, note, validation in FIELDS
    ]


def write(folder: Path) -> list[Path]:
    """Write all generated files; returns their paths."""
    children = people.children()
    made = {
        "intake.csv": faulty(children),
        "intake_clean.csv": clean(children),
        "intake_flags.csv": flags(children),
        "county_benchmark.csv": benchmark(),
        "placement_dictionary.csv": dictionary(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in made.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    tables = {"published_removals.csv": published.faulty(), "published_removals_clean.csv": published.clean()}
    for name, lines in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
    planted = {name: made[name] for name in ("intake.csv", "intake_flags.csv")}
    (folder / "planted_faults.yaml").write_text(faults.as_yaml(planted), encoding="utf-8", newline="\n")
    return [folder / name for name in (*made, *tables, "planted_faults.yaml")]


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(description="Write the sample data (all people are invented).")
    here = Path(__file__).resolve().parent
    parser.add_argument("--out", type=Path, default=here, help="folder to write to")
    for path in write(parser.parse_args().out):
        print(path.name)


if __name__ == "__main__":
    main()
