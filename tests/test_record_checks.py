"""Properties of the checks of records: what must not change an answer, and when "clear" may be said."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitykit.audit import Audit, audit
from equitykit.benchmark import Benchmark
from equitykit.checks import checks
from equitykit.checks.ordering import ordering
from equitykit.standards import standard

LABELS = {
    "White": "WHITE",
    "Black": "BLACK",
    "Native American": "AIAN",
    "Samoan": "NHPI",
    "Lebanese": "MENA",
    "Hispanic": "HISPANIC",
}
DERIVED = ["White", "Black", "Other", "Hispanic", "Two or more races"]
PEOPLE = Benchmark(
    name="invented",
    scheme="any",
    counts={
        "race_ethnicity": dict.fromkeys(standard("us-omb-spd15-2024").category_ids, 150.0)
        | {"~total": 1000.0}
    },
)
ROW = st.tuples(
    st.lists(st.sampled_from(list(LABELS)), min_size=0, max_size=3, unique=True),
    st.sampled_from(DERIVED),
    st.sampled_from(["W-1", "W-2", "W-3"]),
    st.sampled_from(["Self", "officer", "staff", ""]),
    st.integers(1, 60),
)
NEW = [
    "category-underrepresented",
    "aian-nhpi-recoded-to-other",
    "priority-coding",
    "mena-hidden-in-white",
    "tribal-detail-absent",
    "default-value-spike",
    "observer-assigned",
]


def table(rows: list[Any], codes: dict[str, str] | None = None) -> pd.DataFrame:
    names = codes or {label: label for label in LABELS}
    return pd.DataFrame(
        [
            (";".join(names[label] for label in labels), derived, who, source)
            for labels, derived, who, source, n in rows
            for _ in range(n)
        ],
        columns=["race", "race5", "who", "source"],
        dtype=object,
    )


def book(**race: Any) -> dict[str, Any]:
    question = {"columns": ["race"], "delimiter": ";", "recorded_by_column": "source"} | race
    return {
        "purpose": "To plan services with Tribal Nations",
        "questions": {"race_ethnicity": question},
        "derived": [{"column": "race5", "from": "race_ethnicity"}],
        "unit": {"worker": "who"},
    }


def said(done: Audit) -> list[Any]:
    return [
        (r["check"], r["outcome"], r["severity"], r["groups"], r["observed"], r["n"], r["message"])
        for r in done.data["results"]
    ]


@settings(deadline=None, max_examples=25)
@given(st.lists(ROW, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(rows: list[Any], random: Any) -> None:
    frame = table(rows)
    shuffled = list(frame.columns)
    random.shuffle(shuffled)
    other = frame.sample(frac=1, random_state=random.randint(0, 999))[shuffled]
    first, second = (audit(f, book(), select=NEW, benchmark=PEOPLE) for f in (frame, other))
    assert said(first) == said(second)


@settings(deadline=None, max_examples=25)
@given(st.lists(ROW, min_size=1, max_size=8))
def test_codes_in_place_of_labels_change_nothing(rows: list[Any]) -> None:
    """Apart from the comparison of labels with their codes, which needs labels."""
    numbers = {label: str(place) for place, label in enumerate(LABELS, start=1)}
    codes = {numbers[label]: category for label, category in LABELS.items()}
    first = audit(table(rows), book(), select=NEW, benchmark=PEOPLE)
    second = audit(table(rows, numbers), book(code_system=codes), select=NEW, benchmark=PEOPLE)
    assert said(first) == said(second)


@settings(deadline=None, max_examples=25)
@given(st.lists(ROW, min_size=1, max_size=8), st.sampled_from(list(LABELS)), st.integers(1, 400))
def test_more_records_of_a_group_never_make_it_fewer_than_expected(
    rows: list[Any], label: str, more: int
) -> None:
    def too_few(frame: pd.DataFrame) -> bool:
        done = audit(frame, book(), select=["category-underrepresented"], benchmark=PEOPLE)
        return any(r["groups"] == [LABELS[label]] and r["severity"] == "high" for r in done.found())

    before = table([*rows, ([label], "White", "W-1", "Self", 30)])
    after = table([*rows, ([label], "White", "W-1", "Self", 30 + more)])
    assert too_few(before) or not too_few(after)


# -- clear only if what was not read could not hide anything ------------------------------------------

CODES: list[Any] = [
    "WHITE", "AIAN", "MENA", "other", "multiracial", "collective", "none", "~unknown", "~declined",
    {"one_of": ["ASIAN", "NHPI"]}, ["AIAN", "HISPANIC"],
]  # fmt: skip
CELL = st.lists(st.sampled_from([*LABELS, "Other", "Unknown", "7", "8"]), min_size=1, max_size=2, unique=True)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(CELL, st.sampled_from(DERIVED), st.sampled_from("FM"), st.integers(1, 90)),
        min_size=1,
        max_size=7,
    ),
    st.sampled_from(CODES),
    st.sampled_from(CODES),
)
def test_what_is_clear_stays_so_whatever_the_unread_codes_mean(
    rows: list[Any], seven: Any, eight: Any
) -> None:
    frame = pd.DataFrame(
        [(";".join(cell), derived, sex) for cell, derived, sex, n in rows for _ in range(n)],
        columns=["race", "race5", "sex"],
        dtype=object,
    )
    chosen = [
        check.id for check in checks("records") if check.unread or check.id == "category-underrepresented"
    ]

    def outcomes(**race: Any) -> Audit:
        about = book(recorded_by="self", recorded_by_column=None, **race) | {"unit": {}}
        about["questions"]["sex"] = {"columns": ["sex"]}
        return audit(frame, about, select=chosen, benchmark=PEOPLE)

    meant = {"7": seven, "8": eight}
    reasons = {code: means[1:] for code, means in meant.items() if means in ("~unknown", "~declined")}
    codes = {code: means for code, means in meant.items() if code not in reasons}
    blind, told = outcomes(), outcomes(codes=codes, missing=reasons)
    for id in chosen:
        if blind.outcome(id) == "clear":
            assert told.outcome(id) != "found", (
                id,
                [r["message"] for r in told.data["results"] if r["check"] == id],
            )


# -- the ordering --------------------------------------------------------------------------------------

FOUR = ["AIAN", "BLACK", "HISPANIC", "WHITE"]
NAMED = st.lists(st.sampled_from(FOUR), min_size=2, max_size=4, unique=True)


@given(st.lists(st.tuples(NAMED, st.integers(0, 3), st.integers(1, 50)), min_size=1, max_size=8))
def test_no_ordering_fits_more_people(rows: list[tuple[list[str], int, int]]) -> None:
    placed: dict[tuple[frozenset[str], str], int] = {}
    for named, at, n in rows:
        key = (frozenset(named), named[at % len(named)])
        placed[key] = placed.get(key, 0) + n
    tiers, kept = ordering(placed, FOUR)
    every = max(
        sum(n for (named, chosen), n in placed.items() if chosen == min(named, key=order.index))
        for order in permutations(FOUR)
    )
    assert kept == every
    place = {category: k for k, tier in enumerate(tiers) for category in tier}
    fits = sum(
        n for (named, chosen), n in placed.items() if all(place[chosen] < place[c] for c in named - {chosen})
    )
    assert fits >= kept


# -- units, public output, a clean file ----------------------------------------------------------------


def units(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame([(race, who) for race, who, n in rows for _ in range(n)], columns=["race", "who"])


def test_workers_are_numbers_unless_asked_for_and_small_units_are_never_shown() -> None:
    frame = units(
        ("White", "W-77", 95),
        ("Black", "W-77", 5),
        ("Black", "W-88", 60),
        ("White", "W-88", 40),
        ("White", "W-99", 29),
    )
    about = {"questions": {"race_ethnicity": {"columns": ["race"]}}, "unit": {"worker": "who"}}
    for public in (False, True):
        done = audit(frame, about, select=["default-value-spike"], public=public)
        assert done.outcome("default-value-spike") == "found"
        text = done.to_json() + done.to_html()
        assert "worker 1" in text and "W-77" not in text and "W-99" not in text and "worker 3" not in text
        assert ("95.0" in text) is not public and ("53 % of the others" in text) is not public
    named = audit(frame, about, select=["default-value-spike"], name_workers=True)
    assert "W-77: 95.0 %" in named.data["results"][0]["message"] and "W-99" not in named.to_json()


def test_crossed_numbers_are_left_out_in_public() -> None:
    """160 and 75 are each large, but their differences with other numbers may not be."""
    rows = [
        (["Native American"], "Other", "W-1", "Self", 75),
        (["Native American"], "White", "W-1", "officer", 85),
    ]
    done = audit(
        table([*rows, (["White", "Black"], "White", "W-2", "Self", 50)]), book(), select=NEW, public=True
    )
    text = " ".join(r["message"] for r in done.data["results"])
    assert (
        done.outcome("aian-nhpi-recoded-to-other") == "found" and done.outcome("priority-coding") == "found"
    )
    for hidden in ("75", "85", "46.9", "50 people"):
        assert hidden not in text, text
    assert all(r["observed"] in (None, 0) for r in done.data["results"])


@pytest.mark.parametrize("flags", [False, True])
def test_a_clean_file_under_the_standard_of_2024_has_nothing_of_medium_or_above(flags: bool) -> None:
    ids = standard("us-omb-spd15-2024").category_ids
    people = [frozenset({one}) for one in ids for _ in range(60)]
    people += [frozenset({one, "WHITE"}) for one in ids[:-1] for _ in range(35)]
    reasons = [reason for reason in ("unknown", "declined", "not-asked") for _ in range(11)]
    question: dict[str, Any]
    if flags:
        flag: dict[str, Any] = dict.fromkeys(ids) | dict.fromkeys(reasons)
        frame = pd.DataFrame(
            [
                {name: "1" if name in some else "0" for name in flag}
                for some in [*people, *({r} for r in reasons)]
            ]
        )
        question = {
            "columns": list(flag),
            "flags": {name: name if name in ids else {"missing": name} for name in flag},
        }
    else:
        label = standard("us-omb-spd15-2024").label
        texts = [";".join(sorted(label(one) for one in some)) for some in people]
        frame = pd.DataFrame({"race": [*texts, *reasons]})
        question = {"columns": ["race"], "delimiter": ";", "missing": {r: r for r in set(reasons)}}
    about = {"questions": {"race_ethnicity": question | {"recorded_by": "self", "offered": list(ids)}}}
    counts = {one: 100.0 if one != "WHITE" else 270.0 for one in ids} | {
        "~total": 700.0,
        "~multiracial": 210.0,
    }
    done = audit(
        frame, about, benchmark=Benchmark(name="people", scheme="any", counts={"race_ethnicity": counts})
    )
    assert [(r["check"], r["message"]) for r in done.found("medium")] == []
    assert {
        done.outcome(id) for id in ("category-underrepresented", "observer-assigned", "missing-rate")
    } == {"clear", "found"}
