"""Checks of the collection process. They are asked, not computed: they read what people answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from equitykit.checks.process_points import (
    AGAIN,
    COMMUNITY,
    HARM,
    LAST,
    LIMITS,
    SELF,
    SHARED,
    STANDARD,
    TRIBAL,
    WHY_NOT,
)
from equitykit.checks.process_view import ProcessView, judged, unanswered
from equitykit.checks.registry import Finding, NotRun, Threshold, check

_NAMED = {"police": "police or prosecutors", "immigration": "immigration authorities", "courts": "courts"}
_MONTHS = Threshold(24, "default", "medium")


@check(
    "p-self-id-and-training",
    title="People do not speak for themselves, or those who ask are not prepared",
    subjects=("process",),
    severity="high",
    needs=("answers about who answers, training and correction",),
    remedy="Let people answer for themselves, with a script and training for those who ask. Use somebody else's answer "
    "only where there is no other way, and mark it. Ask again about what is unknown at the next contact.",
    source="https://www2.gov.bc.ca/gov/content/data/policy-standards/data-standards-and-guidelines/"
    "racial-identity-data-standard/standard-requirements",
    thresholds={"months": _MONTHS},
)
def p_self_id_and_training(view: ProcessView) -> Iterator[Finding]:
    """Asks who answers, whether those who ask have a script and training, and whether people can correct.

    Why it matters: what staff see or guess differs from what people say, and it differs more for some groups.

    How: seven answers are read. A last training longer ago than the limit (24 months, our default) is medium.

    Example: "race is filled in by the front desk", and the last training was four years ago.

    When to ignore it: the form is filled in by the person alone, and nobody asks.
    """
    yield from judged(view, SELF)
    if view.said("training") in {"all", "some"}:
        yield from _last_training(view)
    yield from judged(view, AGAIN)


def _last_training(view: ProcessView) -> Iterator[Finding]:
    last, on = view.day("training_last"), view.process.on
    if last is None:
        yield unanswered(LAST)
        return
    limit = view.limit("p-self-id-and-training", "months", _MONTHS)
    months = _months(last, on)
    if last > on:
        yield Finding(
            "The date of the last training, {day}, has not come yet.",
            {"day": last.isoformat()},
            severity="medium",
            columns=("training_last",),
        )
    elif months > limit.value:
        yield Finding(
            "The last training was {months} months ago, on {day}.",
            {"months": str(months), "day": last.isoformat()},
            severity="medium",
            columns=("training_last",),
            observed=months,
            threshold=limit,
        )


def _months(first: date, last: date) -> int:
    """Whole months from one day to another."""
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


@check(
    "p-tribal-sovereignty",
    title="Tribes and Nations do not decide about data on their people",
    subjects=("process",),
    severity="high",
    needs=("answers about Tribes and Nations",),
    remedy="Ask the Tribes, Nations and Native Hawaiian bodies concerned before anything is released. Agree in writing "
    "who holds, uses and publishes the data. Give the results back. Without an agreement, publish nothing about them.",
    source="https://www.gida-global.org/care",
    unverified="The page on the CARE principles was not read; the four points are our wording of them.",
)
def p_tribal_sovereignty(view: ProcessView) -> Iterator[Finding]:
    """Asks whether Tribes, Nations and Native Hawaiian bodies were asked, agreed, can stop a release, and hear back.

    Why it matters: they are governments and peoples with a right to decide about data on their people.

    How: four answers are read where the data hold, or could hold, American Indian, Alaska Native or Native Hawaiian
    people. Where somebody stated that they do not, the check is clear, and says so. Where nobody knows, it is not run.

    Example: a table by race goes on a web site, and the two Nations in the county first see it there.

    When to ignore it: never without asking them. They may tell you that they want no part in it; write that down.
    """
    there = view.said("native_data")
    if there == "not_known":
        raise NotRun(
            "nobody knows whether the data hold American Indian, Alaska Native or Native Hawaiian people",
            enable="Check your records: a check of the data counts how often these groups are recorded.",
            columns=("native_data",),
        )
    if there == "no":
        yield Finding(
            "Does not apply: it was stated that the data hold no American Indian, Alaska Native or Native Hawaiian "
            "people.",
            outcome="clear",
            columns=("native_data",),
        )
        if view.process.said("native_why_not") is None:
            yield unanswered(WHY_NOT)
        return
    yield from judged(view, TRIBAL)


@check(
    "p-community-governance",
    title="People who are counted have no power to decide",
    subjects=("process",),
    severity="medium",
    needs=("answers about who decides",),
    remedy="Set up a body of people from the groups that are counted. Give it a say in the words, a look at findings "
    "before they go out, the right to stop a release, and pay. Write this down.",
    source="https://chicagobeyond.org/insights/",
    unverified="The guide named as the source (Why Am I Always Being Researched?) was not read.",
)
def p_community_governance(view: ProcessView) -> Iterator[Finding]:
    """Asks who names the groups, who sees findings first, who can stop a release, and who is paid.

    Why it matters: people who can only be heard, and change nothing, stop coming.

    How: four answers are read. What is not there is medium; what is there in part is low.

    Example: a council is shown the report on the day on which it goes to the press.

    When to ignore it: the body exists, and is too new for its rules to be written. Write down by when they will be.
    """
    yield from judged(view, COMMUNITY)


@check(
    "p-harm-review",
    title="Harm that the data could do was not looked at",
    subjects=("process",),
    severity="high",
    needs=("answers about harm",),
    remedy="Write down what these data could do to people, with people who could be hurt. Collect and share only what "
    "you need, limit who sees it, delete it in time, and settle what you do when somebody demands it.",
    source="https://bchumanrights.ca/publications/datacollection/",
    unverified="The report named as the source was not read.",
)
def p_harm_review(view: ProcessView) -> Iterator[Finding]:
    """Asks whether harm is written down, who gets the data and within which limits, and how long they are kept.

    Why it matters: data given to help can be demanded, joined with others, and used against the people in them.

    How: six answers are read; where police, immigration authorities or courts can get the data, also whether that is
    limited in writing. What nobody knows is a finding.

    Example: the case system is shared with the court, and nobody wrote down what the court may see.

    When to ignore it: the review is written elsewhere, and you know where. Name it in the answer.
    """
    yield from judged(view, HARM[:1])
    shared = view.chosen("shared_with")
    if not shared:
        yield unanswered(SHARED)
    if "not_known" in shared:
        yield Finding("Nobody knows who gets these data.", severity="high", columns=("shared_with",))
    yield from _limited(view, [name for id, name in _NAMED.items() if id in shared])
    yield from judged(view, HARM[1:])


def _limited(view: ProcessView, who: list[str]) -> Iterator[Finding]:
    """Whether those who can use force get no more than what is written."""
    limited = view.said("share_limits")
    if who and limited is None:
        yield unanswered(LIMITS)
    elif who and limited == "no":
        yield Finding(
            "Nothing in writing limits what these get: {who}.",
            {"who": ", ".join(who)},
            columns=("shared_with", "share_limits"),
        )


@check(
    "p-standard-version-logged",
    title="Standard, version or law is not written down",
    subjects=("process",),
    severity="medium",
    needs=("answers about the standard",),
    remedy="Write beside the data the standard with its version, how groups roll up for other reports, and the laws of "
    "your state. Look again each year; the federal standard of 2024 is under review.",
    source="https://www.federalregister.gov/documents/2024/03/29/2024-06469",
)
def p_standard_version_logged(view: ProcessView) -> Iterator[Finding]:
    """Asks whether the standard, its version, the roll-up of groups and the laws of the state are written down.

    Why it matters: the same word means other people in another standard, and standards and laws change.

    How: three answers are read.

    Example: a file says "Asian", and nobody can tell whether Pacific Islanders are in it.

    When to ignore it: a codebook beside the data names standard, version and codes.
    """
    yield from judged(view, STANDARD)
