"""Checks of a form's race and ethnicity question: what can be chosen, and how many of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from equitykit import standards
from equitykit.checks.categories import DO_NO_HARM, SPD15_FORM
from equitykit.checks.form_race import Part, Read
from equitykit.checks.form_view import FormView
from equitykit.checks.registry import Finding, check
from equitykit.checks.view import RACE
from equitykit.standards import Standard
from equitykit.text import plain

_ALL = re.compile(
    r"(select|check|choose|mark|tick|pick|click|indicate)\W+(\w+\W+){0,4}?(all|every|each|any|as many)|"
    r"\b(all|any|everything) (that|which) appl|one or more|as many (boxes )?as|more than one|"
    r"all that describe|multiple (answers|choices|selections) (are )?(allowed|possible)",
    re.IGNORECASE,
)
_ONE_OR_MORE = re.compile(r"one or more", re.IGNORECASE)
_ALL_THAT = re.compile(r"all that apply", re.IGNORECASE)


def quoted(text: str) -> str:
    """A label in quotes, on one line and not too long."""
    return f'"{plain(text, 80)}"'


def named(options: Iterable[Read]) -> str:
    """Options with their items: "race": "Other" (6)."""
    return "; ".join(
        f"{quoted(each.option.label)} (code {plain(each.option.code, 40)}) in {quoted(each.item.name)}"
        for each in options
    )


def items_of(options: Iterable[Read]) -> tuple[str, ...]:
    """Names of the items of some options, each once."""
    return tuple(dict.fromkeys(each.item.name for each in options))


def labels_of(standard: Standard, categories: Iterable[str]) -> str:
    """Categories in words, in the order of the standard."""
    wanted = set(categories)
    return ", ".join(standard.label(each) for each in standard.category_ids if each in wanted)


@check(
    "q-single-select",
    title="Only one race can be chosen, or the form does not say that several may be",
    subjects=("form",),
    severity="critical",
    needs=("rows", RACE, "race as a list"),
    remedy='Let people choose several, and say so beside the question: "Select all that apply".',
    source="https://self-law.org/code/or/ors-chapter-182/state-administrative-agencies/182-116",
)
def q_single_select(view: FormView) -> Iterator[Finding]:
    """Looks whether the race question takes several answers, and says that it does.

    Why it matters: with one answer, people of several races must deny part of who they are, and no later
    step can bring it back.

    How: a race item that takes one answer is critical; one that takes several without saying so is medium.
    Race and ethnicity asked as two items are one question: an item on Hispanic origin that takes one answer
    is fine beside a race item that takes several. Under IPEDS the form must say "one or more" and not "all
    that apply". Where a standard itself asks for one answer, nothing is found.

    Example: race as a drop-down list.

    When to ignore it: the standard you must follow asks for one answer, and you name that standard.
    """
    rules = view.standard.rules
    if rules.get("answers") == "one":
        return
    for part in view.race.having("race"):
        name = (part.item.name,)
        if part.item.type == "single":
            yield Finding(
                "{item} takes one answer only; who has several races cannot say so.",
                {"item": quoted(part.item.name)},
                columns=name,
                observed=1,
                remedy=f'Change the type of "{plain(part.item.name, 60)}" so that several options can be chosen '
                '(REDCap: checkbox; XLSForm: select_multiple; FHIR: repeats true), and add "Select all that apply".',
            )
            continue
        said = " ".join(view.texts_beside(part.item))
        if rules.get("several_said") == "one or more":
            if not _ONE_OR_MORE.search(said) or _ALL_THAT.search(said):
                yield Finding(
                    '{item} takes several answers, but does not say "one or more" as {standard} asks.',
                    {"item": quoted(part.item.name), "standard": view.standard.title},
                    severity="medium",
                    columns=name,
                    remedy='Write "Select one or more" beside the question, and not "all that apply".',
                )
        elif not _ALL.search(said):
            yield Finding(
                "{item} takes several answers, but does not say so.",
                {"item": quoted(part.item.name)},
                severity="medium",
                columns=name,
                remedy='Write "Select all that apply" beside the question.',
            )


@check(
    "q-missing-min-categories",
    title="The form does not offer every category of the standard",
    subjects=("form",),
    severity="high",
    needs=("rows", RACE, "options"),
    remedy="Offer each category of the standard as an option of its own.",
    source=SPD15_FORM,
)
def q_missing_min_categories(view: FormView) -> Iterator[Finding]:
    """Lists the minimum categories of the standard that nobody can choose.

    Why it matters: who is not on the form is not in the data.

    How: options are read and rolled up to the standard, over all items of the question. A category that
    stands only inside a merged label, or only in a follow-up question, does not count as offered.

    Example: a form without "Middle Eastern or North African".

    When to ignore it: another standard applies; name it with --standard.
    """
    question = view.race
    for category in view.standard.category_ids:
        if category in question.offered:
            continue
        merged = [r for r in question.options if r.status == "merged" and category in r.categories]
        message = (
            "{label} stands only inside a merged label: {options}." if merged else "{label} is not offered."
        )
        label = view.standard.label(category)
        yield Finding(
            message,
            {"label": quoted(label), "options": named(merged)},
            columns=items_of(merged) or question.names,
            groups=(category,),
            observed=0,
            remedy=f'Add the option "{label}"' + (" and split the merged label." if merged else "."),
        )


def _detailed(view: FormView) -> frozenset[str]:
    """Categories for which detail can be given."""
    question = view.race
    found: set[str] = set()
    for part in question.having("detail", "write-in"):
        found |= part.of
    own = set(view.standard.category_ids) | set(view.standard.aliases)
    for read in question.options:
        if read.status == "mapped" and read.meaning is not None and read.meaning.adds - own:
            found |= read.categories
    return frozenset(found)


@check(
    "q-no-detail-or-write-in",
    title="No detailed groups and nothing to write in",
    subjects=("form",),
    severity="medium",
    needs=("rows", RACE, "options"),
    remedy="Ask for detail below each category, with the standard's own examples and a line to write on. Where you "
    "have no use for detail, collect less and say why.",
    source=SPD15_FORM,
)
def q_no_detail_or_write_in(view: FormView) -> Iterator[Finding]:
    """Looks for detailed groups, or a line to write on, below the categories.

    Why it matters: "Asian" holds Hmong and Japanese families, whose situations differ; with the broad
    category alone nobody can see it.

    How: options that name a group, follow-up items, and text items beside the question count. None at all is
    medium under a standard that asks for detail, and for information elsewhere; detail for some categories
    only is low.

    Example: seven boxes and nothing else.

    When to ignore it: the agency has an exemption, or so few people answer that detail would point at them.
    """
    question = view.race
    detailed = _detailed(view)
    without = [
        each for each in view.standard.category_ids if each in question.offered and each not in detailed
    ]
    if not without:
        return
    needed = view.standard.rules.get("detail_needed") == "true"
    nothing = not detailed and not question.having("write-in", "detail")
    severity = ("medium" if nothing else "low") if needed else "info"
    yield Finding(
        "There are no detailed groups and no line to write on."
        if nothing
        else "There is no detail and no line to write on for: {labels}.",
        {"labels": labels_of(view.standard, without)},
        severity=severity,
        columns=question.names,
        groups=tuple(without),
        observed=len(without),
        n=len(view.standard.category_ids),
    )


@check(
    "q-multiracial-as-option",
    title='"Multiracial" or a bare "Other" is offered as an answer',
    subjects=("form",),
    severity="high",
    needs=("rows", RACE, "options"),
    remedy='Take the option out and let people choose all that apply; where "Other" stays, give it a line to write on.',
    source=SPD15_FORM,
)
def q_multiracial_as_option(view: FormView) -> Iterator[Finding]:
    """Finds options that say "several" without saying which, and "Other" without a line to write on.

    Why it matters: who ticks "multiracial" is counted in none of their groups, and "Other" tells nothing.

    How: options that read as multiracial are high. A bare "Other" is high where only one answer can be
    chosen, else medium; with a line to write on it is not listed. A standard that has a category for
    mixed groups, as in England and Wales, is followed.

    Example: "More than one race".

    When to ignore it: never for a new form; for old data see `two-or-more-opaque`.
    """
    question = view.race
    for read in question.options:
        if read.residual == "multiracial" and "multiracial" not in view.standard.residuals:
            yield Finding(
                "{option} says that somebody has several races, and not which.",
                {"option": named([read])},
                columns=(read.item.name,),
                groups=("~multiracial",),
            )
        elif read.residual == "other" and not question.has_write_in(read):
            yield Finding(
                "{option} has no line to write on.",
                {"option": named([read])},
                severity="high" if read.item.type == "single" else "medium",
                columns=(read.item.name,),
                groups=("~other",),
            )


@check(
    "q-white-first-or-default",
    title="White stands first, or an answer is filled in beforehand",
    subjects=("form",),
    severity="medium",
    needs=("rows", RACE, "options"),
    remedy="List the categories in the order of the alphabet, or in an order you can give a reason for; fill in "
    "nothing.",
    source=DO_NO_HARM,
)
def q_white_first_or_default(view: FormView) -> Iterator[Finding]:
    """Looks at the order of the options, and for an answer that is there before anybody gave one.

    Why it matters: an answer filled in beforehand is recorded for everybody who was not asked; White first
    makes one group the norm.

    How: any preset answer is medium. White first is low, unless the order is that of the alphabet, or that of
    the numbers of people in the benchmark.

    Example: White, Black, Asian, Other.

    When to ignore it: the order follows a rule that you state on the form.
    """
    question = view.race
    for part in (*question.asked, *question.having("detail")):
        if preset := part.item.default:
            chosen = next((r.option.label for r in part.options if r.option.code == preset), preset)
            yield Finding(
                "{item} is answered beforehand with {option}.",
                {"item": quoted(part.item.name), "option": quoted(chosen)},
                columns=(part.item.name,),
                remedy=f'Take the preset answer out of "{plain(part.item.name, 60)}".',
            )
    for part in _lists(question.asked):
        order = [r for r in part.options if r.status == "mapped" and len(r.categories) == 1]
        if len(order) < 2 or order[0].categories != {"WHITE"} or _reasoned(view, order):
            continue
        yield Finding(
            "{option} stands first, and the order is not that of the alphabet.",
            {"option": named(order[:1])},
            severity="low",
            columns=items_of(order[:1]),
            groups=("WHITE",),
        )


def _lists(parts: Iterable[Part]) -> Iterator[Part]:
    """Race items, and a family of yes/no items as one list."""
    flags = [part for part in parts if part.role == "flag"]
    yield from (part for part in parts if part.role == "race")
    if flags:
        yield Part(flags[0].item, "race", tuple(read for part in flags for read in part.options))


def _reasoned(view: FormView, order: list[Read]) -> bool:
    labels = [standards.normalise(read.option.label) for read in order]
    if labels == sorted(labels):
        return True
    counts = view.benchmark.counts.get(RACE, {}) if view.benchmark else {}
    people = [counts.get(next(iter(read.categories)), 0.0) for read in order]
    return any(people) and people == sorted(people, reverse=True)


@check(
    "q-no-rollup-crosswalk",
    title="Some options do not roll up to one category of the standard",
    subjects=("form",),
    severity="high",
    needs=("rows", RACE, "options"),
    remedy="Write down, for each option, the category of each standard that you report to. Standards place some "
    "groups differently (Afghan, Armenian, Somali, Sudanese); keep the answer as given, and roll up when reporting.",
    source="https://california.public.law/codes/government_code_section_8310.4",
)
def q_no_rollup_crosswalk(view: FormView) -> Iterator[Finding]:
    """Lists options that do not map to exactly one minimum category.

    Why it matters: an answer that belongs nowhere is dropped, or put somewhere by whoever makes the table.

    How: every option of the question and of its follow-ups is read and rolled up. What cannot be read, what
    the standard's text does not place, and merged labels are listed; missing reasons, "Other" and
    "multiracial" are judged by other checks.

    Example: "Middle Eastern or East Indian"; "Armenian" under a standard that does not name it.

    When to ignore it: you keep the crosswalk elsewhere, and it says where these go.
    """
    parts = (*view.race.asked, *view.race.having("detail"))
    for part in parts:
        for read in part.options:
            reason = _not_rolled_up(read, view.standard)
            if reason is not None and not _stands_below(part, read):
                yield Finding(
                    "{option} {reason}.",
                    {"option": named([read]), "reason": reason},
                    columns=(read.item.name,),
                    groups=tuple(sorted(read.categories)),
                )


def _stands_below(part: Part, read: Read) -> bool:
    """A group that the standard places nowhere, in a list that hangs on one category: that one is meant."""
    return part.role == "detail" and len(part.of) == 1 and read.residual == "other"


def _not_rolled_up(read: Read, standard: Standard) -> str | None:
    said = read.meaning
    if said is None:
        near = standards.suggest(read.option.label)
        return "could not be read" + (f"; perhaps {quoted(near)} is meant" if near else "")
    if said.residual or said.missing or said.not_hispanic and not said.adds:
        return None
    if said.one_of:
        return "is a merged label" + (f" ({labels_of(standard, read.categories)})" if read.categories else "")
    if read.unplaced:
        return f"names a group that {standard.title} does not place"
    if len(read.categories) > 1:
        return f"belongs to several categories ({labels_of(standard, read.categories)})"
    return None
