"""Reports as files: the right document for a thing, in the format its name asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from equitykit.report import docx, html, markdown, pdf, xlsx
from equitykit.report.tree import Document, ReportError

if TYPE_CHECKING:
    from equitykit.adjust import Adjusted
    from equitykit.assessment import Assessment
    from equitykit.audit import Audit
    from equitykit.instruments.views import View
    from equitykit.measures import Disparities
    from equitykit.stages import Stages
    from equitykit.suppression import ProtectedTable

WRITERS: Mapping[str, Callable[[Document], str | bytes]] = {
    ".html": html.render,
    ".htm": html.render,
    ".md": markdown.render,
    ".docx": docx.render,
    ".xlsx": xlsx.render,
    ".pdf": pdf.render,
}


def write(
    thing: Adjusted
    | Assessment
    | Audit
    | Disparities
    | Stages
    | ProtectedTable
    | Document
    | Mapping[str, Any],
    path: str | os.PathLike[str],
    *,
    public: bool = False,
    view: str | View | None = None,
    statement: str | None = None,
) -> Path:
    r"""Write a report of an assessment, an audit or disparities.

    Parameters
    ----------
    thing : what the report is about; an audit also as the mapping of ``Audit.to_dict()``.
    path : the file; its ending says the format. An older file is replaced only by a whole new one.
    public : the version for others. What is not made for them is refused or left out, and said.
    view : of an assessment: the order in which its questions are told (`equitykit.instruments.views`).
    statement : a short paper instead of the whole report: "iowa", "minnesota", "oregon", "dc" or
        "community".

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ReportError : no report of such a thing or in such a format, or not safe to publish as it is.

    Examples
    --------
    >>> import tempfile
    >>> from equitykit.report.tree import Paragraph
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Document("A", [Paragraph("Text.")]), Path(folder) / "a.md").read_text(encoding="utf-8")
    '# A\n\nText.\n'
    """
    target = Path(path)
    writer = WRITERS.get(target.suffix.lower())
    if writer is None:
        raise ReportError(
            f'A report cannot be written as "{target.name}".',
            allowed=(".html", ".docx", ".xlsx", ".pdf", ".md"),
            next_step="Give the file one of these endings.",
        )
    written = writer(document_of(thing, public=public, view=view, statement=statement))
    _replace(target, written.encode("utf-8") if isinstance(written, str) else written)
    return target


def report_beside(
    assessment: str | os.PathLike[str],
    *,
    ending: str = ".html",
    public: bool = False,
    statement: str | None = None,
) -> Path:
    """Where the report of an assessment is written when no file is named: beside it, each kind under a name of its own.

    Parameters
    ----------
    assessment : its file, ``*.equity.json`` or ``*.merged.json``.
    ending : of the report, which says its format.
    public : whether it is the version for others.
    statement : the short paper that is written instead, or its file.

    Examples
    --------
    >>> report_beside("visits.equity.json", public=True).name
    'visits.report.public.html'
    """
    path = Path(assessment)
    stem = path.name.removesuffix(".equity.json").removesuffix(".merged.json")
    kind = Path(statement).stem if statement else "report"
    return path.with_name(f"{stem}.{kind}{'.public' if public else ''}{ending}")


def document_of(
    thing: Any, *, public: bool = False, view: str | View | None = None, statement: str | None = None
) -> Document:
    """Document that tells a thing to people.

    Parameters
    ----------
    thing : an assessment, an audit (or its mapping), disparities, or a document.
    public : the version for others.
    view : of an assessment: the order in which its questions are told.
    statement : of an assessment: the short paper to make in place of the report.
    """
    from equitykit.adjust import Adjusted
    from equitykit.assessment import Assessment
    from equitykit.measures import Disparities
    from equitykit.report.adjusted import adjusted_document
    from equitykit.report.assessment import assessment_document, statement_document
    from equitykit.report.protected import protected_document
    from equitykit.stages import Stages
    from equitykit.suppression import ProtectedTable

    if isinstance(thing, Assessment):
        if statement is not None:
            return statement_document(thing, statement, public=public)
        return assessment_document(thing, public=public, view=view)
    if view is not None or statement is not None:
        raise ReportError(
            "Views and statements are made from an assessment, and this is none.",
            next_step="Leave the view or the statement out.",
        )
    if isinstance(thing, Document):
        return thing
    if isinstance(thing, Disparities):
        return _disparities(thing, public=public)
    if isinstance(thing, Stages):
        return _stages(thing, public=public)
    if isinstance(thing, Adjusted):
        return _safe(adjusted_document(thing), public=public)
    if isinstance(thing, ProtectedTable):
        return protected_document(thing)
    said = thing if isinstance(thing, Mapping) else getattr(thing, "data", None)
    if isinstance(said, Mapping) and str(said.get("format", "")).startswith("audit/"):
        return _audit(said, public=public)
    if isinstance(said, Mapping) and str(said.get("format", "")).startswith("merged/"):
        from equitykit.report.merged import merged_document

        return merged_document(said, public=public)
    raise ReportError(
        f"There is no report of a {type(thing).__name__}.",
        allowed=(
            "an assessment",
            "an audit",
            "disparities",
            "stages",
            "adjusted results",
            "a protected table",
            "merged assessments",
            "a document",
        ),
    )


def _audit(said: Mapping[str, Any], *, public: bool) -> Document:
    from equitykit.report.audit import audit_document

    if public and not str(said.get("notice") or "").startswith("Public"):
        raise ReportError(
            "This audit holds small counts and was not made for the public.",
            next_step="Make it again with public=True, and write that one.",
        )
    return audit_document(said)


def _disparities(thing: Disparities, *, public: bool) -> Document:
    from equitykit.report.disparities import disparities_document

    return _safe(disparities_document(thing), public=public)


def _stages(thing: Stages, *, public: bool) -> Document:
    from equitykit.report.stages import stages_document

    return _safe(stages_document(thing), public=public)


def _safe(document: Document, *, public: bool) -> Document:
    """The document of a comparison, refused where others are to read it and it holds small counts."""
    if public and document.notice:
        raise ReportError(
            "These comparisons hold counts small enough to point to people.",
            next_step="Protect the table of groups first, or use fewer and larger groups.",
        )
    return document


def _replace(target: Path, data: bytes) -> None:
    """Put a whole new file in the place of the old one."""
    scratch = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
    try:
        with scratch.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(scratch, target)
    except OSError as error:
        raise ReportError(
            f'The report cannot be written to "{target}": {error.strerror or error}.',
            next_step="Check that the folder is there, and that the file is not open in another program.",
        ) from error
    finally:
        scratch.unlink(missing_ok=True)
