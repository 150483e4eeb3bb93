"""Checks of people with several answers: whether they occur, and what a one-group rule does to them."""

from __future__ import annotations

from collections.abc import Iterator

from equitykit.checks.categories import SPD15_DATA, SPD15_FORM, race
from equitykit.checks.recodes import derived_columns, derived_tallies, refuse_unread
from equitykit.checks.registry import Count, Finding, NotRun, Share, Threshold, check
from equitykit.checks.unread import as_all, as_single
from equitykit.checks.view import RACE, RecordsView
from equitykit.tails import binomial_at_most


@check(
    "aian-erasure-override",
    title="American Indian, Alaska Native and other people are lost by a one-group rule",
    severity="critical",
    needs=("rows", RACE, "several answers or a derived column"),
    remedy="Publish alone-or-in-combination as the first count. Keep every selection, and write down any rule that "
    "puts people into one group.",
    source=SPD15_DATA,
    thresholds={
        "warn": Threshold(0.10, "default", "high"),
        "high": Threshold(0.50, "default", "critical"),
    },
    tallies=derived_tallies,
    unverified="The figure that fewer than two in five American Indian or Alaska Native people in federal surveys are "
    "single-race and not Hispanic comes from a policy brief (UCLA, 2020).",
    unread=(as_all,),
)
def aian_erasure_override(view: RecordsView) -> Iterator[Finding]:
    """Counts who disappears when people with several answers are put into one group.

    Why it matters: rules such as "Hispanic overrides" or "two or more" remove most American Indian and
    Alaska Native people, and many Pacific Islander people, from their own group.

    How: loss = 1 - (people counted in the group after the rule) / (people who named it, alone or with
    others), for every group. With a derived column in the codebook the loss is what that column did.
    Without one it is what a rule would do, for information: the records themselves still hold the answers.

    Example: 60 of 100 people who named American Indian or Alaska Native are "Hispanic" or "Two or more" in race5.

    When to ignore it: the derived column is used nowhere.
    """
    warn = view.limit("aian-erasure-override", "warn", Threshold(0.10, "default", "high"))
    high = view.limit("aian-erasure-override", "high", Threshold(0.50, "default", "critical"))
    reading = view.reading()
    derived = derived_columns(view)
    found = False
    for recode in derived:
        known = [(before, after) for before, after in recode.pairs if not after.unread]
        for category in view.standard.category_ids:
            named = sum(before.n for before, _ in known if category in before.categories)
            kept = sum(
                before.n for before, after in known if category in before.categories & after.categories
            )
            loss = Share(named - kept, named)
            if named and loss.value > warn.value:
                found = True
                whole = named == recode.named(category)
                yield Finding(
                    '{lost} of {named} people ({share}) who named "{label}" are not in that group '
                    + recode.where
                    + ".",
                    {
                        "lost": Count(loss.part),
                        "named": Count(named, recode.key(category) if whole else None),
                        "share": loss,
                        "label": view.standard.label(category),
                    },
                    severity="critical" if loss.value > high.value else "high",
                    columns=recode.columns,
                    groups=(category,),
                    observed=loss,
                    threshold=high if loss.value > high.value else warn,
                    n=named,
                )
    if derived and not found:
        refuse_unread(derived)
    if derived or not reading.multiple_possible:
        return
    for category in view.standard.category_ids:
        named = reading.n_any.get(category, 0)
        loss = Share(
            named - reading.n_alone.get(category, 0), named, (f"beside:{category}", f"any:{category}")
        )
        if category != "HISPANIC" and named and loss.value > warn.value:
            yield Finding(
                '{lost} of {named} people ({share}) who named "{label}" named another group too. A one-group rule '
                "would take them out of it; these records still hold them.",
                {
                    "lost": Count(loss.part, f"beside:{category}"),
                    "named": Count(named, f"any:{category}"),
                    "share": loss,
                    "label": view.standard.label(category),
                },
                severity="info",
                columns=view.race_columns,
                groups=(category,),
                observed=loss,
                threshold=warn,
                n=named,
                whatever_n=True,
            )


@check(
    "multi-never-used",
    title="Several answers are possible, but nobody has more than one race",
    severity="medium",
    needs=("rows", RACE, "several answers"),
    remedy="Look for a form that shows one choice only, a transfer that keeps the last answer, or a default that "
    "staff leave in place.",
    source=SPD15_FORM,
    thresholds={"probability": Threshold(0.01, "default", "medium")},
    tallies=race,
    unread=(as_single,),
)
def multi_never_used(view: RecordsView) -> Iterator[Finding]:
    """Compares how many people have two or more races with the benchmark.

    Why it matters: a question that takes several answers, but never gets them, is broken somewhere.

    How: binomial probability of so few people with two or more races (Hispanic origin aside), given the
    benchmark share. Where somebody has several and there is no benchmark, the check is clear.

    Example: 3,000 children, several answers allowed, none with two races, 4 % in the benchmark.

    When to ignore it: the benchmark describes another population.
    """
    reading = view.reading()
    if view.standard.one_answer:
        raise NotRun(f"{view.standard.id} asks for one answer", enable="Name a standard that takes several.")
    known = [v for v in reading.values if v.categories - {"HISPANIC"} or v.residual == "multiracial"]
    n = sum(v.n for v in known)
    several = sum(v.n for v in known if len(v.categories - {"HISPANIC"}) > 1 or v.residual == "multiracial")
    expected = view.benchmark.share("~multiracial") if view.benchmark else None
    if not n:
        raise NotRun("no race value could be read", enable="See ambiguous-codes and unmapped-values.")
    if expected is None:
        if several:
            return
        raise NotRun(
            "nobody has more than one race, and no benchmark says how many people should",
            enable="Give a benchmark with a row ~multiracial: --benchmark FILE.",
            columns=view.race_columns,
        )
    limit = view.limit("multi-never-used", "probability", Threshold(0.01, "default", "medium"))
    if binomial_at_most(several, n, expected) < limit.value:
        yield Finding(
            "{several} of {n} people have two or more races; the benchmark has {expected}.",
            {"several": Count(several), "n": Count(n), "expected": f"{expected:.1%}"},
            columns=view.race_columns,
            groups=("~multiracial",),
            observed=Share(several, n),
            threshold=limit,
            n=n,
        )
