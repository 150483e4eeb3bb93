"""The benchmarks: `python benchmarks/run.py [NAME ...]`; without a name, the quick ones.

Every figure of the comparisons is of a whole process, in pairs within one run; the middle of the ratios counts.
Results are kept in `benchmarks/results.json`, and `docs/benchmarks.md` is written from them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import page, processes  # noqa: E402 - the checkout above this folder
from benchmarks.data import CODEBOOK  # noqa: E402
from benchmarks.processes import Failed, Pair, pairs, python  # noqa: E402

HERE = ROOT / "benchmarks"
JOBS = HERE / "jobs"
RESULTS = HERE / "results.json"
WORK = Path(tempfile.gettempdir()) / "equitykit-benchmarks"
OTHERS = ("fairlearn", "aequitas")
MILLION = 1_000_000
Row = dict[str, Any]


class Asked:
    """What was asked for on the command line."""

    def __init__(self, rows: list[int], repeats: int, work: Path, formats: list[str]) -> None:
        self.rows, self.repeats, self.work, self.formats = rows, repeats, work, formats

    def files(self, rows: int) -> dict[str, Path]:
        """The files of so many rows, made where they are not there yet."""
        paths = {kind: self.work / str(rows) / f"intake.{kind}" for kind in self.formats}
        if lacking := [kind for kind, path in paths.items() if not path.is_file()]:
            processes.run(python(HERE / "data.py", str(rows), self.work / str(rows), *lacking))
        return paths

    def only(self, kind: str, rows: int) -> Path:
        """The file of one kind."""
        return Asked([], 1, self.work, [kind]).files(rows)[kind]

    def each(self) -> Iterator[tuple[int, str, Path]]:
        """Rows, kind and path of each file."""
        for rows in self.rows:
            for kind, path in self.files(rows).items():
                yield rows, kind, path

    def turns(self, rows: int) -> int:
        """How often: large files once."""
        return self.repeats if rows <= MILLION else 1


def audit(path: Path) -> list[str | Path]:
    """The audit as people run it."""
    return python("-m", "equitykit", "audit", path, "--codebook", CODEBOOK, "--format", "json")


def row(name: str, rows: int, kind: str, pair: Pair, **more: Any) -> Row:
    """One line of the results, told as soon as it is there."""
    done = {"benchmark": name, "rows": rows, "file": kind, **pair.figures(), **more}
    print(
        f"{name}, {rows:,} rows, {kind}: {done['own_seconds']:.2f} s against {done['other_seconds']:.2f} s, "
        f"time x{done['seconds_ratio']:.2f}, processor x{done['processor_ratio']:.2f}, "
        f"memory x{done['peak_ratio']:.2f} "
        f"({done['own_peak']:.0f} MB)",
        flush=True,
    )
    return done


def floor(asked: Asked) -> Iterator[Row]:
    """Audit against counting every column."""
    for rows, kind, path in asked.each():
        yield row("floor", rows, kind, pairs(audit(path), python(JOBS / "floor.py", path), asked.turns(rows)))


def by_hand(asked: Asked) -> Iterator[Row]:
    """Audit against its tallies written by hand in pandas."""
    small = asked.files(5_000)
    plan = asked.work / "plan.json"
    plan.write_text(processes.run(python(JOBS / "plan.py", next(iter(small.values())), CODEBOOK)).output)
    for rows, kind, path in asked.each():
        pair = pairs(audit(path), python(JOBS / "by_hand.py", path, plan), asked.turns(rows))
        yield row("by-hand", rows, kind, pair, tallies=len(json.loads(plan.read_text())["tallies"]))


def great_expectations(asked: Asked) -> Iterator[Row]:
    """Audit against stock expectations on pandas."""
    for rows, kind, path in asked.each():
        job = python(JOBS / "great_expectations_job.py", path)
        pair = pairs(audit(path), job, min(3, asked.turns(rows)), warm=rows <= MILLION)
        yield row(
            "great-expectations", rows, kind, pair, asked=json.loads(pair.other[0].output)["expectations"]
        )


def environment(work: Path) -> tuple[Path, dict[str, str]]:
    """A Python of their own with Fairlearn and Aequitas; and what could not be installed, with the reason."""
    folder = work / "others"
    binary = folder / "bin" / "python"
    if not binary.is_file():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    problems = {}
    for name in OTHERS:
        done = subprocess.run(
            [binary, "-m", "pip", "install", "--quiet", name, "pyarrow"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            problems[name] = done.stderr.strip().splitlines()[-1][:200]
    return binary, problems


def others(asked: Asked) -> Iterator[Row]:
    """Rates and gaps against Fairlearn and Aequitas, which stand in an environment of their own."""
    binary, problems = environment(asked.work)
    path = asked.only("parquet", MILLION)
    own = python(JOBS / "gaps.py", path, CODEBOOK)
    for name in OTHERS:
        if name in problems:
            yield {"benchmark": name, "rows": MILLION, "file": "parquet", "not_run": problems[name]}
            continue
        try:
            pair = pairs(own, [binary, JOBS / f"{name}_job.py", path], asked.repeats)
        except Failed as reason:
            said = str(reason).strip().splitlines()[-1][:200]
            yield {"benchmark": name, "rows": MILLION, "file": "parquet", "not_run": said}
            continue
        answers = [sum(json.loads(each.output).values()) for each in (pair.own[0], pair.other[0])]
        yield row(name, MILLION, "parquet", pair, own_answers=answers[0], other_answers=answers[1])


def growth(asked: Asked) -> Iterator[Row]:
    """Audit of ten times as many rows."""
    one, ten = asked.files(MILLION), asked.files(10 * MILLION)
    for kind in asked.formats:
        pair = pairs(audit(ten[kind]), audit(one[kind]), 2)
        yield row("growth", 10 * MILLION, kind, pair)


def large(asked: Asked) -> Iterator[Row]:
    """An audit and a measure of far more rows than fit in memory, one after the other."""
    for rows in [rows for rows in asked.rows if rows > MILLION] or [50 * MILLION]:
        path = asked.only("parquet", rows)
        for name, command in {
            "large-audit": audit(path),
            "large-measure": python(
                *("-m", "equitykit", "measure", path, "--codebook", CODEBOOK, "--outcome", "removed"),
                *("--by", "race_ethnicity", "--reference", "all-others", "--format", "json"),
            ),
        }.items():
            taken = processes.run(command)
            done = {"benchmark": name, "rows": rows, "file": "parquet", **taken.figures()}
            print(
                f"{name}, {rows:,} rows: {taken.seconds:.0f} s, processor {taken.processor:.0f} s, "
                f"peak {taken.peak:.0f} MB",
                flush=True,
            )
            yield done


def start_up(asked: Asked) -> Iterator[Row]:
    """Import, and the audit of 5,000 rows, against the import of pandas."""
    pandas = python("-c", "import pandas")
    repeats = max(3, asked.repeats)
    yield row("import", 0, "", pairs(python("-c", "import equitykit, pandas"), pandas, repeats))
    for kind, path in asked.files(5_000).items():
        yield row("small-audit", 5_000, kind, pairs(audit(path), pandas, repeats))


def engines(asked: Asked) -> Iterator[Row]:
    """Spark and PostgreSQL, reported against the same audit of the Parquet file."""
    path = asked.only("parquet", MILLION)
    try:
        yield row(
            "spark", MILLION, "parquet", pairs(python(JOBS / "spark_job.py", path, CODEBOOK), audit(path), 1)
        )
    except Failed as reason:
        yield {
            "benchmark": "spark",
            "rows": MILLION,
            "file": "parquet",
            "not_run": str(reason).splitlines()[-1][:200],
        }
    try:
        address, table = served(asked.only("csv", MILLION))
        job = python(JOBS / "postgres_job.py", address, table, CODEBOOK)
        yield row("postgresql", MILLION, "table", pairs(job, audit(path), 1))
    except (Failed, Exception) as reason:  # noqa: B014 - whatever keeps a server from starting is said
        said = str(reason).strip().splitlines()[-1][:200] if str(reason).strip() else type(reason).__name__
        yield {"benchmark": "postgresql", "rows": MILLION, "file": "table", "not_run": said}


def served(path: Path) -> tuple[str, str]:
    """Address and table of a PostgreSQL of our own that holds the rows of a CSV file."""
    import psycopg

    from benchmarks.data import COLUMNS
    from tests.engines import postgresql_address

    address = postgresql_address()
    with psycopg.connect(address) as connection, connection.cursor() as cursor, path.open("rb") as handle:
        cursor.execute(f"CREATE TABLE intake ({', '.join(f'{name} text' for name in COLUMNS)})".encode())
        with cursor.copy(b"COPY intake FROM STDIN (FORMAT csv, HEADER true)") as copy:
            while block := handle.read(1 << 20):
                copy.write(block)
    return address, "intake"


def screens(asked: Asked) -> Iterator[Row]:
    """The guided pages in a browser: seconds for what a person waits for."""
    try:
        done = processes.run(python(HERE / "screens.py"))
    except Failed as reason:
        yield {"benchmark": "screens", "rows": 0, "file": "", "not_run": str(reason).splitlines()[-1][:200]}
        return
    for number, said in enumerate(done.output.splitlines(), start=1):
        found = json.loads(said)
        print(f"{found['what']}: {found['seconds']:.3f} s (at most {found['at_most']:g})", flush=True)
        yield {"benchmark": "screens", "rows": number, "file": "", **found}


COMPARISONS: dict[str, Callable[[Asked], Iterator[Row]]] = {
    "start-up": start_up,
    "floor": floor,
    "by-hand": by_hand,
    "great-expectations": great_expectations,
    "others": others,
    "growth": growth,
    "engines": engines,
    "large": large,
    "screens": screens,
}
SCRIPTS = ("measures", "protect", "assessment_saving", "coverage")
"""Programs of their own, reachable from here; they print what they find."""
QUICK = ("start-up", "floor", "by-hand", "measures", "assessment_saving")


def machine() -> Row:
    """What the figures depend on."""
    found: Row = {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }
    for name in ("pandas", "duckdb", "numpy", "great_expectations", "pyspark"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def keep(rows: list[Row]) -> None:
    """Put new results in the place of older ones of the same kind."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {"rows": []}
    fresh = {(each["benchmark"], each["rows"], each["file"]): {**each, "machine": machine()} for each in rows}
    before = {(each["benchmark"], each["rows"], each["file"]): each for each in kept["rows"]}
    every = sorted((before | fresh).values(), key=lambda each: (page.place(each), each["rows"], each["file"]))
    RESULTS.write_text(json.dumps({"rows": every}, indent=1) + "\n", encoding="utf-8")
    page.write()


