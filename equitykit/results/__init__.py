"""Published tables: what they show, what they hide, and what their marks mean."""

from __future__ import annotations

from equitykit.results.model import Cell, Column, Group, MarkUse, Results
from equitykit.results.read import is_results, read_results

__all__ = ["Cell", "Column", "Group", "MarkUse", "Results", "is_results", "read_results"]
