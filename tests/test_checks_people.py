"""Checks that cross race with places, times, outcomes, people and other sources: what must hold for any data."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from equitykit import frames, standards
from equitykit.audit import Audit, audit
from equitykit.checks import RecordsView
from equitykit.checks.levels import by_period
from equitykit.checks.missing_by import funnel
from equitykit.checks.recorders import NOT_KNOWN, OTHERS, SELF, recorder, supplier
from equitykit.codebook import Codebook
from equitykit.errors import TallyTooLarge
from equitykit.frames import Records, Tally
from tests.cases.contract import breaches

CHECKS = (
    "missing-by-site-worker-time",
    "missing-by-outcome",
    "disparity-bounds-flip",
    "series-break",
    "within-person-inconsistent",
    "cross-source-misclass",
    "linkage-rate-gap",
)
BOOK: dict[str, Any] = {
    "questions": {"race_ethnicity": {"columns": ["race"], "recorded_by_column": "who"}},
    "person": "id",
    "unit": {"site": "office", "worker": "worker"},
    "period": {"column": "day", "by": "year"},
    "outcomes": {"removed": {"column": "removed", "event": ["Y"]}},
    "compare": [{"column": "other", "question": "race_ethnicity", "trusted": "this"}],
    "matched": {"column": "linked", "event": ["1"]},
}
LABELS = {"White": "WHITE", "Black": "BLACK", "American Indian or Alaska Native": "AIAN", "Asian": "ASIAN"}


def people(seed: int, n: int = 1200) -> pd.DataFrame:
    """Records in which all of these checks have something to find, and some groups are small."""
    dice = random.Random(seed)
    rows = []
    for i in range(n):
        year = 2021 + 4 * i // n
        race = dice.choices(list(LABELS), [60, 25, 12 if year < 2023 else 0, 3])[0]
        office = dice.choice(["North", "South", "Hill"] if i % 60 else ["Tiny"])
        lost = dice.random() < (0.5 if office == "Hill" else 0.1)
        removed = dice.random() < (0.45 if lost else 0.35 if race == "Black" else 0.25)
        rows.append(
            {
                "id": f"P{i // 2}",
                "race": None if lost else race,
                "who": dice.choice(["self", "staff", "staff-read-aloud", "X"]),
                "office": office,
                "worker": f"W-{dice.randint(100, 112)}",
                "day": f"{year}-0{dice.randint(1, 9)}-15",
                "removed": "Y" if removed else "N",
                "other": "White" if race != "White" and dice.random() < 0.4 else race,
                "linked": "1" if dice.random() < (0.95 if race == "White" else 0.6) else "0",
            }
        )
    return pd.DataFrame(rows, dtype=object)


def found(frame: pd.DataFrame, book: dict[str, Any] = BOOK, **more: Any) -> Audit:
    done = audit(frame, book, select=CHECKS, **more)
    assert breaches(done.to_dict()) == []
    return done


def said(done: Audit) -> list[dict[str, Any]]:
    return [dict(row) for row in done.data["results"]]


def test_all_of_them_find_something_here() -> None:
    done = found(people(1))
    assert {done.outcome(check) for check in CHECKS if check != "disparity-bounds-flip"} == {"found"}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_and_columns_does_not_matter(seed: int) -> None:
    frame = people(seed)
    shuffled = frame.sample(frac=1, random_state=seed)[sorted(frame.columns, reverse=True)]
    assert said(found(frame)) == said(found(shuffled.reset_index(drop=True)))


@pytest.mark.parametrize("seed", [1, 2])
def test_codes_that_a_codebook_reads_change_nothing_but_their_names(seed: int) -> None:
    frame = people(seed)
    codes = {label: str(number) for number, label in enumerate(LABELS, start=1)}
    coded = frame.assign(race=frame["race"].map(codes, na_action="ignore"), other=frame["other"].map(codes))
    question = {
        **BOOK["questions"]["race_ethnicity"],
        "codes": {c: LABELS[label] for label, c in codes.items()},
    }
    rows = said(found(coded, {**BOOK, "questions": {"race_ethnicity": question}}))
    plain = said(found(frame))

    def told(row: dict[str, Any]) -> dict[str, Any]:
        names_labels = row["check"] == "series-break" and "values" in row["message"]
        return {**row, "message": None} if names_labels else row

    assert [told(row) for row in rows] == [told(row) for row in plain]


# -- for others ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_small_and_no_person_in_public(seed: int) -> None:
    done = found(people(seed, 700), {**BOOK, "governance": {"AIAN": "ask"}}, public=True, name_workers=True)
    text = done.to_json() + done.to_html()
    for secret in ("W-1", "P12", "Tiny"):
        assert secret not in text
    assert "Workers are numbered" in done.data["notice"]
    for row in done.data["results"]:
        for secret in ("American Indian", "AIAN", "an amount not shown"):
            assert secret not in row["message"]


def test_names_of_workers_are_printed_only_where_asked_for_and_then_said() -> None:
    frame = people(1)
    assert "W-1" not in found(frame).to_json()
    named = found(frame, name_workers=True)
    assert "Ids of workers are printed, as was asked for (--name-workers)." in named.data["notice"]


def test_units_below_thirty_can_not_be_worked_out_of_the_totals() -> None:
    """The base is everybody, so that what is left over is not the hidden unit."""
    frame = people(1)
    done = audit(frame, BOOK, select=["missing-by-site-worker-time"])
    assert {row["n"] for row in said(done)} == {len(frame)}
    assert "Tiny" not in done.to_json()


# -- exact limits, and many units ------------------------------------------------------------------------


@given(st.integers(30, 400), st.floats(0.01, 0.99))
@settings(max_examples=60, deadline=None)
def test_the_funnel_is_exact(n: int, rate: float) -> None:
    low, high = (round(end * n) for end in funnel(n, rate))
    inside = [
        k for k in range(n + 1) if min(stats.binom.sf(k - 1, n, rate), stats.binom.cdf(k, n, rate)) >= 0.001
    ]
    assert (low, high) == (inside[0], inside[-1])


def test_many_units_without_a_difference_are_clear() -> None:
    """Forty workers of forty records: the shares lie far apart by chance, and nothing is found."""
    hits = 0
    for seed in range(20):
        dice = random.Random(seed)
        rows = [(None if dice.random() < 0.2 else "White", f"W{w}") for w in range(40) for _ in range(40)]
        book = {"questions": {"race_ethnicity": {"columns": ["race"]}}, "unit": {"worker": "who"}}
        done = audit(pd.DataFrame(rows, columns=["race", "who"], dtype=object), book, select=CHECKS[:1])
        hits += done.outcome("missing-by-site-worker-time") == "found"
    assert hits <= 2


def test_a_difference_without_one_unit_outside_is_of_medium_weight() -> None:
    rows = [(None if i < (14 if w % 2 else 6) else "White", f"W{w}") for w in range(20) for i in range(40)]
    book = {"questions": {"race_ethnicity": {"columns": ["race"]}}, "unit": {"worker": "who"}}
    done = audit(pd.DataFrame(rows, columns=["race", "who"], dtype=object), book, select=CHECKS[:1])
    (row,) = said(done)
    assert row["severity"] == "medium"
    assert "No single one is outside what chance allows" in row["message"]


# -- people ----------------------------------------------------------------------------------------------


def test_who_recorded_it_is_read_from_words() -> None:
    wanted: dict[str, list[str | None]] = {
        SELF: ["self", "Self-reported", "staff-read-aloud", "client", "Youth"],
        OTHERS: [
            "staff",
            "parent",
            "proxy",
            "observed",
            "mixed",
            "Caseworker",
            "staff asked the client's mother",
        ],
        NOT_KNOWN: ["not-known", "Unknown", "imputed", "7", "", None],
    }
    for who, words in wanted.items():
        assert {word: recorder(word) for word in words} == dict.fromkeys(words, who)


def test_a_file_with_too_many_people_to_follow_counts_those_with_one_record_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [(f"a{i}", race) for i in range(40) for race in ("White", "Black")]
    rows += [(f"b{i}", "White") for i in range(60)]
    frame = pd.DataFrame(rows, columns=["id", "race"], dtype=object)
    book = {"questions": {"race_ethnicity": {"columns": ["race"], "recorded_by": "staff"}}, "person": "id"}
    real = Records._found

    def refuse(self: Records, tally: Tally) -> Any:
        if "id" in tally.by:
            raise TallyTooLarge("too many combinations")
        return real(self, tally)

    monkeypatch.setattr(Records, "_found", refuse)
    (row,) = said(audit(frame, book, select=["within-person-inconsistent"]))
    assert (row["severity"], row["observed"], row["n"]) == ("medium", 0.4, 100)
    assert "too many people to follow each" in row["message"]


@pytest.mark.parametrize(
    ("text", "who", "by"),
    [
        ("worker asked parent", "others", "others"),
        ("asked by nurse", "self", "self"),
        ("police officer", "observed", "others"),
        ("perceived", "observed", "others"),
        ("registrar", "staff", "others"),
        ("BISG imputed", "imputed", "not-known"),
        ("mixed", "mixed", "others"),
        ("not recorded", "not-known", "not-known"),
        ("X7", "unread", "not-known"),
    ],
)
def test_who_gave_an_answer_is_read_the_same_way_everywhere(text: str, who: str, by: str) -> None:
    assert (supplier(text), recorder(text)) == (who, by)


@pytest.mark.parametrize("by", ["year", "quarter", "month"])
@pytest.mark.parametrize("starts", ["01-01", "10-01", "07-15"])
def test_months_say_of_a_period_what_days_say(by: str, starts: str) -> None:
    """Dates that all show their month are counted by month; one that is written otherwise has all read in full."""
    frame = people(5, 600)
    frame["day"] = [
        f"{str(day)[:4]}-{at % 12 + 1:02d}-{at % 28 + 1:02d}" for at, day in enumerate(frame["day"])
    ]
    otherwise = frame.copy()
    otherwise.loc[0, "day"] = f"{frame['day'][0]} "[:8] + str(int(frame["day"][0][8:]))
    assert otherwise["day"][0] != frame["day"][0]
    book = BOOK | {"period": {"column": "day", "by": by, "year_starts": starts}}
    select = ("series-break", "missing-by-site-worker-time")
    one, other = (audit(each, book, select=select).data for each in (frame, otherwise))
    assert one["results"] == other["results"] and one["summary"] == other["summary"]


def test_a_day_that_is_in_no_calendar_belongs_to_no_period() -> None:
    frame = people(5, 600)
    frame["day"] = "2023-02-28"
    frame.loc[:299, "day"] = "2022-02-31"
    view = RecordsView(frames.open(frame), Codebook.load(BOOK), standards.standard("us-omb-spd15-2024"))
    found = {name: sum(value.n for value in values) for name, values in by_period(view).items()}
    assert found == {None: 300, "2023": 300}
