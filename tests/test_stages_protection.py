"""A chain for others: nothing that is shown, at all stages together, tells a count that is hidden.

The attacker here is a second one: whole people by group and by the whole of their way (every combination of
stages), and only the printed rows. It shares nothing with what chose the cells.
"""

from __future__ import annotations

import functools
import itertools
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import equitykit as ek
from equitykit import cli, report
from equitykit.errors import MeasureError
from equitykit.stages import ProtectedStages

SAMPLE = Path(__file__).parent.parent / "sample_data"
RACES = {"WHITE": "White", "BLACK": "Black", "ASIAN": "Asian", "~blank": None}
STAGES = ("seen", "kept", "moved")
TOTAL = "~total"
BOOK: dict[str, Any] = {
    "questions": {"race_ethnicity": {"columns": ["race"]}},
    "outcomes": {name: {"column": name, "event": ["Y"]} for name in STAGES},
    "stages": ["referred", *STAGES],
}
Ways = dict[tuple[str, tuple[bool, ...]], int]
EVERY = tuple(itertools.product((False, True), repeat=len(STAGES)))
PLACES = [(group, way) for group in RACES for way in EVERY]


def ways(seed: int, *, skips: bool) -> Ways:
    """People by group and by way: small, middling and large counts."""
    dice = random.Random(seed)
    found: Ways = {}
    for group in RACES:
        for way in EVERY:
            if not skips and list(way) != sorted(way, reverse=True):
                continue
            found[group, way] = dice.choice(
                [0, dice.randint(1, 10), dice.randint(11, 60), dice.randint(80, 300)]
            )
        found[group, EVERY[0]] = found[group, EVERY[0]] or 1
    return found


def chain(people: Ways, reference: str = "all-others") -> ek.Stages:
    rows = [
        (RACES[group], *("Y" if at else "N" for at in way))
        for (group, way), n in people.items()
        for _ in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["race", *STAGES], dtype=object)
    return ek.stages(frame, BOOK, reference=reference, tabulation="single-residual", rule=None)


