"""An assessment told from its result to its history; the public version without what could hurt people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from equitykit.instruments import TableAsk
from equitykit.instruments.statements import load_statement
from equitykit.instruments.values import blank
from equitykit.instruments.views import View, load_view
from equitykit.report import analysis, words
from equitykit.report.analysis import is_analysis
from equitykit.report.analysis_working import working_blocks
from equitykit.report.answers import (
    NO_ANSWER,
    Voice,
    asked,
    current,
    option_label,
    part_blocks,
    people_table,
    rows_table,
    view_blocks,
    without_names,
)
from equitykit.report.compared import compared
from equitykit.report.decision import (
    decision_chapters,
    others_blocks,
    plain_words,
    sign_off_blocks,
    sign_off_warning,
    told_above,
)
from equitykit.report.disparities import CAUTIONS
from equitykit.report.evidence import evidence_blocks, is_comparison, left_out
from equitykit.report.looking_back import review_blocks
from equitykit.report.opening import AFTER, BEFORE, answer, decision, opening, text_of
from equitykit.report.process import process_blocks
from equitykit.report.retell import retold
from equitykit.report.statement import statement_blocks
from equitykit.report.tree import (
    Block,
    Bullets,
    Callout,
    Details,
    Document,
    Facts,
    Heading,
    Link,
    Paragraph,
    Table,
)

if TYPE_CHECKING:
    from equitykit.assessment import Assessment
    from equitykit.instruments import Ask

INTERNAL = "Internal working paper, not for publication."
PUBLIC = (
    "Public version. Names of people, owners of actions, history, drafts and evidence that could point "
    "to people are left out. Read the free text once more before you publish it."
)
ANALYSIS_PUBLIC = (
    "Public version. It holds what the team has released and what may be quoted. Sources by name, names of people, "
    "owners, working papers, answers of the team to its own questions, and history are left out. Flags do not find "
    "everything: read the text once more before you publish it."
)
BEFORE_AND_AFTER = "The proposal, before and after"
BENEFIT_AND_BURDEN = "Benefit and burden, group by group"
SHORTEST_NAME = 3
OFFICE = re.compile(
    r"(?i)\b(?:agency|board|bureau|council|department|desk|division|network|office|services|team|unit)$"
)


def assessment_document(
    assessment: Assessment, *, public: bool = False, view: str | View | None = None
) -> Document:
    """Tell an assessment: what was asked, what was answered and what follows from it.

    Parameters
    ----------
    assessment : the assessment.
    public : leave out names, history, drafts, owners of actions, and evidence that is not
        proved safe to publish; each with the reason said.
    view : order the questions as people know them from elsewhere (`equitykit.instruments.views`);
        None keeps the order of the instrument.

    Returns
    -------
    Document

    Interpretation
    --------------
    The level comes first: notes are not an assessment, and say so.
    """
    voice = _voice(assessment, public=public)
    if is_analysis(assessment):
        return _analysis_document(assessment, voice)
    blocks = [
        *opening(assessment, voice),
        *sign_off_warning(assessment),
        *plain_words(assessment, voice),
        *_before_and_after(assessment, voice),
        *_benefit_and_burden(assessment, voice),
        *decision_chapters(assessment, voice),
        *process_blocks(assessment),
        *_actions(assessment, voice),
        *review_blocks(assessment, voice),
        *sign_off_blocks(assessment),
        *others_blocks(assessment, voice),
        *_evidence(assessment, voice),
        Heading(2, "All questions and answers"),
        *_all_answers(assessment, voice, view),
        *_people(assessment, voice),
    ]
    if not public:
        blocks += [*_history(assessment), *_about(assessment)]
        return Document(assessment.title, blocks, notice=INTERNAL)
    say = without_names(_names(assessment))
    return Document(say(assessment.title), retold([*blocks, *_about(assessment)], say), notice=PUBLIC)


def statement_document(assessment: Assessment, statement: str, *, public: bool = False) -> Document:
    """Make a short paper from an assessment.

    Parameters
    ----------
    assessment : the assessment.
    statement : "iowa", "minnesota", "oregon" or "dc" (statements on a bill, in our layout), or
        "community" (a page for people, with its reading level).
    public : leave out names, drafts and small numbers.

    Returns
    -------
    Document

    Interpretation
    --------------
    It holds what people answered and nothing else. It is no official form and draws no legal conclusion.
    """
    paper = load_statement(statement)
    blocks = statement_blocks(assessment, paper, Voice(public))
    title = f"{assessment.title}: {paper.title[:1].lower()}{paper.title[1:]}"
    if not public:
        return Document(title, blocks, notice=INTERNAL)
    say = without_names(_names(assessment))
    return Document(say(title), retold(blocks, say), notice=PUBLIC)


def _all_answers(assessment: Assessment, voice: Voice, view: str | View | None) -> Iterator[Block]:
    if view is not None:
        yield from view_blocks(assessment, load_view(view, assessment.instrument), voice)
        return
    for part in assessment.parts():
        yield from part_blocks(assessment, part, voice)


def _analysis_document(assessment: Assessment, voice: Voice) -> Document:
    """An Institutional Analysis in the order of its report; the working papers are for the team only."""
    say: Callable[[str], str] = without_names(_names(assessment)) if voice.public else str
    may_show = analysis.planned_shown(assessment, voice)
    blocks = [
        *analysis.opening_blocks(assessment, voice),
        *([] if voice.public else plain_words(assessment, voice)),
        *(analysis.team_blocks(assessment) if voice.public else _people(assessment, voice)),
        *analysis.story_blocks(assessment, voice),
        *_evidence(assessment, voice),
        *analysis.method_blocks(assessment, voice),
        *analysis.map_blocks(assessment, voice, say),
        *analysis.earlier_blocks(assessment, voice),
        *analysis.finding_blocks(assessment, voice),
        *analysis.response_blocks(assessment, voice),
        *_actions(assessment, voice, may_show),
        *review_blocks(assessment, voice),
    ]
    if voice.public:
        return Document(
            say(assessment.title), retold([*blocks, *_about(assessment)], say), notice=ANALYSIS_PUBLIC
        )
    blocks += [
        *working_blocks(assessment),
        Heading(2, "All questions and answers"),
        *_all_answers(assessment, voice, None),
        *_history(assessment),
        *_about(assessment),
    ]
    return Document(assessment.title, blocks, notice=INTERNAL)


def _names(assessment: Assessment) -> Iterator[str]:
    """Names of people: those given as such, and owners and authors that are not a role or an office."""
    people = assessment.people
    offices = {text.strip().casefold() for person in people for text in (person.role, person.organisation)}
    written = [action.owner for action in assessment.actions()]
    written += [entry.by for ask in assessment.instrument.asks() for entry in assessment.history(ask.id)]
    yield from (person.name.strip() for person in people if len(person.name.strip()) >= SHORTEST_NAME)
    for given in written:
        name = (given or "").strip()
        if " " in name and name.casefold() not in offices and not OFFICE.search(name):
            yield name


def _voice(assessment: Assessment, *, public: bool) -> Voice:
    above: dict[str, str] = {}
    for ask in assessment.instrument.asks():
        if ask.id in (BEFORE, AFTER):
            above[ask.id] = BEFORE_AND_AFTER
        elif _weighs(ask):
            above[ask.id] = BENEFIT_AND_BURDEN
    if is_analysis(assessment):
        return Voice(public, above)
    above |= told_above(assessment, Voice(public))
    return Voice(public, above)


def _weighs(ask: Ask) -> bool:
    """Whether a question asks for benefit and burden of each group."""
    return isinstance(ask, TableAsk) and {"benefit", "burden"} <= {column.id for column in ask.columns}


def _before_and_after(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    before, after = (text_of(answer(assessment, id, voice)) for id in (BEFORE, AFTER))
    if not before and not after:
        return
    yield Heading(2, BEFORE_AND_AFTER)
    before = before or decision(assessment, voice)
    yield Facts([("Before", before or NO_ANSWER), ("Now", after or NO_ANSWER)])
    if before and after:
        words_of_both = compared("The two versions in one text", before, after)
        yield Details("Show what was taken out and what was added", [words_of_both])


def _benefit_and_burden(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    for ask in asked(assessment):
        if not isinstance(ask, TableAsk) or not _weighs(ask):
            continue
        rows = current(assessment, ask, voice)
        if not blank(rows):
            yield Heading(2, BENEFIT_AND_BURDEN)
            yield rows_table(ask.label, ask.columns, rows, voice)
            if left := _left_out(assessment, ask, voice):
                yield Paragraph(
                    f"Named as affected; no row here is about them in the same words: {'; '.join(left)}."
                )
            yield Paragraph("Benefits and burdens are not added up, and groups are not put in an order.")


def _left_out(assessment: Assessment, ask: Ask, voice: Voice) -> list[str]:
    """Groups that an earlier answer names and this one does not, as far as that answer may be told."""
    rows = (current(assessment, assessment.instrument.ask(one.ask), voice) or () for one in ask.recalls)
    told = {str(cell).strip() for kept in rows for row in kept for cell in row.values()}
    return [name for name in assessment.not_named(ask.id) if name in told]


def _actions(
    assessment: Assessment, voice: Voice, may_show: Callable[[str], bool] = lambda id: True
) -> Iterator[Block]:
    yield Heading(2, "Who does what, by when")
    actions = [one for one in assessment.actions() if one.redacted is None and may_show(one.id)]
    if not actions:
        yield Paragraph("No action is written down.")
        return
    header = ("What", "Owner", "Due", "How it is measured", "Status", "What it did in fact")
    rows = [
        (
            action.what,
            action.owner or "Nobody yet",
            words.moment(action.due) or "No date yet",
            action.measure or words.DASH,
            action.status.capitalize(),
            action.effect or "",
        )
        for action in actions
    ]
    kept = [place for place, name in enumerate(header) if not (voice.public and name == "Owner")]
    yield Table.filled(
        "Actions", [header[place] for place in kept], [[row[place] for place in kept] for row in rows]
    )


def _evidence(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    items = assessment.evidence()
    yield Heading(2, "Evidence")
    if not items:
        yield Paragraph("No evidence is attached.")
        return
    reasons = left_out(items, public=voice.public)
    shown = [item for item in items if item.id not in reasons]
    if any(map(is_comparison, shown)):
        yield Callout("info", "How to read the comparisons", "\n".join(CAUTIONS))
    given: dict[str, str] = {}
    for item in shown:
        yield from evidence_blocks(item, public=voice.public, reasons=given)
    hidden = [(item, reasons[item.id]) for item in items if item.id in reasons]
    if hidden:
        yield Heading(3, "Left out of this report")
        yield Bullets(f"A piece of evidence ({item.evidence.kind}): {reason}" for item, reason in hidden)


def _people(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    yield Heading(2, "Who took part")
    people = assessment.people
    if not people:
        yield Paragraph("Nobody is named.")
        return
    told = {ask.id for ask in asked(assessment)}
    pairs, others = [], []
    for id in dict.fromkeys(person.ask for person in people):
        ask, rows = assessment.instrument.ask(id), [person for person in people if person.ask == id]
        if id in told:  # the answer names them
            part = assessment.instrument.part_of(id).title
            count = words.counted(len(rows), "person", "people")
            pairs.append((ask.label, f"{count}, listed under \u201c{part}\u201d"))
        else:
            others.append(people_table(ask.label, [person.model_dump() for person in rows], voice))
    if pairs:
        yield Facts(pairs)
    yield from others


def _history(assessment: Assessment) -> Iterator[Block]:
    asks = {ask.id: ask for ask in assessment.instrument.asks()}
    kept = assessment.to_dict()
    entries = [(entry, id) for id, history in kept["answers"].items() for entry in history]
    answers = [
        (asks[id].label if id in asks else id, _told(asks.get(id), entry), entry["note"])
        for entry, id in sorted(entries, key=_when)
    ]
    times = [(entry["at"], entry["by"]) for entry, _ in sorted(entries, key=_when)]
    yield Heading(2, "History")
    if answers:
        table = Table.filled(
            "Every answer ever kept, oldest first",
            ("When", "Who", "Question", "Answer", "Note"),
            [(*_stamp(at, by), *rest) for (at, by), rest in zip(times, answers, strict=True)],
        )
        yield Details(f"Show {words.counted(len(answers), 'answer')} with date and author", [table])
    steps = [
        (*_stamp(line["at"], line["by"]), line["what"].capitalize(), line["subject"], line["note"])
        for line in kept["log"]
    ]
    header = ("When", "Who", "What", "About", "Note")
    yield Details(
        "Show the steps of the work", [Table.filled("Steps of the work, oldest first", header, steps)]
    )


def _when(pair: tuple[Mapping[str, Any], str]) -> str:
    return str(pair[0]["at"])


def _stamp(at: str, by: str | None) -> tuple[str, str]:
    return words.moment(at) or "", by or words.DASH


def _told(ask: Ask | None, entry: Mapping[str, Any]) -> str:
    """One kept answer on one line."""
    if entry.get("redacted"):
        return f"Taken out on {words.moment(entry['redacted']['at'][:10])}: {entry['redacted']['why']}"
    value = entry["value"]
    if blank(value):
        return "Answer taken back"
    items = value if isinstance(value, list) else [value]
    return "; ".join(_item(ask, item) for item in items)


def _item(ask: Ask | None, item: Any) -> str:
    if isinstance(item, dict):
        return ", ".join(str(cell) for name, cell in item.items() if name != "id" and not blank(cell))
    return option_label(ask, item) if ask is not None else str(item)


def _about(assessment: Assessment) -> Iterator[Block]:
    instrument = assessment.instrument
    yield Heading(2, "About this report")
    yield Paragraph(instrument.credit.text)
    for link in instrument.credit.links:
        yield Link(link.title, link.url)
    yield Facts(
        [
            ("Tool", f"{instrument.title}, version {instrument.version}"),
            ("Way through it", instrument.track(assessment.track).title),
            ("Revision", str(assessment.revision)),
        ]
    )
