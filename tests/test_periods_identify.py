"""Dates put into periods, and columns that identify people."""

from __future__ import annotations

import pandas as pd
import pytest

from equitykit import frames
from equitykit.identify import identifiers
from equitykit.periods import is_date, period_labels


@pytest.mark.parametrize(
    ("texts", "by", "starts", "expected"),
    [
        (["2024-01-31", "2024-12-01"], "year", "01-01", ["2024", "2024"]),
        (["2024-01-31", "2024-04-01"], "quarter", "01-01", ["2024-Q1", "2024-Q2"]),
        (["2024-09-30", "2024-10-01"], "year", "10-01", ["2024", "2025"]),
        (["2024-09-30", "2024-10-01"], "quarter", "10-01", ["2024-Q4", "2025-Q1"]),
        (["1/31/2024", "12/1/2024 10:15"], "month", "01-01", ["2024-01", "2024-12"]),
        (["31/1/2024", "1/12/2024"], "month", "01-01", ["2024-01", "2024-12"]),
        (["20240131", "2023"], "year", "01-01", ["2024", "2023"]),
        (["2024", "soon"], "quarter", "01-01", [None, None]),
        (["2024-02-30", "3/4/24"], "month", "01-01", [None, "2024-03"]),
    ],
)
def test_periods(texts: list[str], by: str, starts: str, expected: list[str | None]) -> None:
    assert list(period_labels(texts, by=by, year_starts=starts).values()) == expected


def test_what_is_a_date() -> None:
    assert all(
        is_date(text) for text in ("2024-05-06", "6/5/2024", "25/12/2024", "2024-05", "2024", "20240506")
    )
    assert not any(is_date(text) for text in ("12", "2024-13-01", "May", "1/2/3/4", ""))


def rows(**columns: list[str]) -> frames.Records:
    return frames.open(pd.DataFrame(columns))


def test_identifiers_by_shape_whatever_the_column_is_called() -> None:
    n = range(40)
    found = identifiers(
        rows(
            a=[f"{i:03d}-{i:02d}-{i:04d}" for i in n],
            b=[f"p{i}@example.org" for i in n],
            c=[f"(405) 321-{i:04d}" for i in n],
            d=[f"{i + 1} Rose Cottage St." for i in n],
            e=[f"{i}" for i in n],
            f=["White"] * 40,
        )
    )
    assert found == {"a": "social-security", "b": "e-mail", "c": "phone", "d": "address"}


def test_identifiers_by_name_only_where_the_values_agree() -> None:
    n = range(40)
    found = identifiers(
        rows(
            child_name=[f"Child {chr(65 + i % 26)} Example {i}" for i in n],
            county_name=["Adams", "Boone"] * 20,
            school_name=[f"School {i}" for i in n],
            dob=[f"20{i % 20:02d}-01-02" for i in n],
            date_of_birth_known=["Y", "N"] * 20,
            case_number=[f"C{i}" for i in n],
            ssn=[""] * 40,
            phone_contact_made=["Y", "N"] * 20,
        )
    )
    assert found == {"child_name": "name", "dob": "birth-date", "case_number": "case-number"}
