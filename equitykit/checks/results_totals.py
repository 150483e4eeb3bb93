"""The check of a published table whose groups do not add up to the total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from equitykit.checks.registry import Finding, NotRun, Threshold, check
from equitykit.checks.results_table import listed
from equitykit.checks.results_view import ResultsView
from equitykit.checks.view import RACE
from equitykit.results import Cell, Column

__all__ = ["top_groups"]

_OVERLAP = re.compile(
    r"alone or in (any )?combination|in combination|more than one (group|category|race)|each (group"
    r"|race|category) (they|that)|"
    r"overlap|multiple (groups|races|categories)|(may|can) (be counted|appear|add|sum|exceed)"
    r"|of any race|sum to more|not add|"
    r"do(es)? not sum|suppress\w+ (cells|counts)",
    re.IGNORECASE,
)
_ROUNDED = re.compile(r"\bround(ed|ing)\b", re.IGNORECASE)


@check(
    "r-totals-do-not-reconcile",
    title="Groups do not add up to the total",
    severity="high",
    subjects=("results",),
    needs=("rows", RACE, "totals"),
    remedy=(
        "Show a row for people whose race is not known, with the reasons; say in a note how people in "
        "several groups are counted."
    ),
    source="https://spd15revision.gov/content/spd15revision/en/2024-spd15/data-on-race-ethnicity.html",
    thresholds={"shares": Threshold(1.01, "default")},
)
def r_totals_do_not_reconcile(view: ResultsView) -> Iterator[Finding]:
    """Finds totals that are more or less than their groups, and shares that come to more than 101 %.

    Why it matters: people whose race was not recorded are the easiest to lose. Where they are dropped without a
    word, every share in the table is too large, and nobody asks why their race is not known.

    How: in each place where the total and all groups are shown, the groups are added up. More than the total
    is a finding where no note tells of people in several groups; less than the total where there is no row for
    unknown, or where even that does not close the gap. Where a note speaks of rounding, half a unit for each
    group is allowed. Shares of a whole are added up as well [101 %: default].

    Example: total 1,204; the groups come to 1,122; no row "unknown".

    When to ignore it: the missing groups are shown in another table that a note names.
    """
    said = " ".join(view.results.texts)
    overlap = _OVERLAP.search(said) is not None or any(g.scheme == "any" for g in view.groups)
    unknown = any(group.unknown for group in view.results.groups)
    looked = 0
    for column in view.results.of_kind("count", "n"):
        gaps = list(_gaps(view, column, rounded=_ROUNDED.search(said) is not None))
        looked += len(gaps)
        over = [(cell, gap) for cell, gap in gaps if gap > 0]
        under = [(cell, -gap) for cell, gap in gaps if gap < 0]
        if over and not overlap:
            why = "No note says that people can be in several groups."
            yield _gap_finding(view, column, over, "more than the total", why)
        if under and not (unknown and overlap):
            why = (
                "There is a row for people whose race is not known, and yet people are missing."
                if unknown
                else "No row holds people whose race is not known."
            )
            yield _gap_finding(view, column, under, "less than the total", why)
    limit = view.limit("r-totals-do-not-reconcile", "shares", Threshold(1.01, "default"))
    for column in view.shares_of_a_whole:
        sums = [
            found / column.scale
            for labels in view.labels
            if (found := view.sum_of_shares(column, labels)) is not None
        ]
        looked += len(sums)
        if not overlap:
            yield from _shares(column, sums, limit)
    if not looked:
        raise NotRun(
            "in every place with a total, or with shares of a whole, a group is hidden",
            enable="Give the table before counts were hidden, or join groups.",
        )


def top_groups(view: ResultsView) -> list[str]:
    """Labels of groups that are not parts of another one listed above them (Census tables list both)."""
    labels = [group.label for group in view.results.groups if not group.total]

    def parts_of(label: str) -> bool:
        return any(
            other != label
            and re.match(re.escape(other.rstrip(": ")) + r"\s*(:|!!|>|;)\s*\W*\w", label) is not None
            for other in labels
        )

    return [label for label in labels if not parts_of(label)]


def _gaps(view: ResultsView, column: Column, *, rounded: bool) -> Iterator[tuple[Cell, float]]:
    """For each total, what the groups have more or less than it; with a hidden group, only where they have more."""
    top = top_groups(view)
    for labels, total in view.rows_with_total(column):
        if total.value is None:
            continue
        cells = [found for label in top if (found := view.results.at(column.name, label, labels)) is not None]
        if len(cells) < 2:
            continue
        shown = [cell.value for cell in cells if cell.value is not None]
        gap = sum(shown) - total.value
        room = 0.5 * (len(cells) + 1) * (10 if rounded else 1) if rounded or column.decimals else 0.0
        if gap > room or len(shown) == len(cells):
            yield total, 0.0 if abs(gap) <= room + 1e-9 else gap


def _gap_finding(
    view: ResultsView, column: Column, gaps: list[tuple[Cell, float]], what: str, why: str
) -> Finding:
    places = [", ".join(label for _, label in cell.labels) or (cell.group or "the total") for cell, _ in gaps]
    said = [
        place if view.public else f"{place} (by {gap:,.0f} of {cell.value:,.0f})"
        for place, (cell, gap) in zip(places, gaps, strict=True)
    ]
    return Finding(
        "In \u201c{column}\u201d the groups come to {what} in {k}: {places}. {why}",
        {
            "column": column.name,
            "what": what,
            "k": "1 place" if len(gaps) == 1 else f"{len(gaps):,} places",
            "places": listed(said),
            "why": why,
        },
        columns=(column.name,),
        observed=len(gaps),
        n=sum(1 for _ in view.rows_with_total(column)),
    )


def _shares(column: Column, sums: Sequence[float], limit: Threshold) -> Iterator[Finding]:
    worst = max(sums, default=0.0)
    if worst > limit.value:
        yield Finding(
            "In \u201c{column}\u201d the shares of the groups come to {worst} of the whole, and no "
            "note says that people "
            "can be in several groups.",
            {"column": column.name, "worst": f"{100 * worst:.1f} %"},
            columns=(column.name,),
            observed=round(worst, 6),
            threshold=limit,
            n=len(sums),
        )
