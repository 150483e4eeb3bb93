"""The race and ethnicity question as a standard asks it."""

from __future__ import annotations

from collections.abc import Iterator

from equitykit import standards
from equitykit.design.model import Ask, Say, When
from equitykit.forms import Option
from equitykit.standards import Category, Standard

__all__ = ["CDCREC", "DECLINED", "UNKNOWN", "ways_out", "race_items"]

CDCREC = "urn:oid:2.16.840.1.113883.6.238"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
DECLINED = Option("declined", "Prefer not to answer", ABSENT)
UNKNOWN = Option("unknown", "Don't know", ABSENT)
_COMBINED = "What is your race and/or ethnicity?"
_ALL = "Select all that apply. One answer is a complete answer."
_CHOOSE_ONE = "Choose one. You can skip this question."
_ONE_OR_MORE = "Select one or more. You can skip this question."
ETHNICITY = "ethnicity"


def ways_out(standard: Standard) -> tuple[Option, ...]:
    """Options for not answering, where the standard allows them to be printed."""
    return () if standard.rules.get("opt_outs") == "forbidden" else (DECLINED, UNKNOWN)


def race_items(standard: Standard, name: str | None = None) -> Iterator[Ask | Say]:
    """Items for the race and ethnicity question of a standard: the question, then its detail.

    Parameters
    ----------
    standard : whose categories and rules are followed.
    name : of the item, where the form has one already.
    """
    item = name or ("race_ethnicity" if standard.combined else "race")
    out = ways_out(standard)
    alone = tuple(option.code for option in out)
    skip = not out
    if not standard.combined:
        yes = Option("hispanic", "Yes, Hispanic or Latino", CDCREC)
        no = Option("not_hispanic", "No, not Hispanic or Latino", CDCREC)
        note = "You can skip this question." if skip else ""
        yield Ask(ETHNICITY, "Are you Hispanic or Latino?", "single", (yes, no, *out), note)
    offered = tuple(c for c in standard.categories if standard.combined or c.id != "HISPANIC")
    options = tuple(Option(category.id.lower(), category.label, _system(standard)) for category in offered)
    yield Ask(
        item,
        _COMBINED if standard.combined else "What is your race?",
        _type(standard),
        (*options, *out),
        _how_many(standard),
        alone=alone,
    )
    for category in offered:
        yield from _detail(item, category, standard)


def _system(standard: Standard) -> str:
    return CDCREC if standard.country == "us" else ""


def _type(standard: Standard) -> str:
    return "single" if standard.one_answer else "multiple"


def _how_many(standard: Standard) -> str:
    if standard.one_answer:
        return _CHOOSE_ONE
    return _ONE_OR_MORE if standard.rules.get("several_said") == "one or more" else _ALL


def _detail(item: str, category: Category, standard: Standard) -> Iterator[Ask]:
    detailed = standard.rules.get("detail_needed") == "true"
    residual = category.id in standard.residuals.values()
    if not detailed and not residual:
        return
    short = category.id.lower()
    when = When(item, short, several=not standard.one_answer)
    if detailed and category.examples:
        groups = tuple(
            Option(standards.normalise(example).replace(" ", "_"), example, _system(standard))
            for example in category.examples
        )
        label = f"{category.label}: which groups?"
        how = "Choose one." if standard.one_answer else "Select all that apply."
        yield Ask(f"race_{short}_detail", label, _type(standard), groups, how, when)
    examples = ", ".join(category.write_in_examples)
    label = f"Enter, for example, {examples}" if examples else "Enter any other group"
    yield Ask(f"race_{short}_written", f"{category.label}: another group", "text", (), label, when)
