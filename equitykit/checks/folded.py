"""Checks of recodes that fold one group into another, or into the rest."""

from __future__ import annotations

from collections.abc import Iterator

from equitykit import standards
from equitykit.checks.categories import SPD15_FORM, labels
from equitykit.checks.recodes import derived_columns, derived_tallies, own_codes, refuse_unread
from equitykit.checks.registry import NOT_FOR_OTHERS, Count, Finding, NotRun, Share, check
from equitykit.checks.unread import as_all, as_mena
from equitykit.checks.view import RACE, RecordsView
from equitykit.recoded import Recoded

OPP = "https://github.com/stanford-policylab/opp"
_SMALL_GROUPS = {"AIAN": ("american indian", "alaska native"), "NHPI": ("hawaiian", "pacific islander")}


def _is_rest(value: Recoded) -> bool:
    return value.residual == "other" and not value.categories and not value.one_of


@check(
    "aian-nhpi-recoded-to-other",
    title='American Indian, Alaska Native or Pacific Islander people are recoded to "Other"',
    severity="critical",
    needs=("rows", RACE, "recode"),
    remedy="Give the group its own value again. If it is small, count it alone or in combination, pool years, or "
    "agree with Tribal Nations or community organisations how it is shown.",
    source=OPP,
    tallies=derived_tallies,
    unread=(as_all,),
)
def aian_nhpi_recoded_to_other(view: RecordsView) -> Iterator[Finding]:
    """Finds people who named one of the two smallest groups, and whom a recode puts into "Other".

    Why it matters: they answered, and the answer was thrown away; in every later table they do not exist.

    How: the answers are compared with each derived column that the codebook describes; and labels that say
    American Indian, Alaska Native, Hawaiian or Pacific Islander with the code that the codebook gives them.
    One person is enough. A letter that stands for such a group in some system and that the codebook maps to
    "other" is medium: a person must look it up.

    Example: "Native American" becomes "Other" in race5; `codes: {I: other}`.

    When to ignore it: the derived column is used nowhere, and will not be.
    """
    recodes = [*derived_columns(view), *own_codes(view)]
    groups = [group for group in _SMALL_GROUPS if group in view.standard.category_ids]
    found = [
        Finding(
            '{n} of {named} people ({share}) who named "{label}" are "Other" ' + recode.where + ".",
            {
                "n": Count(n),
                "named": Count(recode.named(group), recode.key(group)),
                "share": Share(n, recode.named(group), NOT_FOR_OTHERS),
                "label": view.standard.label(group),
            },
            columns=recode.columns,
            groups=(group,),
            observed=Count(n),
            n=recode.named(group),
        )
        for recode in recodes
        for group in groups
        if (n := sum(b.n for b, a in recode.pairs if group in b.categories and _is_rest(a)))
    ]
    found += _doubtful(view, groups)
    if not found:
        refuse_unread(recodes)
    yield from found


def _doubtful(view: RecordsView, groups: list[str]) -> Iterator[Finding]:
    """Letters that some system uses for a small group, and that the codebook maps to other."""
    if view.spec().encoding != "single" or view.spec().system_for(view.race_columns[0]):
        return
    declared = view.spec().codes_for(view.race_columns[0])
    for value in view.reading().values:
        raw = value.raw[0]
        if raw is None or not raw.isalpha() or raw not in declared or not _is_rest(value):
            continue
        means = " ".join(standards.readings(raw)).lower()
        could = [group for group in groups if any(word in means for word in _SMALL_GROUPS[group])]
        if could:
            yield Finding(
                'The codebook maps {labels} to "Other"; in some systems the code stands for {means}.',
                {
                    "labels": labels(view, [value]),
                    "means": " or ".join(view.standard.label(group) for group in could),
                },
                severity="medium",
                columns=view.race_columns,
                groups=tuple(could),
                observed=Count(value.n),
                n=view.reading().n,
            )


@check(
    "mena-hidden-in-white",
    title="Middle Eastern or North African people are recoded to White",
    severity="high",
    needs=("rows", RACE, "recode"),
    remedy="Use the roll-up of the standard in force, and keep the detail that people gave. Where older figures "
    "need the old roll-up, publish both.",
    source=SPD15_FORM,
    tallies=derived_tallies,
    unread=(as_mena,),
)
def mena_hidden_in_white(view: RecordsView) -> Iterator[Finding]:
    """Finds people who named a Middle Eastern or North African group, and whom a recode puts into White.

    Why it matters: the standard of 2024 made them a category; a roll-up from before hides them again.

    How: under a standard with the category, the answers are compared with each derived column that the
    codebook describes, and labels such as Arab, Iranian or Lebanese with the code that the codebook gives
    them. People who named White too are not counted. Under a standard without the category it is not run.

    Example: `codes: {Lebanese: WHITE}` under SPD 15 of 2024.

    When to ignore it: the figure is made to be compared with one under the standard of 1997; say so beside it.
    """
    if "MENA" not in view.standard.category_ids:
        raise NotRun(
            f"{view.standard.id} has no Middle Eastern or North African category",
            enable="Choose a standard that has one, for example --standard us-omb-spd15-2024.",
        )
    recodes = [*derived_columns(view), *own_codes(view)]
    found = []
    for recode in recodes:
        hidden = [
            before
            for before, after in recode.pairs
            if "MENA" in before.categories - after.categories
            and "WHITE" in after.categories - before.categories
        ]
        if n := sum(before.n for before in hidden):
            found.append(
                Finding(
                    '{n} of {named} people ({share}) who named "{label}" are White ' + recode.where + ".",
                    {
                        "n": Count(n),
                        "named": Count(recode.named("MENA"), recode.key("MENA")),
                        "share": Share(n, recode.named("MENA"), NOT_FOR_OTHERS),
                        "label": view.standard.label("MENA"),
                    },
                    columns=recode.columns,
                    groups=("MENA",),
                    observed=Count(n),
                    n=recode.named("MENA"),
                )
            )
    if not found:
        refuse_unread(recodes)
    yield from found
