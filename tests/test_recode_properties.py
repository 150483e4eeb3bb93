"""What must hold for any data: order does not matter, names of codes do not, and nobody is lost."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_recode import read

LABELS = {
    "White": "WHITE",
    "Black": "BLACK",
    "Asian": "ASIAN",
    "American Indian or Alaska Native": "AIAN",
    "Native Hawaiian or Pacific Islander": "NHPI",
    "Middle Eastern or North African": "MENA",
    "Hispanic or Latino": "HISPANIC",
}
OTHERS = [
    "Unknown",
    "Declined to answer",
    "Asian/Pacific Islander",
    "Martian",
    "NA",
    "U",
    "Other",
    "Multiracial",
    None,
]
cells = st.one_of(
    st.sampled_from([*LABELS, *OTHERS]),
    st.lists(st.sampled_from(list(LABELS)), min_size=2, max_size=3, unique=True).map(";".join),
)
people = st.lists(cells, min_size=1, max_size=40)
SPEC: dict[str, Any] = {"columns": ["race"], "delimiter": ";"}


def frame(values: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"race": pd.Series(values, dtype=object)})


def counted(reading: Any) -> dict[Any, Any]:
    return {
        "n": reading.n,
        "any": reading.n_any,
        "alone": reading.n_alone,
        "missing": reading.by_reason,
        "multiple": reading.n_multiple,
        "values": {value.raw: (value.n, value.status, value.categories) for value in reading.values},
    }


@given(people, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(values: list[str | None], random: Any) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)
    assert counted(read(frame(values), **SPEC)) == counted(read(frame(shuffled), **SPEC))


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=20))
@settings(max_examples=50)
def test_the_order_of_columns_does_not_matter(rows: list[tuple[str | None, str | None]]) -> None:
    whole = pd.DataFrame(rows, columns=["a", "b"], dtype=object)
    spec: dict[str, Any] = {"columns": ["a", "b"], "delimiter": ";", "encoding": "race_and_ethnicity"}
    one = read(whole, **spec)
    other = read(whole[["b", "a"]], **{**spec, "columns": ["b", "a"]})
    assert (one.n, one.n_any, one.n_alone, one.n_missing) == (
        other.n,
        other.n_any,
        other.n_alone,
        other.n_missing,
    )
    beside = read(whole.assign(zzz="x")[["b", "zzz", "a"]], **spec)
    assert counted(one) == counted(beside)


@given(st.lists(st.sampled_from(list(LABELS)), min_size=1, max_size=40), st.permutations(range(len(LABELS))))
def test_new_names_for_the_codes_change_nothing(values: list[str | None], numbers: list[int]) -> None:
    code = {label: f"{number:02d}" for label, number in zip(LABELS, numbers, strict=True)}
    coded = read(
        frame([code[str(value)] for value in values]),
        columns=["race"],
        codes={code[label]: category for label, category in LABELS.items()},
    )
    plain = read(frame(values), columns=["race"])
    assert (coded.n_any, coded.n_alone, coded.n) == (plain.n_any, plain.n_alone, plain.n)
    assert [c.status for c in coded.categories()] == [c.status for c in plain.categories()]


@given(people, st.sampled_from(list(LABELS)), st.integers(1, 5), st.booleans())
def test_more_records_of_a_group_never_make_it_absent(
    values: list[str | None], label: str, more: int, offered: bool
) -> None:
    spec: dict[str, Any] = {**SPEC, **({"offered": ["WHITE"]} if offered else {})}
    before = {c.id: c for c in read(frame(values), **spec).categories()}
    after = {c.id: c for c in read(frame([*values, *[label] * more]), **spec).categories()}
    category = LABELS[label]
    assert after[category].status == "recorded"
    assert after[category].n_any == before[category].n_any + more
    for other in set(before) - {category}:
        assert after[other] == before[other]


@given(people)
def test_everybody_is_counted_once(values: list[str | None]) -> None:
    reading = read(frame(values), **SPEC)
    assert sum(value.n for value in reading.values) == reading.n == len(values)
    assert sum(reading.by_reason.values()) == reading.n_missing
    by_status = {v.status for v in reading.values}
    assert by_status <= {"mapped", "review", "merged", "missing", "unmapped"}
    for category, n in reading.n_any.items():
        assert reading.n_alone.get(category, 0) <= n <= reading.n


@given(people)
def test_numbers_of_an_audit_are_sums_of_values(values: list[str | None]) -> None:
    """The public mode relies on it: each statistic is the values it names, added up."""
    reading = read(frame(values), **SPEC)
    total = {name: sum(reading.values[i].n for i in m) for name, m in reading.statistics().items()}
    assert total["n"] == reading.n
    assert total["missing"] == reading.n_missing
    assert total["multiple"] == reading.n_multiple
    for category, n in reading.n_any.items():
        assert total[f"any:{category}"] == n
        assert total[f"alone:{category}"] == reading.n_alone.get(category, 0)
        assert total[f"beside:{category}"] == n - reading.n_alone.get(category, 0)
    for reason, n in reading.by_reason.items():
        assert total[f"reason:{reason}"] == n
