"""XLSForm: the sheets survey, choices and settings, in a workbook or as one CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from equitykit.errors import ReadError
from equitykit.forms.model import Form, Item, Notice, Option, Texts
from equitykit.forms.words import header_of, is_yes, plain_label, records_of

__all__ = ["is_xlsform_csv", "read", "split_csv"]

_SELECT = re.compile(
    r"^(?P<kind>select[_ ]one|select1|one|select[_ ]multiple|select|rank|"
    r"add select one prompt using|add select multiple prompt using)"
    r"(?P<external>_from_file|_external)?\s+(?:from\s+)?(?P<list>\S+)(?P<other>\s+or[_ ]other)?\s*$",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"^begin[_ ](?P<what>group|repeat)$", re.IGNORECASE)
_END = re.compile(r"^end[_ ](?:group|repeat)$", re.IGNORECASE)
_TRANSLATED = re.compile(r"^(?P<column>label|hint)\s*::?\s*(?P<language>.+)$")
_CODE = re.compile(r"\((?P<code>[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$")
_TEXT = frozenset(
    {
        "text",
        "integer",
        "int",
        "decimal",
        "date",
        "time",
        "datetime",
        "range",
        "string",
        "barcode",
        "geopoint",
    }
)
_MULTIPLE = ("multiple", "rank")
_DEEPEST = 50
OTHER = ("other", "Other")  # what `or_other` adds


@dataclass
class _Reading:
    """Rows read so far."""

    choices: Mapping[str, list[Option]]
    default_language: str
    items: list[Item] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    group: list[tuple[str, str]] = field(default_factory=list)  # (title, condition)


def is_xlsform_csv(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows hold the sheets of an XLSForm one after the other."""
    first = [row[0].strip().lower() for row in rows if row and row[0].strip()]
    return "survey" in first[:3] and all(
        not cell.strip() for row in rows if row and row[0].strip().lower() == "survey" for cell in row[1:]
    )


def split_csv(rows: Sequence[Sequence[str]]) -> dict[str, list[list[str]]]:
    """Sheets of an XLSForm written as one CSV: the first column names the sheet."""
    found: dict[str, list[list[str]]] = {}
    current: list[list[str]] | None = None
    for row in rows:
        if row and row[0].strip():
            current = found.setdefault(row[0].strip().lower(), [])
            if not any(cell.strip() for cell in row[1:]):
                continue
        if current is not None:
            current.append(list(row[1:]))
    return found


def read(name: str, sheets: Mapping[str, Sequence[Sequence[str]]]) -> Form:
    """Questions of an XLSForm.

    Raises
    ------
    ReadError
        The sheet survey is empty or has no column type, or its groups nest too deeply.
    """
    survey = sheets.get("survey") or []
    if len(survey) < 2 or not {"type", "name"} <= set(header_of(survey[0])):
        raise ReadError(
            f'"{name}" has no sheet "survey" with the columns type and name.',
            next_step="Export the form as XLSForm.",
        )
    settings = records_of(sheets["settings"]) if len(sheets.get("settings") or []) > 1 else []
    default = _language(settings[0].get("default_language", "")) if settings else ""
    reading = _Reading(_choices(sheets.get("choices") or sheets.get("lists") or [], default), default)
    for row in records_of(survey):
        _row(reading, row, name)
    title = plain_label(settings[0].get("form_title", "")) if settings else ""
    languages = list(dict.fromkeys([*filter(None, [default]), *_languages(survey[0])]))
    notices = [*([Notice(title)] if title else []), *reading.notices]
    return Form(name, "xlsform", tuple(reading.items), tuple(notices), tuple(languages))


def _language(text: str) -> str:
    match = _CODE.search(text)
    return match["code"].lower() if match else text.strip().lower()


def _languages(header: Sequence[str]) -> Iterator[str]:
    for cell in header_of(header):
        match = _TRANSLATED.match(cell)
        if match and match["column"] == "label":
            yield _language(match["language"])


def _texts(row: Mapping[str, str], column: str) -> Texts:
    found = []
    for key, value in row.items():
        match = _TRANSLATED.match(key)
        if match and match["column"] == column and value:
            found.append((_language(match["language"]), plain_label(value)))
    return tuple(found)


def _shown(row: Mapping[str, str], column: str, default: str) -> str:
    """The text in the default language, else as it stands, else English, else the first."""
    texts = dict(_texts(row, column))
    own = plain_label(row.get(column, ""))
    return texts.get(default) or own or texts.get("en") or next(iter(texts.values()), "")


def _choices(rows: Sequence[Sequence[str]], default: str) -> dict[str, list[Option]]:
    found: dict[str, list[Option]] = {}
    if len(rows) < 2:
        return found
    for row in records_of(rows):
        listed = row.get("list_name") or row.get("list name") or ""
        code = row.get("name") or row.get("value") or ""
        if listed and code:
            option = Option(code, _shown(row, "label", default), translations=_texts(row, "label"))
            found.setdefault(listed, []).append(option)
    return found


def _row(reading: _Reading, row: Mapping[str, str], name: str) -> None:
    kind = " ".join(row.get("type", "").split())
    if not kind or is_yes(row.get("disabled", "")):
        return
    label = _shown(row, "label", reading.default_language)
    path = tuple(title for title, _ in reading.group)
    if _BEGIN.match(kind):
        if len(reading.group) >= _DEEPEST:
            raise ReadError(f'The groups of "{name}" nest deeper than {_DEEPEST} levels.')
        reading.group.append((label or row.get("name", ""), row.get("relevant", "")))
    elif _END.match(kind):
        if reading.group:
            reading.group.pop()
    elif kind.lower() == "note":
        reading.notices.append(Notice(label, path))
        if hint := _shown(row, "hint", reading.default_language):
            reading.notices.append(Notice(hint, path))
    elif match := _SELECT.match(kind):
        reading.items.append(_select(reading, row, match, label, path))
    elif kind.lower() in _TEXT:
        reading.items.append(_asked(reading, row, label, path, "text", ()))


def _select(
    reading: _Reading, row: Mapping[str, str], match: re.Match[str], label: str, path: tuple[str, ...]
) -> Item:
    options = list(reading.choices.get(match["list"], ()))
    if match["other"]:
        options.append(Option(*OTHER))
    word = match["kind"].lower().replace(" ", "_")
    multiple = word == "select" or any(each in word for each in _MULTIPLE)
    return _asked(reading, row, label, path, "multiple" if multiple else "single", tuple(options))


def _asked(
    reading: _Reading,
    row: Mapping[str, str],
    label: str,
    path: tuple[str, ...],
    type: str,
    options: tuple[Option, ...],
) -> Item:
    above = [condition for _, condition in reading.group if condition]
    appearance = row.get("appearance", "").lower()
    return Item(
        name=row.get("name", ""),
        label=label,
        type=type,
        options=options,
        section=path[-1] if path else "",
        required=is_yes(row.get("required", "")),
        note=_shown(row, "hint", reading.default_language),
        default=row.get("default", ""),
        translations=_texts(row, "label"),
        group=path,
        annotation=row.get("appearance", ""),
        conditional=" and ".join([*above, *filter(None, [row.get("relevant", "")])]),
        hidden="hidden" in appearance or is_yes(row.get("readonly", "")) and bool(row.get("calculation")),
    )
