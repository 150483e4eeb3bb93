"""Where the oracle files are, for the tests that need them."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest


def shared(*parts: str) -> Path:
    """A file of the shared folder, or a skip that says why."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("EQUITYKIT_SHARED", beside))
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not there; set EQUITYKIT_SHARED to the folder that holds it")
    return path


def oracle(name: str) -> pd.DataFrame:
    """An oracle table."""
    return pd.read_csv(shared("oracles", name))
