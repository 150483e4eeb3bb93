"""From raw values to categories or a missing reason; never a guess.

Only the distinct raw combinations of a tally are recoded, never the rows. A person
with several categories stays a set of categories.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from equitykit import standards
from equitykit.codebook import Code, Codebook, Missing, OneOf, Question
from equitykit.errors import CodebookError, UnknownName, nearest
from equitykit.frames import SEPARATOR, Tally
from equitykit.recoded import ANSWERED, Part, Recoded, together, under_standard
from equitykit.standards import Meaning, Standard

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NO", "YES", "Recoder", "question_tally"]

YES = frozenset({"1", "y", "yes", "true", "t", "x", "checked", "on", "ticked", "selected"})
NO = frozenset({"0", "n", "no", "false", "f", "unchecked", "off", "not selected"})
_MOST_READINGS = 3
_RESIDUALS = ("other", "multiracial", "collective")

_BLANK = Part("missing", missing="blank")
_NOT_TICKED = Part("not-ticked")


def question_tally(
    codebook: Codebook, question: str, *extra: str, cut: tuple[tuple[str, int], ...] = ()
) -> Tally:
    """Tally that a question needs, crossed with further columns."""
    spec = codebook.questions[question]
    by = dict.fromkeys([*spec.columns, *([spec.count] if spec.count else []), *extra])
    persons = spec.encoding == "repeated_rows" or codebook.count == "persons"
    if persons and not codebook.person:
        raise CodebookError(
            f'"{question}" is to be counted by person, but the codebook names no person column.',
            next_step='Add to the codebook, for example: "person: client_id".',
        )
    return Tally(by=tuple(by), per=codebook.person if persons and codebook.person else (), cut=cut)


class Recoder:
    """Reads the values of one question under one standard.

    Parameters
    ----------
    question : id of the question, for example "race_ethnicity".
    spec : its entry in the codebook.
    standard : the standard whose categories are wanted.
    """

    def __init__(self, question: str, spec: Question, standard: Standard) -> None:
        self.question, self.spec, self.standard = question, spec, standard
        self.is_race = question == "race_ethnicity"
        self._race_words = standards.words_of(standard)
        self.systems = {
            column: standards.code_system(name)
            for column in spec.columns
            if (name := spec.system_for(column)) is not None
        }
        self._seen: dict[tuple[str, str | None], Part] = {}
        self._read: dict[tuple[str | None, ...], Recoded] = {}
        self._codes = {column: self._own_codes(column) for column in spec.columns}

    # -- one value ---------------------------------------------------------------------

    def part(self, column: str, value: str | None) -> Part:
        """Reading of one value of one column."""
        key = (column, value)
        if key not in self._seen:
            self._seen[key] = self._part(column, value)
        return self._seen[key]

    def _part(self, column: str, value: str | None) -> Part:
        if self.spec.encoding == "flags" and (column in self.spec.flags or column in self._system_flags):
            return self._flag(column, value)
        if value is None:
            return _BLANK
        declared = self._codes[column].get(value)
        if declared is not None:
            return declared
        if self.question == "age" and self.spec.bands is not None:
            return self._age(value)
        system = self.systems.get(column)
        if system is not None and (meaning := system.read(value)) is not None:
            return self._under_standard(meaning, value)
        return self._words(value)

    def _words(self, value: str) -> Part:
        """Safe tokens, ambiguous ones, and what cannot be read."""
        meaning = standards.read_value(value, self._vocabulary) if self._vocabulary else None
        if meaning is not None:
            return self._under_standard(meaning, value)
        token = standards.normalise(value)
        if not self.is_race:
            return self._plain(value, token)
        if doubt := standards.readings(value, self._race_words):
            more = f" or {len(doubt) - _MOST_READINGS} other things" if len(doubt) > _MOST_READINGS else ""
            means = " or ".join(doubt[:_MOST_READINGS]) + more
            return Part("review", note=f"could mean {means}; say which in the codebook", text=value)
        if len(token) <= 2 or token.replace(" ", "").isdigit():
            return Part("review", note="a bare code; say in the codebook what it means", text=value)
        suggestion = standards.suggest(value, self._race_words)
        note = (
            f'not a known label; did they mean "{suggestion}"?' if suggestion else "not a known label or code"
        )
        return Part("unmapped", note=note, suggestion=suggestion, text=value)

    def _plain(self, value: str, token: str) -> Part:
        """Other questions: missing words are missing, anything else is its own category."""
        common = self._race_words.tokens.get(token)
        if common is not None and common.missing and not common.adds:
            return Part("missing", missing=common.missing, text=value)
        if token in {"na", "n a", "none", "null", "nan"}:
            return Part("review", note="could be an answer or a hole; say which in the codebook", text=value)
        return Part("mapped", categories=frozenset({value}), text=value)

    @cached_property
    def _vocabulary(self) -> standards.Vocabulary | None:
        if self.is_race:
            return self._race_words
        try:
            return standards.vocabulary(self.question)
        except UnknownName:
            return None

    @cached_property
    def _system_flags(self) -> Mapping[str, Meaning]:
        found = {}
        for column, system in self.systems.items():
            by_lower = {name.lower(): meaning for name, meaning in system.flags.items()}
            if column.lower() in by_lower:
                found[column] = by_lower[column.lower()]
        return found

    def _flag(self, column: str, value: str | None) -> Part:
        ticked = self.spec.flags.get(column)
        part = (
            self._from_code(ticked, column)
            if ticked is not None
            else self._under_standard(self._system_flags[column], column)
        )
        if value is None:
            return _NOT_TICKED
        declared = self._codes[column].get(value)
        if declared is not None and declared.missing:
            return declared
        token = value.strip().lower()
        system = self.systems.get(column)
        yes = {text.lower() for text in self.spec.yes} or (
            {text.lower() for text in system.yes} if system and system.yes else YES
        )
        if token in yes:
            return part
        if system is not None and (reason := system.flag_missing.get(token)):
            return Part("missing", missing=reason, text=value)
        if token in NO or (system is not None and token in {text.lower() for text in system.no}):
            return _NOT_TICKED
        said = self._words(value)
        return (
            said
            if said.status in {"mapped", "missing"}
            else Part("unmapped", note=f'"{value}" is neither yes nor no', text=value)
        )

    def _age(self, value: str) -> Part:
        assert self.spec.bands is not None
        try:
            age = float(value)
        except ValueError:
            return (
                self._words(value)
                if standards.read_value(value)
                else Part("unmapped", note="not a number", text=value)
            )
        bands = self.spec.bands
        below = [index for index, start in enumerate(bands) if age >= start]
        if not below or age != age or age > 130:
            return Part("unmapped", note="outside the age bands", text=value)
        return Part("mapped", categories=frozenset({band_label(bands, below[-1])}), text=value)

    # -- codes declared in the codebook -----------------------------------------------

    def _own_codes(self, column: str) -> dict[str, Part]:
        parts = {
            raw: Part("missing", missing=reason, text=raw)
            for raw, reason in self.spec.missing_for(column).items()
        }
        for table in (self.spec.system_codes_for(column), self.spec.codes_for(column)):
            parts |= {raw: self._from_code(code, column) for raw, code in table.items()}
        return parts

    def _from_code(self, code: Code | None, column: str) -> Part:
        if isinstance(code, Missing):
            return Part("missing", missing=code.missing)
        if isinstance(code, OneOf):
            return self._under_standard(
                Meaning(one_of=frozenset(self._concept(c, column) for c in code.one_of)), None
            )
        if isinstance(code, tuple):
            return self._under_standard(Meaning(adds=frozenset(self._concept(c, column) for c in code)), None)
        text = str(code)
        if text.lower() == "none":
            return ANSWERED
        if self.is_race and text.lower() in _RESIDUALS and text not in self.standard.category_ids:
            return self._under_standard(Meaning(residual=text.lower()), None)
        return self._under_standard(Meaning(adds=frozenset({self._concept(text, column)})), None)

    def _concept(self, text: str, column: str) -> str:
        if not self.is_race:
            return text
        known = self._race_words.concepts
        for candidate in (text.upper(), text.lower(), text):
            if (
                candidate in self.standard.category_ids
                or candidate in self.standard.aliases
                or candidate in known
            ):
                return candidate
        options = [*self.standard.category_ids, "none", *_RESIDUALS]
        raise CodebookError(
            f'In the codebook, questions.{self.question}, column "{column}": "{text}" is not a category of '
            f"{self.standard.id}.",
            allowed=[*options, "or a detailed group such as chinese or somali"],
            did_you_mean=nearest(text, [*options, *known]),
        )

    def _under_standard(self, meaning: Meaning, text: str | None) -> Part:
        if self.is_race:
            return under_standard(meaning, text, self.standard)
        status = "missing" if meaning.missing and not meaning.adds else "mapped"
        return Part(status, categories=meaning.adds, missing=meaning.missing, text=text)

    def parts(self, column: str, cell: str | None) -> list[Part]:
        """Readings of the one or several values in a cell."""
        return [self.part(column, value) for value in self._split(column, cell)]

    def __call__(self, raw: tuple[str | None, ...], n: int = 1) -> Recoded:
        """Read one combination of raw values, one per column of the question."""
        known = self._read.get(raw)
        if known is None:
            known = self._read[raw] = self._combination(raw)
        return known.counted(n)

    def _combination(self, raw: tuple[str | None, ...]) -> Recoded:
        """The same for one unit, as if it were seen for the first time."""
        parts: list[Part] = []
        for column, cell in zip(self.spec.columns, raw, strict=True):
            parts += self.parts(column, cell)
        if len(raw) == 1 and raw[0] is not None and SEPARATOR in raw[0]:
            raw = tuple(raw[0].split(SEPARATOR))
        else:
            raw = tuple(cell.replace(SEPARATOR, "; ") if cell else cell for cell in raw)
        return together(
            parts, raw=raw, n=1, standard=self.standard, encoding=self.spec.encoding, is_race=self.is_race
        )

    def codes(self, raw: tuple[str | None, ...]) -> dict[str, Part]:
        """The codes that a combination of raw values is made of, as people wrote them, and how each reads.

        Yes/no columns that are ticked go by the name of the column; values of one of several columns have it
        before them. Blanks are no codes.
        """
        columns = (
            self.spec.columns if len(raw) == len(self.spec.columns) else self.spec.columns[:1] * len(raw)
        )
        found: dict[str, Part] = {}
        for column, cell in zip(columns, raw, strict=True):
            for value in self._split(column, cell):
                part = self.part(column, value)
                if value is None or part is _NOT_TICKED:
                    continue
                several = len(self.spec.columns) > 1
                ticked = self.spec.encoding == "flags" and value.strip().lower() in YES
                found[column if ticked else f"{column}: {value}" if several else value] = part
        return found

    def _split(self, column: str, cell: str | None) -> list[str | None]:
        if cell is None:
            return [None]
        values: list[str] = cell.split(SEPARATOR)
        if self.spec.encoding == "delimited" or (self.spec.delimiter and column not in self.spec.flags):
            assert self.spec.delimiter is not None
            values = [
                piece
                for value in values
                for piece in (
                    [value] if value in self._codes[column] else _pieces(value, self.spec.delimiter)
                )
            ]
        return list(dict.fromkeys(values)) or [None]

    def offered(self) -> frozenset[str] | None:
        """Categories the form offers, where the codebook or its yes/no columns say so."""
        if self.spec.offered is not None:
            parts = [self._from_code(code, "offered") for code in self.spec.offered]
        elif self.spec.encoding == "flags":
            parts = [self._from_code(code, "flags") for code in self.spec.flags.values()]
            parts += [self._under_standard(meaning, None) for meaning in self._system_flags.values()]
        else:
            return None
        named = frozenset[str]().union(*(part.categories for part in parts))
        return named if named or self.spec.offered is not None else None

    def rows(
        self, frame: pd.DataFrame, extra: tuple[str, ...] = ()
    ) -> list[tuple[Recoded, tuple[str | None, ...]]]:
        """Each row of a tally: its reading, with its count, and the further keys."""
        columns = list(self.spec.columns)
        keys = frame[columns].itertuples(index=False, name=None)
        others = frame[list(extra)].itertuples(index=False, name=None) if extra else iter([()] * len(frame))
        weights = self.weights(frame)
        return [
            (self(tuple(key), weight), tuple(other))
            for key, other, weight in zip(keys, others, weights, strict=True)
        ]

    def _people(self, text: str) -> int:
        """How many people a row stands for: a whole number, with or without thousands separators."""
        plain = text.replace(",", "").strip()
        if re.fullmatch(r"\d{1,15}(\.0+)?", plain):
            return int(float(plain))
        raise CodebookError(
            f'The column "{self.spec.count}" should hold how many people each row stands for, but holds "{text[:40]}".',
            next_step="Clean that value, or name another count column in the codebook.",
        )

    def weights(self, frame: pd.DataFrame) -> list[int]:
        """How many units, or people, each row of a tally stands for."""
        counts = [int(n) for n in frame.iloc[:, -1]]
        if self.spec.encoding != "counts" or self.spec.count is None:
            return counts
        people: list[int] = []
        for n, text in zip(counts, frame[self.spec.count], strict=True):
            people.append(0 if text is None else n * self._people(str(text)))
        return people


def _pieces(value: str, delimiter: str) -> list[str]:
    return [piece.strip() for piece in value.split(delimiter) if piece.strip()]


def band_label(bands: tuple[int | float, ...], index: int) -> str:
    """Name of an age band: "6-12", "18+", or "0"."""
    start = bands[index]
    if index == len(bands) - 1:
        return f"{start:g}+"
    last = bands[index + 1] - 1
    return f"{start:g}" if last == start else f"{start:g}-{last:g}"
