"""Check of the records against a population, for groups that are far from their share."""

from __future__ import annotations

from collections.abc import Iterator

from equitykit import standards
from equitykit.benchmark import Benchmark
from equitykit.checks.categories import race
from equitykit.checks.registry import NOT_FOR_OTHERS, Count, Finding, NotRun, Share, Threshold, check
from equitykit.checks.unread import WHAT_THEY_MEAN
from equitykit.checks.view import RACE, RecordsView
from equitykit.recoded import Recoded
from equitykit.tails import binomial_at_least, binomial_at_most

_SCHEMES = {
    "any": "alone or in combination",
    "alone": "alone",
    "exclusive": "each person once, Hispanic of any race as Hispanic",
}
_FEWEST = 30
_MARGIN = 1e-9
# Why a category cannot be compared, and what to do about it.
_LACKING = ("the benchmark has no such category", "Use a benchmark that has it.")
_LEFT_OPEN = (
    "merged labels, or a category that the benchmark lacks, leave open how many there are",
    "Split the merged labels, or use a benchmark with the same categories.",
)
_UNREAD = ("values that could not be read could change the answer", WHAT_THEY_MEAN)


@check(
    "category-underrepresented",
    title="A group's share is far from the benchmark",
    severity="high",
    needs=("rows", RACE, "benchmark"),
    remedy="Ask first who could be in these records at all, and compare with them. Then look at how the question is "
    "asked and who leaves it out. Report the gap; a difference of this kind can also be what the records should show.",
    source="https://www.shadac.org/news/race-ethnicity-data-tmsis-analytic-files-TAF-2023-data",
    thresholds={
        "points": Threshold(0.10, "cited", "high"),
        "chance": Threshold(0.01, "default", "high"),
    },
    tallies=race,
    unverified="That the DQ Atlas counts categories more than ten percentage points from the census survey was read "
    "in reports about it, not in its own text; its bands of concern are not used here.",
)
def category_underrepresented(view: RecordsView) -> Iterator[Finding]:
    """Compares each category's share of the answers with its share of the population.

    Why it matters: a group that is far less frequent in the records than among the people served may not be
    reached, or may not be recorded.

    How: share of those whose answer was read, counted by the scheme of the benchmark (alone or in
    combination, alone, or each person once); more than ten percentage points either way. Merged labels and
    "two or more" may or may not hold the category, so two shares are computed, and only what holds for both
    is found or clear; values that could not be read likewise. Where the benchmark lacks a category (no census
    table has Middle Eastern or North African), that category is not compared, and the one that held it under
    the standard of 1997 is compared with and without it. A difference that chance makes in more than one
    sample of a hundred is low.

    Example: 4 % of the records are Hispanic, 24 % of the county.

    When to ignore it: the benchmark describes other people than those who could be in these records.
    """
    benchmark, reading = view.benchmark, view.reading()
    assert benchmark is not None
    if benchmark.scheme == "any" and not reading.multiple_possible:
        raise NotRun(
            "the data hold one answer for each person, and the benchmark counts people alone or in combination",
            enable='Give a benchmark whose scheme is "alone" or "exclusive".',
            columns=view.race_columns,
        )
    placed = [value for value in reading.values if _placed(value)]
    base = sum(value.n for value in placed)
    if base < _FEWEST:
        raise NotRun(
            f"fewer than {_FEWEST} answers could be read",
            enable=f"Use more records. {WHAT_THEY_MEAN}",
            columns=view.race_columns,
        )
    lacking = [c for c in view.standard.category_ids if benchmark.share(c) is None]
    left: dict[tuple[str, str], list[str]] = {_LACKING: lacking} if lacking else {}
    for category in view.standard.category_ids:
        if category in lacking:
            continue
        said = _compared(view, benchmark, category, _inside(category, lacking), placed, base)
        if isinstance(said, Finding):
            yield said
        elif said is not None:
            left.setdefault(said, []).append(category)
    for said, categories in left.items():
        yield from _not_compared(view, said, categories)


