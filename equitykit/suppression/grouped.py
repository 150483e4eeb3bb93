"""From records to a table of groups that may leave the building."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from equitykit.codebook import Codebook
from equitykit.disaggregate import disaggregate
from equitykit.disclosure import RuleLike
from equitykit.errors import MeasureError
from equitykit.grouping import RACE, Grouping, GroupKey, opened, recipe_of
from equitykit.suppression.files import OpenTable, written
from equitykit.suppression.model import Steer
from equitykit.suppression.table import ProtectedTable

__all__ = ["protect_groups", "save_protected"]

TOTAL, PEOPLE = "Total", "Number"
_NAMES = {RACE: "Race and ethnicity"}


def protect_groups(
    subject: Any,
    codebook: Codebook | Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    outcome: str | None = None,
    by: str | Sequence[str] = RACE,
    tabulation: str = "single-residual",
    standard: str | None = None,
    rule: RuleLike = "cms-11",
    proof: str = "marks",
    cost: str | Steer = "cells",
    agreements: Mapping[str, Any] | None = None,
    previous: ProtectedTable | None = None,
) -> ProtectedTable:
    """Count groups with their totals, and hide what could point to people.

    Parameters
    ----------
    subject, codebook, outcome, by, standard : as for `disaggregate`.
    tabulation : "single-residual" or "frequent-combinations"; the groups must not overlap.
    rule, proof, cost : as for `protect`; weights are by the labels of the table. The proof holds against a reader
        who also goes by the marks.
    previous : the table released before, of the same data and outcome; its questions must be among these.
    agreements : for a group that the codebook marks `governance: ask`, "WHO, YYYY-MM-DD": who agreed that it is
        shown, and when. Without it nothing about the group is shown, large or small.

    Returns
    -------
    ProtectedTable
        With a row for each group and a total of each question; `.safe` is always True.

    Raises
    ------
    MeasureError : groups that overlap, or a table that could be undone. UnknownName, CodebookError : as for
        `disaggregate`.

    Interpretation
    --------------
    Each person stands in one row, so the rows add up: people with several races are in a row of their own, and
    a count here can be smaller than the count of the same group alone or in combination.

    When not to use
    ---------------
    For a second table from the same data: protect it with `previous`, for two tables together can show what
    neither shows alone.

    Source
    ------
    CMS cell size suppression policy; Carroll and others 2020, The CARE Principles for Indigenous Data
    Governance, Data Science Journal 19: 43, for asking first.

    Examples
    --------
    >>> data = pd.DataFrame({"race": ["White"] * 60 + ["Black"] * 40 + ["Asian"] * 5})
    >>> book = {"questions": {"race_ethnicity": {"columns": ["race"]}}}
    >>> safe = protect_groups(data, book).to_frame().set_index("Race and ethnicity")["Number"]
    >>> bool(safe.isna()["Asian"]), int(safe["Total"])
    (True, 105)
    """
    records, book = opened(subject, codebook)
    book.refuse_unused(weights=True)
    grouping = Grouping.of(book, by, standard=standard, tabulation=tabulation)
    if grouping.overlapping:
        raise MeasureError(
            'Under "any" the groups overlap and do not add up, so no table of them can be proved safe.',
            next_step='Use tabulation="single-residual" or "frequent-combinations".',
        )
    alone = Codebook.load({**book.to_dict(), "benchmark": None})  # a population is not part of the table
    table = disaggregate(
        records, alone, outcome=outcome, by=grouping.questions, tabulation=tabulation, standard=standard
    )
    keys = [_parts(group, grouping) for group in table.groups]
    names = [_NAMES.get(name, _said(name)) for name in grouping.questions]
    event = _said(outcome) if outcome else None
    if previous is not None and not {*previous.dimensions} <= {*names}:
        raise MeasureError(
            f"The table released before is by {', '.join(previous.dimensions)}, and this one is not.",
            next_step="Ask for these questions too, so that the two can be proved safe together.",
        )
    counted = {PEOPLE: table.rows["n"], **({event: table.rows["events"]} if event else {})}
    frame = pd.DataFrame([grouping.names(key) for key in keys], columns=names, dtype=object)
    for column, values in counted.items():
        frame[column] = values.to_numpy(float).astype("int64")
    closed = [name for name in book.governance if name not in (agreements or {})]
    done = OpenTable(_with_totals(frame, names, [*counted]), PEOPLE, TOTAL).protect(
        dimensions=names,
        events=[event] if event else [],
        rule=rule,
        proof=proof,
        cost=cost,
        primary=[*dict.fromkeys(_closed_cells(keys, closed, grouping))],
        governance=book,
        agreements=agreements,
        previous=None if previous is None else OpenTable(previous.to_frame(), PEOPLE, TOTAL),
    )
    asked = {
        "outcome": outcome,
        "by": list(grouping.questions),
        "tabulation": tabulation,
        "standard": standard,
        "rule": rule if isinstance(rule, str | Mapping) else None,
        "proof": proof,
        "cost": cost if isinstance(cost, str) else dict(cost),
        "agreements": dict(agreements) if agreements else None,
    }
    # A recipe holds neither what was released before nor a rule made in Python.
    again = previous is None and isinstance(rule, str | Mapping)
    recipe = recipe_of("protect", records, book, asked) if again else None
    return replace(done, notes=(*done.notes, *table.notes), recipe=recipe)


def save_protected(table: ProtectedTable, path: str | os.PathLike[str]) -> Path:
    """Write a protected table to a file: .csv, .json, .md or .html.

    Parameters
    ----------
    table : what `protect` or `protect_groups` gave.
    path : the file; its ending says the format.

    Returns
    -------
    Path

    Raises
    ------
    MeasureError : the table could be undone; nothing is written. UnknownName : for another kind of file.
    """
    if not table.safe:
        raise MeasureError(
            "The protected table could be undone, so nothing was written.",
            next_step="Join groups, and report this without any data.",
        )
    target = Path(path)
    text = written(OpenTable(table.to_frame(), PEOPLE, TOTAL), table, target.suffix.lower())
    target.write_text(text, encoding="utf-8", newline="\n")
    return target


def _said(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _parts(group: str, grouping: Grouping) -> GroupKey:
    parts = tuple(group.split("*"))
    if len(parts) != len(grouping.questions):
        raise MeasureError(
            f'The group "{group}" holds a "*", which stands between crossed questions.',
            next_step="Give the value another name in the codebook.",
        )
    return parts


def _closed_cells(
    keys: Iterable[GroupKey], closed: Iterable[str], grouping: Grouping
) -> Iterator[tuple[str, ...]]:
    """Labels of the cells that are, or name, a group that is asked first, totals of it among them.

    Told by the ids: a label made for people, such as that of a merged label, need not show it.
    """
    shut = set(closed)
    for key in keys:
        about = [not shut.isdisjoint(_named(part)) for part in key]
        if any(about):
            names = grouping.names(key)
            yield from product(
                *([name] if held else [name, TOTAL] for name, held in zip(names, about, strict=True))
            )


def _named(part: str) -> list[str]:
    """Groups that one part of a key names, alone, together or in a merged label."""
    return re.split(r"[+|]", part.removeprefix("~merged:"))


def _with_totals(frame: pd.DataFrame, names: Sequence[str], counts: Sequence[str]) -> pd.DataFrame:
    """The rows, and the totals over each question and over all."""
    pieces = []
    for keep in product((True, False), repeat=len(names)):
        whole = frame.copy()
        for name, kept in zip(names, keep, strict=True):
            if not kept:
                whole[name] = TOTAL
        pieces.append(whole.groupby([*names], sort=False, as_index=False)[[*counts]].sum())
    return pd.concat(pieces, ignore_index=True)
