"""The verb: questions and a standard become a form that passes our own checks."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitykit import standards
from equitykit.design import fhir, writing
from equitykit.design.model import Ask, Block, Say, as_form
from equitykit.design.questions import QUESTIONS, Safeguards, checked, items
from equitykit.design.race import race_items
from equitykit.errors import UnknownName
from equitykit.forms import Form, Option
from equitykit.standards import Standard

__all__ = ["FORMATS", "DesignedForm", "design_form", "proposed_question", "write_proposal"]

FORMATS = ("xlsform", "redcap", "fhir", "html")
_DEFAULT = "us-omb-spd15-2024"
_CROSSWALKS = ("us-omb-spd15-2024", "us-omb-spd15-1997", "us-ipeds")
_WHY = "We ask to find out whether people of all groups are served alike, and to change what is not fair."
_FREE = "You do not have to answer, and your answer will not affect the services you get."
_CARE = "Your answers are private."
SCRIPT = (
    "Say who you are and why you ask, before you ask.",
    "Read the question and all options as they are written. Do not answer for the person, and never go by looks, "
    "name or accent.",
    "Say that several answers are possible, and that not answering is fine.",
    "If the person asks why: say what the answers are used for, and who sees them.",
    "If the person declines, record that, thank them, and go on. Ask again only if they bring it up.",
    "If you did not ask, record that it was not asked. That is something else than declining.",
    "Offer the question in writing and in the person's language. Do not use a child as interpreter.",
    "People may change their answer at any time.",
)


@dataclass(frozen=True)
class DesignedForm:
    """A form made from a standard: its questions, what it says, and how its options roll up.

    Write it with `write`, or take it as `to_redcap()`, `to_fhir()` and `to_html()`.
    """

    title: str
    standard: str
    blocks: tuple[Block, ...]
    crosswalk: tuple[tuple[str, ...], ...]
    script: tuple[str, ...] = SCRIPT

    @property
    def form(self) -> Form:
        """The same as a form that was read, for `equitykit.audit`."""
        return as_form(self.title, self.blocks, "en")

    def xlsform(self) -> dict[str, list[list[str]]]:
        """Sheets of an XLSForm, and the crosswalk as a further one."""
        settings = [
            ["form_title", "form_id", "default_language"],
            [self.title, "equity_form", writing.LANGUAGE],
        ]
        return {
            "survey": writing.survey_rows(self.blocks),
            "choices": writing.choices_rows(self.blocks),
            "settings": settings,
            "crosswalk": [list(row) for row in self.crosswalk],
        }

    def to_redcap(self) -> str:
        """A REDCap data dictionary as CSV text."""
        return _csv(writing.redcap_rows(self.blocks, "equity_form"))

    def to_fhir(self) -> dict[str, Any]:
        """A FHIR R4 Questionnaire."""
        return fhir.questionnaire(self.title, self.blocks)

    def to_html(self) -> str:
        """A page to print."""
        from equitykit import report

        return report.html.render(report.design_document(self))

    def crosswalk_csv(self) -> str:
        """How every option rolls up, as CSV text."""
        return _csv([list(row) for row in self.crosswalk])

    def write(self, path: str | os.PathLike[str], format: str) -> tuple[Path, ...]:
        """Write the form; formats without a place for the crosswalk get it as a second file.

        Parameters
        ----------
        path : file to write.
        format : "xlsform", "redcap", "fhir" or "html".

        Returns
        -------
        tuple of Path
            What was written.
        """
        if format not in FORMATS:
            raise UnknownName("format of a form", format, FORMATS)
        target = Path(path)
        if format == "xlsform":
            _workbook(target, self.xlsform())
            return (target,)
        texts = {
            "redcap": self.to_redcap,
            "fhir": lambda: json.dumps(self.to_fhir(), ensure_ascii=False, indent=1) + "\n",
            "html": self.to_html,
        }
        target.write_text(texts[format](), encoding="utf-8", newline="\n")
        if format == "html" or len(self.crosswalk) < 2:
            return (target,)
        beside = target.with_name(f"{target.stem}.crosswalk.csv")
        beside.write_text(self.crosswalk_csv(), encoding="utf-8", newline="\n")
        return (target, beside)


def design_form(
    questions: Iterable[str] = ("race_ethnicity",),
    *,
    standard: str = _DEFAULT,
    title: str = "Questions about you",
    purpose: str = "",
    legal_basis: str = "",
    access: str = "",
    retention: str = "",
    disclosure: str = "",
    contact: str = "",
) -> DesignedForm:
    """Make a form for some questions, as a standard asks them.

    Parameters
    ----------
    questions : of race_ethnicity, tribal_affiliation, disability, language, religion, national_origin,
        sexual_orientation, gender_identity. Immigration status is never asked.
    standard : id of the standard for race and ethnicity.
    title : of the form.
    purpose : why it is asked, in a sentence for the people asked.
    legal_basis, access, retention, disclosure : what allows asking, who can see the answers, how long they are
        kept, and who could compel you to hand them over. The last four questions need all of them.
    contact : whom people can ask.

    Returns
    -------
    DesignedForm

    Raises
    ------
    DesignError
        A question that is not asked, or not without its safeguards.

    Interpretation
    --------------
    Fewer questions are always a valid choice. The wording of the disability and language questions is that of
    federal surveys and should not be changed; the rest is a starting point for those whom it describes.

    Examples
    --------
    >>> made = design_form(["race_ethnicity"])
    >>> [option.label for option in made.form.item("race_ethnicity").options][:2]
    ['American Indian or Alaska Native', 'Asian']
    """
    wanted = tuple(dict.fromkeys(questions))
    legal_basis, access, retention, disclosure, contact = (
        text.strip().rstrip(".") for text in (legal_basis, access, retention, disclosure, contact)
    )
    guards = Safeguards(purpose, legal_basis, access, retention, disclosure)
    checked(wanted, guards)
    chosen = standards.standard(standard)
    notice = " ".join(_sentences(guards, contact))
    blocks = [Block("start", title, (_script(), Say("why_we_ask", notice), _answered_by()))]
    for name in wanted:
        heading = QUESTIONS[name][0]
        short = Say(f"{name}_why", f"Why we ask: {purpose or _WHY} {_FREE}")
        blocks.append(Block(name, heading, (short, *items(name, chosen), _asked(name, heading))))
    made = tuple(blocks)
    return DesignedForm(title, standard, made, _crosswalk(made, chosen))


def _sentences(guards: Safeguards, contact: str) -> Iterable[str]:
    yield f"Why we ask: {guards.purpose or _WHY}"
    yield _FREE
    yield (
        f"{_CARE} Who can see them: {guards.access}."
        if guards.access
        else f"{_CARE} Ask us who can see them."
    )
    if guards.legal_basis:
        yield f"What allows us to ask: {guards.legal_basis}."
    if guards.retention:
        yield f"How long we keep them: {guards.retention}."
    if guards.disclosure:
        yield f"Who could make us hand them over: {guards.disclosure}."
    yield "You can change your answers at any time."
    if contact:
        yield f"Questions: {contact}."


def _script() -> Say:
    return Say("script", " ".join(SCRIPT), staff=True)


def _answered_by() -> Ask:
    options = (
        Option("self", "The person themselves"),
        Option("parent", "A parent or guardian"),
        Option("proxy", "Somebody else who knows them"),
        Option("staff", "Staff: nobody could be asked"),
    )
    return Ask("answered_by", "Who is answering these questions?", "single", options)


def _asked(name: str, heading: str) -> Ask:
    option = Option("not_asked", "Not asked")
    label = f"For staff: tick where this was not asked ({heading})."
    return Ask(f"{name}_staff", label, "multiple", (option,), staff=True)


def _crosswalk(blocks: Iterable[Block], chosen: Standard) -> tuple[tuple[str, ...], ...]:
    ids = tuple(dict.fromkeys([chosen.id, *(each for each in _CROSSWALKS if each in standards.standards())]))
    rows: list[tuple[str, ...]] = [("item", "code", "label", *ids)]
    for block in blocks:
        if block.name == "race_ethnicity":
            for ask in block.asks:
                rows += [row for option in ask.options if (row := _rolled_up(ask, option, ids, chosen))]
    return tuple(rows)


def _rolled_up(ask: Ask, option: Option, ids: tuple[str, ...], chosen: Standard) -> tuple[str, ...] | None:
    said = standards.read_value(option.label, standards.words_of(chosen))
    if said is None or not (said.adds or said.residual):
        return None
    parents = (
        "+".join(sorted(_categories(said, standards.standard(each)))) or "a person decides" for each in ids
    )
    return (ask.name, option.code, option.label, *parents)


def _categories(said: standards.Meaning, standard: Standard) -> frozenset[str]:
    own = standard.residuals.get(said.residual or "") if not said.adds else None
    return frozenset({own}) if own else standard.gathered(standard.rollup_all(said.adds))


def proposed_question(standard: Standard, name: str | None = None) -> dict[str, Any]:
    """The race and ethnicity question as it could be asked, to paste into a form builder.

    Parameters
    ----------
    standard : whose categories and rules are followed.
    name : of the item that is there now.
    """
    block = Block("race_ethnicity", QUESTIONS["race_ethnicity"][0], tuple(race_items(standard, name)))
    return {
        "text": "\n".join(_lines(block)),
        "xlsform": {
            "survey": [[row[0], *row[1:]] for row in writing.survey_rows([block])],
            "choices": writing.choices_rows([block]),
        },
        "redcap": writing.redcap_rows([block], "demographics"),
    }


def write_proposal(proposal: Mapping[str, Any], path: str | os.PathLike[str], format: str) -> Path:
    """Write a proposed question as rows of a form builder.

    Parameters
    ----------
    proposal : from the audit of a form: the entry `proposal` of its race and ethnicity question.
    path : file to write.
    format : "xlsform" (a workbook) or "redcap" (a data dictionary as CSV).

    Returns
    -------
    Path
    """
    target = Path(path)
    if format == "xlsform":
        _workbook(target, dict(proposal["xlsform"]))
    elif format == "redcap":
        target.write_text(_csv(proposal["redcap"]), encoding="utf-8", newline="\n")
    else:
        raise UnknownName("format of a proposed question", format, ("xlsform", "redcap"))
    return target


def _lines(block: Block) -> Iterable[str]:
    for ask in block.asks:
        when = f" (shown if {ask.when.code} was chosen)" if ask.when else ""
        yield f"{ask.label}{when}"
        if ask.note:
            yield f"  {ask.note}"
        box = "[ ]" if ask.type == "multiple" else "( )"
        yield from (f"  {box} {option.label}" for option in ask.options)
        if ask.type == "text":
            yield "  ____________________"


def _csv(rows: Iterable[Iterable[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _workbook(target: Path, sheets: dict[str, list[list[str]]]) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "equitykit"
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(target)
