"""The page of docs that says how long it takes, written from `results.json` and the texts here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "benchmarks.md"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """One comparison: what its second process is, and the targets by kind of file."""

    title: str
    other: str
    what: str
    time: Mapping[str, float]
    memory: Mapping[str, float]
    most: float | None = None
    """Most megabytes of the audit."""
    alone: bool = False
    """Whether nothing stands beside it: seconds and memory of one process."""
    left: str = ""
    """Where a target is missed: what is left of the difference, and why."""


BOTH = ("parquet", "csv")
SECTIONS: dict[str, Section] = {
    "import": Section(
        "Import", "`import pandas`", "`import equitykit` and pandas, against pandas alone.", {}, {}
    ),
    "small-audit": Section(
        "An audit of 5,000 rows", "`import pandas`", "`equitykit audit`, from the shell to the JSON.",
        dict.fromkeys(BOTH, 2.5), {},
        left="What is left, in seconds of processor time beside the 0.57 of pandas: about 0.4 to load equitykit, Typer "
        "and pydantic, 0.4 to read the file and run the checks, and for Parquet 0.13 to load DuckDB and connect to it, "
        "and about as much again for its queries, each of which costs milliseconds however few the rows.",
    ),
    "floor": Section(
        "Against the floor", "floor",
        "The floor is a process that imports pandas and DuckDB and counts every column of the same file.",
        {"parquet": 5.0, "csv": 4.0}, {}, 1200,
        left="What is left: of Parquet the floor reads hardly more than what the file says of its columns, and grows "
        "little with the rows, while the audit groups every row in five queries and looks through the identifiers "
        "once. Of CSV of more than 200 MB, what is loaded is compressed and written to disk to save memory; "
        "held in memory the load took 1.2 s of processor time instead of 3.3 s at 1,000,000 rows.",
    ),
    "by-hand": Section(
        "Against pandas by hand", "by hand",
        "The tallies that the audit makes, written by hand in pandas; without the checks that rest on them.",
        {"parquet": 0.5, "csv": 1.0}, {"parquet": 0.2, "csv": 0.3},
        left="What is left: at 1,000,000 rows of Parquet, loading takes 0.9 s of processor time, the 13 queries 1.4 s "
        "(0.4 of them to see that no person occurs twice) and the checks, which pandas by hand does not make, 0.7 s. "
        "A process that has loaded pandas and DuckDB holds 150 MB before it counts anything, more than a quarter of "
        "what pandas by hand holds in all at this size.",
    ),
    "great-expectations": Section(
        "Against stock expectations of Great Expectations", "GX",
        "What the expectations that come with it can ask of the same file, on pandas. They answer less: no share is "
        "compared between offices, workers, periods or groups.",
        dict.fromkeys(BOTH, 0.1), {},
        left="What is left is what stands above for the floor and for pandas by hand.",
    ),
    "fairlearn": Section(
        "Against Fairlearn", "Fairlearn",
        "Rates by race and by race and sex, with their gaps; here with intervals, reliability and reading of the "
        "values, there one label for each raw text.",
        {"parquet": 0.2}, {},
        left="What was left when this was measured, of about 3 s of processor time: 1.4 to load statsmodels and "
        "scipy.stats, which made the intervals of the rates and are not loaded any more (so it is less now; it was not "
        "measured again); 0.6 to load pandas; 0.7 to count by race, most of it to load what counts, and 0.1 to count "
        "by race and sex; 0.25 to open the file. The gaps themselves take a few hundredths.",
    ),
    "aequitas": Section(
        "Against Aequitas", "Aequitas", "The same question.", {"parquet": 0.2}, {},
        left="What is left is what stands above for Fairlearn.",
    ),
    "growth": Section(
        "Ten times as many rows", "1,000,000 rows", "The audit of 10,000,000 rows.", dict.fromkeys(BOTH, 10.5), {}
    ),
    "large-audit": Section(
        "More rows than fit in memory: the audit", "",
        "`equitykit audit`, once; the process starts no other.", {}, {}, 1500, alone=True,
    ),
    "large-measure": Section(
        "More rows than fit in memory: measures", "",
        "`equitykit measure` of one outcome by race and ethnicity, with the usual measures, once.",
        {}, {}, 1500, alone=True,
    ),
    "spark": Section(
        "Spark", "Parquet by DuckDB",
        "A local session, its start included; the memory of Java is not in the figure. Reported, without a target.",
        {}, {},
    ),
    "postgresql": Section(
        "PostgreSQL", "Parquet by DuckDB",
        "A server of our own on the same machine; its memory is not in the figure. Reported, without a target.",
        {}, {},
    ),
}  # fmt: skip

SCREENS = "screens"
SCREENS_LEFT = (
    "A page that is opened starts a Python of its own and loads ipywidgets and equitykit: that is most of its "
    "time, and other work on the machine makes it longer. A program kept warm before it is asked for would help."
)


MILLION = 1_000_000
EXPECTED = [
    ("import", 0, ""),
    *(("small-audit", 5_000, kind) for kind in BOTH),
    *(
        (name, rows, kind)
        for name in ("floor", "by-hand", "great-expectations")
        for rows in (MILLION, 10 * MILLION)
        for kind in BOTH
    ),
    ("fairlearn", MILLION, "parquet"),
    ("aequitas", MILLION, "parquet"),
    *(("growth", 10 * MILLION, kind) for kind in BOTH),
    ("large-audit", 50 * MILLION, "parquet"),
    ("large-measure", 50 * MILLION, "parquet"),
    ("spark", MILLION, "parquet"),
    ("postgresql", MILLION, "table"),
]
"""What there is to be measured; the page names what was not."""
WHY_NOT: dict[tuple[str, int], str] = {
    ("great-expectations", MILLION): "the pair of the Parquet file took the time there was",
    ("spark", MILLION): "other work shared the machine; the tests audit with it",
    ("postgresql", MILLION): "other work shared the machine; the tests audit with it",
}
"""Why something of the above was not measured."""
NO_TIME = "not run when the others were"


def place(row: Row) -> int:
    """Where a result stands in the page."""
    return [*SECTIONS, SCREENS].index(str(row["benchmark"]))


def verdict(value: float, target: float | None, unit: str = "", *, digits: int = 2) -> str:
    """A figure beside its target; one that is missed is bold."""
    said = f"{value:.{digits}f}{unit}"
    if target is None:
        return said
    return f"{said} (at most {target:g})" if value <= target else f"**{said}** (at most {target:g})"


def missed(row: Row) -> bool:
    """Whether a result misses a target."""
    if row["benchmark"] == SCREENS:
        return "not_run" not in row and float(row["seconds"]) > float(row["at_most"])
    return "not_run" not in row and "**" in line(row)


def left(name: str) -> str:
    """Why targets of a comparison are missed, and what is left."""
    return SCREENS_LEFT if name == SCREENS else SECTIONS[name].left


def line(row: Row) -> str:
    """One line of a table."""
    section = SECTIONS[str(row["benchmark"])]
    file = {"": "", "parquet": "Parquet", "csv": "CSV", "table": "table"}[str(row["file"])]
    rows = f"{int(row['rows']):,}" if row["rows"] else ""
    if "not_run" in row:
        return f"| {rows} | {file} | not run: {row['not_run'].replace('|', '/')} | | | | | |"
    if section.alone:
        peak = verdict(float(row["peak"]), section.most, " MB", digits=0)
        return f"| {rows} | {file} | {row['seconds']:.0f} s | {row['processor']:.0f} s | {peak} |"
    peak = verdict(float(row["own_peak"]), section.most, " MB", digits=0)
    kind = str(row["file"])
    cells = [
        rows,
        file,
        f"{row['own_seconds']:.2f} s",
        f"{row['other_seconds']:.2f} s",
        verdict(float(row["seconds_ratio"]), section.time.get(kind)),
        verdict(float(row["processor_ratio"]), None),
        peak,
        verdict(float(row["peak_ratio"]), section.memory.get(kind)),
    ]
    return "| " + " | ".join(cells) + f" | {int(row['repeats'])} |"


def table(rows: Iterable[Row]) -> str:
    """The table of one comparison."""
    rows = list(rows)
    other = SECTIONS[str(rows[0]["benchmark"])].other
    head = ["rows", "file", "equitykit", other, "time", "processor time", "peak memory", "memory", "pairs"]
    if SECTIONS[str(rows[0]["benchmark"])].alone:
        head = ["rows", "file", "time", "processor time", "peak memory"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *map(line, rows)]
    return "\n".join(lines)


def screens(rows: Iterable[Row]) -> list[str]:
    """The guided pages: one figure in each line."""
    lines = ["| what | seconds | note |", "|---|---|---|"]
    for row in rows:
        if "not_run" in row:
            lines.append(f"| not run: {row['not_run'].replace('|', '/')} | | |")
            continue
        seconds = verdict(float(row["seconds"]), float(row["at_most"]))
        on = row.get("machine")
        busy = f"load {float(on['load']):.0f} on {on['cores']} cores" if on else ""
        lines.append(f"| {row['what']} | {seconds} | {'; '.join(filter(None, (row['note'], busy)))} |")
    return [
        "## The guided pages",
        "In a browser on the same computer, in seconds: `python benchmarks/run.py screens`. The large assessment holds "
        "500 answers, 200 passages coded by two people, and 200 pieces of evidence. A page counts from asking for its "
        "address, once the server has told it; a key from pressing it until the program has written it to disk and "
        "said so. Other work on the machine counts heavily here: the load stands beside each figure. "
        "The first chart is reached by a script: the time that a person needs to read and to think is not in "
        "it.",
        "\n".join(lines),
    ]


def text(results: Mapping[str, Any]) -> str:
    """The whole page."""
    rows: list[Row] = list(results["rows"])
    machines = [row["machine"] for row in rows if "machine" in row]
    parts = [
        "# How long it takes",
        "<!-- Written by `python benchmarks/run.py`; do not edit. -->",
        "Whole processes from start to end, on made-up intake records of 18 columns (seed fixed: "
        "`benchmarks/data.py`). Two processes run in turn within one run, where there are several pairs after a run of "
        "each that is not counted; "
        "*time*, *processor time* and *memory* are the middle of the ratios of the pairs, equitykit to the other. "
        "**Bold** misses its target. " + said(machines),
        "`make benchmarks` builds an environment of its own and runs the quick ones; names choose others: "
        '`make benchmarks BENCHMARKS="floor growth others large"`. Fairlearn and Aequitas get an environment beside '
        "it. "
        "In an environment that is there already: `python benchmarks/run.py floor by-hand --rows 10000000`.",
    ]
    for name, section in SECTIONS.items():
        own = [row for row in rows if row["benchmark"] == name]
        if own:
            parts += [f"## {section.title}", section.what, table(own)]
            if section.left and any(map(missed, own)):
                parts.append(section.left)
    parts += not_measured(rows)
    seen = [row for row in rows if row["benchmark"] == SCREENS]
    if seen:
        parts += screens(seen)
        if any(map(missed, seen)):
            parts.append(SCREENS_LEFT)
    return "\n\n".join([*parts, (HERE / "more.txt").read_text(encoding="utf-8").strip()]) + "\n"


def lacking(rows: Iterable[Row]) -> list[tuple[str, int, str]]:
    """What there is to be measured, and was not."""
    there = {(row["benchmark"], row["rows"], row["file"]) for row in rows}
    return [each for each in EXPECTED if each not in there]


def not_measured(rows: Iterable[Row]) -> list[str]:
    """What was not measured, and why."""
    found: dict[tuple[str, int], list[str]] = {}
    for name, number, kind in lacking(rows):
        found.setdefault((name, number), []).append({"csv": "CSV", "parquet": "Parquet"}.get(kind, kind))
    lines = [
        f"- {SECTIONS[name].title}, {number:,} rows, {' and '.join(kinds)}: {WHY_NOT.get((name, number), NO_TIME)}."
        for (name, number), kinds in found.items()
    ]
    return ["## What was not measured", "\n".join(lines)] if lines else []


def said(machines: list[Mapping[str, Any]]) -> str:
    """The machine and the versions, as far as they matter."""
    if not machines:
        return ""
    last = machines[-1]
    load = max(float(each["load"]) for each in machines)
    versions = ", ".join(
        f"{name} {last[name]}" for name in ("pandas", "duckdb", "great_expectations") if last.get(name)
    )
    return (
        f"{last['cores']} cores, Python {last['python']}, {versions}. Other work shared the machine (load up to "
        f"{load:.0f}), so read seconds as sizes; ratios of pairs suffer less."
    )


def write() -> None:
    """Write the page."""
    PAGE.write_text(text(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")