def main(arguments: list[str] | None = None) -> None:
    """Run what is named."""
    asked = argparse.ArgumentParser(description=__doc__)
    names = [*COMPARISONS, *SCRIPTS]
    asked.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    asked.add_argument("--rows", type=int, nargs="+", default=[MILLION])
    asked.add_argument("--formats", nargs="+", default=["parquet", "csv"], choices=["parquet", "csv"])
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument(
        "--work", type=Path, default=WORK, help="where files are made, and kept for the next time"
    )
    asked.add_argument("--no-results", action="store_true", help="print only; keep no results")
    given = asked.parse_args(arguments)
    for name in given.names:
        if name not in names:
            asked.error(f'"{name}" is no benchmark. There are: {", ".join(names)}.')
    given.work.mkdir(parents=True, exist_ok=True)
    settings = Asked(given.rows, given.repeats, given.work, given.formats)
    for name in given.names or QUICK:
        if name in SCRIPTS:
            subprocess.run(
                python(HERE / f"{name}.py"), check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
            )
            continue
        rows = []
        for done in COMPARISONS[name](settings):
            if "not_run" in done:
                print(f"{done['benchmark']}: not run: {done['not_run']}")
            rows.append(done)
            if not given.no_results:
                keep(rows)


if __name__ == "__main__":
    main()
