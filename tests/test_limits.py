"""Limits of one rate are those of statsmodels, to the last digits."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.rates import confint_poisson

from equitykit.limits import SHARES, garwood
from equitykit.measures.pairs import DIFFERENCES, Pair
from tests.guards.tree import ROOT

PICK = np.random.default_rng(1)
N = np.floor(10 ** PICK.uniform(0, 6, 2_000))
X = np.floor(N * PICK.uniform(0, 1, N.shape) ** 3)
X[:50], X[50:100] = 0, N[50:100]
LEVELS = (0.8, 0.95, 0.998)
THEIRS = {"wilson": "wilson", "clopper-pearson": "beta", "jeffreys": "jeffreys"}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("method", THEIRS)
def test_limits_of_a_share(method: str, level: float) -> None:
    found = SHARES[method](X, N, level)
    np.testing.assert_allclose(
        found, proportion_confint(X, N, alpha=1 - level, method=THEIRS[method]), atol=1e-12
    )
    some = PICK.uniform(0, 1, N.shape) * N  # effective sizes are no whole numbers
    found = SHARES[method](some, N, level)
    np.testing.assert_allclose(
        found, proportion_confint(some, N, alpha=1 - level, method=THEIRS[method]), atol=1e-12
    )


@pytest.mark.parametrize("level", LEVELS)
def test_limits_of_a_count(level: float) -> None:
    low, high = confint_poisson(X, np.ones(X.shape), method="exact-c", alpha=1 - level)
    found = garwood(X, level)
    np.testing.assert_allclose(found[0], np.where(X == 0, 0, low), rtol=1e-12)
    np.testing.assert_allclose(found[1], high, rtol=1e-12)


def test_limits_of_a_difference() -> None:
    pair = Pair(X[::2], N[::2], X[1::2], N[1::2])
    _, low, high = DIFFERENCES["newcombe"](pair, 0.0, 0.95)
    theirs = confint_proportions_2indep(*pair.counts, compare="diff", method="newcomb", alpha=1 - 0.95)
    np.testing.assert_allclose((low, high), theirs, atol=1e-12)


def test_a_measure_needs_neither_statsmodels_nor_scipy_stats() -> None:
    """To load them takes longer than to measure."""
    program = (
        "import sys, pandas as pd, equitykit as ek\n"
        "table = ek.GroupTable.from_counts(pd.DataFrame({'group': ['A', 'B'], 'n': [100, 90], 'events': [12, 3]}))\n"
        "ek.disparities(table, reference='total').to_frame()\n"
        "print([name for name in ('statsmodels', 'scipy.stats') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
