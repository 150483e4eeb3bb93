"""From one standard to another: who is still seen, and who is not."""

from __future__ import annotations

from equitykit.crosswalk.core import crosswalk
from equitykit.crosswalk.result import OUTCOMES, Crosswalk

__all__ = ["OUTCOMES", "Crosswalk", "crosswalk"]
