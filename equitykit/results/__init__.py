"""Published tables: what they show, what they hide, and what their marks mean.

What reads them is loaded when it is first asked for: an audit of records does not load it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from equitykit.results.model import Cell, Column, Group, MarkUse, Results

if TYPE_CHECKING:
    from equitykit.results.read import is_results as is_results
    from equitykit.results.read import read_results as read_results

__all__ = ["Cell", "Column", "Group", "MarkUse", "Results", "is_results", "read_results"]


def __getattr__(name: str) -> Any:
    if name not in ("is_results", "read_results"):
        raise AttributeError(f"module 'equitykit.results' has no attribute {name!r}")
    from equitykit.results import read

    return getattr(read, name)
