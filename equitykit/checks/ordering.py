"""Check of hidden hierarchies: which category wins where a person named several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from equitykit.checks.categories import SPD15_DATA
from equitykit.checks.recodes import Recode, derived_columns, derived_tallies, refuse_unread
from equitykit.checks.registry import NOT_FOR_OTHERS, Count, Finding, Labels, NotRun, Share, Threshold, check
from equitykit.checks.unread import as_all
from equitykit.checks.view import RACE, RecordsView

_MOST_CATEGORIES = 12
Placed = Mapping[tuple[frozenset[str], str], int]


@check(
    "priority-coding",
    title="A hidden ordering puts people with several categories into one",
    severity="high",
    needs=("rows", RACE, "derived column"),
    remedy="Write the rule down beside every figure that uses the column, and show what another rule would give. "
    "Better: count alone or in combination, and keep every answer.",
    source=SPD15_DATA,
    thresholds={"reproduced": Threshold(0.95, "default", "high")},
    tallies=derived_tallies,
    unread=(as_all,),
)
def priority_coding(view: RecordsView) -> Iterator[Finding]:
    """Reconstructs the ordering of categories that a derived single value follows.

    Why it matters: "Hispanic first, then Black, ..." decides who is counted where, and nobody agreed to it.

    How: for everybody who named several categories and has one of them in the derived column, the ordering
    that gives most of these people the value they have (all of them, where one exists; found exactly, over
    all orderings). People reassigned: those who named a group and are counted in another. Where the ordering
    reproduces fewer than 95 %, people may have chosen for themselves, and the finding is for information.

    Example: everybody who named Hispanic is "Hispanic" in race5; of the others Black comes before White.

    When to ignore it: the rule is written down wherever the column is used, or people chose the value.
    """
    recodes = derived_columns(view)
    limit = view.limit("priority-coding", "reproduced", Threshold(0.95, "default", "high"))
    found = [finding for recode in recodes for finding in _ordered(view, recode, limit)]
    if not found:
        refuse_unread(recodes)
        if not any(len(b.categories) > 1 for recode in recodes for b, _ in recode.pairs):
            raise NotRun(
                "nobody named several categories, so no ordering shows",
                enable="Describe the columns with all answers, as they were before the derived column was made.",
                columns=view.race_columns,
            )
    yield from found


def _ordered(view: RecordsView, recode: Recode, limit: Threshold) -> Iterator[Finding]:
    placed: dict[tuple[frozenset[str], str], int] = {}
    elsewhere = 0
    for before, after in recode.pairs:
        if len(before.categories) < 2 or after.unread:
            continue
        chosen = before.categories & after.categories
        if len(chosen) == 1 and len(after.categories) == 1:
            at = (before.categories, next(iter(chosen)))
            placed[at] = placed.get(at, 0) + before.n
        elif not before.categories <= after.categories:
            elsewhere += before.n
    people = sum(placed.values())
    if not people:
        return
    tiers, kept = ordering(placed, view.standard.category_ids)
    share = Share(kept, people, NOT_FOR_OTHERS)
    moved = {
        category: sum(n for (named, chosen), n in placed.items() if category in named - {chosen})
        for category in view.standard.category_ids
    }
    words = " before ".join(" or ".join(view.standard.label(c) for c in tier) for tier in tiers)
    one_rule = share.value >= limit.value
    how = (
        "One ordering gives {share} of them this value: {ordering}."
        if one_rule
        else (
            "No ordering gives more than {share} of them this value, so people may have chosen it: {ordering}."
        )
    )
    yield Finding(
        "{n} people who named several categories are counted in one of them "
        + recode.where
        + ". "
        + how
        + " Counted in another group than one they named: {moved}."
        + (
            " {elsewhere} more with several categories have a value that is none of them."
            if elsewhere
            else ""
        ),
        {
            "n": Count(people),
            "share": share,
            "ordering": words,
            "moved": Labels(
                tuple((view.standard.label(c), n, None) for c, n in moved.items() if n), most=20, quoted=False
            ),
            "elsewhere": Count(elsewhere),
        },
        severity="high" if one_rule else "info",
        columns=recode.columns,
        groups=tuple(category for category, n in moved.items() if n),
        observed=share,
        threshold=limit,
        n=people,
    )


def ordering(placed: Placed, order: Iterable[str]) -> tuple[list[list[str]], int]:
    """The ordering of categories that gives most people the value they have.

    Parameters
    ----------
    placed : people by the categories they named and the one they were given.
    order : the categories, in the order in which those that nothing tells apart are listed.

    Returns
    -------
    Tiers of categories, the first wins (within a tier no record tells which), and the people it fits.

    Examples
    --------
    >>> several = frozenset({"BLACK", "WHITE"})
    >>> ordering({(several, "BLACK"): 9, (several, "WHITE"): 1}, ["BLACK", "WHITE"])
    ([['BLACK'], ['WHITE']], 9)
    """
    named = frozenset[str]().union(*(categories for categories, _ in placed))
    listed = [category for category in order if category in named]
    rank = {category: place for place, category in enumerate(_best(placed, listed))}
    beats: dict[str, set[str]] = {category: set() for category in listed}
    kept = 0
    for (categories, chosen), n in placed.items():
        if chosen == min(categories, key=lambda category: rank[category]):
            kept += n
            for category in categories - {chosen}:
                beats[category].add(chosen)
    tier: dict[str, int] = {}
    for category in sorted(listed, key=lambda category: rank[category]):
        tier[category] = max((tier[above] + 1 for above in beats[category]), default=0)
    return [[c for c in listed if tier[c] == k] for k in range(max(tier.values()) + 1)], kept


def _best(placed: Placed, listed: list[str]) -> list[str]:
    """The best ordering by exhaustion over sets: what comes first among those still to be placed."""
    if len(listed) > _MOST_CATEGORIES:
        wins = {c: sum(n for (_, chosen), n in placed.items() if chosen == c) for c in listed}
        return sorted(listed, key=lambda category: -wins[category])
    best: dict[frozenset[str], tuple[int, tuple[str, ...]]] = {frozenset(): (0, ())}
    for size in range(1, len(listed) + 1):
        for some in combinations(listed, size):
            first = frozenset(some)
            options = []
            for last in some:
                before, path = best[first - {last}]
                earlier = first - {last}
                gain = sum(
                    n for (named, chosen), n in placed.items() if chosen == last and not named & earlier
                )
                options.append((before + gain, (*path, last)))
            best[first] = max(options, key=lambda option: option[0])
    return list(best[frozenset(listed)][1])
