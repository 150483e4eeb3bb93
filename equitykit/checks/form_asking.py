"""Checks of how a form asks: its words, ways out, reasons, who answers, and in which languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equitykit import standards
from equitykit.checks.form_options import named, quoted
from equitykit.checks.form_race import Part
from equitykit.checks.form_view import FormView
from equitykit.checks.lexicon import lexicon
from equitykit.checks.registry import Finding, NotRun, Threshold, check
from equitykit.checks.view import RACE
from equitykit.forms import Item
from equitykit.text import plain

_PURPOSE = re.compile(
    r"\bwhy (we|are we|do we|this)\b|\bwe (ask|collect|use|need)\b|\b(ask|asking|asked|collect\w*|used?) (\w+ ){0,6}"
    r"(so that|in order to|to (make sure|ensure|help|improve|understand|see|serve|check|plan|find))\b|"
    r"\b(will be|is|are) used (to|for|only)\b|\bthis information (helps|will|is)\b|\bpurpose of\b|\bhelps us\b",
    re.IGNORECASE,
)
_VOLUNTARY = re.compile(
    r"\bvoluntary|\boptional\b|\b(do not|don.t) have to\b|\bmay (skip|decline|choose not)|\bcan skip\b|"
    r"\byour choice\b|\bwill not affect\b|\bnot required\b",
    re.IGNORECASE,
)
_PRIVATE = re.compile(
    r"\bprivacy\b|\bprivate\b|\bconfidential|\bwho (can|will|may) see\b|\bkept (safe|secure|separate)|"
    r"\bnot be shared\b|\bprotected\b",
    re.IGNORECASE,
)


@check(
    "q-outdated-terms",
    title="The form uses outdated words",
    subjects=("form",),
    severity="low",
    needs=("rows",),
    remedy="Use the words of the standard, and ask the people they describe.",
    source="https://www.cdc.gov/health-communication/php/toolkit/preferred-terms.html",
    unverified="The page of the CDC was read in part; it does not list every word that is looked for here.",
)
def q_outdated_terms(view: FormView) -> Iterator[Finding]:
    """Finds words of a lexicon in questions, hints and options, and suggests others.

    Why it matters: a word that offends keeps people from answering.

    How: the words are data with a version and sources (schemas/lexicons/outdated-terms.yaml). Some are looked for
    in the race and ethnicity question only. Names that people and organisations chose for themselves, such as
    "Nome Eskimo Community", are never listed. Of a form in another language, its English translation is read.

    Example: "Caucasian".

    When to ignore it: the people described asked for the word.
    """
    words = lexicon("outdated-terms")
    parts = view.question.parts if view.question else ()
    places = {p.item.name: ("race",) if p.role == "detail" else ("race", "main") for p in parts}
    english = not view.form.languages or _language(view.form.languages[0]) == "en"
    for item in view.form.items:
        where = places.get(item.name, ())
        asked = f"{item.label} {item.note}" if english else dict(item.translations).get("en", "")
        for term in words.found_in(asked, *where):
            yield Finding(
                "{item} uses the word {term}. Suggested: {instead}.",
                {"item": quoted(item.name), "term": quoted(term.term), "instead": term.instead},
                columns=(item.name,),
            )
        for option in item.options:
            shown = option.label if english else dict(option.translations).get("en", "")
            for term in words.found_in(shown, *where):
                yield Finding(
                    "The option {option} (code {code}) in {item} uses the word {term}. Suggested: {instead}.",
                    {
                        "option": quoted(option.label),
                        "code": plain(option.code, 40),
                        "item": quoted(item.name),
                        "term": quoted(term.term),
                        "instead": term.instead,
                    },
                    columns=(item.name,),
                )


@check(
    "q-no-opt-out",
    title="People cannot say that they do not know or prefer not to answer",
    subjects=("form",),
    severity="high",
    needs=("rows", RACE, "options"),
    remedy='Add "Prefer not to answer" and "Don\'t know" as two options, keep "not asked" apart from both for staff, '
    "and let no service depend on the answer.",
    source="https://dpcpsi.nih.gov/sgmro/measurement-and-data/2022-NASEM-report",
)
def q_no_opt_out(view: FormView) -> Iterator[Finding]:
    """Looks for a way out of the race and ethnicity question: declined, and not known.

    Why it matters: without one, people invent an answer, or staff fill it in.

    How: an item that must be answered and has no way to decline is high; one without either way out is medium;
    one of the two missing is low. Under IPEDS no way out may be printed, and the question must be one that can be
    skipped: printed ones, and a forced answer, are found there.

    Example: race is required, and the options are seven categories.

    When to ignore it: the standard you must follow forbids printed ways out, and you name that standard.
    """
    forbidden = view.standard.rules.get("opt_outs") == "forbidden"
    for part in _answered(view):
        yield from _printed(view, part) if forbidden else _lacking(part)


def _answered(view: FormView) -> tuple[Part, ...]:
    flags = view.race.having("flag")
    if not flags:
        return view.race.having("race", "ethnicity")
    options = tuple(read for part in flags for read in part.options)
    return (*view.race.having("race", "ethnicity"), Part(flags[0].item, "race", options))


def _printed(view: FormView, part: Part) -> Iterator[Finding]:
    for read in part.options:
        if read.missing or read.residual == "other":
            yield Finding(
                "{option} is printed; {standard} forbids options for not answering.",
                {"option": named([read]), "standard": view.standard.title},
                columns=(part.item.name,),
                remedy="Take the option out. Answering is voluntary: the question can be skipped.",
            )
    if part.item.required:
        yield Finding(
            "{item} cannot be skipped; under {standard} answering is voluntary.",
            {"item": quoted(part.item.name), "standard": view.standard.title},
            columns=(part.item.name,),
            remedy="Let the question be skipped.",
        )


def _lacking(part: Part) -> Iterator[Finding]:
    reasons = {read.missing for read in part.options}
    lacks = [
        words
        for reason, words in (("declined", '"Prefer not to answer"'), ("unknown", '"Don\'t know"'))
        if reason not in reasons
    ]
    if not lacks:
        return
    forced = part.item.required and "declined" not in reasons
    yield Finding(
        "{item} must be answered and has no option {lacks}." if forced else "{item} has no option {lacks}.",
        {"item": quoted(part.item.name), "lacks": " and no option ".join(lacks)},
        severity="high" if forced else "medium" if len(lacks) == 2 else "low",
        columns=(part.item.name,),
        observed=2 - len(lacks),
        remedy=f'Add {" and ".join(lacks)} to "{plain(part.item.name, 60)}"'
        + (", and let it be skipped." if forced else "."),
    )


@check(
    "q-no-purpose-notice",
    title="The form does not say why it asks",
    subjects=("form",),
    severity="medium",
    needs=("rows", RACE),
    remedy="Say beside the question why you ask, what happens with the answer, that it is voluntary, and whom to ask. "
    "If you cannot say why you ask, do not ask.",
    source="https://www2.gov.bc.ca/gov/content/data/policy-standards/data-standards-and-guidelines/"
    "racial-identity-data-standard/standard-requirements",
)
def q_no_purpose_notice(view: FormView) -> Iterator[Finding]:
    """Looks for words around the race question that say why it is asked, that it is voluntary, and who sees it.

    Why it matters: people answer when they know what the answer is for, and they have a right to know.

    How: the question, its hint, its section and the notices of the same part are searched. Nothing at all is medium;
    something about voluntariness or privacy but no reason is low. What the words are worth is for a person to judge.

    Example: a page that begins with "Race:".

    When to ignore it: the reason is given on paper or by the person who asks, in words that are written down.
    """
    asked = view.race.asked or view.race.parts
    said = " ".join(text for part in asked for text in view.texts_around(part.item))
    if _PURPOSE.search(said):
        return
    partly = bool(_VOLUNTARY.search(said) or _PRIVATE.search(said))
    yield Finding(
        "Beside {items} it says something about choice or privacy, but not why it is asked."
        if partly
        else "Nothing beside {items} says why it is asked, or what happens with the answer.",
        {"items": ", ".join(quoted(name) for name in view.race.names)},
        severity="low" if partly else "medium",
        columns=view.race.names,
    )


@check(
    "q-respondent-not-recorded",
    title="The form does not record who answered",
    subjects=("form",),
    severity="medium",
    needs=("rows", RACE),
    remedy="Add one item: answered by the person, by a parent or guardian, by somebody else who knows them, "
    "or by staff.",
    source="https://www.law.cornell.edu/regulations/oregon/Or-Admin-Code-SS-950-030-0020",
)
def q_respondent_not_recorded(view: FormView) -> Iterator[Finding]:
    """Looks for an item that says who gave the answers.

    Why it matters: what staff guess differs from what people say; without the item nobody can tell them apart.

    How: names and words of all items are searched for respondent, informant, proxy, "who answered" and the like.

    Example: a form on children without "relationship to the child".

    When to ignore it: only the person can fill it in, and the form says so.
    """
    if view.respondent is None:
        yield Finding(
            "None of the {k} questions records who answered.",
            {"k": str(view.size)},
            columns=view.race.names,
            observed=0,
            n=view.size,
        )


@check(
    "q-sex-gender-conflated",
    title="One item mixes sex and gender",
    subjects=("form",),
    severity="medium",
    needs=("rows", RACE, "sex or gender"),
    remedy="Ask two items where you need both and it is lawful, else one with the word you mean. Look at what those "
    "who fund you allow (federal rules changed in 2025). Not asking is a valid choice.",
    source="https://nap.nationalacademies.org/read/26424/chapter/10",
)
def q_sex_gender_conflated(view: FormView) -> Iterator[Finding]:
    """Finds items that ask for gender and offer only male and female, or mix them with transgender.

    Why it matters: sex and gender are two questions; mixed, neither is answered.

    How: an item called gender whose only substantive options are male and female; and an item that offers male,
    female and transgender where no other item asks for sex. Forms that ask two items are not listed for that.

    Example: "Gender: male, female".

    When to ignore it: the wording is fixed by law, and you say so beside the data.
    """
    several = len(view.sex_and_gender) > 1
    for item in view.sex_and_gender:
        said = _sexes(item)
        gender = "gender" in f"{item.name} {item.label}".lower()
        if {"F", "M"} <= said and "TRANSGENDER" in said and not several:
            yield Finding(
                "{item} offers male, female and transgender in one list.",
                {"item": quoted(item.name)},
                columns=(item.name,),
            )
        elif gender and {"F", "M"} <= said <= {"F", "M", "X"}:
            yield Finding(
                "{item} is called gender and offers only: {options}.",
                {
                    "item": quoted(item.label or item.name),
                    "options": ", ".join(quoted(option.label) for option in item.options),
                },
                columns=(item.name,),
            )


def _sexes(item: Item) -> frozenset[str]:
    """Sexes and genders offered; male and female count as sexes only in these words."""
    found: set[str] = set()
    for option in item.options:
        words = standards.normalise(option.label)
        sex = {"female": "F", "f": "F", "male": "M", "m": "M"}.get(words)
        gender = standards.read_value(option.label, standards.vocabulary("gender"))
        if sex:
            found.add(sex)
        elif words == "x":
            found.add("X")
        elif "transgender" in words:
            found.add("TRANSGENDER")
        elif gender is not None and gender.adds:
            found |= gender.adds
    return frozenset(found)


@check(
    "q-language-access",
    title="The form is not there in languages that people speak",
    subjects=("form",),
    severity="medium",
    needs=("rows", RACE, "languages served"),
    remedy="Have it translated by people of the community, and give interpreters the same words. Machine translation "
    "of these questions is not enough.",
    source="https://www.govinfo.gov/content/pkg/FR-2002-06-18/pdf/02-15207.pdf",
    thresholds={
        "share": Threshold(0.05, "default", "medium"),
        "people": Threshold(1000, "default", "medium"),
    },
    unverified="The limits of 5 % and 1,000 people were a safe harbour in guidance of 2002 that was rescinded in 2025; "
    "they are kept as starting values of this tool, not as a rule.",
)
def q_language_access(view: FormView) -> Iterator[Finding]:
    """Compares the languages of the form with those of the people served.

    Why it matters: who cannot read the question is recorded as missing, or by somebody else's guess.

    How: languages spoken by at least the share or the number of people are expected, by the counts you give. A
    language counts as there if the race and ethnicity question is translated. A form that names no language is taken
    to be in English, and that is said.

    Example: 8 % of families speak Somali, and the form is in English and Spanish.

    When to ignore it: the question is always asked through an interpreter who has the words in writing.
    """
    if view.benchmark is None:
        raise NotRun("nobody said which languages are served", enable="Give --benchmark FILE.")
    counts = view.benchmark.counts["language"]
    total = counts.get("~total") or sum(n for name, n in counts.items() if not name.startswith("~"))
    share = view.limit("q-language-access", "share", Threshold(0.05, "default", "medium"))
    people = view.limit("q-language-access", "people", Threshold(1000, "default", "medium"))
    there = _languages(view)
    assumed = "" if view.form.languages else " The form names no language; it was taken to be in English."
    for name, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        code = _language(name)
        part = n / total if total else 0.0
        if name.startswith("~") or code in there or (part < share.value and n < people.value):
            continue
        yield Finding(
            "{language} is spoken by {n} people ({part} of those served), and the question is not there in it."
            "{assumed}",
            {"language": plain(name, 60), "n": f"{n:,.0f}", "part": f"{part:.1%}", "assumed": assumed},
            columns=view.race.names,
            observed=round(part, 6),
            threshold=share if part >= share.value else people,
            n=int(total),
        )


def _language(name: str) -> str:
    vocabulary = standards.vocabulary("language")
    said = standards.read_value(name, vocabulary)
    if said is not None and said.adds:
        return next(iter(said.adds))
    return name.strip().lower().split("-")[0]


def _languages(view: FormView) -> set[str]:
    """Languages in which the whole race and ethnicity question can be read."""
    first = {_language(view.form.languages[0])} if view.form.languages else {"en"}
    translated: list[set[str]] = []
    for part in view.race.asked:
        translated.append({_language(name) for name, text in part.item.translations if text})
        translated += [{_language(n) for n, text in o.translations if text} for o in part.item.options]
    common = set.intersection(*translated) if translated else set()
    if view.form.kind == "qualtrics":
        common |= set.intersection(*({_language(n) for n, _ in p.item.translations} for p in view.race.asked))
    return first | common
