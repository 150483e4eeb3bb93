"""Reports: one neutral document tree, and writers for HTML, Markdown and the terminal."""

from __future__ import annotations

from equitykit.report import html, markdown, terminal
from equitykit.report.assessment import assessment_document
from equitykit.report.audit import audit_document
from equitykit.report.design import design_document
from equitykit.report.disparities import disparities_document
from equitykit.report.files import document_of, write
from equitykit.report.tree import Document, ReportError

__all__ = [
    "Document",
    "ReportError",
    "assessment_document",
    "audit_document",
    "design_document",
    "disparities_document",
    "document_of",
    "html",
    "markdown",
    "terminal",
    "write",
]
