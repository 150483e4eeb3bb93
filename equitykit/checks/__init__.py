"""The checks: one declaration each, found through one registry."""

from equitykit.checks import categories, coding, crossings, missingness  # noqa: F401 - declares the checks
from equitykit.checks.registry import (
    SEVERITIES,
    Check,
    Count,
    Finding,
    Labels,
    NotRun,
    Share,
    Threshold,
    checks,
    get,
)
from equitykit.checks.view import INPUTS, Input, RecordsView

__all__ = [
    "INPUTS",
    "SEVERITIES",
    "Check",
    "Count",
    "Finding",
    "Input",
    "Labels",
    "NotRun",
    "RecordsView",
    "Share",
    "Threshold",
    "checks",
    "get",
]
