"""A designed form as a FHIR R4 Questionnaire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from equitykit import standards
from equitykit.design.model import Ask, Block, Say
from equitykit.design.race import ABSENT, CDCREC
from equitykit.design.writing import said
from equitykit.forms import Option

__all__ = ["questionnaire"]

_ABSENT_CODES = {"declined": "asked-declined", "unknown": "asked-unknown"}
_ROLLED = "us-omb-spd15-2024"
_ETHNICITY = {"hispanic": "2135-2", "not_hispanic": "2186-5"}


def questionnaire(title: str, blocks: Iterable[Block]) -> dict[str, Any]:
    """The form as JSON content."""
    blocks = tuple(blocks)
    asks = {ask.name: ask for block in blocks for ask in block.asks}
    return {
        "resourceType": "Questionnaire",
        "status": "draft",
        "title": title,
        "language": "en",
        "item": [
            {
                "linkId": f"group_{block.name}",
                "type": "group",
                "text": block.title,
                "item": [_item(part, asks) for part in block.parts],
            }
            for block in blocks
        ],
    }


def _item(part: Ask | Say, asks: dict[str, Ask]) -> dict[str, Any]:
    if isinstance(part, Say):
        return {"linkId": part.name, "type": "display", "text": said(part)}
    entry: dict[str, Any] = {"linkId": part.name, "text": part.label}
    if part.options:
        entry |= {
            "type": "choice",
            "repeats": part.type == "multiple",
            "answerOption": [{"valueCoding": _coding(option)} for option in part.options],
        }
    else:
        entry["type"] = "string"
    if part.when is not None:
        above = asks[part.when.item]
        option = next(each for each in above.options if each.code == part.when.code)
        coding = {key: value for key, value in _coding(option).items() if key != "display"}
        entry["enableWhen"] = [{"question": above.name, "operator": "=", "answerCoding": coding}]
    if part.note:
        entry["item"] = [{"linkId": f"{part.name}_note", "type": "display", "text": part.note}]
    return entry


def _coding(option: Option) -> dict[str, str]:
    if option.system == ABSENT:
        return {"system": ABSENT, "code": _ABSENT_CODES[option.code], "display": option.label}
    if option.system == CDCREC and (code := _cdcrec(option)):
        return {"system": CDCREC, "code": code, "display": option.label}
    return {"code": option.code, "display": option.label}


def _cdcrec(option: Option) -> str | None:
    """Code of the published code set with the same meaning, the same words first."""
    if option.code in _ETHNICITY and option.label.startswith(("Yes", "No")):
        return _ETHNICITY[option.code]
    system = standards.code_system("hl7-cdcrec")
    said = standards.read_value(option.label)
    if said is None:
        return None
    words = standards.normalise(option.label)
    same = [code for code, meaning in system.values.items() if meaning.adds == said.adds]
    rolled = standards.standard(_ROLLED)
    exact = [
        code
        for code, label in system.labels.items()
        if standards.normalise(label) == words
        and rolled.rollup_all(system.values[code].adds) == rolled.rollup_all(said.adds)
    ]
    return next(iter([*exact, *same]), None)
