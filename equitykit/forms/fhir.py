"""FHIR R4 Questionnaires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from equitykit.errors import ReadError
from equitykit.forms.model import Form, Item, Notice, Option, Texts
from equitykit.forms.words import plain_label

__all__ = ["is_questionnaire", "read"]

_DEEPEST = 60
_MOST_ITEMS = 20_000
_CHOICES = frozenset({"choice", "open-choice", "coding"})
_TEXT = frozenset(
    {"string", "text", "integer", "decimal", "date", "dateTime", "time", "quantity", "url", "question"}
)
_HIDDEN = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_ORDINARY = ("valueCoding", "valueString", "valueInteger", "valueDate", "valueTime", "valueReference")
CDCREC = "urn:oid:2.16.840.1.113883.6.238"
_MINIMUM = (
    ("1002-5", "American Indian or Alaska Native"),
    ("2028-9", "Asian"),
    ("2054-5", "Black or African American"),
    ("2076-8", "Native Hawaiian or Other Pacific Islander"),
    ("2106-3", "White"),
    ("ASKU", "Asked but unknown"),
    ("UNK", "Unknown"),
)
_ETHNICITY = (
    ("2135-2", "Hispanic or Latino"),
    ("2186-5", "Non Hispanic or Latino"),
    ("ASKU", "Asked but unknown"),
    ("UNK", "Unknown"),
)
# Value sets that are named and not contained; "omb-race-category" as published with US Core.
_NAMED = {"omb-race-category": _MINIMUM, "omb-ethnicity-category": _ETHNICITY}


@dataclass
class _Reading:
    """What was read so far, and the value sets at hand."""

    name: str
    value_sets: Mapping[str, tuple[Option, ...]]
    items: list[Item] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    languages: dict[str, None] = field(default_factory=dict)


def is_questionnaire(content: Any) -> bool:
    """Whether JSON content is a Questionnaire."""
    return isinstance(content, Mapping) and content.get("resourceType") == "Questionnaire"


def read(name: str, content: Mapping[str, Any]) -> Form:
    """Questions of a Questionnaire, nested items included.

    Raises
    ------
    ReadError
        It holds something else than a Questionnaire may, or nests too deeply.
    """
    reading = _Reading(name, _contained(content))
    if isinstance(content.get("language"), str):
        reading.languages[content["language"].lower()] = None
    for key in ("description", "purpose"):
        if isinstance(content.get(key), str):
            reading.notices.append(Notice(plain_label(content[key])))
    _walk(reading, content.get("item"), (), "", 0)
    return Form(name, "fhir", tuple(reading.items), tuple(reading.notices), tuple(reading.languages))


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (each for each in value if isinstance(each, Mapping))


def _text(value: Any) -> str:
    return plain_label(value) if isinstance(value, str) else ""


def _walk(reading: _Reading, value: Any, group: tuple[str, ...], condition: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise ReadError(f'The items of "{reading.name}" nest deeper than {_DEEPEST} levels.')
    for entry in _mappings(value):
        if len(reading.items) > _MOST_ITEMS:
            raise ReadError(f'"{reading.name}" has too many items to be a form.')
        label = _text(entry.get("text"))
        kind = str(entry.get("type") or "")
        when = " and ".join(filter(None, [condition, _condition(entry)]))
        if kind == "display":
            reading.notices.append(Notice(label, group))
        elif kind in _CHOICES or kind == "boolean" or kind in _TEXT:
            _question(reading, entry, kind, label, group, when)
        inner = (*group, label or str(entry.get("linkId") or ""))
        _walk(reading, entry.get("item"), inner, when, depth + 1)


def _question(
    reading: _Reading, entry: Mapping[str, Any], kind: str, label: str, group: tuple[str, ...], when: str
) -> None:
    options, default = _options(reading, entry)
    if kind == "boolean":
        options = (Option("true", "Yes"), Option("false", "No"))
    elif kind == "open-choice":
        options = (*options, Option("other", "Other"))
    asks_choice = kind in _CHOICES or kind == "boolean"
    repeats = entry.get("repeats") is True
    translations = _translations(entry.get("_text"))
    reading.languages.update(dict.fromkeys(language for language, _ in translations))
    reading.items.append(
        Item(
            name=str(entry.get("linkId") or ""),
            label=label,
            type="text" if not asks_choice else "multiple" if repeats else "single",
            options=options,
            section=group[-1] if group else "",
            required=entry.get("required") is True,
            note=" ".join(_text(each.get("text")) for each in _mappings(entry.get("item")) if _is_help(each)),
            default=default or _initial(entry),
            translations=translations,
            group=group,
            conditional=when,
            hidden=any(
                each.get("url") == _HIDDEN and each.get("valueBoolean") is True
                for each in _mappings(entry.get("extension"))
            ),
            codes=tuple(str(each.get("code")) for each in _mappings(entry.get("code")) if each.get("code")),
        )
    )


def _is_help(entry: Mapping[str, Any]) -> bool:
    return entry.get("type") == "display"


def _options(reading: _Reading, entry: Mapping[str, Any]) -> tuple[tuple[Option, ...], str]:
    options: list[Option] = []
    default = ""
    for each in _mappings(entry.get("answerOption")):
        option = _option(each)
        if option is None:
            continue
        options.append(option)
        reading.languages.update(dict.fromkeys(language for language, _ in option.translations))
        if each.get("initialSelected") is True:
            default = option.code
    if not options and isinstance(address := entry.get("answerValueSet"), str):
        options = list(_value_set(reading, address))
    return tuple(options), default


def _option(entry: Mapping[str, Any]) -> Option | None:
    value = next((entry[key] for key in _ORDINARY if key in entry), None)
    if isinstance(value, Mapping):
        code = str(value.get("code") or value.get("display") or "")
        shown = _text(value.get("display")) or code
        return Option(code, shown, str(value.get("system") or ""), _translations(value.get("_display")))
    return None if value is None else Option(str(value), plain_label(str(value)))


def _value_set(reading: _Reading, address: str) -> tuple[Option, ...]:
    key = address.split("|")[0]
    found = reading.value_sets.get(key) or reading.value_sets.get(key.removeprefix("#"))
    if found:
        return found
    named = _NAMED.get(key.rstrip("/").split("/")[-1])
    if named:
        return tuple(Option(code, label, CDCREC) for code, label in named)
    return ()


def _contained(content: Mapping[str, Any]) -> dict[str, tuple[Option, ...]]:
    found: dict[str, tuple[Option, ...]] = {}
    for each in _mappings(content.get("contained")):
        if each.get("resourceType") != "ValueSet":
            continue
        options = tuple(_concepts(each))
        for key in (each.get("id"), each.get("url")):
            if isinstance(key, str):
                found[key] = options
    return found


def _concepts(value_set: Mapping[str, Any]) -> Iterator[Option]:
    expansion = value_set.get("expansion")
    if isinstance(expansion, Mapping):
        yield from _expanded(expansion.get("contains"), 0)
        return
    compose = value_set.get("compose")
    for include in _mappings(compose.get("include") if isinstance(compose, Mapping) else None):
        system = str(include.get("system") or "")
        for each in _mappings(include.get("concept")):
            yield _concept(each, system)


def _expanded(value: Any, depth: int) -> Iterator[Option]:
    for each in _mappings(value):
        if each.get("code") and each.get("abstract") is not True:
            yield _concept(each, str(each.get("system") or ""))
        if depth < _DEEPEST:
            yield from _expanded(each.get("contains"), depth + 1)


def _concept(entry: Mapping[str, Any], system: str) -> Option:
    code = str(entry.get("code") or "")
    texts = tuple(
        (str(each["language"]).lower(), _text(each.get("value")))
        for each in _mappings(entry.get("designation"))
        if each.get("language")
    )
    return replace(Option(code, _text(entry.get("display")) or code, system), translations=texts)


def _translations(element: Any) -> Texts:
    """Translations in the extensions of a text."""
    found: list[tuple[str, str]] = []
    extensions = element.get("extension") if isinstance(element, Mapping) else None
    for each in _mappings(extensions):
        if each.get("url") == _TRANSLATION:
            parts = {part.get("url"): part for part in _mappings(each.get("extension"))}
            language = parts.get("lang", {}).get("valueCode")
            text = parts.get("content", {}).get("valueString") or parts.get("content", {}).get(
                "valueMarkdown"
            )
            if isinstance(language, str):
                found.append((language.lower(), _text(text)))
    return tuple(found)


def _initial(entry: Mapping[str, Any]) -> str:
    for each in _mappings(entry.get("initial")):
        option = _option(each)
        if option is not None:
            return option.code
        if "valueBoolean" in each:
            return str(each["valueBoolean"]).lower()
    return ""


def _condition(entry: Mapping[str, Any]) -> str:
    joined = " or " if entry.get("enableBehavior") == "any" else " and "
    return joined.join(
        f"{each.get('question')} {each.get('operator', '=')} {_answer(each)}"
        for each in _mappings(entry.get("enableWhen"))
    )


def _answer(entry: Mapping[str, Any]) -> str:
    value = next((value for key, value in entry.items() if key.startswith("answer")), "")
    return str(value.get("code")) if isinstance(value, Mapping) else str(value)
