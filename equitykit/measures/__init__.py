"""Measures of disparity: one declaration each, and one verb, `disparities`."""

from __future__ import annotations

from equitykit.measures.presets import Preset, preset, presets
from equitykit.measures.registry import Measure, measures
from equitykit.measures.registry import declaration as measure
from equitykit.measures.result import DEFAULT_MEASURES, Disparities, disparities
from equitykit.measures.side_by_side import SideBySide, compare_references
from equitykit.measures.testing import false_discovery, with_q
from equitykit.measures.unknown import Bounds

__all__ = [
    "DEFAULT_MEASURES",
    "Bounds",
    "Disparities",
    "Measure",
    "Preset",
    "disparities",
    "false_discovery",
    "measure",
    "measures",
    "preset",
    "presets",
    "SideBySide",
    "compare_references",
    "with_q",
]
