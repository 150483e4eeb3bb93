"""Decision points: a chain of stages, each with the people it starts from, and where a gap opens."""

from __future__ import annotations

from equitykit.stages.counted import stages
from equitykit.stages.given import stages_from_counts
from equitykit.stages.protection import ProtectedStages, protect_stages
from equitykit.stages.result import CAUTION, Stages

__all__ = ["CAUTION", "ProtectedStages", "Stages", "protect_stages", "stages", "stages_from_counts"]
