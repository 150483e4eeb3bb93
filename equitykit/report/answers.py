"""Answers of an assessment as people gave them, question by question, the skipped ones too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from equitykit.instruments import Column, MapAsk, OptionsAsk, PeopleAsk, RowsAsk
from equitykit.instruments.values import blank
from equitykit.plots.rows import finite
from equitykit.report import words
from equitykit.report.tree import (
    Block,
    Bullets,
    Callout,
    Details,
    Heading,
    Link,
    Paragraph,
    Table,
)

if TYPE_CHECKING:
    from equitykit.assessment import Assessment
    from equitykit.instruments import Ask, Part
    from equitykit.instruments.views import View

NO_ANSWER = "No answer given."
LEFT_OUT = "[name left out]"
SMALL = 11
TITLES = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Judge|Officer|Sgt)\.?"


@dataclass(frozen=True)
class Voice:
    """How answers are told.

    Attributes
    ----------
    public : whether the report is for others: without what is still being typed and small numbers.
    above : questions that are shown elsewhere in the report, and under which heading.
    """

    public: bool
    above: Mapping[str, str] = field(default_factory=dict)


def without_names(names: Iterable[str]) -> Callable[[str], str]:
    """Function that takes the names of people out of a text.

    A full name is taken out wherever it stands; a part of it only after a title, as many
    family names are words, and some are names of groups.

    Examples
    --------
    >>> without_names(["Jo Black"])("Jo Black and Judge Black met Black families.")
    '[name left out] and [name left out] met Black families.'
    """
    longest_first = sorted(set(names), key=len, reverse=True)
    patterns = [re.compile(rf"(?i)(?<!\w){re.escape(name)}(?!\w)") for name in longest_first]
    parts = {part for name in longest_first for part in name.split()}
    patterns += [re.compile(rf"\b{TITLES}\s+{re.escape(part)}(?!\w)") for part in sorted(parts)]

    def say(text: str) -> str:
        for pattern in patterns:
            text = pattern.sub(LEFT_OUT, text)
        return text

    return say


def current(assessment: Assessment, ask: Ask, voice: Voice) -> Any:
    """What stands now; in public only what was kept as an answer, not what is still being typed."""
    if not voice.public or ask.kind in {"evidence", "actions"}:
        return assessment.value(ask.id)
    entries = assessment.history(ask.id)
    return entries[-1].value if entries else None


def asked(assessment: Assessment) -> Iterator[Ask]:
    """Questions that are asked, in order; those that an earlier answer rules out are not."""
    return (ask for part in assessment.parts() for ask in part.asks if assessment.visible(ask.id))


def part_blocks(assessment: Assessment, part: Part, voice: Voice) -> Iterator[Block]:
    """Every question of a part with its answer, folded under the name of the part."""
    state = assessment.state(part.id)
    said = "finished" if state == "completed" else state
    yield Details(part.title, _answers(assessment, part.asks, voice), level=3, aside=said)


def view_blocks(assessment: Assessment, view: View, voice: Voice) -> Iterator[Block]:
    """Every question with its answer in the order of a view, and whose mapping it is."""
    asks = {ask.id: ask for part in assessment.parts() for ask in part.asks}
    yield Callout("info", f"In the order of: {view.title}", view.remark)
    for title, ids in view.ordered(tuple(asks)):
        if ids:
            yield Details(title, _answers(assessment, [asks[id] for id in ids], voice), level=3)
        else:
            yield Heading(3, title)
            yield Paragraph("None of the questions of this track stands here.")
    yield Paragraph("Where these steps were read:")
    for link in view.sources:
        yield Link(link.title, link.url)


def _answers(assessment: Assessment, asks: Iterable[Ask], voice: Voice) -> Iterator[Block]:
    skipped = []
    for ask in asks:
        if assessment.visible(ask.id):
            yield Heading(4, ask.label)
            yield from answer_blocks(assessment, ask, voice)
        else:
            skipped.append(ask.label)
    if skipped:
        yield Paragraph("Not asked, because of an earlier answer:")
        yield Bullets(skipped)


def answer_blocks(assessment: Assessment, ask: Ask, voice: Voice) -> Iterator[Block]:
    """One answer, in the form that suits its question."""
    value = current(assessment, ask, voice)
    entries = assessment.history(ask.id)
    if blank(value) and entries and entries[-1].redacted is not None:
        yield Paragraph(f"Taken out on {words.moment(entries[-1].redacted.at[:10])}.")
    elif blank(value):
        yield Paragraph(NO_ANSWER)
    elif ask.id in voice.above:
        yield Paragraph(f"Shown above, under \u201c{voice.above[ask.id]}\u201d.")
    elif ask.kind == "evidence":
        yield Paragraph(
            f"{words.counted(len(value), 'piece')} of evidence, shown above under \u201cEvidence\u201d."
        )
    elif ask.kind == "actions":
        yield Paragraph(
            f"{words.counted(len(value), 'action')}, listed above under \u201cWho does what, by when\u201d."
        )
    else:
        yield from value_blocks(ask, value, voice)
    if not voice.public:
        if ask.id in assessment.drafts():
            yield Paragraph("Still being written.")
        elif entries and entries[-1].note:
            yield Paragraph(f"Note: {entries[-1].note}")


def value_blocks(ask: Ask, value: Any, voice: Voice) -> Iterator[Block]:
    """A value that is there."""
    if isinstance(ask, PeopleAsk):
        yield people_table("People named here", value, voice)
    elif isinstance(ask, MapAsk):
        yield steps_table("The steps, in order", ask.typed_columns(), value, voice)
    elif isinstance(ask, RowsAsk):
        yield rows_table("Answer, row by row", ask.typed_columns(), value, voice)
    elif isinstance(value, list):
        yield Bullets(option_label(ask, item) for item in value)
    else:
        yield Paragraph(in_words(ask, value))


def in_words(ask: Ask, value: object) -> str:
    """One value that is there: the words of an option, a day written out, a number with its unit, or the text."""
    if ask.kind == "date":
        return words.moment(str(value)) or ""
    if ask.kind == "number":
        return f"{words.number(value)} {getattr(ask, 'unit', None) or ''}".strip()
    return option_label(ask, value)


def option_label(ask: Ask, value: object) -> str:
    """Words of the option that was chosen; other values as they are."""
    if isinstance(ask, OptionsAsk):
        return next((option.label for option in ask.answers if option.id == value), str(value))
    return str(value)


def rows_table(
    caption: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], voice: Voice
) -> Table:
    """Rows of an answer; empty rows are left out."""
    cells = [
        [cell(column, row.get(column.id), voice) for column in columns] for row in rows if not blank(row)
    ]
    numeric = [place for place, column in enumerate(columns) if column.kind == "number"]
    return Table.filled(caption, [column.label for column in columns], cells, numeric=numeric)


def steps_table(
    caption: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], voice: Voice
) -> Table:
    """Steps of a process, numbered; columns that no step fills are left out."""
    said = [row for row in rows if not blank(row)]
    cells = [
        [str(number), *(cell(column, row.get(column.id), voice) for column in columns)]
        for number, row in enumerate(said, start=1)
    ]
    points = sum(not blank(row.get("decision")) for row in said)
    notes = [f"Something is decided in {words.counted(points, 'step')}."] if points else []
    return Table.filled(caption, ["Step", *(column.label for column in columns)], cells, notes=notes)


def cell(column: Column, value: Any, voice: Voice) -> str:
    """A cell of an answer in words; "" where nothing stands in it."""
    if blank(value):
        return ""
    if column.kind == "choice":
        return next((option.label for option in column.options if option.id == value), str(value))
    if column.kind == "date":
        return words.moment(str(value)) or ""
    if column.kind == "number":
        number = finite(value)
        if voice.public and (number is None or 0 < number < SMALL):
            return words.TOO_FEW
        return str(value) if number is None else words.number(number)
    return str(value)


def people_table(caption: str, rows: Iterable[Mapping[str, Any]], voice: Voice) -> Table:
    """People of an answer; in public their roles only."""
    names = ("role", "organisation") if voice.public else ("name", "role", "organisation")
    cells = [[row.get(name) or words.DASH for name in names] for row in rows if not blank(row)]
    notes = ["Names are left out of a public report."] if voice.public else []
    return Table.filled(caption, [name.capitalize() for name in names], cells, notes=notes)
