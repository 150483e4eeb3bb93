"""How often the default intervals hold the truth: tables drawn at random from rates that are known.

Run it with `python benchmarks/coverage.py`; it writes docs/benchmarks-coverage.md. The seed is fixed, so the
same version gives the same table. Sizes of groups are given and events are binomial.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from equitykit.errors import MeasureError
from equitykit.groups import GroupTable
from equitykit.measures import disparities
from equitykit.measures.comparison import compare, resolve
from equitykit.measures.registry import declaration, measures

SEED = 20261121
LEVEL = 0.95
WANTED = 0.93
DRAWS = 400
FACTOR = 10**7
"""The truth is what the measure says of a table this many times as large without any chance in it."""
NAMES = ("A", "B", "C", "D")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-coverage.md"


@dataclass(frozen=True)
class Case:
    """Sizes of four groups, and their true rates."""

    sizes: tuple[int, ...]
    rates: tuple[float, ...]

    @property
    def name(self) -> str:
        """As it stands in the page."""
        sizes = f"{self.sizes[0]} each" if len(set(self.sizes)) == 1 else ", ".join(map(str, self.sizes))
        return f"{sizes}; {', '.join(f'{rate:g}' for rate in self.rates)}"

    @property
    def large(self) -> bool:
        """Whether every group has at least 30 people."""
        return min(self.sizes) >= 30


COMMON, RARE, EQUAL = (0.2, 0.3, 0.4, 0.5), (0.02, 0.04, 0.06, 0.1), (0.25, 0.25, 0.25, 0.25)
CASES = (
    Case((10,) * 4, COMMON),
    Case((20,) * 4, COMMON),
    Case((30,) * 4, COMMON),
    Case((30, 60, 200, 1000), COMMON),
    Case((100,) * 4, COMMON),
    Case((100,) * 4, RARE),
    Case((1000,) * 4, RARE),
    Case((100,) * 4, EQUAL),
)


def table(sizes: Sequence[float], events: Sequence[float]) -> GroupTable:
    """Four groups in an order, with a population to compare them with."""
    frame = pd.DataFrame({"group": NAMES, "n": sizes, "events": events})
    groups = GroupTable.from_counts(frame, order=list(NAMES), favourable=False)
    people = pd.DataFrame({"group": NAMES, "n": [100_000, 300_000, 200_000, 400_000]})
    return groups.with_benchmark(people, scheme="exclusive", source="made up")


def measured(case: Case) -> tuple[str, ...]:
    """Every measure that has an interval in such a table and needs no other one."""
    exact = table(case.sizes, [size // 2 for size in case.sizes])
    found = []
    for id in measures():
        if declaration(id).needs in ("earlier", "strata"):
            continue
        try:
            frame = disparities(exact, reference="D", measures=[id], rule=None).to_frame()
        except MeasureError:
            continue
        if np.isfinite(frame["lower"]).any():
            found.append(id)
    return tuple(found)


def truth(case: Case, ids: Sequence[str]) -> pd.DataFrame:
    """What each measure is where chance has no part in it."""
    sizes = np.array(case.sizes) * float(FACTOR)
    frame = disparities(
        table(sizes, np.round(sizes * case.rates)), reference="D", measures=ids, rule=None
    ).to_frame()
    counted = frame["measure"].str.startswith("excess-events")
    return frame.assign(estimate=frame["estimate"].where(~counted, frame["estimate"] / FACTOR))


def holds(case: Case, ids: Sequence[str], draws: int, chance: np.random.Generator) -> pd.DataFrame:
    """For each row of a table, how often its interval held the truth, and how often there was none."""
    true = truth(case, ids)
    expected = true["estimate"].to_numpy(float)
    slack = 1e-9 * np.maximum(1.0, abs(expected))
    held, there, endless = (np.zeros(len(true)) for _ in range(3))
    for _ in range(draws):
        events = chance.binomial(case.sizes, case.rates)
        if events.sum() == 0:
            continue
        found = table(case.sizes, events.tolist())
        c = compare(found, resolve(found, "D"), LEVEL)
        values = [declaration(id).compute(c) for id in ids]
        low, high = (np.concatenate([getattr(one, end) for one in values]) for end in ("lower", "upper"))
        known = ~(np.isnan(low) | np.isnan(high))
        there += known
        endless += np.isinf(low) | np.isinf(high)
        held += known & (low <= expected + slack) & (expected - slack <= high)
    own = ~((true["group"] == "D") & (true["reference"] == "D"))
    counted = true.assign(
        held=held, there=there, endless=endless, case=case.name, large=case.large, draws=draws
    )
    return counted[own & (there > 0)]


def summary(found: pd.DataFrame) -> Iterator[tuple[str, dict[str, float], tuple[float, float, float]]]:
    """For each measure: coverage by case, the least of any group of at least 30, and parts without and endless."""
    for id, rows in found.groupby("measure", sort=False):
        by_case = {
            str(case): float(one["held"].sum() / one["there"].sum())
            for case, one in rows.groupby("case", sort=False)
        }
        large = rows[rows["large"]]
        least = float((large["held"] / large["there"]).min())
        without = float(1 - rows["there"].sum() / rows["draws"].sum())
        endless = float(rows["endless"].sum() / rows["there"].sum())
        yield str(id), by_case, (least, without, endless)


def give_or_take(draws: float) -> float:
    """How far a share of 95 % that is seen in this many tables may lie from the truth, in points."""
    return 196 * float(np.sqrt(0.95 * 0.05 / draws))


def page(found: pd.DataFrame, draws: int) -> str:
    """The page of docs."""
    cases = list(dict.fromkeys(found["case"]))
    lines = [
        "# Coverage of the default intervals",
        "",
        f"Written by `python benchmarks/coverage.py`. In {draws:,} tables drawn at random for each case (seed "
        f"{SEED}), how often the nominal 95 % interval of each measure holds the truth, in percent. A case is "
        "four groups A to D: their sizes, then their true rates. Sizes are given and events are binomial; the "
        "reference is D; shares are compared with a made-up population. A true 95 % is seen as 95 give or take "
        f"{give_or_take(draws):.1f} in {draws:,} tables.",
        "",
        f"The aim is {100 * WANTED:g} % where every group has at least 30 people; what falls short is marked "
        "**bold**. Smaller groups (the first two cases) are reported and not judged. *Least* is the lowest of any "
        "one group in the cases with at least 30. *None* is how often there was no interval, because the measure "
        "is not defined for a table; such tables do not count. *Endless* is how often an interval had no upper "
        "limit, because what it is divided by could be 0.",
        "",
        "| measure | " + " | ".join(cases) + " | least | none | endless |",
        "|---|" + "---:|" * (len(cases) + 3),
    ]
    large = set(found.loc[found["large"], "case"])
    short: dict[bool, list[str]] = {True: [], False: []}
    for id, by_case, rest in summary(found):
        cells = []
        for case in cases:
            share = by_case.get(case, float("nan"))
            text = "" if np.isnan(share) else f"{100 * share:.1f}"
            cells.append(f"**{text}**" if text and case in large and share < WANTED else text)
        worst = min(share for case, share in by_case.items() if case in large)
        if worst < WANTED:
            short[100 * (WANTED - worst) > give_or_take(draws)].append(id)
        lines.append(
            f"| `{id}` | " + " | ".join(cells) + "".join(f" | {100 * one:.1f}" for one in rest) + " |"
        )
    lines += ["", "## What falls short", ""]
    lines += [
        f"Below {100 * WANTED:g} % in some case with at least 30 people in every group, by more than the play of "
        f"this simulation: {_listed(short[True])}.",
        "",
        f"Below it by less than that: {_listed(short[False])}.",
    ]
    lines += [
        "",
        "Measures over all groups that cannot be negative are drawn upwards by chance. Their interval begins at 0 "
        "where chance alone could have made the value, so where there is no difference (the last case) it holds "
        "the truth at least as often as it should; elsewhere it is often longer above than it need be.",
        "",
        "An interval without an upper limit holds the truth easily and says little: where the lower end of the "
        "order has few events, use `relative-index-of-inequality-logit` or the slope. Published estimates keep "
        "their textbook intervals where chance alone could not have made the value; these were not drawn here.",
        "",
    ]
    return "\n".join(lines)


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(f"`{id}`" for id in ids) or "none"


def work(task: tuple[int, int]) -> pd.DataFrame:
    """One case."""
    number, draws = task
    case = CASES[number]
    return holds(case, measured(case), draws, np.random.default_rng([SEED, number]))


def main() -> None:
    """Draw, count and write the page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--draws", type=int, default=DRAWS)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--out", type=Path, default=PAGE)
    given = asked.parse_args()
    tasks = [(number, given.draws) for number in range(len(CASES))]
    began = time.perf_counter()
    with ProcessPoolExecutor(max_workers=given.workers) as workers:
        parts = list(workers.map(work, tasks))
    print(f"{time.perf_counter() - began:.0f} s")
    given.out.write_text(page(pd.concat(parts), given.draws), encoding="utf-8")
    print(f"Written to {given.out}")


if __name__ == "__main__":
    main()
