"""An Institutional Analysis told: the story behind the numbers, how it was looked at, what was found, what follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from equitykit.analysis.section import FAMILY_VOICES, SOURCE_KINDS, VOICES, Finding
from equitykit.assessment.desk import TEAM
from equitykit.instruments.values import blank
from equitykit.report import words
from equitykit.report.answers import NO_ANSWER, Voice, current, option_label
from equitykit.report.tree import Block, Bullets, Callout, Details, Facts, Figure, Heading, Paragraph, Table

if TYPE_CHECKING:
    from equitykit.analysis import Analysis
    from equitykit.assessment import Assessment

Say = Callable[[str], str]
KEPT_PRIVATE = (
    "The agreement for this analysis keeps its findings between the team and the agency. They are left out of this "
    "report, with the recommendations, the agency's answer and the plan."
)
NOT_SETTLED = (
    "It is not agreed yet whether the findings will be public. They are left out of this report until it is."
)
NOT_RELEASED = "The team has not released any finding yet. None is in this report."
WHAT_IT_IS_NOT = (
    "It is not about any single worker, judge or officer. When a practice often fails families, the cause is seldom "
    "one person.",
    "It does not count how often something happens. Numbers stand beside it as context and prove none of its findings.",
    "It gives no score and puts no groups in an order.",
)
METHOD = (
    "A team followed what happens to families, step by step, and read, listened and watched at the steps. It chose "
    "passages, masked what may point to a person, and coded them to features of the institution: what in rules, forms, "
    "money, training and habits of work shapes what happens. From these it built findings together. Each finding says "
    "from how many sides it was seen."
)
OPEN_QUOTE, CLOSE_QUOTE = "\u201c", "\u201d"


def is_analysis(assessment: Assessment) -> bool:
    """Whether the instrument works on passages and findings, beside its questions."""
    return any(part.bench is not None for part in assessment.instrument.parts)


def findings_shown(assessment: Assessment, voice: Voice) -> tuple[Finding, ...]:
    """Findings a report may hold: all for the team; for others those released, where they are public."""
    analysis = assessment.analysis
    if not voice.public:
        return analysis.findings()
    if withheld(assessment, voice) is not None:
        return ()
    released = analysis.released()
    return tuple(finding for finding in analysis.findings() if finding.id in released)


def withheld(assessment: Assessment, voice: Voice) -> str | None:
    """Why a public report holds no findings at all; None where it may."""
    if not voice.public:
        return None
    agreed = _said(assessment, "findings_public", voice)
    if agreed != "public":
        return KEPT_PRIVATE if agreed == "private" else NOT_SETTLED
    return None if assessment.analysis.released() else NOT_RELEASED


def opening_blocks(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """What kind of work it is, the question, and where it stands."""
    summary, shown = assessment.summary(), findings_shown(assessment, voice)
    yield Heading(2, "In short")
    titles = {"full": "Finished", "short": "Finished, on the shorter way"}
    reasons = " ".join(summary.reasons) or "All parts are finished."
    yield Callout(
        "info" if summary.level in titles else "warning", titles.get(summary.level, "Working notes"), reasons
    )
    facts = [
        ("The question", _text(assessment, "inquiry_question", voice) or NO_ANSWER),
        ("About", _text(assessment, "question_who", voice)),
        ("Outcome", _text(assessment, "question_outcome", voice)),
        ("Where, and since when", _text(assessment, "question_place", voice)),
        ("Way through it", assessment.instrument.track(assessment.track).title),
        ("Findings", _findings_in_short(assessment, shown, voice)),
        ("Begun on", words.moment(summary.begun_on)),
    ]
    yield Facts([(name, said) for name, said in facts if said])
    why = withheld(assessment, voice)
    if why is not None:
        yield Callout("info", "No findings in this report", why)
    elif shown:
        yield Bullets(finding.title for finding in shown)


def _findings_in_short(assessment: Assessment, shown: Sequence[Finding], voice: Voice) -> str:
    if voice.public:
        return words.counted(len(shown), "finding") if shown else ""
    released = assessment.analysis.released()
    return f"{words.counted(len(shown), 'finding')}, {sum(one.id in released for one in shown)} released by the team"


def team_blocks(assessment: Assessment) -> Iterator[Block]:
    """Who worked on it, for others: how many, and from where."""
    people = [person for person in assessment.people if person.ask == TEAM]
    yield Heading(2, "Who took part")
    if people:
        told = f"{words.counted(len(people), 'person', 'people')} worked on it."
        homes = list(dict.fromkeys(person.organisation for person in people if person.organisation.strip()))
        yield Paragraph(f"{told} They came from: {'; '.join(homes)}." if homes else told)
    yield Paragraph("Thank you to everybody who gave time and words. Names are left out of a public report.")


def story_blocks(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """Why here and why now; the reform, or what was found before; and what the numbers do and do not say."""
    yield Heading(2, "The story behind the numbers")
    yield from _answers(
        assessment, voice, "why_here", "reform_what", "reform_needs", "numbers_say", "numbers_silent"
    )


def method_blocks(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """How it was looked at, with what, and what this is not."""
    analysis = assessment.analysis
    yield Heading(2, "How we looked, and what this is not")
    yield Paragraph(METHOD)
    yield Bullets(WHAT_IT_IS_NOT)
    sources = [source for source in analysis.sources() if source.consent != "withdrawn"]
    if sources:
        kinds = [source.kind for source in sources]
        rows = [(label, str(kinds.count(kind))) for kind, label in SOURCE_KINDS.items() if kind in kinds]
        yield Table("Sources by kind", ("Kind of source", "Number"), rows, numeric=(1,))
        missing = [VOICES[one] for one in FAMILY_VOICES if all(source.voice != one for source in sources)]
        if missing:
            yield Paragraph(f"Not heard so far: {words.listed(missing).lower()}.")
    else:
        yield Paragraph("No source is written down yet.")
    yield Paragraph(_features_said(analysis))
    yield from _answers(
        assessment, voice, "consent_how", "voices_missing", "findings_tested", "families_on_findings"
    )
    if not voice.public:
        unsigned = analysis.unsigned()
        if unsigned:
            yield Callout(
                "warning", "Terms of confidentiality", f"Not accepted yet by: {words.listed(unsigned)}."
            )


def _features_said(analysis: Analysis) -> str:
    features = analysis.features()
    if not features:
        return "No list of features was used."
    named = words.listed([feature.label.lower() for feature in features])
    book = analysis.section.book
    origin = (
        f" The team began with the list \u201c{book.title}\u201d, version {book.version}." if book else ""
    )
    return f"Features looked for: {named}.{origin}"


def map_blocks(assessment: Assessment, voice: Voice, say: Say) -> Iterator[Block]:
    """The map of the process as a picture, with its table."""
    ask = next((ask for ask in assessment.instrument.asks() if ask.kind == "map"), None)
    rows = [] if ask is None else current(assessment, ask, voice) or []
    said = [row for row in rows if not blank({name: cell for name, cell in row.items() if name != "id"})]
    yield Heading(2, "How a case moves")
    drawable = [{key: say(str(cell or "")) for key, cell in row.items()} for row in said]
    if not drawable or any(blank(row.get("step")) for row in drawable):
        yield Paragraph("The map is not drawn yet.")
    else:
        from equitykit.plots import steps
        from equitykit.plots.steps import MOST_STEPS

        for first in range(0, len(drawable), MOST_STEPS):
            own = drawable[first : first + MOST_STEPS]
            part = f", from step {first + 1}" if first else ""
            chart = steps(own, title=f"Steps of the process{part}", heading=False)
            table = Table(chart.title, chart.columns, chart.rows)
            yield Figure(
                chart.png,
                chart.alt,
                chart.title,
                table,
                folded=True,
                behind="The steps of this map, as a table",
            )
    yield from _answers(assessment, voice, "map_differs")


def finding_blocks(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """Each finding: what families meet, how it comes about, what speaks for it and against it, what follows."""
    shown, analysis = findings_shown(assessment, voice), assessment.analysis
    yield Heading(2, "Findings")
    if not shown:
        yield Paragraph(withheld(assessment, voice) or "No finding is written down yet.")
        return
    yield Paragraph("The findings stand in no order of weight.")
    labels = {feature.id: feature.label for feature in analysis.features(also_aside=True)}
    for number, finding in enumerate(shown, start=1):
        yield Heading(3, f"{number}. {finding.title}")
        yield Facts(_finding_facts(assessment, finding, labels, voice))
        quotes, unquoted = _quotes(analysis, finding.evidence, voice)
        if quotes:
            yield Paragraph("In the words of the sources, masked:")
            yield Bullets(quotes)
        if unquoted and voice.public:
            yield Paragraph(f"{words.counted(unquoted, 'passage')} behind this finding may not be quoted.")
        against, _ = _quotes(analysis, finding.counter, voice)
        if against:
            yield Paragraph("What speaks against it:")
            yield Bullets(against)
        recommended = analysis.recommendations(finding.id)
        if recommended:
            yield Paragraph("What would have to change:")
            yield Bullets(_recommended(one.what, one.owner, voice) for one in recommended)
        if not voice.public:
            prompts = [prompt.text for prompt in analysis.prompts(finding.id)]
            if prompts:
                yield Details(f"Worth another look ({len(prompts)})", [Bullets(prompts)])


def _finding_facts(
    assessment: Assessment, finding: Finding, labels: Mapping[str, str], voice: Voice
) -> list[tuple[str, str]]:
    state, released = assessment.analysis.triangulation(finding.id), assessment.analysis.released()
    facts = [
        ("From where families stand", finding.problem),
        ("How it comes about", finding.how),
        ("Features", words.listed([labels.get(one, one) for one in finding.features])),
        ("Groups affected", "; ".join(finding.groups)),
        ("What already works", finding.works),
        ("What speaks against it, or how we looked", finding.counter_note),
    ]
    if voice.public:
        kinds = [SOURCE_KINDS[kind].lower() for kind in state.kinds]
        told = f"{words.listed(kinds).capitalize()}." if kinds else "No source stands behind it now."
        families = set(state.voices) & set(FAMILY_VOICES)
        facts.append(
            (
                "Seen from",
                f"{told} {'Families or young people are among those who spoke.' if families else ''}",
            )
        )
    else:
        beside = [item.evidence.title for item in assessment.evidence() if item.id in finding.numbers]
        facts += [
            ("Seen from", state.sentence),
            ("Counts no longer", "; ".join(f"{id}: {why}" for id, why in state.not_counted)),
            ("Numbers beside it", "; ".join(beside)),
            ("Owner", finding.owner or "Nobody yet"),
            ("Released", _released(released, finding.id)),
        ]
    return [(name, said.strip()) for name, said in facts if said.strip()]


def _released(released: Mapping[str, Any], id: str) -> str:
    if id not in released:
        return "Not released by the team as it stands"
    return f"{words.moment(released[id].day)}, agreed by {words.listed(released[id].agreed)}"


def _recommended(what: str, owner: str, voice: Voice) -> str:
    return what if voice.public or not owner else f"{what} (owner: {owner})"


def _quotes(analysis: Analysis, ids: Sequence[str], voice: Voice) -> tuple[list[str], int]:
    """Passages in quotation marks, with where they are from; and how many there are that may not be quoted."""
    sources = {source.id: source for source in analysis.sources()}
    quotes, unquoted = [], 0
    for id in ids:
        if analysis.why_not(id) is not None:
            continue
        if voice.public and analysis.why_not_quoted(id) is not None:
            unquoted += 1
            continue
        excerpt = analysis.excerpt(id)
        source = sources[excerpt.source]
        if voice.public:
            spoke = "" if source.voice == "records" else f", {VOICES[source.voice].lower()}"
            where = f"{SOURCE_KINDS[source.kind].lower()}{spoke}"
        else:
            where = ", ".join(filter(None, (id, source.label, excerpt.place)))
        quotes.append(f"{OPEN_QUOTE}{' '.join(excerpt.text.split())}{CLOSE_QUOTE} ({where})")
    return quotes, unquoted


def response_blocks(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """The agency's answer, in its own words."""
    analysis, shown = assessment.analysis, findings_shown(assessment, voice)
    responses = [
        one for one in analysis.responses() if one.finding is None or one.finding in {f.id for f in shown}
    ]
    if voice.public and not shown:
        return
    yield Heading(2, "What the agency says")
    if not responses:
        yield Paragraph("No answer of the agency is written down.")
        return
    yield Paragraph("The words are the agency's own. The team has not changed them.")
    numbers = {finding.id: str(number) for number, finding in enumerate(shown, start=1)}
    rows = [
        (
            f"Finding {numbers[one.finding]}" if one.finding else "All findings",
            one.who,
            words.moment(one.day) or "",
            one.state.capitalize(),
            one.text,
        )
        for one in responses
    ]
    yield Table("The agency's answer", ("About", "Office", "On", "In short", "In its words"), rows)


