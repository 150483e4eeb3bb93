"""A published table as the checks see it: its groups, its places, and what belongs together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from equitykit.benchmark import Benchmark
from equitykit.checks.registry import Threshold
from equitykit.checks.view import Limits
from equitykit.results import Cell, Column, Group, Results
from equitykit.results.model import ESTIMATES
from equitykit.standards import Standard

__all__ = ["Labels", "Part", "Table", "fits", "half", "listed"]

Labels = tuple[tuple[str, str], ...]
Place = tuple[str | None, Labels]
MOST_NAMED = 8
_SHARE = re.compile(
    r"\bshares?\b|of (the )?(total|all|whole)\b|distribution|composition|percent of (all|total)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a percent or a rate is worked out from.

    Attributes
    ----------
    estimate : the column. events : its numerator. base : its denominator, in the same row.
    of_total : it is a part of all groups, and not of a base in the same row.
    checked : in how many places the numbers shown agree with that; 0 where it could not be seen.
    """

    estimate: Column
    events: Column | None
    base: Column | None
    of_total: bool = False
    checked: int = 0


@dataclass
class Table(Limits):
    """A published table and the standard it is held against."""

    results: Results
    standard: Standard
    benchmark: Benchmark | None = None
    public: bool = False
    parameters: Mapping[str, float] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Cells looked at."""
        return len(self.results.cells)

    def small(self, check_id: str) -> Threshold:
        """The smallest count that may be shown."""
        return self.limit(check_id, "cell", Threshold(11, "cited", "critical"))

    # -- groups and places ----------------------------------------------------------------------

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Groups that are people of some race or ethnicity: no totals, nobody unknown."""
        return tuple(g for g in self.results.groups if not g.total and not g.unknown)

    @cached_property
    def total(self) -> Group | None:
        """The group that stands for everybody."""
        return next((g for g in self.results.groups if g.total), None)

    @cached_property
    def labels(self) -> tuple[Labels, ...]:
        """Combinations of the other dimensions, in the order of the table."""
        return tuple(dict.fromkeys(cell.labels for cell in self.results.cells))

    @cached_property
    def main(self) -> tuple[Column, ...]:
        """Columns that show a result: counts and what is worked out from them; sizes where there is nothing else."""
        found = self.results.of_kind("count", "number", *ESTIMATES)
        return found or self.results.of_kind("n")

    def name(self, cell: Cell, *, column: bool = True) -> str:
        """A cell in words."""
        parts = [cell.group or "", *(label for _, label in cell.labels)]
        place = ", ".join(part for part in parts if part) or "the only row"
        several = column and len(self.results.columns) > 1
        return f"{place} ({cell.column})" if several else place

    def ids(self, cells: Sequence[Cell]) -> tuple[str, ...]:
        """Ids of the groups of some cells."""
        groups = (self.results.group(cell.group) for cell in cells)
        return tuple(dict.fromkeys(group.id for group in groups if group is not None))

    def places(self, group: Group) -> tuple[int, int, Counter[str]]:
        """Places of a group that show a result, those that do not, and why not."""
        shown = hidden = 0
        states: Counter[str] = Counter()
        for labels in self.labels:
            found = [self.results.at(column.name, group.label, labels) for column in self.main]
            cells = [cell for cell in found if cell is not None]
            if any(cell.shown for cell in cells):
                shown += 1
            elif cells:
                hidden += 1
                states[next((cell.state for cell in cells if cell.state != "blank"), "blank")] += 1
        return shown, hidden, states

    # -- what belongs together ------------------------------------------------------------------

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """For each percent and rate, what it is worked out from, as the numbers shown say."""
        return tuple(self._part(column) for column in self.results.of_kind("percent", "rate"))

    def part(self, column: Column) -> Part:
        """What one percent or rate is worked out from."""
        return next(one for one in self.parts if one.estimate == column)

    def _part(self, column: Column) -> Part:
        counts = self.results.of_kind("count")
        bases = [*self.results.of_kind("n"), *counts]
        best: Part | None = None
        looked = 0
        for events in (*counts, *self.results.of_kind("n")):
            for base in bases:
                if base != events:
                    seen, agree = self._agree(column, events, base)
                    looked += seen
                    if agree and agree >= 0.9 * seen and (best is None or agree > best.checked):
                        best = Part(column, events, base, checked=agree)
            seen, agree = self._agree_with_total(column, events)
            if agree > 1 and agree >= 0.9 * seen and (best is None or agree > best.checked):
                best = Part(column, events, None, of_total=True, checked=agree)
        if best is not None:
            return best
        sizes = self.results.of_kind("n")
        if any(self._is_of_margin(column, size) for size in (*sizes, *counts)):
            return Part(column, None, None)
        if len(sizes) == 1 and len(counts) <= 1 and not looked:
            return Part(column, counts[0] if counts else None, sizes[0])
        if len(counts) == 1 and not sizes and not self._adds_to_hundred(column):
            return Part(column, counts[0], None)
        return Part(column, None, None)

    def _agree(self, estimate: Column, events: Column, base: Column) -> tuple[int, int]:
        """Places where a percent could be worked out again, and those where it came out the same."""
        seen = agree = 0
        for cell in self.results.cells_of(estimate.name):
            over = self.results.at(events.name, *cell.place)
            under = self.results.at(base.name, *cell.place)
            if cell.value is None or over is None or under is None or over.value is None or not under.value:
                continue
            seen += 1
            agree += fits(estimate, cell, over.value, under.value)
        return seen, agree

    def _agree_with_total(self, estimate: Column, events: Column) -> tuple[int, int]:
        if estimate.kind != "percent":
            return 0, 0
        seen = agree = 0
        for labels in self.labels:
            whole = self.sum_of_groups(events, labels)
            if not whole:
                continue
            for group in self.groups:
                cell = self.results.at(estimate.name, group.label, labels)
                over = self.results.at(events.name, group.label, labels)
                if (
                    cell is not None
                    and cell.value is not None
                    and over is not None
                    and over.value is not None
                ):
                    seen += 1
                    agree += fits(estimate, cell, over.value, whole)
        return seen, agree

    def _is_of_margin(self, estimate: Column, size: Column) -> bool:
        """Whether a percent is a part of the total over another dimension, and not of the size beside it."""
        seen = agree = 0
        for name, total in self.other_totals.items():
            for cell in self.results.cells_of(estimate.name):
                margin = tuple((key, total if key == name else label) for key, label in cell.labels)
                over, under = (
                    self.results.at(size.name, *cell.place),
                    self.results.at(size.name, cell.group, margin),
                )
                if cell.value is None or margin == cell.labels or over is None or under is None:
                    continue
                if over.value is not None and under.value:
                    seen += 1
                    agree += fits(estimate, cell, over.value, under.value)
        return agree > 1 and agree >= 0.9 * seen

    def sum_of_groups(self, column: Column, labels: Labels) -> float | None:
        """The total of a column: as shown, else the sum of all groups; None where one is hidden."""
        if self.total is not None:
            cell = self.results.at(column.name, self.total.label, labels)
            if cell is not None and cell.value is not None:
                return cell.value
        cells = [self.results.at(column.name, g.label, labels) for g in self.results.groups if not g.total]
        values = [cell.value for cell in cells if cell is not None]
        return None if not values or None in values else float(sum(v for v in values if v is not None))

    def _adds_to_hundred(self, column: Column) -> bool:
        sums = [total for labels in self.labels if (total := self.sum_of_shares(column, labels)) is not None]
        return bool(sums) and all(0.97 * column.scale <= total <= 1.03 * column.scale for total in sums)

    def sum_of_shares(self, column: Column, labels: Labels) -> float | None:
        """The sum of a percent over all groups at a place; None where one is hidden, or there is only one."""
        cells = [self.results.at(column.name, g.label, labels) for g in self.results.groups if not g.total]
        values = [cell.value for cell in cells if cell is not None]
        if len(values) < 2 or None in values:
            return None
        return float(sum(value for value in values if value is not None))

    @cached_property
    def shares_of_a_whole(self) -> tuple[Column, ...]:
        """Percents that are parts of all groups together: by their numbers, their heading, or a total of 100 %."""
        return tuple(column for column in self.results.of_kind("percent") if self._is_share(column))

    def _is_share(self, column: Column) -> bool:
        part = self.part(column)
        if part.of_total or part.base is not None:
            return part.of_total
        said = " ".join((column.name, *column.headings)).replace("_", " ")
        if _SHARE.search(said):
            return True
        totals = [cell.value for _, cell in self.rows_with_total(column) if cell.value is not None]
        return bool(totals) and all(abs(value - column.scale) < 1e-9 for value in totals)

    def beside(self, column: Column, *kinds: str) -> Column | None:
        """The column of some kind that belongs to an estimate: after it and before the next one."""
        at = self._first_at
        start = at[column.name]
        others = [at[one.name] for one in self.results.of_kind(*ESTIMATES, "number") if at[one.name] > start]
        end = min(others, default=10**9)
        found = sorted(
            (one for one in self.results.of_kind(*kinds) if start < at[one.name]),
            key=lambda one: at[one.name],
        )
        near = next((one for one in found if at[one.name] < end), None)
        single = len(self.results.of_kind(*ESTIMATES, "number")) == 1
        return near or (self.results.of_kind(*kinds)[0] if single and self.results.of_kind(*kinds) else None)

    @cached_property
    def _first_at(self) -> dict[str, int]:
        first: dict[str, int] = {}
        for cell in self.results.cells:
            first[cell.column] = min(cell.at, first.get(cell.column, cell.at))
        return {column.name: first.get(column.name, 0) for column in self.results.columns}

    def interval(self, column: Column, cell: Cell) -> tuple[float, float] | None:
        """The limits shown with an estimate, in its own cell or beside it."""
        if cell.value is not None and cell.low is not None and cell.high is not None:
            return cell.low, cell.high
        whole = self.beside(column, "interval")
        found = self.results.at(whole.name, *cell.place) if whole is not None else None
        if found is not None and found.low is not None and found.high is not None:
            return found.low, found.high
        ends = [self.beside(column, kind) for kind in ("lower", "upper")]
        cells = [self.results.at(end.name, *cell.place) if end is not None else None for end in ends]
        values = [one.value for one in cells if one is not None and one.value is not None]
        return (values[0], values[1]) if len(values) == 2 else None

    def error(self, column: Column, cell: Cell) -> float | None:
        """The standard error shown beside an estimate."""
        found = self.beside(column, "se")
        one = self.results.at(found.name, *cell.place) if found is not None else None
        return one.value if one is not None else None

    def flagged(self, column: Column, cell: Cell) -> bool:
        """Whether the table itself marks an estimate as unreliable."""
        if cell.mark is not None and cell.shown:
            use = next((use for use in self.results.marks if use.mark == cell.mark), None)
            if use is not None and use.meaning == "unreliable":
                return True
        found = self.beside(column, "flag")
        one = self.results.at(found.name, *cell.place) if found is not None else None
        return (
            one is not None
            and bool(one.raw)
            and one.raw.lower() not in ("no", "n", "0", "reliable", "false", "ok")
        )

    def rows_with_total(self, column: Column) -> Iterator[tuple[Labels, Cell]]:
        """Cells of the total of a column over all groups."""
        if self.total is None:
            return
        for labels in self.labels:
            cell = self.results.at(column.name, self.total.label, labels)
            if cell is not None:
                yield labels, cell

    @cached_property
    def other_totals(self) -> Mapping[str, str]:
        """For each other dimension, the label of its total."""
        from equitykit.results.headings import is_total

        return {
            name: next(label for label in labels if is_total(label))
            for name, labels in self.results.dimensions.items()
            if any(is_total(label) for label in labels)
        }

    @cached_property
    def weighted(self) -> bool:
        """Whether the table says that its numbers are weighted or rounded estimates."""
        said = " ".join((*self.results.texts, *self.results.headings)).lower()
        return "weighted" in said.replace("unweighted", "") or self.results.of_kind("se", "moe") != ()


def half(column: Column, cell: Cell) -> float:
    """Half a unit of the last place shown."""
    return 0.5 * 10.0 ** -max(cell.decimals, column.decimals)


def fits(column: Column, cell: Cell, events: float, base: float) -> bool:
    """Whether a percent or a rate is what its parts come to, but for rounding."""
    scale = column.scale if column.kind == "percent" else column.per or 0.0
    if not base or not scale or cell.value is None:
        return False
    return abs(scale * events / base - cell.value) <= half(column, cell) * 1.02 + 1e-9


def listed(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Names for a message, the first few of many."""
    shown = "; ".join(names[:most])
    return shown if len(names) <= most else f"{shown}; and {len(names) - most} more"