def sums_of(row: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Which people the two counts of a printed row are."""
    stage, measure, group = row["stage"], row["measure"], row["group"]
    of = np.array([group in (TOTAL, g) for g, _ in PLACES])

    def at(place: int) -> np.ndarray:
        return np.array([place < 0 or way[place] for _, way in PLACES])

    place = STAGES.index(stage) if stage in STAGES else -1
    if measure == "not-from-stage-before":
        return of & at(place), of & at(place) & ~at(place - 1)
    if measure in ("rate", "rate-difference", "rate-ratio"):
        return of & at(place - 1), of & at(place - 1) & at(place)
    return of, of & at(place)


@functools.cache
def protected(seed: int, skips: bool) -> ProtectedStages:
    return chain(ways(seed, skips=skips), ("all-others", "total", "WHITE")[seed % 3]).protect()


class Attacker:
    """Everything that the printed rows say, about whole people."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.known: list[tuple[np.ndarray, float]] = []
        self.hidden: dict[tuple[str, str, str, str], np.ndarray] = {}
        for row in said["rows"]:
            for column, cells in zip(("n", "events"), sums_of(row), strict=True):
                if row[column] is not None:
                    self.known.append((cells, row[column]))
                elif not (column == "events" and row["measure"] == "count"):
                    self.hidden[row["stage"], row["measure"], row["group"], column] = cells
        groups = [np.array([g == group for g, _ in PLACES]) for group in RACES]
        self.rules = [
            LinearConstraint(np.array([cells for cells, _ in self.known], dtype=float),
                             *(np.array([n for _, n in self.known], dtype=float),) * 2),
            LinearConstraint(np.array(groups, dtype=float), 1, np.inf),  # each group that is listed has people
        ]  # fmt: skip

    def table(self, goal: np.ndarray, *more: LinearConstraint) -> Ways | None:
        done = milp(goal, constraints=[*self.rules, *more], integrality=np.ones(len(PLACES), dtype=np.int64),
                    bounds=Bounds(0, np.inf))  # fmt: skip
        if done.x is None:
            return None
        return {place: round(n) for place, n in zip(PLACES, done.x, strict=True)}

    def excluded(self, cells: np.ndarray) -> list[int]:
        """Values from 1 to 10 that a count cannot have."""
        row = cells.astype(float)[None, :]
        return [
            n for n in range(1, 11) if self.table(np.zeros(len(PLACES)), LinearConstraint(row, n, n)) is None
        ]


def true(people: Ways, cells: np.ndarray) -> int:
    return sum(people.get(place, 0) for place, here in zip(PLACES, cells, strict=True) if here)


CASES = [(seed, skips) for skips in (False, True) for seed in (0, 2)]


@pytest.mark.parametrize(("seed", "skips"), CASES)
def test_no_small_count_along_the_chain_can_be_worked_out(seed: int, skips: bool) -> None:
    people = ways(seed, skips=skips)
    said = protected(seed, skips).to_dict()
    attacker = Attacker(said)
    small = {name: cells for name, cells in attacker.hidden.items() if 1 <= true(people, cells) <= 10}
    different = {cells.tobytes(): (name, cells) for name, cells in small.items()}
    assert {name: attacker.excluded(cells) for name, cells in different.values()} == {
        name: [] for name, _ in different.values()
    }
    shown = [row for row in said["rows"] if row["suppressed"] is None]
    assert all(n is None or n == 0 or n > 10 for row in said["rows"] for n in (row["n"], row["events"]))
    assert small and any(row["measure"] == "rate-ratio" for row in shown), "something hidden, something shown"


@pytest.mark.parametrize(("seed", "skips"), CASES[1:3])
def test_every_number_shown_is_the_same_for_every_table_that_fits(seed: int, skips: bool) -> None:
    """Rates, ratios, products and limits tell nothing that the counts beside them do not."""
    people = ways(seed, skips=skips)
    reference = ("all-others", "total", "WHITE")[seed % 3]
    said = protected(seed, skips).to_dict()
    attacker, dice = Attacker(said), np.random.default_rng(seed)
    other = attacker.table(dice.normal(size=len(PLACES)) + 2)
    assert other is not None and other != {place: people.get(place, 0) for place in PLACES}
    again = {(r["stage"], r["measure"], r["group"]): r for r in chain(other, reference).to_dict()["rows"]}
    for row in said["rows"]:
        fits = again[row["stage"], row["measure"], row["group"]]
        for name in ("n", "events", "estimate", "lower", "upper"):
            if row[name] is not None:
                assert row[name] == pytest.approx(fits[name], rel=1e-9), (row, name)
        if row["suppressed"] is None:
            assert row["reliable"] == fits["reliable"]


def test_blanking_the_small_counts_alone_would_not_do() -> None:
    """The same attacker finds a count that is only blanked: who was there, less those who came on."""
    people: Ways = {
        ("WHITE", EVERY[0]): 100,
        ("BLACK", EVERY[0]): 40,
        ("ASIAN", EVERY[0]): 30,
        ("~blank", EVERY[0]): 20,
    }
    for group, n in (("WHITE", 80), ("BLACK", 5), ("ASIAN", 30), ("~blank", 20)):
        people[group, (True, False, False)] = n
    said = chain(people).to_dict()
    for row in said["rows"]:
        for column in ("n", "events"):
            row[column] = None if 0 < (row[column] or 0) <= 10 else row[column]
    attacker = Attacker(said)
    told = [name for name, cells in attacker.hidden.items() if len(attacker.excluded(cells)) == 9]
    assert ("seen", "rate", "BLACK", "events") in told


def test_a_group_of_whom_all_or_none_came_on_is_hidden() -> None:
    counts = pd.DataFrame({"stage": ["a"] * 3 + ["b"] * 3, "group": ["A", "B", "C"] * 2,
                           "n": [15, 300, 200, 15, 100, 90]})  # fmt: skip
    rows = ek.stages_from_counts(counts, reference="B").protect().to_dict()["rows"]
    rate = {row["group"]: row for row in rows if (row["stage"], row["measure"]) == ("b", "rate")}
    assert rate["A"]["events"] is None and rate["A"]["suppressed"] == "primary"


def test_what_is_handed_on_holds_nothing_hidden() -> None:
    done = protected(0, True)
    gone = {(stage, what, group) for stage, what, group in done.hidden}
    for step in done.shown.chain.steps:
        for what, counts in (("at", step.reached), ("passed", step.passed), ("skipped", step.skipped)):
            for group, n in counts.items():
                assert np.isnan(n) == ((step.stage, what, group) in gone)
    chain_shown = done.shown.chain
    assert (chain_shown.units, chain_shown.recipe, chain_shown.everybody) == (None, None, None)
    assert "further notes hold counts and are left out" in " ".join(done.shown.chain.notes)
    assert "were not at" not in " ".join(done.shown.chain.notes)
    text = done.to_markdown() + report.html.render(report.protected_stages_document(done))
    assert "Attacked from all that is shown: safe." in text and "too few to show" in text.lower()
    json.dumps(done.to_dict(), allow_nan=False)


def test_refusals() -> None:
    people = ways(2, skips=False)
    with pytest.raises(MeasureError, match="picked by the numbers"):
        chain(people, "largest").protect()
    rows = [
        (RACES[g], *("Y" if at else "N" for at in way)) for (g, way), n in people.items() for _ in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["race", *STAGES], dtype=object)
    with pytest.raises(MeasureError, match="overlap"):
        ek.stages(frame, BOOK, reference="total").protect()
    counts = pd.DataFrame({"stage": ["a", "a", "b", "b"], "group": ["A", "B"] * 2, "n": [900, 80, 40, None]})
    with pytest.raises(MeasureError, match='At "b" the count of the group "B" is not known'):
        ek.stages_from_counts(counts, reference="A").protect()


def test_groups_that_are_asked_first_are_shown_at_no_stage() -> None:
    frame = pd.read_csv(SAMPLE / "intake.csv", dtype=str, keep_default_na=False)
    book = ek.Codebook.load(SAMPLE / "intake.codebook.yaml").to_dict() | {"governance": {"AIAN": "ask"}}
    found = ek.stages(frame, book, reference="all-others", tabulation="single-residual").protect()
    rows = [row for row in found.to_dict()["rows"] if row["group"] == "AIAN"]
    rows = [row for row in found.to_dict()["rows"] if row["group"] == "AIAN"]
    assert rows and all(row["n"] is row["estimate"] is None for row in rows)
    assert {row["events"] for row in rows} == {None, 0}, "nobody skips a stage, whoever they are"
    assert "Nothing about AIAN is shown" in " ".join(found.to_dict()["notes"])


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["stages", str(SAMPLE / "intake.csv"), "--codebook", str(SAMPLE / "intake.codebook.yaml"),
             "--reference", "all-others", "--by", "sex", "--protect", "cms-11"]  # fmt: skip
    page = tmp_path / "chain.html"
    for more in (["--format", "json"], ["-o", str(page)]):
        with pytest.raises(SystemExit) as end:
            cli.main([*asked, *more])
        assert end.value.code == 0
    data = json.loads(capsys.readouterr().out.split("\nWritten")[0])
    assert (data["format"], data["safe"], data["tabulation"]) == (
        "protected-stages/1",
        True,
        "single-residual",
    )
    assert data["hidden"] == [] and "sha256" not in json.dumps(data), "of two sexes nobody has to be hidden"
    assert "What is hidden" in page.read_text(encoding="utf-8")
