"""A wizard on an analysis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ipywidgets
import pytest

from equitykit.widgets.wizard import Wizard
from tests.benches.steps import opened


@pytest.fixture
def wz(tmp_path: Path) -> Iterator[Wizard]:
    """A wizard on an analysis with a team; at the end nothing may have gone wrong."""
    made = Wizard(opened(tmp_path))
    yield made
    ipywidgets.Widget.close_all()
    assert made.errors == []
