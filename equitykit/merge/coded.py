"""What Institutional Analyses of several sites show together: counts of coding; passages stay in their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from equitykit.analysis.section import SOURCE_KINDS, Item, Section
from equitykit.assessment import AssessmentFile
from equitykit.merge.rollup import Opened

__all__ = ["coded_together", "joined_analysis", "left_in_files"]


def left_in_files(section: Section | None) -> dict[str, int]:
    """How many sources, passages and findings a site keeps in its file."""
    if section is None:
        return {}
    kinds: dict[str, Sequence[Item]] = {
        "sources": section.sources,
        "passages": section.excerpts,
        "findings": section.findings,
    }
    counts = {kind: sum(item.redacted is None for item in items) for kind, items in kinds.items()}
    return {kind: n for kind, n in counts.items() if n}


def joined_analysis(copies: Sequence[AssessmentFile]) -> tuple[Section | None, bool]:
    """The analysis that holds what the others of one site hold, and whether there is one.

    What was taken out of one copy is taken out here. Where no copy holds all that the others do, nothing is
    put together: somebody has to decide.
    """
    held = [(one.analysis, one.saved, one.revision) for one in copies if one.analysis is not None]
    if not held:
        return None, True
    fullest = max(held, key=lambda one: (len(_written(one[0])), *one[1:]))[0]
    if any(_written(section) - _written(fullest) for section, _, _ in held):
        return None, False
    joined = fullest.model_copy(deep=True)
    for section, _, _ in held:
        for item in section.items():
            if item.redacted is not None:
                joined.redact(item.id, item.redacted)
    return joined, True


def _written(section: Section) -> set[tuple[str, ...]]:
    """Every entry and every coding, by what never changes of it."""
    items = {(item.id, item.at) for item in (*section.features, *section.items())}
    return items | {(coding.excerpt, coding.by, coding.at) for coding in section.codings}


def coded_together(sites: Iterable[Opened], minimum: int) -> dict[str, Any] | None:
    """Count passages, sources and sites for each feature and kind of source; None where no site coded any.

    Parameters
    ----------
    sites : those whose copies hold one and the same analysis.
    minimum : a cell that rests on fewer sources has no numbers, so that nobody is told by them.

    Interpretation
    --------------
    The numbers say how often something was coded, not how much it weighs, and sites with more passages count
    for more. An empty cell may be a place where nobody has looked.
    """
    matrices = [(site.label, site.assessment.analysis.matrix()) for site in sites]
    matrices = [(label, matrix) for label, matrix in matrices if any(n for n, _ in matrix.cells.values())]
    if not matrices:
        return None
    # A list can be changed by each site: what is called otherwise is another feature.
    features = list(dict.fromkeys(one for _, matrix in matrices for one in matrix.features.items()))
    rows = []
    for id, label in features:
        of = [matrix for _, matrix in matrices if matrix.features.get(id) == label]
        cells = []
        for kind, name in SOURCE_KINDS.items():
            found = [matrix.cells[id, kind] for matrix in of if matrix.cells[id, kind][0]]
            passages, sources = sum(n for n, _ in found), sum(n for _, n in found)
            shown = sources >= minimum
            cells.append(
                {
                    "kind": kind,
                    "label": name,
                    "coded": bool(found),
                    "passages": passages if shown or not found else None,
                    "sources": sources if shown or not found else None,
                    "sites": len(found) if shown or not found else None,
                }
            )
        seen = sum(any(matrix.cells[id, kind][0] for kind in SOURCE_KINDS) for matrix in of)
        rows.append({"feature": id, "label": label, "lists": len(of), "seen": seen, "cells": cells})
    return {
        "sites": [label for label, _ in matrices],
        "not_coded": sum(matrix.not_coded for _, matrix in matrices),
        "features": rows,
    }
