"""A table from which small counts are taken out, with the proof that nobody can put them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from equitykit.disclosure import Rule
from equitykit.evidence import Evidence
from equitykit.suppression.attack import Attacker, weaknesses
from equitykit.suppression.cells import gather
from equitykit.suppression.evidenced import evidence_of
from equitykit.suppression.model import ASKED, DIFFERENCE, GOVERNED, MARKED, Model
from equitykit.suppression.sheets import Key, Sheet, mark_column, read_sheet
from equitykit.suppression.system import Flags, System
from equitykit.text import plain
from equitykit.tidy import TOO_FEW, html_paragraph, html_table, markdown_table, number, plain_number

__all__ = ["REMEDIES", "ProtectedTable", "Work"]

REMEDIES = (
    "Pool three to five years.",
    "Pool areas, not races.",
    "Count people alone or in combination, so that nobody is left out of a group they named.",
    "Give an estimate from a model for small areas, and call it one.",
    "Where the reason is uncertainty and not privacy, show the number with a mark that says how sure it is.",
    "Tell it in words, or let the tribe or community decide what is released.",
    "Only then hide it, and name the reason.",
)
"""What to try before a group is hidden, first things first."""


@dataclass(frozen=True)
class Work:
    """What a protection was made of; it holds the true counts and is never printed."""

    sheets: tuple[Sheet, ...]
    found: Model
    attacked: System
    hidden: Flags
    public: frozenset[Key]
    base: int | None


@dataclass(frozen=True, repr=False)
class ProtectedTable:
    """A table whose small counts are hidden, and whatever would give them away.

    Attributes
    ----------
    rule : which counts are too small.
    proof : what the attacker must fail at: "cover", "exact" or "marks".
    cost : what hiding further cells cost, in the unit asked for.
    method : how the further cells were chosen, in words.
    optimal : whether no cheaper choice protects the table.
    steering : for a choice steered by weights, how many further cells it hides and how many would have done.
    notes : what a person should know about it.
    linked : the other tables, protected together with this one.
    recipe : the call that makes it again from a file of records; None where there is none.

    Interpretation
    --------------
    `.safe` says whether an attacker who sees `.to_frame()` (and the linked tables, and the earlier release)
    fails. `.attack()` gives the least and the most that each hidden count can be.

    When not to use
    ---------------
    For sums of money or weights, where one person can dominate a cell: counts of people only.

    Source
    ------
    Fischetti and Salazar-González (2001), Solving the cell suppression problem on tabular data with linear
    constraints, Management Science 47; CMS cell size suppression policy.
    """

    rule: Rule
    proof: str
    cost: float
    method: str
    optimal: bool
    steering: Mapping[str, int] | None
    notes: tuple[str, ...]
    linked: tuple[ProtectedTable, ...]
    _work: Work
    _sheet: Sheet
    recipe: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        return (
            f"<ProtectedTable: {len(self._sheet.labels)} rows, {len(self._hidden_cells())} counts hidden, "
            f"{'safe' if self.safe else 'not safe'}; use .to_frame() or .to_markdown()>"
        )

    # -- what is shown ----------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """The table as it may be shown: rows as given, hidden counts empty, `suppressed` beside them.

        Returns
        -------
        A new frame. `suppressed` is None, "primary" (hidden for itself) or "complementary" (hidden for
        others); for a column of events it is `suppressed_` with its name.
        """
        sheet = self._sheet
        frame = sheet.frame.copy()
        gone = np.zeros(len(frame), dtype=bool)
        for column in sheet.columns:
            marks = self._marks(column)
            hidden = np.array([mark is not None for mark in marks], dtype=bool)
            gone |= hidden
            values = [
                pd.NA if mark is not None else self._rounded(value)
                for mark, value in zip(marks, sheet.values[column], strict=True)  # noqa: PD011 - a mapping, no frame
            ]
            frame[column] = pd.array(values, dtype="Int64")
            frame[mark_column(column, sheet.count)] = pd.Series(marks, index=frame.index, dtype=object)
        for column in sheet.percent:
            frame[column] = frame[column].where(~(gone | self._tells(column)))
        return frame

    def _tells(self, percent: str) -> Flags:
        """Rows in which a percentage would tell a hidden total that it may be a share of, or a rounded count."""
        work, sheet = self._work, self._sheet
        if work.base is not None:
            return np.ones(len(sheet.labels), dtype=bool)
        if sheet.is_share_within_rows(percent):
            return np.zeros(len(sheet.labels), dtype=bool)
        hidden = {key for key, at in work.found.place.items() if work.hidden[at]}
        return np.array([not hidden.isdisjoint(sheet.above(labels)) for labels in sheet.labels], dtype=bool)

    def _rounded(self, value: float) -> int:
        base = self._work.base
        return int(value) if base is None else base * int((value + base // 2) // base)

    def _marks(self, column: str) -> list[str | None]:
        sheet, work = self._sheet, self._work
        marks: list[str | None] = []
        for labels in sheet.labels:
            key = sheet.key(sheet.layer(column), labels)
            hidden = bool(work.hidden[work.found.place[key]])
            why = "primary" if self._is_primary(key) else "complementary"
            marks.append(why if hidden else None)
        return marks

    def _is_primary(self, key: Key) -> bool:
        return key in self._work.found.reasons

    def _hidden_cells(self) -> list[tuple[Key, str, tuple[str, ...]]]:
        sheet, work = self._sheet, self._work
        return [
            (key, column, labels)
            for column in sheet.columns
            for labels in sheet.labels
            if work.hidden[work.found.place[key := sheet.key(sheet.layer(column), labels)]]
        ]

    def to_evidence(self) -> Evidence:
        """Evidence for an assessment: what may be shown, and the call that makes it again."""
        return evidence_of(self)

    # -- the attacker -----------------------------------------------------------------------------

    def attack(self) -> pd.DataFrame:
        """What somebody can say of each hidden count from all that is shown.

        Returns
        -------
        One row for each hidden count (for each count of a rounded table) with its labels, `suppressed`,
        `low` and `high`; `high` is `inf` where there is no end.
        """
        sheet, work = self._sheet, self._work
        attacker = Attacker(work.attacked.sums, *work.attacked.bounds(work.hidden))
        rows = []
        for key, column, labels in self._hidden_cells() if work.base is None else self._all_cells():
            low, high = attacker.interval(work.found.place[key])
            mark = "primary" if self._is_primary(key) else "complementary"
            hidden = bool(work.hidden[work.found.place[key]])
            rows.append((*labels, column, mark if hidden else None, low, high))
        names = [*sheet.dimensions, "column", "suppressed", "low", "high"]
        frame = pd.DataFrame(rows, columns=names)
        frame = frame.astype({"low": float, "high": float, "suppressed": object})
        return frame if sheet.events else frame.drop(columns="column")

    def _all_cells(self) -> list[tuple[Key, str, tuple[str, ...]]]:
        sheet = self._sheet
        return [
            (sheet.key(sheet.layer(column), labels), column, labels)
            for column in sheet.columns
            for labels in sheet.labels
        ]

    @cached_property
    def safe(self) -> bool:
        """Whether the attacker fails, going only by what the tables show."""
        work = self._work
        if work.base is not None:
            return not weaknesses(work.attacked, *work.attacked.bounds(work.hidden))
        low, high = work.attacked.bounds(work.hidden)
        for key, value in self._seen().items():
            at = work.found.place[key]
            if np.isfinite(value):
                low[at] = high[at] = value
            elif key not in work.public:
                low[at], high[at] = work.attacked.hidden_low[at], work.attacked.hidden_high[at]
        return not weaknesses(work.attacked, low, high)

    def _seen(self) -> dict[Key, float]:
        """The counts that the tables show, read again from the frames themselves."""
        return gather(
            [_read_again(replace(self, _sheet=sheet).to_frame(), sheet) for sheet in self._work.sheets]
        ).value

    # -- for people -------------------------------------------------------------------------------

    def reasons(self) -> dict[tuple[str, ...], str]:
        """Why each count is hidden: its labels (and column, where there are events), and a sentence."""
        several = bool(self._sheet.events)
        return {
            (*labels, column) if several else labels: self._why(key)
            for key, column, labels in self._hidden_cells()
        }

    def _why(self, key: Key) -> str:
        why = self._work.found.reasons.get(key)
        if why is None:
            return "With it, a hidden count could be worked out."
        if why == ASKED:
            return "Named by whoever made the table."
        if why == GOVERNED:
            return "About a group that is asked first; no agreement to release it is recorded."
        if why == MARKED:
            return "Hidden in the table that was given."
        if why == DIFFERENCE:
            return f"Too close to the count in the earlier release ({self.rule.name})."
        if key[0]:
            return f"Too few have it, or too few have it not ({self.rule.name})."
        return f"A count from {self.rule.smallest} to {self.rule.threshold - 1} ({self.rule.name})."

    def summary(self) -> Iterator[str]:
        """What was done, in sentences."""
        hidden = self._hidden_cells()
        own = sum(self._is_primary(key) for key, _, _ in hidden)
        if self._work.base is not None:
            yield f"Counts are rounded to the nearest {self._work.base}."
        yield (
            f"{number(len(hidden))} of {number(len(self._all_cells()))} counts are hidden: {number(own)} for "
            f"themselves and {number(len(hidden) - own)} so that those cannot be worked out."
        )
        yield self.method
        yield from self.steered()
        yield from self.notes
        yield (
            "Attacked from all that is shown: safe."
            if self.safe
            else "NOT SAFE: a hidden count can be worked out."
        )

    def steered(self) -> Iterator[str]:
        """What steering costs, where the choice was steered."""
        if self.steering is not None:
            yield (
                f"Steering: {number(self.steering['cells'])} further cells are hidden; without it "
                f"{number(self.steering['cells_without'])} would be."
            )

    def _rows(self) -> list[list[str]]:
        sheet = self._sheet
        shown = self.to_frame()
        marks = {column: self._marks(column) for column in sheet.columns}
        rows = []
        for at, labels in enumerate(sheet.labels):
            row = list(labels)
            for column in sheet.columns:
                value, mark = shown[column].iloc[at], marks[column][at]
                row.append(number(float(value)) if mark is None else self._told(column, labels, mark))
            rows.append(row)
        return rows

    def _told(self, column: str, labels: tuple[str, ...], mark: str) -> str:
        """What stands in the place of a count: only one that is hidden for its size is called too few."""
        why = self._work.found.reasons.get(self._sheet.key(self._sheet.layer(column), labels))
        return "not shown" if mark != "primary" or why in (ASKED, GOVERNED) else TOO_FEW

    def words(self) -> list[str | None]:
        """For each row, what stands in the place of its count; None where it is shown."""
        column = self._sheet.count
        marks = zip(self._sheet.labels, self._marks(column), strict=True)
        return [None if mark is None else self._told(column, labels, mark) for labels, mark in marks]

    def _why_rows(self) -> list[list[str]]:
        several = bool(self._sheet.events)
        return [
            [" / ".join(labels), *([column] if several else []), self._why(key)]
            for key, column, labels in self._hidden_cells()
        ]

    def to_dict(self) -> dict[str, Any]:
        """Everything that may be shown, ready for JSON."""
        shown = self.to_frame()
        return {
            "format": "protected/1",
            "rule": {"name": self.rule.name, "threshold": self.rule.threshold, "zero_ok": self.rule.zero_ok},
            "proof": self.proof,
            "safe": self.safe,
            "method": self.method,
            "optimal": self.optimal,
            "cost": plain_number(self.cost),
            "steering": dict(self.steering) if self.steering is not None else None,
            "rows": [
                {str(name): _plain(value) for name, value in row.items()} for row in shown.to_dict("records")
            ],
            "hidden": [
                {str(name): _plain(value) for name, value in row.items()} | {"reason": self._why(key)}
                for row, (key, _, _) in zip(
                    self.attack().to_dict("records"),
                    self._hidden_cells() if self._work.base is None else self._all_cells(),
                    strict=True,
                )
                if row["suppressed"] is not None
            ],
            "remedies": list(REMEDIES),
            "notes": list(self.notes),
        }

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Columns of labels."""
        return self._sheet.dimensions

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """The table for people: its columns, and its rows with words in the place of hidden counts."""
        sheet = self._sheet
        return (*sheet.dimensions, *sheet.columns), [tuple(row) for row in self._rows()]

    def to_markdown(self) -> str:
        """The protected table, why each count is hidden, and what to try instead, in Markdown."""
        sheet = self._sheet
        parts = [markdown_table([*sheet.dimensions, *sheet.columns], self._rows()), *self.summary()]
        if self._hidden_cells():
            head = ["hidden", *(["column"] if sheet.events else []), "reason"]
            parts += [markdown_table(head, self._why_rows()), "Before hiding, try in this order:"]
            parts.append("\n".join(f"{step}. {text}" for step, text in enumerate(REMEDIES, 1)))
        return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"

    def _repr_html_(self) -> str:
        sheet = self._sheet
        parts = [html_table("Protected table", [*sheet.dimensions, *sheet.columns], self._rows())]
        parts += [html_paragraph(text) for text in self.summary()]
        if self._hidden_cells():
            head = ["hidden", *(["column"] if sheet.events else []), "reason"]
            parts.append(html_table("Why counts are hidden", head, self._why_rows()))
            steps = "".join(f"<li>{escape(plain(text))}</li>" for text in REMEDIES)
            parts.append(html_paragraph("Before hiding, try in this order:") + f"<ol>{steps}</ol>")
        return "".join(parts)


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA:
        return None
    if isinstance(value, float | np.floating):
        return plain_number(float(value))
    return value.item() if isinstance(value, np.generic) else value


def _read_again(frame: pd.DataFrame, sheet: Sheet) -> Sheet:
    return read_sheet(
        frame,
        dimensions=sheet.dimensions,
        count=sheet.count,
        total=sheet.total,
        events=sheet.events,
        percent=sheet.percent,
        hierarchy={
            name: {
                child: parent
                for parent, parts in inner.items()
                if parent != sheet.total[name]
                for child in parts
            }
            for name, inner in sheet.children.items()
        },
    )
