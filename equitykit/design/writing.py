"""A designed form as rows: XLSForm sheets and a REDCap dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from equitykit.design.model import Ask, Block, Say

__all__ = ["REDCAP_HEADER", "choices_rows", "redcap_rows", "survey_rows"]

Row = list[str]
LANGUAGE = "English (en)"
SURVEY_HEADER = [
    *("type", "name", f"label::{LANGUAGE}", f"hint::{LANGUAGE}", "relevant", "constraint"),
    f"constraint_message::{LANGUAGE}",
]
CHOICES_HEADER = ["list_name", "name", f"label::{LANGUAGE}"]
REDCAP_HEADER = [
    *("Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label"),
    *("Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number"),
    *("Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)"),
    *("Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name"),
    *("Matrix Ranking?", "Field Annotation"),
]
_STAFF = "For the person who asks: "
_NOT_TOGETHER = "This answer cannot be chosen together with another."


def said(part: Say) -> str:
    """What a text says, marked where it is for staff."""
    return f"{_STAFF}{part.text}" if part.staff else part.text


def _list(ask: Ask) -> str:
    return f"{ask.name}_options"


def survey_rows(blocks: Iterable[Block]) -> list[Row]:
    """Sheet survey of an XLSForm."""
    rows = [SURVEY_HEADER]
    for block in blocks:
        rows.append(["begin_group", f"group_{block.name}", block.title, "", "", "", ""])
        rows += [_survey(part) for part in block.parts]
        rows.append(["end_group", "", "", "", "", "", ""])
    return rows


def _survey(part: Ask | Say) -> Row:
    if isinstance(part, Say):
        return ["note", part.name, said(part), "", "", "", ""]
    kinds = {
        "single": f"select_one {_list(part)}",
        "multiple": f"select_multiple {_list(part)}",
        "text": "text",
    }
    when = part.when
    relevant = ""
    if when is not None:
        relevant = (
            f"selected(${{{when.item}}}, '{when.code}')"
            if when.several
            else f"${{{when.item}}} = '{when.code}'"
        )
    constraint = " and ".join(f"not(selected(., '{code}') and count-selected(.) > 1)" for code in part.alone)
    return [
        *(kinds[part.type], part.name, part.label, part.note, relevant, constraint),
        _NOT_TOGETHER if constraint else "",
    ]


def choices_rows(blocks: Iterable[Block]) -> list[Row]:
    """Sheet choices of an XLSForm."""
    rows = [CHOICES_HEADER]
    for block in blocks:
        for ask in block.asks:
            rows += [[_list(ask), option.code, option.label] for option in ask.options]
    return rows


def redcap_rows(blocks: Iterable[Block], instrument: str) -> list[Row]:
    """A REDCap data dictionary."""
    rows = [REDCAP_HEADER]
    for block in blocks:
        header = block.title
        for part in block.parts:
            rows.append(list(_redcap(part, instrument, header)))
            header = ""
    return rows


def _redcap(part: Ask | Say, instrument: str, header: str) -> Iterator[str]:
    empty = ("",) * 4
    if isinstance(part, Say):
        yield from (part.name, instrument, header, "descriptive", said(part), "", "", *empty, *("",) * 7)
        return
    kinds = {"single": "radio", "multiple": "checkbox", "text": "text"}
    choices = " | ".join(f"{option.code}, {option.label}" for option in part.options)
    when = part.when
    branching = ""
    if when is not None:
        branching = f"[{when.item}({when.code})] = '1'" if when.several else f"[{when.item}] = '{when.code}'"
    annotation = f"@NONEOFTHEABOVE='{','.join(part.alone)}'" if part.alone else ""
    yield from (part.name, instrument, header, kinds[part.type], part.label, choices, part.note, *empty)
    yield from (branching, "", "", "", "", "", annotation)
