"""The codebook: which column answers which question, how it is coded, who recorded it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from equitykit import yamltext
from equitykit.errors import CodebookError, nearest

__all__ = ["Benchmark", "Codebook", "Code", "Join", "Outcome", "Period", "Question", "Unit", "QUESTIONS"]

QUESTIONS = (
    "race_ethnicity",
    "tribal_affiliation",
    "age",
    "sex",
    "gender",
    "sexual_orientation",
    "disability",
    "language",
    "geography",
    "religion",
    "national_origin",
)
MissingReason = Literal[
    "blank", "unknown", "declined", "not-asked", "not-applicable", "unable-to-determine", "suppressed"
]
Encoding = Literal["single", "delimited", "flags", "race_and_ethnicity", "repeated_rows", "counts"]
RecordedBy = Literal["self", "proxy", "staff", "observed", "imputed", "mixed", "not-known"]
_NO_CATEGORY = "none"


def _text(value: Any) -> Any:
    """Typed scalars (from a Python dict) become the text a person would have written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else value


def _nothing(value: Any) -> Any:
    return None if yamltext.is_null(value) else value


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) else value


_ANY_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
Text = Annotated[str, BeforeValidator(_text), WithJsonSchema(_ANY_SCALAR)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many)]
OptionalText = Annotated[Text | None, BeforeValidator(_nothing)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class OneOf(_Model):
    """A merged label: one or more of these categories, which of them is not known."""

    one_of: Texts = Field(min_length=2)


class Missing(_Model):
    """A flag or code that stands for a missing reason."""

    missing: MissingReason


Code = OneOf | Missing | Annotated[tuple[Text, ...], Field(min_length=1)] | Text
_Codes = dict[Text, Code | dict[Text, Code]]


class Question(_Model):
    """One question: its columns, how answers are coded, and what the form offered."""

    columns: Texts = Field(min_length=1)
    encoding: Encoding = "single"
    delimiter: str | None = None
    code_system: OptionalText | _Codes = None
    codes: _Codes = Field(default_factory=dict)
    missing: dict[Text, MissingReason | dict[Text, MissingReason]] = Field(default_factory=dict)
    flags: dict[Text, Code] = Field(default_factory=dict)
    yes: Texts = ()
    offered: Texts | None = None
    count: OptionalText = None
    bands: tuple[int | float, ...] | None = None
    recorded_by: RecordedBy | None = None
    recorded_by_column: OptionalText = None

    @model_validator(mode="before")
    @classmethod
    def _infer_encoding(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "encoding" in data:
            return data
        columns = _one_or_many(data.get("columns")) or ()
        if data.get("flags"):
            guess = "flags"
        elif data.get("delimiter"):
            guess = "delimited"
        elif data.get("count"):
            guess = "counts"
        else:
            guess = "race_and_ethnicity" if len(columns) > 1 else "single"
        return {**data, "encoding": guess}

    @field_validator("delimiter", mode="before")
    @classmethod
    def _delimiter(cls, value: Any) -> Any:
        if value is None or value == "null":
            return None
        return value if isinstance(value, str) and value.strip() == "" and value else str(value).strip()

    @model_validator(mode="after")
    def _fits_encoding(self) -> Self:
        if self.encoding == "delimited" and not self.delimiter:
            raise ValueError('encoding "delimited" needs a delimiter, for example ";"')
        if self.encoding == "counts" and not self.count:
            raise ValueError(
                'encoding "counts" needs count: the column that holds how many people a row stands for'
            )
        for table in (
            self.codes,
            self.missing,
            self.code_system if isinstance(self.code_system, dict) else {},
        ):
            for key, entry in table.items():
                if isinstance(entry, dict) and key not in self.columns:
                    raise ValueError(_no_code(key, entry, self.columns))
        if strays := [column for column in self.flags if column not in self.columns]:
            raise ValueError(
                f'flags names "{strays[0]}", which is not among the columns {", ".join(self.columns)}'
            )
        if self.bands is not None and list(self.bands) != sorted(set(self.bands)):
            raise ValueError("bands must rise: each is the first age of its band")
        return self

    def codes_for(self, column: str) -> dict[str, Code]:
        """Codes that apply to one column: those of the question, then its own."""
        return _for_column(self.codes, column, self.columns)

    def missing_for(self, column: str) -> dict[str, str]:
        """Missing reasons that apply to one column, by raw value."""
        return _for_column(self.missing, column, self.columns)

    def system_for(self, column: str) -> str | None:
        """Id of the shipped code system of a column: one for all, or one named for each column."""
        if isinstance(self.code_system, dict):
            named = self.code_system.get(column) if column in self.columns else None
            return named if isinstance(named, str) else None
        return self.code_system

    def system_codes_for(self, column: str) -> dict[str, Code]:
        """Codes of an inline code system."""
        if not isinstance(self.code_system, dict):
            return {}
        own = {
            key: code
            for key, code in self.code_system.items()
            if not (key in self.columns and isinstance(code, str))
        }
        return _for_column(own, column, self.columns)


def _for_column(table: Mapping[str, Any], column: str, columns: Iterable[str]) -> dict[str, Any]:
    shared = {key: value for key, value in table.items() if not isinstance(value, dict)}
    own = table.get(column)
    return {**shared, **own} if isinstance(own, dict) and column in columns else shared


def _no_code(key: str, entry: Mapping[str, Any], columns: Iterable[str]) -> str:
    """What is wrong with a code that is a map of entries: a misspelled word, or a column that is none."""
    if set(entry) == {"one_of"}:
        return f'code "{key}": one_of needs a list of two or more categories'
    word = next((w for inner in entry if (w := nearest(inner, ("one_of", "missing")))), None)
    if len(entry) == 1 and word:
        return f'code "{key}": there is no entry "{next(iter(entry))}". Did you mean "{word}"?'
    return (
        f'"{key}" holds a list of codes, so it must be one of the columns {", ".join(columns)}; '
        "a code takes a category, a list of categories, {one_of: [...]} or none"
    )


class Unit(_Model):
    """Columns that say where and by whom a record was made."""

    site: OptionalText = None
    worker: OptionalText = None
    programme: OptionalText = None


class Period(_Model):
    """The column that dates a record."""

    column: Text
    by: Literal["year", "quarter", "month"] = "year"
    year_starts: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] = "01-01"


class Join(_Model):
    """A second file to bring in by a shared id."""

    file: Text
    on: Texts
    many: bool = False


class Outcome(_Model):
    """An event of interest; `favourable` says how it is meant, null: not said."""

    column: Text
    event: Texts = Field(min_length=1)
    favourable: Annotated[bool | None, BeforeValidator(_nothing)] = None
    at_risk: dict[Text, Texts] = Field(default_factory=dict)


class Benchmark(_Model):
    """The population the records are compared with."""

    file: Text
    scheme: Literal["any", "alone", "exclusive", "alone-or-in-combination"]
    year: OptionalText = None
    source: OptionalText = None


class Derived(_Model):
    """A column that somebody computed from a question."""

    column: Text
    from_: Text = Field(alias="from")
    codes: dict[Text, Code] = Field(default_factory=dict)


class Compare(_Model):
    """The same question from a second source; `trusted` says which column is believed."""

    column: Text
    question: Text
    trusted: Literal["this", "other"] = "this"


class Matched(_Model):
    """The column that says whether a record was linked."""

    column: Text
    event: Texts


class Weights(_Model):
    """Survey design."""

    weight: Text
    strata: OptionalText = None
    psu: OptionalText = None


class Codebook(_Model):
    """How a file answers the questions an audit asks.

    Read one with `Codebook.load`, or let `equitykit.propose` draft one. Codes and
    values are compared as the text written, after trimming.
    """

    equitykit: Literal["codebook/1"] = "codebook/1"
    title: OptionalText = None
    standard: OptionalText = None
    purpose: OptionalText = None
    questions: dict[str, Question] = Field(default_factory=dict)
    derived: tuple[Derived, ...] = ()
    compare: tuple[Compare, ...] = ()
    matched: Matched | None = None
    person: Annotated[Texts | None, BeforeValidator(_nothing)] = None
    count: Literal["persons", "events"] | None = None
    unit: Unit = Field(default_factory=Unit)
    period: Period | None = None
    join: tuple[Join, ...] = ()
    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    stages: Texts = ()
    benchmark: Annotated[Benchmark | None, BeforeValidator(_nothing)] = None
    governance: dict[str, Literal["ask"]] = Field(default_factory=dict)
    weights: Annotated[Weights | None, BeforeValidator(_nothing)] = None
    _folder: Path | None = PrivateAttr(default=None)

    @field_validator("questions")
    @classmethod
    def _known_questions(cls, questions: dict[str, Question]) -> dict[str, Question]:
        for name in questions:
            if name not in QUESTIONS:
                raise ValueError(f"unknown question|{name}|{','.join(QUESTIONS)}")
        return questions

    @model_validator(mode="after")
    def _refers_to_itself_rightly(self) -> Self:
        for stage in self.stages:
            if stage not in self.outcomes and not (self.stages and stage == self.stages[0]):
                raise ValueError(
                    f'stages names "{stage}", which is not among the outcomes {", ".join(self.outcomes) or "(none)"}'
                )
        for entry in (*(d.from_ for d in self.derived), *(c.question for c in self.compare)):
            if entry not in self.questions:
                raise ValueError(f'"{entry}" is used but not described under questions')
        return self

    @classmethod
    def load(cls, source: str | os.PathLike[str] | Mapping[str, Any] | Codebook) -> Codebook:
        """Read a codebook from a YAML file, a mapping, or pass one through.

        Raises
        ------
        CodebookError
            Naming the place in the file, the value, what is allowed, and the nearest match.
        """
        if isinstance(source, Codebook):
            return source
        proposed = getattr(source, "codebook", None)
        if isinstance(proposed, Codebook):
            return proposed
        if isinstance(source, Mapping):
            return cls._checked(dict(source), "codebook")
        path = Path(source)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise CodebookError(
                f'There is no codebook "{path}".',
                next_step="Draft one with: equitykit propose DATA -o CODEBOOK",
            ) from None
        except (OSError, UnicodeDecodeError) as problem:
            raise CodebookError(
                f'The codebook "{path.name}" cannot be read as UTF-8 text: {problem}.'
            ) from None
        data = yamltext.load(text, name=path.name, error=CodebookError)
        if not isinstance(data, dict):
            raise CodebookError(
                f'"{path.name}" is not a codebook: it must start with "equitykit: codebook/1".',
                next_step="Draft one with: equitykit propose DATA -o CODEBOOK",
            )
        book = cls._checked(data, path.name)
        book._folder = path.parent
        return book

    def beside(self, file: str) -> Path:
        """Path of a file the codebook names: relative to the codebook's own folder."""
        return Path(file) if self._folder is None else self._folder / file

    @classmethod
    def _checked(cls, data: dict[str, Any], name: str) -> Codebook:
        try:
            return cls.model_validate(data)
        except ValidationError as problem:
            raise _in_words(problem, name) from None

    def to_dict(self) -> dict[str, Any]:
        """Plain containers that `load` reads back; what was left out stays out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {
            "equitykit": "codebook/1"
        }

    def to_recipe(self) -> dict[str, Any]:
        """The codebook for a recipe: like `to_dict`, with the path of the benchmark as it can be opened."""
        data = self.to_dict()
        if self.benchmark is not None:
            data["benchmark"]["file"] = str(self.beside(self.benchmark.file))
        return data

    def to_yaml(self) -> str:
        """The codebook as YAML text, in the order of the contract."""
        data = {"equitykit": "codebook/1", **self.to_dict()}
        return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the codebook as YAML."""
        target = Path(path)
        target.write_text(self.to_yaml(), encoding="utf-8", newline="\n")
        return target

    def columns(self) -> tuple[str, ...]:
        """Every column the codebook names in the data, in order, once."""
        named: list[str] = [column for question in self.questions.values() for column in question.columns]
        for question in self.questions.values():
            named += [c for c in (question.count, question.recorded_by_column) if c]
        named += [entry.column for entry in self.derived] + [entry.column for entry in self.compare]
        named += [c for c in (self.unit.site, self.unit.worker, self.unit.programme) if c]
        named += list(self.person or ())
        if self.period:
            named.append(self.period.column)
        if self.matched:
            named.append(self.matched.column)
        for outcome in self.outcomes.values():
            named += [outcome.column, *outcome.at_risk]
        if self.weights:
            named += [c for c in (self.weights.weight, self.weights.strata, self.weights.psu) if c]
        return tuple(dict.fromkeys(named))

    def refuse_unused(self, *, weights: bool = False) -> None:
        """Raise where following only a part of the codebook would give wrong numbers."""
        if self.join:
            raise CodebookError(
                f'The codebook joins "{self.join[0].file}"; this version works on one file.',
                next_step="Join the files first, and leave the join out of the codebook.",
            )
        if weights and self.weights:
            raise CodebookError(
                f'The codebook names the survey weight "{self.weights.weight}"; rates in this version are unweighted.',
                next_step="Leave the weights out to count people as they are in the file.",
            )

    def check_columns(self, present: Iterable[str], *, data_name: str) -> None:
        """Raise where the codebook names a column that the data do not have."""
        present = tuple(present)
        for column in self.columns():
            if column not in present:
                shown = present if len(present) <= 30 else None
                raise CodebookError(
                    f'The codebook names the column "{column}", but "{data_name}" has no such column.',
                    did_you_mean=nearest(column, present),
                    allowed=shown,
                    next_step="Correct the codebook, or draft a new one with: equitykit propose DATA -o CODEBOOK",
                )


def _in_words(problem: ValidationError, name: str) -> CodebookError:
    """First problem of a validation, as path, value, allowed, nearest."""
    errors = problem.errors()
    first = max(errors, key=lambda e: (e["type"] in {"extra_forbidden", "literal_error"}, -len(e["loc"])))
    place = ".".join(str(part) for part in first["loc"] if not _is_branch(part))
    where = f'In "{name}", at {place or "the top"}'
    value = first.get("input")
    message = first["msg"].removeprefix("Value error, ")
    if message.startswith("unknown question|"):
        _, bad, options = message.split("|")
        return CodebookError(
            f'In "{name}", at questions: there is no question "{bad}".',
            allowed=options.split(","),
            did_you_mean=nearest(bad, options.split(",")),
        )
    if first["type"] == "extra_forbidden":
        allowed = _fields_at(first["loc"][:-1])
        key = str(first["loc"][-1])
        return CodebookError(
            f'{where}: there is no entry "{key}".', allowed=allowed, did_you_mean=nearest(key, allowed)
        )
    if first["type"] == "literal_error":
        allowed = [
            part.strip(" '\"")
            for part in str(first.get("ctx", {}).get("expected", "")).replace(" or ", ",").split(",")
        ]
        shown = str(value)[:80]
        return CodebookError(
            f'{where}: "{shown}" is not allowed.', allowed=allowed, did_you_mean=nearest(shown, allowed)
        )
    if first["type"] == "missing":
        return CodebookError(f"{where}: this entry is needed and is not there.")
    said = _WORDS.get(first["type"]) or message[0].lower() + message[1:].rstrip(".")
    end = "" if said.endswith("?") else "."
    got = f' (got "{str(value)[:80]}")' if isinstance(value, str) and value else ""
    return CodebookError(f"{where}: {said}{got}{end}")


# What a validation calls its problems, in words for people who do not program.
_WORDS = {
    "bool_parsing": "write true, false or null",
    "bool_type": "write true, false or null",
    "dict_type": 'entries of the form "name: value" are needed here',
    "model_type": 'entries of the form "name: value" are needed here',
    "model_attributes_type": 'entries of the form "name: value" are needed here',
    "float_parsing": "a number is needed here",
    "int_from_float": "a number is needed here",
    "int_parsing": "a number is needed here",
    "string_pattern_mismatch": "write the month and the day on which a year starts, for example 10-01",
    "string_type": "a text is needed here",
    "too_short": "this entry is empty",
    "tuple_type": "a list is needed here, for example [a, b]",
}


def _is_branch(part: int | str) -> bool:
    return isinstance(part, str) and (
        part in {"OneOf", "Missing", "int", "float", "str"}
        or part.startswith(("tuple[", "dict[", "function-", "literal[", "constrained-", "nullable["))
    )


def _fields_at(location: tuple[int | str, ...]) -> list[str]:
    model: Any = Codebook
    for part in location:
        field = getattr(model, "model_fields", {}).get(part) if isinstance(part, str) else None
        model = _FIELD_MODELS.get(part, model) if field is not None else model
    return [field.alias or name for name, field in model.model_fields.items()]


_FIELD_MODELS: dict[Any, type[_Model]] = {
    "questions": Question,
    "unit": Unit,
    "period": Period,
    "join": Join,
    "outcomes": Outcome,
    "benchmark": Benchmark,
    "derived": Derived,
    "compare": Compare,
    "matched": Matched,
    "weights": Weights,
}


def json_schema() -> dict[str, Any]:
    """JSON Schema of the codebook file, as published under schemas/."""
    schema: dict[str, Any] = _also_as_text(Codebook.model_json_schema(by_alias=True))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "equitykit codebook"
    schema["required"] = ["equitykit"]
    return schema


_AS_TEXT: dict[str, dict[str, Any]] = {
    "null": {"enum": [None, "null", "~", ""]},
    "boolean": {"enum": [True, False, "true", "false"]},
    "integer": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?\d+$"}]},
    "number": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}]},
}


def _also_as_text(node: Any) -> Any:
    """A schema that also takes `0`, `true` and `null` as the text written, and one text for a list of one."""
    if isinstance(node, list):
        return [_also_as_text(each) for each in node]
    if not isinstance(node, dict):
        return node
    kind = node.get("type")
    if isinstance(kind, str) and kind in _AS_TEXT:
        return {key: value for key, value in node.items() if key != "type"} | _AS_TEXT[kind]
    if kind == "array" and node.get("items") == _ANY_SCALAR:
        return {"anyOf": [node, _ANY_SCALAR]}
    return {key: value if key == "default" else _also_as_text(value) for key, value in node.items()}
