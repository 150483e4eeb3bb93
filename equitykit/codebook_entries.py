"""The entries of a codebook: questions, units, outcomes and the rest, each checked by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from equitykit import yamltext
from equitykit.errors import nearest
from equitykit.periods import exact_dates

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


def _text(value: Any) -> Any:
    """Typed scalars (from a Python dict) become the text a person would have written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else value


def nothing(value: Any) -> Any:
    """Read an empty entry, `null` or `~` as None."""
    return None if yamltext.is_null(value) else value


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) else value


ANY_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
Text = Annotated[str, BeforeValidator(_text), WithJsonSchema(ANY_SCALAR)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many)]
OptionalText = Annotated[Text | None, BeforeValidator(nothing)]


class Entry(BaseModel):
    """An entry of a codebook: nothing beside its fields, and not changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class OneOf(Entry):
    """A merged label: one or more of these categories, which of them is not known."""

    one_of: Texts = Field(min_length=2)


class Missing(Entry):
    """A flag or code that stands for a missing reason."""

    missing: MissingReason


Code = OneOf | Missing | Annotated[tuple[Text, ...], Field(min_length=1)] | Text
_Codes = dict[Text, Code | dict[Text, Code]]


class Question(Entry):
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

    @model_validator(mode="before")
    @classmethod
    def _codes_as_written(cls, data: Any) -> Any:
        """Tell codes from columns of codes by the key, and say what is wrong with a code."""
        if not isinstance(data, dict):
            return data
        columns = [str(_text(column)) for column in _one_or_many(data.get("columns")) or ()]
        read = dict(data)
        for name in ("codes", "code_system", "flags"):
            table = read.get(name)
            if isinstance(table, Mapping):
                apart = () if name == "flags" else columns
                read[name] = {key: _codes_of(str(_text(key)), entry, apart) for key, entry in table.items()}
        return read

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
                    if table is self.missing and _like_a_code(entry):
                        reason = next(iter(entry.values()))
                        raise ValueError(f'under missing a value takes its reason itself: "{key}: {reason}"')
                    raise ValueError(_no_column(key, self.columns))
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


def _codes_of(key: str, entry: Any, columns: Collection[str]) -> Any:
    """One entry of a table of codes: a code, or the codes of one of the columns."""
    if isinstance(entry, Mapping) and key in columns:
        return {inner: _code(str(_text(inner)), value) for inner, value in entry.items()}
    if isinstance(entry, Mapping) and columns and not _like_a_code(entry):
        raise ValueError(_no_column(key, columns))
    return _code(key, entry)


def _like_a_code(entry: Mapping[Any, Any]) -> bool:
    return len(entry) == 1 and nearest(str(next(iter(entry))), ("one_of", "missing")) is not None


def _code(key: str, entry: Any) -> Any:
    """One code, or what is wrong with it."""
    if entry is None or (isinstance(entry, list | tuple) and not entry):
        raise ValueError(f'code "{key}" names nothing; {_A_CODE}')
    if not isinstance(entry, Mapping):
        return entry
    word, value = next(iter(entry.items()), (None, None))
    word = str(word)
    if len(entry) != 1 or (word not in ("one_of", "missing") and not _like_a_code(entry)):
        raise ValueError(f'code "{key}" cannot be read; {_A_CODE}')
    if word not in ("one_of", "missing"):
        near = nearest(word, ("one_of", "missing"))
        raise ValueError(f'code "{key}": there is no entry "{word}". Did you mean "{near}"?')
    if word == "missing":
        return Missing(missing=_reason(f'code "{key}"', value))
    if not isinstance(value, list | tuple) or len(value) < 2:
        raise ValueError(f'code "{key}": one_of needs a list of two or more categories')
    return OneOf(one_of=tuple(value))


def _reason(where: str, value: Any) -> Any:
    """A missing reason, or what is wrong with it."""
    said = _text(value)
    if said in get_args(MissingReason):
        return said
    near = nearest(str(said), get_args(MissingReason))
    raise ValueError(
        f'{where}: "{str(said)[:80]}" is no reason for a missing answer. '
        + (f'Did you mean "{near}"? ' if near else "")
        + f"Allowed: {', '.join(get_args(MissingReason))}"
    )


_A_CODE = "a code takes a category, a list of categories, {one_of: [...]}, {missing: reason} or none"


def _no_column(key: str, columns: Collection[str]) -> str:
    """What is wrong with a table of codes under a name that is no column."""
    near = nearest(key, columns)
    return f'"{key}" holds a list of codes, so it must be one of the columns {", ".join(columns)}' + (
        f'. Did you mean "{near}"?' if near else f"; {_A_CODE}"
    )


class Unit(Entry):
    """Columns that say where and by whom a record was made."""

    site: OptionalText = None
    worker: OptionalText = None
    programme: OptionalText = None


class Period(Entry):
    """The column that dates a record."""

    column: Text
    by: Literal["year", "quarter", "month"] = "year"
    year_starts: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] = "01-01"


class Join(Entry):
    """A second file to bring in by a shared id."""

    file: Text
    on: Texts
    many: bool = False


class Outcome(Entry):
    """An event of interest; `favourable` says how it is meant, null: not said."""

    column: Text
    event: Texts = Field(min_length=1)
    favourable: Annotated[bool | None, BeforeValidator(nothing)] = None
    at_risk: dict[Text, Texts] = Field(default_factory=dict)


class Benchmark(Entry):
    """The population the records are compared with."""

    file: Text
    scheme: Literal["any", "alone", "exclusive", "alone-or-in-combination"]
    year: OptionalText = None
    source: OptionalText = None


class Derived(Entry):
    """A column that somebody computed from a question."""

    column: Text
    from_: Text = Field(alias="from")
    codes: dict[Text, Code] = Field(default_factory=dict)


class Compare(Entry):
    """The same question from a second source; `trusted` says which column is believed."""

    column: Text
    question: Text
    trusted: Literal["this", "other"] = "this"


class Matched(Entry):
    """The column that says whether a record was linked."""

    column: Text
    event: Texts


class Duration(Entry):
    """How long people stay: from a start to an end, or days already counted."""

    start: OptionalText = None
    end: OptionalText = None
    days: OptionalText = None
    exit: OptionalText = None
    still: Texts = ()
    as_of: OptionalText = None

    @model_validator(mode="after")
    def _dates_or_days(self) -> Self:
        if bool(self.days) == bool(self.start and self.end) or bool(self.start) != bool(self.end):
            raise ValueError("a duration needs either start and end, or days")
        if self.days and not self.exit:
            raise ValueError("days need exit: the column that says how a stay ended, blank where it has not")
        if self.as_of and exact_dates([self.as_of])[self.as_of] is None:
            raise ValueError(f'as_of "{self.as_of}" is no date; write it as 2024-12-31')
        return self


class Weights(Entry):
    """Survey design."""

    weight: Text
    strata: OptionalText = None
    psu: OptionalText = None
