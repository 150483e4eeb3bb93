"""Qualtrics surveys (QSF), as far as their questions go.

Only what the export itself says is read: multiple-choice questions with one answer (selectors SAVR, SAHR,
DL and the like) or several (MAVR, MAHR, MACOL and the like), text entry, and descriptive text. Other kinds
of question are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equitykit.errors import ReadError
from equitykit.forms.model import Form, Item, Notice, Option
from equitykit.forms.words import plain_label

__all__ = ["is_survey", "read"]

_SEVERAL = "MA"  # MAVR, MAHR, MACOL
_FORCED = frozenset({"ON", "ForceResponse"})


def is_survey(content: Any) -> bool:
    """Whether JSON content is a Qualtrics survey."""
    return isinstance(content, Mapping) and "SurveyEntry" in content and "SurveyElements" in content


def read(name: str, content: Mapping[str, Any]) -> Form:
    """Questions of a Qualtrics survey.

    Raises
    ------
    ReadError
        It names itself a survey and holds no questions.
    """
    elements = [each for each in _list(content.get("SurveyElements")) if isinstance(each, Mapping)]
    payloads = [e.get("Payload") for e in elements if e.get("Element") == "SQ"]
    items: list[Item] = []
    notices: list[Notice] = []
    for payload in payloads:
        if not isinstance(payload, Mapping):
            continue
        label = plain_label(str(payload.get("QuestionText") or ""))
        kind = str(payload.get("QuestionType") or "")
        if kind == "DB":
            notices.append(Notice(label))
        elif kind in {"MC", "TE"}:
            items.append(_item(payload, kind, label))
    if not payloads:
        raise ReadError(
            f'"{name}" is a Qualtrics export without questions.', next_step="Export the survey again as QSF."
        )
    entry = content["SurveyEntry"]
    language = entry.get("SurveyLanguage") if isinstance(entry, Mapping) else None
    spoken = dict.fromkeys([str(language).lower()] if language else [])
    for payload in payloads:
        translated = payload.get("Language") if isinstance(payload, Mapping) else None
        if isinstance(translated, Mapping):
            spoken.update(dict.fromkeys(str(each).lower() for each in translated))
    return Form(name, "qualtrics", tuple(items), tuple(notices), tuple(spoken))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _item(payload: Mapping[str, Any], kind: str, label: str) -> Item:
    validation = payload.get("Validation")
    settings = validation.get("Settings") if isinstance(validation, Mapping) else None
    forced = settings.get("ForceResponse") if isinstance(settings, Mapping) else None
    several = str(payload.get("Selector") or "").startswith(_SEVERAL)
    options = tuple(_options(payload)) if kind == "MC" else ()
    translated = payload.get("Language")
    texts = translated.items() if isinstance(translated, Mapping) else ()
    return Item(
        name=str(payload.get("DataExportTag") or payload.get("QuestionID") or ""),
        label=label,
        type="text" if not options else "multiple" if several else "single",
        options=options,
        required=str(forced) in _FORCED,
        default=_default(payload, options),
        conditional="shown under a condition" if payload.get("DisplayLogic") else "",
        translations=tuple(
            (str(language).lower(), plain_label(str(text.get("QuestionText") or "")))
            for language, text in texts
            if isinstance(text, Mapping)
        ),
    )


def _options(payload: Mapping[str, Any]) -> Iterator[Option]:
    choices = payload.get("Choices")
    if isinstance(choices, list):
        choices = {str(number): each for number, each in enumerate(choices, start=1)}
    if not isinstance(choices, Mapping):
        return
    recoded = payload.get("RecodeValues")
    codes = recoded if isinstance(recoded, Mapping) else {}
    order = [str(each) for each in _list(payload.get("ChoiceOrder"))] or list(choices)
    for key in (each for each in order if each in choices):
        shown = choices[key]
        text = shown.get("Display") if isinstance(shown, Mapping) else shown
        yield Option(str(codes.get(key, key)), plain_label(str(text or "")))


def _default(payload: Mapping[str, Any], options: Sequence[Option]) -> str:
    chosen = payload.get("DefaultChoices")
    if not isinstance(chosen, Mapping):
        return ""
    for key, value in chosen.items():
        picked = value.get("Selected") if isinstance(value, Mapping) else value
        if str(picked).lower() in {"1", "true"}:
            return str(key)
    return ""
