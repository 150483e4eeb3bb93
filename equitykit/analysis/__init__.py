"""The qualitative side of an Institutional Analysis: sources, passages, coding, findings; kept in an assessment."""

from __future__ import annotations

from equitykit.analysis.agreement import Agreement, FeatureAgreement
from equitykit.analysis.bench import Host
from equitykit.analysis.coding import Matrix
from equitykit.analysis.core import Analysis
from equitykit.analysis.features import Feature, FeatureBook, feature_book, feature_schema
from equitykit.analysis.findings import Prompt, Triangulation
from equitykit.analysis.flags import Flag, flags
from equitykit.analysis.masking import IN_MEMORY, Mark, Masked, Masking
from equitykit.analysis.refi import read_codebook, read_project, write_codebook
from equitykit.analysis.section import Section
from equitykit.analysis.terms import TERMS, TERMS_CREDIT, TERMS_VERSION
from equitykit.analysis.texts import Imported, Segment, read_text

__all__ = [
    "IN_MEMORY",
    "TERMS",
    "TERMS_CREDIT",
    "TERMS_VERSION",
    "Agreement",
    "Analysis",
    "Feature",
    "FeatureAgreement",
    "FeatureBook",
    "Flag",
    "Host",
    "Imported",
    "Mark",
    "Masked",
    "Masking",
    "Matrix",
    "Prompt",
    "Section",
    "Segment",
    "Triangulation",
    "feature_book",
    "feature_schema",
    "flags",
    "read_codebook",
    "read_project",
    "read_text",
    "write_codebook",
]
