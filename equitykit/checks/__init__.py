"""The checks: one declaration each, found through one registry."""

from equitykit.checks import (  # noqa: F401 - they declare the checks
    categories,
    coding,
    crossings,
    defaults,
    folded,
    form_asking,
    form_options,
    missing_by,
    missingness,
    observed,
    ordering,
    outcomes,
    over_time,
    persons,
    population,
    process,
    residuals,
    results_numbers,
    results_recover,
    results_scheme,
    results_shown,
    results_totals,
    several,
    sources,
    tribal,
)
from equitykit.checks.form_view import FORM_INPUTS, FormView
from equitykit.checks.process_view import PROCESS_INPUTS, ProcessView
from equitykit.checks.registry import (
    SEVERITIES,
    Check,
    Count,
    Figure,
    Finding,
    Labels,
    NotRun,
    Share,
    Threshold,
    checks,
    get,
)
from equitykit.checks.results_view import RESULTS_INPUTS, ResultsView
from equitykit.checks.view import INPUTS, Input, RecordsView

INPUTS_OF: dict[str, dict[str, Input]] = {
    "records": INPUTS,
    "form": FORM_INPUTS,
    "results": RESULTS_INPUTS,
    "process": PROCESS_INPUTS,
}

__all__ = [
    "FORM_INPUTS",
    "INPUTS",
    "INPUTS_OF",
    "PROCESS_INPUTS",
    "RESULTS_INPUTS",
    "SEVERITIES",
    "Check",
    "Count",
    "Figure",
    "Finding",
    "FormView",
    "Input",
    "Labels",
    "NotRun",
    "ProcessView",
    "RecordsView",
    "ResultsView",
    "Share",
    "Threshold",
    "checks",
    "get",
]
