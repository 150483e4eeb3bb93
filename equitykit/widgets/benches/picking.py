"""Passages as answers to choose from, with where they come from; those chosen stay in the list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from equitykit.analysis.section import SOURCE_KINDS
from equitykit.widgets import show

if TYPE_CHECKING:
    from equitykit.analysis import Analysis

__all__ = ["passage_options"]


def passage_options(
    work: Analysis,
    chosen: Iterable[str] = (),
    *,
    feature: str | None = None,
    kind: str | None = None,
    source: str | None = None,
) -> list[dict[str, Any]]:
    """Passages in use that fit, and those that are chosen already, whatever became of them.

    Parameters
    ----------
    chosen : ids of passages that stay in the list. feature, kind : only passages in which somebody saw this
        feature, only those from this kind of source.
    source : only passages from this source.
    """
    sources = {one.id: one for one in work.section.sources}
    labels = {one.id: one.label for one in work.features(also_aside=True)}
    kept, used = set(chosen), {one.id for one in work.excerpts()}
    options = []
    for one in work.section.excerpts:
        origin, seen = sources[one.source], work.features_of(one.id)
        fits = one.id in used and feature in (None, *seen) and kind in (None, origin.kind)
        fits = fits and source in (None, origin.id)
        if not fits and one.id not in kept:
            continue
        why = None if one.id in used else work.why_not(one.id)
        told = [
            f"{origin.label} ({SOURCE_KINDS[origin.kind].lower()})"
            if origin.label
            else SOURCE_KINDS[origin.kind]
        ]
        told += [", ".join(labels[id] for id in seen if id in labels)] if seen else []
        options.append(
            {
                "id": one.id,
                "label": f"\u201c{show.short(one.text)}\u201d" if one.text else f"{one.id}, taken out",
                "hint": f"Counts no longer. {why}" if why else ". ".join(told),
            }
        )
    return options
