"""Made-up intake records of any number, from a seed: the columns of `sample_data/intake.csv` without names.

`python benchmarks/data.py 1000000 FOLDER` writes `intake.csv` and `intake.parquet` (or only the kinds named
after it). The codebook of the sample data describes them. The same number of rows and the same seed give the
same rows.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

SEED = 20261122
BLOCK = 500_000
CODEBOOK = Path(__file__).parents[1] / "sample_data" / "intake.codebook.yaml"
COLUMNS = (
    "child_id", "office", "worker_id", "referral_date", "referral_source", "race", "ethnicity", "race5", "sex",
    "age", "disability", "primary_language", "screened_in", "investigated", "substantiated", "removed",
    "placed_with_kin", "reunified",
)  # fmt: skip

Weighted = dict[str | None, float]
OFFICES = ("North", "South", "East", "West", "Centre", "Harbour", "Hill", "Lake", "River", "Valley")
WORKERS = 24
"""Workers in each office."""
DAYS = 1096
SOURCES = ("Police", "School", "Hospital", "Family", "Neighbour", "Court")
RACES: Weighted = {
    "White": 0.31, "Caucasian": 0.05, "Black": 0.16, "Black or African American": 0.05, "African American": 0.02,
    "Asian": 0.04, "Asian American": 0.01, "American Indian or Alaska Native": 0.03, "Native American": 0.01,
    "Native Hawaiian or Other Pacific Islander": 0.01, "Hispanic": 0.09, "Asian/Pacific Islander": 0.02,
    "Unknown/Declined": 0.06, "Declined to answer": 0.02, "Hispnic": 0.002, "7": 0.001, "other": 0.02, None: 0.097,
}  # fmt: skip
ETHNICITIES: Weighted = {
    "Hispanic or Latino": 0.22, "Not Hispanic or Latino": 0.62, "Unknown/Declined": 0.06, None: 0.1,
}  # fmt: skip
SEXES: Weighted = {"F": 0.48, "M": 0.48, "X": 0.01, None: 0.03}
DISABILITIES: Weighted = {"N": 0.8, "Y": 0.12, "Unknown": 0.05, None: 0.03}
LANGUAGES: Weighted = {
    "English": 0.78, "Spanish": 0.14, "Somali": 0.02, "Vietnamese": 0.02, "Arabic": 0.01, "ASL": 0.01, None: 0.02,
}  # fmt: skip
FOLDED = {
    "White": "White", "Caucasian": "White", "Black": "Black", "Black or African American": "Black",
    "African American": "Black", "Asian": "Asian", "Asian American": "Asian", "Hispanic": "Hispanic",
}  # fmt: skip
STEPS = {"screened_in": 0.6, "investigated": 0.7, "substantiated": 0.35, "removed": 0.4}
"""Each step is for those who came that far; the others have N/A."""
AFTER = {"placed_with_kin": 0.35, "reunified": 0.45}
"""For those who were removed."""


def write(
    rows: int,
    folder: Path,
    *,
    seed: int = SEED,
    twice: float = 0.0,
    kinds: Sequence[str] = ("csv", "parquet"),
) -> tuple[Path, ...]:
    """Write the records as CSV and as Parquet, where they are not there yet.

    Parameters
    ----------
    rows : how many.
    folder : where; made where it is not there.
    seed : of the random numbers.
    twice : share of the rows that are of somebody who is in the file already.
    kinds : which files.

    Returns
    -------
    tuple
        The file of each kind.
    """
    import duckdb
    import pandas as pd

    paths = {kind: folder / f"intake.{kind}" for kind in kinds}
    if all(path.is_file() for path in paths.values()):
        return tuple(paths.values())
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / "intake.duckdb"
    scratch.unlink(missing_ok=True)
    with duckdb.connect(str(scratch)) as con:
        con.execute("SET enable_progress_bar = false; SET memory_limit = '2GB'")
        con.execute(f"CREATE TABLE t ({', '.join(f'{name} {_type(name)}' for name in COLUMNS)})")
        for number, start in enumerate(range(0, rows, BLOCK)):
            columns = block(min(BLOCK, rows - start), start, [seed, number], twice)
            con.register("part", pd.DataFrame(columns))
            picked = ", ".join(_picked(name) for name in COLUMNS)
            con.execute(f"INSERT INTO t SELECT {picked} FROM part")
            con.unregister("part")
        for kind, path in paths.items():
            con.execute(f"COPY t TO '{path}' ({HOW[kind]})")
    scratch.unlink()
    return tuple(paths.values())


HOW = {"csv": "FORMAT csv, HEADER true", "parquet": "FORMAT parquet, COMPRESSION zstd"}


def _type(name: str) -> str:
    return {"age": "SMALLINT", "referral_date": "DATE"}.get(name, "VARCHAR")


def _picked(name: str) -> str:
    if name == "child_id":
        return "printf('C%09d', child_id)"
    if name == "referral_date":
        return "DATE '2022-01-01' + CAST(referral_date AS INTEGER)"
    return name


def block(rows: int, start: int, seed: Sequence[int], twice: float = 0.0) -> dict[str, object]:
    """Columns of so many rows, of which the first has this number."""
    import numpy as np
    import pandas as pd

    make = np.random.default_rng(list(seed))

    def drawn(values: Weighted) -> pd.Categorical:
        weights = np.array(list(values.values()))
        codes = make.choice(len(values), rows, p=weights / weights.sum())
        return named(codes, list(values))

    def named(codes: np.ndarray, values: Sequence[str | None]) -> pd.Categorical:
        places = np.array([-1 if value is None else place for place, value in enumerate(values)])
        kept = list(dict.fromkeys(value for value in values if value is not None))
        to = np.array([-1 if value is None else kept.index(value) for value in values])
        return pd.Categorical.from_codes(np.where(places[codes] < 0, -1, to[codes]), kept)

    person = np.arange(start, start + rows)
    if twice:
        again = make.random(rows) < twice
        person = np.where(again, (make.random(rows) * np.maximum(person, 1)).astype(np.int64), person)
    office = make.integers(0, len(OFFICES), rows)
    worker = office * WORKERS + make.integers(0, WORKERS, rows)
    race = make.choice(len(RACES), rows, p=np.array(list(RACES.values())) / sum(RACES.values()))
    races = list(RACES)
    columns: dict[str, object] = {
        "child_id": person,
        "office": named(office, OFFICES),
        "worker_id": named(worker, [f"W{number:03d}" for number in range(len(OFFICES) * WORKERS)]),
        "referral_date": make.integers(0, DAYS, rows),
        "referral_source": named(make.integers(0, len(SOURCES), rows), SOURCES),
        "race": named(race, races),
        "ethnicity": drawn(ETHNICITIES),
        "race5": named(race, [None if each is None else FOLDED.get(each, "Other") for each in races]),
        "sex": drawn(SEXES),
        "age": make.integers(0, 18, rows),
        "disability": drawn(DISABILITIES),
        "primary_language": drawn(LANGUAGES),
    }
    there = np.ones(rows, dtype=bool)
    for name, rate in STEPS.items():
        event = there & (make.random(rows) < rate)
        columns[name] = named(np.where(there, event.astype(int), 2), ["N", "Y", "N/A"])
        there = event
    for name, rate in AFTER.items():
        event = make.random(rows) < rate
        columns[name] = named(np.where(there, event.astype(int), 2), ["N", "Y", "N/A"])
    return columns


def main() -> None:
    """Write the files that are asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("rows", type=int)
    asked.add_argument("folder", type=Path)
    asked.add_argument("kinds", nargs="*", default=["csv", "parquet"], metavar="KIND", help="csv, parquet")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument(
        "--twice", type=float, default=0.0, help="share of rows of people who are there already"
    )
    given = asked.parse_args()
    for path in write(given.rows, given.folder, seed=given.seed, twice=given.twice, kinds=given.kinds):
        print(path, f"{path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