def earlier_blocks(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """What became of the findings of an earlier analysis."""
    analysis = assessment.analysis
    if not analysis.earlier():
        return
    yield Heading(2, "What became of the earlier findings")
    if voice.public and withheld(assessment, voice) in (KEPT_PRIVATE, NOT_SETTLED):
        yield Paragraph("They are left out, as the findings of this analysis are.")
        return
    looks = analysis.looks()
    for earlier in analysis.earlier():
        rows = [
            (
                finding.title,
                looks[finding.id].state.capitalize() if finding.id in looks else "Not looked at yet",
                looks[finding.id].note if finding.id in looks else "",
            )
            for finding in earlier.findings
        ]
        yield Table.filled(
            f"Findings of \u201c{earlier.title}\u201d", ("Finding", "Now", "What we saw"), rows
        )
    yield from _answers(assessment, voice, "earlier_changed", "earlier_stayed")


def planned_shown(assessment: Assessment, voice: Voice) -> Callable[[str], bool]:
    """Whether an action may stand in a report: in public none that belongs to a finding that is not shown."""
    shown = {finding.id for finding in findings_shown(assessment, voice)}
    recommended = assessment.analysis.section.recommendations
    hidden = {one.action for one in recommended if one.finding not in shown}
    private = voice.public and withheld(assessment, voice) is not None
    return lambda id: not (private or (voice.public and id in hidden))


def _answers(assessment: Assessment, voice: Voice, *ids: str) -> Iterator[Block]:
    """Answers to some questions, those that are asked and answered."""
    facts = []
    for id in ids:
        text = _text(assessment, id, voice)
        if text:
            facts.append((assessment.instrument.ask(id).label, text))
    if facts:
        yield Facts(facts)


def _said(assessment: Assessment, id: str, voice: Voice) -> Any:
    ask = next((ask for ask in assessment.instrument.asks() if ask.id == id), None)
    if ask is None or not assessment.visible(id):
        return None
    return current(assessment, ask, voice)


def _text(assessment: Assessment, id: str, voice: Voice) -> str:
    value = _said(assessment, id, voice)
    return "" if blank(value) else option_label(assessment.instrument.ask(id), value).strip()
