"""Reports: one neutral document tree, and a writer for each format.

The document of one kind of result is loaded when it is first asked for: an audit on the screen does
not load what an assessment needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from equitykit.report import html, markdown, terminal
from equitykit.report.tree import Document, ReportError

if TYPE_CHECKING:
    from equitykit.report.adjusted import adjusted_document as adjusted_document
    from equitykit.report.assessment import assessment_document as assessment_document
    from equitykit.report.assessment import statement_document as statement_document
    from equitykit.report.audit import audit_document as audit_document
    from equitykit.report.changes import changes_document as changes_document
    from equitykit.report.crosswalk import crosswalk_document as crosswalk_document
    from equitykit.report.design import design_document as design_document
    from equitykit.report.disparities import disparities_document as disparities_document
    from equitykit.report.due import due_document as due_document
    from equitykit.report.files import document_of as document_of
    from equitykit.report.files import report_beside as report_beside
    from equitykit.report.files import write as write
    from equitykit.report.machine import junit as junit
    from equitykit.report.machine import sarif as sarif
    from equitykit.report.merged import merged_document as merged_document
    from equitykit.report.process import process_outcomes as process_outcomes
    from equitykit.report.protected import protected_document as protected_document
    from equitykit.report.protected_gaps import protected_gaps_document as protected_gaps_document
    from equitykit.report.protected_gaps import protected_references_document as protected_references_document
    from equitykit.report.side_by_side import durations_document as durations_document
    from equitykit.report.side_by_side import references_document as references_document
    from equitykit.report.stages import protected_stages_document as protected_stages_document
    from equitykit.report.stages import stages_document as stages_document
    from equitykit.report.together import joined_document as joined_document
    from equitykit.report.understood import form_overview as form_overview

_WHERE = {
    "adjusted_document": "adjusted",
    "assessment_document": "assessment",
    "audit_document": "audit",
    "changes_document": "changes",
    "crosswalk_document": "crosswalk",
    "design_document": "design",
    "disparities_document": "disparities",
    "document_of": "files",
    "due_document": "due",
    "durations_document": "side_by_side",
    "protected_document": "protected",
    "protected_gaps_document": "protected_gaps",
    "protected_references_document": "protected_gaps",
    "references_document": "side_by_side",
    "protected_stages_document": "stages",
    "stages_document": "stages",
    "report_beside": "files",
    "statement_document": "assessment",
    "joined_document": "together",
    "junit": "machine",
    "merged_document": "merged",
    "sarif": "machine",
    "form_overview": "understood",
    "process_outcomes": "process",
    "write": "files",
}

__all__ = ["Document", "ReportError", "html", "markdown", "terminal", *sorted(_WHERE)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'equitykit.report' has no attribute {name!r}")
    return getattr(import_module(f"equitykit.report.{_WHERE[name]}"), name)
