"""One row for each answer: told by an id whose rows differ in race only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from equitykit.errors import EquitykitError
from equitykit.frames import SEPARATOR, Records, Tally
from equitykit.propose.evidence import Column, Confirm
from equitykit.propose.found import Found

__all__ = ["repeated_rows"]


def repeated_rows(
    records: Records, found: Found, columns: Sequence[Column], numbers: Sequence[Column]
) -> Found:
    """Whether the same person has several rows that differ in race only."""
    if found.spec["encoding"] != "single" or len(found.spec["columns"]) != 1:
        return found
    race = found.spec["columns"][0]
    ids = [c for c in (*columns, *numbers) if c.name not in found.used and _could_be_id(c, records.rows)]
    for column in ids[:2]:
        rest = [c.name for c in columns if c.name not in {race, column.name}][:20]
        per_person = records.tally([Tally((race,), per=(column.name,))])[Tally((race,), per=(column.name,))]
        counts = per_person.iloc[:, -1]
        several = int(counts[per_person[race].fillna("").str.contains(SEPARATOR)].sum())
        people = int(counts.sum())
        if (
            people < records.rows
            and several / max(people, 1) >= 0.02
            and _only_race_differs(records, column.name, rest)
        ):
            found.spec["encoding"] = "repeated_rows"
            found.spec["_person"] = column.name
            found.reasons.append(
                f'Some people have several rows that differ in "{race}" only: one row for each answer.'
            )
            found.confirm.append(
                Confirm(
                    "questions.race_ethnicity.encoding",
                    f'Confirm that a person ("{column.name}") has one row for each answer.',
                    (race, column.name),
                )
            )
            return found
    return found


def _could_be_id(column: Column, rows: int) -> bool:
    return (
        column.profile.blank == 0
        and 0.3 * rows <= column.profile.distinct < rows
        and column.profile.distinct > 5
    )


def _only_race_differs(records: Records, person: str, rest: list[str]) -> bool:
    """Whether all else is the same on the rows of a person."""
    if not rest:
        return True
    tallies = [Tally((name,), per=(person,)) for name in rest]
    try:
        answers: Mapping[Tally, Any] = records.tally(tallies)
    except EquitykitError:
        return False
    steady = [
        not bool(frame[t.by[0]].fillna("").str.contains(SEPARATOR).any()) for t, frame in answers.items()
    ]
    return sum(steady) >= 0.9 * len(steady)
