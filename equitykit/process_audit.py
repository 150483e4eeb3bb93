"""The audit of a collection process: what people answered about it, and what the checks make of that."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from equitykit.checks import ProcessView
from equitykit.findings import rows_of, summary_of, wanted
from equitykit.process import Process, is_process, read_process
from equitykit.protected import Wording
from equitykit.standards import Standard
from equitykit.version import __version__

__all__ = ["as_process", "audit_process"]

NOTICE = "A check of what people answered about the way data are collected; no data were looked at."


def as_process(subject: Any, kind: str | None) -> Process | None:
    """The subject as a process, where it is one, or is said to be.

    Parameters
    ----------
    subject : answers, an assessment (anything that gives its answers with `to_process`), or a path.
    kind : what the caller says it is.
    """
    if isinstance(subject, Process):
        return subject
    if hasattr(subject, "to_process"):
        answers: Process = subject.to_process()
        return answers
    if not isinstance(subject, str | os.PathLike) or kind not in (None, "process"):
        return None
    return read_process(subject) if kind == "process" or is_process(subject) else None


def audit_process(
    process: Process,
    standard: Standard,
    *,
    assumed: bool,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    parameters: Mapping[str, float] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Audit of a process in the format `audit/1`.

    Parameters
    ----------
    process : the answers.
    standard : named in the result; the checks do not depend on it.
    assumed : whether nobody named that standard.
    select, ignore, parameters, progress : as for records.
    """
    view = ProcessView(process, dict(parameters or {}))
    chosen = wanted("process", select, ignore)
    results: list[dict[str, Any]] = []
    for done, check in enumerate(chosen, start=1):
        if progress:
            progress(done, len(chosen), check.id)
        results += rows_of(check, view, Wording())
    return {
        "equitykit": __version__,
        "format": "audit/1",
        "subject": {"kind": "process", "name": process.name, "rows": view.size, "sha256": process.sha256},
        "standard": {"id": standard.id, "version": standard.version, "assumed": assumed},
        "questions": [],
        "results": results,
        "summary": summary_of(results),
        "notice": NOTICE,
    }
