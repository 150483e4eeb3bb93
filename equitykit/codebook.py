"""The codebook: which column answers which question, how it is coded, who recorded it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, field_validator, model_validator

from equitykit import yamltext
from equitykit.codebook_entries import (
    ANY_SCALAR,
    QUESTIONS,
    Benchmark,
    Code,
    Compare,
    Derived,
    Duration,
    Entry,
    Join,
    Matched,
    Missing,
    OneOf,
    OptionalText,
    Outcome,
    Period,
    Question,
    Texts,
    Unit,
    Weights,
    nothing,
)
from equitykit.codebook_words import in_words
from equitykit.errors import CodebookError, UnknownName, nearest
from equitykit.resources import published_schema

__all__ = [
    "QUESTIONS",
    "Benchmark",
    "Code",
    "Codebook",
    "Join",
    "Missing",
    "OneOf",
    "Outcome",
    "Period",
    "Question",
    "Unit",
    "json_schema",
]


class Codebook(Entry):
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
    person: Annotated[Texts | None, BeforeValidator(nothing)] = None
    count: Literal["persons", "events"] | None = None
    unit: Unit = Field(default_factory=Unit)
    period: Period | None = None
    join: tuple[Join, ...] = ()
    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    stages: Texts = ()
    durations: dict[str, Duration] = Field(default_factory=dict)
    benchmark: Annotated[Benchmark | None, BeforeValidator(nothing)] = None
    governance: dict[str, Literal["ask"]] = Field(default_factory=dict)
    weights: Annotated[Weights | None, BeforeValidator(nothing)] = None
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
            raise in_words(problem, name, cls, _ENTRIES) from None

    def to_dict(self) -> dict[str, Any]:
        """Plain containers that `load` reads back; what was left out stays out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {
            "equitykit": "codebook/1"
        }

    def to_recipe(self) -> dict[str, Any]:
        """The codebook for a recipe: like `to_dict`, with the paths of its files as they can be opened."""
        data = self.to_dict()
        if self.benchmark is not None:
            data["benchmark"]["file"] = str(self.beside(self.benchmark.file))
        for entry, written in zip(self.join, data.get("join", ()), strict=True):
            written["file"] = str(self.beside(entry.file))
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

    def with_codes(self, question: str, codes: Mapping[str, Mapping[str, Any]]) -> Codebook:
        """Give a codebook that also says what some values mean.

        Parameters
        ----------
        question : its id, such as "race_ethnicity".
        codes : for each column its values, and what each means: a category, a list of categories,
            ``{"one_of": [...]}``, ``{"missing": reason}`` or ``"none"``. What was said before about them is replaced.

        Raises
        ------
        UnknownName
            There is no such question.
        CodebookError
            A column does not belong to the question, or a code cannot be read.

        Examples
        --------
        >>> book = Codebook.load({"equitykit": "codebook/1", "questions": {"race_ethnicity": {"columns": "race"}}})
        >>> book = book.with_codes("race_ethnicity", {"race": {"Blk": "BLACK", "?": {"missing": "unknown"}}})
        >>> book.questions["race_ethnicity"].codes_for("race")["Blk"]
        'BLACK'
        """
        if question not in self.questions:
            raise UnknownName("question of the codebook", question, self.questions)
        spec = self.to_dict()["questions"][question]
        table = dict(spec.get("codes", {}))
        for column, added in codes.items():
            own = table.get(column)
            table[column] = {**(own if isinstance(own, dict) else {}), **added}
        return self._with_question(question, {**spec, "codes": table})

    def with_site(self) -> Codebook:
        """Give a codebook in which groups can also be counted by the column that says where a record was made.

        It is taken as the question "geography", where the codebook does not ask that question already.

        Examples
        --------
        >>> book = Codebook.load({"equitykit": "codebook/1", "unit": {"site": "office"}}).with_site()
        >>> book.questions["geography"].columns
        ('office',)
        """
        if self.unit.site is None or "geography" in self.questions:
            return self
        return self._with_question("geography", {"columns": [self.unit.site]})

    def _with_question(self, question: str, spec: Mapping[str, Any]) -> Codebook:
        said = self.to_dict()
        said["questions"] = {**said.get("questions", {}), question: spec}
        book = type(self)._checked(said, "codebook")
        book._folder = self._folder
        return book

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
        for stay in self.durations.values():
            named += [c for c in (stay.start, stay.end, stay.days, stay.exit) if c]
        if self.weights:
            named += [c for c in (self.weights.weight, self.weights.strata, self.weights.psu) if c]
        return tuple(dict.fromkeys(named))

    def refuse_unused(self, *, weights: bool) -> None:
        """Raise where following only a part of the codebook would give wrong numbers."""
        if weights and self.weights:
            raise CodebookError(
                f'The codebook names the survey weight "{self.weights.weight}"; this would ignore it.',
                next_step="Use disaggregate and disparities, which honour it, or leave the weights out to count "
                "people as they are in the file.",
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


_ENTRIES: dict[Any, type[Entry]] = {
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
    "durations": Duration,
}


def json_schema() -> dict[str, Any]:
    """JSON Schema of the codebook file, as published under schemas/."""
    schema: dict[str, Any] = _also_as_text(Codebook.model_json_schema(by_alias=True))
    return published_schema("codebook", schema | {"required": ["equitykit"]})


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
    if kind == "array" and node.get("items") == ANY_SCALAR:
        return {"anyOf": [node, ANY_SCALAR]}
    return {key: value if key == "default" else _also_as_text(value) for key, value in node.items()}
