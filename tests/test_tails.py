"""Tails that are summed term by term, against scipy."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from equitykit import tails

SIZES = (1, 2, 30, 501, tails.MOST, tails.MOST + 1, 3_000_000)
RATES = (0.0, 1e-9, 0.003, 0.5, 0.97, 1.0)
SHARES = (0.0, 1e-4, 0.01, 0.5, 0.99, 1.0)


@pytest.mark.parametrize(("n", "rate"), list(product(SIZES, RATES)))
def test_binomial_tails_on_a_grid(n: int, rate: float) -> None:
    for events in {round(n * share) for share in SHARES} | {-1, 1, n + 1, round(n * rate)}:
        more = 1.0 if events <= 0 else 0.0 if events > n else special.bdtrc(events - 1, n, rate)
        fewer = 0.0 if events < 0 else 1.0 if events >= n else special.bdtr(events, n, rate)
        assert tails.binomial_at_least(events, n, rate) == pytest.approx(more, rel=1e-8, abs=1e-300)
        assert tails.binomial_at_most(events, n, rate) == pytest.approx(fewer, rel=1e-8, abs=1e-300)


@settings(deadline=None)
@given(st.integers(0, 400), st.floats(0.001, 400))
def test_poisson(events: int, expected: float) -> None:
    assert tails.poisson_at_most(events, expected) == pytest.approx(
        special.pdtr(events, expected), rel=1e-9, abs=1e-300
    )


@pytest.mark.parametrize(
    ("events", "expected"),
    [(-1, 3.0), (0, 0.0), (0, 9_999.0), (9_800, 9_999.0), (5_000, 4.0), (20_000, 20_100.0)],
)
def test_poisson_at_the_edges(events: int, expected: float) -> None:
    whole = 0.0 if events < 0 else special.pdtr(events, expected)
    assert tails.poisson_at_most(events, expected) == pytest.approx(whole, rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 17, 118, 1_911, tails.MOST, tails.MOST + 1])
def test_chi_square(freedom: int) -> None:
    for times in (0.0, 1e-6, 0.2, 0.9, 1.0, 1.1, 1.5, 4.0, 40.0):
        expected = special.chdtrc(freedom, freedom * times)
        found = tails.chi_square_above(freedom * times, freedom)
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-300)


def test_an_audit_of_an_ordinary_file_loads_no_scipy() -> None:
    program = (
        "import sys, equitykit as ek\n"
        "ek.audit('sample_data/intake.csv', 'sample_data/intake.codebook.yaml')\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'scipy'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
