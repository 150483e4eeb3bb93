"""The first screen of an assessment: what is proposed, what was decided, what changes, for whom, what next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from equitykit.instruments import TableAsk
from equitykit.instruments.values import blank
from equitykit.report import words
from equitykit.report.answers import NO_ANSWER, Voice, asked, current, option_label
from equitykit.report.tree import Block, Callout, Facts, Heading

if TYPE_CHECKING:
    from equitykit.assessment import Assessment
    from equitykit.instruments import Ask

LEVELS = {
    "full": ("info", "Full assessment"),
    "short": ("info", "Short assessment"),
}
RESULT, BEFORE, AFTER = "desired_result", "before", "after"
DECIDED, SIGNED, REVISION, AFFECTED = "leaders_answer", "signed_on", "revision_kind", "affected_groups"
ENDED = ("done", "dropped")
SENTENCE_END = re.compile(r"(?<=\w\w[.!?])\s+(?=[^\W\d_a-z])")


def opening(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """Level of the assessment, and in a line each what a reader asks first."""
    summary = assessment.summary()
    yield Heading(2, "In short")
    kind, title = LEVELS.get(summary.level, ("warning", "Notes only, not an assessment"))
    reasons = " ".join(summary.reasons) or "All parts are finished."
    yield Callout(kind, title, reasons)  # type: ignore[arg-type]
    finished = sum(state == "completed" for state in summary.parts.values())
    means = assessment.instrument.meaning
    facts = [
        (_named_proposal(assessment, voice), _proposed(assessment, voice) if means("decision") else None),
        *_decided(assessment, voice),
        *_changes(assessment, voice),
        ("What comes next", _next(assessment)),
        *_affected(assessment, voice),
        *_result(assessment, voice),
        ("Asked for on", (words.moment(summary.asked_on) or "Not given") if means("asked_on") else None),
        ("Begun on", words.moment(summary.begun_on) or "Not given"),
        (
            "Day of the decision",
            (words.moment(summary.decided_on) or "Not given") if means("decided_on") else None,
        ),
        ("Parts finished", f"{finished} of {len(summary.parts)}"),
    ]
    yield Facts([(name, said) for name, said in facts if said is not None])


def _result(assessment: Assessment, voice: Voice) -> Iterator[tuple[str, str]]:
    """The result for people, where the instrument asks for it."""
    if any(ask.id == RESULT for ask in assessment.instrument.asks()):
        yield ("Result for people", text_of(answer(assessment, RESULT, voice)) or NO_ANSWER)


def answer(assessment: Assessment, id: str, voice: Voice) -> Any:
    """Answer to a question, where it is asked."""
    ask = _ask(assessment, id)
    return None if ask is None else current(assessment, ask, voice)


def text_of(value: object) -> str:
    """An answer as text."""
    return "" if value is None else str(value).strip()


def decision(assessment: Assessment, voice: Voice) -> str:
    """The decision looked at, in full."""
    ask = assessment.instrument.meaning("decision")
    return "" if ask is None else text_of(current(assessment, ask, voice))


def first_sentence(text: str) -> str:
    """First sentence of a text.

    Examples
    --------
    >>> first_sentence("Half of the visits. No more.")
    'Half of the visits.'
    >>> first_sentence("As Dr. Sample asked on 3 May. Then more.")
    'As Dr. Sample asked on 3 May.'
    """
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    start = 0
    while found := SENTENCE_END.search(line, start):
        before = line[: found.start()].rsplit(maxsplit=1)[-1]
        if before.rstrip(".") not in TITLES:
            return line[: found.start()]
        start = found.end()
    return line


TITLES = ("Dr", "Mr", "Mrs", "Ms", "Mx", "St", "Sgt", "No", "Nos", "Inc", "Jr", "Sr", "vs", "approx")


def _ask(assessment: Assessment, id: str) -> Ask | None:
    return next((ask for ask in asked(assessment) if ask.id == id), None)


def _proposed(assessment: Assessment, voice: Voice) -> str:
    """First paragraph of the proposal, and where the rest stands."""
    whole = decision(assessment, voice)
    first = re.split(r"\n\s*\n", whole, maxsplit=1)[0].strip()
    if not first:
        return NO_ANSWER
    ask = assessment.instrument.meaning("decision")
    if first == whole or ask is None:
        return whole
    return f"{first}\n(All of it stands under \u201c{assessment.instrument.part_of(ask.id).title}\u201d.)"


def _named_proposal(assessment: Assessment, voice: Voice) -> str:
    """The proposal, said as past where it was changed since."""
    changed = answer(assessment, REVISION, voice) == "changed"
    return "What was proposed at first" if changed else "What is proposed"


def _decided(assessment: Assessment, voice: Voice) -> Iterator[tuple[str, str]]:
    """What the leaders decided, where the instrument asks for it."""
    ask = _ask(assessment, DECIDED)
    if ask is None:
        return
    value = current(assessment, ask, voice)
    day = text_of(answer(assessment, SIGNED, voice))
    on = f" (signed on {words.moment(day)})" if day else ""
    yield ("Leaders decided", NO_ANSWER if blank(value) else f"{option_label(ask, value)}{on}")


def _changes(assessment: Assessment, voice: Voice) -> Iterator[tuple[str, str]]:
    """What happens to the proposal: a sentence of before and one of after."""
    before, after = (text_of(answer(assessment, id, voice)) for id in (BEFORE, AFTER))
    ask, kind = _ask(assessment, REVISION), answer(assessment, REVISION, voice)
    named = "" if ask is None or blank(kind) else option_label(ask, kind)
    if not before and not after:
        if ask is not None:
            yield ("What happens to it", named or NO_ANSWER)
        return
    said = [f"{named}."] if named else []
    said += [f"Before: {first_sentence(before or decision(assessment, voice)) or NO_ANSWER}"]
    said.append(f"Now: {first_sentence(after) or NO_ANSWER}")
    yield ("What happens to it" if named else "Before and now", "\n".join(said))


def _affected(assessment: Assessment, voice: Voice) -> Iterator[tuple[str, str]]:
    """Names of the groups that would feel the effect, in the order given."""
    ask = _ask(assessment, AFFECTED)
    if not isinstance(ask, TableAsk):
        return
    rows = current(assessment, ask, voice)
    name = ask.columns[0].id
    groups = [str(row[name]).strip() for row in rows or () if not blank(row.get(name))]
    yield ("Who is affected", "; ".join(groups) if groups else NO_ANSWER)


def _next(assessment: Assessment) -> str:
    """How many actions there are, and which is due next."""
    actions = [action for action in assessment.actions() if action.redacted is None]
    if not actions:
        return "No action is written down."
    open_ones = [action for action in actions if action.status not in ENDED]
    count = words.counted(len(actions), "action")
    if not open_ones:
        return f"{count}, none of them open."
    still = "all open" if len(open_ones) == len(actions) else f"{len(open_ones)} still open"
    dated = [action for action in open_ones if action.due]
    if not dated:
        return f"{count}, {still}. None has a date yet."
    first = min(dated, key=lambda action: str(action.due))
    day = words.moment(str(first.due))
    past = " (that day has passed)" if str(first.due) < date.today().isoformat() else ""
    return f"{count}, {still}. The next is due on {day}{past}: {first.what.strip().rstrip('.')}."
