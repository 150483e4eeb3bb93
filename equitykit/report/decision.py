"""Chapters on a decision: what people are told, other ways, smaller burdens, who was heard, who signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from equitykit.instruments import TableAsk
from equitykit.instruments.values import blank
from equitykit.readability import FAMILIES, reading_level
from equitykit.report import words
from equitykit.report.answers import Voice, asked, current, rows_table
from equitykit.report.tree import Block, Bullets, Callout, Facts, Heading, Paragraph, Table

if TYPE_CHECKING:
    from equitykit.assessment import Assessment
    from equitykit.assessment.nearby import Nearby
    from equitykit.instruments import Ask, Column

PLAIN_WORDS = "In plain words, for the community"
OTHER_WAYS = "Other ways, side by side"
SMALLER = "What makes each burden smaller, and what it did"
HEARD = "Who was heard, and what changed because of them"
TOGETHER = "Together with other decisions"
SIGNED = "Sign-off"
SIGNERS = "signed_by"
CAUSES = "How the differences come about"
KNOWN = "What the numbers say, and what is not known"
SIGNS = "How it will be seen whether it works"
WHERE = {
    "causes": CAUSES,
    "causes_again": CAUSES,
    "causes_touched": CAUSES,
    "numbers_say": KNOWN,
    "data_gaps": KNOWN,
    "close_gaps": KNOWN,
    "main_message": PLAIN_WORDS,
    "alternatives": OTHER_WAYS,
    "no_change": OTHER_WAYS,
    "less_burden": SMALLER,
    "involved": HEARD,
    "changes": HEARD,
    "missing_voices": HEARD,
    "hear_missing": HEARD,
    "indicators": SIGNS,
    "stop_signs": SIGNS,
}
MOST_WAYS = 4
FORMULA = (
    "Measured with the formula of Flesch and Kincaid. It is an alarm only; ask a few people to retell it."
)


def decision_chapters(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """The chapters between what changes and who does what, each where its questions were asked and answered."""
    asks = {ask.id: ask for ask in asked(assessment)}
    said = {id: current(assessment, asks[id], voice) for id in WHERE if id in asks}
    yield from _in_words(CAUSES, said, voice, asks)
    yield from _other_ways(asks.get("alternatives"), said, voice)
    yield from _smaller(asks.get("less_burden"), said, voice)
    yield from _heard(asks, said, voice)
    yield from _in_words(SIGNS, said, voice, asks)
    yield from _in_words(KNOWN, said, voice, asks)


def told_above(assessment: Assessment, voice: Voice) -> Mapping[str, str]:
    """Questions answered in these chapters, and in which."""
    return {
        ask.id: WHERE[ask.id]
        for ask in asked(assessment)
        if ask.id in WHERE and not blank(current(assessment, ask, voice))
    }


def plain_words(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """What people are told, with its reading level."""
    ask = next((ask for ask in asked(assessment) if ask.id == "main_message"), None)
    text = current(assessment, ask, voice) if ask is not None else None
    if not blank(text):
        yield Heading(2, PLAIN_WORDS)
        yield Paragraph(str(text))
        yield from level_of(str(text), FAMILIES, assessment.language)


def level_of(text: str, target: int, lang: str = "en") -> Iterator[Block]:
    """Reading level of a text, and what to look at where it is above the aim."""
    level = reading_level(text, lang=lang)
    aim = f"The aim for families is grade {target} or lower."
    yield Paragraph(f"{level.sentence} {aim} {FORMULA}")
    advice = level.advice(target)
    if advice is not None:
        yield Callout("warning", "Worth another look", advice)


def _in_words(
    chapter: str, said: Mapping[str, Any], voice: Voice, asks: Mapping[str, Ask]
) -> Iterator[Block]:
    """A chapter of answers as they were written, each under its question; nothing where there are none."""
    there = [asks[id] for id, where in WHERE.items() if where == chapter and not blank(said.get(id))]
    if not there:
        return
    yield Heading(2, chapter)
    for ask in there:
        if isinstance(ask, TableAsk):
            yield rows_table(ask.label, ask.columns, said[ask.id], voice)
    facts = [(ask.label, str(said[ask.id]).strip()) for ask in there if not isinstance(ask, TableAsk)]
    if facts:
        yield Facts(facts)


def _other_ways(ask: Any, said: Mapping[str, Any], voice: Voice) -> Iterator[Block]:
    rows = [row for row in said.get("alternatives") or () if not blank(row)]
    nothing = str(said.get("no_change") or "").strip()
    if not rows and not nothing:
        return
    yield Heading(2, OTHER_WAYS)
    if isinstance(ask, TableAsk) and 0 < len(rows) <= MOST_WAYS:
        yield _side_by_side(ask.columns, rows)
    elif isinstance(ask, TableAsk) and rows:
        yield rows_table("Other ways to reach the result", ask.columns, rows, voice)
    if nothing:
        yield Facts([("If nothing is decided", nothing)])


def _side_by_side(columns: Iterable[Column], rows: list[Mapping[str, Any]]) -> Table:
    """One column for each way, so that they are read across."""
    header = ["", *(f"Way {number}" for number in range(1, len(rows) + 1))]
    header[0] = "Asked of each way"
    lines = [[column.label, *(str(row.get(column.id) or words.DASH) for row in rows)] for column in columns]
    return Table("Other ways to reach the result, in the order they were written down", header, lines)


def _smaller(ask: Any, said: Mapping[str, Any], voice: Voice) -> Iterator[Block]:
    rows = [row for row in said.get("less_burden") or () if not blank(row)]
    if not rows or not isinstance(ask, TableAsk):
        return
    yield Heading(2, SMALLER)
    yield rows_table("Burdens, and what was done about them", ask.columns, rows, voice)
    seen = sum(not blank(row.get("seen")) for row in rows)
    if not seen:
        yield Paragraph("What these steps did in fact has not been written down yet.")
    elif seen < len(rows):
        unseen = f"For {len(rows) - seen} of {words.counted(len(rows), 'step')}"
        yield Paragraph(f"{unseen}, what it did in fact has not been written down yet.")


def _heard(asks: Mapping[str, Any], said: Mapping[str, Any], voice: Voice) -> Iterator[Block]:
    tables = [
        rows_table(caption, asks[id].columns, said[id], voice)
        for id, caption in (("involved", "Who was at the table"), ("changes", "What changed, and why"))
        if id in asks and not blank(said.get(id))
    ]
    facts = [
        (term, str(said[id]))
        for id, term in (("missing_voices", "Not heard so far"), ("hear_missing", "How they will be heard"))
        if not blank(said.get(id))
    ]
    if tables or facts:
        yield Heading(2, HEARD)
        yield from tables
        if facts:
            yield Facts(facts)


# other decisions


def others_blocks(assessment: Assessment, voice: Voice) -> Iterator[Block]:
    """Other assessments in the folder, where the instrument asks what several decisions come to."""
    if not any(part.shows_others for part in assessment.parts()):
        return
    if voice.public:
        yield Heading(2, TOGETHER)
        yield Paragraph("Other assessments of the same office are internal and are left out here.")
        return
    beside = assessment.nearby()
    if beside.others or beside.not_read:
        yield Heading(2, TOGETHER)
        yield from nearby_blocks(beside)


def nearby_blocks(beside: Nearby) -> Iterator[Block]:
    """Other assessments, and the groups that several of them name."""
    if beside.others:
        rows = [
            (
                one.title,
                words.moment(one.asked_on) or words.DASH,
                words.moment(one.decided_on) or "Not given",
                one.ended or words.DASH,
                "; ".join(one.groups) or "None named",
                "; ".join(one.areas) or words.DASH,
                one.places or words.DASH,
            )
            for one in beside.others
        ]
        header = (
            "Decision",
            "Asked for on",
            "Day of the decision",
            "What leaders decided",
            "Groups named",
            "Parts of life",
            "Places",
        )
        yield Table.filled("Other assessments in the same folder", header, rows)
        yield from _shared(beside)
    else:
        yield Paragraph("There is no other assessment of this kind in the folder.")
    notes = [f'"{name}" could not be read: {reason}' for name, reason in beside.not_read]
    notes += [
        f'"{name}" holds the same assessment as another file and is counted once.' for name in beside.twice
    ]
    if beside.left_out:
        notes.append(f"{words.counted(beside.left_out, 'more file')} in the folder were not looked at.")
    if notes:
        yield Bullets(notes)


def _shared(beside: Nearby) -> Iterator[Block]:
    shared = beside.shared()
    rows = [
        (group, one.title, row.within or words.DASH, row.benefit or words.DASH, row.burden or words.DASH)
        for group, decisions in shared.items()
        for one, touched in decisions
        for row in touched
    ]
    note = (
        "Groups are matched by their words only. The same people may stand under other words in another decision. "
        "Nothing is added up."
    )
    if rows:
        header = ("Group", "Decision", "Who within the group", "Benefit", "Burden")
        yield Table.filled("What several decisions bring the same group", header, rows, notes=[note])
    elif shared:
        named = words.listed(shared)
        yield Paragraph(f"Named by more than one decision: {named}. {note}")
    else:
        yield Paragraph(f"No group is named in the same words by two decisions. {note}")


# sign-off


def sign_off_blocks(assessment: Assessment) -> Iterator[Block]:
    """Who signed, when, on which revision, and what was changed since."""
    sign = assessment.signed_off()
    if sign is None:
        return
    on = words.moment(sign.at)
    which = f"revision {sign.revision}" if sign.revision is not None else "a revision that was not noted"
    yield Heading(2, SIGNED)
    if sign.taken_back:
        yield Paragraph(f"Signed off on {on} ({which}), and opened again on {words.moment(sign.taken_back)}.")
        return
    yield Paragraph(
        f"Signed off on {on}{_by_whom(assessment)}, on {which} of this file."
        + (f" It is now at revision {assessment.revision}." if sign.later else "")
    )
    if not sign.later:
        yield Paragraph("No answer, evidence or action was changed after the sign-off.")
        return
    rows = [(words.moment(one.at) or "", one.by or words.DASH, one.what) for one in sign.later]
    yield Table.filled("Changed after the sign-off", ("When", "Who", "What"), rows)


def _by_whom(assessment: Assessment) -> str:
    """Roles of those who signed, as they were given; a name only where there is no role."""
    named = [one.role or one.name for one in assessment.people if one.ask == SIGNERS]
    return f" by {words.listed(named)}" if named else ""


def sign_off_warning(assessment: Assessment) -> Iterator[Block]:
    """A message at the top where something was changed after the sign-off."""
    sign = assessment.signed_off()
    if sign is not None and sign.later and not sign.taken_back:
        count = words.counted(len(sign.later), "change was", "changes were")
        text = f"{count} made after leaders signed off. They are listed under \u201c{SIGNED}\u201d."
        yield Callout("warning", "Changed after the sign-off", text)
