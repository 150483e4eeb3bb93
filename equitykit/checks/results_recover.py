"""The check of a published table for hidden counts that can be worked out."""

from __future__ import annotations

from collections.abc import Iterator

from equitykit.checks.registry import Finding, Threshold, check
from equitykit.checks.results_attack import Recovered, recovered
from equitykit.checks.results_view import ResultsView


@check(
    "r-complementary-disclosure",
    title="Hidden counts can be worked out",
    severity="critical",
    subjects=("results",),
    needs=("rows", "counts"),
    remedy=(
        "Hide further counts so that nobody can (equitykit protect), round, or leave out totals and "
        "percents; try pooling "
        "years or areas first, so that nobody has to be hidden."
    ),
    source="https://resdac.org/node/1506",
    thresholds={"cell": Threshold(11, "cited", "critical")},
)
def r_complementary_disclosure(view: ResultsView) -> Iterator[Finding]:
    """Finds hidden counts that totals, margins and percents give away, and says how.

    Why it matters: a star in one cell, and the total beside it, is a number for everybody who can subtract. In a
    small place that number is a person.

    How: totals over groups and over other labels, columns that add up to their base, and percents with their
    rounding become a system of equations; linear programs find the least and the most that each hidden count can
    be. A count is found where only one value is left, or none above 10. A sum is used only where no number shown
    speaks against it, a percent only where other rows show what it is of. Ranges such as "<11" that stand in the
    cells are used for a second attack. A table without counts, whose percents are all of whole numbers of people,
    gives its counts away too. Other tables and earlier releases are not looked at.

    Example: "Total 34, Black 20, White 11, Asian *": Asian is the total less the others.

    When to ignore it: never for counts of people from 1 to 10.
    """
    limit = view.limit("r-complementary-disclosure", "cell", Threshold(11, "cited", "critical"))
    for one in recovered(view):
        small = one.high < limit.value
        severity = "medium" if not small else "high" if one.cell.state == "not-said" or one.low < 1 else None
        yield Finding(
            "{cell}: {what}, by {how}.{note}",
            {
                "cell": view.name(one.cell),
                "what": _what(one, view.public, small),
                "how": one.how + (f" ({one.sums})" if one.sums and not view.public else ""),
                "note": " This takes the range in the cell at its word." if one.by_mark else "",
            },
            severity=severity,
            columns=(one.cell.column,),
            groups=view.ids([one.cell]),
            threshold=limit,
            n=view.size,
        )


def _what(one: Recovered, public: bool, small: bool) -> str:
    if one.implied:
        return (
            "a small count can be worked out"
            if public
            else f"the count is {one.low:,}, though no column shows it"
        )
    if public:
        return (
            "the hidden count can be worked out"
            if one.exact
            else "the hidden count can be narrowed down to small ones"
        )
    if one.exact:
        return f"the hidden count is {one.low:,}"
    return f"the hidden count is from {one.low:,} to {one.high:,}" + (", so it is small" if small else "")