def _not_compared(view: RecordsView, said: tuple[str, str], categories: list[str]) -> Iterator[Finding]:
    """One row for all; a category that must be asked first has its own, which is left out in public."""
    asked = [[category] for category in categories if category in view.codebook.governance]
    rest = [category for category in categories if category not in view.codebook.governance]
    for some in (*([rest] if rest else []), *asked):
        names = ", ".join(f'"{view.standard.label(category)}"' for category in some)
        yield Finding(
            "{names}: " + ". ".join(said),
            {"names": names},
            outcome="not_run",
            columns=view.race_columns,
            groups=tuple(some),
        )


def _placed(value: Recoded) -> bool:
    read = value.categories or value.one_of or value.residual or not value.unread
    return bool(read) and not value.is_missing


def _inside(category: str, lacking: list[str]) -> list[str]:
    """Categories that the benchmark lacks, and that this one held under the standard of 1997."""
    old = standards.standard("us-omb-spd15-1997").aliases
    return [each for each in lacking if old.get(each) == category]


def _surely(category: str, value: Recoded, scheme: str) -> bool:
    if category not in value.categories:
        return False
    return scheme == "any" or (scheme == "exclusive" and category == "HISPANIC") or value.alone


def _perhaps(category: str, value: Recoded, scheme: str) -> bool:
    if _surely(category, value, scheme):
        return True
    if scheme == "any":
        return category in value.one_of or value.residual in {"multiracial", "collective"}
    unsaid = not value.categories and (category in value.one_of or value.residual == "collective")
    if scheme == "exclusive" or category not in value.categories:
        return unsaid
    # "Alone" may or may not set Hispanic origin aside.
    return category == "HISPANIC" or value.categories == {category, "HISPANIC"}


def _compared(
    view: RecordsView,
    benchmark: Benchmark,
    category: str,
    inside: list[str],
    placed: list[Recoded],
    base: int,
) -> Finding | tuple[str, str] | None:
    """What is found about one category; or why nothing can be said, with the next step; or None for clear."""
    limit = view.limit("category-underrepresented", "points", Threshold(0.10, "cited", "high"))
    chance = view.limit("category-underrepresented", "chance", Threshold(0.01, "default", "high"))
    scheme, expected = benchmark.scheme, benchmark.share(category)
    assert expected is not None
    least = sum(value.n for value in placed if _surely(category, value, scheme))
    most = sum(
        value.n for value in placed if any(_perhaps(each, value, scheme) for each in (category, *inside))
    )
    unread = sum(value.n for value in view.reading().values if value.unread)
    whole = base + sum(v.n for v in view.reading().values if v.unread and not _placed(v) and not v.is_missing)

    def far_below(n: int, of: int) -> bool:
        return expected - n / of > limit.value + _MARGIN

    def far_above(n: int, of: int) -> bool:
        return n / of - expected > limit.value + _MARGIN

    below, above = far_below(most, base), far_above(least, base)
    if below or above:
        n = most if below else least
        tail = (binomial_at_most if below else binomial_at_least)(n, base, expected)
        by_chance = tail >= chance.value
        key = f"{'any' if scheme == 'any' or (scheme, category) == ('exclusive', 'HISPANIC') else 'alone'}:{category}"
        return Finding(
            '"{label}": {share} of {base} answers that could be read'
            + (", at most" if below and most > least else "")
            + ", and {expected} of the benchmark (both {scheme})."
            + (" With so few records chance alone could do that." if by_chance else "")
            + (
                " The benchmark has no {inside}; people recorded so are counted in."
                if below and inside
                else ""
            ),
            {
                "label": view.standard.label(category),
                "share": Share(n, base, (key, "placed") if n == least else NOT_FOR_OTHERS),
                "base": Count(base, "placed"),
                "expected": f"{100 * expected:.1f} %",
                "scheme": _SCHEMES[scheme],
                "inside": " or ".join(view.standard.label(each) for each in inside),
            },
            severity="low" if by_chance else "high" if below else "medium",
            columns=view.race_columns,
            groups=(category,),
            observed=None if view.public else abs(n / base - expected),
            threshold=limit,
            n=base,
        )
    if far_below(least, base) or far_above(most, base):
        return _LEFT_OPEN
    return _UNREAD if far_below(least, whole) or far_above(most + unread, whole) else None
