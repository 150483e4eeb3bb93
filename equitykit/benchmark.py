"""Benchmarks: the population that records are compared with."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from equitykit import standards
from equitykit.errors import BenchmarkError, UnknownName
from equitykit.frames.tables import table_of

__all__ = ["Benchmark", "counted_inside", "format_note", "population_frame", "read_benchmark"]

_SCHEMES = {"any": "any", "alone-or-in-combination": "any", "alone": "alone", "exclusive": "exclusive"}
_ACS_COLUMN = re.compile(r"^Estimate; (?P<path>.+)$")
_ACS_RACES = {
    "White alone": "WHITE",
    "Black or African American alone": "BLACK",
    "American Indian and Alaska Native alone": "AIAN",
    "Asian alone": "ASIAN",
    "Native Hawaiian and Other Pacific Islander alone": "NHPI",
    "Some other race alone": "~other",
    "Two or more races:": "~multiracial",
}


@dataclass(frozen=True)
class Benchmark:
    """Counts of a population by category.

    Attributes
    ----------
    name : file name or title.
    counts : people by question and category; `~multiracial` for two or more,
        `~other` for people outside the named categories, `~total` where given.
    margins : margins of error, where the source prints them.
    scheme : "any" (alone or in combination), "alone" or "exclusive".
    year, source : where the counts come from.
    notes : what was done to make them comparable, in sentences.
    """

    name: str
    counts: Mapping[str, Mapping[str, float]]
    scheme: str
    year: str | None = None
    source: str | None = None
    margins: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def total(self, question: str = "race_ethnicity") -> float | None:
        """People in all; None where overlapping counts cannot be added up."""
        counts = self.counts.get(question)
        if not counts:
            return None
        if "~total" in counts:
            return counts["~total"]
        return None if self.scheme == "any" else sum(counts.values())

    def share(self, category: str, question: str = "race_ethnicity") -> float | None:
        """Share of the population in a category; None where the benchmark cannot say."""
        counts, total = self.counts.get(question, {}), self.total(question)
        if category not in counts or not total:
            return None
        return counts[category] / total


def counted_inside(standard: standards.Standard, counted: Collection[str]) -> dict[str, str]:
    """Categories that a benchmark lacks, and the one of its own in which it counts these people.

    Parameters
    ----------
    standard : whose categories are compared.
    counted : categories of the benchmark.

    Interpretation
    --------------
    Census tables keep the format of 1997: Middle Eastern or North African people stand inside White.
    """
    old = standards.standard("us-omb-spd15-1997").aliases
    return {
        each: old[each]
        for each in standard.category_ids
        if each not in counted and old.get(each, each) in counted
    }


def format_note(standard: standards.Standard, counted: Collection[str]) -> str | None:
    """What a reader must know where the benchmark follows the format of 1997 and the records do not."""
    inside = counted_inside(standard, counted)
    if not inside:
        return None
    said = "; ".join(
        f'"{standard.label(part)}" people stand inside "{standard.label(whole)}"'
        for part, whole in inside.items()
    )
    return (
        f"The benchmark follows the categories of 1997, as tables of the census do: {said}. So the share of the "
        "larger group is not comparable with the records as it stands; add the two groups of the records "
        "together before you compare."
    )


def read_benchmark(
    path: str | os.PathLike[str],
    *,
    scheme: str | None = None,
    year: str | None = None,
    source: str | None = None,
    place: str | None = None,
) -> Benchmark:
    """Read a benchmark: `question, category, n [, moe]`, or a Census table B03002.

    Parameters
    ----------
    path : CSV file.
    scheme : how people with several categories are counted: "any", "alone" or
        "exclusive"; a column `scheme` in the file says it too.
    year, source : kept with the counts; columns of those names say them too.
    place : for tables of many places, the one that is wanted, by name or id.

    Raises
    ------
    BenchmarkError
        Not a benchmark, no scheme, a count that is no number.
    """
    file = Path(path)
    rows = _rows(file)
    header = [cell.strip() for cell in rows[0]]
    lower = [cell.lower() for cell in header]
    if "category" in lower and "n" in lower:
        return _long(file.name, lower, rows[1:], scheme=scheme, year=year, source=source)
    if any(cell.startswith("Estimate; Not Hispanic or Latino: - White alone") for cell in header):
        return _b03002(file.name, header, rows[1:], place=place, year=year, source=source)
    raise BenchmarkError(
        f'"{file.name}" is not a benchmark: its columns are {", ".join(header[:6])}.',
        allowed=["question, category, n (with scheme, year, source)", "a Census table B03002"],
        next_step="Save the population counts as CSV with those columns.",
    )


def _rows(file: Path) -> list[list[str]]:
    try:
        data = file.read_bytes()
    except OSError as problem:
        raise BenchmarkError(
            f'The benchmark "{file}" cannot be read: {problem.strerror or problem}.',
            next_step="Check the path, or leave the benchmark out.",
        ) from None
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
    except csv.Error as problem:
        raise BenchmarkError(f'"{file.name}" is not a CSV table: {problem}.') from None
    if len(rows) < 2:
        raise BenchmarkError(f'"{file.name}" holds no counts.')
    return rows


def _number(text: str, file: str, line: int) -> float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise BenchmarkError(f'In "{file}", line {line}: "{text[:40]}" is not a count of people.')
    return value


def _long(
    name: str,
    header: list[str],
    rows: list[list[str]],
    *,
    scheme: str | None,
    year: str | None,
    source: str | None,
) -> Benchmark:
    counts: dict[str, dict[str, float]] = {}
    margins: dict[str, dict[str, float]] = {}
    said: dict[str, set[str]] = {"scheme": set(), "year": set(), "source": set()}
    for line, row in enumerate(rows, start=2):
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        question, category = cells.get("question") or "race_ethnicity", cells.get("category", "")
        if not category:
            raise BenchmarkError(f'In "{name}", line {line}: there is no category.')
        known = counts.setdefault(question, {})
        known[category] = known.get(category, 0.0) + _number(cells.get("n", ""), name, line)
        if cells.get("moe"):
            margin = _number(cells["moe"], name, line)
            margins.setdefault(question, {})[category] = (
                margins.get(question, {}).get(category, 0.0) ** 2 + margin**2
            ) ** 0.5
        for key, values in said.items():
            if cells.get(key):
                values.add(cells[key])
    stated = scheme or (said["scheme"].pop() if len(said["scheme"]) == 1 else None)
    if stated not in _SCHEMES:
        raise BenchmarkError(
            f'"{name}" does not say how people with several categories are counted'
            + (f' ("{stated}" is no scheme).' if stated else "."),
            allowed=sorted(set(_SCHEMES)),
            next_step='Add a column "scheme", or name it in the codebook under benchmark.',
        )
    return Benchmark(
        name=name,
        counts=counts,
        scheme=_SCHEMES[stated],
        year=year or (said["year"].pop() if len(said["year"]) == 1 else None),
        source=source or (said["source"].pop() if len(said["source"]) == 1 else None),
        margins=margins,
    )


def _b03002(
    name: str,
    header: list[str],
    rows: list[list[str]],
    *,
    place: str | None,
    year: str | None,
    source: str | None,
) -> Benchmark:
    names = [row[header.index("Geography")].strip() for row in rows]
    notes = []
    if place is not None:
        ids = [row[0].strip() for row in rows]
        wanted = [
            i
            for i, (geo, key) in enumerate(zip(names, ids, strict=True))
            if place in {geo, key, key.split("US")[-1]}
        ]
        if not wanted:
            raise UnknownName("place", place, names, next_step=f'Places are named as in "{name}".')
        rows = [rows[i] for i in wanted]
    elif len(rows) > 1:
        notes.append(f"{len(rows)} places of the table are added together.")
    columns = {"~total": "Total:", "HISPANIC": "Hispanic or Latino:"} | {
        category: f"Not Hispanic or Latino: - {label}" for label, category in _ACS_RACES.items()
    }
    counts: dict[str, float] = {}
    margins: dict[str, float] = {}
    for category, label in columns.items():
        at = header.index(f"Estimate; {label}")
        counts[category] = sum(_number(row[at], name, line) for line, row in enumerate(rows, start=2))
        margin = f"Margin of Error; {label}"
        if margin in header:
            parts = [row[header.index(margin)] for row in rows]
            values = [float(part) for part in parts if re.fullmatch(r"\d+(\.\d+)?", part.strip())]
            if len(values) == len(rows):
                margins[category] = sum(value**2 for value in values) ** 0.5
    notes.append(
        "The table has no Middle Eastern or North African category (it is inside White), "
        "and counts Hispanic people of any race as Hispanic only."
    )
    return Benchmark(
        name=name,
        counts={"race_ethnicity": counts},
        scheme="exclusive",
        year=year,
        source=source or "U.S. Census Bureau, table B03002",
        margins={"race_ethnicity": margins},
        notes=tuple(notes),
    )


def population_frame(
    population: pd.DataFrame | Benchmark, question: str, scheme: str | None, source: str | None
) -> tuple[pd.DataFrame, str, str]:
    """A benchmark as a frame, with its scheme and source; both must be said somewhere."""
    if isinstance(population, Benchmark):
        counts, margins = population.counts.get(question, {}), population.margins.get(question, {})
        if not counts:
            raise BenchmarkError(f'The benchmark "{population.name}" has no counts for "{question}".')
        frame = pd.DataFrame({"group": list(counts), "n": list(counts.values())})
        if all(one in margins for one in counts):
            frame["moe"] = [margins[one] for one in counts]
        scheme = scheme or population.scheme
        source = source or population.source or population.name
    else:
        frame = table_of(population)
    if not scheme or not source:
        raise BenchmarkError(
            "The benchmark does not say how it counts people, or where it comes from.",
            next_step='Give scheme= ("any", "alone" or "exclusive") and source=.',
        )
    return frame, scheme, source
