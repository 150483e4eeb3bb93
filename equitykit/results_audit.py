"""The audit of a published table: how it was read, and what the checks of tables found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from equitykit.benchmark import Benchmark
from equitykit.checks import ResultsView
from equitykit.findings import rows_of, summary_of, wanted
from equitykit.protected import Wording
from equitykit.results import Group, Results
from equitykit.standards import Standard
from equitykit.version import __version__

__all__ = ["as_results", "audit_results"]

NOTICE = "A check of what was published. Findings may say hidden counts: use --public before sharing."
NOTICE_PUBLIC = "Public: cells are named, and no count that is hidden or small is printed."
MOST_MARKS = 60


def as_results(subject: Any, kind: str | None, codebook: Any) -> Results | None:
    """The subject as a published table, where it is one, or is said to be; a codebook says that it is records."""
    if isinstance(subject, Results):
        return subject
    if kind == "results":
        return _read(subject)
    if kind is not None or codebook is not None or not isinstance(subject, str | os.PathLike):
        return None
    from equitykit.results import is_results

    return _read(subject) if is_results(subject) else None


def _read(subject: Any) -> Results:
    from equitykit.results import read_results

    return read_results(subject)


def audit_results(
    results: Results,
    standard: Standard,
    *,
    assumed: bool,
    benchmark: Benchmark | None = None,
    public: bool = False,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    parameters: Mapping[str, float] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Audit of a published table in the format `audit/1`.

    Parameters
    ----------
    results : the table.
    standard : what its groups are held against.
    assumed : whether nobody named that standard.
    benchmark : population counts, to compare how race is counted.
    public : name cells, and print no count that is small or was hidden.
    select, ignore, parameters, progress : as for records.
    """
    view = ResultsView(results, standard, benchmark, public, dict(parameters or {}))
    chosen = wanted("results", select, ignore)
    rows: list[dict[str, Any]] = []
    for done, check in enumerate(chosen, start=1):
        if progress:
            progress(done, len(chosen), check.id)
        rows += rows_of(check, view, Wording())
    return {
        "equitykit": __version__,
        "format": "audit/1",
        "subject": {
            "kind": "results",
            "name": results.name,
            "rows": results.rows,
            "sha256": None if public else results.sha256,
        },
        "standard": {"id": standard.id, "version": standard.version, "assumed": assumed},
        "questions": [],
        "dimension": results.dimension,
        "groups": [_group(view, group) for group in results.groups],
        "marks": [_mark(use) for use in results.marks[:MOST_MARKS]],
        "table": _table(results),
        "results": rows,
        "summary": summary_of(rows),
        "notice": NOTICE_PUBLIC if public else NOTICE,
    }


def _group(view: ResultsView, group: Group) -> dict[str, Any]:
    shown, hidden, states = view.places(group)
    cells = shown + hidden
    return {
        "group": group.label,
        "id": group.id,
        "categories": list(group.categories),
        "one_of": sorted(group.meaning.one_of) if group.meaning is not None else [],
        "cells": cells,
        "hidden": hidden,
        "hidden_share": round(hidden / cells, 6) if cells else 0.0,
        "why": dict(states.most_common()),
    }


def _mark(use: Any) -> dict[str, Any]:
    return {
        "mark": use.mark,
        "n": use.n,
        "meaning": use.meaning,
        "said_by": use.said_by,
        "words": use.words,
        "columns": dict(use.columns),
    }


def _table(results: Results) -> dict[str, Any]:
    return {
        "layout": results.layout,
        "title": list(results.title),
        "notes": list(results.remarks),
        "columns": [
            {"name": one.name, "kind": one.kind, "kind_said_by": "numbers" if one.guessed else "heading"}
            for one in results.columns
        ],
        "dimensions": [{"name": name, "labels": len(found)} for name, found in results.dimensions.items()],
        "reading": [note.message for note in results.notes],
    }
